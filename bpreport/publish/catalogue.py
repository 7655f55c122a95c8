"""The translators' tool: `python -m bpreport.publish.catalogue` brings the catalogues up to date.

It extracts every sentence, merges it into each `bpreport.po`, and compiles the `.mo` beside it.
Babel does the work; at run time the standard library's gettext is enough. With `freeze` behind it,
the sentences of the newest design of sheets are kept as they are now, in catalogues of its own.
"""

from __future__ import annotations

import ast
import io
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from bpreport.deck.settings import phrase, schema
from bpreport.publish.language import LOCALE, languages
from bpreport.publish.sheets.designs import designed
from bpreport.publish.templates import folder

if TYPE_CHECKING:
    from babel.messages.catalog import Catalog

__all__ = ["compiled", "extracted", "freeze", "update"]

KEYWORDS: dict[str, tuple[int, ...] | None] = {
    "gettext": None,
    "ngettext": (1, 2),
    "_": None,
    "mark": None,
    "Message": None,
    "DeckError": None,
    "EvaluationError": None,
    "Phrase": None,
    "FormulaError": (3,),
}
"""Functions whose argument is a sentence to translate."""


def extracted(wanted: Callable[[Path], bool] = lambda _: True) -> Catalog:
    """All sentences of the code and the templates, or those of some files."""
    from babel.messages.catalog import Catalog
    from babel.messages.extract import extract

    found = Catalog(project="bpreport", charset="utf-8")
    for method, path in _sources():
        if not wanted(path):
            continue
        with path.open("rb") as file:
            for _, text, comments, _ in extract(method, file, KEYWORDS, options=_OPTIONS[method]):
                if text and text != ("", ""):
                    found.add(text, auto_comments=comments)
    for description in _descriptions(schema()):
        found.add(phrase(description).text)
    parser = LOCALE.parent / "formula" / "parser.py"
    for path in filter(wanted, [*sorted((LOCALE.parent / "audit").rglob("*.py")), parser]):
        for text in _sentences(path.read_text(encoding="utf-8")):
            found.add(text)
    return found


_OPTIONS: dict[str, dict[str, str]] = {
    "python": {},
    "jinja2": {"trim_blocks": "true", "lstrip_blocks": "true"},
}


def _sentences(source: str) -> Iterator[str]:
    r"""What the audit says, and the parser expects: every string of the code with a space in it.

    They keep their sentences in tables and hand them on, so that no call tells them from
    other strings; a space does. Strings that are documentation, compared, raised or formatted
    are left out.

    >>> list(_sentences('"Doc string."\nTABLE = {"key": "is {exact}, rounded"}'))
    ['is {exact}, rounded']
    """
    tree = ast.parse(source)
    left_out: set[int] = set()
    for node in ast.walk(tree):
        match node:
            case ast.Expr(value=ast.Constant()):
                left_out.add(id(node.value))
            case ast.Raise() | ast.Assert() | ast.JoinedStr() | ast.Compare() | ast.Subscript():
                left_out.update(map(id, ast.walk(node)))
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and id(node) not in left_out:
            text = node.value
            # A backslash makes it LaTeX.
            if isinstance(text, str) and " " in text.strip() and "\\" not in text:
                yield text


def _descriptions(part: object) -> Iterator[str]:
    """What the schema of the front matter says of its keys, for messages about a wrong value."""
    if isinstance(part, dict):
        if isinstance(part.get("description"), str):
            yield part["description"]
        part = list(part.values())
    if isinstance(part, list):
        for one in part:
            yield from _descriptions(one)


def _sources() -> Iterator[tuple[str, Path]]:
    for path in sorted(LOCALE.parent.rglob("*.py")):
        yield "python", path
    for path in sorted(folder().rglob("*.j2")):
        yield "jinja2", path


def compiled(source: Path) -> bytes:
    """The binary form of a `.po` file."""
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    packed = io.BytesIO()
    with source.open("rb") as file:
        catalogue = read_po(file)
    # A date would make every run another file.
    catalogue.creation_date = catalogue.revision_date = datetime(2000, 1, 1, tzinfo=UTC)
    write_mo(packed, catalogue)
    return packed.getvalue()


_BOILERPLATE = tuple(
    f'"{name}'.encode()
    for name in ("POT-Creation", "PO-Revision", "Report-Msgid", "Last-Trans", "Language-Team")
)
"""Lines of a catalogue's head that say nothing here, or change with every run."""


def update() -> None:
    """Merge what is new into every catalogue, drop what is gone, and compile.

    Those that are frozen are compiled only.
    """
    sentences = extracted()
    for source in sorted(LOCALE.glob("*/LC_MESSAGES/bpreport.po")):
        if "@" not in source.parent.parent.name:
            _merge(sentences, source, source)
        source.with_suffix(".mo").write_bytes(compiled(source))


def freeze() -> None:
    """Keep what the newest design of sheets says now, in every language but English.

    The sentences themselves are English; a design whose English is to stay another than that of
    the code has a catalogue for English, too.
    """
    sentences = extracted(_is_of_sheets)
    for lang in set(languages()) - {"en"}:
        source = LOCALE / lang / "LC_MESSAGES" / "bpreport.po"
        target = LOCALE / designed(lang) / "LC_MESSAGES" / "bpreport.po"
        target.parent.mkdir(parents=True, exist_ok=True)
        _merge(sentences, source, target)
        target.with_suffix(".mo").write_bytes(compiled(target))


OF_SHEETS = ("publish/sheets", "publish/language.py", "publish/words.py", "publish/vocabulary.py",
             "audit/slips", "audit/saying.py")  # fmt: skip
"""Where sentences that stand on sheets come from, beside the templates of a design."""


def _is_of_sheets(path: Path) -> bool:
    places = [LOCALE.parent / name for name in OF_SHEETS]
    places.append(folder() / designed("").removeprefix("@"))
    return any(path == place or place in path.parents for place in places)


def _merge(sentences: Catalog, source: Path, target: Path) -> None:
    """A catalogue with these sentences and no others, and their translations as they were."""
    from babel.messages.pofile import read_po, write_po

    with source.open("rb") as file:
        catalogue = read_po(file, locale=source.parent.parent.name)
    catalogue.update(sentences, no_fuzzy_matching=True)
    catalogue.obsolete.clear()
    written = io.BytesIO()
    write_po(written, catalogue, no_location=True, width=100, sort_output=True)
    kept = [
        line
        for line in written.getvalue().splitlines(keepends=True)
        if not line.startswith(_BOILERPLATE)
    ]
    target.write_bytes(b"".join(kept))


if __name__ == "__main__":
    freeze() if sys.argv[1:] == ["freeze"] else update()
