"""Unpooling: every entry goes back to where max pooling found it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from symconv.functional.applying import unpool
from symconv.layers import MaxUnpool1d, MaxUnpool2d, MaxUnpool3d


def max_unpool1d(
    input: Any,
    indices: Any,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    output_size: Sequence[int] | None = None,
) -> Any:
    """The partial inverse of max pooling of lines: :func:`max_unpool2d` with a single axis; (L,), (C, L) or (N, C, L).

    Example:
        >>> max_unpool1d([9, 8], [1, 2], 2).tolist()
        [0, 9, 8, 0]
    """
    return unpool(MaxUnpool1d(kernel_size, stride, padding, output_size), input, indices)


def max_unpool2d(
    input: Any,
    indices: Any,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    output_size: Sequence[int] | None = None,
) -> Any:
    """The partial inverse of max pooling: each entry returns to its index, zeros elsewhere.

    .. math:: Y_t = \\sum_q [t_q = t] \\, A_q

    Args:
        input: the pooled images.
        indices: for every entry its flat index in the output's plane, as :func:`max_pool2d` gives them.
        kernel_size, stride, padding: of the pooling; they only say the default output size.
        output_size: the size of the output, (H, W) or with the batch and the channels in front.

    Shape:
        (N, C, H, W) to (N, C, H_out, W_out) with H_out = (H − 1)·S − 2P + K unless output_size says otherwise.

    Raises:
        ArgumentError: an argument outside its domain, or an array that is ragged or not exact.
        ShapeError: indices or an output_size that do not fit.

    Source: torch.nn.functional.max_unpool2d.

    Example:
        >>> max_unpool2d([[9, 8]], [[1, 6]], 2).tolist()
        [[0, 9, 0, 0], [0, 0, 8, 0]]
    """
    return unpool(MaxUnpool2d(kernel_size, stride, padding, output_size), input, indices)


def max_unpool3d(
    input: Any,
    indices: Any,
    kernel_size: Any,
    stride: Any = None,
    padding: Any = 0,
    output_size: Sequence[int] | None = None,
) -> Any:
    """The partial inverse of max pooling of volumes: :func:`max_unpool2d` with a third axis, the depth, in front;
    (D, H, W), (C, D, H, W) or (N, C, D, H, W).

    Example:
        >>> max_unpool3d([[[9]]], [[[1]]], (1, 1, 3)).tolist()
        [[[0, 9, 0]]]
    """
    return unpool(MaxUnpool3d(kernel_size, stride, padding, output_size), input, indices)
