"""The jinja2 environment that all pages share."""

from __future__ import annotations

from functools import cache
from types import CodeType

import jinja2
from jinja2.bccache import Bucket

from bpreport.publish.labels import raised, width
from bpreport.publish.language import translator
from bpreport.publish.numbers import signed
from bpreport.publish.packing import deflated
from bpreport.publish.release import folder

__all__ = ["environment", "folder"]


class _Compiled(jinja2.BytecodeCache):
    """What templates were compiled to, for the environments of other languages: 5 % of an HTML."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str], CodeType] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        bucket.code = self._known.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        assert bucket.code is not None
        self._known[bucket.key, bucket.checksum] = bucket.code


_COMPILED = _Compiled()


@cache
def environment(lang: str) -> jinja2.Environment:
    """Templates in a language: everything is escaped, and an unknown name is an error.

    Those for "zh@sheets1" stand in the folder sheets1, and no others are found there.
    """
    made = jinja2.Environment(
        loader=jinja2.FileSystemLoader(folder() / lang.partition("@")[2]),
        extensions=["jinja2.ext.i18n"],
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        bytecode_cache=_COMPILED,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {"deflated": deflated, "raised": raised, "signed": signed, "wide": width}
    made.install_gettext_translations(translator(lang), newstyle=True)  # type: ignore[attr-defined]
    return made
