"""Irrational numbers as they are shown: exactly where that is short, and to six decimals."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from itertools import islice
from typing import Any

import sympy as sp

from symconv.checks.interval import decimal
from symconv.display import Node, Num, row
from symconv.document import Formula, Says
from symconv.errors import UnsupportedError
from symconv.exact import Array, is_closed, is_numeric
from symconv.narrate.formulas import matrix
from symconv.show import show

PLACES = 6
"""Decimal places of an irrational number."""
SHORT = 16
"""Of how many parts an irrational number is shown exactly at most; beyond it its decimals are."""


def matrix_formula(
    left: Node, values: Array, says: Says = (), rounds: Callable[[Sequence[str]], Says] = lambda shown: ()
) -> Formula:
    """An array as a matrix, behind its name; irrational entries as decimals, and exactly where that is short.

    ``says`` is what the equality says, ``rounds`` what the decimals say, given row by row.
    """
    if is_numeric(values) or not is_closed(values):
        return Formula(row(left, "=", matrix(values)), says)
    try:
        decimals = {value: shown_decimal(value) for value in values.flat}
    except UnsupportedError:  # a number of thousands of digits
        return Formula(row(left, "=", matrix(values)), says)
    near = row("≈", matrix(values, lambda value: _as_node(value, decimals[value])))
    rounded = rounds([decimals[value] for value in values.flat])
    if values.ndim < 3 and all(map(is_short, values.flat)):
        return Formula(row(left, "=", matrix(values), near), says + rounded)
    return Formula(row(left, near), rounded)


def shown_decimal(value: Any) -> str:
    """A number to six places, rounded by intervals; a rational one as it is."""
    return str(value) if isinstance(value, int | Fraction) else decimal(value, {}, PLACES)


def _as_node(value: Any, decimal: str) -> Node:
    return show(value) if isinstance(value, int | Fraction) else Num(decimal)


def near(value: Any) -> str | None:
    """The decimal of an irrational number; None for what is none."""
    if not isinstance(value, sp.Expr) or value.is_Rational or value.free_symbols or value.is_infinite:
        return None
    try:
        return shown_decimal(value)
    except UnsupportedError:
        return None


def is_short(value: Any) -> bool:
    """Whether a value is written in a line: of few parts, where it is an expression of numbers."""
    if not isinstance(value, sp.Expr) or value.free_symbols:
        return True
    return next(islice(sp.preorder_traversal(value), SHORT, None), None) is None
