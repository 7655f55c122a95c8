"""Question banks for learning management systems: Moodle XML, QTI 2.1, and QTI 1.2 for Canvas."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bpreport.publish.sheets.bank import Bank, Part, bank, class_bank, refuse
from bpreport.publish.sheets.course import Course
from bpreport.publish.sheets.markup import BankSetter, CanvasSetter, MoodleSetter, QtiSetter
from bpreport.publish.sheets.model import Sheet
from bpreport.publish.templates import environment

__all__ = ["BANKS", "EXPORTS", "Export", "Exporter", "bank_path"]


@dataclass(frozen=True, slots=True)
class Export:
    """One format."""

    setter: type[BankSetter]
    suffix: str
    files: Mapping[str, str]
    """Of a package, its files that are about all questions, and their templates."""
    class_files: Mapping[str, str]
    """The same of a bank that holds a whole class."""
    item: str = ""
    """The template of a question, where each has a file of its own."""


EXPORTS = {
    "moodle": Export(
        MoodleSetter, "moodle.xml", {"": "bank/moodle.xml.j2"}, {"": "bank/moodle_class.xml.j2"}
    ),
    "qti21": Export(
        QtiSetter,
        "qti21.zip",
        {"imsmanifest.xml": "bank/manifest21.xml.j2", "test.xml": "bank/test21.xml.j2"},
        {"imsmanifest.xml": "bank/manifest21.xml.j2", "test.xml": "bank/class21.xml.j2"},
        "bank/item21.xml.j2",
    ),
    "qti12": Export(
        CanvasSetter,
        "qti12.zip",
        {"imsmanifest.xml": "bank/manifest12.xml.j2", "questions.xml": "bank/questions12.xml.j2"},
        {"imsmanifest.xml": "bank/manifest12.xml.j2", "questions.xml": "bank/class12.xml.j2"},
    ),
}
"""By the name of the format."""
BANKS = {f"{form}-bank": form for form in EXPORTS}
"""The formats of one bank for a whole class."""


class Exporter:
    """Writes the sheets of one course in one language in one format.

    Raises `DeckError` where the format cannot keep what is accepted exactly.
    """

    def __init__(self, course: Course, lang: str, form: str) -> None:
        refuse(course, form)
        self.course = course
        self._export = EXPORTS[form]
        self._setter = self._export.setter(lang)

    def made(self, sheet: Sheet) -> bytes:
        """The bank of one student."""
        return self._files(bank(self.course, sheet, self._setter), self._export.files)

    def made_for_all(self, sheets: Sequence[Sheet]) -> bytes:
        """The bank of a class."""
        return self._files(class_bank(self.course, sheets, self._setter), self._export.class_files)

    def _files(self, found: Bank, templates: Mapping[str, str]) -> bytes:
        files = {name: self._text(template, found) for name, template in templates.items()}
        if "" in files:
            return files[""]
        if self._export.item:
            files |= {
                f"{part.name}.xml": self._text(self._export.item, found, part=part)
                for part in found.parts
            }
        return _packed({**files, **found.pictures})

    def _text(self, template: str, found: Bank, part: Part | None = None) -> bytes:
        page: dict[str, Any] = {"bank": found, "part": part}
        text = environment(self._setter.lang).get_template(template).render(page)
        return clean(text)


def bank_path(form: str) -> str:
    """Where the bank of a class is put.

    >>> bank_path("moodle-bank")
    'bank.moodle.xml'
    """
    return f"bank.{EXPORTS[BANKS[form]].suffix}"


def clean(text: str) -> bytes:
    r"""Text without the characters that XML 1.0 cannot hold in any form.

    >>> clean("a\0\ud800b\uffff\tc")
    b'ab\tc'
    """
    found = text.encode("utf-8", "ignore").translate(None, _CONTROLS)
    return found.replace("\ufffe".encode(), b"").replace("\uffff".encode(), b"")


_CONTROLS = bytes(set(range(32)) - set(b"\t\n\r"))


def _packed(files: Mapping[str, bytes]) -> bytes:
    """A package; the same files give the same bytes at any time and anywhere."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in files.items():
            entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            entry.create_system = 3
            package.writestr(entry, content)
    return target.getvalue()
