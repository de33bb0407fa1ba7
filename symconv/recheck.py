"""A second opinion on a report: every displayed equality and inequality, evaluated again.

``python recheck.py REPORT.json [--seed N]``: one file, the standard library only, nothing of symconv, for a sceptical
reader to read whole. Each statement of a report's JSON is evaluated at its numbers and, unless numbers were put in, at
fresh random rationals: rational sides as fractions, irrational ones in intervals, ordered where they lie apart, equal
where they agree to 20 digits (the sides of a limit to 6), else undecided, which is not passed. Derivatives are never
taken from the report, which says how its arrays are computed: values carry theirs along. Where there is none it is
PyTorch's: of |x| at 0 it is 0, of a tied maximum that of the first largest or, where split, the mean. Exit status: 0,
1 (something failed or stayed undecided), 2 (not a report). The grammar::

    report     {settings: [setting..], statements: [statement..], unstated: [{section, text, reason}..]}
    statement  {in: number of its setting, section, left: e, rel: = ≠ < ≤ > ≥ →, right: e,
                for: [range..] it holds at each of these, where: [condition..] if these hold,
                with: {name: array..} beside the setting's, numbers: true if it says nothing about other numbers}
    setting    {base: indices count from it, samples: [{name: array..}..], define: {name: array..} what samples lack;
                at random points it goes before theirs, if all hypotheses: [condition..] hold,
                limit: [letter, "oo" or "-oo" or "0+"] of →}
    array      e for a number, or {shape: [size..]} with entries: [e..] row by row, or with the value: e of the entry
               at index: [letter..] (one letter counts row by row), or with random entries,
               draw: [the least and the largest numerator, the largest denominator]
    e          3  "3/4"  "oo"  "-oo"  "p" a number by its name  [at, array, index..] an entry
               [+ * max or min, e..]  [/ ^ mod or delta, e, e]  [exp log tanh abs sign floor or ceil, e]
               [sum, e, [range..], [condition..]]  [most or split, e, [range..], [condition..]] the largest
               [cases, [e, condition]..] the first that holds  [d, e, entry] by an entry, whose array is free
    range      [letter, first, last], where a later one may use the letters before it
    condition  true  false  [= ≠ < ≤ > or ≥, e, e]  [and, condition..]  [inside, array, index..]
"""

from __future__ import annotations

import sys

if __name__ == "__main__":
    sys.path.pop(0)  # the folder of this file, where a module may be called like one of Python's

import argparse
import json
import math
import operator
import random
import re
import reprlib
from collections import namedtuple
from collections.abc import Iterable, Iterator
from decimal import MAX_EMAX, MIN_EMIN, ROUND_CEILING, ROUND_FLOOR, Context, Decimal, InvalidOperation
from fractions import Fraction
from functools import partial, reduce
from itertools import count, islice, product, repeat
from pathlib import Path
from typing import Any, NamedTuple

FAR = {"oo": 2**40, "-oo": -(2**40), "0+": f"1/{2**40}"}  # where a limit is looked at
DRAWS, MOST = 6, 1_000_000  # random points for each statement, and steps at a point
ORDERS = {"=": (0,), "delta": (0,), "≠": (-1, 1), "<": (-1,), "≤": (-1, 0), ">": (1,), "≥": (0, 1)}
NUMBER = re.compile(r"-?\d{1,4000}(/\d{1,4000}|\.\d{1,4000})?")
ZERO, ONE = Fraction(0), Fraction(1)
EXACT: dict[str, Any] = {"add": operator.add, "multiply": operator.mul, "divide": operator.truediv}
EXACT |= {"exp": lambda x: None if x else ONE, "ln": lambda x: None if x != 1 else ZERO}  # None: irrational
# a number, a fraction or an interval of decimals, and its derivatives by entries of an array, by their places
Value = namedtuple("Value", ("number", "slopes"), defaults=({},))
DOWN, UP = (Context(80, r, MIN_EMIN, MAX_EMAX, traps=[InvalidOperation]) for r in (ROUND_FLOOR, ROUND_CEILING))  # fmt: skip


def enclose(x: Any) -> tuple[Decimal, Decimal]:
    """An interval around a number. What is too large for its ends is infinite, which is true of an upper end."""
    if isinstance(x, tuple):
        return x
    top, bottom = map(Decimal, (x, 1) if isinstance(x, float) else x.as_integer_ratio())
    return DOWN.divide(top, bottom), UP.divide(top, bottom)


def combine(name: str, *numbers: Any) -> Any:
    """An operation, which is extreme at the ends of intervals; a decimal may be wrong in its last digit."""
    if {*map(type, numbers)} == {Fraction} and (exact := EXACT[name](*numbers)) is not None:
        return exact
    if name == "divide" and enclose(numbers[1])[0] <= 0 <= enclose(numbers[1])[1]:
        raise ValueError("a division by what may be 0")
    ends = list(product(*map(enclose, numbers)))
    low, high = min(getattr(DOWN, name)(*e) for e in ends), max(getattr(UP, name)(*e) for e in ends)
    return DOWN.next_minus(low), UP.next_plus(high)


add, multiply, divide, exp, log = (partial(combine, name) for name in EXACT)


def power(x: Any, y: Any) -> Any:
    """A product where the exponent is a small integer."""
    if isinstance(y, Fraction) and y.denominator == 1 and abs(y) <= 100:
        whole = reduce(multiply, repeat(x, abs(int(y))), ONE)
        return whole if y >= 0 else divide(ONE, whole)
    return x if x == 0 and sign(y) > 0 else exp(multiply(y, log(x)))


def sign(x: Any, y: Any = ZERO) -> int:
    """The sign of x − y; 0 for intervals that overlap and agree to 20 digits."""
    if not isinstance(x, tuple) and not isinstance(y, tuple):
        return int(x > y) - int(x < y)
    low, high = add(x, multiply(-ONE, y))
    if low <= 0 <= high and UP.scaleb(UP.subtract(high, low), 20) > UP.add(1, min(map(abs, enclose(y)))):
        raise ValueError("the intervals do not tell the sides apart")
    return int(low > 0) - int(high < 0)


# operations with their partial derivatives, and those that are constant where they do not jump
SMOOTH: dict[str, Any] = {
    "+": (lambda *terms: reduce(add, terms, ZERO), repeat(lambda *terms: ONE)),
    "*": (multiply, (lambda x, y: y, lambda x, y: x)),
    "/": (divide, (lambda x, y: divide(ONE, y), lambda x, y: divide(multiply(-ONE, x), multiply(y, y)))),
    "^": (power, (lambda x, y: multiply(y, power(x, add(y, -ONE))), lambda x, y: multiply(log(x), power(x, y)))),
    "exp": (exp, [exp]), "log": (log, [lambda x: divide(ONE, x)]),
    "abs": (lambda x: multiply(Fraction(sign(x)), x), [lambda x: Fraction(sign(x))]),
    "mod": (operator.mod, (lambda x, y: ONE, lambda x, y: Fraction(-(x // y)))),
}  # fmt: skip
STEPS: dict[str, Any] = {"sign": sign, "floor": math.floor, "ceil": math.ceil, "and": min}
STEPS |= {name: lambda x, y, signs=signs: sign(x, y) in signs for name, signs in ORDERS.items()}


def apply(name: str, *values: Value) -> Value:
    """An operation of :data:`SMOOTH` by the chain rule."""
    function, partials = SMOOTH[name]
    numbers, slopes = [value.number for value in values], dict[int, Any]()
    for value, derivative in zip(values, partials, strict=False):
        factor = derivative(*numbers) if value.slopes else ZERO
        for place, slope in value.slopes.items():
            slopes[place] = add(slopes.get(place, ZERO), multiply(factor, slope))
    return Value(function(*numbers), slopes)


def largest(ties: str, values: Iterable[Value]) -> Value:
    """The maximum, −∞ of nothing, with the derivatives of the first largest or, where split, the mean of all."""
    top = [Value(-math.inf)]
    for value in values:
        order = sign(value.number, top[0].number)
        top = [value] if order > 0 else top + [value] * (order == 0)
    mean = apply("/", apply("+", *top), Value(Fraction(len(top)))) if ties == "split" else top[0]
    return mean if mean.slopes else top[0]


def brief(x: Any) -> str:
    """A number in a few digits, the outer parts of an expression."""
    return f"about {x[0]:.9g}" if isinstance(x, tuple) else reprlib.repr(x) if isinstance(x, list) else str(x)


class Scope(NamedTuple):
    """What names stand for at a point, what is known of their entries, and the letters of indices."""

    names: dict[str, Any]
    base: int
    known: dict[Any, Any]  # it may depend on any name
    steps: Iterator[int]
    letters: dict[str, int] = {}  # noqa: RUF012
    free: str | None = None  # the array by which a derivative is taken

    # fmt: off
    def value(self, e: Any) -> Value:
        if next(self.steps) > MOST:
            raise ValueError("it takes more work than is reasonable")
        match e:
            case int() | Fraction(): return Value(Fraction(e))
            case str() if e in self.letters: return Value(Fraction(self.letters[e]))
            case str() if e in self.names: return self.entry(e, [])
            case "oo" | "-oo": return Value(float(e.replace("oo", "inf")))
            case str() if NUMBER.fullmatch(e): return Value(Fraction(e))
            case ["at", name, *index]: return self.entry(name, index)
            case ["inside", name, *index]: return Value(Fraction(self.at(index) in self.array(name)))
            case ["d", of, [_, name, *index]] if not self.free:  # no derivative of a derivative
                (place,) = self._replace(free=name).entry(name, index).slopes
                return Value(self._replace(free=name).value(of).slopes.get(place, ZERO))
            case ["*", *factors]:  # nothing after a 0 is looked at: an entry outside of its array may follow
                return reduce(lambda x, y: apply("*", x, self.value(y)) if any(x) else x, factors, Value(ONE))
            case ["sum", body, ranges, where]: return apply("+", *(at.value(body) for at in self.over(ranges, where)))
            case ["most" | "split" as ties, e, at, where]: return largest(ties, (i.value(e) for i in self.over(at, where)))
            case ["max", *parts]: return largest("most", map(self.value, parts))
            case ["min", *parts]: return self.value(["*", -1, ["max", *(["*", -1, part] for part in parts)]])
            case ["tanh", x]: return self.value(["+", 1, ["/", -2, ["+", 1, ["exp", ["*", 2, x]]]]])
            case ["cases", *pieces]: return self.value(next(piece for piece, holds in pieces if self.number(holds)))
            case [str(name), *parts] if name in SMOOTH: return apply(name, *map(self.value, parts))
            case [str(name), *parts] if name in STEPS: return Value(Fraction(STEPS[name](*map(self.number, parts))))
        raise ValueError(f"no rule evaluates {brief(e)}")
    def number(self, e: Any) -> Any: return self.value(e).number
    def at(self, index: Iterable[Any]) -> tuple[int, ...]: return tuple(self.whole(i) - self.base for i in index)
    # fmt: on

    def whole(self, e: Any) -> int:
        if not isinstance(number := self.number(e), Fraction) or number.denominator != 1:
            raise ArithmeticError(f"the index {brief(e)} is {brief(number)}")
        return number.numerator

    def over(self, ranges: Any, where: Any = ()) -> Iterator[Scope]:
        """The scope with the letters of the ranges at each index where the conditions hold."""
        if ranges:
            (letter, first, last), *rest = ranges
            for index in range(self.whole(first), self.whole(last) + 1):
                yield from self._replace(letters=self.letters | {letter: index}).over(rest, where)
        elif all(map(self.number, where)):
            yield self

    def places(self, array: dict[str, Any]) -> list[tuple[int, ...]]:
        if math.prod(sizes := [*map(self.whole, array.get("shape", ()))]) > MOST:
            raise ValueError("an array has more entries than is reasonable")
        return list(product(*map(range, sizes)))

    def array(self, name: str) -> Any:
        """The entries with their places, by index from 0, also by one number that counts row by row."""
        if (key := (name, self.free)) not in self.known:
            plain, each = self._replace(letters={}), self.names[name]
            each = each if isinstance(each, dict) else {"value": each}
            places, letters = plain.places(each), each.get("index", ())
            indices = [(row,) for row in range(len(places))] if len(letters) == 1 else places
            bound = (dict(zip(letters, (i + self.base for i in at), strict=True)) for at in indices)
            computed = (plain._replace(letters=letters).value(each["value"]) for letters in bound)
            values = map(plain.value, each["entries"]) if "entries" in each else computed
            rows = enumerate(zip(places, values, strict=True))
            self.known[key] = {at: (row, value) for row, (place, value) in rows for at in (place, (row,))}
        return self.known[key]

    def entry(self, name: str, index: Iterable[Any]) -> Value:
        place, value = self.array(name).get(self.at(index), (None, None))
        if value is None:
            raise ArithmeticError(f"an entry outside of {name}")
        return Value(value.number, {place: ONE}) if name == self.free else value


def points(setting: dict[str, Any], rng: random.Random, *, afresh: bool) -> Iterator[Scope]:
    """The samples; or ever other numbers, where they meet the hypotheses."""
    define = setting.get("define", {})
    for sample in setting["samples"] * (60 * bool(define) if afresh else 1):
        here = Scope(sample | define if afresh else define | sample, setting.get("base", 1), {}, count())
        for name, each in here.names.items():
            if isinstance(each, dict) and "draw" in each:
                low, high, most = each["draw"]
                numbers = (Fraction(rng.randint(low, high), rng.randint(1, most)) for _ in here.places(each))
                here.names[name] = {**each, "entries": list(numbers)}
        if all(map(here.number, setting.get("hypotheses", ()) if afresh else ())):
            yield here


def look(statement: dict[str, Any], setting: dict[str, Any], here: Scope) -> list[bool]:
    """Of each instance at a point, which holds, whether its sides are irrational."""
    left, relation, right = (statement[side] for side in ("left", "rel", "right"))
    names, instances = dict(statement.get("with", {})), []
    if relation == "→":
        names[setting["limit"][0]] = FAR[setting["limit"][1]]
        near = ["/", ["+", 1, ["abs", right]], 10**6]
        left, relation, right = ["abs", ["+", left, ["*", -1, right]]], "<", near
    here = here._replace(names=here.names | names, known={} if names else here.known, steps=count())
    for at in here.over(statement.get("for", ()), statement.get("where", ())):
        sides = at.number(left), at.number(right)
        if sign(*sides) not in ORDERS[relation]:
            raise ArithmeticError(" against ".join(map(brief, sides)))
        instances.append(tuple in map(type, sides))
    return instances


def recheck(report: dict[str, Any], seed: int) -> tuple[dict[str, int], list[str]]:
    """How many statements held and how they were looked at, and a line for each that did not hold."""
    settings, rng = report["settings"], random.Random(seed)
    samples = [[*points(setting, rng, afresh=False)] for setting in settings]
    drawn = [[*islice(points(setting, rng, afresh=True), 4 * DRAWS)] for setting in settings]
    ways = ("at the numbers", "at random rationals", "by intervals")
    found, lines = dict.fromkeys(("held", "failed", "undecided", *ways), 0), []
    for each in report["statements"]:
        number, verdict, why = each["in"], "undecided", "its conditions hold nowhere"
        looked = partial(look, each, settings[number])
        try:
            fixed = [*filter(None, map(looked, samples[number]))]
            fresh = [*islice(filter(None, map(looked, () if each.get("numbers") else drawn[number])), DRAWS)]
            verdict = "held" if fixed or fresh else verdict
            for way, seen in zip(ways, (fixed, fresh, [*filter(any, fixed + fresh)]), strict=True):
                found[way] += bool(seen)
        except ArithmeticError as error:
            verdict, why = "failed", str(error)
        except Exception as error:  # a report is anyone's: whatever stops an evaluation leaves it undecided
            why = f"{type(error).__name__}: {error}"
        found[verdict] += 1
        said = " ".join(map(brief, (each["left"], each["rel"], each["right"])))
        lines += [f"{verdict}: {each['section']}: {said}: {why}"] * (verdict != "held")
    found["undecided"] += len(report["unstated"])
    lines += [f"undecided: {u['section']}: {u['text']}: {u['reason']}" for u in report["unstated"]]
    return found, lines


def main(arguments: list[str] | None = None) -> int:
    """Recheck a file, say what was found, and return the exit status."""
    parser = argparse.ArgumentParser(description="Evaluates every statement of a report again.")
    parser.add_argument("file", help="the JSON of a report")
    parser.add_argument("--seed", type=int, default=1008, help="of the random rationals (default: 1008)")
    given = parser.parse_args(arguments)
    try:
        found, lines = recheck(json.loads(Path(given.file).read_text("utf-8"), parse_float=str), given.seed)
    except Exception as error:
        print(f"{given.file}: cannot be rechecked: {type(error).__name__}: {error}", file=sys.stderr)
        return 2
    print(*lines, sep="\n", end="\n" * bool(lines))
    print("; ".join(f"{number} {what}" for what, number in found.items()), f"(seed {given.seed})")
    return 0 if found["held"] > 0 == found["failed"] + found["undecided"] else 1


if __name__ == "__main__":
    sys.exit(main())
