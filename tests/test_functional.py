"""The verbs: PyTorch's signatures, values computed by hand, the kinds of arrays, and what they refuse."""

from __future__ import annotations

import doctest
import inspect
import re
from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
import sympy as sp

import symconv.functional as F  # noqa: N812 (its name everywhere)
from symconv import functional_around
from symconv.errors import ArgumentError, ShapeError, UnsupportedError
from symconv.exact import symbols
from symconv.layers import AROUND, LAYERS

A = [[4, 5, 2, 2, 1], [3, 3, 2, 2, 4], [4, 3, 4, 1, 1], [5, 1, 4, 1, 2], [5, 1, 3, 1, 4]]
B = [[4, 3, 3], [5, 5, 5], [2, 4, 3]]
C = [[109, 92, 72], [108, 85, 74], [110, 74, 79]]

# As the pages of torch.nn.functional give them, for each number of dimensions.
POOL = "input, kernel_size, stride=None, padding=0"
SIGNATURES = {
    "conv": "input, weight, bias=None, stride=1, padding=0, dilation=1, groups=1",
    "conv_transpose": "input, weight, bias=None, stride=1, padding=0, output_padding=0, groups=1, dilation=1",
    "max_pool": f"{POOL}, dilation=1, ceil_mode=False, return_indices=False",
    "avg_pool": f"{POOL}, ceil_mode=False, count_include_pad=True, divisor_override=None",
    "lp_pool": "input, norm_type, kernel_size, stride=None, ceil_mode=False",
    "adaptive_avg_pool": "input, output_size",
    "adaptive_max_pool": "input, output_size, return_indices=False",
    "fractional_max_pool": "input, kernel_size, output_size=None, output_ratio=None, return_indices=False, "
    "_random_samples=None",
    "max_unpool": "input, indices, kernel_size, stride=None, padding=0, output_size=None",
}


VERBS = [verb for verb in F.__all__ if verb not in functional_around.__all__]


@pytest.mark.parametrize("verb", VERBS)
def test_verbs_have_pytorchs_names_order_and_defaults(verb: str) -> None:
    parameters = inspect.signature(getattr(F, verb)).parameters.values()
    assert all(parameter.kind is parameter.POSITIONAL_OR_KEYWORD for parameter in parameters)
    bare = [str(parameter.replace(annotation=parameter.empty)) for parameter in parameters]
    expected = SIGNATURES[verb[:-2]]
    if verb == "avg_pool1d":
        expected = expected.removesuffix(", divisor_override=None")
    assert ", ".join(bare) == expected


def test_there_is_a_verb_for_every_layer() -> None:
    of_layers = {
        re.sub("(?<!^)(?=[A-Z])", "_", name).lower().replace("l_p", "lp")
        for name in LAYERS
        if name not in AROUND
    }
    assert of_layers == set(VERBS)


def test_examples_in_the_docstrings_run_and_every_verb_has_one() -> None:
    finder = doctest.DocTestFinder()
    for verb in F.__all__:
        (examples,) = finder.find(getattr(F, verb), verb, globs=vars(inspect.getmodule(getattr(F, verb))))
        assert examples.examples
        assert doctest.DocTestRunner().run(examples).failed == 0


# --- values -----------------------------------------------------------------------------------------------


def test_conv2d_and_max_pool2d_give_the_homeworks_answers() -> None:
    assert F.conv2d(A, B).tolist() == C
    assert F.max_pool2d(C, 2, stride=1).tolist() == [[109, 92], [110, 85]]


def test_conv2d_adds_up_the_channels_of_a_group_and_the_bias_of_the_output() -> None:
    image = [[[1, 2]], [[3, 4]], [[5, 6]], [[7, 8]]]
    kernel = [[[[1]], [[10]]], [[[1]], [[10]]]]
    assert F.conv2d(image, kernel, [100, 200], groups=2).tolist() == [[[131, 142]], [[275, 286]]]


def test_conv2d_reads_every_stride_th_position_with_gaps_of_the_dilation() -> None:
    assert F.conv2d([[1, 2, 4, 8, 16, 32]], [[1, 1]], stride=2, dilation=(1, 2)).tolist() == [[5, 20]]


@pytest.mark.parametrize("bias", [7, [7], Fraction(7), np.array(7), sp.Integer(7)])
def test_a_single_channel_takes_its_bias_as_a_number_or_as_a_list_of_one(bias: object) -> None:
    assert F.conv2d([[1, 2]], [[1]], bias).tolist() == [[8, 9]]


def test_same_padding_puts_the_odd_cell_at_the_end() -> None:
    assert F.conv2d([[1, 2, 3]], [[1, 10]], padding="same").tolist() == [[21, 32, 3]]


def test_padding_never_wins_a_maximum_but_counts_in_a_mean() -> None:
    assert F.max_pool2d([[-1, -2]], (1, 2), padding=(0, 1)).tolist() == [[-1, -2]]
    assert F.avg_pool2d([[-1, -2]], (1, 2), padding=(0, 1)).tolist() == [[Fraction(-1, 2), -1]]
    assert F.avg_pool2d([[-1, -2]], (1, 2), padding=(0, 1), count_include_pad=False).tolist() == [[-1, -2]]


def test_lp_pool2d_takes_numbers_symbols_and_infinity_as_its_exponent() -> None:
    p, x, y = sp.symbols("p x y", positive=True)
    window = sp.Matrix([[x, y]])
    assert F.lp_pool2d(window, p, (1, 2))[0] == (x**p + y**p) ** (1 / p)
    assert F.lp_pool2d(window, 1, (1, 2))[0] == x + y
    assert F.lp_pool2d(window, sp.oo, (1, 2))[0] == sp.Max(x, y)
    assert F.lp_pool2d([[-3, 4]], 2, (1, 2)).tolist() == [[5]]
    assert F.lp_pool2d([[-3, 4]], float("inf"), (1, 2)).tolist() == [[4]]


def test_adaptive_windows_share_the_input_out_and_overlap_where_they_must() -> None:
    assert F.adaptive_avg_pool2d([[0, 3, 6, 9, 12]], (1, 2)).tolist() == [[3, 9]]
    assert F.adaptive_max_pool2d([[0, 3, 6, 9, 12]], (None, 2)).tolist() == [[6, 12]]


def test_fractional_windows_follow_the_sample() -> None:
    # a = (7 − 2)/(4 − 1) = 5/3: the windows start at 0, 1, 3, 5, and with u = 1/2 at 0, 2, 4, 5
    row = [[1, 2, 3, 4, 5, 6, 7]]
    assert F.fractional_max_pool2d(row, (1, 2), (1, 4)).tolist() == [[2, 3, 5, 7]]
    assert F.fractional_max_pool2d(row, (1, 2), (1, 4), _random_samples=(0.5, 0)).tolist() == [[2, 4, 6, 7]]
    assert F.fractional_max_pool2d([row[0]] * 4, 1, output_ratio=0.5).shape == (2, 3)


def test_unpooling_inverts_pooling_at_the_maxima() -> None:
    image = np.random.default_rng(0).permutation(48).reshape(2, 4, 6)
    pooled, places = F.max_pool2d(image, 2, return_indices=True)
    restored = F.max_unpool2d(pooled, places, 2)
    assert restored.shape == image.shape
    assert sorted(restored[restored != 0]) == sorted(pooled.ravel())
    assert ((restored == 0) | (restored == image)).all()


# --- indices ----------------------------------------------------------------------------------------------


def test_of_equal_maxima_the_first_in_row_major_order_gives_the_index() -> None:
    _, indices = F.max_pool2d([[1, 5, 5], [5, 5, 5]], 2, stride=1, return_indices=True)
    assert indices.tolist() == [[1, 1]]


def test_an_index_counts_within_its_own_plane_and_not_the_padding() -> None:
    image = [[[[0, 0], [0, 9]], [[8, 0], [0, 0]]]]
    values, indices = F.max_pool2d(image, 2, stride=1, padding=1, return_indices=True)
    assert values.shape == indices.shape == (1, 2, 3, 3)
    assert indices[0, 0].tolist() == [[0, 0, 1], [0, 3, 3], [2, 3, 3]]
    assert indices[0, 1].tolist() == [[0, 0, 1], [0, 0, 1], [2, 2, 3]]


@pytest.mark.parametrize(
    "pool",
    [
        lambda x: F.max_pool2d(x, 2, return_indices=True),
        lambda x: F.adaptive_max_pool2d(x, 1, return_indices=True),
        lambda x: F.fractional_max_pool2d(x, 2, 1, return_indices=True),
    ],
)
def test_indices_of_symbols_are_refused(pool: Callable[[Any], Any]) -> None:
    with pytest.raises(UnsupportedError, match="indices of maxima need numbers, not symbols"):
        pool(symbols("A", (2, 2)))


def test_a_window_wholly_in_the_padding_has_the_value_minus_infinity_and_no_index() -> None:
    arguments = {"kernel_size": (1, 2), "stride": 1, "padding": (0, 1), "dilation": (1, 2)}
    assert F.max_pool2d([[3]], **arguments).tolist() == [[-sp.oo]]
    with pytest.raises(UnsupportedError, match="wholly in the padding has no index"):
        F.max_pool2d([[3]], **arguments, return_indices=True)


# --- kinds of arrays --------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", [sp.Matrix, sp.ImmutableMatrix])
def test_a_sympy_matrix_in_gives_a_sympy_matrix_out(kind: type) -> None:
    result = F.conv2d(kind(A), B)
    assert type(result) is kind
    assert result == kind(C)
    pooled, indices = F.max_pool2d(kind(C), 2, stride=1, return_indices=True)
    assert (type(pooled), type(indices)) == (kind, kind)
    assert type(F.max_unpool2d(pooled, indices, 2, stride=1)) is kind


def test_a_sympy_array_in_gives_a_sympy_array_out() -> None:
    result = F.avg_pool2d(sp.Array([C]), 3)
    assert isinstance(result, sp.NDimArray)
    assert (result.shape, result[0, 0, 0]) == ((1, 1, 1), sp.Rational(803, 9))


@pytest.mark.parametrize(
    "array", [A, np.array(A), np.array(A, dtype=object), [[Fraction(x) for x in r] for r in A]]
)
def test_every_other_array_gives_a_numpy_array_of_exact_entries(array: Any) -> None:
    result = F.conv2d(array, B)
    assert (result.dtype, result.shape) == (object, (3, 3))
    assert result.tolist() == C
    assert {type(entry) for entry in result.flat} == {int}


@pytest.mark.parametrize("shape", [(5, 4), (3, 5, 4), (2, 3, 5, 4)])
def test_images_channels_and_batches_are_pooled_alike(shape: tuple[int, ...]) -> None:
    image = np.random.default_rng(1).permutation(np.arange(np.prod(shape))).reshape(shape)
    pooled = F.max_pool2d(image, 2)
    assert pooled.shape == (*shape[:-2], 2, 2)
    assert pooled.tolist() == image[..., :4, :].reshape(*shape[:-2], 2, 2, 2, 2).max((-1, -3)).tolist()


# --- refusals ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: F.conv2d([[1.5]], [[1]]), ArgumentError, "input: must be exact numbers"),
        (lambda: F.conv2d([[1, 2], [3]], [[1]]), ArgumentError, "input: must be rectangular"),
        (lambda: F.conv2d([[1]], [[1, 2]]), ShapeError, "more than the padded input's 1"),
        (lambda: F.conv2d(A, B, stride=0), ArgumentError, "stride: must be an integer >= 1"),
        (lambda: F.conv2d([A], [[B]], [1, 2]), ShapeError, r"bias must have shape \(1,\), not \(2,\)"),
        (lambda: F.conv2d([A], [[B]], 1), ShapeError, r"bias must have shape \(1,\), not \(\)"),
        (lambda: F.conv2d([A], [[B]], [1.0]), ArgumentError, "bias: must be exact numbers"),
        (lambda: F.conv2d([A, A, A], [[B]], groups=2), ShapeError, "3 input channels are not divisible"),
        (lambda: F.max_pool2d(A, 2, padding=2), ArgumentError, "at most half of kernel_size = 2"),
        (lambda: F.avg_pool2d(A, 2, divisor_override=0), ArgumentError, "divisor_override: must be"),
        (lambda: F.lp_pool2d(A, 0, 2), ArgumentError, "norm_type: must be a number > 0"),
        (lambda: F.adaptive_avg_pool2d(A, 0), ArgumentError, "output_size: must be an integer >= 1"),
        (lambda: F.fractional_max_pool2d(A, 2), ArgumentError, "output_size: must be given, or output_ratio"),
        (lambda: F.fractional_max_pool2d(A, 3, 4), ShapeError, "4 fractional windows of 3"),
        (lambda: F.max_unpool2d([[1]], [[4]], 2), ShapeError, "an index must be from 0 to 3"),
        (lambda: F.max_unpool2d([[1]], [[sp.pi]], 2), ArgumentError, "indices: must be an array of integers"),
        (lambda: F.max_unpool2d([[1]], [[0, 1]], 2), ShapeError, "the indices have shape"),
        (
            lambda: F.max_unpool2d([[1]], [[0]], 2, output_size=(4, 2)),
            ShapeError,
            "output_size must lie within",
        ),
    ],
)
def test_bad_arguments_are_refused_in_one_sentence(
    call: Callable[[], Any], error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message) as caught:
        call()
    assert "\n" not in str(caught.value)
