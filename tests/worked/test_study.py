"""From a deck to its study."""

from __future__ import annotations

import subprocess
import sys

import pytest

from bpreport.deck.errors import DeckError
from bpreport.deck.model import Deck, Figure, Position, Slide
from bpreport.worked import KINDS, recompute
from tests.worked.examples import BP, DESCENT
from tests.worked.test_regressions import LINE, SPAM

PRINTED = {
    "fast.iterations": "19",
    "slow.iterations": "43",
    "fast.minimiser": "0.250",
    "fast.minimum": "0.000",
    "slow.learning_rate": "0.250",
}


def deck(printed: dict[str, str], worked: str | None = "descent") -> Deck:
    figures = tuple(
        Figure(number, 1, text, Position(9, number), claim)
        for number, (claim, text) in enumerate(printed.items(), 1)
    )
    settings = {
        "worked": {
            "descent": DESCENT | {"kind": "gradient descent"},
            "line": LINE | {"kind": "linear regression"},
            "spam": SPAM | {"kind": "logistic regression"},
            "example": BP | {"kind": "perceptron"},
        }
    }
    slides = (Slide(1, "Descent", 8, 2, worked),)
    return Deck("deck.md", "", "Deck", "en", slides, (), figures, (), settings=settings)


def test_all_kinds() -> None:
    """Every kind has a trace under the name of the front matter."""
    study = recompute(deck(PRINTED))
    assert {trace.kind for trace in study.traces.values()} == KINDS.keys()
    assert [trace.name for trace in study.traces.values()] == list(study.examples)
    for trace in study.traces.values():
        assert all(key == quantity.key for key, quantity in trace.quantities.items())
        known: set[str] = set()
        for key, quantity in trace.quantities.items():  # in order of computation
            assert known.issuperset(quantity.sources)
            known.add(key)


def test_unstated_settings_come_from_the_printed_counts() -> None:
    study = recompute(deck(PRINTED))
    runs = study.traces["descent"].facts["runs"]
    assert runs["fast"]["start"] == ("4",)
    assert runs["fast"]["tolerance"] == "1e-10"
    assert study.traces["descent"].facts["assumed"] == ()
    regions = study.unstated["descent"].rules["change of objective"].regions
    assert regions[-1].high < 1000  # the printed 0.000 bounds the start


def test_without_counts_the_settings_are_assumed() -> None:
    study = recompute(deck({}))
    assert study.unstated == {}
    assert study.traces["descent"].facts["assumed"] == ("start", "stop", "tolerance")


def test_counts_too_large_to_solve_for() -> None:
    """A count past the limit is not searched through; the settings are assumed, and told."""
    study = recompute(deck(PRINTED | {"slow.iterations": "1000000"}))
    assert study.unstated == {}
    assert study.traces["descent"].facts["assumed"] == ("start", "stop", "tolerance")


def test_figures_of_another_example_do_not_count() -> None:
    assert recompute(deck(PRINTED, worked="line")).unstated == {}


def test_bare_deck() -> None:
    assert recompute(Deck("notes.md", "", "", "en", (), (), (), ())).traces == {}


def test_unknown_kind() -> None:
    settings = {"worked": {"x": {"kind": "forest"}}}
    bare = Deck("notes.md", "", "", "en", (), (), (), (), settings=settings)
    with pytest.raises(DeckError, match="found 'forest'") as caught:
        recompute(bare)
    assert caught.value.key_path == ("worked", "x", "kind")


def test_givens_beyond_all_bounds() -> None:
    """An input of 10^12 has no e^-net that can be computed: one message, not a traceback."""
    given = BP["given"] | {"l": ["-1e12", "10"]}
    settings = {"worked": {"big": BP | {"kind": "perceptron", "given": given}}}
    with pytest.raises(DeckError, match="cannot be computed") as caught:
        recompute(Deck("notes.md", "", "", "en", (), (), (), (), settings=settings))
    assert caught.value.key_path == ("worked", "big")


def test_imports_are_light() -> None:
    """Recomputing loads neither plots nor pages."""
    code = "import sys, bpreport.worked; print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    heavy = {"matplotlib", "weasyprint", "scipy", "pandas", "jinja2", "dask", "torch", "sympy"}
    assert heavy.isdisjoint(loaded.stdout.split())
