"""Statements in other letters: the names in data of :mod:`symconv.narrate.data`, by the places that hold names."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Self

Data = Any

_NAME = re.compile(r"([^\W\d_]+)((?:_?\d.*)?)")


@dataclass(frozen=True, slots=True)
class Called:
    """Names by their letters: ``I_1`` becomes ``N_1`` where I becomes N."""

    letters: Mapping[str, str]

    @classmethod
    def by(cls, letters: Iterable[tuple[str, str]]) -> Self:
        """Letters in the place of others. A new letter that data uses out of sight makes way for it."""
        table = dict(letters)
        return cls({**{new: f"{new}′" for new in table.values()}, **table})

    def name(self, name: str) -> str:
        """What a name is called; numbers and signs stay as they are."""
        match = _NAME.fullmatch(name)
        return name if match is None else self.letters.get(match[1], match[1]) + match[2]

    def statement(self, said: dict[str, Data]) -> dict[str, Data]:
        """A statement."""
        new = {**said, "left": self.data(said["left"]), "right": self.data(said["right"])}
        if "for" in said:
            new["for"] = [self._range(each) for each in said["for"]]
        if "where" in said:
            new["where"] = [self.data(condition) for condition in said["where"]]
        if "with" in said:
            new["with"] = self._values(said["with"])
        return new

    def facts(self, facts: dict[str, Data]) -> dict[str, Data]:
        """The setting of statements."""
        new = {
            **facts,
            "samples": [self._values(sample) for sample in facts["samples"]],
            "draw": [self.name(name) for name in facts["draw"]],
            "letters": [
                [self.name(name), how, *map(self.data, rest)] for name, how, *rest in facts["letters"]
            ],
            "hypotheses": [self.data(condition) for condition in facts["hypotheses"]],
        }
        if "limit" in facts:
            letter, target = facts["limit"]
            new["limit"] = [self.name(letter), target]
        if "layer" in facts:
            layer = facts["layer"]
            names = {role: self.name(layer[role]) for role in ("input", "output", "error")}
            index = [self.name(letter) for letter in layer["index"]]
            outside = self._values(layer["outside"])
            new["layer"] = {
                **layer,
                **names,
                "index": index,
                "value": self.data(layer["value"]),
                "outside": outside,
            }
        return new

    def data(self, data: Data) -> Data:
        """An expression, a condition or an array. What stands first in a list says what the list is."""
        match data:
            case str():
                return self.name(data)
            case ["sum" | "most" as operator, body, ranges, conditions]:
                inner = [self._range(each) for each in ranges]
                return [operator, self.data(body), inner, [self.data(each) for each in conditions]]
            case ["cases", *rows]:
                return ["cases", *([self.data(part) for part in row] for row in rows)]
            case [str(first), *rest]:
                return [first, *map(self.data, rest)]
            case list():
                return [self.data(part) for part in data]
            case _:
                return data

    def _values(self, values: Mapping[str, Data]) -> dict[str, Data]:
        return {self.name(name): self.data(value) for name, value in values.items()}

    def _range(self, limits: Data) -> Data:
        letter, first, last = limits
        return [self.name(letter), self.data(first), self.data(last)]
