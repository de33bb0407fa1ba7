"""The axis of a window that slides: convolutions and pooling."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
import sympy as sp

from symconv.arithmetic import Range
from symconv.axes.axis import AxisTaps, Indices, Letters, Over, Reads, Size, ceiling, floor, last_index
from symconv.errors import ShapeError
from symconv.number import symbolic
from symconv.value import Value

PaddingMode = Literal["zeros", "reflect", "replicate", "circular"]


class Sliding(Value):
    """A window that slides: ``in = stride·out + dilation·offset − padding``.

    Args:
        kernel_size, stride, dilation: K, S and D; integers or symbols.
        padding: the padding before and after the input.
        ceil_mode: round the output size up, as PyTorch: a last window that would start in the padding after
            the input is dropped.
        weighted: whether each offset has its own weight (a convolution).
        mode: what stands in the padding: ``zeros`` (nothing is read there), or the input once more, by
            PyTorch's names: mirrored at its ends without repeating them (``reflect``), its outermost entries
            (``replicate``), or from its other end (``circular``). Only the position map changes.
    """

    kernel_size: Size
    stride: Size = 1
    padding: tuple[Size, Size] = (0, 0)
    dilation: Size = 1
    ceil_mode: bool = False
    weighted: bool = False
    mode: PaddingMode = "zeros"
    role: str = "spatial"

    def output_size(self, size: Any) -> Any:
        """``⌊(I + P − D(K−1) − 1)/S⌋ + 1`` with P the padding on both sides together; ⌈·⌉ under ceil_mode."""
        K, S, D = self.kernel_size, self.stride, self.dilation
        before, after = self.padding
        self._require_source(size)
        spare = size + before + after - D * (K - 1) - 1
        if not isinstance(spare, int) or not isinstance(S, int):
            quotient = symbolic(spare) / S
            if not self.ceil_mode:
                return floor(quotient) + 1
            rounded = ceiling(quotient) + 1
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

    def input_size(self, count: Any) -> Any:
        """The smallest input that has so many windows: ``S(O − 1) + D(K − 1) + 1 − P``."""
        return self.stride * (count - 1) + self.dilation * (self.kernel_size - 1) + 1 - sum(self.padding)

    def weight_shape(self) -> tuple[int, ...]:
        return (int(self.kernel_size),) if self.weighted else ()

    def most_taps(self, size: int) -> int:
        return int(self.output_size(size)) * int(self.kernel_size)

    def taps(self, size: int) -> AxisTaps:
        return self.between(size, self.output_size(size))

    def between(self, size: int, count: int) -> AxisTaps:
        """The taps of so many windows over an input of this size."""
        kernel = int(self.kernel_size)
        out, offset = (a.ravel() for a in np.indices((count, kernel)))
        # a step that is never taken may be larger than an index can be
        stride, dilation = (int(self.stride) if count > 1 else 0), (int(self.dilation) if kernel > 1 else 0)
        inp = self._source(stride * out + dilation * offset - int(self.padding[0]), size, np.clip)
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
        cells: Indices = np.minimum(start + int(self.kernel_size), high) - np.maximum(start, low)
        return cells

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
        inp = self._position(at, base)
        ranges = (Range(at.offset, sp.Integer(base), last_index(at.kernel_size, base)),)
        return Reads(at.out, inp, self._weight(at.offset), ranges)

    def reads_by_input(self, at: Letters, base: int, over: Over | None = None) -> Reads:
        K, O, S, D, P = at.kernel_size, at.output_size, self.stride, self.dilation, self.padding[0]
        t = at.inp - base + P
        if self.mode != "zeros":
            # an entry stands at several positions; all pairs of output and offset that lead to it count
            everywhere = tuple(
                Range(var, sp.Integer(base), last_index(count, base))
                for var, count in ((at.out, O), (at.offset, K))
            )
            here = sp.Eq(self._position(at, base), at.inp, evaluate=False)
            return Reads(at.out, at.inp, self._weight(at.offset), everywhere, (here,))
        if over is None:
            over = "offset" if self.weighted and S == 1 and D != 1 else "output"
        if over == "output":
            lower = _larger(base, ceiling((t - _shifted(D, K, 1)) / S) + base)
            upper = _smaller(last_index(O, base), floor(t / S) + base)
            rest = t - _shifted(S, at.out, base)
            weight = self._weight(rest / D + base)
            where = _divides(D, rest)
            return Reads(at.out, at.inp, weight, (Range(at.out, lower, upper),), where)
        rest = t - _shifted(D, at.offset, base)
        lower = _larger(base, ceiling((t - _shifted(S, O, 1)) / D) + base)
        upper = _smaller(last_index(K, base), floor(t / D) + base)
        ranges = (Range(at.offset, lower, upper),)
        return Reads(rest / S + base, at.inp, self._weight(at.offset), ranges, _divides(S, rest))

    def reads_by_offset(self, at: Letters, base: int) -> Reads:
        ranges = (Range(at.out, sp.Integer(base), last_index(at.output_size, base)),)
        return Reads(at.out, self._position(at, base), self._weight(at.offset), ranges)

    def _position(self, at: Letters, base: int) -> sp.Expr:
        """The input that output ``at.out`` reads with weight ``at.offset``."""
        S, D, P = self.stride, self.dilation, self.padding[0]
        steps = _shifted(S, at.out, base) + _shifted(D, at.offset, base) - P
        if self.mode == "zeros":
            return steps + base
        return self._source(steps, symbolic(at.input_size), _clip) + base

    def _source(self, position: Any, size: Any, clip: Any) -> Any:
        """Where the entry comes from that stands at a position, which may be in the padding."""
        match self.mode:
            case "reflect":
                return size - 1 - abs(size - 1 - abs(position))
            case "replicate":
                return clip(position, 0, size - 1)
            case "circular":
                return position % size
        return position

    def _require_source(self, size: Size) -> None:
        """PyTorch's limits: a mode of padding reads every entry at most once more on either side."""
        spare = {"reflect": 1, "circular": 0}.get(self.mode)
        widest = max(self.padding) if all(isinstance(width, int) for width in self.padding) else 0
        if spare is not None and isinstance(size, int) and widest > size - spare:
            bound = "less than" if spare else "at most"
            raise ShapeError(
                f"with padding_mode {self.mode!r} the padding must be {bound} the input's size {size}, not {widest}"
            )

    def _weight(self, offset: sp.Expr) -> tuple[sp.Expr, ...]:
        return (offset,) if self.weighted else ()


def _clip(position: sp.Expr, low: Size, high: Size) -> sp.Expr:
    return _smaller(high, _larger(low, position))


def _shifted(factor: Size, index: sp.Expr, base: int) -> sp.Expr:
    """``factor·(index − base)``, multiplied out for a number."""
    return factor * index - factor * base if isinstance(factor, int) else factor * (index - base)


def _divides(divisor: Size, rest: sp.Expr) -> tuple[sp.Basic, ...]:
    """The condition that ``divisor`` divides ``rest``; none for 1."""
    return () if divisor == 1 else (sp.Eq(sp.Mod(rest, divisor, evaluate=False), 0, evaluate=False),)


def _larger(bound: Size, at_index: sp.Expr) -> sp.Expr:
    """The maximum of a bound and of what grows with the index, which can be anything.

    Neither is always the larger one: to try to prove it takes SymPy milliseconds.
    """
    return sp.Max(bound, at_index, evaluate=False)


def _smaller(bound: Size, at_index: sp.Expr) -> sp.Expr:
    """The minimum, as :func:`_larger`."""
    return sp.Min(bound, at_index, evaluate=False)
