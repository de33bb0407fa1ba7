"""The errors that symconv raises on purpose, each calling for a different action.

====================  ==========================================================
``ProblemError``      fix the problem file
``ArgumentError``     fix an argument (it is a ``ValueError`` too)
``ShapeError``        fix the sizes (it is a ``ValueError`` too)
``UnsupportedError``  not available; the message says what would be needed
====================  ==========================================================

Inner code raises short (``ArgumentError("stride", "an integer >= 1", 0)``); the boundary that knows
the file and the key adds them once.
"""

from __future__ import annotations


class SymconvError(Exception):
    """Base of every error that symconv raises on purpose; its text is one sentence for the user."""


class ProblemError(SymconvError):
    """A problem file that cannot be used: says file, key path, requirement and value."""


class ArgumentError(SymconvError, ValueError):
    """An argument outside its domain.

    Args:
        name: the argument's name, as the user wrote it.
        requirement: what it must be, without the words "must be".
        value: the offending value; left out when the requirement says it all.
    """

    def __init__(self, name: str, requirement: str, value: object = ...) -> None:
        self.name = name
        self.requirement = requirement
        self.value = value
        super().__init__(f"{name}: {self.complaint}")

    @property
    def complaint(self) -> str:
        """The sentence without the argument's name."""
        shown = "" if self.value is ... else f", not {shorten(self.value)}"
        return f"must be {self.requirement}{shown}"


class ShapeError(SymconvError, ValueError):
    """Sizes that do not fit together."""


class UnsupportedError(SymconvError):
    """Something symconv cannot do; the text says what would be needed."""


def shorten(value: object, limit: int = 60) -> str:
    """``repr`` of a value, cut in the middle so that an error stays one readable line."""
    text = repr(value)
    if len(text) <= limit:
        return text
    half = (limit - 1) // 2
    return f"{text[:half]}…{text[-half:]}"
