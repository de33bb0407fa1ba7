"""Layers that read each other's output: values forward, gradients backward, one derivation a layer.

The error's gradient at an array is the sum of what the layers that read it send back::

    ∂E/∂A = Σ over the layers that read A of (∂E/∂output of the layer) · (its local derivative by A)

The chain starts at the end: with 1 where the last output is the error itself, else with a given gradient.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, NamedTuple, Self

from symconv.derivation.arrays import ByRole
from symconv.derivation.derivation import UPSTREAM, W, Worked
from symconv.derivation.step import Step
from symconv.errors import ArgumentError, ShapeError
from symconv.exact import Array, frozen, is_closed, pack, symbols, unpack
from symconv.notation import USUAL, Notation, apart
from symconv.number import exact
from symconv.operator import Argument, Names, Operator
from symconv.value import replace


@dataclass(frozen=True)
class Link:
    """A layer of a chain.

    Args:
        name: how the layer is called.
        operator: the layer at its shapes.
        reads: the name of the array in each role; a loss reads its target as ``weight``.
        output: the name of the array that it computes.
    """

    name: str
    operator: Operator
    reads: Mapping[str, str] = field(hash=False)
    output: str

    def shape(self, role: str) -> tuple[int, ...]:
        """The shape of the array in a role."""
        shape = getattr(self.operator, f"{role}_shape")
        assert isinstance(shape, tuple)
        return shape


class Contribution(NamedTuple):
    """What one layer sends back to an array that it reads."""

    link: Link
    role: Argument


@dataclass(frozen=True)
class Chained:
    """Layers in an order in which they can be computed, with their arrays.

    Args:
        links: the layers; the last one computes the end.
        given: the arrays that no layer computes, by name; symbols where nothing is known.
        known: the names of those whose entries were given, ``upstream`` among them.
        upstream: ∂E/∂end; None where the end is the error itself.
        error: the letter of the error, the end's name where that is the error.
        base: from where indices count.
        like: an object of the kind that results shall have.
        notation: how letters are called where they are shown. Symbols are; names stay.
    """

    links: tuple[Link, ...]
    given: Mapping[str, Array]
    known: frozenset[str] = frozenset()
    upstream: Array | None = None
    error: str = "E"
    base: int = 1
    like: object = field(default=None, repr=False)
    notation: Notation = USUAL
    _gradients: dict[str, Array] = field(default_factory=dict, init=False, repr=False, compare=False)

    def in_notation(self, notation: Notation) -> Self:
        """The same chain in another notation; what that leaves open stays as it is.

        Raises:
            ArgumentError: the notation has one letter for two arrays, or for one and the error.
        """
        if notation == USUAL:
            return self
        notation = notation.over(self.notation)
        apart(notation, (*self.array_names, self.error))
        return self._with_symbols(notation)

    @property
    def array_names(self) -> tuple[str, ...]:
        """The names of all arrays, the end's last."""
        return (*self.given, *(link.output for link in self.links))

    @property
    def plain(self) -> Self:
        """The same chain in the letters of its names, in which it is told and checked."""
        return self._with_symbols(USUAL) if self.notation.letters else self

    def _with_symbols(self, notation: Notation) -> Self:
        """The same chain with the symbols of a notation where nothing is known."""
        base = self.base if notation.first_index is None else notation.first_index
        given = {
            name: array if name in self.known else symbols(notation.name(name), array.shape, base)
            for name, array in self.given.items()
        }
        upstream = self.upstream
        if upstream is not None and "upstream" not in self.known:
            upstream = symbols(notation.name(UPSTREAM), upstream.shape, base)
        return replace(self, given=given, upstream=upstream, base=base, notation=notation)

    @property
    def end(self) -> str:
        """The name of the last array."""
        return self.links[-1].output

    @cached_property
    def arrays(self) -> Mapping[str, Array]:
        """Every array by name: those given and what the layers make of them."""
        arrays = dict(self.given)
        for link in self.links:
            entries = {role: arrays[name] for role, name in link.reads.items()}
            arrays[link.output] = _exact(link.operator.forward(**entries))
        return arrays

    @cached_property
    def is_closed(self) -> bool:
        """Whether every given array, the gradient at the end among them, holds numbers."""
        upstream = () if self.upstream is None else (self.upstream,)
        return all(map(is_closed, (*self.given.values(), *upstream)))

    @property
    def output(self) -> Any:
        """The last array."""
        return unpack(self.arrays[self.end], self.like)

    @property
    def intermediate(self) -> Mapping[str, Any]:
        """The arrays that the layers compute, by their names in the notation, in order."""
        return {
            self.notation.name(link.output): unpack(self.arrays[link.output], self.like)
            for link in self.links
        }

    @property
    def differentiable(self) -> tuple[str, ...]:
        """The arrays that the error can be differentiated by: all that the end depends on, but the targets."""
        inputs = (
            name
            for link in self.links
            for role, name in link.reads.items()
            if role in link.operator.arguments
        )
        return tuple(dict.fromkeys((*inputs, self.end)))

    def gradient(self, wrt: str) -> Any:
        """∂E/∂array, by the array's name."""
        return unpack(self.gradient_entries(wrt), self.like)

    def gradient_entries(self, name: str) -> Array:
        """The gradient as a NumPy array: the sum of what the layers that read the array send back."""
        if name not in self._gradients:
            self._gradients[name] = self._gradient(name)
        return self._gradients[name]

    def contributions(self, name: str) -> tuple[Contribution, ...]:
        """The layers that read an array, and the roles in which they read it."""
        return tuple(
            Contribution(link, role)
            for link in self.links
            for role in link.operator.arguments
            if link.reads.get(role) == name
        )

    def sent_back(self, contribution: Contribution) -> Array:
        """What one layer sends back."""
        link, role = contribution
        read = {own: self.arrays[array] for own, array in link.reads.items()}
        upstream = self.gradient_entries(link.output)
        return _exact(link.operator.backward(role, upstream, read["input"], read.get("weight")))

    def _gradient(self, name: str) -> Array:
        if name == self.end:
            return pack(1) if self.upstream is None else self.upstream
        contributions = self.contributions(name)
        if not contributions:
            choices = ", ".join(map(self.notation.name, self.differentiable))
            raise ArgumentError("wrt", f"one of {choices}", self.notation.name(name))
        first, *others = map(self.sent_back, contributions)
        for part in others:
            first = frozen(first + part)
        return first

    def stage(self, link: Link) -> Worked:
        """A layer of the chain by itself, with the chain's numbers; symbols where there are none."""
        return self._stage(link, Worked)

    def _stage(self, link: Link, make: type[W]) -> W:
        names = Names(
            link.reads["input"],
            link.reads.get("weight", "B"),
            link.reads.get("bias", "b"),
            link.output,
            self.error,
            self.base,
        )
        computed = {each.output for each in self.links}
        arrays, known = {}, set()
        for role, name in link.reads.items():
            if name not in computed:
                arrays[role] = self.given[name]
                known |= {role} if name in self.known else set()
            elif is_closed(self.arrays[name]):
                arrays[role], known = self.arrays[name], known | {role}
            else:
                arrays[role] = symbols(self.notation.name(name), link.shape(role), self.base)
        arrays["upstream"] = pack(1)
        if not names.output_is_error:
            arrays["upstream"] = symbols(self.notation.name(UPSTREAM), link.operator.output_shape, self.base)
            if self.is_closed:
                arrays["upstream"], known = self.gradient_entries(link.output), known | {"upstream"}
        return make(link.operator, names, ByRole(arrays), frozenset(known), self.like, self.notation, self)

    def path(self, name: str) -> tuple[Contribution, ...]:
        """The layers through which the error depends on an array, from the end back, with the roles."""
        wanted, found = {name}, []
        for link in self.links:
            for role in link.operator.arguments:
                if link.reads.get(role) in wanted:
                    found.append(Contribution(link, role))
                    wanted.add(link.output)
        return tuple(reversed(found))

    def after(self, name: str) -> Self:
        """The part of the chain that an array goes through, all other arrays as they are."""
        if name in self.given:
            return self
        links = tuple(part.link for part in reversed(self.path(name)))
        links = tuple(dict.fromkeys(links))
        computed = {link.output for link in links}
        read = {array for link in links for array in link.reads.values()} - computed
        return replace(self, links=links, given={array: self.arrays[array] for array in {*read, name}})

    @cached_property
    def steps(self) -> tuple[Step, ...]:
        """The steps of every layer's derivation, from the end back."""
        return tuple(step for link in reversed(self.links) for step in self.stage(link).steps)

    def put(self, arrays: Mapping[str, Array], upstream: Array | None = None) -> Self:
        """The same chain with other entries in given arrays and at the end.

        Raises:
            ArgumentError: an array that the chain is not given, or a gradient at an end that is the error.
            ShapeError: an array of another shape.
        """
        for name, array in arrays.items():
            if name not in self.given:
                raise ArgumentError("substitute", f"one of {', '.join(self.given)}", name)
            if array.shape != self.given[name].shape:
                raise ShapeError(f"{name} must have shape {self.given[name].shape}, not {array.shape}")
        if upstream is not None:
            upstream = self._fitting(upstream)
        return replace(
            self,
            given={**self.given, **arrays},
            known=self.known | set(arrays) | ({"upstream"} if upstream is not None else set()),
            upstream=self.upstream if upstream is None else upstream,
        )

    def _fitting(self, upstream: Array) -> Array:
        shape = self.links[-1].operator.output_shape
        if self.upstream is None:
            raise ArgumentError("upstream", f"left out: {self.end} is the error itself")
        if upstream.ndim == 0 and shape:
            upstream = pack([upstream.item()] * self.upstream.size).reshape(shape)
        if upstream.shape != shape:
            raise ShapeError(f"upstream must have shape {shape}, not {upstream.shape}")
        return upstream


def _exact(array: Array) -> Array:
    """The array with whole numbers as ints and rational ones as Fractions."""
    flat = [entry if type(entry) is int else exact(entry) for entry in array.flat]
    result = array.copy()
    result.ravel()[:] = flat
    return frozen(result)
