"""With a zero among the entries, the power mean tends to 0, their geometric mean, as the exponent goes to 0.

.. math:: 0 \\le P_p \\le c^{1/p} M \\to 0

where c < 1 is the share of the entries that are not zero.

Source: Hardy, Littlewood, Pólya, Inequalities, section 2.3, theorem 3, the remark on zeros.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import sympy as sp

from symconv.checks.interval import Point
from symconv.display import Ident, Script
from symconv.errors import ArgumentError
from symconv.theorems.power_mean_geometric import TO_ZERO
from symconv.theorems.scaled import M, largest, n, nonnegative, p, random_windows, require, x
from symconv.theorems.theorem import Counterexample, Hypothesis, Instance, Theorem, rounded, step
from symconv.theorems.verify import Case
from symconv.theorems.written import claim, letter, ln, number, say, shorthand, total

c = letter("c")
SPELLED = (1 / n * total(n, x**p)) ** (1 / p)
MEAN = shorthand(Script(Ident("P"), sub=p.tree), SPELLED)
_SHARE = c ** (1 / p)
_GROWTH = 1 + ln(1 / c) / p

_LOWER = claim(0, "≤", MEAN)
_UPPER = claim(MEAN, "≤", _SHARE * M)
_TANGENT = claim(_GROWTH, "≤", (1 / c) ** (1 / p))
_RECIPROCAL = claim(_SHARE, "≤", 1 / _GROWTH)
_NOT_NEGATIVE = claim(0, "≤", _SHARE)
_VANISHES = claim(_SHARE, "→", 0)
_LIMIT = claim(MEAN, "→", 0)

_SHOWN = (Fraction(1), Fraction(1, 2), Fraction(1, 4), Fraction(1, 16), Fraction(1, 64))


def power_mean_zeros_limit() -> Theorem:
    """The theorem on the power mean of a window with zeros at small exponents.

    Example:
        >>> power_mean_zeros_limit().instance([0, 2, 4]).check().passed
        True
    """
    s, beta = sp.symbols("s beta", nonnegative=True)
    mean, sigma = sp.symbols("a sigma", positive=True)
    # The mean of the powers is M^p a, and a ≤ c as c = a + β.
    shares = Case(sums=((total(n, x**p).expr, n.expr * M.expr**p.expr * mean), (c.expr, mean + beta)))
    decaying = Case(entries=((c.expr, sp.exp(-s)),))
    reciprocal = Case(
        entries=((_SHARE.expr, 1 / (1 + sigma / p.expr + beta)), (ln(1 / c).expr, sigma)),
    )
    logarithm = Case(entries=((sp.log(c.expr), -sigma),))
    return Theorem(
        name="power-mean-zeros",
        title="The power mean of a window with zeros",
        hypotheses=(
            Hypothesis(
                say("The window has {} entries {}; none is negative, and one or more are 0.", n, x),
                claim(0, "≤", x),
            ),
            Hypothesis(say("The share of the entries that are not 0 is {}; not all are 0.", c)),
            Hypothesis(say("The power mean is {} = {} with a positive exponent {}.", MEAN, SPELLED, p)),
            Hypothesis(say("The largest entry is {}.", M)),
        ),
        statement=(_LOWER, _UPPER, _LIMIT),
        steps=(
            step("lower bound", _LOWER, "No term is negative.", given=shares),
            step(
                "upper bound",
                _UPPER,
                say("Of the {} terms only the share {} is not 0, and each is at most {}.", n, c, M**p),
                given=shares,
            ),
            step(
                "tangent", _TANGENT, "The exponential function lies above its tangent at 0.", given=decaying
            ),
            step(
                "its reciprocal",
                _RECIPROCAL,
                "Take reciprocals of positive numbers.",
                given=reciprocal,
                uses=(_TANGENT,),
            ),
            step("a power is not negative", _NOT_NEGATIVE, "Its base is positive."),
            step(
                "the share vanishes",
                _VANISHES,
                "Squeeze between 0 and that bound.",
                given=logarithm,
                uses=(_NOT_NEGATIVE, _RECIPROCAL),
            ),
            step("squeeze", _LIMIT, "Both bounds tend to 0.", uses=(_LOWER, _UPPER, _VANISHES)),
        ),
        counterexamples=(_no_zero(),),
        samples=_samples(),
        instantiate=_instance,
        limit=TO_ZERO,
    )


def _samples() -> tuple[dict[Any, Any], ...]:
    powers = (Fraction(1, 2), 2, Fraction(1, 7))
    windows = ((Fraction(0), *window) for window in random_windows(seed=9, count=3))
    return tuple(_values(w, q) for w, q in zip(windows, powers, strict=True))


def _values(window: tuple[Any, ...], power: object) -> dict[Any, Any]:
    size = len(window)
    share = Fraction(sum(a != 0 for a in window), size)
    return {n.expr: size, p.expr: power, c.expr: share, M.expr: largest(window), x.expr.base: window}


def _no_zero() -> Counterexample:
    """A small positive entry instead of the zero: the geometric mean of h and 4 is the root of 4 h."""
    small = number(Fraction(1, 100))
    power = number(Fraction(1, 64))
    mean = (1 / number(2) * (small**power + number(4) ** power)) ** 64
    return Counterexample(
        "A small entry is not a zero",
        say(
            "The geometric mean of the entries 1/100 and 4 is 1/5, and the power mean with the exponent "
            "1/64 is above it."
        ),
        (claim(Fraction(1, 5), "<", mean), claim((small * 4) ** number(Fraction(1, 2)), "=", Fraction(1, 5))),
    )


def _instance(window: tuple[Any, ...]) -> Instance:
    require(window, nonnegative, "a number that is not negative")
    if 0 not in window or all(a == 0 for a in window):
        raise ArgumentError("window", "entries of which some are 0 and some are not")
    values = _values(window, p.expr)
    rows = tuple(
        (number(power).tree, rounded(MEAN, at), rounded(_SHARE * M, at))
        for power in _SHOWN
        for at in (Point(_values(window, power)),)
    )
    return Instance(
        "power-mean-zeros",
        window,
        (claim(c, "=", number(values[c.expr])), claim(M, "=", number(values[M.expr]))),
        values,
        header=((p.tree,), (MEAN.tree,), ((_SHARE * M).tree,)),
        rows=rows,
        caption="The power mean decreases to 0, below its bound.",
    )
