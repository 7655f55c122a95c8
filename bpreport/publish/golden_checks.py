"""Golden values as a course's tests ask for them: by name, as arrays, and as whole runs.

    golden.check("out_{h1}", out[0])
    golden.check("out", out, layer="h")
    golden.check_run("E_{total}", errors)

What does not agree raises `GoldenError`, whose text is what a student reads.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bpreport.audit import audit
from bpreport.audit.model import Audit
from bpreport.deck import builtin, read
from bpreport.publish.golden_comparing import Comparison
from bpreport.publish.golden_names import Family, find, nearest
from bpreport.publish.golden_series import run_losses, series_of
from bpreport.publish.language import translator
from bpreport.worked import LinearRegression, Perceptron, Study, Trace, recompute

__all__ = ["Golden", "GoldenError", "UnknownNameError", "load"]

Values = NDArray[np.float64]


class GoldenError(AssertionError):
    """A value that is not the deck's."""


class UnknownNameError(LookupError):
    """A name that the deck's worked examples do not know, or do not know alone."""


def load(path: Path | None = None, lang: str | None = None) -> Golden:
    """The golden values of a deck, the built-in one without a path; messages in its language.

    >>> golden = load(lang="en").example("example")
    >>> golden.value("out_{h1}")
    0.9129342275597288
    >>> golden.value("w", layer="o").shape
    (2, 3)
    """
    deck = read(path or builtin(lang or "zh"))
    study = recompute(deck)
    return Golden(audit(deck, study), study, lang or deck.lang)


@dataclass(frozen=True)
class Golden:
    """The values of a deck's worked examples."""

    audit: Audit = field(repr=False)
    study: Study = field(repr=False)
    lang: str = "en"
    name: str | None = None
    """The worked example that is asked; None asks all that know the name."""
    conventions: Mapping[str, str] = field(default_factory=dict)
    """The conventions that were asked for in place of the adopted ones."""
    wrong: dict[tuple[str, str], dict[str, float]] = field(default_factory=dict, repr=False)
    """What was got before and was wrong, so that what follows from it is known."""

    def example(self, name: str) -> Golden:
        """The same for one worked example of the deck."""
        if name not in self.study.examples:
            raise self._unknown(name, tuple(self.study.examples))
        return replace(self, name=name)

    def using(self, **conventions: str) -> Golden:
        """The same under other conventions than those that the audit adopted.

        Of a perceptron `update` ("simultaneous", "sequential") and `biases` ("trained", "fixed"),
        of a linear regression `loss` ("half sum", "half mean").
        """
        for convention, value in conventions.items():
            known = _CHOICES.get(convention, ())
            if value not in known:
                options = [f"{name}={one}" for name, ones in _CHOICES.items() for one in ones]
                raise self._unknown(f"{convention}={value}", options)
        return replace(self, conventions={**self.conventions, **conventions})

    def value(self, name: str, *, layer: str | None = None, rows: str = "target") -> Any:
        """The float of a quantity, or the array of a family."""
        trace, found = self._found(name, layer)
        if isinstance(found, str):
            return float(trace.quantities[found].value)
        family = found if rows == "target" else found.transposed
        values = [float(trace.quantities[key].value) for key in family.keys]
        return np.array(values).reshape(family.shape)

    def check(
        self,
        name: str,
        value: Any,
        *,
        layer: str | None = None,
        rows: str = "target",
        places: int | None = None,
        exact: bool = False,
    ) -> None:
        """Hold a number or an array against the deck's quantity or family of that name.

        Names are written as in the deck. A family is all that bear a name: "w" are all weights in
        the order of their numbers, "out" with the layer "h" the outputs of that layer, "w" with
        the layer "h" the matrix of the weights that enter it, with a row for each unit that they
        enter (`rows="source"`: for each unit that they leave).

        A number is right if it lies in the interval that the printed digits of the quantity stand
        for; where it is printed several times, those with the most places count, and where it is
        printed wrongly, the right digits with as many places. `places` asks for another number
        of them. What is given, or printed nowhere, and everything with `exact`, must agree to
        what its float type may lose on the way, by `golden_tolerance`: for each operation one unit
        in the last place of its result (two roundings), for a sum of n terms n - 1 units of the
        sum of their sizes, carried on by the slopes of the formulas.

        Raises `GoldenError`, or `UnknownNameError` with the nearest names.
        """
        __tracebackhide__ = True  # of pytest: the failing line is that of the test
        trace, found = self._found(name, layer)
        got, epsilon = _array(value)
        comparison = self._comparison(trace, places, exact, epsilon)
        if isinstance(found, str):
            if got is None or got.size != 1:
                raise GoldenError(comparison.not_one(name, value, got))
            family = Family((found,), ())
        else:
            family = found if rows == "target" else found.transposed
            if got is None or got.shape != family.shape:
                raise GoldenError(comparison.other_shape(name, value, got, family))
        report = comparison.report(name, got.reshape(-1), family)
        if report:
            raise GoldenError(report)

    def check_run(
        self, name: str, values: Any, *, first: int = 0, places: int | None = None
    ) -> None:
        """Hold a series over the iterations against the deck's run.

        `name` is a series ("out", "weights", "biases", "error"; of a regression "parameters",
        "objective"; of a descent "fast.iterates", "fast.values"), or a quantity of it: "w_7",
        "out_{o1}", "E_{total}". The first axis counts updates; `first` of them were done at the
        first entry. The run may be shorter than the deck's.

        Both series are computed in floats. After k updates, each may be off by k + 1 times what
        one step may lose (see `check`), which holds as long as a step does not drive neighbouring
        points apart; so twice that is allowed, and nothing else. With `places`, every entry must
        lie in the interval that its digits to so many places stand for.
        """
        __tracebackhide__ = True
        trace, series, column = self._series(name)
        got, epsilon = _array(values)
        comparison = self._comparison(trace, places, places is None, epsilon)
        right = trace.series[series]
        wanted = right if column is None else right[:, column]
        if got is None or not got.ndim or got.shape[1:] != wanted.shape[1:]:
            raise GoldenError(comparison.other_run(name, values, got, wanted))
        if first < 0:
            raise ValueError("first is a number of updates, and not negative")
        if not 0 < len(got) <= len(wanted) - first:
            raise GoldenError(comparison.other_length(name, len(got), len(wanted) - first))
        bounds = run_losses(trace, series, self.study.examples[trace.name])
        report = comparison.run(name, series, column, got, first, bounds)
        if report:
            raise GoldenError(report)

    def _comparison(
        self, trace: Trace, places: int | None, exact: bool, epsilon: float
    ) -> Comparison:
        wrong = self.wrong.setdefault((trace.name, str(trace.conventions)), {})
        return Comparison(self.audit, self.study, trace, self.lang, places, exact, epsilon, wrong)

    # -- looking up

    def _found(self, name: str, layer: str | None) -> tuple[Trace, str | Family]:
        __tracebackhide__ = True
        matches = [
            (trace, found)
            for trace in self._traces
            if (found := find(trace, name, layer)) is not None
        ]
        single = [match for match in matches if isinstance(match[1], str)]
        matches = single or matches
        if len(matches) == 1:
            return matches[0]
        if matches:
            raise self._several(name, [trace.name for trace, _ in matches])
        known = [key for trace in self._traces for key in trace.quantities]
        raise self._unknown(name if layer is None else f"{name}, {layer}", known)

    def _series(self, name: str) -> tuple[Trace, str, int | None]:
        __tracebackhide__ = True
        matches = [
            (trace, *found)
            for trace in self._traces
            if (found := series_of(trace, name)) is not None
        ]
        if len(matches) == 1:
            return matches[0]
        if matches:
            raise self._several(name, [trace.name for trace, *_ in matches])
        raise self._unknown(name, [key for trace in self._traces for key in trace.series])

    def _several(self, name: str, examples: Sequence[str]) -> UnknownNameError:
        text = self.gettext("{name} is in several worked examples: {examples}; choose by {call}")
        call = f"golden.example({examples[0]!r})"
        return UnknownNameError(text.format(name=name, examples=", ".join(examples), call=call))

    def _unknown(self, name: str, known: Sequence[str]) -> UnknownNameError:
        text = self.gettext("{name} is not known; the nearest names are {names}")
        names = ", ".join(nearest(known, name)) or "–"
        return UnknownNameError(text.format(name=name, names=names))

    @cached_property
    def gettext(self) -> Callable[[str], str]:
        """A sentence in the reader's language."""
        return translator(self.lang).gettext

    @cached_property
    def _traces(self) -> tuple[Trace, ...]:
        names = self.study.traces if self.name is None else (self.name,)
        return tuple(map(self._trace, names))

    def _trace(self, name: str) -> Trace:
        adopted = self.audit.traces.get(name, self.study.traces[name])
        own = {key: value for key, value in self.conventions.items() if key in adopted.conventions}
        example = self.study.examples[name]
        if own and isinstance(example, Perceptron | LinearRegression):
            return example.trace(**{**adopted.conventions, **own})
        return adopted


_CHOICES = {
    "update": ("simultaneous", "sequential"),
    "biases": ("trained", "fixed"),
    "loss": ("half sum", "half mean"),
}


def _array(value: Any) -> tuple[Values | None, float]:
    """A number, list, array or tensor as float64, and the epsilon of its type; None for others."""
    for method in ("detach", "cpu"):  # a tensor that remembers its slopes, or lies elsewhere
        value = getattr(value, method)() if hasattr(value, method) else value
    try:
        own = np.asarray(value)
        epsilon = float(np.finfo(own.dtype).eps) if own.dtype.kind == "f" else 2.0**-52
        if own.dtype.kind not in "fiuO" or not all(hasattr(one, "__float__") for one in own.flat):
            return None, epsilon
        return own.astype(float), max(epsilon, 2.0**-52)
    except (TypeError, ValueError, RuntimeError):
        return None, 2.0**-52
