"""A derivation as users hold it: worked out, checkable, and shown in every format."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from symconv.derivation.derivation import Worked

if TYPE_CHECKING:
    from symconv.checks.result import Checks
    from symconv.document import Document


@dataclass(frozen=True)
class Derivation(Worked):
    """What ``layer.derive(...)`` gives: output, gradients, general formulas, steps, checks and documents."""

    def check(self) -> Checks:
        """Every check of this derivation: output, all gradients, their steps and their general formulas."""
        from symconv.checks.derivation import check_derivation

        return check_derivation(self)

    def document(self) -> Document:
        """The derivation as a document."""
        from symconv.narrate.derivation import document

        return document(self)

    def to_latex(self) -> str:
        r"""LaTeX to ``\input``; its first lines say which packages it needs."""
        return self._rendered("fragment")

    def to_mathml(self) -> str:
        """One XML document whose formulas are MathML."""
        return self._rendered("mathml")

    def to_html(self) -> str:
        """A self-contained web page."""
        return self._rendered("html")

    def to_markdown(self) -> str:
        """Markdown as GitHub shows it."""
        return self._rendered("md")

    def to_text(self) -> str:
        """Plain text in Unicode."""
        return self._rendered("txt")

    def _rendered(self, name: str) -> str:
        from symconv.render import render

        return render(self.document(), name)

    def _repr_html_(self) -> str:
        from symconv.narrate.derivation import fragment_html

        return fragment_html(self)

    def _repr_latex_(self) -> str:
        from symconv.narrate.derivation import fragment_latex

        return fragment_latex(self)
