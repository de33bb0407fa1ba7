r"""The matrix view: a layer that is linear in its input as one matrix.

.. math:: \operatorname{vec} C = M \operatorname{vec} A, \qquad
          \operatorname{vec} \frac{\partial E}{\partial A} = M^T \operatorname{vec} \frac{\partial E}{\partial C}

``vec`` writes the rows of an array one after the other. M holds the slope of every tap: the weights of a convolution
(a matrix of Toeplitz blocks in Toeplitz order where the stride is 1), the share of a mean, a 1 for the entry that a
maximum selects. A maximum is linear only around given numbers, so its matrix needs them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from math import prod
from typing import Any

import numpy as np
import sympy as sp

from symconv.derivation.derivation import Worked
from symconv.errors import UnsupportedError
from symconv.exact import Array, frozen
from symconv.number import symbolic
from symconv.operator import Names
from symconv.reductions import Maximum, Mean, WeightedSum

MOST_TAPS = 1_000_000
"""Up to how many taps a matrix is made of."""


@dataclass(frozen=True)
class MatrixView:
    """The matrix M of a derivation with ``vec(output) = M vec(input)``, plus the bias where there is one.

    Args:
        derivation: what it is the matrix of.
        entries: the entries that a tap reaches, by row and column, counted from 0; all others are 0.
    """

    derivation: Worked
    entries: Mapping[tuple[int, int], Any]

    @property
    def letter(self) -> str:
        """What the matrix is called: M, unless an array is."""
        return unused(self.derivation.names, "MHLQRX")

    @property
    def shape(self) -> tuple[int, int]:
        """The number of output entries and of input entries."""
        operator = self.derivation.operator
        return prod(operator.output_shape), prod(operator.input_shape)

    def __getitem__(self, position: tuple[int, int]) -> Any:
        """One entry, by row and column, counted from 0."""
        (rows, columns), (row, column) = self.shape, position
        if not (0 <= row < rows and 0 <= column < columns):
            raise IndexError(f"({row}, {column}) is not in a matrix of {rows} × {columns}")
        return self.entries.get((row, column), 0)

    @cached_property
    def array(self) -> Array:
        """The matrix as a NumPy array of exact entries."""
        array = np.zeros(self.shape, dtype=object)
        for position, value in self.entries.items():
            array[position] = value
        return frozen(array)

    @cached_property
    def matrix(self) -> sp.ImmutableSparseMatrix:
        """The matrix as SymPy's sparse one."""
        entries = {position: symbolic(value) for position, value in self.entries.items()}
        return sp.ImmutableSparseMatrix(*self.shape, entries)

    def times(self, input: Array, bias: Array | None = None) -> Array:
        """``M vec(input)``, plus the bias where there is one: the output, flat."""
        flat = input.ravel()
        product: Array = np.zeros(self.shape[0], dtype=object)
        for (row, column), value in self.entries.items():
            product[row] += value * flat[column]
        added = self.bias if bias is None else self._spread(bias)
        return frozen(product if added is None else product + added)

    @property
    def block_shape(self) -> tuple[int, int]:
        """Height and width of a block: what one row of the output reads of one row of the input."""
        operator = self.derivation.operator
        return operator.output_shape[-1], operator.input_shape[-1]

    @property
    def grid(self) -> tuple[int, int]:
        """How many blocks there are, down and across."""
        (rows, columns), (height, width) = self.shape, self.block_shape
        return rows // height, columns // width

    def block(self, down: int, across: int) -> Array:
        """The block of an output row and an input row, counted from 0 through all channels."""
        height, width = self.block_shape
        return self.array[down * height : (down + 1) * height, across * width : (across + 1) * width]

    @cached_property
    def bias(self) -> Array | None:
        """What is added to ``M vec(input)``; None where nothing is."""
        arrays = self.derivation.arrays
        return self._spread(arrays["bias"]) if "bias" in arrays else None

    def _spread(self, bias: Array) -> Array:
        """The bias beside every entry of the output, flat."""
        operator = self.derivation.operator
        flat = np.empty(self.shape[0], dtype=object)
        flat[:] = [bias[operator.bias_index(output)] for output in np.ndindex(*operator.output_shape)]
        return frozen(flat)


def unused(names: Names, letters: str) -> str:
    """The first letter that is not the name of an array."""
    taken = {names.input, names.weight, names.bias, names.output, names.error}
    return next(letter for letter in letters if letter not in taken)


def entries_of(derivation: Worked) -> dict[tuple[int, int], Any]:
    """The entries of the matrix of a derivation that are reached by taps.

    Raises:
        UnsupportedError: the layer is not linear in its input, a maximum is not at numbers, or the matrix is too large.
    """
    operator = derivation.operator
    reduction = operator.reduction
    if not isinstance(reduction, WeightedSum | Mean | Maximum):
        raise UnsupportedError(f"{operator.layer} has no matrix: its output is not linear in its input")
    if operator.most_taps > MOST_TAPS:
        raise UnsupportedError(
            f"the matrix of {operator.layer} has up to {operator.most_taps:,} entries that are not zero; at most "
            f"{MOST_TAPS:,} can be laid out"
        )
    taps = operator.taps
    if isinstance(reduction, Maximum):
        if not derivation.arrays.is_numeric("input"):
            raise UnsupportedError(
                f"{operator.layer} has a matrix only at numbers: which entry is the maximum depends on them"
            )
        if len(taps.by_out.ids) < taps.by_out.count:
            raise UnsupportedError(
                f"{operator.layer} has a window wholly in the padding, whose value −∞ no matrix gives"
            )
    weight = derivation.arrays["weight"].ravel() if operator.weight_shape is not None else None
    slopes = reduction.slopes(taps, derivation.arrays["input"].ravel(), weight, operator.cells)
    entries: dict[tuple[int, int], Any] = {}
    for row, column, at in zip(taps.out.tolist(), taps.inp.tolist(), slopes.at.tolist(), strict=True):
        slope = slopes.values[at]
        if slope != 0:
            entries[row, column] = entries.get((row, column), 0) + slope
    return {position: entries[position] for position in sorted(entries)}
