"""Unpooling: every entry goes back to where max pooling found it, zeros elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod
from typing import Any, ClassVar

from symconv.axes import Axis, InputSizes, Scattered
from symconv.axes.inverse import NONE
from symconv.derivation.derivation import work_out
from symconv.derived import Derivation
from symconv.errors import ArgumentError, ShapeError, UnsupportedError
from symconv.exact import as_integers, pack
from symconv.layers.arguments import Sizes, is_list, per_axis, store, window
from symconv.layers.layer import Layer
from symconv.notation import USUAL, Notation
from symconv.operator import Names, Operator
from symconv.reductions import Reduction, WeightedSum


@dataclass(frozen=True, init=False)
class Unpooling(Layer):
    """Base of the unpoolings. ``target`` is the size that is asked for; ``output_size`` is a method here."""

    kernel_size: Sizes
    stride: Sizes
    padding: Sizes
    target: Sizes | None

    reads: ClassVar[tuple[str, ...]] = ("input", "indices")

    def __init__(
        self, kernel_size: Any, stride: Any = None, padding: Any = 0, output_size: Any = None
    ) -> None:
        kernel, stride = window(kernel_size, stride, self.dims)
        store(
            self,
            kernel_size=kernel,
            stride=stride,
            padding=per_axis("padding", padding, self.dims, 0),
            target=None if output_size is None else self._target(output_size),
        )

    def reduction(self) -> Reduction:
        return WeightedSum()

    def output_size(
        self, input_size: Sequence[Any], kernel_size: Sequence[Any] | None = None
    ) -> tuple[Any, ...]:
        """The output size: ``(I − 1)·S − 2P + K`` unless another one is asked for.

        Raises:
            ShapeError: there is no output, or the pooling cannot have come from the size that is asked for.
        """
        if len(input_size) != self.dims:
            raise ShapeError(f"input_size must have {self.dims} sizes, not {len(input_size)}")
        geometry = zip(input_size, self.kernel_size, self.stride, self.padding, strict=True)
        usual = tuple((size - 1) * s - 2 * p + k for size, k, s, p in geometry)
        sizes = self.target or usual
        for wanted, default, step in zip(sizes, usual, self.stride, strict=True):
            if isinstance(default, int) and not default - step < wanted < default + step:
                raise ShapeError(
                    f"{self.name}: output_size must lie within stride = {step} of {default}, not {wanted}"
                )
            if isinstance(wanted, int) and wanted < 1:
                raise ShapeError(f"{self.name}: the padding leaves no output: its size would be {wanted}")
        return sizes

    def input_sizes(
        self, output_size: Sequence[Any], kernel_size: Sequence[Any] | None = None
    ) -> tuple[InputSizes, ...]:
        """The input sizes with this output size: the one whose default it is, or those that may be unpooled to it."""
        if len(output_size) != self.dims:
            raise ShapeError(f"output_size must have {self.dims} sizes, not {len(output_size)}")
        targets = self.target or (None,) * self.dims
        axes = zip(output_size, targets, self.kernel_size, self.stride, self.padding, strict=True)
        return tuple(_unpooled(size, target, s, size + 2 * p - k) for size, target, k, s, p in axes)

    def operator(
        self, input_shape: Sequence[int], weight_shape: Sequence[int] | None = None, indices: Any = None
    ) -> Operator:
        """The layer at a shape and at the indices that pooling gave.

        Args:
            input_shape: of the pooled images.
            indices: for every input entry, the flat index in its channel's output, shaped like the input.

        Raises:
            ShapeError: shapes differ; an index outside of the output; an output size that does not fit.
            UnsupportedError: there are no indices.
        """
        shape = self.require_rank(input_shape)
        if weight_shape is not None:
            raise ShapeError(f"{self.name} has no weight")
        if indices is None:
            raise UnsupportedError(
                f"{self.name} needs the indices that a max pooling returned: derive(input, indices=...)"
            )
        targets = pack(indices, "indices")
        if as_integers(targets) is None:
            raise ArgumentError("indices", "an array of integers")
        if targets.shape != shape:
            raise ShapeError(f"{self.name}: the indices have shape {targets.shape}, the input {shape}")
        size, outer = self.output_size(shape[-self.dims :]), shape[: -self.dims]
        plane, per_plane = prod(size), prod(shape[-self.dims :])
        flat = targets.ravel().tolist()
        if any(not 0 <= target < plane for target in flat):
            raise ShapeError(f"{self.name}: an index must be from 0 to {plane - 1}")
        places = tuple(position // per_plane * plane + target for position, target in enumerate(flat))
        axis = Scattered(places, prod(outer) * plane)
        return Operator(self.name, (axis,), self.reduction(), shape, (*outer, *size))

    def derive(
        self,
        input: Any,
        weight: Any = None,
        bias: Any = None,
        *,
        indices: Any = None,
        upstream: Any = None,
        names: Names | None = None,
        notation: Notation = USUAL,
    ) -> Derivation:
        """The layer worked out at the indices that a max pooling returned; else as :meth:`Layer.derive`."""

        def build(shape: Sequence[int], kernel: Sequence[int] | None) -> Operator:
            return self.operator(shape, kernel, indices)

        return work_out(
            build, input, weight, bias, upstream, names, Derivation, lines=self.dims == 1, notation=notation
        )

    def spatial_axes(self, kernel_size: Sequence[Any] | None = None) -> tuple[Axis, ...]:
        return (Scattered((), 0),)

    def _target(self, output_size: Any) -> Sizes:
        """The size of the output; PyTorch also takes it with the batch and the channels in front."""
        if is_list(output_size) and len(output_size) == self.dims + 2:
            output_size = output_size[2:]
        return per_axis("output_size", output_size, self.dims, 1)


class MaxUnpool1d(Unpooling):
    """The partial inverse of max pooling of lines: :class:`MaxUnpool2d` with a single axis.

    Shape: (L,), (C, L) or (N, C, L) to the same with L_out.

    Source: torch.nn.MaxUnpool1d.
    """

    dims: ClassVar[int] = 1


class MaxUnpool2d(Unpooling):
    """The partial inverse of max pooling: each entry returns to its index, zeros elsewhere.

    Args:
        kernel_size, stride, padding: as ``torch.nn.MaxUnpool2d``; they only say the default output size.
        output_size: the size of the output, which PyTorch takes beside the input; the default inverts the
            pooling's size formula.

    Shape:
        (H, W), (C, H, W) or (N, C, H, W); H_out = (H − 1)·S − 2P + K unless output_size says otherwise.

    Raises:
        ArgumentError, ShapeError: arguments, indices or sizes that do not fit.

    Source: torch.nn.MaxUnpool2d.

    Example:
        >>> MaxUnpool2d(2).derive([[9, 8]], indices=[[1, 6]]).output.tolist()
        [[0, 9, 0, 0], [0, 0, 8, 0]]
    """

    dims: ClassVar[int] = 2


class MaxUnpool3d(Unpooling):
    """The partial inverse of max pooling of volumes: :class:`MaxUnpool2d` with the depth in front.

    Shape: (D, H, W), (C, D, H, W) or (N, C, D, H, W) to the same with D_out, H_out and W_out.

    Source: torch.nn.MaxUnpool3d.
    """

    dims: ClassVar[int] = 3


def _unpooled(size: Any, target: Any, stride: Any, room: Any) -> InputSizes:
    """The size with ``(I − 1)·S = room``, if there is one; with a target, those less than a stride away from it."""
    if target is not None:
        if size != target:
            return NONE
        return InputSizes(max(1, (room - stride) // stride + 2), -(-(room + stride) // stride))
    if not isinstance(room, int) or not isinstance(stride, int):
        return InputSizes(room / stride + 1, room / stride + 1)
    count = room // stride + 1
    return InputSizes(count, count) if room % stride == 0 and count >= 1 else NONE
