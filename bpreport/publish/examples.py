"""The worked examples as the report shows them: solutions, tables and plots of each kind."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

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

__all__ = ["examples", "foreseen"]

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

VIEWS: Mapping[str, Callable[[Any, Trace, Context], Shown]] = {
    "gradient descent": descent_view.show,
    "linear regression": regression_view.show,
    "logistic regression": regression_view.show,
    "perceptron": perceptron_view.show,
}

MANY = 40
"""Solutions of one stage past which the page puts them away until they are wanted."""


def examples(audit: Audit, study: Study, lang: str) -> Iterator[ExampleView]:
    """Every worked example of the deck, in the order of its front matter."""
    gettext = translator(lang).gettext
    for name, trace in study.traces.items():
        adopted = audit.conventions.get(name)
        judgements = [judgement for judgement in audit.judgements if judgement.worked == name]
        shown = _shown(
            name, study, lang, adopted if isinstance(adopted, Mapping) else {}, judgements
        )
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


def _shown(
    name: str,
    study: Study,
    lang: str,
    adopted: Mapping[str, Any],
    judgements: Sequence[Judgement] = (),
) -> Shown:
    catalogue, trace = translator(lang), study.traces[name]
    context = Context(
        lang, catalogue.gettext, catalogue.ngettext, adopted, study.unstated.get(name), judgements
    )
    return VIEWS[trace.kind](study.examples[name], trace, context)


def foreseen(study: Study, lang: str) -> Iterator[Plot]:
    """The plots that the report will show, and those that it would show by other conventions.

    Which of them the audit adopts is not known yet.
    """
    for name, trace in study.traces.items():
        updates = perceptron_view.UPDATES if trace.kind == "perceptron" else [""]
        for update in updates:
            yield from _shown(name, study, lang, {"update": update}).plots


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
