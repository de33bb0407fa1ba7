"""The power mean tends to the geometric mean as the exponent goes to 0 from above.

.. math:: G \\le P_p \\le G e^{V_p}, \\quad V_p = \\tfrac1n \\sum_i z_i e^{p z_i} \\to 0, \\quad z_i = \\ln(x_i/G)

Everything follows from ``1 + u ≤ e^u``, used three times.

Source: Hardy, Littlewood, Pólya, Inequalities, section 2.3, theorem 3; the bound with V is elementary.
"""

from __future__ import annotations

from fractions import Fraction
from math import prod
from typing import Any

import sympy as sp

from symconv.checks.interval import Point
from symconv.display import Ident, Script
from symconv.theorems.scaled import n, p, positive, random_windows, require
from symconv.theorems.theorem import Counterexample, Hypothesis, Instance, Theorem, rounded, step
from symconv.theorems.verify import Case, Limit
from symconv.theorems.written import claim, entry, exp, letter, ln, number, say, shorthand, total

x = entry("x", "positive")
z = entry("z", "real")
G = letter("G")
SPELLED = (1 / n * total(n, x**p)) ** (1 / p)
MEAN = shorthand(Script(Ident("P"), sub=p.tree), SPELLED)
TO_ZERO = Limit(p, "0⁺")

_SPREAD = 1 / n * total(n, z * exp(p * z))
_V = shorthand(Script(Ident("V"), sub=p.tree), _SPREAD)
_AVERAGE = 1 / n * total(n, exp(p * z))
_A = shorthand(Script(Ident("A"), sub=p.tree), _AVERAGE)
SHORT = ((_A, _AVERAGE), (_V, _SPREAD))
"""What the proof abbreviates."""

_CENTRED = claim(total(n, z), "=", 0)
_FACTORED = claim(MEAN, "=", G * _A ** (1 / p))
_TANGENT = claim(1 + p * z, "≤", exp(p * z))
_TANGENTS = claim(1 + p * (1 / n * total(n, z)), "≤", _A)
_A_LOWER = claim(1, "≤", _A)
_AGAIN = claim(exp(p * z), "≤", 1 + p * z * exp(p * z))
_A_UPPER = claim(_A, "≤", 1 + p * _V)
_EXPONENTIAL = claim(1 + p * _V, "≤", exp(p * _V))
_LOWER = claim(G, "≤", MEAN)
_UPPER = claim(MEAN, "≤", G * exp(_V))
_VANISHES = claim(_V, "→", 0)
_LIMIT = claim(MEAN, "→", G)

_SHOWN = (Fraction(1), Fraction(1, 4), Fraction(1, 16), Fraction(1, 256), Fraction(1, 4096))


def power_mean_geometric_limit() -> Theorem:
    """The theorem on the power mean at small exponents.

    Example:
        >>> power_mean_geometric_limit().instance([1, 2, 4]).check().passed
        True
    """
    a, alpha, gamma = sp.symbols("a alpha gamma", nonnegative=True)
    mean_log = sp.Symbol("lambda", real=True)
    log_x, powers, spread = (total(n, term).expr for term in (ln(x), exp(p * z), z * exp(p * z)))
    logarithms = Case(((z.expr, sp.log(x.expr) - mean_log),), ((log_x, n.expr * mean_log),))
    signs = (Case(terms=((z.expr, a),)), Case(terms=((z.expr, -a),)))
    centred = Case(sums=((_CENTRED.left.expr, sp.S.Zero),))
    # A ≥ 1 as 1 + α, and e^{pV} ≥ A as e^V = (1 + α + γ)^{1/p}.
    at_least_one = (powers, n.expr * (1 + alpha))
    scaled = ((x.expr, (G * exp(z)).expr),)
    bounded = Case((*scaled, (exp(_V).expr, (1 + alpha + gamma) ** (1 / p.expr))), (at_least_one,))
    either_sign = (Case(sums=((spread, n.expr * a),)), Case(sums=((spread, -n.expr * a),)))
    return Theorem(
        name="power-mean-geometric",
        title="The power mean tends to the geometric mean",
        hypotheses=(
            Hypothesis(say("The window has {} entries {}, all positive.", n, x), claim(0, "<", x)),
            Hypothesis(say("The power mean is {} = {} with a positive exponent {}.", MEAN, SPELLED, p)),
            Hypothesis(say("The geometric mean {} has the logarithm {}.", G, 1 / n * total(n, ln(x)))),
            Hypothesis(say("The entries are {} = {}, that is {} = {}.", x, G * exp(z), z, ln(x / G))),
            Hypothesis(say("For short, {} = {} and {} = {}.", _A, _AVERAGE, _V, _SPREAD)),
        ),
        statement=(_LOWER, _UPPER, _LIMIT),
        steps=(
            step(
                "centred logarithms",
                _CENTRED,
                say("The mean of the logarithms is that of {}.", G),
                given=logarithms,
            ),
            step(
                "factor out the geometric mean",
                _FACTORED,
                say("Every term has the factor {}.", G**p),
                given=Case(scaled, (at_least_one,)),
            ),
            step("tangent", _TANGENT, "The exponential function lies above its tangent at 0.", given=signs),
            step(
                "mean of the tangents",
                _TANGENTS,
                "Take the mean of both sides.",
                given=signs,
                uses=(_TANGENT,),
            ),
            step(
                "the mean is at least 1",
                _A_LOWER,
                "The logarithms add up to 0.",
                given=Case(centred.sums, (at_least_one,)),
                uses=(_TANGENTS, _CENTRED),
            ),
            step(
                "tangent, backwards",
                _AGAIN,
                say("The tangent at {}, multiplied by {}.", -(p * z), exp(p * z)),
                given=signs,
            ),
            step("mean of these", _A_UPPER, "Take the mean of both sides.", given=signs, uses=(_AGAIN,)),
            step("tangent, once more", _EXPONENTIAL, say("Now at {}.", p * _V), given=either_sign),
            step(
                "lower bound",
                _LOWER,
                "A root of a number that is at least 1 is at least 1.",
                given=bounded,
                uses=(_FACTORED, _A_LOWER),
            ),
            step(
                "upper bound",
                _UPPER,
                say("The root of {} is {}.", exp(p * _V), exp(_V)),
                given=bounded,
                uses=(_FACTORED, _A_UPPER, _EXPONENTIAL),
            ),
            step(
                "the exponent vanishes",
                _VANISHES,
                say("A sum of {} continuous terms, and at 0 the sum of the logarithms.", n),
                given=centred,
                uses=(_CENTRED,),
            ),
            step("squeeze", _LIMIT, say("Both bounds tend to {}.", G), uses=(_LOWER, _UPPER, _VANISHES)),
        ),
        counterexamples=(_sum_instead_of_mean(),),
        samples=_samples(),
        instantiate=_instance,
        limit=TO_ZERO,
    )


def _samples() -> tuple[dict[Any, Any], ...]:
    powers = (Fraction(1, 2), 2, Fraction(1, 7))
    return tuple(_values(w, q) for w, q in zip(random_windows(seed=8, count=3), powers, strict=True))


def _values(window: tuple[Any, ...], power: object) -> dict[Any, Any]:
    numbers = [number(a).expr for a in window]
    geometric = prod(numbers) ** sp.Rational(1, len(window))
    # left as they are: SymPy would look for simpler forms, in 2 ms each, and the values are what is needed
    logarithms = tuple(sp.log(a / geometric, evaluate=False) for a in numbers)
    return {
        n.expr: len(window),
        p.expr: power,
        G.expr: geometric,
        x.expr.base: window,
        z.expr.base: logarithms,
    }


def _sum_instead_of_mean() -> Counterexample:
    """Two entries 1 without the factor 1/n: 2 to the power 1/p, beyond every bound."""
    one = number(1)
    tenth = number(Fraction(1, 10))
    return Counterexample(
        "The factor 1/n is needed",
        say(
            "For two entries 1 the geometric mean is 1. The norm without the factor is 1024 at the exponent "
            "1/10."
        ),
        (claim((one**tenth + one**tenth) ** 10, "=", 1024),),
    )


def _instance(window: tuple[Any, ...]) -> Instance:
    require(window, positive, "a positive number")
    values = _values(window, p.expr)
    rows = tuple(
        (number(power).tree, rounded(MEAN, at, G * _A ** (1 / p)), rounded(ln(MEAN / G), at), rounded(_V, at))
        for power in _SHOWN
        for at in (Point({**values, p.expr: power}),)
    )
    return Instance(
        "power-mean-geometric",
        window,
        (claim(_CENTRED.left, "=", 0), claim(n, "=", len(window))),
        values,
        header=((p.tree,), (MEAN.tree,), (ln(MEAN / G).tree,), (_V.tree,)),
        rows=(*rows, (number(0).tree, rounded(G, values), number(0).tree, number(0).tree)),
        caption="The logarithm of the ratio of the means is at most the bound beside it; the last row is the limit.",
    )
