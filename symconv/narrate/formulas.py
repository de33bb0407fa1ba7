"""Formulas as display trees: each node of :mod:`symconv.formula` as a textbook writes it.

Upstream derivatives ``∂E/∂C`` and weights are marked with their roles, so that a reader sees which factor
comes from where. To show a new kind of formula, add a rule to :func:`tree`.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from functools import singledispatch
from typing import Any

import sympy as sp

from symconv.arithmetic import Range
from symconv.display import (
    BigOp,
    Cases,
    Fence,
    Frac,
    Func,
    Highlight,
    Ident,
    Matrix,
    Node,
    Num,
    Op,
    Row,
    Script,
    Stack,
    Words,
    join,
    parens,
    row,
)
from symconv.exact import Array
from symconv.formula import (
    Absolute,
    Apply,
    Branch,
    Chosen,
    Delta,
    Entry,
    Guarded,
    Largest,
    Negative,
    Over,
    Partial,
    Power,
    Product,
    Quotient,
    Sign,
    Sum,
)
from symconv.operator import Names
from symconv.printing.precedence import ATOM, BIG, PRODUCT, SUM, bare, fenced, on_one_line
from symconv.show import show


@singledispatch
def tree(formula: Any, names: Names) -> Node:
    """The display tree of a formula, an exact number or a SymPy expression."""
    if isinstance(formula, int | Fraction | sp.Basic):
        return show(formula)
    raise TypeError(f"no rule shows a {type(formula).__name__}")


@tree.register(Entry)
def _(formula: Entry, names: Names) -> Node:
    shown = array(formula.array, names)
    if not formula.index:
        return shown
    parts = [_on_one_line(i) for i in formula.index]
    short = all(isinstance(part, Ident) or (isinstance(part, Num) and len(part.text) == 1) for part in parts)
    entry = Script(shown, sub=join_index(parts, "" if short else ","))
    return Highlight("weight", entry) if formula.array == names.weight else entry


@tree.register(Partial)
def _(formula: Partial, names: Names) -> Node:
    fraction = Frac(row(Ident("∂"), _plain(formula.of, names)), row(Ident("∂"), _plain(formula.by, names)))
    is_upstream = formula.of.array == names.error and formula.by.array == names.output
    return Highlight("upstream", fraction) if is_upstream else fraction


@tree.register(Product)
def _(formula: Product, names: Names) -> Node:
    inner = [part for factor in formula.factors for part in _factors(factor)]
    factors = [tree(factor, names) for factor in inner]
    if len(factors) == 1:
        return factors[0]
    last = len(factors) - 1
    parts = [
        factor if _stands_alone(factor, place == last) else _negative_fenced(fenced(factor, ATOM))
        for place, factor in enumerate(factors)
    ]
    deltas = all(isinstance(factor, Delta | Over) for factor in inner[:-1])
    return row(*parts) if deltas else join(parts, "·")


@tree.register(Sum)
def _(formula: Sum, names: Names) -> Node:
    if not formula.terms:
        return Num("0")
    first, *rest = formula.terms
    parts: list[Node | str] = [fenced(tree(first, names), SUM)]
    for term in rest:
        sign, body, tightness = ("−", term.body, PRODUCT) if isinstance(term, Negative) else ("+", term, SUM)
        parts += [sign, _negative_fenced(fenced(tree(body, names), tightness))]
    return row(*parts)


@tree.register(Quotient)
def _(formula: Quotient, names: Names) -> Node:
    return Frac(tree(formula.numerator, names), tree(formula.denominator, names))


@tree.register(Power)
def _(formula: Power, names: Names) -> Node:
    body = tree(formula.base, names)
    closed = body if isinstance(body, Fence) and body.open == "|" else fenced(body, ATOM)
    if isinstance(formula.base, Over | Sum):
        closed = Fence("(", body, ")")
    if isinstance(formula.base, Entry):
        closed = body
    return Script(closed, sup=_on_one_line(formula.exponent))


@tree.register(Absolute)
def _(formula: Absolute, names: Names) -> Node:
    return Fence("|", tree(formula.body, names), "|")


@tree.register(Sign)
def _(formula: Sign, names: Names) -> Node:
    return row(Func("sign"), Fence("(", tree(formula.body, names), ")"))


@tree.register(Negative)
def _(formula: Negative, names: Names) -> Node:
    return row("−", _negative_fenced(fenced(tree(formula.body, names), BIG)))


@tree.register(Apply)
def _(formula: Apply, names: Names) -> Node:
    body = tree(formula.body, names)
    if formula.function == "exp":
        return Script(Ident("e"), sup=on_one_line(body))
    return row(Func(formula.function), parens(body))


@tree.register(Branch)
def _(formula: Branch, names: Names) -> Node:
    positive = row(tree(formula.body, names), ">", 0)
    if (formula.above, formula.below) == (1, 0):
        return Fence("[", positive, "]")
    above, below = (tree(part, names) for part in (formula.above, formula.below))
    return Cases(((above, row(Words("if"), positive)), (below, Words("otherwise"))))


@tree.register(Largest)
def _(formula: Largest, names: Names) -> Node:
    return row(Func("max"), Fence("(", join((tree(arg, names) for arg in formula.args), ","), ")"))


@tree.register(Chosen)
def _(formula: Chosen, names: Names) -> Node:
    entry = tree(formula.entry, names)
    size = Fence("|", entry, "|") if formula.absolute else entry
    return Fence("[", row(size, "=", tree(formula.maximum, names)), "]")


@tree.register(Delta)
def _(formula: Delta, names: Names) -> Node:
    return Script(Ident("δ"), sub=join_index([show(formula.left), show(formula.right)], ","))


@tree.register(Over)
def _(formula: Over, names: Names) -> Node:
    body = tree(formula.body, names)
    if isinstance(formula.body, Sum):
        body = Fence("(", body, ")")
    if formula.operator == "max":
        return BigOp("max", body, lower=_limits(formula))
    ranges = formula.ranges
    if not ranges:  # Iverson's bracket: 1 where the condition holds, else 0
        return row(Fence("[", _limits(formula), "]"), body) if formula.where else body
    for position, limit in enumerate(reversed(ranges)):
        lower: Node = _short_range(limit) if _is_wide(limit) else row(show(limit.var), "=", show(limit.lower))
        if position == 0 and formula.where:
            lower = Stack((lower, *_conditions(formula.where)))
        upper = None if _is_wide(limit) else show(limit.upper)
        body = BigOp("∑", body, lower=lower, upper=upper)
    return body


@tree.register(Guarded)
def _(formula: Guarded, names: Names) -> Node:
    holds = join(_conditions(formula.where), ",")
    return Cases(((tree(formula.body, names), row(Words("if "), holds)), (Num("0"), Words("otherwise"))))


def array(name: str, names: Names) -> Node:
    """The name of an array: bold capitals, the scalar error and a lower-case bias italic."""
    is_array = name != names.error and name[:1].isupper()
    letters, digits = name.rstrip("0123456789"), name[len(name.rstrip("0123456789")) :]
    base = Ident(letters, bold=is_array)
    return Script(base, sub=Num(digits)) if digits else base


def matrix(entries: Array, cell: Callable[[Any], Node] = show) -> Node:
    """A matrix of exact entries; an array of more dimensions as a row of its channels' matrices."""
    if entries.ndim == 0:
        return cell(entries.item())
    if entries.ndim == 1:
        return Matrix((tuple(cell(entry) for entry in entries),))
    if entries.ndim == 2:
        return Matrix(tuple(tuple(cell(entry) for entry in line) for line in entries))
    return join((matrix(part, cell) for part in entries), ",")


def range_bounds(limit: Range) -> Node:
    """A range whose bounds are formulas, in full: ``max(1, k − K + 1) ≤ i ≤ min(O, k)``."""
    return row(show(limit.lower), "≤", show(limit.var), "≤", show(limit.upper))


def wide_ranges(formula: Any) -> tuple[Range, ...]:
    """The ranges of a sum whose bounds are too long to stand at the sum sign."""
    return tuple(limit for limit in formula.ranges if _is_wide(limit)) if isinstance(formula, Over) else ()


def condition(expr: Any) -> Node:
    """A side condition; divisibility as ``S ∣ …``."""
    return _condition(expr)


def join_index(parts: list[Node], separator: str) -> Node:
    """Indices side by side, with commas where one is longer than a letter or a digit."""
    return join(parts, separator) if separator else row(*parts)


def _plain(entry: Entry, names: Names) -> Node:
    shown = tree(entry, names)
    return shown.body if isinstance(shown, Highlight) else shown


def _condition(expr: Any) -> Node:
    if isinstance(expr, sp.Eq) and isinstance(expr.lhs, sp.Mod):
        rest, divisor = expr.lhs.args
        return row(show(divisor), "∣", show(rest))
    return show(expr)


def _conditions(where: tuple[Any, ...]) -> list[Node]:
    """Side conditions; two bounds of the same number as ``0 ≤ k ≤ n``."""
    shown: list[Node] = []
    above = None
    for expr in where:
        chained = isinstance(expr, sp.Le) and expr.lhs == above
        node = row(shown.pop(), "≤", show(expr.rhs)) if chained else _condition(expr)
        shown.append(node)
        above = expr.rhs if isinstance(expr, sp.Le) else None
    return shown


def _limits(formula: Over) -> Node:
    lines = [row(show(limit.lower), "≤", show(limit.var), "≤", show(limit.upper)) for limit in formula.ranges]
    lines += _conditions(formula.where)
    return lines[0] if len(lines) == 1 else Stack(tuple(lines))


def _is_wide(limit: Range) -> bool:
    return any(bound.has(sp.Max, sp.Min, sp.floor, sp.ceiling) for bound in (limit.lower, limit.upper))


def _short_range(limit: Range) -> Node:
    return show(limit.var)


def _on_one_line(expr: Any) -> Node:
    """An index or exponent with a slash for its fraction: ``(k + 4 − 2i)/3``."""
    if isinstance(expr, int):
        return show(expr)
    numerator, denominator = expr.as_numer_denom()
    if denominator == 1:
        return show(expr)
    return row(fenced(show(numerator), ATOM), "/", fenced(show(denominator), ATOM))


def _stands_alone(node: Node, is_last: bool) -> bool:
    """A factor that needs no parentheses: a fraction, a power, or a big operator that nothing follows."""
    return isinstance(bare(node), Frac | Script) or (is_last and isinstance(node, BigOp))


def _factors(factor: Any) -> tuple[Any, ...]:
    return (
        tuple(part for inner in factor.factors for part in _factors(inner))
        if isinstance(factor, Product)
        else (factor,)
    )


def _negative_fenced(node: Node) -> Node:
    first = node.items[0] if isinstance(node, Row) and node.items else node
    is_negative = first == Op("−") or (isinstance(first, Num) and first.text.startswith("−"))
    return Fence("(", node, ")") if is_negative else node
