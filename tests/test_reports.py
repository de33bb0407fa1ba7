"""The committed reports: what the shipped problems give today, the same on every machine and in every run.

``pytest tests/test_reports.py --update-reports`` writes them anew, with the picture that the README shows.
"""

from __future__ import annotations

import base64
import os
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from symconv.problem import shipped
from symconv.render import FORMATS, USUAL

ROOT = Path(__file__).parent.parent
REPORTS = ROOT / "reports"
PICTURE = REPORTS / "ds-ga-1008-hw2.png"
PNG = b"\x89PNG\r\n\x1a\n"
UPDATE = "run `pytest tests/test_reports.py --update-reports` and look at what changed"

DATE = re.compile(
    r"\b(?:19|20)\d\d[-./]\d\d[-./]\d\d\b|\b\d\d?[-./]\d\d?[-./](?:19|20)\d\d\b|\b\d\d:\d\d:\d\d\b"
)
MACHINE = re.compile(r"(?<![\w.])/(?:work|tmp|root|home|Users|private|var|opt|usr)/\w|\b[A-Z]:\\\w")


def solved(problem: str, folder: Path, seed: int) -> Mapping[str, bytes]:
    """What ``symconv solve`` writes in a process with this seed of the hashes."""
    command = [sys.executable, "-m", "symconv", "solve", problem, "--out", str(folder)]
    environment = os.environ | {"PYTHONHASHSEED": str(seed)}
    subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, check=True, timeout=120)
    return contents(folder)


def contents(folder: Path) -> Mapping[str, bytes]:
    """The files of a folder by name."""
    return {file.name: file.read_bytes() for file in sorted(folder.iterdir())} if folder.is_dir() else {}


@pytest.fixture(scope="module", params=shipped())
def problem(request: pytest.FixtureRequest) -> str:
    """The name of a shipped problem."""
    name: str = request.param
    return name


@pytest.fixture(scope="module")
def report(problem: str, tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, bytes]:
    """The report of a shipped problem as it is today."""
    return solved(problem, tmp_path_factory.mktemp("report"), seed=0)


def test_report_has_every_format(problem: str, report: Mapping[str, bytes]) -> None:
    assert set(report) == {f"{problem}.{FORMATS[name].extension}" for name in USUAL}


def test_committed_report_is_current(problem: str, report: Mapping[str, bytes], update_reports: bool) -> None:
    folder = REPORTS / problem
    if update_reports:
        folder.mkdir(parents=True, exist_ok=True)
        for stale in set(contents(folder)) - set(report):
            (folder / stale).unlink()
        for name, text in report.items():
            (folder / name).write_bytes(text)
    committed = contents(folder)
    assert set(committed) == set(report), UPDATE
    assert [name for name in report if committed[name] != report[name]] == [], UPDATE


def test_report_does_not_depend_on_the_order_of_hashes(
    problem: str, report: Mapping[str, bytes], tmp_path: Path
) -> None:
    again = solved(problem, tmp_path / "another/folder", seed=1)
    assert [name for name in report if again.get(name) != report[name]] == []


def test_report_holds_neither_date_nor_path_of_a_machine(report: Mapping[str, bytes]) -> None:
    for name, data in report.items():
        text = data.decode("utf-8")
        found = DATE.search(text) or MACHINE.search(text)
        assert found is None, f"{name}: {found}"


@pytest.mark.parametrize(
    "text", ["on 2026-11-23", "23.11.2026", "at 11:14:02", "in /var/folders/x", r"C:\Users"]
)
def test_a_date_or_a_path_would_be_noticed(text: str) -> None:
    assert DATE.search(text) or MACHINE.search(text)


# --- the picture of the README ---

# The part that the picture shows: the explorer of the gradient, with an entry in the middle.
SHOWN = """
const box = document.getElementById('explorer-1').getBoundingClientRect();
return {x: box.left - 12, y: box.top + scrollY - 12, width: box.width + 24, height: box.height + 24, scale: 1}
"""


@pytest.mark.browser
def test_picture_of_the_report_can_be_taken(browser: Any, update_reports: bool, tmp_path: Path) -> None:
    solved("ds-ga-1008-hw2", tmp_path, seed=0)
    size = {"width": 960, "height": 900, "deviceScaleFactor": 1.5, "mobile": False}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    browser.get((tmp_path / "ds-ga-1008-hw2.html").as_uri())
    browser.execute_async_script("document.fonts.ready.then(arguments[0])")
    clip = browser.execute_script(SHOWN)
    shot = browser.execute_cdp_cmd("Page.captureScreenshot", {"clip": clip, "captureBeyondViewport": True})
    picture = base64.b64decode(shot["data"])
    assert picture.startswith(PNG)
    if update_reports:
        PICTURE.write_bytes(picture)


def test_picture_is_there_and_small() -> None:
    picture = PICTURE.read_bytes()
    assert picture.startswith(PNG)
    assert 10_000 < len(picture) < 200_000
