from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import get_args

import pytest
from printing.samples import FORMULAS, chain

from symconv.display import (
    BigOp,
    Fence,
    Frac,
    Func,
    Highlight,
    Ident,
    Matrix,
    Node,
    Num,
    Op,
    Role,
    Row,
    Script,
    Words,
    parens,
    row,
)
from symconv.errors import UnsupportedError
from symconv.printing.breaking import split_row
from symconv.printing.latex import latex
from symconv.value import fields

x, n, p = Ident("x"), Ident("n"), Ident("p")

PREAMBLE = r"""\documentclass{article}
\usepackage{amsmath,amssymb,xcolor,lmodern}
""" + "\n".join(rf"\definecolor{{symconv-{role}}}{{gray}}{{0.3}}" for role in get_args(Role))


def kinds(node: object) -> set[str]:
    """The kinds of nodes in a tree."""
    if isinstance(node, tuple):
        return set().union(*map(kinds, node))
    if not isinstance(node, Node):
        return set()
    return {type(node).__name__}.union(*(kinds(getattr(node, field.name)) for field in fields(node)))


def test_the_samples_hold_every_kind_of_node() -> None:
    declared = {kind.__name__ for kind in Node.__subclasses__() if kind.__module__ == Node.__module__}
    assert kinds(tuple(FORMULAS.values())) == declared


@pytest.mark.parametrize(
    ("node", "expected"),
    [
        (
            chain(1),
            r"\frac{\partial E}{\partial \mathbf{A}_{12}} = \frac{\partial E}{\partial \mathbf{C}_{11}} \cdot \mathbf{B}_{11}",
        ),
        (Ident("θ", bold=True), r"\boldsymbol{\theta}"),
        (Ident("kH"), r"\mathit{kH}"),
        (row(2, p, parens(row(n, "−", 1))), "2 p (n - 1)"),
        (row(x, "=", Num("−3")), "x = {-3}"),
        (Script(n, sup=row(1, "/", p)), "n^{1/p}"),
        (Script(parens(row(x, "+", 1)), sup=Num("2")), "{(x + 1)}^{2}"),
        (Script(Frac(x, n), sub=p), r"{\frac{x}{n}}_{p}"),
        (parens(Frac(x, n)), r"\left( \frac{x}{n} \right)"),
        (row(Func("max"), parens(Frac(x, n))), r"\max \!\left( \frac{x}{n} \right)"),
        (Fence("⌊", x, "⌋"), r"\left\lfloor x \right\rfloor"),
        (Fence("", x, "|"), r"\left. x \right|"),
        (row(x, Func("mod"), n), r"x \bmod n"),
        (row(Func("sign"), parens(x)), r"\operatorname{sign} (x)"),
        (row(Words("if"), x, Words("and"), n), r"\text{if } x \text{ and } n"),
        (BigOp("lim", x, row(p, "→", Ident("∞"))), r"\lim_{p \to \infty} x"),
        (
            FORMULAS["gradient"],
            r"\frac{\partial E}{\partial \mathbf{A}} = \begin{bmatrix} 4 & {-7} \\ 17 & 25 \end{bmatrix}",
        ),
    ],
)
def test_latex_is_what_one_would_write(node: Node, expected: str) -> None:
    assert latex(node) == expected


def test_a_bracket_after_a_line_end_is_not_read_as_its_height() -> None:
    assert r"\\ {[x]}" in latex(Matrix(((n,), (Fence("[", x, "]"),))))


def test_letters_after_a_number_are_not_read_as_a_unit() -> None:
    assert latex(row(2, Ident("i"), n)) == "2 i n"


def test_highlights_are_coloured_on_request_only() -> None:
    node = Highlight("wrong", x)
    assert latex(node) == "x"
    assert latex(node, colour=True) == r"\textcolor{symconv-wrong}{x}"


@pytest.mark.parametrize(
    "node",
    [
        Ident("x_1"),
        Ident("é"),
        Ident(""),
        Num("1e5"),
        Num("-1"),
        Num(r"\input"),
        Op("&"),
        Op("-"),
        Func("a b"),
        Words("50%"),
        Words("} x"),
        Fence("<", x, ">"),
        BigOp("∫", x),
    ],
)
def test_what_has_no_faithful_latex_is_refused(node: Node) -> None:
    with pytest.raises(UnsupportedError, match="there is no rule for the"):
        latex(row(x, "+", node))


def test_a_kind_of_node_without_a_rule_is_refused() -> None:
    class Cloud(Node):
        pass

    with pytest.raises(UnsupportedError, match="Cloud nodes"):
        latex(row(x, "+", Cloud()))


@pytest.mark.tex
def test_pdflatex_sets_every_formula_and_none_overflows(
    pdflatex: Callable[[str, Path], str], tmp_path: Path
) -> None:
    pieces = [piece for node in FORMULAS.values() for piece in split_row(node, 30)]
    lines = [rf"\[ {latex(piece, colour)} \]" for piece in pieces for colour in (False, True)]
    log = pdflatex("\n".join((PREAMBLE, r"\begin{document}", *lines, r"\end{document}")), tmp_path)
    assert "Output written" in log
    assert "Overfull" not in log
    assert "Missing character" not in log


def test_an_empty_row_is_an_invisible_operand() -> None:
    assert latex(Row((Row(()), Op("−"), x))) == "{} - x"
