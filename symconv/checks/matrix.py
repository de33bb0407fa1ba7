"""The checks of a matrix view: against the reference, which knows no matrix.

==================  ====================================================================================
NumPy reference     a row is the gradient of one output, a column the output of an image with a single 1
random rationals    ``M vec(A)`` is the output, ``Mᵀ vec(G)`` the gradient
exact               entries of a convolution depend only on ``in − S·out``: the blocks are Toeplitz
==================  ====================================================================================
"""

from __future__ import annotations

from collections.abc import Iterable
from math import prod
from typing import Any

import numpy as np
import sympy as sp

from symconv.axes import Grouped, Pointwise, Sliding
from symconv.checks.comparing import covered, same
from symconv.checks.jacobian import rationals, sample
from symconv.checks.oracle import Oracle
from symconv.checks.result import Check, Checks, Method, Verdict
from symconv.checks.sampling import EXHAUSTIVE, generator
from symconv.derivation.matrix import MatrixView
from symconv.exact import Array
from symconv.number import symbolic
from symconv.reductions import Maximum, WeightedSum

Pair = tuple[str, Any, Any]
"""What is compared, in words, with what is got and what is expected."""


def check_matrix(view: MatrixView) -> Checks:
    """Every check of a matrix."""
    operator = view.derivation.operator
    arrays, numbers = _at_numbers(view)
    rows, columns = view.shape
    chosen = [row for (row,) in sample([(row,) for row in range(rows)], EXHAUSTIVE)]
    unit = [column for (column,) in sample([(column,) for column in range(columns)], EXHAUSTIVE)]
    checks = [
        _check(
            f"rows of {view.letter}",
            Method.REFERENCE,
            _rows(view, numbers, arrays, chosen),
            covered(len(chosen), rows),
        )
    ]
    if not isinstance(operator.reduction, Maximum):
        scope = _covered(len(unit), columns, "columns")
        checks.append(
            _check(
                f"columns of {view.letter}", Method.REFERENCE, _columns(view, numbers, arrays, unit), scope
            )
        )
    given = all(map(view.derivation.arrays.is_numeric, arrays))
    for subject, method, pairs, count in _products(view, numbers, arrays, given):
        checks.append(_check(subject, method, pairs, covered(count, count)))
    if isinstance(operator.reduction, WeightedSum) and _slides(view):
        few = [row for (row,) in sample([(row,) for row in range(rows)], max(2, 100_000 // columns))]
        checks.append(_toeplitz(view, few, _covered(len(few), rows, "rows")))
    return Checks(tuple(checks))


def _at_numbers(view: MatrixView) -> tuple[dict[str, Array], dict[tuple[int, int], Any]]:
    """Numbers for every array, random where there are symbols, and the matrix at them."""
    derivation, rng = view.derivation, generator()
    operator = derivation.operator
    arrays = {
        role: derivation.arrays[role]
        if derivation.arrays.is_numeric(role)
        else _rationals(operator.shape(role), rng)
        for role in derivation.arrays
        if role != "upstream"
    }
    known = {}
    if "weight" in arrays and not derivation.arrays.is_numeric("weight"):
        pairs = zip(derivation.arrays["weight"].flat, arrays["weight"].flat, strict=True)
        known = {symbol: symbolic(number) for symbol, number in pairs if isinstance(symbol, sp.Basic)}
    numbers = {
        at: value.xreplace(known) if known and isinstance(value, sp.Basic) else value
        for at, value in view.entries.items()
    }
    return arrays, numbers


def _rows(view: MatrixView, numbers: Any, arrays: Any, chosen: list[int]) -> Iterable[Pair]:
    operator = view.derivation.operator
    oracle, shape = Oracle(operator), operator.output_shape
    for row in chosen:
        unit = _unit(shape, row)
        gradient = oracle.backward("input", unit, arrays["input"], arrays.get("weight")).ravel()
        for column in range(view.shape[1]):
            yield f"row {row + 1}, column {column + 1}", numbers.get((row, column), 0), gradient[column]


def _columns(view: MatrixView, numbers: Any, arrays: Any, chosen: list[int]) -> Iterable[Pair]:
    operator = view.derivation.operator
    for column in chosen:
        unit = _unit(operator.input_shape, column)
        output = Oracle(operator).forward(unit, arrays.get("weight")).ravel()
        for row in range(view.shape[0]):
            yield f"row {row + 1}, column {column + 1}", numbers.get((row, column), 0), output[row]


def _products(
    view: MatrixView, numbers: Any, arrays: Any, given: bool
) -> tuple[tuple[str, Method, list[Pair], int], ...]:
    """``M vec(A)`` beside the output, ``Mᵀ vec(G)`` beside the gradient; sums over the entries of M alone."""
    names, operator = view.derivation.names, view.derivation.operator
    oracle, (rows, columns) = Oracle(operator), view.shape
    upstream = _rationals(operator.output_shape, generator())
    g = upstream.ravel()
    at_numbers = MatrixView(view.derivation, numbers)
    forward = at_numbers.times(arrays["input"], arrays.get("bias")).tolist()
    backward: list[Any] = [0] * columns
    for (row, column), value in numbers.items():
        backward[column] += value * g[row]
    output = oracle.forward(arrays["input"], arrays.get("weight"), arrays.get("bias")).ravel()
    gradient = oracle.backward("input", upstream, arrays["input"], arrays.get("weight")).ravel()
    method = Method.REFERENCE if given else Method.RATIONALS
    return (
        (f"{view.letter} vec({names.input}) = vec({names.output})", method, _pairs(forward, output), rows),
        (
            f"{view.letter}ᵀ vec(∂{names.error}/∂{names.output})",
            Method.RATIONALS,
            _pairs(backward, gradient),
            columns,
        ),
    )


def _pairs(got: list[Any], expected: Array) -> list[Pair]:
    values = enumerate(zip(got, expected.tolist(), strict=True), 1)
    return [(f"entry {place}", left, right) for place, (left, right) in values]


def _slides(view: MatrixView) -> bool:
    """Whether the matrix is that of a convolution whose axes are those of its arrays."""
    operator = view.derivation.operator
    return len(operator.axes) == len(operator.input_shape) and all(
        isinstance(axis, Grouped | Pointwise) or (isinstance(axis, Sliding) and axis.mode == "zeros")
        for axis in operator.axes
    )


def _toeplitz(view: MatrixView, rows: list[int], scope: str) -> Check:
    """Entries that are equally far apart, in steps of the stride, are equal; those without a tap are all 0."""
    operator = view.derivation.operator
    subject = "Toeplitz blocks"
    seen: dict[tuple[Any, ...], tuple[Any, int, int]] = {}
    inputs = list(np.ndindex(*operator.input_shape))
    for row in rows:
        output = np.unravel_index(row, operator.output_shape)
        for column, inp in enumerate(inputs):
            key = tuple(
                (int(o), i) if isinstance(axis, Grouped) else int(i - getattr(axis, "stride", 1) * o)
                for axis, o, i in zip(operator.axes, output, inp, strict=True)
            )
            value = view.entries.get((row, column), 0)
            first = seen.setdefault(key, (value, row, column))
            if first[0] != value:
                detail = (
                    f"Row {row + 1}, column {column + 1} is {value}, but row {first[1] + 1}, column {first[2] + 1}, "
                    f"equally far apart, is {first[0]}."
                )
                return Check(subject, Method.EXACT, Verdict.FAILED, str(value), str(first[0]), "", detail)
    return Check(
        subject, Method.EXACT, Verdict.PASSED, f"entries of {view.letter}", "entries as far apart", scope
    )


def _check(subject: str, method: Method, pairs: Iterable[Pair], scope: str) -> Check:
    for words, got, expected in pairs:
        if not same(got, expected):
            detail = f"{words[0].upper()}{words[1:]} is {got}, expected {expected}."
            return Check(subject, method, Verdict.FAILED, str(got), str(expected), "", detail)
    return Check(subject, method, Verdict.PASSED, "taps", "sliding windows", scope)


def _unit(shape: tuple[int, ...], place: int) -> Array:
    """An array of zeros with a single 1."""
    flat = np.zeros(prod(shape), dtype=object)
    flat[place] = 1
    return flat.reshape(shape)


def _covered(count: int, total: int, what: str) -> str:
    return covered(count, total).replace("entries", what)


def _rationals(shape: tuple[int, ...], rng: np.random.Generator) -> Array:
    """Random rationals other than 0, which would hide what it is multiplied with."""
    array = rationals(shape, rng)
    array[array == 0] = 1
    return array
