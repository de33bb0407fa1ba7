"""The command line: what it hands on, what it prints, and its exit status."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import sympy
from bad_inputs import BAD_FILES, GOOD

from symconv import __version__, report
from symconv.certificates.general import GENERAL
from symconv.checks.result import Check, Checks, Method, Verdict
from symconv.cli import COMMANDS, RUN, main
from symconv.document import Document, Paragraph
from symconv.errors import ArgumentError
from symconv.layers import LAYERS
from symconv.notation import USUAL as USUAL_LETTERS
from symconv.notation import Notation
from symconv.problem import load, shipped, starter
from symconv.render import FORMATS, USUAL
from symconv.theorems import THEOREMS

ROOT = Path(__file__).parent.parent
LIMIT = 1_000_000
PASSED = Check("C", Method.EXACT, Verdict.PASSED, "1", "1")
FAILED = Check("∂E/∂A", Method.CLAIM, Verdict.FAILED, "7", "8", detail="A[1, 2] is 7 = 3 + 4, not 8.")


@dataclass(frozen=True)
class Answer:
    id: str
    question: str
    answer: str
    verdict: Verdict


@dataclass(frozen=True)
class Report:
    """What the command line needs of a report."""

    checks: Checks
    answers: tuple[Answer, ...]
    title: str = "A [red]title[/red] :smile:"
    written: list[tuple[Path, tuple[str, ...]]] = field(default_factory=list)

    @property
    def passed(self) -> bool:
        return self.checks.passed

    @property
    def document(self) -> Document:
        return Document(self.title, "", (Paragraph(("words",)),), self.checks)

    failures = report.Report.failures
    summary = report.Report.summary

    def write(
        self,
        directory: Path,
        formats: tuple[str, ...] | None = None,
        *,
        processes: int = 1,
        style: object = None,
        ahead: object = None,
    ) -> tuple[Path, ...]:
        assert formats is not None
        self.written.append((directory, formats))
        return tuple(directory / f"report.{FORMATS[name].extension}" for name in formats)


GOOD_REPORT = Report(Checks((PASSED,)), (Answer("1", "How large?", "3 × 3", Verdict.PASSED),))
BAD_REPORT = Report(
    Checks((PASSED, FAILED)),
    (
        Answer("1", "How large?", "3 × 3", Verdict.PASSED),
        Answer("2", "Which gradient?", "a matrix", Verdict.FAILED),
    ),
)


class Pipeline(ModuleType):
    """A pipeline that remembers how it was called and gives the report that it was told to give."""

    def __init__(self) -> None:
        super().__init__("symconv.pipeline")
        self.report = GOOD_REPORT
        self.calls: list[tuple[Any, ...]] = []
        self.notations: list[Notation] = []
        self.error: BaseException | None = None

    def solve(
        self,
        problem: str,
        *,
        limit: int,
        handout: str,
        progress: Callable[[str], None] | None,
        processes: int,
        notation: Notation,
        ahead: object,
    ) -> Report:
        assert handout == "full"
        self.notations.append(notation)
        return self._called("solve", load(problem).name, limit, progress is not None)

    def derive(self, *arguments: object, notation: Notation) -> Report:
        self.notations.append(notation)
        return self._called("derive", *arguments)

    def matrix(self, *arguments: object, notation: Notation) -> Report:
        self.notations.append(notation)
        return self._called("matrix", *arguments)

    def size(self, *arguments: object, notation: Notation) -> Report:
        self.notations.append(notation)
        return self._called("size", *arguments)

    def prove(self, *arguments: object, notation: Notation) -> Report:
        self.notations.append(notation)
        return self._called("prove", *arguments)

    def _called(self, *call: object) -> Report:
        self.calls.append(call)
        if self.error:
            raise self.error
        return self.report


@pytest.fixture
def pipeline(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Pipeline:
    """A pipeline of the test's own, in an empty folder."""
    stand_in = Pipeline()
    GOOD_REPORT.written.clear()
    monkeypatch.setitem(sys.modules, "symconv.pipeline", stand_in)
    monkeypatch.chdir(tmp_path)
    return stand_in


def run(*arguments: str) -> int:
    """The exit status, whether it is returned or raised by argparse."""
    try:
        return main(arguments)
    except SystemExit as leaving:
        return int(str(leaving.code))


# --- help, version, wrong use ---


def test_every_command_that_is_read_is_run() -> None:
    assert RUN.keys() == COMMANDS.keys()


def test_help_and_version_are_printed_without_heavy_imports() -> None:
    heavy = "{'sympy', 'numpy', 'rich', 'latex2mathml', 'dataclasses', 'msgspec', 'typing', 'fractions'}"
    for option, text in (("--help", "usage: symconv"), ("--version", f"symconv {__version__}")):
        code = (
            f"import sys, symconv.cli\ntry: symconv.cli.main([{option!r}])\n"
            f"except SystemExit: print(*{heavy} & set(sys.modules), file=sys.stderr)"
        )
        ran = subprocess.run(
            [sys.executable, "-S", "-c", code], capture_output=True, text=True, check=True, cwd=ROOT
        )
        assert text in ran.stdout
        assert ran.stderr.strip() == ""


def test_the_package_runs_as_a_module() -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "symconv", "--version"], capture_output=True, text=True, cwd=ROOT
    )
    assert (ran.returncode, ran.stdout) == (0, f"symconv {__version__}\n")


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help_with_examples(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(command, "--help") == 0
    text = capsys.readouterr().out
    assert f"usage: symconv {command}" in text
    assert f"examples:\n  symconv {command}" in text
    assert max(map(len, text.splitlines())) <= 100


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ((), "symconv: the following arguments are required: COMMAND (see symconv --help)"),
        (("slove",), "symconv: unknown command 'slove'; did you mean 'solve'?"),
        (("solve", "--out"), "symconv solve: argument --out: expected one argument (see symconv solve --help)"),
        (("solve", "--limit", "0"), "symconv solve: argument --limit: must be an integer >= 1, not '0' (see symconv solve --help)"),
        (("solve", "--format", "tex,htm"), "--format: unknown format 'htm'; did you mean 'html'?"),
        (("solve", "nowhere.toml"), "nowhere.toml: no such file or shipped problem; known: conv-relu-pool-sum, ds-ga-1008-hw2, starter, transposed, two-channels"),
        (("derive", "conv2d"), "symconv derive: the following arguments are required: --input (see symconv derive --help)"),
        (("derive", "conv2", "--input", "5x5"), "unknown layer 'conv2'; did you mean 'Conv2d'?"),
        (("derive", "conv2d", "--input", "5by5"), "symconv derive: argument --input: must be sizes such as 5x5, not '5by5' (see symconv derive --help)"),
        (("derive", "conv2d", "--input", "5x5", "--kernel", "3x3", "--stride", "0"), "--stride: must be an integer >= 1 or a list of 2, not 0"),
        (("derive", "conv2d", "--input", "5x5", "--norm-type", "2"), "--norm-type: Conv2d has no such argument"),
        (("derive", "maxpool2d", "--input", "5x5"), "--kernel: must be given for MaxPool2d"),
        (("prove", "lp-limt"), "unknown theorem 'lp-limt'; did you mean 'lp-limit'?"),
        (("prove", "lp-limit", "--window", "1,x"), "symconv prove: argument --window: must be a number: an integer, a decimal such as 2.5 or a fraction such as \"1/3\", not 'x' (see symconv prove --help)"),
        (("prove", "lp-limit", "--notation", "A"), "symconv prove: argument --notation: must be pairs of letters such as A=X,B=W, not 'A' (see symconv prove --help)"),
        (("solve", "--notation", "A=X,A=Y"), "symconv solve: argument --notation: must be one letter for A, not 'A=X,A=Y' (see symconv solve --help)"),
        (("solve", "--first-index", "2"), "symconv solve: argument --first-index: invalid choice: 2 (choose from 0, 1) (see symconv solve --help)"),
        (("new",), "symconv new: the following arguments are required: FILE (see symconv new --help)"),
        (("new", "nowhere/hw.toml"), "nowhere/hw.toml: cannot be written: No such file or directory"),
    ],
)  # fmt: skip
def test_wrong_use_is_one_sentence_and_status_2(
    arguments: tuple[str, ...], sentence: str, pipeline: Pipeline, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(*arguments) == 2
    assert capsys.readouterr() == ("", f"{sentence}\n")
    assert list(Path.cwd().iterdir()) == []


@pytest.mark.parametrize("bad", BAD_FILES, ids=lambda bad: bad.name)
def test_bad_file_is_one_sentence_and_status_2_and_nothing_is_written(
    bad: Any, pipeline: Pipeline, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("bad.toml").write_text(bad.text, encoding="utf-8")
    assert run("solve", "bad.toml") == 2
    assert capsys.readouterr() == ("", f"bad.toml: {bad.complaint}\n")
    assert [path.name for path in Path.cwd().iterdir()] == ["bad.toml"]


# --- solve ---


def test_solve_takes_the_homework_all_formats_and_a_folder_of_its_name(pipeline: Pipeline) -> None:
    assert run("solve") == 0
    assert pipeline.calls == [("solve", "ds-ga-1008-hw2", 1_000_000, False)]
    assert GOOD_REPORT.written == [(Path("symconv-report/ds-ga-1008-hw2"), USUAL)]


def test_solve_hands_on_file_folder_formats_and_limit(pipeline: Pipeline) -> None:
    Path("mine.toml").write_text(GOOD, encoding="utf-8")
    assert run("solve", "mine.toml", "--out", "there", "--format", "html,tex,html", "--limit", "5000") == 0
    assert pipeline.calls == [("solve", "mine", 5000, False)]
    assert GOOD_REPORT.written == [(Path("there"), ("html", "tex"))]


def test_solve_ends_with_a_table_and_the_files(
    pipeline: Pipeline, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("solve", "--format", "tex") == 0
    out = capsys.readouterr().out
    assert "A [red]title[/red] :smile:" in out
    assert out.index("How large?") < out.index("3 × 3") < out.index("1 of 1 checks passed")
    assert out.splitlines()[-1] == str(Path("symconv-report/ds-ga-1008-hw2/report.tex"))


def test_a_failed_check_is_status_1_and_comes_first(
    pipeline: Pipeline, capsys: pytest.CaptureFixture[str]
) -> None:
    pipeline.report = BAD_REPORT
    assert run("solve") == 1
    out = capsys.readouterr().out
    assert out.startswith("failed: ∂E/∂A: A[1, 2] is 7 = 3 + 4, not 8.\n")
    assert out.index("Which gradient?") < out.index("How large?")
    assert "1 of 2 checks passed" in out


def test_an_undecided_check_is_status_1(pipeline: Pipeline, capsys: pytest.CaptureFixture[str]) -> None:
    undecided = Check("N", Method.INTERVAL, Verdict.UNDECIDED, "a", "b")
    pipeline.report = Report(Checks((undecided,)), (Answer("1", "?", "-", Verdict.UNDECIDED),))
    assert run("solve") == 1
    assert capsys.readouterr().out.startswith("undecided: N: interval arithmetic\n")


def test_a_folder_that_cannot_be_written_is_status_2(
    pipeline: Pipeline, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(self: Report, directory: Path, formats: object, **options: int) -> tuple[Path, ...]:
        raise PermissionError(13, "Permission denied", str(directory / "x"))

    monkeypatch.setattr(Report, "write", refuse)
    assert run("solve", "--out", "locked") == 2
    assert capsys.readouterr() == ("", "locked: cannot be written: Permission denied\n")


def test_progress_is_shown_on_a_terminal_only(pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)

    def solve(
        problem: str,
        *,
        limit: int,
        handout: str,
        progress: Callable[[str], None],
        processes: int,
        notation: Notation,
        ahead: object,
    ) -> Report:
        progress("deriving [b]1.1(d)[/b]\x07")
        return GOOD_REPORT

    monkeypatch.setattr(pipeline, "solve", solve)
    monkeypatch.setenv("TERM", "xterm")
    assert run("solve") == 0
    clear = "\r\x1b[K"
    assert terminal.getvalue() == f"{clear}deriving [b]1.1(d)[/b]\N{REPLACEMENT CHARACTER}{clear}"


def test_an_interruption_is_status_130(pipeline: Pipeline) -> None:
    pipeline.error = KeyboardInterrupt()
    assert run("solve") == 130


def test_output_for_a_terminal_without_unicode_is_escaped(
    pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    raw = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(raw, encoding="ascii"))
    pipeline.report = BAD_REPORT
    assert run("solve") == 1
    assert rb"\u2202E/\u2202A" in raw.getvalue()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("solve starter --format txt >/dev/full", "symconv: No space left on device\n"),
        ("list >/dev/full", "symconv: No space left on device\n"),
        ("solve nosuch 2>/dev/full", ""),
    ],
)
def test_a_full_disk_behind_the_output_is_a_sentence_and_status_2(
    command: str, said: str, tmp_path: Path
) -> None:
    done = subprocess.run(
        ["sh", "-c", f"{sys.executable} -m symconv {command}"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert (done.returncode, done.stderr) == (2, said)


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
def test_a_stream_that_is_closed_is_no_reason_to_fail(closed: str, tmp_path: Path) -> None:
    command = f"{sys.executable} -m symconv solve starter --format txt,md --out {tmp_path / 'out'} {closed}"
    done = subprocess.run(["sh", "-c", command], capture_output=True, text=True, timeout=120, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert len(list((tmp_path / "out").iterdir())) == 2


# --- derive and prove ---


def test_derive_builds_the_layer_from_its_options(pipeline: Pipeline) -> None:
    options = "--input 2x6x6 --kernel 4x1x3x2 --stride 2x1 --padding 1 --dilation 1x2 --groups 2"
    assert run("derive", "conv2d", *options.split(), *"--wrt weight --entry 1,1,2,1".split()) == 0
    layer = LAYERS["Conv2d"](stride=(2, 1), padding=1, dilation=(1, 2), groups=2, bias=False)
    assert pipeline.calls == [("derive", layer, (2, 6, 6), (4, 1, 3, 2), "weight", (1, 1, 2, 1), None, LIMIT)]


def test_derive_of_a_pooling_takes_its_window_from_the_kernel(pipeline: Pipeline) -> None:
    options = "--input 4x4 --kernel 2x3 --norm-type p --stride 1 --ceil-mode"
    assert run("derive", "LPPool2d", *options.split()) == 0
    p = sympy.Symbol("p", positive=True)
    layer = LAYERS["LPPool2d"](p, (2, 3), stride=1, ceil_mode=True)
    assert pipeline.calls == [("derive", layer, (4, 4), None, "input", None, None, LIMIT)]


def test_derive_takes_every_argument_of_every_layer(pipeline: Pipeline) -> None:
    options = "--input 4 --kernel 3 --stride 2 --output-padding 1"
    assert run("derive", "convtranspose1d", *options.split()) == 0
    assert run("derive", "conv1d", *"--input 4 --kernel 3 --padding 1 --padding-mode circular".split()) == 0
    assert run("derive", "maxunpool1d", *"--input 2 --kernel 2 --indices 3,0 --output-size 5".split()) == 0
    samples = "--input 5x5 --kernel 2 --output-ratio 1/2 --random-samples 1/4,0.5"
    assert run("derive", "fractionalmaxpool2d", *samples.split()) == 0
    averaged = "--input 5x5 --kernel 2 --no-count-include-pad --divisor-override 3"
    assert run("derive", "avgpool2d", *averaged.split()) == 0
    layers = [
        (LAYERS["ConvTranspose1d"](stride=2, output_padding=1, bias=False), (4,), (3,), None),
        (LAYERS["Conv1d"](padding=1, padding_mode="circular", bias=False), (4,), (3,), None),
        (LAYERS["MaxUnpool1d"](2, output_size=5), (2,), None, (3, 0)),
        (
            LAYERS["FractionalMaxPool2d"]((2,), None, Fraction(1, 2), _random_samples=(0.25, 0.5)),
            (5, 5),
            None,
            None,
        ),
        (LAYERS["AvgPool2d"]((2,), count_include_pad=False, divisor_override=3), (5, 5), None, None),
    ]
    assert pipeline.calls == [
        ("derive", layer, size, kernel, "input", None, indices, LIMIT)
        for layer, size, kernel, indices in layers
    ]


def test_derive_knows_padding_in_words_and_the_bias(pipeline: Pipeline) -> None:
    assert run("derive", "conv2d", *"--input 1x4x4 --kernel 1x1x3x3 --padding same --wrt bias".split()) == 0
    layer = LAYERS["Conv2d"](padding="same", bias=True)
    assert pipeline.calls == [("derive", layer, (1, 4, 4), (1, 1, 3, 3), "bias", None, None, LIMIT)]


def test_derive_hands_on_its_limit_and_asks_for_a_matrix_instead(pipeline: Pipeline) -> None:
    assert run("derive", "conv2d", *"--input 4x4 --kernel 2x2 --wrt output --limit 5".split()) == 0
    assert run("derive", "conv2d", *"--input 4x4 --kernel 2x2 --matrix".split()) == 0
    layer = LAYERS["Conv2d"](bias=False)
    assert pipeline.calls == [
        ("derive", layer, (4, 4), (2, 2), "output", None, None, 5),
        ("matrix", layer, (4, 4), (2, 2), None),
    ]


def test_size_takes_the_input_or_the_output(pipeline: Pipeline, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("size", "conv2d", *"--kernel 3 --stride 2 --output 3".split()) == 0
    assert run("size", "maxpool2d", *"--kernel 3x2 --input 6x7".split()) == 0
    layers = LAYERS["Conv2d"](stride=2, bias=False), LAYERS["MaxPool2d"]((3, 2))
    assert pipeline.calls == [("size", layers[0], (3,), None, (3,)), ("size", layers[1], None, (6, 7), None)]
    capsys.readouterr()
    assert run("size", "conv2d", "--kernel", "3") == 2
    assert "one of the arguments --input --output is required" in capsys.readouterr().err


def test_derive_and_prove_print_the_document(pipeline: Pipeline, capsys: pytest.CaptureFixture[str]) -> None:
    pipeline.report = BAD_REPORT
    assert run("derive", "conv2d", "--input", "5x5", "--kernel", "3x3") == 1
    text = capsys.readouterr()
    assert "words" in text.out
    assert text.err == "failed: ∂E/∂A: A[1, 2] is 7 = 3 + 4, not 8.\n"
    assert run("prove", "lp-limit", "--format", "latex") == 1
    latex = capsys.readouterr().out
    assert "words" in latex
    assert "\\documentclass" not in latex
    assert run("prove", "lp-limit", "--format", "mathml") == 1
    assert capsys.readouterr().out.startswith("<?xml")


def test_prove_hands_on_an_exact_window(pipeline: Pipeline) -> None:
    assert run("prove", "lp-signed", "--window=-3,2,1/2,0.25") == 0
    assert run("prove", "lp-limit") == 0
    window = (-3, 2, Fraction(1, 2), Fraction(1, 4))
    assert run("prove", "input-gradient", "--geometry", "6,3,2") == 0
    assert pipeline.calls == [
        ("prove", "lp-signed", window, None),
        ("prove", "lp-limit", None, None),
        ("prove", "input-gradient", None, (6, 3, 2)),
    ]


def test_every_command_hands_its_notation_on(pipeline: Pipeline) -> None:
    letters, layer = "--notation A=X,E=lambda".split(), "conv2d --kernel 2x2 --input 4x4".split()
    assert run("solve", *letters, "--first-index", "0") == 0
    assert run("derive", *layer, *letters, "--first-index", "0") == 0
    assert run("derive", *layer, *letters, "--matrix") == 0
    assert run("size", *layer, *letters) == 0
    assert run("prove", "lp-limit", *letters) == 0
    assert run("prove", "lp-limit") == 0
    chosen = {"A": "X", "E": "λ"}
    assert pipeline.notations == [
        Notation(chosen, first_index=0),
        Notation(chosen, first_index=0),
        Notation(chosen),
        Notation(chosen),
        Notation(chosen),
        USUAL_LETTERS,
    ]


def test_a_collision_names_the_option(pipeline: Pipeline, capsys: pytest.CaptureFixture[str]) -> None:
    pipeline.error = ArgumentError(
        "notation", "another letter for A than k, which stands for something else here"
    )
    assert run("solve", "--notation", "A=k") == 2
    said = "--notation: must be another letter for A than k, which stands for something else here\n"
    assert capsys.readouterr() == ("", said)
    assert list(Path.cwd().iterdir()) == []


# --- list and new ---


def test_list_names_everything_there_is(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("list") == 0
    lines = [line.split()[0] for line in capsys.readouterr().out.splitlines() if line.startswith("  ")]
    assert lines == [*shipped(), *LAYERS, *THEOREMS, *GENERAL, *FORMATS]


def test_list_shows_the_sections_that_are_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("list", "--theorems") == 0
    out = capsys.readouterr().out
    assert out.splitlines()[0] == "Theorems"
    assert "lp-limit" in out
    assert "Formats" not in out


def test_new_writes_a_problem_that_loads_and_never_overwrites(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "mine.toml"
    assert run("new", str(file)) == 0
    assert f"symconv solve {file}" in capsys.readouterr().out
    assert load(file).title == load("starter").title
    file.write_text("precious", encoding="utf-8")
    assert run("new", str(file)) == 2
    assert capsys.readouterr().err == f"{file}: exists already, and is left as it is\n"
    assert file.read_text(encoding="utf-8") == "precious"


def test_the_new_file_is_the_commented_starter(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    assert run("new", str(file)) == 0
    assert file.read_text(encoding="utf-8") == starter()
