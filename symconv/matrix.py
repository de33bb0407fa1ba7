"""The matrix of a layer as users hold it: laid out, checkable, and shown in every format."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from symconv.derivation.derivation import Worked
from symconv.derivation.matrix import MatrixView, entries_of
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

    def check(self) -> Checks:
        """Rows, columns and products against the second implementation, and the Toeplitz blocks of a convolution."""
        from symconv.checks.matrix import check_matrix

        return check_matrix(self)

    def document(self) -> Document:
        """The matrix as a document."""
        from symconv.narrate.matrix import matrix_document

        return matrix_document(self)

    def __repr__(self) -> str:
        rows, columns = self.shape
        return f"LayerMatrix({self.derivation.operator.layer}: {rows} × {columns})"
