"""Wrong code: one mistake each, what meets it, and the checks that must notice.

The table of mistakes in layers is used by the tests of checks and by ``test_soundness.py``, which writes what
caught each of them into ``reports/soundness.md``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import prod
from typing import Any

import numpy as np
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
from symconv.derivation import derivation as working
from symconv.derivation import entrywise
from symconv.derivation.general import General
from symconv.derived import Derivation
from symconv.exact import is_numeric
from symconv.formula import Absolute, Chosen, Entry, Over, Power, Product, Sign, Sum, largest, rewrite
from symconv.operator import Operator
from symconv.reductions import LpNorm, Maximum, Mean, Slopes, WeightedSum
from symconv.taps import Taps
from symconv.value import replace

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
    numeric: bool = False
    """Whether the mistake is made only where numbers are put in."""

    def __str__(self) -> str:
        return self.mistake

    def derivation(self) -> Derivation:
        """The layer that meets the mistake, worked out."""
        case = CASES[self.case]
        return case.derive(**(random_arrays(case, 41) if self.numeric else {}))


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


def with_axis(**changes: Any) -> Change:
    """The method of another axis."""
    return lambda original: lambda axis, *rest: original(replace(axis, **changes), *rest)


def with_last(general: General, change: Callable[[Any], Any]) -> General:
    """A general derivation with another last formula."""
    *before, last = general.steps
    return replace(general, steps=(*before, replace(last, after=change(last.after))))


def swapped(formula: Any) -> Any:
    """A formula with the indices of the weight in the other order."""

    def turned(leaf: Any) -> Any:
        return Entry("B", leaf.index[::-1]) if isinstance(leaf, Entry) and leaf.array == "B" else leaf

    return rewrite(formula, turned)


def swapped_weight(formula: Any) -> Any:
    return Over("∑", swapped(formula.body), formula.ranges, formula.where)


def doubled(leaf: Any) -> Any:
    return leaf if isinstance(leaf, Entry | Chosen) else 2 * leaf


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
        "a transposed convolution forgets its output padding",
        "conv transpose, line",
        Adjoint,
        "taps",
        columns(lambda t: tuple(part[t.out < t.sizes[0] - 2] for part in (t.out, t.inp, t.offset))),
        ("C: symbolic", "∂E/∂A: difference quotients"),
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
    # mistakes that a hand-written backward pass makes
    Mutant(
        "the stride is ignored in the backward formula",
        STRIDED,
        Sliding,
        "reads_by_input",
        with_axis(stride=1),
        ("general formula of ∂E/∂A: exact",),
    ),
    Mutant(
        "the dilation is dropped where the map is inverted",
        "conv, dilation",
        Sliding,
        "reads_by_input",
        with_axis(dilation=1),
        ("general formula of ∂E/∂A: exact",),
    ),
    Mutant(
        "the padding is ignored in the backward formula",
        STRIDED,
        Sliding,
        "reads_by_input",
        with_axis(padding=(0, 0)),
        ("general formula of ∂E/∂A: exact",),
    ),
    Mutant(
        "the padding of a maximum counts as 0",
        "max, padding and ceil",
        Maximum,
        "of_entries",
        on_result(lambda top: largest([top, 0])),
        ("C: random rationals",),
    ),
    Mutant(
        "a window that is clipped is divided by its full size",
        PADDED_MEAN,
        Mean,
        "cells",
        on_result(lambda cells: np.full_like(cells, max(cells))),
        ("C: symbolic",),
    ),
    Mutant(
        "the forward pass forgets the bias",
        "conv, channels",
        Operator,
        "forward",
        lambda original: lambda operator, **arrays: original(operator, **{**arrays, "bias": None}),
        ("C: random rationals",),
        numeric=True,
    ),
    Mutant(
        "the gradient has the wrong sign",
        "conv, depthwise",
        Operator,
        "backward",
        on_result(lambda gradient: -gradient),
        ("∂E/∂A: symbolic", "∂E/∂B: difference quotients"),
    ),
    Mutant(
        "the upstream gradient is reversed",
        "conv",
        Operator,
        "backward",
        lambda original: (
            lambda operator, wrt, upstream, *arrays: original(operator, wrt, upstream[..., ::-1], *arrays)
        ),
        ("∂E/∂A: symbolic", "∂E/∂A: difference quotients"),
    ),
    Mutant(
        "the weight's indices are swapped in the general formula",
        "conv",
        working,
        "general_gradient",
        on_result(lambda general: with_last(general, swapped_weight)),
        ("general formula of ∂E/∂A: exact",),
    ),
    Mutant(
        "the weight's indices are swapped in a step",
        "conv",
        working,
        "gradient_steps",
        on_result(lambda steps: (*steps[:-1], replace(steps[-1], after=swapped(steps[-1].after)))),
        ("steps to ∂E/∂A: exact",),
    ),
    Mutant(
        "a slope of a convolution is the weight's square",
        "conv",
        WeightedSum,
        "slope",
        on_result(lambda weight: Product((weight, weight))),
        ("steps to ∂E/∂A: exact",),
    ),
    Mutant(
        "the derivative of the root is forgotten",
        "lp, square",
        LpNorm,
        "general_slope",
        lambda original: (
            lambda norm, body, weight, output, cells: Product((Sign(body), Power(Absolute(body), norm.p - 1)))
        ),
        ("steps to ∂E/∂A: exact",),
    ),
    Mutant(
        "the root of an LP norm is left out",
        "lp, ceil",
        LpNorm,
        "value",
        on_result(lambda value: value.base),
        ("steps to C: exact",),
    ),
    Mutant(
        "an entry's tie convention is the other one",
        "max",
        Maximum,
        "slope",
        on_result(lambda chosen: replace(chosen, ties="split")),
        ("steps to ∂E/∂A: exact",),
    ),
    Mutant(
        "the general formula's tie convention is the other one",
        "max, split",
        Maximum,
        "general_slope",
        on_result(lambda chosen: replace(chosen, ties="first")),
        ("general formula of ∂E/∂A: symbolic",),
    ),
    Mutant(
        "other numbers are put in than those of the array",
        "conv",
        entrywise,
        "rewrite",
        lambda original: lambda formula, number: original(formula, lambda leaf: doubled(number(leaf))),
        ("steps to C: exact", "steps to ∂E/∂A: exact"),
        numeric=True,
    ),
    Mutant(
        "the value of an entry is that of another",
        "max",
        entrywise,
        "numeric_steps",
        on_result(
            lambda steps: (*steps[:-1], replace(steps[-1], after=steps[-1].after + 1)) if steps else ()
        ),
        ("steps to C: exact", "steps to ∂E/∂A: exact"),
        numeric=True,
    ),
)
