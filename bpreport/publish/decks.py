"""Checking several decks: finding them, judging each, and putting together what is printed.

Each deck is checked by itself, in this process or in others; what comes of it is small and in the
order of the decks, so that the output is the same however many processes there are. Files are read
and written by the first process.
"""

from __future__ import annotations

import json
import os
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bpreport.deck import DeckError, builtin, read_text, text_of
from bpreport.publish.batch import HERE, Counting, Failure, Workers, in_order
from bpreport.publish.keeping import keeping
from bpreport.publish.language import spoken, translator, unusable
from bpreport.publish.places import Address, address
from bpreport.publish.store import Store, digest
from bpreport.publish.unfinished import Records, name_of
from bpreport.publish.writing import write

if TYPE_CHECKING:
    from bpreport.audit.model import Audit, Fix

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
    path: str
    address: Address
    """The path as programs are told it, which depends on this machine's working folder."""
    source: str | DeckError
    """Its text, or why it cannot be read."""
    form: str
    lang: str | None
    color: bool
    copy: str | None
    """Where the corrected copy goes; None where none is wanted."""


@dataclass(frozen=True, slots=True)
class _Checked:
    """What came of one deck."""

    result: Any = None
    """In the form of the format: text, or what JSON knows."""
    lang: str = "en"
    wrong: bool = False
    messages: tuple[str, ...] = ()
    copy: str | None = None
    """The text of the corrected copy, if there is something to correct."""
    failure: DeckError | None = None


def check(
    paths: Sequence[Path],
    form: str = "text",
    lang: str | None = None,
    *,
    color: bool = False,
    workers: Workers = HERE,
    fix: bool = False,
    output: Path | None = None,
    keep: Path | None = None,
    cache: Path | None = None,
    tell: Callable[[str], object] = lambda _: None,
) -> Outcome:
    """The audits of decks in one of `FORMATS`; no path means the built-in deck.

    A path may be a folder. With `fix`, a corrected copy of each deck is written beside it or into
    the folder `output`. A deck that cannot be used gets a message, and the others are checked all
    the same. What comes of each deck is kept in the folder `keep`, and not made again where it
    is there; without such a folder, the same goes for the folder `cache`. Raises `DeckError` where
    the request as a whole cannot be carried out.
    """
    found, failures = find(paths or [builtin(lang or "zh")])
    if fix and not paths and output is None:
        raise DeckError("the built-in deck cannot be corrected in place; name a folder with -o")
    copies = _copies(found, output) if fix else [None] * len(found)
    requests = (
        _Request(
            str(deck.path), address(deck.path), _text(deck.path), form, lang, color,
            None if copy is None else str(copy),
        )
        for deck, copy in zip(found, copies, strict=True)
    )  # fmt: skip
    if found:
        tell(str(found[0].path))
    counting = Counting(tell, len(found))
    done: list[_Checked] = []
    with keeping(cache if keep is None else None) as now:
        kept = _Kept(Records(keep) if keep else None if now is None else _Cached(now.store))
        for number, checked in enumerate(in_order(_check, requests, workers, kept.known), 1):
            kept.keep(checked)
            done.append(_written(checked, found[number - 1], copies[number - 1]))
            counting.add(1, str(found[min(number, len(found) - 1)].path))
    failures += [checked.failure for checked in done if checked.failure is not None]
    good = [checked for checked in done if checked.failure is None]
    alone = len(paths) <= 1 and not any(path.is_dir() for path in paths)
    messages = [message for checked in good for message in checked.messages]
    return Outcome(
        _together(form, good, failures, lang, alone),
        (*(unusable(failure, lang) for failure in failures), *messages),
        2 if failures else 1 if any(checked.wrong for checked in good) else 0,
    )


def _text(path: Path) -> str | DeckError:
    try:
        return text_of(path)
    except DeckError as error:
        return error


class _Cached:
    """Records in the store that all commands share."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def record(self, name: str) -> dict[str, Any] | None:
        found = self._store.get(digest(b"check", name.encode()))
        return None if found is None else dict(json.loads(found))

    def keep(self, name: str, record: Mapping[str, Any]) -> None:
        told = json.dumps(record, ensure_ascii=False).encode()
        self._store.put(digest(b"check", name.encode()), told)


class _Kept:
    """What came of decks before, and comes of them now; both in the order of the decks."""

    def __init__(self, records: Records | _Cached | None) -> None:
        self._records = records
        self._names: deque[str] = deque()

    def known(self, request: _Request) -> _Checked | None:
        """What came of the same text under the same path before, in this release."""
        if self._records is None:
            return None
        self._names.append(name_of(request))
        found = self._records.record(self._names[-1])
        if found is None:
            return None
        return _Checked(**{**found, "messages": tuple(found["messages"])})

    def keep(self, checked: _Checked | Failure) -> None:
        """Keep what came of the next one, unless the deck could not be used."""
        if self._records is None:
            return
        name = self._names.popleft()
        if isinstance(checked, _Checked) and checked.failure is None:
            self._records.keep(name, asdict(checked))


def _written(checked: _Checked | Failure, deck: Found, copy: Path | None) -> _Checked:
    """The corrected copy is put in place."""
    path = str(deck.path)
    if isinstance(checked, Failure):
        told = DeckError(checked.reason.text, path=path, **checked.reason.values)
        return _Checked(failure=checked.error or told)
    if checked.copy is None or copy is None:
        return checked
    try:
        copy.parent.mkdir(parents=True, exist_ok=True)
        write(copy, checked.copy.encode())
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        return _Checked(failure=DeckError(reason, path=str(error.filename or path)))
    return checked


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
    if isinstance(request.source, DeckError):
        return _Checked(failure=request.source)
    from bpreport.audit import audit

    try:
        result = audit(read_text(request.source, request.path))
        lang = request.lang or spoken(result.deck.lang)
        copy, messages = (None, ()) if request.copy is None else _fix(result, request, lang)
    except DeckError as error:
        return _Checked(failure=error)
    wrong = any(finding.level == "error" for finding in result.findings)
    return _Checked(_shown(result, request, lang), lang, wrong, messages, copy)


def _shown(result: Audit, request: _Request, lang: str) -> Any:
    """One audit in one of `FORMATS`: text, or what is put together as JSON."""
    addressed = replace(result, deck=replace(result.deck, path=request.address))
    from bpreport.publish.checking import check_json, check_text

    if request.form == "json":
        return check_json(result, lang)
    if request.form == "sarif":
        from bpreport.publish.sarif import sarif_results

        return sarif_results(addressed, lang)
    if request.form == "github":
        from bpreport.publish.annotations import annotated

        return "\n".join(annotated(addressed, lang))
    return check_text(result, lang, request.color)


def _fix(result: Audit, request: _Request, lang: str) -> tuple[str | None, tuple[str, ...]]:
    """The text of a corrected copy where there is something to correct; what to say of it."""
    from bpreport.publish.fixing import correct, in_own_lines

    assert isinstance(request.source, str)
    translation = translator(lang)
    path, text = request.path, None
    corrected = correct(result)
    if corrected.made:
        original = request.source
        text = in_own_lines(corrected.audit.deck.source, original.removeprefix("\ufeff"))
        text = ("\ufeff" if original.startswith("\ufeff") else "") + text
        told = translation.ngettext(
            "%(count)d place corrected in the copy %(copy)s",
            "%(count)d places corrected in the copy %(copy)s",
            corrected.made,
        )
        messages = [f"{path}: " + told % {"count": corrected.made, "copy": request.copy}]
    else:
        nothing = translation.gettext("there is nothing that can be corrected for sure")
        messages = [f"{path}: {nothing}"]
    messages += [f"{path}:{fix.position}: {_left(fix, lang)}" for fix in corrected.left]
    return text, tuple(messages)


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
        from bpreport.publish.annotations import annotation_of_failure

        lines = [*(annotation_of_failure(one, lang) for one in failures), *results]
        return "\n".join(line for line in lines if line)
    return "\n\n".join(results)
