"""The pictures that go with a worked example, and the slides that they follow."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

import numpy as np

from bpreport.audit.model import Audit
from bpreport.publish import network
from bpreport.publish.plots import Line, lines
from bpreport.publish.view import ExampleView, Plot
from bpreport.worked import Trace

__all__ = ["figures"]

Gettext = Callable[[str], str]


PLACES = {
    "gradient descent": (slice(0, 2), slice(0)),
    "linear regression": (slice(0, 1), slice(0)),
    "logistic regression": (slice(0, 1), slice(0)),
    "perceptron": (slice(0, 1), slice(1, 4)),
}
"""Which pictures that the report has of an example show what it is about, and stand behind the
first slide that follows it; and which show what comes out, and stand behind the last."""


def figures(
    audit: Audit, examples: Iterable[ExampleView], gettext: Gettext
) -> dict[int, list[Plot]]:
    """By number of the deck's slide: the pictures that follow it.

    Of an example to which no printed number belongs, nothing comes out that the deck speaks of.
    """
    found: dict[int, list[Plot]] = {}
    printed = {one.worked for one in audit.judgements if one.printed is not None}
    claims = {claim.slide for claim in audit.deck.claims}
    for example in examples:
        name = example.id.removeprefix("example-")
        follow = [slide.number for slide in audit.deck.slides if slide.worked == name]
        if not follow or name not in audit.study.traces:
            continue
        trace = audit.study.traces[name]
        first, last = PLACES[trace.kind]
        bare = trace.kind == "perceptron" and name not in printed
        opening = [_network(trace, gettext)] if bare else list(example.plots[first])
        opening += _extra(trace.kind, gettext)
        found.setdefault(follow[0], []).extend(opening)
        claiming = [number for number in follow if number in claims]
        if name in printed and claiming:
            found.setdefault(claiming[-1], []).extend(example.plots[last])
    return found


def _network(trace: Trace, gettext: Gettext) -> Plot:
    """A network without its numbers, which stand nowhere in the deck."""
    drawn = network.draw(
        trace, gettext("A network with %d weights.") % len(trace.facts["weights"]), values="none"
    )
    return Plot(drawn, gettext("The network with the names of its units and weights."))


def _extra(kind: str, gettext: Gettext) -> Iterator[Plot]:
    """What the report has no picture of, since it has no numbers of its own."""
    if kind == "logistic regression":
        yield _sigmoid(gettext)


def _sigmoid(gettext: Gettext) -> Plot:
    z = np.linspace(-6, 6, 121)
    g = 1 / (1 + np.exp(-z))
    drawn = lines(
        [Line("g(z)", z, g, "blue"), Line("g′(z)", z, g * (1 - g), "orange")],
        ("z", ""),
        gettext(
            "The sigmoid rises from 0 to 1 and is one half at 0; its slope is one quarter there and"
            " falls to 0 on both sides."
        ),
        levels=[(0.25, "1/4")],
    )
    return Plot(drawn, gettext("The sigmoid and its slope, which is never above one quarter."))
