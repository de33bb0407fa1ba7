"""What all layers share: a frozen value with PyTorch's arguments that becomes an operator at a shape."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import sympy as sp

from symconv.axes import Axis, InputSizes, Over, input_sizes
from symconv.derivation.derivation import work_out
from symconv.derivation.general import general_gradient, general_output, with_symbols
from symconv.derived import Derivation, IndexFormula
from symconv.errors import ArgumentError, ShapeError
from symconv.notation import USUAL, Notation
from symconv.operator import Argument, Names, Operator
from symconv.reductions import Reduction

if TYPE_CHECKING:
    from symconv.matrix import LayerMatrix


@dataclass(frozen=True)
class Layer:
    """Base of the layers; ``dims`` is the number of spatial dimensions."""

    dims: ClassVar[int] = 0
    has_weight: ClassVar[bool] = False
    has_target: ClassVar[bool] = False
    reads: ClassVar[tuple[str, ...]] = ("input",)
    """The arrays that the layer reads."""
    differentiable: ClassVar[bool] = True

    @property
    def name(self) -> str:
        """The class name, as in torch.nn."""
        return type(self).__name__

    def reduction(self) -> Reduction:
        """What the layer computes over a window."""
        raise NotImplementedError

    def spatial_axes(self, kernel_size: Sequence[Any] | None = None) -> tuple[Axis, ...]:
        """The axes of the spatial dimensions; symbols as kernel sizes give the axes of general formulas."""
        raise NotImplementedError

    def operator(self, input_shape: Sequence[int], weight_shape: Sequence[int] | None = None) -> Operator:
        """The layer at a shape.

        Raises:
            ShapeError: the shapes do not fit the layer or each other.
        """
        raise NotImplementedError

    def output_size(
        self, input_size: Sequence[Any], kernel_size: Sequence[Any] | None = None
    ) -> tuple[Any, ...]:
        """The spatial size of the output: ints for ints, formulas with floor for symbols.

        Args:
            input_size: one size a spatial dimension.
            kernel_size: of the weight, for a convolution that does not say it itself.

        Raises:
            ShapeError: a window does not fit, or the number of sizes is wrong.
        """
        if len(input_size) != self.dims:
            raise ShapeError(f"input_size must have {self.dims} sizes, not {len(input_size)}")
        axes = self.spatial_axes(kernel_size)
        return tuple(axis.output_size(size) for axis, size in zip(axes, input_size, strict=True))

    def input_sizes(
        self, output_size: Sequence[Any], kernel_size: Sequence[Any] | None = None
    ) -> tuple[InputSizes, ...]:
        """The spatial input sizes that give a wanted output size: :meth:`output_size`, inverted.

        Of a strided convolution these are S consecutive sizes an axis, ``(O − 1)·S − 2P + D·(K − 1) + 1`` and the
        S − 1 after it, as far as they are at least 1; which of them it was, a transposed convolution is told by
        ``output_padding``.

        Args:
            output_size: one size a spatial dimension; symbols give formulas.
            kernel_size: of the weight, for a convolution that does not say it itself.

        Raises:
            ShapeError: the number of sizes is wrong.

        Example:
            >>> from symconv.layers import Conv2d
            >>> [list(sizes) for sizes in Conv2d(stride=2).input_sizes((3, 1), kernel_size=(3, 3))]
            [[7, 8], [3, 4]]
        """
        if len(output_size) != self.dims:
            raise ShapeError(f"output_size must have {self.dims} sizes, not {len(output_size)}")
        axes = self.spatial_axes(kernel_size)
        return tuple(input_sizes(axis, size) for axis, size in zip(axes, output_size, strict=True))

    def derive(
        self,
        input: Any,
        weight: Any = None,
        bias: Any = None,
        *,
        upstream: Any = None,
        names: Names | None = None,
        notation: Notation = USUAL,
    ) -> Derivation:
        """The layer worked out: output, gradients, general formulas, and the steps to them.

        Args:
            input, weight: arrays, or shapes, which make symbols ``A_11, …`` and ``B_11, …``; a weight that is
                left out takes the shape that the layer says. In one dimension a list of ints is an array; a
                tuple of them is always a shape.
            bias: an array; zero where it is left out.
            upstream: ∂E/∂output, an array; symbols where it is left out.
            names: how the arrays are called, by their roles; the defaults are A, B, b, C and E, counted from 1.
            notation: letters in the place of others in symbols and in all that is shown, sizes included, and the
                index of a first entry.

        Raises:
            ShapeError: shapes that do not fit the layer or each other.
            ArgumentError: an array that is ragged or not exact.
        """
        return work_out(
            self.operator,
            input,
            weight,
            bias,
            upstream,
            names,
            Derivation,
            lines=self.dims == 1,
            notation=notation,
        )

    def matrix(
        self,
        input: Any,
        weight: Any = None,
        bias: Any = None,
        *,
        names: Names | None = None,
        notation: Notation = USUAL,
    ) -> LayerMatrix:
        """The layer as one matrix M with ``vec(output) = M vec(input)``; ``vec`` writes rows one after the other.

        Args:
            input, weight, bias, names, notation: as :meth:`derive`; a maximum needs the numbers of its input.

        Raises:
            UnsupportedError: the layer is not linear in its input, or a maximum not at numbers.

        Example:
            >>> from symconv.layers import Conv2d
            >>> Conv2d().matrix((2, 3), (1, 2)).matrix
            Matrix([
            [B_11, B_12,    0,    0,    0,    0],
            [   0, B_11, B_12,    0,    0,    0],
            [   0,    0,    0, B_11, B_12,    0],
            [   0,    0,    0,    0, B_11, B_12]])
        """
        return self.derive(input, weight, bias, names=names, notation=notation).matrix()

    def general(
        self,
        wrt: str | None = "input",
        over: Over | None = None,
        names: Names | None = None,
        notation: Notation = USUAL,
    ) -> IndexFormula:
        """The index formula of one channel with symbolic sizes, for this layer's stride, padding and dilation.

        These may be symbols: ``Conv2d(stride=S, padding=P, dilation=D).general("input")`` holds for all.

        Args:
            wrt: ``input`` or ``weight`` for a gradient; ``output`` or None for the definition.
            over: what the sum runs over where stride and dilation are not 1: ``output`` or ``offset``.
            names, notation: as :meth:`derive`.
        """
        kernel = [sp.Symbol(f"K_{axis}", integer=True, positive=True) for axis in range(1, self.dims + 1)]
        axes = with_symbols(self.spatial_axes(kernel if self.has_weight else None))
        names = (names or Names()).counted(notation)
        if wrt in (None, "output"):
            return IndexFormula.of(general_output(axes, self.reduction(), names, self.has_weight), notation)
        if wrt not in ("input", "weight"):
            raise ArgumentError("wrt", "'input', 'weight' or 'output'", wrt)
        role: Argument = "input" if wrt == "input" else "weight"
        general = general_gradient(axes, self.reduction(), names, role, self.has_weight, over)
        return IndexFormula.of(general, notation)

    def require_rank(self, shape: Sequence[int]) -> tuple[int, ...]:
        """The shape, if its rank is that of an image, of channels, or of a batch."""
        allowed = (self.dims, self.dims + 1, self.dims + 2)
        if len(shape) not in allowed:
            raise ShapeError(
                f"{self.name}: the input must have {allowed[0]}, {allowed[1]} or {allowed[2]} dimensions, "
                f"not {len(shape)} (shape {tuple(shape)})"
            )
        require_entries(self.name, "input", shape)
        return tuple(shape)


def require_entries(layer: str, role: str, shape: Sequence[int]) -> None:
    """A ShapeError for an array without entries."""
    if min(shape) < 1:
        raise ShapeError(f"{layer}: every size of the {role} must be at least 1, not {tuple(shape)}")
