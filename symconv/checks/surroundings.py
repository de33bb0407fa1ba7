"""Operators of features, activations and losses as the reference sees them: no tap, whole arrays.

Where an exponential is needed the results are enclosures (:mod:`symconv.checks.enclosure`), whatever goes in.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from symconv.axes import Adjoint, Grouped, Scattered, Sliding
from symconv.checks import around
from symconv.checks.enclosure import exp, log
from symconv.exact import Array
from symconv.losses import CrossEntropy, SquaredError
from symconv.operator import Argument, Operator
from symconv.pointwise import Logistic, Pointed, Rectified, TanH
from symconv.reductions import WeightedSum
from symconv.value import Value


def surrounds(operator: Operator) -> bool:
    """Whether an operator belongs to a layer around convolutions and poolings."""
    if isinstance(operator.reduction, WeightedSum):
        return not any(isinstance(axis, Adjoint | Sliding | Scattered) for axis in operator.axes)
    return isinstance(operator.reduction, Pointed | SquaredError | CrossEntropy)


def is_smooth(operator: Operator) -> bool:
    """Whether an operator makes irrational numbers of rational ones by exponentials."""
    return isinstance(operator.reduction, Logistic | TanH | CrossEntropy)


class Surroundings(Value):
    """The reference implementation of one such operator."""

    operator: Operator

    def forward(self, input: Array, weight: Array | None = None, bias: Array | None = None) -> Array:
        """The output."""
        match self.operator.reduction:
            case Rectified(slope):
                result = around.rectified(input, slope)
            case Logistic():
                result = around.sigmoid(input, exp)
            case TanH():
                result = around.tanh(input, exp)
            case SquaredError():
                result = around.squared_error(input, _given(weight), self._kind)
            case CrossEntropy():
                result = around.cross_entropy(input, _given(weight), self._classes, self._kind, exp, log)
            case _ if self._is_linear:
                result = around.linear(input, _given(weight), bias)
            case _ if self.operator.output_shape == ():
                result = input.sum()
            case _:
                result = input
        return np.asarray(result, dtype=object).reshape(self.operator.output_shape)

    def backward(self, wrt: Argument, upstream: Array, input: Array, weight: Array | None = None) -> Array:
        """The gradient, by the textbook's matrix or the derivative written for whole arrays."""
        match wrt, self.operator.reduction:
            case "bias", _:
                result = around.linear_backward_bias(upstream)
            case "weight", _:
                result = around.linear_backward_weight(upstream, input)
            case _, Rectified(slope):
                result = around.rectified_backward(input, upstream, slope)
            case _, Logistic():
                result = around.sigmoid_backward(input, upstream, exp)
            case _, TanH():
                result = around.tanh_backward(input, upstream, exp)
            case _, SquaredError():
                result = around.squared_error_backward(input, _given(weight), upstream, self._kind)
            case _, CrossEntropy():
                result = around.cross_entropy_backward(
                    input, _given(weight), upstream, self._classes, self._kind, exp
                )
            case _ if self._is_linear:
                result = around.linear_backward_input(upstream, _given(weight))
            case _ if self.operator.output_shape == ():
                result = np.broadcast_to(upstream, self.operator.input_shape)
            case _:
                result = upstream
        return np.asarray(result, dtype=object).reshape(self.operator.shape(wrt))

    @property
    def _is_linear(self) -> bool:
        return any(isinstance(axis, Grouped) for axis in self.operator.axes)

    @property
    def _kind(self) -> str:
        loss: Any = self.operator.reduction
        is_single = self.operator.output_shape == ()
        if loss.mean:
            return "mean"
        # one sample by itself is its own sum
        return "sum" if is_single else "none"

    @property
    def _classes(self) -> int:
        return min(1, len(self.operator.input_shape) - 1)


def _given(weight: Array | None) -> Array:
    assert weight is not None
    return weight
