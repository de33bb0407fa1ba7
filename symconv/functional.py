"""``torch.nn.functional``'s verbs over symbols and exact numbers: its names, its order, its defaults.

Arrays are nested lists, NumPy arrays of integers or objects, SymPy matrices or N-dimensional arrays, with
the axes (H, W), (C, H, W) or (N, C, H, W). What comes out is exact and has the kind of the input: a SymPy
matrix for a SymPy matrix, a SymPy array for a SymPy array, else a NumPy array of objects.

Each verb makes a layer of :mod:`symconv.layers` and applies it, so a verb and its layer cannot disagree. To
add one, write the signature and the layer.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from math import prod
from typing import Any

from symconv.errors import ArgumentError, ShapeError, UnsupportedError
from symconv.exact import Array, as_integers, is_numeric, pack, unpack
from symconv.functional_around import cross_entropy, leaky_relu, linear, mse_loss, relu, sigmoid, tanh
from symconv.layers import (
    AdaptiveAvgPool2d,
    AdaptiveMaxPool2d,
    AvgPool2d,
    Conv2d,
    FractionalMaxPool2d,
    Layer,
    LPPool2d,
    MaxPool2d,
    MaxUnpool2d,
)
from symconv.operator import Operator

__all__ = [
    "adaptive_avg_pool2d",
    "adaptive_max_pool2d",
    "avg_pool2d",
    "conv2d",
    "cross_entropy",
    "fractional_max_pool2d",
    "leaky_relu",
    "linear",
    "lp_pool2d",
    "max_pool2d",
    "max_unpool2d",
    "mse_loss",
    "relu",
    "sigmoid",
    "tanh",
]


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
    return _apply(layer, input, weight, bias)


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
    return _maxima(MaxPool2d(kernel_size, stride, padding, dilation, return_indices, ceil_mode), input)


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
    return _apply(layer, input)


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
    return _apply(LPPool2d(norm_type, kernel_size, stride, ceil_mode), input)


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
    return _apply(AdaptiveAvgPool2d(output_size), input)


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
    return _maxima(AdaptiveMaxPool2d(output_size, return_indices), input)


def fractional_max_pool2d(
    input: Any,
    kernel_size: Any,
    output_size: Any = None,
    output_ratio: Any = None,
    return_indices: bool = False,
    _random_samples: Any = None,
) -> Any:
    """Maximum over windows of one length at a pseudo-random sequence of starts.

    .. math:: Y_{ij} = \\max_{m,n} A_{s(i) + m,\\, s(j) + n}, \\quad
              s(i) = \\lfloor (i + u) a \\rfloor - \\lfloor u a \\rfloor, \\quad a = \\frac{H - K}{O - 1}

    Args:
        input: the images.
        kernel_size, output_size, output_ratio: as :class:`symconv.layers.FractionalMaxPool2d`.
        return_indices: as :func:`max_pool2d`.
        _random_samples: two samples u, of the width and of the height, the same for every channel; 0 where
            left out.

    Shape:
        (N, C, H, W) to (N, C, *output_size), or to ⌊ratio·H⌋ and ⌊ratio·W⌋.

    Raises:
        ArgumentError: an argument outside its domain, or an array that is ragged or not exact.
        ShapeError: the windows do not fit.
        UnsupportedError: indices of symbols.

    Source: torch.nn.functional.fractional_max_pool2d.

    Example:
        >>> fractional_max_pool2d([[1, 2, 3, 4, 5]], (1, 2), output_size=(1, 3)).tolist()
        [[2, 3, 5]]
    """
    layer = FractionalMaxPool2d(kernel_size, output_size, output_ratio, return_indices, _random_samples)
    return _maxima(layer, input)


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
        output_size: the size of the output, at its end (H, W).

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
    entries, targets = pack(input, "input"), pack(indices, "indices")
    if as_integers(targets) is None:
        raise ArgumentError("indices", "an array of integers")
    operator = MaxUnpool2d(kernel_size, stride, padding).scatter(entries.shape, targets, output_size)
    return unpack(operator.forward(entries), like=input)


def _apply(layer: Layer, input: Any, weight: Any = None, bias: Any = None) -> Any:
    """The output of a layer, as the kind of array that the input is."""
    entries = pack(input, "input")
    filters = None if weight is None else pack(weight, "weight")
    operator = layer.operator(entries.shape, None if filters is None else filters.shape)
    offsets = None if bias is None else _bias(operator, pack(bias, "bias"))
    return unpack(operator.forward(entries, filters, offsets), like=input)


def _bias(operator: Operator, bias: Array) -> Array:
    shape = operator.shape("bias")
    # a single channel has one bias, as a number or as a list of one
    if bias.shape != shape and not (shape == () and bias.shape == (1,)):
        raise ShapeError(f"{operator.layer}: the bias must have shape {shape}, not {bias.shape}")
    return bias


def _maxima(layer: MaxPool2d | AdaptiveMaxPool2d | FractionalMaxPool2d, input: Any) -> Any:
    """The output of a max pooling; with the indices of the maxima where the layer returns them."""
    entries = pack(input, "input")
    operator = layer.operator(entries.shape)
    output = unpack(operator.forward(entries), like=input)
    if not layer.return_indices:
        return output
    return output, unpack(_first_maxima(operator, entries, layer.dims), like=input)


def _first_maxima(operator: Operator, entries: Array, dims: int) -> Array:
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
