"""The one-dimensional axes: which input positions each output position reads.

Every convolution and pooling operator is a product of axes with one reduction. An axis knows its taps
``(out, in, offset)`` twice: as index arrays for a concrete size (:meth:`taps`), and as formulas in symbols
(:class:`Reads`). Positions are counted from 0 in the arrays and from ``base`` in the formulas.

=============  =========================================================  ========================================
axis           reads                                                      used by
=============  =========================================================  ========================================
`Pointwise`    ``in = out``                                               batch; channels of a pooling; activations
`Grouped`      every channel of the output channel's group                channels of a convolution, features
`Whole`        everything, into one output                                sums, means and losses
`Sliding`      ``in = stride·out + dilation·offset − padding``            convolutions and pooling windows
`Adaptive`     ``⌊out·I/O⌋ … ⌈(out+1)·I/O⌉ − 1``                          adaptive pooling
`Fractional`   ``start(out) … start(out) + kernel_size − 1``              fractional pooling
`Adjoint`      the inputs that read ``out`` on the axis turned round      transposed convolution
`Scattered`    the inputs that name ``out`` as their target               unpooling
=======
=============  =========================================================  =================================
The guarded inverse of a sliding axis, at input position ``t``, is ``o = (t + P − D·m)/S`` when ``S`` divides
``t + P − D·m``, within ``max(0, ⌈(t+P−D(K−1))/S⌉) ≤ o ≤ min(O−1, ⌊(t+P)/S⌋)``. Sources: the pages of
``torch.nn.Conv2d``, ``MaxPool2d`` and ``AdaptiveAvgPool2d``; Dumoulin and Visin, "A guide to convolution
arithmetic for deep learning", arXiv 1603.07285.

To add an axis: a frozen class with ``output_size``, ``taps`` and the two ``reads_by_*`` formulas.
"""

from __future__ import annotations

from symconv.arithmetic import Range
from symconv.axes.adjoint import Adjoint
from symconv.axes.axis import Axis, AxisTaps, Indices, Letters, Over, Reads, Size, sequence
from symconv.axes.channels import Grouped, Pointwise, Whole
from symconv.axes.inverse import InputSizes, input_sizes
from symconv.axes.joint import Planewise, Scattered
from symconv.axes.sliding import PaddingMode, Sliding
from symconv.axes.windows import Adaptive, Fractional

__all__ = [
    "Adaptive",
    "Adjoint",
    "Axis",
    "AxisTaps",
    "Fractional",
    "Grouped",
    "Indices",
    "InputSizes",
    "Letters",
    "Over",
    "PaddingMode",
    "Planewise",
    "Pointwise",
    "Range",
    "Reads",
    "Scattered",
    "Size",
    "Sliding",
    "Whole",
    "input_sizes",
    "sequence",
]
