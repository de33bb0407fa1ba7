"""The Markdown renderer: what GitHub shows, formulas included.

Formulas in a line are written between ``$` `` and `` `$``, displayed ones as fenced ``math`` blocks: in both,
underscores and asterisks are safe from Markdown. Callouts are GitHub's alerts, folds ``<details>``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import singledispatch
from itertools import count

from symconv.checks.result import Check, Checks
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
from symconv.render.sheet import Sheet
from symconv.render.words import alarm, badges, clean, evidence, mark, plain, summary
from symconv.value import Value, replace

_ALERTS = {
    "correction": "WARNING",
    "failed": "CAUTION",
    "convention": "NOTE",
    "result": "IMPORTANT",
    "note": "NOTE",
}
_RULES = {"l": ":--", "c": ":-:", "r": "--:"}


class Pen(Value):
    """What a rule needs to know: the sheet, the numbers to give out, the level of a heading."""

    sheet: Sheet
    number: Iterator[int]
    level: int = 2


def render(sheet: Sheet) -> str:
    """The document as Markdown."""
    document = sheet.document
    pen = Pen(sheet, count(1))
    parts = (
        f"# {escape(document.title)}",
        escape(document.subtitle).lstrip(),
        _opening(document.checks, pen),
        _blocks(document.blocks, pen),
    )
    return "\n\n".join(part for part in parts if part) + "\n"


def escape(raw: str) -> str:
    """Text that Markdown, HTML and GitHub's formulas leave alone."""
    return _LEADING.sub(r"\1\\\2", _SPECIAL.sub(_spelled, clean(raw)))


_SPECIAL = re.compile(r"[\\`*_{}\[\]#|~$<>&!]")
_LEADING = re.compile(r"^(\s*(?:\d+(?=[.)](?:\s|$)))?)([-+=.)])")
"""What would begin a list or underline a heading at the start of a line."""


def _spelled(found: re.Match[str]) -> str:
    # GitHub looks for formulas before it resolves backslashes, hence the element around the dollar
    return {"<": "&lt;", ">": "&gt;", "&": "&amp;", "$": "<span>$</span>"}.get(found[0], f"\\{found[0]}")


def _inline(prose: Prose) -> str:
    return "".join(escape(part) if isinstance(part, str) else _math(part) for part in prose)


def _math(node: Node) -> str:
    return f"$`{latex(node)}`$"


def _opening(checks: Checks | None, pen: Pen) -> str:
    if checks is None:
        return ""
    warning = alarm(checks)
    if warning is not None:
        return block(warning, pen)
    return f"**{mark(checks.verdict)} {escape(summary(checks))}**"


def _blocks(blocks: Iterable[Block], pen: Pen) -> str:
    return "\n\n".join(filter(None, (block(each, pen) for each in blocks)))


@singledispatch
def block(node: object, pen: Pen) -> str:
    """A block as Markdown."""
    raise UnsupportedError(f"the Markdown renderer has no rule for a block of kind {type(node).__name__}")


@block.register(Paragraph)
def _(node: Paragraph, pen: Pen) -> str:
    # in front of a line, four blanks would make code of it
    return _inline(node.text).lstrip()


@block.register(Bullets)
def _(node: Bullets, pen: Pen) -> str:
    return "\n".join(f"- {_inline(item)}" for item in node.items)


@block.register(Formula | Chain)
def _(node: Formula | Chain, pen: Pen) -> str:
    lines = pen.sheet.lines(node)
    if len(lines) == 1 and not lines[0].relation:
        return f"```math\n{latex(lines[0].right)}\n```"
    body = " \\\\\n".join(_line(line) for line in lines)
    return f"```math\n\\begin{{aligned}}\n{body}\n\\end{{aligned}}\n```"


def _line(line: Line) -> str:
    left = "" if line.left is None else latex(line.left) + " "
    sign = latex(Op(line.relation)) if line.relation else "\\qquad"
    return f"{left}&{sign} {latex(line.right)}"


@block.register(Steps)
def _(node: Steps, pen: Pen) -> str:
    return "\n\n".join(_step(step, pen) for step in node.items)


def _step(step: Step, pen: Pen) -> str:
    conditions = ", ".join(map(_math, step.conditions))
    parts = (
        f"**({next(pen.number)}) {escape(step.name)}.** {_inline(step.why)}",
        block(step.body, pen),
        f"when {conditions}" if conditions else "",
        _badges(step.checks),
    )
    return "\n\n".join(part for part in parts if part)


def _badges(checks: Iterable[Check]) -> str:
    said = "; ".join(f"{mark(verdict)} {escape(word)}" for verdict, word in badges(checks))
    return f"<sub>{said}</sub>" if said else ""


@block.register(Table)
def _(node: Table, pen: Pen) -> str:
    rules = "| " + " | ".join(_RULES[side] for side in node.align) + " |"
    table = "\n".join((_row(node.header), rules, *map(_row, node.rows)))
    return f"*{escape(node.caption)}*\n\n{table}" if node.caption else table


def _row(cells: Iterable[Prose]) -> str:
    return "| " + " | ".join(map(_cell, cells)) + " |"


def _cell(prose: Prose) -> str:
    """A cell; a bar in a formula would end it."""
    return "".join(
        escape(part)
        if isinstance(part, str)
        else _math(part).replace("\\|", "\\Vert ").replace("|", "\\vert ")
        for part in prose
    )


@block.register(Verdicts)
def _(node: Verdicts, pen: Pen) -> str:
    return block(evidence(node.checks), pen)


@block.register(Figure)
def _(node: Figure, pen: Pen) -> str:
    if not node.plain:
        return escape(node.drawing.alt).lstrip()
    lines = "\n".join(node.plain)
    return f"```text\n{lines}\n```\n\n{_inline(node.caption).lstrip()}"


@block.register(Space)
def _(node: Space, pen: Pen) -> str:
    # an empty line alone would be left out
    return "\n\n".join(["&nbsp;"] * node.lines)


@block.register(Callout)
def _(node: Callout, pen: Pen) -> str:
    body = f"**{escape(node.title)}**\n\n{_blocks(node.blocks, pen)}".rstrip()
    quoted = "\n".join(f"> {line}".rstrip() for line in body.split("\n"))
    return f"> [!{_ALERTS[node.kind]}]\n{quoted}"


@block.register(Statement)
def _(node: Statement, pen: Pen) -> str:
    return block(node.callout, pen)


@block.register(Proof)
def _(node: Proof, pen: Pen) -> str:
    return _blocks(node.opened, pen)


@block.register(Fold)
def _(node: Fold, pen: Pen) -> str:
    # within <summary> Markdown is HTML: no formula there, and backslashes would be seen
    said = "".join(map(_entity, plain(node.summary)))
    return f"<details>\n<summary>{said}</summary>\n\n{_blocks(node.blocks, pen)}\n\n</details>"


def _entity(char: str) -> str:
    return f"&#{ord(char)};" if _SPECIAL.match(char) else char


@block.register(Section)
def _(node: Section, pen: Pen) -> str:
    verdict = "" if node.checks is None else f" ({mark(node.checks.verdict)} {node.checks.verdict})"
    heading = "#" * min(pen.level, 6) + f" {_inline(node.title)}{verdict}"
    return f"{heading}\n\n{_blocks(node.blocks, replace(pen, level=pen.level + 1))}"


@block.register(Explorer)
def _(node: Explorer, pen: Pen) -> str:
    return ""  # nothing to explore without a script
