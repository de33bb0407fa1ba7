"""Exact and interval arithmetic: values by hand, orders that are hard to decide, and what is refused."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise

import pytest
import sympy as sp
from hypothesis import given, settings
from hypothesis import strategies as st

from symconv.checks.interval import Order, ceiling, decide, decimal, near, rounds_to
from symconv.checks.result import Verdict
from symconv.errors import UnsupportedError

a, p, i, n = sp.symbols("a p i n")
x = sp.IndexedBase("x")
NORM = sp.Sum(x[i] ** p, (i, 1, n)) ** (1 / p)
PASSED, FAILED, UNDECIDED = Verdict.PASSED, Verdict.FAILED, Verdict.UNDECIDED


@pytest.mark.parametrize(
    ("expr", "shown"),
    [
        (sp.sqrt(2), "1.4142135624"),
        (-sp.sqrt(2), "−1.4142135624"),
        (sp.pi * sp.E, "8.5397342227"),
        (sp.exp(-3) + sp.log(2), "0.7429342489"),
        (sp.root(1000, 3), "10.0000000000"),
        (sp.Rational(2, 3), "0.6666666667"),
        (sp.Abs(1 - sp.sqrt(2)), "0.4142135624"),
        (sp.floor(sp.Rational(7, 2)), "3.0000000000"),
        (sp.Integer(0), "0.0000000000"),
    ],
    ids=str,
)
def test_decimals_are_correctly_rounded(expr: sp.Expr, shown: str) -> None:
    assert decimal(expr, {}, 10) == shown
    assert rounds_to(expr, {}, shown) is PASSED


@settings(max_examples=40)
@given(value=st.fractions(), places=st.integers(min_value=0, max_value=12))
def test_a_decimal_is_within_half_a_unit_of_its_last_place(value: Fraction, places: int) -> None:
    shown = decimal(sp.Rational(value.numerator, value.denominator), {}, places)
    assert abs(Fraction(shown.replace("−", "-")) - value) <= Fraction(1, 2 * 10**places)


def test_a_value_half_way_between_two_decimals_gets_one_more_place() -> None:
    # The cube root of 1/8 is 1/2, which no interval separates from 1/2.
    half = sp.Rational(1, 8) ** a
    assert decimal(half, {a: Fraction(1, 3)}, 0) == "0.5"


def test_long_numbers_keep_their_places() -> None:
    assert decimal(sp.sqrt(2 + sp.Integer(10) ** 2000), {}, 3) == "1" + "0" * 1000 + ".000"
    with pytest.raises(UnsupportedError, match="too long"):
        decimal(sp.exp(a), {a: 10**6}, 3)


def test_powers_beyond_floats_are_nothing_special() -> None:
    window = {n: 4, x: (109, 92, 108, 85)}
    assert decimal(NORM, {**window, p: 1024}, 6) == "109.000008"
    assert decimal(NORM, {**window, p: 2**60}, 6) == "109.000000"
    assert decide(x[1] ** p, "<", x[3] ** p, {**window, p: 10**9}) is FAILED


@pytest.mark.parametrize(
    ("left", "order", "right", "verdict"),
    [
        (sp.sqrt(2), "<", sp.Rational(3, 2), PASSED),
        (sp.sqrt(2), "<", sp.Rational(7, 5), FAILED),
        (sp.Integer(2), "≤", sp.Integer(2), PASSED),
        (sp.Integer(2), "<", sp.Integer(2), FAILED),
        (sp.sqrt(2), "≤", sp.sqrt(2), PASSED),
        (sp.sqrt(2), "<", sp.sqrt(2), FAILED),
        (sp.exp(sp.log(3) * sp.pi), "=", 3**sp.pi, PASSED),
        (sp.sqrt(2), "=", sp.Rational(1414213562373095048, 10**18), FAILED),
        (sp.Rational(1, 3), "=", sp.Rational(333333333333333333333333, 10**24), FAILED),
        (sp.sqrt(2) + sp.sqrt(3), "≤", sp.sqrt(5 + 2 * sp.sqrt(6)), UNDECIDED),
    ],
)
def test_orders(left: sp.Expr, order: Order, right: sp.Expr, verdict: Verdict) -> None:
    assert decide(left, order, right, {}) is verdict


def test_precision_is_raised_for_numbers_that_are_close() -> None:
    close = sp.sqrt(2) + sp.Rational(1, 10**60)
    assert decide(sp.sqrt(2), "<", close, {}) is PASSED
    assert decide(close, "<", sp.sqrt(2), {}) is FAILED


def test_nearness_is_not_equality() -> None:
    assert near(sp.sqrt(2), sp.Rational(1414, 1000), {}, 3) is PASSED
    assert near(sp.sqrt(2), sp.Rational(1414, 1000), {}, 5) is FAILED


@pytest.mark.parametrize(
    ("expr", "least"),
    [
        (sp.log(4) / sp.log(sp.Rational(101, 100)), 140),
        (sp.Integer(3), 3),
        (-sp.sqrt(2), -1),
        (sp.Integer(0), 0),
    ],
    ids=str,
)
def test_ceiling(expr: sp.Expr, least: int) -> None:
    assert ceiling(expr, {}) == least


def test_ceiling_of_an_irrational_way_to_write_an_integer_is_not_guessed() -> None:
    assert ceiling(sp.Rational(1, 8) ** (-a), {a: Fraction(1, 3)}) is None


def test_zero_to_a_positive_power_is_zero() -> None:
    assert decimal(x[1] ** p, {x: (0,), p: Fraction(1, 2)}, 3) == "0.000"


@pytest.mark.parametrize(
    ("expr", "values"),
    [
        (a, {}),
        (sp.sin(1), {}),
        (a ** sp.Rational(1, 2), {a: -1}),
        (sp.log(a), {a: 0}),
        (1 / a, {a: 0}),
        (a ** (1 / p), {a: 0, p: -2}),
    ],
    ids=str,
)
def test_an_expression_without_a_value_is_refused(expr: sp.Expr, values: dict[sp.Symbol, int]) -> None:
    with pytest.raises(UnsupportedError):
        decide(expr, "<", sp.Integer(1), values)


def test_mpmath_is_left_as_it_was() -> None:
    from mpmath import iv, mp

    before = iv.prec, mp.prec
    decimal(sp.sqrt(2), {}, 300)
    assert (iv.prec, mp.prec) == before


def test_more_places_agree_with_fewer() -> None:
    shown = [decimal(sp.sqrt(3), {}, places) for places in (5, 20, 80)]
    assert all(abs(Fraction(one) - Fraction(other)) < Fraction(1, 10**5) for one, other in pairwise(shown))
