"""Problem files: TOML text in, a :class:`Problem` out with every name resolved, or one clear sentence.

A problem file has a ``title``, ``arrays``, ``layers`` that read and write them, and ``questions``; the files
in ``symconv/problems`` show every key. Reading is strict: each table has a fixed set of keys, each key a
reader, and whatever does not fit is a :class:`~symconv.errors.ProblemError` of the shape ``file: key.path:
requirement, value``. Lists are counted from 1 there, as in the reports.
"""

from __future__ import annotations

from symconv.problem.file import load, parse, shipped, starter, write_starter
from symconv.problem.place import Place, hint, unknown
from symconv.problem.questions import KINDS
from symconv.problem.values import (
    Definition,
    Dispute,
    Forward,
    Gradient,
    InputSize,
    LayerAsMatrix,
    Modules,
    Nested,
    Number,
    OutputSize,
    OutputSizeFormula,
    Problem,
    Prove,
    Question,
    Stage,
    shape_of,
)

__all__ = [
    "KINDS",
    "Definition",
    "Dispute",
    "Forward",
    "Gradient",
    "InputSize",
    "LayerAsMatrix",
    "Modules",
    "Nested",
    "Number",
    "OutputSize",
    "OutputSizeFormula",
    "Place",
    "Problem",
    "Prove",
    "Question",
    "Stage",
    "hint",
    "load",
    "parse",
    "shape_of",
    "shipped",
    "starter",
    "unknown",
    "write_starter",
]
