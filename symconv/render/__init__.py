"""From a document to text in a format. A renderer is pure: it returns a string and touches no file.

To add a format, write a module here whose ``render(document)`` has a rule for every kind of block, and give
it a row in ``FORMATS``; tests fail while a rule is missing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from symconv.errors import ArgumentError

if TYPE_CHECKING:
    from symconv.document import Document
    from symconv.printing.mathml import MathML


class Format(NamedTuple):
    """A format of a report.

    ``render`` takes the document and, for the formats that draw MathML, the converter to share: a report in
    several formats then converts each formula once.
    """

    extension: str
    what: str
    render: Callable[[Document, MathML | None], str]


def render(document: Document, name: str, mathml: MathML | None = None) -> str:
    """The document in the format of that name."""
    if name not in FORMATS:
        raise ArgumentError("format", f"one of {', '.join(FORMATS)}", name)
    return FORMATS[name].render(document, mathml)


# Each module is imported by its first use: `symconv --help` lists the formats and needs none of them.


def _tex(document: Document, mathml: MathML | None) -> str:
    from symconv.render import tex

    return tex.render(document)


def _fragment(document: Document, mathml: MathML | None) -> str:
    from symconv.render import tex

    return tex.render(document, fragment=True)


def _mathml(document: Document, mathml: MathML | None) -> str:
    from symconv.render import mathml as xhtml

    return xhtml.render(document, mathml)


def _html(document: Document, mathml: MathML | None) -> str:
    from symconv.render import html

    return html.render(document, mathml)


def _markdown(document: Document, mathml: MathML | None) -> str:
    from symconv.render import markdown

    return markdown.render(document)


def _text(document: Document, mathml: MathML | None) -> str:
    from symconv.render import text

    return text.render(document)


def _json(document: Document, mathml: MathML | None) -> str:
    from symconv.render import json

    return json.render(document)


FORMATS: Mapping[str, Format] = MappingProxyType(
    {
        "tex": Format("tex", "a complete LaTeX article", _tex),
        "fragment": Format("fragment.tex", "LaTeX to input into an article of your own", _fragment),
        "mathml": Format("xhtml", "one XML file, every formula a MathML element", _mathml),
        "html": Format("html", "one self-contained web page", _html),
        "md": Format("md", "Markdown as GitHub shows it", _markdown),
        "txt": Format("txt", "plain text in Unicode", _text),
        "json": Format("json", "every check with its verdict, for programs", _json),
    }
)
"""Every format by its name."""
