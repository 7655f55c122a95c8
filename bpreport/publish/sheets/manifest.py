"""The manifest: what was issued, for those who mark, and so that it can be made again.

One line tells of each sheet, and the lines of a class need not be in memory to be written.
"""

from __future__ import annotations

import hashlib
import json
import zlib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from bpreport.deck import DeckError, Phrase
from bpreport.formula.limits import limit
from bpreport.publish.language import mark
from bpreport.publish.sheets.mistakes import Slipped
from bpreport.publish.sheets.model import Issued, Manifest, Sheet, Variant
from bpreport.publish.sheets.packed import packed, unpacked
from bpreport.publish.sheets.students import checked
from bpreport.publish.sheets.view import exact_digits

__all__ = [
    "FORMAT", "digests", "entry_of", "frozen", "issued", "line_of", "manifest_pieces",
    "manifest_text", "read_manifest", "sheet_in", "sheet_of", "thawed",
]  # fmt: skip

LARGEST = limit("manifest_bytes")
"""Bytes of a manifest."""
FORMAT = 1
"""Of the file, under the key "bpreport sheets"."""


def issued(sheet: Sheet, products: Mapping[str, bytes]) -> Issued:
    """What the manifest says of a sheet and its files."""
    answers: dict[str, dict[str, str]] = {}
    for answer in sheet.answers.values():
        entry = {"expected": answer.expected}
        if answer.value is not None:
            entry |= {
                "exact": exact_digits(answer.value),
                "low": f"{answer.low:f}",
                "high": f"{answer.high:f}",
            }
        answers[answer.id] = entry
    return Issued(sheet.student, sheet.fingerprint, sheet.variant, answers, digests(products))


def digests(files: Mapping[str, bytes]) -> dict[str, str]:
    """The SHA-256 of files, by their paths."""
    return {path: hashlib.sha256(content).hexdigest() for path, content in files.items()}


def manifest_text(manifest: Manifest) -> str:
    """The manifest as JSON; one line a student, so that it can be read and compared."""
    return "".join(manifest_pieces(manifest, map(line_of, manifest.sheets)))


def manifest_pieces(manifest: Manifest, lines: Iterable[str]) -> Iterator[str]:
    """The same in pieces, of these sheets, which are told by their lines."""
    head = {
        "bpreport sheets": FORMAT,
        "deck": manifest.deck,
        "digest": manifest.digest,
        "lang": manifest.lang,
        "formats": list(manifest.formats),
        "course_key": manifest.course_key,
        "version": manifest.version,
        "design": manifest.design,
        "libraries": dict(manifest.libraries),
        "statistics": dict(manifest.statistics),
        "banks": dict(manifest.banks),
    }
    begun = json.dumps(head, ensure_ascii=False, indent=1)[:-2]
    mistakes = ",\n  ".join(
        f"{json.dumps(name, ensure_ascii=False)}: {_mistakes_text(by_key)}"
        for name, by_key in manifest.mistakes.items()
    )
    yield f'{begun},\n "mistakes": {{\n  {mistakes}\n }},\n "sheets": ['
    between = "\n  "
    for line in lines:
        yield f"{between}{line}"
        between = ",\n  "
    yield "\n ]\n}\n"


def line_of(sheet: Issued) -> str:
    """A sheet as a line of the manifest."""
    return json.dumps(entry_of(sheet), ensure_ascii=False)


def sheet_in(line: str) -> Issued:
    """The sheet that a line tells of."""
    return sheet_of(json.loads(line))


def _mistakes_text(by_key: Mapping[str, tuple[Slipped, ...]]) -> str:
    lines = ",\n   ".join(
        f"{json.dumps(key)}: {json.dumps(packed(slips), ensure_ascii=False)}"
        for key, slips in by_key.items()
    )
    return f"{{{lines}}}"


def entry_of(sheet: Issued) -> dict[str, Any]:
    """What the manifest has of a sheet, as JSON knows it."""
    return {
        "student": sheet.student,
        "fingerprint": sheet.fingerprint,
        "candidate": sheet.variant.candidate,
        "givens": {name: dict(givens) for name, givens in sheet.variant.givens.items()},
        "answers": {name: dict(answer) for name, answer in sheet.answers.items()},
        "files": dict(sheet.files),
    }


def frozen(mistakes: Mapping[str, Mapping[str, tuple[Slipped, ...]]]) -> bytes:
    """The expected mistakes as bytes, which can be sent and compared.

    They are half a megabyte of much that repeats itself, and are sent with each lot.
    """
    told = {name: {key: packed(slips) for key, slips in by_key.items()}
            for name, by_key in mistakes.items()}  # fmt: skip
    return zlib.compress(json.dumps(told, ensure_ascii=False).encode())


def thawed(text: bytes) -> dict[str, dict[str, tuple[Slipped, ...]]]:
    """The mistakes that were frozen."""
    return {name: _mistakes(by_key) for name, by_key in json.loads(zlib.decompress(text)).items()}


def read_manifest(path: Path) -> Manifest:
    """The manifest in a file; raises `DeckError` where it is none."""
    if path.is_file() and path.stat().st_size > LARGEST:
        raise DeckError("a file of more than {most} bytes", path=str(path), most=LARGEST)
    try:
        loaded = json.loads(path.read_text(encoding="utf-8"))
        if loaded.get("bpreport sheets") != FORMAT:
            raise ValueError(f"expected 'bpreport sheets': {FORMAT}")
        return Manifest(
            str(loaded["deck"]),
            str(loaded["digest"]),
            str(loaded["lang"]),
            tuple(map(str, loaded["formats"])),
            str(loaded["course_key"]),
            int(loaded["version"]),
            tuple(map(sheet_of, loaded["sheets"])),
            {str(name): _mistakes(by_key) for name, by_key in loaded["mistakes"].items()},
            {str(name): int(count) for name, count in loaded["statistics"].items()},
            {str(place): str(digest) for place, digest in loaded.get("banks", {}).items()},
            int(loaded.get("design", 1)),
            {str(name): str(known) for name, known in loaded.get("libraries", {}).items()},
        )
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        what: object = error
        if isinstance(error, KeyError):
            what = Phrase(mark("the key {key!r} is missing"), key=error.args[0])
        elif isinstance(error, json.JSONDecodeError):
            what = Phrase(mark("expected JSON"))
        raise DeckError("not a manifest of sheets: {reason}", path=str(path), reason=what) from None


def _mistakes(by_key: Mapping[str, Any]) -> dict[str, tuple[Slipped, ...]]:
    found = {str(key): unpacked(slips) for key, slips in by_key.items()}
    for slips in found.values():
        if not isinstance(slips, tuple) or not all(isinstance(slip, Slipped) for slip in slips):
            raise ValueError("the mistakes are damaged")
    return found


def sheet_of(entry: Mapping[str, Any]) -> Issued:
    """The sheet that an entry tells of."""
    # It becomes part of file names, and a manifest may come from anywhere.
    (student,) = checked([(1, str(entry["student"]))])
    return Issued(
        student,
        str(entry["fingerprint"]),
        Variant(
            {name: dict(givens) for name, givens in entry["givens"].items()},
            int(entry["candidate"]),
        ),
        {name: dict(answer) for name, answer in entry["answers"].items()},
        dict(entry["files"]),
    )
