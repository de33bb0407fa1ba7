r"""A display tree as LaTeX for amsmath: the body of a formula, without ``$``.

What is written stays inside the part of LaTeX that latex2mathml converts faithfully. Two habits come from
there: fences other than ``( ) [ ] { }`` are always ``\left … \right`` (a plain ``\lfloor`` would lose
its role), and parts that are juxtaposed have a space between them (``2 in`` would be read as two inches).

Highlights need ``\definecolor{symconv-input}{…}`` and so on for every role; they are written only on request.
"""

from __future__ import annotations

import re
from typing import cast

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
from symconv.errors import UnsupportedError
from symconv.printing.alphabet import GREEK
from symconv.printing.precedence import flat, is_application, is_operator

_LETTERS = {letter: f"\\{name}" for name, letter in GREEK.items()} | {
    "∂": r"\partial",
    "∞": r"\infty",
    "ℓ": r"\ell",
    "□": r"\square",
    # the plain \epsilon and \phi are drawn as other letters: ϵ and ϕ
    "ε": r"\varepsilon",
    "φ": r"\varphi",
    "ℝ": r"\mathbb{R}",
    "ℤ": r"\mathbb{Z}",
    "ℕ": r"\mathbb{N}",
}
_OPERATORS = {symbol: symbol for symbol in "+/=<>,;:"} | {
    "−": "-",
    "±": r"\pm",
    "·": r"\cdot",
    "×": r"\times",
    "÷": r"\div",
    "∗": r"\ast",
    "∘": r"\circ",
    "⊙": r"\odot",
    "⊗": r"\otimes",
    "⋆": r"\star",
    "≠": r"\neq",
    "≤": r"\leq",
    "≥": r"\geq",
    "≈": r"\approx",
    "≡": r"\equiv",
    "∝": r"\propto",
    "→": r"\to",
    "↦": r"\mapsto",
    "∈": r"\in",
    "∉": r"\notin",
    "⊆": r"\subseteq",
    "∪": r"\cup",
    "∩": r"\cap",
    "∣": r"\mid",
    "⟹": r"\implies",
    "⟺": r"\iff",
    "∧": r"\wedge",
    "∨": r"\vee",
    "¬": r"\neg",
    "∀": r"\forall",
    "∃": r"\exists",
    "…": r"\dots",
    "⋯": r"\cdots",
    "⋮": r"\vdots",
}
_BIG = {"∑": r"\sum", "∏": r"\prod"} | {name: f"\\{name}" for name in ("max", "min", "lim", "sup", "inf")}
_FUNCTIONS = frozenset(("max", "min", "lim", "sup", "inf", "log", "ln", "exp", "gcd", "det"))
_FENCES = {
    "": ".",
    "(": "(",
    ")": ")",
    "[": "[",
    "]": "]",
    "{": r"\{",
    "}": r"\}",
    "⌊": r"\lfloor",
    "⌋": r"\rfloor",
    "⌈": r"\lceil",
    "⌉": r"\rceil",
    "⟨": r"\langle",
    "⟩": r"\rangle",
    "|": "|",
    "‖": r"\|",
}
_PLAIN_FENCES = frozenset("(){}[]")


@by_kind
def latex(node: Node, colour: bool = False) -> str:
    """The LaTeX body of a formula.

    Args:
        node: the display tree.
        colour: whether highlights become ``\\textcolor{symconv-<role>}{…}``; by default they leave no trace.

    Raises:
        UnsupportedError: the tree holds a node, a name or a character for which there is no faithful LaTeX.
    """
    raise UnsupportedError(f"LaTeX: a rule for {type(node).__name__} nodes would be needed")


@latex.register(Row)
def _(node: Row, colour: bool = False) -> str:
    if not node.items:
        return "{}"
    parts = flat(node)
    pieces: list[str] = []
    for index, part in enumerate(parts):
        piece = words_in_row(parts, index) if isinstance(part, Words) else latex(part, colour)
        if index and piece.startswith(r"\left") and is_application(parts[index - 1 : index + 1]):
            # growing fences stand off from the name before them
            piece = rf"\!{piece}"
        pieces.append(piece)
    return " ".join(pieces).replace(" ,", ",").replace(" / ", "/")


@latex.register(Ident)
def _(node: Ident, colour: bool = False) -> str:
    name = node.name
    if name in _LETTERS:
        return rf"\boldsymbol{{{_LETTERS[name]}}}" if node.bold else _LETTERS[name]
    if not re.fullmatch("[A-Za-z]+", name):
        raise _unknown("variable", name)
    if node.bold:
        return rf"\mathbf{{{name}}}"
    return name if len(name) == 1 else rf"\mathit{{{name}}}"


@latex.register(Num)
def _(node: Num, colour: bool = False) -> str:
    if not re.fullmatch(r"−?(?:∞|\d+(?:\.\d+)?…?)", node.text):
        raise _unknown("number", node.text)
    text = node.text.replace("∞", r"\infty").replace("…", r"\dots")
    # braces keep the sign a sign: after a relation it would be set as a difference
    return f"{{-{text[1:]}}}" if text.startswith("−") else text


@latex.register(Op)
def _(node: Op, colour: bool = False) -> str:
    return _known(_OPERATORS, "operator", node.symbol)


@latex.register(Func)
def _(node: Func, colour: bool = False) -> str:
    if node.name == "mod":
        return r"\bmod"
    if node.name in _FUNCTIONS:
        return f"\\{node.name}"
    if not re.fullmatch("[A-Za-z]+", node.name):
        raise _unknown("function", node.name)
    return rf"\operatorname{{{node.name}}}"


@latex.register(Words)
def _(node: Words, colour: bool = False) -> str:
    return _words(node.text)


def words_in_row(parts: tuple[Node, ...], index: int) -> str:
    """The words at an index of a row, with the spaces that set them off from what stands beside them."""
    words = cast(Words, parts[index])
    # an operator brings its own space
    after_operand = index > 0 and (not is_operator(parts[index - 1]) or parts[index - 1] == Op(","))
    return _words(words.text, spaced_left=after_operand, spaced_right=index < len(parts) - 1)


def _words(text: str, spaced_left: bool = False, spaced_right: bool = False) -> str:
    if not re.fullmatch("[A-Za-z ]+", text):
        raise _unknown("words", text)
    return rf"\text{{{' ' * spaced_left}{text.strip()}{' ' * spaced_right}}}"


@latex.register(Frac)
def _(node: Frac, colour: bool = False) -> str:
    return rf"\frac{{{latex(node.numerator, colour)}}}{{{latex(node.denominator, colour)}}}"


@latex.register(Script)
def _(node: Script, colour: bool = False) -> str:
    base = latex(node.base, colour)
    if not isinstance(node.base, (Ident, Num, Func)) and not base.startswith(r"\left"):
        base = f"{{{base}}}"
    sub = "" if node.sub is None else f"_{{{latex(node.sub, colour)}}}"
    sup = "" if node.sup is None else f"^{{{latex(node.sup, colour)}}}"
    return base + sub + sup


@latex.register(BigOp)
def _(node: BigOp, colour: bool = False) -> str:
    symbol = _known(_BIG, "large operator", node.symbol)
    lower = "" if node.lower is None else f"_{{{latex(node.lower, colour)}}}"
    upper = "" if node.upper is None else f"^{{{latex(node.upper, colour)}}}"
    return f"{symbol}{lower}{upper} {latex(node.body, colour)}"


@latex.register(Root)
def _(node: Root, colour: bool = False) -> str:
    index = "" if node.index is None else f"[{latex(node.index, colour)}]"
    return rf"\sqrt{index}{{{latex(node.radicand, colour)}}}"


@latex.register(Fence)
def _(node: Fence, colour: bool = False) -> str:
    left = _known(_FENCES, "fence", node.open)
    right = _known(_FENCES, "fence", node.close)
    body = latex(node.body, colour)
    if {node.open, node.close} <= _PLAIN_FENCES and not is_tall(node.body):
        # braces around a square bracket, or a row of a matrix that starts with it gives its height to \\
        return f"{{[{body}{right}}}" if left == "[" else f"{left}{body}{right}"
    return rf"\left{left} {body} \right{right}"


@latex.register(Matrix)
def _(node: Matrix, colour: bool = False) -> str:
    if node.blocks is None:
        return rf"\begin{{bmatrix}} {_cells(node.rows, colour)} \end{{bmatrix}}"
    height, width = node.blocks
    columns = len(node.rows[0])
    spec = "|".join("c" * min(width, columns - start) for start in range(0, columns, width))
    bands = (node.rows[start : start + height] for start in range(0, len(node.rows), height))
    body = r" \\ \hline ".join(_cells(band, colour) for band in bands)
    return rf"\left[ \begin{{array}}{{{spec}}} {body} \end{{array}} \right]"


@latex.register(Cases)
def _(node: Cases, colour: bool = False) -> str:
    return rf"\begin{{cases}} {_cells(node.rows, colour)} \end{{cases}}"


@latex.register(Stack)
def _(node: Stack, colour: bool = False) -> str:
    lines = r" \\ ".join(latex(line, colour) for line in node.lines)
    return rf"\substack{{{lines}}}"


@latex.register(Highlight)
def _(node: Highlight, colour: bool = False) -> str:
    body = latex(node.body, colour)
    return rf"\textcolor{{symconv-{node.role}}}{{{body}}}" if colour else body


class Hole(Node):
    """The place of a part that is printed by itself, as a character that stands for it."""

    mark: str
    tall: bool = False


@latex.register(Hole)
def _(node: Hole, colour: bool = False) -> str:
    return node.mark


def _cells(rows: tuple[tuple[Node, ...], ...], colour: bool) -> str:
    return r" \\ ".join(" & ".join(latex(cell, colour) for cell in cells) for cells in rows)


@by_kind
def is_tall(node: Node) -> bool:
    """Whether a part is higher than the parentheses of its line."""
    return False


@is_tall.register(Frac, Matrix, Cases, Stack)
def _(node: Node) -> bool:
    return True


@is_tall.register(Hole)
def _(node: Hole) -> bool:
    return node.tall


@is_tall.register(BigOp)
def _(node: BigOp) -> bool:
    return node.lower is not None or node.upper is not None or is_tall(node.body)


@is_tall.register(Row)
def _(node: Row) -> bool:
    return any(map(is_tall, node.items))


@is_tall.register(Script)
def _(node: Script) -> bool:
    return is_tall(node.base)


@is_tall.register(Root)
def _(node: Root) -> bool:
    return is_tall(node.radicand)


@is_tall.register(Fence, Highlight)
def _(node: Fence | Highlight) -> bool:
    return is_tall(node.body)


def _known(table: dict[str, str], kind: str, symbol: str) -> str:
    if symbol not in table:
        raise _unknown(kind, symbol)
    return table[symbol]


def _unknown(kind: str, text: str) -> UnsupportedError:
    return UnsupportedError(f"LaTeX: there is no rule for the {kind} {text!r}")
