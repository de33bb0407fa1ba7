"""The power mean of non-negative entries tends to their maximum, from below.

.. math:: n^{-1/p} M \\le \\Bigl(\\tfrac1n \\sum_i x_i^p\\Bigr)^{1/p} \\le M

Source: Hardy, Littlewood, Pólya, Inequalities, section 2.3, theorem 4.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from symconv.display import Ident, Script
from symconv.theorems.scaled import (
    AT_LEAST_ONE,
    AT_MOST_N,
    ROOT_STEP,
    SCALED,
    SCALED_SUM,
    TO_INFINITY,
    M,
    S,
    by_power,
    n,
    nonnegative,
    p,
    r,
    require,
    sampled,
    scaled_values,
    squeezed,
    x,
)
from symconv.theorems.theorem import Counterexample, Hypothesis, Instance, Theorem, rounded, step
from symconv.theorems.verify import Case
from symconv.theorems.written import claim, number, say, shorthand, total

SPELLED = (1 / n * total(n, x**p)) ** (1 / p)
MEAN = shorthand(Script(Ident("P"), sub=p.tree), SPELLED)
_SCALED = (S / n) ** (1 / p) * M
_FLOOR = n ** -(1 / p) * M

_FACTORED = claim(MEAN, "=", _SCALED)
_LOWER = claim(_FLOOR, "≤", MEAN)
_UPPER = claim(MEAN, "≤", M)
_LIMIT = claim(MEAN, "→", M)


def power_mean_maximum_limit() -> Theorem:
    """The theorem on the power mean at large exponents.

    Example:
        >>> power_mean_maximum_limit().instance([109, 92, 108, 85]).check().passed
        True
    """
    # For the lower bound only 1 ≤ S matters, and n stays as it is.
    at_least_one = Case(SCALED.entries, SCALED.sums[:1])
    return Theorem(
        name="power-mean-max",
        title="The power mean tends to the maximum",
        hypotheses=(
            Hypothesis(say("The window has {} entries {}; none is negative.", n, x), claim(0, "≤", x)),
            Hypothesis(say("The power mean is {} = {} with a positive exponent {}.", MEAN, SPELLED, p)),
            Hypothesis(say("The largest entry is {}, and if it is not 0 then {} = {}.", M, r, x / M)),
        ),
        statement=(_LOWER, _UPPER, _LIMIT),
        steps=(
            step(
                "factor out the maximum",
                _FACTORED,
                say("Every term is the power of {}; the common factor leaves the root as {}.", M * r, M),
                given=SCALED,
            ),
            *SCALED_SUM,
            step(
                "lower bound",
                _LOWER,
                "The sum of the scaled powers is at least 1.",
                given=at_least_one,
                uses=(_FACTORED, AT_LEAST_ONE),
            ),
            step(
                "upper bound",
                _UPPER,
                "A mean of numbers up to 1 is at most 1.",
                given=SCALED,
                uses=(_FACTORED, AT_MOST_N),
            ),
            ROOT_STEP,
            squeezed("squeeze", _LIMIT, _LOWER, _UPPER),
        ),
        counterexamples=(_negative_entry(),),
        samples=sampled(6, scaled_values),
        instantiate=_instance,
        limit=TO_INFINITY,
    )


def _negative_entry() -> Counterexample:
    low, high = number(-3), number(2)
    mean = (1 / number(2) * (low**4 + high**4)) ** (1 / number(4))
    return Counterexample(
        "Entries must not be negative",
        say(
            "The mean of the entries −3 and 2 at the exponent 4 is above 5/2, though the largest entry is 2."
        ),
        (claim(Fraction(5, 2), "<", mean),),
    )


def _instance(window: tuple[Any, ...]) -> Instance:
    require(window, nonnegative, "a number that is not negative")
    values = scaled_values(window, p.expr)
    rows = by_power(window, scaled_values, lambda at: (rounded(_FLOOR, at), rounded(_SCALED, at, MEAN)))
    return Instance(
        "power-mean-max",
        window,
        (claim(M, "=", number(values[M.expr])), claim(x, "≤", M), claim(n, "=", len(window))),
        values,
        header=((p.tree,), (_FLOOR.tree,), (MEAN.tree,)),
        rows=rows,
        caption="The power mean grows to the maximum, above its bound.",
    )
