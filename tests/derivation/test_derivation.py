"""Derivations as values: kinds of arrays, substitution, gradients against SymPy's diff, errors."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest
import sympy as sp
from layer_cases import CASES, integers, random_arrays

from symconv.derived import Derivation
from symconv.errors import ArgumentError, ShapeError
from symconv.exact import Array, indices, symbols
from symconv.layers import AdaptiveAvgPool2d, Conv2d, LPPool2d, MaxPool2d
from symconv.operator import Names

A = [[4, 5, 2, 2, 1], [3, 3, 2, 2, 4], [4, 3, 4, 1, 1], [5, 1, 4, 1, 2], [5, 1, 3, 1, 4]]
B = [[4, 3, 3], [5, 5, 5], [2, 4, 3]]
C = [[109, 92, 72], [108, 85, 74], [110, 74, 79]]
GRADIENT_A = [[4, 7, 10, 6, 3], [9, 17, 25, 16, 8], [11, 23, 34, 23, 11], [7, 16, 24, 17, 8], [2, 6, 9, 7, 3]]


def symbol(name: str) -> sp.Symbol:
    return sp.Symbol(name)


# The homework.


def test_the_homeworks_convolution_and_gradient() -> None:
    derivation = Conv2d().derive(A, B, upstream=1)
    assert derivation.output.tolist() == C
    assert derivation.gradient("input").tolist() == GRADIENT_A
    assert derivation.gradient("A").tolist() == GRADIENT_A
    assert derivation.is_numeric


def test_the_homeworks_pooled_matrix() -> None:
    assert MaxPool2d(2, stride=1).derive(C).output.tolist() == [[109, 92], [110, 85]]


# Shapes, symbols, kinds.


def test_shapes_make_symbols_named_by_their_index() -> None:
    derivation = Conv2d().derive((2, 3), (2, 2))
    a, b, g = symbol("A_11"), symbol("B_11"), symbol("G_11")
    assert derivation.arrays["input"][0, 0] == a
    assert sp.diff(derivation.output[0, 0], b) == a
    assert derivation.gradient()[0, 0] == g * b
    assert not derivation.is_numeric
    assert derivation.known == frozenset()


def test_a_list_of_ints_is_a_shape_and_nested_lists_are_an_array() -> None:
    assert Conv2d().derive([2, 2], [1, 1]).operator.input_shape == (2, 2)
    assert MaxPool2d(1).derive([[2, 2]]).output.tolist() == [[2, 2]]


def test_renamed_arrays_give_renamed_symbols_and_an_upstream_letter_that_is_free() -> None:
    names = Names(input="G", weight="W", output="Y", base=0)
    derivation = Conv2d().derive((2, 2), (2, 2), names=names)
    assert derivation.arrays["input"][0, 1] == symbol("G_01")
    assert derivation.arrays["upstream"][0, 0] == symbol("U_00")
    assert derivation.gradient("W")[1, 1] == symbol("U_00") * symbol("G_11")


@pytest.mark.parametrize("kind", [sp.Matrix, sp.ImmutableMatrix, sp.Array, np.array])
def test_the_result_has_the_kind_of_the_input(kind: Any) -> None:
    derivation = Conv2d().derive(kind(A), kind(B), upstream=1)
    for result, expected in ((derivation.output, C), (derivation.gradient(), GRADIENT_A)):
        assert isinstance(result, type(kind(A)))
        assert result.tolist() == expected


def test_a_sympy_matrix_of_symbols_comes_back_as_a_sympy_matrix_that_can_be_differentiated() -> None:
    x = sp.Matrix(2, 2, sp.symbols("x1:5", real=True))
    derivation = LPPool2d(2, 2).derive(x, upstream=[[1]])
    assert isinstance(derivation.output, sp.MatrixBase)
    norm = derivation.output[0, 0]
    assert norm == sp.sqrt(sum(entry**2 for entry in x))
    at = dict(zip(x, (1, -2, 4, 10), strict=True))  # the norm is 11
    difference = derivation.gradient() - sp.Matrix(2, 2, [sp.diff(norm, entry) for entry in x])
    assert difference.subs(at) == sp.zeros(2, 2)
    assert list(derivation.gradient().subs(at)) == [sp.Rational(n, 11) for n in (1, -2, 4, 10)]


def test_an_array_of_three_dimensions_comes_out_of_matrices_as_a_sympy_array() -> None:
    image = sp.Array([[[1, 2], [3, 4]]])
    assert MaxPool2d(2).derive(image).output == sp.Array([[[4]]])


# The gradient is the derivative.

SMOOTH = [name for name in CASES if name.startswith(("conv", "average", "adaptive average", "unpool"))]


@pytest.mark.parametrize("name", SMOOTH)
def test_the_gradient_is_sympys_derivative_of_the_expanded_output(name: str) -> None:
    case = CASES[name]
    bias = {} if case.bias is None else {"bias": symbols("c", case.bias)}
    derivation = case.derive(**bias)
    error = sp.Add(*(derivation.arrays["upstream"] * derivation.output_entries).flat)
    for wrt in derivation.operator.arguments:
        if wrt in derivation.arrays:
            gradient = derivation.gradient_entries(wrt)
            for index in indices(gradient.shape):
                expected = sp.diff(error, derivation.arrays[wrt][index])
                assert sp.expand(gradient[index] - expected) == 0


@pytest.mark.parametrize("ties", ["first", "split"])
def test_the_gradient_of_max_pooling_is_sympys_derivative_where_nothing_ties(ties: Any) -> None:
    x = sp.Matrix(2, 3, sp.symbols("x1:7", real=True))
    derivation = MaxPool2d(2, 1, ties=ties).derive(x)
    error = sp.Add(*(derivation.arrays["upstream"] * derivation.output_entries).flat)
    at = dict(zip(x, (3, 1, 4, -1, 5, 9), strict=True))
    symbolic = derivation.gradient().subs(at)
    assert symbolic == sp.Matrix(2, 3, [sp.diff(error, entry).subs(at) for entry in x])
    assert list(symbolic) == [0, 0, 0, 0, symbol("G_11"), symbol("G_12")]


# Substitution.


@pytest.mark.parametrize("name", [name for name in CASES if name != "lp, symbol"])
def test_putting_numbers_in_is_substituting_them_into_the_symbolic_gradient(name: str) -> None:
    case = CASES[name]
    arrays = random_arrays(case, 21)
    real = {
        role: [sp.Symbol(f"{role[0]}{n}", real=True) for n in range(array.size)]
        for role, array in arrays.items()
    }
    at = {s: n for role, array in arrays.items() for s, n in zip(real[role], array.flat, strict=True)}
    symbolic = case.derive(**{role: shaped(real[role], array) for role, array in arrays.items()})
    numeric = symbolic.substitute(**arrays)
    pairs = [(symbolic.output_entries, numeric.output_entries)]
    pairs += [
        (symbolic.gradient_entries(wrt), numeric.gradient_entries(wrt)) for wrt in symbolic.operator.arguments
    ]
    for before, after in pairs:
        for expression, number in zip(before.flat, after.flat, strict=True):
            assert sp.expand(value(expression, at) - sp.sympify(number)) == 0
    assert symbolic.arrays["input"].flat[0] == real["input"][0]
    assert numeric.known == frozenset(arrays)


def value(expression: Any, at: Any) -> Any:
    """SymPy's own substitution; a window of zeros has no norm to divide by, and symconv takes 0 there."""
    result = sp.sympify(expression).subs(at)
    return 0 if result in (sp.nan, sp.zoo) else result


def shaped(entries: list[Any], like: Array) -> Any:
    flat = np.empty(len(entries), dtype=object)
    flat[:] = entries
    return flat.reshape(like.shape)


def test_a_single_number_fills_an_array() -> None:
    derivation = Conv2d().derive((3, 3), (2, 2)).substitute(upstream=Fraction(1, 2), weight=2)
    assert {*derivation.arrays["upstream"].flat} == {Fraction(1, 2)}
    assert derivation.gradient()[1, 1] == 4


def test_numbers_are_put_in_one_after_the_other() -> None:
    once = Conv2d().derive((5, 5), (3, 3)).substitute(input=A, weight=B, upstream=1)
    twice = Conv2d().derive((5, 5), (3, 3)).substitute(weight=B).substitute(upstream=1).substitute(input=A)
    assert once.gradient().tolist() == twice.gradient().tolist() == GRADIENT_A
    assert once.known == twice.known == {"input", "weight", "upstream"}
    assert isinstance(twice, Derivation)


def test_large_entries_give_exact_results_beyond_64_bits() -> None:
    large = 2**40
    derivation = Conv2d().derive([[large] * 3] * 3, [[large] * 2] * 2, upstream=-large)
    assert derivation.output.tolist() == [[4 * 2**80] * 2] * 2
    assert derivation.gradient()[1, 1] == -4 * 2**80
    assert derivation.gradient("weight")[0, 0] == -4 * 2**80
    assert derivation.check().passed


def test_a_derivation_is_not_changed_by_putting_numbers_in() -> None:
    derivation = Conv2d().derive((2, 2), (1, 1))
    before = derivation.gradient().tolist()
    derivation.substitute(weight=[[7]], upstream=1)
    assert derivation.gradient().tolist() == before
    with pytest.raises(AttributeError):
        derivation.known = frozenset()  # type: ignore[misc]


def test_a_bias_that_is_left_out_is_zero() -> None:
    x, w = integers((2, 3, 3), 1), integers((2, 2, 2, 2), 2)
    without, with_bias = Conv2d().derive(x, w), Conv2d().derive(x, w, [5, -6])
    difference = with_bias.output_entries - without.output_entries
    assert [set(plane.flat) for plane in difference] == [{5}, {-6}]
    assert without.gradient("bias")[0] == sp.Add(*without.arrays["upstream"][0].flat)


# Steps.


@pytest.mark.parametrize(
    "name", ["conv, stride and padding", "max, split", "average", "lp, square", "unpool"]
)
def test_all_steps_end_at_the_entries_of_output_and_gradients(name: str) -> None:
    case = CASES[name]
    derivation = case.derive(**random_arrays(case, 31))
    ends = [step.after for step in derivation.steps if step.rule == "evaluate"]
    quantities = [derivation.output_entries]
    quantities += [derivation.gradient_entries(wrt) for wrt in derivation.operator.arguments]
    assert ends == [entry for array in quantities for entry in array.flat]
    assert derivation.steps[0] == derivation.general("output").steps[0]


# Errors.


@pytest.mark.parametrize(
    ("call", "kind", "message"),
    [
        (
            lambda d: d.gradient("kernel"),
            ArgumentError,
            "wrt: must be one of input, weight, bias, not 'kernel'",
        ),
        (lambda d: d.substitute(weight=[[1, 2]]), ShapeError, "B must have shape (2, 2), not (1, 2)"),
        (lambda d: d.substitute(upstream=[1, 2]), ShapeError, "upstream must have shape (2, 2), not (2,)"),
        (lambda d: d.substitute(bias=[1, 2]), ShapeError, "b must have shape (), not (2,)"),
        (
            lambda d: d.substitute(input=[[0.5]]),
            ArgumentError,
            "A: must be exact numbers (int, Fraction, SymPy) or symbols, not 0.5",
        ),
        (
            lambda d: d.substitute(upstream=True),
            ArgumentError,
            "upstream: must be exact numbers (int, Fraction, SymPy) or symbols, not True",
        ),
        (
            lambda d: d.entry("input", (3, 0)),
            ShapeError,
            "entry (4, 1), counted from 1, is not in an array of shape (3, 3)",
        ),
        (
            lambda d: d.entry("output", (0,)),
            ShapeError,
            "entry (1), counted from 1, is not in an array of shape (2, 2)",
        ),
        (
            lambda d: d.entry("weight", (0, -1)),
            ShapeError,
            "entry (1, 0), counted from 1, is not in an array of shape (2, 2)",
        ),
    ],
)
def test_a_request_that_does_not_fit_is_refused_in_one_sentence(
    call: Any, kind: type[Exception], message: str
) -> None:
    with pytest.raises(kind) as error:
        call(Conv2d().derive((3, 3), (2, 2)))
    assert str(error.value) == message


@pytest.mark.parametrize(
    ("arrays", "kind", "message"),
    [
        (
            ([[1, 2], [3]], (1, 1)),
            ArgumentError,
            "A: must be rectangular: every row as long as the first, not [3]",
        ),
        (
            (A, [[1, "2"]]),
            ArgumentError,
            "B: must be exact numbers (int, Fraction, SymPy) or symbols, not '2'",
        ),
        (([[]], (1, 1)), ArgumentError, "A: must be an array with at least one entry in every row"),
        (
            ((2, 2), (3, 1)),
            ShapeError,
            "the kernel reaches over 3 positions, more than the padded input's 2 (input 2, padding 0 + 0)",
        ),
        (((4, 4),), ShapeError, "Conv2d needs a kernel_size: it has none of its own and no weight says it"),
    ],
)
def test_arrays_that_cannot_be_used_are_refused_by_name(
    arrays: Any, kind: type[Exception], message: str
) -> None:
    with pytest.raises(kind) as error:
        Conv2d().derive(*arrays)
    assert str(error.value) == message


@pytest.mark.parametrize("shape", [(0, 3), (-1, 3), (0, 1, 3, 3)])
def test_an_input_without_entries_is_refused(shape: Any) -> None:
    with pytest.raises(ShapeError) as error:
        AdaptiveAvgPool2d(2).derive(shape)
    assert str(error.value) == f"AdaptiveAvgPool2d: every size of the input must be at least 1, not {shape}"


@pytest.mark.parametrize(
    ("input", "weight"), [((3, 3), (0, 1)), ((1, 3, 3), (0, 1, 1, 1)), ((1, 3, 3), (1, 0, 1, 1))]
)
def test_a_weight_without_entries_is_refused(input: Any, weight: Any) -> None:
    with pytest.raises(ShapeError) as error:
        Conv2d().derive(input, weight)
    assert str(error.value) == f"Conv2d: every size of the weight must be at least 1, not {weight}"


def test_an_input_must_be_given() -> None:
    with pytest.raises(ArgumentError, match=r"^A: must be an array or a shape, not None$"):
        Conv2d().derive(None, (1, 1))


def test_a_pooling_refuses_a_weight_and_a_bias() -> None:
    with pytest.raises(ShapeError, match=r"^MaxPool2d has no weight$"):
        MaxPool2d(2).derive((4, 4), (2, 2))
    with pytest.raises(ShapeError, match=r"^MaxPool2d has no bias; its arguments are input$"):
        MaxPool2d(2).derive((4, 4)).substitute(bias=1)
