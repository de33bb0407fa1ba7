r"""A display tree as Typst mathematics: the body of a formula, without ``$``.

Letters, signs and fences are written as the characters that they are; everything with structure is a call
(``frac(…)``, ``attach(…)``, ``lr(…)``), so that nothing depends on how Typst reads a shorthand. Characters
that separate arguments are escaped, words stand in quotes.

Highlights call ``symconv<role>(…)``, which the document that holds the formula defines; they are written
only on request. To show a new kind of node, register a rule on :func:`typst`.
"""

from __future__ import annotations

import re
from functools import singledispatch

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
)
from symconv.errors import UnsupportedError
from symconv.printing.alphabet import GREEK
from symconv.printing.precedence import flat, is_operator

_LETTERS = frozenset(GREEK.values()) | frozenset("∂∞ℓℝℤℕ□")
_SEPARATORS = frozenset(",;:/")
"""Signs that Typst would take for the end of an argument, a name or a fraction."""
_OPERATORS = frozenset("+−±·×÷∗∘⊙⊗⋆=≠<≤>≥≈≡∝→↦∈∉⊆∪∩∣⟹⟺∧∨¬∀∃…⋯⋮") | _SEPARATORS
_CHARACTERS = {"∗": "∗", "·": "dot.c", "⋆": "star.op", "…": "dots.h", "⋯": "dots.c", "⋮": "dots.v"}
"""Signs that are spelled, where the character alone is drawn otherwise."""
_BIG = frozenset("∑∏")
_LIMITED = frozenset(("max", "min", "lim", "sup", "inf"))
_FENCES = frozenset("()[]{}⌊⌋⌈⌉⟨⟩|‖")


@singledispatch
def typst(node: Node, colour: bool = False) -> str:
    """The Typst body of a formula.

    Args:
        node: the display tree.
        colour: whether highlights become ``symconv<role>(…)``; by default they leave no trace.

    Raises:
        UnsupportedError: the tree holds a node, a name or a character for which there is no faithful Typst.
    """
    raise UnsupportedError(f"Typst: a rule for {type(node).__name__} nodes would be needed")


@typst.register(Row)
def _(node: Row, colour: bool = False) -> str:
    if not node.items:
        return '""'  # an operand of no width, by which a sign after it is spaced as an operation
    parts = flat(node)
    last = len(parts) - 1
    pieces: list[str] = []
    for index, part in enumerate(parts):
        if isinstance(part, Words):
            # an operator brings its own space
            after_operand = index > 0 and (not is_operator(parts[index - 1]) or parts[index - 1] == Op(","))
            pieces.append(_words(part.text, spaced_left=after_operand, spaced_right=index < last))
            continue
        if index and isinstance(part, Func) and not is_operator(parts[index - 1]):
            pieces.append("thin")
        pieces.append(typst(part, colour))
    return " ".join(pieces)


@typst.register(Ident)
def _(node: Ident, colour: bool = False) -> str:
    name = node.name
    if name in _LETTERS:
        return f"bold({name})" if node.bold else name
    if not re.fullmatch("[A-Za-z]+", name):
        raise _unknown("variable", name)
    if node.bold:
        return f"bold(upright({_spelled(name)}))"
    return name if len(name) == 1 else f"italic({_spelled(name)})"


def _spelled(name: str) -> str:
    """A name as text where it has several letters; a single letter is a variable, which text is not."""
    return name if len(name) == 1 else f'"{name}"'


@typst.register(Num)
def _(node: Num, colour: bool = False) -> str:
    if not re.fullmatch(r"−?(?:∞|\d+(?:\.\d+)?…?)", node.text):
        raise _unknown("number", node.text)
    # a sign that belongs to the number is no operator
    return f'class("normal", −){node.text[1:]}' if node.text.startswith("−") else node.text


@typst.register(Op)
def _(node: Op, colour: bool = False) -> str:
    if node.symbol not in _OPERATORS:
        raise _unknown("operator", node.symbol)
    if node.symbol in _SEPARATORS:
        return f"\\{node.symbol}"
    return _CHARACTERS.get(node.symbol, node.symbol)


@typst.register(Func)
def _(node: Func, colour: bool = False) -> str:
    if not re.fullmatch("[A-Za-z]+", node.name):
        raise _unknown("function", node.name)
    return 'class("binary", op("mod"))' if node.name == "mod" else f'op("{node.name}")'


@typst.register(Words)
def _(node: Words, colour: bool = False) -> str:
    return _words(node.text)


def _words(text: str, spaced_left: bool = False, spaced_right: bool = False) -> str:
    if not re.fullmatch("[A-Za-z ]+", text):
        raise _unknown("words", text)
    space = "#h(0.3em)"
    return f'{f"{space} " * spaced_left}upright("{text.strip()}"){f" {space}" * spaced_right}'


@typst.register(Frac)
def _(node: Frac, colour: bool = False) -> str:
    return f"frac({typst(node.numerator, colour)}, {typst(node.denominator, colour)})"


@typst.register(Script)
def _(node: Script, colour: bool = False) -> str:
    return f"attach({typst(node.base, colour)}{_attached(node.sub, node.sup, colour)})"


@typst.register(BigOp)
def _(node: BigOp, colour: bool = False) -> str:
    if node.symbol in _BIG:
        sign = node.symbol
    elif node.symbol in _LIMITED:
        sign = f'op("{node.symbol}", limits: #true)'
    else:
        raise _unknown("large operator", node.symbol)
    attached = _attached(node.lower, node.upper, colour)
    return (
        f"attach({sign}{attached}) {typst(node.body, colour)}"
        if attached
        else f"{sign} {typst(node.body, colour)}"
    )


def _attached(lower: Node | None, upper: Node | None, colour: bool) -> str:
    below = "" if lower is None else f", b: {typst(lower, colour)}"
    above = "" if upper is None else f", t: {typst(upper, colour)}"
    return below + above


@typst.register(Root)
def _(node: Root, colour: bool = False) -> str:
    radicand = typst(node.radicand, colour)
    return f"sqrt({radicand})" if node.index is None else f"root({typst(node.index, colour)}, {radicand})"


@typst.register(Fence)
def _(node: Fence, colour: bool = False) -> str:
    left, right = _fence(node.open, "opening"), _fence(node.close, "closing")
    return f"lr({left} {typst(node.body, colour)} {right})"


def _fence(symbol: str, side: str) -> str:
    """A fence that grows; of an empty side nothing is drawn."""
    if symbol == "":
        return ""
    if symbol not in _FENCES:
        raise _unknown("fence", symbol)
    return f'class("{side}", \\{symbol})'


@typst.register(Matrix)
def _(node: Matrix, colour: bool = False) -> str:
    lines = ""
    if node.blocks is not None:
        height, width = node.blocks
        across = ", ".join(map(str, range(height, len(node.rows), height)))
        down = ", ".join(map(str, range(width, len(node.rows[0]), width)))
        lines = f"augment: #(hline: ({across},), vline: ({down},), stroke: 0.4pt), ".replace("(,)", "()")
    return f'mat(delim: "[", {lines}{_cells(node.rows, colour)})'


@typst.register(Cases)
def _(node: Cases, colour: bool = False) -> str:
    rows = (" & quad ".join(typst(cell, colour) for cell in cells) for cells in node.rows)
    return f"cases({', '.join(rows)})"


@typst.register(Stack)
def _(node: Stack, colour: bool = False) -> str:
    # as large as a single line would be: a column sets its parts one size smaller
    lines = ", ".join(f"script({typst(line, colour)})" for line in node.lines)
    return f"vec(delim: #none, gap: #0.25em, {lines})"


@typst.register(Highlight)
def _(node: Highlight, colour: bool = False) -> str:
    body = typst(node.body, colour)
    return f"symconv{node.role}({body})" if colour else body


def _cells(rows: tuple[tuple[Node, ...], ...], colour: bool) -> str:
    return "; ".join(", ".join(typst(cell, colour) for cell in cells) for cells in rows)


def _unknown(kind: str, text: str) -> UnsupportedError:
    return UnsupportedError(f"Typst: there is no rule for the {kind} {text!r}")
