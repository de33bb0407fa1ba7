"""What a page carries: its style with the font inside, its scripts, and the policy that allows nothing else.

The files lie in ``page/``. They are put together in the order given here; the scripts share one scope, so that
each may use what stands before it.
"""

from __future__ import annotations

import re
from base64 import b64encode
from hashlib import sha256
from pathlib import Path

FOLDER = Path(__file__).with_name("page")
STYLES = ("palette", "text", "explorers", "media")
EARLY = ("theme",)
"""What runs before the page is drawn."""
READING = ("dom", "copying", "reading")
EXPLORING = ("rational", "links", "formulas", "grid", "arrays", "convolution", "plot", "pooling")
"""What only a page with explorers needs."""

_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_LINE_COMMENT = re.compile(r"//(?:(?<![^\n]//)|(?<= //)(?= )).*")
"""A comment on a line of its own, or set off from what is before it."""
_JS_TEXT = re.compile(r"""("(?:[^"\\]++|\\.)*+"|`(?:[^`\\]++|\\.)*+`)""")
"""A text, which stays as it is; no regular expression of ours has a quote, or a space that may go."""
_HOLE = "\0"
"""The place of a text."""
# each begins with what it is about, a blank: it is looked for quickly
_JS_SPACE = re.compile(r" (?:(?=[=,{};]|!==|&&|\|\|)|(?<=[=,{};] )|(?<=(?:=>|&&|\|\|) ))")
"""A space beside one of the signs ``= => !== && || , { } ;`` means nothing."""
_CSS_SPACE = re.compile(r"\s(?:(?=[{};,>])|(?<=[{};,>]\s)|(?<=[a-z]: )(?=[^:{}]*[;}]))")
"""Nor does one beside one of ``{ } ; , >``, or behind the colon of a property."""


def style() -> str:
    """The style sheet, with the font of the formulas."""
    font = b64encode((FOLDER / "math.woff2").read_bytes()).decode()
    face = (
        '@font-face { font-family: "Symconv Math"; font-display: block; '
        f'src: url("data:font/woff2;base64,{font}") format("woff2"); }}'
    )
    return "\n".join((face, *(_tight(_COMMENT.sub("", _read(f"{name}.css"))) for name in STYLES)))


def early() -> str:
    """The script of the head."""
    return _script(EARLY)


def script(explorers: bool) -> str:
    """The script at the end, which may use what the early one declares."""
    return f'"use strict";\n{_script((*READING, *(EXPLORING if explorers else ()), "main"))}'


def policy(style: str, *scripts: str) -> str:
    """The Content-Security-Policy of a page: this style and these scripts, its own font, no request at all."""
    allowed = " ".join(map(_hash, scripts))
    return (
        f"default-src 'none'; style-src {_hash(style)}; script-src {allowed}; font-src data:; "
        "base-uri 'none'; form-action 'none'"
    )


def _script(names: tuple[str, ...]) -> str:
    source = "\n".join(_short(_LINE_COMMENT.sub("", _read(f"{name}.js"))) for name in names)
    parts = _JS_TEXT.split(source)
    parts[::2] = _JS_SPACE.sub("", _HOLE.join(parts[::2])).split(_HOLE)
    return "".join(parts)


def _read(name: str) -> str:
    return (FOLDER / name).read_text(encoding="utf-8")


def _short(source: str) -> str:
    """Without indentation and empty lines; the files are for reading, the page is for sending."""
    return "\n".join(filter(None, map(str.strip, source.split("\n"))))


def _tight(source: str) -> str:
    """A style sheet without spaces that mean nothing."""
    return _CSS_SPACE.sub("", _short(source))


def _hash(content: str) -> str:
    return f"'sha256-{b64encode(sha256(content.encode()).digest()).decode()}'"
