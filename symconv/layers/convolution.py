r"""Convolution layers: a channel axis and sliding axes under a weighted sum.

.. math:: C_{f,i,j} = b_f + \sum_c \sum_m \sum_n A_{c, S i + D m - P, S j + D n - P} \, B_{f,c,m,n}

What is called convolution here is cross-correlation, as in PyTorch: the kernel is not rotated.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, get_args

from symconv.axes import Axis, Grouped, PaddingMode, Pointwise, Sliding
from symconv.errors import ArgumentError, ShapeError
from symconv.layers.arguments import flag, one_of, padding_pairs, per_axis, positive, store
from symconv.layers.layer import Layer, require_entries
from symconv.operator import Operator
from symconv.reductions import WeightedSum


class Weighted(Layer):
    """Base of the layers with a kernel: its shape, its channels, and how they become an operator."""

    in_channels: int | None
    out_channels: int | None
    kernel_size: Any
    stride: Any
    padding: Any
    dilation: Any
    groups: int
    bias: bool
    padding_mode: PaddingMode

    has_weight: ClassVar[bool] = True
    reads: ClassVar[tuple[str, ...]] = ("input", "weight", "bias")
    layout: ClassVar[str]
    """The axes of the weight."""

    def _normalise(self) -> None:
        kernel = self.kernel_size
        store(
            self,
            in_channels=positive("in_channels", self.in_channels),
            out_channels=positive("out_channels", self.out_channels),
            kernel_size=None if kernel is None else per_axis("kernel_size", kernel, self.dims, 1),
            stride=per_axis("stride", self.stride, self.dims, 1),
            dilation=per_axis("dilation", self.dilation, self.dims, 1),
            groups=positive("groups", self.groups) or 1,
            bias=flag("bias", self.bias),
        )
        for name in ("in_channels", "out_channels"):
            channels = getattr(self, name)
            if channels is not None and channels % self.groups:
                raise ArgumentError(name, f"divisible by groups = {self.groups}", channels)

    def reduction(self) -> WeightedSum:
        return WeightedSum()

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
            bias_shape = (channels.output_size(shape[-self.dims - 1]),)
        return Operator(
            self.name,
            axes,
            self.reduction(),
            shape,
            tuple(axis.output_size(size) for axis, size in zip(axes, shape, strict=True)),
            weight_shape,
            bias_shape if self.bias else None,
        )

    def _channel_axis(self, in_channels: int, out_channels: int) -> Axis:
        """The axis that leads from the input's channels to the output's."""
        raise NotImplementedError

    def _counts(self, weight_shape: Sequence[int]) -> tuple[int, int]:
        """The input and the output channels that a weight is for."""
        raise NotImplementedError

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
            axis = self._channel_axis(channels, self.out_channels)
            return (*axis.weight_shape(), *kernel)
        rank = self.dims if single else self.dims + 2
        if len(weight_shape) != rank:
            layout = "(kernel_size)" if single else self.layout
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

    def _channels(self, channels: int, weight_shape: tuple[int, ...]) -> Axis:
        """The channel axis, once the weight fits the input and the layer."""
        inputs, outputs = self._counts(weight_shape)
        if self.in_channels not in (None, channels):
            raise ShapeError(
                f"{self.name}: the input has {channels} channels, in_channels is {self.in_channels}"
            )
        if self.out_channels not in (None, outputs):
            raise ShapeError(
                f"{self.name}: the weight has {outputs} output channels, out_channels is {self.out_channels}"
            )
        for what, count in (("input", channels), ("output", outputs)):
            if count % self.groups:
                raise ShapeError(
                    f"{self.name}: {count} {what} channels are not divisible by groups = {self.groups}"
                )
        if inputs != channels:
            raise ShapeError(
                f"{self.name}: the weight has {self.layout.removesuffix(', kernel_size)')}) = {weight_shape[:2]} "
                f"with groups = {self.groups}, "
                f"that is {inputs} input channels, but the input has {channels}"
            )
        return self._channel_axis(channels, outputs)


@dataclass(frozen=True)
class Convolution(Weighted):
    """Base of the convolutions, free of the number of dimensions."""

    in_channels: int | None = None
    out_channels: int | None = None
    kernel_size: Any = None
    stride: Any = 1
    padding: Any = 0
    dilation: Any = 1
    groups: int = 1
    bias: bool = True
    padding_mode: PaddingMode = "zeros"

    layout: ClassVar[str] = "(out_channels, in_channels / groups, kernel_size)"

    def __post_init__(self) -> None:
        self._normalise()
        store(self, padding_mode=one_of("padding_mode", self.padding_mode, get_args(PaddingMode)))
        if not isinstance(self.padding, str):
            store(self, padding=padding_pairs("padding", self.padding, self.dims))
        elif self.padding not in ("same", "valid"):
            raise ArgumentError("padding", "'same', 'valid', an integer >= 0 or a list", self.padding)
        elif self.padding == "same" and any(step != 1 for step in self.stride):
            raise ArgumentError("padding", "an integer or a list where the stride is not 1", self.padding)

    def spatial_axes(self, kernel_size: Sequence[Any] | None = None) -> tuple[Axis, ...]:
        kernel = self._kernel(kernel_size)
        geometry = zip(kernel, self.stride, self._padding(kernel), self.dilation, strict=True)
        return tuple(
            Sliding(
                size,
                stride,
                padding,
                dilation,
                weighted=True,
                mode="zeros" if padding == (0, 0) else self.padding_mode,
            )
            for size, stride, padding, dilation in geometry
        )

    def _padding(self, kernel: Sequence[Any]) -> tuple[tuple[Any, Any], ...]:
        if self.padding == "valid":
            return ((0, 0),) * self.dims
        if self.padding == "same":  # the odd cell goes to the end, as in PyTorch
            totals = [dilation * (size - 1) for size, dilation in zip(kernel, self.dilation, strict=True)]
            return tuple((total // 2, total - total // 2) for total in totals)
        return tuple(self.padding)

    def _channel_axis(self, in_channels: int, out_channels: int) -> Axis:
        return Grouped(in_channels, out_channels, self.groups)

    def _counts(self, weight_shape: Sequence[int]) -> tuple[int, int]:
        return weight_shape[1] * self.groups, weight_shape[0]


class Conv1d(Convolution):
    """Convolution of lines with a kernel: :class:`Conv2d` with a single axis.

    Shape: input (L,), (C, L) or (N, C, L); weight (k,) for a single-channel (L,), else (F, C/groups, k).

    Source: torch.nn.Conv1d.
    """

    dims: ClassVar[int] = 1


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
        padding_mode: what stands in the padding: ``'zeros'``, or the input once more: mirrored at its ends
            (``'reflect'``), its outermost entries (``'replicate'``) or from its other end (``'circular'``).

    Shape:
        input (H, W), (C, H, W) or (N, C, H, W); weight (kH, kW) for a single-channel (H, W), else
        (F, C/groups, kH, kW); output H_out = ⌊(H + 2P − D(kH − 1) − 1)/S⌋ + 1, W_out likewise.

    Raises:
        ArgumentError: an argument outside its domain.
        ShapeError: shapes that do not fit (when the layer meets an input); a padding that reflects and is not
            less than the input's size, or that wraps around and exceeds it.

    Source: torch.nn.Conv2d.

    Example:
        >>> Conv2d(stride=2, padding=1).output_size((5, 5), kernel_size=(3, 3))
        (3, 3)
    """

    dims: ClassVar[int] = 2


class Conv3d(Convolution):
    """Convolution of volumes with a kernel: :class:`Conv2d` with a third axis, the depth, in front.

    Shape: input (D, H, W), (C, D, H, W) or (N, C, D, H, W); weight (kD, kH, kW) for a single-channel
    (D, H, W), else (F, C/groups, kD, kH, kW).

    Source: torch.nn.Conv3d.
    """

    dims: ClassVar[int] = 3
