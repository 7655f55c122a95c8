"""What must be on the machine besides Python packages, and how to get what is missing.

This module needs the standard library alone, so that it also runs as a file, before anything is
installed::

    python3 -I bpreport/publish/doctor.py [--install] [--tests]

Its exit status is 0 when everything is there and 2 when something is missing.
"""

from __future__ import annotations

import argparse
import ctypes
import ctypes.util
import importlib.util
import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Literal

System = Literal["debian", "fedora", "homebrew"]
"""The package managers whose package names are known here."""

COMMANDS: dict[System, tuple[str, str]] = {
    "debian": ("Debian, Ubuntu", "sudo apt-get install --yes --no-install-recommends"),
    "fedora": ("Fedora", "sudo dnf install --assumeyes"),
    "homebrew": ("macOS", "brew install"),
}
"""Of each package manager: the systems it belongs to, and what the package names are put after."""


@dataclass(frozen=True, slots=True)
class Requirement:
    """Something that no Python package brings."""

    name: str
    """What it is called in a message."""
    reason: str
    """What would be missing without it, to be read after "needed for"."""
    probe: Callable[[], bool]
    """Whether it is on this machine."""
    packages: dict[System, str]
    """The package that brings it, by package manager, as far as one is needed and known."""


@dataclass(frozen=True, slots=True)
class Finding:
    """A requirement and whether this machine meets it."""

    requirement: Requirement
    present: bool

    def __str__(self) -> str:
        """Say it in one line."""
        mark = "found  " if self.present else "MISSING"
        return f"{mark}  {self.requirement.name}, needed for {self.requirement.reason}"


def library(*names: str) -> Callable[[], bool]:
    """Make a probe for a shared library that goes by any of the names.

    The names are tried as WeasyPrint's ``text/ffi.py`` has them tried by cffi: one with a dot is
    opened as it is, and then any is looked up by the linker's rules.

    >>> library("c", "libc.so.6")()
    True
    >>> library("no-such-library")()
    False
    """

    def probe() -> bool:
        for name in names:
            for candidate in (name if "." in name else None, ctypes.util.find_library(name)):
                if candidate is not None:
                    with suppress(OSError):
                        ctypes.CDLL(candidate)
                        return True
        return False

    return probe


def program(*names: str) -> Callable[[], bool]:
    """Make a probe for a program on the search path that goes by any of the names.

    >>> program("no-such-program", "sh")()
    True
    """
    return lambda: any(shutil.which(name) is not None for name in names)


def module(name: str) -> Callable[[], bool]:
    """Make a probe for a module that some systems split off Python's standard library.

    >>> module("json")()
    True
    """
    return lambda: importlib.util.find_spec(name) is not None


def has_chinese_font() -> bool:
    """Whether fontconfig, which WeasyPrint asks for fonts, knows one for Simplified Chinese."""
    try:
        listing = subprocess.run(
            ["fc-list", ":lang=zh-cn", "family"], capture_output=True, check=False
        )
    except OSError:
        return False
    return bool(listing.stdout.strip())


SETUP = (
    Requirement(
        name="venv",
        reason="the virtual environment (Debian keeps a part of it in a package of its own)",
        probe=module("ensurepip"),
        packages={"debian": f"python3.{sys.version_info.minor}-venv", "fedora": "python3"},
    ),
)
"""Needed before anything can be installed from a checkout."""

REPORT = (
    Requirement(
        name="Pango",
        reason="laying out text in the PDF",
        probe=library("pango-1.0", "libpango-1.0.so.0", "libpango-1.0.dylib"),
        packages={"debian": "libpango-1.0-0", "fedora": "pango", "homebrew": "pango"},
    ),
    Requirement(
        name="GObject",
        reason="Pango",
        probe=library("gobject-2.0", "libgobject-2.0.so.0", "libgobject-2.0.0.dylib"),
        packages={"debian": "libpango-1.0-0", "fedora": "glib2", "homebrew": "glib"},
    ),
    Requirement(
        name="PangoFT2",
        reason="fonts in the PDF",
        probe=library("pangoft2-1.0", "libpangoft2-1.0.so.0", "libpangoft2-1.0.dylib"),
        packages={"debian": "libpangoft2-1.0-0", "fedora": "pango", "homebrew": "pango"},
    ),
    Requirement(
        name="HarfBuzz",
        reason="shaping text in the PDF",
        probe=library("harfbuzz", "libharfbuzz.so.0", "libharfbuzz.0.dylib"),
        packages={"debian": "libharfbuzz0b", "fedora": "harfbuzz", "homebrew": "harfbuzz"},
    ),
    Requirement(
        name="HarfBuzz subset",
        reason="small PDF files that are the same from run to run",
        probe=library("harfbuzz-subset", "libharfbuzz-subset.so.0", "libharfbuzz-subset.0.dylib"),
        packages={"debian": "libharfbuzz-subset0", "fedora": "harfbuzz", "homebrew": "harfbuzz"},
    ),
    Requirement(
        name="Fontconfig",
        reason="finding fonts",
        probe=library("fontconfig", "libfontconfig.so.1", "libfontconfig.1.dylib"),
        packages={"debian": "libfontconfig1", "fedora": "fontconfig", "homebrew": "fontconfig"},
    ),
    Requirement(
        name="fc-list",
        reason="listing fonts",
        probe=program("fc-list"),
        packages={"debian": "fontconfig", "fedora": "fontconfig", "homebrew": "fontconfig"},
    ),
    Requirement(
        name="Simplified Chinese font",
        reason="Chinese in the PDF and in plots",
        probe=has_chinese_font,
        packages={
            "debian": "fonts-noto-cjk",
            "fedora": "google-noto-sans-cjk-fonts",
            "homebrew": "font-noto-sans-cjk-sc",
        },
    ),
)
"""Needed for the report."""

TESTS = (
    Requirement(
        name="pdftotext and pdftoppm",
        reason="the tests that read the PDF back",
        probe=lambda: program("pdftotext")() and program("pdftoppm")(),
        packages={"debian": "poppler-utils", "fedora": "poppler-utils", "homebrew": "poppler"},
    ),
    Requirement(
        name="Chromium",
        reason="the tests that open the HTML in a browser",
        probe=program("chromium", "chromium-browser"),
        packages={"debian": "chromium", "fedora": "chromium"},
    ),
)
"""Needed for all of the tests; those that miss something are skipped."""


def diagnose(requirements: Iterable[Requirement] = REPORT) -> tuple[Finding, ...]:
    """One finding for each requirement, in their order.

    >>> shell = Requirement("a shell", "commands", program("sh"), {"debian": "dash"})
    >>> [finding] = diagnose([shell])
    >>> print(finding)
    found    a shell, needed for commands
    """
    return tuple(Finding(requirement, requirement.probe()) for requirement in requirements)


def missing(findings: Iterable[Finding]) -> tuple[Requirement, ...]:
    """The requirements that are not met, in order."""
    return tuple(finding.requirement for finding in findings if not finding.present)


def command(requirements: Iterable[Requirement], system: System) -> str:
    """The one command that installs the requirements; empty where no package is needed.

    Each package is named once, however many of the requirements it meets.

    >>> pango = Requirement("Pango", "text", program(), {"fedora": "pango"})
    >>> pangoft2 = Requirement("PangoFT2", "fonts", program(), {"fedora": "pango"})
    >>> command([pango, pangoft2], "fedora")
    'sudo dnf install --assumeyes pango'
    >>> command([pango, pangoft2], "debian")
    ''
    """
    packages = dict.fromkeys(
        requirement.packages[system]
        for requirement in requirements
        if system in requirement.packages
    )
    _, install = COMMANDS[system]
    return " ".join([install, *packages]) if packages else ""


def advice(requirements: Iterable[Requirement]) -> str:
    """How to install the requirements on each known system, a line for each; empty for none.

    >>> pango = Requirement("Pango", "text", program(), {"fedora": "pango", "homebrew": "pango"})
    >>> print(advice([pango]))
    Fedora:          sudo dnf install --assumeyes pango
    macOS:           brew install pango
    """
    wanted = tuple(requirements)
    return "\n".join(
        f"{systems + ':':<16} {install}"
        for system, (systems, _) in COMMANDS.items()
        if (install := command(wanted, system))
    )


def account(findings: Iterable[Finding]) -> str:
    """What was found and what is missing, a line for each, and how to get what is missing.

    >>> shell = Requirement("a shell", "commands", program("sh"), {"debian": "dash"})
    >>> fish = Requirement("a fish", "fun", program("no-such-program"), {"debian": "fish"})
    >>> print(account(diagnose([shell, fish])))
    found    a shell, needed for commands
    MISSING  a fish, needed for fun
    <BLANKLINE>
    Install what is missing with
    <BLANKLINE>
    Debian, Ubuntu:  sudo apt-get install --yes --no-install-recommends fish
    """
    told = tuple(findings)
    listing = "\n".join(str(finding) for finding in told)
    if wanted := missing(told):
        return "\n\n".join([listing, "Install what is missing with", advice(wanted)])
    return listing


def can_install() -> bool:
    """Whether this is root on Debian, Ubuntu or a system derived from them."""
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        return False
    try:
        release = platform.freedesktop_os_release()
    except OSError:
        return False
    return not {"debian", "ubuntu"}.isdisjoint([release["ID"], *release.get("ID_LIKE", "").split()])


def install(requirements: Iterable[Requirement]) -> None:
    """Install the requirements with apt-get, whose messages go to standard error.

    They are installed one by one, so that a package that this release does not have keeps none of
    the others away. Whether it worked is for the next diagnosis to tell.
    """
    apt_get = ["apt-get", "-qq", "--option=DPkg::Lock::Timeout=60"]
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}

    def run(*arguments: str) -> None:
        subprocess.run([*apt_get, *arguments], env=environment, stdout=sys.stderr, check=False)

    run("update")
    for requirement in requirements:
        run("install", "--yes", "--no-install-recommends", requirement.packages["debian"])


def main(arguments: Sequence[str] | None = None) -> int:
    """Diagnose, install where asked and possible, print the account, and give the exit status.

    With ``--install`` only a machine that still lacks something is worth a word.
    """
    parser = argparse.ArgumentParser(prog="doctor", description="See what the machine lacks.")
    parser.add_argument(
        "--install", action="store_true", help="install it, as root on Debian or Ubuntu"
    )
    parser.add_argument("--tests", action="store_true", help="look for what the tests need as well")
    options = parser.parse_args(arguments)

    requirements = SETUP + REPORT + (TESTS if options.tests else ())
    findings = diagnose(requirements)
    if options.install and missing(findings) and can_install():
        install(missing(findings))
        findings = diagnose(requirements)
    if not options.install:
        print(account(findings))  # noqa: T201, there is no click yet
    elif missing(findings):
        print(account(findings), file=sys.stderr)  # noqa: T201
    return 2 if missing(findings) else 0


if __name__ == "__main__":
    sys.exit(main())
