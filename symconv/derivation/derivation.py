"""A layer worked out at a shape: output, gradients, general formulas, and the steps that lead to them.

A :class:`Worked` derivation is a value. Its arrays hold symbols or exact numbers; putting numbers in gives
another one with the same steps, now carried through to numbers. Entries and steps are made when asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from math import prod
from typing import Any, Self, TypeVar

import numpy as np

from symconv.axes import Over
from symconv.derivation.arrays import ByRole, EveryStep, Lazy, Symbols
from symconv.derivation.entrywise import gradient_steps, output_steps
from symconv.derivation.general import General, general_gradient, general_output, with_symbols
from symconv.derivation.step import Step
from symconv.derivation.values import ArrayValues
from symconv.errors import ArgumentError, ShapeError
from symconv.exact import Array, frozen, is_closed, pack, unpack
from symconv.formula import evaluate
from symconv.notation import USUAL, Notation, apart
from symconv.operator import Argument, Names, Operator
from symconv.reductions import constant
from symconv.value import Value, replace

W = TypeVar("W", bound="Worked")

UPSTREAM = "G"
"""The letter of the symbols that stand for ∂E/∂output; formulas show them as derivatives."""
AT_ONCE = 20_000
"""Up to how many taps the whole output is made where one entry of it is needed."""


@dataclass(frozen=True)
class Worked:
    """A derivation of one layer.

    Args:
        operator: the layer at this shape.
        names: how formulas call the arrays.
        arrays: the entries by role (``input``, ``weight``, ``bias``, ``upstream``); symbols where nothing is
            known, which are made when a whole array is asked for.
        known: the roles whose entries were given; steps put these in.
        like: an object of the kind that results shall have.
        notation: how letters are called where they are shown. Symbols are; the formulas of steps keep ``names``.
        chain: the :class:`~symconv.derivation.chain.Chained` of which this is one layer, if any.
    """

    operator: Operator
    names: Names
    arrays: ByRole
    known: frozenset[str] = frozenset()
    like: object = field(default=None, repr=False)
    notation: Notation = USUAL
    chain: Any = field(default=None, repr=False, compare=False)
    _general: dict[Any, General] = field(default_factory=dict, init=False, repr=False, compare=False)

    def in_notation(self, notation: Notation) -> Self:
        """The same derivation in another notation; what that leaves open stays as it is.

        Raises:
            ArgumentError: the notation has one letter for two arrays, or for one and the error.
        """
        return self if notation == USUAL else self._with_symbols(notation.over(self.notation))

    @property
    def plain(self) -> Self:
        """The same derivation in the letters of its formulas, in which it is told and checked."""
        return self._with_symbols(USUAL) if self.notation.letters else self

    def _with_symbols(self, notation: Notation) -> Self:
        """The same derivation with the symbols of a notation where nothing is known."""
        names = self.names.counted(notation)
        letters = _letters(self.operator, names, notation)
        symbols = {
            role: replace(part, name=letters[role], base=names.base)
            for role, part in self.arrays.parts.items()
            if isinstance(part, Symbols)
        }
        return replace(self, names=names, arrays=self.arrays.put(symbols), notation=notation)

    @property
    def error(self) -> str:
        """How formulas call the error."""
        return self.names.error

    @property
    def array_names(self) -> tuple[str, ...]:
        """How formulas call the arrays that there are, the output last."""
        return tuple(map(self.names.of, _roles(self.operator)))

    @cached_property
    def values(self) -> ArrayValues:
        """The arrays, and the output that follows from them, as formulas look them up."""
        return ArrayValues(self.operator, self.names, self.arrays.put({"output": _Output(self)}))

    @cached_property
    def output_entries(self) -> Array:
        """The output as a NumPy array."""
        return self.operator.forward(**{role: self.arrays[role] for role in self._forward_roles})

    def output_entry(self, index: tuple[int, ...]) -> Any:
        """One entry of the output: from its own window, unless the whole output is there already."""
        if "output_entries" in self.__dict__ or self.operator.most_taps <= AT_ONCE:
            return self.output_entries[index]
        window = self.operator.window(index, self.names, bias="bias" in self.arrays)
        return evaluate(self.operator.reduction.value(window), self.values, {})

    @property
    def output(self) -> Any:
        """The output, entry by entry."""
        return unpack(self.output_entries, self.like)

    def gradient(self, wrt: str = "input") -> Any:
        """The gradient ∂E/∂argument, entry by entry, in terms of the entries of ∂E/∂output.

        Args:
            wrt: ``input``, ``weight`` or ``bias``, or the name of that array in the notation.
        """
        return unpack(self.gradient_entries(self.role(wrt)), self.like)

    def gradient_entries(self, wrt: Argument) -> Array:
        """The gradient as a NumPy array."""
        return self.operator.backward(
            wrt, self.arrays["upstream"], self.arrays["input"], self.arrays.get("weight")
        )

    def general(self, wrt: str | None = "input", over: Over | None = None) -> General:
        """The index formula with symbolic sizes, its conditions and steps.

        Args:
            wrt: an argument for its gradient; ``output`` or None for the definition of the output.
            over: ``output`` or ``offset``: what the sum runs over where stride and dilation both exceed 1.
        """
        role = None if wrt in (None, "output") else self.role(str(wrt))
        if (role, over) not in self._general:  # its checks, its report and what that says ask for it
            self._general[role, over] = self._derived(role, over)
        return self._general[role, over]

    def _derived(self, wrt: Argument | None, over: Over | None) -> General:
        axes = with_symbols(self.operator.axes)
        has_weight = self.operator.weight_shape is not None
        if wrt is None:
            has_bias = "bias" in self.arrays
            return general_output(axes, self.operator.reduction, self.names, has_weight, has_bias)
        return general_gradient(axes, self.operator.reduction, self.names, wrt, has_weight, over)

    def entry(self, wrt: str | None, index: tuple[int, ...], zero_terms: bool = False) -> tuple[Step, ...]:
        """The steps to one entry.

        Args:
            wrt: an argument for an entry of its gradient; ``output`` or None for an entry of the output.
            index: the entry, counted from 0.
            zero_terms: also write the terms that are zero.
        """
        role = "output" if wrt in (None, "output") else self.role(str(wrt))
        shape = self.operator.shape(role)
        if len(index) != len(shape) or not all(0 <= i < size for i, size in zip(index, shape, strict=True)):
            base = self.names.base
            shown = ", ".join(str(i + base) for i in index)
            raise ShapeError(f"entry ({shown}), counted from {base}, is not in an array of shape {shape}")
        if role == "output":
            return output_steps(self.operator, self.names, tuple(index), self.values, self.known)
        return gradient_steps(
            self.operator, self.names, role, tuple(index), self.values, self.known, zero_terms
        )

    @cached_property
    def steps(self) -> Sequence[Step]:
        """All steps: the general ones for the output and each argument, then those of every entry.

        Steps of an entry are made when they are looked at; ``len`` makes none but those of first entries.
        """
        quantities = (None, *self.operator.arguments)
        general = tuple(step for wrt in quantities for step in self.general(wrt).steps)
        return EveryStep(general, tuple(self._steps_of(wrt) for wrt in quantities))

    def _steps_of(self, wrt: Argument | None) -> tuple[int, int, Callable[[int], tuple[Step, ...]]]:
        """How many entries there are, how many steps lead to each, and the steps to the entry at a place."""
        shape = self.operator.shape(wrt or "output")

        def steps(place: int) -> tuple[Step, ...]:
            return self.entry(wrt, tuple(int(i) for i in np.unravel_index(place, shape)) if shape else ())

        # the rules of an entry depend on the layer and on what is known, not on the entry
        return prod(shape), len(steps(0)), steps

    def substitute(
        self, input: Any = None, weight: Any = None, bias: Any = None, upstream: Any = None
    ) -> Self:
        """The same derivation with numbers (or other entries) put in.

        Args:
            input, weight, bias, upstream: arrays of the argument's shape; left out, they stay as they are. A
                single number fills the array.

        Raises:
            ShapeError: an array of another shape, or for an argument that the layer does not have.
        """
        given = {"input": input, "weight": weight, "bias": bias, "upstream": upstream}
        new = {
            role: self._fitted(role, pack(array, self._called(role)))
            for role, array in given.items()
            if array is not None
        }
        return replace(self, arrays=self.arrays.put(new), known=self.known | set(new))

    @property
    def is_numeric(self) -> bool:
        """Whether every entry is a rational number."""
        return all(map(self.arrays.is_numeric, self.arrays))

    @property
    def is_closed(self) -> bool:
        """Whether every entry is a number, rational or not."""
        return all(is_closed(array) for array in self.arrays.values())

    @property
    def output_is_numeric(self) -> bool:
        """Whether every entry of what the layer reads is a rational number."""
        return all(map(self.arrays.is_numeric, self._forward_roles))

    @property
    def output_is_closed(self) -> bool:
        """Whether every entry of what the layer reads is a number, rational or not."""
        return all(is_closed(self.arrays[role]) for role in self._forward_roles)

    def role(self, wrt: str) -> Argument:
        """``input``, ``weight`` or ``bias`` for itself or for the name of that array."""
        for role in self.operator.arguments:
            if wrt in (role, self.notation.name(self.names.of(role))):
                return role
        choices = ", ".join(self.operator.arguments)
        raise ArgumentError("wrt", f"one of {choices}", wrt)

    @property
    def _forward_roles(self) -> tuple[str, ...]:
        return tuple(role for role in ("input", "weight", "bias") if role in self.arrays)

    def _called(self, role: str) -> str:
        return "upstream" if role == "upstream" else self.notation.name(self.names.of(role))

    def _fitted(self, role: str, array: Array) -> Array:
        shape = self.operator.shape("output" if role == "upstream" else role)
        if array.ndim == 0 and shape:
            array = frozen(constant(shape, array.item()))
        if array.shape != shape and array.size == prod(shape) == 1:
            array = array.reshape(shape)
        if array.shape != shape:
            raise ShapeError(f"{self._called(role)} must have shape {shape}, not {array.shape}")
        return array


class _Output(Value):
    """The output of a derivation as an array that is still to be made."""

    derivation: Worked

    @property
    def shape(self) -> tuple[int, ...]:
        return self.derivation.operator.output_shape

    def entry(self, index: tuple[int, ...]) -> Any:
        return self.derivation.output_entry(index)

    @property
    def array(self) -> Array:
        return self.derivation.output_entries


def work_out(
    build: Callable[[tuple[int, ...], tuple[int, ...] | None], Operator],
    input: Any,
    weight: Any = None,
    bias: Any = None,
    upstream: Any = None,
    names: Names | None = None,
    make: type[W] = Worked,  # type: ignore[assignment]
    lines: bool = False,
    notation: Notation = USUAL,
) -> W:
    """A derivation from arrays or from shapes.

    Args:
        build: the operator at the shapes of input and weight, as :meth:`symconv.layers.Layer.operator`.
        input, weight: arrays, or their shapes (flat sequences of ints), which make symbols. A weight that is
            left out takes the shape that the layer says.
        bias, upstream: arrays; a bias that is left out is zero, an upstream gradient that is left out symbols.
        names: how formulas call the arrays.
        make: the class of the result.
        lines: whether an input may be a line: then a list of ints is an array, and a tuple a shape.
        notation: how letters are called where they are shown, and the first index.
    """
    names = (names or Names()).counted(notation)
    arrays: dict[str, Array | Lazy] = {}
    shapes: dict[str, tuple[int, ...]] = {}
    for role, value in (("input", input), ("weight", weight)):
        if is_shape(value, tuple if lines else (tuple, list)):
            shapes[role] = tuple(value)
        elif value is not None:
            arrays[role] = packed = pack(value, notation.name(names.of(role)))
            shapes[role] = packed.shape
    known = frozenset(arrays)
    if "input" not in shapes:
        raise ArgumentError(notation.name(names.input), "an array or a shape", input)
    operator = build(shapes["input"], shapes.get("weight"))
    letters = _letters(operator, names, notation)
    for role in ("input",) if operator.weight_shape is None else ("input", "weight"):
        if role not in arrays:
            arrays[role] = Symbols(letters[role], operator.shape(role), names.base)
    arrays["upstream"] = Symbols(letters["upstream"], operator.output_shape, names.base)
    if names.output_is_error:
        arrays["upstream"] = pack(1)
    made = make(operator, names, ByRole(arrays), known, input, notation)
    return made.substitute(bias=bias, upstream=upstream)


def _roles(operator: Operator) -> tuple[str, ...]:
    """The roles of the arrays of a layer; what a loss is given stands in that of the weight."""
    return (*operator.arguments, *(("weight",) if operator.has_target else ()), "output")


def _letters(operator: Operator, names: Names, notation: Notation) -> dict[str, str]:
    """What symbols are called, by role; those of ∂E/∂output G, where nothing else is.

    Raises:
        ArgumentError: the notation has one letter for two arrays, or for one and the error.
    """
    roles = _roles(operator)
    apart(notation, (*map(names.of, roles), names.error))
    taken = {names.input, names.weight, names.bias, names.output, names.error}
    shown = {notation.name(name) for name in taken}
    free = (notation.name(letter) for letter in (UPSTREAM, *"UVZQH") if letter not in taken)
    upstream = next(letter for letter in free if letter not in shown)
    return {**{role: notation.name(names.of(role)) for role in roles}, "upstream": upstream}


def is_shape(value: Any, kinds: Any = (tuple, list)) -> bool:
    """Whether a value is a shape: a flat sequence of ints."""
    return isinstance(value, kinds) and len(value) > 0 and all(type(size) is int for size in value)
