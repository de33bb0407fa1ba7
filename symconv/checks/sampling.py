"""Arrays to check at, and what taps and reference make of them.

Up to ``EXHAUSTIVE`` entries all are checked, above it an even sample, and the check's scope says so.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from typing import Any

import numpy as np

from symconv.checks.jacobian import Jacobian, jacobian, tie_free
from symconv.checks.oracle import Oracle
from symconv.checks.surroundings import is_smooth
from symconv.derivation.derivation import Worked
from symconv.exact import Array
from symconv.losses import CrossEntropy
from symconv.operator import Argument, Operator
from symconv.reductions import LpNorm

EXHAUSTIVE = 64
"""Up to how many entries everything is checked."""
SYMBOLIC_ENTRIES = 9
"""How many entries of a general formula are written out in symbols."""
SYMBOLIC_TAPS = 20_000
"""Up to how many taps the output is built in symbols to be checked."""
SEED = 1008


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
    arrays = random_arrays(derivation, tie_free)
    operator = derivation.operator
    if "bias" in operator.arguments and "bias" not in arrays:
        arrays["bias"] = np.full(operator.shape("bias"), 0, dtype=object)
    output = expected_output(operator, forward_arrays(arrays))
    return jacobian(derivation.operator, derivation.names, {**arrays, "output": output})


def forward_arrays(arrays: Any) -> dict[str, Array]:
    """The arrays that the forward pass takes."""
    return {role: arrays[role] for role in ("input", "weight", "bias") if role in arrays}


def generator() -> np.random.Generator:
    """A generator of random numbers, the same every time."""
    return np.random.default_rng(SEED)
