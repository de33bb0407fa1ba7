"""The checks of a derivation: output, gradients, steps and general formulas, each by independent means.

========================  ==============================================================================
symbolic                  both sides as SymPy expressions: the same windows laid out by the reference, the
                          gradient by ``diff`` of Σ G·C; the difference is identically zero
random rationals          the tap table against the reference at seeded random rationals
difference quotients      the gradient against exact quotients of the reference's forward pass
exact                     every step's two sides at seeded integers; the general formula at every entry
========================  ==============================================================================

Up to ``EXHAUSTIVE`` entries all are checked, above it an even sample, and the check's scope says so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from math import prod
from types import MappingProxyType
from typing import Any

import numpy as np
import sympy as sp

from symconv.axes import Fractional, Letters, Scattered, sequence
from symconv.checks.interval import decide
from symconv.checks.jacobian import Jacobian, jacobian, rationals, sample, tie_free
from symconv.checks.oracle import Oracle
from symconv.checks.result import Check, Checks, Method, Verdict
from symconv.derivation.derivation import Worked
from symconv.derivation.general import General
from symconv.exact import Array, indices, symbolic, symbols
from symconv.formula import Partial, evaluate, evaluator
from symconv.operator import Argument
from symconv.reductions import LpNorm, Maximum

EXHAUSTIVE = 64
"""Up to how many entries everything is checked."""
SYMBOLIC_ENTRIES = 9
"""How many entries of a general formula are written out in symbols."""
SYMBOLIC_TAPS = 20_000
"""Up to how many taps the output is built in symbols to be checked."""
SEED = 1008


def check_derivation(derivation: Worked) -> Checks:
    """Every check of a derivation."""
    checks = [*check_output(derivation), *check_general(derivation, None)]
    for wrt in derivation.operator.arguments:
        checks += [*check_gradient(derivation, wrt), *check_general(derivation, wrt)]
    return Checks(tuple(checks))


def check_output(derivation: Worked) -> tuple[Check, ...]:
    """The output: in symbols, at random rationals, and at the derivation's own numbers where it has them."""
    subject = derivation.names.output
    operator = derivation.operator
    checks = [_symbolic_output(derivation, subject)] if len(operator.taps) <= SYMBOLIC_TAPS else []
    arrays = _random(derivation, rationals)
    checks.append(_equal(subject, Method.RATIONALS, operator.forward(**_forward(arrays)), _expected(operator, arrays)))
    if derivation.output_is_numeric:
        own = derivation.output_entries
        checks.append(_equal(subject, Method.REFERENCE, own, _expected(operator, _forward(derivation.arrays))))
    checks.append(_steps(derivation, None, _numbers(derivation)))
    return tuple(checks)


def check_gradient(derivation: Worked, wrt: Argument) -> tuple[Check, ...]:
    """The gradient by one argument."""
    names, operator = derivation.names, derivation.operator
    subject = f"∂{names.error}/∂{names.of(wrt)}"
    if isinstance(operator.reduction, LpNorm):
        return _lp_gradient(derivation, subject)
    checks = []
    if not isinstance(operator.reduction, Maximum) and len(operator.taps) <= SYMBOLIC_TAPS:
        checks.append(_symbolic_gradient(derivation, wrt, subject))
    arrays = _random(derivation, rationals)
    got = _gradient(derivation, wrt, arrays)
    expected = _reference_gradient(derivation, wrt, arrays)
    checks.append(_equal(subject, Method.RATIONALS, got, expected))
    numbers = _numbers(derivation)
    checks.append(_quotients(derivation, wrt, subject, numbers))
    if derivation.is_numeric:
        own = derivation.gradient_entries(wrt)
        expected = _reference_gradient(derivation, wrt, derivation.arrays)
        checks.append(_equal(subject, Method.REFERENCE, own, expected))
    checks.append(_steps(derivation, wrt, numbers))
    return tuple(checks)


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
    arrays = {role: symbols(role[0], operator.shape(role)) for role in _forward(derivation.arrays)}
    arrays["upstream"] = symbols("g", operator.output_shape)
    arrays["output"] = operator.forward(**_forward(arrays))
    result = arrays["output"] if general.wrt is None else _gradient(derivation, general.wrt, arrays)
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
    check = _zero_differences(subject, pairs, len(chosen), len(every))
    return replace(check, left="index formula", right="entrywise expression") if check.passed else check


def _at_letters(general: General, derivation: Worked, arrays: Any, result: Array) -> tuple[Jacobian, Any, Array]:
    """The arrays, the sizes' numbers and the result as a general formula counts them."""
    operator, names = derivation.operator, derivation.names
    input_shape, output_shape = operator.input_shape, operator.output_shape
    if isinstance(operator.axes[0], Scattered):  # one axis covers all dimensions: entries are counted row by row
        arrays = {role: array.ravel() for role, array in arrays.items()}
        result, input_shape, output_shape = result.ravel(), (prod(input_shape),), (prod(output_shape),)
    sizes = size_assignment(general.letters, operator.axes, input_shape, output_shape, names.base)
    return jacobian(derivation.operator, derivation.names, arrays), sizes, result


def _free_letters(general: General) -> tuple[Any, ...]:
    left = general.left
    return left.by.index if isinstance(left, Partial) else left.index  # type: ignore[attr-defined]


def at_sizes(
    general: General, derivation: Worked, subject: str, given: Mapping[sp.Symbol, int] = MappingProxyType({})
) -> Check:
    """A general formula against the entrywise result at the sizes of a derivation.

    Args:
        given: numbers for the symbols that stand for stride, padding and dilation.
    """
    numbers = _numbers(derivation)
    operator = derivation.operator
    wrt = general.wrt
    target: Array
    if wrt is None:
        target = numbers.arrays["output"]
    elif isinstance(operator.reduction, LpNorm):
        target = operator.backward(wrt, numbers.arrays["upstream"], numbers.arrays["input"])
    else:
        target = _reference_gradient(derivation, wrt, numbers.arrays)
    flat = isinstance(operator.axes[0], Scattered)
    numbers, sizes, target = _at_letters(general, derivation, numbers.arrays, target)
    free = _free_letters(general)
    every = list(indices(target.shape))
    chosen = list(sample(every, EXHAUSTIVE))
    first = set() if flat or wrt is None else set(sample(every, 3))
    stages = [(step, evaluator(step.after)) for step in general.steps]
    for index in chosen:
        at = {**sizes, **given, **{letter: i + derivation.names.base for letter, i in zip(free, index, strict=True)}}
        for step, value_at in stages if index in first else stages[-1:]:
            value = value_at(numbers, at)
            if not _same(value, target[index]):
                shown = tuple(i + derivation.names.base for i in index)
                detail = f"The step '{step.rule}' gives {value} at entry {list(shown)}, expected {target[index]}."
                return Check(subject, Method.EXACT, Verdict.FAILED, str(value), str(target[index]), "", detail)
    scope = _scope(len(chosen), len(every))
    return Check(subject, Method.EXACT, Verdict.PASSED, "index formula at seeded integers", "entry by entry", scope)


def size_assignment(
    letters: Sequence[Letters], axes: Sequence[Any], input_shape: Sequence[int], output_shape: Sequence[int], base: int
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
        known = {symbol: number for symbol, number in numbers if isinstance(symbol, sp.Symbol) and number is not None}
        assignment |= known
    return assignment


def _member(values: Sequence[int], base: int, shift: int) -> Callable[[int], int]:
    return lambda position: values[position - base] + shift


def _symbolic_output(derivation: Worked, subject: str) -> Check:
    """Taps and reference lay out the same symbols; both give the same expressions."""
    operator = derivation.operator
    arrays = {role: symbols(role[0], operator.shape(role)) for role in _forward(derivation.arrays)}
    chosen = list(sample(list(indices(operator.output_shape)), EXHAUSTIVE))
    got = operator.forward(**arrays)
    if isinstance(operator.reduction, Maximum | LpNorm):
        windows = Oracle(operator).windows(arrays["input"])
        flat = {index: place for place, index in enumerate(indices(operator.output_shape))}
        combine = operator.reduction.of_entries
        pairs = [(got[index], combine(windows[flat[index]])) for index in chosen]
    else:
        expected = Oracle(operator).forward(**arrays)
        pairs = [(got[index], expected[index]) for index in chosen]
    return _zero_differences(subject, pairs, len(chosen), got.size)


def _symbolic_gradient(derivation: Worked, wrt: Argument, subject: str) -> Check:
    """``diff`` of Σ G·C, with C from the reference, against the gradient in symbols."""
    operator = derivation.operator
    arrays = {role: symbols(role[0], operator.shape(role)) for role in _forward(derivation.arrays)}
    if wrt == "bias":
        arrays["bias"] = symbols("b", operator.shape("bias"))
    upstream = symbols("g", operator.output_shape)
    got = operator.backward(wrt, upstream, arrays["input"], arrays.get("weight"))
    output = Oracle(operator).forward(**arrays)
    chosen = list(sample(list(indices(got.shape)), EXHAUSTIVE))
    # the terms of Σ G·C by the symbols in them: the derivative of all others is 0
    meets: dict[sp.Symbol, list[tuple[Any, Any]]] = {}
    for g, entry in zip(upstream.flat, output.flat, strict=True):
        for term in sp.Add.make_args(symbolic(entry)):
            for symbol in term.free_symbols:
                meets.setdefault(symbol, []).append((g, term))
    pairs = []
    for index in chosen:
        symbol = arrays[wrt][index]
        expected = sp.Add(*(g * sp.diff(term, symbol) for g, term in meets.get(symbol, ())))
        pairs.append((got[index], expected))
    return _zero_differences(subject, pairs, len(chosen), got.size)


def _zero_differences(subject: str, pairs: Iterable[tuple[Any, Any]], count: int, total: int) -> Check:
    for left, right in pairs:
        if left != right and sp.expand(left - right) != 0:
            detail = f"{left} is not identically {right}."
            return Check(subject, Method.SYMBOLIC, Verdict.FAILED, str(left), str(right), "", detail)
    return Check(subject, Method.SYMBOLIC, Verdict.PASSED, "taps", "SymPy on the reference", _scope(count, total))


def _quotients(derivation: Worked, wrt: Argument, subject: str, numbers: Jacobian) -> Check:
    """The gradient at tie-free integers against exact difference quotients."""
    got = _gradient(derivation, wrt, numbers.arrays)
    every = list(indices(got.shape))
    chosen = list(sample(every, EXHAUSTIVE))
    upstream = numbers.arrays["upstream"]
    for index in chosen:
        expected = (numbers.column(wrt, index) * upstream).sum()
        if got[index] != expected:
            detail = f"Entry {list(_shown(derivation, index))} is {got[index]}, the quotient {expected}."
            return Check(subject, Method.QUOTIENT, Verdict.FAILED, str(got[index]), str(expected), "", detail)
    scope = _scope(len(chosen), len(every))
    return Check(subject, Method.QUOTIENT, Verdict.PASSED, "taps", "central quotients", scope)


def _steps(derivation: Worked, wrt: Argument | None, numbers: Jacobian) -> Check:
    """``before == after`` in every step of every entry, at seeded integers; and the last one is the result."""
    names = derivation.names
    subject = f"steps to {names.output if wrt is None else f'∂{names.error}/∂{names.of(wrt)}'}"
    result = numbers.arrays["output"] if wrt is None else _gradient(derivation, wrt, numbers.arrays)
    every = list(indices(result.shape))
    chosen = list(sample(every, EXHAUSTIVE))
    symbolic = replace(derivation, known=frozenset())
    for index in chosen:
        for step in symbolic.entry(wrt, index):
            left, right = (evaluate(side, numbers, {}) for side in (step.before, step.after))
            if not (_same(left, result[index]) and _same(right, result[index])):
                at = list(_shown(derivation, index))
                detail = f"The step '{step.rule}' of entry {at} goes from {left} to {right}, not {result[index]}."
                return Check(subject, Method.EXACT, Verdict.FAILED, str(left), str(right), "", detail)
    return Check(subject, Method.EXACT, Verdict.PASSED, "before", "after", _scope(len(chosen), len(every)))


def _lp_gradient(derivation: Worked, subject: str) -> tuple[Check, ...]:
    """The LP norm's gradient: its rule by SymPy's ``diff``, and difference quotients that enclose it.

    N_p is convex for p ≥ 1, so its slope lies between the quotients to the left and to the right.
    """
    operator = derivation.operator
    norm = operator.reduction
    assert isinstance(norm, LpNorm)
    numbers = _numbers(derivation)
    if norm.p == sp.oo:
        return (_quotients(derivation, "input", subject, numbers), _steps(derivation, "input", numbers))
    sizes = sorted({len(list(operator.taps_at("out", index))) for index in indices(operator.output_shape)})
    rule = Verdict.PASSED if all(map(norm.slope_is_derivative, sizes)) else Verdict.FAILED
    checks = [
        Check(subject, Method.SYMBOLIC, rule, "slope of a window", "SymPy's diff", f"windows of {sizes} entries")
    ]
    if norm.p.is_number and norm.p >= 1:
        checks.append(_enclosed(derivation, subject))
    checks.append(_steps(derivation, "input", numbers))
    return tuple(checks)


def _enclosed(derivation: Worked, subject: str) -> Check:
    """Every entry of the gradient between one-sided difference quotients of Σ y over the windows' norms."""
    operator = derivation.operator
    arrays = {"input": tie_free(operator.input_shape, _rng(), signed=True)}
    ones = np.full(operator.output_shape, 1, dtype=object)
    got = operator.backward("input", ones, arrays["input"])
    chosen = list(sample(list(indices(operator.input_shape)), 9))
    step = sp.Rational(1, 2**20)
    centre = sp.Add(*operator.forward(**arrays).flat)
    for index in chosen:
        sides = []
        for move in (-step, step):
            moved = arrays["input"].copy()
            moved[index] = moved[index] + move
            sides.append((sp.Add(*operator.forward(moved).flat) - centre) / move)
        slope = symbolic(got[index])
        verdicts = (decide(sides[0], "≤", slope, {}), decide(slope, "≤", sides[1], {}))
        worst = next((v for v in verdicts if v is not Verdict.PASSED), Verdict.PASSED)
        if worst is not Verdict.PASSED:
            detail = f"Entry {list(_shown(derivation, index))} is not shown to lie between its difference quotients."
            return Check(subject, Method.INTERVAL, worst, str(slope), f"[{sides[0]}, {sides[1]}]", "", detail)
    scope = _scope(len(chosen), got.size)
    return Check(subject, Method.INTERVAL, Verdict.PASSED, "slope", "one-sided difference quotients", scope)


def _expected(operator: Any, arrays: dict[str, Array]) -> Array:
    """The reference's output; for an LP norm the root of its power sums, where p is a number."""
    norm = operator.reduction
    if not isinstance(norm, LpNorm):
        return Oracle(operator).forward(**_forward(arrays))
    windows = Oracle(operator).windows(arrays["input"])
    flat = np.empty(len(windows), dtype=object)
    flat[:] = [norm.of_entries(window) for window in windows]
    return flat.reshape(operator.output_shape)


def _reference_gradient(derivation: Worked, wrt: Argument, arrays: Any) -> Array:
    return Oracle(derivation.operator).backward(wrt, arrays["upstream"], arrays["input"], arrays.get("weight"))


def _gradient(derivation: Worked, wrt: Argument, arrays: Any) -> Array:
    return derivation.operator.backward(wrt, arrays["upstream"], arrays["input"], arrays.get("weight"))


def _random(derivation: Worked, draw: Callable[[tuple[int, ...], np.random.Generator], Array]) -> dict[str, Array]:
    rng = _rng()
    roles = (*_forward(derivation.arrays), "upstream")
    shapes = {role: derivation.arrays[role].shape for role in roles}
    return {role: draw(shape, rng) for role, shape in shapes.items()}


def _numbers(derivation: Worked) -> Jacobian:
    """Seeded tie-free integers in every array, and the reference's output at them."""
    arrays = _random(derivation, tie_free)
    operator = derivation.operator
    if "bias" in operator.arguments and "bias" not in arrays:
        arrays["bias"] = np.full(operator.shape("bias"), 0, dtype=object)
    output = _expected(operator, _forward(arrays))
    return jacobian(derivation.operator, derivation.names, {**arrays, "output": output})


def _forward(arrays: Any) -> dict[str, Array]:
    return {role: arrays[role] for role in ("input", "weight", "bias") if role in arrays}


def _equal(subject: str, method: Method, got: Array, expected: Array) -> Check:
    for index in indices(got.shape):
        if not _same(got[index], expected[index]):
            at = ", ".join(str(i + 1) for i in index)
            detail = f"Entry [{at}] is {got[index]}, expected {expected[index]}."
            return Check(subject, method, Verdict.FAILED, str(got[index]), str(expected[index]), "", detail)
    scope = _scope(got.size, got.size)
    return Check(subject, method, Verdict.PASSED, "taps", "sliding windows", scope)


def _same(left: Any, right: Any) -> bool:
    """Equality of exact values; SymPy numbers also where their difference vanishes."""
    if left == right:
        return True
    if isinstance(left, sp.Basic) or isinstance(right, sp.Basic):
        difference = sp.powsimp(sp.expand(symbolic(left) - symbolic(right)))
        return bool(difference == 0) or bool(difference.equals(0))
    return False


def _scope(count: int, total: int) -> str:
    return f"all {total} entries" if count == total else f"{count} of {total} entries, sampled"


def _shown(derivation: Worked, index: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(i + derivation.names.base for i in index)


def _rng() -> np.random.Generator:
    return np.random.default_rng(SEED)

