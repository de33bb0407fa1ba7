"""The theory's files: their text, and the order in which they build on each other."""

from __future__ import annotations

from collections.abc import Mapping
from importlib.resources import files
from types import MappingProxyType

THEORY: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "Sums": (),
        "Differentiable": ("Sums",),
        "Operators": ("Differentiable",),
        "Taps": ("Operators",),
        "Gradients": ("Taps",),
        "Groups": ("Gradients",),
        "Pooling": ("Gradients",),
        "Subgradients": ("Pooling",),
        "Exact": ("Pooling",),
        "Symbols": ("Exact",),
        "Activations": ("Sums",),
        "Chains": ("Pooling", "Activations"),
        "ExactChains": ("Exact", "Chains"),
        "LpPooling": (),
        "LpGradient": ("LpPooling",),
        "PowerMeans": ("LpGradient",),
        "PowerMeanBounds": ("PowerMeans",),
        "Windows": ("Exact", "PowerMeans"),
        "NormPooling": ("Windows",),
        "CrossEntropy": ("NormPooling",),
        "OutputSize": (),
        "Certificates": (
            "Groups",
            "Subgradients",
            "Symbols",
            "ExactChains",
            "PowerMeanBounds",
            "CrossEntropy",
            "OutputSize",
        ),
    }
)
"""Every file of the theory, without its extension, with the files that it builds on; in an order to compile."""

ALLOWED = frozenset(
    {
        "ClassicalDedekindReals.sig_forall_dec",
        "ClassicalDedekindReals.sig_not_dec",
        "FunctionalExtensionality.functional_extensionality_dep",
        "Classical_Prop.classic",
    }
)
"""What the real numbers of Coq's standard library assume; a theorem that assumes anything else is refused."""


def text(name: str) -> str:
    """The text of a file of the theory."""
    return (files(__package__) / "theory" / f"{name}.v").read_text(encoding="utf-8")
