"""What it means that a decimal is rounded right, as formulas of a statement."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from symconv.formula import Absolute, Sum


def error_of(formula: Any, shown: str) -> tuple[Absolute, Fraction]:
    """By how much a decimal misses a formula, and by how much it may: half a unit of its last place."""
    decimal = shown.replace("−", "-")
    half_unit = Fraction(1, 2 * 10 ** len(decimal.partition(".")[2]))
    return Absolute(Sum((formula, -Fraction(decimal)))), half_unit
