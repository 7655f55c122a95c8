"""What decides over the bytes of the products, so that those of another release are told apart."""

from __future__ import annotations

import os
import platform
import re
from collections.abc import Mapping
from email.parser import HeaderParser
from functools import cache
from hashlib import sha256
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from bpreport.formula.limits import changed

__all__ = ["folder", "parts", "release"]

ENDINGS = (".py", ".json", ".lark", ".mo", ".md", ".j2", ".css", ".js")


@cache
def release() -> str:
    """A name for bpreport's own files, the versions of Python and of all libraries, and the limits.

    >>> release() == release(), len(release())
    (True, 64)
    """
    told = "\0".join(f"{name} {part}" for name, part in parts().items())
    return sha256(told.encode()).hexdigest()


@cache
def parts() -> Mapping[str, str]:
    """What makes up the release, each part by a digest of its own.

    >>> list(parts())
    ['code', 'templates', 'libraries', 'limits']
    """
    package, templates = Path(__file__).resolve().parents[1], folder()
    libraries = sha256(platform.python_version().encode())
    for name, number in sorted(_libraries("bpreport").items()):
        libraries.update(f"{name} {number}\0".encode())
    return {
        # Where it is installed, the templates are in the package; they are told once.
        "code": _files(package, templates),
        "templates": _files(templates, None),
        "libraries": libraries.hexdigest(),
        "limits": sha256(repr(sorted(changed().items())).encode()).hexdigest(),
    }


def _files(top: Path, without: Path | None) -> str:
    """A digest of the files below a folder and of their places, without those below another."""
    found = sha256()
    for folder, folders, names in os.walk(top):
        folders[:] = sorted(name for name in folders if Path(folder, name) != without)
        below = Path(folder).relative_to(top).as_posix()
        for name in sorted(names):
            if name.endswith(ENDINGS):
                content = Path(folder, name).read_bytes()
                found.update(f"{below}/{name}\0".encode() + sha256(content).digest())
    return found.hexdigest()


def folder() -> Path:
    """Where the templates are: in the package once installed, beside it in a checkout."""
    package = Path(__file__).resolve().parents[1]
    for place in (package / "templates", package.parent / "templates"):
        if (place / "base.html.j2").is_file():
            return place
    raise FileNotFoundError("the templates of bpreport are not installed")


def _libraries(top: str) -> dict[str, str]:
    """The versions of all that it needs, and of all that these need, without extras."""
    found: dict[str, str] = {}
    waiting = [top]
    while waiting:
        name = waiting.pop()
        if name in found:
            continue
        try:
            library = distribution(name)
        except PackageNotFoundError:  # on other systems only
            found[name] = ""
            continue
        told = library.read_text("METADATA")
        if told is None:  # an older kind of package
            found[name], needed = library.version, library.requires or []
        else:
            # Its fields alone: what describes the library takes most of the time to parse.
            fields = HeaderParser().parsestr(told.partition("\n\n")[0])
            found[name], needed = fields["Version"], fields.get_all("Requires-Dist", [])
        stated = [line for line in needed if not re.search(r"\bextra\s*==", line)]
        waiting += [re.split(r"[^\w.-]", line, maxsplit=1)[0].lower() for line in stated]
    return found
