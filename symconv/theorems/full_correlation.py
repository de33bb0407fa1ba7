"""The gradient of a convolution by its input as a correlation with the kernel turned by half a turn.

.. math:: \\frac{\\partial E}{\\partial A_t} = \\sum_m H_{t + Dm} B_{K-1-m}

with H the gradient that arrives, S − 1 zeros between its entries, D(K − 1) − P zeros before them, and as many
and the remainder of the division by S after them. For stride 1 there is nothing between and no remainder:
this is the full correlation of the textbooks.

Source: V. Dumoulin, F. Visin, A guide to convolution arithmetic for deep learning, 2016, section 4, which
has the remainder as ``a`` and no dilation.
"""

from __future__ import annotations

from typing import Any

import sympy as sp

from symconv.formula import Entry
from symconv.theorems.examples import (
    correlated,
    lettered,
    line,
    seeded,
    size_line,
    spread,
    terms_at,
    values,
    written_out,
)
from symconv.theorems.geometry import D, Geometry, I, K, O, P, S, Space, geometry, i, m, small, t, u
from symconv.theorems.identity import Identity, Link, chain
from symconv.theorems.index_sums import (
    A,
    B,
    G,
    at_most,
    delta,
    divides,
    equal,
    slope,
    tell,
    times,
    total,
    vector,
)
from symconv.theorems.input_gradient import (
    AT_OFFSET,
    INPUTS,
    OFFSETS,
    TARGET,
    WHOLE,
    WINDOWS,
    E,
    at_given,
    by_offset,
    convolution_hypotheses,
    to_pairs,
)
from symconv.theorems.theorem import Counterexample, Hypothesis, Instance, Theorem, step
from symconv.theorems.verify import Case
from symconv.theorems.written import claim, letter

Q, R = (sp.Symbol(name, integer=True) for name in "QR")
FRONT = D * (K - 1) - P
"""Q: how many zeros stand before the spread gradient; fewer than none cut entries off."""
REMAINDER = sp.Mod(I + 2 * P - D * (K - 1) - 1, S, evaluate=False)
"""R: how many positions of the padded input no window reaches."""


def H(index: Any) -> Entry:
    """An entry of the spread gradient."""
    return Entry("H", (index,))


SPREAD = total(times(delta(S * i + Q, u), G(i)), WINDOWS)
CORRELATION = total(times(H(t + D * m), B(K - 1 - m)), OFFSETS)
FULL = total(times(G(t + D * m - Q), B(K - 1 - m)), OFFSETS)

_LETTERS = {symbol: letter(symbol.name, symbol) for symbol in (I, K, S, P, D, O, Q, R)}
_LENGTH = claim(
    _LETTERS[Q] + (_LETTERS[S] * (_LETTERS[O] - 1) + 1) + (_LETTERS[Q] + _LETTERS[R]),
    "=",
    _LETTERS[I] + _LETTERS[D] * (_LETTERS[K] - 1),
)
"""The zeros before, the spread entries and the zeros after are what a correlation with I results needs."""


def full_correlation_formula() -> Theorem:
    """The theorem on the input gradient as a correlation with the turned kernel.

    An instance is given by I, K and, if they are not 1, 0 and 1, by S, P and D.

    Example:
        >>> full_correlation_formula().instance([6, 3, 2, 1]).check().passed
        True
    """
    space = _space()
    pairs = to_pairs(space)
    offsets = by_offset(space, pairs[-1].claim)
    turned = t + D * m - Q
    spread_out = chain(
        TARGET,
        INPUTS,
        space,
        Link(
            "turn the kernel",
            total(
                times(G(turned / S), B(K - 1 - m)),
                OFFSETS,
                where=(divides(S, turned), at_most(0, turned), at_most(turned, S * (O - 1))),
            ),
            tell(
                "Count the offsets from the other end, {} in the place of {}; then {} becomes {}.",
                K - 1 - m,
                m,
                AT_OFFSET,
                turned,
            ),
        ),
        Link(
            "spread the gradient",
            CORRELATION,
            tell(
                "Under these conditions {} is {}, and otherwise it is 0.",
                H(t + D * m),
                G(turned / S),
            ),
        ),
        start=offsets[-1].claim,
    )
    full = chain(
        TARGET,
        INPUTS,
        space,
        Link(
            "stride 1",
            FULL,
            tell("There is nothing to spread: {} is {}.", H(u), G(u - Q)),
            (equal(S, sp.Integer(1)),),
        ),
        start=spread_out[-1].claim,
    )
    length = step(
        "how long it is",
        _LENGTH,
        "Put in what the letters stand for; the division by the stride leaves the remainder.",
        given=Case(((I, S * (O - 1) + R + 1 + D * (K - 1) - 2 * P), (Q, FRONT))),
    )
    return Theorem(
        name="full-correlation",
        title="The input gradient as a correlation with the turned kernel",
        hypotheses=(*convolution_hypotheses(), _spread_hypothesis()),
        statement=(spread_out[-1].claim, _LENGTH, full[-1].claim),
        steps=(*pairs, *offsets, *spread_out, length, *full),
        counterexamples=(_no_remainder(), _stride_two(), _not_turned()),
        samples=_samples(),
        instantiate=_instance,
    )


def _space() -> Space:
    """A, B, C, G and the spread gradient."""
    return Space(sizes={Q: FRONT, R: REMAINDER}, definitions=((H(u), SPREAD),), about="full-correlation")


def _spread_hypothesis() -> Hypothesis:
    return Hypothesis(
        tell(
            "{} is {} with {} zeros between neighbours, {} zeros before (where {} is negative, entries are "
            "cut off instead) and {} zeros after, with the remainder {}: {}.",
            Entry("H"),
            Entry("G"),
            S - 1,
            equal(Q, FRONT),
            Q,
            Q + R,
            equal(R, REMAINDER),
            Identity(H(u), SPREAD, ()).tree,
        )
    )


def _samples() -> tuple[dict[Any, Any], ...]:
    samples = []
    for sizes in ((6, 3, 2, 1, 1), (7, 3, 3, 0, 2), (5, 1, 1, 2, 1)):
        at = Geometry(*sizes)
        letters = {I: at.I, K: at.K, S: at.S, P: at.P, D: at.D, O: at.outputs}
        samples.append({**letters, Q: at.D * (at.K - 1) - at.P, R: at.room - at.S * (at.outputs - 1)})
    return tuple(samples)


def _no_remainder() -> Counterexample:
    """The classical mistake: the same number of zeros on either side."""
    at = Geometry(6, 3, 2, 1)
    ground, right = at_given(_space(), at, (1, 2, 3), (1, 1, 1))
    zeros = [0] * (at.D * (at.K - 1) - at.P)
    without = correlated([*zeros, *spread((1, 1, 1), at.S), *zeros], (3, 2, 1))
    return Counterexample(
        "The remainder is needed where the stride does not divide",
        tell(
            "Input 6, kernel 3, stride 2 and padding 1 leave the remainder 1. With one zero on either side "
            "of the spread gradient the correlation has 5 entries, and the last one of the gradient, which "
            "is not 0, is missing. Here {} = (1, 2, 3) and {} = (1, 1, 1).",
            Entry("B"),
            Entry("G"),
        ),
        (line(WHOLE, right, vector((2, 4, 2, 4, 2, 3)), ground), line(WHOLE, right, without, ground, "≠")),
    )


def _stride_two() -> Counterexample:
    """The full correlation, at stride 2."""
    at = Geometry(5, 3, 2)
    ground, right = at_given(_space(), at, (1, 2, 3), (1, 1))
    return Counterexample(
        "The full correlation without spreading is the gradient for stride 1 only",
        tell(
            "Input 5, kernel 3 and stride 2, with {} = (1, 2, 3) and {} = (1, 1): the formula for stride 1 "
            "gives other entries.",
            Entry("B"),
            Entry("G"),
        ),
        (
            line(WHOLE, right, vector((1, 2, 4, 2, 3)), ground),
            line(WHOLE, right, values(FULL, t, at.I, ground), ground, "≠"),
        ),
    )


def _not_turned() -> Counterexample:
    """The kernel as it is, at stride 1."""
    at = Geometry(3, 2)
    ground, right = at_given(_space(), at, (1, 2), (1, 1))
    straight = total(times(G(t + D * m - Q), B(m)), OFFSETS)
    return Counterexample(
        "The kernel must be turned",
        tell(
            "Input 3 and kernel 2, with {} = (1, 2) and {} = (1, 1): the full correlation with the kernel as "
            "it is gives other entries.",
            Entry("B"),
            Entry("G"),
        ),
        (
            line(WHOLE, right, vector((1, 3, 2)), ground),
            line(WHOLE, right, values(straight, t, at.I, ground), ground, "≠"),
        ),
    )


def _instance(sizes: tuple[Any, ...]) -> Instance:
    at = small(geometry(sizes))
    ground, numbers = lettered(_space(), at), seeded(_space(), at)
    length = at.I + at.D * (at.K - 1)
    front = at.D * (at.K - 1) - at.P
    # H placed as one would on paper; on the left it is summed up as it is defined
    padded = [*[0] * max(front, 0), *spread([G(place) for place in range(at.outputs)], at.S)]
    placed = (padded[max(-front, 0) :] + [0] * length)[:length]
    cells = vector(0 if cell == 0 else ground.entry(cell, cell.index) for cell in placed)
    turned = tuple(B(at.K - 1 - place) for place in range(at.K))
    entries = (
        written_out(slope(E, A(place)), ground.slopes["E", "A"][place,], terms_at(at, place), ground)
        for place in range(at.I)
    )
    return Instance(
        "full-correlation",
        sizes,
        (
            size_line(at, ground),
            line(Q, ground.at[Q], front, ground),
            line(R, ground.at[R], at.room - at.S * (at.outputs - 1), ground),
            line(Entry("H"), values(H(u), u, length, ground), cells, ground).shown_as(placed),
            *entries,
        ),
        {},
        where=str(at),
        bounds=(
            line(
                CORRELATION,
                values(TARGET, t, at.I, numbers),
                correlated(
                    [numbers.entry(H(0), (place,)) for place in range(length)],
                    [numbers.entry(cell, cell.index) for cell in turned],
                    at.D,
                ),
            ),
        ),
    )
