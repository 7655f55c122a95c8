"""What `bpreport check` prints: for people, and as JSON."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import asdict, is_dataclass
from typing import Any

from bpreport.audit.model import Audit, Judgement, Message, Verdict
from bpreport.deck.model import Deck
from bpreport.publish.language import render, translator, verdict_word
from bpreport.publish.numbers import beside, exact
from bpreport.publish.places import end_of

__all__ = ["check_json", "check_text"]

MARKS = {"right": "✓", "note": "▲", "error": "×", "unchecked": "○"}
COLOURS = {"right": "32", "note": "33", "error": "1;31", "unchecked": "2"}
"""SGR codes of a terminal; word and mark tell the same."""
MOST_PLACES = 8
"""Places of a note that are listed."""
WIDEST = 120
"""Columns past which a line of the source is cut."""
MOST_CHARACTERS = 3 * WIDEST
"""Characters that are looked at on either side of a mark; some of them have no width."""


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
        "notes": [
            {
                "level": note.level,
                "message": render(note.message, lang),
                "claims": list(note.claims),
            }
            for note in audit.notes
        ],
    }


def check_text(audit: Audit, lang: str = "en", color: bool = False) -> str:
    """The audit of one deck for a terminal: what is not right, by slide, and the counts."""
    return "\n".join(_lines(audit, lang, color))


def _lines(audit: Audit, lang: str, color: bool) -> Iterator[str]:
    gettext, ngettext = translator(lang).gettext, translator(lang).ngettext
    bold = _painter(color, "1")
    soft = _painter(color, "2")
    yield bold(audit.deck.path)
    titles = {slide.number: slide.title for slide in audit.deck.slides}
    slide = None
    for judgement in audit.judgements:
        if judgement.verdict.level == "right":
            continue
        if judgement.claim.slide != slide:
            slide = judgement.claim.slide
            yield ""
            yield "  " + bold(_printable(titles.get(slide, "")) or gettext("Untitled"))
        yield from _judged(judgement, audit.deck, lang, color)
    if audit.notes:
        yield ""
    for note in audit.notes:
        places = [str(place) for place in audit.places_of(note)]
        listed = " ".join([*places[:MOST_PLACES], *(["…"] if places[MOST_PLACES:] else [])])
        paint = _painter(color, COLOURS[note.level])
        yield f"  {paint(MARKS[note.level])} {render(note.message, lang)}"
        if listed:
            yield "      " + soft(listed)
    yield ""
    summary = audit.summary
    counted = [
        _painter(color, COLOURS[verdict.level])(
            f"{MARKS[verdict.level]} {verdict_word(verdict, lang)} {summary[str(verdict)]}"
        )
        for verdict in Verdict
        if str(verdict) in summary
    ]
    many = len(audit.judgements)
    total = ngettext("%(count)d claim", "%(count)d claims", many) % {"count": many}
    yield f"  {total}: {', '.join(counted)}" if counted else "  " + soft(total)


def _judged(judgement: Judgement, deck: Deck, lang: str, color: bool) -> Iterator[str]:
    gettext = translator(lang).gettext
    level = judgement.verdict.level
    paint, soft = _painter(color, COLOURS[level]), _painter(color, "2")
    place = judgement.claim.position
    word = verdict_word(judgement.verdict, lang)
    yield f"  {place} {paint(f'{MARKS[level]} {word}')}  " + _printable(
        render(judgement.message, lang)
    )
    facts = [
        (gettext("printed"), judgement.printed),
        (gettext("recomputed"), beside(judgement.printed, judgement.exact, 10)),
        (gettext("correct"), judgement.correction),
    ]
    told = [f"{name} {value}" for name, value in facts if value]
    if told:
        yield "      " + ", ".join(told)
    line = deck.line_at(place)
    if line:
        end = end_of(judgement.claim)
        behind = end.column if end.line == place.line else len(line) + 1
        shown_line, before, length = _excerpt(line, place.column - 1, behind - 1)
        yield soft("      | ") + shown_line
        yield soft("      | ") + " " * before + paint("^" * length)


def _excerpt(line: str, start: int, end: int) -> tuple[str, int, int]:
    """A line of the source as it is shown, and the columns before and under its mark.

    What a terminal is not wide enough for is left out around the mark.

    >>> _excerpt("a = 0.95", 2, 8)
    ('a = 0.95', 2, 6)
    >>> text, before, length = _excerpt("x " * 80 + "= 0.95, and so on", 160, 166)
    >>> len(text) <= WIDEST, text[before:before + length]
    (True, '= 0.95')
    """
    # A formula of one long line can have thousands of claims: each looks at what is near it only.
    first = max(0, start - MOST_CHARACTERS)
    near = _printable(line[first : start + MOST_CHARACTERS])
    start, end = start - first, max(start + 1, min(end, len(line))) - first
    left, right = 0, len(near)
    if len(near) < len(line) or _width(near) > WIDEST:
        left, right = _around(near, start, end)
    cut = "…" if first + left else ""
    text = cut + near[left:right] + ("…" if first + right < len(line) else "")
    return text, _width(cut + near[left:start]), _width(near[start : min(end, right)]) or 1


def _around(line: str, start: int, end: int) -> tuple[int, int]:
    """From where to where a line is shown: first its mark, then what is before and behind it."""
    left = right = start
    room = WIDEST - 2  # for the signs that something is left out
    widths = _widths(line)
    for wanted in (min(end, len(line)), len(line)):
        while right < wanted and widths[right] <= room:
            room -= widths[right]
            right += 1
        while left > 0 and right >= min(end, len(line)) and widths[left - 1] <= room:
            room -= widths[left - 1]
            left -= 1
    return left, right


def _printable(text: str) -> str:
    """A text without signs that a terminal would obey; a tab is one column wide."""
    if text.isprintable():
        return text
    return "".join(
        " " if sign == "\t" else "\ufffd" if unicodedata.category(sign) == "Cc" else sign
        for sign in text
    )


def _painter(color: bool, code: str) -> Any:
    return (lambda text: f"\033[{code}m{text}\033[0m") if color else (lambda text: text)


def _width(text: str) -> int:
    """Columns of a terminal that a text takes; Han characters take two."""
    return sum(_widths(text))


def _widths(text: str) -> list[int]:
    """The columns of each sign."""
    if text.isascii():  # as most texts are; of a long one each claim shows a part
        return [1] * len(text)
    return [
        0 if unicodedata.combining(sign) else 2 if unicodedata.east_asian_width(sign) in "WF" else 1
        for sign in text
    ]


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
