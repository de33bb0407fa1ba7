"""The main job: the homework solved, wrong claims caught, other problems worked out."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from symconv.axes import Sliding
from symconv.checks.result import Method, Verdict
from symconv.document import Section
from symconv.errors import ArgumentError, ProblemError
from symconv.pipeline import derive, prove, size, solve
from symconv.problem import load, shipped
from symconv.render import USUAL

SHIPPED = [*shipped()]


@pytest.fixture(scope="module")
def homework():
    return solve()


def write(folder: Path, text: str) -> Path:
    file = folder / "problem.toml"
    file.write_text(text, encoding="utf-8")
    return file


CONV = """
title = "T"
[arrays]
A = [[1, 2, 3], [4, 5, 6], [7, 8, 9]]
B = [[1, 0], ["1/2", -1]]
[layers.conv]
type = "Conv2d"
input = "A"
weight = "B"
output = "C"
"""

QUESTION = '[[questions]]\nid = "f"\nask = "forward"\nlayer = "conv"\n'


def test_every_question_of_the_homework_is_answered_and_passes(homework) -> None:
    ids = [answer.id for answer in homework.answers]
    assert ids == ["1.1(a)", "1.1(b)", "1.1(c)", "1.1(d)", "1.2(a)", "1.2(b)", "1.2(c)", "1.2(d)"]
    assert {answer.verdict for answer in homework.answers} == {Verdict.PASSED}
    assert homework.passed


def test_the_homeworks_numbers_are_claims_that_were_compared(homework) -> None:
    claims = {check.subject for check in homework.checks if check.method is Method.CLAIM}
    assert {"output size", "C", "∂E/∂A", "addends of ∂E/∂A", "pooling modules", "Y"} <= claims


def test_the_gradient_is_checked_by_at_least_two_means_besides_the_claim(homework) -> None:
    methods = {check.method for check in homework.checks if check.subject == "∂E/∂A"} - {Method.CLAIM}
    assert len(methods) >= 2


def test_answers_show_the_derived_numbers(homework) -> None:
    lines = {answer.id: answer.answer for answer in homework.answers}
    assert lines["1.1(a)"] == "3 × 3"
    assert lines["1.1(c)"] == "C = [[109, 92, 72], [108, 85, 74], [110, 74, 79]]"
    assert lines["1.2(c)"] == "Y = [[109, 92], [110, 85]]"


def test_a_wrong_claim_names_entry_both_values_and_terms(tmp_path: Path) -> None:
    text = CONV + '[[questions]]\nid = "g"\nask = "gradient"\nlayer = "conv"\nwrt = "A"\nupstream = "ones"\n'
    expect = 'expect = [[1, 1, 0], ["3/2", "1/2", -2], ["1/2", "-1/2", -1]]\n'
    report = solve(write(tmp_path, text + expect))
    assert not report.passed
    (failure,) = report.checks.failures
    assert failure.detail == "∂E/∂A[2,3]: claimed −2, derived −1 = 1·(−1) + 1·0."


def test_a_wrong_addend_is_caught_although_the_sum_is_right(tmp_path: Path) -> None:
    text = CONV + '[[questions]]\nid = "g"\nask = "gradient"\nlayer = "conv"\nwrt = "A"\nupstream = "ones"\n'
    terms = 'expect_terms = [[[1], [1, 0], [0]], [[1, "1/2"], [1, "1/2", 0, -1], [0, -1]], [["1/2"], ["1/4", "-3/4"], [-1]]]\n'
    (failure,) = solve(write(tmp_path, text + terms)).checks.failures
    assert failure.subject == "addends of ∂E/∂A"
    assert "[3,2]" in failure.detail


def test_a_dispute_that_cannot_be_shown_fails(tmp_path: Path) -> None:
    question = '[[questions]]\nid = "d"\nask = "output_size_formula"\nlayer = "conv"\n'
    right = 'dispute = { formula = "floor((I - K + 2*P)/S) + 1", at = { I = 6, K = 3, S = 2 } }\n'
    wrong = 'dispute = { formula = "(I - K + 2*P)/S + 1", at = { I = 6, K = 3, S = 2 } }\n'
    assert not solve(write(tmp_path, CONV + question + right)).passed
    assert solve(write(tmp_path, CONV + question + wrong)).passed


def test_layers_that_read_each_other_are_chained(tmp_path: Path) -> None:
    chain = '[layers.pool]\ntype = "AvgPool2d"\ninput = "C"\noutput = "Y"\nkernel_size = 2\n'
    question = '[[questions]]\nid = "f"\nask = "forward"\nlayer = "pool"\nexpect = [[-1]]\n'
    report = solve(write(tmp_path, CONV + chain + question))
    assert report.passed, report.checks.failures
    assert report.answers[0].answer == "Y = [[-1]]"


UNPOOL = """
[layers.pool]
type = "MaxPool2d"
input = "A"
output = "Y"
kernel_size = 2
stride = 1
indices = "Q"
[layers.back]
type = "MaxUnpool2d"
input = "Y"
output = "Z"
kernel_size = 2
stride = 1
indices = "Q"
"""


def test_an_unpooling_reads_the_indices_that_a_max_pooling_writes(tmp_path: Path) -> None:
    ask = """
[[questions]]
id = "f"
ask = "forward"
layer = "back"
expect = [[0, 0, 0], [0, 5, 6], [0, 8, 9]]
[[questions]]
id = "g"
ask = "gradient"
layer = "back"
wrt = "Y"
upstream = [[1, 2, 3], [4, 5, 6], [7, 8, 9]]
expect = [[5, 6], [8, 9]]
[[questions]]
id = "s"
ask = "output_size"
layer = "back"
expect = [3, 3]
"""
    report = solve(write(tmp_path, CONV + UNPOOL + ask))
    assert report.passed, str(report.checks)


def test_indices_are_not_differentiated_by_and_need_numbers_that_fit(tmp_path: Path) -> None:
    ask = '[[questions]]\nid = "g"\nask = "gradient"\nlayer = "back"\nwrt = "Q"\n'
    with pytest.raises(ProblemError, match=r"questions\.g\.wrt: unknown array of layer back 'Q'"):
        solve(write(tmp_path, CONV + UNPOOL + ask))
    given = UNPOOL.replace('indices = "Q"\n[layers.back]', "[layers.back]").replace(
        'indices = "Q"', 'indices = "B"'
    )
    with pytest.raises(ProblemError, match=r"layers\.back\.indices: must be an array of integers"):
        solve(write(tmp_path, CONV + given + QUESTION))


def test_the_second_array_of_a_max_pooling_needs_a_name_of_its_own(tmp_path: Path) -> None:
    text = CONV + UNPOOL.replace('indices = "Q"\n[layers.back]', 'indices = "B"\n[layers.back]') + QUESTION
    with pytest.raises(
        ProblemError, match=r"layers\.pool\.indices: must be the name of a new array, not 'B'"
    ):
        solve(write(tmp_path, text))


@pytest.mark.parametrize(
    ("layer", "expect"),
    [
        ('type = "Conv1d"\ninput = "L"\nweight = "K"\npadding = 1\npadding_mode = "circular"', [4]),
        ('type = "ConvTranspose1d"\ninput = "L"\nweight = "K"\nstride = 2\noutput_padding = 1', [10]),
        ('type = "FractionalMaxPool2d"\ninput = "P"\nkernel_size = 1\noutput_size = 2\n'
         '_random_samples = [[[0.5, "1/4"], [0, 0.75]]]', [2, 2]),
        ('type = "MaxUnpool1d"\ninput = "L"\nkernel_size = 2\noutput_size = 7\nindices = "J"', [7]),
        ('type = "AdaptiveAvgPool2d"\ninput = "P"\noutput_size = [2, 3]', [2, 3]),
        ('type = "Conv2d"\ninput = "P"\nweight = "W"\npadding = 2', [7, 7]),  # windows of padding only
    ],
)  # fmt: skip
def test_the_output_size_of_every_kind_of_layer_is_checked(
    layer: str, expect: list[int], tmp_path: Path
) -> None:
    arrays = """
title = "T"
[arrays]
L = [1, 2, 3, 4]
K = [1, 2, 3]
J = [6, 6, 0, 1]
P = [[[1, 2, 3], [4, 5, 6], [7, 8, 9]], [[9, 8, 7], [6, 5, 4], [3, 2, 1]]]
W = [[[[1]], [[2]]]]
"""
    wired = f'[layers.one]\n{layer}\noutput = "Y"\n'
    asked = "".join(
        f'[[questions]]\nid = "{ask}"\nask = "{ask}"\nlayer = "one"\n{more}\n'
        for ask, more in (("output_size", f"expect = {expect}"), ("forward", ""))
    )
    report = solve(write(tmp_path, arrays + wired + asked))
    assert report.passed, str(report.checks)
    assert sum(check.subject == "output size" for check in report.checks) == 2


def test_an_upstream_gradient_that_is_left_out_stays_symbolic(tmp_path: Path) -> None:
    text = CONV + '[[questions]]\nid = "g"\nask = "gradient"\nlayer = "conv"\nwrt = "B"\n'
    report = solve(write(tmp_path, text))
    assert report.passed
    assert "G_11 + 2*G_12" in report.answers[0].answer


def test_more_products_than_the_limit_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ProblemError, match=r"layers\.conv: must need at most 10 products, not 16"):
        solve(write(tmp_path, CONV + QUESTION), limit=10)


def test_shapes_that_do_not_fit_are_named_with_file_and_layer(tmp_path: Path) -> None:
    file = write(tmp_path, CONV.replace("[layers.conv]\n", "[layers.conv]\ndilation = 3\n") + QUESTION)
    with pytest.raises(
        ProblemError, match=r"problem\.toml: layers\.conv: the kernel reaches over 4 positions"
    ):
        solve(file)


@pytest.mark.parametrize("name", SHIPPED)
def test_every_shipped_problem_passes_in_every_format(name: str, tmp_path: Path) -> None:
    report = solve(name)
    assert report.passed
    files = report.write(tmp_path / name)
    assert len(files) == len(USUAL)
    assert all(file.stat().st_size > 0 for file in files)
    assert load(name).title in (tmp_path / name / f"{name}.txt").read_text(encoding="utf-8")


def test_the_json_holds_every_check(homework, tmp_path: Path) -> None:
    (file,) = homework.write(tmp_path, ["json"])
    assert file.read_text(encoding="utf-8").count('"method"') == len(homework.checks)
    assert json.loads(file.read_text(encoding="utf-8"))


def test_a_run_that_cannot_render_leaves_the_old_files_alone(homework, tmp_path: Path) -> None:
    homework.write(tmp_path, ["txt"])
    before = {file.name: file.read_bytes() for file in tmp_path.iterdir()}
    with pytest.raises(ValueError, match="format"):
        homework.write(tmp_path, ["txt", "docx"])
    assert {file.name: file.read_bytes() for file in tmp_path.iterdir()} == before


def test_derive_shows_one_entry_in_full_or_all() -> None:
    from symconv.layers import Conv2d

    whole = derive(Conv2d(stride=2), (5, 5), (3, 3), "input", None)
    entry = derive(Conv2d(stride=2), (5, 5), (3, 3), "input", (1, 3))
    assert whole.passed
    assert entry.passed
    assert entry.render("txt").count("∂C₁₁") > 1
    assert len(whole.render("txt")) > len(entry.render("txt"))


def test_prove_shows_the_instance_of_a_window() -> None:
    report = prove("lp-limit", [109, 92, 108, 85])
    assert report.passed
    assert "109.000008" in report.render("txt")


def test_prove_shows_the_instance_of_a_geometry() -> None:
    report = prove("full-correlation", geometry=[6, 3, 2, 1])
    assert report.passed
    assert any("For I = 6, K = 3, S = 2, P = 1, D = 1:" in str(block) for block in report.document.blocks)


@pytest.mark.parametrize(
    ("name", "numbers", "message"),
    [
        (
            "full-correlation",
            {"window": [1, 2]},
            "window: must be left out: full-correlation is about a geometry",
        ),
        ("lp-limit", {"geometry": [6, 3]}, "geometry: must be left out: lp-limit is about a window"),
        ("input-sizes", {"geometry": [6, 3, 0]}, "S: must be an integer >= 1, not 0"),
    ],
)
def test_numbers_that_do_not_fit_a_theorem_are_told(name: str, numbers: Any, message: str) -> None:
    with pytest.raises(ArgumentError) as raised:
        prove(name, **numbers)
    assert str(raised.value) == message


def test_a_theorem_about_a_geometry_is_shown_at_the_first_axis_of_a_layer(tmp_path: Path) -> None:
    question = '\n[[questions]]\nid = "1"\nask = "prove"\nlayer = "conv"\ntheorems = ["full-correlation"]\n'
    report = solve(write(tmp_path, CONV + question))
    assert report.passed
    assert report.answers[0].answer == "one theorem, proved for every size"
    assert "For I = 3, K = 2, S = 1, P = 0, D = 1:" in str(report.document.blocks)


def test_derive_of_one_entry_is_of_a_layer_of_any_size_and_of_all_of_a_limited_one() -> None:
    from symconv.layers import Conv2d

    layer, shapes = Conv2d(stride=2, padding=3, bias=False), ((3, 224, 224), (64, 3, 7, 7))
    report = derive(layer, *shapes, "input", (1, 100, 100))
    assert report.passed
    text = report.render("txt")
    assert "Input 3 × 224 × 224, output 64 × 112 × 112" in text
    assert "There are 1,024 terms; the first and the last are shown." in text
    assert "entry [1, 100, 100] of 150,528" in text
    with pytest.raises(
        ProblemError, match=r"Conv2d needs 118,013,952 products for all entries, more than 1,000,000"
    ):
        derive(layer, *shapes, "input", None)


def test_derive_of_a_large_layer_shows_some_entries_and_the_sample_of_its_checks() -> None:
    from symconv.layers import Conv2d

    report = derive(Conv2d(bias=False), (80, 80), (3, 3), "weight", None)
    assert report.passed
    text = report.render("txt")
    assert "The first 3 of 9 entries, term by term" in text
    assert "3 of 9 entries, sampled" in text


def test_size_says_the_output_and_every_input_that_gives_it() -> None:
    from symconv.layers import AdaptiveAvgPool2d, Conv2d, MaxPool2d

    report = size(Conv2d(stride=2), (3, 3), (6,), None)
    text = report.render("txt")
    assert report.passed
    assert "An input of 6 × 6 gives an output of 2 × 2." in text
    assert "An output of 2 comes from an input of 5 or 6." in text
    assert "output_padding that restores it" in text
    assert "it says which of the 2 sizes it was" in text
    for layer, wanted, answer in (
        (MaxPool2d(3, 2, ceil_mode=True), 2, "from an input of 4 or 5."),
        (MaxPool2d(2, 5), 2, "from an input of 7 to 11."),
        (AdaptiveAvgPool2d(3), 3, "from an input of 1 or more."),
        (AdaptiveAvgPool2d(3), 4, "No input size from 1 on gives an output of 4."),
    ):
        report = size(layer, None, None, (wanted, wanted))
        assert report.passed
        assert answer in report.render("txt")


def test_sizes_that_are_too_large_to_be_counted_are_refused_in_a_sentence() -> None:
    from symconv.errors import ShapeError
    from symconv.layers import Conv2d

    for stride, wanted in ((1, 10**9), (10**8, 3)):
        with pytest.raises(ShapeError, match="has too many windows to count them"):
            size(Conv2d(stride=stride), (3, 3), None, (wanted, wanted))
    assert size(Conv2d(stride=2), (3, 3), None, (10_000, 10_000)).passed


def test_a_wrong_inverse_is_found_by_counting_windows(monkeypatch: pytest.MonkeyPatch) -> None:
    from symconv.checks import windows
    from symconv.layers import Conv2d, MaxPool2d

    original = Sliding.output_size
    monkeypatch.setattr(Sliding, "output_size", lambda axis, size: original(axis, size + 1))
    assert not size(MaxPool2d(3, 2, ceil_mode=True), None, None, (2, 2)).passed
    monkeypatch.undo()
    slide = windows.slide
    monkeypatch.setattr(windows, "slide", lambda *given: slide(*given)[:, :, 1:])
    report = size(Conv2d(stride=2), (3, 3), None, (3, 3))
    assert report.checks.failures[0].detail == "At an input of 7 there are 2 windows, against the line."


SIZES = """[[questions]]
id = "s"
ask = "input_sizes"
layer = "conv"
"""
SQUARE = CONV.replace('[[1, 0], ["1/2", -1]]', "[[1, 2], [3, 4]]")
LAID_OUT = """[[questions]]
id = "m"
ask = "matrix"
layer = "conv"
"""


def test_input_sizes_are_answered_and_a_claim_is_compared(tmp_path: Path) -> None:
    strided = CONV.replace("[layers.conv]\n", "[layers.conv]\nstride = 2\n")
    report = solve(write(tmp_path, strided + SIZES + "output = [4, 1]\n"))
    assert (report.passed, report.answers[0].answer) == (True, "8 or 9 × 2 or 3")
    report = solve(write(tmp_path, strided + SIZES + "output = [4, 1]\nexpect = [[8, 9], [2, 3]]\n"))
    assert report.passed
    report = solve(write(tmp_path, strided + SIZES + "output = [4, 1]\nexpect = [[8], [2, 3]]\n"))
    assert report.checks.failures[0].detail == "input sizes: claimed 8 × 2, 3, derived 8, 9 × 2, 3."


def test_a_matrix_is_answered_and_a_claim_is_compared(tmp_path: Path) -> None:
    report = solve(write(tmp_path, SQUARE + LAID_OUT))
    assert report.passed
    assert report.answers[0].answer == "4 × 9, 16 entries other than 0"
    rows = [[1, 2, 0, 3, 4, 0, 0, 0, 0], [0, 1, 2, 0, 3, 4, 0, 0, 0]]
    rows += [[0, 0, 0, 1, 2, 0, 3, 4, 0], [0, 0, 0, 0, 1, 2, 0, 3, 4]]
    assert solve(write(tmp_path, SQUARE + LAID_OUT + f"expect = {rows}\n")).passed
    rows[0][2] = 5
    report = solve(write(tmp_path, SQUARE + LAID_OUT + f"expect = {rows}\n"))
    assert report.checks.failures[0].detail == "M[1,3]: claimed 5, derived 0."


def test_a_layer_without_a_matrix_is_named_with_its_question(tmp_path: Path) -> None:
    pool = CONV.replace('weight = "B"\n', "").replace(
        '"Conv2d"', '"LPPool2d"\nnorm_type = 2\nkernel_size = 2'
    )
    with pytest.raises(ProblemError, match=r"questions\.m: LPPool2d has no matrix: its output is not linear"):
        solve(write(tmp_path, pool + LAID_OUT))


def test_arrays_may_have_the_letters_of_what_their_layers_do_not_read(tmp_path: Path) -> None:
    problem = """title = "Letters"
arrays.A = [[1, 2, 3], [4, 5, 6], [7, 8, 9]]
layers.pool = { type = "MaxPool2d", input = "A", output = "B", kernel_size = 2, stride = 1 }
layers.relu = { type = "ReLU", input = "B", output = "b" }
[[questions]]
id = "1"
ask = "forward"
layer = "pool"
expect = [[5, 6], [8, 9]]
[[questions]]
id = "2"
ask = "gradient"
layer = "relu"
wrt = "B"
upstream = "ones"
expect = [[1, 1], [1, 1]]
"""
    assert solve(write(tmp_path, problem)).passed


def test_ids_that_differ_in_signs_alone_have_sections_of_their_own(tmp_path: Path) -> None:
    ids = ("1.1", "1-1", "data", "?", "!", "Ж")
    asked = """
[[questions]]
id = "{}"
ask = "prove"
theorems = ["lp-sum", "lp-sum"]
window = [1, 2]
"""
    report = solve(write(tmp_path, 'title = "T"\n[arrays]\nA = [1]\n' + "".join(map(asked.format, ids))))
    sections = [block for block in report.document.blocks if isinstance(block, Section)]
    own = [section.anchor for section in sections]
    assert own == ["data", "1-1", "1-1-2", "data-2", "question", "question-2", "question-3"]
    below = [block.anchor for section in sections for block in section.blocks if isinstance(block, Section)]
    assert len({*own, *below}) == len(own) + len(below) == 7 + 12
