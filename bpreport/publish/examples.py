"""The worked examples as the report shows them: solutions, tables and plots of each kind."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from bpreport.audit.model import Audit, Judgement
from bpreport.publish import descent_view, perceptron_view, regression_view
from bpreport.publish.columns import aligned
from bpreport.publish.context import Context, Shown
from bpreport.publish.language import mark, translator
from bpreport.publish.solution import solutions
from bpreport.publish.view import ExampleView, Plot, Stage
from bpreport.worked.trace import Trace

if TYPE_CHECKING:
    from bpreport.worked import Study

__all__ = ["examples", "plots"]

STAGES = {
    "given": mark("Givens"),
    "model": mark("Model"),
    "objective": mark("Objective"),
    "forward": mark("Forward pass"),
    "error": mark("Error"),
    "gradient": mark("Gradient"),
    "backward": mark("Backward pass"),
    "update": mark("Update"),
    "iterate": mark("Iterates"),
    "result": mark("Result"),
}

KINDS = {
    "gradient descent": mark("gradient descent"),
    "linear regression": mark("linear regression"),
    "logistic regression": mark("logistic regression"),
    "perceptron": mark("perceptron"),
}


class _View(NamedTuple):
    show: Callable[[Any, Trace, Context], Shown]
    """All there is to show of a worked example, the plots among it."""
    plots: Callable[[Any, Trace, Context], Iterable[Plot]]


VIEWS: Mapping[str, _View] = {
    "gradient descent": _View(descent_view.show, descent_view.plots),
    "linear regression": _View(regression_view.show, regression_view.plots),
    "logistic regression": _View(regression_view.show, regression_view.plots),
    "perceptron": _View(perceptron_view.show, perceptron_view.plots),
}

MANY = 40
"""Solutions of one stage past which the page puts them away until they are wanted."""


def examples(audit: Audit, study: Study, lang: str) -> Iterator[ExampleView]:
    """Every worked example of the deck, in the order of its front matter."""
    gettext = translator(lang).gettext
    for name, trace in study.traces.items():
        judgements = [judgement for judgement in audit.judgements if judgement.worked == name]
        context = _context(name, study, lang, audit.conventions, judgements)
        shown = VIEWS[trace.kind].show(study.examples[name], trace, context)
        yield ExampleView(
            id=f"example-{name}",
            title=gettext("%(name)s: %(kind)s")
            % {"name": name, "kind": gettext(KINDS[trace.kind])},
            stages=(*_stages(trace, gettext), *shown.stages),
            tables=tuple(map(aligned, shown.tables)),
            plots=shown.plots,
            appendix=tuple(map(aligned, shown.appendix)),
            widgets=shown.widgets,
            lacking=shown.lacking,
        )


def plots(study: Study, lang: str, conventions: Mapping[str, Any]) -> Iterator[Plot]:
    """The plots alone of all worked examples, which need no more of an audit than conventions."""
    for name, trace in study.traces.items():
        context = _context(name, study, lang, conventions)
        yield from VIEWS[trace.kind].plots(study.examples[name], trace, context)


def _context(
    name: str,
    study: Study,
    lang: str,
    conventions: Mapping[str, Any],
    judgements: Sequence[Judgement] = (),
) -> Context:
    catalogue, adopted = translator(lang), conventions.get(name, {})
    unstated = study.unstated.get(name)
    return Context(lang, catalogue.gettext, catalogue.ngettext, adopted, unstated, judgements)


def _stages(trace: Trace, gettext: Callable[[str], str]) -> Iterator[Stage]:
    by_stage: dict[str, list[str]] = {}
    left_out = descent_view.later_iterates(trace) if trace.kind == "gradient descent" else ()
    for quantity in trace.quantities.values():
        # "fast.iterations" is no symbol: the tables of a descent tell these.
        if "." not in quantity.key and quantity.key not in left_out:
            by_stage.setdefault(quantity.stage, []).append(quantity.key)
    solved = {one.key: one for one in solutions(trace, tuple(itertools.chain(*by_stage.values())))}
    for stage, keys in by_stage.items():
        form = "many" if len(keys) > MANY else "solutions"
        yield Stage(
            id=f"{trace.name}-{stage}",
            title=gettext(STAGES.get(stage, stage)),
            solutions=tuple(solved[key] for key in keys),
            form="givens" if stage == "given" else form,
            lead=gettext("The first updates of each run are worked out; the appendix has all.")
            if left_out and stage == "iterate"
            else "",
        )
