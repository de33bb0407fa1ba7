"""The gradient of a convolution by its input, as guarded sums and as a transposed convolution.

.. math:: \\frac{\\partial E}{\\partial A_t} = \\sum_{i,m:\\; Si + Dm - P = t} G_i B_m
          = \\sum_{i:\\; D \\mid t + P - Si} G_i B_{(t + P - Si)/D}
          = \\sum_{m:\\; S \\mid t + P - Dm} G_{(t + P - Dm)/S} B_m

The first parts of the proof, up to :func:`by_offset`, are those of :mod:`symconv.theorems.full_correlation`
as well.

Source: V. Dumoulin, F. Visin, A guide to convolution arithmetic for deep learning, 2016, section 4, where
there is no dilation.
"""

from __future__ import annotations

from typing import Any

from symconv.formula import Entry
from symconv.theorems.examples import given, lettered, line, seeded, size_line, terms_at, values, written_out
from symconv.theorems.geometry import D, Geometry, I, K, O, P, S, Space, geometry, i, m, small, t
from symconv.theorems.identity import Identity, IndexStep, Link, chain
from symconv.theorems.index_sums import (
    A,
    B,
    C,
    G,
    at_most,
    between,
    delta,
    divides,
    equal,
    largest,
    least,
    rounded_down,
    rounded_up,
    run,
    slope,
    tell,
    times,
    total,
    vector,
)
from symconv.theorems.theorem import Counterexample, Hypothesis, Instance, Theorem

E = Entry("E")
INPUTS = (run(t, I - 1),)
WINDOWS, OFFSETS = run(i, O - 1), run(m, K - 1)
TARGET = slope(E, A(t))
TAP = S * i + D * m - P
"""Where window i has its tap with offset m."""
_IN_WINDOW, AT_OFFSET = t + P - S * i, t + P - D * m

OUTPUT = total(times(A(TAP), B(m)), OFFSETS)
DEFINITION = Link("definition", OUTPUT, "PyTorch's convolution, which does not turn the kernel.")
TRANSPOSED = total(times(G(i), B(m)), WINDOWS, OFFSETS, where=(equal(TAP, t),))
OVER_WINDOWS = total(
    times(G(i), B(_IN_WINDOW / D)),
    between(i, largest(0, rounded_up(t + P - D * (K - 1), S)), least(O - 1, rounded_down(t + P, S))),
    where=(divides(D, _IN_WINDOW),),
)
OVER_OFFSETS = total(
    times(G(AT_OFFSET / S), B(m)),
    between(m, largest(0, rounded_up(t + P - S * (O - 1), D)), least(K - 1, rounded_down(t + P, D))),
    where=(divides(S, AT_OFFSET),),
)


def input_gradient_formula() -> Theorem:
    """The theorem on the gradient of a convolution by its input.

    An instance is given by I, K and, if they are not 1, 0 and 1, by S, P and D.

    Example:
        >>> input_gradient_formula().instance([6, 3, 2, 1]).check().passed
        True
    """
    space = Space()
    pairs = to_pairs(space)
    start = pairs[-1].claim
    windows = chain(
        TARGET,
        INPUTS,
        space,
        Link(
            "solve for the offset",
            total(
                times(G(i), B(_IN_WINDOW / D)),
                WINDOWS,
                where=(divides(D, _IN_WINDOW), at_most(0, _IN_WINDOW), at_most(_IN_WINDOW, D * (K - 1))),
            ),
            tell(
                "For each {} at most one {} is left, {}; it is an offset when it is an integer from 0 to {}.",
                i,
                m,
                B(_IN_WINDOW / D).index[0],
                K - 1,
            ),
        ),
        Link("bounds of the windows", OVER_WINDOWS, tell("Solve the inequalities for the integer {}.", i)),
        start=start,
    )
    offsets = by_offset(space, start)
    bounded = chain(
        TARGET,
        INPUTS,
        space,
        Link("bounds of the offsets", OVER_OFFSETS, tell("Solve the inequalities for the integer {}.", m)),
        start=offsets[-1].claim,
    )
    return Theorem(
        name="input-gradient",
        title="The gradient of a convolution by its input",
        hypotheses=convolution_hypotheses(),
        statement=(start, windows[-1].claim, bounded[-1].claim),
        steps=(*pairs, *windows, *offsets, *bounded),
        counterexamples=(_no_divisibility(), _no_bounds()),
        samples=(),
        instantiate=_instance,
    )


def to_pairs(space: Space) -> tuple[IndexStep, ...]:
    """From the definition to the sum over the pairs of window and offset whose tap is at t."""
    definition = chain(
        C(i),
        (WINDOWS,),
        space,
        DEFINITION,
    )
    pairs = chain(
        TARGET,
        INPUTS,
        space,
        Link(
            "chain rule",
            total(times(G(i), slope(C(i), A(t))), WINDOWS),
            "The error depends on an entry of the input through the outputs.",
        ),
        Link(
            "differentiate",
            total(times(G(i), total(times(delta(TAP, t), B(m)), OFFSETS)), WINDOWS),
            tell(
                "An output is linear in the entries that it reads; {} is the one read at offset {}.",
                A(TAP),
                m,
            ),
        ),
        Link(
            "a sum over pairs",
            TRANSPOSED,
            tell(
                "A delta leaves the pairs whose tap is at {}. This is the transposed convolution of {} with "
                "{}: every {} adds {} at each position that it read.",
                t,
                Entry("G"),
                Entry("B"),
                i,
                times(G(i), B(m)),
            ),
        ),
        given=(definition[-1].claim,),
    )
    return (*definition, *pairs)


def by_offset(space: Space, start: Identity) -> tuple[IndexStep, ...]:
    """From the sum over pairs to the sum over offsets."""
    return chain(
        TARGET,
        INPUTS,
        space,
        Link(
            "solve for the window",
            total(
                times(G(AT_OFFSET / S), B(m)),
                OFFSETS,
                where=(divides(S, AT_OFFSET), at_most(0, AT_OFFSET), at_most(AT_OFFSET, S * (O - 1))),
            ),
            tell(
                "For each {} at most one {} is left, {}; it is a window when it is an integer from 0 to {}.",
                m,
                i,
                G(AT_OFFSET / S).index[0],
                O - 1,
            ),
        ),
        start=start,
    )


def convolution_hypotheses() -> tuple[Hypothesis, ...]:
    """What is convolved with what, and how it is counted."""
    return (
        Hypothesis(
            tell(
                "{}, with {} entries, is convolved with a kernel {} of {} entries, with stride {}, padding "
                "{} on either side and dilation {}; the kernel fits. The output {} has {} entries.",
                Entry("A"),
                I,
                Entry("B"),
                K,
                S,
                P,
                D,
                Entry("C"),
                O,
            )
        ),
        Hypothesis(
            tell(
                "The error {} is a differentiable function of {}, and {} is the gradient that arrives.",
                E,
                Entry("C"),
                Identity(G(i), slope(E, C(i)), ()).tree,
            )
        ),
        Hypothesis(tell("Indices count from 0, and an entry outside of its array counts as 0.")),
        Hypothesis(
            tell(
                "On several axes every index is a vector, with one number an axis, and every condition holds "
                "on each axis."
            )
        ),
    )


def at_given(
    space: Space, at: Geometry, kernel: tuple[int, ...], upstream: tuple[int, ...]
) -> tuple[Any, Any]:
    """The arrays at these numbers, and ∂E/∂A from the separate implementation."""
    ground = space.at((at,), given((0,) * at.I, kernel, upstream))
    return ground, vector(ground.slopes["E", "A"][place,] for place in range(at.I))


WHOLE = slope(E, Entry("A"))


def _no_divisibility() -> Counterexample:
    """The window rounded down where the stride does not divide."""
    at = Geometry(5, 3, 2)
    ground, right = at_given(Space(), at, (1, 2, 3), (1, 1))
    rounded = total(times(G(rounded_down(AT_OFFSET, S)), B(m)), OVER_OFFSETS.ranges[0])
    return Counterexample(
        "The divisibility is needed",
        tell(
            "Input 5, kernel 3 and stride 2, with {} = (1, 2, 3) and {} = (1, 1). Without the condition {}, "
            "with {} rounded down, products are counted that no window has.",
            Entry("B"),
            Entry("G"),
            divides(S, AT_OFFSET),
            G(AT_OFFSET / S).index[0],
        ),
        (
            line(WHOLE, right, vector((1, 2, 4, 2, 3)), ground),
            line(WHOLE, right, values(rounded, t, at.I, ground), ground, "≠"),
        ),
    )


def _no_bounds() -> Counterexample:
    """Indices before the start, which wrap around in many a language."""
    at = Geometry(4, 2)
    ground, right = at_given(Space(), at, (1, 2), (1, 3, 5))
    wrapped = total(times(G((t - m) % O), B(m)), OFFSETS)
    return Counterexample(
        "The bounds are needed",
        tell(
            "Input 4 and kernel 2, with {} = (1, 2) and {} = (1, 3, 5). Without the bounds the sum reads {} "
            "before its start and after its end; where an index wraps around, this is another entry.",
            Entry("B"),
            Entry("G"),
            Entry("G"),
        ),
        (
            line(WHOLE, right, vector((1, 5, 11, 10)), ground),
            line(WHOLE, right, values(wrapped, t, at.I, ground), ground, "≠"),
        ),
    )


def _instance(sizes: tuple[Any, ...]) -> Instance:
    at = small(geometry(sizes))
    ground, numbers = lettered(Space(), at), seeded(Space(), at)
    entries = (
        written_out(slope(E, A(place)), ground.slopes["E", "A"][place,], terms_at(at, place), ground)
        for place in range(at.I)
    )
    return Instance(
        "input-gradient",
        sizes,
        (size_line(at, ground), *entries),
        {},
        where=str(at),
        bounds=tuple(
            line(formula, values(formula, t, at.I, numbers), values(TARGET, t, at.I, numbers))
            for formula in (TRANSPOSED, OVER_WINDOWS, OVER_OFFSETS)
        ),
    )
