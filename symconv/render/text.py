"""The text renderer: Unicode plain text, formulas in two dimensions, for a terminal or a mail."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import singledispatch
from itertools import count

from symconv.checks.result import Check, Checks
from symconv.display import Op, Prose, row
from symconv.document import (
    Block,
    Bullets,
    Callout,
    Chain,
    Document,
    Fold,
    Formula,
    Line,
    Paragraph,
    Section,
    Step,
    Steps,
    Table,
    Verdicts,
)
from symconv.errors import UnsupportedError
from symconv.printing.breaking import split_row
from symconv.printing.text import Box, block as drawn
from symconv.render.words import alarm, badges, clean, evidence, mark, plain, summary
