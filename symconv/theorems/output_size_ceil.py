"""The output size under ``ceil_mode``: round up, and drop a last window that starts in the padding at the end.

.. math:: c = \\Bigl\\lceil \\frac{I + 2P - D(K-1) - 1}{S} \\Bigr\\rceil, \\qquad
          O = c + 1 \\text{ if } Sc < I + P, \\text{ else } c

Source: torch.nn.MaxPool2d, https://pytorch.org/docs/stable/generated/torch.nn.MaxPool2d.html, "ceil_mode"; the
proof is integer division.
"""

from __future__ import annotations

from typing import Any

import sympy as sp

from symconv.checks.result import Check, Method, Verdict
from symconv.errors import ArgumentError
from symconv.theorems.geometry import Geometry, Grid, geometry
from symconv.theorems.output_size import LAST, ROOM, SPAN, D, I, K, O, P, S, o
from symconv.theorems.theorem import Counterexample, Hypothesis, Instance, Theorem, step
from symconv.theorems.verify import Case
from symconv.theorems.written import ceiling, claim, letter, number, say

c = letter("c", sp.Symbol("c", integer=True, nonnegative=True))
UP = ceiling(ROOM / S)
_HALF = claim(P, "≤", SPAN + 1)

_BEFORE = claim(S * (c - 1), "<", ROOM)
_REACHED = claim(ROOM, "≤", S * c)
_FIT = claim(S * o + SPAN, "≤", LAST, claim(o, "≤", c - 1))
_START = claim(S * o, "<", I + P, claim(o, "≤", c - 1))
_END = claim(LAST, "≤", S * c + SPAN)
_EVEN = claim(S * c + SPAN, "=", LAST, claim(ROOM, "=", S * c))


def output_size_rounded_up() -> Theorem:
    """The theorem on the number of windows under ``ceil_mode``.

    An instance is given by I, K and, if they are not 1, 0 and 1, by S, P and D.

    Example:
        >>> output_size_rounded_up().instance([6, 3, 2]).check().passed
        True
    """
    rest, less, back, spare = sp.symbols("r u a b", integer=True, nonnegative=True)
    # the room is S(c − 1) + 1 + r with S = 1 + r + u, so that c is the quotient rounded up
    stride = (S.expr, 1 + rest + less)
    room = S.expr * (c.expr - 1) + 1 + rest
    width = (I.expr, room - (ROOM.expr - I.expr))
    division = Case((width,), (stride,))
    window = (o.expr, c.expr - 1 - back)
    # moreover D(K − 1) + 1 = P + b
    started = Case((width, window), ((K.expr, 1 + (P.expr + spare - 1) / D.expr), stride))
    return Theorem(
        name="output-size-ceil",
        title="The output size, rounded up",
        hypotheses=(
            Hypothesis(
                say(
                    "Input width {}, kernel width {}, stride {} and dilation {} are positive integers, the padding "
                    "{} on either side is not negative, and the kernel fits.",
                    I,
                    K,
                    S,
                    D,
                    P,
                ),
                claim(0, "≤", ROOM),
            ),
            Hypothesis(
                say(
                    "The padding is at most the width of the dilated kernel (PyTorch asks for half of {}).", K
                ),
                _HALF,
            ),
            Hypothesis(say("{} = {}, the number of strides rounded up.", c, UP), claim(c, "=", UP)),
            Hypothesis(
                say(
                    "Counted from 0, window {} starts at {} of the padded input, whose last position is {}; the "
                    "padding after the input begins at {}.",
                    o,
                    S * o,
                    LAST,
                    I + P,
                )
            ),
            Hypothesis(
                say(
                    "PyTorch takes {} windows, and one less where the last of them, {}, starts in the padding "
                    "after the input.",
                    c + 1,
                    c,
                )
            ),
        ),
        statement=(_FIT, _START, _END, _EVEN),
        steps=(
            step(
                "rounded up, from below",
                _BEFORE,
                say(
                    "A quotient rounded up is less than 1 above it.",
                ),
                given=division,
            ),
            step("rounded up, from above", _REACHED, "And it is not below it.", given=division),
            step(
                "all windows but the last fit",
                _FIT,
                say("They start at {} or before, and {} is less than the room.", S * (c - 1), S * (c - 1)),
                given=Case((width, window), (stride,)),
                uses=(_BEFORE,),
            ),
            step(
                "and start before the padding at the end",
                _START,
                say(
                    "The room is less than {} where {}: at most one window starts in that padding, so that "
                    "dropping one is enough.",
                    I + P,
                    _HALF,
                ),
                given=started,
                uses=(_BEFORE,),
            ),
            step(
                "the last window reaches the end",
                _END,
                say("Its last tap is at {} or after, so that no further window is needed.", LAST),
                given=division,
                uses=(_REACHED,),
            ),
            step(
                "where the stride divides",
                _EVEN,
                "The last window fits as well, and rounding up changes nothing.",
                given=Case(((I.expr, S.expr * c.expr - (ROOM.expr - I.expr)),)),
            ),
        ),
        counterexamples=(_two_in_the_padding(), _without_dropping()),
        samples=_samples(),
        instantiate=_instance,
        evidence=lambda: (_counted(),),
    )


def _values(at: Geometry) -> dict[Any, Any]:
    letters = dict(zip((I, K, S, P, D), at, strict=True))
    return {**{name.expr: size for name, size in letters.items()}, c.expr: -(-at.room // at.S)}


def _samples() -> tuple[dict[Any, Any], ...]:
    sizes = ((6, 3, 2, 0, 1), (7, 3, 2, 1, 1), (5, 2, 3, 1, 1), (9, 3, 2, 1, 2))
    return tuple({**_values(Geometry(*each)), o.expr: window} for each in sizes for window in (0, 1, 2))


def _placed(at: Geometry) -> int:
    """The number of windows, placing one after the other until the end is reached or the padding begins."""
    count, start, end = 1, 0, at.I + 2 * at.P - 1
    while start + at.D * (at.K - 1) < end and start + at.S < at.I + at.P:
        start += at.S
        count += 1
    return count


def _rule(at: Geometry) -> int:
    """PyTorch's rule."""
    up = -(-at.room // at.S)
    return up + 1 if at.S * up < at.I + at.P else up


def _counted() -> Check:
    """The rule against placing windows, over a grid of sizes."""
    sizes = Grid(8, 3, 4, 3, 3)
    chosen = [at for at in sizes if at.P <= at.D * (at.K - 1) + 1]
    wrong = [at for at in chosen if _rule(at) != _placed(at)]
    verdict = Verdict.FAILED if wrong else Verdict.PASSED
    detail = f"The count differs at {wrong[0]}." if wrong else ""
    scope = f"{len(chosen)} sizes, window by window"
    return Check("output-size-ceil", Method.EXACT, verdict, "windows", "PyTorch's rule", scope, detail)


def _two_in_the_padding() -> Counterexample:
    """I = 1, K = 1, S = 2, P = 3: dropping one window is not enough."""
    width, stride, padding = number(1), number(2), number(3)
    return Counterexample(
        "The padding must not be larger than the kernel",
        say(
            "For an input of 1, a kernel of 1, stride 2 and padding 3 there are 3 strides, and the padding "
            "after the input begins at 4. The last window starts there, and so does the one before it."
        ),
        (
            claim(ceiling((width + 2 * padding - 1) / stride), "=", 3),
            claim(width + padding, "≤", stride * 3),
            claim(width + padding, "≤", stride * 2),
        ),
    )


def _without_dropping() -> Counterexample:
    """I = 2, K = 2, S = 3, P = 1: the second window would lie in the padding alone."""
    width, kernel, stride, padding = map(number, (3, 2, 3, 1))
    return Counterexample(
        "A window that starts in the padding at the end is dropped",
        say(
            "For an input of 3, a kernel of 2, stride 3 and padding 1 the number of strides is 1; its window "
            "starts at 3, inside. With an input of 2 it would start at 3, where the padding begins."
        ),
        (
            claim(ceiling((width + 2 * padding - kernel) / stride), "=", 1),
            claim(stride * 1, "<", width + padding),
            claim(ceiling((number(2) + 2 * padding - kernel) / stride), "=", 1),
            claim(number(2) + padding, "≤", stride * 1),
        ),
    )


def _instance(sizes: tuple[Any, ...]) -> Instance:
    at = geometry(sizes)
    if at.P > at.D * (at.K - 1) + 1:
        raise ArgumentError("P", "at most the width of the dilated kernel", at.P)
    values = {**_values(at), O.expr: _rule(at)}
    i, k, s, pad, d = map(number, at)
    strides = number(values[c.expr])
    put_in = ceiling((i + 2 * pad - d * (k - 1) - 1) / s)
    inside = at.S * values[c.expr] < at.I + at.P
    last = claim(s * strides, "<", i + pad) if inside else claim(i + pad, "≤", s * strides)
    return Instance(
        "output-size-ceil",
        sizes,
        (
            claim(c, "=", put_in),
            claim(put_in, "=", strides),
            last,
            claim(O, "=", strides + 1 if inside else strides),
        ),
        values,
        where=str(at),
    )
