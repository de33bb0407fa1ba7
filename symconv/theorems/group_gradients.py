"""The gradients of a convolution with images, channels and groups.

.. math:: \\frac{\\partial E}{\\partial A_{nqt}} = \\sum_{f} \\sum_{m:\\; S \\mid t + P - Dm}
          G_{n,f,(t + P - Dm)/S} \\, B_{f,\\, q - M\\lfloor q/M \\rfloor,\\, m}, \\qquad
          \\frac{\\partial E}{\\partial B_{hcm}} = \\sum_n \\sum_i G_{nhi} A_{n,\\, M\\lfloor h/L \\rfloor + c,\\, Si + Dm - P}

with f over the L output channels of the group of q. Within a channel this is
:mod:`symconv.theorems.input_gradient` and :mod:`symconv.theorems.weight_gradient`.

Source: torch.nn.Conv2d, https://pytorch.org/docs/stable/generated/torch.nn.Conv2d.html, "groups", for which
channels meet; the proof is the chain rule.
"""

from __future__ import annotations

from typing import Any

import sympy as sp

from symconv.errors import ArgumentError
from symconv.formula import evaluate
from symconv.theorems.adjointness import (
    CHANNEL,
    DEFINITION,
    LARGER_LAYERS,
    LAYER_GRID,
    Layer,
    LayerAxis,
    layer_hypotheses,
    layered,
)
from symconv.theorems.axes_of_formulas import L, M, N, b, c, f, g, h, n, q
from symconv.theorems.examples import line
from symconv.theorems.geometry import (
    Geometry,
    Ground,
    I,
    K,
    O,
    S,
    Space,
    as_integers,
    geometry,
    i,
    m,
    small,
    t,
)
from symconv.theorems.identity import Link, chain
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
    run,
    slope,
    tell,
    times,
    total,
)
from symconv.theorems.input_gradient import AT_OFFSET, TAP, E
from symconv.theorems.theorem import Counterexample, Instance, Theorem

_IMAGES, _OUTS, _WINDOWS = run(n, N - 1), run(f, g * L - 1), run(i, O - 1)
_OUTPUTS = (_IMAGES, _OUTS, _WINDOWS)
_CHANNELS, _OFFSETS = run(c, M - 1), run(m, K - 1)
_INPUTS = (run(b, N - 1), run(q, g * M - 1), run(t, I - 1))
_WEIGHTS = (run(h, g * L - 1), _CHANNELS, _OFFSETS)
_BY_INPUT, _BY_WEIGHT = slope(E, A(b, q, t)), slope(E, B(h, c, m))
_GROUP = sp.floor(q / M, evaluate=False)
_OF_GROUP = between(f, L * _GROUP, L * _GROUP + L - 1)
_WINDOW = (divides(S, AT_OFFSET), at_most(0, AT_OFFSET), at_most(AT_OFFSET, S * (O - 1)))

INPUT = total(times(G(b, f, AT_OFFSET / S), B(f, q - M * _GROUP, m)), _OF_GROUP, _OFFSETS, where=_WINDOW)
WEIGHT = total(times(G(n, h, i), A(n, M * sp.floor(h / L, evaluate=False) + c, TAP)), _IMAGES, _WINDOWS)


def grouped_gradients() -> Theorem:
    """The theorem on the gradients of a convolution with channels and groups.

    An instance is given by I, K, S, P, D and then the number of groups, which defaults to 2, with one input
    and one output channel a group.

    Example:
        >>> grouped_gradients().instance([5, 3, 2]).check().passed
        True
    """
    space = Space(layered, LAYER_GRID, beyond=LARGER_LAYERS, about="group-gradients")
    definition = chain(
        C(n, f, i),
        _OUTPUTS,
        space,
        Link(
            "definition",
            DEFINITION,
            tell(
                "Output {} reads the {} input channels of its group {}.",
                f,
                M,
                sp.floor(f / L, evaluate=False),
            ),
        ),
    )
    known = (definition[-1].claim,)
    by_input = chain(
        _BY_INPUT,
        _INPUTS,
        space,
        Link(
            "chain rule",
            total(times(G(n, f, i), slope(C(n, f, i), A(b, q, t))), *_OUTPUTS),
            "The error depends on an entry of the input through the outputs.",
        ),
        Link(
            "differentiate",
            total(
                times(
                    G(b, f, i),
                    total(times(delta(CHANNEL, q), delta(TAP, t), B(f, c, m)), _CHANNELS, _OFFSETS),
                ),
                _OUTS,
                _WINDOWS,
            ),
            tell("Only the outputs of image {} read it, and at most once for each {}.", b, f),
        ),
        Link(
            "the channels of a group",
            total(
                times(G(b, f, i), B(f, q - M * _GROUP, m)),
                _OF_GROUP,
                _WINDOWS,
                _OFFSETS,
                where=(equal(TAP, t),),
            ),
            tell(
                "Input channel {} is in group {}, as number {} of it, and only that group's outputs read it.",
                q,
                _GROUP,
                q - M * _GROUP,
            ),
        ),
        Link(
            "solve for the window",
            INPUT,
            tell("For each {} at most one {} is left, as in the theorem on one channel.", m, i),
        ),
        given=known,
    )
    by_weight = chain(
        _BY_WEIGHT,
        _WEIGHTS,
        space,
        Link(
            "chain rule for a weight",
            total(times(G(n, f, i), slope(C(n, f, i), B(h, c, m))), *_OUTPUTS),
            "The error depends on a weight through the outputs.",
        ),
        Link(
            "differentiate by a weight",
            WEIGHT,
            tell("Only output channel {} has this weight; the slope is the entry that it meets.", h),
        ),
        given=known,
    )
    return Theorem(
        name="group-gradients",
        title="The gradients of a convolution with channels and groups",
        hypotheses=layer_hypotheses(),
        statement=(by_input[-1].claim, by_weight[-1].claim),
        steps=(*definition, *by_input, *by_weight),
        counterexamples=(_groups_ignored(), _channel_of_the_whole()),
        samples=(),
        instantiate=_instance,
    )


def _two_groups() -> Ground:
    """Two groups of one channel: A = ((1, 2), (3, 4)), B = (2, 3), G = ((1, 1), (1, 1))."""
    numbers = {"A": (1, 2, 3, 4), "B": (2, 3), "G": (1, 1, 1, 1)}

    def fill(shapes: Any) -> list[Any]:
        drawn = as_integers(shapes)
        for array, entries in zip(drawn, numbers.values(), strict=True):
            array.ravel()[:] = entries
        return drawn

    return Space(layered, about="group-gradients").at((LayerAxis(Geometry(2, 1), Layer(1, 2, 1, 1)),), fill)


def _groups_ignored() -> Counterexample:
    ground = _two_groups()
    entry = slope(E, A(0, 1, 0))
    everywhere = total(times(G(0, f, 0), B(f, 0, 0)), run(f, sp.Integer(1)))
    right = evaluate(entry, ground, ground.at)
    return Counterexample(
        "An input channel is read by its own group only",
        tell(
            "Two groups of one channel each, a kernel of one entry, {} = 2 and {} = 3, and a gradient of ones. "
            "The sum over all output channels counts weights that the channel never meets.",
            B(0, 0, 0),
            B(1, 0, 0),
        ),
        (
            line(entry, right, 3, ground),
            line(entry, right, evaluate(everywhere, ground, ground.at), ground, "≠"),
        ),
    )


def _channel_of_the_whole() -> Counterexample:
    ground = _two_groups()
    entry = slope(E, B(1, 0, 0))
    first = total(times(G(0, 1, i), A(0, 0, i)), run(i, sp.Integer(1)))
    right = evaluate(entry, ground, ground.at)
    return Counterexample(
        "A weight counts the channels within its group",
        tell(
            "The same layer with the input 1, 2 in the first channel and 3, 4 in the second. The weight {} "
            "meets the second channel, not the first.",
            B(1, 0, 0),
        ),
        (line(entry, right, 7, ground), line(entry, right, evaluate(first, ground, ground.at), ground, "≠")),
    )


def _instance(sizes: tuple[Any, ...]) -> Instance:
    """The entries of both gradients at seeded numbers, for some groups of one channel."""
    groups = sizes[5] if len(sizes) == 6 else 2
    if not isinstance(groups, int) or not 1 <= groups <= 8:
        raise ArgumentError("groups", "an integer from 1 to 8", groups)
    at = small(geometry(sizes[:5]))
    ground = Space(layered, about="group-gradients").at((LayerAxis(at, Layer(1, groups, 1, 1)),), as_integers)
    lines = []
    for channel in range(groups):
        for place in range(at.I):
            here = {**ground.at, b: 0, q: channel, t: place}
            entry = slope(E, A(0, channel, place))
            lines.append(
                line(entry, ground.slopes["E", "A"][0, channel, place], evaluate(INPUT, ground, here), ground)
            )
    for channel in range(groups):
        for place in range(at.K):
            here = {**ground.at, h: channel, c: 0, m: place}
            entry = slope(E, B(channel, 0, place))
            lines.append(
                line(
                    entry, ground.slopes["E", "B"][channel, 0, place], evaluate(WEIGHT, ground, here), ground
                )
            )
    return Instance(
        "group-gradients", sizes, tuple(lines), {}, where=f"{at}, {groups} groups, seeded entries"
    )
