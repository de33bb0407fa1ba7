"""A chain of layers as users hold it: worked out, checkable, and shown in every format."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Self

from symconv.derivation.chain import Chained
from symconv.derived import Derivation
from symconv.exact import Array, pack
from symconv.rendered import Rendered

if TYPE_CHECKING:
    from symconv.checks.result import Checks
    from symconv.document import Document


def _none() -> Mapping[Any, Any]:
    return MappingProxyType({})


@dataclass(frozen=True, repr=False)
class ChainDerivation(Chained, Rendered):
    """What ``Sequential(...).derive(...)`` gives: arrays, gradients, steps, checks and documents of the whole.

    Args:
        aliases: other names of arrays: ``input``, ``0.weight``, ``0.bias``, ``target``, ``output``, and the
            name of each layer for its output.
        readers: how an array that is put in is read, such as a target of class indices.
    """

    aliases: Mapping[str, str] = field(default_factory=_none, repr=False)
    readers: Mapping[str, Callable[[Array], Array]] = field(default_factory=_none, repr=False, compare=False)

    @property
    def stages(self) -> tuple[Derivation, ...]:
        """The layers' own derivations, in order."""
        return tuple(self._stage(link, Derivation) for link in self.links)

    def gradient(self, wrt: str = "input") -> Any:
        """∂E/∂array: ``input``, ``0.weight``, the name of a layer for its output, or the array's own name."""
        return super().gradient(self._named(wrt))

    def substitute(self, *, upstream: Any = None, **arrays: Any) -> Self:
        """The same chain with numbers (or other entries) put in.

        Args:
            upstream: the gradient at the end, where that is not the error itself; one number fills it.
            arrays: arrays by their names or aliases; those with a dot go in as ``**{"0.weight": ...}``.

        Raises:
            ArgumentError: a name that the chain does not know.
            ShapeError: an array of another shape.
        """
        given = {self._named(name): pack(array, name) for name, array in arrays.items()}
        read = {name: self.readers.get(name, _as_it_is)(array) for name, array in given.items()}
        return self.put(read, None if upstream is None else pack(upstream, "upstream"))

    def check(self) -> Checks:
        """Every check: those of all layers, and the whole chain against difference quotients."""
        from symconv.checks.chain import check_chain
        from symconv.renaming import Renaming

        return Renaming.of(self).everywhere(check_chain(self.plain))

    def document(self) -> Document:
        """The chain as a document: what the layers compute, then the gradients from the end back."""
        from symconv.narrate.chain import document
        from symconv.renaming import Renaming

        return Renaming.of(self)(document(self.plain))

    def __repr__(self) -> str:
        called = self.notation.name
        arrows = " → ".join(f"{link.operator.layer} {called(link.output)}" for link in self.links)
        return f"ChainDerivation({called(self.links[0].reads['input'])} → {arrows})"

    def _named(self, name: str) -> str:
        """The name of an array that is called so in the notation, or by an alias."""
        return self.aliases.get(name) or self.notation.old(name)


def _as_it_is(array: Array) -> Array:
    return array
