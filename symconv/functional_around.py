"""The verbs of activations, features and losses: part of :mod:`symconv.functional`, where they are used from."""

from __future__ import annotations

from typing import Any

from symconv.errors import ArgumentError
from symconv.exact import pack, unpack
from symconv.layers import (
    CrossEntropyLoss,
    LeakyReLU,
    Linear,
    MSELoss,
    ReLU,
    Sigmoid,
    Tanh,
)
from symconv.layers.layer import Layer
from symconv.layers.loss import Loss

__all__ = ["cross_entropy", "leaky_relu", "linear", "mse_loss", "relu", "sigmoid", "tanh"]


def relu(input: Any) -> Any:
    """The positive part of every entry.

    .. math:: Y_{ij} = \\max(0, A_{ij})

    Args:
        input: an array of one to five dimensions.

    Raises:
        ArgumentError: an array that is ragged or not exact.

    Source: torch.nn.functional.relu.

    Example:
        >>> relu([[1, -2]]).tolist()
        [[1, 0]]
    """
    return _apply(ReLU(), input)


def leaky_relu(input: Any, negative_slope: Any = 0.01) -> Any:
    """Every entry where it is positive, a multiple of it elsewhere.

    .. math:: Y_{ij} = \\begin{cases} A_{ij} & A_{ij} > 0 \\\\ a A_{ij} & \\text{otherwise} \\end{cases}

    Args:
        input: an array of one to five dimensions.
        negative_slope: a; a decimal is taken as the fraction that it is written as.

    Raises:
        ArgumentError: an array that is ragged or not exact; a slope that is no finite number.

    Source: torch.nn.functional.leaky_relu.

    Example:
        >>> leaky_relu([[1, -2]]).tolist()
        [[1, Fraction(-1, 50)]]
    """
    return _apply(LeakyReLU(negative_slope), input)


def sigmoid(input: Any) -> Any:
    """The logistic function of every entry.

    .. math:: Y_{ij} = \\frac{1}{1 + e^{-A_{ij}}}

    Args:
        input: an array of one to five dimensions.

    Raises:
        ArgumentError: an array that is ragged or not exact.

    Source: torch.nn.functional.sigmoid.

    Example:
        >>> sigmoid([[0, 1]]).tolist()
        [[Fraction(1, 2), 1/(exp(-1) + 1)]]
    """
    return _apply(Sigmoid(), input)


def tanh(input: Any) -> Any:
    """The hyperbolic tangent of every entry.

    .. math:: Y_{ij} = \\tanh(A_{ij})

    Args:
        input: an array of one to five dimensions.

    Raises:
        ArgumentError: an array that is ragged or not exact.

    Source: torch.nn.functional.tanh.

    Example:
        >>> tanh([[0, 1]]).tolist()
        [[0, tanh(1)]]
    """
    return _apply(Tanh(), input)


def linear(input: Any, weight: Any, bias: Any = None) -> Any:
    """An affine map of the last axis.

    .. math:: Y_{f} = b_f + \\sum_c B_{fc} A_c

    Args:
        input: an array whose last axis holds the features.
        weight: (out_features, in_features).
        bias: out_features entries; none where left out.

    Shape:
        (*, in_features) to (*, out_features).

    Raises:
        ArgumentError: an array that is ragged or not exact.
        ShapeError: shapes that do not fit each other.

    Source: torch.nn.functional.linear.

    Example:
        >>> linear([1, 2], [[3, 4], [5, 6]], [1, 0]).tolist()
        [12, 17]
    """
    entries, filters = pack(input, "input"), pack(weight, "weight")
    operator = Linear(bias=bias is not None).operator(entries.shape, filters.shape)
    offsets = None if bias is None else pack(bias, "bias")
    if offsets is not None and offsets.shape != operator.shape("bias"):
        raise ArgumentError("bias", f"of shape {operator.shape('bias')}", offsets.shape)
    return unpack(operator.forward(entries, filters, offsets), like=input)


def mse_loss(input: Any, target: Any, *, reduction: str = "mean") -> Any:
    """The mean of the squared differences from a target.

    .. math:: E = \\frac{1}{N} \\sum_{i,j} (A_{ij} - T_{ij})^2

    Args:
        input: an array of one to five dimensions.
        target: an array of the same shape.
        reduction: as :class:`symconv.layers.MSELoss`.

    Raises:
        ArgumentError: another reduction, or an array that is ragged or not exact.
        ShapeError: a target of another shape.

    Source: torch.nn.functional.mse_loss.

    Example:
        >>> mse_loss([1, 2], [3, 5]).item()
        Fraction(13, 2)
    """
    return _compare(MSELoss(reduction=reduction), input, target)


def cross_entropy(input: Any, target: Any, *, reduction: str = "mean") -> Any:
    """The cross entropy of a target under the softmax of the input.

    .. math:: E = -\\frac{1}{N} \\sum_{s} \\sum_{c} T_{sc} \\ln \\frac{e^{A_{sc}}}{\\sum_m e^{A_{sm}}}

    Args:
        input: (C,), or (N, C) and up to three more dimensions.
        target: the index of a class for every sample, counted from 0, or probabilities of the input's shape.
        reduction: as :class:`symconv.layers.CrossEntropyLoss`.

    Raises:
        ArgumentError: another reduction, or an array that is ragged or not exact.
        ShapeError: a target that does not fit.

    Source: torch.nn.functional.cross_entropy.

    Example:
        >>> cross_entropy([0, 0, 0], 2).item()
        log(3)
    """
    return _compare(CrossEntropyLoss(reduction=reduction), input, target)


def _apply(layer: Layer, input: Any) -> Any:
    entries = pack(input, "input")
    return unpack(layer.operator(entries.shape).forward(entries), like=input)


def _compare(loss: Loss, input: Any, target: Any) -> Any:
    entries = pack(input, "input")
    given = loss.target(entries.shape, pack(target, "target"))
    return unpack(loss.operator(entries.shape).forward(entries, given), like=input)
