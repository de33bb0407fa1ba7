"""Why each step of a derivation holds: one row a rule, so that a reason is written once."""

from __future__ import annotations

from symconv.display import Prose
from symconv.losses import CrossEntropy, SquaredError
from symconv.pointwise import Logistic, Rectified, TanH
from symconv.reductions import LpNorm, Maximum, Mean, PlainSum, Reduction, WeightedSum

DEFINITION: dict[type, Prose] = {
    WeightedSum: ("Every entry of a window is multiplied by its weight; the products are added up.",),
    PlainSum: ("The entries that an output reads are added up; one that it reads alone is copied.",),
    Mean: ("The entries of a window are added up and divided by the number of its cells.",),
    Maximum: ("The largest entry of a window; padding never wins.",),
    LpNorm: (
        "The absolute values of a window's entries are raised to the power p and added up; then the p-th root.",
    ),
    Rectified: ("Every entry by itself: a positive one stays, any other is multiplied by the slope there.",),
    Logistic: ("The logistic function of every entry by itself.",),
    TanH: ("The hyperbolic tangent of every entry by itself.",),
    SquaredError: ("The squared differences from the target are added up.",),
    CrossEntropy: (
        "The softmax of a sample's entries, its logarithm, and the mean of that under the target, negated.",
    ),
}

CHAIN_RULE: Prose = ("The error depends on this entry only through the outputs that read it.",)

DIFFERENTIATE: dict[tuple[type, str], Prose] = {
    (WeightedSum, "input"): (
        "An output is linear in each entry that it reads; the slope is the weight that meets it.",
    ),
    (WeightedSum, "weight"): (
        "An output is linear in each weight; the slope is the entry that the weight meets.",
    ),
    (WeightedSum, "bias"): ("The bias is added to every output of its channel, with slope 1.",),
    (PlainSum, "input"): ("An output is the sum of the entries that it reads, each with slope 1.",),
    (Mean, "input"): ("Every entry of a window has the same share in its mean.",),
    (Maximum, "input"): ("The maximum moves with the entry that attains it and with no other.",),
    (LpNorm, "input"): ("The power rule, applied to the inner sum and to the root.",),
    (Rectified, "input"): (
        "The slope on either side of 0; at 0 itself, where there is none, that of the negative side, as in "
        "PyTorch.",
    ),
    (Logistic, "input"): ("The derivative of the logistic function in terms of its value y is y(1 − y).",),
    (TanH, "input"): ("The derivative of the hyperbolic tangent in terms of its value y is 1 − y².",),
    (SquaredError, "input"): ("The power rule; the target does not move.",),
    (CrossEntropy, "input"): (
        "The softmax minus the target: the logarithm of the sum has the softmax as its derivative, and the "
        "entries of a sample's target add up to 1.",
    ),
}

TIES: dict[str, Prose] = {
    "first": (
        "Of several equal maxima the first in row-major order takes the whole gradient, as in PyTorch.",
    ),
    "split": ("Several equal maxima share the gradient equally.",),
}

DROP_ZEROS: Prose = ("An output whose window does not contain the entry contributes nothing.",)
UNREAD: Prose = ("No output reads this entry.",)
SUBSTITUTE: Prose = ("The numbers, put in.",)
EVALUATE: Prose = ("Exact arithmetic.",)

COLLAPSE: Prose = ("Among the offsets only the one that leads from this output to this entry is left.",)


def definition(reduction: Reduction) -> Prose:
    """Why an output entry is what it is."""
    return DEFINITION[type(reduction)]


def differentiate(reduction: Reduction, wrt: str) -> Prose:
    """Why the partial derivative is what it is."""
    reason = DIFFERENTIATE[type(reduction), wrt]
    return (*reason, " ", *TIES[reduction.ties]) if isinstance(reduction, Maximum) else reason
