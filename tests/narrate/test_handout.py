"""Handouts: sheets of questions say no answer, sheets of answers say no more than these."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any, get_args

import pytest
from layer_cases import CASES

from symconv import Conv2d, LPPool2d, MaxPool2d, solve
from symconv.cli import main
from symconv.document import Fold, Holder, Section, Space, Steps, Verdicts
from symconv.layers import LAYERS
from symconv.narrate import handout
from symconv.narrate.layer import layer_text
from symconv.problem import KINDS, shipped
from symconv.render import USUAL
from symconv.report import Report

HERE = Path(__file__).parents[1]
PROBLEMS = [*shipped(), *(str(file) for file in sorted((HERE / "problems").glob("*.toml")))]
HOMEWORK_ANSWERS = ("109", "92", "110", "34", "⌊", "MaxUnpool2d", "tends to", "passed")


def blocks(report: Report) -> list[Any]:
    def opened(parts: tuple[Any, ...]) -> list[Any]:
        inner = (opened(part.blocks) for part in parts if isinstance(part, Holder))
        return [*parts, *(block for part in inner for block in part)]

    return opened(report.document.blocks)


@pytest.mark.parametrize("make", [handout.blank, handout.result])
def test_every_kind_of_question_has_a_rule(make: Any) -> None:
    for question, _ in KINDS.values():
        assert make.dispatch(question) is not make.dispatch(object)


@pytest.mark.parametrize("name", USUAL)
def test_questions_hold_no_answer_in_any_format(name: str) -> None:
    shown = solve(handout="student").render(name)
    assert isinstance(shown, str)
    for answer in HOMEWORK_ANSWERS:
        body = re.sub(r"<style>.*?</style>|^.*?\\begin\{document\}|^.*?\\section\*", "", shown, flags=re.S)
        assert answer not in body.split("1.1(a)", 1)[-1], answer


def test_empty_places_have_the_shape_of_the_answers() -> None:
    shown = str(solve(handout="student").render("txt"))
    assert "C = ⎢□  □  □⎥" in shown
    assert "∂E   ⎢□  □  □  □  □⎥" in shown
    assert "    □ × □\n" in shown
    assert "MaxPool2d  Yᵢⱼ = □" in shown


def test_questions_keep_the_data_and_the_gradient_that_comes_back() -> None:
    shown = str(solve(handout="student").render("txt"))
    assert "MaxPool2d(kernel_size=2, stride=1)" in shown
    assert "∂C   ⎣1  1  1⎦" in shown
    assert "3  3  2  2  4" in shown


@pytest.mark.parametrize("problem", PROBLEMS)
def test_key_has_every_result_and_no_derivation(problem: str) -> None:
    report = solve(problem, handout="key")
    assert report.passed
    assert report.document.checks == report.checks
    kinds = {type(block) for block in blocks(report)}
    assert not kinds & {Steps, Fold, Verdicts, Space}
    sections = [block for block in report.document.blocks if isinstance(block, Section) and block.checks]
    assert len(sections) == len(report.answers)
    assert all(section.checks is not None and section.checks.passed for section in sections)


@pytest.mark.parametrize("problem", PROBLEMS)
def test_handouts_of_every_problem_are_rendered_in_every_format(problem: str) -> None:
    for kind in ("student", "key"):
        report = solve(problem, handout=kind)  # type: ignore[arg-type]
        assert all(report.render(name) for name in USUAL)


def test_a_sheet_of_questions_asserts_nothing() -> None:
    report = solve("starter", handout="student")
    assert report.document.checks is None
    assert report.passed
    data = json.loads(str(report.render("json")))
    assert data["checks"] == []
    assert data["verdict"] is None


def test_command_line_writes_handouts_under_names_of_their_own(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for kind in ("student", "key"):
        assert main(["solve", "starter", f"--{kind}", "--format", "md", "--out", str(tmp_path)]) == 0
    assert sorted(file.name for file in tmp_path.iterdir()) == ["starter-key.md", "starter-student.md"]
    with pytest.raises(SystemExit) as stopped:
        main(["solve", "--student", "--key"])
    assert stopped.value.code == 2
    assert "not allowed with" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("layer", "text"),
    [
        (Conv2d(), "Conv2d()"),
        (Conv2d(stride=2, padding=((1, 0), (1, 0)), bias=False), "Conv2d(stride=2, padding=(1, 0))"),
        (MaxPool2d(2), "MaxPool2d(kernel_size=2)"),
        (MaxPool2d((2, 3), 1, ceil_mode=True), "MaxPool2d(kernel_size=(2, 3), stride=1, ceil_mode=True)"),
        (LPPool2d(2, 3), "LPPool2d(norm_type=2, kernel_size=3)"),
    ],
)
def test_layers_are_written_without_their_defaults(layer: Any, text: str) -> None:
    assert layer_text(layer) == text


@pytest.mark.parametrize("name", CASES)
def test_every_layer_is_written_with_its_class(name: str) -> None:
    layer = CASES[name].layer
    written = layer_text(layer)
    assert written.startswith(f"{layer.name}(")
    assert layer.name in LAYERS


def test_the_kinds_of_handout_are_the_options_of_the_command_line() -> None:
    from symconv.pipeline import Handout

    assert set(get_args(Handout)) == {"full", "student", "key"}
