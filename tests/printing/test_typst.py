from __future__ import annotations

from typing import get_args

import pytest
from printing.samples import FORMULAS, chain

from symconv.display import (
    BigOp,
    Fence,
    Frac,
    Func,
    Highlight,
    Ident,
    Node,
    Num,
    Op,
    Role,
    Row,
    Script,
    Words,
    parens,
    row,
)
from symconv.errors import UnsupportedError
from symconv.printing.typst import typst

x, n, p = Ident("x"), Ident("n"), Ident("p")
PREAMBLE = "\n".join(f"#let symconv{role}(body) = text(fill: red, body)" for role in get_args(Role))


@pytest.mark.parametrize(
    ("node", "expected"),
    [
        (
            chain(1),
            "frac(∂ E, ∂ attach(bold(upright(A)), b: 12)) = "
            "frac(∂ E, ∂ attach(bold(upright(C)), b: 11)) dot.c attach(bold(upright(B)), b: 11)",
        ),
        (Ident("θ", bold=True), "bold(θ)"),
        (Ident("kH"), 'italic("kH")'),
        (row(x, "=", Num("−3")), 'x = class("normal", −)3'),
        (Script(n, sup=row(1, "/", p)), r"attach(n, t: 1 \/ p)"),
        (Script(x, sub=row(1, ",", 12)), r"attach(x, b: 1 \, 12)"),
        (Frac(row(x, ":", n), n), r"frac(x \: n, n)"),
        (row(Func("max"), parens(x)), r'op("max") lr(class("opening", \() x class("closing", \)))'),
        (Fence("", x, "|"), r'lr( x class("closing", \|))'),
        (row(2, Func("ln"), n), '2 thin op("ln") n'),
        (row(x, Words("if"), n), 'x #h(0.3em) upright("if") #h(0.3em) n'),
        (BigOp("lim", x, row(p, "→", Ident("∞"))), 'attach(op("lim", limits: #true), b: p → ∞) x'),
        (Row((Row(()), Op("−"), x)), '"" − x'),
    ],
)
def test_typst_is_made_of_characters_and_calls(node: Node, expected: str) -> None:
    assert typst(node) == expected


def test_highlights_are_coloured_on_request_only() -> None:
    node = Highlight("wrong", x)
    assert typst(node) == "x"
    assert typst(node, colour=True) == "symconvwrong(x)"


@pytest.mark.parametrize(
    "node",
    [
        Ident("x_1"),
        Ident("é"),
        Ident(""),
        Num("1e5"),
        Num("-1"),
        Num("#x"),
        Op("&"),
        Op("#"),
        Func("a b"),
        Words('"'),
        Fence("<", x, ">"),
        BigOp("∫", x),
    ],
)
def test_what_has_no_faithful_typst_is_refused(node: Node) -> None:
    with pytest.raises(UnsupportedError, match="there is no rule for the"):
        typst(row(x, "+", node))


def test_a_kind_of_node_without_a_rule_is_refused() -> None:
    class Cloud(Node):
        pass

    with pytest.raises(UnsupportedError, match="Cloud nodes"):
        typst(row(x, "+", Cloud()))


def test_the_compiler_takes_every_formula_displayed_in_a_line_and_as_an_argument() -> None:
    compiler = pytest.importorskip("typst")
    lines = [
        f"$ {body} $ and ${body}$ and $frac({body}, 2)$"
        for node in FORMULAS.values()
        for body in (typst(node), typst(node, colour=True))
    ]
    source = "\n\n".join((PREAMBLE, *lines))
    assert compiler.compile(source.encode(), format="pdf", ignore_system_fonts=True).startswith(b"%PDF")
