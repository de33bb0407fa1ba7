"""Reports in other letters: nothing of the old ones is left, nothing else changes, and all of it still holds."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest

import symconv as sc
from symconv.checks.result import Check, Checks, Method, Verdict
from symconv.cli import main
from symconv.display import Highlight, Ident, Script, row
from symconv.document import Document, Figure, Formula, Numbers, Paragraph, Section, Statement, Table
from symconv.drawing import Drawing, Label
from symconv.errors import ArgumentError, ProblemError
from symconv.notation import USUAL, Notation
from symconv.pipeline import derive, prove, solve
from symconv.problem import shipped
from symconv.recheck import recheck
from symconv.renaming import letters_of, renamed
from symconv.render import USUAL as FORMATS
from symconv.render import render
from symconv.report import Report
from symconv.theorems import THEOREMS

HERE = Path(__file__).parent
UNUSUAL = "ΓΔΘΛΞΠΣΥΦΨΩαβγζηθικνξτυφχψω"
"""Letters that no document has."""
MEANS = {"power-mean-geometric": "AG", "max-gradient": "T"}
"""Letters of a theorem that are no arrays, though arrays are called so elsewhere: they stay."""
WINDOWS = {"window": [3, 2, 5, 1], "geometry": [6, 3, 2, 1, 1]}

_LETTER = r"(?<![A-Za-zΑ-ω])([A-Z]|b)(?![A-Za-zΑ-ω])"
_MATHS = re.compile(r"\\\[.*?\\\]|\$[^$]*\$|\\begin\{(align\*?|equation\*?)\}.*?\\end\{\1\}", re.DOTALL)
_NO_MATHS = re.compile(r"\\(?:text|operatorname|label|symconvlabel|tag|begin|end)\*?\{[^{}]*\}|\\[A-Za-z]+")


def unusual(document: Document, but: str = "") -> Notation:
    """A letter that no document has for every letter of this one."""
    found = (letter for letter in letters_of(document) if re.fullmatch("[A-Z]|b", letter))
    return Notation(dict(zip(sorted({*found, *"ABCEGIKOPSDb"} - {*but}), UNUSUAL, strict=False)))


def left(document: Document, notation: Notation) -> set[str]:
    """The old letters that still stand in formulas and sentences."""
    latex, lines = render(document, "fragment"), render(document, "txt")
    assert isinstance(latex, str)
    assert isinstance(lines, str)
    maths = " ".join(_NO_MATHS.sub(" ", found[0]) for found in _MATHS.finditer(latex))
    assert len(maths) > 50
    words = re.sub(r"\bA(?=\s+[a-z])", "", lines)  # the article
    words = re.sub(r"\d\.\d\([a-d]\)|Part I\b", "", words)  # a question's id, and a subtitle
    return {*re.findall("[A-Za-z]", maths), *re.findall(_LETTER, words)} & notation.letters.keys()


@cache
def solved(problem: str, handout: str, notation: Notation = USUAL) -> Report:
    return solve(problem, handout=handout, notation=notation)  # type: ignore[arg-type]


STATED = ("settings", "statements", "unstated")


def stated(document: Document) -> dict[str, Any]:
    """A document's JSON, as recheck reads it."""
    text = render(document, "json")
    assert isinstance(text, str)
    data: dict[str, Any] = json.loads(text, parse_float=str)
    return data


@pytest.mark.parametrize("handout", ["full", "student", "key"])
@pytest.mark.parametrize("problem", shipped())
def test_no_old_letter_is_left_of_a_problem(problem: str, handout: str) -> None:
    notation = unusual(solved(problem, "full").document)
    report = solved(problem, handout, notation)
    # the geometric mean and its average are no arrays
    assert left(report.document, notation) - set("AG" if problem == "ds-ga-1008-hw2" else "") == set()
    lines = " ".join(f"{answer.question} {answer.answer}" for answer in report.answers)
    assert {*re.findall(_LETTER, lines)} & notation.letters.keys() == set()
    subjects = " ".join(check.subject for check in report.checks)
    assert {*re.findall(_LETTER, re.sub(r"\bA(?= [a-z])", "", subjects))} & notation.letters.keys() == set()


@pytest.mark.parametrize("problem", shipped())
def test_a_problem_holds_in_any_letters(problem: str) -> None:
    usual = solved(problem, "full")
    report = solved(problem, "full", unusual(usual.document))
    assert report.passed
    assert len(report.checks) == len(usual.checks)
    data = stated(report.document)
    assert [len(data[part]) for part in STATED] == [len(stated(usual.document)[part]) for part in STATED]
    data["statements"] = data["statements"][::4]  # of every kind some
    count, _ = recheck(data, 1)
    assert (count["failed"], count["undecided"]) == (0, len(data["unstated"]))


@pytest.mark.parametrize("name", THEOREMS)
def test_a_theorem_follows_and_holds_in_any_letters(name: str) -> None:
    about = THEOREMS[name].about
    given = {about: [3, 0, 5, 1] if name == "power-mean-zeros" else WINDOWS[about]}
    usual = prove(name, **given)
    notation = unusual(usual.document, MEANS.get(name, ""))
    report = prove(name, **given, notation=notation)
    assert left(report.document, notation) == set()
    assert report.passed
    assert recheck(stated(report.document), 1)[0] == recheck(stated(usual.document), 1)[0]
    assert not {*re.findall(_LETTER, " ".join(f"{check.left} {check.right}" for check in report.checks))} & (
        notation.letters.keys()
    )


def test_letters_that_stay_change_nothing() -> None:
    document = solved("starter", "full").document
    assert renamed(document, USUAL) is document
    assert renamed(document, Notation({"A": "A"}, first_index=0)) is document
    same = renamed(document, Notation({"b": "β"}))
    assert {name: render(same, name) for name in ("txt", "fragment")} == {
        name: render(document, name) for name in ("txt", "fragment")
    }


def test_back_and_forth_is_where_it_was() -> None:
    document = prove("full-correlation", geometry=[6, 3, 2]).document
    there = renamed(document, Notation({"A": "B", "B": "A", "K": "F"}))
    back = renamed(there, Notation({"A": "B", "B": "A", "F": "K"}))
    for name in ("txt", "fragment", "mathml"):
        assert render(there, name) != render(document, name)
        assert render(back, name) == render(document, name)


def test_every_format_has_the_letters(tmp_path: Path) -> None:
    notation = "A=X,B=W,C=Y,Y=Z,E=L,K=F"
    files = ["--out", str(tmp_path), "--format", ",".join(FORMATS)]
    assert main(["solve", "--notation", notation, "--first-index", "0", *files]) == 0
    texts = {file.name.partition(".")[2]: file.read_text("utf-8") for file in tmp_path.iterdir()}
    assert len(texts) == len(FORMATS)
    for name, text in texts.items():
        asked = "Compute the output Y of the convolution of X with W, without bias."
        assert (asked in " ".join(text.split())) != (name == "json")
        assert "image A" not in text
    assert r"\frac{\partial L}{\partial \mathbf{X}_{0 0}}" in texts["tex"].replace("_{00}", "_{0 0}")
    assert "Y₀₀ = X₀₀·W₀₀" in texts["txt"]
    assert '"subject": "∂L/∂X"' in texts["json"]
    assert '["at","X",0,0]' in texts["json"]
    (explorer,) = (
        json.loads(found) for found in re.findall(r'(\{"kind":"convolution".*?)</script>', texts["html"])
    )
    assert (explorer["error"], explorer["base"]) == ("L", 0)
    assert {role: array["name"] for role, array in explorer["arrays"].items()} == {
        "input": "X",
        "weight": "W",
        "upstream": "Y",
    }


def test_arrays_that_a_problem_counts_from_0_are_rechecked() -> None:
    """Their facts count from 1, as their statements must."""
    data = stated(solve(HERE / "problems" / "strided.toml").document)
    data["statements"] = [each for each in data["statements"] if each["section"] == "data"]
    count, lines = recheck(data, 1)
    assert (count["held"], lines) == (2, [])


def test_a_wrong_claim_is_told_in_the_letters(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "wrong.toml"
    file.write_text(
        'title = "Wrong"\narrays.A = [[1, 2], [3, 4]]\narrays.B = [[1, 2]]\n'
        'notation.letters = { A = "X", E = "L" }\n'
        'layers.c = { type = "Conv2d", input = "A", weight = "B", output = "C" }\n'
        '[[questions]]\nid = "1"\nask = "gradient"\nlayer = "c"\nwrt = "A"\nupstream = "ones"\n'
        "expect = [[1, 3], [1, 2]]\n",
        encoding="utf-8",
    )
    assert main(["solve", str(file), "--notation", "B=W", "--out", str(tmp_path), "--format", "txt"]) == 1
    told = capsys.readouterr()
    sentence = "∂L/∂X: ∂L/∂X[1,2]: claimed 3, derived 2 = 1·2."
    assert sentence in told.out + told.err
    assert sentence in (tmp_path / "wrong.txt").read_text("utf-8").replace("\n│   ", " ").replace("\n│ ", " ")


# --- collisions ---


@pytest.mark.parametrize(
    ("letters", "old", "new"),
    [
        ({"A": "k"}, "A", "k"),  # an index
        ({"E": "i"}, "E", "i"),
        ({"B": "m"}, "B", "m"),
        ({"A": "O"}, "A", "O"),  # a size
        ({"I": "K"}, "I", "K"),
        ({"K": "C"}, "K", "C"),  # an array
        ({"C": "δ"}, "C", "δ"),
    ],
)
def test_a_letter_that_stands_for_something_is_refused(letters: dict[str, str], old: str, new: str) -> None:
    with pytest.raises(ArgumentError) as caught:
        derive(sc.Conv2d(stride=2), (5, 5), (3, 3), "input", None, notation=Notation(letters))
    assert str(caught.value) == (
        f"notation: must be another letter for {old} than {new}, which stands for something else here"
    )


def test_a_letter_is_free_once_it_is_renamed_itself() -> None:
    notation = Notation({"A": "O", "O": "A", "I": "K", "K": "I"})
    text = render(derive(sc.Conv1d(), (5,), (3,), "input", None, notation=notation).document, "txt")
    assert "∂E/∂O" in text
    assert "A = K − I + 1" in text


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("lp-limit", {"M": "n"}),
        ("lp-limit", {"M": "p"}),
        ("conv-adjoint", {"E": "L"}),
        ("full-correlation", {"B": "Q"}),
        ("conv-toeplitz", {"A": "T"}),
        ("delta-rule", {"I": "t"}),  # which only its words have
    ],
)
def test_a_theorem_refuses_what_it_has(name: str, letters: dict[str, str]) -> None:
    with pytest.raises(ArgumentError, match="which stands for something else here"):
        prove(
            name, geometry=[6, 3] if THEOREMS[name].about == "geometry" else None, notation=Notation(letters)
        )


def test_a_theorem_is_a_scope_of_its_own(tmp_path: Path) -> None:
    """The file has an array X, and the theorem's A may be X as well: it is another sentence."""
    file = tmp_path / "own.toml"
    file.write_text(
        'title = "Own"\narrays.X = [1, 2, 3]\narrays.W = [1, 2]\n'
        'layers.c = { type = "Conv1d", input = "X", weight = "W", output = "Y" }\n'
        '[[questions]]\nid = "1"\nask = "prove"\nlayer = "c"\ntheorems = ["input-gradient"]\n',
        encoding="utf-8",
    )
    report = solve(file, notation=Notation({"A": "X", "B": "W", "C": "Y"}))
    assert report.passed
    text = report.render("txt")
    assert isinstance(text, str)
    assert re.findall(r"\b[ABC][ₜₘᵢ\[]", text) == []
    with pytest.raises(
        ProblemError, match=r"own.toml: notation.letters: must be different letters for X and W"
    ):
        solve(_with(file, 'notation.letters = { X = "W" }\n'))


def _with(file: Path, line: str) -> Path:
    file.write_text(file.read_text("utf-8").replace("arrays.X", f"{line}arrays.X", 1), encoding="utf-8")
    return file


def test_a_letter_that_stands_nowhere_is_refused_with_those_that_do() -> None:
    with pytest.raises(ArgumentError) as caught:
        prove("full-correlation", notation=Notation({"Z": "U"}))
    assert str(caught.value) == (
        "notation: must be for letters of arrays and sizes, here A, B, C, D, E, G, H, I, K, O, P, Q, R, S, not 'Z'"
    )
    for letter in "itm":
        with pytest.raises(ArgumentError, match=f"not '{letter}'"):
            prove("lp-limit", notation=Notation({letter: "u"}))


def test_a_theorem_counts_as_its_proof_does() -> None:
    with pytest.raises(
        ArgumentError, match="first_index: must be left out: a theorem counts as its proof does"
    ):
        prove("full-correlation", notation=Notation(first_index=1))


# --- the parts of a document ---


def _checked(*subjects: str) -> Checks:
    return Checks(tuple(Check(each, Method.EXACT, Verdict.PASSED, "A", "B") for each in subjects))


def test_titles_ids_and_names_of_layers_stay() -> None:
    array = Ident("A", bold=True)
    checks = _checked("∂E/∂A")
    table = Table((("A",),), (((array,), ("A",)),), "l", "A")
    section = Section("a", ("1(A) ", array), (Paragraph(("The image A is ", array)), table), checks)
    told = renamed(Document("A", "Part A", (section,), checks), Notation({"A": "X"}))
    new = Ident("X", bold=True)
    assert (told.title, told.subtitle) == ("A", "Part A")
    (shown,) = told.blocks
    assert isinstance(shown, Section)
    assert (shown.anchor, shown.title) == ("a", ("1(A) ", new))
    assert shown.blocks == (
        Paragraph(("The image X is ", new)),
        Table((("A",),), (((new,), ("A",)),), "l", "A"),
    )
    assert told.checks == shown.checks == Checks((Check("∂E/∂X", Method.EXACT, Verdict.PASSED, "X", "B"),))
    assert told.checks is not None
    assert shown.checks is not None
    assert told.checks.items[0] is shown.checks.items[0]  # a renderer tells checks by identity


def test_capitals_of_arrays_are_bold_and_small_letters_are_not() -> None:
    def new(node: Any, letters: dict[str, str]) -> Any:
        return renamed(Formula(row(node, Ident("A", bold=True), Ident("b"))), Notation(letters)).tree.items[0]

    assert new(Ident("A", bold=True), {"A": "X"}) == Ident("X", bold=True)
    assert new(Ident("A", bold=True), {"A": "x"}) == Ident("x")
    assert new(Ident("A", bold=True), {"A": "Θ"}) == Ident("Θ", bold=True)
    assert new(Ident("b"), {"b": "D"}) == Ident("D", bold=True)
    assert new(Ident("K"), {"K": "F"}) == Ident("F")
    assert new(Ident("A"), {"A": "X"}) == Ident("A")  # a mean of that name
    entry = Highlight("weight", Script(Ident("A", bold=True), sub=Ident("k")))
    assert new(entry, {"A": "X"}) == Highlight("weight", Script(Ident("X", bold=True), sub=Ident("k")))


def test_drawings_and_explorers_follow() -> None:
    drawing = Drawing((1.0, 1.0), (Label((0.0, 0.0), "2M"), Label((0.0, 0.0), "maximum M")), "the maximum M")
    blocks = (Formula(Ident("M")), Figure(drawing, ("below M",)))
    (_, figure) = renamed(blocks, Notation({"M": "T"}))
    assert [shape.text for shape in figure.drawing.shapes] == ["2T", "maximum T"]
    assert (figure.drawing.alt, figure.caption) == ("the maximum T", ("below T",))
    assert renamed(Numbers("A2", (1,), (3,)), Notation({"A": "X"})).name == "X2"


def test_a_letter_of_two_kinds_is_the_array_and_in_a_theorem_what_it_has() -> None:
    theorem = Section("t", ("T",), (Statement("t", "T", (Formula(row(Ident("A"), Ident("K"))),)),))
    array = Formula(row(Ident("A", bold=True), Ident("K")))
    section = Section("s", ("S",), (array, theorem))
    told = renamed(Document("", "", (section,), None), Notation({"A": "X", "K": "F"}), ("A",))
    (shown,) = told.blocks
    assert isinstance(shown, Section)
    assert shown.blocks[0] == Formula(row(Ident("X", bold=True), Ident("F")))
    (inner,) = shown.blocks[1].blocks  # type: ignore[union-attr]
    assert inner.blocks == (Formula(row(Ident("A"), Ident("F"))),)
