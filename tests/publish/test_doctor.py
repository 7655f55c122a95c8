"""The doctor tells what is missing, names the command that brings it, and installs what it can."""

import ctypes
import ctypes.util
import os
import platform
import re
import subprocess
import sys
from pathlib import Path

import pytest

from bpreport.publish import doctor
from bpreport.publish.doctor import Requirement
from tests.support import ROOT


def here() -> bool:
    return True


def absent() -> bool:
    return False


def broken(name: str) -> None:
    raise OSError(name)


PRESENT = Requirement("paper", "printing", here, {"debian": "paper"})
INK = Requirement("ink", "writing", absent, {"debian": "libink1", "homebrew": "ink"})
PEN = Requirement("pen", "writing by hand", absent, {"debian": "libink1", "homebrew": "pen"})


@pytest.fixture
def search_path(tmp_path, monkeypatch):
    """A search path of one empty folder; call it to put a shell script there."""
    monkeypatch.setenv("PATH", str(tmp_path))

    def script(name: str, *lines: str) -> None:
        path = tmp_path / name
        path.write_text("\n".join(["#!/bin/sh", *lines, ""]))
        path.chmod(0o755)

    return script


def test_needs_the_standard_library_alone():
    """It runs as a file, isolated and without site-packages, as the Makefile runs it first."""
    finished = subprocess.run(
        [sys.executable, "-I", "-S", ROOT / "bpreport/publish/doctor.py", "--help"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert finished.returncode == 0, finished.stderr


def test_finds_what_is_there_and_misses_what_is_not():
    findings = doctor.diagnose([PRESENT, INK])
    assert [finding.present for finding in findings] == [True, False]
    assert doctor.missing(findings) == (INK,)


def test_probes_the_libraries_that_weasyprint_opens(monkeypatch):
    """Every library that WeasyPrint insists on, and HarfBuzz subset, is tried by its own names."""
    weasyprint = pytest.importorskip("weasyprint")
    source = (Path(weasyprint.__file__).parent / "text/ffi.py").read_text(encoding="utf-8")
    wanted = [
        set(re.findall(r"'([^']+)'", call))
        for call in re.findall(r"_dlopen\(\s*ffi,([^)]*)\)", source)
        if "allow_fail" not in call or "harfbuzz-subset" in call
    ]
    assert len(wanted) == 6  # GObject, Pango, HarfBuzz, its subset library, Fontconfig, PangoFT2

    tried: set[str] = set()
    monkeypatch.setattr(ctypes.util, "find_library", tried.add)
    monkeypatch.setattr(ctypes, "CDLL", broken)
    doctor.diagnose(doctor.REPORT)
    assert all(tried & names for names in wanted)
    assert tried <= set().union(*wanted)


def test_opens_a_library_by_its_file_name_where_the_linker_knows_none(monkeypatch):
    """As on a system without ldconfig: the name with a dot is opened as it is."""
    monkeypatch.setattr(ctypes.util, "find_library", lambda name: None)
    monkeypatch.setattr(
        ctypes, "CDLL", lambda name: None if name == "libink.so.0" else broken(name)
    )
    assert doctor.library("ink", "libink.so.0")()
    assert not doctor.library("ink")()


def test_a_library_that_does_not_load_is_missing(monkeypatch):
    """A file that the linker knows but cannot open, such as one for another processor."""
    monkeypatch.setattr(ctypes.util, "find_library", lambda name: f"lib{name}.so")
    monkeypatch.setattr(ctypes, "CDLL", broken)
    assert not doctor.library("pango", "libpango.so.0")()


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        pytest.param('[ "$1" = ":lang=zh-cn" ] && echo "Noto Sans CJK SC"', True, id="a-font"),
        pytest.param('[ "$1" = ":lang=zh-cn" ] || echo "DejaVu Sans"', False, id="others-only"),
        pytest.param("exit 1", False, id="failing"),
    ],
)
def test_asks_fontconfig_for_a_chinese_font(search_path, script, expected):
    search_path("fc-list", script)
    assert doctor.has_chinese_font() is expected


def test_without_fontconfig_there_is_no_chinese_font(search_path):
    assert not doctor.has_chinese_font()


def test_names_each_package_once():
    assert doctor.command([INK, PEN], "debian") == (
        "sudo apt-get install --yes --no-install-recommends libink1"
    )
    assert doctor.command([INK, PEN], "homebrew") == "brew install ink pen"
    assert doctor.command([INK, PEN], "fedora") == ""


def test_names_a_command_for_every_system():
    """Whatever the report needs can be had on Debian and Ubuntu, on Fedora and on macOS."""
    for requirement in doctor.REPORT:
        advice = doctor.advice([requirement])
        assert [line.split(":")[0] for line in advice.splitlines()] == [
            "Debian, Ubuntu",
            "Fedora",
            "macOS",
        ]


@pytest.fixture
def bare_machine(monkeypatch):
    """A machine that lacks ink until apt-get brings it; a list of the packages it brought."""
    brought: list[str] = []
    ink = Requirement("ink", "writing", lambda: "libink1" in brought, INK.packages)
    monkeypatch.setattr(doctor, "SETUP", ())
    monkeypatch.setattr(doctor, "REPORT", (PRESENT, ink))
    monkeypatch.setattr(doctor, "TESTS", ())
    monkeypatch.setattr(
        doctor,
        "install",
        lambda requirements: brought.extend(each.packages["debian"] for each in requirements),
    )
    return brought


@pytest.mark.parametrize(("root", "status", "packages"), [(True, 0, ["libink1"]), (False, 2, [])])
def test_installs_only_where_it_can(bare_machine, monkeypatch, capsys, root, status, packages):
    """As root on Debian what is missing is installed; elsewhere it is told, and the status is 2."""
    monkeypatch.setattr(doctor, "can_install", lambda: root)
    assert doctor.main(["--install"]) == status
    assert bare_machine == packages
    output = capsys.readouterr()
    assert output.out == ""
    assert ("MISSING  ink, needed for writing\n" in output.err) is (not root)
    assert ("brew install ink\n" in output.err) is (not root)


def test_installs_nothing_unasked(bare_machine, monkeypatch, capsys):
    monkeypatch.setattr(doctor, "can_install", lambda: True)
    assert doctor.main([]) == 2
    assert bare_machine == []
    assert "found    paper, needed for printing\nMISSING  ink" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("user", "release", "expected"),
    [
        pytest.param(0, {"ID": "debian"}, True, id="debian"),
        pytest.param(0, {"ID": "ubuntu", "ID_LIKE": "debian"}, True, id="ubuntu"),
        pytest.param(0, {"ID": "linuxmint", "ID_LIKE": "ubuntu debian"}, True, id="derived"),
        pytest.param(0, {"ID": "fedora"}, False, id="fedora"),
        pytest.param(1000, {"ID": "debian"}, False, id="not-root"),
    ],
)
def test_can_install_as_root_on_debian_only(search_path, monkeypatch, user, release, expected):
    search_path("apt-get")
    monkeypatch.setattr(os, "geteuid", lambda: user)
    monkeypatch.setattr(platform, "freedesktop_os_release", lambda: release)
    assert doctor.can_install() is expected


def test_one_unknown_package_keeps_no_other_away(search_path, tmp_path):
    """Each requirement gets an apt-get of its own, which may fail."""
    log = tmp_path / "log"
    search_path("apt-get", f'echo "$@" >> "{log}"', 'case "$*" in *libink1) exit 100;; esac')
    doctor.install([INK, PRESENT])
    assert [line.split()[2:] for line in log.read_text().splitlines()] == [
        ["update"],
        ["install", "--yes", "--no-install-recommends", "libink1"],
        ["install", "--yes", "--no-install-recommends", "paper"],
    ]
