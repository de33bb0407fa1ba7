"""Operators and verbs against the values that PyTorch gave when they were recorded."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from against_pytorch import OF_THE_WEIGHT, VERBS, assert_same, is_rounded, operator_of, pytorchs_weights
from vectors.recorded import FOLDER, MODULES, cases

import symconv.functional as F  # noqa: N812 (its name everywhere)
from symconv import functional_around
from symconv.exact import pack
from symconv.layers import AROUND, LAYERS


def recorded(module: str) -> Iterator[dict[str, Any]]:
    """The recorded cases, with arrays as arrays."""
    for case in cases(module):
        yield {name: value if name == "args" else np.array(value) for name, value in case.items()}


# --- recorded ---------------------------------------------------------------------------------------------


def test_every_layer_and_every_verb_has_recorded_values() -> None:
    assert set(MODULES) == LAYERS.keys() - set(AROUND) == VERBS.keys()
    assert {verb.__name__ for verb in VERBS.values()} == set(F.__all__) - set(functional_around.__all__)
    assert all(len(cases(module)) >= 20 for module in MODULES)


def test_the_recorded_values_are_small() -> None:
    assert sum(file.stat().st_size for file in FOLDER.glob("*.json")) < 1_000_000


@pytest.mark.parametrize("module", MODULES)
def test_operators_give_pytorchs_recorded_output_and_gradients(module: str) -> None:
    for case in recorded(module):
        operator = operator_of(module, case["args"], case)
        given = {role: pack(case[role]) for role in operator.arguments}
        upstream, weights = pack(case["upstream"]), 1
        if module.startswith("LPPool"):
            weights = pytorchs_weights(operator, case["args"]["norm_type"])
        assert_same(operator.forward(**given) * weights, case["output"], is_rounded(module))
        assert {f"grad_{role}" for role in operator.arguments} == {n for n in case if n.startswith("grad_")}
        for role in operator.arguments:
            gradient = operator.backward(role, upstream * weights, given["input"], given.get("weight"))
            assert_same(gradient, case[f"grad_{role}"], is_rounded(module))


@pytest.mark.parametrize("module", MODULES)
def test_verbs_give_pytorchs_recorded_output_and_indices(module: str) -> None:
    for case in recorded(module):
        arrays = {name: case[name] for name in ("input", "weight", "bias") if name in case}
        args = case["args"]
        if args.get("padding_mode", "zeros") != "zeros":
            continue  # which the layer knows, the verb does not
        if module.startswith("Conv"):
            given = {name: value for name, value in args.items() if name not in OF_THE_WEIGHT}
            args = {name: value for name, value in given.items() if name != "padding_mode"}
        if "indices" in case and module.startswith("MaxUnpool"):
            arrays["indices"] = case["indices"]
        result = VERBS[module](**arrays, **args)
        output, indices = result if isinstance(result, tuple) else (result, None)
        weights = 1
        if module.startswith("LPPool"):
            weights = pytorchs_weights(operator_of(module, args, case), args["norm_type"])
        assert_same(output * weights, case["output"], is_rounded(module))
        if not module.startswith("MaxUnpool"):
            assert (indices is None) == ("indices" not in case)
        if indices is not None:
            assert_same(indices, case["indices"], digits=False)
