"""Operators at a shape: forward and backward by hand and by their laws, entries and windows."""

from __future__ import annotations

import numpy as np
import pytest
from layer_cases import CASES, LINEAR, inner, integers, random_arrays

from symconv.errors import ShapeError
from symconv.exact import indices, pack
from symconv.formula import Entry
from symconv.layers import AvgPool2d, Conv2d, MaxPool2d, MaxUnpool2d, Sum
from symconv.operator import Names

A = [[4, 5, 2, 2, 1], [3, 3, 2, 2, 4], [4, 3, 4, 1, 1], [5, 1, 4, 1, 2], [5, 1, 3, 1, 4]]
B = [[4, 3, 3], [5, 5, 5], [2, 4, 3]]
C = [[109, 92, 72], [108, 85, 74], [110, 74, 79]]
GRADIENT_A = [[4, 7, 10, 6, 3], [9, 17, 25, 16, 8], [11, 23, 34, 23, 11], [7, 16, 24, 17, 8], [2, 6, 9, 7, 3]]
ONES = pack([[1] * 3] * 3)


# Values by hand.


def test_convolution_of_the_homework() -> None:
    operator = Conv2d().operator((5, 5), (3, 3))
    assert operator.forward(pack(A), pack(B)).tolist() == C
    assert operator.backward("input", ONES, pack(A), pack(B)).tolist() == GRADIENT_A
    # each weight meets nine entries of A: the sums of A's 3×3 regions
    sums = [[sum(A[i + m][j + n] for i in range(3) for j in range(3)) for n in range(3)] for m in range(3)]
    assert operator.backward("weight", ONES, pack(A), pack(B)).tolist() == sums
    assert operator.backward("bias", ONES, pack(A), pack(B)).tolist() == 9


def test_max_pooling_of_the_homework() -> None:
    operator = MaxPool2d(2, 1).operator((3, 3))
    assert operator.forward(pack(C)).tolist() == [[109, 92], [110, 85]]
    upstream = pack([[1, 2], [3, 4]])
    assert operator.backward("input", upstream, pack(C)).tolist() == [[1, 2, 0], [0, 4, 0], [3, 0, 0]]


def test_average_pooling_of_the_homework() -> None:
    operator = AvgPool2d(2, 1).operator((3, 3))
    assert (operator.forward(pack(C)) * 4).tolist() == [[394, 323], [377, 312]]


def test_an_unpooled_entry_lands_on_its_index_and_only_there() -> None:
    operator = MaxUnpool2d(2).operator((1, 2), indices=[[5, 2]])
    assert operator.forward(pack([[7, 8]])).tolist() == [[0, 0, 8, 0], [0, 7, 0, 0]]
    upstream = pack([[0, 1, 2, 3], [4, 5, 6, 7]])
    assert operator.backward("input", upstream, pack([[7, 8]])).tolist() == [[5, 2]]


def test_an_entry_that_is_overwritten_in_unpooling_has_no_gradient() -> None:
    operator = MaxUnpool2d(2, 1).operator((1, 2), indices=[[3, 3]])
    assert operator.forward(pack([[7, 8]])).tolist() == [[0, 0, 0], [8, 0, 0]]
    assert operator.backward("input", pack([[1, 2, 3], [4, 5, 6]]), pack([[7, 8]])).tolist() == [[0, 4]]


# Laws.


@pytest.mark.parametrize("name", LINEAR)
def test_the_backward_pass_of_a_linear_layer_is_the_adjoint_of_its_forward_pass(name: str) -> None:
    case = CASES[name]
    operator = case.operator(case.input, case.weight)
    arrays = random_arrays(case, 3)
    upstream, x, weight = arrays["upstream"], arrays["input"], arrays.get("weight")
    product = inner(upstream, operator.forward(x, weight))
    assert product != 0
    assert inner(operator.backward("input", upstream, x, weight), x) == product
    if weight is not None:
        assert inner(operator.backward("weight", upstream, x, weight), weight) == product
    if case.bias is not None:
        with_bias = operator.forward(x, weight, arrays["bias"])
        by_bias = inner(operator.backward("bias", upstream, x, weight), arrays["bias"])
        assert by_bias == inner(upstream, with_bias) - product


@pytest.mark.parametrize("name", [name for name in LINEAR if name.startswith("conv")])
def test_convolution_is_linear_in_the_input_and_in_the_weight(name: str) -> None:
    case = CASES[name]
    assert case.weight is not None
    a, b = integers(case.input, 1), integers(case.input, 2)
    v, w = integers(case.weight, 3), integers(case.weight, 4)
    forward = case.operator(case.input, case.weight).forward
    assert (forward(3 * a - b, v) == 3 * forward(a, v) - forward(b, v)).all()
    assert (forward(a, 3 * v - w) == 3 * forward(a, v) - forward(a, w)).all()
    assert forward(a, v).any()


@pytest.mark.parametrize("name", LINEAR)
def test_the_gradient_of_a_linear_layer_does_not_depend_on_the_input(name: str) -> None:
    case = CASES[name]
    operator = case.operator(case.input, case.weight)
    arrays = random_arrays(case, 5)
    gradients = [
        operator.backward("input", arrays["upstream"], integers(case.input, seed), arrays.get("weight"))
        for seed in (1, 2)
    ]
    assert (gradients[0] == gradients[1]).all()


@pytest.mark.parametrize("name", CASES)
def test_an_operator_has_the_shapes_that_it_says(name: str) -> None:
    case = CASES[name]
    operator = case.operator(case.input, case.weight)
    arrays = random_arrays(case, 7)
    forward = {role: array for role, array in arrays.items() if role != "upstream"}
    assert operator.forward(**forward).shape == operator.output_shape
    for wrt in operator.arguments:
        gradient = operator.backward(wrt, arrays["upstream"], arrays["input"], arrays.get("weight"))
        assert gradient.shape == operator.shape(wrt)
        assert not gradient.flags.writeable


PLANE_POOLINGS = [
    name
    for name, case in CASES.items()
    if case.weight is None and case.indices is None and len(case.input) == case.layer.dims == 2
    if not isinstance(case.layer, Sum)  # which has nothing to stay apart
]


@pytest.mark.parametrize("name", PLANE_POOLINGS)
def test_batch_and_channels_of_a_pooling_stay_apart(name: str) -> None:
    case = CASES[name]
    planes = [integers(case.input, seed) for seed in range(6)]
    stacked = np.stack(planes).reshape(2, 3, *case.input)
    together = case.layer.operator(stacked.shape).forward(stacked)
    alone = [case.layer.operator(case.input).forward(plane) for plane in planes]
    assert together.shape[:2] == (2, 3)
    assert [*together.reshape(-1)] == [entry for plane in alone for entry in plane.flat]


@pytest.mark.parametrize("groups", [1, 2])
def test_a_grouped_convolution_is_one_convolution_for_each_group(groups: int) -> None:
    x, w = integers((4, 3, 3), 1), integers((2 * groups, 4 // groups, 2, 2), 2)
    whole = Conv2d(groups=groups).operator(x.shape, w.shape).forward(x, w)
    parts = [
        Conv2d().operator(part.shape, filters.shape).forward(part, filters)
        for part, filters in zip(np.split(x, groups), np.split(w, groups), strict=True)
    ]
    assert (whole == np.concatenate(parts)).all()
    single = sum(Conv2d().operator((3, 3), (2, 2)).forward(x[c], w[0, c]) for c in range(4 // groups))
    assert (whole[0] == single).all()


# Entries, taps and windows.


@pytest.mark.parametrize("name", CASES)
def test_the_taps_of_outputs_inputs_and_weights_are_the_same_taps(name: str) -> None:
    case = CASES[name]
    operator = case.operator(case.input, case.weight)
    keys = [("out", operator.output_shape), ("inp", operator.input_shape)]
    if operator.weight_shape is not None:
        keys.append(("offset", operator.weight_shape))
    tables = [
        sorted(tap for index in indices(shape) for tap in operator.taps_at(key, index))  # type: ignore[arg-type]
        for key, shape in keys
    ]
    assert len(tables[0]) == len(operator.taps)
    assert all(table == tables[0] for table in tables)


def test_a_window_names_its_entries_as_they_are_written() -> None:
    operator = Conv2d(padding=1).operator((1, 3, 3), (2, 1, 2, 2))
    window = operator.window((1, 0, 0), Names(input="X", weight="W", output="Y", bias="c", base=0), bias=True)
    assert window.output == Entry("Y", (1, 0, 0))
    assert window.inputs == (Entry("X", (0, 0, 0)),)
    assert window.weights == (Entry("W", (1, 0, 1, 1)),)
    assert window.bias == Entry("c", (1,))


def test_the_bias_of_an_output_is_that_of_its_channel() -> None:
    operator = Conv2d().operator((2, 1, 2, 2), (3, 1, 1, 1))
    assert {operator.bias_index(index) == (index[1],) for index in indices(operator.output_shape)} == {True}
    added = operator.forward(
        pack(np.zeros((2, 1, 2, 2), int)), pack(np.zeros((3, 1, 1, 1), int)), pack([5, 6, 7])
    )
    assert added[:, :, 0, 0].tolist() == [[5, 6, 7], [5, 6, 7]]
    assert Conv2d().operator((2, 2), (1, 1)).bias_index((1, 1)) == ()


@pytest.mark.parametrize(
    ("layer", "arguments"),
    [(Conv2d(), ("input", "weight", "bias")), (Conv2d(bias=False), ("input", "weight"))],
)
def test_an_operator_lists_what_it_can_be_differentiated_by(
    layer: Conv2d, arguments: tuple[str, ...]
) -> None:
    assert layer.operator((3, 3), (2, 2)).arguments == arguments


def test_an_argument_that_a_layer_does_not_have_is_refused() -> None:
    with pytest.raises(ShapeError) as error:
        MaxPool2d(2).operator((4, 4)).shape("weight")
    assert str(error.value) == "MaxPool2d has no weight; its arguments are input"
