"""The pooling modules of torch.nn in two dimensions: what each does, in a sentence and a formula.

The formulas are general definitions of this project's layers, checked at small examples like any other. To
list a module, add its layer here.
"""

from __future__ import annotations

from functools import cache

import sympy as sp

from symconv.checks.general import check_general
from symconv.checks.result import Check
from symconv.derived import Derivation
from symconv.display import Node, row
from symconv.document import Block, Formula, Paragraph, Says, Step, Steps
from symconv.layers import (
    LAYERS,
    AdaptiveAvgPool2d,
    AdaptiveMaxPool2d,
    AvgPool2d,
    FractionalMaxPool2d,
    Layer,
    LPPool2d,
    MaxPool2d,
    MaxUnpool2d,
)
from symconv.narrate.formulas import tree
from symconv.narrate.statements import general_equality
from symconv.operator import Names
from symconv.value import replace

SENTENCES = {
    "MaxPool2d": "Keeps the largest entry of each window.",
    "MaxUnpool2d": "Puts each entry back to the position t where max pooling found it, and zeros elsewhere: "
    "a partial inverse. Positions are counted row by row.",
    "AvgPool2d": "Takes the mean of each window.",
    "FractionalMaxPool2d": "Keeps the largest entry of windows that start at a pseudo-random sequence s, "
    "which shrinks an image by a factor that need not be whole.",
    "LPPool2d": "Takes the p-norm of each window: for non-negative entries the sum at p = 1, and in the limit "
    "of large p the maximum.",
    "AdaptiveMaxPool2d": "Keeps the largest entry of windows that share the input out evenly, so that the output "
    "has a wanted size.",
    "AdaptiveAvgPool2d": "Takes the mean of windows that share the input out evenly, so that the output has a "
    "wanted size.",
}

NAMES = Names(input="X", output="Y")


def pooling_modules() -> tuple[str, ...]:
    """The pooling layers of two dimensions, by name."""
    return tuple(name for name in LAYERS if "ool2d" in name)


def module_steps(names: tuple[str, ...]) -> tuple[tuple[Block, ...], tuple[Check, ...]]:
    """Every module as a step: its name, its formula, its sentence; and the checks of the formulas."""
    steps: list[Step] = []
    for name in names:
        body, checks = _told(name)
        # a report says of each check in which section it stands
        own = tuple(replace(check, subject=f"formula of {name}") for check in checks)
        steps.append(Step(name, body, (SENTENCES[name],), own))
    padding = Paragraph(
        ("Here stride, padding and dilation are those of the defaults: windows side by side.",)
    )
    return (Steps(tuple(steps)), padding), tuple(check for step in steps for check in step.checks)


@cache
def _told(name: str) -> tuple[Formula, tuple[Check, ...]]:
    """The formula of a module and its checks; two questions of a problem may ask for the same one."""
    derivation = _example(name)
    return Formula(_definition(derivation), module_says(derivation)), check_general(derivation, None)


def module_formula(name: str) -> Node:
    """The definition of a module."""
    return _definition(_example(name))


def module_says(name: str | Derivation) -> Says:
    """What the definition of a module says."""
    derivation = _example(name) if isinstance(name, str) else name
    general = derivation.general(None)
    return (general_equality(derivation, general, general.formula),)


def _definition(derivation: Derivation) -> Node:
    general = derivation.general(None)
    return row(tree(general.left, NAMES), "=", tree(general.formula, NAMES))


def _example(name: str) -> Derivation:
    """The layer at a small size, on which its formula is checked."""
    if name == "MaxUnpool2d":
        return MaxUnpool2d(2).derive((2, 2), indices=[[0, 3], [9, 14]], names=NAMES)
    layers: dict[str, Layer] = {
        "MaxPool2d": MaxPool2d(2),
        "AvgPool2d": AvgPool2d(2),
        "LPPool2d": LPPool2d(sp.Symbol("p", positive=True), 2),
        "FractionalMaxPool2d": FractionalMaxPool2d(2, 2, _random_samples=(0.6, 0.3)),
        "AdaptiveMaxPool2d": AdaptiveMaxPool2d(2),
        "AdaptiveAvgPool2d": AdaptiveAvgPool2d(2),
    }
    return layers[name].derive((5, 5), names=NAMES)
