from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from symconv import sharing
from symconv.errors import ProblemError
from symconv.pipeline import solve
from symconv.sharing import shared

ROOT = Path(__file__).parent.parent

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="processes are forked on Linux only")


@pytest.fixture(autouse=True)
def two_processors(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """There are two processors, and no process is left over."""
    monkeypatch.setattr(sharing, "processors", lambda: 2)
    before = children()
    yield
    assert children() <= before


def children() -> set[int]:
    """The processes that this one has and has not waited for."""
    path = Path(f"/proc/{os.getpid()}/task/{os.getpid()}/children")
    return set(map(int, path.read_text().split())) if path.exists() else set()


def is_running(process: str) -> bool:
    """Whether a process works still; one that ended may wait to be buried."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rpartition(") ")[2][0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def test_results_come_in_the_order_of_the_pieces_whoever_made_them() -> None:
    here = os.getpid()

    def slowly(number: int) -> Any:
        time.sleep(0.02)
        return number, os.getpid() == here

    works = [lambda number=number: slowly(number) for number in range(8)]
    results = shared(works, [3, 1, 4, 0, 5, 2, 6, 7], processes=2)
    assert [number for number, _ in results] == list(range(8))
    assert {own for _, own in results} == {True, False}
    assert results[3] == (3, False)  # the copy begins at the front of the order
    assert results[7] == (7, True)  # and this process at its back


def test_a_copy_that_goes_on_with_what_was_done_here_does_no_harm() -> None:
    here = os.getpid()
    calls: list[int] = []

    def piece(number: int) -> int:
        calls.append(number)  # of this process alone
        if number == 2 and os.getpid() == here:
            time.sleep(0.5)  # in which the copy does everything
        return number

    assert shared([lambda k=k: piece(k) for k in range(3)], [1, 0, 2], processes=2) == [0, 1, 2]
    assert calls == [2]


def test_with_one_process_or_one_processor_everything_is_done_here(monkeypatch: pytest.MonkeyPatch) -> None:
    works = [os.getpid, os.getpid]
    assert shared(works, [0, 1], processes=1) == [os.getpid()] * 2
    monkeypatch.setattr(sharing, "processors", lambda: 1)
    assert shared(works, [0, 1], processes=2) == [os.getpid()] * 2


def test_where_the_system_allows_no_further_process_everything_is_done_here(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse() -> int:
        raise BlockingIOError("Resource temporarily unavailable")

    monkeypatch.setattr("os.fork", refuse)
    assert shared([os.getpid, os.getpid], [0, 1], processes=2) == [os.getpid()] * 2


def test_the_first_failure_in_the_order_of_the_pieces_is_raised() -> None:
    def fail(name: str) -> None:
        raise ProblemError(name)

    works = [lambda name=name: fail(name) for name in ("first", "second", "third")]
    for order in ([0, 1, 2], [2, 1, 0]):
        with pytest.raises(ProblemError, match="first"):
            shared(works, order, processes=2)


@pytest.mark.parametrize("broken", ["dies", "fails", "cannot be sent"])
def test_what_the_copy_does_not_bring_is_done_here(broken: str) -> None:
    here = os.getpid()

    def piece() -> Any:
        if os.getpid() == here:
            return "done"
        if broken == "dies":
            os.kill(os.getpid(), signal.SIGKILL)
        if broken == "fails":
            raise RuntimeError
        return lambda: None

    assert shared([piece, piece, piece], [0, 1, 2], processes=2) == ["done"] * 3


def test_results_larger_than_a_pipe_arrive_whole() -> None:
    here = os.getpid()

    def much() -> Any:
        return "x" * 5_000_000, os.getpid() == here

    def slow() -> Any:
        time.sleep(0.1)
        return "", True

    (text, own), _ = shared([much, slow], [0, 1], processes=2)
    assert len(text) == 5_000_000
    assert not own


def test_an_interruption_leaves_no_process_behind() -> None:
    def interrupt() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        shared([lambda: time.sleep(60), interrupt], [0, 1], processes=2)


def test_an_interruption_while_a_copy_is_let_go_closes_nothing_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    waitpid = os.waitpid

    def interrupted(*arguments: int) -> None:
        monkeypatch.setattr("os.waitpid", waitpid)
        waitpid(*arguments)
        raise KeyboardInterrupt

    monkeypatch.setattr("os.waitpid", interrupted)
    with pytest.raises(KeyboardInterrupt):
        shared([lambda: time.sleep(60), lambda: 1 / 0], [0, 1], processes=2)


def test_what_is_begun_here_is_told() -> None:
    begun: list[int] = []
    shared([int, int], [0, 1], processes=1, begin=begun.append)
    assert begun == [0, 1]


def test_a_problem_solved_by_two_processes_is_the_same(tmp_path: Path) -> None:
    written = {}
    for processes in (1, 2):
        report = solve("starter", processes=processes)
        files = report.write(tmp_path / str(processes), processes=processes)
        written[processes] = {path.name: path.read_bytes() for path in files}
        assert report.passed
    assert written[1] == written[2]


@pytest.mark.parametrize("number", [1, 2, 3])
def test_an_interrupted_command_ends_with_130_and_writes_nothing(number: int, tmp_path: Path) -> None:
    """However many copies it has made by then: for the formats, the summary and the proofs."""
    command = [sys.executable, "-m", "symconv", "solve", "--out", str(tmp_path / "out")]
    code = f"import os, signal; signal.signal(signal.SIGINT, signal.default_int_handler); os.execv({command[0]!r}, {command!r})"
    process = subprocess.Popen([sys.executable, "-c", code], cwd=ROOT, start_new_session=True)
    proc = Path(f"/proc/{process.pid}/task/{process.pid}/children")
    if not proc.exists() or len(os.sched_getaffinity(0)) < 2:
        process.kill()
        process.wait()
        pytest.skip("needs two processors, and a system that lists the children of a process")
    deadline = time.monotonic() + 60
    while len(copies := proc.read_text().split()) < number and process.poll() is None:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    assert len(copies) >= number
    os.killpg(process.pid, signal.SIGINT)
    assert process.wait(60) == 130
    # one that was made in that moment was interrupted itself, and may be about to end
    while any(map(is_running, copies)):
        assert time.monotonic() < deadline
        time.sleep(0.01)
    assert not (tmp_path / "out").exists()


def test_an_interrupt_inside_code_that_a_library_executes_ends_with_130_too(tmp_path: Path) -> None:
    (tmp_path / "sympy.py").write_text("exec('raise KeyboardInterrupt')", encoding="utf-8")
    command = [sys.executable, "-m", "symconv", "solve", "--out", str(tmp_path / "out")]
    environment = os.environ | {"PYTHONPATH": str(tmp_path)}
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stderr) == (130, "")
