r"""Activations: a function of every entry by itself, on arrays of one to five dimensions.

.. math:: Y_{ij} = f(A_{ij})
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, ClassVar

import sympy as sp

from symconv.axes import Axis, Pointwise
from symconv.errors import ArgumentError, ShapeError
from symconv.layers.arguments import flag, store
from symconv.layers.layer import Layer, require_entries
from symconv.operator import Operator
from symconv.pointwise import Logistic, Rectified, TanH
from symconv.reductions import Reduction

MAX_RANK = 5
"""Dimensions of an array: batch, channels and three more."""
_ROLES: dict[int, tuple[str, ...]] = {
    1: ("spatial",),
    2: ("spatial", "spatial"),
    3: ("channel", "spatial", "spatial"),
    4: ("batch", "channel", "spatial", "spatial"),
    5: ("batch", "channel", "spatial", "spatial", "spatial"),
}


def roles(layer: str, shape: Sequence[int]) -> tuple[str, ...]:
    """The roles of an array's dimensions, where a layer treats all of them alike.

    Raises:
        ShapeError: no dimension, too many of them, or an empty one.
    """
    if len(shape) not in _ROLES:
        raise ShapeError(
            f"{layer}: the input must have 1 to {MAX_RANK} dimensions, not {len(shape)} (shape {tuple(shape)})"
        )
    require_entries(layer, "input", shape)
    return _ROLES[len(shape)]


class Activation(Layer):
    """Base of the activations: pointwise on every axis."""

    dims: ClassVar[int] = 2

    def operator(self, input_shape: Sequence[int], weight_shape: Sequence[int] | None = None) -> Operator:
        if weight_shape is not None:
            raise ShapeError(f"{self.name} has no weight")
        shape = tuple(input_shape)
        axes = tuple(map(Pointwise, roles(self.name, shape)))
        return Operator(self.name, axes, self.reduction(), shape, shape)

    def spatial_axes(self, kernel_size: Sequence[Any] | None = None) -> tuple[Axis, ...]:
        return (Pointwise("spatial"),) * self.dims

    def output_size(
        self, input_size: Sequence[Any], kernel_size: Sequence[Any] | None = None
    ) -> tuple[Any, ...]:
        """The input's size, of however many dimensions."""
        return tuple(input_size)


@dataclass(frozen=True)
class ReLU(Activation):
    r"""The positive part of every entry.

    .. math:: Y_{ij} = \max(0, A_{ij})

    Args:
        inplace: as in PyTorch; values do not change here, so it has no effect.

    Shape:
        any of one to five dimensions; the output has the input's.

    Raises:
        ShapeError: another number of dimensions.

    Source: torch.nn.ReLU. The slope at 0, where there is no derivative, is 0 as in PyTorch.
    """

    inplace: bool = False

    def __post_init__(self) -> None:
        flag("inplace", self.inplace)

    def reduction(self) -> Reduction:
        return Rectified()


@dataclass(frozen=True)
class LeakyReLU(Activation):
    r"""Every entry where it is positive, a multiple of it elsewhere.

    .. math:: Y_{ij} = \begin{cases} A_{ij} & A_{ij} > 0 \\ a A_{ij} & \text{otherwise} \end{cases}

    Args:
        negative_slope: a, an exact number or a symbol; a decimal such as 0.01 is taken as 1/100.
        inplace: as :class:`ReLU`.

    Shape:
        as :class:`ReLU`.

    Raises:
        ArgumentError: a slope that is no finite number.

    Source: torch.nn.LeakyReLU. The slope at 0, where there is no derivative, is a as in PyTorch.
    """

    negative_slope: Any = Fraction(1, 100)
    inplace: bool = False

    def __post_init__(self) -> None:
        flag("inplace", self.inplace)
        store(self, negative_slope=_slope(self.negative_slope))

    def reduction(self) -> Reduction:
        return Rectified(self.negative_slope)


def _slope(value: Any) -> Any:
    """The slope, exactly; a float is the decimal that it is written as."""
    error = ArgumentError("negative_slope", "an exact number, a decimal or a symbol", value)
    match value:
        case bool():
            raise error
        case int() | Fraction():
            return value
        case float() if abs(value) < float("inf"):
            return Fraction(repr(value))
        case sp.Rational():
            return Fraction(int(value.p), int(value.q))
        case sp.Expr() if value.is_extended_real is not False and not value.has(
            sp.Float, sp.nan, sp.oo, -sp.oo
        ):
            return value
    raise error


@dataclass(frozen=True)
class Sigmoid(Activation):
    r"""The logistic function of every entry.

    .. math:: Y_{ij} = \frac{1}{1 + e^{-A_{ij}}}

    Shape:
        as :class:`ReLU`.

    Raises:
        ShapeError: more than five dimensions.

    Source: torch.nn.Sigmoid.
    """

    def reduction(self) -> Reduction:
        return Logistic()


@dataclass(frozen=True)
class Tanh(Activation):
    r"""The hyperbolic tangent of every entry.

    .. math:: Y_{ij} = \tanh(A_{ij})

    Shape:
        as :class:`ReLU`.

    Raises:
        ShapeError: more than five dimensions.

    Source: torch.nn.Tanh.
    """

    def reduction(self) -> Reduction:
        return TanH()
