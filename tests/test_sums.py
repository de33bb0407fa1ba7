"""Sums of products over groups of taps: exact numbers, and symbols without evaluation."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest
import sympy as sp

from symconv.exact import Array, pack, symbols
from symconv.layers import Conv2d
from symconv.sums import dot
from symconv.taps import Groups, Taps

TAPS: Taps = Conv2d(stride=1, padding=1).operator((4, 4), (3, 3)).taps


def naive(groups: Groups, left: Array, left_at: Any, right: Array, right_at: Any) -> list[Any]:
    """The same sums, each product and each sum evaluated by Python and SymPy."""
    terms: dict[int, list[Any]] = {}
    for position, part in zip(groups.ids.tolist(), np.split(groups.order, groups.starts[1:]), strict=True):
        terms[position] = [left[left_at[tap]] * right[right_at[tap]] for tap in part]
    return [
        sp.Add(*terms.get(i, ()))
        if any(isinstance(t, sp.Basic) for t in terms.get(i, ()))
        else sum(terms.get(i, ()))
        for i in range(groups.count)
    ]


def both(left: Array, right: Array) -> tuple[list[Any], list[Any]]:
    arguments = (TAPS.by_out, left.ravel(), TAPS.inp, right.ravel(), TAPS.offset)
    return dot(*arguments).tolist(), naive(*arguments)


def _mixed(kind: str) -> tuple[Array, Array]:
    """Arrays of 16 and 9 entries that try the builder of symbolic sums."""
    a, b = symbols("a", (16,)), symbols("b", (9,))
    left, right = list(a), list(b)
    match kind:
        case "names sort otherwise than positions":
            left = [sp.Symbol(f"{'zyxwvutsrqponmlk'[i]}") for i in range(16)]
        case "right before left":
            left, right = list(symbols("x", (16,))), list(symbols("A", (9,)))
        case "positive":
            left = [sp.Symbol(s.name, positive=True) for s in a]
        case "same names, other assumptions":
            right = [sp.Symbol(s.name, real=True) for s in a[:9]]
        case "integer and real":
            left = [sp.Symbol(s.name, integer=bool(i % 2), real=True) for i, s in enumerate(a)]
        case "repeated on one side":
            left = [a[i % 3] for i in range(16)]
        case "repeated across sides":
            right = list(a[:9])
        case "dummies":
            left = [sp.Dummy("d") for _ in range(16)]
        case "not commutative":
            right = [sp.Symbol(s.name, commutative=False) for s in b]
        case "numbers mixed in":
            left = [0 if i % 5 == 0 else Fraction(i, 2) if i % 3 == 0 else s for i, s in enumerate(a)]
        case "all zeros on one side":
            right = [0] * 9
        case "expressions":
            right = [s**2 - a[i] for i, s in enumerate(b)]
        case "opposites that cancel":
            left = [(-1) ** i * a[0] for i in range(16)]
            right = [b[0]] * 9
    return pack(left), pack(right)


@pytest.mark.parametrize(
    "kind",
    [
        "plain",
        "names sort otherwise than positions",
        "right before left",
        "positive",
        "same names, other assumptions",
        "integer and real",
        "repeated on one side",
        "repeated across sides",
        "dummies",
        "not commutative",
        "numbers mixed in",
        "all zeros on one side",
        "expressions",
        "opposites that cancel",
    ],
)
def test_symbolic_sums_are_the_very_expressions_that_evaluation_gives(kind: str) -> None:
    got, expected = both(*_mixed(kind))
    for ours, sympys in zip(got, expected, strict=True):
        assert ours == sympys
        assert sp.srepr(ours) == sp.srepr(sp.sympify(sympys))
        assert sp.sympify(ours).func(*sp.sympify(ours).args) == ours


def test_symbolic_sums_behave_as_expressions_afterwards() -> None:
    got, _ = both(symbols("A", (4, 4)), symbols("B", (3, 3)))
    first = got[0]
    assert first.free_symbols == {sp.Symbol(s) for s in "A_11 A_12 A_21 A_22 B_22 B_23 B_32 B_33".split()}
    assert sp.diff(first, sp.Symbol("B_33")) == sp.Symbol("A_22")
    assert hash(first) == hash(first.func(*first.args))
    assert first - sp.Add(*first.args) == 0


@pytest.mark.parametrize(
    ("left", "right"),
    [
        (2**40, 2**40),
        (2**40, -(2**40)),
        (2**31, 2**29 + 1),  # nine products of 2^60 and a bit: each fits into int64, their sum does not
        (-(2**63), 1),
        (2**63, 1),
        (10**30, 10**30),
        (Fraction(2**40, 3), 2**40),
    ],
)
def test_large_numbers_never_overflow(left: Any, right: Any) -> None:
    groups = TAPS.by_out
    sizes = np.bincount(TAPS.out, minlength=16).tolist()
    got = dot(groups, pack([left] * 16), TAPS.inp, pack([right] * 9), TAPS.offset)
    assert got.tolist() == [size * left * right for size in sizes]


@pytest.mark.parametrize("scale", [1, 2**40])
def test_integers_and_fractions_agree_with_sums_in_plain_python(scale: int) -> None:
    rng = np.random.default_rng(2)
    left = pack([int(n) * scale for n in rng.integers(-9, 10, 16)])
    right = pack([Fraction(int(n), 6) * scale for n in rng.integers(-9, 10, 9)])
    got, expected = both(left, right)
    assert got == expected
    whole = pack([int(n) * scale for n in rng.integers(-9, 10, 9)])
    got, expected = both(left, whole)
    assert got == expected
    assert {type(entry) for entry in got} == {int}


def test_a_position_without_taps_is_zero() -> None:
    groups = Groups(np.array([0]), np.array([0]), np.array([1]), 3)
    at = np.array([0])
    assert dot(groups, pack([2]), at, pack([3]), at).tolist() == [0, 6, 0]
    nothing = np.array([], dtype=np.int64)
    empty = Groups(nothing, nothing, nothing, 2)
    assert dot(empty, pack([2]), nothing, pack([3]), nothing).tolist() == [0, 0]
