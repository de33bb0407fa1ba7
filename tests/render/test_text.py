from __future__ import annotations

import textwrap
from itertools import count

import pytest

from symconv.checks.result import Checks
from symconv.display import Ident, Num, row
from symconv.document import Block, Chain, Document, Formula, Line, Table
from symconv.render import render, text
from symconv.render.sheet import Sheet
from symconv.render.text import render as render_text
from tests.render.sample import FAILED, HOSTILE, UNDECIDED, hostile, sample


def shown(*blocks: Block, width: int = 88) -> str:
    document = Document("Title", "", blocks, Checks())
    return render_text(Sheet(document), width).partition("NOTHING WAS CHECKED\n\n")[2]


def test_chain_lines_up_at_its_relation_sign() -> None:
    chain = Chain(
        (
            Line(Ident("y"), "=", row(1, "·", 3, "+", 1, "·", 4)),
            Line(None, "≤", Num("7")),
            Line(row(Ident("x"), "+", 1), "<", Num("8")),
        )
    )
    assert shown(chain) == "        y = 1·3 + 1·4\n          ≤ 7\n    x + 1 < 8\n"


def test_long_sum_is_broken_and_continued_behind_the_sign() -> None:
    terms = row(*[part for n in range(100, 110) for part in ("+", n)][1:])
    assert shown(Chain((Line(Ident("s"), "=", terms),)), width=40) == (
        "    s = 100 + 101 + 102 + 103 + 104\n        + 105 + 106 + 107 + 108 + 109\n"
    )


def test_formula_is_set_in_two_dimensions() -> None:
    assert "⎢I + 2P − D(K − 1) − 1⎥" in render(sample(), "txt")
    assert shown(Formula(row(Ident("a"), "=", 1))) == "    a = 1\n"


def test_table_is_drawn_with_its_columns_aligned() -> None:
    table = Table((("n",), ("word",)), ((("1",), ("one",)), (("10",), ("ten",))), "rl", "Numbers")
    assert shown(table) == ("Numbers\n──  ────\n n  word\n──  ────\n 1  one\n10  ten\n──  ────\n")


def test_lines_are_at_most_as_wide_as_wanted_and_end_without_blanks() -> None:
    for document in (sample(FAILED, UNDECIDED), hostile()):
        lines = render(document, "txt").split("\n")
        assert max(map(len, lines)) <= 88
        assert all(line == line.rstrip() for line in lines)


def test_verdicts_are_marks_with_words() -> None:
    text = render(sample(FAILED, UNDECIDED), "txt")
    assert "✓ checked: symbolic, NumPy reference" in text
    assert "✗ failed: claim; ? undecided: interval arithmetic; ✓ checked: symbolic" in text
    assert "1.1(d) Gradient with respect to A  [✗ failed]" in text


def test_hostile_text_comes_out_as_it_is() -> None:
    squeezed = "".join(render(hostile(), "txt").split())
    assert squeezed.count("".join(HOSTILE.split())) > 5


@pytest.mark.parametrize(
    "words", ["", " ", "one", "one two", " one", "one ", "one  two", "a\u00a0", "x" * 9, "a-b c-d"]
)
def test_text_that_fits_is_wrapped_as_any_other(words: str) -> None:
    for width in range(2, 12):
        lines = text._wrapped(words, text.Pen(Sheet(sample()), width, count(1)), "• ", "  ")
        assert lines == textwrap.wrap(
            words, width, initial_indent="• ", subsequent_indent="  ", break_on_hyphens=False
        )
