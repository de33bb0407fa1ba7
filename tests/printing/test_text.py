from __future__ import annotations

import pytest
from printing.samples import FORMULAS, chain

from symconv.display import (
    BigOp,
    Cases,
    Fence,
    Frac,
    Func,
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
    parens,
    row,
)
from symconv.errors import UnsupportedError
from symconv.printing.text import block, box, text

a, b, i, n, p, x = (Ident(name) for name in "abinpx")
RATIO = Frac(a, b)


@pytest.mark.parametrize(
    ("node", "expected"),
    [
        (chain(2), "∂E/∂A₁₂ = ∂E/∂C₁₁·B₁₁ + ∂E/∂C₁₂·B₁₂"),
        (row(Fence("⌊", Frac(row(a, "−", 1), b), "⌋"), "+", 1), "⌊(a − 1)/b⌋ + 1"),
        (Frac(a, row(b, x)), "a/(bx)"),
        (Frac(row(a, x), b), "ax/b"),
        (Frac(RATIO, x), "(a/b)/x"),
        (Frac(Num("−1"), Num("2")), "−1/2"),
        (row(RATIO, x), "(a/b)x"),
        (row(x, RATIO), "x(a/b)"),
        (row(x, "·", RATIO), "x·a/b"),
        (row(x, "/", RATIO), "x/(a/b)"),
        (Script(RATIO, sup=Num("2")), "(a/b)²"),
        (Script(Script(x, sup=p), sup=Num("2")), "(xᵖ)²"),
        (Script(n, sup=row(1, "/", p)), "n^(1/p)"),
        (Script(x, sup=Ident("q")), "x^q"),
        (Script(Ident("A", bold=True), sub=row(1, ",", 12)), "A[1,12]"),
        (Script(x, sub=row(i, "/", 2)), "x_(i/2)"),
        (Script(x, sub=i, sup=Num("−1")), "xᵢ⁻¹"),
        (BigOp("∑", x, row(i, "=", 1), n), "∑ᵢ₌₁ⁿ x"),
        (BigOp("∑", x, row(i, "=", 1), Ident("K")), "∑_(i=1)^K x"),
        (BigOp("∑", row(x, "+", 1), i), "∑ᵢ (x + 1)"),
        (BigOp("∑", x, Stack((row(a, "≤", i), row(i, "≤", b)))), "∑_(a≤i,i≤b) x"),
        (BigOp("max", x), "max x"),
        (Root(x), "√x"),
        (Root(row(x, "+", 1)), "√(x + 1)"),
        (row(Root(Num("2")), x), "√2 x"),
        (Root(x, p), "x^(1/p)"),
        (Root(x, row(p, n)), "x^(1/(pn))"),
        (row(Func("max"), parens(row(a, ",", 0))), "max(a, 0)"),
        (row(2, Func("ln"), n), "2 ln n"),
        (row(a, Func("mod"), b), "a mod b"),
        (row("−", a, "−", b, "=", "−", x), "−a − b = −x"),
        (row("¬", a, "∧", b), "¬a ∧ b"),
        (row(1, ",", Op("…"), ",", n), "1, …, n"),
        (row(Words("if"), a, "=", b, ",", Words("else"), x), "if a = b, else x"),
        (Matrix(((Num("1"), Num("2")), (Num("3"), Num("4")))), "[1 2; 3 4]"),
        (Matrix(((row(a, "+", b), Num("2")),)), "[a + b, 2]"),
        (Cases(((a, row(Words("if"), x, ">", 0)), (b, Words("otherwise")))), "{a if x > 0; b otherwise}"),
        (Cases(((a, row(x, ">", 0)),)), "{a, x > 0}"),
        (Row((Row(()), Op("−"), a)), "− a"),
    ],
)
def test_one_line_groups_what_the_formula_groups(node: Node, expected: str) -> None:
    assert text(node) == expected


@pytest.mark.parametrize(
    ("node", "expected"),
    [
        (
            chain(2),
            """
             ∂E     ∂E         ∂E
            ──── = ────·B₁₁ + ────·B₁₂
            ∂A₁₂   ∂C₁₁       ∂C₁₂
            """,
        ),
        (
            FORMULAS["norm"],
            """
                       1/p
            ⎛ n       ⎞
            ⎜ ∑  |xᵢ|ᵖ⎟
            ⎝i=1      ⎠
            """,
        ),
        (
            row(Ident("A"), "=", Matrix(((Num("4"), Num("−10")), (Num("17"), Num("2"))))),
            """
            A = ⎡4   −10⎤
                ⎣17   2 ⎦
            """,
        ),
        (
            FORMULAS["cases without words"],
            """
            ⎧a  x > 0
            ⎨
            ⎩b  x ≤ 0
            """,
        ),
        (
            Frac(RATIO, row(a, "+", 1)),
            """
               a
               ─
               b
            ───────
             a + 1
            """,
        ),
        (
            row(Fence("⌊", RATIO, "⌋"), "+", Fence("⌈", RATIO, "⌉")),
            """
            ⎢a⎥   ⎡a⎤
            ⎢─⎥ + ⎢─⎥
            ⎣b⎦   ⎢b⎥
            """,
        ),
        (
            Fence("⟨", RATIO, "⟩"),
            """
            ╱a╲
            ⟨─⟩
            ╲b╱
            """,
        ),
        (
            Root(row(a, "+", b), p),
            """
            p _____
            ╲╱a + b
            """,
        ),
        (
            row(RATIO, x, "+", 1),
            """
            a
            ─ x + 1
            b
            """,
        ),
    ],
)
def test_two_dimensions_look_like_the_formula(node: Node, expected: str) -> None:
    lines = expected.strip("\n").splitlines()[:-1]
    assert block(node) == tuple(line[12:] for line in lines)


@pytest.mark.parametrize("name", FORMULAS)
def test_a_box_is_a_rectangle_with_its_baseline_within(name: str) -> None:
    drawn = box(FORMULAS[name])
    assert {len(line) for line in drawn.lines} == {drawn.width}
    assert 0 <= drawn.baseline < drawn.height


def test_a_formula_of_one_line_is_the_same_either_way() -> None:
    node = row(2, x, "−", Fence("⌊", a, "⌋"), "=", Script(n, sup=Num("2")))
    assert block(node) == (text(node),) == ("2x − ⌊a⌋ = n²",)


def test_a_continued_sum_starts_with_its_operator() -> None:
    assert block(Row((Row(()), Op("+"), RATIO))) == ("  a", "+ ─", "  b")


def test_a_kind_of_node_without_a_rule_is_refused() -> None:
    class Cloud(Node):
        pass

    for printer in (text, block):
        with pytest.raises(UnsupportedError, match="Cloud nodes"):
            printer(row(x, "+", Cloud()))


def test_a_tall_fence_without_pieces_is_refused() -> None:
    with pytest.raises(UnsupportedError, match="'<'"):
        block(Fence("<", RATIO, ">"))
