"""Which input sizes give an output size, told: the floor undone in steps, and what output_padding is for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np
import sympy as sp

from symconv.axes import InputSizes, Sliding
from symconv.checks import windows
from symconv.checks.result import Check, Checks, Method, Verdict
from symconv.display import Fence, Frac, Node, row
from symconv.document import Assertion, Block, Callout, Facts, Formula, Paragraph, Section, Step, Steps, Table
from symconv.errors import ShapeError
from symconv.show import show
from symconv.value import Value

SHOWN = 12
"""Up to how many sizes a table lists."""
AROUND = 3
"""How many strides below and above the sizes are tried as well."""

MOST_CELLS = 100_000_000
"""How many cells may be laid out to count the windows at all sizes that are tried."""

_FLOOR = "The floor of x is n exactly when n ≤ x < n + 1."
I = sp.Symbol("I", integer=True, positive=True)


class Inverse(Value):
    """The input sizes of one axis with the steps that lead to them."""

    sizes: InputSizes
    blocks: tuple[Block, ...]
    checks: Checks

    @property
    def listed(self) -> str:
        """The sizes with commas between; in words where they cannot be listed."""
        return (
            ", ".join(map(str, self.sizes)) if self.sizes and self.sizes.is_finite else in_words(self.sizes)
        )


def inverse(layer: Any, wanted: Sequence[int], kernel: Sequence[int] | None = None) -> tuple[Inverse, ...]:
    """The input sizes of a layer for a wanted output size, an axis each."""
    found = layer.input_sizes(wanted, kernel)
    axes = layer.spatial_axes(kernel)
    return tuple(_along(axis, size, sizes) for axis, size, sizes in zip(axes, wanted, found, strict=True))


def inverse_checks(axes: Sequence[Inverse]) -> Checks:
    """The checks of all axes; those of alike ones once."""
    chosen = axes[:1] if _alike(axes) else axes
    return Checks(tuple(check for axis in chosen for check in axis.checks))


def inverse_blocks(axes: Sequence[Inverse], names: Sequence[str]) -> tuple[Block, ...]:
    """All axes; those that are alike are told once."""
    if _alike(axes):
        return axes[0].blocks
    parts = zip(axes, names, strict=True)
    return tuple(
        Section(f"axis-{number}", (name,), axis.blocks, axis.checks)
        for number, (axis, name) in enumerate(parts, 1)
    )


def _alike(axes: Sequence[Inverse]) -> bool:
    return all(axis == axes[0] for axis in axes)


def in_words(sizes: InputSizes) -> str:
    """``7 or 8``, ``7 to 14``, ``4 or more``, ``none``."""
    if not sizes:
        return "none"
    if not sizes.is_finite:
        return f"{sizes.lower} or more"
    if len(sizes) > 3:
        return f"{sizes.lower} to {sizes.upper}"
    *first, last = map(str, sizes)
    return f"{', '.join(first)} or {last}" if first else last


def _along(axis: Any, wanted: int, sizes: InputSizes) -> Inverse:
    _require_countable(axis, wanted, sizes)
    if isinstance(axis, Sliding) and not axis.ceil_mode and axis.mode == "zeros":
        steps, checks = _floor_undone(axis, wanted)
    else:
        steps, checks = (), (_tried(axis, wanted, sizes),)
    answer = Callout("result", "Answer", (Paragraph((_sentence(sizes, wanted),)),))
    blocks: tuple[Block, ...] = (Steps(steps), answer) if steps else (answer,)
    if sizes and sizes.is_finite and len(sizes) <= SHOWN:
        blocks = (*blocks, *_table(axis, wanted, sizes))
    return Inverse(sizes, blocks, Checks(checks))


def _require_countable(axis: Any, wanted: int, sizes: InputSizes) -> None:
    """The windows are laid out and counted at every size around the answer: a ShapeError where that is too much."""
    ends = [abs(end) for end in (sizes.lower, sizes.upper) if isinstance(end, int)]
    extent = max(*ends, wanted) + sum(map(abs, getattr(axis, "padding", (0,))))
    tried = 2 * (AROUND + 1) * getattr(axis, "stride", 1) + 1
    if extent * tried * getattr(axis, "kernel_size", 1) > MOST_CELLS:
        raise ShapeError(
            f"an output of {wanted:,} has too many windows to count them at the sizes around its inputs"
        )


def _sentence(sizes: InputSizes, wanted: int) -> str:
    if not sizes:
        return f"No input size from 1 on gives an output of {wanted}."
    return f"An output of {wanted} comes from an input of {in_words(sizes)}."


def _floor_undone(axis: Sliding, wanted: int) -> tuple[tuple[Step, ...], tuple[Check, ...]]:
    """The output size as an equation, solved for the input size; every line is tried at sizes around the answer."""
    stride, (before, after) = axis.stride, axis.padding
    room = before + after - axis.dilation * (axis.kernel_size - 1) - 1
    low, n = (wanted - 1) * stride - room, wanted - 1

    quotient = show(I + room) if stride == 1 else Frac(show(I + room), show(stride))

    def between(lower: Node, middle: Node, upper: Node, last: str) -> Node:
        return row(lower, "≤", middle, last, upper)

    reached = ["/", ["+", "I", room], stride]
    lines: list[tuple[str, Node, str, Callable[[int], bool], Any]] = [
        (
            "Output size",
            row(show(wanted), "=", Fence("⌊", quotient, "⌋"), "+", 1),
            "The numbers of the layer, put into the formula of the output size.",
            lambda size: (size + room) // stride + 1 == wanted,
            ["=", wanted, ["+", ["floor", reached], 1]],
        ),
        (
            "Without the floor",
            between(show(n), quotient, show(n + 1), "<"),
            _FLOOR,
            lambda size: n * stride <= size + room < (n + 1) * stride,
            ["and", ["≤", n, reached], ["<", reached, n + 1]],
        ),
        (
            "Solved",
            between(show(low), show(I), show(low + stride - 1), "≤"),
            "Times the stride, and the rest to the other sides; sizes are integers.",
            lambda size: low <= size <= low + stride - 1,
            ["and", ["≤", low, "I"], ["≤", "I", low + stride - 1]],
        ),
    ]
    if low < 1 <= low + stride - 1:
        lines.append(
            (
                "At least 1",
                between(show(1), show(I), show(low + stride - 1), "≤"),
                "An input has at least one entry.",
                lambda size: 1 <= size <= low + stride - 1,
                ["and", ["≤", 1, "I"], ["≤", "I", low + stride - 1]],
            )
        )
    sizes = range(max(1, low - AROUND * stride), max(1, low) + (AROUND + 1) * stride)
    counted = {size: _counted(axis, size) for size in sizes}
    steps, checks = [], []
    for name, shown, why, holds, condition in lines:
        check = _at_sizes(f"input sizes, {name.lower()}", holds, counted, wanted)
        checks.append(check)
        said = _holds_where(condition, axis, wanted, sizes)
        steps.append(Step(name, Formula(shown, (said,)), (why,), (check,)))
    return tuple(steps), tuple(checks)


def _holds_where(condition: Any, axis: Sliding, wanted: int, sizes: range) -> Assertion:
    """That a condition on the input size I holds where as many windows as wanted fit, and nowhere else near."""
    padded = ["+", "I", sum(axis.padding)]
    last_tap = ["+", ["*", axis.stride, "w"], axis.dilation * (axis.kernel_size - 1)]
    count = ["sum", 1, [["w", 0, padded]], [["<", last_tap, padded]]]
    each = (("I", sizes[0], sizes[-1]),)
    return Assertion(((), nothing), condition, "=", ["=", count, wanted], each, substituted=True)


def nothing(about: object) -> Facts:
    """No facts: what is said is about the numbers in it."""
    return Facts()


def _counted(axis: Sliding, size: int) -> int:
    """How many windows there are, by laying them out."""
    image = windows.pad(np.zeros((1, 1, size), dtype=np.int8), (axis.padding,))
    if image.shape[2] < axis.dilation * (axis.kernel_size - 1) + 1:
        return 0
    return int(windows.slide(image, (axis.kernel_size,), (axis.stride,), (axis.dilation,)).shape[2])


def _at_sizes(subject: str, holds: Callable[[int], bool], counted: dict[int, int], wanted: int) -> Check:
    """Whether a line is true at exactly the sizes whose windows, counted, are as many as wanted."""
    for size, count in counted.items():
        if holds(size) != (count == wanted):
            detail = f"At an input of {size} there are {count} windows, against the line."
            return Check(subject, Method.EXACT, Verdict.FAILED, str(holds(size)), str(count), "", detail)
    scope = f"windows counted at input sizes {min(counted)} to {max(counted)}"
    return Check(subject, Method.EXACT, Verdict.PASSED, "the line", "windows counted", scope)


def _tried(axis: Any, wanted: int, sizes: InputSizes) -> Check:
    """The sizes against the output size at each of those around them."""
    ends = [end for end in (sizes.lower, sizes.upper) if isinstance(end, int)]
    stride = getattr(axis, "stride", 1)
    near = range(max(1, min(ends) - AROUND * stride), max(1, *ends) + AROUND * stride + 1)
    for size in near:
        output = _output_size(axis, size)
        if (output == wanted) != (size in sizes):
            detail = f"An input of {size} gives {output}."
            return Check("input sizes", Method.EXACT, Verdict.FAILED, in_words(sizes), str(size), "", detail)
    scope = f"input sizes {near[0]} to {near[-1]}, each tried"
    return Check("input sizes", Method.EXACT, Verdict.PASSED, in_words(sizes), "output size", scope)


def _output_size(axis: Any, size: int) -> int | None:
    try:
        axis.taps(size)
        return int(axis.output_size(size))
    except ShapeError:
        return None


def _table(axis: Any, wanted: int, sizes: InputSizes) -> tuple[Block, ...]:
    """Input size, output size, and for a convolution the output_padding that restores the input size."""
    listed = [size for size in (sizes.lower - 1, *sizes, sizes.upper + 1) if size >= 1]
    if not (isinstance(axis, Sliding) and axis.weighted):
        pairs = ((str(size), _text(_output_size(axis, size))) for size in listed)
        return (_plain_table(("input size", "output size"), pairs),)
    stride, (before, after) = axis.stride, axis.padding
    least = (wanted - 1) * stride - before - after + axis.dilation * (axis.kernel_size - 1) + 1
    paddings = (str(size - least) if size in sizes else "" for size in listed)
    sized = zip(listed, paddings, strict=True)
    rows = ((str(size), _text(_output_size(axis, size)), padding) for size, padding in sized)
    choice = (
        f"it says which of the {len(sizes)} sizes it was" if len(sizes) > 1 else "here there is one size only"
    )
    words = (
        f"A transposed convolution with the same arguments makes {least} of {wanted} by itself. Its output_padding is "
        f"added to that: {choice}."
    )
    header = ("input size", "output size", "output_padding that restores it")
    return (_plain_table(header, rows), Paragraph((words,)))


def _plain_table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> Table:
    cells = tuple(tuple((cell,) for cell in each) for each in (header, *rows))
    return Table(cells[0], cells[1:], "r" * len(header))


def _text(size: int | None) -> str:
    return "none" if size is None else str(size)
