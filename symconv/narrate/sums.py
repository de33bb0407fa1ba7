"""What theorems on index sums say, as statements, and the facts that these are about."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from symconv.document import Assertion, Drawn, Facts, Says
from symconv.exact import Array, indices, pack
from symconv.narrate.claims import as_told
from symconv.narrate.data import expression
from symconv.narrate.statements import equals_array
from symconv.theorems.geometry import Ground
from symconv.theorems.identity import Computed, Identity
from symconv.theorems.letters import LETTERS
from symconv.theorems.theorem import Line
from symconv.value import replace


def summed(facts: Facts, line: Line) -> Says:
    """What an identity says at every place, and a computed line at its numbers; other lines are not said."""
    match line:
        case Identity():
            each = tuple((limit.var, limit.lower, limit.upper) for limit in line.free)
            about = facts, as_told
            return (
                Assertion(about, line.left, "=", line.right, each, line.holding, outside=_padding(facts)),
            )
        case Computed(formula=left) if left is not None:
            return (_computed(line),)
    return ()


def _computed(line: Computed) -> Assertion:
    """A line with values, at the numbers or the letters of its ground."""
    facts = facts_of_ground(line.ground)
    about, is_free = (facts, as_told), line.ground is not None and line.ground.in_letters
    left, right = line.formula, line.result
    if isinstance(right, np.ndarray):
        said = equals_array(about, left, right, facts.base)
        if line.sign == "≠":
            said = _differs(said, line)
    else:
        said = Assertion(about, left, line.sign, right)
    return replace(said, outside=_padding(facts), substituted=not is_free)


def _differs(said: Assertion, line: Computed) -> Assertion:
    """That two arrays are not the same: they have other sizes, or some entry is another one."""
    if line.value.size != line.result.size:
        return replace(said, left=line.value.size, relation="≠", right=line.result.size, each=(), given={})
    ((letter, first, last),) = said.each
    wrong = ["cases", [1, ["≠", expression(said.left), expression(said.right)]], [0, True]]
    count = ["sum", wrong, [[str(letter), first, last]], []]
    return replace(said, left=0, relation="<", right=count, each=())


def _padding(facts: Facts) -> dict[str, int]:
    """The arrays that are read beyond their ends, where an entry counts as 0."""
    return {name: 0 for name in ("A", "G") if name in facts.define}


def facts_of_ground(ground: Ground | None) -> Facts:
    """The sizes of a geometry and the entries of its arrays, if they are numbers; what follows from them."""
    if ground is None:
        return Facts()
    drawn = LETTERS[ground.about]
    free = {name for name, value in drawn.define.items() if isinstance(value, Drawn)}
    sizes = {str(letter): size for letter, size in ground.at.items() if str(letter) in free}
    arrays = {} if ground.in_letters else {name: _array(entries) for name, entries in ground.arrays.items()}
    sample = {**sizes, **{name: array for name, array in arrays.items() if name in free}}
    define = {name: value for name, value in drawn.define.items() if name not in sizes}
    return Facts((sample,), drawn.base, define)


def _array(entries: Mapping[tuple[int, ...], Any]) -> Array:
    """The array with these entries by index; those that were read outside of it are padding."""
    shape = tuple(max(index) + 1 for index in zip(*entries, strict=True))
    return pack([entries[index] for index in indices(shape)]).reshape(shape)
