"""A report: a document with its answers, and the files that it is written to."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from symconv.checks.result import Checks, Verdict
from symconv.document import Document
from symconv.render import FORMATS, USUAL, Rendered, render, render_all
from symconv.render.style import FragmentStyle
from symconv.value import Value

if TYPE_CHECKING:
    from symconv.render import Renderers


class Answer(Value):
    """A line of the table of answers, in plain text."""

    id: str
    question: str
    answer: str
    verdict: Verdict


class Summary(Value):
    """What the end of a run shows.

    Args:
        title: of the report.
        answers: the lines of the table.
        bad: a sentence for every check that did not pass.
        passed, made: how many checks passed, and how many there were.
        files: where the report is.
    """

    title: str
    answers: tuple[Answer, ...]
    bad: tuple[str, ...]
    passed: int
    made: int
    files: tuple[str, ...]


class Report(Value):
    """What solving gives.

    Args:
        document: everything to be shown.
        answers: the questions with their answers in a line.
        name: the stem of the files.
        checks: every check that was made, whatever of it the document shows.
    """

    document: Document
    answers: tuple[Answer, ...]
    name: str
    checks: Checks

    @property
    def title(self) -> str:
        return self.document.title

    @property
    def passed(self) -> bool:
        """Whether every check passed; one that stays undecided has not."""
        return self.checks.passed

    def failures(self) -> Iterator[str]:
        """A sentence for every check that did not pass."""
        for check in self.checks.failures:
            yield f"{check.verdict}: {check.subject}: {check.detail or check.method}"

    def summary(self, files: Iterable[Path]) -> Summary:
        """What the end of a run shows, with the files that were written."""
        passed = sum(check.passed for check in self.checks)
        return Summary(
            self.title, self.answers, tuple(self.failures()), passed, len(self.checks), tuple(map(str, files))
        )

    def render(self, format: str) -> Rendered:
        """The report in one of the formats of :data:`symconv.render.FORMATS`."""
        return render(self.document, format)

    def write(
        self,
        directory: str | os.PathLike[str],
        formats: Sequence[str] | None = None,
        *,
        processes: int = 1,
        style: FragmentStyle | None = None,
        ahead: Renderers | None = None,
    ) -> tuple[Path, ...]:
        """Write the report into a directory, which is made if it is not there.

        All formats are rendered before the first file is touched; every file is written under a temporary
        name and moved into place.

        Args:
            directory: where to.
            formats: names from :data:`symconv.render.FORMATS`; all but pdf where left out.
            processes: with 2, some formats are made in a process beside this one.
            style: the labels and environments of a LaTeX fragment.
            ahead: a process that waits to make some of the formats (:mod:`symconv.ahead`).

        Raises:
            OSError: the directory cannot be written.
            UnsupportedError: a format needs a package that is not installed.
        """
        texts = render_all(self.document, formats or USUAL, processes, style, ahead)
        folder = Path(directory)
        folder.mkdir(parents=True, exist_ok=True)
        _write_all({folder / f"{self.name}.{FORMATS[name].extension}": text for name, text in texts.items()})
        return tuple(folder / f"{self.name}.{FORMATS[name].extension}" for name in texts)


def _write_all(texts: Mapping[Path, Rendered]) -> None:
    """Write every file beside its place, then move all over: a failure before the last write changes nothing."""
    staged = {path: path.with_name(f".{path.name}.{os.getpid()}") for path in texts}
    try:
        for path, text in texts.items():
            if path.is_dir():
                raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
            staged[path].write_bytes(text if isinstance(text, bytes) else text.encode("utf-8"))
        for path, temporary in staged.items():
            temporary.replace(path)
    finally:
        for temporary in staged.values():
            temporary.unlink(missing_ok=True)
