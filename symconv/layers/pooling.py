"""Pooling layers: windows on the spatial axes under a mean, a maximum or an LP norm; channels stay apart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, ClassVar

import sympy as sp

from symconv.axes import Axis, Pointwise, Sliding
from symconv.errors import ArgumentError, ShapeError
from symconv.layers.arguments import Sizes, flag, one_of, per_axis, store
from symconv.layers.layer import Layer
from symconv.operator import Operator
from symconv.reductions import LpNorm, Maximum, Mean, Reduction, Ties


@dataclass(frozen=True)
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

    def _normalise_window(self) -> None:
        kernel = per_axis("kernel_size", self.kernel_size, self.dims, 1)
        stride = kernel if self.stride in (None, (), []) else per_axis("stride", self.stride, self.dims, 1)
        store(self, kernel_size=kernel, stride=stride)

    def spatial_axes(self, kernel_size: Sequence[Any] | None = None) -> tuple[Axis, ...]:
        kernel = (
            self.kernel_size if kernel_size is None else per_axis("kernel_size", kernel_size, self.dims, 1)
        )
        padding: Sizes = getattr(self, "padding", (0,) * self.dims)
        dilation: Sizes = getattr(self, "dilation", (1,) * self.dims)
        ceil_mode: bool = getattr(self, "ceil_mode", False)
        return tuple(
            Sliding(k, s, (p, p), d, ceil_mode)
            for k, s, p, d in zip(kernel, self.stride, padding, dilation, strict=True)
        )

    def _require_half_padding(self) -> None:
        """PyTorch's rule: at most half of the kernel is padding, so that every window meets the input."""
        for padding, kernel in zip(self.padding, self.kernel_size, strict=True):  # type: ignore[attr-defined]
            if isinstance(padding, int) and isinstance(kernel, int) and 2 * padding > kernel:
                raise ArgumentError("padding", f"at most half of kernel_size = {kernel}", padding)


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
        self._normalise_window()
        store(
            self,
            padding=per_axis("padding", self.padding, self.dims, 0),
            dilation=per_axis("dilation", self.dilation, self.dims, 1),
            return_indices=flag("return_indices", self.return_indices),
            ceil_mode=flag("ceil_mode", self.ceil_mode),
            ties=one_of("ties", self.ties, ("first", "split")),
        )
        self._require_half_padding()

    def reduction(self) -> Reduction:
        return Maximum(self.ties)


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


@dataclass(frozen=True)
class AvgPooling(WindowPooling):
    """Base of the average poolings."""

    kernel_size: Any
    stride: Any = None
    padding: Any = 0
    ceil_mode: bool = False
    count_include_pad: bool = True
    divisor_override: int | None = None

    def __post_init__(self) -> None:
        self._normalise_window()
        store(
            self,
            padding=per_axis("padding", self.padding, self.dims, 0),
            ceil_mode=flag("ceil_mode", self.ceil_mode),
            count_include_pad=flag("count_include_pad", self.count_include_pad),
        )
        override: Any = self.divisor_override
        if override is not None and (
            isinstance(override, bool) or not isinstance(override, int) or override == 0
        ):
            raise ArgumentError("divisor_override", "an integer other than 0", override)
        self._require_half_padding()

    def reduction(self) -> Reduction:
        return Mean(self.count_include_pad, self.divisor_override)


class AvgPool2d(AvgPooling):
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


@dataclass(frozen=True)
class LPPooling(WindowPooling):
    """Base of the LP poolings."""

    norm_type: Any
    kernel_size: Any
    stride: Any = None
    ceil_mode: bool = False

    def __post_init__(self) -> None:
        self._normalise_window()
        store(self, norm_type=_norm_type(self.norm_type), ceil_mode=flag("ceil_mode", self.ceil_mode))

    def reduction(self) -> Reduction:
        return LpNorm(self.norm_type)


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
