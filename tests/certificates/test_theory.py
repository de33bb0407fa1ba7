"""The theory's files: complete, honest, and accepted by Coq and by coqchk."""

from __future__ import annotations

import re
import subprocess
from importlib.resources import files
from pathlib import Path

import pytest

from symconv.certificates import theory
from symconv.certificates.coq import LIBRARIES
from symconv.certificates.general import GENERAL
from symconv.theorems import THEOREMS

THEOREM = re.compile(r"^(?:Theorem|Lemma|Corollary) (\w+)", re.MULTILINE)


def imported(name: str) -> set[str]:
    found = re.findall(r"From SymConv Require (?:Import|Export) ([\w ]+)\.", theory.text(name))
    return {word for line in found for word in line.split()}


def behind(name: str) -> set[str]:
    """Everything that a file builds on."""
    return {name}.union(*map(behind, theory.THEORY[name]))


def test_every_file_of_the_theory_has_its_place_in_the_order() -> None:
    there = {
        Path(file.name).stem
        for file in (files("symconv.certificates") / "theory").iterdir()
        if file.name.endswith(".v")
    }
    assert there == set(theory.THEORY)
    seen: set[str] = set()
    for name, needs in theory.THEORY.items():
        assert seen.issuperset(needs), name
        seen.add(name)


@pytest.mark.parametrize("name", theory.THEORY)
def test_a_file_imports_only_what_it_is_compiled_after(name: str) -> None:
    assert imported(name) <= behind(name) - {name}


@pytest.mark.parametrize("name", theory.THEORY)
def test_nothing_is_admitted_or_assumed(name: str) -> None:
    text = re.sub(r"\(\*.*?\*\)", "", theory.text(name), flags=re.DOTALL)
    assert not re.search(r"\b(?:Admitted|admit|Axioms?|Parameters?|Conjecture|give_up|Unset)\b", text)
    # a hypothesis outside of a section would be an axiom
    depth = 0
    for line in text.splitlines():
        depth += line.startswith("Section ") - line.startswith("End ")
        assert depth or not re.match(r"(?:Hypothes[ie]s|Variables?|Context)\b", line), line


@pytest.mark.parametrize("name", theory.THEORY)
def test_the_header_of_a_file_names_theorems_that_it_has(name: str) -> None:
    header = theory.text(name).partition("*)")[0]
    lists = re.findall(r"^     (\w+_\w+(?:, \w+)*)", header, re.MULTILINE)
    words = {word for listed in lists for word in listed.split(", ")}
    defined = set(THEOREM.findall(theory.text(name)))
    assert words <= defined


def test_the_theorems_for_all_sizes_are_named_as_the_reports_name_them() -> None:
    proofs = {proof for rows in GENERAL.values() for _, _, proof in rows}
    defined = {name for file in theory.THEORY for name in THEOREM.findall(theory.text(file))}
    assert proofs <= defined
    assert list(THEOREMS) == sorted(GENERAL, key=list(THEOREMS).index)


@pytest.mark.coq
def test_coqchk_accepts_the_theory(theory_folder: Path) -> None:
    modules = [part for name in theory.THEORY for part in ("-norec", f"SymConv.{name}")]
    run = subprocess.run(
        ["coqchk", "-silent", *LIBRARIES, *modules],
        cwd=theory_folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stdout + run.stderr
