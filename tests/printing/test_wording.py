"""Letters in running text: names are renamed, English is not."""

from __future__ import annotations

import pickle

import pytest

from symconv.display import Ident, Script, row
from symconv.printing.plain import Plain
from symconv.printing.text import text
from symconv.printing.wording import named, worded

NEW = {"A": "X", "B": "W", "I": "N", "K": "F", "D": "Q", "a": "u", "b": "v", "T": "U", "img": "J"}


@pytest.mark.parametrize(
    ("said", "renamed"),
    [
        ("Compute the output of A with B, without bias.", "Compute the output of X with W, without bias."),
        ("A kernel B slides over the image A.", "A kernel W slides over the image X."),
        ("every entry of A puts the kernel onto a canvas", "every entry of X puts the kernel onto a canvas"),
        ("A is the image. A and B are given. A, too.", "X is the image. X and W are given. X, too."),
        (
            "It fits. A smaller one: A larger one. “A kernel”",
            "It fits. A smaller one: A larger one. “A kernel”",
        ),
        ("any input width I, kernel width K", "any input width N, kernel width F"),
        (
            "Why may I add them? At I = 6 I would; I'm sure.",
            "Why may I add them? At N = 6 I would; I'm sure.",
        ),
        ("I and K are sizes, I is odd", "N and F are sizes, N is odd"),
        ("A's entries, f(A), |A|, (A), 2K, −A₁₁ and A1", "X's entries, f(X), |X|, (X), 2F, −X₁₁ and X1"),
        ("∂E/∂A[2,2]: derived 8 = 1·A₁₂ + Bᵢⱼ", "∂E/∂X[2,2]: derived 8 = 1·X₁₂ + Wᵢⱼ"),
        (
            "a bias b, e.g. a T-shirt, Conv2d, 1.1(b), B-splines",
            "a bias v, e.g. a T-shirt, Conv2d, 1.1(b), B-splines",
        ),
        ("Part A, appendix B and exercise A follow B", "Part A, appendix B and exercise A follow W"),
        ("the array img, not images", "the array J, not images"),
        ("Aa AB ABBA Änd Bж A_1", "Aa AB ABBA Änd Bж X_1"),
        ("A", "X"),
        ("A ", "A "),
        ("", ""),
    ],
)
def test_letters_that_are_names_are_renamed(said: str, renamed: str) -> None:
    assert worded(said, NEW) == renamed
    assert worded(said, {}) == said


def test_letters_may_change_places() -> None:
    assert worded("A with B and A", {"A": "B", "B": "A"}) == "B with A and B"


def test_the_letters_that_a_text_names() -> None:
    assert named("A kernel K over I, D ≤ 3", "AIKDS") == {"K", "I", "D"}


def test_plain_text_is_a_string_that_remembers_its_formulas() -> None:
    entry = Script(Ident("A", bold=True), sub=row(Ident("D"), Ident("m")))
    plain = Plain("Not so: ", entry, " = 1")
    assert plain == f"Not so: {text(entry)} = 1"
    assert plain.parts == ("Not so: ", entry, " = 1")
    assert pickle.loads(pickle.dumps(plain)) == plain
    assert pickle.loads(pickle.dumps(plain)).parts == plain.parts
