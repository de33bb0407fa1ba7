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
    AdaptiveAvgPool1d,
    AdaptiveAvgPool2d,
    AdaptiveAvgPool3d,
    AdaptiveMaxPool1d,
    AdaptiveMaxPool2d,
    AdaptiveMaxPool3d,
    AvgPool1d,
    AvgPool2d,
    AvgPool3d,
    Conv1d,
    Conv2d,
    Conv3d,
    ConvTranspose1d,
    ConvTranspose2d,
    ConvTranspose3d,
    CrossEntropyLoss,
    Flatten,
    FractionalMaxPool2d,
    FractionalMaxPool3d,
    Layer,
    LeakyReLU,
    Linear,
    LPPool1d,
    LPPool2d,
    LPPool3d,
    MaxPool1d,
    MaxPool2d,
    MaxPool3d,
    MaxUnpool1d,
    MaxUnpool2d,
    MaxUnpool3d,
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
            return self.layer.operator(input_shape, weight_shape, self.indices)
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
    "conv, line": Case(Conv1d(2, 4, 2, stride=2, padding=1, groups=2), (2, 5), (4, 1, 2), (4,)),
    "conv, volume": Case(Conv3d(stride=(1, 2, 1), padding=(0, 1, 0)), (2, 3, 2), (2, 2, 1), ()),
    "conv, volume with channels": Case(Conv3d(dilation=(1, 2, 1)), (2, 2, 3, 2), (1, 2, 2, 2, 1), (1,)),
    "conv, reflect": Case(Conv1d(padding=2, padding_mode="reflect", stride=2), (5,), (3,)),
    "conv, reflect with channels": Case(
        Conv2d(padding=((1, 2), (0, 1)), padding_mode="reflect"), (2, 3, 3), (1, 2, 2, 2), (1,)
    ),
    "conv, replicate": Case(Conv2d(padding=(3, 1), padding_mode="replicate", dilation=2), (2, 3), (3, 2)),
    "conv, circular": Case(Conv2d(padding="same", padding_mode="circular"), (3, 4), (2, 3)),
    "conv, circular volume": Case(Conv3d(padding=(1, 0, 1), padding_mode="circular"), (2, 2, 1), (2, 1, 2)),
    "conv transpose, line": Case(ConvTranspose1d(stride=3, padding=1, output_padding=2), (3,), (2,)),
    "conv transpose": Case(ConvTranspose2d(), (2, 3), (2, 2), ()),
    "conv transpose, stride and dilation": Case(
        ConvTranspose2d(stride=2, padding=(1, 0), output_padding=(0, 1), dilation=(2, 3)), (3, 2), (2, 2)
    ),
    "conv transpose, uneven padding": Case(
        ConvTranspose2d(padding=((0, 2), (1, 0)), dilation=(3, 1), output_padding=(1, 0)), (2, 3), (2, 2)
    ),
    "conv transpose, channels": Case(ConvTranspose2d(2, 3, 2, stride=(2, 1)), (2, 2, 2), (2, 3, 2, 2), (3,)),
    "conv transpose, groups and batch": Case(
        ConvTranspose1d(4, 6, 2, groups=2, padding=1), (2, 4, 3), (4, 3, 2), (6,)
    ),
    "conv transpose, volume": Case(ConvTranspose3d(stride=(1, 2, 1)), (1, 2, 2, 1), (1, 2, 2, 2, 1), (2,)),
    "max": Case(MaxPool2d(2, 1), (3, 4)),
    "max, padding and ceil": Case(MaxPool2d(3, 2, padding=1, ceil_mode=True), (4, 6)),
    "max, dilation": Case(MaxPool2d((2, 1), 1, dilation=(2, 1)), (2, 4, 2)),
    "max, split": Case(MaxPool2d(2, 1, padding=1, ties="split"), (3, 3)),
    "max, line": Case(MaxPool1d(2, 1, padding=1), (2, 4)),
    "max, volume": Case(MaxPool3d((1, 2, 2), 1, dilation=(1, 1, 2)), (2, 2, 3)),
    "average": Case(AvgPool2d(2, 1), (3, 4)),
    "average, padding and ceil": Case(AvgPool2d((3, 2), 2, padding=1, ceil_mode=True), (4, 6)),
    "average, padding not counted": Case(AvgPool2d(3, 2, 1, True, False), (2, 4, 4)),
    "average, fixed divisor": Case(AvgPool2d(2, 3, 1, divisor_override=-5), (4, 4)),
    "average, line": Case(AvgPool1d(3, 2, 1, count_include_pad=False), (2, 4)),
    "average, volume": Case(AvgPool3d((2, 1, 2), 1, (1, 0, 0), divisor_override=3), (2, 2, 2)),
    "lp, line": Case(LPPool1d(2, 2, ceil_mode=True), (2, 3)),
    "lp, volume": Case(LPPool3d(2, (1, 2, 2)), (2, 2, 2)),
    "lp, sum": Case(LPPool2d(1, 2, 1), (3, 3)),
    "lp, square": Case(LPPool2d(2, (2, 3), 1), (2, 3, 4)),
    "lp, ceil": Case(LPPool2d(3, 2, ceil_mode=True), (3, 3)),
    "lp, root": Case(LPPool2d(Fraction(1, 2), 2), (2, 4)),
    "lp, symbol": Case(LPPool2d(p, 2, 1), (3, 3)),
    "lp, infinity": Case(LPPool2d(sp.oo, 2, 1), (3, 3)),
    "adaptive average": Case(AdaptiveAvgPool2d((3, 2)), (5, 5)),
    "adaptive average, larger output": Case(AdaptiveAvgPool2d((None, 4)), (2, 3, 3)),
    "adaptive average, line": Case(AdaptiveAvgPool1d(3), (2, 4)),
    "adaptive average, volume": Case(AdaptiveAvgPool3d((1, None, 2)), (2, 2, 3)),
    "adaptive max, line": Case(AdaptiveMaxPool1d(3), (2, 4)),
    "adaptive max, volume": Case(AdaptiveMaxPool3d((1, None, 2)), (2, 2, 3)),
    "adaptive max": Case(AdaptiveMaxPool2d((3, None)), (4, 3)),
    "adaptive max, split": Case(AdaptiveMaxPool2d(2, ties="split"), (3, 3)),
    "fractional": Case(FractionalMaxPool2d(2, (3, 4), _random_samples=(0.25, 0.75)), (6, 7)),
    "fractional, ratio": Case(FractionalMaxPool2d(2, output_ratio=0.5), (2, 4, 4)),
    "fractional, planes of their own": Case(
        FractionalMaxPool2d(2, 3, _random_samples=[[[0.25, 0.75], [0.5, 0]]]), (2, 7, 5)
    ),
    "fractional, volume": Case(FractionalMaxPool3d((1, 2, 2), 2, _random_samples=(0.9, 0.5, 0.1)), (3, 4, 3)),
    "fractional, volumes of their own": Case(
        FractionalMaxPool3d((1, 2, 1), (3, 1, 3), _random_samples=[[[0.9, 0.5, 0.1]], [[0.5, 0, 0.4]]]),
        (2, 1, 4, 2, 4),
    ),
    "unpool, line": Case(MaxUnpool1d(2), (3,), indices=[4, 0, 3]),
    "unpool, volume": Case(MaxUnpool3d((1, 2, 1)), (1, 1, 2), indices=[[[3, 0]]]),
    "unpool, an index twice": Case(MaxUnpool1d(2), (2, 3), indices=[[4, 4, 1], [5, 5, 5]]),
    "unpool, of a size": Case(MaxUnpool2d(2, output_size=(3, 5)), (1, 2), indices=[[14, 2]]),
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
