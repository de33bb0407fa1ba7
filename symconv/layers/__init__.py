"""The layers, under torch.nn's names. ``LAYERS`` has them all by name."""

from __future__ import annotations

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
from symconv.layers.layer import Layer
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

LAYERS: dict[str, type[Layer]] = {
    layer.__name__: layer
    for layer in (
        Conv1d,
        Conv2d,
        Conv3d,
        ConvTranspose1d,
        ConvTranspose2d,
        ConvTranspose3d,
        MaxPool1d,
        MaxPool2d,
        MaxPool3d,
        MaxUnpool1d,
        MaxUnpool2d,
        MaxUnpool3d,
        AvgPool1d,
        AvgPool2d,
        AvgPool3d,
        FractionalMaxPool2d,
        FractionalMaxPool3d,
        LPPool1d,
        LPPool2d,
        LPPool3d,
        AdaptiveMaxPool1d,
        AdaptiveMaxPool2d,
        AdaptiveMaxPool3d,
        AdaptiveAvgPool1d,
        AdaptiveAvgPool2d,
        AdaptiveAvgPool3d,
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
