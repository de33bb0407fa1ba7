"""The gradient of a convolution for any stride, padding and dilation, beside the one that was asked for."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, cast

from symconv.checks.geometries import DILATION, GEOMETRIES, PADDING, STRIDE, at_geometries
from symconv.checks.result import Check
from symconv.derivation.derivation import Worked
from symconv.display import Prose, row
from symconv.document import Block, Facts, Fold, Formula, Paragraph, Step, Steps
from symconv.layers.convolution import Convolution, Weighted
from symconv.narrate.facts import definitions, sample_of_layer
from symconv.narrate.formulas import range_bounds, tree, wide_ranges
from symconv.narrate.statements import any_size
from symconv.operator import Argument, Names
from symconv.show import show

Kind = tuple[type[Weighted], str, Names]
"""A class of layers, its padding mode, and how arrays are called."""

_SOLVED = "The position map is solved for the offset; the conditions say where it has a solution."
_LISTED = "Every pair of positions counts that the position map brings together."


def any_geometry(
    layer: Weighted, derivation: Worked, wrt: Argument
) -> tuple[tuple[Block, ...], tuple[Check, ...]]:
    """The formula in the symbols S, P and D for a single channel, checked at several geometries."""
    names = derivation.names
    kind = type(layer), layer.padding_mode, names
    general = _layer(kind, STRIDE, PADDING, DILATION).general(wrt, names=names)

    subject = f"∂{names.error}/∂{names.of(wrt)} for any geometry"
    checks = at_geometries(general, partial(_at_geometry, kind), subject)

    said = any_size((kind, facts_of_geometries), general)
    body = Formula(row(tree(said.left, names), "=", tree(general.formula, names)), (said,))
    bounds = tuple(range_bounds(limit) for limit in wide_ranges(general.formula))
    why: Prose = (
        _SOLVED if isinstance(layer, Convolution) and layer.padding_mode == "zeros" else _LISTED,
        " Stride ",
        show(STRIDE),
        ", padding ",
        show(PADDING),
        " and dilation ",
        show(DILATION),
        " are symbols here.",
    )
    step = Step("Any geometry", body, why, checks, bounds)
    intro = Paragraph(("The same derivation, for one channel and with nothing fixed:",))
    return (Fold(("For any stride, padding and dilation",), (intro, Steps((step,)))),), checks


def facts_of_geometries(kind: Kind) -> Facts:
    """The definition of a convolution in the symbols, with numbers at each of the geometries."""
    samples = [
        {**sample_of_layer(_at_geometry(kind, *geometry)), **dict(zip("SPD", geometry[2:], strict=True))}
        for geometry in GEOMETRIES
    ]
    symbolic = _layer(kind, STRIDE, PADDING, DILATION)
    output = symbolic.general("output", names=kind[-1])
    sizes = {
        role: tuple(getattr(at, size) for at in output.letters)
        for role, size in (("input", "input_size"), ("weight", "kernel_size"), ("output", "output_size"))
    }
    define = definitions(output, sizes, symbolic.reduction())
    return Facts(tuple(samples), kind[-1].base, define)


def _layer(kind: Kind, stride: Any, padding: Any, dilation: Any) -> Weighted:
    layer, mode, _ = kind
    make = cast(Callable[..., Weighted], layer)
    return make(stride=stride, padding=padding, dilation=dilation, padding_mode=mode)


def _at_geometry(kind: Kind, size: int, kernel: int, stride: int, padding: int, dilation: int) -> Worked:
    layer, _, names = kind
    concrete = _layer(kind, stride, padding, dilation)
    return concrete.derive((size,) * layer.dims, (kernel,) * layer.dims, names=names)
