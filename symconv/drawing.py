"""Drawings: a handful of shapes in points, free of any output format.

The narrator makes them from computed values, :mod:`symconv.printing.svg` and :mod:`symconv.printing.tikz` write
them. The origin is the upper left corner, y grows downwards. A shape's ``role`` gives it the colour that its
role has in formulas; a drawing must be readable without colours, so whatever a colour says, a dash, a
hatching or a label says too. To add a shape, add a class here and a rule to both printers.
"""

from __future__ import annotations

from typing import Literal

from symconv.value import Value

Point = tuple[float, float]
Ink = Literal["ink", "quiet", "input", "weight", "upstream", "result"]


class Stroke(Value):
    """Straight pieces through points."""

    points: tuple[Point, ...]
    role: Ink = "ink"
    width: float = 0.8
    dash: tuple[float, ...] = ()


class Cell(Value):
    """A square or rectangle; ``filled`` lightly in its role's colour, ``dashed`` for what is not really there."""

    corner: Point
    size: Point
    role: Ink = "ink"
    filled: bool = False
    dashed: bool = False


class Label(Value):
    """Words or a sign, in Unicode, anchored at a point of its base line."""

    at: Point
    text: str
    anchor: Literal["start", "middle", "end"] = "middle"
    role: Ink = "ink"
    size: float = 9.0
    italic: bool = False


class Drawing(Value):
    """Shapes on a sheet, and what they show in a sentence for those who do not see them."""

    size: Point
    shapes: tuple[Stroke | Cell | Label, ...]
    alt: str
