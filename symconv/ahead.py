"""What copies of this process begin before the problem is understood.

Formats are made without SymPy: one copy loads what they need while this process imports it, and waits for the
document; another waits to draw the summary. And what a theorem says for every size depends on nothing in a problem
but its name: a third copy proves the theorems of a problem file while this process loads NumPy and the layers,
reads the file properly, and works the layers out; it is told the numbers of their instances when they are known.

The file is only looked at here. Whatever is wrong with it is found, and said, when it is read.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from symconv.render import FORMATS, groups, rendered
from symconv.sharing import Ahead, Key, Known, Result, processors
from symconv.shipped import MAX_BYTES, is_too_deep, path_of

if TYPE_CHECKING:
    from symconv.document import Document, Section
    from symconv.render import Rendered, Renderers
    from symconv.render.sheet import Sheet
    from symconv.render.style import FragmentStyle
    from symconv.report import Summary
    from symconv.terminal import Summaries

    Proofs = Ahead[tuple[str, str], Sequence[Any] | None, Section]
    """Sections by the id of their question and their theorem's name; they wait for the numbers of an instance."""


def renderers_ahead(
    names: Iterable[str], style: FragmentStyle | None, processes: int = 2
) -> Renderers | None:
    """The formats of these names, as far as they need not what formulas say; None where one process does all.

    Args:
        names: the names of formats.
        style: the names that a LaTeX fragment uses.
        processes: how many processes may work at a time.
    """
    alike = [group for group in groups(names) if not any(FORMATS[name].statements for name in group)]
    sheets: list[Sheet] = []

    def load(group: tuple[str, ...]) -> Callable[[Document], dict[str, Rendered]]:
        from symconv.render.sheet import Sheet

        for name in group:
            FORMATS[name].renderer()

        def complete(document: Document) -> dict[str, Rendered]:
            if not sheets:  # one for all, which remembers what they have in common
                sheets.append(Sheet(document, style=style))
            return rendered(group, sheets[0])

        return complete

    return _begun({group: partial(load, group) for group in alike}, processes)


def summary_ahead(after: Renderers | None, processes: int = 2) -> Summaries | None:
    """What the end of a run shows; None where one process does all.

    Args:
        after: what is begun first.
        processes: how many processes may work at a time.
    """

    def load() -> Callable[[Summary], str]:
        from symconv.summary import drawn

        return drawn

    return _begun({"summary": load}, processes, after)


def proofs_ahead(problem: str, processes: int = 2) -> Proofs | None:
    """The proofs that a problem asks for, begun; None where it asks for none, or where one process does all.

    Args:
        problem: a file, or the name of a shipped problem.
        processes: how many processes may work at a time.
    """
    wanted = _wanted(problem) if processes > 1 else ()
    if wanted:
        import sympy.tensor.tensor  # noqa: F401  what both processes need; SymPy's first sum imports this part

    # the last one first: what is asked for first is begun here
    return _begun({key: partial(_proved, key[1]) for key in reversed(wanted)}, processes)


def _begun(
    pieces: Mapping[Key, Callable[[], Callable[[Known], Result]]],
    processes: int,
    after: Renderers | None = None,
) -> Ahead[Key, Known, Result] | None:
    if not pieces or processes < 2 or processors() < 2:
        return None
    try:
        return Ahead(pieces, after)
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
        text = path.read_text("utf-8-sig")
        questions = None if is_too_deep(text) else tomllib.loads(text).get("questions")
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
