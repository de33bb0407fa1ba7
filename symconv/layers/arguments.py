"""Arguments of layers, normalised once: what a layer stores is a tuple with one value an axis.

A value is an int, or a SymPy expression where the layer is meant for general formulas only.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sympy as sp

from symconv.axes import Size
from symconv.errors import ArgumentError

Sizes = tuple[Size, ...]


def per_axis(name: str, value: Any, dims: int, minimum: int) -> Sizes:
    """An int (for every axis) or a sequence of one int an axis, each at least ``minimum``."""
    requirement = f"an integer >= {minimum} or a list of {dims}"
    if isinstance(value, Sequence) and not isinstance(value, str):
        if len(value) == 1:
            value = tuple(value) * dims
        if len(value) != dims:
            raise ArgumentError(name, requirement, value)
        return tuple(_size(part, minimum, ArgumentError(name, requirement, value)) for part in value)
    return (_size(value, minimum, ArgumentError(name, requirement, value)),) * dims


def _size(value: Any, minimum: int, error: ArgumentError) -> Size:
    if isinstance(value, sp.Integer):
        value = int(value)
    if isinstance(value, sp.Expr) and value.free_symbols:
        return value
    if isinstance(value, bool) or not isinstance(value, int) or value < minimum:
        raise error
    return value


def padding_pairs(name: str, value: Any, dims: int) -> tuple[tuple[Size, Size], ...]:
    """Padding before and after each axis: from an int, one int an axis, or one pair an axis."""
    if (
        isinstance(value, Sequence)
        and not isinstance(value, str)
        and any(isinstance(p, Sequence) for p in value)
    ):
        requirement = f"an integer >= 0, a list of {dims}, or a list of {dims} pairs"
        error = ArgumentError(name, requirement, value)
        if len(value) != dims or not all(isinstance(p, Sequence) and len(p) == 2 for p in value):
            raise error
        return tuple((_size(before, 0, error), _size(after, 0, error)) for before, after in value)
    return tuple((size, size) for size in per_axis(name, value, dims, 0))


def positive(name: str, value: Any) -> int | None:
    """A positive int, or None where it is left out."""
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise ArgumentError(name, "an integer >= 1", value)
    return value


def flag(name: str, value: Any) -> bool:
    """True or False."""
    if not isinstance(value, bool):
        raise ArgumentError(name, "true or false", value)
    return value


def store(layer: Any, **values: Any) -> None:
    """Write normalised values into a frozen layer that is being made."""
    for name, value in values.items():
        object.__setattr__(layer, name, value)


def one_of(name: str, value: Any, choices: Sequence[str]) -> str:
    """One of the given words."""
    if value not in choices:
        *most, last = map(repr, choices)
        raise ArgumentError(name, f"{', '.join(most)} or {last}", value)
    return str(value)
