"""The pipeline: a problem file in, a report out.

problem file → problem → layers → derivations → substitution → checks → document → renderers
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import prod
from pathlib import Path
from typing import Any, Literal

from symconv.checks.result import Checks
from symconv.display import join
from symconv.document import Block, Chain, Document, Section, Table, Verdicts
from symconv.exact import Array, pack
from symconv.narrate import derivation as told
from symconv.narrate import theorem as told_theorem
from symconv.narrate.formulas import array
from symconv.narrate.handout import key, student
from symconv.narrate.layer import layer_text
from symconv.narrate.questions import Answered, parts, together
from symconv.narrate.statements import shown_given
from symconv.operator import Argument, Names
from symconv.problem import Problem, Prove, load
from symconv.report import Answer, Report
from symconv.sharing import shared
from symconv.workings import Workings, compute

__all__ = ["HOMEWORK", "LIMIT", "Answer", "Report", "derive", "prove", "solve"]

HOMEWORK = "ds-ga-1008-hw2"
LIMIT = 1_000_000
"""How many products (taps) a layer of a problem may need."""


Handout = Literal["full", "student", "key"]
"""What a report holds: everything, the questions alone, or the results."""


def solve(
    problem: str | Path | None = None,
    *,
    limit: int = LIMIT,
    handout: Handout = "full",
    progress: Callable[[str], None] | None = None,
    processes: int = 1,
) -> Report:
    """Solve a problem: derive, put the numbers in, check, and tell.

    Args:
        problem: a file, or the name of a shipped problem; the homework where left out.
        limit: how many products a layer may need.
        handout: ``full`` for the worked solution, ``student`` for questions and data with empty places for the
            answers, ``key`` for the results alone. All is derived and checked whichever it is.
        progress: told, in words, what is being done.
        processes: with 2, a copy of this process takes its share (:mod:`symconv.sharing`).

    Raises:
        ProblemError: the file cannot be read or used.
    """
    say = progress or (lambda message: None)
    say("reading the problem")
    loaded = load(HOMEWORK if problem is None else problem)
    say("working the layers out")
    workings = compute(loaded, limit)
    pieces = [(question, piece) for question in loaded.questions for piece in parts(question, workings)]
    # proofs take longest; the rest is told of in its order
    order = sorted(range(len(pieces)), key=lambda place: (not isinstance(pieces[place][0], Prove), -place))
    results = shared(
        [piece for _, piece in pieces],
        order,
        processes,
        begin=lambda place: say(f"answering {pieces[place][0].id}"),
    )
    answers = [
        together(
            question, [result for (of, _), result in zip(pieces, results, strict=True) if of is question]
        )
        for question in loaded.questions
    ]
    return _report(loaded, workings, answers, handout)


def derive(
    layer: Any,
    input_shape: Sequence[int],
    kernel_shape: Sequence[int] | None,
    wrt: str,
    entry: Sequence[int] | None,
    indices: Sequence[Any] | None = None,
) -> Report:
    """One derivation as a report: the gradient by an argument, or one entry of it.

    Args:
        layer: the layer.
        input_shape, kernel_shape: the shapes of input and weight.
        wrt: ``input``, ``weight``, ``bias``, or ``output`` for the forward pass.
        entry: an entry, counted from 1; all where left out.
        indices: of an unpooling, row by row.
    """
    given = {} if indices is None else {"indices": _shaped(pack(list(indices), "indices"), input_shape)}
    derivation = layer.derive(tuple(input_shape), tuple(kernel_shape) if kernel_shape else None, **given)
    base = derivation.names.base
    role: Argument | None = None if wrt == "output" else derivation.role(wrt)
    whole = told.output_section(derivation) if role is None else told.gradient_section(derivation, role)
    checks = whole.checks or Checks()
    blocks: tuple[Block, ...] = whole.blocks
    if entry is not None:
        index = tuple(i - base for i in entry)
        blocks = (Chain(told.entry_lines(derivation, role, index, full=True)), Verdicts(checks))
    shape = " × ".join(map(str, input_shape))
    document = Document(f"{layer.name}: {wrt}", f"Input {shape}", blocks, checks)
    return Report(document, (), "derivation", checks)


def _shaped(array: Array, shape: Sequence[int]) -> Array:
    """The array in a shape, if it has as many entries; else the layer says what is missing."""
    return array.reshape(tuple(shape)) if array.size == prod(shape) else array


def prove(name: str, window: Sequence[Any] | None = None) -> Report:
    """A theorem with its proof and checks as a report, with an instance for a window."""
    from symconv.theorems import THEOREMS

    theorem = THEOREMS[name]()
    instance = theorem.instance(list(window)) if window else None
    document = told_theorem.document(theorem, instance)
    return Report(document, (), name, document.checks or Checks())


def _report(problem: Problem, workings: Workings, answers: Sequence[Answered], handout: Handout) -> Report:
    names = Names(error=problem.notation.error, base=problem.notation.first_index)
    checks = Checks(tuple(check for answered in answers for check in answered.checks))
    data = _data(problem, workings, names)
    if handout == "full":
        sections = (each.section for each in answers)
        document = Document(problem.title, problem.subtitle, (*data, *sections), checks)
    else:
        make = student if handout == "student" else key
        document = make(problem, data, answers, workings)
    lines = tuple(
        Answer(each.question.id, each.question.text, each.line, each.checks.verdict) for each in answers
    )
    name = problem.name if handout == "full" else f"{problem.name}-{handout}"
    return Report(document, lines, name, checks)


def _data(problem: Problem, workings: Workings, names: Names) -> tuple[Section, ...]:
    """The arrays that the problem gives, and its layers."""
    given = {name: workings.arrays[name] for name in problem.arrays}
    blocks: list[Block] = [shown_given(name, array(name, names), given, names) for name in problem.arrays]
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
