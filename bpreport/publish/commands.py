"""What the commands do: from paths to products."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from bpreport.audit import Audit, audit
from bpreport.deck import builtin, read
from bpreport.publish.checking import check_json, check_text
from bpreport.publish.golden_values import golden_text
from bpreport.publish.writing import build
from bpreport.worked import recompute

__all__ = ["build_deck", "check", "golden_of", "progress"]

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
    return build(audit(deck, study), study, target, formats, lang or deck.lang, tell)


def check(paths: Sequence[Path], form: str, lang: str | None, color: bool) -> tuple[str, bool]:
    """The audits of decks as text or JSON, and whether any of them found an error.

    JSON is one object for one deck and a list for several.
    """
    audits = [audit(read(path)) for path in paths or [builtin(lang or "zh")]]
    wrong = any(
        judgement.verdict.level == "error" for one in audits for judgement in one.judgements
    )
    if form == "json":
        found = [check_json(one, lang or one.deck.lang) for one in audits]
        return json.dumps(
            found[0] if len(found) == 1 else found, ensure_ascii=False, indent=1
        ), wrong
    return "\n".join(_text(one, lang, color) for one in audits).rstrip("\n"), wrong


def _text(one: Audit, lang: str | None, color: bool) -> str:
    return check_text(one, lang or one.deck.lang, color)


def golden_of(path: Path | None) -> str:
    """The golden values of a deck as JSON text."""
    deck = read(path or builtin())
    study = recompute(deck)
    return golden_text(audit(deck, study), study)


@contextmanager
def progress() -> Iterator[Progress]:
    """Tell on a terminal what is being done; in a pipe say nothing."""
    if not sys.stderr.isatty():
        yield lambda stage: None
        return
    from rich.console import Console  # 60 ms, and only a terminal needs it

    with Console(stderr=True).status("bpreport") as status:
        yield lambda stage: status.update(f"bpreport: {stage}")
