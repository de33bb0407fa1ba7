"""The reference for the layers around convolutions: features, activations and losses, in plain NumPy.

It shares neither code nor method with the taps: features are matrix products, activations and losses are
written down for whole arrays, with other formulas than the derivations use (``e^x/(1 + e^x)`` for the
sigmoid, ``Σ t·(ln Σ e^x − x)`` for the cross entropy). Exact for object arrays of ints and Fractions as long
as no exponential is needed; ``exp`` and ``log`` are given by whoever calls, for the kind of number at hand.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]
Function = Callable[[Any], Any]


def linear(x: Array, w: Array, bias: Array | None) -> Array:
    """``Y = X Wᵀ + b`` over the last axis."""
    rows = x.reshape(-1, x.shape[-1]) @ w.T
    return (rows if bias is None else rows + bias).reshape(*x.shape[:-1], w.shape[0])


def linear_backward_input(g: Array, w: Array) -> Array:
    """``G W``."""
    return (g.reshape(-1, g.shape[-1]) @ w).reshape(*g.shape[:-1], w.shape[1])


def linear_backward_weight(g: Array, x: Array) -> Array:
    """``Gᵀ X``."""
    product: Array = g.reshape(-1, g.shape[-1]).T @ x.reshape(-1, x.shape[-1])
    return product


def linear_backward_bias(g: Array) -> Array:
    """The sums of the columns of G."""
    total: Array = g.reshape(-1, g.shape[-1]).sum(axis=0)
    return total


def rectified(x: Array, slope: Any) -> Array:
    """The entries that are not positive, times a slope."""
    result: Array = np.where(x > 0, x, x * slope)
    return result


def rectified_backward(x: Array, g: Array, slope: Any) -> Array:
    """The upstream entries where the input is not positive, times the slope."""
    result: Array = np.where(x > 0, g, g * slope)
    return result


def sigmoid(x: Array, exp: Function) -> Array:
    """``e^x / (1 + e^x)``."""
    power = _each(exp, x)
    result: Array = power / (power + 1)
    return result


def sigmoid_backward(x: Array, g: Array, exp: Function) -> Array:
    """``g·e^x / (1 + e^x)²``."""
    power = _each(exp, x)
    result: Array = g * power / ((power + 1) * (power + 1))
    return result


def tanh(x: Array, exp: Function) -> Array:
    """``(e^x − e^(−x)) / (e^x + e^(−x))``."""
    up, down = _each(exp, x), _each(exp, -x)
    result: Array = (up - down) / (up + down)
    return result


def tanh_backward(x: Array, g: Array, exp: Function) -> Array:
    """``4g / (e^x + e^(−x))²``."""
    both = _each(exp, x) + _each(exp, -x)
    result: Array = g * 4 / (both * both)
    return result


def squared_error(x: Array, t: Array, reduction: str) -> Array:
    """The squares of ``x − t``, by themselves, added up, or their mean."""
    return _reduced((x - t) * (x - t), reduction)


def squared_error_backward(x: Array, t: Array, g: Array, reduction: str) -> Array:
    """``2g(x − t)``, over the number of entries for the mean."""
    return _shared(2 * (x - t) * g, x.size, reduction)


def cross_entropy(x: Array, t: Array, axis: int, reduction: str, exp: Function, log: Function) -> Array:
    """``Σ_c t·(ln Σ e^x − x)`` of every sample, by themselves, added up, or their mean."""
    whole = _each(log, np.asarray(_each(exp, x).sum(axis=axis, keepdims=True), dtype=object))
    return _reduced(np.asarray((t * (whole - x)).sum(axis=axis), dtype=object), reduction)


def cross_entropy_backward(x: Array, t: Array, g: Array, axis: int, reduction: str, exp: Function) -> Array:
    """``g·(e^x·Σ t / Σ e^x − t)``, over the number of samples for the mean."""
    powers = _each(exp, x)
    soft = powers * t.sum(axis=axis, keepdims=True) / powers.sum(axis=axis, keepdims=True)
    upstream = g if reduction != "none" else np.expand_dims(g, axis)
    return _shared((soft - t) * upstream, x.size // x.shape[axis], reduction)


def _each(function: Function, x: Array) -> Array:
    return np.asarray(np.frompyfunc(function, 1, 1)(x), dtype=object)


def _reduced(values: Array, reduction: str) -> Array:
    if reduction == "none":
        return values
    return _shared(np.asarray(values.sum(), dtype=object), values.size, reduction)


def _shared(values: Array, count: int, reduction: str) -> Array:
    result: Array = values * Fraction(1, count) if reduction == "mean" else values
    return result
