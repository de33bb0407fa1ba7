"""The reductions: what an operator computes over a window, and its partial derivatives.

==============  =======================================  ==================================================
reduction       value of a window                        partial derivative by an entry ``x`` of the window
==============  =======================================  ==================================================
`WeightedSum`   ``Σ x·w + b``                            ``w`` (by ``w``: ``x``; by ``b``: 1)
`Mean`          ``Σ x / N``                              ``1/N``
`Maximum`       ``max x``                                1 if ``x`` is the chosen maximum, else 0
`LpNorm`        ``(Σ |x|^p)^(1/p)``                      ``sign(x)·|x|^(p−1)·y^(1−p)`` with ``y`` the value
==============  =======================================  ==================================================

Each says it twice: entry by entry as a formula (:meth:`value`, :meth:`slope`), and for all taps at once on
exact arrays (:meth:`forward`, :meth:`slopes`). To add a reduction, write these four and its general forms.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from math import prod
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, Protocol

import numpy as np
import sympy as sp

from symconv.combining import divide, largest, share, total
from symconv.exact import Array
from symconv.formula import (
    Absolute,
    Chosen,
    Entry,
    Formula,
    Largest,
    Over,
    Power,
    Product,
    Quotient,
    Sign,
    Sum,
)
from symconv.number import symbolic
from symconv.sums import dot
from symconv.value import Value

if TYPE_CHECKING:
    from symconv.arithmetic import Range
    from symconv.axes import Axis, Indices, Letters
    from symconv.taps import Taps

Ties = Literal["first", "split"]
"""Who gets the gradient of a maximum that several entries attain: the first in row-major order, as PyTorch,
or all of them in equal shares."""


class Window(NamedTuple):
    """One output entry and the input entries that it reads, with their weights where there are any."""

    output: Entry
    inputs: tuple[Entry, ...]
    weights: tuple[Entry, ...]
    cells: int
    bias: Entry | None


class Slopes(NamedTuple):
    """Local derivatives of all taps: ``values[at[t]]`` is the derivative of tap ``t``'s output by its input."""

    values: Array
    at: Indices


class Reduction(Protocol):
    """What every reduction offers; ``cells`` counts the cells of a window, for those that divide by it."""

    def value(self, window: Window) -> Formula:
        """The value of a window, entry by entry."""

    def slope(self, window: Window, position: int) -> Formula | int:
        """The partial derivative of a window's value by its entry at ``position``."""

    def forward(self, taps: Taps, x: Array, weight: Array | None, cells: Array | None) -> Array:
        """The values of all windows, flat."""

    def slopes(self, taps: Taps, x: Array, weight: Array | None, cells: Array | None) -> Slopes:
        """The local derivatives by the input of all taps."""

    def general(self, body: Entry, weight: Entry | None, ranges: tuple[Range, ...], cells: Any) -> Formula:
        """The value of a window with symbolic sizes; ``body`` is the input entry under the ranges."""

    def general_slope(self, body: Entry, weight: Entry | None, output: Entry, cells: Any) -> Formula | Any:
        """The partial derivative with symbolic sizes."""

    def cells(self, axes: Sequence[Axis], sizes: Sequence[int]) -> Array | None:
        """What each window's value is divided by, flat; None where nothing is."""

    def cells_at(self, axes: Sequence[Axis], sizes: Sequence[int], output: tuple[int, ...]) -> Any:
        """:meth:`cells` for one output, by its position on every axis."""

    def cells_formula(self, axes: Sequence[Axis], letters: Sequence[Letters], base: int) -> Any:
        """:meth:`cells` with symbolic sizes."""


class Undivided(Value):
    """A reduction that divides by nothing."""

    def cells(self, axes: Sequence[Axis], sizes: Sequence[int]) -> Array | None:
        return None

    def cells_at(self, axes: Sequence[Axis], sizes: Sequence[int], output: tuple[int, ...]) -> Any:
        return None

    def cells_formula(self, axes: Sequence[Axis], letters: Sequence[Letters], base: int) -> Any:
        return None


class WeightedSum(Undivided):
    """``Σ x·w``, plus the bias that the operator adds: a convolution. Without a weight, ``Σ x``."""

    def value(self, window: Window) -> Formula:
        terms: tuple[Formula, ...] = window.inputs
        if window.weights:
            terms = tuple(Product(pair) for pair in zip(window.inputs, window.weights, strict=True))
        return Sum(terms if window.bias is None else (*terms, window.bias))

    def slope(self, window: Window, position: int) -> Formula | int:
        return window.weights[position] if window.weights else 1

    def forward(self, taps: Taps, x: Array, weight: Array | None, cells: Array | None) -> Array:
        return dot(taps.by_out, x, taps.inp, *_weights(taps, weight))

    def slopes(self, taps: Taps, x: Array, weight: Array | None, cells: Array | None) -> Slopes:
        return Slopes(*_weights(taps, weight))

    def general(self, body: Entry, weight: Entry | None, ranges: tuple[Range, ...], cells: Any) -> Formula:
        term = body if weight is None else Product((body, weight))
        return Over("∑", term, ranges) if ranges else term

    def general_slope(self, body: Entry, weight: Entry | None, output: Entry, cells: Any) -> Formula | Any:
        return 1 if weight is None else weight


class PlainSum(WeightedSum):
    """``Σ x``: a weighted sum of which every weight is 1, as where entries are added up or only moved."""


class Mean(Value):
    """``Σ x / N``, N the number of the window's cells.

    Args:
        count_include_pad: whether cells in the padding count, as they do in PyTorch unless told otherwise.
        divisor_override: a fixed N.
    """

    count_include_pad: bool = True
    divisor_override: int | None = None

    def value(self, window: Window) -> Formula:
        return Quotient(Sum(window.inputs), window.cells)

    def slope(self, window: Window, position: int) -> Formula | int:
        return Quotient(1, window.cells)

    def forward(self, taps: Taps, x: Array, weight: Array | None, cells: Array | None) -> Array:
        assert cells is not None
        sums = dot(taps.by_out, x, taps.inp, *_weights(taps, None))
        return objects(map(divide, sums, cells))

    def slopes(self, taps: Taps, x: Array, weight: Array | None, cells: Array | None) -> Slopes:
        assert cells is not None
        return Slopes(objects(divide(1, n) for n in cells), taps.out)

    def general(self, body: Entry, weight: Entry | None, ranges: tuple[Range, ...], cells: Any) -> Formula:
        return Product((Quotient(1, cells), Over("∑", body, ranges)))

    def general_slope(self, body: Entry, weight: Entry | None, output: Entry, cells: Any) -> Formula | Any:
        return Quotient(1, cells)

    def cells(self, axes: Sequence[Axis], sizes: Sequence[int]) -> Array:
        counts = np.ones(1, dtype=np.int64)
        for axis, size in zip(axes, sizes, strict=True):
            one = _axis_cells(axis, size, self.count_include_pad)
            counts = (counts[:, None] * one).ravel()
        if self.divisor_override is not None:
            counts = np.full_like(counts, self.divisor_override)
        return objects(counts.tolist())

    def cells_at(self, axes: Sequence[Axis], sizes: Sequence[int], output: tuple[int, ...]) -> int:
        if self.divisor_override is not None:
            return self.divisor_override
        each = zip(axes, sizes, output, strict=True)
        return prod(int(_axis_cells(axis, size, self.count_include_pad)[o]) for axis, size, o in each)

    def cells_formula(self, axes: Sequence[Axis], letters: Sequence[Letters], base: int) -> Any:
        if self.divisor_override is not None:
            return sp.Integer(self.divisor_override)
        spatial = [
            (axis, at) for axis, at in zip(axes, letters, strict=True) if hasattr(axis, "cells_formula")
        ]
        return sp.Mul(*(axis.cells_formula(at, base, self.count_include_pad) for axis, at in spatial))


class Maximum(Undivided):
    """``max x``; padding never wins, and a window wholly in the padding has the value −∞."""

    ties: Ties = "first"

    def value(self, window: Window) -> Formula:
        return Largest(window.inputs)

    def slope(self, window: Window, position: int) -> Formula | int:
        return Chosen(window.inputs[position], window.output, self.ties)

    def forward(self, taps: Taps, x: Array, weight: Array | None, cells: Array | None) -> Array:
        return _per_window(taps, x, self.of_entries, sp.S.NegativeInfinity)

    def of_entries(self, xs: list[Any]) -> Any:
        """The value of a window with these entries."""
        return largest(xs)

    def slopes(self, taps: Taps, x: Array, weight: Array | None, cells: Array | None) -> Slopes:
        return _slopes_per_window(taps, x, lambda xs: [share(i, xs, self.ties) for i in range(len(xs))])

    def general(self, body: Entry, weight: Entry | None, ranges: tuple[Range, ...], cells: Any) -> Formula:
        return Over("max", body, ranges)

    def general_slope(self, body: Entry, weight: Entry | None, output: Entry, cells: Any) -> Formula | Any:
        return Chosen(body, output, self.ties)


class LpNorm(Undivided):
    """``(Σ |x|^p)^(1/p)``; ``max |x|`` for p = oo.

    Where the whole window is 0 the norm has no derivative; its subgradient 0 is taken.
    """

    p: Any

    def value(self, window: Window) -> Formula:
        sizes = tuple(map(Absolute, window.inputs))
        if self.p == sp.oo:
            return Largest(sizes)
        if self.p == 1:
            return Sum(sizes)
        return Power(Sum(tuple(Power(size, self.p) for size in sizes)), 1 / symbolic(self.p))

    def slope(self, window: Window, position: int) -> Formula | int:
        return self.general_slope(window.inputs[position], None, window.output, None)

    def forward(self, taps: Taps, x: Array, weight: Array | None, cells: Array | None) -> Array:
        return _per_window(taps, x, self.of_entries, 0)

    def slopes(self, taps: Taps, x: Array, weight: Array | None, cells: Array | None) -> Slopes:
        return _slopes_per_window(taps, x, self._slopes)

    def general(self, body: Entry, weight: Entry | None, ranges: tuple[Range, ...], cells: Any) -> Formula:
        if self.p == sp.oo:
            return Over("max", Absolute(body), ranges)
        if self.p == 1:
            return Over("∑", Absolute(body), ranges)
        return Power(Over("∑", Power(Absolute(body), self.p), ranges), 1 / symbolic(self.p))

    def general_slope(self, body: Entry, weight: Entry | None, output: Entry, cells: Any) -> Formula | Any:
        if self.p == 1:
            return Sign(body)
        if self.p == sp.oo:
            return Product((Sign(body), Chosen(body, output, "first", absolute=True)))
        return Product((Sign(body), Power(Absolute(body), self.p - 1), Power(output, 1 - self.p)))

    def slope_is_derivative(self, count: int) -> bool:
        """Whether SymPy's derivative of a window of that many positive entries is the slope.

        The logarithm of their quotient, multiplied out, is identically zero.
        """
        xs = sp.symbols(f"x1:{count + 1}", positive=True)
        p = self.p if self.p.is_number else sp.Symbol("p", positive=True)
        inner = sp.Add(*(x**p for x in xs))
        derivative = sp.diff(inner ** (1 / p), xs[0])
        slope = xs[0] ** (p - 1) * (inner ** (1 / p)) ** (1 - p)
        return bool(sp.expand(sp.expand_log(sp.log(derivative / slope), force=True)) == 0)

    def of_entries(self, xs: list[Any]) -> Any:
        """The value of a window with these entries."""
        sizes = [abs(x) for x in xs]
        if self.p == sp.oo:
            return largest(sizes)
        if self.p == 1:
            return total(iter(sizes))
        powers = [symbolic(size) ** self.p for size in sizes if size != 0]
        return sp.Add(*powers) ** (1 / symbolic(self.p)) if powers else 0

    def _slopes(self, xs: list[Any]) -> list[Any]:
        signs = [sp.sign(symbolic(x)) for x in xs]
        if self.p == 1:
            return signs
        if self.p == sp.oo:
            sizes = [abs(x) for x in xs]
            return [sign * share(i, sizes, "first") for i, sign in enumerate(signs)]
        norm = symbolic(self.of_entries(xs))
        if norm == 0:
            return [0] * len(xs)
        scale = norm ** (1 - self.p)
        return [
            sign * symbolic(abs(x)) ** (self.p - 1) * scale if x != 0 else 0
            for sign, x in zip(signs, xs, strict=True)
        ]


def _axis_cells(axis: Any, size: int, count_padding: bool) -> Indices:
    """The cells that an axis contributes: 1 everywhere for batch and channels."""
    if hasattr(axis, "cells"):
        cells: Indices = axis.cells(size, count_padding)
        return cells
    return np.ones(axis.output_size(size), dtype=np.int64)


def _windows(taps: Taps) -> tuple[Any, list[tuple[int, int]]]:
    """The taps in window order, and where each window starts and stops."""
    groups = taps.by_out
    bounds = [*groups.starts.tolist(), len(groups.order)]
    return groups, list(pairwise(bounds))


def _per_window(taps: Taps, x: Array, function: Any, empty: Any) -> Array:
    groups, bounds = _windows(taps)
    out = np.full(groups.count, empty, dtype=object)
    read = x.take(taps.inp.take(groups.order)).tolist()
    for position, (start, stop) in zip(groups.ids.tolist(), bounds, strict=True):
        out[position] = function(read[start:stop])
    return out


def _slopes_per_window(taps: Taps, x: Array, function: Any) -> Slopes:
    groups, bounds = _windows(taps)
    read = x.take(taps.inp.take(groups.order)).tolist()
    values = np.zeros(len(groups.order), dtype=object)
    for start, stop in bounds:
        values[groups.order[start:stop]] = objects(function(read[start:stop]))
    return Slopes(values, np.arange(len(values)))


def _weights(taps: Taps, weight: Array | None) -> tuple[Array, Indices]:
    """The weights and, for every tap, which one it takes; 1 for every tap where there is no weight."""
    if weight is None:
        return constant((1,), 1), np.zeros_like(taps.inp)
    return weight, taps.offset


def objects(entries: Any) -> Array:
    """A flat array of these entries, whatever they are."""
    items = list(entries)
    flat = np.empty(len(items), dtype=object)
    flat[:] = items
    return flat


def constant(shape: tuple[int, ...], value: Any) -> Array:
    """An array with the same entry everywhere."""
    return np.full(prod(shape), value, dtype=object).reshape(shape)
