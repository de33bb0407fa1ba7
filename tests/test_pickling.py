"""What goes to another process and back says what it said."""

from __future__ import annotations

import pickle
from types import MappingProxyType

import pytest
import sympy as sp

from symconv import solve
from symconv.pickling import dumps
from symconv.problem import shipped
from symconv.render import render

k = sp.Symbol("k", integer=True)
D = sp.Symbol("D", integer=True, positive=True)


@pytest.mark.parametrize(
    "expr",
    [
        sp.Le(2, 3, evaluate=False),
        sp.Eq(sp.Mod(k - 1, D, evaluate=False), 0, evaluate=False),
        sp.floor(sp.Rational(7, 2), evaluate=False) + k,
        sp.Max(1, 2, evaluate=False),
        sp.Pow(sp.log(8, evaluate=False), -1, evaluate=False),
        k * sp.Min(D, k) + sp.Abs(k) ** D,
        2 * (k + 1) - 3 * k * (D - 1) / 2,
        sp.Add(k, k, evaluate=False) * sp.Mul(2, 3, evaluate=False),
    ],
)
def test_an_expression_stays_as_it_is(expr: sp.Basic) -> None:
    again = pickle.loads(dumps(expr))
    assert sp.srepr(again) == sp.srepr(expr)
    assert (type(again), again) == (type(expr), expr)


def test_a_mapping_that_cannot_be_changed_stays_one() -> None:
    again = pickle.loads(dumps({"a": MappingProxyType({k: 1})}))
    assert isinstance(again["a"], MappingProxyType)
    assert again == {"a": {k: 1}}


@pytest.mark.parametrize("name", shipped())
def test_a_document_says_the_same_in_another_process(name: str) -> None:
    document = solve(name).document
    assert render(pickle.loads(dumps(document)), "json") == render(document, "json")
