"""Convolutions and transposed convolutions."""

from __future__ import annotations

from typing import Any

from symconv.functional.applying import apply
from symconv.layers import Conv1d, Conv2d, Conv3d, ConvTranspose1d, ConvTranspose2d, ConvTranspose3d


def conv1d(
    input: Any,
    weight: Any,
    bias: Any = None,
    stride: Any = 1,
    padding: Any = 0,
    dilation: Any = 1,
    groups: int = 1,
) -> Any:
    """Cross-correlation of lines with a kernel: :func:`conv2d` with a single axis; (L,), (C, L) or (N, C, L).

    Example:
        >>> conv1d([1, 2, 4, 8], [1, 1], stride=2).tolist()
        [3, 12]
    """
    layer = Conv1d(stride=stride, padding=padding, dilation=dilation, groups=groups, bias=bias is not None)
    return apply(layer, input, weight, bias)


def conv2d(
    input: Any,
    weight: Any,
    bias: Any = None,
    stride: Any = 1,
    padding: Any = 0,
    dilation: Any = 1,
    groups: int = 1,
) -> Any:
    """Cross-correlation of images with a kernel, which is what PyTorch calls convolution.

    .. math:: C_{f,i,j} = b_f + \\sum_{c,m,n} A_{c,\\, S i + D m - P,\\, S j + D n - P} \\, B_{f,c,m,n}

    Args:
        input: the images.
        weight: the kernel (kH, kW) for an input (H, W), else (F, C/groups, kH, kW).
        bias: F entries, or one number for an input (H, W); none where left out.
        stride, padding, dilation, groups: as :class:`symconv.layers.Conv2d`.

    Shape:
        (N, C, H, W) to (N, F, H_out, W_out) with H_out = ⌊(H + 2P − D(kH − 1) − 1)/S⌋ + 1.

    Raises:
        ArgumentError: an argument outside its domain, or an array that is ragged or not exact.
        ShapeError: shapes that do not fit each other.

    Source: torch.nn.functional.conv2d.

    Example:
        >>> conv2d([[1, 2, 3], [4, 5, 6]], [[1, 10]]).tolist()
        [[21, 32], [54, 65]]
        >>> from sympy import Matrix, symbols
        >>> a, b, u, v = symbols("a b u v")
        >>> conv2d(Matrix([[a, b]]), Matrix([[u, v]]))
        Matrix([[a*u + b*v]])
    """
    layer = Conv2d(stride=stride, padding=padding, dilation=dilation, groups=groups, bias=bias is not None)
    return apply(layer, input, weight, bias)


def conv3d(
    input: Any,
    weight: Any,
    bias: Any = None,
    stride: Any = 1,
    padding: Any = 0,
    dilation: Any = 1,
    groups: int = 1,
) -> Any:
    """Cross-correlation of volumes with a kernel: :func:`conv2d` with a third axis, the depth, in front;
    (D, H, W), (C, D, H, W) or (N, C, D, H, W).

    Example:
        >>> conv3d([[[1, 2]], [[3, 4]]], [[[1, 10]], [[100, 1000]]]).tolist()
        [[[4321]]]
    """
    layer = Conv3d(stride=stride, padding=padding, dilation=dilation, groups=groups, bias=bias is not None)
    return apply(layer, input, weight, bias)


def conv_transpose1d(
    input: Any,
    weight: Any,
    bias: Any = None,
    stride: Any = 1,
    padding: Any = 0,
    output_padding: Any = 0,
    groups: int = 1,
    dilation: Any = 1,
) -> Any:
    """Transposed convolution of lines: :func:`conv_transpose2d` with a single axis; (L,), (C, L) or (N, C, L).

    Example:
        >>> conv_transpose1d([1, 10], [1, 2, 3], stride=2).tolist()
        [1, 2, 13, 20, 30]
    """
    arguments = (stride, padding, output_padding, groups, dilation)
    return _transposed(ConvTranspose1d, arguments, input, weight, bias)


def conv_transpose2d(
    input: Any,
    weight: Any,
    bias: Any = None,
    stride: Any = 1,
    padding: Any = 0,
    output_padding: Any = 0,
    groups: int = 1,
    dilation: Any = 1,
) -> Any:
    """Transposed convolution: what the convolution with the same arguments sends back to its input.

    .. math:: C_{f,S i + D m - P,\\, S j + D n - P} \\mathrel{+}= \\sum_{c} A_{c,i,j} \\, B_{c,f,m,n}

    Args:
        input: the images.
        weight: the kernel (kH, kW) for an input (H, W), else (C, F/groups, kH, kW).
        bias: F entries, or one number for an input (H, W); none where left out.
        stride, padding, output_padding, groups, dilation: as :class:`symconv.layers.ConvTranspose2d`.

    Shape:
        (N, C, H, W) to (N, F, H_out, W_out) with H_out = (H − 1)S − 2P + D(kH − 1) + output_padding + 1.

    Raises:
        ArgumentError: an argument outside its domain, or an array that is ragged or not exact.
        ShapeError: shapes that do not fit each other.

    Source: torch.nn.functional.conv_transpose2d.

    Example:
        >>> conv_transpose2d([[1, 10]], [[1, 2]], stride=2).tolist()
        [[1, 2, 10, 20]]
    """
    arguments = (stride, padding, output_padding, groups, dilation)
    return _transposed(ConvTranspose2d, arguments, input, weight, bias)


def conv_transpose3d(
    input: Any,
    weight: Any,
    bias: Any = None,
    stride: Any = 1,
    padding: Any = 0,
    output_padding: Any = 0,
    groups: int = 1,
    dilation: Any = 1,
) -> Any:
    """Transposed convolution of volumes: :func:`conv_transpose2d` with a third axis, the depth, in front;
    (D, H, W), (C, D, H, W) or (N, C, D, H, W).

    Example:
        >>> conv_transpose3d([[[1]], [[10]]], [[[1, 2]]]).tolist()
        [[[1, 2]], [[10, 20]]]
    """
    arguments = (stride, padding, output_padding, groups, dilation)
    return _transposed(ConvTranspose3d, arguments, input, weight, bias)


def _transposed(
    kind: type[ConvTranspose1d | ConvTranspose2d | ConvTranspose3d],
    arguments: tuple[Any, ...],
    input: Any,
    weight: Any,
    bias: Any,
) -> Any:
    """What the transposed convolutions have in common: the order of their arguments, which is not the layer's."""
    stride, padding, output_padding, groups, dilation = arguments
    layer = kind(
        stride=stride,
        padding=padding,
        output_padding=output_padding,
        groups=groups,
        bias=bias is not None,
        dilation=dilation,
    )
    return apply(layer, input, weight, bias)
