"""Coq: files are compiled side by side as far as they do not build on each other, within a time limit.

A file counts as accepted when ``coqc`` compiles it and says that its theorems assume nothing but what the
real numbers of the standard library assume. Files are compiled in a folder of their own, which is removed.
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from enum import StrEnum
from pathlib import Path

from symconv.certificates.theory import ALLOWED
from symconv.value import Value

LIBRARIES = ("-Q", "theory", "SymConv", "-Q", "results", "Results")
"""How coqc and coqchk find the files, from the folder that has both."""


class Status(StrEnum):
    """What became of a file."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    UNFINISHED = "unfinished"


class Outcome(Value):
    """What Coq said of a file.

    Args:
        status: accepted, refused, or not decided.
        message: one sentence where it was not accepted.
        assumptions: what its theorems assume.
        line: where it was refused, counted from 1; 0 where no line is to blame.
    """

    status: Status
    message: str = ""
    assumptions: tuple[str, ...] = ()
    line: int = 0


class Source(Value):
    """A file to compile.

    Args:
        path: from the folder, e.g. ``theory/Sums.v``.
        text: what it says.
        needs: the paths that it builds on.
        states: whether it ends with a command that prints what its theorems assume.
    """

    path: str
    text: str
    needs: tuple[str, ...] = ()
    states: bool = False


def version() -> str | None:
    """The version of the installed Coq, such as ``8.16.1``; None without Coq or without Coquelicot."""
    coqc = shutil.which("coqc")
    if coqc is None:
        return None
    said = subprocess.run([coqc, "--version"], capture_output=True, text=True, check=False).stdout
    where = subprocess.run([coqc, "-where"], capture_output=True, text=True, check=False).stdout.strip()
    found = re.search(r"version (\S+)", said)
    there = (Path(where) / "user-contrib" / "Coquelicot").is_dir()
    return found.group(1) if found and there else None


def compile_all(
    sources: tuple[Source, ...], timeout: float, progress: Callable[[str], None], workers: int | None = None
) -> Mapping[str, Outcome]:
    """Compile files, each after those that it builds on, on every core.

    Args:
        sources: the files.
        timeout: seconds for all of them together.
        progress: told, in words, how far it is.
        workers: how many at a time; a process a core where left out.
    """
    run = _Run(time.monotonic() + timeout, timeout)
    done: dict[str, Outcome] = {}
    waiting = {source.path: source for source in sources}
    running: dict[Future[Outcome], str] = {}
    with (
        tempfile.TemporaryDirectory(prefix="symconv-") as folder,
        ThreadPoolExecutor(workers or os.cpu_count() or 1) as pool,
    ):
        for source in sources:
            path = Path(folder, source.path)
            path.parent.mkdir(exist_ok=True)
            path.write_text(source.text, encoding="utf-8")
        try:
            while waiting or running:
                for source in [each for each in waiting.values() if done.keys() >= set(each.needs)]:
                    del waiting[source.path]
                    running[pool.submit(run.compile, source, Path(folder), dict(done))] = source.path
                finished, _ = wait(running, return_when=FIRST_COMPLETED)
                for future in finished:
                    done[running.pop(future)] = future.result()
                progress(f"Coq has checked {len(done)} of {len(sources)} files")
        finally:
            run.stop()
    return done


class _Run:
    """The processes of one run, so that all of them end with it."""

    def __init__(self, deadline: float, limit: float) -> None:
        self._deadline, self._limit = deadline, limit
        self._lock = threading.Lock()
        self._processes: set[subprocess.Popen[str]] = set()
        self._stopped = False

    def compile(self, source: Source, folder: Path, done: Mapping[str, Outcome]) -> Outcome:
        bad = [path for path in source.needs if done[path].status is not Status.ACCEPTED]
        if bad:
            return Outcome(Status.UNFINISHED, f"It builds on {bad[0]}, which was not accepted.")
        too_long = Outcome(
            Status.UNFINISHED,
            f"The limit of {self._limit:g} seconds was reached; --timeout raises it.",
        )
        left = self._deadline - time.monotonic()
        if left <= 0:
            return too_long
        command = ["coqc", "-q", "-w", "none", *LIBRARIES, source.path]
        with self._lock:
            if self._stopped:
                return too_long
            process = subprocess.Popen(
                command,
                cwd=folder,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
                start_new_session=True,
            )
            self._processes.add(process)
        try:
            said, complaint = process.communicate(timeout=left)
        except subprocess.TimeoutExpired:
            _kill(process)
            process.communicate()
            return too_long
        finally:
            with self._lock:
                self._processes.discard(process)
        return _judged(process.returncode, said, complaint, source.states)

    def stop(self) -> None:
        """End what still runs."""
        with self._lock:
            self._stopped = True
            for process in self._processes:
                _kill(process)


def _kill(process: subprocess.Popen[str]) -> None:
    """End a process with everything that it started."""
    with contextlib.suppress(ProcessLookupError):
        if hasattr(os, "killpg"):
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()


def _judged(status: int, said: str, complaint: str, states: bool) -> Outcome:
    if status != 0:
        line = re.search(r"line (\d+), characters", complaint)
        error = " ".join(complaint.partition("Error:")[2].split()) or f"it ended with status {status}"
        return Outcome(Status.REFUSED, f"Coq says: {error[:300]}", (), int(line.group(1)) if line else 0)
    if not states:
        return Outcome(Status.ACCEPTED)
    assumed = assumptions(said)
    if assumed is None:
        return Outcome(Status.REFUSED, "Coq did not say what its theorems assume.")
    if beyond := set(assumed) - ALLOWED:
        return Outcome(Status.REFUSED, f"It assumes {', '.join(sorted(beyond))}.", assumed)
    return Outcome(Status.ACCEPTED, "", assumed)


def assumptions(said: str) -> tuple[str, ...] | None:
    """The names that ``Print Assumptions`` lists, in alphabetical order; None where it printed nothing."""
    if "Closed under the global context" in said:
        return ()
    _, found, listed = said.partition("Axioms:\n")
    if not found:
        return None
    # a name starts its line; its type may follow there or on lines that are indented
    return tuple(sorted({line.split()[0] for line in listed.splitlines() if line and not line[0].isspace()}))
