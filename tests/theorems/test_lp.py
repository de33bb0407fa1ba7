"""The theorems on LP norms: values by hand, awkward windows, errors."""

from __future__ import annotations

from fractions import Fraction

import pytest
import sympy as sp
from hypothesis import given, settings
from hypothesis import strategies as st

from symconv import theorems
from symconv.checks.interval import decimal
from symconv.errors import ArgumentError
from symconv.printing.text import text
from symconv.theorems.lp_gradient_limit import WEIGHT
from symconv.theorems.scaled import norm, scaled_values
from symconv.theorems.theorem import Instance, Rounded
from symconv.theorems.written import INDEX

ENTRIES = st.lists(st.fractions(min_value=0, max_value=1000, max_denominator=50), min_size=1, max_size=6)


def table(instance: Instance) -> list[list[str]]:
    return [
        [cell.shown if isinstance(cell, Rounded) else text(cell) for cell in row] for row in instance.rows
    ]


def lines(instance: Instance) -> list[str]:
    return [str(line) for line in instance.lines]


def test_sympy_agrees_that_the_root_of_a_constant_tends_to_1() -> None:
    n, p = sp.Symbol("n", integer=True, positive=True), sp.Symbol("p", positive=True)
    assert sp.limit(n ** (1 / p), p, sp.oo) == 1


def test_lp_pool_tends_to_max_for_nonnegative_entries() -> None:
    rows = table(theorems.lp_pool_limit().instance([109, 92, 108, 85]))
    assert rows[0] == ["1", "394.000000", "436.000000", "2.61467890"]
    assert rows[1] == ["2", "198.075743", "218.000000", "0.81720865"]  # √39234, 2 · 109
    assert rows[-1] == ["1024", "109.000008", "109.147664", "0.00000008"]


def test_the_exponent_that_is_enough_for_an_accuracy_is_the_least_integer_of_its_formula() -> None:
    found = lines(theorems.lp_pool_limit().instance([109, 92, 108, 85]))
    # ln 4 / ln 1.01 = 139.32…, ln 4 / ln 1.001 = 1386.98…
    assert "‖x‖₁₄₀/M − 1 ≤ 1/100" in found
    assert "‖x‖₁₃₈₇/M − 1 ≤ 1/1000" in found


@pytest.mark.parametrize(
    "window",
    [
        [7],
        [5, 5, 5],
        [0, 0],
        [0, 3, 0],
        [Fraction(1, 3), Fraction(2, 7)],
        [sp.sqrt(2), sp.sqrt(3), 1],
        [sp.sqrt(8), 2 * sp.sqrt(2)],
        [10**40, 1],
        [10**40, 10**40 - 1],
        [Fraction(1, 10**40), Fraction(1, 10**41)],
    ],
    ids=str,
)
def test_awkward_windows_pass(window: list[object]) -> None:
    assert theorems.lp_pool_limit().instance(window).check().passed
    assert theorems.lp_pool_signed().instance(window).check().passed
    if any(entry != 0 for entry in window):
        assert theorems.lp_pool_gradient_limit().instance(window).check().passed


@settings(max_examples=15)
@given(window=ENTRIES)
def test_any_window_passes(window: list[Fraction]) -> None:
    assert theorems.lp_pool_limit().instance(window).check().passed


def test_the_norm_of_a_window_of_zeros_is_zero() -> None:
    assert "‖x‖₁ = 0" in lines(theorems.lp_pool_limit().instance([0, 0, 0]))


def test_the_gradient_limit_is_shared_by_tied_maxima() -> None:
    rows = table(theorems.lp_pool_gradient_limit().instance([5, 3, 5]))
    assert rows[-1] == ["∞", "1/2", "0", "1/2"]
    assert rows[0] == ["1", "1.000000", "1.000000", "1.000000"]
    assert rows[-2] == ["1024", "0.500339", "0.000000", "0.500339"]  # 2^(1/1024 − 1)


def test_the_gradient_at_2_is_the_window_divided_by_its_length() -> None:
    rows = table(theorems.lp_pool_gradient_limit().instance([3, 4]))
    assert rows[1] == ["2", "0.600000", "0.800000"]


@pytest.mark.parametrize("power", [2, 3, 17])
def test_the_weights_lie_between_the_difference_quotients_to_both_sides(power: int) -> None:
    window, h = (3, 4, 2), Fraction(1, 10**6)

    def length(change: Fraction | int) -> Fraction:
        values = scaled_values((window[0] + change, *window[1:]), power)
        return Fraction(decimal(norm().expr, values, 40))

    at = {**scaled_values(window, power), INDEX: 1}
    weight = Fraction(decimal(WEIGHT.expr, at, 20))
    # The norm is convex in each entry.
    assert (length(0) - length(-h)) / h < weight < (length(h) - length(0)) / h


def test_signed_entries_tend_to_the_largest_absolute_value() -> None:
    instance = theorems.lp_pool_signed().instance([-3, 2])
    assert lines(instance)[0] == "M = 3"
    assert table(instance)[0] == ["1", "5.000000"]
    assert table(instance)[-1] == ["1024", "3.000000"]


def test_the_norm_at_1_is_the_sum_only_without_negative_entries() -> None:
    without = lines(theorems.lp_pool_sum().instance([109, 92, 108, 85]))
    assert without == ["∑ᵢ₌₁ⁿ xᵢ = 394", "‖x‖₁ = 394", "(1/n)‖x‖₁ = 197/2"]
    assert lines(theorems.lp_pool_sum().instance([3, -2]))[-1] == "∑ᵢ₌₁ⁿ xᵢ < ‖x‖₁"


@pytest.mark.parametrize(
    ("name", "window", "sentence"),
    [
        ("lp-limit", [1, -2], "entry 2: must be a number that is not negative, not -2"),
        ("lp-limit", [], "window: must be one entry or more"),
        ("lp-limit", [0.5], "entry 1: must be exact numbers"),
        ("lp-gradient", [0, 0], "window: must be not all zeros, where the norm has no gradient"),
        ("power-mean-min", [1, 0], "entry 2: must be a positive number, not 0"),
        ("power-mean-geometric", [0, 1], "entry 1: must be a positive number, not 0"),
        ("power-mean-zeros", [1, 2], "window: must be entries of which some are 0 and some are not"),
        ("output-size", [6], "geometry: must be I, K and, optionally, S, P and D, not (6,)"),
        ("output-size", [6, 3, 0], "S: must be an integer >= 1, not 0"),
        (
            "output-size",
            [2, 3, 1],
            "K: must be such that the dilated kernel fits into the padded input, not 3",
        ),
    ],
)
def test_a_window_outside_of_the_hypotheses_is_refused(
    name: str, window: list[object], sentence: str
) -> None:
    with pytest.raises(ArgumentError) as caught:
        theorems.THEOREMS[name]().instance(window)
    assert str(caught.value).startswith(sentence)


def test_a_symbol_is_refused_as_an_entry() -> None:
    with pytest.raises(ArgumentError, match="entry 2"):
        theorems.lp_pool_limit().instance([1, sp.Symbol("a")])
