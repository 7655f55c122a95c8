"""What `bpreport check` found as commands of a GitHub workflow, which shows them in the diff."""

from __future__ import annotations

from collections.abc import Iterator

from bpreport.audit.model import Audit, Judgement
from bpreport.deck import DeckError
from bpreport.publish.language import render, translator, unusable, verdict_word
from bpreport.publish.places import address, end_of

__all__ = ["annotated", "annotation_of_failure"]

_COMMANDS = {"error": "error", "note": "notice"}


def annotated(audit: Audit, lang: str) -> Iterator[str]:
    """One line for each error and each note, and one that counts what was not judged."""
    unchecked = 0
    for judgement in audit.judgements:
        level = judgement.verdict.level
        if level in _COMMANDS:
            yield _annotation(audit, judgement, lang)
        unchecked += level == "unchecked"
    for note in audit.notes:
        places = audit.places_of(note)
        properties: dict[str, str | int] = {"file": address(audit.deck.path)}
        if places and not places[0].cell:
            properties |= {"line": places[0].line, "col": places[0].column}
        yield _command("notice", properties, render(note.message, lang))
    if unchecked:
        ngettext = translator(lang).ngettext
        text = ngettext(
            "%(count)d claim could not be judged", "%(count)d claims could not be judged", unchecked
        )
        yield _command("notice", {"file": address(audit.deck.path)}, text % {"count": unchecked})


def annotation_of_failure(failure: DeckError, lang: str | None) -> str:
    """A deck that cannot be used."""
    properties: dict[str, str | int] = {"file": address(failure.path)}
    message = unusable(failure, lang)
    place = failure.position
    if place is not None and not place.cell:
        properties |= {"line": place.line, "col": place.column}
    return _command("error", properties, message)


def _annotation(audit: Audit, judgement: Judgement, lang: str) -> str:
    place, end = judgement.claim.position, end_of(judgement.claim)
    properties: dict[str, str | int] = {"file": address(audit.deck.path)}
    message = render(judgement.message, lang)
    if place.cell:
        message = f"{place}: {message}"  # the lines of a cell are not those of the file
    else:
        properties |= {"line": place.line, "endLine": end.line, "col": place.column}
        if end.line == place.line:
            properties["endColumn"] = end.column
    properties["title"] = verdict_word(judgement.verdict, lang)
    return _command(_COMMANDS[judgement.verdict.level], properties, message)


def _command(name: str, properties: dict[str, str | int], message: str) -> str:
    r"""A workflow command on one line.

    >>> _command("error", {"file": "a,b.md", "line": 3, "title": "off: 1 %"}, "two\nlines, 5 %")
    '::error file=a%2Cb.md,line=3,title=off%3A 1 %25::two%0Alines, 5 %25'
    """
    listed = ",".join(f"{key}={_escaped(str(value))}" for key, value in properties.items())
    return f"::{name} {listed}::{_escaped_text(message)}"


def _escaped_text(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _escaped(text: str) -> str:
    return _escaped_text(text).replace(":", "%3A").replace(",", "%2C")
