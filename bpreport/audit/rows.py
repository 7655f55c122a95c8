"""Vectors and matrices: their entries as formulas, and lines of them held against formulas."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Any

from bpreport.audit.binding import agree_within_rounding, tree_of
from bpreport.audit.by_family import unless_by_family
from bpreport.audit.digits import entries_of, how_printed, same
from bpreport.audit.knowledge import Knowledge
from bpreport.audit.lines import judge_line
from bpreport.audit.model import Judgement, Verdict
from bpreport.audit.names import (
    digits_in,
    entry_name,
    is_numeric,
    is_row_of_numbers,
    named,
    readings,
)
from bpreport.audit.operands import could_give
from bpreport.audit.printed import judge_against
from bpreport.audit.saying import said, shown, unchecked
from bpreport.deck.model import Claim
from bpreport.formula import MPMATH, TREES, EvaluationError, evaluate, expand
from bpreport.formula.tree import Apply, Call, Derivative, Symbol, Tree, Tuple, substitute, walk

__all__ = ["in_entries", "judge_entry", "judge_entry_of", "judge_row"]


def judge_entry(claim: Claim, knowledge: Knowledge, place: int) -> Judgement:
    """One entry of a printed row, by the formula or the line that leads to the row."""
    formula = _formula_of(claim, knowledge)
    if formula is None:
        return unchecked(claim, "It has only one side")
    if not is_row_of_numbers(formula):
        try:
            found = _judge_by(formula, claim, knowledge, place)
            return _from_its_line(found, claim, knowledge, place) or found
        except EvaluationError:
            if claim.left is None or not is_row_of_numbers(claim.left):
                raise
            formula = claim.left  # nothing is known of what the formula reads
    by_line = _by_line(formula, claim, knowledge, place)
    return _judge_by(formula, claim, knowledge, place) if by_line is None else by_line


def _by_line(line: Tree, claim: Claim, knowledge: Knowledge, place: int) -> Judgement | None:
    """One entry of a printed row by the row of numbers that leads to it."""
    return judge_entry_of(tuple(entries_of(evaluate(line, {}, TREES))), claim, knowledge, place)


def _from_its_line(
    judgement: Judgement, claim: Claim, knowledge: Knowledge, place: int
) -> Judgement | None:
    """The judgement of an entry that does not follow from its formula, but from a right line."""
    line = claim.left
    if judgement.verdict.level not in ("note", "error") or line is None:
        return None
    if not is_row_of_numbers(line) or id(line) in knowledge.faulty_lines:
        return None
    found = _by_line(line, claim, knowledge, place)
    return found if found is not None and found.verdict.level == "right" else None


def _judge_by(formula: Tree, claim: Claim, knowledge: Knowledge, place: int) -> Judgement:
    values = knowledge.values_for(formula, claim)
    entry = _value_at(place, formula, values)
    if entry is None or how_printed(claim.right_source, entry) is None:
        read, other = _entrywise(formula), None
        if read is not formula:
            with suppress(EvaluationError):  # of a matrix and a vector there is no such product
                other = _value_at(place, read, values)
        if other is not None and how_printed(claim.right_source, other) is not None:
            formula, entry = read, other
    if entry is None:
        return unchecked(claim, "The left side has no entry in this place")
    known = knowledge.computed(entry, _entry_of(formula, place, claim, knowledge), claim)
    found = judge_against(claim, knowledge, claim.right_source, known)
    return unless_by_family(found, known.formula, knowledge)


def judge_entry_of(
    lines: tuple[Tree, ...], claim: Claim, knowledge: Knowledge, place: int
) -> Judgement | None:
    """One entry of a printed row beside the line of numbers for it; None where there is none."""
    if place >= len(lines) or not is_numeric(lines[place]):
        return None
    line = replace(claim, left=lines[place])
    computed = evaluate(lines[place], {}, MPMATH)
    return judge_line(line, knowledge, claim.right_source, computed, shown=True)


def _value_at(place: int, formula: Tree, values: Mapping[str, Any]) -> Any:
    """One entry of what a formula gives; None where it has none in this place."""
    entries = list(entries_of(evaluate(formula, values, MPMATH)))
    return entries[place] if place < len(entries) else None


def _entrywise(tree: Tree) -> Tree:
    r"""A tree with products of vectors entry by entry, as some decks mean a \cdot b."""

    def replaced(part: Tree) -> Tree | None:
        match part:
            case Apply(operation="multiply", operands=operands, sign=r"\cdot"):
                return replace(part, operands=tuple(map(_entrywise, operands)), sign=r"\odot")
        return None

    return substitute(tree, replaced)


def _formula_of(claim: Claim, knowledge: Knowledge) -> Tree | None:
    """From what an entry is computed: by what its name is, or else by the line before it."""
    if not isinstance(claim.head, Symbol) or claim.left is None:
        return claim.left
    if claim.left != claim.head and not is_row_of_numbers(claim.left):
        return claim.left
    for form in knowledge.forms_of(claim.head, claim, later=False):
        if claim.left == claim.head or knowledge.is_determined(form, claim):
            return form
    return claim.left


def judge_row(claim: Claim, knowledge: Knowledge) -> Judgement | None:
    """A line of vectors or matrices; None where only its value could be held against it."""
    assert claim.left is not None and claim.right is not None
    if isinstance(claim.left, Symbol):
        forms = knowledge.forms_of(claim.left, claim)
        if not any(any(named(form)) for form in forms):
            return None  # the line itself is how the name is computed
    try:
        value = evaluate(claim.right, {}, MPMATH)
        exact = evaluate(claim.left, knowledge.values_for(claim.left, claim), MPMATH)
        lines = list(entries_of(evaluate(claim.right, {}, TREES)))
    except EvaluationError:
        return None
    pairs = list(zip(entries_of(value), entries_of(exact), strict=False))
    if len(pairs) < max(len(list(entries_of(value))), len(list(entries_of(exact)))):
        return None
    for place, (line, (given, right)) in enumerate(zip(lines, pairs, strict=True)):
        if same(given, right) or agree_within_rounding(line, tree_of(right), claim, knowledge):
            continue
        if _is_as_printed(given, claim, knowledge, place):
            continue
        if _is_from_values(line, right, claim, knowledge):
            continue
        if not knowledge.is_determined(claim.left, claim):
            return None
        if _are_of_another_slide(claim, knowledge):
            return said(claim, Verdict.GIVEN, "It puts in numbers")
        text = "The line has the value {line}, but it should be {exact}"
        return said(claim, Verdict.WRONG, text, line=shown(given), exact=right)
    return said(claim, Verdict.REPRODUCED, "The line has the values of its formula")


def _is_from_values(line: Tree, right: Any, claim: Claim, knowledge: Knowledge) -> bool:
    """Whether a line's entry has rounded values of functions that were computed on the way."""
    assert claim.left is not None
    if not any(isinstance(part, Call) for part in walk(claim.left)):
        return False
    exact = knowledge.exact_digits
    return could_give(line, tree_of(right), digits_in(line) - exact, exact)


def _are_of_another_slide(claim: Claim, knowledge: Knowledge) -> bool:
    """Whether the names that a line computes in a row were computed on another slide.

    There it may have been by another method.
    """
    if not isinstance(claim.left, Tuple) or claim.left != claim.head:
        return False
    names = [name for name in claim.left.items if isinstance(name, Symbol)]
    said_last = [knowledge.document.latest(name.key, claim.position) for name in names]
    return all(last is None or last.claim.slide != claim.slide for last in said_last)


def _is_as_printed(given: Any, claim: Claim, knowledge: Knowledge, place: int) -> bool:
    """Whether a line's entry is what its formula has from the printed numbers of its names."""
    assert claim.left is not None
    with suppress(EvaluationError):
        formula = _entry_of(claim.left, place, claim, knowledge)
        low, high = knowledge.document.printed_range(formula, claim)
        return bool(low <= given <= high)
    return False


def in_entries(tree: Tree, values: Mapping[str, Any], claim: Claim, knowledge: Knowledge) -> Tree:
    """A formula of one value, with the vectors and matrices in it written out in their entries."""
    if not any(isinstance(value, tuple) for value in values.values()):
        return tree
    return _entry_of(tree, 0, claim, knowledge)


def _entry_of(formula: Tree, place: int, claim: Claim, knowledge: Knowledge) -> Tree:
    r"""One entry of a formula of vectors and matrices as a formula of theirs.

    The second entry of W x is W_{2,1} x_1 + W_{2,2} x_2.
    """
    functions = knowledge.document.functions.at(claim.position)
    values: dict[str, Any] = dict(functions)
    written_out = expand(formula, functions)
    for name in (*named(written_out), *readings(written_out)):
        known = knowledge.operand(name, claim)
        row = None if known is None else known.value
        values[name.key] = name
        if isinstance(row, tuple):
            values[name.key] = _entries_of(
                name, row, lambda entry: knowledge.operand(entry, claim) is not None
            )
    entries: list[Tree] = list(entries_of(evaluate(formula, values, TREES)))
    return entries[place]


def _entries_of(
    name: Symbol | Derivative,
    row: Any,
    is_known: Callable[[Tree], bool],
    indices: tuple[str, ...] = (),
) -> Any:
    """The names of a vector's or matrix's entries, in its shape; values of those unknown."""
    if isinstance(row, tuple):
        parts = (
            _entries_of(name, part, is_known, (*indices, str(place)))
            for place, part in enumerate(row, 1)
        )
        return type(row)(parts)
    entry = entry_name(name, indices)
    return entry if entry is not None and is_known(entry) else tree_of(row)
