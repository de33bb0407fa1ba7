"""The reductions of activations: a function of the one entry that an output reads.

===========  ==========================  ===========================================================
reduction    value                       derivative, with ``y`` the value
===========  ==========================  ===========================================================
`Rectified`  ``x`` if x > 0, else ``ax``  1 if x > 0, else ``a``; at 0, where there is none, PyTorch's ``a``
`Logistic`   ``1/(1 + e^(−x))``          ``y(1 − y)``
`TanH`       ``tanh x``                  ``1 − y²``
===========  ==========================  ===========================================================

To add a function, give a frozen class its :meth:`~Pointed.formula` and its :meth:`~Pointed.derivative`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from symconv.exact import Array
from symconv.formula import (
    Apply,
    Branch,
    Entry,
    Formula,
    Largest,
    Negative,
    Power,
    Product,
    Quotient,
    Sum,
    evaluate,
)
from symconv.number import exact
from symconv.reductions import Slopes, Undivided, Window, objects

if TYPE_CHECKING:
    from symconv.arithmetic import Range
    from symconv.taps import Taps


class Pointed(Undivided):
    """A function of one entry, said once as a formula; its values are that formula evaluated.

    ``smooth`` says that the function takes rational numbers to irrational ones and has a derivative everywhere.
    """

    smooth: ClassVar[bool] = True

    def formula(self, x: Any) -> Formula:
        """The value at ``x``, an entry or a number."""
        raise NotImplementedError

    def derivative(self, x: Any, y: Any) -> Formula:
        """The derivative at ``x``, where the value is ``y``."""
        raise NotImplementedError

    def value(self, window: Window) -> Formula:
        return self.formula(window.inputs[0])

    def slope(self, window: Window, position: int) -> Formula | int:
        return self.derivative(window.inputs[position], window.output)

    def forward(self, taps: Taps, x: Array, weight: Array | None, cells: Array | None) -> Array:
        return objects(self._at(entry) for entry in x.take(taps.inp))

    def slopes(self, taps: Taps, x: Array, weight: Array | None, cells: Array | None) -> Slopes:
        return Slopes(objects(_value(self.derivative(entry, self._at(entry))) for entry in x), taps.inp)

    def general(self, body: Entry, weight: Entry | None, ranges: tuple[Range, ...], cells: Any) -> Formula:
        return self.formula(body)

    def general_slope(self, body: Entry, weight: Entry | None, output: Entry, cells: Any) -> Formula | Any:
        return self.derivative(body, output)

    def _at(self, entry: Any) -> Any:
        return _value(self.formula(entry))


def _value(formula: Formula) -> Any:
    """The value of a formula whose leaves are numbers or expressions."""
    return exact(evaluate(formula, None, {}))  # type: ignore[arg-type]


class Rectified(Pointed):
    """``x`` where it is positive, else ``negative_slope·x``."""

    negative_slope: Any = 0
    smooth: ClassVar[bool] = False

    def formula(self, x: Any) -> Formula:
        if self.negative_slope == 0:
            return Largest((0, x))
        return Branch(x, x, Product((self.negative_slope, x)))

    def derivative(self, x: Any, y: Any) -> Formula:
        return Branch(x, 1, self.negative_slope)


class Logistic(Pointed):
    """``1/(1 + e^(−x))``, the logistic sigmoid."""

    def formula(self, x: Any) -> Formula:
        return Quotient(1, Sum((1, Apply("exp", Negative(x)))))

    def derivative(self, x: Any, y: Any) -> Formula:
        return Product((y, Sum((1, Negative(y)))))


class TanH(Pointed):
    """``tanh x``, the hyperbolic tangent."""

    def formula(self, x: Any) -> Formula:
        return Apply("tanh", x)

    def derivative(self, x: Any, y: Any) -> Formula:
        return Sum((1, Negative(Power(y, 2))))
