"""Fractional max pooling: windows of one length at a pseudo-random sequence of starts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, ClassVar

import numpy as np

from symconv.axes import Fractional, Planewise
from symconv.errors import ArgumentError, ShapeError
from symconv.layers.arguments import each_axis, flag, one_of, per_axis, store
from symconv.layers.pooling import Pooling
from symconv.operator import Operator
from symconv.reductions import Maximum, Reduction, Ties
from symconv.value import replace

Samples = tuple[Fraction, ...]
"""One sample an axis, in the order of the axes."""


@dataclass(frozen=True, init=False)
class FractionalMaxPooling(Pooling):
    """Base of the fractional max poolings. ``target`` is PyTorch's ``output_size``; here that is a method.

    ``random_samples`` are in PyTorch's order: one an axis for all planes, or such for each of N·C planes.
    """

    kernel_size: Any
    target: Any
    output_ratio: Any
    return_indices: bool
    random_samples: Any
    ties: Ties

    def __init__(
        self,
        kernel_size: Any,
        output_size: Any = None,
        output_ratio: Any = None,
        return_indices: bool = False,
        _random_samples: Any = None,
        ties: Ties = "first",
    ) -> None:
        if (output_size is None) == (output_ratio is None):
            raise ArgumentError("output_size", "given, or output_ratio, but not both")
        store(
            self,
            kernel_size=per_axis("kernel_size", kernel_size, self.dims, 1),
            target=None if output_size is None else per_axis("output_size", output_size, self.dims, 1),
            output_ratio=None if output_ratio is None else self._ratios(output_ratio),
            return_indices=flag("return_indices", return_indices),
            random_samples=self._normalised(_random_samples),
            ties=one_of("ties", ties, ("first", "split")),
        )

    @property
    def samples(self) -> tuple[Samples, ...]:
        """The samples of every plane, or of all, by axis. In two dimensions the last axis is driven by the first."""
        rows = np.array(self.random_samples, dtype=object).reshape(-1, self.dims)
        return tuple(map(tuple, (rows[:, ::-1] if self.dims == 2 else rows).tolist()))

    @property
    def planes(self) -> tuple[int, int] | None:
        """N and C, if every plane has samples of its own."""
        samples = self.random_samples
        return (len(samples), len(samples[0])) if isinstance(samples[0], tuple) else None

    def reduction(self) -> Reduction:
        return Maximum(self.ties)

    def spatial_axes(self, kernel_size: Sequence[Any] | None = None) -> tuple[Fractional, ...]:
        return self._axes(self.samples[0], kernel_size)

    def operator(self, input_shape: Sequence[int], weight_shape: Sequence[int] | None = None) -> Operator:
        pooling = super().operator(input_shape, weight_shape)
        shape = pooling.input_shape
        outer = shape[: -self.dims]
        batch, channels = (1,) * (2 - len(outer)) + outer
        if self.planes not in (None, (batch, channels)):
            raise ShapeError(
                f"{self.name}: the samples are for {self.planes} planes, but the input has {(batch, channels)}"
            )
        if len(set(self.samples)) == 1:
            return pooling
        every = Planewise(tuple(map(self._axes, self.samples)), shape[-self.dims :])
        return replace(pooling, axes=(every,))

    def _axes(self, samples: Samples, kernel_size: Sequence[Any] | None = None) -> tuple[Fractional, ...]:
        kernel = self.kernel_size if kernel_size is None else tuple(kernel_size)
        return tuple(map(Fractional, kernel, self.target or self.output_ratio, samples))

    def _ratios(self, value: Any) -> tuple[Fraction, ...]:
        requirement = f"a number between 0 and 1 or a list of {self.dims}"
        error = ArgumentError("output_ratio", requirement, value)
        ratios = each_axis("output_ratio", value, self.dims, requirement)
        fractions = tuple(_fraction(ratio, error) for ratio in ratios)
        if 0 in fractions:
            raise error
        return fractions

    def _normalised(self, value: Any) -> Any:
        """The samples as nested tuples of fractions."""
        if value is None:
            return (Fraction(0),) * self.dims
        requirement = (
            f"{self.dims} numbers from 0 to below 1, one an axis, or an array (N, C, {self.dims}) of them"
        )
        error = ArgumentError("_random_samples", requirement, value)
        try:
            array = np.array(value.tolist() if hasattr(value, "tolist") else value, dtype=object)
        except ValueError:
            raise error from None
        if array.ndim not in (1, 3) or array.shape[-1] != self.dims or array.size == 0:
            raise error

        def nested(part: Any) -> Any:
            return tuple(map(nested, part)) if isinstance(part, list) else _fraction(part, error)

        return nested(array.tolist())


class FractionalMaxPool2d(FractionalMaxPooling):
    r"""Maximum over windows of one length at a pseudo-random sequence of starts.

    .. math:: Y_{ij} = \max_{m,n} A_{s(i) + m,\, s(j) + n}, \quad
              s(i) = \lfloor (i + u) a \rfloor - \lfloor u a \rfloor, \quad a = \frac{H - K}{O - 1}

    Args:
        kernel_size, output_size, output_ratio, return_indices: as ``torch.nn.FractionalMaxPool2d``.
        _random_samples: the samples u as PyTorch has them, (N, C, 2), or two for all planes; the first drives
            the width. 0 where left out, so that a result never depends on chance.
        ties: as :class:`~symconv.layers.pooling.MaxPool2d`.

    Shape:
        (H, W), (C, H, W) or (N, C, H, W) to the same with output_size, or ⌊ratio·H⌋ and ⌊ratio·W⌋.

    Raises:
        ArgumentError: an argument outside its domain.
        ShapeError: the windows do not fit, or there are not as many samples as planes.

    Source: torch.nn.FractionalMaxPool2d; B. Graham, "Fractional max-pooling", arXiv 1412.6071.
    """

    dims: ClassVar[int] = 2


class FractionalMaxPool3d(FractionalMaxPooling):
    """Fractional max pooling of volumes: :class:`FractionalMaxPool2d` with a third axis, the depth, in front.

    The samples are (N, C, 3), or three for all planes, in the order of the axes: depth, height, width.

    Shape: (D, H, W), (C, D, H, W) or (N, C, D, H, W) to the same with output_size, or ratio times the size.

    Source: torch.nn.FractionalMaxPool3d.
    """

    dims: ClassVar[int] = 3


def _fraction(value: Any, error: ArgumentError) -> Fraction:
    """An exact number in [0, 1), floats by their decimal digits."""
    if isinstance(value, bool) or not isinstance(value, int | float | Fraction):
        raise error
    try:
        number = Fraction(str(value)) if isinstance(value, float) else Fraction(value)
    except ValueError:  # nan and infinity
        raise error from None
    if not 0 <= number < 1:
        raise error
    return number
