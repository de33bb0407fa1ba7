"""What a point remembers is what evaluating anew gives."""

from fractions import Fraction

import pytest
import sympy as sp

from symconv.checks.interval import PRECISIONS, Point, decide, decimal, near
from symconv.checks.result import Verdict

n, p = sp.symbols("n p", positive=True)
i = sp.Symbol("i", integer=True, positive=True)
x = sp.IndexedBase("x", positive=True)
NORM = sp.Sum(x[i] ** p, (i, 1, n)) ** (1 / p)
VALUES = {n: 3, p: Fraction(5, 2), x: (1, Fraction(7, 3), 4)}


def test_a_known_value_is_the_value_at_every_precision():
    point = Point(VALUES)
    for bits in (*PRECISIONS, *PRECISIONS):
        assert point.worth(NORM, bits) == Point(VALUES).worth(NORM, bits)
    assert point.worth(NORM, PRECISIONS[0]) != point.worth(NORM, PRECISIONS[1])


def test_a_second_letter_leaves_the_point_as_it_was():
    point = Point(VALUES)
    assert point.worth(p, 96) == Fraction(5, 2)
    assert point.at(p, 1).worth(NORM, 96) == Fraction(22, 3)
    assert point.worth(p, 96) == Fraction(5, 2)
    assert point.at(p, 1) is point.at(p, 1)
    assert point.at(p, 2) is not point.at(p, 1)


@pytest.mark.parametrize(("left", "right"), [(NORM, sp.Integer(5)), (sp.Integer(5), NORM), (NORM, NORM)])
@pytest.mark.parametrize("order", ["<", "≤", "="])
def test_points_and_plain_values_give_the_same_verdicts(left, order, right):
    point = Point(VALUES)
    assert [decide(left, order, right, point) for _ in range(2)] == 2 * [decide(left, order, right, VALUES)]


def test_points_and_plain_values_give_the_same_digits():
    point = Point(VALUES)
    assert decimal(NORM, point, 30) == decimal(NORM, point, 30) == decimal(NORM, VALUES, 30)
    assert near(NORM, sp.Rational(decimal(NORM, VALUES, 30)), point, 28) is Verdict.PASSED
