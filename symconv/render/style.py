"""How a LaTeX fragment fits into the article of its author."""

from __future__ import annotations

import re

from symconv.errors import ArgumentError
from symconv.value import Value


class FragmentStyle(Value):
    """How a fragment fits into an article.

    Args:
        label_prefix: what the labels of its equations and theorems begin with: ``prefix:section:number`` and
            ``prefix:thm:name``.
        theorem, proof: the environments of theorems and of proofs; where the article has none of that name,
            theorems are boxed and proofs begin with the word.
    """

    label_prefix: str = "symconv"
    theorem: str = "theorem"
    proof: str = "proof"

    def __post_init__(self) -> None:
        if not re.fullmatch(r"[A-Za-z0-9.:/_-]+", self.label_prefix):
            raise ArgumentError("label_prefix", "letters, digits and . : / _ -", self.label_prefix)
        for name in ("theorem", "proof"):
            if not re.fullmatch(r"[A-Za-z]+\*?", getattr(self, name)):
                raise ArgumentError(name, "the name of an environment", getattr(self, name))

    @property
    def definitions(self) -> str:
        """What gives the labels and environments of a body their names."""
        return rf"""\def\symconvlabel#1{{\label{{{self.label_prefix}:#1}}}}
\ifcsname {self.theorem}\endcsname
  \def\symconvtheorem#1#2{{\begin{{{self.theorem}}}[{{#2}}]\label{{{self.label_prefix}:thm:#1}}}}
  \def\endsymconvtheorem{{\end{{{self.theorem}}}}}
\fi
\ifcsname {self.proof}\endcsname
  \def\symconvproof{{\begin{{{self.proof}}}}}
  \def\endsymconvproof{{\end{{{self.proof}}}}}
\fi
"""
