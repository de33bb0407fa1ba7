"""What the theorems on convolutions say at one axis: sizes, and entries in symbols for all arrays."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

from symconv.axes import Sliding
from symconv.certificates import literals
from symconv.certificates.result import COMPUTED
from symconv.certificates.statement import Statement

MOST = 400
"""The most entries, and the largest size, of an axis that is shown in symbols."""


class At(NamedTuple):
    """An axis: input, kernel, stride, padding, dilation, and the outputs that follow."""

    I: int
    K: int
    S: int
    P: int
    D: int
    O: int

    @classmethod
    def of(cls, numbers: Sequence[int]) -> At:
        """The axis with these numbers I, K, S, P and D."""
        size, kernel, stride, padding, dilation = numbers
        axis = Sliding(kernel, stride, (padding, padding), dilation)
        return cls(size, kernel, stride, padding, dilation, axis.output_size(size))

    @property
    def taps(self) -> list[tuple[int, int, int]]:
        """Which output reads which input with which weight."""
        reads = ((o, o * self.S + m * self.D - self.P, m) for o in range(self.O) for m in range(self.K))
        return [tap for tap in reads if 0 <= tap[1] < self.I]


def definitions(at: At) -> tuple[str, ...]:
    """The geometry that the instances are about."""
    return (f"Definition geometry : operator := [Sliding {at.O} {at.I} {at.K} {at.S} {at.D} {at.P}].",)


def instances(theorem: str, at: At) -> Iterator[Statement]:
    """What the theorem says at an axis, if it says something there that the theory states."""
    if theorem in INSTANCES and max(at) <= MOST:
        yield from INSTANCES[theorem](at)


Instances = Callable[[At], Iterator[Statement]]


def _input_gradient(at: At) -> Iterator[Statement]:
    for t in range(at.I):
        pairs = [(o, m) for o, i, m in at.taps if i == t]
        yield _products("gradient", "grad_input", "input_in_symbols", "B", t, pairs)


def _weight_gradient(at: At) -> Iterator[Statement]:
    for k in range(at.K):
        pairs = [(o, i) for o, i, m in at.taps if m == k]
        yield _products("gradient", "grad_weight", "weight_in_symbols", "A", k, pairs)


def _products(
    word: str, function: str, theorem: str, other: str, place: int, pairs: list[tuple[int, int]]
) -> Statement:
    """A gradient's entry as a sum of products with entries of the gradient G that arrives."""
    total = _written([f"G [{o}]%nat * {other} [{x}]%nat" for o, x in pairs])
    listed = "; ".join(f"([{o}], [{x}])" for o, x in pairs)
    return Statement(
        literals.name(f"{word}_at", (place,)),
        f"forall G {other} : array, {function} geometry G {other} [{place}] = ({total})%R",
        f"intros G {other}; refine ({theorem} geometry G {other} [{place}] [{listed}] _); {COMPUTED}",
    )


def _full_correlation(at: At) -> Iterator[Statement]:
    rest = (at.I + 2 * at.P - at.D * (at.K - 1) - 1) % at.S
    numbers = f"{at.I} {at.K} {at.S} {2 * at.P} {at.D}"
    yield Statement("remainder_at", f"remainder {numbers} = {rest}", COMPUTED)
    offset = at.D * (at.K - 1) - at.P
    for u in range(at.I + at.D * (at.K - 1)):
        read = [o for o in range(at.O) if o * at.S + offset == u]
        value = f"G [{read[0]}]" if read else "0%R"
        yield Statement(
            literals.name("spread_at", (u,)),
            f"forall G : array, spread geometry G [{u}] = {value}",
            f"intros G; refine (spread_in_symbols geometry G [{u}] [{'; '.join(f'[{o}]' for o in read)}] _); "
            + COMPUTED,
        )
    yield from _input_gradient(at)


def _toeplitz(at: At) -> Iterator[Statement]:
    if at.O * at.I > MOST:
        return
    weight = {(o, i): m for o, i, m in at.taps}
    for o in range(at.O):
        for i in range(at.I):
            m = weight.get((o, i))
            value, found = ("0%R", "None") if m is None else (f"B [{m}]", f"(Some [{m}])")
            yield Statement(
                literals.name("entry_at", (o, i)),
                f"forall B : array, jacobian geometry B [{o}] [{i}] = {value}",
                f"intros B; refine (toeplitz_in_symbols geometry B [{o}] [{i}] {found} _ _); {COMPUTED}",
            )


def _output_size(at: At) -> Iterator[Statement]:
    given = f"{at.I} {at.K} {at.S} {2 * at.P} {at.D}"
    yield Statement("size_at", f"output_size {given} = {at.O}", COMPUTED)
    yield Statement(
        "windows_at",
        f"forall o, o < {at.O} <-> fits {given} o",
        f"refine (output_size_entry {given} {at.O} _); {COMPUTED}",
    )


def _rounded_up(at: At) -> Iterator[Statement]:
    count = -(-(at.I + 2 * at.P - at.D * (at.K - 1) - 1) // at.S)
    yield Statement("size_at", f"strides_up {at.I} {at.K} {at.S} {2 * at.P} {at.D} = {count}", COMPUTED)


def _input_sizes(at: At) -> Iterator[Statement]:
    least = at.S * (at.O - 1) + at.D * (at.K - 1) + 1 - 2 * at.P
    given = f"{at.K} {at.S} {2 * at.P} {at.D}"
    yield Statement(
        "size_at",
        f"forall I, extent {at.K} {at.D} <= I + {2 * at.P} ->\n"
        f"  (output_size I {given} = {at.O} <-> ({least} <= Z.of_nat I <= {least + at.S - 1})%Z)",
        f"intros I H; refine (input_sizes_spec I {given} {at.O} _ _ H _); auto with arith.",
    )


INSTANCES: Mapping[str, Instances] = MappingProxyType(
    {
        "output-size": _output_size,
        "output-size-ceil": _rounded_up,
        "input-sizes": _input_sizes,
        "input-gradient": _input_gradient,
        "full-correlation": _full_correlation,
        "weight-gradient": _weight_gradient,
        "conv-toeplitz": _toeplitz,
    }
)
"""By the names of :data:`symconv.theorems.THEOREMS`."""


def _written(terms: list[str]) -> str:
    """A sum as the theory writes it, from the right."""
    if not terms:
        return "0"
    *others, last = terms
    for term in reversed(others):
        last = f"{term} + ({last})" if "+" in last else f"{term} + {last}"
    return last
