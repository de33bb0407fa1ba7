"""What the terminal shows: what is being done until it is done, then the answers with the bad ones first."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from shutil import get_terminal_size
from typing import TYPE_CHECKING, TypeVar

from symconv.report import Answer, Report
from symconv.sharing import Ahead, shared
from symconv.value import Value

if TYPE_CHECKING:
    Summaries = Ahead[str, "Summary", str]
    """A summary that waits for the report."""

Result = TypeVar("Result")

_CLEAR = "\r\x1b[K"


def with_progress(work: Callable[[Callable[[str], None] | None], Result]) -> Result:
    """Do the work, which is given a function that shows a message; None where no terminal listens."""
    if not sys.stderr.isatty() or os.environ.get("TERM") == "dumb":
        return work(None)
    room = get_terminal_size().columns - 1

    def say(message: str) -> None:
        # a problem's own words are not obeyed
        shown = "".join(character if character.isprintable() else "\ufffd" for character in message)
        print(f"{_CLEAR}{shown[:room]}", end="", file=sys.stderr, flush=True)

    try:
        return work(say)
    finally:
        print(_CLEAR, end="", file=sys.stderr, flush=True)


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


def summarise(report: Report, files: Sequence[Path], ahead: Summaries | None = None) -> None:
    """What did not pass, a table of the answers with the bad ones first, and where the files are.

    ``ahead`` is a process that has loaded what this needs (:mod:`symconv.ahead`).
    """
    passed = sum(check.passed for check in report.checks)
    bad, names = tuple(failures(report)), tuple(map(str, files))
    summary = Summary(report.title, tuple(report.answers), bad, passed, len(report.checks), names)
    if ahead:
        ahead.tell(dict.fromkeys(ahead.keys, summary))
    (shown,) = shared([partial(drawn, summary)], [0], 2 if ahead else 1, ahead=ahead)
    print(shown, end="")


def drawn(summary: Summary) -> str:
    """A summary as the terminal shows it."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console(markup=False, emoji=False, highlight=False)
    table = Table("", "Question", "Answer", "Verdict", title=summary.title, title_justify="left")
    worst_first = ("failed", "undecided", "passed")
    for answer in sorted(summary.answers, key=lambda answer: worst_first.index(answer.verdict)):
        style = "green" if answer.verdict == "passed" else "bold red"
        table.add_row(answer.id, answer.question, answer.answer, Text(answer.verdict, style))
    with console.capture() as captured:
        for sentence in summary.bad:
            console.print(sentence, style="bold red", soft_wrap=True)
        console.print(table)
        console.print(f"{summary.passed} of {summary.made} checks passed")
        for file in summary.files:
            console.print(file, soft_wrap=True)
    return captured.get()


def open_page(files: Sequence[Path]) -> None:
    """Show the page among the files in the browser; a sentence where there is none to show it in."""
    import webbrowser

    page = next(file for file in files if file.suffix == ".html")
    if not webbrowser.open(page.absolute().as_uri()):
        print(f"no browser could be started; open {page} in one", file=sys.stderr)


NARROWEST, WIDEST = 80, 120
"""Between which widths a page of text follows the terminal."""


def page(report: Report) -> str:
    """The report's document as text: as wide as the terminal and coloured there, plain where it is piped."""
    from symconv.render import text
    from symconv.render.sheet import Sheet

    sheet = Sheet(report.document)
    if not sys.stdout.isatty():
        return text.render(sheet)
    width = min(max(get_terminal_size().columns - 1, NARROWEST - 1), WIDEST)
    colour = not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    return text.render(sheet, width, colour)


def failures(report: Report) -> Iterator[str]:
    """A sentence for every check that did not pass."""
    for check in report.checks.failures:
        yield f"{check.verdict}: {check.subject}: {check.detail or check.method}"
