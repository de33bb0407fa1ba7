from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from typing import Any

import mpmath
import pytest

from symconv.axes import Adaptive, Sliding
from symconv.drawing import Cell, Drawing, Label, Stroke
from symconv.narrate.convergence import convergence
from symconv.narrate.figures import window_moves


def lines(axis: Any, size: int, base: int = 1) -> tuple[str, ...]:
    (figure,) = window_moves((axis,), (size,), ("width",), base)
    return figure.plain


def test_windows_move_by_the_stride_reach_by_the_dilation_and_leave_the_rest() -> None:
    assert lines(Sliding(2, stride=2, dilation=2), 6) == (
        " 1  1 · 2 · · ·",
        " 2  · · 1 · 2 ·",
    )


def test_windows_begin_and_end_in_the_padding() -> None:
    rows = lines(Sliding(3, stride=2, padding=(1, 1)), 5)
    assert rows == (" 1  1 2 3 · · ·", " 2    · 1 2 3 ·", " 3    · · · 1 2 3")


def test_adaptive_windows_overlap_where_sizes_do_not_divide() -> None:
    assert lines(Adaptive(3), 5, base=0) == (" 0  0 1 · · ·", " 1  · 0 1 2 ·", " 2  · · · 0 1")


def test_axes_that_are_alike_share_a_figure_and_large_ones_have_none() -> None:
    axis = Sliding(3)
    (figure,) = window_moves((axis, axis), (5, 5), ("height", "width"), 1)
    assert "the height and the width" in str(figure.caption[0])
    assert len(window_moves((axis, axis), (5, 6), ("height", "width"), 1)) == 2
    assert window_moves((axis,), (40,), ("width",), 1) == ()


def shapes(drawing: Drawing, kind: type) -> list[Any]:
    return [shape for shape in drawing.shapes if isinstance(shape, kind)]


def test_every_read_cell_is_marked_by_a_number_and_not_by_colour_alone() -> None:
    (figure,) = window_moves((Sliding(3, stride=2, padding=(1, 1)),), (5,), ("width",), 1)
    marked = [cell for cell in shapes(figure.drawing, Cell) if cell.role == "weight"]
    numbers = [label.text for label in shapes(figure.drawing, Label) if label.role == "weight"]
    assert numbers == ["1", "2", "3"] * 3
    assert len(marked) == 9
    assert "output 1 reads 1, 2; output 2 reads 2, 3, 4; output 3 reads 4, 5" in figure.drawing.alt


@pytest.mark.parametrize("window", [[109, 92, 108, 85], [3, Fraction(1, 2), 0], [7, 7], [10**30, 1]])
def test_the_norm_lies_between_its_bounds_and_is_the_true_one(window: list[Any]) -> None:
    figure = convergence(window)
    assert figure is not None
    bound, norm, maximum = shapes(figure.drawing, Stroke)[-3:]
    assert all(
        above[1] - 1e-9 <= point[1] <= maximum.points[0][1] + 1e-9
        for above, point in zip(bound.points, norm.points, strict=True)
    )
    assert all(later[1] >= sooner[1] for sooner, later in pairwise(norm.points))
    # half of the way along the axis, where p is 8, against the sum of the powers themselves
    (left, _), (right, _) = norm.points[0], norm.points[-1]
    height = maximum.points[0][1] - bound.points[0][1]
    middle = norm.points[len(norm.points) // 2]
    assert middle[0] == pytest.approx((left + right) / 2)
    total = sum(mpmath.mpf(entry.numerator) ** 8 / mpmath.mpf(entry.denominator) ** 8 for entry in window)
    value = mpmath.log(total ** mpmath.mpf("0.125") / max(window), 2) / mpmath.log(len(window), 2)
    assert maximum.points[0][1] - middle[1] == pytest.approx(float(value) * height, abs=0.01)


def test_a_window_of_zeros_and_one_entry_alone_have_no_figure() -> None:
    assert convergence([0, 0]) is None
    assert convergence([5]) is None
