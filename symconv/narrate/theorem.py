"""A theorem told: hypotheses, statement, proof, counterexamples, and what it says about a window."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from symconv.checks.result import Check, Checks, Method
from symconv.display import Node, Num, Prose, Words, join, row
from symconv.document import (
    Block,
    Bullets,
    Callout,
    Chain,
    Document,
    Facts,
    Figure,
    Formula,
    Line,
    Paragraph,
    Proof,
    Section,
    Statement,
    Step,
    Steps,
    Table,
)
from symconv.narrate.claims import claimed, facts_of_instance, facts_of_theorem, rounded_cells
from symconv.narrate.convergence import convergence
from symconv.theorems import THEOREMS
from symconv.theorems.theorem import Instance, Rounded, Theorem
from symconv.theorems.theorem import Line as Said

FIGURES: Mapping[str, Callable[[Sequence[Any]], Figure | None]] = MappingProxyType({"lp-limit": convergence})
"""The theorems whose instances are drawn, by name."""


def document(theorem: Theorem, instance: Instance | None = None) -> Document:
    """A theorem by itself, with an instance where there is one."""
    section = begun(theorem)(instance)
    checks = section.checks or Checks()
    return Document(theorem.title, "Statement, proof and checks", section.blocks, checks)


def proved(name: str) -> Callable[[Sequence[Any] | None], Section]:
    """The theorem of that name, proved, as a section that waits for the numbers of its instance, or None."""
    theorem = THEOREMS[name]()
    complete = begun(theorem)
    return lambda numbers: complete(None if numbers is None else theorem.instance(numbers))


def begun(theorem: Theorem) -> Callable[[Instance | None], Section]:
    """A theorem as a section that waits for its instance: what it says about numbers that may not be known yet."""
    checks = theorem.check()
    blocks = (*statement(theorem), *proof(theorem, checks), *counterexamples(theorem))

    def complete(instance: Instance | None) -> Section:
        of_instance = () if instance is None else (*example(instance), *figure(instance))
        every = checks if instance is None else checks + instance.check()
        return Section(theorem.name, (theorem.title,), (*blocks, *of_instance), every)

    return complete


def statement(theorem: Theorem) -> tuple[Block, ...]:
    """The hypotheses, then the claims."""
    facts = facts_of_theorem(theorem)
    claims = tuple(block for line in theorem.statement for block in _said(theorem.shown(line), line, facts))
    hypotheses: tuple[Prose, ...] = tuple(hypothesis.text for hypothesis in theorem.hypotheses)
    return (Statement(theorem.name, theorem.title, (Bullets(hypotheses), *claims)),)


def proof(theorem: Theorem, checks: Checks) -> tuple[Block, ...]:
    """The steps, each with its own checks, and how far those on a grid of sizes go."""
    facts = facts_of_theorem(theorem)
    steps = Steps(tuple(_step(theorem, number, checks, facts) for number in range(len(theorem.steps))))
    scopes = [check.scope for check in checks if check.method is Method.GRID and check.passed]
    if not scopes:
        return (Proof((steps,)),)
    reach = f"“All small sizes” means {scopes[0]}; beyond them the proof rests on its reasons."
    return (Proof((steps,)), Paragraph((reach,)))


def counterexamples(theorem: Theorem) -> tuple[Block, ...]:
    """Why each hypothesis is needed, computed."""
    return tuple(
        Callout(
            "correction",
            item.title,
            (
                Paragraph(item.text),
                *(block for line in item.claims for block in _said(line.tree, line, Facts())),
            ),
        )
        for item in theorem.counterexamples
    )


def example(instance: Instance) -> tuple[Block, ...]:
    """What the theorem says about given numbers."""
    facts = facts_of_instance(instance)
    given = instance.where or ", ".join(map(str, instance.given))
    blocks: list[Block] = [Paragraph((f"For {given}:",))]
    if instance.lines:
        blocks.append(Chain(_lines(instance, facts)))
    if instance.rows:
        rows = tuple(tuple(_cell(cell) for cell in row) for row in instance.rows)
        align = "r" * len(instance.header)
        blocks.append(Table(instance.header, rows, align, instance.caption, rounded_cells(facts, instance)))
    return tuple(blocks)


def figure(instance: Instance) -> tuple[Block, ...]:
    """What an instance looks like, where there is a drawing of it."""
    drawn = FIGURES[instance.name](instance.given) if instance.name in FIGURES else None
    return () if drawn is None else (drawn,)


def _lines(instance: Instance, facts: Facts) -> tuple[Line, ...]:
    """The claims, one a line; a claim that goes on from the right side above continues its line."""
    lines: list[Line] = []
    above: Any = None
    for said in instance.lines:
        left, right = said.sides
        shown = None if left == above else left
        lines.append(Line(shown, said.sign, _conditional(right, said), claimed(facts, said)))
        above = right
    return tuple(lines)


def _said(shown: Node, line: Said, facts: Facts) -> tuple[Block, ...]:
    """A line with its conditions, and below it where its sums run."""
    formula = Formula(_conditional(shown, line), claimed(facts, line))
    return (formula, Paragraph(("where ", join(line.bounds, ","), "."))) if line.bounds else (formula,)


def _conditional(tree: Node, line: Said) -> Node:
    """A line with the conditions under which it holds."""
    return row(tree, Words(" if "), join(line.conditions, ",")) if line.conditions else tree


def _cell(cell: Any) -> Prose:
    """A cell of a table; a number is text there, like any other entry of a column of numbers."""
    if isinstance(cell, Rounded):
        return (cell.shown,)
    return (cell.text,) if isinstance(cell, Num) else (cell,)


def _step(theorem: Theorem, place: int, checks: Checks, facts: Facts) -> Step:
    step: Any = theorem.steps[place]
    subject = f"{theorem.name}, step {place + 1}"
    own: tuple[Check, ...] = tuple(check for check in checks if check.subject == subject)
    claim: Said = step.claim
    name = step.rule[:1].upper() + step.rule[1:]
    body = Formula(theorem.shown(claim), claimed(facts, claim))
    return Step(name, body, step.because, own, (*claim.conditions, *claim.bounds))
