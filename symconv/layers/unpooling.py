"""Unpooling: every entry goes back to where max pooling found it, zeros elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod
from typing import Any, ClassVar

import numpy as np

from symconv.axes import Axis, Scattered
from symconv.errors import ShapeError, UnsupportedError
from symconv.layers.arguments import per_axis, store
from symconv.layers.layer import Layer
from symconv.operator import Operator
from symconv.reductions import Reduction, WeightedSum


@dataclass(frozen=True)
class Unpooling(Layer):
    """Base of the unpoolings."""

    kernel_size: Any
    stride: Any = None
    padding: Any = 0

    def __post_init__(self) -> None:
        kernel = per_axis("kernel_size", self.kernel_size, self.dims, 1)
        stride = kernel if self.stride in (None, (), []) else per_axis("stride", self.stride, self.dims, 1)
        store(
            self, kernel_size=kernel, stride=stride, padding=per_axis("padding", self.padding, self.dims, 0)
        )

    def reduction(self) -> Reduction:
        return WeightedSum()

    def output_size(
        self, input_size: Sequence[Any], kernel_size: Sequence[Any] | None = None
    ) -> tuple[Any, ...]:
        """The output size unless another is asked for: ``(I − 1)·S − 2P + K``."""
        return tuple(
            (size - 1) * s - 2 * p + k
            for size, k, s, p in zip(input_size, self.kernel_size, self.stride, self.padding, strict=True)
        )

    def scatter(
        self, input_shape: Sequence[int], targets: np.ndarray, output_size: Sequence[int] | None
    ) -> Operator:
        """The layer at a shape and at the indices that pooling gave.

        Args:
            targets: for every input entry, the flat index in its channel's output, shaped like the input.
            output_size: the spatial size of the output; the default inverts the pooling's size formula.

        Raises:
            ShapeError: shapes differ; an index outside of the output; an output_size that the pooling could
                not have come from.
        """
        shape = self.require_rank(input_shape)
        if targets.shape != shape:
            raise ShapeError(f"{self.name}: the indices have shape {targets.shape}, the input {shape}")
        default = self.output_size(shape[-self.dims :])
        size = default if output_size is None else tuple(output_size)[-self.dims :]
        for wanted, usual, step in zip(size, default, self.stride, strict=True):
            if not usual - step < wanted < usual + step:
                raise ShapeError(
                    f"{self.name}: output_size must lie within stride = {step} of {usual}, not {wanted}"
                )
        plane, outer = prod(size), shape[: -self.dims]
        flat = [int(target) for target in targets.ravel()]
        if any(not 0 <= target < plane for target in flat):
            raise ShapeError(f"{self.name}: an index must be from 0 to {plane - 1}")
        per_plane = prod(shape[-self.dims :])
        places = tuple(position // per_plane * plane + target for position, target in enumerate(flat))
        axis = Scattered(places, prod(outer) * plane)
        return Operator(self.name, (axis,), self.reduction(), shape, (*outer, *size))

    def operator(self, input_shape: Sequence[int], weight_shape: Sequence[int] | None = None) -> Operator:
        raise UnsupportedError(
            f"{self.name} needs the indices that a max pooling returned; give them to scatter() or max_unpool2d()"
        )

    def spatial_axes(self, kernel_size: Sequence[Any] | None = None) -> tuple[Axis, ...]:
        return (Scattered((), 0),)


class MaxUnpool2d(Unpooling):
    """The partial inverse of max pooling: each entry returns to its index, zeros elsewhere.

    Args:
        kernel_size, stride, padding: as ``torch.nn.MaxUnpool2d``; they only say the default output size.

    Shape:
        (H, W), (C, H, W) or (N, C, H, W); H_out = (H − 1)·S − 2P + K unless output_size says otherwise.

    Raises:
        ArgumentError, ShapeError: arguments, indices or sizes that do not fit.

    Source: torch.nn.MaxUnpool2d.
    """

    dims: ClassVar[int] = 2
