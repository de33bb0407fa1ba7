"""Record what PyTorch computes: one JSON file a module, with integer inputs and upstream gradients.

Run ``python tests/vectors/make.py`` where torch 2.13.0 is installed; the seed makes the files the same
again. A case holds the arguments of the module as PyTorch takes them and its arrays as nested lists; a
missing batch axis is an unbatched call. Everything is computed in float64 on small integers, so whole
numbers are exact and are stored as such. Each family of modules is one function of the number of dimensions.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import torch

TORCH = "2.13.0"
SEED = 1008
COUNT = 22
FOLDER = Path(__file__).parent
SPATIAL = {1: (4, 11), 2: (4, 7), 3: (2, 4)}
"""The smallest and the largest side of an image, by the number of dimensions."""

Case = dict[str, Any]
Args = dict[str, Any]
Shape = tuple[int, ...]


def integers(rng: random.Random, shape: Shape, low: int, high: int) -> torch.Tensor:
    values = [rng.randint(low, high) for _ in range(torch.Size(shape).numel())]
    return torch.tensor(values, dtype=torch.float64).reshape(shape).requires_grad_()


def plain(tensor: torch.Tensor) -> Any:
    """Nested lists, whole numbers as ints."""

    def number(value: Any) -> Any:
        if isinstance(value, list):
            return [number(part) for part in value]
        return int(value) if value == int(value) else value

    return number(tensor.detach().tolist())


def image(rng: random.Random, dims: int, low: int, high: int, channels: int | None = None) -> torch.Tensor:
    """A batch or a single image with channels."""
    sides = (rng.randint(*SPATIAL[dims]) for _ in range(dims))
    batch = () if rng.random() < 0.5 else (rng.randint(1, 2),)
    return integers(rng, (*batch, channels or rng.randint(1, 2), *sides), low, high)


def finish(rng: random.Random, case: Case, output: torch.Tensor, leaves: dict[str, torch.Tensor]) -> Case:
    """Add output, an upstream gradient and the gradient of every leaf."""
    upstream = integers(rng, tuple(output.shape), -3, 3).detach()
    output.backward(upstream)
    arrays = {"upstream": upstream, "output": output}
    arrays |= {f"grad_{name}": leaf.grad for name, leaf in leaves.items() if leaf.grad is not None}
    return case | {name: plain(array) for name, array in arrays.items()}


def each(rng: random.Random, dims: int, low: int, high: int) -> int | list[int]:
    """An int for all axes or one an axis, as PyTorch's arguments may be."""
    values = [rng.randint(low, high) for _ in range(dims)]
    return values if rng.random() < 0.6 else values[0]


def up_to_half(rng: random.Random, kernel: int | list[int]) -> int | list[int]:
    """A padding that PyTorch's pooling accepts."""
    return (
        rng.randint(0, kernel // 2) if isinstance(kernel, int) else [rng.randint(0, k // 2) for k in kernel]
    )


def convolved(rng: random.Random, dims: int, layer: torch.nn.Module, args: Args) -> Case | None:
    """A convolution with integer parameters; None where PyTorch refuses."""
    for parameter in layer.parameters():
        parameter.data = integers(rng, tuple(parameter.shape), -5, 5).detach()
    x = image(rng, dims, -5, 5, args["in_channels"])
    leaves = {"input": x, **dict(layer.named_parameters())}
    case = {"args": args} | {name: plain(leaf) for name, leaf in leaves.items()}
    try:
        output = layer(x)
    except RuntimeError:
        return None
    return finish(rng, case, output, leaves)


def channels(rng: random.Random, dims: int) -> Args:
    groups = rng.choice((1, 1, 2, 3) if dims < 3 else (1, 1, 2))
    return {
        "in_channels": groups * rng.randint(1, 2),
        "out_channels": groups * rng.randint(1, 2),
        "kernel_size": each(rng, dims, 1, 3 if dims < 3 else 2),
        "groups": groups,
        "bias": rng.random() < 0.5,
    }


def conv(dims: int, rng: random.Random, number: int) -> Case | None:
    padding = ("same", "valid", each(rng, dims, 0, 3 if dims < 3 else 2), each(rng, dims, 0, 2))[number % 4]
    args = channels(rng, dims) | {
        "stride": 1 if padding == "same" else each(rng, dims, 1, 3),
        "padding": padding,
        "dilation": each(rng, dims, 1, 2),
        "padding_mode": ("zeros", "zeros", "reflect", "replicate", "circular")[number % 5],
    }
    layer = getattr(torch.nn, f"Conv{dims}d")(**args, dtype=torch.float64)
    return convolved(rng, dims, layer, args)


def conv_transpose(dims: int, rng: random.Random, number: int) -> Case | None:
    args = channels(rng, dims) | {
        "stride": each(rng, dims, 1, 3 if dims < 3 else 2),
        "padding": each(rng, dims, 0, 2),
        "output_padding": each(rng, dims, 0, 2) if number % 2 else 0,
        "dilation": each(rng, dims, 1, 3 if dims < 3 else 2),
    }
    layer = getattr(torch.nn, f"ConvTranspose{dims}d")(**args, dtype=torch.float64)
    return convolved(rng, dims, layer, args)


def pooled(rng: random.Random, case: Case, layer: torch.nn.Module, x: torch.Tensor) -> Case | None:
    """A pooling layer on an image; None where PyTorch refuses or a window holds padding only."""
    try:
        result = layer(x)
    except RuntimeError:
        return None
    output, indices = result if isinstance(result, tuple) else (result, None)
    case = case | {"input": plain(x)}
    if indices is not None:
        case["indices"] = plain(indices)
    if not output.isfinite().all():
        return None
    return finish(rng, case, output, {"input": x})


def max_pool(dims: int, rng: random.Random, number: int) -> Case | None:
    kernel = each(rng, dims, 2, 3)
    args = {
        "kernel_size": kernel,
        "stride": each(rng, dims, 1, 3),
        "padding": up_to_half(rng, kernel),
        "dilation": each(rng, dims, 1, 2),
        "return_indices": number % 2 == 0,
        "ceil_mode": rng.random() < 0.5,
    }
    if number % 5 == 0:
        del args["stride"]
    # A narrow range: most windows have ties.
    layer = getattr(torch.nn, f"MaxPool{dims}d")(**args)
    return pooled(rng, {"args": args}, layer, image(rng, dims, -2, 2))


def avg_pool(dims: int, rng: random.Random, number: int) -> Case | None:
    kernel = each(rng, dims, 1, 4 if dims < 3 else 3)
    args = {
        "kernel_size": kernel,
        "stride": each(rng, dims, 1, 3),
        "padding": up_to_half(rng, kernel),
        "ceil_mode": rng.random() < 0.5,
        "count_include_pad": rng.random() < 0.5,
    }
    if dims > 1:
        args["divisor_override"] = rng.choice((None, None, 3, 7))
    if number % 5 == 0:
        del args["stride"]
    layer = getattr(torch.nn, f"AvgPool{dims}d")(**args)
    return pooled(rng, {"args": args}, layer, image(rng, dims, -5, 5))


def lp_pool(dims: int, rng: random.Random, number: int) -> Case | None:
    p = 1 + number % 3
    args = {
        "norm_type": p,
        "kernel_size": each(rng, dims, 2, 3 if dims < 3 else 2),
        "stride": each(rng, dims, 1, 3),
        "ceil_mode": rng.random() < 0.5,
    }
    if dims == 1:  # no list is taken here
        args["kernel_size"] = rng.randint(2, 3)
    if number % 5 == 0:
        del args["stride"]
    # PyTorch's slope of x^1 at 0 is 1, that of |x| is 0 by convention: keep away from it.
    layer = getattr(torch.nn, f"LPPool{dims}d")(**args)
    return pooled(rng, {"args": args}, layer, image(rng, dims, 1 if p == 1 else 0, 9))


def adaptive_size(dims: int, rng: random.Random) -> Any:
    """A size for all axes, or one an axis, sometimes that of the input."""
    sizes = [rng.randint(1, 5 if dims < 3 else 3) for _ in range(dims)]
    return rng.choice((sizes[0], sizes, [None, *sizes[1:]]) if dims > 1 else (sizes[0], sizes))


def adaptive_avg_pool(dims: int, rng: random.Random, number: int) -> Case | None:
    args = {"output_size": adaptive_size(dims, rng)}
    layer = getattr(torch.nn, f"AdaptiveAvgPool{dims}d")(**args)
    return pooled(rng, {"args": args}, layer, image(rng, dims, -5, 5))


def adaptive_max_pool(dims: int, rng: random.Random, number: int) -> Case | None:
    args = {"output_size": adaptive_size(dims, rng), "return_indices": number % 2 == 0}
    layer = getattr(torch.nn, f"AdaptiveMaxPool{dims}d")(**args)
    return pooled(rng, {"args": args}, layer, image(rng, dims, -2, 2))


def fractional_max_pool(dims: int, rng: random.Random, number: int) -> Case | None:
    x = image(rng, dims, -3, 3)
    batch = x.shape[0] if x.ndim == dims + 2 else 1
    samples = [
        [[rng.randrange(64) / 64 for _ in range(dims)] for _ in range(x.shape[-dims - 1])]
        for _ in range(batch)
    ]
    args: Args = {"kernel_size": each(rng, dims, 1, 3 if dims < 3 else 2), "return_indices": number % 2 == 0}
    if number % 3:
        args["output_size"] = each(rng, dims, 1, 3)
    else:
        args["output_ratio"] = rng.choice((0.5, [0.5, 0.625, 0.75][:dims]))
    drawn = torch.tensor(samples, dtype=torch.float64)
    layer = getattr(torch.nn, f"FractionalMaxPool{dims}d")(**args, _random_samples=drawn)
    return pooled(rng, {"args": args | {"_random_samples": samples}}, layer, x)


def max_unpool(dims: int, rng: random.Random, number: int) -> Case | None:
    kernel = each(rng, dims, 1, 3)
    args: Args = {"kernel_size": kernel}
    if rng.random() < 0.5:
        args["stride"] = kernel
    if isinstance(kernel, int) and kernel > 1 and rng.random() < 0.5:
        args["padding"] = 1
    before = image(rng, dims, -9, 9).detach()
    size = {"output_size": list(before.shape[-dims:])} if number % 3 else {}
    try:
        small, indices = getattr(torch.nn, f"MaxPool{dims}d")(**args, return_indices=True)(before)
        x = integers(rng, tuple(small.shape), -5, 5)
        output = getattr(torch.nn, f"MaxUnpool{dims}d")(**args)(x, indices, **size)
    except (RuntimeError, ValueError):  # the default size is too small for an index
        return None
    case = {"args": args | size, "input": plain(x), "indices": plain(indices)}
    return finish(rng, case, output, {"input": x})


FAMILIES: dict[str, tuple[Callable[[int, random.Random, int], Case | None], tuple[int, ...]]] = {
    "Conv": (conv, (1, 2, 3)),
    "ConvTranspose": (conv_transpose, (1, 2, 3)),
    "MaxPool": (max_pool, (1, 2, 3)),
    "AvgPool": (avg_pool, (1, 2, 3)),
    "LPPool": (lp_pool, (1, 2, 3)),
    "AdaptiveAvgPool": (adaptive_avg_pool, (1, 2, 3)),
    "AdaptiveMaxPool": (adaptive_max_pool, (1, 2, 3)),
    "FractionalMaxPool": (fractional_max_pool, (2, 3)),
    "MaxUnpool": (max_unpool, (1, 2, 3)),
}
MODULES: dict[str, Callable[[random.Random, int], Case | None]] = {
    f"{family}{dims}d": partial(make, dims) for family, (make, every) in FAMILIES.items() for dims in every
}


def cases(module: str) -> Iterator[Case]:
    rng = random.Random(f"{SEED} {module}")
    found = 0
    while found < COUNT:
        case = MODULES[module](rng, found)
        if case is not None:
            found += 1
            yield case


def main() -> None:
    if torch.__version__.split("+")[0] != TORCH:
        raise SystemExit(f"the vectors are recorded with torch {TORCH}, not {torch.__version__}")
    for module in MODULES:
        lines = ",\n".join(json.dumps(case, separators=(",", ":")) for case in cases(module))
        text = f'{{"module":"{module}","torch":"{TORCH}","cases":[\n{lines}\n]}}\n'
        (FOLDER / f"{module}.json").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
