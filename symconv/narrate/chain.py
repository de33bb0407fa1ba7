"""A chain of layers told: what each computes, then the gradients from the end back, each with its layer."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from symconv.checks.chain import end_to_end
from symconv.checks.derivation import check_gradient, check_output
from symconv.checks.general import check_general
from symconv.checks.result import Check, Checks
from symconv.derivation.chain import Chained, Contribution, Link
from symconv.derivation.derivation import Worked
from symconv.display import Fence, Node, Prose, Script, Words, join, row
from symconv.document import (
    Assertion,
    Block,
    Chain,
    Document,
    Fold,
    Formula,
    Line,
    Paragraph,
    Section,
    Table,
    Verdicts,
)
from symconv.exact import Array, indices, is_closed
from symconv.formula import Entry, Partial, Sum
from symconv.losses import CrossEntropy
from symconv.narrate import derivation as told
from symconv.narrate.evidence import summarised
from symconv.narrate.facts import PLACE, copy, facts_of_chain
from symconv.narrate.formulas import array, tree
from symconv.narrate.statements import shown_numbers
from symconv.operator import Names
from symconv.value import replace


def document(chain: Chained) -> Document:
    """A chain by itself: its layers, their outputs, and the gradient by every array that is given."""
    wanted = [name for name in chain.differentiable if name in chain.given]
    whole = whole_checks(chain, wanted)
    sections = (
        forward_section(chain),
        *(gradient_section(chain, name) for name in arrays_back(chain, wanted)),
        Section("whole", ("The whole chain",), (Verdicts(whole),), whole),
    )
    checks = Checks(tuple(check for section in sections for check in section.checks or ()))
    layers = " → ".join(link.operator.layer for link in chain.links)
    return Document(layers, "The chain rule through every layer", sections, checks)


def answer_blocks(
    chain: Chained, wrt: str, anchor: str, told_before: Collection[str]
) -> tuple[tuple[Block, ...], Checks]:
    """The gradient by one array through all layers, and its checks.

    Args:
        anchor: what the anchors of its sections begin with.
        told_before: the arrays whose gradients an earlier answer derived: only their numbers are shown again.
    """
    outputs = Fold(("What the layers compute",), _outputs(chain))
    checks = [check for link in chain.links for check in check_output(chain.stage(link))]
    blocks: list[Block] = [outputs]
    blocks += arriving_at_end(chain)
    for name in arrays_back(chain, [wrt]):
        section = gradient_section(chain, name, anchor)
        checks += section.checks or ()
        if name in told_before and name != wrt:
            blocks.append(Paragraph((gradient_of(chain, name), " as derived above:")))
            blocks.append(shown_gradient(chain, name))
        else:
            blocks.append(section)
    whole = whole_checks(chain, [wrt])
    return tuple(blocks), Checks((*checks, *whole))


def _outputs(chain: Chained) -> tuple[Block, ...]:
    return tuple(_shown(chain, Entry(link.output), chain.arrays[link.output]) for link in chain.links)


def shown_gradient(chain: Chained, name: str) -> Formula:
    """The gradient by an array in numbers, or as it follows from the symbols that the chain is given."""
    return _shown(chain, Partial(Entry(chain.error), Entry(name)), chain.gradient_entries(name))


def _shown(chain: Chained, left: Entry | Partial, values: Array, shown: Node | None = None) -> Formula:
    names = Names(error=chain.error, base=chain.base)
    return shown_numbers((chain, facts_of_chain), left, values, names, shown)


def whole_checks(chain: Chained, wanted: Sequence[str]) -> Checks:
    """The composed gradients against the reference's whole chain."""
    return Checks(tuple(check for name in wanted for check in end_to_end(chain, name)))


def forward_section(chain: Chained) -> Section:
    """The layers in a table, and what each of them computes."""
    blocks: list[Block] = [table(chain)]
    blocks += [_layer_section(chain, link) for link in chain.links]
    checks = Checks(
        tuple(check for block in blocks if isinstance(block, Section) for check in block.checks or ())
    )
    return Section("forward", ("The layers",), tuple(blocks), checks)


def table(chain: Chained) -> Table:
    """The layers, what they read and what they compute."""
    names = Names(error=chain.error, base=chain.base)
    rows = tuple(_row(link, names) for link in chain.links)
    return Table((("Layer",), ("Module",), ("reads",), ("computes",)), rows, "llll")


def _layer_section(chain: Chained, link: Link) -> Section:
    """What one layer computes: its definition, the array, and its entries folded."""
    stage, names = chain.stage(link), Names(error=chain.error, base=chain.base)
    formula = check_general(stage, None)
    checks = Checks((*formula, *check_output(stage)))
    blocks: list[Block] = []
    if isinstance(link.operator.reduction, CrossEntropy) and is_closed(stage.arrays["weight"]):
        blocks.append(Paragraph(("The target, a probability for every class:",)))
        blocks.append(_shown(chain, Entry(stage.names.weight), stage.arrays["weight"]))
    blocks += [*told.definition(stage, formula), *told.entries(stage, None), Verdicts(summarised(checks))]
    title: Prose = (array(link.output, names), f", by {_called(link)}")
    return Section(f"layer-{_anchor(link.name)}", title, tuple(blocks), checks)


def arrays_back(chain: Chained, wanted: Sequence[str]) -> tuple[str, ...]:
    """The arrays whose gradients are needed for the wanted ones, from the end back."""
    needed = {part.link.reads[part.role] for name in wanted for part in chain.path(name)}
    order = [
        link.reads[role]
        for link in reversed(chain.links)
        for role in reversed(link.operator.arguments)
        if role in link.reads
    ]
    # an array that several layers read is complete after the first of them
    return tuple(
        name for place, name in enumerate(order) if name in needed and name not in order[place + 1 :]
    )


def gradient_section(chain: Chained, name: str, anchor: str = "gradient") -> Section:
    """The gradient at one array, from what the layers that read it send back."""
    contributions = chain.contributions(name)
    quantity = gradient_of(chain, name)
    through = " and ".join(_called(part.link) for part in contributions)
    title: Prose = (quantity, f", back through {through}")
    if len(contributions) == 1:
        blocks, checks = _single(chain, contributions[0])
    else:
        blocks, checks = _added(chain, name, contributions, quantity)
    return Section(f"{anchor}-{name.lower()}", title, (*blocks, Verdicts(summarised(checks))), checks)


def _single(chain: Chained, part: Contribution) -> tuple[tuple[Block, ...], Checks]:
    stage = chain.stage(part.link)
    formula = check_general(stage, part.role)
    checks = Checks((*formula, *check_gradient(stage, part.role)))
    return (*told.general(stage, part.role, formula), *told.entries(stage, part.role)), checks


def _added(
    chain: Chained, name: str, contributions: Sequence[Contribution], quantity: Node
) -> tuple[tuple[Block, ...], Checks]:
    """Several layers read the array: what each sends back, and the sum."""
    checks: list[Check] = []
    folds: list[Block] = []
    for part in contributions:
        stage = chain.stage(part.link)
        checks += [*check_general(stage, part.role), *check_gradient(stage, part.role)]
        lines = Chain(tuple(_through(line, part.link, chain, name) for line in _lines(stage, part)))
        folds.append(Fold((f"Through {_called(part.link)}, term by term",), (lines,)))
    parts = [_labelled(quantity, part.link) for part in contributions]
    blocks: list[Block] = [
        Paragraph(("Several layers read this array; what they send back adds up.",)),
        Formula(row(quantity, "=", join(parts, "+")), (_adds_up(chain, name),)),
    ]
    if chain.is_closed:
        for part, label in zip(contributions, parts, strict=True):
            blocks.append(_shown(chain, _sent(chain, name, part.link), chain.sent_back(part), label))
        blocks.append(shown_gradient(chain, name))
    return (*blocks, *folds), Checks(tuple(checks))


def _lines(stage: Worked, part: Contribution) -> list[Line]:
    shape = stage.operator.shape(part.role)
    chosen = list(indices(shape))[: told.SHOWN_ENTRIES]
    return [line for index in chosen for line in told.entry_lines(stage, part.role, index)]


def _through(line: Line, link: Link, chain: Chained, name: str) -> Line:
    """A line about what one of several layers sends back."""
    left = None if line.left is None else _labelled(line.left, link)
    says = tuple(replace(said, left=_sent(chain, name, link, said.left.by.index)) for said in line.says)
    return replace(line, left=left, says=says)


def _sent(chain: Chained, name: str, link: Link, index: tuple[Any, ...] = ()) -> Partial:
    """What one of several layers sends back: the derivative by what this layer reads."""
    return Partial(Entry(chain.error), Entry(copy(chain, name, link), index))


def _adds_up(chain: Chained, name: str) -> Assertion:
    whole = Partial(Entry(chain.error), Entry(name, (PLACE,)))
    parts = tuple(_sent(chain, name, part.link, (PLACE,)) for part in chain.contributions(name))
    each = ((PLACE, chain.base, chain.arrays[name].size - 1 + chain.base),)
    return Assertion((chain, facts_of_chain), whole, "=", Sum(parts), each)


def _labelled(left: Node, link: Link) -> Node:
    """A derivative through one layer only, its name in the exponent."""
    return Script(Fence("(", left, ")"), sup=Words(_called(link)))


def arriving_at_end(chain: Chained) -> tuple[Block, ...]:
    """The gradient that comes to the end of a chain, where that is not the error itself."""
    if chain.upstream is None:
        return ()
    return (Paragraph(("The gradient that comes back is",)), shown_gradient(chain, chain.end))


def gradient_of(chain: Chained, name: str) -> Node:
    """The whole of a gradient: ``∂E/∂A``."""
    return tree(Partial(Entry(chain.error), Entry(name)), Names(error=chain.error))


def _row(link: Link, names: Names) -> tuple[Prose, ...]:
    read = join((array(name, names) for name in link.reads.values()), ",")
    return ((link.name,), (link.operator.layer,), (read,), (array(link.output, names),))


def _called(link: Link) -> str:
    """The name of a layer; its module where it was only counted."""
    return link.operator.layer if link.name.isdigit() else link.name


def _anchor(name: str) -> str:
    return "".join(c if c.isascii() and c.isalnum() else "-" for c in name.lower())
