"""The entries of a layer's gradient as theorems, each a derivative: a rule for each reduction."""

from __future__ import annotations

from collections.abc import Mapping
from functools import singledispatch
from typing import Any

import sympy as sp

from symconv.certificates import geometry, literals
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
)
from symconv.certificates.statement import Uncertified
from symconv.combining import largest
from symconv.losses import CrossEntropy
from symconv.number import symbolic
from symconv.pointwise import Logistic, Pointed, Rectified, TanH
from symconv.reductions import LpNorm, Maximum, Mean, WeightedSum


@singledispatch
def gradient(reduction: Any, result: Result) -> State:
    """The proposition and the proof of an entry of the gradient.

    Raises:
        Uncertified: the theory has no gradient of such a layer.
    """
    raise Uncertified(f"the theory has no gradient of {result.operator.layer}")


@gradient.register
def _(reduction: WeightedSum, result: Result) -> State:
    if result.operator.weight_shape is None:
        raise lacking(result)
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


@gradient.register
def _(reduction: Mean, result: Result) -> State:
    n = divisor(reduction)

    def state(index: Index) -> tuple[str, str]:
        at = result.position("input", index)
        return _derivative(
            result,
            index,
            f"mean geometry (real ({n})) (upd input {at} u)",
            f"input {at}",
            "mean_gradient",
            f"geometry ({n}) input",
            f"{at} (input {at})",
            " _ _",
        )

    return state


@gradient.register
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


@gradient.register
def _(reduction: Rectified, result: Result) -> State:
    below, given = slope_below(reduction), result.worked.arrays["input"]
    function = f"pointwise (rectify {literals.real(below)})"

    def state(index: Index) -> tuple[str, str]:
        if given[index] == 0:
            raise Uncertified("has no derivative: the input is 0")
        at = result.position("input", index)
        error = f"(fun u => dot (out_shape geometry) upstream ({function} (upd input {at} u)))"
        before = f"(out_shape geometry) {literals.rational(below)} input_numbers"
        if result.upstream is None:
            value = result.value(index)
            return (
                f"is_derive {error} (input {at}) {literals.real(value)}",
                f"refine (rectify_gradient_at {before} upstream_numbers {at} {literals.rational(value)} _); {COMPUTED}",
            )
        ((_, slope),) = _linear(result.entries[index], result.upstream) or [((), 0)]
        return (
            f"forall upstream : array, is_derive {error} (input {at}) "
            f"(form upstream {literals.terms([(geometry.axis_index(result.operator, 'output', index), slope)])})",
            f"intros upstream; refine (rectify_gradient_terms {before} upstream {at} {literals.rational(slope)} _); "
            + COMPUTED,
        )

    return state


@gradient.register(Logistic | TanH)
def _(reduction: Pointed, result: Result) -> State:
    name, slope, lemma = {
        Logistic: ("sigmoid", "sigmoid {x} * (1 - sigmoid {x})", "sigmoid_derivative"),
        TanH: ("tanh", "1 - tanh {x} ^ 2", "tanh_derivative"),
    }[type(reduction)]
    function = f"(fun y => {slope.format(x='y')})%R"

    def state(index: Index) -> tuple[str, str]:
        at, x = result.position("input", index), result.worked.arrays["input"][index]
        y = symbolic(result.worked.output_entries[index])
        g = result.worked.arrays["upstream"][index]
        expected = symbolic(g) * (y * (1 - y) if isinstance(reduction, Logistic) else 1 - y**2)
        require_same(result.entries[index], expected)
        error = f"(fun u => dot (out_shape geometry) upstream (pointwise {name} (upd input {at} u)))"
        derivative = slope.format(x=literals.real(x))
        before = f"(out_shape geometry) {name} {function} input_numbers"
        place = f"{at} {literals.rational(x)}"
        if result.upstream is None:
            return (
                f"is_derive {error} (input {at}) ({literals.real(g)} * ({derivative}))%R",
                f"refine (smooth_gradient_at {before} upstream_numbers {place} {literals.rational(g)} {lemma} _); "
                + COMPUTED,
            )
        return (
            f"forall upstream : array, is_derive {error} (input {at})\n  (upstream {at}%nat * ({derivative}))%R",
            f"intros upstream; refine (smooth_gradient_terms {before} upstream {place} {lemma} _); {COMPUTED}",
        )

    return state


@gradient.register
def _(reduction: CrossEntropy, result: Result) -> State:
    if not result.worked.names.output_is_error:
        raise Uncertified("the theory has the gradient of a cross entropy that is the error itself")
    given, target = result.worked.arrays["input"], result.worked.arrays["weight"]
    groups = samples(result.operator)
    n = len(groups) if reduction.mean else 1

    def state(index: Index) -> tuple[str, str]:
        (own,) = (group for group in groups if index in group)
        xs, x, t = [given[i] for i in own], given[index], target[index]
        share = sp.exp(symbolic(x)) / sp.Add(*map(sp.exp, map(symbolic, xs)))
        require_same(result.entries[index], (share - symbolic(t)) / n)
        at, count = result.position("input", index), literals.real(n)
        return (
            f"is_derive (fun u => cross_entropy {count} target samples (upd input {at} u)) (input {at})\n"
            f"  (/ {count} * (exp {literals.real(x)} / lsum {literals.reals(xs)} exp - {literals.real(t)}))%R",
            f"refine (cross_entropy_gradient_at {count} target_numbers samples input_numbers {at} "
            f"{literals.rationals(xs)} {literals.rational(x)} {literals.rational(t)} _); {COMPUTED}",
        )

    return state


@gradient.register
def _(reduction: LpNorm, result: Result) -> State:
    if reduction.p == sp.oo:
        raise Uncertified("the theory has its gradient for whole exponents, not for the infinite one")
    require_whole(reduction.p)
    p, operator, given = int(reduction.p), result.operator, result.worked.arrays["input"]
    norm = f"lppool geometry {'1%R' if p == 1 else f'(INR {p})'}"

    def windows(index: Index) -> list[tuple[Index, Any]]:
        """The windows that read an entry, with their sums of powers."""
        found = []
        for reader in sorted({tap.out for tap in operator.taps_at("inp", index)}):
            power = sum(abs(given[tap.inp]) ** p for tap in operator.taps_at("out", reader))
            if power == 0:
                raise Uncertified("has no derivative: a window that reads it is 0")
            found.append((reader, power))
        return found

    def state(index: Index) -> tuple[str, str]:
        at, x = result.position("input", index), given[index]
        readers = windows(index)
        if x == 0 and p == 1:
            raise Uncertified("has no derivative: the input is 0")
        if p == 1:
            return _derivative(
                result,
                index,
                f"{norm} (upd input {at} u)",
                f"input {at}",
                "lp_one_gradient",
                "geometry input_numbers",
                at,
                "",
            )
        slope = (1 if x > 0 else -1) * abs(x) ** (p - 1)
        terms = [(reader, slope, power) for reader, power in readers] if x else []
        upstream = result.worked.arrays["upstream"]
        root = sp.Rational(1 - p, p)
        require_same(
            result.entries[index],
            sp.Add(*(symbolic(upstream[o]) * symbolic(c) * symbolic(s) ** root for o, c, s in terms)),
        )
        error = f"(fun u => dot (out_shape geometry) upstream ({norm} (upd input {at} u)))"
        before = f"geometry {p - 1} input_numbers"
        if result.upstream is None:
            listed = "; ".join(
                f"({literals.rational(upstream[o] * c)}, {literals.rational(s)})" for o, c, s in terms
            )
            return (
                f"is_derive {error} (input {at}) (norm_value {p} [{listed}])",
                f"refine (lppool_gradient_at {before} upstream_numbers {at} _ _); {COMPUTED}",
            )
        listed = "; ".join(
            f"({result.position('output', o)}, {literals.rational(c)}, {literals.rational(s)})"
            for o, c, s in terms
        )
        return (
            f"forall upstream : array, is_derive {error} (input {at})\n  (norm_form {p} upstream [{listed}])",
            f"intros upstream; refine (lppool_gradient_terms {before} upstream {at} _ _); {COMPUTED}",
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
    suffix = "_terms" if theorem in ("mean_gradient", "max_gradient", "lp_one_gradient") else ""
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
        found.append((places[symbol], fraction(coefficient)))
    return sorted(found)
