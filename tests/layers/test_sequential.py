"""Chains of layers: the chain rule against ``diff``, PyTorch's autograd, numbers by hand, and wrong code."""

from __future__ import annotations

import random
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
import sympy as sp
from layer_cases import integers

from symconv.checks.chain import check_chain, composed, end_to_end
from symconv.checks.result import Method, Verdict
from symconv.derivation.chain import Link
from symconv.errors import ArgumentError, ShapeError
from symconv.exact import pack
from symconv.layers import (
    AvgPool2d,
    Conv2d,
    CrossEntropyLoss,
    Flatten,
    LeakyReLU,
    Linear,
    LPPool2d,
    MaxPool2d,
    MSELoss,
    ReLU,
    Sequential,
    Sigmoid,
    Sum,
    Tanh,
)
from symconv.operator import Operator
from symconv.value import fields, replace

A = [[1, 2, 0, 1], [0, 1, 3, 1], [2, 1, 1, 0], [1, 0, 2, 1]]
B = [[1, -1], [2, 1]]
NET = Sequential({"conv": Conv2d(), "relu": ReLU(), "pool": MaxPool2d(2, 1), "sum": Sum()})


def floats(array: Any) -> Any:
    return np.array([float(sp.N(entry, 30)) for entry in np.asarray(array).flat]).reshape(np.shape(array))


# Values by hand: see the comment of symconv/problems/conv-relu-pool-sum.toml.


def test_the_chain_rule_through_four_layers_gives_what_was_computed_by_hand() -> None:
    d = NET.derive(A, B, biases={"conv": [-3]})
    assert d.output.item() == 12
    assert d.intermediate["C"].tolist() == [[-3, 4, 3], [1, -2, 1], [0, -1, 3]]
    assert d.gradient("pool").tolist() == [[1, 1], [1, 1]]
    assert d.gradient("R").tolist() == d.gradient("conv").tolist() == [[0, 2, 0], [1, 0, 0], [0, 0, 1]]
    assert d.gradient("input").tolist() == [[0, 2, -2, 0], [1, 3, 2, 0], [2, 1, 1, -1], [0, 0, 2, 1]]
    assert d.gradient("conv.weight").tolist() == [[5, 1], [6, 8]]
    assert d.gradient("conv.bias").tolist() == 4
    assert d.gradient("output").tolist() == 1


def test_arrays_are_called_by_letters_that_do_not_clash() -> None:
    net = Sequential(Conv2d(), Tanh(), Conv2d(), Tanh(), Flatten(0), Linear(1, 2), MSELoss())
    d = net.derive((3, 3), (2, 2), (2, 2))
    assert tuple(d.intermediate) == ("C", "R", "C2", "R2", "F", "Z", "E")
    assert set(d.given) == {"A", "B", "B2", "W", "T"}
    assert d.aliases["2.weight"] == "B2"
    assert d.aliases["target"] == "T"


def test_numbers_put_in_later_give_the_same_chain() -> None:
    later = NET.derive((4, 4), (2, 2)).substitute(input=A, **{"conv.weight": B})
    once = NET.derive(A, B)
    assert later.gradient("input").tolist() == once.gradient("input").tolist()
    assert later.known == once.known == {"A", "B"}


def test_a_chain_that_ends_in_an_array_takes_a_gradient_there() -> None:
    net = Sequential(Conv2d(), ReLU())
    d = net.derive(A, B, upstream=[[1, 0, 0], [0, 0, 0], [0, 0, 2]])
    assert d.gradient("output").tolist()[2] == [0, 0, 2]
    twice = net.derive(A, B).substitute(upstream=2)
    assert twice.gradient("C").tolist() == [[0, 2, 2], [2, 2, 2], [2, 2, 2]]  # C11 is 0, the others positive


# Laws.


@pytest.mark.parametrize(
    ("net", "shapes"),
    [
        (Sequential(Conv2d(), Tanh(), AvgPool2d(2)), ((3, 3), (2, 2))),
        (Sequential(Conv2d(stride=2), Sigmoid(), Sum()), ((4, 4), (2, 2))),
        (Sequential(Conv2d(), Conv2d(), MSELoss()), ((3, 3), (2, 2), (1, 2))),
        (
            Sequential(Linear(), Sigmoid(), CrossEntropyLoss(reduction="sum")),
            ((2,), (2, 2)),
        ),
    ],
)
def test_the_chain_rule_is_diff_of_the_expanded_composition(net: Sequential, shapes: Any) -> None:
    d = net.derive(*shapes)
    end, upstream = d.arrays[d.end], d.gradient_entries(d.end)
    total = sp.Add(*(g * entry for g, entry in zip(upstream.flat, end.flat, strict=True)))
    ones = {}
    if isinstance(net[-1], CrossEntropyLoss):  # the slope is that of targets which add up to 1
        first, last = d.given["T"]
        ones = {last: 1 - first}
    point = {
        symbol: sp.Rational(place % 7 - 3, 5)
        for place, symbol in enumerate(sorted(total.free_symbols, key=str))
    }
    for name in d.given:
        if name == "T":
            continue
        for symbol, slope in zip(d.given[name].flat, d.gradient_entries(name).flat, strict=True):
            difference = (sp.diff(total, symbol) - slope).subs(ones).subs(point)
            assert abs(sp.N(difference, 40, maxn=400)) < sp.Float("1e-35")


def test_a_polynomial_chain_is_diff_of_its_composition_identically() -> None:
    d = Sequential(Conv2d(), Conv2d(), MSELoss()).derive((3, 3), (2, 2), (1, 2))
    total = d.output.item()
    for name in ("A", "B", "B2"):
        for symbol, slope in zip(d.given[name].flat, d.gradient_entries(name).flat, strict=True):
            assert sp.expand(sp.diff(total, symbol) - slope) == 0


def test_the_output_size_goes_through_all_layers() -> None:
    net = Sequential(Conv2d(2, 4, 3), ReLU(), MaxPool2d(2), Flatten(), Linear(None, 5))
    assert net.output_size((1, 2, 8, 8)) == (1, 5)
    size = sp.Symbol("I", integer=True, positive=True)
    spatial = Sequential(Conv2d(kernel_size=3), MaxPool2d(2)).output_size((size, size))
    assert spatial[0].subs(size, 9) == 3


def test_chains_within_a_chain_are_opened_up() -> None:
    inner = Sequential(Conv2d(), ReLU())
    net = Sequential(inner, Sum())
    assert net.names == ("0.0", "0.1", "1")
    assert net == Sequential({"0.0": Conv2d(), "0.1": ReLU(), "1": Sum()})
    assert (
        net.derive(A, B).gradient("input").tolist()
        == Sequential(*inner, Sum()).derive(A, B).gradient().tolist()
    )


# Checks.


@pytest.mark.parametrize(
    "d",
    [
        NET.derive(A, B),
        NET.derive((4, 4), (2, 2)),
        Sequential(Conv2d(), Sigmoid(), AvgPool2d(2), Flatten(0), Linear(), CrossEntropyLoss()).derive(
            A, [[1, 0], [0, -1]], [[1], [-1]], target=np.array(1)
        ),
        Sequential(LeakyReLU(), LPPool2d(2, 2), Sum()).derive(A),
        Sequential(Tanh(), MaxPool2d(2, 1), MSELoss()).derive([[0, 1, 1], [1, -1, 2]], target=[[0, 0]]),
    ],
    ids=["numbers", "symbols", "cross entropy", "roots", "ties of irrational numbers"],
)
def test_every_check_of_a_chain_passes(d: Any) -> None:
    checks = d.check()
    assert checks.passed, str(checks)
    whole = [check for check in checks if check.subject.endswith("through the chain")]
    assert {check.method for check in whole} == {Method.QUOTIENT}


def test_entries_with_a_kink_are_left_out_and_the_scope_says_so() -> None:
    d = Sequential(ReLU(), Sum()).derive([[1, 0, -1]])
    own = end_to_end(d, "A")[-1]
    assert own.verdict is Verdict.PASSED
    assert own.scope == "all 3 entries, 1 with a kink left out"


class Doubled(Operator):
    """An operator whose gradient by the input is twice what it should be."""

    def backward(self, *args: Any, **kwargs: Any) -> Any:
        return 2 * super().backward(*args, **kwargs)


@pytest.mark.parametrize("place", range(4))
def test_a_wrong_layer_is_found_out_by_the_quotients_of_the_whole_chain(place: int) -> None:
    d = NET.derive(A, B)
    links = list(d.links)
    right = links[place].operator
    wrong = Doubled(*(getattr(right, field.name) for field in fields(right)))
    links[place] = Link(links[place].name, wrong, links[place].reads, links[place].output)
    check = end_to_end(replace(d, links=tuple(links)), "A")[-1]
    assert check.verdict is Verdict.FAILED
    assert check.detail.startswith("Entry [1, 2] is 4, the quotient of the whole chain is 2.")


def test_the_reference_composes_the_chain_without_the_taps() -> None:
    d = NET.derive(A, B)
    assert composed(d, d.given) == d.output.item() == 24


def test_checks_of_a_chain_name_every_layer_and_every_array() -> None:
    subjects = {check.subject for check in check_chain(NET.derive(A, B), ["A"])}
    assert {"C", "R", "Y", "E", "∂E/∂Y", "∂E/∂R", "∂E/∂C", "∂E/∂A", "∂E/∂A through the chain"} <= subjects
    assert "∂E/∂B" not in subjects


# Documents.


def test_the_document_goes_back_from_the_end_and_shows_every_gradient() -> None:
    text = NET.derive(A, B).to_text()
    places = [text.index(f"∂E/∂{name}, back through") for name in ("Y", "R", "C", "B", "A")]
    assert places == sorted(places)
    for rendered in ("to_latex", "to_mathml", "to_html", "to_markdown"):
        assert len(getattr(NET.derive(A, B), rendered)()) > 1000


def test_irrational_entries_are_shown_with_their_decimals() -> None:
    text = Sequential(Sigmoid(), Sum()).derive([[0, 1]]).to_text()
    assert "0.731059" in text
    assert "0.196612" in text  # e/(1 + e)²


# PyTorch.


def random_net(rng: random.Random) -> tuple[list[tuple[str, dict[str, Any]]], list[Any]]:
    """A small stack: a convolution, an activation, a pooling, and maybe features; as names and arguments."""
    stack: list[tuple[str, dict[str, Any]]] = [
        ("Conv2d", {"in_channels": 1, "out_channels": rng.randint(1, 2), "kernel_size": rng.randint(1, 3),
                    "stride": rng.randint(1, 2), "padding": rng.randint(0, 1), "bias": rng.random() < 0.5}),
        (rng.choice(("ReLU", "LeakyReLU", "Sigmoid", "Tanh")), {}),
        (rng.choice(("MaxPool2d", "AvgPool2d")), {"kernel_size": 2, "stride": rng.randint(1, 2)}),
        ("Flatten", {}),
    ]  # fmt: skip
    if rng.random() < 0.5:
        stack[1] = ("LeakyReLU", {"negative_slope": 0.25})
    return stack, [rng.choice(("Linear", "none")), rng.choice(("MSELoss", "CrossEntropyLoss"))]


@pytest.mark.torch
@pytest.mark.parametrize("seed", range(25))
def test_random_chains_agree_with_pytorchs_autograd(seed: int, torch: Any) -> None:
    import symconv as sc

    rng = random.Random(f"chain {seed}")
    stack, (features, loss_name) = random_net(rng)
    x = integers((2, 1, 5, 5), seed, -2, 2)
    theirs = torch.nn.Sequential(*(getattr(torch.nn, name)(**args) for name, args in stack)).double()
    ours = [
        getattr(sc, name)(**{k: Fraction(v) if isinstance(v, float) else v for k, v in args.items()})
        for name, args in stack
    ]
    width = theirs(torch.tensor(floats(x))).shape[1]
    if features == "Linear":
        theirs.append(torch.nn.Linear(width, 2).double())
        ours.append(sc.Linear(width, 2))
        width = 2
    weights, biases = [], {}
    for place, module in enumerate(theirs):
        for name, parameter in module.named_parameters():
            value = integers(tuple(parameter.shape), seed + place, -2, 2)
            parameter.data = torch.tensor(floats(value))
            if name == "weight":
                weights.append(value)
            else:
                biases[str(place)] = value
    given = torch.tensor(floats(x)).requires_grad_()
    if loss_name == "MSELoss":
        target = integers((2, width), seed + 9, -2, 2)
        loss = torch.nn.MSELoss()(theirs(given), torch.tensor(floats(target)))
    else:
        target = pack(np.random.default_rng(seed).integers(0, width, 2))
        loss = torch.nn.CrossEntropyLoss()(theirs(given), torch.tensor([int(t) for t in target]))
    loss.backward()
    d = Sequential(*ours, getattr(sc, loss_name)()).derive(x, *weights, target=target, biases=biases)
    np.testing.assert_allclose(floats(d.output), loss.detach().numpy(), rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(floats(d.gradient("input")), given.grad.numpy(), rtol=1e-11, atol=1e-12)
    for name, parameter in theirs.named_parameters():
        np.testing.assert_allclose(floats(d.gradient(name)), parameter.grad.numpy(), rtol=1e-11, atol=1e-12)


# Refusals.


@pytest.mark.parametrize(
    ("build", "error", "message"),
    [
        (lambda: Sequential(), ArgumentError, "layers: must be at least one layer"),
        (lambda: Sequential(ReLU(), 3), ArgumentError, "layers: 1: must be a layer, not 3"),
        (
            lambda: Sequential(Sum(), ReLU()),
            ArgumentError,
            "layers: 0: must be the last layer, as it gives the error, not 'Sum'",
        ),
        (lambda: NET.derive(A, B, B), ArgumentError, "weights: must be at most 1 arrays, not 2"),
        (lambda: NET.derive(A, B, biases={"relu": [1]}), ArgumentError, "biases: must be of layers that have one, not 'relu'"),
        (lambda: NET.derive(A), ShapeError, "Conv2d needs a kernel_size: it has none of its own and no weight says it"),
        (lambda: NET.derive(A, B, upstream=1), ArgumentError, "upstream: must be left out: the chain ends with one number, the error itself"),
        (lambda: NET.derive(A, B).gradient("Q"), ArgumentError, "wrt: must be one of A, B, C, R, Y, E, not 'Q'"),
        (lambda: NET.derive(A, B).substitute(C=1), ArgumentError, "substitute: must be one of A, B, not 'C'"),
        (lambda: NET.derive(A, B).substitute(input=[[1]]), ShapeError, "A must have shape (4, 4), not (1, 1)"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_refused_in_a_sentence(build: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error) as caught:
        build()
    assert str(caught.value) == message
