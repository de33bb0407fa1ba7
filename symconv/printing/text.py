"""A display tree as Unicode text: on one line with :func:`text`, or in two dimensions with :func:`block`.

One line has no bars, raised boxes or tall fences to group with, so parentheses are added wherever the flat
form needs them: a fraction over ``a + b`` becomes ``…/(a + b)``. In two dimensions the parts are boxes of
characters (:mod:`symconv.printing.boxes`).
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
    parens,
)
from symconv.errors import UnsupportedError
from symconv.printing.alphabet import lowered, raised
from symconv.printing.boxes import Box, beside, between, grid, stacked
from symconv.printing.precedence import (
    ATOM,
    BIG,
    ELLIPSES,
    MOD,
    PRODUCT,
    QUOTIENT,
    bare,
    fenced,
    flat,
    is_prefix,
    level,
    ungrouped,
)
from symconv.value import replace

_TIGHT = frozenset("·/")
_PUNCTUATION = frozenset(",;:")
_COMMA = Op(",")


# --- one line ---------------------------------------------------------------------------------------------


@by_kind
def text(node: Node, tight: bool = False) -> str:
    """A formula on one line.

    Args:
        node: the display tree.
        tight: whether to leave out the spaces around operators, as in scripts.

    Raises:
        UnsupportedError: there is no rule for the node.
    """
    raise UnsupportedError(f"text: a rule for {type(node).__name__} nodes would be needed")


@text.register(Ident, Func)
def _(node: Ident | Func, tight: bool = False) -> str:
    return node.name


@text.register(Num, Words)
def _(node: Num | Words, tight: bool = False) -> str:
    return node.text.strip()


@text.register(Op)
def _(node: Op, tight: bool = False) -> str:
    return node.symbol


@text.register(Highlight)
def _(node: Highlight, tight: bool = False) -> str:
    return text(node.body, tight)


@text.register(Row)
def _(node: Row, tight: bool = False) -> str:
    if not node.items:
        return ""
    parts = flat(node)
    pieces: list[str] = []
    for index in range(len(parts)):
        space = " " if index and _spaced(parts, index, tight) else ""
        pieces.append(space + text(ungrouped(parts, index), tight))
    return "".join(pieces)


def _spaced(parts: tuple[Node, ...], index: int, tight: bool) -> bool:
    """Whether a space stands before a part of a row."""
    before, part = bare(parts[index - 1]), bare(parts[index])
    if isinstance(before, Row) and not before.items:
        return False
    if isinstance(before, Words) or isinstance(part, Words):
        return part != _COMMA
    if MOD in (before, part):
        return True
    if isinstance(before, Op) and before.symbol not in ELLIPSES:
        if tight or before.symbol in _TIGHT or is_prefix(parts, index - 1):
            return False
        return not (isinstance(part, Op) and part.symbol in _PUNCTUATION)
    if isinstance(part, Op) and part.symbol not in ELLIPSES:
        return not (tight or part.symbol in _TIGHT or part.symbol in _PUNCTUATION)
    if isinstance(_head(before), Func):
        return not isinstance(part, Fence)
    # √2 x must not be read as the root of 2x
    return isinstance(before, (Root, Op)) or isinstance(part, BigOp) or isinstance(_head(part), Func)


def _head(node: Node) -> Node:
    return bare(node.base) if isinstance(node, Script) else node


@text.register(Frac)
def _(node: Frac, tight: bool = False) -> str:
    return f"{_numerator(node.numerator, tight)}/{_denominator(node.denominator, tight)}"


def _numerator(node: Node, tight: bool) -> str:
    plain = level(node) == PRODUCT or level(node) > QUOTIENT or isinstance(bare(node), Num)
    return text(node if plain else parens(node), tight)


def _denominator(node: Node, tight: bool) -> str:
    return text(node if level(node) > QUOTIENT else parens(node), tight)


@text.register(Script)
def _(node: Script, tight: bool = False) -> str:
    base = text(fenced(node.base, ATOM), tight)
    sub = "" if node.sub is None else _subscript(node.sub, bracketed=_is_bold(node.base))
    sup = "" if node.sup is None else _superscript(node.sup)
    return base + sub + sup


def _is_bold(node: Node) -> bool:
    node = bare(node)
    return isinstance(node, Ident) and node.bold


def _subscript(node: Node, bracketed: bool = False) -> str:
    content = text(node, tight=True)
    return lowered(content) or (f"[{content}]" if bracketed else _marked("_", content))


def _superscript(node: Node) -> str:
    content = text(node, tight=True)
    return raised(content) or _marked("^", content)


def _marked(mark: str, content: str) -> str:
    """A script that has no small characters: ``^q``, ``^(1/p)``, or nothing at all."""
    return f"{mark}{content}" if len(content) == 1 else content and f"{mark}({content})"


@text.register(BigOp)
def _(node: BigOp, tight: bool = False) -> str:
    lower = "" if node.lower is None else text(node.lower, tight=True)
    upper = "" if node.upper is None else text(node.upper, tight=True)
    small_lower, small_upper = lowered(lower), raised(upper)
    if small_lower is None or small_upper is None:
        small_lower, small_upper = _marked("_", lower), _marked("^", upper)
    return f"{node.symbol}{small_lower}{small_upper} {text(fenced(node.body, BIG), tight)}"


@text.register(Root)
def _(node: Root, tight: bool = False) -> str:
    if node.index is None:
        return f"√{text(fenced(node.radicand, ATOM), tight)}"
    return f"{text(fenced(node.radicand, ATOM), tight)}^(1/{_denominator(node.index, True)})"


@text.register(Fence)
def _(node: Fence, tight: bool = False) -> str:
    return f"{node.open}{text(node.body, tight)}{node.close}"


@text.register(Matrix)
def _(node: Matrix, tight: bool = False) -> str:
    rows = [[text(cell) for cell in cells] for cells in node.rows]
    separator = ", " if any(" " in cell for cells in rows for cell in cells) else " "
    return f"[{'; '.join(separator.join(cells) for cells in rows)}]"


@text.register(Cases)
def _(node: Cases, tight: bool = False) -> str:
    rows = [
        f"{text(value)}{' ' if _worded(condition) else ', '}{text(condition)}"
        for value, condition in node.rows
    ]
    return f"{{{'; '.join(rows)}}}"


def _worded(condition: Node) -> bool:
    return isinstance(bare(flat(condition)[0]), Words)


@text.register(Stack)
def _(node: Stack, tight: bool = False) -> str:
    return ("," if tight else ", ").join(text(line, tight) for line in node.lines)


# --- two dimensions ---------------------------------------------------------------------------------------


def block(node: Node) -> tuple[str, ...]:
    """A formula as lines of text in two dimensions, without trailing spaces.

    Raises:
        UnsupportedError: there is no rule for the node.
    """
    return tuple(line.rstrip() for line in box(node).lines)


@by_kind
def box(node: Node, colour: bool = False) -> Box:
    """A formula as a box of characters; nodes without a shape of their own are set on one line.

    Args:
        node: the display tree.
        colour: whether highlights leave their roles in the box; by default they leave no trace.
    """
    return Box((text(node),))


@box.register(Highlight)
def _(node: Highlight, colour: bool = False) -> Box:
    body = box(node.body, colour)
    return body.inked(node.role) if colour else body


@box.register(Row)
def _(node: Row, colour: bool = False) -> Box:
    if not node.items:  # an empty row is an invisible operand
        return Box(("",))
    parts = flat(node)
    boxes = [box(part, colour) for part in parts]
    pieces: list[Box] = []
    for index, piece in enumerate(boxes):
        if index and (_spaced(parts, index, tight=False) or _apart(parts, boxes, index)):
            pieces.append(Box((" ",)))
        pieces.append(piece)
    return beside(pieces)


def _apart(parts: tuple[Node, ...], boxes: list[Box], index: int) -> bool:
    """Whether a gap keeps two operands apart of which one is a fraction, or tall without a fence."""
    before, part = bare(parts[index - 1]), bare(parts[index])
    if isinstance(before, Op) or isinstance(part, Op):
        return False
    tall = max(boxes[index - 1].height, boxes[index].height) > 1
    return tall and (isinstance(before, (Frac, Root)) or isinstance(part, (Frac, Root)))


@box.register(Frac)
def _(node: Frac, colour: bool = False) -> Box:
    numerator, denominator = box(node.numerator, colour), box(node.denominator, colour)
    # the bar of a fraction within a fraction must be shorter than the bar around it
    nested = any("─" in line for part in (numerator, denominator) for line in part.lines)
    width = max(numerator.width, denominator.width) + 2 * nested
    bar = Box(("─" * width,))
    return replace(stacked((numerator, bar, denominator), "centre"), baseline=numerator.height)


@box.register(Script)
def _(node: Script, colour: bool = False) -> Box:
    base = box(fenced(node.base, ATOM), colour)
    if base.height == 1:
        line = text(node)
        if "^(" not in line and "_(" not in line:
            return Box((line,))
    sub = None if node.sub is None else text(node.sub, tight=True)
    sup = None if node.sup is None else text(node.sup, tight=True)
    if base.height == 1:
        if sub is not None and lowered(sub):
            base, sub = Box((base.lines[0] + str(lowered(sub)),)), None
        elif sub is not None and _is_bold(node.base):
            base, sub = Box((f"{base.lines[0]}[{sub}]",)), None
    scripts = max(len(sub or ""), len(sup or ""))
    blank = " " * base.width
    middle = base.framed(("",) * base.height, (" " * scripts,) * base.height)
    above = () if sup is None else (Box((blank + sup.ljust(scripts),)),)
    below = () if sub is None else (Box((blank + sub.ljust(scripts),)),)
    return replace(stacked((*above, middle, *below), "left"), baseline=base.baseline + len(above))


@box.register(BigOp)
def _(node: BigOp, colour: bool = False) -> Box:
    symbol = Box((node.symbol,))
    upper = () if node.upper is None else (_limit(node.upper),)
    lower = () if node.lower is None else (_limit(node.lower),)
    operator = replace(
        stacked((*upper, symbol, *lower), "centre"), baseline=sum(part.height for part in upper)
    )
    return beside((operator, Box((" ",)), box(node.body, colour)))


def _limit(node: Node) -> Box:
    if isinstance(node, Stack):
        return stacked([_limit(line) for line in node.lines], "centre")
    return Box((text(node, tight=True),))


@box.register(Root)
def _(node: Root, colour: bool = False) -> Box:
    body = box(node.radicand, colour)
    if body.height == 1 and node.index is None and level(node.radicand) == ATOM:
        return body.framed(("√",), ("",))
    index = "" if node.index is None else text(node.index, tight=True)
    height = body.height
    left = [" " * (height - row) + "╱" + " " * row for row in range(height)]
    left[-1] = "╲╱" + " " * (height - 1)
    margin = max(len(index) - 1, 0)
    edges = [" " * (height + 1 + margin), *(" " * margin + edge for edge in left)]
    if index:
        edges[-2] = index + edges[-2][len(index) :]
    barred = stacked((Box(("_" * body.width,)), body), "left").framed(edges, [""] * len(edges))
    return replace(barred, baseline=body.baseline + 1)


@box.register(Fence)
def _(node: Fence, colour: bool = False) -> Box:
    return between(node.open, box(node.body, colour), node.close)


@box.register(Matrix)
def _(node: Matrix, colour: bool = False) -> Box:
    cells = [[box(cell, colour) for cell in cells] for cells in node.rows]
    return between("[", grid(cells, "centre", node.blocks), "]")


@box.register(Cases)
def _(node: Cases, colour: bool = False) -> Box:
    return between(
        "{",
        grid([[box(value, colour), box(condition, colour)] for value, condition in node.rows], "left"),
        "",
    )


@box.register(Stack)
def _(node: Stack, colour: bool = False) -> Box:
    return stacked([box(line, colour) for line in node.lines], "centre")
