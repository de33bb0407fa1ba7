"""What statements say, as data: numbers, names and nested lists, in the grammar of :mod:`symconv.recheck`.

To add a kind of formula or expression, add a rule to the table here and one to the grammar.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from fractions import Fraction
from functools import partial, singledispatch
from types import MappingProxyType
from typing import Any

import numpy as np
import sympy as sp
from sympy.core.function import AppliedUndef

from symconv.document import Assertion, Defined, Drawn, Facts
from symconv.errors import UnsupportedError
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
from symconv.theorems.written import Claim, Written

Data = Any
"""What JSON holds."""
_KINDS = MappingProxyType(
    {
        "positive integer": (1, 6, 1),
        "nonnegative integer": (0, 6, 1),
        "positive": (1, 9, 3),
        "nonnegative": (0, 9, 3),
        "real": (-9, 9, 3),
        "few": (1, 2, 1),
    }
)
"""Of random numbers the least and the largest numerator, and the largest denominator: so few that some are alike."""


Letters = Iterable[tuple[str, str]]
"""Letters that are called otherwise in what is shown."""


def facts_data(facts: Facts, letters: Letters = ()) -> dict[str, Data]:
    """The facts of statements, in the letters that these are shown in."""
    data: dict[str, Data] = {
        "base": facts.base,
        "samples": [{name: array_data(value) for name, value in sample.items()} for sample in facts.samples],
    }
    if facts.define:
        data["define"] = {name: array_data(value) for name, value in facts.define.items()}
    if facts.hypotheses:
        data["hypotheses"] = [expression(condition) for condition in facts.hypotheses]
    if facts.limit:
        data["limit"] = list(facts.limit)
    if letters:
        from symconv.narrate.called import Called  # few reports pay for it

        return Called.by(letters).facts(data)
    return data


def symbols_data(facts: Facts) -> dict[str, Data]:
    """What stands in the place of symbols."""
    return {symbol: expression(formula) for symbol, formula in facts.symbols.items()}


def statement_data(
    statement: Assertion, number: int, section: str | None, symbols: Mapping[str, Data]
) -> dict[str, Data]:
    """A statement in the setting of that number, with formulas in the place of symbols."""

    def data(formula: Any) -> Data:
        return replaced(padded(expression(formula), statement.outside), symbols)

    said: dict[str, Data] = {
        "in": number,
        "section": section,
        "left": data(statement.left),
        "rel": statement.relation,
        "right": data(statement.right),
    }
    if statement.each:
        said["for"] = [[expression(letter), data(low), data(high)] for letter, low, high in statement.each]
    if statement.where:
        said["where"] = [data(condition) for condition in statement.where]
    if statement.given:
        said["with"] = {name: replaced(array_data(value), symbols) for name, value in statement.given.items()}
    if statement.substituted:
        said["numbers"] = True
    if statement.letters:
        from symconv.narrate.called import Called

        return Called.by(statement.letters).statement(said)
    return said


def replaced(data: Data, symbols: Mapping[str, Data]) -> Data:
    """Data in which formulas stand in the place of symbols."""
    if not symbols:
        return data
    match data:
        case str():
            return symbols.get(data, data)
        case list():
            return [replaced(part, symbols) for part in data]
        case dict():
            return {key: replaced(part, symbols) for key, part in data.items()}
    return data


def padded(data: Data, outside: Mapping[str, Any]) -> Data:
    """Data in which entries that may lie outside of their arrays are asked whether they do."""
    if not outside or not isinstance(data, list):
        return data
    match data:
        case ["at", name, *index] | ["d", _, ["at", name, *index]] if name in outside and _may_leave(index):
            return ["cases", [data, ["inside", name, *index]], [expression(outside[name]), True]]
    return [padded(part, outside) for part in data]


def _may_leave(index: Sequence[Data]) -> bool:
    """Whether an index may lie outside of its array: numbers and letters by themselves are in their ranges."""
    return any(isinstance(part, list) for part in index)


@singledispatch
def array_data(value: Any) -> Data:
    """An array, or a number, as data."""
    return expression(value)


@array_data.register(np.ndarray)
@array_data.register(tuple)
def _(value: Any) -> Data:
    array = np.asarray(value, dtype=object)
    if not array.shape:
        return expression(array.item())
    return {"shape": list(array.shape), "entries": [expression(entry) for entry in array.flat]}


@array_data.register(dict)
def _(value: dict) -> Data:  # type: ignore[type-arg]
    return value


@array_data.register(Drawn)
def _(value: Drawn) -> Data:
    drawn = {"draw": list(_KINDS[value.kind])}
    return drawn | ({"shape": [expression(size) for size in value.shape]} if value.shape else {})


@array_data.register(Defined)
def _(value: Defined) -> Data:
    data = padded(expression(value.value), value.outside)
    if value.ties == "split" and data[0] == "most":
        data = ["split", *data[1:]]
    if not value.shape:
        return data
    shape, index = [expression(size) for size in value.shape], _each(value.index)
    return {"shape": shape, "index": index, "value": data}


def expression(value: Any) -> Data:
    """A formula, an expression, a condition or an array as data."""
    for kind in type(value).__mro__:
        if kind in _RULES:
            return _RULES[kind](value)
    raise UnsupportedError(f"no rule writes a {type(value).__name__} as data")


def _each(values: Iterable[Any]) -> list[Data]:
    return [expression(value) for value in values]


def _itself(value: Data) -> Data:
    return value


def _operation(operator: str, value: sp.Basic) -> Data:
    return [operator, *map(expression, value.args)]


def _chosen(value: Chosen) -> Data:
    # where it is the maximum, by how much the maximum moves with it
    entry, maximum = expression(value.entry), expression(value.maximum)
    size = ["abs", entry] if value.absolute else entry
    return ["*", ["delta", size, maximum], ["abs", ["d", maximum, entry]]]


def _branch(value: Branch) -> Data:
    above, below = expression(value.above), expression(value.below)
    return ["cases", [above, ["<", 0, expression(value.body)]], [below, True]]


def _over(value: Over) -> Data:
    ranges = [[limit.var.name, expression(limit.lower), expression(limit.upper)] for limit in value.ranges]
    operator = "sum" if value.operator == "∑" else "most"
    return [operator, expression(value.body), ranges, _each(value.where)]


def _sum(value: sp.Sum) -> Data:
    ranges = [[var.name, expression(low), expression(high)] for var, low, high in reversed(value.limits)]
    return ["sum", expression(value.function), ranges, []]


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
        sp.tanh: "tanh",
        sp.Max: "max",
        sp.Min: "min",
        sp.KroneckerDelta: "delta",
        sp.Mod: "mod",
        sp.And: "and",
        sp.Eq: "=",
        sp.Ne: "≠",
        sp.Lt: "<",
        sp.Le: "≤",
        sp.Gt: ">",
        sp.Ge: "≥",
    }
)
_RULES: Mapping[type, Callable[[Any], Data]] = MappingProxyType(
    {
        bool: _itself,
        str: _itself,
        int: _itself,
        Fraction: lambda value: (
            value.numerator if value.denominator == 1 else f"{value.numerator}/{value.denominator}"
        ),
        tuple: _each,
        list: _each,
        Written: lambda value: expression(value.expr if value.says is None else value.says),
        Claim: lambda value: [value.sign, expression(value.left), expression(value.right)],
        # formulas
        Entry: lambda value: ["at", value.array, *map(expression, value.index)],
        Partial: lambda value: ["d", expression(value.of), expression(value.by)],
        Product: lambda value: ["*", *map(expression, value.factors)],
        Sum: lambda value: ["+", *map(expression, value.terms)],
        Quotient: lambda value: ["/", expression(value.numerator), expression(value.denominator)],
        Power: lambda value: ["^", expression(value.base), expression(value.exponent)],
        Absolute: lambda value: ["abs", expression(value.body)],
        Sign: lambda value: ["sign", expression(value.body)],
        Largest: lambda value: ["max", *map(expression, value.args)],
        Negative: lambda value: ["*", -1, expression(value.body)],
        Apply: lambda value: ["log" if value.function == "ln" else value.function, expression(value.body)],
        Branch: _branch,
        Guarded: lambda value: [
            "cases",
            [expression(value.body), ["and", *map(expression, value.where)]],
            [0, True],
        ],
        Chosen: _chosen,
        Delta: lambda value: ["delta", expression(value.left), expression(value.right)],
        Over: _over,
        # SymPy
        **{kind: partial(_operation, operator) for kind, operator in _OPERATORS.items()},
        sp.Symbol: lambda value: value.name,
        sp.Integer: int,
        sp.Rational: lambda value: f"{value.p}/{value.q}",
        type(sp.S.Exp1): lambda value: ["exp", 1],
        type(sp.S.Infinity): lambda value: "oo",
        type(sp.S.NegativeInfinity): lambda value: "-oo",
        type(sp.true): bool,
        type(sp.false): bool,
        sp.Sum: _sum,
        sp.Indexed: lambda value: ["at", value.base.name, *map(expression, value.indices)],
        AppliedUndef: lambda value: ["at", type(value).__name__, *map(expression, value.args)],
        sp.Piecewise: lambda value: [
            "cases",
            *([expression(piece), expression(condition)] for piece, condition in value.args),
        ],
        sp.Derivative: lambda value: ["d", expression(value.expr), ["at", str(value.variables[0])]],
    }
)
