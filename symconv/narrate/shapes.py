"""Two questions about a layer as a whole: which input sizes give an output size, and which matrix it is."""

from __future__ import annotations

from functools import singledispatch
from typing import Any

from symconv.checks.claims import claimed_array, claimed_value
from symconv.checks.result import Checks
from symconv.document import Block
from symconv.errors import UnsupportedError
from symconv.exact import pack
from symconv.narrate.inverse import in_words, inverse, inverse_blocks, inverse_checks
from symconv.narrate.matrix import all_checks, matrix_blocks, one_line
from symconv.printing.text import text
from symconv.problem import InputSize, LayerAsMatrix
from symconv.show import show
from symconv.workings import Workings

Told = tuple[str, tuple[Block, ...], Checks]
"""An answer in a line, in full, and its checks."""


@singledispatch
def told(question: Any, workings: Workings) -> Told:
    """The answer to one of these questions."""
    raise TypeError(f"no rule answers a {type(question).__name__}")


@told.register
def input_sizes(question: InputSize, workings: Workings) -> Told:
    """The input sizes that give the layer's output size, or the one that is asked for."""
    operator, layer = workings.stages[question.layer].operator, workings.problem.stage(question.layer).layer
    wanted = question.output or operator.output_shape[-layer.dims :]
    kernel = operator.weight_shape and operator.weight_shape[-layer.dims :]
    axes = inverse(layer, wanted, kernel)
    checks = inverse_checks(axes)
    if question.expect is not None:
        claimed = (", ".join(map(str, sizes)) for sizes in question.expect)
        derived = (axis.listed for axis in axes)
        checks += (claimed_value("input sizes", " × ".join(claimed), " × ".join(derived)),)
    return (
        " × ".join(in_words(axis.sizes) for axis in axes),
        inverse_blocks(axes, axis_names(layer.dims)),
        checks,
    )


@told.register
def matrix(question: LayerAsMatrix, workings: Workings) -> Told:
    """The matrix of the layer, at the numbers of the problem and in letters."""
    try:
        view = workings.stages[question.layer].matrix()
    except UnsupportedError as error:
        raise workings.problem.place("questions", question.id).error(str(error)) from None
    checks = all_checks(view)
    if question.expect is not None:

        def derived(index: tuple[int, ...]) -> str:
            return text(show(view.array[index]))

        checks += (claimed_array(view.letter, pack(question.expect, "expect"), view.array, 1, derived),)
    return one_line(view), matrix_blocks(view), checks


def axis_names(dims: int) -> tuple[str, ...]:
    """What the spatial axes are called."""
    return ("Height", "Width") if dims == 2 else tuple(f"Axis {number}" for number in range(1, dims + 1))
