"""From a file, or the name of a shipped one, to a problem."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from symconv.errors import ArgumentError, ProblemError
from symconv.notation import USUAL, Notation
from symconv.problem.place import Place, hint
from symconv.problem.questions import read_questions, resolve
from symconv.problem.readers import (
    Decimal,
    Reader,
    array_name,
    integer,
    named,
    read_array,
    read_line,
    read_table,
    table_of,
)
from symconv.problem.values import Nested, Problem, Stage
from symconv.problem.wiring import ordered, read_layers
from symconv.shipped import MAX_BYTES, is_too_deep, shipped_texts
from symconv.value import replace


def shipped() -> tuple[str, ...]:
    """The names of the problems that come with symconv."""
    return tuple(sorted(shipped_texts()))


def load(problem: str | Path) -> Problem:
    """The problem of a shipped name or of a file.

    Raises:
        ProblemError: there is no such problem, or the file cannot be used.
    """
    source = str(problem)
    if isinstance(problem, str) and problem in (texts := shipped_texts()):
        return parse(texts[problem].read_text("utf-8"), source=f"{problem}.toml")
    try:
        with Path(problem).open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except FileNotFoundError:
        raise Place(source).error(f"no such file or shipped problem; {hint(source, shipped())}") from None
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise Place(source).error(f"cannot be read: {reason}") from None
    if len(data) > MAX_BYTES:
        raise Place(source).must_be(f"a file of at most {MAX_BYTES} bytes")
    try:
        return parse(data.decode("utf-8-sig"), source=source)
    except UnicodeDecodeError as error:
        raise Place(source).must_be(f"text in UTF-8; byte {error.start + 1} is not") from None


def starter() -> str:
    """The text of the commented file from which one's own problem can be started."""
    return shipped_texts()["starter"].read_text("utf-8")


def write_starter(path: str) -> None:
    """Write the starter into a new file.

    Raises:
        ProblemError: the file exists already, or cannot be written.
    """
    text = starter()
    try:
        with Path(path).open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        raise ProblemError(f"{path}: exists already, and is left as it is") from None
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise ProblemError(f"{path}: cannot be written: {reason}") from None


def parse(text: str, source: str) -> Problem:
    """The problem that a TOML text describes; ``source`` is the file's name in errors.

    Raises:
        ProblemError: the text is no TOML, or something in it is not as it must be.
    """
    root = Place(source)
    table = read_table(root, _toml(text, root), _TOP, required=("title", "questions"))
    arrays, stages = table.get("arrays", {}), table.get("layers", ())
    error, notation = table.get("notation", ("E", USUAL))
    places = {name: root.key("arrays").key(name) for name in arrays}
    places |= {
        array: root.key("layers").key(stage.name).key(key)
        for stage in stages
        for key, array in zip(("output", "indices"), stage.writes, strict=False)
    }
    for name, meaning in ((error, "the error (see notation.error)"), ("ones", "a gradient of ones")):
        if name in places and not (name == error and _is_number(stages, name)):
            raise places[name].error(f"must be another name: {name} stands for {meaning}")
    layers = ordered(root.key("layers"), stages, arrays)
    problem = Problem(
        name=Path(source).stem,
        source=source,
        title=table["title"],
        subtitle=table.get("subtitle", ""),
        arrays=arrays,
        layers=layers,
        questions=(),
        error=error,
        notation=notation,
    )
    try:
        problem.require_apart()
    except ArgumentError as complaint:
        raise root.key("notation").key("letters").error(complaint.complaint) from None
    return replace(problem, questions=tuple(resolve(problem, question) for question in table["questions"]))


def _is_number(stages: tuple[Stage, ...], name: str) -> bool:
    """Whether an array is the one number that a sum or a loss gives, which may be called the error."""
    layers = (stage.layer for stage in stages if stage.output == name)
    return any(layer.name == "Sum" or layer.has_target and layer.kind != "none" for layer in layers)


def _toml(text: str, root: Place) -> dict[str, Any]:
    too_deep = root.error("invalid TOML: nested too deeply")
    if is_too_deep(text):
        raise too_deep
    try:
        table = tomllib.loads(text, parse_float=lambda number: Decimal(number.replace("_", "")))
        repr(table)  # what is too deep or too long to be shown in an error is refused here
    except RecursionError:
        raise too_deep from None
    except tomllib.TOMLDecodeError as error:
        raise root.error(f"invalid TOML: {error}") from None
    except ValueError:
        raise root.error("must not hold integers of thousands of digits") from None
    return table


def _arrays(place: Place, value: Any) -> Mapping[str, Nested]:
    return MappingProxyType(
        {
            array_name(place.key(n), n): read_array(place.key(n), entries)
            for n, entries in table_of(place, value).items()
        }
    )


def _notation(place: Place, value: Any) -> tuple[str, Notation]:
    """The letter of the error, and the notation."""
    readers = {
        "error": named(re.compile("[A-Za-z]"), "one letter"),
        "first_index": integer(0, 1),
        "letters": _letters,
    }
    table = read_table(place, value, readers, required=())
    return table.get("error", "E"), Notation(table.get("letters", {}), table.get("first_index"))


def _letters(place: Place, value: Any) -> Mapping[str, str]:
    """New letters by the old ones."""
    letters: dict[str, str] = {}
    for old, new in table_of(place, value).items():
        try:
            letters |= Notation({old: read_line(place.key(old), new)}).letters
        except ArgumentError as error:
            raise place.key(old).error(error.complaint) from None
    try:
        return Notation(letters).letters
    except ArgumentError as error:
        raise place.error(error.complaint) from None


_TOP: Mapping[str, Reader] = {
    "title": read_line,
    "subtitle": read_line,
    "notation": _notation,
    "arrays": _arrays,
    "layers": read_layers,
    "questions": read_questions,
}
