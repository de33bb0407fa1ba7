"""The power mean of positive entries tends to their minimum as the exponent goes to −∞.

.. math:: \\mu \\le \\Bigl(\\tfrac1n \\sum_i x_i^{-p}\\Bigr)^{-1/p} \\le n^{1/p} \\mu, \\qquad
          n^{-1/p} \\mu \\le \\Bigl(\\sum_i x_i^{-p}\\Bigr)^{-1/p} \\le \\mu

The exponent is written ``−p`` with p → ∞. The proof is that of :mod:`symconv.theorems.lp_limit` for the
reciprocals, whose maximum is ``1/μ``.

Source: Hardy, Littlewood, Pólya, Inequalities, section 2.3, theorem 4.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import sympy as sp

from symconv.display import Fence, Ident, Script, row
from symconv.theorems.scaled import (
    AT_LEAST_ONE,
    AT_MOST_N,
    ROOT,
    ROOT_STEP,
    SCALED,
    SCALED_SUM,
    TO_INFINITY,
    S,
    by_power,
    largest,
    n,
    p,
    positive,
    r,
    ratio,
    require,
    sampled,
    squeezed,
)
from symconv.theorems.theorem import Counterexample, Hypothesis, Instance, Theorem, rounded, step
from symconv.theorems.verify import Case
from symconv.theorems.written import claim, entry, letter, number, say, shorthand, total

x = entry("x", "positive")
mu = letter("μ")
_MINUS_P = row("−", p.tree)
SPELLED_MEAN = (1 / n * total(n, x ** (-p))) ** -(1 / p)
MEAN = shorthand(Script(Ident("P"), sub=_MINUS_P), SPELLED_MEAN)
SPELLED_NORM = total(n, x ** (-p)) ** -(1 / p)
NORM = shorthand(Script(Fence("‖", Ident("x"), "‖"), sub=_MINUS_P), SPELLED_NORM)
_ROOT_OF_SUM = S ** -(1 / p)

_MEAN_FACTORED = claim(MEAN, "=", ROOT * _ROOT_OF_SUM * mu)
_NORM_FACTORED = claim(NORM, "=", _ROOT_OF_SUM * mu)
_SMALL = claim(_ROOT_OF_SUM, "≤", 1)
_LARGE = claim(n ** -(1 / p), "≤", _ROOT_OF_SUM)
_MEAN_LOWER = claim(mu, "≤", MEAN)
_MEAN_UPPER = claim(MEAN, "≤", ROOT * mu)
_NORM_LOWER = claim(n ** -(1 / p) * mu, "≤", NORM)
_NORM_UPPER = claim(NORM, "≤", mu)
_MEAN_LIMIT = claim(MEAN, "→", mu)
_NORM_LIMIT = claim(NORM, "→", mu)


def power_mean_minimum_limit() -> Theorem:
    """The theorem on the power mean at exponents far below zero.

    Example:
        >>> power_mean_minimum_limit().instance([109, 92, 108, 85]).check().passed
        True
    """
    entries = (((x ** (-p)).expr, (mu ** (-p) * r**p).expr),)
    scaled = Case(entries, SCALED.sums)
    # S^{−1/p} ≤ 1 as 1/(1 + γ).
    gamma = sp.Symbol("gamma", nonnegative=True)
    small = Case(entries, ((S.expr, (1 + gamma) ** p.expr),))
    return Theorem(
        name="power-mean-min",
        title="The power mean tends to the minimum",
        hypotheses=(
            Hypothesis(say("The window has {} entries {}, all positive.", n, x), claim(0, "<", x)),
            Hypothesis(say("The exponent is {} with a positive number {}.", _MINUS_P, p)),
            Hypothesis(say("The power mean is {} = {}.", MEAN, SPELLED_MEAN)),
            Hypothesis(say("Without the factor {} it is {} = {}.", 1 / n, NORM, SPELLED_NORM)),
            Hypothesis(say("The smallest entry is {}, and {} = {}.", mu, r, mu / x)),
        ),
        statement=(_MEAN_LOWER, _MEAN_UPPER, _MEAN_LIMIT, _NORM_LOWER, _NORM_UPPER, _NORM_LIMIT),
        steps=(
            step(
                "factor out the minimum",
                _MEAN_FACTORED,
                say("Every entry is {}, so its power is {}.", mu / r, mu ** (-p) * r**p),
                given=scaled,
            ),
            step("the same without the factor", _NORM_FACTORED, "In the same way.", given=scaled),
            *SCALED_SUM,
            step(
                "a root of the sum, from above",
                _SMALL,
                "The sum is at least 1 and the exponent is negative.",
                given=SCALED,
                uses=(AT_LEAST_ONE,),
            ),
            step(
                "a root of the sum, from below",
                _LARGE,
                say("The sum is at most {}.", n),
                given=SCALED,
                uses=(AT_MOST_N,),
            ),
            step(
                "the mean, from above",
                _MEAN_UPPER,
                "The root of the sum is at most 1.",
                given=small,
                uses=(_MEAN_FACTORED, _SMALL),
            ),
            step(
                "the mean, from below",
                _MEAN_LOWER,
                say("The sum is at most {}.", n),
                given=scaled,
                uses=(_MEAN_FACTORED, _LARGE),
            ),
            step(
                "the norm, from above",
                _NORM_UPPER,
                "The root of the sum is at most 1.",
                given=small,
                uses=(_NORM_FACTORED, _SMALL),
            ),
            step(
                "the norm, from below",
                _NORM_LOWER,
                say("The sum is at most {}.", n),
                given=scaled,
                uses=(_NORM_FACTORED, _LARGE),
            ),
            ROOT_STEP,
            squeezed("squeeze the mean", _MEAN_LIMIT, _MEAN_LOWER, _MEAN_UPPER),
            squeezed("squeeze the norm", _NORM_LIMIT, _NORM_LOWER, _NORM_UPPER),
        ),
        counterexamples=(_entry_near_zero(), _negative_entry()),
        samples=sampled(7, _values),
        instantiate=_instance,
        limit=TO_INFINITY,
    )


def _values(window: tuple[Any, ...], power: object) -> dict[Any, Any]:
    least = -largest(tuple(-a for a in window))
    ratios = tuple(ratio(least, a) for a in window)
    return {n.expr: len(window), p.expr: power, mu.expr: least, x.expr.base: window, r.expr.base: ratios}


def _entry_near_zero() -> Counterexample:
    """The entries h and 2 at the exponent −1, for small h: the mean goes with h."""
    tiny = number(Fraction(1, 10**6))
    mean = (1 / number(2) * (tiny ** number(-1) + number(2) ** number(-1))) ** number(-1)
    return Counterexample(
        "Entries must not be zero",
        say(
            "Zero has no negative power. An entry of one millionth beside the entry 2 makes the mean with "
            "the exponent −1 less than two millionths, which suggests the value 0 for a window with a zero."
        ),
        (claim(mean, "<", Fraction(2, 10**6)),),
    )


def _negative_entry() -> Counterexample:
    low, high = number(-3), number(2)
    powers = low ** number(-3) + high ** number(-3)
    return Counterexample(
        "Entries must not be negative",
        say(
            "For the entries −3 and 2, whose minimum is −3, the sum of the powers with exponent −3 is "
            "positive, and so is its root."
        ),
        (claim(0, "<", powers), claim(0, "<", powers ** number(Fraction(-1, 3)))),
    )


def _instance(window: tuple[Any, ...]) -> Instance:
    require(window, positive, "a positive number")
    values = _values(window, p.expr)
    rows = by_power(
        window,
        _values,
        lambda at: (
            rounded(ROOT * _ROOT_OF_SUM * mu, at, MEAN),
            rounded(ROOT * mu, at),
            rounded(_ROOT_OF_SUM * mu, at, NORM),
        ),
        sign=-1,
    )
    return Instance(
        "power-mean-min",
        window,
        (claim(mu, "=", number(values[mu.expr])), claim(mu, "≤", x), claim(n, "=", len(window))),
        values,
        header=((_MINUS_P,), (MEAN.tree,), ((ROOT * mu).tree,), (NORM.tree,)),
        rows=rows,
        caption="The mean decreases to the minimum, and the norm grows to it.",
    )
