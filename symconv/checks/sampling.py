"""Arrays to check at, and what taps and reference make of them.

Up to ``EXHAUSTIVE`` entries all are checked, above it an even sample, and the check's scope says so.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from functools import cached_property, lru_cache
from typing import Any

import numpy as np
import sympy as sp

from symconv.checks.jacobian import Jacobian, jacobian, tie_free
from symconv.checks.oracle import Oracle
from symconv.checks.surroundings import is_smooth, surrounds
from symconv.derivation.derivation import Worked
from symconv.exact import Array, pack, symbols
from symconv.losses import CrossEntropy
from symconv.operator import Argument, Names, Operator
from symconv.pointwise import Rectified
from symconv.reductions import LpNorm
from symconv.value import Value

EXHAUSTIVE = 64
"""Up to how many entries everything is checked."""
SYMBOLIC_ENTRIES = 9
"""How many entries of a general formula are written out in symbols."""
SYMBOLIC_TAPS = 20_000
"""Up to how many taps the output is built in symbols to be checked."""
LARGE = SYMBOLIC_TAPS
"""Up to how many taps whole arrays are built to be checked; above it a sample of entries is, one by one."""
COUNTED_TAPS = 2_000_000
"""Up to how many taps numbers are compared at every entry."""
SEED = 1008
_KEPT = 4
"""Of how many operators the symbols and seeded numbers are kept: those of one problem's layers in turn."""


def is_large(derivation: Worked) -> bool:
    """Whether a derivation has too many taps to be built as a whole for its checks.

    What stands around convolutions and poolings is not cut into parts: it reads an entry a tap.
    """
    return derivation.operator.most_taps > LARGE and not surrounds(derivation.operator)


def expected_output(operator: Any, arrays: dict[str, Array]) -> Array:
    """The reference's output; for an LP norm the root of its power sums, where p is a number."""
    norm = operator.reduction
    if is_smooth(operator):  # what the reference encloses; these are the expressions that lie within
        return operator.forward(**forward_arrays(arrays))  # type: ignore[no-any-return]
    if not isinstance(norm, LpNorm):
        return Oracle(operator).forward(**forward_arrays(arrays))
    windows = Oracle(operator).windows(arrays["input"])
    flat = np.empty(len(windows), dtype=object)
    flat[:] = [norm.of_entries(window) for window in windows]
    return flat.reshape(operator.output_shape)


def reference_gradient(derivation: Worked, wrt: Argument, arrays: Any) -> Array:
    """The gradient from the reference."""
    return Oracle(derivation.operator).backward(
        wrt, arrays["upstream"], arrays["input"], arrays.get("weight")
    )


def gradient_of(derivation: Worked, wrt: Argument, arrays: Any) -> Array:
    """The gradient from the taps."""
    return derivation.operator.backward(wrt, arrays["upstream"], arrays["input"], arrays.get("weight"))


def random_arrays(
    derivation: Worked, draw: Callable[[tuple[int, ...], np.random.Generator], Array]
) -> dict[str, Array]:
    """Seeded random arrays in every role."""
    rng = generator()
    roles = (*forward_arrays(derivation.arrays), "upstream")
    shapes = {role: derivation.arrays[role].shape for role in roles}
    arrays = {role: draw(shape, rng) for role, shape in shapes.items()}
    if derivation.names.output_is_error:
        arrays["upstream"] = np.asarray(1, dtype=object)
    if isinstance(derivation.operator.reduction, CrossEntropy):
        arrays["weight"] = distributions(derivation.operator, rng)
    return arrays


def distributions(operator: Operator, rng: np.random.Generator) -> Array:
    """Random probabilities: along the axis of the classes they add up to 1."""
    axis = next(place for place, axis in enumerate(operator.axes) if axis.role == "channel")
    parts = rng.integers(1, 9, size=operator.input_shape).astype(object)
    share = np.frompyfunc(Fraction, 2, 1)
    return np.asarray(share(parts, parts.sum(axis=axis, keepdims=True)), dtype=object)


def tie_free_numbers(derivation: Worked) -> Jacobian:
    """Seeded tie-free integers in every array, and the reference's output at them."""
    roles = (*(role for role in ("input", "weight", "bias") if role in derivation.arrays), "upstream")
    return _tie_free_numbers(derivation.operator, derivation.names, roles)


@lru_cache(maxsize=_KEPT)
def _tie_free_numbers(operator: Operator, names: Names, roles: tuple[str, ...]) -> Jacobian:
    """The checks of one derivation ask for the same numbers, and for the same difference quotients at them."""
    rng = generator()
    shapes = {role: operator.shape("output" if role == "upstream" else role) for role in roles}
    arrays = {role: tie_free(shape, rng) for role, shape in shapes.items()}
    if "bias" in operator.arguments and "bias" not in arrays:
        arrays["bias"] = np.full(operator.shape("bias"), 0, dtype=object)
    if names.output_is_error:
        arrays["upstream"] = np.asarray(1, dtype=object)
    if isinstance(operator.reduction, CrossEntropy):
        arrays["weight"] = distributions(operator, rng)
    output = expected_output(operator, forward_arrays(arrays))
    return jacobian(operator, names, {**arrays, "output": output})


class Twin(Value, dict=True):
    """An operator on symbols of its own, as the taps and as the reference work it out."""

    operator: Operator
    has_bias: bool
    is_error: bool = False

    @cached_property
    def arrays(self) -> dict[str, Array]:
        """The arrays that the forward pass takes."""
        roles = ("input", *(("weight",) if self.operator.weight_shape is not None else ()))
        roles += ("bias",) if self.has_bias else ()
        arrays = {role: symbols(role[0], self.operator.shape(role)) for role in roles}
        if isinstance(self.operator.reduction, Rectified):  # positive and negative by turns
            signs = ({"positive": True}, {"negative": True})
            signed = [sp.Symbol(f"i{place}", **signs[place % 2]) for place in range(arrays["input"].size)]
            arrays["input"] = pack(signed).reshape(self.operator.input_shape)
        return arrays

    @cached_property
    def upstream(self) -> Array:
        return pack(1) if self.is_error else symbols("g", self.operator.output_shape)

    @cached_property
    def output(self) -> Array:
        """The output by the taps."""
        return self.operator.forward(**self.arrays)

    @cached_property
    def reference(self) -> Array:
        """The output by the reference; not for a maximum or an LP norm, whose windows are compared."""
        return Oracle(self.operator).forward(**self.arrays)

    def gradient(self, wrt: Argument) -> Array:
        """The gradient by the taps."""
        return self.operator.backward(wrt, self.upstream, self.arrays["input"], self.arrays.get("weight"))


@lru_cache(maxsize=_KEPT)
def twin(operator: Operator, has_bias: bool, is_error: bool = False) -> Twin:
    """The twin of an operator, the same one for all its checks."""
    return Twin(operator, has_bias, is_error)


def forward_arrays(arrays: Any) -> dict[str, Array]:
    """The arrays that the forward pass takes."""
    return {role: arrays[role] for role in ("input", "weight", "bias") if role in arrays}


def generator() -> np.random.Generator:
    """A generator of random numbers, the same every time."""
    return np.random.default_rng(SEED)
