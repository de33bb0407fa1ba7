"""Geometries of a sliding window, and arrays on them at which index formulas are compared.

A theorem about index sums is looked at on a grid of small geometries, at every entry. There the entries of
the arrays are powers of one integer, chosen so that every product of entries of different arrays is a power
of its own: two sums of such products are then the same polynomial in the entries exactly when they are the
same number (Kronecker's substitution; as long as no coefficient is negative or as large as the power's base,
which a comparison at integers does not need). Sums and derivatives on the left of a theorem come from the separate
implementation in :mod:`symconv.checks.convolutions`, which knows nothing of taps.

Indices count from 0 throughout.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import product
from random import Random
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np
import sympy as sp

from symconv.arithmetic import integer
from symconv.checks import convolutions
from symconv.errors import ArgumentError, UnsupportedError
from symconv.exact import Array, indices
from symconv.formula import Chosen, Entry, Evaluator, Formula, Partial, evaluator
from symconv.theorems.axes_of_formulas import numbered, on_axes, on_axis
from symconv.value import Value

I, K, S, D, O = (sp.Symbol(name, integer=True, positive=True) for name in "IKSDO")
P = sp.Symbol("P", integer=True, nonnegative=True)
i, m, t, u = (sp.Symbol(name, integer=True) for name in "imtu")

_BITS = 16  # of a coefficient: a sum of fewer than 2^16 equal products keeps to its own digit
_SEED = 1008


class Geometry(NamedTuple):
    """Input width, kernel width, stride, padding and dilation of one axis."""

    I: int
    K: int
    S: int = 1
    P: int = 0
    D: int = 1

    @property
    def room(self) -> int:
        """How far the window can move."""
        return self.I + 2 * self.P - self.D * (self.K - 1) - 1

    @property
    def outputs(self) -> int:
        """The number of windows, counted: one more for every stride that stays within the room."""
        return len(range(0, self.room + 1, self.S))

    def __str__(self) -> str:
        return ", ".join(f"{name} = {size}" for name, size in zip("IKSPD", self, strict=True))


def geometry(sizes: Sequence[Any]) -> Geometry:
    """A geometry from numbers; S, P and D may be left out.

    Raises:
        ArgumentError: a number is no size, or the kernel does not fit into the padded input.
    """
    if not 2 <= len(sizes) <= 5:
        raise ArgumentError("geometry", "I, K and, optionally, S, P and D", tuple(sizes))
    for name, size, least in zip("IKSPD", sizes, (1, 1, 1, 0, 1), strict=False):
        if not isinstance(size, int) or size < least:
            raise ArgumentError(name, f"an integer >= {least}", size)
    found = Geometry(*sizes)
    if found.room < 0:
        raise ArgumentError("K", "such that the dilated kernel fits into the padded input", found.K)
    return found


def small(geometry: Geometry) -> Geometry:
    """The geometry, if its entries can be written out.

    Raises:
        ArgumentError: it has more than 64 entries or positions.
    """
    for name, size in (("I", geometry.I), ("K", geometry.K), ("P", geometry.P), ("S", geometry.S)):
        if size > 64:
            raise ArgumentError(name, "at most 64 where entries are written out", size)
    return geometry


class Grid(Value):
    """All geometries with sizes up to some bounds, in which the kernel fits."""

    I: int = 5
    K: int = 3
    S: int = 3
    P: int = 2
    D: int = 3

    def __iter__(self) -> Iterator[Geometry]:
        sizes = (range(0 if name == "P" else 1, getattr(self, name) + 1) for name in "IKSPD")
        return (found for found in map(Geometry._make, product(*sizes)) if found.room >= 0)

    def __str__(self) -> str:
        return ", ".join(f"{name} ≤ {getattr(self, name)}" for name in "IKSPD")


LARGER = (
    (Geometry(11, 3, 2, 1, 2), Geometry(7, 2, 3, 2, 1)),
    (Geometry(8, 4, 3, 2, 1), Geometry(9, 3, 1, 0, 3)),
    (Geometry(6, 3, 2, 0, 1), Geometry(6, 2, 2, 1, 4)),
    (Geometry(7, 3, 1, 3, 1), Geometry(5, 5, 1, 1, 1)),
)
"""Geometries of two axes, beyond the grid, at which formulas are read with two indices in place of one."""

Sizes = Mapping[sp.Symbol, sp.Expr]
"""Letters that abbreviate a formula in the sizes."""


@dataclass
class Ground:
    """Arrays at one geometry, as formulas look them up (:class:`symconv.formula.Values`).

    Args:
        where: the geometry in words.
        at: the numbers for the size letters.
        arrays: entries by name and index; what is not there is padding and counts as 0.
        slopes: partial derivatives by both names and the indices of both.
        computed: the arrays that the reference computed; all slopes are its own.
        defined: arrays that are defined by a formula: their index letters and the formula.
        about: which of :data:`symconv.theorems.letters.LETTERS` says what the arrays are.
        in_letters: whether the entries stand for letters.
    """

    where: str
    at: dict[Any, Any]
    arrays: dict[str, dict[tuple[int, ...], Any]]
    slopes: dict[tuple[str, str], dict[tuple[int, ...], Any]] = field(default_factory=dict)
    computed: str = ""
    defined: Mapping[str, tuple[tuple[sp.Symbol, ...], Evaluator]] = field(default_factory=dict)
    about: str = "convolution"
    in_letters: bool = False

    def entry(self, entry: Entry, index: tuple[int, ...]) -> Any:
        """The value of an entry, 0 outside of the array.

        Raises:
            ArithmeticError: the array has another number of indices.
        """
        known = self.arrays.setdefault(entry.array, {})
        value = known.get(index)
        if value is None:
            value = known[index] = self._outside(entry.array, index)
        return value

    def _outside(self, array: str, index: tuple[int, ...]) -> Any:
        """What is not in an array: its definition, or padding."""
        letters, define = self.defined.get(array, (next(iter(self.arrays[array]), ()), None))
        if len(letters) != len(index):
            raise ArithmeticError(f"{array} has {len(letters)} indices, not {len(index)}")
        return 0 if define is None else define(self, {**self.at, **dict(zip(letters, index, strict=True))})

    def partial(self, partial: Partial, of: tuple[int, ...], by: tuple[int, ...]) -> Any:
        """The value of a partial derivative."""
        return self.slopes[partial.of.array, partial.by.array][(*of, *by)]

    def share(self, chosen: Chosen, entry: tuple[int, ...], maximum: tuple[int, ...]) -> Any:
        """No theorem about index sums has a maximum."""
        raise UnsupportedError("a share in a maximum has no value here")


Numbers = Callable[[Sequence[tuple[int, ...]]], list[Array]]
"""Entries for arrays of given shapes."""


def as_letters(shapes: Sequence[tuple[int, ...]]) -> list[Array]:
    """Entries that stand for letters: the products of one entry of each array are different powers of 2."""
    arrays, digit = [], 1
    for shape in shapes:
        flat = np.empty(int(np.prod(shape)), dtype=object)
        flat[:] = [1 << (_BITS * digit * (place + 1)) for place in range(len(flat))]
        arrays.append(flat.reshape(shape))
        digit *= len(flat) + 1
    return arrays


def as_integers(shapes: Sequence[tuple[int, ...]]) -> list[Array]:
    """Seeded integers from −9 to 9 without 0."""
    draw = Random(_SEED)
    arrays = []
    for shape in shapes:
        flat = np.empty(int(np.prod(shape)), dtype=object)
        flat[:] = [draw.choice((-1, 1)) * draw.randint(1, 9) for _ in flat]
        arrays.append(flat.reshape(shape))
    return arrays


def conv(x: Array, w: Array, axes: Sequence[Geometry], groups: int = 1) -> Array:
    """The reference's convolution of images ``(N, C, *I)`` with kernels ``(F, C/groups, *K)``."""
    return convolutions.conv(
        x,
        w,
        stride=tuple(axis.S for axis in axes),
        padding=tuple((axis.P, axis.P) for axis in axes),
        dilation=tuple(axis.D for axis in axes),
        groups=groups,
    )


def convolution(axes: Sequence[Geometry], numbers: Numbers) -> Ground:
    """A, B and G on one axis or several; C, ∂E/∂A, ∂E/∂B, ∂C/∂A and ∂C/∂B from the reference alone.

    The derivatives are difference quotients, exact because C is affine in each entry; E = Σ G·C.
    """
    wide, kernel = (tuple(getattr(axis, name) for axis in axes) for name in "IK")
    outs = tuple(axis.outputs for axis in axes)
    A, B, G = numbers((wide, kernel, outs))
    by_A = nudged(A)[:, None], B[None, None]
    by_B = A[None, None], nudged(B)[:, None]
    C, *after_A = conv(*by_A, axes)[:, 0]
    after_B = conv(*by_B, axes)[0, 1:]
    ground = Ground(
        "; ".join(map(str, axes)),
        sizes_at(axes),
        {name: entries(array) for name, array in zip("ABGC", (A, B, G, C), strict=True)},
        computed="C",
    )
    for name, array, moved in (("A", A, after_A), ("B", B, after_B)):
        places = list(indices(array.shape))
        change = [other - C for other in moved]
        ground.slopes["C", name] = {
            (*out, *place): value
            for place, column in zip(places, change, strict=True)
            for out, value in entries(column).items()
        }
        ground.slopes["E", name] = {
            place: (G * column).sum() for place, column in zip(places, change, strict=True)
        }
    return ground


def entries(array: Array) -> dict[tuple[int, ...], Any]:
    """The entries of an array by their index."""
    return dict(zip(indices(array.shape), array.ravel().tolist(), strict=True))


def sizes_at(axes: Sequence[Geometry]) -> dict[Any, Any]:
    """The numbers for the size letters: I, … on one axis, I_1, … on the first of several."""
    return {
        numbered(letter, place, len(axes)): size
        for place, axis in enumerate(axes)
        for letter, size in zip((I, K, S, P, D, O), (*axis, axis.outputs), strict=True)
    }


def nudged(array: Array) -> Array:
    """The array, then for every entry the array with this entry one larger."""
    nudge = np.zeros((array.size + 1, array.size), dtype=object)
    nudge[range(1, array.size + 1), range(array.size)] = 1
    moved: Array = nudge.reshape(-1, *array.shape) + array
    return moved


class Space(Value, dict=True):
    """What the formulas of a theorem are about, and where they are compared.

    Args:
        ground: the arrays at the geometries of one or several axes.
        grid: the geometries at which every entry is compared in symbols.
        sizes: further size letters, as formulas in the others.
        definitions: arrays that are defined by a formula: an entry with letters as index, and its value.
        beyond: geometries of several axes at which the formulas are compared at integers.
        about: what the arrays are, as :class:`Ground` says it.
    """

    ground: Callable[[Sequence[Any], Numbers], Ground] = convolution
    grid: Iterable[Any] = Grid()
    sizes: Sizes = MappingProxyType({})
    definitions: tuple[tuple[Entry, Formula], ...] = ()
    beyond: tuple[tuple[Any, ...], ...] = LARGER
    about: str = "convolution"

    def at(self, axes: Sequence[Any], numbers: Numbers) -> Ground:
        """The arrays at a geometry, with the sizes and definitions of this space."""
        ground = self.ground(axes, numbers)
        ground.about, ground.in_letters = self.about, numbers is as_letters
        count = len(axes)
        for place in range(count):
            for letter, size in self.sizes.items():
                ground.at[numbered(letter, place, count)] = integer(on_axis(size, place, count), ground.at)
        ground.defined = {
            entry.array: (on_axes(entry, count).index, evaluator(on_axes(value, count)))
            for entry, value in self.definitions
        }
        return ground

    @cached_property
    def grounds(self) -> tuple[Ground, ...]:
        """The arrays at every geometry of the grid, their entries letters."""
        return tuple(self.at((geometry,), as_letters) for geometry in self.grid)

    @cached_property
    def larger(self) -> tuple[Ground, ...]:
        """The arrays at the larger geometries, their entries integers."""
        return tuple(self.at(axes, as_integers) for axes in self.beyond)
