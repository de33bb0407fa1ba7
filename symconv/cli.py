"""The command line: ``symconv solve``, ``derive``, ``size``, ``prove``, ``certify``, ``recheck``, ``list``, ``new``.

Exit status: 0 when every check passed, 1 when one failed or stayed undecided, 2 for bad input (one sentence
on stderr), 130 when interrupted. Nothing beyond argparse is imported before a command needs it, so that
``--help`` is there at once. To add a command, write a function that takes the parsed options and returns the
exit status, and give it a row in :data:`RUN` and one in :data:`symconv.parsers.COMMANDS`.
"""

from __future__ import annotations

import argparse
import gc
import os
import sys

from symconv.errors import ArgumentError, ProblemError, SymconvError
from symconv.options import fragment_style, layer_report, notation
from symconv.parsers import COMMANDS, PRINTED, SECTIONS, parser

TYPE_CHECKING = False  # importing typing would take a tenth of the time of --help
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any, NoReturn

    from symconv.pipeline import Report
    from symconv.render.style import FragmentStyle

    Command = Callable[[argparse.Namespace], int]

INTERRUPTED = 130
"""The exit status of a command that was interrupted, as shells count it: 128 and the number of the signal."""
_COLLECTED = 1_000_000, 50, 50
"""When to look for circles of objects: importing SymPy stops for it 138 times with Python's values, and finds nothing."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command and return its exit status."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:  # closed by whoever called; the next pipe would take its place
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: PTH123, SIM115
        stream = getattr(sys, name)
        if reconfigure := getattr(stream, "reconfigure", None):
            reconfigure(errors="backslashreplace")  # a terminal without Unicode gets escapes, not a traceback
    arguments = sys.argv[1:] if argv is None else list(argv)
    alone = argv is None  # this process is the command, and nothing else
    if alone:
        gc.set_threshold(*_COLLECTED)
        os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # exact numbers never reach it
    try:
        _require_command(arguments)
        options = parser(arguments).parse_args(arguments)
        options.alone = alone
        status = RUN[options.command](options)
        sys.stdout.flush()
    except SymconvError as error:
        is_option = isinstance(error, ArgumentError) and error.name == "notation"
        return _complained(f"{'--' * is_option}{error}")
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:  # the reader, such as head, has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as error:  # such as a full disk that the output goes to
        return _complained(f"symconv: {error.strerror or error}")
    return status


def _complained(sentence: str) -> int:
    """Say what was wrong, as far as anybody can hear it, and give the status of that."""
    try:
        print(sentence, file=sys.stderr, flush=True)
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stderr.fileno())
    return 2


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
    from contextlib import nullcontext

    from symconv.ahead import proofs_ahead, renderers_ahead, summary_ahead

    processes = 2 if options.alone else 1
    folder = Path(options.out or f"symconv-report/{Path(options.problem).stem}")
    # each copy of this process is made before this process loads what the copy does not need
    with (
        renderers_ahead(formats, style, processes) or nullcontext() as renderers,
        summary_ahead(renderers, processes) or nullcontext() as summary,
    ):
        with proofs_ahead(options.problem, processes) or nullcontext() as proofs:
            from symconv.pipeline import solve
            from symconv.terminal import open_page, summarise, with_progress

            report = with_progress(
                lambda progress: solve(
                    options.problem,
                    limit=options.limit,
                    handout=options.handout,
                    progress=progress,
                    processes=processes,
                    notation=notation(options),
                    ahead=proofs,
                )
            )
        try:
            files = report.write(folder, formats, processes=processes, style=style, ahead=renderers)
        except OSError as error:
            where = error.filename if isinstance(error, IsADirectoryError) else folder
            raise ProblemError(f"{where}: cannot be written: {error.strerror or error}") from None
        summarise(report, files, summary)
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
    from symconv.terminal import page

    shown = page(report) if name == "text" else render(report.document, PRINTED[name], style=style)
    assert isinstance(shown, str)
    print(shown.rstrip("\n"))
    for sentence in report.failures():
        print(sentence, file=sys.stderr)
    return 0 if report.passed else 1


# --- how options are read ---


def _formats(text: str) -> tuple[str, ...]:
    from symconv.render import FORMATS, USUAL

    names = tuple(dict.fromkeys(text.split(","))) if text else USUAL
    for name in names:
        if name not in FORMATS:
            from symconv.problem import unknown

            raise ProblemError(f"--format: {unknown('format', name, FORMATS)}")
    return names


RUN: dict[str, Command] = {
    "solve": _solve,
    "certify": _certify,
    "derive": _derive,
    "size": _size,
    "prove": _prove,
    "recheck": _recheck,
    "list": _list,
    "new": _new,
}
"""What runs a command; :data:`symconv.parsers.COMMANDS` has the same names."""
