"""A derivation as users hold it: worked out, checkable, and shown in every format."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Self

from symconv.axes import Over
from symconv.derivation.derivation import Worked
from symconv.derivation.general import General
from symconv.rendered import Rendered

if TYPE_CHECKING:
    from symconv.checks.result import Checks
    from symconv.display import Node
    from symconv.document import Document
    from symconv.matrix import LayerMatrix


@dataclass(frozen=True, repr=False)
class IndexFormula(General):
    """A general formula as users hold it: it shows itself."""

    @classmethod
    def of(cls, general: General) -> Self:
        """The same formula."""
        return cls(**{field.name: getattr(general, field.name) for field in fields(general)})

    def to_latex(self) -> str:
        """``left = right`` in LaTeX, without its conditions."""
        from symconv.printing.latex import latex

        return latex(self._tree())

    def to_text(self) -> str:
        """``left = right`` in a line of Unicode, with its bounds and conditions."""
        from symconv.narrate.formulas import condition, range_bounds, wide_ranges
        from symconv.printing.text import text

        bounds = [text(range_bounds(limit)) for limit in wide_ranges(self.formula)]
        conditions = [text(condition(expr)) for expr in self.conditions]
        notes = ", ".join(bounds + conditions)
        return text(self._tree()) + (f", {notes}" if notes else "")

    def _tree(self) -> Node:
        from symconv.display import row
        from symconv.narrate.formulas import tree

        return row(tree(self.left, self.names), "=", tree(self.formula, self.names))

    def __repr__(self) -> str:
        return self.to_text()

    def _repr_latex_(self) -> str:
        return f"$\\displaystyle {self.to_latex()}$"


@dataclass(frozen=True, repr=False)
class Derivation(Worked, Rendered):
    """What ``layer.derive(...)`` gives: output, gradients, general formulas, steps, checks and documents."""

    def general(self, wrt: str | None = "input", over: Over | None = None) -> IndexFormula:
        return IndexFormula.of(super().general(wrt, over))

    general.__doc__ = Worked.general.__doc__

    def __repr__(self) -> str:
        shapes = (f"{role} {self.operator.shape(role)}" for role in (*self.operator.arguments, "output"))
        return f"Derivation({self.operator.layer}: {', '.join(shapes)})"

    def check(self) -> Checks:
        """Every check of this derivation: output, all gradients, their steps and their general formulas."""
        from symconv.checks.derivation import check_derivation

        return check_derivation(self)

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

        return document(self)

    def to_latex(self, environment: str | None = None, wrt: str | None = "input") -> str:
        r"""LaTeX to ``\input``, its first lines saying which packages it needs; or one derivation to paste.

        Args:
            environment: an environment of amsmath, such as ``align*`` or ``equation``: the derivation of the
                general formula in it, for amsmath alone, behind a comment that says how it was checked.
            wrt: what that formula is for: an argument for its gradient, ``output`` or None for the output.
        """
        if environment is None:
            return self._rendered("fragment")
        from symconv.narrate.derivation import pasted

        return pasted(self, None if wrt in (None, "output") else self.role(str(wrt)), environment)

    def _repr_html_(self) -> str:
        from symconv.narrate.derivation import fragment_html

        return fragment_html(self)

    def _repr_latex_(self) -> str:
        from symconv.narrate.derivation import fragment_latex

        return fragment_latex(self)
