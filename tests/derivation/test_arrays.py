"""Arrays that are made when asked for, and steps that are made when looked at."""

from __future__ import annotations

import pytest
import sympy as sp
from layer_cases import CASES, random_arrays

from symconv.derivation.arrays import ByRole, Symbols
from symconv.exact import indices, pack, symbols
from symconv.layers import Conv2d, MaxPool2d

RESNET = Conv2d(stride=2, padding=3).derive((3, 224, 224), (64, 3, 7, 7))
"""The first layer of a residual network, of 118 million products."""


def made(derivation: object) -> set[str]:
    """Which arrays of symbols have been made."""
    parts = derivation.arrays.parts  # type: ignore[attr-defined]
    return {role for role, part in parts.items() if isinstance(part, Symbols) and "array" in vars(part)}


@pytest.mark.parametrize(("shape", "base"), [((2, 3), 1), ((2, 12), 0), ((), 1), ((3, 2, 2), 1)])
def test_one_symbol_is_the_one_in_the_array(shape: tuple[int, ...], base: int) -> None:
    one_by_one = Symbols("A", shape, base)
    whole = symbols("A", shape, base)
    assert [one_by_one.entry(index) for index in indices(shape)] == whole.ravel().tolist()
    assert one_by_one.array.tolist() == whole.tolist()


def test_arrays_by_role_are_a_mapping_of_whole_arrays() -> None:
    arrays = ByRole({"input": Symbols("A", (2, 2)), "bias": pack([1, 2])})
    assert set(arrays) == {"input", "bias"}
    assert (len(arrays), "weight" in arrays) == (2, False)
    assert [arrays.is_numeric(role) for role in arrays] == [False, True]
    assert arrays["input"] is arrays["input"]
    assert arrays.entry("input", (1, 0)) == sp.Symbol("A_21")
    assert arrays.put({"input": pack([3])})["input"].tolist() == [3]


@pytest.mark.parametrize("name", CASES)
def test_steps_are_a_sequence_of_those_of_all_formulas_and_entries(name: str) -> None:
    derivation = CASES[name].derive(upstream=1)
    quantities = (None, *derivation.operator.arguments)
    expected = [step for wrt in quantities for step in derivation.general(wrt).steps]
    for wrt in quantities:
        for index in indices(derivation.operator.shape(wrt or "output")):
            expected += derivation.entry(wrt, index)
    steps = derivation.steps
    assert len(steps) == len(expected)
    assert list(steps) == expected
    assert [steps[i] for i in range(len(steps))] == expected
    assert (steps[-1], steps[2:5]) == (expected[-1], tuple(expected[2:5]))


def test_steps_beyond_the_last_are_an_index_error() -> None:
    steps = CASES["conv"].derive().steps
    with pytest.raises(IndexError, match=f"there are {len(steps)} steps, none at {len(steps)}"):
        steps[len(steps)]


@pytest.mark.parametrize("name", CASES)
def test_an_entry_of_the_output_by_itself_is_the_one_in_the_array(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("symconv.derivation.derivation.AT_ONCE", 0)
    for arrays in ({}, random_arrays(CASES[name], 2)):
        alone, whole = CASES[name].derive(**arrays), CASES[name].derive(**arrays).output_entries
        for index in indices(whole.shape):
            assert (
                sp.simplify(alone.output_entry(index) - whole[index]) == 0
                or alone.output_entry(index) == whole[index]
            )
        assert "output_entries" not in vars(alone)


def test_entries_of_a_layer_of_any_size_are_derived_without_making_an_array() -> None:
    last = RESNET.entry("input", (1, 100, 100))[-1].after
    assert len(last.terms) == 64 * 3 * 3  # type: ignore[attr-defined]
    assert len(RESNET.entry(None, (63, 111, 111))[-1].after.terms) == 3 * 5 * 5  # type: ignore[attr-defined]
    assert len(RESNET.entry("weight", (63, 2, 3, 3))[-1].after.terms) == 112 * 112  # type: ignore[attr-defined]
    assert len(RESNET.entry("bias", (63,))[-1].after.terms) == 112 * 112  # type: ignore[attr-defined]
    assert RESNET.output_entry((0, 0, 0)).func is sp.Add
    assert len(RESNET.steps) > 10**6
    assert made(RESNET) == set()
    assert "output_entries" not in vars(RESNET)


def test_numbers_in_one_array_of_a_large_layer_leave_the_others_unmade() -> None:
    steps = RESNET.substitute(upstream=1).entry("input", (0, 0, 0))
    assert [step.rule for step in steps] == ["chain rule", "differentiate", "substitute", "evaluate"]
    assert len(sp.Add.make_args(steps[-1].after)) == 64 * 4
    assert made(RESNET) == set()


def test_a_window_of_a_large_max_pooling_is_evaluated_by_itself() -> None:
    pool = MaxPool2d(3, 2, padding=1).derive((64, 112, 112))
    assert len(pool.output_entry((0, 0, 0)).args) == 4
    assert made(pool) == set()
