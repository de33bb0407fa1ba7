"""What the terminal shows: what is being done until it is done, then the answers with the bad ones first."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from shutil import get_terminal_size
from typing import TypeVar

from symconv.report import Report

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


def prepare() -> None:
    """Load what the summary needs."""
    import rich.console
    import rich.table  # noqa: F401


def summarise(report: Report, files: Sequence[Path]) -> None:
    """What did not pass, a table of the answers with the bad ones first, and where the files are."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console(markup=False, emoji=False, highlight=False)
    for sentence in failures(report):
        console.print(sentence, style="bold red", soft_wrap=True)
    table = Table("", "Question", "Answer", "Verdict", title=report.title, title_justify="left")
    worst_first = ("failed", "undecided", "passed")
    for answer in sorted(report.answers, key=lambda answer: worst_first.index(answer.verdict)):
        style = "green" if answer.verdict == "passed" else "bold red"
        table.add_row(answer.id, answer.question, answer.answer, Text(answer.verdict, style))
    console.print(table)
    console.print(f"{sum(check.passed for check in report.checks)} of {len(report.checks)} checks passed")
    for file in files:
        console.print(str(file), soft_wrap=True)


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
