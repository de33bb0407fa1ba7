"""Input sizes that give an output size: exactly those that ``output_size`` maps there, and no others."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from typing import Any

import pytest
import sympy as sp
from layer_cases import CASES

from symconv.axes import Adaptive, Adjoint, Fractional, InputSizes, Pointwise, Sliding, input_sizes
from symconv.errors import ShapeError, UnsupportedError
from symconv.layers import Conv2d, Linear, MaxPool2d, MaxUnpool2d
from symconv.layers.unpooling import Unpooling

LARGEST = 40
WANTED = range(1, 8)


def by_trying(output_size: Any, wanted: int, largest: int = LARGEST) -> list[int]:
    """Every size up to the largest that gives the wanted output, by asking for the output of each."""
    found = []
    for size in range(1, largest + 1):
        try:
            if output_size(size) == wanted:
                found.append(size)
        except ShapeError:
            continue
    return found


def listed(sizes: InputSizes, largest: int = LARGEST) -> list[int]:
    """The sizes up to the largest."""
    return [size for size in range(1, largest + 1) if size in sizes]


# --- values ---


def test_strided_convolution_has_as_many_sizes_as_its_stride() -> None:
    sizes, _ = Conv2d(stride=3, padding=1).input_sizes((4, 4), kernel_size=(5, 5))
    assert (sizes.lower, sizes.upper, list(sizes)) == (12, 14, [12, 13, 14])


def test_sizes_below_1_are_left_out_and_none_may_be_left() -> None:
    near, far = (Conv2d(stride=2, padding=p).input_sizes((1, 1), (2, 2))[0] for p in (1, 3))
    assert (list(near), list(far), bool(far)) == ([1], [], False)


def test_ceil_mode_keeps_sizes_whose_last_window_would_start_in_the_padding() -> None:
    # an input of 5 rounds up to three windows, but the third would start at 5, just after the input
    sizes, _ = MaxPool2d(2, 3, padding=1, ceil_mode=True).input_sizes((2, 2))
    assert (list(sizes), MaxPool2d(2, 3, padding=1, ceil_mode=True).output_size((5, 5))) == (
        [3, 4, 5],
        (2, 2),
    )


def test_adaptive_pooling_takes_any_size_or_keeps_it() -> None:
    assert input_sizes(Adaptive(3), 3) == InputSizes(1, sp.oo)
    assert not input_sizes(Adaptive(3), 2)
    assert list(input_sizes(Adaptive(None), 5)) == [5]


def test_fractional_pooling_by_ratio_has_the_sizes_whose_floor_it_is() -> None:
    assert list(input_sizes(Fractional(2, Fraction(2, 5), Fraction(0)), 2)) == [5, 6, 7]
    assert input_sizes(Fractional(2, 3, Fraction(0)), 3) == InputSizes(4, sp.oo)


def test_unpooling_has_the_size_whose_default_it_is() -> None:
    assert [list(sizes) for sizes in MaxUnpool2d(2, 3, 1).input_sizes((6, 7))] == [[3], []]


def test_symbols_give_a_lower_and_an_upper_bound() -> None:
    O, K, S, P, D = (sp.Symbol(letter, integer=True, positive=True) for letter in "OKSPD")
    sizes, _ = Conv2d(stride=S, padding=P, dilation=D).input_sizes((O, O), kernel_size=(K, K))
    lower = (O - 1) * S - 2 * P + D * (K - 1) + 1
    assert sp.expand(sizes.upper - (lower + S - 1)) == 0
    assert sizes.lower.func is sp.Max
    without, _ = Conv2d(stride=S).input_sizes((O, O), kernel_size=(K, K))
    assert sp.expand(without.lower - ((O - 1) * S + K)) == 0


# --- laws ---


GEOMETRIES = list(product((1, 2, 3, 5), (1, 2, 3, 4), ((0, 0), (1, 1), (2, 0), (0, 3), (3, 2)), (1, 2, 3)))


@pytest.mark.parametrize("ceil_mode", [False, True])
def test_sliding_sizes_are_exactly_those_found_by_trying_them_all(ceil_mode: bool) -> None:
    for kernel, stride, padding, dilation in GEOMETRIES:
        axis = Sliding(kernel, stride, padding, dilation, ceil_mode)
        for wanted in WANTED:
            found = by_trying(axis.output_size, wanted)
            assert listed(input_sizes(axis, wanted)) == found, (axis, wanted)


@pytest.mark.parametrize("name", [name for name in CASES if not name.startswith("linear")])
def test_the_sizes_of_every_layer_are_exactly_those_found_by_trying_them_all(name: str) -> None:
    case = CASES[name]
    dims = case.layer.dims
    kernel = case.weight and case.weight[-dims:]
    for place in range(dims):

        def output_size(size: int, place: int = place) -> int:
            if isinstance(case.layer, Unpooling):
                # the other axes are as the case has them, which is legal
                sizes = list(case.input[-dims:])
                sizes[place] = size
                return int(case.layer.output_size(sizes)[place])
            axis = case.layer.spatial_axes(kernel)[place]
            axis.taps(size)  # fractional windows may not fit
            return int(axis.output_size(size))

        for wanted in WANTED:
            sizes = case.layer.input_sizes((wanted,) * dims, kernel)[place]
            assert listed(sizes) == by_trying(output_size, wanted)


def test_features_come_from_the_one_number_that_a_layer_takes() -> None:
    layer = Linear(5, 3)
    assert [listed(sizes) for sizes in (*layer.input_sizes((3,)), *layer.input_sizes((4,)))] == [[5], []]


def test_the_formula_in_symbols_has_the_values_of_the_numbers() -> None:
    letters = O, K, S, P, D = [sp.Symbol(letter, integer=True, positive=True) for letter in "OKSPD"]
    for ceil_mode in (False, True):
        formula = input_sizes(Sliding(K, S, (P, P), D, ceil_mode), O)
        for numbers in product((1, 3), (1, 2, 3), (1, 2, 4), (1, 2), (1, 3)):
            wanted, kernel, stride, padding, dilation = numbers
            exact = input_sizes(Sliding(kernel, stride, (padding, padding), dilation, ceil_mode), wanted)
            at = dict(zip(letters, numbers, strict=True))
            assert (formula.lower.subs(at), formula.upper.subs(at)) == (exact.lower, exact.upper)


@dataclass(frozen=True)
class Doubled:
    """An axis that nobody knows: two outputs an input, at most ``most``."""

    most: int = 10**9
    role: str = "spatial"

    def output_size(self, size: int) -> int:
        if size < 3:
            raise ShapeError("too small")
        return min(2 * size, self.most)


@pytest.mark.parametrize("mode", ["reflect", "replicate", "circular"])
def test_a_mode_of_padding_needs_an_input_that_fills_it(mode: Any) -> None:
    for kernel, stride, padding, dilation in GEOMETRIES:
        axis = Sliding(kernel, stride, padding, dilation, weighted=True, mode=mode)
        for wanted in WANTED:
            assert listed(input_sizes(axis, wanted)) == by_trying(axis.output_size, wanted)


def test_a_transposed_convolution_has_one_size_or_none() -> None:
    for kernel, stride, padding, dilation in GEOMETRIES:
        for more in range(stride):
            axis = Adjoint(Sliding(kernel, stride, padding, dilation, weighted=True), more)
            for wanted in WANTED:
                found = by_trying(axis.output_size, wanted)
                assert listed(input_sizes(axis, wanted)) == found
                assert len(found) <= 1


def test_output_padding_restores_the_input_size() -> None:
    for kernel, stride, padding, dilation in GEOMETRIES:
        axis = Sliding(kernel, stride, padding, dilation, weighted=True)
        for wanted in WANTED:
            for size in input_sizes(axis, wanted):
                more = size - Adjoint(axis).axis.input_size(wanted)
                assert 0 <= more < stride
                assert Adjoint(axis, more).output_size(wanted) == size


def test_an_axis_without_a_rule_is_searched() -> None:
    assert [list(input_sizes(Doubled(), wanted)) for wanted in (2, 6, 7, 8)] == [[], [3], [], [4]]
    assert input_sizes(Doubled(20), 20) == InputSizes(10, sp.oo)
    assert not input_sizes(Doubled(20), 22)
    for wanted in WANTED:
        known, searched = Sliding(3, 2, (1, 1)), input_sizes.dispatch(object)
        assert searched(known, wanted) == input_sizes(known, wanted)
    assert list(input_sizes(Pointwise(), 4)) == [4]


# --- errors ---


def test_what_cannot_be_said_is_refused_in_a_sentence() -> None:
    with pytest.raises(ShapeError, match="output_size must have 2 sizes, not 1"):
        Conv2d(1, 1, 3).input_sizes((4,))
    with pytest.raises(ShapeError, match="needs a kernel_size"):
        Conv2d().input_sizes((4, 4))
    with pytest.raises(ShapeError, match="sizes from 1 to oo cannot be listed"):
        list(input_sizes(Adaptive(3), 3))
    with pytest.raises(UnsupportedError, match="no formula gives the input sizes of a Doubled axis"):
        input_sizes(Doubled(), sp.Symbol("O"))
