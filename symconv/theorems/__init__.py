"""The theorems that reports rest on, by name; each is stated once for every size, proved and checked.

:data:`THEOREMS` is what the command line lists. A theorem is loaded when it is called, so the list costs
nothing. To add one, write a file with a function that returns a :class:`~symconv.theorems.theorem.Theorem`
and add its line here.

Example:
    >>> from symconv import theorems
    >>> theorems.lp_pool_limit().instance([109, 92, 108, 85]).check().passed
    True
"""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal

from symconv.value import Value

if TYPE_CHECKING:
    from symconv.theorems.theorem import Theorem


class Listed(Value):
    """A theorem in the list: calling it loads and builds the theorem.

    Args:
        name: as the command line calls it.
        title: what it is about, in a few words; the theorem has the same.
        module, function: where the theorem is. They have different names: importing ``theorems.x`` puts the
            module ``x`` where this package would have its ``x``.
        about: what an instance is given by: the entries of a window, or a geometry, the sizes I, K, S, P, D.
    """

    name: str
    title: str
    module: str
    function: str
    about: Literal["window", "geometry"] = "window"

    def __call__(self) -> Theorem:
        """The theorem."""
        build = getattr(import_module(f"{__name__}.{self.module}"), self.function)
        theorem: Theorem = build()
        return theorem


lp_pool_limit = Listed("lp-limit", "LP pooling tends to max pooling", "lp_limit", "lp_pool_limit")
lp_pool_signed = Listed("lp-signed", "LP pooling of signed entries", "lp_signed", "lp_pool_signed")
lp_pool_sum = Listed("lp-sum", "LP pooling with exponent 1 is sum pooling", "lp_sum", "lp_pool_sum")
lp_pool_gradient_limit = Listed(
    "lp-gradient",
    "The gradient of LP pooling tends to that of max pooling",
    "lp_gradient_limit",
    "lp_pool_gradient_limit",
)
power_mean_maximum_limit = Listed(
    "power-mean-max", "The power mean tends to the maximum", "power_mean_maximum", "power_mean_maximum_limit"
)
power_mean_minimum_limit = Listed(
    "power-mean-min", "The power mean tends to the minimum", "power_mean_minimum", "power_mean_minimum_limit"
)
power_mean_geometric_limit = Listed(
    "power-mean-geometric",
    "The power mean tends to the geometric mean",
    "power_mean_geometric",
    "power_mean_geometric_limit",
)
power_mean_zeros_limit = Listed(
    "power-mean-zeros", "The power mean of a window with zeros", "power_mean_zeros", "power_mean_zeros_limit"
)
output_size_formula = Listed(
    "output-size",
    "The output size of a sliding window",
    "output_size",
    "output_size_formula",
    "geometry",
)

affine_delta = Listed(
    "delta-rule", "A sum over a delta of an affine index", "delta_rule", "affine_delta", "geometry"
)
weight_gradient_formula = Listed(
    "weight-gradient",
    "The gradient of a convolution by its kernel",
    "weight_gradient",
    "weight_gradient_formula",
    "geometry",
)
conv_adjoint = Listed(
    "conv-adjoint", "A convolution and its gradients are adjoint", "adjointness", "conv_adjoint", "geometry"
)
input_gradient_formula = Listed(
    "input-gradient",
    "The gradient of a convolution by its input",
    "input_gradient",
    "input_gradient_formula",
    "geometry",
)
full_correlation_formula = Listed(
    "full-correlation",
    "The input gradient as a correlation with the turned kernel",
    "full_correlation",
    "full_correlation_formula",
    "geometry",
)
average_pooling = Listed(
    "average-pooling",
    "Average pooling is a convolution with a constant kernel",
    "pooled_mean",
    "average_pooling",
    "geometry",
)
max_pool_gradient = Listed(
    "max-gradient",
    "The gradient of max pooling, and its subgradients at ties",
    "max_gradient",
    "max_pool_gradient",
)
input_sizes_theorem = Listed(
    "input-sizes", "The inputs with a given output size", "input_sizes", "input_sizes_theorem", "geometry"
)
output_size_rounded_up = Listed(
    "output-size-ceil",
    "The output size, rounded up",
    "output_size_ceil",
    "output_size_rounded_up",
    "geometry",
)
conv_toeplitz = Listed(
    "conv-toeplitz", "A convolution is the product with a matrix", "toeplitz", "conv_toeplitz", "geometry"
)
lp_pool_properties = Listed(
    "lp-properties", "LP pooling and its exponent", "lp_properties", "lp_pool_properties"
)
power_mean_grows = Listed(
    "power-mean-monotone",
    "The power mean grows with its exponent",
    "power_mean_monotone",
    "power_mean_grows",
)
grouped_gradients = Listed(
    "group-gradients",
    "The gradients of a convolution with channels and groups",
    "group_gradients",
    "grouped_gradients",
    "geometry",
)

THEOREMS: Mapping[str, Listed] = MappingProxyType(
    {
        listed.name: listed
        for listed in (
            output_size_formula,
            output_size_rounded_up,
            input_sizes_theorem,
            affine_delta,
            input_gradient_formula,
            full_correlation_formula,
            weight_gradient_formula,
            grouped_gradients,
            conv_adjoint,
            conv_toeplitz,
            average_pooling,
            max_pool_gradient,
            lp_pool_limit,
            lp_pool_signed,
            lp_pool_sum,
            lp_pool_gradient_limit,
            lp_pool_properties,
            power_mean_grows,
            power_mean_maximum_limit,
            power_mean_minimum_limit,
            power_mean_geometric_limit,
            power_mean_zeros_limit,
        )
    }
)
"""Every theorem by its name, in the order in which they are listed."""
