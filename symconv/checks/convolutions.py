"""Convolutions and transposed convolutions of the second implementation, :mod:`symconv.checks.reference`.

Sums over windows are ``einsum``. A convolution's gradients take the textbook route: upstream spread by the
stride and correlated with the rotated kernel; the padded image correlated with the spread upstream. A
transposed convolution stamps the kernel onto a canvas. Arrays and arguments are as there.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from symconv.checks.windows import (
    Array,
    Pads,
    Sizes,
    fit,
    fold,
    gather,
    interleave,
    pad,
    slide,
    surround,
    unpad,
)

# Letters of the axes in einsum: n batch, g group, c channel in, f channel out, then output and kernel axes.
_OUT, _KERNEL = "xyz", "uvw"


def conv(
    x: Array,
    w: Array,
    bias: Array | None = None,
    *,
    stride: Sizes,
    padding: Pads,
    dilation: Sizes,
    groups: int,
    mode: str = "zeros",
) -> Array:
    """Cross-correlation ``Y[o] = b + Σ_k X[S·o + D·k − P]·W[k]``, summed over the channels of each group.

    Shapes: x ``(N, C, *I)``, w ``(F, C/groups, *K)``, bias ``(F,)``; result ``(N, F, *O)`` with
    ``O = ⌊(I + P − D(K − 1) − 1)/S⌋ + 1``, P the padding of both sides together. A mode other than ``zeros``
    puts copies of the image into the padding.
    """
    kernel = w.shape[2:]
    if mode != "zeros":
        x, padding = surround(x, padding, mode), ((0, 0),) * len(kernel)
    kind, (x, w) = x.dtype, _whole(x, w)
    image = pad(x, fit(x.shape[2:], kernel, stride, padding, dilation))
    windows = _split(slide(image, kernel, stride, dilation), 1, groups)
    o, k = _OUT[: len(kernel)], _KERNEL[: len(kernel)]
    y = _merge(np.einsum(f"ngc{o}{k},gfc{k}->ngf{o}", windows, _split(w, 0, groups)), 1).astype(kind)
    return y if bias is None else y + bias.reshape(-1, *(1 for _ in kernel))


def conv_backward_input(
    upstream: Array,
    w: Array,
    *,
    input_size: Sizes,
    stride: Sizes,
    padding: Pads,
    dilation: Sizes,
    groups: int,
    mode: str = "zeros",
) -> Array:
    """Gradient of :func:`conv` with respect to its input: a convolution of stride 1, backwards.

    Upstream gets ``S − 1`` zeros between its entries, ``D(K − 1) − P`` around them, and one more after them
    for every row that the last window did not reach. It is correlated with the kernel, which is rotated by
    half a turn and has its input and output channels exchanged. What arrives at copies of the image in the
    padding is added up.
    """
    spatial = tuple(range(2, w.ndim))
    if mode != "zeros":
        wide = tuple(size + sum(pair) for size, pair in zip(input_size, padding, strict=True))
        bare: Any = {"stride": stride, "padding": ((0, 0),) * len(spatial), "dilation": dilation}
        arrived = conv_backward_input(upstream, w, input_size=wide, groups=groups, **bare)
        return gather(arrived, input_size, padding, mode)
    apart = interleave(upstream, stride)
    axes = zip(input_size, apart.shape[2:], w.shape[2:], padding, dilation, strict=True)
    frame = tuple((d * (k - 1) - before, size + before - now) for size, now, k, (before, _), d in axes)
    rotated = _merge(_split(np.flip(w, spatial), 0, groups).swapaxes(1, 2), 0)
    one, none = (1,) * len(spatial), ((0, 0),) * len(spatial)
    return conv(pad(apart, frame), rotated, stride=one, padding=none, dilation=dilation, groups=groups)


def conv_backward_weight(
    x: Array,
    upstream: Array,
    *,
    kernel_size: Sizes,
    stride: Sizes,
    padding: Pads,
    dilation: Sizes,
    groups: int,
    mode: str = "zeros",
) -> Array:
    """Gradient of :func:`conv` with respect to its weight, ``Σ_{n,o} X[S·o + D·k − P]·G[o]``.

    The padded image is correlated with upstream as the kernel: dilated by the stride, moved by the dilation.
    """
    if mode != "zeros":
        x, padding = surround(x, padding, mode), ((0, 0),) * len(kernel_size)
    kind, (x, upstream) = x.dtype, _whole(x, upstream)
    image = pad(x, fit(x.shape[2:], kernel_size, stride, padding, dilation))
    windows = _split(slide(image, upstream.shape[2:], dilation, stride), 1, groups)
    o, k = _OUT[: len(kernel_size)], _KERNEL[: len(kernel_size)]
    sums = np.einsum(f"ngc{k}{o},ngf{o}->gfc{k}", windows, _split(upstream, 1, groups))
    return _merge(sums, 0).astype(kind)


def conv_backward_bias(upstream: Array) -> Array:
    """Gradient of :func:`conv` with respect to its bias: upstream summed over all axes but the channels."""
    total: Array = upstream.sum(axis=(0, *range(2, upstream.ndim)))
    return total


# Transposed convolution


def conv_transpose(
    x: Array,
    w: Array,
    bias: Array | None = None,
    *,
    stride: Sizes,
    padding: Pads,
    output_padding: Sizes,
    dilation: Sizes,
    groups: int,
) -> Array:
    """Every entry of the image puts the kernel, times itself, onto a canvas: ``Y[S·i + D·k − P] += X[i]·W[k]``.

    Shapes: x ``(N, C, *I)``, w ``(C, F/groups, *K)``; result ``(N, F, *O)`` with
    ``O = S(I − 1) + D(K − 1) + 1 − P + output_padding``. The padding is cut off the canvas.
    """
    o, k = _OUT[: w.ndim - 2], _KERNEL[: w.ndim - 2]
    stamps = np.einsum(f"ngf{o},gfc{k}->ngc{o}{k}", _split(x, 1, groups), _split(w, 0, groups))
    y = unpad(fold(_merge(stamps, 1), stride, dilation), _canvas(padding, output_padding))
    return y if bias is None else y + bias.reshape(-1, *(1 for _ in k))


def conv_transpose_backward_input(
    upstream: Array,
    w: Array,
    *,
    stride: Sizes,
    padding: Pads,
    output_padding: Sizes,
    dilation: Sizes,
    groups: int,
) -> Array:
    """Gradient of :func:`conv_transpose` with respect to its input: the convolution of the canvas."""
    canvas = pad(upstream, _canvas(padding, output_padding))
    none = ((0, 0),) * len(stride)
    return conv(canvas, w, stride=stride, padding=none, dilation=dilation, groups=groups)


def conv_transpose_backward_weight(
    x: Array,
    upstream: Array,
    *,
    kernel_size: Sizes,
    stride: Sizes,
    padding: Pads,
    output_padding: Sizes,
    dilation: Sizes,
    groups: int,
) -> Array:
    """Gradient of :func:`conv_transpose` with respect to its weight: that of the convolution of the canvas."""
    canvas = pad(upstream, _canvas(padding, output_padding))
    bare: Any = {"stride": stride, "padding": ((0, 0),) * len(stride), "dilation": dilation, "groups": groups}
    return conv_backward_weight(canvas, x, kernel_size=kernel_size, **bare)


def _canvas(padding: Pads, output_padding: Sizes) -> Pads:
    """How much wider than the output the canvas is."""
    axes = zip(padding, output_padding, strict=True)
    return tuple((before, after - extra) for (before, after), extra in axes)


def _whole(x: Array, y: Array) -> tuple[Array, Array]:
    """Both arrays in int64, which is much faster, if they hold integers and no sum of products can leave it."""
    if x.dtype != object or any(set(map(type, array.flat)) != {int} for array in (x, y)):
        return x, y
    most = max(map(abs, x.flat)) * max(map(abs, y.flat)) * min(x.size, y.size)
    return (x.astype(np.int64), y.astype(np.int64)) if most < 2**63 else (x, y)


def _split(x: Array, axis: int, groups: int) -> Array:
    """The axis in two: the groups, and what each holds."""
    return x.reshape(*x.shape[:axis], groups, -1, *x.shape[axis + 1 :])


def _merge(x: Array, axis: int) -> Array:
    """The axis and the next one as one: the inverse of :func:`_split`."""
    return x.reshape(*x.shape[:axis], -1, *x.shape[axis + 2 :])
