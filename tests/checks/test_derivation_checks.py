"""The checks of derivations: they pass what is right, and each kind of mistake is caught by a check that names it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from math import prod
from typing import Any

import numpy as np
import pytest
import sympy as sp
from layer_cases import CASES, random_arrays

from symconv.axes import (
    Adaptive,
    Adjoint,
    AxisTaps,
    Fractional,
    Grouped,
    Planewise,
    Range,
    Reads,
    Scattered,
    Sliding,
)
from symconv.checks.result import Check, Checks, Method, Verdict
from symconv.derivation import derivation as working
from symconv.derivation.general import General
from symconv.exact import is_numeric
from symconv.formula import Absolute, Entry, Power, Product, Sign, Sum
from symconv.layers import AdaptiveMaxPool2d, Conv2d, FractionalMaxPool2d, MaxPool2d
from symconv.operator import Operator
from symconv.reductions import LpNorm, Maximum, Mean, Slopes
from symconv.taps import Taps

PASSED, FAILED, UNDECIDED = Verdict.PASSED, Verdict.FAILED, Verdict.UNDECIDED

Change = Callable[[Any], Any]
"""From the original function to a wrong one."""


@dataclass(frozen=True)
class Mutant:
    """A mistake: what is changed where, a layer that meets it, and the checks that must notice."""

    mistake: str
    case: str
    place: Any
    attribute: str
    change: Change
    caught_by: tuple[str, ...]

    def __str__(self) -> str:
        return self.mistake


def on_result(change: Callable[[Any], Any]) -> Change:
    """The function whose result is changed."""
    return lambda original: lambda *args, **kwargs: change(original(*args, **kwargs))


def bounds(low: int = 0, high: int = 0) -> Change:
    """The first range of a formula, its bounds moved."""

    def move(reads: Reads) -> Reads:
        first, *rest = reads.ranges
        return replace(reads, ranges=(Range(first.var, first.lower + low, first.upper + high), *rest))

    return on_result(move)


def columns(change: Callable[[AxisTaps], tuple[Any, Any, Any]]) -> Change:
    """The three columns of an axis' taps."""
    return on_result(lambda taps: AxisTaps(*change(taps), taps.sizes))


def last_step(after: Any) -> Change:
    return on_result(lambda steps: (*steps[:-1], replace(steps[-1], after=after)))


def without_last_term(steps: Any) -> Any:
    first, *rest = steps
    return (replace(first, after=Sum(first.after.terms[:-1])), *rest)


def without_second_sum(general: General) -> General:
    first, second, *rest = general.steps
    return replace(general, steps=(first, replace(second, after=Sum(())), *rest))


def numeric_slopes(original: Any, taps: Taps, x: Any, function: Callable[[list[Any]], list[int]]) -> Slopes:
    """The slopes of all windows by another function, where the entries are numbers."""
    if not is_numeric(x):
        return original(Maximum(), taps, x, None, None)
    values = np.zeros(len(taps), dtype=object)
    groups = taps.by_out
    for window in np.split(groups.order, groups.starts[1:]):
        values[window] = function(x[taps.inp[window]].tolist())
    return Slopes(values, np.arange(len(taps)))


def last_of_ties(xs: list[Any]) -> list[int]:
    top = max(xs)
    last = len(xs) - 1 - xs[::-1].index(top)
    return [int(place == last) for place in range(len(xs))]


STRIDED, PADDED_MEAN = "conv, stride and padding", "average, padding and ceil"

MUTANTS = (
    # the tap table
    Mutant(
        "a tap reads the neighbour",
        "conv",
        Sliding,
        "taps",
        columns(lambda t: (t.out, np.roll(t.inp, 1), t.offset)),
        ("C: symbolic", "∂E/∂A: difference quotients"),
    ),
    Mutant(
        "a tap is missing",
        "conv",
        Sliding,
        "taps",
        columns(lambda t: (t.out[:-1], t.inp[:-1], t.offset[:-1])),
        ("C: random rationals", "∂E/∂B: symbolic"),
    ),
    Mutant(
        "the kernel is rotated",
        "conv",
        Sliding,
        "taps",
        columns(lambda t: (t.out, t.inp, t.sizes[2] - 1 - t.offset)),
        ("C: symbolic", "∂E/∂A: random rationals"),
    ),
    Mutant(
        "a window of a maximum is a cell short",
        "max",
        Sliding,
        "taps",
        columns(lambda t: (t.out[1:], t.inp[1:], t.offset[1:])),
        ("C: symbolic",),
    ),
    Mutant(
        "groups of channels are ignored",
        "conv, groups and batch",
        Grouped,
        "taps",
        columns(lambda t: (t.out, t.offset % 2, t.offset)),
        ("C: symbolic", "∂E/∂A: difference quotients"),
    ),
    Mutant(
        "an adaptive window starts one late",
        "adaptive average",
        Adaptive,
        "starts",
        on_result(lambda starts: np.minimum(starts + 1, 4)),
        ("C: random rationals", "∂E/∂A: symbolic"),
    ),
    Mutant(
        "a fractional window starts one early",
        "fractional",
        Fractional,
        "starts",
        on_result(lambda starts: np.maximum(starts - 1, 0)),
        ("C: symbolic", "∂E/∂A: difference quotients"),
    ),
    Mutant(
        "an unpooled entry lands one further",
        "unpool",
        Scattered,
        "taps",
        columns(lambda t: (t.out - 1, t.inp, t.offset)),
        ("C: symbolic", "∂E/∂A: random rationals"),
    ),
    Mutant(
        "a transposed convolution cuts off one more",
        "conv transpose, stride and dilation",
        Sliding,
        "between",
        columns(lambda t: (t.out, np.maximum(t.inp - 1, 0), t.offset)),
        ("C: symbolic", "∂E/∂A: difference quotients"),
    ),
    Mutant(
        "a transposed convolution forgets the order of its taps",
        "conv transpose",
        Adjoint,
        "taps",
        columns(lambda t: (t.out, t.inp, t.offset[::-1])),
        ("C: random rationals", "∂E/∂B: symbolic"),
    ),
    Mutant(
        "a reflection repeats the end",
        "conv, reflect",
        Sliding,
        "_source",
        lambda original: (
            lambda axis, position, size, clip: (
                np.where(position < 0, -1 - position, original(axis, position, size, clip))
                if isinstance(position, np.ndarray)
                else original(axis, position, size, clip)
            )
        ),
        ("C: symbolic", "C: random rationals"),
    ),
    Mutant(
        "planes share the windows of the first",
        "fractional, planes of their own",
        Planewise,
        "windows",
        lambda original: (
            lambda axis: np.concatenate(
                [first := original(axis)[: len(original(axis)) // 2], first + prod(axis.sizes)]
            )
        ),
        ("C: symbolic", "∂E/∂A: difference quotients"),
    ),
    # general formulas
    Mutant(
        "the first of several unpooled entries stays",
        "unpool, an index twice",
        Scattered,
        "_stays",
        on_result(lambda where: ()),
        ("general formula of C: exact", "general formula of ∂E/∂A: exact"),
    ),
    Mutant(
        "a transposed convolution's gradient reads the next output",
        "conv transpose",
        Adjoint,
        "reads_by_input",
        on_result(lambda reads: replace(reads, out=reads.out + 1)),
        ("general formula of ∂E/∂A: exact", "general formula of ∂E/∂A: symbolic"),
    ),
    Mutant(
        "the general reflection is a repetition",
        "conv, reflect with channels",
        Sliding,
        "_position",
        lambda original: lambda axis, at, base: original(replace(axis, mode="replicate"), at, base),
        ("general formula of C: exact", "general formula of ∂E/∂A: exact"),
    ),
    Mutant(
        "a lower bound is one too high",
        STRIDED,
        Sliding,
        "reads_by_input",
        bounds(low=1),
        ("general formula of ∂E/∂A: exact",),
    ),
    Mutant(
        "an upper bound is one too low",
        "average",
        Sliding,
        "reads_by_input",
        bounds(high=-1),
        ("general formula of ∂E/∂A: exact", "general formula of ∂E/∂A: symbolic"),
    ),
    Mutant(
        "a weight's index is not rotated",
        "conv",
        Sliding,
        "reads_by_input",
        lambda original: (
            lambda axis, at, base, over=None: replace(
                reads := original(axis, at, base, over),
                weight=(at.kernel_size - 1 + 2 * base - reads.weight[0],),
            )
        ),
        ("general formula of ∂E/∂A: exact", "general formula of ∂E/∂A: symbolic"),
    ),
    Mutant(
        "a divisibility condition is dropped",
        "conv, dilation",
        Sliding,
        "reads_by_input",
        on_result(lambda reads: replace(reads, where=(), weight=(sp.floor(reads.weight[0]),))),
        ("general formula of ∂E/∂A: exact",),
    ),
    Mutant(
        "a definition reads the next position",
        "conv",
        Sliding,
        "reads_by_output",
        on_result(lambda reads: replace(reads, inp=reads.inp + 1)),
        ("general formula of C: exact", "general formula of C: symbolic"),
    ),
    Mutant(
        "a weight's gradient leaves out the last output",
        STRIDED,
        Sliding,
        "reads_by_offset",
        bounds(high=-1),
        ("general formula of ∂E/∂B: exact",),
    ),
    Mutant(
        "the general formula leaves out the next group's channels",
        "conv, groups and batch",
        Grouped,
        "reads_by_input",
        bounds(low=1),
        ("general formula of ∂E/∂A: exact",),
    ),
    Mutant(
        "the general mean divides by another number of cells",
        PADDED_MEAN,
        Mean,
        "cells_formula",
        on_result(lambda cells: cells + 1),
        ("general formula of C: exact", "general formula of ∂E/∂A: exact"),
    ),
    # steps
    Mutant(
        "the last step to a gradient claims another value",
        "conv",
        working,
        "gradient_steps",
        last_step(Sum(())),
        ("steps to ∂E/∂A: exact", "steps to ∂E/∂B: exact"),
    ),
    Mutant(
        "the chain rule forgets a term",
        "conv",
        working,
        "gradient_steps",
        on_result(without_last_term),
        ("steps to ∂E/∂A: exact",),
    ),
    Mutant(
        "the definition of an output is replaced",
        "max",
        working,
        "output_steps",
        last_step(Entry("A", (1, 1))),
        ("steps to C: exact",),
    ),
    Mutant(
        "a step in the middle of the general derivation is replaced",
        "conv",
        working,
        "general_gradient",
        on_result(without_second_sum),
        ("general formula of ∂E/∂A: exact",),
    ),
    # reductions and operators
    Mutant(
        "a mean's divisor is wrong",
        "average",
        Mean,
        "cells",
        on_result(lambda cells: cells + 1),
        ("C: symbolic", "∂E/∂A: symbolic"),
    ),
    Mutant(
        "a mean counts the padding where it should not",
        "average, padding not counted",
        Mean,
        "cells",
        lambda original: lambda mean, axes, sizes: original(Mean(), axes, sizes),
        ("C: random rationals", "∂E/∂A: difference quotients"),
    ),
    Mutant(
        "ties go to the last maximum",
        "max, padding and ceil",
        Maximum,
        "slopes",
        lambda original: lambda maximum, taps, x, *rest: numeric_slopes(original, taps, x, last_of_ties),
        ("∂E/∂A: random rationals",),
    ),
    Mutant(
        "split ties go to the first maximum",
        "max, split",
        Maximum,
        "slopes",
        lambda original: lambda norm, *arrays: original(Maximum("first"), *arrays),
        ("∂E/∂A: random rationals",),
    ),
    Mutant(
        "a maximum hands on nothing",
        "max",
        Maximum,
        "slope",
        on_result(lambda slope: 0),
        ("steps to ∂E/∂A: exact",),
    ),
    Mutant(
        "the formula of an LP slope has the exponent p",
        "lp, square",
        LpNorm,
        "general_slope",
        lambda original: (
            lambda norm, body, weight, output, cells: Product(
                (Sign(body), Power(Absolute(body), norm.p), Power(output, 1 - norm.p))
            )
        ),
        ("steps to ∂E/∂A: exact", "general formula of ∂E/∂A: exact"),
    ),
    Mutant(
        "the slopes of an LP norm lack their sign",
        "lp, square",
        LpNorm,
        "_slopes",
        on_result(lambda slopes: [abs(slope) for slope in slopes]),
        ("∂E/∂A: interval arithmetic",),
    ),
    Mutant(
        "the slopes of an LP norm lack their scale",
        "lp, ceil",
        LpNorm,
        "_slopes",
        on_result(lambda slopes: [2 * slope for slope in slopes]),
        ("∂E/∂A: interval arithmetic",),
    ),
    Mutant(
        "the maximum norm forgets the sign of its slope",
        "lp, infinity",
        LpNorm,
        "_slopes",
        on_result(lambda slopes: [abs(slope) for slope in slopes]),
        ("∂E/∂A: difference quotients",),
    ),
    Mutant(
        "a bias belongs to another channel",
        "conv, channels",
        Operator,
        "outputs_with",
        on_result(lambda outputs: (((f + 1) % 3, *rest) for f, *rest in outputs)),
        ("steps to ∂E/∂b: exact",),
    ),
    Mutant(
        "a gradient is doubled",
        "conv, depthwise",
        Operator,
        "backward",
        on_result(lambda gradient: 2 * gradient),
        ("∂E/∂A: symbolic", "∂E/∂A: random rationals", "∂E/∂B: difference quotients"),
    ),
    Mutant(
        "an output is one too large",
        "conv",
        Operator,
        "forward",
        on_result(lambda output: output + 1),
        ("C: symbolic", "C: random rationals"),
    ),
)


def failed(checks: Checks) -> list[str]:
    return [f"{check.subject}: {check.method}" for check in checks.failures]


# What is right passes.

TRANSCENDENTAL = ("sigmoid", "tanh", "cross entropy")
"""Layers whose rational inputs have irrational outputs."""


@pytest.mark.parametrize("name", CASES)
def test_every_check_of_every_layer_passes(name: str) -> None:
    checks = CASES[name].derive().check()
    assert checks.passed, str(checks)


@pytest.mark.parametrize("name", [name for name in CASES if name != "lp, symbol"])
def test_with_numbers_put_in_every_check_passes_and_the_reference_confirms_them(name: str) -> None:
    case = CASES[name]
    checks = case.derive(**random_arrays(case, 41)).check()
    assert checks.passed, str(checks)
    if not name.startswith("lp"):
        by = Method.INTERVAL if name.startswith(TRANSCENDENTAL) else Method.REFERENCE
        subjects = {check.subject for check in checks if check.method is by}
        assert {"C", "∂E/∂A"} <= subjects


@pytest.mark.parametrize("name", CASES)
def test_output_gradients_steps_and_general_formulas_are_all_checked(name: str) -> None:
    derivation = CASES[name].derive()
    subjects = {check.subject for check in derivation.check()}
    gradients = [f"∂E/∂{derivation.names.of(wrt)}" for wrt in derivation.operator.arguments]
    for subject in ("C", *gradients):
        assert {subject, f"steps to {subject}", f"general formula of {subject}"} <= subjects


@pytest.mark.parametrize("name", [name for name in CASES if not name.startswith("lp")])
def test_output_and_gradients_are_checked_by_independent_means(name: str) -> None:
    derivation = CASES[name].derive()
    methods: dict[str, set[Method]] = {}
    for check in derivation.check():
        methods.setdefault(check.subject, set()).add(check.method)
    if name.startswith(TRANSCENDENTAL):
        assert methods["C"] == {Method.INTERVAL}
        assert methods["∂E/∂A"] == {Method.SYMBOLIC, Method.INTERVAL, Method.QUOTIENT}
        return
    assert methods["C"] == {Method.SYMBOLIC, Method.RATIONALS}
    for wrt in derivation.operator.arguments:
        assert methods[f"∂E/∂{derivation.names.of(wrt)}"] >= {Method.RATIONALS, Method.QUOTIENT}


@pytest.mark.parametrize(
    "layer", [AdaptiveMaxPool2d(1, ties="split"), FractionalMaxPool2d(3, 2, ties="split")]
)
def test_split_ties_are_recognised_as_right_in_windows_of_any_kind(layer: Any) -> None:
    assert layer.derive((4, 4)).check().passed


# What is wrong does not.


@pytest.mark.parametrize("mutant", MUTANTS, ids=str)
def test_a_mistake_is_caught_by_the_checks_that_it_concerns(
    mutant: Mutant, monkeypatch: pytest.MonkeyPatch
) -> None:
    original = getattr(mutant.place, mutant.attribute)
    monkeypatch.setattr(mutant.place, mutant.attribute, mutant.change(original))
    checks = CASES[mutant.case].derive().check()
    assert checks.verdict is FAILED
    assert set(mutant.caught_by) <= set(failed(checks))
    for check in checks.failures:
        assert check.left != check.right
        assert check.detail.endswith(".")
        assert "\n" not in check.detail


def test_the_mistakes_are_many_and_different() -> None:
    assert len({str(mutant) for mutant in MUTANTS}) == len(MUTANTS) >= 30


def test_a_wrong_entry_is_named_with_both_values(monkeypatch: pytest.MonkeyPatch) -> None:
    derivation = MaxPool2d(2, 1).derive([[109, 92, 72], [108, 85, 74], [110, 74, 79]])
    wrong = np.array([[109, 92], [110, 84]], dtype=object)
    monkeypatch.setitem(derivation.__dict__, "output_entries", wrong)
    (failure,) = [check for check in derivation.check().failures if check.method is Method.REFERENCE]
    assert (failure.subject, failure.left, failure.right) == ("C", "84", "85")
    assert failure.detail == "Entry [2, 2] is 84, expected 85."


# Coverage is said, and what is not decided has not passed.


def test_small_derivations_are_checked_at_every_entry_and_large_ones_at_an_even_sample() -> None:
    small = {c.subject: c.scope for c in Conv2d().derive((3, 3), (2, 2)).check() if c.method is Method.EXACT}
    assert small["steps to ∂E/∂A"] == "all 9 entries"
    large = {
        c.subject: c.scope for c in Conv2d().derive((12, 12), (2, 2)).check() if c.method is Method.EXACT
    }
    assert large["steps to ∂E/∂A"] == "64 of 144 entries, sampled"


def made(*verdicts: Verdict) -> Checks:
    return Checks(tuple(Check("x", Method.EXACT, verdict, "1", "2") for verdict in verdicts))


@pytest.mark.parametrize(
    ("checks", "verdict"),
    [
        (made(), UNDECIDED),
        (made(PASSED), PASSED),
        (made(PASSED, PASSED), PASSED),
        (made(UNDECIDED), UNDECIDED),
        (made(PASSED, UNDECIDED), UNDECIDED),
        (made(UNDECIDED, PASSED, PASSED), UNDECIDED),
        (made(PASSED, FAILED), FAILED),
        (made(UNDECIDED, FAILED, PASSED), FAILED),
    ],
)
def test_checks_pass_only_if_there_are_some_and_all_passed(checks: Checks, verdict: Verdict) -> None:
    assert checks.verdict is verdict
    assert checks.passed is (verdict is PASSED)


def test_failures_come_first_and_undecided_ones_are_among_them() -> None:
    checks = made(PASSED, UNDECIDED, FAILED) + made(UNDECIDED)
    assert [check.verdict for check in checks.failures] == [FAILED, UNDECIDED, UNDECIDED]
    assert [line[0] for line in str(checks).splitlines()] == ["✗", "?", "?", "✓"]
    assert len(checks) == 4
    assert str(made()) == "no checks"


def test_a_derivation_with_an_undecided_check_has_not_passed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("symconv.checks.lp.decide", lambda *sides: UNDECIDED)
    checks = CASES["lp, square"].derive().check()
    assert checks.verdict is UNDECIDED
    assert not checks.passed
    assert failed(checks) == ["∂E/∂A: interval arithmetic"]


def test_a_maximum_is_compared_in_symbols_by_its_output_only() -> None:
    checks = MaxPool2d(2).derive((4, 4)).check()
    assert {check.subject for check in checks if check.method is Method.SYMBOLIC} >= {"C"}
    assert not any("left out" in check.scope or "not compared" in check.scope for check in checks)
