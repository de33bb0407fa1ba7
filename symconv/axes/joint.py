"""Axes that cover all dimensions at once, where planes differ: unpooling, and windows of each plane's own.

Inputs and outputs are counted row by row through the whole array.
"""

from __future__ import annotations

from collections.abc import Callable
from math import prod
from typing import Any

import numpy as np
import sympy as sp

from symconv.arithmetic import Range
from symconv.axes.axis import AxisTaps, Indices, Letters, Over, Reads, last_index, sequence
from symconv.axes.windows import Fractional
from symconv.value import Value


class Scattered(Value):
    """Every input goes to the output position that an index names: ``out = target[in]``.

    Where several inputs name the same position, the last one stays, as in PyTorch.

    Args:
        targets: the output position of every input position.
        output: the number of output positions.
    """

    targets: tuple[int, ...]
    output: int
    role: str = "spatial"

    def output_size(self, size: Any) -> Any:
        return self.output

    def weight_shape(self) -> tuple[int, ...]:
        return ()

    def most_taps(self, size: int) -> int:
        return max(1, len(self.targets))

    def taps(self, size: int) -> AxisTaps:
        last = self._last()
        out = np.array(sorted(last), dtype=np.int64)
        inp = np.array([last[target] for target in sorted(last)], dtype=np.int64)
        return AxisTaps(out, inp, np.zeros_like(out), (self.output, size, 1))

    def sequences(self, at: Letters, size: int, base: int) -> dict[Any, Callable[..., int]]:
        """The members of the sequences of targets and, for every input, of the last one with its target."""
        last = self._last()
        return {
            sequence("t", at): lambda inp: self.targets[inp - base] + base,
            sequence("z", at): lambda inp: last[self.targets[inp - base]] + base,
        }

    def reads_by_output(self, at: Letters, base: int) -> Reads:
        target = sequence("t", at)(at.offset)
        everywhere = (Range(at.offset, sp.Integer(base), last_index(at.input_size, base)),)
        there = sp.Eq(target, at.out, evaluate=False)
        return Reads(at.out, at.offset, (), everywhere, (there, *self._stays(at, at.offset)))

    def reads_by_input(self, at: Letters, base: int, over: Over | None = None) -> Reads:
        return Reads(sequence("t", at)(at.inp), at.inp, where=self._stays(at, at.inp))

    def reads_by_offset(self, at: Letters, base: int) -> Reads:
        raise NotImplementedError("unpooling has no weights")

    def _last(self) -> dict[int, int]:
        """For every target the last input that names it."""
        return {target: position for position, target in enumerate(self.targets)}

    def _stays(self, at: Letters, inp: sp.Expr) -> tuple[sp.Basic, ...]:
        """The condition that an input is the last one with its target; none where all targets differ."""
        if self.output and len(self._last()) == len(self.targets):
            return ()
        return (sp.Eq(sequence("z", at)(inp), inp, evaluate=False),)


class Planewise(Value):
    """Every plane with windows of its own: fractional pooling with samples for each of them.

    Args:
        planes: for every plane its axes; all have the same kernel size and the same output size.
        sizes: the size of a plane.
    """

    planes: tuple[tuple[Fractional, ...], ...]
    sizes: tuple[int, ...]
    role: str = "spatial"

    @property
    def kernel_size(self) -> int:
        """The number of cells in a window."""
        return prod(axis.kernel_size for axis in self.planes[0])

    def output_size(self, size: Any) -> Any:
        axes = zip(self.planes[0], self.sizes, strict=True)
        return len(self.planes) * prod(axis.output_size(side) for axis, side in axes)

    def weight_shape(self) -> tuple[int, ...]:
        return ()

    def most_taps(self, size: int) -> int:
        return int(self.output_size(size)) * self.kernel_size

    def taps(self, size: int) -> AxisTaps:
        windows = self.windows()
        out = np.repeat(np.arange(len(windows)), windows.shape[1])
        return AxisTaps(out, windows.ravel(), np.zeros_like(out), (len(windows), size, 1))

    def windows(self) -> Indices:
        """The cells of every window, one window a row."""
        corners = []
        for number, axes in enumerate(self.planes):
            starts = (axis.starts(side) for axis, side in zip(axes, self.sizes, strict=True))
            corners.append(number * prod(self.sizes) + self._flat(*starts))
        within = self._flat(*(np.arange(axis.kernel_size) for axis in self.planes[0]))
        return np.concatenate(corners)[:, None] + within

    def sequences(self, at: Letters, size: int, base: int) -> dict[Any, Callable[..., int]]:
        """The members of the sequence of cells, window by window."""
        cells = self.windows().tolist()
        return {sequence("w", at): lambda out, offset: cells[out - base][offset - base] + base}

    def reads_by_output(self, at: Letters, base: int) -> Reads:
        return Reads(at.out, sequence("w", at)(at.out, at.offset), (), (self._cells(at, base),))

    def reads_by_input(self, at: Letters, base: int, over: Over | None = None) -> Reads:
        windows = Range(at.out, sp.Integer(base), last_index(at.output_size, base))
        here = sp.Eq(sequence("w", at)(at.out, at.offset), at.inp, evaluate=False)
        return Reads(at.out, at.inp, (), (windows, self._cells(at, base)), (here,))

    def reads_by_offset(self, at: Letters, base: int) -> Reads:
        raise NotImplementedError("a window of a pooling has no weights")

    def _flat(self, *positions: Indices) -> Indices:
        """The flat positions in a plane of all combinations of positions on its axes, row by row."""
        return np.ravel_multi_index(np.ix_(*positions), self.sizes).ravel()

    def _cells(self, at: Letters, base: int) -> Range:
        return Range(at.offset, sp.Integer(base), last_index(at.kernel_size, base))
