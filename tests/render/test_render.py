"""What holds for every renderer."""

from __future__ import annotations

import typing
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from symconv.checks.result import Checks
from symconv.document import Block, Document, Holder, Paragraph
from symconv.errors import ArgumentError, UnsupportedError
from symconv.render import FORMATS, USUAL, html, json, markdown, mathml, render, render_all, tex, text, typst
from symconv.render.sheet import Sheet
from tests.render.sample import CHAIN, FAILED, UNDECIDED, hostile, sample

KINDS = typing.get_args(Block)
RULES: dict[str, Callable[..., Any]] = {
    "tex": tex.block,
    "mathml": mathml.block,
    "html": html.block,
    "md": markdown.block,
    "txt": text.block,
    "json": json.homes,
    "pdf": typst.block,
}
"""The function of each format that has a rule for every kind of block; the fragment has those of the article."""


def kinds(blocks: tuple[Block, ...]) -> Iterator[type]:
    for block in blocks:
        yield type(block)
        if isinstance(block, Holder):
            yield from kinds(block.blocks)


def test_every_format_has_a_table_of_rules() -> None:
    assert set(RULES) | {"fragment"} == set(FORMATS)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", RULES)
def test_every_kind_of_block_has_a_rule(name: str, kind: type) -> None:
    rules = typing.cast(Any, RULES[name])
    assert rules.dispatch(kind) is not rules.dispatch(object)


def test_sample_uses_every_kind_of_block() -> None:
    assert set(kinds(sample().blocks)) == set(KINDS)


@pytest.mark.parametrize("name", RULES)
def test_unknown_block_is_refused(name: str) -> None:
    with pytest.raises(UnsupportedError, match="no rule for a block of kind int"):
        RULES[name](7, None)


@pytest.mark.parametrize("name", USUAL)
def test_rendering_is_the_same_alone_and_together_with_others(name: str) -> None:
    together = render_all(sample(FAILED), USUAL)
    assert render(sample(FAILED), name) == together[name]


@pytest.mark.parametrize("name", USUAL)
def test_failures_stand_before_the_first_section(name: str) -> None:
    shown = render(sample(UNDECIDED, FAILED), name)
    first = shown.index("Output size") if name != "json" else len(shown)
    failed, undecided = (shown.index(each) for each in ("the file claims 24", "the intervals were too wide"))
    assert max(failed, undecided) < first
    assert failed < undecided or name == "json"


@pytest.mark.parametrize("name", [name for name in USUAL if name != "json"])
def test_undecided_alone_is_no_pass(name: str) -> None:
    shown = render(sample(UNDECIDED), name)
    assert "not verified: 1 of 5 checks undecided, 4 passed" in shown.lower()
    assert "all 5 checks passed" not in shown


@pytest.mark.parametrize("name", USUAL)
def test_report_without_checks_is_not_passed(name: str) -> None:
    shown = render(Document("Title", "", (Paragraph(("Text.",)),), Checks()), name)
    assert "nothing was checked" in shown.lower()
    assert (
        "passed"
        not in shown.rpartition("\\begin{document}")[2].rpartition("</style>")[2].rpartition("#2}")[2]
    )


def test_unknown_format_names_the_known_ones() -> None:
    with pytest.raises(ArgumentError, match=r"format: must be one of tex, fragment, .*, pdf, not 'docx'"):
        render(sample(), "docx")


@pytest.mark.parametrize("name", USUAL)
def test_control_characters_are_replaced(name: str) -> None:
    shown = render(Document("a\x00b\x1b[31mc\nd", "", hostile().blocks, hostile().checks), name)
    assert not {char for char in shown if ord(char) < 32} - {"\n"}
    assert "\x7f" not in shown


def test_sheet_breaks_a_formula_once() -> None:
    sheet = Sheet(sample())
    assert sheet.lines(CHAIN) is sheet.lines(CHAIN)
    assert len(sheet.lines(CHAIN)) > len(CHAIN.lines)
