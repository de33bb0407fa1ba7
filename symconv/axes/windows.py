"""Axes whose windows follow from a wanted output size."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
import sympy as sp

from symconv.arithmetic import Range
from symconv.axes.axis import (
    AxisTaps,
    Indices,
    Letters,
    Over,
    Reads,
    Size,
    ceiling,
    floor,
    last_index,
    sequence,
)
from symconv.errors import ShapeError
from symconv.value import Value


class Adaptive(Value):
    """Windows that share the input out evenly: output ``o`` reads ``⌊o·I/O⌋ … ⌈(o+1)·I/O⌉ − 1``.

    Args:
        output: the number of output positions O; ``None`` keeps the input's size.
    """

    output: Size | None
    role: str = "spatial"

    def output_size(self, size: Any) -> Any:
        return size if self.output is None else self.output

    def weight_shape(self) -> tuple[int, ...]:
        return ()

    def most_taps(self, size: int) -> int:
        return size + 2 * int(self.output_size(size))

    def taps(self, size: int) -> AxisTaps:
        return _windows(self.starts(size), self.stops(size), size)

    def cells(self, size: int, count_padding: bool) -> Indices:
        """The lengths of the windows."""
        return self.stops(size) - self.starts(size)

    def cells_formula(self, at: Letters, base: int, count_padding: bool) -> sp.Expr:
        """:meth:`cells` as a formula in the output position."""
        low, high = self._limits(at, base)
        return high - low

    def reads_by_output(self, at: Letters, base: int) -> Reads:
        low, high = self._limits(at, base)
        return Reads(at.out, at.offset, (), (Range(at.offset, low + base, high - 1 + base),))

    def reads_by_input(self, at: Letters, base: int, over: Over | None = None) -> Reads:
        I, O, t = at.input_size, at.output_size, at.inp - base
        ranges = (Range(at.out, floor(t * O / I) + base, ceiling((t + 1) * O / I) - 1 + base),)
        return Reads(at.out, at.inp, (), ranges)

    def reads_by_offset(self, at: Letters, base: int) -> Reads:
        raise NotImplementedError("an adaptive window has no weights")

    def _limits(self, at: Letters, base: int) -> tuple[sp.Expr, sp.Expr]:
        I, O, o = at.input_size, at.output_size, at.out - base
        return floor(o * I / O), ceiling((o + 1) * I / O)

    def starts(self, size: int) -> Indices:
        """Where the windows start, counted from 0."""
        count = int(self.output_size(size))
        return np.arange(count) * size // count

    def stops(self, size: int) -> Indices:
        """Behind which position they stop."""
        count = int(self.output_size(size))
        return -(-(np.arange(1, count + 1) * size) // count)


class Fractional(Value):
    """Windows of one length that start at a pseudo-random sequence, as ``torch.nn.FractionalMaxPool2d``.

    With ``a = (I − K)/(O − 1)`` and a sample ``u`` in [0, 1), window ``o < O − 1`` starts at
    ``⌊(o + u)·a⌋ − ⌊u·a⌋`` and the last one at ``I − K``.

    Args:
        kernel_size: K.
        output: O, or as a ``Fraction`` below 1 its ratio to the input size.
        sample: u.
    """

    kernel_size: Any
    output: Any
    sample: Fraction
    role: str = "spatial"

    def output_size(self, size: Any) -> Any:
        """The output size, or ``⌊ratio·I⌋`` where ``output`` is a ratio."""
        return int(self.output * size) if isinstance(self.output, Fraction) else self.output

    def weight_shape(self) -> tuple[int, ...]:
        return ()

    def most_taps(self, size: int) -> int:
        return int(self.output_size(size)) * int(self.kernel_size)

    def taps(self, size: int) -> AxisTaps:
        starts = self.starts(size)
        return _windows(starts, starts + self.kernel_size, size)

    def sequences(self, at: Letters, size: int, base: int) -> dict[Any, Callable[..., int]]:
        """The members of the sequence of starts."""
        starts = self.starts(size).tolist()
        return {sequence("s", at): lambda out: starts[out - base]}

    def starts(self, size: int) -> Indices:
        """Where the windows start, counted from 0.

        Raises:
            ShapeError: output size plus kernel size exceeds the input by more than 1, as PyTorch refuses.
        """
        count = self.output_size(size)
        if count < 1 or count + self.kernel_size - 1 > size:
            raise ShapeError(
                f"{count} fractional windows of {self.kernel_size} need at least one window and an input of "
                f"{count + self.kernel_size - 1} or more, not {size}"
            )
        last = size - self.kernel_size
        if count == 1:
            return np.array([last])
        step = Fraction(last, count - 1)
        first = int(self.sample * step)
        inner = [int((o + self.sample) * step) - first for o in range(count - 1)]
        return np.array([*inner, last])

    def reads_by_output(self, at: Letters, base: int) -> Reads:
        start = sequence("s", at)(at.out)
        ranges = (Range(at.offset, sp.Integer(base), last_index(at.kernel_size, base)),)
        return Reads(at.out, start + at.offset, (), ranges)

    def reads_by_input(self, at: Letters, base: int, over: Over | None = None) -> Reads:
        start = sequence("s", at)(at.out)
        ranges = (Range(at.out, sp.Integer(base), last_index(at.output_size, base)),)
        where = (sp.Le(start + base, at.inp), sp.Le(at.inp, start + at.kernel_size - 1 + base))
        return Reads(at.out, at.inp, (), ranges, where)

    def reads_by_offset(self, at: Letters, base: int) -> Reads:
        raise NotImplementedError("a fractional window has no weights")


def _windows(starts: Indices, stops: Indices, size: int) -> AxisTaps:
    lengths = stops - starts
    out = np.repeat(np.arange(len(starts)), lengths)
    within = np.arange(len(out)) - np.repeat(np.cumsum(lengths) - lengths, lengths)
    inp = starts[out] + within
    return AxisTaps(out, inp, np.zeros_like(out), (len(starts), size, 1))
