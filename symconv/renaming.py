"""Letters renamed in what is shown: a finished document, its checks and its statements, in a notation.

A letter stands for one thing within a scope. A theorem is a scope of its own, and so is each section of a report
on a problem; any other document is one. What a letter may not become is therefore read off the scope itself:
any letter that stands there for something else, an index as well as an array.

Trees are renamed by their identifiers. Text follows by the trees that it was made of
(:class:`~symconv.printing.plain.Plain`), or letter by letter (:func:`~symconv.printing.wording.worded`) in the
fields of :data:`WORDED`; all other text, such as titles and names of layers, stays as it is.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping, Set
from types import MappingProxyType
from typing import Any, Protocol, Self, TypeVar

from symconv.checks.result import Check
from symconv.display import Ident
from symconv.document import (
    Assertion,
    Bullets,
    Document,
    Explorer,
    Figure,
    Fold,
    Numbers,
    Paragraph,
    Section,
    Statement,
    Step,
)
from symconv.drawing import Drawing, Label
from symconv.errors import ArgumentError
from symconv.notation import STANDARD, Notation
from symconv.printing.plain import Plain
from symconv.printing.wording import named, worded

T = TypeVar("T")

WORDED: Mapping[type, tuple[str, ...]] = MappingProxyType(
    {
        Paragraph: ("text",),
        Bullets: ("items",),
        Step: ("why",),
        Fold: ("summary",),
        Figure: ("caption",),
        Drawing: ("alt",),
        Label: ("text",),
        Check: ("subject", "left", "right", "scope", "detail"),
    }
)
"""The fields whose plain text may name letters."""

_ARRAYS = frozenset("ABCGT")
"""Letters that are renamed where they are arrays only: a mean may be called A or G, and T marks a transpose."""
_SIZES = frozenset("IKOSPD")
_OF_PAGES = frozenset("px")
"""Letters that the explorer of a pooling writes by itself."""


class InNotation(Protocol):
    """A derivation: what has a notation, arrays, and an error."""

    @property
    def notation(self) -> Notation: ...
    @property
    def array_names(self) -> tuple[str, ...]: ...
    @property
    def error(self) -> str: ...


def renamed(value: T, notation: Notation, arrays: Iterable[str] = (), error: str | None = None) -> T:
    """A document, or a part of one, in a notation: the value itself where nothing is called otherwise.

    Args:
        value, notation: what is renamed.
        arrays, error: as for :class:`Renaming`.

    Raises:
        ArgumentError: a letter would stand for two things, or there is no such letter to be renamed.
    """
    return Renaming(notation, arrays, error)(value)


def letters_of(value: Any) -> frozenset[str]:
    """The letters that stand in a document, or in a part of one; of its text the sizes alone."""
    return frozenset(_Found(value).letters)


class Renaming:
    """A notation applied to the parts of a report.

    Args:
        notation: the letters.
        arrays: the names of arrays that are one thing each in all of a report, whose sections are then scopes.
        error: that of the error.
        is_whole: whether letters that stand nowhere are mistakes; in a handout they may stand in what is left out.
    """

    def __init__(
        self,
        notation: Notation,
        arrays: Iterable[str] = (),
        error: str | None = None,
        is_whole: bool = True,
    ) -> None:
        self.notation, self.is_whole = notation, is_whole
        self.arrays = frozenset(name.rstrip("0123456789") for name in arrays) - {error}
        self.names = self.arrays | ({error} if error else set())
        # theorems and checks, which stand in the scopes around them as well
        self._kept: dict[int, tuple[Any, Any]] = {}
        self._met: set[str] = set()

    @classmethod
    def of(cls, about: InNotation) -> Self:
        """The notation of a derivation, for what is told of it in its own letters."""
        return cls(about.notation, about.array_names, about.error)

    def __call__(self, value: T) -> T:
        """A whole: a document, a section, a tree, checks."""
        if not self.notation.letters:
            return value
        if isinstance(value, Document) and self.names:
            outside = tuple(block for block in value.blocks if not isinstance(block, Section))
            rest = iter(self._whole(outside))
            blocks = tuple(
                self._whole(block) if isinstance(block, Section) else next(rest) for block in value.blocks
            )
            whole: Any = Document(value.title, value.subtitle, blocks, self.everywhere(value.checks))
        else:
            whole = self._whole(value)
        self._require_met(value)
        result: T = whole
        return result

    def everywhere(self, value: T) -> T:
        """Checks or a line of text by themselves; checks that stand in a renamed document as they are there."""
        if not self.notation.letters:
            return value
        scope = _Scope(self._usual, self.arrays | _ARRAYS, self._usual, self._kept)
        result: T = scope(value, is_worded=True)
        return result

    @property
    def _usual(self) -> dict[str, str]:
        """The letters of a report as a whole: its arrays, its error, and the sizes."""
        letters = self.notation.letters.items()
        return {old: new for old, new in letters if old in self.names or old in _SIZES or old == "G"}

    # --- scopes ---

    def _whole(self, value: Any) -> Any:
        """A scope with the theorems in it, each a scope before it."""
        for theorem in _theorems(value):
            self._kept[id(theorem)] = theorem, self._scope(theorem, frozenset())
        return self._scope(value, self.names)

    def _scope(self, value: Any, names: Set[str]) -> Any:
        """A scope renamed, in which these names stand for one thing, whether or not a formula has them."""
        found = _Found(value, self._kept.keys()).letters
        letters = {old: new for old, new in self.notation.letters.items() if self._stands(old, found)}
        self._met |= letters.keys()
        stays = (found.keys() - letters.keys()) | (names - self.notation.letters.keys())
        for old, new in letters.items():
            if new in stays:
                raise ArgumentError(
                    "notation", f"another letter for {old} than {new}, which stands for something else here"
                )
        arrays = {old for old in letters if self._is_array(old, found)}
        words = {**self._usual, **letters} if names else letters
        return _Scope(letters, arrays, words, self._kept)(value)

    def _is_array(self, old: str, found: Mapping[str, set[bool]]) -> bool:
        """Whether a capital means the array of that name, and not a scalar that is called so as well."""
        return old[0].isupper() and (old in _ARRAYS or old in self.arrays or True in found.get(old, ()))

    def _stands(self, old: str, found: Mapping[str, set[bool]]) -> bool:
        if old not in found or not self._may(old):
            return False
        return True in found[old] or not self._is_array(old, found)

    def _may(self, old: str) -> bool:
        """Whether a letter can be renamed: a capital, the bias, or an array; others are indices and exponents."""
        return old[0].isupper() or old == "b" or old in self.names

    def _require_met(self, value: Any) -> None:
        """Letters that stand nowhere, and are none that stand elsewhere, are mistakes."""
        for old in self.notation.letters:
            if old in self._met or old in STANDARD or old in self.names:
                continue
            if not self.is_whole and self._may(old):
                continue
            known = {
                each for each in letters_of(value) if len(each) == 1 and each.isascii() and self._may(each)
            }
            choices = ", ".join(sorted(known | self.names))
            raise ArgumentError("notation", f"for letters of arrays and sizes, here {choices}", old)


class _Scope:
    """The letters of one scope, put into its values.

    Args:
        letters: those of its formulas; ``arrays`` are renamed where they are bold.
        words: those of its text and of its statements.
        kept: parts that were renamed before.
    """

    def __init__(
        self,
        letters: Mapping[str, str],
        arrays: Container[str],
        words: Mapping[str, str],
        kept: dict[int, tuple[Any, Any]],
    ) -> None:
        self.letters, self.arrays, self.words, self.kept = letters, arrays, words, kept
        # what is text in one place need not be in another; by identity, of what is kept alive here
        self.made: tuple[dict[int, tuple[Any, Any]], dict[int, tuple[Any, Any]]] = ({}, {})

    def __call__(self, value: Any, is_worded: bool = False) -> Any:
        if isinstance(value, Plain):
            return Plain(*self(value.parts, is_worded=True)) if is_worded else value
        if isinstance(value, str):
            return worded(value, self.words) if is_worded else value
        if not isinstance(value, tuple) and not _parts(value):
            return value
        if id(value) in self.kept:
            return self.kept[id(value)][1]
        made: dict[Any, tuple[Any, Any]] = self.kept if isinstance(value, Check) else self.made[is_worded]
        if id(value) not in made:
            made[id(value)] = value, self._new(value, is_worded)
        return made[id(value)][1]

    def _new(self, value: Any, is_worded: bool) -> Any:
        match value:
            case tuple():
                return tuple([self(part, is_worded) for part in value])
            case Ident(name, is_bold):
                if name not in self.letters or (name in self.arrays and not is_bold):
                    return value
                new = self.letters[name]
                return Ident(new, new.isupper() and (is_bold or name.islower()))
            case Assertion():
                return _with(value, letters=tuple(self.words.items()))
            case Numbers(name):
                return _with(value, name=Notation(self.letters).name(name))
        own = WORDED.get(type(value), ())
        parts = {name: getattr(value, name) for name in _parts(value)}
        made = {name: self(part, name in own) for name, part in parts.items()}
        if isinstance(value, Explorer):
            made["error"] = self.letters.get(value.error, value.error)
        return value if all(made[name] is part for name, part in parts.items()) else _with(value, **made)


def _theorems(value: Any) -> Iterator[Section]:
    """The theorems within a value, each in a section of its own."""
    for part in getattr(value, "blocks", ()):
        if isinstance(part, Section) and any(isinstance(block, Statement) for block in part.blocks):
            yield part
        else:
            yield from _theorems(part)


class _Found:
    """The letters of a scope, and whether each is bold or not; ``others`` are scopes of their own."""

    def __init__(self, value: Any, others: Container[int] = ()) -> None:
        self.letters: dict[str, set[bool]] = {}
        self.others = others
        self.seen: set[tuple[int, bool]] = set()
        self._look(value)

    def _look(self, value: Any, is_worded: bool = False) -> None:
        if (id(value), is_worded) in self.seen or id(value) in self.others:
            return
        self.seen.add((id(value), is_worded))
        match value:
            case Ident(name, is_bold):
                self._add(name, is_bold)
            case tuple():
                for part in value:
                    self._look(part, is_worded)
            case Plain():
                self._look(value.parts, is_worded)
            case str() if is_worded:
                for letter in named(value, _SIZES):
                    self._add(letter, False)
            case Numbers(name):
                letters = name.rstrip("0123456789")
                self._add(letters, letters[:1].isupper())
            case Assertion() | str():
                pass
            case _:
                own = WORDED.get(type(value), ())
                for name in _parts(value):
                    self._look(getattr(value, name), name in own)
                if isinstance(value, Explorer):
                    for letter in {value.error, *(_OF_PAGES if value.kind == "pooling" else ())}:
                        self._add(letter, False)

    def _add(self, letter: str, is_bold: bool) -> None:
        self.letters.setdefault(letter, set()).add(is_bold)


def _parts(value: Any) -> tuple[str, ...]:
    """The fields of a node, a block or a drawing; none of numbers and text."""
    names: tuple[str, ...] = getattr(type(value), "__match_args__", ())
    return names


def _with(value: Any, **changed: Any) -> Any:
    """A node or a block with other parts."""
    return type(value)(**{name: getattr(value, name) for name in _parts(value)} | changed)
