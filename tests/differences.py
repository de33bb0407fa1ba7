"""Where PyTorch and symconv differ, as a table: when a row applies, and what README.md calls it.

Random comparisons leave out the cases that a row speaks of; :mod:`layers.test_live` shows each difference at
an example, so that a row whose difference is gone is noticed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from typing import Any

import numpy as np

Args = Mapping[str, Any]
Arrays = Mapping[str, Any]


@dataclass(frozen=True)
class Difference:
    """A row: the first cell of README's table, the families it speaks of, and whether it does at arguments."""

    what: str
    families: tuple[str, ...]
    at: Callable[[int, Args, Arrays], bool]

    def applies(self, module: str, args: Args, arrays: Arrays) -> bool:
        return module[:-2] in self.families and self.at(int(module[-2]), args, arrays)


def axes(dims: int, args: Args, arrays: Arrays, *names: str) -> Iterator[tuple[Any, ...]]:
    """The size of every axis and the values of these arguments on it."""
    columns = []
    for name in names:
        default = args["kernel_size"] if name == "stride" else {"padding": 0, "dilation": 1}.get(name)
        value = default if args.get(name) is None else args[name]
        columns.append(list(value) if isinstance(value, tuple | list) else [value] * dims)
    columns = [column * dims if len(column) == 1 else column for column in columns]
    yield from zip(arrays["input"].shape[-dims:], *columns, strict=True)


def has_empty_window(dims: int, args: Args, arrays: Arrays) -> bool:
    """Some window starts before the input, steps over it and ends behind it."""
    for size, kernel, stride, padding, dilation in axes(
        dims, args, arrays, "kernel_size", "stride", "padding", "dilation"
    ):
        for start in range(-padding, size, stride):
            window = range(start, start + dilation * kernel, dilation)
            if not any(at in window for at in range(size)):
                return True
    return False


def is_window_larger_than_input(dims: int, args: Args, arrays: Arrays) -> bool:
    return dims == 3 and any(kernel > size for size, kernel in axes(dims, args, arrays, "kernel_size"))


def does_norm_cancel(dims: int, args: Args, arrays: Arrays) -> bool:
    return args["norm_type"] % 2 == 1 and bool((arrays["input"] <= 0).any())


def outputs(dims: int, args: Args, arrays: Arrays) -> Iterator[tuple[int, int, int]]:
    """Size, kernel size and output size on every axis of a fractional pooling."""
    for size, kernel, out, ratio in axes(dims, args, arrays, "kernel_size", "output_size", "output_ratio"):
        yield size, kernel, int(ratio * size) if out is None else out


def is_fraction_tight(dims: int, args: Args, arrays: Arrays) -> bool:
    return dims == 3 and any(out + kernel - 1 == size for size, kernel, out in outputs(dims, args, arrays))


def is_fraction_rounded(dims: int, args: Args, arrays: Arrays) -> bool:
    """A start is another one in floats."""
    samples = {float(u) for u in np.ravel(args["_random_samples"])}
    for (size, kernel, out), u in product(outputs(dims, args, arrays), samples):
        room, steps = size - kernel, max(out - 1, 1)
        for o in range(out - 1):
            exact = [int((o + Fraction(u)) * Fraction(room, steps)), int(Fraction(u) * Fraction(room, steps))]
            if [int((o + u) * (room / steps)), int(u * (room / steps))] != exact:
                return True
    return False


def is_index_repeated(dims: int, args: Args, arrays: Arrays) -> bool:
    planes = arrays["indices"].reshape(-1, np.prod(arrays["indices"].shape[-dims:], dtype=int))
    return any(len(set(plane)) < len(plane) for plane in planes.tolist())


DIFFERENCES = (
    Difference("max pooling, a window wholly in the padding", ("MaxPool",), has_empty_window),
    Difference(
        "pooling of volumes, a window larger than the input",
        ("AvgPool", "LPPool"),
        is_window_larger_than_input,
    ),
    Difference("LP pooling of signed entries", ("LPPool",), does_norm_cancel),
    Difference(
        "fractional pooling of volumes, windows without room", ("FractionalMaxPool",), is_fraction_tight
    ),
    Difference("fractional pooling, rounding", ("FractionalMaxPool",), is_fraction_rounded),
    Difference("unpooling, an index twice", ("MaxUnpool",), is_index_repeated),
)
