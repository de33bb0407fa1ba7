"""Laws over every theorem: it passes, its parts hang together, and a corrupted one does not pass."""

from __future__ import annotations

import doctest
import subprocess
import sys
from importlib import import_module
from itertools import islice
from typing import Any

import pytest
import sympy as sp

from symconv.checks.result import Method, Verdict
from symconv.display import Node
from symconv.errors import ArgumentError
from symconv.formula import Sum
from symconv.narrate.theorem import document
from symconv.printing.text import text
from symconv.render import FORMATS, render
from symconv.theorems import THEOREMS
from symconv.theorems.identity import IndexStep
from symconv.theorems.scaled import n, x
from symconv.theorems.theorem import ProofStep, Rounded, Theorem, step, verify_step
from symconv.theorems.verify import Case
from symconv.theorems.written import Written, claim
from symconv.value import replace

NUMBERS = {
    "output-size": (6, 3, 2),
    "output-size-ceil": (6, 3, 2),
    "input-sizes": (6, 3, 2),
    "delta-rule": (6, 3, 2, 1, 2),
    "input-gradient": (6, 3, 2, 1),
    "weight-gradient": (7, 3, 2, 1, 1),
    "group-gradients": (5, 3, 2),
    "conv-adjoint": (6, 3, 2, 1),
    "conv-toeplitz": (6, 3, 2, 1),
    "average-pooling": (6, 3, 2, 1),
    "max-gradient": (3, 5, 5),
    "full-correlation": (6, 3, 2, 1, 2),
    "lp-limit": (109, 92, 108, 85),
    "lp-signed": (-3, 2, sp.sqrt(2)),
    "lp-sum": (3, -2, sp.Rational(1, 2)),
    "lp-properties": (3, -4, 1),
    "lp-gradient": (5, 3, 5, 0),
    "power-mean-monotone": (1, 2, 4),
    "power-mean-max": (0, 2, 7),
    "power-mean-min": (3, 1, sp.pi),
    "power-mean-geometric": (1, 2, 4),
    "power-mean-zeros": (0, 2, 4),
}


def theorem(name: str) -> Theorem:
    return THEOREMS[name]()


def proving(found: Theorem) -> tuple[Any, ...]:
    """The steps; each proves a claim."""
    return found.steps


def on_one_geometry(found: Theorem) -> Theorem:
    """The theorem with its index sums compared at one geometry, which takes no time."""
    steps = tuple(
        replace(item, space=replace(item.space, grid=tuple(islice(item.space.grid, 1)), beyond=()))
        if isinstance(item, IndexStep)
        else item
        for item in found.steps
    )
    return replace(found, steps=steps)


def spoilt(item: Any) -> Any:
    """The step with another right side."""
    if isinstance(item, IndexStep):
        return replace(item, after=Sum((item.after, 1)))
    # Adding 1 leaves an inequality true; taking 1000 away from its right side does not.
    return replace(item, after=Written(item.claim.right.expr - 1000, item.claim.right.tree))


@pytest.mark.parametrize("name", THEOREMS)
def test_every_check_of_a_theorem_passes(name: str) -> None:
    checks = theorem(name).check()
    assert not checks.failures
    assert checks.passed


@pytest.mark.parametrize("name", THEOREMS)
def test_every_step_is_verified_by_two_means(name: str) -> None:
    found = theorem(name)
    checks = found.check()
    for index, item in enumerate(found.steps, 1):
        methods = {check.method for check in checks if check.subject == f"{name}, step {index}"}
        if isinstance(item, ProofStep):
            assert methods == {Method.SYMBOLIC, Method.INTERVAL}
        else:
            assert methods in ({Method.GRID, Method.REFERENCE}, {Method.GRID, Method.EXACT})


@pytest.mark.parametrize("name", THEOREMS)
def test_the_list_names_the_theorem_as_it_names_itself(name: str) -> None:
    found = theorem(name)
    assert (found.name, found.title) == (name, THEOREMS[name].title)
    assert found.hypotheses
    assert found.counterexamples


@pytest.mark.parametrize("name", THEOREMS)
def test_an_instance_passes_and_its_table_is_rectangular(name: str) -> None:
    instance = theorem(name).instance(NUMBERS[name])
    assert instance.check().passed
    assert instance.lines
    assert all(len(row) == len(instance.header) for row in instance.rows)
    assert all(isinstance(cell, Node | Rounded) for row in instance.rows for cell in row)


@pytest.mark.parametrize("name", THEOREMS)
def test_a_theorem_is_told_in_every_format(name: str) -> None:
    found = on_one_geometry(theorem(name))
    told = document(found, found.instance(NUMBERS[name]))
    for kind in FORMATS:
        page = render(told, kind)
        assert page.startswith(b"%PDF") if isinstance(page, bytes) else found.title in page


def test_the_list_has_the_numbers_of_every_theorem() -> None:
    assert set(NUMBERS) == set(THEOREMS)


@pytest.mark.parametrize("name", THEOREMS)
def test_a_step_with_another_right_side_does_not_pass(name: str) -> None:
    found = theorem(name)
    for item in found.steps:
        assert not all(check.passed for check in verify_step(spoilt(item), "a step", found)), item.rule


@pytest.mark.parametrize("name", THEOREMS)
def test_no_step_that_the_statement_or_another_step_uses_can_be_left_out(name: str) -> None:
    found = on_one_geometry(theorem(name))
    needed = {line.meaning for line in found.statement}
    needed |= {used.meaning for item in proving(found) for used in item.uses}
    left_out = 0
    for index, item in enumerate(proving(found)):
        if item.claim.meaning in needed:
            shorter = replace(found, steps=(*found.steps[:index], *found.steps[index + 1 :]))
            assert shorter.check().verdict is Verdict.FAILED, item.rule
            left_out += 1
    assert left_out >= len(found.statement)


@pytest.mark.parametrize("name", THEOREMS)
def test_without_samples_nothing_passes_by_intervals(name: str) -> None:
    found = theorem(name)
    bare = replace(found, samples=(), evidence=None, counterexamples=())
    by_intervals = [check for check in bare.check() if check.method is Method.INTERVAL]
    assert by_intervals or not any(isinstance(item, ProofStep) for item in found.steps)
    assert not any(check.passed for check in by_intervals)


@pytest.mark.parametrize("name", THEOREMS)
def test_a_statement_that_no_step_proves_fails(name: str) -> None:
    found = theorem(name)
    extra = claim(0, "≤", 1)
    failures = replace(found, statement=(*found.statement, extra)).check().failures
    assert [check.detail for check in failures] == ["No step proves this part of the statement."]


@pytest.mark.parametrize("name", THEOREMS)
def test_a_rounded_number_with_another_last_digit_fails(name: str) -> None:
    rows = theorem(name).instance(NUMBERS[name]).rows
    cells = [cell for row in rows for cell in row if isinstance(cell, Rounded)]
    for cell in cells:
        last = "1" if cell.shown.endswith("0") else "0"
        wrong = replace(cell, shown=cell.shown[:-1] + last)
        assert all(check.verdict is Verdict.FAILED for check in wrong.check())
    assert cells or THEOREMS[name].about == "geometry" or name in ("lp-sum", "max-gradient")


def test_a_step_cannot_use_what_comes_after_it() -> None:
    found = theorem("lp-limit")
    backwards = replace(found, steps=found.steps[::-1]).check()
    assert any("which no earlier step proves" in check.detail for check in backwards.failures)


def test_a_false_case_is_contradicted_by_the_samples() -> None:
    found = theorem("lp-limit")
    forced = step("nonsense", claim(x, "≤", n), "Because.", given=Case(terms=((x.expr, sp.S.Zero),)))
    failures = replace(found, steps=(*found.steps, forced)).check().failures
    assert [check.method for check in failures] == [Method.INTERVAL]


def test_a_limit_is_shown_with_its_variable() -> None:
    shown = {name: [text(found.shown(line)) for line in found.statement] for name, found in _all().items()}
    assert "lim_(p→∞) ‖x‖ₚ = M" in shown["lp-limit"]
    assert "M ≤ ‖x‖ₚ" in shown["lp-limit"]
    assert any("0" in line and line.startswith("lim") for line in shown["power-mean-zeros"])


def _all() -> dict[str, Theorem]:
    return {name: theorem(name) for name in THEOREMS}


def test_the_names_of_the_package_are_theorems_after_they_were_loaded() -> None:
    code = (
        "from symconv import theorems as t; loaded = [listed() for listed in t.THEOREMS.values()];"
        "names = [getattr(t, listed.function).name for listed in t.THEOREMS.values()];"
        "assert names == [theorem.name for theorem in loaded], names"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_listing_theorems_does_not_import_sympy() -> None:
    code = "import sys; from symconv.theorems import THEOREMS; list(THEOREMS); print('sympy' in sys.modules)"
    run = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    assert run.stdout.strip() == "False"


@pytest.mark.parametrize("name", [name for name in THEOREMS if THEOREMS[name].about == "window"])
@pytest.mark.parametrize("window", [[5], [3, 3], [1, 0], [sp.sqrt(2), sp.sqrt(2)]])
def test_an_instance_at_the_edge_of_the_hypotheses_passes_or_is_refused(name: str, window: list[Any]) -> None:
    try:
        instance = theorem(name).instance(window)
    except ArgumentError:
        return
    assert instance.check().passed, str(instance.check())


@pytest.mark.parametrize("name", [name for name in THEOREMS if THEOREMS[name].about == "geometry"])
@pytest.mark.parametrize("sizes", [[1, 1], [3, 3, 5], [1, 1, 1, 2], [4, 2, 3, 0, 2], [6, 2, 4, 1, 3]])
def test_an_instance_at_an_unusual_geometry_passes_or_is_refused(name: str, sizes: list[int]) -> None:
    try:
        instance = theorem(name).instance(sizes)
    except ArgumentError:
        return
    assert instance.check().passed, str(instance.check())


@pytest.mark.parametrize(
    "module", ["index_sums", "written", *dict.fromkeys(listed.module for listed in THEOREMS.values())]
)
def test_the_examples_of_the_docstrings_run(module: str) -> None:
    results = doctest.testmod(import_module(f"symconv.theorems.{module}"))
    assert results.attempted
    assert not results.failed
