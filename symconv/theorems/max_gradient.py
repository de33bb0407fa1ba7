"""The gradient of a maximum: one entry where it is attained once, a set of subgradients where it is attained
more often.

.. math:: \\partial \\max(x) = \\Bigl\\{ g :\\; g_i \\ge 0,\\; \\sum_i g_i = 1,\\; g_i = 0 \\text{ where } x_i < M \\Bigr\\}

These are the weighted means of the unit vectors of the maxima, their convex hull. PyTorch's convention, all
to the first maximum, is a corner of it; equal shares are its middle.

Source: R. T. Rockafellar, Convex Analysis, section 23; the proof needs nothing of it.
"""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from typing import Any, Literal

import sympy as sp

from symconv.checks import reference
from symconv.display import Ident, Matrix
from symconv.exact import is_numeric
from symconv.formula import Entry, Largest, Negative, Partial, Sum
from symconv.theorems.geometry import Ground
from symconv.theorems.identity import Computed
from symconv.theorems.index_sums import vector
from symconv.theorems.scaled import below, largest, n, random_windows, require
from symconv.theorems.theorem import Counterexample, Hypothesis, Instance, Line, Theorem, step
from symconv.theorems.verify import Case
from symconv.theorems.written import Written, claim, entry, letter, number, say, total


def _real(name: str) -> Written:
    return letter(name, sp.Symbol(name, real=True))


x, y, z, g = (entry(name, "real") for name in "xyzg")
d, e = entry("d", "nonnegative"), entry("e", "nonnegative")
M, N, W, h = map(_real, "MNWh")
gap = letter("δ")
T = letter("T", sp.Symbol("T", integer=True, positive=True))

_SHARES = total(n, g)
_AT_X = claim(total(n, g * x), "=", M)
_AT_Y = claim(total(n, g * y), "≤", N)
_SUBGRADIENT = claim(M + total(n, g * (y - x)), "≤", N)
_NO_MORE = claim(_SHARES, "≤", 1, claim(M + _SHARES, "≤", M + 1))
_NO_LESS = claim(1, "≤", _SHARES, claim(M - _SHARES, "≤", M - 1))
_NOT_NEGATIVE = claim(0, "≤", g, claim(M - g, "≤", M))
_ONLY_MAXIMA = claim(d * g, "≤", 0, claim(M + d * g, "≤", M))
_LARGEST_MOVES = claim(z, "≤", M + h, claim(-gap, "≤", h))
_SLOPE_ONE = claim((W - M) / h, "=", 1)
_OTHERS_DO_NOT = claim(z + h, "≤", M, claim(h, "≤", gap))
_SPLIT = claim(total(T, 1 / T), "=", 1)


def max_pool_gradient() -> Theorem:
    """The theorem on the gradient and the subgradients of a window's maximum.

    Example:
        >>> max_pool_gradient().instance([3, 5, 5]).check().passed
        True
    """
    a, b, c = sp.symbols("a b c", nonnegative=True)
    shares = ((_SHARES.expr, sp.S.One), (total(n, g * d).expr, sp.S.Zero))
    of_x, of_y = (x.expr, (M - d).expr), (y.expr, (N - e).expr)
    lost = (total(n, g * e).expr, c)
    return Theorem(
        name="max-gradient",
        title="The gradient of max pooling, and its subgradients at ties",
        hypotheses=_hypotheses(),
        statement=(
            _SLOPE_ONE,
            _OTHERS_DO_NOT,
            _SUBGRADIENT,
            _NO_MORE,
            _NO_LESS,
            _NOT_NEGATIVE,
            _ONLY_MAXIMA,
            _SPLIT,
        ),
        steps=(
            step(
                "the largest entry moves",
                _LARGEST_MOVES,
                say(
                    "Where it is attained once, the largest entry stays the largest when it moves by {}: the "
                    "maximum is {}.",
                    h,
                    M + h,
                ),
                given=Case(entries=((z.expr, (M - gap).expr - b), (h.expr, a - gap.expr))),
            ),
            step(
                "its slope",
                _SLOPE_ONE,
                say("The difference quotient is 1 for every small {}, and so is the derivative.", h),
                given=Case(entries=((W.expr, (M + h).expr),)),
                uses=(_LARGEST_MOVES,),
            ),
            step(
                "another entry moves",
                _OTHERS_DO_NOT,
                say(
                    "It does not pass the largest, and the maximum stays {}: the derivative is 0.",
                    M,
                ),
                given=Case(entries=((z.expr, (M - gap).expr - b), (h.expr, gap.expr - a))),
            ),
            step(
                "the shares of the window itself",
                _AT_X,
                say("{} is {}; where {} is not 0, {} is.", x, M - d, d, g),
                given=Case((of_x,), shares),
            ),
            step(
                "the shares of another window",
                _AT_Y,
                say("{} is {}: a mean of entries is at most their maximum.", y, N - e),
                given=Case((of_y,), (*shares, lost)),
            ),
            step(
                "they are subgradients",
                _SUBGRADIENT,
                say("Take the first sum from the second: the maximum lies above all these planes."),
                given=Case((of_x, of_y), (*shares, lost)),
                uses=(_AT_X, _AT_Y),
            ),
            step(
                "there are no others: at most 1",
                _NO_MORE,
                say(
                    "Conversely, let the inequality hold for every {}. Take {}, whose maximum is {}.",
                    y,
                    x + 1,
                    M + 1,
                ),
                given=Case(sums=((_SHARES.expr, 1 - a),)),
            ),
            step(
                "at least 1",
                _NO_LESS,
                say("Take {}, whose maximum is {}.", x - 1, M - 1),
                given=Case(sums=((_SHARES.expr, 1 + a),)),
            ),
            step(
                "no share is negative",
                _NOT_NEGATIVE,
                say("Take 1 away from one entry: the maximum does not grow."),
                given=Case(terms=((g.expr, a),)),
            ),
            step(
                "only maxima have a share",
                _ONLY_MAXIMA,
                say(
                    "Add {} to one entry, which makes it {}: the maximum does not grow. A share that is not "
                    "negative is 0 where {} is positive.",
                    d,
                    M,
                    d,
                ),
                given=(
                    Case(terms=((d.expr, sp.S.Zero),)),
                    Case(terms=((d.expr, sp.Symbol("f", positive=True)), (g.expr, -a))),
                ),
            ),
            step(
                "both conventions are among them",
                _SPLIT,
                say(
                    "1 for the first maximum and 0 for the others add up to 1; so do equal shares of {} maxima.",
                    T,
                ),
            ),
        ),
        counterexamples=(_more_than_one(), _below_the_maximum(), _negative(), _tie()),
        samples=_samples(),
        instantiate=_instance,
    )


def _hypotheses() -> tuple[Hypothesis, ...]:
    return (
        Hypothesis(say("The window has {} real entries {} with the maximum {}.", n, x, M), claim(x, "≤", M)),
        Hypothesis(say("How far an entry is below it: {} = {}.", d, M - x), claim(d, "=", M - x)),
        Hypothesis(
            say(
                "Where the maximum is attained once, {} are the other entries, each of them at least {} below.",
                z,
                gap,
            ),
            claim(z, "≤", M - gap),
        ),
        Hypothesis(say("{} is the maximum after that entry moved by {}, which is not 0.", W, h)),
        Hypothesis(say("The shares {} of the entries are not negative.", g), claim(0, "≤", g)),
        Hypothesis(say("The shares add up to 1."), claim(_SHARES, "=", 1)),
        Hypothesis(say("An entry below the maximum has the share 0."), claim(g * d, "=", 0)),
        Hypothesis(
            say("{} is any other window, {} its maximum, and {} = {}.", y, N, e, N - y),
            claim(y, "≤", N),
        ),
        Hypothesis(
            say(
                "The shares {} are a subgradient where the maximum of every window {} is at least {}; the converse "
                "assumes this in the place of the three.",
                g,
                y,
                M + total(n, g * (y - x)),
            )
        ),
    )


def _samples() -> tuple[dict[Any, Any], ...]:
    """Windows with one, two and three maxima, shares of each kind, and other windows."""
    third = Fraction(1, 3)
    windows = (((2, 5, -1), (0, 1, 0)), ((4, 4, 1), (third, 2 * third, 0)), ((7, 7, 7), (1, 0, 0)))
    others = (tuple(other[:3]) for other in random_windows(seed=9, count=3))
    return tuple(
        {
            n.expr: 3,
            x.expr.base: window,
            y.expr.base: other,
            g.expr.base: shares,
            d.expr.base: tuple(max(window) - a for a in window),
            e.expr.base: tuple(max(other) - a for a in other),
            z.expr.base: (max(window) - 1, max(window) - 3, max(window) - 1),
            M.expr: max(window),
            W.expr: max(window) + move,
            N.expr: max(other),
            h.expr: move,
            gap.expr: 1,
            T.expr: window.count(max(window)),
        }
        for (window, shares), other in zip(windows, others, strict=True)
        for move in (Fraction(1, 2), Fraction(-1, 2))
    )


def _more_than_one() -> Counterexample:
    """1/2 for each of three maxima: what pairwise maxima give when they are differentiated one in the other."""
    half = Fraction(1, 2)
    sum_of_shares = number(half) + number(half) + number(half)
    return Counterexample(
        "The shares must add up to 1",
        say(
            "For the entries 2, 2, 2 and a share of 1/2 each, as a derivative of nested pairs would have it: "
            "the window 3, 3, 3 has the maximum 3, below the plane."
        ),
        (claim(sum_of_shares, "=", Fraction(3, 2)), claim(3, "<", 2 + sum_of_shares * number(1))),
    )


def _below_the_maximum() -> Counterexample:
    half = number(Fraction(1, 2))
    return Counterexample(
        "Only maxima have a share",
        say(
            "For the entries 2 and 1 and a share of 1/2 each: the window 1, 1 has the maximum 1, below the plane."
        ),
        (claim(1, "<", 2 + (half * (number(1) - 2) + half * (number(1) - 1))),),
    )


def _negative() -> Counterexample:
    return Counterexample(
        "No share is negative",
        say(
            "For the entries 2 and 2 and the shares 2 and −1: the window 3, 2 has the maximum 3, below the plane."
        ),
        (claim(3, "<", 2 + (2 * (number(3) - 2) + number(-1) * (number(2) - 2))),),
    )


def _tie() -> Counterexample:
    """The difference quotients of a tied maximum, from either side, by the reference."""

    def maximum(*cells: int) -> Any:
        image = vector(cells).reshape(1, 1, -1)
        return reference.max_pool(
            image, kernel_size=(len(cells),), stride=(1,), padding=((0, 0),), dilation=(1,)
        )[0].item()

    quotient, start = Ident("q"), Largest((2, 2))
    up, down = (Sum((Largest((cell, 2)), Negative(start))) for cell in (3, 1))
    return Counterexample(
        "At a tie there is no derivative",
        say(
            "The entries 2 and 2, one of which moves by 1 or by −1: the two difference quotients {} are not the "
            "same, whatever the convention.",
            quotient,
        ),
        (
            Computed(quotient, "=", maximum(3, 2) - maximum(2, 2), 1, formula=up, result=1),
            Computed(
                quotient, "=", (maximum(1, 2) - maximum(2, 2)) / -1, 0, formula=Negative(down), result=0
            ),
        ),
    )


def _instance(window: tuple[Any, ...]) -> Instance:
    require(window, lambda _: True, "a real number")
    top = largest(window)
    maxima = [not below(entry, top) for entry in window]
    count = sum(maxima)
    first = [int(place == maxima.index(True)) for place in range(len(window))]
    split = [Fraction(int(tied), count) for tied in maxima]
    lines: list[Line] = [claim(M, "=", number(top)), claim(x, "≤", M)]
    if is_numeric(vector(window)):
        lines += _by_reference(window, first, split)
    rows = tuple(
        (number(entry).tree, number(one).tree, number(share).tree)
        for entry, one, share in zip(window, first, split, strict=True)
    )
    values = {M.expr: top, n.expr: len(window), x.expr.base: window}
    return Instance(
        "max-gradient",
        window,
        tuple(lines),
        values,
        tuple(bound for shares in (first, split) for bound in _is_subgradient(window, top, shares)),
        ((x.tree,), ("first",), ("split",)),
        rows,
        "The entries and their shares: all to the first maximum, and equal shares."
        if count > 1
        else "The maximum is attained once, and both conventions give its gradient.",
    )


def _by_reference(window: tuple[Any, ...], first: list[int], split: list[Fraction]) -> list[Line]:
    """Both conventions against the separate implementation."""
    image, one = vector(window).reshape(1, 1, -1), vector((1,)).reshape(1, 1, 1)
    entries: dict[tuple[int, ...], Any] = {(place,): entry for place, entry in enumerate(window)}
    lines: list[Line] = []
    conventions: tuple[tuple[Literal["first", "split"], list[Any]], ...] = (
        ("first", first),
        ("split", split),
    )
    for ties, shares in conventions:
        gradient = reference.max_pool_backward(
            image,
            one,
            kernel_size=(len(window),),
            stride=(1,),
            padding=((0, 0),),
            dilation=(1,),
            ties=ties,
        )
        shown = Matrix((tuple(number(share).tree for share in shares),))
        ground = Ground("", {n.expr: len(window)}, {"x": entries}, about=f"maximum, {ties}")
        lines.append(
            Computed(
                Ident("g", bold=True),
                "=",
                gradient.ravel(),
                vector(shares),
                shown,
                Partial(Entry("y"), Entry("x")),
                vector(shares),
                ground,
            )
        )
    return lines


def _is_subgradient(window: tuple[Any, ...], top: Any, shares: list[Any]) -> list[Line]:
    """The inequality of the theorem at windows in which one entry was moved, either way."""
    steps = [abs(after - before) for before, after in pairwise(window)]
    move = max((step for step in steps if isinstance(step, int | Fraction)), default=1) + 1
    return [
        claim(number(top) + number(shares[place] * way), "≤", number(largest(moved)))
        for place in range(len(window))
        for way in (move, -move)
        for moved in ((*window[:place], window[place] + way, *window[place + 1 :]),)
    ]
