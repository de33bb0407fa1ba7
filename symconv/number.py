"""One exact number: an int, a ``Fraction`` or a SymPy expression, and never a float."""

from __future__ import annotations

from fractions import Fraction
from numbers import Integral
from typing import Any

import sympy as sp

from symconv.errors import ArgumentError

EXACT = "exact numbers (int, Fraction, SymPy) or symbols"
"""What an entry must be, as errors say it."""


def exact(value: object, name: str = "entry") -> Any:
    """One exact entry: an ``int`` where it is one, else a ``Fraction``, else a SymPy expression.

    Raises:
        ArgumentError: a float (also SymPy's), a bool, text or anything else that is not exact.
    """
    match value:
        case bool():
            raise ArgumentError(name, EXACT, value)
        case int():
            return value
        case Fraction():
            return value.numerator if value.denominator == 1 else value
        case Integral():  # NumPy's and SymPy's
            return int(value)
        case sp.Rational():
            return Fraction(int(value.p), int(value.q))
        case sp.Expr() if not value.has(sp.Float, sp.nan):
            return value
        case _:
            raise ArgumentError(name, EXACT, value)


def symbolic(value: Any) -> Any:
    """An exact entry as a SymPy expression."""
    if isinstance(value, int):
        return sp.Integer(value)
    if isinstance(value, Fraction):
        return sp.Rational(value.numerator, value.denominator)
    return value
