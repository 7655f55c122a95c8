"""What decides over the bytes of the products, so that those of another release are told apart."""

from __future__ import annotations

import platform
import re
from functools import cache
from hashlib import sha256
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path

from bpreport.formula.limits import changed

__all__ = ["release"]

ENDINGS = (".py", ".json", ".lark", ".mo", ".md", ".j2", ".css", ".js")


@cache
def release() -> str:
    """A name for bpreport's own files, the versions of Python and of all libraries, and the limits.

    >>> release() == release(), len(release())
    (True, 64)
    """
    from bpreport.publish.templates import folder  # loads jinja2, which a check does not need

    found = sha256()
    package, templates = Path(__file__).resolve().parents[1], folder()
    for top in (package, templates):
        paths = {path.relative_to(top): path for path in top.rglob("*") if path.suffix in ENDINGS}
        for below, path in sorted(paths.items()):
            # Where it is installed, the templates are in the package; they are told once.
            if top == templates or not path.is_relative_to(templates):
                found.update(f"{below.as_posix()}\0".encode() + sha256(path.read_bytes()).digest())
    found.update(platform.python_version().encode())
    for name, number in sorted(_libraries("bpreport").items()):
        found.update(f"{name} {number}\0".encode())
    found.update(repr(sorted(changed().items())).encode())
    return found.hexdigest()


def _libraries(top: str) -> dict[str, str]:
    """The versions of all that it needs, and of all that these need, without extras."""
    found: dict[str, str] = {}
    waiting = [top]
    while waiting:
        name = waiting.pop()
        if name in found:
            continue
        try:
            found[name] = version(name)
        except PackageNotFoundError:  # on other systems only
            found[name] = ""
            continue
        stated = [line for line in requires(name) or () if not re.search(r"\bextra\s*==", line)]
        waiting += [re.split(r"[^\w.-]", line, maxsplit=1)[0].lower() for line in stated]
    return found
