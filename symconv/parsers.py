"""How the words of the command line are read: the commands, what each is for, and its options.

The options of a command are made when it is called; no other needs them. To add a command, write a function
that adds its options and give it a row in :data:`COMMANDS`.
"""

from __future__ import annotations

import argparse

from symconv._version import __version__
from symconv.options import add_fragment, add_layer, add_notation, read

TYPE_CHECKING = False  # importing typing would take a tenth of the time of --help
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import NoReturn

    Row = tuple[Callable[[argparse.ArgumentParser], None], str, tuple[str, ...]]

HOMEWORK = "ds-ga-1008-hw2"
SECTIONS = ("problems", "layers", "theorems", "certificates", "formats")
"""What ``list`` lists."""
PRINTED = {"text": "txt", "latex": "fragment", "mathml": "mathml"}
"""The formats of ``derive`` and ``prove``, and what the renderers call them."""


class _Help(argparse.RawDescriptionHelpFormatter):
    """Help of a fixed width: asking the terminal would import more than the rest of the command."""

    def __init__(self, prog: str) -> None:
        super().__init__(prog, max_help_position=26, width=96)


class _Parser(argparse.ArgumentParser):
    """A parser that says what is wrong in one sentence."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.prog}: {message} (see {self.prog} --help)\n")


def parser(arguments: Sequence[str]) -> argparse.ArgumentParser:
    """A parser for these arguments; what it reads has the name of the command as ``command``."""
    made = _Parser(
        prog="symconv",
        description="Derives, proves and checks convolution and pooling, and writes the derivations out.",
        epilog="exit status:\n  0 every check passed, 1 a check failed or stayed undecided, 2 bad input",
        formatter_class=_Help,
        allow_abbrev=False,
    )
    made.add_argument("--version", action="version", version=f"symconv {__version__}")
    commands = made.add_subparsers(title="commands", metavar="COMMAND", required=True, prog="symconv")
    for name, (add_options, what, examples) in COMMANDS.items():
        lines = ("examples:", *(f"  symconv {name} {example}".rstrip() for example in examples))
        added: argparse.ArgumentParser = commands.add_parser(
            name,
            help=what,
            description=what,
            epilog="\n".join(lines),
            formatter_class=_Help,
            allow_abbrev=False,
        )
        if name in arguments:
            add_options(added)
            added.set_defaults(command=name)
    return made


# --- the options of the commands ---


def _solve(parser: argparse.ArgumentParser) -> None:
    _add_problem(parser)
    add = parser.add_argument
    add("--open", action="store_true", help="show the page in the browser when it is written")
    handout = parser.add_mutually_exclusive_group()
    leave = "leave the answers out: questions and data, with room to write"
    for name, what in (("student", leave), ("key", "give the results only")):
        handout.add_argument(f"--{name}", dest="handout", action="store_const", const=name, help=what)
    parser.set_defaults(handout="full")
    _add_limit(parser)
    add("--fragment", action="store_true", help="LaTeX to input only, as --format fragment")
    add_fragment(parser)
    add_notation(parser)


def _certify(parser: argparse.ArgumentParser) -> None:
    _add_problem(parser)
    timeout = "for Coq (default: 600)"
    parser.add_argument("--timeout", type=read("parse_count"), metavar="S", default=600, help=timeout)
    _add_limit(parser)
    add_notation(parser)


def _derive(parser: argparse.ArgumentParser) -> None:
    add_layer(parser)
    sizes, index, numbers = read("parse_sizes"), read("parse_index"), read("parse_numbers")
    add = parser.add_argument
    add("--input", type=sizes, metavar="SIZES", required=True, help="its shape, such as 5x5 or 3x8x8")
    add("--indices", type=numbers, metavar="LIST", help="of unpooling: 0,3,9,14, row by row, counted from 0")
    add("--wrt", choices=("input", "weight", "bias", "output"), default="input", help="default: input")
    add("--entry", type=index, metavar="I,J", help="one entry only, counted as shown, from 1")
    add("--matrix", action="store_true", help="the layer as one matrix, instead")
    _add_limit(parser, ", unless one --entry is asked for")
    _add_printed(parser)
    add_fragment(parser)
    add_notation(parser)


def _size(parser: argparse.ArgumentParser) -> None:
    add_layer(parser)
    sizes, known = read("parse_sizes"), parser.add_mutually_exclusive_group(required=True)
    known.add_argument("--input", type=sizes, metavar="SIZES", help="its size, such as 6 or 6x8")
    known.add_argument("--output", type=sizes, metavar="SIZES", help="likewise")
    add_notation(parser, first_index=False)


def _prove(parser: argparse.ArgumentParser) -> None:
    numbers, add = read("parse_numbers"), parser.add_argument
    add("theorem", metavar="THEOREM", help="a name (see symconv list --theorems)")
    add("--window", type=numbers, metavar="LIST", help="its entries, numbers with commas between")
    add("--geometry", type=numbers, metavar="I,K,S,P,D", help="input, kernel, stride, padding, dilation")
    _add_printed(parser)
    add_fragment(parser)
    add_notation(parser, first_index=False)


def _recheck(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument
    add("file", metavar="FILE.json", help="what solve writes with --format json")
    add("--seed", metavar="N", default="1008", help="of the random rationals (default: 1008)")


def _list(parser: argparse.ArgumentParser) -> None:
    for section in SECTIONS:
        parser.add_argument(f"--{section}", action="store_true", help=f"the {section}")


def _new(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", metavar="FILE", help="the file to write; it must not exist yet")


def _add_problem(parser: argparse.ArgumentParser) -> None:
    add, formats = parser.add_argument, "with commas between (default: all but pdf)"
    file = f"file or name (default: {HOMEWORK})"
    add("problem", metavar="PROBLEM", nargs="?", default=HOMEWORK, help=file)
    add("--out", metavar="DIR", help="where the files go (default: symconv-report/PROBLEM)")
    add("--format", metavar="LIST", help=f"formats {formats}; see symconv list")


def _add_limit(parser: argparse.ArgumentParser, unless: str = "") -> None:
    most = f"products of a layer at most{unless} (default: 1000000)"
    parser.add_argument("--limit", type=read("parse_count"), metavar="N", default=1_000_000, help=most)


def _add_printed(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--format", choices=PRINTED, default="text", help="printed as (default: text)")


COMMANDS: dict[str, Row] = {
    "solve": (
        _solve,
        "answer the questions of a problem file, check every line, write the report",
        ("", "homework.toml --out answers --format tex,html"),
    ),
    "certify": (
        _certify,
        "solve, state the results as theorems, and have Coq check them where it is installed",
        ("", "homework.toml --out answers --timeout 120"),
    ),
    "derive": (
        _derive,
        "derive the gradient of a layer for given sizes",
        (
            "conv2d --input 5x5 --kernel 3x3 --stride 2 --padding 1",
            "conv2d --input 2x6x6 --kernel 4x1x3x3 --groups 2 --wrt weight --entry 1,1,2,3",
            "lppool2d --input 4x4 --kernel 2x2 --norm-type p --format latex",
        ),
    ),
    "size": (
        _size,
        "the output size for an input size, and every input size that gives an output size",
        ("conv2d --kernel 3 --stride 2 --input 6", "conv2d --kernel 3 --stride 2 --output 3"),
    ),
    "prove": (
        _prove,
        "prove a theorem, and check it on a window or a geometry",
        ("lp-limit --window 109,92,108,85", "input-gradient --geometry 6,3,2,1,1"),
    ),
    "recheck": (
        _recheck,
        "evaluate every equality of a report's JSON again, by a program that shares nothing with this one",
        ("symconv-report/ds-ga-1008-hw2/ds-ga-1008-hw2.json",),
    ),
    "list": (_list, "list what there is", ("", "--theorems")),
    "new": (_new, "write a commented problem file to start from", ("homework.toml",)),
}
"""The commands by name: what adds the options, what it is for, and examples."""
