"""A convolution as the product with a matrix, and its input gradient as the product with the transposed one.

.. math:: C = T A, \\qquad \\frac{\\partial E}{\\partial A} = T^\\mathsf{T} G, \\qquad
          T_{it} = B_{(t + P - Si)/D} \\text{ or } 0

Every row is the one above moved by the stride; for stride 1 the diagonals are constant, and T is a Toeplitz
matrix. On two axes T has a pair of indices on either side and is such a matrix of such matrices.

Source: R. A. Horn, C. R. Johnson, Matrix Analysis, section 0.9.7, for the name.
"""

from __future__ import annotations

from typing import Any

import sympy as sp

from symconv.display import Matrix
from symconv.formula import Entry
from symconv.theorems.delta_rule import COLLAPSED, SUM
from symconv.theorems.examples import given, lettered, line, seeded, size_line, values
from symconv.theorems.geometry import D, Geometry, I, O, P, S, Space, geometry, i, m, small, t, u
from symconv.theorems.identity import Computed, Identity, Link, chain
from symconv.theorems.index_sums import (
    A,
    B,
    C,
    G,
    delta,
    equal,
    run,
    shown,
    slope,
    tell,
    times,
    total,
    vector,
)
from symconv.theorems.input_gradient import (
    DEFINITION,
    INPUTS,
    OFFSETS,
    TAP,
    TARGET,
    WINDOWS,
    E,
    convolution_hypotheses,
)
from symconv.theorems.theorem import Counterexample, Hypothesis, Instance, Theorem

v = sp.Symbol("v", integer=True)


def T(row: Any, column: Any) -> Entry:
    """An entry of the matrix."""
    return Entry("T", (row, column))


_ENTRY = total(times(delta(S * v + D * m - P, u), B(m)), OFFSETS)
_EVERY_INPUT = run(t, I - 1)
BY_INPUT = total(times(T(i, t), A(t)), _EVERY_INPUT)
TRANSPOSED = total(times(T(i, t), G(i)), WINDOWS)


def conv_toeplitz() -> Theorem:
    """The theorem that a convolution is the product with a matrix.

    An instance is given by I, K and, if they are not 1, 0 and 1, by S, P and D.

    Example:
        >>> conv_toeplitz().instance([5, 3]).check().passed
        True
    """
    space = _space()
    product = chain(
        C(i),
        (WINDOWS,),
        space,
        DEFINITION,
        Link(
            "name the position",
            total(times(total(times(delta(TAP, t), B(m)), OFFSETS), A(t)), _EVERY_INPUT),
            tell("{} is the sum of all {}, each times a delta; what is in the padding is 0.", A(TAP), A(t)),
        ),
        Link("a row times a column", BY_INPUT, tell("The inner sum is {}.", T(i, t))),
    )
    entries = chain(
        T(i, t),
        (WINDOWS, *INPUTS),
        space,
        Link("definition of the entries", SUM, tell("With {} for {} and {} for {}.", i, v, t, u)),
        Link("which weight it is", COLLAPSED, "The rule for a delta of an affine index."),
    )
    gradient = chain(
        TARGET,
        INPUTS,
        space,
        Link(
            "chain rule",
            total(times(G(i), slope(C(i), A(t))), WINDOWS),
            "The error depends on an entry of the input through the outputs.",
        ),
        Link(
            "a column times a column",
            TRANSPOSED,
            tell("An output is linear in {}, with the slope {}.", A(t), T(i, t)),
        ),
        given=(product[-1].claim,),
    )
    rows = chain(
        T(i, t),
        (run(i, O - 2), run(t, I - 1 - S)),
        space,
        Link("a row further down", T(i + 1, t + S), tell("{} stays the same.", t + P - S * i)),
        given=(entries[-1].claim,),
    )
    diagonals = chain(
        T(i, t),
        (run(i, O - 2), run(t, I - 2)),
        space,
        Link("constant diagonals", T(i + 1, t + 1), "The row is moved by one.", (equal(S, sp.Integer(1)),)),
        given=(rows[-1].claim,),
    )
    return Theorem(
        name="conv-toeplitz",
        title="A convolution is the product with a matrix",
        hypotheses=(
            *convolution_hypotheses(),
            Hypothesis(
                tell(
                    "The matrix {} has {} rows and {} columns, {}.",
                    Entry("T"),
                    O,
                    I,
                    Identity(T(v, u), _ENTRY, ()).tree,
                )
            ),
        ),
        statement=tuple(steps[-1].claim for steps in (product, gradient, entries, rows, diagonals)),
        steps=(*product, *entries, *gradient, *rows, *diagonals),
        counterexamples=(_stride_two(), _not_the_inverse()),
        samples=(),
        instantiate=_instance,
    )


def _space() -> Space:
    """A, B, C, G and the matrix."""
    return Space(definitions=((T(v, u), _ENTRY),), about="conv-toeplitz")


def _stride_two() -> Counterexample:
    ground = _space().at((Geometry(5, 3, 2),), given((0,) * 5, (1, 2, 3), (0, 0)))
    return Counterexample(
        "The diagonals are constant for stride 1 only",
        tell("Input 5, kernel {} = (1, 2, 3) and stride 2: neighbours on a diagonal differ.", Entry("B")),
        (
            line(T(0, 0), _matrix(ground, 2, 5)[0][0], 1, ground),
            line(T(1, 1), _matrix(ground, 2, 5)[1][1], 0, ground),
        ),
    )


def _not_the_inverse() -> Counterexample:
    """Tᵀ(T A), which is not A."""
    ground = _space().at((Geometry(3, 2),), given((1, 2, 3), (1, 2), (5, 8)))
    back = vector(ground.slopes["E", "A"][place,] for place in range(3))
    return Counterexample(
        "The transposed matrix is not the inverse",
        tell(
            "{} = (1, 2, 3) and {} = (1, 2) give {} = (5, 8). Sent back as the gradient, this does not become "
            "{} again: a transposed convolution, often called deconvolution, undoes the sizes only.",
            Entry("A"),
            Entry("B"),
            Entry("C"),
            Entry("A"),
        ),
        (
            line(Entry("C"), values(C(i), i, 2, ground), vector((5, 8)), ground),
            line(slope(E, Entry("A")), back, vector((5, 18, 16)), ground),
            line(slope(E, Entry("A")), back, vector((1, 2, 3)), ground, "≠"),
        ),
    )


def _matrix(ground: Any, rows: int, columns: int) -> list[list[Any]]:
    """The matrix by its definition."""
    return [[ground.entry(T(0, 0), (row, column)) for column in range(columns)] for row in range(rows)]


def _instance(sizes: tuple[Any, ...]) -> Instance:
    at = small(geometry(sizes))
    ground, numbers = lettered(_space(), at), seeded(_space(), at)
    cells: list[list[Any]] = [[0] * at.I for _ in range(at.outputs)]
    for window in range(at.outputs):
        for offset in range(at.K):
            if 0 <= (position := at.S * window + at.D * offset - at.P) < at.I:
                cells[window][position] = B(offset)
    by_reference = [
        [ground.slopes["C", "A"][window, position] for position in range(at.I)]
        for window in range(at.outputs)
    ]
    placed = [[0 if cell == 0 else ground.entry(cell, cell.index) for cell in row] for row in cells]
    return Instance(
        "conv-toeplitz",
        sizes,
        (
            size_line(at, ground),
            Computed(
                shown(Entry("T")),
                "=",
                by_reference,
                placed,
                Matrix(tuple(tuple(shown(cell) for cell in row) for row in cells)),
                Entry("T"),
                vector(cell for row in cells for cell in row),
                ground,
            ),
        ),
        {},
        where=str(at),
        bounds=(
            line(BY_INPUT, values(BY_INPUT, i, at.outputs, numbers), values(C(i), i, at.outputs, numbers)),
            line(TRANSPOSED, values(TRANSPOSED, t, at.I, numbers), values(TARGET, t, at.I, numbers)),
        ),
    )
