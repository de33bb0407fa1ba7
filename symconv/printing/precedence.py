"""How tightly a display tree binds, and hence where it needs fences.

``level(node)`` is that of the formula as typeset in two dimensions: ``a + b`` binds at :data:`SUM`, a
fraction at :data:`QUOTIENT` (its bar groups both parts), ``x^2`` at :data:`POWER`, ``max(a, b)`` is an
:data:`ATOM`. Levels are plain integers, tighter ones larger.
"""

from __future__ import annotations

from symconv.display import (
    BigOp,
    Cases,
    Fence,
    Frac,
    Func,
    Highlight,
    Ident,
    Node,
    Num,
    Op,
    Row,
    Script,
    Stack,
    Words,
    parens,
    row,
)

RELATION, SUM, BIG, PRODUCT, QUOTIENT, POWER, ATOM = range(7)

ADDITIVE = frozenset("+−±")
MULTIPLICATIVE = frozenset("·×/÷∗∘⊙⊗⋆")
ELLIPSES = frozenset("…⋯⋮")
PREFIXES = frozenset("¬∀∃")
RELATIONS = frozenset("=≠<≤>≥≈≡→↦∈∉∣⟹⟺⊆∝")

MOD = Func("mod")
"""The one name that stands between its operands."""
_PARTIAL = Ident("∂")
_EDGE = Op("=")
"""What the parts at the ends of a row stand beside."""


def flat(node: Node) -> tuple[Node, ...]:
    """The parts of a row with nested rows opened up; any other node is its own single part.

    An empty row stays: it is an invisible operand (see :func:`symconv.printing.breaking.split_row`).
    """
    if not isinstance(node, Row) or not node.items:
        return (node,)
    for item in node.items:
        if isinstance(item, Row) and item.items:
            return tuple(part for item in node.items for part in flat(item))
    return node.items


def bare(node: Node) -> Node:
    """The node without the highlights around it."""
    while isinstance(node, Highlight):
        node = node.body
    return node


def is_operator(node: Node) -> bool:
    """Whether a part of a row stands between or before operands; dots stand for an operand."""
    node = bare(node)
    return node.symbol not in ELLIPSES if isinstance(node, Op) else node == MOD


def is_prefix(parts: tuple[Node, ...], index: int) -> bool:
    """Whether the operator at an index applies to what follows only: a sign, or ``¬``."""
    node = bare(parts[index])
    if not isinstance(node, Op):
        return False
    opens = index == 0 or is_operator(parts[index - 1]) or isinstance(parts[index - 1], Words)
    return node.symbol in PREFIXES or node.symbol in ADDITIVE and opens


def ungrouped(parts: tuple[Node, ...], index: int) -> Node:
    """A part of a row for one line: in parentheses if only its two-dimensional shape kept it together."""
    part = parts[index]
    if not isinstance(bare(part), Frac):
        return part
    before = bare(parts[index - 1]) if index else _EDGE
    after = parts[index + 1] if index + 1 < len(parts) else _EDGE
    loose = (
        is_operator(before) and is_operator(after) or isinstance(before, Words) or isinstance(after, Words)
    )
    return part if loose and before != Op("/") else parens(part)


def is_partial(node: Node) -> bool:
    """Whether a row is a differential such as ``∂E``, which binds like a single letter."""
    return isinstance(node, Row) and len(node.items) == 2 and node.items[0] == _PARTIAL


def is_application(parts: tuple[Node, ...]) -> bool:
    """Whether the parts are a function applied to a fenced argument, such as ``max(a, b)``."""
    if len(parts) != 2 or not isinstance(bare(parts[1]), Fence):
        return False
    head = bare(parts[0])
    return isinstance(head.base if isinstance(head, Script) else head, Func)


def level(node: Node) -> int:
    """How tightly a node binds, from :data:`RELATION` to :data:`ATOM`."""
    match node:
        case Highlight():
            return level(node.body)
        case Num():
            return SUM if node.text.startswith("−") else ATOM
        case Words() | Stack() | Cases():
            return RELATION
        case BigOp():
            return BIG
        case Frac():
            return QUOTIENT
        case Script():
            return ATOM if node.sup is None else POWER
        case Op():
            return ATOM if node.symbol in ELLIPSES else RELATION
        case Row():
            return _row_level(flat(node))
        case _:
            return ATOM


def _row_level(parts: tuple[Node, ...]) -> int:
    if len(parts) < 2:
        return level(parts[0]) if parts and not isinstance(parts[0], Row) else ATOM
    if is_application(parts) or is_partial(Row(parts)):
        return ATOM
    return min(_part_level(part) for part in parts)


def _part_level(part: Node) -> int:
    """What a part makes of the row in which it stands: at most a product, by juxtaposition."""
    part = bare(part)
    if isinstance(part, Op) and part.symbol in ADDITIVE:
        return SUM
    if isinstance(part, Op) and part.symbol in MULTIPLICATIVE:
        return PRODUCT
    return min(level(part), PRODUCT)


def fenced(node: Node, at_least: int) -> Node:
    """The node, in parentheses if it binds less tightly than is needed."""
    return node if level(node) >= at_least else parens(node)


def on_one_line(node: Node) -> Node:
    """A tree for an exponent, its fractions written with a slash."""
    match node:
        case Frac(numerator, denominator):
            below = fenced(on_one_line(denominator), QUOTIENT)
            return row(fenced(on_one_line(numerator), PRODUCT), "/", below)
        case Row():
            parts = flat(node)
            return row(*(on_one_line(ungrouped(parts, index)) for index in range(len(parts))))
        case Fence(left, body, right):
            return Fence(left, on_one_line(body), right)
        case _:
            return node
