"""Poolings whose windows follow from the wanted output size: adaptive and fractional."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, ClassVar

from symconv.axes import Adaptive, Axis
from symconv.axes import Fractional as FractionalAxis
from symconv.errors import ArgumentError
from symconv.layers.arguments import flag, one_of, per_axis, positive, store
from symconv.layers.pooling import Pooling
from symconv.reductions import Maximum, Mean, Reduction, Ties


@dataclass(frozen=True)
class AdaptivePooling(Pooling):
    """Base of the adaptive poolings. ``target`` is PyTorch's ``output_size``; here that is a method."""

    target: Any

    def __post_init__(self) -> None:
        value = self.target
        sizes = value if isinstance(value, Sequence) and not isinstance(value, str) else (value,) * self.dims
        if len(sizes) != self.dims:
            raise ArgumentError("output_size", f"an integer >= 1, none, or a list of {self.dims}", value)
        checked = (positive("output_size", size) for size in sizes)
        store(self, target=tuple(checked))

    def spatial_axes(self, kernel_size: Sequence[Any] | None = None) -> tuple[Axis, ...]:
        return tuple(map(Adaptive, self.target))


class AdaptiveAvgPool2d(AdaptivePooling):
    r"""Mean over windows that share the input out evenly.

    .. math:: Y_{ij} = \frac{1}{N_{ij}} \sum_{k=\lfloor i H/O \rfloor}^{\lceil (i+1) H/O \rceil - 1} \cdots A_{kl}

    Args:
        output_size: an integer >= 1 or one for each axis; ``None`` keeps the input's size.

    Shape:
        (H, W), (C, H, W) or (N, C, H, W) to the same with output_size in place of (H, W).

    Raises:
        ArgumentError: an output size below 1.

    Source: torch.nn.AdaptiveAvgPool2d.
    """

    dims: ClassVar[int] = 2

    def __init__(self, output_size: Any) -> None:
        super().__init__(output_size)

    def reduction(self) -> Reduction:
        return Mean()


@dataclass(frozen=True)
class AdaptiveMaxPooling(AdaptivePooling):
    """Base of the adaptive max poolings."""

    return_indices: bool = False
    ties: Ties = "first"

    def __post_init__(self) -> None:
        super().__post_init__()
        store(
            self,
            return_indices=flag("return_indices", self.return_indices),
            ties=one_of("ties", self.ties, ("first", "split")),
        )

    def reduction(self) -> Reduction:
        return Maximum(self.ties)


class AdaptiveMaxPool2d(AdaptiveMaxPooling):
    """Maximum over windows that share the input out evenly.

    Args:
        output_size, return_indices: as ``torch.nn.AdaptiveMaxPool2d``.
        ties: as :class:`~symconv.layers.pooling.MaxPool2d`.

    Shape, Raises: as :class:`AdaptiveAvgPool2d`.

    Source: torch.nn.AdaptiveMaxPool2d.
    """

    dims: ClassVar[int] = 2

    def __init__(self, output_size: Any, return_indices: bool = False, ties: Ties = "first") -> None:
        super().__init__(output_size, return_indices, ties)


@dataclass(frozen=True)
class FractionalMaxPooling(Pooling):
    """Base of the fractional max poolings. ``target`` is PyTorch's ``output_size``; here that is a method."""

    kernel_size: Any
    target: Any = None
    output_ratio: Any = None
    return_indices: bool = False
    random_samples: Any = None
    ties: Ties = "first"

    def __post_init__(self) -> None:
        kernel = per_axis("kernel_size", self.kernel_size, self.dims, 1)
        store(self, kernel_size=kernel, return_indices=flag("return_indices", self.return_indices))
        if (self.target is None) == (self.output_ratio is None):
            raise ArgumentError("output_size", "given, or output_ratio, but not both")
        if self.target is not None:
            store(self, target=per_axis("output_size", self.target, self.dims, 1))
        else:
            store(self, output_ratio=self._ratios())
        store(self, random_samples=self._samples(), ties=one_of("ties", self.ties, ("first", "split")))

    def reduction(self) -> Reduction:
        return Maximum(self.ties)

    def spatial_axes(self, kernel_size: Sequence[Any] | None = None) -> tuple[Axis, ...]:
        kernel = self.kernel_size if kernel_size is None else tuple(kernel_size)
        return tuple(map(FractionalAxis, kernel, self.target or self.output_ratio, self.random_samples))

    def _ratios(self) -> tuple[Fraction, ...]:
        value = self.output_ratio
        ratios = (
            tuple(value)
            if isinstance(value, Sequence) and not isinstance(value, str)
            else (value,) * self.dims
        )
        error = ArgumentError("output_ratio", f"a number between 0 and 1 or a list of {self.dims}", value)
        if len(ratios) != self.dims:
            raise error
        return tuple(_fraction(ratio, error) for ratio in ratios)

    def _samples(self) -> tuple[Fraction, ...]:
        """One sample an axis; the last of PyTorch's numbers drives the first axis."""
        value = self.random_samples
        error = ArgumentError("_random_samples", f"{self.dims} numbers from 0 to below 1, one an axis", value)
        if value is None:
            return (Fraction(0),) * self.dims
        if not isinstance(value, Sequence) or len(value) != self.dims:
            raise error
        return tuple(_fraction(sample, error) for sample in reversed(value))


class FractionalMaxPool2d(FractionalMaxPooling):
    r"""Maximum over windows of one length at a pseudo-random sequence of starts.

    .. math:: Y_{ij} = \max_{m,n} A_{s(i) + m,\, s(j) + n}, \quad
              s(i) = \lfloor (i + u) a \rfloor - \lfloor u a \rfloor, \quad a = \frac{H - K}{O - 1}

    Args:
        kernel_size, output_size, output_ratio, return_indices: as ``torch.nn.FractionalMaxPool2d``.
        _random_samples: the samples u, as PyTorch orders them (the first drives the width), the same for every
            channel; 0 where left out, so that a result never depends on chance.
        ties: as :class:`~symconv.layers.pooling.MaxPool2d`.

    Raises:
        ArgumentError: an argument outside its domain.
        ShapeError: the windows do not fit.

    Source: torch.nn.FractionalMaxPool2d; B. Graham, "Fractional max-pooling", arXiv 1412.6071.
    """

    dims: ClassVar[int] = 2

    def __init__(
        self,
        kernel_size: Any,
        output_size: Any = None,
        output_ratio: Any = None,
        return_indices: bool = False,
        _random_samples: Any = None,
        ties: Ties = "first",
    ) -> None:
        super().__init__(kernel_size, output_size, output_ratio, return_indices, _random_samples, ties)


def _fraction(value: Any, error: ArgumentError) -> Fraction:
    """An exact number in [0, 1), floats by their decimal digits."""
    if isinstance(value, bool) or not isinstance(value, int | float | Fraction):
        raise error
    number = Fraction(str(value)) if isinstance(value, float) else Fraction(value)
    if not 0 <= number < 1:
        raise error
    return number
