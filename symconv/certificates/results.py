"""The results of layers as theorems, one an entry: outputs and gradients."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cached_property, singledispatch
from typing import Any

import sympy as sp

from symconv.certificates import geometry, literals
from symconv.certificates.statement import Statement, Uncertified
from symconv.combining import largest
from symconv.derivation.derivation import Worked
from symconv.exact import Array, indices, is_numeric, symbolic
from symconv.operator import Argument, Operator
from symconv.reductions import LpNorm, Maximum, Mean, WeightedSum
from symconv.value import Value

MOST = 5_000
"""The most entries of a result that are certified."""
Index = tuple[int, ...]
COMPUTED = "vm_compute; reflexivity."


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

    def definitions(self) -> tuple[str, ...]:
        """The geometry and the arrays.

        Raises:
            Uncertified: an array has an entry that is not rational, or the theory lacks the geometry.
        """
        lines = [geometry.definition(self.operator)]
        for role in ("input", "weight"):
            if role in self.worked.arrays:
                lines += _array(role, self._table(role, role))
        if self.operator.weight_shape is not None:
            bias = self.worked.arrays.get("bias")
            lines += _array("bias", "constant 0" if bias is None else self._bias(bias))
        if self.wrt is not None and self.upstream is None:
            lines += _array("upstream", self._table("upstream", "output"))
        return tuple(lines)

    def _table(self, name: str, role: str) -> str:
        array = self.worked.arrays[name]
        called = "the gradient that comes back" if name == "upstream" else f"its {name}"
        if not is_numeric(array):
            raise Uncertified(f"{called} has entries that are not rational numbers")
        return literals.table(geometry.by_axes(self.operator, role, array))

    def _bias(self, bias: Array) -> str:
        if not is_numeric(bias):
            raise Uncertified("its bias has entries that are not rational numbers")
        return literals.table(bias.reshape(self.operator.shape("bias")))

    def value(self, index: Index) -> Any:
        """An entry of the result that must be rational."""
        value = self.entries[index]
        if isinstance(value, bool) or not is_numeric(_single(value)):
            raise Uncertified("is not a rational number")
        return value

    def position(self, role: str, index: Index) -> str:
        return literals.index(geometry.axis_index(self.operator, role, index))


def statements(result: Result) -> Iterator[Statement | tuple[Index, str]]:
    """The theorem of every entry, or its index and the reason why there is none."""
    if result.entries.size > MOST:
        raise Uncertified(f"it has more than {MOST:,} entries")
    state = (_output if result.wrt is None else _gradient)(result.operator.reduction, result)
    word = "output" if result.wrt is None else "gradient"
    for index in indices(result.entries.shape):
        shown = tuple(i + result.worked.names.base for i in index)
        try:
            says, proof = state(index)
            yield Statement(literals.name(word, shown), says, proof)
        except Uncertified as reason:
            yield index, str(reason)


State = Callable[[Index], tuple[str, str]]
"""From an entry to its proposition and proof."""

# --- outputs ---


@singledispatch
def _output(reduction: Any, result: Result) -> State:
    raise Uncertified(f"the theory has no {type(reduction).__name__}")


@_output.register
def _(reduction: WeightedSum, result: Result) -> State:
    if result.operator.weight_shape is None:
        raise Uncertified(f"the theory has no {result.operator.layer}")

    def state(index: Index) -> tuple[str, str]:
        at, value = result.position("output", index), result.value(index)
        return (
            f"layer geometry input weight bias {at} = {literals.real(value)}",
            f"refine (output_entry geometry input_numbers weight_numbers bias_numbers {at} "
            f"{literals.rational(value)} _); {COMPUTED}",
        )

    return state


@_output.register
def _(reduction: Mean, result: Result) -> State:
    divisor = _divisor(reduction)

    def state(index: Index) -> tuple[str, str]:
        at, value = result.position("output", index), result.value(index)
        return (
            f"mean geometry (real ({divisor})) input {at} = {literals.real(value)}",
            f"refine (mean_entry geometry ({divisor}) input_numbers {at} {literals.rational(value)} _ _); "
            + COMPUTED,
        )

    return state


@_output.register
def _(reduction: Maximum, result: Result) -> State:
    def state(index: Index) -> tuple[str, str]:
        at, value = result.position("output", index), result.value(index)
        return (
            f"maxpool geometry input {at} = {literals.real(value)}",
            f"refine (max_entry geometry input_numbers {at} {literals.rational(value)} _); {COMPUTED}",
        )

    return state


@_output.register
def _(reduction: LpNorm, result: Result) -> State:
    p = reduction.p
    if p != sp.oo and not (isinstance(p, int | sp.Integer) and int(p) <= 100):
        raise Uncertified("its exponent is not a whole number up to 100, nor infinite")

    def state(index: Index) -> tuple[str, str]:
        at = result.position("output", index)
        if p == sp.oo:
            value = result.value(index)
            return (
                f"is_lim (fun p => lppool geometry p input {at}) p_infty {literals.real(value)}",
                f"refine (lppool_limit_entry geometry input_numbers {at} {literals.rational(value)} _); "
                + COMPUTED,
            )
        power = sp.expand(symbolic(result.entries[index]) ** int(p))
        if not isinstance(power, sp.Rational):
            raise Uncertified("is not the root of a rational number")
        value = _fraction(power)
        norm = f"lppool geometry (INR {p}) input {at}"
        return (
            f"pow ({norm}) {p} = {literals.real(value)} /\\ Rle 0%R ({norm})",
            f"refine (lppool_entry geometry {int(p) - 1} input_numbers {at} {literals.rational(value)} _); "
            + COMPUTED,
        )

    return state


# --- gradients ---


@singledispatch
def _gradient(reduction: Any, result: Result) -> State:
    raise Uncertified(f"the theory has no gradient of {type(reduction).__name__}")


@_gradient.register
def _(reduction: LpNorm, result: Result) -> State:
    raise Uncertified("the gradient of LP pooling is certified in general (lp_grad), not at numbers")


@_gradient.register
def _(reduction: WeightedSum, result: Result) -> State:
    if result.operator.weight_shape is None:
        raise Uncertified(f"the theory has no {result.operator.layer}")
    wrt = result.wrt
    arguments = {
        "input": ("input", "weight_numbers", "bias"),
        "weight": ("input_numbers", "weight", "bias"),
        "bias": ("input", "weight", "bias"),
    }[wrt or "input"]

    def state(index: Index) -> tuple[str, str]:
        at = literals.index(index) if wrt == "bias" else result.position(wrt or "input", index)
        arrays = [f"(upd {wrt} {at} u)" if role == wrt else role for role in ("input", "weight", "bias")]
        goals = "" if wrt == "bias" else " _"
        return _derivative(
            result,
            index,
            f"layer geometry {' '.join(arrays)}",
            f"{wrt} {at}",
            f"{wrt}_gradient",
            f"geometry {' '.join(arguments)}",
            f"{at} ({wrt} {at})",
            goals,
        )

    return state


@_gradient.register
def _(reduction: Mean, result: Result) -> State:
    divisor = _divisor(reduction)

    def state(index: Index) -> tuple[str, str]:
        at = result.position("input", index)
        return _derivative(
            result,
            index,
            f"mean geometry (real ({divisor})) (upd input {at} u)",
            f"input {at}",
            "mean_gradient",
            f"geometry ({divisor}) input",
            f"{at} (input {at})",
            " _ _",
        )

    return state


@_gradient.register
def _(reduction: Maximum, result: Result) -> State:
    operator, given = result.operator, result.worked.arrays["input"]

    def state(index: Index) -> tuple[str, str]:
        for reader in {tap.out for tap in operator.taps_at("inp", index)}:
            window = [tap.inp for tap in operator.taps_at("out", reader)]
            top = largest([given[i] for i in window])
            if given[index] == top and sum(given[i] == top for i in window) > 1:
                raise Uncertified("has no derivative at the tie of a window that reads it")
        at = result.position("input", index)
        return _derivative(
            result,
            index,
            f"maxpool geometry (upd input {at} u)",
            f"input {at}",
            "max_gradient",
            "geometry input_numbers",
            at,
            "",
        )

    return state


def _derivative(
    result: Result, index: Index, output: str, place: str, theorem: str, before: str, at: str, goals: str
) -> tuple[str, str]:
    """The derivative of ``⟨upstream, output⟩`` by an entry: a number, or a linear form of the upstream."""
    error = f"(fun u => dot (out_shape geometry) upstream ({output}))"
    if result.upstream is None:
        value = result.value(index)
        return (
            f"is_derive {error} ({place}) {literals.real(value)}",
            f"refine ({theorem}_at {before} upstream_numbers {at} {literals.rational(value)}{goals} _); "
            + COMPUTED,
        )
    if result.reads_twice:
        raise Uncertified("is a sum over outputs some of which read an entry more than once, in symbols")
    coefficients = _linear(result.entries[index], result.upstream)
    terms = literals.terms((geometry.axis_index(result.operator, "output", o), c) for o, c in coefficients)
    suffix = "_terms" if theorem in ("mean_gradient", "max_gradient") else ""
    return (
        f"forall upstream : array, is_derive {error} ({place}) (form upstream {terms})",
        f"intros upstream; refine ({theorem}{suffix} {before} upstream {at} _{goals} _); {COMPUTED}",
    )


def _linear(expr: Any, places: Mapping[Any, Index]) -> list[tuple[Index, Any]]:
    """The coefficients of a linear form, in the order of the entries."""
    form = sp.expand(symbolic(expr)).as_coefficients_dict()
    found = []
    for symbol, coefficient in form.items():
        if symbol not in places or not isinstance(coefficient, sp.Rational):
            if coefficient == 0:
                continue
            raise Uncertified("is not a linear form of the upstream gradient with rational coefficients")
        found.append((places[symbol], _fraction(coefficient)))
    return sorted(found)


def _divisor(reduction: Mean) -> str:
    if reduction.divisor_override is not None:
        return f"fixed ({reduction.divisor_override})"
    return f"counted {'true' if reduction.count_include_pad else 'false'} geometry"


def _array(name: str, numbers: str) -> tuple[str, str]:
    return (
        f"Definition {name}_numbers : index -> Q := {numbers}.",
        f"Definition {name} : array := real {name}_numbers.",
    )


def _single(value: Any) -> Array:
    import numpy as np

    array = np.empty(1, dtype=object)
    array[0] = value
    return array


def _fraction(value: sp.Rational) -> Any:
    from fractions import Fraction

    return Fraction(int(value.p), int(value.q))
