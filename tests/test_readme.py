"""The README's blocks run, and give what they show.

A ``toml`` block is saved under the name in its first line; ``sh`` blocks run in order beside it, and a ``text``
block behind one is what it prints; ``pycon`` blocks are one session. Commands that install are not run, but
the ``symconv`` in them is. The changelog is looked at as well.
"""

from __future__ import annotations

import doctest
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

from symconv import __version__
from symconv.checks.result import Method
from symconv.cli import COMMANDS
from symconv.layers import LAYERS
from symconv.render import FORMATS

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text("utf-8")
CHANGELOG = (ROOT / "CHANGELOG.md").read_text("utf-8")

INSTALL = "python3 -m venv .venv && .venv/bin/pip install . && .venv/bin/symconv solve"
TEST = "python3 -m venv .venv && .venv/bin/pip install -e '.[test]' && .venv/bin/pytest"


class Block(NamedTuple):
    """A fenced block: its language and its lines."""

    language: str
    text: str


BLOCKS = tuple(
    Block(*found) for found in re.findall(r"^```(\w+)\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)
)


def commands() -> list[tuple[tuple[str, ...], str | None]]:
    """Every command of symconv with its arguments, and what it is shown to print."""
    found: list[tuple[tuple[str, ...], str | None]] = []
    for block, behind in zip(BLOCKS, (*BLOCKS[1:], Block("", "")), strict=True):
        lines = block.text.splitlines() if block.language == "sh" else []
        shown = behind.text if behind.language == "text" else None
        for line in lines:
            calls = [shlex.split(part) for part in line.split("&&")]
            own = [tuple(words[1:]) for words in calls if Path(words[0]).name == "symconv"]
            found += [(arguments, shown) for arguments in own]
    return found


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A working folder with the README's problem files in it."""
    for block in BLOCKS:
        if block.language == "toml":
            name = block.text.splitlines()[0].removeprefix("# ")
            (tmp_path / name).write_text(block.text, encoding="utf-8")
    assert list(tmp_path.glob("*.toml"))
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_every_block_is_of_a_language_that_is_run() -> None:
    assert {block.language for block in BLOCKS} == {"sh", "toml", "text", "pycon"}
    assert README.count("```") == 2 * len(BLOCKS)


def test_the_two_commands_stand_as_they_are_promised() -> None:
    lines = [line for block in BLOCKS if block.language == "sh" for line in block.text.splitlines()]
    assert lines[0] == INSTALL
    assert lines[-1] == TEST


@pytest.mark.parametrize(("arguments", "shown"), commands(), ids=lambda value: " ".join(value or ())[:40])
def test_command_prints_what_is_shown(arguments: tuple[str, ...], shown: str | None, folder: Path) -> None:
    environment = os.environ | {"COLUMNS": "80", "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"}
    run = subprocess.run(
        [sys.executable, "-m", "symconv", *arguments],
        cwd=folder,
        env=environment,
        capture_output=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )
    assert run.stderr == ""
    if shown is None:
        assert run.returncode == 0
        assert run.stdout
    else:
        assert run.stdout == shown
        assert run.returncode == int(shown.startswith("failed"))


def test_session_gives_what_is_shown(folder: Path) -> None:
    session = "\n".join(block.text for block in BLOCKS if block.language == "pycon")
    test = doctest.DocTestParser().get_doctest(session, {}, "README.md", "README.md", 0)
    assert len(test.examples) > 10
    complaints: list[str] = []
    assert doctest.DocTestRunner().run(test, out=complaints.append).failed == 0, "".join(complaints)


def test_every_link_leads_somewhere() -> None:
    targets = [target for target in re.findall(r"\]\(([^)]+)\)", README) if "://" not in target]
    assert len(targets) > 5
    missing = {target for target in targets if not (ROOT / target).exists()}
    assert not missing


def test_tables_name_every_format_and_every_means_of_checking() -> None:
    rows = [
        [cell.strip(" `") for cell in line.split("|")[1:3]]
        for line in README.splitlines()
        if line.startswith("| ")
    ]
    assert [tuple(row) for row in rows if row[0] in FORMATS] == [
        (name, f".{row.extension}") for name, row in FORMATS.items()
    ]
    assert {row[0] for row in rows} >= {method.value for method in Method}


@pytest.mark.parametrize("name", [*LAYERS, *(f"symconv {command}" for command in COMMANDS)])
def test_changelog_names_every_layer_and_command(name: str) -> None:
    assert f"`{name}" in CHANGELOG


def test_changelog_has_the_sections_of_its_form() -> None:
    assert CHANGELOG.startswith("# Changelog\n")
    releases = re.findall(r"^## \[(.+?)\](?: - \d{4}-\d\d-\d\d)?$", CHANGELOG, re.MULTILINE)
    assert releases[0] == "Unreleased"
    assert releases[1:2] in ([], [__version__])
    kinds = set(re.findall(r"^### (.+)$", CHANGELOG, re.MULTILINE))
    assert kinds
    assert kinds <= {"Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"}
