"""What theorems say about numbers, as statements, and the facts that these are about."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sympy as sp

from symconv.document import Assertion, Facts, Says
from symconv.narrate.rounding import error_of
from symconv.theorems.letters import LETTERS, Letters
from symconv.theorems.theorem import Instance, Line, Rounded, Theorem
from symconv.theorems.written import INDEX, Claim, about_entries

_TARGETS = {"∞": "oo", "−∞": "-oo", "0⁺": "0+"}


def claimed(facts: Facts, line: Line) -> Says:
    """What a line of a theorem says, about its windows or geometries, or about given numbers."""
    if not isinstance(line, Claim):
        from symconv.narrate.sums import summed  # only theorems on index sums pay for it

        return summed(facts, line)
    family = _family(line)
    each = ((INDEX, 1, _count(facts, family)),) if family else ()
    where = tuple(condition if family else _for_each(facts, condition) for condition in line.when)
    given = not facts.define
    return (Assertion((facts, as_told), line.left, line.sign, line.right, each, where, substituted=given),)


def rounded_cells(facts: Facts, instance: Instance) -> Says:
    """That the numbers of an instance's table are rounded right."""
    return tuple(
        _rounds(facts, instance, cell, formula)
        for row in instance.rows
        for cell in row
        if isinstance(cell, Rounded)
        for formula in cell.formulas
    )


def _rounds(facts: Facts, instance: Instance, cell: Rounded, formula: Any) -> Assertion:
    error, half_unit = error_of(formula, cell.shown)
    given = {
        letter.name: value
        for letter, value in cell.values.items()
        if value is not letter and value != instance.values.get(letter)
    }
    return Assertion((facts, as_told), error, "≤", half_unit, given=given, substituted=True)


def as_told(facts: Facts) -> Facts:
    """Facts that are known already: a theorem's are small, and cannot be found out later."""
    return facts


def facts_of_theorem(theorem: Theorem) -> Facts:
    """The windows or sizes at which a theorem is evaluated, and how others are drawn."""
    drawn = LETTERS.get(theorem.name, Letters({}))
    hypotheses = [item.claim for item in theorem.hypotheses if item.claim and not _family(item.claim)]
    limit = theorem.limit
    return Facts(
        (*(_by_name(sample) for sample in theorem.samples), *drawn.samples),
        drawn.base,
        drawn.define,
        (*hypotheses, *drawn.hypotheses),
        (str(limit.variable.expr), _TARGETS[limit.target]) if limit else None,
    )


def facts_of_instance(instance: Instance) -> Facts:
    """The numbers of an instance."""
    return Facts((_by_name(instance.values),))


def _for_each(facts: Facts, claim: Claim) -> Any:
    """A condition as data: one about the entries of a family must hold for all of them."""
    if not (family := _family(claim)):
        return claim
    wrong = sp.Sum(sp.Piecewise((0, _relation(claim)), (1, True)), (INDEX, 1, _count(facts, family)))
    return sp.Eq(wrong, 0, evaluate=False)


def _relation(claim: Claim) -> Any:
    relation = {"≤": sp.Le, "<": sp.Lt, "=": sp.Eq}[claim.sign]
    return relation(claim.left.expr, claim.right.expr, evaluate=False)


def _family(claim: Claim) -> str | None:
    """The family whose entries a claim is about, each of them; None where it has no free index."""
    for side in (claim.left.expr, claim.right.expr):
        if about_entries(side):
            return next(str(part.base) for part in side.atoms(sp.Indexed) if INDEX in part.indices)
    return None


def _count(facts: Facts, family: str) -> Any:
    """How many entries a family has: the letter n, or the number where there is no such letter."""
    sample = facts.samples[0]
    return sp.Symbol("n") if "n" in sample or not sample else len(sample[family])


def _by_name(values: Mapping[Any, Any]) -> dict[str, Any]:
    """Values by the names of their letters, without the letters that stay letters."""
    return {letter.name: value for letter, value in values.items() if value is not letter}
