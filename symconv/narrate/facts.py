"""The facts that statements are about: what a layer, a chain or a theorem computes with, and how.

They are found out only where a renderer asks for them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from math import prod
from typing import Any

import sympy as sp

from symconv.axes import Fractional, Planewise, Scattered
from symconv.checks.general import size_assignment
from symconv.checks.jacobian import tie_free
from symconv.checks.sampling import generator, is_large
from symconv.derivation.chain import Chained, Link
from symconv.derivation.derivation import Worked
from symconv.derivation.general import General, letters_for
from symconv.document import Defined, Drawn, Facts
from symconv.errors import UnsupportedError
from symconv.exact import Array, indices, is_closed, pack
from symconv.formula import Entry, Partial, Product
from symconv.losses import CrossEntropy
from symconv.narrate.data import array_data, expression, replaced
from symconv.operator import Names, Operator
from symconv.reductions import LpNorm, Maximum
from symconv.value import replace

PLACE = sp.Symbol("#", integer=True)
"""Counts the entries of an array row by row; no array and no letter of a formula is called so."""
UPSTREAM = "∂"
"""The array of the ∂E/∂C, whatever E and C are called."""
_EXPONENT = 3
"""The exponent of an LP norm at the sample where it is a symbol."""


def facts_of_arrays(arrays: Mapping[str, Array]) -> Facts:
    """Arrays and nothing else."""
    return Facts((dict(arrays),))


def facts_in_part(about: object) -> Facts:
    """None: a sum of hundreds of terms would make the report many times as long.

    Raises:
        UnsupportedError: always.
    """
    raise UnsupportedError("a long sum is shown in part")


def facts_of_layer(derivation: Worked) -> Facts:
    """The arrays of a derivation, with numbers in the place of symbols, and the definition of its layer.

    A layer of a chain has the arrays and the layers of the whole chain.

    Raises:
        UnsupportedError: entries that are formulas in symbols, and arrays too large to be written down.
    """
    if is_large(derivation):
        raise UnsupportedError("the arrays of the layer are too large to be written down")
    if derivation.chain is not None:
        own = _own_names(derivation.operator, derivation.names)
        return replace(facts_of_chain(derivation.chain), symbols={**_symbols(derivation), **own})
    whole = _with_bias(derivation)
    define = definitions(whole.general(None), _shapes(whole), whole.operator.reduction)
    if whole is not derivation:
        del define[whole.names.bias]
    return Facts((_sample(whole),), whole.names.base, define, symbols=_symbols(derivation))


def sample_of_layer(derivation: Worked) -> dict[str, Any]:
    """The arrays of a derivation, with numbers in the place of symbols, and its sizes."""
    return _sample(_with_bias(derivation))


def _sample(whole: Worked) -> dict[str, Any]:
    operator, names = whole.operator, whole.names
    sizes, sequences = _sizes(operator, names), dict(_listed(operator, names))
    return {**_numbers(whole), **sizes, **sequences, **_exponent(operator.reduction)}


def definitions(general: General, shapes: Mapping[str, tuple[Any, ...]], reduction: Any) -> dict[str, Any]:
    """How the output of a layer is computed from what can be drawn, and the error from its gradient.

    Args:
        general: the definition of the output.
        shapes: the shapes of the arrays by role.
    """
    names = general.names
    define: dict[str, Any] = {}
    for role in ("input", "weight", "bias"):
        if role in shapes:
            given = probabilities if role == "weight" and isinstance(reduction, CrossEntropy) else drawn
            define |= given(names.of(role), shapes[role], names.base)
    define |= {letter: Drawn("positive") for letter in _exponent(reduction)}
    define[names.output] = _output(general, shapes["output"], reduction)
    if not names.output_is_error:
        define |= _error(names, shapes["output"])
    return define


def drawn(name: str, shape: tuple[Any, ...], base: int) -> dict[str, Any]:
    """An array in whose place any other may stand."""
    return {name: Drawn("real", shape)}


def probabilities(name: str, shape: tuple[int, ...], base: int) -> dict[str, Any]:
    """An array that adds up to 1 along its classes: any positive one, divided by its sums."""
    at = min(1, len(shape) - 1)
    index = sp.symbols(f"i1:{len(shape) + 1}", integer=True)
    other = sp.Symbol("m", integer=True)
    raw, every = f"{name}, unscaled", (*index[:at], other, *index[at + 1 :])
    total = ["sum", expression(Entry(raw, every)), [["m", base, shape[at] - 1 + base]], []]
    share = ["/", expression(Entry(raw, index)), total]
    return {raw: Drawn("positive", shape), name: Defined(shape, index, share)}


def _output(general: General, shape: tuple[Any, ...], reduction: Any) -> Defined:
    names, left = general.names, general.left
    assert isinstance(left, Entry)
    outside = {} if general.outside is None else {names.input: general.outside}
    ties = reduction.ties if isinstance(reduction, Maximum) else "first"
    return Defined(shape, left.index, general.formula, outside, ties)


def _error(names: Names, shape: tuple[Any, ...]) -> dict[str, Any]:
    """E = Σ ∂E/∂C · C, whose gradient by C is what is given."""
    terms = Product((Entry(UPSTREAM, (PLACE,)), Entry(names.output, (PLACE,))))
    size = sp.Mul(*shape) if any(isinstance(part, sp.Basic) for part in shape) else prod(shape)
    over = ["sum", expression(terms), [["#", names.base, expression(size - 1 + names.base)]], []]
    return {UPSTREAM: Drawn("real", shape), names.error: over}


def _exponent(reduction: Any) -> dict[str, Any]:
    """The exponent of a norm at a sample, where it is a letter."""
    is_letter = isinstance(reduction, LpNorm) and isinstance(reduction.p, sp.Symbol)
    return {str(reduction.p): _EXPONENT} if is_letter else {}


# --- chains ---


def facts_of_chain(chain: Chained) -> Facts:
    """The arrays that a chain is given, and how each layer computes its own.

    Of an array that several layers read, each reads its own copy: the derivative by the copy is what goes back
    through this layer.
    """
    sample: dict[str, Any] = {}
    define: dict[str, Any] = {}
    symbols: dict[str, Any] = {}
    names = Names(output=chain.end, error=chain.error, base=chain.base)
    for name, array in chain.given.items():
        is_target = any(
            isinstance(link.operator.reduction, CrossEntropy) and link.reads.get("weight") == name
            for link in chain.links
        )
        define |= (probabilities if is_target else drawn)(name, array.shape, chain.base)
        if not is_target or is_closed(array):
            sample[name] = _seeded(array)
        symbols |= _named(array, partial(replace(names, input=name).entry, "input"), symbols)
    for link in chain.links:
        operator, reduction = link.operator, link.operator.reduction
        stage = chain.stage(link)
        sample |= _exponent(reduction)
        define |= {letter: Drawn("positive") for letter in _exponent(reduction)}
        define |= {_sequence_of(stage.names, name): array for name, array in _listed(operator, stage.names)}
        copies = {name: copy(chain, name, link) for name in link.reads.values()}
        define |= {own: _same(name, chain.arrays[name].shape) for name, own in copies.items() if own != name}
        output = array_data(_output(stage.general(None), operator.output_shape, reduction))
        own_names = {
            name: expression(own) for name, own in {**_own_names(operator, stage.names), **copies}.items()
        }
        define[link.output] = replaced(output, own_names)
    if chain.upstream is not None:
        sample[UPSTREAM] = _seeded(chain.upstream)
        define |= _error(names, chain.upstream.shape)
        error = Entry(chain.error)
        symbols |= _named(chain.upstream, lambda index: Partial(error, names.entry("output", index)), symbols)
    return Facts((sample,), chain.base, define, symbols=symbols)


def _same(name: str, shape: tuple[int, ...]) -> Defined:
    """A copy of an array."""
    index = sp.symbols(f"i1:{len(shape) + 1}", integer=True)
    return Defined(shape, index, Entry(name, index))


def copy(chain: Chained, name: str, link: Link) -> str:
    """What a layer reads: the array itself, or its own copy where other layers read it too."""
    readers = {part.link.name for part in chain.contributions(name)}
    return name if len(readers) < 2 or link.name not in readers else f"{name} in {link.name}"


def _own_names(operator: Operator, names: Names) -> dict[str, Any]:
    """The numbers of a layer's size letters, and its own names for sequences."""
    own = {name: _sequence_of(names, name) for name, _ in _listed(operator, names)}
    return {**_sizes(operator, names), **own}


def _sequence_of(names: Names, name: str) -> str:
    return f"{name} of {names.output}"


# --- the numbers of a layer ---


def _with_bias(derivation: Worked) -> Worked:
    """The derivation with a bias of 0 where the layer has one that is left out."""
    is_left_out = "bias" in derivation.operator.arguments and "bias" not in derivation.arrays
    return derivation.substitute(bias=0) if is_left_out else derivation


def _shapes(derivation: Worked) -> dict[str, tuple[int, ...]]:
    operator = derivation.operator
    given = {role: operator.shape(role) for role in derivation.arrays if role != "upstream"}
    return {**given, "output": operator.output_shape}


def _numbers(derivation: Worked) -> dict[str, Array]:
    """The arrays by name, seeded integers in the place of symbols."""
    names, rng = derivation.names, generator()
    left_out = {role for role in ("upstream",) if names.output_is_error}
    if isinstance(derivation.operator.reduction, CrossEntropy) and not is_closed(derivation.arrays["weight"]):
        left_out.add("weight")  # integers are no probabilities: it is drawn at the sample too
    return {
        UPSTREAM if role == "upstream" else names.of(role): _seeded(array, rng)
        for role, array in derivation.arrays.items()
        if role not in left_out
    }


def _seeded(array: Array, rng: Any = None) -> Array:
    """An array with seeded integers in the place of symbols."""
    numbers = tie_free(array.shape, generator() if rng is None else rng)
    for index in indices(array.shape):
        if not isinstance(entry := array[index], sp.Symbol):
            if isinstance(entry, sp.Basic) and entry.free_symbols:
                raise UnsupportedError("an entry is a formula in symbols")
            numbers[index] = entry
    return numbers


def _symbols(derivation: Worked) -> dict[str, Any]:
    """The formulas of entries that are symbols."""
    names, error = derivation.names, Entry(derivation.names.error)
    symbols: dict[str, Any] = {}
    for role, array in derivation.arrays.items():
        if role == "upstream":
            symbols |= _named(array, lambda index: Partial(error, names.entry("output", index)), symbols)
        else:
            symbols |= _named(array, partial(names.entry, role), symbols)
    return symbols


def _named(
    array: Array, formula: Callable[[tuple[int, ...]], Any], known: Mapping[str, Any]
) -> dict[str, Any]:
    """The formula of each entry that is a symbol, by the symbol."""
    symbols: dict[str, Any] = {}
    for index in indices(array.shape):
        if isinstance(symbol := array[index], sp.Symbol):
            if symbol.name in symbols or symbol.name in known:
                raise UnsupportedError(f"several entries are {symbol}")
            symbols[symbol.name] = formula(index)
    return symbols


def _sizes(operator: Operator, names: Names) -> dict[str, int]:
    """The size letters of a general formula, by name."""
    inputs, outputs = _sizes_of_axes(operator)
    assigned = size_assignment(letters_for(operator.axes), operator.axes, inputs, outputs, names.base)
    return {symbol.name: value for symbol, value in assigned.items() if isinstance(symbol, sp.Symbol)}


def _sizes_of_axes(operator: Operator) -> tuple[Sequence[int], Sequence[int]]:
    outputs = [axis.output_size(size) for axis, size in zip(operator.axes, operator.sizes, strict=True)]
    return operator.sizes, outputs


def _listed(operator: Operator, names: Names) -> Iterator[tuple[str, Array]]:
    """The sequences of a general formula that no formula gives, as arrays."""
    base, axes = names.base, operator.axes
    for at, axis, size, count in zip(letters_for(axes), axes, *_sizes_of_axes(operator), strict=True):
        match axis:
            case Fractional():
                lengths: tuple[int, ...] = (count,)
            case Planewise():
                lengths = count, axis.kernel_size
            case Scattered():
                lengths = (size,)
            case _:
                continue
        for name, member in axis.sequences(at, size, base).items():
            yield str(name), pack(_members(member, lengths, base))


def _members(member: Callable[..., int], lengths: Sequence[int], base: int) -> list[Any]:
    """A sequence as a list, one with two arguments as a list of lists."""
    first, *others = lengths
    rows = (partial(member, place) for place in range(base, base + first))
    return [_members(row, others, base) if others else row() for row in rows]
