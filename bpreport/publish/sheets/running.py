"""Questions about whole runs of a descent: how many updates it makes, and when it diverges."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from functools import lru_cache
from string import ascii_uppercase

import numpy as np

from bpreport.audit.model import Message
from bpreport.publish.language import mark
from bpreport.publish.sheets.descents import outcomes, updates
from bpreport.publish.sheets.model import Answer, Choice, Mistake, Question
from bpreport.publish.sheets.questions import STOPS, Pick
from bpreport.publish.sheets.screening import Screen
from bpreport.publish.sheets.writing import OPTIONS, Writing, question_of
from bpreport.worked import GradientDescent

__all__ = ["can_count", "can_diverge", "count", "divergence"]


def count(writing: Writing) -> Question:
    """How many updates the run makes."""
    template = writing.screen.template
    example, settings = template.example, template.settings
    assert isinstance(example, GradientDescent)
    starts = tuple(_given(writing, key) for key in template.of_kind("start"))
    (rate,) = template.of_kind("learning rate")
    count = _updates(
        example, starts, _given(writing, rate), settings["tolerance"], settings["stop"]
    )
    prompt = Message(STOPS[settings["stop"]], {"tolerance": f"${_power(settings['tolerance'])}$"})
    value = Decimal(count)
    answer = Answer(
        id=f"{writing.number}a",
        label=Message(mark("Number of updates:")),
        marks=2,
        key="updates",
        example=writing.trace.name,
        value=value,
        low=value,
        high=value,
        mistakes=tuple(
            Mistake("iteration off", Message(text, {"count": count}), value + off)
            for off, text in OFF.items()
        ),
    )
    return question_of(writing, [answer], (), (), prompt)


@lru_cache(maxsize=4096)
def _updates(
    example: GradientDescent, start: tuple[str, ...], rate: str, tolerance: str, stop: str
) -> int:
    points = np.array([[float(entry)] for entry in start])
    settings = {"tolerance": tolerance, "stop": stop}
    return int(updates(example, points, np.array([float(rate)]), settings)[0])


OFF = {
    -1: mark("the last update was not counted; {count} updates are made"),
    1: mark("the start was counted as an update; {count} updates are made"),
}
"""What was done by somebody whose count is off by so many."""


def _given(writing: Writing, key: str) -> str:
    return writing.givens.get(key, writing.screen.template.own[key])


def _power(digits: str) -> str:
    r"""A tolerance as LaTeX.

    >>> _power("1e-10"), _power("0.001")
    ('10^{-10}', '0.001')
    """
    mantissa, exponent = f"{Decimal(digits).normalize():e}".split("e")
    if -4 <= int(exponent) <= 4:
        return f"{Decimal(digits).normalize():f}"
    power = f"10^{{{int(exponent)}}}"
    return power if mantissa == "1" else rf"{mantissa} \cdot {power}"


def _rates(writing_givens: Mapping[str, str], screen: Screen) -> tuple[list[str], list[str]]:
    template = screen.template
    example = template.example
    if not isinstance(example, GradientDescent):
        return [], []
    start = tuple(writing_givens.get(key, template.own[key]) for key in template.of_kind("start"))
    settings = template.settings
    stop = "step" if settings["stop"] == "count" else settings["stop"]
    return outcomes(example, start, float(settings["tolerance"]), stop)


def divergence(writing: Writing) -> Question:
    """Which of a few learning rates lets the run diverge."""
    good, bad = _rates(writing.givens, writing.screen)
    rates = [bad[0], *good[::-1][: OPTIONS - 1]]
    order = sorted(range(len(rates)), key=lambda place: Decimal(rates[place]))
    choices = tuple(
        Choice(letter, Message("{rate}", {"rate": f"${rates[place]}$"}))
        for letter, place in zip(ascii_uppercase, order, strict=False)
    )
    answer = Answer(
        id=f"{writing.number}a",
        label=Message(mark("It diverges with:")),
        marks=1,
        example=writing.trace.name,
        choices=choices,
        right=ascii_uppercase[order.index(0)],
    )
    prompt = Message(
        mark(
            "From the same start, with one of these learning rates the descent diverges. Which one?"
        )
    )
    return question_of(writing, [answer], (), (), prompt)


def can_count(_pick: Pick, screen: Screen) -> bool:
    """Whether the run ends by itself."""
    return bool(screen.template.settings) and screen.template.settings["stop"] != "count"


def can_diverge(_pick: Pick, screen: Screen) -> bool:
    """Whether some rates diverge and others do not, wherever the run starts."""
    starts = screen.template.of_kind("start")
    ends = [
        {key: screen.grid[key].digits(place) for key in starts if key in screen.grid}
        for place in (0, -1)
    ]
    return all(len(good) >= 2 and bad for good, bad in (_rates(end, screen) for end in ends))
