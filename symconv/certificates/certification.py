"""A problem's results as theorems, and what the kernel says of them: certificates, checks, and what is missing."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from functools import cached_property

from symconv.certificates import coq, theory
from symconv.certificates.coq import Outcome, Source, Status
from symconv.certificates.questions import certificates
from symconv.certificates.statement import Batch, Gap, SourceFile
from symconv.checks.result import Certificate, Check, Method, Verdict
from symconv.value import Value, replace
from symconv.workings import Workings


class Certification(Value, dict=True):
    """The theorems of a problem.

    Args:
        batches: the theorems, by result.
        gaps: what has none, and why.
        kernel: the version of the Coq that ran; None where it is not installed.
        outcomes: what it said of each file, by path; empty where it did not run.
    """

    batches: tuple[Batch, ...]
    gaps: tuple[Gap, ...]
    kernel: str | None = None
    outcomes: Mapping[str, Outcome] | None = None

    def called(self, name: Callable[[str], str]) -> Certification:
        """The same with the subjects of results as a report calls them; theorems stay as they are."""
        batches = tuple(replace(batch, subject=name(batch.subject)) for batch in self.batches)
        gaps = tuple(replace(gap, subject=name(gap.subject)) for gap in self.gaps)
        return replace(self, batches=batches, gaps=gaps)

    @cached_property
    def sources(self) -> tuple[Source, ...]:
        """Every file: the theory and the results."""
        of_theory = (
            Source(_theory(name), theory.text(name), tuple(map(_theory, needs)))
            for name, needs in theory.THEORY.items()
        )
        last = _theory(tuple(theory.THEORY)[-1])
        results = (Source(path, file.text(), (last,), True) for path, file in self.files.items())
        return (*of_theory, *results)

    @cached_property
    def files(self) -> Mapping[str, SourceFile]:
        """The files of the results, by path."""
        return {f"results/{file.stem}.v": file for batch in self.batches for file in batch.files()}

    @cached_property
    def hashes(self) -> Mapping[str, str]:
        """The SHA-256 of every file, by path."""
        return {
            source.path: hashlib.sha256(source.text.encode("utf-8")).hexdigest() for source in self.sources
        }

    @cached_property
    def accepted(self) -> tuple[Certificate, ...]:
        """Every theorem that the kernel accepted."""
        return tuple(certificate for batch in self.batches for certificate in self.of(batch))

    def of(self, batch: Batch) -> Iterator[Certificate]:
        """The theorems of a batch that the kernel accepted."""
        for path, file in self.files.items():
            outcome = (self.outcomes or {}).get(path)
            if file.batch is batch and outcome is not None and outcome.status is Status.ACCEPTED:
                for each in file.statements:
                    yield Certificate(
                        each.name,
                        each.says,
                        path,
                        self.hashes[path],
                        f"Coq {self.kernel}",
                        outcome.assumptions,
                    )

    def checks(self, question: int) -> Iterator[Check]:
        """What the kernel says of a question's results, one check a result; none where it did not run."""
        if self.outcomes is None:
            return
        for batch in self.batches:
            if batch.question == question:
                yield self._check(batch, self.outcomes)

    def _check(self, batch: Batch, outcomes: Mapping[str, Outcome]) -> Check:
        bad = [
            (file, path, outcomes[path])
            for path, file in self.files.items()
            if file.batch is batch and outcomes[path].status is not Status.ACCEPTED
        ]
        theorems = f"{len(batch.statements)} theorems"
        if not bad:
            return Check(
                batch.subject,
                Method.KERNEL,
                Verdict.PASSED,
                theorems,
                "accepted",
                batch.scope,
                certificates=tuple(self.of(batch)),
            )
        refused = [each for each in bad if each[2].status is Status.REFUSED]
        file, path, outcome = (refused or bad)[0]
        name = _blamed(file, outcome.line)
        detail = f"{path}{f', theorem {name}' if name else ''}: {outcome.message}"
        verdict = Verdict.FAILED if refused else Verdict.UNDECIDED
        return Check(batch.subject, Method.KERNEL, verdict, theorems, outcome.status, batch.scope, detail)


def certification(
    workings: Workings, timeout: float, progress: Callable[[str], None], kernel: str | None
) -> Certification:
    """State the theorems of a problem and have the kernel check them, if there is one.

    Args:
        workings: the problem with its numbers.
        timeout: seconds that Coq may take.
        progress: told, in words, what is being done.
        kernel: the version of the installed Coq; None to write the theorems only.
    """
    progress("stating the theorems")
    stated = Certification(*certificates(workings))
    if kernel is None:
        return stated
    outcomes = coq.compile_all(stated.sources, timeout, progress)
    return Certification(stated.batches, stated.gaps, kernel, outcomes)


def _theory(name: str) -> str:
    return f"theory/{name}.v"


def _blamed(file: SourceFile, line: int) -> str:
    """The theorem that stands at a line of its file."""
    name = ""
    for number, text in enumerate(file.text().splitlines(), 1):
        if number > line:
            break
        if text.startswith(("Theorem ", "Lemma ")):
            name = text.split()[1]
    return name
