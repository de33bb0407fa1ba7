"""How formulas of index sums are written down in the files of the theorems, and how they are shown.

>>> from symconv.printing.text import text
>>> from symconv.theorems.geometry import D, K, P, S, i, m
>>> text(shown(total(times(A(S * i + D * m - P), B(m)), run(m, K - 1))))
'∑_(m=0)^(K−1) A[Dm+Si−P]·Bₘ'
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import sympy as sp

from symconv.arithmetic import Range
from symconv.display import Node, Prose
from symconv.exact import Array
from symconv.formula import Delta, Entry, Formula, Guarded, Over, Partial, Product
from symconv.narrate.formulas import condition, matrix, tree
from symconv.number import symbolic
from symconv.operator import Names
from symconv.show import show
from symconv.theorems.written import say

NAMES = Names(base=0)
"""How the theorems call the arrays: A, B, C and E, counted from 0."""


def values_tree(value: Any) -> Node:
    """A number, or an array as a matrix."""
    return matrix(value) if isinstance(value, np.ndarray) else shown(value)


def shown(formula: Any) -> Node:
    """The display tree of a formula or an index expression."""
    return tree(formula, NAMES)


def tell(words: str, *things: Any) -> Prose:
    """Running text with formulas, conditions and index expressions in the place of each ``{}``."""
    return say(words, *(_piece(thing) for thing in things))


def _piece(thing: Any) -> Any:
    match thing:
        case sp.Eq() | sp.Ne() | sp.Le() | sp.Lt() | sp.Ge() | sp.Gt():
            return condition(thing)
        case sp.Basic() | int():
            return show(thing)
        case Formula():
            return shown(thing)
        case _:
            return thing


def A(*index: Any) -> Entry:
    """An entry of the input."""
    return Entry("A", index)


def B(*index: Any) -> Entry:
    """An entry of the kernel."""
    return Entry("B", index)


def C(*index: Any) -> Entry:
    """An entry of the output."""
    return Entry("C", index)


def G(*index: Any) -> Entry:
    """An entry of the gradient that arrives: ``∂E/∂C``."""
    return Entry("G", index)


def slope(of: Entry, by: Entry) -> Partial:
    """``∂of/∂by``."""
    return Partial(of, by)


def times(*factors: Any) -> Product:
    """A product, written in this order."""
    return Product(factors)


def run(letter: sp.Symbol, last: Any) -> Range:
    """A letter that runs from 0 to ``last``."""
    return Range(letter, sp.Integer(0), symbolic(last))


def between(letter: sp.Symbol, lower: sp.Expr, upper: sp.Expr) -> Range:
    """A letter that runs from ``lower`` to ``upper``, both included."""
    return Range(letter, lower, upper)


def total(body: Any, *ranges: Range, where: tuple[sp.Basic, ...] = ()) -> Over:
    """The sum of ``body`` over ranges, where conditions hold."""
    return Over("∑", body, ranges, where)


def guarded(body: Formula, *where: sp.Basic) -> Guarded:
    """``body`` where all conditions hold, else 0."""
    return Guarded(body, where)


def delta(left: sp.Expr, right: sp.Expr) -> Delta:
    """Kronecker's delta."""
    return Delta(left, right)


def divides(divisor: sp.Expr, number: sp.Expr) -> sp.Eq:
    """The condition ``divisor ∣ number``."""
    return sp.Eq(sp.Mod(number, divisor, evaluate=False), 0, evaluate=False)


def equal(left: sp.Expr, right: sp.Expr) -> sp.Eq:
    """The condition ``left = right``."""
    return sp.Eq(left, right, evaluate=False)


def at_most(left: Any, right: Any) -> sp.Le:
    """The condition ``left ≤ right``."""
    return sp.Le(left, right, evaluate=False)


def largest(bound: Any, other: sp.Expr) -> sp.Max:
    """The maximum of two bounds, as it is written."""
    return sp.Max(bound, other, evaluate=False)


def least(bound: Any, other: sp.Expr) -> sp.Min:
    """The minimum of two bounds, as it is written."""
    return sp.Min(bound, other, evaluate=False)


def rounded_up(number: sp.Expr, divisor: sp.Expr) -> sp.ceiling:
    """``⌈number/divisor⌉``."""
    return sp.ceiling(number / divisor, evaluate=False)


def rounded_down(number: sp.Expr, divisor: sp.Expr) -> sp.floor:
    """``⌊number/divisor⌋``."""
    return sp.floor(number / divisor, evaluate=False)


def vector(entries: Iterable[Any]) -> Array:
    """Values as a vector."""
    items = list(entries)
    array = np.empty(len(items), dtype=object)
    array[:] = items
    return array
