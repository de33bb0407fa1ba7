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
    25 of 25 entries are wrong
    Conv2d on input (5, 5), weight (3, 3); seed 0
    This is the result for the kernel rotated by half a turn.

``A`` is the input, ``B`` the weight, ``b`` the bias, ``C`` the output and ``G`` the gradient ``∂E/∂C`` that comes
from above; indices count from 1. The mistakes that are known stand in :mod:`symconv.testing.mistakes`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction
from itertools import repeat, zip_longest
from math import isfinite
from typing import Any, Literal

import numpy as np

from symconv.checks.jacobian import tie_free
from symconv.derivation.derivation import UPSTREAM
from symconv.derived import Derivation
from symconv.errors import ArgumentError, UnsupportedError
from symconv.exact import Array, indices
from symconv.formula import Entry, Formula, Partial, Sum, rewrite
from symconv.layers import Layer
from symconv.layers.unpooling import Unpooling
from symconv.narrate.formulas import tree
from symconv.number import exact
from symconv.operator import Argument, Operator
from symconv.printing.text import text
from symconv.testing.mistakes import Pass, recognise

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
    _compare(drawn, layer, None, seed, result, tolerance)


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
            ``fn(upstream, input, weight, bias)``. Returns one gradient; or a tuple of them,
            in the order of ``wrt`` if it is as long, else of input, weight, bias, with None for one that it
            does not compute; or a dict by these names.
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
        _compare(drawn, layer, role, seed, gradient, tolerance)


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
        pairs = list(result.items())
    else:
        gradients = result if isinstance(result, tuple) else (result,)
        order = wanted if wanted and len(wanted) == len(gradients) else arguments
        pairs = list(zip_longest(order[: len(gradients)], gradients))
    returned = {name: gradient for name, gradient in pairs if gradient is not None}
    if not returned.keys() <= set(arguments):
        raise AssertionError(
            f"the function must return gradients by {', '.join(arguments)} and no more, not {len(pairs)}"
        )
    missing = [name for name in wanted or arguments[:1] if name not in returned]
    if missing and (wanted or not returned):
        raise AssertionError(f"the function returned no gradient by {', '.join(missing)}")
    return {name: returned[name] for name in wanted or returned}


def _array(result: Any) -> Array:
    """What a function returned, as an array of numbers."""
    array = np.asarray(result.detach().cpu().numpy() if hasattr(result, "detach") else result)
    if array.dtype.kind not in "iufO":
        raise AssertionError(f"the function must return numbers, not an array of {array.dtype}")
    return array


# --- comparison -------------------------------------------------------------------------------------------


def _compare(
    drawn: Derivation, layer: Layer, wrt: Argument | None, seed: int, result: Any, tolerance: float | None
) -> None:
    """Assert that a function's result is the output, or the gradient by ``wrt``."""
    task = Pass(layer, drawn.operator, drawn.arrays, wrt)
    got, right = _array(result), task.result()
    if tolerance is None:
        tolerance = 1e-4 if got.dtype.kind == "f" and got.dtype.itemsize < 8 else 1e-9
    margin = tolerance * max([1.0, *filter(isfinite, (abs(float(entry)) for entry in right.flat))])

    def same(some: Array, others: Array) -> bool:
        return all(map(_agree, some.flat, others.flat, repeat(margin)))

    got = got.astype(object)
    if got.shape == right.shape and same(got, right):
        return
    lines = [*_differences(drawn, wrt, got, right, margin), _subject(layer, drawn.operator, seed)]
    mistake = recognise(task, got, same)
    lines += [f"This is the result {mistake}."] if mistake else []
    raise AssertionError("\n".join(lines))


def _differences(
    drawn: Derivation, wrt: Argument | None, got: Array, right: Array, margin: float
) -> Iterator[str]:
    """The first wrong entries, what they should have been, and how many there are."""
    names = drawn.names
    name = names.output if wrt is None else f"∂{names.error}/∂{names.of(wrt)}"
    if got.shape != right.shape:
        yield f"{name}: got shape {got.shape}, expected {right.shape}"
        return
    wrong = [at for at in indices(right.shape) if not _agree(got[at], right[at], margin)]
    for at in wrong[:_SHOWN]:
        entry = f"[{','.join(str(i + names.base) for i in at)}]" if at else ""
        yield f"{name}{entry}: got {_written(got[at])}, expected {_written(right[at])}{_sum(drawn, wrt, at)}"
    if len(wrong) > _SHOWN:
        yield "…"
    yield f"{len(wrong)} of {right.size} entries are wrong"


def _sum(drawn: Derivation, wrt: Argument | None, index: tuple[int, ...]) -> str:
    """What an entry is the sum of, in letters: ``G`` stands for ``∂E/∂C``."""
    rule = "definition" if wrt is None else "differentiate"
    formula = next(step.after for step in drawn.entry(wrt, index) if step.rule == rule)
    if formula == Sum(()):
        return ", as no output reads it"

    def letter(leaf: Formula) -> Formula:
        return Entry(UPSTREAM, leaf.by.index) if isinstance(leaf, Partial) else leaf

    written = text(tree(rewrite(formula, letter), drawn.names))
    if len(written) > _WIDTH:
        written = f"{written[:_WIDTH].rpartition(' ')[0]} …"
    return f" = {written}"


def _subject(layer: Layer, operator: Operator, seed: int) -> str:
    shapes = (f"{role} {operator.shape(role)}" for role in operator.arguments)
    return f"{layer.name} on {', '.join(shapes)}; seed {seed}"


def _agree(got: Any, expected: Any, margin: float) -> bool:
    """Whether two numbers are equal; a float within a margin."""
    if isinstance(got, float | np.floating):
        number, right = float(got), float(expected)
        return number == right or abs(number - right) <= margin
    try:
        return bool(exact(got) == expected)
    except ArgumentError:
        return False


def _written(number: Any) -> str:
    if isinstance(number, int | Fraction):
        return str(number)
    try:
        return f"{float(number):.12g}"
    except (TypeError, ValueError):
        return repr(number)
