"""Breaking a long row at its top-level operators, by an estimate of its typeset width.

The estimate is in em of Latin Modern at the size of the text; it is for deciding where to break, and is
checked against TeX in the tests.
"""

from __future__ import annotations

from collections.abc import Callable

from symconv.display import (
    BigOp,
    Cases,
    Fence,
    Frac,
    Func,
    Highlight,
    Ident,
    Matrix,
    Node,
    Num,
    Op,
    Root,
    Row,
    Script,
    Stack,
    Words,
    by_kind,
)
from symconv.printing.precedence import ADDITIVE, MULTIPLICATIVE, PREFIXES, RELATIONS, bare, flat, is_prefix

_SCRIPT = 0.72
_THICK, _MEDIUM, _THIN = 0.28, 0.22, 0.17


def split_row(node: Node, width: float, measure: Callable[[Node], float] | None = None) -> tuple[Node, ...]:
    """Pieces of a formula, none wider than asked for where that can be done by breaking between terms.

    A row is broken before a ``+``, ``−`` or relation that is not within another node. A piece that starts
    with ``+`` or ``−`` has an empty row before it, so that printers space it as the operation it is. The
    pieces side by side are the formula.

    Args:
        node: the display tree; anything but a row comes back whole.
        width: the greatest width of a piece, in the unit of ``measure``.
        measure: the width of a formula; :func:`typeset_width` if left out.
    """
    if not isinstance(node, Row) or (measure or typeset_width)(node) <= width:
        return (node,)
    pieces: list[Node] = []
    current: tuple[Node, ...] = ()
    filled = 0.0
    for term in _terms(flat(node)):
        # typeset widths add up, since no term after the first starts with a sign
        own = 0.0 if measure else typeset_width(_piece(term, bool(current or pieces)))
        grown = measure(_piece(current + term, bool(pieces))) if measure else filled + own
        if current and grown > width:
            pieces.append(_piece(current, bool(pieces)))
            current, grown = (), own
        current, filled = current + term, grown
    return (*pieces, _piece(current, bool(pieces)))


def _terms(parts: tuple[Node, ...]) -> list[tuple[Node, ...]]:
    """The parts in groups, each but the first starting with the operator before which one may break."""
    cuts = [index for index in range(1, len(parts)) if _is_cut(parts, index)]
    return [parts[start:end] for start, end in zip([0, *cuts], [*cuts, len(parts)], strict=True)]


def _is_cut(parts: tuple[Node, ...], index: int) -> bool:
    node = bare(parts[index])
    if not isinstance(node, Op) or is_prefix(parts, index):
        return False
    return node.symbol in ADDITIVE or node.symbol in RELATIONS


def _piece(parts: tuple[Node, ...], later: bool) -> Node:
    head = bare(parts[0])
    continues = later and isinstance(head, Op) and head.symbol in ADDITIVE
    return Row((Row(()), *parts) if continues else parts)


@by_kind
def typeset_width(node: Node) -> float:
    """About how wide a formula is when typeset as a display, in em."""
    raise NotImplementedError(type(node).__name__)


@typeset_width.register(Ident)
def _(node: Ident) -> float:
    per_letter = 0.55 if node.name.islower() else 0.77
    return len(node.name) * (per_letter + 0.08 * node.bold)


@typeset_width.register(Num)
def _(node: Num) -> float:
    return 0.5 * len(node.text) + 0.28 * node.text.startswith("−") + 0.5 * node.text.endswith("∞")


@typeset_width.register(Words)
def _(node: Words) -> float:
    return 0.46 * (len(node.text) + 1)


@typeset_width.register(Func)
def _(node: Func) -> float:
    return 0.53 * len(node.name) + (4 * _MEDIUM if node.name == "mod" else _THIN)


@typeset_width.register(Op)
def _(node: Op) -> float:
    if node.symbol in ",;":
        return 0.28 + _THIN
    if node.symbol == "/" or node.symbol in PREFIXES:
        return 0.6
    if node.symbol == "·":
        return 0.28 + 2 * _MEDIUM
    if node.symbol in ADDITIVE | MULTIPLICATIVE:
        return 0.78 + 2 * _MEDIUM
    return 1.0 + 2 * _THICK


@typeset_width.register(Row)
def _(node: Row) -> float:
    parts = flat(node)
    # a sign has no space around it
    signs = sum(
        isinstance(part, Op) and part.symbol in ADDITIVE and is_prefix(parts, index)
        for index, part in enumerate(map(bare, parts))
    )
    return sum([typeset_width(part) for part in parts if not isinstance(part, Row)]) - 2 * _MEDIUM * signs


@typeset_width.register(Highlight)
def _(node: Highlight) -> float:
    return typeset_width(node.body)


@typeset_width.register(Frac)
def _(node: Frac) -> float:
    return max(typeset_width(node.numerator), typeset_width(node.denominator)) + 0.24


@typeset_width.register(Script)
def _(node: Script) -> float:
    return typeset_width(node.base) + _SCRIPT * _widest(node.sub, node.sup) + 0.1


@typeset_width.register(BigOp)
def _(node: BigOp) -> float:
    symbol = 1.44 if len(node.symbol) == 1 else 0.53 * len(node.symbol)
    return max(symbol, _SCRIPT * _widest(node.lower, node.upper)) + _THIN + typeset_width(node.body)


@typeset_width.register(Root)
def _(node: Root) -> float:
    return 0.9 + typeset_width(node.radicand)


@typeset_width.register(Fence)
def _(node: Fence) -> float:
    return 1.0 + typeset_width(node.body)


@typeset_width.register(Matrix)
def _(node: Matrix) -> float:
    return (1.0 if node.blocks is None else 2.2) + _columns(node.rows)


@typeset_width.register(Cases)
def _(node: Cases) -> float:
    return 0.9 + _columns(node.rows)


@typeset_width.register(Stack)
def _(node: Stack) -> float:
    return _widest(*node.lines)


def _columns(rows: tuple[tuple[Node, ...], ...]) -> float:
    widths = [_widest(*column) for column in zip(*rows, strict=True)]
    return sum(widths) + len(widths) - 1


def _widest(*nodes: Node | None) -> float:
    return max((typeset_width(node) for node in nodes if node is not None), default=0.0)
