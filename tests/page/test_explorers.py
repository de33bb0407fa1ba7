"""The explorers in use: what a reader does by pointer, finger and keyboard, and the numbers that follow."""

from __future__ import annotations

import random
import re
from fractions import Fraction
from math import prod
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from symconv.checks.result import Checks
from symconv.derivation.derivation import Worked
from symconv.document import Document, Explorer, Section
from symconv.layers import Layer
from symconv.layers.convolution import Conv1d, Conv2d, Conv3d
from symconv.layers.pooling import AvgPool2d, LPPool2d, MaxPool2d
from symconv.layers.transposed import ConvTranspose1d, ConvTranspose2d
from symconv.narrate.explorers import explorer, window_explorer
from symconv.narrate.placing import explorers
from symconv.pipeline import solve
from symconv.problem import load
from symconv.render import render
from symconv.workings import compute
from tests.page.driving import Lab, open_page
from tests.render.sample import EXPLORER

pytestmark = pytest.mark.browser
PROBLEMS = Path(__file__).parent.parent / "problems"


def numbers(shape: tuple[int, ...], seed: int) -> Any:
    """Small fractions, many of them whole, some negative."""
    draw = random.Random(seed)
    flat = [Fraction(draw.randint(-9, 9), draw.choice((1, 1, 1, 2, 3))) for _ in range(prod(shape))]
    array = np.empty(len(flat), dtype=object)
    array[:] = flat
    return array.reshape(shape)


def convolution(layer: Layer, shape: tuple[int, ...], kernel: tuple[int, ...], bias: int = 0) -> Worked:
    """A convolution at random fractions, its upstream gradient too."""
    given = layer.derive(numbers(shape, 1), numbers(kernel, 2), numbers((bias,), 3) if bias else None)
    return given.substitute(upstream=numbers(given.operator.output_shape, 4))


CONVOLUTIONS = {
    "plain": convolution(Conv2d(), (4, 5), (2, 3)),
    "strided, padded, dilated": convolution(
        Conv2d(stride=(2, 3), padding=(2, 1), dilation=(1, 2)), (6, 7), (3, 2)
    ),
    "padded on one side": convolution(Conv2d(padding=((0, 1), (2, 0))), (3, 3), (2, 2)),
    "groups and bias": convolution(Conv2d(groups=2, stride=2), (4, 4, 4), (6, 2, 3, 3), bias=6),
    "batch": convolution(Conv2d(padding=1), (2, 2, 3, 3), (3, 2, 2, 2), bias=3),
    "one dimension": convolution(Conv1d(stride=2, padding=1), (9,), (4,)),
    "one dimension, channels": convolution(Conv1d(dilation=2), (2, 8), (3, 2, 3)),
    "mirrored padding": convolution(Conv2d(padding=(1, 2), padding_mode="reflect"), (4, 5), (3, 2)),
    "circular padding": convolution(Conv1d(padding=2, padding_mode="circular", stride=2), (5,), (3,)),
    "transposed": convolution(ConvTranspose2d(stride=2, padding=1), (3, 2), (3, 3)),
    "transposed, groups and bias": convolution(
        ConvTranspose1d(stride=3, output_padding=1, groups=2), (4, 3), (4, 3, 2), bias=6
    ),
    "three dimensions": convolution(Conv3d(padding=1, stride=2), (2, 3, 4, 3), (2, 2, 2, 2, 2)),
}


def shown(browser: Any, folder: Path, *found: Explorer | None) -> None:
    """Opens a page of explorers alone."""
    blocks = tuple(each for each in found if each is not None)
    assert len(blocks) == len(found)
    document = Document("Explorers", "", (Section("explore", ("Explore",), blocks),), Checks())
    file = folder / "page.html"
    file.write_text(render(document, "html"), encoding="utf-8")
    open_page(browser, file)


@pytest.fixture
def homework(browser: Any, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """The browser at the homework's page."""
    file = tmp_path_factory.getbasetemp() / "homework.html"
    if not file.exists():
        file.write_text(solve().render("html"), encoding="utf-8")
    open_page(browser, file)
    yield browser
    assert browser.get_log("browser") == []


# --- what the page computes is what symconv computes ---


@pytest.mark.parametrize("name", CONVOLUTIONS)
def test_page_computes_what_python_computed(name: str, browser: Any, tmp_path: Path) -> None:
    derivation = CONVOLUTIONS[name]
    shown(browser, tmp_path, explorer(derivation, "output"))
    lab = Lab(browser)
    assert lab.agrees
    expected = {
        "output": derivation.output_entries,
        "input": derivation.gradient_entries("input"),
        "weight": derivation.gradient_entries("weight"),
    }
    for view, values in expected.items():
        lab.view(view)
        assert lab.results == values.ravel().tolist()
    assert browser.get_log("browser") == []


@pytest.mark.parametrize("name", CONVOLUTIONS)
def test_edited_numbers_give_what_python_gives(name: str, browser: Any, tmp_path: Path) -> None:
    derivation = CONVOLUTIONS[name]
    shown(browser, tmp_path, explorer(derivation, "weight"))
    lab = Lab(browser)
    new = {role: array.copy() for role, array in derivation.arrays.items()}
    draw = random.Random(name)
    # each view shows two of the three arrays; only an entry that meets the chosen one is on the screen for sure
    for view, role in (
        ("weight", "upstream"),
        ("weight", "input"),
        ("output", "weight"),
        ("output", "input"),
    ):
        lab.view(view)
        place = draw.choice(sorted(lab.letters(f".of-{role}")))
        text = draw.choice(("7", "-12", "2.25", "-3/7", "−5", " 10/4 ", "123456789012345678901234567890"))
        lab.edit(f".joined .of-{role}", place, text)
        new[role].ravel()[place] = Fraction(text.replace("−", "-"))
    changed = derivation.substitute(**new)
    for view, values in (
        ("output", changed.output_entries),
        ("input", changed.gradient_entries("input")),
        ("weight", changed.gradient_entries("weight")),
    ):
        lab.view(view)
        assert lab.results == values.ravel().tolist()
    assert "changed" in lab.find(".agreement").text
    lab.find(".reset").click()
    assert lab.agrees
    assert lab.results == derivation.gradient_entries("weight").ravel().tolist()


def test_a_result_that_differs_from_the_report_is_said(browser: Any, tmp_path: Path) -> None:
    from symconv.value import replace

    role, output = EXPLORER.results[0]
    wrong = replace(EXPLORER, results=((role, replace(output, entries=(1, 5))), *EXPLORER.results[1:]))
    shown(browser, tmp_path, wrong, EXPLORER)
    assert not Lab(browser, 1).agrees
    assert "differ from the report in 1 of 7 entries" in Lab(browser, 1).find(".agreement").text
    assert Lab(browser, 2).agrees


@pytest.mark.parametrize("problem", sorted(file.stem for file in PROBLEMS.glob("*.toml")))
def test_every_explorer_of_a_problem_agrees_with_its_report(
    problem: str, browser: Any, tmp_path: Path
) -> None:
    loaded = load(str(PROBLEMS / f"{problem}.toml"))
    found = [each for per_question in explorers(compute(loaded, 10**6)) for each in per_question]
    assert len(found) >= 2
    shown(browser, tmp_path, *found)
    assert [Lab(browser, number).agrees for number in range(1, len(found) + 1)] == [True] * len(found)
    assert browser.get_log("browser") == []


def test_explorers_are_placed_once_for_each_layer() -> None:
    places = {
        problem: {
            question.id: [each.kind for each in found]
            for question, found in zip(loaded.questions, explorers(compute(loaded, 10**6)), strict=True)
            if found
        }
        for problem, loaded in (("homework", load("ds-ga-1008-hw2")), ("starter", load("starter")))
    }
    assert places["homework"] == {"1.1(d)": ["convolution"], "1.2(d)": ["pooling"]}
    assert places["starter"] == {"3": ["convolution"], "4": ["convolution"], "5": ["pooling"]}


def test_symbols_and_large_arrays_have_no_explorer() -> None:
    assert explorer(Conv2d().derive((3, 3), (2, 2)), "input") is None
    big = Conv2d().derive(numbers((40, 40), 5), numbers((3, 3), 6))
    assert explorer(big, "input") is None


# --- choosing ---


def test_letters_pair_the_factors_and_show_the_turned_kernel(homework: Any) -> None:
    lab = Lab(homework)
    lab.cell(".chosen .array", 7).click()  # ∂E/∂A in row 2, column 3
    assert lab.letters(".of-upstream") == {0: "a", 1: "b", 2: "c", 3: "d", 4: "e", 5: "f"}
    assert lab.letters(".of-weight") == {0: "f", 1: "e", 2: "d", 3: "c", 4: "b", 5: "a"}
    lab.find(".turn input").click()
    # the same letters, drawn in the order in which they stand on the upstream gradient
    drawn = homework.execute_script(
        "return [...document.querySelectorAll('#explorer-1 .of-weight .letters')].map(e => e.textContent)"
    )
    assert drawn == ["a", "b", "c", "d", "e", "f"]
    assert [head.text for head in lab.all(".of-weight thead th")] == ["3", "2", "1"]


def test_sum_is_written_with_symbols_and_numbers(homework: Any) -> None:
    lab = Lab(homework)
    lab.cell(".chosen .array", 1).click()
    assert lab.latex == (
        r"\frac{\partial E}{\partial \mathbf{A}_{12}} = "
        r"\frac{\partial E}{\partial \mathbf{C}_{11}} \cdot \mathbf{B}_{12} + "
        r"\frac{\partial E}{\partial \mathbf{C}_{12}} \cdot \mathbf{B}_{11} = 1 \cdot 3 + 1 \cdot 4 = 7"
    )
    lab.view("output")
    lab.cell(".chosen .array", 8).click()
    assert lab.latex.startswith(r"\mathbf{C}_{33} = \mathbf{A}_{33} \cdot \mathbf{B}_{11} + ")
    assert lab.latex.endswith("= 79")


def test_arrow_keys_choose_and_stay_inside(homework: Any) -> None:
    from selenium.webdriver.common.keys import Keys

    lab = Lab(homework)
    lab.cell(".chosen .array", 0).click()
    for key, place in ((Keys.ARROW_RIGHT, 1), (Keys.ARROW_DOWN, 6), (Keys.END, 9), (Keys.ARROW_RIGHT, 9),
                       (Keys.ARROW_UP, 4), (Keys.ARROW_UP, 4), (Keys.HOME, 0), (Keys.ARROW_LEFT, 0)):  # fmt: skip
        lab.type(key)
        assert lab.chosen == place
    homework.implicitly_wait(0)
    spoken = homework.execute_async_script(
        "const done = arguments[0]; setTimeout(() => done(document.querySelector('[role=status]').textContent), 300)"
    )
    assert spoken == "Entry 1, 1 of the gradient by A: 1 times 4, equals 4"


def test_keyboard_alone_reaches_an_entry_and_changes_it(homework: Any) -> None:
    from selenium.webdriver.common.keys import Keys

    lab = Lab(homework)
    lab.find(".choice input[value=input]").send_keys(Keys.NULL)
    homework.execute_script("arguments[0].focus()", lab.find(".choice input[value=input]"))
    lab.type(Keys.TAB)  # the turn of the kernel
    lab.type(Keys.TAB)  # the chosen entry
    assert homework.execute_script("return document.activeElement.getAttribute('aria-selected')") == "true"
    lab.type(Keys.TAB)  # the upstream gradient: its first entry
    lab.type(Keys.ARROW_RIGHT)
    lab.type("-", "5", Keys.ENTER)
    assert lab.numbers(".of-upstream")[:3] == [1, -5, 1]
    assert lab.results[1] == 3 * 1 + 4 * -5
    assert homework.execute_script("return document.activeElement.classList.contains('changed')")


def test_pointer_previews_and_the_choice_comes_back(homework: Any) -> None:
    from selenium.webdriver.common.action_chains import ActionChains

    lab = Lab(homework)
    lab.cell(".chosen .array", 12).click()
    ActionChains(homework).move_to_element(lab.cell(".chosen .array", 0)).perform()
    assert lab.chosen == 0
    ActionChains(homework).move_to_element(lab.find("h3")).perform()
    assert lab.chosen == 12


def test_scrolling_under_a_pointer_at_rest_keeps_the_choice(homework: Any) -> None:
    from selenium.webdriver.common.action_chains import ActionChains
    from selenium.webdriver.common.keys import Keys

    lab = Lab(homework)
    cell = lab.cell(".chosen .array", 6)
    ActionChains(homework).move_to_element(cell).click().perform()
    lab.type(Keys.ARROW_RIGHT)
    assert lab.chosen == 7
    box = homework.execute_script(
        "const b = arguments[0].getBoundingClientRect(); return [b.left + b.width / 2, b.top + b.height / 2]",
        cell,
    )
    before = homework.execute_script("return scrollY")
    homework.execute_cdp_cmd(
        "Input.dispatchMouseEvent",
        {"type": "mouseWheel", "x": box[0], "y": box[1], "deltaX": 0, "deltaY": -94},
    )
    moved = homework.execute_async_script("const done = arguments[0]; setTimeout(() => done(scrollY), 600)")
    assert moved != before
    assert lab.chosen == 7


def test_finger_chooses_and_changes(homework: Any) -> None:
    homework.execute_cdp_cmd("Emulation.setTouchEmulationEnabled", {"enabled": True})
    try:
        lab = Lab(homework)

        def tap(cell: Any) -> None:
            box = homework.execute_script(
                "const b = arguments[0].getBoundingClientRect(); return {x: b.left + 20, y: b.top + 20}", cell
            )
            homework.execute_cdp_cmd("Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [box]})
            homework.execute_cdp_cmd("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})

        tap(lab.cell(".chosen .array", 18))
        assert lab.chosen == 18
        tap(lab.cell(".of-weight", 0))
        assert homework.execute_script("return document.activeElement.value") == "4"
    finally:
        homework.execute_cdp_cmd("Emulation.setTouchEmulationEnabled", {"enabled": False})


def test_what_is_no_number_is_refused_in_words(homework: Any) -> None:
    from selenium.webdriver.common.keys import Keys

    lab = Lab(homework)
    for text in ("", "x", "1/0", "1e5", "2,5", "<b>1</b>", "--1", "∞"):
        lab.cell(".of-weight", 0).click()
        lab.type(Keys.CONTROL, "a", keys_up=True)
        lab.type(Keys.BACKSPACE, *text, Keys.ENTER)
        message = lab.find(".message").text
        assert message == f"“{text}” is not a number. Type an integer, a decimal or a fraction such as 3/4."
        assert lab.numbers(".of-weight")[0] == 4
        assert homework.execute_script("return document.activeElement.getAttribute('aria-invalid')") == "true"
        lab.type(Keys.ESCAPE)
        assert lab.find(".message").text == ""
        assert lab.agrees


def test_padding_is_shown_and_what_meets_it_is_counted(browser: Any, tmp_path: Path) -> None:
    derivation = Conv2d(padding=1).derive(numbers((3, 3), 7), numbers((3, 3), 8))
    shown(browser, tmp_path, explorer(derivation, "output"))
    lab = Lab(browser)
    assert len(lab.all(".of-input .padding")) == 5 * 5 - 3 * 3
    lab.cell(".chosen .array", 0).click()
    assert len(lab.all(".of-input .padding.met")) == 5
    assert "5 of 9 products meet the padding" in lab.find(".working").text
    assert "ones stand for it here" in lab.root.text


def test_channels_are_chosen_from_a_list(browser: Any, tmp_path: Path) -> None:
    from selenium.webdriver.support.ui import Select

    shown(browser, tmp_path, explorer(CONVOLUTIONS["groups and bias"], "input"))
    lab = Lab(browser)
    choice = Select(lab.find(".slices select"))
    assert [option.text for option in choice.options] == [f"channel {number}" for number in (1, 2, 3, 4)]
    choice.select_by_visible_text("channel 4")
    captions = [caption for caption in lab.all(".grid figcaption") if caption.is_displayed()]
    visible = [re.sub(r"^.*?(?=channel|filter)", "", caption.text, flags=re.DOTALL) for caption in captions]
    # the second of two groups: channels 4 to 6 of the output, the second channel of each filter
    assert visible == [
        "channel 4", "channel 4", "channel 5", "channel 6",
        "filter 4, channel 2", "filter 5, channel 2", "filter 6, channel 2",
    ]  # fmt: skip


# --- pooling ---


def test_norms_are_those_of_exact_arithmetic_and_never_overflow(homework: Any) -> None:
    import mpmath

    window = [109, 92, 108, 85]
    with mpmath.workdps(40):
        for p in (1, 1.25, 2, 6, 128, 512):
            exact = mpmath.fsum(mpmath.mpf(x) ** p for x in window) ** (mpmath.mpf(1) / p)
            assert homework.execute_script(f"return norm({window}, {p})") == pytest.approx(
                float(exact), rel=1e-13
            )
            slopes = homework.execute_script(f"return normSlopes({window}, {p})")
            expected = [float((mpmath.mpf(x) / exact) ** (p - 1)) for x in window]
            assert slopes == pytest.approx(expected, rel=1e-11, abs=1e-300)


def test_slider_snaps_from_the_sum_to_the_maximum(homework: Any) -> None:
    from selenium.webdriver.common.keys import Keys

    lab = Lab(homework, 2)
    slider = lab.find("input[type=range]")
    slider.send_keys(Keys.HOME)
    facts = [fact.text for fact in lab.all(".facts dd")]
    assert facts == ["394", "109", "436", "109", "197/2"]
    assert lab.find("output").text == "p = 1"
    slider.send_keys(Keys.ARROW_RIGHT)
    assert slider.get_attribute("aria-valuetext") == "p = 1.25"
    slider.send_keys(Keys.END)
    assert slider.get_attribute("aria-valuetext") == "p infinite"
    assert lab.find(".facts dd").text == "109"
    weights = [row.text.split() for row in lab.all(".weights tbody tr")]
    assert weights[0] == ["109", "1.000", "1", "1/4"]
    assert weights[2] == ["108", "0.000", "0", "1/4"]
    assert lab.results == [109, 92, 110, 85]


def test_value_stays_between_its_bounds_for_every_exponent(homework: Any) -> None:
    from selenium.webdriver.common.keys import Keys

    lab = Lab(homework, 2)
    slider = lab.find("input[type=range]")
    slider.send_keys(Keys.HOME)
    steps = int(slider.get_attribute("max"))
    values = []
    for _ in range(steps + 1):
        value, low, high = (float(fact.text) for fact in lab.all(".facts dd")[:3])
        assert low <= value <= high
        values.append(value)
        slider.send_keys(Keys.ARROW_RIGHT)
    assert values == sorted(values, reverse=True)
    assert values[0] == 394
    assert values[-1] == 109


def test_ties_and_signs_are_told(browser: Any, tmp_path: Path) -> None:
    from selenium.webdriver.common.keys import Keys

    shown(
        browser,
        tmp_path,
        window_explorer([3, 1, 3, 3], "x", 1),
        window_explorer([-5, 2], "x", 1),
        window_explorer([0, 0], "x", 1),
    )
    ties, signs, zeros = (Lab(browser, number) for number in (1, 2, 3))
    ties.find("input[type=range]").send_keys(Keys.END)
    assert [row.text.split()[1] for row in ties.all(".weights tbody tr")] == [
        "0.333",
        "0.000",
        "0.333",
        "0.333",
    ]
    assert "3 entries tie for the largest size" in ties.root.text
    assert "its limit is the largest size, which need not be the maximum" in signs.root.text
    assert [fact.text for fact in signs.all(".facts dd")][3] == "2"
    assert "Every entry is 0" in zeros.root.text
    assert browser.get_log("browser") == []


POOLINGS = {
    "max, padded": MaxPool2d(2, stride=1, padding=1),
    "average, ceil": AvgPool2d(2, ceil_mode=True),
    "average, padding not counted": AvgPool2d(3, stride=2, padding=1, count_include_pad=False),
    "LP": LPPool2d(2, 2, stride=1),
}


@pytest.mark.parametrize("name", POOLINGS)
def test_maxima_and_means_follow_an_edit(name: str, browser: Any, tmp_path: Path) -> None:
    array = abs(numbers((5, 5), 9)) + 1
    shown(browser, tmp_path, explorer(POOLINGS[name].derive(array), "output"))
    lab = Lab(browser)
    assert lab.agrees
    place = browser.execute_script(
        "return [...document.querySelectorAll('.of-input .cell:not(.padding)')].findIndex(c => c.matches('.input'))"
    )
    lab.edit(".of-input", place, "401/4")
    array.ravel()[place] = Fraction(401, 4)
    largest = MaxPool2d(**_geometry(POOLINGS[name])).derive(array).output_entries.ravel().tolist()
    window = lab.chosen
    assert [fact.text for fact in lab.all(".facts dd")][3] == str(largest[window])
    if isinstance(POOLINGS[name], AvgPool2d):
        mean = POOLINGS[name].derive(array).output_entries.ravel().tolist()[window]
        assert [fact.text for fact in lab.all(".facts dd")][4] == str(mean)


def _geometry(layer: Any) -> dict[str, Any]:
    return {
        name: getattr(layer, name)
        for name in ("kernel_size", "stride", "padding", "ceil_mode")
        if hasattr(layer, name)
    }
