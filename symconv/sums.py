"""Sums of products over groups of taps, exactly: the one computation behind every pass.

``dot(groups, left, right)`` is ``Σ left·right`` over each group of taps. Numbers go through NumPy, in int64
where a bound shows that no sum can overflow and in Python's integers otherwise. Arrays of distinct symbols
are put together in SymPy's canonical order without evaluating a product or a sum; the result is the very
expression that evaluation gives. Everything else is evaluated by SymPy, term by term.
"""

from __future__ import annotations

from functools import cmp_to_key
from typing import Any

import numpy as np
import sympy as sp

from symconv.axes import Indices
from symconv.combining import total
from symconv.exact import Array, as_integers, is_numeric
from symconv.taps import Groups

_INT64 = 2**63


def dot(groups: Groups, left: Array, left_at: Indices, right: Array, right_at: Indices) -> Array:
    """For every position, the sum over its taps of ``left[left_at]·right[right_at]``; 0 where it has none.

    Args:
        groups: the taps by position.
        left, right: flat arrays of exact entries.
        left_at, right_at: for every tap, the entry of each that it multiplies.
    """
    out = np.zeros(groups.count, dtype=object)
    if len(groups.ids) == 0:
        return out
    order = groups.order
    numbers = _integers(left, right, groups.largest)
    if numbers is not None:
        products = numbers[0].take(left_at.take(order)) * numbers[1].take(right_at.take(order))
        out[groups.ids] = np.add.reduceat(products, groups.starts)
        return out
    if is_numeric(left) and is_numeric(right):
        products = left.take(left_at.take(order)) * right.take(right_at.take(order))
        out[groups.ids] = np.add.reduceat(products, groups.starts)
        return out
    build = _distinct_symbols(left, right) or _evaluated(left, right)
    factors = list(zip(left_at[order].tolist(), right_at[order].tolist(), strict=True))
    bounds = [*groups.starts.tolist(), len(factors)]
    for position, start, stop in zip(groups.ids.tolist(), bounds, bounds[1:], strict=False):
        out[position] = build(factors[start:stop])
    return out


def _integers(left: Array, right: Array, terms: int) -> tuple[Any, Any] | None:
    """Both arrays in int64 if no sum of that many products can leave it."""
    a, b = as_integers(left), as_integers(right)
    if a is None or b is None:
        return None
    return (a, b) if _magnitude(a) * _magnitude(b) * terms < _INT64 else None


def _magnitude(array: Any) -> int:
    return max(int(array.max()), -int(array.min()))


def _evaluated(left: Array, right: Array) -> Any:
    def build(factors: list[tuple[int, int]]) -> Any:
        return total(left[i] * right[j] for i, j in factors)

    return build


def _distinct_symbols(left: Array, right: Array) -> Any:
    """A builder that needs no evaluation, if all entries of both arrays are different plain symbols.

    SymPy keeps the arguments of a sum and of a product sorted by ``Basic.compare``; of products of two symbols
    that is the order of the symbols' ranks, so sorting pairs of integers gives the canonical expression.
    """
    both = [*left, *right]
    if not all(type(entry) is sp.Symbol and entry.is_commutative for entry in both) or len(set(both)) < len(
        both
    ):
        return None
    ranked = sorted(both, key=cmp_to_key(sp.Basic.compare))
    rank = {entry: position for position, entry in enumerate(ranked)}
    left_rank, right_rank = [rank[e] for e in left], [rank[e] for e in right]
    multiply, add = sp.Mul._from_args, sp.Add._from_args

    def build(factors: list[tuple[int, int]]) -> Any:
        pairs = sorted(
            (a, b) if a < b else (b, a) for a, b in ((left_rank[i], right_rank[j]) for i, j in factors)
        )
        return add([multiply((ranked[a], ranked[b]), True) for a, b in pairs], True)

    return build
