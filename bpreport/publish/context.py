"""What the views of the worked examples are handed, and what they hand back."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Any

from bpreport.audit.model import Judgement
from bpreport.publish.language import mark
from bpreport.publish.view import Plot, Stage, Table, Widget

__all__ = ["NEXT", "Context", "Shown", "after", "iterations", "passage", "updates"]


@dataclass(frozen=True, slots=True)
class Context:
    """What a view needs beside the example and its trace."""

    lang: str
    gettext: Callable[[str], str]
    ngettext: Callable[[str, str, int], str]
    adopted: Mapping[str, Any]
    """The conventions that the audit adopted for the example, and what each other would lose."""
    unstated: Any = None
    """What a descent's printed counts say of its unstated settings (`worked.Unstated`)."""
    judgements: Sequence[Judgement] = ()
    """Of the numbers that belong to the example."""


@dataclass(frozen=True, slots=True)
class Shown:
    """What a kind of worked example adds to the solutions of its quantities."""

    tables: tuple[Table, ...] = ()
    plots: tuple[Plot, ...] = ()
    stages: tuple[Stage, ...] = ()
    appendix: tuple[Table, ...] = ()
    widgets: tuple[Widget, ...] = ()
    lacking: str = ""
    """Why a widget that such an example usually has is not there."""


def after(count: int, context: Context) -> str:
    """What a line or column that shows the state after so many updates is called."""
    return context.ngettext("after %d update", "after %d updates", count) % count


def updates(count: int, context: Context) -> str:
    """So many updates."""
    return context.ngettext("%d update", "%d updates", count) % count


def passage(sentences: Iterable[str], context: Context) -> str:
    """Sentences behind one another, as the language sets them: Chinese has no space between."""
    return reduce(
        lambda first, then: context.gettext(NEXT) % {"first": first, "then": then}, sentences
    )


NEXT = mark("%(first)s %(then)s")


def iterations(count: int, context: Context) -> str:
    """So many iterations."""
    return context.ngettext("%d iteration", "%d iterations", count) % count
