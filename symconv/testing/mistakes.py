"""Common mistakes in an implementation of a layer, recognised by the wrong result that they lead to.

Each row of :func:`_mistakes` is a mistake in words and the result of making it, computed from the taps like
the right result, but for other arguments or other arrays. To add a mistake, add a row.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields
from fractions import Fraction
from functools import partial
from math import inf, isfinite, prod
from typing import Any

import numpy as np

from symconv.axes import Sliding
from symconv.errors import ShapeError, SymconvError
from symconv.exact import Array
from symconv.layers import Layer
from symconv.operator import Argument, Operator
from symconv.reductions import Maximum
from symconv.value import Value, replace

Row = tuple[str, Callable[[], Array]]


class Pass(Value):
    """One pass through a layer at given numbers: forward, or backward to the argument ``wrt``.

    ``arrays`` are the arguments and, by the name ``upstream``, the gradient that comes from above.
    """

    layer: Layer
    operator: Operator
    arrays: Mapping[str, Array]
    wrt: Argument | None

    def result(self, operator: Operator | None = None, arrays: Mapping[str, Array] | None = None) -> Array:
        """The right result; or that of another operator, or with some arrays replaced."""
        operator, arrays = operator or self.operator, {**self.arrays, **(arrays or {})}
        if self.wrt is None:
            return operator.forward(**{role: arrays[role] for role in operator.arguments})
        upstream = _fitted(arrays["upstream"], operator.output_shape)
        return operator.backward(self.wrt, upstream, arrays["input"], arrays.get("weight"))


def recognise(task: Pass, got: Array, same: Callable[[Array, Array], bool]) -> str | None:
    """The first mistake that leads to a result, as words that follow "this is the result"; None if none does.

    Args:
        got: the wrong result.
        same: whether a result is another one.
    """
    for mistake, make in _mistakes(task, got):
        try:
            made = make()
        except SymconvError:  # the mistake cannot be made at these shapes
            continue
        if made.shape == got.shape and same(got, made):
            return mistake
    return None


def _mistakes(task: Pass, got: Array) -> Iterator[Row]:
    right = task.result()
    if task.wrt != "bias":
        yield "transposed", lambda: right.swapaxes(-1, -2)
        yield "rotated by half a turn", lambda: _rotated(right, task.layer.dims)
    yield from _of_other_arrays(task)
    yield from _of_other_arguments(task)
    if task.wrt == "input":
        yield from _of_gathering(task)
    factor = _factor(got, right)
    if factor is not None:
        shown = f"{factor:.6g}" if isinstance(factor, float) else str(factor)
        yield f"times {shown}", lambda: right * factor


def _of_other_arrays(task: Pass) -> Iterator[Row]:
    weight, bias = task.arrays.get("weight"), task.arrays.get("bias")
    if weight is not None:
        rotated = _rotated(weight, task.layer.dims)
        yield "for the kernel rotated by half a turn", lambda: task.result(arrays={"weight": rotated})
        for axes, what in (((-1, -2), "kernel transposed"), ((0, 1), "kernel's channels exchanged")):
            swapped = weight.swapaxes(*axes)
            if swapped.shape == weight.shape:
                yield f"for the {what}", partial(task.result, arrays={"weight": swapped})
    if bias is not None:
        yield "without the bias", lambda: task.result(arrays={"bias": np.zeros_like(bias)})


def _of_other_arguments(task: Pass) -> Iterator[Row]:
    """Arguments of the layer that were overlooked: their defaults, or the opposite."""
    own = {field.name: getattr(task.layer, field.name) for field in fields(task.layer)}
    slips: list[tuple[str, Any]] = [("stride", 1), ("padding", 0), ("dilation", 1)]
    if not task.layer.has_weight:
        slips.append(("stride", own.get("kernel_size")))
    slips += [(name, not own.get(name)) for name in ("ceil_mode", "count_include_pad")]
    slips += [("divisor_override", None), ("divisor_override", 1)]
    for name, value in slips:
        if name in own:
            yield f"for {name}={value}", partial(_changed, task, name, value)


def _changed(task: Pass, name: str, value: Any) -> Array:
    other = replace(task.layer, **{name: value})
    return task.result(other.operator(task.operator.input_shape, task.operator.weight_shape))


def _of_gathering(task: Pass) -> Iterator[Row]:
    """What goes wrong where an input entry collects what several windows give it."""
    yield (
        "of writing overlapping windows over each other instead of adding them up",
        lambda: _overwritten(task),
    )
    yield "before the padding is cut off", lambda: _uncut(task)
    if isinstance(task.operator.reduction, Maximum):
        split = replace(task.operator, reduction=Maximum("split"))
        yield "of sharing a gradient among equal maxima", lambda: task.result(split)


def _overwritten(task: Pass) -> Array:
    """An input gradient that keeps, of the contributions to an entry, only the last."""
    operator, taps = task.operator, task.operator.taps
    flat = {role: array.ravel() for role, array in task.arrays.items()}
    slopes = operator.reduction.slopes(taps, flat["input"], flat.get("weight"), operator.cells)
    parts = flat["upstream"].take(taps.out) * slopes.values.take(slopes.at)
    result = np.zeros(prod(operator.input_shape), dtype=object)
    for at, part in zip(taps.inp.tolist(), parts.tolist(), strict=True):
        if part != 0:
            result[at] = part
    return result.reshape(operator.input_shape)


def _uncut(task: Pass) -> Array:
    """The gradient by the padded input."""
    widths = [axis.padding if isinstance(axis, Sliding) else (0, 0) for axis in task.operator.axes]
    padded = np.pad(task.arrays["input"], widths)
    slips: dict[str, Any] = {"padding": 0}
    bare = replace(task.layer, **slips) if any(map(any, widths)) else task.layer
    return task.result(bare.operator(padded.shape, task.operator.weight_shape), {"input": padded})


def _rotated(array: Array, dims: int) -> Array:
    return np.flip(array, tuple(range(-dims, 0)))


def _fitted(array: Array, shape: tuple[int, ...]) -> Array:
    """An array cut off and filled up with zeros, as a loop with wrong bounds would see it."""
    if len(shape) != array.ndim:
        raise ShapeError(f"an array of {array.ndim} dimensions cannot be fitted to {len(shape)}")
    fitted = np.zeros(shape, dtype=object)
    common = tuple(map(slice, map(min, array.shape, shape)))
    fitted[common] = array[common]
    return fitted


def _factor(got: Array, right: Array) -> Any:
    """By what the largest entry was multiplied; None where that says nothing."""
    sizes = [abs(float(entry)) for entry in right.flat]
    if got.shape != right.shape or max(sizes) == inf or np.count_nonzero(sizes) < 2:
        return None
    at = sizes.index(max(sizes))
    above, below = got.flat[at], right.flat[at]
    if all(isinstance(number, int | Fraction) for number in (above, below)):
        return Fraction(above) / below
    return above / float(below) if isinstance(above, float) and isfinite(above) else None
