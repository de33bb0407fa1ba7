"""A layer's derivation told: its definition, the general gradient, every entry, and the checks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import islice
from math import prod
from typing import Any

import sympy as sp

from symconv.axes import Adjoint, Planewise, Pointwise, Scattered, Whole, sequence
from symconv.checks.derivation import check_gradient, check_output
from symconv.checks.general import check_general
from symconv.checks.interval import decimal
from symconv.checks.result import Check, Checks
from symconv.derivation.derivation import Worked
from symconv.derivation.general import General
from symconv.derivation.step import Step as Derived
from symconv.display import Node, Num, Prose, row
from symconv.document import (
    Block,
    Chain,
    Document,
    Fold,
    Formula,
    Line,
    Paragraph,
    Section,
    Step,
    Steps,
    Verdicts,
)
from symconv.errors import ArgumentError, UnsupportedError
from symconv.exact import Array, indices, is_closed, is_numeric
from symconv.formula import Entry, Partial, Sum
from symconv.narrate.formulas import matrix, range_bounds, tree, wide_ranges
from symconv.narrate.windows import windows
from symconv.operator import Argument, Names
from symconv.show import show

TITLES = {
    "definition": "Definition",
    "chain rule": "Chain rule",
    "differentiate": "Derivative of the layer",
    "collapse": "The gradient",
    "drop zeros": "Without the zero terms",
    "substitute": "Numbers",
    "evaluate": "Value",
}
PLACES = 6
"""Decimal places of an irrational number."""
SHORT = 16
"""Of how many parts an irrational number is shown exactly at most; beyond it its decimals are."""
SHOWN_ENTRIES = 64
"""Up to how many entries are written out."""
SHOWN_TERMS = 20_000
"""How many terms these may have together; one entry is always written out."""
LONG = 100
"""From how many terms on a sum is shown by its first and last ones."""
FIRST, LAST = 8, 2


def document(derivation: Worked) -> Document:
    """A derivation by itself: definition, output, and the gradient by every argument."""
    sections = [output_section(derivation)]
    sections += [gradient_section(derivation, wrt) for wrt in derivation.operator.arguments]
    checks = Checks(tuple(check for section in sections for check in section.checks or ()))
    shape = " × ".join(map(str, derivation.operator.input_shape))
    title = f"{derivation.operator.layer}, forward and backward"
    return Document(title, f"Input {shape}", tuple(sections), checks)


def output_section(derivation: Worked) -> Section:
    """The definition of the layer and the entries of its output."""
    formula = check_general(derivation, None)
    checks = Checks((*formula, *check_output(derivation)))
    blocks = (*definition(derivation, formula), *entries(derivation, None), Verdicts(checks))
    return Section("output", ("Output",), blocks, checks)


def gradient_section(derivation: Worked, wrt: Argument) -> Section:
    """The gradient by one argument: in general, entry by entry, and its checks."""
    formula = check_general(derivation, wrt)
    checks = Checks((*formula, *check_gradient(derivation, wrt)))
    blocks = (*general(derivation, wrt, formula), *entries(derivation, wrt), Verdicts(checks))
    return Section(f"gradient-{wrt}", (f"Gradient by the {wrt}",), blocks, checks)


def definition(derivation: Worked, checks: Sequence[Check]) -> tuple[Block, ...]:
    """The layer's formula with symbolic sizes and its checks, and what its letters stand for."""
    formula = derivation.general(None)
    return (
        Steps((_general_step(formula, formula.steps[0], derivation.names, checks),)),
        *_said(derivation, formula),
        *windows(derivation),
    )


def general(derivation: Worked, wrt: Argument, checks: Sequence[Check]) -> tuple[Block, ...]:
    """The gradient with symbolic sizes, from the chain rule to the guarded sum, and its checks."""
    formula = derivation.general(wrt)
    steps = tuple(_general_step(formula, step, derivation.names, checks) for step in formula.steps)
    return (Steps(steps), *_said(derivation, formula))


def entries(derivation: Worked, wrt: Argument | None) -> tuple[Block, ...]:
    """The entries of the output or of a gradient, written out and as an array."""
    shape = derivation.operator.shape(wrt or "output")
    has_numbers = derivation.output_is_closed if wrt is None else derivation.is_closed
    result: tuple[Block, ...] = ()
    if has_numbers:
        values = derivation.output_entries if wrt is None else derivation.gradient_entries(wrt)
        result = (matrix_formula(quantity(derivation, wrt), values),)
    total = prod(shape)
    terms = max(1, derivation.operator.most_taps // total)
    count = min(total, SHOWN_ENTRIES, max(1, SHOWN_TERMS // terms))
    chosen = islice(indices(shape), count)
    lines = Chain(tuple(line for index in chosen for line in entry_lines(derivation, wrt, index)))
    what = f"All {total} entries" if count == total else f"The first {count} of {total} entries"
    return (*result, Fold((f"{what}, term by term",), (lines,)))


def entry_lines(
    derivation: Worked, wrt: Argument | None, index: tuple[int, ...], full: bool = False
) -> tuple[Line, ...]:
    """One entry from its definition to its value, a line for each step; ``full`` shows every term."""
    names = derivation.names
    steps = derivation.entry(wrt, index, zero_terms=full)
    value = steps[-1].after
    if steps[-1].rule == "evaluate" and not _is_short(value):  # nested exponentials fill a page
        steps = steps[:-2]
    shown = steps if full or wrt is None else tuple(step for step in steps if step.rule != "chain rule")
    lines = [Line(tree(steps[0].before, names), "=", _elided(shown[0].after, names))]
    lines += [Line(None, "=", _elided(step.after, names)) for step in shown[1:]]
    lines = list(_joined(lines, shown))
    if (near := _near(value)) is not None:
        lines.append(Line(None, "≈", near))
    return tuple(lines)


def count_of_terms(derivation: Worked, wrt: Argument | None, index: tuple[int, ...]) -> int:
    """How many terms an entry has, where so many that only some are shown; else 0."""
    before = derivation.entry(wrt, index)[0 if wrt is None else 1].after
    count = len(before.terms) if isinstance(before, Sum) else 0
    return count if count >= LONG else 0


def _elided(formula: object, names: Names) -> Node:
    """A formula; of a long sum the first and the last terms."""
    if not isinstance(formula, Sum) or len(formula.terms) < LONG:
        return tree(formula, names)
    ends = (tree(Sum(terms), names) for terms in (formula.terms[:FIRST], formula.terms[-LAST:]))
    first, last = ends
    return row(first, "+", "…", "+", last)


def quantity(derivation: Worked, wrt: Argument | None) -> Node:
    """The whole array: ``C`` or ``∂E/∂A``."""
    names = derivation.names
    if wrt is None:
        return tree(Entry(names.output), names)
    return tree(Partial(Entry(names.error), Entry(names.of(wrt))), names)


def formula(derivation: Worked, wrt: Argument | None, checks: Sequence[Check]) -> tuple[Block, ...]:
    """The general formula alone, without the steps that lead to it."""
    general = derivation.general(wrt)
    last = replace(general.steps[-1], before=general.left)
    return (
        Steps((replace(_general_step(general, last, derivation.names, checks), name="In general"),)),
        *_said(derivation, general),
    )


def _said(derivation: Worked, formula: General) -> tuple[Block, ...]:
    text = sizes(formula)
    if not text and derivation.operator.counts_row_by_row:
        text = ("The entries of both arrays are counted row by row.",)
    return (Paragraph(text),) if text else ()


def sizes(formula: General) -> Prose:
    """What the letters of a general formula stand for, with the output size and the padding."""
    parts: list[str | Node] = []
    spatial = [
        (axis, at)
        for axis, at in zip(formula.axes, formula.letters, strict=True)
        if axis.role == "spatial" and not isinstance(axis, Pointwise | Whole)
    ]
    for axis, at in spatial:
        size = axis.output_size(at.input_size)
        if size != at.output_size:  # a size that is asked for stands for itself
            parts += ["; " if parts else "Here ", row(show(at.output_size), "=", show(size))]
    if parts:
        parts.append(".")
    parts += sequences(formula)
    if formula.outside is not None and any(isinstance(axis, Adjoint) for axis in formula.axes):
        parts.append(" Outside of the output there is nothing, and a derivative by it counts as 0.")
    elif formula.outside is not None:
        value = "−∞" if formula.outside == sp.S.NegativeInfinity else "0"
        parts.append(f" An entry outside of the array is padding and counts as {value}.")
    return tuple(parts)


def sequences(formula: General) -> list[str | Node]:
    """What the functions stand for that no formula gives: starts of windows, targets, cells."""
    parts: list[str | Node] = []
    for axis, at in zip(formula.axes, formula.letters, strict=True):
        match axis:
            case Scattered():
                target, last = sequence("t", at)(at.inp), sequence("z", at)(at.inp)
                parts += [
                    " Entries are counted row by row; the entry ",
                    show(at.inp),
                    " goes to ",
                    show(target),
                ]
                parts.append(".")
                if formula.steps[-1].conditions or formula.conditions:
                    parts += [" Of several that go there, the last one, ", show(last), ", stays."]
            case Planewise():
                cell = sequence("w", at)(at.out, at.offset)
                parts += [
                    " Every plane has windows of its own; entries are counted row by row, and ",
                    show(cell),
                ]
                parts += [" is cell ", show(at.offset), " of window ", show(at.out), "."]
    return parts


def matrix_formula(left: Node, values: Array) -> Formula:
    """An array as a matrix, behind its name; irrational entries as decimals, and exactly where that is short."""
    if is_numeric(values) or not is_closed(values):
        return Formula(row(left, "=", matrix(values)))
    try:
        near = row("≈", matrix(values, _decimal))
    except UnsupportedError:  # a number of thousands of digits
        return Formula(row(left, "=", matrix(values)))
    is_short = values.ndim < 3 and all(map(_is_short, values.flat))
    return Formula(row(left, "=", matrix(values), near) if is_short else row(left, near))


def shown_decimal(value: Any) -> str:
    """A number to six places, rounded by intervals; a rational one as it is."""
    return str(value) if isinstance(value, int | Fraction) else decimal(value, {}, PLACES)


def _decimal(value: Any) -> Node:
    return show(value) if isinstance(value, int | Fraction) else Num(shown_decimal(value))


def _near(value: Any) -> Node | None:
    """The decimal of an irrational number; None for what is none."""
    if not isinstance(value, sp.Expr) or value.is_Rational or value.free_symbols or value.is_infinite:
        return None
    try:
        return _decimal(value)
    except UnsupportedError:
        return None


def _is_short(value: Any) -> bool:
    """Whether a value is written in a line: of few parts, where it is an expression of numbers."""
    if not isinstance(value, sp.Expr) or value.free_symbols:
        return True
    return next(islice(sp.preorder_traversal(value), SHORT, None), None) is None


ENVIRONMENTS = ("align", "align*", "aligned", "split", "equation", "equation*")
"""What a derivation can be pasted in; ``equation`` holds the formula alone, the others the way to it."""


def pasted(derivation: Worked, wrt: Argument | None, environment: str) -> str:
    """A general formula in an environment of amsmath, behind a comment that says how it was checked."""
    from symconv.printing.latex import latex

    if environment not in ENVIRONMENTS:
        raise ArgumentError("environment", f"one of {', '.join(ENVIRONMENTS)}", environment)
    formula = derivation.general(wrt)
    checks = Checks(tuple(check_general(derivation, wrt)))
    methods = ", ".join(dict.fromkeys(check.method.value for check in checks))
    said = f"checked: {methods}" if checks.passed else f"NOT VERIFIED, {checks.verdict}: {methods}"
    names = derivation.names
    left = latex(tree(formula.left, names))
    steps = [latex(tree(step.after, names)) for step in formula.steps]
    bounds = [latex(range_bounds(limit)) for limit in wide_ranges(formula.formula)]
    if environment.startswith("equation"):
        body = ", \\quad ".join((f"{left} = {steps[-1]}", *bounds))
    else:
        lines = [f"{left} &= {steps[0]}", *(f"&= {step}" for step in steps[1:])]
        lines += [f"&\\qquad {bound}" for bound in bounds]
        body = " \\\\\n".join(lines)
    return f"% {said}\n\\begin{{{environment}}}\n{body}\n\\end{{{environment}}}\n"


def fragment_html(derivation: Worked) -> str:
    """A small piece of HTML for a notebook: the general gradient by the input, as MathML."""
    from symconv.printing.mathml import MathML

    return MathML()(_headline(derivation), display=True)


def fragment_latex(derivation: Worked) -> str:
    """The general gradient by the input in LaTeX, for a notebook."""
    from symconv.printing.latex import latex

    return f"$\\displaystyle {latex(_headline(derivation))}$"


def _headline(derivation: Worked) -> Node:
    formula = derivation.general("input")
    return row(tree(formula.left, derivation.names), "=", tree(formula.formula, derivation.names))


def _general_step(formula: General, step: Derived, names: Names, checks: Sequence[Check]) -> Step:
    left = tree(step.before if step is formula.steps[0] else formula.left, names)
    body = Formula(row(left, "=", tree(step.after, names)))
    bounds = tuple(range_bounds(limit) for limit in wide_ranges(step.after))
    return Step(TITLES[step.rule], body, step.because, tuple(checks), bounds)


def _joined(lines: list[Line], steps: Sequence[Derived]) -> Iterable[Line]:
    """The value on the line of the substituted sum, where both are there: ``= 1·3 + 1·4 = 7``."""
    if len(lines) > 1 and steps[-1].rule == "evaluate":
        before, value = lines[-2], lines[-1]
        return (*lines[:-2], Line(before.left, before.relation, row(before.right, "=", value.right)))
    return lines
