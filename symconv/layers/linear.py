r"""Layers between convolutions and losses: ``Flatten`` re-reads positions, ``Linear`` mixes features."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod
from typing import Any, ClassVar

import sympy as sp

from symconv.axes import Axis, Grouped, Pointwise
from symconv.errors import ArgumentError, ShapeError
from symconv.layers.activation import MAX_RANK
from symconv.layers.arguments import flag, positive, store
from symconv.layers.layer import Layer, require_entries
from symconv.operator import Operator
from symconv.reductions import PlainSum, WeightedSum


@dataclass(frozen=True)
class Linear(Layer):
    r"""An affine map of the last axis.

    .. math:: Y_{f} = b_f + \sum_c B_{fc} A_c

    Args:
        in_features, out_features: may be left out; the weight says them, and they are checked against it when
            given.
        bias: whether the layer has a bias.

    Shape:
        input (\*, in_features), at most five dimensions; weight (out_features, in_features); bias
        (out_features,); output (\*, out_features).

    Raises:
        ArgumentError: an argument outside its domain.
        ShapeError: shapes that do not fit (when the layer meets an input).

    Source: torch.nn.Linear.
    """

    in_features: int | None = None
    out_features: int | None = None
    bias: bool = True

    dims: ClassVar[int] = 1
    has_weight: ClassVar[bool] = True
    reads: ClassVar[tuple[str, ...]] = ("input", "weight", "bias")

    def __post_init__(self) -> None:
        store(
            self,
            in_features=positive("in_features", self.in_features),
            out_features=positive("out_features", self.out_features),
            bias=flag("bias", self.bias),
        )

    def reduction(self) -> WeightedSum:
        return WeightedSum()

    def spatial_axes(self, kernel_size: Sequence[Any] | None = None) -> tuple[Axis, ...]:
        ins, outs = sp.symbols("C F", integer=True, positive=True)
        return (Grouped(self.in_features or ins, self.out_features or outs),)

    def output_size(
        self, input_size: Sequence[Any], kernel_size: Sequence[Any] | None = None
    ) -> tuple[Any, ...]:
        """The input's size with ``out_features`` in the last place.

        Raises:
            ShapeError: the layer does not say its ``out_features``, or the last size is not ``in_features``.
        """
        if self.out_features is None:
            raise ShapeError("Linear needs out_features: it has none of its own and no weight says it")
        return self.operator(input_size).output_shape

    def operator(self, input_shape: Sequence[int], weight_shape: Sequence[int] | None = None) -> Operator:
        shape = tuple(input_shape)
        if not 1 <= len(shape) <= MAX_RANK:
            raise ShapeError(
                f"Linear: the input must have 1 to {MAX_RANK} dimensions, not {len(shape)} (shape {shape})"
            )
        require_entries("Linear", "input", shape)
        outs, ins = self._weight_shape(shape, weight_shape)
        outer = ("batch", *("row",) * (len(shape) - 2))[: len(shape) - 1]
        axes: tuple[Axis, ...] = (*map(Pointwise, outer), Grouped(ins, outs))
        bias_shape = (outs,) if self.bias else None
        return Operator(
            self.name, axes, self.reduction(), shape, (*shape[:-1], outs), (outs, ins), bias_shape
        )

    def _weight_shape(self, shape: tuple[int, ...], weight_shape: Sequence[int] | None) -> tuple[int, int]:
        if weight_shape is None:
            if self.out_features is None:
                raise ShapeError("Linear needs out_features or a weight")
            weight_shape = (self.out_features, self.in_features or shape[-1])
        if len(weight_shape) != 2:
            raise ShapeError(
                "Linear: the weight must have 2 dimensions, (out_features, in_features), "
                f"not {len(weight_shape)} (shape {tuple(weight_shape)})"
            )
        require_entries("Linear", "weight", weight_shape)
        outs, ins = weight_shape
        if shape[-1] != ins:
            raise ShapeError(
                f"Linear: the weight reads {ins} features, but the input's last axis has {shape[-1]}"
            )
        for name, own, found in (("in", self.in_features, ins), ("out", self.out_features, outs)):
            if own not in (None, found):
                raise ShapeError(
                    f"Linear: the weight has {found} {name}put features, {name}_features is {own}"
                )
        return outs, ins


@dataclass(frozen=True)
class Flatten(Layer):
    """Several axes as one, their entries row by row.

    .. math:: Y_q = A_q, \\quad q = 1, 2, \\dots \\text{ row by row}

    Args:
        start_dim, end_dim: the first and the last axis that are taken together; negative ones count from the
            end. The default keeps the first axis, the batch.

    Shape:
        (N, C, H, W) -> (N, C·H·W) by default.

    Raises:
        ArgumentError: an axis that is no integer.
        ShapeError: an axis that the input does not have, or axes in the wrong order.

    Source: torch.nn.Flatten.
    """

    start_dim: int = 1
    end_dim: int = -1

    dims: ClassVar[int] = 1

    def __post_init__(self) -> None:
        for name in ("start_dim", "end_dim"):
            value = getattr(self, name)
            if isinstance(value, bool) or not isinstance(value, int):
                raise ArgumentError(name, "an integer", value)

    def reduction(self) -> PlainSum:
        return PlainSum()

    def spatial_axes(self, kernel_size: Sequence[Any] | None = None) -> tuple[Axis, ...]:
        return (Pointwise("spatial"),)

    def output_size(
        self, input_size: Sequence[Any], kernel_size: Sequence[Any] | None = None
    ) -> tuple[Any, ...]:
        """The sizes with those from ``start_dim`` to ``end_dim`` multiplied out."""
        first, last = (
            self._axis(name, getattr(self, name), len(input_size)) for name in ("start_dim", "end_dim")
        )
        if first > last:
            raise ShapeError(
                f"Flatten: start_dim = {self.start_dim} lies behind end_dim = {self.end_dim} in an input of "
                f"{len(input_size)} dimensions"
            )
        return (*input_size[:first], prod(input_size[first : last + 1]), *input_size[last + 1 :])

    def operator(self, input_shape: Sequence[int], weight_shape: Sequence[int] | None = None) -> Operator:
        if weight_shape is not None:
            raise ShapeError("Flatten has no weight")
        shape = tuple(input_shape)
        output = self.output_size(shape)
        require_entries("Flatten", "input", shape)
        return Operator(self.name, self.spatial_axes(), self.reduction(), shape, output)

    def _axis(self, name: str, value: int, rank: int) -> int:
        if not -rank <= value < rank:
            raise ShapeError(f"Flatten: {name} = {value} is no axis of an input of {rank} dimension(s)")
        return value % rank
