"""The checks of single entries: the part that is cut out is what the entry depends on, and mistakes are found."""

from __future__ import annotations

from math import prod
from typing import Any

import numpy as np
import pytest
import sympy as sp
from layer_cases import CASES, Case, random_arrays

from symconv.axes import Fractional, Sliding
from symconv.checks import part as parts
from symconv.checks.derivation import check_gradient, check_output
from symconv.checks.entry import check_entry
from symconv.checks.oracle import Oracle
from symconv.checks.part import OutsideError, part_of, smaller
from symconv.checks.result import Checks, Method
from symconv.checks.surroundings import surrounds
from symconv.derived import Derivation
from symconv.exact import indices
from symconv.layers import (
    AdaptiveAvgPool2d,
    AdaptiveMaxPool2d,
    AvgPool2d,
    Conv2d,
    ConvTranspose2d,
    FractionalMaxPool2d,
    LPPool2d,
    MaxPool2d,
)
from symconv.operator import Operator
from symconv.reductions import Mean
from symconv.taps import Taps

CUT = [name for name, case in CASES.items() if not surrounds(case.operator(case.input, case.weight))]
"""The layers of which a part is checked; those around them are checked as a whole."""
NOT_LP = [name for name in CUT if not name.startswith("lp")]
LARGE = {
    "conv": Conv2d(stride=2, padding=3).derive((3, 30, 30), (4, 3, 7, 7)),
    "conv, batch and groups": Conv2d(groups=2, dilation=2, padding=1).derive((2, 4, 20, 20), (4, 2, 3, 3)),
    "max": MaxPool2d(3, 2, padding=1, ceil_mode=True).derive((4, 90, 90)),
    "max, dilation": MaxPool2d(3, 2, dilation=2).derive((12, 34, 34)),
    "average": AvgPool2d(3, 2, padding=1, ceil_mode=True, count_include_pad=False).derive((4, 90, 90)),
    "average, padding counted": AvgPool2d(4, 3, padding=2, ceil_mode=True).derive((3, 120, 121)),
    "lp": LPPool2d(3, 3, 2).derive((4, 90, 90)),
    "lp, symbol": LPPool2d(sp.Symbol("p", positive=True), 3, 2).derive((4, 90, 90)),
    "lp, infinity": LPPool2d(sp.oo, 3, 2, ceil_mode=True).derive((12, 30, 30)),
    "adaptive average": AdaptiveAvgPool2d(7).derive((8, 60, 61)),
    "adaptive max": AdaptiveMaxPool2d((7, None)).derive((8, 60, 61)),
    "conv, circular": Conv2d(padding=2, padding_mode="circular").derive((3, 20, 20), (4, 3, 5, 5)),
    "conv transpose": ConvTranspose2d(stride=2, padding=1, output_padding=1).derive(
        (3, 20, 20), (3, 4, 4, 4)
    ),
    "fractional": FractionalMaxPool2d(2, 12, _random_samples=(0.3, 0.7)).derive((36, 26, 26)),
}


@pytest.fixture
def cut_always(monkeypatch: pytest.MonkeyPatch) -> None:
    """Cuts small layers too."""
    monkeypatch.setattr(parts, "WHOLE", 0)


def numbers(case: Case, operator: Operator) -> dict[str, Any]:
    arrays = random_arrays(case, 11)
    for role in operator.arguments:
        arrays.setdefault(role, np.zeros(operator.shape(role), dtype=object))
    return arrays


@pytest.mark.usefixtures("cut_always")
@pytest.mark.parametrize("name", NOT_LP)
def test_the_part_of_an_entry_gives_the_same_entry_as_the_whole(name: str) -> None:
    case = CASES[name]
    operator = case.operator(case.input, case.weight)
    arrays = numbers(case, operator)

    def result(operator: Operator, role: str, arrays: dict[str, Any]) -> Any:
        oracle = Oracle(operator)
        if role == "output":
            return oracle.forward(**{key: arrays[key] for key in operator.arguments})
        return oracle.backward(role, arrays["upstream"], arrays["input"], arrays.get("weight"))  # type: ignore[arg-type]

    for role in ("output", *operator.arguments):
        whole = result(operator, role, arrays)
        for index in indices(operator.shape(role)):
            part = part_of(operator, role, index)
            own = {key: part.of(key, array) for key, array in arrays.items()}
            assert result(part.operator, role, own)[part.local(role, index)] == whole[index]


def test_a_part_is_as_small_as_the_windows_that_meet_the_entry() -> None:
    operator = LARGE["conv"].operator
    shapes = [part_of(operator, role, (1, 8, 14)).operator.input_shape for role in ("output", "input")]
    assert shapes == [(3, 7, 5), (1, 16, 17)]
    assert prod(part_of(operator, "weight", (1, 1, 2, 2)).operator.input_shape) == 30 * 30


@pytest.mark.usefixtures("cut_always")
@pytest.mark.parametrize("name", CUT)
def test_the_checks_of_every_entry_of_every_layer_pass(name: str) -> None:
    derivation = CASES[name].derive()
    for wrt in (None, *derivation.operator.arguments):
        every = list(indices(derivation.operator.shape(wrt or "output")))
        for index in every[:: max(1, len(every) // 4)]:
            checks = Checks(check_entry(derivation, wrt, index))
            assert checks.passed, str(checks)


@pytest.mark.parametrize("name", LARGE)
def test_a_large_derivation_is_checked_at_a_sample_and_says_so(name: str) -> None:
    checks = LARGE[name].check()
    assert checks.passed, str(checks)
    own = [check for check in checks if "at input" not in check.scope]
    assert own
    for check in own:
        assert "sampled" in check.scope or "all" in check.scope or "around" in check.scope
    steps = next(check for check in checks if check.subject == "steps to C")
    total = prod(LARGE[name].operator.output_shape)
    assert steps.scope.startswith(f"9 of {total:,} entries, sampled")


def test_numbers_of_a_large_derivation_are_compared_with_the_reference() -> None:
    rng = np.random.default_rng(5)
    derivation = LARGE["conv"]
    arrays = {
        role: rng.integers(-9, 10, derivation.operator.shape(role if role != "upstream" else "output"))
        for role in ("input", "weight", "bias", "upstream")
    }
    put_in = derivation.substitute(**arrays)
    for wrt, index in ((None, (3, 14, 0)), ("input", (2, 0, 29)), ("weight", (0, 1, 6, 0)), ("bias", (2,))):
        checks = check_entry(put_in, wrt, index)  # type: ignore[arg-type]
        assert all(check.passed for check in checks)
        assert "the given numbers" in " ".join(check.scope for check in checks)
    wrong = put_in.arrays["input"].copy()
    wrong[0, 0, 0] += 1
    assert put_in.output_entry((0, 0, 0)) != put_in.substitute(input=wrong).output_entry((0, 0, 0))


def test_the_smaller_layer_has_the_same_general_formulas() -> None:
    for derivation in LARGE.values():
        small = Derivation(smaller(derivation.operator), derivation.names, derivation.arrays)
        is_smaller = prod(small.operator.input_shape) < prod(derivation.operator.input_shape)
        assert is_smaller or isinstance(small.operator.axes[-1], Fractional)
        for wrt in (None, *derivation.operator.arguments):
            assert small.general(wrt).steps == derivation.general(wrt).steps


# --- what is wrong is found ---


def failures(derivation: Derivation, wrt: Any, index: tuple[int, ...]) -> list[str]:
    return [
        f"{check.subject}: {check.method}" for check in Checks(check_entry(derivation, wrt, index)).failures
    ]


def test_a_tap_that_leads_out_of_the_part_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    original = Sliding.taps

    def shifted(axis: Sliding, size: int) -> Any:
        taps = original(axis, size)
        return type(taps)(taps.out, (taps.inp + 20) % size, taps.offset, taps.sizes)

    monkeypatch.setattr(Sliding, "taps", shifted)
    derivation = Conv2d(bias=False).derive((60, 60), (3, 3))
    checks = Checks(check_entry(derivation, None, (5, 5)))
    assert [check.subject for check in checks.failures] == ["C", "steps to C"]
    assert (
        checks.failures[0].detail
        == "Entry [6, 6]: input entry (25, 25), counted from 0, is read without reason."
    )


def test_a_lost_tap_of_one_entry_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    original = Taps.at
    monkeypatch.setattr(Taps, "at", lambda taps, key, index: original(taps, key, index)[1:])
    derivation = LARGE["conv"]
    for wrt, index in ((None, (0, 7, 7)), ("input", (0, 15, 15)), ("weight", (0, 0, 3, 3))):
        found = failures(derivation, wrt, index)
        assert any("NumPy reference" in name for name in found)
        assert any(name.startswith("steps to") for name in found)
    assert not derivation.check().passed


def test_a_wrong_divisor_of_one_window_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    original = Mean.cells_at
    monkeypatch.setattr(Mean, "cells_at", lambda mean, *at: original(mean, *at) + 1)
    assert failures(LARGE["average"], "input", (0, 40, 40)) == [
        f"∂E/∂A: {Method.REFERENCE}",
        f"∂E/∂A: {Method.QUOTIENT}",
        f"steps to ∂E/∂A: {Method.EXACT}",
    ]


def test_a_wrong_bound_of_a_general_formula_is_found_at_its_own_size(monkeypatch: pytest.MonkeyPatch) -> None:
    from symconv.axes import sliding

    monkeypatch.setattr(sliding, "ceiling", lambda quotient: sp.ceiling(quotient) + 1)
    derivation = Conv2d(bias=False).derive((60, 60), (3, 3))
    assert failures(derivation, "input", (30, 30)) == ["general formula of ∂E/∂A: exact"]


def test_an_entry_outside_of_the_part_is_an_error_in_a_sentence() -> None:
    with pytest.raises(
        OutsideError, match=r"input entry \(0, 0, 0\), counted from 0, is read without reason"
    ):
        part_of(LARGE["conv"].operator, "output", (0, 10, 10)).local("input", (0, 0, 0))


@pytest.mark.parametrize("wrt", [None, "input"])
@pytest.mark.parametrize("numbers", [False, True])
def test_a_mistake_at_an_entry_that_no_sample_meets_is_found_in_the_numbers(
    wrt: Any, numbers: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    derivation = AvgPool2d(3, 1).derive((60, 60))
    if numbers:
        derivation = derivation.substitute(input=np.arange(3600).reshape(60, 60), upstream=1)
    check = (lambda: check_output(derivation)) if wrt is None else (lambda: check_gradient(derivation, wrt))
    whole = check()[0]
    where = "the given numbers" if numbers else "seeded integers"
    assert (whole.passed, whole.scope) == (True, f"all {3364 if wrt is None else 3600:,} entries; {where}")
    name = "forward" if wrt is None else "backward"
    right = getattr(Operator, name)

    def wrong(operator: Operator, *arrays: Any, **named: Any) -> Any:
        result = right(operator, *arrays, **named).copy()
        if result.ndim:
            result[17, 23] += 1
        return result

    monkeypatch.setattr(Operator, name, wrong)
    assert not check()[0].passed
    assert "Entry [18, 24]" in check()[0].detail
