"""What objects look like in a notebook: a glance of each, as HTML with MathML, as LaTeX and as text.

A glance is short and quick however large the object is: arrays show their first entries and say how many there
are, checks what did not pass. Formulas come with the checks that were made for them just then. In an IPython
session ``import symconv`` registers the kinds of objects in :data:`SHOWN`; to show another kind, add it there
and register its glance.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from fractions import Fraction
from functools import singledispatch
from itertools import count, islice
from math import prod
from typing import Any

from symconv.chained import ChainDerivation
from symconv.checks.general import check_general
from symconv.checks.result import Checks
from symconv.derived import Derivation, IndexFormula
from symconv.display import Matrix, Node, Op, row
from symconv.document import Block, Chain, Document, Formula, Paragraph, Step, Steps, Table, Verdicts
from symconv.errors import SymconvError
from symconv.exact import indices
from symconv.layers import Layer
from symconv.narrate.chain import arriving_at_end, gradient_of, table
from symconv.narrate.decimals import matrix_formula
from symconv.narrate.derivation import entry_lines, quantity
from symconv.narrate.evidence import summarised
from symconv.narrate.formulas import range_bounds, tree, wide_ranges
from symconv.narrate.layer import layer_text
from symconv.narrate.theorem import example, figure, statement
from symconv.notation import USUAL
from symconv.operator import Argument
from symconv.renaming import renamed
from symconv.render.words import mark, summary
from symconv.report import Report
from symconv.theorems.theorem import Instance, Theorem

SHOWN = (
    ("symconv.layers.layer", "Layer"),
    ("symconv.derived", "Derivation"),
    ("symconv.derived", "IndexFormula"),
    ("symconv.chained", "ChainDerivation"),
    ("symconv.theorems.theorem", "Theorem"),
    ("symconv.theorems.theorem", "Instance"),
    ("symconv.checks.result", "Checks"),
    ("symconv.report", "Report"),
)
"""Modules and names of the classes that have a glance; a subclass has that of its base."""

FEW = 6
"""Up to how many rows and columns of an array are shown, and planes of a larger one."""
FEW_SUMS = 3
"""How many entries are shown where they are sums of symbols."""
MANY = 24
"""Up to how many lines of a table are shown."""


_STYLE = (
    ".symconv math[display=block]{margin:.5em 0}.symconv blockquote{border-left:3px solid #1c6b3c}"
    ".symconv mtable.chain>mtr>mtd{text-align:left;padding:.25em 0}"
    ".symconv mtable.chain>mtr>mtd:first-child{text-align:-webkit-right}"
    ".symconv mtable.chain>mtr>mtd:nth-child(2){padding:.25em .28em}"
)


def register() -> None:
    """Teach the running IPython session to show this package's objects; nothing where there is none."""
    shell = sys.modules["IPython"].get_ipython() if "IPython" in sys.modules else None
    if shell is not None:
        for module, name in SHOWN:
            shell.display_formatter.mimebundle_formatter.for_type_by_name(module, name, bundle)


def bundle(shown: Any, include: object = None, exclude: object = None) -> dict[str, str]:
    """The MIME bundle of an object: ``text/html``, ``text/latex`` and ``text/plain``."""
    from symconv.render import mathml, tex, text
    from symconv.render.sheet import Sheet

    document = Document("", "", told(shown), None)
    sheet = Sheet(document)
    page = mathml.Page(sheet, count(1), level=3)
    body = "\n".join(mathml.block(block, page) for block in document.blocks)
    latex = "\n\n".join(tex.block(block, tex.Pen(sheet, level=2)) for block in document.blocks)
    return {
        "text/html": f'<div class="symconv">\n<style>{_STYLE}</style>\n{body}\n</div>',
        "text/latex": f"{tex.macros()}{latex}\n",
        "text/plain": text.render(sheet).strip("\n"),
    }


def told(shown: Any) -> tuple[Block, ...]:
    """The glance of an object in its notation."""
    notation = getattr(shown, "notation", USUAL)
    return renamed(glance(shown.plain), notation) if notation.letters else glance(shown)


@singledispatch
def glance(shown: Any) -> tuple[Block, ...]:
    """The blocks that say the most about an object in the least room."""
    raise TypeError(f"no rule gives a glance of a {type(shown).__name__}")


@glance.register
def _(shown: Layer) -> tuple[Block, ...]:
    written = Paragraph((layer_text(shown),))
    try:
        formula = shown.general(None)
    except SymconvError:  # what only its arrays make a formula of
        return (written,)
    return (written, *_index_formula(formula))


@glance.register
def _(shown: IndexFormula) -> tuple[Block, ...]:
    return _index_formula(shown)


def _index_formula(shown: IndexFormula) -> tuple[Block, ...]:
    body = Formula(row(tree(shown.left, shown.names), "=", tree(shown.formula, shown.names)))
    bounds = tuple(range_bounds(limit) for limit in wide_ranges(shown.formula))
    return (body, *(Paragraph(("when ", bound)) for bound in bounds))


@glance.register
def _(shown: Derivation) -> tuple[Block, ...]:
    operator = shown.operator
    shapes = ", ".join(f"{role} {_size(operator.shape(role))}" for role in operator.arguments)
    blocks: list[Block] = [
        Paragraph((f"{operator.layer}: {shapes}, output {_size(operator.output_shape)}",)),
        Steps((_formula(shown, None, "Output"), _formula(shown, "input", "Gradient by the input"))),
        *_entries(shown, None),
    ]
    if "upstream" in shown.known:
        blocks += [part for wrt in operator.arguments for part in _entries(shown, wrt)]
    return tuple(blocks)


def _formula(shown: Derivation, wrt: Argument | None, title: str) -> Step:
    general = shown.general(wrt)
    body = Formula(row(tree(general.left, shown.names), "=", tree(general.formula, shown.names)))
    bounds = tuple(range_bounds(limit) for limit in wide_ranges(general.formula))
    return Step(title, body, (), check_general(shown, wrt), bounds)


def _entries(shown: Derivation, wrt: Argument | None) -> tuple[Block, ...]:
    """The first entries of the output or of a gradient: an array of numbers, or of symbols a few sums."""
    shape = shown.operator.shape(wrt or "output")
    total = prod(shape)
    first = (0,) * len(shape)
    if not isinstance(shown.entry(wrt, first)[-1].after, int | Fraction):
        chosen = list(islice(indices(shape), FEW_SUMS))
        lines = Chain(tuple(line for index in chosen for line in entry_lines(shown, wrt, index)))
        return (lines, Paragraph((f"the first {len(chosen)} of {total:,} entries",)))

    def entry(index: tuple[int, ...]) -> Node:
        return tree(shown.entry(wrt, index)[-1].after, shown.names)

    array = Formula(row(quantity(shown, wrt), "=", _corner(shape, entry)))
    is_whole = max(shape[-2:], default=0) <= FEW and total == prod(shape[-2:])
    return (array,) if is_whole else (array, Paragraph((f"{total:,} entries, {_size(shape)}",)))


def _corner(shape: tuple[int, ...], entry: Any) -> Node:
    """The first plane of an array, with dots for what is left out."""
    outer, plane = (0,) * max(len(shape) - 2, 0), shape[-2:]
    if not plane:
        node: Node = entry(())
        return node
    rows, columns = (1, *plane)[-2:] if len(plane) == 1 else plane
    few_rows, few_columns = min(rows, FEW), min(columns, FEW)
    cells = [
        [entry((*outer, *((j,) if len(plane) == 1 else (i, j)))) for j in range(few_columns)]
        for i in range(few_rows)
    ]
    if few_columns < columns:
        cells = [[*line, Op("⋯")] for line in cells]
    if few_rows < rows:
        cells.append([Op("⋮")] * len(cells[0]))
    return Matrix(tuple(map(tuple, cells)))


def _size(shape: Sequence[int]) -> str:
    return " × ".join(map(str, shape)) or "a single number"


@glance.register
def _(shown: ChainDerivation) -> tuple[Block, ...]:
    wanted = [name for name in shown.differentiable if name in shown.given]
    numbers = (matrix_formula(gradient_of(shown, name), shown.gradient_entries(name)) for name in wanted)
    return (table(shown), *(numbers if shown.is_closed else ()), *arriving_at_end(shown))


@glance.register
def _(shown: Theorem) -> tuple[Block, ...]:
    return (*statement(shown), _verdict(shown.check()))


@glance.register
def _(shown: Instance) -> tuple[Block, ...]:
    return (*example(shown), *figure(shown), _verdict(shown.check()))


@glance.register
def _(shown: Checks) -> tuple[Block, ...]:
    lines = summarised(shown).items
    rest = len(lines) - MANY
    more = (Paragraph((f"and {rest} more lines, all passed",)),) if rest > 0 else ()
    return (_verdict(shown), Verdicts(Checks(lines[: max(MANY, len(shown.failures))])), *more)


@glance.register
def _(shown: Report) -> tuple[Block, ...]:
    rows = tuple(
        ((answer.id,), (answer.answer,), (f"{mark(answer.verdict)} {answer.verdict}",))
        for answer in islice(shown.answers, MANY)
    )
    rest = len(shown.answers) - MANY
    blocks: list[Block] = [Paragraph((shown.title,)), _verdict(shown.checks)]
    if rows:
        blocks.append(Table((("question",), ("answer",), ("verdict",)), rows, "lll"))
    if rest > 0:
        blocks.append(Paragraph((f"and {rest} more questions",)))
    return tuple(blocks)


def _verdict(checks: Checks) -> Block:
    return Paragraph((f"{mark(checks.verdict)} {summary(checks)}",))
