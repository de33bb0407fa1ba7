"""The rule that collapses Kronecker's delta of an affine index, with its conditions.

.. math:: \\sum_{m=0}^{K-1} \\delta_{Si + Dm - P,\\, t} B_m = B_{(t + P - Si)/D} \\quad
          \\text{if } D \\mid t + P - Si \\text{ and } 0 \\le t + P - Si \\le D(K-1), \\text{ else } 0

Computer algebra systems are known to leave the divisibility out; every gradient of a strided or dilated layer
rests on it.

Source: R. L. Graham, D. E. Knuth, O. Patashnik, Concrete Mathematics, section 2.4, on sums over conditions.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sympy as sp

from symconv.formula import Entry, evaluate
from symconv.theorems.examples import line, seeded
from symconv.theorems.geometry import (
    D,
    Geometry,
    Grid,
    Ground,
    I,
    K,
    Numbers,
    O,
    P,
    S,
    Space,
    entries,
    geometry,
    i,
    m,
    sizes_at,
    small,
    t,
)
from symconv.theorems.identity import Link, chain
from symconv.theorems.index_sums import (
    B,
    at_most,
    between,
    delta,
    divides,
    equal,
    guarded,
    rounded_down,
    run,
    tell,
    times,
    total,
)
from symconv.theorems.theorem import Counterexample, Hypothesis, Instance, Theorem

REST = t + P - S * i
_OFFSETS = run(m, K - 1)
_IN_RANGE = (at_most(0, REST), at_most(REST, D * (K - 1)))
SUM = total(times(delta(S * i + D * m - P, t), B(m)), _OFFSETS)
COLLAPSED = guarded(B(REST / D), divides(D, REST), *_IN_RANGE)
_PLAIN = guarded(B(REST), *(condition.xreplace({D: sp.Integer(1)}) for condition in _IN_RANGE))
_PLACES = (run(i, O - 1), between(t, -P - D, I + P + D))
"""Every window, and positions also where no window is."""
_LARGER = (
    (Geometry(6, 3, 2, 0, 2), Geometry(2, 2, 3, 1, 3)),
    (Geometry(3, 3, 1, 1, 1), Geometry(5, 2, 2, 0, 1)),
)


def affine_delta() -> Theorem:
    """The theorem on Kronecker's delta of an affine index under a sum.

    An instance is given by I, K and, if they are not 1, 0 and 1, by S, P and D.

    Example:
        >>> affine_delta().instance([6, 3, 2, 1, 2]).check().passed
        True
    """
    space = Space(_ground, Grid(3, 3, 2, 1, 3), beyond=_LARGER, about="delta-rule")
    collapsed = chain(
        SUM,
        _PLACES,
        space,
        Link(
            "what does not depend on the index",
            total(times(delta(D * m, REST), B(m)), _OFFSETS),
            tell("A delta stays the same when {} is added to both of its indices.", P - S * i),
        ),
        Link(
            "where the indices agree",
            total(B(m), _OFFSETS, where=(equal(D * m, REST),)),
            "By definition a delta is 1 where its indices agree, and 0 elsewhere.",
        ),
        Link(
            "at most one is left",
            COLLAPSED,
            tell(
                "{} is positive, so the equation has one solution, {}. It takes part in the sum when it is an "
                "integer, that is when {}, from 0 to {}.",
                D,
                B(REST / D).index[0],
                divides(D, REST),
                K - 1,
            ),
        ),
    )
    plain = chain(
        SUM,
        _PLACES,
        space,
        Link("without dilation", _PLAIN, "Every integer is divisible by 1.", (equal(D, sp.Integer(1)),)),
        start=collapsed[-1].claim,
    )
    return Theorem(
        name="delta-rule",
        title="A sum over a delta of an affine index",
        hypotheses=(
            Hypothesis(tell("{} is an integer, {} and {} are positive integers; so is {}.", P, S, D, K)),
            Hypothesis(
                tell("{}, {} and {} are integers, and {} does not depend on them.", t, i, m, Entry("B"))
            ),
        ),
        statement=(collapsed[-1].claim, plain[-1].claim),
        steps=(*collapsed, *plain),
        counterexamples=(_no_divisibility(), _no_bounds()),
        samples=(),
        instantiate=_instance,
    )


def _ground(axes: Sequence[Geometry], numbers: Numbers) -> Ground:
    """Only B: the sums are their own definition."""
    (array,) = numbers((tuple(axis.K for axis in axes),))
    return Ground("; ".join(map(str, axes)), sizes_at(axes), {"B": entries(array)})


def _at(space: Space, sizes: Geometry, values: tuple[int, ...]) -> Ground:
    ground = seeded(space, sizes)
    ground.arrays["B"] = {(place,): value for place, value in enumerate(values)}
    return ground


def _no_divisibility() -> Counterexample:
    """δ of 2m and 1: there is no such m."""
    ground = _at(Space(_ground, about="delta-rule"), Geometry(5, 3, 1, 0, 2), (7, 8, 9))
    odd = total(times(delta(2 * m, sp.Integer(1)), B(m)), run(m, sp.Integer(2)))
    halved = B(rounded_down(sp.Integer(1), sp.Integer(2)))
    return Counterexample(
        "The divisibility is needed",
        tell(
            "With {} = (7, 8, 9) no even number is 1, and the sum is 0. The solution one half is no index; "
            "rounded down it is that of an entry which is not 0.",
            Entry("B"),
        ),
        (
            line(odd, evaluate(odd, ground, ground.at), 0, ground),
            line(odd, evaluate(odd, ground, ground.at), evaluate(halved, ground, ground.at), ground, "≠"),
        ),
    )


def _no_bounds() -> Counterexample:
    """An index before the start, which many languages take for one from the end."""
    ground = _at(Space(_ground, about="delta-rule"), Geometry(5, 3), (7, 8, 9))
    before = total(times(delta(m, sp.Integer(-1)), B(m)), run(m, sp.Integer(2)))
    wrapped = B(sp.Mod(sp.Integer(-1), 3))
    return Counterexample(
        "The bounds are needed",
        tell(
            "With the same {} no index of the sum is −1, and the sum is 0; taken for an index from the end, "
            "−1 is that of an entry which is not 0.",
            Entry("B"),
        ),
        (
            line(before, evaluate(before, ground, ground.at), 0, ground),
            line(
                before, evaluate(before, ground, ground.at), evaluate(wrapped, ground, ground.at), ground, "≠"
            ),
        ),
    )


def _instance(sizes: tuple[Any, ...]) -> Instance:
    """Which entry is left at every position, for the first two windows."""
    at = small(geometry(sizes))
    ground = seeded(Space(_ground, about="delta-rule"), at)
    lines = []
    for window in range(min(at.outputs, 2)):
        for position in range(at.I):
            here = {**ground.at, i: window, t: position}
            found = [offset for offset in range(at.K) if at.S * window + at.D * offset - at.P == position]
            index = sp.Integer(at.S * window) + at.D * m - at.P
            named = total(times(delta(index, sp.Integer(position)), B(m)), run(m, sp.Integer(at.K - 1)))
            value = evaluate(COLLAPSED, ground, here)
            if found:
                left = line(named, value, evaluate(B(found[0]), ground, here), ground).shown_alone(
                    B(found[0])
                )
            else:
                left = line(named, value, 0, ground)
            lines.append(left)
    return Instance("delta-rule", sizes, tuple(lines), {}, where=str(at))
