"""Axes of batches and channels, and axes that are read whole."""

from __future__ import annotations

from typing import Any

import numpy as np
import sympy as sp

from symconv.arithmetic import Range
from symconv.axes.axis import AxisTaps, Indices, Letters, Over, Reads, Size, last_index
from symconv.number import symbolic
from symconv.value import Value


class Pointwise(Value):
    """Every position by itself: ``in = out``.

    Args:
        role: ``batch``, ``channel`` or ``spatial``; ``row`` for one of several dimensions before features.
        weighted: whether every position meets an entry of a second array, as it does in a loss.
    """

    role: str = "batch"
    weighted: bool = False

    def output_size(self, size: Any) -> Any:
        return size

    def weight_shape(self) -> tuple[int, ...]:
        return ()

    def most_taps(self, size: int) -> int:
        return size

    def taps(self, size: int) -> AxisTaps:
        at = np.arange(size)
        return AxisTaps(at, at, _met(at, self.weighted), (size, size, size if self.weighted else 1))

    def reads_by_output(self, at: Letters, base: int) -> Reads:
        return Reads(at.out, at.out, (at.out,) if self.weighted else ())

    def reads_by_input(self, at: Letters, base: int, over: Over | None = None) -> Reads:
        return Reads(at.inp, at.inp, (at.inp,) if self.weighted else ())

    def reads_by_offset(self, at: Letters, base: int) -> Reads:
        return Reads(at.out, at.out, (), (Range(at.out, sp.Integer(base), last_index(at.output_size, base)),))


class Whole(Value):
    """One output position reads every input; it takes no part in the output's index.

    Args:
        role: as for :class:`Pointwise`; ``channel`` for the classes of a cross entropy.
        weighted: whether every position meets an entry of a second array, as it does in a loss.
    """

    role: str = "spatial"
    weighted: bool = False

    def output_size(self, size: Any) -> Any:
        return 1

    def weight_shape(self) -> tuple[int, ...]:
        return ()

    def most_taps(self, size: int) -> int:
        return size

    def taps(self, size: int) -> AxisTaps:
        at = np.arange(size)
        return AxisTaps(
            np.zeros_like(at), at, _met(at, self.weighted), (1, size, size if self.weighted else 1)
        )

    def span(self, at: Letters, base: int) -> Range:
        """The range of the positions that are read."""
        return Range(at.inp, sp.Integer(base), last_index(at.input_size, base))

    def reads_by_output(self, at: Letters, base: int) -> Reads:
        return Reads(sp.Integer(base), at.inp, (at.inp,) if self.weighted else (), (self.span(at, base),))

    def reads_by_input(self, at: Letters, base: int, over: Over | None = None) -> Reads:
        return Reads(sp.Integer(base), at.inp, (at.inp,) if self.weighted else ())

    def reads_by_offset(self, at: Letters, base: int) -> Reads:
        raise NotImplementedError("what is summed whole has no weights")


def _met(at: Indices, weighted: bool) -> Indices:
    """For every position the entry of the second array that it meets."""
    return at if weighted else np.zeros_like(at)


class Grouped(Value):
    """The channel axis of a convolution: output ``f`` reads every input channel of its group.

    With ``F`` outputs, ``C`` inputs and ``g`` groups, output ``f`` belongs to group ``⌊f/(F/g)⌋`` and reads the
    ``C/g`` inputs from ``⌊f/(F/g)⌋·C/g`` on.
    """

    in_channels: Any
    out_channels: Any
    groups: int = 1
    role: str = "channel"

    def output_size(self, size: Any) -> Any:
        return self.out_channels

    def input_size(self, count: Any) -> Any:
        """The number of input channels."""
        return self.in_channels

    def weight_shape(self) -> tuple[int, ...]:
        return (self.out_channels, self.in_channels // self.groups)

    def most_taps(self, size: int) -> int:
        return self.out_channels * (self.in_channels // self.groups)  # type: ignore[no-any-return]

    def taps(self, size: int) -> AxisTaps:
        return self.between(self.in_channels, self.out_channels)

    def between(self, size: int, count: int) -> AxisTaps:
        """The taps, which the sizes cannot change."""
        reads, outs = self.in_channels // self.groups, self.out_channels // self.groups
        out, local = np.divmod(np.arange(self.out_channels * reads), reads)
        inp = out // outs * reads + local
        sizes = (self.out_channels, self.in_channels, self.out_channels * reads)
        return AxisTaps(out, inp, np.arange(self.out_channels * reads), sizes)

    def reads_by_output(self, at: Letters, base: int) -> Reads:
        local = Range(at.offset, sp.Integer(base), last_index(self._per_group(self.in_channels), base))
        return Reads(at.out, self._first_input(at.out, base) + at.offset, (at.out, at.offset), (local,))

    def reads_by_input(self, at: Letters, base: int, over: Over | None = None) -> Reads:
        reads, outs = self._per_group(self.in_channels), self._per_group(self.out_channels)
        group = sp.Integer(0) if self.groups == 1 else sp.floor((at.inp - base) / reads)
        ranges = (Range(at.out, outs * group + base, outs * group + outs - 1 + base),)
        return Reads(at.out, at.inp, (at.out, at.inp - reads * group), ranges)

    def reads_by_offset(self, at: Letters, base: int) -> Reads:
        return Reads(at.out, self._first_input(at.out, base) + at.offset, (at.out, at.offset))

    def _per_group(self, channels: Size) -> sp.Expr:
        return symbolic(channels) / self.groups

    def _first_input(self, out: sp.Expr, base: int) -> sp.Expr:
        """How many input channels come before the group of an output channel."""
        if self.groups == 1:
            return sp.Integer(0)
        group = sp.floor((out - base) / self._per_group(self.out_channels))
        return self._per_group(self.in_channels) * group
