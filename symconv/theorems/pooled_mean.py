"""Average pooling as a convolution with a constant kernel, and strided pooling as every S-th of stride 1.

.. math:: Y_i = \\frac1K \\sum_m A_{Si + m - P} = \\sum_m A_{Si + m - P} B_m = Z_{Si}, \\qquad B_m = \\frac1K

with Z the pooling of stride 1. What holds for convolutions holds for average pooling, its gradient included.

Source: torch.nn.AvgPool2d, https://pytorch.org/docs/stable/generated/torch.nn.AvgPool2d.html, for
``count_include_pad`` and ``ceil_mode``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from typing import Any

from symconv.checks import reference
from symconv.errors import ArgumentError
from symconv.exact import Array, indices
from symconv.formula import Entry, Quotient
from symconv.theorems.examples import given, line, seeded, size_line, values
from symconv.theorems.geometry import (
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
    nudged,
    sizes_at,
    small,
    t,
    u,
)
from symconv.theorems.identity import Identity, Link, chain
from symconv.theorems.index_sums import (
    A,
    B,
    G,
    at_most,
    between,
    delta,
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
from symconv.theorems.input_gradient import E
from symconv.theorems.theorem import Counterexample, Hypothesis, Instance, Theorem
from symconv.value import Value, replace


def Y(index: Any) -> Entry:
    """An entry of the pooled output."""
    return Entry("Y", (index,))


def Z(index: Any) -> Entry:
    """An entry of the pooling of stride 1."""
    return Entry("Z", (index,))


_WINDOWS, _CELLS, _INPUTS = (run(i, O - 1),), run(m, K - 1), (run(t, I - 1),)
_SHARE = Quotient(1, K)
_READ = S * i + m - P
_TARGET = slope(E, A(t))

MEAN = times(_SHARE, total(A(_READ), _CELLS))
CONVOLUTION = total(times(A(_READ), B(m)), _CELLS)
GRADIENT = times(
    _SHARE,
    total(
        G(i),
        between(i, largest(0, rounded_up(t + P - K + 1, S)), least(O - 1, rounded_down(t + P, S))),
    ),
)


class _PoolingGrid(Value):
    """Geometries without dilation whose padding is at most half of the window, as PyTorch asks."""

    sizes: Grid

    def __iter__(self) -> Iterator[Geometry]:
        return (found for found in self.sizes if 2 * found.P <= found.K)

    def __str__(self) -> str:
        return f"{self.sizes}, 2P ≤ K"


_LARGER = (
    (Geometry(9, 4, 3, 2), Geometry(7, 2, 1, 1)),
    (Geometry(8, 3, 2, 1), Geometry(5, 5, 2, 2)),
)


def average_pooling() -> Theorem:
    """The theorem that average pooling is a convolution.

    An instance is given by I, K and, if they are not 1 and 0, by S and P.

    Example:
        >>> average_pooling().instance([6, 3, 2, 1]).check().passed
        True
    """
    space = _space()
    convolution = chain(
        Y(i),
        _WINDOWS,
        space,
        Link("definition", MEAN, "The mean of a window, the padding included."),
        Link("a constant kernel", CONVOLUTION, tell("Every entry of {} is {}.", Entry("B"), _SHARE)),
    )
    decimated = chain(
        Y(i),
        _WINDOWS,
        space,
        Link(
            "a window of stride 1",
            Z(S * i),
            tell("Window {} of stride {} is window {} of stride 1.", i, S, S * i),
        ),
        given=(convolution[0].claim,),
    )
    gradient = chain(
        _TARGET,
        _INPUTS,
        space,
        Link(
            "chain rule",
            total(times(G(i), slope(Y(i), A(t))), *_WINDOWS),
            "The error depends on an entry of the input through the outputs.",
        ),
        Link(
            "differentiate",
            total(times(G(i), total(times(delta(_READ, t), _SHARE), _CELLS)), *_WINDOWS),
            "A mean is linear, and every cell has the same share.",
        ),
        Link(
            "the windows that contain the entry",
            times(
                _SHARE,
                total(G(i), *_WINDOWS, where=(at_most(0, t + P - S * i), at_most(t + P - S * i, K - 1))),
            ),
            tell("One {} has {} where it is from 0 to {}.", m, equal(_READ, t), K - 1),
        ),
        Link("bounds of the windows", GRADIENT, tell("Solve the inequalities for the integer {}.", i)),
        given=(convolution[0].claim,),
    )
    return Theorem(
        name="average-pooling",
        title="Average pooling is a convolution with a constant kernel",
        hypotheses=_hypotheses(),
        statement=(convolution[-1].claim, decimated[-1].claim, gradient[-1].claim),
        steps=(*convolution, *decimated, *gradient),
        counterexamples=(_without_padding(), _rounded_up()),
        samples=(),
        instantiate=_instance,
    )


def _hypotheses() -> tuple[Hypothesis, ...]:
    return (
        Hypothesis(
            tell(
                "{} has {} entries and is pooled by windows of {} cells, with stride {} and padding {} on "
                "either side; the window fits. The output {} has {} entries.",
                Entry("A"),
                I,
                K,
                S,
                P,
                Entry("Y"),
                O,
            )
        ),
        Hypothesis(
            tell(
                "Every window lies in the padded input, and its mean counts the padding (count_include_pad, "
                "and no ceil_mode)."
            )
        ),
        Hypothesis(
            tell(
                "{} is the pooling with stride 1, {}, and {} is the constant kernel {}.",
                Entry("Z"),
                Identity(Z(u), _DEFINED[0][1], ()).tree,
                Entry("B"),
                Identity(B(u), _SHARE, ()).tree,
            )
        ),
        Hypothesis(tell("{} is the gradient that arrives.", Identity(G(i), slope(E, Y(i)), ()).tree)),
        Hypothesis(tell("Indices count from 0, and an entry outside of its array counts as 0.")),
        Hypothesis(
            tell(
                "On several axes every index is a vector, and {} is the product of the sizes of the window.",
                K,
            )
        ),
    )


_DEFINED = ((Z(u), times(_SHARE, total(A(u + m - P), _CELLS))), (B(u), _SHARE))


def _space() -> Space:
    return Space(
        _ground,
        _PoolingGrid(Grid(6, 4, 3, 2, 1)),
        definitions=_DEFINED,
        beyond=_LARGER,
        about="average-pooling",
    )


def _pool(images: Array, axes: Sequence[Geometry]) -> Array:
    """The reference's average pooling of images ``(N, 1, *I)``."""
    return reference.avg_pool(
        images,
        kernel_size=tuple(axis.K for axis in axes),
        stride=tuple(axis.S for axis in axes),
        padding=tuple((axis.P, axis.P) for axis in axes),
    )


def _ground(axes: Sequence[Geometry], numbers: Numbers) -> Ground:
    """A and G; Y, ∂E/∂A and ∂Y/∂A from the reference alone."""
    A_, G_ = numbers((tuple(axis.I for axis in axes), tuple(axis.outputs for axis in axes)))
    Y_, *moved = _pool(nudged(A_)[:, None], axes)[:, 0]
    columns = dict(zip(indices(A_.shape), (after - Y_ for after in moved), strict=True))
    ground = Ground(
        "; ".join(map(str, axes)),
        sizes_at(axes),
        {name: entries(array) for name, array in zip("AGY", (A_, G_, Y_), strict=True)},
        computed="Y",
    )
    ground.slopes["E", "A"] = {place: (G_ * column).sum() for place, column in columns.items()}
    ground.slopes["Y", "A"] = {
        (*out, *place): value for place, column in columns.items() for out, value in entries(column).items()
    }
    return ground


def _without_padding() -> Counterexample:
    """count_include_pad=False: the windows at the border divide by less."""
    image = vector((6, 6, 6)).reshape(1, 1, 3)
    pooled = reference.avg_pool(
        image, kernel_size=(2,), stride=(1,), padding=((1, 1),), count_include_pad=False
    )
    ground = _space().at((Geometry(3, 2, 1, 1),), given((6, 6, 6), (0, 0, 0, 0)))
    other = replace(ground, about="average-pooling, padding not counted")
    return Counterexample(
        "The mean must count the padding",
        tell(
            "{} = (6, 6, 6), window 2, stride 1, padding 1. When only cells of the input count, the windows "
            "at the border have another divisor; no constant kernel gives this output.",
            Entry("A"),
        ),
        (
            line(Entry("Y"), pooled.ravel(), vector((6, 6, 6, 6)), other),
            line(Entry("Y"), pooled.ravel(), values(CONVOLUTION, i, 4, ground), other, "≠"),
        ),
    )


def _rounded_up() -> Counterexample:
    """ceil_mode: the last window reaches past the end."""
    image = vector((6, 6, 6)).reshape(1, 1, 3)
    pooled = reference.avg_pool(image, kernel_size=(2,), stride=(2,), padding=((0, 0),), ceil_mode=True)
    padded = _space().at((Geometry(3, 2, 2),), given((6, 6, 6), (0,)))
    other = replace(padded, about="average-pooling, ceil_mode")
    return Counterexample(
        "Every window must lie in the padded input",
        tell(
            "{} = (6, 6, 6), window 2, stride 2. Under ceil_mode a second window holds one cell, and its mean "
            "is that cell; the constant kernel gives half of it.",
            Entry("A"),
        ),
        (
            line(Entry("Y"), pooled.ravel(), vector((6, 6)), other),
            line(Entry("Y"), pooled.ravel(), values(CONVOLUTION, i, 2, padded), other, "≠"),
        ),
    )


def _instance(sizes: tuple[Any, ...]) -> Instance:
    at = small(geometry(sizes))
    if at.D != 1:
        raise ArgumentError("D", "1, as average pooling has no dilation", at.D)
    if 2 * at.P > at.K:
        raise ArgumentError("P", "at most half of the window", at.P)
    ground = seeded(_space(), at)
    image = [*[0] * at.P, *(ground.arrays["A"][place,] for place in range(at.I)), *[0] * at.P]
    every = [Fraction(sum(image[start : start + at.K]), at.K) for start in range(len(image) - at.K + 1)]
    given_back = [Fraction(0)] * len(image)
    for window in range(at.outputs):
        for cell in range(at.K):
            given_back[at.S * window + cell] += Fraction(ground.arrays["G"][window,], at.K)
    read = ", ".join(str(ground.arrays["A"][place,]).replace("-", "−") for place in range(at.I))
    arriving = ", ".join(str(ground.arrays["G"][place,]).replace("-", "−") for place in range(at.outputs))
    return Instance(
        "average-pooling",
        sizes,
        (
            size_line(at, ground),
            line(Entry("Z"), values(Z(u), u, len(every), ground), vector(every), ground),
            line(
                Entry("Y"),
                values(CONVOLUTION, i, at.outputs, ground),
                vector(every[:: at.S][: at.outputs]),
                ground,
            ),
            line(
                slope(E, Entry("A")),
                values(GRADIENT, t, at.I, ground),
                vector(given_back[at.P : at.P + at.I]),
                ground,
            ),
        ),
        {},
        where=f"{at}, A = ({read}), G = ({arriving})",
    )
