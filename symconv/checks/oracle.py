"""An operator as the reference sees it: the same layer, without a tap.

:class:`Oracle` reads the geometry off an operator's axes and hands it to :mod:`symconv.checks.reference`; the
arrays go in and come out in the operator's own shapes.
"""

from __future__ import annotations

from functools import cached_property
from math import prod
from typing import Any

import numpy as np
import sympy as sp

from symconv.axes import Adaptive, Adjoint, Fractional, Grouped, Planewise, Scattered, Sliding
from symconv.checks import convolutions, reference, windows
from symconv.checks.surroundings import Surroundings, surrounds
from symconv.checks.windows import Bounds
from symconv.exact import Array
from symconv.operator import Argument, Operator
from symconv.reductions import LpNorm, Maximum, Mean, WeightedSum
from symconv.value import Value


class Oracle(Value, dict=True):
    """The reference implementation of one operator."""

    operator: Operator

    def forward(self, input: Array, weight: Array | None = None, bias: Array | None = None) -> Array:
        """The output; for an LP norm of finite p the p-th powers of it."""
        if surrounds(self.operator):
            return Surroundings(self.operator).forward(input, weight, bias)
        x = self._planes(input)
        match self.operator.reduction, self._spatial[0]:
            case WeightedSum(), Scattered():
                result = reference.max_unpool(x, self._targets, output_size=self._output_size)
            case WeightedSum(), Adjoint():
                assert weight is not None
                b = None if bias is None else bias.reshape(-1)
                result = convolutions.conv_transpose(x, self._filters(weight), b, **self._turned)
            case WeightedSum(), _:
                assert weight is not None
                b = None if bias is None else bias.reshape(-1)
                result = convolutions.conv(x, self._filters(weight), b, **self._conv)
            case Mean(), Adaptive():
                result = reference.adaptive_avg_pool(x, output_size=self._output_size)
            case Mean(), _:
                result = reference.avg_pool(x, **self._window, **self._mean)
            case Maximum(), Adaptive():
                result = reference.adaptive_max_pool(x, output_size=self._output_size)[0]
            case Maximum(), Fractional() | Planewise():
                result = reference.fractional_max_pool(
                    x, kernel_size=self._kernel, output_size=self._output_size, samples=self._samples
                )[0]
            case Maximum(), _:
                result = reference.max_pool(x, dilation=self._dilation, **self._window)[0]
            case LpNorm(p), _ if p == sp.oo:
                largest = [max((abs(x) for x in window), default=0) for window in self.windows(input)]
                result = np.array(largest, dtype=object)
            case LpNorm(p), _:
                geometry = {key: value for key, value in self._window.items() if key != "padding"}
                result = reference.lp_pool(x, p=int(p), **geometry)
        return result.reshape(self.operator.output_shape)

    def backward(self, wrt: Argument, upstream: Array, input: Array, weight: Array | None = None) -> Array:
        """The gradient, by the textbook's route; for an LP norm that of the p-th powers."""
        if surrounds(self.operator):
            return Surroundings(self.operator).backward(wrt, upstream, input, weight)
        x, g = self._planes(input), self._outputs(upstream)
        size = x.shape[2:]
        match wrt, self.operator.reduction, self._spatial[0]:
            case "bias", _, _:
                result = convolutions.conv_backward_bias(g)
            case "weight", _, Adjoint():
                kernel = self.operator.shape("weight")[-len(size) :]
                result = convolutions.conv_transpose_backward_weight(x, g, kernel_size=kernel, **self._turned)
            case "weight", _, _:
                kernel = self.operator.shape("weight")[-len(size) :]
                result = convolutions.conv_backward_weight(x, g, kernel_size=kernel, **self._conv)
            case _, WeightedSum(), Scattered():
                result = reference.max_unpool_backward(g, self._targets)
            case _, WeightedSum(), Adjoint():
                assert weight is not None
                filters = self._filters(weight)
                result = convolutions.conv_transpose_backward_input(g, filters, **self._turned)
            case _, WeightedSum(), _:
                assert weight is not None
                filters = self._filters(weight)
                result = convolutions.conv_backward_input(g, filters, input_size=size, **self._conv)
            case _, Mean(), Adaptive():
                result = reference.adaptive_avg_pool_backward(g, input_size=size)
            case _, Mean(), _:
                result = reference.avg_pool_backward(g, input_size=size, **self._window, **self._mean)
            case _, Maximum("split"), Adaptive() | Fractional() | Planewise():
                result = reference.max_split_backward(x, g, bounds=self._bounds)
            case _, Maximum(), Adaptive():
                places = reference.adaptive_max_pool(x, output_size=self._output_size)[1]
                result = reference.max_backward(g, places, input_size=size)
            case _, Maximum(), Fractional() | Planewise():
                places = reference.fractional_max_pool(
                    x, kernel_size=self._kernel, output_size=self._output_size, samples=self._samples
                )[1]
                result = reference.max_backward(g, places, input_size=size)
            case _, Maximum(ties), _:
                result = reference.max_pool_backward(x, g, dilation=self._dilation, ties=ties, **self._window)
            case _, LpNorm(p), _:
                geometry = {key: value for key, value in self._window.items() if key != "padding"}
                result = reference.lp_pool_backward(x, g, p=int(p), **geometry)
        return result.reshape(self.operator.shape(wrt))

    def windows(self, input: Array) -> list[list[Any]]:
        """The entries of every window, padding left out, in row-major order of outputs and of each window."""
        x = self._planes(input)
        first = self._spatial[0]
        if isinstance(first, Sliding):
            one = self._dilation
            margins = windows.fit(
                x.shape[2:], self._kernel, self._stride, self._padding, one, first.ceil_mode
            )
            inside = windows.pad(np.ones(x.shape, dtype=bool), margins, False)
            padded = windows.pad(x, margins, 0)
            cells, kept = (
                windows.flatten(windows.slide(a, self._kernel, self._stride, one)).reshape(
                    -1, prod(self._kernel)
                )
                for a in (padded, inside)
            )
            return [
                [c for c, k in zip(row, keep, strict=True) if k]
                for row, keep in zip(cells, kept, strict=True)
            ]
        return [
            list(x[plane][box].ravel())
            for plane in np.ndindex(*x.shape[:2])
            for _, box in windows.boxes(self._bounds(plane))
        ]

    @cached_property
    def _spatial(self) -> tuple[Any, ...]:
        return tuple(axis for axis in self.operator.axes if axis.role == "spatial")

    @cached_property
    def _dims(self) -> int:
        match self._spatial[0]:
            case Planewise(planes):
                return len(planes[0])
            case Scattered():
                shapes = self.operator.input_shape, self.operator.output_shape
                ranks = range(1, len(shapes[0]) + 1)
                return next(
                    rank for rank in ranks if shapes[0][: -rank or None] == shapes[1][: -rank or None]
                )
        return len(self._spatial)

    @property
    def _output_size(self) -> tuple[int, ...]:
        return self.operator.output_shape[-self._dims :]

    def _sliding(self, name: str) -> tuple[Any, ...]:
        axes = (axis.axis if isinstance(axis, Adjoint) else axis for axis in self._spatial)
        return tuple(getattr(axis, name) for axis in axes)

    @cached_property
    def _kernel(self) -> tuple[int, ...]:
        first = self._spatial[0]
        axes = first.planes[0] if isinstance(first, Planewise) else self._spatial
        return tuple(axis.kernel_size for axis in axes)

    @cached_property
    def _stride(self) -> tuple[int, ...]:
        return self._sliding("stride")

    @cached_property
    def _padding(self) -> tuple[tuple[int, int], ...]:
        return self._sliding("padding")

    @cached_property
    def _dilation(self) -> tuple[int, ...]:
        return self._sliding("dilation")

    @property
    def _window(self) -> dict[str, Any]:
        ceil_mode = self._spatial[0].ceil_mode
        return {
            "kernel_size": self._kernel,
            "stride": self._stride,
            "padding": self._padding,
            "ceil_mode": ceil_mode,
        }

    @property
    def _mean(self) -> dict[str, Any]:
        mean = self.operator.reduction
        assert isinstance(mean, Mean)
        return {"count_include_pad": mean.count_include_pad, "divisor_override": mean.divisor_override}

    @property
    def _strides(self) -> dict[str, Any]:
        """The geometry of a convolution or of the one that is turned round."""
        axes = (axis.axis if isinstance(axis, Adjoint) else axis for axis in self.operator.axes)
        return {
            "stride": self._stride,
            "padding": self._padding,
            "dilation": self._dilation,
            "groups": next((axis.groups for axis in axes if isinstance(axis, Grouped)), 1),
        }

    @property
    def _conv(self) -> dict[str, Any]:
        padded = [axis.mode for axis in self._spatial if axis.padding != (0, 0)]
        return {**self._strides, "mode": padded[0] if padded else "zeros"}

    @property
    def _turned(self) -> dict[str, Any]:
        return {**self._strides, "output_padding": tuple(axis.output_padding for axis in self._spatial)}

    def _bounds(self, plane: tuple[int, ...]) -> Bounds:
        """The windows of an adaptive or fractional pooling on a plane."""
        sizes = self.operator.input_shape[-self._dims :]
        if isinstance(self._spatial[0], Adaptive):
            return windows.adaptive(sizes, self._output_size)
        samples = self._samples[plane][::-1] if self._dims == 2 else self._samples[plane]
        return windows.fractional(samples, sizes, self._output_size, self._kernel)

    @cached_property
    def _samples(self) -> Array:
        """The samples of every plane in PyTorch's order: in two dimensions the width comes first."""
        planes = self._batched(self.operator.input_shape)[:2]
        first = self._spatial[0]
        rows = first.planes if isinstance(first, Planewise) else (self._spatial,) * prod(planes)
        samples = np.array([[axis.sample for axis in axes] for axes in rows], dtype=object)
        in_order = samples[:, ::-1] if self._dims == 2 else samples
        return in_order.reshape(*planes, self._dims)

    @property
    def _targets(self) -> Array:
        axis = self._spatial[0]
        plane = prod(self._output_size)
        targets = np.array([target % plane for target in axis.targets])
        return targets.reshape(self._batched(self.operator.input_shape))

    def _batched(self, shape: tuple[int, ...]) -> tuple[int, ...]:
        return (1,) * (self._dims + 2 - len(shape)) + shape

    def _planes(self, array: Array) -> Array:
        return array.reshape(self._batched(self.operator.input_shape))

    def _outputs(self, array: Array) -> Array:
        return array.reshape(self._batched(self.operator.output_shape))

    def _filters(self, weight: Array) -> Array:
        return weight.reshape((1,) * (self._dims + 2 - weight.ndim) + weight.shape)
