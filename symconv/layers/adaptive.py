"""Adaptive poolings: the windows follow from the wanted output size."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from symconv.axes import Adaptive, Axis
from symconv.layers.arguments import each_axis, flag, one_of, positive, store
from symconv.layers.pooling import Pooling
from symconv.reductions import Maximum, Mean, Reduction, Ties


@dataclass(frozen=True, init=False)
class AdaptivePooling(Pooling):
    """Base of the adaptive poolings. ``target`` is PyTorch's ``output_size``; here that is a method."""

    target: tuple[int | None, ...]

    def __init__(self, output_size: Any) -> None:
        requirement = f"an integer >= 1, none, or a list of {self.dims}"
        sizes = each_axis("output_size", output_size, self.dims, requirement)
        store(self, target=tuple(positive("output_size", size) for size in sizes))

    def spatial_axes(self, kernel_size: Sequence[Any] | None = None) -> tuple[Axis, ...]:
        return tuple(map(Adaptive, self.target))


class AdaptiveAvgPooling(AdaptivePooling):
    """Base of the adaptive average poolings."""

    def reduction(self) -> Reduction:
        return Mean()


class AdaptiveAvgPool1d(AdaptiveAvgPooling):
    """Mean over windows that share the input out evenly, of a line: :class:`AdaptiveAvgPool2d` with a single axis.

    Shape: (L,), (C, L) or (N, C, L) to the same with L_out.

    Source: torch.nn.AdaptiveAvgPool1d.
    """

    dims: ClassVar[int] = 1


class AdaptiveAvgPool2d(AdaptiveAvgPooling):
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


class AdaptiveAvgPool3d(AdaptiveAvgPooling):
    """Mean over windows that share the input out evenly, of a volume: :class:`AdaptiveAvgPool2d` with a third axis, the depth, in front.

    Shape: (D, H, W), (C, D, H, W) or (N, C, D, H, W) to the same with D_out, H_out and W_out.

    Source: torch.nn.AdaptiveAvgPool3d.
    """

    dims: ClassVar[int] = 3


@dataclass(frozen=True, init=False)
class AdaptiveMaxPooling(AdaptivePooling):
    """Base of the adaptive max poolings."""

    return_indices: bool
    ties: Ties

    def __init__(self, output_size: Any, return_indices: bool = False, ties: Ties = "first") -> None:
        super().__init__(output_size)
        store(
            self,
            return_indices=flag("return_indices", return_indices),
            ties=one_of("ties", ties, ("first", "split")),
        )

    def reduction(self) -> Reduction:
        return Maximum(self.ties)


class AdaptiveMaxPool1d(AdaptiveMaxPooling):
    """Maximum over windows that share the input out evenly, of a line: :class:`AdaptiveMaxPool2d` with a single axis.

    Shape: (L,), (C, L) or (N, C, L) to the same with L_out.

    Source: torch.nn.AdaptiveMaxPool1d.
    """

    dims: ClassVar[int] = 1


class AdaptiveMaxPool2d(AdaptiveMaxPooling):
    """Maximum over windows that share the input out evenly.

    Args:
        output_size, return_indices: as ``torch.nn.AdaptiveMaxPool2d``.
        ties: as :class:`~symconv.layers.pooling.MaxPool2d`.

    Shape, Raises: as :class:`AdaptiveAvgPool2d`.

    Source: torch.nn.AdaptiveMaxPool2d.
    """

    dims: ClassVar[int] = 2


class AdaptiveMaxPool3d(AdaptiveMaxPooling):
    """Maximum over windows that share the input out evenly, of a volume: :class:`AdaptiveMaxPool2d` with a third axis, the depth, in front.

    Shape: (D, H, W), (C, D, H, W) or (N, C, D, H, W) to the same with D_out, H_out and W_out.

    Source: torch.nn.AdaptiveMaxPool3d.
    """

    dims: ClassVar[int] = 3
