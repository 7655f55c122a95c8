"""How a question is made of the student's numbers: a row for each form."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from bpreport.audit.model import Message
from bpreport.formula import rounded
from bpreport.publish.language import mark
from bpreport.publish.numbers import shown
from bpreport.publish.sheets.mistakes import Slipped
from bpreport.publish.sheets.model import Answer, Choice, Question
from bpreport.publish.sheets.planting import find_mistake, lines
from bpreport.publish.sheets.questions import Pick
from bpreport.publish.sheets.running import can_count, can_diverge, count, divergence
from bpreport.publish.sheets.screening import Screen
from bpreport.publish.sheets.values import values
from bpreport.publish.sheets.writing import Writing, latex_of, question_of, value_of

__all__ = ["FORMS", "Form"]


@dataclass(frozen=True, slots=True)
class Form:
    """One way of making a question."""

    possible: Callable[[Pick, Screen], bool]
    """Whether a worked example has what it needs."""
    write: Callable[[Writing], Question]


def _of_convention(pick: Pick, screen: Screen) -> list[Slipped]:
    return [
        slip
        for key in pick.keys
        for slip in screen.mistakes[key]
        if slip.slip == "another convention"
    ]


def _which_convention(writing: Writing) -> Question:
    (key,) = writing.asked.pick.keys
    quantity = writing.trace.quantities[key]
    (slip,) = _of_convention(writing.asked.pick, writing.screen)
    values = [quantity.value, value_of(slip.tree, writing.computed.values)]
    right = writing.order(2, "which")[0]
    printed = rounded(values[right], writing.course.places)
    line = (latex_of(quantity.symbol), f"= {printed}")
    texts = (
        mark("Simultaneously: all gradients are taken before any weight changes."),
        mark("One layer after the other: the output weights change first, and the gradients of the "
             "hidden weights are taken with the new ones."),
    )  # fmt: skip
    answer = Answer(
        id=f"{writing.number}a",
        label=Message(mark("The order:")),
        marks=2,
        example=writing.trace.name,
        choices=tuple(
            Choice(letter, Message(text)) for letter, text in zip("AB", texts, strict=True)
        ),
        right="AB"[right],
    )
    remark = Message(
        mark("Simultaneously it is {first}, one layer after the other {second}."),
        {"first": f"${shown(values[0])}$", "second": f"${shown(values[1])}$"},
    )
    return question_of(writing, [answer], [line], [key], remarks=[remark])


FORMS: Mapping[str, Form] = {
    "values": Form(lambda pick, _screen: bool(pick.keys), values),
    "mistake": Form(lambda pick, screen: bool(lines(pick, screen)), find_mistake),
    "convention": Form(lambda pick, screen: bool(_of_convention(pick, screen)), _which_convention),
    "count": Form(can_count, count),
    "divergence": Form(can_diverge, divergence),
}
