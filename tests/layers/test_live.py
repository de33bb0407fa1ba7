"""Layers against the installed PyTorch at random arguments: sizes, values, gradients, indices and refusals.

Either both accept, with equal results, or both refuse, or a row of the table of differences says why not.
"""

from __future__ import annotations

import os
import random
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from against_pytorch import assert_same, is_rounded, pytorchs_weights
from differences import DIFFERENCES, Difference
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from symconv.errors import SymconvError
from symconv.exact import Array, pack
from symconv.layers import LAYERS
from symconv.layers.pooling import first_maxima

Args = dict[str, Any]
Drawn = tuple[Args, dict[str, Array]]
"""The arguments of a layer, as both take them, and its arrays."""

EXAMPLES = 200 if "SYMCONV_CI" in os.environ else 40
SIDES = {1: (1, 9), 2: (1, 7), 3: (2, 5)}
"""The shortest and the longest side of an image, by the number of dimensions."""


def each(rng: random.Random, dims: int, low: int, high: int) -> Any:
    """An int for all axes or one an axis."""
    values = tuple(rng.randint(low, high) for _ in range(dims))
    return values if rng.random() < 0.5 else values[0]


def rarely(rng: random.Random, usual: Any, other: Any) -> Any:
    return other if rng.random() < 0.1 else usual


def integers(rng: random.Random, shape: tuple[int, ...], low: int = -4, high: int = 4) -> Array:
    return np.array([rng.randint(low, high) for _ in range(int(np.prod(shape)))]).reshape(shape)


def image(rng: random.Random, dims: int, channels: int, low: int = -4) -> Array:
    sides = (rng.randint(*SIDES[dims]) for _ in range(dims))
    batch = () if rng.random() < 0.5 else (2,)
    return integers(rng, (*batch, channels, *sides), low)


def window(rng: random.Random, dims: int) -> Args:
    """A window, sometimes one that has to be refused."""
    return {
        "kernel_size": each(rng, dims, 1, 3 if dims < 3 else 2),
        "stride": rarely(rng, each(rng, dims, 1, 3), None),
        "ceil_mode": rng.random() < 0.5,
    }


def convolution(rng: random.Random, dims: int, more: Args, swapped: bool) -> Drawn:
    groups = rng.choice((1, 1, 2))
    outputs, inputs = (groups * rng.randint(1, 2) for _ in "oi")
    kernel = each(rng, dims, 1, 3)
    args = {
        "in_channels": inputs,
        "out_channels": rarely(rng, outputs, outputs + 1),
        "kernel_size": kernel,
        "stride": each(rng, dims, 1, 3),
        "dilation": each(rng, dims, 1, 3),
        "groups": groups,
        "bias": rng.random() < 0.5,
        **more,
    }
    channels = (inputs, args["out_channels"]) if swapped else (args["out_channels"], inputs)
    sizes = (kernel,) * dims if isinstance(kernel, int) else kernel
    shape = (channels[0], max(1, channels[1] // groups), *sizes)
    arrays = {"input": image(rng, dims, rarely(rng, inputs, inputs + 1)), "weight": integers(rng, shape)}
    return args, arrays | ({"bias": integers(rng, shape[:1])} if args["bias"] and not swapped else {})


def conv(dims: int, rng: random.Random) -> Drawn:
    more = {
        "padding": rng.choice(("same", "valid", each(rng, dims, 0, 3), each(rng, dims, 0, 3))),
        "padding_mode": rng.choice(("zeros", "zeros", "reflect", "replicate", "circular")),
    }
    return convolution(rng, dims, more, swapped=False)


def conv_transpose(dims: int, rng: random.Random) -> Drawn:
    more = {"padding": each(rng, dims, 0, 3), "output_padding": rarely(rng, 0, each(rng, dims, 0, 3))}
    args, arrays = convolution(rng, dims, more, swapped=True)
    return args, arrays | ({"bias": integers(rng, (args["out_channels"],))} if args["bias"] else {})


def max_pool(dims: int, rng: random.Random) -> Drawn:
    more = {"padding": each(rng, dims, 0, 1), "dilation": each(rng, dims, 1, 2), "return_indices": True}
    return window(rng, dims) | more, {"input": image(rng, dims, 2)}


def avg_pool(dims: int, rng: random.Random) -> Drawn:
    more = {"padding": each(rng, dims, 0, 1), "count_include_pad": rng.random() < 0.5}
    if dims > 1:
        more["divisor_override"] = rng.choice((None, None, 5, -2, 0))
    return window(rng, dims) | more, {"input": image(rng, dims, 2)}


def lp_pool(dims: int, rng: random.Random) -> Drawn:
    args = {"norm_type": rng.choice((1, 2, 3)), **window(rng, dims)}
    if dims == 1 and not isinstance(args["kernel_size"], int):
        args["kernel_size"] = args["kernel_size"][0]
    return args, {"input": image(rng, dims, 2, low=rng.choice((1, -4)))}


def adaptive_avg_pool(dims: int, rng: random.Random) -> Drawn:
    sizes = tuple(rng.randint(1, SIDES[dims][1] + 1) for _ in range(dims))
    options = (sizes[0], sizes, (sizes[0], *(None for _ in sizes[1:])))
    return {"output_size": rarely(rng, rng.choice(options), 0)}, {"input": image(rng, dims, 2)}


def adaptive_max_pool(dims: int, rng: random.Random) -> Drawn:
    args, arrays = adaptive_avg_pool(dims, rng)
    return args | {"return_indices": True}, arrays


def fractional_max_pool(dims: int, rng: random.Random) -> Drawn:
    values = image(rng, dims, 2)
    planes = (values.shape[0] if values.ndim == dims + 2 else 1, rarely(rng, 2, 3))
    samples = np.array([rng.randrange(64) / 64 for _ in range(planes[0] * planes[1] * dims)])
    if rng.random() < 0.5:
        size: Args = {"output_size": each(rng, dims, 1, 4)}
    else:
        ratios = tuple(rarely(rng, rng.randint(1, 7), rng.choice((0, 8))) / 8 for _ in range(dims))
        size = {"output_ratio": rng.choice((ratios, ratios[0]))}
    args = {"kernel_size": each(rng, dims, 1, 3 if dims < 3 else 2), "return_indices": True, **size}
    return args | {"_random_samples": samples.reshape(*planes, dims)}, {"input": values}


def max_unpool(dims: int, rng: random.Random) -> Drawn:
    kernel, stride = each(rng, dims, 1, 3), rarely(rng, None, each(rng, dims, 1, 3))
    padding = rarely(rng, 0, each(rng, dims, 0, 2))
    values = image(rng, dims, 2)
    geometry = [(v,) * dims if isinstance(v, int) else v for v in (kernel, stride or kernel, padding)]
    sides = values.shape[-dims:]
    usual = [(i - 1) * s - 2 * p + k for i, k, s, p in zip(sides, *geometry, strict=True)]
    size = rng.choice((None, tuple(side + rng.randint(-1, 2) for side in usual)))
    plane = int(np.prod([max(1, side) for side in size or usual]))
    most, count = rarely(rng, plane, plane + 1), int(np.prod(sides))
    drawn = [
        rng.sample(range(most), count) if most >= count else [rng.randrange(most) for _ in range(count)]
        for _ in range(values.size // count)
    ]
    indices = np.array(drawn).reshape(values.shape)
    args = {"kernel_size": kernel, "stride": stride, "padding": padding, "output_size": size}
    return args, {"input": values, "indices": indices}


FAMILIES: Mapping[str, Callable[[int, random.Random], Drawn]] = {
    "Conv": conv,
    "ConvTranspose": conv_transpose,
    "MaxPool": max_pool,
    "AvgPool": avg_pool,
    "LPPool": lp_pool,
    "AdaptiveAvgPool": adaptive_avg_pool,
    "AdaptiveMaxPool": adaptive_max_pool,
    "FractionalMaxPool": fractional_max_pool,
    "MaxUnpool": max_unpool,
}
DRAWS = {
    module: partial(FAMILIES[module[:-2]], layer.dims)
    for module, layer in LAYERS.items()
    if module[:-2] in FAMILIES
}

Result = tuple[Array, Array | None, dict[str, Array]]
"""Output, indices and gradients; the upstream gradient counts 1, 2, 3, …"""


def theirs(torch: Any, module: str, args: Args, arrays: Mapping[str, Array]) -> Result | None:
    """What PyTorch makes of it; None where it refuses."""
    args, extra = dict(args), {}
    if module.startswith("MaxUnpool"):
        extra = {"output_size": args.pop("output_size")}
    if "_random_samples" in args:
        args["_random_samples"] = torch.tensor(args["_random_samples"], dtype=torch.float64)
    tensors = {name: torch.tensor(value, dtype=torch.float64) for name, value in arrays.items()}
    leaves = {name: tensor.requires_grad_() for name, tensor in tensors.items() if name != "indices"}
    if "indices" in arrays:
        extra["indices"] = torch.tensor(arrays["indices"])
    try:
        placed = {"dtype": torch.float64} if "weight" in arrays else {}
        layer = getattr(torch.nn, module)(**args, **placed)
        weights = {name: leaves[name] for name in ("weight", "bias") if name in leaves}
        result = torch.func.functional_call(layer, weights, (leaves["input"],), extra)
        output, indices = result if isinstance(result, tuple) else (result, None)
        upstream = torch.arange(1, output.numel() + 1, dtype=torch.float64).reshape(output.shape)
        if 0 in output.shape:
            return None  # nothing, which symconv refuses
        gradients = torch.autograd.grad(output, list(leaves.values()), upstream)
    except (RuntimeError, ValueError):
        return None
    found = dict(zip(leaves, (gradient.numpy() for gradient in gradients), strict=True))
    return output.detach().numpy(), None if indices is None else indices.numpy(), found


def ours(module: str, args: Args, arrays: Mapping[str, Array]) -> Result | None:
    """What symconv makes of it, with PyTorch's weighting of clipped LP windows; None where it refuses."""
    try:
        layer = LAYERS[module](**args)
        shape = arrays["input"].shape
        if "indices" in arrays:
            operator = layer.operator(shape, indices=arrays["indices"])  # type: ignore[call-arg]
        else:
            operator = layer.operator(shape, arrays["weight"].shape if "weight" in arrays else None)
        exact = {role: pack(array) for role, array in arrays.items() if role != "indices"}
        weights = pytorchs_weights(operator, args["norm_type"]) if module.startswith("LP") else 1
        output = operator.forward(**exact) * weights
        upstream = pack(np.arange(1, output.size + 1).reshape(output.shape)) * weights
        gradients = {
            role: operator.backward(role, upstream, exact["input"], exact.get("weight")) for role in exact
        }
        indices = first_maxima(operator, exact["input"], layer.dims) if args.get("return_indices") else None
    except SymconvError:
        return None
    return output, indices, gradients


def difference(module: str, args: Args, arrays: Mapping[str, Array]) -> Difference | None:
    """The row of the table that speaks of a case."""
    return next((row for row in DIFFERENCES if row.applies(module, args, arrays)), None)


@pytest.mark.torch
@pytest.mark.filterwarnings("ignore:Using padding='same':UserWarning")
@pytest.mark.parametrize("module", DRAWS)
def test_a_layer_agrees_with_pytorch_at_random_arguments_and_refuses_the_same(
    module: str, torch: Any
) -> None:
    compared = 0

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(st.integers(0, 2**32))
    def compare(seed: int) -> None:
        nonlocal compared
        args, arrays = DRAWS[module](random.Random(seed))
        if difference(module, args, arrays) is not None:
            return
        there, here = theirs(torch, module, args, arrays), ours(module, args, arrays)
        assert (there is None) == (here is None), (args, {n: a.shape for n, a in arrays.items()})
        if there is None or here is None:
            return
        digits = is_rounded(module)
        assert_same(here[0], there[0], digits)
        if there[1] is not None:
            assert here[1] is not None
            assert_same(here[1], there[1], digits=False)
        for role, gradient in there[2].items():
            assert_same(here[2][role], gradient, digits)
        compared += 1

    compare()
    assert compared >= EXAMPLES // 5


# --- the differences --------------------------------------------------------------------------------------


def forward(torch: Any, module: str, args: Args, x: Array) -> Any:
    return getattr(torch.nn, module)(**args)(torch.tensor(x, dtype=torch.float64)).tolist()


def shown_at_empty_windows(torch: Any) -> None:
    # the backward pass of these windows writes outside of the array, so it is not called
    args: Args = {"kernel_size": 2, "stride": 1, "padding": 1, "dilation": 2, "return_indices": True}
    result = torch.nn.MaxPool1d(**args)(torch.tensor([[3.0]]))
    assert [part.tolist() for part in result] == [[[-float("inf")]], [[1]]]  # of which 0 is the largest
    assert LAYERS["MaxPool1d"](2, 1, 1, 2).derive([[3]]).gradient("input").tolist() == [[0]]


def shown_at_large_windows(torch: Any) -> None:
    x = np.arange(8).reshape(1, 2, 2, 2)
    with pytest.raises(RuntimeError, match="smaller than kernel size"):
        forward(torch, "AvgPool3d", {"kernel_size": 3, "stride": 1, "padding": 1}, x)
    assert LAYERS["AvgPool3d"](3, 1, 1).derive(x).output.shape == (1, 2, 2, 2)


def shown_at_signed_entries(torch: Any) -> None:
    assert forward(torch, "LPPool1d", {"norm_type": 1, "kernel_size": 2}, np.array([[3, -3]])) == [[0]]
    assert LAYERS["LPPool1d"](1, 2).derive([[3, -3]]).output.tolist() == [[6]]


def shown_at_tight_fractions(torch: Any) -> None:
    x = np.arange(8).reshape(1, 2, 2, 2)
    with pytest.raises(RuntimeError, match="too large relative to input"):
        forward(torch, "FractionalMaxPool3d", {"kernel_size": 2, "output_size": 1}, x)
    assert LAYERS["FractionalMaxPool3d"](2, 1).derive(x).output.tolist() == [[[[7]]]]


def shown_at_rounded_fractions(torch: Any) -> None:
    line = np.arange(27).reshape(1, 1, 27)
    args = {"kernel_size": 1, "output_size": (1, 24)}
    samples = torch.tensor([[[0.5, 0.0]]], dtype=torch.float64)
    assert forward(torch, "FractionalMaxPool2d", {**args, "_random_samples": samples}, line)[0][0][11] == 12
    ours = LAYERS["FractionalMaxPool2d"](**args, _random_samples=(0.5, 0)).derive(line).output
    assert ours[0, 0, 11] == 13  # (11 + 1/2)·26/23 = 13


def shown_at_repeated_indices(torch: Any) -> None:
    x = torch.tensor([[5.0, 7.0]], requires_grad=True)
    output = torch.nn.MaxUnpool1d(2)(x, torch.tensor([[1, 1]]))
    output.backward(torch.tensor([[1.0, 2.0, 3.0, 4.0]]))
    assert (output.tolist(), x.grad.tolist()) == ([[0, 7, 0, 0]], [[2, 2]])
    derivation = LAYERS["MaxUnpool1d"](2).derive([[5, 7]], indices=[[1, 1]], upstream=[[1, 2, 3, 4]])  # type: ignore[call-arg]
    assert derivation.output.tolist() == [[0, 7, 0, 0]]
    assert derivation.gradient("input").tolist() == [[0, 2]]


SHOWN = (
    shown_at_empty_windows,
    shown_at_large_windows,
    shown_at_signed_entries,
    shown_at_tight_fractions,
    shown_at_rounded_fractions,
    shown_at_repeated_indices,
)


@pytest.mark.torch
@pytest.mark.parametrize(("row", "shown"), list(zip(DIFFERENCES, SHOWN, strict=True)))
def test_a_difference_is_there(row: Difference, shown: Callable[[Any], None], torch: Any) -> None:
    shown(torch)


def test_every_difference_stands_in_the_readme() -> None:
    readme = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
    assert [row.what for row in DIFFERENCES if f"| {row.what} |" not in readme] == []


# --- what PyTorch has in two steps ------------------------------------------------------------------------


@pytest.mark.torch
@pytest.mark.parametrize("mode", ["zeros", "reflect", "replicate", "circular"])
@pytest.mark.parametrize("dims", [1, 2, 3])
def test_uneven_padding_is_pytorchs_pad_before_its_convolution(dims: int, mode: str, torch: Any) -> None:
    names = {"zeros": "constant"}
    for seed in range(20):
        rng = random.Random(seed)
        pairs = tuple((rng.randint(0, 2), rng.randint(0, 2)) for _ in range(dims))
        x = integers(rng, (2, *(rng.randint(3, 5) for _ in range(dims))))
        w = integers(rng, (2, 2, *(rng.randint(1, 3) for _ in range(dims))))
        leaf = torch.tensor(x, dtype=torch.float64, requires_grad=True)
        flat = [width for pair in reversed(pairs) for width in pair]
        padded = torch.nn.functional.pad(leaf[None], flat, mode=names.get(mode, mode))[0]
        output = getattr(torch.nn.functional, f"conv{dims}d")(padded, torch.tensor(w, dtype=torch.float64))
        output.sum().backward()
        layer = LAYERS[f"Conv{dims}d"](padding=pairs, padding_mode=mode)
        derivation = layer.derive(x, w, upstream=1)
        assert derivation.output.tolist() == output.tolist()
        assert derivation.gradient("input").tolist() == leaf.grad.tolist()
