"""The report and the slides of the built-in deck, made once for all tests that read them."""

from functools import cache

import pytest

from bpreport.audit import audit
from bpreport.deck import builtin, read
from bpreport.publish import build
from bpreport.publish.sheets.typefaces import typefaces
from tests.publish.pdfs import Pdf
from tests.publish.slides import Made, make


@pytest.fixture(scope="session")
def result():
    """The audit of the built-in deck."""
    return audit(read(builtin("zh")))


@pytest.fixture(scope="session")
def html(result, once):
    """Its report as HTML."""
    (path,) = once("html", lambda folder: build(result, result.study, folder, ["html"], "zh"))
    return path


@pytest.fixture(scope="session")
def pdf(result, once):
    """The same as PDF, worked examples and all."""
    (path,) = once("pdf", lambda folder: build(result, result.study, folder, ["pdf"], "zh"))
    return Pdf(path)


@pytest.fixture
def uncut_typefaces(monkeypatch):
    """Sheets in the machine's typefaces: to cut them takes as long as several sheets."""
    monkeypatch.setattr("bpreport.publish.sheets.typefaces.matching", lambda *_, **__: None)
    typefaces.cache_clear()
    yield
    typefaces.cache_clear()


@pytest.fixture(scope="session")
def made_slides(once):
    """The slides of a deck: "zh" and "en" are the built-in ones, or a name of `slide_decks`."""

    @cache
    def made(name: str) -> Made:
        found: Made = once(f"slides-{name}", lambda folder: make(name, folder))
        return found

    return made
