"""Checking several decks: finding them, judging each, and putting together what is printed.

Each deck is checked by itself, in this process or in others; what comes of it is small and in the
order of the decks, so that the output is the same however many processes there are.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bpreport.audit import Audit, audit
from bpreport.audit.model import Fix
from bpreport.deck import DeckError, builtin, read
from bpreport.publish.annotations import annotated, annotation_of_failure
from bpreport.publish.checking import check_json, check_text
from bpreport.publish.language import spoken, translator, unusable
from bpreport.publish.processes import in_order
from bpreport.publish.writing import write

__all__ = ["ENDINGS", "FORMATS", "Outcome", "check", "find"]

ENDINGS = (".md", ".markdown", ".tex", ".ipynb")
"""What the name of a deck in a folder ends with."""
FORMATS = ("text", "json", "sarif", "github")
"""In what check can print what it found."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a command prints and how it ends."""

    text: str
    """For stdout, without the last line end."""
    messages: tuple[str, ...]
    """For stderr."""
    status: int
    """0 all right or notes only, 1 errors in a deck, 2 a deck could not be used."""


@dataclass(frozen=True, slots=True)
class Found:
    """A deck that is to be checked."""

    path: Path
    below: Path
    """Its path below the folder that was named, or its name alone."""


@dataclass(frozen=True, slots=True)
class _Request:
    path: Path
    form: str
    lang: str | None
    color: bool
    copy: Path | None
    """Where the corrected copy goes; None where none is wanted."""


@dataclass(frozen=True, slots=True)
class _Checked:
    """What came of one deck."""

    result: Any = None
    """In the form of the format: text, or what JSON knows."""
    lang: str = "en"
    wrong: bool = False
    messages: tuple[str, ...] = ()
    failure: DeckError | None = None


def check(
    paths: Sequence[Path],
    form: str = "text",
    lang: str | None = None,
    *,
    color: bool = False,
    jobs: int = 1,
    fix: bool = False,
    output: Path | None = None,
    tell: Callable[[str], object] = lambda _: None,
) -> Outcome:
    """The audits of decks in one of `FORMATS`; no path means the built-in deck.

    A path may be a folder. With `fix`, a corrected copy of each deck is written beside it or into
    the folder `output`. A deck that cannot be used gets a message, and the others are checked all
    the same. Raises `DeckError` where the request as a whole cannot be carried out.
    """
    found, failures = find(paths or [builtin(lang or "zh")])
    if fix and not paths and output is None:
        raise DeckError("the built-in deck cannot be corrected in place; name a folder with -o")
    copies = _copies(found, output) if fix else [None] * len(found)
    requests = [
        _Request(deck.path, form, lang, color, copy)
        for deck, copy in zip(found, copies, strict=True)
    ]
    done: list[_Checked] = []
    if requests:
        tell(str(requests[0].path))
    for number, checked in enumerate(in_order(_check, requests, jobs), 1):
        done.append(checked)
        tell(f"{number}/{len(requests)} {requests[min(number, len(requests) - 1)].path}")
    failures += [checked.failure for checked in done if checked.failure is not None]
    good = [checked for checked in done if checked.failure is None]
    alone = len(paths) <= 1 and not any(path.is_dir() for path in paths)
    messages = [message for checked in good for message in checked.messages]
    return Outcome(
        _together(form, good, failures, lang, alone),
        (*(unusable(failure, lang) for failure in failures), *messages),
        2 if failures else 1 if any(checked.wrong for checked in good) else 0,
    )


# -- finding


def find(paths: Sequence[Path]) -> tuple[list[Found], list[DeckError]]:
    """The decks that paths name, each once, and the folders that hold none.

    Of a folder these are all files below it whose name ends as a deck's, sorted; hidden files and
    folders are left out, and so are the copies that `--fix` writes beside their decks.
    """
    found: dict[Path, Found] = {}
    failures = []
    for path in paths:
        if not path.is_dir():
            found.setdefault(path, Found(path, Path(path.name)))
            continue
        below = list(_below(path))
        if not below:
            endings = ", ".join(ENDINGS)
            failures.append(
                DeckError("holds no deck; expected {endings}", path=str(path), endings=endings)
            )
        for deck in below:
            found.setdefault(deck, Found(deck, deck.relative_to(path)))
    return list(found.values()), failures


def _below(folder: Path) -> Iterator[Path]:
    for name, folders, files in os.walk(folder):
        folders[:] = sorted(each for each in folders if not each.startswith("."))
        for file in sorted(files):
            path = Path(name, file)
            if file.startswith(".") or path.suffix.lower() not in ENDINGS:
                continue
            original = path.with_name(f"{path.stem.removesuffix('.fixed')}{path.suffix}")
            if original.name == file or original.name not in files:
                yield path


def _copies(found: Sequence[Found], output: Path | None) -> list[Path]:
    """Where the corrected copies go; none may be a deck itself, or the copy of another."""
    copies = []
    taken = {deck.path.resolve(): deck.path for deck in found}
    for deck in found:
        name = f"{deck.path.stem}.fixed{deck.path.suffix}"
        copy = deck.path.with_name(name) if output is None else output / deck.below.with_name(name)
        other = taken.setdefault(copy.resolve(), deck.path)
        if other is not deck.path:
            raise DeckError(
                "its corrected copy {copy} would take the place of another's, {other}",
                path=str(deck.path),
                copy=copy,
                other=other,
            )
        copies.append(copy)
    return copies


# -- one deck


def _check(request: _Request) -> _Checked:
    try:
        result = audit(read(request.path))
        lang = request.lang or spoken(result.deck.lang)
        messages = () if request.copy is None else tuple(_fix(result, request.copy, lang))
    except DeckError as error:
        return _Checked(failure=error)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        return _Checked(failure=DeckError(reason, path=str(error.filename or request.path)))
    wrong = any(judgement.verdict.level == "error" for judgement in result.judgements)
    return _Checked(_shown(result, request.form, lang, request.color), lang, wrong, messages)


def _shown(result: Audit, form: str, lang: str, color: bool) -> Any:
    """One audit in one of `FORMATS`: text, or what is put together as JSON."""
    if form == "json":
        return check_json(result, lang)
    if form == "sarif":
        from bpreport.publish.sarif import sarif_results

        return sarif_results(result, lang)
    if form == "github":
        return "\n".join(annotated(result, lang))
    return check_text(result, lang, color)


def _fix(result: Audit, copy: Path, lang: str) -> Iterator[str]:
    """Write a corrected copy where there is something to correct; what to say of it."""
    from bpreport.publish.fixing import correct, in_own_lines

    translation = translator(lang)
    path = result.deck.path
    corrected = correct(result)
    if corrected.made:
        original = Path(path).read_bytes().decode("utf-8")
        text = in_own_lines(corrected.audit.deck.source, original.removeprefix("\ufeff"))
        mark = "\ufeff" if original.startswith("\ufeff") else ""
        copy.parent.mkdir(parents=True, exist_ok=True)
        write(copy, (mark + text).encode())
        told = translation.ngettext(
            "%(count)d place corrected in the copy %(copy)s",
            "%(count)d places corrected in the copy %(copy)s",
            corrected.made,
        )
        yield f"{path}: " + told % {"count": corrected.made, "copy": copy}
    else:
        yield f"{path}: " + translation.gettext("there is nothing that can be corrected for sure")
    for fix in corrected.left:
        yield f"{path}:{fix.position}: " + _left(fix, lang)


def _left(fix: Fix, lang: str) -> str:
    text = translator(lang).gettext(
        "%(old)s is left as it is: with %(new)s other numbers would no longer be right"
    )
    return text % {"old": fix.old or "…", "new": fix.new or "…"}


# -- all decks


def _together(
    form: str,
    good: Sequence[_Checked],
    failures: Sequence[DeckError],
    lang: str | None,
    alone: bool,
) -> str:
    """What is printed of all decks; JSON is one object for one deck, a list for several."""
    results = [checked.result for checked in good]
    if form == "json":
        if alone:
            return json.dumps(results[0], ensure_ascii=False, indent=1) if results else ""
        return json.dumps(results, ensure_ascii=False, indent=1)
    if form == "sarif":
        from bpreport.publish.sarif import sarif_log

        reader = lang or next((checked.lang for checked in good), "en")
        log = sarif_log([one for result in results for one in result], failures, reader)
        return json.dumps(log, ensure_ascii=False, indent=1)
    if form == "github":
        lines = [*(annotation_of_failure(one, lang) for one in failures), *results]
        return "\n".join(line for line in lines if line)
    return "\n\n".join(results)
