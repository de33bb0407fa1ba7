"""Formulas written once: as they are shown and as SymPy verifies them.

SymPy turns ``n**(1/p) * M`` into ``M*n**(1/p)`` and may simplify what a proof wants to show. A
:class:`Written` keeps both, and since its operators build both at once, the tree that the reader sees cannot
drift from the expression that was verified:

>>> n, p, M = letter("n"), letter("p"), letter("M")
>>> bound = n ** (1 / p) * M
>>> text(bound.tree), bound.expr
('n^(1/p)M', M*n**(1/p))

To add an operation, add a function that builds both.
"""

from __future__ import annotations

import operator
from fractions import Fraction
from functools import lru_cache, reduce
from typing import Any, Literal

import sympy as sp

from symconv.display import (
    BigOp,
    Fence,
    Frac,
    Func,
    Ident,
    Node,
    Num,
    Op,
    Prose,
    Root,
    Row,
    Script,
    parens,
    row,
)
from symconv.errors import UnsupportedError
from symconv.printing.precedence import ATOM, BIG, PRODUCT, fenced, flat, level
from symconv.printing.text import text
from symconv.value import Value


class Written(Value):
    """A formula: ``expr`` for verifying, ``tree`` for showing. Combine them with ``+ − * / **``.

    ``says`` is what is shown where ``expr`` is worked out from it: a derivative that was not taken.
    """

    expr: sp.Expr
    tree: Node
    says: sp.Expr | None = None

    def __add__(self, other: Operand) -> Written:
        right = written(other)
        return Written(self.expr + right.expr, row(_closed(self.tree), "+", fenced(right.tree, BIG)))

    def __radd__(self, other: Operand) -> Written:
        return written(other) + self

    def __sub__(self, other: Operand) -> Written:
        right = written(other)
        return Written(self.expr - right.expr, row(_closed(self.tree), "−", fenced(right.tree, BIG)))

    def __rsub__(self, other: Operand) -> Written:
        return written(other) - self

    def __neg__(self) -> Written:
        return Written(-self.expr, row("−", fenced(self.tree, BIG)))

    def __mul__(self, other: Operand) -> Written:
        right = written(other)
        first = self.tree if isinstance(self.tree, Num) else fenced(self.tree, PRODUCT)
        second = fenced(right.tree, BIG)
        tree = row(first, "·", second) if _starts_with_number(second) else row(first, second)
        return Written(self.expr * right.expr, tree)

    def __rmul__(self, other: Operand) -> Written:
        return written(other) * self

    def __truediv__(self, other: Operand) -> Written:
        below = written(other)
        return Written(self.expr / below.expr, Frac(self.tree, below.tree))

    def __rtruediv__(self, other: Operand) -> Written:
        return written(other) / self

    def __pow__(self, other: Operand) -> Written:
        exponent = written(other)
        match self.tree:
            case Script(base, sub, None):
                tree = Script(base, sub, _inline(exponent.tree))
            case _:
                tree = Script(fenced(self.tree, ATOM), sup=_inline(exponent.tree))
        return Written(self.expr**exponent.expr, tree)

    def __str__(self) -> str:
        return text(self.tree)


Operand = Written | int | Fraction


def written(value: Operand) -> Written:
    """A number as a formula; a formula as it is."""
    if isinstance(value, Written):
        return value
    if value.denominator == 1:
        return Written(sp.Integer(int(value)), Num(str(value).replace("-", "−")))
    size = written(abs(value.numerator)) / written(value.denominator)
    return -size if value < 0 else size


def letter(name: str, symbol: sp.Expr | None = None) -> Written:
    """A variable; ``symbol`` carries its assumptions, a positive number unless given."""
    return Written(sp.Symbol(name, positive=True) if symbol is None else symbol, Ident(name))


def number(value: Any) -> Written:
    """An exact number: int, Fraction, or a SymPy number made of rationals, roots, π, e, exp and log."""
    match value:
        case int() | Fraction():
            return written(value)
        case sp.Rational():
            return written(Fraction(int(value.p), int(value.q)))
        case sp.Add() | sp.Mul():
            combine = operator.add if isinstance(value, sp.Add) else operator.mul
            return reduce(combine, map(number, value.args))
        case sp.Pow(exp=sp.S.Half):
            return Written(value, Root(number(value.base).tree))
        case sp.Pow():
            return number(value.base) ** number(value.exp)
        case sp.exp():
            return exp(number(value.exp))
        case sp.log():
            return ln(number(value.args[0]))
        case sp.E:
            return Written(value, Ident("e"))
        case sp.pi:
            return Written(value, Ident("π"))
    raise UnsupportedError(
        f"{value} cannot be shown; numbers are made of rationals, roots, π, e, exp and log"
    )


INDEX = sp.Symbol("i", integer=True, positive=True)
"""The index of a window's entries; where it is free, a claim is about every entry."""


@lru_cache(maxsize=256)
def about_entries(expr: sp.Basic) -> bool:
    """Whether the index is free; ``free_symbols`` says it too, but makes a copy of every sum."""
    parts = expr.limits[0][1:] if isinstance(expr, sp.Sum) and expr.limits[0][0] == INDEX else expr.args
    return expr == INDEX or any(map(about_entries, parts))


def entry(name: str, sign: Literal["positive", "nonnegative", "real"]) -> Written:
    """An entry of a family, ``x_i``, of the sign that its hypothesis says."""
    family = sp.IndexedBase(name, **{sign: True})
    return Written(family[INDEX], Script(Ident(name), sub=Ident(INDEX.name)))


def shorthand(tree: Node, meaning: Written) -> Written:
    """A formula under the name that its definition, shown nearby, gives it."""
    return Written(meaning.expr, tree)


def total(last: Written, term: Written) -> Written:
    """The sum of a term over ``i = 1 … last``."""
    tree = BigOp("∑", fenced(term.tree, PRODUCT), lower=row(Ident(INDEX.name), "=", 1), upper=last.tree)
    return Written(sp.Sum(term.expr, (INDEX, 1, last.expr)), tree)


def ln(argument: Written) -> Written:
    """The natural logarithm."""
    return Written(sp.log(argument.expr), row(Func("ln"), fenced(argument.tree, ATOM)))


def exp(exponent: Written) -> Written:
    """The exponential function as a power of e."""
    return Written(sp.exp(exponent.expr), Script(Ident("e"), sup=_inline(exponent.tree)))


def derivative(of: Written, by: Written) -> Written:
    """The partial derivative of a formula by one of its letters, worked out."""
    tree = Frac(row(Ident("∂"), of.tree), row(Ident("∂"), by.tree))
    return Written(of.expr.diff(by.expr), tree, sp.Derivative(of.expr, by.expr))


def absolute(argument: Written) -> Written:
    """The absolute value."""
    return Written(sp.Abs(argument.expr), Fence("|", argument.tree, "|"))


def floor(argument: Written) -> Written:
    """The largest integer that is not above the argument."""
    # of symbols SymPy finds nothing to simplify, in 10 ms
    rounded = sp.floor(argument.expr, evaluate=argument.expr.is_number)
    return Written(rounded, Fence("⌊", argument.tree, "⌋"))


def ceiling(argument: Written) -> Written:
    """The smallest integer that is not below the argument."""
    rounded = -sp.floor(-argument.expr, evaluate=argument.expr.is_number)
    return Written(rounded, Fence("⌈", argument.tree, "⌉"))


Sign = Literal["=", "<", "≤", "→"]


class Claim(Value):
    """``left sign right`` under the conditions ``when``; ``→`` is the limit in the theorem's variable."""

    left: Written
    sign: Sign
    right: Written
    when: tuple[Claim, ...] = ()

    @property
    def sides(self) -> tuple[Node, Node]:
        """Both sides as they are shown."""
        return self.left.tree, self.right.tree

    @property
    def tree(self) -> Node:
        """The claim without its conditions, which are set beside it."""
        return row(self.left.tree, self.sign, self.right.tree)

    @property
    def conditions(self) -> tuple[Node, ...]:
        """The conditions, as they are shown."""
        return tuple(condition.tree for condition in self.when)

    @property
    def bounds(self) -> tuple[Node, ...]:
        """None: the sums of a claim run over the entries of a window."""
        return ()

    @property
    def meaning(self) -> object:
        """What is claimed, however it is written: equal for claims that say the same."""
        return self.left.expr, self.sign, self.right.expr, tuple(condition.meaning for condition in self.when)

    def __str__(self) -> str:
        conditions = ", ".join(text(condition.tree) for condition in self.when)
        return text(self.tree) + (f" if {conditions}" if conditions else "")


def claim(left: Operand, sign: Sign, right: Operand, *when: Claim) -> Claim:
    """A claim about formulas and numbers, with its conditions."""
    return Claim(written(left), sign, written(right), when)


def say(text: str, *formulas: Written | Claim | Node) -> Prose:
    """Running text with formulas in the place of each ``{}``."""
    pieces = text.split("{}")
    trees = [formula if isinstance(formula, Node) else formula.tree for formula in formulas]
    parts: list[str | Node] = [pieces[0]]
    for tree, piece in zip(trees, pieces[1:], strict=True):
        parts += (tree, piece)
    return tuple(part for part in parts if part != "")


def _closed(left: Node) -> Node:
    """The left operand of a sum, in parentheses if it ends in a big operator, which would go on."""
    return parens(left) if isinstance(flat(left)[-1], BigOp) else left


def _starts_with_number(node: Node) -> bool:
    match node:
        case Row((first, *_)) | Script(first):
            return _starts_with_number(first)
        case _:
            return isinstance(node, Num)


def _inline(exponent: Node) -> Node:
    """An exponent on one line: ``n^{1/p}``."""
    match exponent:
        case Frac(above, below):
            return row(_grouped(above), "/", _grouped(below))
        case Row((Op("−"), Frac() as fraction)):
            return row("−", _inline(fraction))
        case _:
            return exponent


def _grouped(node: Node) -> Node:
    compound = isinstance(node, Row) and any(isinstance(item, Op) for item in node.items)
    return parens(node) if compound or level(node) < PRODUCT else node
