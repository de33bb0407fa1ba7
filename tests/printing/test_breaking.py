from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from printing.samples import FORMULAS, chain

from symconv.display import Fence, Frac, Ident, Op, Row, parens, row
from symconv.printing.breaking import split_row, typeset_width
from symconv.printing.latex import latex
from symconv.printing.text import block, text

a, b = Ident("a"), Ident("b")


def test_a_formula_that_fits_is_left_whole() -> None:
    assert split_row(chain(9), 1000) == (chain(9),)


@pytest.mark.parametrize("width", [8, 12, 20, 40])
def test_no_piece_is_too_wide_and_nothing_is_lost(width: float) -> None:
    pieces = split_row(chain(9), width)
    assert len(pieces) > 1
    assert all(typeset_width(piece) <= width for piece in pieces)
    assert " ".join(text(piece) for piece in pieces) == text(chain(9))


def test_a_piece_starts_with_its_operator_and_an_empty_operand() -> None:
    first, second = split_row(row(a, "−", b), 1)
    assert first == Row((a,))
    assert second == Row((Row(()), Op("−"), b))


def test_a_relation_starts_a_piece_without_an_empty_operand() -> None:
    assert split_row(row(a, "=", b), 1) == (Row((a,)), Row((Op("="), b)))


def test_a_sign_is_never_parted_from_its_term() -> None:
    assert [text(piece) for piece in split_row(row("−", a, "=", "−", b), 0)] == ["−a", "= −b"]


def test_what_is_not_a_row_or_has_no_operator_stays_whole() -> None:
    for node in (Frac(row(a, "+", b), a), parens(row(a, "+", b))):
        assert split_row(node, 0) == (node,)
    assert split_row(row(a, Fence("|", row(a, "+", b), "|")), 0) == (row(a, Fence("|", row(a, "+", b), "|")),)


def test_the_width_may_be_counted_in_characters() -> None:
    pieces = split_row(chain(9), 40, lambda node: max(map(len, block(node))))
    assert len(pieces) == 3
    assert all(len(line) <= 40 for piece in pieces for line in block(piece))


@pytest.mark.tex
def test_the_estimate_is_near_the_width_that_tex_sets(
    pdflatex: Callable[[str, Path], str], tmp_path: Path
) -> None:
    lines = [
        rf"\setbox0\hbox{{$\displaystyle {latex(node)}$}}\typeout{{set \the\wd0}}"
        for node in FORMULAS.values()
    ]
    source = r"\documentclass{article}\usepackage{amsmath,amssymb,lmodern}\begin{document}"
    log = pdflatex("\n".join((source, *lines, r"x\end{document}")), tmp_path)
    widths = [float(width) / 10 for width in re.findall(r"^set ([\d.]+)pt", log, re.MULTILINE)]
    assert len(widths) == len(FORMULAS)
    far = {
        name: (width, typeset_width(node))
        for (name, node), width in zip(FORMULAS.items(), widths, strict=True)
        if not 0.93 * width - 0.3 <= typeset_width(node) <= 1.25 * width + 0.5
    }
    assert far == {}
