"""Formulas of derivations as a textbook writes them."""

from __future__ import annotations

import pytest
import sympy as sp

from symconv.formula import Entry, Guarded
from symconv.layers import Conv2d, Linear, LPPool2d, MaxPool2d
from symconv.narrate.formulas import range_bounds, tree, wide_ranges
from symconv.operator import Names
from symconv.printing.text import text

p = sp.Symbol("p", positive=True)
CONV = Conv2d().derive((5, 5), (3, 3))


def shown(derivation, wrt, index) -> list[str]:
    return [text(tree(step.after, derivation.names)) for step in derivation.entry(wrt, index)]


def test_an_entry_is_written_as_the_homework_writes_it() -> None:
    assert shown(CONV, "input", (0, 1)) == [
        "∂E/∂C₁₁·∂C₁₁/∂A₁₂ + ∂E/∂C₁₂·∂C₁₂/∂A₁₂",
        "∂E/∂C₁₁·B₁₂ + ∂E/∂C₁₂·B₁₁",
    ]


def test_numbers_stay_in_the_order_of_the_terms() -> None:
    numbers = CONV.substitute(input=1, weight=[[4, 3, 3], [5, 5, 5], [2, 4, 3]], upstream=1)
    assert shown(numbers, "input", (0, 1))[-2:] == ["1·3 + 1·4", "7"]


def test_zero_terms_are_shown_on_request() -> None:
    full = CONV.entry("input", (0, 0), zero_terms=True)
    assert text(tree(full[1].after, CONV.names)).count("·0") == 8


def test_negative_numbers_stand_in_parentheses() -> None:
    numbers = CONV.substitute(input=1, weight=-1, upstream=-2)
    assert shown(numbers, "input", (0, 0))[-2:] == ["(−2)·(−1)", "2"]


def test_the_general_gradient_shows_its_bounds() -> None:
    formula = CONV.general("input").formula
    bounds = [text(range_bounds(limit)) for limit in wide_ranges(formula)]
    assert bounds == ["max(1, k + 1 − K₁) ≤ i ≤ min(O₁, k)", "max(1, l + 1 − K₂) ≤ j ≤ min(O₂, l)"]


def test_a_single_term_without_a_condition_has_no_bracket() -> None:
    derivation = Linear(3, 2).derive((3,), (2, 3))
    assert text(tree(derivation.general("bias").formula, derivation.names)) == "∂E/∂C[f]"


def test_divisibility_stands_at_the_sum_where_stride_and_dilation_exceed_one() -> None:
    derivation = Conv2d(stride=2, dilation=3).derive((9, 9), (2, 2))
    by_output = text(tree(derivation.general("input").formula, derivation.names))
    by_offset = text(tree(derivation.general("input", over="offset").formula, derivation.names))
    assert "3∣" in by_output
    assert "2∣" in by_offset


@pytest.mark.parametrize(
    ("layer", "expected"),
    [
        (MaxPool2d(2, 1), "∂E/∂C₁₁·[A₁₁ = C₁₁]"),
        (LPPool2d(p, 2, 1), "∂E/∂C₁₁·sign(A₁₁)·|A₁₁|ᵖ⁻¹·C₁₁¹⁻ᵖ"),
        (LPPool2d(1, 2, 1), "∂E/∂C₁₁·sign(A₁₁)"),
    ],
)
def test_pooling_gradients_read_naturally(layer, expected: str) -> None:
    assert shown(layer.derive((3, 3)), "input", (0, 0))[-1] == expected


def test_names_and_base_can_be_changed() -> None:
    names = Names(input="X", weight="W", output="Y", error="L", base=0)
    derivation = Conv2d().derive((3, 3), (2, 2), names=names)
    assert shown(derivation, "input", (0, 0))[-1] == "∂L/∂Y₀₀·W₀₀"


def test_two_bounds_of_one_number_are_shown_as_a_chain() -> None:
    k, K = sp.Symbol("k", integer=True), sp.Symbol("K", integer=True, positive=True)
    bounds = (sp.Le(0, k, evaluate=False), sp.Le(k, K, evaluate=False), sp.Le(k, 7, evaluate=False))
    shown = text(tree(Guarded(Entry("A", (k,)), bounds), Names()))
    assert "if 0 ≤ k ≤ K, k ≤ 7" in shown
    assert "otherwise" in shown
