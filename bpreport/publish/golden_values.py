"""Golden values: every quantity of the worked examples, for tests of other programs.

Exact values are strings of 17 significant digits, rounded once from 50: they identify a float64 and
survive JSON. So do those of the series, which are computed at 50 digits for this.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

import numpy as np

from bpreport.audit.model import Audit, Judgement
from bpreport.formula import latex, places_of
from bpreport.publish.numbers import exact
from bpreport.worked.exact_series import LONGEST, exact_series
from bpreport.worked.trace import Trace

if TYPE_CHECKING:
    from bpreport.worked import Study

__all__ = ["golden", "golden_text"]

ITERATIONS = (0, 1, 2, 5, 9, 10, 100, 1000, 1001)
"""Numbers of updates at which the series are given."""


def golden(audit: Audit, study: Study) -> dict[str, Any]:
    """Golden values of a deck, ready for JSON.

    `{"deck", "examples": {name: {"kind", "conventions", "quantities", "series", "alternatives"}},
    "claims"}`. A quantity is `{"symbol", "latex", "stage", "exact", "printed"}`, where `printed`
    lists every place of the deck that prints it: `{"text", "places", "verdict", "line", "column",
    "claim"}`. The conventions are those that the audit adopted; `alternatives` has the same
    quantities and series under each other update convention. `claims` are the judged numbers,
    those that no worked example knows included.
    """
    printed: dict[tuple[str, str], list[Judgement]] = defaultdict(list)
    for judgement in audit.judgements:
        if judgement.worked and judgement.quantity:
            printed[judgement.worked, judgement.quantity].append(judgement)
    return {
        "deck": PurePath(audit.deck.path).name,
        "examples": {
            name: {
                "kind": trace.kind,
                **_computed(study.examples[name], trace, printed),
                "alternatives": [
                    _computed(study.examples[name], other, {})
                    for other in _alternatives(study.examples[name], trace)
                ],
            }
            for name, trace in ((n, audit.traces.get(n, t)) for n, t in study.traces.items())
        },
        "claims": [
            {
                "id": judgement.claim.id,
                "example": judgement.worked,
                "symbol": judgement.quantity,
                "exact": exact(judgement.exact),
                **_printed(judgement),
            }
            for judgement in audit.judgements
            if judgement.exact is not None and judgement.printed is not None
        ],
    }


def _computed(
    example: Any, trace: Trace, printed: Mapping[tuple[str, str], Sequence[Judgement]]
) -> dict[str, Any]:
    return {
        "conventions": dict(trace.conventions),
        "quantities": [
            {
                "symbol": key,
                "latex": latex(quantity.symbol),
                "stage": quantity.stage,
                "exact": exact(quantity.value),
                "printed": [_printed(found) for found in printed.get((trace.name, key), ())],
            }
            for key, quantity in trace.quantities.items()
        ],
        "series": _series(example, trace),
    }


def _alternatives(example: Any, adopted: Trace) -> Iterator[Trace]:
    """The traces of a perceptron under the other update conventions."""
    from bpreport.worked.perceptron import Perceptron

    if isinstance(example, Perceptron):
        for update in ("simultaneous", "sequential"):
            if update != adopted.conventions["update"]:
                yield example.trace(update=update, biases=adopted.conventions["biases"])


def golden_text(audit: Audit, study: Study) -> str:
    """The golden values as a JSON text."""
    return json.dumps(golden(audit, study), ensure_ascii=False, indent=1)


def _printed(judgement: Judgement) -> dict[str, Any]:
    text, position = judgement.printed or "", judgement.claim.position
    return {
        "text": text,
        "places": places_of(text) if text else None,
        "verdict": str(judgement.verdict),
        "line": position.line,
        "column": position.column,
        "claim": judgement.claim.id,
    }


def _series(example: Any, trace: Trace) -> dict[str, dict[str, Any]]:
    """Of each series the values at some numbers of updates, and at the last."""
    counts = {name: _counts(values) for name, values in trace.series.items()}
    exactly = exact_series(example, trace, {k for chosen in counts.values() for k in chosen})
    return {
        name: {str(k): _plain(exactly[name].get(k, values[k])) for k in counts[name]}
        for name, values in trace.series.items()
    }


def _counts(values: Any) -> list[int]:
    """The last is left out where it is too late to be computed at 50 digits."""
    last = len(values) - 1
    return sorted({*(k for k in ITERATIONS if k < last), *({last} if last <= LONGEST else ())})


def _plain(value: Any) -> Any:
    if isinstance(value, list | np.ndarray):
        return [_plain(part) for part in value]
    return exact(value)
