"""How a window moves, drawn: every cell is computed from the taps of an axis."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from symconv.axes import Adjoint, Axis, AxisTaps
from symconv.display import Prose
from symconv.document import Figure
from symconv.drawing import Cell, Drawing, Ink, Label, Stroke

_CELL = 17.0
_MOST_ROWS, _MOST_COLUMNS = 8, 22
"""Up to how many outputs and positions a window's moves are drawn."""


def window_moves(
    axes: Sequence[Axis], sizes: Sequence[int], names: Sequence[str], base: int
) -> tuple[Figure, ...]:
    """A figure for every axis that is not too large; axes that are alike share one.

    Args:
        axes, sizes, names: the spatial axes, their input sizes and what they are called.
        base: the index of a first entry.
    """
    alike: dict[tuple[Axis, int], list[str]] = {}
    for axis, size, name in zip(axes, sizes, names, strict=True):
        alike.setdefault((axis, size), []).append(name)
    drawn = (_moves(axis, size, " and the ".join(shared), base) for (axis, size), shared in alike.items())
    return tuple(figure for figure in drawn if figure is not None)


def _moves(axis: Axis, size: int, what: str, base: int) -> Figure | None:
    """Which positions each output reads along an axis, a row an output; None where it gets too large.

    Padding is dashed; in a cell stands the position within the window; a column that no row marks is read by
    nobody.
    """
    taps = axis.taps(size)
    before, after = getattr(axis, "padding", (0, 0))
    rows = taps.sizes[0]
    if rows > _MOST_ROWS or before + size + after > _MOST_COLUMNS:
        return None
    columns = range(-before, size + after)
    read = _read(axis, taps, rows)
    left, top = 44.0, 20.0
    shapes: list[Stroke | Cell | Label] = [Label((left - 8, top - 6), "output", "end", "quiet", 8)]
    for column in columns:
        if 0 <= column < size:
            x = left + (column + before + 0.5) * _CELL
            shapes.append(Label((x, top - 6), str(column + base), "middle", "quiet", 8))
    for row in range(rows):
        y = top + row * _CELL
        shapes.append(Label((left - 8, y + 0.7 * _CELL), str(row + base), "end", "ink", 9))
        for column in columns:
            outside = not 0 <= column < size
            offset = read.get((row, column))
            corner = (left + (column + before) * _CELL, y)
            role: Ink = "quiet" if offset is None else "weight"
            shapes.append(Cell(corner, (_CELL, _CELL), role, offset is not None and not outside, outside))
            if offset is not None:
                place = (corner[0] + _CELL / 2, y + 0.7 * _CELL)
                shapes.append(Label(place, str(offset + base), "middle", "weight"))
    width, height = left + len(columns) * _CELL + 2, top + rows * _CELL + 2
    plain = tuple(_plain_row(row, columns, read, size, base) for row in range(rows))
    alt = f"The windows along the {what}: " + "; ".join(
        _spoken(row, columns, read, size, base) for row in range(rows)
    )
    padded = "; what lies outside of the input is padding" if before or after else ""
    caption: Prose = (
        f"The windows along the {what}, a row for each output. "
        f"The numbers count the positions of the window{padded}.",
    )
    return Figure(Drawing((width, height), tuple(shapes), alt + "."), caption, plain)


def _read(axis: Any, taps: AxisTaps, rows: int) -> dict[tuple[int, int], int]:
    """The position within its window of every cell that an output reads, also in the padding."""
    if hasattr(axis, "stride"):
        kernel, stride, dilation = int(axis.kernel_size), int(axis.stride), int(axis.dilation)
        start = -int(axis.padding[0])
        every = ((row, m) for row in range(rows) for m in range(kernel))
        return {(row, start + stride * row + dilation * m): m for row, m in every}
    if isinstance(axis, Adjoint):
        return {(out, inp): offset for out, inp, offset in taps.triples}
    read: dict[tuple[int, int], int] = {}
    first: dict[int, int] = {}
    for out, inp, _ in taps.triples:
        first.setdefault(out, inp)
        read[out, inp] = inp - first[out]
    return read


def _plain_row(row: int, columns: range, read: dict[tuple[int, int], int], size: int, base: int) -> str:
    wide = len(str(max(read.values()) + base))
    cells = (
        f"{read[row, column] + base if (row, column) in read else '·' if 0 <= column < size else ' ':>{wide}}"
        for column in columns
    )
    return f"{row + base:>2}  " + " ".join(cells).rstrip()


def _spoken(row: int, columns: range, read: dict[tuple[int, int], int], size: int, base: int) -> str:
    cells = [str(column + base) for column in columns if (row, column) in read and 0 <= column < size]
    return f"output {row + base} reads {', '.join(cells) or 'padding only'}"
