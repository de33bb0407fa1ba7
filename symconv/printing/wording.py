"""Letters in running text: which of them stand for arrays and sizes, and which are words.

A sentence such as “A kernel B slides over the image A” has the article A and the image A. What is renamed is a
letter that stands alone; English's own words of one letter, and letters that number something, stay.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping

_ALPHABET = "A-Za-z\u00c0-\u024f\u0370-\u03ff\u0400-\u04ff"
_JOINED = re.compile(rf"[{_ALPHABET}][0-9]+$|[^\W_][.\-\u2010]$|[0-9]\($|\\$")
"""What before a letter makes it a part of something else: ``Conv2d``, ``e.g.``, ``T-shirt``, ``1.1(b)``."""
_GOES_ON = re.compile(rf"[.\-\u2010][{_ALPHABET}]")
_NUMBERS = re.compile(
    r"\b(appendix|case|chapter|exercise|figure|part|problem|question|section|step|table|task)\s+$", re.I
)
_STARTS = re.compile(r"(^|[.!?:;“”\"(]\s*)$")
_WORD_FOLLOWS = re.compile(r"\s+([a-z]{2,})")
_ANYTHING_FOLLOWS = re.compile(r"\s+(\w+)")
_BETWEEN = frozenset(
    "and are as at be by does for from has if in into is its of on onto or over plus times to was when with".split()
)
"""Words that follow the name of something rather than an article or a pronoun."""


def worded(text: str, letters: Mapping[str, str]) -> str:
    """Running text with letters renamed.

    >>> worded("A kernel B slides over the image A; I chose I and K, see part B.", {"A": "X", "B": "W", "I": "N"})
    'A kernel W slides over the image X; I chose N and K, see part B.'
    """
    if not letters:
        return text
    end, parts = 0, []
    for match in _names(text, letters):
        parts += [text[end : match.start()], letters[match[0]]]
        end = match.end()
    return "".join((*parts, text[end:]))


def named(text: str, letters: Collection[str]) -> set[str]:
    """Which letters a text names."""
    return {match[0] for match in _names(text, letters)}


def _names(text: str, letters: Collection[str]) -> Iterator[re.Match[str]]:
    """Where letters stand alone and are no words."""
    either = "|".join(sorted(map(re.escape, letters), key=len, reverse=True))
    for match in re.finditer(rf"(?<![{_ALPHABET}])(?:{either})(?![{_ALPHABET}])", text):
        if not _is_word(match[0], text[: match.start()], text[match.end() :]):
            yield match


def _is_word(letter: str, before: str, after: str) -> bool:
    """Whether a letter that stands alone is no name: a word, a part of one, or a number."""
    if _JOINED.search(before) or _GOES_ON.match(after) or _NUMBERS.search(before):
        return True
    if letter not in ("A", "a", "I") or (letter == "A" and not _STARTS.search(before)):
        return False
    if after.startswith(("'", "’")):
        return letter == "I"
    follows = (_ANYTHING_FOLLOWS if letter == "a" else _WORD_FOLLOWS).match(after)
    return after.isspace() if follows is None else follows[1] not in _BETWEEN
