"""Certificates in a report: what a kernel accepted stands beside the checks, and a section says what it means."""

from __future__ import annotations

from collections.abc import Sequence

from symconv.checks.result import Check, Checks
from symconv.display import Prose
from symconv.document import Block, Bullets, Document, Paragraph, Section, Table, Verdicts
from symconv.value import replace


def with_certificates(
    document: Document,
    proved: Sequence[Sequence[Check]],
    gaps: Sequence[str],
    kernel: str | None,
    checks: Checks,
) -> Document:
    """A report with what the kernel said.

    Args:
        document: the report; its last sections are those of the questions.
        proved: the kernel's checks, question by question.
        gaps: what has no certificate, and why, a sentence each.
        kernel: the kernel and its version; None where it did not run.
        checks: every check, the kernel's among them.
    """
    before = len(document.blocks) - len(proved)
    sections = map(_proved, document.blocks[before:], proved)
    own = [check for checks in proved for check in checks]
    blocks = (*document.blocks[:before], *sections, _section(own, gaps, kernel))
    return replace(document, blocks=blocks, checks=checks)


def _proved(section: Block, own: Sequence[Check]) -> Block:
    """A section with the kernel's checks in its evidence."""
    if not own or not isinstance(section, Section):
        return section
    *blocks, last = section.blocks
    if isinstance(last, Verdicts):
        last = Verdicts(last.checks + own)
    return replace(section, blocks=(*blocks, last), checks=(section.checks or Checks()) + own)


def _section(checks: Sequence[Check], gaps: Sequence[str], kernel: str | None) -> Section:
    blocks: list[Block] = [Paragraph(_MEANS)]
    if kernel is None:
        blocks.append(
            Paragraph(("Coq is not installed here: the theorems are stated, and nothing is proved.",))
        )
    rows = tuple(_row(check) for check in checks if check.certificates)
    if rows:
        names = sorted({name for check in checks for each in check.certificates for name in each.assumptions})
        blocks.append(
            Table(
                (("result",), ("theorems",), ("file",), ("SHA-256",)),
                rows,
                "lrll",
                f"What {kernel} has accepted. The files, and every theorem by its statement, are in the folder "
                "of certificates.",
            )
        )
        blocks.append(Paragraph((f"The theorems rest on {_listed(names)}.",)))
    if gaps:
        blocks.append(Paragraph(("Not certified:",)))
        blocks.append(Bullets(tuple((gap,) for gap in gaps)))
    verdicts = Checks(tuple(checks))
    shown = verdicts if verdicts.failures else None  # what was accepted is called proved, not passed
    return Section("certificates", ("Certificates",), tuple(blocks), shown)


_MEANS: Prose = (
    "What is marked as proved is a theorem that the kernel of the Coq proof assistant has accepted: a program "
    "that knows nothing of this one, and that checks every inference. The theorems are stated with definitions "
    "for every size, and at the numbers of this report, one theorem for each entry. That the definitions mean "
    "what they should, a reader has to see in the files; that the theorems follow from them, the kernel has seen.",
)


def _row(check: Check) -> tuple[Prose, ...]:
    files = dict.fromkeys((each.file, each.sha256) for each in check.certificates)
    # with spaces, so that lines can break
    names = "; ".join(file.removeprefix("results/").removesuffix(".v").replace("_", " ") for file, _ in files)
    hashes = "; ".join(f"{sha256[:12]}…" for _, sha256 in files)
    return ((f"{check.subject}, {check.scope}",), (str(len(check.certificates)),), (names,), (hashes,))


def _listed(names: Sequence[str]) -> str:
    """The axioms in words: those of the reals, by their last names."""
    if not names:
        return "no axioms"
    shown = ", ".join(name.rpartition(".")[2] for name in names)
    return f"what the real numbers of Coq's standard library assume ({shown}), and on nothing else"
