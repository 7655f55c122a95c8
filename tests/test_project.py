"""The project installs from a checkout and from a wheel, and its own files agree."""

import os
import re
import shutil
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.support import ROOT, require_program

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
LOCK = (ROOT / "requirements.lock").read_text(encoding="utf-8")


def run(*command: str | Path, folder: Path = ROOT) -> str:
    """What the command prints; where it fails, its messages fail the test."""
    finished = subprocess.run(
        command, cwd=folder, capture_output=True, encoding="utf-8", check=False
    )
    assert finished.returncode == 0, finished.stdout + finished.stderr
    return finished.stdout


def files_of_the_project() -> list[str]:
    """What git tracks or would track, leaving out what has just been deleted."""
    listing = run(
        require_program("git"), "ls-files", "--cached", "--others", "--exclude-standard", "-z"
    )
    return [name for name in listing.split("\0") if name and (ROOT / name).is_file()]


# What is published


def build(kind: str, source: Path, target: Path) -> Path:
    """Build with hatchling itself, which needs no network, unlike an isolated build."""
    run(sys.executable, "-m", "hatchling", "build", "-t", kind, "-d", target, folder=source)
    [archive] = target.iterdir()
    return archive


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    return build("wheel", ROOT, tmp_path_factory.mktemp("wheel"))


def names_in(wheel: Path) -> set[str]:
    with zipfile.ZipFile(wheel) as archive:
        return set(archive.namelist())


def test_wheel_carries_every_file_of_the_package_and_no_other(wheel):
    """That is code, grammars and decks of bpreport/, and templates/ as bpreport/templates/."""
    expected = {
        re.sub(r"^templates/", "bpreport/templates/", name)
        for name in files_of_the_project()
        if name.startswith(("bpreport/", "templates/"))
    }
    packed = {name for name in names_in(wheel) if ".dist-info/" not in name}
    assert packed == expected
    assert any(name.startswith("bpreport/templates/") for name in packed)
    assert any(re.fullmatch(r"bpreport/decks/[^/]+\.md", name) for name in packed)


def test_wheel_from_the_sdist_is_the_same(wheel, tmp_path):
    """Byte for byte, in another folder and on another day: whoever builds it gets this one."""
    with tarfile.open(build("sdist", ROOT, tmp_path / "sdist")) as archive:
        archive.extractall(tmp_path / "unpacked", filter="data")
    [source] = (tmp_path / "unpacked").iterdir()
    for path in source.rglob("*"):
        os.utime(path, (1_000_000_000, 1_000_000_000))
    again = build("wheel", source, tmp_path / "wheel")
    assert names_in(again) == names_in(wheel)
    assert again.read_bytes() == wheel.read_bytes()


def test_installed_wheel_builds_the_report_of_the_built_in_deck(wheel, tmp_path):
    """Away from any checkout, with templates and deck out of the wheel alone."""
    packages = tmp_path / "packages"
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(packages)
    program = (
        f"import sys; sys.path.insert(0, {str(packages)!r}); import bpreport.cli; "
        f"assert bpreport.__file__.startswith({str(packages)!r}); "
        "bpreport.cli.main(['build', '--format', 'html', '-o', 'report'])"
    )
    run(sys.executable, "-P", "-c", program, folder=tmp_path)
    assert (tmp_path / "report/report.html").stat().st_size > 0


# Dependencies


PINNED = r"([\w.-]+)(?:\[[\w,-]+\])?=="
"""The beginning of an entry of the lock: a package, perhaps with its extras, and a version."""


def locked_versions() -> dict[str, set[str]]:
    """The versions pinned for each package; there may be several, for different Pythons."""
    versions: dict[str, set[str]] = {}
    for name, version in re.findall(rf"^{PINNED}(\S+)", LOCK, flags=re.MULTILINE):
        versions.setdefault(name, set()).add(version)
    return versions


def declared_dependencies() -> list[Requirement]:
    groups = [
        PROJECT["project"]["dependencies"],
        *PROJECT["project"]["optional-dependencies"].values(),
        PROJECT["dependency-groups"]["dev"],
    ]
    return [Requirement(text) for group in groups for text in group]


@pytest.mark.parametrize("dependency", declared_dependencies(), ids=lambda each: each.name)
def test_lock_pins_every_dependency_within_its_bounds(dependency):
    """Every dependency has a lower bound, and the lock, made with them all, respects it."""
    assert any(bound.operator == ">=" for bound in dependency.specifier)
    versions = locked_versions()[canonicalize_name(dependency.name)]
    assert all(version in dependency.specifier for version in versions)


def test_lock_was_made_for_the_dependencies_that_are_declared():
    """The packages that the lock says this project asks for are those that it declares."""
    asked_for = set()
    for line in LOCK.splitlines():
        if pinned := re.match(PINNED, line):
            package = pinned[1]
        elif re.match(r"\s+# via .*\bbpreport \(", line):
            asked_for.add(package)
    assert asked_for == {canonicalize_name(each.name) for each in declared_dependencies()}


def test_lock_gives_every_package_a_hash():
    entries = re.split(r"^(?=[\w.-]+(?:\[[\w,-]+\])?==)", LOCK, flags=re.MULTILINE)[1:]
    assert len(entries) > len(declared_dependencies())
    assert all(re.search(r"--hash=sha256:[0-9a-f]{64}", entry) for entry in entries)


# What no file of the project may say


def test_lock_names_no_place():
    """Neither a registry nor a folder: the lock holds on any machine, with any mirror."""
    assert not re.search(r"://|--(extra-)?index|--find-links|(?<!\S)/", LOCK)


def test_no_file_names_a_machine():
    """No home directory, no path of this checkout, no host of a package registry."""
    private = re.compile(
        rf"(?<![\w.])/(?:home|root|Users)/\w|{re.escape(str(ROOT))}/"
        r"|\b(?:pypi|pythonhosted|npmjs)\.(?:org|com)\b"
    )
    found = [
        f"{name}:{number}: {line.strip()[:100]}"
        for name in files_of_the_project()
        if (data := (ROOT / name).read_bytes()) and b"\0" not in data
        for number, line in enumerate(data.decode("utf-8").splitlines(), start=1)
        if private.search(line)
    ]
    assert found == []


# The Makefile


def make(*arguments: str, folder: Path = ROOT) -> str:
    return run(require_program("make"), "--no-print-directory", *arguments, folder=folder)


@pytest.fixture
def checkout(tmp_path):
    """What the Makefile looks at, in a folder without .venv."""
    for name in ("Makefile", "pyproject.toml", "requirements.lock"):
        shutil.copy(ROOT / name, tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("goal", "last"),
    [
        ("report", ".venv/bin/bpreport build -o build --format html,pdf,slides"),
        ("test", ".venv/bin/pytest"),
    ],
)
def test_two_commands_do_all_the_set_up(checkout, goal, last):
    """On a fresh machine: libraries, then .venv, locked packages, the project; then the work."""
    commands = make("--dry-run", goal, folder=checkout)
    steps = [
        "doctor.py --install\n",
        "-m venv .venv",
        "--require-hashes --requirement requirements.lock",
        "--no-deps --no-build-isolation --editable .",
        last + "\n",
    ]
    positions = [commands.find(step) for step in steps]
    assert -1 not in positions
    assert positions == sorted(positions)
    assert commands.endswith(steps[-1])


def test_set_up_is_redone_only_when_dependencies_may_have_changed(checkout):
    (checkout / ".venv").mkdir()
    (checkout / ".venv/.installed").touch()
    assert "-m venv" not in make("--dry-run", "report", folder=checkout)
    assert "-m venv" in make("--dry-run", "--what-if=requirements.lock", "report", folder=checkout)


def test_an_old_python_is_refused(checkout):
    """With a message that names the version, before anything is installed."""
    python = checkout / "python3.9"
    python.write_text(
        f"#!{sys.executable}\n"
        "import sys\n"
        "sys.version_info, sys.version = (3, 9), '3.9.2 (old)'\n"
        "exec(sys.argv[2])  # after -c\n"
    )
    python.chmod(0o755)
    finished = subprocess.run(
        [require_program("make"), "setup", f"PYTHON={python}"],
        cwd=checkout,
        capture_output=True,
        text=True,
        check=False,
    )
    assert finished.returncode == 2
    assert f"{python} must be Python 3.11 or newer, but is 3.9.2" in finished.stderr
    assert not (checkout / ".venv").exists()


def test_readme_and_contributing_name_goals_that_help_lists():
    goals = set(re.findall(r"^make (\w+)", make("help"), flags=re.MULTILINE))
    named = {
        name: set(re.findall(r"\bmake ([a-z]+)\b(?=`|$|  )", text, flags=re.MULTILINE))
        for name in ("README.md", "CONTRIBUTING.md")
        if (text := (ROOT / name).read_text(encoding="utf-8"))
    }
    assert {"report", "test"} <= named["README.md"]
    assert set().union(*named.values()) <= goals


# The rule for programs that a test needs


@pytest.mark.parametrize(
    ("setting", "outcome"), [("", pytest.skip.Exception), ("1", pytest.fail.Exception)]
)
def test_a_missing_program_skips_or_fails(monkeypatch, setting, outcome):
    """A person's machine may lack a program; where all is required, that is a failure."""
    monkeypatch.setenv("BPREPORT_REQUIRE_ALL", setting)
    assert require_program("no-such-program", "sh").endswith("/sh")
    with pytest.raises(outcome, match="no-such-program or nor-this is not on the search path"):
        require_program("no-such-program", "nor-this")


def test_what_searches_for_faults_is_pinned_as_well():
    """`make fuzz` and `make mutants` install packages of a lock of their own, with their hashes."""
    lock = (ROOT / "requirements-search.lock").read_text(encoding="utf-8")
    entries = re.split(r"^(?=[\w.-]+(?:\[[\w,-]+\])?==)", lock, flags=re.MULTILINE)[1:]
    assert all(re.search(r"--hash=sha256:[0-9a-f]{64}", entry) for entry in entries)
    pinned = dict(re.findall(rf"^{PINNED}(\S+)", lock, flags=re.MULTILINE))
    for text in PROJECT["dependency-groups"]["search"]:
        wanted = Requirement(text)
        assert pinned[canonicalize_name(wanted.name)] in wanted.specifier
