"""Adaptive poolings: the windows share the input out evenly."""

from __future__ import annotations

from typing import Any

from symconv.functional.applying import apply, maxima
from symconv.layers import (
    AdaptiveAvgPool1d,
    AdaptiveAvgPool2d,
    AdaptiveAvgPool3d,
    AdaptiveMaxPool1d,
    AdaptiveMaxPool2d,
    AdaptiveMaxPool3d,
)


def adaptive_avg_pool1d(input: Any, output_size: Any) -> Any:
    """Mean over windows that share lines out evenly: :func:`adaptive_avg_pool2d` with a single axis; (L,), (C, L) or (N, C, L).

    Example:
        >>> adaptive_avg_pool1d([1, 2, 4], 2).tolist()
        [Fraction(3, 2), 3]
    """
    return apply(AdaptiveAvgPool1d(output_size), input)


def adaptive_avg_pool2d(input: Any, output_size: Any) -> Any:
    """Mean over windows that share the input out evenly.

    .. math:: Y_{ij} = \\operatorname{mean} \\{ A_{kl} : \\lfloor i H/O \\rfloor \\le k < \\lceil (i+1) H/O \\rceil,
              \\ l \\text{ likewise} \\}

    Args:
        input: the images.
        output_size: an integer >= 1 or one for each axis; ``None`` keeps the input's size.

    Shape:
        (N, C, H, W) to (N, C, *output_size).

    Raises:
        ArgumentError: an output size below 1, or an array that is ragged or not exact.

    Source: torch.nn.functional.adaptive_avg_pool2d.

    Example:
        >>> adaptive_avg_pool2d([[1, 2, 4]], (None, 2)).tolist()
        [[Fraction(3, 2), 3]]
    """
    return apply(AdaptiveAvgPool2d(output_size), input)


def adaptive_avg_pool3d(input: Any, output_size: Any) -> Any:
    """Mean over windows that share volumes out evenly: :func:`adaptive_avg_pool2d` with a third axis, the depth, in front;
    (D, H, W), (C, D, H, W) or (N, C, D, H, W).

    Example:
        >>> adaptive_avg_pool3d([[[1, 9]], [[2, 8]]], 1).tolist()
        [[[5]]]
    """
    return apply(AdaptiveAvgPool3d(output_size), input)


def adaptive_max_pool1d(input: Any, output_size: Any, return_indices: bool = False) -> Any:
    """Maximum over windows that share lines out evenly: :func:`adaptive_max_pool2d` with a single axis; (L,), (C, L) or (N, C, L).

    Example:
        >>> adaptive_max_pool1d([1, 7, 4], 2).tolist()
        [7, 7]
    """
    return maxima(AdaptiveMaxPool1d(output_size, return_indices), input)


def adaptive_max_pool2d(input: Any, output_size: Any, return_indices: bool = False) -> Any:
    """Maximum over windows that share the input out evenly.

    .. math:: Y_{ij} = \\max \\{ A_{kl} : \\lfloor i H/O \\rfloor \\le k < \\lceil (i+1) H/O \\rceil,
              \\ l \\text{ likewise} \\}

    Args:
        input: the images.
        output_size: an integer >= 1 or one for each axis; ``None`` keeps the input's size.
        return_indices: as :func:`max_pool2d`.

    Shape:
        (N, C, H, W) to (N, C, *output_size).

    Raises:
        ArgumentError: an output size below 1, or an array that is ragged or not exact.
        UnsupportedError: indices of symbols.

    Source: torch.nn.functional.adaptive_max_pool2d.

    Example:
        >>> adaptive_max_pool2d([[1, 7, 4]], (None, 2)).tolist()
        [[7, 7]]
    """
    return maxima(AdaptiveMaxPool2d(output_size, return_indices), input)


def adaptive_max_pool3d(input: Any, output_size: Any, return_indices: bool = False) -> Any:
    """Maximum over windows that share volumes out evenly: :func:`adaptive_max_pool2d` with a third axis, the depth, in front;
    (D, H, W), (C, D, H, W) or (N, C, D, H, W).

    Example:
        >>> adaptive_max_pool3d([[[1, 9]], [[2, 8]]], 1).tolist()
        [[[9]]]
    """
    return maxima(AdaptiveMaxPool3d(output_size, return_indices), input)
