"""The LP norm of signed entries tends to the largest absolute value; with plain powers it does not settle.

.. math:: \\Bigl(\\sum_i |x_i|^p\\Bigr)^{1/p} \\to \\max_i |x_i|

Source: :mod:`symconv.theorems.lp_limit`, for the absolute values.
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import sympy as sp

from symconv.display import Func, parens, row
from symconv.theorems.scaled import (
    SCALED,
    TO_INFINITY,
    M,
    S,
    by_power,
    enclosed_norm,
    n,
    norm,
    p,
    r,
    random_windows,
    require,
    scaled_values,
    spelled_norm,
)
from symconv.theorems.theorem import Counterexample, Hypothesis, Instance, Theorem, rounded, step
from symconv.theorems.verify import Case
from symconv.theorems.written import absolute, claim, entry, letter, number, say

x = entry("x", "real")
k = letter("k", sp.Symbol("k", integer=True, positive=True))
N = norm(absolute(x))
_LIMIT = claim(N, "→", M)
_EVEN = claim(x ** (2 * k), "=", absolute(x) ** (2 * k))
_ODD = claim(x ** (2 * k + 1), "=", -(absolute(x) ** (2 * k + 1)), claim(x, "<", 0))
_SCALED = Case(((absolute(x).expr, (M * r).expr),), SCALED.sums)


def lp_pool_signed() -> Theorem:
    """The theorem on LP pooling of entries of any sign.

    Example:
        >>> lp_pool_signed().instance([-3, 2]).check().passed
        True
    """
    negative = Case(entries=((x.expr, -sp.Symbol("a", positive=True)),))
    largest = row(Func("max"), parens(absolute(x).tree))
    return Theorem(
        name="lp-signed",
        title="LP pooling of signed entries",
        hypotheses=(
            Hypothesis(say("The window has {} real entries {} of any sign.", n, x)),
            Hypothesis(say("The norm takes absolute values: {} = {}.", N, spelled_norm(absolute(x)))),
            Hypothesis(say("The largest absolute value is {} = {}.", M, largest)),
        ),
        statement=(_LIMIT, _EVEN, _ODD),
        steps=(
            *enclosed_norm(N, _SCALED),
            step("even powers", _EVEN, "An even power does not see the sign, so it gives the same norm."),
            step("odd powers", _ODD, "An odd power of a negative entry is subtracted.", given=negative),
        ),
        counterexamples=(_plain_powers(),),
        samples=_samples(),
        instantiate=_instance,
        limit=TO_INFINITY,
    )


def _samples() -> tuple[dict[Any, Any], ...]:
    mixed = tuple(
        tuple(a * (-1) ** j for j, a in enumerate(window)) for window in random_windows(seed=2, count=3)
    )
    below_zero = tuple(-a for a in random_windows(seed=3, count=1)[0])
    powers = (Fraction(1, 2), 3, 8, 5)
    return tuple(
        {**_values(window, power), k.expr: 2}
        for window, power in zip((*mixed, below_zero), powers, strict=True)
    )


def _values(window: tuple[Any, ...], power: object) -> dict[Any, Any]:
    return {**scaled_values(tuple(abs(a) for a in window), power), x.expr.base: window}


def _plain_powers() -> Counterexample:
    """The entries −3 and 2 without absolute values: neither their maximum nor any limit."""
    low, high = number(-3), number(2)

    def root(power: int) -> Any:
        return (low**power + high**power) ** number(Fraction(1, power))

    return Counterexample(
        "Powers without absolute values",
        say(
            "For the entries −3 and 2, whose maximum is 2, the root is above 3 at the exponents 2 and 16, "
            "and the sum under it is negative at 3 and 15. At the exponent 1 the sum is −1, while the norm "
            "is 5."
        ),
        (
            claim(3, "<", root(2)),
            claim(3, "<", root(16)),
            claim(low**3 + high**3, "=", -19),
            claim(low**15 + high**15, "<", 0),
            claim(low + high, "=", -1),
            claim(absolute(low) + absolute(high), "=", 5),
        ),
    )


def _instance(window: tuple[Any, ...]) -> Instance:
    require(window, lambda _: True, "a real number")
    values = _values(window, p.expr)
    rows = by_power(window, _values, lambda at: (rounded(M * S ** (1 / p), at, N),))
    lines = (claim(M, "=", number(values[M.expr])), claim(absolute(x), "≤", M))
    return Instance(
        "lp-signed",
        window,
        lines,
        values,
        header=((p.tree,), (N.tree,)),
        rows=rows,
        caption="The norm decreases to the largest absolute value.",
    )
