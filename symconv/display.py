"""The display tree: formulas exactly as they are to be written.

SymPy reorders and evaluates what must stay as it is (``1·3 + 1·4 = 7``), so what is shown is a tree of
our own. It holds no mathematics: it is built from verified values by :mod:`symconv.show` and turned into
LaTeX, MathML and Unicode text by :mod:`symconv.render`. To add a kind of node, add a class here and a
rule to every printer; a test fails while one is missing.

Characters are Unicode throughout (``−``, ``·``, ``≤``, ``∂``); each printer knows how its language says them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import lru_cache, update_wrapper
from typing import Any, Literal, Protocol, TypeVar, cast

from symconv.value import Value

Result = TypeVar("Result")

Role = Literal["input", "weight", "upstream", "result", "wrong"]
"""What a highlighted part of a formula plays; printers give each role one colour."""


class Node(Value, cache_hash=True):
    """Base of the display tree."""


class Row(Node):
    """Parts side by side. The operators of a row are where a long formula may be broken."""

    items: tuple[Node, ...]


class Ident(Node):
    """A variable: one letter (Latin or Greek), italic; bold for arrays. ``□`` is a place to be filled in."""

    name: str
    bold: bool = False


class Num(Node):
    """A number literal, already formatted; a leading ``−`` is part of it."""

    text: str


class Op(Node):
    """A binary operator, relation or separator: one of ``+ − · × / = ≠ < ≤ > ≥ ≈ → ↦ ∈ ∉ ∣ , ; : ⟹ ∧ ∨ …``."""

    symbol: str


class Func(Node):
    """The upright name of a function: ``max``, ``min``, ``lim``, ``sign``, ``log``, ``exp``, ``mod``, ``conv``."""

    name: str


class Words(Node):
    """Upright words within a formula, such as ``if`` or ``otherwise``. Plain ASCII letters and spaces only."""

    text: str


class Frac(Node):
    """A fraction."""

    numerator: Node
    denominator: Node


class Script(Node):
    """A base with a subscript, a superscript or both."""

    base: Node
    sub: Node | None = None
    sup: Node | None = None


class BigOp(Node):
    """An operator with limits below and above: ``∑``, ``∏``, or ``max``, ``min``, ``lim`` (limits below)."""

    symbol: str
    body: Node
    lower: Node | None = None
    upper: Node | None = None


class Root(Node):
    """A square root, or a root with an index."""

    radicand: Node
    index: Node | None = None


class Fence(Node):
    """A part between growing fences: ``( ) [ ] { } ⌊ ⌋ ⌈ ⌉ | | ‖ ‖``; either side may be empty."""

    open: str
    body: Node
    close: str


class Matrix(Node):
    """A matrix in square brackets; ``blocks`` is the height and width of the blocks that lines set apart."""

    rows: tuple[tuple[Node, ...], ...]
    blocks: tuple[int, int] | None = None


class Cases(Node):
    """Values with the conditions under which they hold, behind a left brace."""

    rows: tuple[tuple[Node, Node], ...]


class Stack(Node):
    """Short lines set one above the other, as below a sum with several conditions."""

    lines: tuple[Node, ...]


class Highlight(Node):
    """A part marked with its role; never the only carrier of the information."""

    role: Role
    body: Node


Prose = tuple[str | Node, ...]
"""Running text: plain strings with display trees set inline between them."""


def row(*parts: Node | str | int | Iterable[Node]) -> Node:
    """A row from nodes and shorthands: an int is a number, a str an operator; nested rows are flattened."""
    items: list[Node] = []
    for part in parts:
        if isinstance(part, Row):
            items.extend(part.items)
        elif isinstance(part, Node):
            items.append(part)
        elif isinstance(part, str):
            items.append(Op(part))
        elif isinstance(part, int):
            items.append(Num(str(part).replace("-", "−")))
        else:
            items.extend(part)
    return items[0] if len(items) == 1 else Row(tuple(items))


def join(nodes: Iterable[Node], separator: str) -> Node:
    """Nodes side by side with an operator between them: ``join(terms, "+")``."""
    items: list[Node] = []
    for node in nodes:
        if items:
            items.append(Op(separator))
        items.extend(node.items if isinstance(node, Row) else (node,))
    return items[0] if len(items) == 1 else Row(tuple(items))


def parens(body: Node) -> Fence:
    """``(body)`` with parentheses that grow."""
    return Fence("(", body, ")")


class Rules(Protocol[Result]):
    """A function of nodes with a rule for every kind of them."""

    def __call__(self, node: Node, *options: Any, **named: Any) -> Result: ...

    def register(self, *kinds: type) -> Callable[[Callable[..., Result]], Callable[..., Result]]:
        """Take the decorated function as the rule for nodes of these kinds."""
        ...


def by_kind(default: Callable[..., Result]) -> Rules[Result]:
    """A function of nodes that takes rules, and the default: ``functools.singledispatch``, but quicker.

    The kinds have no kinds of their own, and a document has a hundred thousand nodes to look rules up for. Most
    are signs and parts such as ``∂E/∂C₁₁`` that stand in many formulas: what they gave lately is remembered.
    """
    rules: dict[type, Callable[..., Result]] = {}

    @lru_cache(maxsize=_REMEMBERED)
    def applied(node: Node, *options: Any, **named: Any) -> Result:
        return rules.get(type(node), default)(node, *options, **named)

    def register(*kinds: type) -> Callable[[Callable[..., Result]], Callable[..., Result]]:
        def taken(rule: Callable[..., Result]) -> Callable[..., Result]:
            rules.update(dict.fromkeys(kinds, rule))
            return rule

        return taken

    applied.register = register  # type: ignore[attr-defined]
    update_wrapper(applied, default)
    return cast(Rules[Result], applied)


_REMEMBERED = 2048
