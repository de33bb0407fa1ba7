"""What the end of a run shows, drawn for the terminal."""

from __future__ import annotations

from rich.console import Console
from rich.table import Column, Table
from rich.text import Text

from symconv.report import Summary


def drawn(summary: Summary) -> str:
    """A summary as the terminal shows it."""
    console = Console(markup=False, emoji=False, highlight=False)
    texts = (Column(title, overflow="fold") for title in ("", "Question", "Answer"))
    table = Table(*texts, "Verdict", title=summary.title, title_justify="left")
    worst_first = ("failed", "undecided", "passed")
    for answer in sorted(summary.answers, key=lambda answer: worst_first.index(answer.verdict)):
        style = "green" if answer.verdict == "passed" else "bold red"
        table.add_row(answer.id, answer.question, answer.answer, Text(answer.verdict, style))
    with console.capture() as captured:
        for sentence in summary.bad:
            console.print(sentence, style="bold red", soft_wrap=True)
        console.print(table)
        console.print(f"{summary.passed} of {summary.made} checks passed")
        for file in summary.files:
            console.print(file, soft_wrap=True)
    return captured.get()
