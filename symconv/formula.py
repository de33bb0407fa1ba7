"""Formulas as values: what derivations are made of.

The three views of a derivation use the same few nodes. In the general view the index of an :class:`Entry` is
a SymPy expression and sums run over ranges (:class:`Over`); in the entrywise view indices are numbers and sums
list their terms (:class:`Sum`); in the numeric view entries have become numbers. Nothing here is evaluated or
reordered: :func:`evaluate` computes a value, :mod:`symconv.show` makes a display tree.

Indices are written as shown, counted from the notation's base.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from functools import singledispatch
from math import prod
from operator import itemgetter
from types import MappingProxyType
from typing import Any, Literal, Protocol

import sympy as sp
from sympy.core.function import AppliedUndef

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
Evaluator = Callable[[Values, Assignment], Any]
Index = Callable[[Assignment], Any]
"""An index expression as a function of the assignment, its integer arithmetic without SymPy."""


def evaluate(formula: Any, values: Values, at: Assignment) -> Any:
    """The value of a formula, exactly; ``at`` assigns the index symbols and sizes."""
    return evaluator(formula)(values, at)


@singledispatch
def evaluator(formula: Any) -> Evaluator:
    """:func:`evaluate` for one formula at many places: its index expressions are worked out once."""
    if isinstance(formula, sp.Basic) and (free := formula.free_symbols):
        return lambda values, at: rational(formula, at) if free <= at.keys() else formula
    if isinstance(formula, int | Fraction | sp.Basic):
        return lambda values, at: formula
    raise UnsupportedError(f"no rule evaluates a {type(formula).__name__}")


@evaluator.register
def _(formula: Entry) -> Evaluator:
    index = _position(formula)
    return lambda values, at: values.entry(formula, index(at))


@evaluator.register
def _(formula: Partial) -> Evaluator:
    of, by = _position(formula.of), _position(formula.by)
    return lambda values, at: values.partial(formula, of(at), by(at))


@evaluator.register
def _(formula: Product) -> Evaluator:
    factors = [evaluator(factor) for factor in formula.factors]

    def product(values: Values, at: Assignment) -> Any:
        value: Any = 1
        for factor in factors:
            value = value * factor(values, at)
            if value == 0:
                return 0
        return value

    return product


@evaluator.register
def _(formula: Sum) -> Evaluator:
    terms = [evaluator(term) for term in formula.terms]
    return lambda values, at: total(term(values, at) for term in terms)


@evaluator.register
def _(formula: Quotient) -> Evaluator:
    numerator, denominator = evaluator(formula.numerator), evaluator(formula.denominator)
    return lambda values, at: divide(numerator(values, at), denominator(values, at))


@evaluator.register
def _(formula: Power) -> Evaluator:
    base, exponent = evaluator(formula.base), evaluator(formula.exponent)
    return lambda values, at: sp.sympify(base(values, at)) ** sp.sympify(exponent(values, at))


@evaluator.register
def _(formula: Absolute) -> Evaluator:
    body = evaluator(formula.body)
    return lambda values, at: abs(body(values, at))


@evaluator.register
def _(formula: Sign) -> Evaluator:
    body = evaluator(formula.body)
    return lambda values, at: sp.sign(sp.sympify(body(values, at)))


@evaluator.register
def _(formula: Largest) -> Evaluator:
    args = [evaluator(arg) for arg in formula.args]
    return lambda values, at: largest([arg(values, at) for arg in args])


@evaluator.register
def _(formula: Chosen) -> Evaluator:
    entry, maximum = _position(formula.entry), _position(formula.maximum)
    return lambda values, at: values.share(formula, entry(at), maximum(at))


@evaluator.register
def _(formula: Delta) -> Evaluator:
    left, right = _whole(formula.left), _whole(formula.right)
    return lambda values, at: int(left(at) == right(at))


@evaluator.register
def _(formula: Over) -> Evaluator:
    body, runs = evaluator(formula.body), _runs(formula.ranges)
    conditions = [_condition(condition) for condition in formula.where]

    def over(values: Values, at: Assignment) -> Any:
        parts = (body(values, inner) for inner in runs(at) if all(holds(inner) for holds in conditions))
        return total(parts) if formula.operator == "∑" else largest(list(parts))

    return over


def assignments(ranges: tuple[Range, ...], at: Assignment) -> Iterator[Assignment]:
    """Every assignment of the ranges' indices; a range may use the indices before it."""
    return _runs(ranges)(at)


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


def holds(condition: sp.Basic, at: Assignment) -> bool:
    """Whether an index condition holds at an assignment of integers."""
    return bool(_condition(condition)(at))


def integer(expr: Any, at: Assignment) -> int:
    """The value of an index expression at an assignment of integers; it must be an integer."""
    value: int = _whole(expr)(at)
    return value


def rational(expr: Any, at: Assignment) -> int | Fraction:
    """The exact value of an expression of ``+ · / ⌊⌋ ⌈⌉ min max mod`` at an assignment of integers."""
    value: int | Fraction = _number(expr)(at)
    return value


def _position(entry: Entry) -> Index:
    if all(isinstance(i, int) for i in entry.index):
        return lambda at: entry.index
    index = [_whole(i) for i in entry.index]
    return lambda at: tuple([i(at) for i in index])


def _runs(ranges: tuple[Range, ...]) -> Callable[[Assignment], Iterator[Assignment]]:
    if not ranges:
        return lambda at: iter((at,))
    (first, *rest), inner = ranges, _runs(ranges[1:])
    lower, upper = _whole(first.lower), _whole(first.upper)

    def run(at: Assignment) -> Iterator[Assignment]:
        for value in range(lower(at), upper(at) + 1):
            now = {**at, first.var: value}
            if rest:
                yield from inner(now)
            else:
                yield now

    return run


def _condition(condition: sp.Basic) -> Index:
    if isinstance(condition, sp.logic.boolalg.BooleanAtom):
        return lambda at: bool(condition)
    compare = _COMPARED[type(condition)]
    left, right = (_number(arg) for arg in condition.args)
    return lambda at: compare(left(at), right(at))


def _whole(expr: Any) -> Index:
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
            pieces = [(_number(value), _condition(condition)) for value, condition in expr.args]
            return lambda at: next(value(at) for value, holds in pieces if holds(at))
        case sp.floor() | sp.ceiling():
            # one integer division instead of a Fraction
            above, below = (_number(part) for part in expr.args[0].as_numer_denom())
            if isinstance(expr, sp.floor):
                return lambda at: above(at) // below(at)
            return lambda at: -(-above(at) // below(at))
    args = [_number(arg) for arg in expr.args]
    if isinstance(expr, AppliedUndef):
        return lambda at: at[expr.func](*(arg(at) for arg in args))
    if expr.func not in _COMBINED:
        raise UnsupportedError(f"no rule evaluates the index expression {type(expr).__name__}")
    combine = _COMBINED[expr.func]
    return lambda at: combine([arg(at) for arg in args])


_COMPARED: Mapping[type, Callable[[Any, Any], bool]] = MappingProxyType(
    {sp.Eq: operator.eq, sp.Ne: operator.ne, sp.Le: operator.le, sp.Ge: operator.ge}
)
_COMBINED: Mapping[type, Callable[[list[Any]], Any]] = MappingProxyType(
    {
        sp.Add: sum,
        sp.Mul: prod,
        sp.Pow: lambda args: Fraction(args[0]) ** int(args[1]),
        sp.Max: max,
        sp.Min: min,
        sp.Mod: lambda args: args[0] % args[1],
    }
)
