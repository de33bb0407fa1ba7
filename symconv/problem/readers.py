"""Readers: each turns what TOML has at a place into a value, or raises one clear sentence."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from typing import Any, TypeVar

from symconv.errors import ArgumentError
from symconv.grammar import A_NUMBER, MAX_DIGITS, parse_number
from symconv.problem.place import Place, unknown
from symconv.problem.values import Nested, Number
from symconv.value import fields

T = TypeVar("T")
Reader = Callable[[Place, Any], Any]

MAX_RANK = 5
"""Dimensions of an array: batch, channels and three more."""

_ARRAY_NAME = re.compile(r"[A-Za-z]{1,20}[0-9]{0,3}")
_LAYER_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,39}")
# control characters and what XML cannot hold; TOML has no surrogates
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ufffe\uffff]")


class Decimal(str):
    """A TOML decimal, kept as it is written; an error shows it without quotes."""

    __slots__ = ()

    def __repr__(self) -> str:
        return str(self)


def read_table(
    place: Place, table: Any, readers: Mapping[str, Reader], required: Collection[str]
) -> dict[str, Any]:
    """The values of a table that has a reader for every key."""
    for key in table_of(place, table):
        if key not in readers:
            raise place.error(unknown("key", key, readers))
    for key in required:
        if key not in table:
            raise place.key(key).error("must be given")
    return {key: readers[key](place.key(key), value) for key, value in table.items()}


def read_fields(cls: type[Any], place: Place, table: Any, readers: Mapping[str, Reader]) -> Any:
    """A value whose fields are keys of a table."""
    required = [field.name for field in fields(cls) if field.required]
    return cls(**read_table(place, table, readers, required))


def table_of(place: Place, value: Any) -> dict[str, Any]:
    """The value, if it is a table."""
    if not isinstance(value, dict):
        raise place.must_be("a table", value)
    return value


def list_of(read: Reader) -> Reader:
    """A reader of lists with at least one entry."""

    def read_list(place: Place, value: Any) -> tuple[Any, ...]:
        if not isinstance(value, list) or not value:
            raise place.must_be("a list with at least one entry", value)
        return tuple(read(place.item(i), entry) for i, entry in enumerate(value, 1))

    return read_list


def known(what: str, names: Callable[[], Collection[str]]) -> Reader:
    """A reader of names from a table, which is imported when it is needed."""

    def read_known(place: Place, value: Any) -> str:
        name = read_line(place, value)
        if name not in names():
            raise place.error(unknown(what, name, names()))
        return name

    return read_known


def read_text(place: Place, value: Any) -> str:
    """Text as it is shown, newlines allowed."""
    if type(value) is not str:
        raise place.must_be("text in quotes", value)
    if control := _CONTROL.search(value):
        raise place.must_be(f"text without control characters such as {control.group()!r}")
    return value.strip()


def read_line(place: Place, value: Any) -> str:
    """Text on one line, not empty."""
    line = read_text(place, value)
    if not line or "\n" in line:
        raise place.must_be("a line of text", value)
    return line


def named(pattern: re.Pattern[str], requirement: str) -> Callable[[Place, Any], str]:
    """A reader of names that follow a pattern."""

    def read_name(place: Place, value: Any) -> str:
        if type(value) is not str or not pattern.fullmatch(value):
            raise place.must_be(requirement, value)
        return value

    return read_name


array_name = named(_ARRAY_NAME, "a name of up to 20 letters, and digits behind them if need be")
layer_name = named(_LAYER_NAME, "a name of letters, digits, - and _ that begins with a letter")


def integer(least: int, most: int | None = None) -> Reader:
    """A reader of integers within bounds."""
    requirement = f"an integer >= {least}" if most is None else f"an integer from {least} to {most}"

    def read_integer(place: Place, value: Any) -> int:
        if type(value) is not int or value < least or (most is not None and value > most):
            raise place.must_be(requirement, value)
        return value

    return read_integer


def read_number(place: Place, value: Any) -> Number:
    """An exact number, whether TOML has it as one or as text."""
    if type(value) is int and abs(value) < 10**MAX_DIGITS:
        return value
    if not isinstance(value, str):
        raise place.must_be(A_NUMBER, value)
    return parsed(parse_number, place, value)


def parsed(parse: Callable[[str], T], place: Place, text: str) -> T:
    """What a grammar makes of a text; its complaint gets the place."""
    try:
        return parse(text)
    except ArgumentError as error:
        raise place.must_be(error.requirement, error.value) from None


def read_array(place: Place, value: Any) -> Nested:
    """An array of numbers, of rank 1 or more."""
    return _nested(place, value, read_number, is_entry=lambda part: not isinstance(part, list))


def read_terms(place: Place, value: Any) -> Nested:
    """An array whose entries are lists of numbers; an entry without addends is an empty list."""

    def read(place: Place, part: Any) -> tuple[Number, ...]:
        if not isinstance(part, list):
            raise place.must_be("a list of addends", part)
        return tuple(read_number(place, addend) for addend in part)

    return _nested(place, value, read, is_entry=lambda part: not any(isinstance(p, list) for p in part))


def _nested(place: Place, value: Any, read: Reader, is_entry: Callable[[Any], bool]) -> Nested:
    """An array of any rank: its first rows say how long all of them must be."""
    shape: list[int] = []
    level = value
    while isinstance(level, list) and not is_entry(level):
        if not level:
            raise place.must_be("an array with at least one entry in every row", value)
        shape.append(len(level))
        level = level[0]
    if not 1 <= len(shape) <= MAX_RANK:
        raise place.must_be(f"an array: lists of numbers, nested at most {MAX_RANK} deep", value)

    def build(part: Any, *index: int) -> Any:
        here = place.item(*index) if index else place
        if len(index) == len(shape):
            return read(here, part)
        if not isinstance(part, list) or len(part) != shape[len(index)]:
            raise here.must_be(f"a list of {shape[len(index)]} like the first", part)
        return tuple(build(entry, *index, i) for i, entry in enumerate(part, 1))

    return tuple(build(value))
