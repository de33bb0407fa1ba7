"""What is shown is what is verified: the two sides of a formula are read independently and compared."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

import pytest
import sympy as sp

from symconv.checks.interval import decimal
from symconv.display import BigOp, Fence, Frac, Func, Ident, Node, Num, Op, Root, Row, Script
from symconv.errors import UnsupportedError
from symconv.printing.text import text
from symconv.theorems import THEOREMS, lp_signed, lp_sum, scaled
from symconv.theorems import lp_properties as properties
from symconv.theorems import power_mean_geometric as geometric
from symconv.theorems import power_mean_maximum as maximum
from symconv.theorems import power_mean_minimum as minimum
from symconv.theorems import power_mean_monotone as monotone
from symconv.theorems import power_mean_zeros as zeros
from symconv.theorems.theorem import ProofStep
from symconv.theorems.written import (
    INDEX,
    Written,
    absolute,
    claim,
    entry,
    exp,
    floor,
    letter,
    ln,
    number,
    say,
    total,
)

Meanings = Mapping[Any, Any]
"""Values by name, and by tree for what is abbreviated, such as ``‖x‖ₚ``."""

n, p, M = (letter(name) for name in "npM")
x = entry("x", "nonnegative")


def read(node: Node, at: Meanings) -> float:
    """The value of a display tree, from its symbols alone, in floats."""
    if node in at:
        return at[node]
    match node:
        case Num(digits):
            return float(digits.replace("−", "-"))
        case Ident("e"):
            return math.e
        case Ident(name):
            return at[name]
        case Frac(above, below):
            return read(above, at) / read(below, at)
        case Root(inside, None):
            return math.sqrt(read(inside, at))
        case Fence("(", inside, ")"):
            return read(inside, at)
        case Fence("|", inside, "|"):
            return abs(read(inside, at))
        case Fence("⌊", inside, "⌋"):
            return math.floor(read(inside, at))
        case Script(Ident(name), Ident("i") as index, power):
            base = at[name][int(at[index.name]) - 1]
            return base if power is None else base ** read(power, at)
        case Script(base, sub, power) if power is not None:
            return read(base if sub is None else Script(base, sub), at) ** read(power, at)
        case BigOp("∑", body, Row((Ident(index), Op("="), first)), last) if last is not None:
            span = range(int(read(first, at)), int(read(last, at)) + 1)
            return sum(read(body, {**at, index: k}) for k in span)
        case Row(items):
            return _read_sum(items, at)
    raise AssertionError(f"no reading of {node}")


def _read_sum(items: tuple[Node, ...], at: Meanings) -> float:
    value, sign, start = 0.0, 1, 0
    for k, item in enumerate((*items, Op("+"))):
        if item in (Op("+"), Op("−")):
            if k > start:
                value += sign * _read_product(items[start:k], at)
            sign, start = (1 if item == Op("+") else -1), k + 1
    return value


def _read_product(items: tuple[Node, ...], at: Meanings) -> float:
    value, combine, skip = 1.0, operator.mul, False
    for k, item in enumerate(items):
        if skip:
            skip = False
        elif item == Op("/"):
            combine = operator.truediv
        elif item == Func("ln"):
            value, combine, skip = combine(value, math.log(read(items[k + 1], at))), operator.mul, True
        elif item != Op("·"):
            value, combine = combine(value, read(item, at)), operator.mul
    return value


WINDOW = (Fraction(3, 2), Fraction(5), Fraction(2))
NUMBERS: Meanings = {"n": 3, "p": 2.5, "M": 5.0, "x": tuple(map(float, WINDOW)), "i": 2}
ABBREVIATIONS = {
    "lp-limit": ((scaled.norm(), scaled.spelled_norm()),),
    "lp-signed": ((scaled.norm(absolute(lp_signed.x)), scaled.spelled_norm(absolute(lp_signed.x))),),
    "lp-sum": ((lp_sum.N, total(scaled.n, absolute(lp_sum.x))),),
    "power-mean-monotone": monotone.ABBREVIATED,
    "power-mean-max": ((maximum.MEAN, maximum.SPELLED),),
    "power-mean-min": ((minimum.MEAN, minimum.SPELLED_MEAN), (minimum.NORM, minimum.SPELLED_NORM)),
    "power-mean-geometric": ((geometric.MEAN, geometric.SPELLED), *geometric.SHORT),
    "power-mean-zeros": ((zeros.MEAN, zeros.SPELLED),),
    "lp-gradient": ((scaled.norm(), scaled.spelled_norm()),),
    "lp-properties": (*properties.ABBREVIATED, (properties.MEAN, properties.SPELLED_MEAN)),
}

EXACT = {n.expr: 3, p.expr: Fraction(5, 2), M.expr: 5, x.expr.base: WINDOW, INDEX: 2}

FORMULAS: dict[str, Callable[[], Written]] = {
    "n^(1/p)M": lambda: n ** (1 / p) * M,
    "M(∑ xᵢᵖ)^(1/p)": lambda: M * total(n, x**p) ** (1 / p),
    "1/n ∑ xᵢ": lambda: 1 / n * total(n, x),
    "∑ + 1": lambda: total(n, x) + 1,
    "1 + ∑ − M": lambda: 1 + total(n, x) - M,
    "(∑) M": lambda: total(n, x) * M,
    "−(n − p)": lambda: -(n - p),
    "n − (p − M)": lambda: n - (p - M),
    "−2M + n": lambda: -2 * M + n,
    "2 · 3": lambda: number(2) * 3,
    "n − (−2)": lambda: n - number(-2),
    "power of a power": lambda: (n**p) ** p,
    "power of a fraction": lambda: (n / p) ** 2,
    "fraction times fraction": lambda: (n / p) * (M / p),
    "exponent with a fraction": lambda: M ** ((1 - p) / p),
    "ln of a fraction": lambda: 1 + p * ln(n / M),
    "ln of a letter over ln of a sum": lambda: ln(n) / ln(1 + p),
    "e to a product": lambda: M * exp(p * (1 / n)),
    "absolute value": lambda: absolute(n - M) ** p,
    "floor": lambda: floor((n + M) / p) + 1,
    "rational": lambda: number(Fraction(-3, 4)) * n,
    "irrational": lambda: number(sp.sqrt(2) * 3 + sp.exp(2) + sp.log(5) + sp.root(2, 3)),
    "entry": lambda: x**2 - x,
}


@pytest.mark.parametrize("name", FORMULAS)
def test_tree_and_expression_of_a_formula_have_the_same_value(name: str) -> None:
    formula = FORMULAS[name]()
    shown = read(formula.tree, NUMBERS)
    assert shown == pytest.approx(float(decimal(formula.expr, EXACT, 12).replace("−", "-")), rel=1e-9)


def test_a_formula_stays_as_it_is_written() -> None:
    bound = n ** (1 / p) * M
    assert text(bound.tree) == "n^(1/p)M"
    assert text((M * total(n, x**p) ** (1 / p)).tree) == "M(∑ᵢ₌₁ⁿ xᵢᵖ)^(1/p)"
    assert bound.expr == M.expr * n.expr ** (1 / p.expr)


def test_claims_are_compared_by_meaning_not_by_writing() -> None:
    assert claim(n * M, "≤", p).meaning == claim(M * n, "≤", p).meaning
    assert claim(n * M, "≤", p).tree != claim(M * n, "≤", p).tree
    assert claim(n, "≤", p).meaning != claim(n, "≤", p, claim(0, "<", M)).meaning


def test_text_with_formulas_keeps_their_order() -> None:
    assert say("The {} of {}.", n, p) == ("The ", n.tree, " of ", p.tree, ".")
    with pytest.raises(ValueError, match="zip"):
        say("The {}.", n, p)


def test_a_number_that_cannot_be_shown_is_refused() -> None:
    with pytest.raises(UnsupportedError, match="cannot be shown"):
        number(sp.sin(1))


def test_the_steps_of_the_proofs_show_what_they_verify() -> None:
    for listed in THEOREMS.values():
        theorem = listed()
        claims = [step.claim for step in theorem.steps if isinstance(step, ProofStep)]
        if not claims:
            continue
        sample = {**theorem.samples[0], INDEX: 2}
        named = {str(letter): _floats(value) for letter, value in sample.items()}
        at = {
            **named,
            Script(Ident("x"), Ident("k")): named.get("x_k"),
            Script(Ident("r"), Ident("k")): named.get("r_k"),
        }
        for short, meaning in ABBREVIATIONS.get(theorem.name, ()):
            at[short.tree] = read(meaning.tree, at)
        for proved in claims:
            for side in (proved.left, proved.right):
                exact = float(decimal(side.expr, sample, 12).replace("−", "-"))
                if str(side).startswith("∂"):
                    continue  # a derivative is a name: what it stands for is computed, and compared below
                assert read(side.tree, at) == pytest.approx(exact, rel=1e-7, abs=1e-9), (
                    f"{theorem.name}: {side}"
                )


def test_abbreviations_stand_for_what_the_hypotheses_say() -> None:
    for name, definitions in ABBREVIATIONS.items():
        texts = [
            "".join(part if isinstance(part, str) else text(part) for part in h.text)
            for h in THEOREMS[name]().hypotheses
        ]
        for short, meaning in definitions:
            assert short.expr == meaning.expr
            assert any(f"{short} = {meaning}" in line for line in texts), short


def _floats(value: Any) -> Any:
    if isinstance(value, tuple):
        return tuple(map(_floats, value))
    return float(decimal(number(value).expr, {}, 15).replace("−", "-"))
