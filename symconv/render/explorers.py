"""An explorer as data that a script reads: JSON that can stand in a page without ending its element."""

from __future__ import annotations

from typing import Any

from msgspec import json

from symconv.document import Explorer, Links, Numbers
from symconv.render.words import clean

_UNSAFE = str.maketrans({char: f"\\u{ord(char):04x}" for char in "<>&\u2028\u2029"})


def embedded(node: Explorer) -> str:
    """The JSON of an explorer, with every character escaped that means something to a page."""
    data = {
        "kind": node.kind,
        "layer": node.layer,
        "error": clean(node.error),
        "base": node.base,
        "dims": node.dims,
        "view": node.view,
        "links": [_links(links) for links in node.links],
        "arrays": {role: _numbers(array) for role, array in node.arrays},
        "results": {role: _numbers(array) for role, array in node.results},
        "bias_at": node.bias_at,
        "cells": node.cells,
        "exponent": None if node.exponent is None else str(node.exponent),
        "assumed": node.assumed,
    }
    return json.encode(data).decode().translate(_UNSAFE)


def _links(links: Links) -> dict[str, Any]:
    return {"sizes": links.sizes, "taps": links.taps, "outside": links.outside, "margin": links.margin}


def _numbers(array: Numbers) -> dict[str, Any]:
    return {
        "name": clean(array.name),
        "shape": array.shape,
        "entries": [str(entry) for entry in array.entries],
    }
