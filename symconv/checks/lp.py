"""The LP norm's gradient: its rule by SymPy's ``diff``, and difference quotients that enclose it."""

from __future__ import annotations

import numpy as np
import sympy as sp

from symconv.checks.comparing import covered, shown_index
from symconv.checks.interval import decide
from symconv.checks.jacobian import sample, tie_free
from symconv.checks.result import Check, Method, Verdict
from symconv.checks.sampling import generator
from symconv.derivation.derivation import Worked
from symconv.exact import indices
from symconv.number import symbolic
from symconv.reductions import LpNorm


def lp_slopes(derivation: Worked, subject: str) -> tuple[Check, ...]:
    """The slopes of the norms of all windows, for finite p.

    N_p is convex for p ≥ 1, so its slope lies between the quotients to the left and to the right.
    """
    operator = derivation.operator
    norm = operator.reduction
    assert isinstance(norm, LpNorm)
    sizes = sorted({len(list(operator.taps_at("out", index))) for index in indices(operator.output_shape)})
    rule = Verdict.PASSED if all(map(norm.slope_is_derivative, sizes)) else Verdict.FAILED
    checks = [
        Check(
            subject, Method.SYMBOLIC, rule, "slope of a window", "SymPy's diff", f"windows of {sizes} entries"
        )
    ]
    if norm.p.is_number and norm.p >= 1:
        checks.append(_enclosed(derivation, subject))
    return tuple(checks)


def _enclosed(derivation: Worked, subject: str) -> Check:
    """Every entry of the gradient between one-sided difference quotients of Σ y over the windows' norms."""
    operator = derivation.operator
    arrays = {"input": tie_free(operator.input_shape, generator(), signed=True)}
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
            detail = f"Entry {list(shown_index(derivation, index))} is not shown to lie between its difference quotients."
            return Check(subject, Method.INTERVAL, worst, str(slope), f"[{sides[0]}, {sides[1]}]", "", detail)
    scope = covered(len(chosen), got.size)
    return Check(subject, Method.INTERVAL, Verdict.PASSED, "slope", "one-sided difference quotients", scope)
