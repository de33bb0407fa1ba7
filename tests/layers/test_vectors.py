"""Operators and verbs against PyTorch: recorded values of every module, and live ones at random arguments."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np
import pytest
from vectors.recorded import MODULES, cases

import symconv.functional as F  # noqa: N812 (its name everywhere)
from symconv import functional_around
from symconv.axes import Sliding
from symconv.errors import SymconvError
from symconv.exact import Array, pack
from symconv.layers import AROUND, LAYERS
from symconv.layers.unpooling import Unpooling
from symconv.operator import Operator

Args = Mapping[str, Any]

VERBS: Mapping[str, Callable[..., Any]] = {
    "AdaptiveAvgPool2d": F.adaptive_avg_pool2d,
    "AdaptiveMaxPool2d": F.adaptive_max_pool2d,
    "AvgPool2d": F.avg_pool2d,
    "Conv2d": F.conv2d,
    "FractionalMaxPool2d": F.fractional_max_pool2d,
    "LPPool2d": F.lp_pool2d,
    "MaxPool2d": F.max_pool2d,
    "MaxUnpool2d": F.max_unpool2d,
}

OF_THE_WEIGHT = ("in_channels", "out_channels", "kernel_size", "bias")
"""Arguments of the layer that the verb reads off its arrays."""


def recorded(module: str) -> Iterator[dict[str, Any]]:
    """The recorded cases, with arrays as arrays; one a plane where every plane has its own samples."""
    for case in cases(module):
        arrays = {name: np.array(value) for name, value in case.items() if name != "args"}
        if "samples" not in arrays:
            yield {"args": case["args"], **arrays}
            continue
        samples = arrays.pop("samples").reshape(-1, 2)
        planes = {name: array.reshape(-1, *array.shape[-2:]) for name, array in arrays.items()}
        for place, pair in enumerate(samples.tolist()):
            args = case["args"] | {"_random_samples": pair}
            yield {"args": args, **{name: array[place] for name, array in planes.items()}}


def operator_of(module: str, args: Args, arrays: Args) -> Operator:
    layer_args = {
        name: value for name, value in args.items() if module != "MaxUnpool2d" or name != "output_size"
    }
    layer = LAYERS[module](**layer_args)
    shape = arrays["input"].shape
    if isinstance(layer, Unpooling):
        return layer.scatter(shape, arrays["indices"], args.get("output_size"))
    return layer.operator(shape, arrays["weight"].shape if "weight" in arrays else None)


def pytorchs_weights(operator: Operator, p: float) -> Array | int:
    """What PyTorch multiplies an LP norm with: a window that is clipped counts as if it were whole."""
    spatial = [axis for axis in operator.axes if isinstance(axis, Sliding)]
    full = np.prod([axis.kernel_size for axis in spatial])
    counts = [
        axis.cells(size, False)
        for axis, size in zip(spatial, operator.input_shape[-len(spatial) :], strict=True)
    ]
    return (full / np.multiply.outer(*counts)) ** (1 / p)


def floats(array: Array) -> Array:
    return np.vectorize(float, otypes=[float])(array)


def assert_same(ours: Array, theirs: Array, digits: bool) -> None:
    """Equal, exactly; or to twelve digits where PyTorch divides or takes roots."""
    assert ours.shape == theirs.shape
    if digits:
        np.testing.assert_allclose(floats(ours), theirs, rtol=1e-12, atol=1e-12)
    else:
        assert ours.tolist() == theirs.tolist()


def is_rounded(module: str) -> bool:
    """Whether PyTorch's results are quotients or roots, and so rounded."""
    return module in ("LPPool2d", "AvgPool2d", "AdaptiveAvgPool2d")


# --- recorded ---------------------------------------------------------------------------------------------


def test_every_layer_and_every_verb_has_recorded_values() -> None:
    assert set(MODULES) == LAYERS.keys() - set(AROUND) == VERBS.keys()
    assert {verb.__name__ for verb in VERBS.values()} == set(F.__all__) - set(functional_around.__all__)


@pytest.mark.parametrize("module", MODULES)
def test_operators_give_pytorchs_recorded_output_and_gradients(module: str) -> None:
    for case in recorded(module):
        operator = operator_of(module, case["args"], case)
        given = {role: pack(case[role]) for role in operator.arguments}
        upstream, weights = pack(case["upstream"]), 1
        if module == "LPPool2d":
            weights = pytorchs_weights(operator, case["args"]["norm_type"])
        assert_same(operator.forward(**given) * weights, case["output"], is_rounded(module))
        assert {f"grad_{role}" for role in operator.arguments} == {n for n in case if n.startswith("grad_")}
        for role in operator.arguments:
            gradient = operator.backward(role, upstream * weights, given["input"], given.get("weight"))
            assert_same(gradient, case[f"grad_{role}"], is_rounded(module))


@pytest.mark.parametrize("module", MODULES)
def test_verbs_give_pytorchs_recorded_output_and_indices(module: str) -> None:
    for case in recorded(module):
        arrays = {name: case[name] for name in ("input", "weight", "bias") if name in case}
        args = case["args"]
        if module == "Conv2d":
            args = {name: value for name, value in args.items() if name not in OF_THE_WEIGHT}
        if module == "MaxUnpool2d":
            arrays["indices"] = case["indices"]
        result = VERBS[module](**arrays, **args)
        output, indices = result if isinstance(result, tuple) else (result, None)
        weights = 1
        if module == "LPPool2d":
            weights = pytorchs_weights(operator_of(module, args, case), args["norm_type"])
        assert_same(output * weights, case["output"], is_rounded(module))
        if module != "MaxUnpool2d":
            assert (indices is None) == ("indices" not in case)
        if indices is not None:
            assert_same(indices, case["indices"], digits=False)


# --- live -------------------------------------------------------------------------------------------------


def either(rng: random.Random, low: int, high: int) -> int | tuple[int, int]:
    """An int for both axes or a pair."""
    pair = (rng.randint(low, high), rng.randint(low, high))
    return pair if rng.random() < 0.5 else pair[0]


def rarely(rng: random.Random, usual: Any, other: Any) -> Any:
    return other if rng.random() < 0.1 else usual


def image(rng: random.Random, channels: int, low: int = -4) -> Array:
    shape = (channels, rng.randint(2, 7), rng.randint(2, 7))
    shape = shape if rng.random() < 0.5 else (2, *shape)
    return np.array([rng.randint(low, 4) for _ in range(int(np.prod(shape)))]).reshape(shape)


def window(rng: random.Random) -> dict[str, Any]:
    """A window, sometimes one that has to be refused."""
    return {
        "kernel_size": either(rng, 1, 3),
        "stride": rarely(rng, either(rng, 1, 3), None),
        "ceil_mode": rng.random() < 0.5,
    }


def conv2d(rng: random.Random) -> Args:
    groups = rng.choice((1, 1, 2))
    outputs, inputs = (groups * rng.randint(1, 2) for _ in "oi")
    shape = (
        rarely(rng, outputs, outputs + 1),
        rarely(rng, inputs // groups, inputs),
        *(rng.randint(1, 3) for _ in "hw"),
    )
    return {
        "input": image(rng, inputs),
        "weight": np.array([rng.randint(-4, 4) for _ in range(int(np.prod(shape)))]).reshape(shape),
        "bias": rng.choice((None, np.arange(rarely(rng, shape[0], shape[0] + 1)))),
        "stride": rarely(rng, either(rng, 1, 3), 0),
        "padding": rng.choice(("same", "valid", either(rng, 0, 3), either(rng, 0, 3))),
        "dilation": rarely(rng, either(rng, 1, 3), 0),
        "groups": groups,
    }


def max_pool2d(rng: random.Random) -> Args:
    padding, dilation = either(rng, 0, 1), either(rng, 1, 2)
    more = {"padding": padding, "dilation": dilation, "return_indices": True}
    return {"input": image(rng, 2), **window(rng), **more}


def avg_pool2d(rng: random.Random) -> Args:
    divisor = rng.choice((None, None, 5, -2, 0))
    more = {
        "padding": either(rng, 0, 1),
        "count_include_pad": rng.random() < 0.5,
        "divisor_override": divisor,
    }
    return {"input": image(rng, 2), **window(rng), **more}


def lp_pool2d(rng: random.Random) -> Args:
    return {"input": image(rng, 2, low=1), "norm_type": rng.choice((1, 2, 3)), **window(rng)}


def adaptive_avg_pool2d(rng: random.Random) -> Args:
    size = rng.choice((rng.randint(1, 8), (rng.randint(1, 8), None), (rng.randint(1, 8), rng.randint(1, 8))))
    return {"input": image(rng, 2), "output_size": size}


def adaptive_max_pool2d(rng: random.Random) -> Args:
    return {**adaptive_avg_pool2d(rng), "return_indices": True}


def fractional_max_pool2d(rng: random.Random) -> Args:
    return {
        "input": image(rng, 2),
        "kernel_size": either(rng, 1, 3),
        "output_size": either(rng, 1, 4),
        "return_indices": True,
        "_random_samples": [rng.randrange(64) / 64 for _ in "wh"],
    }


def max_unpool2d(rng: random.Random) -> Args:
    kernel = either(rng, 1, 3)
    values = image(rng, 2)
    height, width = values.shape[-2:]
    rows, columns = (kernel, kernel) if isinstance(kernel, int) else kernel
    plane = height * rows * width * columns
    chosen = [
        rng.sample(range(rarely(rng, plane, plane + 1)), height * width)
        for _ in range(values[..., 0, 0].size)
    ]
    size = (height * rows + rng.randint(-1, 2), width * columns + rng.randint(-1, 2))
    return {
        "input": values,
        "indices": np.array(chosen).reshape(values.shape),
        "kernel_size": kernel,
        "output_size": rng.choice((None, size)),
    }


DRAWS = {module: globals()[verb.__name__] for module, verb in VERBS.items()}


def pytorch(torch: Any, module: str, args: Args) -> tuple[Any, ...]:
    """PyTorch's output, its indices or None, and what to differentiate by."""
    tensors = {
        name: torch.tensor(value, dtype=torch.int64 if name == "indices" else torch.float64)
        for name, value in args.items()
        if isinstance(value, np.ndarray)
    }
    leaves = {name: tensor.requires_grad_() for name, tensor in tensors.items() if name != "indices"}
    if "_random_samples" in args:
        planes = args["input"].shape[:-2]
        samples = np.broadcast_to(args["_random_samples"], (*(1,) * (2 - len(planes)), *planes, 2))
        tensors["_random_samples"] = torch.tensor(samples.copy(), dtype=torch.float64)
    result = getattr(torch.nn.functional, VERBS[module].__name__)(**{**args, **tensors})
    output, indices = result if isinstance(result, tuple) else (result, None)
    return output, indices, leaves


def assert_agrees(torch: Any, module: str, args: Args) -> bool:
    """Assert that both give the same, or that both refuse; whether they gave something."""
    try:
        output, indices, leaves = pytorch(torch, module, args)
    except (RuntimeError, ValueError):
        with pytest.raises(SymconvError):
            VERBS[module](**args)
        return False
    result = VERBS[module](**args)
    ours, places = result if isinstance(result, tuple) else (result, None)
    layer_args = {
        name: value for name, value in args.items() if name not in ("input", "weight", "bias", "indices")
    }
    operator = operator_of(module, layer_args, args)
    weights = pytorchs_weights(operator, args["norm_type"]) if module == "LPPool2d" else 1
    assert_same(ours * weights, output.detach().numpy(), is_rounded(module))
    if places is not None:
        assert_same(places, indices.numpy(), digits=False)
    upstream = np.arange(1, ours.size + 1).reshape(ours.shape)
    gradients = torch.autograd.grad(
        output, list(leaves.values()), torch.tensor(upstream, dtype=torch.float64)
    )
    exact = {role: pack(args[role]) for role in leaves}
    for role, gradient in zip(leaves, gradients, strict=True):
        own = operator.backward(role, pack(upstream) * weights, exact["input"], exact.get("weight"))
        assert_same(own, gradient.numpy(), is_rounded(module))
    return True


@pytest.mark.torch
@pytest.mark.filterwarnings("ignore:Using padding='same':UserWarning")
@pytest.mark.parametrize("module", MODULES)
def test_verbs_agree_with_pytorch_at_random_arguments_and_refuse_the_same(module: str, torch: Any) -> None:
    rng = random.Random(f"live {module}")
    given = sum(assert_agrees(torch, module, DRAWS[module](rng)) for _ in range(60))
    assert given >= 20
    assert given < 60 or module.startswith("Adaptive")  # which never refuses a positive size
