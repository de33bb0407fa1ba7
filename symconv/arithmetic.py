"""Index expressions at integers: ``+ · / ⌊⌋ ⌈⌉ min max mod abs``, computed without SymPy.

An expression is worked out once into a function of the assignment (:func:`whole`, :func:`condition_at`,
:func:`runs`), which is then called at every entry. To add an operation, add a row to ``_COMBINED``.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction
from functools import reduce
from operator import itemgetter
from types import MappingProxyType
from typing import Any

import sympy as sp
from sympy.core.function import AppliedUndef

from symconv.errors import UnsupportedError
from symconv.value import Value

Assignment = Mapping[Any, Any]
"""Integers for index symbols and sizes; for the name of a sequence, the function that gives its members."""
Index = Callable[[Assignment], Any]
"""An index expression as a function of the assignment."""


class Range(Value):
    """An index that runs from ``lower`` to ``upper``, both included."""

    var: sp.Symbol
    lower: sp.Expr
    upper: sp.Expr


def assignments(ranges: tuple[Range, ...], at: Assignment) -> Iterator[Assignment]:
    """Every assignment of the ranges' indices; a range may use the indices before it."""
    return runs(ranges)(at)


def holds(condition: sp.Basic, at: Assignment) -> bool:
    """Whether an index condition holds at an assignment of integers."""
    return bool(condition_at(condition)(at))


def integer(expr: Any, at: Assignment) -> int:
    """The value of an index expression at an assignment of integers; it must be an integer."""
    value: int = whole(expr)(at)
    return value


def rational(expr: Any, at: Assignment) -> int | Fraction:
    """The exact value of an expression of ``+ · / ⌊⌋ ⌈⌉ min max mod abs`` at an assignment of integers."""
    value: int | Fraction = _number(expr)(at)
    return value


def runs(
    ranges: tuple[Range, ...], where: Sequence[sp.Basic] = ()
) -> Callable[[Assignment], Iterator[Assignment]]:
    """:func:`assignments` for ranges that run at many places, where all conditions hold.

    A condition is put to the test as soon as the indices in it are known.
    """
    unknown = {limit.var for limit in ranges}
    due = [condition_at(condition) for condition in where if not condition.free_symbols & unknown]
    if not ranges:
        return lambda at: iter((at,)) if all(holds(at) for holds in due) else iter(())
    first = ranges[0]
    inner = runs(ranges[1:], [condition for condition in where if condition.free_symbols & unknown])
    lower, upper = whole(first.lower), whole(first.upper)

    def run(at: Assignment) -> Iterator[Assignment]:
        if all(holds(at) for holds in due):
            for value in range(lower(at), upper(at) + 1):
                yield from inner({**at, first.var: value})

    return run


def condition_at(condition: sp.Basic) -> Index:
    """:func:`holds` for a condition at many places."""
    if isinstance(condition, sp.logic.boolalg.BooleanAtom):
        return lambda at: bool(condition)
    compare = _COMPARED[type(condition)]
    left, right = (_number(arg) for arg in condition.args)
    return lambda at: compare(left(at), right(at))


def whole(expr: Any) -> Index:
    """:func:`integer` for an expression at many places."""
    number = _number(expr)

    def whole(at: Assignment) -> int:
        value = number(at)
        if type(value) is Fraction:
            if value.denominator != 1:
                raise ArithmeticError(f"{expr} is not an integer at {dict(at)}")
            return value.numerator
        return value  # type: ignore[no-any-return]

    return number if isinstance(expr, int | sp.Symbol) else whole


def _number(expr: Any) -> Index:
    match expr:
        case int():
            return lambda at: expr
        case sp.Symbol():
            return itemgetter(expr)
        case sp.Rational():
            constant = int(expr) if expr.is_Integer else Fraction(int(expr.p), int(expr.q))
            return lambda at: constant
        case sp.Piecewise():
            pieces = [(_number(value), condition_at(condition)) for value, condition in expr.args]
            return lambda at: next(value(at) for value, holds in pieces if holds(at))
        case sp.floor() | sp.ceiling():
            # one integer division instead of a Fraction
            above, below = (_number(part) for part in expr.args[0].as_numer_denom())
            if isinstance(expr, sp.floor):
                return lambda at: above(at) // below(at)
            return lambda at: -(-above(at) // below(at))
        case sp.Abs():
            inside = _number(expr.args[0])
            return lambda at: abs(inside(at))
        case sp.Mul() | sp.Pow() if (parts := sp.fraction(expr))[1] != 1:
            above, below = map(_number, parts)
            return lambda at: divided(above(at), below(at))
    args = [_number(arg) for arg in expr.args]
    if isinstance(expr, AppliedUndef):
        return lambda at: at[expr.func](*(arg(at) for arg in args))
    if expr.func not in _COMBINED:
        raise UnsupportedError(f"no rule evaluates the index expression {type(expr).__name__}")
    return reduce(_COMBINED[expr.func], args)


def divided(above: int | Fraction, below: int | Fraction) -> int | Fraction:
    """``above / below``, exactly; an int where it is whole, for which no ``Fraction`` is made."""
    quotient, rest = divmod(above, below)
    return Fraction(above, below) if rest else quotient


_COMPARED: Mapping[type, Callable[[Any, Any], bool]] = MappingProxyType(
    {sp.Eq: operator.eq, sp.Ne: operator.ne, sp.Le: operator.le, sp.Ge: operator.ge}
)
_COMBINED: Mapping[type, Callable[[Index, Index], Index]] = MappingProxyType(
    {
        sp.Add: lambda one, other: lambda at: one(at) + other(at),
        sp.Mul: lambda one, other: lambda at: one(at) * other(at),
        sp.Pow: lambda one, other: lambda at: Fraction(one(at)) ** int(other(at)),
        sp.Max: lambda one, other: lambda at: max(one(at), other(at)),
        sp.Min: lambda one, other: lambda at: min(one(at), other(at)),
        sp.Mod: lambda one, other: lambda at: one(at) % other(at),
    }
)
"""Two parts of an expression as one; of more than two the first two, then that and the next."""
