"""What a problem is: arrays, layers wired to them, and questions of a few kinds."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from symconv.notation import USUAL, Notation, apart
from symconv.problem.place import Place
from symconv.value import Value, replace

if TYPE_CHECKING:
    import sympy

Number = int | Fraction
Nested = tuple["Number | Nested", ...]
"""The entries of an array as nested tuples."""


def shape_of(entries: Nested) -> tuple[int, ...]:
    """The shape of an array."""
    shape: list[int] = []
    level: Number | Nested = entries
    while isinstance(level, tuple):
        shape.append(len(level))
        level = level[0]
    return tuple(shape)


class Stage(Value):
    """A layer of a problem with the arrays that it reads and the one that it writes.

    Args:
        name: its key in the file.
        layer: the layer, a value of one of the classes in :data:`symconv.layers.LAYERS`.
        reads: the name of the array in each role, e.g. ``{"input": "A", "weight": "B"}``.
        output: the name of the array that it computes.
        indices: the name of the indices that a max pooling computes as well, counted from 0 in each plane.
    """

    name: str
    layer: Any
    reads: Mapping[str, str]
    output: str
    indices: str | None = None

    @property
    def writes(self) -> tuple[str, ...]:
        """The names of the arrays that it computes."""
        return (self.output,) if self.indices is None else (self.output, self.indices)

    @property
    def variables(self) -> tuple[str, ...]:
        """The names of the arrays by which its output can be differentiated."""
        return tuple(name for role, name in self.reads.items() if role not in ("indices", "target"))

    def role(self, array: str) -> str:
        """The role in which the layer reads an array."""
        return next(role for role, name in self.reads.items() if name == array)


class Question(Value, kw_only=True):
    """What every question has: an id, and texts that are shown exactly as they are."""

    id: str
    text: str = ""
    notes: str = ""


class Dispute(Value):
    """A formula for the output size that does not always hold, and sizes at which it is put to the test."""

    text: str
    formula: sympy.Expr
    at: Mapping[str, int]


class OutputSize(Question, kw_only=True):
    """How large is the output of a layer?"""

    layer: str
    expect: tuple[int, ...] | None = None


class OutputSizeFormula(Question, kw_only=True):
    """How large is it in general?"""

    layer: str
    dispute: Dispute | None = None


class InputSize(Question, kw_only=True):
    """Which input sizes give an output size: the layer's own, or ``output``?

    ``expect`` lists the claimed sizes, an axis each.
    """

    layer: str
    output: tuple[int, ...] | None = None
    expect: tuple[tuple[int, ...], ...] | None = None


class LayerAsMatrix(Question, kw_only=True):
    """Which matrix turns the input of a layer, as one column, into its output?"""

    layer: str
    expect: Nested | None = None


class Forward(Question, kw_only=True):
    """What does a layer compute? The file names the layer or the array; both are known here."""

    layer: str = ""
    array: str = ""
    expect: Nested | None = None


class Gradient(Question, kw_only=True):
    """What is the gradient with respect to an array: back through one layer, or through all up to an end?

    Args:
        layer: the layer, which reads the array; left out for a chain of layers.
        of: the end of the chain, where several arrays depend on this one; a single number is the error itself.
        wrt: the name of the array.
        upstream: the gradient that arrives at the output: ``"ones"``, the name of an array, its entries, or
            None for symbols.
        expect: the claimed gradient.
        expect_terms: the claimed addends of every entry, in any order.
        in_full: entries to be shown with their zero terms too, counted from the problem's first index.
    """

    layer: str = ""
    of: str = ""
    wrt: str
    upstream: str | Nested | None = None
    expect: Nested | None = None
    expect_terms: Nested | None = None
    in_full: tuple[tuple[int, ...], ...] = ()


class Modules(Question, kw_only=True):
    """Which pooling modules has ``torch.nn`` for two dimensions?"""

    expect: tuple[str, ...] | None = None


class Definition(Question, kw_only=True):
    """How are these layers defined?"""

    types: tuple[str, ...]


class Prove(Question, kw_only=True):
    """Prove theorems, with instances on every window of a pooling layer or on one window."""

    theorems: tuple[str, ...]
    layer: str | None = None
    window: tuple[Number, ...] | None = None


class Problem(Value, kw_only=True):
    """A problem in which every name is resolved; ``layers`` are in an order in which they can be computed.

    Its names, ``error`` for that of the error among them, are those of its file; ``notation`` says how they, and the
    letters of sizes, are shown.
    """

    name: str
    source: str
    title: str
    subtitle: str = ""
    arrays: Mapping[str, Nested]
    layers: tuple[Stage, ...]
    questions: tuple[Question, ...]
    error: str = "E"
    notation: Notation = USUAL

    @property
    def first_index(self) -> int:
        """The index of an array's first entry."""
        return 1 if self.notation.first_index is None else self.notation.first_index

    def in_notation(self, notation: Notation) -> Problem:
        """The problem in another notation; what that leaves open stays as the file says it.

        Raises:
            ArgumentError: the notation has one letter for two things.
        """
        if notation == USUAL:
            return self
        merged = notation.over(self.notation)
        problem = replace(self, notation=merged)
        problem.require_apart()
        moved = problem.first_index - self.first_index
        questions = (
            replace(each, in_full=tuple(tuple(i + moved for i in index) for index in each.in_full))
            if isinstance(each, Gradient)
            else each
            for each in self.questions
        )
        return replace(problem, questions=tuple(questions))

    def require_apart(self) -> None:
        """An ArgumentError where the notation has one letter for two arrays, or for one and the error."""
        apart(self.notation, (*self.names, self.error))

    @property
    def names(self) -> tuple[str, ...]:
        """The arrays that are given, then those that layers compute."""
        return (*self.arrays, *(name for stage in self.layers for name in stage.writes))

    def stage(self, name: str) -> Stage:
        """The layer of that name."""
        return next(stage for stage in self.layers if stage.name == name)

    def place(self, *keys: str) -> Place:
        """Where a value stands in the file, for errors that only a computation brings to light."""
        place = Place(self.source)
        for key in keys:
            place = place.key(key)
        return place
