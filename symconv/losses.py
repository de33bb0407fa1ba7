"""The reductions of losses: what compares the input with a target, and its partial derivatives.

==============  ============================================  ========================================
reduction       value                                         partial derivative by ``x``
==============  ============================================  ========================================
`SquaredError`  ``Σ (x − t)² / N``                            ``2(x − t)/N``
`CrossEntropy`  ``Σ_s −Σ_c t_sc·ln(e^x_sc / Σ_m e^x_sm) / N``  ``(e^x_sc / Σ_m e^x_sm − t_sc)/N``
==============  ============================================  ========================================

The target takes the place of a weight: every input meets one of its entries. It is given, not differentiated
by. That the derivative of the cross entropy is so short needs ``Σ_c t_sc = 1`` for every sample ``s``.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import sympy as sp

from symconv.arithmetic import Range
from symconv.axes import Whole
from symconv.exact import Array
from symconv.formula import (
    Apply,
    Entry,
    Formula,
    Negative,
    Over,
    Power,
    Product,
    Quotient,
    Sum,
    evaluate,
)
from symconv.number import exact
from symconv.reductions import Slopes, Window, objects
from symconv.value import Value, replace

if TYPE_CHECKING:
    from symconv.axes import Axis, Letters
    from symconv.taps import Taps


class _Shared(Value):
    """A loss, which divides all its windows by the same number, if by any."""

    def cells(self, axes: Sequence[Axis], sizes: Sequence[int]) -> Array | None:
        raise NotImplementedError

    def cells_at(self, axes: Sequence[Axis], sizes: Sequence[int], output: tuple[int, ...]) -> Any:
        cells = self.cells(axes, sizes)
        return None if cells is None else cells[0]


class SquaredError(_Shared):
    """``(x − t)²`` summed over what an output reads; with ``mean``, divided by the number of entries."""

    mean: bool = True

    def value(self, window: Window) -> Formula:
        pairs = zip(window.inputs, window.weights, strict=True)
        squares = tuple(Power(_difference(x, t), 2) for x, t in pairs)
        return _over(squares[0] if len(squares) == 1 else Sum(squares), window.cells)

    def slope(self, window: Window, position: int) -> Formula | int:
        return self.general_slope(window.inputs[position], window.weights[position], None, window.cells)

    def forward(self, taps: Taps, x: Array, weight: Array | None, cells: Array | None) -> Array:
        return _values(self, taps, x, weight, cells)

    def slopes(self, taps: Taps, x: Array, weight: Array | None, cells: Array | None) -> Slopes:
        return _slopes(self, taps, x, weight, cells)

    def general(self, body: Entry, weight: Entry | None, ranges: tuple[Range, ...], cells: Any) -> Formula:
        square = Power(_difference(body, weight), 2)
        return _times(cells, Over("∑", square, ranges) if ranges else square)

    def general_slope(self, body: Any, weight: Any, output: Entry | None, cells: Any) -> Formula | Any:
        return _over(Product((2, _difference(body, weight))), 1 if cells is None else cells)

    def cells(self, axes: Sequence[Axis], sizes: Sequence[int]) -> Array | None:
        return objects([int(np.prod(sizes, dtype=object))]) if self.mean else None

    def cells_formula(self, axes: Sequence[Axis], letters: Sequence[Letters], base: int) -> Any:
        return sp.Mul(*(at.input_size for at in letters)) if self.mean else None


class Classes(NamedTuple):
    """What the general formula of a cross entropy needs: what divides, if anything, and the classes' range."""

    divisor: Any
    span: Range


class CrossEntropy(_Shared):
    """``−Σ_c t_c·ln(e^x_c / Σ_m e^x_m)`` summed over the samples that an output reads.

    Args:
        classes: the number of classes.
        inner: how many entries lie from one class to the next in what an output reads, row by row.
        mean: whether the sum is divided by the number of samples.
    """

    classes: int
    inner: int = 1
    mean: bool = True

    def value(self, window: Window) -> Formula:
        samples = [self._sample(window, place) for place in self._samples(len(window.inputs))]
        return _over(samples[0] if len(samples) == 1 else Sum(tuple(samples)), window.cells)

    def _sample(self, window: Window, places: Sequence[int]) -> Formula:
        normaliser = Sum(tuple(Apply("exp", window.inputs[place]) for place in places))
        logarithms = (
            Apply("ln", Quotient(Apply("exp", window.inputs[place]), normaliser)) for place in places
        )
        terms = tuple(
            Product((window.weights[place], ln)) for place, ln in zip(places, logarithms, strict=True)
        )
        return Negative(Sum(terms))

    def slope(self, window: Window, position: int) -> Formula | int:
        places = next(own for own in self._samples(len(window.inputs)) if position in own)
        normaliser = Sum(tuple(Apply("exp", window.inputs[place]) for place in places))
        share = Quotient(Apply("exp", window.inputs[position]), normaliser)
        return _over(_difference(share, window.weights[position]), window.cells)

    def forward(self, taps: Taps, x: Array, weight: Array | None, cells: Array | None) -> Array:
        return _values(self, taps, x, weight, cells)

    def slopes(self, taps: Taps, x: Array, weight: Array | None, cells: Array | None) -> Slopes:
        return _slopes(self, taps, x, weight, cells)

    def general(self, body: Entry, weight: Entry | None, ranges: tuple[Range, ...], cells: Any) -> Formula:
        divisor, span = cells
        assert weight is not None
        logarithm = Apply("ln", self._share(body, span))
        return Negative(_times(divisor, Over("∑", Product((weight, logarithm)), ranges)))

    def general_slope(
        self, body: Entry, weight: Entry | None, output: Entry | None, cells: Any
    ) -> Formula | Any:
        divisor, span = cells
        return _over(_difference(self._share(body, span), weight), 1 if divisor is None else divisor)

    def cells(self, axes: Sequence[Axis], sizes: Sequence[int]) -> Array | None:
        return objects([int(np.prod(sizes, dtype=object)) // self.classes]) if self.mean else None

    def cells_formula(self, axes: Sequence[Axis], letters: Sequence[Letters], base: int) -> Any:
        pairs = list(zip(axes, letters, strict=True))
        axis, at = next((axis, at) for axis, at in pairs if axis.role == "channel")
        assert isinstance(axis, Whole)
        divisor = sp.Mul(*(own.input_size for _, own in pairs if own is not at)) if self.mean else None
        return Classes(divisor, axis.span(at, base))

    def slope_is_derivative(self) -> bool:
        """Whether SymPy's derivative of the value of a sample is the slope, identically where Σ t = 1.

        With ``x_c = ln u_c`` both are rational functions of u, and their difference cancels to zero;
        ``d/dx = u·d/du``.
        """
        us = sp.symbols(f"u1:{self.classes + 1}", positive=True)
        ts = sp.symbols(f"t1:{self.classes}", real=True)
        window = Window(Entry("C"), tuple(map(sp.log, us)), (*ts, 1 - sp.Add(*ts)), 1, None)
        one = replace(self, inner=1)
        value = evaluate(one.value(window), None, {})  # type: ignore[arg-type]
        slopes = (evaluate(one.slope(window, place), None, {}) for place in range(self.classes))  # type: ignore[arg-type]
        return all(sp.cancel(u * sp.diff(value, u) - slope) == 0 for u, slope in zip(us, slopes, strict=True))

    def _samples(self, count: int) -> list[range]:
        """For every sample of a window the places of its classes."""
        block = self.classes * self.inner
        return [
            range(start + step, start + block, self.inner)
            for start in range(0, count, block)
            for step in range(self.inner)
        ]

    def _share(self, body: Entry, span: Range) -> Formula:
        other = sp.Symbol("m", integer=True)
        index = tuple(other if i == span.var else i for i in body.index)
        normaliser = Over("∑", Apply("exp", replace(body, index=index)), (replace(span, var=other),))
        return Quotient(Apply("exp", body), normaliser)


def _difference(left: Any, right: Any) -> Formula:
    return Sum((left, Negative(right)))


def _over(formula: Formula, divisor: Any) -> Formula:
    return formula if divisor == 1 else Quotient(formula, divisor)


def _times(divisor: Any, formula: Formula) -> Formula:
    return formula if divisor is None or divisor == 1 else Product((Quotient(1, divisor), formula))


def _windows(taps: Taps, x: Array, weight: Array | None, cells: Array | None) -> list[tuple[Any, Window]]:
    """The places of every window's taps, and the window with its numbers in place of entries."""
    assert weight is not None
    groups = taps.by_out
    bounds = [*groups.starts.tolist(), len(groups.order)]
    divisor = 1 if cells is None else cells[0]
    result = []
    for start, stop in pairwise(bounds):
        places = groups.order[start:stop]
        inputs, targets = x.take(taps.inp.take(places)), weight.take(taps.offset.take(places))
        result.append((places, Window(Entry("C"), tuple(inputs), tuple(targets), divisor, None)))
    return result


def _values(loss: Any, taps: Taps, x: Array, weight: Array | None, cells: Array | None) -> Array:
    return objects(
        exact(evaluate(loss.value(window), None, {}))  # type: ignore[arg-type]
        for _, window in _windows(taps, x, weight, cells)
    )


def _slopes(loss: Any, taps: Taps, x: Array, weight: Array | None, cells: Array | None) -> Slopes:
    values = np.zeros(len(taps), dtype=object)
    for places, window in _windows(taps, x, weight, cells):
        for place in range(len(places)):
            slope = evaluate(loss.slope(window, place), None, {})  # type: ignore[arg-type]
            values[places[place]] = exact(slope)
    return Slopes(values, np.arange(len(values)))
