r"""The LaTeX renderer: an article for pdfLaTeX, or a fragment to ``\input`` into an article of one's own.

The commands that the body uses stand in ``macros.tex`` and are written into both, so that a fragment needs
amsmath and amssymb only; it takes colour, better rules and bookmarks from xcolor, booktabs and hyperref where
they are loaded. Letters that pdfTeX has no fonts for (Cyrillic, Chinese, emoji) are drawn as their code point
in a box and copied as themselves; XeTeX and LuaTeX draw them if their font can.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import singledispatch
from itertools import count
from pathlib import Path

from symconv.checks.result import Check, Checks
from symconv.display import BigOp, Cases, Frac, Node, Op, Prose, Root, Row, Script
from symconv.document import (
    Block,
    Bullets,
    Callout,
    Chain,
    Document,
    Explorer,
    Figure,
    Fold,
    Formula,
    Line,
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
from symconv.errors import UnsupportedError
from symconv.printing.breaking import typeset_width
from symconv.printing.latex import latex
from symconv.printing.tikz import tikz
from symconv.render.columns import column_widths
from symconv.render.sheet import Sheet, room
from symconv.render.tex_text import bookmark, escape
from symconv.render.words import alarm, badges, clean, evidence, plain, summary, worst_first
from symconv.value import Value, field, replace

_ROWS = 32
"""How many rows of a table stand on a page."""

_HEADINGS = ("symconvsection", "symconvsubsection", "symconvsubsubsection")
_ARTICLE_HEADINGS = r"""\def\symconvsection{\section}
\def\symconvsubsection{\subsection}
\def\symconvsubsubsection{\subsubsection}
"""
_FRAGMENT_HEADINGS = r"""\def\symconvsection{\subsection*}
\def\symconvsubsection{\subsubsection*}
\def\symconvsubsubsection{\paragraph*}
"""
_PREAMBLE = r"""\documentclass[11pt,a4paper]{article}
\ifdefined\Umathcode\else\usepackage[T1]{fontenc}\fi
\usepackage{lmodern}
\usepackage{amsmath,amssymb}
\usepackage{booktabs,graphicx,microtype,tikz,xcolor}
\usepackage[margin=2.6cm]{geometry}
\usepackage[hidelinks]{hyperref}
\setcounter{secnumdepth}{0}
\setlength{\parindent}{0pt}
\setlength{\parskip}{4pt plus 1pt}
\setlength{\emergencystretch}{3em}
\setlength{\jot}{5pt}
\clubpenalty=10000 \widowpenalty=10000 \displaywidowpenalty=10000
\allowdisplaybreaks
"""
_FRAGMENT = r"""% A derivation to \input into an article. It needs \usepackage{amsmath,amssymb} and takes
% colour from xcolor, figures from tikz, rules from booktabs, smaller print for what is too wide from graphicx
% and bookmarks from hyperref where these are loaded.
"""


class Pen(Value):
    """What a rule needs to know: the sheet, the level of a heading, the section and the numbers within it."""

    sheet: Sheet
    level: int = 0
    section: str = ""
    number: Iterator[int] = field(default_factory=lambda: count(1))


def article(sheet: Sheet) -> str:
    """The document as a LaTeX article."""
    document = sheet.document
    about = f"\\hypersetup{{pdftitle={{{bookmark(clean(document.title))}}},pdfcreator={{symconv}}}}\n"
    return (
        f"{_PREAMBLE}{about}{macros()}{_ARTICLE_HEADINGS}\\begin{{document}}\n"
        f"{{\\raggedright\\LARGE\\bfseries {escape(document.title)}\\par}}\\smallskip\n"
        f"{{\\raggedright\\large\\symconvtint{{quiet}}{{{escape(document.subtitle)}}}\\par}}\\medskip\n"
        f"{sheet.once(_body, document)}\\end{{document}}\n"
    )


def fragment(sheet: Sheet) -> str:
    """The document as LaTeX without preamble; its headings have no numbers and begin at a section."""
    document = sheet.document
    return (
        f"{_FRAGMENT}{macros()}{_FRAGMENT_HEADINGS}{sheet.style.definitions}"
        # long chains break over pages here, whatever the article does elsewhere
        f"\\begingroup\\allowdisplaybreaks\n"
        f"\\section*{{{escape(document.title)}}}\n{escape(document.subtitle)}\n\n"
        f"{sheet.once(_body, document)}\\par\\endgroup\n"
    )


def macros() -> str:
    """The definitions that the blocks of a document need."""
    return Path(__file__).with_name("macros.tex").read_text(encoding="utf-8")


def _body(document: Document, sheet: Sheet) -> str:
    """What the article and the fragment have in common."""
    pen = Pen(sheet)
    return f"{_opening(document.checks, pen)}\n\n{_blocks(document.blocks, pen)}\n"


def _inline(prose: Prose, pen: Pen) -> str:
    return "".join(escape(part) if isinstance(part, str) else _math(part, pen) for part in prose)


def _math(node: Node, pen: Pen) -> str:
    return f"${latex(node, colour=True)}$"


def _opening(checks: Checks | None, pen: Pen) -> str:
    if checks is None:
        return ""
    warning = alarm(checks)
    if warning is not None:
        return block(warning, pen)
    return f"\\symconvverdict{{{checks.verdict}}}{{{escape(summary(checks))}}}"


def _blocks(blocks: Iterable[Block], pen: Pen) -> str:
    return "\n\n".join(filter(None, (block(each, pen) for each in blocks)))


@singledispatch
def block(node: object, pen: Pen) -> str:
    """A block as LaTeX."""
    raise UnsupportedError(f"the LaTeX renderer has no rule for a block of kind {type(node).__name__}")


@block.register(Paragraph)
def _(node: Paragraph, pen: Pen) -> str:
    return _inline(node.text, pen)


@block.register(Bullets)
def _(node: Bullets, pen: Pen) -> str:
    # braces, or text in square brackets would be taken for the bullet
    items = "\n".join(f"\\item{{}} {_inline(item, pen)}" for item in node.items)
    return f"\\begin{{itemize}}\\symconvbullets\n{items}\n\\end{{itemize}}"


@block.register(Formula | Chain)
def _(node: Formula | Chain, pen: Pen) -> str:
    return "\\symconvdisplay\n" + _display(node, pen, "*")


def _display(body: Formula | Chain, pen: Pen, star: str, label: str = "") -> str:
    """A displayed formula or chain; without a star its last line is numbered."""
    lines = pen.sheet.lines(body)
    limit = room(lines)
    if len(lines) == 1 and not lines[0].relation:
        return _environment(f"equation{star}", _fitted(lines[0].right, limit) + label)
    separator = " \\\\\n" if star else " \\notag \\\\\n"
    return _environment(f"align{star}", separator.join(_line(line, limit) for line in lines) + label)


def _line(line: Line, limit: float) -> str:
    left = "" if line.left is None else latex(line.left, colour=True) + " "
    sign = latex(Op(line.relation)) if line.relation else "\\qquad"
    return f"{left}&{sign} {_fitted(line.right, limit)}"


def _fitted(node: Node, limit: float) -> str:
    """A formula that TeX makes smaller if it turns out wider than ``limit`` em."""
    drawn = latex(node, colour=True)
    return drawn if typeset_width(node) <= limit else f"\\symconvfit{{{limit:.1f}em}}{{{drawn}}}"


def _environment(name: str, body: str) -> str:
    return f"\\begin{{{name}}}\n{body}\n\\end{{{name}}}"


@block.register(Steps)
def _(node: Steps, pen: Pen) -> str:
    return "\n\n".join(_step(step, pen) for step in node.items)


def _step(step: Step, pen: Pen) -> str:
    conditions = ", ".join(_math(condition, pen) for condition in step.conditions)
    label = f"\\symconvlabel{{{pen.section}:{next(pen.number)}}}" if pen.section else ""
    display = _display(step.body, pen, "", label)
    return (
        f"\\symconvstep{{{escape(step.name)}}}{{{_inline(step.why, pen)}}}{{{_checked(step.checks)}}}\n"
        + (f"\\symconvkeep\n{display}\n\\symconvwhen{{{conditions}}}" if conditions else display)
    )


def _checked(checks: Iterable[Check]) -> str:
    said = "; ".join(f"\\symconvverdict{{{verdict}}}{{{escape(word)}}}" for verdict, word in badges(checks))
    return f"\\symconvchecked{{{said}}}" if said else ""


@block.register(Table)
def _(node: Table, pen: Pen) -> str:
    return _table(node, [[_cell(cell, pen) for cell in row] for row in node.rows], pen)


@block.register(Verdicts)
def _(node: Verdicts, pen: Pen) -> str:
    table = evidence(node.checks)
    rows = [
        [f"\\symconvverdict{{{check.verdict}}}{{{check.word}}}", *(_cell(cell, pen) for cell in row[1:])]
        for check, row in zip(worst_first(node.checks), table.rows, strict=True)
    ]
    return _table(table, rows, pen)


def _cell(prose: Prose, pen: Pen) -> str:
    """A cell of a table; a formula alone in it is set as a display, with room around it."""
    if len(prose) == 1 and isinstance(prose[0], BigOp | Frac | Row | Root | Cases | Script):
        return f"$\\displaystyle {latex(prose[0], colour=True)}$"
    return _inline(prose, pen)


def _table(node: Table, rows: list[list[str]], pen: Pen) -> str:
    """A table whose cells are LaTeX already, in parts that fit on a page."""
    widths = column_widths(node)
    wrapped = [width is not None for width in widths]
    columns = "".join(
        side if width is None else f"p{{{width:.3f}\\linewidth}}"
        for side, width in zip(node.align, widths, strict=True)
    )
    header = _row([_inline(cell, pen) for cell in node.header], wrapped)
    parts = [
        f"\\begin{{tabular}}{{@{{}}{columns}@{{}}}}\n\\toprule\n{header}\n\\midrule\n"
        + "\n".join(_row(row, wrapped) for row in rows[start : start + _ROWS])
        + "\n\\bottomrule\n\\end{tabular}"
        for start in range(0, len(rows), _ROWS)
    ]
    caption = f"{{\\small {escape(node.caption)}\\par}}\\nobreak\\smallskip\n" if node.caption else ""
    return _environment("center", "\\small\n" + caption + "\\par\\medskip\n".join(parts))


def _row(cells: list[str], wrapped: list[bool]) -> str:
    set_cells = [f"\\raggedright {cell}" if wrap else cell for cell, wrap in zip(cells, wrapped, strict=True)]
    # the argument is given, or square brackets in the next row would be taken for it
    return (
        " & ".join(set_cells)
        + " \\tabularnewline"
        + ("[6pt]" if "\\displaystyle" in "".join(cells) else "[1pt]")
    )


@block.register(Figure)
def _(node: Figure, pen: Pen) -> str:
    picture = tikz(node.drawing, escape)
    return f"\\symconvfigure{{{_inline(node.caption, pen)}}}{{%\n{picture}}}"


@block.register(Space)
def _(node: Space, pen: Pen) -> str:
    return f"\\symconvspace{{{node.lines}}}"


@block.register(Callout)
def _(node: Callout, pen: Pen) -> str:
    return (
        f"\\symconvcallout{{{node.kind}}}{{{escape(node.title)}}}\n{_blocks(node.blocks, pen)}\n"
        "\\endsymconvcallout"
    )


@block.register(Statement)
def _(node: Statement, pen: Pen) -> str:
    head = f"\\symconvtheorem{{{node.name}}}{{{escape(node.title)}}}"
    return f"{head}\n{_blocks(node.blocks, pen)}\n\\endsymconvtheorem"


@block.register(Proof)
def _(node: Proof, pen: Pen) -> str:
    return f"\\symconvproof\n{_blocks(node.blocks, pen)}\n\\endsymconvproof"


@block.register(Fold)
def _(node: Fold, pen: Pen) -> str:
    return f"\\symconvfold{{{_inline(node.summary, pen)}}}\n\n{_blocks(node.blocks, pen)}"


@block.register(Section)
def _(node: Section, pen: Pen) -> str:
    command = _HEADINGS[min(pen.level, len(_HEADINGS) - 1)]
    title = _inline(node.title, pen)
    if node.checks is not None:
        title += f"\\symconvflag{{{node.checks.verdict}}}{{{node.checks.verdict}}}"
    inner = replace(pen, level=pen.level + 1, section=node.anchor, number=count(1))
    return f"\\{command}{{\\texorpdfstring{{{title}}}{{{bookmark(plain(node.title))}}}}}\n\n{_blocks(node.blocks, inner)}"


@block.register(Explorer)
def _(node: Explorer, pen: Pen) -> str:
    return ""  # there is nothing to explore on paper
