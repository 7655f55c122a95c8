"""Writing the products: each is made whole first, then put in place at once."""

from __future__ import annotations

import errno
import os
import tempfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from bpreport.publish.language import languages, tag, translator

if TYPE_CHECKING:
    from bpreport.audit.model import Audit
    from bpreport.publish.view import Report
    from bpreport.worked import Study

__all__ = ["FORMATS", "build", "fit", "products", "put", "write"]

Progress = Callable[[str], object]

FORMATS = ("html", "pdf", "slides", "notebook", "golden")
"""What `build` can write."""


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
    `slides.pdf`), "notebook" (`notebook.ipynb` and `notebook-exercise.ipynb`) and "golden"
    (`golden.json`). All are made before the first is written, and an error leaves every earlier
    file as it was. `progress` is told the name of each stage as it begins. Raises `ValueError` for
    an unknown format, `OSError` where the folder cannot be written.
    """
    fit(target, formats)
    made = products(audit, study, formats, lang, progress or (lambda _: None))
    return put(target, list(made.values()))


def fit(target: Path, formats: Sequence[str]) -> None:
    """See that the formats are known, and that the folder can be one."""
    unknown = sorted(set(formats) - set(FORMATS))
    if unknown:
        raise ValueError(f"unknown format {unknown[0]!r}; known are {', '.join(FORMATS)}")
    if target.exists() and not target.is_dir():
        raise NotADirectoryError(errno.ENOTDIR, "is a file; expected a folder", str(target))


def products(
    audit: Audit, study: Study, formats: Sequence[str], lang: str, tell: Progress
) -> dict[str, dict[str, bytes]]:
    """The files of each format by name, in the order of the formats."""
    made: dict[str, dict[str, bytes]] = {form: {} for form in formats}
    if "golden" in made:
        from bpreport.publish.golden_values import golden_text

        tell("golden")
        made["golden"] = {"golden.json": f"{golden_text(audit, study)}\n".encode()}
    if "notebook" in made:
        from bpreport.publish import notebook

        tell("notebook")
        made["notebook"] = notebook.products(audit, lang)
    if {"html", "pdf", "slides"} & set(made):
        from bpreport.publish.report import report

        tell("plots")
        page = report(audit, study, lang)
        if "html" in made:
            others = [report(audit, study, other) for other in languages() if other != lang]
            tell("html")
            made["html"] = {"report.html": html([page, *others], audit)}
        if "pdf" in made:
            tell("pdf")
            made["pdf"] = {"report.pdf": pdf(page, audit)}
        if "slides" in made:
            from bpreport.publish import slides

            tell("slides")
            made["slides"] = slides.products(audit, page)
    return made


def put(target: Path, products: Sequence[Mapping[str, bytes]]) -> list[Path]:
    """Write files into a folder, once it is clear that no folder is in their way."""
    target.mkdir(parents=True, exist_ok=True)
    files = {target / name: content for made in products for name, content in made.items()}
    for path in files:  # before the first is written
        if path.is_dir():
            raise IsADirectoryError(errno.EISDIR, "is a folder; expected a file", str(path))
    return [write(path, content) for path, content in files.items()]


def html(pages: Sequence[Report], audit: Audit) -> bytes:
    """The report as one HTML file that needs nothing else.

    It is the same page in several languages. The first is shown, and the reader may switch.
    """
    from markupsafe import Markup

    from bpreport.publish.embedding import Embedding
    from bpreport.publish.pointing import figures, numerals
    from bpreport.publish.report import derivations, names
    from bpreport.publish.setting import HtmlSetter
    from bpreport.publish.templates import environment

    embedding, marks = Embedding(), figures(audit)
    pointers = numerals(audit, derivations(audit, audit.study, pages[0].examples))
    known_names = audit.deck.functions, names(audit)
    known = [(tag(page.lang), translator(page.lang).gettext("English")) for page in pages]

    def rendered(page: Report, frame: str, editions: Sequence[tuple[str, Markup]] = ()) -> Markup:
        # No id of a page has a dot in front of its second word.
        prefix = "" if page is pages[0] else f"{page.lang}."
        setter = HtmlSetter(
            page.lang, audit.deck.formulas, marks, pointers, embedding, prefix, known_names
        )
        template = environment(page.lang).get_template("report.html.j2")
        return Markup(  # noqa: S704 - the templates escape
            template.render(
                page=page, setter=setter, frame=frame, languages=known, editions=editions
            )
        )

    first, *others = pages
    editions = [(tag(page.lang), rendered(page, "edition.html.j2")) for page in others]
    return rendered(first, "base.html.j2", editions).encode()


def pdf(page: Report, audit: Audit) -> bytes:
    """The report as PDF."""
    from bpreport.publish import pdf as writer
    from bpreport.publish.pointing import figures
    from bpreport.publish.report import names
    from bpreport.publish.setting import PdfSetter
    from bpreport.publish.templates import environment

    deck = audit.deck
    setter = PdfSetter(page.lang, deck.formulas, figures(audit), deck.functions, names(audit))
    template = environment(page.lang).get_template("report.html.j2")
    source = template.render(page=page, setter=setter, frame="base.html.j2")
    return writer.pdf(source, setter.drawings, setter.words)


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
