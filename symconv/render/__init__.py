"""From a document to text in a format. A renderer is pure: it returns a string and touches no file.

To add a format, write a module here with a rule for every kind of block, and give it a row in ``FORMATS``;
tests fail while a rule is missing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from importlib import import_module
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from symconv.errors import ArgumentError

if TYPE_CHECKING:
    from symconv.document import Document
    from symconv.printing.mathml import MathML
    from symconv.render.sheet import Sheet
    from symconv.render.style import FragmentStyle
    from symconv.sharing import Ahead

    Renderers = Ahead[tuple[str, ...], Document, dict[str, "Rendered"]]
    """Formats that have most of their work in common, by their names; they wait for the document."""


Rendered = str | bytes
"""A file's content: text, or the bytes of a PDF."""


class Format(NamedTuple):
    """A format of a report: the extension of its file, what it is, and where it is made.

    One that needs an extra of the installation is written only when it is asked for. One that tells ``statements``
    reads what formulas say, beside how they look.
    """

    extension: str
    what: str
    module: str
    function: str = "render"
    extra: str = ""
    statements: bool = False

    def renderer(self) -> Callable[[Sheet], Rendered]:
        """What makes it; loaded here, as ``symconv --help`` lists the formats and needs none of them."""
        make: Callable[[Sheet], Rendered] = getattr(import_module(f"{__name__}.{self.module}"), self.function)
        return make


def render(
    document: Document, name: str, mathml: MathML | None = None, style: FragmentStyle | None = None
) -> Rendered:
    """The document in the format of that name.

    Args:
        document: the document.
        name: the name of the format.
        mathml: the converter of formulas, to share it with other calls.
        style: the names that a LaTeX fragment uses.
    """
    from symconv.render.sheet import Sheet

    return _format(name).renderer()(Sheet(document, mathml, style))


def render_all(
    document: Document,
    names: Iterable[str],
    processes: int = 1,
    style: FragmentStyle | None = None,
    ahead: Renderers | None = None,
) -> dict[str, Rendered]:
    """The document in several formats, by their names; work that they have in common is done once.

    Args:
        document: the document.
        names: the names of the formats.
        processes: with 2, a copy of this process takes its share (:mod:`symconv.sharing`).
        style: the names that a LaTeX fragment uses.
        ahead: a process that has loaded what these formats need, and waits for the document (:mod:`symconv.ahead`).
    """
    from symconv.document import Assertion
    from symconv.render.sheet import Sheet
    from symconv.sharing import shared

    sheet = Sheet(document, style=style)
    names = list(names)
    alike = groups(names)
    if ahead:
        alike = [*ahead.keys, *(group for group in alike if group not in ahead.keys)]
        ahead.tell(dict.fromkeys(ahead.keys, document), without=(Assertion,))
    works = [partial(rendered, group, sheet) for group in alike]
    made = shared(works, range(len(works)), processes, ahead=ahead)
    texts = {name: text for group in made for name, text in group.items()}
    return {name: texts[name] for name in names}


def groups(names: Iterable[str]) -> list[tuple[str, ...]]:
    """Formats that have most of their work in common, together; the costly ones first."""
    alike: dict[str, tuple[str, ...]] = {}
    for name in names:
        first = _LIKE.get(name, name)
        alike[first] = (*alike.get(first, ()), name)
    return [alike[first] for first in sorted(alike, key=lambda first: first != "mathml")]


def rendered(names: Iterable[str], sheet: Sheet) -> dict[str, Rendered]:
    """The formats of that name, one after the other."""
    return {name: _format(name).renderer()(sheet) for name in names}


def _format(name: str) -> Format:
    if name not in FORMATS:
        raise ArgumentError("format", f"one of {', '.join(FORMATS)}", name)
    return FORMATS[name]


FORMATS: Mapping[str, Format] = MappingProxyType(
    {
        "tex": Format("tex", "a complete LaTeX article", "tex", "article"),
        "fragment": Format("fragment.tex", "LaTeX to input into an article of your own", "tex", "fragment"),
        "mathml": Format("xhtml", "one XML file, every formula a MathML element", "mathml"),
        "html": Format("html", "one self-contained web page", "html"),
        "md": Format("md", "Markdown as GitHub shows it", "markdown"),
        "txt": Format("txt", "plain text in Unicode", "text"),
        "json": Format("json", "every check with its verdict, for programs", "json", statements=True),
        "pdf": Format("pdf", "pages to print, made without TeX (when asked for)", "typst", extra="pdf"),
    }
)
"""Every format by its name."""

USUAL = tuple(name for name, row in FORMATS.items() if not row.extra)
"""The formats that a report is written in unless others are asked for."""

_LIKE = MappingProxyType({"html": "mathml", "fragment": "tex"})
"""Formats that have most of their work in common with another."""
