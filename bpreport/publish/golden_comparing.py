"""One comparison of what a program got with the deck's values, and the words for its outcome."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bpreport.audit.model import Audit
from bpreport.formula import MP, latex, places_of, rounded, stands_for
from bpreport.publish.formulas import plain
from bpreport.publish.golden_names import Family
from bpreport.publish.golden_run_slips import run_slip
from bpreport.publish.golden_slips import Slips
from bpreport.publish.golden_tolerance import losses
from bpreport.publish.language import mark, render, translator
from bpreport.publish.numbers import exact
from bpreport.worked import Study, Trace

__all__ = ["Comparison", "difference"]

Values = NDArray[np.float64]
SHOWN = 5
"""Entries of an array that are told of."""


@dataclass(frozen=True)
class Comparison:
    """One comparison and the words for its outcome."""

    audit: Audit
    study: Study
    trace: Trace
    lang: str
    places: int | None
    exact: bool
    epsilon: float
    wrong: dict[str, float]
    """What was got for quantities before and was wrong; what is wrong now is added."""

    # -- single values and arrays

    def report(self, name: str, got: Values, family: Family) -> str:
        """What is wrong with the numbers got; empty where nothing is."""
        gettext = self.gettext
        off = [
            place
            for place, (key, value) in enumerate(zip(family.keys, got, strict=True))
            if not self._fits(key, float(value))
        ]
        if not off:
            return ""
        before = dict(self.wrong)
        self.wrong.update({family.keys[place]: float(got[place]) for place in off})
        lines = [gettext("{name} is not the deck's value").format(name=name)]
        if family.shape:
            text = gettext("{name}: {off} of {all} entries are not the deck's values")
            lines = [text.format(name=name, off=len(off), all=len(got))]
        for place in off[:SHOWN]:
            key, value = family.keys[place], float(got[place])
            lines += self._one(key, value, headed=bool(family.shape))
        if len(off) > SHOWN:
            lines.append("  …")
        slip = self._arrangement(got, family) or self._slip(family, got, off, before)
        lines.append(self._line(gettext("slip"), slip or gettext("none is known that gives this")))
        return "\n".join(lines)

    def _slip(
        self, family: Family, got: Values, off: Sequence[int], wrong: Mapping[str, float]
    ) -> str:
        """The slip behind the first wrong entries for which one is known."""
        search = Slips(self.study, self.trace)
        for place in off[:SHOWN]:
            found = search.of_quantity(family.keys[place], float(got[place]), wrong)
            if found is not None:
                return render(found, self.lang)
        found = search.everywhere(family.keys[off[0]], float(got[off[0]]))
        return "" if found is None else render(found, self.lang)

    def _arrangement(self, got: Values, family: Family) -> str:
        """Whether the right numbers lie in another order."""
        gettext = self.gettext
        if len(family.shape) == 2:
            flipped = got.reshape(family.shape[::-1]).T.reshape(-1)
            if self._all_fit(flipped, family.keys):
                return gettext("the matrix is transposed")
        order = sorted(range(len(got)), key=lambda place: got[place])
        keys = sorted(family.keys, key=lambda key: self.trace.quantities[key].value)
        if len(keys) > 1 and self._all_fit(got[order], keys):
            return gettext("these are the right numbers in another order")
        return ""

    def _all_fit(self, got: Values, keys: Sequence[str]) -> bool:
        return all(self._fits(key, float(one)) for key, one in zip(keys, got, strict=True))

    def _fits(self, key: str, got: float) -> bool:
        if not np.isfinite(got):
            return False
        low, high = self._interval(key)
        return low <= Decimal(got) <= high

    def _interval(self, key: str) -> tuple[Decimal, Decimal]:
        """The values that are right for a quantity."""
        places = self._places(key)
        value = self.trace.quantities[key].value
        if places is not None:
            low, high, *_ = stands_for(rounded(value, places))
            return low, high
        reach = Decimal(self._losses[key] * self.epsilon)
        middle = Decimal(exact(value, 40))
        return middle - reach, middle + reach

    def _places(self, key: str) -> int | None:
        """Decimal places that decide; None where floats must agree."""
        if self.exact or self.places is not None:
            return None if self.exact else self.places
        if self.trace.quantities[key].stage == "given":
            return None
        return max((places_of(text) for text, _ in self._printed(key)), default=None)

    def _printed(self, key: str) -> list[tuple[str, str]]:
        """The digits that the deck prints for a quantity, and where."""
        return [
            (one.printed, str(one.claim.position))
            for one in self.audit.judgements
            if one.worked == self.trace.name and one.quantity == key and one.printed is not None
        ]

    @cached_property
    def _losses(self) -> dict[str, float]:
        return losses(self.trace, self.study.examples[self.trace.name])

    # -- words

    def _one(self, key: str, got: float, *, headed: bool) -> list[str]:
        gettext = self.gettext
        value = self.trace.quantities[key].value
        low, high = self._interval(key)
        lines = [f"  {plain(latex(self.trace.quantities[key].symbol))}"] if headed else []
        lines += self._beside(value, got)
        ends = f"{_short(low)} … {_short(high)}"
        lines.append(self._line(gettext("accepted"), f"{ends} ({self._reason(key)})"))
        return lines

    def _reason(self, key: str) -> str:
        gettext = self.gettext
        places = self._places(key)
        if places is None:
            return gettext("what its float type may lose on the way")
        if self.places is not None:
            return gettext("{places} places were asked for").format(places=places)
        text, place = max(self._printed(key), key=lambda found: places_of(found[0]))
        right = rounded(self.trace.quantities[key].value, places)
        if text == right:
            return gettext("the deck prints {printed} at {place}").format(printed=text, place=place)
        if self.trace is not self.audit.traces.get(self.trace.name):
            asked = gettext("{places} places, as in the deck; by the convention asked for")
            return asked.format(places=places)
        wrong = gettext("the deck prints {printed} at {place}, where {right} is right")
        return wrong.format(printed=text, place=place, right=right)

    @property
    def gettext(self) -> Callable[[str], str]:
        """A sentence in the reader's language."""
        return translator(self.lang).gettext

    def _beside(self, expected: Any, got: float) -> list[str]:
        """Both numbers under one another, and which digit differs first."""
        gettext = self.gettext
        known, number, below, which = difference(expected, got)
        lines = [self._line(gettext("expected"), known), self._line(gettext("got"), number)]
        if below:
            digit = gettext("the first digit that differs is number {count}").format(count=which)
            lines.append(self._line("", f"{below}  {digit}"))
        return lines

    def _line(self, label: str, text: str) -> str:
        gettext = self.gettext
        width = max(_width(gettext(word)) for word in LABELS)
        return f"    {label}{' ' * (width - _width(label))}  {text}"

    def not_one(self, name: str, value: Any, got: Values | None) -> str:
        """What to say where one number is expected."""
        gettext = self.gettext
        if got is None:
            text = gettext("{name}: a number is expected, not {value}")
            return text.format(name=name, value=repr(value)[:80])
        text = gettext("{name}: one number is expected, not an array of shape {shape}")
        return text.format(name=name, shape=got.shape)

    def other_shape(self, name: str, value: Any, got: Values | None, family: Family) -> str:
        """What to say where an array of another shape is expected."""
        gettext = self.gettext
        if got is None:
            return self.not_one(name, value, got)
        names = ", ".join(plain(latex(self.trace.quantities[key].symbol)) for key in family.keys)
        text = gettext("{name} has the shape {wanted}, not {shape}; in order: {names}")
        told = text.format(name=name, wanted=family.shape, shape=got.shape, names=names)
        if len(family.shape) == 2 and got.shape == family.shape[::-1]:
            hint = gettext('with rows="source" a row stands for each unit that the weights leave')
            told = f"{told}\n    {hint}"
        return told

    # -- runs

    def run(
        self, name: str, series: str, column: int | None, got: Values, first: int, bounds: Values
    ) -> str:
        """What is wrong with a run; empty where nothing is."""
        gettext = self.gettext
        whole = self.trace.series[series]
        right = (whole if column is None else whole[:, column])[first : first + len(got)]
        bound = bounds if column is None or not bounds.ndim else bounds[column]
        counts = np.arange(first, first + len(got)) + 1.0
        counts = counts.reshape(-1, *[1] * (got.ndim - 1))
        off = ~(np.abs(got - right) <= 2 * counts * bound * self.epsilon)
        if self.places is not None:
            off = np.reshape(list(map(self._prints_otherwise, right.flat, got.flat)), got.shape)
        if not off.any():
            return ""
        rows = np.flatnonzero(off.reshape(len(got), -1).any(axis=1))
        at = int(rows[0])
        entry = int(np.flatnonzero(off[at].reshape(-1))[0]) if got.ndim > 1 else 0
        expected = MP.mpf(float(right[at].reshape(-1)[entry]))
        head = gettext("{name} is not the deck's run: it differs from {updates} updates on")
        lines = [head.format(name=name, updates=first + at)]
        lines += self._beside(expected, float(got[at].reshape(-1)[entry]))
        slip = self._run_slip(series, column, got, first)
        lines.append(self._line(gettext("slip"), slip or gettext("none is known that gives this")))
        return "\n".join(lines)

    def _prints_otherwise(self, right: float, got: float) -> bool:
        """Whether a number is none of those that print as the right one does."""
        assert self.places is not None
        low, high, *_ = stands_for(rounded(right, self.places))
        return not (np.isfinite(got) and low <= Decimal(float(got)) <= high)

    def _run_slip(self, series: str, column: int | None, got: Values, first: int) -> str:
        if not np.isfinite(got).all():
            return ""
        example = self.study.examples[self.trace.name]
        found = run_slip(example, self.trace, series, got, first, column)
        return "" if found is None else render(found, self.lang)

    def other_run(self, name: str, values: Any, got: Values | None, wanted: Values) -> str:
        """What to say where entries of another shape are expected."""
        gettext = self.gettext
        if got is None:
            return self.not_one(name, values, got)
        text = gettext(
            "{name} is a run whose entries have the shape {wanted}; found the shape {shape}"
        )
        return text.format(name=name, wanted=wanted.shape[1:], shape=got.shape)

    def other_length(self, name: str, length: int, most: int) -> str:
        """What to say where the run is empty or too long."""
        gettext = self.gettext
        text = gettext("{name}: from 1 to {most} entries are expected, not {length}")
        return text.format(name=name, most=most, length=length)


LABELS = (mark("expected"), mark("got"), mark("accepted"), mark("slip"))


def difference(expected: Any, got: float) -> tuple[str, str, str, int]:
    """Both numbers written under one another, a mark under the first digit that differs.

    Digits are counted from the first of the expected number that is not 0.

    >>> difference(MP.mpf("0.912934"), 0.869892)
    ('0.912934', '0.869892', '  ^', 1)
    """
    known, number = exact(expected), exact(got) if np.isfinite(got) else str(got)
    if not np.isfinite(got):
        return known, number, "", 0
    left, right = (_fixed(text) for text in (known, number))
    wide = max(left.find("."), right.find("."))
    left, right = (" " * (wide - text.find(".")) + text for text in (left, right))
    length = max(len(left), len(right))
    pairs = zip(left.ljust(length, "0"), right.ljust(length, "0"), strict=True)
    place = next((at for at, (one, other) in enumerate(pairs) if one != other), None)
    if place is None:
        return left, right, "", 0
    before = [sign for sign in left[:place].ljust(place, "0") if sign.isdigit()]
    count = len("".join(before).lstrip("0")) + 1
    return left.rstrip("."), right.rstrip("."), " " * place + "^", count


def _fixed(text: str) -> str:
    """Digits with a point and without an exponent."""
    plain_digits = f"{Decimal(text):f}"
    return plain_digits if "." in plain_digits else f"{plain_digits}."


def _short(end: Decimal) -> str:
    return exact(str(end), 17)


def _width(text: str) -> int:
    """Columns that a text takes in a terminal, where Chinese characters take two."""
    return sum(2 if ord(sign) > 0x2E7F else 1 for sign in text)
