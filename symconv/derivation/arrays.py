"""The arrays of a derivation, by role: entries are there one by one, a whole array when it is asked for.

A layer with millions of symbols costs nothing until somebody wants all of them: ``arrays.entry("input", i)``
names one symbol, ``arrays["input"]`` makes the NumPy array and keeps it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Protocol

import numpy as np

from symconv.derivation.step import Step
from symconv.exact import Array, is_numeric, symbol, symbols
from symconv.value import Value

Index = tuple[int, ...]


class Lazy(Protocol):
    """An array that gives single entries without making the others."""

    @property
    def shape(self) -> tuple[int, ...]:
        """Its shape."""

    def entry(self, index: Index) -> Any:
        """One entry, counted from 0."""

    @property
    def array(self) -> Array:
        """All of it."""


class Symbols(Value, dict=True):
    """Symbols named by their index: what :func:`symconv.exact.symbols` makes, one by one."""

    name: str
    shape: tuple[int, ...]
    base: int = 1

    def entry(self, index: Index) -> Any:
        return symbol(self.name, index, self.shape, self.base)

    @cached_property
    def array(self) -> Array:
        return symbols(self.name, self.shape, self.base)


@dataclass(frozen=True)
class ByRole(Mapping[str, Array]):
    """Arrays by role (``input``, ``weight``, ``bias``, ``upstream``, ``output``), some of them still to be made."""

    parts: Mapping[str, Array | Lazy] = field(default_factory=dict)

    def __getitem__(self, role: str) -> Array:
        part = self.parts[role]
        return part if isinstance(part, np.ndarray) else part.array

    def __iter__(self) -> Iterator[str]:
        return iter(self.parts)

    def __len__(self) -> int:
        return len(self.parts)

    def __contains__(self, role: object) -> bool:
        return role in self.parts

    def entry(self, role: str, index: Index) -> Any:
        """One entry, counted from 0."""
        part = self.parts[role]
        return part[index] if isinstance(part, np.ndarray) else part.entry(index)

    def shape(self, role: str) -> tuple[int, ...]:
        """The shape of an array."""
        return self.parts[role].shape

    def is_numeric(self, role: str) -> bool:
        """Whether every entry is a number; of symbols none is."""
        part = self.parts[role]
        return isinstance(part, np.ndarray) and is_numeric(part)

    def put(self, parts: Mapping[str, Array | Lazy]) -> ByRole:
        """The same with these put in."""
        return ByRole({**self.parts, **parts})


@dataclass(frozen=True)
class EveryStep(Sequence[Step]):
    """The steps of a derivation, made when they are looked at: those of the formulas, then those of all entries.

    Args:
        general: the steps of the general formulas.
        entries: by quantity, how many entries it has, how many steps lead to each, and what gives the steps of
            the entry at a place in row-major order.
    """

    general: tuple[Step, ...]
    entries: tuple[tuple[int, int, Any], ...]

    def __len__(self) -> int:
        return len(self.general) + sum(count * each for count, each, _ in self.entries)

    def __iter__(self) -> Iterator[Step]:
        yield from self.general
        for count, _, steps in self.entries:
            for place in range(count):
                yield from steps(place)

    def __getitem__(self, position: Any) -> Any:
        if isinstance(position, slice):
            return tuple(self[i] for i in range(*position.indices(len(self))))
        rest = position + len(self) if position < 0 else position
        if not 0 <= rest < len(self):
            raise IndexError(f"there are {len(self)} steps, none at {position}")
        if rest < len(self.general):
            return self.general[rest]
        rest -= len(self.general)
        for count, each, steps in self.entries:
            if rest < count * each:
                return steps(rest // each)[rest % each]
            rest -= count * each
        raise AssertionError("every position is in one of the parts")
