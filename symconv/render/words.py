"""The few words that every format says alike: the mark of a verdict, the summary, the badges, plain text.

Everything else that a report says comes from the narrator.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from types import MappingProxyType

from symconv.checks.result import Check, Checks, Verdict
from symconv.display import Prose
from symconv.document import Bullets, Callout, Table
from symconv.printing.text import text

_MARKS = MappingProxyType({Verdict.PASSED: "✓", Verdict.FAILED: "✗", Verdict.UNDECIDED: "?"})
_WORST_FIRST = (Verdict.FAILED, Verdict.UNDECIDED, Verdict.PASSED)
_BREAKS = re.compile("[\t\n\r\x0b\x0c\x85\u2028\u2029]+")
_CONTROLS = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")


def mark(verdict: Verdict) -> str:
    """The sign of a verdict; it always stands beside a word."""
    return _MARKS[verdict]


def clean(raw: str) -> str:
    """Text on one line, with every character that XML forbids and a terminal would obey as U+FFFD."""
    return raw if raw.isprintable() else _CONTROLS.sub("\ufffd", _BREAKS.sub(" ", raw))


def plain(prose: Prose) -> str:
    """Running text on one line, its formulas in Unicode."""
    return "".join(clean(part) if isinstance(part, str) else text(part) for part in prose)


def summary(checks: Checks) -> str:
    """How the checks came out, in one line: ``all 12 checks passed``, ``1 of 12 checks failed, …``."""
    total = len(checks)
    if not total:
        return "nothing was checked"
    if checks.passed:
        return "the one check passed" if total == 1 else f"all {total} checks passed"
    counts = [(sum(check.verdict is verdict for check in checks), verdict) for verdict in _WORST_FIRST]
    (worst, verdict), *others = [(count, verdict) for count, verdict in counts if count]
    noun = "check" if total == 1 else "checks"
    return ", ".join((f"{worst} of {total} {noun} {verdict}", *(f"{count} {word}" for count, word in others)))


def badges(checks: Iterable[Check]) -> tuple[tuple[Verdict, str], ...]:
    """What verified a step, worst verdict first: ``(passed, "checked: symbolic, NumPy reference")``."""
    methods: dict[tuple[Verdict, str], dict[str, None]] = {}
    for check in sorted(checks, key=lambda check: _WORST_FIRST.index(check.verdict)):
        word = "checked" if check.word == Verdict.PASSED else check.word
        methods.setdefault((check.verdict, word), {})[check.method.value] = None
    return tuple((verdict, f"{word}: {', '.join(names)}") for (verdict, word), names in methods.items())


def complaint(check: Check) -> str:
    """What a check that did not pass has to say."""
    said = check.detail or f"{check.left} against {check.right}"
    return f"{check.verdict.value} ({check.method.value}): {check.subject}: {said}"


def alarm(checks: Checks) -> Callout | None:
    """What stands at the top of a report that is not proved right: every check that did not pass."""
    if checks.passed:
        return None
    complaints = tuple((complaint(check),) for check in checks.failures)
    return Callout("failed", f"Not verified: {summary(checks)}", (Bullets(complaints),) if complaints else ())


def worst_first(checks: Checks) -> tuple[Check, ...]:
    """The checks with those that did not pass in front."""
    return (*checks.failures, *(check for check in checks if check.passed))


def evidence(checks: Checks) -> Table:
    """A block of verdicts as a table, those that did not pass first."""
    return Table(
        header=(("verdict",), ("what",), ("how",), ("scope",)),
        rows=tuple(
            (
                (f"{mark(check.verdict)} {check.word}",),
                (check.subject,),
                (check.method.value,),
                (". ".join(filter(None, (check.scope, check.detail))),),
            )
            for check in worst_first(checks)
        ),
        align="llll",
    )
