"""A layer's derivation told: its definition, the general gradient, every entry, and the checks."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import islice
from math import prod

import sympy as sp

from symconv.axes import Adjoint, Planewise, Pointwise, Scattered, Whole, sequence
from symconv.checks.derivation import check_gradient, check_output
from symconv.checks.general import check_general
from symconv.checks.result import Check, Checks
from symconv.derivation.derivation import Worked
from symconv.derivation.entrywise import NUMERIC
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
from symconv.errors import ArgumentError
from symconv.exact import indices
from symconv.formula import Entry, Partial, Sum
from symconv.narrate.decimals import is_short, near
from symconv.narrate.formulas import range_bounds, tree, wide_ranges
from symconv.narrate.statements import equality, general_equality, rounds, shown_array, sizes_said
from symconv.narrate.windows import windows
from symconv.notation import USUAL, Notation
from symconv.operator import Argument, Names
from symconv.show import show
from symconv.value import replace

TITLES = {
    "definition": "Definition",
    "chain rule": "Chain rule",
    "differentiate": "Derivative of the layer",
    "collapse": "The gradient",
    "drop zeros": "Without the zero terms",
    "substitute": "Numbers",
    "evaluate": "Value",
}
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
        Steps((_general_step(derivation, formula, formula.steps[0], checks),)),
        *_said(derivation, formula),
        *windows(derivation),
    )


def general(derivation: Worked, wrt: Argument, checks: Sequence[Check]) -> tuple[Block, ...]:
    """The gradient with symbolic sizes, from the chain rule to the guarded sum, and its checks."""
    formula = derivation.general(wrt)
    steps = tuple(_general_step(derivation, formula, step, checks) for step in formula.steps)
    return (Steps(steps), *_said(derivation, formula))


def entries(derivation: Worked, wrt: Argument | None) -> tuple[Block, ...]:
    """The entries of the output or of a gradient, written out and as an array."""
    shape = derivation.operator.shape(wrt or "output")
    has_numbers = derivation.output_is_closed if wrt is None else derivation.is_closed
    result: tuple[Block, ...] = ()
    if has_numbers:
        values = derivation.output_entries if wrt is None else derivation.gradient_entries(wrt)
        result = (shown_array(derivation, wrt, values),)
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
    if steps[-1].rule == "evaluate" and not is_short(value):  # nested exponentials fill a page
        steps = steps[:-2]
    shown = steps if full or wrt is None else tuple(step for step in steps if step.rule != "chain rule")
    start = steps[0].before
    lines = [
        Line(
            tree(start, names) if step is shown[0] else None,
            "=",
            _elided(step.after, names),
            (equality(derivation, start, step.after, step.rule in NUMERIC, _is_long(step.after)),),
        )
        for step in shown
    ]
    lines = list(_joined(lines, shown))
    if (decimal := near(value)) is not None:
        lines.append(Line(None, "≈", Num(decimal), (rounds(derivation, start, decimal),)))
    return tuple(lines)


def count_of_terms(derivation: Worked, wrt: Argument | None, index: tuple[int, ...]) -> int:
    """How many terms an entry has, where so many that only some are shown; else 0."""
    before = derivation.entry(wrt, index)[0 if wrt is None else 1].after
    return len(before.terms) if isinstance(before, Sum) and _is_long(before) else 0


def _is_long(formula: object) -> bool:
    return isinstance(formula, Sum) and len(formula.terms) >= LONG


def _elided(formula: object, names: Names) -> Node:
    """A formula; of a long sum the first and the last terms."""
    if not isinstance(formula, Sum) or not _is_long(formula):
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
        Steps((replace(_general_step(derivation, general, last, checks), name="In general"),)),
        *_said(derivation, general),
    )


def _said(derivation: Worked, formula: General) -> tuple[Block, ...]:
    text = sizes(formula)
    if not text and derivation.operator.counts_row_by_row:
        text = ("The entries of both arrays are counted row by row.",)
    return (Paragraph(text, sizes_said(derivation, formula)),) if text else ()


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


ENVIRONMENTS = ("align", "align*", "aligned", "split", "equation", "equation*")
"""What a derivation can be pasted in; ``equation`` holds the formula alone, the others the way to it."""


def pasted(derivation: Worked, wrt: Argument | None, environment: str, notation: Notation = USUAL) -> str:
    """A general formula in an environment of amsmath, behind a comment that says how it was checked."""
    from symconv.printing.latex import latex
    from symconv.renaming import renamed

    if environment not in ENVIRONMENTS:
        raise ArgumentError("environment", f"one of {', '.join(ENVIRONMENTS)}", environment)
    formula = derivation.general(wrt)
    checks = Checks(tuple(check_general(derivation, wrt)))
    methods = ", ".join(dict.fromkeys(check.method.value for check in checks))
    said = f"checked: {methods}" if checks.passed else f"NOT VERIFIED, {checks.verdict}: {methods}"
    names = derivation.names
    shown = (
        tree(formula.left, names),
        tuple(tree(step.after, names) for step in formula.steps),
        tuple(range_bounds(limit) for limit in wide_ranges(formula.formula)),
    )
    target, ways, limits = renamed(shown, notation)
    left, steps, bounds = latex(target), [*map(latex, ways)], [*map(latex, limits)]
    if environment.startswith("equation"):
        body = ", \\quad ".join((f"{left} = {steps[-1]}", *bounds))
    else:
        lines = [f"{left} &= {steps[0]}", *(f"&= {step}" for step in steps[1:])]
        lines += [f"&\\qquad {bound}" for bound in bounds]
        body = " \\\\\n".join(lines)
    return f"% {said}\n\\begin{{{environment}}}\n{body}\n\\end{{{environment}}}\n"


def fragment_html(derivation: Worked, notation: Notation = USUAL) -> str:
    """A small piece of HTML for a notebook: the general gradient by the input, as MathML."""
    from symconv.printing.mathml import MathML
    from symconv.renaming import renamed

    return MathML()(renamed(_headline(derivation), notation), display=True)


def fragment_latex(derivation: Worked, notation: Notation = USUAL) -> str:
    """The general gradient by the input in LaTeX, for a notebook."""
    from symconv.printing.latex import latex
    from symconv.renaming import renamed

    return f"$\\displaystyle {latex(renamed(_headline(derivation), notation))}$"


def _headline(derivation: Worked) -> Node:
    formula = derivation.general("input")
    return row(tree(formula.left, derivation.names), "=", tree(formula.formula, derivation.names))


def _general_step(derivation: Worked, formula: General, step: Derived, checks: Sequence[Check]) -> Step:
    said = general_equality(derivation, formula, step.after)
    left, right = (tree(side, derivation.names) for side in (said.left, step.after))
    body = Formula(row(left, "=", right), (said,))
    bounds = tuple(range_bounds(limit) for limit in wide_ranges(step.after))
    return Step(TITLES[step.rule], body, step.because, tuple(checks), bounds)


def _joined(lines: list[Line], steps: Sequence[Derived]) -> Iterable[Line]:
    """The value on the line of the substituted sum, where both are there: ``= 1·3 + 1·4 = 7``."""
    if len(lines) > 1 and steps[-1].rule == "evaluate":
        before, value = lines[-2], lines[-1]
        right = row(before.right, "=", value.right)
        return (*lines[:-2], Line(before.left, before.relation, right, before.says + value.says))
    return lines
