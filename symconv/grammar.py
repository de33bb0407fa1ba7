"""The small grammars through which text becomes mathematics: numbers, sizes and formulas.

Text of a problem file or of the command line is never evaluated: it matches a grammar or is refused.
Lengths, depth and powers are limited, so that no short text stands for a huge number.

.. code-block:: text

    number  = [ "+" | "-" ] digits [ "." digits | "/" digits ]
    formula = formula ("+" | "-" | "*" | "/") formula          with the usual precedence, left to right
            | ("+" | "-") formula                              binds weaker than **, stronger than *
            | operand "**" exponent                            exponent 0 to 9; the operand holds no power
            | operand
    operand = digits | name | [ "floor" | "ceiling" ] "(" formula ")"
"""

from __future__ import annotations

import re
from collections.abc import Collection
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from symconv.errors import ArgumentError

if TYPE_CHECKING:
    import sympy

MAX_DIGITS = 100
"""Digits that a number may have."""
MAX_LENGTH = 200
"""Characters that a formula may have."""
MAX_DEPTH = 20
"""How deep parentheses and signs of a formula may be nested."""
MAX_EXPONENT = 9
"""The highest power in a formula."""

A_NUMBER = 'a number: an integer, a decimal such as 2.5 or a fraction such as "1/3"'
"""What :func:`parse_number` accepts, in words."""

_NUMBER = re.compile(r"[+-]?[0-9]+(?:\.[0-9]+|/[0-9]+)?")
_COUNT = re.compile(r"0*[1-9][0-9]{0,17}")
_SIZES = re.compile(r"[0-9]{1,9}(?:x[0-9]{1,9}){0,5}")
_INDEX = re.compile(r"[0-9]{1,9}(?:,[0-9]{1,9}){0,5}")
_SMALL_LETTER = re.compile(r"[a-z]")
_DIGIT = re.compile(r"[0-9]")
_TOKEN = re.compile(r"[0-9]+|[A-Za-z_][A-Za-z_0-9]*|\*\*|\S|$")
_BINDING = {"+": 1, "-": 1, "*": 2, "/": 2, "**": 4}
_SIGN_BINDING = 3


def parse_number(text: str) -> int | Fraction:
    """The exact number that a text stands for, an ``int`` where it is one.

    Raises:
        ArgumentError: the text is no number of the grammar, has too many digits or divides by zero.

    Example:
        >>> parse_number("-3"), parse_number("2.5"), parse_number("4/6")
        (-3, Fraction(5, 2), Fraction(2, 3))
    """
    stripped = text.strip()
    if not _NUMBER.fullmatch(stripped):
        raise ArgumentError("number", A_NUMBER, text)
    if sum(character.isdigit() for character in stripped) > MAX_DIGITS:
        raise ArgumentError("number", f"a number of at most {MAX_DIGITS} digits", text)
    numerator, _, denominator = stripped.partition("/")
    if denominator and int(denominator) == 0:
        raise ArgumentError("number", "a fraction whose denominator is not 0", text)
    value = Fraction(numerator) / int(denominator or 1)
    return value.numerator if value.denominator == 1 else value


def parse_numbers(text: str) -> tuple[int | Fraction, ...]:
    """Numbers with commas between: ``109,92,1/2``."""
    return tuple(parse_number(part) for part in text.split(","))


def parse_count(text: str) -> int:
    """An integer >= 1."""
    return _integers("count", text, "an integer >= 1", _COUNT)[0]


def parse_sizes(text: str) -> tuple[int, ...]:
    """Sizes with x between: ``3x5x5``."""
    return _integers("sizes", text, "sizes such as 5x5", _SIZES)


def parse_index(text: str) -> tuple[int, ...]:
    """The index of an entry: ``1,2``."""
    return _integers("index", text, "an index such as 1,2", _INDEX)


def _integers(name: str, text: str, requirement: str, pattern: re.Pattern[str]) -> tuple[int, ...]:
    if not pattern.fullmatch(text):
        raise ArgumentError(name, requirement, text)
    return tuple(map(int, re.findall("[0-9]+", text)))


def parse_norm_type(text: str) -> int | Fraction | sympy.Expr:
    """The order of an LP norm: a number, ``oo`` (or ``inf``), or a small letter for a positive symbol.

    Raises:
        ArgumentError: the text is none of these.
    """
    import sympy

    if text in ("oo", "inf"):
        return sympy.oo
    if _SMALL_LETTER.fullmatch(text):
        return sympy.Symbol(text, positive=True)
    try:
        return parse_number(text)
    except ArgumentError as error:
        raise ArgumentError("norm_type", f"{error.requirement}; or oo, or a small letter", text) from None


def parse_expression(text: str, names: Collection[str]) -> sympy.Expr:
    """The formula that a text stands for, its names as integer symbols.

    Args:
        text: a formula of the grammar, e.g. ``(I - K + 2*P)/S + 1``.
        names: the names that it may use.

    Raises:
        ArgumentError: the text is no formula of the grammar, uses another name, divides by zero or
            exceeds a limit.
    """
    if len(text) > MAX_LENGTH:
        raise ArgumentError("formula", f"a formula of at most {MAX_LENGTH} characters", text)
    return _Parser(text, names).parse()


class _Parser:
    """A precedence-climbing parser that looks one token ahead; the empty token is the end."""

    __slots__ = ("depth", "names", "position", "powers", "text", "token")

    def __init__(self, text: str, names: Collection[str]) -> None:
        self.text = text
        self.names = names
        self.position = self.depth = self.powers = 0
        self.token = ""

    def parse(self) -> Any:
        self.advance()
        value = self.formula(0)
        if self.token:
            raise self.expected("an operator or the end")
        return value

    def advance(self) -> str:
        """Move to the next token and return the one left behind."""
        left_behind = self.token
        match = _TOKEN.search(self.text, self.position + len(left_behind))
        assert match is not None  # "$" matches everywhere else
        self.token, self.position = match.group(), match.start()
        return left_behind

    def formula(self, binding: int) -> Any:
        """The longest formula from here whose operators bind stronger than ``binding``."""
        powers_before = self.powers
        left = self.operand()
        while _BINDING.get(self.token, 0) > binding:
            match self.advance():
                case "+":
                    left = left + self.formula(_BINDING["+"])
                case "-":
                    left = left - self.formula(_BINDING["-"])
                case "*":
                    left = left * self.formula(_BINDING["*"])
                case "/":
                    left = left / self.divisor()
                case "**":
                    # (((9**9)**9)**9)… would be short and astronomically large
                    if self.powers > powers_before:
                        raise ArgumentError("formula", "a formula without powers of powers", self.text)
                    left = left ** self.exponent()
        return left

    def operand(self) -> Any:
        import sympy

        if self.token.isdecimal():
            return sympy.Integer(parse_number(self.advance()))
        if self.token in ("+", "-"):
            negative = self.advance() == "-"
            value = self.nested(_SIGN_BINDING)
            return -value if negative else value
        if self.token == "(":
            return self.parenthesised()
        if not self.token.isidentifier():
            raise self.expected("a number, a name or a parenthesis")
        name = self.advance()
        if self.token == "(" and name in ("floor", "ceiling"):
            return getattr(sympy, name)(self.parenthesised())
        if name not in self.names:
            known = ", ".join(self.names)
            raise ArgumentError("formula", f"a formula in {known}, floor() and ceiling()", name)
        return sympy.Symbol(name, integer=True)

    def parenthesised(self) -> Any:
        self.advance()
        value = self.nested(0)
        if self.token != ")":
            raise self.expected("an operator or a closing parenthesis")
        self.advance()
        return value

    def nested(self, binding: int) -> Any:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise ArgumentError("formula", f"a formula nested at most {MAX_DEPTH} deep", self.text)
        value = self.formula(binding)
        self.depth -= 1
        return value

    def divisor(self) -> Any:
        value = self.formula(_BINDING["/"])
        if value.is_zero:
            raise ArgumentError("formula", "a formula that does not divide by 0", self.text)
        return value

    def exponent(self) -> int:
        if not _DIGIT.fullmatch(self.token):
            raise self.expected(f"an exponent from 0 to {MAX_EXPONENT}")
        self.powers += 1
        return int(self.advance())

    def expected(self, what: str) -> ArgumentError:
        return ArgumentError("formula", f"a formula with {what} at character {self.position + 1}", self.text)
