"""An operator as the reference sees it: the same layer, without a tap.

:class:`Oracle` reads the geometry off an operator's axes and hands it to :mod:`symconv.checks.reference`; the
arrays go in and come out in the operator's own shapes.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from math import prod
from typing import Any

import numpy as np
import sympy as sp

from symconv.axes import Adaptive, Fractional, Grouped, Scattered, Sliding
from symconv.checks import reference, windows
from symconv.checks.surroundings import Surroundings, surrounds
from symconv.checks.windows import Bounds
from symconv.exact import Array
from symconv.operator import Argument, Operator
from symconv.reductions import LpNorm, Maximum, Mean, WeightedSum


@dataclass(frozen=True)
class Oracle:
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
            case WeightedSum(), _:
                assert weight is not None
                b = None if bias is None else bias.reshape(-1)
                result = reference.conv(x, self._filters(weight), b, **self._conv)
            case Mean(), Adaptive():
                result = reference.adaptive_avg_pool(x, output_size=self._output_size)
            case Mean(), _:
                result = reference.avg_pool(x, **self._window, **self._mean)
            case Maximum(), Adaptive():
                result = reference.adaptive_max_pool(x, output_size=self._output_size)[0]
            case Maximum(), Fractional():
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
                result = reference.conv_backward_bias(g)
            case "weight", _, _:
                kernel = self.operator.shape("weight")[-len(size) :]
                result = reference.conv_backward_weight(x, g, kernel_size=kernel, **self._conv)
            case _, WeightedSum(), Scattered():
                result = reference.max_unpool_backward(g, self._targets)
            case _, WeightedSum(), _:
                assert weight is not None
                filters = self._filters(weight)
                result = reference.conv_backward_input(g, filters, input_size=size, **self._conv)
            case _, Mean(), Adaptive():
                result = reference.adaptive_avg_pool_backward(g, input_size=size)
            case _, Mean(), _:
                result = reference.avg_pool_backward(g, input_size=size, **self._window, **self._mean)
            case _, Maximum("split"), Adaptive() | Fractional():
                result = reference.max_split_backward(x, g, bounds=self._bounds)
            case _, Maximum(), Adaptive():
                places = reference.adaptive_max_pool(x, output_size=self._output_size)[1]
                result = reference.max_backward(g, places, input_size=size)
            case _, Maximum(), Fractional():
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
        planes = x.reshape(-1, *x.shape[2:])
        return [list(plane[box].ravel()) for plane in planes for _, box in windows.boxes(self._bounds)]

    @cached_property
    def _spatial(self) -> tuple[Any, ...]:
        return tuple(axis for axis in self.operator.axes if axis.role == "spatial")

    @cached_property
    def _dims(self) -> int:
        if not isinstance(self._spatial[0], Scattered):
            return len(self._spatial)
        return next(
            rank
            for rank in range(1, len(self.operator.input_shape) + 1)
            if self.operator.input_shape[: -rank or None] == self.operator.output_shape[: -rank or None]
        )

    @property
    def _output_size(self) -> tuple[int, ...]:
        return self.operator.output_shape[-self._dims :]

    def _sliding(self, name: str) -> tuple[Any, ...]:
        return tuple(getattr(axis, name) for axis in self._spatial)

    @cached_property
    def _kernel(self) -> tuple[int, ...]:
        return self._sliding("kernel_size")

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
    def _conv(self) -> dict[str, Any]:
        groups = next((axis.groups for axis in self.operator.axes if isinstance(axis, Grouped)), 1)
        return {
            "stride": self._stride,
            "padding": self._padding,
            "dilation": self._dilation,
            "groups": groups,
        }

    @property
    def _bounds(self) -> Bounds:
        """The windows of an adaptive or fractional pooling."""
        sizes = self.operator.input_shape[-self._dims :]
        if isinstance(self._spatial[0], Adaptive):
            return windows.adaptive(sizes, self._output_size)
        samples = [axis.sample for axis in self._spatial]
        return windows.fractional(samples, sizes, self._output_size, self._kernel)

    @property
    def _samples(self) -> Array:
        last_first = [axis.sample for axis in reversed(self._spatial)]
        planes = self._batched(self.operator.input_shape)[:2]
        return np.broadcast_to(np.array(last_first, dtype=object), (*planes, len(last_first)))

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
