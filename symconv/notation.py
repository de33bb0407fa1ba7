"""Notation: what letters are called, and from where indices count.

Formulas are made, checked and told in fixed letters (A, B, C for arrays, E for the error, O, I, K, S, P, D for
sizes). A notation is a choice of other ones for what is shown; :mod:`symconv.renaming` applies it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Self

from symconv.errors import ArgumentError
from symconv.printing.alphabet import GREEK

STANDARD = frozenset("ABCbGEOIKSPD")
"""The letters that one notation may rename for every document, whether or not they stand in it."""

_SHAPE = "pairs of letters such as A=X,B=W"


@dataclass(frozen=True, slots=True)
class Notation:
    """Letters in the place of others, and the index of an array's first entry.

    Args:
        letters: the new letter for each old one: of an array (``A``, ``B``, ``C``, the bias ``b``, or whatever a
            problem calls its arrays), of the error ``E``, of ∂E/∂C where it has a letter, ``G``, or of a size
            (``I``, ``O``, ``K``, ``S``, ``P``, ``D``). Where a number is called as an array is, such as a geometric
            mean G, the array is meant. A new letter is a Latin or a Greek one, which may be spelled out:
            ``{"E": "lambda"}``; of an array a capital is bold.
        first_index: 0 or 1; left out, it stays as it is. Theorems count as their proofs do, whatever it is.

    Raises:
        ArgumentError: what is no letter, or one letter for two.

    Example:
        >>> from symconv import Conv2d, Notation
        >>> d = Conv2d().derive((3, 3), (2, 2), notation=Notation({"A": "X", "B": "W", "C": "Y", "E": "L"}))
        >>> d.output[0, 0]
        W_11*X_11 + W_12*X_12 + W_21*X_21 + W_22*X_22
    """

    letters: Mapping[str, str] = field(default_factory=dict)
    first_index: int | None = None

    def __post_init__(self) -> None:
        if not isinstance(self.letters, Mapping):
            raise ArgumentError("notation", "a mapping from letters to letters", self.letters)
        if self.first_index is not None and (
            type(self.first_index) is not int or self.first_index not in (0, 1)
        ):
            raise ArgumentError("first_index", "0 or 1", self.first_index)
        letters = {old: _letter(old, new) for old, new in self.letters.items()}
        old_of: dict[str, str] = {}
        for old, new in letters.items():
            if new in old_of:
                raise ArgumentError(
                    "notation", f"different letters for {old_of[new]} and {old}, not {new} for both"
                )
            old_of[new] = old
        kept = {old: new for old, new in letters.items() if old != new}
        object.__setattr__(self, "letters", MappingProxyType(kept))

    def __hash__(self) -> int:
        return hash((frozenset(self.letters.items()), self.first_index))

    def __reduce__(self) -> tuple[type, tuple[Any, ...]]:
        return type(self), (dict(self.letters), self.first_index)

    @classmethod
    def read(cls, text: str) -> Self:
        """The notation that a text such as ``A=X,B=W`` says.

        Raises:
            ArgumentError: it says none.
        """
        pairs = [part.split("=") for part in text.split(",")]
        if not all(len(pair) == 2 for pair in pairs):
            raise ArgumentError("notation", _SHAPE, text)
        letters: dict[str, str] = {}
        for old, new in pairs:
            if letters.setdefault(old.strip(), new.strip()) != new.strip():
                raise ArgumentError("notation", f"one letter for {old.strip()}", text)
        return cls(letters)

    def over(self, other: Notation) -> Notation:
        """This notation, and the other where this one says nothing."""
        first = other.first_index if self.first_index is None else self.first_index
        return Notation({**other.letters, **self.letters}, first)

    def name(self, name: str) -> str:
        """What an array is called: ``A2`` becomes ``X2`` where A becomes X."""
        letters = name.rstrip("0123456789")
        return self.letters.get(letters, letters) + name[len(letters) :]

    def old(self, name: str) -> str:
        """Which array is called so: :meth:`name` undone."""
        letters = name.rstrip("0123456789")
        return (
            next((old for old, new in self.letters.items() if new == letters), letters) + name[len(letters) :]
        )


USUAL = Notation()
"""The letters as they are."""


def apart(notation: Notation, names: Iterable[str]) -> None:
    """An ArgumentError unless names that differ still differ in the notation."""
    whose: dict[str, str] = {}
    for name in names:
        called = notation.name(name)
        if (other := whose.setdefault(called, name)) != name:
            raise ArgumentError(
                "notation", f"different letters for {other} and {name}, not {called} for both"
            )


def _letter(old: object, new: object) -> str:
    """The new letter; a Greek one may be spelled out."""
    if not (isinstance(old, str) and old.isascii() and old.isalpha()):
        raise ArgumentError("notation", "for letters such as A or K", old)
    letter = GREEK.get(new, new) if isinstance(new, str) else ""
    is_latin = len(letter) == 1 and letter.isascii() and letter.isalpha()
    if not is_latin and letter not in GREEK.values():
        raise ArgumentError("notation", f"a Latin or Greek letter for {old}", new)
    return letter
