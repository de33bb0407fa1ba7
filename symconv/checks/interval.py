"""Exact and interval arithmetic: what an expression is worth at given numbers, without floats.

A value is a ``Fraction`` as long as it is rational and short, else an interval that is certain to contain
it. An order between values is decided, or left undecided after the precision was raised through
:data:`PRECISIONS`; it is never guessed. Numbers far outside the range of floats, such as ``109**1024``, are
nothing special here. To add a function, add a case to :func:`_value`.

The intervals are :mod:`mpmath`'s, through its functions that take the precision as an argument: the shared
context ``mpmath.iv`` carries a precision that everyone may change.

Source: R. E. Moore, R. B. Kearfott, M. J. Cloud, Introduction to Interval Analysis, SIAM 2009, chapters 2-5.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from functools import lru_cache
from math import floor
from typing import Any, Literal

import sympy as sp
from mpmath import libmp

from symconv.checks.result import Verdict
from symconv.errors import UnsupportedError

Values = Mapping[Any, Any]
"""What the letters stand for: a number for a symbol, a tuple of numbers for an indexed family.

Numbers are int, Fraction or closed SymPy expressions.
"""

Order = Literal["=", "<", "≤"]

PRECISIONS = (96, 320, 1280)
"""Bits of the intervals, from the first attempt to the last."""

AGREEMENT = 20
"""Decimal digits to which two irrational sides must be seen to agree before they count as equal."""

LONGEST = 1 << 14
"""Bits before the point of the largest number that :func:`decimal` rounds."""

_EXACT_BITS = 1 << 13  # a rational power longer than this is enclosed instead: it costs more than it tells


class Point(dict[Any, Any]):
    """Values that remember what expressions are worth at them.

    The claims of a proof share most of their parts, and each is looked at in several claims: evaluated once,
    a part has the same value for all of them. Every function here takes a point where it takes values.
    """

    __slots__ = ("_near", "_worth")

    def __init__(self, values: Values) -> None:
        super().__init__(values)
        self._worth: dict[tuple[Any, int], Any] = {}
        self._near: dict[tuple[Any, Any], Point] = {}

    @staticmethod
    def of(values: Values) -> Point:
        """The values as a point; a point as it is."""
        return values if isinstance(values, Point) else Point(values)

    def at(self, letter: Any, number: Any) -> Point:
        """The point with one letter's number in addition, the same one whenever it is asked for."""
        if (letter, number) not in self._near:
            self._near[letter, number] = Point({**self, letter: number})
        return self._near[letter, number]

    def worth(self, expr: Any, bits: int) -> Any:
        """The value of an expression: a ``Fraction``, or an interval of ``bits`` bits, mpmath's pair of ends."""
        if type(expr) is Fraction:
            return expr
        if type(expr) is int:
            return Fraction(expr)
        known = self._worth.get((expr, bits))
        if known is None:
            known = self._worth[expr, bits] = _value(expr, self, bits)
        return known


def decide(left: sp.Expr, order: Order, right: sp.Expr, values: Values) -> Verdict:
    """Whether ``left order right`` holds at the numbers.

    Rational sides are compared exactly. Irrational ones are ordered when their intervals lie apart, and
    equal when their intervals agree to :data:`AGREEMENT` digits.

    Raises:
        UnsupportedError: an expression has no value, or none that an interval is known for.
    """
    values = Point.of(values)
    if order == "=":
        return near(left, right, values, AGREEMENT)
    for bits in PRECISIONS:
        low, high = values.worth(left, bits), values.worth(right, bits)
        if type(low) is Fraction and type(high) is Fraction:
            return _verdict(low < high if order == "<" else low <= high)
        compare = libmp.libmpi.mpi_lt if order == "<" else libmp.libmpi.mpi_le
        if (holds := compare(_interval(low, bits), _interval(high, bits))) is not None:
            return _verdict(holds)
    # No precision tells an irrational number from itself.
    same = _given(left, values) == _given(right, values)
    return _verdict(order == "≤") if same else Verdict.UNDECIDED


def near(left: sp.Expr, right: sp.Expr, values: Values, digits: int) -> Verdict:
    """Whether the sides are closer than ``10**-digits`` relative to ``1 + |right|``.

    Rational sides of which :data:`AGREEMENT` digits or more are asked must be equal.
    """
    values = Point.of(values)
    for bits in PRECISIONS:
        one, other = values.worth(left, bits), values.worth(right, bits)
        if type(one) is Fraction and type(other) is Fraction and digits >= AGREEMENT:
            return _verdict(one == other)
        low, high = _interval(one, bits), _interval(other, bits)
        gap = libmp.mpi_abs(libmp.mpi_sub(low, high, bits), bits)
        scale = libmp.mpi_add(_interval(Fraction(1), bits), libmp.mpi_abs(high, bits), bits)
        tolerance = libmp.mpi_mul(scale, _interval(Fraction(1, 10**digits), bits), bits)
        if (closer := libmp.libmpi.mpi_lt(gap, tolerance)) is not None:
            return _verdict(closer)
    return Verdict.UNDECIDED


def decimal(expr: sp.Expr, values: Values, places: int) -> str:
    """The value at the numbers, rounded to a number of decimal places (a half-way point upwards).

    The digits are those of both ends of the interval. A value that no precision separates from a half-way
    point gets one more place, at which it is no longer half-way.

    Raises:
        UnsupportedError: the value has more than :data:`LONGEST` bits before the point.
    """
    values = Point.of(values)
    extra = 0
    for tried in (places, places + 1):
        for precision in PRECISIONS:
            value = values.worth(expr, precision + extra)
            size = 0 if type(value) is Fraction else max(map(_size, value))
            if size > LONGEST:
                break
            scaled = _product((value, Fraction(10**tried)), precision + extra)
            low, high = _floors(_sum((scaled, Fraction(1, 2)), precision + extra))
            if low == high:
                return _point(low, tried)
            extra = size
    raise UnsupportedError(f"{expr} is too long a number to be rounded to {places} decimal places")


def rounds_to(expr: sp.Expr, values: Values, shown: str) -> Verdict:
    """Whether the value at the numbers is within half a unit of the last place of a decimal."""
    values = Point.of(values)
    middle = Fraction(shown.replace("−", "-"))
    half = Fraction(1, 2 * 10 ** len(shown.partition(".")[2]))
    for bits in PRECISIONS:
        away = _sum((values.worth(expr, bits), -middle), bits)
        if type(away) is Fraction:
            return _verdict(abs(away) <= half)
        within = libmp.libmpi.mpi_le(libmp.mpi_abs(away, bits), _interval(half, bits))
        if within is not None:
            return _verdict(within)
    return Verdict.UNDECIDED


def ceiling(expr: sp.Expr, values: Values) -> int | None:
    """The least integer that is not below the value; None where no precision decides it."""
    values = Point.of(values)
    for bits in PRECISIONS:
        low, high = _floors(_product((values.worth(expr, bits), Fraction(-1)), bits))
        if low == high:
            return -low
    return None


def _verdict(holds: bool) -> Verdict:
    return Verdict.PASSED if holds else Verdict.FAILED


def _value(expr: Any, values: Point, bits: int) -> Any:
    """The value of an expression whose parts are known or worked out by :meth:`Point.worth`."""
    if expr in values:
        return values.worth(values[expr], bits)
    match expr:
        case sp.Integer():
            return Fraction(int(expr.p))
        case sp.Rational():
            return Fraction(int(expr.p), int(expr.q))
        case sp.Indexed() if expr.base in values:
            return values.worth(values[expr.base][int(values.worth(expr.indices[0], bits)) - 1], bits)
        case sp.Add():
            return _sum([values.worth(term, bits) for term in expr.args], bits)
        case sp.Mul():
            return _product([values.worth(factor, bits) for factor in expr.args], bits)
        case sp.Pow():
            return _power(values.worth(expr.base, bits), values.worth(expr.exp, bits), bits)
        case sp.Sum():
            index, first, last = expr.limits[0]
            span = range(int(values.worth(first, bits)), int(values.worth(last, bits)) + 1)
            return _sum([values.at(index, k).worth(expr.function, bits) for k in span], bits)
        case sp.exp():
            exponent = values.worth(expr.exp, bits)
            return Fraction(1) if exponent == 0 else libmp.mpi_exp(_interval(exponent, bits), bits)
        case sp.tanh():
            return _tanh(values.worth(expr.args[0], bits), bits)
        case sp.log():
            return _ln(values.worth(expr.args[0], bits), bits)
        case sp.Abs():
            inner = values.worth(expr.args[0], bits)
            return abs(inner) if type(inner) is Fraction else libmp.mpi_abs(inner, bits)
        case sp.floor():
            inner = values.worth(expr.args[0], bits)
            if type(inner) is Fraction:
                return Fraction(floor(inner))
        case sp.pi:
            return libmp.libmpi.mpi_pi(bits)
        case sp.E:
            return libmp.mpi_exp(_interval(Fraction(1), bits), bits)
    raise UnsupportedError(
        f"no interval is known for {expr}; rational numbers, their powers, exp and log have one"
    )


def _given(expr: sp.Expr, values: Values) -> Any:
    """The number that a letter, an entry or its absolute value stands for; any other expression as it is."""
    match expr:
        case sp.Indexed():
            return values[expr.base][int(_given(expr.indices[0], values)) - 1]
        case sp.Abs():
            return abs(_given(expr.args[0], values))
        case _:
            return values.get(expr, expr)


def _interval(value: Any, bits: int) -> Any:
    """The value as an interval."""
    return _enclosed(value.numerator, value.denominator, bits) if type(value) is Fraction else value


@lru_cache(maxsize=512)
def _enclosed(numerator: int, denominator: int, bits: int) -> Any:
    """A fraction between the two nearest numbers of so many bits."""
    above, below = libmp.from_int(numerator), libmp.from_int(denominator)
    return libmp.mpf_div(above, below, bits, "f"), libmp.mpf_div(above, below, bits, "c")


def _sum(terms: Iterable[Any], bits: int) -> Any:
    """A sum, rational among rationals."""
    rational, total = None, None
    for term in terms:
        if type(term) is Fraction:
            rational = term if rational is None else rational + term
        else:
            total = term if total is None else libmp.mpi_add(total, term, bits)
    if total is None:
        return rational or Fraction(0)
    return libmp.mpi_add(total, _interval(rational, bits), bits) if rational else total


def _product(factors: Iterable[Any], bits: int) -> Any:
    """A product, rational among rationals; zero times anything is zero."""
    rational, total = None, None
    for factor in factors:
        if type(factor) is Fraction:
            rational = factor if rational is None else rational * factor
        else:
            total = factor if total is None else libmp.mpi_mul(total, factor, bits)
    if total is None or rational == 0:
        return Fraction(1) if rational is None else rational
    return (
        total if rational is None or rational == 1 else libmp.mpi_mul(total, _interval(rational, bits), bits)
    )


def _power(base: Any, exponent: Any, bits: int) -> Any:
    """A power, rational where the exponent is an integer and the result short, and for the bases 0 and 1."""
    if type(exponent) is Fraction and exponent.denominator == 1:
        k = int(exponent)
        if base == 0 and k < 0:
            raise UnsupportedError("a negative power of zero has no value")
        if type(base) is Fraction:
            size = max(base.numerator.bit_length(), base.denominator.bit_length())
            if abs(base) in (0, 1) or abs(k) * size <= _EXACT_BITS:
                return base**k
        return libmp.mpi_pow_int(_interval(base, bits), k, bits)
    if base == 1:
        return base
    if base == 0 and _is_positive(_interval(exponent, bits)):
        return base
    return libmp.mpi_exp(
        libmp.mpi_mul(_interval(exponent, bits), _interval(_ln(base, bits), bits), bits), bits
    )


def _ln(value: Any, bits: int) -> Any:
    if value == 1:
        return Fraction(0)
    enclosed = _interval(value, bits)
    if not _is_positive(enclosed):
        raise UnsupportedError("a logarithm or fractional power needs a number that is certainly positive")
    return libmp.mpi_log(enclosed, bits)


def _tanh(value: Any, bits: int) -> Any:
    """``1 − 2/(e^(2x) + 1)``."""
    if value == 0:
        return Fraction(0)
    above = libmp.mpi_exp(_interval(_product((value, Fraction(2)), bits), bits), bits)
    quotient = libmp.mpi_div(
        _interval(Fraction(2), bits), _interval(_sum((above, Fraction(1)), bits), bits), bits
    )
    return libmp.mpi_sub(_interval(Fraction(1), bits), quotient, bits)


def _is_positive(interval: Any) -> bool:
    """Whether an interval is certain to lie above 0."""
    return bool(libmp.mpf_sign(interval[0]) > 0)


def _size(end: Any) -> int:
    """The bits before the point of an end of an interval; its last two parts are the exponent and the length."""
    return int(end[2] + end[3]) if end[1] else 0


def _floors(value: Any) -> tuple[int, int]:
    """The integer parts of both ends."""
    if type(value) is Fraction:
        return floor(value), floor(value)
    low, high = (int(libmp.to_int(end, "f")) for end in value)
    return low, high


def _point(scaled: int, places: int) -> str:
    """``12345`` at 3 places is ``12.345``."""
    digits = str(abs(scaled)).rjust(places + 1, "0")
    sign = "−" if scaled < 0 else ""
    return f"{sign}{digits[:-places]}.{digits[-places:]}" if places else sign + digits
