"""Comparing both sides: exactly, entry by entry, and in symbols."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import sympy as sp

from symconv.checks.result import Check, Method, Verdict
from symconv.derivation.derivation import Worked
from symconv.exact import Array, indices
from symconv.number import symbolic


def zero_differences(subject: str, pairs: Iterable[tuple[Any, Any]], count: int, total: int) -> Check:
    """Whether both sides of every pair are identically equal, as a check."""
    for left, right in pairs:
        if left != right and sp.expand(left - right) != 0:
            detail = f"{left} is not identically {right}."
            return Check(subject, Method.SYMBOLIC, Verdict.FAILED, str(left), str(right), "", detail)
    return Check(
        subject, Method.SYMBOLIC, Verdict.PASSED, "taps", "SymPy on the reference", covered(count, total)
    )


def equal(subject: str, method: Method, got: Array, expected: Array) -> Check:
    """Whether two arrays agree, entry by entry, as a check."""
    for index in indices(got.shape):
        if not same(got[index], expected[index]):
            at = ", ".join(str(i + 1) for i in index)
            detail = f"Entry [{at}] is {got[index]}, expected {expected[index]}."
            return Check(subject, method, Verdict.FAILED, str(got[index]), str(expected[index]), "", detail)
    scope = covered(got.size, got.size)
    return Check(subject, method, Verdict.PASSED, "taps", "sliding windows", scope)


def same(left: Any, right: Any) -> bool:
    """Equality of exact values; SymPy numbers also where their difference vanishes."""
    if left == right:
        return True
    if isinstance(left, sp.Basic) or isinstance(right, sp.Basic):
        difference = sp.powsimp(sp.expand(symbolic(left) - symbolic(right)))
        return bool(difference == 0) or bool(difference.equals(0))
    return False


def covered(count: int, total: int) -> str:
    """How much was covered, in words."""
    return f"all {total:,} entries" if count == total else f"{count} of {total} entries, sampled"


def shown_index(derivation: Worked, index: tuple[int, ...]) -> tuple[int, ...]:
    """An index as written."""
    return tuple(i + derivation.names.base for i in index)
