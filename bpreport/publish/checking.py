"""What `bpreport check` prints: for people, and as JSON."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import asdict, is_dataclass
from typing import Any

from bpreport.audit.model import Audit, Judgement, Message, Verdict
from bpreport.publish.language import render, translator, verdict_word
from bpreport.publish.numbers import exact, shown

__all__ = ["check_json", "check_text"]

MARKS = {"right": "✓", "note": "▲", "error": "×", "unchecked": "○"}
COLOURS = {"right": "32", "note": "33", "error": "1;31", "unchecked": "2"}
"""SGR codes of a terminal; word and mark tell the same."""


def check_json(audit: Audit, lang: str = "en") -> dict[str, Any]:
    """The audit of one deck, ready for JSON; the keys are those of the documentation."""
    return {
        "deck": audit.deck.path,
        "summary": audit.summary,
        "conventions": _plain(audit.conventions, lang),
        "claims": [
            {
                "id": judgement.claim.id,
                "slide": judgement.claim.slide,
                "line": judgement.claim.position.line,
                "column": judgement.claim.position.column,
                "text": judgement.claim.text,
                "symbol": judgement.quantity,
                "printed": judgement.printed,
                "exact": None if judgement.exact is None else exact(judgement.exact),
                "verdict": str(judgement.verdict),
                "slip": judgement.slip,
                "correction": judgement.correction,
                "message": render(judgement.message, lang),
                "chance": judgement.chance,
            }
            for judgement in audit.judgements
        ],
    }


def check_text(audit: Audit, lang: str = "en", color: bool = False) -> str:
    """The audit of one deck for a terminal: what is not right, by slide, and the counts."""
    return "\n".join(_lines(audit, lang, color))


def _lines(audit: Audit, lang: str, color: bool) -> Iterator[str]:
    gettext = translator(lang).gettext
    bold = _painter(color, "1")
    soft = _painter(color, "2")
    yield bold(audit.deck.path)
    source = audit.deck.source.splitlines()
    titles = {slide.number: slide.title for slide in audit.deck.slides}
    slide = None
    for judgement in audit.judgements:
        if judgement.verdict.level == "right":
            continue
        if judgement.claim.slide != slide:
            slide = judgement.claim.slide
            yield ""
            yield "  " + bold(titles.get(slide, "") or gettext("Untitled"))
        yield from _judged(judgement, source, lang, color)
    for finding in audit.findings:
        paint = _painter(color, COLOURS[finding.level])
        yield ""
        yield f"  {paint(MARKS[finding.level])} {render(finding.message, lang)}"
    yield ""
    summary = audit.summary
    counted = [
        _painter(color, COLOURS[verdict.level])(
            f"{MARKS[verdict.level]} {verdict_word(verdict, lang)} {summary[str(verdict)]}"
        )
        for verdict in Verdict
        if str(verdict) in summary
    ]
    total = gettext("%(count)d claims") % {"count": len(audit.judgements)}
    yield f"  {total}: {', '.join(counted)}" if counted else "  " + soft(total)


def _judged(judgement: Judgement, source: list[str], lang: str, color: bool) -> Iterator[str]:
    gettext = translator(lang).gettext
    level = judgement.verdict.level
    paint, soft = _painter(color, COLOURS[level]), _painter(color, "2")
    place = judgement.claim.position
    word = verdict_word(judgement.verdict, lang)
    yield f"  {place.line}:{place.column} {paint(f'{MARKS[level]} {word}')}  " + render(
        judgement.message, lang
    )
    facts = [
        (gettext("printed"), judgement.printed),
        (gettext("recomputed"), None if judgement.exact is None else shown(judgement.exact, 10)),
        (gettext("correct"), judgement.correction),
    ]
    told = [f"{name} {value}" for name, value in facts if value is not None]
    if told:
        yield "      " + ", ".join(told)
    if 0 < place.line <= len(source):
        line = source[place.line - 1]
        before = _width(line[: place.column - 1])
        claim = judgement.claim
        # An equation is found at its relation, and what is judged is its right side.
        marked = f"{claim.relation} {claim.right_source}" if claim.right_source else claim.text
        length = _width(marked.split("\n", 1)[0]) or 1
        room = max(_width(line) - before, 1)
        yield soft("      | ") + line
        yield soft("      | ") + " " * before + paint("^" * min(length, room))


def _painter(color: bool, code: str) -> Any:
    return (lambda text: f"\033[{code}m{text}\033[0m") if color else (lambda text: text)


def _width(text: str) -> int:
    """Columns of a terminal that a text takes; Han characters take two."""
    return sum(
        0 if unicodedata.combining(sign) else 2 if unicodedata.east_asian_width(sign) in "WF" else 1
        for sign in text
    )


def _plain(value: Any, lang: str) -> Any:
    """Anything that an audit says of conventions, as JSON knows it."""
    if isinstance(value, Message):
        return render(value, lang)
    if isinstance(value, Mapping):
        return {str(key): _plain(entry, lang) for key, entry in value.items()}
    if is_dataclass(value) and not isinstance(value, type):
        return _plain(asdict(value), lang)
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(entry, lang) for entry in value]
    if value is None or isinstance(value, str | bool | int | float):
        return value
    return exact(value)
