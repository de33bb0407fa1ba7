"""Proofs and formats that begin before the problem is understood, and what becomes of them."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from symconv import ahead, sharing
from symconv.ahead import proofs_ahead, renderers_ahead, summary_ahead
from symconv.checks.result import Checks
from symconv.document import Document, Paragraph
from symconv.errors import ProblemError
from symconv.pipeline import solve
from symconv.render import USUAL, render, render_all
from symconv.render.style import FragmentStyle
from symconv.sharing import Ahead, shared
from symconv.terminal import summarise

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="processes are forked on Linux only")

PROBLEM = """
title = "Proofs"

[arrays]
A = [[1, 5, 2], [4, 3, 9]]

[layers.pool]
type = "MaxPool2d"
input = "A"
output = "C"
kernel_size = 2

[[questions]]
id = "1"
ask = "prove"
theorems = ["lp-sum", "output-size"]
layer = "pool"

[[questions]]
id = "2"
ask = "forward"
layer = "pool"

[[questions]]
id = "3"
ask = "prove"
theorems = ["lp-sum"]
window = [3, 4]
"""


@pytest.fixture(autouse=True)
def two_processors(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sharing, "processors", lambda: 2)
    monkeypatch.setattr(ahead, "processors", lambda: 2)


@pytest.fixture
def problem(tmp_path: Path) -> Callable[[str], str]:
    def write(text: str) -> str:
        path = tmp_path / "proofs.toml"
        path.write_text(text, encoding="utf-8")
        return str(path)

    return write


def test_the_theorems_of_a_problem_are_begun_the_last_one_first(problem: Callable[[str], str]) -> None:
    proofs = proofs_ahead(problem(PROBLEM))
    assert proofs is not None
    with proofs:
        assert proofs.keys == (("3", "lp-sum"), ("1", "output-size"), ("1", "lp-sum"))


def test_a_problem_with_proofs_ahead_is_the_same(problem: Callable[[str], str]) -> None:
    path = problem(PROBLEM)
    alone = solve(path)
    proofs = proofs_ahead(path)
    assert proofs is not None
    with proofs:
        together = solve(path, processes=2, ahead=proofs)
    assert together.answers == alone.answers
    assert render(together.document, "json") == render(alone.document, "json")


def test_a_theorem_that_does_not_apply_is_the_same_error(problem: Callable[[str], str]) -> None:
    path = problem(PROBLEM.replace('["lp-sum"]', '["lp-limit"]').replace("[3, 4]", "[-3, 4]"))
    with pytest.raises(ProblemError) as alone:
        solve(path)
    proofs = proofs_ahead(path)
    assert proofs is not None
    with proofs, pytest.raises(ProblemError) as together:
        solve(path, processes=2, ahead=proofs)
    assert str(together.value) == str(alone.value)
    assert "lp-limit does not apply here" in str(alone.value)


def test_another_problem_s_proofs_are_not_used(problem: Callable[[str], str]) -> None:
    proofs = proofs_ahead(problem(PROBLEM.replace('id = "3"', 'id = "4"')))
    assert proofs is not None
    with proofs:
        report = solve(problem(PROBLEM), processes=2, ahead=proofs)
    assert report.passed


@pytest.mark.parametrize(
    "text",
    [
        "no TOML",
        "questions = 3",
        "questions = [3, {id = 4, theorems = ['lp-sum']}]",
        "questions = [{id = '1', theorems = 'lp-sum'}, {id = '2', theorems = [1]}, {id = '3'}]",
        PROBLEM.replace("theorems", "types"),
        "x = " + "[" * 100_000,
        "x" + ".x" * 100_000 + " = 1",
    ],
)
def test_a_file_that_asks_for_no_proof_or_cannot_be_read_begins_none(
    text: str, problem: Callable[[str], str]
) -> None:
    assert proofs_ahead(problem(text)) is None


def test_a_file_that_is_not_there_or_no_file_begins_none(tmp_path: Path) -> None:
    assert proofs_ahead(str(tmp_path / "missing.toml")) is None
    assert proofs_ahead(str(tmp_path)) is None
    assert proofs_ahead("\0") is None


def test_a_file_in_another_encoding_begins_none(tmp_path: Path) -> None:
    path = tmp_path / "proofs.toml"
    path.write_bytes(PROBLEM.encode("utf-16"))
    assert proofs_ahead(str(path)) is None


def test_one_processor_or_a_system_without_room_begins_none(
    problem: Callable[[str], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse() -> int:
        raise BlockingIOError("Resource temporarily unavailable")

    path = problem(PROBLEM)
    monkeypatch.setattr("os.fork", refuse)
    assert proofs_ahead(path) is None
    monkeypatch.setattr(ahead, "processors", lambda: 1)
    assert proofs_ahead(path) is None


def test_pieces_begin_before_they_are_told_what_they_lack(tmp_path: Path) -> None:
    def begin(name: str) -> Callable[[int], tuple[str, int]]:
        (tmp_path / name).touch()
        return lambda number: (name, number)

    with Ahead({name: (lambda name=name: begin(name)) for name in "ab"}) as work:
        deadline = time.monotonic() + 60
        while not (tmp_path / "b").exists() and time.monotonic() < deadline:
            time.sleep(0.01)
        assert (tmp_path / "b").exists()
        work.tell({"a": 1, "b": 2})
        works: list[Any] = [lambda: ("c", 3), lambda: time.sleep(0.5) or ("d", 4), lambda: "a", lambda: "b"]
        results = shared(works, [2, 3, 0, 1], processes=2, ahead=work)
    assert results == [("c", 3), ("d", 4), ("a", 1), ("b", 2)]


def test_a_copy_begins_after_another_has_begun_everything(tmp_path: Path) -> None:
    def begin(name: str) -> Callable[[None], list[str]]:
        time.sleep(0.2)
        seen = sorted(path.name for path in tmp_path.iterdir())
        (tmp_path / name).touch()
        return lambda known: seen

    pieces = [{name: (lambda name=name: begin(name)) for name in names} for names in ("ab", "c")]
    with Ahead(pieces[0]) as first, Ahead(pieces[1], after=first) as second:
        for each in (first, second):
            each.tell(dict.fromkeys(each.keys))
        works: list[Any] = [lambda: None]
        assert shared(works, [0], processes=2, ahead=second) == [["a", "b"]]


@pytest.mark.parametrize("told", [False, True])
def test_a_copy_does_not_wait_for_one_that_failed_or_is_gone(told: bool) -> None:
    def fail() -> Callable[[None], None]:
        raise RuntimeError

    with Ahead({"a": fail}) as first:
        if told:
            first.tell({"a": None})
        with Ahead({"b": lambda: lambda known: "done"}, after=first) as second:
            second.tell({"b": None})
            works: list[Any] = [lambda: "done here"]
            assert shared(works, [0], processes=2, ahead=second) == ["done"]


def test_a_copy_that_is_told_nothing_ends(tmp_path: Path) -> None:
    def begin() -> Callable[[None], None]:
        return lambda known: (tmp_path / "completed").touch()

    with Ahead({"a": begin}):
        pass
    assert not (tmp_path / "completed").exists()


def test_what_a_copy_fails_at_is_done_here() -> None:
    def begin() -> Callable[[None], None]:
        raise RuntimeError

    with Ahead({"a": begin}) as work:
        work.tell({"a": None})
        assert shared([lambda: "a", lambda: "b"], [0, 1], processes=2, ahead=work) == ["a", "b"]


def test_formats_made_ahead_are_the_same_and_the_others_are_made_here() -> None:
    document = solve("starter").document
    style = FragmentStyle("mine")
    renderers = renderers_ahead(USUAL, style)
    assert renderers is not None
    with renderers:
        assert sorted(name for group in renderers.keys for name in group) == sorted({*USUAL} - {"json"})
        texts = render_all(document, USUAL, 2, style, ahead=renderers)
    assert texts == render_all(document, USUAL, style=style)
    assert list(texts) == list(USUAL)


def test_a_format_that_tells_statements_is_not_begun_ahead() -> None:
    assert renderers_ahead(("json",), None) is None


def test_a_document_that_cannot_be_sent_is_rendered_here() -> None:
    document = Document("Title", "", (Paragraph(("words",), says=(lambda: None,)),), Checks())  # type: ignore[arg-type]
    renderers = renderers_ahead(("txt", "md"), None)
    assert renderers is not None
    with renderers:
        texts = render_all(document, ("txt", "md"), 2, ahead=renderers)
    assert texts == render_all(document, ("txt", "md"))


def test_a_summary_drawn_ahead_is_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    report = solve("starter")
    summarise(report, [Path("a.html")])
    alone = capsys.readouterr().out
    summary = summary_ahead(None)
    assert summary is not None
    with summary:
        summarise(report, [Path("a.html")], summary)
    assert capsys.readouterr().out == alone
    assert alone.endswith("checks passed\na.html\n")


def test_formats_are_made_without_sympy() -> None:
    code = (
        "import sys, symconv.terminal; from symconv.render import FORMATS;"
        "[row.renderer() for row in FORMATS.values() if not row.statements];"
        "print([name for name in ('sympy', 'numpy') if name in sys.modules],"
        "'latex2mathml.converter' in sys.modules)"
    )
    assert printed(code) == "[] True\n"


def test_a_proof_is_told_without_numpy_and_without_the_layers() -> None:
    code = (
        "import sys; from symconv.narrate.theorem import proved; proved('lp-limit')([1, 2]);"
        "print([name for name in ('numpy', 'symconv.layers', 'symconv.derived') if name in sys.modules])"
    )
    assert printed(code) == "[]\n"


def printed(code: str) -> str:
    """What code prints in a Python of its own."""
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=Path(__file__).parents[1],
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.stderr == ""
    return done.stdout
