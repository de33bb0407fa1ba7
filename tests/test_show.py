from __future__ import annotations

import math
import re
import subprocess
import sys
from fractions import Fraction
from pathlib import Path

import pytest
import sympy as sp
from hypothesis import given, settings
from hypothesis import strategies as st
from sympy.abc import D, I, K, P, S, a, b, i, j, k, n, p, x, y

from symconv.display import Func, Ident, Node, Script, parens, row
from symconv.errors import UnsupportedError
from symconv.printing.latex import latex
from symconv.printing.mathml import MathML
from symconv.printing.text import block, text
from symconv.show import show

A, X = sp.IndexedBase("A"), sp.IndexedBase("x")
A_11, A_12, B_11, B_12 = sp.symbols(["A_11", "A_12", "B_11", "B_12"])
# unevaluated, or SymPy would compute what is to stay as written
add = [sp.Mul(1, 3, evaluate=False), sp.Mul(1, 4, evaluate=False)]

SHOWN: list[tuple[object, str]] = [
    (7, "7"),
    (-7, "−7"),
    (Fraction(-3, 4), "−3/4"),
    (sp.Rational(1, 2), "1/2"),
    (sp.oo, "∞"),
    (-sp.oo, "−∞"),
    (sp.pi * x, "πx"),
    (sp.E, "e"),
    # names
    (A_11, "A₁₁"),
    (sp.Symbol("A_1,12"), "A[1,12]"),
    (sp.Symbol("x_1"), "x₁"),
    (sp.Symbol("x1"), "x₁"),
    (sp.Symbol("x_max"), "xₘₐₓ"),
    (sp.Symbol("x_i,j"), "x_(i,j)"),
    (sp.Symbol("theta_1") * sp.Symbol("alpha"), "αθ₁"),
    (A[i, j], "Aᵢⱼ"),
    (A[1, 2], "A₁₂"),
    (A[i + 1, j], "A[i+1,j]"),
    (X[10], "x₁₀"),
    # sums
    (I + 2 * P - D * (K - 1) - 1, "I + 2P − D(K − 1) − 1"),
    (I - K + 2 * P, "I − K + 2P"),
    (1 - x, "1 − x"),
    (-x - 1, "−x − 1"),
    (x**3 - 3 * x**2 + 3 * x - 1, "x³ − 3x² + 3x − 1"),
    (a**2 + 2 * a * b + b**2, "a² + 2ab + b²"),
    (1 + (I - K + 2 * P) / S, "(I − K + 2P)/S + 1"),
    (A_12 * B_12 + A_11 * B_11, "A₁₁·B₁₁ + A₁₂·B₁₂"),
    (sp.Symbol("A_10") + sp.Symbol("A_9"), "A₉ + A₁₀"),
    (sp.Add(*add, evaluate=False), "1·3 + 1·4"),
    # products
    (2 * A_11, "2A₁₁"),
    (A_11**2 * B_11, "A₁₁²·B₁₁"),
    (K * (K - 1) * S, "KS(K − 1)"),
    (-3 * x / 4, "−3x/4"),
    (x / (y * (x - 1)), "x/(y(x − 1))"),
    (a / x**2, "a/x²"),
    (2 * 3**p, "2·3ᵖ"),
    (sp.Mul(3, 2, evaluate=False), "3·2"),
    (sp.Mul(2, -3, evaluate=False), "2(−3)"),
    (sp.Mul(sp.Rational(1, 2), 3, evaluate=False), "1/2·3"),
    (x * sp.sqrt(2), "√2 x"),
    # powers
    (sp.sqrt(x + 1), "√(x + 1)"),
    (1 / sp.sqrt(x), "1/√x"),
    (n ** (1 / p), "n^(1/p)"),
    (n ** (-1 / p), "1/n^(1/p)"),
    (x ** ((n - 1) / p), "x^((n−1)/p)"),
    (x ** (1 / (n * p)), "x^(1/(np))"),
    (x ** (y + a / b), "x^(y+a/b)"),
    (x ** (sp.floor(a / b) * y), "x^(y⌊a/b⌋)"),
    (x ** sp.Rational(2, 3), "x^(2/3)"),
    (sp.Symbol("x_1") ** p, "x₁ᵖ"),
    ((a / b) ** p, "(a/b)ᵖ"),
    ((x * y) ** p, "(xy)ᵖ"),
    (sp.Pow(-2, p), "(−2)ᵖ"),
    (x ** (y**2), "x^(y²)"),
    (sp.exp(-x), "e⁻ˣ"),
    # functions
    (sp.floor((I - K) / S) + 1, "⌊(I − K)/S⌋ + 1"),
    (sp.ceiling(x / 2), "⌈x/2⌉"),
    (sp.Abs(sp.Symbol("z")), "|z|"),
    (sp.sign(x), "sign(x)"),
    (sp.log(n) / p, "ln n/p"),
    (sp.log(n + 1), "ln(n + 1)"),
    (sp.Max(0, b, a), "max(0, a, b)"),
    (sp.Min(n - 1, k), "min(k, n − 1)"),
    (sp.Mod(k + 1, S), "(k + 1) mod S"),
    (sp.Mod(k, S) + 1, "(k mod S) + 1"),
    (sp.Function("f")(x, 1), "f(x, 1)"),
    (sp.Sum(X[i] ** p, (i, 1, n)) ** (1 / p), "(∑ᵢ₌₁ⁿ xᵢᵖ)^(1/p)"),
    (sp.Sum(A[i, j], (i, 1, n), (j, 0, n - 1)), "∑ⱼ₌₀ⁿ⁻¹ ∑ᵢ₌₁ⁿ Aᵢⱼ"),
    (sp.Sum(X[i] + 1, (i, 1, n)), "∑ᵢ₌₁ⁿ (xᵢ + 1)"),
    (sp.Sum(X[i], (i, 1, n)) / n + 1, "(1/n) ∑ᵢ₌₁ⁿ xᵢ + 1"),
    (sp.Sum(X[i], (i, 1, n)) * sp.Sum(X[j], (j, 1, n)), "(∑ᵢ₌₁ⁿ xᵢ) ∑ⱼ₌₁ⁿ xⱼ"),
    (sp.Product(X[i], (i, 1, n)), "∏ᵢ₌₁ⁿ xᵢ"),
    (sp.Limit(n ** (1 / p), p, sp.oo), "lim_(p→∞) n^(1/p)"),
    (sp.Limit(x, p, 0), "lim_(p→0⁺) x"),
    (sp.Limit(x, p, 0, "+-"), "lim_(p→0) x"),
    (sp.Piecewise((x, x > 0), (0, True)), "{x if x > 0; 0 otherwise}"),
    (sp.Matrix([[1, -2], [x, y]]), "[1 −2; x y]"),
    # relations and conditions
    (sp.Eq(x, y + 1), "x = y + 1"),
    (sp.Ne(x, y), "x ≠ y"),
    (x < y, "x < y"),
    (x >= y, "x ≥ y"),
    (sp.And(y >= 0, x > 0), "x > 0 ∧ y ≥ 0"),
    (sp.Or(sp.And(x > 0, y > 0), x < 0), "(x > 0 ∧ y > 0) ∨ x < 0"),
    (sp.Not(sp.Symbol("q")), "¬q"),
    (sp.true, "true"),
]


@pytest.mark.parametrize(("expr", "expected"), SHOWN, ids=[expected for _, expected in SHOWN])
def test_values_read_as_in_a_textbook(expr: object, expected: str) -> None:
    assert text(show(expr)) == expected


def test_everything_shown_can_be_printed_in_every_language() -> None:
    convert = MathML()
    for expr, _ in SHOWN:
        node = show(expr)
        assert latex(node)
        assert block(node)
        assert convert(node, display=True).startswith("<math")


@pytest.mark.parametrize("name", ["A_11", "A_1,12", "I_11", "X_1", "B_3"])
def test_entries_of_arrays_are_bold(name: str) -> None:
    node = show(sp.Symbol(name))
    assert isinstance(node, Script)
    assert node.base == Ident(name[0], bold=True)


@pytest.mark.parametrize("name", ["I_1", "K_2", "O_1", "T_9", "x_1", "a_11", "A_i"])
def test_sizes_and_variables_are_italic(name: str) -> None:
    node = show(sp.Symbol(name))
    assert isinstance(node, Script)
    assert node.base == Ident(name[0])


@pytest.mark.parametrize(
    "expr", [sp.Float(0.5), sp.gamma(x), sp.nan, sp.zoo, sp.Interval(0, 1), 0.5, "x", None]
)
def test_what_has_no_rule_is_refused(expr: object) -> None:
    with pytest.raises(UnsupportedError):
        show(expr)


def test_an_unknown_part_is_refused_too() -> None:
    with pytest.raises(UnsupportedError, match="gamma"):
        show(1 + 2 / sp.gamma(x))


@pytest.mark.parametrize("name", [r"\input{x}", "a b", "x_{1}", "_1", "x__1", "x$", "2x"])
def test_a_name_that_is_no_name_is_refused(name: str) -> None:
    with pytest.raises(UnsupportedError, match="name"):
        show(sp.Symbol(name))


def test_a_type_of_ones_own_can_be_added() -> None:
    class Mean(sp.Function):
        pass

    @show.register(Mean)
    def _(expr: sp.Expr) -> Node:
        return row(Func("mean"), parens(show(expr.args[0])))

    assert text(show(2 * Mean(x + 1))) == "2 mean(x + 1)"


def test_the_order_does_not_depend_on_the_hash_seed() -> None:
    program = (
        "from sympy import *\n"
        "from symconv.show import show\n"
        "from symconv.printing.text import text\n"
        "z = symbols('q r s A_11 A_12 A_21 B_1')\n"
        "print(text(show(sum(z)*prod(z) + Max(*z) + Piecewise((1, And(*(e > 0 for e in z))), (0, True)))))"
    )
    shown = {
        subprocess.run(
            [sys.executable, "-c", program],
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": str(Path(__file__).parent.parent), "PYTHONUTF8": "1"},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(shown) == 1


# --- what is written has the value that was meant ---------------------------------------------------------

VALUES = {"a": Fraction(3, 7), "b": Fraction(-5, 2), "x": Fraction(11, 3)}


@st.composite
def expressions(draw: st.DrawFn, depth: int = 4) -> sp.Expr:
    """Sums, products, quotients, powers and floors that SymPy leaves as they are."""
    kind = draw(st.sampled_from(("leaf", "add", "mul", "div", "pow", "floor", "neg") if depth else ("leaf",)))
    if kind == "leaf":
        return draw(
            st.sampled_from(
                [a, b, x, *map(sp.Integer, (-3, -1, 1, 2, 12)), sp.Rational(-2, 3), sp.Rational(1, 2)]
            )
        )
    parts = [draw(expressions(depth - 1)) for _ in range(2)]
    match kind:
        case "add":
            return sp.Add(*parts, evaluate=False)
        case "mul":
            return sp.Mul(*parts, evaluate=False)
        case "div":
            return sp.Mul(parts[0], sp.Pow(parts[1], -1, evaluate=False), evaluate=False)
        case "pow":
            return sp.Pow(parts[0], draw(st.sampled_from([2, 3])), evaluate=False)
        case "floor":
            return sp.floor(parts[0], evaluate=False)
    return sp.Mul(-1, parts[0], evaluate=False)


def meant(expr: sp.Expr) -> Fraction:
    """The value of an expression, computed along its tree."""
    if expr.is_Symbol:
        return VALUES[expr.name]
    if expr.is_Rational:
        return Fraction(int(expr.p), int(expr.q))
    args = [meant(arg) for arg in expr.args]
    if expr.is_Add:
        return sum(args, start=Fraction(0))
    if expr.is_Pow:
        return args[0] ** int(args[1])
    if expr.is_Mul:
        product = Fraction(1)
        for arg in args:
            product *= arg
        return product
    return floored(args[0])


def floored(value: Fraction) -> Fraction:
    return Fraction(math.floor(value))


def computed(formula: str) -> Fraction:
    """The value of a formula by the usual rules: juxtaposition multiplies, powers bind tightest."""
    formula = re.sub("[0-9]+", r"(F(\g<0>))", formula)
    formula = re.sub("[abx]", r"(\g<0>)", formula)
    formula = formula.replace("⌊", "(floored(").replace("⌋", "))")
    formula = re.sub(f"[{SMALL}]+", lambda match: f"**({match[0].translate(LARGE)})", formula)
    formula = formula.replace("−", "-").replace("·", "*").replace(")(", ")*(")
    return Fraction(eval(formula, {"F": Fraction, "floored": floored, **VALUES}))


SMALL = "⁰¹²³⁴⁵⁶⁷⁸⁹"
LARGE = str.maketrans(SMALL, "0123456789")
FLAT = {r"\left(": "(", r"\right)": ")", r"\left\lfloor": "⌊", r"\right\rfloor": "⌋", r"\cdot": "·", "-": "−"}


def flat_latex(formula: str) -> str:
    """A formula in LaTeX as the same formula on one line, its braces as parentheses."""
    for command, character in FLAT.items():
        formula = formula.replace(command, character)
    while "{" in formula:
        before = formula
        formula = re.sub(r"\\frac\{([^{}]*)\}\{([^{}]*)\}", r"((\1)/(\2))", formula)
        formula = re.sub(
            r"\^\{(\d+)\}", lambda match: "".join(SMALL[int(digit)] for digit in match[1]), formula
        )
        if formula == before:
            formula = re.sub(r"(?<![\^}c])\{([^{}]*)\}(?!\{)", r"(\1)", formula)
    return re.sub(r"\s", "", formula)


@settings(max_examples=150, derandomize=True)
@given(expressions())
def test_text_and_latex_have_the_value_of_the_expression(expr: sp.Expr) -> None:
    try:
        value = meant(expr)
    except ZeroDivisionError:
        return
    node = show(expr)
    line = text(node).replace(" ", "")
    assert computed(line) == value
    assert computed(flat_latex(latex(node))) == value
