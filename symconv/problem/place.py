"""Where a value stands in a problem file, and the sentences that errors are made of."""

from __future__ import annotations

import re
from collections.abc import Iterable

from symconv.errors import ArgumentError, ProblemError, shorten
from symconv.value import Value

_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")


class Place(Value):
    """Where a value stands in a file: ``hw.toml: layers.conv.stride``."""

    source: str
    path: str = ""

    def key(self, name: str) -> Place:
        """The value of a key of the table that stands here."""
        shown = name if _BARE_KEY.fullmatch(name) else shorten(name)
        return Place(self.source, f"{self.path}.{shown}" if self.path else shown)

    def item(self, *index: int) -> Place:
        """An entry of the list that stands here, counted from 1."""
        return Place(self.source, f"{self.path}[{', '.join(map(str, index))}]")

    def error(self, complaint: str) -> ProblemError:
        """A complaint about what stands here."""
        return ProblemError(": ".join(part for part in (self.source, self.path, complaint) if part))

    def must_be(self, requirement: str, value: object = ...) -> ProblemError:
        """The complaint that what stands here must be something else."""
        return self.error(ArgumentError(self.path, requirement, value).complaint)


def hint(name: str, known: Iterable[str]) -> str:
    """The known name that is nearest to a wrong one; all of them where none is near."""
    from difflib import get_close_matches

    choices = {choice.lower(): choice for choice in known}
    nearest = get_close_matches(name.lower(), choices, n=1)
    return f"did you mean {choices[nearest[0]]!r}?" if nearest else f"known: {', '.join(choices.values())}"


def unknown(what: str, name: str, known: Iterable[str]) -> str:
    """The complaint that a name is unknown, with its hint."""
    return f"unknown {what} {shorten(name)}; {hint(name, known)}"
