"""What the two renderers that draw MathML share: escaped text, running text, formulas broken into lines."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Protocol

import latex2mathml.converter  # noqa: F401  which every formula needs, and which takes 40 ms to load
from markupsafe import escape

from symconv.display import Node, Op, Prose
from symconv.document import Chain, Formula, Line
from symconv.printing.mathml import MathML
from symconv.render.sheet import Sheet
from symconv.render.words import clean

NAMESPACE = "http://www.w3.org/1998/Math/MathML"
_ROW = re.compile(r"</?mrow[^>]*>")
_INDENT = '<mspace width="1em"/>'


def words(raw: str) -> str:
    """Text that cannot become markup and is well-formed XML."""
    return str(escape(clean(raw)))


class Draw(Protocol):
    """What makes a ``<math>`` element of a formula."""

    def __call__(self, node: Node, display: bool = False) -> str: ...


def inline(prose: Prose, draw: Draw) -> str:
    """Running text with its formulas."""
    return "".join(words(part) if isinstance(part, str) else draw(part) for part in prose)


def cell(prose: Prose, draw: Draw) -> str:
    """A cell of a table; a formula alone in it is as large as a displayed one."""
    if len(prose) == 1 and not isinstance(prose[0], str):
        return draw(prose[0], display=True)
    return inline(prose, draw)


def display(body: Formula | Chain, sheet: Sheet) -> str:
    """A displayed formula or chain as one ``<math>``; its lines meet at their relation sign."""
    return sheet.once(_drawn, body)


def _drawn(body: Formula | Chain, sheet: Sheet) -> str:
    return aligned(sheet.lines(body), sheet)


def aligned(lines: Sequence[Line], sheet: Sheet, lean: bool = False) -> str:
    """Lines as one ``<math>``, aligned at their relation sign; ``lean`` leaves out rows that cells do not need."""
    if len(lines) == 1 and not lines[0].relation:
        return sheet.mathml(lines[0].right, display=True)
    rows = [_row(line, sheet.mathml, lean) for line in lines]
    reading = "".join(said for said, _ in rows).strip(" ;")
    return (
        f'<math xmlns="{NAMESPACE}" display="block" displaystyle="true" alttext="{reading}">'
        f'<mtable class="chain" displaystyle="true" columnalign="right center left">'
        f"{''.join(drawn for _, drawn in rows)}</mtable></math>"
    )


def _row(line: Line, mathml: MathML, lean: bool) -> tuple[str, str]:
    """A line as it is read and as it is drawn."""
    said, left = ("", "") if line.left is None else _opened(mathml(line.left, display=True))
    sign = _opened(mathml(Op(line.relation), display=True))[1] if line.relation else _INDENT
    rest, right = _opened(mathml(line.right, display=True))
    reading = " ".join(filter(None, ("; " + said if said else "", words(line.relation), rest)))
    if lean:
        left, right = unrowed(left), unrowed(right)
    return f" {reading}", f"<mtr><mtd>{left}</mtd><mtd>{sign}</mtd><mtd>{right}</mtd></mtr>"


def _opened(math: str) -> tuple[str, str]:
    """The reading and the content of a ``<math>`` element."""
    start, end = math.index('alttext="') + len('alttext="'), math.index('">')
    return math[start:end], math[end + 2 : math.rindex("<")]


def unrowed(content: str) -> str:
    """The content of a cell or formula without a row around all of it, which it has anyway."""
    if not content.startswith("<mrow>"):
        return content
    depth = 0
    for tag in _ROW.finditer(content):
        depth += {"<mrow": 1, "</mro": -1}[tag[0][:5]] if not tag[0].endswith("/>") else 0
        if depth == 0:
            return content[len("<mrow>") : tag.start()] if tag.end() == len(content) else content
    return content
