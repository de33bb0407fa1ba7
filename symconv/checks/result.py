"""What a check says: a verdict, the method, both sides, and how much was covered.

A verdict is ``passed``, ``failed`` or ``undecided``; nothing but ``passed`` counts as passed. What a proof kernel
has accepted is called *proved*.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from enum import StrEnum

from symconv.value import Value


class Verdict(StrEnum):
    """The outcome of a check."""

    PASSED = "passed"
    FAILED = "failed"
    UNDECIDED = "undecided"


class Method(StrEnum):
    """The means by which two sides were compared; independent means share no code with the taps."""

    SYMBOLIC = "symbolic"
    """The difference of both sides is identically zero, or SymPy decides the relation from its assumptions."""
    GRID = "all small sizes"
    """Both sides are the same polynomial in the entries, at every place and all sizes up to stated bounds."""
    EXACT = "exact"
    """Both sides agree at given numbers, in exact arithmetic."""
    RATIONALS = "random rationals"
    """Both sides agree at seeded random rationals, in exact arithmetic."""
    REFERENCE = "NumPy reference"
    """Agrees with a separate implementation on sliding windows."""
    QUOTIENT = "difference quotients"
    """Agrees with difference quotients of the forward pass."""
    INTERVAL = "interval arithmetic"
    """The relation holds for intervals that contain the true values."""
    CLAIM = "claim"
    """Agrees with what the problem file claims."""
    KERNEL = "Coq kernel"
    """A theorem that says so was accepted by the kernel of a proof assistant."""


class Certificate(Value):
    """A theorem that a proof kernel has accepted.

    Args:
        theorem: its name.
        statement: what it says, in the kernel's language.
        file: the file that has it.
        sha256: the hash of that file.
        kernel: the kernel and its version, e.g. ``Coq 8.16.1``.
        assumptions: the axioms on which it rests.
    """

    theorem: str
    statement: str
    file: str
    sha256: str
    kernel: str
    assumptions: tuple[str, ...]


class Check(Value):
    """One comparison.

    Args:
        subject: what was compared, in plain text, e.g. ``∂E/∂A``.
        method: the means.
        verdict: what came out.
        left, right: both sides as plain text (for the evidence); long sides are the caller's to shorten.
        scope: how much was covered, e.g. ``25 of 25 entries``.
        detail: one sentence that says what went wrong; empty when passed.
        certificates: the theorems that a kernel accepted; there are some exactly where it passed by a kernel.
    """

    subject: str
    method: Method
    verdict: Verdict
    left: str
    right: str
    scope: str = ""
    detail: str = ""
    certificates: tuple[Certificate, ...] = ()

    def __post_init__(self) -> None:
        if bool(self.certificates) != (self.passed and self.method is Method.KERNEL):
            raise ValueError(f"{self.subject}: what a kernel accepted has certificates, and nothing else has")

    @property
    def passed(self) -> bool:
        return self.verdict is Verdict.PASSED

    @property
    def word(self) -> str:
        """The verdict as it is shown: ``proved`` for what a kernel accepted."""
        return "proved" if self.certificates else self.verdict.value


class Checks(Value):
    """Checks in the order in which they were made; ``passed`` only if there are some and all passed."""

    items: tuple[Check, ...] = ()

    @property
    def verdict(self) -> Verdict:
        """``failed`` if one failed, else ``undecided`` if one is (or there is none), else ``passed``."""
        verdicts = {check.verdict for check in self.items}
        if Verdict.FAILED in verdicts:
            return Verdict.FAILED
        if Verdict.UNDECIDED in verdicts or not verdicts:
            return Verdict.UNDECIDED
        return Verdict.PASSED

    @property
    def passed(self) -> bool:
        return self.verdict is Verdict.PASSED

    @property
    def failures(self) -> tuple[Check, ...]:
        """Every check that did not pass, failed ones first."""
        bad = [check for check in self.items if not check.passed]
        return tuple(sorted(bad, key=lambda check: check.verdict is not Verdict.FAILED))

    def __iter__(self) -> Iterator[Check]:
        return iter(self.items)

    def __len__(self) -> int:
        return len(self.items)

    def __add__(self, other: Iterable[Check]) -> Checks:
        return Checks((*self.items, *other))

    def __str__(self) -> str:
        marks = {Verdict.PASSED: "✓", Verdict.FAILED: "✗", Verdict.UNDECIDED: "?"}
        lines = [
            f"{marks[c.verdict]} {c.subject}: {c.method}"
            + (f", {c.scope}" if c.scope else "")
            + (f". {c.detail}" if c.detail else "")
            for c in (*self.failures, *(c for c in self.items if c.passed))
        ]
        return "\n".join(lines) or "no checks"
