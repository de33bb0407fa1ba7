"""What is to be certified: statements with fixed proof scripts, put together in files; and what is not."""

from __future__ import annotations

from collections.abc import Iterator

from symconv.value import Value

MOST_IN_A_FILE = 200
"""Statements in one file: the files of a large result are checked side by side."""


class Statement(Value):
    """One theorem.

    Args:
        name: letters, digits and underscores.
        says: the proposition as Coq reads it.
        proof: the tactics.
    """

    name: str
    says: str
    proof: str


class Batch(Value):
    """The theorems about one result of a problem.

    Args:
        question: the question that asks for it, counted from 1.
        kind: what it is, one word for the file's name.
        about: the same in words, for the comment at the top of the file.
        subject: what the report calls it, e.g. ``∂E/∂A``.
        scope: how much of it the theorems cover, e.g. ``25 of 25 entries``.
        definitions: the numbers and functions that the theorems are about.
        statements: the theorems.
        lemmas: what the theorems' proofs refer to; in every file.
    """

    question: int
    kind: str
    about: str
    subject: str
    scope: str
    definitions: tuple[str, ...]
    statements: tuple[Statement, ...]
    lemmas: tuple[Statement, ...] = ()

    def files(self) -> Iterator[SourceFile]:
        """The files, each with the definitions and some of the theorems."""
        parts = range(0, len(self.statements), MOST_IN_A_FILE)
        for number, start in enumerate(parts, 1):
            stem = f"Question{self.question}_{self.kind}" + (f"_{number}" if len(parts) > 1 else "")
            yield SourceFile(stem, self, self.statements[start : start + MOST_IN_A_FILE])


class Gap(Value):
    """A result without a certificate, and why, in words.

    Args:
        question: the question that asks for it, counted from 1.
        subject: what the report calls it.
        reason: half a sentence.
    """

    question: int
    subject: str
    reason: str


class SourceFile(Value):
    """A file of theorems about one result."""

    stem: str
    batch: Batch
    statements: tuple[Statement, ...]

    def text(self) -> str:
        """The file; the same results give the same text. Its last command prints what the theorems assume."""
        definitions = "\n".join(self.batch.definitions)
        proved = (("Lemma", self.batch.lemmas), ("Theorem", self.statements))
        theorems = "\n".join(
            f"{word} {each.name} :\n  {each.says}.\nProof. {each.proof} Qed.\n"
            for word, several in proved
            for each in several
        )
        everything = ";\n   ".join(f"proved _ {each.name}" for each in self.statements)
        return (
            f"(* Question {self.batch.question}: {self.batch.about}. *)\n"
            "From SymConv Require Import Certificates.\nOpen Scope nat_scope.\n\n"
            f"{definitions}\n\n{theorems}\n"
            f"Definition everything : list proof :=\n  [{everything}].\nPrint Assumptions everything.\n"
        )


class Uncertified(Exception):
    """Raised where a result has no certificate; the message is the reason, half a sentence."""
