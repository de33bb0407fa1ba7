"""What PyTorch computed, read back from the files that ``make.py`` wrote."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent
MODULES = tuple(sorted(path.stem for path in FOLDER.glob("*.json")))


def cases(module: str) -> list[dict[str, Any]]:
    """The cases of a module: ``args`` as PyTorch takes them, and arrays as nested lists by name."""
    record = json.loads((FOLDER / f"{module}.json").read_text(encoding="utf-8"))
    found: list[dict[str, Any]] = record["cases"]
    return found
