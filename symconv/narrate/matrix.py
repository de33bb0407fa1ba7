"""The matrix view told: the convention, the matrix by its blocks and in full, both products, numbers and checks."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from typing import Any

import numpy as np
import sympy as sp

from symconv.arithmetic import Range
from symconv.checks.matrix import check_matrix
from symconv.checks.result import Checks
from symconv.derivation.arrays import Symbols
from symconv.derivation.matrix import MatrixView, entries_of, unused
from symconv.display import Func, Ident, Matrix, Node, Num, Op, Script, parens, row
from symconv.document import (
    Assertion,
    Block,
    Callout,
    Document,
    Formula,
    Paragraph,
    Says,
    Section,
    Verdicts,
)
from symconv.exact import Array
from symconv.formula import Entry, Over, Partial, Product, Sum
from symconv.narrate.facts import facts_of_layer
from symconv.narrate.formulas import tree
from symconv.narrate.statements import equals_array
from symconv.reductions import Maximum
from symconv.show import show
from symconv.value import replace

MOST_ROWS, MOST_COLUMNS = 20, 16
"""Up to how many rows and columns a matrix is written out."""
FIRST = 5
"""How many rows and columns stand at the beginning of one that is not; the last one ends it."""
MOST_BLOCKS = 9
"""Up to how many different blocks are named."""
MOST_ENTRIES = 10_000
"""Up to how many entries a matrix is part of a statement."""
_ROW, _COLUMN = sp.symbols("#row #column", integer=True)
_ADDED = "added"
"""The bias beside every entry of the output, in statements."""

VEC = "vec writes an array as one column, its rows one after the other"
TIES = {
    "first": "Of several equal maxima the first one is selected, as PyTorch does.",
    "split": "Several equal maxima have equal shares.",
}


def matrix_document(view: MatrixView) -> Document:
    """A matrix by itself."""
    checks = all_checks(view)
    section = Section("matrix", ("The layer as a matrix",), (*matrix_blocks(view), Verdicts(checks)), checks)
    rows, columns = view.shape
    title = f"{view.derivation.operator.layer} as a matrix"
    return Document(title, f"{rows} rows, {columns} columns", (section,), checks)


def all_checks(view: MatrixView) -> Checks:
    """The checks of a matrix, and of the one in letters where the weight's numbers are known."""
    checks = check_matrix(view)
    return check_matrix(_in_symbols(view)) + checks if "weight" in view.derivation.known else checks


def matrix_blocks(view: MatrixView) -> tuple[Block, ...]:
    """The matrix of a layer: what it multiplies, its blocks, itself, and what it does to numbers."""
    derivation = view.derivation
    blocks = [*_equations(view)]
    reduction = derivation.operator.reduction
    if isinstance(reduction, Maximum):
        words = (
            "M selects the maximum of every window at the given numbers; at others it may be another matrix. "
        )
        blocks.append(
            Callout("convention", "At these numbers", (Paragraph((words + TIES[reduction.ties],)),))
        )
    weight_known = "weight" in derivation.known
    letters = _in_symbols(view) if weight_known else view
    blocks += _by_blocks(letters)
    blocks += _in_full(letters, "In full:")
    if weight_known:
        blocks += _in_full(view, "With the numbers put in:")
    if derivation.output_is_numeric:
        blocks += _with_numbers(view)
    return tuple(blocks)


def matrix_alone(view: MatrixView) -> tuple[Block, ...]:
    """The matrix itself, without what leads to it."""
    return tuple(_in_full(view, "The matrix:"))


def one_line(view: MatrixView) -> str:
    """What kind of matrix it is, in a line."""
    rows, columns = view.shape
    return f"{rows} × {columns}, {len(view.entries):,} entries other than 0"


def _in_symbols(view: MatrixView) -> MatrixView:
    """The matrix with the weight's letters in place of its numbers."""
    derivation = view.derivation
    names, operator = derivation.names, derivation.operator
    weight = Symbols(names.weight, operator.shape("weight"), names.base)
    unknown = replace(derivation, arrays=derivation.arrays.put({"weight": weight}))
    return MatrixView(unknown, entries_of(unknown))


def _equations(view: MatrixView) -> list[Block]:
    """``vec(C) = M vec(A)`` and its transpose for the gradient."""
    derivation = view.derivation
    names = derivation.names
    bias: tuple[Any, ...] = ()
    if view.bias is not None:
        bias = ("+", tree(Entry(names.bias), names))
    by_input, by_output = (Partial(Entry(names.error), Entry(name)) for name in (names.input, names.output))
    forward = row(
        _vec(tree(Entry(names.output), names)),
        "=",
        _letter(view),
        _vec(tree(Entry(names.input), names)),
        *bias,
    )
    backward = row(
        _vec(tree(by_input, names)), "=", Script(_letter(view), sup=Ident("T")), _vec(tree(by_output, names))
    )
    added = " The bias of its channel is added to every entry." if bias else ""
    output, read, cell = (
        Entry(name, index)
        for name, index in (
            (names.output, (_ROW,)),
            (names.input, (_COLUMN,)),
            (view.letter, (_ROW, _COLUMN)),
        )
    )
    rows, columns = (
        Range(at, sp.Integer(low), sp.Integer(high)) for at, low, high in _ranges(view, view.array)
    )
    slope = Partial(Entry(names.error), output)
    product, transposed = (
        Over("∑", Product((cell, factor)), (over,)) for factor, over in ((read, columns), (slope, rows))
    )
    return [
        Paragraph((f"{VEC}. The layer is then one matrix, {view.letter}, times the input.{added}",)),
        Formula(forward, _says(view, output, _plus_bias(view, product), rows)),
        Paragraph(("An error that depends on the output changes with the input by the transposed matrix:",)),
        Formula(backward, _says(view, Partial(Entry(names.error), read), transposed, columns)),
    ]


def _says(view: MatrixView, left: Any, right: Any, *each: Range) -> Says:
    """What an equation with the matrix says, at every row or column, or both."""
    if prod(view.shape) > MOST_ENTRIES:
        return ()
    ranges = tuple((at.var, at.lower, at.upper) for at in each)
    given = {view.letter: view.array} | ({} if view.bias is None else {_ADDED: view.bias})
    about = view.derivation, facts_of_layer
    return (Assertion(about, left, "=", right, ranges, given=given, substituted=_needs_numbers(view)),)


def _plus_bias(view: MatrixView, product: Any) -> Any:
    return product if view.bias is None else Sum((product, Entry(_ADDED, (_ROW,))))


def _needs_numbers(view: MatrixView) -> bool:
    return "weight" in view.derivation.known or isinstance(view.derivation.operator.reduction, Maximum)


def _slopes(view: MatrixView, shown: Array, rows: Sequence[int], columns: Sequence[int]) -> Says:
    """That some entries are the derivatives of the output by the input: those of these rows and columns."""
    names = view.derivation.names
    places = {
        name: tuple(place + names.base for place in at) for name, at in (("rows", rows), ("columns", columns))
    }
    row_at, column_at = (sp.Function(name)(at) for name, at in (("rows", _ROW), ("columns", _COLUMN)))
    slope = Partial(Entry(names.output, (row_at,)), Entry(names.input, (column_at,)))
    return (
        Assertion(
            (view.derivation, facts_of_layer),
            slope,
            "=",
            Entry(view.letter, (_ROW, _COLUMN)),
            _ranges(view, shown),
            given={view.letter: shown, **places},
            substituted=_needs_numbers(view),
        ),
    )


def _ranges(view: MatrixView, shown: Array) -> tuple[tuple[Any, int, int], ...]:
    base = view.derivation.names.base
    return tuple((at, base, size - 1 + base) for at, size in zip((_ROW, _COLUMN), shown.shape, strict=True))


def _letter(view: MatrixView) -> Node:
    return Ident(view.letter, bold=True)


def _vec(body: Node) -> Node:
    return row(Func("vec"), parens(body))


def _by_blocks(view: MatrixView) -> list[Block]:
    """The matrix as a matrix of blocks, and the different blocks; nothing where there is one or there are too many."""
    down, across = view.grid
    if down * across == 1 or max(down, across) > MOST_ROWS or max(view.shape) > 1000:
        return []
    block_letter = unused(view.derivation.names, "TRSUVY")
    named: dict[tuple[Any, ...], tuple[Node, Array, Says]] = {}
    height, width = view.block_shape
    rows: list[tuple[Node, ...]] = []
    for i in range(down):
        cells: list[Node] = []
        for j in range(across):
            block = view.block(i, j)
            if not any(entry != 0 for entry in block.flat):
                cells.append(Num("0"))
                continue
            key = tuple(block.ravel().tolist())
            where = (range(i * height, (i + 1) * height), range(j * width, (j + 1) * width))
            name = Script(Ident(block_letter), sub=Num(str(len(named) + 1)))
            named.setdefault(key, (name, block, _slopes(view, block, *where)))
            cells.append(named[key][0])
        rows.append(tuple(cells))
    if not named or len(named) > MOST_BLOCKS or max(height, width) > MOST_COLUMNS:
        return []
    words = (
        "By blocks: a row of blocks is a row of the output, a column of blocks a row of the input, and 0 a block of "
        "zeros."
    )
    says = _slopes(view, view.array, range(view.shape[0]), range(view.shape[1]))
    shown = Formula(row(_letter(view), "=", Matrix(tuple(rows))), says)
    return [
        Paragraph((words,)),
        shown,
        *(Formula(row(name, "=", Matrix(_cells(block))), said) for name, block, said in named.values()),
    ]


def _in_full(view: MatrixView, words: str) -> list[Block]:
    """The matrix with lines between its blocks; of a large one the beginning and the end."""
    rows, columns = view.shape
    if rows <= MOST_ROWS and columns <= MOST_COLUMNS:
        height, width = view.block_shape
        blocks = (height, width) if (height, width) != (rows, columns) else None
        says = _slopes(view, view.array, range(rows), range(columns))
        return [
            Paragraph((words,)),
            Formula(row(_letter(view), "=", Matrix(_cells(view.array), blocks)), says),
        ]
    size = f" {view.letter} has {rows:,} rows and {columns:,} columns, with {len(view.entries):,} entries other than 0."
    tops, lefts = _ends(rows), _ends(columns)
    cells = tuple(tuple(Op("⋯") if r is None or c is None else show(view[r, c]) for c in lefts) for r in tops)
    at = [[place for place in ends if place is not None] for ends in (tops, lefts)]
    says = _slopes(view, view.array[np.ix_(*at)], *at)
    return [Paragraph((words + size,)), Formula(row(_letter(view), "=", Matrix(cells)), says)]


def _ends(count: int) -> list[int | None]:
    """The first places and the last, with None for what is left out."""
    return [*range(count)] if count <= FIRST + 2 else [*range(FIRST), None, count - 1]


def _with_numbers(view: MatrixView) -> list[Block]:
    """The product with the given input, as a column."""
    derivation = view.derivation
    names = derivation.names
    if view.shape[0] > MOST_ROWS:
        return []
    column = view.times(derivation.arrays["input"])
    left = row(
        _vec(tree(Entry(names.output), names)), "=", _letter(view), _vec(tree(Entry(names.input), names))
    )
    bias: tuple[Any, ...] = () if view.bias is None else ("+", tree(Entry(names.bias), names))
    return [
        Paragraph(("With the numbers of the input:",)),
        Formula(
            row(left, *bias, "=", Script(Matrix((tuple(map(show, column)),)), sup=Ident("T"))),
            (equals_array((derivation, facts_of_layer), Entry(names.output), column, names.base),),
        ),
    ]


def _cells(array: Array) -> tuple[tuple[Node, ...], ...]:
    return tuple(tuple(show(entry) for entry in line) for line in array)
