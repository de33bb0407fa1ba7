"""The theorems of a problem for every size, and at the windows that it names."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction
from types import MappingProxyType

from symconv.certificates import literals
from symconv.certificates.general import GENERAL
from symconv.certificates.statement import Statement, Uncertified

Window = Sequence[Fraction]
COMPUTED = "vm_compute; reflexivity."


def general(theorem: str) -> tuple[Statement, ...]:
    """The theorem for every size; restated, so that the file says what is proved."""
    if theorem not in GENERAL:
        raise Uncertified("the theory does not have it yet")
    return tuple(Statement(name, says, f"exact {proof}.") for name, says, proof in GENERAL[theorem])


def instances(theorem: str, window: Window, position: Sequence[int]) -> Iterator[Statement]:
    """What the theorem says of a window; its ``position`` goes into the names.

    Raises:
        Uncertified: the window does not meet the hypotheses that the theory needs.
    """
    if theorem in INSTANCES:
        for name, says, proof in INSTANCES[theorem](window):
            yield Statement(literals.name(name, position), says, f"refine ({proof}); {COMPUTED}")


Instances = Callable[[Window], Iterator[tuple[str, str, str]]]


def _limit(window: Window) -> Iterator[tuple[str, str, str]]:
    _require(window, lambda x: x >= 0, "a negative entry")
    top, w, q = max(window), literals.reals(window), literals.rationals(window)
    m, entry = literals.real(top), literals.rational(top)
    yield "limit_at", f"is_lim (fun p => lpnorm p {w}) p_infty {m}", f"lp_limit_entry {q} {entry} _"
    yield (
        "bounds_at",
        f"forall p, (0 < p)%R ->\n  ({m} <= lpnorm p {w} <= rpow (INR (length {w})) (/ p) * {m})%R",
        f"lp_bounds_entry {q} {entry} _",
    )


def _signed(window: Window) -> Iterator[tuple[str, str, str]]:
    top = max(map(abs, window))
    yield (
        "limit_at",
        f"is_lim (fun p => lpnorm p (map Rabs {literals.reals(window)})) p_infty {literals.real(top)}",
        f"lp_signed_entry {literals.rationals(window)} {literals.rational(top)} _",
    )


def _sum(window: Window) -> Iterator[tuple[str, str, str]]:
    total = sum(map(abs, window), Fraction())
    yield (
        "sum_at",
        f"lpnorm 1 (map Rabs {literals.reals(window)}) = {literals.real(total)}",
        f"lp_sum_entry {literals.rationals(window)} {literals.rational(total)} _",
    )


def _gradient(window: Window) -> Iterator[tuple[str, str, str]]:
    _require(window, lambda x: x >= 0, "a negative entry")
    top = max(window)
    share = Fraction(1, sum(x == top for x in window))
    for number, x in enumerate(window, 1):
        if x == 0:
            continue  # at 0 the norm has only one-sided derivatives for small exponents
        before, after = window[: number - 1], window[number:]
        limit = share if x == top else Fraction()
        yield (
            f"entry{number}_at",
            f"is_lim (fun p => Derive (fun u => lpnorm p ({literals.reals(before)} ++ u :: "
            f"{literals.reals(after)})) {literals.real(x)})\n  p_infty {literals.real(limit)}",
            f"lp_gradient_entry {literals.rationals(before)} {literals.rational(x)} "
            f"{literals.rationals(after)} {literals.rational(top)} {literals.rational(limit)} _ _",
        )


def _maximum(window: Window) -> Iterator[tuple[str, str, str]]:
    _require(window, lambda x: x >= 0, "a negative entry")
    top = max(window)
    yield (
        "limit_at",
        f"is_lim (fun p => powmean p {literals.reals(window)}) p_infty {literals.real(top)}",
        f"power_mean_max_entry {literals.rationals(window)} {literals.rational(top)} _",
    )


def _minimum(window: Window) -> Iterator[tuple[str, str, str]]:
    _require(window, lambda x: x > 0, "an entry that is not positive")
    least, w, q = min(window), literals.reals(window), literals.rationals(window)
    for name, mean, entry in (
        ("limit_at", "powmean", "power_mean_min_entry"),
        ("norm_limit_at", "lpnorm", "norm_min_entry"),
    ):
        yield (
            name,
            f"is_lim (fun p => {mean} (- p) {w}) p_infty {literals.real(least)}",
            f"{entry} {q} {literals.rational(least)} _",
        )


def _geometric(window: Window) -> Iterator[tuple[str, str, str]]:
    _require(window, lambda x: x > 0, "an entry that is not positive")
    w = literals.reals(window)
    yield (
        "limit_at",
        f"is_lim (fun p => powmean p {w}) 0%R (geomean {w})",
        f"power_mean_geometric_entry {literals.rationals(window)} _",
    )


def _zeros(window: Window) -> Iterator[tuple[str, str, str]]:
    _require(window, lambda x: x >= 0, "a negative entry")
    if 0 not in window:
        raise Uncertified("the window has no zero")
    yield (
        "limit_at",
        f"filterlim (fun p => powmean p {literals.reals(window)}) (at_right 0%R) (locally 0%R)",
        f"power_mean_zeros_entry {literals.rationals(window)} _",
    )


INSTANCES: Mapping[str, Instances] = MappingProxyType(
    {
        "lp-limit": _limit,
        "lp-signed": _signed,
        "lp-sum": _sum,
        "lp-gradient": _gradient,
        "power-mean-max": _maximum,
        "power-mean-min": _minimum,
        "power-mean-geometric": _geometric,
        "power-mean-zeros": _zeros,
    }
)


def _require(window: Window, holds: Callable[[Fraction], bool], what: str) -> None:
    if not all(map(holds, window)):
        raise Uncertified(f"the window has {what}")
