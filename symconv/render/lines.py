"""Displayed formulas as lines that fit into the width of a column."""

from __future__ import annotations

from collections.abc import Iterator

from symconv.document import Chain, Formula, Line
from symconv.printing.breaking import split_row, typeset_width

INDENT = 2.0
"""How far the continuation of a broken line stands in, in em."""


def broken(body: Formula | Chain, limit: float) -> tuple[Line, ...]:
    """The lines of a formula or chain, long ones broken at ``+ − =`` so that they fit into ``limit`` em.

    A line without relation continues the line above.
    """
    lines = body.lines if isinstance(body, Chain) else (Line(None, "", body.tree),)
    taken = max((typeset_width(line.left) for line in lines if line.left is not None), default=0.0)
    return tuple(piece for line in lines for piece in _pieces(line, limit - taken - INDENT))


def _pieces(line: Line, limit: float) -> Iterator[Line]:
    first, *rest = split_row(line.right, limit)
    yield Line(line.left, line.relation, first)
    for piece in rest:
        yield Line(None, "", piece)
