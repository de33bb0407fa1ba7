"""Plain text that remembers the formulas in it.

Checks say in plain text what they compared. Letters that stand side by side, as in ``Dm``, cannot be told apart
there; the trees that the text was made of can.
"""

from __future__ import annotations

from typing import Self

from symconv.display import Node, Prose
from symconv.printing.text import text


class Plain(str):
    """Text on one line: a string like any other, with the ``parts`` that it was made of."""

    parts: Prose

    def __new__(cls, *parts: str | Node) -> Self:
        made = super().__new__(cls, "".join(part if isinstance(part, str) else text(part) for part in parts))
        made.parts = parts
        return made
