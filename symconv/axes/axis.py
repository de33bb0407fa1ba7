"""What axes are made of: taps at a size, letters, ranges and the formulas of one axis."""

from __future__ import annotations

from functools import cached_property
from typing import Any, Literal, Protocol

import numpy as np
import sympy as sp
from numpy.typing import NDArray

from symconv.arithmetic import Range
from symconv.number import symbolic
from symconv.value import Value

Size = Any
"""A size or a parameter: a number, or a symbol that stands for one."""
Indices = NDArray[np.int64]


class AxisTaps(Value, dict=True):
    """The taps of one axis at one size, sorted by ``out`` and then by ``offset``.

    ``sizes`` are the number of output positions, input positions and weights of the axis.
    """

    out: Indices
    inp: Indices
    offset: Indices
    sizes: tuple[int, int, int]

    def __len__(self) -> int:
        return len(self.out)

    @cached_property
    def triples(self) -> list[tuple[int, int, int]]:
        """The taps as tuples ``(out, in, offset)``."""
        return list(zip(self.out.tolist(), self.inp.tolist(), self.offset.tolist(), strict=True))

    @cached_property
    def by_position(self) -> tuple[dict[int, list[tuple[int, int, int]]], ...]:
        """The taps by output, by input and by offset position."""
        groups: tuple[dict[int, list[tuple[int, int, int]]], ...] = ({}, {}, {})
        for tap in self.triples:
            for group, position in zip(groups, tap, strict=True):
                group.setdefault(position, []).append(tap)
        return groups


class Letters(Value):
    """The letters of one axis in a general formula."""

    inp: sp.Symbol
    out: sp.Symbol
    offset: sp.Symbol
    input_size: Size
    output_size: Size
    kernel_size: Size

    def turned(self) -> Letters:
        """The letters of the adjoint axis: input and output exchanged."""
        return Letters(self.out, self.inp, self.offset, self.output_size, self.input_size, self.kernel_size)


class Reads(Value):
    """One axis of a general formula: the taps that share one position.

    Over ``ranges`` and where ``where`` holds, output ``out`` reads input ``inp`` with weight index ``weight``.
    A position outside of the array is padding.
    """

    out: sp.Expr
    inp: sp.Expr
    weight: tuple[sp.Expr, ...] = ()
    ranges: tuple[Range, ...] = ()
    where: tuple[sp.Basic, ...] = ()

    def turned(self) -> Reads:
        """The taps of the adjoint axis: what reads is read."""
        return Reads(self.inp, self.out, self.weight, self.ranges, self.where)


Over = Literal["output", "offset"]
"""What a backward sum runs over; ``output`` needs divisibility by the dilation, ``offset`` by the stride."""


class Axis(Protocol):
    """What every axis offers."""

    @property
    def role(self) -> str:
        """``batch``, ``channel`` or ``spatial``."""

    def output_size(self, size: Any) -> Any:
        """The number of output positions for an input of this size; a formula for a symbol."""

    def weight_shape(self) -> tuple[int, ...]:
        """The part of the weight's shape that belongs to this axis."""

    def most_taps(self, size: int) -> int:
        """How many taps there are at most for an input of this size, and at least one."""

    def taps(self, size: int) -> AxisTaps:
        """The taps for an input of this size."""

    def reads_by_output(self, at: Letters, base: int) -> Reads:
        """What output ``at.out`` reads."""

    def reads_by_input(self, at: Letters, base: int, over: Over | None = None) -> Reads:
        """Where input ``at.inp`` is read."""

    def reads_by_offset(self, at: Letters, base: int) -> Reads:
        """What the weight at ``at.offset`` is multiplied with."""


def last_index(size: Size, base: int) -> sp.Expr:
    """The last index of an axis of this size."""
    return symbolic(size) - 1 + base


def sequence(name: str, at: Letters) -> Any:
    """A sequence of positions that no formula gives: starts of windows, targets; numbered as its axis."""
    return sp.Function(f"{name}{str(at.output_size)[1:]}")


def floor(quotient: sp.Expr) -> sp.Expr:
    """``⌊quotient⌋``; over a symbol it stays as it is, which takes SymPy milliseconds to find out."""
    return sp.floor(quotient, evaluate=not _is_over_symbol(quotient))


def ceiling(quotient: sp.Expr) -> sp.Expr:
    """``⌈quotient⌉``, as :func:`floor`."""
    return sp.ceiling(quotient, evaluate=not _is_over_symbol(quotient))


def _is_over_symbol(quotient: sp.Expr) -> bool:
    return any(isinstance(factor, sp.Pow) and factor.base.is_Symbol for factor in sp.Mul.make_args(quotient))
