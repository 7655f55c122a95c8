"""The jinja2 environment that all pages share."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import jinja2

from bpreport.publish.labels import raised, width
from bpreport.publish.language import translator
from bpreport.publish.packing import deflated

__all__ = ["environment", "folder"]


def folder() -> Path:
    """Where the templates are: in the package once installed, beside it in a checkout."""
    package = Path(__file__).resolve().parents[1]
    for place in (package / "templates", package.parent / "templates"):
        if (place / "base.html.j2").is_file():
            return place
    raise FileNotFoundError("the templates of bpreport are not installed")


@cache
def environment(lang: str) -> jinja2.Environment:
    """Templates in a language: everything is escaped, and an unknown name is an error."""
    made = jinja2.Environment(
        loader=jinja2.FileSystemLoader(folder()),
        extensions=["jinja2.ext.i18n"],
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {"deflated": deflated, "raised": raised, "wide": width}
    made.install_gettext_translations(translator(lang), newstyle=True)  # type: ignore[attr-defined]
    return made
