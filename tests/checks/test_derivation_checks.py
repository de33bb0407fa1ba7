"""The checks of derivations: they pass what is right, and each kind of mistake is caught by a check that names it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from layer_cases import CASES, random_arrays
from mutants import MUTANTS, Mutant

from symconv.checks.result import Check, Checks, Method, Verdict
from symconv.layers import AdaptiveMaxPool2d, Conv2d, FractionalMaxPool2d, MaxPool2d

PASSED, FAILED, UNDECIDED = Verdict.PASSED, Verdict.FAILED, Verdict.UNDECIDED


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
    checks = mutant.derivation().check()
    assert checks.verdict is FAILED
    assert set(mutant.caught_by) <= set(failed(checks))
    for check in checks.failures:
        assert check.left != check.right
        assert check.detail.endswith(".")
        assert "\n" not in check.detail


def test_the_mistakes_are_many_and_different() -> None:
    assert len({str(mutant) for mutant in MUTANTS}) == len(MUTANTS) >= 48


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
