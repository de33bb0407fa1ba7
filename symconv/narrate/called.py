"""Statements in other letters: the names in data of :mod:`symconv.narrate.data`, by the places that hold names.

Which places these are, :data:`SETTING` and :data:`STATEMENT` say by their keys, and :meth:`Called.data` by what
stands first in a list; whatever has no rule holds no names.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import Any, Self

from symconv.value import Value

Data = Any

_NAME = re.compile(r"([^\W\d_]+)((?:_?\d.*)?)")


class Called(Value):
    """Names by their letters: ``I_1`` becomes ``N_1`` where I becomes N."""

    letters: Mapping[str, str]

    @classmethod
    def by(cls, letters: Iterable[tuple[str, str]]) -> Self:
        """Letters in the place of others. A new letter that data uses out of sight makes way for it."""
        table = dict(letters)
        return cls({**{new: f"{new}′" for new in table.values()}, **table})

    def statement(self, said: Mapping[str, Data]) -> dict[str, Data]:
        """A statement."""
        return self._by_key(STATEMENT, said)

    def facts(self, facts: Mapping[str, Data]) -> dict[str, Data]:
        """The setting of statements."""
        return self._by_key(SETTING, facts)

    def name(self, name: str) -> str:
        """What a name is called; numbers and signs stay as they are."""
        match = _NAME.fullmatch(name)
        return name if match is None else self.letters.get(match[1], match[1]) + match[2]

    def data(self, data: Data) -> Data:
        """An expression, a condition or an array. What stands first in a list says what the list is."""
        match data:
            case str():
                return self.name(data)
            case dict():
                return self._by_key(ARRAY, data)
            case ["sum" | "most" | "split" as operator, body, ranges, conditions]:
                return [operator, self.data(body), self.ranges(ranges), self.each(conditions)]
            case ["cases", *rows]:
                return ["cases", *map(self.each, rows)]
            case [str(first), *rest]:
                return [first, *map(self.data, rest)]
            case list():
                return self.each(data)
            case _:
                return data

    def each(self, data: Iterable[Data]) -> list[Data]:
        """Several expressions."""
        return [self.data(part) for part in data]

    def names(self, names: Iterable[str]) -> list[str]:
        """Several names."""
        return [self.name(name) for name in names]

    def ranges(self, ranges: Iterable[Data]) -> list[Data]:
        """Letters with their first and last values."""
        return [[self.name(letter), *map(self.data, ends)] for letter, *ends in ranges]

    def values(self, values: Mapping[str, Data]) -> dict[str, Data]:
        """Expressions and arrays by their names."""
        return {self.name(name): self.data(value) for name, value in values.items()}

    def _by_key(self, rules: Mapping[str, Rule], data: Mapping[str, Data]) -> dict[str, Data]:
        return {key: rules[key](self, value) if key in rules else value for key, value in data.items()}


Rule = Callable[[Called, Data], Data]

STATEMENT: Mapping[str, Rule] = MappingProxyType(
    {
        "left": Called.data,
        "right": Called.data,
        "for": Called.ranges,
        "where": Called.each,
        "with": Called.values,
    }
)
"""What holds names in a statement."""

SETTING: Mapping[str, Rule] = MappingProxyType(
    {
        "samples": lambda called, samples: [called.values(sample) for sample in samples],
        "define": Called.values,
        "hypotheses": Called.each,
        "limit": Called.names,
    }
)
"""What holds names in a setting."""

ARRAY: Mapping[str, Rule] = MappingProxyType(
    {"shape": Called.each, "entries": Called.each, "index": Called.names, "value": Called.data}
)
"""What holds names in an array."""
