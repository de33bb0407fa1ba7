"""From a document to text in a format. A renderer is pure: it returns a string and touches no file.

To add a format, write a module here with a rule for every kind of block, and give it a row in ``FORMATS``;
tests fail while a rule is missing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from symconv.errors import ArgumentError

if TYPE_CHECKING:
    from symconv.document import Document
    from symconv.printing.mathml import MathML
    from symconv.render.sheet import Sheet
    from symconv.render.style import FragmentStyle


Rendered = str | bytes
"""A file's content: text, or the bytes of a PDF."""


class Format(NamedTuple):
    """A format of a report: the extension of its file, what it is, and how it is made.

    One that needs an extra of the installation is written only when it is asked for.
    """

    extension: str
    what: str
    render: Callable[[Sheet], Rendered]
    extra: str = ""


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

    return _format(name).render(Sheet(document, mathml, style))


def render_all(
    document: Document,
    names: Iterable[str],
    processes: int = 1,
    style: FragmentStyle | None = None,
    meanwhile: Callable[[], object] = lambda: None,
) -> dict[str, Rendered]:
    """The document in several formats, by their names; work that they have in common is done once.

    Args:
        document: the document.
        names: the names of the formats.
        processes: with 2, a copy of this process takes its share (:mod:`symconv.sharing`).
        style: the names that a LaTeX fragment uses.
        meanwhile: called while that copy is waited for.
    """
    from symconv.render.sheet import Sheet
    from symconv.sharing import shared

    sheet = Sheet(document, style=style)
    names = list(names)
    groups: dict[str, list[str]] = {}
    for name in names:
        groups.setdefault(_LIKE.get(name, name), []).append(name)

    def rendered(group: list[str]) -> dict[str, Rendered]:
        return {name: _format(name).render(sheet) for name in group}

    works = [partial(rendered, group) for group in groups.values()]
    order = sorted(range(len(works)), key=lambda place: "mathml" not in list(groups)[place])
    made = shared(works, order, processes, meanwhile=meanwhile)
    texts = {name: text for group in made for name, text in group.items()}
    return {name: texts[name] for name in names}


def _format(name: str) -> Format:
    if name not in FORMATS:
        raise ArgumentError("format", f"one of {', '.join(FORMATS)}", name)
    return FORMATS[name]


# Each module is imported by its first use: `symconv --help` lists the formats and needs none of them.


def _tex(sheet: Sheet) -> str:
    from symconv.render import tex

    return tex.article(sheet)


def _fragment(sheet: Sheet) -> str:
    from symconv.render import tex

    return tex.fragment(sheet)


def _mathml(sheet: Sheet) -> str:
    from symconv.render import mathml

    return mathml.render(sheet)


def _html(sheet: Sheet) -> str:
    from symconv.render import html

    return html.render(sheet)


def _markdown(sheet: Sheet) -> str:
    from symconv.render import markdown

    return markdown.render(sheet)


def _text(sheet: Sheet) -> str:
    from symconv.render import text

    return text.render(sheet)


def _json(sheet: Sheet) -> str:
    from symconv.render import json

    return json.render(sheet)


def _pdf(sheet: Sheet) -> bytes:
    from symconv.render import typst

    return typst.render(sheet)


FORMATS: Mapping[str, Format] = MappingProxyType(
    {
        "tex": Format("tex", "a complete LaTeX article", _tex),
        "fragment": Format("fragment.tex", "LaTeX to input into an article of your own", _fragment),
        "mathml": Format("xhtml", "one XML file, every formula a MathML element", _mathml),
        "html": Format("html", "one self-contained web page", _html),
        "md": Format("md", "Markdown as GitHub shows it", _markdown),
        "txt": Format("txt", "plain text in Unicode", _text),
        "json": Format("json", "every check with its verdict, for programs", _json),
        "pdf": Format("pdf", "pages to print, made without TeX (when asked for)", _pdf, extra="pdf"),
    }
)
"""Every format by its name."""

USUAL = tuple(name for name, row in FORMATS.items() if not row.extra)
"""The formats that a report is written in unless others are asked for."""

_LIKE = MappingProxyType({"html": "mathml", "fragment": "tex"})
"""Formats that have most of their work in common with another."""
