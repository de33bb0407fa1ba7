"""The output size against counting, and against what the homework says."""

from __future__ import annotations

from symconv import theorems


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
