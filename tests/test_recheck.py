"""The second opinion: what holds passes, and whatever is tampered with does not."""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from layer_cases import CASES, random_arrays

from symconv import recheck as checker
from symconv.pipeline import prove, solve
from symconv.render import render
from symconv.theorems import THEOREMS
from symconv.theorems.letters import LETTERS

ROOT = Path(__file__).parent.parent
FILE = ROOT / "symconv/recheck.py"
Report = dict[str, Any]
Statement = dict[str, Any]


def loaded(text: str) -> Report:
    report: Report = json.loads(text, parse_float=str)
    return report


@cache
def _of_layer(name: str) -> str:
    case = CASES[name]
    return render(case.derive(**random_arrays(case, 41)).document(), "json")


def of_layer(name: str) -> Report:
    """The report of a layer with numbers."""
    return loaded(_of_layer(name))


@cache
def _of_theorem(name: str) -> str:
    if THEOREMS[name].about == "geometry":
        return prove(name, geometry=[6, 3, 2, 1, 1]).render("json")
    return prove(name, [0, 2, 4] if name == "power-mean-zeros" else [3, 1, 2]).render("json")


def of_theorem(name: str) -> Report:
    return loaded(_of_theorem(name))


def rechecked(report: Report, seed: int = 1008) -> tuple[dict[str, int], list[str]]:
    return checker.recheck(report, seed)


def only(report: Report, chosen: Callable[[Statement], bool]) -> Report:
    """The report with some of its statements."""
    return {**report, "statements": [each for each in report["statements"] if chosen(each)]}


def nodes(data: Any) -> Iterator[list[Any]]:
    """The lists within data, outer ones first."""
    if isinstance(data, list):
        yield data
        for part in data:
            yield from nodes(part)


# What holds passes.


@pytest.mark.parametrize(
    "name",
    [
        "max, split",
        "average, fixed divisor",
        "conv with a bias",
        "lp, ceil",
        "unpool, an index twice",
        "conv, reflect",
        "conv, circular volume",
        "conv transpose, line",
        "fractional, planes of their own",
    ],
)
def test_what_a_layer_s_report_says_holds_at_its_numbers_and_at_others(name: str) -> None:
    count, lines = rechecked(of_layer(name))
    assert lines == []
    assert count["held"] == count["at the numbers"] > count["at random rationals"] > 10


@pytest.mark.parametrize(
    "name", ["max", "adaptive average", "fractional, ratio", "lp, symbol", "lp, infinity"]
)
def test_what_a_report_in_symbols_says_holds(name: str) -> None:
    count, lines = rechecked(loaded(render(CASES[name].derive().document(), "json")))
    assert lines == []
    assert count["held"] == count["at random rationals"] > 10


@pytest.mark.parametrize("name", LETTERS)
def test_what_a_theorem_says_holds_at_its_samples_and_at_random_windows(name: str) -> None:
    report = of_theorem(name)
    count, lines = rechecked(report)
    assert lines == []
    assert report["unstated"] == []
    assert count["at random rationals"] > 0


def test_theorems_whose_letters_cannot_be_drawn_hold_at_their_samples() -> None:
    for name in ("output-size-ceil", "input-sizes", "lp-properties", "power-mean-monotone"):
        count, lines = rechecked(of_theorem(name))
        assert lines == []
        assert count["held"] == count["at the numbers"] > 10


@pytest.mark.parametrize("name", [name for name in THEOREMS if name not in LETTERS])
def test_lines_without_a_statement_are_listed_and_are_all_that_is_undecided(name: str) -> None:
    report = of_theorem(name)
    count, _ = rechecked(report)
    assert (count["failed"], count["undecided"]) == (0, len(report["unstated"]))
    assert {each["reason"] for each in report["unstated"]} <= {"it has no statement"}


@pytest.mark.parametrize("name", ["relu", "sigmoid", "linear", "cross entropy"])
def test_layers_around_convolutions_are_told_without_statements_of_their_own(name: str) -> None:
    report = of_layer(name)
    count, _ = rechecked(report)
    assert (count["held"], count["failed"]) == (0, 0)
    assert {each["reason"] for each in report["unstated"]} == {"no rule defines a layer around convolutions"}


def test_everything_that_the_homework_displays_is_said_and_holds() -> None:
    text = solve().render("json")
    count, lines = rechecked(loaded(text))
    assert lines == []
    assert count["held"] > 400
    assert len(text) < 1_000_000


def test_another_seed_draws_other_numbers() -> None:
    (setting, *_) = of_layer("max")["settings"]
    one, other = (next(checker.drawn(setting, checker.random.Random(seed))) for seed in (1, 2))
    assert one["A"] != other["A"]


# What is tampered with does not.


@dataclass(frozen=True)
class Tampering:
    """A change of a report; ``at`` chooses the statement, ``change`` gives a wrong one."""

    what: str
    report: Callable[[], Report]
    at: Callable[[Statement], bool]
    change: Callable[[Statement], Any]
    verdict: str = "failed"

    def __str__(self) -> str:
        return self.what


def layer(name: str) -> Callable[[], Report]:
    return lambda: of_layer(name)


def theorem(name: str) -> Callable[[], Report]:
    return lambda: of_theorem(name)


def node(statement: Statement, operator: str) -> list[Any]:
    """The first node of a kind on the right."""
    return next(each for each in nodes(statement["right"]) if each and each[0] == operator)


def has(operator: str, letters: bool = False) -> Callable[[Statement], bool]:
    def chosen(statement: Statement) -> bool:
        found = any(each and each[0] == operator for each in nodes(statement["right"]))
        return found and ("for" in statement) is letters and not statement.get("numbers")

    return chosen


def put(target: Any, key: Any, value: Any) -> None:
    target[key] = value


def is_value(statement: Statement) -> bool:
    return isinstance(statement["right"], int) and statement["right"] != 0 and statement["left"][0] == "d"


def swap_indices(statement: Statement) -> None:
    of, by = statement["left"][1:]
    entry = by if by[2] != by[3] else of
    entry[2], entry[3] = entry[3], entry[2]


TAMPERINGS = (
    Tampering("a number", layer("conv"), is_value, lambda s: put(s, "right", s["right"] + 1)),
    Tampering(
        "an entry of a matrix",
        layer("conv"),
        lambda s: "with" in s,
        lambda s: put(s["with"]["="][0], 0, s["with"]["="][0][0] + 1),
    ),
    Tampering("a sign", layer("conv"), is_value, lambda s: put(s, "right", -s["right"])),
    Tampering(
        "an index", layer("conv"), has("at"), lambda s: put(node(s, "at"), 3, node(s, "at")[3] % 2 + 1)
    ),
    Tampering(
        "a pair of indices",
        layer("conv"),
        lambda s: is_value(s) and s["left"][2][2:] == [1, 2],
        swap_indices,
    ),
    Tampering("a term left out", layer("conv"), has("+"), lambda s: node(s, "+").pop()),
    Tampering("a lower bound", layer("conv"), has("sum", True), lambda s: put(node(s, "sum")[2][0], 1, 2)),
    Tampering(
        "an upper bound",
        layer("average"),
        has("sum", True),
        lambda s: put(node(s, "sum")[2][0], 2, ["+", node(s, "sum")[2][0][2], -1]),
    ),
    Tampering(
        "a sum's range left out",
        layer("conv"),
        has("sum", True),
        lambda s: node(s, "sum")[2].pop(),
        "undecided",
    ),
    Tampering(
        "a condition of divisibility",
        layer("conv, uneven padding"),
        lambda s: has("divides", True)(s),
        lambda s: node(s, "sum").__setitem__(3, []),
    ),
    Tampering("a Kronecker delta", layer("conv"), has("delta", True), lambda s: put(node(s, "delta"), 2, 1)),
    Tampering(
        "the share of a maximum",
        layer("max"),
        has("chosen"),
        lambda s: put(node(s, "chosen")[2], 2, node(s, "chosen")[2][2] % 2 + 1),
    ),
    Tampering("a mean's divisor", layer("average"), has("/"), lambda s: put(node(s, "/"), 2, 5)),
    Tampering("an exponent", layer("lp, ceil"), has("^"), lambda s: put(node(s, "^"), 2, 2)),
    Tampering(
        "a relation exchanged",
        theorem("lp-limit"),
        lambda s: s["rel"] == "≤",
        lambda s: put(s, "rel", ">"),
    ),
    Tampering(
        "the sides exchanged",
        theorem("lp-limit"),
        lambda s: s["rel"] == "≤" and s["left"] == "M",
        lambda s: s.update(left=s["right"], right=s["left"]),
    ),
    Tampering(
        "a weak inequality made strict",
        theorem("lp-limit"),
        lambda s: s["rel"] == "≤" and s["left"] == "M",
        lambda s: put(s, "rel", "<"),
    ),
    Tampering(
        "a dropped condition",
        theorem("output-size"),
        lambda s: s["rel"] == "≤" and "where" in s,
        lambda s: s.pop("where"),
    ),
    Tampering(
        "a limit", theorem("lp-limit"), lambda s: s["rel"] == "→", lambda s: put(s, "right", ["*", 2, "M"])
    ),
    Tampering(
        "a rounded number",
        theorem("lp-limit"),
        lambda s: isinstance(s["left"], list) and s["left"][0] == "abs" and "with" in s,
        lambda s: put(s, "left", ["+", s["left"], "1/1000"]),
    ),
    Tampering(
        "a derivative",
        theorem("lp-gradient"),
        lambda s: isinstance(s["left"], list) and s["left"][0] == "slope",
        lambda s: put(s, "right", ["*", 2, s["right"]]),
    ),
    Tampering(
        "a floor left out",
        theorem("output-size"),
        lambda s: s["left"] == "O",
        lambda s: put(s, "right", ["+", 1, node(s, "floor")[1]]),
    ),
    Tampering(
        "an operator that is not known",
        layer("conv"),
        has("*"),
        lambda s: put(node(s, "*"), 0, "eval"),
        "undecided",
    ),
    Tampering(
        "a letter that is not known", layer("conv"), is_value, lambda s: put(s, "right", "zeta"), "undecided"
    ),
    Tampering(
        "a sum without end",
        layer("conv"),
        has("sum", True),
        lambda s: put(s, "right", ["sum", 1, [["m", 1, 10**12]], []]),
        "undecided",
    ),
    Tampering(
        "a huge power",
        layer("conv"),
        is_value,
        lambda s: put(s, "right", ["^", 7, ["^", 10, 40]]),
        "failed",
    ),
    Tampering(
        "a condition that nothing meets",
        layer("conv"),
        is_value,
        lambda s: put(s, "where", [False]),
        "undecided",
    ),
)


@pytest.mark.parametrize("tampering", TAMPERINGS, ids=str)
def test_tampering_is_noticed(tampering: Tampering) -> None:
    report = tampering.report()
    original = next(each for each in report["statements"] if tampering.at(each))
    wrong = deepcopy(original)
    tampering.change(wrong)
    assert wrong != original
    right, _ = rechecked({**report, "statements": [original]})
    assert right["held"] == 1
    count, (line,) = rechecked({**report, "statements": [wrong]})
    assert count[tampering.verdict] == 1
    assert line.startswith(f"{tampering.verdict}: {original['section']}: ")


def test_a_number_of_the_data_that_is_changed_contradicts_what_follows_from_it() -> None:
    report = of_layer("conv")
    report["settings"][0]["samples"][0]["A"][0][0] += 1
    assert rechecked(report)[0]["failed"] > 0


def test_a_definition_that_is_changed_contradicts_the_entries() -> None:
    report = of_layer("average")
    report["settings"][0]["layer"]["value"] = ["*", 2, report["settings"][0]["layer"]["value"]]
    assert rechecked(report)[0]["failed"] > 0


def test_what_is_shown_without_being_said_is_undecided() -> None:
    report = {**of_layer("unpool"), "unstated": [{"section": "s", "text": "1 = 1", "reason": "no rule"}]}
    count, lines = rechecked(report)
    assert count["undecided"] == 1
    assert lines == ["undecided: s: 1 = 1: no rule"]


def test_the_failed_statement_is_named_with_both_values() -> None:
    report = only(of_layer("conv"), is_value)
    first = report["statements"][0]
    value = first["right"]
    report["statements"] = [{**first, "right": value + 1}]
    _, (line,) = rechecked(report)
    shown = "['d', ['at', 'E'], ['at', 'A', 1, 2]]"
    assert line == f"failed: gradient-input: {shown} = {value + 1}: {value} against {value + 1}"


# The command.


def run(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """The file by itself, away from the package."""
    command = [sys.executable, str(FILE), *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd="/", timeout=100)


def test_the_file_runs_by_itself_and_says_its_seed(tmp_path: Path) -> None:
    file = tmp_path / "report.json"
    file.write_text(_of_layer("unpool"), encoding="utf-8")
    done = run(file, "--seed", "7")
    assert (done.returncode, done.stderr) == (0, "")
    assert "0 failed; 0 undecided" in done.stdout
    assert "(seed 7)" in done.stdout


def test_the_exit_status_is_1_where_something_failed(tmp_path: Path) -> None:
    report = of_layer("unpool")
    report["statements"][0]["rel"] = "≠"
    file = tmp_path / "report.json"
    file.write_text(json.dumps(report), encoding="utf-8")
    done = run(file)
    assert done.returncode == 1
    assert done.stdout.startswith("failed: output: ")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "{}",
        "7",
        '{"settings": [], "statements": 3, "unstated": []}',
        '{"settings": [], "statements": [{"in": 0}], "unstated": []}',
        '{"settings": [{}], "statements": [], "unstated": []}',
        "[" * 100_000,
        '{"settings": [], "statements": [' + "9" * 5000 + '], "unstated": []}',
    ],
    ids=lambda text: text[:30] or "empty",
)
def test_what_is_not_a_report_gets_one_sentence(text: str, tmp_path: Path) -> None:
    file = tmp_path / "report.json"
    file.write_text(text, encoding="utf-8")
    done = run(file)
    assert (done.returncode, done.stdout) == (2, "")
    assert "cannot be rechecked" in done.stderr
    assert done.stderr.count("\n") == 1


def test_deep_nesting_is_undecided() -> None:
    report = only(of_layer("conv"), is_value)
    deep: Any = 1
    for _ in range(5000):
        deep = ["+", deep]
    report["statements"] = [{**report["statements"][0], "right": deep}]
    assert rechecked(report)[0]["undecided"] == 1


# The file.


def test_the_checker_imports_only_the_standard_library() -> None:
    tree = ast.parse(FILE.read_text(encoding="utf-8"))
    imported = {
        name.split(".")[0]
        for statement in ast.walk(tree)
        for name in (
            [alias.name for alias in statement.names]
            if isinstance(statement, ast.Import)
            else [statement.module or ""]
            if isinstance(statement, ast.ImportFrom)
            else []
        )
    }
    assert imported <= sys.stdlib_module_names


def test_the_checker_is_short_enough_to_be_read_whole() -> None:
    """At most 300 lines, apart from blank ones and docstrings."""
    text = FILE.read_text(encoding="utf-8")
    told = {
        line
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef) and ast.get_docstring(node)
        for line in range(node.body[0].lineno, (node.body[0].end_lineno or 0) + 1)
    }
    code = [line for number, line in enumerate(text.splitlines(), 1) if line.strip() and number not in told]
    assert len(code) <= 300


def test_the_same_seed_draws_the_same_numbers_whatever_the_hashes() -> None:
    report = of_layer("conv")
    (setting, *_) = report["settings"]
    code = (
        "import json, random, sys; from symconv import recheck; "
        "print(next(recheck.drawn(json.load(sys.stdin), random.Random(1))))"
    )
    drawn = {
        subprocess.run(
            [sys.executable, "-c", code],
            input=json.dumps(setting),
            capture_output=True,
            text=True,
            check=True,
            cwd=ROOT,
            env=os.environ | {"PYTHONHASHSEED": seed},
        ).stdout
        for seed in ("0", "1", "2")
    }
    assert len(drawn) == 1
