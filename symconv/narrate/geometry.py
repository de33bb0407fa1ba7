"""The gradient of a convolution for any stride, padding and dilation, beside the one that was asked for."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import cast

from symconv.checks.geometries import DILATION, PADDING, STRIDE, at_geometries
from symconv.checks.result import Check
from symconv.derivation.derivation import Worked
from symconv.display import Prose, row
from symconv.document import Block, Fold, Formula, Paragraph, Step, Steps
from symconv.layers.convolution import Convolution, Weighted
from symconv.narrate.formulas import range_bounds, tree, wide_ranges
from symconv.operator import Argument
from symconv.show import show

_SOLVED = "The position map is solved for the offset; the conditions say where it has a solution."
_LISTED = "Every pair of positions counts that the position map brings together."


def any_geometry(
    layer: Weighted, derivation: Worked, wrt: Argument
) -> tuple[tuple[Block, ...], tuple[Check, ...]]:
    """The formula in the symbols S, P and D for a single channel, checked at several geometries."""
    names = derivation.names
    kind: Callable[..., Weighted] = partial(
        cast(Callable[..., Weighted], type(layer)), padding_mode=layer.padding_mode
    )
    general = kind(stride=STRIDE, padding=PADDING, dilation=DILATION).general(wrt, names=names)

    def build(size: int, kernel: int, stride: int, padding: int, dilation: int) -> Worked:
        concrete = kind(stride=stride, padding=padding, dilation=dilation)
        return concrete.derive((size,) * layer.dims, (kernel,) * layer.dims, names=names)

    subject = f"∂{names.error}/∂{names.of(wrt)} for any geometry"
    checks = at_geometries(general, build, subject)
    body = Formula(row(tree(general.left, names), "=", tree(general.formula, names)))
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
