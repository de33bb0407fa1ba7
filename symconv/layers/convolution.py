r"""Convolution layers: a channel axis and sliding axes under a weighted sum.

.. math:: C_{f,i,j} = b_f + \sum_c \sum_m \sum_n A_{c, S i + D m - P, S j + D n - P} \, B_{f,c,m,n}

What is called convolution here is cross-correlation, as in PyTorch: the kernel is not rotated.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from symconv.axes import Axis, Grouped, Pointwise, Sliding
from symconv.errors import ArgumentError, ShapeError, UnsupportedError
from symconv.layers.arguments import flag, padding_pairs, per_axis, positive, store
from symconv.layers.layer import Layer, require_entries
from symconv.operator import Operator
from symconv.reductions import WeightedSum


@dataclass(frozen=True)
class Convolution(Layer):
    """Base of the convolutions, free of the number of dimensions."""

    in_channels: int | None = None
    out_channels: int | None = None
    kernel_size: Any = None
    stride: Any = 1
    padding: Any = 0
    dilation: Any = 1
    groups: int = 1
    bias: bool = True
    padding_mode: str = "zeros"

    has_weight: ClassVar[bool] = True

    def __post_init__(self) -> None:
        store(
            self,
            in_channels=positive("in_channels", self.in_channels),
            out_channels=positive("out_channels", self.out_channels),
            kernel_size=None
            if self.kernel_size is None
            else per_axis("kernel_size", self.kernel_size, self.dims, 1),
            stride=per_axis("stride", self.stride, self.dims, 1),
            dilation=per_axis("dilation", self.dilation, self.dims, 1),
            groups=positive("groups", self.groups) or 1,
            bias=flag("bias", self.bias),
        )
        if isinstance(self.padding, str):
            if self.padding not in ("same", "valid"):
                raise ArgumentError("padding", "'same', 'valid', an integer >= 0 or a list", self.padding)
            if self.padding == "same" and any(step != 1 for step in self.stride):
                raise ArgumentError("padding", "an integer or a list where the stride is not 1", self.padding)
        else:
            store(self, padding=padding_pairs("padding", self.padding, self.dims))
        if self.padding_mode != "zeros":
            raise UnsupportedError(f"padding_mode {self.padding_mode!r}: only 'zeros' is available")
        for name in ("in_channels", "out_channels"):
            channels = getattr(self, name)
            if channels is not None and channels % self.groups:
                raise ArgumentError(name, f"divisible by groups = {self.groups}", channels)

    def reduction(self) -> WeightedSum:
        return WeightedSum()

    def spatial_axes(self, kernel_size: Sequence[Any] | None = None) -> tuple[Axis, ...]:
        kernel = self._kernel(kernel_size)
        return tuple(
            Sliding(size, stride, padding, dilation, weighted=True)
            for size, stride, padding, dilation in zip(
                kernel, self.stride, self._padding(kernel), self.dilation, strict=True
            )
        )

    def operator(self, input_shape: Sequence[int], weight_shape: Sequence[int] | None = None) -> Operator:
        shape = self.require_rank(input_shape)
        weight_shape = self._weight_shape(shape, weight_shape)
        kernel, outer = weight_shape[-self.dims :], len(shape) - self.dims
        spatial = self.spatial_axes(kernel)
        axes: tuple[Axis, ...] = spatial
        bias_shape: tuple[int, ...] = ()
        if outer:
            channels = self._channels(shape[-self.dims - 1], weight_shape)
            axes = (*(Pointwise(),) * (outer - 1), channels, *spatial)
            bias_shape = (channels.out_channels,)
        return Operator(
            self.name,
            axes,
            self.reduction(),
            shape,
            tuple(axis.output_size(size) for axis, size in zip(axes, shape, strict=True)),
            weight_shape,
            bias_shape if self.bias else None,
        )

    def _kernel(self, kernel_size: Sequence[Any] | None) -> tuple[Any, ...]:
        if kernel_size is None:
            if self.kernel_size is None:
                raise ShapeError(
                    f"{self.name} needs a kernel_size: it has none of its own and no weight says it"
                )
            return tuple(self.kernel_size)
        given = per_axis("kernel_size", kernel_size, self.dims, 1)
        known = self.kernel_size
        if known is not None and all(isinstance(size, int) for size in given) and given != known:
            raise ShapeError(f"{self.name}: the weight's kernel is {given}, the layer's kernel_size {known}")
        return given

    def _padding(self, kernel: Sequence[Any]) -> tuple[tuple[Any, Any], ...]:
        if self.padding == "valid":
            return ((0, 0),) * self.dims
        if self.padding == "same":  # the odd cell goes to the end, as in PyTorch
            totals = [dilation * (size - 1) for size, dilation in zip(kernel, self.dilation, strict=True)]
            return tuple((total // 2, total - total // 2) for total in totals)
        return tuple(self.padding)

    def _weight_shape(self, shape: tuple[int, ...], weight_shape: Sequence[int] | None) -> tuple[int, ...]:
        """The weight's shape: as given, or put together from the layer's own arguments."""
        single = len(shape) == self.dims
        if weight_shape is None:
            kernel = self._kernel(None)
            if single:
                return kernel
            channels = shape[-self.dims - 1]
            if self.out_channels is None:
                raise ShapeError(f"{self.name} needs out_channels or a weight")
            return (self.out_channels, channels // self.groups, *kernel)
        rank = self.dims if single else self.dims + 2
        if len(weight_shape) != rank:
            layout = "(kernel_size)" if single else "(out_channels, in_channels / groups, kernel_size)"
            raise ShapeError(
                f"{self.name}: for an input of {len(shape)} dimensions the weight must have {rank}, {layout}, "
                f"not {len(weight_shape)} (shape {tuple(weight_shape)})"
            )
        require_entries(self.name, "weight", weight_shape)
        if single and (self.groups != 1 or (self.in_channels or 1) != 1 or (self.out_channels or 1) != 1):
            raise ShapeError(
                f"{self.name}: an input of {self.dims} dimensions has a single channel; give it "
                f"{self.dims + 1} dimensions for channels and groups"
            )
        return tuple(weight_shape)

    def _channels(self, channels: int, weight_shape: tuple[int, ...]) -> Grouped:
        out_channels, reads = weight_shape[:2]
        if self.in_channels not in (None, channels):
            raise ShapeError(
                f"{self.name}: the input has {channels} channels, in_channels is {self.in_channels}"
            )
        if self.out_channels not in (None, out_channels):
            raise ShapeError(
                f"{self.name}: the weight has {out_channels} output channels, out_channels is {self.out_channels}"
            )
        for what, count in (("input", channels), ("output", out_channels)):
            if count % self.groups:
                raise ShapeError(
                    f"{self.name}: {count} {what} channels are not divisible by groups = {self.groups}"
                )
        if reads * self.groups != channels:
            raise ShapeError(
                f"{self.name}: the weight reads {reads} channels in each of {self.groups} group(s), "
                f"that is {reads * self.groups}, but the input has {channels}"
            )
        return Grouped(channels, out_channels, self.groups)


class Conv2d(Convolution):
    r"""Convolution of images with a kernel.

    .. math:: C_{f,i,j} = b_f + \sum_{c,m,n} A_{c,\, S i + D m - P,\, S j + D n - P} \, B_{f,c,m,n}

    Args:
        in_channels, out_channels, kernel_size: may be left out; the weight says them, and they are checked
            against it when given.
        stride, dilation: an integer >= 1, or one for each axis.
        padding: an integer >= 0, one for each axis, a pair (before, after) for each axis, ``'valid'`` (none)
            or ``'same'`` (the output keeps the input's size; stride 1 only).
        groups: into how many groups the channels are divided.
        bias: whether the layer has a bias.
        padding_mode: ``'zeros'``.

    Shape:
        input (H, W), (C, H, W) or (N, C, H, W); weight (kH, kW) for a single-channel (H, W), else
        (F, C/groups, kH, kW); output H_out = ⌊(H + 2P − D(kH − 1) − 1)/S⌋ + 1, W_out likewise.

    Raises:
        ArgumentError: an argument outside its domain.
        ShapeError: shapes that do not fit (when the layer meets an input).

    Source: torch.nn.Conv2d.

    Example:
        >>> Conv2d(stride=2, padding=1).output_size((5, 5), kernel_size=(3, 3))
        (3, 3)
    """

    dims: ClassVar[int] = 2
