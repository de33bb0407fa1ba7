"""What shows itself in every format: it has a document, and the renderers do the rest."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from symconv.document import Document
    from symconv.notation import Notation


class Rendered:
    """Base of what users hold and can have written down, in the letters that it has or in a ``notation``."""

    def in_notation(self, notation: Notation) -> Self:
        """The same in another notation; what that leaves open stays as it is."""
        raise NotImplementedError

    def document(self) -> Document:
        """It as a document."""
        raise NotImplementedError

    def to_latex(self, *, notation: Notation | None = None) -> str:
        r"""LaTeX to ``\input``; its first lines say which packages it needs."""
        return self._rendered("fragment", notation)

    def to_mathml(self, *, notation: Notation | None = None) -> str:
        """One XML document whose formulas are MathML."""
        return self._rendered("mathml", notation)

    def to_html(self, *, notation: Notation | None = None) -> str:
        """A self-contained web page."""
        return self._rendered("html", notation)

    def to_markdown(self, *, notation: Notation | None = None) -> str:
        """Markdown as GitHub shows it."""
        return self._rendered("md", notation)

    def to_text(self, *, notation: Notation | None = None) -> str:
        """Plain text in Unicode."""
        return self._rendered("txt", notation)

    def _rendered(self, name: str, notation: Notation | None) -> str:
        from symconv.render import render

        shown = self if notation is None else self.in_notation(notation)
        text = render(shown.document(), name)
        assert isinstance(text, str)
        return text
