"""The layers, under torch.nn's names. ``LAYERS`` has them all by name.

A layer's module is loaded when the layer is first asked for: a problem waits for the layers that it has.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Any

from symconv.layers.layer import Layer

if TYPE_CHECKING:
    from symconv.layers.activation import LeakyReLU, ReLU, Sigmoid, Tanh
    from symconv.layers.adaptive import (
        AdaptiveAvgPool1d,
        AdaptiveAvgPool2d,
        AdaptiveAvgPool3d,
        AdaptiveMaxPool1d,
        AdaptiveMaxPool2d,
        AdaptiveMaxPool3d,
    )
    from symconv.layers.convolution import Conv1d, Conv2d, Conv3d
    from symconv.layers.fractional import FractionalMaxPool2d, FractionalMaxPool3d
    from symconv.layers.linear import Flatten, Linear
    from symconv.layers.loss import CrossEntropyLoss, MSELoss, Sum
    from symconv.layers.pooling import (
        AvgPool1d,
        AvgPool2d,
        AvgPool3d,
        LPPool1d,
        LPPool2d,
        LPPool3d,
        MaxPool1d,
        MaxPool2d,
        MaxPool3d,
    )
    from symconv.layers.sequential import Sequential
    from symconv.layers.transposed import ConvTranspose1d, ConvTranspose2d, ConvTranspose3d
    from symconv.layers.unpooling import MaxUnpool1d, MaxUnpool2d, MaxUnpool3d

_MODULES = {
    "convolution": ("Conv1d", "Conv2d", "Conv3d"),
    "transposed": ("ConvTranspose1d", "ConvTranspose2d", "ConvTranspose3d"),
    "pooling": (
        *("MaxPool1d", "MaxPool2d", "MaxPool3d"),
        *("AvgPool1d", "AvgPool2d", "AvgPool3d"),
        *("LPPool1d", "LPPool2d", "LPPool3d"),
    ),
    "unpooling": ("MaxUnpool1d", "MaxUnpool2d", "MaxUnpool3d"),
    "fractional": ("FractionalMaxPool2d", "FractionalMaxPool3d"),
    "adaptive": (
        *("AdaptiveMaxPool1d", "AdaptiveMaxPool2d", "AdaptiveMaxPool3d"),
        *("AdaptiveAvgPool1d", "AdaptiveAvgPool2d", "AdaptiveAvgPool3d"),
    ),
    "activation": ("ReLU", "LeakyReLU", "Sigmoid", "Tanh"),
    "linear": ("Flatten", "Linear"),
    "loss": ("Sum", "MSELoss", "CrossEntropyLoss"),
    "sequential": ("Sequential",),
}
_HOMES = {name: module for module, names in _MODULES.items() for name in names}

AROUND = tuple(_MODULES["activation"] + _MODULES["linear"] + _MODULES["loss"])
"""The layers around convolutions and poolings: activations, features and losses."""


class _Layers(Mapping[str, type[Layer]]):
    """The layers of one input by their names, in the order of torch.nn's pages; looking one up loads it."""

    names = (
        *_MODULES["convolution"],
        *_MODULES["transposed"],
        *("MaxPool1d", "MaxPool2d", "MaxPool3d"),
        *_MODULES["unpooling"],
        *("AvgPool1d", "AvgPool2d", "AvgPool3d"),
        *_MODULES["fractional"],
        *("LPPool1d", "LPPool2d", "LPPool3d"),
        *_MODULES["adaptive"],
        *AROUND,
    )

    def __getitem__(self, name: str) -> type[Layer]:
        if name not in self.names:
            raise KeyError(name)
        return __getattr__(name)  # type: ignore[no-any-return]

    def __iter__(self) -> Iterator[str]:
        return iter(self.names)

    def __len__(self) -> int:
        return len(self.names)


LAYERS = _Layers()

__all__ = [
    "AROUND",
    "LAYERS",
    "AdaptiveAvgPool1d",
    "AdaptiveAvgPool2d",
    "AdaptiveAvgPool3d",
    "AdaptiveMaxPool1d",
    "AdaptiveMaxPool2d",
    "AdaptiveMaxPool3d",
    "AvgPool1d",
    "AvgPool2d",
    "AvgPool3d",
    "Conv1d",
    "Conv2d",
    "Conv3d",
    "ConvTranspose1d",
    "ConvTranspose2d",
    "ConvTranspose3d",
    "CrossEntropyLoss",
    "Flatten",
    "FractionalMaxPool2d",
    "FractionalMaxPool3d",
    "LPPool1d",
    "LPPool2d",
    "LPPool3d",
    "Layer",
    "LeakyReLU",
    "Linear",
    "MSELoss",
    "MaxPool1d",
    "MaxPool2d",
    "MaxPool3d",
    "MaxUnpool1d",
    "MaxUnpool2d",
    "MaxUnpool3d",
    "ReLU",
    "Sequential",
    "Sigmoid",
    "Sum",
    "Tanh",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
