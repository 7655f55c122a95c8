"""What was issued in each design of sheets: classes with their files, in an archive a design.

`python -m tests.publish.issued`, which `make issued` runs, makes that of the newest design. Of
packages the archive has the files that are in them, and PDF files are left out: the manifest has
their SHA-256.
"""

from __future__ import annotations

import io
import lzma
import re
import tarfile
import tempfile
import zipfile
from pathlib import Path

from bpreport.deck import read
from bpreport.publish.sheets import issue, plan
from bpreport.publish.sheets.designs import newest

CASES = Path(__file__).parent.parent / "cases" / "sheets"
CLASSES = {"en-autumn": ["ada", "bo"], "en-spring": ["cy"], "zh-autumn": ["ada", "王伟"]}
"""Language and course key, and the students of each class."""
FORMATS = ["html", "pdf", "moodle", "qti21", "qti12", "moodle-bank", "qti21-bank", "qti12-bank"]


def archive(design: int) -> Path:
    """Where the classes of a design are."""
    return CASES / f"design-{design}.tar.xz"


def unpack(design: int, folder: Path) -> list[Path]:
    """Put the classes of a design into a folder; each has its deck beside its sheets."""
    with tarfile.open(archive(design)) as packed:
        packed.extractall(folder, filter="data")
    return sorted(path.parent for path in folder.glob("*/manifest.json"))


def make() -> None:
    """Issue the classes in the newest design, and pack them."""
    deck = (CASES / "issued.md").read_text(encoding="utf-8")
    with tempfile.TemporaryDirectory() as beside:
        for name, students in CLASSES.items():
            lang, key = name.split("-")
            folder = Path(beside, name)
            folder.mkdir()
            (folder / "deck.md").write_text(re.sub("lang: en", f"lang: {lang}", deck), "utf-8")
            issue(plan(read(folder / "deck.md")), key, students, folder, FORMATS, lang)
        found = io.BytesIO()
        with tarfile.open(fileobj=found, mode="w") as packed:
            for path in sorted(Path(beside).rglob("*.*")):
                place = path.relative_to(beside).as_posix()
                for name, content in parts(path).items():
                    entry = tarfile.TarInfo(f"{place}{name}")
                    entry.size = len(content)
                    packed.addfile(entry, io.BytesIO(content))
        archive(newest()).write_bytes(lzma.compress(found.getvalue(), preset=9))


def parts(path: Path) -> dict[str, bytes]:
    """What is held of a file, behind its path: itself, what is packed in it, or no PDF."""
    if path.suffix == ".pdf" or not path.is_file():
        return {}
    if path.suffix == ".zip":
        with zipfile.ZipFile(path) as package:
            return {f"/{name}": package.read(name) for name in package.namelist()}
    return {"": path.read_bytes()}


if __name__ == "__main__":
    make()
