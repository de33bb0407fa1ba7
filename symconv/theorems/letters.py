"""How the letters and arrays of each theorem are drawn afresh: which are free, and how the others follow from them.

A theorem's samples are windows that were chosen; these are for windows that nobody chose, which
:mod:`symconv.recheck` draws. They are written in its grammar and are definitions that a reader knows, by
counting and comparing: they do not come from what the proof says. A theorem without a row has its samples only.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

from symconv.document import Defined, Drawn


class Letters(NamedTuple):
    """What the letters and arrays are, and what drawn ones must meet besides their kinds.

    Args:
        define: by name, what can be drawn and what follows.
        hypotheses: conditions on what is drawn.
        samples: sizes that every run looks at.
        base: what indices count from.
    """

    define: Mapping[str, Any]
    hypotheses: tuple[Any, ...] = ()
    samples: tuple[Mapping[str, Any], ...] = ()
    base: int = 1


def _sum(body: Any, *ranges: Any, where: tuple[Any, ...] = ()) -> list[Any]:
    return ["sum", body, list(ranges), list(where)]


def _family(value: Any) -> Defined:
    return Defined(("n",), ("i",), value)


_ALL = [["i", 1, "n"]]
_X, _R = ["at", "x", "i"], ["at", "r", "i"]
_NUMBERS = {"n": Drawn("positive integer"), "p": Drawn("positive")}
_LARGEST = ["most", _X, _ALL, []]
_LEAST = ["*", -1, ["most", ["*", -1, _X], _ALL, []]]
_RATIO = _family(["cases", [["/", _X, "M"], ["<", 0, "M"]], [1, True]])
_NONNEGATIVE = {**_NUMBERS, "x": Drawn("nonnegative", ("n",)), "M": _LARGEST, "r": _RATIO}
_POSITIVE = {**_NUMBERS, "x": Drawn("positive", ("n",))}
_IS_TIED = ["<", "m", "n"]

# --- sizes: I, K, S, P and D are free; O counts the windows that fit ---


def _minus_one(name: Any) -> list[Any]:
    return ["+", name, -1]


_PADDED = ["+", "I", ["*", 2, "P"]]
_REACH = ["*", "D", _minus_one("K")]
_SIZES = {
    **{name: Drawn("positive integer") for name in "IKSD"},
    "P": Drawn("nonnegative integer"),
    "O": _sum(1, ["w", 0, _PADDED], where=(["<", ["+", ["*", "S", "w"], _REACH], _PADDED],)),
}
_KERNEL_FITS = (["<", _REACH, _PADDED],)
_SOME_SIZES = tuple(
    dict(zip("IKSPD", sizes, strict=True))
    for sizes in ((6, 3, 2, 1, 1), (5, 2, 1, 1, 1), (7, 2, 3, 2, 3), (4, 3, 1, 2, 2))
)

# --- arrays: of a convolution C = Σ over all pairs of an entry and a weight that meet ---

_TAP = ["+", ["*", "S", "i"], ["*", "D", "m"], ["*", -1, "P"]]
_A, _B, _G = ["at", "A", "t"], ["at", "B", "m"], ["at", "G", "i"]
_INPUTS, _OFFSETS, _WINDOWS = (
    [letter, 0, _minus_one(size)] for letter, size in (("t", "I"), ("m", "K"), ("i", "O"))
)
_CONVOLUTION = {
    **_SIZES,
    "A": Drawn("real", ("I",)),
    "B": Drawn("real", ("K",)),
    "G": Drawn("real", ("O",)),
    "C": Defined(("O",), ("i",), _sum(["*", _A, _B], _INPUTS, _OFFSETS, where=(["=", "t", _TAP],))),
    "E": _sum(["*", _G, ["at", "C", "i"]], _WINDOWS),
}
_ZEROS = ["+", _REACH, ["*", -1, "P"]]
_SPREAD = {
    # what the last window leaves of the padded input
    "R": ["+", _PADDED, ["*", -1, "S", _minus_one("O")], ["*", -1, _REACH], -1],
    "Q": _ZEROS,
    "H": Defined(
        (["+", "I", _REACH],), ("u",), _sum(_G, _WINDOWS, where=(["=", "u", ["+", ["*", "S", "i"], "Q"]],))
    ),
}
_MATRIX = {"T": Defined(("O", "I"), ("i", "t"), _sum(_B, _OFFSETS, where=(["=", "t", _TAP],)))}
_PADDED_INPUT = {
    "R": _SPREAD["R"],
    "X": Defined((_PADDED,), ("u",), _sum(_A, _INPUTS, where=(["=", "u", ["+", "t", "P"]],))),
}
_IMAGES, _INS, _OUTS = ["n", 0, _minus_one("N")], ["*", "g", "M"], ["*", "g", "L"]
_MEETING = (
    # an input channel belongs to a group of M, an output channel to one of L
    ["=", ["floor", ["/", "q", "M"]], ["floor", ["/", "f", "L"]]],
    ["=", "t", _TAP],
)
_LAYERS = {
    **_SIZES,
    **{name: Drawn("positive integer") for name in "NgML"},
    "A": Drawn("real", ("N", _INS, "I")),
    "B": Drawn("real", (_OUTS, "M", "K")),
    "G": Drawn("real", ("N", _OUTS, "O")),
    "C": Defined(
        ("N", _OUTS, "O"),
        ("n", "f", "i"),
        _sum(
            ["*", ["at", "A", "n", "q", "t"], ["at", "B", "f", ["mod", "q", "M"], "m"]],
            ["q", 0, _minus_one(_INS)],
            _INPUTS,
            _OFFSETS,
            where=_MEETING,
        ),
    ),
    "E": _sum(
        ["*", ["at", "G", "n", "f", "i"], ["at", "C", "n", "f", "i"]],
        _IMAGES,
        ["f", 0, _minus_one(_OUTS)],
        _WINDOWS,
    ),
}
_SOME_LAYERS = tuple(
    {**sizes, **dict(zip("NgML", layer, strict=True))}
    for sizes, layer in zip(_SOME_SIZES[:2], ((1, 2, 2, 1), (2, 1, 1, 2)), strict=True)
)
_FEW = tuple(["≤", name, most] for name, most in (("I", 4), ("K", 3), ("N", 2), ("g", 2), ("M", 2), ("L", 2)))
"""Keeps drawn layers so small that every sum over them is quick."""

# --- pooling ---

_WINDOW = (["≤", 0, ["+", "t", "P", ["*", -1, "S", "i"]]], ["<", ["+", "t", "P", ["*", -1, "S", "i"]], "K"])
_INSIDE = _sum(1, _INPUTS, where=_WINDOW)
_POOLED = _sum(_A, _INPUTS, where=_WINDOW)
_POOLING = {**_SIZES, "D": 1, "A": Drawn("real", ("I",)), "G": Drawn("real", ("O",))}


def _pooled(divisor: Any, **others: Any) -> Letters:
    """Average pooling by a divisor, the padding not among the cells."""
    pooled = Defined(("O",), ("i",), ["/", _POOLED, divisor])
    define = {**_POOLING, **others, "Y": pooled, "E": _sum(["*", _G, ["at", "Y", "i"]], _WINDOWS)}
    samples = tuple({name: size for name, size in sizes.items() if name != "D"} for sizes in _SOME_SIZES[:2])
    return Letters(define, (*_KERNEL_FITS, ["≤", ["*", 2, "P"], "K"]), samples, base=0)


_AVERAGE = _pooled(
    "K",
    B=Defined(("K",), ("u",), ["/", 1, "K"]),
    Z=Defined(
        (["+", _PADDED, ["*", -1, "K"], 1],),
        ("u",),
        [
            "/",
            _sum(_A, _INPUTS, where=(["≤", "u", ["+", "t", "P"]], ["<", ["+", "t", "P"], ["+", "u", "K"]])),
            "K",
        ],
    ),
)


def _maximum(kind: str) -> Letters:
    x = ["at", "x", "i"]
    largest = [kind, x, [["i", 0, ["+", "n", -1]]], []]
    return Letters({"n": Drawn("positive integer"), "x": Drawn("real", ("n",)), "y": largest}, base=0)


def _on_sizes(define: Mapping[str, Any]) -> Letters:
    return Letters(define, _KERNEL_FITS, _SOME_SIZES, base=0)


LETTERS: Mapping[str, Letters] = MappingProxyType(
    {
        "output-size": Letters({**_SIZES, "o": Drawn("nonnegative integer")}),
        "convolution": _on_sizes(_CONVOLUTION),
        "delta-rule": _on_sizes({**_SIZES, "B": Drawn("real", ("K",))}),
        "input-gradient": _on_sizes(_CONVOLUTION),
        "full-correlation": _on_sizes({**_CONVOLUTION, **_SPREAD}),
        "weight-gradient": _on_sizes({**_CONVOLUTION, **_PADDED_INPUT}),
        "conv-toeplitz": _on_sizes({**_CONVOLUTION, **_MATRIX}),
        "group-gradients": Letters(_LAYERS, (*_KERNEL_FITS, *_FEW), _SOME_LAYERS, base=0),
        "conv-adjoint": Letters(_LAYERS, (*_KERNEL_FITS, *_FEW), _SOME_LAYERS, base=0),
        "average-pooling": _AVERAGE,
        "average-pooling, padding not counted": _pooled(_INSIDE),
        # every window that starts within the input counts
        "average-pooling, ceil_mode": _pooled(
            _INSIDE, O=_sum(1, ["w", 0, "I"], where=(["<", ["*", "S", "w"], "I"],))
        ),
        "maximum, first": _maximum("most"),
        "maximum, split": _maximum("split"),
        "lp-limit": Letters({**_NONNEGATIVE, "ε": Drawn("positive")}),
        "lp-signed": Letters(
            {
                **_NUMBERS,
                "k": Drawn("positive integer"),
                "x": Drawn("real", ("n",)),
                "M": ["most", ["abs", _X], _ALL, []],
                "r": _family(["cases", [["/", ["abs", _X], "M"], ["<", 0, "M"]], [1, True]]),
            }
        ),
        "lp-sum": Letters({"n": Drawn("positive integer"), "x": Drawn("real", ("n",)), "x_k": _LEAST}),
        "lp-gradient": Letters(
            {
                **_POSITIVE,
                "M": _LARGEST,
                "r": _RATIO,
                "m": _sum(["delta", _X, "M"], *_ALL),
                "ρ": ["cases", [["most", _R, _ALL, [["<", _R, 1]]], _IS_TIED], ["1/2", True]],
                "r_k": ["cases", ["ρ", _IS_TIED], [0, True]],
                "x_k": ["at", "x", 1],
                "R": _sum(["^", _X, "p"], ["i", 2, "n"]),
            }
        ),
        "power-mean-max": Letters(_NONNEGATIVE),
        "power-mean-min": Letters({**_POSITIVE, "μ": _LEAST, "r": _family(["/", "μ", _X])}),
        "power-mean-geometric": Letters(
            {
                **_POSITIVE,
                "G": ["exp", ["/", _sum(["log", _X], *_ALL), "n"]],
                "z": _family(["log", ["/", _X, "G"]]),
            }
        ),
        "power-mean-zeros": Letters(
            {
                **_NUMBERS,
                "y": Drawn("nonnegative", ("n",)),
                "x": _family(["cases", [0, ["=", "i", 1]], [["at", "y", "i"], True]]),
                "c": ["/", _sum(["sign", _X], *_ALL), "n"],
                "M": _LARGEST,
            },
            (["<", 0, "c"],),
        ),
    }
)
