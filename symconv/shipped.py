"""Where problem files are: those that come with symconv, by their names, and everybody's own."""

from __future__ import annotations

from pathlib import Path

MAX_BYTES = 16 * 2**20
"""How large a problem file may be."""


def shipped_texts() -> dict[str, Path]:
    """The problem files that come with symconv, by their names."""
    return {path.stem: path for path in (Path(__file__).parent / "problems").glob("*.toml")}


def path_of(problem: str) -> Path:
    """The file of a shipped problem, or the path itself."""
    return shipped_texts().get(problem, Path(problem))
