"""Layers one after the other: the chain rule through all of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from types import MappingProxyType
from typing import Any

import sympy as sp

from symconv.chained import ChainDerivation
from symconv.derivation.chain import Link
from symconv.derivation.derivation import is_shape
from symconv.errors import ArgumentError, ShapeError
from symconv.exact import Array, pack, symbols
from symconv.layers.activation import Activation
from symconv.layers.convolution import Convolution
from symconv.layers.layer import Layer
from symconv.layers.linear import Flatten, Linear
from symconv.layers.loss import Loss, Sum
from symconv.notation import USUAL, Notation
from symconv.operator import Operator

# A layer's arrays are called by its kind; a second one of the same kind gets a 2 behind its letter.
_LETTERS: tuple[tuple[type[Layer] | tuple[type[Layer], ...], str, str, str], ...] = (
    (Convolution, "C", "B", "b"),
    (Linear, "Z", "W", "v"),
    (Activation, "R", "", ""),
    (Flatten, "F", "", ""),
    ((Loss, Sum), "L", "T", ""),
    (Layer, "Y", "", ""),
)


@dataclass(frozen=True, init=False)
class Sequential:
    r"""Layers of which each reads what the one before computes.

    .. math:: \frac{\partial E}{\partial A} = \frac{\partial E}{\partial Y} \cdot \frac{\partial Y}{\partial R}
              \cdot \frac{\partial R}{\partial C} \cdot \frac{\partial C}{\partial A}

    Args:
        layers: the layers in order, or one mapping from names to layers; without names they are called 0, 1, ….

    Shape:
        what the first layer takes to what the last one gives.

    Raises:
        ArgumentError: no layer, something that is no layer, or a loss that is not the last one.

    Source: torch.nn.Sequential.

    Example:
        >>> from symconv.layers import Conv2d, MaxPool2d, ReLU, Sum
        >>> net = Sequential(Conv2d(), ReLU(), MaxPool2d(2), Sum())
        >>> d = net.derive([[1, 2, 0], [0, 1, 3], [2, 1, 1]], [[1, -1], [2, 0]])
        >>> d.output.item(), d.gradient("input").tolist()
        (4, [[0, 1, -1], [0, 2, 0], [0, 0, 0]])
    """

    layers: tuple[Layer, ...]
    names: tuple[str, ...]

    def __init__(self, *layers: Any) -> None:
        if len(layers) == 1 and isinstance(layers[0], Mapping):
            named = list(layers[0].items())
        else:
            named = [(str(place), layer) for place, layer in enumerate(layers)]
        flat = list(_flat(named))
        if not flat:
            raise ArgumentError("layers", "at least one layer")
        for name, layer in flat:
            if not isinstance(layer, Layer):
                raise ArgumentError(f"layers: {name}", "a layer", layer)
        for name, layer in flat[:-1]:
            if isinstance(layer, Loss | Sum):
                raise ArgumentError(f"layers: {name}", "the last layer, as it gives the error", layer.name)
        object.__setattr__(self, "names", tuple(name for name, _ in flat))
        object.__setattr__(self, "layers", tuple(layer for _, layer in flat))

    def __len__(self) -> int:
        return len(self.layers)

    def __iter__(self) -> Iterator[Layer]:
        return iter(self.layers)

    def __getitem__(self, place: int) -> Layer:
        return self.layers[place]

    def output_size(self, input_size: Sequence[Any]) -> tuple[Any, ...]:
        """The size after the last layer.

        Args:
            input_size: the whole shape of the input; or symbols, one a spatial dimension, where every layer
                keeps to these.

        Raises:
            ShapeError: a layer that does not fit, or that does not say its kernel_size or channels.
        """
        size = tuple(input_size)
        for layer in self.layers:
            if any(isinstance(part, sp.Basic) for part in size):
                size = tuple(layer.output_size(size))
            else:
                size = layer.operator(size).output_shape
        return size

    def derive(
        self,
        input: Any,
        *weights: Any,
        target: Any = None,
        upstream: Any = None,
        biases: Mapping[str, Any] = MappingProxyType({}),
        notation: Notation = USUAL,
    ) -> ChainDerivation:
        """The chain worked out: every array, every gradient, and the steps to them.

        Args:
            input: an array, or a shape, which makes symbols.
            weights: arrays or shapes for the layers that have a weight, in order; one that is left out (or
                None) is symbols of the shape that the layer says.
            target: of a loss at the end; symbols where it is left out.
            upstream: ∂E/∂output, where the end is not one number; symbols where it is left out.
            biases: arrays by the name of the layer; zero where they are left out.
            notation: letters in the place of others in names, in symbols and in all that is shown, sizes
                included, and the index of a first entry.

        Raises:
            ArgumentError: more weights than layers that have one; a bias of a layer that has none; one letter for
                two arrays.
            ShapeError: arrays that do not fit.
        """
        weighted = [layer for layer in self.layers if layer.has_weight]
        if len(weights) > len(weighted):
            raise ArgumentError("weights", f"at most {len(weighted)} arrays", len(weights))
        for name in biases:
            if name not in self.names or not self.layers[self.names.index(name)].has_weight:
                raise ArgumentError("biases", "of layers that have one", name)
        chain = _Builder(self, input, list(weights), target, upstream, biases).chain()
        return chain.in_notation(notation)


def _flat(named: Sequence[tuple[str, Any]]) -> Iterator[tuple[str, Any]]:
    """The layers of nested chains, their names with dots between."""
    for name, layer in named:
        if isinstance(layer, Sequential):
            yield from (
                (f"{name}.{inner}", own) for inner, own in zip(layer.names, layer.layers, strict=True)
            )
        else:
            yield name, layer


class _Builder:
    """Puts the links of a chain together, one layer after the other."""

    def __init__(
        self,
        net: Sequential,
        input: Any,
        weights: list[Any],
        target: Any,
        upstream: Any,
        biases: Mapping[str, Any],
    ) -> None:
        self.net, self.weights, self.target, self.upstream = net, weights, target, upstream
        self.biases, self.like = biases, input
        self.taken: dict[str, int] = {}
        self.given: dict[str, Array] = {}
        self.known: set[str] = set()
        self.aliases = {"input": "A"}
        self.readers: dict[str, Any] = {}
        self._add("A", input, input if is_shape(input) else None)

    def chain(self) -> ChainDerivation:
        links, array, shape = [], "A", self.given["A"].shape
        for name, layer in zip(self.net.names, self.net.layers, strict=True):
            link = self._link(name, layer, array, shape)
            links.append(link)
            array, shape = link.output, link.operator.output_shape
        self.aliases["output"] = array
        is_error = shape == ()
        if is_error and self.upstream is not None:
            raise ArgumentError("upstream", "left out: the chain ends with one number, the error itself")
        upstream = None if is_error else symbols("G", shape)
        chain = ChainDerivation(
            tuple(links),
            MappingProxyType(self.given),
            frozenset(self.known),
            upstream,
            array if is_error else "E",
            like=self.like,
            aliases=MappingProxyType(self.aliases),
            readers=MappingProxyType(self.readers),
        )
        return chain if self.upstream is None else chain.substitute(upstream=self.upstream)

    def _link(self, name: str, layer: Layer, array: str, shape: tuple[int, ...]) -> Link:
        output, weight, bias = self._letters(layer)
        reads = {"input": array}
        if isinstance(layer, Loss):
            operator = self._read_target(layer, shape, weight)
            reads["weight"] = weight
        elif layer.has_weight:
            operator = self._read_weight(name, layer, shape, weight)
            reads["weight"] = weight
            if name in self.biases:
                self._add(bias, self.biases[name], None, operator.shape("bias"))
                self.aliases[f"{name}.bias"] = reads["bias"] = bias
        else:
            operator = layer.operator(shape)
        if operator.output_shape == () and layer is self.net.layers[-1]:
            output = "E"
        self.aliases[name] = output
        return Link(name, operator, MappingProxyType(reads), output)

    def _read_weight(self, name: str, layer: Layer, shape: tuple[int, ...], weight: str) -> Operator:
        value = self.weights.pop(0) if self.weights else None
        given = None if value is None or is_shape(value) else pack(value, weight)
        own = value if given is None else given.shape
        operator = layer.operator(shape, own)
        self._add(weight, given, operator.shape("weight"))
        self.aliases[f"{name}.weight"] = weight
        return operator

    def _read_target(self, loss: Loss, shape: tuple[int, ...], name: str) -> Operator:
        read = partial(loss.target, shape)
        self.readers[name] = read
        self.aliases["target"] = name
        self._add(name, None if self.target is None else read(pack(self.target, "target")), shape)
        return loss.operator(shape)

    def _letters(self, layer: Layer) -> tuple[str, str, str]:
        letters = next(row[1:] for row in _LETTERS if isinstance(layer, row[0]))
        count = self.taken[letters[0]] = self.taken.get(letters[0], 0) + 1
        tail = "" if count == 1 else str(count)
        output, weight, bias = (f"{letter}{tail}" for letter in letters)
        return output, weight, bias

    def _add(
        self, name: str, value: Any, shape: Sequence[int] | None, must: tuple[int, ...] | None = None
    ) -> None:
        """An array that is given, or symbols of a shape."""
        if shape is not None and (value is None or is_shape(value)):
            self.given[name] = symbols(name, tuple(shape))
            return
        array = pack(value, name)
        if must == () and array.size == 1:  # a single channel has one bias, as a number or a list of one
            array = array.reshape(())
        if must is not None and array.shape != must:
            raise ShapeError(f"{name} must have shape {must}, not {array.shape}")
        self.given[name] = array
        self.known.add(name)
