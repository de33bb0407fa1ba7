"""The general view: index formulas with symbolic sizes, their bounds and side conditions.

The sizes I, K and O of every axis are symbols; stride, padding and dilation are the layer's own, numbers or
symbols. The input gradient goes from the chain rule over Kronecker deltas to a guarded sum:

    ∂E/∂A_t = Σ_o ∂E/∂C_o · ∂C_o/∂A_t = Σ_o ∂E/∂C_o Σ_m δ(S·o + D·m − P, t) · B_m
            = Σ_{o between its bounds} ∂E/∂C_o · B_{(t+P−S·o)/D},   D | t + P − S·o where D ≠ 1

The rule that collapses a delta of an affine index is our own and guarded; SymPy's answers without the
divisibility condition.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import sympy as sp

from symconv.axes import (
    Adaptive,
    Adjoint,
    Axis,
    Fractional,
    Grouped,
    Letters,
    Pointwise,
    Range,
    Reads,
    Sliding,
    Whole,
)
from symconv.axes import Over as SumOver
from symconv.derivation import reasons
from symconv.derivation.step import Step
from symconv.formula import Delta, Entry, Formula, Over, Partial, Product, Sum
from symconv.number import symbolic
from symconv.operator import Argument, Names
from symconv.reductions import Maximum, Reduction
from symconv.value import replace

_INPUT, _OUTPUT, _OFFSET = "klq", "ijr", "mnu"
"""Index letters of the spatial axes: input, output and offset position."""


@dataclass(frozen=True)
class General:
    """A general formula as steps; the last ``after`` is the formula.

    Args:
        wrt: what it is the gradient by; None for the output itself.
        axes: the axes, with symbols as kernel sizes.
        letters: the letters of each axis.
        steps: from the definition to the formula.
        outside: what an entry outside of an array counts as, or None where none is read.
    """

    wrt: Argument | None
    axes: tuple[Axis, ...]
    letters: tuple[Letters, ...]
    names: Names
    steps: tuple[Step, ...]
    outside: Any

    @property
    def left(self) -> Formula:
        """What the formula is for: ``C_ij`` or ``∂E/∂A_kl``."""
        before = self.steps[0].before
        assert isinstance(before, Formula)
        return before

    @property
    def formula(self) -> Formula:
        """The formula itself."""
        after = self.steps[-1].after
        assert isinstance(after, Formula)
        return after

    @property
    def conditions(self) -> tuple[sp.Basic, ...]:
        """The side conditions beside the sum (divisibility), empty where there are none."""
        return self.formula.where if isinstance(self.formula, Over) else ()


def letters_for(axes: Sequence[Axis]) -> tuple[Letters, ...]:
    """The letters of every axis: ``k, i, m`` and ``I, O, K`` on the first spatial axis, and so on."""
    count = sum(axis.role in ("spatial", "row") for axis in axes)
    taken = 0
    result = []
    for axis in axes:
        if isinstance(axis, Pointwise | Whole) and axis.role in ("spatial", "row"):
            tail = "" if count == 1 else f"_{taken + 1}"
            letter, size = _index(_OUTPUT[taken]), _size(f"I{tail}")
            result.append(Letters(letter, letter, letter, size, _count(axis, size), size))
            taken += 1
        elif axis.role == "spatial":
            tail = "" if count == 1 else f"_{taken + 1}"
            index = (_index(letter[taken]) for letter in (_INPUT, _OUTPUT, _OFFSET))
            result.append(Letters(*index, *(_size(f"{size}{tail}") for size in "IOK")))
            taken += 1
        elif isinstance(axis, Grouped):
            result.append(_channel_letters(axis, "c", "f", "c"))
        elif isinstance(axis, Adjoint) and isinstance(axis.axis, Grouped):
            # an output within its group needs a letter of its own where there is more than one group
            local = "f" if axis.axis.groups == 1 else "h"
            result.append(_channel_letters(axis.axis, "f", "c", local).turned())
        else:
            letter, size = ("c", "C_in") if axis.role == "channel" else ("s", "N")
            index, count = _index(letter), _count(axis, _size(size))
            result.append(Letters(index, index, index, _size(size), count, _size(size)))
    return tuple(result)


def _count(axis: Axis, size: sp.Symbol) -> Any:
    """The number of output positions of an axis that is read position by position, or whole."""
    return sp.Integer(1) if isinstance(axis, Whole) else size


def _channel_letters(axis: Any, inp: str, out: str, local: str) -> Letters:
    """The letters of the channels of a convolution; ``local`` counts the inputs within a group."""
    sizes = (symbolic(axis.in_channels), symbolic(axis.out_channels))
    return Letters(_index(inp), _index(out), _index(local), *sizes, sizes[0] / axis.groups)


def with_symbols(axes: Sequence[Axis]) -> tuple[Axis, ...]:
    """The axes with symbols in place of their sizes; stride, padding and dilation stay."""
    result: list[Axis] = []
    for axis, at in zip(axes, letters_for(axes), strict=True):
        match axis:
            case Sliding():
                result.append(replace(axis, kernel_size=at.kernel_size))
            case Adjoint(axis=Sliding() as turned):
                result.append(replace(axis, axis=replace(turned, kernel_size=at.kernel_size)))
            case Fractional():
                result.append(replace(axis, kernel_size=at.kernel_size, output=at.output_size))
            case Adaptive():
                result.append(replace(axis, output=at.output_size))
            case _:
                result.append(axis)
    return tuple(result)


def general_output(
    axes: Sequence[Axis], reduction: Reduction, names: Names, has_weight: bool, has_bias: bool = False
) -> General:
    """The definition of the layer: an output entry with symbolic sizes."""
    letters = letters_for(axes)
    reads = [axis.reads_by_output(at, names.base) for axis, at in zip(axes, letters, strict=True)]
    output = Entry(names.output, _outputs(axes, (at.out for at in letters)))
    cells = reduction.cells_formula(axes, letters, names.base)
    value = _value(reduction, reads, names, has_weight, cells)
    if has_bias:
        value = Sum((_bias(axes, letters, names), value))
    step = Step("definition", output, value, reasons.definition(reduction))
    return General(None, tuple(axes), letters, names, (step,), _outside(axes, reduction, None))


def general_gradient(
    axes: Sequence[Axis],
    reduction: Reduction,
    names: Names,
    wrt: Argument,
    has_weight: bool,
    over: SumOver | None = None,
) -> General:
    """The gradient by an argument with symbolic sizes, as a guarded sum.

    Args:
        over: what a strided and dilated axis sums over: ``output`` (the condition is divisibility by the
            dilation) or ``offset`` (by the stride). By default the form that needs no condition, if there is
            one, else ``output``.
    """
    letters = letters_for(axes)
    base = names.base
    if wrt == "input":
        reads = [axis.reads_by_input(at, base, over) for axis, at in zip(axes, letters, strict=True)]
        target = Entry(names.input, tuple(at.inp for at in letters))
    elif wrt == "weight":
        reads = [axis.reads_by_offset(at, base) for axis, at in zip(axes, letters, strict=True)]
        target = Entry(names.weight, tuple(index for read in reads for index in read.weight))
    else:
        return _general_bias(axes, letters, reduction, names)

    outputs = _outputs(axes, (at.out for at in letters))
    everywhere = tuple(
        Range(at.out, sp.Integer(base), at.output_size - 1 + base)
        for axis, at in zip(axes, letters, strict=True)
        if wrt == "weight"
        and at.out not in target.index
        or not isinstance(axis, Pointwise | Whole)
        and wrt == "input"
    )
    output = Entry(names.output, outputs)
    if names.output_is_error:
        return _of_the_error(axes, letters, reduction, names, has_weight, reads, target)
    slope_everywhere = _slope_with_deltas(axes, letters, reduction, names, wrt, has_weight, target)
    chained = _chain(everywhere, names, output, Partial(output, target))
    steps = [Step("chain rule", Partial(Entry(names.error), target), chained, reasons.CHAIN_RULE)]
    if slope_everywhere is not None:
        differentiated = _chain(everywhere, names, output, slope_everywhere)
        steps.append(Step("differentiate", chained, differentiated, reasons.differentiate(reduction, wrt)))
        because = reasons.COLLAPSE
    else:
        because = reasons.differentiate(reduction, wrt)
    read_output = Entry(names.output, _outputs(axes, (read.out for read in reads)))
    slope = _slope(reduction, reads, letters, axes, names, wrt, has_weight, read_output)
    ranges = tuple(r for read in reads for r in read.ranges)
    where = tuple(condition for read in reads for condition in read.where)
    upstream = Partial(Entry(names.error), read_output)
    body: Formula = upstream if slope == 1 else Product((upstream, slope))
    result: Formula = Over("∑", body, ranges, where) if ranges or where else body
    steps.append(Step("collapse", steps[-1].after, result, because, where))
    return General(wrt, tuple(axes), letters, names, tuple(steps), _outside(axes, reduction, wrt))


def _of_the_error(
    axes: Sequence[Axis],
    letters: tuple[Letters, ...],
    reduction: Reduction,
    names: Names,
    has_weight: bool,
    reads: Sequence[Reads],
    target: Entry,
) -> General:
    """The gradient of a layer whose output is the error itself: its slope."""
    output = Entry(names.output)
    slope = _slope(reduction, reads, letters, axes, names, "input", has_weight, output)
    because = reasons.differentiate(reduction, "input")
    step = Step("differentiate", Partial(Entry(names.error), target), Product((slope,)), because)
    return General("input", tuple(axes), letters, names, (step,), None)


def _outputs(axes: Sequence[Axis], positions: Iterable[Any]) -> tuple[Any, ...]:
    """The index of an output; axes that are read whole have no part in it."""
    pairs = zip(axes, positions, strict=True)
    return tuple(position for axis, position in pairs if not isinstance(axis, Whole))


def _general_bias(
    axes: Sequence[Axis], letters: tuple[Letters, ...], reduction: Reduction, names: Names
) -> General:
    target = _bias(axes, letters, names)
    output = Entry(names.output, tuple(at.out for at in letters))
    ranges = tuple(
        Range(at.out, sp.Integer(names.base), at.output_size - 1 + names.base)
        for axis, at in zip(axes, letters, strict=True)
        if not _mixes_channels(axis)
    )
    chained = _chain(ranges, names, output, Partial(output, target))
    collapsed = Over("∑", Partial(Entry(names.error), output), ranges)
    steps = (
        Step("chain rule", Partial(Entry(names.error), target), chained, reasons.CHAIN_RULE),
        Step("differentiate", chained, collapsed, reasons.differentiate(reduction, "bias")),
    )
    return General("bias", tuple(axes), letters, names, steps, None)


def _bias(axes: Sequence[Axis], letters: Sequence[Letters], names: Names) -> Entry:
    """The entry of the bias that is added to an output: one for each channel."""
    channel = (at.out for axis, at in zip(axes, letters, strict=True) if _mixes_channels(axis))
    return Entry(names.bias, tuple(channel))


def _mixes_channels(axis: Axis) -> bool:
    return axis.role == "channel" and not isinstance(axis, Pointwise)


def _chain(ranges: tuple[Range, ...], names: Names, output: Entry, slope: Any) -> Formula:
    body = Product((Partial(Entry(names.error), output), slope))
    return Over("∑", body, ranges) if ranges else body


def _value(
    reduction: Reduction, reads: Sequence[Reads], names: Names, has_weight: bool, cells: Any
) -> Formula:
    body = Entry(names.input, tuple(read.inp for read in reads))
    weight = Entry(names.weight, tuple(i for read in reads for i in read.weight)) if has_weight else None
    ranges = tuple(r for read in reads for r in read.ranges)
    where = tuple(condition for read in reads for condition in read.where)
    value = reduction.general(body, weight, ranges, cells)
    if where:
        assert isinstance(value, Over)
        return Over(value.operator, value.body, value.ranges, where)
    return value


def _slope(
    reduction: Reduction,
    reads: Sequence[Reads],
    letters: Sequence[Letters],
    axes: Sequence[Axis],
    names: Names,
    wrt: Argument,
    has_weight: bool,
    output: Entry,
) -> Any:
    body = Entry(names.input, tuple(read.inp for read in reads))
    if wrt == "weight":
        return body
    weight = Entry(names.weight, tuple(i for read in reads for i in read.weight)) if has_weight else None
    return reduction.general_slope(body, weight, output, reduction.cells_formula(axes, letters, names.base))


def _slope_with_deltas(
    axes: Sequence[Axis],
    letters: Sequence[Letters],
    reduction: Reduction,
    names: Names,
    wrt: Argument,
    has_weight: bool,
    target: Entry,
) -> Formula | None:
    """∂output/∂target as a sum over offsets of deltas; None where an axis does not slide."""
    is_pointwise = all(isinstance(axis, Pointwise) for axis in axes)
    if wrt != "input" or is_pointwise or not all(isinstance(axis, Sliding | Pointwise) for axis in axes):
        return None
    reads = [axis.reads_by_output(at, names.base) for axis, at in zip(axes, letters, strict=True)]
    output = Entry(names.output, tuple(at.out for at in letters))
    weight = Entry(names.weight, tuple(i for read in reads for i in read.weight)) if has_weight else None
    cells = reduction.cells_formula(axes, letters, names.base)
    slope = reduction.general_slope(target, weight, output, cells)
    deltas = tuple(
        Delta(read.inp, at.inp)
        for axis, read, at in zip(axes, reads, letters, strict=True)
        if not isinstance(axis, Pointwise)
    )
    return Over("∑", Product((*deltas, slope)), tuple(r for read in reads for r in read.ranges))


def _outside(axes: Sequence[Axis], reduction: Reduction, wrt: Argument | None) -> Any:
    """What an entry outside of its array counts as; None where none is read.

    A window reaches beyond the input in a definition and in a weight's gradient; in a transposed convolution,
    where the windows are on the other side, it reaches beyond the output in the gradients.
    """
    turned = any(isinstance(axis, Adjoint) for axis in axes)
    sliding = [axis.axis if isinstance(axis, Adjoint) else axis for axis in axes]
    reaches = any(
        isinstance(axis, Sliding) and axis.mode == "zeros" and (axis.padding != (0, 0) or axis.ceil_mode)
        for axis in sliding
    )
    if not reaches or wrt == (None if turned else "input"):
        return None
    return sp.S.NegativeInfinity if isinstance(reduction, Maximum) else sp.Integer(0)


def _index(name: str) -> sp.Symbol:
    return sp.Symbol(name, integer=True)


def _size(name: str) -> sp.Symbol:
    return sp.Symbol(name, integer=True, positive=True)
