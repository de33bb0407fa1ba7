"""The gradient of the LP norm tends to 1/m on each of m tied maxima and to 0 elsewhere.

.. math:: \\frac{\\partial \\|x\\|_p}{\\partial x_i} = x_i^{p-1} \\|x\\|_p^{1-p} = r_i^{p-1} S^{(1-p)/p},
          \\qquad r_i = x_i / M, \\quad S = \\sum_j r_j^p

Source: differentiation and the bounds ``m ≤ S ≤ m + (n − m) ρ^p``, ρ the largest ratio below 1.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import sympy as sp

from symconv.checks.interval import Point
from symconv.display import Frac, Ident, Node, Script, row
from symconv.errors import ArgumentError
from symconv.theorems.scaled import (
    AT_LEAST_ONE,
    SCALED,
    SCALED_SUM,
    SHOWN_POWERS,
    TO_INFINITY,
    M,
    S,
    largest,
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
from symconv.theorems.written import Written, absolute, claim, derivative, letter, ln, number, say, total

N = norm()
m = letter("m", sp.Symbol("m", integer=True, positive=True))
rho = letter("ρ")

X_K = Written(sp.Symbol("x_k", positive=True), Script(Ident("x"), sub=Ident("k")))
"""One entry, apart from the others."""
OTHERS = Written(sp.Symbol("R", nonnegative=True), Ident("R"))
"""The sum of the powers of the others."""

_APART = (X_K**p + OTHERS) ** (1 / p)
_NAMED = Written(_APART.expr, N.tree)
_PARTIAL = derivative(_NAMED, X_K)

_ABOVE_ONE = claim(1, "<", p)
_EXPONENT = (1 - p) / p
WEIGHT = r ** (p - 1) * S**_EXPONENT
_AT_MAXIMUM = S**_EXPONENT
_SMALL = claim(_AT_MAXIMUM, "≤", 1)
_CEILING = m + (n - m) * rho**p

_SPLIT = claim(N, "=", _APART)
_DERIVATIVE = claim(_PARTIAL, "=", X_K ** (p - 1) * _NAMED ** (1 - p))
_SCALED = claim(x ** (p - 1) * N ** (1 - p), "=", WEIGHT)
_TIED = claim(m, "≤", S)
_SECOND = claim(S, "≤", _CEILING)
_BERNOULLI = claim(1 + p * ln(1 / rho), "≤", (1 / rho) ** p)
_RECIPROCAL = claim(rho**p, "≤", 1 / (1 + p * ln(1 / rho)))
_NOT_NEGATIVE = claim(0, "≤", rho**p)
_VANISHES = claim(rho**p, "→", 0)
_BELOW = claim(_CEILING**_EXPONENT, "≤", _AT_MAXIMUM)
_ABOVE = claim(_AT_MAXIMUM, "≤", m**_EXPONENT)
_SHARE = claim(_AT_MAXIMUM, "→", 1 / m)
ELSEWHERE = Written(sp.Symbol("r_k", nonnegative=True), Script(Ident("r"), sub=Ident("k")))
"""The ratio of an entry that is not largest."""
_OTHER_WEIGHT = ELSEWHERE ** (p - 1) * S**_EXPONENT
_OTHER_BELOW = claim(0, "≤", _OTHER_WEIGHT)
_OTHER_ABOVE = claim(_OTHER_WEIGHT, "≤", rho ** (p - 1))
_OTHER_LIMIT = claim(_OTHER_WEIGHT, "→", 0)


def lp_pool_gradient_limit() -> Theorem:
    """The theorem on the limit of the gradient of LP pooling.

    Example:
        >>> lp_pool_gradient_limit().instance([5, 3, 5]).check().passed
        True
    """
    alpha, beta, pi = sp.symbols("alpha beta pi", nonnegative=True)
    sigma = sp.Symbol("sigma", positive=True)
    exponent = (p.expr, 1 + pi)
    # m ≤ S and S ≤ m + (n − m) ρ^p as S = m + α and m + (n − m) ρ^p = m + α + β.
    tied = Case(sums=((S.expr, m.expr + alpha), exponent))
    gap = sp.Symbol("g", positive=True)
    ceiling = Case(
        entries=((rho.expr**p.expr, gap),),
        sums=((S.expr, m.expr + alpha), (n.expr, m.expr + (alpha + beta) / gap), exponent),
    )
    decaying = Case(entries=((rho.expr, sp.exp(-alpha)),))
    logarithm = Case(entries=((sp.log(rho.expr), -sigma),))
    reciprocal = Case(
        entries=((rho.expr**p.expr, 1 / (1 + p.expr * sigma + alpha)), (ln(1 / rho).expr, sigma)),
    )
    at_least_one = Case(sums=((S.expr, 1 + alpha), exponent))
    # S^{(1−p)/p} ≤ 1 as 1/(1 + α), and r_k ≤ ρ as ρ = r_k + β.
    other = Case(
        entries=((_AT_MAXIMUM.expr, 1 / (1 + alpha)), (rho.expr, ELSEWHERE.expr + beta)),
        sums=(exponent,),
    )
    return Theorem(
        name="lp-gradient",
        title="The gradient of LP pooling tends to that of max pooling",
        hypotheses=(
            Hypothesis(
                say("The window has {} entries {}; none is negative, and not all are 0.", n, x),
                claim(0, "≤", x),
            ),
            Hypothesis(say("The exponent {} is above 1.", p), _ABOVE_ONE),
            Hypothesis(say("The norm is {} = {}.", N, spelled_norm())),
            Hypothesis(say("The largest entry is {}, it occurs {} times, and {} = {}.", M, m, r, x / M)),
            Hypothesis(
                say(
                    "The largest ratio strictly between 0 and 1 is {}; where there is none, any such number.",
                    rho,
                )
            ),
            Hypothesis(
                say("The powers of the entries other than a positive entry {} add up to {}.", X_K, OTHERS)
            ),
        ),
        statement=(_DERIVATIVE, _SCALED, _SHARE, _OTHER_LIMIT),
        steps=(
            step(
                "one entry apart",
                _SPLIT,
                say("By definition of {}.", OTHERS),
                given=Case(sums=((total(n, x**p).expr, X_K.expr**p.expr + OTHERS.expr),)),
            ),
            step(
                "differentiate",
                _DERIVATIVE,
                say("By the chain rule; {} does not contain {}.", OTHERS, X_K),
                uses=(_SPLIT,),
            ),
            step(
                "factor out the maximum",
                _SCALED,
                say("Every entry is {}, and the powers of {} cancel.", M * r, M),
                given=SCALED,
            ),
            *SCALED_SUM,
            step(
                "tied maxima",
                _TIED,
                say("The sum contains {} terms 1, and no term is negative.", m),
                given=tied,
            ),
            step(
                "the second largest",
                _SECOND,
                say("Each of the other {} terms is at most {}.", n - m, rho**p),
                given=ceiling,
            ),
            step(
                "growth of a power",
                _BERNOULLI,
                say("The exponential function lies above its tangent at 0, here at {}.", p * ln(1 / rho)),
                given=decaying,
            ),
            step(
                "its reciprocal",
                _RECIPROCAL,
                "Take reciprocals of positive numbers.",
                given=reciprocal,
                uses=(_BERNOULLI,),
            ),
            step("a power is not negative", _NOT_NEGATIVE, "Its base is positive."),
            step(
                "the power vanishes",
                _VANISHES,
                "Squeeze between 0 and that bound.",
                given=logarithm,
                uses=(_NOT_NEGATIVE, _RECIPROCAL),
            ),
            step(
                "weight of a maximum, from above",
                _ABOVE,
                "The exponent is not positive.",
                given=tied,
                uses=(_TIED,),
            ),
            step(
                "weight of a maximum, from below",
                _BELOW,
                "The same, with the upper bound of the sum.",
                given=ceiling,
                uses=(_SECOND,),
            ),
            step(
                "share of a maximum",
                _SHARE,
                say(
                    "At a maximum the ratio is 1. Both bounds tend to {}, since {} tends to 0 and {} to −1.",
                    1 / m,
                    rho**p,
                    _EXPONENT,
                ),
                uses=(_BELOW, _ABOVE, _VANISHES),
            ),
            step(
                "weight elsewhere, from below",
                _OTHER_BELOW,
                "Powers of numbers that are not negative.",
                given=other,
            ),
            step(
                "the power of the sum",
                _SMALL,
                "The sum is at least 1 and the exponent is not positive.",
                given=at_least_one,
                uses=(AT_LEAST_ONE,),
            ),
            step(
                "weight elsewhere, from above",
                _OTHER_ABOVE,
                say("The second factor is at most 1, and {} is at most {}.", ELSEWHERE, rho),
                given=other,
                uses=(_SMALL,),
            ),
            step(
                "nothing elsewhere",
                _OTHER_LIMIT,
                say("The bound is {} divided by {}.", rho**p, rho),
                uses=(_OTHER_BELOW, _OTHER_ABOVE, _VANISHES),
            ),
        ),
        counterexamples=(_no_gradient_at_zero(), _exponent_one()),
        samples=_samples(),
        instantiate=_instance,
        limit=TO_INFINITY,
    )


def _samples() -> tuple[dict[Any, Any], ...]:
    powers = (Fraction(3, 2), 5, 12)
    windows = random_windows(seed=5, count=3)
    tied = (windows[0], (*windows[1], largest(windows[1])), *windows[2:])
    return tuple(_values(window, power) for window, power in zip(tied, powers, strict=True))


def _values(window: tuple[Any, ...], power: Any) -> dict[Any, Any]:
    """The letters; the entry apart is the first, the one that is not largest the second largest."""
    values = scaled_values(window, power)
    ratios = values[r.expr.base]
    others = tuple(a for a in ratios if a != 1 and a != 0)
    second = largest(others) if others else Fraction(1, 2)
    rest = sum((number(a).expr ** power for a in window[1:]), start=sp.S.Zero)
    return {
        **values,
        m.expr: sum(a == 1 for a in ratios),
        rho.expr: second,
        ELSEWHERE.expr: second if others else 0,
        X_K.expr: window[0],
        OTHERS.expr: rest,
    }


def _no_gradient_at_zero() -> Counterexample:
    """Difference quotients of the norm of (h, 0) at h = 0, from both sides, at p = 2."""
    h = number(Fraction(1, 1000))

    def quotient(change: Written) -> Written:
        return (absolute(change) ** 2 + 0) ** number(Fraction(1, 2)) / change

    return Counterexample(
        "The window of zeros has no gradient",
        say(
            "For the entries h and 0 and the exponent 2, the difference quotient of the norm at h = 0 is 1 "
            "from above and −1 from below; here for a step of 1/1000."
        ),
        (claim(quotient(h), "=", 1), claim(quotient(-h), "=", -1)),
    )


def _exponent_one() -> Counterexample:
    """At p = 1 every positive entry has weight 1, whatever the others are."""
    small, large = number(Fraction(1, 10)), number(10)
    weight = small**0 * (small + large) ** 0
    half = number(Fraction(1, 2))
    steep = small**-half * (small**half + large**half)
    return Counterexample(
        "Exponents up to 1 do not favour the maximum",
        say(
            "For the entries 1/10 and 10 the smaller one has weight 1 at the exponent 1, as the larger one "
            "has, and a weight above 10 at the exponent 1/2."
        ),
        (claim(weight, "=", 1), claim(10, "<", steep)),
    )


def _instance(window: tuple[Any, ...]) -> Instance:
    require(window, nonnegative, "a number that is not negative")
    values = _values(window, p.expr)
    if values[M.expr] == 0:
        raise ArgumentError("window", "not all zeros, where the norm has no gradient")
    ratios = values[r.expr.base]
    ties = values[m.expr]
    weights = [_weight(k) for k in range(1, len(window) + 1)]
    rows: list[tuple[Cell, ...]] = [
        (number(power).tree, *(rounded(scaled, at, plain) for scaled, plain in weights))
        for power in SHOWN_POWERS
        for at in (Point(scaled_values(window, power)),)
    ]
    share = number(Fraction(1, ties)).tree
    limits: tuple[Node, ...] = tuple(share if a == 1 else number(0).tree for a in ratios)
    partials = (
        Frac(row(Ident("∂"), N.tree), row(Ident("∂"), _entry(x, k).tree)) for k in range(1, len(window) + 1)
    )
    return Instance(
        "lp-gradient",
        window,
        (claim(M, "=", number(values[M.expr])), claim(m, "=", ties)),
        values,
        tuple(claim(_entry(x, k), "=" if a == 1 else "<", M) for k, a in enumerate(ratios, 1)),
        header=((p.tree,), *((partial,) for partial in partials)),
        rows=(*rows, (Ident("∞"), *limits)),
        caption="The weight of each entry; the last row is the limit.",
    )


def _entry(of: Written, k: int) -> Written:
    """The entry of a family at an index, such as ``x_2`` of ``x_i``."""
    return Written(of.expr.base[k], Script(Ident(str(of.expr.base)), sub=number(k).tree))


def _weight(k: int) -> tuple[Written, Written]:
    """The weight of an entry: scaled, and as the derivative gives it."""
    return _entry(r, k) ** (p - 1) * S**_EXPONENT, _entry(x, k) ** (p - 1) * N ** (1 - p)
