"""The page in a browser: opened at a width and in a theme, its explorers read and used as a person would."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys

WIDTHS = (390, 1280)
"""A phone and a screen, in CSS pixels."""


def open_page(browser: Any, file: Path, width: int = 1280, theme: str = "light", **features: str) -> None:
    """Opens a file as a screen of that width shows it; ``features`` are media features, ``_`` for their hyphens."""
    size = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False}
    # a mouse, and no smooth scrolling: a click would miss what still moves
    chosen = {"prefers-color-scheme": theme, "hover": "hover", "prefers-reduced-motion": "reduce"}
    chosen |= {name.replace("_", "-"): value for name, value in features.items()}
    media = [{"name": name, "value": value} for name, value in chosen.items()]
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "", "features": media})
    browser.get_log("browser")  # what an earlier page left
    browser.get("about:blank")  # or a second visit to one file would only jump to its anchor
    browser.get(file.as_uri())


def shown_number(text: str) -> Fraction:
    """A number as the page writes it."""
    return Fraction(text.replace("−", "-"))


class Lab:
    """One explorer of the page."""

    def __init__(self, browser: Any, number: int = 1) -> None:
        self.browser = browser
        self.root = browser.find_element(By.ID, f"explorer-{number}")
        browser.execute_script("arguments[0].scrollIntoView({behavior: 'instant'})", self.root)

    def find(self, selector: str) -> Any:
        return self.root.find_element(By.CSS_SELECTOR, selector)

    def all(self, selector: str) -> list[Any]:
        found: list[Any] = self.root.find_elements(By.CSS_SELECTOR, selector)
        return found

    @property
    def agrees(self) -> bool:
        """Whether the page says that its own results are those of the report."""
        return self.root.get_attribute("data-agrees") == "true"

    def view(self, name: str) -> None:
        """Chooses what is explored: ``output``, ``input`` or ``weight``."""
        self.find(f".choice input[value={name}]").click()

    def numbers(self, where: str) -> list[Fraction]:
        """Every entry of an array in row-major order, those of hidden channels too."""
        texts = self.browser.execute_script(
            "return [...arguments[0].querySelectorAll(arguments[1] + ' .cell:not(.padding) .value')]"
            ".map(value => value.textContent)",
            self.root,
            where,
        )
        return [shown_number(text) for text in texts]

    @property
    def results(self) -> list[Fraction]:
        return self.numbers(".chosen .array")

    def cell(self, where: str, flat: int) -> Any:
        """A cell of an array by its place in row-major order."""
        return self.browser.execute_script(
            "return arguments[0].querySelectorAll(arguments[1] + ' .cell:not(.padding)')[arguments[2]]",
            self.root,
            where,
            flat,
        )

    def first_visible(self, where: str) -> int:
        """The first entry of an array that is on the screen: a channel that meets nothing is hidden."""
        place: int = self.browser.execute_script(
            "return [...arguments[0].querySelectorAll(arguments[1] + ' .cell:not(.padding)')]"
            ".findIndex(cell => cell.checkVisibility())",
            self.root,
            where,
        )
        return place

    def edit(self, where: str, flat: int, text: str) -> None:
        """Changes a number as with a mouse and a keyboard."""
        self.cell(where, flat).click()
        self.type(Keys.CONTROL, "a", keys_up=True)
        self.type(text, Keys.ENTER)

    def type(self, *keys: str, keys_up: bool = False) -> None:
        """Presses keys where the focus is; with ``keys_up`` the first one is held."""
        chain = ActionChains(self.browser)
        if keys_up:
            chain = chain.key_down(keys[0]).send_keys(*keys[1:]).key_up(keys[0])
        else:
            chain = chain.send_keys(*keys)
        chain.perform()

    @property
    def chosen(self) -> int:
        """The place of the chosen entry in its array."""
        place: int = self.browser.execute_script(
            "return [...arguments[0].querySelectorAll('.chosen .cell:not(.padding)')]"
            ".findIndex(cell => cell.getAttribute('aria-selected') === 'true')",
            self.root,
        )
        return place

    def letters(self, where: str) -> dict[int, str]:
        """The letters on the cells of an array, by place."""
        marks = self.browser.execute_script(
            "return [...arguments[0].querySelectorAll(arguments[1] + ' .cell:not(.padding)')]"
            ".map(cell => cell.querySelector('.letters')?.textContent ?? '')",
            self.root,
            where,
        )
        return {place: letters for place, letters in enumerate(marks) if letters}

    @property
    def latex(self) -> str:
        """The LaTeX of the sum, as its button copies it."""
        self.browser.execute_cdp_cmd(
            "Browser.grantPermissions", {"permissions": ["clipboardReadWrite", "clipboardSanitizedWrite"]}
        )
        self.find(".working .copy").click()
        copied: str = self.browser.execute_async_script(
            "const done = arguments[0]; setTimeout(() => navigator.clipboard.readText().then(done), 50)"
        )
        return copied
