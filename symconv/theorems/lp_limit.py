"""The LP norm of a window of non-negative entries tends to its maximum.

.. math:: M \\le \\|x\\|_p \\le n^{1/p} M, \\qquad 0 \\le \\|x\\|_p / M - 1 \\le n^{1/p} - 1 \\to 0

Source: G. H. Hardy, J. E. Littlewood, G. Pólya, Inequalities, 2nd ed., Cambridge 1952, section 2.3 (theorem 4)
and 2.10.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import sympy as sp

from symconv.checks.interval import ceiling
from symconv.theorems.scaled import (
    ACCURACIES,
    AT_LEAST_ONE,
    AT_MOST_N,
    ROOT,
    SCALED,
    SCALED_SUM,
    SHOWN_POWERS,
    TO_INFINITY,
    M,
    S,
    n,
    nonnegative,
    norm,
    p,
    r,
    random_windows,
    require,
    scaled_values,
    total,
    x,
)
from symconv.theorems.theorem import Cell, Counterexample, Hypothesis, Instance, Rounded, Theorem, step
from symconv.theorems.verify import Case
from symconv.theorems.written import Claim, claim, letter, ln, number

N = norm(x)
ACCURACY = letter("ε")
ENOUGH = ln(n) / ln(1 + ACCURACY)

_FACTORED = claim(N, "=", M * S ** (1 / p))
LOWER = claim(M, "≤", N)
UPPER = claim(N, "≤", ROOT * M)
_ROOT_TO_ONE = claim(ROOT, "→", 1)
_LIMIT = claim(N, "→", M)
_POSITIVE = claim(0, "<", M)
_ABOVE = claim(0, "≤", N / M - 1, _POSITIVE)
_RATE = claim(N / M - 1, "≤", ROOT - 1, _POSITIVE)
_SUFFICIENT = claim(ROOT - 1, "≤", ACCURACY, claim(ENOUGH, "≤", p))
_ZERO = claim(N, "=", 0, claim(M, "=", 0))

def _accuracy_case() -> Case:
    """``n = e^{κσ}`` with ``1 + ε = e^σ``, so that ``ln n / ln(1+ε) = κ``, and ``p = κ + δ``; n = 1 is trivial."""
    kappa, sigma = sp.symbols("kappa sigma", positive=True)
    delta = sp.Symbol("delta", nonnegative=True)
    return Case(
        entries=((n.expr, sp.exp(kappa * sigma)), (ACCURACY.expr, sp.exp(sigma) - 1), (p.expr, kappa + delta))
    )


def lp_pool_limit() -> Theorem:
    """The theorem that LP pooling tends to max pooling, for every number of non-negative entries.

    Example:
        >>> lp_pool_limit().instance([109, 92, 108, 85]).check().passed
        True
    """
    return Theorem(
        name="lp-limit",
        title="LP pooling tends to max pooling",
        hypotheses=(
            Hypothesis(("The window has ", n.tree, " entries ", x.tree, "; none is negative."), claim(0, "≤", x)),
            Hypothesis(("The exponent ", p.tree, " is a positive number.",), claim(0, "<", p)),
            Hypothesis(("The norm is ", N.tree, " = ", (total(n, x**p) ** (1 / p)).tree, ".")),
            Hypothesis(("The largest entry is ", M.tree, ", and if it is not 0 then ", r.tree, " = ", (x / M).tree, ".")),
        ),
        statement=(LOWER, UPPER, _LIMIT, _ABOVE, _RATE, _SUFFICIENT, _ZERO),
        steps=(
            step(
                "factor out the maximum",
                _FACTORED,
                ("Every entry is ", (M * r).tree, "; the common factor ", (M**p).tree, " leaves the root as ", M.tree, "."),
                given=SCALED,
            ),
            *SCALED_SUM,
            step(
                "lower bound",
                LOWER,
                "The sum of the scaled powers contains the term 1, so its root is at least 1.",
                given=SCALED,
                uses=(_FACTORED, AT_LEAST_ONE),
            ),
            step(
                "upper bound",
                UPPER,
                ("Each of the ", n.tree, " scaled powers is at most 1, and the root is an increasing function."),
                given=SCALED,
                uses=(_FACTORED, AT_MOST_N),
            ),
            step(
                "the root of a constant",
                _ROOT_TO_ONE,
                (ROOT.tree, " is the power ", (n ** letter("t")).tree, " at ", (1 / p).tree, ", continuous, and 1 at 0."),
            ),
            step(
                "squeeze",
                _LIMIT,
                ("Both bounds tend to ", M.tree, "."),
                given=SCALED,
                uses=(LOWER, UPPER, _ROOT_TO_ONE),
            ),
            step("excess is not negative", _ABOVE, ("Divide the lower bound by ", M.tree, "."), given=SCALED, uses=(LOWER,)),
            step("rate", _RATE, ("Divide the upper bound by ", M.tree, "."), given=SCALED, uses=(UPPER,)),
            step(
                "an exponent that is enough",
                _SUFFICIENT,
                ("The condition says ", claim(ln(n) / p, "≤", ln(1 + ACCURACY)).tree, "; exponentiate."),
                given=_accuracy_case(),
            ),
            step(
                "the window of zeros",
                _ZERO,
                "All terms of the sum are 0, for every exponent.",
                given=Case(entries=((x.expr, sp.S.Zero),)),
            ),
        ),
        counterexamples=(_difference_is_not_the_reason(), _signed_entries()),
        samples=_samples(),
        instantiate=_instance,
        limit=TO_INFINITY,
    )


def _samples() -> tuple[dict[Any, Any], ...]:
    powers = (Fraction(1, 2), 2, 7, Fraction(33, 2))
    windows = zip(random_windows(seed=1, count=4), powers, strict=True)
    samples = [scaled_values(window, power) for window, power in (*windows, ((0, 0, 0), 3))]
    return tuple({**sample, ACCURACY.expr: 1} for sample in samples)


def _difference_is_not_the_reason() -> Counterexample:
    """Powers of 0.9 and 0.8: their difference vanishes, their ratio does what the proof needs."""
    high, low = Fraction(9, 10), Fraction(8, 10)
    return Counterexample(
        "The growing difference is not the reason",
        (
            "That the largest power moves away from the others is true of entries above 1 only. For 0.9 and 0.8 the "
            "difference of the powers tends to 0, and the norm tends to the maximum all the same, because the ratio "
            "of the powers tends to 0.",
        ),
        tuple(
            bound
            for power, difference, quotient in (
                (4, Fraction(1, 4), Fraction(63, 100)),
                (64, Fraction(12, 10**4), Fraction(6, 10**4)),
                (256, Fraction(2, 10**12), Fraction(1, 10**13)),
            )
            for bound in (
                claim(number(high) ** power - number(low) ** power, "<", difference),
                claim((number(low) / number(high)) ** power, "<", quotient),
            )
        ),
    )


def _signed_entries() -> Counterexample:
    """The window (−3, 2) under the plain power, at an odd and at an even exponent."""
    odd, even = (number(-3) ** k + number(2) ** k for k in (3, 4))
    return Counterexample(
        "Entries must not be negative",
        (
            "For the entries −3 and 2 the sum of cubes is negative and has no real power 1/3 in this sense; at the "
            "exponent 4, and at every even one, the norm is at least 3, while the largest entry is 2.",
        ),
        (claim(odd, "<", 0), claim(3, "<", even ** (1 / number(4)))),
    )


def _instance(window: tuple[Any, ...]) -> Instance:
    require(window, nonnegative, "a number that is not negative")
    values = scaled_values(window, p.expr)
    top = number(values[M.expr])
    lines: list[Claim] = [claim(M, "=", top), claim(x, "≤", M), claim(n, "=", len(window))]
    if values[M.expr] == 0:
        return Instance("lp-limit", window, (*lines, claim(norm(x, number(1)), "=", 0)), values)
    lines += (_enough(accuracy, window) for accuracy in ACCURACIES)
    rows = tuple(_row(power, window) for power in SHOWN_POWERS)
    return Instance(
        "lp-limit",
        window,
        tuple(lines),
        values,
        TO_INFINITY,
        ((p.tree,), (N.tree,), ((ROOT * M).tree,), ((N / M - 1).tree,)),
        rows,
        "The norm decreases to the maximum as the exponent grows, below its bound.",
    )


def _row(power: int, window: tuple[Any, ...]) -> tuple[Cell, ...]:
    """The exponent, the norm, its upper bound and its relative excess; the norm once scaled and once as defined."""
    values = scaled_values(window, power)
    return (
        number(power).tree,
        Rounded(M * S ** (1 / p), values, otherwise=N),
        Rounded(ROOT * M, values),
        Rounded(S ** (1 / p) - 1, values, otherwise=N / M - 1, places=8),
    )


def _enough(accuracy: Fraction, window: tuple[Any, ...]) -> Claim:
    """The least integer exponent at or above ``ln n / ln(1+ε)``, and that the norm is as close there as wanted."""
    values = {n.expr: len(window), ACCURACY.expr: accuracy}
    power = max(1, ceiling(ENOUGH.expr, values) or 1)
    return claim(norm(x, number(power)) / M - 1, "≤", accuracy)
