"""What a wrong claim is told by."""

from __future__ import annotations

from symconv.checks.claims import claimed_names
from symconv.checks.result import Verdict

RIGHT = ("AvgPool2d", "LPPool2d", "MaxPool2d")


def test_names_are_claimed_in_any_order() -> None:
    assert claimed_names("modules", RIGHT[::-1], RIGHT).passed


def test_a_wrong_list_of_names_is_told_by_what_differs() -> None:
    wrong = claimed_names("modules", ("AvgPool2d", "LpPool2d"), RIGHT)
    assert wrong.verdict is Verdict.FAILED
    assert wrong.detail == "modules: LpPool2d claimed only and LPPool2d, MaxPool2d derived only."
    twice = claimed_names("modules", ("AvgPool2d", *RIGHT), RIGHT)
    assert twice.detail == "modules: AvgPool2d claimed only."
