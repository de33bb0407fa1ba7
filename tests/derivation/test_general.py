"""General formulas against the definition of a convolution, exhaustively at small sizes, and their conditions."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise, product
from typing import Any, NamedTuple

import numpy as np
import pytest
import sympy as sp
from layer_cases import CASES

from symconv.axes import Over, Pointwise, Range, Sliding
from symconv.derivation.entrywise import gradient_steps
from symconv.derivation.general import General, general_gradient, general_output
from symconv.derivation.values import ArrayValues
from symconv.errors import ArgumentError
from symconv.exact import Array, indices, pack, symbols
from symconv.formula import Chosen, Delta, Entry, Partial, Product, Sum, evaluate, evaluator
from symconv.formula import Over as Sigma
from symconv.layers import AvgPool2d, Conv2d, LPPool2d, MaxPool2d
from symconv.notation import Notation
from symconv.operator import Names, Operator
from symconv.reductions import Maximum, WeightedSum


class Geometry(NamedTuple):
    """Sizes and parameters of one sliding axis."""

    size: int
    kernel: int
    stride: int
    padding: int
    dilation: int

    @property
    def outputs(self) -> int:
        return (self.size + 2 * self.padding - self.dilation * (self.kernel - 1) - 1) // self.stride + 1

    def taps(self) -> Iterator[tuple[int, int, int]]:
        """``(out, in, offset)`` by the definition, position by position."""
        for out, inp, offset in product(range(self.outputs), range(self.size), range(self.kernel)):
            if inp == self.stride * out + self.dilation * offset - self.padding:
                yield out, inp, offset


GEOMETRIES = [
    geometry
    for geometry in map(Geometry._make, product(range(1, 7), range(1, 4), range(1, 4), range(4), range(1, 4)))
    if geometry.size + 2 * geometry.padding >= geometry.dilation * (geometry.kernel - 1) + 1
]
"""Every input size up to 6, kernel size up to 3, stride 1 to 3, padding 0 to 3 and dilation 1 to 3 that fits."""
PARAMETERS = sorted({geometry[2:] for geometry in GEOMETRIES})
FORMS: tuple[Over, ...] = ("output", "offset")
S, P, D, K = sp.symbols("S P D K", integer=True, positive=True)


def test_every_small_geometry_that_fits_is_among_those_tested() -> None:
    # Too large for an input are D·(K − 1) − 2P sizes where that is positive; D·(K − 1) is 1, 2, 3 for K = 2 and
    # 2, 4, 6 for K = 3: 18 sizes without padding, 1 + 2 + 4 with P = 1, 2 with P = 2; for each of three strides.
    assert len(GEOMETRIES) == 6 * 3 * 3 * 4 * 3 - 3 * (18 + 7 + 2)
    assert len(PARAMETERS) == 3 * 4 * 3


# One axis, in symbols: the expressions are the same.


def one_axis(geometry: Geometry) -> tuple[Operator, dict[str, Array]]:
    """The convolution of a line, and its arrays in symbols."""
    size, kernel, stride, padding, dilation = geometry
    axis = Sliding(kernel, stride, (padding, padding), dilation, weighted=True)
    operator = Operator("Conv", (axis,), WeightedSum(), (size,), (geometry.outputs,), (kernel,))
    arrays = {
        "input": symbols("a", (size,)),
        "weight": symbols("b", (kernel,)),
        "upstream": symbols("g", (geometry.outputs,)),
    }
    return operator, {**arrays, "output": operator.forward(arrays["input"], arrays["weight"])}


def expected_entries(geometry: Geometry, arrays: dict[str, Array], wrt: str) -> list[Any]:
    """The output or a gradient, summed up from the taps of the definition."""
    a, b, g = (arrays[role] for role in ("input", "weight", "upstream"))
    terms: list[list[Any]] = [[] for _ in range(len(arrays[wrt]))]
    for out, inp, offset in geometry.taps():
        match wrt:
            case "output":
                terms[out].append(a[inp] * b[offset])
            case "input":
                terms[inp].append(g[out] * b[offset])
            case "weight":
                terms[offset].append(g[out] * a[inp])
    return [sp.Add(*entry) for entry in terms]


def assert_agrees(general: General, wrt: str, given: list[Geometry], base: int, **letters: sp.Symbol) -> int:
    """A formula of one axis at every geometry and entry; how many entries were compared."""
    formula, compared = evaluator(general.formula), 0
    (at,) = general.letters
    free = {"output": at.out, "input": at.inp, "weight": at.offset}[wrt]
    for geometry in given:
        operator, arrays = one_axis(geometry)
        values = ArrayValues(operator, Names(base=base), arrays)
        sizes = {
            at.input_size: geometry.size,
            at.output_size: geometry.outputs,
            at.kernel_size: geometry.kernel,
        }
        sizes |= {letter: getattr(geometry, name) for name, letter in letters.items()}
        expected = expected_entries(geometry, arrays, wrt)
        for index, entry in enumerate(expected):
            assert formula(values, {**sizes, free: index + base}) == entry, (geometry, index)
        compared += len(expected)
    return compared


def with_parameters(parameters: tuple[int, ...]) -> list[Geometry]:
    return [geometry for geometry in GEOMETRIES if geometry[2:] == parameters]


def line(stride: Any, padding: Any, dilation: Any) -> tuple[Sliding]:
    return (Sliding(K, stride, (padding, padding), dilation, weighted=True),)


@pytest.mark.parametrize("over", [None, *FORMS])
@pytest.mark.parametrize("base", [0, 1])
def test_the_input_gradient_agrees_with_the_definition_at_every_small_geometry(over: Any, base: int) -> None:
    names, compared = Names(base=base), 0
    for parameters in PARAMETERS:
        general = general_gradient(line(*parameters), WeightedSum(), names, "input", True, over)
        compared += assert_agrees(general, "input", with_parameters(parameters), base)
    assert compared == sum(geometry.size for geometry in GEOMETRIES)


@pytest.mark.parametrize("over", FORMS)
def test_one_formula_with_symbols_for_stride_padding_and_dilation_holds_for_all(over: Over) -> None:
    general = general_gradient(line(S, P, D), WeightedSum(), Names(), "input", True, over)
    compared = assert_agrees(general, "input", GEOMETRIES, 1, stride=S, padding=P, dilation=D)
    assert compared == sum(geometry.size for geometry in GEOMETRIES)


@pytest.mark.parametrize("wrt", ["weight", "output"])
def test_weight_gradient_and_output_agree_with_the_definition_at_every_small_geometry(wrt: str) -> None:
    axes = line(S, P, D)
    if wrt == "output":
        general = general_output(axes, WeightedSum(), Names(), True)
    else:
        general = general_gradient(axes, WeightedSum(), Names(), "weight", True)
    compared = assert_agrees(general, wrt, GEOMETRIES, 1, stride=S, padding=P, dilation=D)
    assert compared == sum(g.outputs if wrt == "output" else g.kernel for g in GEOMETRIES)


def test_the_entrywise_gradient_agrees_with_the_definition_at_every_small_geometry() -> None:
    for geometry in GEOMETRIES:
        operator, arrays = one_axis(geometry)
        values = ArrayValues(operator, Names(), arrays)
        for wrt in ("input", "weight"):
            expected = expected_entries(geometry, arrays, wrt)
            gradient = operator.backward(wrt, arrays["upstream"], arrays["input"], arrays["weight"])  # type: ignore[arg-type]
            assert gradient.tolist() == expected
            for index, entry in enumerate(expected):
                steps = gradient_steps(operator, Names(), wrt, (index,))  # type: ignore[arg-type]
                assert evaluate(steps[-1].after, values, {}) == entry


# Two axes with the same parameters, at integers.


@pytest.mark.parametrize("wrt", ["input/output", "input/offset", "weight", "output"])
def test_in_two_dimensions_the_formulas_agree_with_the_entrywise_result_at_every_small_geometry(
    wrt: str,
) -> None:
    role, _, over = wrt.partition("/")
    rng, compared = np.random.default_rng(8), 0
    for parameters in PARAMETERS:
        layer = Conv2d(None, None, None, *parameters)
        general = layer.general(role, over or None)  # type: ignore[arg-type]
        formula = evaluator(general.formula)
        free = [{"output": at.out, "input": at.inp, "weight": at.offset}[role] for at in general.letters]
        for geometry in with_parameters(parameters):
            operator = layer.operator((geometry.size,) * 2, (geometry.kernel,) * 2)
            shapes = [operator.input_shape, operator.shape("weight"), operator.output_shape]
            a, b, g = (pack(rng.integers(-(10**6), 10**6, shape)) for shape in shapes)
            output = operator.forward(a, b)
            values = ArrayValues(
                operator, Names(), {"input": a, "weight": b, "upstream": g, "output": output}
            )
            sizes = {}
            for at in general.letters:
                sizes |= {
                    at.input_size: geometry.size,
                    at.output_size: geometry.outputs,
                    at.kernel_size: geometry.kernel,
                }
            expected = output if role == "output" else operator.backward(role, g, a, b)  # type: ignore[arg-type]
            for index in indices(expected.shape):
                at_index = dict(zip(free, (i + 1 for i in index), strict=True))
                assert formula(values, {**sizes, **at_index}) == expected[index], (geometry, index)
            compared += 1
    assert compared == len(GEOMETRIES)


# Conditions.


@pytest.mark.parametrize(
    ("stride", "dilation", "over", "divisors"),
    [
        (1, 1, None, []),
        (3, 1, None, []),
        (1, 2, None, []),
        (2, 3, None, [3, 3]),
        (2, 3, "output", [3, 3]),
        (2, 3, "offset", [2, 2]),
        (S, D, None, [D, D]),
        (S, D, "offset", [S, S]),
        (S, 1, None, []),
        ((2, 1), (2, 2), None, [2]),
    ],
)
def test_a_divisibility_condition_stands_beside_the_sum_exactly_where_it_is_needed(
    stride: Any, dilation: Any, over: Any, divisors: list[Any]
) -> None:
    general = Conv2d(stride=stride, dilation=dilation, padding=1).general("input", over)
    assert [condition.lhs.args[1] for condition in general.conditions] == divisors
    assert all(isinstance(c, sp.Eq) and isinstance(c.lhs, sp.Mod) and c.rhs == 0 for c in general.conditions)


@pytest.mark.parametrize("over", FORMS)
def test_without_its_condition_the_sum_would_ask_for_entries_that_do_not_exist(over: Over) -> None:
    geometry = Geometry(6, 2, 2, 1, 3)
    general = general_gradient(line(2, 1, 3), WeightedSum(), Names(), "input", True, over)
    formula = general.formula
    assert isinstance(formula, Sigma)
    unguarded = evaluator(Sigma("∑", formula.body, formula.ranges))
    operator, arrays = one_axis(geometry)
    (at,) = general.letters
    sizes = {at.input_size: 6, at.output_size: geometry.outputs, at.kernel_size: 2}
    values = ArrayValues(operator, Names(), arrays)
    with pytest.raises(ArithmeticError, match="is not an integer"):
        unguarded(values, {**sizes, at.inp: 1})


def test_the_homeworks_gradient_has_no_condition_and_the_bounds_of_its_size() -> None:
    general = Conv2d().general("input")
    formula, (rows, columns) = general.formula, general.letters
    assert isinstance(formula, Sigma)
    assert formula.where == ()
    k, i = rows.inp, rows.out
    assert formula.ranges[0] == Range(
        i, sp.Max(1, sp.ceiling(k - rows.kernel_size) + 1), sp.Min(rows.output_size, k)
    )
    rotated = Entry("B", (k - i + 1, columns.inp - columns.out + 1))
    assert formula.body == Product((Partial(Entry("E"), Entry("C", (i, columns.out))), rotated))


# Steps.


@pytest.mark.parametrize("name", CASES)
def test_every_step_of_a_general_formula_begins_where_the_last_one_ended(name: str) -> None:
    derivation = CASES[name].derive()
    for wrt in ("output", *derivation.operator.arguments):
        general = derivation.general(wrt)
        assert general.steps[0].before == general.left
        assert general.steps[-1].after == general.formula
        assert all(step.after == following.before for step, following in pairwise(general.steps))


def test_the_input_gradient_is_derived_by_the_chain_rule_over_deltas_that_collapse() -> None:
    general = Conv2d(stride=2).general("input")
    assert [step.rule for step in general.steps] == ["chain rule", "differentiate", "collapse"]
    chained, differentiated, collapsed = (step.after for step in general.steps)
    assert isinstance(chained, Sigma)
    assert isinstance(chained.body, Product)
    assert chained.body.factors == (
        Partial(Entry("E"), Entry("C", tuple(at.out for at in general.letters))),
        Partial(
            Entry("C", tuple(at.out for at in general.letters)),
            Entry("A", tuple(at.inp for at in general.letters)),
        ),
    )
    assert isinstance(differentiated, Sigma)
    inner = differentiated.body.factors[1]  # type: ignore[attr-defined]
    assert [type(factor) for factor in inner.body.factors] == [Delta, Delta, Entry]
    assert isinstance(collapsed, Sigma)
    assert general.steps[-1].conditions == collapsed.where


@pytest.mark.parametrize(
    ("layer", "outside"),
    [
        (Conv2d(), None),
        (Conv2d(padding=1), 0),
        (Conv2d(padding=((0, 1), (0, 0))), 0),
        (AvgPool2d(2, ceil_mode=True), 0),
        (MaxPool2d(3, padding=1), sp.S.NegativeInfinity),
        (LPPool2d(2, 2), None),
    ],
)
def test_a_definition_says_what_an_entry_outside_of_the_input_counts_as(layer: Any, outside: Any) -> None:
    assert layer.general("output").outside == outside
    assert layer.general("input").outside is None


def test_a_bias_stands_in_the_definition_and_its_gradient_sums_its_channel() -> None:
    derivation = CASES["conv, channels"].derive(bias=[1, 2, 3])
    definition = derivation.general("output").formula
    f = derivation.general("output").letters[0].out
    assert isinstance(definition, Sum)
    assert definition.terms[0] == Entry("b", (f,))
    gradient = derivation.general("bias")
    assert gradient.left == Partial(Entry("E"), Entry("b", (f,)))
    assert isinstance(gradient.formula, Sigma)
    assert len(gradient.formula.ranges) == 2


def test_a_maximum_hands_its_gradient_to_the_chosen_entry() -> None:
    axes = (Pointwise("channel"), Sliding(K, 2), Sliding(K, 2))
    general = general_gradient(axes, Maximum("split"), Names(), "input", False)
    slope = general.formula.body.factors[1]  # type: ignore[attr-defined]
    assert slope == Chosen(
        Entry("A", tuple(at.inp for at in general.letters)),
        Entry("C", tuple(at.out for at in general.letters)),
        "split",
    )


def test_an_argument_that_the_layer_does_not_have_is_refused() -> None:
    with pytest.raises(ArgumentError, match=r"^wrt: must be one of input, not 'weight'$"):
        CASES["max"].derive().general("weight")
    with pytest.raises(ArgumentError, match=r"^wrt: must be 'input', 'weight' or 'output', not 'stride'$"):
        Conv2d().general("stride")


def test_a_formula_is_derived_once_a_derivation_and_anew_where_indices_count_otherwise() -> None:
    derivation = Conv2d(bias=False).derive((4, 4), (2, 2))
    assert derivation.general("A").steps is derivation.general("input").steps
    assert derivation.general(None).steps is derivation.general("output").steps
    from_zero = derivation.in_notation(Notation(first_index=0))
    assert from_zero.general("input").names.base == 0
    assert derivation.general("input").names.base == 1
