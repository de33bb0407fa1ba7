"""The folder of certificates: the theory, the results, how to check them, and what came out."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path

from symconv.certificates import theory
from symconv.certificates.certification import Certification
from symconv.certificates.coq import LIBRARIES, Status
from symconv.errors import ProblemError

RECORD = "certificates.json"


def texts(made: Certification) -> Mapping[str, str]:
    """Every file of the folder by its path; the same problem gives the same files."""
    return {
        **{source.path: source.text for source in made.sources},
        "README.md": _readme(made),
        "Makefile": _makefile(made),
        RECORD: _record(made),
    }


def require_free(folder: Path) -> None:
    """A ProblemError where the folder's place is taken by something else than certificates, or cannot be used."""
    if folder.exists() and not (
        folder.is_dir() and ((folder / RECORD).is_file() or not any(folder.iterdir()))
    ):
        raise ProblemError(f"{folder}: holds something else than certificates, and is left as it is")
    above = next(path for path in folder.absolute().parents if path.exists())
    if not above.is_dir() or not os.access(above, os.W_OK):
        raise ProblemError(f"{folder}: cannot be written: {above} is not a folder that can be written")


def write(made: Certification, folder: Path) -> Path:
    """Write the folder: made in full beside its place, then moved over an older one of the same kind.

    Raises:
        ProblemError: something else stands in its place, or it cannot be written.
    """
    require_free(folder)
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        staged = Path(tempfile.mkdtemp(prefix=".certificates-", dir=folder.parent))
        try:
            staged.chmod(0o755)
            for path, text in texts(made).items():
                place = staged / "new" / path
                place.parent.mkdir(parents=True, exist_ok=True)
                place.write_text(text, encoding="utf-8", newline="\n")
            if folder.exists():
                folder.rename(staged / "old")
            (staged / "new").rename(folder)
        finally:
            shutil.rmtree(staged, ignore_errors=True)
    except OSError as error:
        raise ProblemError(f"{folder}: cannot be written: {error.strerror or error}") from None
    return folder


def _record(made: Certification) -> str:
    """Every theorem with its statement, file, hash, verdict and assumptions, and what has none."""
    outcomes = made.outcomes or {}
    record = {
        "kernel": None if made.kernel is None else f"Coq {made.kernel}",
        "theory": [
            {"file": source.path, "sha256": made.hashes[source.path]}
            for source in made.sources
            if source.path not in made.files
        ],
        "theorems": [
            {
                "question": file.batch.question,
                "subject": file.batch.subject,
                "name": each.name,
                "statement": each.says,
                "file": path,
                "sha256": made.hashes[path],
                "verdict": _verdict(outcomes[path].status) if path in outcomes else "not run",
                "assumptions": list(outcomes[path].assumptions) if path in outcomes else None,
            }
            for path, file in made.files.items()
            for each in file.statements
        ],
        "not_certified": [
            {"question": gap.question, "subject": gap.subject, "reason": gap.reason} for gap in made.gaps
        ],
    }
    return json.dumps(record, ensure_ascii=False, indent=1) + "\n"


def _verdict(status: Status) -> str:
    return {Status.ACCEPTED: "proved", Status.REFUSED: "refused", Status.UNFINISHED: "undecided"}[status]


def _makefile(made: Certification) -> str:
    """Rules for ``make`` (compile everything) and ``make check`` (have coqchk check what was compiled)."""
    compiled = [f"{source.path}o" for source in made.sources]
    names = (
        source.path.removesuffix(".v").replace("theory/", "SymConv.").replace("results/", "Results.")
        for source in made.sources
    )
    rules = "\n".join(
        f"{source.path}o: {' '.join((source.path, *(f'{need}o' for need in source.needs)))}\n"
        f"\tcoqc -q -w none {' '.join(LIBRARIES)} $<\n"
        for source in made.sources
    )
    return (
        f"all: {' '.join(compiled)}\n\n"
        f"check: all\n\tcoqchk -silent -o {' '.join(LIBRARIES)} {' '.join(names)}\n\n"
        f"{rules}\n"
        "clean:\n\trm -f theory/*.vo* theory/*.glob theory/.*.aux results/*.vo* results/*.glob results/.*.aux\n\n"
        ".PHONY: all check clean\n"
    )


def _readme(made: Certification) -> str:
    said = (
        f"They were checked by Coq {made.kernel}; `{RECORD}` says what it accepted."
        if made.kernel
        else "They have not been checked yet."
    )
    missing = "".join(f"- question {gap.question}, {gap.subject}: {gap.reason}\n" for gap in made.gaps)
    return (
        "# Certificates\n\n"
        f"Theorems for the Coq proof assistant, one for every entry of the results. {said}\n\n"
        "| folder | what it holds |\n| --- | --- |\n"
        "| `theory/` | definitions and theorems for every size |\n"
        "| `results/` | the numbers of the problem, as instances of them |\n"
        f"| `{RECORD}` | every theorem with its statement, its file, the SHA-256 of the file, the verdict, and what it assumes |\n\n"
        "To check them with Coq 8.16 and Coquelicot 3.2 (Debian: `apt-get install --no-install-recommends coq "
        "libcoq-coquelicot make`), side by side on two cores:\n\n"
        "```sh\nmake -j2\n```\n\n"
        "`make check` then has `coqchk`, a separate checker, go through what was compiled, and list every axiom "
        "on which it rests. Nothing is admitted; the theorems rest on "
        f"{', '.join(f'`{name}`' for name in sorted(theory.ALLOWED))}, which belong to the real numbers of "
        "Coq's standard library.\n\n"
        "To read them, start with `theory/Operators.v`, which says what a convolution is, and "
        "`theory/Differentiable.v`, which says what a gradient is; then go on with any file of `results/`: a "
        "statement there is made of these definitions and of numbers.\n"
        + (f"\nNot certified:\n\n{missing}" if missing else "")
    )
