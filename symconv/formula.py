"""Formulas as values: what derivations are made of.

The three views of a derivation use the same few nodes. In the general view the index of an :class:`Entry` is
a SymPy expression and sums run over ranges (:class:`Over`); in the entrywise view indices are numbers and sums
list their terms (:class:`Sum`); in the numeric view entries have become numbers. Nothing here is evaluated or
reordered: :func:`evaluate` computes a value, :mod:`symconv.show` makes a display tree.

Indices are written as shown, counted from the notation's base.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from functools import singledispatch
from operator import itemgetter
from types import MappingProxyType
from typing import Any, Literal, Protocol

import sympy as sp

from symconv.arithmetic import Assignment, Index, Range, condition_at, rational, runs, whole
from symconv.combining import divide, largest, total
from symconv.errors import UnsupportedError
from symconv.number import exact, symbolic
from symconv.value import Value


class Formula(Value):
    """Base of formula nodes."""


class Entry(Formula):
    """An entry of an array: ``A[k, l]``; an array without indices is the array itself."""

    array: str
    index: tuple[int | sp.Expr, ...] = ()


class Partial(Formula):
    """A partial derivative ``∂of/∂by``; ``of`` is an entry or the error, an array without indices."""

    of: Entry
    by: Entry


class Product(Formula):
    """Factors, in order."""

    factors: tuple[Formula | Any, ...]


class Sum(Formula):
    """Terms, in order; the empty sum is 0."""

    terms: tuple[Formula | Any, ...]


class Quotient(Formula):
    """``numerator / denominator``."""

    numerator: Formula | Any
    denominator: Formula | Any


class Power(Formula):
    """``base ** exponent``."""

    base: Formula | Any
    exponent: Any


class Absolute(Formula):
    """``|body|``."""

    body: Formula | Any


class Sign(Formula):
    """``sign(body)``, 0 at 0."""

    body: Formula | Any


class Negative(Formula):
    """``−body``."""

    body: Formula | Any


class Apply(Formula):
    """``function(body)``; ``ln`` is the natural logarithm."""

    function: Literal["exp", "ln", "tanh"]
    body: Formula | Any


class Branch(Formula):
    """``above`` where ``body > 0``, else ``below``; with 1 and 0 it is the indicator ``[body > 0]``."""

    body: Formula | Any
    above: Formula | Any = 1
    below: Formula | Any = 0


class Largest(Formula):
    """The maximum of the arguments; −∞ of none."""

    args: tuple[Formula | Any, ...]


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


class Delta(Formula):
    """Kronecker's delta of two index expressions."""

    left: sp.Expr
    right: sp.Expr


class Over(Formula):
    """A sum (or maximum) of ``body`` over index ranges, where conditions hold."""

    operator: Literal["∑", "max"]
    body: Formula
    ranges: tuple[Range, ...]
    where: tuple[sp.Basic, ...] = ()


class Guarded(Formula):
    """``body`` where all conditions hold, else 0; the body is looked at nowhere else."""

    body: Formula
    where: tuple[sp.Basic, ...]


class Values(Protocol):
    """Where :func:`evaluate` finds the values of entries and derivatives, and of index symbols."""

    def entry(self, entry: Entry, index: tuple[int, ...]) -> Any:
        """The value of an entry; outside of the array, the value of the padding."""

    def partial(self, partial: Partial, of: tuple[int, ...], by: tuple[int, ...]) -> Any:
        """The value of a partial derivative."""

    def share(self, chosen: Chosen, entry: tuple[int, ...], maximum: tuple[int, ...]) -> Any:
        """The share that an entry has in the maximum of an output's window."""


Evaluator = Callable[[Values, Assignment], Any]

_FUNCTIONS: Mapping[str, Callable[[Any], Any]] = MappingProxyType(
    {"exp": sp.exp, "ln": sp.log, "tanh": sp.tanh}
)


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


@evaluator.register(Entry)
def _(formula: Entry) -> Evaluator:
    index = _position(formula)
    return lambda values, at: values.entry(formula, index(at))


@evaluator.register(Partial)
def _(formula: Partial) -> Evaluator:
    of, by = _position(formula.of), _position(formula.by)
    return lambda values, at: values.partial(formula, of(at), by(at))


@evaluator.register(Product)
def _(formula: Product) -> Evaluator:
    factors = [evaluator(factor) for factor in formula.factors]

    def product(values: Values, at: Assignment) -> Any:
        value: Any = None
        for factor in factors:
            value = factor(values, at) if value is None else value * factor(values, at)
            if value == 0:
                return 0
        return 1 if value is None else value

    return product


@evaluator.register(Sum)
def _(formula: Sum) -> Evaluator:
    terms = [evaluator(term) for term in formula.terms]
    return lambda values, at: total(term(values, at) for term in terms)


@evaluator.register(Quotient)
def _(formula: Quotient) -> Evaluator:
    numerator, denominator = evaluator(formula.numerator), evaluator(formula.denominator)
    return lambda values, at: divide(numerator(values, at), denominator(values, at))


@evaluator.register(Power)
def _(formula: Power) -> Evaluator:
    base, exponent = evaluator(formula.base), evaluator(formula.exponent)
    return lambda values, at: symbolic(base(values, at)) ** symbolic(exponent(values, at))


@evaluator.register(Absolute)
def _(formula: Absolute) -> Evaluator:
    body = evaluator(formula.body)
    return lambda values, at: abs(body(values, at))


@evaluator.register(Sign)
def _(formula: Sign) -> Evaluator:
    body = evaluator(formula.body)
    return lambda values, at: sp.sign(symbolic(body(values, at)))


@evaluator.register(Negative)
def _(formula: Negative) -> Evaluator:
    body = evaluator(formula.body)
    return lambda values, at: -body(values, at)


@evaluator.register(Apply)
def _(formula: Apply) -> Evaluator:
    body, function = evaluator(formula.body), _FUNCTIONS[formula.function]
    return lambda values, at: exact(function(symbolic(body(values, at))))


@evaluator.register(Branch)
def _(formula: Branch) -> Evaluator:
    body, above, below = (evaluator(part) for part in (formula.body, formula.above, formula.below))

    def branch(values: Values, at: Assignment) -> Any:
        positive = sp.Gt(symbolic(body(values, at)), 0)
        if positive in (sp.true, sp.false):
            return (above if positive else below)(values, at)
        cases = symbolic(above(values, at)), symbolic(below(values, at))
        return sp.Piecewise((cases[0], positive), (cases[1], True))

    return branch


@evaluator.register(Largest)
def _(formula: Largest) -> Evaluator:
    args = [evaluator(arg) for arg in formula.args]
    return lambda values, at: largest([arg(values, at) for arg in args])


@evaluator.register(Chosen)
def _(formula: Chosen) -> Evaluator:
    entry, maximum = _position(formula.entry), _position(formula.maximum)
    return lambda values, at: values.share(formula, entry(at), maximum(at))


@evaluator.register(Delta)
def _(formula: Delta) -> Evaluator:
    left, right = whole(formula.left), whole(formula.right)
    return lambda values, at: int(left(at) == right(at))


@evaluator.register(Over)
def _(formula: Over) -> Evaluator:
    where, term = formula.where, formula.body
    if formula.operator == "∑" and isinstance(term, Product):  # its deltas say where a term is 0
        deltas = [factor for factor in term.factors if isinstance(factor, Delta)]
        where = (*where, *(sp.Eq(delta.left, delta.right, evaluate=False) for delta in deltas))
        term = Product(tuple(factor for factor in term.factors if not isinstance(factor, Delta)))
    body, run = evaluator(term), runs(formula.ranges, where)

    def over(values: Values, at: Assignment) -> Any:
        parts = (body(values, inner) for inner in run(at))
        return total(parts) if formula.operator == "∑" else largest(list(parts))

    return over


@evaluator.register(Guarded)
def _(formula: Guarded) -> Evaluator:
    body, conditions = evaluator(formula.body), [condition_at(condition) for condition in formula.where]
    return lambda values, at: body(values, at) if all(holds(at) for holds in conditions) else 0


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
        case Negative(body):
            return Negative(rewrite(body, replace))
        case Apply(function, body):
            return Apply(function, rewrite(body, replace))
        case Branch(body, above, below):
            return Branch(rewrite(body, replace), rewrite(above, replace), rewrite(below, replace))
        case Largest(args):
            return Largest(tuple(rewrite(arg, replace) for arg in args))
        case Formula():
            raise UnsupportedError(f"no rule rewrites a {type(formula).__name__}")
        case _:
            return formula


def _position(entry: Entry) -> Index:
    index = entry.index
    if all(isinstance(i, int) for i in index):
        return lambda at: index
    if len(index) > 1 and all(isinstance(i, sp.Symbol) for i in index):
        return itemgetter(*index)
    places = [whole(i) for i in index]
    return lambda at: tuple([place(at) for place in places])
