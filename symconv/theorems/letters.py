"""How the letters of each theorem are drawn afresh: which are free, and how the others follow from them.

A theorem's samples are windows that were chosen; these are for windows that nobody chose, which
:mod:`symconv.recheck` draws. They are written in its grammar and are definitions that a reader knows, by
counting and comparing: they do not come from what the proof says. A theorem without a row has its samples only.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple


class Letters(NamedTuple):
    """The letters in the order in which they are drawn, and what they must meet besides their kinds."""

    letters: tuple[tuple[Any, ...], ...]
    hypotheses: tuple[Any, ...] = ()


_ALL = [["i", 1, "n"]]
_X, _R = ["at", "x", "i"], ["at", "r", "i"]
_SIZE = ("n", "positive integer")
_POWER = ("p", "positive")
_LARGEST = ("M", "as", ["most", _X, _ALL, []])
_LEAST = ["*", -1, ["most", ["*", -1, _X], _ALL, []]]
_RATIO = ("r", "each as", ["cases", [["/", _X, "M"], ["<", 0, "M"]], [1, True]])
_NONNEGATIVE = (_SIZE, _POWER, ("x", "nonnegative", "each"), _LARGEST, _RATIO)
_IS_TIED = ["<", "m", "n"]

LETTERS: Mapping[str, Letters] = MappingProxyType(
    {
        "output-size": Letters(
            (
                *((name, "positive integer") for name in "IKSD"),
                *((name, "nonnegative integer") for name in "Po"),
                # O counts the windows that fit
                (
                    "O",
                    "as",
                    [
                        "sum",
                        [
                            "cases",
                            [
                                1,
                                [
                                    "<",
                                    ["+", ["*", "S", "w"], ["*", "D", ["+", "K", -1]]],
                                    ["+", "I", "P", "P"],
                                ],
                            ],
                            [0, True],
                        ],
                        [["w", 0, ["+", "I", "P", "P"]]],
                        [],
                    ],
                ),
            )
        ),
        "lp-limit": Letters((*_NONNEGATIVE, ("ε", "positive"))),
        "lp-signed": Letters(
            (
                _SIZE,
                _POWER,
                ("k", "positive integer"),
                ("x", "real", "each"),
                ("M", "as", ["most", ["abs", _X], _ALL, []]),
                ("r", "each as", ["cases", [["/", ["abs", _X], "M"], ["<", 0, "M"]], [1, True]]),
            )
        ),
        "lp-sum": Letters((_SIZE, ("x", "real", "each"), ("x_k", "as", _LEAST))),
        "lp-gradient": Letters(
            (
                _SIZE,
                _POWER,
                ("x", "positive", "each"),
                _LARGEST,
                _RATIO,
                ("m", "as", ["sum", ["delta", _X, "M"], _ALL, []]),
                ("ρ", "as", ["cases", [["most", _R, _ALL, [["<", _R, 1]]], _IS_TIED], ["1/2", True]]),
                ("r_k", "as", ["cases", ["ρ", _IS_TIED], [0, True]]),
                ("x_k", "as", ["at", "x", 1]),
                ("R", "as", ["sum", ["^", _X, "p"], [["i", 2, "n"]], []]),
            )
        ),
        "power-mean-max": Letters(_NONNEGATIVE),
        "power-mean-min": Letters(
            (
                _SIZE,
                _POWER,
                ("x", "positive", "each"),
                ("μ", "as", _LEAST),
                ("r", "each as", ["/", "μ", _X]),
            )
        ),
        "power-mean-geometric": Letters(
            (
                _SIZE,
                _POWER,
                ("x", "positive", "each"),
                ("G", "as", ["exp", ["/", ["sum", ["log", _X], _ALL, []], "n"]]),
                ("z", "each as", ["log", ["/", _X, "G"]]),
            )
        ),
        "power-mean-zeros": Letters(
            (
                _SIZE,
                _POWER,
                ("y", "nonnegative", "each"),
                ("x", "each as", ["cases", [0, ["=", "i", 1]], [["at", "y", "i"], True]]),
                ("c", "as", ["/", ["sum", ["sign", _X], _ALL, []], "n"]),
                _LARGEST,
            ),
            (["<", 0, "c"],),
        ),
    }
)
