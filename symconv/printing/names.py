"""How the names of symbols look.

A capital with numbers, ``A_11`` or ``A_1,12``, is an entry of an array: bold. The sizes
``I K S P D O N H W M T`` with one digit, ``I_1``, are italic, as is all the rest. ``alpha`` is α.
"""

from __future__ import annotations

import re

from symconv.display import Ident, Node, Num, Script, Words, join, row
from symconv.errors import UnsupportedError
from symconv.printing.alphabet import GREEK

_SIZE = re.compile(r"[IKSPDONHWMT]_\d")
_ENTRY = re.compile(r"[A-Z]_\d+(,\d+)*")
_NAME = re.compile(r"([^\W\d_]+?)(?:_([^\W_]+(?:,[^\W_]+)*)|(\d+))?")


def named(name: str) -> Node:
    """The variable of a name.

    Raises:
        UnsupportedError: the name is not made of letters and subscripts.
    """
    match = _NAME.fullmatch(name)
    if not match:
        raise UnsupportedError(f"there is no rule that shows the name {name!r}")
    letters, lower, digits = match.groups()
    is_entry = _ENTRY.fullmatch(name) is not None and not _SIZE.fullmatch(name)
    base = Ident(GREEK.get(letters, letters), bold=is_entry)
    if not (lower or digits):
        return base
    return Script(base, sub=join([_subscript(part) for part in (lower or digits).split(",")], ","))


def _subscript(part: str) -> Node:
    if part.isdecimal():
        return Num(part)
    letter = GREEK.get(part, part)
    return Ident(letter) if len(letter) == 1 else Words(part)


def indices(nodes: list[Node]) -> Node:
    """Indices side by side: ``kl``, ``12``; with commas where one is longer than a letter or a digit."""
    if all(isinstance(node, Num) and len(node.text) == 1 for node in nodes):
        return Num("".join(node.text for node in nodes if isinstance(node, Num)))
    if all(isinstance(node, Ident) or isinstance(node, Num) and len(node.text) == 1 for node in nodes):
        return row(*nodes)
    return join(nodes, ",")
