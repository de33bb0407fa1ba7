"""What instances and counterexamples of the theorems on index sums are made of: lines with values.

A line's left side was computed by one means, its right side by another: by the separate implementation, by
the formula of a theorem, by listing the taps, or by hand.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import sympy as sp

from symconv.arithmetic import integer
from symconv.exact import Array
from symconv.formula import Entry, Formula, Product, Sum, evaluate
from symconv.theorems.geometry import (
    D,
    Geometry,
    Ground,
    I,
    K,
    Numbers,
    O,
    P,
    S,
    Space,
    as_integers,
    as_letters,
    sizes_at,
)
from symconv.theorems.identity import Computed
from symconv.theorems.index_sums import B, G, shown, vector


def given(*arrays: Iterable[Any]) -> Numbers:
    """Exactly these vectors, for the arrays of a space in their order."""
    return lambda shapes: [vector(array) for array in arrays]


def lettered(space: Space, geometry: Geometry) -> Ground:
    """The arrays of a space at a geometry, with letters for entries."""
    return space.at((geometry,), as_letters)


def seeded(space: Space, geometry: Geometry) -> Ground:
    """The arrays of a space at a geometry, with seeded integers for entries."""
    return space.at((geometry,), as_integers)


def values(formula: Formula, letter: sp.Symbol, count: int, ground: Ground) -> Array:
    """The values of a formula at ``letter = 0, …, count − 1``."""
    return vector(evaluate(formula, ground, {**ground.at, letter: place}) for place in range(count))


def line(formula: Any, value: Any, other: Any, ground: Ground | None = None, sign: str = "=") -> Computed:
    """A computed line: a formula, its value at a ground, and the value by other means, which is shown."""
    return Computed(shown(formula), sign, value, other, formula=formula, result=other, ground=ground)


def size_line(geometry: Geometry, ground: Ground) -> Computed:
    """The output size: by its formula, and the windows counted."""
    return line(O, integer(OUTPUT_SIZE, sizes_at((geometry,))), geometry.outputs, ground)


OUTPUT_SIZE = sp.floor((I + 2 * P - D * (K - 1) - 1) / S, evaluate=False) + 1


def written_out(name: Formula, value: Any, terms: Sequence[tuple[Formula, ...]], ground: Ground) -> Computed:
    """A line that lists the terms of a sum; the value of the name is compared with that of the list."""
    listed = Sum(tuple(Product(factors) for factors in terms))
    return line(name, value, evaluate(listed, ground, ground.at), ground).shown_alone(listed)


def taps(geometry: Geometry) -> list[tuple[int, int, int]]:
    """All window, offset and position triples, window by window; also those in the padding."""
    return [
        (window, offset, geometry.S * window + geometry.D * offset - geometry.P)
        for window in range(geometry.outputs)
        for offset in range(geometry.K)
    ]


def terms_at(geometry: Geometry, position: int) -> list[tuple[Entry, Entry]]:
    """The products ``G_i·B_m`` whose tap is at a position."""
    return [(G(window), B(offset)) for window, offset, place in taps(geometry) if place == position]


def correlated(image: Sequence[Any], kernel: Sequence[Any], dilation: int = 1) -> Array:
    """A correlation of stride 1, as sums of shifted slices."""
    count = len(image) - dilation * (len(kernel) - 1)
    cells = np.array(image, dtype=object)
    total = np.zeros(count, dtype=object)
    for place, weight in enumerate(kernel):
        total = total + weight * cells[dilation * place : dilation * place + count]
    return total


def spread(entries: Sequence[Any], stride: int) -> list[Any]:
    """The entries with ``stride − 1`` zeros between neighbours."""
    wide = [0] * (stride * (len(entries) - 1) + 1)
    wide[::stride] = entries
    return wide
