"""Where formulas find their values: the arrays of a derivation."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sympy as sp

from symconv.combining import share
from symconv.derivation.arrays import ByRole
from symconv.errors import UnsupportedError
from symconv.exact import Array
from symconv.formula import Chosen, Entry, Partial
from symconv.operator import Names, Operator
from symconv.reductions import Maximum
from symconv.value import Value

Arrays = Mapping[str, Array]
"""Arrays by role: ``input``, ``weight``, ``bias``, ``output`` and ``upstream``, the gradient ∂E/∂output."""


class ArrayValues(Value):
    """The values of entries and of the upstream gradient, from arrays; 0 (for a maximum −∞) outside of them."""

    operator: Operator
    names: Names
    arrays: Arrays

    def entry(self, entry: Entry, index: tuple[int, ...]) -> Any:
        role = self.role(entry)
        position = self._inside(role, index)
        if position is not None:
            return self.at(role, position)
        return sp.S.NegativeInfinity if isinstance(self.operator.reduction, Maximum) else 0

    def partial(self, partial: Partial, of: tuple[int, ...], by: tuple[int, ...]) -> Any:
        if partial.of.array != self.names.error or self.role(partial.by) != "output":
            raise UnsupportedError(f"∂{partial.of.array}/∂{partial.by.array} is not among the given values")
        position = self._inside("upstream", by)
        return 0 if position is None else self.at("upstream", position)

    def share(self, chosen: Chosen, entry: tuple[int, ...], maximum: tuple[int, ...]) -> Any:
        base = self.names.base
        output, position = (tuple(i - base for i in index) for index in (maximum, entry))
        window = [tap.inp for tap in self.operator.taps_at("out", output)]
        if position not in window:
            return 0
        values = [self.at("input", index) for index in window]
        if chosen.absolute:
            values = [abs(value) for value in values]
        return share(window.index(position), values, chosen.ties)

    def _inside(self, role: str, index: tuple[int, ...]) -> tuple[int, ...] | None:
        """The entry at an index as it is written, counted from 0; None where the array has no such entry."""
        base, position = self.names.base, []
        for i, size in zip(index, self.shape(role), strict=True):
            if not base <= i < base + size:
                return None
            position.append(i - base)
        return tuple(position)

    def at(self, role: str, position: tuple[int, ...]) -> Any:
        """One entry of an array, counted from 0, without making the others."""
        arrays = self.arrays
        return arrays.entry(role, position) if isinstance(arrays, ByRole) else arrays[role][position]

    def shape(self, role: str) -> tuple[int, ...]:
        """The shape of an array."""
        arrays = self.arrays
        return arrays.shape(role) if isinstance(arrays, ByRole) else arrays[role].shape

    def role(self, entry: Entry) -> str:
        """Which array an entry belongs to."""
        names = self.names
        match entry.array:
            case names.input:
                return "input"
            case names.weight:
                return "weight"
            case names.bias:
                return "bias"
            case names.output:
                return "output"
        raise UnsupportedError(f"no array is called {entry.array}")
