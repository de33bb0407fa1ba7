"""The theorems on average and max pooling and on the exponent of LP pooling: by hand, and corrupted."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
import sympy as sp

from symconv import theorems
from symconv.checks.result import Verdict
from symconv.display import Num
from symconv.errors import ArgumentError
from symconv.printing.text import text
from symconv.theorems.identity import Computed, IndexStep
from symconv.theorems.index_sums import vector
from symconv.theorems.theorem import at_numbers, verify_step
from symconv.value import replace


def cells(instance: Any) -> list[list[str]]:
    return [[text(cell) for cell in row] for row in instance.rows]


# --- average pooling ---


def test_strided_average_pooling_takes_every_second_mean() -> None:
    by_name = {str(line.left): line.other.tolist() for line in average_lines([5, 3, 2])[1:]}
    means = by_name[str(average_lines([5, 3, 2])[1].left)]
    pooled = by_name[str(average_lines([5, 3, 2])[2].left)]
    assert pooled == means[::2]
    assert len(means) == 3


def average_lines(sizes: list[int]) -> tuple[Any, ...]:
    return theorems.average_pooling().instance(sizes).lines


def test_the_mean_of_a_window_divides_by_its_cells_on_two_axes() -> None:
    found = theorems.average_pooling()
    item = next(item for item in found.steps if item.rule == "definition")
    assert isinstance(item, IndexStep)
    once: Any = item.after
    twice = replace(item, after=replace(once, factors=(1, once.factors[1])))
    verdicts = [check.verdict for check in verify_step(twice, "a step", found)]
    assert verdicts == [Verdict.FAILED, Verdict.FAILED]


@pytest.mark.parametrize(
    ("sizes", "message"),
    [
        ([5, 2, 1, 0, 2], "D: must be 1, as average pooling has no dilation, not 2"),
        ([5, 3, 1, 2], "P: must be at most half of the window, not 2"),
    ],
)
def test_what_average_pooling_does_not_have_is_refused(sizes: list[int], message: str) -> None:
    with pytest.raises(ArgumentError) as raised:
        theorems.average_pooling().instance(sizes)
    assert str(raised.value) == message


# --- max pooling ---


def test_all_to_the_first_and_equal_shares_are_both_subgradients() -> None:
    instance = theorems.max_pool_gradient().instance([3, 5, 5])
    assert cells(instance) == [["3", "0", "0"], ["5", "1", "1/2"], ["5", "0", "1/2"]]
    assert instance.check().passed


def test_a_unique_maximum_has_one_gradient() -> None:
    assert cells(theorems.max_pool_gradient().instance([7, -1, Fraction(1, 2)])) == [
        ["7", "1", "1"],
        ["−1", "0", "0"],
        ["1/2", "0", "0"],
    ]


def test_an_irrational_maximum_is_found() -> None:

    rows = cells(theorems.max_pool_gradient().instance([sp.sqrt(2), 1, sp.Rational(7, 5)]))
    assert [row[1] for row in rows] == ["1", "0", "0"]


def test_a_share_below_the_maximum_breaks_the_inequality() -> None:
    instance = theorems.max_pool_gradient().instance([3, 5])
    assert instance.bounds
    wrong = theorems.max_pool_gradient().counterexamples[1]
    assert wrong.check().passed
    assert [str(line) for line in wrong.claims] == ["1 < 2 + ((1/2)(1 − 2) + (1/2)(1 − 1))"]


def test_three_halves_are_too_much() -> None:
    example = theorems.max_pool_gradient().counterexamples[0]
    assert [str(line) for line in example.claims] == ["1/2 + 1/2 + 1/2 = 3/2", "3 < 2 + (1/2 + 1/2 + 1/2)·1"]


# --- lines with values ---


def test_a_computed_line_with_another_value_fails() -> None:

    right = Computed(Num("x"), "=", vector((1, 2)), vector((1, 2)))
    assert at_numbers(right, "a line", {}).passed
    for wrong in (replace(right, other=vector((1, 3))), replace(right, sign="≠")):
        check = at_numbers(wrong, "a line", {})
        assert check.verdict is Verdict.FAILED
        assert "computed was [1 2]" in check.detail


# --- LP pooling ---


def test_the_norm_of_3_4_decreases_from_7_over_5_to_4() -> None:
    instance = theorems.lp_pool_properties().instance([3, -4])
    shown = {text(row[0]): row[1].shown for row in instance.rows}
    assert (shown["1"], shown["2"], shown["256"]) == ("7.000000", "5.000000", "4.000000")
    assert instance.check().passed


def test_a_zero_among_the_entries_is_refused() -> None:
    with pytest.raises(ArgumentError, match="entry 2: must be other than 0, not 0"):
        theorems.lp_pool_properties().instance([1, 0])
