"""The document: what a report says, free of any output format.

The narrator builds it, the renderers turn it into files. Text is plain text: a renderer escapes it for its
own language, so a problem file's words can never become markup. To add a kind of block, add a class here
and a rule to every renderer; a test fails while one is missing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from symconv.checks.result import Check, Checks
from symconv.display import Node, Prose
from symconv.drawing import Drawing


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph of running text."""

    text: Prose


@dataclass(frozen=True, slots=True)
class Bullets:
    """A list of short texts."""

    items: tuple[Prose, ...]


@dataclass(frozen=True, slots=True)
class Formula:
    """A displayed formula on its own line(s)."""

    tree: Node


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a chain: ``left relation right``; an empty ``left`` continues the line above."""

    left: Node | None
    relation: str
    right: Node


@dataclass(frozen=True, slots=True)
class Chain:
    """Lines that line up at their relation sign: ``∂E/∂A₁₂ = … / = … / = 7``."""

    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Step:
    """A step of a derivation or proof: a name, its formula, the reason beside it, and its checks.

    ``conditions`` are side conditions shown with the formula.
    """

    name: str
    body: Formula | Chain
    why: Prose
    checks: tuple[Check, ...] = ()
    conditions: tuple[Node, ...] = ()


@dataclass(frozen=True, slots=True)
class Steps:
    """Steps in order; renderers number the formulas of a document through."""

    items: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A table with a header row; ``align`` has one of ``l c r`` a column."""

    header: tuple[Prose, ...]
    rows: tuple[tuple[Prose, ...], ...]
    align: str
    caption: str = ""


@dataclass(frozen=True, slots=True)
class Callout:
    """A boxed remark. ``correction``: where a common statement is wrong or conditional; ``failed``: a check
    that did not pass, impossible to overlook; ``convention``: a choice that was made; ``result``: the answer."""

    kind: Literal["correction", "failed", "convention", "result", "note"]
    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Statement:
    """A theorem: its hypotheses and claims. ``name`` is made as an anchor is, for references."""

    name: str
    title: str
    blocks: tuple[Block, ...]

    @property
    def callout(self) -> Callout:
        """The theorem as a remark, for formats that have no theorems of their own."""
        return Callout("result", f"Theorem. {self.title}", self.blocks)


@dataclass(frozen=True, slots=True)
class Proof:
    """What proves the theorem above."""

    blocks: tuple[Block, ...]

    @property
    def opened(self) -> tuple[Block, ...]:
        """The proof behind the word."""
        return (Paragraph(("Proof.",)), *self.blocks)


@dataclass(frozen=True, slots=True)
class Fold:
    """Details that a page may fold; paper shows them in full."""

    summary: Prose
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Verdicts:
    """The evidence: a table of checks with method, scope and verdict."""

    checks: Checks


@dataclass(frozen=True, slots=True)
class Figure:
    """A drawing with its caption; ``plain`` draws it in lines of text, where that can be done.

    A format without drawings shows the lines, or else says what the drawing shows.
    """

    drawing: Drawing
    caption: Prose
    plain: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Space:
    """Room for an answer written by hand, so many lines high."""

    lines: int


@dataclass(frozen=True, slots=True)
class Section:
    """A part with a heading; ``anchor`` is made of lower-case ASCII letters, digits and hyphens.

    ``checks`` are all the checks of the section: a renderer shows their common verdict beside the heading.
    """

    anchor: str
    title: Prose
    blocks: tuple[Block, ...]
    checks: Checks | None = None


Holder = Callout | Statement | Proof | Fold | Section
"""Blocks that hold blocks."""

Block = Holder | Paragraph | Bullets | Formula | Chain | Steps | Table | Figure | Space | Verdicts


@dataclass(frozen=True, slots=True)
class Document:
    """A whole report. ``checks`` holds every check made for it; None for a sheet that asserts nothing."""

    title: str
    subtitle: str
    blocks: tuple[Block, ...]
    checks: Checks | None
