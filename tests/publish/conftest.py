"""The report of the built-in deck, made once for all tests that read it."""

import pytest

from bpreport.audit import audit
from bpreport.deck import builtin, read
from bpreport.publish import build
from tests.publish.pdfs import Pdf


@pytest.fixture(scope="session")
def result():
    """The audit of the built-in deck."""
    return audit(read(builtin("zh")))


@pytest.fixture(scope="session")
def pdf(result, tmp_path_factory):
    """Its report as PDF, worked examples and all."""
    (path,) = build(result, result.study, tmp_path_factory.mktemp("pdf"), ["pdf"], "zh")
    return Pdf(path)
