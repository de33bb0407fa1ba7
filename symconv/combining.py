"""Sums, quotients, maxima and shares of exact values: numbers where they are numbers, else SymPy expressions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

import sympy as sp

from symconv.arithmetic import divided
from symconv.number import symbolic


def total(terms: Iterator[Any]) -> Any:
    """The sum of exact terms; SymPy's are collected in one go."""
    items = list(terms)
    if any(isinstance(item, sp.Basic) for item in items):
        return sp.Add(*items)
    return sum(items)


def divide(numerator: Any, denominator: Any) -> Any:
    """An exact quotient: ints and Fractions stay what they are, a whole Fraction becomes an int."""
    if isinstance(numerator, sp.Basic) or isinstance(denominator, sp.Basic):
        return symbolic(numerator) / symbolic(denominator)
    return divided(numerator, denominator)


def largest(values: list[Any]) -> Any:
    """The maximum of exact values: a number where they are numbers, else SymPy's ``Max``."""
    values = [value for value in values if value is not sp.S.NegativeInfinity]
    if not values:
        return sp.S.NegativeInfinity
    if not any(isinstance(value, sp.Basic) for value in values):
        return max(values)
    # of plain symbols SymPy can order none; telling it so saves milliseconds and gives the same expression
    plain = all(type(value) is sp.Symbol and value.is_real is None for value in values)
    return sp.Max(*dict.fromkeys(values), evaluate=not plain or len(set(values)) == 1)


def share(position: int, window: list[Any], ties: Literal["first", "split"]) -> Any:
    """The derivative of the window's maximum by the entry at ``position`` under a tie convention."""
    if any(isinstance(value, sp.Basic) for value in window):
        return _symbolic_share(position, [symbolic(value) for value in window], ties)
    top = max(window)
    if window[position] != top:
        return 0
    if ties == "split":
        return divide(1, window.count(top))
    return int(window.index(top) == position)


def _symbolic_share(position: int, window: list[Any], ties: Literal["first", "split"]) -> Any:
    value = window[position]
    if ties == "first":
        earlier = (sp.Gt(value, other) for other in window[:position])
        later = (sp.Ge(value, other) for other in window[position + 1 :])
        return sp.Piecewise((1, sp.And(*earlier, *later)), (0, True))
    no_larger = sp.And(*(sp.Ge(value, other) for other in window if other is not value))
    tied = sp.Add(*(sp.Piecewise((1, sp.Eq(other, value)), (0, True)) for other in window))
    return sp.Piecewise((1 / tied, no_larger), (0, True))
