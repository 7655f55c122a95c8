"""The jinja2 environment that all pages share."""

from __future__ import annotations

from contextlib import suppress
from functools import cache
from importlib.metadata import version
from pathlib import Path
from types import CodeType
from typing import Any

import jinja2
from jinja2.bccache import Bucket

from bpreport.formula.compiling import compiled
from bpreport.publish.labels import raised, width
from bpreport.publish.language import translator
from bpreport.publish.numbers import signed
from bpreport.publish.packing import deflated
from bpreport.publish.release import folder

__all__ = ["environment", "folder"]


_SETTINGS: dict[str, Any] = {
    "extensions": ["jinja2.ext.i18n"],
    "autoescape": True,
    "trim_blocks": True,
    "lstrip_blocks": True,
}


class _Compiled(jinja2.FileSystemBytecodeCache):
    """What templates were compiled to, for the environments of other languages and other starts.

    Compiled for each language they take 5 % of an HTML, compiled once another 5 %.
    """

    def __init__(self) -> None:
        self._known: dict[tuple[str, str], CodeType] = {}
        self._compiler = f"{version('jinja2')} {_SETTINGS}"
        self._files = compiled(Path(__file__))
        if self._files is not None:  # beside what this module was compiled to
            super().__init__(str(self._files.parent), "%s.template")

    def get_source_checksum(self, source: str) -> str:
        # Jinja tells by the source alone whether the code is the same.
        return super().get_source_checksum(f"{self._compiler} {source}")

    def load_bytecode(self, bucket: Bucket) -> None:
        bucket.code = self._known.get((bucket.key, bucket.checksum))
        if bucket.code is None and self._files is not None:
            try:
                super().load_bytecode(bucket)
            except Exception:  # noqa: BLE001 - whatever reading a damaged file may raise
                bucket.reset()

    def dump_bytecode(self, bucket: Bucket) -> None:
        assert bucket.code is not None
        self._known[bucket.key, bucket.checksum] = bucket.code
        if self._files is not None:
            with suppress(OSError):  # where others installed it
                super().dump_bytecode(bucket)


_COMPILED = _Compiled()


@cache
def environment(lang: str) -> jinja2.Environment:
    """Templates in a language: everything is escaped, and an unknown name is an error.

    Those for "zh@sheets1" stand in the folder sheets1, and no others are found there.
    """
    made = jinja2.Environment(  # noqa: S701 - they are escaped by the settings
        loader=jinja2.FileSystemLoader(folder() / lang.partition("@")[2]),
        undefined=jinja2.StrictUndefined,
        bytecode_cache=_COMPILED,
        **_SETTINGS,
    )
    made.filters |= {"deflated": deflated, "raised": raised, "signed": signed, "wide": width}
    made.install_gettext_translations(translator(lang), newstyle=True)  # type: ignore[attr-defined]
    return made
