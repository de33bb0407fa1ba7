from __future__ import annotations

import pytest

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
    Row,
    Script,
    Words,
    parens,
    row,
)
from symconv.printing.precedence import (
    ATOM,
    BIG,
    POWER,
    PRODUCT,
    QUOTIENT,
    RELATION,
    SUM,
    fenced,
    flat,
    is_prefix,
    level,
)

a, b = Ident("a"), Ident("b")


@pytest.mark.parametrize(
    ("node", "expected"),
    [
        (row(a, "=", b), RELATION),
        (row(a, ",", b), RELATION),
        (row(a, Words("if"), b), RELATION),
        (row(a, "·", b, "+", 1), SUM),
        (row("−", a), SUM),
        (Num("−1"), SUM),
        (BigOp("∑", a), BIG),
        (row(a, b), PRODUCT),
        (row(a, Script(b, sup=a)), PRODUCT),
        (row(Func("ln"), a), PRODUCT),
        (Frac(a, b), QUOTIENT),
        (Script(a, sup=b), POWER),
        (Script(a, sub=b), ATOM),
        (Highlight("input", Script(a, sub=b)), ATOM),
        (row(Func("max"), parens(row(a, ",", b))), ATOM),
        (row(Ident("∂"), Ident("E")), ATOM),
        (Fence("|", row(a, "+", b), "|"), ATOM),
    ],
)
def test_levels_follow_how_formulas_are_read(node: Node, expected: int) -> None:
    assert level(node) == expected


def test_parentheses_appear_only_where_needed() -> None:
    total = row(a, "+", b)
    assert fenced(total, SUM) == total
    assert fenced(total, PRODUCT) == parens(total)


def test_nested_rows_are_one_row() -> None:
    assert flat(Row((a, Row((Op("+"), Row((b,))))))) == (a, Op("+"), b)


def test_a_sign_is_told_from_a_difference() -> None:
    parts = flat(row("−", a, "−", b, "=", "−", a, "·", "−", b))
    assert [is_prefix(parts, at) for at, part in enumerate(parts) if part == Op("−")] == [
        True,
        False,
        True,
        True,
    ]
