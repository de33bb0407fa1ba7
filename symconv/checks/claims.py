"""Claims of a problem file against what was derived: sizes, entries, and the addends of every entry."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any

import sympy as sp

from symconv.checks.interval import decide
from symconv.checks.result import Check, Method, Verdict
from symconv.exact import Array, indices, is_numeric
from symconv.value import replace


def claimed_value(subject: str, claimed: Any, derived: Any) -> Check:
    """One value, such as a size."""
    verdict = Verdict.PASSED if claimed == derived else Verdict.FAILED
    detail = (
        "" if verdict is Verdict.PASSED else f"{subject}: claimed {_text(claimed)}, derived {_text(derived)}."
    )
    return Check(subject, Method.CLAIM, verdict, _text(claimed), _text(derived), "", detail)


def claimed_array(
    subject: str, claimed: Array, derived: Array, base: int, terms: Callable[[tuple[int, ...]], str]
) -> Check:
    """An array, entry by entry; a wrong entry is named with both values and the terms that make it up."""
    if claimed.size == derived.size == 1:  # one number, also where a file can only say a list of one
        claimed = claimed.reshape(derived.shape)
    if claimed.shape != derived.shape:
        detail = f"{subject}: claimed with shape {_shape(claimed)}, derived with shape {_shape(derived)}."
        return Check(subject, Method.CLAIM, Verdict.FAILED, _shape(claimed), _shape(derived), "", detail)
    wrong = [index for index in indices(derived.shape) if not is_claimed(claimed[index], derived[index])]
    if not wrong:
        rounded = "" if is_numeric(derived) else ", to the decimals claimed"
        scope = f"all {derived.size} entries{rounded}"
        return Check(subject, Method.CLAIM, Verdict.PASSED, _entries(claimed), _entries(derived), scope)
    sentences = [
        f"{subject}[{_at(index, base)}]: claimed {_text(claimed[index])}, derived {terms(index)}."
        for index in wrong[:3]
    ]
    if len(wrong) > 3:
        sentences.append(f"{len(wrong)} of {derived.size} entries differ.")
    detail = " ".join(sentences)
    return Check(subject, Method.CLAIM, Verdict.FAILED, _entries(claimed), _entries(derived), "", detail)


def is_claimed(claimed: Any, derived: Any) -> bool:
    """Whether a claim is the value; of an irrational value it is the decimal to as many places as it has."""
    if claimed == derived:
        return True
    if not isinstance(derived, sp.Expr) or derived.free_symbols or not isinstance(claimed, Fraction):
        return False
    places = next((n for n in range(1, MOST_PLACES + 1) if 10**n % claimed.denominator == 0), None)
    if places is None:
        return False
    half = sp.Rational(1, 2 * 10**places)
    away = sp.Abs(derived - sp.Rational(claimed.numerator, claimed.denominator))
    return decide(away, "≤", half, {}) is Verdict.PASSED


MOST_PLACES = 40
"""Decimal places of a claim at most."""


def claimed_names(subject: str, claimed: Sequence[str], derived: Sequence[str]) -> Check:
    """A list of names, in any order; the sentence has those that one side lacks."""
    check = claimed_value(subject, tuple(sorted(claimed)), tuple(sorted(derived)))
    if check.passed:
        return check
    wrong, missing = (Counter(a) - Counter(b) for a, b in ((claimed, derived), (derived, claimed)))
    sides = (
        (", ".join(sorted(names.elements())), what)
        for names, what in ((wrong, "claimed"), (missing, "derived"))
    )
    told = " and ".join(f"{names} {what} only" for names, what in sides if names)
    return replace(check, detail=f"{subject}: {told}.")


def claimed_terms(
    subject: str,
    claimed: Any,
    derived: Callable[[tuple[int, ...]], Sequence[Any]],
    shape: Sequence[int],
    base: int,
) -> Check:
    """The addends of every entry, in any order."""
    for index in indices(shape):
        own = claimed
        for i in index:
            own = own[i] if isinstance(own, Sequence) and i < len(own) else ()
        expected = derived(index)
        if Counter(own) != Counter(expected):
            sides = " + ".join(map(_text, own)), " + ".join(map(_text, expected))
            detail = (
                f"{subject}[{_at(index, base)}]: the addends are claimed as {sides[0]}, derived {sides[1]}."
            )
            return Check(f"addends of {subject}", Method.CLAIM, Verdict.FAILED, *sides, "", detail)
    count = sum(1 for _ in indices(shape))
    scope = f"all {count} entries, in any order"
    return Check(
        f"addends of {subject}", Method.CLAIM, Verdict.PASSED, "as claimed", "the substituted terms", scope
    )


def _at(index: tuple[int, ...], base: int) -> str:
    return ",".join(str(i + base) for i in index)


def _text(value: Any) -> str:
    return ", ".join(map(_text, value)) if isinstance(value, tuple | list) else str(value).replace("-", "−")


def _entries(array: Array) -> str:
    return _nested(array.tolist())


def _nested(value: Any) -> str:
    return f"[{', '.join(map(_nested, value))}]" if isinstance(value, list) else _text(value)


def _shape(array: Array) -> str:
    return " × ".join(map(str, array.shape)) or "a single number"
