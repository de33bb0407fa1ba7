"""The axes: taps by hand, the two levels of every axis against each other, output sizes, errors."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fractions import Fraction
from itertools import product
from typing import Any

import pytest
import sympy as sp

from symconv.arithmetic import assignments, holds, integer
from symconv.axes import (
    Adaptive,
    Adjoint,
    Axis,
    Fractional,
    Grouped,
    Letters,
    Planewise,
    Pointwise,
    Reads,
    Scattered,
    Sliding,
)
from symconv.errors import ShapeError

I, O, K, S, P, D = (sp.Symbol(letter, integer=True, positive=True) for letter in "IOKSPD")
k, i, m = (sp.Symbol(letter, integer=True) for letter in "kim")
LETTERS = Letters(k, i, m, I, O, K)

PADDINGS = ((0, 0), (1, 1), (0, 2), (3, 1))


def numbers(axis: Any, size: int, base: int) -> dict[Any, Any]:
    """What the letters of an axis are at a size."""
    windowed = axis.axis if isinstance(axis, Adjoint) else axis
    found: dict[Any, Any] = {I: size, O: axis.output_size(size), K: getattr(windowed, "kernel_size", 1)}
    return found | (axis.sequences(LETTERS, size, base) if hasattr(axis, "sequences") else {})


def read(
    reads: Reads, at: dict[Any, Any], size: int, base: int
) -> Iterator[tuple[int, int, tuple[int, ...]]]:
    """The taps of a formula, counted from 0; those outside of the arrays left out."""
    for inner in assignments(reads.ranges, at):
        if all(holds(condition, inner) for condition in reads.where):
            out, inp = integer(reads.out, inner) - base, integer(reads.inp, inner) - base
            if 0 <= inp < size and (not isinstance(at[O], int) or 0 <= out < at[O]):
                yield out, inp, tuple(integer(index, inner) - base for index in reads.weight)


def fits(axis: Axis, size: int) -> bool:
    try:
        return bool(axis.output_size(size) >= 1)
    except ShapeError:
        return False


def collect(
    reads: Reads, letter: sp.Symbol, positions: Iterable[int], axis: Axis, size: int, base: int
) -> list[tuple[int, int, tuple[int, ...]]]:
    """The taps of a formula over all positions of the free letter, sorted."""
    at = numbers(axis, size, base)
    return sorted(
        tap for position in positions for tap in read(reads, {**at, letter: position + base}, size, base)
    )


# Values by hand.


def test_a_sliding_window_reads_the_positions_computed_by_hand() -> None:
    # in = 2·out + 3·offset − 1: out 0 reads −1 (padding), 2; out 1 reads 1, 4
    taps = Sliding(2, stride=2, padding=(1, 1), dilation=3, weighted=True).taps(5)
    assert taps.triples == [(0, 2, 1), (1, 1, 0), (1, 4, 1)]
    assert taps.sizes == (2, 5, 2)


def test_groups_of_channels_read_only_their_own() -> None:
    # 4 inputs, 2 outputs, 2 groups: output 0 reads 0 and 1, output 1 reads 2 and 3; weights row by row
    taps = Grouped(4, 2, 2).taps(4)
    assert taps.triples == [(0, 0, 0), (0, 1, 1), (1, 2, 2), (1, 3, 3)]
    assert taps.sizes == (2, 4, 4)


def test_adaptive_windows_of_5_into_3_overlap_as_computed_by_hand() -> None:
    # ⌊0⌋…⌈5/3⌉−1, ⌊5/3⌋…⌈10/3⌉−1, ⌊10/3⌋…⌈5⌉−1
    taps = Adaptive(3).taps(5)
    assert [[inp for _, inp, _ in taps.by_position[0][out]] for out in range(3)] == [
        [0, 1],
        [1, 2, 3],
        [3, 4],
    ]
    assert Adaptive(3).cells(5, True).tolist() == [2, 3, 2]


def test_fractional_windows_start_where_computed_by_hand() -> None:
    # a = (7 − 2)/(4 − 1) = 5/3, u = 1/2: ⌊u·a⌋ = 0, then ⌊3/2·5/3⌋ = 2, ⌊5/2·5/3⌋ = 4, the last at 7 − 2
    assert Fractional(2, 4, Fraction(1, 2)).starts(7).tolist() == [0, 2, 4, 5]
    assert Fractional(2, Fraction(1, 2), Fraction(0)).output_size(7) == 3
    assert Fractional(3, 1, Fraction(0)).starts(7).tolist() == [4]


def test_a_transposed_axis_has_the_size_and_the_taps_computed_by_hand() -> None:
    # out = 2·in + offset − 1: input 0 is read by −1 (cut off) and 0, input 1 by 1 and 2, input 2 by 3 and 4
    axis = Adjoint(Sliding(2, stride=2, padding=(1, 0), weighted=True), output_padding=1)
    assert axis.output_size(3) == 2 * 2 + 1 * 1 + 1 - 1 + 1 == 6
    assert axis.taps(3).triples == [(0, 0, 1), (1, 1, 0), (2, 1, 1), (3, 2, 0), (4, 2, 1)]
    assert axis.taps(3).sizes == (6, 3, 2)


@pytest.mark.parametrize(
    ("mode", "sources"),
    [
        ("reflect", [2, 1, 0, 1, 2, 1, 0]),
        ("replicate", [0, 0, 0, 1, 2, 2, 2]),
        ("circular", [1, 2, 0, 1, 2, 0, 1]),
    ],
)
def test_a_mode_of_padding_says_where_its_entries_come_from(mode: Any, sources: list[int]) -> None:
    taps = Sliding(1, padding=(2, 2), weighted=True, mode=mode).taps(3)
    assert taps.inp.tolist() == sources


def test_planes_have_windows_of_their_own() -> None:
    # the second plane's entries come after the 4 of the first; u = 1/2: ⌊3/2⌋ − ⌊1/2·3/2⌋ … of a = (4 − 1)/(3 − 1)
    axes = [(Fractional(1, 3, Fraction(sample, 2)),) for sample in (0, 1)]
    assert [axis.starts(4).tolist() for (axis,) in axes] == [[0, 1, 3], [0, 2, 3]]
    assert Planewise(tuple(axes), (4,)).taps(8).inp.tolist() == [0, 1, 3, 4, 6, 7]


def test_a_scattered_entry_goes_to_its_target_and_the_last_of_several_stays() -> None:
    assert Scattered((3, 0, 3), 4).taps(3).triples == [(0, 1, 0), (3, 2, 0)]


@pytest.mark.parametrize(
    ("count_padding", "cells"),
    [(True, [3, 3, 2]), (False, [2, 3, 1])],  # windows −1…1, 1…3, 3…5 over input 0…3 and padding −1, 4
)
def test_a_window_beyond_the_padding_is_clipped_to_it(count_padding: bool, cells: list[int]) -> None:
    assert Sliding(3, 2, (1, 1), ceil_mode=True).cells(4, count_padding).tolist() == cells


@pytest.mark.parametrize(
    ("axis", "size", "count"),
    [
        (Sliding(3), 5, 3),
        (Sliding(3, 2), 6, 2),  # ⌊3/2⌋ + 1, where (I − K)/S + 1 is 5/2
        (Sliding(3, 2, ceil_mode=True), 6, 3),
        (
            Sliding(2, 2, (1, 1), ceil_mode=True),
            3,
            2,
        ),  # ⌈3/2⌉ + 1 = 3, but the third would start in the padding
        (Sliding(3, 1, (1, 1), 2), 5, 3),
        (Sliding(1, 3, ceil_mode=True), 2, 1),
        (Pointwise(), 4, 4),
        (Grouped(4, 6, 2), 4, 6),
        (Adaptive(7), 3, 7),
        (Adaptive(None), 3, 3),
    ],
)
def test_output_sizes_computed_by_hand(axis: Axis, size: int, count: int) -> None:
    assert axis.output_size(size) == count
    assert axis.taps(size).sizes[:2] == (count, size)


def test_the_output_size_of_symbols_has_the_floor() -> None:
    axis = Sliding(K, S, (P, P), D)
    assert axis.output_size(I) == sp.floor((I + 2 * P - D * (K - 1) - 1) / S) + 1


# The two levels agree.


@pytest.mark.parametrize("ceil_mode", [False, True])
def test_the_formula_of_the_output_size_agrees_with_the_number_at_every_small_size(ceil_mode: bool) -> None:
    checked = 0
    formula = Sliding(K, S, (P, P), D, ceil_mode).output_size(I)
    for size, kernel, stride, padding, dilation in product(
        range(1, 7), range(1, 4), range(1, 4), range(4), range(1, 4)
    ):
        axis = Sliding(kernel, stride, (padding, padding), dilation, ceil_mode)
        if fits(axis, size):
            at = {I: size, K: kernel, S: stride, P: padding, D: dilation}
            assert integer(formula, at) == axis.output_size(size)
            checked += 1
    assert checked > 400


@pytest.mark.parametrize("base", [0, 1])
@pytest.mark.parametrize("weighted", [False, True])
def test_every_formula_of_a_sliding_axis_lists_exactly_its_taps(weighted: bool, base: int) -> None:
    compared = 0
    for stride, padding, dilation in product((1, 2, 3), PADDINGS, (1, 2, 3)):
        # a formula has the letter K for the kernel's size: it is the same for every kernel
        general = Sliding(K, stride, padding, dilation, weighted=weighted)
        formulas = [
            (k, 1, general.reads_by_input(LETTERS, base)),
            (i, 0, general.reads_by_output(LETTERS, base)),
        ]
        if weighted:
            formulas += [(k, 1, general.reads_by_input(LETTERS, base, over)) for over in ("output", "offset")]
            formulas += [(m, 2, general.reads_by_offset(LETTERS, base))]
        for kernel, size, ceil_mode in product((1, 2, 3), (3, 6), (False, True)):
            axis = Sliding(kernel, stride, padding, dilation, ceil_mode, weighted)
            if not fits(axis, size):
                continue
            taps = axis.taps(size)
            expected = sorted((o, n, (w,) if weighted else ()) for o, n, w in taps.triples)
            for letter, which, reads in formulas:
                assert collect(reads, letter, range(taps.sizes[which]), axis, size, base) == expected
                compared += len(expected)
    assert compared > 3000


FORMULAS: tuple[tuple[Axis, int], ...] = (
    (Pointwise(), 4),
    (Adaptive(3), 7),
    (Adaptive(7), 3),
    (Adaptive(4), 4),
    (Fractional(2, 4, Fraction(2, 5)), 9),
    (Fractional(3, 3, Fraction(0)), 5),
    (Scattered((3, 0, 5), 6), 3),
    (Scattered((3, 0, 3, 5, 0), 6), 5),
    (
        Planewise(
            tuple((Fractional(2, 3, Fraction(u, 5)), Fractional(1, 2, Fraction(u, 7))) for u in range(3)),
            (6, 4),
        ),
        72,
    ),
)


@pytest.mark.parametrize("base", [0, 1])
@pytest.mark.parametrize(("axis", "size"), FORMULAS)
def test_every_formula_of_an_axis_without_weights_lists_exactly_its_taps(
    axis: Axis, size: int, base: int
) -> None:
    taps = axis.taps(size)
    expected = sorted((o, n, ()) for o, n, _ in taps.triples)
    assert collect(axis.reads_by_output(LETTERS, base), i, range(taps.sizes[0]), axis, size, base) == expected
    assert collect(axis.reads_by_input(LETTERS, base), k, range(taps.sizes[1]), axis, size, base) == expected


@pytest.mark.parametrize("base", [0, 1])
def test_every_formula_of_a_transposed_axis_lists_exactly_its_taps(base: int) -> None:
    compared = 0
    for stride, padding, dilation in product((1, 2, 3), PADDINGS, (1, 2, 3)):
        general = Adjoint(Sliding(K, stride, padding, dilation, weighted=True))
        formulas = [
            (i, 0, general.reads_by_output(LETTERS, base)),
            (k, 1, general.reads_by_input(LETTERS, base)),
            (m, 2, general.reads_by_offset(LETTERS, base)),
        ]
        for kernel, size, extra in product((1, 2, 3), (1, 4), range(max(stride, dilation))):
            axis = Adjoint(Sliding(kernel, stride, padding, dilation, weighted=True), extra)
            if not fits(axis, size):
                continue
            taps = axis.taps(size)
            expected = sorted((o, n, (w,)) for o, n, w in taps.triples)
            for letter, which, reads in formulas:
                assert collect(reads, letter, range(taps.sizes[which]), axis, size, base) == expected
                compared += len(expected)
    assert compared > 3000


@pytest.mark.parametrize("base", [0, 1])
@pytest.mark.parametrize("mode", ["reflect", "replicate", "circular"])
def test_every_formula_of_a_mode_of_padding_lists_exactly_its_taps(mode: Any, base: int) -> None:
    compared = 0
    for stride, padding, dilation in product((1, 2), PADDINGS, (1, 2)):
        general = Sliding(K, stride, padding, dilation, weighted=True, mode=mode)
        formulas = [
            (k, 1, general.reads_by_input(LETTERS, base)),
            (i, 0, general.reads_by_output(LETTERS, base)),
            (m, 2, general.reads_by_offset(LETTERS, base)),
        ]
        for kernel, size in product((1, 2, 3), (2, 3, 6)):
            axis = Sliding(kernel, stride, padding, dilation, weighted=True, mode=mode)
            if not fits(axis, size):
                continue
            taps = axis.taps(size)
            assert len(taps) == taps.sizes[0] * kernel  # nothing is read outside
            expected = sorted((o, n, (w,)) for o, n, w in taps.triples)
            for letter, which, reads in formulas:
                assert collect(reads, letter, range(taps.sizes[which]), axis, size, base) == expected
                compared += len(expected)
    assert compared > 1000


@pytest.mark.parametrize("base", [0, 1])
@pytest.mark.parametrize(
    ("inputs", "outputs", "groups"), [(3, 2, 1), (4, 2, 2), (2, 4, 2), (3, 3, 3), (6, 9, 3)]
)
def test_every_formula_of_the_channels_lists_exactly_its_taps(
    inputs: int, outputs: int, groups: int, base: int
) -> None:
    def assert_lists_its_taps(axis: Axis, size: int, count: int, first: sp.Symbol) -> None:
        """A weight's two indices are the channel that ``first`` stands for, and a local one."""
        rows, columns = axis.weight_shape()
        expected = sorted((o, n, divmod(w, columns)) for o, n, w in axis.taps(size).triples)
        assert collect(axis.reads_by_output(LETTERS, base), i, range(count), axis, size, base) == expected
        assert collect(axis.reads_by_input(LETTERS, base), k, range(size), axis, size, base) == expected
        by_offset = axis.reads_by_offset(LETTERS, base)
        found = [
            tap
            for row, local in product(range(rows), range(columns))
            for tap in read(by_offset, {first: row + base, m: local + base, O: O}, size, base)
        ]
        assert sorted(found) == expected

    axis = Grouped(inputs, outputs, groups)
    assert_lists_its_taps(axis, inputs, outputs, i)
    assert_lists_its_taps(Adjoint(axis), outputs, inputs, k)


@pytest.mark.parametrize("count_padding", [False, True])
@pytest.mark.parametrize("base", [0, 1])
def test_the_formula_of_a_windows_cells_agrees_with_the_numbers(base: int, count_padding: bool) -> None:
    compared = 0
    pooled = [
        Sliding(kernel, stride, (padding, padding), ceil_mode=ceil_mode)
        for kernel, stride, padding, ceil_mode in product((1, 2, 3), (1, 2, 3), (0, 1), (False, True))
        if 2 * padding <= kernel
    ]
    for axis in (*pooled, Adaptive(3), Adaptive(8)):
        for size in range(1, 7):
            if not fits(axis, size):
                continue
            formula = axis.cells_formula(LETTERS, base, count_padding)
            at = numbers(axis, size, base)
            cells = [integer(formula, {**at, i: out + base}) for out in range(axis.output_size(size))]
            assert cells == axis.cells(size, count_padding).tolist()
            if not count_padding or axis in (Adaptive(3), Adaptive(8)):
                outs = axis.taps(size).out.tolist()
                assert cells == [outs.count(out) for out in range(len(cells))]
            compared += len(cells)
    assert compared > 150


# Divisibility.


@pytest.mark.parametrize(
    ("stride", "dilation", "over", "divisor"),
    [
        (1, 1, None, None),
        (3, 1, None, None),
        (1, 3, None, None),
        (2, 3, None, 3),
        (2, 3, "offset", 2),
        (3, 1, "offset", 3),
        (1, 3, "output", 3),
    ],
)
def test_a_backward_sum_states_divisibility_exactly_where_its_form_needs_it(
    stride: int, dilation: int, over: Any, divisor: int | None
) -> None:
    where = Sliding(3, stride, (1, 1), dilation, weighted=True).reads_by_input(LETTERS, 1, over).where
    assert [condition.lhs.args[1] for condition in where] == ([] if divisor is None else [divisor])


def test_without_its_condition_a_strided_sum_would_read_weights_that_are_not_there() -> None:
    axis = Sliding(3, 2, (1, 1), 2, weighted=True)
    reads = axis.reads_by_input(LETTERS, 1)
    open_reads = Reads(reads.out, reads.inp, reads.weight, reads.ranges)
    with pytest.raises(ArithmeticError, match="is not an integer"):
        list(read(open_reads, {**numbers(axis, 6, 1), k: 1}, 6, 1))


# Errors.


@pytest.mark.parametrize(
    ("axis", "size", "message"),
    [
        (
            Sliding(3, padding=(1, 0), dilation=2),
            3,
            "the kernel reaches over 5 positions, more than the padded input's 4 (input 3, padding 1 + 0)",
        ),
        (
            Sliding(4),
            3,
            "the kernel reaches over 4 positions, more than the padded input's 3 (input 3, padding 0 + 0)",
        ),
    ],
)
def test_a_window_larger_than_the_padded_input_is_refused(axis: Sliding, size: int, message: str) -> None:
    with pytest.raises(ShapeError) as error:
        axis.taps(size)
    assert str(error.value) == message


@pytest.mark.parametrize(
    ("axis", "size", "message"),
    [
        (
            Sliding(1, padding=(0, 3), mode="reflect"),
            3,
            "with padding_mode 'reflect' the padding must be less than the input's size 3, not 3",
        ),
        (
            Sliding(1, padding=(4, 0), mode="circular"),
            3,
            "with padding_mode 'circular' the padding must be at most the input's size 3, not 4",
        ),
        (
            Adjoint(Sliding(2, padding=(1, 1))),
            1,
            "the padding cuts off the whole output: its size would be 0 for an input of 1",
        ),
    ],
)
def test_a_padding_that_is_too_wide_is_refused(axis: Axis, size: int, message: str) -> None:
    with pytest.raises(ShapeError) as error:
        axis.taps(size)
    assert str(error.value) == message


@pytest.mark.parametrize("count", [0, 5])
def test_fractional_windows_that_do_not_fit_are_refused(count: int) -> None:
    with pytest.raises(ShapeError, match=rf"^{count} fractional windows of 2 need .* not 5$"):
        Fractional(2, count, Fraction(0)).starts(5)


def test_a_window_may_fill_the_padded_input_exactly() -> None:
    assert Sliding(3, padding=(1, 0), dilation=2).taps(4).triples == [(0, 1, 0), (0, 3, 0)]


def test_a_stride_beyond_64_bits_is_never_taken_by_a_single_window() -> None:
    assert Sliding(3, stride=10**20).taps(5).triples == Sliding(3).taps(3).triples
