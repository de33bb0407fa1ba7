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


def is_list(value: Any) -> bool:
    """Whether an argument is given for each axis by itself."""
    return isinstance(value, Sequence) and not isinstance(value, str)


def each_axis(name: str, value: Any, dims: int, requirement: str) -> tuple[Any, ...]:
    """One value for every axis, or a list of one an axis."""
    if not is_list(value):
        return (value,) * dims
    if len(value) != dims:
        raise ArgumentError(name, requirement, value)
    return tuple(value)


def per_axis(name: str, value: Any, dims: int, minimum: int) -> Sizes:
    """An int (for every axis) or a sequence of one int an axis, each at least ``minimum``."""
    requirement = f"an integer >= {minimum} or a list of {dims}"
    sizes = tuple(value) * dims if is_list(value) and len(value) == 1 else value
    error = ArgumentError(name, requirement, value)
    return tuple(_size(part, minimum, error) for part in each_axis(name, sizes, dims, requirement))


def window(kernel_size: Any, stride: Any, dims: int) -> tuple[Sizes, Sizes]:
    """Kernel size and stride of a pooling: the stride is the kernel size where it is left out."""
    kernel = per_axis("kernel_size", kernel_size, dims, 1)
    return kernel, kernel if stride in (None, (), []) else per_axis("stride", stride, dims, 1)


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
    if is_list(value) and any(map(is_list, value)):
        requirement = f"an integer >= 0, a list of {dims}, or a list of {dims} pairs"
        error = ArgumentError(name, requirement, value)
        if len(value) != dims or not all(is_list(pair) and len(pair) == 2 for pair in value):
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
