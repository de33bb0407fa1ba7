"""What statements say, as data: numbers, names and nested lists, in the grammar of :mod:`symconv.recheck`.

To add a kind of formula or expression, add a rule here and one to the grammar.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from fractions import Fraction
from functools import singledispatch
from types import MappingProxyType
from typing import Any

import numpy as np
import sympy as sp
from sympy.core.function import AppliedUndef

from symconv.document import Assertion, Facts, Layer
from symconv.errors import UnsupportedError
from symconv.formula import (
    Absolute,
    Chosen,
    Delta,
    Entry,
    Largest,
    Over,
    Partial,
    Power,
    Product,
    Quotient,
    Sign,
    Sum,
)
from symconv.theorems.written import Claim, Written

Data = Any
"""What JSON holds."""


Letters = Iterable[tuple[str, str]]
"""Letters that are called otherwise in what is shown."""


def facts_data(facts: Facts, letters: Letters = ()) -> dict[str, Data]:
    """The facts of statements, in the letters that these are shown in."""
    data: dict[str, Data] = {
        "base": facts.base,
        "samples": [{name: expression(value) for name, value in sample.items()} for sample in facts.samples],
        "draw": list(facts.draw),
        "letters": [[letter[0], letter[1], *map(expression, letter[2:])] for letter in facts.letters],
        "hypotheses": [expression(condition) for condition in facts.hypotheses],
    }
    if facts.limit:
        data["limit"] = list(facts.limit)
    if facts.layer:
        data["layer"] = _layer(facts.layer)
    if letters:
        from symconv.narrate.called import Called  # few reports pay for it

        return Called.by(letters).facts(data)
    return data


def symbols_data(facts: Facts) -> dict[str, Data]:
    """What stands in the place of symbols."""
    return {str(symbol): expression(formula) for symbol, formula in facts.symbols.items()}


def statement_data(
    statement: Assertion, number: int, section: str | None, symbols: Mapping[str, Data]
) -> dict[str, Data]:
    """A statement in the setting of that number, with formulas in the place of symbols."""
    left, right = (_replaced(expression(side), symbols) for side in (statement.left, statement.right))
    said: dict[str, Data] = {
        "in": number,
        "section": section,
        "left": left,
        "rel": statement.relation,
        "right": right,
    }
    if statement.each:
        said["for"] = [
            [str(letter), expression(low), expression(high)] for letter, low, high in statement.each
        ]
    if statement.where:
        said["where"] = [expression(condition) for condition in statement.where]
    if statement.given:
        said["with"] = {
            name: _replaced(expression(value), symbols) for name, value in statement.given.items()
        }
    if statement.substituted:
        said["numbers"] = True
    if statement.letters:
        from symconv.narrate.called import Called

        return Called.by(statement.letters).statement(said)
    return said


def _replaced(data: Data, symbols: Mapping[str, Data]) -> Data:
    """Data in which formulas stand in the place of symbols."""
    if not symbols:
        return data
    if isinstance(data, list):
        return [_replaced(part, symbols) for part in data]
    return symbols.get(data, data) if isinstance(data, str) else data


def _layer(layer: Layer) -> dict[str, Data]:
    return {
        "input": layer.input,
        "output": layer.output,
        "error": layer.error,
        "index": [str(letter) for letter in layer.index],
        "value": expression(layer.value),
        "outside": {name: expression(value) for name, value in layer.outside.items()},
        "ties": layer.ties,
    }


@singledispatch
def expression(value: Any) -> Data:
    """A formula, an expression, a condition or an array as data."""
    raise UnsupportedError(f"no rule writes a {type(value).__name__} as data")


@expression.register(bool)
@expression.register(str)
@expression.register(int)
def _(value: Data) -> Data:
    return value


@expression.register
def _(value: Fraction) -> Data:
    return value.numerator if value.denominator == 1 else f"{value.numerator}/{value.denominator}"


@expression.register(tuple)
@expression.register(list)
def _(value: Any) -> Data:
    return [expression(part) for part in value]


@expression.register
def _(value: np.ndarray) -> Data:
    return expression(value.tolist())


@expression.register
def _(value: Written) -> Data:
    return expression(value.expr if value.says is None else value.says)


@expression.register
def _(value: Claim) -> Data:
    return [value.sign, expression(value.left), expression(value.right)]


# --- formulas ---


@expression.register
def _(value: Entry) -> Data:
    return ["at", value.array, *map(expression, value.index)]


@expression.register
def _(value: Partial) -> Data:
    return ["d", expression(value.of), expression(value.by)]


@expression.register
def _(value: Product) -> Data:
    return ["*", *map(expression, value.factors)]


@expression.register
def _(value: Sum) -> Data:
    return ["+", *map(expression, value.terms)]


@expression.register
def _(value: Quotient) -> Data:
    return ["/", expression(value.numerator), expression(value.denominator)]


@expression.register
def _(value: Power) -> Data:
    return ["^", expression(value.base), expression(value.exponent)]


@expression.register
def _(value: Absolute) -> Data:
    return ["abs", expression(value.body)]


@expression.register
def _(value: Sign) -> Data:
    return ["sign", expression(value.body)]


@expression.register
def _(value: Largest) -> Data:
    return ["max", *map(expression, value.args)]


@expression.register
def _(value: Chosen) -> Data:
    return ["chosen", expression(value.entry), expression(value.maximum)]


@expression.register
def _(value: Delta) -> Data:
    return ["delta", expression(value.left), expression(value.right)]


@expression.register
def _(value: Over) -> Data:
    ranges = [[str(limit.var), expression(limit.lower), expression(limit.upper)] for limit in value.ranges]
    operator = "sum" if value.operator == "∑" else "most"
    return [operator, expression(value.body), ranges, [expression(condition) for condition in value.where]]


# --- SymPy ---


@expression.register
def _(value: sp.Basic) -> Data:
    for kind in type(value).__mro__:
        if kind in _OPERATORS:
            return [_OPERATORS[kind], *map(expression, value.args)]
        if kind in _RULES:
            return _RULES[kind](value)
    raise UnsupportedError(f"no rule writes a {type(value).__name__} as data")


def _sum(value: sp.Sum) -> Data:
    ranges = [[str(var), expression(low), expression(high)] for var, low, high in reversed(value.limits)]
    return ["sum", expression(value.function), ranges, []]


def _equation(value: sp.Eq) -> Data:
    if isinstance(value.lhs, sp.Mod) and value.rhs == 0:
        rest, divisor = value.lhs.args
        return ["divides", expression(divisor), expression(rest)]
    return ["=", expression(value.lhs), expression(value.rhs)]


_OPERATORS: Mapping[type, str] = MappingProxyType(
    {
        sp.Add: "+",
        sp.Mul: "*",
        sp.Pow: "^",
        sp.Abs: "abs",
        sp.sign: "sign",
        sp.floor: "floor",
        sp.ceiling: "ceil",
        sp.log: "log",
        sp.exp: "exp",
        sp.Max: "max",
        sp.Min: "min",
        sp.KroneckerDelta: "delta",
        sp.Mod: "mod",
        sp.And: "and",
        sp.Ne: "≠",
        sp.Lt: "<",
        sp.Le: "≤",
        sp.Gt: ">",
        sp.Ge: "≥",
    }
)
_RULES: Mapping[type, Callable[[Any], Data]] = MappingProxyType(
    {
        sp.Symbol: lambda value: value.name,
        sp.Integer: int,
        sp.Rational: lambda value: f"{value.p}/{value.q}",
        type(sp.S.Exp1): lambda value: ["exp", 1],
        type(sp.S.Infinity): lambda value: "oo",
        type(sp.S.NegativeInfinity): lambda value: "-oo",
        type(sp.true): bool,
        type(sp.false): bool,
        sp.Eq: _equation,
        sp.Sum: _sum,
        sp.Indexed: lambda value: ["at", str(value.base), *map(expression, value.indices)],
        AppliedUndef: lambda value: ["at", type(value).__name__, *map(expression, value.args)],
        sp.Piecewise: lambda value: [
            "cases",
            *([expression(piece), expression(condition)] for piece, condition in value.args),
        ],
        sp.Derivative: lambda value: ["slope", expression(value.expr), str(value.variables[0])],
    }
)
