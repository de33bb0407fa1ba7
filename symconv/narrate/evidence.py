"""The evidence of a section in few lines: checks of one subject by one method stand together."""

from __future__ import annotations

from symconv.checks.result import Check, Checks
from symconv.value import replace


def summarised(checks: Checks) -> Checks:
    """One line a subject and method; what did not pass stays by itself.

    The subject of a theorem's check is its name, a comma and a part; the parts are counted, and have no two
    sides in common.
    """
    groups: dict[tuple[str, str], list[Check]] = {}
    for check in checks:
        if check.passed:
            groups.setdefault((check.subject.partition(",")[0], check.method), []).append(check)
    lines = [
        group[0]
        if len(group) == 1
        else replace(group[0], subject=subject, left="", right="", scope=f"{len(group)} statements")
        for (subject, _), group in groups.items()
    ]
    return Checks((*checks.failures, *lines))
