"""The entries of a layer's output as theorems: a rule for each reduction."""

from __future__ import annotations

from functools import singledispatch
from typing import Any

import sympy as sp

from symconv.certificates import literals
from symconv.certificates.result import (
    COMPUTED,
    Index,
    Result,
    State,
    divisor,
    fraction,
    lacking,
    require_same,
    require_whole,
    samples,
    slope_below,
    squares_divisor,
)
from symconv.certificates.statement import Uncertified
from symconv.losses import CrossEntropy, SquaredError
from symconv.number import symbolic
from symconv.pointwise import Logistic, Pointed, Rectified, TanH
from symconv.reductions import LpNorm, Maximum, Mean, PlainSum, WeightedSum


@singledispatch
def output(reduction: Any, result: Result) -> State:
    """The proposition and the proof of an entry of the output.

    Raises:
        Uncertified: the theory has no such layer.
    """
    raise lacking(result)


@output.register
def _(reduction: WeightedSum, result: Result) -> State:
    if result.operator.weight_shape is None:
        raise lacking(result)
    arrays = "geometry input_numbers weight_numbers bias_numbers"
    return _equal(result, "layer geometry input weight bias {at}", f"output_entry {arrays} {{at}} {{q}} _")


@output.register
def _(reduction: Mean, result: Result) -> State:
    n = divisor(reduction)
    return _equal(
        result,
        f"mean geometry (real ({n})) input {{at}}",
        f"mean_entry geometry ({n}) input_numbers {{at}} {{q}} _ _",
    )


@output.register
def _(reduction: Maximum, result: Result) -> State:
    return _equal(result, "maxpool geometry input {at}", "max_entry geometry input_numbers {at} {q} _")


@output.register
def _(reduction: Rectified, result: Result) -> State:
    slope = slope_below(reduction)
    return _equal(
        result,
        f"pointwise (rectify {literals.real(slope)}) input {{at}}",
        f"rectify_entry {literals.rational(slope)} input_numbers {{at}} {{q}} _",
    )


@output.register(Logistic | TanH)
def _(reduction: Pointed, result: Result) -> State:
    name, formula, value = {
        Logistic: ("sigmoid", "/ (1 + exp (- {x}))", lambda x: 1 / (1 + sp.exp(-x))),
        TanH: ("tanh", "tanh {x}", sp.tanh),
    }[type(reduction)]

    def state(index: Index) -> tuple[str, str]:
        at, x = result.position("output", index), result.worked.arrays["input"][index]
        require_same(result.entries[index], value(symbolic(x)))
        return (
            f"pointwise {name} input {at} = ({formula.format(x=literals.real(x))})%R",
            f"refine (pointwise_entry {name} input_numbers {at} {literals.rational(x)} _); {COMPUTED}",
        )

    return state


@output.register
def _(reduction: PlainSum, result: Result) -> State:
    shapes = [literals.shape(shape) for shape in (result.operator.input_shape, result.operator.output_shape)]
    if result.operator.output_shape == ():
        return _equal(result, f"total {shapes[0]} input", f"total_entry {shapes[0]} input_numbers {{q}} _")
    order = f"(row_by_row {' '.join(shapes)})"
    return _equal(
        result,
        f"rearranged {order} input {{at}}",
        f"flatten_entry {' '.join(shapes)} input_numbers {{at}} {{q}} _",
    )


@output.register
def _(reduction: SquaredError, result: Result) -> State:
    shape = result.operator.input_shape
    if result.operator.output_shape != ():
        raise Uncertified("the theory has a squared error that is one number only")
    sizes, n = literals.shape(shape), squares_divisor(reduction, shape)
    return _equal(
        result,
        f"squared_error {sizes} {literals.real(n)} target input",
        f"squared_error_entry {sizes} {literals.rational(n)} target_numbers input_numbers {{q}} _",
    )


@output.register
def _(reduction: CrossEntropy, result: Result) -> State:
    if result.operator.output_shape != ():
        raise Uncertified("the theory has a cross entropy that is one number only")
    given, target = result.worked.arrays["input"], result.worked.arrays["weight"]
    groups = samples(result.operator)
    n = len(groups) if reduction.mean else 1

    def state(index: Index) -> tuple[str, str]:
        terms = [([given[i] for i in group], sum(target[i] * given[i] for i in group)) for group in groups]
        logarithms = (sp.log(sp.Add(*map(sp.exp, map(symbolic, xs)))) - symbolic(q) for xs, q in terms)
        require_same(result.entries[index], sp.Add(*logarithms) / n)
        listed = "; ".join(f"({literals.rationals(xs)}, {literals.rational(q)})" for xs, q in terms)
        return (
            f"cross_entropy {literals.real(n)} target samples input =\n"
            f"  (/ {literals.real(n)} * entropy_value [{listed}])%R",
            f"refine (cross_entropy_entry {literals.real(n)} target_numbers samples input_numbers _ _); {COMPUTED}",
        )

    return state


@output.register
def _(reduction: LpNorm, result: Result) -> State:
    p = reduction.p
    if p == sp.oo:
        return _limit(result)
    require_whole(p)

    def state(index: Index) -> tuple[str, str]:
        at = result.position("output", index)
        power = sp.expand(symbolic(result.entries[index]) ** int(p))
        if not isinstance(power, sp.Rational):
            raise Uncertified("is not the root of a rational number")
        value = fraction(power)
        norm = f"lppool geometry (INR {p}) input {at}"
        return (
            f"pow ({norm}) {p} = {literals.real(value)} /\\ Rle 0%R ({norm})",
            f"refine (lppool_entry geometry {int(p) - 1} input_numbers {at} {literals.rational(value)} _); {COMPUTED}",
        )

    return state


def _limit(result: Result) -> State:
    def state(index: Index) -> tuple[str, str]:
        at, value = result.position("output", index), result.value(index)
        return (
            f"is_lim (fun p => lppool geometry p input {at}) p_infty {literals.real(value)}",
            f"refine (lppool_limit_entry geometry input_numbers {at} {literals.rational(value)} _); {COMPUTED}",
        )

    return state


def _equal(result: Result, left: str, proof: str) -> State:
    """``left`` equals the report's number; ``{at}`` is the entry, ``{q}`` the number as a rational."""

    def state(index: Index) -> tuple[str, str]:
        at, value = result.position("output", index), result.value(index)
        return (
            f"{left.format(at=at)} = {literals.real(value)}",
            f"refine ({proof.format(at=at, q=literals.rational(value))}); {COMPUTED}",
        )

    return state
