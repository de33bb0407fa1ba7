"""What the formats of one report share: each formula is broken into lines and converted once.

A sheet lives as long as the rendering of one document and remembers by identity, which is much cheaper than
to compare trees.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, TypeVar

from symconv.document import Chain, Document, Formula, Line
from symconv.printing.breaking import split_row, typeset_width
from symconv.printing.mathml import MathML

Subject = TypeVar("Subject")
Result = TypeVar("Result")

WIDTH = 36.0
"""The width of a displayed formula in em: it fits beside the reasons on a page and the number on paper."""

INDENT = 2.0
"""How far the continuation of a broken line stands in, in em."""


class Sheet:
    """A document on its way into one or more formats.

    Args:
        document: the document.
        mathml: the converter of formulas, to share one between sheets.
    """

    __slots__ = ("_made", "document", "mathml")

    def __init__(self, document: Document, mathml: MathML | None = None) -> None:
        self.document = document
        self.mathml = mathml or MathML()
        self._made: dict[tuple[Callable[..., Any], int], tuple[object, Any]] = {}

    def once(self, make: Callable[[Subject, Sheet], Result], subject: Subject) -> Result:
        """``make(subject, sheet)``, made at the first call."""
        key = make, id(subject)
        if key not in self._made:
            # the subject is kept, or another object could get its identity
            self._made[key] = subject, make(subject, self)
        result: Result = self._made[key][1]
        return result

    def lines(self, body: Formula | Chain) -> tuple[Line, ...]:
        """The lines of a formula or chain, long ones broken at ``+ − =`` to fit; a line without relation
        continues the line above."""
        return self.once(_broken, body)


def _broken(body: Formula | Chain, sheet: Sheet) -> tuple[Line, ...]:
    lines = body.lines if isinstance(body, Chain) else (Line(None, "", body.tree),)
    taken = max((typeset_width(line.left) for line in lines if line.left is not None), default=0.0)
    return tuple(piece for line in lines for piece in _pieces(line, WIDTH - taken - INDENT))


def _pieces(line: Line, limit: float) -> Iterator[Line]:
    first, *rest = split_row(line.right, limit)
    yield Line(line.left, line.relation, first)
    for piece in rest:
        yield Line(None, "", piece)
