"""Partial derivatives from the reference alone: exact difference quotients of its forward pass.

Convolutions and means are affine in each argument and a maximum is affine near a point without ties, so the
central quotient with a small enough step is the derivative itself, in exact arithmetic.
"""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from typing import Any

import numpy as np
import sympy as sp

from symconv.checks.oracle import Oracle
from symconv.checks.surroundings import is_smooth
from symconv.combining import divide
from symconv.derivation.values import Arrays, ArrayValues
from symconv.exact import Array
from symconv.formula import Partial
from symconv.operator import Argument, Names, Operator
from symconv.pointwise import Rectified
from symconv.reductions import LpNorm, Maximum
from symconv.value import field


class Jacobian(ArrayValues):
    """Array values that also know every partial derivative, ``∂C/∂A`` and ``∂E/∂A`` with ``E = Σ G·C``."""

    columns: dict[tuple[str, tuple[int, ...]], Array] = field(default_factory=dict)

    def partial(self, partial: Partial, of: tuple[int, ...], by: tuple[int, ...]) -> Any:
        role = self.role(partial.by)
        if role == "output":
            return super().partial(partial, of, by)
        base = self.names.base
        column = self.column(role, tuple(i - base for i in by))  # type: ignore[arg-type]
        if partial.of.array == self.names.error:
            return np.sum(column * self.arrays["upstream"])
        return column[tuple(i - base for i in of)]

    def column(self, role: Argument, index: tuple[int, ...]) -> Array:
        """The derivative of every output entry by one entry of an argument."""
        if (role, index) not in self.columns:
            self.columns[role, index] = self._quotient(role, index)
        return self.columns[role, index]

    def _quotient(self, role: Argument, index: tuple[int, ...]) -> Array:
        # the arrays hold integers without ties: no maximum changes within half a unit, and the rest is affine
        step = Fraction(1, 4) if isinstance(self.operator.reduction, Maximum | LpNorm | Rectified) else 1
        after, before = (self._moved(role, index, move) for move in (step, -step))
        pairs = zip(before.ravel().tolist(), after.ravel().tolist(), strict=True)
        column = np.empty(after.size, dtype=object)
        column[:] = [divide(b - a, 2 * step) for a, b in pairs]
        return column.reshape(after.shape)

    def _moved(self, role: Argument, index: tuple[int, ...], move: int | Fraction) -> Array:
        arrays = {name: self.arrays[name] for name in ("input", "weight", "bias") if name in self.arrays}
        whole = isinstance(move, int) and arrays[role].dtype.kind == "i"
        moved = arrays[role].astype(np.int64 if whole else object)
        moved[index] = moved[index] + move
        output = Oracle(self.operator).forward(**{**arrays, role: moved})
        # a window wholly in the padding stays what it is
        finite: Array = np.where(output == -np.inf, 0, output)
        return finite


class SlopeJacobian(Jacobian):
    """A Jacobian whose columns, where quotients are not exact (roots and exponentials), are slopes.

    It serves the checks of formulas against taps; the slopes themselves are checked otherwise.
    """

    def _quotient(self, role: Argument, index: tuple[int, ...]) -> Array:
        operator = self.operator
        column = np.full(operator.output_shape, 0, dtype=object)
        for output in {tap.out for tap in operator.taps_at("inp", index)}:
            unit = np.full(operator.output_shape, 0, dtype=object)
            unit[output] = 1
            slopes = operator.backward(role, unit, self.arrays["input"], self.arrays.get("weight"))
            column[output] = slopes[index]
        return column


def jacobian(operator: Operator, names: Names, arrays: Arrays) -> Jacobian:
    """The array values of an operator with all their derivatives."""
    norm = operator.reduction
    is_root = isinstance(norm, LpNorm) and norm.p != sp.oo
    kind = SlopeJacobian if is_root or is_smooth(operator) else Jacobian
    return kind(operator, names, arrays)


def tie_free(shape: tuple[int, ...], rng: np.random.Generator, signed: bool = True) -> Array:
    """Different non-zero integers in random order: no ties, also not among absolute values."""
    count = int(np.prod(shape, dtype=int))
    values = rng.permutation(np.arange(1, count + 1))
    if signed:
        values = values * rng.choice([-1, 1], size=count)
    return values.astype(object).reshape(shape)


def rationals(shape: tuple[int, ...], rng: np.random.Generator) -> Array:
    """Random rationals with small numerators and denominators."""
    count = int(np.prod(shape, dtype=int))
    tops, bottoms = rng.integers(-9, 10, size=count).tolist(), rng.integers(1, 7, size=count).tolist()
    flat = np.empty(count, dtype=object)
    flat[:] = [_whole(Fraction(top, bottom)) for top, bottom in zip(tops, bottoms, strict=True)]
    return flat.reshape(shape)


def _whole(value: Fraction) -> int | Fraction:
    return value.numerator if value.denominator == 1 else value


def sample(indices: list[tuple[int, ...]], most: int) -> Iterator[tuple[int, ...]]:
    """All of them, or evenly spread ones with the first and the last."""
    if len(indices) <= most:
        yield from indices
        return
    for place in range(most):
        yield indices[place * (len(indices) - 1) // (most - 1)]
