"""The command line: ``symconv solve``, ``derive``, ``size``, ``prove``, ``certify``, ``recheck``, ``list``, ``new``.

Exit status: 0 when every check passed, 1 when one failed or stayed undecided, 2 for bad input (one sentence
on stderr), 130 when interrupted. Nothing beyond argparse is imported before a command needs it, so that
``--help`` is there at once. To add a command, write a function that takes the parsed options and returns the
exit status, and give it a parser in :func:`_parser`.
"""

from __future__ import annotations

import argparse
import gc
import os
import sys

from symconv._version import __version__
from symconv.errors import ArgumentError, ProblemError, SymconvError
from symconv.options import (
    add_fragment,
    add_layer,
    add_notation,
    fragment_style,
    layer_report,
    notation,
    read,
)

TYPE_CHECKING = False  # importing typing would take a tenth of the time of --help
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any, NoReturn

    from symconv.pipeline import Report
    from symconv.render.style import FragmentStyle

    Command = Callable[[argparse.Namespace], int]

INTERRUPTED = 130
"""The exit status of a command that was interrupted, as shells count it: 128 and the number of the signal."""
HOMEWORK = "ds-ga-1008-hw2"
SECTIONS = ("problems", "layers", "theorems", "certificates", "formats")
COMMANDS = ("solve", "derive", "size", "prove", "certify", "recheck", "list", "new")
PRINTED = {"text": "txt", "latex": "fragment", "mathml": "mathml"}
"""The formats of ``derive`` and ``prove``, and what the renderers call them."""
_COLLECTED = 1_000_000, 50, 50
"""When to look for circles of objects: importing SymPy stops for it 138 times with Python's values, and finds nothing."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command and return its exit status."""
    for stream in (sys.stdout, sys.stderr):
        if reconfigure := getattr(stream, "reconfigure", None):
            reconfigure(errors="backslashreplace")  # a terminal without Unicode gets escapes, not a traceback
    arguments = sys.argv[1:] if argv is None else list(argv)
    alone = argv is None  # this process is the command, and nothing else
    if alone:
        gc.set_threshold(*_COLLECTED)
        os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # exact numbers never reach it
    try:
        _require_command(arguments)
        options = _parser().parse_args(arguments)
        options.alone = alone
        status: int = options.run(options)
        sys.stdout.flush()
    except SymconvError as error:
        is_option = isinstance(error, ArgumentError) and error.name == "notation"
        print(f"{'--' * is_option}{error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:  # the reader, such as head, has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    return status


def run() -> NoReturn:
    """The command as a process, which ends at once.

    Python would take every object apart first, for as long as a proof takes; and it would end by the signal
    itself where an interrupt came inside an ``exec`` of a library, although :func:`main` caught it.
    """
    status = main()
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    finally:
        os._exit(status)


def _require_command(arguments: Sequence[str]) -> None:
    """Say which command is nearest to a wrong one, as argparse does not."""
    if arguments and not arguments[0].startswith("-") and arguments[0] not in COMMANDS:
        from symconv.problem import unknown

        raise ProblemError(f"symconv: {unknown('command', arguments[0], COMMANDS)}")


# --- the commands ---


def _solve(options: argparse.Namespace) -> int:
    from pathlib import Path

    formats = ("fragment",) if options.fragment else _formats(options.format)
    style = fragment_style(options)
    if options.open and "html" not in formats:
        formats = (*formats, "html")
    from symconv.pipeline import solve
    from symconv.terminal import open_page, prepare, summarise, with_progress

    processes = 2 if options.alone else 1
    report = with_progress(
        lambda progress: solve(
            options.problem,
            limit=options.limit,
            handout=options.handout,
            progress=progress,
            processes=processes,
            notation=notation(options),
        )
    )
    folder = Path(options.out or f"symconv-report/{Path(options.problem).stem}")
    try:
        files = report.write(folder, formats, processes=processes, style=style, meanwhile=prepare)
    except OSError as error:
        raise ProblemError(f"{folder}: cannot be written: {error.strerror or error}") from None
    summarise(report, files)
    if options.open:
        open_page(files)
    return 0 if report.passed else 1


def _derive(options: argparse.Namespace) -> int:
    def report(layer: Any) -> Report:
        kernel = options.kernel if layer.has_weight else None
        if options.matrix:
            from symconv.pipeline import matrix

            return matrix(layer, options.input, kernel, options.indices, notation=notation(options))
        from symconv.pipeline import derive

        return derive(
            layer,
            options.input,
            kernel,
            options.wrt,
            options.entry,
            options.indices,
            options.limit,
            notation=notation(options),
        )

    return _print(
        layer_report(options, report, bias=options.wrt == "bias"), options.format, fragment_style(options)
    )


def _size(options: argparse.Namespace) -> int:
    def report(layer: Any) -> Report:
        from symconv.pipeline import size

        kernel = options.kernel if layer.has_weight else None
        return size(layer, kernel, options.input, options.output, notation=notation(options))

    return _print(layer_report(options, report, bias=False), "text")


def _prove(options: argparse.Namespace) -> int:
    from symconv.problem import unknown
    from symconv.theorems import THEOREMS

    if options.theorem not in THEOREMS:
        raise ProblemError(unknown("theorem", options.theorem, THEOREMS))
    from symconv.pipeline import prove

    report = prove(options.theorem, options.window, options.geometry, notation=notation(options))
    return _print(report, options.format, fragment_style(options))


def _certify(options: argparse.Namespace) -> int:
    formats = _formats(options.format)
    from symconv.certify import certify_into

    return certify_into(
        options.out, options.problem, formats, options.limit, options.timeout, notation(options)
    )


def _recheck(options: argparse.Namespace) -> int:
    from symconv.recheck import main

    return main([f"--seed={options.seed}", "--", options.file])


def _list(options: argparse.Namespace) -> int:
    from symconv.listing import rows_of

    chosen = [section for section in SECTIONS if getattr(options, section)] or SECTIONS
    for number, section in enumerate(chosen):
        rows = list(rows_of(section))
        width = max(len(name) for name, _ in rows)
        print("\n" * (number > 0) + section.capitalize())
        print("\n".join(f"  {name:{width}}  {what}" for name, what in rows))
    return 0


def _new(options: argparse.Namespace) -> int:
    from symconv.problem import write_starter

    write_starter(options.file)
    print(f"wrote {options.file}; next: symconv solve {options.file}")
    return 0


# --- what they print ---


def _print(report: Report, name: str, style: FragmentStyle | None = None) -> int:
    """The report's document on stdout, what did not pass on stderr."""
    from symconv.render import render
    from symconv.terminal import failures, page

    shown = page(report) if name == "text" else render(report.document, PRINTED[name], style=style)
    assert isinstance(shown, str)
    print(shown.rstrip("\n"))
    for sentence in failures(report):
        print(sentence, file=sys.stderr)
    return 0 if report.passed else 1


# --- how options are read ---


def _formats(text: str) -> tuple[str, ...]:
    from symconv.problem import unknown
    from symconv.render import FORMATS, USUAL

    names = tuple(dict.fromkeys(text.split(","))) if text else USUAL
    for name in names:
        if name not in FORMATS:
            raise ProblemError(f"--format: {unknown('format', name, FORMATS)}")
    return names


# --- the parsers ---


class _Help(argparse.RawDescriptionHelpFormatter):
    """Help of a fixed width: asking the terminal would import more than the rest of the command."""

    def __init__(self, prog: str) -> None:
        super().__init__(prog, max_help_position=26, width=96)


class _Parser(argparse.ArgumentParser):
    """A parser that says what is wrong in one sentence."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.prog}: {message} (see {self.prog} --help)\n")


def _parser() -> argparse.ArgumentParser:
    sizes, index, numbers = read("parse_sizes"), read("parse_index"), read("parse_numbers")
    count = read("parse_count")
    parser = _Parser(
        prog="symconv",
        description="Derives, proves and checks convolution and pooling, and writes the derivations out.",
        epilog="exit status:\n  0 every check passed, 1 a check failed or stayed undecided, 2 bad input",
        formatter_class=_Help,
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"symconv {__version__}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND", required=True, prog="symconv")

    def command(run: Command, name: str, what: str, *examples: str) -> argparse.ArgumentParser:
        lines = ("examples:", *(f"  symconv {name} {example}".rstrip() for example in examples))
        added: argparse.ArgumentParser = commands.add_parser(
            name,
            help=what,
            description=what,
            epilog="\n".join(lines),
            formatter_class=_Help,
            allow_abbrev=False,
        )
        added.set_defaults(run=run)
        return added

    solve = command(
        _solve,
        "solve",
        "answer the questions of a problem file, check every line, write the report",
        "",
        "homework.toml --out answers --format tex,html",
    )
    certify = command(
        _certify,
        "certify",
        "solve, state the results as theorems, and have Coq check them where it is installed",
        "",
        "homework.toml --out answers --timeout 120",
    )
    file, formats = f"file or name (default: {HOMEWORK})", "with commas between (default: all but pdf)"
    for add in (solve.add_argument, certify.add_argument):
        add("problem", metavar="PROBLEM", nargs="?", default=HOMEWORK, help=file)
        add("--out", metavar="DIR", help="where the files go (default: symconv-report/PROBLEM)")
        add("--format", metavar="LIST", help=f"formats {formats}; see symconv list")
    certify.add_argument("--timeout", type=count, metavar="S", default=600, help="for Coq (default: 600)")
    solve.add_argument("--open", action="store_true", help="show the page in the browser when it is written")

    handout = solve.add_mutually_exclusive_group()
    leave = "leave the answers out: questions and data, with room to write"
    for name, what in (("student", leave), ("key", "give the results only")):
        handout.add_argument(f"--{name}", dest="handout", action="store_const", const=name, help=what)
    solve.set_defaults(handout="full")

    derive = command(
        _derive,
        "derive",
        "derive the gradient of a layer for given sizes",
        "conv2d --input 5x5 --kernel 3x3 --stride 2 --padding 1",
        "conv2d --input 2x6x6 --kernel 4x1x3x3 --groups 2 --wrt weight --entry 1,1,2,3",
        "lppool2d --input 4x4 --kernel 2x2 --norm-type p --format latex",
    )
    sized = command(
        _size,
        "size",
        "the output size for an input size, and every input size that gives an output size",
        "conv2d --kernel 3 --stride 2 --input 6",
        "conv2d --kernel 3 --stride 2 --output 3",
    )
    for parser_of_layer in (derive, sized):
        add_layer(parser_of_layer)
    known = sized.add_mutually_exclusive_group(required=True)
    known.add_argument("--input", type=sizes, metavar="SIZES", help="its size, such as 6 or 6x8")
    known.add_argument("--output", type=sizes, metavar="SIZES", help="likewise")
    add = derive.add_argument
    add("--input", type=sizes, metavar="SIZES", required=True, help="its shape, such as 5x5 or 3x8x8")
    add("--indices", type=numbers, metavar="LIST", help="of unpooling: 0,3,9,14, row by row, counted from 0")
    add("--wrt", choices=("input", "weight", "bias", "output"), default="input", help="default: input")
    add("--entry", type=index, metavar="I,J", help="one entry only, counted as shown, from 1")
    add("--matrix", action="store_true", help="the layer as one matrix, instead")

    prove = command(
        _prove,
        "prove",
        "prove a theorem, and check it on a window or a geometry",
        "lp-limit --window 109,92,108,85",
        "input-gradient --geometry 6,3,2,1,1",
    )
    add = prove.add_argument
    add("theorem", metavar="THEOREM", help="a name (see symconv list --theorems)")
    add("--window", type=numbers, metavar="LIST", help="its entries, numbers with commas between")
    add("--geometry", type=numbers, metavar="I,K,S,P,D", help="input, kernel, stride, padding, dilation")

    limit = "products of a layer at most, unless one --entry is asked for (default: 1000000)"
    every = "products of a layer at most (default: 1000000)"
    for limited, what in ((solve, every), (certify, every), (derive, limit)):
        limited.add_argument("--limit", type=count, metavar="N", default=1_000_000, help=what)
    for printing in (derive, prove):
        printing.add_argument("--format", choices=PRINTED, default="text", help="printed as (default: text)")
    solve.add_argument("--fragment", action="store_true", help="LaTeX to input only, as --format fragment")
    for writing in (solve, derive, prove):
        add_fragment(writing)
    for named in (solve, derive, sized, prove, certify):
        add_notation(named, first_index=named not in (sized, prove))

    recheck = command(
        _recheck,
        "recheck",
        "evaluate every equality of a report's JSON again, by a program that shares nothing with this one",
        "symconv-report/ds-ga-1008-hw2/ds-ga-1008-hw2.json",
    )
    recheck.add_argument("file", metavar="FILE.json", help="what solve writes with --format json")
    recheck.add_argument(
        "--seed", metavar="N", default="1008", help="of the random rationals (default: 1008)"
    )

    listing = command(_list, "list", "list what there is", "", "--theorems")
    for section in SECTIONS:
        listing.add_argument(f"--{section}", action="store_true", help=f"the {section}")

    new = command(_new, "new", "write a commented problem file to start from", "homework.toml")
    new.add_argument("file", metavar="FILE", help="the file to write; it must not exist yet")
    return parser
