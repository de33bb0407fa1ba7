"""The output size of a layer at numbers, checked by other means than its formula."""

from __future__ import annotations

from math import prod
from typing import Any

import numpy as np

from symconv.axes import Adjoint, Sliding
from symconv.checks import windows
from symconv.checks.result import Check, Method, Verdict
from symconv.layers import Layer
from symconv.layers.unpooling import Unpooling
from symconv.operator import Operator


def check_size(layer: Layer, operator: Operator) -> Check:
    """The output size against the windows, counted; where the layer turns another one round, against that one.

    The convolution that a transposed convolution turns round, and the pooling that an unpooling turns round,
    must come from the output's size back to the input's.
    """
    given, size = operator.input_shape[-layer.dims :], operator.output_shape[-layer.dims :]
    if isinstance(layer, Unpooling):
        geometry = zip(layer.kernel_size, layer.stride, layer.padding, strict=True)
        pooled = [[Sliding(k, s, (p, p), ceil_mode=up) for up in (False, True)] for k, s, p in geometry]
        back = [
            before
            if before in {axis.output_size(after) for axis in axes}
            else pooled[place][0].output_size(after)
            for place, (axes, before, after) in enumerate(zip(pooled, given, size, strict=True))
        ]
        return _check(given, tuple(back), size, "the pooling of that output", "pooled back")
    spatial: list[Any] = [axis for axis in operator.axes if axis.role == "spatial"]
    if any(isinstance(axis, Adjoint) for axis in spatial):
        # where the output is wider by more than a step, the convolution has windows beyond the input
        beyond = [axis.output_padding // axis.axis.stride for axis in spatial]
        counts = [axis.axis.output_size(after) for axis, after in zip(spatial, size, strict=True)]
        back = [count - more for count, more in zip(counts, beyond, strict=True)]
        return _check(given, tuple(back), size, "the convolution of that output", "convolved back")
    if len(spatial) < layer.dims:
        counted = len(set(operator.taps.axes[0].out.tolist()))
        planes = prod(operator.output_shape[: -layer.dims])
        return _check((planes * prod(size),), (counted,), size, "the windows", "windows counted")
    return _check(size, tuple(map(_windows, spatial, given)), size, "the windows", "windows counted")


def _windows(axis: Any, size: int) -> int:
    """How many windows there are on an axis; those that slide, laid over a padded line."""
    if not isinstance(axis, Sliding):
        return len(set(axis.taps(size).out.tolist()))
    kernel, stride, dilation = (axis.kernel_size,), (axis.stride,), (axis.dilation,)
    margins = windows.fit((size,), kernel, stride, (axis.padding,), dilation, axis.ceil_mode)
    line = windows.pad(np.zeros((1, 1, size)), margins)
    return int(windows.slide(line, kernel, stride, dilation).shape[2])


def _check(
    expected: tuple[int, ...], found: tuple[int, ...], size: tuple[int, ...], what: str, scope: str
) -> Check:
    verdict = Verdict.PASSED if expected == found else Verdict.FAILED
    detail = "" if verdict is Verdict.PASSED else f"The formula gives {size}, but {what} give {found}."
    return Check("output size", Method.EXACT, verdict, str(expected), str(found), scope, detail)
