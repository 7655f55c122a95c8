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
    for name, trace in result.traces.items():
        found = {entry["symbol"]: entry for entry in values["examples"][name]["quantities"]}
        assert list(found) == list(trace.quantities)
        for key, quantity in trace.quantities.items():
            exact = mpmath.mpf(found[key]["exact"])
            assert mpmath.almosteq(exact, quantity.value, rel_eps=mpmath.mpf(10) ** -16)


def test_exact_values_are_rounded_once_from_50_digits(values):
    """A value that is a short decimal is written as one, not as the nearest float64."""
    text = json.dumps(values)
    assert '"exact": "2.4"' in text
    assert not re.search(r'"exact": "[-0-9.]*(99999|00000\d)"', text)


def test_a_golden_value_knows_where_it_is_printed(values):
    """out_h3 is printed once, one unit off in the last of six places."""
    quantities = values["examples"]["example"]["quantities"]
    (entry,) = [entry for entry in quantities if entry["symbol"] == "out_{h3}"]
    assert entry["exact"].startswith("0.99527428")
    once = [place for place in entry["printed"] if place["text"] == "0.995275"]
    assert [(place["places"], place["verdict"]) for place in once] == [(6, "last-digit")]


def test_golden_values_hold_both_update_conventions(values):
    """The adopted one is the deck's; the other stands beside it under its own name."""
    example = values["examples"]["example"]
    (other,) = example["alternatives"]
    found = {
        computed["conventions"]["update"]: {
            entry["symbol"]: float(entry["exact"]) for entry in computed["quantities"]
        }
        for computed in (example, other)
    }
    assert example["conventions"]["update"] == "sequential"
    gradient = r"\partial E_{total}/\partial w_{1}"
    assert found["sequential"][gradient] == pytest.approx(0.01093141, abs=5e-9)
    assert found["simultaneous"][gradient] == pytest.approx(0.01226782, abs=5e-9)
    # The output layer is updated first by both.
    assert found["sequential"]["w_{7}^{+}"] == found["simultaneous"]["w_{7}^{+}"]
    assert values["examples"]["descent"]["alternatives"] == []


@pytest.mark.parametrize(
    "digits",
    [
        "0.24999284", "2.56e-11", "0.25001591", "1.27e-10", "0.99527428", "1.4519206", "0.094398",
        "0.45813646", "0.03420350", "0.01226781",
        "0.01093141", "0.09453429", "0.61824860", "0.90985749", "0.07388937", "0.94586491",
        "0.02297094", "0.97767545", "1.48972775",
    ],
)  # fmt: skip
def test_the_exact_figures_of_the_findings_are_there(values, digits):
    """An independent computation of the deck found these; cut to 8 digits."""
    text = json.dumps(values)
    found = [mpmath.mpf(number) for number in re.findall(r"\d+\.\d+(?:e-?\d+)?", text)]
    wanted = mpmath.mpf(digits)
    mantissa, _, power = digits.partition("e")
    unit = mpmath.mpf(10) ** (int(power or 0) - len(mantissa.partition(".")[2]))
    assert any(abs(number - wanted) <= 1.5 * unit for number in found)


def test_check_json_has_the_documented_keys(result):
    """Programs rely on them."""
    found = json.loads(json.dumps(check_json(result, "en")))
    assert list(found) == ["deck", "summary", "conventions", "claims", "notes"]
    assert len(found["claims"]) == len(result.deck.claims)
    assert all(list(claim) == KEYS for claim in found["claims"])
    assert found["summary"] == result.summary


def test_what_is_right_is_counted_and_not_listed():
    """Silence is for what needs no attention."""
    text = check_text(audit(read_text("$$a = 0.1 * 5 = 0.5$$")), "en")
    assert "0.1 * 5" not in text
    assert "2 claims" in text
