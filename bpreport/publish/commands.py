"""What the commands do: from paths to products."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from bpreport.deck import Phrase, builtin, read_text, text_of
from bpreport.publish.batch import Failure, Workers, in_order
from bpreport.publish.keeping import Pieces, keeping
from bpreport.publish.language import mark, said, spoken
from bpreport.publish.products import Kept, Shelf, told
from bpreport.publish.writing import fit, products, put

if TYPE_CHECKING:
    from bpreport.audit import Audit
    from bpreport.deck import Deck
    from bpreport.worked import Study

__all__ = ["Built", "build_deck", "golden_of", "progress"]

Progress = Callable[[str], object]

ALONE = ("pdf", "slides")
"""Formats that take so long that each is worth a process of its own."""


@dataclass(frozen=True, slots=True)
class Built:
    """What a build wrote."""

    paths: tuple[Path, ...]
    account: tuple[str, ...]
    """What was made again, and why, line by line."""


@dataclass(frozen=True, slots=True)
class _Wanted:
    """Formats to be made of one deck."""

    source: str
    path: str
    formats: tuple[str, ...]
    lang: str | None
    cache: Path | None


@dataclass(frozen=True, slots=True)
class _Made:
    products: dict[str, dict[str, bytes]]
    """Files by name, by format."""
    lang: str
    pieces: Pieces = field(default_factory=Pieces)


def build_deck(
    path: Path | None,
    target: Path,
    formats: Sequence[str],
    lang: str | None,
    tell: Progress,
    *,
    cache: Path | None = None,
    jobs: int = 1,
) -> Built:
    """Write the products of a deck into a folder; no path means the built-in deck.

    What was made before is taken from the folder `cache`. With more `jobs` than one, formats that
    take long are made in processes of their own.
    """
    path = path or builtin(lang or "zh")
    fit(target, formats)
    tell("deck")
    source = text_of(path)
    with keeping(cache) as now:
        shelf = Shelf(now, path, source, lang)
        kept = {form: shelf.find(form) for form in dict.fromkeys(formats)}
        missing = tuple(form for form, found in kept.items() if found is None)
        reasons = {form: shelf.why(form) for form in missing}
        made = _make(_Wanted(source, str(path), missing, lang, cache), jobs, tell)
        for form, files in made.products.items():
            shelf.keep(form, files, made.lang)
            kept[form] = Kept(files, made.lang)
    done = {form: found for form, found in kept.items() if found is not None}
    paths = put(target, [found.files for found in done.values()])
    reader = lang or next((found.lang for found in done.values()), "en")
    lines = [f"{form}: {said(reasons.get(form, Phrase(AS_BEFORE)), reader)}" for form in done]
    lines += [str(said(piece, reader)) for piece in told(made.pieces)]
    return Built(tuple(paths), tuple(lines))


AS_BEFORE = mark("as before")


def _make(wanted: _Wanted, jobs: int, tell: Progress) -> _Made:
    """The formats, here one after the other, or those that take long in processes of their own."""
    long = [form for form in wanted.formats if form in ALONE]
    short = tuple(form for form in wanted.formats if form not in ALONE)
    groups = [*((form,) for form in long), *([short] if short else [])]
    if jobs < 2 or len(groups) < 2:
        return _made(wanted, tell)
    tell(", ".join(wanted.formats))
    parts = [replace(wanted, formats=group) for group in groups]
    together = _Made({}, "")
    for part, outcome in zip(parts, in_order(_made, parts, Workers(jobs)), strict=True):
        if isinstance(outcome, Failure) and outcome.error is not None:
            raise outcome.error
        # What went wrong there may do better here, or say more plainly what is wrong.
        made = _made(part, tell) if isinstance(outcome, Failure) else outcome
        together = _Made(together.products | made.products, made.lang, together.pieces)
        together.pieces.add(made.pieces)
    return together


def _made(wanted: _Wanted, tell: Progress = lambda _: None) -> _Made:
    if not wanted.formats:
        return _Made({}, "")
    with keeping(wanted.cache) as now:
        deck = read_text(wanted.source, wanted.path)
        lang = wanted.lang or spoken(deck.lang)
        audit, study = _audited(deck, tell)
        found = products(audit, study, wanted.formats, lang, tell)
        pieces = Pieces() if now is None else now.pieces
    return _Made(found, lang, pieces)


def _audited(deck: Deck, tell: Progress) -> tuple[Audit, Study]:
    from bpreport.audit import audit
    from bpreport.worked import recompute

    tell("worked examples")
    study = recompute(deck)
    tell("audit")
    return audit(deck, study), study


def golden_of(
    path: Path | None, form: str = "json", target: Path | None = None, cache: Path | None = None
) -> bytes:
    """The golden values of a deck in one of the formats, for the file `target` or for stdout.

    What was made before is taken from the folder `cache`.
    """
    path = path or builtin()
    source = text_of(path)
    about = f"golden.{form}.{target}"  # a file of tests names the deck as seen from its own place
    with keeping(cache) as now:
        shelf = Shelf(now, path, source, None)
        found = shelf.find(about)
        if found is None:
            content = _golden(path, source, form, target)
            shelf.keep(about, {"golden": content}, "en")
            return content
    return found.files["golden"]


def _golden(path: Path, source: str, form: str, target: Path | None) -> bytes:
    from bpreport.publish.golden_formats import golden_bytes

    return golden_bytes(*_audited(read_text(source, str(path)), lambda _: None), form, target, path)


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
