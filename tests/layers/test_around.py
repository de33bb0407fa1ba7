"""Activations, features, sums and losses: values by hand, laws, PyTorch's recorded and live values, refusals."""

from __future__ import annotations

import json
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import sympy as sp
from layer_cases import integers, probabilities

import symconv.functional as F  # noqa: N812 (its name everywhere)
from symconv.errors import ArgumentError, ShapeError
from symconv.exact import Array, pack
from symconv.layers import (
    AROUND,
    LAYERS,
    Conv2d,
    CrossEntropyLoss,
    Flatten,
    LeakyReLU,
    Linear,
    MSELoss,
    ReLU,
    Sequential,
    Sigmoid,
    Sum,
    Tanh,
)
from symconv.layers.loss import Loss

RECORDED = Path(__file__).parent.parent / "vectors" / "around"


def floats(array: Array) -> Array:
    return np.array([float(sp.N(entry, 30)) for entry in array.flat]).reshape(array.shape)


# Values by hand.


def test_relu_keeps_what_is_positive_and_its_slope_at_0_is_0() -> None:
    d = ReLU().derive([[3, 0, -2]], upstream=[[5, 7, 9]])
    assert d.output.tolist() == [[3, 0, 0]]
    assert d.gradient("input").tolist() == [[5, 0, 0]]


def test_leaky_relu_multiplies_the_rest_by_an_exact_slope_also_at_0() -> None:
    d = LeakyReLU(0.01).derive([[3, 0, -2]], upstream=[[5, 7, 9]])
    assert d.output.tolist() == [[3, 0, Fraction(-1, 50)]]
    assert d.gradient("input").tolist() == [[5, Fraction(7, 100), Fraction(9, 100)]]


def test_sigmoid_and_tanh_are_exact_expressions() -> None:
    assert Sigmoid().derive([[0, 1]]).output.tolist() == [[Fraction(1, 2), 1 / (1 + sp.exp(-1))]]
    d = Sigmoid().derive([[0]], upstream=[[8]])
    assert d.gradient("input").tolist() == [[2]]  # 8·(1/2)(1 − 1/2)
    assert Tanh().derive([[0]], upstream=[[8]]).gradient("input").tolist() == [[8]]


def test_a_linear_layer_is_computed_by_hand() -> None:
    d = Linear().derive(np.array([1, 2]), [[3, 4], [5, 6]], [10, 20], upstream=np.array([1, -1]))
    assert d.output.tolist() == [21, 37]
    assert d.gradient("input").tolist() == [-2, -2]
    assert d.gradient("weight").tolist() == [[1, 2], [-1, -2]]
    assert d.gradient("bias").tolist() == [1, -1]


def test_the_squared_error_is_computed_by_hand() -> None:
    d = MSELoss().derive([[1, 2], [3, 4]], target=[[1, 0], [0, 0]])
    assert d.output.item() == Fraction(29, 4)  # (0 + 4 + 9 + 16)/4
    assert d.gradient("input").tolist() == [[0, 1], [Fraction(3, 2), 2]]
    assert MSELoss(reduction="sum").derive([[1, 2]], target=[[3, 0]]).output.item() == 8
    assert MSELoss(reduction="none").derive([[1, 2]], target=[[3, 0]]).output.tolist() == [[4, 4]]


def test_the_cross_entropy_of_equal_entries_is_the_logarithm_of_their_number() -> None:
    d = CrossEntropyLoss().derive([[5, 5, 5], [2, 2, 2]], target=np.array([0, 2]))
    assert sp.simplify(d.output.item() - sp.log(3)) == 0
    third, sixth = Fraction(1, 3), Fraction(1, 6)
    assert d.gradient("input").tolist() == [[-third, sixth, sixth], [sixth, sixth, -third]]


def test_the_sum_has_a_gradient_of_ones() -> None:
    d = Sum().derive((2, 3))
    assert d.gradient("input").tolist() == [[1, 1, 1], [1, 1, 1]]
    assert str(d.general("output")) == "E = ∑_(i=1)^(I₁) ∑_(j=1)^(I₂) Aᵢⱼ"


# Formulas.


@pytest.mark.parametrize(
    ("layer", "output", "gradient"),
    [
        (ReLU(), "Cᵢⱼ = max(0, Aᵢⱼ)", "∂E/∂Aᵢⱼ = ∂E/∂Cᵢⱼ·[Aᵢⱼ > 0]"),
        (Sigmoid(), "Cᵢⱼ = 1/(1 + e^(−Aᵢⱼ))", "∂E/∂Aᵢⱼ = ∂E/∂Cᵢⱼ·Cᵢⱼ·(1 − Cᵢⱼ)"),
        (Tanh(), "Cᵢⱼ = tanh(Aᵢⱼ)", "∂E/∂Aᵢⱼ = ∂E/∂Cᵢⱼ·(1 − Cᵢⱼ²)"),
        (
            MSELoss(),
            "E = 1/(I₁I₂)·∑_(i=1)^(I₁) ∑_(j=1)^(I₂) (Aᵢⱼ − Tᵢⱼ)²",
            "∂E/∂Aᵢⱼ = 2·(Aᵢⱼ − Tᵢⱼ)/(I₁I₂)",
        ),
        (
            LeakyReLU(Fraction(1, 5)),
            "Cᵢⱼ = {Aᵢⱼ if Aᵢⱼ > 0; 1/5·Aᵢⱼ otherwise}",
            "∂E/∂Aᵢⱼ = ∂E/∂Cᵢⱼ·({1 if Aᵢⱼ > 0; 1/5 otherwise})",
        ),
    ],
)
def test_the_general_formulas_read_as_in_a_textbook(layer: Any, output: str, gradient: str) -> None:
    assert str(layer.general("output")) == output
    assert str(layer.general("input")) == gradient


def test_softmax_minus_target_is_the_derived_gradient_of_the_cross_entropy() -> None:
    d = CrossEntropyLoss(reduction="sum").derive((3,))
    x, t = sp.symbols("A_1:4"), sp.symbols("T_1:4")
    softmax = [sp.exp(entry) / sp.Add(*map(sp.exp, x)) for entry in x]
    assert d.gradient("input").tolist() == [s - target for s, target in zip(softmax, t, strict=True)]
    assert "e^(A[sc])/(∑_(m=1)^(Cᵢₙ) e^(Aₛₘ)) − T[sc]" in str(CrossEntropyLoss().general("input"))
    # and it is the derivative where the target's entries add up to 1
    sample = d.output.item().subs(t[2], 1 - t[0] - t[1])
    for entry, slope in zip(x, d.gradient("input"), strict=True):
        difference = sp.diff(sample, entry) - slope.subs(t[2], 1 - t[0] - t[1])
        letters = {symbol: sp.log(sp.Symbol(f"u{place}", positive=True)) for place, symbol in enumerate(x)}
        assert sp.cancel(difference.subs(letters)) == 0


# Laws.


@pytest.mark.parametrize("seed", range(4))
def test_a_linear_layer_is_a_convolution_with_kernels_of_one_entry(seed: int) -> None:
    x, w, g = integers((2, 3), seed), integers((4, 3), seed + 1), integers((2, 4), seed + 2)
    dense = Linear().operator(x.shape, w.shape)
    conv = Conv2d().operator((2, 3, 1, 1), (4, 3, 1, 1))
    image, kernel = x.reshape(2, 3, 1, 1), w.reshape(4, 3, 1, 1)
    assert dense.forward(x, w).tolist() == conv.forward(image, kernel).reshape(2, 4).tolist()
    for role in ("input", "weight", "bias"):
        ours = dense.backward(role, g, x, w)  # type: ignore[arg-type]
        theirs = conv.backward(role, g.reshape(2, 4, 1, 1), image, kernel)  # type: ignore[arg-type]
        assert ours.ravel().tolist() == theirs.ravel().tolist()


@pytest.mark.parametrize("layer", [Flatten(), Flatten(0), Flatten(1, 2), Flatten(-2)])
def test_flattening_keeps_every_entry_in_its_order(layer: Flatten) -> None:
    x = integers((2, 3, 2, 2), 5)
    operator = layer.operator(x.shape)
    assert operator.forward(x).ravel().tolist() == x.ravel().tolist()
    upstream = integers(operator.output_shape, 6)
    assert operator.backward("input", upstream, x).tolist() == upstream.reshape(x.shape).tolist()


def test_a_leaky_relu_of_slope_0_is_a_relu_and_of_slope_1_changes_nothing() -> None:
    x = integers((3, 4), 7)
    assert LeakyReLU(0).derive(x).output.tolist() == ReLU().derive(x).output.tolist()
    assert LeakyReLU(1).derive(x).output.tolist() == x.tolist()


def test_the_sum_after_a_convolution_has_the_gradient_of_ones_there() -> None:
    net = Sequential(Conv2d(stride=2, padding=1), Sum()).derive((4, 4), (3, 3))
    conv = Conv2d(stride=2, padding=1).derive((4, 4), (3, 3), upstream=1)
    assert net.gradient("input").tolist() == conv.gradient("input").tolist()
    assert net.gradient("0.weight").tolist() == conv.gradient("weight").tolist()


@pytest.mark.parametrize("layer", [Sigmoid(), Tanh(), MSELoss(), CrossEntropyLoss(reduction="none")])
def test_the_gradient_is_diff_of_the_written_out_output(layer: Any) -> None:
    d = layer.derive((2, 2))
    upstream = d.arrays["upstream"]
    total = sum(g * entry for g, entry in zip(upstream.flat, d.output_entries.flat, strict=True))
    ones = (
        {d.arrays["weight"][s, 1]: 1 - d.arrays["weight"][s, 0] for s in (0, 1)} if layer.has_target else {}
    )
    if isinstance(layer, MSELoss):
        ones = {}
    for symbol, slope in zip(d.arrays["input"].flat, d.gradient_entries("input").flat, strict=True):
        difference = (sp.diff(total, symbol) - slope).subs(ones)
        letters = {x: sp.log(sp.Symbol(f"u_{x}", positive=True)) for x in d.arrays["input"].flat}
        if not isinstance(layer, MSELoss):
            difference = difference.subs(letters).rewrite(sp.exp)
        assert sp.cancel(difference) == 0


# PyTorch.


def recorded(module: str) -> list[dict[str, Any]]:
    cases: list[dict[str, Any]] = json.loads((RECORDED / f"{module}.json").read_text("utf-8"))["cases"]
    assert len(cases) == 20
    return cases


def test_every_layer_around_has_recorded_values() -> None:
    assert {path.stem for path in RECORDED.glob("*.json")} == set(AROUND)


@pytest.mark.parametrize("module", AROUND)
def test_output_and_gradients_are_pytorchs_recorded_ones(module: str) -> None:
    rounded = module in ("Sigmoid", "Tanh", "MSELoss", "CrossEntropyLoss")
    for case in recorded(module):
        args = {
            name: Fraction(value) if isinstance(value, float) else value
            for name, value in case["args"].items()
        }
        layer = LAYERS[module](**args)
        x = pack(np.array(case["input"]))
        arrays = {"input": x}
        if isinstance(layer, Loss):
            arrays["weight"] = layer.target(x.shape, pack(exactly(case["target"])))
        arrays |= {role: pack(np.array(case[role])) for role in ("weight", "bias") if role in case}
        operator = layer.operator(x.shape, arrays["weight"].shape if "weight" in arrays else None)
        assert_same(operator.forward(**arrays), case["output"], rounded)
        upstream = pack(np.array(case["upstream"]))
        for role in operator.arguments:
            ours = operator.backward(role, upstream, x, arrays.get("weight"))
            assert_same(ours, case[f"grad_{role}"], rounded)


def exactly(value: Any) -> Any:
    return [exactly(part) for part in value] if isinstance(value, list) else Fraction(value)


def assert_same(ours: Array, theirs: Any, rounded: bool) -> None:
    assert ours.shape == np.array(theirs).shape
    if rounded:
        np.testing.assert_allclose(floats(ours), np.array(theirs), rtol=1e-12, atol=1e-12)
    else:
        assert [Fraction(entry) for entry in ours.flat] == [
            Fraction(entry) for entry in np.array(theirs).flat
        ]


VERBS: dict[str, tuple[Callable[..., Any], tuple[int, ...]]] = {
    "relu": (F.relu, ()),
    "leaky_relu": (F.leaky_relu, ()),
    "sigmoid": (F.sigmoid, ()),
    "tanh": (F.tanh, ()),
    "linear": (F.linear, (4, 3)),
    "mse_loss": (F.mse_loss, (2, 3)),
    "cross_entropy": (F.cross_entropy, (2, 3)),
}


@pytest.mark.torch
@pytest.mark.parametrize("verb", VERBS)
def test_verbs_agree_with_pytorch(verb: str, torch: Any) -> None:
    ours, second = VERBS[verb]
    theirs = getattr(torch.nn.functional, verb, None) or getattr(torch, verb)
    for seed in range(10):
        arrays = [integers((2, 3), seed, -3, 3)]
        if second:
            other = probabilities if verb == "cross_entropy" else integers
            arrays.append(other(second, seed + 1))
        tensors = [torch.tensor(floats(array)) for array in arrays]
        np.testing.assert_allclose(floats(ours(*arrays)), theirs(*tensors).numpy(), rtol=1e-12, atol=1e-12)


# Refusals: one sentence.


@pytest.mark.parametrize(
    ("build", "error", "message"),
    [
        (lambda: LeakyReLU("a"), ArgumentError, "negative_slope: must be an exact number, a decimal or a symbol, not 'a'"),
        (lambda: MSELoss(reduction="max"), ArgumentError, "reduction: must be 'mean', 'sum' or 'none', not 'max'"),
        (lambda: Linear(0), ArgumentError, "in_features: must be an integer >= 1, not 0"),
        (lambda: Flatten(1.5), ArgumentError, "start_dim: must be an integer, not 1.5"),
        (lambda: ReLU().operator((1,) * 6), ShapeError, "ReLU: the input must have 1 to 5 dimensions, not 6 (shape (1, 1, 1, 1, 1, 1))"),
        (lambda: Flatten().operator((3,)), ShapeError, "Flatten: start_dim = 1 is no axis of an input of 1 dimension(s)"),
        (lambda: Flatten(2, 1).operator((3, 3, 3)), ShapeError, "Flatten: start_dim = 2 lies behind end_dim = 1 in an input of 3 dimensions"),
        (lambda: Linear().operator((3,), (2, 4)), ShapeError, "Linear: the weight reads 4 features, but the input's last axis has 3"),
        (lambda: Linear(3, 5).operator((3,), (2, 3)), ShapeError, "Linear: the weight has 2 output features, out_features is 5"),
        (lambda: Linear().operator((3,)), ShapeError, "Linear needs out_features or a weight"),
        (lambda: MSELoss().derive([[1, 2]], target=[[1], [2]]), ShapeError, "MSELoss: the target must have the input's shape (1, 2), not (2, 1)"),
        (lambda: CrossEntropyLoss().derive([[1, 2]], target=np.array([2])), ShapeError, "CrossEntropyLoss: the index of a class must be from 0 to 1, not 2"),
        (lambda: CrossEntropyLoss().derive([[1, 2]], target=[[1, 2]]), ShapeError, "CrossEntropyLoss: the probabilities of a sample must add up to 1, not 3"),
        (
            lambda: CrossEntropyLoss().derive([[1, 2]], target=[[1, 2], [3, 4]]),
            ShapeError,
            "CrossEntropyLoss: the target must have shape (1,), an index of a class for every sample, or (1, 2), probabilities, not (2, 2)",
        ),
        (lambda: Sum().operator((2, 2), (2, 2)), ShapeError, "Sum has no weight"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_refused_in_a_sentence(build: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error) as caught:
        build()
    assert str(caught.value) == message
