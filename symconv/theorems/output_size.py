"""The output size of a sliding window: how many positions fit.

.. math:: O = \\Bigl\\lfloor \\frac{I + 2P - D(K-1) - 1}{S} \\Bigr\\rfloor + 1

Source: https://pytorch.org/docs/stable/generated/torch.nn.Conv2d.html, "Shape"; the proof is integer
division.
"""

from __future__ import annotations

from fractions import Fraction
from itertools import product
from typing import Any

import sympy as sp

from symconv.checks.result import Check, Method, Verdict
from symconv.printing.plain import Plain
from symconv.theorems.geometry import geometry
from symconv.theorems.theorem import Counterexample, Hypothesis, Instance, Theorem, step
from symconv.theorems.verify import Case
from symconv.theorems.written import claim, floor, letter, number, say

_NATURAL = {"integer": True, "nonnegative": True}
_COUNTING = {"integer": True, "positive": True}
I, K, S, D, O = (letter(name, sp.Symbol(name, **_COUNTING)) for name in "IKSDO")
P, o = (letter(name, sp.Symbol(name, **_NATURAL)) for name in "Po")

SPAN = D * (K - 1)
LAST = I + 2 * P - 1
"""The last position of the padded input."""
ROOM = I + 2 * P - SPAN - 1
"""How far the window can move."""
SIZE = floor(ROOM / S) + 1
_TAP = S * o + SPAN
"""Where the last tap of window o is."""

_FORMULA = claim(O, "=", SIZE)
_FITS = claim(_TAP, "≤", LAST, claim(o, "≤", O - 1))
_DOES_NOT = claim(LAST, "<", _TAP, claim(O, "≤", o))
_MOVE = claim(LAST - _TAP, "=", ROOM - S * o)
_BELOW = claim(S * (O - 1), "≤", ROOM)
_ABOVE = claim(ROOM, "<", S * O)

_GRID = (range(1, 9), range(1, 4), range(1, 4), range(3), range(1, 4))
"""I, K, S, P, D of the exhaustive count."""


def output_size_formula() -> Theorem:
    """The theorem on the number of positions of a sliding window.

    An instance is given by I, K and, if they are not 1, 0 and 1, by S, P and D.

    Example:
        >>> output_size_formula().instance([6, 3, 2]).check().passed
        True
    """
    quotient, remainder, rest, less, more = sp.symbols("q r u a b", integer=True, nonnegative=True)
    # I + 2P − D(K−1) − 1 = q S + r with r < S, that is S = r + 1 + u; then the floor is q.
    room = quotient * S.expr + remainder
    stride = (S.expr, remainder + 1 + rest)
    width = (I.expr, room - (ROOM.expr - I.expr))
    size = (O.expr, quotient + 1)
    before = Case((width,), (size, stride, (o.expr, quotient - less)))
    after = Case((width,), (size, stride, (o.expr, quotient + 1 + more)))
    division = Case((width,), (size, stride))
    quotient_is_floor = (sp.floor(room / S.expr), quotient)
    return Theorem(
        name="output-size",
        title="The output size of a sliding window",
        hypotheses=(
            Hypothesis(
                say(
                    "Input width {}, kernel width {}, stride {} and dilation {} are positive integers.",
                    I,
                    K,
                    S,
                    D,
                )
            ),
            Hypothesis(say("The padding {} on either side is an integer that is not negative.", P)),
            Hypothesis(say("The kernel fits into the padded input."), claim(0, "≤", ROOM)),
            Hypothesis(
                say(
                    "Counted from 0, the last tap of window {} is at {}, and the last position of the "
                    "padded input is {}; the window fits when its last tap does.",
                    o,
                    _TAP,
                    LAST,
                )
            ),
        ),
        statement=(_FORMULA, _FITS, _DOES_NOT),
        steps=(
            step(
                "integer division",
                _FORMULA,
                say("The quotient of {} by {} is the integer part; count from 0 up to it.", ROOM, S),
                given=Case((width,), (quotient_is_floor, size)),
            ),
            step("room to move", _MOVE, "Collect the terms."),
            step(
                "the quotient, from below",
                _BELOW,
                say(
                    "By definition of the floor, {} is the quotient, and the remainder is not negative.",
                    O - 1,
                ),
                given=division,
            ),
            step(
                "the quotient, from above",
                _ABOVE,
                say("The remainder is less than {}.", S),
                given=division,
            ),
            step(
                "windows that fit",
                _FITS,
                say("A smaller {} needs less room than {}.", o, S * (O - 1)),
                given=before,
                uses=(_MOVE, _BELOW),
            ),
            step(
                "windows that do not fit",
                _DOES_NOT,
                say("A larger {} needs at least {}, which is more than there is.", o, S * O),
                given=after,
                uses=(_MOVE, _ABOVE),
            ),
        ),
        counterexamples=(_without_floor(), _without_dilation()),
        samples=_samples(),
        instantiate=_instance,
        evidence=lambda: (_counted(),),
    )


def _samples() -> tuple[dict[Any, Any], ...]:
    """Sizes with windows before, at and after the last."""
    sizes = ((6, 3, 2, 0, 1), (7, 3, 2, 1, 2), (5, 2, 3, 0, 3), (9, 1, 4, 2, 1))
    values = (_values(*each) for each in sizes)
    return tuple(
        {**each, o.expr: window} for each in values for window in (0, each[O.expr] - 1, each[O.expr], 9)
    )


def _values(width: int, kernel: int, stride: int, padding: int, dilation: int) -> dict[Any, Any]:
    size = (width + 2 * padding - dilation * (kernel - 1) - 1) // stride + 1
    return {I.expr: width, K.expr: kernel, S.expr: stride, P.expr: padding, D.expr: dilation, O.expr: size}


def fitting(width: int, kernel: int, stride: int, padding: int, dilation: int) -> list[int]:
    """The windows that fit, by placing each of them tap by tap."""
    inside = range(-padding, width + padding)
    starts = enumerate(range(-padding, width + padding, stride))
    return [o for o, start in starts if all(start + dilation * tap in inside for tap in range(kernel))]


def _counted() -> Check:
    """That the windows 0 to O − 1 fit and no others, over a grid of sizes, without the algebra above."""
    wrong, fits = [], 0
    for sizes in product(*_GRID):
        width, kernel, _, padding, dilation = sizes
        if dilation * (kernel - 1) < width + 2 * padding:
            fits += 1
            if fitting(*sizes) != list(range(_values(*sizes)[O.expr])):
                wrong.append(sizes)
    verdict = Verdict.FAILED if wrong else Verdict.PASSED
    detail = f"The count differs at I, K, S, P, D = {wrong[0]}." if wrong else ""
    sides = Plain(O.tree), Plain(SIZE.tree)
    return Check("output-size", Method.EXACT, verdict, *sides, f"{fits} sizes, window by window", detail)


def _without_floor() -> Counterexample:
    """I = 6, K = 3, S = 2: the quotient is not an integer."""
    width, kernel, stride = number(6), number(3), number(2)
    naive = (width - kernel) / stride + 1
    return Counterexample(
        "The floor is needed",
        say(
            "For an input of 6, a kernel of 3 and stride 2 the formula without the floor gives 5/2. Two "
            "windows fit; the last tap of a third one would be at 6, and the last position is 5."
        ),
        (
            claim(naive, "=", Fraction(5, 2)),
            claim(floor((width - kernel) / stride) + 1, "=", 2),
            claim(5, "<", stride * 2 + 2),
        ),
    )


def _without_dilation() -> Counterexample:
    """I = 5, K = 3, D = 2: the dilated kernel is 5 wide."""
    width, kernel, dilation = number(5), number(3), number(2)
    return Counterexample(
        "The dilation is needed",
        say(
            "For an input of 5 and a kernel of 3 with dilation 2 the formula without dilation gives 3. One "
            "window fits, with its taps at 0, 2 and 4."
        ),
        (claim(width - kernel + 1, "=", 3), claim(width - dilation * (kernel - 1) - 1 + 1, "=", 1)),
    )


def _instance(sizes: tuple[Any, ...]) -> Instance:
    at = geometry(sizes)
    width, kernel, stride, padding, dilation = at
    values = _values(width, kernel, stride, padding, dilation)
    count = number(values[O.expr])
    i, k, s, pad, d = map(number, (width, kernel, stride, padding, dilation))
    put_in = floor((i + 2 * pad - d * (k - 1) - 1) / s) + 1
    last, after = s * (count - 1) + d * (k - 1), s * count + d * (k - 1)
    lines = (_FORMULA, claim(SIZE, "=", put_in), claim(put_in, "=", count))
    return Instance(
        "output-size",
        sizes,
        (*lines, claim(last, "≤", width + 2 * padding - 1), claim(width + 2 * padding - 1, "<", after)),
        values,
        where=str(at),
    )
