"""The command line: ``symconv solve``, ``derive``, ``prove``, ``list`` and ``new``.

Exit status: 0 when every check passed, 1 when one failed or stayed undecided, 2 for bad input (one sentence
on stderr), 130 when interrupted. Nothing beyond argparse is imported before a command needs it, so that
``--help`` is there at once. To add a command, write a function that takes the parsed options and returns the
exit status, and give it a parser in :func:`_parser`.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any, NoReturn

from symconv import __version__
from symconv.errors import ArgumentError, ProblemError, SymconvError

if TYPE_CHECKING:
    from pathlib import Path

    from symconv.checks.result import Checks
    from symconv.pipeline import Report

HOMEWORK = "ds-ga-1008-hw2"
COMMANDS = ("solve", "derive", "prove", "list", "new")
PRINTED = {"text": "txt", "latex": "fragment", "mathml": "mathml"}
"""The formats of ``derive`` and ``prove``, and what the renderers call them."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command and return its exit status."""
    for stream in (sys.stdout, sys.stderr):
        if reconfigure := getattr(stream, "reconfigure", None):
            reconfigure(errors="backslashreplace")  # a terminal without Unicode gets escapes, not a traceback
    arguments = sys.argv[1:] if argv is None else list(argv)
    try:
        options = _parser(arguments).parse_args(arguments)
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
    return status


# --- the commands ---


def _solve(options: argparse.Namespace) -> int:
    from pathlib import Path

    from symconv.pipeline import solve

    formats = _formats(options.format)
    report = _with_progress(lambda progress: solve(options.problem, limit=options.limit, progress=progress))
    folder = options.out or Path("symconv-report", Path(options.problem).stem)
    try:
        files = report.write(folder, formats)
    except OSError as error:
        raise ProblemError(f"{folder}: cannot be written: {error.strerror or error}") from None
    _summarise(report, files)
    return 0 if report.passed else 1


def _derive(options: argparse.Namespace) -> int:
    from symconv.layers import LAYERS
    from symconv.pipeline import derive
    from symconv.problem import unknown

    names = {name.lower(): name for name in LAYERS}
    if options.layer.lower() not in names:
        raise ProblemError(unknown("layer", options.layer, LAYERS))
    layer_type: Any = LAYERS[names[options.layer.lower()]]
    arguments = {name: getattr(options, name) for name in _layer_options() if getattr(options, name) is not None}
    kernel = options.kernel
    if layer_type.has_weight:
        arguments["bias"] = options.wrt == "bias"
    elif kernel is not None:
        arguments["kernel_size"], kernel = kernel, None
    _require_accepted(layer_type, arguments)
    try:
        report = derive(layer_type(**arguments), options.input, kernel, options.wrt, options.entry)
    except ArgumentError as error:
        raise ProblemError(f"{_flag(error.name)}: {error.complaint}") from None
    return _print(report, options.format)


def _prove(options: argparse.Namespace) -> int:
    from symconv.problem import unknown
    from symconv.theorems import THEOREMS

    if options.theorem not in THEOREMS:
        raise ProblemError(unknown("theorem", options.theorem, THEOREMS))
    from symconv.pipeline import prove

    return _print(prove(options.theorem, options.window), options.format)


def _list(options: argparse.Namespace) -> int:
    sections: dict[str, Callable[[], Iterable[tuple[str, str]]]] = {
        "problems": _listed_problems,
        "layers": _listed_layers,
        "theorems": _listed_theorems,
        "formats": _listed_formats,
    }
    chosen = [name for name in sections if getattr(options, name)] or list(sections)
    for number, name in enumerate(chosen):
        rows = list(sections[name]())
        width = max(len(key) for key, _ in rows)
        print(f"{'' if number == 0 else chr(10)}{name.capitalize()}")
        print("\n".join(f"  {key:{width}}  {what}" for key, what in rows))
    return 0


def _new(options: argparse.Namespace) -> int:
    from symconv.problem import starter

    text = starter()
    try:
        with open(options.file, "x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        raise ProblemError(f"{options.file}: exists already, and is left as it is") from None
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise ProblemError(f"{options.file}: cannot be written: {reason}") from None
    print(f"wrote {options.file}; next: symconv solve {options.file}")
    return 0


# --- what they print ---


def _with_progress(work: Callable[[Callable[[str], None] | None], Report]) -> Report:
    """Does the work, with a line on the terminal that says what is being done."""
    if not sys.stderr.isatty():
        return work(None)
    from rich.console import Console
    from rich.text import Text

    with Console(stderr=True).status("") as status:
        return work(lambda message: status.update(Text(message)))


def _summarise(report: Report, files: Sequence[Path]) -> None:
    """What did not pass, a table of the answers with the bad ones first, and where the files are."""
    from rich.console import Console
    from rich.table import Table

    console = Console(markup=False, emoji=False, highlight=False)
    colours = {"passed": "green", "failed": "bold red", "undecided": "yellow"}
    for line in _failures(report.checks):
        console.print(line, style="bold red")
    table = Table("", "Question", "Answer", "Verdict", title=report.title)
    for answer in sorted(report.answers, key=lambda answer: list(colours).index(answer.verdict) == 0):
        table.add_row(
            answer.id, answer.question, answer.answer, answer.verdict, style=None if answer.verdict == "passed" else "red"
        )
    console.print(table)
    passed = sum(check.passed for check in report.checks)
    console.print(f"{passed} of {len(report.checks)} checks passed", style="green" if report.passed else "bold red")
    for file in files:
        console.print(f"  {file}", soft_wrap=True)
