"""The inputs that have a given output size: S consecutive ones.

.. math:: O = \\Bigl\\lfloor \\frac{I + 2P - D(K-1) - 1}{S} \\Bigr\\rfloor + 1
          \\iff L \\le I \\le L + S - 1, \\qquad L = S(O-1) + D(K-1) + 1 - 2P

Source: torch.nn.ConvTranspose2d, https://pytorch.org/docs/stable/generated/torch.nn.ConvTranspose2d.html: its
``output_padding`` chooses among them.
"""

from __future__ import annotations

from itertools import product
from typing import Any

import sympy as sp

from symconv.checks.result import Check, Method, Verdict
from symconv.theorems.geometry import Geometry, geometry
from symconv.theorems.output_size import ROOM, SIZE, SPAN, D, I, K, O, P, S, fitting
from symconv.theorems.theorem import Counterexample, Hypothesis, Instance, Theorem, step
from symconv.theorems.verify import Case
from symconv.theorems.written import claim, floor, letter, number, say

L, U = (letter(name, sp.Symbol(name, integer=True)) for name in "LU")
LEAST = S * (O - 1) + SPAN + 1 - 2 * P
_ENOUGH, _NOT_MORE = claim(S * (O - 1), "≤", ROOM), claim(ROOM, "<", S * O)

_FORMULA = claim(SIZE, "=", O, _ENOUGH, _NOT_MORE)
_AT_LEAST = claim(L, "≤", I, _ENOUGH)
_AT_MOST = claim(I, "≤", U, _NOT_MORE)
_ALL_ENOUGH = claim(S * (O - 1), "≤", ROOM, claim(L, "≤", I))
_NONE_MORE = claim(ROOM, "<", S * O, claim(I, "≤", U))
_COUNT = claim(U - L + 1, "=", S)


def input_sizes_theorem() -> Theorem:
    """The theorem on the inputs that have a given output size.

    An instance is given by I, K and, if they are not 1, 0 and 1, by S, P and D; it names all inputs whose
    output has the size of this one's.

    Example:
        >>> input_sizes_theorem().instance([6, 3, 2]).check().passed
        True
    """
    more, rest, less = sp.symbols("a c d", integer=True, nonnegative=True)
    ends = ((L.expr, LEAST.expr), (U.expr, LEAST.expr + S.expr - 1))
    from_below = Case(((I.expr, LEAST.expr + more), *ends))
    from_above = Case(((I.expr, LEAST.expr + S.expr - 1 - more), *ends))
    # the room is S(O − 1) + c with S = c + 1 + d, and O − 1 is the quotient
    room = S.expr * (O.expr - 1) + rest
    divided = Case(
        ((I.expr, room - (ROOM.expr - I.expr)),),
        ((sp.floor(room / S.expr), O.expr - 1), (S.expr, rest + 1 + less)),
    )
    return Theorem(
        name="input-sizes",
        title="The inputs with a given output size",
        hypotheses=(
            Hypothesis(
                say(
                    "Kernel width {}, stride {}, dilation {} and output size {} are positive integers, and the "
                    "padding {} on either side is an integer that is not negative.",
                    K,
                    S,
                    D,
                    O,
                    P,
                )
            ),
            Hypothesis(
                say("The input width {} is a positive integer, and the kernel fits.", I), claim(0, "≤", ROOM)
            ),
            Hypothesis(say("The smallest input is {} = {}.", L, LEAST), claim(L, "=", LEAST)),
            Hypothesis(say("The largest input is {} = {}.", U, L + S - 1), claim(U, "=", L + S - 1)),
        ),
        statement=(_FORMULA, _AT_LEAST, _AT_MOST, _ALL_ENOUGH, _NONE_MORE, _COUNT),
        steps=(
            step(
                "the output size by inequalities",
                _FORMULA,
                "The integer part of a quotient is the one integer between these bounds.",
                given=divided,
            ),
            step("no smaller input", _AT_LEAST, say("Solve the inequality for {}.", I), given=from_below),
            step("no larger input", _AT_MOST, say("Solve the inequality for {}.", I), given=from_above),
            step("every input from the smallest on", _ALL_ENOUGH, "The other way round.", given=from_below),
            step("every input up to the largest", _NONE_MORE, "The other way round.", given=from_above),
            step("how many", _COUNT, "Put in what the letters stand for.", given=Case(ends)),
        ),
        counterexamples=(_not_one(), _too_small()),
        samples=_samples(),
        instantiate=_instance,
        evidence=lambda: (_counted(),),
    )


def _samples() -> tuple[dict[Any, Any], ...]:
    """Inputs at both ends of a range and within it."""
    sizes = ((5, 3, 2, 0, 1), (6, 3, 2, 0, 1), (8, 2, 3, 1, 2), (9, 2, 3, 1, 2), (10, 2, 3, 1, 2))
    return tuple(_values(Geometry(*each)) for each in sizes)


def _values(at: Geometry) -> dict[Any, Any]:
    letters = dict(zip((I, K, S, P, D), at, strict=True))
    least = at.S * (at.outputs - 1) + at.D * (at.K - 1) + 1 - 2 * at.P
    return {
        **{name.expr: size for name, size in letters.items()},
        O.expr: at.outputs,
        L.expr: least,
        U.expr: least + at.S - 1,
    }


def _counted() -> Check:
    """The inputs of every output size, found by placing windows, over a grid of sizes."""
    wrong, seen = [], 0
    for kernel, stride, padding, dilation in product(range(1, 4), range(1, 4), range(3), range(1, 4)):
        reach = dilation * (kernel - 1) + 1
        inputs: dict[int, list[int]] = {}
        for width in range(max(1, reach - 2 * padding), 14):
            inputs.setdefault(len(fitting(width, kernel, stride, padding, dilation)), []).append(width)
        for count, found in list(inputs.items())[:-1]:  # of the last output size some inputs are beyond 13
            seen += 1
            least = _values(Geometry(found[0], kernel, stride, padding, dilation))[L.expr]
            if found != [width for width in range(least, least + stride) if width >= 1]:
                wrong.append((count, kernel, stride, padding, dilation))
    verdict = Verdict.FAILED if wrong else Verdict.PASSED
    detail = f"The inputs differ at O, K, S, P, D = {wrong[0]}." if wrong else ""
    scope = f"{seen} output sizes, window by window"
    return Check("input-sizes", Method.EXACT, verdict, "the inputs with output O", "L, …, U", scope, detail)


def _not_one() -> Counterexample:
    """Inputs 5 and 6 under a kernel of 3 and stride 2."""
    kernel, stride = number(3), number(2)
    return Counterexample(
        "The output size does not say the input size",
        say(
            "With a kernel of 3 and stride 2 the inputs 5 and 6 both have 2 outputs. The formula without the "
            "floor, solved for the input, knows only 5."
        ),
        (
            claim(floor((number(5) - kernel) / stride) + 1, "=", 2),
            claim(floor((number(6) - kernel) / stride) + 1, "=", 2),
            claim(stride * (number(2) - 1) + kernel, "=", 5),
        ),
    )


def _too_small() -> Counterexample:
    """Padding so large that L is not positive."""
    return Counterexample(
        "The input must be positive",
        say(
            "With a kernel of 1, stride 1 and padding 2 the input of one output would be {} wide: every real "
            "input has more outputs.",
            number(-3),
        ),
        (claim(number(1) * (number(1) - 1) + number(1) * (number(1) - 1) + 1 - 2 * number(2), "=", -3),),
    )


def _instance(sizes: tuple[Any, ...]) -> Instance:
    at = geometry(sizes)
    values = _values(at)
    first, last = (number(values[end.expr]) for end in (L, U))
    s, k, d, pad, count = map(number, (at.S, at.K, at.D, at.P, at.outputs))
    return Instance(
        "input-sizes",
        sizes,
        (
            claim(SIZE, "=", count),
            claim(L, "=", s * (count - 1) + d * (k - 1) + 1 - 2 * pad),
            claim(s * (count - 1) + d * (k - 1) + 1 - 2 * pad, "=", first),
            claim(U, "=", last),
            claim(first, "≤", I),
            claim(I, "≤", last),
        ),
        values,
        where=str(at),
    )
