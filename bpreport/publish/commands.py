"""What the commands do: from paths to products."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from bpreport.audit import audit
from bpreport.deck import builtin, read
from bpreport.publish.language import spoken
from bpreport.publish.writing import build
from bpreport.worked import recompute

__all__ = ["build_deck", "golden_of", "progress"]

Progress = Callable[[str], object]


def build_deck(
    path: Path | None, target: Path, formats: Sequence[str], lang: str | None, tell: Progress
) -> list[Path]:
    """Write the products of a deck into a folder; no path means the built-in deck."""
    tell("deck")
    deck = read(path or builtin(lang or "zh"))
    tell("worked examples")
    study = recompute(deck)
    tell("audit")
    return build(audit(deck, study), study, target, formats, lang or spoken(deck.lang), tell)


def golden_of(path: Path | None, form: str = "json", target: Path | None = None) -> bytes:
    """The golden values of a deck in one of the formats, for the file `target` or for stdout."""
    from bpreport.publish.golden_formats import golden_bytes

    deck = read(path or builtin())
    study = recompute(deck)
    return golden_bytes(audit(deck, study), study, form, target, path)


@contextmanager
def progress() -> Iterator[Progress]:
    """Tell on a terminal what is being done; in a pipe say nothing."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    # 60 ms, and only a terminal needs it
    from rich.console import Console
    from rich.live import Live
    from rich.spinner import Spinner

    spinner = Spinner("dots", "bpreport")
    # Whoever reads stdout gets all of it, and nothing else.
    with Live(spinner, console=Console(stderr=True), transient=True, redirect_stdout=False):
        yield lambda stage: spinner.update(text=f"bpreport: {stage}")
