"""The theorems of a problem: their text, and that Coq takes the right ones and refuses every wrong number."""

from __future__ import annotations

import re
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Protocol

import pytest

from symconv.certificates import literals, windows
from symconv.certificates.certification import Certification
from symconv.certificates.coq import assumptions
from symconv.certificates.general import GENERAL
from symconv.certificates.questions import certificates, theorems_of
from symconv.certificates.statement import Batch, Gap, SourceFile, Statement
from symconv.certificates.theory import ALLOWED
from symconv.exact import pack
from symconv.notation import Notation
from symconv.problem import Gradient, load, parse
from symconv.renaming import Renaming
from symconv.workings import compute


class Compiled(Protocol):
    """What the fixture says of a file."""

    accepted: bool
    said: str
    seconds: float


PROBLEMS = Path(__file__).parent.parent / "problems"
FILES = ("certified", "channels", "strided", "hostile")
KINDS = 20


def stated(problem: str) -> tuple[tuple[Batch, ...], tuple[Gap, ...]]:
    file = PROBLEMS / f"{problem}.toml"
    return certificates(compute(load(file if file.exists() else problem), 1_000_000))


def batch(problem: str, question: int) -> Batch:
    return next(each for each in stated(problem)[0] if each.question == question)


def test_results_are_called_as_the_report_calls_them_and_their_theorems_stay() -> None:
    made = Certification(*stated("transposed"))
    letters = Notation({"A": "X", "B": "W", "E": "L"})
    called = made.called(Renaming(letters, ("A", "B", "C"), "E").everywhere)
    assert [each.subject for each in called.batches] == ["C", "∂L/∂X", "∂L/∂W"]
    assert [source.text for source in called.sources] == [source.text for source in made.sources]
    assert [each.subject for each in called.gaps] == [each.subject for each in made.gaps]


# --- the text ---


def test_numbers_are_written_as_coq_reads_them() -> None:
    assert literals.real(4) == "4%R"
    assert literals.real(Fraction(-1, 2)) == "(-1 / 2)%R"
    assert literals.rational(Fraction(-1, 2)) == "(-1 # 2)%Q"
    assert literals.rational(-4) == "(-4)%Q"
    assert literals.index((0, 12)) == "[0; 12]"
    assert literals.name("output", (1, 2)) == "output_1_2"
    assert (
        literals.table(pack([[1, 2], [Fraction(1, 3), -4]])) == "table [2; 2]\n  [[1; 2];\n   [1 # 3; -4]]%Q"
    )


def test_an_entry_of_the_homework_is_the_theorem_that_its_report_shows() -> None:
    theorem = batch("ds-ga-1008-hw2", 4).statements[3]
    assert theorem.name == "gradient_1_2"
    assert theorem.says == (
        "is_derive (fun u => dot (out_shape geometry) upstream "
        "(layer geometry (upd input [0; 1] u) weight bias)) (input [0; 1]) 7%R"
    )


def test_strides_paddings_dilations_and_groups_are_in_the_geometry() -> None:
    assert batch("strided", 2).definitions[0] == (
        "Definition geometry : operator := [Sliding 3 5 2 2 1 1; Sliding 6 6 3 1 2 2]."
    )
    assert batch("channels", 1).definitions[0] == (
        "Definition geometry : operator := [Grouped 4 2 2; Sliding 3 4 2 1 1 0; Sliding 3 4 2 1 1 0]."
    )


@pytest.mark.parametrize("problem", FILES)
def test_the_same_problem_gives_the_same_files(problem: str) -> None:
    first, second = (Certification(*stated(problem)) for _ in range(2))
    assert [source.text for source in first.sources] == [source.text for source in second.sources]
    assert first.hashes == second.hashes


@pytest.mark.parametrize("problem", FILES)
def test_names_are_words_and_texts_are_ascii_without_a_word_of_the_problem(problem: str) -> None:
    title = load(PROBLEMS / f"{problem}.toml").title
    for path, file in Certification(*stated(problem)).files.items():
        assert re.fullmatch(r"results/\w+\.v", path, re.ASCII)
        assert all(re.fullmatch(r"[a-z]\w*", each.name, re.ASCII) for each in file.statements)
        assert file.text().isascii()
        assert title not in file.text()
        assert not re.search(r"Admitted|admit|Axiom|script|write18", file.text())


def test_a_large_result_is_split_into_files() -> None:
    problem = parse(
        LARGE.format(rows=[[(3 * i + j) % 7 for j in range(16)] for i in range(16)]), "large.toml"
    )
    made = Certification(*certificates(compute(problem, 1_000_000)))
    assert list(made.files) == [
        "results/Question1_gradient_by_input_1.v",
        "results/Question1_gradient_by_input_2.v",
    ]
    names = [each.name for file in made.files.values() for each in file.statements]
    assert len(names) == len(set(names)) == 256 + 2


LARGE = """
title = "Large"
arrays.A = {rows}
arrays.B = [[1, 2, 3], [4, 5, 6], [7, 8, 9]]
layers.conv = {{ type = "Conv2d", input = "A", weight = "B", output = "C" }}
[[questions]]
id = "1"
ask = "gradient"
layer = "conv"
wrt = "A"
upstream = "ones"
"""

# --- what has no certificate is said ---


def test_ties_of_the_maximum_have_no_theorem_and_are_named() -> None:
    batches, gaps = stated("certified")
    assert next(each for each in batches if each.question == 6).scope == "14 of 16 entries"
    assert (
        Gap(6, "∂E/∂A, 2 of 16 entries", "each has no derivative at the tie of a window that reads it")
        in gaps
    )


def test_a_transposed_convolution_has_the_axes_of_the_convolution_turned_round() -> None:
    assert batch("certified", 16).definitions[0] == (
        "Definition geometry : operator := "
        "[Adjoint (Grouped 2 2 2); Adjoint (Sliding 3 5 2 2 1 1); Adjoint (Sliding 3 5 2 2 1 1)]."
    )


def test_a_padding_that_repeats_the_input_is_certified_at_numbers_only() -> None:
    batches, gaps = stated("certified")
    assert next(each for each in batches if each.question == 19).scope.startswith(
        "16 of 16 entries, with the taps"
    )
    assert [gap.subject for gap in gaps if gap.question == 20] == ["∂E/∂A, 16 of 16 entries"]


def test_what_is_not_certified_is_named_with_its_reason() -> None:
    reasons = {gap.question: gap.reason for gap in stated("channels")[1]}
    assert reasons == {
        6: "the gradient of LP pooling is certified in general (lp_grad), not at numbers",
        7: "its exponent is not a whole number up to 100, nor infinite",
    }


def test_a_gradient_through_several_layers_is_named_as_not_certified() -> None:
    workings = compute(load("ds-ga-1008-hw2"), 1_000_000)
    through = Gradient(id="1", layer="", wrt="A")
    assert [*theorems_of(through, 1, workings)] == [
        Gap(1, "the gradient", "a gradient through several layers has no theorem yet")
    ]


def test_every_question_of_the_homework_has_theorems_or_a_reason() -> None:
    batches, gaps = stated("ds-ga-1008-hw2")
    assert {each.question for each in (*batches, *gaps)} == set(range(1, 9))


def test_a_stride_that_coq_would_count_to_is_refused_in_words() -> None:
    text = LARGE.format(rows=[[1, 2, 3], [4, 5, 6], [7, 8, 9]]).replace(
        'output = "C"', 'output = "C", stride = 1000000'
    )
    batches, gaps = certificates(compute(parse(text, "far.toml"), 1_000_000))
    assert not batches
    assert [gap.reason for gap in gaps] == ["its geometry has a number above 2,000"]


def test_windows_without_a_formula_are_listed_tap_by_tap_and_the_scope_says_so() -> None:
    batches, gaps = certificates(compute(parse(LISTED, "listed.toml"), 1_000_000))
    assert not gaps
    assert "among [(0, 0, 0); (0, 1, 0);" in batches[0].definitions[0]
    assert batches[0].scope == "4 of 4 entries, with the taps as the file lists them"


LISTED = """
title = "Listed"
arrays.A = [[1, 2, 0, 4], [0, 1, 3, 1], [2, 2, 1, 0], [5, 1, 1, 3]]
layers.pool = { type = "FractionalMaxPool2d", input = "A", output = "M", kernel_size = 2, output_size = 2 }
[[questions]]
id = "1"
ask = "forward"
layer = "pool"
"""


# --- Coq ---


@pytest.mark.coq
def test_coq_accepts_every_theorem_and_they_assume_nothing_but_the_reals(
    compiled: Callable[[str], Compiled],
) -> None:
    made = [Certification(*stated(problem)) for problem in ("certified", "strided")]
    run = compiled(_merged([file for each in made for file in each.files.values()]))
    assert run.accepted, run.said
    assumed = assumptions(run.said)
    assert assumed
    assert set(assumed) <= ALLOWED


@pytest.mark.coq
def test_coq_refuses_every_kind_of_theorem_with_one_number_changed(
    compiled: Callable[[str], Compiled],
) -> None:
    made = Certification(*stated("certified"))
    kinds: dict[tuple[int, str], str] = {}
    parts = []
    for path, file in made.files.items():
        wrong = []
        for each in file.statements:
            kind = (file.batch.question, re.sub(r"[_\d]+$", "", each.name) + file.batch.kind)
            if kind not in kinds and (spoiled := _spoiled(each)):
                kinds[kind] = path
                wrong.append(
                    f"Theorem {spoiled.name} :\n  {spoiled.says}.\nProof. Fail {spoiled.proof} Abort.\n"
                )
        definitions = "\n".join(file.batch.definitions)
        parts.append(f"Module {file.stem}.\n{definitions}\n{''.join(wrong)}End {file.stem}.\n")
    assert len(kinds) >= KINDS
    run = compiled("From SymConv Require Import Certificates.\nOpen Scope nat_scope.\n" + "\n".join(parts))
    assert run.accepted, run.said


@pytest.mark.coq
@pytest.mark.parametrize("question", [2, 3, 5])
def test_a_file_with_one_number_changed_does_not_compile(
    question: int, compiled: Callable[[str], Compiled]
) -> None:
    right = batch("certified", question)
    at = next(place for place, each in enumerate(right.statements) if _spoiled(each))
    wrong = _spoiled(right.statements[at])
    assert wrong is not None
    run = compiled(SourceFile("Test", right, (wrong,)).text())
    assert not run.accepted
    assert "Error" in run.said


@pytest.mark.coq
def test_every_theorem_on_windows_is_accepted_in_general_and_at_a_window(
    compiled: Callable[[str], Compiled],
) -> None:
    files = []
    for theorem in windows.INSTANCES:
        window = [
            Fraction(7, 2),
            Fraction(0 if theorem.endswith("zeros") else 1),
            Fraction(7, 2),
            Fraction(2),
        ]
        found = (*windows.general(theorem), *windows.instances(theorem, window, (1,)))
        assert any(each.name.endswith("at_1") for each in found), theorem
        files += Batch(1, theorem.replace("-", "_"), "a window", theorem, "one window", (), found).files()
    run = compiled(_merged(files))
    assert run.accepted, run.said


@pytest.mark.coq
def test_every_theorem_for_all_sizes_is_accepted(compiled: Callable[[str], Compiled]) -> None:
    files = [
        file
        for theorem in GENERAL
        for file in Batch(
            1, theorem.replace("-", "_"), "all sizes", theorem, "every size", (), windows.general(theorem)
        ).files()
    ]
    run = compiled(_merged(files))
    assert run.accepted, run.said


@pytest.mark.coq
@pytest.mark.benchmark
def test_the_time_of_a_result_grows_with_its_entries_and_not_faster(
    compiled: Callable[[str], Compiled],
) -> None:
    seconds = {}
    for side in (3, 16, 32):  # the first is the time to load the libraries
        rows = [[(5 * i + 3 * j) % 11 for j in range(side)] for i in range(side)]
        batches, _ = certificates(compute(parse(LARGE.format(rows=rows), "large.toml"), 1_000_000))
        text = SourceFile("Test", batches[0], batches[0].statements).text()
        run = compiled(text.partition("Definition everything")[0])
        assert run.accepted, run.said
        seconds[side] = run.seconds
    # four times as many entries; time that grew with their square would be sixteen-fold
    assert seconds[32] - seconds[3] <= 9 * (seconds[16] - seconds[3])


def _merged(files: list[SourceFile]) -> str:
    """Several files as modules of one: the libraries are loaded once, and what is assumed is printed once."""
    head = "From SymConv Require Import Certificates.\nOpen Scope nat_scope.\n"
    modules, lists = [], []
    for number, file in enumerate(files):
        text = file.text().replace(head, "").replace("Print Assumptions everything.", "")
        modules.append(f"Module File{number}.\n{text}\nEnd File{number}.\n")
        lists.append(f"File{number}.everything")
    together = f"Definition everything := ({' ++ '.join(lists)})%list.\nPrint Assumptions everything.\n"
    return head + "\n".join(modules) + together


def _spoiled(statement: Statement) -> Statement | None:
    """The statement with its number one higher, in the proof as well; None where it has none of its own."""
    says, proof = statement.says, statement.proof
    if proof.startswith("exact") or "geomean" in says:
        return None
    if found := re.search(r"o < (\d+)", says):
        n = int(found.group(1))
        return Statement(
            statement.name,
            says.replace(f"o < {n}", f"o < {n + 1}"),
            proof.replace(f" {n} _)", f" {n + 1} _)"),
        )
    if found := re.search(r"output_size .* = (\d+)$", says):
        return Statement(statement.name, f"{says[: found.start(1)]}{int(found.group(1)) + 1}", proof)
    if "form upstream" in says:
        numbers = list(re.finditer(r"(\(-?\d+(?: # \d+)?\)|\d+)%Q", says))
        if not numbers:
            return None
        last = numbers[-1]
        higher = literals.rational(_number(last.group(1)) + 1)
        return Statement(statement.name, says[: last.start()] + higher + says[last.end() :], proof)
    numbers = re.findall(r"= (\(-?\d+(?: / \d+)?\)|\d+)%R", says) or re.findall(
        r"(\(-?\d+(?: / \d+)?\)|\d+)%R", says
    )
    value = _number(numbers[-1])
    return Statement(
        statement.name,
        says.replace(f"{numbers[-1]}%R", literals.real(value + 1)),
        proof.replace(literals.rational(value), literals.rational(value + 1)),
    )


def _number(text: str) -> Fraction:
    return Fraction(re.sub(r"[() ]", "", text).replace("#", "/"))
