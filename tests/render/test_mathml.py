from __future__ import annotations

from typing import Any

from lxml import etree

from symconv.printing.mathml import Math, MathML
from symconv.render import render
from tests.render.sample import FAILED, HOSTILE, hostile, sample

SPACE = "{http://www.w3.org/1998/Math/MathML}"


def tree(source: str) -> Any:
    return etree.fromstring(source.encode())


def test_file_is_well_formed_and_every_formula_is_a_math_element() -> None:
    page = tree(render(sample(FAILED), "mathml"))
    formulas = list(page.iter(f"{SPACE}math"))
    assert len(formulas) > 20
    assert all(len(formula) and formula.get("alttext") for formula in formulas)
    assert {element.tag for element in page.iter() if "math" in str(element.tag).lower()} >= {
        f"{SPACE}mtable"
    }
    outside = [
        element for element in page.iter(f"{SPACE}mi", f"{SPACE}mo", f"{SPACE}mn") if not in_math(element)
    ]
    assert outside == []


def in_math(element: Any) -> bool:
    return any(parent.tag == f"{SPACE}math" for parent in element.iterancestors())


def test_chain_is_one_table_with_a_column_for_the_sign() -> None:
    page = tree(render(sample(), "mathml"))
    (chain, *_) = [table for table in page.iter(f"{SPACE}mtable") if table.get("class") == "chain"]
    assert {len(row) for row in chain} == {3}
    signs = ["".join(row[1].itertext()) for row in chain]
    assert signs[0] == "="
    assert signs.count("=") == 4
    assert set(signs) == {"=", ""}


def test_chain_is_read_line_by_line() -> None:
    page = tree(render(sample(), "mathml"))
    readings = [
        math.get("alttext") for math in page.iter(f"{SPACE}math") if math.find(f"{SPACE}mtable") is not None
    ]
    assert any(
        reading.startswith("∂E/∂A₁₂ = ") and reading.endswith(" = 1·3 + 1·4 = 7") for reading in readings
    )


def test_hostile_text_comes_out_as_it_is() -> None:
    page = tree(render(hostile(), "mathml"))
    assert page.find(".//{*}h1").text == HOSTILE
    assert page.find(".//{*}script") is None


def test_converter_is_shared_between_calls() -> None:
    class Counting(MathML):
        calls = 0

        def math(self, node: Any, display: bool = False) -> Math:
            Counting.calls += 1
            return super().math(node, display)

    converter = Counting()
    assert render(sample(), "mathml", converter) == render(sample(), "mathml")
    assert Counting.calls > 20
