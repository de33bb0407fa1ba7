"""Boxes of characters: set side by side on a common baseline, one above the other, between tall fences."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from symconv.errors import UnsupportedError

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


@dataclass(frozen=True, slots=True)
class Box:
    """Lines of equal length, and the index of the line on which neighbours are aligned."""

    lines: tuple[str, ...]
    baseline: int = 0

    @property
    def width(self) -> int:
        return len(self.lines[0])

    @property
    def height(self) -> int:
        return len(self.lines)


def between(left: str, body: Box, right: str) -> Box:
    """A body between fences of its height."""
    if body.height == 1:
        return Box((left + body.lines[0] + right,))
    if body.height == 2 and "{" in left + right:
        # a curly fence needs a line for its tip
        body = Box((body.lines[0], " " * body.width, body.lines[1]), 1)
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


def grid(rows: list[list[Box]], align: str) -> Box:
    """Boxes in rows and columns, two spaces apart; rows with tall cells are set off by a blank line."""
    widths = [max(cell.width for cell in column) for column in zip(*rows, strict=True)]
    lines: list[Box] = []
    tall = any(cell.height > 1 for cells in rows for cell in cells)
    for cells in rows:
        padded = [_widened(cell, width, align) for cell, width in zip(cells, widths, strict=True)]
        gaps = [part for cell in padded for part in (Box(("  ",)), cell)][1:]
        if tall and lines:
            lines.append(Box((" ",)))
        lines.append(beside(gaps))
    return stacked(lines, "left")


def beside(boxes: Iterable[Box]) -> Box:
    """Boxes side by side on a common baseline."""
    boxes = tuple(boxes)
    above = max(part.baseline for part in boxes)
    below = max(part.height - part.baseline for part in boxes)
    columns = []
    for part in boxes:
        blank = " " * part.width
        top = above - part.baseline
        columns.append((blank,) * top + part.lines + (blank,) * (above + below - top - part.height))
    return Box(tuple("".join(line) for line in zip(*columns, strict=True)), above)


def stacked(boxes: Iterable[Box], align: str) -> Box:
    """Boxes one above the other, the baseline in the middle."""
    boxes = tuple(boxes)
    width = max(part.width for part in boxes)
    lines = tuple(line for part in boxes for line in _widened(part, width, align).lines)
    return Box(lines, (len(lines) - 1) // 2)


def _widened(part: Box, width: int, align: str) -> Box:
    place = str.ljust if align == "left" else str.center
    return Box(tuple(place(line, width) for line in part.lines), part.baseline)
