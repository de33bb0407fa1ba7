"""What the terminal shows: what is being done until it is done, then the answers with the bad ones first."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from shutil import get_terminal_size
from typing import TYPE_CHECKING, TypeVar

from symconv.report import Report
from symconv.sharing import Ahead, shared

if TYPE_CHECKING:
    from symconv.report import Summary

    Summaries = Ahead[str, Summary, str]
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


def summarise(report: Report, files: Sequence[Path], ahead: Summaries | None = None) -> None:
    """What did not pass, a table of the answers with the bad ones first, and where the files are.

    ``ahead`` is a process that has loaded what this needs (:mod:`symconv.ahead`).
    """
    summary = report.summary(files)
    if ahead:
        ahead.tell(dict.fromkeys(ahead.keys, summary))

    def drawn_here() -> str:
        from symconv.summary import drawn

        return drawn(summary)

    (shown,) = shared([drawn_here], [0], 2 if ahead else 1, ahead=ahead)
    print(shown, end="")


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
