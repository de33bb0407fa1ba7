"""A drawing as SVG: with classes that a page's style sheet colours, or in fixed colours by itself."""

from __future__ import annotations

from functools import singledispatch

from markupsafe import escape

from symconv.drawing import Cell, Drawing, Label, Stroke

NAMESPACE = "http://www.w3.org/2000/svg"
COLOURS = {
    "ink": "#1d2126",
    "quiet": "#565e66",
    "input": "#5a3d99",
    "weight": "#9a4a00",
    "upstream": "#1f5fa8",
    "result": "#1c6b3c",
}
"""The colours of roles on paper."""
_ENLARGED = 1.4
"""A point of a drawing in pixels of a page, so that its letters are as large as small print there."""
_TINT = 0.16
"""How much of its colour a filled cell has."""


def svg(drawing: Drawing, font: str = "") -> str:
    """The drawing as an ``<svg>`` element.

    Args:
        drawing: the drawing.
        font: the font of the labels, for a drawing that stands by itself in fixed colours; by default shapes
            have ``currentColor`` under the classes ``ink-<role>``, and the page's font.
    """
    width, height = drawing.size
    scale = 1.0 if font else _ENLARGED
    family = f' font-family="{escape(font)}"' if font else ""
    shapes = "".join(shape(each, bool(font)) for each in drawing.shapes)
    return (
        f'<svg xmlns="{NAMESPACE}" viewBox="0 0 {_n(width)} {_n(height)}" width="{_n(scale * width)}" '
        f'height="{_n(scale * height)}" role="img" aria-label="{escape(drawing.alt)}"{family}>{shapes}</svg>'
    )


@singledispatch
def shape(node: object, fixed: bool) -> str:
    """A shape as an SVG element."""
    raise TypeError(f"no rule draws a {type(node).__name__} as SVG")


@shape.register
def _(node: Stroke, fixed: bool) -> str:
    points = " ".join(f"{_n(x)},{_n(y)}" for x, y in node.points)
    dash = f' stroke-dasharray="{" ".join(map(_n, node.dash))}"' if node.dash else ""
    return (
        f'<polyline {_ink(node.role, fixed, "stroke")} fill="none" stroke-width="{_n(node.width)}" '
        f'stroke-linejoin="round"{dash} points="{points}"/>'
    )


@shape.register
def _(node: Cell, fixed: bool) -> str:
    (x, y), (width, height) = node.corner, node.size
    dash = ' stroke-dasharray="2 2"' if node.dashed else ""
    colour = COLOURS[node.role] if fixed else "currentColor"
    fill = f'fill="{colour}" fill-opacity="{_TINT}"' if node.filled else 'fill="none"'
    return (
        f'<rect {_ink(node.role, fixed, "stroke")} {fill} stroke-width="0.8"{dash} '
        f'x="{_n(x)}" y="{_n(y)}" width="{_n(width)}" height="{_n(height)}"/>'
    )


@shape.register
def _(node: Label, fixed: bool) -> str:
    x, y = node.at
    style = ' font-style="italic"' if node.italic else ""
    return (
        f'<text {_ink(node.role, fixed, "fill")} x="{_n(x)}" y="{_n(y)}" font-size="{_n(node.size)}" '
        f'text-anchor="{node.anchor}"{style}>{escape(node.text)}</text>'
    )


def _ink(role: str, fixed: bool, what: str) -> str:
    return f'{what}="{COLOURS[role]}"' if fixed else f'class="ink-{role}" {what}="currentColor"'


def _n(value: float) -> str:
    """A number with at most two decimals, the same on every machine."""
    return f"{value:.2f}".rstrip("0").rstrip(".")
