"""Formulas as values: what derivations are made of.

The three views of a derivation use the same few nodes. In the general view the index of an :class:`Entry` is
a SymPy expression and sums run over ranges (:class:`Over`); in the entrywise view indices are numbers and sums
list their terms (:class:`Sum`); in the numeric view entries have become numbers. Nothing here is evaluated or
reordered: :func:`evaluate` computes a value, :mod:`symconv.show` makes a display tree.

Indices are written as shown, counted from the notation's base.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import singledispatch
from typing import Any, Literal, Protocol

import sympy as sp

from symconv.axes import Range
from symconv.errors import UnsupportedError


class Formula:
    """Base of formula nodes."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Entry(Formula):
    """An entry of an array: ``A[k, l]``; an array without indices is the array itself."""

    array: str
    index: tuple[int | sp.Expr, ...] = ()


@dataclass(frozen=True, slots=True)
class Partial(Formula):
    """A partial derivative ``∂of/∂by``; ``of`` is an entry or the error, an array without indices."""

    of: Entry
    by: Entry


@dataclass(frozen=True, slots=True)
class Product(Formula):
    """Factors, in order."""

    factors: tuple[Formula | Any, ...]


@dataclass(frozen=True, slots=True)
class Sum(Formula):
    """Terms, in order; the empty sum is 0."""

    terms: tuple[Formula | Any, ...]


@dataclass(frozen=True, slots=True)
class Quotient(Formula):
    """``numerator / denominator``."""

    numerator: Formula | Any
    denominator: Formula | Any


@dataclass(frozen=True, slots=True)
class Power(Formula):
    """``base ** exponent``."""

    base: Formula | Any
    exponent: Any


@dataclass(frozen=True, slots=True)
class Absolute(Formula):
    """``|body|``."""

    body: Formula | Any


@dataclass(frozen=True, slots=True)
class Sign(Formula):
    """``sign(body)``, 0 at 0."""

    body: Formula | Any


@dataclass(frozen=True, slots=True)
class Largest(Formula):
    """The maximum of the arguments; −∞ of none."""

    args: tuple[Formula | Any, ...]


@dataclass(frozen=True, slots=True)
class Chosen(Formula):
    """The share that an entry has in the maximum of a window: ``[entry = maximum]``.

    ``ties="first"`` gives 1 to the first of several equal maxima in row-major order; ``"split"`` gives each of
    m maxima 1/m. ``maximum`` is the output entry, which stands for its window;
    with ``absolute`` it is the maximum of the absolute values.
    """

    entry: Entry
    maximum: Entry
    ties: Literal["first", "split"]
    absolute: bool = False


@dataclass(frozen=True, slots=True)
class Delta(Formula):
    """Kronecker's delta of two index expressions."""

    left: sp.Expr
    right: sp.Expr


@dataclass(frozen=True, slots=True)
class Over(Formula):
    """A sum (or maximum) of ``body`` over index ranges, where conditions hold."""

    operator: Literal["∑", "max"]
    body: Formula
    ranges: tuple[Range, ...]
    where: tuple[sp.Basic, ...] = ()


class Values(Protocol):
    """Where :func:`evaluate` finds the values of entries and derivatives, and of index symbols."""

    def entry(self, entry: Entry, index: tuple[int, ...]) -> Any:
        """The value of an entry; outside of the array, the value of the padding."""

    def partial(self, partial: Partial, of: tuple[int, ...], by: tuple[int, ...]) -> Any:
        """The value of a partial derivative."""

    def share(self, chosen: Chosen, entry: tuple[int, ...], maximum: tuple[int, ...]) -> Any:
        """The share that an entry has in the maximum of an output's window."""


Assignment = Mapping[Any, Any]
"""Integers for index symbols and sizes; for the name of a sequence, the function that gives its members."""


@singledispatch
def evaluate(formula: Any, values: Values, at: Assignment) -> Any:
    """The value of a formula, exactly; ``at`` assigns the index symbols and sizes."""
    if isinstance(formula, int | Fraction):
        return formula
    if isinstance(formula, sp.Basic):
        known = formula.free_symbols and formula.free_symbols <= at.keys()
        return rational(formula, at) if known else formula
    raise UnsupportedError(f"no rule evaluates a {type(formula).__name__}")


@evaluate.register
def _(formula: Entry, values: Values, at: Assignment) -> Any:
    return values.entry(formula, _index(formula, at))


@evaluate.register
def _(formula: Partial, values: Values, at: Assignment) -> Any:
    return values.partial(formula, _index(formula.of, at), _index(formula.by, at))


@evaluate.register
def _(formula: Product, values: Values, at: Assignment) -> Any:
    value: Any = 1
    for factor in formula.factors:
        value = value * evaluate(factor, values, at)
        if value == 0:
            return 0
    return value


@evaluate.register
def _(formula: Sum, values: Values, at: Assignment) -> Any:
    return total(evaluate(term, values, at) for term in formula.terms)


@evaluate.register
def _(formula: Quotient, values: Values, at: Assignment) -> Any:
    return divide(evaluate(formula.numerator, values, at), evaluate(formula.denominator, values, at))


@evaluate.register
def _(formula: Power, values: Values, at: Assignment) -> Any:
    base, exponent = (evaluate(part, values, at) for part in (formula.base, formula.exponent))
    return sp.sympify(base) ** sp.sympify(exponent)


@evaluate.register
def _(formula: Absolute, values: Values, at: Assignment) -> Any:
    return abs(evaluate(formula.body, values, at))


@evaluate.register
def _(formula: Sign, values: Values, at: Assignment) -> Any:
    return sp.sign(sp.sympify(evaluate(formula.body, values, at)))


@evaluate.register
def _(formula: Largest, values: Values, at: Assignment) -> Any:
    return largest([evaluate(arg, values, at) for arg in formula.args])


@evaluate.register
def _(formula: Chosen, values: Values, at: Assignment) -> Any:
    return values.share(formula, _index(formula.entry, at), _index(formula.maximum, at))


@evaluate.register
def _(formula: Delta, values: Values, at: Assignment) -> Any:
    return int(integer(formula.left, at) == integer(formula.right, at))


@evaluate.register
def _(formula: Over, values: Values, at: Assignment) -> Any:
    parts = (
        evaluate(formula.body, values, inner)
        for inner in assignments(formula.ranges, at)
        if all(holds(condition, inner) for condition in formula.where)
    )
    return total(parts) if formula.operator == "∑" else largest(list(parts))


def assignments(ranges: tuple[Range, ...], at: Assignment) -> Iterator[Assignment]:
    """Every assignment of the ranges' indices; a range may use the indices before it."""
    if not ranges:
        yield at
        return
    first, *rest = ranges
    for value in range(integer(first.lower, at), integer(first.upper, at) + 1):
        yield from assignments(tuple(rest), {**at, first.var: value})


def total(terms: Iterator[Any]) -> Any:
    """The sum of exact terms; SymPy's are collected in one go."""
    items = list(terms)
    if any(isinstance(item, sp.Basic) for item in items):
        return sp.Add(*items)
    return sum(items)


def divide(numerator: Any, denominator: Any) -> Any:
    """An exact quotient: ints and Fractions stay what they are, a whole Fraction becomes an int."""
    if isinstance(numerator, sp.Basic) or isinstance(denominator, sp.Basic):
        return sp.sympify(numerator) / sp.sympify(denominator)
    quotient = Fraction(numerator) / denominator
    return quotient.numerator if quotient.denominator == 1 else quotient


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
        return _symbolic_share(position, [sp.sympify(value) for value in window], ties)
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


def rewrite(formula: Any, replace: Callable[[Formula], Any]) -> Any:
    """A formula with its leaves (entries, derivatives, shares) replaced, its structure as it was."""
    match formula:
        case Entry() | Partial() | Chosen():
            return replace(formula)
        case Product(factors):
            return Product(tuple(rewrite(factor, replace) for factor in factors))
        case Sum(terms):
            return Sum(tuple(rewrite(term, replace) for term in terms))
        case Quotient(numerator, denominator):
            return Quotient(rewrite(numerator, replace), rewrite(denominator, replace))
        case Power(base, exponent):
            return Power(rewrite(base, replace), exponent)
        case Absolute(body):
            return Absolute(rewrite(body, replace))
        case Sign(body):
            return Sign(rewrite(body, replace))
        case Largest(args):
            return Largest(tuple(rewrite(arg, replace) for arg in args))
        case Formula():
            raise UnsupportedError(f"no rule rewrites a {type(formula).__name__}")
        case _:
            return formula


def _index(entry: Entry, at: Assignment) -> tuple[int, ...]:
    return tuple(i if isinstance(i, int) else integer(i, at) for i in entry.index)


def holds(condition: sp.Basic, at: Assignment) -> bool:
    """Whether an index condition holds at an assignment of integers."""
    if isinstance(condition, sp.logic.boolalg.BooleanAtom):
        return bool(condition)
    compare: dict[type, Callable[[Any, Any], bool]] = {
        sp.Eq: lambda a, b: a == b,
        sp.Ne: lambda a, b: a != b,
        sp.Le: lambda a, b: a <= b,
        sp.Ge: lambda a, b: a >= b,
    }
    return compare[type(condition)](*(rational(arg, at) for arg in condition.args))


def integer(expr: Any, at: Assignment) -> int:
    """The value of an index expression at an assignment of integers; it must be an integer."""
    value = rational(expr, at)
    if isinstance(value, Fraction):
        if value.denominator != 1:
            raise ArithmeticError(f"{expr} is not an integer at {dict(at)}")
        return value.numerator
    return value


def rational(expr: Any, at: Assignment) -> int | Fraction:
    """The exact value of an expression of ``+ · / ⌊⌋ ⌈⌉ min max mod`` at an assignment of integers."""
    match expr:
        case int():
            return expr
        case sp.Symbol():
            value: int = at[expr]
            return value
        case sp.Integer():
            return int(expr)
        case sp.Rational():
            return Fraction(int(expr.p), int(expr.q))
        case sp.Piecewise():
            return next(rational(value, at) for value, condition in expr.args if holds(condition, at))
    args = [rational(arg, at) for arg in expr.args]
    if expr.func in at:
        return at[expr.func](*args)
    match expr:
        case sp.Add():
            return sum(args)
        case sp.Mul():
            product: int | Fraction = 1
            for arg in args:
                product = product * arg
            return product
        case sp.Pow():
            return Fraction(args[0]) ** int(args[1])
        case sp.floor():
            return args[0].__floor__()
        case sp.ceiling():
            return args[0].__ceil__()
        case sp.Max():
            return max(args)
        case sp.Min():
            return min(args)
        case sp.Mod():
            return args[0] % args[1]
    raise UnsupportedError(f"no rule evaluates the index expression {type(expr).__name__}")
