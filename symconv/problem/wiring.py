"""The layers of a problem: read, built, and put in an order in which they can be computed."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from inspect import Parameter, signature
from types import MappingProxyType
from typing import Any

from symconv.errors import ArgumentError, SymconvError
from symconv.grammar import parse_norm_type
from symconv.problem.place import Place, unknown
from symconv.problem.readers import (
    Decimal,
    Reader,
    array_name,
    known,
    layer_name,
    parsed,
    read_number,
    read_table,
    table_of,
)
from symconv.problem.values import Stage


def _layer_types() -> Mapping[str, Any]:
    from symconv.layers import LAYERS

    return LAYERS


layer_type = known("layer type", _layer_types)


def _norm_type(place: Place, value: Any) -> Any:
    return parsed(parse_norm_type, place, value) if isinstance(value, str) else read_number(place, value)


def _argument(place: Place, value: Any) -> Any:
    """An argument as the layer's constructor takes it; what is right for the layer, the layer knows."""
    match value:
        case list():
            return tuple(_argument(place.item(i), entry) for i, entry in enumerate(value, 1))
        case Decimal():
            return read_number(place, value)
        case int() | str():
            return value
        case _:
            raise place.must_be("a number, text, true, false or a list of them", value)


def _numbers(place: Place, value: Any) -> Any:
    """Numbers in lists of any depth, with fractions as text."""
    if isinstance(value, list):
        return tuple(_numbers(place.item(i), entry) for i, entry in enumerate(value, 1))
    return read_number(place, value)


_ARGUMENTS: Mapping[str, Reader] = {
    "norm_type": _norm_type,
    "negative_slope": read_number,
    "output_ratio": _numbers,
    "_random_samples": _numbers,
}
"""Arguments of layers that are not read as they stand."""


def read_layers(place: Place, value: Any) -> tuple[Stage, ...]:
    """The layers in the order of the file, their arguments checked and their wiring read."""
    stages = table_of(place, value).items()
    return tuple(_stage(place.key(name), layer_name(place.key(name), name), table) for name, table in stages)


def _stage(place: Place, name: str, table: Any) -> Stage:
    if "type" not in table_of(place, table):
        raise place.key("type").error("must be given")
    cls = _layer_types()[layer_type(place.key("type"), table["type"])]
    # bias = "b" wires an array; PyTorch's flag of the same name says whether there is one, as does
    # return_indices, where indices = "Q" names the second array that a max pooling writes
    parameters = {key: part for key, part in signature(cls).parameters.items() if key != "bias"}
    second = ("indices",) if parameters.pop("return_indices", None) else ()
    wiring = dict.fromkeys((*cls.reads, "output", *second), array_name)
    arguments = {key: _ARGUMENTS.get(key, _argument) for key in parameters}
    needed = [key for key in wiring if key not in ("bias", *second)]
    needed += [key for key, parameter in parameters.items() if parameter.default is Parameter.empty]
    record = read_table(place, table, {"type": layer_type, **wiring, **arguments}, needed)
    reads = {role: record[role] for role in cls.reads if role in record}
    for role, array in reads.items():
        if list(reads.values()).count(array) > 1:
            raise place.key(role).error(f"must be an array of its own; {array} is read twice")
    given = {key: record[key] for key in arguments if key in record}
    if "bias" in cls.reads:
        given["bias"] = "bias" in reads
    if second:
        given["return_indices"] = "indices" in record
    try:
        layer = cls(**given)
    except ArgumentError as error:
        # the value as the file has it, where the layer complains about a value at all
        shown = ... if error.value is ... else table.get(error.name, error.value)
        raise place.key(error.name).must_be(error.requirement, shown) from None
    except SymconvError as error:
        raise place.error(str(error)) from None
    indices = record["indices"] if second and "indices" in record else None
    return Stage(name, layer, MappingProxyType(reads), record["output"], indices)


def ordered(place: Place, stages: tuple[Stage, ...], arrays: Collection[str]) -> tuple[Stage, ...]:
    """The layers in an order in which each reads only what is there."""
    from graphlib import CycleError, TopologicalSorter

    writers: dict[str, Stage] = {}
    for stage in stages:
        for key, array in zip(("output", "indices"), stage.writes, strict=False):
            if array in arrays or array in writers:
                raise place.key(stage.name).key(key).must_be("the name of a new array", array)
            writers[array] = stage
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
