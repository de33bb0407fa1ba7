from __future__ import annotations

import re
from base64 import b64encode
from hashlib import sha256
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from symconv.checks.result import Verdict
from symconv.render import assets, render
from symconv.render.html import _badge as badge
from tests.render.sample import FAILED, HOSTILE, UNDECIDED, hostile, sample

STYLE = assets.style()
VOID = {"meta", "link", "br", "img", "hr", "input"}


class Outline(HTMLParser):
    """The elements of a page in order; an end tag that does not fit is an error."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


@pytest.mark.parametrize("document", [sample(), sample(FAILED, UNDECIDED), hostile()])
def test_page_is_balanced_and_asks_for_nothing(document: Any) -> None:
    page = render(document, "html")
    elements = Outline(page).elements
    assert {tag for tag, _ in elements}.isdisjoint({"link", "img", "iframe", "object"})
    assert not [attrs for _, attrs in elements if "src" in attrs or "style" in attrs]
    assert not [name for _, attrs in elements for name in attrs if name.startswith("on")]
    assert all(str(attrs["href"]).startswith("#") for _, attrs in elements if "href" in attrs)
    assert re.findall(r"url\(.{11}", STYLE) == ['url("data:font/']
    assert "@import" not in STYLE


def test_policy_allows_the_style_and_the_scripts_of_the_page_and_nothing_else() -> None:
    page = render(sample(), "html")
    policies = [
        attrs["content"]
        for _, attrs in Outline(page).elements
        if attrs.get("http-equiv") == "Content-Security-Policy"
    ]
    (policy,) = policies
    rules = dict(rule.strip().split(" ", 1) for rule in str(policy).split(";"))
    assert rules["default-src"] == "'none'"
    assert "unsafe" not in str(policy)
    for kind, tag in (("style-src", "style"), ("script-src", "script")):
        found = re.findall(rf"<{tag}>(.*?)</{tag}>", page, re.DOTALL)
        hashes = [b64encode(sha256(each.encode()).digest()).decode() for each in found]
        assert rules[kind].split() == [f"'sha256-{each}'" for each in hashes]


def test_every_link_leads_to_an_anchor_and_anchors_are_unique() -> None:
    elements = Outline(render(sample(), "html")).elements
    anchors = [attrs["id"] for _, attrs in elements if "id" in attrs]
    assert len(anchors) == len(set(anchors))
    links = {str(attrs["href"])[1:] for _, attrs in elements if "href" in attrs}
    assert links <= set(anchors)
    assert {"output-size", "gradient", "step-3"} <= links


def test_verdicts_are_words_and_their_marks_differ() -> None:
    page = render(sample(FAILED, UNDECIDED), "html")
    found = re.findall(r'<span class="badge (\w+)">([^<]*)</span>', page)
    assert ("passed", "checked: symbolic, NumPy reference") in found
    assert ("failed", "failed: claim") in found
    assert ("undecided", "undecided: interval arithmetic") in found
    assert len(found) == page.count('class="badge ')
    marks = re.findall(r'badge::before\{content:"(.) " / ""', STYLE)
    assert len(set(marks)) == len(marks) == 4


def test_what_is_proved_looks_different_from_what_is_checked() -> None:
    assert badge(Verdict.PASSED, "proved: a kernel") == '<span class="badge proved">proved: a kernel</span>'
    assert badge(Verdict.PASSED, "checked: exact") == '<span class="badge passed">checked: exact</span>'
    assert badge(Verdict.FAILED, "proved") == '<span class="badge failed">proved</span>'


def test_evidence_has_means_scope_and_both_sides_of_every_check() -> None:
    page = render(sample(UNDECIDED), "html")
    assert '<li>∂E/∂A: symbolic, 25 of 25 entries<span class="sides">25 against 25</span></li>' in page
    assert "<li>undecided: the intervals were too wide lim ‖x‖ₚ: interval arithmetic" in page


def test_means_that_compared_the_same_sides_share_a_line_of_evidence() -> None:
    page = render(sample(), "html")
    assert (
        "<li>∂E/∂A: symbolic, 25 of 25 entries; NumPy reference, 25 of 25 entries"
        '<span class="sides">25 against 25</span></li>' in page
    )


def test_evidence_of_a_section_is_folded_unless_something_did_not_pass() -> None:
    assert '<details class="evidence"><summary><span class="badge passed">Evidence: all 3' in render(
        sample(), "html"
    )
    assert '<details class="evidence" open><summary><span class="badge failed">Evidence: 1 of 4' in render(
        sample(FAILED), "html"
    )


def test_formulas_know_their_latex_and_their_names() -> None:
    page = render(sample(), "html")
    assert page.count("<math ") == page.count("data-latex=") > 20
    assert r'data-latex="\frac{\partial E}{\partial \mathbf{A}}' in page
    assert 'aria-label="x &lt; 1"' in page
    assert "alttext" not in page


def test_latex_of_a_chain_is_aligned_at_its_signs() -> None:
    page = render(sample(), "html")
    chain = re.search(r'data-latex="(\\begin\{aligned\}[^"]*)"', page)
    assert chain is not None
    assert chain[1].startswith(r"\begin{aligned} \frac{\partial E}{\partial \mathbf{A}_{12}} &amp;=")
    assert chain[1].endswith(r"\\ &amp;= 7 \end{aligned}")


def test_reason_stands_beside_its_step() -> None:
    page = render(sample(), "html")
    assert re.search(
        r'<div class="why">\n<p>The zero terms are dropped[^<]*</p>\n<details class="evidence">', page
    )


def test_hostile_text_comes_out_as_that_text() -> None:
    from lxml.html import document_fromstring

    page = document_fromstring(render(hostile(), "html"))
    assert page.findtext(".//h1") == HOSTILE
    assert page.findtext(".//title") == HOSTILE
    assert page.text_content().count(HOSTILE) > 8


# --- contrast, by the formula of WCAG 2.2: (L₁ + 0.05)/(L₂ + 0.05) ---


def luminance(colour: str) -> float:
    channels = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def palette(theme: str) -> dict[str, str]:
    """The colours of a theme."""
    pairs = re.findall(r"--([\w-]+):light-dark\((#[0-9a-f]{6}),(#[0-9a-f]{6})\)", STYLE)
    return {name: light if theme == "light" else dark for name, light, dark in pairs}


def test_contrast_of_black_and_white_is_21() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_text_has_the_contrast_of_level_aa(theme: str) -> None:
    colours = palette(theme)
    papers = ("paper", "card", "accent-paper", "passed-paper", "correction-paper")
    inks = ("ink", "quiet", "accent", "upstream", "weight", "input", "result", "wrong")
    pairs = [(ink, paper) for ink in inks for paper in papers]
    pairs += [(verdict, f"{verdict}-paper") for verdict in ("passed", "failed", "undecided", "correction")]
    pairs += [("ink", "failed-paper"), ("proved", "proved-paper"), ("paper", "ink")]
    pairs += [(role, f"{role}-paper") for role in ("upstream", "weight", "input")]
    ratios = {pair: contrast(colours[pair[0]], colours[pair[1]]) for pair in pairs}
    assert {pair: ratio for pair, ratio in ratios.items() if ratio < 4.5} == {}


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_lines_that_mean_something_have_the_contrast_of_level_aa(theme: str) -> None:
    colours = palette(theme)
    pairs = [(line, paper) for line in ("edge", "upstream", "weight", "input") for paper in ("paper", "card")]
    assert {pair for pair in pairs if contrast(colours[pair[0]], colours[pair[1]]) < 3} == set()


@pytest.mark.browser
@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("document", [sample(FAILED, UNDECIDED), hostile()])
def test_page_never_scrolls_sideways(document: Any, width: int, browser: Any, tmp_path: Path) -> None:
    file = tmp_path / "page.html"
    file.write_text(render(document, "html"), encoding="utf-8")
    size = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    browser.get(file.as_uri())
    assert browser.execute_script("return document.documentElement.scrollWidth") <= width
    assert browser.get_log("browser") == []


@pytest.mark.browser
def test_left_sides_of_a_chain_end_at_the_sign(browser: Any, tmp_path: Path) -> None:
    file = tmp_path / "page.html"
    file.write_text(
        "<!DOCTYPE html><style>" + STYLE + '</style><math display="block"><mtable class="chain">'
        "<mtr><mtd><mi>O</mi></mtd><mtd><mo>=</mo></mtd><mtd><mn>1</mn></mtd></mtr>"
        "<mtr><mtd><mn>123456789</mn></mtd><mtd><mo>=</mo></mtd><mtd><mn>1</mn></mtd></mtr></mtable></math>",
        encoding="utf-8",
    )
    browser.get(file.as_uri())
    ends = browser.execute_script(
        "return [...document.querySelectorAll('mtd:first-child > *')].map(e => e.getBoundingClientRect().right)"
    )
    assert ends[0] == pytest.approx(ends[1], abs=1)
