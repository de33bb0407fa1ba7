"""What each question of a problem asks for, as theorems: one function a kind of question.

To certify a further kind, register a function on :func:`theorems_of`; it yields batches, and says in words
what has no certificate.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from fractions import Fraction
from functools import singledispatch
from typing import Any

from symconv.axes import Adjoint, Axis, Sliding
from symconv.certificates import chains, geometries, geometry, windows
from symconv.certificates.result import COMPUTED, MOST, Result
from symconv.certificates.results import statements
from symconv.certificates.statement import Batch, Gap, Statement, Uncertified
from symconv.exact import indices, is_numeric
from symconv.losses import SquaredError
from symconv.narrate.questions import geometry_of, upstream_given
from symconv.narrate.through import asked_chain
from symconv.operator import Argument
from symconv.problem import (
    Definition,
    Forward,
    Gradient,
    Modules,
    OutputSize,
    OutputSizeFormula,
    Prove,
    Question,
)
from symconv.reductions import PlainSum
from symconv.theorems import THEOREMS
from symconv.workings import Workings, chain

Certified = Batch | Gap


def certificates(workings: Workings) -> tuple[tuple[Batch, ...], tuple[Gap, ...]]:
    """The theorems for every question of a problem, and what has none."""
    found = [
        certified
        for number, question in enumerate(workings.problem.questions, 1)
        for certified in theorems_of(question, number, workings)
    ]
    return (
        tuple(each for each in found if isinstance(each, Batch)),
        tuple(each for each in found if isinstance(each, Gap)),
    )


@singledispatch
def theorems_of(question: Any, number: int, workings: Workings) -> Iterator[Certified]:
    """The theorems for one question, counted from 1."""
    yield Gap(number, "the answer", f"a question of the kind {type(question).__name__} has no theorem")


@theorems_of.register
def _(question: Forward, number: int, workings: Workings) -> Iterator[Certified]:
    derivation = workings.stages[question.layer]
    about = f"the output of a layer of the kind {derivation.operator.layer}, entry by entry"
    yield from _entries(Result(derivation), number, "output", about, derivation.names.output)


@theorems_of.register
def _(question: Gradient, number: int, workings: Workings) -> Iterator[Certified]:
    if not question.layer:
        yield from chains.certified(asked_chain(question, workings), question.wrt, number)
        return
    derivation, wrt = upstream_given(question, workings)
    if isinstance(derivation.operator.reduction, PlainSum | SquaredError):
        upstream = None if derivation.names.output_is_error else derivation.arrays["upstream"]
        alone = chain(workings, question.wrt, derivation.names.output, upstream)
        yield from chains.certified(alone, question.wrt, number)
        return
    names = derivation.names
    subject = f"∂{names.error}/∂{names.of(wrt)}"
    about = f"the gradient of a layer of the kind {derivation.operator.layer} by its {wrt}, entry by entry"
    weighted = derivation.operator.weight_shape is not None and not derivation.operator.has_target
    general = _chain_rule(wrt) if weighted else ()
    yield from _entries(Result(derivation, wrt), number, f"gradient_by_{wrt}", about, subject, general)


@theorems_of.register
def _(question: OutputSize, number: int, workings: Workings) -> Iterator[Certified]:
    operator = workings.stages[question.layer].operator
    spatial = [
        (axis, size)
        for axis, size in zip(operator.axes, operator.sizes, strict=True)
        if axis.role == "spatial"
    ]
    found: list[Statement] = []
    count = 0
    for place, (axis, size) in enumerate(spatial, 1):
        try:
            found += _sizes(axis, size, place)
            count += 1
        except Uncertified as reason:
            yield Gap(number, f"output size, axis {place}", str(reason))
    if found:
        scope = f"{count} of {len(spatial)} axes"
        about = "how many windows fit, on every spatial axis"
        yield Batch(number, "output_size", about, "output size", scope, (), tuple(found))


@theorems_of.register
def _(question: OutputSizeFormula, number: int, workings: Workings) -> Iterator[Certified]:
    found = list(windows.general("output-size"))
    if question.dispute is not None:
        at = question.dispute.at
        axis = Sliding(at["K"], at["S"], (at["P"], at["P"]), at["D"])
        try:
            found += _sizes(axis, at["I"], "disputed")
        except Uncertified as reason:
            yield Gap(number, "the disputed formula's sizes", str(reason))
    about = "the output size, for all sizes"
    yield Batch(number, "output_size_formula", about, "output-size", "all sizes", (), tuple(found))


@theorems_of.register(Modules | Definition)
def _(question: Question, number: int, workings: Workings) -> Iterator[Certified]:
    reason = "names and definitions are conventions, there is nothing to prove"
    yield Gap(number, "the answer", reason)


@theorems_of.register
def _(question: Prove, number: int, workings: Workings) -> Iterator[Certified]:
    for theorem in dict.fromkeys(question.theorems):
        word = theorem.replace("-", "_")
        try:
            found = list(windows.general(theorem))
        except Uncertified as reason:
            yield Gap(number, theorem, str(reason))
            continue
        at = geometry_of(question, workings) if THEOREMS[theorem].about == "geometry" else None
        if at is not None:
            yield _at_geometry(theorem, found, number, geometries.At.of(at))
            continue
        about = f"the theorem {theorem}, for every size, and at the windows of the question"
        places, gaps = 0, Counter[str]()
        for position, window in _windows(question, workings):
            try:
                own = tuple(windows.instances(theorem, window, position))
            except Uncertified as reason:
                gaps[str(reason)] += 1
                continue
            places += bool(own)
            found += own
        for reason_text, count in gaps.items():
            yield Gap(number, f"{theorem}, {count} of {places + sum(gaps.values())} windows", reason_text)
        scope = f"every size, {places} window{'s' * (places != 1)}" if places else "every size"
        yield Batch(number, word, about, theorem, scope, (), tuple(found))


# --- parts ---


def _at_geometry(theorem: str, general: list[Statement], number: int, at: geometries.At) -> Batch:
    """A theorem on convolutions for every size, and at the axis that the report shows."""
    own = tuple(geometries.instances(theorem, at))
    about = f"the theorem {theorem}, for every size" + (", and at the axis of the question" if own else "")
    return Batch(
        number,
        theorem.replace("-", "_"),
        about,
        theorem,
        "every size, one axis" if own else "every size",
        geometries.definitions(at) if own else (),
        (*general, *own),
    )


def _entries(
    result: Result,
    number: int,
    kind: str,
    about: str,
    subject: str,
    general: tuple[Statement, ...] = (),
) -> Iterator[Certified]:
    """The batch of a result, one theorem an entry; entries without one are gaps, counted by their reason."""
    try:
        definitions = result.definitions()
        found = list(statements(result))
    except Uncertified as reason:
        yield Gap(number, subject, str(reason))
        return
    gaps = Counter(each[1] for each in found if isinstance(each, tuple))
    for reason_text, count in gaps.items():
        yield Gap(number, f"{subject}, {count} of {len(found)} entries", f"each {reason_text}")
    theorems = tuple(each for each in found if isinstance(each, Statement))
    if theorems:
        scope = f"{len(theorems)} of {len(found)} entries"
        if "among [" in definitions[0]:
            scope += ", with the taps as the file lists them"
        yield Batch(number, kind, about, subject, scope, definitions, (*general, *theorems))


def _chain_rule(wrt: Argument) -> tuple[Statement, ...]:
    """That the gradient is that of every differentiable error, and the adjoint identity, at the geometry."""
    if wrt == "bias":
        return ()
    letter, array, shape = ("i", "A", "in_shape") if wrt == "input" else ("k", "B", "weight_shape")
    arrays = {"input": "(upd A i u) B b", "weight": "A (upd B k u) b"}[wrt]
    other = {"input": "B", "weight": "A"}[wrt]
    return (
        Statement(
            "chain_rule",
            f"forall E A B b G {letter}, inside ({shape} geometry) {letter} = true ->\n"
            f"  has_gradient (out_shape geometry) E (layer geometry A B b) G ->\n"
            f"  is_derive (fun u => E (layer geometry {arrays})) ({array} {letter})\n"
            f"    (grad_{wrt} geometry G {other} {letter})",
            f"exact (backpropagation_to_{wrt} geometry).",
        ),
        Statement(
            "adjoint",
            "forall A B G, dot (out_shape geometry) G (conv geometry A B) =\n"
            f"  dot ({shape} geometry) {array} (grad_{wrt} geometry G {other})",
            f"exact (adjoint_{wrt} geometry).",
        ),
    )


def _sizes(axis: Axis, size: int, place: int | str) -> Iterator[Statement]:
    """How many windows of a sliding axis fit; how many places those of a transposed convolution reach."""
    if isinstance(axis, Adjoint) and isinstance(axis.axis, Sliding):
        yield from _transposed_sizes(axis, axis.axis, size, place)
        return
    if not isinstance(axis, Sliding):
        raise Uncertified("it follows from no formula of the theory")
    numbers = (size, axis.kernel_size, axis.stride, *axis.padding, axis.dilation)
    if max(numbers) > geometry.MOST:
        raise Uncertified(f"its geometry has a number above {geometry.MOST:,}")
    count, before, total = axis.output_size(size), axis.padding[0], sum(axis.padding)
    K, S, D = axis.kernel_size, axis.stride, axis.dilation
    if axis.ceil_mode:
        yield Statement(
            f"windows_{place}",
            f"forall o, o < {count} <-> o * {S} + extent {K} {D} < {size} + {total} + {S} /\\ "
            f"o * {S} < {size} + {before}",
            f"refine (output_size_ceil_entry {size} {K} {S} {before} {total} {D} {count} _); {COMPUTED}",
        )
        return
    given = f"{size} {K} {S} {total} {D}"
    yield Statement(f"size_{place}", f"output_size {given} = {count}", COMPUTED)
    yield Statement(
        f"windows_{place}",
        f"forall o, o < {count} <-> fits {given} o",
        f"refine (output_size_entry {given} {count} _); {COMPUTED}",
    )


def _transposed_sizes(axis: Adjoint, inner: Sliding, size: int, place: int | str) -> Iterator[Statement]:
    count, total = axis.output_size(size), sum(inner.padding)
    K, S, D = inner.kernel_size, inner.stride, inner.dilation
    if max(size, count, K, S, D, total) > geometry.MOST:
        raise Uncertified(f"its geometry has a number above {geometry.MOST:,}")
    yield Statement(
        f"size_{place}",
        f"transposed_size {size} {K} {S} {total} {D} {axis.output_padding} = {count}",
        COMPUTED,
    )
    if inner.output_size(count) == size:
        given = f"{count} {K} {S} {total} {D}"
        yield Statement(
            f"windows_{place}",
            f"forall o, o < {size} <-> fits {given} o",
            f"refine (output_size_entry {given} {size} _); {COMPUTED}",
        )


def _windows(question: Prove, workings: Workings) -> Iterator[tuple[tuple[int, ...], windows.Window]]:
    """The windows that a question is about, each with the output entry it belongs to."""
    if question.window is not None:
        yield (), tuple(map(Fraction, question.window))
    if question.layer is None:
        return
    derivation = workings.stages[question.layer]
    given, shape = derivation.arrays["input"], derivation.operator.output_shape
    if not is_numeric(given) or derivation.output_entries.size > MOST:
        return
    for index in indices(shape):
        window = [Fraction(given[tap.inp]) for tap in derivation.operator.taps_at("out", index)]
        if window:
            yield tuple(i + derivation.names.base for i in index), window
