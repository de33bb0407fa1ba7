"""Problem files: what is read, what is refused, and what the shipped ones claim."""

from __future__ import annotations

from fractions import Fraction
from itertools import product
from pathlib import Path
from typing import Any, get_args

import numpy as np
import pytest
import sympy
from bad_inputs import BAD_FILES, GOOD, Bad

from symconv.errors import ProblemError
from symconv.layers import LAYERS
from symconv.notation import Notation
from symconv.problem import (
    KINDS,
    Definition,
    Forward,
    Gradient,
    Modules,
    Nested,
    OutputSize,
    OutputSizeFormula,
    Place,
    Problem,
    Prove,
    Question,
    hint,
    load,
    parse,
    shape_of,
    shipped,
    starter,
    unknown,
)
from symconv.theorems import THEOREMS
from symconv.value import fields

HOMEWORK = "ds-ga-1008-hw2"


def problem_with(arrays: str = "", layers: str = "", questions: str = "", top: str = "") -> Problem:
    """A problem with one image and one convolution, and whatever is added."""
    return parse(
        f"""
        title = "T"
        {top}
        [arrays]
        A = [[1, 2, 3], [4, 5, 6], [7, 8, 9]]
        B = [[1, 2], [3, 4]]
        {arrays}
        [layers.conv]
        type = "Conv2d"
        input = "A"
        weight = "B"
        output = "C"
        {layers}
        [[questions]]
        id = "1"
        {questions or 'ask = "modules"'}
        """,
        source="t.toml",
    )


def asked(questions: str, **parts: str) -> Any:
    """The question of a problem that has one."""
    (question,) = problem_with(questions=questions, **parts).questions
    return question


# --- what is refused ---


@pytest.mark.parametrize("bad", BAD_FILES, ids=lambda bad: bad.name)
def test_bad_file_is_refused_with_file_key_requirement_and_value(bad: Bad) -> None:
    with pytest.raises(ProblemError) as caught:
        parse(bad.text, source="bad.toml")
    assert str(caught.value) == f"bad.toml: {bad.complaint}"


def test_the_file_that_the_bad_ones_are_made_from_is_good() -> None:
    assert [stage.output for stage in parse(GOOD, source="good.toml").layers] == ["C", "M", "Y"]


def test_every_refusal_is_one_short_line() -> None:
    for bad in BAD_FILES:
        with pytest.raises(ProblemError) as caught:
            parse(bad.text, source="bad.toml")
        assert "\n" not in str(caught.value)
        assert len(str(caught.value)) < 250


def test_what_cannot_be_read_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ProblemError, match="no such file or shipped problem; did you mean 'ds-ga-1008-hw2'"):
        load("ds-ga-1008-hw")
    with pytest.raises(ProblemError, match="cannot be read: Is a directory"):
        load(tmp_path)
    with pytest.raises(ProblemError, match="cannot be read: embedded null byte"):
        load("a\0b")
    latin = tmp_path / "latin.toml"
    latin.write_bytes('title = "é"'.encode("latin-1"))
    with pytest.raises(ProblemError, match=r"latin\.toml: must be text in UTF-8; byte 10 is not"):
        load(latin)


def test_a_file_without_end_is_refused_and_not_read_to_its_end() -> None:
    endless = Path("/dev/zero")
    if not endless.exists():
        pytest.skip("no endless file here")
    with pytest.raises(ProblemError, match="must be a file of at most 16777216 bytes"):
        load(endless)


# --- what is read ---


def test_numbers_are_exact_whether_integers_decimals_or_fractions() -> None:
    problem = problem_with(arrays='X = [1, -2, 0.1, "0.1", "1/3", 2.0, 1_0.5]')
    tenth = Fraction(1, 10)
    assert problem.arrays["X"] == (1, -2, tenth, tenth, Fraction(1, 3), 2, Fraction(21, 2))
    assert all(type(entry) in get_args(int | Fraction) for entry in problem.arrays["X"])


def test_arrays_have_any_rank_up_to_batch_channels_and_three() -> None:
    problem = problem_with(arrays="V = [1, 2]\nT = [[[[[1], [2]]]], [[[[3], [4]]]]]")
    assert shape_of(problem.arrays["V"]) == (2,)
    assert shape_of(problem.arrays["T"]) == (2, 1, 1, 2, 1)


def test_a_layer_gets_its_arguments_and_the_names_of_its_arrays() -> None:
    problem = problem_with(
        arrays="b = [1]\nT = [[[1, 2], [3, 4]]]\nW = [[[[1]]]]",
        layers="""
        stride = [2, 1]
        padding = [[1, 0], [2, 2]]
        [layers.other]
        type = "Conv2d"
        input = "T"
        weight = "W"
        bias = "b"
        output = "Z"
        """,
    )
    conv, other = problem.stage("conv"), problem.stage("other")
    assert conv.layer == LAYERS["Conv2d"](stride=(2, 1), padding=((1, 0), (2, 2)), bias=False)
    assert dict(conv.reads) == {"input": "A", "weight": "B"}
    assert other.layer.bias
    assert (other.role("b"), other.role("T"), other.role("W")) == ("bias", "input", "weight")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("2", 2),
        ("1.5", Fraction(3, 2)),
        ('"5/2"', Fraction(5, 2)),
        ('"oo"', sympy.oo),
        ("inf", sympy.oo),
        ('"p"', sympy.Symbol("p", positive=True)),
    ],
)
def test_the_order_of_a_norm_is_a_number_infinity_or_a_letter(text: str, value: object) -> None:
    layers = f"""
        [layers.pool]
        type = "LPPool2d"
        input = "C"
        output = "Y"
        kernel_size = 2
        norm_type = {text}
    """
    pool = problem_with(layers=layers).stage("pool")
    assert pool.layer == LAYERS["LPPool2d"](value, 2)


def test_layers_are_put_in_an_order_in_which_they_can_be_computed() -> None:
    layers = """
        [layers.second]
        type = "MaxPool2d"
        kernel_size = 1
        input = "D"
        output = "F"
        [layers.first]
        type = "MaxPool2d"
        kernel_size = 1
        input = "C"
        output = "D"
    """
    assert [stage.name for stage in problem_with(layers=layers).layers] == ["conv", "first", "second"]


def test_text_comes_out_as_it_went_in() -> None:
    hostile = r"\input{/etc/passwd} <script>alert(1)</script> $x$ 50% & _^~ Grüße Привет 卷积 👩‍🔬"
    question = asked(f"ask = 'modules'\ntext = '{hostile}'\nnotes = '''a\nb'''")
    assert question.text == hostile
    assert question.notes == "a\nb"


def test_text_that_xml_or_a_terminal_cannot_take_is_refused() -> None:
    refused = [*range(9), *range(0xB, 0x20), *range(0x7F, 0xA0), 0xFFFE, 0xFFFF]
    for code in refused:
        with pytest.raises(
            ProblemError, match=r"questions\.1\.text: must be text without control characters"
        ):
            asked(f"ask = 'modules'\ntext = \"a\\u{code:04x}\"")
    assert (
        asked("ask = 'modules'\ntext = \"a\\u00a0\\ufffd\\U0010ffff b\"").text == "a\u00a0\ufffd\U0010ffff b"
    )


def test_notation_has_the_homework_s_defaults() -> None:
    assert (problem_with().error, problem_with().notation) == ("E", Notation())
    chosen = problem_with(top='notation = {error = "L", first_index = 0}', arrays="E = [1]")
    assert (chosen.error, chosen.notation) == ("L", Notation(first_index=0))


def test_forward_knows_the_layer_and_the_array_whichever_the_file_names() -> None:
    by_layer, by_array = asked('ask = "forward"\nlayer = "conv"'), asked('ask = "forward"\narray = "C"')
    assert by_layer == by_array == Forward(id="1", layer="conv", array="C")


@pytest.mark.parametrize(
    ("upstream", "value"),
    [
        ("", None),
        ('upstream = "ones"', "ones"),
        ('upstream = "B"', "B"),
        ('upstream = [["1/2", 0], [0, 1]]', ((Fraction(1, 2), 0), (0, 1))),
    ],
)
def test_the_upstream_gradient_is_symbols_ones_an_array_or_its_entries(upstream: str, value: object) -> None:
    question = asked(f'ask = "gradient"\nlayer = "conv"\nwrt = "B"\n{upstream}')
    assert question == Gradient(id="1", layer="conv", wrt="B", upstream=value)


def test_entries_shown_in_full_are_counted_as_the_notation_says() -> None:
    text = 'ask = "gradient"\nlayer = "conv"\nwrt = "A"\nin_full = [[0, 2]]'
    assert asked(text, top="notation = {first_index = 0}").in_full == ((0, 2),)
    with pytest.raises(ProblemError, match="in_full"):
        asked(text)


def test_an_entry_may_have_no_addends() -> None:
    question = asked(
        'ask = "gradient"\nlayer = "conv"\nwrt = "A"\nexpect_terms = [[[], [1, "1/2"]], [[2], []]]'
    )
    assert question.expect_terms == (((), (1, Fraction(1, 2))), ((2,), ()))


def test_a_disputed_formula_has_all_five_sizes() -> None:
    question = asked(
        'ask = "output_size_formula"\nlayer = "conv"\ndispute = {formula = "(I - K)/S + 1", at = {I = 6, K = 3, S = 2}}'
    )
    dispute = question.dispute
    assert dispute.at == {"I": 6, "K": 3, "S": 2, "P": 0, "D": 1}
    assert {str(symbol) for symbol in dispute.formula.free_symbols} == {"I", "K", "S"}
    values = {symbol: dispute.at[str(symbol)] for symbol in dispute.formula.free_symbols}
    assert dispute.formula.subs(values) == sympy.Rational(5, 2)


def test_every_kind_of_question_has_a_reader_for_every_field() -> None:
    common = {field.name for field in fields(Question)}
    for cls, readers in KINDS.values():
        assert {field.name for field in fields(cls)} - common == set(readers)
    assert {cls.__name__ for cls, _ in KINDS.values()} == {cls.__name__ for cls in Question.__subclasses__()}


# --- errors ---


def test_a_place_reads_as_file_and_key_path() -> None:
    place = Place("hw.toml").key("layers").key("conv").key("stride")
    assert str(place.must_be("an integer", 0)) == "hw.toml: layers.conv.stride: must be an integer, not 0"
    assert Place("hw.toml").key("arrays").key("A").item(2, 3).path == "arrays.A[2, 3]"
    assert Place("hw.toml").key("1.1(d)").key("a\nb").path == r"'1.1(d)'.'a\nb'"
    assert str(problem_with().place("layers", "conv").error("is odd")) == "t.toml: layers.conv: is odd"


def test_a_hint_names_the_nearest_name_or_all_of_them() -> None:
    assert hint("maxpool2d", LAYERS) == "did you mean 'MaxPool2d'?"
    assert hint("zzz", ["b", "a"]) == "known: b, a"
    assert unknown("letter", "c", ["b", "a"]) == "unknown letter 'c'; known: b, a"


# --- the shipped problems ---


@pytest.mark.parametrize("name", [HOMEWORK, "starter"])
def test_shipped_problem_loads_by_its_name(name: str) -> None:
    assert name in shipped()
    assert load(name).name == name


def test_a_path_is_never_taken_for_a_shipped_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ProblemError, match="no such file"):
        load(Path("starter"))


def test_the_starter_works_from_a_file_of_any_name_with_byte_order_mark_and_windows_lines(
    tmp_path: Path,
) -> None:
    file = tmp_path / "mine.toml"
    file.write_bytes(b"\xef\xbb\xbf" + starter().replace("\n", "\r\n").encode())
    assert load(file).questions == load("starter").questions


def test_what_the_starter_has_in_comments_works_when_the_signs_are_taken_away() -> None:
    active, commented = starter().split("# Further questions", 1)
    further = "\n".join(line.removeprefix("#").removeprefix(" ") for line in commented.splitlines()[1:])
    questions, notation = further.split("Letters and the index", 1)
    table = notation[notation.index("[notation]") :]
    before, after = active.split("[[questions]]", 1)
    problem = parse(f"{before}{table}\n[[questions]]{after}{questions}", source="starter.toml")
    assert [question.id for question in problem.questions] == [str(number) for number in range(1, 12)]
    assert (problem.error, problem.notation) == ("L", Notation({"K": "F", "Z": "H"}, first_index=0))


def test_the_homework_asks_its_eight_questions_in_order() -> None:
    questions = load(HOMEWORK).questions
    assert [question.id for question in questions] == [
        *("1.1(a)", "1.1(b)", "1.1(c)", "1.1(d)"),
        *("1.2(a)", "1.2(b)", "1.2(c)", "1.2(d)"),
    ]
    kinds = [OutputSize, OutputSizeFormula, Forward, Gradient, Modules, Definition, Forward, Prove]
    assert [type(question) for question in questions] == kinds


def test_the_homework_s_numbers_are_what_numpy_computes() -> None:
    problem = load(HOMEWORK)
    a, b = (np.array(problem.arrays[name]) for name in "AB")
    c = np.array([[(a[i : i + 3, j : j + 3] * b).sum() for j in range(3)] for i in range(3)])
    claims = {question.id: question for question in problem.questions}
    assert as_array(claims["1.1(c)"].expect) == c.tolist()
    pooled = [[c[i : i + 2, j : j + 2].max() for j in range(2)] for i in range(2)]
    assert as_array(claims["1.2(c)"].expect) == pooled
    assert claims["1.1(a)"].expect == c.shape


def test_the_homework_s_addends_are_the_kernel_entries_that_meet_each_pixel() -> None:
    problem = load(HOMEWORK)
    gradient = next(question for question in problem.questions if isinstance(question, Gradient))
    kernel = problem.arrays["B"]
    assert gradient.expect is not None
    assert gradient.expect_terms is not None
    for i, j in product(range(5), repeat=2):
        met = [
            kernel[i - r][j - s] for r, s in product(range(3), repeat=2) if 0 <= i - r < 3 and 0 <= j - s < 3
        ]
        assert sorted(gradient.expect_terms[i][j]) == sorted(met)
        assert gradient.expect[i][j] == sum(met)


def test_the_homework_s_theorems_and_modules_are_the_ones_that_there_are() -> None:
    questions = {question.id: question for question in load(HOMEWORK).questions}
    assert set(questions["1.2(d)"].theorems) <= set(THEOREMS)
    assert set(questions["1.2(a)"].expect) == {name for name in LAYERS if "ool2d" in name}


def as_array(entries: Nested | None) -> list[Any]:
    assert entries is not None
    return np.array(entries).tolist()
