"""What of the machine decides how a PDF looks: its fonts, and the libraries that set text."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from contextlib import suppress
from functools import cache
from hashlib import sha256
from pathlib import Path

__all__ = ["machine", "matching", "versions"]


@cache
def machine() -> str:
    """A digest of the fonts and the settings that fontconfig knows, and of what sets text.

    A font is told by its path, its size and the time of its last change.
    """
    found = sha256("\0".join(versions().values()).encode())
    for path in sorted(_known_to_fontconfig()):
        with suppress(OSError):
            told = path.stat()
            found.update(f"{path}\0{told.st_size}\0{told.st_mtime_ns}\0".encode())
    return found.hexdigest()


_LIBRARIES = {
    "Pango": ("pango_version_string", "libpango-1.0.so.0", "libpango-1.0.dylib"),
    "HarfBuzz": ("hb_version_string", "libharfbuzz.so.0", "libharfbuzz.0.dylib"),
    "HarfBuzz's subsetter": (
        *("hb_version_string", "libharfbuzz-subset.so.0"),
        "libharfbuzz-subset.0.dylib",
    ),
}
"""Of each what tells its version, and its files; that of the subsetter is HarfBuzz's."""


def versions() -> dict[str, str]:
    """The versions of what sets text, by name; "none" is not there, and "some" does not tell."""
    return {name: _version(*told) for name, told in _LIBRARIES.items()}


def _version(function: str, *names: str) -> str:
    library = _loaded(*names)
    if library is None:
        return "none"
    tell = getattr(library, function, None)
    if tell is None:
        return "some"
    tell.restype = ctypes.c_char_p
    found: bytes = tell()
    return found.decode("ascii", "replace")


def _loaded(*names: str) -> ctypes.CDLL | None:
    for name in names:
        with suppress(OSError):
            return ctypes.CDLL(name)
    return None


class _FontSet(ctypes.Structure):
    """`FcFontSet` of fontconfig."""

    _fields_ = (
        ("count", ctypes.c_int),
        ("room", ctypes.c_int),
        ("fonts", ctypes.POINTER(ctypes.c_void_p)),
    )


SYSTEM, APPLICATION = 0, 1
"""Whose fonts, as fontconfig has it."""


def _known_to_fontconfig() -> Iterator[Path]:
    """The files of all fonts and settings, as a PDF would find them now."""
    library = _loaded("libfontconfig.so.1", "libfontconfig.1.dylib")
    if library is None:
        return
    library.FcInitLoadConfigAndFonts.restype = ctypes.c_void_p
    library.FcConfigGetFonts.restype = ctypes.POINTER(_FontSet)
    library.FcConfigGetFonts.argtypes = (ctypes.c_void_p, ctypes.c_int)
    library.FcPatternGetString.argtypes = (
        *(ctypes.c_void_p, ctypes.c_char_p, ctypes.c_int),
        ctypes.POINTER(ctypes.c_char_p),
    )
    library.FcConfigGetConfigFiles.restype = ctypes.c_void_p
    library.FcConfigGetConfigFiles.argtypes = (ctypes.c_void_p,)
    library.FcStrListNext.restype = ctypes.c_char_p
    library.FcStrListNext.argtypes = (ctypes.c_void_p,)
    settings = library.FcInitLoadConfigAndFonts()
    if not settings:
        return
    for whose in (SYSTEM, APPLICATION):
        fonts = library.FcConfigGetFonts(settings, whose)
        for at in range(fonts.contents.count if fonts else 0):
            name = ctypes.c_char_p()
            library.FcPatternGetString(fonts.contents.fonts[at], b"file", 0, ctypes.byref(name))
            if name.value is not None:
                yield Path(name.value.decode())
    files = library.FcConfigGetConfigFiles(settings)
    while name := library.FcStrListNext(files):
        yield Path(name.decode())


def matching(family: str, *, bold: bool = False) -> tuple[Path, int] | None:
    """The file of a typeface and its place in the file; None where the machine has no such one.

    >>> matching("No Such Typeface") is None
    True
    """
    library = _loaded("libfontconfig.so.1", "libfontconfig.1.dylib")
    if library is None:
        return None
    for function in ("FcNameParse", "FcFontMatch"):
        getattr(library, function).restype = ctypes.c_void_p
    wanted = ctypes.c_void_p(library.FcNameParse(f"{family}{':bold' * bold}".encode()))
    library.FcConfigSubstitute(None, wanted, 0)
    library.FcDefaultSubstitute(wanted)
    result = ctypes.c_int()
    found = ctypes.c_void_p(library.FcFontMatch(None, wanted, ctypes.byref(result)))
    library.FcPatternDestroy(wanted)
    if found.value is None:
        return None
    try:
        name, file, index = ctypes.c_char_p(), ctypes.c_char_p(), ctypes.c_int()
        families: list[str] = []
        while not library.FcPatternGetString(found, b"family", len(families), ctypes.byref(name)):
            families.append((name.value or b"").decode("utf-8", "replace"))
        library.FcPatternGetString(found, b"file", 0, ctypes.byref(file))
        library.FcPatternGetInteger(found, b"index", 0, ctypes.byref(index))
        if family not in families or file.value is None:
            return None
        return Path(file.value.decode()), index.value
    finally:
        library.FcPatternDestroy(found)
