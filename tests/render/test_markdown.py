from __future__ import annotations

import re

import pytest

from symconv.checks.result import Checks
from symconv.display import BigOp, Fence, Ident
from symconv.document import Block, Document, Paragraph, Table
from symconv.render import render
from tests.render.sample import FAILED, HOSTILE, UNDECIDED, hostile, sample


def shown(*blocks: Block) -> str:
    return render(Document("Title", "", blocks, Checks()), "md").rpartition("nothing was checked**\n\n")[2]


def html(source: str) -> str:
    """The source as a CommonMark converter with tables reads it; GitHub's own begins with the same rules."""
    from markdown_it import MarkdownIt

    return str(MarkdownIt("commonmark").enable("table").render(source))


def visible(page: str) -> str:
    from lxml.html import document_fromstring

    return "".join(str(document_fromstring(page).text_content()).split())


def test_hostile_text_comes_out_as_that_text() -> None:
    page = html(render(hostile(), "md"))
    assert visible(page).count("".join(HOSTILE.split())) > 8
    assert not re.search("<(script|a |img|code>y)", page)

    assert page.count("<em>") == 1  # the caption


@pytest.mark.parametrize(
    "start", ["- a", "+ a", "1. a", "1) a", "# a", "> a", "=== a", "--- a", "    a", "| a |"]
)
def test_text_at_the_start_of_a_line_is_no_markup(start: str) -> None:
    page = html(shown(Paragraph((start,))))
    assert page.startswith("<p>")
    assert visible(page) == "".join(start.split())


def test_formulas_are_in_githubs_robust_forms() -> None:
    source = shown(Paragraph(("the ", Ident("K"), " of it")))
    assert source == "the $`K`$ of it\n"
    assert "```math\nO = \\left\\lfloor" in render(sample(), "md")
    assert re.search(r"```math\n\\begin\{aligned\}\n\\frac.*&= .*\\\\\n&\\qquad", render(sample(), "md"))


def test_a_bar_in_a_formula_does_not_end_the_cell_of_a_table() -> None:
    norm = Fence("‖", Fence("|", Ident("x"), "|"), "‖")
    source = shown(Table((("a",), ("b",)), (((norm,), ("2",)),), "lr"))
    assert source.split("\n")[-2].count("|") == 3
    assert html(source).count("<td") == 2


def test_table_has_the_rule_of_its_alignment() -> None:
    source = shown(Table((("a",), ("b",), ("c",)), (), "lcr", "A caption"))
    assert source == "*A caption*\n\n| a | b | c |\n| :-- | :-: | --: |\n"


def test_failures_are_a_red_alert_at_the_top() -> None:
    source = render(sample(FAILED, UNDECIDED), "md")
    assert source.index("> [!CAUTION]\n> **Not verified: 1 of 6 checks failed") < source.index("\n## ")


def test_callout_and_fold_are_those_of_github() -> None:
    source = render(sample(), "md")
    assert "> [!WARNING]\n> **The floor matters**\n>\n> With $`" in source
    assert "<details>\n<summary>All entries, and why x &#60; 1</summary>\n\n```math" in source


def test_sums_with_limits_are_kept_whole_in_tables() -> None:
    cell = BigOp("max", Ident("x"), Ident("i"))
    assert "| $`\\max_{i} x`$ |" in shown(Table((("a",),), (((cell,),),), "l"))


def test_a_number_that_begins_no_list_is_left_alone() -> None:
    assert shown(Paragraph(("1.1(b) Output size",))) == "1.1(b) Output size\n"
