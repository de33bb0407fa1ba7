"""Entries step by step: the homework's own lines, and what holds for every step of every layer."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from math import prod
from typing import Any

import numpy as np
import pytest
import sympy as sp
from layer_cases import CASES, integers, random_arrays

from symconv.checks.jacobian import jacobian, tie_free
from symconv.derivation.entrywise import gradient_steps, output_steps
from symconv.derived import Derivation
from symconv.exact import Array, indices
from symconv.formula import Chosen, Entry, Partial, Product, Quotient, Sum, evaluate
from symconv.layers import AvgPool2d, Conv2d, LPPool2d, MaxPool2d
from symconv.operator import Names

A = [[4, 5, 2, 2, 1], [3, 3, 2, 2, 4], [4, 3, 4, 1, 1], [5, 1, 4, 1, 2], [5, 1, 3, 1, 4]]
B = [[4, 3, 3], [5, 5, 5], [2, 4, 3]]
HOMEWORK = Conv2d().derive(A, B, upstream=[[1] * 3] * 3)

VALUED = [name for name in CASES if name != "lp, symbol"]
"""The layers whose values at numbers are numbers."""
ARGUMENTS = [
    (name, wrt)
    for name in VALUED
    for wrt in CASES[name].operator(CASES[name].input, CASES[name].weight).arguments
]


def upstream(*index: int) -> Partial:
    return Partial(Entry("E"), Entry("C", index))


def slope(output: tuple[int, ...], entry: tuple[int, ...]) -> Partial:
    return Partial(Entry("C", output), Entry("A", entry))


# The homework's lines.


def test_the_second_entry_of_the_homeworks_gradient_is_derived_as_it_is_written_there() -> None:
    steps = HOMEWORK.entry("input", (0, 1))
    assert [step.rule for step in steps] == ["chain rule", "differentiate", "substitute", "evaluate"]
    assert steps[0].before == Partial(Entry("E"), Entry("A", (1, 2)))
    assert steps[0].after == Sum(
        (
            Product((upstream(1, 1), slope((1, 1), (1, 2)))),
            Product((upstream(1, 2), slope((1, 2), (1, 2)))),
        )
    )
    assert steps[1].after == Sum(
        (Product((upstream(1, 1), Entry("B", (1, 2)))), Product((upstream(1, 2), Entry("B", (1, 1)))))
    )
    assert steps[2].after == Sum((Product((1, 3)), Product((1, 4))))
    assert steps[3].after == 7


def test_in_full_the_first_entry_has_all_nine_terms_eight_of_them_zero() -> None:
    steps = HOMEWORK.entry("input", (0, 0), zero_terms=True)
    assert [step.rule for step in steps] == [
        "chain rule",
        "differentiate",
        "drop zeros",
        "substitute",
        "evaluate",
    ]
    chained, differentiated, kept = (step.after for step in steps[:3])
    outputs = [(i, j) for i in (1, 2, 3) for j in (1, 2, 3)]
    assert chained == Sum(tuple(Product((upstream(*o), slope(o, (1, 1)))) for o in outputs))
    assert differentiated == Sum(
        tuple(Product((upstream(*o), Entry("B", (1, 1)) if o == (1, 1) else 0)) for o in outputs)
    )
    assert kept == Sum((Product((upstream(1, 1), Entry("B", (1, 1)))),))
    assert steps[-1].after == 4


def test_the_first_output_of_the_homework_multiplies_region_and_kernel() -> None:
    steps = HOMEWORK.entry("output", (0, 0))
    assert [step.rule for step in steps] == ["definition", "substitute", "evaluate"]
    products = ((4, 4), (5, 3), (2, 3), (3, 5), (3, 5), (2, 5), (4, 2), (3, 4), (4, 3))
    assert steps[1].after == Sum(tuple(map(Product, products)))
    assert steps[2].after == 109


def test_each_addend_of_the_homeworks_centre_is_a_weight() -> None:
    substituted = HOMEWORK.entry("input", (2, 2))[-2].after
    assert isinstance(substituted, Sum)
    assert sorted(term.factors[1] for term in substituted.terms) == [2, 3, 3, 3, 4, 4, 5, 5, 5]


def test_each_weight_meets_one_entry_in_every_output() -> None:
    steps = HOMEWORK.entry("weight", (0, 2))
    assert steps[1].after == Sum(
        tuple(Product((upstream(i, j), Entry("A", (i, j + 2)))) for i in (1, 2, 3) for j in (1, 2, 3))
    )
    assert steps[-1].after == sum(A[i][j + 2] for i in range(3) for j in range(3))


def test_pooled_entries_are_derived_by_their_own_rules() -> None:
    entry = Entry("A", (1, 1))
    out = Entry("C", (1, 1))
    average = AvgPool2d(2).derive((2, 2)).entry("input", (0, 0))[-1].after
    assert average == Sum((Product((upstream(1, 1), Quotient(1, 4))),))
    maximum = MaxPool2d(2).derive((2, 2)).entry("input", (0, 0))[-1].after
    assert maximum == Sum((Product((upstream(1, 1), Chosen(entry, out, "first"))),))
    numbers = MaxPool2d(2).derive([[3, 5], [5, 1]], upstream=[[6]])
    assert [numbers.entry("input", index)[-1].after for index in indices((2, 2))] == [0, 6, 0, 0]
    split = MaxPool2d(2, ties="split").derive([[3, 5], [5, 1]], upstream=[[6]])
    assert [split.entry("input", index)[-1].after for index in indices((2, 2))] == [0, 3, 3, 0]
    norm = LPPool2d(2, 2).derive([[2, -3], [6, 0]], upstream=[[1]])
    assert [norm.entry("input", index)[-1].after for index in indices((2, 2))] == [
        sp.Rational(2, 7),
        sp.Rational(-3, 7),
        sp.Rational(6, 7),
        0,
    ]


def test_an_entry_that_no_output_reads_has_the_empty_sum() -> None:
    derivation = Conv2d(stride=2).derive((4, 4), (1, 1))
    steps = derivation.entry("input", (1, 1))
    assert steps[0].after == Sum(())
    assert steps[-1].after == Sum(())
    assert derivation.gradient()[1, 1] == 0
    assert "reads" in str(steps[0].because)


def test_entries_are_named_and_counted_as_asked() -> None:
    names = Names(input="X", weight="W", output="Y", error="L", base=0)
    steps = Conv2d().derive((2, 2), (2, 2), names=names).entry("input", (0, 1))
    assert steps[0].before == Partial(Entry("L"), Entry("X", (0, 1)))
    assert steps[-1].after == Sum((Product((Partial(Entry("L"), Entry("Y", (0, 0))), Entry("W", (0, 1)))),))


# Laws.


def numbers_for(name: str) -> tuple[Derivation, Any]:
    """The derivation in symbols, and values with all derivatives at tie-free integers."""
    derivation = CASES[name].derive()
    rng = np.random.default_rng(5)
    roles = [role for role in ("input", "weight", "upstream") if role in derivation.arrays]
    arrays = {role: tie_free(derivation.arrays[role].shape, rng) for role in roles}
    if "bias" in derivation.operator.arguments:
        arrays["bias"] = integers(derivation.operator.shape("bias"), 0, 0, 0)
    forward = {role: arrays[role] for role in ("input", "weight", "bias") if role in arrays}
    arrays["output"] = derivation.operator.forward(**forward)
    return derivation, jacobian(derivation.operator, derivation.names, arrays)


def same(left: Any, right: Any) -> bool:
    return bool(left == right or sp.expand(sp.sympify(left) - sp.sympify(right)) == 0)


@pytest.mark.parametrize("zero_terms", [False, True])
@pytest.mark.parametrize(("name", "wrt"), ARGUMENTS)
def test_every_step_of_every_entry_keeps_its_value(name: str, wrt: Any, zero_terms: bool) -> None:
    derivation, values = numbers_for(name)
    operator = derivation.operator
    gradient = operator.backward(
        wrt, values.arrays["upstream"], values.arrays["input"], values.arrays.get("weight")
    )
    for index in indices(operator.shape(wrt)):
        steps = gradient_steps(operator, derivation.names, wrt, index, zero_terms=zero_terms)
        for step in steps:
            assert same(evaluate(step.before, values, {}), gradient[index]), (step.rule, index)
            assert same(evaluate(step.after, values, {}), gradient[index]), (step.rule, index)


@pytest.mark.parametrize("name", VALUED)
def test_every_output_is_the_value_of_its_definition(name: str) -> None:
    derivation, values = numbers_for(name)
    for index in indices(derivation.operator.output_shape):
        (step,) = output_steps(derivation.operator, derivation.names, index)
        assert step.before == derivation.names.entry("output", index)
        assert same(evaluate(step.after, values, {}), values.arrays["output"][index])


@pytest.mark.parametrize(("name", "wrt"), ARGUMENTS)
def test_with_zero_terms_there_are_as_many_terms_as_outputs(name: str, wrt: Any) -> None:
    operator = CASES[name].derive().operator
    for index in indices(operator.shape(wrt)):
        full = gradient_steps(operator, Names(), wrt, index, zero_terms=True)
        short = gradient_steps(operator, Names(), wrt, index)
        chained, differentiated = (step.after for step in full[:2])
        assert isinstance(chained, Sum)
        assert isinstance(differentiated, Sum)
        assert len(chained.terms) == len(differentiated.terms) == prod(operator.output_shape)
        nonzero = [term for term in differentiated.terms if term.factors[1] != 0]
        assert Sum(tuple(nonzero)) == short[1].after == full[-1].after
        dropped = len(nonzero) < len(differentiated.terms)
        assert [step.rule for step in full[2:]] == (["drop zeros"] if dropped else [])


@pytest.mark.parametrize(("name", "wrt"), ARGUMENTS)
def test_steps_are_a_chain_that_ends_at_the_entry_of_the_gradient(name: str, wrt: Any) -> None:
    case = CASES[name]
    derivation = case.derive(**random_arrays(case, 11))
    gradient: Array = derivation.gradient_entries(wrt)
    for index in indices(gradient.shape):
        steps = derivation.entry(wrt, index)
        assert all(step.after == following.before for step, following in pairwise(steps))
        assert steps[0].before == Partial(Entry("E"), derivation.names.entry(wrt, index))
        assert same(steps[-1].after, gradient[index])


@pytest.mark.parametrize("name", CASES)
def test_steps_to_an_output_are_a_chain_that_ends_at_the_entry(name: str) -> None:
    case = CASES[name]
    derivation = case.derive(**random_arrays(case, 13))
    for index in indices(derivation.operator.output_shape):
        steps = derivation.entry("output", index)
        assert all(step.after == following.before for step, following in pairwise(steps))
        assert same(steps[-1].after, derivation.output_entries[index])


def test_only_known_numbers_are_put_in() -> None:
    derivation = Conv2d().derive((2, 2), [[2]])
    after = derivation.entry("input", (0, 0))[2].after
    assert after == Sum((Product((upstream(1, 1), 2)),))
    assert derivation.entry("input", (0, 0))[3].after == 2 * sp.Symbol("G_11")
    assert [step.rule for step in derivation.substitute(upstream=Fraction(1, 2)).entry("input", (0, 0))] == [
        "chain rule",
        "differentiate",
        "substitute",
        "evaluate",
    ]
    assert derivation.substitute(upstream=Fraction(1, 2)).entry("input", (0, 0))[-1].after == 1
