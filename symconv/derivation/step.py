"""A step of a derivation: the rule, the value before, the value after, the reason and the conditions.

A derivation is a tuple of steps in which every ``before`` is the previous ``after``; its result is the last
``after``, so the story and the answer cannot disagree.
"""

from __future__ import annotations

from typing import Literal

from symconv.checks.result import Check
from symconv.display import Node, Prose
from symconv.value import Value

Relation = Literal["=", "<", "≤", "≥", "→", "⟹"]


class Step(Value):
    """One step of a derivation or proof.

    Args:
        rule: the name of the rule, e.g. ``chain rule``.
        before, after: the values that the rule relates: formulas (:mod:`symconv.formula`) or SymPy expressions.
        because: the reason, as running text.
        conditions: side conditions under which the step holds, as display trees or SymPy relations.
        relation: how ``after`` relates to ``before``; ``=`` unless said otherwise.
        checks: what verified the step.
    """

    rule: str
    before: object
    after: object
    because: Prose
    conditions: tuple[Node | object, ...] = ()
    relation: Relation = "="
    checks: tuple[Check, ...] = ()
