"""The checks of a general formula: at a derivation's sizes, exactly at integers and once in symbols."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

import numpy as np
import sympy as sp

from symconv.axes import Adjoint, Letters
from symconv.checks.comparing import covered, same, zero_differences
from symconv.checks.jacobian import Jacobian, jacobian, sample
from symconv.checks.result import Check, Method, Verdict
from symconv.checks.sampling import (
    EXHAUSTIVE,
    SYMBOLIC_ENTRIES,
    SYMBOLIC_TAPS,
    gradient_of,
    is_large,
    reference_gradient,
    tie_free_numbers,
    twin,
)
from symconv.checks.surroundings import is_smooth
from symconv.derivation.arrays import ByRole, Symbols
from symconv.derivation.derivation import Worked
from symconv.derivation.general import General
from symconv.derivation.values import ArrayValues
from symconv.exact import Array, indices
from symconv.formula import Chosen, Entry, Evaluator, Partial, Values, evaluate, evaluator
from symconv.operator import Argument
from symconv.reductions import LpNorm, Maximum
from symconv.value import Value, replace


def check_general(derivation: Worked, wrt: Argument | None) -> tuple[Check, ...]:
    """The general formula and its steps, at this derivation's sizes and at every entry.

    A large derivation's are checked on a smaller image; :func:`symconv.checks.entry.check_sample` checks the
    formula itself at its own size.
    """
    general = derivation.general(wrt)
    names = derivation.names
    subject = f"general formula of {names.output if wrt is None else f'∂{names.error}/∂{names.of(wrt)}'}"
    if is_large(derivation):
        derivation = _sibling(derivation)
        where = f", at input {' × '.join(map(str, derivation.operator.input_shape))}"
        both = (at_sizes(general, derivation, subject), in_symbols(general, derivation, subject))
        return tuple(replace(check, scope=check.scope + where) for check in both)
    return (at_sizes(general, derivation, subject), in_symbols(general, derivation, subject))


def _sibling(derivation: Worked) -> Worked:
    """The derivation on a smaller image, which has the same general formulas."""
    from symconv.checks.part import smaller  # only a large layer pays for it

    operator, names = smaller(derivation.operator), derivation.names
    roles = {"upstream": "output", **{role: role for role in derivation.arrays if role != "upstream"}}
    arrays = {role: Symbols(role[0], operator.shape(of), names.base) for role, of in roles.items()}
    return Worked(operator, names, ByRole(arrays))


def in_symbols(
    general: General, derivation: Worked, subject: str, given: Mapping[sp.Symbol, int] = MappingProxyType({})
) -> Check:
    """The general formula, written out in symbols at these sizes, is the entrywise expression."""
    operator, names = derivation.operator, derivation.names
    own = twin(operator, "bias" in derivation.arrays, names.output_is_error)
    arrays = {**own.arrays, "upstream": own.upstream}
    every = list(indices(operator.shape(general.wrt or "output")))
    chosen = list(sample(every, SYMBOLIC_ENTRIES))
    if len(operator.taps) <= SYMBOLIC_TAPS or isinstance(operator.reduction, LpNorm | Maximum):
        arrays["output"] = own.output
        result = own.output if general.wrt is None else own.gradient(general.wrt)
    else:
        result = _written_out(derivation, general.wrt, arrays, chosen)
    values, sizes, result = _at_letters(general, derivation, arrays, result)
    free = _free_letters(general)
    formula = evaluator(general.formula)
    pairs = []
    for index in chosen:
        place = index if result.ndim == len(index) else (every.index(index),)
        at = {**sizes, **given, **{letter: i + names.base for letter, i in zip(free, place, strict=True)}}
        pairs.append((formula(values, at), result[place]))
    check = zero_differences(subject, pairs, len(chosen), len(every))
    return replace(check, left="index formula", right="entrywise expression") if check.passed else check


def _written_out(
    derivation: Worked, wrt: Argument | None, arrays: dict[str, Array], chosen: Sequence[tuple[int, ...]]
) -> Array:
    """Some entries of the output or of a gradient, from their own steps; the others are left out."""
    result = np.empty(derivation.operator.shape(wrt or "output"), dtype=object)
    values = ArrayValues(derivation.operator, derivation.names, arrays)
    unknown = replace(derivation, known=frozenset())
    for index in chosen:
        result[index] = evaluate(unknown.entry(wrt, index)[-1].after, values, {})
    return result


def evaluators(general: General) -> tuple[Evaluator, ...]:
    """What each step of a general formula leads to, as a function."""
    return tuple(evaluator(step.after) for step in general.steps)


def at_sizes(
    general: General,
    derivation: Worked,
    subject: str,
    given: Mapping[sp.Symbol, int] = MappingProxyType({}),
    stages: Sequence[Evaluator] = (),
) -> Check:
    """A general formula against the entrywise result at the sizes of a derivation.

    Args:
        given: numbers for the symbols that stand for stride, padding and dilation.
        stages: the formula's :func:`evaluators`, made here where left out.
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
    values, sizes, target = _at_letters(general, derivation, numbers.arrays, target)
    free = _free_letters(general)
    every = list(indices(target.shape))
    chosen = list(sample(every, EXHAUSTIVE))
    first = set() if wrt is None else set(sample(every, 3))
    steps = [*zip(general.steps, stages or evaluators(general), strict=True)]
    for index in chosen:
        at = {
            **sizes,
            **given,
            **{letter: i + derivation.names.base for letter, i in zip(free, index, strict=True)},
        }
        for step, value_at in steps if index in first else steps[-1:]:
            value = value_at(values, at)
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
        if hasattr(axis, "sequences"):
            assignment |= axis.sequences(at, size, base)
        windowed = axis.axis if isinstance(axis, Adjoint) else axis
        kernel = int(windowed.kernel_size) if hasattr(windowed, "kernel_size") else None
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
) -> tuple[Values, Any, Array]:
    """The arrays, the sizes' numbers and the result as a general formula counts them."""
    operator, names = derivation.operator, derivation.names
    values: Values = jacobian(operator, names, arrays)
    if len(operator.axes) < len(operator.input_shape):  # one axis covers all dimensions
        values, result = RowByRow(values), result.ravel()  # type: ignore[arg-type]
    outputs = [axis.output_size(size) for axis, size in zip(operator.axes, operator.sizes, strict=True)]
    sizes = size_assignment(general.letters, operator.axes, operator.sizes, outputs, names.base)
    return values, sizes, result


class RowByRow(Value):
    """The values of a derivation for a formula that counts the entries of its arrays row by row."""

    values: Jacobian

    def entry(self, entry: Entry, index: tuple[int, ...]) -> Any:
        return self.values.entry(entry, self._at(entry, index))

    def partial(self, partial: Partial, of: tuple[int, ...], by: tuple[int, ...]) -> Any:
        return self.values.partial(partial, self._at(partial.of, of), self._at(partial.by, by))

    def share(self, chosen: Chosen, entry: tuple[int, ...], maximum: tuple[int, ...]) -> Any:
        return self.values.share(chosen, self._at(chosen.entry, entry), self._at(chosen.maximum, maximum))

    def _at(self, entry: Entry, index: tuple[int, ...]) -> tuple[int, ...]:
        if not index:  # the error
            return ()
        base = self.values.names.base
        shape = self.values.operator.shape(self.values.role(entry))
        return tuple(int(i) + base for i in np.unravel_index(index[0] - base, shape))


def _free_letters(general: General) -> tuple[Any, ...]:
    left = general.left
    return left.by.index if isinstance(left, Partial) else left.index  # type: ignore[attr-defined]
