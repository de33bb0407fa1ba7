"""One table of layers at small shapes, every option of every layer among them; laws run over it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
import sympy as sp

from symconv.derivation.derivation import work_out
from symconv.derived import Derivation
from symconv.exact import Array, pack
from symconv.layers import (
    AdaptiveAvgPool2d,
    AdaptiveMaxPool2d,
    AvgPool2d,
    Conv2d,
    CrossEntropyLoss,
    Flatten,
    FractionalMaxPool2d,
    Layer,
    LeakyReLU,
    Linear,
    LPPool2d,
    MaxPool2d,
    MaxUnpool2d,
    MSELoss,
    ReLU,
    Sigmoid,
    Sum,
    Tanh,
)
from symconv.layers.unpooling import Unpooling
from symconv.operator import Operator

Shape = tuple[int, ...]
p = sp.Symbol("p", positive=True)


@dataclass(frozen=True)
class Case:
    """A layer, the shapes of its arguments, and for an unpooling the indices."""

    layer: Layer
    input: Shape
    weight: Shape | None = None
    bias: Shape | None = None
    indices: Any = None

    def operator(self, input_shape: Shape, weight_shape: Shape | None = None) -> Operator:
        if isinstance(self.layer, Unpooling):
            return self.layer.scatter(input_shape, np.array(self.indices), None)
        return self.layer.operator(input_shape, weight_shape)

    def derive(self, **arrays: Any) -> Derivation:
        """The derivation at symbols, with these arrays put in."""
        derivation = work_out(self.operator, self.input, self.weight, make=Derivation)
        return derivation.substitute(**arrays)


CASES: Mapping[str, Case] = {
    "conv": Case(Conv2d(), (4, 5), (3, 2)),
    "conv with a bias": Case(Conv2d(), (3, 3), (2, 2), ()),
    "conv, stride and padding": Case(Conv2d(stride=2, padding=(1, 2)), (4, 3), (2, 3)),
    "conv, dilation": Case(Conv2d(stride=(1, 3), padding=1, dilation=(3, 2)), (5, 6), (2, 2)),
    "conv, uneven padding": Case(Conv2d(stride=3, padding=((0, 2), (1, 0)), dilation=2), (5, 6), (2, 3)),
    "conv, same": Case(Conv2d(padding="same", dilation=(1, 3)), (3, 4), (2, 2)),
    "conv, channels": Case(Conv2d(2, 3, 2, stride=2), (2, 3, 4), (3, 2, 2, 2), (3,)),
    "conv, groups and batch": Case(Conv2d(groups=2, padding=1), (2, 4, 2, 3), (2, 2, 2, 2), (2,)),
    "conv, depthwise": Case(Conv2d(groups=3, bias=False), (3, 3, 3), (6, 1, 2, 2)),
    "max": Case(MaxPool2d(2, 1), (3, 4)),
    "max, padding and ceil": Case(MaxPool2d(3, 2, padding=1, ceil_mode=True), (4, 6)),
    "max, dilation": Case(MaxPool2d((2, 1), 1, dilation=(2, 1)), (2, 4, 2)),
    "max, split": Case(MaxPool2d(2, 1, padding=1, ties="split"), (3, 3)),
    "average": Case(AvgPool2d(2, 1), (3, 4)),
    "average, padding and ceil": Case(AvgPool2d((3, 2), 2, padding=1, ceil_mode=True), (4, 6)),
    "average, padding not counted": Case(AvgPool2d(3, 2, 1, True, False), (2, 4, 4)),
    "average, fixed divisor": Case(AvgPool2d(2, 3, 1, divisor_override=-5), (4, 4)),
    "lp, sum": Case(LPPool2d(1, 2, 1), (3, 3)),
    "lp, square": Case(LPPool2d(2, (2, 3), 1), (2, 3, 4)),
    "lp, ceil": Case(LPPool2d(3, 2, ceil_mode=True), (3, 3)),
    "lp, root": Case(LPPool2d(Fraction(1, 2), 2), (2, 4)),
    "lp, symbol": Case(LPPool2d(p, 2, 1), (3, 3)),
    "lp, infinity": Case(LPPool2d(sp.oo, 2, 1), (3, 3)),
    "adaptive average": Case(AdaptiveAvgPool2d((3, 2)), (5, 5)),
    "adaptive average, larger output": Case(AdaptiveAvgPool2d((None, 4)), (2, 3, 3)),
    "adaptive max": Case(AdaptiveMaxPool2d((3, None)), (4, 3)),
    "adaptive max, split": Case(AdaptiveMaxPool2d(2, ties="split"), (3, 3)),
    "fractional": Case(FractionalMaxPool2d(2, (3, 4), _random_samples=(0.25, 0.75)), (6, 7)),
    "fractional, ratio": Case(FractionalMaxPool2d(2, output_ratio=0.5), (2, 4, 4)),
    "unpool": Case(MaxUnpool2d(2), (2, 2), indices=[[5, 2], [8, 15]]),
    "unpool, channels": Case(MaxUnpool2d(2, 1), (2, 2, 1), indices=[[[0], [5]], [[3], [2]]]),
    "relu": Case(ReLU(), (3, 4)),
    "relu, batch": Case(ReLU(), (2, 1, 2, 2)),
    "leaky relu": Case(LeakyReLU(Fraction(1, 3)), (2, 3)),
    "sigmoid": Case(Sigmoid(), (2, 3)),
    "sigmoid, vector": Case(Sigmoid(), (4,)),
    "tanh": Case(Tanh(), (2, 1, 2)),
    "flatten": Case(Flatten(), (2, 2, 3)),
    "flatten, in the middle": Case(Flatten(1, 2), (2, 2, 2, 2)),
    "linear": Case(Linear(), (3,), (2, 3), (2,)),
    "linear, batch": Case(Linear(3, 2, bias=False), (2, 3), (2, 3)),
    "linear, rows": Case(Linear(), (2, 2, 3), (2, 3), (2,)),
    "sum": Case(Sum(), (3, 2)),
    "mse": Case(MSELoss(), (2, 3), (2, 3)),
    "mse, sum": Case(MSELoss(reduction="sum"), (4,), (4,)),
    "mse, none": Case(MSELoss(reduction="none"), (2, 2), (2, 2)),
    "cross entropy": Case(CrossEntropyLoss(), (2, 3), (2, 3)),
    "cross entropy, one sample": Case(CrossEntropyLoss(reduction="sum"), (3,), (3,)),
    "cross entropy, none": Case(CrossEntropyLoss(reduction="none"), (2, 3), (2, 3)),
    "cross entropy, pixels": Case(CrossEntropyLoss(), (2, 2, 2), (2, 2, 2)),
}

_LINEAR = ("conv", "average", "adaptive average", "unpool", "flatten", "linear", "sum")
LINEAR = tuple(name for name in CASES if name.startswith(_LINEAR))
"""The layers whose output is linear in the input."""


def integers(shape: Shape, seed: int, low: int = -9, high: int = 9) -> Array:
    """Random integers, as an exact array."""
    return pack(np.random.default_rng(seed).integers(low, high + 1, shape))


def inner(left: Array, right: Array) -> Any:
    """``⟨left, right⟩``, the sum of the products of their entries."""
    return np.sum(left * right)


def random_arrays(case: Case, seed: int) -> dict[str, Array]:
    """Random integers for every argument of a case and for the upstream gradient."""
    operator = case.operator(case.input, case.weight)
    shapes = {
        "input": case.input,
        "weight": case.weight,
        "bias": case.bias,
        "upstream": operator.output_shape,
    }
    given = ((role, shape) for role, shape in shapes.items() if shape is not None)
    arrays = {role: integers(shape, seed + place) for place, (role, shape) in enumerate(given)}
    if isinstance(case.layer, CrossEntropyLoss):
        arrays["weight"] = probabilities(case.input, seed)
    return arrays


def probabilities(shape: Shape, seed: int) -> Array:
    """Random probabilities: along the axis of the classes they add up to 1."""
    parts = integers(shape, seed, 1, 9)
    totals = parts.sum(axis=min(1, len(shape) - 1), keepdims=True)
    return pack(np.frompyfunc(Fraction, 2, 1)(parts, totals))
