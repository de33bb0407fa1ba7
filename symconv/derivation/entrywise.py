"""The entrywise view: one entry of an output or of a gradient, from its definition to its value.

A gradient's entry goes through these steps; every ``after`` is the next ``before``::

    ∂E/∂A₁₂  →  Σ ∂E/∂C_ij · ∂C_ij/∂A₁₂          chain rule
             →  Σ ∂E/∂C_ij · B_mn                differentiate (zeros kept or dropped)
             →  1·3 + 1·4                        substitute
             →  7                                evaluate

The numeric steps appear where numbers are known; the answer is the last ``after``.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from symconv.derivation import reasons
from symconv.derivation.step import Step
from symconv.derivation.values import ArrayValues
from symconv.exact import indices
from symconv.formula import Chosen, Entry, Formula, Partial, Product, Sum, evaluate, rewrite
from symconv.losses import CrossEntropy
from symconv.operator import Argument, Names, Operator
from symconv.reductions import Window
from symconv.taps import Tap

NUMERIC = ("substitute", "evaluate")
"""The rules that put numbers in: what they lead to says nothing about other numbers."""


def output_steps(
    operator: Operator,
    names: Names,
    index: tuple[int, ...],
    values: ArrayValues | None = None,
    known: frozenset[str] = frozenset(),
) -> tuple[Step, ...]:
    """The steps to one entry of the output; ``known`` are the arrays whose numbers are put in."""
    has_bias = values is not None and "bias" in values.arrays
    window = operator.window(index, names, bias=has_bias)
    value = operator.reduction.value(window)
    start = Step("definition", window.output, value, reasons.definition(operator.reduction))
    return (start, *numeric_steps(value, values, known))


def gradient_steps(
    operator: Operator,
    names: Names,
    wrt: Argument,
    index: tuple[int, ...],
    values: ArrayValues | None = None,
    known: frozenset[str] = frozenset(),
    zero_terms: bool = False,
) -> tuple[Step, ...]:
    """The steps to one entry of the gradient.

    Args:
        wrt: what the error is differentiated by.
        index: the entry, counted from 0.
        values, known: the arrays, and which of them are put in.
        zero_terms: write down every output, also those that do not read the entry.
    """
    target = names.entry(wrt, index)
    slopes = local_slopes(operator, names, wrt, index)
    reading = list(slopes)
    outputs = list(indices(operator.output_shape)) if zero_terms else reading

    def upstream(output: tuple[int, ...]) -> Partial:
        return Partial(Entry(names.error), names.entry("output", output))

    def chain(chosen: Iterable[tuple[int, ...]], slope: Any) -> Sum:
        return Sum(tuple(Product((upstream(output), slope(output))) for output in chosen))

    before: Formula = Partial(Entry(names.error), target)
    if names.output_is_error:  # the output is the error itself: its slope is the gradient
        slope = slopes.get((), 0)
        step = Step("differentiate", before, slope, reasons.differentiate(operator.reduction, wrt))
        return (step, *numeric_steps(slope, values, known)) if isinstance(slope, Formula) else (step,)
    chained = chain(outputs, lambda output: Partial(names.entry("output", output), target))
    differentiated = chain(outputs, lambda output: slopes.get(output, 0))
    steps = [
        Step("chain rule", before, chained, reasons.CHAIN_RULE if reading else reasons.UNREAD),
        Step("differentiate", chained, differentiated, reasons.differentiate(operator.reduction, wrt)),
    ]
    if len(reading) < len(outputs):
        kept = chain(reading, lambda output: slopes[output])
        steps.append(Step("drop zeros", differentiated, kept, reasons.DROP_ZEROS))
        differentiated = kept
    return (*steps, *numeric_steps(differentiated, values, known))


def local_slopes(
    operator: Operator, names: Names, wrt: Argument, index: tuple[int, ...]
) -> dict[tuple[int, ...], Formula | Any]:
    """The partial derivative of every output that depends on an entry, by that entry.

    An output that meets the entry in several taps has the sum of their slopes.
    """
    if wrt == "bias":
        return dict.fromkeys(operator.outputs_with(index), 1)
    met: dict[tuple[int, ...], list[Formula | Any]] = {}
    if wrt == "weight":
        for tap in operator.taps_at("offset", index):
            met.setdefault(tap.out, []).append(names.entry("input", tap.inp))
    else:
        for tap in operator.taps_at("inp", index):
            met.setdefault(tap.out, []).append(_slope(operator, names, tap))
    return {output: slopes[0] if len(slopes) == 1 else Sum(tuple(slopes)) for output, slopes in met.items()}


def _slope(operator: Operator, names: Names, tap: Tap) -> Formula | int:
    """The slope of an output by the entry that a tap reads."""
    if isinstance(operator.reduction, CrossEntropy):  # the only slope that depends on the whole window
        window = operator.window(tap.out, names)
        position = window.inputs.index(names.entry("input", tap.inp))
        return operator.reduction.slope(window, position)
    return operator.reduction.slope(_meeting(operator, names, tap), 0)


def _meeting(operator: Operator, names: Names, tap: Tap) -> Window:
    """The part of an output's window that one tap reads, which is all that its slope depends on."""
    has_weight = operator.weight_shape is not None
    return Window(
        names.entry("output", tap.out),
        (names.entry("input", tap.inp),),
        (names.entry("weight", tap.offset),) if has_weight else (),
        operator.cells_at(tap.out),
        None,
    )


def numeric_steps(formula: Formula, values: ArrayValues | None, known: frozenset[str]) -> tuple[Step, ...]:
    """Put the known numbers in, then evaluate; nothing where no number is known."""
    if values is None or not known:
        return ()

    def number(leaf: Formula) -> Any:
        match leaf:
            case Partial() if "upstream" in known:
                return values.partial(leaf, leaf.of.index, leaf.by.index)
            case Chosen() if "input" in known:
                return values.share(leaf, leaf.entry.index, leaf.maximum.index)
            case Entry() if (role := values.role(leaf)) in known or role == "output":
                return values.entry(leaf, leaf.index)
        return leaf

    substituted = rewrite(formula, number)
    value = evaluate(substituted, values, {})
    return (
        Step("substitute", formula, substituted, reasons.SUBSTITUTE),
        Step("evaluate", substituted, value, reasons.EVALUATE),
    )
