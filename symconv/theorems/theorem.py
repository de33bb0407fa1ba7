"""A theorem as a value: hypotheses, statement, proof, counterexamples, instances; all of it checked.

What a theorem says are lines of two kinds: claims about numbers (:class:`~symconv.theorems.written.Claim`),
and identities between index sums (:mod:`symconv.theorems.identity`). To add a kind, give it what a
:class:`Line` has, and register how its steps are verified (:func:`verify_step`) and how it is decided at
numbers (:func:`at_numbers`).

Nothing here knows a particular theorem. One is added as a file with a function that returns a
:class:`Theorem`, and a line in :data:`symconv.theorems.THEOREMS`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache, singledispatch
from typing import Any, Protocol, cast

import sympy as sp

from symconv.checks.interval import Point, Values, decimal, rounds_to
from symconv.checks.result import Check, Checks, Method, Verdict
from symconv.derivation.step import Step
from symconv.display import BigOp, Node, Num, Prose, row
from symconv.errors import ArgumentError
from symconv.number import exact
from symconv.printing.plain import Plain
from symconv.theorems.verify import Case, Limit, at_samples, decide_claim, symbolically
from symconv.theorems.written import Claim, Sign, Written
from symconv.value import Value, replace


class Line(Protocol):
    """Something that a theorem says."""

    @property
    def left(self) -> Any:
        """The left side."""

    @property
    def right(self) -> Any:
        """The right side."""

    @property
    def sign(self) -> str:
        """The relation between the sides."""

    @property
    def sides(self) -> tuple[Node, Node]:
        """Both sides as they are shown."""

    @property
    def tree(self) -> Node:
        """The line without its conditions, which are set beside it."""

    @property
    def conditions(self) -> tuple[Node, ...]:
        """Under which conditions it holds."""

    @property
    def bounds(self) -> tuple[Node, ...]:
        """Where its sums run, as far as this is too long to stand at the sum sign."""

    @property
    def meaning(self) -> object:
        """What is said, however it is written: equal for lines that say the same."""


class Proving(Protocol):
    """A step that proves a line."""

    @property
    def claim(self) -> Line:
        """What the step proves."""

    @property
    def uses(self) -> tuple[Any, ...]:
        """Claims of earlier steps on which it rests."""


class Hypothesis(Value):
    """What a theorem assumes or names.

    ``claim`` is the assumption about the window's entries as a formula that can be decided; None for a
    definition.
    """

    text: Prose
    claim: Claim | None = None


class ProofStep(Step):
    """A step of a proof, with what is needed to verify it.

    Args:
        given: the cases of the hypotheses; the step is verified in each of them.
        uses: claims of earlier steps on which this one rests.
    """

    given: tuple[Case, ...] = (Case(),)
    uses: tuple[Claim, ...] = ()

    @property
    def claim(self) -> Claim:
        """What the step proves, read off its two sides."""
        return Claim(
            cast(Written, self.before),
            cast(Sign, self.relation),
            cast(Written, self.after),
            cast(tuple[Claim, ...], self.conditions),
        )


def step(
    rule: str,
    proves: Claim,
    because: Prose | str,
    *,
    given: Case | tuple[Case, ...] = Case(),  # noqa: B008 (a frozen value)
    uses: tuple[Claim, ...] = (),
) -> ProofStep:
    """A step of a proof from the claim that it proves."""
    return ProofStep(
        rule,
        proves.left,
        proves.right,
        (because,) if isinstance(because, str) else because,
        proves.when,
        cast(Any, proves.sign),
        given=given if isinstance(given, tuple) else (given,),
        uses=uses,
    )


class Counterexample(Value):
    """A computed example of what goes wrong without a hypothesis, or with a wrong reason or formula."""

    title: str
    text: Prose
    claims: tuple[Line, ...]

    def check(self) -> Checks:
        """The verdict on each of its lines, which contain numbers only."""
        return Checks(tuple(at_numbers(line, self.title, {}) for line in self.claims))


class Rounded(Value):
    """A number as a table shows it: ``shown`` is the value of each formula, correctly rounded."""

    shown: str
    formulas: tuple[Written, ...]
    values: Values

    @property
    def tree(self) -> Node:
        return Num(self.shown)

    def check(self) -> Iterator[Check]:
        """That each formula's value is within half a unit of the decimal's last place."""
        for formula in self.formulas:
            verdict = rounds_to(formula.expr, self.values, self.shown)
            left, detail = Plain(formula.tree), ""
            if verdict is not Verdict.PASSED:
                detail = Plain("The value of ", formula.tree, f" does not round to {self.shown}.")
            yield Check("a rounded number", Method.INTERVAL, verdict, left, self.shown, "all digits", detail)


def rounded(value: Written, values: Values, *otherwise: Written, places: int = 6) -> Rounded:
    """A value at given numbers, for a table; ``otherwise`` are other formulas for it, checked as well."""
    point = Point.of(values)
    return Rounded(decimal(value.expr, point, places), (value, *otherwise), point)


Cell = Rounded | Node
"""A cell of an instance's table: a rounded number, or anything that is shown as it is."""


class Instance(Value):
    """A theorem at given numbers.

    Args:
        name: the theorem's name.
        given: the numbers, exact.
        lines: what the theorem says about them, in formulas; ``values`` are the numbers of their letters.
        bounds: further claims of the theorem about them, checked and not shown.
        header, rows: a table of its quantities; empty where there is none.
        caption: what the table shows.
        where: the numbers in words, where a list of them does not say what they are.
    """

    name: str
    given: tuple[Any, ...]
    lines: tuple[Line, ...]
    values: Values
    bounds: tuple[Line, ...] = ()
    header: tuple[Prose, ...] = ()
    rows: tuple[tuple[Cell, ...], ...] = ()
    caption: str = ""
    where: str = ""

    def check(self) -> Checks:
        """The verdict on every line and on every rounded number of the table."""
        point = Point.of(self.values)
        lines = (at_numbers(line, self.name, point) for line in (*self.lines, *self.bounds))
        cells = (
            check for row in self.rows for cell in row if isinstance(cell, Rounded) for check in cell.check()
        )
        return Checks((*lines, *cells))


class Theorem(Value):
    """A theorem for every size, with its proof.

    Args:
        name: as the command line calls it, e.g. ``lp-limit``.
        title: what it is about, in a few words.
        hypotheses: what is assumed, and what the letters stand for.
        statement: the claims; each is proved by a step.
        steps: the proof; a claim with ``→`` is a limit in ``limit``.
        counterexamples: why the hypotheses are needed, and what is not the reason.
        samples: windows with the values of all letters, at which every claim is evaluated.
        instantiate: the instance for exact numbers.
        evidence: further checks, by means of the theorem's own.
    """

    name: str
    title: str
    hypotheses: tuple[Hypothesis, ...]
    statement: tuple[Line, ...]
    steps: tuple[Step, ...]
    counterexamples: tuple[Counterexample, ...]
    samples: tuple[Values, ...]
    instantiate: Callable[[tuple[Any, ...]], Instance]
    limit: Limit | None = None
    evidence: Callable[[], tuple[Check, ...]] | None = None

    def instance(self, numbers: Sequence[object]) -> Instance:
        """The theorem at given numbers: a window's entries, or the sizes that the theorem is about.

        Args:
            numbers: int, Fraction, or exact SymPy numbers.

        Raises:
            ArgumentError: a number is not exact, or does not meet the hypotheses.
        """
        return self.instantiate(tuple(_number(given, f"entry {k}") for k, given in enumerate(numbers, 1)))

    def shown(self, line: Line) -> Node:
        """A line of the theorem in full: a limit with its variable, ``lim N = M`` with ``p → ∞`` below."""
        if line.sign == "→" and self.limit is not None:
            left, right = line.sides
            return row(BigOp("lim", left, lower=self.limit.tree), "=", right)
        return line.tree

    def check(self) -> Checks:
        """The hypotheses at the samples; every step, symbolically and at samples; the rest of the theorem."""
        samples = tuple(map(Point, self.samples))
        self = replace(self, samples=samples)  # the steps share what they find out at a point
        return Checks(
            (
                *self._hypotheses(),
                *self._proof(),
                *(check for example in self.counterexamples for check in example.check()),
                *(self.evidence() if self.evidence else ()),
            )
        )

    def _hypotheses(self) -> Iterator[Check]:
        """That the samples are windows of the theorem."""
        for hypothesis in self.hypotheses:
            if hypothesis.claim is not None:
                yield _sampled(f"{self.name}, hypothesis", hypothesis.claim, self)

    def _proof(self) -> Iterator[Check]:
        """The steps in order; a step may use only what was proved before it, the statement only what was."""
        proved: dict[object, Check] = {}
        for index, item in enumerate(self.steps, 1):
            subject = f"{self.name}, step {index}"
            first, *others = verify_step(item, subject, self)
            proves = cast(Proving, item)
            for used in proves.uses:
                if used.meaning not in proved:
                    detail = f"It uses {used}, which no earlier step proves."
                    first = replace(first, verdict=Verdict.FAILED, detail=detail)
            yield from (first, *others)
            proved[proves.claim.meaning] = first
        for line in self.statement:
            subject = f"{self.name}, statement"
            if line.meaning in proved:
                by = proved[line.meaning]
                yield _check(subject, by.method, Verdict.PASSED, line, by.scope, "")
            else:
                detail = "No step proves this part of the statement."
                yield _check(subject, Method.SYMBOLIC, Verdict.FAILED, line, "", detail)


@singledispatch
def verify_step(item: Any, subject: str, theorem: Theorem) -> Iterator[Check]:
    """The checks of a step of a theorem; the first is the one that speaks for the proof."""
    raise TypeError(f"{subject} must be a ProofStep, as step() makes it, or an IndexStep, as chain() does")


@verify_step.register(ProofStep)
def _(item: ProofStep, subject: str, theorem: Theorem) -> Iterator[Check]:
    proves = item.claim
    verdict = symbolically(proves, item.given, item.uses, theorem.limit)
    detail = "" if verdict is Verdict.PASSED else "The signs of the parameters do not show this."
    yield _check(subject, Method.SYMBOLIC, verdict, proves, "for every size", detail)
    yield _sampled(subject, proves, theorem)


@singledispatch
def at_numbers(line: Any, subject: str, values: Values) -> Check:
    """The verdict on a line at numbers, as a check."""
    raise TypeError(f"{subject}: no rule decides a {type(line).__name__}")


@at_numbers.register(Claim)
def _(line: Claim, subject: str, values: Values) -> Check:
    verdict = decide_claim(line, values)
    detail = "" if verdict is Verdict.PASSED else Plain("Not seen to hold: ", line.tree, ".")
    return _check(subject, Method.INTERVAL, verdict, line, "the given numbers", detail)


def _sampled(subject: str, line: Claim, theorem: Theorem) -> Check:
    verdict, scope = at_samples(line, theorem.samples, theorem.limit)
    detail = "" if verdict is Verdict.PASSED else f"It was not seen to hold {scope}."
    return _check(subject, Method.INTERVAL, verdict, line, scope, detail)


def _number(given: object, name: str) -> Any:
    value = exact(given, name)
    if isinstance(value, sp.Expr) and not (value.is_number and value.is_extended_real and value.is_finite):
        raise ArgumentError(name, "a real number", given)
    return value


def _check(subject: str, method: Method, verdict: Verdict, line: Line, scope: str, detail: str) -> Check:
    left, right = map(_plain, line.sides)
    return Check(subject, method, verdict, left, right, scope, detail)


@lru_cache
def _plain(side: Node) -> Plain:
    """A side as text, the same for every method by which its line is checked."""
    return Plain(side)
