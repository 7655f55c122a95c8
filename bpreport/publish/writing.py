"""Writing the products: each is made whole first, then put in place at once."""

from __future__ import annotations

import errno
import os
import tempfile
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from bpreport.audit.model import Audit

if TYPE_CHECKING:
    from bpreport.publish.view import Report
    from bpreport.worked import Study

__all__ = ["FORMATS", "build", "write"]

Progress = Callable[[str], object]


def build(
    audit: Audit,
    study: Study,
    target: Path,
    formats: Sequence[str] = ("html", "pdf"),
    lang: str = "zh",
    progress: Progress | None = None,
) -> list[Path]:
    """Write the files of each format into the folder `target`; returns their paths.

    Formats are "html" and "pdf" (`report.html`, `report.pdf`), "slides" (`slides.html` and
    `slides.pdf`) and "golden" (`golden.json`). All are made before the first is
    written, and an error leaves every earlier file as it was. `progress` is told the name of each
    stage as it begins. Raises `ValueError` for an unknown format, `OSError` where the folder
    cannot be written.
    """
    unknown = sorted(set(formats) - set(_NAMES))
    if unknown:
        raise ValueError(f"unknown format {unknown[0]!r}; known are {', '.join(_NAMES)}")
    if target.exists() and not target.is_dir():
        raise NotADirectoryError(errno.ENOTDIR, "is a file; expected a folder", str(target))
    tell: Progress = progress or (lambda _: None)
    products: dict[str, bytes] = {}
    if "golden" in formats:
        from bpreport.publish.golden_values import golden_text

        tell("golden")
        products["golden.json"] = f"{golden_text(audit, study)}\n".encode()
    if {"html", "pdf", "slides"} & set(formats):
        from bpreport.publish.report import report

        tell("plots")
        page = report(audit, study, lang)
        for form in ("html", "pdf"):
            if form in formats:
                tell(form)
                products[f"report.{form}"] = _RENDERERS[form](page, audit)
        if "slides" in formats:
            from bpreport.publish import slides

            tell("slides")
            products |= slides.products(audit, page)
    target.mkdir(parents=True, exist_ok=True)
    paths = [target / name for form in dict.fromkeys(formats) for name in _NAMES[form]]
    for path in paths:  # before the first is written
        if path.is_dir():
            raise IsADirectoryError(errno.EISDIR, "is a folder; expected a file", str(path))
    return [write(path, products[path.name]) for path in paths]


_NAMES = {
    "html": ("report.html",),
    "pdf": ("report.pdf",),
    "slides": ("slides.html", "slides.pdf"),
    "golden": ("golden.json",),
}


def html(page: Report, audit: Audit) -> bytes:
    """The report as one HTML file that needs nothing else."""
    from bpreport.publish.report import marks
    from bpreport.publish.setting import HtmlSetter
    from bpreport.publish.templates import environment

    setter = HtmlSetter(page.lang, audit.deck.formulas, marks(audit))
    template = environment(page.lang).get_template("report.html.j2")
    return template.render(page=page, setter=setter).encode()


def pdf(page: Report, audit: Audit) -> bytes:
    """The report as PDF."""
    from bpreport.publish import pdf as writer
    from bpreport.publish.report import marks
    from bpreport.publish.setting import PdfSetter
    from bpreport.publish.templates import environment

    setter = PdfSetter(page.lang, audit.deck.formulas, marks(audit))
    template = environment(page.lang).get_template("report.html.j2")
    source = template.render(page=page, setter=setter)
    return writer.pdf(source, setter.drawings)


FORMATS = tuple(_NAMES)
"""What `build` can write."""

_RENDERERS: dict[str, Callable[[Report, Audit], bytes]] = {"html": html, "pdf": pdf}


def write(path: Path, content: bytes) -> Path:
    """Put a whole file in place at once: a reader sees the old one or the new one."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        # mkstemp makes files that only their owner can read.
        mask = os.umask(0)
        os.umask(mask)
        Path(name).chmod(0o666 & ~mask)
        Path(name).replace(path)
    except BaseException:
        with suppress(OSError):
            Path(name).unlink()
        raise
    return path
