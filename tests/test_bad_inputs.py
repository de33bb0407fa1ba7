"""Bad input through the real program: one sentence, status 2, and no file of an earlier run is touched."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import pytest
from bad_inputs import BAD_FILES, BAD_SIZES, GOOD, Bad

from symconv.cli import main
from symconv.pipeline import LIMIT


class Run(NamedTuple):
    """What a wrong command line is told."""

    name: str
    arguments: tuple[str, ...]
    sentence: str


HUGE = "must need at most"
"""How a problem is refused that is right but too large."""

TOO_LARGE = (
    Bad("padding without end", "stride = 1", "padding = 1_000_000_000_000", f"layers.conv: {HUGE}"),
    Bad("padding of a large image", "stride = 1", "padding = 100_000", f"layers.conv: {HUGE}"),
    Bad(
        "window without end",
        "padding = 0",
        "padding = [50_000_000, 0]",
        "layers.max.padding: must be at most",
    ),
    Bad("dilation beyond 64 bits", "stride = 1", f"dilation = {10**20}", "layers.conv: the kernel reaches"),
    Bad(
        "exponent without end", "norm_type = 2", "norm_type = 1_000_000_000", "layers.pool.norm_type: must be"
    ),
    Bad(
        "more outputs than can be held",
        'type = "MaxPool2d"\ninput = "A"\noutput = "M"\nkernel_size = 2\npadding = 0',
        f'type = "AdaptiveAvgPool2d"\ninput = "A"\noutput = "M"\noutput_size = {10**20}',
        f"layers.max: {HUGE}",
    ),
    Bad(
        "a large window in larger padding",
        "kernel_size = 2\npadding = 0",
        "kernel_size = 100_000_000\npadding = 50_000_000",
        "layers.max",
    ),
)
"""Sizes that would fill the memory or take for ever if they were not refused first."""

RUNS = (
    Run("missing file", ("nowhere.toml",), "nowhere.toml: no such file or shipped problem; known: "),
    Run("folder for a file", ("folder",), "folder: cannot be read: Is a directory"),
    Run("not text", ("binary.toml",), "binary.toml: must be text in UTF-8; byte 1 is not"),
    Run("name too long", ("x" * 5000,), f"{'x' * 5000}: cannot be read: File name too long"),
    Run("unknown format", ("good.toml", "--format", "pdff"), "--format: unknown format 'pdff'; "),
    Run("limit too low", ("good.toml", "--limit", "15"), f"good.toml: layers.conv: {HUGE} 15 products, not 16; --limit "),
    Run("limit of 0", ("good.toml", "--limit", "0"), "symconv solve: argument --limit: must be an integer >= 1, not '0' "),
    Run("limit in words", ("good.toml", "--limit", "9**9"), "symconv solve: argument --limit: must be an integer >= 1, not '9**9' "),
    Run("unknown option", ("good.toml", "--fromat", "tex"), "symconv: unrecognized arguments: --fromat tex"),
    Run("folder within a file", ("good.toml", "--out", "binary.toml/out"), "binary.toml/out: cannot be written: Not a directory"),
    Run("file for the folder", ("good.toml", "--out", "binary.toml"), "binary.toml: cannot be written: File exists"),
    Run("folder with a long name", ("good.toml", "--out", "y" * 300), f"{'y' * 300}: cannot be written: File name too long"),
    Run("folder where a report goes", ("good.toml", "--out", "taken"), "taken/good.html: cannot be written: Is a directory"),
)  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder with problems, and what stands for an earlier report in the places where reports go."""
    (tmp_path / "good.toml").write_text(GOOD, encoding="utf-8")
    (tmp_path / "binary.toml").write_bytes(b"\xff\xfe\x00")
    (tmp_path / "folder").mkdir()
    (tmp_path / "taken/good.html").mkdir(parents=True)  # no file can be moved here
    for name in ("symconv-report/bad", "symconv-report/good"):
        (tmp_path / name).mkdir(parents=True)
        (tmp_path / name / f"{Path(name).name}.html").write_text("earlier", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def tree(folder: Path) -> Mapping[str, bytes | None]:
    """Every file below a folder with what it holds; None for a folder."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() if path.is_file() else None
        for path in folder.rglob("*")
    }


def status(*arguments: str) -> int:
    """The exit status, whether it is returned or raised by argparse."""
    try:
        return main(arguments)
    except SystemExit as leaving:
        return int(str(leaving.code))


def refused(folder: Path, capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """The one sentence with which ``symconv solve`` refuses, having changed nothing."""
    before = tree(folder)
    assert status("solve", *arguments) == 2
    assert tree(folder) == before
    out, err = capsys.readouterr()
    assert out == ""
    (sentence,) = err.splitlines()
    assert err == f"{sentence}\n"
    return sentence


def test_the_good_problem_is_solved_and_replaces_the_earlier_report(folder: Path) -> None:
    assert status("solve", "good.toml") == 0
    report = folder / "symconv-report/good/good.html"
    assert report.read_text("utf-8") != "earlier"
    assert all("." in path.stem or path.stem == "good" for path in report.parent.iterdir())


@pytest.mark.parametrize("bad", BAD_FILES, ids=lambda bad: bad.name)
def test_bad_file_is_refused_in_one_sentence(
    bad: Bad, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "bad.toml").write_text(bad.text, encoding="utf-8")
    assert refused(folder, capsys, "bad.toml") == f"bad.toml: {bad.complaint}"


@pytest.mark.parametrize("bad", BAD_SIZES, ids=lambda bad: bad.name)
def test_sizes_that_do_not_fit_are_refused_in_one_sentence(
    bad: Bad, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "bad.toml").write_text(bad.text, encoding="utf-8")
    assert refused(folder, capsys, "bad.toml").startswith(f"bad.toml: {bad.complaint}")


@pytest.mark.parametrize("run", RUNS, ids=lambda run: run.name)
def test_wrong_use_is_refused_in_one_sentence(
    run: Run, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert refused(folder, capsys, *run.arguments).startswith(run.sentence)


def test_a_million_products_are_the_limit_unless_it_is_raised(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    row = f"[{', '.join(['1'] * 1002)}]"
    matrix = f"[{', '.join([row] * 1001)}]"
    text = GOOD.replace("[[1, 2, 3], [4, 5, 6], [7, 8, 9]]", matrix)
    (folder / "bad.toml").write_text(text, encoding="utf-8")
    sentence = refused(folder, capsys, "bad.toml")
    assert (
        sentence
        == "bad.toml: layers.conv: must need at most 1,000,000 products, not 4,004,000; --limit raises the bound"
    )
    assert LIMIT == 1_000_000


# --- the program itself, in a process of its own ---

ROOT = Path(__file__).parent.parent
PROGRAM = f"""
import resource, sys
resource.setrlimit(resource.RLIMIT_AS, (4 << 30, 4 << 30))
sys.path.insert(0, {str(ROOT)!r})
import symconv.__main__
"""


def refused_by_the_program(folder: Path, *arguments: str) -> str:
    """The one sentence with which the program refuses, in little memory and in time, having changed nothing."""
    before = tree(folder)
    command = [sys.executable, "-c", PROGRAM, *arguments]
    run = subprocess.run(command, capture_output=True, text=True, cwd=folder, timeout=30, check=False)
    assert (run.returncode, run.stdout) == (2, ""), run.stderr
    assert tree(folder) == before
    (sentence,) = run.stderr.splitlines()
    return sentence


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("solve", "nowhere.toml"), "nowhere.toml: no such file"),
        (("solve", "code.toml"), "code.toml: arrays.A[2, 2]: must be a number"),
        (("solve", "good.toml", "--out", "binary.toml"), "binary.toml: cannot be written"),
        (("derive", "conv2d", "--input", "2x2", "--kernel", "3x3"), "the kernel reaches over 3 positions"),
        (("new", "good.toml"), "good.toml: exists already"),
    ],
)
def test_program_refuses_without_a_traceback(arguments: tuple[str, ...], sentence: str, folder: Path) -> None:
    code = GOOD.replace("[4, 5, 6]", "[4, \"__import__('os')\", 6]")
    (folder / "code.toml").write_text(code, encoding="utf-8")
    assert sentence in refused_by_the_program(folder, *arguments)


@pytest.mark.parametrize("bad", TOO_LARGE, ids=lambda bad: bad.name)
def test_program_refuses_what_would_fill_the_memory_or_take_for_ever(bad: Bad, folder: Path) -> None:
    (folder / "bad.toml").write_text(bad.text, encoding="utf-8")
    assert refused_by_the_program(folder, "solve", "bad.toml").startswith(f"bad.toml: {bad.complaint}")
