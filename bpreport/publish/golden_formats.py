"""Golden values as CSV, as NumPy arrays, and as a file of tests for pytest."""

from __future__ import annotations

import csv
import io
import json
import os
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from bpreport.audit.model import Audit
from bpreport.publish.golden_values import golden, golden_text
from bpreport.publish.identifiers import identifiers
from bpreport.publish.numbers import exact
from bpreport.worked import Perceptron, Trace
from bpreport.worked.exact_series import LONGEST, exact_series

if TYPE_CHECKING:
    from bpreport.worked import Study

__all__ = ["GOLDEN_FORMATS", "golden_bytes"]

COLUMNS = ("example", "conventions", "symbol", "latex", "stage", "exact", "printed", "places")


def golden_bytes(
    audit: Audit, study: Study, form: str, target: Path | None, deck: Path | None
) -> bytes:
    """The golden values in one of `GOLDEN_FORMATS`.

    `target` is the file they are for, and `deck` that of the deck, None for the built-in one: a
    file of tests names the deck as seen from where it stands.
    """
    return GOLDEN_FORMATS[form](audit, study, _seen_from(target, deck))


def _seen_from(target: Path | None, deck: Path | None) -> str:
    if deck is None:
        return ""
    folder = target.parent if target is not None else Path()
    return Path(os.path.relpath(deck, folder)).as_posix()


def _json(audit: Audit, study: Study, _deck: str) -> bytes:
    return f"{golden_text(audit, study)}\n".encode()


def _csv(audit: Audit, study: Study, _deck: str) -> bytes:
    """One row a quantity; the adopted conventions first."""
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, lineterminator="\n")
    writer.writeheader()
    for name, example in golden(audit, study)["examples"].items():
        for computed in (example, *example["alternatives"]):
            conventions = " ".join(f"{key}={one}" for key, one in computed["conventions"].items())
            for quantity in computed["quantities"]:
                printed = quantity["printed"]
                writer.writerow({
                    "example": name,
                    "conventions": conventions,
                    **{key: quantity[key] for key in ("symbol", "latex", "stage", "exact")},
                    "printed": " ".join(one["text"] for one in printed),
                    "places": max((one["places"] for one in printed), default=""),
                })  # fmt: skip
    return text.getvalue().encode()


def _traces(audit: Audit, study: Study) -> Iterator[tuple[str, Any, Trace]]:
    """Every trace under the adopted conventions, and those of perceptrons under the others."""
    for name, stated in study.traces.items():
        trace = audit.traces.get(name, stated)
        example = study.examples[name]
        yield name, example, trace
        if isinstance(example, Perceptron):
            for update in ("simultaneous", "sequential"):
                if update != trace.conventions["update"]:
                    other = example.trace(update=update, biases=trace.conventions["biases"])
                    yield f"{name}.{update}", example, other


def _npz(audit: Audit, study: Study, _deck: str) -> bytes:
    """Arrays by name: `example.out_h1`, and whole series as `example.run.out`.

    What the series have after more updates than can be computed at 50 digits is that of the floats.
    """
    arrays: dict[str, Any] = {}
    for name, example, trace in _traces(audit, study):
        names = identifiers(quantity.symbol for quantity in trace.quantities.values())
        for key, quantity in trace.quantities.items():
            arrays[f"{name}.{names[key]}"] = np.float64(quantity.value)
        exactly = exact_series(example, trace, range(LONGEST + 1))
        for series, values in trace.series.items():
            run = values.copy()
            for updates, value in exactly[series].items():
                run[updates] = value
            arrays[f"{name}.run.{series}"] = run
    file = io.BytesIO()
    np.savez_compressed(file, **arrays)
    return file.getvalue()


def _pytest(audit: Audit, study: Study, deck: str) -> bytes:
    """A file of tests: what a program computes, and that the deck still says the same."""
    rows = []
    for name, stated in study.traces.items():
        trace = audit.traces.get(name, stated)
        rows += [
            (name, key, exact(quantity.value))
            for key, quantity in trace.quantities.items()
            if quantity.stage != "given"
        ]
    listing = "\n".join(
        f"    ({json.dumps(name, ensure_ascii=False)}, {json.dumps(key, ensure_ascii=False)}, "
        f"{json.dumps(value)}),"
        for name, key, value in rows
    )
    chosen = json.dumps(deck, ensure_ascii=False) if deck else f'lang="{audit.deck.lang}"'
    return _TESTS.format(deck=chosen, rows=listing).encode()


_TESTS = '''\
"""Golden tests, written by `bpreport golden --format pytest`.

Let `computed` return what your program computes, by worked example and name of the quantity; what
it leaves out is skipped.
"""

import pytest

pytestmark = pytest.mark.golden({deck})

QUANTITIES = [
{rows}
]
"""Worked example, name, and value to 17 digits."""


def computed():
    """Your program's values, such as {{("example", "out_{{h1}}"): 0.91293}}."""
    return {{}}


@pytest.mark.parametrize(("example", "name", "value"), QUANTITIES)
def test_the_program_computes_it(golden, example, name, value):
    values = computed()
    if (example, name) not in values:
        pytest.skip("your program does not compute it yet")
    golden.example(example).check(name, values[example, name])


def test_the_deck_still_says_so(golden):
    """The values above are those of the deck; where this fails, write the file anew."""
    for example, name, value in QUANTITIES:
        golden.example(example).check(name, float(value))
'''

GOLDEN_FORMATS: Mapping[str, Callable[[Audit, Study, str], bytes]] = {
    "json": _json,
    "csv": _csv,
    "npz": _npz,
    "pytest": _pytest,
}
"""What `bpreport golden` can write."""
