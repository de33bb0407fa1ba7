"""The checks of a general formula: at a derivation's sizes, exactly at integers and once in symbols."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Any

import sympy as sp

from symconv.axes import Fractional, Letters, Scattered, sequence
from symconv.checks.comparing import covered, same, zero_differences
from symconv.checks.jacobian import Jacobian, jacobian, sample
from symconv.checks.result import Check, Method, Verdict
from symconv.checks.sampling import (
    EXHAUSTIVE,
    SYMBOLIC_ENTRIES,
    forward_arrays,
    gradient_of,
    reference_gradient,
    tie_free_numbers,
)
from symconv.checks.surroundings import is_smooth
from symconv.derivation.derivation import Worked
from symconv.derivation.general import General
from symconv.exact import Array, indices, pack, symbols
from symconv.formula import Partial, evaluator
from symconv.operator import Argument
from symconv.reductions import LpNorm


def check_general(derivation: Worked, wrt: Argument | None) -> tuple[Check, ...]:
    """The general formula and its steps, at this derivation's sizes and at every entry."""
    general = derivation.general(wrt)
    names = derivation.names
    subject = f"general formula of {names.output if wrt is None else f'∂{names.error}/∂{names.of(wrt)}'}"
    return (at_sizes(general, derivation, subject), in_symbols(general, derivation, subject))


def in_symbols(
    general: General, derivation: Worked, subject: str, given: Mapping[sp.Symbol, int] = MappingProxyType({})
) -> Check:
    """The general formula, written out in symbols at these sizes, is the entrywise expression."""
    operator, names = derivation.operator, derivation.names
    arrays = {role: symbols(role[0], operator.shape(role)) for role in forward_arrays(derivation.arrays)}
    arrays["upstream"] = pack(1) if names.output_is_error else symbols("g", operator.output_shape)
    arrays["output"] = operator.forward(**forward_arrays(arrays))
    result = arrays["output"] if general.wrt is None else gradient_of(derivation, general.wrt, arrays)
    every = list(indices(result.shape))
    chosen = list(sample(every, SYMBOLIC_ENTRIES))
    values, sizes, result = _at_letters(general, derivation, arrays, result)
    free = _free_letters(general)
    flat = result.ndim != len(derivation.operator.shape(general.wrt or "output"))
    formula = evaluator(general.formula)
    pairs = []
    for index in chosen:
        place = (every.index(index),) if flat else index
        at = {**sizes, **given, **{letter: i + names.base for letter, i in zip(free, place, strict=True)}}
        pairs.append((formula(values, at), result[place]))
    check = zero_differences(subject, pairs, len(chosen), len(every))
    return replace(check, left="index formula", right="entrywise expression") if check.passed else check


def at_sizes(
    general: General, derivation: Worked, subject: str, given: Mapping[sp.Symbol, int] = MappingProxyType({})
) -> Check:
    """A general formula against the entrywise result at the sizes of a derivation.

    Args:
        given: numbers for the symbols that stand for stride, padding and dilation.
    """
    numbers = tie_free_numbers(derivation)
    operator = derivation.operator
    wrt = general.wrt
    target: Array
    if wrt is None:
        target = numbers.arrays["output"]
    elif isinstance(operator.reduction, LpNorm) or is_smooth(operator):
        target = gradient_of(derivation, wrt, numbers.arrays)
    else:
        target = reference_gradient(derivation, wrt, numbers.arrays)
    flat = operator.counts_row_by_row
    numbers, sizes, target = _at_letters(general, derivation, numbers.arrays, target)
    free = _free_letters(general)
    every = list(indices(target.shape))
    chosen = list(sample(every, EXHAUSTIVE))
    first = set() if flat or wrt is None else set(sample(every, 3))
    stages = [(step, evaluator(step.after)) for step in general.steps]
    for index in chosen:
        at = {
            **sizes,
            **given,
            **{letter: i + derivation.names.base for letter, i in zip(free, index, strict=True)},
        }
        for step, value_at in stages if index in first else stages[-1:]:
            value = value_at(numbers, at)
            if not same(value, target[index]):
                shown = tuple(i + derivation.names.base for i in index)
                detail = (
                    f"The step '{step.rule}' gives {value} at entry {list(shown)}, expected {target[index]}."
                )
                return Check(
                    subject, Method.EXACT, Verdict.FAILED, str(value), str(target[index]), "", detail
                )
    scope = covered(len(chosen), len(every))
    return Check(
        subject, Method.EXACT, Verdict.PASSED, "index formula at seeded integers", "entry by entry", scope
    )


def size_assignment(
    letters: Sequence[Letters],
    axes: Sequence[Any],
    input_shape: Sequence[int],
    output_shape: Sequence[int],
    base: int,
) -> dict[Any, Any]:
    """The numbers for the size symbols of a general formula, and the sequences of its axes."""
    assignment: dict[Any, Any] = {}
    for at, axis, size, count in zip(letters, axes, input_shape, output_shape, strict=True):
        if isinstance(axis, Fractional):
            assignment[sequence("s", at)] = _member(axis.starts(size).tolist(), base, 0)
        if isinstance(axis, Scattered):
            assignment[sequence("t", at)] = _member(axis.targets, base, base)
        kernel = int(axis.kernel_size) if hasattr(axis, "kernel_size") else None
        numbers = ((at.input_size, size), (at.output_size, count), (at.kernel_size, kernel))
        known = {
            symbol: number
            for symbol, number in numbers
            if isinstance(symbol, sp.Symbol) and number is not None
        }
        assignment |= known
    return assignment


def _at_letters(
    general: General, derivation: Worked, arrays: Any, result: Array
) -> tuple[Jacobian, Any, Array]:
    """The arrays, the sizes' numbers and the result as a general formula counts them."""
    operator, names = derivation.operator, derivation.names
    if operator.counts_row_by_row:
        arrays = {role: array.ravel() for role, array in arrays.items()}
        result = result.ravel()
    outputs = [axis.output_size(size) for axis, size in zip(operator.axes, operator.sizes, strict=True)]
    sizes = size_assignment(general.letters, operator.axes, operator.sizes, outputs, names.base)
    return jacobian(derivation.operator, derivation.names, arrays), sizes, result


def _free_letters(general: General) -> tuple[Any, ...]:
    left = general.left
    return left.by.index if isinstance(left, Partial) else left.index  # type: ignore[attr-defined]


def _member(values: Sequence[int], base: int, shift: int) -> Callable[[int], int]:
    return lambda position: values[position - base] + shift
