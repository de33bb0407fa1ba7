"""What there is, by name: problems, layers, theorems, certificates and formats.

To add a section, give it a case here and its name to ``SECTIONS`` of :mod:`symconv.cli`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator


def rows_of(section: str) -> Iterator[tuple[str, str]]:
    """The names of a section of the list, and what they stand for."""
    match section:
        case "problems":
            from symconv.problem import load, shipped

            return ((name, load(name).title) for name in shipped())
        case "layers":
            from symconv.layers import LAYERS

            return (
                (name, _plain((layer.__doc__ or "").partition("\n")[0])) for name, layer in LAYERS.items()
            )
        case "theorems":
            from symconv.theorems import THEOREMS

            return ((name, theorem.title) for name, theorem in THEOREMS.items())
        case "certificates":
            from symconv.certificates.general import GENERAL

            return ((name, ", ".join(proof for _, _, proof in rows)) for name, rows in GENERAL.items())
        case _:
            from symconv.render import FORMATS

            return ((name, row.what) for name, row in FORMATS.items())


def _plain(line: str) -> str:
    """A line of a docstring as text: a reference is the name that it leads to."""
    return re.sub(r":\w+:`~?(?:\w+\.)*(\w+)`", r"\1", line).replace("``", "")
