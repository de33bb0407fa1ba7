"""Colours of a terminal, as its own palette has them, so that they fit light and dark alike."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import groupby
from types import MappingProxyType

from symconv.checks.result import Verdict
from symconv.printing.boxes import INKS, Box

_ROLES: Mapping[str, str] = MappingProxyType(
    {"input": "35", "weight": "33", "upstream": "34", "result": "32", "wrong": "31"}
)
"""The colour of each role: those of the page, as near as sixteen colours come."""
_CODES = MappingProxyType({INKS[role]: code for role, code in _ROLES.items()})
VERDICTS: Mapping[Verdict, str] = MappingProxyType(
    {Verdict.PASSED: "32", Verdict.FAILED: "1;31", Verdict.UNDECIDED: "1;33"}
)
BOLD, QUIET = "1", "2"


def painted(text: str, code: str) -> str:
    """Text in a colour or in bold, blanks at its ends left alone."""
    core = text.strip()
    if not core:
        return text
    start = text.index(core)
    return f"{text[:start]}\x1b[{code}m{core}\x1b[0m{text[start + len(core) :]}"


def lines(box: Box) -> tuple[str, ...]:
    """The lines of a box, its characters in the colours of their roles."""
    if box.inks is None:
        return box.lines
    return tuple(map(_line, box.lines, box.inks))


def _line(line: str, inks: str) -> str:
    parts = []
    for ink, places in groupby(range(len(line)), key=inks.__getitem__):
        part = "".join(line[place] for place in places)
        parts.append(part if ink == " " else painted(part, _CODES[ink]))
    return "".join(parts)
