"""The checks of one entry: those of a derivation, on the part of the layer on which the entry depends.

What they cost depends on the windows that meet the entry, not on the size of the layer. A large derivation is
checked at a sample of entries (:func:`check_sample`), and its scope says at how many.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cached_property
from itertools import pairwise
from math import prod
from typing import Any

import numpy as np
import sympy as sp

from symconv.checks.comparing import same, shown_index
from symconv.checks.general import RowByRow, size_assignment
from symconv.checks.jacobian import jacobian, tie_free
from symconv.checks.lp import lp_slopes
from symconv.checks.oracle import Oracle
from symconv.checks.part import OutsideError, Part, PartValues, part_of
from symconv.checks.result import Check, Method, Verdict
from symconv.checks.sampling import expected_output, forward_arrays, generator
from symconv.derivation.arrays import ByRole, Symbols
from symconv.derivation.derivation import Worked
from symconv.derivation.step import Step
from symconv.exact import Array
from symconv.formula import Partial, evaluate
from symconv.operator import Argument
from symconv.reductions import LpNorm, Maximum
from symconv.value import Value, replace

SAMPLED = 9
"""How many entries of a large derivation are checked, evenly spread from the first to the last."""
TERMS = 20_000
"""How many terms all of these may have together; but two entries are always checked."""
Index = tuple[int, ...]


def check_entry(
    derivation: Worked, wrt: Argument | None, index: Index, zero_terms: bool = False
) -> tuple[Check, ...]:
    """One entry of the output, or of the gradient by ``wrt``: its steps and its general formula."""
    return _checks(derivation, wrt, [index], zero_terms)


def check_sample(derivation: Worked, wrt: Argument | None) -> tuple[Check, ...]:
    """The same for a sample of the entries, where there are too many taps to look at all."""
    shape = derivation.operator.shape(wrt or "output")
    count = prod(shape)
    terms = max(1, derivation.operator.most_taps // count)
    number = max(2, min(SAMPLED, TERMS // terms))
    places = sorted({place * (count - 1) // (number - 1) for place in range(number)})
    entries = [tuple(int(i) for i in np.unravel_index(place, shape)) if shape else () for place in places]
    return _checks(derivation, wrt, entries, False)


class _Entry(Value, dict=True):
    """An entry, with the part of the layer on which it depends and seeded integers there."""

    derivation: Worked
    wrt: Argument | None
    index: Index
    zero_terms: bool
    part: Part
    values: PartValues

    @property
    def local(self) -> Index:
        return self.part.local(self.wrt or "output", self.index)

    @cached_property
    def steps(self) -> tuple[Step, ...]:
        """The steps to the entry, without numbers."""
        unknown = replace(self.derivation, known=frozenset())
        return unknown.entry(self.wrt, self.index, self.zero_terms)

    @cached_property
    def value(self) -> Any:
        """What the last step gives at the integers."""
        return evaluate(self.steps[-1].after, self.values, {})

    @cached_property
    def expected(self) -> Any:
        """The entry at the integers."""
        return self.expected_at(self.values.values.arrays)

    def expected_at(self, arrays: Any) -> Any:
        """The entry by the reference; for the slope of an LP norm by the taps of the part."""
        operator, wrt = self.part.operator, self.wrt
        if wrt is None:
            return expected_output(operator, arrays)[self.local]
        if isinstance(operator.reduction, LpNorm):
            return operator.backward(wrt, arrays["upstream"], arrays["input"])[self.local]
        oracle = Oracle(operator)
        return oracle.backward(wrt, arrays["upstream"], arrays["input"], arrays.get("weight"))[self.local]


_Compared = Iterator[tuple[str, Any, Any]]
"""What was compared, in words, with both values."""


def _checks(
    derivation: Worked, wrt: Argument | None, entries: list[Index], zero_terms: bool
) -> tuple[Check, ...]:
    names, norm = derivation.names, derivation.operator.reduction
    subject = names.output if wrt is None else f"∂{names.error}/∂{names.of(wrt)}"
    looked_at = [_numbers(derivation, wrt, index, zero_terms) for index in entries]
    kinds: list[tuple[str, Method, Callable[[_Entry], _Compared], str]] = []
    if wrt is None or not isinstance(norm, LpNorm):
        kinds.append((subject, Method.REFERENCE, _by_reference, "seeded integers"))
    if wrt is not None and not (isinstance(norm, LpNorm) and norm.p != sp.oo):
        kinds.append((subject, Method.QUOTIENT, _by_quotient, "seeded integers"))
    own = derivation.output_is_numeric if wrt is None else derivation.is_numeric
    if own and not (wrt is not None and isinstance(norm, LpNorm)):
        kinds.append((subject, Method.REFERENCE, _own_numbers, "the given numbers"))
    kinds += [
        (f"steps to {subject}", Method.EXACT, _steps, "both sides of every step"),
        (f"general formula of {subject}", Method.EXACT, _general, "the last step"),
    ]
    total = prod(derivation.operator.shape(wrt or "output"))
    checks = tuple(_check(*kind, looked_at, total) for kind in kinds)
    return (
        (*_lp(looked_at, subject), *checks)
        if wrt and isinstance(norm, LpNorm) and norm.p != sp.oo
        else checks
    )


def _lp(entries: list[_Entry], subject: str) -> tuple[Check, ...]:
    """The slopes of an LP norm on the windows that meet the entries: what fails first, else once for all."""
    made = []
    for entry in entries:
        operator, names = entry.part.operator, entry.derivation.names
        arrays = ByRole({"input": Symbols(names.input, operator.input_shape, names.base)})
        made.append(lp_slopes(Worked(operator, names, arrays), subject))
    worst = (next((check for check in kind if not check.passed), kind[0]) for kind in zip(*made, strict=True))
    return tuple(
        replace(check, scope=f"{check.scope}, around {len(entries)} entries") if check.passed else check
        for check in worst
    )


def _check(
    subject: str,
    method: Method,
    compare: Callable[[_Entry], _Compared],
    what: str,
    entries: list[_Entry],
    total: int,
) -> Check:
    """Whether all that is compared agrees, as a check that names the first entry where it does not."""
    for entry in entries:
        at = list(shown_index(entry.derivation, entry.index))
        try:
            for words, value, expected in compare(entry):
                if not same(value, expected):
                    detail = f"Entry {at} is {expected}, but {words} is {value}."
                    return Check(subject, method, Verdict.FAILED, str(value), str(expected), "", detail)
        except OutsideError as error:
            detail = f"Entry {at}: {error}."
            return Check(subject, method, Verdict.FAILED, "taps", "geometry", "", detail)
    (*_, last) = entries
    one = f"entry {list(shown_index(last.derivation, last.index))} of {total:,}"
    many = (
        f"all {total} entries" if len(entries) == total else f"{len(entries)} of {total:,} entries, sampled"
    )
    return Check(
        subject,
        method,
        Verdict.PASSED,
        "taps",
        "the windows that meet the entry",
        f"{one if len(entries) == 1 else many}; {what}",
    )


def _by_reference(entry: _Entry) -> _Compared:
    yield "the result of its steps", entry.value, entry.expected


def _by_quotient(entry: _Entry) -> _Compared:
    values = entry.values.values
    column = values.column(entry.wrt, entry.local)  # type: ignore[arg-type]
    yield "the result of its steps", entry.value, (column * values.arrays["upstream"]).sum()


def _own_numbers(entry: _Entry) -> _Compared:
    derivation, part = entry.derivation, entry.part
    roles = [role for role in derivation.arrays if role in part.ranges or role == "upstream"]
    arrays = {role: part.of(role, derivation.arrays[role]) for role in roles}
    own = derivation.entry(entry.wrt, entry.index)[-1].after
    yield "the value", evaluate(own, derivation.values, {}), entry.expected_at(arrays)


def _steps(entry: _Entry) -> _Compared:
    formulas = []
    # what stands after a step is what stands before the next one, and is worked out once
    for earlier, step in pairwise((None, *entry.steps)):
        assert step is not None
        if earlier is None or earlier.after is not step.before:
            formulas.append((f"before the step '{step.rule}'", step.before))
        formulas.append((f"after the step '{step.rule}'", step.after))
    for where, formula in formulas:
        yield f"what stands {where}", evaluate(formula, entry.values, {}), entry.expected


def _general(entry: _Entry) -> _Compared:
    derivation, operator = entry.derivation, entry.derivation.operator
    general, base = derivation.general(entry.wrt), derivation.names.base
    shapes = operator.input_shape, operator.output_shape
    index, values = entry.index, entry.values
    if len(operator.axes) < len(operator.input_shape):  # one axis covers all dimensions: counted row by row
        values = RowByRow(values.values)  # type: ignore[assignment]
        index = (int(np.ravel_multi_index(index, operator.shape(entry.wrt or "output"))),)
        shapes = (prod(shapes[0]),), (prod(shapes[1]),)
    sizes = size_assignment(general.letters, operator.axes, *shapes, base)
    left = general.left
    free = left.by.index if isinstance(left, Partial) else left.index  # type: ignore[attr-defined]
    at = {**sizes, **{letter: i + base for letter, i in zip(free, index, strict=True)}}
    value = evaluate(general.formula, values, at)
    yield "the general formula there", value, entry.expected


def _numbers(derivation: Worked, wrt: Argument | None, index: Index, zero_terms: bool) -> _Entry:
    """Seeded integers in the arrays of the part; without ties where a maximum or absolute value is taken."""
    part = part_of(derivation.operator, wrt or "output", index)
    operator, rng = part.operator, generator()
    draw = tie_free if isinstance(operator.reduction, Maximum | LpNorm) else _small
    roles = [role for role in derivation.arrays if role in part.ranges]
    arrays = {role: draw(operator.shape(role), rng) for role in roles}
    arrays["upstream"] = draw(operator.output_shape, rng)
    if "bias" in operator.arguments and "bias" not in arrays:
        arrays["bias"] = np.zeros(operator.shape("bias"), dtype=np.int64)
    output = expected_output(operator, forward_arrays(arrays))
    values = jacobian(operator, derivation.names, ByRole({**arrays, "output": output}))
    return _Entry(derivation, wrt, index, zero_terms, part, PartValues(derivation.operator, part, values))


def _small(shape: Index, rng: np.random.Generator) -> Array:
    """Integers of one digit: their sums of products stay far within int64, so that the reference is fast."""
    array: Array = rng.integers(1, 10, size=shape) * rng.choice([-1, 1], size=shape)
    return array
