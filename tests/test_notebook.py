"""Notebooks: what objects look like in one, and the committed one, run again."""

from __future__ import annotations

import copy
import importlib
import re
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import pytest
from layer_cases import CASES

import symconv as sc
from symconv import notebook
from symconv.checks.result import Check, Checks, Method, Verdict
from symconv.layers import Layer
from symconv.theorems import THEOREMS

NOTEBOOK = Path(__file__).parents[1] / "reports" / "homework.ipynb"
A = [[4, 5, 2], [3, 3, 2], [4, 3, 4]]
B = [[1, 2], [3, 4]]
OBJECTS: dict[str, Any] = {
    "layer": sc.Conv2d(stride=2),
    "derivation in symbols": sc.Conv2d().derive((4, 4), (2, 2)),
    "derivation in numbers": sc.Conv2d().derive(A, B, upstream=[[1, 1], [1, 1]]),
    "chain": sc.Sequential(sc.Conv2d(), sc.ReLU(), sc.Sum()).derive(A, B),
    "index formula": sc.Conv2d(stride=2).general("input"),
    "theorem": sc.theorems.lp_pool_limit(),
    "instance": sc.theorems.lp_pool_limit().instance([3, 1]),
    "checks": sc.Conv2d().derive(A, B).check(),
    "report": sc.solve("starter"),
}


def plain(shown: Any) -> str:
    return notebook.bundle(shown)["text/plain"]


@pytest.mark.parametrize("name", OBJECTS)
def test_every_object_has_html_latex_and_text(name: str) -> None:
    shown = notebook.bundle(OBJECTS[name])
    assert set(shown) == {"text/html", "text/latex", "text/plain"}
    ET.fromstring(shown["text/html"])
    assert "script" not in shown["text/html"]
    assert shown["text/plain"].strip()


@pytest.mark.parametrize("name", ["derivation in symbols", "derivation in numbers", "chain", "index formula"])
def test_objects_show_themselves_in_their_notation(name: str) -> None:
    letters = {"A": "Θ", "B": "Φ", "C": "Ψ", "E": "Ω"}
    shown = notebook.bundle(OBJECTS[name].in_notation(sc.Notation(letters)))
    assert shown["text/plain"] == plain(OBJECTS[name]).translate(str.maketrans(letters)).replace(
        "Ψonv", "Conv"
    )
    assert r"\boldsymbol{\Psi}" in shown["text/latex"]
    assert r"\mathbf" not in shown["text/latex"].replace(r"\mathbf{R}", "").partition(r"\fi")[2]


def test_every_kind_that_is_registered_exists_and_has_a_glance() -> None:
    for module, name in notebook.SHOWN:
        kind = getattr(importlib.import_module(module), name)
        assert notebook.glance.dispatch(kind) is not notebook.glance.dispatch(object)


@pytest.mark.parametrize("name", CASES)
def test_every_layer_has_a_glance(name: str) -> None:
    layer: Layer = CASES[name].layer
    assert plain(layer).startswith(f"{layer.name}(")


def test_numbers_are_arrays_with_every_gradient() -> None:
    shown = plain(OBJECTS["derivation in numbers"])
    assert "C = ⎡35  26⎤" in shown
    for gradient in ("⎡1  3   2⎤", "⎡15  12⎤", "── = 4"):
        assert gradient in shown
    assert "✓ checked: exact, symbolic" in shown


def test_symbols_are_a_few_sums_and_their_number() -> None:
    shown = plain(OBJECTS["derivation in symbols"])
    assert "C₁₁ = A₁₁·B₁₁ + A₁₂·B₁₂ + A₂₁·B₂₁ + A₂₂·B₂₂" in shown
    assert "the first 3 of 9 entries" in shown


def test_a_large_array_shows_its_corner_and_its_size() -> None:
    image = [[i * j % 7 for j in range(9)] for i in range(9)]
    shown = plain(sc.Conv2d(bias=False).derive([image, image], [[[[1]], [[1]]]]))
    assert "⋯" in shown
    assert "⋮" in shown
    assert "81 entries, 1 × 9 × 9" in shown


def test_what_did_not_pass_comes_first_however_many_checks_there_are() -> None:
    passed = tuple(Check(f"subject {n}", Method.EXACT, Verdict.PASSED, "", "") for n in range(40))
    bad = Check("the bad one", Method.CLAIM, Verdict.FAILED, "1", "2", "", "1 is not 2.")
    shown = plain(Checks((*passed, bad)))
    assert shown.index("the bad one") < shown.index("subject 0")
    assert "✗ 1 of 41 checks failed, 40 passed" in shown
    assert "and 17 more lines, all passed" in shown


@pytest.mark.parametrize("name", THEOREMS)
def test_every_theorem_shows_its_statement_and_its_verdict(name: str) -> None:
    shown = plain(THEOREMS[name]())
    assert shown.startswith(f"│ Theorem. {THEOREMS[name].title}")
    assert re.search(r"✓ all \d+ checks passed$", shown)


def test_the_committed_notebook_runs_and_its_outputs_are_current(
    update_reports: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    nbformat, nbclient = pytest.importorskip("nbformat"), pytest.importorskip("nbclient")
    monkeypatch.setenv("PYDEVD_DISABLE_FILE_VALIDATION", "1")
    committed = nbformat.read(NOTEBOOK, as_version=4)
    run = copy.deepcopy(committed)
    nbclient.NotebookClient(run, timeout=120, kernel_name="python3", record_timing=False).execute()
    run.metadata = {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }
    if update_reports:
        nbformat.write(run, NOTEBOOK)
        committed = run
    for cell, before in zip(run.cells, committed.cells, strict=True):
        assert cell.get("outputs") == before.get("outputs"), cell.source
    outputs = [output for cell in run.cells for output in cell.get("outputs", ())]
    assert not [output for output in outputs if output.output_type in ("error", "stream")]
    assert sum("text/html" in output.data for output in outputs) > 6
