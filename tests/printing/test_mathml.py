from __future__ import annotations

import re
import unicodedata
import xml.etree.ElementTree as ET
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from outside import missing
from printing.samples import FORMULAS

from symconv.display import (
    BigOp,
    Cases,
    Fence,
    Frac,
    Func,
    Highlight,
    Ident,
    Matrix,
    Node,
    Num,
    Row,
    Script,
    parens,
    row,
)
from symconv.errors import UnsupportedError
from symconv.printing.latex import latex
from symconv.printing.mathml import MathML
from symconv.value import fields

NAMESPACE = "{http://www.w3.org/1998/Math/MathML}"
DTD = Path("/usr/share/xml/w3c-sgml-lib/schema/dtd/REC-MathML3-20101021/mathml3.dtd")
x, i, n, p = (Ident(name) for name in "xinp")


def parsed(markup: str) -> ET.Element:
    return ET.fromstring(markup)


def letters(node: object) -> str:
    """Every character that a reader should see, in any order."""
    match node:
        case str():
            return node
        case tuple():
            return "".join(map(letters, node))
        case Highlight():
            return letters(node.body)
        case Matrix():
            return f"[{letters(node.rows)}]"
        case Cases():
            return f"{{{letters(node.rows)}"
        case Node():
            return "".join(letters(getattr(node, field.name)) for field in fields(node))
    return ""


def seen(text: str) -> Counter[str]:
    # ∗ has no key on a keyboard, so latex2mathml writes *; bold letters are letters of their own
    plain = unicodedata.normalize("NFKC", text.replace("…", "⁂").replace("∗", "*"))
    return Counter(re.sub(r"\s", "", plain).replace("⁂", "…"))


@pytest.mark.parametrize("name", FORMULAS)
def test_what_begins_with_a_row_is_one_row(name: str) -> None:
    content = MathML().math(FORMULAS[name]).content
    assert not content.startswith("<mrow>") or parsed(content).tag == "mrow"


@pytest.mark.parametrize("display", [True, False])
@pytest.mark.parametrize("name", FORMULAS)
def test_every_character_of_a_formula_is_shown_once_and_nothing_else(name: str, display: bool) -> None:
    shown = "".join(parsed(MathML()(FORMULAS[name], display)).itertext())
    normal = unicodedata.normalize("NFKC", letters(FORMULAS[name]).replace("…", "⁂")).replace("⁂", "…")
    assert seen(shown) == seen(normal)


@pytest.mark.parametrize("symbol", ["max", "min", "lim", "∑", "∏"])
def test_limits_stand_below_in_a_display_and_beside_in_a_line(symbol: str) -> None:
    node = BigOp(symbol, x, i)
    display, line = (parsed(MathML()(node, display)) for display in (True, False))
    assert display.find(f".//{NAMESPACE}munder/{NAMESPACE}mo").text == symbol  # type: ignore[union-attr]
    assert line.find(f".//{NAMESPACE}munder") is None
    assert line.find(f".//{NAMESPACE}msub/{NAMESPACE}mo").text == symbol  # type: ignore[union-attr]


def test_limits_stand_below_within_a_power_too() -> None:
    node = Script(parens(BigOp("∑", x, row(i, "=", 1), n)), sup=row(1, "/", p))
    assert "<munderover><mo>∑</mo>" in MathML()(node, display=True)


def test_a_display_keeps_its_style_when_it_is_set_inline() -> None:
    assert 'display="block" displaystyle="true"' in MathML()(x, display=True)
    assert "display" not in MathML()(x)


def test_a_minus_after_an_operator_is_a_sign() -> None:
    markup = MathML()(row(x, "=", "−", n, "−", p))
    assert markup.count('<mo form="prefix">−</mo>') == 1
    assert markup.index('<mo form="prefix">−</mo><mi>n</mi>') < markup.index("<mo>−</mo><mi>p</mi>")


def test_a_name_before_a_fence_stands_close_and_before_a_letter_apart() -> None:
    assert 'rspace="0em">ln</mo>' in MathML()(row(Func("ln"), parens(x)))
    assert 'rspace="0em">max</mo>' in MathML()(row(Func("max"), parens(Frac(x, n))))
    assert 'lspace="0.167em" rspace="0.167em">ln</mo>' in MathML()(row(2, Func("ln"), n))


def test_bold_letters_are_letters_of_unicode() -> None:
    convert = MathML()
    assert "𝐀" in convert(Ident("A", bold=True))
    assert "𝜽" in convert(Ident("θ", bold=True))
    assert "𝜞" in convert(Ident("Γ", bold=True))
    assert not any("mathvariant" in convert(node) for node in FORMULAS.values())


def test_a_highlight_becomes_a_class() -> None:
    element = parsed(MathML()(row(x, "+", Highlight("upstream", n))))
    marked = element.findall(".//*[@class]")
    assert [(e.get("class"), "".join(e.itertext())) for e in marked] == [("role-upstream", "n")]


def test_a_matrix_is_a_row_of_its_own() -> None:
    element = parsed(MathML()(row(Frac(x, n), "·", Matrix(((x,),)))))
    brackets = element.find(f".//{NAMESPACE}mtable/..")
    assert brackets is not None
    assert [child.text for child in brackets if child.tag == f"{NAMESPACE}mo"] == ["[", "]"]
    assert len(brackets) == 3


def test_the_text_of_a_formula_is_its_alternative() -> None:
    assert parsed(MathML()(row(x, "<", Frac(n, p)))).get("alttext") == "x < n/p"


def test_what_formulas_have_in_common_is_converted_once(monkeypatch: pytest.MonkeyPatch) -> None:
    import latex2mathml.converter

    sources: list[str] = []
    original = latex2mathml.converter.convert
    monkeypatch.setattr(
        latex2mathml.converter, "convert", lambda source: sources.append(source) or original(source)
    )
    convert = MathML()
    assert convert(row(x, "+", 1)) == convert(row(x, "+", 1))
    assert sources == ["x", "+", "0"]  # a number is like any other
    convert(Frac(row(x, "+", 1), row(1, "+", x)))
    convert(Frac(row(x, "+", n), row(1, "+", n)))
    convert(Frac(Num("27"), Num("4")))
    assert sources == ["x", "+", "0", "\\frac{\ue000}{\ue001}", "n"]


@pytest.mark.parametrize("display", [True, False])
@pytest.mark.parametrize("name", FORMULAS)
def test_a_formula_of_converted_parts_is_the_formula_converted_whole(name: str, display: bool) -> None:
    from latex2mathml.converter import convert

    source = latex(FORMULAS[name], colour=True)
    if display:
        source = re.sub(r"(\\(?:sum|prod|max|min|lim|sup|inf))_", r"\1\\limits_", source)
    whole = ET.fromstring(convert(source).replace("symconv-", "role-"))
    parts = ET.fromstring(MathML()(FORMULAS[name], display))
    assert "".join(shape(parts)) == "".join(shape(whole))


def shape(element: ET.Element) -> Iterator[str]:
    """The elements that hold others or set something below another, without the rows that only group."""
    name = element.tag.removeprefix(NAMESPACE)
    kept = name in (
        "mfrac",
        "msub",
        "msup",
        "msubsup",
        "munder",
        "munderover",
        "msqrt",
        "mroot",
        "mtable",
        "mtd",
    )
    inner = "".join(part for child in element for part in shape(child))
    yield f"{name}({inner})" if kept else inner


@pytest.mark.parametrize(
    ("markup", "complaint"),
    [
        (r"<math><mi>\foo</mi></math>", r"leaks '\\\\'"),
        ("<math><mtext>$</mtext></math>", r"leaks '\$'"),
        ("<math><mi>{</mi></math>", "leaks '{'"),
        ("<math><mi>&amp;</mi></math>", "leaks '&'"),
        ("<math><mi>_</mi></math>", "leaks '_'"),
        ('<math><mi mathcolor="symconv">x</mi></math>', "leaks 'symconv'"),
        ("<math><mi>x</math>", "not well-formed"),
        ("<math><mi>&</mi></math>", "not well-formed"),
    ],
)
def test_a_faulty_conversion_is_refused_with_its_latex(
    markup: str, complaint: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("latex2mathml.converter.convert", lambda source: markup)
    with pytest.raises(UnsupportedError, match=complaint) as error:
        MathML()(row(x, "+", 1))
    assert "'x'" in str(error.value)


def test_a_conversion_that_loses_a_part_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "latex2mathml.converter.convert", lambda source: "<math><mrow><mi>\ue000</mi></mrow></math>"
    )
    with pytest.raises(UnsupportedError, match="loses a part") as error:
        MathML()(Frac(row(x, "+", 1), row(n, "+", 1)))
    assert "x + 1" in str(error.value)


def test_an_unfinished_piece_of_latex_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("symconv.printing.mathml.latex", lambda node, colour: r"\unheardof{x}")
    with pytest.raises(UnsupportedError, match="leaks"):
        MathML()(x)


@pytest.mark.dtd
def test_every_formula_is_valid_mathml() -> None:
    if not DTD.exists():
        missing("the MathML 3 DTD (Debian's w3c-sgml-lib)")
    etree = pytest.importorskip("lxml.etree")
    dtd = etree.DTD(str(DTD))
    convert = MathML()
    for node in FORMULAS.values():
        for display in (True, False):
            assert dtd.validate(etree.fromstring(convert(node, display))), dtd.error_log


def test_an_empty_row_keeps_an_operator_an_operator() -> None:
    markup = MathML()(Row((Row(()), *row("−", x, "+", Num("1")).items)))  # type: ignore[attr-defined]
    assert markup.endswith("<mrow><mrow /><mo>−</mo><mi>x</mi><mo>+</mo><mn>1</mn></mrow></math>")


def test_fences_of_one_kind_know_their_sides_from_their_row() -> None:
    element = parsed(MathML()(Fence("|", x, "|")))
    fence = element.find(f".//{NAMESPACE}mo/..")
    assert fence is not None
    assert [child.text for child in fence] == ["|", "x", "|"]
