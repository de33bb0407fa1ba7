"""The product of axes as a tap table, against a loop over every position."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from layer_cases import CASES

from symconv.axes import Pointwise, Sliding
from symconv.taps import KEYS, Tap, Taps


def table(*axes: tuple[Sliding | Pointwise, int]) -> Taps:
    return Taps(tuple(axis.taps(size) for axis, size in axes))


TWO_AXES = table((Sliding(2, weighted=True), 3), (Sliding(2, 2, (1, 0), weighted=True), 3))


def test_the_taps_of_a_small_convolution_are_those_written_by_hand() -> None:
    # rows: out 0 reads 0, 1; out 1 reads 1, 2.  columns: out 0 reads padding, 0; out 1 reads 1, 2.
    assert TWO_AXES.at("out", (1, 0)) == [Tap((1, 0), (1, 0), (0, 1)), Tap((1, 0), (2, 0), (1, 1))]
    assert TWO_AXES.at("inp", (1, 1)) == [Tap((0, 1), (1, 1), (1, 0)), Tap((1, 1), (1, 1), (0, 0))]
    assert TWO_AXES.at("offset", (0, 0)) == [Tap((0, 1), (0, 1), (0, 0)), Tap((1, 1), (1, 1), (0, 0))]


def test_the_number_of_taps_is_the_product_over_the_axes() -> None:
    assert len(TWO_AXES) == 4 * 3 == len(TWO_AXES.out) == len(TWO_AXES.inp) == len(TWO_AXES.offset)


@pytest.mark.parametrize("name", CASES)
def test_the_flat_table_lists_exactly_the_taps_of_every_entry(name: str) -> None:
    case = CASES[name]
    taps = case.operator(case.input, case.weight).taps
    shapes = list(zip(*(axis.sizes for axis in taps.axes), strict=True))

    def flat(tap: Tap) -> tuple[int, ...]:
        return tuple(int(np.ravel_multi_index(i, shape)) for i, shape in zip(tap, shapes, strict=True))

    listed = sorted(zip(taps.out.tolist(), taps.inp.tolist(), taps.offset.tolist(), strict=True))
    assert len(listed) > 0
    for key, shape in zip(KEYS, shapes, strict=True):
        found = [flat(tap) for index in product(*map(range, shape)) for tap in taps.at(key, index)]
        assert sorted(found) == listed


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("key", KEYS)
def test_groups_hold_every_tap_once_under_its_own_position(name: str, key: str) -> None:
    case = CASES[name]
    taps = case.operator(case.input, case.weight).taps
    groups = getattr(taps, f"by_{key}")
    column = getattr(taps, key)
    assert sorted(groups.order.tolist()) == list(range(len(taps)))
    parts = np.split(groups.order, groups.starts[1:])
    for position, part in zip(groups.ids, parts, strict=True):
        assert set(column[part].tolist()) == {position}
    assert groups.largest == max(map(len, parts))
    assert groups.count > max(groups.ids)


def test_a_position_that_no_window_reaches_is_counted_but_has_no_taps() -> None:
    groups = table((Sliding(1, stride=2), 4)).by_inp
    assert groups.ids.tolist() == [0, 2]
    assert groups.count == 4


def test_taps_of_an_entry_come_in_row_major_order_of_its_window() -> None:
    taps = table((Sliding(3, weighted=True), 3), (Sliding(2, weighted=True), 2)).at("out", (0, 0))
    assert [tap.offset for tap in taps] == [(0, 0), (0, 1), (1, 0), (1, 1), (2, 0), (2, 1)]
