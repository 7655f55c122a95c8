"""From an audit to the cells of a notebook, in the order of the deck."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from pathlib import PurePath
from typing import Any

from bpreport.audit.model import Audit, Judgement
from bpreport.deck.model import Slide
from bpreport.formula import places_of, rounded
from bpreport.publish.examples import KINDS, STAGES
from bpreport.publish.fixing import correct
from bpreport.publish.language import mark, translator
from bpreport.publish.notebook import descent, perceptron, regression
from bpreport.publish.notebook.cells import Cell, packed
from bpreport.publish.notebook.prose import escaped, markdown
from bpreport.publish.notebook.script import Gettext, Part, Script, prefix_of

__all__ = ["cells", "products"]

SCRIPTS: Mapping[str, Callable[[Any, Any, str, Gettext], Script]] = {
    "gradient descent": descent.script,
    "linear regression": regression.script,
    "logistic regression": regression.script,
    "perceptron": perceptron.script,
}
"""What writes the code of each kind of worked example."""


def products(audit: Audit, lang: str) -> dict[str, bytes]:
    """Both notebooks of a deck: with the solutions, and as an exercise without them."""
    made = list(cells(correct(audit).audit, lang))
    return {
        "notebook.ipynb": packed(made, lang),
        "notebook-exercise.ipynb": packed(made, lang, exercise=True),
    }


def cells(audit: Audit, lang: str) -> Iterator[Cell]:
    """All cells: the text of each slide, and after it the code of what it tells."""
    yield from _Notebook(audit, translator(lang).gettext).cells()


class _Notebook:
    def __init__(self, audit: Audit, gettext: Gettext) -> None:
        self.audit, self.gettext, self.deck = audit, gettext, audit.deck
        self.scripts = {
            name: SCRIPTS[trace.kind](
                audit.study.examples[name], trace, self._ending(name), gettext
            )
            for name, stated in audit.study.traces.items()
            for trace in [audit.traces.get(name, stated)]
        }
        self.waiting: dict[str, list[Part]] = {
            name: list(script.parts) for name, script in self.scripts.items()
        }
        self.last = {
            slide.worked: slide.number for slide in self.deck.slides if slide.worked is not None
        }
        self.judged: dict[int, list[Judgement]] = {}
        for judgement in audit.judgements:
            self.judged.setdefault(judgement.claim.slide, []).append(judgement)

    def _ending(self, name: str) -> str:
        """What sets the names of an example apart whose slides lie between those of another."""
        own = [slide.number for slide in self.deck.slides if slide.worked == name]
        others = [slide.number for slide in self.deck.slides if slide.worked not in (name, None)]
        between = any(own[0] < number < own[-1] for number in others) if own else False
        return f"_{prefix_of(name)}" if between else ""

    def cells(self) -> Iterator[Cell]:
        """All cells in order."""
        first = self.deck.slides[:1]
        if not (first and first[0].level == 1 and first[0].title):
            yield Cell(f"# {escaped(self.deck.title or PurePath(self.deck.path).stem)}")
        begun = False
        for slide in self.deck.slides:
            text = markdown(slide, self.deck)
            if text:
                yield Cell(text)
            if not begun:
                begun = True
                yield from self._setting_up()
            if slide.worked in self.scripts:
                yield from self._code(str(slide.worked), slide)
        if not begun:
            yield from self._setting_up()
        for name, parts in self.waiting.items():
            if parts:
                kind = self.gettext(KINDS[self.audit.study.traces[name].kind])
                yield Cell(f"## {escaped(name)}: {escaped(kind)}")
                shown = list(parts)
                yield from self._parts(name, len(parts))
                lines = [line for part in shown if (line := self._of_part(part, name))]
                if lines:
                    yield Cell("\n".join(lines), "check", f"{name}-checks")

    def _setting_up(self) -> Iterator[Cell]:
        told = self.gettext(
            "This notebook recomputes the lecture step by step. Numbers that were printed wrongly "
            "are corrected; what the lecture prints is asserted. In the exercise, write code of "
            "your own in the place of each raise NotImplementedError(); the cells with assert tell "
            "whether it is right."
        )
        yield Cell(f"> {escaped(told)}")
        yield Cell("import matplotlib.pyplot as plt\nimport numpy as np", "code", "imports")

    def _code(self, name: str, slide: Slide) -> Iterator[Cell]:
        """The code of a slide: down to what its numbers need, and that they come out."""
        waiting = self.waiting[name]
        judged = self.judged.get(slide.number, [])
        needed = {self._needs(one) for one in judged if one.worked == name and one.quantity}
        count = max(
            (place for place, part in enumerate(waiting, 1) if needed & set(part.keys)), default=0
        )
        if slide.number == self.last[name]:
            count = len(waiting)
        elif not count and waiting and waiting[0].stage in ("given", "objective"):
            count = 1
        shown = waiting[:count]
        yield from self._parts(name, count)
        lines = list(dict.fromkeys(filter(None, (self._assertion(one, name) for one in judged))))
        told = {one.quantity for one in judged if one.worked == name}
        lines += [self._of_part(part, name) for part in shown if not told & set(part.keys)]
        lines = list(filter(None, lines))
        if lines:
            yield Cell("\n".join(lines), "check", f"{name}-slide-{slide.number}")

    def _parts(self, name: str, count: int) -> Iterator[Cell]:
        waiting = self.waiting[name]
        stage = None
        for part in waiting[:count]:
            if part.stage != stage:
                colon = self.gettext(": ")
                yield Cell(f"**{escaped(name)}{colon}{self.gettext(HEADINGS[part.stage])}**")
            stage = part.stage
            yield from part.cells
        del waiting[:count]

    def _needs(self, judgement: Judgement) -> str:
        """The key of the part that computes a number; "@" for what only the run does."""
        key = judgement.quantity or ""
        run = "@" in key or "." in key
        script = self.scripts.get(judgement.worked or "")
        named = script is not None and any(key in part.keys for part in script.parts)
        return key if named and not run else "@"

    def _assertion(self, judgement: Judgement, name: str) -> str | None:
        """That a number which the deck prints comes out; None for what it gives or leaves open."""
        if judgement.worked != name or judgement.printed is None or not judgement.quantity:
            return None
        trace = self.audit.traces.get(name, self.audit.study.traces[name])
        quantity = trace.quantities.get(judgement.quantity)
        if quantity is not None and quantity.stage == "given":
            return None
        if judgement.exact is None or not self._computed(judgement.quantity, name):
            return None
        code = self.scripts[name].value(judgement.quantity, judgement.exact)
        if code is None:
            return None
        return _asserted(code, judgement.exact, places_of(judgement.printed))

    def _of_part(self, part: Part, name: str) -> str:
        """That the last quantity of a part comes out of which the deck prints none."""
        if part.stage in ("given", "run") or not part.keys:
            return ""
        trace = self.audit.traces.get(name, self.audit.study.traces[name])
        value = trace.quantities[part.keys[-1]].value
        code = self.scripts[name].value(part.keys[-1], value)
        return "" if code is None else _asserted(code, value, PLACES)

    def _computed(self, key: str, name: str) -> bool:
        """Whether the code that computes a key stands above by now."""
        later = {one for part in self.waiting[name] for one in part.keys}
        run = "@" in key or "." in key
        return (
            "@" not in later
            if run
            else key not in later
            and (any(key in part.keys for part in self.scripts[name].parts) or "@" not in later)
        )


HEADINGS = {**STAGES, "run": mark("Iterations")}
"""What the parts are called."""


PLACES = 6
"""Decimal places to which a quantity is checked that the deck does not print."""


def _asserted(code: str, value: Any, places: int) -> str:
    """The line that asserts a value's digits; empty for one that floats may round either way."""
    digits = rounded(value, places)
    if not value:
        return f'assert f"{{abs({code}):.{places}f}}" == "{digits}"'  # a float has two zeros
    if f"{float(value):.{places}f}" != digits or _near_tie(value, places):
        return ""
    return f'assert f"{{{code}:.{places}f}}" == "{digits}"'


def _near_tie(value: Any, places: int) -> bool:
    shifted = abs(Decimal(rounded(value, places + 12))).scaleb(places) % 1
    return abs(shifted - Decimal("0.5")) < Decimal("1e-6")
