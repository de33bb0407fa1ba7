"""The gradient of a convolution by its kernel as a correlation of the padded input with the gradient.

.. math:: \\frac{\\partial E}{\\partial B_m} = \\sum_i G_i A_{Si + Dm - P} = \\sum_i X_{Dm + Si} G_i

with X the padded input. The gradient that arrives takes the place of the kernel; stride and dilation change
places: it is dilated by S and moved by D.

Source: V. Dumoulin, F. Visin, A guide to convolution arithmetic for deep learning, 2016, section 2, for the
sizes; the proof is the chain rule.
"""

from __future__ import annotations

from typing import Any

import sympy as sp

from symconv.formula import Entry
from symconv.theorems.examples import (
    correlated,
    given,
    lettered,
    line,
    seeded,
    size_line,
    spread,
    taps,
    values,
    written_out,
)
from symconv.theorems.geometry import D, Geometry, I, K, O, P, S, Space, geometry, i, m, small, u
from symconv.theorems.identity import Computed, Identity, Link, chain
from symconv.theorems.index_sums import A, B, C, G, equal, run, slope, tell, times, total, vector
from symconv.theorems.input_gradient import DEFINITION, TAP, WINDOWS, E, convolution_hypotheses
from symconv.theorems.theorem import Counterexample, Hypothesis, Instance, Theorem, step
from symconv.theorems.verify import Case
from symconv.theorems.written import claim, floor, letter

R = sp.Symbol("R", integer=True, nonnegative=True)
REMAINDER = sp.Mod(I + 2 * P - D * (K - 1) - 1, S, evaluate=False)
TARGET = slope(E, B(m))
_OFFSETS = (run(m, K - 1),)


def X(index: Any) -> Entry:
    """An entry of the padded input."""
    return Entry("X", (index,))


BY_WINDOW = total(times(G(i), A(TAP)), WINDOWS)
CORRELATION = total(times(X(D * m + S * i), G(i)), WINDOWS)

_LETTERS = {symbol: letter(symbol.name, symbol) for symbol in (I, K, S, P, D, O, R)}
_SPARE = _LETTERS[I] + 2 * _LETTERS[P] - _LETTERS[S] * (_LETTERS[O] - 1) - 1
_RESULTS = claim(floor(_SPARE / _LETTERS[D]) + 1, "=", _LETTERS[K] + floor(_LETTERS[R] / _LETTERS[D]))
"""How many results the correlation has: those of the kernel, and more where the remainder has room for D."""


def weight_gradient_formula() -> Theorem:
    """The theorem on the gradient of a convolution by its kernel.

    An instance is given by I, K and, if they are not 1, 0 and 1, by S, P and D.

    Example:
        >>> weight_gradient_formula().instance([6, 3, 2]).check().passed
        True
    """
    space = _space()
    definition = chain(
        C(i),
        (WINDOWS,),
        space,
        DEFINITION,
    )
    proof = chain(
        TARGET,
        _OFFSETS,
        space,
        Link(
            "chain rule",
            total(times(G(i), slope(C(i), B(m))), WINDOWS),
            "The error depends on a weight through all the outputs.",
        ),
        Link(
            "differentiate",
            BY_WINDOW,
            tell("An output is linear in each weight; the slope is the entry that {} meets.", B(m)),
        ),
        Link(
            "pad the input",
            CORRELATION,
            tell(
                "{} is {} wherever both are read. The index grows by {} from one {} to the next, and by {} from "
                "one {} to the next: a correlation with {} dilated by {}, at stride {}.",
                A(TAP),
                X(D * m + S * i),
                S,
                i,
                D,
                m,
                Entry("G"),
                S,
                D,
            ),
        ),
        given=(definition[-1].claim,),
    )
    length = step(
        "how many results there are",
        _RESULTS,
        tell(
            "Put in {}. More results than weights, where there are any, are not wanted.",
            equal(I + 2 * P - D * (K - 1) - 1, S * (O - 1) + R),
        ),
        given=Case(((I, S * (O - 1) + R + 1 + D * (K - 1) - 2 * P),)),
    )
    return Theorem(
        name="weight-gradient",
        title="The gradient of a convolution by its kernel",
        hypotheses=(
            *convolution_hypotheses(),
            Hypothesis(
                tell(
                    "{} is {} with {} zeros on either side, {}, and {} is the remainder {}.",
                    Entry("X"),
                    Entry("A"),
                    P,
                    Identity(X(u), A(u - P), ()).tree,
                    R,
                    REMAINDER,
                )
            ),
        ),
        statement=(proof[-2].claim, proof[-1].claim, _RESULTS),
        steps=(*definition, *proof, length),
        counterexamples=(_not_spread(), _too_many()),
        samples=_samples(),
        instantiate=_instance,
    )


def _space() -> Space:
    """A, B, C, G and the padded input."""
    return Space(sizes={R: REMAINDER}, definitions=((X(u), A(u - P)),), about="weight-gradient")


def _samples() -> tuple[dict[Any, Any], ...]:
    samples = []
    for sizes in ((6, 3, 2, 1, 1), (8, 3, 3, 0, 1), (9, 2, 4, 2, 2)):
        at = Geometry(*sizes)
        letters = {I: at.I, K: at.K, S: at.S, P: at.P, D: at.D, O: at.outputs}
        samples.append({**letters, R: at.room - at.S * (at.outputs - 1)})
    return tuple(samples)


_WHOLE = slope(E, Entry("B"))


def _not_so(
    at: Geometry, image: tuple[int, ...], upstream: tuple[int, ...], right: tuple[int, ...], wrong: Any
) -> tuple[Computed, ...]:
    """∂E/∂B at these numbers, from the separate implementation, against what is right and what is wrong."""
    ground = _space().at((at,), given(image, (0,) * at.K, upstream))
    computed = vector(ground.slopes["E", "B"][place,] for place in range(at.K))
    return (line(_WHOLE, computed, vector(right), ground), line(_WHOLE, computed, wrong, ground, "≠"))


def _not_spread() -> Counterexample:
    at, image, upstream = Geometry(5, 3, 2), (1, 2, 3, 4, 5), (1, 1)
    close = correlated(image, upstream)[: at.K]
    return Counterexample(
        "The gradient is dilated by the stride",
        tell(
            "Input 5, kernel 3 and stride 2, with {} = (1, 2, 3, 4, 5) and {} = (1, 1). A correlation with "
            "the gradient as it arrives gives other entries.",
            Entry("A"),
            Entry("G"),
        ),
        _not_so(at, image, upstream, (4, 6, 8), close),
    )


def _too_many() -> Counterexample:
    at, image, upstream = Geometry(6, 3, 2), (1, 2, 3, 4, 5, 6), (1, 1)
    every = correlated(image, spread(upstream, at.S))
    return Counterexample(
        "Where the stride does not divide, there are more results than weights",
        tell(
            "Input 6, kernel 3 and stride 2 leave the remainder 1, and the correlation has 4 results for 3 "
            "weights. Here {} = (1, 2, 3, 4, 5, 6) and {} = (1, 1).",
            Entry("A"),
            Entry("G"),
        ),
        _not_so(at, image, upstream, (4, 6, 8), every),
    )


def _instance(sizes: tuple[Any, ...]) -> Instance:
    at = small(geometry(sizes))
    ground, numbers = lettered(_space(), at), seeded(_space(), at)
    image = [*[0] * at.P, *(numbers.entry(A(0), (place,)) for place in range(at.I)), *[0] * at.P]
    upstream = [numbers.entry(G(0), (place,)) for place in range(at.outputs)]
    every = correlated(image, spread(upstream, at.S))[:: at.D]
    entries = tuple(
        written_out(
            slope(E, B(offset)),
            ground.slopes["E", "B"][offset,],
            [
                (G(window), A(place))
                for window, other, place in taps(at)
                if other == offset and 0 <= place < at.I
            ],
            ground,
        )
        for offset in range(at.K)
    )
    return Instance(
        "weight-gradient",
        sizes,
        (size_line(at, ground), *entries),
        {},
        where=str(at),
        bounds=(line(CORRELATION, values(TARGET, m, at.K, numbers), every[: at.K]),),
    )
