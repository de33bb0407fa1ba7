"""Gradients through several layers as theorems: their text, what has none, and that Coq refuses a wrong number."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Protocol

import pytest

from symconv.certificates.questions import certificates
from symconv.certificates.statement import Batch, Gap, SourceFile
from symconv.problem import load, parse
from symconv.value import replace
from symconv.workings import compute


class Compiled(Protocol):
    """What the fixture says of a file."""

    accepted: bool
    said: str
    seconds: float


NET = """
title = "Net"
arrays.A = {rows}
arrays.B = [[1, -1], [2, 1]]
layers.conv = {{ type = "Conv2d", input = "A", weight = "B", output = "C" }}
layers.act = {{ type = "{activation}", input = "C", output = "R" }}
layers.pool = {{ type = "{pool}", input = "R", output = "Y", kernel_size = 2, stride = 1 }}
layers.sum = {{ type = "Sum", input = "Y", output = "E" }}
[[questions]]
id = "1"
ask = "gradient"
wrt = "{wrt}"
"""
ROWS = "[[1, 2, 0], [0, 1, 3], [2, 1, 1]]"


def stated(
    rows: str = ROWS, activation: str = "ReLU", pool: str = "MaxPool2d", wrt: str = "A"
) -> tuple[tuple[Batch, ...], tuple[Gap, ...]]:
    text = NET.format(rows=rows, activation=activation, pool=pool, wrt=wrt)
    return certificates(compute(parse(text, "net.toml"), 1_000_000))


def test_the_error_is_the_layers_one_inside_the_other() -> None:
    ((made,), gaps) = stated()
    assert not gaps
    functions = [line for line in made.definitions if line.startswith("Definition error")]
    assert functions == [
        "Definition error3 (a : array) : R := total [1; 1] a.",
        "Definition error2 (a : array) : R := error3 (maxpool geometry3 a).",
        "Definition error1 (a : array) : R := error2 (pointwise (rectify 0%R) a).",
        "Definition error (a : array) : R := error1 (layer geometry1 a weight1 bias1).",
    ]
    assert made.scope == "9 of 9 entries"
    assert made.statements[1].says == "is_derive (fun u => error (upd input [0; 1] u)) (input [0; 1]) 1%R"


def test_the_gradient_by_a_kernel_is_that_of_the_error_with_one_weight_changed() -> None:
    ((made,), _) = stated(wrt="B")
    assert made.statements[2].says.startswith(
        "is_derive (fun u => error1 (layer geometry1 input (upd weight1 [1; 0] u) bias1)) (weight1 [1; 0])"
    )


def test_every_gradient_of_the_shipped_chain_has_its_theorems() -> None:
    batches, gaps = certificates(compute(load("conv-relu-pool-sum"), 1_000_000))
    assert not gaps
    assert {each.question: len(each.statements) for each in batches} == {1: 9, 2: 4, 3: 16, 4: 4, 5: 1, 6: 9}


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        # the convolution gives 4 twice, in the one window that there is
        (
            {"rows": "[[1, 2, 2], [0, 1, 3], [0, 0, 0]]", "activation": "LeakyReLU", "wrt": "C"},
            "",
        ),
        ({"rows": "[[0, 0, 0], [0, 0, 0], [0, 0, 0]]"}, "a window of the max pooling has several maxima"),
        (
            {"rows": "[[0, 0, 0], [0, 0, 0], [0, 0, 0]]", "pool": "AvgPool2d"},
            "an entry that ReLU reads is 0",
        ),
        ({"activation": "Tanh"}, "has entries that are not rational numbers"),
    ],
)
def test_what_has_no_derivative_or_no_rational_numbers_is_named(given: dict[str, str], reason: str) -> None:
    batches, gaps = stated(**given)
    if not reason:
        assert batches
        assert not gaps
    else:
        assert not batches
        assert [gap.subject for gap in gaps] == ["∂E/∂A"]
        assert reason in gaps[0].reason


def test_an_array_that_two_layers_read_is_named() -> None:
    text = (
        NET.format(rows=ROWS, activation="ReLU", pool="MaxPool2d", wrt="A")
        .replace("layers.act", 'layers.other = { type = "ReLU", input = "A", output = "W" }\nlayers.act')
        .replace('type = "ReLU", input = "C"', 'type = "Conv2d", input = "W", weight = "C"')
    )
    batches, gaps = certificates(compute(parse(text, "twice.toml"), 1_000_000))
    assert not batches
    assert gaps == (Gap(1, "∂E/∂A", "the layers on the way do not stand in one row"),)


def test_an_array_on_the_way_that_is_too_large_is_named() -> None:
    rows = [[(i * j) % 7 for j in range(72)] for i in range(72)]
    batches, gaps = stated(rows=str(rows), pool="AvgPool2d", wrt="B")
    assert not batches
    assert [gap.reason for gap in gaps] == ["an array on the way has more than 5,000 entries"]


# --- Coq ---


@pytest.mark.coq
@pytest.mark.parametrize("table", ["array2", "slopes1", "slopes0"])
def test_coq_refuses_a_table_on_the_way_with_one_number_changed(
    table: str, compiled: Callable[[str], Compiled]
) -> None:
    ((made,), _) = stated()
    assert compiled(SourceFile("Test", made, made.statements).text()).accepted
    changed = tuple(
        re.sub(r"\d+(?=\]\]%Q)", lambda found: str(int(found.group()) + 1), line)
        if line.startswith(f"Definition {table}_numbers")
        else line
        for line in made.definitions
    )
    assert changed != made.definitions
    run = compiled(SourceFile("Test", replace(made, definitions=changed), made.statements).text())
    assert not run.accepted
    assert "Error" in run.said


@pytest.mark.coq
@pytest.mark.benchmark
def test_the_time_of_a_chain_grows_with_its_entries_and_not_faster(
    compiled: Callable[[str], Compiled],
) -> None:
    seconds = {}
    for side in (4, 12, 24):  # the first is the time to load the libraries
        rows = [[(5 * i * i + 7 * i * j + 3 * j * j) % 1009 for j in range(side)] for i in range(side)]
        ((made,), gaps) = stated(rows=str(rows), pool="AvgPool2d")
        assert not gaps
        text = SourceFile("Test", made, made.statements).text()
        runs = [compiled(text.partition("Definition everything")[0]) for _ in range(3)]
        assert all(run.accepted for run in runs), runs[0].said
        seconds[side] = min(run.seconds for run in runs)  # other work on the machine only adds to it
    # four times as many entries; time that grew with their square would be sixteen-fold
    assert seconds[24] - seconds[4] <= 9 * (seconds[12] - seconds[4])
