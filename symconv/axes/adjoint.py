"""The adjoint of an axis: transposed convolution."""

from __future__ import annotations

from typing import Any

import numpy as np

from symconv.axes.axis import AxisTaps, Letters, Over, Reads, Size
from symconv.axes.channels import Grouped
from symconv.axes.sliding import Sliding
from symconv.errors import ShapeError
from symconv.value import Value


class Adjoint(Value):
    """An axis with input and output exchanged: what output ``o`` reads here, reads ``o`` there.

    Of a sliding axis it is the axis of a transposed convolution, whose inputs are the windows: input ``i`` is
    read by the outputs ``S·i + D·m − P``, and there are ``S(I − 1) + D(K − 1) + 1 − P`` of them, P the padding
    of both sides together, and ``output_padding`` more. Its formulas are those of the other axis, read backwards.

    Args:
        axis: the axis that is turned round.
        output_padding: outputs beyond the smallest size; a strided convolution maps several sizes to one.
    """

    axis: Sliding | Grouped
    output_padding: Size = 0

    @property
    def role(self) -> str:
        return self.axis.role

    def output_size(self, size: Any) -> Any:
        count = self.axis.input_size(size) + self.output_padding
        if isinstance(count, int) and count < 1:
            raise ShapeError(
                f"the padding cuts off the whole output: its size would be {count} for an input of {size}"
            )
        return count

    def weight_shape(self) -> tuple[int, ...]:
        return self.axis.weight_shape()

    def most_taps(self, size: int) -> int:
        return self.axis.most_taps(self.output_size(size))

    def taps(self, size: int) -> AxisTaps:
        taps = self.axis.between(self.output_size(size), size)
        order = np.lexsort((taps.offset, taps.inp))
        outputs, inputs, weights = taps.sizes
        return AxisTaps(taps.inp[order], taps.out[order], taps.offset[order], (inputs, outputs, weights))

    def reads_by_output(self, at: Letters, base: int) -> Reads:
        return self.axis.reads_by_input(at.turned(), base).turned()

    def reads_by_input(self, at: Letters, base: int, over: Over | None = None) -> Reads:
        return self.axis.reads_by_output(at.turned(), base).turned()

    def reads_by_offset(self, at: Letters, base: int) -> Reads:
        return self.axis.reads_by_offset(at.turned(), base).turned()
