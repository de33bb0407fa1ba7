"""The LP norm of a window of non-negative entries tends to its maximum.

.. math:: M \\le \\|x\\|_p \\le n^{1/p} M, \\qquad 0 \\le \\|x\\|_p / M - 1 \\le n^{1/p} - 1 \\to 0

Source: G. H. Hardy, J. E. Littlewood, G. Pólya, Inequalities, 2nd ed., Cambridge 1952, sections 2.3 and 2.10.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import sympy as sp

from symconv.checks.interval import Point, ceiling
from symconv.theorems.scaled import (
    ACCURACIES,
    ROOT,
    SCALED,
    SHOWN_POWERS,
    TO_INFINITY,
    M,
    S,
    enclosed_norm,
    n,
    nonnegative,
    norm,
    p,
    r,
    random_windows,
    require,
    scaled_values,
    spelled_norm,
    x,
)
from symconv.theorems.theorem import Cell, Counterexample, Hypothesis, Instance, Theorem, rounded, step
from symconv.theorems.verify import Case
from symconv.theorems.written import Claim, claim, letter, ln, number, say, total

N = norm()
ACCURACY = letter("ε")
_ENOUGH = ln(n) / ln(1 + ACCURACY)

_LOWER = claim(M, "≤", N)
_UPPER = claim(N, "≤", ROOT * M)
_LIMIT = claim(N, "→", M)
_POSITIVE = claim(0, "<", M)
_ABOVE = claim(0, "≤", N / M - 1, _POSITIVE)
_RATE = claim(N / M - 1, "≤", ROOT - 1, _POSITIVE)
_SUFFICIENT = claim(ROOT - 1, "≤", ACCURACY, claim(_ENOUGH, "≤", p))
_ZERO = claim(N, "=", 0, claim(M, "=", 0))


def _accuracy_case() -> Case:
    """``n = e^{κσ}`` and ``1 + ε = e^σ``, so that ``ln n / ln(1+ε) = κ``, and ``p = κ + δ``.

    The signs leave n = 1 out, where both sides of the claim are trivial.
    """
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
            Hypothesis(say("The window has {} entries {}; none is negative.", n, x), claim(0, "≤", x)),
            Hypothesis(
                say("The exponent {} is a positive number.", p),
                claim(0, "<", p),
            ),
            Hypothesis(say("The norm is {} = {}.", N, spelled_norm())),
            Hypothesis(say("The largest entry is {}, and if it is not 0 then {} = {}.", M, r, x / M)),
        ),
        statement=(_LOWER, _UPPER, _LIMIT, _ABOVE, _RATE, _SUFFICIENT, _ZERO),
        steps=(
            *enclosed_norm(N, SCALED),
            step(
                "excess is not negative",
                _ABOVE,
                say("Divide the lower bound by {}.", M),
                given=SCALED,
                uses=(_LOWER,),
            ),
            step("rate", _RATE, say("Divide the upper bound by {}.", M), given=SCALED, uses=(_UPPER,)),
            step(
                "an exponent that is enough",
                _SUFFICIENT,
                say("The condition says {}; exponentiate.", claim(ln(n) / p, "≤", ln(1 + ACCURACY))),
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
    powers = (Fraction(1, 2), 7, Fraction(33, 2))
    windows = zip(random_windows(seed=1, count=3), powers, strict=True)
    samples = [scaled_values(window, power) for window, power in (*windows, ((0, 0, 0), 3))]
    return tuple({**sample, ACCURACY.expr: 1} for sample in samples)


def _difference_is_not_the_reason() -> Counterexample:
    """Powers of 0.9 and 0.8: their difference vanishes, their ratio does what the proof needs."""
    high, low = number(Fraction(9, 10)), number(Fraction(4, 5))
    return Counterexample(
        "The growing difference is not the reason",
        say(
            "It is not always true that the largest power moves away from the others: for 9/10 and 4/5 the "
            "difference of the powers shrinks. Their ratio shrinks too, and this is what makes the norm "
            "approach the maximum, 9/10."
        ),
        (
            claim(high**64 - low**64, "<", high**16 - low**16),
            claim(high**256 - low**256, "<", Fraction(1, 10**11)),
            claim(low**64 / high**64, "<", low**16 / high**16),
            claim(low**256 / high**256, "<", Fraction(1, 10**13)),
            claim((high**64 + low**64) ** (1 / number(64)), "<", Fraction(901, 1000)),
        ),
    )


def _signed_entries() -> Counterexample:
    """The window (−3, 2) under the plain power, at an odd and at an even exponent."""
    odd, even = (number(-3) ** k + number(2) ** k for k in (3, 4))
    return Counterexample(
        "Entries must not be negative",
        say(
            "For the entries −3 and 2, whose maximum is 2, the sum of the cubes is negative, and the fourth "
            "root of the sum of the fourth powers is above 3."
        ),
        (claim(odd, "<", 0), claim(3, "<", even ** (1 / number(4)))),
    )


def _instance(window: tuple[Any, ...]) -> Instance:
    require(window, nonnegative, "a number that is not negative")
    values = scaled_values(window, p.expr)
    top = number(values[M.expr])
    lines: list[Claim] = [claim(M, "=", top), claim(x, "≤", M), claim(n, "=", len(window))]
    if values[M.expr] == 0:
        return Instance("lp-limit", window, (*lines, claim(norm(power=1), "=", 0)), values)
    lines += (line for accuracy in ACCURACIES for line in _enough(accuracy, window))
    rows = tuple(_row(power, window) for power in SHOWN_POWERS)
    return Instance(
        "lp-limit",
        window,
        tuple(lines),
        values,
        tuple(bound for power in SHOWN_POWERS for bound in _bounds(power)),
        ((p.tree,), (N.tree,), ((ROOT * M).tree,), ((N / M - 1).tree,)),
        rows,
        "The norm decreases to the maximum as the exponent grows, below its bound.",
    )


def _row(power: int, window: tuple[Any, ...]) -> tuple[Cell, ...]:
    """The exponent, the norm (scaled, and checked as defined), its upper bound and its relative excess."""
    values = Point(scaled_values(window, power))
    return (
        number(power).tree,
        rounded(M * S ** (1 / p), values, N),
        rounded(ROOT * M, values),
        rounded(S ** (1 / p) - 1, values, N / M - 1, places=8),
    )


def _bounds(power: int) -> tuple[Claim, Claim]:
    """The bounds of the norm, without a root: rational wherever the entries are."""
    powers = total(n, r**power)
    return claim(1, "≤", powers), claim(powers, "≤", n)


def _enough(accuracy: Fraction, window: tuple[Any, ...]) -> tuple[Claim, Claim]:
    """The least integer at or above ``ln n / ln(1+ε)``, and that the norm is as close there as wanted."""
    enough = ln(n) / ln(number(1 + accuracy))
    power = max(1, ceiling(enough.expr, {n.expr: len(window)}) or 1)
    return claim(enough, "≤", power), claim(norm(power=power) / M - 1, "≤", accuracy)
