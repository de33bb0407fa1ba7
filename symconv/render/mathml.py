"""The MathML renderer: one well-formed XHTML file whose every formula is a ``<math>`` element.

Bare but usable: headings, text and tables without any style but the alignment of chains, for programs and
for readers who bring their own.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import singledispatch
from itertools import count

from symconv.checks.result import Check, Checks
from symconv.document import (
    Block,
    Bullets,
    Callout,
    Chain,
    Explorer,
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
from symconv.render.markup import cell, display, inline, words
from symconv.render.sheet import Sheet
from symconv.render.words import alarm, badges, evidence, mark, summary
from symconv.value import Value, replace

STYLE = (
    "body{max-width:50rem;margin:auto;padding:1rem;font-family:serif;line-height:1.5}"
    "div{overflow-x:auto}"
    "td,th{padding:.2rem .8rem .2rem 0;text-align:left}"
    "td>math{display:inline math}"
    "mtable.chain>mtr>mtd{text-align:left;padding:.25em 0}"
    "mtable.chain>mtr>mtd:first-child{text-align:-webkit-right}"
    "mtable.chain>mtr>mtd:nth-child(2){padding:.25em .28em}"
)


class Page(Value):
    """What a rule needs to know: the sheet, the numbers to give out, the level of a heading."""

    sheet: Sheet
    number: Iterator[int]
    level: int = 2


def render(sheet: Sheet) -> str:
    """The document as one XHTML file."""
    document = sheet.document
    page = Page(sheet, count(1))
    title = words(document.title)
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE html>\n'
        '<html xmlns="http://www.w3.org/1999/xhtml" lang="en" xml:lang="en">\n'
        '<head><meta charset="utf-8"/><meta name="viewport" content="width=device-width, initial-scale=1"/>'
        f"<title>{title}</title><style>{STYLE}</style></head>\n"
        f"<body>\n<h1>{title}</h1>\n<p>{words(document.subtitle)}</p>\n{_opening(document.checks, page)}\n"
        f"{_blocks(document.blocks, page)}\n</body>\n</html>\n"
    )


def _opening(checks: Checks | None, page: Page) -> str:
    if checks is None:
        return ""
    warning = alarm(checks)
    if warning is not None:
        return block(warning, page)
    return f"<p>{mark(checks.verdict)} {words(summary(checks))}</p>"


def _blocks(blocks: Iterable[Block], page: Page) -> str:
    return "\n".join(filter(None, (block(each, page) for each in blocks)))


def _badges(checks: Iterable[Check]) -> str:
    return "; ".join(f"{mark(verdict)} {words(said)}" for verdict, said in badges(checks))


def _verdict(checks: Checks | None) -> str:
    return "" if checks is None else f" ({mark(checks.verdict)} {checks.verdict})"


@singledispatch
def block(node: object, page: Page) -> str:
    """A block as XHTML."""
    raise UnsupportedError(f"the MathML renderer has no rule for a block of kind {type(node).__name__}")


@block.register(Paragraph)
def _(node: Paragraph, page: Page) -> str:
    return f"<p>{inline(node.text, page.sheet.mathml)}</p>"


@block.register(Bullets)
def _(node: Bullets, page: Page) -> str:
    items = "".join(f"<li>{inline(item, page.sheet.mathml)}</li>" for item in node.items)
    return f"<ul>{items}</ul>"


@block.register(Formula | Chain)
def _(node: Formula | Chain, page: Page) -> str:
    return f"<div>{display(node, page.sheet)}</div>"


@block.register(Steps)
def _(node: Steps, page: Page) -> str:
    return "\n".join(_step(step, page) for step in node.items)


def _step(step: Step, page: Page) -> str:
    conditions = ", ".join(page.sheet.mathml(condition) for condition in step.conditions)
    lines = (
        f"<p><b>({next(page.number)}) {words(step.name)}.</b> {inline(step.why, page.sheet.mathml)}</p>",
        block(step.body, page),
        f"<p>when {conditions}</p>" if conditions else "",
        f"<p>{_badges(step.checks)}</p>" if step.checks else "",
    )
    return "\n".join(line for line in lines if line)


@block.register(Table)
def _(node: Table, page: Page) -> str:
    caption = f"<caption>{words(node.caption)}</caption>" if node.caption else ""
    header = "".join(f"<th>{inline(content, page.sheet.mathml)}</th>" for content in node.header)
    rows = "".join(
        "<tr>" + "".join(f"<td>{cell(content, page.sheet.mathml)}</td>" for content in row) + "</tr>"
        for row in node.rows
    )
    return f"<table>{caption}<thead><tr>{header}</tr></thead><tbody>{rows}</tbody></table>"


@block.register(Figure)
def _(node: Figure, page: Page) -> str:
    if not node.plain:
        return f"<p>{words(node.drawing.alt)}</p>"
    lines = "\n".join(map(words, node.plain))
    return f"<pre>{lines}</pre>\n<p>{inline(node.caption, page.sheet.mathml)}</p>"


@block.register(Space)
def _(node: Space, page: Page) -> str:
    return "<p>" + "<br/>" * node.lines + "</p>"


@block.register(Callout)
def _(node: Callout, page: Page) -> str:
    return f"<blockquote><p><b>{words(node.title)}</b></p>\n{_blocks(node.blocks, page)}</blockquote>"


@block.register(Statement)
def _(node: Statement, page: Page) -> str:
    return block(node.callout, page)


@block.register(Proof)
def _(node: Proof, page: Page) -> str:
    return _blocks(node.opened, page)


@block.register(Fold)
def _(node: Fold, page: Page) -> str:
    summary_line = inline(node.summary, page.sheet.mathml)
    return f"<details><summary>{summary_line}</summary>\n{_blocks(node.blocks, page)}</details>"


@block.register(Verdicts)
def _(node: Verdicts, page: Page) -> str:
    return block(evidence(node.checks), page)


@block.register(Section)
def _(node: Section, page: Page) -> str:
    tag = f"h{min(page.level, 6)}"
    inner = replace(page, level=page.level + 1)
    return (
        f'<{tag} id="{words(node.anchor)}">{inline(node.title, page.sheet.mathml)}{_verdict(node.checks)}</{tag}>\n'
        f"{_blocks(node.blocks, inner)}"
    )


@block.register(Explorer)
def _(node: Explorer, page: Page) -> str:
    return ""  # nothing to explore without a script
