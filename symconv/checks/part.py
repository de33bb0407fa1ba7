"""The part of a layer on which one entry depends: a small layer, that the reference can work out at once.

An entry of an output depends on its window; an entry of a gradient on the windows that may contain it. Cut out,
these are a layer of the same kind on a smaller image: fewer channels, fewer rows, and the padding that the
cut leaves. Where the part lies follows from the geometry alone, not from taps: a tap that leads out of
it is a mistake, and :class:`PartValues` says so.

:func:`cut` knows how an axis is cut. An axis that it does not know stays whole, which is always right and only
slower. To add one, register a rule.
"""

from __future__ import annotations

from functools import singledispatch
from itertools import chain
from operator import contains
from typing import Any

import sympy as sp

from symconv.axes import Adaptive, Adjoint, Grouped, Pointwise, Sliding
from symconv.checks.jacobian import Jacobian
from symconv.errors import ShapeError, SymconvError
from symconv.exact import Array
from symconv.formula import Chosen, Entry, Partial
from symconv.operator import Operator
from symconv.reductions import Maximum
from symconv.taps import Key
from symconv.value import Value, replace

WHOLE = 5_000
"""Up to how many taps a layer is left whole."""


class OutsideError(SymconvError):
    """A derivation reads an entry on which, by the geometry, its result does not depend."""


class Cut(Value):
    """An axis cut down, and the ranges of input, output and weight positions that are left."""

    axis: Any
    input: range
    output: range
    weight: tuple[range, ...]


class Part(Value):
    """A layer cut down to what one entry depends on; ``ranges`` say which entries are left, by role."""

    operator: Operator
    ranges: dict[str, tuple[range, ...]]

    def local(self, role: str, index: tuple[int, ...]) -> tuple[int, ...]:
        """Where an entry of the whole array stands in the part.

        Raises:
            OutsideError: the entry is not in it.
        """
        ranges = self.ranges["output" if role == "upstream" else role]
        if not all(map(contains, ranges, index)):
            raise OutsideError(f"{role} entry {index}, counted from 0, is read without reason")
        return tuple(i - left.start for i, left in zip(index, ranges, strict=True))

    def of(self, role: str, array: Array) -> Array:
        """The part of a whole array."""
        ranges = self.ranges["output" if role == "upstream" else role]
        cut: tuple[Any, ...] = tuple(slice(left.start, left.stop) for left in ranges)
        part: Array = array[(..., *cut)]  # with an ellipsis an array without dimensions stays one
        return part


class PartValues(Value):
    """The values of a part, asked for by the indices of the whole."""

    operator: Operator
    part: Part
    values: Jacobian

    def entry(self, entry: Entry, index: tuple[int, ...]) -> Any:
        role, position = self.values.role(entry), self._counted(index)
        if not self._is_inside(role, position):
            return sp.S.NegativeInfinity if isinstance(self.operator.reduction, Maximum) else 0
        return self.values.at(role, self.part.local(role, position))

    def partial(self, partial: Partial, of: tuple[int, ...], by: tuple[int, ...]) -> Any:
        role = self.values.role(partial.by)
        if role == "output" and not self._is_inside(role, self._counted(by)):
            return 0  # there is nothing outside of the output
        inner = self._shown(self.part.local(role, self._counted(by)))
        outer = of and self._shown(self.part.local("output", self._counted(of)))
        return self.values.partial(partial, outer, inner)

    def share(self, chosen: Chosen, entry: tuple[int, ...], maximum: tuple[int, ...]) -> Any:
        inner = self._shown(self.part.local("input", self._counted(entry)))
        return self.values.share(
            chosen, inner, self._shown(self.part.local("output", self._counted(maximum)))
        )

    def _is_inside(self, role: str, position: tuple[int, ...]) -> bool:
        return all(0 <= i < size for i, size in zip(position, self.operator.shape(role), strict=True))

    def _counted(self, index: tuple[int, ...]) -> tuple[int, ...]:
        return tuple(i - self.values.names.base for i in index)

    def _shown(self, index: tuple[int, ...]) -> tuple[int, ...]:
        return tuple(i + self.values.names.base for i in index)


def part_of(operator: Operator, role: str, index: tuple[int, ...]) -> Part:
    """The part on which an entry depends.

    Args:
        role: ``output`` for an entry of the output, an argument for an entry of its gradient.
        index: the entry, counted from 0.
    """
    axes, shapes = operator.axes, (operator.input_shape, operator.output_shape)
    weights = [axis.weight_shape() for axis in axes]
    lines_up = all(len(shape) == len(axes) for shape in shapes) and (
        operator.weight_shape is None or tuple(chain(*weights)) == operator.weight_shape
    )
    if not lines_up or operator.most_taps <= WHOLE:
        return _whole(operator)
    key: Key = {"output": "out", "input": "inp", "weight": "offset", "bias": "out"}[role]  # type: ignore[assignment]
    cuts, taken = [], 0
    for place, (axis, size, count, own) in enumerate(zip(axes, *shapes, weights, strict=True)):
        if role == "weight":
            at = index[taken : taken + len(own)]
        elif role == "bias":
            at = index if place == operator.bias_position else ()
        else:
            at = (index[place],)
        taken += len(own)
        cuts.append(cut(axis, size, count, key, at) if at else cut_nothing(axis, size, count))
    weight = tuple(chain(*(each.weight for each in cuts))) if operator.weight_shape is not None else None
    ranges = {"input": tuple(each.input for each in cuts), "output": tuple(each.output for each in cuts)}
    bias_shape = operator.bias_shape
    if bias_shape is not None:
        position = operator.bias_position
        ranges["bias"] = tuple(range(n) for n in bias_shape) if position is None else (cuts[position].output,)
        bias_shape = tuple(map(len, ranges["bias"]))
    if weight is not None:
        ranges["weight"] = weight
    small = replace(
        operator,
        axes=tuple(each.axis for each in cuts),
        input_shape=tuple(map(len, ranges["input"])),
        output_shape=tuple(map(len, ranges["output"])),
        weight_shape=None if weight is None else tuple(map(len, weight)),
        bias_shape=bias_shape,
    )
    return Part(small, ranges)


def _whole(operator: Operator) -> Part:
    roles = ("output", *operator.arguments)
    return Part(operator, {role: tuple(map(range, operator.shape(role))) for role in roles})


def cut_nothing(axis: Any, size: int, count: int) -> Cut:
    """The axis as it is."""
    return Cut(axis, range(size), range(count), tuple(map(range, axis.weight_shape())))


@singledispatch
def cut(axis: Any, size: int, count: int, key: Key, at: tuple[int, ...]) -> Cut:
    """An axis cut down to what a position depends on.

    Args:
        size, count: the numbers of input and output positions.
        key: whether the position is one of the output, the input or the weight.
        at: the position.
    """
    return cut_nothing(axis, size, count)


@cut.register
def _(axis: Pointwise, size: int, count: int, key: Key, at: tuple[int, ...]) -> Cut:
    here = range(at[0], at[0] + 1)
    return Cut(axis, here, here, ())


@cut.register
def _(axis: Grouped, size: int, count: int, key: Key, at: tuple[int, ...]) -> Cut:
    reads, outs = axis.in_channels // axis.groups, axis.out_channels // axis.groups
    if key == "inp":
        group, local = divmod(at[0], reads)
        outputs, inner = range(group * outs, group * outs + outs), range(local, local + 1)
    else:
        outputs, inner = range(at[0], at[0] + 1), range(reads)
        if key == "offset":
            inner = range(at[1], at[1] + 1)
    first = outputs.start // outs * reads
    inputs = range(first + inner.start, first + inner.stop)
    return Cut(Grouped(len(inputs), len(outputs)), inputs, outputs, (outputs, inner))


@cut.register
def _(axis: Sliding, size: int, count: int, key: Key, at: tuple[int, ...]) -> Cut:
    whole = cut_nothing(axis, size, count)
    if key == "offset" or axis.mode != "zeros":
        return whole
    stride, (before, after), span = axis.stride, axis.padding, axis.dilation * (axis.kernel_size - 1)
    if key == "out":
        first = last = at[0]
    else:  # one window more on either side than can contain the position
        first = min(max(0, (at[0] + before - span) // stride - 1), count - 1)
        last = min(count - 1, (at[0] + before) // stride + 1)
    start, stop = stride * first - before, stride * last - before + span + 1
    low, high = max(0, start), min(size, stop)
    if key == "inp":  # a position that no window reads is kept all the same
        low, high = min(low, at[0]), max(high, at[0] + 1)
    if low >= high:
        return whole  # windows wholly in the padding
    # a window that ceil_mode lets reach beyond the padding still does
    beyond = min(stop - high, size + after - high) if axis.ceil_mode else stop - high
    small = replace(axis, padding=(low - start, beyond))
    if small.output_size(high - low) != last - first + 1:
        return whole
    return Cut(small, range(low, high), range(first, last + 1), whole.weight)


@cut.register
def _(axis: Adjoint, size: int, count: int, key: Key, at: tuple[int, ...]) -> Cut:
    if not isinstance(axis.axis, Grouped):
        return cut_nothing(axis, size, count)
    turned: dict[Key, Key] = {"out": "inp", "inp": "out", "offset": "offset"}
    other = cut(axis.axis, count, size, turned[key], at)
    return Cut(replace(axis, axis=other.axis), other.output, other.input, other.weight)


def smaller(operator: Operator) -> Operator:
    """A layer of the same axes at a size as small as shows them: its general formula is the same.

    The channels of a convolution stay, as the formula has their numbers; so does an axis that is not known.
    """
    axes, sizes = zip(*map(shrunk, operator.axes, operator.sizes), strict=True)
    if len(axes) != len(operator.input_shape):
        return operator
    outputs = tuple(axis.output_size(size) for axis, size in zip(axes, sizes, strict=True))
    return replace(operator, axes=axes, input_shape=sizes, output_shape=outputs)


@singledispatch
def shrunk(axis: Any, size: int) -> tuple[Any, int]:
    """The axis and its size, smaller where that is possible."""
    return axis, size


@shrunk.register
def _(axis: Pointwise, size: int) -> tuple[Any, int]:
    return axis, min(size, 2)


@shrunk.register
def _(axis: Adaptive, size: int) -> tuple[Any, int]:
    return replace(axis, output=min(axis.output_size(size), 3)), min(size, 5)


@shrunk.register
def _(axis: Sliding, size: int) -> tuple[Any, int]:
    (before, after), span = axis.padding, axis.dilation * (axis.kernel_size - 1)
    enough = 2 * axis.stride + span + 1 - before - after  # three windows
    source = 1 if axis.mode == "zeros" else max(before, after) + 1
    return axis, min(size, max(enough, source))


@shrunk.register
def _(axis: Adjoint, size: int) -> tuple[Any, int]:
    if isinstance(axis.axis, Grouped):
        return axis, size
    return axis, next(few for few in range(min(size, 3), size + 1) if _has_output(axis, few))


def _has_output(axis: Adjoint, size: int) -> bool:
    try:
        return bool(axis.output_size(size) >= 1)
    except ShapeError:
        return False
