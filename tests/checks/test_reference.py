"""The NumPy reference against PyTorch, recorded and live, against values computed by hand, and by its laws."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from math import inf
from typing import Any

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from vectors.recorded import MODULES, cases

from symconv.checks import convolutions, reference
from symconv.checks.windows import Array, Pads, Sizes, fit, fold, pad, slide, unpad

Case = dict[str, Any]


def exact(nested: Any) -> Array:
    """Nested lists as an object array; a float becomes the fraction of small denominator that it stands for."""

    def number(value: float) -> Fraction:
        return Fraction(value).limit_denominator(100_000)

    return np.asarray(np.frompyfunc(number, 1, 1)(np.array(nested, dtype=object)), dtype=object)


def each(value: Any, like: Array) -> Sizes:
    """One value for every spatial axis of a batched array."""
    return (value,) * (like.ndim - 2) if isinstance(value, int) else tuple(value)


def around(padding: Sizes) -> Pads:
    return tuple((p, p) for p in padding)


def randoms(seed: int, shape: Sizes, low: int = -4, high: int = 4) -> Array:
    return np.random.default_rng(seed).integers(low, high + 1, shape).astype(object)


def inner(a: Array, b: Array) -> Any:
    return (a * b).sum()


# Recorded PyTorch: each function says what the reference makes of a case's arguments and batched arrays.


def pool_geometry(args: Case, input: Array) -> Case:
    return {
        "kernel_size": each(args["kernel_size"], input),
        "stride": each(args.get("stride", args["kernel_size"]), input),
        "padding": around(each(args.get("padding", 0), input)),
        "ceil_mode": args.get("ceil_mode", False),
    }


def conv_geometry(args: Case, input: Array) -> Case:
    kernel, dilation = each(args["kernel_size"], input), each(args["dilation"], input)
    match args["padding"]:
        case "valid":
            padding: Pads = around((0,) * len(kernel))
        case "same":
            totals = [d * (k - 1) for k, d in zip(kernel, dilation, strict=True)]
            padding = tuple((t // 2, t - t // 2) for t in totals)
        case given:
            padding = around(each(given, input))
    stride = each(args["stride"], input)
    return {"stride": stride, "padding": padding, "dilation": dilation, "groups": args["groups"]}


def conv(args: Case, input: Array, upstream: Array, weight: Array, bias: Array | None = None) -> Case:
    geometry = conv_geometry(args, input) | {"mode": args["padding_mode"]}
    size, kernel = input.shape[2:], weight.shape[2:]
    return {
        "output": convolutions.conv(input, weight, bias, **geometry),
        "grad_input": convolutions.conv_backward_input(upstream, weight, input_size=size, **geometry),
        "grad_weight": convolutions.conv_backward_weight(input, upstream, kernel_size=kernel, **geometry),
        "grad_bias": convolutions.conv_backward_bias(upstream),
    }


def conv_transpose(
    args: Case, input: Array, upstream: Array, weight: Array, bias: Array | None = None
) -> Case:
    geometry = conv_geometry(args, input) | {"output_padding": each(args["output_padding"], input)}
    kernel = weight.shape[2:]
    of_weight = convolutions.conv_transpose_backward_weight(input, upstream, kernel_size=kernel, **geometry)
    return {
        "output": convolutions.conv_transpose(input, weight, bias, **geometry),
        "grad_input": convolutions.conv_transpose_backward_input(upstream, weight, **geometry),
        "grad_weight": of_weight,
        "grad_bias": convolutions.conv_backward_bias(upstream),
    }


def max_pool(args: Case, input: Array, upstream: Array) -> Case:
    geometry = pool_geometry(args, input) | {"dilation": each(args["dilation"], input)}
    output, indices = reference.max_pool(input, **geometry)
    gradient = reference.max_pool_backward(input, upstream, **geometry)
    return {"output": output, "indices": indices, "grad_input": gradient}


def avg_pool(args: Case, input: Array, upstream: Array) -> Case:
    more = {"count_include_pad": args["count_include_pad"], "divisor_override": args.get("divisor_override")}
    geometry = pool_geometry(args, input) | more
    gradient = reference.avg_pool_backward(upstream, input_size=input.shape[2:], **geometry)
    return {"output": reference.avg_pool(input, **geometry), "grad_input": gradient}


def adaptive_size(args: Case, input: Array) -> Sizes:
    asked = zip(each(args["output_size"], input), input.shape[2:], strict=True)
    return tuple(size if out is None else out for out, size in asked)


def adaptive_avg_pool(args: Case, input: Array, upstream: Array) -> Case:
    output = reference.adaptive_avg_pool(input, output_size=adaptive_size(args, input))
    gradient = reference.adaptive_avg_pool_backward(upstream, input_size=input.shape[2:])
    return {"output": output, "grad_input": gradient}


def adaptive_max_pool(args: Case, input: Array, upstream: Array) -> Case:
    output, indices = reference.adaptive_max_pool(input, output_size=adaptive_size(args, input))
    gradient = reference.max_backward(upstream, indices, input_size=input.shape[2:])
    return {"output": output, "indices": indices, "grad_input": gradient}


def fractional_max_pool(args: Case, input: Array, upstream: Array) -> Case:
    kernel, samples = each(args["kernel_size"], input), exact(args["_random_samples"])
    output, indices = reference.fractional_max_pool(
        input, kernel_size=kernel, output_size=upstream.shape[2:], samples=samples
    )
    gradient = reference.max_backward(upstream, indices, input_size=input.shape[2:])
    return {"output": output, "indices": indices, "grad_input": gradient}


def max_unpool(args: Case, input: Array, upstream: Array, indices: Array) -> Case:
    output = reference.max_unpool(input, indices.astype(np.int64), output_size=upstream.shape[2:])
    gradient = reference.max_unpool_backward(upstream, indices.astype(np.int64))
    return {"output": output, "grad_input": gradient}


EXACT: dict[str, Callable[..., Case]] = {
    "Conv": conv,
    "ConvTranspose": conv_transpose,
    "MaxPool": max_pool,
    "AvgPool": avg_pool,
    "AdaptiveAvgPool": adaptive_avg_pool,
    "AdaptiveMaxPool": adaptive_max_pool,
    "FractionalMaxPool": fractional_max_pool,
    "MaxUnpool": max_unpool,
}
PARAMETERS = ("weight", "bias")


def batched(module: str, case: Case, name: str) -> Array:
    array = exact(case[name])
    return array if name in PARAMETERS or array.ndim == int(module[-2]) + 2 else array[None]


def test_every_recorded_module_is_reproduced() -> None:
    assert {module[:-2] for module in MODULES} == {*EXACT, "LPPool"}


@pytest.mark.parametrize("module", [module for module in MODULES if not module.startswith("LP")])
def test_reference_reproduces_recorded_pytorch_exactly(module: str) -> None:
    given_names = ["input", "upstream", *PARAMETERS, *(["indices"] if "Unpool" in module else [])]
    for case in cases(module):
        arrays = {name: batched(module, case, name) for name in given_names if name in case}
        results = EXACT[module[:-2]](case["args"], **arrays)
        recorded = case.keys() - {"args", *given_names}
        assert {"output", "grad_input"} <= recorded <= results.keys()
        for name in recorded:
            np.testing.assert_array_equal(
                results[name].reshape(np.shape(case[name])), exact(case[name]), f"{name} at {case['args']}"
            )


@pytest.mark.parametrize("module", [module for module in MODULES if module.startswith("LP")])
def test_lp_reference_reproduces_recorded_pytorch_once_clipped_windows_are_weighted_as_there(
    module: str,
) -> None:
    for case in cases(module):
        x = batched(module, case, "input")
        geometry = pool_geometry(case["args"], x)
        del geometry["padding"]
        p = case["args"]["norm_type"]
        sums = reference.lp_pool(x, p=p, **geometry)
        cells = reference.lp_pool(np.ones_like(x), p=1, **geometry)
        # PyTorch multiplies the mean over the cells that are there by the size of a whole window.
        norms = (sums * np.prod(geometry["kernel_size"]) / cells).astype(float) ** (1 / p)
        output = np.array(case["output"], dtype=float)
        np.testing.assert_allclose(norms.reshape(output.shape), output, rtol=1e-13)
        # y = (c·s)^(1/p) has the slope y/(p·s) in s; at a window of zeros PyTorch takes 0.
        upstream = batched(module, case, "upstream").astype(float)
        slopes = norms * upstream / (p * np.where(sums == 0, 1, sums).astype(float))
        gradient = reference.lp_pool_backward(x.astype(float), slopes, p=p, **geometry)
        recorded = np.array(case["grad_input"], dtype=float)
        np.testing.assert_allclose(gradient.reshape(recorded.shape), recorded, rtol=1e-13, atol=1e-13)


# By hand

IMAGE = np.array([[[[4, 5, 2, 2, 1], [3, 3, 2, 2, 4], [4, 3, 4, 1, 1], [5, 1, 4, 1, 2], [5, 1, 3, 1, 4]]]])
KERNEL = np.array([[[[4, 3, 3], [5, 5, 5], [2, 4, 3]]]])
PLAIN: Case = {"stride": (1, 1), "padding": ((0, 0), (0, 0)), "dilation": (1, 1), "groups": 1}


def test_convolution_of_the_homework() -> None:
    y = convolutions.conv(IMAGE, KERNEL, **PLAIN)
    assert y[0, 0].tolist() == [[109, 92, 72], [108, 85, 74], [110, 74, 79]]
    ones = np.ones((1, 1, 3, 3), dtype=np.int64)
    gradient = convolutions.conv_backward_input(ones, KERNEL, input_size=(5, 5), **PLAIN)
    assert gradient[0, 0, 2].tolist() == [11, 23, 34, 23, 11]
    assert gradient.sum() == 9 * KERNEL.sum()


def test_rows_that_no_window_reaches_have_no_gradient() -> None:
    geometry: Case = {"stride": (2,), "padding": ((0, 0),), "dilation": (1,), "groups": 1}
    gradient = convolutions.conv_backward_input(
        np.array([[[1, 10]]]), np.array([[[1, 2, 3]]]), input_size=(6,), **geometry
    )
    assert gradient.tolist() == [[[1, 2, 13, 20, 30, 0]]]


def test_max_padding_is_less_than_every_entry() -> None:
    x = -np.array([[[[5, 7], [6, 8]]]], dtype=object)
    maxima, indices = reference.max_pool(
        x, kernel_size=(2, 2), stride=(2, 2), padding=((1, 1), (1, 1)), dilation=(1, 1)
    )
    assert maxima.tolist() == x.tolist()
    assert indices.tolist() == [[[[0, 1], [2, 3]]]]


def test_window_without_a_cell_is_minus_infinity_at_no_index() -> None:
    maxima, indices = reference.max_pool(
        np.array([[[7]]], dtype=object), kernel_size=(2,), stride=(1,), padding=((1, 1),), dilation=(2,)
    )
    assert (maxima.tolist(), indices.tolist()) == ([[[-inf]]], [[[-1]]])


@pytest.mark.parametrize(("ties", "gradient"), [("first", [0, 6, 0, 0]), ("split", [0, 2, 2, 2])])
def test_tied_maxima_share_by_convention(ties: Any, gradient: list[int]) -> None:
    x, upstream = np.array([[[1, 3, 3, 3]]]), np.array([[[6]]])
    none: Case = {"kernel_size": (4,), "stride": (4,), "padding": ((0, 0),), "dilation": (1,)}
    assert reference.max_pool_backward(x, upstream, ties=ties, **none).tolist() == [[gradient]]


@pytest.mark.parametrize(
    ("options", "averages"),
    [
        ({"count_include_pad": True}, [1, 4, 3]),
        ({"count_include_pad": False}, [Fraction(3, 2), 4, 6]),
        ({"divisor_override": 7}, [Fraction(3, 7), Fraction(12, 7), Fraction(6, 7)]),
    ],
)
def test_averages_are_exact_and_cells_beyond_the_padding_never_count(
    options: Case, averages: list[Fraction]
) -> None:
    # Windows: padding 1 2 | 3 4 5 | 6 padding and a cell that only ceil_mode adds.
    window: Case = {"kernel_size": (3,), "stride": (3,), "padding": ((1, 1),), "ceil_mode": True}
    y = reference.avg_pool(np.array([[[1, 2, 3, 4, 5, 6]]]), **window, **options)
    assert y.tolist() == [[averages]]


def test_lp_sums_are_true_over_a_clipped_window_and_for_negative_entries() -> None:
    x = np.array([[[1, -2, 3, -4, Fraction(1, 2)]]], dtype=object)
    sums = reference.lp_pool(x, p=3, kernel_size=(2,), stride=(2,), ceil_mode=True)
    assert sums.tolist() == [[[9, 91, Fraction(1, 8)]]]


def test_fractional_windows_follow_the_sequence_computed_by_hand() -> None:
    # I = 7, K = 2, O = 3: alpha = 5/2; u = 1/2 starts at 0, int(3.75) - int(1.25) = 2, and 5.
    x = np.array([[[[0, 9, 1, 2, 7, 3, 4]]]])
    samples = np.array([[[Fraction(1, 2), Fraction(0)]]], dtype=object)
    maxima, indices = reference.fractional_max_pool(
        x, kernel_size=(1, 2), output_size=(1, 3), samples=samples
    )
    assert (maxima[0, 0].tolist(), indices[0, 0].tolist()) == ([[9, 2, 4]], [[1, 3, 6]])


def test_unpooling_puts_entries_back_where_they_were() -> None:
    maxima, indices = reference.max_pool(
        IMAGE, kernel_size=(2, 2), stride=(2, 2), padding=((0, 0), (0, 0)), dilation=(1, 1)
    )
    back = reference.max_unpool(maxima, indices, output_size=(5, 5))
    assert back[0, 0].tolist() == [
        [0, 5, 2, 0, 0],
        [0, 0, 0, 0, 0],
        [0, 0, 4, 0, 0],
        [5, 0, 0, 0, 0],
        [0, 0, 0, 0, 0],
    ]


# Laws


@st.composite
def geometries(draw: st.DrawFn, max_dims: int = 3) -> tuple[Sizes, Sizes, Case]:
    """Input size, kernel size and a convolution's geometry that fit together."""
    dims = draw(st.integers(1, max_dims))

    def each(low: int, high: int) -> Sizes:
        return tuple(draw(st.integers(low, high)) for _ in range(dims))

    sizes, kernel, dilation = each(1, 6), each(1, 3), each(1, 3)
    padding = tuple(zip(each(0, 3), each(0, 3), strict=True))
    axes = zip(sizes, kernel, dilation, padding, strict=True)
    assume(all(size + sum(p) > d * (k - 1) for size, k, d, p in axes))
    return sizes, kernel, {"stride": each(1, 3), "padding": padding, "dilation": dilation}


@settings(max_examples=60)
@given(geometries(), st.sampled_from((1, 2, 3)), st.integers(0, 999))
def test_gradients_of_a_convolution_are_its_adjoints(
    geometry: tuple[Sizes, Sizes, Case], groups: int, seed: int
) -> None:
    sizes, kernel, rest = geometry
    rest = rest | {"groups": groups}
    x = randoms(seed, (2, 2 * groups, *sizes)) / Fraction(3)
    w = randoms(seed + 1, (groups, 2, *kernel)) / Fraction(5)
    y = convolutions.conv(x, w, **rest)
    g = randoms(seed + 2, y.shape)
    energy = inner(g, y)
    assert energy == inner(x, convolutions.conv_backward_input(g, w, input_size=sizes, **rest))
    assert energy == inner(w, convolutions.conv_backward_weight(x, g, kernel_size=kernel, **rest))
    b = randoms(seed + 3, (groups,))
    assert inner(g, convolutions.conv(x, w, b, **rest)) - energy == inner(
        b, convolutions.conv_backward_bias(g)
    )


@settings(max_examples=60)
@given(geometries(), st.booleans(), st.integers(0, 999))
def test_folding_is_the_adjoint_of_sliding(
    geometry: tuple[Sizes, Sizes, Case], ceil_mode: bool, seed: int
) -> None:
    sizes, kernel, rest = geometry
    margins = fit(sizes, kernel, rest["stride"], rest["padding"], rest["dilation"], ceil_mode)
    x = randoms(seed, (1, 2, *sizes))
    windows = slide(pad(x, margins), kernel, rest["stride"], rest["dilation"])
    g = randoms(seed + 1, windows.shape)
    assert inner(g, windows) == inner(x, unpad(fold(g, rest["stride"], rest["dilation"]), margins))


@settings(max_examples=40)
@given(geometries(max_dims=2), st.booleans(), st.integers(0, 999))
def test_mean_and_power_sum_have_the_gradients_of_their_difference_quotients(
    geometry: tuple[Sizes, Sizes, Case], ceil_mode: bool, seed: int
) -> None:
    sizes, kernel, rest = geometry
    assume(all(size >= k for size, k in zip(sizes, kernel, strict=True)))
    window: Case = {"kernel_size": kernel, "stride": rest["stride"], "ceil_mode": ceil_mode}
    mean = window | {"padding": tuple((k // 2, k // 2) for k in kernel)}
    x = randoms(seed, (1, 1, *sizes))
    index = tuple(seed % n for n in x.shape)

    g = randoms(seed + 1, reference.avg_pool(x, **mean).shape)
    slope = reference.difference_quotient(lambda a: inner(g, reference.avg_pool(a, **mean)), x, index)
    assert slope == reference.avg_pool_backward(g, input_size=sizes, **mean)[index]

    g = randoms(seed + 2, reference.lp_pool(x, p=2, **window).shape)
    slope = reference.difference_quotient(lambda a: inner(g, reference.lp_pool(a, p=2, **window)), x, index)
    assert slope == reference.lp_pool_backward(x, g, p=2, **window)[index]


def test_difference_quotient_of_a_cube_is_its_slope_plus_h_squared() -> None:
    x = np.array([2, 5])
    slope = reference.difference_quotient(lambda a: a[0] ** 3 + a[1], x, (0,), h=Fraction(1, 10))
    assert slope == 12 + Fraction(1, 100)
    assert x.tolist() == [2, 5]


@pytest.mark.parametrize("dtype", [object, np.int64, np.float64])
def test_a_result_has_the_type_of_its_input(dtype: Any) -> None:
    x, w = IMAGE.astype(dtype), KERNEL.astype(dtype)
    window: Case = {"kernel_size": (2, 2), "stride": (1, 1), "padding": ((1, 0), (0, 1)), "dilation": (1, 1)}
    for y in (
        convolutions.conv(x, w, **PLAIN),
        convolutions.conv_backward_input(x, w, input_size=(7, 7), **PLAIN),
        reference.max_pool(x, **window)[0],
        reference.adaptive_max_pool(x, output_size=(2, 3))[0],
        reference.lp_pool(x, p=2, kernel_size=(2, 2), stride=(2, 2)),
    ):
        assert y.dtype == dtype


# Live PyTorch


@pytest.mark.torch
@settings(max_examples=60)
@given(geometry=geometries(), groups=st.sampled_from((1, 2)), seed=st.integers(0, 999))
def test_convolution_agrees_with_pytorch(
    torch: Any, geometry: tuple[Sizes, Sizes, Case], groups: int, seed: int
) -> None:
    sizes, kernel, rest = geometry
    x, w = randoms(seed, (2, groups, *sizes)), randoms(seed + 1, (2 * groups, 1, *kernel))
    b = randoms(seed + 2, (2 * groups,))
    tensors = [torch.tensor(a.astype(float), requires_grad=True) for a in (x, w, b)]
    margins = [width for before_after in reversed(rest["padding"]) for width in before_after]
    run = getattr(torch.nn.functional, f"conv{len(sizes)}d")
    padded = torch.nn.functional.pad(tensors[0], margins)
    y = run(padded, *tensors[1:], stride=rest["stride"], dilation=rest["dilation"], groups=groups)
    g = randoms(seed + 3, tuple(y.shape))
    y.backward(torch.tensor(g.astype(float)))

    rest = rest | {"groups": groups}
    for ours, theirs in (
        (convolutions.conv(x, w, b, **rest), y.detach()),
        (convolutions.conv_backward_input(g, w, input_size=sizes, **rest), tensors[0].grad),
        (convolutions.conv_backward_weight(x, g, kernel_size=kernel, **rest), tensors[1].grad),
        (convolutions.conv_backward_bias(g), tensors[2].grad),
    ):
        np.testing.assert_array_equal(ours.astype(float), theirs.numpy())


@pytest.mark.torch
@settings(max_examples=60)
@given(geometry=geometries(), ceil_mode=st.booleans(), include=st.booleans(), seed=st.integers(0, 999))
def test_max_and_mean_agree_with_pytorch(
    torch: Any, geometry: tuple[Sizes, Sizes, Case], ceil_mode: bool, include: bool, seed: int
) -> None:
    sizes, kernel, rest = geometry
    assume(all(size >= d * (k - 1) + 1 for size, k, d in zip(sizes, kernel, rest["dilation"], strict=True)))
    half = tuple(k // 2 for k in kernel)
    x = randoms(seed, (2, 2, *sizes), -2, 2)
    window: Case = {"kernel_size": kernel, "stride": rest["stride"], "ceil_mode": ceil_mode}
    dims, functional = len(sizes), torch.nn.functional

    t = torch.tensor(x.astype(float), requires_grad=True)
    y, indices = getattr(functional, f"max_pool{dims}d")(
        t, **window, padding=half, dilation=rest["dilation"], return_indices=True
    )
    g = randoms(seed + 1, tuple(y.shape))
    y.backward(torch.tensor(g.astype(float)))
    ours = window | {"padding": around(half), "dilation": rest["dilation"]}
    maxima, places = reference.max_pool(x, **ours)
    np.testing.assert_array_equal(maxima.astype(float), y.detach().numpy())
    np.testing.assert_array_equal(places, indices.numpy())
    gradient = reference.max_pool_backward(x, g, **ours).astype(float)
    np.testing.assert_array_equal(gradient, t.grad.numpy())

    t = torch.tensor(x.astype(float), requires_grad=True)
    y = getattr(functional, f"avg_pool{dims}d")(t, **window, padding=half, count_include_pad=include)
    g = randoms(seed + 2, tuple(y.shape))
    y.backward(torch.tensor(g.astype(float)))
    ours = window | {"padding": around(half), "count_include_pad": include}
    np.testing.assert_allclose(
        reference.avg_pool(x, **ours).astype(float), y.detach().numpy(), rtol=1e-14, atol=1e-14
    )
    gradient = reference.avg_pool_backward(g, input_size=sizes, **ours).astype(float)
    np.testing.assert_allclose(gradient, t.grad.numpy(), rtol=1e-13, atol=1e-13)
