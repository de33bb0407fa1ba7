"""The HTML renderer: one self-contained page with native MathML.

No request: style, font and script are put into the page, and its policy allows nothing else. Reading order is
that of a textbook; beside each step stands its reason, and behind its badge the evidence. Verdicts are words,
colour only supports them. A formula wider than its column scrolls in a box of its own. Without the script the
page can be read; with it, formulas can be copied and problems explored.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import singledispatch
from itertools import count, pairwise
from types import MappingProxyType

from symconv.checks.result import Certificate, Check, Checks, Verdict
from symconv.display import Node, Op, Prose
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
from symconv.printing.latex import latex
from symconv.printing.mathml import Math
from symconv.printing.svg import svg
from symconv.render import assets, markup
from symconv.render.explorers import embedded
from symconv.render.markup import words
from symconv.render.sheet import Sheet
from symconv.render.words import alarm, badges, evidence, summary, worst_first
from symconv.value import Value, replace

_SIDES = MappingProxyType({"l": "", "c": ' class="c"', "r": ' class="r"'})


_ROLE = re.compile(
    r'<mstyle class="(role-\w+)"><mrow><(msub|mfrac)>((?:[^<]++|<(?!/?\2>))*+)</\2></mrow></mstyle>'
)
_LONE = re.compile(r"<mrow>(<mn>[^<]*</mn>)</mrow>")
_TABLE_STYLE = ' displaystyle="true" columnalign="right center left"'
"""What the style sheet says of every chain."""
_TOGETHER = 6
"""Up to how many derivations of entries stand in one formula."""
_LONGEST_NAME = 120
"""A longer reading is worse than what a screen reader makes of the formula itself."""


class Page(Value):
    """What a rule needs to know: the sheet, the numbers to give out, the level of a heading."""

    sheet: Sheet
    step: Iterator[int]
    lab: Iterator[int]
    level: int = 2

    def formula(self, node: Node, display: bool = False) -> str:
        """A formula as MathML that knows its LaTeX."""
        return _with_source(self.sheet.mathml.math(node, display), self.sheet.once(_source, node))

    def named(self, node: Node, display: bool = False) -> str:
        """A formula with a name, even if it is one letter."""
        return _with_source(self.sheet.mathml.math(node, display), self.sheet.once(_source, node), 1)

    def inline(self, prose: Prose) -> str:
        """Running text with its formulas."""
        return markup.inline(prose, self.formula)

    def cell(self, prose: Prose) -> str:
        """A cell of a table."""
        return markup.cell(prose, self.formula)

    def display(self, body: Formula | Chain) -> str:
        """A displayed formula or chain."""
        return self.aligned(self.sheet.lines(body))

    def aligned(self, lines: Sequence[Line]) -> str:
        """Lines that meet at their relation sign."""
        return _with_source(markup.aligned(lines, self.sheet, lean=True), _aligned(lines))


def _source(node: Node, sheet: Sheet) -> str:
    return latex(node)


def _aligned(lines: Sequence[Line]) -> str:
    """The LaTeX of a displayed formula, broken where the page breaks it."""
    if len(lines) == 1 and not lines[0].relation:
        return latex(lines[0].right)
    rows = []
    for line in lines:
        left = "" if line.left is None else f"{latex(line.left)} "
        sign = f"&{latex(Op(line.relation))} " if line.relation else r"&\quad "
        rows.append(f"{left}{sign}{latex(line.right)}")
    return r"\begin{aligned} " + r" \\ ".join(rows) + r" \end{aligned}"


def _with_source(math: Math, source: str, shortest: int = 2) -> str:
    """A ``<math>`` element with its LaTeX and, unless it is long, its reading as its name."""
    is_named = shortest <= len(math.reading) <= _LONGEST_NAME
    name = f' aria-label="{math.reading}"' if is_named else ""
    style = ' display="block"' if math.display else ""
    body = _lean(markup.unrowed(math.content))
    return f'<math{style} data-latex="{words(source)}"{name}>{body}</math>'


def _lean(content: str) -> str:
    """The content of a formula without elements that only carry a class, a row, or one digit of an index."""
    content = content.replace("</mn><mn>", "")
    if "role-" in content:
        content = _ROLE.sub(r'<\2 class="\1">\3</\2>', content)
    return "".join(_LONE.split(content.replace(_TABLE_STYLE, "")))


def render(sheet: Sheet) -> str:
    """The document as one HTML page."""
    document = sheet.document
    page = Page(sheet, count(1), count(1))
    main = _blocks(document.blocks, page)
    style, early, script = assets.style(), assets.early(), assets.script(explorers=next(page.lab) > 1)
    title = words(document.title)
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{assets.policy(style, early, script)}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{title}</title>\n<style>{style}</style>\n<script>{early}</script>\n</head>\n<body>\n"
        '<a class="skip" href="#content">Skip to the content</a>\n'
        f'<header>\n<div>\n<h1>{title}</h1>\n<p class="subtitle">{words(document.subtitle)}</p>\n</div>\n'
        f'{_opening(document.checks, page)}\n<div class="tools" id="tools"></div>\n</header>\n'
        f"{_contents(document.blocks, page)}"
        f'<main id="content">\n{main}\n</main>\n'
        "<footer>Made by symconv. Formulas are set in a part of Latin Modern Math (GUST Font License).</footer>\n"
        f"<script>{script}</script>\n</body>\n</html>\n"
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
        f'<li><a href="#{words(node.anchor)}">{page.inline(node.title)}</a>{_flag(node.checks)}</li>'
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
    """A verdict in words; its mark is drawn by the style sheet. What is proved says so and has its own look."""
    is_proved = verdict is Verdict.PASSED and said.partition(":")[0] == "proved"
    return f'<span class="badge {"proved" if is_proved else verdict}">{words(said)}</span>'


def _evidence(checks: Iterable[Check]) -> str:
    """Badges that open: what was compared, by which means, and how much of it."""
    checks = tuple(checks)
    if not checks:
        return ""
    spans = " ".join(_badge(verdict, said) for verdict, said in badges(checks))
    alike: dict[tuple[str, ...], list[Check]] = {}
    for check in worst_first(Checks(checks)):
        alike.setdefault((check.verdict, check.subject, check.left, check.right, check.detail), []).append(
            check
        )
    items = "".join(f"<li>{_witness(each)}</li>" for each in alike.values())
    return f'<details class="evidence"><summary>{spans}</summary><ul>{items}</ul></details>'


def _witness(checks: Sequence[Check]) -> str:
    """Checks of the same two sides: the subject, each means with its scope, then both sides."""
    first = checks[0]
    verdict = "" if first.passed else f"{first.verdict.value}: {words(first.detail)} "
    means = "; ".join(", ".join(filter(None, (check.method, check.scope))) for check in checks)
    kernel = "".join(_certificate(each) for check in checks for each in check.certificates)
    return f"{verdict}{words(first.subject)}: {words(means)}{_sides(first)}{kernel}"


def _certificate(proved: Certificate) -> str:
    """What a proof kernel has accepted: the theorem, its file with its hash, and the axioms that it rests on."""
    rests = ", ".join(proved.assumptions) or "no axiom"
    said = f"{proved.theorem} in {proved.file} (SHA-256 {proved.sha256[:16]}…), {proved.kernel}, on {rests}"
    return f'<span class="sides">{words(said)}</span>'


def _sides(check: Check) -> str:
    if not check.left and not check.right:  # several checks in one line
        return ""
    return f'<span class="sides">{words(check.left)} against {words(check.right)}</span>'


def _scrolling(content: str, kind: str) -> str:
    """A box that scrolls by itself where it must; the script then names it and lets the keyboard stop there."""
    return f'<div class="{kind}">{content}</div>'


@singledispatch
def block(node: object, page: Page) -> str:
    """A block as HTML."""
    raise UnsupportedError(f"the HTML renderer has no rule for a block of kind {type(node).__name__}")


@block.register(Paragraph)
def _(node: Paragraph, page: Page) -> str:
    return f"<p>{page.inline(node.text)}</p>"


@block.register(Bullets)
def _(node: Bullets, page: Page) -> str:
    items = "".join(f"<li><p>{page.inline(item)}</p></li>" for item in node.items)
    return f"<ul>{items}</ul>"


@block.register(Formula | Chain)
def _(node: Formula | Chain, page: Page) -> str:
    lines = page.sheet.lines(node)
    starts = [place for place, line in enumerate(lines) if line.left is not None]
    if len(starts) <= _TOGETHER:
        return _scrolling(page.display(node), "eq")
    # a derivation of many entries: each in a box of its own, or no sheet of paper could hold it
    entries = (lines[start:end] for start, end in pairwise((*starts, len(lines))))
    boxes = "\n".join(_scrolling(page.aligned(entry), "eq") for entry in entries)
    return f'<div class="entries">\n{boxes}\n</div>'


@block.register(Steps)
def _(node: Steps, page: Page) -> str:
    items = "\n".join(_step(step, page) for step in node.items)
    return f'<ol class="steps">\n{items}\n</ol>'


def _step(step: Step, page: Page) -> str:
    number = next(page.step)
    conditions = ", ".join(page.formula(condition) for condition in step.conditions)
    formula = _scrolling(page.display(step.body), "eq")
    return (
        f'<li class="step" id="step-{number}">\n<div class="derived">\n'
        f'<p class="name"><a href="#step-{number}">({number})</a> {words(step.name)}</p>\n{formula}\n'
        + (_scrolling(f"when {conditions}", "conditions") if conditions else "")
        + f'</div>\n<div class="why">\n<p>{page.inline(step.why)}</p>\n{_evidence(step.checks)}\n</div>\n</li>'
    )


@block.register(Table)
def _(node: Table, page: Page) -> str:
    return _table(node, ([page.cell(content) for content in row] for row in node.rows), page)


@block.register(Verdicts)
def _(node: Verdicts, page: Page) -> str:
    table = evidence(node.checks)
    checks = worst_first(node.checks)
    rows = (
        [
            _badge(check.verdict, check.word),
            *map(page.cell, row[1:-1]),
            page.cell(row[-1]) + _sides(check),
        ]
        for check, row in zip(checks, table.rows, strict=True)
    )
    opened = "" if node.checks.passed else " open"
    said = _badge(node.checks.verdict, f"Evidence: {summary(node.checks)}")
    drawn = _table(table, rows, page, kind=' class="verdicts"')
    return f'<details class="evidence"{opened}><summary>{said}</summary>\n{drawn}\n</details>'


def _table(node: Table, rows: Iterable[Iterable[str]], page: Page, kind: str = "") -> str:
    """A table whose cells are markup already."""
    sides = [_SIDES[side] for side in node.align]
    header = "".join(
        f'<th scope="col"{side}>{markup.inline(content, page.named)}</th>'
        for side, content in zip(sides, node.header, strict=True)
    )
    body = "\n".join(
        "<tr>" + "".join(f"<td{side}>{drawn}</td>" for side, drawn in zip(sides, row, strict=True)) + "</tr>"
        for row in rows
    )
    caption = f"<caption>{words(node.caption)}</caption>" if node.caption else ""
    table = f"<table{kind}>{caption}<thead><tr>{header}</tr></thead>\n<tbody>\n{body}\n</tbody></table>"
    return _scrolling(table, "scroll")


@block.register(Figure)
def _(node: Figure, page: Page) -> str:
    drawn = _scrolling(svg(node.drawing), "scroll")
    return f"<figure>{drawn}<figcaption>{page.inline(node.caption)}</figcaption></figure>"


@block.register(Space)
def _(node: Space, page: Page) -> str:
    return f'<div class="answer">{"<br>" * round(node.lines)}</div>'


@block.register(Callout)
def _(node: Callout, page: Page) -> str:
    return (
        f'<div class="callout {node.kind}" role="note">\n<p class="title">{words(node.title)}</p>\n'
        f"{_blocks(node.blocks, page)}\n</div>"
    )


@block.register(Statement)
def _(node: Statement, page: Page) -> str:
    return block(node.callout, page)


@block.register(Proof)
def _(node: Proof, page: Page) -> str:
    return _blocks(node.opened, page)


@block.register(Fold)
def _(node: Fold, page: Page) -> str:
    said = page.inline(node.summary)
    return f"<details>\n<summary>{said}</summary>\n{_blocks(node.blocks, page)}\n</details>"


@block.register(Explorer)
def _(node: Explorer, page: Page) -> str:
    tag = _heading(page)
    return (
        f'<div class="lab" id="explorer-{next(page.lab)}">\n<{tag}>{words(node.title)}</{tag}>\n'
        '<p class="needs">This part is for trying things out and needs JavaScript.</p>\n'
        f'<script type="application/json">{embedded(node)}</script>\n</div>'
    )


def _heading(page: Page) -> str:
    return f"h{min(page.level, 6)}"


@block.register(Section)
def _(node: Section, page: Page) -> str:
    tag, anchor = _heading(page), words(node.anchor)
    verdict = "" if node.checks is None else " " + _badge(node.checks.verdict, node.checks.verdict.value)
    return (
        f'<section id="{anchor}">\n<{tag}>{page.inline(node.title)}{verdict}'
        f'<a class="anchor" href="#{anchor}" aria-label="Link to this part">#</a></{tag}>\n'
        f"{_blocks(node.blocks, replace(page, level=page.level + 1))}\n</section>"
    )
