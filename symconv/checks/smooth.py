"""The checks of what exponentials make irrational: enclosures by the reference against exact expressions.

====================  ==================================================================================
symbolic              SymPy's ``diff`` of the definition is the slope, identically
interval arithmetic   the taps' exact expressions lie within the reference's enclosures, to many digits
difference quotients  the gradient is that of central quotients of the reference's forward pass, enclosed
====================  ==================================================================================
"""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import sympy as sp

from symconv.checks.comparing import covered
from symconv.checks.enclosure import Enclosure, apart, enclosed, largest
from symconv.checks.interval import AGREEMENT
from symconv.checks.jacobian import rationals, sample
from symconv.checks.oracle import Oracle
from symconv.checks.result import Check, Method, Verdict
from symconv.checks.sampling import forward_arrays, gradient_of, random_arrays
from symconv.derivation.derivation import Worked
from symconv.errors import UnsupportedError
from symconv.exact import Array, indices
from symconv.formula import evaluate
from symconv.losses import CrossEntropy
from symconv.operator import Argument
from symconv.pointwise import Pointed
from symconv.reductions import LpNorm, Maximum

STEP = Fraction(1, 2**60)
"""The step of a difference quotient; what it leaves out is of the order of its square."""
QUOTIENT_DIGITS = 15
"""To how many digits a quotient is compared."""
MOST_QUOTIENTS = 16
"""How many entries of a gradient are compared with quotients."""


def check_smooth_output(derivation: Worked) -> tuple[Check, ...]:
    """The output at random rationals, and at the derivation's own numbers where it has them."""
    arrays = random_arrays(derivation, rationals)
    checks = [_output_at(derivation, arrays, "random rationals")]
    if derivation.output_is_closed:
        checks.append(enclosed_output(derivation))
    return tuple(checks)


def check_smooth_gradient(derivation: Worked) -> tuple[Check, ...]:
    """The gradient by the input."""
    subject = f"∂{derivation.names.error}/∂{derivation.names.input}"
    verdict = Verdict.PASSED if slope_is_derivative(derivation.operator.reduction) else Verdict.FAILED
    detail = "" if verdict is Verdict.PASSED else "The slope is not the derivative of the definition."
    symbolic = Check(
        subject, Method.SYMBOLIC, verdict, "slope of an output", "SymPy's diff", "the rule", detail
    )
    arrays = random_arrays(derivation, rationals)
    got = gradient_of(derivation, "input", arrays)
    expected = _reference_gradient(derivation, "input", arrays)
    checks = [
        symbolic,
        agree(subject, got, expected, "random rationals"),
        _quotients(derivation, subject, arrays, got),
    ]
    if derivation.is_closed:
        checks.append(enclosed_gradient(derivation, "input"))
    return tuple(checks)


def slope_is_derivative(reduction: Any) -> bool:
    """Whether SymPy's derivative of a value is the slope, identically."""
    if isinstance(reduction, CrossEntropy):
        return reduction.slope_is_derivative()
    assert isinstance(reduction, Pointed)
    # with x = ln u both are rational functions of u, and d/dx = u·d/du
    u = sp.Symbol("u", positive=True)
    value = evaluate(reduction.formula(sp.log(u)), None, {})  # type: ignore[arg-type]
    slope = evaluate(reduction.derivative(sp.log(u), value), None, {})  # type: ignore[arg-type]
    return bool(sp.cancel((u * sp.diff(value, u) - slope).rewrite(sp.exp)) == 0)


def enclosed_output(derivation: Worked) -> Check:
    """The output at the derivation's own numbers, rational or not."""
    return _output_at(derivation, derivation.arrays, "", derivation.output_entries)


def enclosed_gradient(derivation: Worked, wrt: Argument) -> Check:
    """A gradient at the derivation's own numbers, rational or not."""
    subject = f"∂{derivation.names.error}/∂{derivation.names.of(wrt)}"
    got = derivation.gradient_entries(wrt)
    try:
        expected = _reference_gradient(derivation, wrt, derivation.arrays)
    except UnsupportedError as error:
        return _undecided(subject, str(error))
    return agree(subject, got, expected)


def agree(subject: str, got: Array, expected: Array, where: str = "") -> Check:
    """Whether exact entries are those that the reference encloses, to many digits."""
    for index in indices(got.shape):
        differ = apart(Enclosure.of(got[index]), Enclosure.of(expected[index]), AGREEMENT)
        if differ is not False:
            verdict = Verdict.UNDECIDED if differ is None else Verdict.FAILED
            at = ", ".join(str(i + 1) for i in index)
            sides = (f"{float(Enclosure.of(side[index])):.12g}" for side in (got, expected))
            detail = "Entry [{}] is {}, the reference gives {}.".format(at, *sides)
            return Check(subject, Method.INTERVAL, verdict, str(got[index]), "enclosure", "", detail)
    scope = ", ".join(part for part in (covered(got.size, got.size), f"{AGREEMENT} digits", where) if part)
    return Check(subject, Method.INTERVAL, Verdict.PASSED, "exact", "enclosures by the reference", scope)


def reference_output(operator: Any, arrays: Any) -> Array:
    """The reference's output for enclosures: no maximum needs to be told apart, an LP norm takes its root."""
    norm = operator.reduction
    if isinstance(norm, Maximum):
        cells = Oracle(operator).windows(arrays["input"])
        maxima = np.empty(len(cells), dtype=object)
        maxima[:] = [largest(window) if window else sp.S.NegativeInfinity for window in cells]
        return maxima.reshape(operator.output_shape)
    if not isinstance(norm, LpNorm) or norm.p in (1, sp.oo):
        return Oracle(operator).forward(**arrays)
    if not norm.p.is_Rational:
        raise UnsupportedError(f"no interval is known for the exponent {norm.p}")
    p = Fraction(int(norm.p.p), int(norm.p.q))
    windows = Oracle(operator).windows(arrays["input"])
    power = p.numerator if p.denominator == 1 else p
    flat = np.empty(len(windows), dtype=object)
    flat[:] = [Enclosure.of(sum(abs(x) ** power for x in window)) ** (1 / p) for window in windows]
    return flat.reshape(operator.output_shape)


def _output_at(derivation: Worked, arrays: Any, where: str, got: Array | None = None) -> Check:
    subject, operator = derivation.names.output, derivation.operator
    if got is None:
        got = operator.forward(**forward_arrays(arrays))
    enclosures = {role: enclosed(array) for role, array in forward_arrays(arrays).items()}
    try:
        expected = reference_output(operator, enclosures)
    except UnsupportedError as error:
        return _undecided(subject, str(error))
    return agree(subject, got, expected, where)


def _quotients(derivation: Worked, subject: str, arrays: Any, got: Array) -> Check:
    """The gradient against central quotients of the reference's Σ G·C."""
    operator = derivation.operator
    fixed = {role: enclosed(array) for role, array in forward_arrays(arrays).items()}
    every = list(indices(operator.input_shape))
    chosen = list(sample(every, MOST_QUOTIENTS))
    for index in chosen:
        ends = []
        for move in (STEP, -STEP):
            moved = fixed["input"].copy()
            moved[index] = moved[index] + move
            output = Oracle(operator).forward(**{**fixed, "input": moved})
            ends.append(np.sum(enclosed(arrays["upstream"]) * output))
        quotient = (ends[0] - ends[1]) / (2 * STEP)
        differ = apart(Enclosure.of(got[index]), quotient, QUOTIENT_DIGITS, STEP)
        if differ is not False:
            verdict = Verdict.UNDECIDED if differ is None else Verdict.FAILED
            at = [i + derivation.names.base for i in index]
            detail = f"Entry {at} is {got[index]}, the quotient {float(quotient):.12g}."
            return Check(subject, Method.QUOTIENT, verdict, str(got[index]), str(quotient), "", detail)
    scope = f"{covered(len(chosen), len(every))}, {QUOTIENT_DIGITS} digits"
    return Check(subject, Method.QUOTIENT, Verdict.PASSED, "taps", "enclosed central quotients", scope)


def _reference_gradient(derivation: Worked, wrt: Argument, arrays: Any) -> Array:
    own = {role: enclosed(arrays[role]) for role in ("upstream", "input", "weight") if role in arrays}
    return Oracle(derivation.operator).backward(wrt, **own)


def _undecided(subject: str, why: str) -> Check:
    detail = f"Not decided: {why}."
    return Check(subject, Method.INTERVAL, Verdict.UNDECIDED, "exact", "enclosures", "", detail)
