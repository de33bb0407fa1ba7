"""Statements in other letters: names change wherever data holds names, and nothing else does."""

from __future__ import annotations

from typing import Any

import pytest

from symconv.narrate.called import Called

CALLED = Called.by([("A", "X"), ("I", "w"), ("M", "μ"), ("d", "A"), ("E", "L")])


@pytest.mark.parametrize(
    ("name", "called"),
    [
        *(("A", "X"), ("A2", "X2"), ("I_1", "w_1"), ("A_12", "X_12"), ("d", "A")),
        *(("C_in", "C_in"), ("AB", "AB"), ("p", "p"), ("∂", "∂"), ("#", "#"), ("=", "=")),
        *(("3/4", "3/4"), ("-5", "-5"), ("oo", "oo"), ("-oo", "-oo")),
        ("w", "w′"),  # a letter that no reader sees makes way
        ("X_1", "X′_1"),
    ],
)
def test_a_name_follows_its_letter(name: str, called: str) -> None:
    assert CALLED.name(name) == called


@pytest.mark.parametrize(
    ("data", "called"),
    [
        (["at", "A", ["+", "i", "I"]], ["at", "X", ["+", "i", "w"]]),
        (["d", ["at", "E"], ["at", "d", 1]], ["d", ["at", "L"], ["at", "A", 1]]),
        (
            ["sum", "M", [["w", 0, "I"]], ["M", ["<", 0, "M"]]],
            ["sum", "μ", [["w′", 0, "w"]], ["μ", ["<", 0, "μ"]]],
        ),
        (["cases", ["M", ["<", 0, "M"]], [1, True]], ["cases", ["μ", ["<", 0, "μ"]], [1, True]]),
        ([["1/2", 3], ["M", 4]], [["1/2", 3], ["M", 4]]),
        (["max", "A", 3, True, None], ["max", "X", 3, True, None]),
    ],
)
def test_data_keeps_its_shape(data: Any, called: Any) -> None:
    assert CALLED.data(data) == called


def test_settings_and_statements_are_called_alike() -> None:
    given = {"shape": [1, 2], "entries": [1, "1/2"]}
    facts = {
        "base": 0,
        "samples": [{"A": given, "I_1": 3}],
        "define": {
            "M": {"draw": [1, 9, 3]},
            "O": ["+", "I", 1],
            "A": {"shape": ["I"], "draw": [-9, 9, 3]},
            "C": {"shape": ["I"], "index": ["i"], "value": ["split", ["at", "A", "d"], [["d", 0, "I"]], []]},
        },
        "hypotheses": [["<", 0, "M"]],
        "limit": ["M", "oo"],
    }
    assert CALLED.facts(facts) == {
        "base": 0,
        "samples": [{"X": given, "w_1": 3}],
        "define": {
            "μ": {"draw": [1, 9, 3]},
            "O": ["+", "w", 1],
            "X": {"shape": ["w"], "draw": [-9, 9, 3]},
            "C": {"shape": ["w"], "index": ["i"], "value": ["split", ["at", "X", "A"], [["A", 0, "w"]], []]},
        },
        "hypotheses": [["<", 0, "μ"]],
        "limit": ["μ", "oo"],
    }
    said = {
        "in": 0,
        "section": "A",
        "left": "A",
        "rel": "=",
        "right": 1,
        "for": [["i", 0, "I"]],
        "numbers": True,
    }
    said |= {"where": [["<", "i", "M"]], "with": {"A": "M"}}
    called = {
        "in": 0,
        "section": "A",
        "left": "X",
        "rel": "=",
        "right": 1,
        "for": [["i", 0, "w"]],
        "numbers": True,
    }
    assert CALLED.statement(said) == called | {"where": [["<", "i", "μ"]], "with": {"X": "μ"}}
