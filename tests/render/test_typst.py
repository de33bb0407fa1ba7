from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from outside import missing

from symconv.checks.result import Checks
from symconv.cli import main
from symconv.display import Ident, Num, row
from symconv.document import Chain, Document, Formula, Line, Paragraph, Section, Table
from symconv.errors import UnsupportedError
from symconv.pipeline import solve
from symconv.render import render
from symconv.render.sheet import Sheet
from symconv.render.typst import source
from tests.render.sample import FAILED, HOSTILE, UNDECIDED, hostile, matrix, sample

PAGE, MARGIN = 595.3, 73.7
"""The width of a sheet of A4, and of its margins, in points."""


def pdf(document: Document) -> bytes:
    pytest.importorskip("typst")
    made = render(document, "pdf")
    assert isinstance(made, bytes)
    return made


def poppler(program: str, made: bytes, folder: Path, *options: str) -> str:
    path = shutil.which(program) or missing(program)
    (folder / "document.pdf").write_bytes(made)
    command = [path, *options, str(folder / "document.pdf"), *(["-"] if program == "pdftotext" else [])]
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (r"a\"b", r'"a\\\"b"'),
        ("#set page()", '"#set page()"'),
        ("∂E/∂A₁₂ ≤ x²", '"∂E/∂A₁₂ ≤ x²"'),
        ("α中é", '("α" + unknown("4E2D") + "é")'),
        ("🙂", '("" + unknown("1F642") + "")'),
        ("e\u0301", '"é"'),
    ],
)
def test_text_is_a_string_literal(text: str, expected: str) -> None:
    written = source(Sheet(Document("T", "", (Paragraph((text,)),), Checks())))
    assert written.rstrip().endswith(f"[\n#{expected};\n]")


@pytest.mark.parametrize("document", [sample(), sample(FAILED, UNDECIDED), hostile()])
def test_every_document_is_accepted_as_accessible_pdf(document: Document) -> None:
    made = pdf(document)
    assert made.startswith(b"%PDF-")
    assert b"pdfuaid" in made


def test_the_same_document_gives_the_same_bytes() -> None:
    assert pdf(sample(FAILED)) == pdf(sample(FAILED))


def test_every_formula_can_be_read_aloud() -> None:
    written = source(Sheet(Document("T", "", (Formula(row(Ident("α"), "≤", 2)),), Checks())))
    assert '#formula("α ≤ 2", $ α ≤ 2 $)' in written
    assert re.search(rb"/Alt ?\(", pdf(sample()))


def test_hostile_text_is_shown_and_obeyed_nowhere(tmp_path: Path) -> None:
    shown = re.sub(r"\s", "", poppler("pdftotext", pdf(hostile()), tmp_path))
    plain = HOSTILE.replace("中文", "4E2D6587").replace("🙂", "1F642").replace("₁²", "").replace("−∂", "")
    for word in plain.split():
        assert word in shown
    assert "|--]]>" in shown


def test_failures_stand_before_the_contents(tmp_path: Path) -> None:
    shown = poppler("pdftotext", pdf(sample(UNDECIDED, FAILED)), tmp_path)
    assert shown.index("the file claims 24") < shown.index("Contents")
    assert "failed" in shown


def test_nothing_reaches_into_the_margins(tmp_path: Path) -> None:
    total = row(*[part for n in range(100, 160) for part in ("+", n)][1:])
    wide = matrix(" ".join("123456789" for _ in range(14)), " ".join("1" for _ in range(14)))
    cells = (("short",), ("a long text " * 20,), ("7",))
    blocks = (
        Section("s", ("A heading with a verdict that is as long as a line of text is",), (), Checks()),
        Formula(row(Ident("s"), "=", total)),
        Chain((Line(Ident("s"), "=", total), Line(None, "=", Num("7")))),
        Formula(row(Ident("A", bold=True), "=", wide)),
        Table((("a",), ("b",), ("c",)), (cells,), "lrc", "a caption " * 20),
        *sample().blocks,
        *hostile().blocks,
    )
    boxes = poppler("pdftotext", pdf(Document("T", "", blocks, Checks())), tmp_path, "-bbox")
    edges = [
        (float(left), float(right))
        for left, right in re.findall(r'<word xMin="([\d.]+)" yMin="[\d.]+" xMax="([\d.]+)"', boxes)
    ]
    assert len(edges) > 200
    assert min(left for left, _ in edges) > MARGIN - 1
    # a hyphen at the end of a line stands a little out, by intent
    assert max(right for _, right in edges) < PAGE - MARGIN + 3


def test_the_homework_has_pages_contents_and_numbered_equations(tmp_path: Path) -> None:
    made = pdf(solve().document)
    about = poppler("pdfinfo", made, tmp_path)
    assert "Tagged:          yes" in about
    assert "Title:           Convolution and pooling" in about
    assert int(re.search(r"Pages:\s+(\d+)", about)[1]) > 10  # type: ignore[index]
    shown = poppler("pdftotext", made, tmp_path, "-layout")
    assert re.search(r"1\.1\(d\) Gradient \.+", shown)
    assert "(12)" in shown
    assert "2 of" in shown


def test_without_typst_the_format_is_refused_in_a_sentence_and_nothing_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "typst", None)
    with pytest.raises(UnsupportedError, match=r"pip install 'symconv\[pdf\]'"):
        render(sample(), "pdf")
    assert main(["solve", "--format", "md,pdf", "--out", str(tmp_path / "out")]) == 2
    assert capsys.readouterr().err.count("\n") == 1
    assert not (tmp_path / "out").exists()


def test_pdf_is_written_only_when_it_is_asked_for(tmp_path: Path) -> None:
    pytest.importorskip("typst")
    report = solve("starter")
    assert not [file for file in report.write(tmp_path) if file.suffix == ".pdf"]
    (file,) = report.write(tmp_path, ["pdf"])
    assert file.read_bytes().startswith(b"%PDF-")
