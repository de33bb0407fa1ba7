"""Letters of the theorems on LP norms, and the three steps that all of them share.

The entries of a window are divided by the largest: ``r_i = x_i / M`` lies between 0 and 1, and one of the r_i
is 1. The sum of their p-th powers then lies between 1 and n, whatever p is, and every limit of the library
follows from this. Nothing overflows, since no number exceeds n.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from functools import reduce
from random import Random
from typing import Any

import sympy as sp

from symconv.checks.interval import Point, decide
from symconv.checks.result import Verdict
from symconv.display import Fence, Ident, Script
from symconv.errors import ArgumentError, UnsupportedError
from symconv.number import exact
from symconv.theorems.theorem import Cell, ProofStep, step
from symconv.theorems.verify import Case, Limit
from symconv.theorems.written import INDEX, Claim, Written, claim, entry, letter, number, say, total, written

n = letter("n", sp.Symbol("n", integer=True, positive=True))
p = letter("p")
M = letter("M")
i = letter("i", INDEX)
x = entry("x", "nonnegative")
r = entry("r", "nonnegative")
S = total(n, r**p)
ROOT = n ** (1 / p)
TO_INFINITY = Limit(p, "∞")

alpha, beta, s = sp.symbols("alpha beta s", nonnegative=True)
RATIO = (Case(terms=((r.expr, sp.exp(-s)),)), Case(terms=((r.expr, sp.S.Zero),)))
"""``0 ≤ r_i ≤ 1``: either ``r_i = exp(−s)`` with ``s ≥ 0``, or ``r_i = 0``. Nothing about sums."""
SCALED = Case(
    entries=((x.expr, M.expr * r.expr),),
    sums=((S.expr, 1 + alpha), (n.expr, 1 + alpha + beta)),
)
"""``x_i = M r_i`` and ``1 ≤ S ≤ n``."""

EACH_POWER = claim(r**p, "≤", 1)
AT_LEAST_ONE = claim(1, "≤", S)
AT_MOST_N = claim(S, "≤", n)
SCALED_SUM = (
    step(
        "each scaled power",
        EACH_POWER,
        "The base lies between 0 and 1 and the exponent is positive.",
        given=RATIO,
    ),
    step(
        "one of them is 1",
        AT_LEAST_ONE,
        "The sum contains the term 1, that of a largest entry, and no term is negative.",
        given=SCALED,
    ),
    step(
        "there are n of them", AT_MOST_N, "Each of the n terms is at most 1.", given=RATIO, uses=(EACH_POWER,)
    ),
)
"""The proof of ``1 ≤ S ≤ n``."""

ROOT_TO_ONE = claim(ROOT, "→", 1)
ROOT_STEP = step(
    "the root of a constant",
    ROOT_TO_ONE,
    say("A power of {} is continuous in its exponent; {} tends to 0, and {} is 1.", n, 1 / p, n**0),
)

SHOWN_POWERS = (1, 2, 4, 8, 16, 64, 256, 1024)
"""The p of the tables: small enough to follow, large enough to see the limit."""

SAMPLE_POWERS = (Fraction(1, 2), 2, 7)

ACCURACIES = (Fraction(1, 100), Fraction(1, 1000))


def norm(of: Written = x, power: Written | int = p) -> Written:
    """The LP norm of the entries ``of``, under its usual name."""
    exponent = written(power)
    return Written(spelled_norm(of, exponent).expr, Script(Fence("‖", Ident("x"), "‖"), sub=exponent.tree))


def spelled_norm(of: Written = x, power: Written = p) -> Written:
    """The LP norm of the entries ``of``, as it is defined."""
    return total(n, of**power) ** (1 / power)


def enclosed_norm(N: Written, case: Case) -> tuple[ProofStep, ...]:
    """The proof that a norm lies between M and ``n^{1/p} M`` and tends to M.

    Args:
        N: the norm.
        case: as :data:`SCALED`, how N's entries are M times the ``r_i``.
    """
    factored, lower, upper = claim(N, "=", M * S ** (1 / p)), claim(M, "≤", N), claim(N, "≤", ROOT * M)
    return (
        step(
            "factor out the maximum",
            factored,
            say("Every term is the power of {}; the common factor {} leaves the root as {}.", M * r, M**p, M),
            given=case,
        ),
        *SCALED_SUM,
        step(
            "lower bound",
            lower,
            "The sum of the scaled powers contains the term 1, so its root is at least 1.",
            given=case,
            uses=(factored, AT_LEAST_ONE),
        ),
        step(
            "upper bound",
            upper,
            say("Each of the {} scaled powers is at most 1, and the root is an increasing function.", n),
            given=case,
            uses=(factored, AT_MOST_N),
        ),
        ROOT_STEP,
        squeezed("squeeze", claim(N, "→", M), lower, upper, given=case),
    )


def squeezed(rule: str, limit: Claim, lower: Claim, upper: Claim, *, given: Case = Case()) -> ProofStep:  # noqa: B008 (a frozen value)
    """The last step of every limit: two bounds that were proved before, one of them with the root of n."""
    because = say("Both bounds tend to {}.", limit.right)
    return step(rule, limit, because, given=given, uses=(lower, upper, ROOT_TO_ONE))


def sampled(
    seed: int, values: Callable[[tuple[Any, ...], object], dict[Any, Any]]
) -> tuple[dict[Any, Any], ...]:
    """The letters at three seeded windows of positive entries, each with an exponent of its own."""
    windows = random_windows(seed=seed, count=len(SAMPLE_POWERS))
    return tuple(values(window, power) for window, power in zip(windows, SAMPLE_POWERS, strict=True))


def by_power(
    window: tuple[Any, ...],
    values: Callable[[tuple[Any, ...], object], dict[Any, Any]],
    cells: Callable[[Point], tuple[Cell, ...]],
    sign: int = 1,
) -> tuple[tuple[Cell, ...], ...]:
    """The rows of a table: an exponent and what the cells are worth at it."""
    points = ((power, Point(values(window, power))) for power in SHOWN_POWERS)
    return tuple((number(sign * power).tree, *cells(at)) for power, at in points)


def scaled_values(window: Sequence[Any], power: object) -> dict[Any, Any]:
    """The letters at a window of non-negative entries; the ratios of an all-zero window count as 1."""
    top = largest(window)
    scaled = tuple(ratio(number, top) if top != 0 else 1 for number in window)
    return {n.expr: len(window), p.expr: power, M.expr: top, x.expr.base: tuple(window), r.expr.base: scaled}


def random_windows(seed: int, count: int, low: int = 1, high: int = 99) -> tuple[tuple[Fraction, ...], ...]:
    """Seeded windows of 3 to 5 distinct fractions between ``low`` and ``high``."""
    draw = Random(seed)
    sizes = (3 + k % 3 for k in range(count))
    return tuple(
        tuple(Fraction(a, draw.choice((1, 2, 3))) for a in draw.sample(range(3 * low, high), size))
        for size in sizes
    )


def largest(numbers: Sequence[Any]) -> Any:
    """The largest of exact numbers, the first of several equal ones."""
    return reduce(lambda best, number: number if below(best, number) else best, numbers)


def below(one: Any, other: Any) -> bool:
    """Whether ``one < other``, decided exactly or by intervals.

    Raises:
        UnsupportedError: no precision tells the numbers apart, and SymPy does not see that they are equal.
    """
    if isinstance(one, int | Fraction) and isinstance(other, int | Fraction):
        return one < other
    if sp.radsimp(one - other) == 0:
        return False
    verdict = decide(one, "<", other, {})
    if verdict is Verdict.UNDECIDED:
        raise UnsupportedError(f"{one} and {other} are too close to be told apart")
    return verdict is Verdict.PASSED


def ratio(one: Any, other: Any) -> Any:
    """``one / other``, exactly; 1 for equal numbers however they are written."""
    if isinstance(one, int | Fraction) and isinstance(other, int | Fraction):
        return Fraction(one) / other
    return exact(sp.radsimp(one / other))


def require(window: Sequence[Any], holds: Callable[[Any], bool], requirement: str) -> None:
    """That a window has entries, each of which meets a hypothesis."""
    if not window:
        raise ArgumentError("window", "one entry or more")
    for k, value in enumerate(window, 1):
        if not holds(value):
            raise ArgumentError(f"entry {k}", requirement, value)


def nonnegative(number: Any) -> bool:
    """Whether an exact number is not negative."""
    return not below(number, 0)


def positive(number: Any) -> bool:
    """Whether an exact number is above 0."""
    return below(0, number)
