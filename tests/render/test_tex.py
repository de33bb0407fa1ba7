from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from symconv.checks.result import Checks
from symconv.display import Ident, Num, Words, row
from symconv.document import Chain, Document, Formula, Line, Paragraph, Table
from symconv.render import render
from symconv.render.tex_text import bookmark, escape
from tests.render.sample import FAILED, UNDECIDED, hostile, matrix, sample

Compile = Callable[[str, Path], str]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (r"\input{x}", r"\textbackslash{}input\{x\}"),
        ("$50% a&b #1 ~^_", r"\$50\% a\&b \#1 \textasciitilde{}\textasciicircum{}\_"),
        ("<b> | `q`", r"\textless{}b\textgreater{} \textbar{} \textasciigrave{}q\textasciigrave{}"),
        ("a -- b --- ,, ''", "a -{}- b -{}-{}- ,{}, '{}'"),
        (
            "∂E/∂A₁₂ ≤ x²",
            r"\ensuremath{\partial}E/\ensuremath{\partial}A\textsubscript{1}\textsubscript{2} "
            r"\ensuremath{\leq} x\textsuperscript{2}",
        ),
        ("αώ", r"\ensuremath{\alpha}\ensuremath{\acute{\omega}}"),
        ("é ß", "é ß"),
        ("ć中", r"\symconvunicode{ć}{0107}{0107}\symconvunicode{中}{4E2D}{4E2D}"),
        ("🙂", r"\symconvunicode{🙂}{1F642}{D83DDE42}"),
        ("e\u0301\n", "é "),
    ],
)
def test_text_is_spelled_out(text: str, expected: str) -> None:
    assert escape(text) == expected


def test_bookmarks_hold_characters_instead_of_commands() -> None:
    assert bookmark("∂_1 中 {$}") == r"∂\_1 中 \{\$\}"


def test_hostile_text_is_no_command_in_the_source() -> None:
    for name in ("tex", "fragment"):
        source = render(hostile(), name)
        assert "\\input{/etc" not in source
        assert source.count("\\end{document}") == (name == "tex")


def test_fragment_has_no_preamble_and_says_what_it_needs() -> None:
    source = render(sample(), "fragment")
    assert source.startswith("% ")
    assert "\\usepackage{amsmath,amssymb}" in source.split("\n")[0]
    assert "\\documentclass" not in source
    assert "\\begin{document}" not in source


def test_long_lines_are_broken_and_only_the_last_is_numbered() -> None:
    source = render(sample(), "tex")
    chain = re.search(r"\\begin\{align\}\n(.*?)\\end\{align\}", source, re.DOTALL)
    assert chain is not None
    *broken, last = chain[1].strip().split(" \\\\\n")
    assert len(broken) > 3
    assert all(line.endswith("\\notag") for line in broken)
    assert "notag" not in last
    assert any(line.startswith("&\\qquad {} + ") for line in broken)


def test_wide_table_has_columns_that_wrap_and_narrow_ones_do_not() -> None:
    rows = ((("short",), ("a long text " * 12,)),)
    source = render(Document("T", "", (Table((("a",), ("b",)), rows, "lr"),), Checks()), "tex")
    found = re.search(r"begin\{tabular\}\{@\{\}l(p\{0\.\d+\\linewidth\})@\{\}\}", source)
    assert found is not None


def test_no_verdict_is_shown_by_colour_alone() -> None:
    source = render(sample(FAILED, UNDECIDED), "tex").rpartition("\\begin{document}")[2]
    for verdict, word in re.findall(r"\\symconvverdict\{(\w+)\}\{(\w+)", source):
        assert word in (verdict, "checked", "all", "the")


def complaints(log: str) -> list[str]:
    wide = [line for line in log.split("\n") if re.match(r"Overfull \\hbox \((?:[5-9]|\d\d+)[\d.]*pt", line)]
    return wide + [line for line in log.split("\n") if "undefined" in line or "multiply" in line]


@pytest.mark.tex
@pytest.mark.parametrize("document", [sample(), sample(FAILED, UNDECIDED), hostile()])
def test_article_compiles_cleanly(document: Document, pdflatex: Compile, tmp_path: Path) -> None:
    assert complaints(pdflatex(render(document, "tex"), tmp_path)) == []


@pytest.mark.tex
@pytest.mark.parametrize("packages", ["", "\\usepackage{color}", "\\usepackage{xcolor,booktabs,hyperref}"])
def test_fragment_compiles_twice_in_one_article(packages: str, pdflatex: Compile, tmp_path: Path) -> None:
    fragment = render(sample(FAILED), "fragment") + render(hostile(), "fragment")
    log = pdflatex(
        f"\\documentclass{{article}}\n\\usepackage{{amsmath,amssymb}}\n{packages}\n"
        f"\\begin{{document}}\n{fragment}\\end{{document}}\n",
        tmp_path,
    )
    assert "undefined" not in log


@pytest.mark.tex
def test_letters_without_a_glyph_can_be_copied_as_themselves(pdflatex: Compile, tmp_path: Path) -> None:
    source = render(Document("中🙂", "", (Paragraph(("ć",)),), Checks()), "tex")
    pdflatex("\\pdfcompresslevel=0 \\pdfobjcompresslevel=0 " + source, tmp_path)
    page = (tmp_path / "document.pdf").read_bytes()
    assert b"/ActualText <FEFF4E2D>" in page
    assert b"/ActualText <FEFFD83DDE42>" in page
    assert b"FEFF0107" not in page  # ć is a letter of the font


@pytest.mark.tex
def test_lines_broken_by_estimate_fit_on_paper(pdflatex: Compile, tmp_path: Path) -> None:
    sums = tuple(
        Formula(row(Words("total"), "=", *[part for n in range(count) for part in (10**digits, "+")][:-1]))
        for digits in (0, 1, 2, 3, 5)
        for count in (8, 13, 21, 34)
    )
    document = Document("Sums", "", (*sums, Formula(Num("1"))), Checks())
    assert complaints(pdflatex(render(document, "tex"), tmp_path)) == []


def test_long_formula_lines_up_at_its_relation_signs() -> None:
    total = row(*[part for n in range(10, 40) for part in ("+", n)][1:])
    source = render(Document("T", "", (Formula(row(Ident("s"), "=", total, "=", 735)),), Checks()), "tex")
    found = re.search(r"\\begin\{align\*\}\n(.*)\n\\end\{align\*\}", source, re.DOTALL)
    assert found is not None
    assert [re.sub(r"\d+ .*", "", line) for line in found[1].split("\n")] == [
        "s &= ",
        "&\\qquad {} + ",
        "&= 735",
    ]


@pytest.mark.tex
def test_what_cannot_be_broken_is_made_smaller(pdflatex: Compile, tmp_path: Path) -> None:
    wide = matrix(" ".join("123456789" for _ in range(12)), " ".join("1" for _ in range(12)))
    blocks = (
        Formula(wide),
        Formula(row(Ident("A", bold=True), "=", wide)),
        Chain((Line(Ident("x"), "=", wide), Line(None, "=", Num("1")))),
    )
    source = render(Document("T", "", blocks, Checks()), "tex")
    assert source.rpartition("\\begin{document}")[2].count("\\symconvfit{") == 3
    assert complaints(pdflatex(source, tmp_path)) == []
