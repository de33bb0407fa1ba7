"""Where problem files are, those that come with symconv and everybody's own, and what is looked at before any is read."""

from __future__ import annotations

from pathlib import Path

MAX_BYTES = 16 * 2**20
"""How large a problem file may be."""


DEEPEST = 1000
"""Of how many parts a dotted key may be: the time that Python's parser takes grows with their square."""


def is_too_deep(text: str) -> bool:
    """Whether a TOML text has a key of too many parts."""
    return any(line.partition("=")[0].count(".") > DEEPEST for line in text.splitlines())


def shipped_texts() -> dict[str, Path]:
    """The problem files that come with symconv, by their names."""
    return {path.stem: path for path in (Path(__file__).parent / "problems").glob("*.toml")}


def path_of(problem: str) -> Path:
    """The file of a shipped problem, or the path itself."""
    return shipped_texts().get(problem, Path(problem))
