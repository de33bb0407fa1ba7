"""Outside programs as fixtures, and the switches that rewrite what the suite compares with.

A test that needs a program asks for its fixture. Where the program is missing the test is skipped, unless
``SYMCONV_CI`` is set: there everything must be installed, and a missing program is a failure.
"""

from __future__ import annotations

import importlib
import os
import re
import shutil
import subprocess
import tarfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from outside import missing

settings.register_profile("symconv", deadline=None)  # a busy machine is no counterexample
settings.load_profile("symconv")

CHROMIUM_FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--disable-quic",
)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-golden", action="store_true", help="rewrite the golden files of the renderers")
    parser.addoption("--update-reports", action="store_true", help="rewrite the committed reports")


@pytest.fixture(scope="session")
def update_golden(request: pytest.FixtureRequest) -> bool:
    """Whether golden files are to be written instead of compared."""
    return bool(request.config.getoption("--update-golden"))


@pytest.fixture(scope="session")
def update_reports(request: pytest.FixtureRequest) -> bool:
    """Whether the committed reports are to be written instead of compared."""
    return bool(request.config.getoption("--update-reports"))


def _program(*names: str) -> str:
    """The path of the first of the programs that is there."""
    return next(filter(None, map(shutil.which, names)), None) or missing(names[0])


@pytest.fixture(scope="session")
def pdflatex() -> Callable[[str, Path], str]:
    """``pdflatex(source, folder)`` compiles twice and returns the second log, unwrapped; an error fails the test.

    The PDF is ``folder/document.pdf``.
    """
    program = _program("pdflatex")
    # Long lines in the log: TeX would break its messages at 79 characters, even within a word.
    environment = os.environ | {"max_print_line": "10000", "openin_any": "p", "openout_any": "p"}

    def compile_twice(source: str, folder: Path) -> str:
        (folder / "document.tex").write_text(source, encoding="utf-8")
        command = [program, "-halt-on-error", "-interaction=nonstopmode", "-no-shell-escape", "document.tex"]
        log = ""
        for _ in range(2):
            run = subprocess.run(
                command, cwd=folder, env=environment, capture_output=True, timeout=120, check=False
            )
            log = (folder / "document.log").read_text(encoding="utf-8", errors="replace")
            if run.returncode:
                error = re.search(r"^!.*(?:\n.*){0,4}", log, re.MULTILINE)
                raise AssertionError(error.group() if error else log[-2000:])
        return log

    return compile_twice


@pytest.fixture(scope="session")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A headless Chromium with a fresh profile, driven by selenium; ``get_log("browser")`` is its console."""
    try:
        webdriver = importlib.import_module("selenium.webdriver")
    except ImportError:
        missing("selenium")
    options = webdriver.ChromeOptions()
    options.binary_location = _program("chromium", "chromium-browser", "google-chrome")
    for flag in (*CHROMIUM_FLAGS, f"--user-data-dir={tmp_path_factory.mktemp('chromium')}"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    # With the driver's path given, selenium looks for nothing on the network.
    service = webdriver.ChromeService(executable_path=_program("chromedriver"))
    driver = webdriver.Chrome(options=options, service=service)
    try:
        yield driver
    finally:
        driver.quit()


AXE = "4.14.1"
"""The version of axe-core, the judge of accessibility."""


@pytest.fixture(scope="session")
def axe(request: pytest.FixtureRequest) -> str:
    """The script of axe-core, fetched with npm at the first use and kept in pytest's cache."""
    cache = request.config.cache
    assert cache is not None
    folder = Path(cache.mkdir("axe-core"))
    package = folder / f"axe-core-{AXE}.tgz"
    if not package.exists():
        command = [_program("npm"), "pack", "--silent", f"axe-core@{AXE}"]
        run = subprocess.run(command, cwd=folder, capture_output=True, timeout=120, check=False)
        if run.returncode or not package.exists():
            missing("axe-core")
    with tarfile.open(package) as files:
        script = files.extractfile("package/axe.min.js")
        assert script is not None
        return script.read().decode()


@pytest.fixture(scope="session")
def torch() -> Any:
    """The torch module, in one thread."""
    try:
        module = importlib.import_module("torch")
    except ImportError:
        missing("torch")
    module.set_num_threads(1)
    return module
