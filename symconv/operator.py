"""An operator: axes × reduction at one shape, all that derivations know of a layer.

The forward pass groups the taps by output; the input gradient groups the same taps by input and the weight
gradient by weight. Entries are exact: ints, Fractions or SymPy expressions.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from itertools import product
from math import prod
from typing import Any, Literal

import numpy as np

from symconv.axes import Axis, Scattered
from symconv.errors import ShapeError
from symconv.exact import Array, frozen
from symconv.formula import Entry
from symconv.notation import Notation
from symconv.reductions import Reduction, Window, constant
from symconv.sums import dot
from symconv.taps import Groups, Key, Tap, Taps
from symconv.value import Value, replace

Argument = Literal["input", "weight", "bias"]
"""What a layer can be differentiated by."""


class Names(Value):
    """How the arrays are called and from where indices count; the defaults are the textbook's."""

    input: str = "A"
    weight: str = "B"
    bias: str = "b"
    output: str = "C"
    error: str = "E"
    base: int = 1

    @property
    def output_is_error(self) -> bool:
        """Whether the output is the error itself, as that of a loss at the end of a chain."""
        return self.output == self.error

    def of(self, role: str) -> str:
        """The name of ``input``, ``weight``, ``bias`` or ``output``."""
        name: str = getattr(self, role)
        return name

    def counted(self, notation: Notation) -> Names:
        """The names with the first index of a notation, if it has one; letters are called otherwise only when shown."""
        return self if notation.first_index is None else replace(self, base=notation.first_index)

    def entry(self, role: str, index: tuple[int, ...]) -> Entry:
        """An entry, its index as written."""
        base = self.base
        return Entry(self.of(role), tuple([i + base for i in index]))


class Operator(Value, dict=True):
    """Axes × reduction at one input shape.

    Args:
        layer: the name of the layer's class.
        axes: one axis for each dimension of the input (or one that covers them all).
        reduction: what is computed over a window.
        input_shape, output_shape: shapes of the arrays.
        weight_shape: the weight's shape, None without a weight.
        bias_shape: the bias's shape: ``(out_channels,)``, or ``()`` for a single channel; None without.
        has_target: whether what stands in the weight's place is the target of a loss, which is given and not
            differentiated by.
    """

    layer: str
    axes: tuple[Axis, ...]
    reduction: Reduction
    input_shape: tuple[int, ...]
    output_shape: tuple[int, ...]
    weight_shape: tuple[int, ...] | None = None
    bias_shape: tuple[int, ...] | None = None
    has_target: bool = False

    @cached_property
    def sizes(self) -> tuple[int, ...]:
        """The input size that each axis sees."""
        return self.input_shape if len(self.axes) == len(self.input_shape) else (prod(self.input_shape),)

    @property
    def counts_row_by_row(self) -> bool:
        """Whether one axis covers all dimensions, whose entries are counted row by row."""
        return self.sizes != self.input_shape or isinstance(self.axes[0], Scattered)

    @cached_property
    def taps(self) -> Taps:
        return Taps(tuple(axis.taps(size) for axis, size in zip(self.axes, self.sizes, strict=True)))

    @property
    def most_taps(self) -> int:
        """A bound for the number of taps, from the sizes alone: nothing is built, however large it is."""
        return prod(axis.most_taps(size) for axis, size in zip(self.axes, self.sizes, strict=True))

    @cached_property
    def cells(self) -> Array | None:
        """The number of cells of each window, flat, where the reduction divides by it."""
        return self.reduction.cells(self.axes, self.sizes)

    @cached_property
    def arguments(self) -> tuple[Argument, ...]:
        """What the operator can be differentiated by."""
        optional: tuple[tuple[Argument, Any], ...] = (
            ("weight", None if self.has_target else self.weight_shape),
            ("bias", self.bias_shape),
        )
        return ("input", *(name for name, shape in optional if shape is not None))

    def shape(self, role: str) -> tuple[int, ...]:
        """The shape of an argument or of the output; ShapeError where the layer has no such argument."""
        shape: tuple[int, ...] | None = getattr(self, f"{role}_shape", None)
        if shape is None:
            raise ShapeError(f"{self.layer} has no {role}; its arguments are {', '.join(self.arguments)}")
        return shape

    def forward(self, input: Array, weight: Array | None = None, bias: Array | None = None) -> Array:
        """The output at these entries."""
        flat_weight = None if weight is None else weight.ravel()
        out = self.reduction.forward(self.taps, input.ravel(), flat_weight, self.cells)
        if bias is not None:
            out = out + bias.ravel().take(self._bias_at)
        return frozen(out.reshape(self.output_shape))

    def backward(self, wrt: Argument, upstream: Array, input: Array, weight: Array | None = None) -> Array:
        """The gradient by one argument: Σ over the taps of upstream × local derivative."""
        taps, g, x = self.taps, upstream.ravel(), input.ravel()
        shape = self.shape(wrt)
        if wrt == "bias":
            at = self._bias_at
            order = np.argsort(at, kind="stable")
            ids, starts = np.unique(at[order], return_index=True)
            groups = Groups(order, starts, ids, prod(shape))
            ones = constant((1,), 1)
            return frozen(dot(groups, g, np.arange(len(g)), ones, np.zeros_like(at)).reshape(shape))
        if wrt == "weight":
            return frozen(dot(taps.by_offset, g, taps.out, x, taps.inp).reshape(shape))
        flat_weight = None if weight is None else weight.ravel()
        slopes = self.reduction.slopes(taps, x, flat_weight, self.cells)
        return frozen(dot(taps.by_inp, g, taps.out, slopes.values, slopes.at).reshape(shape))

    @cached_property
    def _bias_at(self) -> Any:
        """For every output entry, flat, the entry of the bias that is added to it."""
        position = self.bias_position
        if position is None:
            return np.zeros(prod(self.output_shape), dtype=np.int64)
        inner = prod(self.output_shape[position + 1 :])
        return np.arange(prod(self.output_shape)) // inner % self.output_shape[position]

    @property
    def bias_position(self) -> int | None:
        """Which dimension of the output the bias runs along; None where there is a single channel."""
        position = len(self.output_shape) - sum(axis.role == "spatial" for axis in self.axes) - 1
        return None if prod(self.bias_shape or (1,)) == 1 or position < 0 else position

    def bias_index(self, output: tuple[int, ...]) -> tuple[int, ...]:
        """The entry of the bias that is added to an output entry."""
        if not self.bias_shape:
            return ()
        position = self.bias_position
        return (0 if position is None else output[position],)

    def outputs_with(self, bias: tuple[int, ...]) -> Iterator[tuple[int, ...]]:
        """The outputs to which an entry of the bias is added."""
        ranges = [range(size) for size in self.output_shape]
        if (position := self.bias_position) is not None:
            ranges[position] = range(bias[0], bias[0] + 1)
        return product(*ranges)

    def cells_at(self, output: tuple[int, ...]) -> Any:
        """The number of cells of one window; 1 where the reduction divides by nothing."""
        cells = self.reduction.cells_at(self.axes, self.sizes, self._to_axes("output", output))
        return 1 if cells is None else cells

    def taps_at(self, key: Key, index: tuple[int, ...]) -> Iterator[Tap]:
        """The taps of one entry, by the arrays' own multi-indices."""
        role = {"out": "output", "inp": "input", "offset": "weight"}[key]
        taps = self.taps.at(key, self._to_axes(role, index))
        if self._has_axes_of_arrays:
            yield from taps
            return
        weights: dict[tuple[int, ...], tuple[int, ...]] = {}
        for tap in taps:
            if self.weight_shape is not None and tap.offset not in weights:
                weights[tap.offset] = self._from_axes("weight", tap.offset)
            yield Tap(
                self._from_axes("output", tap.out),
                self._from_axes("input", tap.inp),
                weights.get(tap.offset, ()),
            )

    def window(self, output: tuple[int, ...], names: Names, bias: bool = False) -> Window:
        """The entries that meet in one output entry."""
        taps = list(self.taps_at("out", output))
        return Window(
            names.entry("output", output),
            tuple(names.entry("input", tap.inp) for tap in taps),
            tuple(names.entry("weight", tap.offset) for tap in taps) if self.weight_shape is not None else (),
            self.cells_at(output),
            names.entry("bias", self.bias_index(output)) if bias else None,
        )

    def _axis_sizes(self, role: str) -> tuple[int, ...]:
        return self._all_axis_sizes[role]

    @cached_property
    def _all_axis_sizes(self) -> dict[str, tuple[int, ...]]:
        roles = ("output", "input", "weight")
        return {role: tuple(axis.sizes[i] for axis in self.taps.axes) for i, role in enumerate(roles)}

    @cached_property
    def _has_axes_of_arrays(self) -> bool:
        """Whether a tap counts on its axes as on those of the arrays, a weight among them."""
        return self.weight_shape is not None and all(
            sizes == self.shape(role) for role, sizes in self._all_axis_sizes.items()
        )

    def _to_axes(self, role: str, index: tuple[int, ...]) -> tuple[int, ...]:
        if self._axis_sizes(role) == self.shape(role):  # NumPy would take ten times as long to say so
            return index
        flat = np.ravel_multi_index(index, self.shape(role))
        return tuple(int(i) for i in np.unravel_index(flat, self._axis_sizes(role)))

    def _from_axes(self, role: str, index: tuple[int, ...]) -> tuple[int, ...]:
        if self._axis_sizes(role) == self.shape(role):
            return index
        flat = np.ravel_multi_index(index, self._axis_sizes(role))
        return tuple(int(i) for i in np.unravel_index(flat, self.shape(role)))
