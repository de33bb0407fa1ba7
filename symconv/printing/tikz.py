r"""A drawing as a ``tikzpicture``, in the colours ``symconv-<role>`` where they are defined.

Labels go through ``spell``, which turns text into LaTeX that no character of it can break.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import singledispatch

from symconv.drawing import Cell, Drawing, Label, Stroke

_ANCHORS = {"start": "base west", "middle": "base", "end": "base east"}
Spell = Callable[[str], str]


def tikz(drawing: Drawing, spell: Spell) -> str:
    """The drawing as LaTeX; it needs ``tikz``."""
    width, height = drawing.size
    shapes = "\n".join(shape(each, spell) for each in drawing.shapes)
    return (
        "\\begin{tikzpicture}[x=1pt,y=-1pt,inner sep=0pt,outer sep=0pt]\n"
        f"\\useasboundingbox (0,0) rectangle ({_n(width)},{_n(height)});\n{shapes}\n\\end{{tikzpicture}}"
    )


@singledispatch
def shape(node: object, spell: Spell) -> str:
    """A shape as a TikZ command."""
    raise TypeError(f"no rule draws a {type(node).__name__} with TikZ")


@shape.register
def _(node: Stroke, spell: Spell) -> str:
    dash = "".join(f" {word} {_n(length)}pt" for word, length in zip(_alternating(), node.dash, strict=False))
    pattern = f",dash pattern={dash.strip()}" if dash else ""
    path = " -- ".join(f"({_n(x)},{_n(y)})" for x, y in node.points)
    return f"\\draw[{_colour(node.role)},line width={_n(node.width)}pt,line join=round{pattern}] {path};"


@shape.register
def _(node: Cell, spell: Spell) -> str:
    (x, y), (width, height) = node.corner, node.size
    fill = f",fill={_colour(node.role)}!16" if node.filled else ""
    dash = ",dash pattern=on 2pt off 2pt" if node.dashed else ""
    corners = f"({_n(x)},{_n(y)}) rectangle ({_n(x + width)},{_n(y + height)})"
    return f"\\draw[{_colour(node.role)},line width=0.8pt{fill}{dash}] {corners};"


@shape.register
def _(node: Label, spell: Spell) -> str:
    x, y = node.at
    font = f"\\fontsize{{{_n(node.size)}pt}}{{{_n(node.size)}pt}}\\selectfont" + "\\itshape" * node.italic
    return (
        f"\\node[{_colour(node.role)},anchor={_ANCHORS[node.anchor]},font={{{font}}}] "
        f"at ({_n(x)},{_n(y)}) {{{spell(node.text)}}};"
    )


def _alternating() -> tuple[str, ...]:
    return ("on", "off") * 4


def _colour(role: str) -> str:
    return "black" if role == "ink" else f"symconv-{role}"


def _n(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")
