"""The matrix view: values by hand, the law vec(C) = M vec(A) everywhere, what is refused, and wrong matrices."""

from __future__ import annotations

from itertools import product
from typing import Any

import numpy as np
import pytest
import sympy as sp
from layer_cases import CASES, LINEAR, random_arrays

from symconv.checks.matrix import check_matrix
from symconv.checks.result import Method
from symconv.derivation.matrix import MatrixView
from symconv.errors import UnsupportedError
from symconv.exact import indices
from symconv.layers import AdaptiveAvgPool2d, AvgPool2d, Conv2d, LPPool2d, MaxPool2d
from symconv.matrix import LayerMatrix
from symconv.operator import Names
from symconv.render import FORMATS, render

SELECTING = [name for name in CASES if name.startswith(("max", "adaptive max", "fractional"))]
half = sp.Rational(1, 2)


# --- values by hand ---


def test_a_convolution_is_a_block_toeplitz_matrix_of_its_weights() -> None:
    b11, b12, b21, b22 = sp.symbols("B_11 B_12 B_21 B_22")
    view = Conv2d().matrix((3, 3), (2, 2))
    assert view.matrix == sp.Matrix(
        [
            [b11, b12, 0, b21, b22, 0, 0, 0, 0],
            [0, b11, b12, 0, b21, b22, 0, 0, 0],
            [0, 0, 0, b11, b12, 0, b21, b22, 0],
            [0, 0, 0, 0, b11, b12, 0, b21, b22],
        ]
    )
    assert (view.shape, view.block_shape, view.grid) == ((4, 9), (2, 3), (2, 3))
    assert view.block(0, 1).tolist() == [[b21, b22, 0], [0, b21, b22]]
    assert (view[0, 4], view[0, 2], view.bias) == (b22, 0, None)


def test_a_mean_has_its_shares_and_a_maximum_selects() -> None:
    assert AvgPool2d((1, 2), 1).matrix((1, 3)).matrix == sp.Matrix([[half, half, 0], [0, half, half]])
    assert MaxPool2d((1, 2), 1).matrix([[4, 7, 7]]).array.tolist() == [[0, 1, 0], [0, 1, 0]]
    split = MaxPool2d((1, 2), 1, ties="split").matrix([[4, 7, 7]])
    assert split.matrix == sp.Matrix([[0, 1, 0], [0, half, half]])
    assert AdaptiveAvgPool2d((1, 2)).matrix((1, 3)).matrix == sp.Matrix([[half, half, 0], [0, half, half]])


def test_a_bias_is_added_to_the_product() -> None:
    view = Conv2d().matrix([[[1, 2]]], [[[[3]]], [[[4]]]], [10, 20])
    assert view.array.tolist() == [[3, 0], [0, 3], [4, 0], [0, 4]]
    assert view.times(view.derivation.arrays["input"]).tolist() == [13, 16, 24, 28]


# --- laws ---


def product_in_symbols(view: MatrixView, column: Any) -> list[Any]:
    """M times a column of symbols, as SymPy multiplies."""
    return list(view.matrix * sp.Matrix(column.ravel().tolist()))


GRID = list(product(range(1, 6), range(1, 4), (1, 2, 3), (0, 1, 2), (1, 2)))


@pytest.mark.parametrize("size", range(1, 6))
def test_the_product_is_the_entrywise_view_at_every_small_size(size: int) -> None:
    seen = 0
    for _, kernel, stride, padding, dilation in (case for case in GRID if case[0] == size):
        if dilation * (kernel - 1) >= size + 2 * padding:
            continue
        # the other axis is of a different geometry, so that the two cannot be confused
        layer = Conv2d(stride=(stride, 2), padding=(padding, 0), dilation=(dilation, 1), bias=False)
        derivation = layer.derive((size, 3), (kernel, 2))
        view, arrays = derivation.matrix(), derivation.arrays
        assert product_in_symbols(view, arrays["input"]) == derivation.output_entries.ravel().tolist()
        transposed = view.matrix.T * sp.Matrix(arrays["upstream"].ravel().tolist())
        gradient = derivation.gradient_entries("input").ravel().tolist()
        assert [sp.expand(a - b) for a, b in zip(transposed, gradient, strict=True)] == [0] * len(gradient)
        seen += 1
    assert seen > 10


@pytest.mark.parametrize("name", [*LINEAR, *SELECTING])
def test_the_product_is_the_output_and_the_transposed_one_the_gradient(name: str) -> None:
    case = CASES[name]
    derivation = case.derive(**random_arrays(case, 7))
    view = derivation.matrix()
    output = derivation.output_entries.ravel().tolist()
    assert view.times(derivation.arrays["input"]).tolist() == output
    transposed = view.array.T @ derivation.arrays["upstream"].ravel()
    assert transposed.tolist() == derivation.gradient_entries("input").ravel().tolist()


@pytest.mark.parametrize("name", [*LINEAR, *SELECTING])
def test_every_matrix_passes_its_checks_by_two_means_at_least(name: str) -> None:
    case = CASES[name]
    for arrays in ({}, random_arrays(case, 7)):
        if name in SELECTING and not arrays:
            continue
        checks = case.derive(**arrays).matrix().check()
        assert checks.passed, str(checks)
        assert {Method.REFERENCE, Method.RATIONALS} <= {check.method for check in checks}


def test_the_blocks_put_together_are_the_matrix() -> None:
    view = CASES["conv, channels"].derive().matrix()
    down, across = view.grid
    rows = [np.hstack([view.block(i, j) for j in range(across)]) for i in range(down)]
    assert np.vstack(rows).tolist() == view.array.tolist() == view.matrix.tolist()


@pytest.mark.parametrize("case", ["conv, channels", "conv, stride and padding", "average", "unpool", "max"])
def test_a_matrix_is_written_in_every_format(case: str) -> None:
    of = CASES[case]
    document = of.derive(**random_arrays(of, 7)).matrix().document()
    assert document.checks.passed
    for name in FORMATS:
        if name != "pdf":
            assert render(document, name)


# --- what is wrong is found ---


def changed(view: MatrixView, entries: dict[tuple[int, int], Any]) -> LayerMatrix:
    return LayerMatrix(view.derivation, {**view.entries, **entries})


@pytest.mark.parametrize("name", ["conv", "conv, groups and batch", "max, split", "average", "unpool"])
def test_one_wrong_entry_fails_every_kind_of_check(name: str) -> None:
    case = CASES[name]
    view = case.derive(**random_arrays(case, 7)).matrix()
    row, column = next(iter(view.entries))
    checks = check_matrix(changed(view, {(row, column): view[row, column] + 1}))
    assert [check for check in checks if check.passed] == []
    assert checks.failures[0].detail.startswith(f"Row {row + 1}, column {column + 1} is ")


def test_an_entry_where_no_tap_is_fails() -> None:
    view = Conv2d().matrix((3, 3), (2, 2))
    free = next(at for at in indices(view.shape) if at not in view.entries)
    checks = check_matrix(changed(view, {free: sp.Symbol("B_11")}))
    assert {check.subject for check in checks.failures} >= {"rows of M", "columns of M", "Toeplitz blocks"}


# --- what is refused ---


def test_what_is_not_linear_or_not_known_is_refused_in_a_sentence() -> None:
    with pytest.raises(
        UnsupportedError, match="LPPool2d has no matrix: its output is not linear in its input"
    ):
        LPPool2d(2, 2).matrix([[1, 2], [3, 4]])
    with pytest.raises(UnsupportedError, match="MaxPool2d has a matrix only at numbers: which entry"):
        MaxPool2d(2).matrix((2, 2))
    with pytest.raises(UnsupportedError, match="wholly in the padding, whose value −∞ no matrix gives"):
        MaxPool2d(2, 1, padding=1, dilation=3).matrix([[1, 2], [3, 4]])
    with pytest.raises(UnsupportedError, match="can be laid out"):
        Conv2d().matrix((3, 224, 224), (64, 3, 7, 7))
    with pytest.raises(IndexError, match=r"\(4, 0\) is not in a matrix of 4 × 9"):
        Conv2d().matrix((3, 3), (2, 2))[4, 0]


def test_the_matrix_has_a_letter_of_its_own() -> None:
    names = Names(input="M", output="T")
    text = Conv2d(bias=False).matrix((2, 3), (1, 2), names=names).to_text()
    assert "vec(T) = H vec(M)" in text
    assert "rows of H" in text
    assert "R₁ = " in text
