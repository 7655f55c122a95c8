"""A perceptron as the report shows it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from bpreport.formula import rounded
from bpreport.publish import perceptron_plots
from bpreport.publish.context import Context, Shown, after
from bpreport.publish.language import COLON, COMMA, SEMICOLON, mark
from bpreport.publish.numbers import shown
from bpreport.publish.perceptron_plots import outputs, symbol, total
from bpreport.publish.scrubber import scrubber
from bpreport.publish.solution import solutions
from bpreport.publish.stepper import stepper
from bpreport.publish.view import Cell, Plot, Stage, Table
from bpreport.worked.perceptron import Perceptron
from bpreport.worked.trace import Trace

__all__ = ["ITERATIONS", "show"]

ITERATIONS = (0, 1, 2, 5, 10, 100, 1000)
"""Numbers of updates that the tables show."""

UPDATES = {
    "simultaneous": mark("simultaneous update"),
    "sequential": mark("sequential update"),
}

Gettext = Callable[..., str]


def show(example: Perceptron, trace: Trace, context: Context) -> Shown:
    """Tables, plots, and the solutions that the other update convention changes."""
    gettext = context.gettext
    both, adopted = _conventions(example, trace, context)
    other = next(update for update in UPDATES if update != trace.conventions["update"])
    ordered = _by_name(both, gettext)
    made = (stepper(adopted, example), scrubber(example, both, context, adopted))
    return Shown(
        tables=(
            *_conventions_table(context),
            _iterations(adopted, gettext),
            _weights(trace, ordered, context),
        ),
        plots=tuple(plots(example, trace, context)),
        stages=tuple(_changed(trace, both[other], adopted is both[other], gettext)),
        widgets=tuple(filter(None, made)),
    )


def plots(example: Perceptron, trace: Trace, context: Context) -> Iterator[Plot]:
    """Those of the training under the adopted convention, and of both beside each other."""
    both, adopted = _conventions(example, trace, context)
    return perceptron_plots.plots(adopted, _by_name(both, context.gettext), context)


def _conventions(
    example: Perceptron, trace: Trace, context: Context
) -> tuple[dict[str, Trace], Trace]:
    """The traces by their update conventions, and which of them the deck follows."""
    own, biases = trace.conventions["update"], trace.conventions["biases"]
    both = {
        update: trace if update == own else example.trace(update=update, biases=biases)
        for update in UPDATES
    }
    return both, both.get(context.adopted.get("update", own), trace)


def _by_name(both: dict[str, Trace], gettext: Gettext) -> dict[str, Trace]:
    return {gettext(UPDATES[update]): one for update, one in both.items()}


def _changed(trace: Trace, other: Trace, adopted: bool, gettext: Gettext) -> Iterator[Stage]:
    """Solutions of what differs under the other update convention, `adopted` by the deck or not."""
    text = (
        gettext(
            "All of the above is by the %(own)s. The deck does otherwise, as follows; only what"
            " differs is worked out again."
        )
        if adopted
        else gettext(
            "All of the above is by the %(own)s. Only what differs from it is worked out again."
        )
    )
    lead = text % {"own": gettext(UPDATES[trace.conventions["update"]])}
    changed = [
        key
        for key, quantity in other.quantities.items()
        if key not in trace.quantities or quantity.value != trace.quantities[key].value
    ]
    if changed:
        yield Stage(
            id=f"{trace.name}-{other.conventions['update']}",
            title=gettext(UPDATES[other.conventions["update"]]),
            solutions=solutions(other, tuple(changed), other.conventions["update"]),
            lead=lead,
        )


def _conventions_table(context: Context) -> Iterator[Table]:
    """What the audit adopted, and what each alternative would lose."""
    gettext, losses = context.gettext, context.adopted.get("losses") or {}
    if not losses:
        return
    chosen = [
        _phrase(f"{name}: {value}", gettext)
        for name, value in context.adopted.items()
        if isinstance(value, str)
    ]
    told = {
        "chosen": gettext(SEMICOLON).join(chosen),
        "reproduced": context.adopted.get("reproduced", 0),
        "of": context.adopted.get("of", 0),
    }
    yield Table(
        gettext("Conventions that the deck leaves unstated"),
        (Cell(gettext("Alternative")), Cell(gettext("Claims it would lose"))),
        tuple(
            (Cell(_phrase(str(name), gettext), head=True), Cell(str(lost)))
            for name, lost in losses.items()
        ),
        note=gettext("Adopted: %(chosen)s. It reproduces %(reproduced)d of %(of)d claims.") % told,
    )


WORDS = (
    mark("update"),
    mark("biases"),
    mark("fixed"),
    mark("trained"),
    mark("outputs"),
    mark("weights"),
    mark("outputs after"),
    mark("weights after"),
    mark("k updates"),
    mark("k-1 updates"),
    mark("k+1 updates"),
    mark("after k updates"),
    mark("after k-1 updates"),
    mark("after k+1 updates"),
    mark("simultaneous"),
    mark("sequential"),
)
"""The words in which the audit names conventions."""


def _phrase(text: str, gettext: Gettext) -> str:
    """What the audit says of conventions, "update: simultaneous, biases: fixed", translated."""
    choices = [choice.split(COLON) for choice in text.split(COMMA)]
    return gettext(COMMA).join(
        gettext(COLON).join(gettext(part) if part in WORDS else part for part in choice)
        for choice in choices
    )


def _iterations(trace: Trace, gettext: Gettext) -> Table:
    values, errors = trace.series["out"], trace.series["error"]
    counts = [count for count in ITERATIONS if count < len(errors)]
    return Table(
        gettext("Outputs and error after so many updates"),
        (
            Cell(gettext("Updates")),
            *(Cell(symbol(trace, key), math=True) for key in (*outputs(trace), total(trace))),
        ),
        tuple(
            (
                Cell(str(count), head=True),
                *(Cell(rounded(value, 8)) for value in values[count]),
                Cell(rounded(errors[count], 8)),
            )
            for count in counts
        ),
    )


def _weights(trace: Trace, both: dict[str, Trace], context: Context) -> Table:
    gettext = context.gettext
    keys = list(trace.facts["weights"])
    last = len(trace.series["weights"]) - 1
    rows = []
    for place, key in enumerate(keys):
        changes = [other.series["weights"] for other in both.values()]
        rows.append(
            (
                Cell(symbol(trace, key), math=True, head=True),
                Cell(shown(trace.quantities[key].value)),
                *(Cell(rounded(series[min(1, last)][place], 8)) for series in changes),
                *(Cell(rounded(series[last][place], 8)) for series in changes),
            )
        )
    after_one, after_all = after(min(1, last), context), after(last, context)
    return Table(
        gettext("Weights before and after, by both update conventions"),
        (
            Cell(gettext("Weight")),
            Cell(gettext("before")),
            *(Cell(f"{name}, {after_one}") for name in both),
            *(Cell(f"{name}, {after_all}") for name in both),
        ),
        tuple(rows),
    )
