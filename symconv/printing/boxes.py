"""Boxes of characters: set side by side on a common baseline, one above the other, between tall fences."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType

from symconv.errors import UnsupportedError
from symconv.value import Value

_TALL = {
    "": ("", "", "", ""),
    "(": ("⎛", "⎜", "⎜", "⎝"),
    ")": ("⎞", "⎟", "⎟", "⎠"),
    "[": ("⎡", "⎢", "⎢", "⎣"),
    "]": ("⎤", "⎥", "⎥", "⎦"),
    "{": ("⎧", "⎪", "⎨", "⎩"),
    "}": ("⎫", "⎪", "⎬", "⎭"),
    "⌊": ("⎢", "⎢", "⎢", "⎣"),
    "⌋": ("⎥", "⎥", "⎥", "⎦"),
    "⌈": ("⎡", "⎢", "⎢", "⎢"),
    "⌉": ("⎤", "⎥", "⎥", "⎥"),
    "⟨": ("╱", "⟨", "⟨", "╲"),
    "⟩": ("╲", "⟩", "⟩", "╱"),
    "|": ("│", "│", "│", "│"),
    "‖": ("║", "║", "║", "║"),
}
"""The pieces of a tall fence: top, side, middle, bottom."""


INKS: Mapping[str, str] = MappingProxyType(
    {"input": "i", "weight": "w", "upstream": "u", "result": "r", "wrong": "x"}
)
"""The letter of each role in the inks of a box."""


class Box(Value):
    """Lines of equal length, and the index of the line on which neighbours are aligned.

    ``inks`` are lines of the same lengths with the role of every character, a blank for none; None for a box
    without roles.
    """

    lines: tuple[str, ...]
    baseline: int = 0
    inks: tuple[str, ...] | None = None

    @property
    def width(self) -> int:
        return len(self.lines[0])

    @property
    def height(self) -> int:
        return len(self.lines)

    def inked(self, role: str) -> Box:
        """The box with its characters in a role, except those that have one."""
        before = self.inks or (" " * self.width,) * self.height
        inks = tuple(
            "".join(
                INKS[role] if character != " " and ink == " " else ink
                for character, ink in zip(line, own, strict=True)
            )
            for line, own in zip(self.lines, before, strict=True)
        )
        return Box(self.lines, self.baseline, inks)

    def framed(self, left: Sequence[str], right: Sequence[str]) -> Box:
        """The box with characters on both sides of every line, which have no role."""
        lines = tuple(a + line + b for a, line, b in zip(left, self.lines, right, strict=True))
        if self.inks is None:
            return Box(lines, self.baseline)
        parts = zip(left, self.inks, right, strict=True)
        return Box(lines, self.baseline, tuple(" " * len(a) + ink + " " * len(b) for a, ink, b in parts))


def between(left: str, body: Box, right: str) -> Box:
    """A body between fences of its height."""
    if body.height == 1:
        return body.framed((left,), (right,))
    if body.height == 2 and "{" in left + right:
        # a curly fence needs a line for its tip
        blank = Box((" " * body.width,))
        upper, lower = (Box((line,), 0, ink) for line, ink in zip(body.lines, _by_line(body), strict=True))
        body = stacked((upper, blank, lower), "left")
    return beside((_edge(left, body), body, _edge(right, body)))


def _edge(fence: str, body: Box) -> Box:
    """One side of a tall fence."""
    if fence not in _TALL:
        raise UnsupportedError(f"text: there is no rule for the tall fence {fence!r}")
    top, side, middle, bottom = _TALL[fence]
    inner = [side] * (body.height - 2)
    if inner:
        inner[(body.height - 2) // 2] = middle
    return Box((top, *inner, bottom), body.baseline)


def grid(rows: list[list[Box]], align: str, blocks: tuple[int, int] | None = None) -> Box:
    """Boxes in rows and columns, two spaces apart; rows with tall cells are set off by a blank line.

    ``blocks`` is the height and width of the blocks that lines set apart.
    """
    height, width = blocks or (len(rows), len(rows[0]))
    widths = [max(cell.width for cell in column) for column in zip(*rows, strict=True)]
    lines: list[Box] = []
    tall = any(cell.height > 1 for cells in rows for cell in cells)
    for number, cells in enumerate(rows):
        padded = [_widened(cell, width, align) for cell, width in zip(cells, widths, strict=True)]
        parts: list[Box] = []
        for place, cell in enumerate(padded):
            if place:
                parts.append(_bar(padded) if place % width == 0 else Box(("  ",)))
            parts.append(cell)
        if number and number % height == 0:
            across = zip(parts, range(len(parts)), strict=True)
            lines.append(Box(("".join(_ruled(part, place) for part, place in across),)))
        elif tall and lines:
            lines.append(Box((" ",)))
        lines.append(beside(parts))
    return stacked(lines, "left")


def _bar(cells: list[Box]) -> Box:
    """A vertical line of the height of a row."""
    above = max(cell.baseline for cell in cells)
    below = max(cell.height - cell.baseline for cell in cells)
    return Box((" │ ",) * (above + below), above)


def _ruled(part: Box, place: int) -> str:
    """The horizontal line below a cell or a gap."""
    return "─┼─" if place % 2 and "│" in part.lines[0] else "─" * part.width


def beside(boxes: Iterable[Box]) -> Box:
    """Boxes side by side on a common baseline."""
    boxes = tuple(boxes)
    has_inks = any(part.inks for part in boxes)
    if not has_inks and all(len(part.lines) == 1 for part in boxes):
        return Box(("".join([part.lines[0] for part in boxes]),))
    above = max(part.baseline for part in boxes)
    below = max(part.height - part.baseline for part in boxes)
    columns, inks = [], []
    for part in boxes:
        blank = " " * part.width
        top = above - part.baseline
        bottom = above + below - top - part.height
        columns.append((blank,) * top + part.lines + (blank,) * bottom)
        if has_inks:
            own = part.inks or (blank,) * part.height
            inks.append((blank,) * top + own + (blank,) * bottom)
    return Box(_joined(columns), above, _joined(inks) if has_inks else None)


def _joined(columns: list[tuple[str, ...]]) -> tuple[str, ...]:
    return tuple("".join(line) for line in zip(*columns, strict=True))


def stacked(boxes: Iterable[Box], align: str) -> Box:
    """Boxes one above the other, the baseline in the middle."""
    boxes = tuple(boxes)
    width = max(part.width for part in boxes)
    parts = [_widened(part, width, align) for part in boxes]
    lines = tuple(line for part in parts for line in part.lines)
    if not any(part.inks for part in parts):
        return Box(lines, (len(lines) - 1) // 2)
    inks = tuple(ink for part in parts for ink in part.inks or (" " * width,) * part.height)
    return Box(lines, (len(lines) - 1) // 2, inks)


def _widened(part: Box, width: int, align: str) -> Box:
    place = str.ljust if align == "left" else str.center
    inks = None if part.inks is None else tuple(place(ink, width) for ink in part.inks)
    return Box(tuple(place(line, width) for line in part.lines), part.baseline, inks)


def _by_line(box: Box) -> list[tuple[str] | None]:
    """The inks of every line by itself."""
    return [None] * box.height if box.inks is None else [(ink,) for ink in box.inks]
