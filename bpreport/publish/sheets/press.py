"""From sheets to files: students' files and keys, in separate folders."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from typing import Any

from jinja2 import Template
from markupsafe import Markup

from bpreport.formula import latex
from bpreport.publish.formulas import TypesettingError, mathml
from bpreport.publish.pdf import collected_once
from bpreport.publish.sheets.bank import check_size
from bpreport.publish.sheets.course import Course
from bpreport.publish.sheets.designs import designed
from bpreport.publish.sheets.exports import BANKS, EXPORTS, Exporter, bank_path
from bpreport.publish.sheets.model import Sheet
from bpreport.publish.sheets.setting import HtmlSheetSetter, PdfSheetSetter, SheetSetter
from bpreport.publish.sheets.typefaces import signs_of, typefaces
from bpreport.publish.sheets.view import pages
from bpreport.publish.templates import environment

__all__ = ["FOLDERS", "FORMATS", "Press"]

FORMATS = ("html", "pdf", *EXPORTS, *BANKS)
FOLDERS = ("students", "keys")
"""Of the students' files and of the keys."""
TEMPLATES = ("sheet.html.j2", "key.html.j2")
STYLES = ("palette.css", "sheet.css", "print.css", "typefaces.css")
"""Of a PDF."""


class Press:
    """Prints the sheets of one course in one language; what all have in common is made once.

    The files of a sheet depend on nothing but the sheet, and the design of all; None is the newest.
    Raises `DeckError` where a format cannot hold what is accepted, or there is no such design.
    """

    def __init__(
        self, course: Course, lang: str, formats: Sequence[str], design: int | None = None
    ) -> None:
        self.course = course
        self.lang = lang = designed(lang, design)
        """With the design behind it."""
        self.formats = tuple(form for form in formats if form not in BANKS)
        """Of the files of each sheet."""
        self.banks = tuple(form for form in formats if form in BANKS)
        self._exporters = {
            form: Exporter(course, lang, BANKS.get(form, form))
            for form in formats
            if form in EXPORTS or form in BANKS
        }

    def products(self, sheets: Iterable[Sheet]) -> Iterator[dict[str, bytes]]:
        """Of each sheet its files, by their paths."""
        for sheet in sheets:
            with collected_once():
                made = [content for form in self.formats for content in self._made(sheet, form)]
            yield dict(zip(self.places(sheet.student), made, strict=True))

    def prepare(self) -> None:
        """Make what all pages have in common now, so that copies of this process have it."""
        if "html" in self.formats:
            _ = self._html_head

    def places(self, student: str) -> list[str]:
        """The paths of a student's files."""
        found = []
        for form in self.formats:
            if form in EXPORTS:
                # A bank holds its answers, so it goes where the keys are.
                found.append(f"{FOLDERS[1]}/{student}.{EXPORTS[form].suffix}")
            else:
                found += [f"{kind}/{student}.{form}" for kind in FOLDERS]
        return found

    def check(self, students: int) -> None:
        """Raise `DeckError` where a bank for so many cannot be made."""
        if self.banks:
            check_size(students)

    def for_all(self, sheets: Sequence[Sheet]) -> Iterator[tuple[str, bytes]]:
        """The banks of a class, by their paths."""
        for form in self.banks:
            yield bank_path(form), self._exporters[form].made_for_all(sheets)

    def _made(self, sheet: Sheet, form: str) -> tuple[bytes, ...]:
        """The files of a format, in the order of their places."""
        if form in self._exporters:
            return (self._exporters[form].made(sheet),)
        if form == "html":
            return tuple(text.encode() for text in self.html(sheet))
        return self.pdf(sheet)

    def html(self, sheet: Sheet) -> tuple[str, ...]:
        """The sheet and its key as HTML."""
        return self._rendered(sheet, self._html_setter, self._html_head)

    def pdf(self, sheet: Sheet) -> tuple[bytes, ...]:
        """The sheet and its key as PDF, each rendered by itself."""
        from bpreport.publish import pdf as writer

        found = []
        for template in range(len(TEMPLATES)):
            setter = PdfSheetSetter(self.lang)
            page = pages(self.course, sheet, setter)[template]
            text = self._template(template).render(page=page, setter=setter, head="")
            found.append(writer.pdf(text, setter.drawings, setter.words, **self._layout))
        return tuple(found)

    def _rendered(self, sheet: Sheet, setter: SheetSetter, head: Markup) -> tuple[str, ...]:
        views = pages(self.course, sheet, setter)
        return tuple(
            self._template(place).render(page=page, setter=setter, head=head)
            for place, page in enumerate(views)
        )

    def _template(self, place: int) -> Template:
        return environment(self.lang).get_template(TEMPLATES[place])

    @cached_property
    def _html_setter(self) -> HtmlSheetSetter:
        setter = HtmlSheetSetter(self.lang)
        setter.gathers = False  # the head was made for all formulas of the course
        return setter

    @cached_property
    def _html_head(self) -> Markup:
        setter = HtmlSheetSetter(self.lang)
        # The font must not depend on which sheets are made together.
        for source in self._symbols():
            setter.math(source, words=source)  # which nobody hears
        made = environment(self.lang).get_template("head.html.j2").render(setter=setter)
        return Markup(made)  # noqa: S704 - the template escapes

    @cached_property
    def _layout(self) -> dict[str, Any]:
        """Fonts and styles of the PDFs, which WeasyPrint reads once for all of them."""
        from weasyprint import CSS
        from weasyprint.text.fonts import FontConfiguration

        config = FontConfiguration()
        faces = typefaces(signs_of(self.lang, self.course.source))
        styles = [faces, *styles_of(self.lang)]
        return {
            "stylesheets": [CSS(string="\n".join(styles), font_config=config)],
            "font_config": config,
        }

    def _symbols(self) -> Iterator[str]:
        """All formulas of the course."""
        yield "0123456789 - + (1) \\cdot = \\frac{1}{2} e ABCDEFGHIJKLMNOPQRSTUVWXYZ"
        for template in self.course.templates.values():
            for quantity in template.trace.quantities.values():
                yield latex(quantity.symbol)
                for way in (quantity.formula, *quantity.forms):
                    if way is not None and _can_set(source := latex(way)):
                        yield source


def styles_of(lang: str) -> list[str]:
    """The styles of a PDF, in the design that stands behind a language."""
    loader = environment(lang).loader
    assert loader is not None
    return [loader.get_source(environment(lang), name)[0] for name in STYLES]


def _can_set(source: str) -> bool:
    try:
        return bool(mathml(source))
    except TypesettingError:
        return False
