"""Where the windows of adaptive and fractional pooling are, number by number."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

from symconv.axes import Adaptive, Axis, Fractional, Letters, Planewise, sequence
from symconv.derivation.derivation import Worked
from symconv.derivation.general import letters_for
from symconv.display import Fence, Frac, Node, Prose, parens, row
from symconv.document import Block, Bullets, Fold
from symconv.show import show

MOST = 12
"""Up to how many windows of an axis are shown."""


def windows(derivation: Worked) -> tuple[Block, ...]:
    """The windows of every axis that does not slide, from their formula to their places; axes alike once."""
    operator, base = derivation.operator, derivation.names.base
    axes = [*zip(operator.axes, letters_for(operator.axes), operator.sizes, strict=True)]
    planewise = operator.axes[0]
    if isinstance(planewise, Planewise):  # the first plane stands for all
        axes = [*zip(planewise.planes[0], letters_for(planewise.planes[0]), planewise.sizes, strict=True)]
    items: list[Prose] = []
    for axis, at, size in axes:
        items += _windows(axis, at, size, base)
    title = "Where the windows are" + (", on the first plane" if isinstance(planewise, Planewise) else "")
    return (Fold((title,), (Bullets(tuple(items)),)),) if items else ()


def _windows(axis: Axis, at: Letters, size: int, base: int) -> Iterator[Prose]:
    match axis:
        case Adaptive():
            yield from _shares(axis, at, size, base)
        case Fractional():
            yield from _starts(axis, at, size, base)


def _shares(axis: Adaptive, at: Letters, size: int, base: int) -> Iterator[Prose]:
    """Each window from its floor to its ceiling."""
    starts, stops = axis.starts(size).tolist(), axis.stops(size).tolist()
    for out, (start, stop) in enumerate(zip(starts[:MOST], stops[:MOST], strict=True)):
        low, high = (_share(place, size, len(starts)) for place in (out, out + 1))
        first, last = Fence("⌊", low, "⌋"), Fence("⌈", high, "⌉")
        bounds = (row(first, "+", show(base)), last) if base else (first, row(last, "−", show(1)))
        yield (
            row(show(at.out), "=", show(out + base)),
            " reads ",
            row(bounds[0], "≤", show(at.inp), "≤", bounds[1]),
            ", that is ",
            row(show(start + base), "≤", show(at.inp), "≤", show(stop - 1 + base)),
            ".",
        )


def _share(place: int, size: int, count: int) -> Node:
    return Frac(row(show(place), "·", show(size)), show(count))


def _starts(axis: Fractional, at: Letters, size: int, base: int) -> Iterator[Prose]:
    """The step of the sequence, and each start; the sample and the step are written as numbers."""
    starts = axis.starts(size).tolist()
    last, u = size - axis.kernel_size, axis.sample
    step = Fraction(last, max(len(starts) - 1, 1))
    name = sequence("s", at)
    if len(starts) > 1:
        fraction = Frac(row(show(size), "−", show(axis.kernel_size)), row(show(len(starts)), "−", show(1)))
        yield ("The windows move on by ", row(fraction, "=", show(step)), ", from the sample ", show(u), ".")
    for out, start in enumerate(starts[:-1]):
        if out < MOST:
            moved = Fence("⌊", row(parens(row(show(out), "+", show(u))), "·", show(step)), "⌋")
            first = Fence("⌊", row(show(u), "·", show(step)), "⌋")
            yield (row(show(name(out + base)), "=", moved, "−", first, "=", show(start)),)
    place = row(
        show(name(len(starts) - 1 + base)), "=", show(size), "−", show(axis.kernel_size), "=", show(last)
    )
    yield ("The last window ends with the input: ", place, ".")
