"""Claims about index sums, the steps that prove them, and lines that were computed at a geometry.

An :class:`Identity` says that two formulas of :mod:`symconv.formula` have the same value at every place, for
all sizes. A proof goes from one formula to the next by a rule (an exchange of sums, a delta that collapses, a
guard rewritten), and :func:`chain` writes it down. Each step is verified by itself: against the left side of
the theorem, in symbols at every entry of every geometry of a grid, and at integers in two dimensions, where
every index is read as a pair. That is what the checks say; for all sizes it is the reasons that carry the
proof.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np
import sympy as sp

from symconv.arithmetic import Range, condition_at, runs
from symconv.checks.result import Check, Method, Verdict
from symconv.derivation.step import Step
from symconv.display import Matrix, Node, Prose, row
from symconv.formula import Entry, Formula, Over, Partial, Product, evaluator
from symconv.narrate.formulas import condition, range_bounds, wide_ranges
from symconv.printing.plain import Plain
from symconv.printing.text import text
from symconv.theorems.axes_of_formulas import conditions_on, on_axes, ranges_on
from symconv.theorems.geometry import Ground, Space
from symconv.theorems.index_sums import shown, values_tree, vector
from symconv.theorems.theorem import Theorem, at_numbers, verify_step
from symconv.value import Value, replace


class Identity(Value):
    """``left = right`` at every place of ``free`` where the conditions ``holding`` are met.

    Args:
        left, right: the formulas.
        free: the letters that are free in them, with their ranges.
        holding: conditions under which it holds, such as ``S = 1``.
    """

    left: Formula
    right: Formula
    free: tuple[Range, ...]
    holding: tuple[sp.Basic, ...] = ()
    sign: str = "="

    @property
    def sides(self) -> tuple[Node, Node]:
        return shown(self.left), shown(self.right)

    @property
    def tree(self) -> Node:
        left, right = self.sides
        return row(left, "=", right)

    @property
    def conditions(self) -> tuple[Node, ...]:
        return tuple(map(condition, self.holding))

    @property
    def bounds(self) -> tuple[Node, ...]:
        """The ranges that are too long to stand at their sum sign."""
        return tuple(range_bounds(limit) for side in (self.left, self.right) for limit in _wide(side))

    @property
    def meaning(self) -> object:
        return self.left, self.sign, self.right, self.free, self.holding

    def __str__(self) -> str:
        under = ", ".join(map(text, self.conditions))
        return text(self.tree) + (f" if {under}" if under else "")


class IndexStep(Step, kw_only=True):
    """A step from one formula to the next, each of them equal to ``target``.

    Args:
        target: what the proof is about: the left side of its claim.
        free: the letters that are free, with their ranges.
        space: where the formulas are compared.
        uses: claims of earlier steps on which this one rests.
    """

    target: Formula
    free: tuple[Range, ...]
    space: Space
    uses: tuple[Identity, ...] = ()

    @property
    def claim(self) -> Identity:
        """What the step proves."""
        assert isinstance(self.after, Formula)
        conditions: Any = self.conditions
        return Identity(self.target, self.after, self.free, conditions)


class Link(Value):
    """The next formula of a chain: the rule that leads to it, and why; ``holding`` is asked from here on."""

    rule: str
    after: Formula
    because: Prose | str
    holding: tuple[sp.Basic, ...] = ()


def chain(
    target: Formula,
    free: tuple[Range, ...],
    space: Space,
    *links: Link,
    given: Iterable[Identity] = (),
    start: Identity | None = None,
) -> tuple[IndexStep, ...]:
    """Steps that start from ``target`` (or from what was proved of it) and go from formula to formula.

    Args:
        given: claims of other chains that the first step uses.
        start: an identity for the target, from which the chain goes on.
    """
    before = target if start is None else start.right
    holding = () if start is None else start.holding
    uses = (*given, *(() if start is None else (start,)))
    steps = []
    for link in links:
        because = (link.because,) if isinstance(link.because, str) else link.because
        holding = (*holding, *link.holding)
        made = IndexStep(
            link.rule, before, link.after, because, holding, target=target, free=free, space=space, uses=uses
        )
        steps.append(made)
        before, uses = link.after, (made.claim,)
    return tuple(steps)


@verify_step.register
def _(item: IndexStep, subject: str, theorem: Theorem) -> Iterator[Check]:
    yield _compared(item, 1, item.space.grounds, subject, Method.GRID, f"geometries with {item.space.grid}")
    if item.space.larger:
        count = len(item.space.beyond[0])
        independent = _is_computed(item.target, item.space.larger[0].computed)
        method = Method.REFERENCE if independent else Method.EXACT
        scope = f"larger geometries of {count} axes, at integers"
        yield _compared(item, count, item.space.larger, subject, method, scope)


def _is_computed(formula: Any, arrays: str) -> bool:
    """Whether the value of a formula comes from the reference: it has a derivative, or an array of its."""
    match formula:
        case Partial():
            return True
        case Entry(array):
            return array in arrays
        case Over(_, body):
            return _is_computed(body, arrays)
        case Product(factors):
            return any(_is_computed(factor, arrays) for factor in factors)
        case _:
            return False


def _compared(
    item: IndexStep, count: int, grounds: Sequence[Ground], subject: str, method: Method, scope: str
) -> Check:
    """Whether a step's formula has the target's value at every place of all geometries that meet its conditions."""
    left, right = (evaluator(on_axes(side, count)) for side in (item.target, item.after))
    run = runs(ranges_on(item.free, count))
    under: Any = item.conditions
    conditions = [condition_at(holding) for holding in conditions_on(under, count)]
    verdict, detail, places = Verdict.PASSED, "", 0
    chosen = [ground for ground in grounds if all(holds(ground.at) for holds in conditions)]
    for ground in chosen:
        for at in run(ground.at):
            places += 1
            try:
                same = left(ground, at) == right(ground, at)
            except ArithmeticError:  # an index that is no integer
                same = False
            if not same:
                where = ", ".join(f"{letter} = {at[letter]}" for letter in at if letter not in ground.at)
                verdict = Verdict.FAILED
                detail = f"The sides differ at {ground.where}" + (f", {where}." if where else ".")
                break
        if detail:
            break
    if places == 0:
        verdict, detail = Verdict.UNDECIDED, "No geometry meets the conditions."
    held = "".join(f", {text(condition(each))}" for each in under)
    scope = f"every entry of {len(chosen)} {scope}{held}"
    target, after = Plain(shown(item.target)), Plain(shown(item.after))
    return Check(subject, method, verdict, target, after, scope, detail)


class Computed(Value):
    """A line with values: what is on its left was computed in one way, the right side in another.

    Args:
        left: what the values are, as a formula.
        sign: ``=``, or ``≠`` where the point is that they differ.
        value, other: both sides as values; ``other`` is shown.
        written: how the right side is shown, where it is not the plain value.
        formula: the left side as a formula; None where there is none.
        result: the right side as it is shown: a formula, a number, or an array of these.
        ground: where both are; None for numbers by themselves.
    """

    left: Node
    sign: str
    value: Any
    other: Any
    written: Node | None = None
    formula: Any = None
    result: Any = None
    ground: Ground | None = None

    @property
    def right(self) -> Node:
        return self.written or values_tree(self.other)

    @property
    def sides(self) -> tuple[Node, Node]:
        return self.left, self.right

    @property
    def tree(self) -> Node:
        left, right = self.sides
        return row(left, self.sign, right)

    @property
    def conditions(self) -> tuple[Node, ...]:
        return ()

    @property
    def bounds(self) -> tuple[Node, ...]:
        return ()

    @property
    def meaning(self) -> object:
        return self.tree

    def __str__(self) -> str:
        return text(self.tree)

    def shown_as(self, cells: Sequence[Any]) -> Computed:
        """The same line with its right side shown as a vector of formulas and numbers."""
        return replace(self, written=Matrix((tuple(map(shown, cells)),)), result=vector(cells))

    def shown_alone(self, formula: Formula) -> Computed:
        """The same line with a formula for its right side."""
        return replace(self, written=shown(formula), result=formula)


@at_numbers.register
def _(line: Computed, subject: str, values: Any) -> Check:
    equal = _nested(line.value) == _nested(line.other)
    verdict = Verdict.PASSED if equal == (line.sign == "=") else Verdict.FAILED
    detail = (
        "" if verdict is Verdict.PASSED else Plain("Not so: ", line.tree, f"; computed was {line.value}.")
    )
    left, right = map(Plain, line.sides)
    return Check(subject, Method.EXACT, verdict, left, right, "the given numbers", detail)


def _nested(value: Any) -> Any:
    return value.tolist() if isinstance(value, np.ndarray) else value


def _wide(formula: Any) -> Iterator[Range]:
    """The wide ranges of a formula and of what is in it."""
    match formula:
        case Over():
            yield from wide_ranges(formula)
            yield from _wide(formula.body)
        case Product(factors):
            for factor in factors:
                yield from _wide(factor)
