"""What a reader can explore: the numbers of a derivation and what meets where, as data for a page.

A page computes with the tables that it is given here, and with no formulas of its own, so that it holds for
every stride, padding, dilation and number of channels.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import prod
from typing import Any

import numpy as np
import sympy as sp

from symconv.axes import Axis, Sliding
from symconv.derivation.derivation import Worked
from symconv.document import Explorer, Links, Numbers
from symconv.exact import Array, indices
from symconv.number import exact
from symconv.reductions import LpNorm, Maximum, Mean, WeightedSum
from symconv.taps import Taps
from symconv.value import replace

CELLS = 1500
"""How many entries the arrays of an explorer may have together: more can be computed, but not looked at."""
TAPS = 20_000
"""How many products an explorer may need."""
EXPONENT = 4
"""The exponent that a pooling explorer starts with where the layer has none."""

Result = tuple[str, Numbers]


def explorer(derivation: Worked, view: str) -> Explorer | None:
    """The explorer of a convolution or pooling at its numbers.

    None where there is nothing to see: entries that are no fractions, arrays that are too large, or a layer
    that is neither.

    Args:
        derivation: the layer at its arrays.
        view: for a convolution, whether ``output`` or the gradient by ``input`` or ``weight`` comes first.
    """
    operator = derivation.operator
    shapes = [operator.input_shape, operator.output_shape, operator.weight_shape or ()]
    if sum(map(prod, shapes)) > CELLS or operator.most_taps > TAPS:
        return None
    given = [array for role, array in derivation.arrays.items() if role != "upstream"]
    if not all(map(_is_rational, given)):
        return None
    match operator.reduction:
        case WeightedSum() if operator.weight_shape is not None:
            return _convolution(derivation, view)
        case Maximum() | Mean() | LpNorm():
            return _pooling(derivation)
    return None


def window_explorer(entries: Sequence[int | Fraction], name: str, base: int) -> Explorer:
    """The explorer of a single window."""
    array = np.array(list(entries), dtype=object)
    count = len(array)
    links = Links((1, count, 1), tuple((0, place, 0) for place in range(count)))
    return Explorer(
        "pooling",
        "From the sum to the maximum",
        "LPPool1d",
        "E",
        base,
        (links,),
        1,
        (("input", _numbers(name, array)),),
        _extremes(array, (range(count),), (count,), (1,)),
        cells=(count,),
        exponent=EXPONENT,
    )


def _convolution(derivation: Worked, view: str) -> Explorer:
    operator, names = derivation.operator, derivation.names
    # an upstream gradient that is not known, or no fractions, starts as ones
    assumed = "upstream" not in derivation.known or not _is_rational(derivation.arrays["upstream"])
    worked = derivation.substitute(upstream=1) if assumed else derivation
    has_bias = "bias" in derivation.arrays
    roles = ("input", "weight", "bias") if has_bias else ("input", "weight")
    arrays = [(role, _numbers(names.of(role), worked.arrays[role])) for role in roles]
    gradients: list[Result] = [
        (role, _numbers(names.of(role), worked.gradient_entries(role))) for role in ("input", "weight")
    ]
    outputs = indices(operator.output_shape) if has_bias else ()
    return Explorer(
        "convolution",
        "Explore what meets where",
        operator.layer,
        names.error,
        names.base,
        tuple(map(_links, operator.axes, operator.sizes)),
        _dims(derivation),
        (*arrays, ("upstream", _numbers(names.output, worked.arrays["upstream"]))),
        (("output", _numbers(names.output, worked.output_entries)), *gradients),
        view,
        bias_at=tuple(sum(operator.bias_index(at)) for at in outputs),  # a bias has one dimension at most
        assumed=assumed,
    )


def _pooling(derivation: Worked) -> Explorer:
    operator, names = derivation.operator, derivation.names
    windows = _windows(operator.taps, prod(operator.output_shape))
    cells = tuple(map(len, windows) if operator.cells is None else map(int, operator.cells))
    exponent = operator.reduction.p if isinstance(operator.reduction, LpNorm) else EXPONENT
    start = None if exponent == sp.oo else _fraction(exponent)
    array = derivation.arrays["input"]
    return Explorer(
        "pooling",
        "From the sum to the maximum",
        operator.layer,
        names.error,
        names.base,
        tuple(map(_links, operator.axes, operator.sizes)),
        _dims(derivation),
        (("input", _numbers(names.input, array)),),
        _extremes(array.ravel(), windows, cells, operator.output_shape),
        cells=cells,
        exponent=start,
    )


def _windows(taps: Taps, count: int) -> tuple[Sequence[int], ...]:
    """The flat input positions that each output reads."""
    read: list[list[int]] = [[] for _ in range(count)]
    for out, inp in zip(taps.out.tolist(), taps.inp.tolist(), strict=True):
        read[out].append(inp)
    return tuple(read)


def _extremes(
    flat: Array, windows: Sequence[Sequence[int]], cells: Sequence[int], shape: tuple[int, ...]
) -> tuple[Result, ...]:
    """The largest size and the mean of every window; an empty window has 0 for both."""
    entries = [[flat[place] for place in window] for window in windows]
    maxima = tuple(max(map(abs, each), default=0) for each in entries)
    means = tuple(
        Fraction(sum(each), n) if n else Fraction(0) for each, n in zip(entries, cells, strict=True)
    )
    return (("maximum", Numbers("", shape, maxima)), ("mean", Numbers("", shape, means)))


def _links(axis: Axis, size: int) -> Links:
    """An axis as data, with its padding where the padding is cells around the input."""
    own = axis.taps(size)
    taps = tuple(own.triples)
    if not isinstance(axis, Sliding) or not any(axis.padding):
        return Links(own.sizes, taps)
    before, after = map(int, axis.padding)
    padded = replace(axis, padding=(0, 0)).taps(size + before + after)
    moved = [(out, inp - before, offset) for out, inp, offset in padded.triples]
    if tuple(tap for tap in moved if 0 <= tap[1] < size) != taps:  # as where ceil_mode drops a window
        return Links(own.sizes, taps)
    outside = tuple(tap for tap in moved if not 0 <= tap[1] < size)
    return Links(own.sizes, taps, outside, (before, after))


def _dims(derivation: Worked) -> int:
    """Over how many dimensions the layer slides."""
    operator = derivation.operator
    if len(operator.axes) != len(operator.input_shape):  # one axis covers them all
        return min(2, len(operator.input_shape))
    return sum(axis.role == "spatial" for axis in operator.axes)


def _numbers(name: str, array: Array) -> Numbers:
    return Numbers(name, array.shape, tuple(array.ravel().tolist()))


def _is_rational(array: Array) -> bool:
    return all(isinstance(entry, int | Fraction) for entry in array.ravel().tolist())


def _fraction(exponent: Any) -> int | Fraction:
    """An exponent as a fraction; a symbol stands for any, so the usual start is taken."""
    known = exact(exponent)
    return known if isinstance(known, int | Fraction) else EXPONENT
