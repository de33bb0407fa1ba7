"""Poolings whose windows slide: maximum, mean and LP norm."""

from __future__ import annotations

from typing import Any

from symconv.functional.applying import apply, maxima
from symconv.layers import (
    AvgPool1d,
    AvgPool2d,
    AvgPool3d,
    LPPool1d,
    LPPool2d,
    LPPool3d,
    MaxPool1d,
    MaxPool2d,
    MaxPool3d,
)


def max_pool1d(
    input: Any,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    dilation: Any = 1,
    ceil_mode: bool = False,
    return_indices: bool = False,
) -> Any:
    """Maximum over windows of lines: :func:`max_pool2d` with a single axis; (L,), (C, L) or (N, C, L).

    Example:
        >>> max_pool1d([1, 9, 2, 8], 2).tolist()
        [9, 8]
    """
    return maxima(MaxPool1d(kernel_size, stride, padding, dilation, return_indices, ceil_mode), input)


def max_pool2d(
    input: Any,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    dilation: Any = 1,
    ceil_mode: bool = False,
    return_indices: bool = False,
) -> Any:
    """Maximum over windows; the padding is −∞ and never wins.

    .. math:: Y_{ij} = \\max_{m,n} A_{S i + D m - P,\\, S j + D n - P}

    Args:
        input: the images.
        kernel_size, stride, padding, dilation, ceil_mode: as :class:`symconv.layers.MaxPool2d`.
        return_indices: also give where each maximum is: its flat index in the image's plane, counted from 0;
            of several equal maxima the first.

    Shape:
        (N, C, H, W) to (N, C, H_out, W_out) with H_out = ⌊(H + 2P − D(K − 1) − 1)/S⌋ + 1, ⌈·⌉ under ceil_mode.

    Raises:
        ArgumentError: an argument outside its domain, or an array that is ragged or not exact.
        ShapeError: the window is larger than the padded input.
        UnsupportedError: indices of symbols, or of a window wholly in the padding.

    Source: torch.nn.functional.max_pool2d.

    Example:
        >>> values, indices = max_pool2d([[1, 9, 2], [8, 3, 4]], 2, stride=1, return_indices=True)
        >>> values.tolist(), indices.tolist()
        ([[9, 9]], [[1, 1]])
    """
    return maxima(MaxPool2d(kernel_size, stride, padding, dilation, return_indices, ceil_mode), input)


def max_pool3d(
    input: Any,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    dilation: Any = 1,
    ceil_mode: bool = False,
    return_indices: bool = False,
) -> Any:
    """Maximum over windows of volumes: :func:`max_pool2d` with a third axis, the depth, in front;
    (D, H, W), (C, D, H, W) or (N, C, D, H, W).

    Example:
        >>> max_pool3d([[[1, 9]], [[2, 8]]], (2, 1, 1)).tolist()
        [[[2, 9]]]
    """
    return maxima(MaxPool3d(kernel_size, stride, padding, dilation, return_indices, ceil_mode), input)


def avg_pool1d(
    input: Any,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
) -> Any:
    """Mean over windows of lines: :func:`avg_pool2d` with a single axis and no
    ``divisor_override``; (L,), (C, L) or (N, C, L).

    Example:
        >>> avg_pool1d([1, 2, 6], 2, stride=1).tolist()
        [Fraction(3, 2), 4]
    """
    layer = AvgPool1d(kernel_size, stride, padding, ceil_mode, count_include_pad)
    return apply(layer, input)


def avg_pool2d(
    input: Any,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
    divisor_override: int | None = None,
) -> Any:
    """Mean over windows.

    .. math:: Y_{ij} = \\frac{1}{N_{ij}} \\sum_{m,n} A_{S i + m - P,\\, S j + n - P}

    Args:
        input: the images.
        kernel_size, stride, padding, ceil_mode: as :class:`symconv.layers.AvgPool2d`.
        count_include_pad: whether N counts the cells in the padding.
        divisor_override: a number other than 0 to take as N.

    Shape:
        as :func:`max_pool2d` with dilation 1.

    Raises:
        ArgumentError: an argument outside its domain, or an array that is ragged or not exact.
        ShapeError: the window is larger than the padded input.

    Source: torch.nn.functional.avg_pool2d.

    Example:
        >>> avg_pool2d([[1, 2], [3, 5]], 2).tolist()
        [[Fraction(11, 4)]]
    """
    layer = AvgPool2d(kernel_size, stride, padding, ceil_mode, count_include_pad, divisor_override)
    return apply(layer, input)


def avg_pool3d(
    input: Any,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
    divisor_override: int | None = None,
) -> Any:
    """Mean over windows of volumes: :func:`avg_pool2d` with a third axis, the depth, in front;
    (D, H, W), (C, D, H, W) or (N, C, D, H, W).

    Example:
        >>> avg_pool3d([[[1, 9]], [[2, 8]]], (2, 1, 1)).tolist()
        [[[Fraction(3, 2), Fraction(17, 2)]]]
    """
    layer = AvgPool3d(kernel_size, stride, padding, ceil_mode, count_include_pad, divisor_override)
    return apply(layer, input)


def lp_pool1d(
    input: Any, norm_type: Any, kernel_size: Any, stride: Any = None, ceil_mode: bool = False
) -> Any:
    """Power-average pooling of lines: :func:`lp_pool2d` with a single axis; (L,), (C, L) or (N, C, L).

    Example:
        >>> lp_pool1d([3, -4, 0], 2, 2, stride=1).tolist()
        [5, 4]
    """
    return apply(LPPool1d(norm_type, kernel_size, stride, ceil_mode), input)


def lp_pool2d(
    input: Any, norm_type: Any, kernel_size: Any, stride: Any = None, ceil_mode: bool = False
) -> Any:
    """Power-average pooling: the LP norm of each window.

    .. math:: Y_{ij} = \\Bigl(\\sum_{m,n} |A_{S i + m,\\, S j + n}|^{p}\\Bigr)^{1/p}

    Args:
        input: the images.
        norm_type: p, a number > 0, a symbol, or oo (the maximum of the absolute values).
        kernel_size, stride, ceil_mode: as :class:`symconv.layers.LPPool2d`.

    Shape:
        as :func:`max_pool2d` with dilation 1 and no padding.

    Raises:
        ArgumentError: an argument outside its domain, or an array that is ragged or not exact.
        ShapeError: the window is larger than the input.

    Source: torch.nn.functional.lp_pool2d; for signed entries and under ceil_mode we follow the mathematics, see
    :class:`symconv.layers.LPPool2d`.

    Example:
        >>> lp_pool2d([[3, 4, -12]], 2, (1, 2), stride=1).tolist()
        [[5, 4*sqrt(10)]]
    """
    return apply(LPPool2d(norm_type, kernel_size, stride, ceil_mode), input)


def lp_pool3d(
    input: Any, norm_type: Any, kernel_size: Any, stride: Any = None, ceil_mode: bool = False
) -> Any:
    """Power-average pooling of volumes: :func:`lp_pool2d` with a third axis, the depth, in front;
    (D, H, W), (C, D, H, W) or (N, C, D, H, W).

    Example:
        >>> lp_pool3d([[[3]], [[4]]], 2, (2, 1, 1)).tolist()
        [[[5]]]
    """
    return apply(LPPool3d(norm_type, kernel_size, stride, ceil_mode), input)
