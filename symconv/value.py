"""The base of all immutable values: what a derivation, a document or a problem is made of.

A subclass lists its fields as a frozen dataclass does, and is compared, hashed, shown and pickled by them::

    class Point(Value):
        x: int
        y: int = 0

The classes are made by msgspec, in C. Making as many dataclasses takes a quarter of the time of importing SymPy,
which every run would wait for, and their instances, of which a report has a hundred thousand, cost three times
as much. What takes its arguments in a way of its own, as a layer does, is a dataclass.
"""

from __future__ import annotations

from dataclasses import replace as replaced
from typing import Any, TypeVar, dataclass_transform

from msgspec import Struct, field
from msgspec.structs import asdict, fields
from msgspec.structs import replace as replaced_in_struct

__all__ = ["Value", "asdict", "field", "fields", "replace"]

Kept = TypeVar("Kept")


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
class Value(Struct, frozen=True):
    """Base of immutable values."""


def replace(value: Kept, **changes: Any) -> Kept:
    """A copy of a value or a dataclass with some fields changed: ``copy.replace`` of later Pythons."""
    if isinstance(value, Struct):
        return replaced_in_struct(value, **changes)
    return replaced(value, **changes)  # type: ignore[type-var]
