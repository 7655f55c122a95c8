"""Text with formulas as a learning management system reads it: one row of HTML a system.

All three write well-formed XHTML. What differs is how a formula is written, and what a picture's
address is.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import unescape
from typing import ClassVar
from urllib.parse import quote

from markupsafe import Markup, escape

from bpreport.publish.formulas import TypesettingError, mathml
from bpreport.publish.picture import Picture, Plan
from bpreport.publish.sheets.setting import SheetSetter

__all__ = ["BankSetter", "CanvasSetter", "MoodleSetter", "QtiSetter"]


class BankSetter(SheetSetter):
    """What all systems share."""

    place: ClassVar[str] = ""
    """Of the pictures, in front of their file names."""
    picture_name: str = ""
    """Of the file that the next picture is in."""

    def equation(self, symbolic: Sequence[str], numeric: Sequence[str]) -> Markup:
        """One formula."""
        return self.math(" ".join((*symbolic, *numeric)))

    def displayed(
        self, symbolic: Sequence[str], numeric: Sequence[str], dagger: str = ""
    ) -> Markup:
        """The symbol with its first side, then every side on a line of its own."""
        sides = (*symbolic, *numeric)
        lines = [" ".join(sides[:2]), *sides[2:]]
        told = f" ({escape(dagger)})" if dagger else ""
        formulas = "</p>\n<p>".join([self.math(line, display=True) for line in lines])
        return Markup(f"<p>{formulas}{told}</p>")  # noqa: S704 - every part is escaped

    def chain(self, parts: Sequence[str], words: str = "") -> Markup:  # noqa: ARG002
        """A displayed chain."""
        return self.displayed(parts, ())

    def picture(self, picture: Picture | Plan) -> Markup:
        """A reference to the picture's file."""
        return Markup('<img src="{}" alt="{}"/>').format(
            self.place + self.picture_name, picture.alt
        )


class MoodleSetter(BankSetter):
    r"""LaTeX between \( and \), which Moodle's MathJax filter typesets."""

    format = "moodle"
    place = "@@PLUGINFILE@@/"

    def math(
        self,
        source: str,
        display: bool = False,
        small: bool = False,  # noqa: ARG002
        words: str = "",  # noqa: ARG002
    ) -> Markup:
        r"""A formula.

        >>> MoodleSetter("en").math("a < b")
        Markup('\\(a &lt; b\\)')
        """
        style = r"\displaystyle " if display else ""
        return Markup(rf"\({style}{escape(source)}\)")  # noqa: S704


class QtiSetter(BankSetter):
    """MathML, as QTI 2.1 has it."""

    format = "qti21"

    def math(
        self,
        source: str,
        display: bool = False,
        small: bool = False,  # noqa: ARG002
        words: str = "",  # noqa: ARG002
    ) -> Markup:
        """A formula; its source where it cannot be typeset.

        >>> QtiSetter("en").math("x^2")
        Markup('<math xmlns="http://www.w3.org/1998/Math/MathML"><msup><mi>x</mi><mn>2</mn></msup></math>')
        """
        try:
            found = mathml(source, display)
        except TypesettingError:
            return Markup("<code>{}</code>").format(source)
        named = found.replace("<math", f'<math xmlns="{MATHML}"', 1)
        return Markup(_NAMED.sub(lambda match: unescape(match[0]), named))  # noqa: S704


MATHML = "http://www.w3.org/1998/Math/MathML"
_NAMED = re.compile(r"&(?!amp;|lt;|gt;|quot;|apos;|#)\w+;")
"""Entities that HTML has and XML has not."""


class CanvasSetter(BankSetter):
    """The pictures of equations that Canvas's own editor makes, with their LaTeX."""

    format = "qti12"
    place = "%24IMS-CC-FILEBASE%24/"

    def math(
        self,
        source: str,
        display: bool = False,  # noqa: ARG002
        small: bool = False,  # noqa: ARG002
        words: str = "",  # noqa: ARG002
    ) -> Markup:
        r"""A formula; Canvas takes its LaTeX from an attribute, and draws it under the address.

        >>> str(CanvasSetter("en").math("x^2")).split('" ')[2]
        'data-equation-content="x^2'
        """
        return Markup(
            '<img class="equation_image" title="{0}" data-equation-content="{0}" '
            'alt="LaTeX: {0}" src="/equation_images/{1}?scale=1"/>'
        ).format(source, quote(quote(source, safe=""), safe=""))
