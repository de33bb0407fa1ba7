"""Exact arrays: the user's array in, a read-only NumPy object array inside, the user's kind of array out.

Entries are Python ints, ``Fraction`` or SymPy expressions, never floats: a result is exact or it is not given.
Accepted are nested lists and tuples, NumPy arrays of integers or objects, SymPy matrices and N-dimensional
arrays. What comes out has the kind of what came in: a SymPy matrix for a SymPy matrix, a SymPy array for a
SymPy array, and a NumPy object array for everything else.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction
from itertools import product
from typing import Any

import numpy as np
import sympy as sp
from numpy.typing import NDArray
from sympy.matrices.matrixbase import MatrixBase

from symconv.errors import ArgumentError, shorten
from symconv.number import EXACT, exact

Array = NDArray[Any]
"""A NumPy array; of dtype object with exact entries unless a function says otherwise."""


def pack(value: object, name: str = "array") -> Array:
    """The exact entries of an array as a read-only NumPy object array.

    Raises:
        ArgumentError: the array is ragged or empty, or an entry is not exact.
    """
    source: Any = value
    if isinstance(value, MatrixBase | sp.NDimArray):
        shape = tuple(int(size) for size in value.shape)
        if 0 in shape:
            raise ArgumentError(name, "an array with at least one entry", ShortForm(f"shape {shape}"))
        entries = value.flat() if isinstance(value, MatrixBase) else value.reshape(len(value))
        return _filled((exact(e, name) for e in entries), shape)
    if isinstance(value, np.ndarray):
        if value.dtype.kind not in "iuO":
            raise ArgumentError(name, f"an array of {EXACT}", ShortForm(f"dtype {value.dtype}"))
        array = value
        if array.size == 0:
            raise ArgumentError(name, "an array with at least one entry", ShortForm(f"shape {value.shape}"))
        return _filled((exact(e, name) for e in array.ravel().tolist()), array.shape)
    if hasattr(value, "detach"):
        raise ArgumentError(name, f"an array of {EXACT}; convert the tensor with .long().numpy()")
    if not isinstance(value, Sequence) or isinstance(value, str | bytes):
        return _filled([exact(source, name)], ())
    shape = _nested_shape(value, name)
    return _filled((exact(e, name) for e in _leaves(value, len(shape))), shape)


def unpack(array: Array, like: object) -> Any:
    """An exact array as the kind of array that ``like`` is."""
    if isinstance(like, MatrixBase) and array.ndim == 2:
        return type(like)(*array.shape, list(array.ravel()))
    if isinstance(like, sp.NDimArray | MatrixBase):
        return sp.ImmutableDenseNDimArray(array.ravel().tolist(), array.shape)
    return array


def frozen(array: Array) -> Array:
    """The same array, read-only."""
    array.flags.writeable = False
    return array


def symbols(name: str, shape: Iterable[int], base: int = 1) -> Array:
    """An array of symbols named by their index: ``A_11, A_12, …``, or ``A_1,12`` when a side exceeds 9.

    Example:
        >>> symbols("A", (2, 2)).tolist()
        [[A_11, A_12], [A_21, A_22]]
    """
    sizes = tuple(shape)
    return _filled((symbol(name, index, sizes, base) for index in indices(sizes)), sizes)


def symbol(name: str, index: Sequence[int], shape: Sequence[int], base: int) -> sp.Symbol:
    """One entry of :func:`symbols`; a single number has the name alone."""
    return sp.Symbol(f"{name}_{subscript(index, shape, base)}" if shape else name)


def indices(shape: Sequence[int]) -> Iterable[tuple[int, ...]]:
    """Every index of an array of this shape, in row-major order."""
    return product(*map(range, shape))


def subscript(index: Sequence[int], shape: Sequence[int], base: int) -> str:
    """An index as it is written: ``12``, or ``1,12`` when one of the array's sides exceeds 9."""
    separator = "" if all(size - 1 + base <= 9 for size in shape) else ","
    return separator.join(str(i + base) for i in index)


def is_numeric(array: Array) -> bool:
    """Whether every entry is an int or a ``Fraction``."""
    return all(isinstance(e, int | Fraction) for e in array.flat)


def is_closed(array: Array) -> bool:
    """Whether every entry is a number, rational or not: no symbol is left."""
    return all(isinstance(e, int | Fraction) or not e.free_symbols for e in array.flat)


def as_integers(array: Array) -> NDArray[np.int64] | None:
    """The array in int64 where every entry is an int that fits, else None."""
    flat = array.ravel().tolist()
    if set(map(type, flat)) != {int}:
        return None
    try:
        return np.array(flat, dtype=np.int64).reshape(array.shape)
    except OverflowError:
        return None


def _filled(entries: Iterable[object], shape: tuple[int, ...]) -> Array:
    """An object array filled entry by entry, so that NumPy never looks into a SymPy object."""
    items = list(entries)
    flat = np.empty(len(items), dtype=object)
    flat[:] = items
    return frozen(flat.reshape(shape))


def _nested_shape(value: object, name: str) -> tuple[int, ...]:
    shape: list[int] = []
    level: Any = value
    while isinstance(level, Sequence) and not isinstance(level, str | bytes):
        if len(level) == 0:
            raise ArgumentError(name, "an array with at least one entry in every row")
        shape.append(len(level))
        level = level[0]
    _require_rectangular(value, shape, name)
    return tuple(shape)


def _require_rectangular(value: object, shape: list[int], name: str) -> None:
    is_row = isinstance(value, Sequence) and not isinstance(value, str | bytes)
    if is_row != bool(shape) or (isinstance(value, Sequence) and shape and len(value) != shape[0]):
        raise ArgumentError(name, "rectangular: every row as long as the first", ShortForm(shorten(value)))
    if shape:
        for part in value:  # type: ignore[attr-defined]
            _require_rectangular(part, shape[1:], name)


class ShortForm(str):
    """Text that an error shows as it is, without quotes."""

    __slots__ = ()

    def __repr__(self) -> str:
        return str(self)


def _leaves(value: Any, depth: int) -> Iterable[object]:
    if depth == 0:
        yield value
    else:
        for part in value:
            yield from _leaves(part, depth - 1)
