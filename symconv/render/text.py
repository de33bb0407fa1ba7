"""The text renderer: Unicode plain text with formulas in two dimensions, for a terminal or a mail."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import singledispatch
from itertools import count

from symconv.checks.result import Checks
from symconv.display import Node, row
from symconv.document import (
    Bullets,
    Callout,
    Chain,
    Document,
    Fold,
    Formula,
    Line,
    Paragraph,
    Section,
    Step,
    Steps,
    Table,
    Verdicts,
)
from symconv.errors import UnsupportedError
from symconv.printing.breaking import split_row
from symconv.printing.text import box
from symconv.render.words import alarm, badges, clean, evidence, mark, plain, summary

WIDTH = 88
"""The width of a line in characters."""


@dataclass(frozen=True, slots=True)
class Pen:
    """What a rule needs to know: the room on a line, the numbers to give out, the level of a heading."""

    width: int
    number: Iterator[int]
    level: int = 1

    def narrowed(self, by: int) -> Pen:
        """The pen for an indented part."""
        return replace(self, width=self.width - by)


def render(document: Document, width: int = WIDTH) -> str:
    """The document as plain text, wrapped at ``width`` characters where it can be."""
    pen = Pen(width, count(1))
    parts = (
        _heading(clean(document.title), "", "═", pen),
        _wrapped(clean(document.subtitle), pen),
        _opening(document.checks, pen),
        *(block(each, pen) for each in document.blocks),
    )
    return "\n".join(line.rstrip() for line in _stacked(parts)) + "\n"


def _opening(checks: Checks, pen: Pen) -> list[str]:
    warning = alarm(checks)
    return [f"{mark(checks.verdict)} {summary(checks)}"] if warning is None else block(warning, pen)


def _heading(title: str, verdict: str, rule: str, pen: Pen) -> list[str]:
    lines = _wrapped(f"{title}  {verdict}".rstrip(), pen)
    return [*lines, rule * max(map(len, lines), default=0)]


def _wrapped(text: str, pen: Pen, first: str = "", rest: str | None = None) -> list[str]:
    """Text in lines, with what stands before the first and before the others."""
    return textwrap.wrap(
        text,
        pen.width,
        initial_indent=first,
        subsequent_indent=first if rest is None else rest,
        break_on_hyphens=False,
    )


def _stacked(parts: Iterable[list[str]]) -> list[str]:
    """Parts one below the other with a blank line between them."""
    return [line for part in parts if part for line in ("", *part)][1:]


def _indented(lines: Iterable[str], by: str) -> list[str]:
    return [by + line for line in lines]


@singledispatch
def block(node: object, pen: Pen) -> list[str]:
    """A block as lines of text."""
    raise UnsupportedError(f"the text renderer has no rule for a block of kind {type(node).__name__}")


@block.register
def _(node: Paragraph, pen: Pen) -> list[str]:
    return _wrapped(plain(node.text), pen)


@block.register
def _(node: Bullets, pen: Pen) -> list[str]:
    return [line for item in node.items for line in _wrapped(plain(item), pen, "  • ", "    ")]


@block.register
def _(node: Formula, pen: Pen) -> list[str]:
    first, *rest = split_row(node.tree, pen.width - 6, _columns)
    return _stacked(
        (_indented(box(first).lines, "    "), *(_indented(box(each).lines, "      ") for each in rest))
    )


@block.register
def _(node: Chain, pen: Pen) -> list[str]:
    left = max((_columns(line.left) for line in node.lines if line.left is not None), default=-1)
    parts = [part for line in node.lines for part in _line(line, left, pen)]
    if all(len(part) == 1 for part in parts):
        return [line for (line,) in parts]
    return _stacked(parts)


def _line(line: Line, left: int, pen: Pen) -> Iterator[list[str]]:
    """A line of a chain, and what had to be broken off it; ``left`` is the width of the widest left side."""
    sign = left + 1
    right = sign + len(line.relation) + 1
    first, *rest = split_row(line.right, pen.width - 4 - right, _columns)
    if line.left is None:
        yield _indented(box(row(line.relation, first)).lines, " " * (4 + sign))
    else:
        gap = left - _columns(line.left)
        yield _indented(box(row(line.left, line.relation, first)).lines, " " * (4 + gap))
    for piece in rest:
        yield _indented(box(piece).lines, " " * (4 + right))


def _columns(node: Node) -> int:
    """The width of a formula in characters."""
    return box(node).width


@block.register
def _(node: Steps, pen: Pen) -> list[str]:
    return _stacked(_step(step, pen) for step in node.items)


def _step(step: Step, pen: Pen) -> list[str]:
    conditions = ", ".join(plain((condition,)) for condition in step.conditions)
    checked = "; ".join(f"{mark(verdict)} {said}" for verdict, said in badges(step.checks))
    return _stacked(
        (
            _wrapped(f"({next(pen.number)}) {clean(step.name)}. {plain(step.why)}", pen, "", "    "),
            block(step.body, pen),
            _wrapped(f"when {conditions}" if conditions else "", pen, "    "),
            _wrapped(checked, pen, "    "),
        )
    )


@block.register
def _(node: Table, pen: Pen) -> list[str]:
    cells = [[plain(cell) for cell in cells] for cells in (node.header, *node.rows)]
    widths = _fitted([max(map(len, column)) for column in zip(*cells, strict=True)], pen.width)
    rule = "  ".join("─" * width for width in widths)
    header, *rows = (_row(row, widths, node.align) for row in cells)
    caption = _wrapped(clean(node.caption), pen)
    return [*caption, rule, *header, rule, *(line for lines in rows for line in lines), rule]


def _row(cells: list[str], widths: list[int], align: str) -> list[str]:
    """A row of a table as lines; long cells are wrapped."""
    wrapped = [textwrap.wrap(cell, width) or [""] for cell, width in zip(cells, widths, strict=True)]
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


@block.register
def _(node: Verdicts, pen: Pen) -> list[str]:
    return block(evidence(node.checks), pen)


@block.register
def _(node: Callout, pen: Pen) -> list[str]:
    bar = "┃ " if node.kind == "failed" else "│ "
    inner = pen.narrowed(2)
    title = _wrapped(clean(node.title).upper() if node.kind == "failed" else clean(node.title), inner)
    return _indented(_stacked((title, *(block(each, inner) for each in node.blocks))), bar)


@block.register
def _(node: Fold, pen: Pen) -> list[str]:
    inner = pen.narrowed(2)
    summary_lines = _wrapped(plain(node.summary), pen, "▸ ", "  ")
    return _stacked((summary_lines, *(_indented(block(each, inner), "  ") for each in node.blocks)))


@block.register
def _(node: Section, pen: Pen) -> list[str]:
    verdict = "" if node.checks is None else f"[{mark(node.checks.verdict)} {node.checks.verdict}]"
    rule = "─" if pen.level == 1 else "┄"
    heading = _heading(plain(node.title), verdict, rule, pen)
    return _stacked((heading, *(block(each, replace(pen, level=pen.level + 1)) for each in node.blocks)))
