"""At p = 1 the LP norm is the sum of the entries exactly when none is negative, and n times the average.

.. math:: \\|x\\|_1 = \\sum_i x_i \\iff x_i \\ge 0 \\text{ for all } i

Source: the triangle inequality's case of equality; Hardy, Littlewood, Pólya, Inequalities, section 2.10.
"""

from __future__ import annotations

from typing import Any

import sympy as sp

from symconv.display import Ident, Script
from symconv.theorems.scaled import largest, n, nonnegative, norm, random_windows, ratio, require
from symconv.theorems.theorem import Counterexample, Hypothesis, Instance, Theorem, step
from symconv.theorems.verify import Case
from symconv.theorems.written import Written, absolute, claim, entry, number, say, total

x = entry("x", "real")
N = norm(absolute(x), 1)
SUM = total(n, x)
NEGATIVE = Written(sp.Symbol("x_k", real=True), Script(Ident("x"), sub=Ident("k")))

_a, _alpha = sp.symbols("a alpha", nonnegative=True)
_SIGNS = (Case(terms=((x.expr, _a),)), Case(terms=((x.expr, -_a),)))
_NO_SIGN = claim(0, "≤", x)
_GAP = claim(N - SUM, "=", total(n, absolute(x) - x))
_EACH = claim(0, "≤", absolute(x) - x)
_AT_LEAST = claim(SUM, "≤", N)
_SUM = claim(N, "=", SUM, _NO_SIGN)
_MORE = claim(-2 * NEGATIVE, "≤", N - SUM, claim(NEGATIVE, "<", 0))
_STRICT = claim(SUM, "<", N, claim(NEGATIVE, "<", 0))
_AVERAGE = claim(1 / n * N, "=", 1 / n * SUM, _NO_SIGN)


def lp_pool_sum() -> Theorem:
    """The theorem on LP pooling at p = 1, with the average.

    Example:
        >>> lp_pool_sum().instance([109, 92, 108, 85]).check().passed
        True
    """
    unsigned = Case(entries=((absolute(x).expr, x.expr),))
    summed = total(n, absolute(x)).expr
    b = sp.Symbol("b", positive=True)
    more = Case(sums=((summed, SUM.expr - 2 * NEGATIVE.expr + _alpha),))
    strict = Case(sums=((summed, SUM.expr + 2 * b + _alpha),))
    return Theorem(
        name="lp-sum",
        title="LP pooling with exponent 1 is sum pooling",
        hypotheses=(
            Hypothesis(say("The window has {} real entries {}.", n, x)),
            Hypothesis(say("The norm is {} = {}.", N, total(n, absolute(x)))),
            Hypothesis(say("For the converse, {} is one of the entries.", NEGATIVE)),
        ),
        statement=(_AT_LEAST, _SUM, _STRICT, _AVERAGE),
        steps=(
            step("the gap as a sum", _GAP, "Sums are subtracted term by term."),
            step("no term is negative", _EACH, "A number is at most its absolute value.", given=_SIGNS),
            step(
                "the norm is at least the sum",
                _AT_LEAST,
                "The gap is a sum of such terms.",
                given=_SIGNS,
                uses=(_GAP, _EACH),
            ),
            step(
                "entries without a minus sign", _SUM, "Every entry is its own absolute value.", given=unsigned
            ),
            step(
                "a negative entry",
                _MORE,
                say("The gap is at least its term for {}, which is {}.", NEGATIVE, -2 * NEGATIVE),
                given=more,
                uses=(_GAP, _EACH),
            ),
            step(
                "the converse",
                _STRICT,
                ("That term is positive, so the two differ."),
                given=strict,
                uses=(_MORE,),
            ),
            step("the average", _AVERAGE, say("Divide by {}.", n), given=unsigned, uses=(_SUM,)),
        ),
        counterexamples=(_negative_entry(),),
        samples=_samples(),
        instantiate=_instance,
    )


def _samples() -> tuple[dict[Any, Any], ...]:
    plain = random_windows(seed=4, count=4)
    mixed = (tuple(a * (-1) ** j for j, a in enumerate(window)) for window in plain[2:])
    return tuple(_values(window) for window in (*plain[:2], *mixed))


def _values(window: tuple[Any, ...]) -> dict[Any, Any]:
    least = -largest(tuple(-a for a in window))
    return {n.expr: len(window), x.expr.base: window, NEGATIVE.expr: least}


def _negative_entry() -> Counterexample:
    high, low = number(3), number(-2)
    return Counterexample(
        "A negative entry",
        say("For the entries 3 and −2 the norm with exponent 1 is 5, and the sum is 1."),
        (claim(absolute(high) + absolute(low), "=", 5), claim(high + low, "=", 1)),
    )


def _instance(window: tuple[Any, ...]) -> Instance:
    require(window, lambda _: True, "a real number")
    values = _values(window)
    added = sum(window)
    absolutes = sum(abs(a) for a in window)
    lines = (claim(SUM, "=", number(added)), claim(N, "=", number(absolutes)))
    if all(nonnegative(a) for a in window):
        relation = claim(1 / n * N, "=", number(ratio(added, len(window))))
    else:
        relation = claim(SUM, "<", N)
    return Instance("lp-sum", window, (*lines, relation), values)
