"""How wide the columns of a table are on paper."""

from __future__ import annotations

from symconv.display import Prose
from symconv.document import Table
from symconv.printing.breaking import typeset_width

LINE = 38.0
"""The width of a line of text in em, less what the number of an equation takes."""

_GAP = 1.1
"""The space between two columns of a table in em."""


def column_widths(node: Table) -> list[float | None]:
    """The part of the line that a column takes, or None for a column that needs no more than its content.

    When a table is wider than the line its columns of words share what the others leave.
    """
    natural = [max(map(_extent, column)) for column in zip(node.header, *node.rows, strict=True)]
    room = LINE - _GAP * (len(natural) - 1)
    fair = room / len(natural)
    if sum(natural) <= room:
        return [None] * len(natural)
    wide = sum(width for width in natural if width > fair)
    rest = room - sum(width for width in natural if width <= fair)
    return [width / wide * rest / LINE if width > fair else None for width in natural]


def _extent(prose: Prose) -> float:
    return sum(0.47 * len(part) if isinstance(part, str) else typeset_width(part) for part in prose)
