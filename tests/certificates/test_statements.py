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
from symconv.certificates.questions import certificates
from symconv.certificates.statement import Batch, Gap, SourceFile, Statement
from symconv.certificates.theory import ALLOWED
from symconv.exact import pack
from symconv.notation import Notation
from symconv.problem import load, parse
from symconv.renaming import Renaming
from symconv.workings import compute


class Compiled(Protocol):
    """What the fixture says of a file."""

    accepted: bool
    said: str
    seconds: float


PROBLEMS = Path(__file__).parent.parent / "problems"
OWN = Path(__file__).parent
FILES = ("certified", "channels", "strided", "hostile", "around", "entropy", "conv-relu-pool-sum")
KINDS = 45


def located(problem: str) -> str:
    """The file of a problem that is a test's own, or the name of a shipped one."""
    files = [folder / f"{problem}.toml" for folder in (PROBLEMS, OWN)]
    return next((str(file) for file in files if file.exists()), problem)


def stated(problem: str) -> tuple[tuple[Batch, ...], tuple[Gap, ...]]:
    return certificates(compute(load(located(problem)), 1_000_000))


def batch(problem: str, question: int) -> Batch:
    return next(each for each in stated(problem)[0] if each.question == question)


def test_results_are_called_as_the_report_calls_them_and_their_theorems_stay() -> None:
    made = Certification(*stated("transposed"))
    letters = Notation({"A": "X", "B": "W", "E": "L"})
    called = made.called(Renaming(letters, ("A", "B", "C"), "E").everywhere)
    assert [each.subject for each in called.batches] == ["output size", "C", "∂L/∂X", "∂L/∂W"]
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
    title = load(located(problem)).title
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
    assert reasons == {7: "its exponent is not a whole number up to 100, nor infinite"}


def test_a_theorem_on_convolutions_is_stated_in_symbols_at_the_axis_of_the_question() -> None:
    batches, _ = stated("certified")
    made = {each.subject: each for each in batches if each.question == 22}
    assert made["full-correlation"].definitions == (
        "Definition geometry : operator := [Sliding 2 3 2 2 1 1].",
    )
    # windows of 2 with stride 2 over 0 x0 x1 x2 0: x0 is the second entry of the first one
    says = {each.name: each.says for each in made["full-correlation"].statements}
    assert says["gradient_at_0"] == (
        "forall G B : array, grad_input geometry G B [0] = (G [0]%nat * B [1]%nat)%R"
    )
    assert says["spread_at_1"] == "forall G : array, spread geometry G [1] = 0%R"
    assert made["conv-adjoint"].scope == "every size"
    assert made["conv-toeplitz"].scope == "every size, one axis"
    sums = {each.name: each.says for each in made["weight-gradient"].statements}
    assert sums["gradient_at_1"].endswith("= (G [0]%nat * A [0]%nat + G [1]%nat * A [2]%nat)%R")


def test_an_activation_has_no_theorem_where_it_has_no_derivative() -> None:
    batches, gaps = stated("around")
    assert batch("around", 2).scope == batch("around", 3).scope == "15 of 16 entries"
    assert [gap.reason for gap in gaps if gap.question == 2] == ["each has no derivative: the input is 0"]
    assert {gap.question for gap in gaps} == {2, 3, 17}
    assert {each.question for each in batches} == set(range(1, 25)) - {17}


def test_a_cross_entropy_has_theorems_where_it_is_the_error_itself() -> None:
    batches, gaps = stated("entropy")
    assert [each.scope for each in batches] == ["1 of 1 entries", "6 of 6 entries", "1 of 1 entries"]
    assert batches[1].statements[1].says == (
        "is_derive (fun u => cross_entropy 2%R target samples (upd input [0; 1] u)) (input [0; 1])\n"
        "  (/ 2%R * (exp 2%R / lsum [1; 2; 0]%R exp - 0%R))%R"
    )
    assert [gap.reason for gap in gaps] == [
        "the theory has the gradient of a cross entropy that is the error itself",
        "the theory has a cross entropy that is one number only",
    ]


def test_a_leaky_relu_that_is_the_identity_is_not_said_to_have_no_derivative() -> None:
    text = NORM.format(exponent=1, rows="[[0, 2], [3, 4]]").replace(
        'type = "LPPool2d", input = "A", output = "Y", norm_type = 1, kernel_size = 2',
        'type = "LeakyReLU", input = "A", output = "Y", negative_slope = 1',
    )
    _, gaps = certificates(compute(parse(text, "identity.toml"), 1_000_000))
    assert [gap.reason for gap in gaps] == [
        "with the slope 1 it is the identity, for which the theory has no rule"
    ]


@pytest.mark.parametrize(
    ("exponent", "rows", "reason"),
    [
        (1, "[[0, 2], [3, 4]]", "∂E/∂A, 1 of 4 entries: each has no derivative: the input is 0"),
        (2, "[[0, 0], [0, 0]]", "∂E/∂A, 4 of 4 entries: each has no derivative: a window that reads it is 0"),
        (
            '"oo"',
            "[[1, 2], [3, 4]]",
            "∂E/∂A: the theory has its gradient for whole exponents, not for the infinite one",
        ),
        ('"3/2"', "[[1, 2], [3, 4]]", "∂E/∂A: its exponent is not a whole number up to 100, nor infinite"),
    ],
)
def test_a_norm_without_a_derivative_or_a_theorem_is_named(exponent: object, rows: str, reason: str) -> None:
    problem = parse(NORM.format(exponent=exponent, rows=rows), "norm.toml")
    _, gaps = certificates(compute(problem, 1_000_000))
    assert [f"{gap.subject}: {gap.reason}" for gap in gaps] == [reason]


NORM = """
title = "Norm"
arrays.A = {rows}
layers.pool = {{ type = "LPPool2d", input = "A", output = "Y", norm_type = {exponent}, kernel_size = 2 }}
[[questions]]
id = "1"
ask = "gradient"
layer = "pool"
wrt = "A"
upstream = "ones"
"""


def test_a_gradient_of_a_norm_is_stated_with_the_sign_of_the_entry_and_the_sum_of_the_powers() -> None:
    problem = parse(NORM.format(exponent=3, rows="[[-2, 1], [0, 3]]"), "norm.toml")
    batches, gaps = certificates(compute(problem, 1_000_000))
    assert not gaps
    first, _, third, _ = batches[0].statements
    # the powers add up to 8 + 1 + 0 + 27
    assert first.says == (
        "is_derive (fun u => dot (out_shape geometry) upstream (lppool geometry (INR 3) (upd input [0; 0] u))) "
        "(input [0; 0]) (norm_value 3 [((-4)%Q, 36%Q)])"
    )
    assert third.says.endswith("(input [1; 0]) (norm_value 3 [])")


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
    made = [
        Certification(*stated(problem))
        for problem in ("certified", "strided", "around", "entropy", "conv-relu-pool-sum")
    ]
    run = compiled(_merged([file for each in made for file in each.files.values()]))
    assert run.accepted, run.said
    assumed = assumptions(run.said)
    assert assumed
    assert set(assumed) <= ALLOWED


@pytest.mark.coq
def test_coq_refuses_every_kind_of_theorem_with_one_number_changed(
    compiled: Callable[[str], Compiled],
) -> None:
    files = [
        (f"{problem}/{path}", file)
        for problem in ("certified", "around", "entropy")
        for path, file in Certification(*stated(problem)).files.items()
    ]
    kinds: dict[tuple[str, str], str] = {}
    parts = []
    for path, file in files:
        wrong = []
        for each in file.statements:
            kind = (path, re.sub(r"[_\d]+$", "", each.name) + file.batch.kind)
            if kind not in kinds and (spoiled := _spoiled(each)):
                kinds[kind] = path
                wrong.append(
                    f"Theorem {spoiled.name} :\n  {spoiled.says}.\nProof. Fail {spoiled.proof} Abort.\n"
                )
        before = file.text().partition("Theorem ")[0].partition("Open Scope nat_scope.")[2]
        module = path.partition("/")[0].capitalize() + file.stem
        parts.append(f"Module {module}.\n{before}\n{''.join(wrong)}End {module}.\n")
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
    if "_in_symbols" in proof:
        return _other_index(statement)
    if found := re.search(r"^\w+ [\d ]+ = (\d+)$", says) or re.search(r" <= (\d+)(?=\)%Z\)$)", says):
        higher = str(int(found.group(1)) + 1)
        return Statement(statement.name, says[: found.start(1)] + higher + says[found.end(1) :], proof)
    if "form upstream" in says or "norm_" in says or "entropy_value" in says:
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


def _other_index(statement: Statement) -> Statement | None:
    """The statement with the last entry that it names replaced by its neighbour, in the proof as well."""
    left, _, right = statement.says.rpartition(" = ")
    found = re.findall(r"\[(\d+)\]", right)
    if not found:
        return None

    def changed(text: str) -> str:
        before, _, after = text.rpartition(f"[{found[-1]}]")
        return f"{before}[{int(found[-1]) + 1}]{after}"

    return Statement(statement.name, f"{left} = {changed(right)}", changed(statement.proof))


def _number(text: str) -> Fraction:
    return Fraction(re.sub(r"[() ]", "", text).replace("#", "/"))
