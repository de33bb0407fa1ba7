"""The checks of a chain: every layer's own, and the whole of it against difference quotients.

The composed gradient is compared with ``(E(x + h) − E(x − h))/2h``, where E is computed by the reference
alone, layer after layer. Without exponentials and roots everything is rational and the quotient exact, else
it is enclosed by intervals. Where the error has a kink in an entry (a tie of maxima, a 0 before a ReLU) the
quotients from both sides differ and no derivative exists: such an entry is left out, and the scope says so.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

import numpy as np
import sympy as sp

from symconv.checks.comparing import covered
from symconv.checks.derivation import check_gradient, check_output
from symconv.checks.enclosure import Enclosure, apart, enclosed
from symconv.checks.general import check_general
from symconv.checks.jacobian import sample, tie_free
from symconv.checks.oracle import Oracle
from symconv.checks.result import Check, Checks, Method, Verdict
from symconv.checks.sampling import distributions, generator
from symconv.checks.smooth import reference_output
from symconv.checks.surroundings import is_smooth
from symconv.derivation.chain import Chained
from symconv.errors import UnsupportedError
from symconv.exact import Array, indices, is_numeric, pack
from symconv.losses import CrossEntropy
from symconv.reductions import LpNorm

STEP = Fraction(1, 2**60)
DIGITS = 15
"""To how many digits a quotient is compared where it is not exact."""
KINK = Fraction(1, 2**20)
"""Slopes from both sides that differ by more than this are those of a kink."""
MOST = 25
"""How many entries of an array are moved at most."""


def check_chain(chain: Chained, wrt: Sequence[str] | None = None) -> Checks:
    """Every layer's checks and the end-to-end comparison for every array that is asked for.

    Args:
        wrt: the names of arrays; all given ones that the error can be differentiated by where left out.
    """
    chosen = [name for name in chain.differentiable if name in chain.given] if wrt is None else list(wrt)
    checks: list[Check] = []
    for link in chain.links:
        stage = chain.stage(link)
        checks += [*check_general(stage, None), *check_output(stage)]
    for part in dict.fromkeys(part for name in chosen for part in chain.path(name)):
        stage = chain.stage(part.link)
        checks += [*check_general(stage, part.role), *check_gradient(stage, part.role)]
    for name in chosen:
        checks += end_to_end(chain, name)
    return Checks(tuple(checks))


def end_to_end(chain: Chained, name: str) -> tuple[Check, ...]:
    """The composed gradient by one array against quotients, at seeded numbers and at the chain's own."""
    checks = [_quotients(seeded(chain), name, "seeded numbers")]
    if chain.is_closed:
        checks.append(_quotients(chain, name, ""))
    return tuple(check for check in checks if check is not None)


def seeded(chain: Chained) -> Chained:
    """The chain at small seeded numbers, which lie in general position."""
    rng = generator()
    targets = {link.reads["weight"]: link for link in chain.links if link.operator.has_target}
    scale = 8 if _is_rational(chain) else 64
    arrays: dict[str, Array] = {}
    for name, array in chain.given.items():
        drawn = rng.permutation(np.arange(1, array.size + 1)) * rng.choice([-1, 1], size=array.size)
        entries = [Fraction(int(value) * 97 % 61 - 30, scale) + Fraction(int(value), 509) for value in drawn]
        if name in targets and isinstance(targets[name].operator.reduction, CrossEntropy):
            arrays[name] = distributions(targets[name].operator, rng)
        else:
            arrays[name] = pack(entries).reshape(array.shape)
    upstream = None if chain.upstream is None else tie_free(chain.upstream.shape, rng)
    return chain.put(arrays, upstream)


def composed(chain: Chained, given: Mapping[str, Array]) -> Any:
    """The error at given arrays, by the reference alone: ``Σ upstream·end``."""
    arrays = dict(given)
    rational = _is_rational(chain)
    for link in chain.links:
        entries = {role: arrays[name] for role, name in link.reads.items()}
        if rational:
            arrays[link.output] = Oracle(link.operator).forward(**entries)
        else:
            arrays[link.output] = reference_output(link.operator, entries)
    end = arrays[chain.end]
    return end.item() if chain.upstream is None else np.sum(chain.upstream * end)


def _quotients(chain: Chained, name: str, where: str) -> Check | None:
    """The gradient at the chain's numbers; None where the error has a kink in every entry."""
    subject = f"∂{chain.error}/∂{name} through the chain"
    got = chain.gradient_entries(name)
    rest = chain.after(name)
    rational = _is_rational(chain)
    given = rest.given if rational else {own: enclosed(array) for own, array in rest.given.items()}
    every = list(indices(got.shape))
    chosen, compared = list(sample(every, MOST)), 0
    try:
        middle = composed(rest, given)
        for index in chosen:
            after, before = (composed(rest, _moved(given, name, index, move)) for move in (STEP, -STEP))
            left, right = (middle - before) / STEP, (after - middle) / STEP
            if _differ(left, right, KINK):
                continue
            compared += 1
            quotient = (left + right) / 2
            if (differ := _differ(got[index], quotient, STEP)) is not False:
                at, verdict = [i + chain.base for i in index], Verdict.FAILED if differ else Verdict.UNDECIDED
                shown = str(quotient) if rational else f"{float(quotient):.12g}"
                detail = f"Entry {at} is {got[index]}, the quotient of the whole chain is {shown}."
                return Check(subject, Method.QUOTIENT, verdict, str(got[index]), shown, "", detail)
    except UnsupportedError as error:
        detail = f"Not decided: {error}."
        return Check(subject, Method.QUOTIENT, Verdict.UNDECIDED, "composed", "reference", "", detail)
    if not compared:
        return None
    kinks = len(chosen) - compared
    parts = [covered(len(chosen), len(every)), f"{kinks} with a kink left out" if kinks else ""]
    parts += ["" if rational else f"{DIGITS} digits", where]
    scope = ", ".join(part for part in parts if part)
    return Check(subject, Method.QUOTIENT, Verdict.PASSED, "composed gradient", "reference", scope)


def _differ(left: Any, right: Any, floor: Fraction) -> bool | None:
    return apart(Enclosure.of(left), Enclosure.of(right), DIGITS, floor)


def _moved(given: Mapping[str, Array], name: str, index: tuple[int, ...], move: Fraction) -> dict[str, Array]:
    moved = given[name].astype(object)
    moved[index] = moved[index] + move
    return {**given, name: moved}


def _is_rational(chain: Chained) -> bool:
    """Whether the reference can compute the chain in rational numbers."""
    roots = (
        link.operator.reduction.p not in (1, sp.oo)
        for link in chain.links
        if isinstance(link.operator.reduction, LpNorm)
    )
    given = all(is_numeric(array) or not chain.is_closed for array in chain.given.values())
    return given and not any(roots) and not any(is_smooth(link.operator) for link in chain.links)
