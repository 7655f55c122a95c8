"""Writing the products: each is made whole first, then put in place at once."""

from __future__ import annotations

import errno
import os
import re
import sys
import tempfile
from collections.abc import Callable, Collection, Container, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from bpreport.publish.beside import Outcome, Step, beside, companion
from bpreport.publish.language import languages, tag, translator

if TYPE_CHECKING:
    from bpreport.audit.model import Audit
    from bpreport.publish.drawing import Drawing
    from bpreport.publish.view import Report
    from bpreport.worked import Study

__all__ = ["DRAWN", "FORMATS", "beginning", "build", "clear", "fit", "products", "put", "write"]

Progress = Callable[[str], object]

FORMATS = ("html", "pdf", "slides", "notebook", "golden")
"""What `build` can write."""
PAGES = {"html", "pdf", "slides"}
"""Those that show the report, or parts of it."""
DRAWN = Outcome(lambda: None)
"""Pictures that nobody draws beside this process: each is drawn where it is needed."""


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


def _order(formats: Iterable[str], lang: str) -> list[str]:
    """The languages of the pages, the first one first: only the HTML has more than that."""
    others = languages() if "html" in formats else []
    return [lang, *(other for other in others if other != lang)]


class Typeset(NamedTuple):
    """A report with its formulas drawn, to be laid out; as `printed` takes it."""

    html: str
    drawings: Mapping[str, Drawing]
    words: Collection[str]


Draw = Callable[[Mapping[str, Any]], Outcome[None]]
"""What begins to draw the plots, once it is known which conventions the deck follows."""
LayOut = Callable[[Typeset], Outcome[bytes]]
"""What begins to make a PDF, once its formulas are drawn."""


@contextmanager
def beginning(
    study: Study, formats: Sequence[str], lang: str, jobs: int
) -> Iterator[tuple[Draw, LayOut]]:
    """Have plots drawn and a PDF laid out beside what else is made, with more `jobs` than one.

    To be called in `keeping` or in `passing`, before the audit.
    """

    def draw(conventions: Mapping[str, Any]) -> None:
        from bpreport.publish.examples import plots

        # An error comes again when the plot is asked for, if it is.
        with suppress(Exception):
            for other in _order(formats, lang):
                for plot in plots(study, other, conventions):
                    _ = plot.picture.svg

    def with_matplotlib() -> None:
        from bpreport.publish.picture import prepare

        prepare()

    def with_weasyprint() -> None:
        if "pdf" in formats:
            import weasyprint  # noqa: F401

    works = Step(draw, with_matplotlib), Step(partial(_laid_out, jobs=jobs), with_weasyprint)
    with companion(jobs if PAGES & set(formats) else 1, *works) as (begin, lay_out):
        yield begin, lay_out


def _laid_out(page: Typeset, jobs: int) -> bytes:
    from bpreport.publish.printing import printed

    return printed(*page, jobs)


def products(
    audit: Audit,
    study: Study,
    formats: Sequence[str],
    lang: str,
    tell: Progress,
    jobs: int = 1,
    pictures: Outcome[None] = DRAWN,
    lay_out: LayOut | None = None,
) -> dict[str, dict[str, bytes]]:
    """The files of each format by name, in the order of the formats.

    With more `jobs` than one, of several formats those that take long are made in processes beside
    this one. `pictures` waits for the plots, and `lay_out` begins a PDF, where this is `beginning`.
    """
    made: dict[str, dict[str, bytes]] = {form: {} for form in formats}
    if "golden" in made:
        from bpreport.publish.golden_values import golden_text

        tell("golden")
        made["golden"] = {"golden.json": f"{golden_text(audit, study)}\n".encode()}
    if "notebook" in made:
        from bpreport.publish import notebook

        tell("notebook")
        made["notebook"] = notebook.products(audit, lang)
    if not PAGES & set(made):
        return made
    lay_out = lay_out or (lambda page: Outcome(partial(_laid_out, page, jobs)))
    wanted = [form for form in made if form in PAGES]
    return made | _pages(audit, study, wanted, lang, tell, jobs, pictures, lay_out)


def _pages(
    audit: Audit,
    study: Study,
    formats: Sequence[str],
    lang: str,
    tell: Progress,
    jobs: int,
    pictures: Outcome[None],
    lay_out: LayOut,
) -> dict[str, dict[str, bytes]]:
    from bpreport.publish.report import report

    tell("report")
    pages = [report(audit, study, other) for other in _order(formats, lang)]
    makers: dict[str, Callable[[], dict[str, bytes]]] = {}
    with ExitStack() as stack:
        if "html" in formats:  # made here, while others make what stands behind it
            makers["html"] = lambda: {"report.html": html(pages, audit, pictures)}
        if "pdf" in formats:
            tell("pdf")
            # What follows needs the pictures as well, and by now they are there.
            laid_out = lay_out(typeset(pages[0], audit, pictures))
            makers["pdf"] = lambda: {"report.pdf": laid_out()}
        if "slides" in formats:
            pictures()  # so that a copy has them
            alone = 1 if len(formats) == 1 else jobs
            makers["slides"] = stack.enter_context(beside(lambda: _slides(pages[0], audit), alone))
        made: dict[str, dict[str, bytes]] = {}
        for form, make in makers.items():
            tell(form)
            made[form] = make()
    return made


def put(target: Path, products: Sequence[Mapping[str, bytes]]) -> list[Path]:
    """Write files into a folder, once it is clear that no folder is in their way."""
    target.mkdir(parents=True, exist_ok=True)
    files = {target / name: content for made in products for name, content in made.items()}
    clear(target, {path.name for path in files})
    for path in files:  # before the first is written
        if path.is_dir():
            raise IsADirectoryError(errno.EISDIR, "is a folder; expected a file", str(path))
    return [write(path, content) for path, content in files.items()]


def html(pages: Sequence[Report], audit: Audit, pictures: Outcome[None] = DRAWN) -> bytes:
    """The report as one HTML file that needs nothing else.

    It is the same page in several languages. The first is shown, and the reader may switch.
    `pictures` is called before the first of them is needed.
    """
    from markupsafe import Markup

    from bpreport.publish.embedding import Embedding
    from bpreport.publish.pointing import figures, numerals
    from bpreport.publish.report import derivations, names
    from bpreport.publish.setting import Later, ReportHtml
    from bpreport.publish.templates import environment

    embedding, later, marks = Embedding(), Later(), figures(audit)
    pointers = numerals(audit, derivations(audit, audit.study, pages[0].examples))
    known_names = audit.deck.functions, names(audit)
    known = [(tag(page.lang), translator(page.lang).gettext("English")) for page in pages]

    def rendered(page: Report, frame: str, editions: Sequence[tuple[str, Markup]] = ()) -> Markup:
        # No id of a page has a dot in front of its second word.
        prefix = "" if page is pages[0] else f"{page.lang}."
        setter = ReportHtml(
            page.lang, audit.deck.formulas, marks, pointers, embedding, prefix, known_names
        )
        setter.later = later
        template = environment(page.lang).get_template("report.html.j2")
        return Markup(  # noqa: S704 - the templates escape
            template.render(
                page=page, setter=setter, frame=frame, languages=known, editions=editions
            )
        )

    first, *others = pages
    editions = [(tag(page.lang), rendered(page, "edition.html.j2")) for page in others]
    whole = rendered(first, "base.html.j2", editions)
    pictures()
    return later.filled(whole).encode()


def typeset(page: Report, audit: Audit, pictures: Outcome[None] = DRAWN) -> Typeset:
    """The report with its formulas drawn, to be laid out."""
    from bpreport.publish.pointing import figures
    from bpreport.publish.report import names
    from bpreport.publish.setting import Later, ReportPdf
    from bpreport.publish.templates import environment

    deck = audit.deck
    setter = ReportPdf(page.lang, deck.formulas, figures(audit), deck.functions, names(audit))
    setter.later = Later()
    template = environment(page.lang).get_template("report.html.j2")
    source = template.render(page=page, setter=setter, frame="base.html.j2")
    pictures()
    return Typeset(setter.later.filled(source), setter.drawings, setter.words)


def _slides(page: Report, audit: Audit) -> dict[str, bytes]:
    from bpreport.publish import slides

    return slides.products(audit, page)


def clear(folder: Path, names: Container[str]) -> None:
    """Remove what runs that were killed have left of files of these names, and no other file."""
    for path in folder.iterdir():
        begun = _BEGUN.fullmatch(path.name)
        if begun is None or begun[1] not in names or path.is_symlink() or not path.is_file():
            continue
        with suppress(OSError):  # it is put in place just now, or the folder is read-only
            handle = os.open(path, os.O_RDWR)
            try:
                if _alone(handle):
                    path.unlink()
            finally:
                os.close(handle)


_BEGUN = re.compile(r"\.(.+)\.[a-z0-9_]{8}")
"""What `tempfile` calls a file that `write` begins."""


def _alone(handle: int) -> bool:
    """Whether no other process has the file locked; from then on this one has."""
    try:
        import fcntl
    except ModuleNotFoundError:  # on Windows
        return False
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _begun(path: Path) -> tuple[int, str]:
    """A new file beside a path, locked, so that nobody takes it for one that was left."""
    while True:
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        _alone(handle)
        if os.fstat(handle).st_nlink:
            return handle, name
        os.close(handle)  # cleared before it was locked


def write(path: Path, content: bytes | Iterable[bytes]) -> Path:
    """Put a whole file in place at once: a reader sees the old one or the new one.

    What is large may come in pieces.
    """
    handle, name = _begun(path)
    kept = -1
    try:
        if sys.platform != "win32":
            kept = os.dup(handle)  # and the lock with it, until the file has its name
        with os.fdopen(handle, "wb") as file:
            file.writelines([content] if isinstance(content, bytes) else content)
        # mkstemp makes files that only their owner can read.
        mask = os.umask(0)
        os.umask(mask)
        Path(name).chmod(0o666 & ~mask)
        Path(name).replace(path)
    except BaseException:
        with suppress(OSError):
            Path(name).unlink()
        raise
    finally:
        if kept >= 0:
            os.close(kept)
    return path
