"""What the formats of one report share: each formula is broken into lines and converted once.

A sheet lives as long as the rendering of one document and remembers by identity, which is much cheaper than
to compare trees.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, TypeVar

from symconv.display import Node, Op, Row, row
from symconv.document import Chain, Document, Formula, Line
from symconv.printing.breaking import split_row, typeset_width
from symconv.printing.mathml import MathML
from symconv.printing.precedence import RELATIONS, flat
from symconv.render.style import FragmentStyle

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
        style: the names that a LaTeX fragment uses.
    """

    __slots__ = ("_made", "document", "mathml", "style")

    def __init__(
        self, document: Document, mathml: MathML | None = None, style: FragmentStyle | None = None
    ) -> None:
        self.document = document
        self.mathml = mathml or MathML()
        self.style = style or FragmentStyle()
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
        """The lines of a formula or chain, long ones broken at ``+ − =`` to fit.

        A line without relation continues the line above, if there is one.
        """
        return self.once(_broken, body)


def room(lines: Iterable[Line]) -> float:
    """How wide in em the right sides of lines may be."""
    left = max((typeset_width(line.left) for line in lines if line.left is not None), default=0.0)
    return max(WIDTH - left - INDENT, WIDTH / 4)


def _broken(body: Formula | Chain, sheet: Sheet) -> tuple[Line, ...]:
    lines = body.lines if isinstance(body, Chain) else (_line(body.tree),)
    limit = room(lines)
    return tuple(piece for line in lines for piece in _pieces(line, limit))


def _line(tree: Node) -> Line:
    """A formula as a line; one that is too wide is taken apart at its first relation."""
    if isinstance(tree, Row) and typeset_width(tree) > WIDTH - INDENT:
        parts = flat(tree)
        for index, part in enumerate(parts):
            if index and isinstance(part, Op) and part.symbol in RELATIONS:
                return Line(row(parts[:index]), part.symbol, row(parts[index + 1 :]))
    return Line(None, "", tree)


def _pieces(line: Line, limit: float) -> Iterator[Line]:
    first, *rest = split_row(line.right, limit)
    yield Line(line.left, line.relation, first)
    for piece in rest:
        head, *others = flat(piece)
        if isinstance(head, Op) and head.symbol in RELATIONS:
            yield Line(None, head.symbol, row(others))
        else:
            yield Line(None, "", piece)
