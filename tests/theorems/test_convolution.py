"""The theorems on a convolution's gradients: by hand, against what SymPy and wrong formulas say, and corrupted."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
import sympy as sp

from symconv import theorems
from symconv.checks.convolutions import conv_transpose
from symconv.checks.result import Method, Verdict
from symconv.errors import ArgumentError
from symconv.formula import Entry, Over, Product, evaluate
from symconv.theorems import THEOREMS, Listed
from symconv.theorems.delta_rule import SUM
from symconv.theorems.examples import given, values
from symconv.theorems.geometry import D, Geometry, Grid, Space, as_integers, i, m, t
from symconv.theorems.identity import IndexStep
from symconv.theorems.index_sums import A, divides
from symconv.theorems.input_gradient import OVER_OFFSETS, OVER_WINDOWS, TRANSPOSED
from symconv.theorems.theorem import Theorem, verify_step
from symconv.value import replace

CONVOLUTION = (
    "delta-rule",
    "input-gradient",
    "full-correlation",
    "weight-gradient",
    "conv-adjoint",
    "group-gradients",
    "conv-toeplitz",
)


def index_steps(found: Theorem) -> list[IndexStep]:
    return [item for item in found.steps if isinstance(item, IndexStep)]


def lines(listed: Listed, sizes: list[int]) -> list[str]:
    return [str(line) for line in listed().instance(sizes).lines]


# --- by hand ---


def test_the_input_gradient_of_the_homework_s_first_row() -> None:
    assert lines(theorems.input_gradient_formula, [5, 3])[:3] == [
        "O = 3",
        "∂E/∂A₀ = G₀·B₀",
        "∂E/∂A₁ = G₀·B₁ + G₁·B₀",
    ]


def test_the_sum_over_pairs_is_the_transposed_convolution_of_the_reference() -> None:
    for at in Grid(6, 3, 3, 1, 2):
        ground = Space().at((at,), as_integers)
        upstream, kernel = (
            np.array([ground.arrays[name][place,] for place in range(count)], dtype=object).reshape(1, 1, -1)
            for name, count in (("G", at.outputs), ("B", at.K))
        )
        expected = conv_transpose(
            upstream,
            kernel,
            stride=(at.S,),
            padding=((at.P, at.P),),
            output_padding=(at.room - at.S * (at.outputs - 1),),
            dilation=(at.D,),
            groups=1,
        )
        assert values(TRANSPOSED, t, at.I, ground).tolist() == expected.ravel().tolist(), at


def test_a_position_that_no_window_reads_has_gradient_0() -> None:
    assert lines(theorems.input_gradient_formula, [6, 2, 3])[-4:] == [
        "∂E/∂A₂ = 0",
        "∂E/∂A₃ = G₁·B₀",
        "∂E/∂A₄ = G₁·B₁",
        "∂E/∂A₅ = 0",
    ]


def test_the_spread_gradient_has_the_remainder_s_zero_at_its_end() -> None:
    assert "H = [0 G₀ 0 G₁ 0 G₂ 0 0]" in lines(theorems.full_correlation_formula, [6, 3, 2, 1])


def test_padding_beyond_the_kernel_cuts_the_spread_gradient() -> None:
    assert "H = [G₂ G₃]" in lines(theorems.full_correlation_formula, [2, 1, 1, 2])


def test_the_weight_gradient_of_a_strided_padded_convolution() -> None:
    assert lines(theorems.weight_gradient_formula, [5, 3, 2, 1])[1:] == [
        "∂E/∂B₀ = G₁·A₁ + G₂·A₃",
        "∂E/∂B₁ = G₀·A₀ + G₁·A₂ + G₂·A₄",
        "∂E/∂B₂ = G₀·A₁ + G₁·A₃",
    ]


def test_the_three_inner_products_are_one_number() -> None:
    values = [line.rpartition(" = ")[2] for line in lines(theorems.conv_adjoint, [6, 3, 2, 1])[-3:]]
    assert len(set(values)) == 1


def test_the_remainder_that_was_forgotten_is_missed() -> None:
    example = theorems.full_correlation_formula().counterexamples[0]
    assert [str(line) for line in example.claims] == [
        "∂E/∂A = [2 4 2 4 2 3]",
        "∂E/∂A ≠ [2 4 2 4 2]",
    ]
    assert example.check().passed


# --- the delta rule and SymPy ---


def test_sympy_forgets_that_an_odd_index_has_no_half() -> None:
    r, K = sp.Symbol("r", integer=True), sp.Symbol("K", integer=True, positive=True)
    entries = sp.IndexedBase("B")
    there = sp.Sum(sp.KroneckerDelta(r, 2 * m) * entries[m], (m, 0, K - 1)).doit()
    assert there.subs({K: 3, r: 1}) == entries[sp.Rational(1, 2)]  # where every term is 0


@pytest.mark.parametrize("dilation", [1, 2, 3])
@pytest.mark.parametrize("position", range(-3, 9))
def test_our_rule_gives_what_the_terms_add_up_to(dilation: int, position: int) -> None:
    space = index_steps(theorems.affine_delta())[0].space
    ground = space.at((Geometry(5, 3, 1, 0, dilation),), given((7, 8, 9)))
    here = {**ground.at, i: 0, t: position}
    collapsed = theorems.affine_delta().statement[0].right
    by_hand = {0: 7, dilation: 8, 2 * dilation: 9}.get(position, 0)
    assert evaluate(collapsed, ground, here) == evaluate(SUM, ground, here) == by_hand


def test_the_rule_without_its_divisibility_does_not_pass() -> None:
    *_, collapsed, _ = index_steps(theorems.affine_delta())
    guarded: Any = collapsed.after
    wrong = replace(collapsed, after=replace(guarded, where=guarded.where[1:]))
    assert next(iter(verify_step(wrong, "a step", theorems.affine_delta()))).verdict is Verdict.FAILED


# --- corrupted formulas ---


def corrupted(formula: Any) -> Iterator[Any]:
    """The formula with one thing wrong: a sum that stops early or starts late, an index moved by 1."""
    match formula:
        case Over():
            for place, limit in enumerate(formula.ranges):
                for wrong in (replace(limit, lower=limit.lower + 1), replace(limit, upper=limit.upper - 1)):
                    ranges = (*formula.ranges[:place], wrong, *formula.ranges[place + 1 :])
                    yield replace(formula, ranges=ranges)
            yield from (replace(formula, body=body) for body in corrupted(formula.body))
        case Product(factors):
            for place, factor in enumerate(factors):
                for wrong in corrupted(factor):
                    yield Product((*factors[:place], wrong, *factors[place + 1 :]))
        case Entry():
            for place, index in enumerate(formula.index):
                for moved in (index + 1, index - 1):
                    yield replace(formula, index=(*formula.index[:place], moved, *formula.index[place + 1 :]))


@pytest.mark.parametrize("name", CONVOLUTION)
def test_every_bound_and_every_index_matters(name: str) -> None:
    found = THEOREMS[name]()
    grid = Grid(4, 3, 2, 1, 2) if name not in ("conv-adjoint", "group-gradients") else None
    count = 0
    for item in index_steps(found):
        space = replace(item.space, grid=grid or item.space.grid, beyond=())
        for wrong in corrupted(item.after):
            count += 1
            (check,) = verify_step(replace(item, after=wrong, space=space), "a step", found)
            assert check.method is Method.GRID
            assert check.verdict is Verdict.FAILED, (item.rule, check.right)
    assert count >= 8


@pytest.mark.parametrize("formula", [OVER_WINDOWS, OVER_OFFSETS])
def test_the_divisibility_of_the_guarded_sums_is_needed(formula: Over) -> None:
    found = theorems.input_gradient_formula()
    item = next(item for item in index_steps(found) if item.after == formula)
    wrong = replace(item, after=replace(formula, where=()))
    assert [check.verdict for check in verify_step(wrong, "a step", found)] == [Verdict.FAILED] * 2


def test_the_full_correlation_needs_stride_1() -> None:
    found = theorems.full_correlation_formula()
    *_, full = index_steps(found)
    (grid, larger) = verify_step(replace(full, conditions=()), "a step", found)
    assert (grid.verdict, larger.verdict) == (Verdict.FAILED, Verdict.FAILED)
    assert "S = 2" in grid.detail


def test_a_definition_that_forgets_the_padding_is_caught() -> None:
    found = theorems.full_correlation_formula()
    item = next(item for item in index_steps(found) if item.rule == "spread the gradient")
    shifted = {letter: size + 1 for letter, size in item.space.sizes.items()}
    wrong = replace(item, space=replace(item.space, sizes=shifted))
    assert not all(check.passed for check in verify_step(wrong, "a step", found))


def test_conditions_that_no_geometry_meets_leave_a_step_undecided() -> None:
    found = theorems.input_gradient_formula()
    item = index_steps(found)[-1]
    nowhere = replace(item, conditions=(divides(sp.Integer(7), D),), space=replace(item.space, beyond=()))
    (check,) = verify_step(nowhere, "a step", found)
    assert check.verdict is Verdict.UNDECIDED


def test_an_entry_with_too_many_indices_does_not_count_as_0() -> None:
    ground = Space().at((Geometry(3, 2),), as_integers)
    with pytest.raises(ArithmeticError, match="A has 1 indices, not 2"):
        evaluate(A(t, t), ground, {**ground.at, t: 0})


def test_what_is_known_by_its_definition_alone_is_not_said_to_agree_with_the_reference() -> None:
    checks = theorems.conv_toeplitz().check()
    exact = [check.left for check in checks if check.method is Method.EXACT and "step" in check.subject]
    assert exact == ["Tᵢₜ"] * 4


def test_a_check_says_how_far_it_goes() -> None:
    checks = theorems.full_correlation_formula().check()
    scopes = {check.scope for check in checks if check.method is Method.GRID}
    assert scopes == {
        "every entry of 327 geometries with I ≤ 5, K ≤ 3, S ≤ 3, P ≤ 2, D ≤ 3",
        "every entry of 109 geometries with I ≤ 5, K ≤ 3, S ≤ 3, P ≤ 2, D ≤ 3, S = 1",
    }


# --- wrong geometries ---


@pytest.mark.parametrize("name", CONVOLUTION)
@pytest.mark.parametrize(
    ("sizes", "message"),
    [
        ([6], "geometry: must be I, K and, optionally, S, P and D, not (6,)"),
        ([6, 3, 0], "S: must be an integer >= 1, not 0"),
        ([2, 3], "K: must be such that the dilated kernel fits into the padded input, not 3"),
        ([65, 3], "I: must be at most 64 where entries are written out, not 65"),
    ],
)
def test_a_wrong_geometry_is_told_in_one_sentence(name: str, sizes: list[int], message: str) -> None:
    with pytest.raises(ArgumentError) as raised:
        THEOREMS[name]().instance(sizes)
    assert str(raised.value) == message
