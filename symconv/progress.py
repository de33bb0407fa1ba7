"""A line on the terminal that says what is being done, until it is done."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from shutil import get_terminal_size
from typing import TypeVar

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
