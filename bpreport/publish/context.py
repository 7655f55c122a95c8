"""What the views of the worked examples are handed, and what they hand back."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bpreport.audit.model import Judgement
from bpreport.publish.view import Plot, Stage, Table, Widget

__all__ = ["Context", "Shown"]


@dataclass(frozen=True, slots=True)
class Context:
    """What a view needs beside the example and its trace."""

    gettext: Callable[[str], str]
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
