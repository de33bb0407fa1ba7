"""A problem solved and certified: the report with the kernel's verdicts, and the theorems, in a folder."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from symconv.certificates import coq
from symconv.certificates.certification import Certification, certification
from symconv.certificates.folder import require_free, write
from symconv.checks.result import Verdict
from symconv.errors import ProblemError
from symconv.narrate.certificates import with_certificates
from symconv.notation import USUAL, Notation
from symconv.pipeline import HOMEWORK, LIMIT, solve
from symconv.problem import load
from symconv.renaming import Renaming
from symconv.report import Report
from symconv.terminal import summarise, with_progress
from symconv.value import replace
from symconv.workings import compute


def certify(
    problem: str | Path | None = None,
    *,
    limit: int = LIMIT,
    timeout: float = 600,
    progress: Callable[[str], None] | None = None,
    notation: Notation = USUAL,
) -> tuple[Report, Certification]:
    """Solve a problem, state its results as theorems, and have Coq check them where it is installed.

    Args:
        problem: a file, or the name of a shipped problem; the homework where left out.
        limit: how many products a layer may need.
        timeout: seconds that Coq may take for everything.
        progress: told, in words, what is being done.
        notation: as :func:`symconv.pipeline.solve`; the theorems keep the letters of the theory.

    Raises:
        ProblemError: the file cannot be read or used.
    """
    say = progress or (lambda message: None)
    report = solve(problem, limit=limit, progress=progress, notation=notation)
    loaded = load(HOMEWORK if problem is None else problem).in_notation(notation)
    kernel = coq.version()
    made = certification(compute(loaded, limit), timeout, say, kernel)
    if loaded.notation.letters:
        made = made.called(Renaming(loaded.notation, loaded.names, loaded.error).everywhere)
    return _certified(report, made, tuple(question.id for question in loaded.questions)), made


def certify_into(
    out: str | None,
    problem: str | Path,
    formats: Sequence[str],
    limit: int,
    timeout: float,
    notation: Notation = USUAL,
) -> int:
    """The command: certify, write the report and the theorems into a folder, say what came out.

    Args:
        out: the folder; the theorems go into ``certificates`` in it. ``symconv-report/PROBLEM`` where left out.
        problem, limit, timeout, notation: as for :func:`certify`.
        formats: of the report.

    Returns:
        The exit status: 0 also without Coq, where nothing is proved, if all that was checked has passed.

    Raises:
        ProblemError: bad input, or a folder that cannot be used.
    """
    folder = Path(out or f"symconv-report/{Path(problem).stem}")
    require_free(folder / "certificates")
    report, made = with_progress(
        lambda progress: certify(problem, limit=limit, timeout=timeout, progress=progress, notation=notation)
    )
    theorems = write(made, folder / "certificates")
    try:
        files = report.write(folder, formats)
    except OSError as error:
        raise ProblemError(f"{folder}: cannot be written: {error.strerror or error}") from None
    summarise(report, files)
    for sentence in _said(made, theorems):
        print(sentence)
    return 0 if report.passed else 1


def _said(made: Certification, folder: Path) -> Iterator[str]:
    """What has no theorem, how many theorems the kernel accepted, and where they are."""
    for gap in made.gaps:
        yield f"not certified: question {gap.question}, {gap.subject}: {gap.reason}"
    total = sum(len(batch.statements) for batch in made.batches)
    if made.kernel is None:
        yield f"{total} theorems stated, not proved: coqc with Coquelicot is not installed"
        yield f"{folder / 'README.md'} says how to check them"
    else:
        yield f"{len(made.accepted)} of {total} theorems proved: Coq {made.kernel} has accepted them"
        yield str(folder)


def _certified(report: Report, made: Certification, ids: tuple[str, ...]) -> Report:
    """The report with what the kernel said; a refused theorem is a failed check."""
    own = [tuple(made.checks(number)) for number in range(1, len(ids) + 1)]
    gaps = [f"{ids[gap.question - 1]}, {gap.subject}: {gap.reason}" for gap in made.gaps]
    kernel = None if made.kernel is None else f"Coq {made.kernel}"
    answers = tuple(
        replace(answer, verdict=_worst(answer.verdict, *(check.verdict for check in checks)))
        for answer, checks in zip(report.answers, own, strict=True)
    )
    checks = report.checks + [check for made_of in own for check in made_of]
    document = with_certificates(report.document, own, gaps, kernel, checks)
    return replace(report, document=document, answers=answers, checks=checks)


def _worst(*verdicts: Verdict) -> Verdict:
    return next(v for v in (Verdict.FAILED, Verdict.UNDECIDED, Verdict.PASSED) if v in verdicts)
