"""Golden values and the output of `check`."""

import json
import re

import mpmath
import pytest

from bpreport.audit import audit
from bpreport.deck import builtin, read, read_text
from bpreport.publish import check_json, check_text, golden

KEYS = [
    "id", "slide", "line", "column", "text", "symbol", "printed", "exact", "verdict", "slip",
    "correction", "message", "chance",
]  # fmt: skip


@pytest.fixture(scope="module")
def result():
    return audit(read(builtin("zh")))


@pytest.fixture(scope="module")
def values(result):
    return json.loads(json.dumps(golden(result, result.study)))


def test_golden_values_hold_every_quantity(result, values):
    """Each quantity of each worked example is there, to 17 digits."""
    for name, trace in result.study.traces.items():
        found = {entry["symbol"]: entry for entry in values["examples"][name]["quantities"]}
        assert list(found) == list(trace.quantities)
        for key, quantity in trace.quantities.items():
            exact = mpmath.mpf(found[key]["exact"])
            assert mpmath.almosteq(exact, quantity.value, rel_eps=mpmath.mpf(10) ** -16)


def test_a_golden_value_knows_where_it_is_printed(values):
    """out_h3 is printed once, one unit off in the last of six places."""
    quantities = values["examples"]["example"]["quantities"]
    (entry,) = [entry for entry in quantities if entry["symbol"] == "out_{h3}"]
    assert entry["exact"].startswith("0.99527428")
    once = [place for place in entry["printed"] if place["text"] == "0.995275"]
    assert [(place["places"], place["verdict"]) for place in once] == [(6, "last-digit")]


@pytest.mark.parametrize(
    "digits",
    [
        "0.24999284", "0.25001591", "0.99527428", "0.45813646", "0.03420350", "0.01226781",
        "0.01093141", "0.09453429", "0.61824860", "0.90985749", "0.07388937", "0.94586491",
        "0.02297094", "0.97767545", "1.48972775",
    ],
)  # fmt: skip
def test_the_exact_figures_of_the_findings_are_there(values, digits):
    """An independent computation of the deck found these; cut to 8 digits."""
    text = json.dumps(values)
    found = [mpmath.mpf(number) for number in re.findall(r"\d+\.\d+(?:e-?\d+)?", text)]
    wanted = mpmath.mpf(digits)
    assert any(abs(number - wanted) <= 1.5e-8 for number in found)


def test_check_json_has_the_documented_keys(result):
    """Programs rely on them."""
    found = json.loads(json.dumps(check_json(result, "en")))
    assert list(found) == ["deck", "summary", "conventions", "claims"]
    assert len(found["claims"]) == len(result.deck.claims)
    assert all(list(claim) == KEYS for claim in found["claims"])
    assert found["summary"] == result.summary


def test_check_text_marks_the_place(result):
    """The source line is shown with a mark below the number, Han characters counted double."""
    wrong = audit(read_text("得 $$a = 0.1 * 5 = 0.75$$"))
    lines = check_text(wrong, "en").splitlines()
    at = next(place for place, line in enumerate(lines) if "0.75$$" in line)
    source, mark = lines[at], lines[at + 1]
    column = source.index("= 0.1")
    assert mark.index("^") == column + 1  # one double-width character stands before it
    assert mark.strip("| ") == "^" * len("= 0.1 * 5")
    assert "×" in "".join(lines)
    assert "\033[" not in "".join(lines)
    assert "\033[" in check_text(wrong, "en", color=True)


def test_what_is_right_is_counted_and_not_listed():
    """Silence is for what needs no attention."""
    text = check_text(audit(read_text("$$a = 0.1 * 5 = 0.5$$")), "en")
    assert "0.1 * 5" not in text
    assert "2 claims" in text
