"""The commands. What they do is elsewhere; here it gets a name, options and an exit status.

Exit status: 0 all right or notes only, 1 errors found in a deck (by `check`), 2 the request or
the input cannot be used, 130 ended by ctrl-C. Messages go to stderr, results to stdout.
"""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import click


def known_language(
    _context: click.Context, _parameter: click.Parameter, value: str | None
) -> str | None:
    """A language that bpreport speaks; any other ends the program with status 2."""
    from bpreport.publish.language import languages

    if value is not None and value not in languages():
        raise click.BadParameter(f"{value!r} is none of {', '.join(languages())}")
    return value


def known_formats(_context: click.Context, _parameter: click.Parameter, value: str) -> list[str]:
    """The formats of a list with commas; an unknown one ends the program with status 2."""
    from bpreport.publish.writing import FORMATS

    formats = value.split(",")
    for form in formats:
        if form not in FORMATS:
            raise click.BadParameter(f"{form!r} is none of {', '.join(FORMATS)}")
    return formats


def working(command: Callable[..., None]) -> Callable[..., None]:
    """The options of commands whose work several processes can share."""
    jobs = click.option(
        "-j",
        "--jobs",
        type=click.IntRange(min=1),
        default=1,
        help="Processes to use, as far as processors and memory go.",
    )
    scheduler = click.option(
        "--scheduler", metavar="ADDRESS", help="Let the workers of a Dask cluster do it instead."
    )
    return jobs(scheduler(command))


def cache_folder(
    _context: click.Context, _parameter: click.Parameter, without: bool
) -> Path | None:
    """Where things are kept; None where nothing is to be."""
    from bpreport.publish.keeping import folder

    return None if without else folder()


caching = click.option(
    "--no-cache",
    "cache",
    is_flag=True,
    callback=cache_folder,
    help="Make everything anew, and keep nothing.",
)


class Interruptible(click.Group):
    """Commands that end by ctrl-C without a word, whatever they are at, imports among it."""

    def invoke(self, ctx: click.Context) -> object:
        """Run the command that was asked for."""
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            raise SystemExit(130) from None  # 128 and the number of the signal, as shells have it


@click.group(cls=Interruptible, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="bpreport")
def main() -> None:
    """Recompute every number that a lecture deck prints, and publish the course material.

    No DECK means the built-in one, on gradient descent and back-propagation.
    """
    if any(name.startswith("BPREPORT_LIMIT_") for name in os.environ):
        from bpreport.formula.limits import check

        try:
            check()
        except ValueError as error:
            raise click.UsageError(str(error)) from None
    # Trees have no cycles: looking for some over and over took an eighth of a check's time.
    gc.set_threshold(100_000, 20, 20)
    # No product of matrices is left to a BLAS; its threads took a tenth of a check to begin.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")


@main.command()
@click.argument("deck", required=False, type=click.Path(path_type=Path))
@click.option("-o", "--output", default="build", type=click.Path(path_type=Path), show_default=True)
@caching
@click.option("-v", "--verbose", is_flag=True, help="Tell what was made again, and why.")
@click.option(
    "--format",
    "formats",
    default="html,pdf",
    show_default=True,
    callback=known_formats,
    help="Any of html, pdf, slides, notebook and golden, with commas.",
)
@click.option(
    "--lang",
    metavar="LANG",
    callback=known_language,
    help="Language of the report, zh or en; by default the deck's.",
)
def build(
    deck: Path | None,
    output: Path,
    cache: Path | None,
    verbose: bool,
    formats: list[str],
    lang: str | None,
) -> None:
    """Audit DECK and write the report, the slides, a notebook or golden values.

    Errors found in the deck do not change the exit status.
    """
    from bpreport import publish

    with usable(lang):
        with publish.progress() as told:
            built = publish.build_deck(
                deck, output, formats, lang, told, cache=cache, jobs=os.cpu_count() or 1
            )
        for line in built.account if verbose else ():
            click.echo(f"bpreport: {line}", err=True)
        for path in built.paths:
            click.echo(path)


@main.command()
@click.argument("decks", nargs=-1, type=click.Path(path_type=Path))
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json", "sarif", "github"]),
    default="text",
    show_default=True,
    help="For people, for programs, for code scanning, or for the log of a GitHub workflow.",
)
@working
@click.option(
    "--keep",
    type=click.Path(path_type=Path),
    help="Folder for what is done, so that a check that was ended goes on where it stopped.",
)
@caching
@click.option("--fix", is_flag=True, help="Write a corrected copy NAME.fixed.md of each deck.")
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    help="Folder for the corrected copies; by default each goes beside its deck.",
)
@click.option(
    "--lang",
    metavar="LANG",
    callback=known_language,
    help="Language of the messages, zh or en; by default the deck's.",
)
def check(
    decks: tuple[Path, ...],
    form: str,
    jobs: int,
    scheduler: str | None,
    keep: Path | None,
    cache: Path | None,
    fix: bool,
    output: Path | None,
    lang: str | None,
) -> None:
    """Say of every number in DECKS whether it is right; exit status 1 if one is not.

    DECKS are files and folders; of a folder, all .md, .markdown, .tex and .ipynb files below it.
    A deck that cannot be used is told on stderr, the others are checked, and the exit status is 2.
    """
    if output is not None and not fix:
        raise click.UsageError("-o is for the corrected copies of --fix")
    from bpreport import publish

    color = sys.stdout.isatty()
    workers = publish.Workers(jobs, scheduler)
    with usable(lang):
        with publish.progress() as told:
            outcome = publish.check(
                decks, form, lang, color=color, workers=workers, fix=fix, output=output, keep=keep,
                cache=cache, tell=told,
            )  # fmt: skip
        for message in outcome.messages:
            click.echo(f"bpreport: {message}", err=True)
        if outcome.text:
            click.echo(outcome.text)
    raise SystemExit(outcome.status)


@main.command()
@click.argument("deck", required=False, type=click.Path(path_type=Path))
@click.option("--count", type=int, help="How many sheets; the students are s0001, s0002, ...")
@click.option(
    "--roster", type=click.Path(path_type=Path), help="CSV with a column 'student' or 'id'."
)
@click.option(
    "--seed", metavar="KEY", help="The course key: a number or a word, kept from students."
)
@click.option(
    "-o", "--output", default="sheets", type=click.Path(path_type=Path), show_default=True
)
@click.option(
    "--format",
    "formats",
    default="pdf",
    show_default=True,
    help="pdf, html, moodle, qti21, qti12, or moodle-bank ... of a whole class; with commas.",
)
@working
@click.option("--manifest", type=click.Path(path_type=Path), help="Make issued sheets again.")
@click.option(
    "--student",
    "students",
    multiple=True,
    help="With --manifest: of whom; by default of all, with the banks.",
)
@click.option(
    "--lang",
    metavar="LANG",
    callback=known_language,
    help="Language of the sheets, zh or en; by default the deck's.",
)
def sheets(
    deck: Path | None,
    count: int | None,
    roster: Path | None,
    seed: str | None,
    output: Path,
    formats: str,
    jobs: int,
    scheduler: str | None,
    manifest: Path | None,
    students: tuple[str, ...],
    lang: str | None,
) -> None:
    """Make exercise sheets with keys from DECK's worked examples, each with its own numbers.

    Sheets go to students/, keys to keys/, and manifest.json, which holds the key, beside them.
    After a run that was ended, the same command makes what is missing.
    """
    from bpreport import publish
    from bpreport.publish.sheets import commands

    workers = publish.Workers(jobs, scheduler)
    request = commands.Request(
        deck, count, roster, seed, output, formats, manifest, students, lang, workers
    )
    with usable(lang):
        with publish.progress() as told:
            outcome = commands.run(request, told)
        for message in outcome.messages:
            click.echo(f"bpreport: {message}", err=True)
        for line in outcome.lines:
            click.echo(line)
    raise SystemExit(outcome.status)


@main.command()
@click.argument("answers", type=click.Path(path_type=Path))
@click.argument("deck", required=False, type=click.Path(path_type=Path))
@click.option(
    "--manifest", required=True, type=click.Path(path_type=Path), help="Of the sheets, with keys."
)
@working
@click.option("-o", "--output", default="marks", type=click.Path(path_type=Path), show_default=True)
@click.option(
    "--lang",
    metavar="LANG",
    callback=known_language,
    help="Language of the pages, zh or en; by default that of the sheets.",
)
def mark(
    answers: Path,
    deck: Path | None,
    manifest: Path,
    jobs: int,
    scheduler: str | None,
    output: Path,
    lang: str | None,
) -> None:
    """Mark the ANSWERS of a class, a CSV file, to sheets that were made of DECK.

    Writes marks.csv, overview.html for the teacher, and feedback/ID.html for each student. What
    could not be read is told on stderr, the rest is marked, and the exit status is 2.
    """
    from bpreport import publish
    from bpreport.publish.marking import commands

    with usable(lang):
        with publish.progress() as told:
            workers = publish.Workers(jobs, scheduler)
            outcome = commands.run(answers, manifest, deck, output, lang, told, workers)
        for message in outcome.messages:
            click.echo(f"bpreport: {message}", err=True)
        for path in outcome.paths:
            click.echo(path)
    raise SystemExit(outcome.status)


@main.command()
@click.argument("deck", required=False, type=click.Path(path_type=Path))
@click.option("-o", "--output", type=click.Path(path_type=Path), help="A file instead of stdout.")
@caching
@click.option(
    "--format",
    "form",
    type=click.Choice(["json", "csv", "npz", "pytest"]),
    default="json",
    show_default=True,
    help="For programs, for a table, for NumPy, or as a file of tests.",
)
def golden(deck: Path | None, output: Path | None, cache: Path | None, form: str) -> None:
    """Write every quantity of DECK's worked examples, for tests of programs."""
    from bpreport import publish

    with usable():
        content = publish.golden_of(deck, form, output, cache)
        if output is None:
            click.echo(content, nl=False)
        else:
            publish.write(output, content)


@main.command()
@click.argument("deck", required=False, type=click.Path(path_type=Path))
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=8765,
    show_default=True,
    help="Port on this machine; 0 takes one that is free.",
)
@click.option("--open", "opens", is_flag=True, help="Open the browser.")
@click.option(
    "--lang",
    metavar="LANG",
    callback=known_language,
    help="Language of the report, zh or en; by default the deck's.",
)
def watch(deck: Path | None, port: int, opens: bool, lang: str | None) -> None:
    """Show DECK's report in the browser, and show it anew whenever DECK is saved.

    The address is printed; only this machine can reach it. Ctrl-C ends the preview, with status 0.
    """
    from bpreport.publish import watching

    with usable(lang), suppress(KeyboardInterrupt):
        watching.watch(deck, lang, port, click.echo, click.launch if opens else None)


@main.command()
@click.option("--clear", is_flag=True, help="Remove everything that was kept.")
def cache(clear: bool) -> None:
    """Tell where things are kept from one run to the next, and how much it is."""
    from bpreport.publish.keeping import folder
    from bpreport.publish.store import Store

    store = Store(folder())
    if clear:
        click.echo(f"{store.path.parent}: {store.clear() / 1e6:.1f} MB removed")
    else:
        count, size = store.size()
        click.echo(f"{store.path.parent}: {count} entries, {size / 1e6:.1f} MB")


@main.command()
def schema() -> None:
    """Print the JSON Schema of a deck's front matter."""
    import json

    from bpreport.deck.settings import schema as front_matter

    click.echo(json.dumps(front_matter(), indent=2, ensure_ascii=False))


@main.command()
def doctor() -> None:
    """Tell which libraries, fonts and programs the machine lacks."""
    from bpreport.publish import doctor as machine

    findings = machine.diagnose()
    click.echo(machine.account(findings))
    if machine.missing(findings):
        raise SystemExit(2)


@contextmanager
def usable(lang: str | None = None) -> Iterator[None]:
    """Turn an unusable request or input into one message and exit status 2.

    The message is in that language, or else in the deck's, as far as it is known.
    """
    from bpreport.deck import DeckError

    try:
        yield
    except DeckError as error:
        from bpreport.publish.language import unusable

        click.echo(f"bpreport: {unusable(error, lang)}", err=True)
        raise SystemExit(2) from None
    except ModuleNotFoundError as error:
        click.echo(f"bpreport: {error}", err=True)
        raise SystemExit(2) from None
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        click.echo(f"bpreport: {where}{(error.strerror or str(error)).lower()}", err=True)
        raise SystemExit(2) from None
