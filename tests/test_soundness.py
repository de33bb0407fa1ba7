"""Soundness, measured: the code is corrupted, one mistake at a time, and something notices each of them.

Mistakes in layers (:mod:`mutants`) must be noticed by the checks of a derivation, mistakes in theorems by the
checks of the theorem, and mistakes in what is told, in words or in JSON, by :mod:`symconv.recheck`.
``pytest tests/test_soundness.py --update-reports`` writes ``reports/soundness.md`` anew.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from layer_cases import CASES, random_arrays
from mutants import MUTANTS, Change, Mutant, on_result

from symconv import recheck
from symconv.checks.result import Checks
from symconv.formula import Branch, Over, Product, Sum
from symconv.narrate import derivation as telling
from symconv.narrate import statements, sums
from symconv.narrate import theorem as proving
from symconv.pipeline import prove
from symconv.render import json as as_json
from symconv.render import render
from symconv.theorems import THEOREMS
from symconv.theorems.lp_gradient_limit import X_K
from symconv.theorems.output_size import ROOM, D, I, K, P, S
from symconv.theorems.scaled import M, n, norm, p, r, x
from symconv.theorems.theorem import Counterexample, Instance, Rounded, Theorem
from symconv.theorems.written import claim, floor
from symconv.value import replace

TABLE = Path(__file__).parent.parent / "reports/soundness.md"
UPDATE = "run `pytest tests/test_soundness.py --update-reports` and look at what changed"
N = norm()


@dataclass(frozen=True)
class Row:
    """A line of the table: the mistake, who meets it, whether anything changed, and what noticed."""

    mistake: str
    where: str
    is_real: bool
    caught: tuple[str, ...]


# --- layers ---


def row_of_layer(mutant: Mutant, patch: pytest.MonkeyPatch) -> Row:
    case = CASES[mutant.case]

    def facts() -> str:
        derivation = mutant.derivation()
        operator = derivation.operator
        arrays = random_arrays(case, 3).items()
        tied = {role: np.asarray(array % 3 - 1, dtype=object) for role, array in arrays}
        forward = {role: array for role, array in tied.items() if role != "upstream"}
        backward = (tied["upstream"], tied["input"], tied.get("weight"))
        return repr(
            (
                operator.forward(**forward).tolist(),
                [operator.backward(wrt, *backward).tolist() for wrt in operator.arguments],
                [derivation.gradient_entries(wrt).tolist() for wrt in operator.arguments],
                [(step.before, step.after) for step in derivation.steps],
            )
        )

    before = facts()
    patch.setattr(mutant.place, mutant.attribute, mutant.change(getattr(mutant.place, mutant.attribute)))
    checks = mutant.derivation().check()
    after = facts()
    return Row(mutant.mistake, mutant.case, before != after, noticed(checks))


def noticed(checks: Checks) -> tuple[str, ...]:
    """The means that noticed, in order, with the number of checks that failed by each."""
    methods = [check.method.value for check in checks.failures if check.verdict == "failed"]
    return tuple(f"{method} ({methods.count(method)})" for method in dict.fromkeys(methods))


# --- theorems ---


@dataclass(frozen=True)
class WrongTheorem:
    """A mistake in a theorem or in an instance of it."""

    mistake: str
    theorem: str
    change: Callable[[Theorem], Any]

    def __str__(self) -> str:
        return self.mistake


def at(rule: str, **changes: Any) -> Callable[[Theorem], Theorem]:
    """The theorem with one step changed."""

    def changed(theorem: Theorem) -> Theorem:
        steps = [replace(step, **changes) if step.rule == rule else step for step in theorem.steps]
        return replace(theorem, steps=tuple(steps))

    return changed


def first_counterexample_reversed(theorem: Theorem) -> Theorem:
    first, *others = theorem.counterexamples
    low, *rest = first.claims
    wrong: Counterexample = replace(first, claims=(claim(low.right, low.sign, low.left), *rest))
    return replace(theorem, counterexamples=(wrong, *others))


def without_hypotheses(theorem: Theorem) -> Theorem:
    """A window with a negative entry, as if nothing forbade it."""
    signed = {n.expr: 2, p.expr: 3, M.expr: 2, x.expr.base: (-3, 2), r.expr.base: (-1, 1)}
    hypotheses = tuple(replace(hypothesis, claim=None) for hypothesis in theorem.hypotheses)
    return replace(theorem, hypotheses=hypotheses, samples=(*theorem.samples, signed))


def one_too_large(theorem: Theorem) -> Instance:
    instance = theorem.instance([6, 3, 2])
    first, second, last, *rest = instance.lines
    return replace(instance, lines=(first, second, claim(last.left, "=", last.right + 1), *rest))


def another_digit(theorem: Theorem) -> Instance:
    instance = theorem.instance([3, 1, 2])
    (power, cell, *cells), *rows = instance.rows
    assert isinstance(cell, Rounded)
    wrong = replace(cell, shown=cell.shown[:-1] + str((int(cell.shown[-1]) + 1) % 10))
    return replace(instance, rows=((power, wrong, *cells), *rows))


WRONG_THEOREMS = (
    WrongTheorem("a bound lacks its factor", "lp-limit", at("upper bound", after=M)),
    WrongTheorem("a bound is the other way round", "lp-limit", at("lower bound", before=N, after=M)),
    WrongTheorem("a limit is doubled", "lp-limit", at("squeeze", after=2 * M)),
    WrongTheorem("a step uses what was not proved", "lp-limit", at("rate", uses=(claim(N, "≤", M),))),
    WrongTheorem(
        "a claim of the statement has no step",
        "lp-limit",
        lambda theorem: replace(theorem, statement=(*theorem.statement, claim(N, "=", M))),
    ),
    WrongTheorem("no hypothesis forbids negative entries", "lp-limit", without_hypotheses),
    WrongTheorem("a rounded number has another last digit", "lp-limit", another_digit),
    WrongTheorem("a counterexample is none", "lp-limit", first_counterexample_reversed),
    WrongTheorem("the floor is dropped", "output-size", at("integer division", after=ROOM / S + 1)),
    WrongTheorem(
        "the dilation is dropped",
        "output-size",
        at("integer division", after=floor((I + 2 * P - K) / S) + 1),
    ),
    WrongTheorem(
        "the padding counts once",
        "output-size",
        at("integer division", after=floor((I + P - D * (K - 1) - 1) / S) + 1),
    ),
    WrongTheorem("a condition is dropped", "output-size", at("windows that fit", conditions=())),
    WrongTheorem("an output size is one too large", "output-size", one_too_large),
    WrongTheorem(
        "the derivative of a power keeps its exponent",
        "lp-gradient",
        at("differentiate", after=X_K**p * N ** (1 - p)),
    ),
    WrongTheorem(
        "tied maxima get the whole gradient",
        "lp-gradient",
        at("share of a maximum", after=claim(1, "=", 1).left),
    ),
    WrongTheorem("a power of n is forgotten", "power-mean-max", at("factor out the maximum", after=S * M)),
)


def row_of_theorem(mutant: WrongTheorem, patch: pytest.MonkeyPatch) -> Row:
    theorem = THEOREMS[mutant.theorem]()
    wrong = mutant.change(theorem)
    return Row(mutant.mistake, mutant.theorem, wrong != theorem, noticed(wrong.check()))


# --- what is told ---


@dataclass(frozen=True)
class WrongTelling:
    """A mistake in the narrator or in the JSON; ``where`` is a layer or a theorem."""

    mistake: str
    where: str
    place: Any
    attribute: str
    change: Change

    def __str__(self) -> str:
        return self.mistake


def on_right(change: Callable[[Any], Any]) -> Change:
    """The right side of every equality of entries."""
    return lambda original: lambda about, left, right, *rest: original(about, left, change(right), *rest)


def on_formula(change: Callable[[Any], Any]) -> Change:
    """The general formula that is told."""
    return lambda original: lambda about, general, formula: original(about, general, change(formula))


def each_told(change: Callable[[Any], Any]) -> Change:
    return on_result(lambda says: tuple(change(statement) for statement in says))


def shorter(formula: Any) -> Any:
    if not isinstance(formula, Over):
        return formula
    first, *rest = formula.ranges
    return replace(formula, ranges=(replace(first, upper=first.upper - 1), *rest))


def mirrored(term: Any) -> Any:
    """A term with the branches of its slope exchanged."""
    if not isinstance(term, Product):
        return term
    turned = (
        replace(factor, above=factor.below, below=factor.above) if isinstance(factor, Branch) else factor
        for factor in term.factors
    )
    return Product(tuple(turned))


def exchanged(said: dict[str, Any]) -> dict[str, Any]:
    return {**said, "rel": {"=": "≠", "≤": ">", "<": "≥"}.get(said["rel"], said["rel"])}


def another_index(said: dict[str, Any]) -> dict[str, Any]:
    text = json.dumps(said["right"])
    return {**said, "right": json.loads(text.replace('"B", 1, 1', '"B", 1, 2'))}


WRONG_TELLINGS = (
    WrongTelling(
        "a matrix is shown upside down",
        "conv",
        telling,
        "shown_array",
        lambda original: (
            lambda about, wrt, values: original(about, wrt, values[::-1] if values.ndim else values)
        ),
    ),
    WrongTelling(
        "a value is one too large",
        "conv",
        telling,
        "equality",
        on_right(lambda right: right + 1 if isinstance(right, int) else right),
    ),
    WrongTelling(
        "a line leaves out its last term",
        "conv",
        telling,
        "equality",
        on_right(lambda right: Sum(right.terms[:-1]) if isinstance(right, Sum) else right),
    ),
    WrongTelling(
        "a general sum is told without its conditions",
        "conv, uneven padding",
        telling,
        "general_equality",
        on_formula(lambda formula: replace(formula, where=()) if isinstance(formula, Over) else formula),
    ),
    WrongTelling("a general sum ends one too early", "max", telling, "general_equality", on_formula(shorter)),
    WrongTelling(
        "an output size is told one too large",
        "average",
        telling,
        "sizes_said",
        each_told(lambda statement: replace(statement, right=statement.right + 1)),
    ),
    WrongTelling(
        "the numbers are those of another array",
        "max",
        statements,
        "facts_of_layer",
        on_result(
            lambda facts: replace(facts, samples=tuple({**s, "A": s["A"][::-1]} for s in facts.samples))
        ),
    ),
    WrongTelling("the JSON exchanges relations", "lp, ceil", as_json, "statement_data", on_result(exchanged)),
    WrongTelling("the JSON has another index", "conv", as_json, "statement_data", on_result(another_index)),
    WrongTelling(
        "an inequality is told the other way round",
        "lp-sum",
        proving,
        "claimed",
        each_told(lambda statement: replace(statement, left=statement.right, right=statement.left)),
    ),
    WrongTelling(
        "a claim is told without its condition",
        "output-size",
        proving,
        "claimed",
        each_told(lambda statement: replace(statement, where=())),
    ),
    WrongTelling(
        "an identity of sums is told without its condition",
        "full-correlation",
        sums,
        "summed",
        each_told(lambda statement: replace(statement, where=())),
    ),
    WrongTelling(
        "the other side's slope is told",
        "leaky relu",
        telling,
        "equality",
        on_right(lambda right: Sum(tuple(map(mirrored, right.terms))) if isinstance(right, Sum) else right),
    ),
    WrongTelling(
        "a number is told to more digits than were rounded",
        "lp-limit",
        proving,
        "rounded_cells",
        each_told(lambda statement: replace(statement, right=statement.right / 1000)),
    ),
)


def row_of_telling(mutant: WrongTelling, patch: pytest.MonkeyPatch) -> Row:
    before = told(mutant.where)
    patch.setattr(mutant.place, mutant.attribute, mutant.change(getattr(mutant.place, mutant.attribute)))
    after = told(mutant.where)
    count, _ = recheck.recheck(json.loads(after, parse_float=str), 1008)
    caught = (f"recheck ({count['failed']})",) if count["failed"] else ()
    return Row(mutant.mistake, mutant.where, before != after, caught)


def told(where: str) -> str:
    """The JSON of a layer's derivation at numbers, or of a theorem with an instance."""
    if where in CASES:
        return render(CASES[where].derive(**random_arrays(CASES[where], 41)).document(), "json")
    numbers = [6, 3, 2] if THEOREMS[where].about == "geometry" else [3, 1, 2]
    return prove(where, **{THEOREMS[where].about: numbers}).render("json")


# --- the table ---


@pytest.fixture(scope="module")
def rows() -> dict[str, list[Row]]:
    """What noticed each mistake."""
    kinds: Iterable[tuple[str, Sequence[Any], Callable[[Any, pytest.MonkeyPatch], Row]]] = (
        ("Layers", MUTANTS, row_of_layer),
        ("Theorems", WRONG_THEOREMS, row_of_theorem),
        ("What is told", WRONG_TELLINGS, row_of_telling),
    )
    found: dict[str, list[Row]] = {}
    for title, wrong, row in kinds:
        for mutant in wrong:
            with pytest.MonkeyPatch.context() as patch:
                found.setdefault(title, []).append(row(mutant, patch))
    return found


def table(rows: dict[str, list[Row]]) -> str:
    """The report."""
    every = [row for part in rows.values() for row in part]
    lines = [
        "# Soundness, measured",
        "",
        "The code was corrupted in each of these ways, one at a time, and everything was checked again. "
        f"Of {len(every)} mistakes {sum(bool(row.caught) for row in every)} were caught. A number is how many "
        "checks, or of `symconv recheck` how many statements, failed.",
        "",
        "`pytest tests/test_soundness.py` repeats it.",
    ]
    for title, part in rows.items():
        lines += ["", f"## {title}", "", "| mistake | met by | caught by |", "| --- | --- | --- |"]
        lines += [f"| {row.mistake} | {row.where} | {', '.join(row.caught)} |" for row in part]
    return "\n".join(lines) + "\n"


def test_every_mistake_is_caught(rows: dict[str, list[Row]]) -> None:
    every = [row for part in rows.values() for row in part]
    assert len({row.mistake for row in every}) == len(every) >= 70
    assert [row.mistake for row in every if not row.caught] == []


def test_every_mistake_changes_what_is_said(rows: dict[str, list[Row]]) -> None:
    assert [row.mistake for part in rows.values() for row in part if not row.is_real] == []


def test_what_is_told_is_right_without_a_mistake() -> None:
    for where in {mutant.where for mutant in WRONG_TELLINGS}:
        count, lines = recheck.recheck(json.loads(told(where), parse_float=str), 1008)
        assert (count["failed"], count["undecided"], lines) == (0, 0, [])


def test_committed_table_is_current(rows: dict[str, list[Row]], update_reports: bool) -> None:
    if update_reports:
        TABLE.write_text(table(rows), encoding="utf-8", newline="\n")
    assert TABLE.read_text(encoding="utf-8") == table(rows), UPDATE
