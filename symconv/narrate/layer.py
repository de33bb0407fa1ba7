"""A layer in words: its class with the arguments that are not the defaults."""

from __future__ import annotations

from dataclasses import fields
from inspect import Parameter, signature
from typing import Any

from symconv.layers import Layer


def layer_text(layer: Layer) -> str:
    """The layer as one would write it, arguments at their defaults left out.

    Example:
        >>> from symconv import Conv2d
        >>> layer_text(Conv2d(stride=2, padding=(1, 0)))
        'Conv2d(stride=2, padding=(1, 0))'
    """
    cls: Any = type(layer)
    parameters = signature(cls).parameters.values()
    own = {field.name: getattr(layer, field.name) for field in fields(layer)}
    # of a wanted size and a ratio, one must be given
    either = ("output_size", "output_ratio")
    needed = {
        p.name: own[_field(p.name)]
        for p in parameters
        if p.default is Parameter.empty or (p.name in either and own[_field(p.name)] is not None)
    }
    usual = cls(**needed)
    shown = [
        f"{p.name}={_argument(own[_field(p.name)])}"
        for p in parameters
        if p.name in needed or own[_field(p.name)] != getattr(usual, _field(p.name))
    ]
    return f"{layer.name}({', '.join(part for part in shown if not part.startswith('bias='))})"


def _field(parameter: str) -> str:
    """The field in which a layer keeps an argument."""
    return {"output_size": "target", "_random_samples": "random_samples", "reduction": "kind"}.get(
        parameter, parameter
    )


def _argument(value: Any) -> str:
    """A value; one for all axes where they are alike."""
    if isinstance(value, tuple) and value and all(part == value[0] for part in value):
        return _argument(value[0])
    if isinstance(value, tuple):
        return f"({', '.join(map(_argument, value))})"
    return str(value)
