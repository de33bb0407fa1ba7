"""A second opinion on a report: every displayed equality and inequality, evaluated again.

    python recheck.py REPORT.json [--seed N]

One file, the standard library only, nothing of symconv: what a sceptical reader can read whole. Each statement of
a report's JSON is evaluated at the numbers of the report and, unless it has numbers put in, at fresh random
rationals: rational sides as fractions, irrational ones in intervals, which are ordered where they lie apart, equal
where they agree to 20 digits (the sides of a limit to 6), else undecided, which is not passed. A derivative is
never taken from the report, which defines the layer: an output entry is evaluated with one entry moved up and down
by a tiny h, and the slope lies between the two quotients, as every layer is affine, convex or concave in an entry
on either side of its point. Where a maximum is tied, they differ, and the stated convention decides. Exit status:
0, 1 (something failed or stayed undecided), 2 (not a report). The grammar::

    report     {settings: [setting..], statements: [statement..], unstated: [{section, text, reason}..]}
    statement  {in: number of its setting, section, left: e, rel: = ≠ < ≤ > ≥ →, right: e,
                for: [range..] it holds at each of these, where: [condition..] if these hold,
                with: {name: e} beside the setting's names, numbers: true if numbers were put in}
    setting    {base: indices count from it, samples: [{name: e or nested lists}..], draw: [array to be drawn..],
                letters: [[name, kind] or [name, kind, "each"] or [name, "as", e] or [name, "each as", e]..]
                    how to draw letters; "each" is a family of n numbers; hypotheses: [condition..] on them,
                limit: [letter, "oo" or "-oo" or "0+"], layer: {input, output, error: names, index: [letter..],
                    value: e, outside: {array: e of an entry beyond its ends}, ties: first or split}}
    e          3  "3/4"  "oo"  "-oo"  "p"  [operator, e..] with a name of OPERATORS, or *
               [at, array, index..] an entry;  [d, [at, E], entry] a derivative; E is Σ ∂E/∂C·C, and the array "∂"
               holds ∂E/∂C;  [slope, e, letter] the derivative of an expression
               [chosen, entry, output] the share of an entry in the maximum of an output's window
               [sum or most, e, [range..], [condition..]];  [cases, [e, condition]..]
    range      [letter, first, last], where a later one may use the letters before it;  condition  true, false or e
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
from collections.abc import Callable, Iterator
from contextlib import suppress
from decimal import MAX_EMAX, MIN_EMIN, ROUND_CEILING, ROUND_FLOOR, Context, Decimal, InvalidOperation
from fractions import Fraction
from functools import partial, reduce
from itertools import islice, pairwise, product
from pathlib import Path
from typing import Any

DIGITS = 80  # of the intervals
FAR = {"oo": 2**40, "-oo": -(2**40), "0+": f"1/{2**40}"}  # where a limit is looked at
DRAWS, MOST = 3, 1_000_000  # random points for each statement, and steps at a point
KINDS = {"positive integer": (1, 6, 1), "nonnegative integer": (0, 6, 1), "positive": (1, 40, 5),
         "nonnegative": (0, 40, 5), "real": (-40, 40, 5)}  # fmt: skip  # the numerators' range, the largest denominator
COUNTED = ("held", "failed", "undecided", "at the numbers", "at random rationals", "by intervals")
ORDERS = {"=": (0,), "→": (0,), "≠": (-1, 1), "<": (-1,), "≤": (-1, 0), ">": (1,), "≥": (0, 1)}
EXACT = {"add": operator.add, "subtract": operator.sub, "multiply": operator.mul, "divide": operator.truediv}
NUMBER = re.compile(r"-?\d{1,4000}(/\d{1,4000}|\.\d{1,4000})?")


class FailedError(Exception):
    """What does not hold, or has no value where the report says so. Any other error leaves a statement undecided."""


def flat(array: Any) -> tuple[tuple[int, ...], list[Any]]:
    """The shape and the entries of nested lists. An entry that is an expression starts with a word."""
    if not isinstance(array, list) or isinstance(array[0], str) and not NUMBER.match(array[0]):
        return (), [array]
    parts = [flat(part) for part in array]
    if any(shape != parts[0][0] for shape, _ in parts):
        raise ValueError("an array is ragged")
    return (len(array), *parts[0][0]), [entry for _, entries in parts for entry in entries]


class World:
    """One point: what names stand for, and values by fractions and intervals ``(low, high)`` of decimals."""

    def __init__(self, names: dict[str, Any], setting: dict[str, Any]) -> None:
        names = names | {"oo": math.inf, "-oo": -math.inf}
        self.given = self.arrays = {name: flat(value) for name, value in names.items()}
        self.base, self.layer, self.steps = setting.get("base", 1), setting.get("layer") or {}, 0
        self.norms = f'["abs", ["at", "{self.layer.get("input")}"' in json.dumps(self.layer.get("value"))
        # what is too large is infinite, which is true of an upper end
        context = partial(Context, DIGITS, Emin=MIN_EMIN, Emax=MAX_EMAX, traps=[InvalidOperation])
        self.down, self.up = context(ROUND_FLOOR), context(ROUND_CEILING)
        self.moved: dict[Any, Fraction] = {}  # an entry or a letter, and by how much it is moved
        self.windows: dict[int, dict[tuple[str, Any], None]] = {}
        self.reads: dict[tuple[str, Any], None] = {}  # in the order in which they are read

    def enclose(self, x: Any) -> Any:
        if isinstance(x, tuple):
            return x
        top, bottom = map(Decimal, (x, 1) if isinstance(x, float) else x.as_integer_ratio())
        return self.down.divide(top, bottom), self.up.divide(top, bottom)

    def combine(self, name: str, x: Any, y: Any) -> Any:
        """``add``, ``subtract``, ``multiply`` or ``divide``: extreme at the ends of the intervals."""
        if isinstance(x, Fraction) and isinstance(y, Fraction):
            return EXACT[name](x, y)
        if name == "divide" and isinstance(y, tuple) and y[0] <= 0 <= y[1]:
            raise ValueError("a division by what may be 0")
        ends = list(product(self.enclose(x), self.enclose(y)))
        return min(getattr(self.down, name)(*e) for e in ends), max(getattr(self.up, name)(*e) for e in ends)

    def monotone(self, name: str, x: Any) -> Any:
        """``exp`` or ``ln``. Python rounds both to the nearest decimal: the value lies between its neighbours."""
        if x == (name == "ln"):
            return Fraction(name == "exp")
        low, high = (getattr(self.down, name)(end) for end in self.enclose(x))
        return self.down.next_minus(low), self.up.next_plus(high)

    def power(self, x: Any, y: Any) -> Any:
        whole = isinstance(y, Fraction) and y.denominator == 1
        if isinstance(x, Fraction) and whole and (x in (-1, 0, 1) or abs(y) * len(str(x)) < 3000):
            return x ** int(y)
        if x == 1 or x == 0 and self.sign(y) > 0:
            return x
        if isinstance(x, Fraction) and x < 0 and not whole:
            raise FailedError(f"{brief(x)} has no power {brief(y)}")
        return self.monotone("exp", self.combine("multiply", y, self.monotone("ln", x)))

    def sign(self, x: Any, y: Any = Fraction(0), near: int = 0) -> int:
        """The sign of x − y; 0 for intervals that overlap and agree to 20 digits, or are near to so many."""
        if not isinstance(x, tuple) and not isinstance(y, tuple):
            return int(x > y) - int(x < y)
        low, high = self.combine("subtract", x, y)
        scale = self.down.add(Decimal(1), min(end.copy_abs() for end in self.enclose(y)))
        reach = self.down.scaleb(scale, -(near or 20))
        if max(low.copy_abs(), high.copy_abs()) <= reach and (near or low <= 0 <= high):
            return 0
        if low <= 0 <= high:
            raise ValueError("the intervals do not tell the sides apart")
        return 1 if low > 0 else -1

    def value(self, e: Any) -> Any:
        self.steps += 1
        if self.steps > MOST:
            raise ValueError("it takes more work than is reasonable")
        # fmt: off
        match e:
            case Fraction() | tuple() | float(): return e
            case int(): return Fraction(e)
            case str() if e in self.arrays: return self.entry(e, 0)
            case str() if NUMBER.fullmatch(e): return Fraction(e)
            case ["at", name, *index]: return self.entry(name, self.place(name, index))
            case ["*", *factors]:  # nothing after a 0 is looked at: an entry outside of its array may follow
                multiply = partial(self.combine, "multiply")
                return reduce(lambda x, y: multiply(x, self.value(y)) if x != 0 else x, factors, Fraction(1))
            case [str(name), *parts] if name in OPERATORS: return OPERATORS[name](self, *map(self.value, parts))
            case ["sum" | "most" as name, x, ranges, where]:
                return OPERATORS["+" if name == "sum" else "max"](self, *(self.value(x) for _ in self.over(ranges, where)))
            case ["cases", *pieces]: return self.value(next(piece for piece, holds in pieces if self.value(holds)))
            case ["slope", x, letter]: return self.slope(lambda: self.value(x), (letter, 0))
            case ["chosen", [_, name, *index], [_, output, *other]]:
                return self.share(self.place(output, other), name, self.place(name, index))
            case ["d", [_, of], [_, by, *other]] if of == self.layer["error"]:
                return self.gradient(by, self.place(by, other))
            case ["d", [_, of, *index], [_, by, *other]]:
                return self.derivative(self.place(of, index), by, self.place(by, other))
        # fmt: on
        raise ValueError(f"no rule evaluates {brief(e)}")

    def over(self, ranges: Any, where: Any) -> Iterator[None]:
        """Once for each index of the ranges where the conditions hold, with the letters bound."""
        if ranges:
            (letter, first, last), *rest = ranges
            outer = self.arrays.get(letter, ((), [None]))
            for index in range(self.whole(first), self.whole(last) + 1):
                self.arrays[letter] = (), [index]
                yield from self.over(rest, where)
            self.arrays[letter] = outer
        elif all(map(self.value, where)):
            yield

    def whole(self, e: Any) -> int:
        if not isinstance(value := self.value(e), Fraction) or value.denominator != 1:
            raise FailedError(f"the index {brief(e)} is {brief(value)}")
        return value.numerator

    def place(self, name: str, index: list[Any]) -> Any:
        """Where an entry stands in the flat array; None outside of it. A single index counts row by row."""
        shape, entries = self.arrays[name]
        at = [self.whole(i) - self.base for i in index]
        pairs = list(zip(at, shape if len(at) != 1 else (len(entries),), strict=True))
        is_inside = all(0 <= i < size for i, size in pairs)
        return reduce(lambda place, pair: place * pair[1] + pair[0], pairs, 0) if is_inside else None

    def entry(self, name: str, place: Any) -> Any:
        self.reads[name, place] = None
        if place is None and name not in self.layer.get("outside", {}):
            raise FailedError(f"an entry outside of {name}")
        e = self.layer["outside"][name] if place is None else self.arrays[name][1][place]
        value = self.output(place) if e is None else self.value(e)
        return self.combine("add", value, self.moved[name, place]) if (name, place) in self.moved else value

    def output(self, place: int) -> Any:
        """An output entry by the definition of the layer."""
        letters, (shape, entries) = self.layer["index"], self.arrays[self.layer["output"]]
        sizes = shape if len(shape) == len(letters) else (len(entries),)
        at = next(islice(product(*(range(self.base, self.base + size) for size in sizes)), place, None))
        ranges = [*zip(letters, at, at, strict=True)]
        return [self.value(self.layer["value"]) for _ in self.over(ranges, ())].pop()

    def window(self, place: int) -> dict[tuple[str, Any], None]:
        """The entries that an output entry reads."""
        if place not in self.windows:
            self.reads = self.windows[place] = {}
            self.output(place)
            self.reads = {}
        return self.windows[place]

    def slope(self, function: Callable[[], Any], moved: Any) -> Any:
        """What lies between the difference quotients from both sides; None where both are exact and differ."""
        h, values = Fraction(1, 10 ** (DIGITS // 3)), []
        for step in (-h, Fraction(0), h):
            self.moved = {moved: step}
            values.append(function())
        self.moved = {}
        sides = [self.combine("divide", self.combine("subtract", y, x), h) for x, y in pairwise(values)]
        if all(isinstance(side, Fraction) for side in sides):
            return sides[0] if sides[0] == sides[1] else None
        ends = [end for side in sides for end in self.enclose(side)]
        return min(ends), max(ends)

    def gradient(self, by: str, place: Any) -> Any:
        """Of the error: Σ ∂E/∂C · the derivative of C."""
        if by == self.layer["output"]:
            return self.entry("∂", place)
        outputs = [output for output in range(len(self.arrays["∂"][1])) if (by, place) in self.window(output)]
        terms = (["*", ["at", "∂", o + self.base], self.derivative(o, by, place)] for o in outputs)
        return OPERATORS["+"](self, *map(self.value, terms))

    def derivative(self, of: int, by: str, place: Any) -> Any:
        """Of an output entry. Where a norm reads a 0, or the quotients differ, the convention decides."""
        if (by, place) not in self.window(of):
            return Fraction(0)
        slope, here = self.slope(lambda: self.output(of), (by, place)), self.entry(by, place)
        if slope is not None and not (self.norms and here == 0):
            return slope
        return self.share(of, by, place) * (self.sign(here) if self.norms else 1)

    def share(self, output: int, name: str, place: Any) -> Fraction:
        """The convention at a maximum: all to the first largest entry of the window, or equal shares."""
        window = [at for read, at in self.window(output) if read == name and at is not None]
        values = {at: abs(self.entry(name, at)) if self.norms else self.entry(name, at) for at in window}
        largest = [at for at, entry in values.items() if entry == max(values.values())]
        chosen = largest if self.layer["ties"] == "split" else largest[:1]
        return Fraction(place in chosen, len(chosen) or 1)


OPERATORS: dict[str, Callable[..., Any]] = {
    "+": lambda world, *terms: reduce(partial(world.combine, "add"), terms, Fraction(0)),
    "/": lambda world, x, y: world.combine("divide", x, y),
    "^": World.power,
    "exp": lambda world, x: world.monotone("exp", x),
    "log": lambda world, x: world.monotone("ln", x),
    "sign": lambda world, x: Fraction(world.sign(x)),
    "abs": lambda world, x: world.combine("multiply", Fraction(world.sign(x)), x),
    "floor": lambda world, x: Fraction(math.floor(x)),
    "ceil": lambda world, x: Fraction(math.ceil(x)),
    "mod": lambda world, x, y: x % y,
    "max": lambda world, *parts: reduce(lambda x, y: y if world.sign(y, x) > 0 else x, parts, -math.inf),
    "min": lambda world, *parts: reduce(lambda x, y: y if world.sign(y, x) < 0 else x, parts, math.inf),
    "delta": lambda world, x, y: Fraction(world.sign(x, y) == 0),
    "divides": lambda world, x, y: (y / x).denominator == 1,
    "and": lambda world, *parts: all(parts),
    **{name: lambda world, x, y, signs=signs: world.sign(x, y) in signs for name, signs in ORDERS.items()},
}


def brief(x: Any) -> str:
    """A value in a few digits, an expression as it stands in the report."""
    return f"about {x[0]:.9g}" if isinstance(x, tuple) else reprlib.repr(x) if isinstance(x, list) else str(x)


def drawn(setting: dict[str, Any], rng: random.Random) -> Iterator[dict[str, Any]]:
    """Random points: other numbers in the arrays of the samples, and letters that meet the hypotheses."""

    def number(kind: str) -> Fraction:
        low, high, most = KINDS[kind]
        return Fraction(rng.randint(low, high), rng.randint(1, most))

    def like(array: Any) -> Any:
        return [like(part) for part in array] if flat(array)[0] else number("real") or Fraction(1)

    def unknown(array: Any) -> Any:
        return [unknown(part) for part in array] if flat(array)[0] else None

    for sample in (setting["samples"] if setting["draw"] else [{}] if setting["letters"] else []) * 60:
        names = sample | {name: like(sample[name]) for name in setting["draw"]}
        if setting["draw"]:
            names[setting["layer"]["output"]] = unknown(sample[setting["layer"]["output"]])
        for name, how, *rest in setting["letters"]:
            places = range(1, int(names.get("n", 1)) + 1)
            pool = [number(how) for _ in places] if how in KINDS else []
            each = [["sum", *rest, [["i", k, k]], []] for k in places]
            drawing = [rng.choice(pool) for _ in places] if rest and pool else pool[:1]
            names[name] = {"as": rest, "each as": [each]}.get(how, [drawing] if rest else drawing)[0]
        with suppress(ArithmeticError, FailedError):
            if all(map(World(names, setting).value, setting["hypotheses"])):
                yield names


def look(statement: dict[str, Any], setting: dict[str, Any], world: World) -> tuple[int, bool]:
    """How many instances hold at a point, and whether irrational numbers are among them."""
    relation, with_intervals, count = statement["rel"], False, 0
    beside = dict(statement.get("with", {}))
    if relation == "→":
        beside[setting["limit"][0]] = FAR[setting["limit"][1]]
    world.arrays = world.given | {name: flat(value) for name, value in beside.items()}
    world.moved, world.steps = {}, 0
    try:
        for _ in world.over(statement.get("for", ()), statement.get("where", ())):
            left, right = world.value(statement["left"]), world.value(statement["right"])
            if world.sign(left, right, 6 * (relation == "→")) not in ORDERS[relation]:
                raise FailedError(f"{brief(left)} against {brief(right)}")
            with_intervals |= isinstance(left, tuple) or isinstance(right, tuple)
            count += 1
    except ZeroDivisionError:
        raise FailedError("a division by 0") from None
    return count, with_intervals


def recheck(report: dict[str, Any], seed: int) -> tuple[dict[str, int], list[str]]:
    """How many statements held and how they were looked at, and a line for each that did not hold."""
    rng, count, settings = random.Random(seed), dict.fromkeys(COUNTED, 0), report["settings"]
    lines: list[str] = []
    samples = [[World(names, each) for names in each["samples"]] for each in settings]
    points = [[World(names, each) for names in islice(drawn(each, rng), 4 * DRAWS)] for each in settings]
    for each in report["statements"]:
        number, verdict, found = each["in"], "undecided", "its conditions hold nowhere"
        looked = partial(look, each, settings[number])
        try:
            fixed = [seen for seen in map(looked, samples[number]) if seen[0]]
            free = [] if each.get("numbers") else points[number]
            fresh = [*islice((seen for seen in map(looked, free) if seen[0]), DRAWS)]
            verdict = "held" if fixed or fresh else verdict
            count["at the numbers"] += bool(fixed)
            count["at random rationals"] += bool(fresh)
            count["by intervals"] += any(with_intervals for _, with_intervals in fixed + fresh)
        except FailedError as error:
            verdict, found = "failed", str(error)
        except Exception as error:  # a report is anyone's: whatever stops an evaluation leaves it undecided
            found = f"{type(error).__name__}: {error}"
        count[verdict] += 1
        if verdict != "held":
            formula = f"{brief(each['left'])} {each['rel']} {brief(each['right'])}"
            lines.append(f"{verdict}: {each['section']}: {formula}: {found}")
    for each in report["unstated"]:
        count["undecided"] += 1
        lines.append(f"undecided: {each['section']}: {each['text']}: {each['reason']}")
    return count, lines


def main(arguments: list[str] | None = None) -> int:
    """Recheck a file, say what was found, and return the exit status."""
    parser = argparse.ArgumentParser(description="Evaluates every statement of a report again.")
    parser.add_argument("file", help="the JSON of a report")
    parser.add_argument("--seed", type=int, default=1008, help="of the random rationals (default: 1008)")
    options = parser.parse_args(arguments)
    try:
        text = Path(options.file).read_text(encoding="utf-8")
        count, lines = recheck(json.loads(text, parse_float=str), options.seed)
    except Exception as error:
        print(f"{options.file}: cannot be rechecked: {type(error).__name__}: {error}", file=sys.stderr)
        return 2
    print(*lines, sep="\n", end="\n" * bool(lines))
    print("; ".join(f"{number} {what}" for what, number in count.items()), f"(seed {options.seed})")
    return 0 if count["held"] > 0 == count["failed"] + count["undecided"] else 1


if __name__ == "__main__":
    sys.exit(main())
