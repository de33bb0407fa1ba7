"""Record what PyTorch computes: one JSON file a module, with integer inputs and upstream gradients.

Run ``python tests/vectors/make.py`` where torch 2.13.0 is installed; the seed makes the files the same
again. A case holds the arguments of the module as PyTorch takes them and its arrays as nested lists; a
missing batch axis is an unbatched call. Everything is computed in float64 on small integers, so whole
numbers are exact and are stored as such.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import torch

TORCH = "2.13.0"
SEED = 1008
FOLDER = Path(__file__).parent

Case = dict[str, Any]
Args = dict[str, Any]


def integers(rng: random.Random, shape: tuple[int, ...], low: int, high: int) -> torch.Tensor:
    count = torch.Size(shape).numel()
    values = [rng.randint(low, high) for _ in range(count)]
    return torch.tensor(values, dtype=torch.float64).reshape(shape).requires_grad_()


def plain(tensor: torch.Tensor) -> Any:
    """Nested lists, whole numbers as ints."""

    def number(value: Any) -> Any:
        if isinstance(value, list):
            return [number(part) for part in value]
        return int(value) if value == int(value) else value

    return number(tensor.detach().tolist())


def image_shape(rng: random.Random, channels: int, low: int, high: int, batched: bool) -> tuple[int, ...]:
    spatial = (rng.randint(low, high), rng.randint(low, high))
    return (rng.randint(1, 2), channels, *spatial) if batched else (channels, *spatial)


def finish(rng: random.Random, case: Case, output: torch.Tensor, leaves: dict[str, torch.Tensor]) -> Case:
    """Add output, an upstream gradient and the gradient of every leaf."""
    upstream = integers(rng, tuple(output.shape), -3, 3).detach()
    output.backward(upstream)
    arrays = {"upstream": upstream, "output": output}
    arrays |= {f"grad_{name}": leaf.grad for name, leaf in leaves.items() if leaf.grad is not None}
    return case | {name: plain(array) for name, array in arrays.items()}


def either(rng: random.Random, low: int, high: int) -> int | list[int]:
    """An int for both axes or a pair, as PyTorch's arguments may be."""
    pair = [rng.randint(low, high), rng.randint(low, high)]
    return pair if rng.random() < 0.6 else pair[0]


def up_to_half(rng: random.Random, kernel: int | list[int]) -> int | list[int]:
    """A padding that PyTorch's pooling accepts."""
    return (
        rng.randint(0, kernel // 2) if isinstance(kernel, int) else [rng.randint(0, k // 2) for k in kernel]
    )


def conv2d(rng: random.Random, number: int) -> Case:
    groups = rng.choice((1, 1, 2, 3))
    padding = ("same", "valid", either(rng, 0, 3), either(rng, 0, 3))[number % 4]
    args = {
        "in_channels": groups * rng.randint(1, 2),
        "out_channels": groups * rng.randint(1, 2),
        "kernel_size": either(rng, 1, 3),
        "stride": 1 if padding == "same" else either(rng, 1, 3),
        "padding": padding,
        "dilation": either(rng, 1, 2),
        "groups": groups,
        "bias": rng.random() < 0.5,
    }
    layer = torch.nn.Conv2d(**args, dtype=torch.float64)
    for parameter in layer.parameters():
        parameter.data = integers(rng, tuple(parameter.shape), -5, 5).detach()
    x = integers(rng, image_shape(rng, args["in_channels"], 5, 7, rng.random() < 0.5), -5, 5)
    leaves = {"input": x, **dict(layer.named_parameters())}
    case = {"args": args} | {name: plain(leaf) for name, leaf in leaves.items()}
    return finish(rng, case, layer(x), leaves)


def image(rng: random.Random, low: int, high: int) -> torch.Tensor:
    return integers(rng, image_shape(rng, rng.randint(1, 2), 4, 8, rng.random() < 0.5), low, high)


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


def max_pool2d(rng: random.Random, number: int) -> Case | None:
    kernel = either(rng, 2, 3)
    args = {
        "kernel_size": kernel,
        "stride": either(rng, 1, 3),
        "padding": up_to_half(rng, kernel),
        "dilation": either(rng, 1, 2),
        "return_indices": number % 2 == 0,
        "ceil_mode": rng.random() < 0.5,
    }
    if number % 5 == 0:
        del args["stride"]
    # A narrow range: most windows have ties.
    return pooled(rng, {"args": args}, torch.nn.MaxPool2d(**args), image(rng, -2, 2))


def avg_pool2d(rng: random.Random, number: int) -> Case | None:
    kernel = either(rng, 1, 4)
    args = {
        "kernel_size": kernel,
        "stride": either(rng, 1, 3),
        "padding": up_to_half(rng, kernel),
        "ceil_mode": rng.random() < 0.5,
        "count_include_pad": rng.random() < 0.5,
        "divisor_override": rng.choice((None, None, 3, 7)),
    }
    if number % 5 == 0:
        del args["stride"]
    return pooled(rng, {"args": args}, torch.nn.AvgPool2d(**args), image(rng, -5, 5))


def lp_pool2d(rng: random.Random, number: int) -> Case | None:
    p = 1 + number % 3
    args = {
        "norm_type": p,
        "kernel_size": either(rng, 2, 3),
        "stride": either(rng, 1, 3),
        "ceil_mode": rng.random() < 0.5,
    }
    if number % 5 == 0:
        del args["stride"]
    # PyTorch's slope of x^1 at 0 is 1, that of |x| is 0 by convention: keep away from it.
    return pooled(rng, {"args": args}, torch.nn.LPPool2d(**args), image(rng, 1 if p == 1 else 0, 9))


def adaptive_size(rng: random.Random) -> Any:
    return rng.choice((rng.randint(1, 5), [rng.randint(1, 5), rng.randint(1, 5)], [None, rng.randint(1, 5)]))


def adaptive_avg_pool2d(rng: random.Random, number: int) -> Case | None:
    args = {"output_size": adaptive_size(rng)}
    return pooled(rng, {"args": args}, torch.nn.AdaptiveAvgPool2d(**args), image(rng, -5, 5))


def adaptive_max_pool2d(rng: random.Random, number: int) -> Case | None:
    args = {"output_size": adaptive_size(rng), "return_indices": number % 2 == 0}
    return pooled(rng, {"args": args}, torch.nn.AdaptiveMaxPool2d(**args), image(rng, -2, 2))


def fractional_max_pool2d(rng: random.Random, number: int) -> Case | None:
    x = image(rng, -3, 3)
    batch = x.shape[0] if x.ndim == 4 else 1
    samples = [[[rng.randrange(64) / 64 for _ in "wh"] for _ in range(x.shape[-3])] for _ in range(batch)]
    args: Args = {"kernel_size": either(rng, 1, 3), "return_indices": number % 2 == 0}
    if number % 3:
        args["output_size"] = either(rng, 1, 3)
    else:
        args["output_ratio"] = rng.choice((0.5, [0.5, 0.625]))
    drawn = torch.tensor(samples, dtype=torch.float64)
    layer = torch.nn.FractionalMaxPool2d(**args, _random_samples=drawn)
    return pooled(rng, {"args": args, "samples": samples}, layer, x)


def max_unpool2d(rng: random.Random, number: int) -> Case | None:
    kernel = either(rng, 1, 3)
    args: Args = {"kernel_size": kernel}
    if rng.random() < 0.5:
        args["stride"] = kernel
    if isinstance(kernel, int) and kernel > 1 and rng.random() < 0.5:
        args["padding"] = 1
    before = image(rng, -9, 9).detach()
    small, indices = torch.nn.MaxPool2d(**args, return_indices=True)(before)
    x = integers(rng, tuple(small.shape), -5, 5)
    size = {"output_size": list(before.shape[-2:])} if number % 3 else {}
    try:
        output = torch.nn.MaxUnpool2d(**args)(x, indices, **size)
    except RuntimeError:  # the default size is too small for an index
        return None
    case = {"args": args | size, "input": plain(x), "indices": plain(indices)}
    return finish(rng, case, output, {"input": x})


MODULES: dict[str, Callable[[random.Random, int], Case | None]] = {
    "Conv2d": conv2d,
    "MaxPool2d": max_pool2d,
    "AvgPool2d": avg_pool2d,
    "LPPool2d": lp_pool2d,
    "AdaptiveAvgPool2d": adaptive_avg_pool2d,
    "AdaptiveMaxPool2d": adaptive_max_pool2d,
    "FractionalMaxPool2d": fractional_max_pool2d,
    "MaxUnpool2d": max_unpool2d,
}


def cases(module: str, count: int) -> Iterator[Case]:
    rng = random.Random(f"{SEED} {module}")
    make = MODULES[module]
    found = 0
    while found < count:
        case = make(rng, found)
        if case is not None:
            found += 1
            yield case


def main() -> None:
    if torch.__version__.split("+")[0] != TORCH:
        raise SystemExit(f"the vectors are recorded with torch {TORCH}, not {torch.__version__}")
    for module in MODULES:
        lines = ",\n".join(json.dumps(case, separators=(",", ":")) for case in cases(module, 24))
        text = f'{{"module":"{module}","torch":"{TORCH}","cases":[\n{lines}\n]}}\n'
        (FOLDER / f"{module}.json").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
