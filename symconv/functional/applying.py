"""Layers applied to arrays of the user's kind; what comes out has the kind of what came in."""

from __future__ import annotations

from typing import Any

from symconv.errors import ShapeError
from symconv.exact import Array, pack, unpack
from symconv.layers import Layer
from symconv.layers.adaptive import AdaptiveMaxPooling
from symconv.layers.fractional import FractionalMaxPooling
from symconv.layers.pooling import MaxPooling, first_maxima
from symconv.layers.unpooling import Unpooling
from symconv.operator import Operator


def apply(layer: Layer, input: Any, weight: Any = None, bias: Any = None) -> Any:
    """The output of a layer, as the kind of array that the input is."""
    entries = pack(input, "input")
    filters = None if weight is None else pack(weight, "weight")
    operator = layer.operator(entries.shape, None if filters is None else filters.shape)
    offsets = None if bias is None else _bias(operator, pack(bias, "bias"))
    return unpack(operator.forward(entries, filters, offsets), like=input)


def _bias(operator: Operator, bias: Array) -> Array:
    shape = operator.shape("bias")
    # a single channel has one bias, as a number or as a list of one
    if bias.shape != shape and not (shape == () and bias.shape == (1,)):
        raise ShapeError(f"{operator.layer}: the bias must have shape {shape}, not {bias.shape}")
    return bias


def maxima(layer: MaxPooling | AdaptiveMaxPooling | FractionalMaxPooling, input: Any) -> Any:
    """The output of a max pooling; with the indices of the maxima where the layer returns them."""
    entries = pack(input, "input")
    operator = layer.operator(entries.shape)
    output = unpack(operator.forward(entries), like=input)
    if not layer.return_indices:
        return output
    return output, unpack(first_maxima(operator, entries, layer.dims), like=input)


def unpool(layer: Unpooling, input: Any, indices: Any) -> Any:
    """The output of an unpooling at the indices of a max pooling."""
    entries = pack(input, "input")
    return unpack(layer.operator(entries.shape, indices=indices).forward(entries), like=input)
