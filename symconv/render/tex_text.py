"""Plain text in LaTeX: no character of it is obeyed, and every character is shown.

Signs and Greek letters are set as in formulas. What pdfTeX may have no glyph for is handed to
``\\symconvunicode`` of ``macros.tex``, which asks TeX and falls back on the code point in a box.
"""

from __future__ import annotations

import re
import unicodedata

from symconv.display import Ident, Op
from symconv.errors import UnsupportedError
from symconv.printing.latex import latex
from symconv.render.words import clean


def escape(raw: str) -> str:
    """Text that cannot become a command: what TeX would obey or has no glyph for is spelled out."""
    return _SPECIAL.sub(lambda found: _character(found[0]), unicodedata.normalize("NFC", clean(raw)))


_SPECIAL = re.compile(r"""[\\{}$%&#_^~<>|"`]|-(?=-)|'(?=')|,(?=,)|[^ -~À-ÖØ-öø-ÿ‘’“”–—…]""")
_SPELLED = {char: f"\\{char}" for char in "{}$%&#_"} | {
    "\\": r"\textbackslash{}",
    "^": r"\textasciicircum{}",
    "~": r"\textasciitilde{}",
    "<": r"\textless{}",
    ">": r"\textgreater{}",
    "|": r"\textbar{}",
    "`": r"\textasciigrave{}",
    '"': r"{\char34}",
    # doubled, these would become one dash or quotation mark
    "-": "-{}",
    "'": "'{}",
    ",": ",{}",
    "\xa0": "~",
    "✓": r"\ensuremath{\checkmark}",
    "✗": r"\ensuremath{\times}",
    "∑": r"\ensuremath{\sum}",
    "√": r"\ensuremath{\surd}",
    "‖": r"\ensuremath{\|}",
    "⌊": r"\ensuremath{\lfloor}",
    "⌋": r"\ensuremath{\rfloor}",
    "⌈": r"\ensuremath{\lceil}",
    "⌉": r"\ensuremath{\rceil}",
}


def bookmark(text: str) -> str:
    """Text for a PDF's own strings, which hold every character but no commands."""
    return "".join(_SPELLED[char] if char in "\\{}$%&#_^~" else char for char in text)


def _character(char: str) -> str:
    """One character that cannot be written as it is."""
    if char in _SPELLED:
        return _SPELLED[char]
    kind, _, parts = unicodedata.decomposition(char).partition(" ")
    if kind in ("<sub>", "<super>"):
        script = "".join(chr(int(part, 16)) for part in parts.split())
        return f"\\text{kind[1:-1]}script{{{escape(script)}}}"
    if formula := _formula(char):
        return f"\\ensuremath{{{formula}}}"
    letter = unicodedata.normalize("NFD", char).removesuffix("\u0301")
    if "α" <= letter <= "ω" and (formula := _formula(letter)):
        return f"\\ensuremath{{\\acute{{{formula}}}}}"
    return f"\\symconvunicode{{{char}}}{{{ord(char):04X}}}{{{char.encode('utf-16-be').hex().upper()}}}"


def _formula(char: str) -> str:
    """The LaTeX of a sign or letter that formulas know; empty for another one."""
    for node in (Op(char), Ident(char)):
        try:
            return latex(node)
        except UnsupportedError:
            continue
    return ""
