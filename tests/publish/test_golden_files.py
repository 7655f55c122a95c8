"""Golden values as files, and the pytest plugin that gives them to the tests of a course."""

import csv
import io

import numpy as np
import pytest
from click.testing import CliRunner

from bpreport.cli import main
from bpreport.deck import builtin
from bpreport.publish.golden_checks import load
from tests.publish.decks import WORKED
from tests.support import ROOT

pytest_plugins = ["pytester"]


@pytest.fixture(scope="module")
def source():
    return load(builtin("en"))


def written(*arguments):
    result = CliRunner().invoke(main, ["golden", *map(str, arguments)], catch_exceptions=False)
    assert result.exit_code == 0
    return result.stdout_bytes


def test_csv_has_one_row_a_quantity(source):
    rows = list(csv.DictReader(io.StringIO(written("--format", "csv").decode())))
    adopted = [row for row in rows if "update=simultaneous" not in row["conventions"]]
    traces = {name: source.audit.traces[name] for name in source.study.traces}
    keys = [(name, key) for name, trace in traces.items() for key in trace.quantities]
    simple = [(row["example"], row["symbol"]) for row in adopted if row["example"] != "layers"]
    assert simple == [key for key in keys if key[0] != "layers"]
    (row,) = [row for row in adopted if row["symbol"] == "out_{h3}"]
    assert (row["exact"][:10], "0.995275" in row["printed"], row["places"]) == (
        "0.99527428", True, "6"
    )  # fmt: skip


def test_npz_has_arrays_by_name(source):
    arrays = np.load(io.BytesIO(written("--format", "npz")))
    example = source.example("example")
    assert arrays["example.out_h1"] == example.value("out_{h1}")
    assert arrays["example.dE_total_dw_7"] == example.value(r"\frac{\partial E}{\partial w_7}")
    assert arrays["example.simultaneous.w_1_new"] == pytest.approx(0.0938660918)
    assert arrays["example.run.out"].shape == (1001, 2)
    assert arrays["descent.run.fast.iterates"].shape == (20,)
    assert len(set(arrays.files)) == len(arrays.files)


@pytest.mark.parametrize("form", ["json", "csv", "npz", "pytest"])
def test_files_are_the_same_each_time(form, tmp_path):
    """Though nothing of the first is kept for the second."""
    deck = tmp_path / "notes.md"
    deck.write_text(WORKED, encoding="utf-8")
    words = (deck, "--no-cache", "--format", form)
    assert len(first := written(*words)) > 400
    assert written(*words) == first


def test_the_file_of_tests_runs_as_it_is(pytester):
    """It names its deck as seen from where it stands; a value that is filled in is checked."""
    deck = pytester.path / "deck/notes.md"
    deck.parent.mkdir()
    text = (ROOT / "docs/json.md").read_text(encoding="utf-8")
    deck.write_text(text.partition("```markdown deck\n")[2].partition("```")[0], encoding="utf-8")
    target = pytester.path / "tests/test_notes.py"
    target.parent.mkdir()
    written(deck, "--format", "pytest", "-o", target)
    assert '"../deck/notes.md"' in target.read_text(encoding="utf-8")
    pytester.runpytest_subprocess("-p", "no:xdist", target).assert_outcomes(passed=1, skipped=8)
    source = target.read_text(encoding="utf-8")
    filled = source.replace(
        "    return {}\n", '    return {("bowl", "J_{1}"): 5.0625, ("bowl", "J_{2}"): 5.0}\n'
    )
    target.write_text(filled, encoding="utf-8")
    outcome = pytester.runpytest_subprocess("-p", "no:xdist", target)
    outcome.assert_outcomes(passed=2, failed=1, skipped=6)


# -- the plugin


TEST = """
@pytest.mark.golden({marker})
def test_{name}(golden):
    golden.check("J_1", {value})
"""
DECK = """\
---
lang: en
worked:
  bowl: {{kind: gradient descent, objective: x^2, start: 1, learning_rate: {rate},
         stop: count, iterations: 2}}
---
"""


def test_marker_option_and_setting_choose_the_deck(pytester):
    """In this order: of three decks, J_1 = (1 - 2 rate)^2 tells which was taken."""
    for name, rate in (("marked", 0.25), ("option", 0.125), ("setting", 0.375)):
        pytester.path.joinpath(f"{name}.md").write_text(DECK.format(rate=rate), encoding="utf-8")
    pytester.makeini("[pytest]\ngolden_deck = setting.md\n")
    tests = (("setting", "", 0.0625), ("option", "", 0.5625), ("marked", '"marked.md"', 0.25))
    golden_tests(pytester, tests)
    for options, wrong in (((), "option"), (("--golden-deck", "option.md"), "setting")):
        outcome = pytester.runpytest_subprocess("-p", "no:xdist", *options)
        outcome.assert_outcomes(passed=2, failed=1)
        outcome.stdout.fnmatch_lines([f"FAILED *::test_{wrong} *"])


def golden_tests(pytester, tests):
    """A file of tests, each with its name, the arguments of its marker and the value of J_1."""
    told = (TEST.format(name=name, marker=marker, value=value) for name, marker, value in tests)
    pytester.makepyfile("\n".join(["import pytest", *told]))


def test_what_cannot_be_used_is_one_message(pytester):
    pytester.makeini("[pytest]\ngolden_lang = en\n")
    golden_tests(
        pytester,
        [("file", '"none.md"', 1), ("name", 'example="none"', 1), ("choice", 'update="never"', 1)],
    )
    outcome = pytester.runpytest_subprocess("-p", "no:xdist")
    outcome.assert_outcomes(errors=3)
    for name, said in (
        ("file", "none.md: cannot be read: no such file or directory"),
        ("name", "none is not known; the nearest names are"),
        ("choice", "update=never is not known; the nearest names are update="),
    ):
        outcome.stdout.fnmatch_lines(
            [f"*ERROR at setup of test_{name} *",
             f"*the fixture `golden` cannot be made: *{said}*"],
            consecutive=False,
        )  # fmt: skip
    told = [line for line in outcome.outlines if line.startswith("the fixture `golden` cannot")]
    assert len(told) == 3
    outcome.stdout.no_fnmatch_line("*Traceback*")


def test_without_golden_tests_nothing_is_loaded(pytester):
    """A user's pytest pays for the plugin with two small modules."""
    pytester.makepyfile(
        """
        import sys

        def test_modules():
            ours = {name for name in sys.modules if name.startswith("bpreport")}
            assert ours == {"bpreport", "bpreport.pytest_plugin"}
            assert not {"numpy", "mpmath", "lark", "markdown_it"} & set(sys.modules)
        """
    )
    pytester.runpytest_subprocess("-p", "no:xdist").assert_outcomes(passed=1)
