"""A question about a gradient through several layers, answered."""

from __future__ import annotations

from functools import partial
from math import prod
from typing import Any

from symconv.chained import ChainDerivation
from symconv.checks.claims import claimed_array
from symconv.checks.result import Checks
from symconv.document import Block
from symconv.errors import ShapeError
from symconv.exact import Array, pack
from symconv.narrate.chain import answer_blocks, arrays_back
from symconv.narrate.decimals import shown_decimal
from symconv.narrate.lines import anchor, line, terms_of
from symconv.problem import Gradient
from symconv.workings import Workings, chain


def through_chain(question: Gradient, workings: Workings) -> tuple[str, tuple[Block, ...], Checks]:
    """The answer in a line, its blocks, and its checks."""
    through = asked_chain(question, workings)
    upstream = through.upstream
    blocks, checks = answer_blocks(
        through, question.wrt, anchor(question.id), _told_before(question, workings, upstream)
    )
    values = through.gradient_entries(question.wrt)
    subject = f"∂{through.error}/∂{question.wrt}"
    if question.expect is not None:
        checks += (_claim(subject, through, question, values),)
    return line(subject, values), blocks, checks


def asked_chain(question: Gradient, workings: Workings) -> ChainDerivation:
    """The layers that a question goes through, with the gradient at their end."""
    return chain(workings, question.wrt, question.of, _end(question, workings))


def _told_before(question: Gradient, workings: Workings, upstream: Array | None) -> set[str]:
    """The arrays whose gradients the answer to an earlier question derived."""
    questions = workings.problem.questions
    return {
        name
        for other in questions[: questions.index(question)]
        if isinstance(other, Gradient) and not other.layer
        if (other.of, other.upstream) == (question.of, question.upstream)
        for name in arrays_back(chain(workings, other.wrt, other.of, upstream), [other.wrt])
    }


def _claim(subject: str, through: Any, question: Gradient, values: Array) -> Any:
    parts = through.contributions(question.wrt)

    def plain(index: tuple[int, ...]) -> str:
        return shown_decimal(values[index])

    terms = plain
    if len(parts) == 1:
        terms = partial(terms_of, through.stage(parts[0].link), parts[0].role, values)
    return claimed_array(subject, pack(question.expect, "expect"), values, through.base, terms)


def _end(question: Gradient, workings: Workings) -> Array | None:
    """The gradient at the end of the chain; None where the end is the error itself."""
    place = workings.problem.place("questions", question.id).key("upstream")
    shape = workings.arrays[question.of].shape
    if shape == () and question.upstream is not None:
        raise place.error(f"must be left out: {question.of} is one number, the error itself")
    if shape != () and question.upstream is None:
        raise place.error(f"must be given: the gradient at {question.of}, which is not one number")
    given = upstream_of(question, workings, shape)
    return pack([given] * prod(shape)).reshape(shape) if isinstance(given, int) else given


def upstream_of(question: Gradient, workings: Workings, shape: tuple[int, ...]) -> Any:
    """The gradient that a question gives: 1 for ones, an array of the shape, or None."""
    given = question.upstream
    if given is None:
        return None
    if given == "ones":
        return 1
    array = workings.arrays[given] if isinstance(given, str) else pack(given, "upstream")
    if array.shape != shape:
        place = workings.problem.place("questions", question.id).key("upstream")
        raise place.error(str(ShapeError(f"must have the output's shape {shape}, not {array.shape}")))
    return array
