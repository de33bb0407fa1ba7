"""What comparisons with PyTorch share: the verb of a module, its operator at arguments, and equality."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import reduce
from typing import Any

import numpy as np

import symconv.functional as F  # noqa: N812 (its name everywhere)
from symconv.axes import Sliding
from symconv.exact import Array
from symconv.layers import AROUND, LAYERS
from symconv.layers.unpooling import Unpooling
from symconv.operator import Operator

Args = Mapping[str, Any]


def verb_of(module: str) -> str:
    """The verb of a module: ``conv_transpose2d`` for ``ConvTranspose2d``."""
    words = re.sub("(?<!^)(?=[A-Z][a-z])", "_", module)
    return words.lower()


VERBS: Mapping[str, Callable[..., Any]] = {
    name: getattr(F, verb)
    for name, verb in zip(LAYERS, map(verb_of, LAYERS), strict=True)
    if name not in AROUND
}

OF_THE_WEIGHT = ("in_channels", "out_channels", "kernel_size", "bias")
"""Arguments of the layer that the verb reads off its arrays."""


def operator_of(module: str, args: Args, arrays: Args) -> Operator:
    layer = LAYERS[module](**args)
    shape = arrays["input"].shape
    if isinstance(layer, Unpooling):
        return layer.operator(shape, indices=arrays["indices"])
    return layer.operator(shape, arrays["weight"].shape if "weight" in arrays else None)


def pytorchs_weights(operator: Operator, p: float) -> Array | int:
    """What PyTorch multiplies an LP norm with: a window that is clipped counts as if it were whole."""
    spatial = [axis for axis in operator.axes if isinstance(axis, Sliding)]
    full = np.prod([axis.kernel_size for axis in spatial])
    counts = [
        axis.cells(size, False)
        for axis, size in zip(spatial, operator.input_shape[-len(spatial) :], strict=True)
    ]
    return (full / reduce(np.multiply.outer, counts)) ** (1 / p)


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
    return module.startswith(("LPPool", "AvgPool", "AdaptiveAvgPool"))
