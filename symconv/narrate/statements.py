"""What the narrator's formulas say, as statements.

Every displayed relation is built here together with its statement, from the same values: what is shown and
what is said cannot drift apart.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from functools import partial
from math import prod
from typing import Any

from symconv.axes import Adjoint
from symconv.derivation.derivation import Worked
from symconv.derivation.general import General
from symconv.display import Node
from symconv.document import Assertion, Formula, Says
from symconv.exact import Array
from symconv.formula import Absolute, Entry, Negative, Partial, Sum
from symconv.narrate.decimals import PLACES, matrix_formula
from symconv.narrate.facts import PLACE, facts_in_part, facts_of_arrays, facts_of_layer
from symconv.narrate.formulas import tree
from symconv.narrate.rounding import error_of
from symconv.operator import Argument, Names
from symconv.value import replace

SHOWN = "="
"""The shown array, beside the arrays of a problem."""


def equality(
    about: Worked, left: Any, right: Any, substituted: bool = False, in_part: bool = False
) -> Assertion:
    """That two formulas of a derivation are equal; not said where the right one is shown in part."""
    facts = facts_in_part if in_part else facts_of_layer
    return Assertion((about, facts), left, "=", right, substituted=substituted)


def rounds(about: Worked, formula: Any, shown: str) -> Assertion:
    """That a formula of a derivation rounds to a decimal."""
    error, half_unit = error_of(formula, shown)
    return Assertion((about, facts_of_layer), error, "≤", half_unit, substituted=True)


def general_equality(about: Worked, general: General, formula: Any) -> Assertion:
    """That a formula of a general derivation is what it derives, at each of its entries."""
    target = _target(general)
    shape = about.operator.shape(general.wrt or "output")
    sizes = shape if len(shape) == len(target.index) else (prod(shape),) * len(target.index)
    each = tuple(
        _counted(letter, size, about.names) for letter, size in zip(target.index, sizes, strict=True)
    )
    return _said_in_general((about, facts_of_layer), general, formula, each)


def any_size(about: Any, general: General) -> Assertion:
    """A general formula at all the letters' values, with the sizes in symbols."""
    sizes = {
        letter: size
        for at in general.letters
        for letter, size in ((at.inp, at.input_size), (at.out, at.output_size), (at.offset, at.kernel_size))
    }
    each = tuple(_counted(letter, sizes[letter], general.names) for letter in _target(general).index)
    return _said_in_general(about, general, general.formula, each)


def _target(general: General) -> Any:
    left: Any = general.left
    return left.by if isinstance(left, Partial) else left


def _said_in_general(about: Any, general: General, formula: Any, each: Any) -> Assertion:
    # a transposed convolution's windows reach beyond its output, the others' beyond their input
    is_turned = any(isinstance(axis, Adjoint) for axis in general.axes)
    beyond = general.names.output if is_turned else general.names.input
    outside = {} if general.outside is None else {beyond: general.outside}
    return Assertion(about, general.left, "=", formula, each, outside=outside)


def shown_array(about: Worked, wrt: Argument | str | None, values: Array) -> Formula:
    """An array of a derivation in numbers: the output, the gradient by an argument or by the ``output``."""
    names = about.names
    shown = Entry(names.output if wrt is None else names.of(wrt))
    left = shown if wrt is None else Partial(Entry(names.error), shown)
    return shown_numbers((about, facts_of_layer), left, values, names)


def shown_numbers(
    about: Any, left: Entry | Partial, values: Array, names: Names, shown: Node | None = None
) -> Formula:
    """A whole array or gradient in numbers; ``shown`` is how its name is written, if not as usual."""
    statement = equals_array(about, left, values, names.base)
    tree_of_name = tree(left, names) if shown is None else shown
    return matrix_formula(tree_of_name, values, (statement,), partial(_rounds_shown, statement))


def shown_given(name: str, shown: Node, arrays: Mapping[str, Array]) -> Formula:
    """An array that a problem gives."""
    # the facts count from 1, whatever the problem does
    return shown_numbers((arrays, facts_of_arrays), Entry(name), arrays[name], Names(), shown)


def sizes_said(about: Worked, general: General) -> Says:
    """The output size of every axis that slides."""
    spatial = (
        (axis, at) for axis, at in zip(general.axes, general.letters, strict=True) if axis.role == "spatial"
    )
    return tuple(equality(about, at.output_size, axis.output_size(at.input_size)) for axis, at in spatial)


def equals_array(about: Any, left: Entry | Partial, values: Array, base: int) -> Assertion:
    """That an array, or a gradient by one, has these entries."""
    each = ((PLACE, base, values.size - 1 + base),)
    given = {SHOWN: values}
    return Assertion(
        about, each_entry(left), "=", Entry(SHOWN, (PLACE,)), each, given=given, substituted=True
    )


def each_entry(left: Entry | Partial) -> Entry | Partial:
    """An array, or a gradient by one, at the entry that is counted row by row."""
    if isinstance(left, Partial):
        return Partial(left.of, Entry(left.by.array, (PLACE,)))
    return Entry(left.array, (PLACE,))


def _rounds_shown(statement: Assertion, shown: Sequence[str]) -> Says:
    """That the entries of an array round to decimals of the same number of places."""
    decimals = tuple(Fraction(decimal.replace("−", "-")) for decimal in shown)
    error = Absolute(Sum((statement.left, Negative(statement.right))))
    half_unit = Fraction(1, 2 * 10**PLACES)
    return (replace(statement, left=error, relation="≤", right=half_unit, given={SHOWN: decimals}),)


def _counted(letter: Any, size: Any, names: Names) -> tuple[Any, Any, Any]:
    return letter, names.base, size - 1 + names.base
