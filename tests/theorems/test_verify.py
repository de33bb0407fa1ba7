"""What the symbolic verification accepts, and above all what it does not."""

from __future__ import annotations

import pytest
import sympy as sp

from symconv.checks.result import Verdict
from symconv.theorems.scaled import ROOT, SCALED, TO_INFINITY, M, S, n, norm, p, r, x
from symconv.theorems.verify import Case, Limit, at_samples, derivative, symbolically, worst
from symconv.theorems.written import Claim, claim, exp, letter, ln, total
from symconv.value import replace

a = letter("a", sp.Symbol("a", nonnegative=True))
b = letter("b", sp.Symbol("b", nonnegative=True))
PLAIN = (Case(),)


def verdict(line: Claim, *known: Claim, case: Case | None = None, limit: Limit | None = None) -> Verdict:
    return symbolically(line, (case,) if case else PLAIN, known, limit)


@pytest.mark.parametrize(
    "line",
    [
        claim(0, "≤", a),
        claim(a, "≤", a + b),
        claim(1 + a, "≤", exp(a)),
        claim(1 + p * a, "≤", exp(p * a)),
        claim(ln(1 + a), "≤", a),
        claim((1 + a) ** p, "≤", (1 + a + b) ** p),
        claim(n * M, "≤", (n + p) * M),  # seen only after it is expanded: no parameter may be 0
        claim(a, "<", a + 1),
        claim((M**p) ** (1 / p), "=", M),
        claim((M * a) ** p, "=", M**p * a**p),
    ],
    ids=str,
)
def test_true_claims_about_all_parameters_pass(line: Claim) -> None:
    assert verdict(line) is Verdict.PASSED


@pytest.mark.parametrize(
    "line",
    [
        claim(a, "≤", 0),
        claim(a, "≤", b),
        claim(a, "<", a),
        claim(0, "<", a),
        claim(exp(a), "≤", 1 + a),
        claim(exp(a), "≤", 1 + a + a**2),  # true up to 1.79 only
        claim(a**2, "≤", a),
        claim(a, "≤", a**2),
        claim((1 + a + b) ** p, "≤", (1 + a) ** p),
        claim((1 + a) ** p, "=", 1 + a),
        claim(a, "=", b),
    ],
    ids=str,
)
def test_claims_that_are_false_for_some_parameters_do_not_pass(line: Claim) -> None:
    assert verdict(line) is not Verdict.PASSED


def test_a_false_number_fails_rather_than_staying_undecided() -> None:
    assert verdict(claim(1, "≤", 0)) is Verdict.FAILED
    assert verdict(claim(1, "=", 0)) is Verdict.FAILED


def test_a_sum_is_compared_term_by_term() -> None:
    ratio = Case(terms=((r.expr, sp.exp(-a.expr)),))
    assert verdict(claim(S, "≤", n), case=ratio) is Verdict.PASSED
    assert verdict(claim(n, "≤", S), case=ratio) is not Verdict.PASSED
    assert verdict(claim(S, "≤", n - 1), case=ratio) is not Verdict.PASSED


def test_an_entry_beside_a_sum_is_not_taken_for_a_term_of_it() -> None:
    # r_i ≤ the sum of all r_j is true, but r_i ≤ their mean is not.
    ratio = Case(terms=((r.expr, sp.exp(-a.expr)),))
    assert verdict(claim(r**p, "≤", S / n), case=ratio) is not Verdict.PASSED


def test_constants_are_taken_out_of_sums() -> None:
    assert verdict(claim(total(n, M * x + 1), "=", M * total(n, x) + n)) is Verdict.PASSED
    assert verdict(claim(total(n, M * x + 1), "=", M * total(n, x) + 1)) is not Verdict.PASSED


def test_every_case_must_pass() -> None:
    line = claim(0, "≤", x)
    up, down = (Case(terms=((x.expr, sign * a.expr),)) for sign in (1, -1))
    assert symbolically(line, (up,), (), None) is Verdict.PASSED
    assert symbolically(line, (up, down), (), None) is not Verdict.PASSED


@pytest.mark.parametrize(
    ("line", "goal"),
    [
        (claim(ROOT, "→", 1), True),
        (claim(ROOT, "→", 0), False),
        (claim(ROOT * M, "→", M), True),
        (claim(p, "→", 1), False),
    ],
    ids=str,
)
def test_limits_by_continuity(line: Claim, goal: bool) -> None:
    assert (verdict(line, limit=TO_INFINITY) is Verdict.PASSED) is goal
    assert verdict(line) is Verdict.UNDECIDED


@pytest.mark.parametrize(
    "line",
    [
        claim(S ** (1 / p), "→", 1),  # true, but not by putting 0 for 1/p: the sum moves as well
        claim(exp(p) ** (1 / p), "→", 1),
        claim(M**p, "→", 1),
        claim((1 / p) ** (1 / p), "→", 1),
        claim((1 + 1 / p) ** p, "→", 1),
    ],
    ids=str,
)
def test_a_limit_is_not_read_off_where_the_formula_is_not_seen_to_be_continuous(line: Claim) -> None:
    assert verdict(line, limit=TO_INFINITY) is Verdict.UNDECIDED


def test_a_sum_that_varies_is_not_taken_for_a_constant_in_a_limit() -> None:
    assert verdict(claim(S ** (1 / p), "→", 1), case=SCALED, limit=TO_INFINITY) is Verdict.UNDECIDED


def test_a_known_limit_is_not_put_into_a_base_that_is_raised_to_what_grows() -> None:
    root_of_power = claim((ROOT * M) ** p / M**p, "→", 1)  # it is n for every p
    assert verdict(root_of_power, claim(ROOT, "→", 1), limit=TO_INFINITY) is Verdict.UNDECIDED


@pytest.mark.parametrize(
    "line",
    [
        claim(p * (ROOT - 1), "→", 0),  # it tends to ln n
        claim(exp(p * (ROOT - 1)), "→", 1),
        claim(exp(p * ROOT - p), "→", 1),
        claim(ROOT**p, "→", 1),
        claim((ROOT - 1) / (ROOT - 1), "→", 0),
    ],
    ids=str,
)
def test_a_known_limit_is_not_put_in_where_the_rest_grows(line: Claim) -> None:
    assert verdict(line, claim(ROOT, "→", 1), limit=TO_INFINITY) is not Verdict.PASSED


@pytest.mark.parametrize(
    ("line", "passes"),
    [
        (claim(ROOT * M + 1 / p, "→", M), True),
        (claim(exp(ROOT / p), "→", 1), True),
        (claim((1 + ROOT) ** (1 / p), "→", 1), True),
        (claim((ROOT - 1) ** (1 / p), "→", 1), False),  # true, but not by continuity: 0 to the power of 0
        (claim(ln(ROOT), "→", 0), True),
        (claim(ln(ROOT - 1), "→", 0), False),
    ],
    ids=str,
)
def test_a_known_limit_is_put_in_where_all_is_continuous(line: Claim, passes: bool) -> None:
    assert (verdict(line, claim(ROOT, "→", 1), limit=TO_INFINITY) is Verdict.PASSED) is passes


def test_a_squeeze_needs_both_bounds_and_the_same_limit() -> None:
    N = norm()
    lower, upper = claim(M, "≤", N), claim(N, "≤", ROOT * M)
    assert verdict(claim(N, "→", M), lower, upper, case=SCALED, limit=TO_INFINITY) is Verdict.PASSED
    assert verdict(claim(N, "→", M), upper, case=SCALED, limit=TO_INFINITY) is Verdict.UNDECIDED
    wide = replace(upper, right=2 * ROOT * M)
    assert verdict(claim(N, "→", M), lower, wide, case=SCALED, limit=TO_INFINITY) is Verdict.UNDECIDED


def test_samples_that_do_not_meet_the_conditions_do_not_count() -> None:
    line = claim(a, "<", 2, claim(a, "<", 1))
    assert at_samples(line, [{a.expr: 0}, {a.expr: 5}], None) == (Verdict.PASSED, "1 sample")
    assert at_samples(line, [{a.expr: 5}], None) == (Verdict.UNDECIDED, "at any sample")
    assert at_samples(replace(line, when=()), [{a.expr: 0}, {a.expr: 5}], None) == (
        Verdict.FAILED,
        "at a = 5",
    )


def test_a_claim_about_each_entry_is_decided_for_each() -> None:
    line = claim(x, "<", 3)
    assert at_samples(line, [{x.expr.base: (1, 2)}], None)[0] is Verdict.PASSED
    assert at_samples(line, [{x.expr.base: (1, 2, 3)}], None)[0] is Verdict.FAILED


def test_the_worst_of_verdicts() -> None:
    assert worst([Verdict.PASSED, Verdict.UNDECIDED]) is Verdict.UNDECIDED
    assert worst([Verdict.UNDECIDED, Verdict.FAILED, Verdict.PASSED]) is Verdict.FAILED


_A, _B, _P = sp.symbols("a b p", positive=True)


@pytest.mark.parametrize(
    "expr",
    [
        sp.Integer(3),
        _B,
        _A,
        3 * _A - _A * _B + 2,
        _A**2 * _B**3,
        (1 + _A) ** (1 / _P) * (_B + _A) ** -2,
        _P ** (_A * _B) * _A,
        (1 + _A) ** _A,
        sp.exp(-_A * _P) * (1 + _A * _P),
        sp.log(1 + _A * _B) / (1 + _A),
        sp.Abs(_A - _B),
    ],
    ids=str,
)
def test_derivative_is_that_of_sympy(expr: sp.Expr) -> None:
    assert sp.expand(derivative(expr, _A) - expr.diff(_A)) == 0
