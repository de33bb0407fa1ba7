"""The one-dimensional axes: which input positions each output position reads.

Every convolution and pooling operator is a product of axes with one reduction. An axis knows its taps
``(out, in, offset)`` twice: as index arrays for a concrete size (:meth:`taps`), and as formulas in symbols
(:class:`Reads`). Positions are counted from 0 in the arrays and from ``base`` in the formulas.

=============  =========================================================  ================================
axis           reads                                                      used by
=============  =========================================================  ================================
`Pointwise`    ``in = out``                                               batch; channels of a pooling
`Grouped`      every channel of the output channel's group                channels of a convolution
`Sliding`      ``in = stride·out + dilation·offset − padding``            convolutions and pooling windows
`Adaptive`     ``⌊out·I/O⌋ … ⌈(out+1)·I/O⌉ − 1``                          adaptive pooling
`Fractional`   ``start(out) … start(out) + kernel_size − 1``              fractional pooling
`Scattered`    the inputs that name ``out`` as their target               unpooling
=============  =========================================================  ================================

The guarded inverse of a sliding axis, at input position ``t``, is ``o = (t + P − D·m)/S`` when ``S`` divides
``t + P − D·m``, within ``max(0, ⌈(t+P−D(K−1))/S⌉) ≤ o ≤ min(O−1, ⌊(t+P)/S⌋)``. Sources: the pages of
``torch.nn.Conv2d``, ``MaxPool2d`` and ``AdaptiveAvgPool2d``; Dumoulin and Visin, "A guide to convolution
arithmetic for deep learning", arXiv 1603.07285.

To add an axis: a frozen class with ``output_size``, ``taps`` and the two ``reads_by_*`` formulas.
"""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from typing import Any, Literal, Protocol

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from symconv.errors import ShapeError

Size = int | sp.Expr
"""A size or a parameter: a number, or a symbol that stands for one."""
Indices = NDArray[np.int64]


@dataclass(frozen=True)
class AxisTaps:
    """The taps of one axis at one size, sorted by ``out`` and then by ``offset``.

    ``sizes`` are the number of output positions, input positions and weights of the axis.
    """

    out: Indices
    inp: Indices
    offset: Indices
    sizes: tuple[int, int, int]

    def __len__(self) -> int:
        return len(self.out)

    @cached_property
    def triples(self) -> list[tuple[int, int, int]]:
        """The taps as tuples ``(out, in, offset)``."""
        return list(zip(self.out.tolist(), self.inp.tolist(), self.offset.tolist(), strict=True))

    @cached_property
    def by_position(self) -> tuple[dict[int, list[tuple[int, int, int]]], ...]:
        """The taps by output, by input and by offset position."""
        groups: tuple[dict[int, list[tuple[int, int, int]]], ...] = ({}, {}, {})
        for tap in self.triples:
            for group, position in zip(groups, tap, strict=True):
                group.setdefault(position, []).append(tap)
        return groups


@dataclass(frozen=True, slots=True)
class Range:
    """An index that runs from ``lower`` to ``upper``, both included."""

    var: sp.Symbol
    lower: sp.Expr
    upper: sp.Expr


@dataclass(frozen=True, slots=True)
class Letters:
    """The letters of one axis in a general formula."""

    inp: sp.Symbol
    out: sp.Symbol
    offset: sp.Symbol
    input_size: Size
    output_size: Size
    kernel_size: Size


@dataclass(frozen=True, slots=True)
class Reads:
    """One axis of a general formula: the taps that share one position.

    Over ``ranges`` and where ``where`` holds, output ``out`` reads input ``inp`` with weight index ``weight``.
    A position outside of the array is padding.
    """

    out: sp.Expr
    inp: sp.Expr
    weight: tuple[sp.Expr, ...] = ()
    ranges: tuple[Range, ...] = ()
    where: tuple[sp.Basic, ...] = ()


Over = Literal["output", "offset"]
"""What a backward sum runs over; ``output`` needs divisibility by the dilation, ``offset`` by the stride."""


class Axis(Protocol):
    """What every axis offers."""

    @property
    def role(self) -> str:
        """``batch``, ``channel`` or ``spatial``."""

    def output_size(self, size: Any) -> Any:
        """The number of output positions for an input of this size; a formula for a symbol."""

    def weight_shape(self) -> tuple[int, ...]:
        """The part of the weight's shape that belongs to this axis."""

    def taps(self, size: int) -> AxisTaps:
        """The taps for an input of this size."""

    def reads_by_output(self, at: Letters, base: int) -> Reads:
        """What output ``at.out`` reads."""

    def reads_by_input(self, at: Letters, base: int, over: Over | None = None) -> Reads:
        """Where input ``at.inp`` is read."""

    def reads_by_offset(self, at: Letters, base: int) -> Reads:
        """What the weight at ``at.offset`` is multiplied with."""


@dataclass(frozen=True, slots=True)
class Pointwise:
    """Every position by itself: ``in = out``."""

    role: str = "batch"

    def output_size(self, size: Any) -> Any:
        return size

    def weight_shape(self) -> tuple[int, ...]:
        return ()

    def taps(self, size: int) -> AxisTaps:
        at = np.arange(size)
        return AxisTaps(at, at, np.zeros_like(at), (size, size, 1))

    def reads_by_output(self, at: Letters, base: int) -> Reads:
        return Reads(at.out, at.out)

    def reads_by_input(self, at: Letters, base: int, over: Over | None = None) -> Reads:
        return Reads(at.inp, at.inp)

    def reads_by_offset(self, at: Letters, base: int) -> Reads:
        return Reads(at.out, at.out, (), (Range(at.out, sp.Integer(base), _last(at.output_size, base)),))


@dataclass(frozen=True, slots=True)
class Grouped:
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

    def weight_shape(self) -> tuple[int, ...]:
        return (self.out_channels, self.in_channels // self.groups)

    def taps(self, size: int) -> AxisTaps:
        reads, outs = self.in_channels // self.groups, self.out_channels // self.groups
        out, local = np.divmod(np.arange(self.out_channels * reads), reads)
        inp = out // outs * reads + local
        sizes = (self.out_channels, self.in_channels, self.out_channels * reads)
        return AxisTaps(out, inp, np.arange(self.out_channels * reads), sizes)

    def reads_by_output(self, at: Letters, base: int) -> Reads:
        local = Range(at.offset, sp.Integer(base), _last(self._per_group(self.in_channels), base))
        return Reads(at.out, self._first_input(at.out, base) + at.offset, (at.out, at.offset), (local,))

    def reads_by_input(self, at: Letters, base: int, over: Over | None = None) -> Reads:
        reads, outs = self._per_group(self.in_channels), self._per_group(self.out_channels)
        group = sp.Integer(0) if self.groups == 1 else sp.floor((at.inp - base) / reads)
        ranges = (Range(at.out, outs * group + base, outs * group + outs - 1 + base),)
        return Reads(at.out, at.inp, (at.out, at.inp - reads * group), ranges)

    def reads_by_offset(self, at: Letters, base: int) -> Reads:
        return Reads(at.out, self._first_input(at.out, base) + at.offset, (at.out, at.offset))

    def _per_group(self, channels: Size) -> sp.Expr:
        return sp.sympify(channels) / self.groups

    def _first_input(self, out: sp.Expr, base: int) -> sp.Expr:
        """How many input channels come before the group of an output channel."""
        if self.groups == 1:
            return sp.Integer(0)
        group = sp.floor((out - base) / self._per_group(self.out_channels))
        return self._per_group(self.in_channels) * group


@dataclass(frozen=True, slots=True)
class Sliding:
    """A window that slides: ``in = stride·out + dilation·offset − padding``.

    Args:
        kernel_size, stride, dilation: K, S and D; integers or symbols.
        padding: the padding before and after the input.
        ceil_mode: round the output size up, as PyTorch: a last window that would start in the padding after
            the input is dropped.
        weighted: whether each offset has its own weight (a convolution).
    """

    kernel_size: Size
    stride: Size = 1
    padding: tuple[Size, Size] = (0, 0)
    dilation: Size = 1
    ceil_mode: bool = False
    weighted: bool = False
    role: str = "spatial"

    def output_size(self, size: Any) -> Any:
        """``⌊(I + P − D(K−1) − 1)/S⌋ + 1`` with P the padding on both sides together; ⌈·⌉ under ceil_mode."""
        K, S, D = self.kernel_size, self.stride, self.dilation
        before, after = self.padding
        spare = size + before + after - D * (K - 1) - 1
        if not isinstance(spare, int) or not isinstance(S, int):
            quotient = sp.sympify(spare) / S
            if not self.ceil_mode:
                return sp.floor(quotient) + 1
            rounded = sp.ceiling(quotient) + 1
            return sp.Piecewise((rounded - 1, (rounded - 1) * S >= size + before), (rounded, True))
        count = -(-spare // S) + 1 if self.ceil_mode else spare // S + 1
        if self.ceil_mode and (count - 1) * S >= size + before:
            count -= 1
        if count < 1:
            raise ShapeError(
                f"the kernel reaches over {D * (K - 1) + 1} positions, more than the padded input's "
                f"{size + before + after} (input {size}, padding {before} + {after})"
            )
        return count

    def weight_shape(self) -> tuple[int, ...]:
        return (int(self.kernel_size),) if self.weighted else ()

    def taps(self, size: int) -> AxisTaps:
        kernel = int(self.kernel_size)
        count = self.output_size(size)
        out, offset = (a.ravel() for a in np.indices((count, kernel)))
        inp = int(self.stride) * out + int(self.dilation) * offset - int(self.padding[0])
        inside = (inp >= 0) & (inp < size)
        weights = offset[inside] if self.weighted else np.zeros(int(inside.sum()), dtype=np.int64)
        sizes = (count, size, kernel if self.weighted else 1)
        return AxisTaps(out[inside], inp[inside], weights, sizes)

    def cells(self, size: int, count_padding: bool) -> Indices:
        """How many cells each window covers: inside input and padding, or inside the input alone.

        Windows are those of a pooling (dilation 1). A window that ceil_mode lets reach beyond the padding
        is clipped to it.
        """
        start = np.arange(self.output_size(size)) * int(self.stride) - int(self.padding[0])
        low, high = (-int(self.padding[0]), size + int(self.padding[1])) if count_padding else (0, size)
        return np.minimum(start + int(self.kernel_size), high) - np.maximum(start, low)

    def cells_formula(self, at: Letters, base: int, count_padding: bool) -> sp.Expr:
        """:meth:`cells` as a formula in the output position."""
        start = self.stride * (at.out - base) - self.padding[0]
        stop = start + self.kernel_size
        if count_padding:
            clipped = sp.Min(stop, at.input_size + self.padding[1]) if self.ceil_mode else stop
            return sp.expand(clipped - start) if not self.ceil_mode else clipped - start
        low = start if self.padding[0] == 0 else sp.Max(start, 0)
        high = stop if self.padding[1] == 0 and not self.ceil_mode else sp.Min(stop, at.input_size)
        return sp.expand(high - low) if high is stop and low is start else high - low

    def reads_by_output(self, at: Letters, base: int) -> Reads:
        inp = self._position(at.out, at.offset, base)
        ranges = (Range(at.offset, sp.Integer(base), _last(at.kernel_size, base)),)
        return Reads(at.out, inp, self._weight(at.offset), ranges)

    def reads_by_input(self, at: Letters, base: int, over: Over | None = None) -> Reads:
        K, O, S, D, P = at.kernel_size, at.output_size, self.stride, self.dilation, self.padding[0]  # noqa: E741
        t = at.inp - base + P
        if over is None:
            over = "offset" if self.weighted and S == 1 and D != 1 else "output"
        if over == "output":
            lower = sp.Max(base, sp.ceiling((t - _shifted(D, K, 1)) / S) + base)
            upper = sp.Min(_last(O, base), sp.floor(t / S) + base)
            rest = t - _shifted(S, at.out, base)
            weight = self._weight(rest / D + base)
            where = _divides(D, rest)
            return Reads(at.out, at.inp, weight, (Range(at.out, lower, upper),), where)
        rest = t - _shifted(D, at.offset, base)
        lower = sp.Max(base, sp.ceiling((t - _shifted(S, O, 1)) / D) + base)
        upper = sp.Min(_last(K, base), sp.floor(t / D) + base)
        ranges = (Range(at.offset, lower, upper),)
        return Reads(rest / S + base, at.inp, self._weight(at.offset), ranges, _divides(S, rest))

    def reads_by_offset(self, at: Letters, base: int) -> Reads:
        ranges = (Range(at.out, sp.Integer(base), _last(at.output_size, base)),)
        return Reads(at.out, self._position(at.out, at.offset, base), self._weight(at.offset), ranges)

    def _position(self, out: sp.Expr, offset: sp.Expr, base: int) -> sp.Expr:
        S, D, P = self.stride, self.dilation, self.padding[0]
        return _shifted(S, out, base) + _shifted(D, offset, base) - P + base

    def _weight(self, offset: sp.Expr) -> tuple[sp.Expr, ...]:
        return (offset,) if self.weighted else ()


@dataclass(frozen=True, slots=True)
class Adaptive:
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

    def taps(self, size: int) -> AxisTaps:
        return _windows(self._starts(size), self._stops(size), size)

    def cells(self, size: int, count_padding: bool) -> Indices:
        """The lengths of the windows."""
        return self._stops(size) - self._starts(size)

    def cells_formula(self, at: Letters, base: int, count_padding: bool) -> sp.Expr:
        """:meth:`cells` as a formula in the output position."""
        low, high = self._limits(at, base)
        return high - low

    def reads_by_output(self, at: Letters, base: int) -> Reads:
        low, high = self._limits(at, base)
        return Reads(at.out, at.offset, (), (Range(at.offset, low + base, high - 1 + base),))

    def reads_by_input(self, at: Letters, base: int, over: Over | None = None) -> Reads:
        I, O, t = at.input_size, at.output_size, at.inp - base  # noqa: E741
        ranges = (Range(at.out, sp.floor(t * O / I) + base, sp.ceiling((t + 1) * O / I) - 1 + base),)
        return Reads(at.out, at.inp, (), ranges)

    def reads_by_offset(self, at: Letters, base: int) -> Reads:
        raise NotImplementedError("an adaptive window has no weights")

    def _limits(self, at: Letters, base: int) -> tuple[sp.Expr, sp.Expr]:
        I, O, o = at.input_size, at.output_size, at.out - base  # noqa: E741
        return sp.floor(o * I / O), sp.ceiling((o + 1) * I / O)

    def _starts(self, size: int) -> Indices:
        count = int(self.output_size(size))
        return np.arange(count) * size // count

    def _stops(self, size: int) -> Indices:
        count = int(self.output_size(size))
        return -(-(np.arange(1, count + 1) * size) // count)


@dataclass(frozen=True, slots=True)
class Fractional:
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

    def taps(self, size: int) -> AxisTaps:
        starts = self.starts(size)
        return _windows(starts, starts + self.kernel_size, size)

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
        ranges = (Range(at.offset, sp.Integer(base), _last(at.kernel_size, base)),)
        return Reads(at.out, start + at.offset, (), ranges)

    def reads_by_input(self, at: Letters, base: int, over: Over | None = None) -> Reads:
        start = sequence("s", at)(at.out)
        ranges = (Range(at.out, sp.Integer(base), _last(at.output_size, base)),)
        where = (sp.Le(start + base, at.inp), sp.Le(at.inp, start + at.kernel_size - 1 + base))
        return Reads(at.out, at.inp, (), ranges, where)

    def reads_by_offset(self, at: Letters, base: int) -> Reads:
        raise NotImplementedError("a fractional window has no weights")


@dataclass(frozen=True, slots=True)
class Scattered:
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

    def taps(self, size: int) -> AxisTaps:
        last = {target: position for position, target in enumerate(self.targets)}
        out = np.array(sorted(last), dtype=np.int64)
        inp = np.array([last[target] for target in sorted(last)], dtype=np.int64)
        return AxisTaps(out, inp, np.zeros_like(out), (self.output, size, 1))

    def reads_by_output(self, at: Letters, base: int) -> Reads:
        target = sequence("t", at)(at.offset)
        everywhere = (Range(at.offset, sp.Integer(base), _last(at.input_size, base)),)
        return Reads(at.out, at.offset, (), everywhere, (sp.Eq(target, at.out),))

    def reads_by_input(self, at: Letters, base: int, over: Over | None = None) -> Reads:
        return Reads(sequence("t", at)(at.inp), at.inp)

    def reads_by_offset(self, at: Letters, base: int) -> Reads:
        raise NotImplementedError("unpooling has no weights")


def sequence(name: str, at: Letters) -> Any:
    """A sequence of positions that no formula gives: starts of windows, targets; numbered as its axis."""
    return sp.Function(f"{name}{str(at.output_size)[1:]}")


def _last(size: Size, base: int) -> sp.Expr:
    return sp.sympify(size) - 1 + base


def _shifted(factor: Size, index: sp.Expr, base: int) -> sp.Expr:
    """``factor·(index − base)``, multiplied out for a number."""
    return sp.expand(factor * (index - base)) if isinstance(factor, int) else factor * (index - base)


def _divides(divisor: Size, rest: sp.Expr) -> tuple[sp.Basic, ...]:
    """The condition that ``divisor`` divides ``rest``; none for 1."""
    return () if divisor == 1 else (sp.Eq(sp.Mod(rest, divisor, evaluate=False), 0, evaluate=False),)


def _windows(starts: Indices, stops: Indices, size: int) -> AxisTaps:
    lengths = stops - starts
    out = np.repeat(np.arange(len(starts)), lengths)
    within = np.arange(len(out)) - np.repeat(np.cumsum(lengths) - lengths, lengths)
    inp = starts[out] + within
    return AxisTaps(out, inp, np.zeros_like(out), (len(starts), size, 1))
