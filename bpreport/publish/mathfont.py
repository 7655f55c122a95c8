"""The math font as part of the page: browsers set MathML well only in a font made for it."""

from __future__ import annotations

import base64
from functools import cache
from io import BytesIO

from markupsafe import Markup

__all__ = ["font_face"]

SIGNS = (
    "αβγδεϵζηθϑικλμνξπρσςτυφϕχψωΓΔΘΛΞΠΣΥΦΨΩ∂∇∑∏∫√∞±×÷·⋅∗∙•−∈∉≈≠≤≥≡→←↔⇒↦…⋯⋮′″‴ℓ⊤‖|^ˆ¯~˙¨{}[]()⟨⟩⌊⌋⌈⌉"
)
"""What formulas of lecture notes use beside ASCII and the mathematical letters."""

_LETTERS = range(0x1D400, 0x1D800)
"""Mathematical letters: a single letter in an `mi` is shown by one of these."""


@cache
def font_face() -> Markup:
    """A CSS rule that carries a subset of STIX Two Math, under the SIL Open Font License."""
    from importlib.resources import as_file, files

    from fontTools import subset  # type: ignore[import-untyped]

    options = subset.Options()
    options.flavor = "woff2"
    options.hinting = False
    options.layout_features = ["ssty", "dtls"]
    wanted = {*range(0x20, 0x7F), *map(ord, SIGNS), *_LETTERS}
    with as_file(files("ziamath.fonts") / "STIXTwoMath-Regular.ttf") as path:
        font = subset.load_font(str(path), options)
    chooser = subset.Subsetter(options)
    chooser.populate(unicodes=wanted)
    chooser.subset(font)
    packed = BytesIO()
    subset.save_font(font, packed, options)
    font.close()
    data = base64.b64encode(packed.getvalue()).decode("ascii")
    return Markup(
        '@font-face {{ font-family: "bpreport math"; src: url(data:font/woff2;base64,{}) }}'
    ).format(data)
