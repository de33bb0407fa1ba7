from __future__ import annotations

import json

from symconv.checks.result import Check, Checks, Method, Verdict
from symconv.display import Frac, Num
from symconv.document import Document, Section
from symconv.printing.plain import Plain
from symconv.render import render
from tests.render.sample import FAILED, HOSTILE, hostile, sample


def test_checks_stand_in_order_with_the_first_section_that_shows_them() -> None:
    report = json.loads(render(sample(FAILED), "json"))
    assert [(check["section"], check["method"]) for check in report["checks"]] == [
        ("output-size", "exact"),
        ("gradient", "symbolic"),
        ("gradient", "NumPy reference"),
        ("evidence", "claim"),
        ("gradient", "claim"),
    ]


def test_a_check_is_told_in_full() -> None:
    report = json.loads(render(sample(FAILED), "json"))
    assert report["verdict"] == "failed"
    assert report["checks"][-1] == {
        "section": "gradient",
        "subject": "∂E/∂A[2,3]",
        "method": "claim",
        "verdict": "failed",
        "left": "25",
        "right": "24",
        "scope": "25 of 25 entries",
        "detail": "the file claims 24, derived is 25 = 1·5 + 1·5 + 1·5 + 1·3 + 1·3 + 1·4",
    }


def test_sections_are_listed_with_their_verdicts() -> None:
    report = json.loads(render(sample(FAILED), "json"))
    assert [(section["anchor"], section["verdict"]) for section in report["sections"]] == [
        ("output-size", "passed"),
        ("gradient", "failed"),
        ("evidence", None),
    ]


def test_hostile_text_comes_out_as_it_is() -> None:
    shown = render(hostile(), "json")
    assert json.loads(shown)["title"] == HOSTILE
    assert "中文" in shown
    assert shown.endswith("}\n")


def test_text_that_remembers_its_formulas_is_told_as_text() -> None:
    said = Plain("See ", Frac(Num("1"), Num("2")), ".")
    check = Check(said, Method.EXACT, Verdict.FAILED, said, said, said, said)
    (told,) = json.loads(render(Document("T", "", (), Checks((check,))), "json"))["checks"]
    assert {told[key] for key in ("subject", "left", "right", "scope", "detail")} == {"See 1/2."}


def test_equal_checks_of_two_sections_stay_apart() -> None:
    one, other = (Check("C", Method.EXACT, Verdict.PASSED, "1", "1") for _ in range(2))
    sections = tuple(
        Section(anchor, (anchor,), (), Checks((check,))) for anchor, check in (("a", one), ("b", other))
    )
    report = json.loads(render(Document("T", "", sections, Checks((one, other))), "json"))
    assert [check["section"] for check in report["checks"]] == ["a", "b"]
