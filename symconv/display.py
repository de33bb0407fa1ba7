"""The display tree: formulas exactly as they are to be written.

SymPy reorders and evaluates what must stay as it is (``1·3 + 1·4 = 7``), so what is shown is a tree of
our own. It holds no mathematics: it is built from verified values by :mod:`symconv.show` and turned into
LaTeX, MathML and Unicode text by :mod:`symconv.render`. To add a kind of node, add a class here and a
rule to every printer; a test fails while one is missing.

Characters are Unicode throughout (``−``, ``·``, ``≤``, ``∂``); each printer knows how its language says them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Any, Generic, Literal, TypeVar

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


class ByKind(Generic[Result]):
    """A function of nodes with a rule for every kind, and a default: ``functools.singledispatch``, but quicker.

    The kinds have no kinds of their own, and a document has a hundred thousand nodes to look rules up for. Most
    are parts such as ``∂E/∂C₁₁`` that stand in many formulas: what such a part gave lately is remembered.
    """

    def __init__(self, default: Callable[..., Result]) -> None:
        self.__doc__ = default.__doc__
        self._default = default
        self._rules: dict[type, Callable[..., Result]] = {}
        self._remembered = lru_cache(maxsize=_REMEMBERED)(self._applied)

    def __call__(self, node: Node, *options: Any, **named: Any) -> Result:
        if type(node) in _RECURRING:
            return self._remembered(node, *options, **named)
        return self._rules.get(type(node), self._default)(node, *options, **named)

    def _applied(self, node: Node, *options: Any, **named: Any) -> Result:
        return self._rules.get(type(node), self._default)(node, *options, **named)

    def register(self, *kinds: type) -> Callable[[Callable[..., Result]], Callable[..., Result]]:
        """Take the decorated function as the rule for nodes of these kinds."""

        def register(rule: Callable[..., Result]) -> Callable[..., Result]:
            self._rules.update(dict.fromkeys(kinds, rule))
            return rule

        return register


_RECURRING = frozenset((Frac, Script, Highlight))
_REMEMBERED = 2048
