"""Gradients through several layers of a problem file: answers, claims, and one sentence for what is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from symconv.checks.claims import is_claimed
from symconv.errors import ProblemError
from symconv.exact import pack
from symconv.layers import Sigmoid
from symconv.pipeline import solve

ARRAYS = """
title = "A chain"
[arrays]
A = [[1, 2, 0], [0, 1, 3], [2, 1, 1]]
B = [[1, -1], [2, 0]]
T = [[1]]
[layers.conv]
type = "Conv2d"
input = "A"
weight = "B"
output = "C"
[layers.relu]
type = "ReLU"
input = "C"
output = "R"
[layers.pool]
type = "MaxPool2d"
input = "R"
output = "Y"
kernel_size = 2
"""
SUM = """
[layers.sum]
type = "Sum"
input = "Y"
output = "E"
"""
LOSS = """
[layers.loss]
type = "MSELoss"
input = "Y"
target = "T"
output = "E"
"""


def answered(tmp_path: Path, layers: str, question: str) -> tuple[str, bool]:
    file = tmp_path / "chain.toml"
    file.write_text(
        ARRAYS + layers + f'[[questions]]\nid = "1"\nask = "gradient"\n{question}\n', encoding="utf-8"
    )
    report = solve(file)
    return report.answers[0].answer, report.passed


def refusal(tmp_path: Path, layers: str, question: str) -> str:
    with pytest.raises(ProblemError) as caught:
        answered(tmp_path, layers, question)
    return str(caught.value).replace(f"{tmp_path}/", "")


def test_the_shipped_chain_is_solved_and_every_claim_made_by_hand_is_right() -> None:
    report = solve("conv-relu-pool-sum")
    assert report.passed
    assert [answer.answer for answer in report.answers][2:4] == [
        "∂E/∂A = [[0, 2, -2, 0], [1, 3, 2, 0], [2, 1, 1, -1], [0, 0, 2, 1]]",
        "∂E/∂B = [[5, 1], [6, 8]]",
    ]


def test_a_gradient_goes_back_through_every_layer_to_a_sum(tmp_path: Path) -> None:
    # the maximum is C12 = 4, which the kernel reads from (1, 2) on
    answer, passed = answered(tmp_path, SUM, 'wrt = "A"\nexpect = [[0, 1, -1], [0, 2, 0], [0, 0, 0]]')
    assert (answer, passed) == ("∂E/∂A = [[0, 1, -1], [0, 2, 0], [0, 0, 0]]", True)


def test_a_gradient_starts_at_a_loss_with_its_target(tmp_path: Path) -> None:
    # Y = 4, T = 1: the slope of (Y − T)² is 6
    assert answered(tmp_path, LOSS, 'wrt = "B"\nexpect = [[12, 0], [6, 18]]') == (
        "∂E/∂B = [[12, 0], [6, 18]]",
        True,
    )


def test_an_end_that_is_an_array_takes_its_gradient_from_the_question(tmp_path: Path) -> None:
    question = 'wrt = "A"\nof = "C"\nupstream = [[0, 1], [0, 0]]'
    assert answered(tmp_path, SUM, question) == ("∂E/∂A = [[0, 1, -1], [0, 2, 0], [0, 0, 0]]", True)
    assert answered(tmp_path, "", 'wrt = "C"\nupstream = "ones"') == ("∂E/∂C = [[0, 1], [0, 0]]", True)


def test_a_wrong_claim_is_named_with_its_terms(tmp_path: Path) -> None:
    file = tmp_path / "chain.toml"
    question = '[[questions]]\nid = "1"\nask = "gradient"\nwrt = "B"\nexpect = [[12, 0], [6, 17]]'
    file.write_text(ARRAYS + LOSS + question, encoding="utf-8")
    (failure,) = solve(file).checks.failures
    assert failure.detail == "∂E/∂B[2,2]: claimed 17, derived 18 = 0·1 + 6·3 + 0·1 + 0·1."


TWICE = """
[layers.again]
type = "AvgPool2d"
input = "C"
output = "M"
kernel_size = 2
[layers.join]
type = "Conv2d"
input = "M"
weight = "Y"
output = "J"
[layers.sum]
type = "Sum"
input = "J"
output = "E"
"""


def test_an_array_that_two_layers_read_adds_up_what_both_send_back(tmp_path: Path) -> None:
    # E = M·Y with M the mean of C (6/4) and Y its maximum (4): ∂E/∂C is Y/4 = 1 everywhere, and M at the maximum
    answer, passed = answered(tmp_path, TWICE, 'wrt = "C"\nexpect = [[1, "5/2"], [1, 1]]')
    assert (answer, passed) == ("∂E/∂C = [[1, 5/2], [1, 1]]", True)
    text = solve(tmp_path / "chain.toml").render("txt")
    assert "Several layers read this array; what they send back adds up." in text


def test_a_sigmoid_and_a_cross_entropy_are_answered_with_decimals_and_claims_are_rounded(
    tmp_path: Path,
) -> None:
    layers = """
[layers.squash]
type = "Sigmoid"
input = "A"
output = "S"
[layers.loss]
type = "CrossEntropyLoss"
input = "S"
target = "k"
output = "E"
"""
    text = ARRAYS.replace("T = [[1]]", "T = [[1]]\nk = [0, 2, 1]") + layers
    file = tmp_path / "chain.toml"
    question = '[[questions]]\nid = "1"\nask = "gradient"\nwrt = "A"\nof = "E"\nexpect = {}'
    # PyTorch's gradient, to four places
    claim = "[[-0.0434, 0.0138, 0.0224], [0.0217, 0.0215, -0.0089], [0.0129, -0.0448, 0.0207]]"
    file.write_text(text + question.format(claim), encoding="utf-8")
    report = solve(file)
    failures = [check.detail for check in report.checks.failures]
    assert not failures, failures
    assert report.answers[0].answer.startswith("∂E/∂A ≈ [[-0.043361, 0.01")


def test_handouts_ask_for_the_gradient_of_a_chain_and_give_it(tmp_path: Path) -> None:
    file = tmp_path / "chain.toml"
    question = '[[questions]]\nid = "1"\nask = "gradient"\nwrt = "A"'
    file.write_text(ARRAYS + SUM + question, encoding="utf-8")
    assert "⎡0  1  −1⎤" in solve(file, handout="key").render("txt")
    blank = solve(file, handout="student").render("txt")
    assert "∂A" in blank
    assert "⎡0  1  −1⎤" not in blank


@pytest.mark.parametrize(
    ("claimed", "holds"),
    [("0.7", True), ("0.73", True), ("0.731059", True), ("0.74", False), ("0.731058", False)],
)
def test_a_claim_about_an_irrational_number_is_judged_by_its_decimals(claimed: str, holds: bool) -> None:
    from fractions import Fraction

    derived = Sigmoid().derive([[1]]).output[0, 0]  # 0.7310585786…
    assert is_claimed(Fraction(claimed), derived) is holds
    assert not is_claimed(Fraction(1, 3), derived)
    assert not is_claimed(1, derived)
    assert is_claimed(*pack([3, 3]))


@pytest.mark.parametrize(
    ("layers", "question", "message"),
    [
        (SUM, 'wrt = "Q"', "questions.1.wrt: unknown array 'Q'; known: A, B, T, C, R, Y, E"),
        (SUM, 'wrt = "A"\nof = "X"', "questions.1.of: unknown computed array 'X'; known: C, R, Y, E"),
        (SUM, 'wrt = "R"\nof = "C"', "questions.1.of: must depend on R; C does not"),
        (SUM, 'wrt = "E"', "questions.1.wrt: must be an array that the error depends on; E is not: no layer reads it"),
        (LOSS, 'wrt = "T"', "questions.1.wrt: must be an array that the error depends on; T is not: it is a target, which is given"),
        (LOSS, 'layer = "loss"\nwrt = "T"', "questions.1.wrt: unknown array of layer loss 'T'; known: Y"),
        (SUM, 'wrt = "A"\nupstream = "ones"', "questions.1.upstream: must be left out: E is one number, the error itself"),
        ("", 'wrt = "A"', "questions.1.upstream: must be given: the gradient at Y, which is not one number"),
        ("", 'wrt = "A"\nupstream = [[1, 2]]', "questions.1.upstream: must have the output's shape (1, 1), not (1, 2)"),
        (SUM, 'layer = "conv"\nof = "E"\nwrt = "A"', "questions.1.of: must be left out where a layer is named"),
        (SUM, 'wrt = "A"\nin_full = [[1, 1]]', "questions.1.in_full: must be left out where no layer is named"),
        (
            SUM + '[layers.side]\ntype = "Sum"\ninput = "C"\noutput = "F"\n',
            'wrt = "A"',
            "questions.1.of: must be given, as several arrays come of A: F, E",
        ),
        (
            LOSS.replace('target = "T"', 'target = "B"'),
            'wrt = "A"',
            "layers.loss: MSELoss: the target must have the input's shape (1, 1), not (2, 2)",
        ),
        (LOSS.replace('target = "T"\n', ""), 'wrt = "A"', "layers.loss.target: must be given"),
        (
            LOSS.replace("MSELoss", "CrossEntropyLoss").replace('"T"', '"B"'),
            'wrt = "A"',
            "layers.loss: CrossEntropyLoss: the target must have shape (1,), an index of a class for every sample, or (1, 1), probabilities, not (2, 2)",
        ),
        (
            LOSS.replace('target = "T"', 'target = "T"\nreduction = "most"'),
            'wrt = "A"',
            "layers.loss.reduction: must be 'mean', 'sum' or 'none', not 'most'",
        ),
        (SUM.replace("Sum", "ReLU"), 'wrt = "A"', "layers.sum.output: must be another name: E stands for the error (see notation.error)"),
    ],
)  # fmt: skip
def test_what_cannot_be_asked_is_refused_in_a_sentence(
    layers: str, question: str, message: str, tmp_path: Path
) -> None:
    assert refusal(tmp_path, layers, question) == f"chain.toml: {message}"
