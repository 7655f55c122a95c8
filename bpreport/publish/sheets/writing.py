"""What all forms of a question are made with: the student's numbers, and a question's parts."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Context, Decimal
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from bpreport.audit.model import Message
from bpreport.formula import DECIMAL, DIGITS, decimals, latex, prepared
from bpreport.formula.tree import Tree
from bpreport.publish.language import mark
from bpreport.publish.sheets.model import Answer, Question, Step
from bpreport.publish.sheets.ranges import stream
from bpreport.publish.sheets.screening import Screen
from bpreport.publish.sheets.setting import is_numeric
from bpreport.publish.sheets.template import Computed
from bpreport.publish.solution import solve
from bpreport.worked import Trace

if TYPE_CHECKING:
    from bpreport.publish.sheets.course import Asked, Course

__all__ = ["OPTIONS", "Writing", "decimal_of", "latex_of", "question_of", "value_of"]

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


def question_of(
    writing: Writing,
    answers: Sequence[Answer],
    formulas: Sequence[tuple[str, ...]],
    worked: Sequence[str],
    prompt: Message | None = None,
    remarks: Sequence[Message] = (),
) -> Question:
    """A question of the row that is written, with the solution of the worked quantities."""
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
    outline = writing.screen.template.outlines.get(key)
    solved = solve(
        writing.trace.quantities[key], writing.trace, digits=writing.digits, outline=outline
    )
    first = next(
        (at for at, side in enumerate(solved.steps) if at and is_numeric(side)),
        len(solved.steps),
    )
    return Step(solved.steps[:first], solved.steps[first:], solved.carried)


SCHEME = {
    "number": Message(mark("a value in the accepted interval")),
    "count": Message(mark("the right number")),
    "choice": Message(mark("the right option")),
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


def value_of(tree: Tree, values: Mapping[str, Decimal]) -> Decimal:
    """What a formula gives, at 50 digits and ten more."""
    with decimals():
        found: Decimal = _prepared(tree)(values)
        return found


@lru_cache(maxsize=4096)
def _prepared(tree: Tree) -> Callable[[Mapping[str, Any]], Any]:
    return prepared(tree, DECIMAL)


@lru_cache(maxsize=4096)
def latex_of(tree: Tree) -> str:
    """A formula in names, which many students share."""
    return latex(tree)
