"""The pipeline: a problem file in, a report out.

problem file → problem → layers → derivations → substitution → checks → document → renderers
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from math import prod
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from symconv.checks.result import Checks
from symconv.checks.surroundings import surrounds
from symconv.derivation.derivation import Worked
from symconv.derived import Derivation
from symconv.display import join
from symconv.document import (
    Block,
    Callout,
    Chain,
    Document,
    Paragraph,
    Section,
    Table,
    Verdicts,
    with_own_anchors,
)
from symconv.errors import ArgumentError, ProblemError
from symconv.exact import Array, pack
from symconv.narrate import derivation as told
from symconv.narrate import theorem as told_theorem
from symconv.narrate.evidence import summarised
from symconv.narrate.formulas import array
from symconv.narrate.layer import layer_text
from symconv.narrate.placing import explorers
from symconv.narrate.questions import Answered, numbers_of, parts, together
from symconv.narrate.statements import shown_given
from symconv.notation import USUAL, Notation
from symconv.operator import Argument, Names
from symconv.problem import Problem, Prove, load
from symconv.report import Answer, Report
from symconv.sharing import shared
from symconv.value import replace
from symconv.workings import Workings, compute

if TYPE_CHECKING:
    from symconv.ahead import Proofs

__all__ = ["HOMEWORK", "LIMIT", "Answer", "Report", "derive", "matrix", "prove", "size", "solve"]

HOMEWORK = "ds-ga-1008-hw2"
LIMIT = 1_000_000
"""How many products (taps) a layer of a problem may need."""
WITH_ZEROS = 100
"""Up to how many outputs those that do not read an entry are written down too."""


Handout = Literal["full", "student", "key"]
"""What a report holds: everything, the questions alone, or the results."""


def solve(
    problem: str | Path | None = None,
    *,
    limit: int = LIMIT,
    handout: Handout = "full",
    progress: Callable[[str], None] | None = None,
    processes: int = 1,
    notation: Notation = USUAL,
    ahead: Proofs | None = None,
) -> Report:
    """Solve a problem: derive, put the numbers in, check, and tell.

    Args:
        problem: a file, or the name of a shipped problem; the homework where left out.
        limit: how many products a layer may need.
        handout: ``full`` for the worked solution, ``student`` for questions and data with empty places for the
            answers, ``key`` for the results alone. All is derived and checked whichever it is.
        progress: told, in words, what is being done.
        processes: with 2, a copy of this process takes its share (:mod:`symconv.sharing`).
        notation: letters in the place of those of the file and of sizes, and the first index, before what the file
            says itself.
        ahead: proofs of the problem that a copy of this process has begun (:mod:`symconv.ahead`).

    Raises:
        ProblemError: the file cannot be read or used.
        ArgumentError: the notation gives one letter to two things.
    """
    say = progress or (lambda message: None)
    say("reading the problem")
    loaded = load(HOMEWORK if problem is None else problem).in_notation(notation)
    say("working the layers out")
    workings = compute(loaded, limit)
    answers = [
        replace(answered, explorers=explored)
        for answered, explored in zip(
            _answers(workings, processes, say, ahead), explorers(workings), strict=True
        )
    ]
    report = _report(loaded, workings, answers, handout)
    try:
        return _called(report, loaded, handout)
    except ArgumentError as error:
        if notation.letters:
            raise
        raise loaded.place("notation", "letters").error(error.complaint) from None


def _answers(
    workings: Workings, processes: int, say: Callable[[str], None], ahead: Proofs | None
) -> Iterator[Answered]:
    """The questions answered, in their order, by however many processes."""
    pieces = [piece for question in workings.problem.questions for piece in parts(question, workings)]
    places = {piece.key: place for place, piece in reversed([*enumerate(pieces)])}
    begun: list[int] = []
    if ahead and all(key in places for key in ahead.keys):
        begun = [places[key] for key in ahead.keys]
        ahead.tell(
            {
                piece.key: numbers_of(piece.question, piece.name, workings)
                for piece in pieces
                if isinstance(piece.question, Prove)
            }
        )
    # the short ones last, from wherever they are begun, so that neither process waits long for the other
    rest = sorted(set(range(len(pieces))).difference(begun), key=lambda place: (pieces[place].length, -place))
    results = shared(
        [piece.work for piece in pieces],
        [*begun, *rest],
        processes,
        begin=lambda place: say(f"answering {pieces[place].question.id}"),
        ahead=ahead if begun else None,
    )
    for question in workings.problem.questions:
        own = [result for piece, result in zip(pieces, results, strict=True) if piece.question is question]
        yield together(question, own)


def derive(
    layer: Any,
    input_shape: Sequence[int],
    kernel_shape: Sequence[int] | None,
    wrt: str,
    entry: Sequence[int] | None,
    indices: Sequence[Any] | None = None,
    limit: int = LIMIT,
    notation: Notation = USUAL,
) -> Report:
    """One derivation as a report: the gradient by an argument, or one entry of it.

    Args:
        layer: the layer.
        input_shape, kernel_shape: the shapes of input and weight.
        wrt: ``input``, ``weight``, ``bias``, or ``output`` for the forward pass.
        entry: an entry, counted as it is shown; all where left out.
        indices: of an unpooling, row by row.
        limit: how many products all entries may need; one entry may be of a layer of any size.
        notation: letters in the place of A, B, C, E and of sizes, and the first index.

    Raises:
        ProblemError: more products than the limit.
        ArgumentError: the notation gives one letter to two things.
    """
    derivation = _at_shapes(layer, input_shape, kernel_shape, indices, notation.first_index)
    role: Argument | None = None if wrt == "output" else derivation.role(wrt)
    if entry is None:
        products = derivation.operator.most_taps
        if products > limit:
            raise ProblemError(
                f"{layer.name} needs {products:,} products for all entries, more than {limit:,}; "
                "--entry asks for one entry, --limit raises the bound"
            )
        whole = told.output_section(derivation) if role is None else told.gradient_section(derivation, role)
        blocks, checks = whole.blocks, whole.checks or Checks()
    else:
        blocks, checks = _one_entry(derivation, role, entry)
    sizes = (derivation.operator.input_shape, derivation.operator.output_shape)
    shapes = zip(
        ("Input", "output"), (" × ".join(map(str, size)) or "one number" for size in sizes), strict=True
    )
    document = Document(f"{layer.name}: {wrt}", ", ".join(map(" ".join, shapes)), blocks, checks)
    return _alone(document, "derivation", notation, derivation)


def _alone(document: Document, name: str, notation: Notation, about: Worked | None = None) -> Report:
    """A report on something by itself, on a derivation that has arrays of its own."""
    if notation.letters:
        from symconv.renaming import renamed

        names = () if about is None else (about.array_names, about.names.error)
        document = renamed(document, notation, *names)
    return Report(document, (), name, document.checks or Checks())


def _at_shapes(
    layer: Any,
    input_shape: Sequence[int],
    kernel_shape: Sequence[int] | None,
    indices: Sequence[Any] | None,
    first_index: int | None,
) -> Derivation:
    given = {} if indices is None else {"indices": _shaped(pack(list(indices), "indices"), input_shape)}
    derivation: Derivation = layer.derive(
        tuple(input_shape),
        tuple(kernel_shape) if kernel_shape else None,
        notation=Notation(first_index=first_index),
        **given,
    )
    return derivation


def _shaped(array: Array, shape: Sequence[int]) -> Array:
    """The array in a shape, if it has as many entries; else the layer says what is missing."""
    return array.reshape(tuple(shape)) if array.size == prod(shape) else array


def _one_entry(
    derivation: Worked, role: Argument | None, entry: Sequence[int]
) -> tuple[tuple[Block, ...], Checks]:
    """One entry, counted as it is shown, with its checks; its zero terms where the output is small."""
    from symconv.checks.entry import check_entry

    index = tuple(i - derivation.names.base for i in entry)
    full = prod(derivation.operator.output_shape) <= WITH_ZEROS
    lines = told.entry_lines(derivation, role, index, full)
    if surrounds(derivation.operator):  # checked as a whole
        whole = told.output_section(derivation) if role is None else told.gradient_section(derivation, role)
        checks = whole.checks or Checks()
    else:
        checks = Checks(check_entry(derivation, role, index, full))
    count = told.count_of_terms(derivation, role, index)
    terms = (Paragraph((f"There are {count:,} terms; the first and the last are shown.",)),) if count else ()
    of_formula = [check for check in checks if check.subject.startswith("general")]
    blocks = (*told.formula(derivation, role, of_formula), Chain(lines), *terms, Verdicts(checks))
    return blocks, checks


def matrix(
    layer: Any,
    input_shape: Sequence[int],
    kernel_shape: Sequence[int] | None,
    indices: Sequence[Any] | None = None,
    notation: Notation = USUAL,
) -> Report:
    """A layer at a size as one matrix, with letters for its weight; arguments as :func:`derive`."""
    derivation = _at_shapes(layer, input_shape, kernel_shape, indices, notation.first_index)
    return _alone(derivation.matrix().document(), "matrix", notation, derivation)


def size(
    layer: Any,
    kernel: Sequence[int] | None,
    input: Sequence[int] | None,
    output: Sequence[int] | None,
    notation: Notation = USUAL,
) -> Report:
    """The output size for an input size, and every input size that gives it; or those for an output size.

    Args:
        layer: the layer.
        kernel: the spatial size of a convolution's weight.
        input, output: the one that is known, one size an axis or one for all; the other is None.
        notation: letters in the place of those of sizes.
    """
    from symconv.narrate.inverse import inverse, inverse_blocks, inverse_checks
    from symconv.narrate.shapes import axis_names

    blocks: tuple[Block, ...] = ()
    wanted = _each_axis(layer, output or ())
    if input is not None:
        given = _each_axis(layer, input)
        wanted = layer.output_size(given, kernel)
        sizes = (" × ".join(map(str, each)) for each in (given, wanted))
        words = "An input of {} gives an output of {}.".format(*sizes)
        blocks = (Callout("result", "Output size", (Paragraph((words,)),)),)
    axes = inverse(layer, wanted, kernel)
    checks = inverse_checks(axes)
    blocks = (*blocks, *inverse_blocks(axes, axis_names(layer.dims)), Verdicts(summarised(checks)))
    return _alone(Document(f"{layer.name}: sizes", "", blocks, checks), "size", notation)


def _each_axis(layer: Any, sizes: Sequence[int]) -> tuple[int, ...]:
    return tuple(sizes) * layer.dims if len(sizes) == 1 else tuple(sizes)


def prove(
    name: str,
    window: Sequence[Any] | None = None,
    geometry: Sequence[Any] | None = None,
    notation: Notation = USUAL,
) -> Report:
    """A theorem with its proof and checks as a report, with an instance.

    Args:
        name: the theorem.
        window, geometry: the numbers of the instance, for a theorem that is about a window or about a geometry.
        notation: letters in the place of the theorem's; it counts as its proof does.

    Raises:
        ArgumentError: an unknown theorem; numbers for what it is not about, or to which it does not apply; a
            notation that gives one letter to two things, or that has a first index.

    Example:
        >>> report = prove("full-correlation", notation=Notation({"A": "X", "B": "W", "K": "F"}))
        >>> report.passed
        True
    """
    from symconv.theorems import THEOREMS

    if name not in THEOREMS:
        raise ArgumentError("name", f"one of {', '.join(THEOREMS)}", name)
    if notation.first_index is not None:
        raise ArgumentError("first_index", "left out: a theorem counts as its proof does")
    about, given = THEOREMS[name].about, {"window": window, "geometry": geometry}
    numbers = given.pop(about)
    for other, unfit in given.items():
        if unfit is not None:
            raise ArgumentError(other, f"left out: {name} is about a {about}")
    theorem = THEOREMS[name]()
    instance = theorem.instance(list(numbers)) if numbers else None
    return _alone(told_theorem.document(theorem, instance), name, notation)


def _report(problem: Problem, workings: Workings, answers: Sequence[Answered], handout: Handout) -> Report:
    names = Names(error=problem.error, base=problem.first_index)
    checks = Checks(tuple(check for answered in answers for check in answered.checks))
    data = _data(problem, workings, names)
    if handout == "full":
        sections = (each.section for each in answers)
        document = Document(problem.title, problem.subtitle, (*data, *sections), checks)
    else:
        from symconv.narrate.handout import key, student  # only a handout pays for it

        make = student if handout == "student" else key
        document = make(problem, data, answers, workings)
    lines = tuple(
        Answer(each.question.id, each.question.text, each.line, each.checks.verdict) for each in answers
    )
    name = problem.name if handout == "full" else f"{problem.name}-{handout}"
    # ids that differ in signs alone have one anchor
    return Report(replace(document, blocks=with_own_anchors(document.blocks)), lines, name, checks)


def _called(report: Report, problem: Problem, handout: Handout) -> Report:
    """A report on a problem in its notation."""
    if not problem.notation.letters:
        return report
    from symconv.renaming import Renaming

    renaming = Renaming(problem.notation, problem.names, problem.error, handout == "full")
    document, checks = renaming(report.document), renaming.everywhere(report.checks)
    answers = (
        replace(each, question=renaming.everywhere(each.question), answer=renaming.everywhere(each.answer))
        for each in report.answers
    )
    return replace(report, document=document, checks=checks, answers=tuple(answers))


def _data(problem: Problem, workings: Workings, names: Names) -> tuple[Section, ...]:
    """The arrays that the problem gives, and its layers."""
    given = {name: workings.arrays[name] for name in problem.arrays}
    blocks: list[Block] = [shown_given(name, array(name, names), given) for name in problem.arrays]
    if problem.layers:
        rows = tuple(
            (
                (stage.name,),
                (layer_text(stage.layer),),
                (join((array(name, names) for name in stage.reads.values()), ","),),
                (array(stage.output, names),),
            )
            for stage in problem.layers
        )
        blocks.append(Table((("name",), ("layer",), ("reads",), ("computes",)), rows, "llll", "The layers"))
    return (Section("data", ("Data",), tuple(blocks)),) if blocks else ()
