"""The layers, under torch.nn's names. ``LAYERS`` has them all by name."""

from __future__ import annotations

from symconv.layers.activation import LeakyReLU, ReLU, Sigmoid, Tanh
from symconv.layers.adaptive import AdaptiveAvgPool2d, AdaptiveMaxPool2d, FractionalMaxPool2d
from symconv.layers.convolution import Conv2d
from symconv.layers.layer import Layer
from symconv.layers.linear import Flatten, Linear
from symconv.layers.loss import CrossEntropyLoss, MSELoss, Sum
from symconv.layers.pooling import AvgPool2d, LPPool2d, MaxPool2d
from symconv.layers.sequential import Sequential
from symconv.layers.unpooling import MaxUnpool2d

LAYERS: dict[str, type[Layer]] = {
    layer.__name__: layer
    for layer in (
        Conv2d,
        MaxPool2d,
        MaxUnpool2d,
        AvgPool2d,
        FractionalMaxPool2d,
        LPPool2d,
        AdaptiveMaxPool2d,
        AdaptiveAvgPool2d,
        ReLU,
        LeakyReLU,
        Sigmoid,
        Tanh,
        Flatten,
        Linear,
        Sum,
        MSELoss,
        CrossEntropyLoss,
    )
}

AROUND = ("ReLU", "LeakyReLU", "Sigmoid", "Tanh", "Flatten", "Linear", "Sum", "MSELoss", "CrossEntropyLoss")
"""The layers around convolutions and poolings: activations, features and losses."""

__all__ = [
    "AROUND",
    "LAYERS",
    "AdaptiveAvgPool2d",
    "AdaptiveMaxPool2d",
    "AvgPool2d",
    "Conv2d",
    "CrossEntropyLoss",
    "Flatten",
    "FractionalMaxPool2d",
    "LPPool2d",
    "Layer",
    "LeakyReLU",
    "Linear",
    "MSELoss",
    "MaxPool2d",
    "MaxUnpool2d",
    "ReLU",
    "Sequential",
    "Sigmoid",
    "Sum",
    "Tanh",
]
