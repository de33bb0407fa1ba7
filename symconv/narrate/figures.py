"""The figures of a report: how a window moves, and how the LP norm comes down to the maximum.

Every position in them is computed: cells from the taps of an axis, curves from the window's own numbers
(scaled by the maximum, so that no power overflows; a hundredth of a point is all that a drawing shows).
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import log2
from typing import Any

from symconv.axes import Adjoint, Axis, AxisTaps
from symconv.display import Prose
from symconv.document import Figure
from symconv.drawing import Cell, Drawing, Ink, Label, Point, Stroke

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


_PLOT: tuple[float, float, float, float] = (52.0, 14.0, 300.0, 130.0)
"""Left, top, width and height of the plane of the curves."""
_LARGEST_EXPONENT = 64
_POINTS = 73


def convergence(window: Sequence[Any]) -> Figure | None:
    """The LP norm of a window of numbers that are not negative, between its two bounds, over the exponent.

    The vertical axis is logarithmic in the norm over the maximum, so that the upper bound is log n over p.
    """
    top = max(window)
    if top == 0 or len(window) < 2:
        return None
    ratios = [float(Fraction(str(entry)) / Fraction(str(top))) for entry in window]
    count = len(ratios)
    steps = [k * log2(_LARGEST_EXPONENT) / (_POINTS - 1) for k in range(_POINTS)]
    exponents = [2.0**step for step in steps]
    norms = [log2(sum(ratio**p for ratio in ratios)) / p for p in exponents]
    bounds = [log2(count) / p for p in exponents]
    x0, y0, width, height = _PLOT

    def place(step: float, value: float) -> Point:
        return x0 + step / steps[-1] * width, y0 + height * (1 - value / log2(count))

    shapes: list[Stroke | Cell | Label] = [
        Stroke((place(0, log2(count)), place(0, 0), place(steps[-1], 0)), "quiet", 0.6)
    ]
    for step in range(int(steps[-1]) + 1):
        x, y = place(step, 0)
        shapes += [
            Stroke(((x, y), (x, y + 3)), "quiet", 0.6),
            Label((x, y + 13), str(2**step), "middle", "quiet", 8),
        ]
    for ratio in sorted({1, *(2**k for k in range(1, int(log2(count)) + 1)), count}):
        x, y = place(0, log2(ratio))
        shapes += [
            Stroke(((x - 3, y), (x, y)), "quiet", 0.6),
            Label((x - 6, y + 3), "M" if ratio == 1 else f"{ratio}M", "end", "quiet", 8, italic=True),
        ]
    shapes += [
        Stroke(tuple(map(place, steps, bounds)), "upstream", 1.0, (4, 2)),
        Stroke(tuple(map(place, steps, norms)), "weight", 1.6),
        Stroke((place(0, 0), place(steps[-1], 0)), "result", 1.2, (1, 2)),
    ]
    above = place(steps[10], bounds[10])
    shapes += [
        Label((above[0] + 8, above[1] - 4), "upper bound ᵖ√n·M", "start", "upstream"),
        Label((x0 + 8, y0 + height - 5), "maximum M", "start", "result"),
        Label((x0 + width + 8, y0 + height + 13), "p", "start", "quiet", 9, italic=True),
        Label((x0 + 8, place(0, norms[0] / 2)[1]), "norm", "start", "weight"),
    ]
    shown = ", ".join(map(str, window))
    alt = (
        f"The norm of {shown} falls from {2 ** norms[0]:.3f} times the maximum at p = 1 to "
        f"{2 ** norms[-1]:.3f} times it at p = {_LARGEST_EXPONENT}, always below the bound and above the maximum."
    )
    caption: Prose = (
        f"The norm of {shown} comes down to the maximum M, below the bound; both axes are logarithmic.",
    )
    return Figure(Drawing((x0 + width + 20, y0 + height + 20), tuple(shapes), alt), caption)
