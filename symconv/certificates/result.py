"""A layer's result as its theorems are about it: the geometry, the arrays, and where an entry stands in them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from functools import cached_property
from math import prod
from typing import Any

import sympy as sp

from symconv.certificates import geometry, literals
from symconv.certificates.statement import Uncertified
from symconv.derivation.derivation import Worked
from symconv.exact import Array, indices, is_numeric, pack
from symconv.losses import CrossEntropy, SquaredError
from symconv.number import symbolic
from symconv.operator import Argument, Operator
from symconv.reductions import Mean, PlainSum
from symconv.value import Value

MOST = 5_000
"""The most entries of a result that are certified."""
MOST_IN_A_POWER = 100
"""The largest exponent of a norm."""
_DIGITS = 40
"""To how many digits an irrational entry of the report is compared with what its theorem says."""
COMPUTED = "vm_compute; reflexivity."

Index = tuple[int, ...]
State = Callable[[Index], tuple[str, str]]
"""From an entry to its proposition and proof."""


class Result(Value, dict=True):
    """A result with what its theorems are about.

    Args:
        worked: the layer, worked out.
        wrt: the argument whose gradient it is; None for the output.
    """

    worked: Worked
    wrt: Argument | None = None

    @property
    def operator(self) -> Operator:
        return self.worked.operator

    @cached_property
    def entries(self) -> Array:
        """The values that the report gives."""
        return self.worked.output_entries if self.wrt is None else self.worked.gradient_entries(self.wrt)

    @cached_property
    def upstream(self) -> Mapping[Any, Index] | None:
        """Where each symbol of the upstream gradient stands; None where it is numbers."""
        array = self.worked.arrays["upstream"]
        if is_numeric(array):
            return None
        if not all(isinstance(entry, sp.Symbol) for entry in array.flat):
            raise Uncertified("the gradient that comes back has entries that are not rational numbers")
        shape = array.shape
        return {array[index]: index for index in indices(shape)}

    @cached_property
    def reads_twice(self) -> bool:
        """Whether an output reads an input entry with several weights: the padding may repeat the input."""
        return any(len(axis) > len({tap[:2] for tap in axis.triples}) for axis in self.operator.taps.axes)

    @property
    def by_axes(self) -> bool:
        """Whether the theory has the layer by its axes; the shapes say all of a sum, a loss or a flattening."""
        return not isinstance(self.operator.reduction, PlainSum | SquaredError | CrossEntropy)

    def definitions(self) -> tuple[str, ...]:
        """The geometry and the arrays.

        Raises:
            Uncertified: an array has an entry that is not rational, or the theory lacks the geometry.
        """
        lines = [geometry.definition(self.operator)] if self.by_axes else []
        for role in ("input", "weight"):
            if role in self.worked.arrays:
                lines += array(
                    "target" if self.operator.has_target and role == "weight" else role, self._table(role)
                )
        if self.operator.weight_shape is not None and not self.operator.has_target:
            bias = self.worked.arrays.get("bias")
            lines += array("bias", "constant 0" if bias is None else self._bias(bias))
        if isinstance(self.operator.reduction, CrossEntropy):
            lines.append(f"Definition samples : list (list index) := {_listed(samples(self.operator))}.")
        if self.wrt is not None and self.upstream is None and self.by_axes:
            lines += array("upstream", self._table("upstream", "output"))
        return tuple(lines)

    def _table(self, name: str, role: str | None = None) -> str:
        entries = self.worked.arrays[name]
        called = "the gradient that comes back" if name == "upstream" else f"its {name}"
        if not is_numeric(entries):
            raise Uncertified(f"{called} has entries that are not rational numbers")
        return literals.table(
            geometry.by_axes(self.operator, role or name, entries) if self.by_axes else entries
        )

    def _bias(self, bias: Array) -> str:
        if not is_numeric(bias):
            raise Uncertified("its bias has entries that are not rational numbers")
        return literals.table(bias.reshape(self.operator.shape("bias")))

    def value(self, index: Index) -> Any:
        """An entry of the result that must be rational."""
        value = self.entries[index]
        if isinstance(value, bool) or not is_numeric(pack(value)):
            raise Uncertified("is not a rational number")
        return value

    def position(self, role: str, index: Index) -> str:
        """An index of an array as the theory counts."""
        return literals.index(geometry.axis_index(self.operator, role, index) if self.by_axes else index)


def array(name: str, numbers: str) -> tuple[str, str]:
    """The definitions of an array of rationals and of the same as reals."""
    return (
        f"Definition {name}_numbers : index -> Q := {numbers}.",
        f"Definition {name} : array := real {name}_numbers.",
    )


def divisor(reduction: Mean, where: str = "geometry") -> str:
    """What the windows of average pooling are divided by."""
    if reduction.divisor_override is not None:
        return f"fixed ({reduction.divisor_override})"
    return f"counted {'true' if reduction.count_include_pad else 'false'} {where}"


def squares_divisor(reduction: SquaredError, shape: Index) -> int:
    """What the sum of the squared differences is divided by."""
    return prod(shape) if reduction.mean else 1


def samples(operator: Operator) -> list[list[Index]]:
    """The indices of the classes of every sample of a cross entropy."""
    shape = operator.input_shape
    among = min(1, len(shape) - 1)
    outer = shape[:among] + shape[among + 1 :]
    return [[(*place[:among], c, *place[among:]) for c in range(shape[among])] for place in indices(outer)]


def _listed(groups: list[list[Index]]) -> str:
    lists = (f"[{'; '.join(map(literals.index, group))}]" for group in groups)
    return f"[{'; '.join(lists)}]"


def slope_below(reduction: Any) -> Fraction:
    """The slope of a ReLU or LeakyReLU below 0: rational, and not 1, with which it would have one at 0 as well."""
    slope = reduction.negative_slope
    if not isinstance(slope, int | Fraction):
        raise Uncertified("its slope is not a rational number")
    if slope == 1:
        raise Uncertified("with the slope 1 it is the identity, for which the theory has no rule")
    return Fraction(slope)


def lacking(result: Result) -> Uncertified:
    """What to raise where the theory has no such layer."""
    return Uncertified(f"the theory has no {result.operator.layer}")


def require_whole(p: Any) -> None:
    """The exponent of a norm must be whole, and not too large to count to."""
    if not (isinstance(p, int | sp.Integer) and int(p) <= MOST_IN_A_POWER):
        raise Uncertified(f"its exponent is not a whole number up to {MOST_IN_A_POWER}, nor infinite")


def require_same(entry: Any, stated: Any) -> None:
    """What the report shows must be what the theorem says, which has an irrational number in a form of its own."""
    difference = sp.expand(symbolic(entry) - stated)
    free = difference.free_symbols
    coefficients = difference.as_coefficients_dict(*free).values() if free else (difference,)
    if not all(abs(sp.N(each, _DIGITS)) < sp.Float(10) ** (5 - _DIGITS) for each in coefficients):
        raise Uncertified("is not what the theory gives for it")


def fraction(value: sp.Rational) -> Fraction:
    """A SymPy number as a fraction."""
    return Fraction(int(value.p), int(value.q))
