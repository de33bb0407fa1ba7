"""Collects what the benchmarks measure and, when asked to, writes the table of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from benchmarks.timing import Measured, table

REPORT = Path(__file__).parents[2] / "reports/benchmarks.md"


@pytest.fixture(scope="session")
def assert_fast(update_reports: bool) -> Iterator[Callable[[Measured], None]]:
    """``assert_fast(measured)`` fails where a claim does not hold; all that were made go into the report."""
    made: list[Measured] = []

    def check(measured: Measured) -> None:
        made.append(measured)
        assert measured.holds, measured.row

    yield check
    if update_reports:
        REPORT.parent.mkdir(exist_ok=True)
        REPORT.write_text(table(made), encoding="utf-8")
