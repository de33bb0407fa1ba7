"""Where formulas find their values: the arrays of a derivation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import sympy as sp

from symconv.errors import UnsupportedError
from symconv.exact import Array
from symconv.formula import Chosen, Entry, Partial, share
from symconv.operator import Names, Operator
from symconv.reductions import Maximum

Arrays = Mapping[str, Array]
"""Arrays by role: ``input``, ``weight``, ``bias``, ``output`` and ``upstream``, the gradient ∂E/∂output."""


@dataclass(frozen=True)
class ArrayValues:
    """The values of entries and of the upstream gradient, from arrays; 0 (for a maximum −∞) outside of them."""

    operator: Operator
    names: Names
    arrays: Arrays

    def entry(self, entry: Entry, index: tuple[int, ...]) -> Any:
        array = self.arrays[self.role(entry)]
        position = tuple(i - self.names.base for i in index)
        if all(0 <= i < size for i, size in zip(position, array.shape, strict=True)):
            return array[position]
        return sp.S.NegativeInfinity if isinstance(self.operator.reduction, Maximum) else 0

    def partial(self, partial: Partial, of: tuple[int, ...], by: tuple[int, ...]) -> Any:
        if partial.of.array != self.names.error or self.role(partial.by) != "output":
            raise UnsupportedError(f"∂{partial.of.array}/∂{partial.by.array} is not among the given values")
        upstream, position = self.arrays["upstream"], tuple(i - self.names.base for i in by)
        inside = all(0 <= i < size for i, size in zip(position, upstream.shape, strict=True))
        return upstream[position] if inside else 0

    def share(self, chosen: Chosen, entry: tuple[int, ...], maximum: tuple[int, ...]) -> Any:
        base = self.names.base
        output, position = (tuple(i - base for i in index) for index in (maximum, entry))
        window = [tap.inp for tap in self.operator.taps_at("out", output)]
        if position not in window:
            return 0
        values = [self.arrays["input"][index] for index in window]
        if chosen.absolute:
            values = [abs(value) for value in values]
        return share(window.index(position), values, chosen.ties)

    def role(self, entry: Entry) -> str:
        """Which array an entry belongs to."""
        for role in ("input", "weight", "bias", "output"):
            if self.names.of(role) == entry.array:
                return role
        raise UnsupportedError(f"no array is called {entry.array}")
