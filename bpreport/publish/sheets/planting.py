"""Find the mistake: a line with numbers of its own, in which a slip is planted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from string import ascii_uppercase

from bpreport.audit.model import Message
from bpreport.formula import INTERVAL, EvaluationError, latex
from bpreport.formula.tree import Tree
from bpreport.publish.language import mark
from bpreport.publish.numbers import shown
from bpreport.publish.sheets.mistakes import Slipped
from bpreport.publish.sheets.model import Answer, Choice, Mistake, Question, Step
from bpreport.publish.sheets.questions import Pick
from bpreport.publish.sheets.ranges import Grid, draw
from bpreport.publish.sheets.screening import APART, Screen
from bpreport.publish.sheets.template import Interval, accepted
from bpreport.publish.sheets.writing import (
    OPTIONS,
    Writing,
    decimal_of,
    latex_of,
    question_of,
    value_of,
)
from bpreport.worked.steps import read_keys

__all__ = ["find_mistake", "lines"]


def lines(pick: Pick, screen: Screen) -> list[tuple[str, list[Slipped]]]:
    """Quantities and the slips that can be planted in a line of theirs."""
    found = []
    for key in pick.keys:
        slips, _ = screen.written[key]
        names = {slip.slip for slip in slips}
        if len(slips) >= OPTIONS and len(names) > 1:
            found.append((key, slips))
    return found


def find_mistake(writing: Writing) -> Question:
    """A line with numbers of its own: the student's would give other answers away."""
    found = lines(writing.asked.pick, writing.screen)
    key, slips = found[writing.order(len(found), "line")[0]]
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
    wrong, right = (value_of(tree, values) for tree in (planted.tree, quantity.formula))
    symbol = latex_of(quantity.symbol)
    line = (symbol, f"= {latex(planted.tree, operands)}", f"= {shown(wrong)}")
    read = dict.fromkeys(
        name
        for tree in (quantity.formula, *(slip.tree for slip in options))
        for name in read_keys(tree)
    )
    known = [
        (latex_of(writing.trace.quantities[name].symbol), f"= {operands[name]}") for name in read
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
        (symbol, f"= {latex_of(quantity.formula)}"),
        (f"= {latex(quantity.formula, operands)}", f"= {shown(right)}"),
        carried=False,
    )
    question = question_of(writing, answers, [*known, line], ())
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
    values = [value_of(formula, known)]
    fresh = [s for place, s in enumerate(slips) if s.slip not in {o.slip for o in slips[:place]}]
    for slip in (*fresh, *slips):
        try:
            value = value_of(slip.tree, known)
        except EvaluationError:
            continue
        if slip not in found and all(abs(value - other) > least for other in values):
            found.append(slip)
            values.append(value)
        if len(found) == OPTIONS:
            break
    return found
