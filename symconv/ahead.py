"""Proofs that begin before the problem is understood.

What a theorem says for every size depends on nothing in a problem but its name. So a copy of this process proves
the theorems of a problem file while this one still loads NumPy and the layers, reads the file properly, and works
the layers out; it is told the numbers of their instances when they are known.

The file is only looked at here. Whatever is wrong with it is found, and said, when it is read.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from symconv.sharing import Ahead, processors
from symconv.shipped import MAX_BYTES, path_of

if TYPE_CHECKING:
    from symconv.document import Section

    Proofs = Ahead[tuple[str, str], Sequence[Any] | None, Section]
    """Sections by the id of their question and their theorem's name; they wait for the numbers of an instance."""


def proofs_ahead(problem: str) -> Proofs | None:
    """The proofs that a problem asks for, begun; None where it asks for none, or where one process does all.

    Args:
        problem: a file, or the name of a shipped problem.
    """
    wanted = _wanted(problem) if processors() > 1 else ()
    if not wanted:
        return None
    import sympy.tensor.tensor  # noqa: F401  what both processes need; SymPy's first sum imports this part

    # the last one first: what is asked for first is begun here
    pieces = {key: partial(_proved, key[1]) for key in reversed(wanted)}
    try:
        return Ahead(pieces)
    except OSError:  # the system allows no further process
        return None


def _proved(name: str) -> Any:
    from symconv.narrate.theorem import proved

    return proved(name)


def _wanted(problem: str) -> Sequence[tuple[str, str]]:
    """The ids and theorems of the questions for proofs, as far as they can be read off at a glance."""
    path = path_of(problem)
    try:
        if not path.is_file() or path.stat().st_size > MAX_BYTES:  # a pipe can be read only once
            return ()
        questions = tomllib.loads(path.read_text("utf-8-sig")).get("questions")
    except (OSError, ValueError, RecursionError):
        return ()
    return tuple(
        (question["id"], name)
        for question in _tables(questions)
        if isinstance(question.get("id"), str)
        for name in _list(question.get("theorems"))
        if isinstance(name, str)
    )


def _tables(value: object) -> list[Mapping[str, Any]]:
    return [item for item in _list(value) if isinstance(item, dict)]


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []
