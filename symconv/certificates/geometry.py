"""An operator as Coq reads it: its axes, and the indices of its arrays with one number an axis."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import singledispatch
from typing import Any

import numpy as np

from symconv.axes import Adaptive, Adjoint, Axis, Grouped, Pointwise, Sliding
from symconv.certificates.statement import Uncertified
from symconv.exact import Array
from symconv.operator import Operator

MOST = 2_000
"""The largest number in a geometry: Coq counts positions in unary."""

MOST_LISTED = 200
"""The most taps of an axis that are listed one by one."""

Tap = tuple[int, int, int]


def definition(operator: Operator, name: str = "geometry") -> str:
    """``Definition geometry : operator := [Sliding 3 5 3 1 1 0; ...].``

    An axis for which the theory has no formula is given by its taps.

    Raises:
        Uncertified: numbers or lists that are too long for Coq.
    """
    if len(operator.axes) != len(operator.input_shape):
        raise Uncertified(f"{operator.layer} has no axes of its own in the theory")
    axes = "; ".join(_described(axis, size) for axis, size in zip(operator.axes, operator.sizes, strict=True))
    return f"Definition {name} : operator := [{axes}]."


def axis_index(operator: Operator, role: str, position: Sequence[int]) -> tuple[int, ...]:
    """An array's index with one number an axis, as the theory counts: a weight has one on the batch too."""
    flat = int(np.ravel_multi_index(tuple(position), operator.shape(role))) if position else 0
    return tuple(int(i) for i in np.unravel_index(flat, axis_shape(operator, role)))


def axis_shape(operator: Operator, role: str) -> tuple[int, ...]:
    """The shape of an array with one size an axis."""
    which = ("output", "input", "weight").index(role)
    return tuple(axis.sizes[which] for axis in operator.taps.axes)


def by_axes(operator: Operator, role: str, array: Array) -> Array:
    """An array in the shape that has one size an axis."""
    return array.reshape(axis_shape(operator, role))


def _described(axis: Axis, size: int) -> str:
    """The axis of the theory whose taps are exactly these, or one that lists them."""
    triples = axis.taps(size).triples
    text, taps = described(axis, size)
    if max(axis.taps(size).sizes) > MOST or max(map(int, _NUMBER.findall(text)), default=0) > MOST:
        raise Uncertified(f"its geometry has a number above {MOST:,}")
    if set(taps) == set(triples):
        return text
    if len(triples) > MOST_LISTED:
        raise Uncertified(f"the theory has no formula for its windows, and they have over {MOST_LISTED} taps")
    listed = "; ".join(f"({out}, {inp}, {offset})" for out, inp, offset in triples)
    sizes = " ".join(map(str, axis.taps(size).sizes))
    return f"Relation {sizes} (among [{listed}])"


_NUMBER = re.compile(r"\d+")


@singledispatch
def described(axis: Any, size: int) -> tuple[str, Iterable[Tap]]:
    """An axis of the theory, and the taps that it has; no taps where the theory has none of the kind."""
    return "", ()


@described.register
def _(axis: Sliding, size: int) -> tuple[str, Iterable[Tap]]:
    return _sliding(axis, size, axis.output_size(size))


@described.register
def _(axis: Adaptive, size: int) -> tuple[str, Iterable[Tap]]:
    count = axis.output_size(size)
    taps = ((o, i, 0) for o in range(count) for i in range(o * size // count, -(-(o + 1) * size // count)))
    return f"Adaptive {count} {size}", taps


@described.register
def _(axis: Pointwise, size: int) -> tuple[str, Iterable[Tap]]:
    return f"Pointwise {size}", ((i, i, 0) for i in range(size))


@described.register
def _(axis: Grouped, size: int) -> tuple[str, Iterable[Tap]]:
    return _grouped(axis)


@described.register
def _(axis: Adjoint, size: int) -> tuple[str, Iterable[Tap]]:
    inner = axis.axis
    text, taps = (
        _grouped(inner) if isinstance(inner, Grouped) else _sliding(inner, axis.output_size(size), size)
    )
    return f"Adjoint ({text})", ((inp, out, offset) for out, inp, offset in taps)


def _sliding(axis: Sliding, size: int, count: int) -> tuple[str, Iterable[Tap]]:
    """So many windows over an input of this size."""
    K, S, D, P = axis.kernel_size, axis.stride, axis.dilation, axis.padding[0]
    taps = (
        (o, o * S + k * D - P, k if axis.weighted else 0)
        for o in range(count)
        for k in range(K)
        if 0 <= o * S + k * D - P < size
    )
    return f"{'Sliding' if axis.weighted else 'Window'} {count} {size} {K} {S} {D} {P}", taps


def _grouped(axis: Grouped) -> tuple[str, Iterable[Tap]]:
    reads, outs = axis.in_channels // axis.groups, axis.out_channels // axis.groups
    taps = ((o, o // outs * reads + c, o * reads + c) for o in range(axis.out_channels) for c in range(reads))
    return f"Grouped {axis.out_channels} {axis.in_channels} {axis.groups}", taps
