"""Problem files: TOML text in, a :class:`Problem` out with every name resolved, or one clear sentence.

A problem file has a ``title``, ``arrays``, ``layers`` that read and write them, and ``questions``; the files
in ``symconv/problems`` show every key. Reading is strict: each table has a fixed set of keys, each key a
reader, and whatever does not fit is a :class:`~symconv.errors.ProblemError` of the shape ``file: key.path:
requirement, value``. Entries of arrays are counted from 1 there, as in the reports.

To add a kind of question, write its dataclass and give it a row in :data:`KINDS`; names that it refers to are
resolved in :func:`_resolve`.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import MISSING, dataclass, fields, replace
from fractions import Fraction
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, TypeVar

from symconv.errors import ArgumentError, ProblemError, SymconvError, shorten
from symconv.grammar import A_NUMBER, MAX_DIGITS, parse_expression, parse_norm_type, parse_number

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

    import sympy

T = TypeVar("T")
Number = int | Fraction
Nested = tuple["Number | Nested", ...]
"""The entries of an array as nested tuples."""

SIZES = ("I", "K", "S", "P", "D")
"""Input, kernel, stride, padding and dilation in a formula for the output size."""

MAX_BYTES = 16 * 2**20
MAX_RANK = 5
"""Dimensions of an array: batch, channels and three more."""


# --- where a value stands ---


@dataclass(frozen=True, slots=True)
class Place:
    """Where a value stands in a file: ``hw.toml: layers.conv.stride``."""

    source: str
    path: str = ""

    def key(self, name: str) -> Place:
        """The value of a key of the table that stands here."""
        shown = name if _BARE_KEY.fullmatch(name) else shorten(name)
        return Place(self.source, f"{self.path}.{shown}" if self.path else shown)

    def item(self, *index: int) -> Place:
        """An entry of the list that stands here, counted from 1."""
        return Place(self.source, f"{self.path}[{', '.join(map(str, index))}]")

    def error(self, complaint: str) -> ProblemError:
        """A complaint about what stands here."""
        return ProblemError(": ".join(part for part in (self.source, self.path, complaint) if part))

    def must_be(self, requirement: str, value: object = ...) -> ProblemError:
        """The complaint that what stands here must be something else."""
        return self.error(ArgumentError(self.path, requirement, value).complaint)


def hint(name: str, known: Iterable[str]) -> str:
    """The known name that is nearest to a wrong one; all of them where none is near."""
    from difflib import get_close_matches

    choices = {choice.lower(): choice for choice in known}
    nearest = get_close_matches(name.lower(), choices, n=1)
    return f"did you mean {choices[nearest[0]]!r}?" if nearest else f"known: {', '.join(choices.values())}"


def unknown(what: str, name: str, known: Iterable[str]) -> str:
    """The complaint that a name is unknown, with its hint."""
    return f"unknown {what} {shorten(name)}; {hint(name, known)}"


# --- what a problem is ---


@dataclass(frozen=True, slots=True)
class Stage:
    """A layer of a problem with the arrays that it reads and the one that it writes.

    Args:
        name: its key in the file.
        layer: the layer, a value of one of the classes in :data:`symconv.layers.LAYERS`.
        reads: the name of the array in each role, e.g. ``{"input": "A", "weight": "B"}``.
        output: the name of the array that it computes.
    """

    name: str
    layer: Any
    reads: Mapping[str, str]
    output: str

    def role(self, array: str) -> str:
        """The role in which the layer reads an array."""
        return next(role for role, name in self.reads.items() if name == array)


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What every question has: an id, and texts that are shown exactly as they are."""

    id: str
    text: str = ""
    notes: str = ""


@dataclass(frozen=True, slots=True)
class Dispute:
    """A formula for the output size that does not always hold, and sizes at which it is put to the test."""

    text: str
    formula: sympy.Expr
    at: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class OutputSize(Question):
    """How large is the output of a layer?"""

    layer: str
    expect: tuple[int, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OutputSizeFormula(Question):
    """How large is it in general?"""

    layer: str
    dispute: Dispute | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Forward(Question):
    """What does a layer compute? The file names the layer or the array; both are known here."""

    layer: str = ""
    array: str = ""
    expect: Nested | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Gradient(Question):
    """What is the gradient with respect to an array that a layer reads?

    Args:
        wrt: the name of that array.
        upstream: the gradient that arrives at the output: ``"ones"``, the name of an array, its entries, or
            None for symbols.
        expect: the claimed gradient.
        expect_terms: the claimed addends of every entry, in any order.
        in_full: entries to be shown with their zero terms too, counted from ``Notation.first_index``.
    """

    layer: str
    wrt: str
    upstream: str | Nested | None = None
    expect: Nested | None = None
    expect_terms: Nested | None = None
    in_full: tuple[tuple[int, ...], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Modules(Question):
    """Which pooling modules has ``torch.nn`` for two dimensions?"""

    expect: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Definition(Question):
    """How are these layers defined?"""

    types: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Prove(Question):
    """Prove theorems, with instances on every window of a pooling layer or on one window."""

    theorems: tuple[str, ...]
    layer: str | None = None
    window: tuple[Number, ...] | None = None


@dataclass(frozen=True, slots=True)
class Notation:
    """The letter of the error, and the index of an array's first entry."""

    error: str = "E"
    first_index: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """A problem in which every name is resolved; ``layers`` are in an order in which they can be computed."""

    name: str
    source: str
    title: str
    subtitle: str = ""
    arrays: Mapping[str, Nested]
    layers: tuple[Stage, ...]
    questions: tuple[Question, ...]
    notation: Notation = Notation()

    def stage(self, name: str) -> Stage:
        """The layer of that name."""
        return next(stage for stage in self.layers if stage.name == name)

    def place(self, *keys: str) -> Place:
        """Where a value stands in the file, for errors that only a computation brings to light."""
        place = Place(self.source)
        for key in keys:
            place = place.key(key)
        return place


# --- from names and files ---


def shipped() -> tuple[str, ...]:
    """The names of the problems that come with symconv."""
    return tuple(sorted(_shipped_texts()))


def load(problem: str | Path) -> Problem:
    """The problem of a shipped name or of a file.

    Raises:
        ProblemError: there is no such problem, or the file cannot be used.
    """
    source = str(problem)
    if isinstance(problem, str) and problem in (texts := _shipped_texts()):
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
    return _shipped_texts()["starter"].read_text("utf-8")


def _shipped_texts() -> dict[str, Traversable]:
    from importlib.resources import files

    found = (entry for entry in (files("symconv") / "problems").iterdir() if entry.name.endswith(".toml"))
    return {entry.name.removesuffix(".toml"): entry for entry in found}


def parse(text: str, source: str) -> Problem:
    """The problem that a TOML text describes; ``source`` is the file's name in errors.

    Raises:
        ProblemError: the text is no TOML, or something in it is not as it must be.
    """
    root = Place(source)
    table = _record(root, _toml(text, root), _TOP, required=("title", "questions"))
    arrays, stages = table.get("arrays", {}), table.get("layers", ())
    notation = table.get("notation", Notation())
    if notation.error in (*arrays, *(stage.output for stage in stages)):
        letter = notation.error
        raise root.key("arrays").key(letter).error(
            f"{letter} stands for the error; rename the array, or set notation.error"
        )
    layers = _ordered(root.key("layers"), stages, arrays)
    problem = Problem(
        name=Path(source).stem,
        source=source,
        title=table["title"],
        subtitle=table.get("subtitle", ""),
        arrays=arrays,
        layers=layers,
        questions=(),
        notation=notation,
    )
    return replace(problem, questions=tuple(_resolve(problem, question) for question in table["questions"]))


# --- reading tables ---

Reader = Callable[[Place, Any], Any]
"""Turns what TOML has at a place into a value, or raises a ProblemError."""


def _toml(text: str, root: Place) -> dict[str, Any]:
    try:
        return tomllib.loads(text, parse_float=_Decimal)
    except RecursionError:
        raise root.error("invalid TOML: nested too deeply") from None
    except ValueError as error:  # an integer of thousands of digits is one too
        raise root.error(f"invalid TOML: {error}") from None


class _Decimal(str):
    """A TOML decimal, kept as it is written; an error shows it without quotes."""

    __slots__ = ()

    def __repr__(self) -> str:
        return str(self)


def _record(
    place: Place, table: Any, readers: Mapping[str, Reader], required: Collection[str]
) -> dict[str, Any]:
    """The values of a table that has a reader for every key."""
    for key in _table(place, table):
        if key not in readers:
            raise place.error(unknown("key", key, readers))
    for key in required:
        if key not in table:
            raise place.key(key).error("must be given")
    return {key: readers[key](place.key(key), value) for key, value in table.items()}


def _build(cls: type[Any], place: Place, table: Any, readers: Mapping[str, Reader]) -> Any:
    """A value of a dataclass whose fields are keys of a table."""
    return cls(**_record(place, table, readers, _required(cls)))


def _required(cls: type[Any]) -> tuple[str, ...]:
    return tuple(f.name for f in fields(cls) if f.init and f.default is f.default_factory is MISSING)


def _table(place: Place, value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise place.must_be("a table", value)
    return value


def _list(read: Reader) -> Reader:
    """A reader of lists with at least one entry."""

    def read_list(place: Place, value: Any) -> tuple[Any, ...]:
        if not isinstance(value, list) or not value:
            raise place.must_be("a list with at least one entry", value)
        return tuple(read(place.item(i), entry) for i, entry in enumerate(value, 1))

    return read_list


# --- reading values ---

_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
_ARRAY_NAME = re.compile(r"[A-Za-z]{1,20}[0-9]{0,3}")
_LAYER_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,39}")
# what XML cannot hold, and the control characters of terminals
_CONTROL = re.compile("[^\t\n\x20-\x7e\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def _text(place: Place, value: Any) -> str:
    if type(value) is not str:
        raise place.must_be("text in quotes", value)
    if control := _CONTROL.search(value):
        raise place.must_be(f"text without control characters such as {control.group()!r}")
    return value.strip()


def _line(place: Place, value: Any) -> str:
    line = _text(place, value)
    if not line or "\n" in line:
        raise place.must_be("a line of text", value)
    return line


def _named(pattern: re.Pattern[str], requirement: str) -> Callable[[Place, Any], str]:
    """A reader of names that follow a pattern."""

    def read_name(place: Place, value: Any) -> str:
        if type(value) is not str or not pattern.fullmatch(value):
            raise place.must_be(requirement, value)
        return value

    return read_name


_array_name = _named(_ARRAY_NAME, "a name of up to 20 letters, and digits behind them if need be")
_layer_name = _named(_LAYER_NAME, "a name of letters, digits, - and _ that begins with a letter")


def _integer(least: int, most: int | None = None) -> Reader:
    """A reader of integers within bounds."""
    requirement = f"an integer >= {least}" if most is None else f"an integer from {least} to {most}"

    def read_integer(place: Place, value: Any) -> int:
        if type(value) is not int or value < least or (most is not None and value > most):
            raise place.must_be(requirement, value)
        return value

    return read_integer


def _number(place: Place, value: Any) -> Number:
    if type(value) is int and abs(value) < 10**MAX_DIGITS:
        return value
    if not isinstance(value, str):
        raise place.must_be(A_NUMBER, value)
    return _parsed(parse_number, place, value)


def _parsed(parse: Callable[[str], T], place: Place, text: str) -> T:
    """What a grammar makes of a text; its complaint gets the place."""
    try:
        return parse(text)
    except ArgumentError as error:
        raise place.must_be(error.requirement, error.value) from None


def _array(place: Place, value: Any) -> Nested:
    return _nested(place, value, _number, is_entry=lambda part: not isinstance(part, list))


def _terms(place: Place, value: Any) -> Nested:
    """An array whose entries are lists of numbers; an entry without addends is an empty list."""

    def read(place: Place, part: Any) -> tuple[Number, ...]:
        if not isinstance(part, list):
            raise place.must_be("a list of addends", part)
        return tuple(_number(place, addend) for addend in part)

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


def _norm_type(place: Place, value: Any) -> Any:
    return _parsed(parse_norm_type, place, value) if isinstance(value, str) else _number(place, value)


def _argument(place: Place, value: Any) -> Any:
    """An argument as the layer's constructor takes it; what is right for the layer, the layer knows."""
    match value:
        case list():
            return tuple(_argument(place.item(i), entry) for i, entry in enumerate(value, 1))
        case _Decimal():
            return _number(place, value)
        case int() | str():
            return value
        case _:
            raise place.must_be("a number, text, true, false or a list of them", value)


_ARGUMENTS: Mapping[str, Reader] = {"norm_type": _norm_type}
"""Arguments of layers that are not read as they stand."""


# --- reading arrays and layers ---


def _arrays(place: Place, value: Any) -> Mapping[str, Nested]:
    return MappingProxyType(
        {_array_name(place.key(n), n): _array(place.key(n), entries) for n, entries in _table(place, value).items()}
    )


def _layers(place: Place, value: Any) -> tuple[Stage, ...]:
    stages = _table(place, value).items()
    return tuple(_stage(place.key(name), _layer_name(place.key(name), name), table) for name, table in stages)


def _layer_types() -> Mapping[str, Any]:
    from symconv.layers import LAYERS

    return LAYERS


def _theorems() -> Collection[str]:
    from symconv.theorems import THEOREMS

    return THEOREMS


def _known(what: str, names: Callable[[], Collection[str]]) -> Reader:
    """A reader of names from a table, which is imported when it is needed."""

    def read_known(place: Place, value: Any) -> str:
        name = _line(place, value)
        if name not in names():
            raise place.error(unknown(what, name, names()))
        return name

    return read_known


_layer_type = _known("layer type", _layer_types)


def _stage(place: Place, name: str, table: Any) -> Stage:
    if "type" not in _table(place, table):
        raise place.key("type").error("must be given")
    cls = _layer_types()[_layer_type(place.key("type"), table["type"])]
    roles = ("input", "weight", "bias") if cls.has_weight else ("input",)
    wiring = dict.fromkeys((*roles, "output"), _array_name)
    # bias = "b" wires an array; PyTorch's flag of the same name says whether there is one
    arguments = {field.name: _ARGUMENTS.get(field.name, _argument) for field in fields(cls) if field.name != "bias"}
    needed = (*(key for key in wiring if key != "bias"), *_required(cls))
    record = _record(place, table, {"type": _layer_type, **wiring, **arguments}, needed)
    reads = {role: record[role] for role in roles if role in record}
    for role, array in reads.items():
        if list(reads.values()).count(array) > 1:
            raise place.key(role).error(f"must be an array of its own; {array} is read twice")
    given = {key: record[key] for key in arguments if key in record}
    try:
        layer = cls(**given, bias="bias" in reads) if cls.has_weight else cls(**given)
    except ArgumentError as error:
        # the value as the file has it, where the layer complains about a value at all
        shown = ... if error.value is ... else table.get(error.name, error.value)
        raise place.key(error.name).must_be(error.requirement, shown) from None
    except SymconvError as error:
        raise place.error(str(error)) from None
    return Stage(name, layer, MappingProxyType(reads), record["output"])


def _ordered(place: Place, stages: tuple[Stage, ...], arrays: Collection[str]) -> tuple[Stage, ...]:
    """The layers in an order in which each reads only what is there."""
    from graphlib import CycleError, TopologicalSorter

    writers: dict[str, Stage] = {}
    for stage in stages:
        if stage.output in arrays or stage.output in writers:
            raise place.key(stage.name).key("output").must_be("the name of a new array", stage.output)
        writers[stage.output] = stage
    graph: dict[str, list[str]] = {}
    for stage in stages:
        for role, array in stage.reads.items():
            if array not in arrays and array not in writers:
                complaint = unknown("array", array, (*arrays, *writers))
                raise place.key(stage.name).key(role).error(complaint)
        graph[stage.name] = [writers[array].name for array in stage.reads.values() if array in writers]
    try:
        order = tuple(TopologicalSorter(graph).static_order())
    except CycleError as error:
        circle = " -> ".join(error.args[1])
        raise place.error(f"must not read each other in a circle: {circle}") from None
    named = {stage.name: stage for stage in stages}
    return tuple(named[name] for name in order)


# --- reading questions ---


def _questions(place: Place, value: Any) -> tuple[Question, ...]:
    questions: tuple[Question, ...] = _list(_question)(place, value)
    ids = [question.id for question in questions]
    for number, name in enumerate(ids, 1):
        if name in ids[: number - 1]:
            raise place.item(number).key("id").must_be("an id that no other question has", name)
    return questions


def _question(place: Place, value: Any) -> Question:
    for key in ("id", "ask"):
        if key not in _table(place, value):
            raise place.key(key).error("must be given")
    here = Place(place.source, "questions").key(_line(place.key("id"), value["id"]))
    cls, readers = KINDS[_known("kind of question", lambda: KINDS)(here.key("ask"), value["ask"])]
    rest = {key: part for key, part in value.items() if key != "ask"}
    question: Question = _build(cls, here, rest, {"id": _line, "text": _text, "notes": _text, **readers})
    return question


def _upstream(place: Place, value: Any) -> str | Nested:
    return _array_name(place, value) if isinstance(value, str) else _array(place, value)


def _dispute(place: Place, value: Any) -> Dispute:
    record = _record(place, value, {"formula": _line, "at": _sizes}, required=("formula", "at"))
    at: Mapping[str, int] = record["at"]
    formula = _parsed(lambda text: parse_expression(text, SIZES), place.key("formula"), record["formula"])
    symbols = {str(symbol): symbol for symbol in formula.free_symbols}
    if not formula.subs({symbol: at[name] for name, symbol in symbols.items()}).is_Rational:
        raise place.key("formula").must_be("a formula that has a value at the sizes given", record["formula"])
    return Dispute(record["formula"], formula, at)


def _sizes(place: Place, value: Any) -> Mapping[str, int]:
    """Sizes of a convolution; stride, padding and dilation are PyTorch's defaults where left out."""
    readers = {name: _integer(0 if name == "P" else 1) for name in SIZES}
    at = {"S": 1, "P": 0, "D": 1, **_record(place, value, readers, required=("I", "K"))}
    if at["D"] * (at["K"] - 1) >= at["I"] + 2 * at["P"]:
        raise place.must_be("sizes of which the kernel fits into the padded input", value)
    return MappingProxyType({name: at[name] for name in SIZES})


_INDEX = _list(_integer(0))

KINDS: Mapping[str, tuple[type[Question], Mapping[str, Reader]]] = {
    "output_size": (OutputSize, {"layer": _line, "expect": _list(_integer(1))}),
    "output_size_formula": (OutputSizeFormula, {"layer": _line, "dispute": _dispute}),
    "forward": (Forward, {"layer": _line, "array": _line, "expect": _array}),
    "gradient": (
        Gradient,
        {
            "layer": _line,
            "wrt": _line,
            "upstream": _upstream,
            "expect": _array,
            "expect_terms": _terms,
            "in_full": _list(_INDEX),
        },
    ),
    "modules": (Modules, {"expect": _list(_line)}),
    "definition": (Definition, {"types": _list(_layer_type)}),
    "prove": (
        Prove,
        {"theorems": _list(_known("theorem", _theorems)), "layer": _line, "window": _list(_number)},
    ),
}
"""What can be asked: the dataclass of the question and a reader for each of its own keys."""

_TOP: Mapping[str, Reader] = {
    "title": _line,
    "subtitle": _line,
    "notation": lambda place, table: _build(
        Notation,
        place,
        table,
        {"error": _named(re.compile("[A-Za-z]"), "one letter"), "first_index": _integer(0, 1)},
    ),
    "arrays": _arrays,
    "layers": _layers,
    "questions": _questions,
}


def _resolve(problem: Problem, question: Question) -> Question:
    """The question, once every name in it is known to exist."""
    place = problem.place("questions", question.id)
    stages = {stage.name: stage for stage in problem.layers}
    layer = getattr(question, "layer", None)
    if layer and layer not in stages:
        raise place.key("layer").error(unknown("layer", layer, stages))
    match question:
        case Forward(layer=layer, array=array) if bool(layer) == bool(array):
            raise place.error("must name either a layer or an array")
        case Forward(layer="", array=array):
            computed = {stage.output: name for name, stage in stages.items()}
            if array not in computed:
                raise place.key("array").error(unknown("computed array", array, computed))
            return replace(question, layer=computed[array])
        case Forward(layer=layer):
            return replace(question, array=stages[layer].output)
        case Gradient():
            _check_gradient(problem, question, place)
        case Prove(layer=str(), window=tuple()):
            raise place.error("must name either a layer or a window, not both")
    return question


def _check_gradient(problem: Problem, question: Gradient, place: Place) -> None:
    read = problem.stage(question.layer).reads.values()
    if question.wrt not in read:
        raise place.key("wrt").error(unknown(f"array of layer {question.layer}", question.wrt, read))
    known = ("ones", *problem.arrays, *(stage.output for stage in problem.layers))
    if isinstance(question.upstream, str) and question.upstream not in known:
        raise place.key("upstream").error(unknown("array", question.upstream, known))
    if question.wrt in problem.arrays:
        shape, first = shape_of(problem.arrays[question.wrt]), problem.notation.first_index
        for number, index in enumerate(question.in_full, 1):
            inside = [first <= i < first + size for i, size in zip(index, shape, strict=False)]
            if len(index) != len(shape) or not all(inside):
                raise place.key("in_full").item(number).must_be(
                    f"an entry of {question.wrt}, whose shape is {'x'.join(map(str, shape))}", list(index)
                )


def shape_of(entries: Nested) -> tuple[int, ...]:
    """The shape of an array."""
    shape: list[int] = []
    level: Number | Nested = entries
    while isinstance(level, tuple):
        shape.append(len(level))
        level = level[0]
    return tuple(shape)
