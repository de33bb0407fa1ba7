"""Which layers lie between two arrays of a problem, and where a chain that starts at an array ends."""

from __future__ import annotations

from symconv.problem.place import Place, unknown
from symconv.problem.values import Gradient, Problem, Stage


def chain_end(problem: Problem, question: Gradient, place: Place) -> str:
    """The end of the chain that a question about a gradient asks for.

    Raises:
        ProblemError: an unknown array, one that nothing depends on, no way from it to the end, several ends, or
            keys that belong to a single layer.
    """
    for key in ("in_full", "expect_terms"):
        if getattr(question, key):
            raise place.key(key).error("must be left out where no layer is named")
    outputs = tuple(stage.output for stage in problem.layers)
    if question.wrt not in (*problem.arrays, *outputs):
        raise place.key("wrt").error(unknown("array", question.wrt, (*problem.arrays, *outputs)))
    if question.of and question.of not in outputs:
        raise place.key("of").error(unknown("computed array", question.of, outputs))
    reached = {stage.output for stage in downstream(problem, question.wrt)}
    if not reached:
        targets = {stage.reads.get("target") for stage in problem.layers}
        why = "it is a target, which is given" if question.wrt in targets else "no layer reads it"
        raise place.key("wrt").error(
            f"must be an array that the error depends on; {question.wrt} is not: {why}"
        )
    if question.of:
        if question.of not in reached:
            raise place.key("of").error(f"must depend on {question.wrt}; {question.of} does not")
        return question.of
    read = {array for stage in problem.layers for array in stage.variables}
    ends = [name for name in outputs if name in reached and name not in read]
    if len(ends) > 1:
        raise place.key("of").error(
            f"must be given, as several arrays come of {question.wrt}: {', '.join(ends)}"
        )
    return ends[0]


def downstream(problem: Problem, array: str) -> tuple[Stage, ...]:
    """The layers whose output depends on an array, in order."""
    reached, found = {array}, []
    for stage in problem.layers:
        if reached & set(stage.variables):
            reached.add(stage.output)
            found.append(stage)
    return tuple(found)


def between(problem: Problem, array: str, end: str) -> tuple[Stage, ...]:
    """The layers through which an end depends on an array, in order."""
    needed, found = {end}, []
    for stage in reversed(downstream(problem, array)):
        if stage.output in needed:
            needed |= set(stage.variables)
            found.append(stage)
    return tuple(reversed(found))
