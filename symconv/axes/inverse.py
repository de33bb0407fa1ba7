r"""Which input sizes give a wanted output size: the inverse of ``axis.output_size``.

A sliding window floors a quotient, so that S consecutive sizes give the same output:

.. math:: \lfloor x \rfloor = n \iff n \le x < n + 1, \qquad
          L = (O - 1) S - P + D (K - 1) + 1 \le I \le L + S - 1

with P the padding of both sides together. Which of them a transposed convolution restores cannot be read off
the output size; that is what its ``output_padding`` says. Source: the pages of ``torch.nn.Conv2d`` and
``torch.nn.ConvTranspose2d``.

An axis without a rule of its own is searched, which is right where its output does not shrink as its input
grows. To add a rule, register it on :func:`input_sizes`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction
from functools import singledispatch
from math import ceil
from typing import Any

import sympy as sp

from symconv.axes.adjoint import Adjoint
from symconv.axes.channels import Grouped, Pointwise
from symconv.axes.sliding import Sliding
from symconv.axes.windows import Adaptive, Fractional
from symconv.errors import ShapeError, UnsupportedError
from symconv.number import symbolic
from symconv.value import Value

MOST = 2**40
"""Up to which size an axis without a rule is searched."""


class InputSizes(Value):
    """Consecutive sizes from ``lower`` to ``upper``, both included; ``upper`` is oo where there is no largest.

    Both are ints, or formulas where a size or parameter is a symbol. There is none where upper < lower.

    Example:
        >>> sizes = input_sizes(Sliding(3, stride=2), 3)
        >>> sizes, list(sizes), 8 in sizes
        (InputSizes(lower=7, upper=8), [7, 8], True)
    """

    lower: Any
    upper: Any

    def __contains__(self, size: object) -> bool:
        return isinstance(size, int) and bool(self.lower <= size) and bool(size <= self.upper)

    def __iter__(self) -> Iterator[int]:
        return iter(self._range())

    def __len__(self) -> int:
        return len(self._range())

    def __bool__(self) -> bool:
        return self.upper == sp.oo or len(self) > 0

    @property
    def is_finite(self) -> bool:
        """Whether the sizes can be listed."""
        return isinstance(self.lower, int) and isinstance(self.upper, int)

    def _range(self) -> range:
        if not self.is_finite:
            raise ShapeError(f"sizes from {self.lower} to {self.upper} cannot be listed")
        return range(self.lower, self.upper + 1)


NONE = InputSizes(1, 0)
"""No size at all."""


@singledispatch
def input_sizes(axis: Any, output_size: Any) -> InputSizes:
    """The input sizes at which an axis has this many output positions."""
    if not isinstance(output_size, int):
        raise UnsupportedError(f"no formula gives the input sizes of a {type(axis).__name__} axis")

    def reaches(wanted: int) -> Callable[[int], bool]:
        def reached(size: int) -> bool:
            try:
                return bool(axis.output_size(size) >= wanted)
            except ShapeError:
                return False

        return reached

    lower, beyond = _first(reaches(output_size)), _first(reaches(output_size + 1))
    if lower is None:
        return NONE
    return InputSizes(lower, sp.oo if beyond is None else beyond - 1)


def _first(holds: Callable[[int], bool]) -> int | None:
    """The smallest size at which a condition that stays true holds."""
    high = 1
    while not holds(high):
        high *= 2
        if high > MOST:
            return None
    low = high // 2
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if holds(middle) else (middle, high)
    return high


@input_sizes.register(Pointwise)
def _(axis: Pointwise, output_size: Any) -> InputSizes:
    return InputSizes(output_size, output_size)


@input_sizes.register(Grouped)
def _(axis: Grouped, output_size: Any) -> InputSizes:
    return InputSizes(axis.in_channels, axis.in_channels) if output_size == axis.out_channels else NONE


@input_sizes.register(Sliding)
def _(axis: Sliding, output_size: Any) -> InputSizes:
    S, (before, after) = axis.stride, axis.padding
    room = before + after - axis.dilation * (axis.kernel_size - 1) - 1
    if not axis.ceil_mode:
        lower = (output_size - 1) * S - room
        sizes = InputSizes(_clipped(lower, room), lower + S - 1)
        return sizes if axis.mode == "zeros" else _with_source(axis, sizes)

    def first(count: Any) -> Any:
        """The smallest size with that many windows or more; a last one must not start in the padding."""
        rounded_up, starts_inside = (count - 2) * S - room + 1, (count - 1) * S - before + 1
        full = (count - 1) * S - room + 1
        return _least(_most(rounded_up, starts_inside), full)

    return InputSizes(_clipped(first(output_size), room), first(output_size + 1) - 1)


@input_sizes.register(Adjoint)
def _(axis: Adjoint, output_size: Any) -> InputSizes:
    if isinstance(axis.axis, Grouped):
        raise UnsupportedError("the channels of a convolution do not follow from one another")
    S, rest = axis.axis.stride, output_size - axis.output_padding - axis.axis.input_size(1)
    if not isinstance(S, int) or not isinstance(rest, int):
        return InputSizes(symbolic(rest) / S + 1, symbolic(rest) / S + 1)
    count = rest // S + 1
    return InputSizes(count, count) if rest % S == 0 and count >= 1 else NONE


@input_sizes.register(Adaptive)
def _(axis: Adaptive, output_size: Any) -> InputSizes:
    if axis.output is None:
        return InputSizes(output_size, output_size)
    return InputSizes(1, sp.oo) if axis.output == output_size else NONE


@input_sizes.register(Fractional)
def _(axis: Fractional, output_size: Any) -> InputSizes:
    fits = output_size + axis.kernel_size - 1
    if not isinstance(axis.output, Fraction):
        return InputSizes(fits, sp.oo) if axis.output == output_size else NONE
    if axis.output == 0:
        return NONE
    first, beyond = (ceil(count / axis.output) for count in (output_size, output_size + 1))
    return InputSizes(max(first, fits), beyond - 1)


def _with_source(axis: Sliding, sizes: InputSizes) -> InputSizes:
    """As far as the input is long enough to fill its own padding."""
    least = {"reflect": 1, "circular": 0}.get(axis.mode)
    widths = [width for width in axis.padding if isinstance(width, int)]
    if least is None or not widths or not sizes.is_finite:
        return sizes
    return InputSizes(max(sizes.lower, max(widths) + least), sizes.upper)


def _clipped(lower: Any, room: Any) -> Any:
    """At least 1, which goes without saying where the windows need as much."""
    if isinstance(lower, int):
        return max(1, lower)
    return lower if symbolic(-room).is_positive else _most(1, lower)


def _most(left: Any, right: Any) -> Any:
    return max(left, right) if isinstance(left, int) and isinstance(right, int) else sp.Max(left, right)


def _least(left: Any, right: Any) -> Any:
    return min(left, right) if isinstance(left, int) and isinstance(right, int) else sp.Min(left, right)
