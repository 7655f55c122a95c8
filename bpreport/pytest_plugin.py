"""The pytest plugin: the fixture `golden` holds a program's values against those of a deck.

Which deck: the marker `golden`, else the option `--golden-deck`, else the setting `golden_deck`,
else the built-in one. What computes is imported by the first test that asks for the fixture.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from bpreport.publish.golden_checks import Golden

__all__ = ["golden"]

_LOADED = pytest.StashKey[dict[tuple[Path | None, str | None], "Golden"]]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """The option and the settings."""
    group = parser.getgroup("bpreport")
    group.addoption("--golden-deck", metavar="DECK", help="the deck of the fixture `golden`")
    parser.addini("golden_deck", "the deck of the fixture `golden`", default="")
    parser.addini("golden_lang", "language of its messages, zh or en; by default the deck's")


def pytest_configure(config: pytest.Config) -> None:
    """Make the marker known."""
    config.addinivalue_line(
        "markers",
        "golden(deck=None, example=None, lang=None, **conventions): the deck, seen from the folder "
        "of the test file, the worked example and the conventions of the fixture `golden`",
    )
    config.stash[_LOADED] = {}


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Golden:
    """The golden values of a deck: `golden.check("out_{h1}", value)`."""
    from bpreport.deck import DeckError
    from bpreport.publish.golden_checks import UnknownNameError

    place, chosen = _deck(request)
    lang = chosen.pop("lang", None) or request.config.getini("golden_lang") or None
    example = chosen.pop("example", None)
    try:
        found = _load(request.config, place, lang)
        found = found if example is None else found.example(example)
        return found.using(**chosen)
    except (DeckError, UnknownNameError) as error:
        pytest.fail(f"the fixture `golden` cannot be made: {error}", pytrace=False)


def _deck(request: pytest.FixtureRequest) -> tuple[Path | None, dict[str, Any]]:
    """The deck's path, None for the built-in one, and what else the markers say."""
    chosen: dict[str, Any] = {}
    for marker in reversed(list(request.node.iter_markers("golden"))):  # the nearest comes last
        chosen |= dict(zip(("deck",), marker.args, strict=False)) | marker.kwargs
    config = request.config
    stated = chosen.pop("deck", None)
    if stated is not None:
        return request.path.parent / stated, chosen
    if option := config.getoption("--golden-deck"):
        return config.invocation_params.dir / option, chosen
    if setting := config.getini("golden_deck"):
        folder = config.inipath.parent if config.inipath else config.rootpath
        return folder / setting, chosen
    return None, chosen


def _load(config: pytest.Config, place: Path | None, lang: str | None) -> Golden:
    """Each deck is read and computed once a session."""
    from bpreport.publish.golden_checks import load

    loaded = config.stash[_LOADED]
    if (place, lang) not in loaded:
        loaded[place, lang] = load(place, lang)
    return loaded[place, lang]
