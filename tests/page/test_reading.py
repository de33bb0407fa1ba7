"""The page as it is read: by everybody, in every theme, at every width, on paper, and when formulas are taken along."""

from __future__ import annotations

import base64
import re
import shutil
import subprocess
import unicodedata
from pathlib import Path
from typing import Any

import pytest
from outside import missing
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

from symconv.pipeline import solve
from symconv.render import render
from tests.page.driving import WIDTHS, Lab, open_page
from tests.render.sample import FAILED, UNDECIDED, sample

pytestmark = pytest.mark.browser
HERE = Path(__file__).parent
PROBLEMS = {"homework": None} | {file.stem: str(file) for file in (HERE.parent / "problems").glob("*.toml")}
OPEN_ALL = "document.querySelectorAll('details').forEach(details => { details.open = true })"


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The pages of all problems, and one of a report that failed."""
    folder = tmp_path_factory.mktemp("pages")
    texts = {name: solve(problem).render("html") for name, problem in PROBLEMS.items()}
    texts["failed"] = render(sample(FAILED, UNDECIDED), "html")
    for name, text in texts.items():
        (folder / f"{name}.html").write_text(text, encoding="utf-8")
    return {name: folder / f"{name}.html" for name in texts}


@pytest.fixture(scope="module")
def homework(pages: dict[str, Path]) -> Path:
    return pages["homework"]


def test_homework_is_less_than_400_kilobytes(homework: Path) -> None:
    assert homework.stat().st_size < 400_000


# --- accessibility ---


def violations(browser: Any, axe: str) -> list[str]:
    """What axe-core objects to, with the first element of each kind; it has no rule for the inside of a formula."""
    browser.execute_script(axe)
    browser.set_script_timeout(180)
    found = browser.execute_async_script(
        "const done = arguments[0];"
        "axe.run({exclude: [['math > *']]}).then(({violations, passes}) => done({violations, passes: passes.length}), e => done({error: `${e}`}))"
    )
    assert found["passes"] > 20, found
    return [f"{each['id']}: {each['nodes'][0]['html'][:200]}" for each in found["violations"]]


@pytest.mark.parametrize(
    ("name", "theme", "width"),
    [
        *(("homework", *look) for look in (("light", 1280), ("dark", 1280), ("light", 390))),
        ("strided", "dark", 390),
        ("channels", "light", 1280),
        ("hostile", "light", 390),
        ("failed", "dark", 1280),
        ("failed", "light", 390),
    ],
)
def test_axe_finds_no_violation(
    name: str, theme: str, width: int, pages: dict[str, Path], browser: Any, axe: str
) -> None:
    open_page(browser, pages[name], width, theme)
    browser.execute_script(OPEN_ALL)
    assert violations(browser, axe) == []


def test_axe_would_find_a_violation(browser: Any, axe: str, tmp_path: Path) -> None:
    file = tmp_path / "page.html"
    text = "word " * 30
    file.write_text(f"<!DOCTYPE html><html><body>{text}{'<p>x</p>' * 9}<input><img src=''>", encoding="utf-8")
    open_page(browser, file)
    browser.execute_script(axe)
    found = browser.execute_async_script("axe.run().then(r => arguments[0](r.violations.map(v => v.id)))")
    assert {"image-alt", "label", "html-has-lang"} <= set(found)


def test_grids_formulas_and_controls_have_names(homework: Path, browser: Any) -> None:
    open_page(browser, homework)
    nodes = browser.execute_cdp_cmd("Accessibility.getFullAXTree", {})["nodes"]
    names: dict[str, list[str]] = {}
    for node in nodes:
        if not node.get("ignored"):
            names.setdefault(node["role"]["value"], []).append(node.get("name", {}).get("value", ""))
    assert "∂E/∂A" in names["grid"]
    for role in ("grid", "button", "radio", "slider", "checkbox", "link"):
        assert names[role]
        assert all(names[role]), role
    assert any("∂E/∂Aₖₗ" in name for name in names["MathMLMath"])


def test_first_stop_of_the_keyboard_skips_to_the_content(homework: Path, browser: Any) -> None:
    open_page(browser, homework)
    browser.find_element(By.TAG_NAME, "body").send_keys(Keys.TAB)
    link = browser.switch_to.active_element
    assert link.text == "Skip to the content"
    assert link.get_attribute("href").endswith("#content")
    assert link.rect["x"] >= 0


def test_a_formula_is_a_stop_of_the_keyboard_only_where_it_scrolls(homework: Path, browser: Any) -> None:
    stops = {}
    for width in WIDTHS:
        open_page(browser, homework, width)
        browser.execute_async_script("requestAnimationFrame(() => requestAnimationFrame(arguments[0]))")
        boxes = browser.execute_script(
            "return [...document.querySelectorAll('.eq')].map(b => [b.scrollWidth > b.clientWidth + 1, b.tabIndex,"
            " b.getAttribute('aria-label')])"
        )
        assert all((index == 0) == scrolls == bool(name) for scrolls, index, name in boxes)
        stops[width] = sum(scrolls for scrolls, *_ in boxes)
    assert 0 < stops[390] < len(boxes)
    assert stops[1280] < stops[390]


def test_motion_is_reduced_where_that_is_wanted(homework: Path, browser: Any) -> None:
    moving = "return getComputedStyle(document.querySelector('.cell')).transitionDuration"
    open_page(browser, homework)
    assert browser.execute_script(moving) == "0s"
    open_page(browser, homework, prefers_reduced_motion="no-preference")
    assert browser.execute_script(moving) != "0s"


def test_roles_are_told_by_more_than_colour_where_colours_are_forced(homework: Path, browser: Any) -> None:
    open_page(browser, homework, forced_colors="active")
    borders = browser.execute_script(
        "return ['.of-upstream .upstream', '.of-weight .weight', '.of-weight .cell:not(.weight)']"
        ".map(s => document.querySelector('#explorer-1 ' + s)).map(e => getComputedStyle(e))"
        ".map(s => `${s.borderTopStyle} ${s.borderTopWidth}`)"
    )
    assert len(set(borders)) == 3


# --- themes ---

PAPER = "return getComputedStyle(document.body).backgroundColor"
LIGHT, DARK = "rgb(251, 250, 247)", "rgb(21, 24, 28)"


def test_theme_follows_the_system_until_one_is_chosen_and_is_kept(homework: Path, browser: Any) -> None:
    open_page(browser, homework)
    browser.execute_script("localStorage.clear()")
    try:
        for theme, colour in (("light", LIGHT), ("dark", DARK)):
            open_page(browser, homework, theme=theme)
            assert browser.execute_script(PAPER) == colour
            assert browser.find_element(By.CSS_SELECTOR, "#tools [value=system]").is_selected()
        browser.find_element(By.CSS_SELECTOR, "#tools [value=light]").click()
        assert browser.execute_script(PAPER) == LIGHT
        open_page(browser, homework, theme="dark")
        assert browser.execute_script(PAPER) == LIGHT
        assert browser.find_element(By.CSS_SELECTOR, "#tools [value=light]").is_selected()
        browser.find_element(By.CSS_SELECTOR, "#tools [value=dark]").click()
        assert browser.execute_script(PAPER) == DARK
        browser.find_element(By.CSS_SELECTOR, "#tools [value=system]").click()
        open_page(browser, homework, theme="light")
        assert browser.execute_script(PAPER) == LIGHT
    finally:
        browser.execute_script("localStorage.clear()")


# --- the font ---


def test_formulas_are_set_in_the_font_of_the_page(homework: Path, browser: Any) -> None:
    open_page(browser, homework)
    browser.execute_cdp_cmd("DOM.enable", {})
    browser.execute_cdp_cmd("CSS.enable", {})
    root = browser.execute_cdp_cmd("DOM.getDocument", {})["root"]["nodeId"]
    found = browser.execute_cdp_cmd("DOM.querySelectorAll", {"nodeId": root, "selector": "main math"})[
        "nodeIds"
    ]
    used = {
        (font["familyName"], font["isCustomFont"])
        for node in found
        for font in browser.execute_cdp_cmd("CSS.getPlatformFontsForNode", {"nodeId": node})["fonts"]
    }
    assert used == {("Symconv Math", True)}


def test_font_has_every_character_of_every_formula(pages: dict[str, Path]) -> None:
    from fontTools.ttLib import TTFont
    from lxml import html

    from symconv.render.assets import FOLDER

    # a browser draws a lone letter italic, which is another character of the same letter
    glyphs = TTFont(FOLDER / "math.woff2").getBestCmap()
    drawn = {char for code in glyphs for char in (chr(code), unicodedata.normalize("NFKC", chr(code)))}
    used = {
        char
        for file in pages.values()
        for math in html.document_fromstring(file.read_bytes()).iter("math")
        for token in math.iter("mi", "mn", "mo", "mtext")
        for char in token.text or ""
    }
    assert len(used) > 60
    assert {char for char in used if not char.isspace()} <= drawn


# --- details and anchors ---


def test_details_open_one_by_one_and_all_at_once(homework: Path, browser: Any) -> None:
    open_page(browser, homework)
    state = "return [...document.querySelectorAll('main details')].map(d => d.open)"
    assert not any(browser.execute_script(state))
    evidence = browser.find_element(By.CSS_SELECTOR, ".why .evidence")
    assert not evidence.find_element(By.TAG_NAME, "ul").is_displayed()
    evidence.find_element(By.TAG_NAME, "summary").click()
    assert "against" in evidence.find_element(By.TAG_NAME, "ul").text
    button = browser.find_element(By.CSS_SELECTOR, "#tools button")
    button.click()
    assert all(browser.execute_script(state))
    assert button.get_attribute("aria-expanded") == "true"
    button.click()
    assert not any(browser.execute_script(state))


def test_link_to_a_step_inside_of_a_fold_opens_the_fold(homework: Path, browser: Any) -> None:
    open_page(browser, homework)
    step = browser.execute_script("return document.querySelector('details .step').id")
    browser.execute_script(f"location.hash = '{step}'")
    assert browser.execute_async_script(
        f"setTimeout(() => arguments[0](document.querySelector('#{step}').closest('details').open), 50)"
    )


def test_contents_say_where_the_reader_is(homework: Path, browser: Any) -> None:
    open_page(browser, homework)
    browser.execute_script("document.getElementById('1-2-c').scrollIntoView()")
    current = browser.execute_async_script(
        "setTimeout(() => arguments[0]([...document.querySelectorAll('nav [aria-current]')].map(a => a.hash)), 300)"
    )
    assert current == ["#1-2-c"]


# --- copying ---


def clipboard(browser: Any) -> str:
    """What was copied last."""
    browser.execute_cdp_cmd(
        "Browser.grantPermissions", {"permissions": ["clipboardReadWrite", "clipboardSanitizedWrite"]}
    )
    text: str = browser.execute_async_script(
        "setTimeout(() => navigator.clipboard.readText().then(arguments[0]), 100)"
    )
    return text


def test_every_displayed_formula_has_a_button_that_copies_its_latex(homework: Path, browser: Any) -> None:
    open_page(browser, homework)
    boxes = browser.find_elements(By.CSS_SELECTOR, "main .formula")
    assert len(boxes) > 90
    assert all(box.find_elements(By.CSS_SELECTOR, ".copy") for box in boxes)
    clipboard(browser)  # permission first
    button = boxes[0].find_element(By.CSS_SELECTOR, ".copy")
    browser.execute_script("arguments[0].focus()", button)
    assert browser.execute_script("return getComputedStyle(arguments[0]).opacity", button) == "1"
    button.send_keys(Keys.ENTER)
    assert clipboard(browser).startswith(r"\mathbf{A} = \begin{bmatrix} 4 & 5 & 2 & 2 & 1 \\")
    assert button.text == "Copied"
    spoken = browser.execute_async_script(
        "setTimeout(() => arguments[0](document.querySelector('[role=status]').textContent), 300)"
    )
    assert spoken.startswith(r"Copied: \mathbf{A} =")


def test_copy_mode_makes_inline_formulas_buttons(homework: Path, browser: Any) -> None:
    open_page(browser, homework)
    clipboard(browser)
    mode = browser.find_elements(By.CSS_SELECTOR, "#tools button")[1]
    mode.click()
    assert mode.get_attribute("aria-pressed") == "true"
    formulas = browser.find_elements(By.CSS_SELECTOR, "main math[data-latex]")
    assert {formula.get_attribute("tabindex") for formula in formulas} == {"0"}
    inline = browser.find_element(By.CSS_SELECTOR, "main .callout li math")
    browser.execute_script("arguments[0].focus()", inline)
    inline.send_keys(Keys.ENTER)
    assert clipboard(browser) == inline.get_attribute("data-latex")
    mode.click()
    assert browser.find_elements(By.CSS_SELECTOR, "main math[tabindex]") == []


def test_a_selection_takes_the_latex_of_its_formulas_along(homework: Path, browser: Any) -> None:
    open_page(browser, homework)
    clipboard(browser)
    browser.execute_script(
        "getSelection().selectAllChildren([...document.querySelectorAll('main p')].find(p => p.textContent.startsWith('Here')))"
    )
    copied = browser.execute_script(
        "const data = new DataTransfer();"
        "document.querySelector('main p').dispatchEvent(new ClipboardEvent('copy', {clipboardData: data, bubbles: true}));"
        "return [data.getData('text/plain'), data.getData('text/html')]"
    )
    assert copied[0].startswith(r"Here $O_{1} = I_{1} - K_{1} + 1$; $O_{2}")
    assert "<math" in copied[1]


# --- paper ---


def test_paper_has_the_details_and_no_buttons(homework: Path, browser: Any, tmp_path: Path) -> None:
    program = shutil.which("pdftotext")
    if program is None:
        missing("pdftotext")
    open_page(browser, homework, theme="dark")
    file = tmp_path / "page.pdf"
    file.write_bytes(base64.b64decode(browser.print_page()))
    text = subprocess.run(
        [program, "-layout", str(file), "-"], capture_output=True, check=True
    ).stdout.decode()
    sheets = text.split("\f")[:-1]
    assert 8 < len(sheets) < 40
    assert "All 25 entries, term by term" in text
    assert re.search(r"\D34\n", text)  # the value of the entry in the middle, which stands in a fold
    for unwanted in ("Copy LaTeX", "Show all details", "System", "Skip to", "Reset the numbers"):
        assert unwanted not in text
    headings = {"Proof.", *(h.text for h in browser.find_elements(By.CSS_SELECTOR, "h2"))}
    last = [[line.strip() for line in sheet.splitlines() if line.strip()][-1] for sheet in sheets]
    assert headings.isdisjoint(last)


# --- nothing goes wrong, nothing goes out ---


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("name", PROBLEMS)
def test_whole_page_in_use_makes_no_error_no_request_and_no_sideways_scroll(
    name: str, width: int, pages: dict[str, Path], browser: Any
) -> None:
    open_page(browser, pages[name], width)
    browser.execute_script(OPEN_ALL)
    for number in range(1, len(browser.find_elements(By.CSS_SELECTOR, ".lab")) + 1):
        lab = Lab(browser, number)
        for choice in lab.all(".choice input"):
            choice.click()
            assert browser.execute_script("return document.documentElement.scrollWidth") <= width
        array = ".joined .array" if lab.all(".joined") else ".array"
        lab.edit(array, lab.first_visible(array), "-1234567/89")
        assert browser.execute_script("return document.documentElement.scrollWidth") <= width
    assert browser.execute_script("return performance.getEntriesByType('resource').map(e => e.name)") == []
    assert browser.get_log("browser") == []


def test_text_of_a_problem_is_text_on_its_page(pages: dict[str, Path], browser: Any) -> None:
    open_page(browser, pages["hostile"])
    assert "<script>alert(1)</script>" in browser.find_element(By.TAG_NAME, "h1").text
    scripts = browser.execute_script("return [...document.scripts].map(s => s.type)")
    assert scripts == ["", "application/json", "application/json", ""]
    assert browser.find_elements(By.CSS_SELECTOR, "img, iframe, b, main style") == []


def test_policy_stops_a_script_that_got_in(homework: Path, browser: Any, tmp_path: Path) -> None:
    file = tmp_path / "attacked.html"
    text = homework.read_text("utf-8")
    attack = "<script>window.attacked = true</script><img src='x' onerror='window.attacked = true'>"
    file.write_text(text.replace('<main id="content">', f'<main id="content">{attack}'), encoding="utf-8")
    open_page(browser, file)
    assert browser.execute_script("return window.attacked ?? false") is False
    said = " ".join(entry["message"] for entry in browser.get_log("browser"))
    assert "Content Security Policy" in said
