"""Transposed convolution layers: the adjoints of the convolutions, axis by axis."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from symconv.axes import Adjoint, Axis, Grouped, PaddingMode, Sliding
from symconv.errors import ArgumentError
from symconv.layers.arguments import padding_pairs, per_axis, store
from symconv.layers.convolution import Weighted


@dataclass(frozen=True)
class TransposedConvolution(Weighted):
    """Base of the transposed convolutions: the adjoints of the convolutions with the same arguments."""

    in_channels: int | None = None
    out_channels: int | None = None
    kernel_size: Any = None
    stride: Any = 1
    padding: Any = 0
    output_padding: Any = 0
    groups: int = 1
    bias: bool = True
    dilation: Any = 1
    padding_mode: PaddingMode = "zeros"

    layout: ClassVar[str] = "(in_channels, out_channels / groups, kernel_size)"

    def __post_init__(self) -> None:
        self._normalise()
        store(
            self,
            padding=padding_pairs("padding", self.padding, self.dims),
            output_padding=per_axis("output_padding", self.output_padding, self.dims, 0),
        )
        if self.padding_mode != "zeros":
            raise ArgumentError("padding_mode", f"'zeros' for {self.name}", self.padding_mode)
        for extra, stride, dilation in zip(self.output_padding, self.stride, self.dilation, strict=True):
            sizes = (extra, stride, dilation)
            if all(isinstance(size, int) for size in sizes) and extra >= max(stride, dilation):
                requirement = f"less than the stride or the dilation, here {stride} and {dilation}"
                raise ArgumentError("output_padding", requirement, extra)

    def spatial_axes(self, kernel_size: Sequence[Any] | None = None) -> tuple[Axis, ...]:
        geometry = zip(
            self._kernel(kernel_size),
            self.stride,
            self.padding,
            self.dilation,
            self.output_padding,
            strict=True,
        )
        return tuple(
            Adjoint(Sliding(size, stride, padding, dilation, weighted=True), extra)
            for size, stride, padding, dilation, extra in geometry
        )

    def _channel_axis(self, in_channels: int, out_channels: int) -> Axis:
        return Adjoint(Grouped(out_channels, in_channels, self.groups))

    def _counts(self, weight_shape: Sequence[int]) -> tuple[int, int]:
        return weight_shape[0], weight_shape[1] * self.groups


class ConvTranspose1d(TransposedConvolution):
    """Transposed convolution of lines: :class:`ConvTranspose2d` with a single axis.

    Shape: input (L,), (C, L) or (N, C, L); weight (k,) for a single-channel (L,), else (C, F/groups, k).

    Source: torch.nn.ConvTranspose1d.
    """

    dims: ClassVar[int] = 1


class ConvTranspose2d(TransposedConvolution):
    r"""Transposed convolution: what the convolution with the same arguments sends back to its input.

    .. math:: C_{f,S i + D m - P,\, S j + D n - P} \mathrel{+}= \sum_{c} A_{c,i,j} \, B_{c,f,m,n}

    Args:
        in_channels, out_channels, kernel_size: may be left out; the weight says them, and they are checked
            against it when given.
        stride, padding, dilation, groups: of that convolution; the padding is cut off the output.
        output_padding: how much larger than the smallest possible one the output is, at its end; less than the
            stride or the dilation. A convolution with a stride takes several sizes to the same one.
        bias: whether the layer has a bias.
        padding_mode: ``'zeros'``, as in PyTorch.

    Shape:
        input (H, W), (C, H, W) or (N, C, H, W); weight (kH, kW) for a single-channel (H, W), else
        (C, F/groups, kH, kW); output H_out = (H − 1)S − 2P + D(kH − 1) + output_padding + 1, W_out likewise.

    Raises:
        ArgumentError: an argument outside its domain.
        ShapeError: shapes that do not fit (when the layer meets an input); padding that leaves no output.

    Source: torch.nn.ConvTranspose2d.

    Example:
        >>> ConvTranspose2d(stride=2, output_padding=1).output_size((3, 3), kernel_size=(3, 3))
        (8, 8)
    """

    dims: ClassVar[int] = 2


class ConvTranspose3d(TransposedConvolution):
    """Transposed convolution of volumes: :class:`ConvTranspose2d` with a third axis, the depth, in front.

    Shape: input (D, H, W), (C, D, H, W) or (N, C, D, H, W); weight (kD, kH, kW) for a single-channel
    (D, H, W), else (C, F/groups, kD, kH, kW).

    Source: torch.nn.ConvTranspose3d.
    """

    dims: ClassVar[int] = 3
