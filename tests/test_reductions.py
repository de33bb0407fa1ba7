"""The reductions: values and slopes by hand, and the two ways in which each says them."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest
import sympy as sp

from symconv.axes import Sliding
from symconv.exact import pack, symbols
from symconv.formula import Absolute, Chosen, Entry, Largest, Power, Product, Quotient, Sign, Sum
from symconv.reductions import LpNorm, Maximum, Mean, Reduction, WeightedSum, Window
from symconv.taps import Taps

x = tuple(Entry("A", (n,)) for n in (1, 2))
w = tuple(Entry("B", (n,)) for n in (1, 2))
y = Entry("C", (1,))
half = sp.Rational(1, 2)

PAIRS = Taps((Sliding(2, 2).taps(4),))
"""Windows (0, 1) and (2, 3)."""


def window(weights: Any = (), cells: int = 2, bias: Any = None) -> Window:
    return Window(y, x, weights, cells, bias)


@pytest.mark.parametrize(
    ("reduction", "of", "value", "slope"),
    [
        (WeightedSum(), window(w), Sum((Product((x[0], w[0])), Product((x[1], w[1])))), w[0]),
        (
            WeightedSum(),
            window(w, bias=Entry("b")),
            Sum((Product((x[0], w[0])), Product((x[1], w[1])), Entry("b"))),
            w[0],
        ),
        (WeightedSum(), window(), Sum(x), 1),
        (Mean(), window(cells=3), Quotient(Sum(x), 3), Quotient(1, 3)),
        (Maximum(), window(), Largest(x), Chosen(x[0], y, "first")),
        (Maximum("split"), window(), Largest(x), Chosen(x[0], y, "split")),
        (LpNorm(sp.Integer(1)), window(), Sum((Absolute(x[0]), Absolute(x[1]))), Sign(x[0])),
        (
            LpNorm(sp.Integer(2)),
            window(),
            Power(Sum((Power(Absolute(x[0]), 2), Power(Absolute(x[1]), 2))), half),
            Product((Sign(x[0]), Power(Absolute(x[0]), 1), Power(y, -1))),
        ),
        (
            LpNorm(sp.oo),
            window(),
            Largest((Absolute(x[0]), Absolute(x[1]))),
            Product((Sign(x[0]), Chosen(x[0], y, "first", absolute=True))),
        ),
    ],
)
def test_a_window_has_the_formulas_of_its_definition(
    reduction: Reduction, of: Window, value: Any, slope: Any
) -> None:
    assert reduction.value(of) == value
    assert reduction.slope(of, 0) == slope


@pytest.mark.parametrize(
    ("reduction", "entries", "values", "slopes"),
    [
        (WeightedSum(), [1, 2, 3, 4], [3, 7], [1, 1, 1, 1]),
        (Maximum(), [1, 5, 4, 4], [5, 4], [0, 1, 1, 0]),
        (Maximum("split"), [1, 5, 4, 4], [5, 4], [0, 1, Fraction(1, 2), Fraction(1, 2)]),
        (LpNorm(sp.Integer(1)), [-1, 5, 0, -4], [6, 4], [-1, 1, 0, -1]),
        (LpNorm(sp.Integer(2)), [-3, 4, 0, -4], [5, 4], [Fraction(-3, 5), Fraction(4, 5), 0, -1]),
        (LpNorm(sp.Integer(3)), [-1, 2, 0, 0], [9 ** sp.Rational(1, 3), 0], None),
        (LpNorm(half), [4, 9, 1, 0], [25, 1], [Fraction(5, 2), Fraction(5, 3), 1, 0]),
        (LpNorm(sp.oo), [-7, 5, 4, -4], [7, 4], [-1, 0, 1, 0]),
    ],
)
def test_values_and_slopes_computed_by_hand(reduction: Any, entries: Any, values: Any, slopes: Any) -> None:
    array = pack(entries)
    assert reduction.forward(PAIRS, array, None, None).tolist() == values
    if slopes is not None:
        found = reduction.slopes(PAIRS, array, None, None)
        assert found.values[found.at].tolist() == slopes


@pytest.mark.parametrize(
    ("mean", "size", "cells"),
    [
        (Mean(), 4, [3, 3, 2]),
        (Mean(count_include_pad=False), 4, [2, 3, 1]),
        (Mean(divisor_override=-7), 4, [-7, -7, -7]),
    ],
)
def test_a_mean_divides_by_the_cells_of_its_convention(mean: Mean, size: int, cells: list[int]) -> None:
    axis = Sliding(3, 2, (1, 1), ceil_mode=True)
    counts = mean.cells((axis,), (size,))
    taps = Taps((axis.taps(size),))
    ones = pack([1] * size)
    assert counts.tolist() == cells
    inside = [2, 3, 1]
    assert mean.forward(taps, ones, None, counts).tolist() == [
        Fraction(n, c) for n, c in zip(inside, cells, strict=True)
    ]
    slopes = mean.slopes(taps, ones, None, counts)
    assert slopes.values[slopes.at].tolist() == [Fraction(1, cells[out]) for out in taps.out]


def test_a_mean_over_two_axes_divides_by_the_product_of_their_cells() -> None:
    axis = Sliding(2, 2, (1, 1))
    counts = Mean(count_include_pad=False).cells((axis, axis), (2, 2))
    assert counts.tolist() == [1, 1, 1, 1]
    assert Mean().cells((axis, Sliding(3)), (2, 4)).tolist() == [6, 6, 6, 6]


def test_a_maximum_over_padding_alone_is_minus_infinity_with_no_slope() -> None:
    taps = Taps((Sliding(1, 2, (1, 1)).taps(2),))  # windows at −1 and 1
    assert Maximum().forward(taps, pack([3, 4]), None, None).tolist() == [sp.S.NegativeInfinity, 4]
    assert LpNorm(sp.Integer(2)).forward(taps, pack([3, 4]), None, None).tolist() == [0, 4]


@pytest.mark.parametrize("p", [sp.Rational(1, 2), sp.Integer(2), sp.Rational(7, 2), sp.Integer(5)])
def test_the_slopes_of_an_lp_norm_are_the_derivatives_that_sympy_finds(p: Any) -> None:
    entries = sp.symbols("x1:5", positive=True)
    norm = LpNorm(p)
    slopes = norm.slopes(PAIRS, pack(list(entries)), None, None)
    at = dict(zip(entries, (3, 5, 2, 7), strict=True))
    for out, value in enumerate(norm.forward(PAIRS, pack(list(entries)), None, None)):
        for tap in (2 * out, 2 * out + 1):
            difference = (sp.diff(value, entries[tap]) - slopes.values[tap]).subs(at)
            assert sp.simplify(difference) == 0


@pytest.mark.parametrize(
    "p", [sp.Integer(2), sp.Rational(3, 2), sp.Symbol("p", positive=True), sp.Symbol("p")]
)
def test_the_rule_for_the_slope_of_an_lp_norm_is_confirmed_by_diff(p: Any) -> None:
    assert all(LpNorm(p).slope_is_derivative(count) for count in (1, 2, 4))


def test_the_slope_of_an_lp_norm_keeps_the_sign_and_is_at_most_1() -> None:
    slopes = LpNorm(sp.Integer(4)).slopes(PAIRS, pack([-3, 2, 5, -1]), None, None).values
    assert [sp.sign(s) for s in slopes] == [-1, 1, 1, -1]
    assert all(abs(s) < 1 for s in slopes)


def test_the_norms_of_symbols_are_the_expressions_of_the_definition() -> None:
    a = symbols("a", (4,))
    got = LpNorm(sp.Integer(3)).forward(PAIRS, a, None, None)
    assert got[0] == (abs(a[0]) ** 3 + abs(a[1]) ** 3) ** sp.Rational(1, 3)
    assert LpNorm(sp.oo).forward(PAIRS, a, None, None)[1] == sp.Max(abs(a[2]), abs(a[3]))
    assert Maximum().forward(PAIRS, a, None, None)[0] == sp.Max(a[0], a[1])


@pytest.mark.parametrize("reduction", [WeightedSum(), Maximum(), LpNorm(sp.Integer(2))])
def test_only_a_mean_counts_cells(reduction: Any) -> None:
    assert reduction.cells((Sliding(2),), (3,)) is None
    assert reduction.cells_formula((), (), 1) is None


def test_weights_of_a_sum_are_taken_by_offset() -> None:
    taps = Taps((Sliding(2, weighted=True).taps(3),))
    values = WeightedSum().forward(taps, pack([1, 2, 3]), pack([10, 1]), None)
    assert values.tolist() == [12, 23]
    assert np.array_equal(WeightedSum().slopes(taps, values, pack([10, 1]), None).at, taps.offset)
