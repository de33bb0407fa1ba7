"""Exact arrays: what goes in, what comes out, what is refused."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import numpy as np
import pytest
import sympy as sp

from symconv.errors import ArgumentError
from symconv.exact import as_integers, indices, is_numeric, pack, subscript, symbols, unpack
from symconv.number import exact

x, y = sp.symbols("x y")


@pytest.mark.parametrize(
    ("entry", "kept"),
    [
        (3, 3),
        (np.int32(-3), -3),
        (2**80, 2**80),
        (sp.Integer(7), 7),
        (Fraction(6, 3), 2),
        (Fraction(1, 3), Fraction(1, 3)),
        (sp.Rational(-2, 5), Fraction(-2, 5)),
        (x + y, x + y),
        (sp.sqrt(2), sp.sqrt(2)),
    ],
)
def test_an_exact_entry_becomes_the_plainest_number_that_it_is(entry: Any, kept: Any) -> None:
    result = exact(entry)
    assert result == kept
    assert type(result) is type(kept)


@pytest.mark.parametrize(
    "entry",
    [0.5, np.float64(1), sp.Float("0.5"), x + 0.5, True, np.True_, "1", "__import__('os')", None, 1j, sp.nan],
)
def test_an_entry_that_is_not_exact_is_refused_by_name_and_value(entry: Any) -> None:
    with pytest.raises(ArgumentError) as error:
        exact(entry, "A")
    assert str(error.value).startswith("A: must be exact numbers (int, Fraction, SymPy) or symbols, not ")
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    "value",
    [
        [[1, 2], [3, 4]],
        ((1, 2), (3, 4)),
        [(1, sp.Integer(2)), [Fraction(3), 4]],
        np.array([[1, 2], [3, 4]], dtype=np.int8),
        np.array([[1, 2], [3, 4]], dtype=object),
        sp.Matrix([[1, 2], [3, 4]]),
        sp.ImmutableMatrix([[1, 2], [3, 4]]),
        sp.SparseMatrix([[1, 2], [3, 4]]),
        sp.Array([[1, 2], [3, 4]]),
    ],
)
def test_every_kind_of_array_packs_to_the_same_entries(value: Any) -> None:
    packed = pack(value)
    assert packed.dtype == object
    assert packed.tolist() == [[1, 2], [3, 4]]
    assert {type(entry) for entry in packed.flat} == {int}


def test_a_packed_array_is_read_only_and_shares_nothing_with_its_source() -> None:
    source = np.array([1, 2], dtype=object)
    packed = pack(source)
    source[0] = 9
    assert packed.tolist() == [1, 2]
    with pytest.raises(ValueError, match="read-only"):
        packed[0] = 9


def test_a_single_number_packs_to_an_array_without_dimensions() -> None:
    assert pack(5).shape == ()
    assert pack(sp.Symbol("b")).item() == sp.Symbol("b")
    assert pack(sp.Array(5)).tolist() == 5


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ([], "B: must be an array with at least one entry in every row"),
        ([[], []], "B: must be an array with at least one entry in every row"),
        ([[1, 2], [3]], "B: must be rectangular: every row as long as the first, not [3]"),
        ([[1, 2], 3], "B: must be rectangular: every row as long as the first, not 3"),
        ([1, [2, 3]], "B: must be rectangular: every row as long as the first, not [2, 3]"),
        (np.zeros((0, 3), dtype=int), "B: must be an array with at least one entry, not shape (0, 3)"),
        (sp.zeros(0, 2), "B: must be an array with at least one entry, not shape (0, 2)"),
        (sp.Array([]), "B: must be an array with at least one entry, not shape (0,)"),
        (
            np.array([0.5]),
            "B: must be an array of exact numbers (int, Fraction, SymPy) or symbols, not dtype float64",
        ),
        (
            np.array([True]),
            "B: must be an array of exact numbers (int, Fraction, SymPy) or symbols, not dtype bool",
        ),
        ([[1, 2.5]], "B: must be exact numbers (int, Fraction, SymPy) or symbols, not 2.5"),
        ([[1, "2"]], "B: must be exact numbers (int, Fraction, SymPy) or symbols, not '2'"),
        ("12", "B: must be exact numbers (int, Fraction, SymPy) or symbols, not '12'"),
        ([[1, False]], "B: must be exact numbers (int, Fraction, SymPy) or symbols, not False"),
    ],
)
def test_an_array_that_cannot_be_used_is_refused_in_one_sentence(value: Any, message: str) -> None:
    with pytest.raises(ArgumentError) as error:
        pack(value, "B")
    assert str(error.value) == message


class Tensor:
    """Looks like a tensor of PyTorch."""

    def detach(self) -> Tensor:
        return self


def test_a_tensor_is_refused_with_the_way_to_convert_it() -> None:
    with pytest.raises(ArgumentError, match=r"convert the tensor with \.long\(\)\.numpy\(\)"):
        pack(Tensor(), "A")


def test_a_long_value_is_shortened_in_a_message() -> None:
    with pytest.raises(ArgumentError) as error:
        pack("9" * 10_000)
    assert len(str(error.value)) < 140


@pytest.mark.parametrize("kind", [sp.Matrix, sp.ImmutableMatrix, sp.Array, np.array])
def test_unpacking_gives_back_the_kind_that_was_packed(kind: Any) -> None:
    value = kind([[1, 2], [3, 4]])
    result = unpack(pack(value), value)
    assert isinstance(result, type(value))
    assert result.tolist() == [[1, 2], [3, 4]]


def test_an_array_of_other_than_two_dimensions_comes_out_of_a_matrix_as_a_sympy_array() -> None:
    result = unpack(pack([[[1], [2]]]), sp.Matrix([1]))
    assert isinstance(result, sp.ImmutableDenseNDimArray)
    assert result.shape == (1, 2, 1)


def test_symbols_are_named_by_their_index() -> None:
    assert [[str(s) for s in row] for row in symbols("A", (2, 2))] == [["A_11", "A_12"], ["A_21", "A_22"]]
    assert str(symbols("A", (2, 2), base=0)[1, 0]) == "A_10"


@pytest.mark.parametrize(
    ("shape", "base", "last"), [((9, 9), 1, "99"), ((10, 2), 1, "10,2"), ((10, 2), 0, "91"), ((), 1, "")]
)
def test_indices_are_separated_where_a_side_has_two_digits(shape: Any, base: int, last: str) -> None:
    assert subscript([size - 1 for size in shape], shape, base) == last


@pytest.mark.parametrize("shape", [(12, 11), (3, 10, 2)])
def test_no_two_symbols_of_an_array_share_a_name(shape: Any) -> None:
    entries = symbols("A", shape)
    assert len(set(entries.flat)) == entries.size
    assert len(list(indices(shape))) == entries.size


def test_int64_is_used_only_for_ints_that_fit() -> None:
    fits = as_integers(pack([2**63 - 1, -(2**63)]))
    assert fits is not None
    assert fits.dtype == np.int64
    assert as_integers(pack([2**63])) is None
    assert as_integers(pack([Fraction(1, 2)])) is None
    assert as_integers(pack([x])) is None


def test_numbers_are_told_from_symbols() -> None:
    assert is_numeric(pack([1, Fraction(1, 2)]))
    assert not is_numeric(pack([1, x]))
    assert not is_numeric(pack([sp.sqrt(2)]))
