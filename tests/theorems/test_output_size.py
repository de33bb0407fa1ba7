"""The output size against counting, and against what the homework says."""

from __future__ import annotations

from itertools import product

import pytest

from symconv import theorems
from symconv.axes import Sliding
from symconv.errors import ArgumentError
from symconv.theorems.geometry import O


def test_the_formula_without_the_floor_is_wrong_at_6_3_2() -> None:
    example = theorems.output_size_formula().counterexamples[0]
    assert [str(line) for line in example.claims][:2] == ["(6 − 3)/2 + 1 = 5/2", "⌊(6 − 3)/2⌋ + 1 = 2"]
    assert example.check().passed


def test_the_instance_puts_the_numbers_into_the_formula() -> None:
    instance = theorems.output_size_formula().instance([7, 3, 2, 1, 2])
    assert [str(line) for line in instance.lines][1:] == [
        "⌊(I + 2P − D(K − 1) − 1)/S⌋ + 1 = ⌊(7 + 2·1 − 2(3 − 1) − 1)/2⌋ + 1",
        "⌊(7 + 2·1 − 2(3 − 1) − 1)/2⌋ + 1 = 3",
        "2(3 − 1) + 2(3 − 1) ≤ 8",
        "8 < 2·3 + 2(3 − 1)",
    ]
    assert instance.check().passed


def test_padding_and_dilation_may_be_left_out() -> None:
    build = theorems.output_size_formula().instance
    assert build([5, 3, 1]).lines == build([5, 3, 1, 0, 1]).lines


def test_sizes_too_large_to_count_are_no_trouble() -> None:
    assert theorems.output_size_formula().instance([10**30, 3, 7, 10**20, 5]).check().passed


def test_rounding_up_gives_the_output_size_of_the_layers() -> None:
    for kernel, stride, padding, dilation in product(range(1, 4), range(1, 5), range(2), range(1, 3)):
        axis = Sliding(kernel, stride, (padding, padding), dilation, ceil_mode=True)
        for width in range(dilation * (kernel - 1) + 1, 8):
            instance = theorems.output_size_rounded_up().instance([width, kernel, stride, padding, dilation])
            assert instance.values[O] == axis.output_size(width)


def test_a_padding_that_the_rule_of_pytorch_does_not_cover_is_refused() -> None:
    with pytest.raises(ArgumentError, match="P: must be at most the width of the dilated kernel, not 3"):
        theorems.output_size_rounded_up().instance([5, 2, 2, 3])


def test_inputs_5_and_6_have_the_same_output_size() -> None:
    for width in (5, 6):
        lines = [str(line) for line in theorems.input_sizes_theorem().instance([width, 3, 2]).lines]
        assert lines[2:4] == ["2(2 − 1) + 1(3 − 1) + 1 − 2·0 = 5", "U = 6"]
