"""symconv derives, proves and checks convolution and pooling.

>>> import symconv as sc
>>> derivation = sc.Conv2d(stride=2).derive((5, 5), (3, 3))
>>> derivation.gradient("input")[1, 2]
B_21*G_12 + B_23*G_11

The names of this package load the modules that they live in when they are first used: ``import symconv``
costs nothing, and SymPy is paid for by those who derive.
"""

from __future__ import annotations

import sys

from symconv._version import __version__

TYPE_CHECKING = False  # type checkers take it for true; typing itself would cost a millisecond
if TYPE_CHECKING:
    from typing import Any

    from symconv import functional, testing, theorems
    from symconv.chained import ChainDerivation
    from symconv.derived import Derivation
    from symconv.errors import ArgumentError, ProblemError, ShapeError, SymconvError, UnsupportedError
    from symconv.exact import symbols
    from symconv.layers import (
        AdaptiveAvgPool1d,
        AdaptiveAvgPool2d,
        AdaptiveAvgPool3d,
        AdaptiveMaxPool1d,
        AdaptiveMaxPool2d,
        AdaptiveMaxPool3d,
        AvgPool1d,
        AvgPool2d,
        AvgPool3d,
        Conv1d,
        Conv2d,
        Conv3d,
        ConvTranspose1d,
        ConvTranspose2d,
        ConvTranspose3d,
        CrossEntropyLoss,
        Flatten,
        FractionalMaxPool2d,
        FractionalMaxPool3d,
        LeakyReLU,
        Linear,
        LPPool1d,
        LPPool2d,
        LPPool3d,
        MaxPool1d,
        MaxPool2d,
        MaxPool3d,
        MaxUnpool1d,
        MaxUnpool2d,
        MaxUnpool3d,
        MSELoss,
        ReLU,
        Sequential,
        Sigmoid,
        Sum,
        Tanh,
    )
    from symconv.notation import Notation
    from symconv.operator import Names
    from symconv.pipeline import prove, solve

__all__ = [
    "AdaptiveAvgPool1d",
    "AdaptiveAvgPool2d",
    "AdaptiveAvgPool3d",
    "AdaptiveMaxPool1d",
    "AdaptiveMaxPool2d",
    "AdaptiveMaxPool3d",
    "ArgumentError",
    "AvgPool1d",
    "AvgPool2d",
    "AvgPool3d",
    "ChainDerivation",
    "Conv1d",
    "Conv2d",
    "Conv3d",
    "ConvTranspose1d",
    "ConvTranspose2d",
    "ConvTranspose3d",
    "CrossEntropyLoss",
    "Derivation",
    "Flatten",
    "FractionalMaxPool2d",
    "FractionalMaxPool3d",
    "LPPool1d",
    "LPPool2d",
    "LPPool3d",
    "LeakyReLU",
    "Linear",
    "MSELoss",
    "MaxPool1d",
    "MaxPool2d",
    "MaxPool3d",
    "MaxUnpool1d",
    "MaxUnpool2d",
    "MaxUnpool3d",
    "Names",
    "Notation",
    "ProblemError",
    "ReLU",
    "Sequential",
    "ShapeError",
    "Sigmoid",
    "Sum",
    "SymconvError",
    "Tanh",
    "UnsupportedError",
    "__version__",
    "functional",
    "prove",
    "solve",
    "symbols",
    "testing",
    "theorems",
]

_HOMES = {
    "ChainDerivation": "chained",
    "Derivation": "derived",
    "Names": "operator",
    "Notation": "notation",
    "prove": "pipeline",
    "solve": "pipeline",
    "symbols": "exact",
}
"""Where a name lives that says neither an error nor a layer."""


if "IPython" in sys.modules:  # a notebook shows the objects that this package registers
    from symconv.notebook import register

    register()


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    if name in ("functional", "testing", "theorems"):
        return import_module(f"{__name__}.{name}")
    home = _HOMES.get(name, "errors" if name.endswith("Error") else "layers")
    return getattr(import_module(f"{__name__}.{home}"), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
