"""The order in which terms, factors and arguments of SymPy expressions are written.

It does not depend on SymPy's, which is that of a computer: terms stand by falling degree, then by name, and
numbers in names count as numbers, so that ``A_2`` comes before ``A_10``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from fractions import Fraction
from functools import lru_cache
from typing import Any

import sympy as sp


def term_order(term: sp.Expr) -> tuple[Any, ...]:
    """Falling degree, numbers last of theirs; then by names. Numbers compare equal: they stay as given."""
    factors = sorted(
        (factor for factor in sp.Mul.make_args(term) if not factor.is_Rational), key=factor_order
    )
    degree = sum((_degree(factor) for factor in factors), start=Fraction(0))
    names = [name for factor in factors for name in _names(factor)]
    return -degree, not names, names


def _degree(factor: sp.Expr) -> Fraction:
    if factor.is_Pow and factor.exp.is_Rational:
        return Fraction(int(factor.exp.p), int(factor.exp.q))
    return Fraction(1 if factor.free_symbols else 0)


def _names(factor: sp.Expr) -> list[tuple[Any, ...]]:
    """The names of a factor, one for each power: ``a²b`` sorts before ``ab²``."""
    times = int(factor.exp) if factor.is_Pow and factor.exp.is_Integer and factor.exp > 0 else 1
    base = factor.base if factor.is_Pow else factor
    return [_text(base)] * times


def factor_order(factor: sp.Expr) -> tuple[Any, ...]:
    """Numbers, then letters and their powers by name, functions, sums in parentheses, big operators."""
    if factor.is_Rational:
        return (0, ())
    base = factor.base if factor.is_Pow else factor
    if base.is_number:
        return (1, _text(factor))
    if isinstance(base, sp.Symbol | sp.Indexed):
        return (2, _text(factor))
    if isinstance(base, sp.Sum | sp.Product | sp.Limit | sp.Piecewise) and not factor.is_Pow:
        return (5, _text(factor))
    return (4 if base.is_Add else 3, _text(factor))


@lru_cache(maxsize=1024)
def _text(expr: sp.Basic) -> tuple[Any, ...]:
    """The key of what an expression is as text; SymPy's printer takes as long as all the rest."""
    return _natural(expr.name if isinstance(expr, sp.Symbol) else sp.sstr(expr))


def _natural(name: str) -> tuple[Any, ...]:
    """A key under which ``A_2`` comes before ``A_10``."""
    return tuple(
        (0, int(part), "") if part.isdecimal() else (1, 0, part) for part in re.findall(r"\d+|\D+", name)
    )


def by_name(args: Iterable[sp.Basic]) -> list[sp.Basic]:
    """Arguments whose order means nothing, numbers first: SymPy keeps them as a set."""
    return sorted(args, key=_text)
