"""Fractional max pooling, whose windows start at a pseudo-random sequence."""

from __future__ import annotations

from typing import Any

from symconv.functional.applying import maxima
from symconv.layers import FractionalMaxPool2d, FractionalMaxPool3d


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
        _random_samples: the samples u, (N, C, 2), or two for all planes: of the width, then of the height; 0
            where left out.

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
    return maxima(layer, input)


def fractional_max_pool3d(
    input: Any,
    kernel_size: Any,
    output_size: Any = None,
    output_ratio: Any = None,
    return_indices: bool = False,
    _random_samples: Any = None,
) -> Any:
    """Fractional max pooling of volumes: :func:`fractional_max_pool2d` with a third axis, the depth, in front;
    (D, H, W), (C, D, H, W) or (N, C, D, H, W); the samples (N, C, 3), or
    three for all planes, are of the depth, the height and the width.

    Example:
        >>> fractional_max_pool3d([[[1, 2, 3, 4, 5]]], (1, 1, 2), output_size=(1, 1, 3)).tolist()
        [[[2, 3, 5]]]
    """
    layer = FractionalMaxPool3d(kernel_size, output_size, output_ratio, return_indices, _random_samples)
    return maxima(layer, input)
