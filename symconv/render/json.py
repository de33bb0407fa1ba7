"""The JSON renderer: every check of a document, for programs.

.. code-block:: text

    {title, subtitle, verdict, summary,
     sections: [{anchor, title, verdict}],
     checks: [{section, subject, method, verdict, left, right, scope, detail, certificates}],
     settings: [..], statements: [..], unstated: [{section, text, reason}]}

Sections, checks and statements stand in the order of the document; ``section`` is the anchor of the first section
that shows the check, or null for a check that no section shows. ``certificates`` stands where a proof kernel
accepted the check: ``[{theorem, statement, file, sha256, kernel, assumptions}]``. Statements are what displayed
formulas say, in the grammar of :mod:`symconv.recheck`; ``unstated`` are those that this grammar cannot say.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import singledispatch
from typing import Any

from msgspec import json

from symconv.checks.result import Check, Checks
from symconv.display import row
from symconv.document import (
    Assertion,
    Block,
    Bullets,
    Callout,
    Chain,
    Explorer,
    Figure,
    Fold,
    Formula,
    Holder,
    Line,
    Paragraph,
    Proof,
    Section,
    Space,
    Statement,
    Steps,
    Table,
    Verdicts,
)
from symconv.errors import UnsupportedError
from symconv.narrate.data import facts_data, statement_data, symbols_data
from symconv.printing.text import text
from symconv.render.sheet import Sheet
from symconv.render.words import plain, summary
from symconv.value import asdict

Home = tuple[Check, str | None]


def render(sheet: Sheet) -> str:
    """Every check of the document as indented JSON."""
    document = sheet.document
    stated = _Stated()
    if document.checks is not None:  # a sheet of questions says nothing, and must not hold the answers
        _tell(document.blocks, None, stated)
    # by identity: two sections may make equal checks
    section_of: dict[int, str | None] = {}
    for check, anchor in _homes(document.blocks, None):
        section_of.setdefault(id(check), anchor)
    report = {
        "title": document.title,
        "subtitle": document.subtitle,
        "verdict": None if document.checks is None else document.checks.verdict.value,
        "summary": "" if document.checks is None else summary(document.checks),
        "sections": [
            {
                "anchor": section.anchor,
                "title": plain(section.title),
                "verdict": None if section.checks is None else section.checks.verdict.value,
            }
            for section in _sections(document.blocks)
        ],
        "checks": [
            {
                "section": section_of.get(id(check)),
                "subject": str(check.subject),  # text that remembers its formulas is no plain string
                "method": check.method.value,
                "verdict": check.word,
                "left": str(check.left),
                "right": str(check.right),
                "scope": str(check.scope),
                "detail": str(check.detail),
                **_proved(check),
            }
            for check in document.checks or ()
        ],
    }
    head = json.format(json.encode(report), indent=1).decode().removesuffix("\n}")
    parts = {"settings": stated.settings, "statements": stated.statements, "unstated": stated.unstated}
    return head + "".join(f',\n "{name}": {_lines(items)}' for name, items in parts.items()) + "\n}\n"


_RELATIONS = set("=≠<≤>≥→≈")
BLANK = "□"
"""Where a reader writes: a formula with it says nothing yet."""


@dataclass(slots=True)
class _Stated:
    """The statements of a document, collected block by block."""

    settings: list[Any] = field(default_factory=list)
    statements: list[Any] = field(default_factory=list)
    unstated: list[Any] = field(default_factory=list)
    # by identity, of what is kept alive by the document
    known: dict[tuple[int, Any, Any], tuple[int, dict[str, Any]]] = field(default_factory=dict)

    def add(self, statement: Assertion, section: str | None) -> None:
        about, tell = statement.about
        key = id(about), tell, statement.letters
        if key not in self.known:
            facts = tell(about)
            data = facts_data(facts, statement.letters)
            if data not in self.settings:
                self.settings.append(data)
            self.known[key] = self.settings.index(data), symbols_data(facts)
        number, symbols = self.known[key]
        self.statements.append(statement_data(statement, number, section, symbols))


def _tell(blocks: Iterable[Block], section: str | None, stated: _Stated) -> None:
    """Collect what blocks say, in their order."""
    for block in blocks:
        match block:
            case Section():
                _tell(block.blocks, block.anchor, stated)
            case Callout() | Statement() | Proof() | Fold():
                _tell(block.blocks, section, stated)
            case Steps():
                _tell((step.body for step in block.items), section, stated)
            case Chain():
                for line in block.lines:
                    _say(line, section, stated)
            case Formula() | Paragraph() | Table():
                _say(block, section, stated)


def _say(block: Formula | Line | Paragraph | Table, section: str | None, stated: _Stated) -> None:
    """Collect what a block says; what it shows without saying it is told with the reason."""
    reason = ""
    if not block.says and not isinstance(block, Paragraph | Table):
        shown = _shown(block)
        reason = "it has no statement" if _RELATIONS & set(shown) and BLANK not in shown else ""
    for statement in block.says:
        try:
            stated.add(statement, section)
        except UnsupportedError as error:
            reason = str(error)
    if reason:
        stated.unstated.append({"section": section, "text": _shown(block), "reason": reason})


def _shown(block: Formula | Line | Paragraph | Table) -> str:
    """What a block shows that may not be said."""
    match block:
        case Formula():
            return text(block.tree)
        case Line():
            return text(row(*filter(None, (block.left,)), block.relation, block.right))
    return "a relation in text"


def _lines(items: list[Any]) -> str:
    """A list with one item a line."""
    inner = ",\n".join(f"  {json.encode(item).decode()}" for item in items)
    return f"[\n{inner}\n ]" if items else "[]"


def _proved(check: Check) -> dict[str, Any]:
    """The theorems of a check that a proof kernel accepted."""
    return {"certificates": [asdict(each) for each in check.certificates]} if check.certificates else {}


def _sections(blocks: Iterable[Block]) -> Iterator[Section]:
    for block in blocks:
        if isinstance(block, Section):
            yield block
        if isinstance(block, Holder):
            yield from _sections(block.blocks)


def _homes(blocks: Iterable[Block], anchor: str | None) -> Iterator[Home]:
    """The checks that blocks show or hold, inner sections first, each with its section."""
    for block in blocks:
        yield from homes(block, anchor)


@singledispatch
def homes(block: object, anchor: str | None) -> Iterator[Home]:
    """The checks of one block with the section they belong to."""
    raise UnsupportedError(f"the JSON renderer has no rule for a block of kind {type(block).__name__}")


@homes.register(Paragraph | Bullets | Formula | Chain | Figure | Explorer | Space | Table)
def _(block: Block, anchor: str | None) -> Iterator[Home]:
    return iter(())


@homes.register(Steps)
def _(block: Steps, anchor: str | None) -> Iterator[Home]:
    return ((check, anchor) for step in block.items for check in step.checks)


@homes.register(Verdicts)
def _(block: Verdicts, anchor: str | None) -> Iterator[Home]:
    return ((check, anchor) for check in block.checks)


@homes.register(Callout | Statement | Proof | Fold)
def _(block: Callout | Statement | Proof | Fold, anchor: str | None) -> Iterator[Home]:
    return _homes(block.blocks, anchor)


@homes.register(Section)
def _(block: Section, anchor: str | None) -> Iterator[Home]:
    yield from _homes(block.blocks, block.anchor)
    for check in block.checks or Checks():
        yield check, block.anchor
