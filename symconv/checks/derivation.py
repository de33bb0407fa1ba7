"""The checks of a derivation: output, gradients, steps and general formulas, each by independent means.

========================  ==============================================================================
symbolic                  both sides as SymPy expressions: the same windows laid out by the reference, the
                          gradient by ``diff`` of Σ G·C; the difference is identically zero
random rationals          the tap table against the reference at seeded random rationals
difference quotients      the gradient against exact quotients of the reference's forward pass
exact                     every step's two sides at seeded integers; the general formula at every entry
========================  ==============================================================================

Up to ``EXHAUSTIVE`` entries all are checked, above it an even sample, and the check's scope says so. Of a layer
with more than ``LARGE`` taps no array is built: a few entries are checked one by one.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import prod
from typing import Any

import numpy as np
import sympy as sp

from symconv.axes import Adaptive, Fractional, Planewise
from symconv.checks.comparing import covered, equal, same, shown_index, zero_differences
from symconv.checks.general import check_general
from symconv.checks.jacobian import Jacobian, rationals, sample
from symconv.checks.lp import lp_slopes
from symconv.checks.oracle import Oracle
from symconv.checks.result import Check, Checks, Method, Verdict
from symconv.checks.sampling import (
    COUNTED_TAPS,
    EXHAUSTIVE,
    expected_output,
    forward_arrays,
    gradient_of,
    is_large,
    random_arrays,
    reference_gradient,
    tie_free_numbers,
    twin,
)
from symconv.checks.smooth import (
    check_smooth_gradient,
    check_smooth_output,
    enclosed_gradient,
    enclosed_output,
)
from symconv.checks.surroundings import is_smooth
from symconv.derivation.derivation import Worked
from symconv.derivation.entrywise import NUMERIC
from symconv.derivation.step import Step
from symconv.derivation.values import ArrayValues
from symconv.exact import indices
from symconv.formula import evaluate
from symconv.number import symbolic
from symconv.operator import Argument
from symconv.pointwise import Rectified
from symconv.reductions import LpNorm, Maximum
from symconv.value import replace


def check_derivation(derivation: Worked) -> Checks:
    """Every check of a derivation."""
    checks = [*check_output(derivation), *check_general(derivation, None)]
    for wrt in derivation.operator.arguments:
        checks += [*check_gradient(derivation, wrt), *check_general(derivation, wrt)]
    return Checks(tuple(checks))


def check_output(derivation: Worked) -> tuple[Check, ...]:
    """The output: in symbols, at random rationals, and at the derivation's own numbers where it has them."""
    if is_large(derivation):
        return _sampled(derivation, None)
    subject = derivation.names.output
    operator = derivation.operator
    if is_smooth(operator):
        return (*check_smooth_output(derivation), _steps(derivation, None, tie_free_numbers(derivation)))
    checks = [_symbolic_output(derivation, subject)]
    if any(isinstance(axis, Adaptive | Fractional | Planewise) for axis in operator.axes):
        checks.append(_places(derivation))
    arrays = random_arrays(derivation, rationals)
    got, expected = operator.forward(**forward_arrays(arrays)), expected_output(operator, arrays)
    checks.append(equal(subject, Method.RATIONALS, got, expected))
    if derivation.output_is_numeric:
        own = derivation.output_entries
        checks.append(
            equal(
                subject, Method.REFERENCE, own, expected_output(operator, forward_arrays(derivation.arrays))
            )
        )
    elif derivation.output_is_closed:
        checks.append(enclosed_output(derivation))
    checks.append(_steps(derivation, None, tie_free_numbers(derivation)))
    return tuple(checks)


def check_gradient(derivation: Worked, wrt: Argument) -> tuple[Check, ...]:
    """The gradient by one argument."""
    names, operator = derivation.names, derivation.operator
    subject = f"∂{names.error}/∂{names.of(wrt)}"
    if is_large(derivation):
        return _sampled(derivation, wrt)
    if isinstance(operator.reduction, LpNorm):
        return _lp_gradient(derivation, subject)
    if is_smooth(operator):
        own_steps = _steps(derivation, wrt, tie_free_numbers(derivation))
        return (*check_smooth_gradient(derivation), own_steps)
    checks = []
    # the slope of a maximum depends on where it is taken: there is nothing to compare in symbols
    if not isinstance(operator.reduction, Maximum):
        checks.append(_symbolic_gradient(derivation, wrt, subject))
    arrays = random_arrays(derivation, rationals)
    if isinstance(operator.reduction, Maximum | Rectified):
        arrays["input"] = arrays["input"] // 4  # few values, so that conventions at ties and at 0 show
    got = gradient_of(derivation, wrt, arrays)
    expected = reference_gradient(derivation, wrt, arrays)
    checks.append(equal(subject, Method.RATIONALS, got, expected))
    numbers = tie_free_numbers(derivation)
    checks.append(_quotients(derivation, wrt, subject, numbers))
    if derivation.is_numeric:
        own = derivation.gradient_entries(wrt)
        expected = reference_gradient(derivation, wrt, derivation.arrays)
        checks.append(equal(subject, Method.REFERENCE, own, expected))
    elif derivation.is_closed:
        checks.append(enclosed_gradient(derivation, wrt))
    checks.append(_steps(derivation, wrt, numbers))
    return tuple(checks)


def _places(derivation: Worked) -> Check:
    """The windows that follow from a wanted output size: the cells of each, against the reference's bounds."""
    operator = derivation.operator
    got = np.empty(operator.output_shape, dtype=object)
    expected = got.copy()
    positions = np.arange(prod(operator.input_shape)).astype(object).reshape(operator.input_shape)
    for index, cells in zip(indices(got.shape), Oracle(operator).windows(positions), strict=True):
        got[index] = [positions[tap.inp] for tap in operator.taps_at("out", index)]
        expected[index] = cells
    return equal("places of the windows", Method.REFERENCE, got, expected)


def _sampled(derivation: Worked, wrt: Argument | None) -> tuple[Check, ...]:
    from symconv.checks.entry import check_sample  # only a large layer pays for it

    return (*_as_numbers(derivation, wrt), *check_sample(derivation, wrt))


def _as_numbers(derivation: Worked, wrt: Argument | None) -> tuple[Check, ...]:
    """All entries of a large derivation at its own numbers, or else at seeded integers: these cost little."""
    operator, names = derivation.operator, derivation.names
    if operator.most_taps > COUNTED_TAPS or isinstance(operator.reduction, LpNorm):
        return ()
    own = derivation.output_is_numeric if wrt is None else derivation.is_numeric
    arrays: Any = derivation.arrays if own else tie_free_numbers(derivation).arrays
    if wrt is None:
        subject, got = names.output, operator.forward(**forward_arrays(arrays))
        expected = expected_output(operator, arrays)
    else:
        subject, got = f"∂{names.error}/∂{names.of(wrt)}", gradient_of(derivation, wrt, arrays)
        expected = reference_gradient(derivation, wrt, arrays)
    check = equal(subject, Method.REFERENCE, got, expected)
    where = "the given numbers" if own else "seeded integers"
    return (replace(check, scope=f"{check.scope}; {where}") if check.passed else check,)


def _symbolic_output(derivation: Worked, subject: str) -> Check:
    """Taps and reference lay out the same symbols; both give the same expressions."""
    operator = derivation.operator
    own = twin(operator, "bias" in derivation.arrays)
    chosen = list(sample(list(indices(operator.output_shape)), EXHAUSTIVE))
    got = own.output
    if isinstance(operator.reduction, Maximum | LpNorm):
        windows = Oracle(operator).windows(own.arrays["input"])
        flat = {index: place for place, index in enumerate(indices(operator.output_shape))}
        combine = operator.reduction.of_entries
        pairs = [(got[index], combine(windows[flat[index]])) for index in chosen]
    else:
        pairs = [(got[index], own.reference[index]) for index in chosen]
    return zero_differences(subject, pairs, len(chosen), got.size)


def _symbolic_gradient(derivation: Worked, wrt: Argument, subject: str) -> Check:
    """``diff`` of Σ G·C, with C from the reference, against the gradient in symbols."""
    own = twin(derivation.operator, wrt == "bias" or "bias" in derivation.arrays)
    got = own.gradient(wrt)
    chosen = list(sample(list(indices(got.shape)), EXHAUSTIVE))
    # the terms of Σ G·C by the symbols in them: the derivative of all others is 0
    meets: dict[sp.Symbol, list[tuple[Any, Any]]] = {}
    for g, entry in zip(own.upstream.flat, own.reference.flat, strict=True):
        for term in sp.Add.make_args(symbolic(entry)):
            for symbol in term.free_symbols:
                meets.setdefault(symbol, []).append((g, term))
    pairs = []
    for index in chosen:
        symbol = own.arrays[wrt][index]
        expected = sp.Add(*(g * sp.diff(term, symbol) for g, term in meets.get(symbol, ())))
        pairs.append((got[index], expected))
    return zero_differences(subject, pairs, len(chosen), got.size)


def _quotients(derivation: Worked, wrt: Argument, subject: str, numbers: Jacobian) -> Check:
    """The gradient at tie-free integers against exact difference quotients."""
    got = gradient_of(derivation, wrt, numbers.arrays)
    every = list(indices(got.shape))
    chosen = list(sample(every, EXHAUSTIVE))
    upstream = numbers.arrays["upstream"]
    for index in chosen:
        expected = np.sum(numbers.column(wrt, index) * upstream)
        if got[index] != expected:
            detail = f"Entry {list(shown_index(derivation, index))} is {got[index]}, the quotient {expected}."
            return Check(subject, Method.QUOTIENT, Verdict.FAILED, str(got[index]), str(expected), "", detail)
    scope = covered(len(chosen), len(every))
    return Check(subject, Method.QUOTIENT, Verdict.PASSED, "taps", "central quotients", scope)


def _steps(derivation: Worked, wrt: Argument | None, numbers: Jacobian) -> Check:
    """``before == after`` in every step of every entry, at seeded integers; and the last one is the result.

    The slope of a maximum also where maxima tie, so that the convention shows; the numbers that are put in, and
    what comes out, at the derivation's own.
    """
    names = derivation.names
    subject = f"steps to {names.output if wrt is None else f'∂{names.error}/∂{names.of(wrt)}'}"
    every = list(indices(derivation.operator.shape(wrt or "output")))
    chosen = list(sample(every, EXHAUSTIVE))
    for index, step, side, value, expected in _sides(derivation, wrt, numbers, chosen):
        if not same(value, expected):
            at = list(shown_index(derivation, index))
            detail = f"Entry {at} is {expected}, but {value} {side} the step '{step.rule}'."
            return Check(subject, Method.EXACT, Verdict.FAILED, str(value), str(expected), "", detail)
    return Check(subject, Method.EXACT, Verdict.PASSED, "before", "after", covered(len(chosen), len(every)))


def _sides(
    derivation: Worked, wrt: Argument | None, numbers: Jacobian, chosen: list[tuple[int, ...]]
) -> Iterator[tuple[tuple[int, ...], Step, str, Any, Any]]:
    """The entry, the step, which side, the value there, and the value that the entry has."""
    operator = derivation.operator
    result = numbers.arrays["output"] if wrt is None else gradient_of(derivation, wrt, numbers.arrays)
    is_numeric = derivation.output_is_numeric if wrt is None else derivation.is_numeric
    own = derivation if is_numeric else replace(derivation, known=frozenset())
    steps = {index: own.entry(wrt, index) for index in chosen}
    for index in chosen:
        for step in steps[index]:
            if step.rule not in NUMERIC:
                yield index, step, "before", evaluate(step.before, numbers, {}), result[index]
                yield index, step, "after", evaluate(step.after, numbers, {}), result[index]
    if wrt == "input" and isinstance(operator.reduction, Maximum):
        arrays = dict(numbers.arrays) | {"input": numbers.arrays["input"] % 2}
        arrays["output"] = expected_output(operator, forward_arrays(arrays))
        tied, result = ArrayValues(operator, derivation.names, arrays), gradient_of(derivation, wrt, arrays)
        for index in chosen:
            _, differentiate, *_ = steps[index]
            value = evaluate(differentiate.after, tied, {})
            yield index, differentiate, "where maxima tie after", value, result[index]
    if derivation.known and is_numeric:
        result = derivation.output_entries if wrt is None else derivation.gradient_entries(wrt)
        for index in chosen:
            for step in steps[index][-2:]:
                yield index, step, "after", evaluate(step.after, derivation.values, {}), result[index]


def _lp_gradient(derivation: Worked, subject: str) -> tuple[Check, ...]:
    """The LP norm's gradient: its rule by SymPy's ``diff``, and difference quotients that enclose it.

    N_p is convex for p ≥ 1, so its slope lies between the quotients to the left and to the right.
    """
    operator = derivation.operator
    norm = operator.reduction
    assert isinstance(norm, LpNorm)
    numbers = tie_free_numbers(derivation)
    if norm.p == sp.oo:
        return (_quotients(derivation, "input", subject, numbers), _steps(derivation, "input", numbers))
    return (*lp_slopes(derivation, subject), _steps(derivation, "input", numbers))
