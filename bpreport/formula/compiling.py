"""Where what is compiled from files of ours is kept: beside the bytecode of Python's own.

The tables of a parser and the code of a template take longer to make than to read, and are made
from files that come with the program. Python keeps what it compiles in `__pycache__`; so do we,
and nowhere else: whoever may write there may change the program itself.
"""

from __future__ import annotations

import sys
from importlib.util import cache_from_source
from pathlib import Path

__all__ = ["compiled"]


def compiled(source: Path) -> Path | None:
    """Where to keep what a file was compiled to; None where Python is to write no bytecode.

    The place need not be one that can be written to.

    >>> from unittest.mock import patch
    >>> with patch("sys.dont_write_bytecode", False), patch("sys.pycache_prefix", None):
    ...     compiled(Path("formula/grammar.lark")).parent.as_posix()
    'formula/__pycache__'
    >>> with patch("sys.dont_write_bytecode", True):
    ...     compiled(Path("formula/grammar.lark"))
    """
    if sys.dont_write_bytecode:
        return None
    beside = Path(cache_from_source(str(source)))
    return beside.with_name(f"{source.name}.{sys.implementation.cache_tag}")
