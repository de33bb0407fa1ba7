"""Coq as a fixture, and the problems whose certificates are tested."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest
from outside import missing

from symconv.certificates import coq, theory
from symconv.certificates.coq import LIBRARIES


class Compiled(NamedTuple):
    """What coqc said, and the seconds of processor time that it took."""

    accepted: bool
    said: str
    seconds: float


@pytest.fixture(scope="session")
def kernel() -> str:
    """The version of the installed Coq, with Coquelicot."""
    return coq.version() or missing("coqc with Coquelicot")


@pytest.fixture(scope="session")
def theory_folder(kernel: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the compiled theory."""
    folder = tmp_path_factory.mktemp("theory")
    (folder / "theory").mkdir()
    (folder / "results").mkdir()
    for name in theory.THEORY:
        (folder / "theory" / f"{name}.v").write_text(theory.text(name), encoding="utf-8")
        run = _coqc(f"theory/{name}.v", folder)
        assert run.accepted, run.said
    return folder


@pytest.fixture(scope="session")
def compiled(theory_folder: Path) -> Callable[[str], Compiled]:
    """``compiled(text)`` has coqc compile a file of results."""

    def compile_text(text: str) -> Compiled:
        (theory_folder / "results" / "Test.v").write_text(text, encoding="utf-8")
        return _coqc("results/Test.v", theory_folder)

    return compile_text


def _coqc(path: str, folder: Path) -> Compiled:
    before = os.times()
    run = subprocess.run(
        ["coqc", "-q", "-w", "none", *LIBRARIES, path],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    after = os.times()
    seconds = after.children_user + after.children_system - before.children_user - before.children_system
    return Compiled(run.returncode == 0, run.stdout + run.stderr, seconds)
