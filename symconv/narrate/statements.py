"""What the narrator's formulas say, as statements, and the facts that these are about.

Every displayed relation is built here together with its statement, from the same values: what is shown and
what is said cannot drift apart. Facts are found out only where a renderer asks for them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from fractions import Fraction
from functools import partial
from math import prod
from typing import Any

import sympy as sp

from symconv.axes import Fractional, Planewise, Scattered
from symconv.checks.general import size_assignment
from symconv.checks.jacobian import tie_free
from symconv.checks.sampling import expected_output, forward_arrays, generator, is_large
from symconv.checks.surroundings import surrounds
from symconv.derivation.derivation import Worked
from symconv.derivation.general import General
from symconv.display import Node
from symconv.document import Assertion, Facts, Formula, Layer, Says
from symconv.errors import UnsupportedError
from symconv.exact import Array, indices, is_closed, is_numeric
from symconv.formula import Entry, Partial
from symconv.narrate.data import expression
from symconv.narrate.decimals import PLACES, matrix_formula
from symconv.narrate.formulas import tree
from symconv.operator import Argument, Names
from symconv.reductions import LpNorm, Maximum
from symconv.theorems.letters import LETTERS, Letters
from symconv.theorems.theorem import Instance, Line, Rounded, Theorem
from symconv.theorems.written import INDEX, Claim
from symconv.value import replace

_PLACE = sp.Symbol("#", integer=True)
"""Counts the entries of a shown array row by row; no array and no letter of a formula is called so."""
_SHOWN = "="
"""The shown array, beside the arrays of a problem."""
UPSTREAM = "∂"
"""The array of the ∂E/∂C, whatever E and C are called."""
_EXPONENT = 3
"""The exponent of an LP norm at the sample where it is a symbol."""
_TARGETS = {"∞": "oo", "−∞": "-oo", "0⁺": "0+"}


# --- layers ---


def equality(about: Worked, left: Any, right: Any, substituted: bool = False) -> Assertion:
    """That two formulas of a derivation are equal."""
    return Assertion((about, facts_of_layer), left, "=", right, substituted=substituted)


def rounds(about: Worked, formula: Any, shown: str) -> Assertion:
    """That a formula of a derivation rounds to a decimal."""
    error, half_unit = _error(formula, shown)
    return Assertion((about, facts_of_layer), error, "≤", half_unit, substituted=True)


def general_equality(about: Worked, general: General, formula: Any) -> Assertion:
    """That a formula of a general derivation is what it derives, at each of its entries."""
    left: Any = general.left
    target = left.by if isinstance(left, Partial) else left
    shape = about.operator.shape(general.wrt or "output")
    sizes = shape if len(shape) == len(target.index) else (prod(shape),) * len(target.index)
    each = tuple(
        _counted(letter, size, about.names) for letter, size in zip(target.index, sizes, strict=True)
    )
    return Assertion((about, facts_of_layer), left, "=", written(formula), each)


def written(formula: Any) -> Any:
    """A formula as data, or as it is where there is no rule: a renderer then tells that it is not stated."""
    try:
        return expression(formula)
    except UnsupportedError:
        return formula


def letters_of(general: General) -> tuple[tuple[Any, Any, Any], ...]:
    """The ranges of the letters of a general formula, which is about each of them, in symbols."""
    left: Any = general.left
    target = left.by if isinstance(left, Partial) else left
    sizes = {
        letter: size
        for at in general.letters
        for letter, size in ((at.inp, at.input_size), (at.out, at.output_size), (at.offset, at.kernel_size))
    }
    return tuple(_counted(letter, sizes[letter], general.names) for letter in target.index)


def shown_array(about: Worked, wrt: Argument | str | None, values: Array) -> Formula:
    """An array of a derivation in numbers: the output, the gradient by an argument or by the ``output``."""
    names = about.names
    name = names.output if wrt is None else names.of(wrt)
    shown, entry = (Entry(name, index) for index in ((), (_PLACE,)))
    left, said = (part if wrt is None else Partial(Entry(names.error), part) for part in (shown, entry))
    facts = about, facts_of_layer
    statement = _equals_shown(facts, said, values, names)
    return matrix_formula(
        tree(left, names), values, (statement,), partial(_rounds_shown, facts, said, names=names)
    )


def shown_given(name: str, shown: Node, arrays: Mapping[str, Array]) -> Formula:
    """An array that a problem gives."""
    values, names = arrays[name], Names()  # the facts count from 1, whatever the problem does
    statement = _equals_shown((arrays, facts_of_arrays), Entry(name, (_PLACE,)), values, names)
    rounded = partial(_rounds_shown, statement.about, statement.left, names=names)
    return matrix_formula(shown, values, (statement,), rounded)


def sizes_said(about: Worked, general: General) -> Says:
    """The output size of every axis that slides."""
    spatial = (
        (axis, at) for axis, at in zip(general.axes, general.letters, strict=True) if axis.role == "spatial"
    )
    return tuple(equality(about, at.output_size, axis.output_size(at.input_size)) for axis, at in spatial)


def facts_of_arrays(arrays: Mapping[str, Array]) -> Facts:
    """Arrays and nothing else, counted from 1."""
    return Facts((dict(arrays),))


def facts_of_layer(derivation: Worked) -> Facts:
    """The arrays of a derivation, with numbers in the place of symbols, and the definition of its layer.

    Raises:
        UnsupportedError: as :func:`numbers_of_layer`.
    """
    facts = numbers_of_layer(derivation)
    whole = _with_bias(derivation)
    general, gradient = whole.general(None), whole.general("input")
    return replace(facts, layer=layer_of(general, gradient, derivation.operator.reduction))


def numbers_of_layer(derivation: Worked) -> Facts:
    """The facts of a layer without its definition.

    Raises:
        UnsupportedError: activations and losses, irrational entries, and arrays too large to be written down.
    """
    operator, names = derivation.operator, derivation.names
    if surrounds(operator):
        raise UnsupportedError("no rule defines a layer around convolutions")
    if is_large(derivation):
        raise UnsupportedError("the arrays of the layer are too large to be written down")
    is_drawn = "bias" in derivation.arrays
    derivation = _with_bias(derivation)
    drawn = ("input", "weight", "bias") if is_drawn else ("input", "weight")
    arrays, symbols = _numbers(derivation)
    sizes = dict(_sizes(derivation.general(None), operator))
    norm = operator.reduction
    letter = norm.p if isinstance(norm, LpNorm) and isinstance(norm.p, sp.Symbol) else None
    if letter is not None:
        sizes[str(letter)] = _EXPONENT
    sample = {names.of(role): array for role, array in arrays.items() if role != "upstream"}
    return Facts(
        ({**sample, UPSTREAM: arrays["upstream"], **sizes},),
        names.base,
        (*(names.of(role) for role in drawn if role in arrays), UPSTREAM),
        () if letter is None else ((str(letter), "positive"),),
        symbols=symbols,
    )


def _with_bias(derivation: Worked) -> Worked:
    """The derivation with a bias of 0 where the layer has one that is left out."""
    is_left_out = "bias" in derivation.operator.arguments and "bias" not in derivation.arrays
    return derivation.substitute(bias=0) if is_left_out else derivation


def layer_of(general: General, gradient: General, reduction: Any) -> Layer:
    """The definition of a layer from its general formula, and from its gradient what is read beyond the output."""
    left: Any = general.left
    names = general.names
    beyond = {names.input: general.outside, UPSTREAM: gradient.outside}
    outside = {name: value for name, value in beyond.items() if value is not None}
    ties = reduction.ties if isinstance(reduction, Maximum) else "first"
    return Layer(names.input, names.output, names.error, left.index, general.formula, outside, ties)


def _numbers(derivation: Worked) -> tuple[dict[str, Array], dict[Any, Any]]:
    """The arrays by role with seeded integers for entries that are not numbers; and what their symbols stand for."""
    names, rng = derivation.names, generator()
    arrays: dict[str, Array] = {}
    symbols: dict[Any, Any] = {}
    for role, array in derivation.arrays.items():
        if is_closed(array) and not is_numeric(array):
            raise UnsupportedError("an array has irrational entries")
        seeded = tie_free(array.shape, rng)
        arrays[role] = array.copy()
        for index in indices(array.shape):
            if isinstance(array[index], int | Fraction):
                continue
            arrays[role][index] = seeded[index]
            if role == "upstream":
                symbols[array[index]] = Partial(Entry(names.error), names.entry("output", index))
            else:
                symbols[array[index]] = names.entry(role, index)
    is_known = derivation.output_is_numeric
    arrays["output"] = (
        derivation.output_entries
        if is_known
        else expected_output(derivation.operator, forward_arrays(arrays))
    )
    return arrays, symbols


def _sizes(general: General, operator: Any) -> Iterable[tuple[str, Any]]:
    """The size symbols and the sequences of a general formula at an operator, by name."""
    base = general.names.base
    shapes = operator.input_shape, operator.output_shape
    if len(general.letters) != len(shapes[0]):
        shapes = (prod(shapes[0]),), (prod(shapes[1]),)
    for symbol, value in size_assignment(general.letters, operator.axes, *shapes, base).items():
        if isinstance(symbol, sp.Symbol):
            yield symbol.name, value
    for at, axis, size, count in zip(general.letters, operator.axes, *shapes, strict=True):
        match axis:
            case Fractional():
                lengths: tuple[int, ...] = (count,)
            case Planewise():
                lengths = count, axis.kernel_size
            case Scattered():
                lengths = (size,)
            case _:
                continue
        for name, member in axis.sequences(at, size, base).items():
            yield str(name), _members(member, lengths, base)


def _members(member: Callable[..., int], lengths: Sequence[int], base: int) -> list[Any]:
    """A sequence as a list, one with two arguments as a list of lists."""
    first, *others = lengths
    rows = (partial(member, place) for place in range(base, base + first))
    return [_members(row, others, base) if others else row() for row in rows]


def _equals_shown(about: Any, said: Any, values: Array, names: Names) -> Assertion:
    each = (_counted(_PLACE, values.size, names),)
    return Assertion(
        about, said, "=", Entry(_SHOWN, (_PLACE,)), each, given={_SHOWN: values}, substituted=True
    )


def _rounds_shown(about: Any, said: Any, shown: Sequence[str], names: Names) -> Says:
    """That the entries of an array round to decimals of the same number of places."""
    decimals = [Fraction(decimal.replace("−", "-")) for decimal in shown]
    error = ["abs", ["+", expression(said), ["*", -1, ["at", _SHOWN, str(_PLACE)]]]]
    each = (_counted(_PLACE, len(decimals), names),)
    half_unit = Fraction(1, 2 * 10**PLACES)
    return (Assertion(about, error, "≤", half_unit, each, given={_SHOWN: decimals}, substituted=True),)


def _counted(letter: Any, size: Any, names: Names) -> tuple[Any, Any, Any]:
    return letter, names.base, size - 1 + names.base


# --- theorems ---


def claimed(facts: Facts, claim: Line) -> Says:
    """What a claim says, about the windows of a theorem or about given numbers; other lines are not said."""
    if not isinstance(claim, Claim):
        return ()
    family = _family(claim)
    each = ((INDEX, 1, _count(facts, family)),) if family else ()
    where = tuple(claim if family else _for_each(facts, claim) for claim in claim.when)
    given = not facts.letters
    left, right, *conditions = map(written, (claim.left, claim.right, *where))
    return (Assertion((facts, as_told), left, claim.sign, right, each, tuple(conditions), substituted=given),)


def rounded_cells(facts: Facts, instance: Instance) -> Says:
    """That the numbers of an instance's table are rounded right."""
    cells = [cell for row in instance.rows for cell in row if isinstance(cell, Rounded)]
    once = dict.fromkeys(formula for cell in cells for formula in cell.formulas)  # rows share their formulas
    formulas = {formula: expression(formula) for formula in once}
    return tuple(
        _rounds(facts, instance, cell, formulas[formula]) for cell in cells for formula in cell.formulas
    )


def _rounds(facts: Facts, instance: Instance, cell: Rounded, formula: Any) -> Assertion:
    error, half_unit = _error(formula, cell.shown)
    given = {
        str(letter): expression(value)
        for letter, value in cell.values.items()
        if instance.values.get(letter) != value and letter != value
    }
    return Assertion((facts, as_told), error, "≤", half_unit, given=given, substituted=True)


def _error(formula: Any, shown: str) -> tuple[Any, Fraction]:
    """By how much a decimal misses a formula or data, and by how much it may: half a unit of its last place."""
    decimal = shown.replace("−", "-")
    half_unit = Fraction(1, 2 * 10 ** len(decimal.partition(".")[2]))
    return ["abs", ["+", expression(formula), expression(-Fraction(decimal))]], half_unit


def as_told(facts: Facts) -> Facts:
    """Facts that are known already: a theorem's are small, and cannot be found out later."""
    return facts


def facts_of_theorem(theorem: Theorem) -> Facts:
    """The windows at which a theorem is evaluated, and how others are drawn."""
    drawn = LETTERS.get(theorem.name, Letters(()))
    hypotheses = [item.claim for item in theorem.hypotheses if item.claim and not _family(item.claim)]
    limit = theorem.limit
    return Facts(
        tuple(_by_name(sample) for sample in theorem.samples),
        letters=drawn.letters,
        hypotheses=(*map(expression, hypotheses), *drawn.hypotheses),
        limit=(str(limit.variable.expr), _TARGETS[limit.target]) if limit else None,
    )


def facts_of_instance(instance: Instance) -> Facts:
    """The numbers of an instance."""
    return Facts((_by_name(instance.values),))


def _for_each(facts: Facts, claim: Claim) -> Any:
    """A condition as data: one about the entries of a family must hold for all of them."""
    if not (family := _family(claim)):
        return claim
    wrong = sp.Sum(sp.Piecewise((0, _relation(claim)), (1, True)), (INDEX, 1, _count(facts, family)))
    return sp.Eq(wrong, 0, evaluate=False)


def _relation(claim: Claim) -> Any:
    relation = {"≤": sp.Le, "<": sp.Lt, "=": sp.Eq}[claim.sign]
    return relation(claim.left.expr, claim.right.expr, evaluate=False)


def _family(claim: Claim) -> str | None:
    """The family whose entries a claim is about, each of them; None where it has no free index."""
    for side in (claim.left.expr, claim.right.expr):
        if INDEX in side.free_symbols:
            return next(str(part.base) for part in side.atoms(sp.Indexed) if INDEX in part.indices)
    return None


def _count(facts: Facts, family: str) -> Any:
    """How many entries a family has: the letter n, or the number where there is no such letter."""
    sample = facts.samples[0]
    return sp.Symbol("n") if "n" in sample or not sample else len(sample[family])


def _by_name(values: Mapping[Any, Any]) -> dict[str, Any]:
    """Values by the names of their letters, without the letters that stay letters."""
    return {str(letter): written(value) for letter, value in values.items() if letter != value}
