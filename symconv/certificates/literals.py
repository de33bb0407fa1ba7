"""Numbers, lists and names as Coq reads them. No text of a problem comes in here: all is made of numbers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fractions import Fraction

from symconv.exact import Array

Rational = int | Fraction


def rational(value: Rational) -> str:
    """A number of the type ``Q``: ``4%Q``, ``(-1 # 2)%Q``."""
    return f"{_parenthesised(_in_rows(value))}%Q"


def real(value: Rational) -> str:
    """A number of the type ``R``: ``4%R``, ``(-1 / 2)%R``."""
    return f"{_parenthesised(_fraction(value, ' / '))}%R"


def index(position: Iterable[int]) -> str:
    """An index, counted from 0: ``[0; 2]``."""
    return _listed(map(str, position))


def shape(sizes: Sequence[int]) -> str:
    """The sizes of an array."""
    return index(sizes)


def table(array: Array) -> str:
    """An array of rationals by its rows: ``table [2; 2] [[4; 5]; [3; -1 # 2]]%Q``."""
    width = array.shape[-1] if array.ndim else 1
    entries = array.ravel().tolist()
    rows = (_listed(map(_in_rows, entries[start : start + width])) for start in range(0, len(entries), width))
    listed = ";\n   ".join(rows)
    return f"table {shape(array.shape)}\n  [{listed}]%Q"


def rationals(values: Iterable[Rational]) -> str:
    """A list of rationals: ``[4; -1 # 2]%Q``."""
    return f"{_listed(map(_in_rows, values))}%Q"


def reals(values: Iterable[Rational]) -> str:
    """A list of reals: ``[4; -1 / 2]%R``."""
    return f"{_listed(_fraction(value, ' / ') for value in values)}%R"


def terms(coefficients: Iterable[tuple[Sequence[int], Rational]]) -> str:
    """The terms of a linear form: pairs of an index and its coefficient."""
    return _listed(f"({index(position)}, {rational(value)})" for position, value in coefficients)


def name(word: str, position: Iterable[int] = ()) -> str:
    """The name of a theorem: a word of ours and the index as the reports count it."""
    return "_".join((word, *(f"m{-i}" if i < 0 else str(i) for i in position)))


def _listed(items: Iterable[str]) -> str:
    return f"[{'; '.join(items)}]"


def _in_rows(value: Rational) -> str:
    return _fraction(value, " # ")


def _fraction(value: Rational, line: str) -> str:
    exact = Fraction(value)
    return str(exact.numerator) if exact.denominator == 1 else f"{exact.numerator}{line}{exact.denominator}"


def _parenthesised(text: str) -> str:
    return text if text.isdigit() else f"({text})"
