"""The report and the slides of the built-in deck, made once for all tests that read them."""

from functools import cache

import pytest

from bpreport.audit import audit
from bpreport.deck import builtin, read, read_text
from bpreport.publish import build
from bpreport.publish.fixing import correct
from bpreport.publish.report import report
from bpreport.publish.slides.files import html, laid_out
from bpreport.publish.slides.view import slides
from tests.publish import slide_decks
from tests.publish.pdfs import Pdf
from tests.publish.slides import Made


@pytest.fixture(scope="session")
def result():
    """The audit of the built-in deck."""
    return audit(read(builtin("zh")))


@pytest.fixture(scope="session")
def pdf(result, tmp_path_factory):
    """Its report as PDF, worked examples and all."""
    (path,) = build(result, result.study, tmp_path_factory.mktemp("pdf"), ["pdf"], "zh")
    return Pdf(path)


@pytest.fixture(scope="session")
def made_slides(tmp_path_factory):
    """The slides of a deck: "zh" and "en" are the built-in ones, or a name of `slide_decks`."""

    @cache
    def made(name: str) -> Made:
        built_in = name in ("zh", "en")
        deck = read(builtin(name)) if built_in else read_text(getattr(slide_decks, name))
        before = audit(deck)
        after = correct(before).audit
        view = slides(before, after, report(before, before.study, name if built_in else "en"))
        layout, scales = laid_out(view)
        folder = tmp_path_factory.mktemp(name)
        (folder / "slides.html").write_bytes(html(view, scales))
        (folder / "slides.pdf").write_bytes(layout.write())
        return Made(before, after, view, folder / "slides.html", folder / "slides.pdf")

    return made
