"""Linear and logistic regression as the report shows them."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from bpreport.formula import latex, rounded
from bpreport.publish.context import Context, Shown, after, updates
from bpreport.publish.language import COMMA
from bpreport.publish.plots import Line, lines, number, scatter
from bpreport.publish.view import Cell, Plot, Table
from bpreport.worked.linear_regression import LinearRegression
from bpreport.worked.logistic_regression import LogisticRegression
from bpreport.worked.trace import Trace

__all__ = ["show"]

Gettext = Callable[[str], str]
Regression = LinearRegression | LogisticRegression
ITERATIONS = (0, 1, 2, 5, 10, 100, 1000)


def show(example: Regression, trace: Trace, context: Context) -> Shown:
    """The descent in a table beside the exact minimiser; data and fits; the objective."""
    gettext = context.gettext
    return Shown(
        tables=(_descent(trace, gettext),),
        plots=tuple(plots(example, trace, context)),
    )


def plots(example: Regression, trace: Trace, context: Context) -> Iterator[Plot]:
    """The data with the fit, and the objective over the updates."""
    yield from _fit(example, trace, context)
    yield _objective(trace, context)


def _minimisers(trace: Trace) -> list[str]:
    return [key for key, role in trace.roles.items() if role.kind == "minimiser"]


def _name(trace: Trace) -> str:
    """LaTeX of the objective."""
    found = (key for key, role in trace.roles.items() if role.kind == "objective")
    key = next(found, "")
    return latex(trace.quantities[key].symbol) if key else "J"


def _descent(trace: Trace, gettext: Gettext) -> Table:
    parameters, objective = trace.series["parameters"], trace.series["objective"]
    last = len(objective) - 1
    counts = sorted({*(count for count in ITERATIONS if count <= last), last})
    first = 0 if any(key.startswith(r"\theta_{0}") for key in trace.quantities) else 1
    rows = [
        (
            Cell(str(count), head=True),
            *(Cell(rounded(value, 8)) for value in parameters[count]),
            Cell(rounded(objective[count], 8)),
        )
        for count in counts
    ]
    minimisers = _minimisers(trace)
    if minimisers:
        name = (
            gettext("exactly, from the normal equations")
            if trace.kind == "linear regression"
            else gettext("exactly, by Newton's method")
        )
        exact_row = [Cell(rounded(trace.quantities[key].value, 8)) for key in minimisers]
        rows.append((Cell(name, head=True), *exact_row, Cell("")))
    return Table(
        gettext("Gradient descent beside the exact minimiser"),
        (
            Cell(gettext("Updates")),
            *(
                Cell(rf"\theta_{{{first + place}}}", math=True)
                for place in range(parameters.shape[1])
            ),
            Cell(_name(trace), math=True),
        ),
        tuple(rows),
    )


def _fit(example: Regression, trace: Trace, context: Context) -> list[Plot]:
    """Data and fitted curve, where one feature beside the constant makes that a plane picture."""
    gettext = context.gettext
    x, y = example.samples.arrays
    varying = [place for place in range(x.shape[1]) if np.ptp(x[:, place]) > 0]
    if len(varying) != 1:
        return []
    (place,) = varying
    low, high = float(x[:, place].min()), float(x[:, place].max())
    across = np.linspace(low, high, 81)
    rows = np.tile(x[0], (len(across), 1))
    rows[:, place] = across

    def model(
        parameters: np.ndarray[tuple[int, ...], np.dtype[np.float64]],
    ) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
        score = (rows * parameters).sum(axis=-1)  # no BLAS, as in `Samples.scores`
        return np.asarray(
            1 / (1 + np.exp(-score)) if trace.kind == "logistic regression" else score
        )

    parameters = trace.series["parameters"]
    last = len(parameters) - 1
    fits = [
        Line(after(count, context), across, model(parameters[count]), hue, stroke=stroke)
        for count, hue, stroke in ((1, "olive", 1), (10, "purple", 2))
        if count < last
    ]
    fits.append(Line(after(last, context), across, model(parameters[last]), "orange"))
    told = gettext(COMMA).join(
        f"θ{place} = {number(value, 4)}" for place, value in enumerate(parameters[last])
    )
    alt = gettext("%(count)d samples and the fit %(after)s: %(told)s") % {
        "count": len(y),
        "after": after(last, context),
        "told": told,
    }
    drawn = scatter([(x[:, place], y, "o", "blue")], fits, ("x", "y"), alt)
    return [Plot(drawn, gettext("The data (points) and the fitted model on the way."))]


def _objective(trace: Trace, context: Context) -> Plot:
    gettext = context.gettext
    objective = trace.series["objective"]
    steps = np.arange(len(objective), dtype=float)
    alt = gettext("Objective over %(updates)s: from %(start)s to %(end)s") % {
        "updates": updates(len(objective) - 1, context),
        "start": number(objective[0], 4),
        "end": number(objective[-1], 4),
    }
    drawn = lines(
        [Line("", steps, objective, "rose")],
        (gettext("updates"), gettext("objective")),
        alt,
        log="x",
        height=2.2,
    )
    return Plot(drawn, gettext("The objective over the updates."))
