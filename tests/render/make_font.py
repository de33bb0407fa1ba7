"""Makes the font of the page: the part of Latin Modern Math that formulas need.

Run by hand after a change of what formulas may contain, with fonttools and brotli, and with Debian's
``lmodern`` or ``fonts-lmodern`` for the original and its licence::

    python tests/render/make_font.py

The original is under the GUST Font License, which asks that a changed font has another name: this one calls
itself ``Symconv Math``.
"""

from __future__ import annotations

from pathlib import Path

from fontTools import subset

import symconv.render
from symconv.printing.alphabet import GREEK
from symconv.printing.latex import _FENCES, _LETTERS, _OPERATORS

ORIGINAL = Path("/usr/share/texmf/fonts/opentype/public/lm-math/latinmodern-math.otf")
FOLDER = Path(symconv.render.__file__).parent / "page"
FONT = FOLDER / "math.woff2"
NAME = "Symconv Math"


def characters() -> set[int]:
    """What a formula may hold: printable ASCII, every sign of the printers, and the letters as they are drawn.

    A browser draws a lone letter with its italic form, which is a character of its own. Bold Greek letters
    are left to the fonts of the system: they would add a fifth, and hardly any array is called Θ.
    """
    ascii_ = range(0x20, 0x7F)
    signs = {*_OPERATORS, *_LETTERS, *_FENCES, *"∑∏√∘⋅−ℎ…‖∣"} - {"", *GREEK.values()}
    bold, italic, italic_greek = range(0x1D400, 0x1D434), range(0x1D434, 0x1D468), range(0x1D6E2, 0x1D71C)
    return {*ascii_, *map(ord, signs), *bold, *italic, *italic_greek}


def main() -> None:
    options = subset.Options()
    options.flavor = "woff2"
    # Browsers choose the forms of letters themselves; sizes of brackets and roots are in the MATH table.
    options.layout_features = []
    options.hinting = False
    options.desubroutinize = True  # compresses better
    options.name_IDs = [0, 1, 2, 4, 6, 13, 14]  # the names, the copyright and the licence
    options.recalc_timestamp = False
    font = subset.load_font(str(ORIGINAL), options)
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=characters())
    subsetter.subset(font)
    for record in font["name"].names:
        if record.nameID in (1, 4):
            record.string = NAME
        elif record.nameID == 6:
            record.string = NAME.replace(" ", "")
    font["CFF "].cff.fontNames = [NAME.replace(" ", "")]
    subset.save_font(font, str(FONT), options)
    print(f"{FONT.name}: {FONT.stat().st_size} bytes, {len(font.getGlyphOrder())} glyphs")


if __name__ == "__main__":
    main()
