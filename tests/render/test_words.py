from __future__ import annotations

from symconv.checks.result import Checks, Verdict
from symconv.document import Bullets
from symconv.render.words import alarm, badges, clean, complaint, evidence, plain, summary
from tests.render.sample import CLAIM, FAILED, REFERENCE, SYMBOLIC, UNDECIDED, entry


def test_summary_counts_what_did_not_pass_first() -> None:
    assert (
        summary(Checks((SYMBOLIC, UNDECIDED, FAILED, CLAIM))) == "1 of 4 checks failed, 1 undecided, 2 passed"
    )
    assert summary(Checks((SYMBOLIC, CLAIM))) == "all 2 checks passed"
    assert summary(Checks((CLAIM,))) == "the one check passed"
    assert summary(Checks((FAILED,))) == "1 of 1 check failed"
    assert summary(Checks()) == "nothing was checked"


def test_badges_name_each_method_once_and_the_worst_verdict_first() -> None:
    assert badges((SYMBOLIC, REFERENCE, SYMBOLIC, FAILED)) == (
        (Verdict.FAILED, "failed: claim"),
        (Verdict.PASSED, "checked: symbolic, NumPy reference"),
    )
    assert badges(()) == ()


def test_alarm_lists_failures_and_is_silent_when_all_passed() -> None:
    assert alarm(Checks((SYMBOLIC,))) is None
    callout = alarm(Checks((UNDECIDED, SYMBOLIC, FAILED)))
    assert callout is not None
    assert callout.kind == "failed"
    assert callout.blocks == (Bullets(((complaint(FAILED),), (complaint(UNDECIDED),))),)


def test_complaint_without_a_sentence_shows_both_sides() -> None:
    assert complaint(SYMBOLIC) == "passed (symbolic): ∂E/∂A: 25 against 25"


def test_evidence_has_failures_in_front() -> None:
    verdicts = [row[0] for row in evidence(Checks((SYMBOLIC, UNDECIDED, FAILED))).rows]
    assert verdicts == [("✗ failed",), ("? undecided",), ("✓ passed",)]


def test_plain_text_is_one_line_with_formulas_in_unicode() -> None:
    assert plain(("of\nthe ", entry("A", "12"), "\x1b")) == "of the A₁₂\ufffd"


def test_clean_keeps_every_script() -> None:
    text = "中文 Домашнее Συνέλιξη ‏עברית 👩‍🔬"
    assert clean(text) == text
