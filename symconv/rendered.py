"""What shows itself in every format: it has a document, and the renderers do the rest."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from symconv.document import Document


class Rendered:
    """Base of what users hold and can have written down."""

    def document(self) -> Document:
        """It as a document."""
        raise NotImplementedError

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

        text = render(self.document(), name)
        assert isinstance(text, str)
        return text
