"""Numbers that are intervals: what the reference computes with where exponentials make numbers irrational.

An :class:`Enclosure` is sure to contain the number that it stands for. NumPy's object arrays of them go
through the reference as integers do; a comparison that the intervals do not decide raises.
"""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from typing import Any

import numpy as np
from mpmath import libmp

from symconv.checks.interval import Point
from symconv.errors import UnsupportedError
from symconv.exact import Array
from symconv.number import symbolic

BITS = 400
"""Bits of the intervals: enough for difference quotients whose step is far below the digits compared."""

FLOOR = Fraction(1, 10**80)
"""What counts as nothing where a number is 0."""


class Enclosure:
    """An interval with arithmetic.

    Args:
        ends: mpmath's pair of its ends.
        source: the exact number that is enclosed, where it is known: two of the same are equal.
    """

    __slots__ = ("ends", "source")

    def __init__(self, ends: Any, source: Any = None) -> None:
        self.ends = ends
        self.source = source

    @staticmethod
    def of(value: Any) -> Enclosure:
        """An int, a Fraction or a SymPy number, enclosed.

        Raises:
            UnsupportedError: an expression that no interval is known for.
        """
        if isinstance(value, Enclosure):
            return value
        worth = Point({}).worth(value if isinstance(value, int | Fraction) else symbolic(value), BITS)
        if isinstance(worth, Fraction):
            ends = worth.numerator, worth.denominator, BITS
            return Enclosure((libmp.from_rational(*ends, "f"), libmp.from_rational(*ends, "c")), value)
        return Enclosure(worth, value)

    def __add__(self, other: Any) -> Enclosure:
        return Enclosure(libmp.mpi_add(self.ends, Enclosure.of(other).ends, BITS))

    def __mul__(self, other: Any) -> Enclosure:
        return Enclosure(libmp.mpi_mul(self.ends, Enclosure.of(other).ends, BITS))

    def __neg__(self) -> Enclosure:
        return Enclosure(libmp.mpi_neg(self.ends))

    def __sub__(self, other: Any) -> Enclosure:
        return self + -Enclosure.of(other)

    def __rsub__(self, other: Any) -> Enclosure:
        return Enclosure.of(other) + -self

    def __truediv__(self, other: Any) -> Enclosure:
        return Enclosure(libmp.mpi_div(self.ends, Enclosure.of(other).ends, BITS))

    def __rtruediv__(self, other: Any) -> Enclosure:
        return Enclosure.of(other) / self

    __radd__ = __add__
    __rmul__ = __mul__

    def __abs__(self) -> Enclosure:
        return Enclosure(libmp.mpi_abs(self.ends, BITS))

    def __pow__(self, exponent: Any) -> Enclosure:
        if isinstance(exponent, int):
            return Enclosure(libmp.mpi_pow_int(self.ends, exponent, BITS))
        power: Enclosure = (self.log() * exponent).exp()
        return power

    def exp(self) -> Enclosure:
        return Enclosure(libmp.mpi_exp(self.ends, BITS))

    def log(self) -> Enclosure:
        return Enclosure(libmp.mpi_log(self.ends, BITS))

    def __eq__(self, other: object) -> bool:
        if isinstance(other, float):  # the padding of a maximum, −∞
            return False
        return not self < other and not other < self

    __hash__ = None  # type: ignore[assignment]

    def __lt__(self, other: Any) -> bool:
        return self._decided(libmp.libmpi.mpi_lt, other, among_equals=False)

    def __le__(self, other: Any) -> bool:
        return self._decided(libmp.libmpi.mpi_le, other, among_equals=True)

    def __gt__(self, other: Any) -> bool:
        return not self <= other

    def __ge__(self, other: Any) -> bool:
        return not self < other

    def _decided(self, compare: Any, other: Any, among_equals: bool) -> bool:
        if isinstance(other, float):  # the padding of a maximum, −∞
            return False
        second = Enclosure.of(other)
        if self.source is not None and self.source == second.source:
            return among_equals
        holds = compare(self.ends, second.ends)
        if holds is None:
            raise UnsupportedError("two numbers are too close for their intervals to be told apart")
        return bool(holds)

    def __float__(self) -> float:
        return float(libmp.to_float(self.ends[0]))

    def __repr__(self) -> str:
        return f"Enclosure({float(self)!r})"


def enclosed(array: Array) -> Array:
    """The array with every entry enclosed."""
    flat = np.empty(array.size, dtype=object)
    flat[:] = [Enclosure.of(entry) for entry in array.flat]
    return flat.reshape(array.shape)


def largest(values: Iterable[Enclosure]) -> Enclosure:
    """The maximum, which needs no decision as to which it is."""
    lows, highs = zip(*(Enclosure.of(value).ends for value in values), strict=True)
    low, high = lows[0], highs[0]
    for end in lows[1:]:
        low = end if libmp.mpf_lt(low, end) else low
    for end in highs[1:]:
        high = end if libmp.mpf_lt(high, end) else high
    return Enclosure((low, high))


def apart(left: Enclosure, right: Enclosure, digits: int, floor: Fraction = FLOOR) -> bool | None:
    """Whether two numbers differ by more than ``10**-digits`` of the second and a floor; None if undecided."""
    tolerance = abs(right) * Fraction(1, 10**digits) + floor
    closer = libmp.libmpi.mpi_lt(abs(left - right).ends, tolerance.ends)
    return None if closer is None else not closer


def exp(value: Any) -> Any:
    """``e^value``, an enclosure."""
    return Enclosure.of(value).exp()


def log(value: Any) -> Any:
    """The natural logarithm, an enclosure."""
    return Enclosure.of(value).log()
