"""How fast the main jobs are, against a baseline that is measured in the same rounds.

Every benchmark first asserts that the two sides agree. Limits are those that the program promises; the
rounds are few, so that these run with the other tests.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np
import pytest
import sympy
from benchmarks.timing import Measured, children, ratios, seconds

from symconv import Conv2d
from symconv.checks.entry import check_entry
from symconv.derived import Derivation
from symconv.render import USUAL
from symconv.sharing import processors

pytestmark = pytest.mark.benchmark

ROOT = Path(__file__).parents[2]
AssertFast = Callable[[Measured], None]

SIZE, KERNEL = 64, 3
PAIRS = 1000
"""How many derivatives ∂C_ij/∂A_kl are timed for all of them."""

PROCESSORS = "one processor" if processors() == 1 else f"{processors()} processors"
SCRIPT = Path(sys.executable).with_name("symconv")
SYMCONV = (str(SCRIPT),) if SCRIPT.exists() else (sys.executable, "-m", "symconv")
"""The program as it is installed, or else the module."""


ENVIRONMENT = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
"""As where it was installed: modules are compiled once, not in every run."""


def run(*command: str) -> str:
    """What a command prints, run where this package is found."""
    return subprocess.run(
        command, cwd=ROOT, env=ENVIRONMENT, capture_output=True, text=True, check=True, timeout=120
    ).stdout


# --- whole processes ---


@pytest.mark.parametrize(
    ("clock", "rounds", "what", "at_most", "goal"),
    [
        # the promise is about the time that the reader waits, where there are two processors; the
        # guards leave room for the other workers of the suite, which take the second one away
        (perf_counter, 9, f"time on the wall with {PROCESSORS}", 4.5, 2.0),
        (children, 3, "time of all processors", 4.0, None),
    ],
    ids=["waiting", "computing"],
)
def test_solving_the_homework_takes_few_times_as_long_as_importing_sympy_and_latex2mathml(
    clock: Callable[[], float],
    rounds: int,
    what: str,
    at_most: float,
    goal: float | None,
    assert_fast: AssertFast,
    tmp_path: Path,
) -> None:
    def solve() -> None:
        run(*SYMCONV, "solve", "--out", str(tmp_path))

    def imports() -> None:
        run(sys.executable, "-c", "import sympy, latex2mathml.converter")

    solve()
    assert len(list(tmp_path.iterdir())) == len(USUAL)
    imports()
    claim = f"`symconv solve`, the homework in every format but pdf, by `import sympy, latex2mathml.converter`: {what}"
    measured = ratios(solve, imports, rounds=rounds, clock=clock)
    assert_fast(Measured(claim, "×", measured, at_most=at_most, goal=goal))


@pytest.mark.parametrize(("option", "text"), [("--help", "usage: symconv"), ("--version", "symconv ")])
def test_help_and_version_take_at_most_three_bare_interpreters(
    option: str, text: str, assert_fast: AssertFast
) -> None:
    def ask() -> str:
        return run(*SYMCONV, option)

    def bare() -> None:
        run(sys.executable, "-c", "pass")

    assert ask().startswith(text)
    claim = f"`symconv {option}` by `python -c pass`"
    assert_fast(Measured(claim, "×", ratios(ask, bare, rounds=15, clock=children), at_most=3))


# --- the input gradient as expressions ---


def derivation(size: int) -> Derivation:
    """A convolution of a square image of symbols with a kernel of symbols."""
    return Conv2d(bias=False).derive((size, size), (KERNEL, KERNEL))


def terms(size: int) -> int:
    """The number of products in the gradient."""
    return (size - KERNEL + 1) ** 2 * KERNEL**2


def written_out(upstream: Any, weight: Any) -> list[list[Any]]:
    """The input gradient by its definition, every product and sum evaluated by SymPy."""
    (height, width), (rows, columns) = upstream.shape, weight.shape
    addends: dict[tuple[int, int], list[Any]] = {}
    for i, j, m, n in np.ndindex(height, width, rows, columns):
        addends.setdefault((i + m, j + n), []).append(upstream[i, j] * weight[m, n])
    return [[sympy.Add(*addends[k, l]) for l in range(width + columns - 1)] for k in range(height + rows - 1)]


def test_gradient_is_300_times_as_fast_as_differentiating_every_output_by_every_input(
    assert_fast: AssertFast,
) -> None:
    d = derivation(SIZE)
    gradient, output, image = d.gradient("input"), d.output, d.arrays["input"]
    assert gradient.tolist() == written_out(d.arrays["upstream"], d.arrays["weight"])
    random_entry = random.Random(0)
    pairs = [(random_entry.choice(output.ravel()), random_entry.choice(image.ravel())) for _ in range(PAIRS)]
    scale = output.size * image.size / PAIRS

    def differentiate() -> list[Any]:
        return [entry.diff(symbol) for entry, symbol in pairs]

    assert {derivative.is_Symbol or derivative.is_zero for derivative in differentiate()} == {True}

    def derive() -> Any:
        return derivation(SIZE).gradient("input")

    values = tuple(scale / ratio for ratio in ratios(derive, differentiate, rounds=5))
    claim = (
        f"differentiating every C_ij by every A_kl at {SIZE}×{SIZE} (sampled), by the symbolic input gradient"
    )
    assert_fast(Measured(claim, "×", values, at_least=300))


def test_gradient_costs_per_term_at_128_at_most_three_times_what_it_costs_at_16(
    assert_fast: AssertFast,
) -> None:
    large, small = derivation(128), derivation(16)
    for d in (large, small):
        counted = sum(len(entry.args) if entry.is_Add else 1 for entry in d.gradient("input").flat)
        assert counted == terms(len(d.arrays["input"]))
    per_term = terms(16) / terms(128)
    measured = ratios(lambda: large.gradient("input"), lambda: small.gradient("input"), rounds=3, repeat=3)
    claim = "a term of the symbolic input gradient at 128×128, by one at 16×16"
    assert_fast(Measured(claim, "×", tuple(per_term * ratio for ratio in measured), at_most=3))


def test_table_alone_and_25_entries_of_it_take_milliseconds(assert_fast: AssertFast) -> None:
    layer, corner = Conv2d(bias=False), [(k, l) for k in range(5) for l in range(5)]

    def read() -> list[int]:
        operator = layer.operator((SIZE, SIZE), (KERNEL, KERNEL))
        assert operator.taps.by_inp.count == SIZE**2
        return [len(list(operator.taps_at("inp", entry))) for entry in corner]

    assert read() == [min(k + 1, KERNEL) * min(l + 1, KERNEL) for k, l in corner]
    values = tuple(1000 * seconds(read) for _ in range(15))
    claim = f"the tap table at {SIZE}×{SIZE} grouped by input, and 25 entries read"
    assert_fast(Measured(claim, "ms", values, at_most=50))


# --- numbers in ---


def direct(upstream: Any, weight: Any) -> Any:
    """The input gradient as somebody would write it in NumPy, in the type of its arguments."""
    (height, width), (rows, columns) = upstream.shape, weight.shape
    gradient = np.zeros((height + rows - 1, width + columns - 1), dtype=upstream.dtype)
    for m, n in np.ndindex(rows, columns):
        gradient[m : m + height, n : n + width] += weight[m, n] * upstream
    return gradient


def numbers(largest: int) -> tuple[Any, Any]:
    """An upstream gradient and a kernel of Python integers, as derivations hold them."""
    rng = np.random.default_rng(0)
    side = SIZE - KERNEL + 1
    upstream, weight = (rng.integers(-99, 100, (n, n)).astype(object) * largest for n in (side, KERNEL))
    return upstream, weight


def direct_in_int64(upstream: Any, weight: Any) -> Any:
    """The same in int64, from Python integers and back to them."""
    return direct(upstream.astype(np.int64), weight.astype(np.int64)).astype(object)


def test_numbers_through_the_table_take_at_most_five_times_numpy_in_int64(assert_fast: AssertFast) -> None:
    upstream, weight = numbers(1)
    d = derivation(SIZE).substitute(upstream=upstream, weight=weight)

    def own() -> Any:
        return d.gradient("input")

    def numpy() -> Any:
        return direct_in_int64(upstream, weight)

    assert own().tolist() == numpy().tolist() == direct(upstream, weight).tolist()
    claim = f"small integers through the table at {SIZE}×{SIZE}, by NumPy in int64, both from and to Python's integers"
    assert_fast(Measured(claim, "×", ratios(own, numpy, rounds=7, repeat=9), at_most=5))


@pytest.mark.parametrize("largest", [1, 10**30], ids=["small", "large"])
def test_substitution_takes_at_most_five_times_numpy_in_python_integers(
    largest: int, assert_fast: AssertFast
) -> None:
    upstream, weight = numbers(largest)
    d = derivation(SIZE)

    def own() -> Any:
        return d.substitute(upstream=upstream, weight=weight).gradient("input")

    def numpy() -> Any:
        return direct(upstream, weight)

    assert own().tolist() == numpy().tolist()
    size = "small" if largest == 1 else "32-digit"
    claim = f"{size} integers put in and through the table at {SIZE}×{SIZE}, by NumPy in Python's integers"
    assert_fast(Measured(claim, "×", ratios(own, numpy, rounds=7, repeat=3), at_most=5))


# --- layers of any size ---


def first_layer(size: int) -> Derivation:
    """The first layer of a residual network on a square image: 118 million products at 224×224."""
    return Conv2d(stride=2, padding=3, bias=False).derive((3, size, size), (64, 3, 7, 7))


def test_an_entry_of_a_large_layer_costs_what_it_costs_in_a_small_one(assert_fast: AssertFast) -> None:
    def checked(size: int) -> Callable[[], None]:
        def work() -> None:
            derivation = first_layer(size)
            steps = derivation.entry("input", (1, size // 2, size // 2))
            assert len(steps[-1].after.terms) == 64 * 3 * 3  # type: ignore[attr-defined]
            assert all(check.passed for check in check_entry(derivation, "input", (1, size // 2, size // 2)))

        return work

    checked(224)()
    claim = "one entry of a layer of 64 filters of 7×7, derived and checked, at 224×224 by the same at 28×28"
    assert_fast(Measured(claim, "×", ratios(checked(224), checked(28), rounds=5), at_most=3))


def test_a_term_of_an_entry_costs_the_same_at_any_size(assert_fast: AssertFast) -> None:
    large, small = first_layer(224), first_layer(28)

    def entry(derivation: Derivation) -> Callable[[], int]:
        return lambda: len(derivation.entry("weight", (1, 1, 3, 3))[-1].after.terms)  # type: ignore[attr-defined]

    assert (entry(large)(), entry(small)()) == (112 * 112, 14 * 14)
    measured = ratios(entry(large), entry(small), rounds=5, repeat=3)
    claim = "a term of one entry of the weight gradient at 224×224, by one at 28×28"
    assert_fast(Measured(claim, "×", tuple(ratio / 64 for ratio in measured), at_most=3))
