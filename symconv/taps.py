"""The product of axes: the tap table of an operator as flat index arrays.

A tap is a triple (output entry, input entry, weight entry) that meet in one product. The table is built from
the axes' index arrays by outer products; grouping it by output gives the forward pass, the same taps grouped
by input the input gradient, and grouped by weight the weight gradient.
"""

from __future__ import annotations

from functools import cached_property, reduce
from itertools import product
from math import prod
from typing import Literal, NamedTuple

import numpy as np

from symconv.axes import AxisTaps, Indices
from symconv.value import Value

Key = Literal["out", "inp", "offset"]
"""What taps are grouped by."""
KEYS: tuple[Key, ...] = ("out", "inp", "offset")


class Tap(NamedTuple):
    """One tap by its multi-indices, one position an axis."""

    out: tuple[int, ...]
    inp: tuple[int, ...]
    offset: tuple[int, ...]


class Groups(Value):
    """Taps that share a position: ``order[starts[i]:starts[i+1]]`` are the taps of position ``ids[i]``.

    ``count`` is the number of positions; one without taps (a weight that only meets padding) is in no group.
    """

    order: Indices
    starts: Indices
    ids: Indices
    count: int

    @property
    def largest(self) -> int:
        """The size of the largest group."""
        return int(np.diff(self.starts, append=len(self.order)).max(initial=0))


class Taps(Value, dict=True):
    """The taps of an operator: one :class:`~symconv.axes.AxisTaps` an axis, multiplied out when asked for."""

    axes: tuple[AxisTaps, ...]

    def __len__(self) -> int:
        return prod(map(len, self.axes))

    def at(self, key: Key, index: tuple[int, ...]) -> list[Tap]:
        """The taps of one output, input or weight entry, without building the table.

        ``index`` has one position an axis; taps come in row-major order of the output, then of the offset.
        """
        which = KEYS.index(key)
        choices = (axis.by_position[which].get(i, []) for axis, i in zip(self.axes, index, strict=True))
        return sorted(Tap(*zip(*combination, strict=True)) for combination in product(*choices))

    @cached_property
    def out(self) -> Indices:
        """The flat output index of every tap."""
        return self._flat("out")

    @cached_property
    def inp(self) -> Indices:
        """The flat input index of every tap."""
        return self._flat("inp")

    @cached_property
    def offset(self) -> Indices:
        """The flat weight index of every tap."""
        return self._flat("offset")

    @cached_property
    def by_out(self) -> Groups:
        return self._group("out")

    @cached_property
    def by_inp(self) -> Groups:
        return self._group("inp")

    @cached_property
    def by_offset(self) -> Groups:
        return self._group("offset")

    def _flat(self, key: Key) -> Indices:
        which = KEYS.index(key)

        def extend(flat: Indices, axis: AxisTaps) -> Indices:
            column: Indices = getattr(axis, key)
            return (flat[:, None] * axis.sizes[which] + column).ravel()

        return reduce(extend, self.axes, np.zeros(1, dtype=np.int64))

    def _group(self, key: Key) -> Groups:
        flat: Indices = getattr(self, key)
        order = np.argsort(flat, kind="stable")
        ids, starts = np.unique(flat[order], return_index=True)
        return Groups(order, starts, ids, prod(axis.sizes[KEYS.index(key)] for axis in self.axes))
