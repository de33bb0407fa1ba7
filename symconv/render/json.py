"""The JSON renderer: every check of a document, for programs.

.. code-block:: text

    {title, subtitle, verdict, summary,
     sections: [{anchor, title, verdict}],
     checks: [{section, subject, method, verdict, left, right, scope, detail, certificates}]}

Sections and checks stand in the order of the document; ``section`` is the anchor of the first section that
shows the check, or null for a check that no section shows. ``certificates`` stands where a proof kernel accepted
the check: ``[{theorem, statement, file, sha256, kernel, assumptions}]``.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from functools import singledispatch
from typing import Any

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
    Holder,
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
from symconv.render.sheet import Sheet
from symconv.render.words import plain, summary

Home = tuple[Check, str | None]


def render(sheet: Sheet) -> str:
    """Every check of the document as indented JSON."""
    document = sheet.document
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
                "subject": check.subject,
                "method": check.method.value,
                "verdict": check.word,
                "left": check.left,
                "right": check.right,
                "scope": check.scope,
                "detail": check.detail,
                **_proved(check),
            }
            for check in document.checks or ()
        ],
    }
    return json.dumps(report, ensure_ascii=False, indent=1) + "\n"


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


@homes.register
def _(block: Steps, anchor: str | None) -> Iterator[Home]:
    return ((check, anchor) for step in block.items for check in step.checks)


@homes.register
def _(block: Verdicts, anchor: str | None) -> Iterator[Home]:
    return ((check, anchor) for check in block.checks)


@homes.register(Callout | Statement | Proof | Fold)
def _(block: Callout | Statement | Proof | Fold, anchor: str | None) -> Iterator[Home]:
    return _homes(block.blocks, anchor)


@homes.register
def _(block: Section, anchor: str | None) -> Iterator[Home]:
    yield from _homes(block.blocks, block.anchor)
    for check in block.checks or Checks():
        yield check, block.anchor
