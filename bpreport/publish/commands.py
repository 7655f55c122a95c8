"""What the commands do: from paths to products."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from bpreport.deck import Phrase, builtin, read_text, text_of
from bpreport.publish.beside import copies
from bpreport.publish.keeping import Pieces, keeping, passing
from bpreport.publish.language import mark, said, spoken
from bpreport.publish.products import Kept, Shelf, told
from bpreport.publish.writing import beginning, fit, products, put

if TYPE_CHECKING:
    from bpreport.deck import Deck
    from bpreport.worked import Study

__all__ = ["Built", "build_deck", "golden_of", "progress"]

Progress = Callable[[str], object]


@dataclass(frozen=True, slots=True)
class Built:
    """What a build wrote."""

    paths: tuple[Path, ...]
    account: tuple[str, ...]
    """What was made again, and why, line by line."""


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

    What was made before is taken from the folder `cache`. With more `jobs` than one, what takes
    long is made in several processes.
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
        if missing:
            made, spoken_in = _made(source, path, missing, lang, tell, jobs)
            for form, files in made.items():
                shelf.keep(form, files, spoken_in)
                kept[form] = Kept(files, spoken_in)
        pieces = Pieces() if now is None else now.pieces
    done = {form: found for form, found in kept.items() if found is not None}
    paths = put(target, [found.files for found in done.values()])
    reader = lang or next((found.lang for found in done.values()), "en")
    lines = [f"{form}: {said(reasons.get(form, Phrase(AS_BEFORE)), reader)}" for form in done]
    lines += [str(said(piece, reader)) for piece in told(pieces)]
    return Built(tuple(paths), tuple(lines))


AS_BEFORE = mark("as before")


def _made(
    source: str,
    path: Path,
    formats: Sequence[str],
    lang: str | None,
    tell: Progress,
    jobs: int,
) -> tuple[dict[str, dict[str, bytes]], str]:
    """The files of each format by name, and their language."""
    from bpreport.audit import judged, learn

    deck = read_text(source, str(path))
    lang = lang or spoken(deck.lang)
    with passing():
        study = _recomputed(deck, tell)
        jobs = copies(jobs)
        with beginning(study, formats, lang, jobs) as (draw, lay_out):
            tell("audit")
            premises = learn(deck, study)
            pictures = draw(premises.conventions)
            found = judged(premises)
            made = products(found, study, formats, lang, tell, jobs, pictures, lay_out)
            return made, lang


def _recomputed(deck: Deck, tell: Progress) -> Study:
    from bpreport.worked import recompute

    tell("worked examples")
    return recompute(deck)


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
    from bpreport.audit import audit
    from bpreport.publish.golden_formats import golden_bytes

    deck = read_text(source, str(path))
    study = _recomputed(deck, lambda _: None)
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
