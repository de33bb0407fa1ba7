"""A theorem as a value: hypotheses, statement, proof, counterexamples, instances; all of it checked.

Nothing here knows a particular theorem. One is added as a file with a function that returns a
:class:`Theorem`, and a line in :data:`symconv.theorems.THEOREMS`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Literal, cast

from symconv.checks.interval import Values, decimal
from symconv.checks.result import Check, Checks, Method, Verdict
from symconv.derivation.step import Step
from symconv.display import Node, Num, Prose
from symconv.errors import UnsupportedError
from symconv.exact import exact
from symconv.theorems.verify import Case, Limit, at_samples, decide_claim, symbolically, worst
from symconv.theorems.written import Claim, Sign, Written, claim


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
    """A number as a table shows it: the decimal is the value, correctly rounded.

    ``otherwise`` is the same number by another formula, from which the decimal is checked a second time.
    """

    value: Written
    values: Values
    otherwise: Written | None = None
    places: int = 6

    @property
    def shown(self) -> str:
        """The decimal, with a minus sign where there is one."""
        return decimal(self.value.expr, self.values, self.places)

    @property
    def tree(self) -> Node:
        return Num(self.shown)

    def check(self) -> Iterator[Check]:
        """That each formula's value is within half a unit of the decimal's last place."""
        shown = Fraction(self.shown.replace("−", "-"))
        half = Fraction(1, 2 * 10 ** len(self.shown.partition(".")[2]))
        for formula in (self.value, self.otherwise) if self.otherwise else (self.value,):
            ends = claim(shown - half, "≤", formula), claim(formula, "≤", shown + half)
            verdict = worst(decide_claim(end, self.values) for end in ends)
            detail = "" if verdict is Verdict.PASSED else f"The value of {formula} does not round to this."
            yield Check("rounded", Method.INTERVAL, verdict, str(formula), self.shown, "all digits", detail)


Cell = Rounded | Node
"""A cell of an instance's table: a rounded number, or anything that is shown as it is."""


@dataclass(frozen=True, slots=True)
class Instance:
    """A theorem at given numbers.

    Args:
        name: the theorem's name.
        given: the numbers, exact.
        lines: what the theorem says about them, in formulas; ``values`` are the numbers of their letters.
        header, rows: a table of its quantities; empty where there is none.
        caption: what the table shows.
    """

    name: str
    given: tuple[Any, ...]
    lines: tuple[Claim, ...]
    values: Values
    limit: Limit | None = None
    header: tuple[Prose, ...] = ()
    rows: tuple[tuple[Cell, ...], ...] = ()
    caption: str = ""

    def check(self) -> Checks:
        """The verdict on every line and on every rounded number of the table."""
        lines = (_at_numbers(self.name, line, self.values, self.limit) for line in self.lines)
        cells = (
            check for row in self.rows for cell in row if isinstance(cell, Rounded) for check in cell.check()
        )
        return Checks((*lines, *cells))


@dataclass(frozen=True, slots=True)
class Theorem:
    """A theorem for every size, with its proof.

    Args:
        name: as the command line calls it, e.g. ``lp-limit``.
        title: a noun phrase.
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
        return self.instantiate(tuple(exact(number, f"entry {k}") for k, number in enumerate(numbers, 1)))

    def check(self) -> Checks:
        """Every step, symbolically and at samples; the statement; the counterexamples."""
        return Checks(
            (
                *self._proof(),
                *(check for example in self.counterexamples for check in example.check()),
                *(self.evidence() if self.evidence else ()),
            )
        )

    def _proof(self) -> Iterator[Check]:
        """The steps in order; a step may use only what was proved before it, the statement only what was."""
        proved: set[object] = set()
        for index, item in enumerate(self.steps, 1):
            if not isinstance(item, ProofStep):
                raise UnsupportedError(f"{self.name}: step {index} does not say what is given; use step()")
            yield from self._step(f"{self.name}, step {index}", item, proved)
            proved.add(item.claim.meaning)
        for line in self.statement:
            missing = line.meaning not in proved
            verdict = Verdict.FAILED if missing else Verdict.PASSED
            detail = "No step proves this part of the statement." if missing else ""
            yield _check(f"{self.name}, statement", Method.SYMBOLIC, verdict, line, "for every n", detail)

    def _step(self, subject: str, item: ProofStep, proved: set[object]) -> Iterator[Check]:
        proves = item.claim
        verdict = symbolically(proves, item.given, item.uses, self.limit)
        detail = "" if verdict is Verdict.PASSED else "The signs of the parameters do not show this."
        for used in item.uses:
            if used.meaning not in proved:
                verdict, detail = Verdict.FAILED, f"It uses {used}, which no earlier step proves."
        yield _check(subject, Method.SYMBOLIC, verdict, proves, "for every n", detail)
        verdict, scope = at_samples(proves, self.samples, self.limit)
        detail = "" if verdict is Verdict.PASSED else f"It was not seen to hold {scope}."
        yield _check(subject, Method.INTERVAL, verdict, proves, scope, detail)


def _at_numbers(subject: str, line: Claim, values: Values, limit: Limit | None = None) -> Check:
    verdict = decide_claim(line, values, limit)
    detail = "" if verdict is Verdict.PASSED else f"Not seen to hold: {line}."
    return _check(subject, Method.INTERVAL, verdict, line, "the given numbers", detail)


def _check(subject: str, method: Method, verdict: Verdict, line: Claim, scope: str, detail: str) -> Check:
    return Check(subject, method, verdict, str(line.left), str(line.right), scope, detail)
