r"""A display tree as MathML: latex2mathml applied to our LaTeX, then guarded and repaired.

latex2mathml never refuses: what it does not know lands in the text. So every conversion is parsed as XML and
searched for leaks. The repairs are made on the string, because its shape is known:

===================================  ===========================================================
``max``, ``∑`` in a display           limits below and above, where TeX sets them
function names, ``/``                spaces as in TeX instead of those of a relation
``∂``, ``∞``, dots                   letters, without the spaces of an operator
bold Greek letters                   Unicode mathematical letters; browsers ignore ``mathvariant``
a minus after an operator            marked as a sign, or it is spaced like a difference
a matrix in its brackets             its own row, or the brackets grow with their neighbours
highlights                           ``class="role-<role>"`` instead of a colour
numeric entities, one-element rows   the characters; no row
===================================  ===========================================================
"""

from __future__ import annotations

import re
from xml.parsers import expat

from symconv.display import Node
from symconv.errors import UnsupportedError
from symconv.printing.latex import latex
from symconv.printing.text import text

_NAMES = "max|min|lim|sup|inf|log|ln|exp|gcd|det|mod|[A-Za-z]{2,}"
_ESCAPES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;"})
_LIMITS = re.compile(r"(\\(?:sum|prod|max|min|lim|sup|inf))_")
_ENTITY = re.compile(r"&#x([0-9A-Fa-f]+);")
_LONE = re.compile(r"<mrow>(<m[ion](?: [^<>]*)?>[^<]*</m[ion]>)</mrow>")
_FUNCTION = re.compile(
    rf"(?P<operand></m(?!o>)\w+>)?(?P<limits><m(?:sub|under)>)?"
    rf'<m[io](?: movablelimits="true")?>(?P<name>{_NAMES})</m[io]>'
    r'(?P<fence>(?:<mrow>)?<mo(?: stretchy="false")?>\()?'
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


class MathML:
    """Converts formulas, each distinct one once; make one for each rendering run."""

    __slots__ = ("_done",)

    def __init__(self) -> None:
        self._done: dict[tuple[Node, bool], str] = {}

    def __call__(self, node: Node, display: bool = False) -> str:
        """The ``<math>`` element of a formula.

        Args:
            node: the display tree.
            display: whether it stands on a line of its own. It then has both ``display="block"`` and
                ``displaystyle="true"``, so that a style sheet may set it inline, as in a table of aligned
                lines, without its fractions shrinking.

        Raises:
            UnsupportedError: there is no faithful MathML; the message holds the LaTeX.
        """
        key = node, display
        if key not in self._done:
            self._done[key] = _converted(node, display)
        return self._done[key]


def _converted(node: Node, display: bool) -> str:
    from latex2mathml.converter import convert

    source = latex(node, colour=True)
    if display:
        source = _LIMITS.sub(r"\1\\limits_", source)
    markup = _repaired(convert(source))
    _guard(markup, source)
    style = ' display="block" displaystyle="true"' if display else ""
    opening = (
        f'<math xmlns="http://www.w3.org/1998/Math/MathML"{style} alttext="{text(node).translate(_ESCAPES)}">'
    )
    return opening + markup[markup.index(">") + 1 :]


def _repaired(markup: str) -> str:
    markup = _ENTITY.sub(lambda match: chr(int(match[1], 16)).translate(_ESCAPES), markup)
    markup = _LONE.sub(r"\1", markup)
    markup = _LETTER.sub(r"<mi>\1</mi>", markup)
    markup = markup.replace("<mo>/</mo>", '<mo lspace="0em" rspace="0em">/</mo>')
    for superfluous in _SUPERFLUOUS:
        markup = markup.replace(superfluous, "")
    markup = markup.replace('mathcolor="symconv-', 'class="role-')
    markup = markup.replace("<mo>[</mo><mtable>", "<mrow><mo>[</mo><mtable>")
    markup = markup.replace("</mtable><mo>]</mo>", "</mtable><mo>]</mo></mrow>")
    markup = _MISTAKEN.sub(r"<mo>\1</mo>", markup)
    markup = _BOLD_GREEK.sub(lambda match: f"<mi>{_bold_greek(match[1])}</mi>", markup)
    markup = _FUNCTION.sub(_function, markup)
    return _SIGN.sub(r'\1 form="prefix">−</mo>', markup)


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
