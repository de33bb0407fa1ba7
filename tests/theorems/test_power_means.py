"""The theorems on power means: values by hand and the bounds between the means."""

from __future__ import annotations

from fractions import Fraction

import pytest
import sympy as sp

from symconv import theorems
from symconv.printing.text import text
from symconv.theorems.theorem import Instance, Rounded


def table(instance: Instance) -> list[list[str]]:
    return [
        [cell.shown if isinstance(cell, Rounded) else text(cell) for cell in row] for row in instance.rows
    ]


def test_the_power_mean_grows_to_the_maximum() -> None:
    rows = table(theorems.power_mean_maximum_limit().instance([1, 7]))
    assert rows[0] == ["1", "3.500000", "4.000000"]
    assert rows[1] == ["2", "4.949747", "5.000000"]  # 7/√2, √25
    assert rows[-1] == ["1024", "6.995263", "6.995263"]


def test_the_power_mean_tends_to_the_minimum_at_large_negative_exponents() -> None:
    rows = table(theorems.power_mean_minimum_limit().instance([1, 2]))
    assert rows[0] == ["−1", "1.333333", "2.000000", "0.666667"]  # the harmonic mean, 4/3
    assert rows[-1] == ["−1024", "1.000677", "1.000677", "1.000000"]


def test_the_power_mean_tends_to_the_geometric_mean() -> None:
    rows = table(theorems.power_mean_geometric_limit().instance([1, 2, 4]))
    assert rows[0] == ["1", "2.333333", "0.154151", "0.346574"]  # 7/3, ln(7/6), ln(2)/2
    assert rows[-1] == ["0", "2.000000", "0", "0"]
    means = [Fraction(row[1]) for row in rows]
    assert means == sorted(means, reverse=True)
    assert all(Fraction(excess) <= Fraction(bound) for _, _, excess, bound in rows)


def test_the_power_mean_of_a_window_with_zeros_tends_to_zero() -> None:
    rows = table(theorems.power_mean_zeros_limit().instance([0, 4]))
    assert rows[0] == ["1", "2.000000", "2.000000"]
    assert rows[1] == ["1/2", "1.000000", "1.000000"]  # (2/2)²
    assert rows[-1] == ["1/64", "0.000000", "0.000000"]


@pytest.mark.parametrize("window", [[3], [2, 2], [sp.sqrt(2), 1], [Fraction(1, 9), 10**6]], ids=str)
def test_awkward_windows_pass(window: list[object]) -> None:
    assert theorems.power_mean_maximum_limit().instance(window).check().passed
    assert theorems.power_mean_minimum_limit().instance(window).check().passed
    assert theorems.power_mean_geometric_limit().instance(window).check().passed
