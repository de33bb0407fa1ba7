"""A gradient through several layers as theorems: the derivative of the error as a function of an array.

The error is the layers' functions one inside the other; for every array on the way a lemma says what its gradient
is, from the end back, and the last one says it of the array that was asked for. The layers must stand in a row: each
reads what the one before computes, and that alone of what depends on the array.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import singledispatch
from typing import Any

from symconv.certificates import geometry, literals
from symconv.certificates.result import (
    COMPUTED,
    MOST,
    array,
    divisor,
    slope_below,
    squares_divisor,
)
from symconv.certificates.statement import Batch, Gap, Statement, Uncertified
from symconv.chained import ChainDerivation
from symconv.combining import largest
from symconv.derivation.chain import Link
from symconv.exact import Array, indices, is_numeric
from symconv.losses import SquaredError
from symconv.pointwise import Rectified
from symconv.reductions import Maximum, Mean, PlainSum, WeightedSum
from symconv.value import Value


class Stage(Value):
    """A layer of a chain with its numbers.

    Args:
        number: its place in the chain, from 1; names end with it.
        link: the layer.
        role: as what it reads the array that the gradient goes back to.
        arrays: every array of the layer by its role, ``output`` among them.
        arriving, leaving: the gradient at its output, and at what it reads.
    """

    number: int
    link: Link
    role: str
    arrays: dict[str, Array]
    arriving: Array
    leaving: Array

    @property
    def geometry(self) -> str:
        """The name of its geometry."""
        return f"geometry{self.number}"

    def table(self, role: str, entries: Array) -> str:
        """An array as the theory has it, which counts a weight by the axes."""
        if not is_numeric(entries):
            raise Uncertified("an entry on the way is not a rational number")
        if role == "weight":
            return literals.table(geometry.by_axes(self.link.operator, role, entries))
        return literals.table(entries)


class Step(Value):
    """How the theory has a layer.

    Args:
        definitions: what its function is made of.
        function: the function of what the layer reads, applied to ``a``.
        theorem: what steps back through it, with the arguments before the error.
        between: the arguments between what the layer reads and what it computes.
    """

    definitions: tuple[str, ...]
    function: str
    theorem: str
    between: str = ""


def certified(through: ChainDerivation, wrt: str, number: int) -> Iterator[Batch | Gap]:
    """The theorems for a gradient through a chain, one an entry, or why there are none."""
    subject = f"∂{through.error}/∂{wrt}"
    try:
        yield _batch(through, wrt, number, subject)
    except Uncertified as reason:
        yield Gap(number, subject, str(reason))


def _batch(through: ChainDerivation, wrt: str, number: int, subject: str) -> Batch:
    stages = tuple(_row(through, wrt))
    entries = through.gradient_entries(wrt)
    if not is_numeric(entries) or not (through.upstream is None or is_numeric(through.upstream)):
        raise Uncertified("it has entries that are not rational numbers")
    inner = stages[:-1] if through.upstream is None else stages
    lines, lemmas = _end(through, stages[-1], len(inner))
    for stage in reversed(inner):
        made = step(stage.link.operator.reduction, stage)
        lines += made.definitions
        lines += array(_values(stage.number - 1), stage.table("input", stage.arrays["input"]))
        if stage.role == "input":
            more, lemma = _back(stage, made)
            lines += more
            lemmas.append(lemma)
    lemmas += _every_entry(stages[0])
    return Batch(
        number,
        "gradient_through",
        f"the gradient through {', '.join(stage.link.operator.layer for stage in reversed(stages))}, entry by entry",
        subject,
        f"{entries.size} of {entries.size} entries",
        tuple(lines),
        tuple(_entries(stages[0], entries, through.base)),
        tuple(lemmas),
    )


def _back(stage: Stage, made: Step) -> tuple[list[str], Statement]:
    """The error as a function of what a layer reads, and its gradient there."""
    k, before = stage.number, stage.number - 1
    middle = f" {made.between}" if made.between else ""
    shape = literals.shape(stage.leaving.shape)
    lines = [
        *array(f"slopes{before}", stage.table("input", stage.leaving)),
        f"Definition {_error(before)} (a : array) : R := {_error(k)} ({made.function}).",
    ]
    return lines, Statement(
        f"gradient{before}",
        f"has_gradient {shape} {_error(before)} {_values(before)} slopes{before}",
        f"refine ({made.theorem} {_error(k)} {_values(before)}_numbers{middle} {_values(k)}_numbers "
        f"slopes{k}_numbers slopes{before}_numbers _ gradient{k}); {COMPUTED}",
    )


def _row(through: ChainDerivation, wrt: str) -> Iterator[Stage]:
    """The layers one after the other.

    Raises:
        Uncertified: they do not stand in a row, or have arrays that the theory counts otherwise or are too large.
    """
    current, computed = wrt, {link.output for link in through.links}
    for number, link in enumerate(through.links, 1):
        dependent = [role for role, name in link.reads.items() if name == current]
        others = [name for name in link.reads.values() if name in computed and name != current]
        if len(dependent) != 1 or others or (number > 1 and dependent != ["input"]):
            raise Uncertified("the layers on the way do not stand in one row")
        arrays = {role: through.arrays[name] for role, name in link.reads.items()}
        arrays["output"] = through.arrays[link.output]
        if max(entries.size for entries in arrays.values()) > MOST:
            raise Uncertified(f"an array on the way has more than {MOST:,} entries")
        operator = link.operator
        for role in ("input", "output"):
            shape = arrays[role].shape
            if shape and operator.layer != "Flatten" and geometry.axis_shape(operator, role) != shape:
                raise Uncertified(f"the theory counts the {role} of {operator.layer} along one axis")
        yield Stage(
            number,
            link,
            dependent[0],
            arrays,
            through.gradient_entries(link.output),
            through.gradient_entries(current),
        )
        current = link.output


def _end(through: ChainDerivation, last: Stage, number: int) -> tuple[list[str], list[Statement]]:
    """The error as a function of the last array that is not the error itself, and its gradient there."""
    entries = last.arrays["input" if through.upstream is None else "output"]
    slopes = last.leaving if through.upstream is None else through.upstream
    shape = literals.shape(entries.shape)
    lines = [*array(_values(number), last.table("input", entries))]
    lines += array(f"slopes{number}", last.table("input", slopes))
    if through.upstream is not None:
        function = f"dot {shape} slopes{number} a"
        proof = f"exact (weighted_end {shape} {_values(number)}_numbers slopes{number}_numbers)."
    else:
        more, function, proof = loss(last.link.operator.reduction, last, shape, number)
        lines += more
    lines.append(f"Definition {_error(number)} (a : array) : R := {function}.")
    says = f"has_gradient {shape} {_error(number)} {_values(number)} slopes{number}"
    return lines, [Statement(f"gradient{number}", says, proof)]


@singledispatch
def loss(reduction: Any, stage: Stage, shape: str, number: int) -> tuple[tuple[str, ...], str, str]:
    """Definitions, the error as a function of ``a``, and the proof of its gradient."""
    raise Uncertified(f"the theory has no {stage.link.operator.layer} at the end of a chain")


@loss.register
def _(reduction: PlainSum, stage: Stage, shape: str, number: int) -> tuple[tuple[str, ...], str, str]:
    given = f"{_values(number)}_numbers slopes{number}_numbers"
    return (), f"total {shape} a", f"refine (total_end {shape} {given} _); {COMPUTED}"


@loss.register
def _(reduction: SquaredError, stage: Stage, shape: str, number: int) -> tuple[tuple[str, ...], str, str]:
    target = stage.arrays["weight"]
    if not is_numeric(target):
        raise Uncertified("an entry of the target is not a rational number")
    n = squares_divisor(reduction, stage.arrays["input"].shape)
    return (
        array("target", literals.table(target)),
        f"squared_error {shape} {literals.real(n)} target a",
        f"refine (squared_error_end {shape} {literals.rational(n)} target_numbers "
        f"{_values(number)}_numbers slopes{number}_numbers _); {COMPUTED}",
    )


@singledispatch
def step(reduction: Any, stage: Stage) -> Step:
    """How the theory has a layer in the middle of a chain.

    Raises:
        Uncertified: it has no such layer, or the layer has no derivative at the numbers.
    """
    raise Uncertified(f"the theory does not go back through {stage.link.operator.layer}")


@step.register
def _(reduction: WeightedSum, stage: Stage) -> Step:
    operator, k = stage.link.operator, stage.number
    if operator.weight_shape is None:
        raise Uncertified(f"the theory does not go back through {operator.layer}")
    bias = "constant 0"
    if "bias" in stage.arrays:
        bias = stage.table("bias", stage.arrays["bias"].reshape(operator.shape("bias")))
    return Step(
        (
            geometry.definition(operator, stage.geometry),
            *array(f"weight{k}", stage.table("weight", stage.arrays["weight"])),
            *array(f"bias{k}", bias),
        ),
        f"layer {stage.geometry} a weight{k} bias{k}",
        f"conv_step {stage.geometry}",
        f"weight{k}_numbers bias{k}_numbers",
    )


@step.register
def _(reduction: Mean, stage: Stage) -> Step:
    n = f"({divisor(reduction, stage.geometry)})"
    return Step(
        (geometry.definition(stage.link.operator, stage.geometry),),
        f"mean {stage.geometry} (real {n}) a",
        f"mean_step {stage.geometry} {n}",
    )


@step.register
def _(reduction: Maximum, stage: Stage) -> Step:
    operator, given = stage.link.operator, stage.arrays["input"]
    for index in indices(stage.arriving.shape):
        window = [given[tap.inp] for tap in operator.taps_at("out", index)]
        if stage.arriving[index] != 0 and sum(entry == largest(window) for entry in window) > 1:
            raise Uncertified("there is no derivative: a window of the max pooling has several maxima")
    return Step(
        (geometry.definition(operator, stage.geometry),),
        f"maxpool {stage.geometry} a",
        f"max_step {stage.geometry}",
    )


@step.register
def _(reduction: Rectified, stage: Stage) -> Step:
    slope, given = slope_below(reduction), stage.arrays["input"]
    if any(given[index] == 0 and stage.arriving[index] != 0 for index in indices(given.shape)):
        raise Uncertified(f"there is no derivative: an entry that {stage.link.operator.layer} reads is 0")
    shape = literals.shape(given.shape)
    return Step(
        (),
        f"pointwise (rectify {literals.real(slope)}) a",
        f"rectify_step {shape} {literals.rational(slope)}",
    )


@step.register
def _(reduction: PlainSum, stage: Stage) -> Step:
    operator = stage.link.operator
    if operator.layer != "Flatten":
        raise Uncertified(f"the theory does not go back through {operator.layer}")
    shapes = " ".join(map(literals.shape, (operator.input_shape, operator.output_shape)))
    return Step((), f"rearranged (row_by_row {shapes}) a", f"flatten_step {shapes}")


def _every_entry(stage: Stage) -> Iterator[Statement]:
    """That the derivative by an entry is what the kernel computes for it; stated once, so that entries cost little."""
    if stage.role == "input":
        yield Statement(
            "every_entry",
            f"forall i q, inside {literals.shape(stage.leaving.shape)} i && Qeq_bool (slopes0_numbers i) q = true ->\n"
            "  is_derive (fun u => error (upd input i u)) (input i) (real_of q)",
            "exact (fun i q => entry_derivative _ error input_numbers slopes0_numbers i q gradient0).",
        )
        return
    arrays = "input_numbers weight1_numbers bias1_numbers"
    yield Statement(
        "gradient_of_the_output",
        "has_gradient (out_shape geometry1) error1 (layer geometry1 input weight1 bias1) slopes1",
        f"refine (conv_end geometry1 error1 {arrays} array1_numbers slopes1_numbers _ gradient1); {COMPUTED}",
    )
    terms, within = "bias_terms geometry1 i", ""
    if stage.role == "weight":
        terms, within = "weight_terms geometry1 input_numbers i", "inside (weight_shape geometry1) i && "
    yield Statement(
        "every_entry",
        f"forall i q, {within}Qeq_bool (at_numbers slopes1_numbers ({terms})) q = true ->\n"
        f"  is_derive (fun u => error1 (layer geometry1 input {_moved(stage.role, 'i')})) ({stage.role}1 i) (real_of q)",
        f"exact (fun i q => {stage.role}_entry_derivative geometry1 error1 {arrays} slopes1_numbers i q "
        "gradient_of_the_output).",
    )


def _moved(role: str, at: str) -> str:
    """The first layer's weight and bias, one of them with an entry that moves."""
    return " ".join(f"(upd {own}1 {at} u)" if own == role else f"{own}1" for own in ("weight", "bias"))


def _entries(stage: Stage, entries: Array, base: int) -> Iterator[Statement]:
    """The derivative by every entry of the array that was asked for."""
    role, operator = stage.role, stage.link.operator
    for index in indices(entries.shape):
        at = literals.index(geometry.axis_index(operator, role, index) if role == "weight" else index)
        moved = f"error (upd input {at} u)"
        place = f"input {at}"
        if role != "input":
            moved, place = f"error1 (layer geometry1 input {_moved(role, at)})", f"{role}1 {at}"
        yield Statement(
            literals.name("gradient", tuple(i + base for i in index)),
            f"is_derive (fun u => {moved}) ({place}) {literals.real(entries[index])}",
            f"refine (every_entry {at} {literals.rational(entries[index])} _); {COMPUTED}",
        )


def _values(number: int) -> str:
    """The name of the array behind so many layers."""
    return f"array{number}" if number else "input"


def _error(number: int) -> str:
    """The name of the error as a function of that array."""
    return f"error{number}" if number else "error"
