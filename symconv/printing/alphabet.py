"""Letters that the printers and :mod:`symconv.show` share: Greek names, small raised and lowered characters."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

GREEK: Mapping[str, str] = MappingProxyType(
    dict(
        zip(
            (
                "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi pi rho sigma tau "
                "upsilon phi chi psi omega Gamma Delta Theta Lambda Xi Pi Sigma Upsilon Phi Psi Omega"
            ).split(),
            "αβγδεζηθικλμνξπρστυφχψωΓΔΘΛΞΠΣΥΦΨΩ",
            strict=True,
        )
    )
)
"""Names to letters. Capitals that look like Latin ones, and omicron, have no LaTeX command and are left out."""

_LOWERED = str.maketrans("0123456789+−=()aehijklmnoprstuvxβγρφχ", "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓᵦᵧᵨᵩᵪ")
_RAISED = str.maketrans(
    "0123456789+−=()abcdefghijklmnoprstuvwxyzT", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ᵃᵇᶜᵈᵉᶠᵍʰⁱʲᵏˡᵐⁿᵒᵖʳˢᵗᵘᵛʷˣʸᶻᵀ"
)


def lowered(text: str) -> str | None:
    """The text in Unicode subscripts, or None if a character has none."""
    return _translated(text, _LOWERED)


def raised(text: str) -> str | None:
    """The text in Unicode superscripts, or None if a character has none."""
    return _translated(text, _RAISED)


def _translated(text: str, table: Mapping[int, int]) -> str | None:
    return text.translate(table) if all(ord(character) in table for character in text) else None
