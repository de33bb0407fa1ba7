"""A second implementation of every operator, in plain NumPy, to check the derivations against.

It shares neither code nor method with the taps: the image is padded, windows are views that slide over it,
and what a gradient gives back to the image is added up by strided slices. The convolutions stand in
:mod:`symconv.checks.convolutions`.

Arrays are ``(N, C, *spatial)`` with one, two or three spatial dimensions; geometry arguments carry
PyTorch's names, one value per spatial axis, ``padding`` as ``(before, after)`` pairs, and are taken to be
valid. Every function is exact for object arrays of ints and Fractions, and for int64 as far as it does not
overflow; quotients of ints are Fractions, quotients of floats are floats.

To add an operator, say what it does with the windows of the padded image (``slide``); its gradient says
what each window gives to its cells (``fold``).
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from math import prod
from typing import Any, Literal

import numpy as np

from symconv.checks.windows import (
    Array,
    Bounds,
    Pads,
    Sizes,
    adaptive,
    boxes,
    fit,
    flatten,
    fold,
    fractional,
    pad,
    slide,
    unpad,
)

# Maximum


def max_pool(
    x: Array, *, kernel_size: Sizes, stride: Sizes, padding: Pads, dilation: Sizes, ceil_mode: bool = False
) -> tuple[Array, Array]:
    """Maximum of each window and its flat index in the unpadded plane.

    Padding is −∞ and the first maximum wins. A window that holds padding only (dilation can do that) is −∞
    at index −1, which an array of ints cannot hold: OverflowError.
    """
    margins = fit(x.shape[2:], kernel_size, stride, padding, dilation, ceil_mode)
    cells = flatten(slide(pad(_extended(x), margins, -np.inf), kernel_size, stride, dilation))
    plane = np.arange(prod(x.shape[2:])).reshape(1, 1, *x.shape[2:])
    places = flatten(slide(pad(plane, margins, -1), kernel_size, stride, dilation))
    first = cells.argmax(axis=-1)[..., None]
    maxima = np.take_along_axis(cells, first, axis=-1)[..., 0].astype(x.dtype)
    return maxima, np.take_along_axis(np.broadcast_to(places, cells.shape), first, axis=-1)[..., 0]


def max_pool_backward(
    x: Array,
    upstream: Array,
    *,
    kernel_size: Sizes,
    stride: Sizes,
    padding: Pads,
    dilation: Sizes,
    ceil_mode: bool = False,
    ties: Literal["first", "split"] = "first",
) -> Array:
    """Gradient of :func:`max_pool`: each window gives its upstream entry to the first maximum, as PyTorch does,
    or splits it evenly among its maxima."""
    margins = fit(x.shape[2:], kernel_size, stride, padding, dilation, ceil_mode)
    windows = slide(pad(_extended(x), margins, -np.inf), kernel_size, stride, dilation)
    cells = flatten(windows)
    if ties == "first":
        chosen, share = np.arange(cells.shape[-1]) == cells.argmax(axis=-1)[..., None], upstream
    else:
        chosen = cells == cells.max(axis=-1)[..., None]
        share = _quotient(upstream, chosen.sum(axis=-1))
    given = np.where(chosen, share[..., None], 0).reshape(windows.shape)
    return unpad(fold(given, stride, dilation), margins)


def adaptive_max_pool(x: Array, *, output_size: Sizes) -> tuple[Array, Array]:
    """Maximum over ``⌊oI/O⌋ ≤ i < ⌈(o + 1)I/O⌉`` and its flat index in the plane; the first maximum wins."""
    bounds = adaptive(x.shape[2:], output_size)
    return _max_over(x, lambda plane: bounds, output_size)


def fractional_max_pool(
    x: Array, *, kernel_size: Sizes, output_size: Sizes, samples: Array
) -> tuple[Array, Array]:
    """Maximum over windows at the pseudo-random places of :func:`fractional`, and its flat index in the plane.

    ``samples`` are PyTorch's ``_random_samples``: ``(N, C, d)`` numbers in [0, 1). With two spatial axes
    ``samples[..., 0]`` drives the width and ``samples[..., 1]`` the height; with three they are in order.
    """
    in_order = samples[..., ::-1] if len(output_size) == 2 else samples
    sizes = x.shape[2:]
    return _max_over(
        x, lambda plane: fractional(in_order[plane].tolist(), sizes, output_size, kernel_size), output_size
    )


def max_backward(upstream: Array, indices: Array, *, input_size: Sizes) -> Array:
    """Gradient of any pooling that returned ``indices``: upstream entries added up where the maxima were."""
    flat = np.zeros((*upstream.shape[:2], prod(input_size)), dtype=upstream.dtype)
    for plane in np.ndindex(*upstream.shape[:2]):
        np.add.at(flat[plane], indices[plane].ravel(), upstream[plane].ravel())
    return flat.reshape(*upstream.shape[:2], *input_size)


def max_split_backward(x: Array, upstream: Array, *, bounds: Callable[[Sizes], Bounds]) -> Array:
    """Gradient of the maximum over each plane's windows, an upstream entry split evenly among the maxima."""
    gradient = np.zeros(x.shape, dtype=object)
    for plane in np.ndindex(*x.shape[:2]):
        for o, box in boxes(bounds(plane)):
            chosen = x[plane][box] == x[plane][box].max()
            gradient[plane][box] += chosen * _quotient(upstream[plane][o], chosen.sum(keepdims=True))
    return gradient


def max_unpool(x: Array, indices: Array, *, output_size: Sizes) -> Array:
    """Zeros, and each entry at its flat index of the output plane; of entries with one index the last stays."""
    flat = np.zeros((*x.shape[:2], prod(output_size)), dtype=x.dtype)
    for plane in np.ndindex(*x.shape[:2]):
        flat[plane][indices[plane].ravel()] = x[plane].ravel()
    return flat.reshape(*x.shape[:2], *output_size)


def max_unpool_backward(upstream: Array, indices: Array) -> Array:
    """Gradient of :func:`max_unpool`: upstream read at the indices; of entries with one index only the last."""
    result = np.zeros((*indices.shape[:2], prod(indices.shape[2:])), dtype=upstream.dtype)
    for plane in np.ndindex(*indices.shape[:2]):
        places, reversed_first = np.unique(indices[plane].ravel()[::-1], return_index=True)
        result[plane][result.shape[-1] - 1 - reversed_first] = upstream[plane].ravel()[places]
    return result.reshape(indices.shape)


# Mean


def avg_pool(
    x: Array,
    *,
    kernel_size: Sizes,
    stride: Sizes,
    padding: Pads,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
    divisor_override: int | None = None,
) -> Array:
    """Sum of each window over its divisor: the override, else the number of its cells in the image, padding
    included or not. Cells that only ``ceil_mode`` adds never count."""
    one = (1,) * len(kernel_size)
    margins = fit(x.shape[2:], kernel_size, stride, padding, one, ceil_mode)
    sums = flatten(slide(pad(x, margins), kernel_size, stride, one)).sum(axis=-1)
    if divisor_override is not None:
        return _quotient(sums, np.asarray(divisor_override))
    return _quotient(sums, _count(x.shape[2:], margins, kernel_size, stride, padding, count_include_pad))


def avg_pool_backward(
    upstream: Array,
    *,
    input_size: Sizes,
    kernel_size: Sizes,
    stride: Sizes,
    padding: Pads,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
    divisor_override: int | None = None,
) -> Array:
    """Gradient of :func:`avg_pool`: each window gives its upstream entry over its divisor to all its cells."""
    one = (1,) * len(kernel_size)
    margins = fit(input_size, kernel_size, stride, padding, one, ceil_mode)
    if divisor_override is not None:
        share = _quotient(upstream, np.asarray(divisor_override))
    else:
        share = _quotient(
            upstream, _count(input_size, margins, kernel_size, stride, padding, count_include_pad)
        )
    return unpad(fold(_to_cells(share, kernel_size), stride, one), margins)


def adaptive_avg_pool(x: Array, *, output_size: Sizes) -> Array:
    """Mean over ``⌊oI/O⌋ ≤ i < ⌈(o + 1)I/O⌉``."""
    return _quotient(_adaptive_sum(x, output_size), _adaptive_count(x.shape[2:], output_size))


def adaptive_avg_pool_backward(upstream: Array, *, input_size: Sizes) -> Array:
    """Gradient of :func:`adaptive_avg_pool`: each window gives its share of upstream to all its cells."""
    share = _quotient(upstream, _adaptive_count(input_size, upstream.shape[2:]))
    total = np.zeros((*upstream.shape[:2], *input_size), dtype=share.dtype)
    for o, box in boxes(adaptive(input_size, upstream.shape[2:])):
        total[:, :, *box] += share[:, :, *o]
    return total


# LP norm


def lp_pool(x: Array, *, p: int | float, kernel_size: Sizes, stride: Sizes, ceil_mode: bool = False) -> Array:
    """``Σ |x|^p`` over the cells that each window really has: the p-th power of the norm, exact for an int p."""
    one, none = (1,) * len(kernel_size), ((0, 0),) * len(kernel_size)
    margins = fit(x.shape[2:], kernel_size, stride, none, one, ceil_mode)
    sums: Array = flatten(slide(pad(np.abs(x) ** p, margins), kernel_size, stride, one)).sum(axis=-1)
    return sums


def lp_pool_backward(
    x: Array, upstream: Array, *, p: int, kernel_size: Sizes, stride: Sizes, ceil_mode: bool = False
) -> Array:
    """Gradient of :func:`lp_pool`, the power sums: ``p·|x|^(p−1)·sign(x)`` times the upstream of x's windows."""
    one, none = (1,) * len(kernel_size), ((0, 0),) * len(kernel_size)
    margins = fit(x.shape[2:], kernel_size, stride, none, one, ceil_mode)
    received = unpad(fold(_to_cells(upstream, kernel_size), stride, one), margins)
    sign = (x > 0).astype(x.dtype) - (x < 0).astype(x.dtype)
    slopes: Array = p * np.abs(x) ** (p - 1) * sign * received
    return slopes


# Difference quotient


def difference_quotient(
    fn: Callable[[Array], Any], x: Array, index: Sizes, h: int | Fraction = Fraction(1, 1024)
) -> Any:
    """``(f(x + h·e) − f(x − h·e)) / 2h`` in exact arithmetic, e the unit array at ``index``."""
    ahead, behind = x.astype(object), x.astype(object)
    ahead[index] += h
    behind[index] -= h
    return (fn(ahead) - fn(behind)) / Fraction(2 * h)


# Parts


def _count(
    sizes: Sizes, margins: Pads, kernel: Sizes, stride: Sizes, padding: Pads, include_pad: bool
) -> Array:
    """How many cells of each window an average counts: the window's sum over an image of ones."""
    image = pad(np.ones((1, 1, *sizes), dtype=np.int64), padding, value=int(include_pad))
    beyond = tuple((0, after - declared) for (_, after), (_, declared) in zip(margins, padding, strict=True))
    count: Array = flatten(slide(pad(image, beyond), kernel, stride, (1,) * len(kernel))).sum(axis=-1)
    return count


def _to_cells(share: Array, kernel: Sizes) -> Array:
    """Windows whose cells all hold what the window has."""
    return np.broadcast_to(share.reshape(*share.shape, *(1 for _ in kernel)), (*share.shape, *kernel))


def _adaptive_sum(x: Array, outs: Sizes) -> Array:
    sums = np.empty((*x.shape[:2], *outs), dtype=x.dtype)
    for o, box in boxes(adaptive(x.shape[2:], outs)):
        sums[:, :, *o] = x[:, :, *box].sum(axis=tuple(range(2, x.ndim)), keepdims=True)
    return sums


def _adaptive_count(sizes: Sizes, outs: Sizes) -> Array:
    return _adaptive_sum(np.ones((1, 1, *sizes), dtype=np.int64), outs)


def _max_over(x: Array, bounds: Callable[[Sizes], Bounds], outs: Sizes) -> tuple[Array, Array]:
    """Maximum over each plane's own windows, and its flat index; the first maximum wins."""
    maxima = np.empty((*x.shape[:2], *outs), dtype=x.dtype)
    where = np.empty(maxima.shape, dtype=np.int64)
    for plane in np.ndindex(*x.shape[:2]):
        for o, box in boxes(bounds(plane)):
            cells = x[plane][box]
            inner = np.unravel_index(cells.argmax(), cells.shape)
            place = tuple(s.start + i for s, i in zip(box, inner, strict=True))
            maxima[plane][o] = cells[inner]
            where[plane][o] = np.ravel_multi_index(place, x.shape[2:])
    return maxima, where


def _extended(x: Array) -> Array:
    """The array in a type that holds −∞."""
    return x if x.dtype.kind == "f" else x.astype(object)


def _quotient(numerator: Array, denominator: Array) -> Array:
    """``numerator / denominator``: Fractions, unless the numerator is made of floats."""
    if numerator.dtype.kind == "f":
        return np.asarray(numerator / denominator)
    exact = np.frompyfunc(_divide, 2, 1)(numerator.astype(object), denominator.astype(object))
    return np.asarray(exact, dtype=object)


def _divide(numerator: Any, denominator: int) -> Any:
    """An exact quotient, of numbers or of symbols."""
    is_number = isinstance(numerator, int | Fraction)
    return Fraction(numerator, denominator) if is_number else numerator * Fraction(1, denominator)
