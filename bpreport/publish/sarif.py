"""What `bpreport check` found as SARIF 2.1.0, the format that code scanning reads.

A rule is a verdict. What could not be judged is of kind "open": SARIF's word for a rule that had
too little to go by, which is neither a pass nor a failure.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version
from typing import Any
from urllib.parse import quote

from bpreport.audit.model import Audit, Finding, Fix, Judgement, Verdict
from bpreport.deck import DeckError
from bpreport.publish.language import VERDICTS, render, translator, unusable, verdict_word
from bpreport.publish.numbers import exact
from bpreport.publish.places import address, end_of

__all__ = ["sarif_log", "sarif_results"]

SCHEMA = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)
RULES = (
    Verdict.WRONG,
    Verdict.EXPLAINED,
    Verdict.LAST_DIGIT,
    Verdict.TRUNCATED,
    Verdict.UNCHECKED,
)
"""Verdicts that become results; those that are right do not."""
_LEVELS = {"error": "error", "note": "note", "unchecked": "none"}
NOTATION = "notation"
"""The rule of notes that hold for several claims."""
FINGERPRINT = "bpreportClaim/v1"


def sarif_log(
    results: Sequence[dict[str, Any]], failures: Sequence[DeckError], lang: str
) -> dict[str, Any]:
    """The whole log: one run over all decks, with those that could not be read."""
    invocation: dict[str, Any] = {"executionSuccessful": not failures}
    if failures:
        invocation["toolExecutionNotifications"] = [_notification(each, lang) for each in failures]
    return {
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {
                    "driver": {
                        "name": "bpreport",
                        **_version(),
                        "language": lang,
                        "rules": [
                            *(_rule(verdict, lang) for verdict in RULES),
                            _notation_rule(lang),
                        ],
                    }
                },
                "language": lang,
                "columnKind": "unicodeCodePoints",
                "invocations": [invocation],
                "results": list(results),
            }
        ],
    }


def sarif_results(audit: Audit, lang: str) -> list[dict[str, Any]]:
    """The results of one deck, in order of the deck."""
    titles = {slide.number: slide.title for slide in audit.deck.slides}
    seen: Counter[tuple[str, str]] = Counter()
    results = []
    for judgement in audit.judgements:
        claim = judgement.claim
        title = titles.get(claim.slide, "")
        seen[title, claim.text] += 1
        if judgement.verdict in RULES:
            print_ = _fingerprint(title, claim.text, seen[title, claim.text])
            results.append(_result(audit, judgement, title, print_, lang))
    results += [_note(audit, note, lang) for note in audit.notes if note.claims]
    return results


def _note(audit: Audit, note: Finding, lang: str) -> dict[str, Any]:
    """A remark on notation, at every claim that it is about."""
    titles = {slide.number: slide.title for slide in audit.deck.slides}
    about = sorted(audit.about(note), key=lambda found: found.claim.position)
    message = render(note.message, lang)
    return {
        "ruleId": NOTATION,
        "ruleIndex": len(RULES),
        "kind": "fail",
        "level": "note",
        "message": {"text": message},
        "locations": [_location(audit, one, titles.get(one.claim.slide, "")) for one in about[:1]],
        "relatedLocations": [
            {"id": number, **_location(audit, one, titles.get(one.claim.slide, ""))}
            for number, one in enumerate(about[1:], 1)
        ],
        "partialFingerprints": {FINGERPRINT: _fingerprint(NOTATION, message, 1)},
        "properties": {"claims": list(note.claims)},
    }


def _version() -> dict[str, str]:
    try:
        return {"version": version("bpreport")}
    except PackageNotFoundError:  # used from a checkout without being installed
        return {}


def _rule(verdict: Verdict, lang: str) -> dict[str, Any]:
    meaning = translator(lang).gettext(VERDICTS[verdict][1])
    return {
        "id": str(verdict),
        "name": "".join(part.capitalize() for part in str(verdict).split("-")),
        "shortDescription": {"text": verdict_word(verdict, lang)},
        "fullDescription": {"text": meaning},
        "defaultConfiguration": {"level": _LEVELS[verdict.level]},
    }


def _notation_rule(lang: str) -> dict[str, Any]:
    gettext = translator(lang).gettext
    return {
        "id": NOTATION,
        "name": "Notation",
        "shortDescription": {"text": gettext("Notation")},
        "fullDescription": {"text": gettext("One thing written in two ways")},
        "defaultConfiguration": {"level": "note"},
    }


def _result(
    audit: Audit, judgement: Judgement, title: str, print_: str, lang: str
) -> dict[str, Any]:
    verdict = judgement.verdict
    result: dict[str, Any] = {
        "ruleId": str(verdict),
        "ruleIndex": RULES.index(verdict),
        "kind": "open" if verdict.level == "unchecked" else "fail",
        "level": _LEVELS[verdict.level],
        "message": {"text": render(judgement.message, lang)},
        "locations": [_location(audit, judgement, title)],
        "partialFingerprints": {FINGERPRINT: print_},
    }
    fix = judgement.fix
    if fix is not None and fix.sure and not fix.position.cell:
        result["fixes"] = [_fix(audit, fix, lang)]
    result["properties"] = {
        "claim": judgement.claim.id,
        "printed": judgement.printed,
        "exact": None if judgement.exact is None else exact(judgement.exact),
        "correction": judgement.correction,
        "slip": judgement.slip,
        "chance": judgement.chance,
    }
    return result


def _location(audit: Audit, judgement: Judgement, title: str) -> dict[str, Any]:
    claim = judgement.claim
    physical: dict[str, Any] = {"artifactLocation": {"uri": _uri(audit.deck.path)}}
    place = claim.position
    logical = {"name": title or str(claim.slide), "kind": "slide"}
    if place.cell:
        # The lines of a notebook's cells are not those of its file.
        logical["fullyQualifiedName"] = f"{place}"
    else:
        end = end_of(claim)
        physical["region"] = _region(place.line, place.column, end.line, end.column)
        physical["region"]["snippet"] = {"text": _snippet(audit, judgement)}
    return {"physicalLocation": physical, "logicalLocations": [logical]}


def _snippet(audit: Audit, judgement: Judgement) -> str:
    """What stands in the region of a claim."""
    start, end = judgement.claim.position, end_of(judgement.claim)
    lines = list(audit.deck.lines(start.line, end.line))
    lines[-1] = lines[-1][: end.column - 1]
    lines[0] = lines[0][start.column - 1 :]
    return "\n".join(lines)


def _fix(audit: Audit, fix: Fix, lang: str) -> dict[str, Any]:
    place = fix.position
    return {
        "description": {"text": _said_of(fix, lang)},
        "artifactChanges": [
            {
                "artifactLocation": {"uri": _uri(audit.deck.path)},
                "replacements": [
                    {
                        "deletedRegion": _region(
                            place.line, place.column, place.line, place.column + len(fix.old)
                        ),
                        "insertedContent": {"text": fix.new},
                    }
                ],
            }
        ],
    }


def _said_of(fix: Fix, lang: str) -> str:
    gettext = translator(lang).gettext
    if not fix.old:
        return gettext("Insert %(new)s") % {"new": fix.new.strip()}
    if not fix.new:
        return gettext("Remove %(old)s") % {"old": fix.old.strip()}
    return gettext("Write %(new)s instead of %(old)s") % {"new": fix.new, "old": fix.old}


def _region(line: int, column: int, end_line: int, end_column: int) -> dict[str, Any]:
    return {
        "startLine": line,
        "startColumn": column,
        "endLine": end_line,
        "endColumn": end_column,
    }


def _fingerprint(title: str, text: str, count: int) -> str:
    """What tells a claim from all others of its deck, wherever its line moves."""
    told = "\0".join((title, text, str(count)))
    return hashlib.sha256(told.encode()).hexdigest()[:32]


def _notification(failure: DeckError, lang: str) -> dict[str, Any]:
    physical: dict[str, Any] = {"artifactLocation": {"uri": _uri(failure.path)}}
    place = failure.position
    if place is not None and not place.cell:
        physical["region"] = {"startLine": place.line, "startColumn": place.column}
    return {
        "level": "error",
        "message": {"text": unusable(failure, lang)},
        "locations": [{"physicalLocation": physical}],
    }


def _uri(path: str) -> str:
    """A path as a URI reference: relative to the working folder where it lies in it.

    >>> _uri("notes/第一 章.md")
    'notes/%E7%AC%AC%E4%B8%80%20%E7%AB%A0.md'
    """
    found = address(path)
    return f"file://{quote(found)}" if found.startswith("/") else quote(found)
