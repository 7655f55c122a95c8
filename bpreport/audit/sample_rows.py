r"""Tables of a worked example in which each row is one of its samples: x_1, x_2 and out_{o1}.

Which sample a row is, its inputs tell. After how many updates the numbers of a table are, it mostly
does not say, so it is taken for the count after which most of them are right: one for all rows,
or one more from row to row, where a network takes a sample a step.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from itertools import groupby, islice
from typing import Any

from bpreport.audit.aliases import in_names_of
from bpreport.audit.digits import fits, number, significant_digits
from bpreport.audit.examples import TELLING_DIGITS, Sample, Step
from bpreport.audit.knowledge import Knowledge
from bpreport.audit.lines import judge_line, judge_value
from bpreport.audit.model import Judgement
from bpreport.audit.saying import unchecked
from bpreport.deck.model import Claim
from bpreport.deck.numbers import printed_number
from bpreport.deck.tables import counts
from bpreport.formula import MPMATH, EvaluationError, evaluate
from bpreport.formula.tree import Derivative, Symbol, Tree, Tuple, substitute
from bpreport.worked import Perceptron, Trace

__all__ = ["adopt_sample_rows", "is_of_samples", "judge_of_sample"]

NETWORK, REGRESSION = ("input", "target"), ("sample", "label")
"""Roles of what is put in, and of what should come out."""
INPUTS = ("input", "sample")
MOST_PRODUCTS = 2_000
"""Samples of a regression times updates, up to which these are done to find out what is meant."""
MOST_ROWS = 20
"""Rows of a table that tell of its updates: more need not be looked at."""

Rows = Sequence[tuple[Sample, Sequence[Claim]]]
"""The rows of a table, with the samples that they are."""
Updates = tuple[int, ...]
"""How many updates are done before each row of a table."""


def is_of_samples(claim: Claim, knowledge: Knowledge) -> bool:
    """Whether a number stands in a row that may be a sample of a worked example."""
    figure = claim.figure
    if figure is None or figure.case is None or figure.heading is None:
        return False
    return knowledge.trace_of(claim) is not None


def adopt_sample_rows(knowledge: Knowledge) -> None:
    """Find out the samples and steps of such rows, and let the knowledge know them."""
    for table in _tables(knowledge):
        rows = _samples(table, knowledge)
        updates = _updates_of(rows, knowledge)
        for (sample, row), done in zip(rows, updates or len(rows) * (0,), strict=True):
            for claim in row:
                step = _step(claim, sample, done, knowledge)
                knowledge.samples[claim.id], knowledge.steps[claim.id] = sample, step
                if updates is None:
                    knowledge.unplaced.add(claim.id)


def judge_of_sample(claim: Claim, knowledge: Knowledge, printed: str) -> Judgement:
    """The judgement of a number in a row that may be a sample."""
    sample = knowledge.samples.get(claim.id)
    if sample is None:
        text = "Its row does not have the inputs of a sample of the worked example"
        return unchecked(claim, text, printed=printed)
    own = _of_sample(claim, sample, knowledge)
    assert own.left is not None
    known = knowledge.known(own.left, own)
    if claim.id in knowledge.unplaced and not (known is not None and known.given):
        text = "Nothing tells after how many updates the numbers of this table are"
        return unchecked(claim, text, printed=printed)
    if isinstance(own.left, Symbol | Derivative):
        return judge_value(own, knowledge, printed)
    value = evaluate(own.left, knowledge.values_for(own.left, own), MPMATH)
    return judge_line(own, knowledge, printed, value, shown=False)


def _tables(knowledge: Knowledge) -> Iterator[list[list[Claim]]]:
    """The tables of worked examples in which nothing counts the rows, as their rows."""
    claims = [claim for claim in knowledge.claims if is_of_samples(claim, knowledge)]
    lines = [list(line) for _, line in groupby(claims, _line)]
    table: list[list[Claim]] = []
    for row in lines:
        if table and not _goes_on(row, table[-1]):
            yield table
            table = []
        table.append(row)
    if table:
        yield table


def _goes_on(row: Sequence[Claim], before: Sequence[Claim]) -> bool:
    """Whether a row stands below another one, with the same headings."""
    below = _line(row[0]) == _line(before[0], 1) and row[0].slide == before[0].slide
    return below and [claim.left for claim in row] == [claim.left for claim in before]


def _line(claim: Claim, offset: int = 0) -> tuple[int, int]:
    return claim.position.cell, claim.position.line + offset


def _samples(table: Sequence[Sequence[Claim]], knowledge: Knowledge) -> Rows:
    """The rows of a table that have the inputs of a sample, with it."""
    trace = knowledge.trace_of(table[0][0])
    assert trace is not None
    samples = _givens(trace, knowledge)
    columns: dict[int, str] = {}
    for column, claim in enumerate(table[0]):
        own = _of_sample(claim, Sample(0), knowledge).left
        keys = knowledge.spellings(own, claim) if isinstance(own, Symbol) else ()
        for key in filter(samples[0].__contains__, keys):
            columns.setdefault(column, key)
    inputs = {c: key for c, key in columns.items() if trace.roles[key].kind in INPUTS}
    targets = {c: key for c, key in columns.items() if c not in inputs}
    places: dict[tuple[Any, ...], list[int]] = {}
    for place, sample in enumerate(samples):
        places.setdefault(tuple(sample[key] for key in inputs.values()), []).append(place)
    rows = []
    for row in table if inputs else ():
        fitting = places.get(tuple(_printed(row[column]) for column in inputs), [])
        # Of several samples with these inputs it is the first that has its targets as well.
        whole = (
            place
            for place in fitting
            if all(_printed(row[c]) == samples[place][key] for c, key in targets.items())
        )
        if fitting:
            rows.append((next(whole, fitting[0]), row))
    names: dict[Tree, Symbol] = {}
    for column, claim in enumerate(table[0]):
        heading, name = claim.left, _target_below(column, rows, samples, trace)
        if column not in inputs and heading is not None and name is not None:
            names[heading] = name
    return [(Sample(place, names), row) for place, row in rows]


def _givens(trace: Trace, knowledge: Knowledge) -> list[dict[str, Any]]:
    """What is given of each sample of a worked example, by the keys that the first has for it."""
    example = knowledge.study.examples[trace.name]
    if isinstance(example, Perceptron):
        inputs, targets = (
            [key for key, role in trace.roles.items() if role.kind == kind] for kind in NETWORK
        )
        return [
            dict(zip((*inputs, *targets), map(number, (*row, *target)), strict=True))
            for row, target in zip(example.inputs, example.targets, strict=True)
        ]
    units: dict[str, list[str]] = {}
    for key, role in trace.roles.items():
        if role.kind in REGRESSION:
            units.setdefault(role.unit, []).append(key)
    first = next(iter(units.values()))
    return [
        {name: trace.quantities[key].value for name, key in zip(first, keys, strict=True)}
        for keys in units.values()
    ]


def _target_below(
    column: int,
    rows: Sequence[tuple[int, Sequence[Claim]]],
    samples: Sequence[Mapping[str, Any]],
    trace: Trace,
) -> Symbol | None:
    """The target that every number of a column is, whatever heads it.

    In a table of samples y may be what should come out, though in the network y is what does.
    """
    for key in samples[0] if rows else ():
        name = trace.quantities[key].symbol
        if trace.roles[key].kind in INPUTS or not isinstance(name, Symbol):
            continue
        if all(_printed(row[column]) == samples[place][key] for place, row in rows):
            return name if trace.kind == "perceptron" else replace(name, marks=())
    return None


def _printed(claim: Claim) -> Any:
    """The number that a claim prints; None where it is none in decimals."""
    text = printed_number(claim.right)
    return None if text is None else number(text)


def _of_sample(claim: Claim, sample: Sample, knowledge: Knowledge) -> Claim:
    """A claim with the names that its sample has: h^{(2)} for h or h^{(i)} in a regression.

    A network has the same names in each of its steps.
    """
    trace = knowledge.trace_of(claim)
    assert trace is not None and claim.left is not None
    left = substitute(claim.left, sample.names.get)
    if trace.kind != "perceptron":
        left = substitute(left, partial(_counted, sample))
        left = substitute(left, partial(_marked, sample, claim, trace, knowledge))
    head = left if isinstance(left, Symbol) else None
    own = replace(claim, head=head, left=left)
    return own if trace.kind == "perceptron" else in_names_of(trace, own)


def _counted(sample: Sample, part: Tree) -> Tree | None:
    """A name that a letter counts, with the number of the sample: x^{(2)} for x^{(i)} and x_i."""
    if not isinstance(part, Symbol):
        return None
    scripts = (*part.indices, *(mark.items[0] for mark in part.marks if isinstance(mark, Tuple)))
    letters = {one for one in scripts if isinstance(one, Symbol) and counts(one.key)}
    if len(letters) != 1:
        return None
    indices = tuple(index for index in part.indices if index not in letters)
    marks = tuple(mark for mark in part.marks if not isinstance(mark, Tuple))
    return replace(part, indices=indices, marks=(*marks, f"({sample.place + 1})"), typed="")


def _marked(
    sample: Sample, claim: Claim, trace: Trace, knowledge: Knowledge, part: Tree
) -> Tree | None:
    """The name of a sample where the worked example has one: x^{(2)} for x."""
    if not isinstance(part, Symbol) or part.marks:
        return None
    name = replace(part, marks=(f"({sample.place + 1})",), typed="")
    own = in_names_of(trace, replace(claim, head=name, left=name)).left
    if not isinstance(own, Symbol):
        return None
    known = any(key in trace.quantities for key in knowledge.spellings(own, claim))
    return own if known else None


def _step(claim: Claim, sample: Sample, updates: int, knowledge: Knowledge) -> Step:
    """The step of a sample; a regression has all of its samples in each step."""
    trace = knowledge.trace_of(claim)
    network = trace is not None and trace.kind == "perceptron"
    return Step(updates, sample.place if network else 0)


def _updates_of(rows: Rows, knowledge: Knowledge) -> Updates | None:
    """After how many updates most numbers of a table are right; None where nothing tells."""
    best: tuple[int, Updates | None] = 0, None
    for updates in _candidates(rows, knowledge):
        found = [
            digits
            for (sample, row), done in zip(rows[:MOST_ROWS], updates, strict=False)
            for claim in row
            if (digits := _right_digits(claim, sample, done, knowledge)) is not None
        ]
        if found and all(found):
            return updates
        if sum(found) > best[0] and 2 * sum(map(bool, found)) > len(found):
            best = sum(found), updates
    return best[1] if best[0] >= TELLING_DIGITS else None


def _candidates(rows: Rows, knowledge: Knowledge) -> Iterator[Updates]:
    """How many updates may be done before the rows of a table, the likeliest first."""
    for _, row in rows[:1]:
        trace = knowledge.trace_of(row[0])
        assert trace is not None
        before = bisect_left(knowledge.claims, row[0].position, key=lambda one: one.position)
        told = (knowledge.steps.get(one.id) for one in reversed(knowledge.claims[:before]))
        last = [step.updates for step in islice(filter(None, told), 1)]
        updates = dict.fromkeys((*last, 0, 1, trace.facts["iterations"]))
        if trace.kind == "perceptron":
            yield from (len(rows) * (count,) for count in updates)
            if len(rows) <= trace.facts["iterations"]:
                yield tuple(range(len(rows)))
        else:
            most = MOST_PRODUCTS // sum(role.kind == "label" for role in trace.roles.values())
            yield from (len(rows) * (count,) for count in updates if count <= most)


def _right_digits(claim: Claim, sample: Sample, updates: int, knowledge: Knowledge) -> int | None:
    """The digits of a computed number if it is right in a step, or 0; None of one that is not."""
    text = printed_number(claim.right)
    knowledge.steps[claim.id] = _step(claim, sample, updates, knowledge)
    try:
        own = _of_sample(claim, sample, knowledge)
        assert own.left is not None
        known = knowledge.known(own.left, own)
        if text is None or (known is not None and (known.given or known.worked is None)):
            return None
        value = evaluate(own.left, knowledge.values_for(own.left, own), MPMATH)
        return significant_digits(text) if fits(text, value) else 0
    except EvaluationError:
        return None
    finally:
        del knowledge.steps[claim.id]
