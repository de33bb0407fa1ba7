"""A fragment within an author's own article: labels, theorems and proofs under the article's names."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from symconv import Conv2d, LPPool2d, solve
from symconv.cli import main
from symconv.errors import ArgumentError
from symconv.narrate.derivation import ENVIRONMENTS
from symconv.render.sheet import Sheet
from symconv.render.style import FragmentStyle
from symconv.render.tex import article, fragment
from tests.render.sample import sample

Compile = Callable[[str, Path], str]
ARTICLE = r"""\documentclass{article}
\usepackage{amsmath,amssymb}
%s
\begin{document}
%s
\end{document}
"""


def labels(source: str) -> list[str]:
    return re.findall(r"\\symconvlabel\{([^}]*)\}", source)


def test_every_numbered_equation_of_a_section_has_a_label_of_its_own() -> None:
    found = labels(fragment(Sheet(solve("starter").document)))
    assert len(found) > 10
    assert len(set(found)) == len(found)
    assert found[:2] == ["1:1", "1:2"]


def test_labels_begin_with_the_prefix_and_an_article_by_itself_has_none() -> None:
    source = fragment(Sheet(sample(), style=FragmentStyle(label_prefix="hw2")))
    assert r"\def\symconvlabel#1{\label{hw2:#1}}" in source
    assert r"\label{hw2:thm:#1}" in source
    assert r"\label" not in article(Sheet(sample()))


@pytest.mark.parametrize(
    ("name", "value"),
    [("label_prefix", "a}b"), ("label_prefix", ""), ("theorem", "thm 1"), ("proof", r"\input")],
)
def test_names_that_could_be_commands_are_refused(name: str, value: str) -> None:
    with pytest.raises(ArgumentError, match=f"{name}: must be "):
        FragmentStyle(**{name: value})


@pytest.mark.tex
def test_labels_can_be_referred_to_and_theorems_are_the_article_s_own(
    pdflatex: Compile, tmp_path: Path
) -> None:
    style = FragmentStyle("hw2", "lemma", "argument")
    preamble = "\\newtheorem{lemma}{Lemma}\n\\newenvironment{argument}{ARGUMENT }{ END}"
    source = fragment(Sheet(solve().document, style=style))
    first = labels(source)[0]
    body = f"{source}\nSee \\eqref{{hw2:{first}}} and Lemma \\ref{{hw2:thm:lp-limit}}.\n"
    log = pdflatex(ARTICLE % (preamble, body), tmp_path)
    assert "undefined" not in log
    assert "multiply" not in log
    assert r"Overfull \vbox" not in log  # the gradient of 25 entries breaks over pages
    assert "hw2:thm:lp-limit" in (tmp_path / "document.aux").read_text("utf-8")


@pytest.mark.tex
def test_an_article_without_theorems_takes_the_fragment_as_well(pdflatex: Compile, tmp_path: Path) -> None:
    assert "undefined" not in pdflatex(ARTICLE % ("", fragment(Sheet(sample()))), tmp_path)


DERIVATIONS: dict[str, Any] = {
    "convolution": Conv2d(stride=2, padding=1, dilation=2).derive((5, 5), (2, 2)),
    "LP pooling": LPPool2d(3, 2).derive((4, 4)),
}


def test_a_derivation_to_paste_says_how_it_was_checked_and_has_its_conditions() -> None:
    pasted = DERIVATIONS["convolution"].to_latex(environment="align*")
    assert pasted.startswith("% checked: exact, symbolic\n\\begin{align*}\n")
    assert pasted.endswith("\\end{align*}\n")
    assert pasted.count(r"\leq i \leq") == 1
    assert r"2 \mid" in pasted
    assert "symconv" not in pasted


def test_an_equation_holds_the_formula_alone() -> None:
    shown = DERIVATIONS["convolution"].to_latex("equation", wrt="output")
    assert shown.count("=") == 3  # of the formula, and of the two sums below their signs


def test_an_unknown_environment_or_argument_is_refused() -> None:
    with pytest.raises(ArgumentError, match=r"environment: must be one of align, .*, not 'tabular'"):
        DERIVATIONS["convolution"].to_latex("tabular")
    with pytest.raises(ArgumentError, match="wrt: must be one of input"):
        DERIVATIONS["LP pooling"].to_latex("align", wrt="weight")


@pytest.mark.tex
def test_every_environment_compiles_with_amsmath_alone(pdflatex: Compile, tmp_path: Path) -> None:
    parts = []
    for derivation in DERIVATIONS.values():
        for wrt in (None, *derivation.operator.arguments):
            for environment in ENVIRONMENTS:
                pasted = derivation.to_latex(environment, wrt)
                inner = environment in ("aligned", "split")
                parts.append(f"\\begin{{equation}}\n{pasted}\\end{{equation}}" if inner else pasted)
    source = (
        "\\documentclass[landscape]{article}\\usepackage{amsmath}\n\\begin{document}\n%s\n\\end{document}\n"
    )
    assert "undefined" not in pdflatex(source % "\n".join(parts), tmp_path)


def test_the_command_line_takes_the_names_of_an_article(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    names = ["--label-prefix", "hw2", "--theorem-environment", "lemma", "--proof-environment", "argument"]
    assert main(["solve", "starter", "--fragment", *names, "--out", str(tmp_path)]) == 0
    (file,) = tmp_path.iterdir()
    source = file.read_text("utf-8")
    assert file.name == "starter.fragment.tex"
    assert r"\def\symconvlabel#1{\label{hw2:#1}}" in source
    assert r"\begin{lemma}" in source
    assert r"\begin{argument}" in source
    capsys.readouterr()
    assert main(["prove", "lp-sum", "--format", "latex", *names]) == 0
    assert r"\begin{lemma}" in capsys.readouterr().out


def test_a_name_that_is_no_environment_is_one_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["solve", "--fragment", "--theorem-environment", "a}b"]) == 2
    assert capsys.readouterr().err == "--theorem-environment: must be the name of an environment, not 'a}b'\n"
