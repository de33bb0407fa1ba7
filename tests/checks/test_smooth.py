"""Checks of what exponentials make irrational: enclosures, and derivations that are wrong."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest
import sympy as sp

from symconv.axes import Pointwise, Whole
from symconv.checks.enclosure import Enclosure, apart, enclosed, exp, largest, log
from symconv.checks.interval import decimal, near
from symconv.checks.result import Method, Verdict
from symconv.checks.smooth import agree, check_smooth_gradient, check_smooth_output, slope_is_derivative
from symconv.errors import UnsupportedError
from symconv.formula import Formula, Negative, Product, Sum, evaluate
from symconv.layers import CrossEntropyLoss, Sigmoid, Tanh
from symconv.losses import CrossEntropy
from symconv.pointwise import Logistic, TanH
from symconv.value import replace

# Enclosures.


def test_enclosures_compute_as_numbers_do() -> None:
    two, third = Enclosure.of(2), Enclosure.of(Fraction(1, 3))
    for value, expected in (
        (two + third, Fraction(7, 3)),
        (1 - third, Fraction(2, 3)),
        (3 * third / two, Fraction(1, 2)),
        (1 / two, Fraction(1, 2)),
        (abs(-third) ** 2, Fraction(1, 9)),
        (log(exp(third)), Fraction(1, 3)),
        (two ** Fraction(1, 2), sp.sqrt(2)),
    ):
        assert apart(value, Enclosure.of(expected), 100) is False
    assert apart(two, third, 1) is True
    assert float(largest([third, two, Enclosure.of(1)])) == 2


def test_what_intervals_cannot_tell_apart_is_not_decided_unless_it_is_the_same_number() -> None:
    root = Enclosure.of(sp.sqrt(2))
    assert root >= Enclosure.of(sp.sqrt(2))
    assert not root > Enclosure.of(sp.sqrt(2))
    assert root > 1
    assert root > -np.inf
    with pytest.raises(UnsupportedError, match="too close for their intervals"):
        _ = root * root > 2
    assert apart(root * root, Enclosure.of(2), 400, floor=Fraction(0)) is None


@pytest.mark.parametrize("x", [0, 1, -2, Fraction(1, 3), sp.sqrt(2)])
def test_the_hyperbolic_tangent_has_an_interval(x: Any) -> None:
    exact = sp.sympify(x)
    assert (
        near(sp.tanh(exact), (sp.exp(exact) - sp.exp(-exact)) / (sp.exp(exact) + sp.exp(-exact)), {}, 30)
        is Verdict.PASSED
    )
    assert decimal(sp.tanh(sp.Integer(1)), {}, 6) == "0.761594"


# What is right, and what is wrong.


@pytest.mark.parametrize("reduction", [Logistic(), TanH(), CrossEntropy(2), CrossEntropy(4, inner=3)])
def test_the_slopes_are_sympys_derivatives(reduction: Any) -> None:
    assert slope_is_derivative(reduction)


class WrongSlope(Logistic):
    """The derivative of the sigmoid without its second factor."""

    def derivative(self, x: Any, y: Any) -> Formula:
        return Product((y, Sum((1, y))))


class WrongValue(TanH):
    """The hyperbolic tangent with the wrong sign."""

    def formula(self, x: Any) -> Formula:
        return Negative(TanH().formula(x))


def test_a_wrong_slope_is_found_by_every_means() -> None:
    right = Sigmoid().derive((2, 2))
    wrong = replace(right, operator=replace(right.operator, reduction=WrongSlope()))
    verdicts = {check.method: check.verdict for check in check_smooth_gradient(wrong)}
    assert verdicts == dict.fromkeys((Method.SYMBOLIC, Method.INTERVAL, Method.QUOTIENT), Verdict.FAILED)


def test_a_wrong_value_is_found_and_named() -> None:
    right = Tanh().derive([[1]])
    wrong = replace(right, operator=replace(right.operator, reduction=WrongValue()))
    failed = [check for check in check_smooth_output(wrong) if check.verdict is Verdict.FAILED]
    assert len(failed) == 2
    assert failed[1].detail == "Entry [1, 1] is -0.761594155956, the reference gives 0.761594155956."


def test_values_that_differ_in_the_nineteenth_digit_do_not_agree() -> None:
    off = np.array([sp.exp(1) + sp.Rational(1, 10**18)], dtype=object)
    right = np.array([exp(1)], dtype=object)
    assert agree("C", off, right).verdict is Verdict.FAILED
    assert agree("C", np.array([sp.exp(1)], dtype=object), right).verdict is Verdict.PASSED


def test_a_cross_entropy_at_numbers_is_confirmed_by_enclosures() -> None:
    d = CrossEntropyLoss().derive([[1, 2, 0]], target=np.array([1]))
    checks = d.check()
    assert checks.passed, str(checks)
    assert {check.subject for check in checks if check.method is Method.INTERVAL} == {"E", "∂E/∂A"}


def test_an_axis_read_whole_has_one_output_and_meets_every_weight() -> None:
    taps = Whole(weighted=True).taps(3)
    assert taps.triples == [(0, 0, 0), (0, 1, 1), (0, 2, 2)]
    assert taps.sizes == (1, 3, 3)
    assert Whole().taps(3).sizes == (1, 3, 1)
    assert Pointwise("spatial", weighted=True).taps(2).triples == [(0, 0, 0), (1, 1, 1)]
    assert evaluate(Negative(3), None, {}) == -3  # type: ignore[arg-type]
    assert enclosed(np.array([[1]], dtype=object)).shape == (1, 1)
