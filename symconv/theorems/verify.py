"""How a claim of a proof is verified: symbolically for every n, and by intervals at sample windows.

The two share no code. The symbolic one turns the hypotheses into parameters (:class:`Case`): an entry
``0 ≤ r_i ≤ 1`` becomes ``exp(−s)`` with ``s ≥ 0``, a sum ``1 ≤ S`` becomes ``1 + α`` with ``α ≥ 0``, and so
on. Then

* an equality holds when the difference of its sides is identically zero;
* ``left ≤ right`` holds when the signs of the parameters show that ``right − left`` is not negative, or when this is so where a parameter is 0 and for the derivative by it (then the difference
  starts at or above zero and grows); a difference of sums holds when it holds term by term;
* a limit is the value at the limit point, in a variable in which the formula is seen to be continuous there,
  or follows by the squeeze from two bounds that were proved before and have this limit.

What none of these shows stays undecided. What is trusted, besides SymPy's algebra, is that the cases say
what the hypotheses and the earlier steps say; the samples are there to contradict a case that does not.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, Literal

import sympy as sp

from symconv.checks.interval import Point, Values, decide, near
from symconv.checks.result import Verdict
from symconv.display import Ident, Node, Num, Op, Script, row
from symconv.errors import UnsupportedError
from symconv.theorems.written import INDEX, Claim, Written, about_entries
from symconv.value import Value

Replacements = tuple[tuple[sp.Expr, sp.Expr], ...]

_VANISHING = sp.Symbol("t", positive=True)
_NEAR_LIMIT = 2**40  # a limit is evaluated at this value of 1/t, where it must be reached to _LIMIT_DIGITS
_LIMIT_DIGITS = 6


class Case(Value):
    """Hypotheses as parameters: what takes the place of letters and sums, in symbols whose signs SymPy knows.

    ``entries`` are replaced first, sums are pulled apart by linearity, ``sums`` are replaced in what came
    out, and ``terms`` last, in the term of a sum or in a claim about each entry. A parameter that may be
    zero is a symbol declared non-negative; these are the symbols in which monotony is tried.
    """

    entries: Replacements = ()
    sums: Replacements = ()
    terms: Replacements = ()

    def apply(self, expr: sp.Expr) -> sp.Expr:
        """An expression with the hypotheses put in, up to the terms."""
        applied = _linear(expr.xreplace(dict(self.entries))).xreplace(dict(self.sums))
        return expr if applied == expr else sp.expand_power_base(applied)


class Limit(Value):
    """The limit that ``→`` stands for: the variable, and where it goes."""

    variable: Written
    target: Literal["∞", "−∞", "0⁺"]

    @property
    def tree(self) -> Node:
        """The limit as it stands below ``lim``."""
        goal = {"∞": Ident("∞"), "−∞": row("−", Ident("∞")), "0⁺": Script(Num("0"), sup=Op("+"))}
        return row(self.variable.tree, "→", goal[self.target])

    @property
    def substitution(self) -> sp.Expr:
        """The variable in terms of one that goes to 0."""
        return {"∞": 1 / _VANISHING, "−∞": -1 / _VANISHING, "0⁺": _VANISHING}[self.target]

    @property
    def close(self) -> sp.Rational:
        """A value of the variable far on its way."""
        return self.substitution.xreplace({_VANISHING: sp.Rational(1, _NEAR_LIMIT)})


@lru_cache  # theorems share steps
def symbolically(
    claim: Claim, cases: tuple[Case, ...], known: tuple[Claim, ...], limit: Limit | None
) -> Verdict:
    """The verdict on a claim for every n, given the claims ``known`` from earlier steps."""
    return worst(_symbolic(claim, case, known, limit) for case in cases)


def at_samples(claim: Claim, samples: Iterable[Values], limit: Limit | None) -> tuple[Verdict, str]:
    """The verdict on a claim at windows that meet its conditions, and how much was covered."""
    count = 0
    for sample in samples:
        if not all(decide_claim(c, sample, limit) is Verdict.PASSED for c in claim.when):
            continue
        verdict = decide_claim(claim, sample, limit)
        if verdict is not Verdict.PASSED:
            where = ", ".join(f"{letter} = {_brief(number)}" for letter, number in sample.items())
            return verdict, f"at {where}"
        count += 1
    if count == 0:
        return Verdict.UNDECIDED, "at any sample"
    return Verdict.PASSED, "1 sample" if count == 1 else f"{count} samples"


def decide_claim(claim: Claim, values: Values, limit: Limit | None = None) -> Verdict:
    """The verdict on a claim at given numbers, for each index where it has a free one."""
    left, right = claim.left.expr, claim.right.expr
    point = Point.of(values)
    if claim.sign == "→" and limit is not None:
        point = point.at(limit.variable.expr, limit.close)
    try:
        for assignment in _over_index(left, right, point):
            match claim.sign:
                case "→":
                    verdict = near(left, right, assignment, _LIMIT_DIGITS)
                case order:
                    verdict = decide(left, order, right, assignment)
            if verdict is not Verdict.PASSED:
                return verdict
    except UnsupportedError:
        return Verdict.UNDECIDED
    return Verdict.PASSED


def worst(verdicts: Iterable[Verdict]) -> Verdict:
    """The verdict on a whole: failed if a part failed, passed only if every part did."""
    return min(verdicts, key=(Verdict.FAILED, Verdict.UNDECIDED, Verdict.PASSED).index)


def _brief(number: object) -> str:
    return f"({', '.join(map(str, number))})" if isinstance(number, tuple) else str(number)


def _symbolic(claim: Claim, case: Case, known: Sequence[Claim], limit: Limit | None) -> Verdict:
    left, right = claim.left.expr, claim.right.expr
    match claim.sign:
        case "→":
            return _limit(claim, case, known, limit) if limit else Verdict.UNDECIDED
        case "=":
            difference = _terms(case.apply(right - left), case)
            if _is_zero(difference):
                return Verdict.PASSED
            return Verdict.FAILED if difference.is_nonzero else Verdict.UNDECIDED
        case sign:
            difference = _terms(case.apply(right - left), case)
            if _not_negative(difference) if sign == "≤" else sp.expand(difference).is_positive:
                return Verdict.PASSED
            return Verdict.FAILED if difference.is_negative else Verdict.UNDECIDED


def _limit(claim: Claim, case: Case, known: Sequence[Claim], limit: Limit) -> Verdict:
    """By the squeeze where both bounds are known, else by continuity."""
    before, goal = claim.left.expr, claim.right.expr
    below = [c.left.expr for c in known if c.sign == "≤" and c.right.expr == before]
    above = [c.right.expr for c in known if c.sign == "≤" and c.left.expr == before]
    limits = {c.left.expr: c.right.expr for c in known if c.sign == "→"}
    ends = (below[0], above[0]) if below and above else (before,)
    reached = all(_arrives(end, goal, case, limits, limit) for end in ends)
    return Verdict.PASSED if reached else Verdict.UNDECIDED


def _arrives(
    expr: sp.Expr, goal: sp.Expr, case: Case, limits: Mapping[sp.Expr, sp.Expr], limit: Limit
) -> bool:
    """Whether an expression is continuous in the variable and in what has known limits, and the goal at these."""
    variable = limit.variable.expr
    # What varies with the variable must not be taken for a constant parameter.
    entries, sums = (tuple(p for p in part if not p[0].has(variable)) for part in (case.entries, case.sums))
    constant = Case(entries, sums)
    # What has a known limit is not put at it alone: n^(1/p) - 1 tends to 0, and p (n^(1/p) - 1) does not.
    near = {part: _near(part, end) for part, end in limits.items()}
    ends = {near[part]: constant.apply(end) for part, end in limits.items()} | {_VANISHING: sp.S.Zero}
    expr = constant.apply(sp.expand(expr).xreplace(near))
    expr = sp.together(sp.expand(expr.xreplace({variable: limit.substitution})))
    return _is_continuous(expr, ends) and _is_zero(constant.apply(expr.xreplace(ends)) - constant.apply(goal))


def _near(part: sp.Expr, end: sp.Expr) -> sp.Expr:
    """A symbol for what tends to an end, of whose sign it is at last; one with an index, where it has one."""
    assumptions = {"positive": True} if end.is_positive else {"real": True}
    name = f"u_{part}"
    if about_entries(part):
        return sp.IndexedBase(name, **assumptions)[INDEX]
    return sp.Symbol(name, **assumptions)


def _is_continuous(expr: sp.Expr, ends: Mapping[sp.Expr, sp.Expr]) -> bool:
    """Whether an expression is seen to be continuous in the symbols that have ends, where they are at these."""
    if not expr.has(*ends):
        return True
    match expr:
        case sp.Pow():
            natural = expr.exp.is_Integer and expr.exp.is_positive
            defined = natural or expr.base.xreplace(ends).is_positive
        case sp.log():
            defined = expr.args[0].xreplace(ends).is_positive
        case sp.Sum():
            defined = not any(bound.has(*ends) for bound in expr.limits)
        case _:
            defined = expr in ends or isinstance(expr, sp.Add | sp.Mul | sp.exp)
    return bool(defined) and all(
        _is_continuous(part, ends) for part in expr.args if isinstance(part, sp.Expr)
    )


def _linear(expr: sp.Expr) -> sp.Expr:
    """Sums pulled apart: constants taken out, sums of terms split, n times the term for a constant term."""
    sums = expr.atoms(sp.Sum)
    return expr.xreplace({whole: _pulled_apart(whole) for whole in sums}) if sums else expr


@lru_cache
def _pulled_apart(whole: sp.Sum) -> sp.Expr:
    index, first, last = whole.limits[0]
    parts = []
    for addend in sp.Add.make_args(sp.expand(whole.function)):
        constant, rest = addend.as_independent(index, as_Add=False)
        parts.append(constant * (last - first + 1 if rest == 1 else sp.Sum(rest, whole.limits[0])))
    return sp.Add(*parts)


def _terms(difference: sp.Expr, case: Case) -> sp.Expr:
    """The difference with the terms' hypotheses put in; of sums over the same range, their common term."""
    sums = tuple(difference.atoms(sp.Sum))
    if sums and len({whole.limits for whole in sums}) == 1:
        _, first, last = sums[0].limits[0]
        stand_ins = {whole: sp.Dummy() for whole in sums}
        flat = difference.xreplace(stand_ins)
        factors = {whole: derivative(flat, stand_in) for whole, stand_in in stand_ins.items()}
        rest = flat.xreplace(dict.fromkeys(stand_ins.values(), sp.S.Zero))
        if not any(part.has(INDEX, sp.Dummy) for part in (rest, *factors.values())):
            term = sp.Add(*(factor * whole.function for whole, factor in factors.items()))
            difference = term + rest / (last - first + 1)
    return difference.xreplace(dict(case.terms))


def _is_zero(expr: sp.Expr) -> bool:
    return bool(expr == 0 or sp.expand(expr) == 0 or sp.powsimp(sp.expand(expr)) == 0)


def _not_negative(difference: sp.Expr, depth: int = 3) -> bool:
    """Whether the difference is at least 0: by its signs, or by growing in a parameter from such a value."""
    if _sign(difference) >= 0 or (depth > 0 and _grows(difference, depth - 1)):
        return True
    expanded = sp.expand(difference)  # last: it takes longer than all the rest, and is seldom needed
    return expanded != difference and _not_negative(expanded, depth)


def _grows(difference: sp.Expr, depth: int) -> bool:
    """Whether a difference starts at 0 or above it, and does not fall, in one of its parameters."""
    slack = (s for s in difference.free_symbols if s.is_nonnegative and not s.is_positive)
    starts = [(s, difference.xreplace({s: sp.S.Zero})) for s in sorted(slack, key=str)]
    starts.sort(key=lambda pair: pair[1] != 0)  # where it starts at 0, it is likeliest to grow
    return any(
        _not_negative(start, depth) and _not_negative(derivative(difference, s), depth) for s, start in starts
    )


def derivative(expr: sp.Expr, by: sp.Symbol) -> sp.Expr:
    """The derivative by a parameter: ``diff``, which asks on its way for the signs of every part, at their cost."""
    if by not in expr.free_symbols:
        return sp.S.Zero
    match expr:
        case sp.Symbol():
            return sp.S.One
        case sp.Add():
            return sp.Add(*(derivative(term, by) for term in expr.args))
        case sp.Mul():
            slopes = [(k, derivative(factor, by)) for k, factor in enumerate(expr.args)]
            return sp.Add(*(sp.Mul(*expr.args[:k], d, *expr.args[k + 1 :]) for k, d in slopes if d != 0))
        case sp.exp():
            return expr * derivative(expr.exp, by)
        case sp.Pow(base=base, exp=exponent):
            moved, grown = derivative(base, by), derivative(exponent, by)
            # left as it is: powers of one base would be collected, and the signs of new exponents asked for
            power = sp.Mul(exponent, expr, 1 / base, moved, evaluate=False) if moved != 0 else moved
            return power + expr * sp.log(base) * grown if grown != 0 else power
        case sp.log():
            return derivative(expr.args[0], by) / expr.args[0]
        case _:
            return expr.diff(by)


def _sign(expr: Any) -> float:
    """The sign that an expression in real parameters is seen to have: 1 and −1 include 0; nan is not known.

    SymPy's assumptions say the same and more, in a hundred times the time.
    """
    match expr:
        case sp.Rational():
            return float((expr.p > 0) - (expr.p < 0))
        case sp.Add():
            return _common({_sign(term) for term in expr.args})
        case sp.Mul():
            return math.prod((_sign(factor) for factor in expr.args), start=1.0)
        case sp.Pow():
            return 1 if _sign(expr.base) >= 0 else math.nan
        case sp.exp():
            return 1
        case sp.log():
            return 1 if _sign(expr.args[0] - 1) >= 0 else math.nan
        case _:
            return 1 if expr.is_nonnegative else math.nan


def _common(signs: set[float]) -> float:
    """The sign of a sum of terms of these signs."""
    signs -= {0}
    return signs.pop() if len(signs) == 1 else math.nan if signs else 0


def _over_index(left: sp.Expr, right: sp.Expr, point: Point) -> Iterator[Point]:
    """The values, once for each value of the index where it is free in a side."""
    if about_entries(left) or about_entries(right):
        size = min(len(numbers) for numbers in point.values() if isinstance(numbers, tuple))
        yield from (point.at(INDEX, k) for k in range(1, size + 1))
    else:
        yield point
