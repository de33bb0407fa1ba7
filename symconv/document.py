"""The document: what a report says, free of any output format.

The narrator builds it, the renderers turn it into files. Text is plain text: a renderer escapes it for its
own language, so a problem file's words can never become markup. To add a kind of block, add a class here
and a rule to every renderer; a test fails while one is missing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from fractions import Fraction
from itertools import chain, count
from typing import Any, Literal

from symconv.checks.result import Check, Checks
from symconv.display import Node, Prose
from symconv.drawing import Drawing
from symconv.value import Value, field, replace


class Drawn(Value):
    """Numbers of a kind, such as ``real``, that may be any others: an array of a shape, or one number."""

    kind: str
    shape: tuple[Any, ...] = ()


class Defined(Value):
    """An array that is computed: ``value`` is the formula of its entry at ``index``.

    ``outside`` says what an entry beyond the ends of an array counts as; ``ties`` which of several equal maxima
    take the gradient.
    """

    shape: tuple[Any, ...]
    index: tuple[Any, ...]
    value: Any
    outside: Mapping[str, Any] = field(default_factory=dict)
    ties: str = "first"


class Facts(Value):
    """What names stand for in statements, so that a program can evaluate them again.

    Args:
        samples: numbers and arrays by name; a statement holds at each of the samples.
        base: what indices count from.
        define: what samples lack: formulas of numbers, :class:`Drawn` and :class:`Defined` ones, in the place of
            the samples' own where others are drawn.
        hypotheses: what drawn numbers must meet.
        limit: the letter and the target of ``→``.
        symbols: formulas that stand for symbols, such as those of entries.
    """

    samples: tuple[Mapping[str, Any], ...] = ({},)
    base: int = 1
    define: Mapping[str, Any] = field(default_factory=dict)
    hypotheses: tuple[Any, ...] = ()
    limit: tuple[str, str] | None = None
    symbols: Mapping[str, Any] = field(default_factory=dict)


class Assertion(Value):
    """What a displayed formula says, as a value: ``left relation right``.

    Args:
        about: what it is about, and how its facts are found out, which is done only where they are asked for.
        left, right: formulas, expressions or numbers.
        relation: ``= ≠ < ≤ →``.
        each: ranges ``(letter, first, last)``: it holds at each index.
        where: conditions under which it holds.
        given: numbers and arrays beside those of the facts.
        outside: what an entry beyond the ends of an array counts as, by the array's name.
        substituted: whether numbers were put in, so that it says nothing about others.
        letters: letters that are called otherwise where it is shown, each with its new letter.
    """

    about: tuple[object, Callable[[Any], Facts]]
    left: Any
    relation: str
    right: Any
    each: tuple[tuple[Any, Any, Any], ...] = ()
    where: tuple[Any, ...] = ()
    given: Mapping[str, Any] = field(default_factory=dict)
    outside: Mapping[str, Any] = field(default_factory=dict)
    substituted: bool = False
    letters: tuple[tuple[str, str], ...] = ()


Says = tuple[Assertion, ...]
"""What is said by a block, in order; a relation of a formula that is not said cannot be evaluated again."""


class Paragraph(Value):
    """A paragraph of running text."""

    text: Prose
    says: Says = ()


class Bullets(Value):
    """A list of short texts."""

    items: tuple[Prose, ...]


class Formula(Value):
    """A displayed formula on its own line(s)."""

    tree: Node
    says: Says = ()


class Line(Value):
    """One line of a chain: ``left relation right``; an empty ``left`` continues the line above."""

    left: Node | None
    relation: str
    right: Node
    says: Says = ()


class Chain(Value):
    """Lines that line up at their relation sign: ``∂E/∂A₁₂ = … / = … / = 7``."""

    lines: tuple[Line, ...]


class Step(Value):
    """A step of a derivation or proof: a name, its formula, the reason beside it, and its checks.

    ``conditions`` are side conditions shown with the formula.
    """

    name: str
    body: Formula | Chain
    why: Prose
    checks: tuple[Check, ...] = ()
    conditions: tuple[Node, ...] = ()


class Steps(Value):
    """Steps in order; renderers number the formulas of a document through."""

    items: tuple[Step, ...]


class Table(Value):
    """A table with a header row; ``align`` has one of ``l c r`` a column."""

    header: tuple[Prose, ...]
    rows: tuple[tuple[Prose, ...], ...]
    align: str
    caption: str = ""
    says: Says = ()


class Callout(Value):
    """A boxed remark. ``correction``: where a common statement is wrong or conditional; ``failed``: a check
    that did not pass, impossible to overlook; ``convention``: a choice that was made; ``result``: the answer."""

    kind: Literal["correction", "failed", "convention", "result", "note"]
    title: str
    blocks: tuple[Block, ...]


class Statement(Value):
    """A theorem: its hypotheses and claims. ``name`` is made as an anchor is, for references."""

    name: str
    title: str
    blocks: tuple[Block, ...]

    @property
    def callout(self) -> Callout:
        """The theorem as a remark, for formats that have no theorems of their own."""
        return Callout("result", f"Theorem. {self.title}", self.blocks)


class Proof(Value):
    """What proves the theorem above."""

    blocks: tuple[Block, ...]

    @property
    def opened(self) -> tuple[Block, ...]:
        """The proof behind the word."""
        return (Paragraph(("Proof.",)), *self.blocks)


class Fold(Value):
    """Details that a page may fold; paper shows them in full."""

    summary: Prose
    blocks: tuple[Block, ...]


class Verdicts(Value):
    """The evidence: a table of checks with method, scope and verdict."""

    checks: Checks


class Figure(Value):
    """A drawing with its caption; ``plain`` draws it in lines of text, where that can be done.

    A format without drawings shows the lines, or else says what the drawing shows.
    """

    drawing: Drawing
    caption: Prose
    plain: tuple[str, ...] = ()


class Space(Value):
    """Room for an answer written by hand, so many lines high."""

    lines: int


class Section(Value):
    """A part with a heading; ``anchor`` is made of lower-case ASCII letters, digits and hyphens.

    ``checks`` are all the checks of the section: a renderer shows their common verdict beside the heading.
    """

    anchor: str
    title: Prose
    blocks: tuple[Block, ...]
    checks: Checks | None = None


class Numbers(Value):
    """An array of exact numbers for an explorer; its entries stand in row-major order."""

    name: str
    shape: tuple[int, ...]
    entries: tuple[int | Fraction, ...]


class Links(Value):
    """How one axis of a layer links its positions: taps ``(out, in, offset)``, counted from 0.

    Args:
        sizes: the number of output positions, input positions and offsets.
        taps: what meets inside the input.
        outside: what meets padding; ``in`` is negative or not less than the input's size.
        margin: how many cells of padding lie before and after the input.
    """

    sizes: tuple[int, int, int]
    taps: tuple[tuple[int, int, int], ...]
    outside: tuple[tuple[int, int, int], ...] = ()
    margin: tuple[int, int] = (0, 0)


class Explorer(Value):
    """A layer with its numbers, for a page that lets a reader choose entries, change numbers and look again.

    It holds data only: what meets in which entry is said by ``links``, one an axis, and what a page computes
    is to be compared with ``results``.

    Args:
        kind: ``convolution`` for a weighted sum with its gradients, ``pooling`` for the norms, maximum and
            mean of windows.
        title: what there is to explore.
        layer: the name of the layer's class.
        error, base: how the error is called, and from where indices count.
        links: the layer's axes.
        dims: over how many dimensions the layer slides; the last two of them make a grid.
        arrays: by role: ``input``, ``weight``, ``bias``, ``upstream``.
        results: by role: ``output`` and the gradients by ``input`` and ``weight``; of a pooling ``maximum`` and
            ``mean``.
        view: the result that is shown first.
        bias_at: for every output entry, which entry of the bias is added to it.
        cells: for every window, by how many cells its mean is divided.
        exponent: the exponent that is shown first, None for infinity.
        assumed: whether the upstream gradient is unknown, and ones stand for it.
    """

    kind: Literal["convolution", "pooling"]
    title: str
    layer: str
    error: str
    base: int
    links: tuple[Links, ...]
    dims: int
    arrays: tuple[tuple[str, Numbers], ...]
    results: tuple[tuple[str, Numbers], ...]
    view: str = "output"
    bias_at: tuple[int, ...] = ()
    cells: tuple[int, ...] = ()
    exponent: Fraction | int | None = None
    assumed: bool = False


Holder = Callout | Statement | Proof | Fold | Section
"""Blocks that hold blocks."""

Block = Holder | Paragraph | Bullets | Formula | Chain | Steps | Table | Figure | Explorer | Space | Verdicts


class Document(Value):
    """A whole report. ``checks`` holds every check made for it; None for a sheet that asserts nothing."""

    title: str
    subtitle: str
    blocks: tuple[Block, ...]
    checks: Checks | None


def with_own_anchors(blocks: Iterable[Block], taken: set[str] | None = None) -> tuple[Block, ...]:
    """The blocks with sections whose anchors differ: one that is taken gets a number behind it."""
    taken = set() if taken is None else taken
    return tuple(_with_own_anchor(block, taken) if isinstance(block, Section) else block for block in blocks)


def _with_own_anchor(section: Section, taken: set[str]) -> Section:
    numbered = (f"{section.anchor}-{number}" for number in count(2))
    own = next(name for name in chain((section.anchor,), numbered) if name not in taken)
    taken.add(own)
    return replace(section, anchor=own, blocks=with_own_anchors(section.blocks, taken))
