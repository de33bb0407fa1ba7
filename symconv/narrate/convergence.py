"""How the LP norm of a window comes down to its maximum, drawn.

The curves are computed from the window's own numbers, scaled by the maximum, so that no power overflows; a
hundredth of a point is all that a drawing shows.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import log2
from typing import Any

from symconv.display import Prose
from symconv.document import Figure
from symconv.drawing import Cell, Drawing, Label, Point, Stroke

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
