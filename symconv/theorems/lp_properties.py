"""How LP pooling depends on its exponent, and that it is homogeneous.

.. math:: \\|\\lambda x\\|_p = |\\lambda| \\|x\\|_p, \\qquad
          \\|x\\|_q \\le \\|x\\|_p \\text{ for } p \\le q, \\qquad n^{1/p} \\mu \\le \\|x\\|_p

with μ the smallest absolute value: the norm decreases in p, and for two entries or more it grows beyond all
bounds as p → 0⁺, where the power mean tends to the geometric mean.

Source: G. H. Hardy, J. E. Littlewood, G. Pólya, Inequalities, section 2.10, theorem 19.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from itertools import pairwise
from typing import Any

import sympy as sp

from symconv.checks.interval import Point
from symconv.display import Fence, Ident, Num, Script
from symconv.errors import ArgumentError
from symconv.number import symbolic
from symconv.theorems.scaled import RATIO, below, largest, n, p, r, random_windows, ratio, require, s
from symconv.theorems.theorem import Counterexample, Hypothesis, Instance, Theorem, rounded, step
from symconv.theorems.verify import Case
from symconv.theorems.written import (
    Sign,
    Written,
    absolute,
    claim,
    entry,
    letter,
    number,
    say,
    shorthand,
    total,
    written,
)

x = entry("x", "real")
w = entry("w", "nonnegative")
q, mu, N = letter("q"), letter("μ"), letter("N")
scale = letter("λ", sp.Symbol("λ", real=True))
_SIZE = absolute(x)


def _spelled(power: Written, of: Written = _SIZE) -> Written:
    return total(n, of**power) ** (1 / power)


def _norm(power: Written, of: Written = _SIZE) -> Written:
    """The norm of the entries, under its usual name."""
    inner = Ident("x") if of is _SIZE else (scale * letter("x")).tree
    return shorthand(Script(Fence("‖", inner, "‖"), sub=power.tree), _spelled(power, of))


NORM, LATER = _norm(p), _norm(q)
_GIVEN = Written(N.expr, NORM.tree)
"""The norm as a number: what it is made of does not matter."""
TWO = written(2)
EUCLIDEAN = shorthand(Script(Fence("‖", Ident("x"), "‖"), sub=Num("2")), total(n, _SIZE**2) ** (1 / TWO))
SPELLED_MEAN = (1 / n * total(n, _SIZE**p)) ** (1 / p)
MEAN = shorthand(Script(Ident("P"), sub=p.tree), SPELLED_MEAN)
SCALED_NORM = _norm(p, absolute(scale * x))
ABBREVIATED = (
    (NORM, _spelled(p)),
    (LATER, _spelled(q)),
    (EUCLIDEAN, total(n, _SIZE**2) ** (1 / TWO)),
    (SCALED_NORM, _spelled(p, absolute(scale * x))),
)
"""The norms, and what they stand for."""
_POWERS = total(n, r**q)
_AT_LEAST = total(n, w ** (-p))

_HOMOGENEOUS = claim(SCALED_NORM, "=", absolute(scale) * NORM)
_EUCLIDEAN = claim(EUCLIDEAN**2, "=", total(n, x**2))
_MEAN = claim(MEAN, "=", n ** -(1 / p) * NORM)
_ORDER = claim(p, "≤", q)
_EACH = claim(r**q, "≤", r**p, _ORDER)
_SUMS = claim(_POWERS, "≤", total(n, r**p), _ORDER)
_ONE = claim(total(n, r**p), "=", 1)
_FACTORED = claim(LATER, "=", _GIVEN * _POWERS ** (1 / q))
_DECREASES = claim(LATER, "≤", _GIVEN, _ORDER)
_LARGE = claim(1, "≤", w ** (-p))
_MANY = claim(n, "≤", _AT_LEAST)
_SMALLEST_OUT = claim(NORM, "=", mu * _AT_LEAST ** (1 / p))
_BELOW = claim(n ** (1 / p) * mu, "≤", NORM)

SHOWN = (Fraction(1, 2), 1, 2, 4, 16, 256)


def lp_pool_properties() -> Theorem:
    """The theorem on the exponent of LP pooling.

    Example:
        >>> lp_pool_properties().instance([3, -4, 1]).check().passed
        True
    """
    later = sp.Symbol("d", nonnegative=True)
    size = sp.Symbol("b", positive=True)
    more, gamma = sp.symbols("a gamma", nonnegative=True)
    above = (q.expr, p.expr + later)
    scaled = Case(((_SIZE.expr, (N * r).expr),), ((_POWERS.expr, (1 + gamma) ** -q.expr),))
    from_smallest = ((_SIZE**p).expr, (mu**p * w ** (-p)).expr)
    return Theorem(
        name="lp-properties",
        title="LP pooling and its exponent",
        hypotheses=_hypotheses(),
        statement=(_HOMOGENEOUS, _DECREASES, _BELOW, _EUCLIDEAN, _MEAN),
        steps=(
            step(
                "homogeneous",
                _HOMOGENEOUS,
                say(
                    "Every term has the factor {}; the root leaves {}.", absolute(scale) ** p, absolute(scale)
                ),
                given=tuple(Case(((scale.expr, each),)) for each in (size, -size, sp.S.Zero)),
            ),
            step("exponent 2", _EUCLIDEAN, "The square of an absolute value is the square."),
            step("the mean", _MEAN, say("The factor {} comes out of the root.", 1 / n)),
            step(
                "each scaled power",
                _EACH,
                "A number from 0 to 1 does not grow when its exponent does.",
                given=tuple(Case((above,), terms=case.terms) for case in RATIO),
            ),
            step(
                "their sums",
                _SUMS,
                "Term by term.",
                given=tuple(Case((above,), terms=case.terms) for case in RATIO),
                uses=(_EACH,),
            ),
            step(
                "the sum for p",
                _ONE,
                say("{} is what {} was divided by.", _GIVEN, _SIZE),
                given=Case(((r.expr, (_SIZE / N).expr),), ((total(n, _SIZE**p).expr, (N**p).expr),)),
            ),
            step(
                "factor out the norm",
                _FACTORED,
                say("Every entry is {}.", _GIVEN * r),
                given=Case(((_SIZE.expr, (N * r).expr),)),
            ),
            step(
                "the norm decreases",
                _DECREASES,
                "The sum is at most 1, and so is its root.",
                given=scaled,
                uses=(_SUMS, _ONE, _FACTORED),
            ),
            step(
                "factor out the smallest",
                _SMALLEST_OUT,
                say("Every entry is {}.", mu / w),
                given=Case((from_smallest,)),
            ),
            step(
                "each power is at least 1",
                _LARGE,
                "Its base lies between 0 and 1, and its exponent is negative.",
                given=Case(terms=((w.expr, sp.exp(-s)),)),
            ),
            step(
                "there are n of them",
                _MANY,
                "Term by term.",
                given=Case(terms=((w.expr, sp.exp(-s)),)),
                uses=(_LARGE,),
            ),
            step(
                "at small exponents",
                _BELOW,
                say("For two entries or more {} grows beyond all bounds as {} goes to 0.", n ** (1 / p), p),
                given=Case((from_smallest,), ((_AT_LEAST.expr, n.expr + more),)),
                uses=(_SMALLEST_OUT, _MANY),
            ),
        ),
        counterexamples=(_mean_grows(), _not_a_norm(), _zero()),
        samples=_samples(),
        instantiate=_instance,
    )


def _hypotheses() -> tuple[Hypothesis, ...]:
    return (
        Hypothesis(say("The window has {} real entries {}, none of which is 0.", n, x), claim(0, "<", _SIZE)),
        Hypothesis(say("{} and {} are positive numbers.", p, q), claim(0, "<", p)),
        Hypothesis(
            say(
                "The norm is {} = {}, and likewise {} = {}, {} = {} and {} = {}.",
                *(part for pair in ABBREVIATED for part in pair),
            ),
            claim(N, "=", NORM),
        ),
        Hypothesis(say("The power mean is {} = {}.", MEAN, SPELLED_MEAN)),
        Hypothesis(
            say("In terms of the norm an entry is {} = {}.", r, _SIZE / _GIVEN), claim(r, "=", _SIZE / N)
        ),
        Hypothesis(
            say("The smallest absolute value is {}, and {} = {}.", mu, w, mu / _SIZE),
            claim(w, "=", mu / _SIZE),
        ),
        Hypothesis(say("{} is a real number.", scale)),
    )


def _values(window: tuple[Any, ...], power: object, later: object) -> dict[Any, Any]:
    least = -largest(tuple(-abs(a) for a in window))
    size = sp.Add(*(symbolic(abs(a)) ** symbolic(power) for a in window)) ** (1 / symbolic(power))
    return {
        n.expr: len(window),
        p.expr: power,
        q.expr: later,
        mu.expr: least,
        N.expr: size,
        scale.expr: Fraction(-3, 2),
        x.expr.base: window,
        r.expr.base: tuple(symbolic(abs(a)) / size for a in window),
        w.expr.base: tuple(ratio(least, abs(a)) for a in window),
    }


def _samples() -> tuple[dict[Any, Any], ...]:
    mixed = (
        tuple(a * (-1) ** j for j, a in enumerate(window)) for window in random_windows(seed=11, count=3)
    )
    exponents = ((Fraction(1, 2), 1), (2, Fraction(7, 2)), (3, 4))
    return tuple(_values(window, *pair) for window, pair in zip(mixed, exponents, strict=True))


def _mean_grows() -> Counterexample:
    one, two = number(1), number(2)
    half = 1 / two
    return Counterexample(
        "The mean grows with the exponent",
        say("For the entries 1 and 2 the norm decreases from the exponent 1 to 2, but the mean increases."),
        (
            claim((one**2 + two**2) ** half, "<", one + two),
            claim(half * (one + two), "<", (half * (one**2 + two**2)) ** half),
        ),
    )


def _not_a_norm() -> Counterexample:
    """(1, 0) + (0, 1) at p = 1/2."""
    one = number(1)
    root = number(Fraction(1, 2))
    return Counterexample(
        "Below the exponent 1 it is no norm",
        say(
            "At the exponent 1/2 the window 1, 1 has the value 4, more than the sum of the values of 1, 0 and "
            "0, 1, which are 1 each. Every claim above holds there all the same."
        ),
        (
            claim((one**root + one**root) ** 2, "=", 4),
            claim(one**2 + one**2, "<", (one**root + one**root) ** 2),
        ),
    )


def _zero() -> Counterexample:
    """A window with one entry that is not 0."""
    return Counterexample(
        "Zeros do not make the norm grow",
        say(
            "The window 3, 0 has the value 3 at every exponent, for its smallest absolute value is 0; at the "
            "exponent 1/100, for example."
        ),
        (
            claim((number(3) ** number(Fraction(1, 100)) + 0) ** 100, "=", 3),
            claim(3, "<", number(2) ** 100 * number(3)),
        ),
    )


def _instance(window: tuple[Any, ...]) -> Instance:
    require(window, lambda _: True, "a real number")
    for place, value in enumerate(window, 1):
        if value == 0:
            raise ArgumentError(f"entry {place}", "other than 0", value)
    # no precision tells equal numbers apart: the norm of one entry does not change, and equal entries are all μ
    sizes = [abs(value) for value in window]
    order: Sign = "≤" if len(window) > 1 else "="
    bound: Sign = "≤" if below(-largest([-size for size in sizes]), largest(sizes)) else "="
    points = [Point(_values(window, power, power)) for power in SHOWN]
    rows = tuple(
        (number(power).tree, rounded(NORM, at), rounded(MEAN, at))
        for power, at in zip(SHOWN, points, strict=True)
    )
    values = {name: value for name, value in _values(window, 1, 1).items() if name not in (p.expr, q.expr)}
    return Instance(
        "lp-properties",
        window,
        (claim(mu, "=", number(values[mu.expr])), claim(mu, "≤", _SIZE)),
        values,
        bounds=tuple(
            line
            for before, after in pairwise(SHOWN)
            for line in (
                claim(_at(_spelled, after), order, _at(_spelled, before)),
                claim(n ** (1 / number(before)) * mu, bound, _at(_spelled, before)),
            )
        ),
        header=((p.tree,), (NORM.tree,), (MEAN.tree,)),
        rows=rows,
        caption="The norm decreases to the largest absolute value, and the mean grows to it.",
    )


def _at(formula: Callable[[Written], Written], power: Any) -> Written:
    return formula(number(power))
