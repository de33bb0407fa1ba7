"""Values pickled as they are, for another process.

SymPy evaluates what is unpickled: ``2 ≤ 3`` would come out as true, and ``(k − 1) mod D``, which is meant to be read,
as ``(k − 1 + D) mod D``. Here what was left unevaluated stays so, and what is evaluated is not evaluated again.
"""

from __future__ import annotations

import copyreg
import io
import pickle
from types import MappingProxyType
from typing import Any

import sympy as sp

AS_THEY_ARE = (
    *(sp.Mod, sp.floor, sp.ceiling, sp.Max, sp.Min, sp.log, sp.exp, sp.Abs, sp.Pow),
    *(sp.Eq, sp.Ne, sp.Lt, sp.Le, sp.Gt, sp.Ge),
    *(sp.Add, sp.Mul),
)
"""The kinds of expressions that may stand unevaluated in formulas and conditions, and those that take long to evaluate."""


def dumps(value: Any) -> bytes:
    """The value as bytes for ``pickle.loads``."""
    stream = io.BytesIO()
    pickler = pickle.Pickler(stream, pickle.HIGHEST_PROTOCOL)
    pickler.dispatch_table = _REDUCED
    pickler.dump(value)
    return stream.getvalue()


def unevaluated(kind: type, *args: Any) -> Any:
    """An expression of that kind with these arguments."""
    return kind(*args, evaluate=False)


def readonly(mapping: dict[Any, Any]) -> MappingProxyType[Any, Any]:
    """A mapping that cannot be changed; its class has no name by which pickle would find it."""
    return MappingProxyType(mapping)


_REDUCED = {
    **copyreg.dispatch_table,
    **dict.fromkeys(AS_THEY_ARE, lambda expr: (unevaluated, (type(expr), *expr.args))),
    MappingProxyType: lambda mapping: (readonly, (dict(mapping),)),
}
