"""The questions of a problem: what can be asked, and whether the names in a question exist.

To add a kind of question, write its dataclass in :mod:`symconv.problem.values` and give it a row in
:data:`KINDS`; names that it refers to are resolved in :func:`resolve`.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from symconv.grammar import parse_expression
from symconv.problem.paths import chain_end
from symconv.problem.place import Place, unknown
from symconv.problem.readers import (
    Reader,
    array_name,
    integer,
    known,
    list_of,
    parsed,
    read_array,
    read_fields,
    read_line,
    read_number,
    read_table,
    read_terms,
    read_text,
    table_of,
)
from symconv.problem.values import (
    Definition,
    Dispute,
    Forward,
    Gradient,
    InputSize,
    LayerAsMatrix,
    Modules,
    Nested,
    OutputSize,
    OutputSizeFormula,
    Problem,
    Prove,
    Question,
    shape_of,
)
from symconv.problem.wiring import layer_type
from symconv.value import replace

if TYPE_CHECKING:
    from symconv.theorems import Listed

SIZES = ("I", "K", "S", "P", "D")
"""Input, kernel, stride, padding and dilation in a formula for the output size."""


def _theorems() -> Mapping[str, Listed]:
    from symconv.theorems import THEOREMS

    return THEOREMS


def read_questions(place: Place, value: Any) -> tuple[Question, ...]:
    """Questions whose ids differ; their names are not looked up yet."""
    questions: tuple[Question, ...] = list_of(_question)(place, value)
    ids = [question.id for question in questions]
    for number, name in enumerate(ids, 1):
        if name in ids[: number - 1]:
            raise place.item(number).key("id").must_be("an id that no other question has", name)
    return questions


def _question(place: Place, value: Any) -> Question:
    for key in ("id", "ask"):
        if key not in table_of(place, value):
            raise place.key(key).error("must be given")
    here = Place(place.source, "questions").key(read_line(place.key("id"), value["id"]))
    cls, readers = KINDS[known("kind of question", lambda: KINDS)(here.key("ask"), value["ask"])]
    rest = {key: part for key, part in value.items() if key != "ask"}
    question: Question = read_fields(
        cls, here, rest, {"id": read_line, "text": read_text, "notes": read_text, **readers}
    )
    return question


def _upstream(place: Place, value: Any) -> str | Nested:
    return array_name(place, value) if isinstance(value, str) else read_array(place, value)


def _dispute(place: Place, value: Any) -> Dispute:
    record = read_table(place, value, {"formula": read_line, "at": _sizes}, required=("formula", "at"))
    at: Mapping[str, int] = record["at"]
    formula = parsed(lambda text: parse_expression(text, SIZES), place.key("formula"), record["formula"])
    symbols = {str(symbol): symbol for symbol in formula.free_symbols}
    if not formula.subs({symbol: at[name] for name, symbol in symbols.items()}).is_Rational:
        raise place.key("formula").must_be("a formula that has a value at the sizes given", record["formula"])
    return Dispute(record["formula"], formula, at)


def _sizes(place: Place, value: Any) -> Mapping[str, int]:
    """Sizes of a convolution; stride, padding and dilation are PyTorch's defaults where left out."""
    readers = {name: integer(0 if name == "P" else 1) for name in SIZES}
    at = {"S": 1, "P": 0, "D": 1, **read_table(place, value, readers, required=("I", "K"))}
    if at["D"] * (at["K"] - 1) >= at["I"] + 2 * at["P"]:
        raise place.must_be("sizes of which the kernel fits into the padded input", value)
    return MappingProxyType({name: at[name] for name in SIZES})


_INDEX = list_of(integer(0))

KINDS: Mapping[str, tuple[type[Question], Mapping[str, Reader]]] = {
    "output_size": (OutputSize, {"layer": read_line, "expect": list_of(integer(1))}),
    "output_size_formula": (OutputSizeFormula, {"layer": read_line, "dispute": _dispute}),
    "input_sizes": (
        InputSize,
        {"layer": read_line, "output": list_of(integer(1, 100_000)), "expect": list_of(list_of(integer(1)))},
    ),
    "matrix": (LayerAsMatrix, {"layer": read_line, "expect": read_array}),
    "forward": (Forward, {"layer": read_line, "array": read_line, "expect": read_array}),
    "gradient": (
        Gradient,
        {
            "layer": read_line,
            "of": read_line,
            "wrt": read_line,
            "upstream": _upstream,
            "expect": read_array,
            "expect_terms": read_terms,
            "in_full": list_of(_INDEX),
        },
    ),
    "modules": (Modules, {"expect": list_of(read_line)}),
    "definition": (Definition, {"types": list_of(layer_type)}),
    "prove": (
        Prove,
        {
            "theorems": list_of(known("theorem", _theorems)),
            "layer": read_line,
            "window": list_of(read_number),
        },
    ),
}
"""What can be asked: the dataclass of the question and a reader for each of its own keys."""


def resolve(problem: Problem, question: Question) -> Question:
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
        case InputSize(layer=layer, output=tuple() as output):
            dims = problem.stage(layer).layer.dims
            if len(output) != dims:
                raise place.key("output").must_be(f"a list of {dims} sizes", list(output))
        case Gradient():
            return _check_gradient(problem, question, place)
        case Prove():
            _require_numbers(question, place)
    return question


def _require_numbers(question: Prove, place: Place) -> None:
    """That there is a window where a theorem is about one, and that it is said once."""
    theorems = _theorems()
    of_windows = [name for name in question.theorems if theorems[name].about == "window"]
    if question.window is not None:
        if question.layer is not None:
            raise place.error("must name either a layer or a window, not both")
        if question.theorems and not of_windows:
            raise place.key("window").error(f"must be left out: {question.theorems[0]} is about a geometry")
    elif question.layer is None and of_windows:
        raise place.error(f"must name a layer or a window, as {of_windows[0]} is about a window")


def _check_gradient(problem: Problem, question: Gradient, place: Place) -> Gradient:
    """The question; one without a layer gets the end of its chain."""
    if question.layer:
        if question.of:
            raise place.key("of").error("must be left out where a layer is named")
        read = problem.stage(question.layer).variables
        if question.wrt not in read:
            raise place.key("wrt").error(unknown(f"array of layer {question.layer}", question.wrt, read))
    else:
        question = replace(question, of=chain_end(problem, question, place))
    known = ("ones", *problem.arrays, *(array for stage in problem.layers for array in stage.writes))
    if isinstance(question.upstream, str) and question.upstream not in known:
        raise place.key("upstream").error(unknown("array", question.upstream, known))
    if question.wrt in problem.arrays:
        shape, first = shape_of(problem.arrays[question.wrt]), problem.first_index
        for number, index in enumerate(question.in_full, 1):
            inside = [first <= i < first + size for i, size in zip(index, shape, strict=False)]
            if len(index) != len(shape) or not all(inside):
                size = "x".join(map(str, shape))
                here = place.key("in_full").item(number)
                raise here.must_be(f"the index of an entry of {question.wrt}, which is {size}", list(index))
    return question
