"""Which step of its worked example each stretch of a deck is about.

Decks go on after the update with the old names, pass a second sample forward before they update,
or come back to the start in a summary, mostly without a word. So each stretch between two updates
is held against the steps that it may be about, and the one that reproduces most of it is adopted;
where none does better, it is about the same step as the stretch before.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby
from typing import Any

from bpreport.audit.binding import best_alignment, value_of
from bpreport.audit.digits import correction, how_printed, number, same, significant_digits
from bpreport.audit.examples import FIRST, MOST_STEPS, TELLING_DIGITS, Step
from bpreport.audit.knowledge import Knowledge
from bpreport.audit.names import is_numeric
from bpreport.audit.naming import TRAINED
from bpreport.audit.statements import are_apart
from bpreport.deck.model import Claim
from bpreport.deck.numbers import printed_number
from bpreport.formula.tree import Call, Derivative, Symbol
from bpreport.worked import Perceptron, Trace, from_parameters, trained

__all__ = ["adopt_steps", "in_step", "rounded_start"]

MOST_UPDATES = 200
"""Updates past which an iteration that is counted has no steps of its own tried."""
_BEGINNING = ("given", "forward", "error", "model", "objective")
"""Stages of the quantities that a step computes, or starts from, before its gradients."""
UPDATED = tuple(f"updated {kind}" for kind in TRAINED)


Evidence = Callable[[Claim, Knowledge], int]
"""How much a claim speaks for the step that it stands for at present."""


@dataclass
class Stretch:
    """Claims of one worked example, in one slide, up to the end of an update."""

    trace: Trace
    claims: list[Claim] = field(default_factory=list)
    updates: bool = False
    """Whether the last of its claims print what an update results in."""
    printed: dict[str, str] = field(default_factory=dict)
    """Digits so far by what they are printed for: one name has one value in a step."""


def adopt_steps(knowledge: Knowledge, only: Collection[str] | None = None) -> None:
    """Find out the steps that the claims are about, and let the knowledge know them.

    Where conventions are tried, these are the steps of `only` some claims, by their results alone.
    """
    evidence = EVIDENCE if only is None else EVIDENCE[:1]
    before: dict[str, Step] = {}
    for stretch in _stretches(knowledge):
        if only is not None:
            stretch.claims = [claim for claim in stretch.claims if claim.id in only]
            if not stretch.claims:
                continue
        name = stretch.trace.name
        step, told = _step_of(stretch, before.get(name, FIRST), knowledge, evidence)
        before[name] = step
        for claim in stretch.claims:
            if told or (claim.iteration is None and step != FIRST):
                knowledge.steps[claim.id] = step
            if not told:
                knowledge.unplaced.add(claim.id)


def _step_of(
    stretch: Stretch, last: Step, knowledge: Knowledge, evidence: Sequence[tuple[Evidence, int]]
) -> tuple[Step, bool]:
    """The step that a stretch is about, and whether anything in it tells that."""
    steps = list(_candidates(stretch, last, knowledge))
    carried = _from_printed(stretch, last, knowledge)
    steps += [] if carried is None else [carried]
    if not steps:
        return last, False  # an iteration that the worked example does not come to
    for kind, least in evidence:
        found = [_of_all(stretch, step, knowledge, kind) for step in steps]
        best = max(range(len(steps)), key=lambda place: (found[place], -place))
        if found[best] >= least:
            return replace(steps[best], as_printed=False), True
        if found[0]:
            return steps[0], True
    far = _step_far_on(stretch, last, knowledge)
    if far is not None:
        return far, True
    return (last if stretch.claims[0].iteration is not None else steps[0]), False


def _step_far_on(stretch: Stretch, last: Step, knowledge: Knowledge) -> Step | None:
    """The step further on that two and more of the parameters of a stretch are right in."""
    names = {claim.head for claim in stretch.claims}
    if stretch.claims[0].iteration is not None or len(names) < 2:
        return None
    if not all(knowledge.is_trained(name, stretch.claims[0]) for name in names if name):
        return None
    for updates in range(last.updates + 2, last.updates + MOST_STEPS + 1):
        step = replace(last, updates=updates, as_printed=False)
        if knowledge.trace_at(stretch.trace, step) is None:
            return None
        if _of_all(stretch, step, knowledge, _told) > 1:
            return step
    return None


def _told(claim: Claim, knowledge: Knowledge) -> int:
    """Whether a number is right in the step, and has digits enough for that to be no accident."""
    return int(_reproduced(claim, knowledge) >= TELLING_DIGITS)


def _from_printed(stretch: Stretch, last: Step, knowledge: Knowledge) -> Step | None:
    """The next step from the results of the update as they are printed, if one of them is wrong."""
    before = knowledge.trace_at(stretch.trace, last)
    if before is None or not _may_go_on(stretch, last, knowledge):
        return None
    printed = _as_printed(before, last, stretch.claims[0], knowledge)
    exact = {key: before.quantities[result].value for key, result in trained(before)}
    if all(how_printed(text, exact[key]) is not None for key, text in printed.items()):
        return None
    return _entered(before, exact | _numbers(printed), last, knowledge)


def rounded_start(claim: Claim, knowledge: Knowledge) -> Step | None:
    """The step of a claim from the results of the update before as they are printed.

    One that was found wrong is taken as it should be printed. None where none is rounded.
    """
    step = knowledge.steps.get(claim.id, FIRST)
    trace = knowledge.traces.get(knowledge.deck.slides[claim.slide - 1].worked or "")
    if trace is None or not step.updates:
        return None
    last = replace(step, updates=step.updates - 1)
    before = knowledge.trace_at(trace, replace(last, as_printed=True))
    before = before or knowledge.trace_at(trace, last)
    if before is None:
        return None
    exact = {key: before.quantities[result].value for key, result in trained(before)}
    printed = _as_printed(before, last, claim, knowledge)
    for key, result in trained(before):
        text = printed.get(key)
        stood = not {(key, text), (result, text)}.isdisjoint(knowledge.stood)
        if text is not None and not stood and how_printed(text, exact[key]) is None:
            printed[key] = correction(text, exact[key])
    values = _numbers(printed)
    if all(same(value, exact[key]) for key, value in values.items()):
        return None
    return _entered(before, exact | values, last, knowledge)


def in_step(claim: Claim, step: Step, knowledge: Knowledge) -> Claim:
    """A claim as one about a step alone: of an iteration only the run's own numbers are known.

    What a parameter is after that iteration is what the update of its last step results in.
    """
    if claim.iteration is None:
        return claim
    trace, name = knowledge.trace_of(claim), claim.head
    if trace is not None and isinstance(name, Symbol):
        result = dict(trained(trace)).get(name.key)
        last = step.updates + 1 == claim.iteration + knowledge.shift_of(trace, name.key)
        if result is not None and last:
            name = trace.quantities[result].symbol
    left = name if claim.left == claim.head else claim.left
    return replace(claim, iteration=None, head=name, left=left)


def _as_printed(before: Trace, last: Step, claim: Claim, knowledge: Knowledge) -> dict[str, str]:
    """What is printed before a claim for the results of an update, by their parameters.

    It is printed as what the update results in, or as what its parameter is after that iteration.
    """
    found: dict[str, str] = {}
    for parameter, result in trained(before):
        count = last.updates + 1 - knowledge.shift_of(before, parameter)
        counted = knowledge.printed.get(f"{parameter}@{count}", ())
        texts = [entry.text for entry in counted if entry.claim.position < claim.position]
        for text in (*texts, *knowledge.printed_in(last, result, before=claim)):
            found[parameter] = text
    return found


def _numbers(printed: Mapping[str, str]) -> dict[str, Any]:
    return {key: number(text) for key, text in printed.items()}


def _entered(
    before: Trace, parameters: Mapping[str, Any], last: Step, knowledge: Knowledge
) -> Step:
    """The step behind another one from these parameters, which the knowledge knows then."""
    step = replace(last, updates=last.updates + 1, as_printed=True)
    knowledge.enter(from_parameters(before, parameters), step)
    return step


def _of_all(stretch: Stretch, step: Step, knowledge: Knowledge, evidence: Evidence) -> int:
    """How much speaks for a step in all claims of a stretch."""
    for claim in stretch.claims:
        knowledge.steps[claim.id] = step
    found = sum(evidence(claim, knowledge) for claim in stretch.claims)
    for claim in stretch.claims:
        del knowledge.steps[claim.id]
    knowledge.alignments.clear()  # they were found for this step
    return found


def _stretches(knowledge: Knowledge) -> Iterator[Stretch]:
    """The deck in stretches."""
    current: Stretch | None = None
    for trace, chain in _chains(knowledge):
        if current is None or _begins(current, chain, trace, knowledge):
            if current is not None:
                yield current
            current = Stretch(trace)
        current.claims += chain
        for claim in chain:
            key, text = _printed(claim)
            if text is not None:
                current.printed[key] = text
                current.updates |= _is_update(claim, knowledge)
    if current is not None:
        yield current


def _chains(knowledge: Knowledge) -> Iterator[tuple[Trace, list[Claim]]]:
    """The claims of worked examples that take steps, those of one chain together."""
    for _, group in groupby(knowledge.claims, _chain_of):
        chain = list(group)
        trace = knowledge.trace_of(chain[0])
        figure = chain[0].figure  # a row of a table that is a case of its own is a sample
        apart = figure is not None and (chain[0].head is None or figure.case is not None)
        if trace is not None and trace.kind != "gradient descent" and not apart:
            yield trace, chain


def _chain_of(claim: Claim) -> tuple[Any, ...]:
    """What the claims of one chain have in common; a marked number is by itself."""
    marked = claim.id if claim.figure is not None and claim.left is None else ""
    return id(claim.formula), claim.head, marked


def _begins(current: Stretch, chain: list[Claim], trace: Trace, knowledge: Knowledge) -> bool:
    """Whether another stretch begins with a chain."""
    last, first = current.claims[-1], chain[0]
    if trace is not current.trace or first.slide != last.slide:
        return True
    if first.iteration != last.iteration:
        return True
    if current.updates and _is_anew(first, trace, knowledge):
        return True
    if _tells_new_state(first, knowledge) and not _tells_new_state(last, knowledge):
        return True
    printed = map(_printed, chain)
    return any(text and are_apart(current.printed.get(key, text), text) for key, text in printed)


def _tells_new_state(claim: Claim, knowledge: Knowledge) -> bool:
    """Whether a claim says that a parameter has another value than it started with."""
    text = _printed(claim)[1]
    if text is None or claim.head is None or claim.left != claim.head or claim.iteration:
        return False
    if not knowledge.is_trained(claim.head, claim):
        return False
    known = knowledge.known(claim.head, claim)
    return known is not None and how_printed(text, known.value) is None


def _printed(claim: Claim) -> tuple[str, str | None]:
    """A key for what a number is printed for, and its digits."""
    text = claim.right_source if claim.component is not None else printed_number(claim.right)
    if not isinstance(claim.head, Symbol | Derivative | Call):
        return "", None
    return f"{claim.head.key} {claim.component}", text


def _may_go_on(stretch: Stretch, last: Step, knowledge: Knowledge) -> bool:
    """Whether a stretch may be of another step than the one before it.

    Gradients and updates that the step has not had yet are most likely its own.
    """
    if any(_is_anew(claim, stretch.trace, knowledge) for claim in stretch.claims):
        return True
    first = stretch.claims[0]
    names = {claim.head for claim in stretch.claims}
    return any(
        knowledge.printed_in(last, key, before=first)
        for name in names
        if isinstance(name, Symbol | Derivative)
        for key in knowledge.spellings(name, first)
    )


def _is_anew(claim: Claim, trace: Trace, knowledge: Knowledge) -> bool:
    """Whether a claim is of what a step begins with; gradients may stand between its updates."""
    if isinstance(claim.head, Call):
        return True
    if not isinstance(claim.head, Symbol | Derivative):
        return False
    keys = set(knowledge.spellings(claim.head, claim))
    if claim.component is not None:
        keys = {(knowledge.component_key(claim) or "").partition("@")[0]}
    known = (trace.quantities.get(key) for key in keys)
    return any(one is not None and one.stage in _BEGINNING for one in known)


def _is_update(claim: Claim, knowledge: Knowledge) -> bool:
    """Whether a claim is of what an update results in."""
    if claim.head is None:
        return False
    role = knowledge.role_of(claim.head, claim)
    if role is None:
        return False
    return role.kind in UPDATED or (role.kind in TRAINED and claim.iteration is not None)


def _candidates(stretch: Stretch, last: Step, knowledge: Knowledge) -> Iterator[Step]:
    """The steps that a stretch may be about, the likeliest first, each once."""
    counts = [last.updates]
    if _may_go_on(stretch, last, knowledge):
        counts += [last.updates + 1, 0]
    iteration = stretch.claims[0].iteration
    if iteration is not None:
        counts = [iteration, max(iteration - 1, 0)] if iteration <= MOST_UPDATES else []
    example = knowledge.study.examples[stretch.trace.name]
    samples = [last.sample]
    if isinstance(example, Perceptron):
        samples += range(len(example.inputs))
    steps = (Step(updates, sample) for sample in samples for updates in counts)
    for step in dict.fromkeys(steps):
        if step == FIRST or knowledge.trace_at(stretch.trace, step) is not None:
            yield step


def _reproduced(claim: Claim, knowledge: Knowledge) -> int:
    """The digits behind a name, if the step gives them: a number of one digit tells little."""
    text = _printed(claim)[1]
    if text is None:
        return 0
    assert claim.head is not None
    if claim.component is not None:
        known = knowledge.known(claim.head, claim)
        value = None if known is None else known.value
    else:
        value = value_of(claim.head, claim, knowledge)
    if value is None or how_printed(text, value) is None:
        return 0
    return significant_digits(text)


def _followed(claim: Claim, knowledge: Knowledge) -> int:
    """Whether a line has the step's numbers in the places of their names."""
    if claim.right is None or not is_numeric(claim.right) or printed_number(claim.right):
        return 0
    found = best_alignment(claim, knowledge)
    return int(found is not None and not found.cost and not found.misfits)


EVIDENCE = ((_reproduced, TELLING_DIGITS), (_followed, 1))
"""What speaks for a step, the stronger first, and how much of it tells the step."""
