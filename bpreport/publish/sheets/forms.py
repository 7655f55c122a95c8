"""How a question is made of the student's numbers: a row for each form."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Context, Decimal
from functools import lru_cache
from string import ascii_lowercase, ascii_uppercase
from typing import TYPE_CHECKING, Any

import numpy as np

from bpreport.audit.model import Message
from bpreport.formula import (
    DECIMAL,
    DIGITS,
    INTERVAL,
    EvaluationError,
    decimals,
    latex,
    prepared,
    rounded,
)
from bpreport.formula.tree import Tree
from bpreport.publish.language import mark
from bpreport.publish.numbers import shown
from bpreport.publish.sheets.descents import outcomes, updates
from bpreport.publish.sheets.mistakes import Slipped
from bpreport.publish.sheets.model import Answer, Choice, Mistake, Question, Step
from bpreport.publish.sheets.questions import STOPS, Pick
from bpreport.publish.sheets.ranges import Grid, draw, stream
from bpreport.publish.sheets.screening import APART, Screen
from bpreport.publish.sheets.setting import is_numeric
from bpreport.publish.sheets.template import Computed, Interval, accepted
from bpreport.publish.solution import solve
from bpreport.worked import GradientDescent, Trace
from bpreport.worked.steps import read_keys

if TYPE_CHECKING:
    from bpreport.publish.sheets.course import Asked, Course

__all__ = ["FORMS", "Form", "Writing", "decimal_of"]

LISTED = 3
"""Mistakes of an answer that the key lists."""
OPTIONS = 4
"""Options of a question that is answered by choosing."""


@dataclass(frozen=True, slots=True)
class Writing:
    """What a question is made from."""

    course: Course
    asked: Asked
    trace: Trace
    """With the student's values."""
    computed: Computed
    givens: Mapping[str, str]
    number: str
    """Of the question."""
    words: tuple[str | int, ...]
    """From which choices are drawn."""
    digits: Mapping[str, str]
    """The values as they are shown, by key."""

    @property
    def screen(self) -> Screen:
        """The screen of the worked example."""
        return self.asked.screen

    def order(self, count: int, *words: str) -> list[int]:
        """Places 0 ... count - 1 in an order that follows from the student."""
        data = stream(4 * count, *self.words, self.number, *words)
        return sorted(range(count), key=lambda place: data[4 * place : 4 * place + 4])


@dataclass(frozen=True, slots=True)
class Form:
    """One way of making a question."""

    possible: Callable[[Pick, Screen], bool]
    """Whether a worked example has what it needs."""
    write: Callable[[Writing], Question]


def _values(writing: Writing) -> Question:
    """A number for each quantity."""
    pick = writing.asked.pick
    answers = [
        _number(writing, key, letter, MARKS.get(writing.trace.roles[key].kind, 1))
        for letter, key in zip(ascii_lowercase, pick.keys, strict=False)
    ]
    return _question(writing, answers, pick.shown, pick.worked or pick.keys)


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
        label=Message("{symbol}", {"symbol": f"${_latex(quantity.symbol)} =$"}),
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
    for slip in writing.screen.mistakes[key]:
        if slip.slip not in found and len(found) < LISTED:
            value = _wrong(writing, slip)
            if value is not None:
                found[slip.slip] = Mistake(slip.slip, slip.message, value)
    return tuple(found.values())


def _wrong(writing: Writing, slip: Slipped) -> Decimal | None:
    try:
        return decimal_of(_value(slip.tree, writing.computed.values))
    except EvaluationError:
        return None


def _question(
    writing: Writing,
    answers: Sequence[Answer],
    formulas: Sequence[tuple[str, ...]],
    worked: Sequence[str],
    prompt: Message | None = None,
    remarks: Sequence[Message] = (),
) -> Question:
    row = writing.asked.row
    return Question(
        id=writing.number,
        kind=row.kind,
        title=row.title,
        prompt=(prompt or Message(row.prompt),),
        formulas=tuple(formulas),
        answers=tuple(answers),
        lines=row.lines,
        solution=tuple(_step(writing, key) for key in worked),
        scheme=tuple((answer.id, answer.marks, SCHEME[answer.kind]) for answer in answers),
        remarks=tuple(remarks),
    )


def _step(writing: Writing, key: str) -> Step:
    solved = solve(writing.trace.quantities[key], writing.trace, digits=writing.digits)
    first = next(
        (at for at, side in enumerate(solved.steps) if at and is_numeric(side)),
        len(solved.steps),
    )
    return Step(solved.steps[:first], solved.steps[first:], solved.carried)


SCHEME = {
    "number": Message(
        mark("a value in the accepted interval, or one that follows from earlier answers")
    ),
    "count": Message(mark("the right number")),
    "choice": Message(mark("the right option")),
}


# -- find the mistake


def _lines(pick: Pick, screen: Screen) -> list[tuple[str, list[Slipped]]]:
    """Quantities and the slips that can be planted in a line of theirs."""
    found = []
    for key in pick.keys:
        slips, _ = screen.written[key]
        names = {slip.slip for slip in slips}
        if len(slips) >= OPTIONS and len(names) > 1:
            found.append((key, slips))
    return found


def _find_mistake(writing: Writing) -> Question:
    """A line with numbers of its own: the student's would give other answers away."""
    lines = _lines(writing.asked.pick, writing.screen)
    key, slips = lines[writing.order(len(lines), "line")[0]]
    quantity = writing.trace.quantities[key]
    assert quantity.formula is not None
    shuffled = [slips[place] for place in writing.order(len(slips), "slips")]
    for attempt in range(ATTEMPTS):
        operands = _operands(writing, writing.screen.written[key][1], attempt)
        options = _different(quantity.formula, shuffled, operands, writing.course.places)
        if len(options) == OPTIONS:
            break
    planted = options[0]
    values = {name: Decimal(text) for name, text in operands.items()}
    wrong, right = (_value(tree, values) for tree in (planted.tree, quantity.formula))
    symbol = _latex(quantity.symbol)
    line = (symbol, f"= {latex(planted.tree, operands)}", f"= {shown(wrong)}")
    read = dict.fromkeys(
        name
        for tree in (quantity.formula, *(slip.tree for slip in options))
        for name in read_keys(tree)
    )
    known = [
        (_latex(writing.trace.quantities[name].symbol), f"= {operands[name]}") for name in read
    ]
    order = writing.order(len(options), "options")
    choices = tuple(
        Choice(letter, options[place].message)
        for letter, place in zip(ascii_uppercase, order, strict=False)
    )
    places = writing.course.places
    span = INTERVAL.number("1e-" + str(writing.course.carry)) * Interval([-1, 1]) + Interval(
        str(right)
    )
    low, high = accepted(span, places)
    answers = [
        Answer(
            id=f"{writing.number}a",
            label=Message(mark("The mistake:")),
            marks=1,
            example=writing.trace.name,
            choices=choices,
            right=ascii_uppercase[order.index(0)],
        ),
        Answer(
            id=f"{writing.number}b",
            label=Message("{symbol}", {"symbol": f"${symbol} =$"}),
            marks=1,
            example=writing.trace.name,
            value=decimal_of(right),
            places=places,
            low=low,
            high=high,
            mistakes=(Mistake(planted.slip, planted.message, decimal_of(wrong)),),
        ),
    ]
    solved = Step(
        (symbol, f"= {_latex(quantity.formula)}"),
        (f"= {latex(quantity.formula, operands)}", f"= {shown(right)}"),
        carried=False,
    )
    question = _question(writing, answers, [*known, line], ())
    return replace(question, solution=(solved,))


ATTEMPTS = 50
"""Sets of operands that are tried until all options give values of their own."""


def _operands(writing: Writing, names: Sequence[str], attempt: int) -> dict[str, str]:
    """Short numbers for all that a formula reads: givens from their grid, others below 1."""
    template, grid = writing.screen.template, writing.screen.grid
    grids = [grid.get(name, FRACTIONS) for name in names]
    drawn = draw(grids, 1, *writing.words, writing.number, "operands", attempt)[:, 0]
    return {
        name: template.own[name] if name in template.own and name not in grid
        else own.digits(int(place))
        for name, own, place in zip(names, grids, drawn, strict=True)
    }  # fmt: skip


FRACTIONS = Grid(Decimal("0.11"), Decimal("0.01"), 79)
"""What an output in a line with a planted mistake may be."""


def _different(
    formula: Tree, slips: Sequence[Slipped], operands: Mapping[str, str], places: int
) -> list[Slipped]:
    """The first few slips that give different values, of different kinds while there are any."""
    least = APART * Decimal(1).scaleb(-places)
    known = {name: Decimal(text) for name, text in operands.items()}
    found: list[Slipped] = []
    values = [_value(formula, known)]
    fresh = [s for place, s in enumerate(slips) if s.slip not in {o.slip for o in slips[:place]}]
    for slip in (*fresh, *slips):
        try:
            value = _value(slip.tree, known)
        except EvaluationError:
            continue
        if slip not in found and all(abs(value - other) > least for other in values):
            found.append(slip)
            values.append(value)
        if len(found) == OPTIONS:
            break
    return found


# -- which convention


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
    values = [quantity.value, _value(slip.tree, writing.computed.values)]
    right = writing.order(2, "which")[0]
    printed = rounded(values[right], writing.course.places)
    line = (_latex(quantity.symbol), f"= {printed}")
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
    return _question(writing, [answer], [line], [key], remarks=[remark])


# -- descents


def _count(writing: Writing) -> Question:
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
            Mistake("iteration off", Message(OFF, {"count": count}), value + off) for off in (-1, 1)
        ),
    )
    return _question(writing, [answer], (), (), prompt)


@lru_cache(maxsize=4096)
def _updates(
    example: GradientDescent, start: tuple[str, ...], rate: str, tolerance: str, stop: str
) -> int:
    points = np.array([[float(entry)] for entry in start])
    settings = {"tolerance": tolerance, "stop": stop}
    return int(updates(example, points, np.array([float(rate)]), settings)[0])


OFF = mark("the check was counted instead of the updates; {count} updates are made")


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


def _divergence(writing: Writing) -> Question:
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
    return _question(writing, [answer], (), (), prompt)


def _can_count(_pick: Pick, screen: Screen) -> bool:
    return bool(screen.template.settings) and screen.template.settings["stop"] != "count"


def _can_diverge(_pick: Pick, screen: Screen) -> bool:
    starts = screen.template.of_kind("start")
    ends = [
        {key: screen.grid[key].digits(place) for key in starts if key in screen.grid}
        for place in (0, -1)
    ]
    return all(len(good) >= 2 and bad for good, bad in (_rates(end, screen) for end in ends))


FORMS: Mapping[str, Form] = {
    "values": Form(lambda pick, _screen: bool(pick.keys), _values),
    "mistake": Form(lambda pick, screen: bool(_lines(pick, screen)), _find_mistake),
    "convention": Form(lambda pick, screen: bool(_of_convention(pick, screen)), _which_convention),
    "count": Form(_can_count, _count),
    "divergence": Form(_can_diverge, _divergence),
}


def decimal_of(value: Decimal) -> Decimal:
    """A value at 50 digits.

    >>> with decimals():
    ...     third = Decimal(1) / 3
    >>> len(str(decimal_of(third)))
    52
    """
    return _AT_50.plus(value)


_AT_50 = Context(prec=DIGITS)


def _value(tree: Tree, values: Mapping[str, Decimal]) -> Decimal:
    with decimals():
        found: Decimal = _prepared(tree)(values)
        return found


@lru_cache(maxsize=4096)
def _prepared(tree: Tree) -> Callable[[Mapping[str, Any]], Any]:
    return prepared(tree, DECIMAL)


@lru_cache(maxsize=4096)
def _latex(tree: Tree) -> str:
    return latex(tree)
