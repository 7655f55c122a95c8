"""The course under examples/: each mistake of a student is named, and the right module passes."""

import re
import shutil
import subprocess
import sys

import pytest

from tests.support import ROOT

COURSE = ROOT / "examples/course"
README = (COURSE / "README.md").read_text(encoding="utf-8")
NAMED = dict(re.findall(r"^\| `(\w+)` \| .+? \| `(.+?)` \|$", README, re.MULTILINE))
"""By function, the slip that the README says is told."""


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """Run the course's tests, in a copy, as its students do."""
    folder = shutil.copytree(COURSE, tmp_path_factory.mktemp("course") / "course")

    def run(*arguments):
        command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *arguments]
        return subprocess.run(
            command, cwd=folder, capture_output=True, encoding="utf-8", check=False
        )

    return run


@pytest.fixture(scope="module")
def handed_in(course):
    return course()


@pytest.mark.parametrize(("function", "slip"), NAMED.items(), ids=NAMED)
def test_each_mistake_is_named(handed_in, function, slip):
    """In the failure of the test of the function in which it was made."""
    report = re.split(r"^_+ (test_\w+) _+$", handed_in.stdout, flags=re.MULTILINE)
    told = dict(zip(report[1::2], report[2::2], strict=True))[f"test_{function}"]
    assert re.search(rf"^E +slip +{re.escape(slip)}$", told, re.MULTILINE)


def test_the_students_module_fails_in_all_tests(handed_in):
    assert handed_in.returncode == 1
    assert len(NAMED) == 3
    assert "4 failed" in handed_in.stdout


def test_the_failure_ends_at_the_line_of_the_test(handed_in):
    """Nobody has to read the plugin's code to learn what is wrong."""
    assert "golden_checks.py" not in handed_in.stdout
    assert 'golden.check("out", hidden, layer="h")' in handed_in.stdout


def test_the_right_module_passes(course):
    finished = course("--submission", "solution")
    assert (finished.returncode, "4 passed" in finished.stdout) == (0, True), finished.stdout
