"""A derivation as users hold it: worked out, checkable, and shown in every format."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Self

from symconv.axes import Over
from symconv.derivation.derivation import Worked
from symconv.derivation.general import General
from symconv.errors import ArgumentError
from symconv.notation import USUAL, Notation
from symconv.rendered import Rendered

if TYPE_CHECKING:
    from symconv.checks.result import Checks
    from symconv.display import Node
    from symconv.document import Document
    from symconv.matrix import LayerMatrix


@dataclass(frozen=True, repr=False)
class IndexFormula(General):
    """A general formula as users hold it: it shows itself, in its notation."""

    notation: Notation = USUAL

    @classmethod
    def of(cls, general: General, notation: Notation = USUAL) -> Self:
        """The same formula."""
        return cls(
            **{field.name: getattr(general, field.name) for field in fields(general)}, notation=notation
        )

    def in_notation(self, notation: Notation) -> Self:
        """The formula in other letters; what the notation leaves open stays as it is.

        Raises:
            ArgumentError: the notation has another first index, which only a new derivation can have.
        """
        if notation.first_index not in (None, self.names.base):
            raise ArgumentError("first_index", f"{self.names.base}, from which the formula was derived")
        return replace(self, notation=notation.over(self.notation))

    @property
    def plain(self) -> Self:
        """The formula in the letters in which it was derived."""
        return replace(self, notation=USUAL)

    def to_latex(self, *, notation: Notation = USUAL) -> str:
        """``left = right`` in LaTeX, without its conditions."""
        from symconv.printing.latex import latex

        shown, *_ = self.in_notation(notation).trees()
        return latex(shown)

    def to_text(self, *, notation: Notation = USUAL) -> str:
        """``left = right`` in a line of Unicode, with its bounds and conditions."""
        from symconv.printing.text import text

        shown, bounds, conditions = self.in_notation(notation).trees()
        notes = ", ".join(map(text, bounds + conditions))
        return text(shown) + (f", {notes}" if notes else "")

    def trees(self) -> tuple[Node, tuple[Node, ...], tuple[Node, ...]]:
        """The formula, its bounds and its conditions, as they are shown."""
        from symconv.display import row
        from symconv.narrate.formulas import condition, range_bounds, tree, wide_ranges
        from symconv.renaming import renamed

        shown = (
            row(tree(self.left, self.names), "=", tree(self.formula, self.names)),
            tuple(range_bounds(limit) for limit in wide_ranges(self.formula)),
            tuple(condition(expr) for expr in self.conditions),
        )
        return renamed(shown, self.notation)

    def __repr__(self) -> str:
        return self.to_text()

    def _repr_latex_(self) -> str:
        return f"$\\displaystyle {self.to_latex()}$"


class Derivation(Worked, Rendered):
    """What ``layer.derive(...)`` gives: output, gradients, general formulas, steps, checks and documents."""

    def general(self, wrt: str | None = "input", over: Over | None = None) -> IndexFormula:
        return IndexFormula.of(super().general(wrt, over), self.notation)

    general.__doc__ = Worked.general.__doc__

    def __repr__(self) -> str:
        shapes = (f"{role} {self.operator.shape(role)}" for role in (*self.operator.arguments, "output"))
        return f"Derivation({self.operator.layer}: {', '.join(shapes)})"

    def check(self) -> Checks:
        """Every check of this derivation: output, all gradients, their steps and their general formulas."""
        from symconv.checks.derivation import check_derivation
        from symconv.renaming import Renaming

        return Renaming.of(self).everywhere(check_derivation(self.plain))

    def matrix(self) -> LayerMatrix:
        """The layer as one matrix M with ``vec(output) = M vec(input)``.

        Raises:
            UnsupportedError: the layer is not linear in its input, or a maximum not at numbers.
        """
        from symconv.matrix import LayerMatrix

        return LayerMatrix.of(self)

    def document(self) -> Document:
        """The derivation as a document."""
        from symconv.narrate.derivation import document
        from symconv.renaming import Renaming

        return Renaming.of(self)(document(self.plain))

    def to_latex(
        self,
        environment: str | None = None,
        wrt: str | None = "input",
        *,
        notation: Notation = USUAL,
    ) -> str:
        r"""LaTeX to ``\input``, its first lines saying which packages it needs; or one derivation to paste.

        Args:
            environment: an environment of amsmath, such as ``align*`` or ``equation``: the derivation of the
                general formula in it, for amsmath alone, behind a comment that says how it was checked.
            wrt: what that formula is for: an argument for its gradient, ``output`` or None for the output.
            notation: letters in the place of others, and the first index.
        """
        if environment is None:
            return self._rendered("fragment", notation)
        from symconv.narrate.derivation import pasted

        shown = self.in_notation(notation)
        role = None if wrt in (None, "output") else shown.role(str(wrt))
        return pasted(shown.plain, role, environment, shown.notation)

    def _repr_html_(self) -> str:
        from symconv.narrate.derivation import fragment_html

        return fragment_html(self.plain, self.notation)

    def _repr_latex_(self) -> str:
        from symconv.narrate.derivation import fragment_latex

        return fragment_latex(self.plain, self.notation)
