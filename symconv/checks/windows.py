"""Sliding windows over a padded image, and their adjoints: what :mod:`symconv.checks.reference` is made of.

Arrays are ``(N, C, *spatial)``. Windows are views ``(N, C, *O, *K)``; no position is ever computed for a
single entry, so an error in the taps cannot be repeated here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from itertools import product
from math import prod
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

Array = NDArray[Any]
Sizes = tuple[int, ...]
Pads = tuple[tuple[int, int], ...]
Bounds = Sequence[Sequence[tuple[int, int]]]
"""For every axis and every output position on it: where the window starts and stops."""


def fit(
    sizes: Sizes, kernel: Sizes, stride: Sizes, padding: Pads, dilation: Sizes, ceil_mode: bool = False
) -> Pads:
    """Padding with which the windows fit exactly: more where ``ceil_mode`` rounds up, negative for the rows
    that no window reaches. A last window that would start in the padding after the image is dropped."""
    pairs = []
    for size, k, s, (before, after), d in zip(sizes, kernel, stride, padding, dilation, strict=True):
        room = size + before + after - d * (k - 1) - 1
        last = -(-room // s) if ceil_mode else room // s
        if ceil_mode and last * s >= size + before:
            last -= 1
        pairs.append((before, s * last + d * (k - 1) + 1 - size - before))
    return tuple(pairs)


def pad(x: Array, pairs: Pads, value: float = 0) -> Array:
    """Padding on the spatial axes; a negative width cuts off. Padded first, as one side may need the other's."""
    wide = [(max(a, 0), max(b, 0)) for a, b in pairs]
    sizes = [a + n + b for (a, b), n in zip(wide, x.shape[2:], strict=True)]
    grown = np.full((*x.shape[:2], *sizes), value, dtype=x.dtype)
    grown[:, :, *(slice(a, a + n) for (a, _), n in zip(wide, x.shape[2:], strict=True))] = x
    cuts = (slice(max(-a, 0), n - max(-b, 0)) for (a, b), n in zip(pairs, sizes, strict=True))
    return grown[:, :, *cuts]


def unpad(x: Array, pairs: Pads) -> Array:
    """The adjoint of padding: cut off what was added, zeros where rows had been cut off."""
    return pad(x, tuple((-before, -after) for before, after in pairs))


_NUMPYS = {"zeros": "constant", "reflect": "reflect", "replicate": "edge", "circular": "wrap"}
"""PyTorch's modes of padding by NumPy's names."""


def surround(x: Array, pairs: Pads, mode: str) -> Array:
    """Padding that repeats the image: mirrored (``reflect``), its border (``replicate``), or from its other side
    (``circular``)."""
    options: Any = {"mode": _NUMPYS[mode]}
    return np.pad(x, [(0, 0), (0, 0), *pairs], **options)


def gather(values: Array, sizes: Sizes, pairs: Pads, mode: str) -> Array:
    """The adjoint of :func:`surround`: what arrives at the copies of a cell is added up there."""
    plane = surround(np.arange(prod(sizes)).reshape(1, 1, *sizes), pairs, mode).ravel()
    total = np.zeros((*values.shape[:2], prod(sizes)), dtype=values.dtype)
    flat = values.reshape(*values.shape[:2], -1)
    for place in np.ndindex(*values.shape[:2]):
        np.add.at(total[place], plane, flat[place])
    return total.reshape(*values.shape[:2], *sizes)


def slide(x: Array, kernel: Sizes, stride: Sizes, dilation: Sizes) -> Array:
    """Every window of an image that is padded already, as a view ``(N, C, *O, *K)``."""
    reach = tuple(d * (k - 1) + 1 for k, d in zip(kernel, dilation, strict=True))
    every = sliding_window_view(x, reach, axis=tuple(range(2, x.ndim)))
    return every[:, :, *(slice(None, None, step) for step in (*stride, *dilation))]


def fold(values: Array, stride: Sizes, dilation: Sizes) -> Array:
    """The adjoint of :func:`slide`: the values that windows hold for a cell, added up."""
    outs, kernel = values.shape[2 : 2 + len(stride)], values.shape[2 + len(stride) :]
    reach = tuple(s * (o - 1) + 1 for s, o in zip(stride, outs, strict=True))
    sizes = tuple(r + d * (k - 1) for r, d, k in zip(reach, dilation, kernel, strict=True))
    total = np.zeros((*values.shape[:2], *sizes), dtype=values.dtype)
    for offset in np.ndindex(*kernel):
        starts = tuple(d * k for d, k in zip(dilation, offset, strict=True))
        cells = (slice(a, a + r, s) for a, r, s in zip(starts, reach, stride, strict=True))
        total[:, :, *cells] += values[..., *offset]
    return total


def interleave(x: Array, stride: Sizes) -> Array:
    """``S − 1`` zeros between neighbours, along every spatial axis."""
    sizes = (s * (n - 1) + 1 for s, n in zip(stride, x.shape[2:], strict=True))
    wide = np.zeros((*x.shape[:2], *sizes), dtype=x.dtype)
    wide[:, :, *(slice(None, None, s) for s in stride)] = x
    return wide


def flatten(values: Array) -> Array:
    """``(N, C, *O, *K)`` with the cells of a window in one axis, row by row."""
    outs = values.shape[: 1 + values.ndim // 2]
    return values.reshape(*outs, -1)


def adaptive(sizes: Sizes, outs: Sizes) -> Bounds:
    """Windows that share an axis out evenly: ``⌊oI/O⌋ ≤ i < ⌈(o + 1)I/O⌉``."""
    axes = zip(sizes, outs, strict=True)
    return [[(o * size // out, -(-(o + 1) * size // out)) for o in range(out)] for size, out in axes]


def fractional(u: Iterable[float | Fraction], sizes: Sizes, outs: Sizes, kernel: Sizes) -> Bounds:
    """Windows of PyTorch's pseudo-random sequence: ``start(o) = ⌊(o + u)α⌋ − ⌊uα⌋`` with
    ``α = (I − K)/(O − 1)``, the last one at ``I − K``. A float u is computed in floats, a Fraction exactly."""
    axes = []
    for sample, size, out, k in zip(u, sizes, outs, kernel, strict=True):
        alpha = Fraction(size - k, max(out - 1, 1))
        starts = [int((o + sample) * alpha) - int(sample * alpha) for o in range(out - 1)]
        axes.append([(start, start + k) for start in (*starts, size - k)])
    return axes


def boxes(bounds: Bounds) -> Iterator[tuple[tuple[slice, ...], tuple[slice, ...]]]:
    """Every output position, as slices of length one, and its window."""
    for o in product(*(range(len(pairs)) for pairs in bounds)):
        window = (slice(*pairs[i]) for pairs, i in zip(bounds, o, strict=True))
        yield tuple(slice(i, i + 1) for i in o), tuple(window)
