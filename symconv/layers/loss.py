r"""Sums and losses: what makes one number of an array, alone or together with a target."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod
from typing import Any, ClassVar

import numpy as np
import sympy as sp

from symconv.axes import Axis, Over, Pointwise, Whole
from symconv.derivation.derivation import is_shape, work_out
from symconv.derivation.general import general_gradient, general_output, with_symbols
from symconv.derived import Derivation, IndexFormula
from symconv.errors import ArgumentError, ShapeError
from symconv.exact import Array, frozen, indices, pack
from symconv.layers.activation import roles
from symconv.layers.arguments import one_of
from symconv.layers.layer import Layer
from symconv.losses import CrossEntropy, SquaredError
from symconv.notation import USUAL, Notation
from symconv.number import symbolic
from symconv.operator import Names, Operator
from symconv.reductions import PlainSum, Reduction


@dataclass(frozen=True)
class Sum(Layer):
    r"""The sum of all entries, one number.

    .. math:: E = \sum_{i,j} A_{ij}

    Shape:
        any of one to five dimensions; the output has none.

    Raises:
        ShapeError: another number of dimensions.

    Source: torch.Tensor.sum; torch.nn has no module for it.
    """

    dims: ClassVar[int] = 2

    def reduction(self) -> Reduction:
        return PlainSum()

    def spatial_axes(self, kernel_size: Sequence[Any] | None = None) -> tuple[Axis, ...]:
        return (Whole(),) * self.dims

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
        names = names or Names(output="E")
        return super().derive(input, weight, bias, upstream=upstream, names=names, notation=notation)

    derive.__doc__ = Layer.derive.__doc__

    def general(
        self,
        wrt: str | None = "input",
        over: Over | None = None,
        names: Names | None = None,
        notation: Notation = USUAL,
    ) -> IndexFormula:
        return super().general(wrt, over, names or Names(output="E"), notation)

    general.__doc__ = Layer.general.__doc__

    def output_size(
        self, input_size: Sequence[Any], kernel_size: Sequence[Any] | None = None
    ) -> tuple[Any, ...]:
        """Nothing: the output is one number."""
        return ()

    def operator(self, input_shape: Sequence[int], weight_shape: Sequence[int] | None = None) -> Operator:
        if weight_shape is not None:
            raise ShapeError("Sum has no weight")
        shape = tuple(input_shape)
        axes = tuple(map(Whole, roles(self.name, shape)))
        return Operator(self.name, axes, self.reduction(), shape, ())


@dataclass(frozen=True)
class Loss(Layer):
    """Base of the losses. ``kind`` is PyTorch's ``reduction``; here that is a method."""

    kind: str

    dims: ClassVar[int] = 2
    has_target: ClassVar[bool] = True
    reads: ClassVar[tuple[str, ...]] = ("input", "target")

    def __post_init__(self) -> None:
        one_of("reduction", self.kind, ("mean", "sum", "none"))

    def target(self, input_shape: Sequence[int], target: Array) -> Array:
        """The target as an array that meets the input entry by entry.

        Raises:
            ShapeError: a target that does not fit the input.
        """
        if target.shape != tuple(input_shape):
            raise ShapeError(
                f"{self.name}: the target must have the input's shape {tuple(input_shape)}, not {target.shape}"
            )
        return target

    def derive(
        self,
        input: Any,
        weight: Any = None,
        bias: Any = None,
        *,
        target: Any = None,
        upstream: Any = None,
        names: Names | None = None,
        notation: Notation = USUAL,
    ) -> Derivation:
        """The loss worked out, as :meth:`symconv.layers.Layer.derive`.

        Args:
            input: an array, or a shape, which makes symbols.
            target: the target; symbols of the input's shape where it is left out.
            upstream: ∂E/∂output where the output is not the error itself.
            names: how the arrays are called; the output is the error E itself where it is one number.
            notation: as there.

        Raises:
            ShapeError: a target that does not fit the input, or a weight or bias, which no loss has.
        """
        if weight is not None or bias is not None:
            raise ShapeError(f"{self.name} has no weight and no bias; its second array is the target")
        shape = input if is_shape(input) else pack(input, "input").shape
        given = None if target is None else self.target(shape, pack(target, "target"))
        names = names or Names(weight="T", output="C" if self.operator(shape).output_shape else "E")
        return work_out(self.operator, input, given, None, upstream, names, Derivation, notation=notation)

    def general(
        self,
        wrt: str | None = "input",
        over: Over | None = None,
        names: Names | None = None,
        notation: Notation = USUAL,
    ) -> IndexFormula:
        axes = with_symbols(self.spatial_axes())
        names = names or Names(weight="T", output="C" if self.kind == "none" else "E")
        names = names.counted(notation)
        if wrt in (None, "output"):
            return IndexFormula.of(general_output(axes, self.reduction(), names, True), notation)
        if wrt != "input":
            raise ArgumentError("wrt", "'input' or 'output'", wrt)
        return IndexFormula.of(general_gradient(axes, self.reduction(), names, "input", True), notation)

    general.__doc__ = Layer.general.__doc__

    def output_size(
        self, input_size: Sequence[Any], kernel_size: Sequence[Any] | None = None
    ) -> tuple[Any, ...]:
        """Nothing where the output is one number, else one entry a sample."""
        return self.operator(input_size).output_shape if self.kind == "none" else ()

    def require_target_shape(self, shape: tuple[int, ...], target_shape: Sequence[int] | None) -> None:
        """A ShapeError unless the target, as :meth:`target` gives it, has the input's shape."""
        if target_shape is not None and tuple(target_shape) != shape:
            raise ShapeError(
                f"{self.name}: the target must have the input's shape {shape}, not {tuple(target_shape)}"
            )


class MSELoss(Loss):
    r"""The mean of the squared differences from a target.

    .. math:: E = \frac{1}{N} \sum_{i,j} (A_{ij} - T_{ij})^2

    Args:
        reduction: ``'mean'``, ``'sum'`` (without 1/N) or ``'none'`` (every square by itself).

    Shape:
        input of one to five dimensions, target of the same shape; output one number, or the input's shape
        under ``'none'``.

    Raises:
        ArgumentError: another reduction.
        ShapeError: a target of another shape.

    Source: torch.nn.MSELoss, without its two arguments that are deprecated; it also stretches a target of
    another shape where it can.
    """

    def __init__(self, *, reduction: str = "mean") -> None:
        super().__init__(reduction)

    def reduction(self) -> Reduction:
        return SquaredError(mean=self.kind == "mean")

    def spatial_axes(self, kernel_size: Sequence[Any] | None = None) -> tuple[Axis, ...]:
        return tuple(map(self._axis, roles(self.name, (1,) * self.dims)))

    def operator(self, input_shape: Sequence[int], weight_shape: Sequence[int] | None = None) -> Operator:
        shape = tuple(input_shape)
        axes = tuple(map(self._axis, roles(self.name, shape)))
        self.require_target_shape(shape, weight_shape)
        output = shape if self.kind == "none" else ()
        return Operator(self.name, axes, self.reduction(), shape, output, shape, has_target=True)

    def _axis(self, role: str) -> Axis:
        return Pointwise(role, True) if self.kind == "none" else Whole(role, True)


class CrossEntropyLoss(Loss):
    r"""The cross entropy of a target under the softmax of the input.

    .. math:: E = -\frac{1}{N} \sum_{s} \sum_{c} T_{sc} \ln \frac{e^{A_{sc}}}{\sum_m e^{A_{sm}}}

    Args:
        reduction: ``'mean'`` over the samples, ``'sum'`` or ``'none'`` (one number a sample).

    Shape:
        input (C,), or (N, C) and up to three more dimensions; target either the input's shape without C, with
        the index of a class for every sample, counted from 0, or the input's shape, with probabilities;
        output one number, or one a sample under ``'none'``.

    Raises:
        ArgumentError: another reduction.
        ShapeError: a target that does not fit: its shape, an index that is no class, probabilities that do not
            add up to 1.

    Source: torch.nn.CrossEntropyLoss, without its ``weight``, ``ignore_index`` and ``label_smoothing``; PyTorch
    also takes probabilities that do not add up to 1.
    """

    def __init__(self, *, reduction: str = "mean") -> None:
        super().__init__(reduction)

    def reduction(self) -> Reduction:
        return CrossEntropy(1, mean=self.kind == "mean")

    def spatial_axes(self, kernel_size: Sequence[Any] | None = None) -> tuple[Axis, ...]:
        return (
            Pointwise("batch", True) if self.kind == "none" else Whole("batch", True),
            Whole("channel", True),
        )

    def operator(self, input_shape: Sequence[int], weight_shape: Sequence[int] | None = None) -> Operator:
        shape = tuple(input_shape)
        roles(self.name, shape)
        self.require_target_shape(shape, weight_shape)
        single, among = self.kind == "none", self._class_axis(shape)
        other = Pointwise if single else Whole
        names = ("batch", "channel", *("spatial",) * 3)[1 - among : len(shape) + 1 - among]
        axes = tuple(Whole(role, True) if role == "channel" else other(role, True) for role in names)
        inner = 1 if single else prod(shape[among + 1 :])
        reduction = CrossEntropy(shape[among], inner, self.kind == "mean")
        output = self._samples(shape) if single else ()
        return Operator(self.name, axes, reduction, shape, output, shape, has_target=True)

    def target(self, input_shape: Sequence[int], target: Array) -> Array:
        shape = tuple(input_shape)
        among = self._class_axis(shape)
        if target.shape == shape:
            for place in indices(self._samples(shape)):
                total = sp.Add(*map(symbolic, np.moveaxis(target, among, -1)[place]))
                if not total.free_symbols and total != 1:
                    raise ShapeError(
                        f"{self.name}: the probabilities of a sample must add up to 1, not {total}"
                    )
            return target
        if target.shape != self._samples(shape):
            raise ShapeError(
                f"{self.name}: the target must have shape {self._samples(shape)}, an index of a class for every "
                f"sample, or {shape}, probabilities, not {target.shape}"
            )
        hot = np.full(shape, 0, dtype=object)
        for place in indices(target.shape):
            index = target[place]
            if not isinstance(index, int) or not 0 <= index < shape[among]:
                raise ShapeError(
                    f"{self.name}: the index of a class must be from 0 to {shape[among] - 1}, not {index}"
                )
            hot[(*place[:among], index, *place[among:])] = 1
        return frozen(hot)

    def _class_axis(self, shape: tuple[int, ...]) -> int:
        return min(1, len(shape) - 1)

    def _samples(self, shape: tuple[int, ...]) -> tuple[int, ...]:
        among = self._class_axis(shape)
        return shape[:among] + shape[among + 1 :]
