r"""A display tree as MathML: latex2mathml applied to our LaTeX, then guarded and repaired.

latex2mathml takes a millisecond for a long formula, and formulas are made of few things that come again and
again. So it converts each distinct shape once, such as ``\frac{□}{□}`` or ``\mathbf{B}_{□}``, and the parts
are put where the boxes stand: a row of a formula is the row of what its parts become.

latex2mathml never refuses: what it does not know lands in the text. So every conversion is parsed as XML and
searched for leaks. The repairs are made on the string, because its shape is known:

===================================  ===========================================================
``max``, ``∑`` in a display           limits below and above, where TeX sets them
function names, ``/``                spaces as in TeX instead of those of a relation
``∂``, ``∞``, dots                   letters, without the spaces of an operator
bold Greek letters                   Unicode mathematical letters; browsers ignore ``mathvariant``
a minus after an operator            marked as a sign, or it is spaced like a difference
a matrix in its brackets             its own row, or the brackets grow with their neighbours
lines between blocks                 borders of cells; browsers ignore ``columnlines``
highlights                           ``class="role-<role>"`` instead of a colour
numeric entities, one-element rows   the characters; no row
===================================  ===========================================================
"""

from __future__ import annotations

import re
from xml.parsers import expat

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
from symconv.printing.latex import Hole, is_tall, latex, words_in_row
from symconv.printing.precedence import flat
from symconv.printing.text import text
from symconv.value import Value

NAMESPACE = "http://www.w3.org/1998/Math/MathML"

_PLAIN = (Func, Op, Words)
"""What stands in a shape as it is."""
_FIRST_MARK = 0xE000
"""Characters that stand for parts, from Unicode's private use: no formula has them."""

_NAMES = "max|min|lim|sup|inf|log|ln|exp|gcd|det|mod|[A-Za-z]{2,}"
_ESCAPES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;"})
_LIMITS = re.compile(r"(\\(?:sum|prod|max|min|lim|sup|inf))_")
_ENTITY = re.compile(r"&#x([0-9A-Fa-f]+);")
_LONE = re.compile(r"<mrow>(<m[ion](?: [^<>]*)?>[^<]*</m[ion]>)</mrow>")
_NAMED = re.compile(rf">(?:{_NAMES})</m[io]>")
_FUNCTION = re.compile(
    rf"(?P<operand></m(?!o>)\w+>)?(?P<limits><m(?:sub|under)>)?"
    rf'<m[io](?: movablelimits="true")?>(?P<name>{_NAMES})</m[io]>'
    r'(?P<fence>(?:<mrow>)?<mo(?: stretchy="false")?>\()?'
)
_LINED = re.compile(
    r'<mtable(?: columnlines="(?P<down>[^"]*)")?(?: rowlines="(?P<across>[^"]*)")?>'
    r'(?P<rows>(?:<mtr><mtd columnalign="center">(?:(?!<mtable).)*?</mtr>)+)</mtable>'
)
_SIGN = re.compile(r'((?:<mo(?: stretchy="false")?>[^)\]}<]</mo>|</mtext>)<mo)>−</mo>')
_MISTAKEN = re.compile(r"<mi>([;:¬±⟹⟺∀∃])</mi>")
_LETTER = re.compile(r"<mo>([∂∞…⋯⋮])</mo>")
_BOLD_GREEK = re.compile(r'<mi mathvariant="bold-italic">([α-ωΑ-Ω])</mi>')
# a brace is wanted where it is an operator: then it is a fence
_LEAK = re.compile(r'[\\$_^#%~]|&(?![lg]t;)|(?<!<mo>)(?<!<mo stretchy="false">)[{}]|symconv')
_SUPERFLUOUS = (
    ' stretchy="true" fence="true" form="prefix"',
    ' stretchy="true" fence="true" form="postfix"',
    ' mathvariant="italic"',
    '<mspace width="negativethinmathspace" />',
    "<mo />",
)
"""What a browser does anyway, a fence's place in its row included, and what only TeX needs."""


class Math(Value):
    """What a ``<math>`` element says: how it is read, its elements, and whether it stands on a line of its own.

    A displayed one has both ``display="block"`` and ``displaystyle="true"``, so that a style sheet may set it
    inline, as in a table of aligned lines, without its fractions shrinking.
    """

    reading: str
    content: str
    display: bool

    def __str__(self) -> str:
        style = ' display="block" displaystyle="true"' if self.display else ""
        return f'<math xmlns="{NAMESPACE}"{style} alttext="{self.reading}">{self.content}</math>'


class MathML:
    """Converts formulas, each distinct part of them once; make one for each rendering run."""

    __slots__ = ("_formulas", "_parts", "_shapes")

    def __init__(self) -> None:
        self._formulas: dict[tuple[Node, bool], Math] = {}
        self._parts: dict[tuple[Node, bool], str] = {}
        self._shapes: dict[str, str] = {}

    def __call__(self, node: Node, display: bool = False) -> str:
        """The ``<math>`` element of a formula; arguments and errors as :meth:`math`."""
        return str(self.math(node, display))

    def math(self, node: Node, display: bool = False) -> Math:
        """What the ``<math>`` element of a formula says. Several elements have one row around all of them.

        Args:
            node: the display tree.
            display: whether it stands on a line of its own.

        Raises:
            UnsupportedError: there is no faithful MathML; the message holds the LaTeX.
        """
        key = node, display
        if key not in self._formulas:
            content = _in_context(f"<mrow>{self._content(node, display)}</mrow>")
            self._formulas[key] = Math(text(node).translate(_ESCAPES), content, display)
        return self._formulas[key]

    def _content(self, node: Node, display: bool) -> str:
        """The elements of a formula, side by side."""
        if not isinstance(node, Row) or not node.items:
            return self._part(node, display)
        parts = flat(node)
        return "".join(
            self._shape(words_in_row(parts, index), display)
            if isinstance(part, Words)
            else self._part(part, display)
            for index, part in enumerate(parts)
        )

    def _part(self, node: Node, display: bool) -> str:
        """The elements of a part of a row."""
        key = node, display
        if key not in self._parts:
            self._parts[key] = self._converted(node, display)
        return self._parts[key]

    def _converted(self, node: Node, display: bool) -> str:
        """The elements of a shape, with its own parts put in."""
        if isinstance(node, Num) and node.text.isdigit():
            return self._shape("0", display).replace("0", node.text)
        holes: dict[str, Node] = {}
        markup = self._shape(latex(_shape(node, holes), True), display)
        for mark, part in holes.items():
            place = f"<mi>{mark}</mi>"
            if markup.count(place) != 1:
                raise UnsupportedError(f"MathML: the conversion of {latex(node)!r} loses a part")
            markup = markup.replace(place, self._content(part, display))
        return markup

    def _shape(self, source: str, display: bool) -> str:
        """The elements of a piece of LaTeX."""
        if display:
            source = _LIMITS.sub(r"\1\\limits_", source)
        if source not in self._shapes:
            from latex2mathml.converter import convert

            markup = _repaired(convert(source))
            _guard(markup, source)
            self._shapes[source] = markup[markup.index("<mrow>") + 6 : markup.rindex("</mrow>")]
        return self._shapes[source]


def _shape(node: Node, holes: dict[str, Node]) -> Node:
    """The node with a hole in the place of every part that is not a sign, a word or a negative number."""

    def hole(part: Node) -> Node:
        if isinstance(part, _PLAIN) or isinstance(part, Num) and part.text.startswith("−"):
            return part  # LaTeX groups a negative number as its place wants it
        mark = chr(_FIRST_MARK + len(holes))
        holes[mark] = part
        return Hole(mark, is_tall(part))

    def maybe(part: Node | None) -> Node | None:
        return None if part is None else hole(part)

    match node:
        case Frac(numerator, denominator):
            return Frac(hole(numerator), hole(denominator))
        case Script(Ident() | Num() as base, sub, sup):
            return Script(hole(base), maybe(sub), maybe(sup))
        case Script(base, sub, sup):  # how scripts are attached depends on the base
            return Script(_shape(base, holes), maybe(sub), maybe(sup))
        case BigOp(symbol, body, lower, upper):
            return BigOp(symbol, hole(body), maybe(lower), maybe(upper))
        case Root(radicand, index):
            return Root(hole(radicand), maybe(index))
        case Fence(left, body, right):
            return Fence(left, hole(body), right)
        case Matrix(rows):
            return Matrix(tuple(tuple(hole(cell) for cell in cells) for cells in rows))
        case Cases(rows):
            return Cases(tuple((hole(value), hole(condition)) for value, condition in rows))
        case Stack(lines):
            return Stack(tuple(map(hole, lines)))
        case Highlight(role, body):
            return Highlight(role, hole(body))
        case _:
            return node


def _repaired(markup: str) -> str:
    """What is wrong whatever stands beside it."""
    markup = _ENTITY.sub(lambda match: chr(int(match[1], 16)).translate(_ESCAPES), markup)
    markup = _LETTER.sub(r"<mi>\1</mi>", markup)
    markup = markup.replace("<mo>/</mo>", '<mo lspace="0em" rspace="0em">/</mo>')
    for superfluous in _SUPERFLUOUS:
        markup = markup.replace(superfluous, "")
    markup = markup.replace('mathcolor="symconv-', 'class="role-')
    markup = _LINED.sub(_lined, markup)
    markup = markup.replace("<mo>[</mo><mtable>", "<mrow><mo>[</mo><mtable>")
    markup = markup.replace("</mtable><mo>]</mo>", "</mtable><mo>]</mo></mrow>")
    markup = _MISTAKEN.sub(r"<mo>\1</mo>", markup)
    return _BOLD_GREEK.sub(lambda match: f"<mi>{_bold_greek(match[1])}</mi>", markup)


def _in_context(markup: str) -> str:
    """What depends on the neighbours."""
    markup = "".join(_LONE.split(markup))
    if _NAMED.search(markup):
        markup = _FUNCTION.sub(_function, markup)
    return _SIGN.sub(r'\1 form="prefix">−</mo>', markup) if "<mo>−" in markup else markup


def _lined(match: re.Match[str]) -> str:
    """The lines between the blocks of a matrix as borders of its cells: browsers know no others."""
    down, across = ((match[lines] or "").split() for lines in ("down", "across"))
    rows = []
    for number, cells in enumerate(match["rows"].split("<mtr>")[1:]):
        above = 0 < number <= len(across) and across[number - 1] == "solid"
        parts = cells.split('<mtd columnalign="center">')
        for place in range(1, len(parts)):
            left = 1 < place <= len(down) + 1 and down[place - 2] == "solid"
            edges = [side for side, there in (("top", above), ("left", left)) if there]
            style = ";".join(f"border-{side}:1px solid" for side in edges)
            parts[place] = (f'<mtd style="{style}">' if edges else "<mtd>") + parts[place]
        rows.append("".join(parts))
    return f"<mtable>{''.join(f'<mtr>{row}' for row in rows)}</mtable>"


def _function(match: re.Match[str]) -> str:
    operand, limits, name, fence = (match[group] or "" for group in ("operand", "limits", "name", "fence"))
    if name == "mod":
        left = right = "0.222em"
    else:
        left = "0.167em" if operand else "0em"
        right = "0em" if fence else "0.167em"
    movable = ' movablelimits="true"' if limits == "<munder>" else ""
    return f'{operand}{limits}<mo{movable} lspace="{left}" rspace="{right}">{name}</mo>{fence}'


def _bold_greek(letter: str) -> str:
    first, bold = ("α", 0x1D736) if letter >= "α" else ("Α", 0x1D71C)
    return chr(bold + ord(letter) - ord(first))


def _guard(markup: str, source: str) -> None:
    """Refuse markup that is not well-formed XML or shows a piece of LaTeX as text."""
    try:
        expat.ParserCreate().Parse(markup, True)
    except expat.ExpatError as error:
        raise UnsupportedError(f"MathML: the conversion of {source!r} is not well-formed: {error}") from None
    if leak := _LEAK.search(markup):
        raise UnsupportedError(f"MathML: the conversion of {source!r} leaks {leak[0]!r} into its text")
