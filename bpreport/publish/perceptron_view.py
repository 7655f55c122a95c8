"""A perceptron as the report shows it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import numpy as np

from bpreport.formula import latex, rounded
from bpreport.publish import network
from bpreport.publish.context import Context, Shown, after, updates
from bpreport.publish.formulas import plain
from bpreport.publish.language import COLON, COMMA, SEMICOLON, mark
from bpreport.publish.numbers import shown, signed
from bpreport.publish.plots import HUES, STROKES, Line, dumbbells, lines, number
from bpreport.publish.scrubber import scrubber
from bpreport.publish.solution import solve
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
    own = trace.conventions["update"]
    other = next(update for update in UPDATES if update != own)
    traces = {own: trace, other: example.trace(update=other, biases=trace.conventions["biases"])}
    both = {update: traces[update] for update in UPDATES}
    ordered = {gettext(UPDATES[update]): one for update, one in both.items()}
    adopted = both.get(context.adopted.get("update", own), trace)
    made = (stepper(example, adopted), scrubber(example, both, context, adopted))
    return Shown(
        tables=(
            *_conventions_table(context),
            _iterations(adopted, gettext),
            _weights(trace, ordered, context),
        ),
        plots=tuple(_plots(adopted, ordered, context)),
        stages=tuple(_changed(trace, both[other], adopted is both[other], gettext)),
        widgets=tuple(filter(None, made)),
    )


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
        solve(quantity, other, other.conventions["update"])
        for key, quantity in other.quantities.items()
        if key not in trace.quantities or quantity.value != trace.quantities[key].value
    ]
    if changed:
        yield Stage(
            id=f"{trace.name}-{other.conventions['update']}",
            title=gettext(UPDATES[other.conventions["update"]]),
            solutions=tuple(changed),
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


def _outputs(trace: Trace) -> list[str]:
    """Keys of the outputs of the last layer, in order."""
    found = {key: role for key, role in trace.roles.items() if role.kind == "out"}
    last = max((role.layer for role in found.values()), default=0)
    return [key for key, role in found.items() if role.layer == last]


def _symbol(trace: Trace, key: str) -> str:
    return latex(trace.quantities[key].symbol)


def _iterations(trace: Trace, gettext: Gettext) -> Table:
    outputs, errors = trace.series["out"], trace.series["error"]
    counts = [count for count in ITERATIONS if count < len(errors)]
    return Table(
        gettext("Outputs and error after so many updates"),
        (
            Cell(gettext("Updates")),
            *(Cell(_symbol(trace, key), math=True) for key in _outputs(trace)),
            Cell(gettext("Error")),
        ),
        tuple(
            (
                Cell(str(count), head=True),
                *(Cell(rounded(value, 8)) for value in outputs[count]),
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
                Cell(_symbol(trace, key), math=True, head=True),
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


def _plots(trace: Trace, both: dict[str, Trace], context: Context) -> list[Plot]:
    gettext = context.gettext
    outputs, errors, weights = (trace.series[name] for name in ("out", "error", "weights"))
    steps = np.arange(len(errors), dtype=float)
    names = [plain(_symbol(trace, key)) for key in _outputs(trace)]
    keys = list(trace.facts["weights"])
    weight_names = [plain(_symbol(trace, key)) for key in keys]
    across, told = gettext("updates"), updates(len(steps) - 1, context)
    plots = [
        Plot(
            network.draw(
                trace,
                gettext("Network of %(layers)s units in its layers. Weights and biases: %(values)s")
                % {
                    "layers": "–".join(map(str, network.sizes(trace))),
                    "values": gettext(COMMA).join(_values(trace)),
                },
            ),
            gettext(
                "The network before training: in each unit its output, at each line its weight,"
                " biases in grey."
            ),
        ),
        Plot(
            lines(
                [
                    Line(name, steps, outputs[:, place], HUES[place % len(HUES)])
                    for place, name in enumerate(names)
                ],
                (across, gettext("output")),
                gettext("Outputs over %(updates)s: %(ends)s")
                % {
                    "updates": told,
                    "ends": _ends(names, outputs, gettext),
                },
                log="x",
                levels=[
                    (float(trace.quantities[key].value), plain(_symbol(trace, key)))
                    for key, role in trace.roles.items()
                    if role.kind == "target"
                ],
            ),
            gettext("The outputs approach their targets (dashed)."),
        ),
        Plot(
            lines(
                [Line("E", steps, errors, "rose")],
                (across, gettext("error")),
                gettext("Error over %(updates)s: %(ends)s")
                % {"updates": told, "ends": _ends(["E"], errors[:, None], gettext)},
                log="xy",
                height=2.3,
            ),
            gettext("The error on logarithmic scales."),
        ),
        Plot(
            lines(
                [
                    Line(
                        name,
                        steps,
                        weights[:, place],
                        HUES[place % len(HUES)],
                        stroke=place % len(STROKES),
                    )
                    for place, name in enumerate(weight_names)
                ],
                (across, gettext("weight")),
                gettext("Weights over %(updates)s: %(ends)s")
                % {"updates": told, "ends": _ends(weight_names, weights, gettext)},
                log="x",
                height=3.3,
            ),
            gettext("All weights over the updates."),
        ),
    ]
    return [*plots, *_conventions(both, weight_names, gettext)]


def _values(trace: Trace) -> Iterator[str]:
    """The parameters of a network, in order."""
    for key, role in trace.roles.items():
        if role.kind in ("weight", "bias"):
            value = signed(shown(trace.quantities[key].value, 4))
            yield f"{_aloud(plain(_symbol(trace, key)))} = {value}"


def _conventions(both: dict[str, Trace], names: list[str], gettext: Gettext) -> list[Plot]:
    """How far the two update conventions part, where they do."""
    first, second = (trace.series["weights"] for trace in both.values())
    if len(first) < 3:  # After one update there is no course to be shown.
        return []
    changes = {name: trace.series["weights"][1] - trace.series["weights"][0]
               for name, trace in both.items()}  # fmt: skip
    apart = np.abs(first[1] - second[1])
    differing = [place for place in range(len(names)) if apart[place] > 0]
    if not differing:
        return []
    worst = max(differing, key=apart.__getitem__)
    steps = np.arange(len(first), dtype=float)
    outputs = np.abs(np.subtract(*(trace.series["out"] for trace in both.values()))).max(axis=1)
    spread = np.abs(first - second).max(axis=1)
    floor = 1e-17  # Before the first update nothing differs, which a logarithm cannot show.
    return [
        Plot(
            dumbbells(
                [names[place] for place in differing],
                {name: change[differing] for name, change in changes.items()},
                gettext("change in the first update"),
                gettext(
                    "First change of %(count)d weights by both update conventions; they differ"
                    " most at %(name)s, by %(apart)s"
                )
                % {
                    "count": len(differing),
                    "name": _aloud(names[worst]),
                    "apart": number(apart[worst]),
                },
            ),
            gettext(
                "The two update conventions side by side: only the weights of the earlier layers"
                " change differently in the first update."
            ),
        ),
        Plot(
            lines(
                [
                    Line(gettext("weights"), steps[1:], np.maximum(spread[1:], floor), "purple"),
                    Line(gettext("outputs"), steps[1:], np.maximum(outputs[1:], floor), "green"),
                ],
                (gettext("updates"), gettext("largest difference")),
                gettext(
                    "Largest difference between the two update conventions: outputs at most"
                    " %(outputs)s, weights at most %(weights)s"
                )
                % {"outputs": number(outputs.max()), "weights": number(spread.max())},
                log="xy",
                height=2.3,
            ),
            gettext("How far the two conventions lie apart over the updates."),
        ),
    ]


def _ends(names: list[str], values: np.ndarray[tuple[int, ...], np.dtype[np.float64]],
          gettext: Gettext) -> str:  # fmt: skip
    """Where each series begins and ends: w_1 from 0.1 to 0.215, and so on."""
    return gettext(COMMA).join(
        gettext("%(name)s from %(start)s to %(end)s")
        % {"name": _aloud(name), "start": number(column[0]), "end": number(column[-1])}
        for name, column in zip(names, values.T, strict=True)
    )


def _aloud(name: str) -> str:
    """A name as it is read aloud: w_1 is "w 1", and v_(1,2) is "v 1 2"."""
    return " ".join(re.split(r"[_(),\s]+", name)).strip()
