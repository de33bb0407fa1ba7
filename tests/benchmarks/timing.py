"""Ratios of times, measured side by side, and the table that they are reported in."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from resource import RUSAGE_CHILDREN, getrusage
from statistics import median
from time import perf_counter


@dataclass(frozen=True, slots=True)
class Measured:
    """One claim about speed with what was measured.

    Args:
        claim: what is compared with what.
        unit: of the values.
        values: one a round.
        at_least: the smallest median that keeps the claim; None where none is too small.
        at_most: the largest one; None where none is too large.
        goal: the largest median that is wanted; the limit then only guards against getting worse.
    """

    claim: str
    unit: str
    values: tuple[float, ...]
    at_least: float | None = None
    at_most: float | None = None
    goal: float | None = None

    @property
    def median(self) -> float:
        return median(self.values)

    @property
    def holds(self) -> bool:
        return (self.at_least is None or self.median >= self.at_least) and (
            self.at_most is None or self.median <= self.at_most
        )

    @property
    def row(self) -> str:
        """The line of the table."""
        bound = f"≤ {self.at_most:g}" if self.at_least is None else f"≥ {self.at_least:g}"
        if self.goal is not None:
            met = "met" if self.median <= self.goal else "**not met**"
            bound = f"goal ≤ {self.goal:g} {self.unit}, {met}; guard {bound}"
        low, high = min(self.values), max(self.values)
        cells = (f"{bound} {self.unit}", *(f"{value:.3g} {self.unit}" for value in (self.median, low, high)))
        return f"| {self.claim} | {' | '.join(cells)} |"


def children() -> float:
    """The seconds that finished child processes have computed, for themselves and in the system.

    What else the machine does at the time adds to the time on the wall, but hardly to this.
    """
    usage = getrusage(RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def seconds(work: Callable[[], object], clock: Callable[[], float] = perf_counter) -> float:
    """How long a piece of work takes, once; without the collector, which looks through all that others left."""
    collects = gc.isenabled()
    gc.disable()
    try:
        start = clock()
        work()
        return clock() - start
    finally:
        if collects:
            gc.enable()


def ratios(
    work: Callable[[], object],
    baseline: Callable[[], object],
    rounds: int,
    repeat: int = 1,
    clock: Callable[[], float] = perf_counter,
) -> tuple[float, ...]:
    """The time of the work by that of the baseline, one ratio a round; the two take turns.

    What is slow in one round, because of the machine, is then slow for both. Work of microseconds is timed
    ``repeat`` times in a round and its median taken.
    """

    def timed(function: Callable[[], object]) -> float:
        return median(seconds(function, clock) for _ in range(repeat))

    return tuple(timed(work) / timed(baseline) for _ in range(rounds))


def table(measured: Iterable[Measured]) -> str:
    """The report in Markdown."""
    lines = (
        "# Benchmarks",
        "",
        "Medians over rounds in which the two sides take turns; results are compared before anything is timed.",
        "Written by `pytest tests/benchmarks --update-reports`.",
        "",
        "| what | limit | median | least | most |",
        "| --- | ---: | ---: | ---: | ---: |",
        *(each.row for each in measured),
    )
    return "\n".join(lines) + "\n"
