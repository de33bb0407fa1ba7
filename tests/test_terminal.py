"""The terminal: colours and widths where one listens, plain text where it is piped."""

from __future__ import annotations

import io
import os
import re
import sys
import webbrowser
from pathlib import Path
from typing import Any

import pytest
from printing.samples import FORMULAS

from symconv import terminal
from symconv.checks.result import Verdict
from symconv.cli import main
from symconv.display import Role
from symconv.pipeline import derive, prove, solve
from symconv.printing.boxes import INKS
from symconv.printing.text import block, box
from symconv.render import ansi, text
from symconv.render.sheet import Sheet
from symconv.report import Report
from tests.render.sample import FAILED, UNDECIDED, hostile, sample

ESCAPE = re.compile(r"\x1b\[[\d;]*m")
DERIVE = ["derive", "conv2d", "--input", "3x3", "--kernel", "2x2"]


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


@pytest.fixture
def report() -> Report:
    from symconv import Conv2d

    return derive(Conv2d(bias=False), (3, 3), (2, 2), "input", None)


def shown(
    report: Report,
    monkeypatch: pytest.MonkeyPatch,
    columns: int = 100,
    stream: Any = None,
    **environment: str,
) -> str:
    for name in ("NO_COLOR", "TERM"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(sys, "stdout", stream or Terminal())
    monkeypatch.setattr(terminal, "get_terminal_size", lambda: os.terminal_size((columns, 30)))
    return terminal.page(report)


@pytest.mark.parametrize("document", [sample(), sample(FAILED, UNDECIDED), hostile()])
def test_colours_change_no_character(document: Any) -> None:
    plain, coloured = (text.render(Sheet(document), colour=colour) for colour in (False, True))
    assert ESCAPE.sub("", coloured) == plain
    assert "\x1b" not in plain


@pytest.mark.parametrize("name", FORMULAS)
def test_roles_in_a_box_change_no_character_and_keep_their_places(name: str) -> None:
    marked = box(FORMULAS[name], colour=True)
    assert tuple(line.rstrip() for line in marked.lines) == block(FORMULAS[name])
    for line, inks in zip(marked.lines, marked.inks or (), strict=False):
        assert len(line) == len(inks)
        assert not [ink for character, ink in zip(line, inks, strict=True) if ink != " " and character == " "]


def test_every_role_and_verdict_has_a_colour() -> None:
    from typing import get_args

    assert set(INKS) == set(get_args(Role))
    assert set(ansi.VERDICTS) == set(Verdict)
    assert len({ansi.VERDICTS[verdict] for verdict in Verdict}) == len(Verdict)


def test_the_factors_of_a_gradient_are_told_apart(report: Report, monkeypatch: pytest.MonkeyPatch) -> None:
    coloured = shown(report, monkeypatch)
    assert "\x1b[33mB₁₁\x1b[0m" in coloured
    assert "\x1b[34m∂C₁₁\x1b[0m" in coloured
    assert "\x1b[32m✓ checked: exact, symbolic\x1b[0m" in coloured


@pytest.mark.parametrize("environment", [{"NO_COLOR": "1"}, {"TERM": "dumb"}])
def test_colours_can_be_declined(
    environment: dict[str, str], report: Report, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "\x1b" not in shown(report, monkeypatch, **environment)


def test_what_is_piped_is_plain_and_as_wide_as_ever(report: Report, monkeypatch: pytest.MonkeyPatch) -> None:
    piped = shown(report, monkeypatch, 200, io.StringIO())
    assert piped == text.render(Sheet(report.document))


@pytest.mark.parametrize(("columns", "width"), [(40, 79), (80, 79), (100, 99), (300, 120)])
def test_lines_are_as_wide_as_the_terminal_within_bounds(
    columns: int, width: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = ESCAPE.sub("", shown(prove("lp-limit", [3, 1]), monkeypatch, columns))
    widest = max(map(len, page.splitlines()))
    assert widest <= width
    assert widest > width - 12


def test_a_command_on_a_terminal_is_coloured(monkeypatch: pytest.MonkeyPatch) -> None:
    stream = Terminal()
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr(sys, "stdout", stream)
    assert main(DERIVE) == 0
    assert "\x1b[33m" in stream.getvalue()


def test_open_shows_the_page_and_writes_it_if_it_was_not_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[str] = []
    monkeypatch.setattr(webbrowser, "open", lambda address: opened.append(address) or True)
    assert main(["solve", "starter", "--format", "txt", "--open", "--out", str(tmp_path)]) == 0
    assert opened == [(tmp_path / "starter.html").as_uri()]
    assert (tmp_path / "starter.html").exists()


def test_without_a_browser_a_sentence_says_what_to_open(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(webbrowser, "open", lambda address: False)
    assert main(["solve", "starter", "--open", "--out", str(tmp_path)]) == 0
    assert (
        capsys.readouterr().err == f"no browser could be started; open {tmp_path / 'starter.html'} in one\n"
    )


def test_a_summary_is_the_report_s(capsys: pytest.CaptureFixture[str]) -> None:
    report = solve("starter")
    terminal.summarise(report, ())
    out = capsys.readouterr().out
    assert f"{len(report.checks)} of {len(report.checks)} checks passed" in out
