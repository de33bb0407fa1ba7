"""The command: what it writes, what it says, and that nothing is called proved without the kernel."""

from __future__ import annotations

import hashlib
import json
import os
import resource
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from symconv.certificates import coq
from symconv.certificates.coq import Outcome, Source, Status
from symconv.certify import certify
from symconv.checks.result import Certificate, Check, Checks, Method, Verdict
from symconv.cli import main
from symconv.pipeline import solve
from symconv.render import USUAL
from symconv.render.words import badges

AXIOM = "Classical_Prop.classic"
SMALL = """
title = "Small"
arrays.A = [[1, 2, 0], [0, 1, 3], [2, 2, 1]]
arrays.B = [[1, -1], [2, 0]]
layers.conv = { type = "Conv2d", input = "A", weight = "B", output = "C" }
[[questions]]
id = "1"
ask = "forward"
layer = "conv"
[[questions]]
id = "2"
ask = "definition"
types = ["MaxPool2d"]
"""


@pytest.fixture
def small(tmp_path: Path) -> Path:
    file = tmp_path / "small.toml"
    file.write_text(SMALL, encoding="utf-8")
    return file


@pytest.fixture
def without_coq(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    empty = tmp_path / "nothing"
    empty.mkdir()
    monkeypatch.setenv("PATH", str(empty))


def pretend(monkeypatch: pytest.MonkeyPatch, outcome: Outcome) -> None:
    """A Coq that says this of every file of results."""

    def compile_all(sources: tuple[Source, ...], *rest: object) -> Mapping[str, Outcome]:
        return {s.path: outcome if s.states else Outcome(Status.ACCEPTED) for s in sources}

    monkeypatch.setattr(coq, "version", lambda: "0.0")
    monkeypatch.setattr(coq, "compile_all", compile_all)


def record(folder: Path) -> Any:
    return json.loads((folder / "certificates" / "certificates.json").read_text(encoding="utf-8"))


# --- without Coq ---


@pytest.mark.usefixtures("without_coq")
def test_without_coq_the_theorems_are_written_and_nothing_is_proved(
    small: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    assert main(["certify", str(small), "--out", str(out), "--format", "txt,json"]) == 0
    said = capsys.readouterr().out
    assert "4 theorems stated, not proved: coqc with Coquelicot is not installed" in said
    assert "not certified: question 2, the answer" in said
    assert (out / "certificates" / "theory" / "Operators.v").is_file()
    assert (out / "certificates" / "results" / "Question1_output.v").is_file()
    assert "make" in (out / "certificates" / "README.md").read_text(encoding="utf-8")
    assert {each["verdict"] for each in record(out)["theorems"]} == {"not run"}
    text = (out / "small.txt").read_text(encoding="utf-8")
    assert "nothing is proved" in " ".join(text.split())
    assert "✓ proved" not in text
    assert "certificates" not in {
        key for check in json.loads((out / "small.json").read_text())["checks"] for key in check
    }


@pytest.mark.usefixtures("without_coq")
def test_certifying_again_gives_the_same_bytes_and_replaces_the_folder(small: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    seen = []
    for _ in range(2):
        assert main(["certify", str(small), "--out", str(out), "--format", "txt"]) == 0
        files = sorted(path for path in out.rglob("*") if path.is_file())
        seen.append({path.relative_to(out): path.read_bytes() for path in files})
        (out / "certificates" / "results" / "Question9_old.v").touch()
    assert seen[0] == seen[1]


@pytest.mark.usefixtures("without_coq")
@pytest.mark.parametrize("place", ["file", "folder", "above"])
def test_a_place_that_cannot_be_used_is_one_sentence_and_stays_as_it_is(
    place: str, small: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    if place == "above":
        out.write_text("mine")
    else:
        out.mkdir()
        there = out / "certificates"
        if place == "folder":
            there.mkdir()
            (there / "mine.txt").write_text("mine")
        else:
            there.write_text("mine")
    assert main(["certify", str(small), "--out", str(out), "--format", "txt"]) == 2
    error = capsys.readouterr().err
    assert error.count("\n") == 1
    assert str(out) in error
    kept = [path for path in (out, *out.rglob("*")) if path.is_file()]
    assert [path.read_text() for path in kept] == ["mine"]


def test_solve_alone_proves_nothing(small: Path) -> None:
    assert not any(check.certificates for check in solve(small).checks)


# --- what the kernel says is what the report says ---


def test_an_accepted_result_is_proved_in_every_format(small: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pretend(monkeypatch, Outcome(Status.ACCEPTED, "", (AXIOM,)))
    report, made = certify(small)
    assert report.passed
    assert len(made.accepted) == 4
    for name in USUAL:
        assert "proved" in report.render(name)
    checks = json.loads(report.render("json"))["checks"]
    (own,) = (check for check in checks if "certificates" in check)
    assert own["subject"] == "C"
    assert own["scope"] == "4 of 4 entries"
    first = own["certificates"][0]
    assert first["theorem"] == "output_1_1"
    assert first["statement"] == "layer geometry input weight bias [0; 0] = (-1)%R"
    assert first["kernel"] == "Coq 0.0"
    assert first["assumptions"] == [AXIOM]
    file = next(source for source in made.sources if source.path == first["file"])
    assert first["sha256"] == hashlib.sha256(file.text.encode()).hexdigest()


@pytest.mark.parametrize(
    ("status", "verdict"), [(Status.REFUSED, "failed"), (Status.UNFINISHED, "undecided")], ids=str
)
def test_a_result_that_the_kernel_did_not_accept_is_a_check_that_did_not_pass(
    status: Status,
    verdict: str,
    small: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    pretend(monkeypatch, Outcome(status, "Coq says: no.", (), 20))
    out = tmp_path / "out"
    assert main(["certify", str(small), "--out", str(out), "--format", "txt"]) == 1
    said = capsys.readouterr().out
    assert said.startswith(f"{verdict}: C: results/Question1_output.v, theorem ")
    assert "0 of 4 theorems proved" in said
    text = (out / "small.txt").read_text(encoding="utf-8")
    assert "✓ proved" not in text
    assert verdict in text
    assert {each["verdict"] for each in record(out)["theorems"]} == {
        "refused" if status is Status.REFUSED else "undecided"
    }


def test_a_check_cannot_pass_by_a_kernel_without_a_certificate() -> None:
    with pytest.raises(ValueError, match="certificates"):
        Check("C", Method.KERNEL, Verdict.PASSED, "", "")
    certificate = Certificate("t", "True", "results/T.v", "0" * 64, "Coq 0.0", ())
    for method, verdict in ((Method.EXACT, Verdict.PASSED), (Method.KERNEL, Verdict.FAILED)):
        with pytest.raises(ValueError, match="certificates"):
            Check("C", method, verdict, "", "", certificates=(certificate,))


def test_proved_stands_beside_checked() -> None:
    certificate = Certificate("t", "True", "results/T.v", "0" * 64, "Coq 0.0", ())
    checks = Checks(
        (
            Check("C", Method.SYMBOLIC, Verdict.PASSED, "", ""),
            Check("C", Method.KERNEL, Verdict.PASSED, "", "", certificates=(certificate,)),
        )
    )
    assert badges(checks) == ((Verdict.PASSED, "checked: symbolic"), (Verdict.PASSED, "proved: Coq kernel"))


# --- how coqc is read ---


def test_assumptions_are_read_by_their_names() -> None:
    said = "Axioms:\nA.b : forall P,\n  P\nC.d\n  : nat\n"
    assert coq.assumptions(said) == ("A.b", "C.d")
    assert coq.assumptions("Closed under the global context\n") == ()
    assert coq.assumptions("") is None


@pytest.mark.parametrize(
    ("script", "status", "message"),
    [
        ("echo 'Closed under the global context'", Status.ACCEPTED, ""),
        ("echo 'Axioms:'; echo 'Mine.own : False'", Status.REFUSED, "It assumes Mine.own."),
        ("true", Status.REFUSED, "Coq did not say what its theorems assume."),
        (
            "echo 'File \"x\", line 7, characters 0-1:' >&2; echo 'Error: no.' >&2; exit 1",
            Status.REFUSED,
            "Coq says: no.",
        ),
        ("sleep 60", Status.UNFINISHED, "The limit of 0.5 seconds was reached; --timeout raises it."),
    ],
    ids=["closed", "axiom", "silent", "error", "slow"],
)
def test_a_file_is_accepted_only_when_coqc_compiles_it_and_says_what_it_assumes(
    script: str, status: Status, message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "coqc"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    sources = (Source("results/A.v", "", (), True), Source("results/B.v", "", ("results/A.v",), True))
    limit = 0.5 if status is Status.UNFINISHED else 60
    outcomes = coq.compile_all(sources, limit, lambda message: None)
    assert outcomes["results/A.v"].status is status
    assert outcomes["results/A.v"].message == message
    if status is not Status.ACCEPTED:
        assert outcomes["results/B.v"].status is Status.UNFINISHED
        assert "results/A.v" in outcomes["results/B.v"].message


# --- with Coq ---


@pytest.mark.coq
def test_the_whole_homework_is_proved_in_a_minute_on_two_cores(kernel: str) -> None:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    report, made = certify()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert report.passed
    assert made.kernel == kernel
    assert len(made.accepted) == sum(len(batch.statements) for batch in made.batches) > 100
    assert after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime < 2 * 60
