"""An answer in a line of plain text, and what the problem file claims about it."""

from __future__ import annotations

from fractions import Fraction
from functools import partial
from typing import Any

import sympy as sp

from symconv.checks.claims import claimed_array
from symconv.checks.result import Check
from symconv.display import row
from symconv.exact import Array, is_closed, is_numeric, pack
from symconv.narrate.decimals import shown_decimal
from symconv.narrate.formulas import tree
from symconv.printing.text import text
from symconv.show import show


def claim(derivation: Any, wrt: Any, expect: Any, values: Array) -> Check:
    """The claimed output or gradient of a derivation against the derived one."""
    names = derivation.names
    subject = names.output if wrt is None else f"∂{names.error}/∂{names.of(wrt)}"

    terms = partial(terms_of, derivation, wrt, values)
    return claimed_array(subject, pack(expect, "expect"), values, names.base, terms)


def terms_of(derivation: Any, wrt: Any, values: Array, index: tuple[int, ...]) -> str:
    """A value and the terms that make it up; an irrational one as a decimal."""
    if not isinstance(values[index], int | Fraction):
        return shown_decimal(values[index])
    rules = {step.rule: step.after for step in derivation.entry(wrt, index)}
    made_of = rules.get("substitute", rules.get("differentiate", rules.get("definition")))
    return text(row(show(values[index]), "=", tree(made_of, derivation.names)))


def line(name: str, values: Array) -> str:
    """An array in a line, cut where it gets long."""
    sign = "=" if is_numeric(values) or not is_closed(values) else "≈"
    full = f"{name} {sign} {_nested(values.tolist())}"
    return full if len(full) <= 160 else f"{full[:157]}…"


def _nested(value: Any) -> str:
    if isinstance(value, list):
        return f"[{', '.join(map(_nested, value))}]"
    is_decimal = isinstance(value, sp.Expr) and not value.free_symbols
    return shown_decimal(value).replace("−", "-") if is_decimal else str(value)


def anchor(name: str) -> str:
    """A name as the anchor of a section."""
    kept = "".join(c if c.isascii() and c.isalnum() else "-" for c in name.lower())
    return "-".join(part for part in kept.split("-") if part) or "question"
