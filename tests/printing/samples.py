"""Formulas that every printer is tried on: each kind of node, alone and within others."""

from __future__ import annotations

from symconv.display import (
    BigOp,
    Cases,
    Fence,
    Frac,
    Func,
    Highlight,
    Ident,
    Matrix,
    Node,
    Num,
    Op,
    Root,
    Row,
    Script,
    Stack,
    Words,
    join,
    parens,
    row,
)

OPERATORS = "+−±·×÷∗∘⊙⊗⋆=≠<≤>≥≈≡∝→↦∈∉⊆∪∩∣⟹⟺∧∨/,;:"
"""Every operator that stands between two operands."""

a, b, i, n, p, x, E, K, M = (Ident(name) for name in "abinpxEKM")


def entry(array: str, index: str) -> Node:
    return Script(Ident(array, bold=True), sub=Num(index))


def partial(array: str, index: str) -> Node:
    return Frac(row(Ident("∂"), E), row(Ident("∂"), entry(array, index)))


def chain(terms: int) -> Node:
    """``∂E/∂A₁₂ = ∂E/∂C₁₁·B₁₂ + …`` with as many terms."""
    indices = ("11", "12", "13", "21", "22", "23", "31", "32", "33")[:terms]
    products = [row(partial("C", index), "·", Highlight("weight", entry("B", index))) for index in indices]
    return row(partial("A", "12"), "=", join(products, "+"))


NORM = Script(Fence("‖", x, "‖"), sub=p)
XI = Script(x, sub=i)
RATIO = Frac(a, b)
FORMULAS: dict[str, Node] = {
    "chain rule": chain(9),
    "gradient": row(
        Frac(row(Ident("∂"), E), row(Ident("∂"), Ident("A", bold=True))),
        "=",
        Matrix(((Num("4"), Num("−7")), (Highlight("wrong", Num("17")), Num("25")))),
    ),
    "norm bounds": row(
        BigOp("max", XI, row(1, "≤", i, "≤", n)),
        "≤",
        NORM,
        "≤",
        Script(n, sup=row(1, "/", p)),
        BigOp("max", XI, i),
    ),
    "guarded sum": BigOp(
        "∑",
        row(partial("C", "11"), "·", entry("B", "11")),
        Stack((row(Ident("o"), "=", 0), row(Ident("S"), "∣", Ident("t"), "+", Ident("P")))),
        row(Ident("O"), "−", 1),
    ),
    "norm": Script(
        parens(BigOp("∑", Script(Fence("|", XI, "|"), sup=p), row(i, "=", 1), n)), sup=row(1, "/", p)
    ),
    "product": BigOp("∏", XI, row(i, "=", 1), n),
    "limit": BigOp("lim", Script(n, sup=row(1, "/", p)), row(p, "→", Ident("∞"))),
    "one-sided limit": BigOp("lim", x, row(p, "→", Script(Num("0"), sup=Op("+")))),
    "signs": row(Ident("θ", bold=True), "=", Num("−1"), "·", parens(Num("−3")), ",", a, "=", "−", b),
    "implication": row(
        p, "≥", Frac(row(Func("ln"), n), row(Func("ln"), parens(row(1, "+", Ident("ε"))))), "⟹", NORM, "≤", M
    ),
    "tall root with index": Root(row(RATIO, "+", 1), p),
    "root with index": Root(row(a, "+", 1), p),
    "roots": row(Root(RATIO), "+", Root(row(x, "+", 1)), "+", Root(Num("2")), x),
    "tall argument": row(Func("max"), parens(row(RATIO, ",", 0))),
    "function": row(2, Func("ln"), n, "+", Func("sign"), parens(x)),
    "remainder": row(Ident("k"), Func("mod"), Ident("S")),
    "long names": row(Ident("kH"), "×", Ident("kW")),
    "set": row(x, "∈", Script(Ident("ℝ"), sup=row(n, "×", n))),
    "bracket": Script(Fence("[", row(a, "=", b), "]"), sub=i),
    "half-open": Fence("[", row(0, ",", Ident("∞")), ")"),
    "braces": row(Fence("{", row(1, ",", Op("…"), ",", n), "}"), "∣", Fence("{", RATIO, "}")),
    "dots": row(a, "+", Op("⋯"), "−", b),
    "words": row(Ident("O"), "=", Words("floor of"), x, Words("and"), Ident("y")),
    "block matrix": Matrix(
        tuple(tuple(Num(str(place + 4 * line)) for place in range(4)) for line in range(4)), (2, 2)
    ),
    "tall matrix": Matrix(((Frac(Num("1"), Num("2")), Num("0")), (Fence("[", a, "]"), Num("3")))),
    "angles": row(Fence("⟨", row(a, ",", b), "⟩"), "=", Fence("⌈", a, "⌉"), Fence("⌊", RATIO, "⌋")),
    "cases": Cases(
        ((Frac(Num("1"), Ident("m")), row(Words("if"), x, "=", M)), (Num("0"), Words("otherwise")))
    ),
    "cases without words": Cases(((a, row(x, ">", 0)), (b, row(x, "≤", 0)))),
    "nested fractions": Frac(row(1, "+", RATIO), row(Ident("c"), "−", 1)),
    "power of a fraction": Script(parens(RATIO), sup=row(1, "/", p)),
    "power of a sum": Script(parens(row(a, "+", b)), sup=Num("2")),
    "evaluation": Script(Fence("", RATIO, "|"), sub=row(a, "=", 0)),
    "continued": Row((Row(()), Op("−"), x, Op("+"), Num("1"))),
    "negation": row("¬", x, "∧", "∀", a, ":", "∃", b),
    "numbers": row(Num("1.41…"), "≈", Root(Num("2")), ",", Num("−∞"), "<", Num("0.5")),
    "entries": row(
        Script(Ident("A", bold=True), sub=row(1, ",", 12)), "·", Script(Ident("x", bold=True), sup=Ident("q"))
    ),
    "operators": row(*(part for symbol in OPERATORS for part in (x, symbol)), x),
}
