"""The checks of derivations: they pass what is right, and each kind of mistake is caught by a check that names it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pytest
import sympy as sp
from layer_cases import CASES

from symconv.axes import Adaptive, AxisTaps, Fractional, Grouped, Range, Reads, Scattered, Sliding
from symconv.checks import derivation as checking
from symconv.checks.result import Check, Checks, Method, Verdict
from symconv.derivation import derivation as working
from symconv.derivation.general import General
from symconv.formula import Absolute, Entry, Power, Product, Sign, Sum
from symconv.layers import Conv2d, MaxPool2d
from symconv.operator import Operator
from symconv.reductions import LpNorm, Maximum, Mean

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
        "_starts",
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
    # general formulas
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
        lambda original: lambda axis, at, base, over=None: replace(
            reads := original(axis, at, base, over), weight=(at.kernel_size - 1 + 2 * base - reads.weight[0],)
        ),
        ("general formula of ∂E/∂A: exact", "general formula of ∂E/∂A: symbolic"),
    ),
    Mutant(
        "a divisibility condition has the wrong remainder",
        "conv, dilation",
        Sliding,
        "reads_by_input",
        on_result(lambda reads: replace(reads, where=tuple(sp.Ne(*where.args) for where in reads.where), weight=(sp.Integer(1),))),
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
        "a step of the general derivation is replaced",
        "conv",
        General,
        "steps",
        lambda original: None,
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
        lambda original: lambda norm, taps, x, weight, cells: replaced_slopes(taps, x, last_of_ties),
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
        lambda original: lambda norm, body, weight, output, cells: Product(
            (Sign(body), Power(Absolute(body), norm.p), Power(output, 1 - norm.p))
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
        "bias_index",
        on_result(lambda index: ((index[0] + 1) % 3,)),
        ("steps to ∂E/∂b: exact",),
    ),
    Mutant(
        "a gradient is doubled",
        "conv",
        Operator,
        "backward",
        on_result(lambda gradient: 2 * gradient),
        ("∂E/∂A: symbolic", "∂E/∂A: random rationals", "∂E/∂A: difference quotients", "∂E/∂b: symbolic"),
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


def replaced_slopes(taps: Any, x: Any, function: Any) -> Any:
    from symconv.reductions import _slopes_per_window

    return _slopes_per_window(taps, x, function)


def failed(checks: Checks) -> list[str]:
    return [f"{check.subject}: {check.method}" for check in checks.failures]
