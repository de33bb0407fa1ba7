"""The command line: ``symconv solve``, ``derive``, ``prove``, ``recheck``, ``list`` and ``new``.

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

TYPE_CHECKING = False  # importing typing would take a tenth of the time of --help
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from typing import Any, NoReturn

    from symconv.pipeline import Report

    Command = Callable[[argparse.Namespace], int]

HOMEWORK = "ds-ga-1008-hw2"
SECTIONS = ("problems", "layers", "theorems", "formats")
COMMANDS = ("solve", "derive", "prove", "recheck", "list", "new")
PRINTED = {"text": "txt", "latex": "fragment", "mathml": "mathml"}
"""The formats of ``derive`` and ``prove``, and what the renderers call them."""
_COLLECTED = 200_000, 50, 50
"""When to look for circles of objects: importing SymPy stops for it 138 times with Python's values, and finds nothing."""
OWN = ("run", "alone", "layer", "input", "kernel", "indices", "wrt", "entry", "format")
"""The options of ``derive`` that are its own; the others are arguments of the layer."""


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
        print(error, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:  # the reader, such as head, has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    finally:
        if alone:
            gc.freeze()  # what is left goes with the process; looking through it takes as long as a proof
    return status


def _require_command(arguments: Sequence[str]) -> None:
    """Say which command is nearest to a wrong one, as argparse does not."""
    if arguments and not arguments[0].startswith("-") and arguments[0] not in COMMANDS:
        from symconv.problem import unknown

        raise ProblemError(f"symconv: {unknown('command', arguments[0], COMMANDS)}")


# --- the commands ---


def _solve(options: argparse.Namespace) -> int:
    from pathlib import Path

    formats = _formats(options.format)
    if options.open and "html" not in formats:
        formats = (*formats, "html")
    from symconv.pipeline import solve
    from symconv.terminal import open_page, summarise, with_progress

    processes = 2 if options.alone else 1
    report = with_progress(
        lambda progress: solve(
            options.problem,
            limit=options.limit,
            handout=options.handout,
            progress=progress,
            processes=processes,
        )
    )
    folder = Path(options.out or f"symconv-report/{Path(options.problem).stem}")
    try:
        files = report.write(folder, formats, processes=processes)
    except OSError as error:
        raise ProblemError(f"{folder}: cannot be written: {error.strerror or error}") from None
    summarise(report, files)
    if options.open:
        open_page(files)
    return 0 if report.passed else 1


def _derive(options: argparse.Namespace) -> int:
    from symconv.layers import LAYERS
    from symconv.problem import unknown

    names = {name.lower(): name for name in LAYERS}
    if options.layer.lower() not in names:
        raise ProblemError(unknown("layer", options.layer, LAYERS))
    layer: Any = LAYERS[names[options.layer.lower()]]
    given = {name: value for name, value in vars(options).items() if name not in OWN and value is not None}
    weight_shape = options.kernel if layer.has_weight else None
    if layer.has_weight:
        given["bias"] = options.wrt == "bias"
    elif options.kernel:
        given["kernel_size"] = options.kernel
    _require_accepted(layer, given)
    if options.indices is not None and "indices" not in layer.reads:
        raise ProblemError(f"--indices: {layer.__name__} has no such argument")
    from symconv.pipeline import derive

    try:
        built = layer(**given)
        report = derive(built, options.input, weight_shape, options.wrt, options.entry, options.indices)
    except ArgumentError as error:
        raise ProblemError(f"{_flag(error.name)}: {error.complaint}") from None
    return _print(report, options.format)


def _require_accepted(layer: Any, given: Mapping[str, Any]) -> None:
    """The layer takes all of these arguments and needs no others."""
    from inspect import Parameter, signature

    parameters = signature(layer).parameters
    for name in given:
        if name not in parameters:
            raise ProblemError(f"{_flag(name)}: {layer.__name__} has no such argument")
    for name, parameter in parameters.items():
        if parameter.default is Parameter.empty and name not in given:
            raise ProblemError(f"{_flag(name)}: must be given for {layer.__name__}")


def _flag(name: str) -> str:
    """The option of the command line for an argument of a layer."""
    return "--kernel" if name == "kernel_size" else f"--{name.strip('_').replace('_', '-')}"


def _prove(options: argparse.Namespace) -> int:
    from symconv.problem import unknown
    from symconv.theorems import THEOREMS

    if options.theorem not in THEOREMS:
        raise ProblemError(unknown("theorem", options.theorem, THEOREMS))
    from symconv.pipeline import prove

    return _print(prove(options.theorem, options.window), options.format)


def _recheck(options: argparse.Namespace) -> int:
    from symconv.recheck import main

    return main([f"--seed={options.seed}", "--", options.file])


def _list(options: argparse.Namespace) -> int:
    chosen = [section for section in SECTIONS if getattr(options, section)] or SECTIONS
    for number, section in enumerate(chosen):
        rows = list(_rows(section))
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


def _print(report: Report, name: str) -> int:
    """The report's document on stdout, what did not pass on stderr."""
    from symconv.render import render
    from symconv.terminal import failures, page

    shown = page(report) if name == "text" else render(report.document, PRINTED[name])
    assert isinstance(shown, str)
    print(shown.rstrip("\n"))
    for sentence in failures(report):
        print(sentence, file=sys.stderr)
    return 0 if report.passed else 1


def _rows(section: str) -> Iterator[tuple[str, str]]:
    """The names of a section of the list, and what they stand for."""
    match section:
        case "problems":
            from symconv.problem import load, shipped

            return ((name, load(name).title) for name in shipped())
        case "layers":
            from symconv.layers import LAYERS

            return ((name, (layer.__doc__ or "").partition("\n")[0]) for name, layer in LAYERS.items())
        case "theorems":
            from symconv.theorems import THEOREMS

            return ((name, theorem.title) for name, theorem in THEOREMS.items())
        case _:
            from symconv.render import FORMATS

            return ((name, row.what) for name, row in FORMATS.items())


# --- how options are read ---


def _read(grammar: str) -> Callable[[str], Any]:
    """A reader of an option's text by the function of that name in symconv.grammar, imported when needed."""

    def read(text: str) -> Any:
        import symconv.grammar

        try:
            return getattr(symconv.grammar, grammar)(text)
        except ArgumentError as error:
            raise argparse.ArgumentTypeError(error.complaint) from None

    return read


def _per_axis(grammar: str) -> Callable[[str], Any]:
    """A reader of a number for every axis, or of one an axis."""

    def read(text: str) -> Any:
        numbers: tuple[Any, ...] = _read(grammar)(text)
        return numbers[0] if len(numbers) == 1 else numbers

    return read


def _padding(text: str) -> Any:
    return text if text in ("same", "valid") else _per_axis("parse_sizes")(text)


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
    sizes, index, numbers = _read("parse_sizes"), _read("parse_index"), _read("parse_numbers")
    count, norm_type = _read("parse_count"), _read("parse_norm_type")
    each, fractions = _per_axis("parse_sizes"), _per_axis("parse_numbers")
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
    add = solve.add_argument
    add("problem", metavar="PROBLEM", nargs="?", default=HOMEWORK, help=f"file or name (default: {HOMEWORK})")
    add("--out", metavar="DIR", help="where the files go (default: symconv-report/PROBLEM)")
    add(
        "--format",
        metavar="LIST",
        help="formats with commas between (default: all but pdf; see symconv list)",
    )
    most = "products of a layer at most (default: 1000000)"
    add("--limit", type=count, metavar="N", default=1_000_000, help=most)
    add("--open", action="store_true", help="show the page in the browser when it is written")

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
    add = derive.add_argument
    add("layer", metavar="LAYER", help="a layer of torch.nn, in small letters if you like")
    add("--input", type=sizes, metavar="SIZES", required=True, help="its shape, such as 5x5 or 3x8x8")
    add("--kernel", type=sizes, metavar="SIZES", help="the window, or the shape of a convolution's weight")
    add("--stride", type=each, metavar="N", help="a number, or one an axis: 2x1")
    add("--padding", type=_padding, metavar="N", help="likewise; same or valid for a convolution")
    add("--padding-mode", metavar="MODE", help="of a convolution: zeros, reflect, replicate or circular")
    add("--output-padding", type=each, metavar="N", help="of a transposed convolution")
    add("--dilation", type=each, metavar="N", help="likewise")
    add("--groups", type=count, metavar="N", help="of a convolution")
    add("--norm-type", type=norm_type, metavar="P", help="of LP pooling: a number, oo, or a letter")
    add("--output-size", type=each, metavar="N", help="of adaptive and fractional pooling, and of unpooling")
    add("--output-ratio", type=fractions, metavar="R", help="of fractional pooling")
    add("--random-samples", dest="_random_samples", type=fractions, metavar="U,U", help="likewise")
    add("--indices", type=numbers, metavar="LIST", help="of unpooling: 0,3,9,14, row by row, counted from 0")
    add("--ceil-mode", action="store_true", default=None, help="of pooling: windows may reach past the end")
    add("--no-count-include-pad", dest="count_include_pad", action="store_false", default=None)
    add("--divisor-override", type=int, metavar="N", help="of average pooling")
    add("--wrt", choices=("input", "weight", "bias"), default="input", help="the argument (default: input)")
    add("--entry", type=index, metavar="I,J", help="one entry only, counted from 1")

    prove = command(
        _prove,
        "prove",
        "prove a theorem, and check it on a window",
        "lp-limit",
        "lp-limit --window 109,92,108,85",
        "lp-signed --window=-3,2,1/2",
    )
    add = prove.add_argument
    add("theorem", metavar="THEOREM", help="a name (see symconv list --theorems)")
    add("--window", type=numbers, metavar="LIST", help="numbers with commas between")

    for printing in (derive, prove):
        printing.add_argument("--format", choices=PRINTED, default="text", help="printed as (default: text)")

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
