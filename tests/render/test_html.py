from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

import symconv.render
from symconv.render import render
from tests.render.sample import FAILED, HOSTILE, UNDECIDED, hostile, sample

STYLE = (Path(symconv.render.__file__).parent / "page.css").read_text("utf-8")
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
    assert {tag for tag, _ in elements}.isdisjoint({"script", "link", "img", "iframe", "object"})
    assert not [attrs for _, attrs in elements if "src" in attrs]
    assert all(str(attrs["href"]).startswith("#") for _, attrs in elements if "href" in attrs)
    assert "url(" not in STYLE
    assert "@import" not in STYLE


def test_every_link_leads_to_an_anchor_and_anchors_are_unique() -> None:
    elements = Outline(render(sample(), "html")).elements
    anchors = [attrs["id"] for _, attrs in elements if "id" in attrs]
    assert len(anchors) == len(set(anchors))
    links = {str(attrs["href"])[1:] for _, attrs in elements if "href" in attrs}
    assert links <= set(anchors)
    assert {"output-size", "gradient", "step-3"} <= links


def test_boxes_that_scroll_can_be_reached_and_have_names_of_their_own() -> None:
    boxes = [
        attrs
        for _, attrs in Outline(render(sample(), "html")).elements
        if attrs.get("class") in ("eq", "scroll")
    ]
    assert len(boxes) > 8
    assert all(box["tabindex"] == "0" and box["role"] == "region" for box in boxes)
    names = [box["aria-label"] for box in boxes]
    assert len(names) == len(set(names))


def test_verdicts_are_words_beside_the_colour() -> None:
    page = render(sample(FAILED, UNDECIDED), "html")
    found = re.findall(r'<span class="badge (\w+)"><span aria-hidden="true">(.)</span> ([^<]*)</span>', page)
    assert ("passed", "✓", "checked: symbolic, NumPy reference") in found
    assert ("failed", "✗", "failed: claim") in found
    assert ("undecided", "?", "undecided: interval arithmetic") in found
    marks = {"passed": "✓", "failed": "✗", "undecided": "?"}
    assert all(marks[verdict] == mark for verdict, mark, _ in found)
    assert len(found) == page.count('class="badge ')


def test_reason_stands_beside_its_step() -> None:
    page = render(sample(), "html")
    assert re.search(r'<div class="why">\n<p>The zero terms are dropped[^<]*</p>\n<p class="badges">', page)


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
    """The colours of a theme; the dark one changes some of the light one's."""
    light, dark = (
        dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", part)) for part in STYLE.split("@media screen", 1)
    )
    return light if theme == "light" else light | dark


def test_contrast_of_black_and_white_is_21() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_text_has_the_contrast_of_level_aa(theme: str) -> None:
    colours = palette(theme)
    papers = ("paper", "card", "accent-paper", "passed-paper", "correction-paper")
    inks = ("ink", "quiet", "accent", "upstream", "weight", "input", "result", "wrong")
    pairs = [(ink, paper) for ink in inks for paper in papers]
    pairs += [(verdict, f"{verdict}-paper") for verdict in ("passed", "failed", "undecided", "correction")]
    pairs += [("ink", "failed-paper")]
    poor = {pair: contrast(colours[pair[0]], colours[pair[1]]) for pair in pairs}
    assert {pair: ratio for pair, ratio in poor.items() if ratio < 4.5} == {}


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
