"""The layers: PyTorch's arguments, laws between layers, and what each refuses."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from fractions import Fraction
from inspect import signature
from typing import Any

import numpy as np
import pytest
import sympy as sp
from layer_cases import CASES, integers

from symconv.errors import ArgumentError, ShapeError, UnsupportedError
from symconv.exact import Array, pack
from symconv.layers import (
    AROUND,
    LAYERS,
    AdaptiveAvgPool2d,
    AdaptiveMaxPool2d,
    AvgPool2d,
    Conv2d,
    ConvTranspose2d,
    FractionalMaxPool2d,
    Layer,
    LPPool2d,
    MaxPool2d,
    MaxUnpool2d,
)

SEEDS = range(4)


def output(layer: Layer, x: Array, *weights: Array) -> Array:
    return layer.operator(x.shape, *(w.shape for w in weights)).forward(x, *weights)


def gradient(layer: Layer, x: Array, upstream: Array) -> Array:
    return layer.operator(x.shape).backward("input", upstream, x)


# The table.


def test_every_layer_is_covered_by_a_case() -> None:
    assert {type(case.layer).__name__ for case in CASES.values()} == set(LAYERS)


@pytest.mark.parametrize("name", LAYERS)
def test_a_layer_is_listed_under_its_own_name_and_says_its_formula_and_source(name: str) -> None:
    layer = LAYERS[name]
    assert layer.__name__ == name
    assert layer.__doc__ is not None
    assert "Source: torch." in layer.__doc__
    assert name.endswith(f"{layer.dims}d") or name in AROUND


# PyTorch's names and order; what only symconv has comes last.
SIGNATURES = {
    "Conv": "in_channels out_channels kernel_size stride padding dilation groups bias padding_mode",
    "ConvTranspose": "in_channels out_channels kernel_size stride padding output_padding groups bias dilation padding_mode",
    "MaxPool": "kernel_size stride padding dilation return_indices ceil_mode ties",
    "MaxUnpool": "kernel_size stride padding output_size",
    "AvgPool": "kernel_size stride padding ceil_mode count_include_pad divisor_override",
    "FractionalMaxPool": "kernel_size output_size output_ratio return_indices _random_samples ties",
    "LPPool": "norm_type kernel_size stride ceil_mode",
    "AdaptiveMaxPool": "output_size return_indices ties",
    "AdaptiveAvgPool": "output_size",
    "ReLU": "inplace",
    "LeakyReLU": "negative_slope inplace",
    "Sigmoid": "",
    "Tanh": "",
    "Flatten": "start_dim end_dim",
    "Linear": "in_features out_features bias",
    "Sum": "",
    "MSELoss": "reduction",
    "CrossEntropyLoss": "reduction",
}


def test_every_family_has_one_two_and_three_dimensions() -> None:
    every = {f"{family}{dims}d" for family in SIGNATURES if family not in AROUND for dims in (1, 2, 3)}
    assert set(LAYERS) - set(AROUND) == every - {"FractionalMaxPool1d"}
    assert len(LAYERS) == 26 + len(AROUND)


@pytest.mark.parametrize("name", LAYERS)
def test_a_layer_takes_the_arguments_of_pytorch_in_the_order_of_pytorch(name: str) -> None:
    expected = SIGNATURES[name if name in AROUND else name[:-2]].removesuffix(
        " divisor_override" if name == "AvgPool1d" else ""
    )
    assert " ".join(signature(LAYERS[name]).parameters) == expected


@pytest.mark.torch
@pytest.mark.parametrize("name", [name for name in LAYERS if name not in AROUND])
def test_the_arguments_begin_with_those_of_the_installed_pytorch(name: str, torch: Any) -> None:
    placement = {"device", "dtype"}
    theirs = [p for p in signature(getattr(torch.nn, name)).parameters if p not in placement]
    assert list(signature(LAYERS[name]).parameters)[: len(theirs)] == theirs


@pytest.mark.parametrize("name", CASES)
def test_a_layer_is_a_frozen_value(name: str) -> None:
    layer = CASES[name].layer
    with pytest.raises(AttributeError):
        setattr(layer, fields(layer)[0].name if fields(layer) else "new", 7)
    assert layer == layer.__class__(**arguments(layer))
    assert hash(layer) == hash(layer.__class__(**arguments(layer)))


def arguments(layer: Layer) -> dict[str, Any]:
    """The arguments that make a layer again, read off it."""
    stored = {"output_size": "target", "_random_samples": "random_samples"}
    stored |= {"reduction": "kind"}
    return {name: getattr(layer, stored.get(name, name)) for name in signature(type(layer)).parameters}


@pytest.mark.parametrize(
    ("layer", "same"),
    [
        (Conv2d(stride=2, padding=1), Conv2d(stride=(2, 2), padding=((1, 1), (1, 1)))),
        (Conv2d(padding="valid"), Conv2d()),
        (MaxPool2d(2), MaxPool2d((2, 2), stride=(2, 2))),
        (MaxPool2d([3]), MaxPool2d(3)),
        (LPPool2d(float("inf"), 2), LPPool2d(sp.oo, 2)),
        (LPPool2d(1.5, 2), LPPool2d(Fraction(3, 2), 2)),
        (AdaptiveAvgPool2d(3), AdaptiveAvgPool2d((3, 3))),
    ],
)
def test_short_and_long_arguments_make_the_same_operator(layer: Layer, same: Layer) -> None:
    weight = (3, 3) if layer.has_weight else None
    assert layer.operator((7, 8), weight) == same.operator((7, 8), weight)


# Output sizes.

I, K, S, P, D = sp.symbols("I K S P D", integer=True, positive=True)


@pytest.mark.parametrize(
    ("layer", "size", "result"),
    [
        (Conv2d(kernel_size=3), (5, 5), (3, 3)),
        (Conv2d(kernel_size=3, stride=2), (6, 5), (2, 2)),
        (Conv2d(kernel_size=(3, 2), stride=(2, 1), padding=(1, 0), dilation=(2, 3)), (7, 9), (3, 6)),
        (Conv2d(kernel_size=(4, 3), padding="same", dilation=2), (5, 6), (5, 6)),
        (MaxPool2d(2), (5, 4), (2, 2)),
        (MaxPool2d(2, ceil_mode=True), (5, 4), (3, 2)),
        (LPPool2d(2, 3, 1), (5, 4), (3, 2)),
        (AdaptiveAvgPool2d((None, 2)), (5, 4), (5, 2)),
        (MaxUnpool2d(2), (3, 4), (6, 8)),
        (MaxUnpool2d(3, 2, 1), (3, 4), (5, 7)),
        (FractionalMaxPool2d(2, output_ratio=Fraction(1, 3)), (9, 7), (3, 2)),
    ],
)
def test_output_sizes_computed_by_hand(layer: Layer, size: tuple[int, ...], result: tuple[int, ...]) -> None:
    assert layer.output_size(size) == result


def test_the_output_size_of_symbols_is_the_formula_with_the_floor() -> None:
    formula = sp.floor((I + 2 * P - D * (K - 1) - 1) / S) + 1
    assert Conv2d(stride=S, padding=P, dilation=D).output_size((I, I), (K, K)) == (formula, formula)


# Laws between layers.


@pytest.mark.parametrize("seed", SEEDS)
def test_average_pooling_is_convolution_with_a_constant_kernel(seed: int) -> None:
    x, kernel = integers((5, 6), seed), pack([[Fraction(1, 6)] * 3] * 2)
    pooled = output(AvgPool2d((2, 3), 2, 1), x)
    assert (pooled == output(Conv2d(stride=2, padding=1), x, kernel)).all()
    assert pooled.any()


@pytest.mark.parametrize("seed", SEEDS)
def test_lp_pooling_at_1_is_the_sum_exactly_where_entries_are_not_negative(seed: int) -> None:
    x = integers((4, 5), seed, low=0)
    sums = output(AvgPool2d(2, 1, divisor_override=1), x)
    assert (output(LPPool2d(1, 2, 1), x) == sums).all()
    signed = x.copy()
    signed[0, 0] = -1
    assert (output(LPPool2d(1, 2, 1), signed) != output(AvgPool2d(2, 1, divisor_override=1), signed))[0, 0]


@pytest.mark.parametrize("seed", SEEDS)
def test_lp_pooling_at_infinity_is_the_maximum_of_the_absolute_values(seed: int) -> None:
    x = integers((4, 5), seed)
    assert (output(LPPool2d(sp.oo, 2, 1), x) == output(MaxPool2d(2, 1), abs(x))).all()


@pytest.mark.parametrize("p", [1, 2, 3, sp.Rational(5, 2)])
def test_lp_pooling_is_homogeneous_and_blind_to_signs(p: Any) -> None:
    x, layer = integers((3, 4), 8), LPPool2d(p, 2, 1)
    for scaled, once in zip(output(layer, -3 * x).flat, output(layer, x).flat, strict=True):
        left, right = (sp.sympify(side) ** p for side in (scaled, once))  # the sums of powers
        assert right > 0
        assert sp.expand(left - sp.Integer(3) ** p * right) == 0


@pytest.mark.parametrize("p", [2, 5, sp.Rational(3, 2)])
def test_the_lp_gradient_satisfies_eulers_relation(p: Any) -> None:
    # Σ x·∂y/∂x = y, as the norm is homogeneous of degree 1; both sides times y^(p−1)
    x, layer = integers((2, 2), 4), LPPool2d(p, 2)
    norm = output(layer, x)[0, 0]
    slopes = gradient(layer, x, pack([[1]]))
    products = [entry * slope * norm ** (p - 1) for entry, slope in zip(x.flat, slopes.flat, strict=True)]
    assert any(products)
    assert sp.expand(sp.Add(*products) - norm**p) == 0


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("target", [1, 2, 3])
def test_adaptive_pooling_is_pooling_where_the_sizes_divide(seed: int, target: int) -> None:
    x = integers((6, 12), seed)
    kernel = (6 // target, 12 // target)
    assert (output(AdaptiveAvgPool2d(target), x) == output(AvgPool2d(kernel), x)).all()
    assert (output(AdaptiveMaxPool2d(target), x) == output(MaxPool2d(kernel), x)).all()


def test_adaptive_pooling_to_the_inputs_size_changes_nothing() -> None:
    x = integers((2, 3, 4), 1)
    assert (output(AdaptiveAvgPool2d(None), x) == x).all()
    assert (output(AdaptiveMaxPool2d((3, 4)), x) == x).all()


def test_fractional_pooling_without_chance_starts_at_equal_steps() -> None:
    x = integers((7, 7), 2)  # a = (7 − 3)/(3 − 1) = 2: windows at 0, 2, 4
    assert (output(FractionalMaxPool2d(3, 3), x) == output(MaxPool2d(3, 2), x)).all()


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("ties", ["first", "split"])
def test_each_window_of_max_pooling_hands_on_exactly_its_upstream(ties: Any, seed: int) -> None:
    x = integers((4, 4), seed, 0, 2)  # ties in almost every window
    layer = MaxPool2d(2, 1, ties=ties)
    operator = layer.operator(x.shape)
    for window in np.ndindex(*operator.output_shape):
        upstream = np.full(operator.output_shape, 0, dtype=object)
        upstream[window] = 7
        shares = operator.backward("input", upstream, x)
        assert shares.sum() == 7
        readers = {tap.inp for tap in operator.taps_at("out", window)}
        assert {tuple(map(int, at)) for at in np.argwhere(shares)} <= readers
        assert all(x[at] == output(layer, x)[window] for at in zip(*np.nonzero(shares), strict=True))


@pytest.mark.parametrize(
    ("ties", "expected"),
    [("first", [[6, 0], [0, 0]]), ("split", [[2, 2], [0, 2]])],
)
def test_tied_maxima_take_the_gradient_by_the_convention(ties: Any, expected: list[list[int]]) -> None:
    x, upstream = pack([[5, 5], [1, 5]]), pack([[6]])
    assert gradient(MaxPool2d(2, ties=ties), x, upstream).tolist() == expected
    assert gradient(AdaptiveMaxPool2d(1, ties=ties), x, upstream).tolist() == expected
    assert gradient(FractionalMaxPool2d(2, 1, ties=ties), x, upstream).tolist() == expected


def test_padding_of_max_pooling_never_wins_over_negative_entries() -> None:
    x = pack([[-5, -6], [-7, -8]])
    assert output(MaxPool2d(2, 2, 1), x).tolist() == [[-5, -6], [-7, -8]]


@pytest.mark.parametrize("seed", SEEDS)
def test_unpooling_after_max_pooling_puts_every_maximum_back(seed: int) -> None:
    x = pack(np.random.default_rng(seed).permutation(16).reshape(4, 4) + 1)
    pooled = output(MaxPool2d(2), x)
    flat = x.ravel().tolist()
    targets = [[flat.index(entry) for entry in row] for row in pooled]
    back = MaxUnpool2d(2).operator((2, 2), indices=targets).forward(pooled)
    assert (back == np.where(gradient(MaxPool2d(2), x, pack([[1, 1], [1, 1]])) == 1, x, 0)).all()


def test_a_same_convolution_puts_the_odd_cell_at_the_end() -> None:
    x, kernel = pack([[1, 2, 3]]), pack([[1, 10]])
    assert output(Conv2d(padding="same"), x, kernel).tolist() == [[21, 32, 3]]


# Errors: one sentence with the name, the requirement and the value.

INT, NOT_BELOW_0 = "an integer >= 1 or a list of 2", "an integer >= 0 or a list of 2"


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: Conv2d(stride=0), f"stride: must be {INT}, not 0"),
        (lambda: Conv2d(stride=-1), f"stride: must be {INT}, not -1"),
        (lambda: Conv2d(stride=(1, 0)), f"stride: must be {INT}, not (1, 0)"),
        (lambda: Conv2d(stride=(1, 2, 3)), f"stride: must be {INT}, not (1, 2, 3)"),
        (lambda: Conv2d(stride=1.0), f"stride: must be {INT}, not 1.0"),
        (lambda: Conv2d(stride=True), f"stride: must be {INT}, not True"),
        (lambda: Conv2d(stride="2"), f"stride: must be {INT}, not '2'"),
        (lambda: Conv2d(stride=None), f"stride: must be {INT}, not None"),
        (lambda: Conv2d(dilation=0), f"dilation: must be {INT}, not 0"),
        (lambda: Conv2d(padding=-1), f"padding: must be {NOT_BELOW_0}, not -1"),
        (lambda: Conv2d(padding=0.5), f"padding: must be {NOT_BELOW_0}, not 0.5"),
        (
            lambda: Conv2d(padding=((1, 0), (0, -1))),
            "padding: must be an integer >= 0, a list of 2, or a list of 2 pairs, not ((1, 0), (0, -1))",
        ),
        (
            lambda: Conv2d(padding=((1, 0, 2), 1)),
            "padding: must be an integer >= 0, a list of 2, or a list of 2 pairs, not ((1, 0, 2), 1)",
        ),
        (
            lambda: Conv2d(padding="full"),
            "padding: must be 'same', 'valid', an integer >= 0 or a list, not 'full'",
        ),
        (
            lambda: Conv2d(padding="same", stride=2),
            "padding: must be an integer or a list where the stride is not 1, not 'same'",
        ),
        (lambda: Conv2d(kernel_size=0), f"kernel_size: must be {INT}, not 0"),
        (lambda: Conv2d(groups=0), "groups: must be an integer >= 1, not 0"),
        (lambda: Conv2d(in_channels=-2), "in_channels: must be an integer >= 1, not -2"),
        (lambda: Conv2d(3, 4, groups=2), "in_channels: must be divisible by groups = 2, not 3"),
        (lambda: Conv2d(4, 3, groups=2), "out_channels: must be divisible by groups = 2, not 3"),
        (lambda: Conv2d(bias=1), "bias: must be true or false, not 1"),
        (lambda: MaxPool2d(0), f"kernel_size: must be {INT}, not 0"),
        (lambda: MaxPool2d("2"), f"kernel_size: must be {INT}, not '2'"),
        (lambda: MaxPool2d(2, stride=0), f"stride: must be {INT}, not 0"),
        (lambda: MaxPool2d(3, padding=2), "padding: must be at most half of kernel_size = 3, not 2"),
        (lambda: MaxPool2d((4, 2), padding=2), "padding: must be at most half of kernel_size = 2, not 2"),
        (lambda: MaxPool2d(2, ceil_mode=1), "ceil_mode: must be true or false, not 1"),
        (lambda: MaxPool2d(2, return_indices="no"), "return_indices: must be true or false, not 'no'"),
        (lambda: MaxPool2d(2, ties="last"), "ties: must be 'first' or 'split', not 'last'"),
        (lambda: AvgPool2d(2, padding=2), "padding: must be at most half of kernel_size = 2, not 2"),
        (
            lambda: AvgPool2d(2, divisor_override=0),
            "divisor_override: must be an integer other than 0, not 0",
        ),
        (
            lambda: AvgPool2d(2, divisor_override=True),
            "divisor_override: must be an integer other than 0, not True",
        ),
        (lambda: LPPool2d(0, 2), "norm_type: must be a number > 0, a symbol or oo, not 0"),
        (lambda: LPPool2d(-1, 2), "norm_type: must be a number > 0, a symbol or oo, not -1"),
        (lambda: LPPool2d(True, 2), "norm_type: must be a number > 0, a symbol or oo, not True"),
        (lambda: LPPool2d("2", 2), "norm_type: must be a number > 0, a symbol or oo, not '2'"),
        (lambda: LPPool2d(float("nan"), 2), "norm_type: must be a number > 0, a symbol or oo, not nan"),
        (lambda: LPPool2d(-sp.oo, 2), "norm_type: must be a number > 0, a symbol or oo, not -oo"),
        (lambda: LPPool2d(sp.I, 2), "norm_type: must be a number > 0, a symbol or oo, not I"),
        (
            lambda: LPPool2d(sp.Symbol("q", negative=True), 2),
            "norm_type: must be a number > 0, a symbol or oo, not q",
        ),
        (lambda: AdaptiveAvgPool2d(0), "output_size: must be an integer >= 1, not 0"),
        (
            lambda: AdaptiveMaxPool2d((1, 2, 3)),
            "output_size: must be an integer >= 1, none, or a list of 2, not (1, 2, 3)",
        ),
        (lambda: FractionalMaxPool2d(2), "output_size: must be given, or output_ratio, but not both"),
        (lambda: FractionalMaxPool2d(2, 2, 0.5), "output_size: must be given, or output_ratio, but not both"),
        (
            lambda: FractionalMaxPool2d(2, output_ratio=1.5),
            "output_ratio: must be a number between 0 and 1 or a list of 2, not 1.5",
        ),
        (
            lambda: FractionalMaxPool2d(2, 2, _random_samples=(0.5,)),
            "_random_samples: must be 2 numbers from 0 to below 1, one an axis, or an array (N, C, 2) of them, not (0.5,)",
        ),
        (
            lambda: Conv2d(padding_mode="mirror"),
            "padding_mode: must be 'zeros', 'reflect', 'replicate' or 'circular', not 'mirror'",
        ),
        (
            lambda: ConvTranspose2d(padding_mode="reflect"),
            "padding_mode: must be 'zeros' for ConvTranspose2d, not 'reflect'",
        ),
        (lambda: ConvTranspose2d(padding="same"), f"padding: must be {NOT_BELOW_0}, not 'same'"),
        (
            lambda: ConvTranspose2d(stride=(2, 3), dilation=2, output_padding=(1, 3)),
            "output_padding: must be less than the stride or the dilation, here 3 and 2, not 3",
        ),
        (lambda: ConvTranspose2d(3, 4, groups=2), "in_channels: must be divisible by groups = 2, not 3"),
        (
            lambda: FractionalMaxPool2d(2, output_ratio=0),
            "output_ratio: must be a number between 0 and 1 or a list of 2, not 0",
        ),
        (
            lambda: MaxUnpool2d(2, output_size=(1, 2, 3)),
            f"output_size: must be {INT}, not (1, 2, 3)",
        ),
        (lambda: MaxUnpool2d(2, padding=-1), f"padding: must be {NOT_BELOW_0}, not -1"),
    ],
)
def test_an_argument_outside_its_domain_is_refused_in_one_sentence(
    build: Callable[[], Layer], message: str
) -> None:
    with pytest.raises(ArgumentError) as error:
        build()
    assert str(error.value) == message


@pytest.mark.parametrize(
    ("layer", "shapes", "message"),
    [
        (
            Conv2d(),
            ((2, 5), (3, 3)),
            "the kernel reaches over 3 positions, more than the padded input's 2 (input 2, padding 0 + 0)",
        ),
        (
            Conv2d(padding=1, dilation=3),
            ((9, 4), (3, 3)),
            "the kernel reaches over 7 positions, more than the padded input's 6 (input 4, padding 1 + 1)",
        ),
        (
            MaxPool2d(3),
            ((3, 2),),
            "the kernel reaches over 3 positions, more than the padded input's 2 (input 2, padding 0 + 0)",
        ),
        (Conv2d(), ((5,), (3, 3)), "Conv2d: the input must have 2, 3 or 4 dimensions, not 1 (shape (5,))"),
        (
            MaxPool2d(2),
            ((1, 1, 1, 4, 4),),
            "MaxPool2d: the input must have 2, 3 or 4 dimensions, not 5 (shape (1, 1, 1, 4, 4))",
        ),
        (MaxPool2d(2), ((4, 4), (2, 2)), "MaxPool2d has no weight"),
        (
            Conv2d(),
            ((5, 5), (1, 1, 3, 3)),
            "Conv2d: for an input of 2 dimensions the weight must have 2, (kernel_size), not 4 (shape (1, 1, 3, 3))",
        ),
        (
            Conv2d(),
            ((2, 5, 5), (3, 3)),
            "Conv2d: for an input of 3 dimensions the weight must have 4, "
            "(out_channels, in_channels / groups, kernel_size), not 2 (shape (3, 3))",
        ),
        (
            Conv2d(groups=2),
            ((5, 5), (3, 3)),
            "Conv2d: an input of 2 dimensions has a single channel; give it 3 dimensions for channels and groups",
        ),
        (
            Conv2d(groups=2),
            ((3, 4, 4), (2, 1, 2, 2)),
            "Conv2d: 3 input channels are not divisible by groups = 2",
        ),
        (
            Conv2d(groups=2),
            ((4, 4, 4), (3, 2, 2, 2)),
            "Conv2d: 3 output channels are not divisible by groups = 2",
        ),
        (
            Conv2d(groups=2),
            ((4, 4, 4), (2, 4, 2, 2)),
            "Conv2d: the weight has (out_channels, in_channels / groups) = (2, 4) with groups = 2, "
            "that is 8 input channels, but the input has 4",
        ),
        (Conv2d(3, 1), ((2, 4, 4), (1, 2, 2, 2)), "Conv2d: the input has 2 channels, in_channels is 3"),
        (
            Conv2d(2, 3),
            ((2, 4, 4), (1, 2, 2, 2)),
            "Conv2d: the weight has 1 output channels, out_channels is 3",
        ),
        (
            Conv2d(kernel_size=2),
            ((5, 5), (3, 3)),
            "Conv2d: the weight's kernel is (3, 3), the layer's kernel_size (2, 2)",
        ),
        (Conv2d(), ((5, 5),), "Conv2d needs a kernel_size: it has none of its own and no weight says it"),
        (Conv2d(kernel_size=2), ((2, 5, 5),), "Conv2d needs out_channels or a weight"),
    ],
)
def test_shapes_that_do_not_fit_are_refused_in_one_sentence(layer: Layer, shapes: Any, message: str) -> None:
    with pytest.raises(ShapeError) as error:
        layer.operator(*shapes)
    assert str(error.value) == message


@pytest.mark.parametrize(
    ("indices", "size", "message"),
    [
        ([[0, 1]], None, "MaxUnpool2d: the indices have shape (1, 2), the input (2, 2)"),
        ([[0, 1], [2, 16]], None, "MaxUnpool2d: an index must be from 0 to 15"),
        ([[0, 1], [2, -1]], None, "MaxUnpool2d: an index must be from 0 to 15"),
        ([[0, 1], [2, 3]], (4, 6), "MaxUnpool2d: output_size must lie within stride = 2 of 4, not 6"),
    ],
)
def test_indices_that_do_not_fit_are_refused_in_one_sentence(indices: Any, size: Any, message: str) -> None:
    with pytest.raises(ShapeError) as error:
        MaxUnpool2d(2, output_size=size).operator((2, 2), indices=indices)
    assert str(error.value) == message


def test_unpooling_without_indices_asks_for_them() -> None:
    with pytest.raises(UnsupportedError, match=r"^MaxUnpool2d needs the indices"):
        MaxUnpool2d(2).derive((2, 2))


def test_a_wrong_number_of_sizes_is_refused() -> None:
    with pytest.raises(ShapeError, match=r"^input_size must have 2 sizes, not 1$"):
        MaxPool2d(2).output_size((4,))
