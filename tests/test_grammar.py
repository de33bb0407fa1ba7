"""The number and formula grammars: exact values in, everything else refused with a sentence."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

import pytest
import sympy
from hypothesis import given
from hypothesis import strategies as st

from symconv.errors import ArgumentError
from symconv.grammar import (
    MAX_DEPTH,
    MAX_DIGITS,
    MAX_LENGTH,
    parse_count,
    parse_expression,
    parse_index,
    parse_norm_type,
    parse_number,
    parse_numbers,
    parse_sizes,
)

SIZES = ("I", "K", "S", "P", "D")
I, K, S, P, D = sympy.symbols(SIZES, integer=True)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("7", 7),
        ("+7", 7),
        ("-0", 0),
        (" 12 ", 12),
        ("2.5", Fraction(5, 2)),
        ("-0.125", Fraction(-1, 8)),
        ("3.0", 3),
        ("1/3", Fraction(1, 3)),
        ("-4/6", Fraction(-2, 3)),
        ("9" * MAX_DIGITS, 10**MAX_DIGITS - 1),
    ],
)
def test_a_number_is_read_exactly_and_as_an_int_where_it_is_one(text: str, value: int | Fraction) -> None:
    number = parse_number(text)
    assert number == value
    assert type(number) is type(value)


@given(st.fractions(max_denominator=10**9))
def test_every_fraction_survives_being_written_and_read(value: Fraction) -> None:
    assert parse_number(str(value)) == value


@pytest.mark.parametrize(
    "text",
    [
        "",
        "-",
        ".5",
        "1.",
        "1e3",
        "1e999999999",
        "9**9**9**9",
        "__import__('os')",
        "1/3/4",
        "1/-3",
        "1 / 3",
        "--1",
        "0x10",
        "1_000",
        "nan",
        "inf",
        "٣",
        "1\n2",
    ],
)
def test_text_that_is_not_a_number_is_refused(text: str) -> None:
    with pytest.raises(ArgumentError, match="must be a number: an integer, a decimal") as caught:
        parse_number(text)
    assert repr(text) in str(caught.value)


def test_a_number_that_is_too_long_or_divides_by_zero_is_refused_with_its_own_reason() -> None:
    with pytest.raises(ArgumentError, match="at most 100 digits"):
        parse_number("1" + "0" * MAX_DIGITS)
    with pytest.raises(ArgumentError, match="denominator is not 0, not '1/00'"):
        parse_number("1/00")


@pytest.mark.parametrize(
    ("text", "expr"),
    [
        ("(I - K + 2*P)/S + 1", (I - K + 2 * P) / S + 1),
        ("floor((I + 2*P - D*(K - 1) - 1)/S) + 1", sympy.floor((I + 2 * P - D * (K - 1) - 1) / S) + 1),
        ("ceiling(I/S)", sympy.ceiling(I / S)),
        ("I - K - P", I - K - P),
        ("I/K/S", I / K / S),
        ("I/K*S", I / K * S),
        ("1 + 2*3", sympy.Integer(7)),
        ("-I**2", -(I**2)),
        ("(-I)**2", I**2),
        ("-I*K + +P", -I * K + P),
        ("2*-I", -2 * I),
        ("I - -K", I + K),
        ("I**2*K**2", I**2 * K**2),
        ("  I\t+\n1 ", I + 1),
        ("3/2", sympy.Rational(3, 2)),
    ],
)
def test_a_formula_means_what_mathematics_means_by_it(text: str, expr: sympy.Expr) -> None:
    assert parse_expression(text, SIZES) == expr


def _formulas() -> st.SearchStrategy[str]:
    operands = st.one_of(st.integers(1, 99).map(str), st.sampled_from(SIZES))
    return st.recursive(
        operands,
        lambda parts: st.one_of(
            st.tuples(parts, st.sampled_from(["+", "-", "*"]), parts).map("".join),
            parts.map("({})".format),
            parts.map("-{}".format),
        ),
        max_leaves=8,
    ).filter(lambda text: len(text) <= MAX_LENGTH)


@given(_formulas())
def test_formulas_agree_with_python_s_own_reading_of_the_same_text(text: str) -> None:
    values = dict(zip(SIZES, (11, 3, 2, 5, 7), strict=True))
    expr = parse_expression(text, SIZES)
    # generated above from numbers, five letters, + - * and parentheses
    assert expr.subs({sympy.Symbol(n, integer=True): v for n, v in values.items()}) == eval(text, {}, values)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "a number, a name or a parenthesis at character 1"),
        ("I +", "a number, a name or a parenthesis at character 4"),
        ("I K", "an operator or the end at character 3"),
        ("(I", "an operator or a closing parenthesis at character 3"),
        ("I)", "an operator or the end at character 2"),
        ("2I", "an operator or the end at character 2"),
        ("I.real", "an operator or the end at character 2"),
        ("I(2)", "an operator or the end at character 2"),
        ("X + 1", r"a formula in I, K, S, P, D, floor\(\) and ceiling\(\), not 'X'"),
        ("__import__('os')", "not '__import__'"),
        ("lambda: 0", "not 'lambda'"),
        ("floor", "not 'floor'"),
        ("I**-1", "an exponent from 0 to 9 at character 4"),
        ("I**K", "an exponent from 0 to 9 at character 4"),
        ("I**10", "an exponent from 0 to 9 at character 4"),
        ("I**٣", "an exponent from 0 to 9 at character 4"),
        ("9**9**9**9", "without powers of powers"),
        ("((2*I)**9)**9", "without powers of powers"),
        ("I/0", "does not divide by 0"),
        ("I/(K - K)", "does not divide by 0"),
        ("1" * 101, "at most 100 digits"),
        ("I+" * 100 + "I", "at most 200 characters"),
        ("(" * 21 + "I" + ")" * 21, f"at most {MAX_DEPTH} deep"),
        ("-" * 150 + "I", f"at most {MAX_DEPTH} deep"),
    ],
)
def test_text_that_is_no_formula_is_refused_with_the_place_or_the_reason(text: str, reason: str) -> None:
    with pytest.raises(ArgumentError, match=reason):
        parse_expression(text, SIZES)


def test_parentheses_may_be_nested_up_to_the_limit() -> None:
    assert parse_expression("(" * MAX_DEPTH + "I" + ")" * MAX_DEPTH, SIZES) == I


def test_numbers_sizes_indices_and_counts_are_read_from_options() -> None:
    assert parse_numbers("109,-92,1/2") == (109, -92, Fraction(1, 2))
    assert parse_sizes("3x5x5") == (3, 5, 5)
    assert parse_index("1,2") == (1, 2)
    assert parse_count("007") == 7


@pytest.mark.parametrize(
    ("parse", "text", "reason"),
    [
        (parse_numbers, "1,,2", "must be a number"),
        (parse_sizes, "5by5", "must be sizes such as 5x5, not '5by5'"),
        (parse_sizes, "5x", "must be sizes such as 5x5"),
        (parse_sizes, "9999999999", "must be sizes such as 5x5"),
        (parse_sizes, "٣x٣", "must be sizes such as 5x5"),
        (parse_index, "1,-2", "must be an index such as 1,2"),
        (parse_count, "0", "must be an integer >= 1, not '0'"),
        (parse_count, "1e3", "must be an integer >= 1"),
        (parse_norm_type, "pq", "or oo, or a small letter, not 'pq'"),
    ],
)
def test_options_of_another_form_are_refused(parse: Callable[[str], object], text: str, reason: str) -> None:
    with pytest.raises(ArgumentError, match=reason):
        parse(text)


def test_the_order_of_a_norm_is_a_number_infinity_or_a_positive_symbol() -> None:
    assert parse_norm_type("3/2") == Fraction(3, 2)
    assert parse_norm_type("oo") is sympy.oo
    p = parse_norm_type("p")
    assert p == sympy.Symbol("p", positive=True)
