"""The notation as a value: what it takes, what it refuses, and the letters of derivations in it."""

from __future__ import annotations

import pickle
from typing import Any

import numpy as np
import pytest
from layer_cases import CASES
from sympy import Symbol

import symconv as sc
from symconv.errors import ArgumentError
from symconv.notation import USUAL, Notation, apart
from symconv.problem import load

PAPER = Notation({"A": "X", "B": "W", "C": "Y", "E": "L"})


@pytest.mark.parametrize(
    ("text", "letters"),
    [
        ("A=X", {"A": "X"}),
        ("A=X, B=W ,b=c", {"A": "X", "B": "W", "b": "c"}),
        ("E=lambda,A=θ,K=Phi", {"E": "λ", "A": "θ", "K": "Φ"}),
        ("A=A", {}),
        ("A=B,B=A", {"A": "B", "B": "A"}),
        ("kernel=K", {"kernel": "K"}),
    ],
)
def test_text_says_a_notation(text: str, letters: dict[str, str]) -> None:
    assert Notation.read(text) == Notation(letters)
    assert Notation.read(text).letters == letters


@pytest.mark.parametrize(
    ("letters", "complaint"),
    [
        ("A=X", "notation: must be a mapping from letters to letters, not 'A=X'"),
        ({"A": "X", "B": "X"}, "notation: must be different letters for A and B, not X for both"),
        ({"A": "XY"}, "notation: must be a Latin or Greek letter for A, not 'XY'"),
        ({"A": ""}, "notation: must be a Latin or Greek letter for A, not ''"),
        ({"A": "1"}, "notation: must be a Latin or Greek letter for A, not '1'"),
        ({"A": "ж"}, "notation: must be a Latin or Greek letter for A, not 'ж'"),
        ({"A": "ο"}, "notation: must be a Latin or Greek letter for A, not 'ο'"),  # omicron looks like o
        ({"A": "𝐀"}, "notation: must be a Latin or Greek letter for A, not '𝐀'"),
        ({"A": 1}, "notation: must be a Latin or Greek letter for A, not 1"),
        ({"A1": "X"}, "notation: must be for letters such as A or K, not 'A1'"),
        ({"": "X"}, "notation: must be for letters such as A or K, not ''"),
        ({1: "X"}, "notation: must be for letters such as A or K, not 1"),
    ],
)
def test_what_is_no_letter_is_refused(letters: Any, complaint: str) -> None:
    with pytest.raises(ArgumentError) as caught:
        Notation(letters)
    assert str(caught.value) == complaint


@pytest.mark.parametrize("index", [2, -1, True, "0", 1.0])
def test_the_first_index_is_0_or_1(index: Any) -> None:
    with pytest.raises(ArgumentError, match="first_index: must be 0 or 1"):
        Notation(first_index=index)


def test_a_notation_is_a_value() -> None:
    same = Notation({"E": "L", "C": "Y", "B": "W", "A": "X"})
    assert (PAPER, hash(PAPER)) == (same, hash(same))
    assert pickle.loads(pickle.dumps(PAPER)) == PAPER
    with pytest.raises(TypeError):
        PAPER.letters["A"] = "Z"  # type: ignore[index]


def test_names_keep_their_numbers() -> None:
    assert [PAPER.name(name) for name in ("A", "A2", "R", "AB")] == ["X", "X2", "R", "AB"]
    assert [PAPER.old(name) for name in ("X", "X2", "R")] == ["A", "A2", "R"]


def test_one_notation_goes_over_another() -> None:
    under = Notation({"A": "U", "K": "F"}, first_index=0)
    assert PAPER.over(under) == Notation({**PAPER.letters, "K": "F"}, first_index=0)
    assert Notation(first_index=1).over(under).first_index == 1
    with pytest.raises(ArgumentError, match="different letters"):
        Notation({"A": "F"}).over(under)


def test_names_that_differ_must_differ_in_a_notation() -> None:
    apart(Notation({"A": "B", "B": "A"}), ("A", "B", "A"))
    with pytest.raises(ArgumentError, match="different letters for A and B, not B for both"):
        apart(Notation({"A": "B"}), ("A", "B"))


# --- derivations ---


def test_symbols_are_in_the_notation() -> None:
    derivation = sc.Conv2d().derive((2, 2), (1, 2), notation=PAPER)
    assert derivation.output[0, 0] == Symbol("W_11") * Symbol("X_11") + Symbol("W_12") * Symbol("X_12")
    assert (
        derivation.gradient("X")[0, 0]
        == derivation.gradient("input")[0, 0]
        == Symbol("G_11") * Symbol("W_11")
    )
    with pytest.raises(ArgumentError, match="wrt: must be one of input, weight, bias, not 'A'"):
        derivation.gradient("A")


def test_two_arrays_may_change_their_letters() -> None:
    derivation = sc.Conv2d().derive((2, 2), (1, 2), notation=Notation({"A": "B", "B": "A"}))
    assert derivation.gradient("B")[0, 0] == Symbol("G_11") * Symbol("A_11")
    assert derivation.general("input").to_text().startswith("∂E/∂Bₖₗ = ∑ᵢ ∑ⱼ ∂E/∂Cᵢⱼ·A")
    assert {check.subject for check in derivation.check()} >= {"∂E/∂B", "∂E/∂A"}


def test_the_symbols_of_the_upstream_gradient_keep_apart() -> None:
    derivation = sc.Conv2d().derive((2, 2), (1, 2), notation=Notation({"A": "G"}))
    assert derivation.gradient("weight")[0, 0].free_symbols == {
        Symbol(f"{letter}_{place}") for letter in "GU" for place in ("11", "21")
    }
    renamed = sc.Conv2d().derive((2, 2), (1, 2), notation=Notation({"G": "D"}))
    assert renamed.gradient("input")[0, 0] == Symbol("D_11") * Symbol("B_11")


def test_one_letter_for_two_arrays_is_refused_before_anything_is_worked_out() -> None:
    with pytest.raises(ArgumentError, match="different letters for A and B, not B for both"):
        sc.Conv2d().derive((2, 2), (1, 2), notation=Notation({"A": "B"}))
    assert sc.ReLU().derive((2, 2), notation=Notation({"A": "B"})).gradient("B") is not None
    with pytest.raises(ArgumentError, match="different letters for A and E, not E for both"):
        sc.ReLU().derive((2, 2), notation=Notation({"A": "E"}))


def test_indices_count_from_the_first_index() -> None:
    derivation = sc.Conv1d().derive((3,), (2,), notation=Notation(first_index=0))
    assert derivation.output[0] == Symbol("A_0") * Symbol("B_0") + Symbol("A_1") * Symbol("B_1")
    assert derivation.general("input").to_text().startswith("∂E/∂Aₖ = ∑ᵢ ∂E/∂Cᵢ·Bₖ₋ᵢ, max(0, ")
    loss = sc.MSELoss().derive((2,), notation=Notation({"T": "t"}, first_index=0))
    assert loss.output.item().free_symbols == {Symbol(f"{letter}_{i}") for letter in "At" for i in (0, 1)}


def test_numbers_stay_and_a_derivation_goes_into_another_notation() -> None:
    derivation = sc.Conv1d().derive(np.array([1, 2, 3]), (2,))
    moved = derivation.in_notation(Notation({"A": "X", "B": "W"}, first_index=0))
    assert moved.output[0] == Symbol("W_0") + 2 * Symbol("W_1")
    assert moved.in_notation(Notation({"B": "V"})).output[0] == Symbol("V_0") + 2 * Symbol("V_1")
    back = moved.plain.in_notation(Notation(first_index=1))
    assert back.output.tolist() == derivation.output.tolist()
    assert back.names == derivation.names
    assert moved.substitute(weight=[1, 1], upstream=1).gradient("X").tolist() == [1, 2, 1]


def test_every_way_of_writing_takes_a_notation() -> None:
    derivation = sc.Conv2d().derive((2, 2), (1, 2))
    ways = (derivation, derivation.matrix(), sc.Sequential(sc.Conv2d(), sc.Sum()).derive((2, 2), (1, 2)))
    notation = Notation({"A": "X", "B": "W", "C": "H", "E": "L"})
    for shown in ways:
        for name in ("latex", "mathml", "html", "markdown", "text"):
            text = getattr(shown, f"to_{name}")(notation=notation)
            assert text == getattr(shown.in_notation(notation), f"to_{name}")()
            assert text != getattr(shown, f"to_{name}")()
    pasted = derivation.to_latex("align*", notation=notation)
    assert r"\frac{\partial L}{\partial \mathbf{X}_{k l}}" in pasted
    assert not {"A", "B", "C", "E"} & set(pasted)
    formula = derivation.general("weight")
    assert (
        formula.to_latex(notation=notation) == derivation.in_notation(notation).general("weight").to_latex()
    )
    assert "∂L/∂W" in formula.to_text(notation=notation)
    with pytest.raises(ArgumentError, match="first_index: must be 1, from which the formula was derived"):
        formula.to_text(notation=Notation(first_index=0))


def test_a_matrix_keeps_its_letter_apart() -> None:
    view = sc.Conv2d().matrix(
        (2, 2), (1, 2), notation=Notation({"A": "x", "C": "y", "E": "L"}, first_index=0)
    )
    assert view.matrix[0, 1] == Symbol("B_01")
    assert "vec(y) = M vec(x)" in view.to_text()
    assert {check.subject for check in view.check()} >= {"M vec(x) = vec(y)", "Mᵀ vec(∂L/∂y)"}
    with pytest.raises(ArgumentError, match="another letter for A than M"):
        sc.Conv2d().matrix((2, 2), (1, 2), notation=Notation({"A": "M"})).to_text()


def test_a_chain_is_called_in_its_notation() -> None:
    net = sc.Sequential(sc.Conv2d(), sc.ReLU(), sc.Sum())
    notation = Notation({"A": "X", "B": "W", "C": "H", "R": "Z", "E": "L"}, first_index=0)
    chain = net.derive((2, 2), (1, 2), notation=notation)
    assert list(chain.intermediate) == ["H", "Z", "L"]
    assert chain.intermediate["H"][0, 0] == Symbol("W_00") * Symbol("X_00") + Symbol("W_01") * Symbol("X_01")
    numbers = chain.substitute(X=[[1, 2], [3, -4]], W=[[1, 1]])
    assert numbers.gradient("X").tolist() == numbers.gradient("input").tolist() == [[1, 1], [0, 0]]
    assert numbers.gradient("H").tolist() == numbers.gradient("0").tolist() == [[1], [0]]
    assert numbers.check().passed
    assert {check.subject for check in numbers.check()} >= {"∂L/∂X", "∂L/∂W through the chain"}
    assert repr(chain) == "ChainDerivation(X → Conv2d H → ReLU Z → Sum L)"
    open_end = sc.Sequential(sc.Conv2d()).derive((2, 2), (1, 2), notation=Notation({"G": "D"}))
    assert open_end.gradient("input")[0, 0] == Symbol("D_11") * Symbol("B_11")
    with pytest.raises(ArgumentError, match="different letters for A and C, not C for both"):
        net.derive((2, 2), (1, 2), notation=Notation({"A": "C"}))


@pytest.mark.parametrize("name", CASES)
def test_the_formulas_of_every_layer_follow(name: str) -> None:
    derivation = CASES[name].derive()
    capitals = iter("ΓΔΘΨ")
    arrays = {each: "β" if each.islower() else next(capitals) for each in derivation.array_names}
    letters = {**dict(zip("IOKE", "ΛΞΠΩ", strict=True)), **arrays}
    told = derivation.in_notation(Notation(letters))
    for wrt in (None, *derivation.operator.arguments):
        before, after = derivation.general(wrt).to_text(), told.general(wrt).to_text()
        assert before.translate(str.maketrans(letters)) == after.replace("Cᵢₙ", f"{letters.get('C')}ᵢₙ")


# --- problems ---


def test_entries_asked_for_in_full_move_with_the_first_index() -> None:
    problem = load("ds-ga-1008-hw2")
    (asked,) = (each for each in problem.questions if getattr(each, "in_full", ()))
    moved = next(
        each
        for each in problem.in_notation(Notation(first_index=0)).questions
        if getattr(each, "in_full", ())
    )
    assert [tuple(i - 1 for i in index) for index in asked.in_full] == list(moved.in_full)  # type: ignore[attr-defined]
    assert problem.in_notation(USUAL) == problem


def test_a_file_and_a_call_say_a_notation_together() -> None:
    problem = load("ds-ga-1008-hw2").in_notation(Notation({"A": "X"}, first_index=0))
    both = problem.in_notation(Notation({"A": "U", "B": "W"}))
    assert both.notation == Notation({"A": "U", "B": "W"}, first_index=0)
    with pytest.raises(ArgumentError, match="different letters for C and Y, not Y for both"):
        problem.in_notation(Notation({"C": "Y"}))
