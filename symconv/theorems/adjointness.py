"""A convolution and its gradients are adjoint: three inner products are the same number.

.. math:: \\langle G, C \\rangle = \\Bigl\\langle A, \\frac{\\partial E}{\\partial A} \\Bigr\\rangle
          = \\Bigl\\langle B, \\frac{\\partial E}{\\partial B} \\Bigr\\rangle

for any stride, padding, dilation, number of images, channels and groups. It is the quickest test of a
backward pass: one number from each array.

Source: Euler's theorem on homogeneous functions, of degree 1, for the two arguments of a bilinear map.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product
from typing import Any, NamedTuple

import numpy as np
import sympy as sp

from symconv.exact import indices
from symconv.formula import Entry, evaluate
from symconv.theorems.axes_of_formulas import L, M, N, b, c, f, g, h, n, q
from symconv.theorems.examples import given, line, seeded
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
    conv,
    entries,
    geometry,
    i,
    m,
    nudged,
    sizes_at,
    small,
    t,
)
from symconv.theorems.identity import Link, chain
from symconv.theorems.index_sums import A, B, C, G, run, slope, tell, times, total, vector
from symconv.theorems.input_gradient import TAP, E
from symconv.theorems.theorem import Counterexample, Hypothesis, Instance, Theorem
from symconv.value import Value

_OUTPUT, _INPUT, _WEIGHT = C(n, f, i), A(b, q, t), B(h, c, m)
_OUTPUTS = (run(n, N - 1), run(f, g * L - 1), run(i, O - 1))
_INPUTS = (run(b, N - 1), run(q, g * M - 1), run(t, I - 1))
_WEIGHTS = (run(h, g * L - 1), run(c, M - 1), run(m, K - 1))
CHANNEL = M * sp.floor(f / L, evaluate=False) + c
"""The c-th input channel that output channel f reads: there are M a group."""

DEFINITION = total(times(A(n, CHANNEL, TAP), B(f, c, m)), run(c, M - 1), run(m, K - 1))
PRODUCT = total(times(G(n, f, i), _OUTPUT), *_OUTPUTS)
TRILINEAR = total(times(G(n, f, i), A(n, CHANNEL, TAP), B(f, c, m)), *_OUTPUTS, run(c, M - 1), run(m, K - 1))
BY_INPUT = total(times(_INPUT, slope(E, _INPUT)), *_INPUTS)
BY_WEIGHT = total(times(_WEIGHT, slope(E, _WEIGHT)), *_WEIGHTS)


class Layer(NamedTuple):
    """Images, groups, input channels and output channels a group."""

    N: int = 1
    g: int = 1
    M: int = 1
    L: int = 1


class LayerAxis(NamedTuple):
    """An axis of a convolution with channels."""

    size: Geometry
    layer: Layer


class Layers(Value):
    """All geometries of a grid with a few numbers of images and channels."""

    sizes: Grid
    layers: tuple[Layer, ...]

    def __iter__(self) -> Iterator[LayerAxis]:
        return map(LayerAxis._make, product(self.sizes, self.layers))

    def __str__(self) -> str:
        most = (
            f"{name} ≤ {max(column)}"
            for name, column in zip("NgML", zip(*self.layers, strict=True), strict=True)
        )
        return ", ".join((str(self.sizes), *most))


_LAYERS = (Layer(), Layer(2), Layer(1, 2), Layer(1, 1, 2, 2), Layer(1, 2, 1, 2), Layer(1, 2, 2, 1))
LAYER_GRID = Layers(Grid(3, 2, 2, 1, 2), _LAYERS)
LARGER_LAYERS = tuple(
    tuple(LayerAxis(Geometry(*sizes), layer) for sizes in axes)
    for axes, layer in (
        (((5, 3, 2, 1, 1), (4, 2, 1, 0, 2)), Layer(2, 2, 2, 1)),
        (((6, 2, 3, 1, 2), (3, 3, 1, 2, 1)), Layer(1, 3, 1, 2)),
    )
)


def conv_adjoint() -> Theorem:
    """The theorem that a convolution and its gradients are adjoint.

    An instance is given by I, K and, if they are not 1, 0 and 1, by S, P and D.

    Example:
        >>> conv_adjoint().instance([6, 3, 2, 1]).check().passed
        True
    """
    space = Space(layered, LAYER_GRID, beyond=LARGER_LAYERS, about="conv-adjoint")
    definition = chain(
        _OUTPUT,
        _OUTPUTS,
        space,
        Link(
            "definition",
            DEFINITION,
            tell("Output {} belongs to group {}.", f, sp.floor(f / L, evaluate=False)),
        ),
    )
    known = (definition[-1].claim,)
    written = chain(
        PRODUCT,
        (),
        space,
        Link("put in the definition", TRILINEAR, "A product with a sum is the sum of the products."),
        given=known,
    )
    proofs = [
        chain(
            PRODUCT,
            (),
            space,
            Link(
                f"linear in the {what}",
                total(times(G(n, f, i), total(times(entry, slope(_OUTPUT, entry)), *ranges)), *_OUTPUTS),
                tell(f"{{}} is linear in the {what}: the sum of all entries times their slopes.", _OUTPUT),
            ),
            Link(
                f"exchange the sums, for the {what}",
                total(times(entry, total(times(G(n, f, i), slope(_OUTPUT, entry)), *_OUTPUTS)), *ranges),
                "Finite sums may be exchanged.",
            ),
            Link(
                f"chain rule for the {what}",
                result,
                tell("The inner sum is {}.", slope(E, entry)),
            ),
            given=known,
        )
        for what, entry, ranges, result in (
            ("input", _INPUT, _INPUTS, BY_INPUT),
            ("kernel", _WEIGHT, _WEIGHTS, BY_WEIGHT),
        )
    ]
    return Theorem(
        name="conv-adjoint",
        title="A convolution and its gradients are adjoint",
        hypotheses=(*layer_hypotheses(), Hypothesis(("There is no bias.",))),
        statement=(written[-1].claim, *(proof[-1].claim for proof in proofs)),
        steps=(*definition, *written, *proofs[0], *proofs[1]),
        counterexamples=(_bias(), _padding_with_ones()),
        samples=(),
        instantiate=_instance,
    )


def layer_hypotheses() -> tuple[Hypothesis, ...]:
    """What is convolved with what, with images, channels and groups."""
    return (
        Hypothesis(
            tell(
                "{} holds {} images, {} a convolution with {} groups of {} input and {} output channels, with "
                "stride {}, padding {} on either side and dilation {}.",
                Entry("A"),
                N,
                Entry("B"),
                g,
                M,
                L,
                S,
                P,
                D,
            )
        ),
        Hypothesis(
            tell(
                "The error {} is a differentiable function of the output {}, and {} is its gradient {}.",
                E,
                Entry("C"),
                Entry("G"),
                slope(E, Entry("C")),
            )
        ),
        Hypothesis(tell("Indices count from 0, and an entry outside of its array counts as 0.")),
        Hypothesis(
            tell("On several axes {}, {} and {} are vectors, with one number an axis.", t, i, m),
        ),
    )


def layered(axes: Sequence[LayerAxis], numbers: Numbers) -> Ground:
    """A, B and G with images and channels; C and all derivatives from the reference alone."""
    sizes, layer = tuple(axis.size for axis in axes), axes[0].layer
    wide, kernel = (tuple(getattr(size, name) for size in sizes) for name in "IK")
    ins, outs = layer.g * layer.M, layer.g * layer.L
    A_, B_, G_ = numbers(
        (
            (layer.N, ins, *wide),
            (outs, layer.M, *kernel),
            (layer.N, outs, *(size.outputs for size in sizes)),
        )
    )
    images = nudged(A_).reshape(-1, *A_.shape[1:])
    C_, *by_input = conv(images, B_, sizes, layer.g).reshape(-1, *G_.shape)
    by_weight = [conv(A_, moved, sizes, layer.g) for moved in nudged(B_)[1:]]
    at = {**sizes_at(sizes), N: layer.N, g: layer.g, M: layer.M, L: layer.L}
    ground = Ground(
        f"{'; '.join(map(str, sizes))}, N = {layer.N}, g = {layer.g}, M = {layer.M}, L = {layer.L}",
        at,
        {name: entries(array) for name, array in zip("ABCG", (A_, B_, C_, G_), strict=True)},
        computed="C",
    )
    for name, array, moved in (("A", A_, by_input), ("B", B_, by_weight)):
        columns = dict(zip(indices(array.shape), (after - C_ for after in moved), strict=True))
        ground.slopes["E", name] = {place: (G_ * column).sum() for place, column in columns.items()}
        ground.slopes["C", name] = {
            (*out, *place): value
            for place, column in columns.items()
            for out, value in entries(column).items()
        }
    return ground


def _bias() -> Counterexample:
    """C + 1 for C, which no gradient by A or B knows of."""
    ground = Space().at((Geometry(3, 2),), given((1, 2, 3), (1, 2), (1, 1)))
    with_bias = sum(value + 1 for value in ground.arrays["C"].values())
    return Counterexample(
        "There must be no bias",
        tell(
            "Input {} = (1, 2, 3), kernel {} = (1, 2) and {} = (1, 1). With a bias of 1 the output is (6, 9); "
            "the gradients stay the same, and so do their products.",
            Entry("A"),
            Entry("B"),
            Entry("G"),
        ),
        (
            line(_PAIRED, evaluate(_PAIRED, ground, ground.at), 13, ground),
            line(_BY_INPUT, evaluate(_BY_INPUT, ground, ground.at), 13, ground),
            line(_BY_WEIGHT, evaluate(_BY_WEIGHT, ground, ground.at), 13, ground),
            line(_BY_INPUT, evaluate(_BY_INPUT, ground, ground.at), with_bias, ground, "≠"),
        ),
    )


def _padding_with_ones() -> Counterexample:
    """Padding that is not 0, as a longer input of which only the inside is A."""
    ground = Space().at((Geometry(4, 2),), given((1, 1, 2, 1), (1, 2), (1, 1, 1)))
    inside = sum(ground.arrays["A"][place,] * ground.slopes["E", "A"][place,] for place in (1, 2))
    return Counterexample(
        "The padding must be 0",
        tell(
            "Input {} = (1, 2) between two ones in the place of the padding, kernel {} = (1, 2) and {} = "
            "(1, 1, 1): the padding contributes to the output and not to the products with the gradient.",
            Entry("A"),
            Entry("B"),
            Entry("G"),
        ),
        (line(_PAIRED, evaluate(_PAIRED, ground, ground.at), inside, ground, "≠"),),
    )


_PAIRED = total(times(G(i), C(i)), run(i, O - 1))
_BY_INPUT = total(times(A(t), slope(E, A(t))), run(t, I - 1))
_BY_WEIGHT = total(times(B(m), slope(E, B(m))), run(m, K - 1))


def _instance(sizes: tuple[Any, ...]) -> Instance:
    """The three inner products at seeded numbers, on one image with one channel."""
    at = small(geometry(sizes))
    ground = seeded(Space(), at)
    own = {name: vector(ground.arrays[name].values()) for name in "ABGC"}
    image = [*[0] * at.P, *own["A"], *[0] * at.P]
    output = [
        sum(own["B"][tap] * image[at.S * window + at.D * tap] for tap in range(at.K))
        for window in range(at.outputs)
    ]
    result = int(np.dot(own["G"], vector(output)))
    return Instance(
        "conv-adjoint",
        sizes,
        (
            line(Entry("C"), own["C"], vector(output), ground),
            line(slope(E, Entry("A")), vector(ground.slopes["E", "A"].values()), _gradient(at, own), ground),
            line(
                slope(E, Entry("B")),
                vector(ground.slopes["E", "B"].values()),
                vector(
                    sum(own["G"][window] * image[at.S * window + at.D * tap] for window in range(at.outputs))
                    for tap in range(at.K)
                ),
                ground,
            ),
            *(
                line(inner, evaluate(inner, ground, ground.at), result, ground)
                for inner in (_PAIRED, _BY_INPUT, _BY_WEIGHT)
            ),
        ),
        {},
        where=", ".join((str(at), *(f"{name} = ({_listed(own[name])})" for name in "ABG"))),
    )


def _listed(numbers: Any) -> str:
    return ", ".join(str(number).replace("-", "−") for number in numbers)


def _gradient(at: Geometry, own: dict[str, Any]) -> Any:
    """∂E/∂A by adding what every window gives back, the padding cut off."""
    padded = np.zeros(at.I + 2 * at.P, dtype=object)
    for window in range(at.outputs):
        for tap in range(at.K):
            padded[at.S * window + at.D * tap] += own["G"][window] * own["B"][tap]
    return padded[at.P : at.P + at.I]
