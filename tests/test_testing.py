"""Assertions about somebody's own layer: right functions pass, wrong ones are told what is wrong and why."""

from __future__ import annotations

import doctest
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import sympy as sp

from symconv import testing
from symconv.checks.oracle import Oracle
from symconv.errors import ArgumentError, ShapeError, UnsupportedError
from symconv.layers import (
    AdaptiveAvgPool2d,
    AdaptiveMaxPool2d,
    AvgPool2d,
    Conv2d,
    FractionalMaxPool2d,
    Layer,
    LPPool2d,
    MaxPool2d,
    MaxUnpool2d,
)
from symconv.testing import assert_backward, assert_forward

Shape = tuple[int, ...]

REFERENCED: dict[str, tuple[Layer, Any]] = {
    "conv": (Conv2d(bias=False), [(5, 6), (3, 2)]),
    "conv with a bias": (Conv2d(), [(4, 4), (2, 2)]),
    "conv, every argument": (Conv2d(4, 6, (2, 3), (2, 3), (1, 2), (2, 1), 2), [(2, 4, 6, 7)]),
    "conv, same": (Conv2d(padding="same", dilation=3), [(3, 5, 5), (2, 3, 2, 2)]),
    "max": (MaxPool2d(2), [(4, 6)]),
    "max, every argument": (MaxPool2d((3, 2), (2, 1), 1, 2, False, True), [(2, 3, 7, 6)]),
    "average": (AvgPool2d(3, 2, 1, True), [(2, 6, 6)]),
    "average, padding not counted": (AvgPool2d(2, 1, 1, False, False), [(3, 4)]),
    "average, fixed divisor": (AvgPool2d(2, 2, 0, False, True, 3), [(5, 4)]),
    "adaptive average": (AdaptiveAvgPool2d((3, None)), [(1, 2, 5, 4)]),
    "adaptive max": (AdaptiveMaxPool2d((4, 3)), [(7, 5)]),
    "fractional": (FractionalMaxPool2d(2, (3, 2), _random_samples=(0.25, 0.5)), [(2, 6, 5)]),
}


def oracle(layer: Layer, input_shape: Shape, weight_shape: Shape | None = None) -> Oracle:
    return Oracle(layer.operator(input_shape, weight_shape))


def gradient(wrt: Any, own: Oracle) -> Callable[..., Any]:
    """The reference's gradient with the signature that an assertion calls."""
    return lambda upstream, x, weight=None, bias=None: own.backward(wrt, upstream, x, weight)


def failure(assertion: Callable[[], None]) -> str:
    with pytest.raises(AssertionError) as caught:
        assertion()
    return str(caught.value)


def verdict(assertion: Callable[[], None]) -> str:
    """The last line of a failure."""
    return failure(assertion).splitlines()[-1]


# --- right functions --------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", REFERENCED)
@pytest.mark.parametrize("seed", [0, 1])
def test_the_numpy_reference_passes_forward_and_backward(name: str, seed: int) -> None:
    layer, shapes = REFERENCED[name]
    own = oracle(layer, *shapes)
    assert_forward(own.forward, layer, *shapes, seed=seed)
    for wrt in own.operator.arguments:
        assert_backward(gradient(wrt, own), layer, *shapes, wrt=wrt, seed=seed)


@pytest.mark.parametrize("p", [1, 2, 3])
def test_the_p_th_root_of_the_references_power_sums_passes_within_the_tolerance(p: int) -> None:
    layer, shape = LPPool2d(p, 2, 1), (3, 4)
    own = oracle(layer, shape)
    assert_forward(lambda x: own.forward(x).astype(float) ** (1 / p), layer, shape)

    def slope(upstream: Any, x: Any) -> Any:
        norms = own.forward(x).astype(float) ** (1 / p)
        return own.backward("input", upstream * norms ** (1 - p) / p, x)

    assert_backward(slope, layer, shape)


@pytest.mark.parametrize("ties", ["first", "split"])
def test_ties_are_drawn_when_asked_for_and_won_as_the_layer_says(ties: Any) -> None:
    layer, other = (MaxPool2d(2, 1, ties=each) for each in (ties, {"first": "split", "split": "first"}[ties]))
    own, wrong = (gradient("input", oracle(each, (5, 5))) for each in (layer, other))
    assert_backward(own, layer, (5, 5), ties=True)
    assert "entries are wrong" in failure(lambda: assert_backward(wrong, layer, (5, 5), ties=True))
    assert_backward(wrong, layer, (5, 5))


def test_numbers_are_tie_free_nonzero_integers_that_the_seed_decides() -> None:
    seen: list[Any] = []

    def record(*arrays: Any) -> Any:
        seen.append(arrays)
        return oracle(layer, (4, 4), (2, 3)).forward(*arrays)

    layer = Conv2d()
    for seed in (3, 3, 4):
        assert_forward(record, layer, (4, 4), (2, 3), seed=seed)
    first, again, other = seen
    assert [array.shape for array in first] == [(4, 4), (2, 3), ()]
    assert {array.dtype for array in first} == {np.dtype(np.int64)}
    assert sorted(abs(first[0]).ravel()) == list(range(1, 17))
    assert (first[0] < 0).any()
    assert all((a == b).all() for a, b in zip(first, again, strict=True))
    assert (first[0] != other[0]).any()


def test_numbers_are_positive_when_not_signed() -> None:
    def positive(x: Any) -> Any:
        assert (x > 0).all()
        return x

    assert_forward(positive, AvgPool2d(1), (4, 5), signed=False)


def test_results_may_be_lists_matrices_floats_and_arrays_of_other_libraries() -> None:
    class Tensor:
        def __init__(self, array: Any) -> None:
            self.array = array

        def detach(self) -> Tensor:
            return self

        cpu = detach

        def numpy(self) -> Any:
            return self.array

    for kind in (np.ndarray.tolist, sp.Matrix, np.float64, np.float32, Tensor):
        assert_forward(lambda x, kind=kind: kind(x), MaxPool2d(1), (3, 4))


def test_convert_makes_the_arrays_that_the_function_gets() -> None:
    def halved(x: Any) -> Any:
        assert x.dtype == np.float32
        return x

    assert_forward(halved, MaxPool2d(1), (3, 3), convert=lambda array: array.astype(np.float32))
    with pytest.raises(ArgumentError, match="convert: must be None, 'torch' or a function, not 'jax'"):
        assert_forward(halved, MaxPool2d(1), (3, 3), convert="jax")  # type: ignore[arg-type]


def test_floats_pass_within_the_tolerance_and_integers_only_if_equal() -> None:
    layer, shape = MaxPool2d(1), (2, 5)
    assert_forward(lambda x: x + 5e-9, layer, shape)  # of a largest entry 10
    assert_forward(lambda x: x + 0.05, layer, shape, tolerance=0.01)
    assert "10 of 10" in failure(lambda: assert_forward(lambda x: x + 5e-8, layer, shape))
    assert "10 of 10" in failure(lambda: assert_forward(lambda x: x + 1, layer, shape, tolerance=0))
    assert "10 of 10" in failure(lambda: assert_forward(lambda x: x + 1, layer, shape, tolerance=0.5))
    assert_forward(lambda x: (x + 5e-5).astype(np.float32), layer, shape)
    assert "10 of 10" in failure(lambda: assert_forward(lambda x: x * np.nan, layer, shape))


def test_a_quotient_is_not_an_integer() -> None:
    def rounded(x: Any) -> Any:
        return x.reshape(2, 2, 2, 2).sum((1, 3)) // 4

    assert "expected -13/4" in failure(lambda: assert_forward(rounded, AvgPool2d(2), (4, 4)))


# --- what a failure says ----------------------------------------------------------------------------------


def test_a_failure_names_the_entry_both_values_and_the_sum_in_symbols() -> None:
    layer, shapes = Conv2d(bias=False), ((5, 5), (3, 3))
    own = oracle(layer, *shapes)

    def wrong(upstream: Any, x: Any, weight: Any) -> Any:
        result = own.backward("input", upstream, x, weight)
        result[1, 2] = 20
        return result

    arrays: list[Any] = []
    assert_backward(lambda *drawn: arrays.extend(drawn) or own.backward("input", *drawn), layer, *shapes)
    right = own.backward("input", *arrays)[1, 2]
    assert failure(lambda: assert_backward(wrong, layer, *shapes)).splitlines() == [
        f"∂E/∂A[2,3]: got 20, expected {right} = G₁₁·B₂₃ + G₁₂·B₂₂ + G₁₃·B₂₁ + G₂₁·B₁₃ + G₂₂·B₁₂ + G₂₃·B₁₁",
        "1 of 25 entries are wrong",
        "Conv2d on input (5, 5), weight (3, 3); seed 0",
    ]


@pytest.mark.parametrize(
    ("layer", "shape", "written"),
    [
        (MaxPool2d(2), (4, 4), "C[1,1]: got 0, expected {} = max(A₁₁, A₁₂, A₂₁, A₂₂)"),
        (AvgPool2d(2), (4, 4), "C[1,1]: got 0, expected {} = (A₁₁ + A₁₂ + A₂₁ + A₂₂)/4"),
        (LPPool2d(1, 2), (1, 4, 4), "C[1,1,1]: got 0, expected {} = |A₁₁₁| + |A₁₁₂| + |A₁₂₁| + |A₁₂₂|"),
    ],
)
def test_a_failure_writes_the_window_of_a_pooling(layer: Layer, shape: Shape, written: str) -> None:
    first: list[Any] = []

    def zeros(x: Any) -> Any:
        derivation = layer.derive(x)
        first.append(derivation.output_entries.flat[0])
        return derivation.output_entries * 0

    message = failure(lambda: assert_forward(zeros, layer, shape)).splitlines()[0]
    assert message == written.format(first[-1])


def test_a_failure_names_three_entries_and_counts_the_rest() -> None:
    lines = failure(lambda: assert_forward(lambda x: x + x**2, MaxPool2d(1), (4, 5))).splitlines()
    assert [line.partition(":")[0] for line in lines[:3]] == ["C[1,1]", "C[1,2]", "C[1,3]"]
    assert lines[3:5] == ["…", "20 of 20 entries are wrong"]


def test_a_long_sum_is_broken_off() -> None:
    line = failure(
        lambda: assert_forward(lambda x: x[:1, :1] * 0, AdaptiveAvgPool2d(1), (20, 20))
    ).splitlines()[0]
    assert line.endswith(" …")
    assert len(line) < 400


def test_an_entry_that_no_output_reads_is_zero() -> None:
    line = failure(lambda: assert_backward(lambda g, x: x, MaxPool2d(2), (3, 3))).splitlines()
    assert any(text.endswith("expected 0, as no output reads it") for text in line)


def test_a_failure_of_the_shape_says_both_shapes() -> None:
    message = failure(lambda: assert_forward(lambda x: x, MaxPool2d(2), (4, 6)))
    assert message.splitlines()[0] == "C: got shape (4, 6), expected (2, 3)"


# --- diagnosis --------------------------------------------------------------------------------------------

SHAPES = ((5, 5), (3, 3))


def as_of(layer: Layer, wrt: Any = None, shapes: Any = SHAPES) -> Callable[..., Any]:
    """What the reference of another layer computes."""
    own = oracle(layer, *shapes)
    return own.forward if wrt is None else gradient(wrt, own)


def overwriting(upstream: Any, x: Any) -> Any:
    result = np.zeros_like(x)
    for i, j in np.ndindex(upstream.shape):
        window = x[i : i + 2, j : j + 2]
        a, b = np.unravel_index(window.argmax(), window.shape)
        result[i + a, j + b] = upstream[i, j]
    return result


def rotated(fn: Callable[..., Any], position: int) -> Callable[..., Any]:
    """A function that is given the kernel upside down."""
    return lambda *arrays: fn(*arrays[:position], arrays[position][::-1, ::-1], *arrays[position + 1 :])


PLAIN = Conv2d(bias=False)
FORWARD_MISTAKES: dict[str, tuple[Callable[..., Any], Layer, Any]] = {
    "for the kernel rotated by half a turn": (rotated(as_of(PLAIN), 1), PLAIN, SHAPES),
    "for the kernel transposed": (lambda x, w: as_of(PLAIN)(x, w.T), PLAIN, SHAPES),
    "transposed": (lambda x, w: as_of(PLAIN)(x, w).T, PLAIN, SHAPES),
    "without the bias": (lambda x, w, b: as_of(PLAIN)(x, w), Conv2d(), SHAPES),
    "for stride=1": (as_of(PLAIN), Conv2d(stride=2, bias=False), SHAPES),
    "for padding=0": (as_of(PLAIN), Conv2d(padding=1, bias=False), SHAPES),
    "for dilation=1": (as_of(PLAIN), Conv2d(dilation=2, bias=False), SHAPES),
    "for stride=(2, 2)": (as_of(MaxPool2d(2), shapes=[(6, 6)]), MaxPool2d(2, 1), [(6, 6)]),
    "for ceil_mode=False": (as_of(MaxPool2d(2), shapes=[(5, 5)]), MaxPool2d(2, ceil_mode=True), [(5, 5)]),
    "for count_include_pad=False": (
        as_of(AvgPool2d(2, padding=1, count_include_pad=False), shapes=[(4, 4)]),
        AvgPool2d(2, padding=1),
        [(4, 4)],
    ),
    "for divisor_override=1": (
        lambda x: x.reshape(2, 2, 2, 2).sum((1, 3)),
        AvgPool2d(2),
        [(4, 4)],
    ),
    "times -2": (lambda x, w: -2 * as_of(PLAIN)(x, w), PLAIN, SHAPES),
    "times 0.5": (lambda x, w: as_of(PLAIN)(x, w) / 2, PLAIN, SHAPES),
}


@pytest.mark.parametrize("mistake", FORWARD_MISTAKES)
def test_a_mistake_in_an_output_is_recognised(mistake: str) -> None:
    fn, layer, shapes = FORWARD_MISTAKES[mistake]
    assert verdict(lambda: assert_forward(fn, layer, *shapes)) == f"This is the result {mistake}."


def uncut(upstream: Any, x: Any, weight: Any) -> Any:
    return oracle(PLAIN, (7, 7), (3, 3)).backward("input", upstream, np.pad(x, 1), weight)


def gathered_with_stride_1(upstream: Any, x: Any, weight: Any) -> Any:
    result = np.zeros_like(x)
    for i, j in np.ndindex(upstream.shape):
        result[i : i + 3, j : j + 3] += upstream[i, j] * weight
    return result


BACKWARD_MISTAKES: dict[str, tuple[Callable[..., Any], Layer, Any]] = {
    "for the kernel rotated by half a turn": (rotated(as_of(PLAIN, "input"), 2), PLAIN, SHAPES),
    "rotated by half a turn": (lambda *a: as_of(PLAIN, "input")(*a)[::-1, ::-1], PLAIN, SHAPES),
    "for stride=1": (gathered_with_stride_1, Conv2d(stride=2, bias=False), SHAPES),
    "before the padding is cut off": (uncut, Conv2d(padding=1, bias=False), SHAPES),
    "of writing overlapping windows over each other instead of adding them up": (
        overwriting,
        MaxPool2d(2, 1),
        [(5, 5)],
    ),
    "times 0.25": (
        lambda g, x: 0.25 * as_of(AvgPool2d(2), "input", [(4, 4)])(g, x),
        AvgPool2d(2),
        [(4, 4)],
    ),
}


@pytest.mark.parametrize("mistake", BACKWARD_MISTAKES)
def test_a_mistake_in_a_gradient_is_recognised(mistake: str) -> None:
    fn, layer, shapes = BACKWARD_MISTAKES[mistake]
    assert verdict(lambda: assert_backward(fn, layer, *shapes)) == f"This is the result {mistake}."


def test_ties_that_are_shared_are_recognised() -> None:
    split = gradient("input", oracle(MaxPool2d(2, 1, ties="split"), (5, 5)))
    assert verdict(lambda: assert_backward(split, MaxPool2d(2, 1), (5, 5), ties=True)) == (
        "This is the result of sharing a gradient among equal maxima."
    )


def test_a_weight_gradient_upside_down_is_recognised() -> None:
    def wrong(*arrays: Any) -> Any:
        return as_of(PLAIN, "weight")(*arrays)[::-1, ::-1]

    assert verdict(lambda: assert_backward(wrong, PLAIN, *SHAPES, wrt="weight")) == (
        "This is the result rotated by half a turn."
    )


def test_no_mistake_is_named_where_none_is_recognised() -> None:
    assert verdict(lambda: assert_forward(lambda x, w: as_of(PLAIN)(x, w) + 1, PLAIN, *SHAPES)).startswith(
        "Conv2d on"
    )


# --- which gradients --------------------------------------------------------------------------------------


def gradients(*arrays: Any) -> tuple[Any, ...]:
    return tuple(gradient(wrt, oracle(Conv2d(), *SHAPES))(*arrays) for wrt in ("input", "weight", "bias"))


def spoilt(which: int) -> Callable[..., Any]:
    """All three gradients, one of them wrong."""
    return lambda *arrays: tuple(each + (place == which) for place, each in enumerate(gradients(*arrays)))


def test_a_tuple_holds_the_gradients_by_input_weight_and_bias() -> None:
    layer = Conv2d()
    assert_backward(gradients, layer, *SHAPES)
    assert_backward(lambda *a: gradients(*a)[:2], layer, *SHAPES)
    assert_backward(lambda *a: (None, gradients(*a)[1], None), layer, *SHAPES)
    for which, name in enumerate(("∂E/∂A[1,1]", "∂E/∂B[1,1]", "∂E/∂b")):
        assert failure(lambda which=which: assert_backward(spoilt(which), layer, *SHAPES)).startswith(
            f"{name}: got"
        )


def test_wrt_chooses_what_is_compared_and_orders_a_tuple_as_long_as_itself() -> None:
    layer = Conv2d()
    assert_backward(spoilt(0), layer, *SHAPES, wrt=("weight", "bias"))
    assert_backward(lambda *a: gradients(*a)[1], layer, *SHAPES, wrt="weight")
    assert_backward(lambda *a: gradients(*a)[:0:-1], layer, *SHAPES, wrt=("bias", "weight"))
    assert "∂E/∂B" in failure(lambda: assert_backward(spoilt(1), layer, *SHAPES, wrt="weight"))


def test_a_dict_names_its_gradients() -> None:
    def named(*arrays: Any) -> dict[str, Any]:
        return dict(zip(("bias", "input"), (gradients(*arrays)[i] for i in (2, 0)), strict=True))

    assert_backward(named, Conv2d(), *SHAPES)
    assert_backward(named, Conv2d(), *SHAPES, wrt="bias")
    message = failure(lambda: assert_backward(named, Conv2d(), *SHAPES, wrt=("input", "weight")))
    assert message == "the function returned no gradient by weight"


@pytest.mark.parametrize(
    ("result", "message"),
    [
        (None, "the function returned no gradient by input"),
        ((None, None), "the function returned no gradient by input"),
        ({}, "the function returned no gradient by input"),
        ((1, 2, 3, 4), "the function must return gradients by input, weight, bias and no more, not 4"),
        ({"kernel": 1}, "the function must return gradients by input, weight, bias and no more, not 1"),
        ("nothing", "the function must return numbers, not an array of <U7"),
        ([[True]], "the function must return numbers, not an array of bool"),
    ],
)
def test_what_is_no_gradient_fails(result: Any, message: str) -> None:
    assert failure(lambda: assert_backward(lambda *a: result, Conv2d(), *SHAPES)) == message


def test_entries_that_are_no_numbers_are_wrong() -> None:
    message = failure(lambda: assert_forward(lambda x: np.full(x.shape, None), MaxPool2d(1), (1, 2)))
    assert message.startswith("C[1,1]: got None, expected")


# --- refusals ---------------------------------------------------------------------------------------------


def test_what_cannot_be_compared_is_refused() -> None:
    with pytest.raises(ArgumentError, match="wrt: must be one of input, not 'weight'"):
        assert_backward(lambda g, x: x, MaxPool2d(2), (4, 4), wrt="weight")
    with pytest.raises(ShapeError, match="more than the padded input's 2"):
        assert_forward(lambda x: x, MaxPool2d(3), (2, 2))
    with pytest.raises(UnsupportedError, match="a comparison needs numbers, but the layer has symbols"):
        assert_forward(lambda x: x, LPPool2d(sp.Symbol("p", positive=True), 2), (2, 2))
    with pytest.raises(UnsupportedError, match="MaxUnpool2d: its indices are not drawn"):
        assert_forward(lambda x: x, MaxUnpool2d(2), (2, 2))


def test_examples_in_the_docstrings_run() -> None:
    results = doctest.testmod(testing)
    assert results.attempted > 0
    assert results.failed == 0


# --- PyTorch ----------------------------------------------------------------------------------------------

PYTORCH: dict[str, tuple[Callable[[Any], Callable[..., Any]], Layer, Any]] = {
    "conv2d": (
        lambda F: lambda x, w, b: F.conv2d(x, w, b, (2, 3), (1, 2), (2, 1), 2),
        Conv2d(stride=(2, 3), padding=(1, 2), dilation=(2, 1), groups=2),
        [(2, 4, 6, 7), (6, 2, 2, 3)],
    ),
    "max_pool2d": (
        lambda F: lambda x: F.max_pool2d(x, (3, 2), (2, 1), 1, 2, True),
        MaxPool2d((3, 2), (2, 1), 1, 2, False, True),
        [(2, 3, 7, 6)],
    ),
    "avg_pool2d": (
        lambda F: lambda x: F.avg_pool2d(x, 3, 2, 1, True),
        AvgPool2d(3, 2, 1, True),
        [(2, 6, 6)],
    ),
    "lp_pool2d": (lambda F: lambda x: F.lp_pool2d(x, 3, 2, 1), LPPool2d(3, 2, 1), [(2, 3, 4)]),
    "adaptive_avg_pool2d": (
        lambda F: lambda x: F.adaptive_avg_pool2d(x, (3, None)),
        AdaptiveAvgPool2d((3, None)),
        [(1, 2, 5, 4)],
    ),
    "adaptive_max_pool2d": (
        lambda F: lambda x: F.adaptive_max_pool2d(x, (4, 3)),
        AdaptiveMaxPool2d((4, 3)),
        [(2, 7, 5)],
    ),
}


@pytest.mark.torch
@pytest.mark.parametrize("verb", PYTORCH)
def test_pytorch_passes_forward_and_backward(verb: str, torch: Any) -> None:
    make, layer, shapes = PYTORCH[verb]
    fn, signed = make(torch.nn.functional), verb != "lp_pool2d"

    def backward(upstream: Any, *arrays: Any) -> Any:
        leaves = tuple(array.requires_grad_() for array in arrays)
        return torch.autograd.grad(fn(*leaves), leaves, upstream)

    assert_forward(fn, layer, *shapes, signed=signed, convert="torch")
    assert_backward(backward, layer, *shapes, signed=signed, convert="torch")


@pytest.mark.torch
def test_pytorch_gives_ties_to_the_first(torch: Any) -> None:
    def backward(upstream: Any, x: Any) -> Any:
        output = torch.nn.functional.max_pool2d(x.requires_grad_(), 2, 1)
        return torch.autograd.grad(output, x, upstream)

    assert_backward(backward, MaxPool2d(2, 1), (1, 6, 6), ties=True, convert="torch")


@pytest.mark.torch
def test_pytorchs_lp_pooling_fails_where_entries_are_negative(torch: Any) -> None:
    def pool(x: Any) -> Any:
        return torch.nn.functional.lp_pool2d(x, 3, 2)

    assert "got nan" in failure(lambda: assert_forward(pool, LPPool2d(3, 2), (1, 4, 4), convert="torch"))
