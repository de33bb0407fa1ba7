"""Formulas as functions: index arithmetic without SymPy gives what SymPy gives."""

from fractions import Fraction

import pytest
import sympy as sp
from hypothesis import given
from hypothesis import strategies as st

from symconv.arithmetic import assignments, divided, holds, integer, rational
from symconv.axes import Range
from symconv.axes.axis import ceiling, floor
from symconv.errors import UnsupportedError
from symconv.formula import Delta, Entry, Over, Product, evaluate, evaluator

a, b, c = sp.symbols("a b c", integer=True)
EXPRESSIONS = (
    a + 2 * b - c,
    (a - b) / (c**2 + 1),
    -2 * a * b / (3 * (c**2 + 1)),
    1 / (c**2 + 1) - abs(a - b),
    sp.floor((a + b) / (c**2 + 1)),
    sp.ceiling(a / 3 - b / 2),
    sp.floor(a / -(c**2 + 1)),
    sp.Max(a, b - c, 1) - sp.Min(a, c),
    sp.Mod(a - 7 * b, c**2 + 1),
    sp.Piecewise((a, a >= b), (b - c, True)),
)


class Squares:
    """Values of entries that are the squares of their first index."""

    def entry(self, entry, index):
        return index[0] ** 2


@given(st.lists(st.integers(-30, 30), min_size=3, max_size=3))
def test_index_expressions_have_the_value_that_sympy_gives(numbers):
    at = dict(zip((a, b, c), numbers, strict=True))
    for expr in EXPRESSIONS:
        expected = expr.subs(at)
        assert rational(expr, at) == Fraction(int(expected.p), int(expected.q)), expr


def test_a_quotient_of_integers_is_an_integer_where_it_is_whole():
    for above, below in ((6, 3), (-6, 3), (7, -2), (Fraction(9, 2), Fraction(3, 2)), (Fraction(1, 2), 3)):
        quotient = divided(above, below)
        assert quotient == Fraction(above) / below
        assert isinstance(quotient, int) == (quotient.denominator == 1)


def test_a_fraction_is_no_index():
    assert integer(a / 2, {a: 6}) == 3
    with pytest.raises(ArithmeticError, match="not an integer"):
        integer(a / 2, {a: 5})


def test_a_function_without_a_rule_is_refused():
    with pytest.raises(UnsupportedError, match="sin"):
        rational(sp.sin(a), {a: 0})


def test_a_sequence_is_looked_up_where_it_is_evaluated():
    start = sp.Function("s")
    assert integer(start(a + 1) + 1, {a: 2, start: lambda position: 10 * position}) == 31


@pytest.mark.parametrize(
    ("condition", "holding"),
    [(sp.Eq(a, 2), {2}), (sp.Ne(a, 2), {1, 3}), (a <= 2, {1, 2}), (a >= 2, {2, 3}), (sp.true, {1, 2, 3})],
)
def test_conditions_hold_where_they_say(condition, holding):
    assert {value for value in (1, 2, 3) if holds(condition, {a: value})} == holding


def test_a_range_may_use_the_index_before_it():
    ranges = (Range(a, sp.Integer(1), c), Range(b, a, c))
    pairs = [(at[a], at[b]) for at in assignments(ranges, {c: 3})]
    assert pairs == [(1, 1), (1, 2), (1, 3), (2, 2), (2, 3), (3, 3)]


def test_one_evaluator_serves_every_place():
    formula = Over("∑", Product((Entry("A", (a,)), 2)), (Range(a, sp.Integer(1), b),), (sp.Ne(a, c),))
    at = evaluator(formula)
    for last in range(5):
        for left_out in range(5):
            expected = 2 * sum(i * i for i in range(1, last + 1) if i != left_out)
            place = {b: last, c: left_out}
            assert at(Squares(), place) == evaluate(formula, Squares(), place) == expected


def test_a_sum_looks_at_its_terms_where_all_deltas_are_1():
    seen = []

    class Seen(Squares):
        def entry(self, entry, index):
            seen.append(index)
            return super().entry(entry, index)

    everywhere = tuple(Range(var, sp.Integer(1), sp.Integer(5)) for var in (a, b))
    body = Product((Delta(2 * a - 1, c), Delta(b, a + 1), Entry("A", (b,))))
    assert evaluate(Over("∑", body, everywhere), Seen(), {c: 5}) == 16
    assert seen == [(4,)]
    assert evaluate(Over("∑", body, everywhere), Seen(), {c: 4}) == 0
    assert evaluate(Over("∑", Product((Delta(a, b),)), everywhere), Seen(), {}) == 5


S = sp.Symbol("S", integer=True, positive=True)


@pytest.mark.parametrize(
    "quotient", [a - b, a / S, (a + 3) / S, (a - S * (b - 1)) / S, a / 2 + 3, (2 * a + 1) / 2]
)
def test_floors_over_a_symbol_are_those_that_sympy_simplifies(quotient):
    assert floor(quotient) == sp.floor(quotient)
    assert ceiling(quotient) == sp.ceiling(quotient)
