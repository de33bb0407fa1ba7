"""A general formula with symbols for stride, padding and dilation, at many concrete geometries."""

from __future__ import annotations

from collections.abc import Callable

import sympy as sp

from symconv.checks.general import at_sizes, evaluators, in_symbols
from symconv.checks.result import Check, Method, Verdict
from symconv.derivation.derivation import Worked
from symconv.derivation.general import General

GEOMETRIES = ((4, 2, 1, 0, 1), (5, 3, 2, 1, 1), (6, 2, 1, 2, 3), (6, 2, 3, 1, 2), (5, 2, 2, 3, 3))
"""Input size, kernel size, stride, padding and dilation: none, some and all of them unusual."""
STRIDE, PADDING, DILATION = (
    sp.Symbol("S", integer=True, positive=True),
    sp.Symbol("P", integer=True, nonnegative=True),
    sp.Symbol("D", integer=True, positive=True),
)


def at_geometries(
    general: General, build: Callable[[int, int, int, int, int], Worked], subject: str
) -> tuple[Check, ...]:
    """The formula against the entrywise result at every one of :data:`GEOMETRIES`, and once in symbols.

    Args:
        general: a formula in S, P and D.
        build: the derivation at an input size, kernel size, stride, padding and dilation.
    """
    stages = evaluators(general)
    for geometry in GEOMETRIES:
        given = dict(zip((STRIDE, PADDING, DILATION), geometry[2:], strict=True))
        check = at_sizes(general, build(*geometry), subject, given, stages)
        if not check.passed:
            return (check,)
    *_, last = GEOMETRIES
    given = dict(zip((STRIDE, PADDING, DILATION), last[2:], strict=True))
    scope = f"{len(GEOMETRIES)} geometries, every entry"
    exact = Check(
        subject, Method.EXACT, Verdict.PASSED, "index formula at seeded integers", "entry by entry", scope
    )
    return (exact, in_symbols(general, build(*last), subject, given))
