"""Ground truth for somebody's own layer: compare a function with the derivation, entry by entry.

    from symconv import Conv2d
    from symconv.testing import assert_backward, assert_forward

    def test_my_convolution():
        layer = Conv2d(stride=2, padding=1, bias=False)
        assert_forward(my_conv, layer, (2, 3, 6, 7), weight_shape=(4, 3, 3, 3))
        assert_backward(my_conv_gradients, layer, (2, 3, 6, 7), weight_shape=(4, 3, 3, 3))

The arrays that the function gets are integers from a seed: all entries of an array differ in size, so that a
maximum has no ties and no two entries can be mistaken for each other. What the function returns is compared
exactly where it consists of integers (or Fractions, or SymPy numbers) and within a tolerance where it
consists of floats. An assertion that fails names entries with what they should have been, as numbers and as
the sums behind the numbers, and says which mistake leads to just this result, where it knows one::

    ∂E/∂A[2,3]: got 20, expected 25 = G₁₁·B₂₃ + G₁₂·B₂₂ + G₁₃·B₂₁ + G₂₁·B₁₃ + G₂₂·B₁₂ + G₂₃·B₁₁
    …
    24 of 25 entries differ: Conv2d on an input (5, 5), weight (3, 3), seed 0
    This is the result for the kernel rotated by half a turn.

``A`` is the input, ``B`` the weight, ``b`` the bias, ``C`` the output and ``G`` the gradient ``∂E/∂C`` that comes
from above; indices count from 1. To add a mistake, add a row to :func:`_mistakes`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from fractions import Fraction
from itertools import islice, repeat
from math import inf, isfinite, prod
from typing import Any, Literal

import numpy as np

from symconv.axes import Sliding
from symconv.checks.jacobian import tie_free
from symconv.derivation.derivation import UPSTREAM
from symconv.derived import Derivation
from symconv.errors import ArgumentError, ShapeError, SymconvError, UnsupportedError
from symconv.exact import Array, exact, indices
from symconv.formula import Entry, Formula, Partial, Sum, rewrite
from symconv.layers import Layer
from symconv.layers.unpooling import Unpooling
from symconv.narrate.formulas import tree
from symconv.operator import Argument, Operator
from symconv.printing.text import text
from symconv.reductions import Maximum

__all__ = ["assert_backward", "assert_forward"]

Convert = Callable[[Any], Any] | Literal["torch"] | None
"""What makes the function's arrays from NumPy's integers: nothing, a function, or float64 tensors."""

_SHOWN = 3
"""How many wrong entries an assertion names."""
_WIDTH = 300
"""After how many characters it breaks the sum off that stands behind an entry."""


def assert_forward(
    fn: Callable[..., Any],
    layer: Layer,
    input_shape: Sequence[int],
    weight_shape: Sequence[int] | None = None,
    *,
    seed: int = 0,
    tolerance: float | None = None,
    signed: bool = True,
    ties: bool = False,
    convert: Convert = None,
) -> None:
    """Assert that a function computes the output of a layer.

    Args:
        fn: called with the arrays that the layer has: ``fn(input)``, ``fn(input, weight)`` or
            ``fn(input, weight, bias)``; returns the output.
        layer: the layer, with all its arguments; a convolution has a bias unless it says ``bias=False``.
        input_shape: (H, W), (C, H, W) or (N, C, H, W).
        weight_shape: of a convolution that does not say it itself.
        seed: of the numbers.
        tolerance: for floats, relative to the largest entry; 1e-9 where left out, 1e-4 for 32 bits or fewer.
        signed: whether the numbers have both signs. PyTorch's LP pooling is right only for positive ones.
        ties: draw an input of few different numbers, to test who wins a tie.
        convert: None for int64 arrays, ``"torch"`` for float64 tensors, or a function of an int64 array.

    Raises:
        AssertionError: the output is wrong; says where, by how much and, if it can, why.
        ShapeError: shapes that do not fit the layer.
        UnsupportedError: the layer is an unpooling or has symbols in it.

    Example:
        >>> from symconv import AvgPool2d
        >>> assert_forward(lambda x: x.reshape(2, 2, 3, 2).mean((1, 3)), AvgPool2d(2), (4, 6))
    """
    drawn = _draw(layer, input_shape, weight_shape, seed, signed, ties)
    result = fn(*_arguments(drawn, convert))
    _compare(_Question(layer, drawn, None, seed), _array(result), tolerance)


def assert_backward(
    fn: Callable[..., Any],
    layer: Layer,
    input_shape: Sequence[int],
    weight_shape: Sequence[int] | None = None,
    *,
    wrt: Argument | Sequence[Argument] | None = None,
    seed: int = 0,
    tolerance: float | None = None,
    signed: bool = True,
    ties: bool = False,
    convert: Convert = None,
) -> None:
    """Assert that a function computes the gradients of a layer.

    Args:
        fn: called with the gradient that comes from above and then as in :func:`assert_forward`:
            ``fn(upstream, input, weight, bias)``. Returns one gradient; or a tuple in the order input, weight,
            bias, with None for one that it does not compute; or a dict with these names.
        wrt: which gradients are compared: ``"input"``, ``"weight"``, ``"bias"`` or several of them. Left out, those
            that the function returns, and a single one is that of the input.
        layer, input_shape, weight_shape, seed, tolerance, signed, ties, convert: as :func:`assert_forward`.

    Raises:
        AssertionError: a gradient is wrong or missing; says where, by how much and, if it can, why.
        ArgumentError: the layer has no such argument.
        ShapeError: shapes that do not fit the layer.
        UnsupportedError: the layer is an unpooling or has symbols in it.

    Example, of a function that leaves the work to autograd::

        def gradients(upstream, x, weight):
            leaves = x.requires_grad_(), weight.requires_grad_()
            return torch.autograd.grad(my_layer(*leaves), leaves, upstream)

        assert_backward(gradients, Conv2d(bias=False), (1, 1, 5, 5), (1, 1, 3, 3), convert="torch")
    """
    drawn = _draw(layer, input_shape, weight_shape, seed, signed, ties)
    wanted = (wrt,) if isinstance(wrt, str) else None if wrt is None else tuple(wrt)
    for name in wanted or ():
        drawn.role(name)
    upstream = _converted(drawn.arrays["upstream"], convert)
    result = fn(upstream, *_arguments(drawn, convert))
    for role, gradient in _by_role(result, drawn.operator.arguments, wanted).items():
        _compare(_Question(layer, drawn, role, seed), _array(gradient), tolerance)


# --- what goes in -----------------------------------------------------------------------------------------


def _draw(
    layer: Layer,
    input_shape: Sequence[int],
    weight_shape: Sequence[int] | None,
    seed: int,
    signed: bool,
    ties: bool,
) -> Derivation:
    """The derivation at numbers from a seed."""
    if isinstance(layer, Unpooling):
        raise UnsupportedError(
            f"{layer.name}: its indices are not drawn; compare with functional.max_unpool2d"
        )
    operator = layer.operator(tuple(input_shape), None if weight_shape is None else tuple(weight_shape))
    rng = np.random.default_rng(seed)
    drawn = {role: tie_free(operator.shape(role), rng, signed) for role in (*operator.arguments, "output")}
    if ties:
        drawn["input"] = drawn["input"] % 3
    derivation = layer.derive(
        drawn["input"], drawn.get("weight"), drawn.get("bias"), upstream=drawn["output"]
    )
    if any(getattr(entry, "free_symbols", ()) for entry in derivation.output_entries.flat):
        raise UnsupportedError(f"{layer.name}: a comparison needs numbers, but the layer has symbols")
    return derivation


def _arguments(drawn: Derivation, convert: Convert) -> list[Any]:
    return [_converted(drawn.arrays[role], convert) for role in drawn.operator.arguments]


def _converted(array: Array, convert: Convert) -> Any:
    numbers = array.astype(np.int64)
    if convert is None:
        return numbers
    if convert == "torch":
        import torch

        return torch.tensor(numbers, dtype=torch.float64)
    if not callable(convert):
        raise ArgumentError("convert", "None, 'torch' or a function", convert)
    return convert(numbers)


# --- what comes out ---------------------------------------------------------------------------------------


def _by_role(
    result: Any, arguments: Sequence[Argument], wanted: Sequence[Argument] | None
) -> dict[Argument, Any]:
    """The gradients to compare, by argument."""
    if isinstance(result, Mapping):
        returned = dict(result)
    else:
        gradients = result if isinstance(result, tuple) else (result,)
        names = wanted if wanted and len(wanted) == len(gradients) else arguments
        assert len(gradients) <= len(names), (
            f"the function returned {len(gradients)} gradients; the layer has {', '.join(arguments)}"
        )
        returned = dict(zip(names, gradients, strict=False))
    returned = {name: gradient for name, gradient in returned.items() if gradient is not None}
    for name in returned:
        assert name in arguments, (
            f"the function returned a gradient by {name!r}; the layer has {', '.join(arguments)}"
        )
    missing = [name for name in wanted or () if name not in returned]
    assert returned and not missing, (
        f"the function returned no gradient by {', '.join(missing) or 'anything'}"
    )
    return {name: returned[name] for name in wanted or returned}


def _array(result: Any) -> Array:
    """What a function returned, as an array of numbers."""
    array = np.asarray(result.detach().cpu().numpy() if hasattr(result, "detach") else result)
    assert array.dtype.kind in "iufO", f"the function returned an array of {array.dtype}, not of numbers"
    return array


# --- comparison -------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Question:
    """What a function was asked for: the output of a layer at drawn numbers, or its gradient by ``wrt``."""

    layer: Layer
    drawn: Derivation
    wrt: Argument | None
    seed: int

    @property
    def name(self) -> str:
        names = self.drawn.names
        return names.output if self.wrt is None else f"∂{names.error}/∂{names.of(self.wrt)}"

    @property
    def subject(self) -> str:
        shapes = (f"{role} {self.drawn.operator.shape(role)}" for role in self.drawn.operator.arguments)
        return f"{self.layer.name} on {', '.join(shapes)}; seed {self.seed}"

    def answer(self, operator: Operator | None = None, **arrays: Array) -> Array:
        """The right answer; or the one for another operator, or with other arrays."""
        operator, arrays = operator or self.drawn.operator, {**self.drawn.arrays, **arrays}
        if self.wrt is None:
            return operator.forward(**{role: arrays[role] for role in operator.arguments})
        upstream = _fitted(arrays["upstream"], operator.output_shape)
        return operator.backward(self.wrt, upstream, arrays["input"], arrays.get("weight"))

    def why(self, index: tuple[int, ...]) -> str:
        """The sum behind an entry of the answer, in symbols."""
        steps = self.drawn.entry(self.wrt, index)
        rule = "definition" if self.wrt is None else "differentiate"
        formula = next(step.after for step in steps if step.rule == rule)
        if formula == Sum(()):
            return ", as no output reads it"
        written = text(tree(_in_letters(formula), self.drawn.names))
        if len(written) > _WIDTH:
            written = f"{written[:_WIDTH].rpartition(' ')[0]} …"
        return f" = {written}"


def _in_letters(formula: Any) -> Any:
    """A formula with ``G`` for ``∂E/∂C``."""

    def letter(leaf: Formula) -> Formula:
        return Entry(UPSTREAM, leaf.by.index) if isinstance(leaf, Partial) else leaf

    return rewrite(formula, letter)


def _compare(question: _Question, got: Array, tolerance: float | None) -> None:
    """Assert that an array is the answer to a question."""
    answer = question.answer()
    if tolerance is None:
        tolerance = 1e-4 if got.dtype.kind == "f" and got.dtype.itemsize < 8 else 1e-9
    margin = tolerance * max([1.0, *filter(isfinite, (abs(float(entry)) for entry in answer.flat))])
    got = got.astype(object)
    if got.shape != answer.shape:
        lines = [f"{question.name}: got shape {got.shape}, expected {answer.shape}"]
    else:
        wrong = [at for at in indices(answer.shape) if not _agree(got[at], answer[at], margin)]
        if not wrong:
            return
        lines = [
            f"{question.name}{_index(at)}: got {_written(got[at])}, "
            f"expected {_written(answer[at])}{question.why(at)}"
            for at in wrong[:_SHOWN]
        ]
        lines += ["…"] if len(wrong) > _SHOWN else []
        lines.append(f"{len(wrong)} of {answer.size} entries differ")
    lines.append(question.subject)
    lines += [f"This is the result {mistake}." for mistake in islice(_recognised(question, got, margin), 1)]
    raise AssertionError("\n".join(lines))


def _agree(got: Any, expected: Any, margin: float) -> bool:
    """Whether two numbers are equal; a float within a margin."""
    if isinstance(got, float | np.floating):
        return bool(got == float(expected) or abs(got - float(expected)) <= margin)
    try:
        return bool(exact(got) == expected)
    except ArgumentError:
        return False


def _index(index: tuple[int, ...]) -> str:
    return f"[{','.join(str(i + 1) for i in index)}]" if index else ""


def _written(number: Any) -> str:
    return str(number) if isinstance(number, int | Fraction | str) else f"{float(number):.12g}"


# --- diagnosis --------------------------------------------------------------------------------------------


def _recognised(question: _Question, got: Array, margin: float) -> Iterator[str]:
    """The mistakes that lead to a result."""
    for mistake, make in _mistakes(question, got):
        try:
            made = make()
        except SymconvError:  # the mistake cannot be made at these shapes
            continue
        if made.shape == got.shape and all(map(_agree, got.flat, made.flat, repeat(margin))):
            yield mistake


def _mistakes(question: _Question, got: Array) -> Iterator[tuple[str, Callable[[], Array]]]:
    """Common mistakes, in words, and what each of them results in, computed when called."""
    drawn, layer, answer, right = question.drawn, question.layer, question.answer, question.answer()
    operator, arrays, plane = drawn.operator, drawn.arrays, tuple(range(-layer.dims, 0))
    if question.wrt != "bias":
        yield "transposed", lambda: right.swapaxes(-1, -2)
        yield "rotated by half a turn", lambda: np.flip(right, plane)
    if operator.weight_shape is not None:
        kernel = arrays["weight"]
        yield "for the kernel rotated by half a turn", lambda: answer(weight=np.flip(kernel, plane))
        yield "for the kernel transposed", lambda: answer(weight=_swapped(kernel, -1, -2))
        yield "for the kernel's channels exchanged", lambda: answer(weight=_swapped(kernel, 0, 1))
    if "bias" in arrays:
        yield "without the bias", lambda: answer(bias=arrays["bias"] * 0)
    for name, value in _other_arguments(layer):
        other = replace(layer, **{name: value})
        yield f"for {name}={value}", lambda other=other: answer(_operator(other, drawn))
    if question.wrt == "input":
        yield (
            "of writing overlapping windows over each other, not adding them up",
            lambda: _overwritten(drawn),
        )
        yield "before the padding is cut off", lambda: _uncut(question)
        if isinstance(operator.reduction, Maximum):
            split = replace(operator, reduction=Maximum("split"))
            yield "of sharing a gradient among equal maxima", lambda: answer(split)
    factor = _factor(got, right)
    if factor is not None:
        yield f"times {_written(factor)}", lambda: right * factor


def _other_arguments(layer: Layer) -> Iterator[tuple[str, Any]]:
    """What an argument of a layer may be mistaken for: its default, or the opposite."""
    own = {field.name: getattr(layer, field.name) for field in fields(layer)}
    for name, default in (("stride", 1), ("padding", 0), ("dilation", 1)):
        if name in own:
            yield name, default
    if "stride" in own and not layer.has_weight:
        yield "stride", own["kernel_size"]
    for name in ("ceil_mode", "count_include_pad"):
        if name in own:
            yield name, not own[name]
    if "divisor_override" in own:
        yield from (("divisor_override", None), ("divisor_override", 1))


def _operator(layer: Layer, drawn: Derivation) -> Operator:
    return layer.operator(drawn.operator.input_shape, drawn.operator.weight_shape)


def _overwritten(drawn: Derivation) -> Array:
    """An input gradient that keeps, of the contributions to an entry, only the last."""
    operator, arrays = drawn.operator, drawn.arrays
    taps, flat = operator.taps, {role: array.ravel() for role, array in arrays.items()}
    slopes = operator.reduction.slopes(taps, flat["input"], flat.get("weight"), operator.cells)
    parts = flat["upstream"].take(taps.out) * slopes.values.take(slopes.at)
    result = np.zeros(prod(operator.input_shape), dtype=object)
    for at, part in zip(taps.inp.tolist(), parts, strict=True):
        if part != 0:
            result[at] = part
    return result.reshape(operator.input_shape)


def _uncut(question: _Question) -> Array:
    """The gradient by the padded input."""
    operator, entries = question.drawn.operator, question.drawn.arrays["input"]
    widths = [axis.padding if isinstance(axis, Sliding) else (0, 0) for axis in operator.axes]
    padded = np.pad(entries, widths)
    bare = replace(question.layer, padding=0).operator(padded.shape, operator.weight_shape)
    return question.answer(bare, input=padded)


def _swapped(array: Array, first: int, second: int) -> Array:
    swapped = array.swapaxes(first, second)
    if array.ndim <= 2 and first == 0 or swapped.shape != array.shape:
        raise ShapeError("these axes cannot be mistaken for each other")
    return swapped


def _fitted(array: Array, shape: tuple[int, ...]) -> Array:
    """An array cut off and filled up with zeros to a shape, as if a loop ran over it with wrong bounds."""
    if len(shape) != array.ndim:
        raise ShapeError("arrays of different dimensions")
    fitted = np.zeros(shape, dtype=object)
    common = tuple(slice(min(a, b)) for a, b in zip(array.shape, shape, strict=True))
    fitted[common] = array[common]
    return fitted


def _factor(got: Array, right: Array) -> Any:
    """The factor between the largest entry of a result and what is right; None where that says nothing."""
    sizes = [abs(float(entry)) for entry in right.flat]
    if got.shape != right.shape or max(sizes) == inf or np.count_nonzero(sizes) < 2:
        return None
    at = sizes.index(max(sizes))
    above, below = got.flat[at], right.flat[at]
    whole = isinstance(above, int) and isinstance(below, int)
    return Fraction(above, below) if whole else float(above) / float(below)
