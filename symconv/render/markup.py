"""What the two renderers that draw MathML share: escaped text, running text, formulas broken into lines."""

from __future__ import annotations

from markupsafe import escape

from symconv.display import Op, Prose
from symconv.document import Chain, Formula, Line
from symconv.printing.mathml import MathML
from symconv.render.sheet import Sheet
from symconv.render.words import clean

NAMESPACE = "http://www.w3.org/1998/Math/MathML"
_INDENT = '<mspace width="1em"/>'


def words(raw: str) -> str:
    """Text that cannot become markup and is well-formed XML."""
    return str(escape(clean(raw)))


def inline(prose: Prose, sheet: Sheet) -> str:
    """Running text with its formulas."""
    return "".join(words(part) if isinstance(part, str) else sheet.mathml(part) for part in prose)


def cell(prose: Prose, sheet: Sheet) -> str:
    """A cell of a table; a formula alone in it is as large as a displayed one."""
    if len(prose) == 1 and not isinstance(prose[0], str):
        return sheet.mathml(prose[0], display=True)
    return inline(prose, sheet)


def display(body: Formula | Chain, sheet: Sheet) -> str:
    """A displayed formula or chain as one ``<math>``; its lines meet at their relation sign."""
    return sheet.once(_drawn, body)


def _drawn(body: Formula | Chain, sheet: Sheet) -> str:
    lines = sheet.lines(body)
    if len(lines) == 1 and not lines[0].relation:
        return sheet.mathml(lines[0].right, display=True)
    rows = [_row(line, sheet.mathml) for line in lines]
    reading = "".join(said for said, _ in rows).strip(" ;")
    return (
        f'<math xmlns="{NAMESPACE}" display="block" displaystyle="true" alttext="{reading}">'
        f'<mtable class="chain" displaystyle="true" columnalign="right center left">'
        f"{''.join(drawn for _, drawn in rows)}</mtable></math>"
    )


def _row(line: Line, mathml: MathML) -> tuple[str, str]:
    """A line as it is read and as it is drawn."""
    said, left = ("", "") if line.left is None else _opened(mathml(line.left, display=True))
    sign = _opened(mathml(Op(line.relation), display=True))[1] if line.relation else _INDENT
    rest, right = _opened(mathml(line.right, display=True))
    reading = " ".join(filter(None, ("; " + said if said else "", words(line.relation), rest)))
    return f" {reading}", f"<mtr><mtd>{left}</mtd><mtd>{sign}</mtd><mtd>{right}</mtd></mtr>"


def _opened(math: str) -> tuple[str, str]:
    """The reading and the content of a ``<math>`` element."""
    start, end = math.index('alttext="') + len('alttext="'), math.index('">')
    return math[start:end], math[end + 2 : math.rindex("<")]
