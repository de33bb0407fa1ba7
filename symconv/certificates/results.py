"""The results of layers as theorems, one an entry: outputs and gradients."""

from __future__ import annotations

from collections.abc import Iterator

from symconv.certificates import literals
from symconv.certificates.gradients import gradient
from symconv.certificates.outputs import output
from symconv.certificates.result import MOST, Index, Result
from symconv.certificates.statement import Statement, Uncertified
from symconv.exact import indices


def statements(result: Result) -> Iterator[Statement | tuple[Index, str]]:
    """The theorem of every entry, or its index and the reason why there is none."""
    if result.entries.size > MOST:
        raise Uncertified(f"it has more than {MOST:,} entries")
    state = (output if result.wrt is None else gradient)(result.operator.reduction, result)
    word = "output" if result.wrt is None else "gradient"
    for index in indices(result.entries.shape):
        shown = tuple(i + result.worked.names.base for i in index)
        try:
            says, proof = state(index)
            yield Statement(literals.name(word, shown), says, proof)
        except Uncertified as reason:
            yield index, str(reason)
