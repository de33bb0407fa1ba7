"""Formulas as values: each node evaluated by hand, index expressions, rewriting, refusals."""

from __future__ import annotations

from fractions import Fraction
from itertools import permutations, product
from math import ceil, floor
from typing import Any

import pytest
import sympy as sp
from hypothesis import given
from hypothesis import strategies as st

from symconv.arithmetic import assignments, holds, integer, rational
from symconv.axes import Range
from symconv.combining import divide, largest, share, total
from symconv.errors import UnsupportedError
from symconv.formula import (
    Absolute,
    Chosen,
    Delta,
    Entry,
    Formula,
    Guarded,
    Largest,
    Over,
    Partial,
    Power,
    Product,
    Quotient,
    Sign,
    Sum,
    evaluate,
    rewrite,
)

i, j, n = sp.symbols("i j n", integer=True)
x, y, z = sp.symbols("x y z", real=True)


class Squares:
    """An array A whose entry i is i², −∞ at 0; a derivative ∂E/∂C_i is 10·i; shares are halves."""

    def entry(self, entry: Entry, index: tuple[int, ...]) -> Any:
        return index[0] ** 2 if index[0] else sp.S.NegativeInfinity

    def partial(self, partial: Partial, of: tuple[int, ...], by: tuple[int, ...]) -> Any:
        return 10 * by[0]

    def share(self, chosen: Chosen, entry: tuple[int, ...], maximum: tuple[int, ...]) -> Any:
        return Fraction(1, 2) if entry == maximum else 0


def value(formula: Any, **at: int) -> Any:
    return evaluate(
        formula, Squares(), {sp.Symbol(name, integer=True): number for name, number in at.items()}
    )


A, G = Entry("A", (i,)), Partial(Entry("E"), Entry("C", (i,)))


@pytest.mark.parametrize(
    ("formula", "result"),
    [
        (5, 5),
        (Fraction(1, 2), Fraction(1, 2)),
        (2 * i + 1, 7),
        (A, 9),
        (Entry("A", (4,)), 16),
        (G, 30),
        (Product((A, G, 2)), 540),
        (Product(()), 1),
        (Sum((A, G)), 39),
        (Sum(()), 0),
        (Quotient(A, 6), Fraction(3, 2)),
        (Quotient(A, 3), 3),
        (Power(A, sp.Rational(1, 2)), 3),
        (Power(A, -1), sp.Rational(1, 9)),
        (Absolute(Product((-1, A))), 9),
        (Sign(Product((-1, A))), -1),
        (Sign(0), 0),
        (Largest((A, 4, Fraction(19, 2))), Fraction(19, 2)),
        (Chosen(A, Entry("C", (i,)), "first"), Fraction(1, 2)),
        (Delta(i, sp.Integer(3)), 1),
        (Delta(2 * i, sp.Integer(5)), 0),
    ],
)
def test_each_node_has_the_value_computed_by_hand(formula: Any, result: Any) -> None:
    assert value(formula, i=3) == result


def test_a_guarded_sum_runs_over_its_ranges_where_its_conditions_hold() -> None:
    odd = sp.Eq(sp.Mod(i, 2, evaluate=False), 1, evaluate=False)
    ranges = (Range(i, sp.Integer(1), n), Range(j, sp.Integer(1), i))  # the second range uses the first index
    assert value(Over("∑", A, ranges), n=3) == 1 + 2 * 4 + 3 * 9
    assert value(Over("∑", A, ranges, (odd,)), n=4) == 1 + 3 * 9
    assert value(Over("max", A, ranges, (odd,)), n=4) == 9
    assert value(Over("∑", A, ranges), n=0) == 0
    assert value(Over("max", A, ranges), n=0) == sp.S.NegativeInfinity


def test_an_empty_range_assigns_nothing_and_no_range_assigns_once() -> None:
    assert list(assignments((Range(i, sp.Integer(2), sp.Integer(1)),), {})) == []
    assert list(assignments((), {n: 4})) == [{n: 4}]


def test_zero_times_minus_infinity_is_zero_where_the_zero_comes_first() -> None:
    assert value(Product((0, Entry("A", (0,))))) == 0


def test_symbols_without_an_assignment_stay_as_they_are() -> None:
    assert value(x + 1) == x + 1
    assert value(Sum((x, 2, x))) == 2 * x + 2


@pytest.mark.parametrize("unknown", ["text", None, Formula()])
def test_what_no_rule_evaluates_is_refused_by_its_kind(unknown: Any) -> None:
    with pytest.raises(UnsupportedError, match=f"no rule evaluates a {type(unknown).__name__}"):
        value(unknown)


# Index expressions.


@given(a=st.integers(-30, 30), b=st.integers(1, 7))
def test_index_expressions_have_the_values_that_python_computes(a: int, b: int) -> None:
    at = {i: a, n: b}
    assert rational(sp.floor(i / n), at) == floor(Fraction(a, b)) == a // b
    assert rational(sp.ceiling((i - 1) / n), at) == ceil(Fraction(a - 1, b))
    assert rational(sp.Mod(i, n, evaluate=False), at) == a % b
    assert rational(sp.Max(0, 2 * i - n), at) == max(0, 2 * a - b)
    assert rational(sp.Min(i**2, n), at) == min(a * a, b)
    assert rational(sp.Piecewise((i, sp.Ge(i, n)), (n, True)), at) == max(a, b)


def test_only_the_branch_that_holds_is_computed() -> None:
    assert rational(sp.Piecewise((n, sp.Ge(i, 1)), (1 / i, True)), {i: 2, n: 5}) == 5


def test_a_sequence_is_looked_up_by_its_name() -> None:
    s = sp.Function("s")
    assert rational(s(i) + 1, {i: 2, s: [7, 8, 9].__getitem__}) == 10


def test_an_index_that_is_no_integer_is_an_error() -> None:
    assert integer((i + 1) / 2, {i: 3}) == 2
    with pytest.raises(ArithmeticError, match="is not an integer"):
        integer((i + 1) / 2, {i: 2})


def test_an_index_expression_without_a_rule_is_refused() -> None:
    with pytest.raises(UnsupportedError, match="no rule evaluates the index expression sin"):
        rational(sp.sin(i), {i: 1})


@pytest.mark.parametrize(
    ("condition", "truth"),
    [(sp.Eq(i, 2), True), (sp.Ne(i, 2), False), (sp.Le(i, 1), False), (sp.Ge(i, 1), True), (sp.true, True)],
)
def test_conditions_hold_where_they_do(condition: Any, truth: bool) -> None:
    assert holds(condition, {i: 2}) is truth


# Exact arithmetic.


def test_quotients_stay_exact_and_whole_ones_become_ints() -> None:
    assert (divide(6, 3), type(divide(6, 3))) == (2, int)
    assert divide(1, 3) == Fraction(1, 3)
    assert divide(x, 2) == x / 2


def test_a_total_of_symbols_is_sympys_sum() -> None:
    assert total(iter([x, 1, y, x])) == 2 * x + y + 1
    assert total(iter([1, Fraction(1, 2)])) == Fraction(3, 2)


@pytest.mark.parametrize(
    ("values", "result"),
    [
        ([2, Fraction(5, 2), -7], Fraction(5, 2)),
        ([], sp.S.NegativeInfinity),
        ([sp.S.NegativeInfinity, -3], -3),
        ([x, 1], sp.Max(x, 1)),
        ([sp.sqrt(2), 1], sp.sqrt(2)),
        ([x, x], x),
    ],
)
def test_a_maximum_is_a_number_where_its_arguments_are(values: list[Any], result: Any) -> None:
    assert largest(values) == result


@pytest.mark.parametrize("names", ["abc", "cab", "aab", "abab", "a"])
def test_a_maximum_of_plain_symbols_is_the_expression_that_sympy_gives(names: str) -> None:
    plain = [sp.Symbol(name) for name in names]
    assert sp.srepr(largest(plain)) == sp.srepr(sp.Max(*plain))


# Shares of a maximum.


@pytest.mark.parametrize(
    ("window", "ties", "shares"),
    [
        ([1, 3, 2], "first", [0, 1, 0]),
        ([3, 3, 3], "first", [1, 0, 0]),
        ([3, 1, 3], "split", [Fraction(1, 2), 0, Fraction(1, 2)]),
        ([0, 0, 0], "split", [Fraction(1, 3)] * 3),
        ([5], "split", [1]),
        ([-2, -2, -7], "first", [1, 0, 0]),
    ],
)
def test_the_shares_of_a_maximum_follow_the_convention(window: Any, ties: Any, shares: list[Any]) -> None:
    assert [share(position, window, ties) for position in range(len(window))] == shares


@pytest.mark.parametrize("ties", ["first", "split"])
@pytest.mark.parametrize("size", [1, 2, 3])
def test_symbolic_shares_agree_with_the_numeric_ones_in_every_order_and_tie(ties: Any, size: int) -> None:
    symbols = [x, y, z][:size]
    symbolic = [share(position, symbols, ties) for position in range(size)]
    for window in product(range(size), repeat=size):
        at = dict(zip(symbols, window, strict=True))
        numeric = [share(position, list(window), ties) for position in range(size)]
        assert [sp.sympify(s).subs(at) for s in symbolic] == numeric
        assert sum(numeric) == 1


def test_shares_of_symbols_are_the_derivative_of_their_maximum_where_nothing_ties() -> None:
    for order in permutations((1, 2, 3)):
        at = dict(zip((x, y, z), order, strict=True))
        slopes = [sp.Max(x, y, z).diff(s).subs(at) for s in (x, y, z)]
        assert [share(position, list(order), "first") for position in range(3)] == slopes


# Rewriting.


def test_rewriting_replaces_leaves_and_keeps_the_structure() -> None:
    b = Entry("B", (1,))
    chosen = Chosen(b, Entry("C"), "first")
    formula = Sum(
        (
            Product((2, Quotient(b, 4), chosen)),
            Power(Absolute(b), 3),
            Largest((Sign(b), Partial(Entry("E"), b))),
        )
    )
    seen: list[Formula] = []

    def number(leaf: Formula) -> int:
        seen.append(leaf)
        return -len(seen)

    assert rewrite(formula, number) == Sum(
        (Product((2, Quotient(-1, 4), -2)), Power(Absolute(-3), 3), Largest((Sign(-4), -5)))
    )
    assert seen == [b, chosen, b, b, Partial(Entry("E"), b)]


def test_rewriting_to_itself_changes_nothing() -> None:
    formula = Sum((Product((A, G)), Quotient(1, 3)))
    assert rewrite(formula, lambda leaf: leaf) == formula


def test_a_formula_with_symbolic_ranges_is_not_rewritten() -> None:
    with pytest.raises(UnsupportedError, match="no rule rewrites a Over"):
        rewrite(Over("∑", A, (Range(i, sp.Integer(1), n),)), lambda leaf: leaf)


def test_a_guarded_formula_is_0_where_a_condition_does_not_hold() -> None:
    even = sp.Eq(sp.Mod(i, 2, evaluate=False), 0, evaluate=False)
    halved = Guarded(Entry("A", (i / 2,)), (even,))
    assert [value(halved, i=place) for place in range(1, 7)] == [0, 1, 0, 4, 0, 9]
