"""Pooling layers: windows on the spatial axes under a mean, a maximum or an LP norm; channels stay apart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from math import prod
from typing import Any, ClassVar

import sympy as sp

from symconv.axes import Axis, Pointwise, Sliding
from symconv.errors import ArgumentError, ShapeError, UnsupportedError
from symconv.exact import Array, is_numeric, pack
from symconv.layers.arguments import Sizes, flag, one_of, per_axis, store, window
from symconv.layers.layer import Layer
from symconv.operator import Operator
from symconv.reductions import LpNorm, Maximum, Mean, Reduction, Ties


class Pooling(Layer):
    """Base of the pooling layers: pointwise on batch and channels, windows on the spatial axes."""

    def operator(self, input_shape: Sequence[int], weight_shape: Sequence[int] | None = None) -> Operator:
        shape = self.require_rank(input_shape)
        if weight_shape is not None:
            raise ShapeError(f"{self.name} has no weight")
        outer = len(shape) - self.dims
        roles = ("batch", "channel")[2 - outer :]
        axes = (*(Pointwise(role) for role in roles), *self.spatial_axes())
        sizes = (axis.output_size(size) for axis, size in zip(axes, shape, strict=True))
        return Operator(self.name, axes, self.reduction(), shape, tuple(sizes))


class WindowPooling(Pooling):
    """Base of the poolings whose windows slide; the stride is the kernel size where it is left out."""

    kernel_size: Any
    stride: Any
    ceil_mode: bool

    def _normalise_window(self, **others: Any) -> None:
        """Store the window as values of every axis, and the pooling's other arguments with it."""
        kernel, stride = window(self.kernel_size, self.stride, self.dims)
        store(self, kernel_size=kernel, stride=stride, ceil_mode=flag("ceil_mode", self.ceil_mode), **others)

    def _windows(
        self, kernel_size: Sequence[Any] | None, padding: Sizes | None = None, dilation: Sizes | None = None
    ) -> tuple[Axis, ...]:
        """The axes; kernel sizes of another call, such as symbols, take the place of the layer's own."""
        given = self.kernel_size if kernel_size is None else kernel_size
        kernel = per_axis("kernel_size", given, self.dims, 1)
        none, one = (0,) * self.dims, (1,) * self.dims
        return tuple(
            Sliding(k, s, (p, p), d, self.ceil_mode)
            for k, s, p, d in zip(kernel, self.stride, padding or none, dilation or one, strict=True)
        )

    def _half_padding(self, padding: Any) -> Sizes:
        """Padding by PyTorch's rule: at most half of the kernel, so that every window meets the input."""
        sizes = per_axis("padding", padding, self.dims, 0)
        for size, kernel in zip(sizes, per_axis("kernel_size", self.kernel_size, self.dims, 1), strict=True):
            if isinstance(size, int) and isinstance(kernel, int) and 2 * size > kernel:
                raise ArgumentError("padding", f"at most half of kernel_size = {kernel}", size)
        return sizes


@dataclass(frozen=True)
class MaxPooling(WindowPooling):
    """Base of the max poolings."""

    kernel_size: Any
    stride: Any = None
    padding: Any = 0
    dilation: Any = 1
    return_indices: bool = False
    ceil_mode: bool = False
    ties: Ties = "first"

    def __post_init__(self) -> None:
        self._normalise_window(
            padding=self._half_padding(self.padding),
            dilation=per_axis("dilation", self.dilation, self.dims, 1),
            return_indices=flag("return_indices", self.return_indices),
            ties=one_of("ties", self.ties, ("first", "split")),
        )

    def reduction(self) -> Reduction:
        return Maximum(self.ties)

    def spatial_axes(self, kernel_size: Sequence[Any] | None = None) -> tuple[Axis, ...]:
        return self._windows(kernel_size, self.padding, self.dilation)


class MaxPool1d(MaxPooling):
    """Maximum over windows of a line: :class:`MaxPool2d` with a single axis.

    Shape: (L,), (C, L) or (N, C, L) to the same with L_out.

    Source: torch.nn.MaxPool1d.
    """

    dims: ClassVar[int] = 1


class MaxPool2d(MaxPooling):
    r"""Maximum over windows.

    .. math:: Y_{ij} = \max_{m,n} A_{S i + D m - P,\, S j + D n - P}

    Args:
        kernel_size, stride, padding, dilation, ceil_mode: as ``torch.nn.MaxPool2d``; the padding is −∞.
        return_indices: :func:`symconv.functional.max_pool2d` also gives the flat index of each maximum.
        ties: who gets the gradient where several entries are the maximum: ``'first'`` in row-major order, as
            PyTorch, or ``'split'`` into equal shares.

    Shape:
        (H, W), (C, H, W) or (N, C, H, W); H_out = ⌊(H + 2P − D(K − 1) − 1)/S⌋ + 1, with ⌈·⌉ under ceil_mode
        unless the last window would start in the padding.

    Raises:
        ArgumentError: an argument outside its domain; padding over half of the kernel.
        ShapeError: the window is larger than the padded input.

    Source: torch.nn.MaxPool2d.
    """

    dims: ClassVar[int] = 2


class MaxPool3d(MaxPooling):
    """Maximum over windows of a volume: :class:`MaxPool2d` with a third axis, the depth, in front.

    Shape: (D, H, W), (C, D, H, W) or (N, C, D, H, W) to the same with D_out, H_out and W_out.

    Source: torch.nn.MaxPool3d.
    """

    dims: ClassVar[int] = 3


@dataclass(frozen=True)
class AvgPooling(WindowPooling):
    """Base of the average poolings."""

    kernel_size: Any
    stride: Any = None
    padding: Any = 0
    ceil_mode: bool = False
    count_include_pad: bool = True

    def __post_init__(self) -> None:
        self._normalise_window(
            padding=self._half_padding(self.padding),
            count_include_pad=flag("count_include_pad", self.count_include_pad),
        )

    def reduction(self) -> Reduction:
        return Mean(self.count_include_pad)

    def spatial_axes(self, kernel_size: Sequence[Any] | None = None) -> tuple[Axis, ...]:
        return self._windows(kernel_size, self.padding)


class AvgPool1d(AvgPooling):
    """Mean over windows of a line: :class:`AvgPool2d` with a single axis and without ``divisor_override``.

    Shape: (L,), (C, L) or (N, C, L) to the same with L_out.

    Source: torch.nn.AvgPool1d.
    """

    dims: ClassVar[int] = 1


@dataclass(frozen=True)
class DividedPooling(AvgPooling):
    """Base of the average poolings that can be told what to divide by."""

    divisor_override: int | None = None

    def __post_init__(self) -> None:
        super().__post_init__()
        override: Any = self.divisor_override
        if override is not None and (
            isinstance(override, bool) or not isinstance(override, int) or override == 0
        ):
            raise ArgumentError("divisor_override", "an integer other than 0", override)

    def reduction(self) -> Reduction:
        return Mean(self.count_include_pad, self.divisor_override)


class AvgPool2d(DividedPooling):
    r"""Mean over windows.

    .. math:: Y_{ij} = \frac{1}{N_{ij}} \sum_{m,n} A_{S i + m - P,\, S j + n - P}

    Args:
        kernel_size, stride, padding, ceil_mode: as ``torch.nn.AvgPool2d``; the padding is 0.
        count_include_pad: whether N counts the cells in the padding.
        divisor_override: a number other than 0 to take as N.

    Shape:
        as :class:`MaxPool2d` with dilation 1.

    Raises:
        ArgumentError: an argument outside its domain; padding over half of the kernel.
        ShapeError: the window is larger than the padded input.

    Source: torch.nn.AvgPool2d. A window that ceil_mode clips is divided by its cells inside input and padding.
    """

    dims: ClassVar[int] = 2


class AvgPool3d(DividedPooling):
    """Mean over windows of a volume: :class:`AvgPool2d` with a third axis, the depth, in front.

    Shape: (D, H, W), (C, D, H, W) or (N, C, D, H, W) to the same with D_out, H_out and W_out.

    Source: torch.nn.AvgPool3d.
    """

    dims: ClassVar[int] = 3


@dataclass(frozen=True)
class LPPooling(WindowPooling):
    """Base of the LP poolings."""

    norm_type: Any
    kernel_size: Any
    stride: Any = None
    ceil_mode: bool = False

    def __post_init__(self) -> None:
        self._normalise_window(norm_type=_norm_type(self.norm_type))

    def reduction(self) -> Reduction:
        return LpNorm(self.norm_type)

    def spatial_axes(self, kernel_size: Sequence[Any] | None = None) -> tuple[Axis, ...]:
        return self._windows(kernel_size)


MOST = 10_000
"""The largest exponent, and the largest denominator of one: powers are exact and have that many digits."""


def _norm_type(p: Any) -> Any:
    error = ArgumentError("norm_type", "a number > 0, a symbol or oo", p)
    if isinstance(p, bool):
        raise error
    if isinstance(p, float):
        p = sp.oo if p == float("inf") else sp.Rational(str(p)) if p == p else p
    if isinstance(p, int | Fraction):
        p = sp.Rational(p)
    if (
        not isinstance(p, sp.Expr)
        or p.is_extended_positive is False
        or (p.is_number and not p.is_extended_positive)
    ):
        raise error
    if isinstance(p, sp.Rational) and max(p, p.q) > MOST:
        raise ArgumentError("norm_type", f"at most {MOST:,}, and so its denominator", p)
    return p


class LPPool1d(LPPooling):
    """Power-average pooling of a line: :class:`LPPool2d` with a single axis.

    Shape: (L,), (C, L) or (N, C, L) to the same with L_out.

    Source: torch.nn.LPPool1d; differs as :class:`LPPool2d`.
    """

    dims: ClassVar[int] = 1


class LPPool2d(LPPooling):
    r"""Power-average pooling: the LP norm of each window.

    .. math:: Y_{ij} = \Bigl(\sum_{m,n} |A_{S i + m,\, S j + n}|^{p}\Bigr)^{1/p}

    Args:
        norm_type: p, a number > 0, a symbol, or oo (the maximum of the absolute values).
        kernel_size, stride, ceil_mode: as ``torch.nn.LPPool2d``.

    Shape:
        as :class:`MaxPool2d` with dilation 1 and no padding.

    Raises:
        ArgumentError: an argument outside its domain.
        ShapeError: the window is larger than the input.

    Source: torch.nn.LPPool2d, which takes x^p without the absolute value and multiplies a window that
    ceil_mode clips up to its full size; here |x|^p is summed over the cells that are there.
    """

    dims: ClassVar[int] = 2


class LPPool3d(LPPooling):
    """Power-average pooling of a volume: :class:`LPPool2d` with a third axis, the depth, in front.

    Shape: (D, H, W), (C, D, H, W) or (N, C, D, H, W) to the same with D_out, H_out and W_out.

    Source: torch.nn.LPPool3d; differs as :class:`LPPool2d`.
    """

    dims: ClassVar[int] = 3


def first_maxima(operator: Operator, entries: Array, dims: int) -> Array:
    """For every window the flat index of its first maximum, in the plane of the last ``dims`` axes."""
    if not is_numeric(entries):
        raise UnsupportedError(f"{operator.layer}: indices of maxima need numbers, not symbols")
    groups = operator.taps.by_out
    if len(groups.ids) < groups.count:
        raise UnsupportedError(
            f"{operator.layer}: a window wholly in the padding has no index of its maximum"
        )
    read = operator.taps.inp.take(groups.order)
    values = entries.ravel().take(read).tolist()
    bounds = [*groups.starts.tolist(), len(values)]
    first = [max(range(*window), key=values.__getitem__) for window in pairwise(bounds)]
    return pack(read[first] % prod(operator.input_shape[-dims:])).reshape(operator.output_shape)
