"""The text renderer: Unicode plain text with formulas in two dimensions, for a terminal or a mail."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator
from functools import singledispatch
from itertools import count

from symconv.checks.result import Checks
from symconv.display import Node, Row, row
from symconv.document import (
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
from symconv.printing.boxes import Box
from symconv.printing.breaking import split_row
from symconv.printing.text import box
from symconv.render import ansi
from symconv.render.sheet import Sheet
from symconv.render.words import alarm, badges, clean, evidence, mark, plain, summary
from symconv.value import Value, replace

WIDTH = 88
"""The width of a line in characters."""

_KINDS = {"result": "32", "correction": "33", "convention": "34", "note": ansi.QUIET, "failed": "1;31"}
"""The colour of each kind of remark."""

_INDENT = 4
"""How far formulas stand in."""


class Pen(Value):
    """What a rule needs to know: the sheet, the room on a line, the numbers to give out, whether there are colours,
    the level of a heading."""

    sheet: Sheet
    width: int
    number: Iterator[int]
    colour: bool = False
    level: int = 1

    def columns(self, node: Node) -> int:
        """The width of a formula in characters."""
        return box(node).width

    def box(self, node: Node) -> Box:
        """A formula, its roles marked where there are colours."""
        return box(node, colour=True) if self.colour else box(node)

    def painted(self, text: str, code: str) -> str:
        """Text in a colour, where there are any."""
        return ansi.painted(text, code) if self.colour else text

    def narrowed(self, by: int) -> Pen:
        """The pen for an indented part."""
        return replace(self, width=self.width - by)


def render(sheet: Sheet, width: int = WIDTH, colour: bool = False) -> str:
    """The document as plain text, wrapped at ``width`` characters where it can be.

    Args:
        sheet: the document.
        width: the width of a line.
        colour: whether roles and verdicts have the colours of a terminal.
    """
    document = sheet.document
    pen = Pen(sheet, width, count(1), colour)
    parts = (
        _heading(clean(document.title), "", "═", pen),
        _wrapped(clean(document.subtitle), pen),
        _opening(document.checks, pen),
        *(block(each, pen) for each in document.blocks),
    )
    return "\n".join(line.rstrip() for line in _stacked(parts)) + "\n"


def _opening(checks: Checks | None, pen: Pen) -> list[str]:
    if checks is None:
        return []
    warning = alarm(checks)
    if warning is not None:
        return block(warning, pen)
    return [pen.painted(f"{mark(checks.verdict)} {summary(checks)}", ansi.VERDICTS[checks.verdict])]


def _heading(title: str, verdict: str, rule: str, pen: Pen) -> list[str]:
    lines = _wrapped(f"{title}  {verdict}".rstrip(), pen)
    under = rule * max(map(len, lines), default=0)
    return [*(pen.painted(line, ansi.BOLD) for line in lines), pen.painted(under, ansi.QUIET)]


def _wrapped(text: str, pen: Pen, first: str = "", rest: str | None = None) -> list[str]:
    """Text in lines, with what stands before the first and before the others."""
    if _fits(text, pen.width - len(first)):
        return [first + text]
    return textwrap.wrap(
        text,
        pen.width,
        initial_indent=first,
        subsequent_indent=first if rest is None else rest,
        break_on_hyphens=False,
    )


def _fits(text: str, width: int) -> bool:
    """Whether ``textwrap``, which takes its time, would leave a text as it is."""
    return 0 < len(text) <= width and text.isprintable() and text[-1] != " "


def _stacked(parts: Iterable[list[str]]) -> list[str]:
    """Parts one below the other with a blank line between them."""
    return [line for part in parts if part for line in ("", *part)][1:]


def _indented(lines: Iterable[str], by: str) -> list[str]:
    return [by + line for line in lines]


@singledispatch
def block(node: object, pen: Pen) -> list[str]:
    """A block as lines of text."""
    raise UnsupportedError(f"the text renderer has no rule for a block of kind {type(node).__name__}")


@block.register(Paragraph)
def _(node: Paragraph, pen: Pen) -> list[str]:
    return _wrapped(plain(node.text), pen)


@block.register(Bullets)
def _(node: Bullets, pen: Pen) -> list[str]:
    return [line for item in node.items for line in _wrapped(plain(item), pen, "  • ", "    ")]


@block.register(Formula)
def _(node: Formula, pen: Pen) -> list[str]:
    return _stacked(_line(Line(None, "", node.tree), -1, pen))


@block.register(Chain)
def _(node: Chain, pen: Pen) -> list[str]:
    left = max((pen.columns(line.left) for line in node.lines if line.left is not None), default=-1)
    parts = [part for line in node.lines for part in _line(line, left, pen)]
    if all(len(part) == 1 for part in parts):
        return [line for (line,) in parts]
    return _stacked(parts)


def _line(line: Line, left: int, pen: Pen) -> Iterator[list[str]]:
    """A line of a chain, and what had to be broken off it; ``left`` is the width of the widest left side."""
    head: tuple[Node | str, ...] = (line.relation,) if line.relation else ()
    indent = _INDENT + left + 1
    if line.left is not None:
        head = line.left, *head
        indent = _INDENT + left - pen.columns(line.left)
    whole = pen.box(row(*head, line.right))
    if indent + whole.width <= pen.width:
        yield _indented(ansi.lines(whole), " " * indent)
        return
    rest_indent = _INDENT + left + 2 + len(line.relation)
    first, *rest = split_row(line.right, pen.width - rest_indent, lambda piece: _bound(piece, pen))
    yield _indented(ansi.lines(pen.box(row(*head, first))), " " * indent)
    for piece in rest:
        yield _indented(ansi.lines(pen.box(piece)), " " * rest_indent)


def _bound(node: Node, pen: Pen) -> int:
    """The width of a formula with a space between any two parts: quicker to find than the true one."""
    parts = node.items if isinstance(node, Row) else (node,)
    return sum(pen.columns(part) + 1 for part in parts) - 1


@block.register(Steps)
def _(node: Steps, pen: Pen) -> list[str]:
    return _stacked(_step(step, pen) for step in node.items)


def _step(step: Step, pen: Pen) -> list[str]:
    conditions = ", ".join(plain((condition,)) for condition in step.conditions)
    said = badges(step.checks)
    checked = _wrapped("; ".join(f"{mark(verdict)} {words}" for verdict, words in said), pen, "    ")
    name = f"({next(pen.number)}) {clean(step.name)}."
    opening = _wrapped(f"{name} {plain(step.why)}", pen, "", "    ")
    if opening[0].startswith(name):
        opening[0] = pen.painted(name, ansi.BOLD) + opening[0][len(name) :]
    return _stacked(
        (
            opening,
            block(step.body, pen),
            _wrapped(f"when {conditions}" if conditions else "", pen, "    "),
            [pen.painted(line, ansi.VERDICTS[said[0][0]]) for line in checked],
        )
    )


@block.register(Table)
def _(node: Table, pen: Pen) -> list[str]:
    cells = [[plain(cell) for cell in cells] for cells in (node.header, *node.rows)]
    widths = _fitted([max(map(len, column)) for column in zip(*cells, strict=True)], pen.width)
    rule = "  ".join("─" * width for width in widths)
    header, *rows = (_row(row, widths, node.align) for row in cells)
    caption = _wrapped(clean(node.caption), pen)
    return [*caption, rule, *header, rule, *(line for lines in rows for line in lines), rule]


def _row(cells: list[str], widths: list[int], align: str) -> list[str]:
    """A row of a table as lines; long cells are wrapped."""
    wrapped = [
        [cell] if _fits(cell, width) else textwrap.wrap(cell, width) or [""]
        for cell, width in zip(cells, widths, strict=True)
    ]
    height = max(map(len, wrapped))
    filled = [[*lines, *[""] * (height - len(lines))] for lines in wrapped]
    return ["  ".join(map(_placed, line, widths, align)) for line in zip(*filled, strict=True)]


def _placed(text: str, width: int, side: str) -> str:
    return {"l": text.ljust, "c": text.center, "r": text.rjust}[side](width)


def _fitted(natural: list[int], room: int) -> list[int]:
    """Widths of columns that fit: those wider than a fair part share what the others leave."""
    room -= 2 * (len(natural) - 1)
    if sum(natural) <= room:
        return natural
    fair = room // len(natural)
    wide = sum(width for width in natural if width > fair)
    rest = room - sum(width for width in natural if width <= fair)
    return [max(1, width * rest // wide) if width > fair else width for width in natural]


@block.register(Verdicts)
def _(node: Verdicts, pen: Pen) -> list[str]:
    lines = block(evidence(node.checks), pen)
    return [_coloured(line, pen) for line in lines] if pen.colour else lines


def _coloured(line: str, pen: Pen) -> str:
    """A line of evidence, the verdict at its beginning in its colour."""
    for verdict, code in ansi.VERDICTS.items():
        word = line[2:].split(" ", 1)[0]
        if line.startswith(f"{mark(verdict)} {word}"):
            return pen.painted(line[: 2 + len(word)], code) + line[2 + len(word) :]
    return line


@block.register(Figure)
def _(node: Figure, pen: Pen) -> list[str]:
    if not node.plain:
        return _wrapped(clean(node.drawing.alt), pen)
    return _stacked((_indented(node.plain, " " * _INDENT), _wrapped(plain(node.caption), pen)))


@block.register(Space)
def _(node: Space, pen: Pen) -> list[str]:
    return ["" if line % 2 else "." * pen.width for line in range(2 * node.lines - 1)]


@block.register(Callout)
def _(node: Callout, pen: Pen) -> list[str]:
    code = _KINDS[node.kind]
    bar = pen.painted("┃" if node.kind == "failed" else "│", code) + " "
    inner = pen.narrowed(2)
    title = _wrapped(clean(node.title).upper() if node.kind == "failed" else clean(node.title), inner)
    painted = [pen.painted(line, code) for line in title]
    return _indented(_stacked((painted, *(block(each, inner) for each in node.blocks))), bar)


@block.register(Statement)
def _(node: Statement, pen: Pen) -> list[str]:
    return block(node.callout, pen)


@block.register(Proof)
def _(node: Proof, pen: Pen) -> list[str]:
    return _stacked(block(each, pen) for each in node.opened)


@block.register(Fold)
def _(node: Fold, pen: Pen) -> list[str]:
    inner = pen.narrowed(2)
    summary_lines = _wrapped(plain(node.summary), pen, "▸ ", "  ")
    return _stacked((summary_lines, *(_indented(block(each, inner), "  ") for each in node.blocks)))


@block.register(Section)
def _(node: Section, pen: Pen) -> list[str]:
    verdict = "" if node.checks is None else f"[{mark(node.checks.verdict)} {node.checks.verdict}]"
    rule = "─" if pen.level == 1 else "┄"
    heading = _heading(plain(node.title), verdict, rule, pen)
    return _stacked((heading, *(block(each, replace(pen, level=pen.level + 1)) for each in node.blocks)))


@block.register(Explorer)
def _(node: Explorer, pen: Pen) -> list[str]:
    return []  # nothing to explore in text
