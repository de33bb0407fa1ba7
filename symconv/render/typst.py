"""The PDF renderer: the document in Typst, and Typst's compiler to make pages of it.

The package ``typst`` holds the compiler and its fonts; no TeX, no font of the machine and no network is used,
so the same document gives the same bytes everywhere. The PDF is tagged (PDF/UA-1) and every formula carries
its Unicode text for those who do not see it. Text reaches the source in string literals only.

What a report is made of stands in ``article.typ``; a rule here writes a call for every kind of block.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import singledispatch
from pathlib import Path
from typing import Final

from symconv.checks.result import Check, Checks
from symconv.display import Node, Op, Prose, row
from symconv.document import (
    Block,
    Bullets,
    Callout,
    Chain,
    Explorer,
    Figure,
    Fold,
    Formula,
    Line,
    Paragraph,
    Proof,
    Section,
    Space,
    Statement,
    Step,
    Steps,
    Table,
    Verdicts,
)
from symconv.errors import UnsupportedError
from symconv.printing.breaking import typeset_width
from symconv.printing.svg import svg
from symconv.printing.text import text
from symconv.printing.typst import typst
from symconv.render.columns import column_widths
from symconv.render.sheet import Sheet, room
from symconv.render.words import alarm, badges, clean, evidence, summary, worst_first
from symconv.value import Value, replace

STANDARD: Final = "ua-1"
"""The standard for accessible PDF that the compiler holds the document to."""

FONT: Final = "New Computer Modern"
"""The font of the labels in drawings."""

_DEEPEST = 3


class Pen(Value):
    """What a rule needs to know: the sheet, the level of a heading."""

    sheet: Sheet
    level: int = 1


def render(sheet: Sheet) -> bytes:
    """The document as a PDF.

    Raises:
        UnsupportedError: the package ``typst`` is not installed, or refuses the document.
    """
    try:
        import typst as compiler
    except ImportError:
        raise UnsupportedError(
            "the format pdf needs the package typst; pip install 'symconv[pdf]' brings it"
        ) from None
    written = source(sheet).encode("utf-8")
    try:
        pages: bytes = compiler.compile(
            written, format="pdf", pdf_standards=STANDARD, ignore_system_fonts=True
        )
    except compiler.TypstError as error:
        raise UnsupportedError(f"the typesetter refuses the document: {error.message}") from error
    return pages


def source(sheet: Sheet) -> str:
    """The document in Typst."""
    document, pen = sheet.document, Pen(sheet)
    functions = Path(__file__).with_name("article.typ").read_text(encoding="utf-8")
    head = ", ".join((_text(document.title), _text(document.subtitle), f"[{_opening(document.checks, pen)}]"))
    return f"{functions}\n#article({head})[\n{_blocks(document.blocks, pen)}\n]\n"


def _opening(checks: Checks | None, pen: Pen) -> str:
    if checks is None:
        return ""
    warning = alarm(checks)
    return block(warning, pen) if warning is not None else f"#{_verdict(checks.verdict, summary(checks))}"


def _blocks(blocks: Iterable[Block], pen: Pen) -> str:
    return "\n\n".join(filter(None, (block(each, pen) for each in blocks)))


_FOREIGN = re.compile(
    "[^ -~\u00a0-\u034e\u038e-\u03a1\u03a3-\u04ff\u1e00-\u1f15\u2000-\u2027\u202f-\u2064\u2074-\u208e\u2090-\u209c"
    "\u20a0-\u20c0\u2100-\u2151\u2153-\u2184\u2190-\u23ff\u2460-\u262f\u2701-\u2727\u27c0-\u2b73]"
)
"""A character that the compiler's fonts, upright and bold, may not have."""


def _string(raw: str) -> str:
    """A string literal."""
    return '"' + raw.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _text(raw: str) -> str:
    """Text as an expression; a character that no font has becomes its code point in a box."""
    cleaned = unicodedata.normalize("NFC", clean(raw))
    parts: list[str] = []
    start = 0
    for found in _FOREIGN.finditer(cleaned):
        parts += (_string(cleaned[start : found.start()]), f'unknown("{ord(found[0]):04X}")')
        start = found.end()
    return f"({' + '.join((*parts, _string(cleaned[start:])))})" if parts else _string(cleaned)


def _inline(prose: Prose, pen: Pen) -> str:
    """Running text as markup."""
    return "".join(f"#{_text(part)};" if isinstance(part, str) else _math(part) for part in prose)


def _math(node: Node) -> str:
    return f"#term({_string(text(node))}, ${typst(node, colour=True)}$);"


@singledispatch
def block(node: object, pen: Pen) -> str:
    """A block as Typst markup."""
    raise UnsupportedError(f"the PDF renderer has no rule for a block of kind {type(node).__name__}")


@block.register(Paragraph)
def _(node: Paragraph, pen: Pen) -> str:
    return _inline(node.text, pen)


@block.register(Bullets)
def _(node: Bullets, pen: Pen) -> str:
    items = ", ".join(f"[{_inline(item, pen)}]" for item in node.items)
    return f"#list({items})"


@block.register(Formula | Chain)
def _(node: Formula | Chain, pen: Pen) -> str:
    return f"#{_display(node, pen)}"


def _display(body: Formula | Chain, pen: Pen, numbered: bool = False) -> str:
    """A displayed formula or chain, with its text; its last line is numbered."""
    lines = pen.sheet.lines(body)
    limit = room(lines)
    aligned = len(lines) > 1 or bool(lines[0].relation)
    drawn = " \\\n  ".join(_line(line, limit, aligned) for line in lines)
    number = ", number: true" if numbered else ""
    return f"formula({_string(_alternative(body))}, $ {drawn} ${number})"


def _line(line: Line, limit: float, aligned: bool) -> str:
    right = _fitted(line.right, limit)
    if not aligned:
        return right
    left = "" if line.left is None else typst(line.left, colour=True) + " "
    return f"{left}& {typst(Op(line.relation)) if line.relation else 'quad'} {right}"


def _fitted(node: Node, limit: float) -> str:
    """A formula that is made smaller if it turns out wider than ``limit`` em."""
    drawn = typst(node, colour=True)
    return drawn if typeset_width(node) <= limit else f"#fit({limit:.1f}em, ${drawn}$)"


def _alternative(body: Formula | Chain) -> str:
    """What is read aloud: the formula in a line of Unicode."""
    if isinstance(body, Formula):
        return text(body.tree)
    parts = (
        row(*(() if line.left is None else (line.left,)), line.relation, line.right) for line in body.lines
    )
    return "; ".join(map(text, parts))


@block.register(Steps)
def _(node: Steps, pen: Pen) -> str:
    return "\n\n".join(_step(step, pen) for step in node.items)


def _step(step: Step, pen: Pen) -> str:
    conditions = ", ".join(f"#box[{_math(condition)}]" for condition in step.conditions)
    parts = (
        f"[#{_text(step.name)}]",
        f"[{_inline(step.why, pen)}]",
        _checked(step.checks),
        _display(step.body, pen, numbered=True),
        f"[{conditions}]" if conditions else "none",
    )
    return f"#step({', '.join(parts)})"


def _checked(checks: Iterable[Check]) -> str:
    said = ", ".join(f"({_string(verdict)}, {_text(word)})" for verdict, word in badges(checks))
    return f"verdicts({said})" if said else "none"


def _verdict(verdict: str, word: str) -> str:
    return f"verdict({_string(verdict)}, {_text(word)})"


@block.register(Table)
def _(node: Table, pen: Pen) -> str:
    return _table(node, [[f"[{_cell(cell, pen)}]" for cell in cells] for cells in node.rows], pen)


@block.register(Verdicts)
def _(node: Verdicts, pen: Pen) -> str:
    table = evidence(node.checks)
    rows = [
        [_verdict(check.verdict, check.word), *(f"[{_inline(cell, pen)}]" for cell in cells[1:])]
        for check, cells in zip(worst_first(node.checks), table.rows, strict=True)
    ]
    return _table(table, rows, pen)


def _cell(prose: Prose, pen: Pen) -> str:
    """A cell of a table; a formula alone in it is set as large as a display."""
    if len(prose) == 1 and isinstance(prose[0], Node):
        return f"#term({_string(text(prose[0]))}, $display({typst(prose[0], colour=True)})$);"
    return _inline(prose, pen)


def _table(node: Table, rows: list[list[str]], pen: Pen) -> str:
    widths = ", ".join("auto" if width is None else f"{width:.3f}fr" for width in column_widths(node))
    header = ", ".join(f"[{_inline(cell, pen)}]" for cell in node.header)
    parts = (
        f"({widths},)",
        f"({', '.join(map(_string, node.align))},)",
        _text(node.caption) if node.caption else "none",
        f"({header},)",
        *(", ".join(cells) for cells in rows),
    )
    return "#ruled(\n  " + ",\n  ".join(parts) + ",\n)"


@block.register(Figure)
def _(node: Figure, pen: Pen) -> str:
    # labels are drawn by the same fonts; a box cannot stand in them
    drawn = _string(_FOREIGN.sub(lambda found: f"U+{ord(found[0]):04X}", clean(svg(node.drawing, FONT))))
    alt = _string(clean(node.drawing.alt))
    return f"#drawn({drawn}, {node.drawing.size[0]:.2f}pt, {alt}, [{_inline(node.caption, pen)}])"


@block.register(Space)
def _(node: Space, pen: Pen) -> str:
    return f"#answer({node.lines})"


@block.register(Callout)
def _(node: Callout, pen: Pen) -> str:
    return f"#callout({_string(node.kind)}, {_text(node.title)})[\n{_blocks(node.blocks, pen)}\n]"


@block.register(Statement)
def _(node: Statement, pen: Pen) -> str:
    return block(node.callout, pen)


@block.register(Proof)
def _(node: Proof, pen: Pen) -> str:
    return _blocks(node.opened, pen)


@block.register(Fold)
def _(node: Fold, pen: Pen) -> str:
    return f"#fold[{_inline(node.summary, pen)}][\n{_blocks(node.blocks, pen)}\n]"


@block.register(Section)
def _(node: Section, pen: Pen) -> str:
    flag = "none" if node.checks is None else _string(node.checks.verdict)
    inner = replace(pen, level=min(pen.level + 1, _DEEPEST))
    return f"#section({pen.level}, [{_inline(node.title, pen)}], {flag})\n\n{_blocks(node.blocks, inner)}"


@block.register(Explorer)
def _(node: Explorer, pen: Pen) -> str:
    return ""  # there is nothing to explore on paper
