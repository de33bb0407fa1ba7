"""SymPy values as display trees, written as a textbook would.

>>> from symconv.printing.text import text
>>> from sympy.abc import D, I, K, P
>>> text(show(I + 2 * P - D * (K - 1) - 1))
'I + 2P − D(K − 1) − 1'

``show`` dispatches on the type of the value. To add a type, register a function that builds its tree;
:func:`symconv.printing.precedence.fenced` puts parentheses around a part where it needs them.
How symbols look is said in :mod:`symconv.printing.names`, the order of terms in
:mod:`symconv.printing.order`.
"""

from __future__ import annotations

from collections.abc import Iterable
from fractions import Fraction
from functools import singledispatch
from typing import Any

import sympy as sp
from sympy.core.function import AppliedUndef
from sympy.core.relational import Relational
from sympy.logic.boolalg import BooleanFalse, BooleanTrue

from symconv.display import (
    BigOp,
    Cases,
    Fence,
    Frac,
    Func,
    Ident,
    Matrix,
    Node,
    Num,
    Op,
    Root,
    Script,
    Words,
    join,
    parens,
    row,
)
from symconv.errors import UnsupportedError
from symconv.printing.names import indices, named
from symconv.printing.order import by_name, factor_order, term_order
from symconv.printing.precedence import (
    ATOM,
    BIG,
    MOD,
    PRODUCT,
    QUOTIENT,
    RELATION,
    SUM,
    bare,
    fenced,
    flat,
    level,
    on_one_line,
)

_RELATIONS = {sp.Eq: "=", sp.Ne: "≠", sp.Lt: "<", sp.Le: "≤", sp.Gt: ">", sp.Ge: "≥"}


@singledispatch
def show(expr: Any) -> Node:
    """The display tree of a value.

    Args:
        expr: a SymPy expression, relation, condition or matrix, an int or a Fraction.

    Raises:
        UnsupportedError: there is no rule for the value, or for a part of it.
    """
    raise UnsupportedError(f"there is no rule that shows a {type(expr).__name__} (here: {expr})")


# --- numbers and names ------------------------------------------------------------------------------------


@show.register(int)
@show.register(sp.Integer)
def _(expr: int | sp.Integer) -> Node:
    return Num(str(expr).replace("-", "−"))


@show.register(Fraction)
@show.register(sp.Rational)
def _(expr: Fraction | sp.Rational) -> Node:
    numerator, denominator = int(expr.numerator), int(expr.denominator)
    if denominator == 1:
        return show(numerator)
    size = Frac(show(abs(numerator)), show(denominator))
    return row("−", size) if numerator < 0 else size


@show.register(sp.Float)
def _(expr: sp.Float) -> Node:
    raise UnsupportedError(f"the number {expr} is not exact; a Rational is needed")


@show.register(type(sp.S.Infinity))
def _(expr: sp.Expr) -> Node:
    return Num("∞")


@show.register(type(sp.S.NegativeInfinity))
def _(expr: sp.Expr) -> Node:
    return Num("−∞")


@show.register(type(sp.S.Pi))
def _(expr: sp.Expr) -> Node:
    return Ident("π")


@show.register(type(sp.S.Exp1))
def _(expr: sp.Expr) -> Node:
    return Ident("e")


@show.register(BooleanTrue)
@show.register(BooleanFalse)
def _(expr: Any) -> Node:
    return Words("true" if expr else "false")


@show.register(sp.Symbol)
def _(expr: sp.Symbol) -> Node:
    return named(expr.name)


@show.register(sp.Indexed)
def _(expr: sp.Indexed) -> Node:
    base = str(expr.base.label)
    bold = len(base) == 1 and base.isupper()
    return Script(
        Ident(base, bold=True) if bold else named(base), sub=indices([show(i) for i in expr.indices])
    )


# --- sums, products, powers -------------------------------------------------------------------------------


@show.register(sp.Add)
def _(expr: sp.Add) -> Node:
    terms = [_signed(term) for term in sorted(expr.args, key=term_order)]
    if terms[0][0]:
        terms.sort(key=lambda term: term[0])
    parts: list[Node | str] = []
    for negative, size in terms:
        if parts or negative:
            parts.append("−" if negative else "+")
        parts.append(fenced(size, BIG))
    return row(*parts)


@show.register(sp.Mul)
def _(expr: sp.Mul) -> Node:
    negative, size = _signed(expr)
    return row("−", fenced(size, BIG)) if negative else size


def _signed(term: sp.Expr) -> tuple[bool, Node]:
    """Whether a term starts with a minus, and the tree of what follows it."""
    if term.is_Rational or term is sp.S.NegativeInfinity:
        return bool(term < 0), show(abs(term))
    if isinstance(term, sp.Mod):  # what is added to a remainder does not belong to its divisor
        return False, parens(show(term))
    if not term.is_Mul:
        return False, show(term)
    head, *rest = sorted(term.args, key=factor_order)
    if not head.is_Rational or head >= 0:
        return False, _product([head, *rest])
    return True, _product(rest if head == -1 else [-head, *rest])


def _product(factors: list[sp.Expr]) -> Node:
    numerator: list[sp.Expr] = []
    denominator: list[sp.Expr] = []
    evaluated = sum(factor.is_Rational for factor in factors) < 2
    for factor in factors:
        if factor.is_Rational and factor.q != 1 and evaluated:
            numerator += [sp.Integer(factor.p)] if factor.p != 1 else []
            denominator.append(sp.Integer(factor.q))
        elif _is_reciprocal(factor):
            denominator.append(
                sp.Pow(factor.base, -factor.exp, evaluate=False) if factor.exp != -1 else factor.base
            )
        else:
            numerator.append(factor)
    if not denominator:
        return _juxtaposed([show(factor) for factor in numerator])
    below = _juxtaposed([show(factor) for factor in denominator])
    above = [show(factor) for factor in numerator]
    # a sum or a list of cases keeps its place beside the fraction: ¹⁄ₙ ∑ xᵢ
    aside = [above.pop()] if above and level(above[-1]) in (BIG, RELATION) else []
    return _juxtaposed([Frac(_juxtaposed(above or [Num("1")]), below), *aside])


def _juxtaposed(factors: list[Node]) -> Node:
    """Factors side by side, with a dot between numbers, between fractions and between entries of arrays."""
    if len(factors) == 1:
        return factors[0]
    parts: list[Node | str] = []
    for position, factor in enumerate(factors):
        last = position == len(factors) - 1
        shown = fenced(factor, BIG if last and level(factor) == BIG else PRODUCT)
        if parts and _dotted(factors[position - 1], shown):
            parts.append("·")
        parts.append(shown)
    return row(*parts)


def _dotted(before: Node, after: Node) -> bool:
    return _starts_with_digit(after) or isinstance(after, Frac) or _is_bold(before) and _is_bold(after)


def _starts_with_digit(node: Node) -> bool:
    node = bare(flat(node)[0])
    return _starts_with_digit(node.base) if isinstance(node, Script) else isinstance(node, Num)


def _is_bold(node: Node) -> bool:
    node = bare(node)
    return _is_bold(node.base) if isinstance(node, Script) else isinstance(node, Ident) and node.bold


def _is_reciprocal(expr: sp.Expr) -> bool:
    return bool(expr.is_Pow and expr.base is not sp.E and expr.exp.could_extract_minus_sign())


@show.register(sp.Pow)
def _(expr: sp.Pow) -> Node:
    base, exponent = expr.args
    if _is_reciprocal(expr):
        return _product([expr])
    if exponent == sp.S.Half:
        return Root(show(base))
    return _power(show(base), exponent)


@show.register(sp.exp)
def _(expr: sp.exp) -> Node:
    return _power(Ident("e"), expr.args[0])


def _power(base: Node, exponent: sp.Expr) -> Node:
    raised = on_one_line(show(exponent))
    if isinstance(base, Script) and base.sup is None:
        return Script(base.base, base.sub, raised)
    return Script(fenced(base, ATOM), sup=raised)


# --- functions --------------------------------------------------------------------------------------------


@show.register(sp.Abs)
def _(expr: sp.Abs) -> Node:
    return Fence("|", show(expr.args[0]), "|")


def _one_fraction(expr: sp.Expr) -> Node:
    """``(I − K)/2`` rather than ``I/2 − K/2``, to which SymPy multiplies it out."""
    numerator, denominator = expr.as_numer_denom()
    return show(expr) if denominator == 1 else Frac(show(numerator), show(denominator))


@show.register(sp.floor)
def _(expr: sp.floor) -> Node:
    return Fence("⌊", _one_fraction(expr.args[0]), "⌋")


@show.register(sp.ceiling)
def _(expr: sp.ceiling) -> Node:
    return Fence("⌈", _one_fraction(expr.args[0]), "⌉")


@show.register(sp.sign)
def _(expr: sp.sign) -> Node:
    return row(Func("sign"), parens(show(expr.args[0])))


@show.register(sp.log)
def _(expr: sp.log) -> Node:
    return row(Func("ln"), fenced(show(expr.args[0]), ATOM))


@show.register(sp.tanh)
def _(expr: sp.tanh) -> Node:
    return row(Func("tanh"), parens(show(expr.args[0])))


@show.register(sp.Max)
@show.register(sp.Min)
def _(expr: sp.Max | sp.Min) -> Node:
    name = "max" if isinstance(expr, sp.Max) else "min"
    return row(Func(name), parens(_listed(by_name(expr.args))))


@show.register(sp.Mod)
def _(expr: sp.Mod) -> Node:
    left, right = (show(arg) for arg in expr.args)
    return row(fenced(left, PRODUCT), MOD, fenced(right, QUOTIENT))


@show.register(AppliedUndef)
def _(expr: AppliedUndef) -> Node:
    return row(named(expr.func.__name__), parens(_listed(expr.args)))


def _listed(args: Iterable[sp.Expr]) -> Node:
    return join([show(arg) for arg in args], ",")


@show.register(sp.Sum)
@show.register(sp.Product)
def _(expr: sp.Sum | sp.Product) -> Node:
    symbol, tightness = ("∑", BIG) if isinstance(expr, sp.Sum) else ("∏", PRODUCT)
    body = fenced(show(expr.function), tightness)
    # SymPy's first limit is the innermost
    for variable, *bounds in expr.limits:
        lower, upper = (*(show(bound) for bound in bounds), None, None)[:2]
        below = show(variable) if lower is None else row(show(variable), "=", lower)
        body = BigOp(symbol, body, below, upper)
    return body


@show.register(sp.Limit)
def _(expr: sp.Limit) -> Node:
    body, variable, point, side = expr.args
    target = show(point)
    if point.is_finite is not False and str(side) in ("+", "-"):
        target = Script(fenced(target, ATOM), sup=Op(str(side).replace("-", "−")))
    return BigOp("lim", fenced(show(body), BIG), row(show(variable), "→", target))


@show.register(sp.Piecewise)
def _(expr: sp.Piecewise) -> Node:
    return Cases(
        tuple(
            (show(value), Words("otherwise") if condition is sp.true else row(Words("if"), show(condition)))
            for value, condition in expr.args
        )
    )


@show.register(sp.MatrixBase)
def _(expr: sp.MatrixBase) -> Node:
    return Matrix(tuple(tuple(show(entry) for entry in entries) for entries in expr.tolist()))


# --- relations and conditions -----------------------------------------------------------------------------


@show.register(Relational)
def _(expr: Relational) -> Node:
    symbol = _RELATIONS.get(type(expr))
    if symbol is None:
        raise UnsupportedError(f"there is no rule that shows the relation {expr}")
    left, right = (fenced(show(side), SUM) for side in expr.args)
    return row(left, symbol, right)


@show.register(sp.And)
def _(expr: sp.And) -> Node:
    return join(
        [parens(show(arg)) if isinstance(arg, sp.Or) else show(arg) for arg in by_name(expr.args)], "∧"
    )


@show.register(sp.Or)
def _(expr: sp.Or) -> Node:
    return join(
        [parens(show(arg)) if isinstance(arg, sp.And) else show(arg) for arg in by_name(expr.args)], "∨"
    )


@show.register(sp.Not)
def _(expr: sp.Not) -> Node:
    return row("¬", fenced(show(expr.args[0]), ATOM))
