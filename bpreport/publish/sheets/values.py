"""Questions that ask for numbers of the student's own, and what slips make of these."""

from __future__ import annotations

from contextlib import suppress
from string import ascii_lowercase

from bpreport.audit.model import Message
from bpreport.formula import EvaluationError, decimals
from bpreport.publish.sheets.model import Answer, Mistake, Question
from bpreport.publish.sheets.writing import Writing, decimal_of, latex_of, question_of

__all__ = ["values"]

LISTED = 3
"""Mistakes of an answer that the key lists."""


def values(writing: Writing) -> Question:
    """A number for each quantity."""
    pick = writing.asked.pick
    answers = [
        _number(writing, key, letter, MARKS.get(writing.trace.roles[key].kind, 1))
        for letter, key in zip(ascii_lowercase, pick.keys, strict=False)
    ]
    return question_of(writing, answers, pick.shown, pick.worked or pick.keys)


MARKS = {
    "gradient": 2,
    "updated weight": 2,
    "updated bias": 2,
    "updated parameter": 2,
    "objective": 2,
    "next error": 3,
}
"""Marks for a quantity by its part; others have one."""


def _number(writing: Writing, key: str, letter: str, marks: int) -> Answer:
    quantity, places = writing.trace.quantities[key], writing.course.places
    low, high = writing.computed.accepted(key, places)
    return Answer(
        id=writing.number + letter,
        label=Message("{symbol}", {"symbol": f"${latex_of(quantity.symbol)} =$"}),
        marks=marks,
        key=key,
        example=writing.trace.name,
        value=decimal_of(quantity.value),
        places=places,
        low=low,
        high=high,
        mistakes=_mistakes(writing, key),
    )


def _mistakes(writing: Writing, key: str) -> tuple[Mistake, ...]:
    """A few mistakes of different kinds, and what they give."""
    found: dict[str, Mistake] = {}
    with decimals():
        for slip, play in writing.screen.played[key]:
            if slip.slip not in found:
                with suppress(EvaluationError):
                    value = decimal_of(play(writing.computed.values))
                    found[slip.slip] = Mistake(slip.slip, slip.message, value)
            if len(found) == LISTED:
                break
    return tuple(found.values())
