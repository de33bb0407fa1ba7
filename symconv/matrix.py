"""The matrix of a layer as users hold it: laid out, checkable, and shown in every format."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from symconv.derivation.derivation import Worked
from symconv.derivation.matrix import MatrixView, entries_of
from symconv.notation import USUAL, Notation
from symconv.rendered import Rendered

if TYPE_CHECKING:
    from symconv.checks.result import Checks
    from symconv.document import Document


@dataclass(frozen=True, repr=False)
class LayerMatrix(MatrixView, Rendered):
    """What ``layer.matrix(...)`` gives: ``.matrix`` for SymPy, ``.array`` for NumPy, ``.block(i, j)`` its blocks."""

    @classmethod
    def of(cls, derivation: Worked) -> Self:
        """The matrix of a derivation."""
        return cls(derivation, entries_of(derivation))

    def in_notation(self, notation: Notation) -> Self:
        """The matrix in another notation; what that leaves open stays as it is."""
        return self if notation == USUAL else self.of(self.derivation.in_notation(notation))

    @property
    def _plain(self) -> Self:
        return self.of(self.derivation.plain) if self.derivation.notation.letters else self

    def check(self) -> Checks:
        """Rows, columns and products against the second implementation, and the Toeplitz blocks of a convolution."""
        from symconv.checks.matrix import check_matrix
        from symconv.renaming import Renaming

        return Renaming.of(self.derivation).everywhere(check_matrix(self._plain))

    def document(self) -> Document:
        """The matrix as a document."""
        from symconv.narrate.matrix import matrix_document
        from symconv.renaming import Renaming

        return Renaming.of(self.derivation)(matrix_document(self._plain))

    def __repr__(self) -> str:
        rows, columns = self.shape
        return f"LayerMatrix({self.derivation.operator.layer}: {rows} × {columns})"
