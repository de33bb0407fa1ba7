from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Callable
from pathlib import Path
from typing import get_args

import pytest

from symconv.drawing import Cell, Drawing, Ink, Label, Stroke
from symconv.printing.svg import COLOURS, svg
from symconv.printing.tikz import tikz
from symconv.render.tex_text import escape

DRAWING = Drawing(
    (60, 40),
    (
        Stroke(((0, 0), (10.126, 20)), "upstream", dash=(4, 2)),
        Cell((5, 5), (10, 10), "weight", filled=True),
        Cell((15, 5), (10, 10), "quiet", dashed=True),
        Label((30, 30), "<M> & 50% ᵖ√n", "end", italic=True),
    ),
    'Shows "a" < b',
)
SVG = "{http://www.w3.org/2000/svg}"


def test_svg_is_well_formed_and_says_what_it_shows() -> None:
    root = ET.fromstring(svg(DRAWING))
    assert root.get("aria-label") == 'Shows "a" < b'
    assert [child.tag.removeprefix(SVG) for child in root] == ["polyline", "rect", "rect", "text"]
    assert root[3].text == "<M> & 50% ᵖ√n"
    assert root[0].get("points") == "0,0 10.13,20"


def test_svg_has_the_colours_of_its_page_or_fixed_ones() -> None:
    within = svg(DRAWING)
    assert 'class="ink-upstream" stroke="currentColor"' in within
    assert not set(COLOURS.values()) & set(within.split('"'))
    alone = svg(DRAWING, "Some Font")
    assert f'stroke="{COLOURS["upstream"]}"' in alone
    assert "currentColor" not in alone
    assert 'font-family="Some Font"' in alone


def test_every_role_has_a_colour() -> None:
    assert set(COLOURS) == set(get_args(Ink))


@pytest.mark.parametrize("draw", [svg, lambda drawing: tikz(drawing, escape)])
def test_a_shape_without_a_rule_is_refused(draw: Callable[[Drawing], str]) -> None:
    with pytest.raises(TypeError, match="no rule draws a int"):
        draw(Drawing((1, 1), (7,), ""))  # type: ignore[arg-type]


def test_tikz_spells_labels_and_keeps_points() -> None:
    drawn = tikz(DRAWING, escape)
    assert r"\textless{}M\textgreater{} \& 50\%" in drawn
    assert (
        r"\draw[symconv-upstream,line width=0.8pt,line join=round,dash pattern=on 4pt off 2pt] (0,0) -- (10.13,20);"
        in drawn
    )
    assert "anchor=base east" in drawn


@pytest.mark.tex
def test_pdflatex_draws_every_shape(pdflatex: Callable[[str, Path], str], tmp_path: Path) -> None:
    colours = "\n".join(rf"\definecolor{{symconv-{role}}}{{gray}}{{0.3}}" for role in COLOURS)
    source = (
        "\\documentclass{article}\\usepackage[T1]{fontenc}\\usepackage{lmodern,amsmath,amssymb,tikz,xcolor}\n"
        f"{colours}\n\\begin{{document}}\n{tikz(DRAWING, escape)}\n\\end{{document}}\n"
    )
    assert "Output written" in pdflatex(source, tmp_path)
