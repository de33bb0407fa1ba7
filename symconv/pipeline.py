"""The pipeline: a problem file in, a report out.

problem file → problem → layers → derivations → substitution → checks → document → renderers
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from symconv.checks.result import Checks
from symconv.display import row
from symconv.document import Block, Chain, Document, Formula, Section, Verdicts
from symconv.narrate import derivation as told
from symconv.narrate import theorem as told_theorem
from symconv.narrate.formulas import array, matrix
from symconv.narrate.questions import Answered, answer
from symconv.operator import Argument, Names
from symconv.problem import Problem, load
from symconv.report import Answer, Report
from symconv.workings import Workings, compute

__all__ = ["HOMEWORK", "LIMIT", "Answer", "Report", "derive", "prove", "solve"]

HOMEWORK = "ds-ga-1008-hw2"
LIMIT = 1_000_000
"""How many products (taps) a layer of a problem may need."""


def solve(
    problem: str | Path | None = None, *, limit: int = LIMIT, progress: Callable[[str], None] | None = None
) -> Report:
    """Solve a problem: derive, put the numbers in, check, and tell.

    Args:
        problem: a file, or the name of a shipped problem; the homework where left out.
        limit: how many products a layer may need.
        progress: told, in words, what is being done.

    Raises:
        ProblemError: the file cannot be read or used.
    """
    say = progress or (lambda message: None)
    say("reading the problem")
    loaded = load(HOMEWORK if problem is None else problem)
    say("working the layers out")
    workings = compute(loaded, limit)
    answers = []
    for question in loaded.questions:
        say(f"answering {question.id}")
        answers.append(answer(question, workings))
    return _report(loaded, workings, answers)


def derive(
    layer: Any,
    input_shape: Sequence[int],
    kernel_shape: Sequence[int] | None,
    wrt: str,
    entry: Sequence[int] | None,
) -> Report:
    """One derivation as a report: the gradient by an argument, or one entry of it.

    Args:
        layer: the layer.
        input_shape, kernel_shape: the shapes of input and weight.
        wrt: ``input``, ``weight``, ``bias``, or ``output`` for the forward pass.
        entry: an entry, counted from 1; all where left out.
    """
    derivation = layer.derive(tuple(input_shape), tuple(kernel_shape) if kernel_shape else None)
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
    return Report(document, (), "derivation")


def prove(name: str, window: Sequence[Any] | None = None) -> Report:
    """A theorem with its proof and checks as a report, with an instance for a window."""
    from symconv.theorems import THEOREMS

    theorem = THEOREMS[name]()
    instance = theorem.instance(list(window)) if window else None
    return Report(told_theorem.document(theorem, instance), (), name)


def _report(problem: Problem, workings: Workings, answers: Sequence[Answered]) -> Report:
    names = Names(error=problem.notation.error, base=problem.notation.first_index)
    checks = Checks(tuple(check for answered in answers for check in answered.checks))
    data = _data(problem, workings, names)
    document = Document(problem.title, problem.subtitle, (*data, *(each.section for each in answers)), checks)
    lines = tuple(
        Answer(each.question.id, each.question.text, each.line, each.checks.verdict) for each in answers
    )
    return Report(document, lines, problem.name)


def _data(problem: Problem, workings: Workings, names: Names) -> tuple[Section, ...]:
    """The arrays that the problem gives."""
    formulas = tuple(
        Formula(row(array(name, names), "=", matrix(workings.arrays[name]))) for name in problem.arrays
    )
    return (Section("data", ("Data",), formulas),) if formulas else ()
