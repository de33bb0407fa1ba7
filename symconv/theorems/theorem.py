"""A theorem as a value: hypotheses, statement, proof, counterexamples, instances; all of it checked.

Nothing here knows a particular theorem. One is added as a file with a function that returns a
:class:`Theorem`, and a line in :data:`symconv.theorems.THEOREMS`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, cast

import sympy as sp

from symconv.checks.interval import Point, Values, decimal, rounds_to
from symconv.checks.result import Check, Checks, Method, Verdict
from symconv.derivation.step import Step
from symconv.display import BigOp, Node, Num, Prose, row
from symconv.errors import ArgumentError
from symconv.exact import exact
from symconv.theorems.verify import Case, Limit, at_samples, decide_claim, symbolically
from symconv.theorems.written import Claim, Sign, Written


@dataclass(frozen=True, slots=True)
class Hypothesis:
    """What a theorem assumes or names.

    ``claim`` is the assumption about the window's entries as a formula that can be decided; None for a
    definition.
    """

    text: Prose
    claim: Claim | None = None


@dataclass(frozen=True, slots=True)
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


@dataclass(frozen=True, slots=True)
class Counterexample:
    """A computed example of what goes wrong without a hypothesis, or with a wrong reason or formula."""

    title: str
    text: Prose
    claims: tuple[Claim, ...]

    def check(self) -> Checks:
        """The verdict on each of its lines, which contain numbers only."""
        return Checks(tuple(_at_numbers(self.title, line, {}) for line in self.claims))


@dataclass(frozen=True, slots=True)
class Rounded:
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
            detail = (
                "" if verdict is Verdict.PASSED else f"The value of {formula} does not round to {self.shown}."
            )
            yield Check(
                "a rounded number", Method.INTERVAL, verdict, str(formula), self.shown, "all digits", detail
            )


def rounded(value: Written, values: Values, *otherwise: Written, places: int = 6) -> Rounded:
    """A value at given numbers, for a table; ``otherwise`` are other formulas for it, checked as well."""
    point = Point.of(values)
    return Rounded(decimal(value.expr, point, places), (value, *otherwise), point)


Cell = Rounded | Node
"""A cell of an instance's table: a rounded number, or anything that is shown as it is."""


@dataclass(frozen=True, slots=True)
class Instance:
    """A theorem at given numbers.

    Args:
        name: the theorem's name.
        given: the numbers, exact.
        lines: what the theorem says about them, in formulas; ``values`` are the numbers of their letters.
        bounds: further claims of the theorem about them, checked and not shown.
        header, rows: a table of its quantities; empty where there is none.
        caption: what the table shows.
    """

    name: str
    given: tuple[Any, ...]
    lines: tuple[Claim, ...]
    values: Values
    bounds: tuple[Claim, ...] = ()
    header: tuple[Prose, ...] = ()
    rows: tuple[tuple[Cell, ...], ...] = ()
    caption: str = ""

    def check(self) -> Checks:
        """The verdict on every line and on every rounded number of the table."""
        point = Point.of(self.values)
        lines = (_at_numbers(self.name, line, point) for line in (*self.lines, *self.bounds))
        cells = (
            check for row in self.rows for cell in row if isinstance(cell, Rounded) for check in cell.check()
        )
        return Checks((*lines, *cells))


@dataclass(frozen=True, slots=True)
class Theorem:
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
    statement: tuple[Claim, ...]
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

    def shown(self, line: Claim) -> Node:
        """A claim of the theorem in full: a limit with its variable, ``lim N = M`` with ``p → ∞`` below."""
        if line.sign == "→" and self.limit is not None:
            return row(BigOp("lim", line.left.tree, lower=self.limit.tree), "=", line.right.tree)
        return line.tree

    def check(self) -> Checks:
        """The hypotheses at the samples; every step, symbolically and at samples; the rest of the theorem."""
        samples = tuple(map(Point, self.samples))
        return Checks(
            (
                *self._hypotheses(samples),
                *self._proof(samples),
                *(check for example in self.counterexamples for check in example.check()),
                *(self.evidence() if self.evidence else ()),
            )
        )

    def _hypotheses(self, samples: tuple[Point, ...]) -> Iterator[Check]:
        """That the samples are windows of the theorem."""
        for hypothesis in self.hypotheses:
            if hypothesis.claim is not None:
                yield self._sampled(f"{self.name}, hypothesis", hypothesis.claim, samples)

    def _proof(self, samples: tuple[Point, ...]) -> Iterator[Check]:
        """The steps in order; a step may use only what was proved before it, the statement only what was."""
        proved: set[object] = set()
        for index, item in enumerate(self.steps, 1):
            if not isinstance(item, ProofStep):
                raise TypeError(f"{self.name}: step {index} must be a ProofStep, as step() makes it")
            subject = f"{self.name}, step {index}"
            yield self._step(subject, item, proved)
            yield self._sampled(subject, item.claim, samples)
            proved.add(item.claim.meaning)
        for line in self.statement:
            missing = line.meaning not in proved
            verdict = Verdict.FAILED if missing else Verdict.PASSED
            detail = "No step proves this part of the statement." if missing else ""
            yield _check(f"{self.name}, statement", Method.SYMBOLIC, verdict, line, "for every size", detail)

    def _step(self, subject: str, item: ProofStep, proved: set[object]) -> Check:
        proves = item.claim
        verdict = symbolically(proves, item.given, item.uses, self.limit)
        detail = "" if verdict is Verdict.PASSED else "The signs of the parameters do not show this."
        for used in item.uses:
            if used.meaning not in proved:
                verdict, detail = Verdict.FAILED, f"It uses {used}, which no earlier step proves."
        return _check(subject, Method.SYMBOLIC, verdict, proves, "for every size", detail)

    def _sampled(self, subject: str, line: Claim, samples: tuple[Point, ...]) -> Check:
        verdict, scope = at_samples(line, samples, self.limit)
        detail = "" if verdict is Verdict.PASSED else f"It was not seen to hold {scope}."
        return _check(subject, Method.INTERVAL, verdict, line, scope, detail)


def _number(given: object, name: str) -> Any:
    value = exact(given, name)
    if isinstance(value, sp.Expr) and not (value.is_number and value.is_extended_real and value.is_finite):
        raise ArgumentError(name, "a real number", given)
    return value


def _at_numbers(subject: str, line: Claim, values: Values) -> Check:
    verdict = decide_claim(line, values)
    detail = "" if verdict is Verdict.PASSED else f"Not seen to hold: {line}."
    return _check(subject, Method.INTERVAL, verdict, line, "the given numbers", detail)


def _check(subject: str, method: Method, verdict: Verdict, line: Claim, scope: str, detail: str) -> Check:
    return Check(subject, method, verdict, str(line.left), str(line.right), scope, detail)
