"""A hand-made report that uses every kind of block, and small documents with hostile text."""

from __future__ import annotations

from fractions import Fraction

from symconv.checks.result import Check, Checks, Method, Verdict
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
    Root,
    Script,
    Stack,
    Words,
    join,
    row,
)
from symconv.document import (
    Bullets,
    Callout,
    Chain,
    Document,
    Explorer,
    Figure,
    Fold,
    Formula,
    Line,
    Links,
    Numbers,
    Paragraph,
    Proof,
    Section,
    Space,
    Statement,
    Step,
    Steps,
    Table,
    Verdicts,
)
from symconv.drawing import Cell, Drawing, Label, Stroke
from symconv.value import replace

HOSTILE = (
    r"\input{/etc/passwd} <script>alert(1)</script> $x_1$ 50% a&b #1 ~^ {*x*} `y` | -- ]]> \end{document} "
    "中文 Домашнее Συνέλιξη Šč 🙂 ₁² −∂"
)
"""Text that means something in every language that a report is written in."""


def entry(array: str, index: str) -> Node:
    """An entry of an array: a bold letter with an index."""
    return Script(Ident(array, bold=True), Num(index) if index.isdigit() else row(map(Ident, index)))


def partial(below: Node) -> Node:
    """``∂E/∂below``."""
    return Frac(row(Ident("∂"), Ident("E")), row(Ident("∂"), below))


def matrix(*rows: str) -> Matrix:
    """A matrix from rows of numbers that blanks separate."""
    return Matrix(tuple(tuple(Num(cell) for cell in line.split()) for line in rows))


def check(subject: str, method: Method, verdict: Verdict = Verdict.PASSED, detail: str = "") -> Check:
    """A check of 25 entries."""
    return Check(subject, method, verdict, "25", "25" if not detail else "24", "25 of 25 entries", detail)


SYMBOLIC = check("∂E/∂A", Method.SYMBOLIC)
REFERENCE = check("∂E/∂A", Method.REFERENCE)
CLAIM = check("∂E/∂A", Method.CLAIM)
SIZE = check("O", Method.EXACT)
FAILED = check(
    "∂E/∂A[2,3]",
    Method.CLAIM,
    Verdict.FAILED,
    "the file claims 24, derived is 25 = 1·5 + 1·5 + 1·5 + 1·3 + 1·3 + 1·4",
)
UNDECIDED = check("lim ‖x‖ₚ", Method.INTERVAL, Verdict.UNDECIDED, "the intervals were too wide")

ALL_TERMS = join(
    (
        row(
            partial(entry("C", index)),
            "·",
            Frac(row(Ident("∂"), entry("C", index)), row(Ident("∂"), entry("A", "12"))),
        )
        for index in ("11", "12", "13", "21", "22", "23", "31", "32", "33")
    ),
    "+",
)
SHOWN_TERMS = row(
    Highlight("upstream", partial(entry("C", "11"))),
    "·",
    Highlight("weight", entry("B", "12")),
    "+",
    Highlight("upstream", partial(entry("C", "12"))),
    "·",
    Highlight("weight", entry("B", "11")),
)
GRADIENT = matrix("4 7 10 6 3", "9 17 25 16 8", "11 23 34 23 11", "7 16 24 17 8", "2 6 9 7 3")
SIZE_FORMULA = row(
    Ident("O"),
    "=",
    Fence(
        "⌊",
        Frac(
            row(
                Ident("I"),
                "+",
                2,
                Ident("P"),
                "−",
                Ident("D"),
                Fence("(", row(Ident("K"), "−", 1), ")"),
                "−",
                1,
            ),
            Ident("S"),
        ),
        "⌋",
    ),
    "+",
    1,
)
LP = Root(
    BigOp(
        "∑",
        Script(Fence("|", Script(Ident("x"), Ident("i")), "|"), sup=Ident("p")),
        row(Ident("i"), "=", 1),
        Ident("n"),
    ),
    Ident("p"),
)

CHAIN = Chain(
    (
        Line(partial(entry("A", "12")), "=", ALL_TERMS),
        Line(None, "=", SHOWN_TERMS),
        Line(None, "=", row(1, "·", 3, "+", 1, "·", 4)),
        Line(None, "=", Num("7")),
    )
)


EXPLORER = Explorer(
    "convolution",
    "Explore",
    "Conv1d",
    "E",
    1,
    (Links((2, 3, 2), ((0, 0, 0), (0, 1, 1), (1, 1, 0), (1, 2, 1))),),
    1,
    (
        ("input", Numbers("A", (3,), (1, 2, Fraction(1, 2)))),
        ("weight", Numbers("B", (2,), (3, -1))),
        ("upstream", Numbers("C", (2,), (1, 1))),
    ),
    (
        ("output", Numbers("C", (2,), (1, Fraction(11, 2)))),
        ("input", Numbers("A", (3,), (3, 2, -1))),
        ("weight", Numbers("B", (2,), (3, Fraction(5, 2)))),
    ),
)
"""The convolution of (1, 2, 1/2) with (3, −1), by hand."""


def sample(*extra: Check) -> Document:
    """The report; ``extra`` are checks to add to its last section."""
    evidence = Checks((SYMBOLIC, REFERENCE, CLAIM))
    size = Section(
        "output-size",
        ("1.1(b) Output size",),
        (
            Paragraph(
                ("How many windows of width ", Ident("K"), " fit into a row of ", Ident("I"), " pixels?")
            ),
            Formula(SIZE_FORMULA),
            Callout(
                "correction",
                "The floor matters",
                (
                    Paragraph(
                        (
                            "With ",
                            row(Ident("I"), "=", 6),
                            ", ",
                            row(Ident("K"), "=", 3),
                            " and ",
                            row(Ident("S"), "=", 2),
                            " the quotient is ",
                            Frac(Num("3"), Num("2")),
                            ", so that the output has 2 entries, not 5/2.",
                        )
                    ),
                    Formula(row(Fence("⌊", Frac(Num("3"), Num("2")), "⌋"), "+", 1, "=", 2)),
                ),
            ),
            Callout("convention", "Cross-correlation", (Paragraph(("The kernel is not flipped.",)),)),
            Table(
                (("module",), ("output",), ("in words",)),
                (
                    (
                        ("MaxPool2d",),
                        (BigOp("max", entry("X", "i"), row(Ident("i"), "∈", Ident("W"))),),
                        (
                            "The largest entry of each window; padding counts as −∞, so it is never chosen over an entry.",
                        ),
                    ),
                    (("LPPool2d",), (LP,), ("The p-norm of each window.",)),
                ),
                "lcl",
                "Two pooling modules",
            ),
            Table(
                (("I",), ("K",), ("S",), ("O",)),
                ((("6",), ("3",), ("2",), (Num("2"),)), (("5",), ("3",), ("1",), (Num("3"),))),
                "rrrr",
            ),
            Verdicts(Checks((SIZE,))),
        ),
        Checks((SIZE,)),
    )
    gradient = Section(
        "gradient",
        ("1.1(d) Gradient with respect to ", Ident("A", bold=True)),
        (
            Paragraph(("Every entry is a sum over the windows that read it.",)),
            Bullets(
                (
                    (
                        "upstream: ",
                        partial(entry("C", "ij")),
                        " is 1",
                    ),
                    ("stride 1, no padding",),
                )
            ),
            Steps(
                (
                    Step(
                        "Chain rule",
                        Formula(
                            row(
                                partial(entry("A", "kl")),
                                "=",
                                BigOp(
                                    "∑",
                                    row(partial(entry("C", "ij")), "·", entry("B", "mn")),
                                    Stack(
                                        (row(Ident("i"), ",", Ident("j")), row(Ident("m"), ",", Ident("n")))
                                    ),
                                ),
                            )
                        ),
                        (
                            "An entry of ",
                            Ident("C", bold=True),
                            " reads ",
                            entry("A", "kl"),
                            " through at most one entry of the kernel.",
                        ),
                        (SYMBOLIC, REFERENCE),
                        (row(Ident("S"), "∣", row(Ident("k"), "+", Ident("P"))), row(Ident("S"), "≥", 1)),
                    ),
                    Step(
                        "One entry in full",
                        CHAIN,
                        ("The zero terms are dropped in the second line, the numbers put in.",),
                        (SYMBOLIC, *extra),
                    ),
                    Step(
                        "Cases",
                        Formula(
                            row(
                                Script(Ident("g"), Ident("i")),
                                "=",
                                Cases(
                                    (
                                        (
                                            Frac(Num("1"), Ident("m")),
                                            row(
                                                Words("if"),
                                                Script(Ident("x"), Ident("i")),
                                                "=",
                                                Func("max"),
                                                Ident("x"),
                                            ),
                                        ),
                                        (Num("0"), Words("otherwise")),
                                    )
                                ),
                            )
                        ),
                        ("No check was made of this one.",),
                    ),
                )
            ),
            Callout("result", "Result", (Formula(row(partial(Ident("A", bold=True)), "=", GRADIENT)),)),
            Fold(
                ("All entries, and why ", row(Ident("x"), "<", 1)),
                (CHAIN, Paragraph(("The rest is alike.",))),
            ),
            Figure(DRAWING, ("Two cells, one of them ", row(Ident("x"), "<", 1), "."), (" 1  ·", " 2  1")),
            Figure(DRAWING, ("Without lines of text.",)),
            Space(3),
            Statement("one-is-one", "One is one", (Formula(row(1, "=", 1)),)),
            Proof((Paragraph(("By reflexivity.",)),)),
            EXPLORER,
            Section(
                "evidence",
                ("Evidence",),
                (
                    Verdicts(evidence + extra),
                    Callout("note", "Scope", (Paragraph(("Every entry was compared.",)),)),
                ),
            ),
        ),
        evidence + extra,
    )
    return Document(
        "Homework 2, Part I",
        "Convolution and pooling, derived and checked",
        (size, gradient),
        Checks((SIZE,)) + evidence + extra,
    )


DRAWING = Drawing(
    (80, 30),
    (Stroke(((0, 0), (80, 30))), Cell((0, 0), (20, 20), "weight", filled=True), Label((10, 14), "x < 1")),
    "A line through two cells.",
)


def _renamed(role_and_array: tuple[str, Numbers]) -> tuple[str, Numbers]:
    role, array = role_and_array
    return role, replace(array, name=HOSTILE)


def hostile() -> Document:
    """A report whose every text is :data:`HOSTILE`, and which failed."""
    bad = Check(HOSTILE, Method.CLAIM, Verdict.FAILED, HOSTILE, HOSTILE, HOSTILE, HOSTILE)
    text = (HOSTILE,)
    blocks = (
        Paragraph(text),
        Bullets((text, ("[1] 1. # a",))),
        Steps((Step(HOSTILE, Formula(Num("1")), text, (bad,)),)),
        Table((text,), ((text,), (("[2pt]",),)), "l", HOSTILE),
        Callout("note", HOSTILE, (Paragraph(text),)),
        Fold(text, (Paragraph(text),)),
        Figure(Drawing((300, 20), (Label((0, 10), HOSTILE, "start", size=3),), HOSTILE), text),
        replace(EXPLORER, title=HOSTILE, error=HOSTILE, arrays=tuple(map(_renamed, EXPLORER.arrays))),
        Verdicts(Checks((bad,))),
    )
    return Document(HOSTILE, HOSTILE, (Section("hostile", text, blocks, Checks((bad,))),), Checks((bad,)))
