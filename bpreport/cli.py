"""The commands. What they do is elsewhere; here it gets a name, options and an exit status.

Exit status: 0 all right or notes only, 1 errors found in a deck (by `check`), 2 the request or
the input cannot be used. Messages go to stderr, results to stdout.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

LANGUAGES = click.Choice(["zh", "en"])


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="bpreport")
def main() -> None:
    """Recompute every number that a lecture deck prints, and publish the course material.

    No DECK means the built-in one, on gradient descent and back-propagation.
    """


@main.command()
@click.argument("deck", required=False, type=click.Path(path_type=Path))
@click.option("-o", "--output", default="build", type=click.Path(path_type=Path), show_default=True)
@click.option("--format", "formats", default="html,pdf", show_default=True)
@click.option("--lang", type=LANGUAGES, help="Language of the report; by default the deck's.")
def build(deck: Path | None, output: Path, formats: str, lang: str | None) -> None:
    """Audit DECK and write the report; errors found in the deck do not change the exit status."""
    from bpreport import publish

    with usable(), publish.progress() as told:
        for path in publish.build_deck(deck, output, formats.split(","), lang, told):
            click.echo(path)


@main.command()
@click.argument("decks", nargs=-1, type=click.Path(path_type=Path))
@click.option("--format", "form", type=click.Choice(["text", "json"]), default="text")
@click.option("--lang", type=LANGUAGES, help="Language of the messages; by default the deck's.")
def check(decks: tuple[Path, ...], form: str, lang: str | None) -> None:
    """Say of every number in DECKS whether it is right; exit status 1 if one is not."""
    from bpreport import publish

    with usable():
        text, wrong = publish.check(decks, form, lang, color=sys.stdout.isatty())
        click.echo(text)
    raise SystemExit(1 if wrong else 0)


@main.command()
@click.argument("deck", required=False, type=click.Path(path_type=Path))
@click.option("-o", "--output", type=click.Path(path_type=Path), help="A file instead of stdout.")
def golden(deck: Path | None, output: Path | None) -> None:
    """Write every quantity of DECK's worked examples as JSON."""
    from bpreport import publish

    with usable():
        text = publish.golden_of(deck)
        if output is None:
            click.echo(text, nl=False)
        else:
            publish.write(output, text.encode())


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
def usable() -> Iterator[None]:
    """Turn an unusable request or input into one message and exit status 2."""
    from bpreport.deck import DeckError

    try:
        yield
    except DeckError as error:
        click.echo(f"bpreport: {error}", err=True)
        raise SystemExit(2) from None
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        click.echo(f"bpreport: {where}{(error.strerror or str(error)).lower()}", err=True)
        raise SystemExit(2) from None
