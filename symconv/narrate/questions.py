"""The questions of a problem, answered: one function a kind, each giving a section and a line for the table.

To answer a new kind of question, register a function on :func:`answer`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial, singledispatch
from typing import Any, NamedTuple

from symconv.checks.claims import claimed_names, claimed_terms, claimed_value
from symconv.checks.derivation import check_gradient, check_output
from symconv.checks.general import check_general
from symconv.checks.result import Check, Checks, Method, Verdict
from symconv.derived import Derivation
from symconv.display import Prose
from symconv.document import (
    Block,
    Bullets,
    Callout,
    Chain,
    Explorer,
    Paragraph,
    Section,
    Step,
    Steps,
    Verdicts,
)
from symconv.errors import ArgumentError
from symconv.formula import Entry, Partial, Product, evaluate
from symconv.layers.convolution import Weighted
from symconv.narrate import derivation as told
from symconv.narrate.evidence import summarised
from symconv.narrate.figures import window_moves
from symconv.narrate.formulas import tree
from symconv.narrate.geometry import any_geometry
from symconv.narrate.lines import anchor, claim, line
from symconv.narrate.modules import module_steps, pooling_modules
from symconv.narrate.sizes import check_size
from symconv.narrate.statements import shown_array
from symconv.narrate.theorem import counterexamples, example, proof, proved, statement
from symconv.narrate.through import through_chain, upstream_of
from symconv.operator import Argument
from symconv.printing.plain import Plain
from symconv.problem import (
    Definition,
    Forward,
    Gradient,
    InputSize,
    LayerAsMatrix,
    Modules,
    OutputSize,
    OutputSizeFormula,
    Prove,
    Question,
)
from symconv.show import show
from symconv.theorems import THEOREMS
from symconv.value import Value, replace
from symconv.workings import Workings


class Answered(Value):
    """A question with its section, its answer in a line, its checks, and what there is to explore."""

    question: Question
    line: str
    blocks: tuple[Block, ...]
    checks: Checks
    explorers: tuple[Explorer, ...] = ()

    @property
    def section(self) -> Section:
        """The section of the report: the question, the derivation, the evidence."""
        question = self.question
        asked = (Paragraph((question.text,)),) if question.text else ()
        notes = (Callout("note", "Note", (Paragraph((question.notes,)),)),) if question.notes else ()
        failures = tuple(Paragraph((check.detail,)) for check in self.checks.failures if check.detail)
        failed = (Callout("failed", "Not everything here passed", failures),) if failures else ()
        blocks = (*asked, *failed, *self.blocks, *self.explorers, *notes, Verdicts(summarised(self.checks)))
        return Section(anchor(question.id), (f"{question.id} {TITLES[type(question)]}",), blocks, self.checks)


TITLES: dict[type, str] = {
    OutputSize: "Output size",
    OutputSizeFormula: "Output size in general",
    InputSize: "Input sizes",
    LayerAsMatrix: "The layer as a matrix",
    Forward: "Forward pass",
    Gradient: "Gradient",
    Modules: "Pooling modules",
    Definition: "Definitions",
    Prove: "Theorems",
}


@singledispatch
def answer(question: Any, workings: Workings) -> Answered:
    """The answer to a question."""
    raise TypeError(f"no rule answers a {type(question).__name__}")


@answer.register(OutputSize)
def _(question: OutputSize, workings: Workings) -> Answered:
    derivation = workings.stages[question.layer]
    layer = workings.problem.stage(question.layer).layer
    dims = layer.dims
    size = derivation.operator.output_shape[-dims:]
    given = derivation.operator.input_shape[-dims:]
    steps, checks = [], []
    spatial = [axis for axis in derivation.operator.axes if axis.role == "spatial"]
    if len(spatial) < dims:  # one axis covers all
        spatial = []
    directions = _DIRECTIONS[dims][: len(spatial)]
    for axis, before, after, what in zip(spatial, given, size, directions, strict=False):
        instance = _size_instance(axis, before)
        if instance is None:
            continue
        name = what.capitalize()
        own = instance.check()
        checks += [
            *own,
            claimed_value(f"output size, {what}", after, int(instance.lines[2].right.expr)),
        ]
        chain = example(instance)[1]
        assert not isinstance(chain, Section)
        steps.append(Step(name, chain, _SIZE_REASON, tuple(own)))  # type: ignore[arg-type]
    if question.expect is not None:
        checks.append(claimed_value("output size", question.expect, size))
    checks.append(check_size(layer, derivation.operator))
    shown = " × ".join(map(str, size))
    result = Callout("result", "Answer", (Paragraph((f"The output is {shown}.",)),))
    figures = window_moves(spatial, given[: len(spatial)], directions, workings.problem.first_index)
    told_steps: tuple[Block, ...] = (Steps(tuple(steps)),) if steps else ()
    blocks = (*told_steps, *figures, result)
    return Answered(question, shown, blocks, Checks(tuple(checks)))


_DIRECTIONS = {1: ("length",), 2: ("height", "width"), 3: ("depth", "height", "width")}
_SIZE_REASON: Prose = ("The window moves on as long as its last position is inside of the padded input.",)


@answer.register(InputSize)
@answer.register(LayerAsMatrix)
def _(question: Any, workings: Workings) -> Answered:
    from symconv.narrate.shapes import told as told_of

    return Answered(question, *told_of(question, workings))


@answer.register(OutputSizeFormula)
def _(question: OutputSizeFormula, workings: Workings) -> Answered:
    theorem = THEOREMS["output-size"]()
    checks = theorem.check()
    blocks: tuple[Block, ...] = (*statement(theorem), *proof(theorem, checks))
    if question.dispute is None:
        blocks = (*blocks, *counterexamples(theorem))
    else:
        at = question.dispute.at
        instance = theorem.instance([at["I"], at["K"], at["S"], at["P"], at["D"]])
        symbols = {symbol: at[str(symbol)] for symbol in question.dispute.formula.free_symbols}
        claimed, right = question.dispute.formula.subs(symbols), instance.lines[2].right.expr
        differs = Verdict.PASSED if claimed != right else Verdict.FAILED
        detail = (
            "" if differs is Verdict.PASSED else "The disputed formula gives the right size at this example."
        )
        dispute = Check(
            "the disputed formula", Method.EXACT, differs, str(claimed), str(right), "the given sizes", detail
        )
        checks += (dispute, *instance.check())
        sizes = ", ".join(f"{name} = {at[name]}" for name in ("I", "K", "S", "P", "D"))
        apart: tuple[Block, ...] = (
            Paragraph(
                (
                    "The formula ",
                    show(question.dispute.formula),
                    " holds only where the stride divides.",
                )
            ),
            Paragraph(
                (f"At {sizes} it gives ", show(claimed), ", but the output size is ", show(right), ":")
            ),
            *example(instance)[1:],
        )
        blocks = (*blocks, Callout("correction", "Where the common formula differs", apart))
    line = Plain(theorem.statement[0].tree)
    return Answered(question, line, blocks, checks)


@answer.register(Forward)
def _(question: Forward, workings: Workings) -> Answered:
    derivation = workings.stages[question.layer]
    values = derivation.output_entries
    formula = check_general(derivation, None)
    checks = Checks((*formula, *check_output(derivation)))
    if question.expect is not None:
        checks += (claim(derivation, None, question.expect, values),)
    blocks = (*told.definition(derivation, formula), *told.entries(derivation, None))
    return Answered(question, line(derivation.names.output, values), blocks, checks)


@answer.register(Gradient)
def _(question: Gradient, workings: Workings) -> Answered:
    if not question.layer:
        return Answered(question, *through_chain(question, workings))
    stage = workings.problem.stage(question.layer)
    derivation, wrt = upstream_given(question, workings)
    values = derivation.gradient_entries(wrt)
    names = derivation.names
    subject = f"∂{names.error}/∂{names.of(wrt)}"
    formula = check_general(derivation, wrt)
    checks = Checks((*formula, *check_gradient(derivation, wrt)))
    if question.expect is not None:
        checks += (claim(derivation, wrt, question.expect, values),)
    if question.expect_terms is not None:
        addends = partial(_addends, derivation, wrt)
        checks += (claimed_terms(subject, question.expect_terms, addends, values.shape, names.base),)
    full: list[Block] = []
    for index in question.in_full:
        place = tuple(i - names.base for i in index)
        lines = told.entry_lines(derivation, wrt, place, full=True)
        entry = tree(Partial(Entry(names.error), names.entry(wrt, place)), names)
        full.append(Paragraph(("Entry ", entry, " in full, with the outputs that do not read it:")))
        full.append(Chain(lines))
    anywhere: tuple[Block, ...] = ()
    if isinstance(stage.layer, Weighted) and wrt != "bias":
        anywhere, geometries = any_geometry(stage.layer, derivation, wrt)
        checks = checks + geometries
    blocks = (
        *told.general(derivation, wrt, formula),
        *anywhere,
        *arriving(derivation),
        *full,
        *told.entries(derivation, wrt),
    )
    return Answered(question, line(subject, values), blocks, checks)


@answer.register(Modules)
def _(question: Modules, workings: Workings) -> Answered:
    names = pooling_modules()
    blocks, checks = module_steps(names)
    if question.expect is not None:
        checks = (
            *checks,
            claimed_names("pooling modules", question.expect, names),
        )
    return Answered(question, ", ".join(names), blocks, Checks(checks))


@answer.register(Definition)
def _(question: Definition, workings: Workings) -> Answered:
    blocks, checks = module_steps(question.types)
    conventions = Callout("convention", "Conventions", (Bullets(_CONVENTIONS),))
    return Answered(
        question, "a formula each for " + ", ".join(question.types), (*blocks, conventions), Checks(checks)
    )


_CONVENTIONS: tuple[Prose, ...] = (
    ("Max pooling pads with −∞, so that padding never wins; a padding of zeros would win over negative entries.",),
    ("Average pooling pads with zeros and counts them, unless count_include_pad is false.",),
    ("LP pooling has no padding. PyTorch takes the power without the absolute value, which differs for negative "
     "entries and odd exponents.",),
)  # fmt: skip


@answer.register(Prove)
def _(question: Prove, workings: Workings) -> Answered:
    return together(question, [piece.work() for piece in parts(question, workings)])


class Piece(NamedTuple):
    """A part of an answer that is worked out by itself: a theorem, under its name, or all of it, under no name."""

    question: Question
    name: str
    work: Callable[[], Any]

    @property
    def key(self) -> tuple[str, str]:
        """What the piece is called among all of a problem."""
        return self.question.id, self.name

    @property
    def length(self) -> int:
        """0 for proofs, which take longest and are begun first by one process, 2 for what the other begins with."""
        return 0 if self.name else 1 + isinstance(self.question, Gradient | Forward | Modules | Definition)


def parts(question: Question, workings: Workings) -> tuple[Piece, ...]:
    """An answer in independent pieces of work, of whose results :func:`together` makes the answer."""
    if isinstance(question, Prove):
        return tuple(
            Piece(question, name, partial(_proved, question, name, workings)) for name in question.theorems
        )

    def whole() -> tuple[str, tuple[Block, ...], Checks]:
        found = answer(question, workings)
        return found.line, found.blocks, found.checks

    return (Piece(question, "", whole),)


def together(question: Question, results: Sequence[Any]) -> Answered:
    """The answer from what its parts gave."""
    if not isinstance(question, Prove):
        return Answered(question, *results[0])
    count = len(results)
    every = "window" if all(THEOREMS[name].about == "window" for name in question.theorems) else "size"
    line = f"{f'{count} theorems' if count > 1 else 'one theorem'}, proved for every {every}"
    checks = Checks(tuple(check for section in results for check in section.checks))
    sections = tuple(
        replace(section, anchor=anchor(f"{question.id}-{section.anchor}")) for section in results
    )
    return Answered(question, line, sections, checks)


def _proved(question: Prove, name: str, workings: Workings) -> Section:
    """A theorem with its proof, and what it says about the question's numbers."""
    complete = proved(name)
    try:
        return complete(numbers_of(question, name, workings))
    except ArgumentError as error:
        place = workings.problem.place("questions", question.id)
        raise place.error(f"{name} does not apply here: {error}") from None


def numbers_of(question: Prove, name: str, workings: Workings) -> list[Any] | None:
    """What a theorem is applied to: a window, or the first axis of a layer that slides and pads with zeros."""
    if THEOREMS[name].about == "geometry":
        return geometry_of(question, workings)
    if question.layer is None:
        return list(question.window or ())
    derivation = workings.stages[question.layer]
    first = (0,) * len(derivation.operator.output_shape)
    return [derivation.arrays["input"][tap.inp] for tap in derivation.operator.taps_at("out", first)]


def geometry_of(question: Prove, workings: Workings) -> list[Any] | None:
    """I, K, S, P and D of the first axis of a question's layer that slides and pads with zeros; None without one."""
    operator = workings.stages[question.layer].operator if question.layer else None
    axes = zip(operator.axes, operator.sizes, strict=True) if operator else ()
    zeros = (_sizes(axis, size) for axis, size in axes if getattr(axis, "mode", "zeros") == "zeros")
    return next(filter(None, zeros), None)


def _sizes(axis: Any, size: int) -> list[Any] | None:
    """I, K, S, P and D of an axis whose windows slide; None under ceil_mode or with uneven padding."""
    before, after = getattr(axis, "padding", (0, 1))
    if before != after or getattr(axis, "ceil_mode", True):
        return None
    return [size, axis.kernel_size, axis.stride, before, axis.dilation]


def _size_instance(axis: Any, size: int) -> Any:
    """The output-size theorem at an axis' numbers; None where it does not apply."""
    numbers = _sizes(axis, size)
    return None if numbers is None else THEOREMS["output-size"]().instance(numbers)


def upstream_given(question: Gradient, workings: Workings) -> tuple[Derivation, Argument]:
    """The derivation of the layer with the gradient that arrives at it, and what it is differentiated by."""
    stage = workings.problem.stage(question.layer)
    derivation = workings.stages[question.layer]
    upstream = upstream_of(question, workings, derivation.operator.output_shape)
    derivation = derivation.substitute(upstream=upstream)
    return derivation, derivation.role(stage.role(question.wrt))


def arriving(derivation: Derivation) -> tuple[Block, ...]:
    """The gradient that comes back, where it is given."""
    if "upstream" not in derivation.known:
        return ()
    shown = shown_array(derivation, "output", derivation.arrays["upstream"])
    return (Paragraph(("The gradient that comes back is",)), shown)


def _addends(derivation: Any, wrt: Any, index: tuple[int, ...]) -> list[Any]:
    """The terms of an entry after substitution, multiplied out."""
    steps = {step.rule: step.after for step in derivation.entry(wrt, index)}
    terms = steps["substitute"].terms
    return [evaluate(term, derivation.values, {}) if isinstance(term, Product) else term for term in terms]
