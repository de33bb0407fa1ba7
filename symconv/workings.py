"""The layers of a problem, worked out in their order: every array known, every stage a derivation."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from symconv.chained import ChainDerivation
from symconv.derivation.chain import Link
from symconv.derived import Derivation
from symconv.errors import ArgumentError, ShapeError, UnsupportedError
from symconv.exact import Array, pack
from symconv.layers.pooling import first_maxima
from symconv.operator import Names
from symconv.problem import Problem, Stage
from symconv.problem.paths import between
from symconv.value import Value


class Workings(Value):
    """A problem with its numbers.

    Args:
        problem: the problem.
        arrays: the arrays that were given and those that the layers compute, by name.
        stages: the derivation of every layer, by the layer's name; the upstream gradient is symbols.
    """

    problem: Problem
    arrays: Mapping[str, Array]
    stages: Mapping[str, Derivation]


def compute(problem: Problem, limit: int) -> Workings:
    """Work the layers out.

    Raises:
        ProblemError: shapes that do not fit, or more taps than the limit.
    """
    arrays = {name: pack(entries, name) for name, entries in problem.arrays.items()}
    stages: dict[str, Derivation] = {}
    for stage in problem.layers:
        derivation = _work_out(problem, stage, arrays, limit)
        arrays[stage.output] = derivation.output_entries
        if stage.indices is not None:
            arrays[stage.indices] = _indices(problem, stage, derivation)
        stages[stage.name] = derivation
    return Workings(problem, arrays, stages)


def chain(workings: Workings, wrt: str, end: str, upstream: Array | None) -> ChainDerivation:
    """The layers through which an end depends on an array, with the problem's numbers.

    Args:
        upstream: the gradient at the end; None where the end is one number, the error itself.
    """
    problem = workings.problem
    links: list[Link] = []
    given: dict[str, Array] = {}
    computed: set[str] = set()
    for stage in between(problem, wrt, end):
        worked = workings.stages[stage.name]
        reads = {"weight" if role == "target" else role: name for role, name in stage.reads.items()}
        links.append(Link(stage.name, worked.operator, MappingProxyType(reads), stage.output))
        given |= {name: worked.arrays[role] for role, name in reads.items() if name not in computed}
        computed.add(stage.output)
    error = problem.error if upstream is not None else end
    return ChainDerivation(
        tuple(links),
        MappingProxyType(given),
        frozenset({*given, "upstream"}),
        upstream,
        error,
        problem.first_index,
    )


def _work_out(problem: Problem, stage: Stage, arrays: Mapping[str, Array], limit: int) -> Derivation:
    place = problem.place("layers", stage.name)
    reads = stage.reads
    taken = {*reads.values(), stage.output, problem.error}
    weight, bias = (next(letter for letter in letters if letter not in taken) for letters in ("BWKV", "bcdv"))
    names = Names(
        input=reads["input"],
        weight=reads.get("weight", reads.get("target", weight)),
        bias=reads.get("bias", bias),
        output=stage.output,
        error=problem.error,
        base=problem.first_index,
    )
    given = {role: arrays[name] for role, name in reads.items()}
    places = {"indices": given.pop("indices")} if "indices" in given else {}
    try:
        shapes = (given["input"].shape, given["weight"].shape if "weight" in given else None)
        target = {"target": given["target"]} if "target" in given else {}
        products = stage.layer.operator(*shapes, **places).most_taps
        if products > limit:
            raise place.error(
                f"must need at most {limit:,} products, not {products:,}; --limit raises the bound"
            )
        derivation: Derivation = stage.layer.derive(
            given["input"], given.get("weight"), given.get("bias"), names=names, **places, **target
        )
    except (ShapeError, UnsupportedError) as error:
        raise place.error(str(error)) from None
    except ArgumentError as error:
        raise place.key(error.name).error(error.complaint) from None
    return derivation


def _indices(problem: Problem, stage: Stage, derivation: Derivation) -> Array:
    """Where the maxima of a pooling stand, as its layer returns them."""
    try:
        return first_maxima(derivation.operator, derivation.arrays["input"], stage.layer.dims)
    except UnsupportedError as error:
        raise problem.place("layers", stage.name).key("indices").error(str(error)) from None
