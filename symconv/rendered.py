"""What shows itself in every format: it has a document, and the renderers do the rest."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from symconv.notation import USUAL, Notation

if TYPE_CHECKING:
    from symconv.document import Document


class Rendered:
    """Base of what users hold and can have written down, in the letters that it has or in a ``notation``."""

    def in_notation(self, notation: Notation) -> Self:
        """The same in another notation; what that leaves open stays as it is."""
        raise NotImplementedError

    def document(self) -> Document:
        """It as a document."""
        raise NotImplementedError

    def to_latex(self, *, notation: Notation = USUAL) -> str:
        r"""LaTeX to ``\input``; its first lines say which packages it needs."""
        return self._rendered("fragment", notation)

    def to_mathml(self, *, notation: Notation = USUAL) -> str:
        """One XML document whose formulas are MathML."""
        return self._rendered("mathml", notation)

    def to_html(self, *, notation: Notation = USUAL) -> str:
        """A self-contained web page."""
        return self._rendered("html", notation)

    def to_markdown(self, *, notation: Notation = USUAL) -> str:
        """Markdown as GitHub shows it."""
        return self._rendered("md", notation)

    def to_text(self, *, notation: Notation = USUAL) -> str:
        """Plain text in Unicode."""
        return self._rendered("txt", notation)

    def _rendered(self, name: str, notation: Notation) -> str:
        from symconv.render import render

        text = render(self.in_notation(notation).document(), name)
        assert isinstance(text, str)
        return text
