"""Laws between the families, in one, two and three dimensions, and what unpooling and fractional pooling take."""

from __future__ import annotations

import random
from fractions import Fraction
from itertools import pairwise, product
from typing import Any

import numpy as np
import pytest
from layer_cases import inner, integers

import symconv.functional as F  # noqa: N812 (its name everywhere)
from symconv.errors import ArgumentError, ShapeError, UnsupportedError
from symconv.exact import Array, pack
from symconv.layers import (
    LAYERS,
    ConvTranspose1d,
    ConvTranspose2d,
    FractionalMaxPool2d,
    FractionalMaxPool3d,
    MaxUnpool2d,
)

DIMS = (1, 2, 3)


def of(family: str, dims: int, *args: Any, **kwargs: Any) -> Any:
    return LAYERS[f"{family}{dims}d"](*args, **kwargs)


def output(layer: Any, x: Array, *weights: Array) -> Array:
    return layer.operator(x.shape, *(w.shape for w in weights)).forward(x, *weights)


def geometries(dims: int, count: int, seed: int) -> list[dict[str, Any]]:
    """Random strides, paddings and dilations, even and uneven."""
    rng = random.Random(seed)

    def each(low: int, high: int) -> tuple[int, ...]:
        return tuple(rng.randint(low, high) for _ in range(dims))

    return [
        {
            "stride": each(1, 3),
            "padding": tuple(zip(each(0, 2), each(0, 2), strict=True)),
            "dilation": each(1, 2),
        }
        for _ in range(count)
    ]


@pytest.mark.parametrize("dims", DIMS)
@pytest.mark.parametrize("groups", [1, 2])
def test_a_transposed_convolution_is_the_adjoint_of_the_convolution_with_its_arguments(
    dims: int, groups: int
) -> None:
    for seed, geometry in enumerate(geometries(dims, 12, seed=dims)):
        rng = random.Random(seed)
        sizes = tuple(rng.randint(4, 6 if dims < 3 else 4) for _ in range(dims))
        kernel = tuple(rng.randint(1, 3 if dims < 3 else 2) for _ in range(dims))
        conv = of("Conv", dims, groups=groups, bias=False, **geometry)
        a = integers((2, 2 * groups, *sizes), seed)
        b = integers((groups, 2, *kernel), seed + 1)
        c = output(conv, a, b)
        g = integers(c.shape, seed + 2)
        # of the sizes that the convolution takes to this one, the output padding chooses that of a
        smallest = of("ConvTranspose", dims, **geometry).output_size(c.shape[2:], kernel)
        extra = tuple(size - least for size, least in zip(sizes, smallest, strict=True))
        assert all(0 <= more < step for more, step in zip(extra, geometry["stride"], strict=True))
        transposed = of("ConvTranspose", dims, groups=groups, bias=False, output_padding=extra, **geometry)
        back = output(transposed, g, b)
        assert inner(g, c) == inner(back, a)
        assert (back == conv.operator(a.shape, b.shape).backward("input", g, a, b)).all()
        assert (transposed.operator(g.shape, b.shape).backward("input", a, g, b) == c).all()


@pytest.mark.parametrize("dims", DIMS)
def test_average_pooling_is_a_depthwise_convolution_with_a_constant_kernel(dims: int) -> None:
    rng = random.Random(dims)
    for seed in range(8):
        kernel = tuple(rng.randint(1, 3) for _ in range(dims))
        stride, padding = (tuple(rng.randint(low, k) for k in kernel) for low in (1, 0))
        padding = tuple(p // 2 for p in padding)
        x = integers((2, 3, *(rng.randint(3, 5) for _ in range(dims))), seed)
        weight = np.full((3, 1, *kernel), Fraction(1, int(np.prod(kernel))), dtype=object)
        convolved = output(of("Conv", dims, stride=stride, padding=padding, groups=3), x, pack(weight))
        assert (output(of("AvgPool", dims, kernel, stride, padding), x) == convolved).all()


@pytest.mark.parametrize("dims", DIMS)
def test_adaptive_pooling_is_pooling_where_the_sizes_divide(dims: int) -> None:
    x = integers((2, *(6, 4, 2)[:dims]), dims)
    for sizes in product(*((3, 1), (2, 4), (1, 2))[:dims]):
        kernel = tuple(size // out for size, out in zip(x.shape[1:], sizes, strict=True))
        for family in ("Avg", "Max"):
            adaptive = output(of(f"Adaptive{family}Pool", dims, sizes), x)
            assert (adaptive == output(of(f"{family}Pool", dims, kernel), x)).all()


@pytest.mark.parametrize("dims", DIMS)
def test_unpooling_after_max_pooling_puts_every_maximum_back_and_nothing_else(dims: int) -> None:
    x = np.random.default_rng(dims).permutation(np.arange(1, 2 * 4**dims + 1)).reshape(2, *(4,) * dims)
    pooled, places = getattr(F, f"max_pool{dims}d")(x, 2, return_indices=True)
    restored = getattr(F, f"max_unpool{dims}d")(pooled, places, 2)
    assert restored.shape == x.shape
    assert sorted(restored[restored != 0]) == sorted(pooled.ravel())
    assert ((restored == 0) | (restored == x)).all()


@pytest.mark.parametrize("dims", DIMS)
@pytest.mark.parametrize("mode", ["reflect", "replicate", "circular"])
def test_a_mode_of_padding_is_numpys_padding_before_a_convolution_without(dims: int, mode: str) -> None:
    names: dict[str, Any] = {"reflect": "reflect", "replicate": "edge", "circular": "wrap"}
    for seed, geometry in enumerate(geometries(dims, 8, seed=dims)):
        x, w = integers((2, *(4, 3, 3)[:dims]), seed), integers((2, 2, *(2, 1, 2)[:dims]), seed + 1)
        padded = np.pad(x, [(0, 0), *geometry["padding"]], mode=names[mode])
        bare = of("Conv", dims, **{**geometry, "padding": 0})
        assert (
            output(of("Conv", dims, padding_mode=mode, **geometry), x, w) == output(bare, padded, w)
        ).all()


def test_a_cell_that_is_read_twice_collects_both_gradients() -> None:
    # reflect: A₂ A₁ A₂ A₃ A₂ under the kernel (1, 10, 100): A₂ gets 1 from C₁, 10 from C₂, 100 from C₃ …
    derivation = LAYERS["Conv1d"](padding=1, padding_mode="reflect").derive(
        [1, 2, 3], [1, 10, 100], upstream=1
    )
    assert derivation.output.tolist() == [2 + 10 + 200, 1 + 20 + 300, 2 + 30 + 200]
    assert derivation.gradient("input").tolist() == [10 + 1, 1 + 100 + 10 + 1 + 100, 100 + 10]


@pytest.mark.parametrize("dims", DIMS)
def test_images_of_one_channel_channels_and_batches_are_convolved_alike(dims: int) -> None:
    for family in ("Conv", "ConvTranspose"):
        x, w = integers((3,) * dims, 1), integers((2,) * dims, 2)
        layer = of(family, dims, stride=2, padding=1)
        single = output(layer, x, w)
        for outer in ((1,), (1, 1)):
            result = output(layer, x.reshape(*outer, *x.shape), w.reshape(1, 1, *w.shape))
            assert result.shape == (*outer, *single.shape)
            assert result.ravel().tolist() == single.ravel().tolist()


# --- transposed convolution by hand -----------------------------------------------------------------------


def test_a_transposed_convolution_stamps_its_kernel() -> None:
    # 1·(1, 2, 3) at 0, 10·(1, 2, 3) at 2, on a canvas of 5; without and with a cell cut off, and one more
    x, w = pack([1, 10]), pack([1, 2, 3])
    assert output(ConvTranspose1d(stride=2), x, w).tolist() == [1, 2, 13, 20, 30]
    assert output(ConvTranspose1d(stride=2, padding=1), x, w).tolist() == [2, 13, 20]
    assert output(ConvTranspose1d(stride=2, padding=1, output_padding=1), x, w).tolist() == [2, 13, 20, 30]
    assert output(ConvTranspose1d(stride=2, output_padding=1), x, w).tolist() == [1, 2, 13, 20, 30, 0]
    assert output(ConvTranspose1d(dilation=2), x, w).tolist() == [1, 10, 2, 20, 3, 30]


def test_groups_of_a_transposed_convolution_write_only_their_own_channels() -> None:
    x, w = pack([[1], [2], [3], [4]]), pack([[[1], [10]], [[1], [10]], [[1], [10]], [[1], [10]]])
    assert output(ConvTranspose1d(groups=2), x, w).tolist() == [[3], [30], [7], [70]]
    derivation = ConvTranspose1d(groups=2).derive(x, w, upstream=[[1], [2], [3], [4]])
    assert derivation.gradient("weight").tolist() == [[[1], [2]], [[2], [4]], [[9], [12]], [[12], [16]]]
    assert derivation.gradient("bias").tolist() == [1, 2, 3, 4]


@pytest.mark.parametrize(
    ("layer", "shapes", "message"),
    [
        (
            ConvTranspose2d(),
            ((2, 3, 3), (3, 1, 2, 2)),
            r"\(in_channels, out_channels / groups\) = \(3, 1\) .* that is 3",
        ),
        (
            ConvTranspose2d(4, 3),
            ((4, 3, 3), (4, 2, 2, 2)),
            "the weight has 2 output channels, out_channels is 3",
        ),
        (
            ConvTranspose2d(groups=2),
            ((3, 3, 3), (3, 1, 2, 2)),
            "3 input channels are not divisible by groups = 2",
        ),
        (
            ConvTranspose2d(padding=2),
            ((1, 2), (2, 2)),
            "the padding cuts off the whole output: its size would be -2",
        ),
        (ConvTranspose2d(kernel_size=2), ((2, 3, 3),), "ConvTranspose2d needs out_channels or a weight"),
    ],
)
def test_shapes_that_do_not_fit_a_transposed_convolution_are_refused(
    layer: Any, shapes: Any, message: str
) -> None:
    with pytest.raises(ShapeError, match=message):
        layer.operator(*shapes)


# --- fractional pooling -----------------------------------------------------------------------------------


def test_samples_of_each_plane_pool_it_as_if_it_stood_alone() -> None:
    samples = np.array([[[0.25, 0.75], [0.5, 0.0]], [[0.875, 0.125], [0.0, 0.625]]])
    x = integers((2, 2, 7, 8), 5)
    together = output(FractionalMaxPool2d(2, (3, 4), _random_samples=samples), x)
    for n, c in np.ndindex(2, 2):
        alone = FractionalMaxPool2d(2, (3, 4), _random_samples=samples[n, c].tolist())
        assert (together[n, c] == output(alone, x[n, c])).all()
    alike = FractionalMaxPool2d(2, (3, 4), _random_samples=np.full((2, 2, 2), 0.25))
    assert alike.operator(x.shape) == FractionalMaxPool2d(2, (3, 4), _random_samples=(0.25, 0.25)).operator(
        x.shape
    )


def test_in_two_dimensions_the_first_sample_drives_the_width_in_three_they_are_in_order() -> None:
    starts = [axis.sample for axis in FractionalMaxPool2d(1, 2, _random_samples=(0.25, 0.75)).spatial_axes()]
    assert starts == [Fraction(3, 4), Fraction(1, 4)]
    volume = FractionalMaxPool3d(1, 2, _random_samples=(0.25, 0.5, 0.75))
    assert [axis.sample for axis in volume.spatial_axes()] == [Fraction(1, 4), Fraction(1, 2), Fraction(3, 4)]


def test_samples_for_other_planes_than_those_of_the_input_are_refused() -> None:
    layer = FractionalMaxPool2d(2, 2, _random_samples=np.zeros((2, 3, 2)))
    with pytest.raises(ShapeError, match=r"the samples are for \(2, 3\) planes, but the input has \(1, 3\)"):
        layer.operator((3, 5, 5))


# --- unpooling --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", [np.array, pack, tuple, list])
def test_unpooling_takes_its_indices_in_any_kind_of_array(kind: Any) -> None:
    derivation = MaxUnpool2d(2).derive([[9, 8]], indices=kind([[1, 6]]))
    assert derivation.output.tolist() == [[0, 9, 0, 0], [0, 0, 8, 0]]


def test_of_several_entries_with_one_index_the_general_formula_keeps_the_last() -> None:
    once, twice = (MaxUnpool2d(2).derive((1, 2), indices=[indices]) for indices in ([1, 6], [6, 6]))
    assert once.general("output").conditions[1:] == ()
    assert len(twice.general("output").conditions) == 2
    assert twice.gradient("input").tolist() == [[0, *twice.arrays["upstream"][1, 2:3]]]
    assert twice.check().passed


@pytest.mark.parametrize(
    ("size", "message"),
    [((5, 4), None), ((1, 1, 5, 4), None), ((6, 4), "within stride = 2 of 4, not 6"), ((2, 4), "not 2")],
)
def test_an_output_size_is_one_that_the_pooling_can_have_come_from(size: Any, message: str | None) -> None:
    layer = MaxUnpool2d(2, output_size=size)
    if message is None:
        assert layer.operator((1, 1, 2, 2), indices=[[[[0, 1], [2, 3]]]]).output_shape == (1, 1, 5, 4)
    else:
        with pytest.raises(ShapeError, match=message):
            layer.output_size((2, 2))


def test_a_padding_that_leaves_no_output_is_refused() -> None:
    with pytest.raises(ShapeError, match="the padding leaves no output: its size would be 0"):
        MaxUnpool2d(2, padding=1).output_size((1, 1))


def test_indices_that_are_no_integers_are_refused() -> None:
    with pytest.raises(ArgumentError, match=r"^indices: must be an array of integers$"):
        MaxUnpool2d(2).derive([[1]], indices=[[Fraction(1, 2)]])
    with pytest.raises(UnsupportedError, match=r"needs the indices that a max pooling returned"):
        MaxUnpool2d(2).derive([[1]])


# --- general formulas -------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [name for name in LAYERS if name.endswith(("1d", "2d", "3d"))])
def test_every_layer_has_a_general_formula_without_sizes(name: str) -> None:
    given: dict[str, Any] = {"FractionalMaxPool": {"output_size": 2}, "LPPool": {"norm_type": 2}}.get(
        name[:-2], {}
    )
    if "Adaptive" in name:
        given = {"output_size": 2}
    elif not name.startswith("Conv"):
        given["kernel_size"] = 2
    layer = LAYERS[name](**given)
    for wrt in ("output", "input"):
        general = layer.general(wrt)
        assert general.steps
        assert all(step.after == following.before for step, following in pairwise(general.steps))
        assert general.to_latex()
