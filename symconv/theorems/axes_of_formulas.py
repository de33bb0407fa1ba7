"""A formula about one axis, read on several: every index a pair, every range and condition one on each axis.

Batch and channel are axes of their own: the letters :data:`ONCE` stay single.

The axes of a convolution are independent, so a formula in one index is a formula in several when each letter
is given a number: ``B_{K−1−m}`` becomes ``B_{K₁−1−m₁, K₂−1−m₂}``, and a sum over m one over m₁ and m₂. The
checks read every index formula of a theorem in this way and compare it with the separate implementation in
two dimensions.
"""

from __future__ import annotations

from functools import singledispatch
from typing import Any

import sympy as sp

from symconv.arithmetic import Range
from symconv.errors import UnsupportedError
from symconv.formula import Delta, Entry, Formula, Guarded, Over, Partial, Product, Quotient, Sum

b, n, c, f, h, q = (sp.Symbol(name, integer=True) for name in "bncfhq")
N, g, M, L = (sp.Symbol(name, integer=True, positive=True) for name in "NgML")
ONCE = frozenset((b, n, c, f, h, q, N, g, M, L))
"""Letters of images and channels, and of their numbers."""


def is_single(expr: Any) -> bool:
    """Whether an index or a condition is about images or channels alone."""
    letters = expr.free_symbols if isinstance(expr, sp.Basic) else set()
    return bool(letters) and letters <= ONCE


def numbered(letter: sp.Symbol, place: int, count: int) -> sp.Symbol:
    """A letter of one of several axes; the letter itself where there is only one."""
    return (
        letter
        if count == 1 or letter in ONCE
        else sp.Symbol(f"{letter.name}_{place + 1}", **letter._assumptions_orig)
    )


def on_axis(expr: Any, place: int, count: int) -> Any:
    """An index expression or a condition on one of several axes."""
    if count == 1 or not isinstance(expr, sp.Basic):
        return expr
    return expr.xreplace({letter: numbered(letter, place, count) for letter in expr.free_symbols})


def ranges_on(ranges: tuple[Range, ...], count: int) -> tuple[Range, ...]:
    """The ranges of every axis."""
    return tuple(
        Range(
            numbered(limit.var, place, count),
            on_axis(limit.lower, place, count),
            on_axis(limit.upper, place, count),
        )
        for limit in ranges
        for place in range(1 if is_single(limit.var) else count)
    )


def conditions_on(conditions: tuple[sp.Basic, ...], count: int) -> tuple[sp.Basic, ...]:
    """The conditions on every axis."""
    return tuple(
        on_axis(condition, place, count)
        for condition in conditions
        for place in range(1 if is_single(condition) else count)
    )


@singledispatch
def on_axes(formula: Any, count: int) -> Any:
    """The formula on ``count`` axes; on one it is what it was."""
    if isinstance(formula, Formula):
        raise UnsupportedError(f"no rule reads a {type(formula).__name__} on several axes")
    return formula


@on_axes.register
def _(formula: Entry, count: int) -> Entry:
    index = (
        on_axis(part, place, count)
        for part in formula.index
        for place in range(1 if is_single(part) else count)
    )
    return Entry(formula.array, tuple(index))


@on_axes.register
def _(formula: Partial, count: int) -> Partial:
    return Partial(on_axes(formula.of, count), on_axes(formula.by, count))


@on_axes.register
def _(formula: Product, count: int) -> Product:
    return Product(tuple(on_axes(factor, count) for factor in formula.factors))


@on_axes.register
def _(formula: Sum, count: int) -> Sum:
    return Sum(tuple(on_axes(term, count) for term in formula.terms))


@on_axes.register
def _(formula: Quotient, count: int) -> Quotient:
    """A divisor that is a size becomes the product of that of every axis."""
    below = sp.Mul(*(on_axis(formula.denominator, place, count) for place in range(count)))
    return Quotient(on_axes(formula.numerator, count), below)


@on_axes.register
def _(formula: Delta, count: int) -> Formula:
    if is_single(formula.left) and is_single(formula.right):
        return formula
    deltas = tuple(
        Delta(on_axis(formula.left, place, count), on_axis(formula.right, place, count))
        for place in range(count)
    )
    return deltas[0] if count == 1 else Product(deltas)


@on_axes.register
def _(formula: Guarded, count: int) -> Guarded:
    return Guarded(on_axes(formula.body, count), conditions_on(formula.where, count))


@on_axes.register
def _(formula: Over, count: int) -> Over:
    return Over(
        formula.operator,
        on_axes(formula.body, count),
        ranges_on(formula.ranges, count),
        conditions_on(formula.where, count),
    )
