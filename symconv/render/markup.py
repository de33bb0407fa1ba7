"""What the two renderers that draw MathML share: escaped text, running text, formulas broken into lines."""

from __future__ import annotations

from markupsafe import escape

from symconv.display import Node, Op, Prose
from symconv.document import Chain, Formula, Line
from symconv.printing.mathml import MathML
from symconv.printing.text import text
from symconv.render.lines import broken
from symconv.render.words import clean

WIDTH = 34.0
"""The width of a line of a formula in em: what the column of a page holds beside the reasons."""

NAMESPACE = "http://www.w3.org/1998/Math/MathML"


def words(raw: str) -> str:
    """Text that cannot become markup and is well-formed XML."""
    return str(escape(clean(raw)))


def inline(prose: Prose, mathml: MathML) -> str:
    """Running text with its formulas."""
    return "".join(words(part) if isinstance(part, str) else mathml(part) for part in prose)


def cell(prose: Prose, mathml: MathML) -> str:
    """A cell of a table; a formula alone in it is as large as a displayed one."""
    if len(prose) == 1 and not isinstance(prose[0], str):
        return mathml(prose[0], display=True)
    return inline(prose, mathml)


def display(body: Formula | Chain, mathml: MathML) -> str:
    """A displayed formula or chain as one ``<math>``; its lines meet at their relation sign."""
    lines = broken(body, WIDTH)
    if isinstance(body, Formula) and len(lines) == 1:
        return mathml(body.tree, display=True)
    rows = "".join(_row(line, mathml) for line in lines)
    reading = words(" ".join(_reading(line) for line in lines))
    return (
        f'<math xmlns="{NAMESPACE}" display="block" displaystyle="true" alttext="{reading}">'
        f'<mtable class="chain" displaystyle="true" columnalign="right center left">{rows}</mtable></math>'
    )


def _row(line: Line, mathml: MathML) -> str:
    left = "" if line.left is None else _drawn(line.left, mathml)
    sign = _drawn(Op(line.relation), mathml) if line.relation else '<mspace width="1em"/>'
    return f"<mtr><mtd>{left}</mtd><mtd>{sign}</mtd><mtd>{_drawn(line.right, mathml)}</mtd></mtr>"


def _drawn(node: Node, mathml: MathML) -> str:
    """A formula without its ``<math>`` element."""
    drawn = mathml(node, display=True)
    return drawn[drawn.index(">") + 1 : drawn.rindex("<")]


def _reading(line: Line) -> str:
    left = "" if line.left is None else text(line.left)
    return " ".join(filter(None, (left, line.relation, text(line.right))))
