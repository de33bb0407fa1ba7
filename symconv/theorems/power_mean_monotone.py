"""The power mean does not decrease when its exponent grows.

.. math:: \\Bigl(\\tfrac1n \\sum_i x_i^p\\Bigr)^{1/p} \\le \\Bigl(\\tfrac1n \\sum_i x_i^q\\Bigr)^{1/q}
          \\quad \\text{for } 0 < p \\le q

The norm without the factor 1/n does the opposite (:mod:`symconv.theorems.lp_properties`).

Source: Hardy, Littlewood, Pólya, Inequalities, section 2.9, theorem 16; the proof by Bernoulli's inequality.
"""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from typing import Any

import sympy as sp

from symconv.display import Ident, Script
from symconv.number import symbolic
from symconv.theorems.scaled import (
    SHOWN_POWERS,
    below,
    by_power,
    largest,
    n,
    nonnegative,
    p,
    random_windows,
    require,
)
from symconv.theorems.theorem import Counterexample, Hypothesis, Instance, Theorem, rounded, step
from symconv.theorems.verify import Case
from symconv.theorems.written import Sign, Written, claim, entry, letter, number, say, shorthand, total

x, u = (entry(name, "nonnegative") for name in "xu")
q, s, P = letter("q"), letter("s"), letter("P")


def _spelled(power: Written) -> Written:
    return (1 / n * total(n, x**power)) ** (1 / power)


MEAN, LATER = (shorthand(Script(Ident("P"), sub=power.tree), _spelled(power)) for power in (p, q))
ABBREVIATED = ((MEAN, _spelled(p)), (LATER, _spelled(q)))
"""The means, and what they stand for."""
_GIVEN = Written(P.expr, MEAN.tree)
"""The mean as a number: what it is made of does not matter."""

_LINE = 1 + s * (u - 1)
_ORDER = claim(1, "≤", s)
_BERNOULLI = claim(_LINE, "≤", u**s, _ORDER)
_SUMS = claim(total(n, _LINE), "≤", total(n, u**s), _ORDER)
_BALANCE = claim(total(n, u), "=", n)
_LINES = claim(total(n, _LINE), "=", n)
_AT_LEAST = claim(n, "≤", total(n, u**s), _ORDER)
_FACTORED = claim(LATER, "=", _GIVEN * (1 / n * total(n, u**s)) ** (1 / q))
_GROWS = claim(_GIVEN, "≤", LATER, _ORDER)


def power_mean_grows() -> Theorem:
    """The theorem that the power mean grows with its exponent.

    Example:
        >>> power_mean_grows().instance([1, 2, 4]).check().passed
        True
    """
    more, along, excess, gamma = sp.symbols("b w a gamma", nonnegative=True)
    # u is e^w, e^(−w) or 0, and s is 1 + b
    above = (s.expr, 1 + more)
    cases = tuple(
        Case((above,), terms=((u.expr, value),)) for value in (sp.exp(along), sp.exp(-along), sp.S.Zero)
    )
    powers = total(n, u**s).expr
    of_x = ((x.expr, P.expr * u.expr ** (1 / p.expr)), (q.expr, p.expr * s.expr))
    return Theorem(
        name="power-mean-monotone",
        title="The power mean grows with its exponent",
        hypotheses=(
            Hypothesis(
                say("The window has {} entries {}; none is negative, and not all are 0.", n, x),
                claim(0, "≤", x),
            ),
            Hypothesis(
                say("The exponents {} and {} are positive, and {} = {}.", p, q, s, q / p),
                claim(s, "=", q / p),
            ),
            Hypothesis(
                say(
                    "The power means are {} = {} and {} = {}.",
                    *(part for pair in ABBREVIATED for part in pair),
                ),
                claim(P, "=", MEAN),
            ),
            Hypothesis(
                say("In terms of the first, {} = {}.", u, (x / _GIVEN) ** p), claim(u, "=", (x / _GIVEN) ** p)
            ),
        ),
        statement=(_GROWS,),
        steps=(
            step(
                "Bernoulli's inequality",
                _BERNOULLI,
                say(
                    "The power lies above its tangent at 1: their difference is 0 there and grows from there on."
                ),
                given=cases,
            ),
            step("its sum", _SUMS, "Term by term.", given=cases, uses=(_BERNOULLI,)),
            step(
                "the sum for p",
                _BALANCE,
                say("{} is what the entries were divided by.", _GIVEN),
                given=Case(((u.expr, (x**p / P**p).expr),), ((total(n, x**p).expr, (n * P**p).expr),)),
            ),
            step(
                "the sum of the tangents",
                _LINES,
                say("The sum of {} is 0.", u - 1),
                given=Case(sums=((total(n, u).expr, n.expr),)),
                uses=(_BALANCE,),
            ),
            step(
                "the sum for q",
                _AT_LEAST,
                "The tangents' sum is not larger.",
                given=Case(sums=((powers, n.expr + excess),)),
                uses=(_SUMS, _LINES),
            ),
            step(
                "factor out the first mean",
                _FACTORED,
                say("Every entry is {}.", _GIVEN * u ** (1 / p)),
                given=Case(of_x),
            ),
            step(
                "the mean grows",
                _GROWS,
                say("The sum is at least {}, so the root is at least 1.", n),
                given=Case(of_x, ((powers, n.expr * (1 + gamma) ** (p.expr * s.expr)),)),
                uses=(_FACTORED, _AT_LEAST),
            ),
        ),
        counterexamples=(_signed(), _norm_decreases()),
        samples=_samples(),
        instantiate=_instance,
    )


def _values(window: tuple[Any, ...], power: object, later: object) -> dict[Any, Any]:
    exponent = symbolic(power)
    powers = [symbolic(value) ** exponent for value in window]
    mean = sp.Add(*powers) / len(window)
    return {
        n.expr: len(window),
        p.expr: power,
        q.expr: later,
        s.expr: symbolic(later) / exponent,
        P.expr: mean ** (1 / exponent),
        x.expr.base: window,
        u.expr.base: tuple(value / mean for value in powers),
    }


def _samples() -> tuple[dict[Any, Any], ...]:
    exponents = ((Fraction(1, 2), 1), (2, Fraction(7, 2)), (3, 4))
    windows = (*random_windows(seed=12, count=2), (0, 3, 5))
    return tuple(_values(window, *pair) for window, pair in zip(windows, exponents, strict=True))


def _signed() -> Counterexample:
    low, high, half = number(-3), number(2), 1 / number(2)
    return Counterexample(
        "Entries must not be negative",
        say("For the entries −3 and 2 the mean of the cubes is negative, while that of the squares is not."),
        (claim(half * (low**3 + high**3), "<", 0), claim(0, "<", half * (low**2 + high**2))),
    )


def _norm_decreases() -> Counterexample:
    one, two = number(1), number(2)
    return Counterexample(
        "The factor 1/n is needed",
        say(
            "For the entries 1 and 2 the root of the sum, without the factor, decreases from the exponent 1 to 2."
        ),
        (claim((one**2 + two**2) ** (1 / two), "<", one + two),),
    )


def _instance(window: tuple[Any, ...]) -> Instance:
    require(window, nonnegative, "a number that is not negative")
    values = {n.expr: len(window), x.expr.base: window}
    # no precision tells the means of equal entries apart
    order: Sign = "≤" if below(-largest([-value for value in window]), largest(window)) else "="
    rows = by_power(window, lambda entries, power: {**values, p.expr: power}, lambda at: (rounded(MEAN, at),))
    return Instance(
        "power-mean-monotone",
        window,
        (claim(0, "≤", x), claim(n, "=", len(window))),
        values,
        bounds=tuple(
            claim(_spelled(number(before)), order, _spelled(number(after)))
            for before, after in pairwise(SHOWN_POWERS)
        ),
        header=((p.tree,), (MEAN.tree,)),
        rows=rows,
        caption="The power mean grows with its exponent.",
    )
