"""What the two renderers that draw MathML share: escaped text, running text, formulas broken into lines."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import latex2mathml.converter  # noqa: F401  which every formula needs, and which takes 40 ms to load
from markupsafe import escape

from symconv.display import Node, Op, Prose
from symconv.document import Chain, Formula, Line
from symconv.printing.mathml import Math, MathML
from symconv.render.sheet import Sheet
from symconv.render.words import clean

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
    return str(aligned(sheet.lines(body), sheet))


def aligned(lines: Sequence[Line], sheet: Sheet, lean: bool = False) -> Math:
    """Lines as one ``<math>``, aligned at their relation sign; ``lean`` leaves out rows that cells do not need."""
    if len(lines) == 1 and not lines[0].relation:
        return sheet.mathml.math(lines[0].right, display=True)
    rows = [_row(line, sheet.mathml, lean) for line in lines]
    reading = "".join(said for said, _ in rows).strip(" ;")
    content = (
        '<mtable class="chain" displaystyle="true" columnalign="right center left">'
        f"{''.join(drawn for _, drawn in rows)}</mtable>"
    )
    return Math(reading, content, display=True)


def _row(line: Line, mathml: MathML, lean: bool) -> tuple[str, str]:
    """A line as it is read and as it is drawn."""
    left = Math("", "", True) if line.left is None else mathml.math(line.left, display=True)
    sign = mathml.math(Op(line.relation), display=True).content if line.relation else _INDENT
    right = mathml.math(line.right, display=True)
    parts = ("; " + left.reading if left.reading else "", words(line.relation), right.reading)
    cells = (unrowed(left.content), unrowed(right.content)) if lean else (left.content, right.content)
    reading = " ".join(filter(None, parts))
    return f" {reading}", f"<mtr><mtd>{cells[0]}</mtd><mtd>{sign}</mtd><mtd>{cells[1]}</mtd></mtr>"


def unrowed(content: str) -> str:
    """What :class:`Math` holds without the row around all of it, which a cell or a formula has anyway."""
    return content[len("<mrow>") : -len("</mrow>")] if content.startswith("<mrow>") else content
