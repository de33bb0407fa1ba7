"""The HTML renderer: one self-contained page with native MathML.

No script, no request: the style sheet ``page.css`` is put into the page. Reading order is that of a textbook;
beside each step stands its reason. Verdicts are words, colour only supports them. A formula wider than its
column scrolls in a box of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import singledispatch
from itertools import count
from pathlib import Path
from types import MappingProxyType

from symconv.checks.result import Check, Checks, Verdict
from symconv.document import (
    Block,
    Bullets,
    Callout,
    Chain,
    Figure,
    Fold,
    Formula,
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
from symconv.printing.svg import svg
from symconv.render.markup import cell, display, inline, words
from symconv.render.sheet import Sheet
from symconv.render.words import alarm, badges, evidence, mark, summary, worst_first

_SIDES = MappingProxyType({"l": "", "c": ' class="c"', "r": ' class="r"'})


@dataclass(frozen=True, slots=True)
class Page:
    """What a rule needs to know: the sheet, the numbers to give out, the level of a heading."""

    sheet: Sheet
    step: Iterator[int]
    box: Iterator[int]
    level: int = 2


def render(sheet: Sheet) -> str:
    """The document as one HTML page."""
    document = sheet.document
    page = Page(sheet, count(1), count(1))
    style = Path(__file__).with_name("page.css").read_text(encoding="utf-8")
    title = words(document.title)
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{title}</title>\n<style>\n{style}</style>\n</head>\n<body>\n"
        '<a class="skip" href="#content">Skip to the content</a>\n'
        f'<header>\n<h1>{title}</h1>\n<p class="subtitle">{words(document.subtitle)}</p>\n'
        f"{_opening(document.checks, page)}\n</header>\n"
        f"{_contents(document.blocks, page)}"
        f'<main id="content">\n{_blocks(document.blocks, page)}\n</main>\n</body>\n</html>\n'
    )


def _opening(checks: Checks | None, page: Page) -> str:
    if checks is None:
        return ""
    warning = alarm(checks)
    if warning is not None:
        return block(warning, page)
    return f'<p class="badges">{_badge(checks.verdict, summary(checks))}</p>'


def _contents(blocks: Iterable[Block], page: Page) -> str:
    items = "\n".join(
        f'<li><a href="#{words(node.anchor)}">{inline(node.title, page.sheet)}</a>{_flag(node.checks)}</li>'
        for node in blocks
        if isinstance(node, Section)
    )
    return f'<nav aria-label="Contents">\n<ol>\n{items}\n</ol>\n</nav>\n' if items else ""


def _flag(checks: Checks | None) -> str:
    """A word in the contents beside a section that is not verified."""
    if checks is None or checks.passed:
        return ""
    return " " + _badge(checks.verdict, checks.verdict.value)


def _blocks(blocks: Iterable[Block], page: Page) -> str:
    return "\n".join(block(each, page) for each in blocks)


def _badge(verdict: Verdict, said: str) -> str:
    return (
        f'<span class="badge {verdict}"><span aria-hidden="true">{mark(verdict)}</span> {words(said)}</span>'
    )


def _badges(checks: Iterable[Check]) -> str:
    spans = " ".join(_badge(verdict, said) for verdict, said in badges(checks))
    return f'<p class="badges">{spans}</p>' if spans else ""


def _box(content: str, label: str, kind: str) -> str:
    """A box that scrolls by itself; a keyboard can reach it."""
    return f'<div class="{kind}" tabindex="0" role="region" aria-label="{words(label)}">{content}</div>'


@singledispatch
def block(node: object, page: Page) -> str:
    """A block as HTML."""
    raise UnsupportedError(f"the HTML renderer has no rule for a block of kind {type(node).__name__}")


@block.register
def _(node: Paragraph, page: Page) -> str:
    return f"<p>{inline(node.text, page.sheet)}</p>"


@block.register
def _(node: Bullets, page: Page) -> str:
    items = "".join(f"<li><p>{inline(item, page.sheet)}</p></li>" for item in node.items)
    return f"<ul>{items}</ul>"


@block.register(Formula | Chain)
def _(node: Formula | Chain, page: Page) -> str:
    return _box(display(node, page.sheet), f"Formula {next(page.box)}", "eq")


@block.register
def _(node: Steps, page: Page) -> str:
    items = "\n".join(_step(step, page) for step in node.items)
    return f'<ol class="steps">\n{items}\n</ol>'


def _step(step: Step, page: Page) -> str:
    number = next(page.step)
    conditions = ", ".join(page.sheet.mathml(condition) for condition in step.conditions)
    formula = _box(display(step.body, page.sheet), f"Equation {number}", "eq")
    return (
        f'<li class="step" id="step-{number}">\n<div class="derived">\n'
        f'<p class="name"><a href="#step-{number}">({number})</a> {words(step.name)}</p>\n{formula}\n'
        + (_box(f"when {conditions}", f"Conditions of equation {number}", "conditions") if conditions else "")
        + f'</div>\n<div class="why">\n<p>{inline(step.why, page.sheet)}</p>\n{_badges(step.checks)}\n</div>\n</li>'
    )


@block.register
def _(node: Table, page: Page) -> str:
    return _table(node, ([cell(content, page.sheet) for content in row] for row in node.rows), page)


@block.register
def _(node: Verdicts, page: Page) -> str:
    table = evidence(node.checks)
    rows = (
        [_badge(check.verdict, check.word), *(cell(content, page.sheet) for content in row[1:])]
        for check, row in zip(worst_first(node.checks), table.rows, strict=True)
    )
    return _table(table, rows, page, kind=' class="verdicts"')


def _table(node: Table, rows: Iterable[Iterable[str]], page: Page, kind: str = "") -> str:
    """A table whose cells are markup already."""
    sides = [_SIDES[side] for side in node.align]
    header = "".join(
        f'<th scope="col"{side}>{inline(content, page.sheet)}</th>'
        for side, content in zip(sides, node.header, strict=True)
    )
    body = "\n".join(
        "<tr>" + "".join(f"<td{side}>{drawn}</td>" for side, drawn in zip(sides, row, strict=True)) + "</tr>"
        for row in rows
    )
    caption = f"<caption>{words(node.caption)}</caption>" if node.caption else ""
    table = f"<table{kind}>{caption}<thead><tr>{header}</tr></thead>\n<tbody>\n{body}\n</tbody></table>"
    return _box(table, node.caption or f"Table {next(page.box)}", "scroll")


@block.register
def _(node: Figure, page: Page) -> str:
    drawn = _box(svg(node.drawing), f"Figure {next(page.box)}", "scroll")
    return f"<figure>{drawn}<figcaption>{inline(node.caption, page.sheet)}</figcaption></figure>"


@block.register
def _(node: Space, page: Page) -> str:
    return f'<div class="answer" style="height: {node.lines * 1.6:.1f}rem"></div>'


@block.register
def _(node: Callout, page: Page) -> str:
    return (
        f'<div class="callout {node.kind}" role="note">\n<p class="title">{words(node.title)}</p>\n'
        f"{_blocks(node.blocks, page)}\n</div>"
    )


@block.register
def _(node: Statement, page: Page) -> str:
    return block(node.callout, page)


@block.register
def _(node: Proof, page: Page) -> str:
    return _blocks(node.opened, page)


@block.register
def _(node: Fold, page: Page) -> str:
    said = inline(node.summary, page.sheet)
    return f"<details>\n<summary>{said}</summary>\n{_blocks(node.blocks, page)}\n</details>"


@block.register
def _(node: Section, page: Page) -> str:
    tag = f"h{min(page.level, 6)}"
    verdict = "" if node.checks is None else " " + _badge(node.checks.verdict, node.checks.verdict.value)
    return (
        f'<section id="{words(node.anchor)}">\n<{tag}>{inline(node.title, page.sheet)}{verdict}</{tag}>\n'
        f"{_blocks(node.blocks, replace(page, level=page.level + 1))}\n</section>"
    )
