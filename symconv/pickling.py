"""Values pickled as they are, for another process; one without expressions needs no SymPy.

SymPy evaluates what is unpickled: ``2 ≤ 3`` would come out as true, and ``(k − 1) mod D``, which is meant to be read,
as ``(k − 1 + D) mod D``. Here what was left unevaluated stays so, and what is evaluated is not evaluated again.
"""

from __future__ import annotations

import copyreg
import io
import pickle
import sys
from functools import cache
from types import MappingProxyType
from typing import Any


def dumps(value: Any, without: tuple[type, ...] = ()) -> bytes:
    """The value as bytes for ``pickle.loads``; what is of the types ``without`` is left out, as None."""
    stream = io.BytesIO()
    pickler = pickle.Pickler(stream, pickle.HIGHEST_PROTOCOL)
    pickler.dispatch_table = {
        **copyreg.dispatch_table,
        **(_of_sympy() if "sympy" in sys.modules else {}),
        MappingProxyType: lambda mapping: (readonly, (dict(mapping),)),
        **dict.fromkeys(without, lambda left_out: (nothing, ())),
    }
    pickler.dump(value)
    return stream.getvalue()


def nothing() -> None:
    """What arrives in the place of what is left out."""


def unevaluated(kind: type, *args: Any) -> Any:
    """An expression of that kind with these arguments."""
    return kind(*args, evaluate=False)


def readonly(mapping: dict[Any, Any]) -> MappingProxyType[Any, Any]:
    """A mapping that cannot be changed; its class has no name by which pickle would find it."""
    return MappingProxyType(mapping)


@cache
def _of_sympy() -> dict[type, Any]:
    """The kinds of expressions that may stand unevaluated in formulas, and those that take long to evaluate."""
    import sympy as sp

    kinds = (
        *(sp.Mod, sp.floor, sp.ceiling, sp.Max, sp.Min, sp.log, sp.exp, sp.Abs, sp.Pow),
        *(sp.Eq, sp.Ne, sp.Lt, sp.Le, sp.Gt, sp.Ge),
        *(sp.Add, sp.Mul),
    )
    return dict.fromkeys(kinds, lambda expr: (unevaluated, (type(expr), *expr.args)))
