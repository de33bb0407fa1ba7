"""Handouts: the questions of a problem with room for the answers, or the answers without the way to them.

Every question of a solved problem has a blank (:func:`blank`) and a result (:func:`result`), each by the kind of
the question. A sheet of questions asserts nothing and holds no check; a sheet of answers shows the verdict of
each and no derivation.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import singledispatch
from typing import Any

from symconv.checks.result import Checks
from symconv.display import Ident, Matrix, Node, Script, join, row
from symconv.document import Block, Bullets, Document, Formula, Paragraph, Section, Space, Table
from symconv.narrate import shapes
from symconv.narrate.chain import arriving_at_end, gradient_of, shown_gradient
from symconv.narrate.claims import claimed, facts_of_theorem
from symconv.narrate.derivation import quantity
from symconv.narrate.lines import anchor
from symconv.narrate.matrix import matrix_alone
from symconv.narrate.modules import NAMES, module_formula, module_says, pooling_modules
from symconv.narrate.questions import TITLES, Answered, arriving, upstream_given
from symconv.narrate.statements import shown_array
from symconv.narrate.theorem import statement
from symconv.narrate.through import asked_chain
from symconv.problem import (
    Definition,
    Forward,
    Gradient,
    InputSize,
    LayerAsMatrix,
    Modules,
    OutputSize,
    OutputSizeFormula,
    Problem,
    Prove,
)
from symconv.theorems import THEOREMS
from symconv.value import replace
from symconv.workings import Workings

BLANK = Ident("□")
"""A place to be filled in."""


def student(
    problem: Problem, data: Sequence[Block], answers: Sequence[Answered], workings: Workings
) -> Document:
    """Questions and data, with empty places of the right shape for the answers."""
    sections = (_section(each, blank(each.question, workings), None) for each in answers)
    return Document(problem.title, problem.subtitle, (*data, *sections), None)


def key(problem: Problem, data: Sequence[Block], answers: Sequence[Answered], workings: Workings) -> Document:
    """Questions, data and results, each with the verdict of its checks."""
    sections = (_section(each, result(each.question, workings), each.checks) for each in answers)
    checks = Checks(tuple(check for each in answers for check in each.checks))
    return Document(problem.title, problem.subtitle, (*data, *sections), checks)


def _section(answered: Answered, blocks: tuple[Block, ...], checks: Checks | None) -> Section:
    question = answered.question
    asked = (Paragraph((question.text,)),) if question.text else ()
    title = f"{question.id} {TITLES[type(question)]}"
    return Section(anchor(question.id), (title,), (*asked, *blocks), checks)


@singledispatch
def blank(question: Any, workings: Workings) -> tuple[Block, ...]:
    """The empty place for the answer to a question."""
    raise TypeError(f"no rule leaves room for the answer to a {type(question).__name__}")


@singledispatch
def result(question: Any, workings: Workings) -> tuple[Block, ...]:
    """The answer to a question, without the way to it."""
    raise TypeError(f"no rule gives the result of a {type(question).__name__}")


@blank.register(OutputSize)
def _(question: OutputSize, workings: Workings) -> tuple[Block, ...]:
    return (Formula(join([BLANK] * _dims(question, workings), "×")),)


@result.register(OutputSize)
def _(question: OutputSize, workings: Workings) -> tuple[Block, ...]:
    shape = workings.stages[question.layer].operator.output_shape
    return (Formula(join((row(size) for size in shape[-_dims(question, workings) :]), "×")),)


def _dims(question: OutputSize, workings: Workings) -> int:
    return sum(axis.role == "spatial" for axis in workings.stages[question.layer].operator.axes)


@blank.register(InputSize)
def _(question: InputSize, workings: Workings) -> tuple[Block, ...]:
    return (Space(4),)


@result.register(InputSize)
def _(question: InputSize, workings: Workings) -> tuple[Block, ...]:
    return (Paragraph((shapes.input_sizes(question, workings)[0] + ".",)),)


@blank.register(LayerAsMatrix)
def _(question: LayerAsMatrix, workings: Workings) -> tuple[Block, ...]:
    return (Space(8),)


@result.register(LayerAsMatrix)
def _(question: LayerAsMatrix, workings: Workings) -> tuple[Block, ...]:
    return matrix_alone(workings.stages[question.layer].matrix())


@blank.register(OutputSizeFormula)
def _(question: OutputSizeFormula, workings: Workings) -> tuple[Block, ...]:
    return (Formula(row(Ident("O"), "=", BLANK)),)


@result.register(OutputSizeFormula)
def _(question: OutputSizeFormula, workings: Workings) -> tuple[Block, ...]:
    theorem = THEOREMS["output-size"]()
    claim = theorem.statement[0]
    return (Formula(claim.tree, claimed(facts_of_theorem(theorem), claim)),)


@blank.register(Forward)
def _(question: Forward, workings: Workings) -> tuple[Block, ...]:
    derivation = workings.stages[question.layer]
    return (Formula(row(quantity(derivation, None), "=", _empty(derivation.operator.output_shape))),)


@result.register(Forward)
def _(question: Forward, workings: Workings) -> tuple[Block, ...]:
    derivation = workings.stages[question.layer]
    return (shown_array(derivation, None, derivation.output_entries),)


@blank.register(Gradient)
def _(question: Gradient, workings: Workings) -> tuple[Block, ...]:
    if not question.layer:
        chain = asked_chain(question, workings)
        empty = _empty(chain.gradient_entries(question.wrt).shape)
        return (*arriving_at_end(chain), Formula(row(gradient_of(chain, question.wrt), "=", empty)))
    derivation, role = upstream_given(question, workings)
    empty = _empty(derivation.operator.shape(role))
    return (*arriving(derivation), Formula(row(quantity(derivation, role), "=", empty)))


@result.register(Gradient)
def _(question: Gradient, workings: Workings) -> tuple[Block, ...]:
    if not question.layer:
        chain = asked_chain(question, workings)
        return (*arriving_at_end(chain), shown_gradient(chain, question.wrt))
    derivation, role = upstream_given(question, workings)
    return (*arriving(derivation), shown_array(derivation, role, derivation.gradient_entries(role)))


@blank.register(Modules)
def _(question: Modules, workings: Workings) -> tuple[Block, ...]:
    return (Space(8),)


@result.register(Modules)
def _(question: Modules, workings: Workings) -> tuple[Block, ...]:
    return (Bullets(tuple((name,) for name in pooling_modules())),)


@blank.register(Definition)
def _(question: Definition, workings: Workings) -> tuple[Block, ...]:
    return (_by_module(question, lambda name: row(_output_entry(), "=", BLANK)),)


@result.register(Definition)
def _(question: Definition, workings: Workings) -> tuple[Block, ...]:
    table = _by_module(question, module_formula)
    return (replace(table, says=tuple(said for name in question.types for said in module_says(name))),)


@blank.register(Prove)
def _(question: Prove, workings: Workings) -> tuple[Block, ...]:
    return (Space(16),)


@result.register(Prove)
def _(question: Prove, workings: Workings) -> tuple[Block, ...]:
    return tuple(block for name in question.theorems for block in statement(THEOREMS[name]()))


def _by_module(question: Definition, formula: Any) -> Table:
    rows = tuple(((name,), (formula(name),)) for name in question.types)
    return Table((("module",), ("output",)), rows, "ll")


def _output_entry() -> Node:
    return Script(Ident(NAMES.output, bold=True), sub=row(Ident("i"), Ident("j")))


def _empty(shape: tuple[int, ...]) -> Node:
    """An array of that shape to be filled in, as :func:`symconv.narrate.formulas.matrix` sets full ones."""
    if not shape:
        return BLANK
    if len(shape) == 1:
        return Matrix(((BLANK,) * shape[0],))
    if len(shape) == 2:
        return Matrix(((BLANK,) * shape[1],) * shape[0])
    return join([_empty(shape[1:])] * shape[0], ",")
