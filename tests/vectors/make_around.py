"""Record what PyTorch computes for the layers around convolutions: one JSON file a module in ``around/``.

Run ``python tests/vectors/make_around.py`` where torch 2.13.0 is installed; the seed makes the files the same
again. Everything is computed in float64 on small integers (probabilities on quarters, which are exact).
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable
from math import prod
from pathlib import Path
from typing import Any

import torch
from make import SEED, TORCH, integers, plain

FOLDER = Path(__file__).parent / "around"
COUNT = 20

Case = dict[str, Any]


def shape(rng: random.Random, low: int, high: int) -> tuple[int, ...]:
    return tuple(rng.randint(1, 3) for _ in range(rng.randint(low, high)))


def finish(rng: random.Random, case: Case, output: torch.Tensor, leaves: dict[str, torch.Tensor]) -> Case:
    upstream = integers(rng, tuple(output.shape), -3, 3).detach()
    output.backward(upstream)
    case |= {"input": plain(leaves["input"]), "output": plain(output), "upstream": plain(upstream)}
    return case | {f"grad_{name}": plain(leaf.grad) for name, leaf in leaves.items()}


def pointwise(module: type[torch.nn.Module], **args: Any) -> Callable[[random.Random, int], Case]:
    def make(rng: random.Random, number: int) -> Case:
        x = integers(rng, shape(rng, 1, 5), -3, 3)
        return finish(rng, {"args": args}, module(**args)(x), {"input": x})

    return make


def leaky_relu(rng: random.Random, number: int) -> Case:
    slope = (0.5, 0.25, -0.5, 0.0, 2.0)[number % 5]
    return pointwise(torch.nn.LeakyReLU, negative_slope=slope)(rng, number)


def flatten(rng: random.Random, number: int) -> Case:
    x = integers(rng, shape(rng, 2, 5), -9, 9)
    start = rng.randint(0, x.ndim - 1)
    args = {"start_dim": start, "end_dim": rng.randint(start, x.ndim - 1) - x.ndim * (number % 2)}
    return finish(rng, {"args": args}, torch.nn.Flatten(**args)(x), {"input": x})


def linear(rng: random.Random, number: int) -> Case:
    x = integers(rng, shape(rng, 1, 4), -5, 5)
    outs = rng.randint(1, 4)
    args = {"in_features": x.shape[-1], "out_features": outs, "bias": number % 2 == 0}
    layer = torch.nn.Linear(**args, dtype=torch.float64)
    for parameter in layer.parameters():
        parameter.data = integers(rng, tuple(parameter.shape), -5, 5).detach()
    leaves = {"input": x, **dict(layer.named_parameters())}
    arrays = {name: plain(leaf) for name, leaf in layer.named_parameters()}
    return finish(rng, {"args": args, **arrays}, layer(x), leaves)


def total(rng: random.Random, number: int) -> Case:
    x = integers(rng, shape(rng, 1, 5), -9, 9)
    return finish(rng, {"args": {}}, x.sum(), {"input": x})


def reduction(number: int) -> str:
    return ("mean", "sum", "none")[number % 3]


def mse(rng: random.Random, number: int) -> Case:
    x = integers(rng, shape(rng, 1, 5), -5, 5)
    target = integers(rng, tuple(x.shape), -5, 5).detach()
    args = {"reduction": reduction(number)}
    case = {"args": args, "target": plain(target)}
    return finish(rng, case, torch.nn.MSELoss(**args)(x, target), {"input": x})


def cross_entropy(rng: random.Random, number: int) -> Case:
    classes = rng.randint(2, 4)
    tail = shape(rng, 0, 2)
    sizes = (classes,) if number % 5 == 0 else (rng.randint(1, 3), classes, *tail)
    among = min(1, len(sizes) - 1)
    samples = sizes[:among] + sizes[among + 1 :]
    x = integers(rng, sizes, -3, 3)
    if number % 2:
        rows = [[rng.randint(0, 4) for _ in range(classes - 1)] for _ in range(prod(samples))]
        parts = torch.tensor([[*row, 4 - sum(row)] for row in rows], dtype=torch.float64) / 4
        target = parts.reshape(*samples, classes).movedim(-1, among)
    else:
        target = torch.tensor([rng.randrange(classes) for _ in range(prod(samples))]).reshape(samples)
    args = {"reduction": reduction(number)}
    case = {"args": args, "target": plain(target)}
    return finish(rng, case, torch.nn.CrossEntropyLoss(**args)(x, target), {"input": x})


MODULES: dict[str, Callable[[random.Random, int], Case]] = {
    "ReLU": pointwise(torch.nn.ReLU),
    "LeakyReLU": leaky_relu,
    "Sigmoid": pointwise(torch.nn.Sigmoid),
    "Tanh": pointwise(torch.nn.Tanh),
    "Flatten": flatten,
    "Linear": linear,
    "Sum": total,
    "MSELoss": mse,
    "CrossEntropyLoss": cross_entropy,
}


def main() -> None:
    if torch.__version__.split("+")[0] != TORCH:
        raise SystemExit(f"the vectors are recorded with torch {TORCH}, not {torch.__version__}")
    FOLDER.mkdir(exist_ok=True)
    for module, make in MODULES.items():
        rng = random.Random(f"{SEED} {module}")
        cases = (make(rng, number) for number in range(COUNT))
        lines = ",\n".join(json.dumps(case, separators=(",", ":")) for case in cases)
        text = f'{{"module":"{module}","torch":"{TORCH}","cases":[\n{lines}\n]}}\n'
        (FOLDER / f"{module}.json").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
