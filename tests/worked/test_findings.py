"""The figures of the seed deck, as an audit must find them, each with the arithmetic by hand."""

from __future__ import annotations

from typing import Any

import pytest

from bpreport.formula import MP, MPMATH, evaluate
from bpreport.worked import Perceptron, Trace
from bpreport.worked.descent import from_settings as read_descent
from bpreport.worked.perceptron_settings import from_settings
from tests.worked.examples import BP, DESCENT


@pytest.fixture(scope="module")
def example() -> Perceptron:
    return from_settings("example", BP)


@pytest.fixture(scope="module")
def simultaneous(example: Perceptron) -> Trace:
    return example.trace(update="simultaneous")


@pytest.fixture(scope="module")
def sequential(example: Perceptron) -> Trace:
    return example.trace(update="sequential")


def near(value: Any, digits: str) -> bool:
    """Whether a value is the printed digits, give or take half of the last place."""
    places = len(digits.partition(".")[2])
    return bool(abs(value - MP.mpf(digits)) <= MP.mpf(10) ** -places / 2)


FORWARD = {
    "net_{h1}": "2.35",  # 0.1 * 5 + 0.15 * 10 + 0.35
    "net_{h2}": "3.85",  # 0.2 * 5 + 0.25 * 10 + 0.35
    "net_{h3}": "5.35",  # 0.3 * 5 + 0.35 * 10 + 0.35
    "out_{h1}": "0.912934",  # 1 / (1 + e^-2.35)
    "out_{h2}": "0.979164",  # 1 / (1 + e^-3.85)
    "out_{h3}": "0.99527429",  # 1 / (1 + e^-5.35); the deck prints 0.995275
    "net_{o1}": "2.1019201",  # 0.4 * 0.912934 + 0.5 * 0.979164 + 0.6 * 0.995274 + 0.65
    "net_{o2}": "2.2462887",  # 0.45 * 0.912934 + 0.55 * 0.979164 + 0.65 * 0.995274 + 0.65
    "out_{o1}": "0.891090",  # 1 / (1 + e^-2.10192)
    "out_{o2}": "0.904330",  # 1 / (1 + e^-2.24629)
    "E_{o1}": "0.388159",  # (0.01 - 0.891090)^2 / 2
    "E_{o2}": "0.003670",  # (0.99 - 0.904330)^2 / 2
    "E_{total}": "0.391829",  # 0.388159 + 0.003670
}

BACKWARD = {
    r"\partial E_{total}/\partial out_{o1}": "0.88109",  # -(0.01 - 0.89109)
    r"\partial out_{o1}/\partial net_{o1}": "0.097049",  # 0.89109 * (1 - 0.89109)
    r"\partial net_{o1}/\partial w_{7}": "0.912934",  # out_h1
    r"\partial E_{total}/\partial w_{7}": "0.078064",  # 0.88109 * 0.097049 * 0.912934
    r"\partial E_{total}/\partial w_{9}": "0.083727",  # 0.88109 * 0.097049 * 0.979164
    "w_{7}^{+}": "0.360968",  # 0.4 - 0.5 * 0.078064
    "w_{8}^{+}": "0.453383",  # 0.45 + 0.5 * 0.006767
    "w_{9}^{+}": "0.45813646",  # 0.5 - 0.5 * 0.08372707; the deck prints 0.458137
    "w_{10}^{+}": "0.553629",  # 0.55 + 0.5 * 0.007258
    "w_{11}^{+}": "0.557448",  # 0.6 - 0.5 * 0.085105
    "w_{12}^{+}": "0.653688",  # 0.65 + 0.5 * 0.007377
}

SIMULTANEOUS = {
    r"\partial E_{o1}/\partial out_{h1}": "0.03420350",  # 0.88109 * 0.097049 * 0.4
    r"\partial E_{total}/\partial w_{1}": "0.01226782",  # (0.034204 - 0.003335) * 0.079485 * 5
}

SEQUENTIAL = {
    r"\partial E_{o1}/\partial out_{h1}": "0.030866",  # 0.88109 * 0.097049 * 0.360968
    r"\partial E_{total}/\partial w_{1}": "0.01093141",  # (0.030866 - 0.003360) * 0.079485 * 5
    "w_{1}^{+}": "0.09453430",  # 0.1 - 0.5 * 0.01093141
    "w_{2}^{+}": "0.139069",  # 0.15 - 0.5 * 0.02186282
    "w_{3}^{+}": "0.198211",
    "w_{4}^{+}": "0.246422",
    "w_{5}^{+}": "0.299496",  # 0.29949648: the deck prints 0.299497
    "w_{6}^{+}": "0.348993",
}


@pytest.mark.parametrize(("key", "digits"), [*FORWARD.items(), *BACKWARD.items()])
def test_both_conventions(simultaneous: Trace, sequential: Trace, key: str, digits: str) -> None:
    """Forward pass, output layer and its updates are the same under both update conventions."""
    assert near(simultaneous.quantities[key].value, digits)
    assert near(sequential.quantities[key].value, digits)


@pytest.mark.parametrize(("key", "digits"), SIMULTANEOUS.items())
def test_simultaneous(simultaneous: Trace, key: str, digits: str) -> None:
    assert near(simultaneous.quantities[key].value, digits)


@pytest.mark.parametrize(("key", "digits"), SEQUENTIAL.items())
def test_sequential(sequential: Trace, key: str, digits: str) -> None:
    assert near(sequential.quantities[key].value, digits)


def test_printed_updates_are_sequential(simultaneous: Trace, sequential: Trace) -> None:
    """All six hidden weights print the sequential value, none the simultaneous one."""
    printed = ["0.094534", "0.139069", "0.198211", "0.246422", "0.299497", "0.348993"]
    for number, digits in enumerate(printed, 1):
        key = f"w_{{{number}}}^{{+}}"
        # The fifth is the sequential value 0.29949648 one unit high in the last place.
        slack = MP.mpf("1.1e-6")
        assert abs(sequential.quantities[key].value - MP.mpf(digits)) < slack
        assert abs(simultaneous.quantities[key].value - MP.mpf(digits)) > 4e-5 or number > 2


def test_gradient_with_updated_w7_for_both_outputs(sequential: Trace) -> None:
    """The printed 0.011204 takes w_7^+ for the weights of both outputs, where one is w_8^+."""
    values = {key: quantity.value for key, quantity in sequential.quantities.items()}
    gradient = sequential.quantities[r"\partial E_{total}/\partial w_{1}"]
    assert gradient.formula is not None
    slipped = evaluate(gradient.formula, values | {"w_{8}^{+}": values["w_{7}^{+}"]}, MPMATH)
    # (0.030866 - 0.08567 * 0.086517 * 0.360968) * 0.079485 * 5
    assert near(slipped, "0.01120364")


def test_the_line_of_w1_does_not_add_up() -> None:
    assert pytest.approx(0.094398, abs=1e-12) == 0.1 - 0.5 * 0.011204


def test_the_line_of_net_o1_lacks_its_bias() -> None:
    shown = MP.mpf("0.4") * MP.mpf("0.912934") + MP.mpf("0.5") * MP.mpf("0.979164")
    shown += MP.mpf("0.6") * MP.mpf("0.995275")
    assert near(shown, "1.4519206")
    assert near(shown + MP.mpf("0.65"), "2.1019206")


OUTPUTS = {
    9: ("0.662866", "0.908195"),  # printed as the 10th iteration
    10: ("0.61824860", "0.90985749"),
    100: ("0.07388937", "0.94586491"),
    1000: ("0.02297094", "0.97767545"),
}


@pytest.mark.parametrize(("updates", "digits"), OUTPUTS.items())
def test_outputs(example: Perceptron, updates: int, digits: tuple[str, str]) -> None:
    """Outputs after k sequential updates, at 50 digits and in float64."""
    exact = example.after(updates, update="sequential").out
    floats = example.iterate(update="sequential")["out"][updates]
    for value, quick, printed in zip(exact, floats, digits, strict=True):
        assert near(value, printed)
        assert abs(value - quick) < 1e-14


PRINTED_W1000 = [
    "0.214925",
    "0.379850",
    "0.262855",
    "0.375711",
    "0.323201",
    "0.396402",
    "-1.48972",
    "0.941715",
    "-1.50182",
    "1.049019",
    "-1.42756",
    "1.151881",
]


def test_w1000_is_after_1001_updates(example: Perceptron) -> None:
    """Eleven of the twelve are rounded and w_7 truncated; after 1000 updates none matches."""
    after = example.after(1001, update="sequential").weights
    before = example.after(1000, update="sequential").weights
    keys = [f"w_{{{number}}}" for number in range(1, 13)]
    matching = [key for key, digits in zip(keys, PRINTED_W1000, strict=True)
                if near(after[key], digits)]  # fmt: skip
    assert matching == [key for key in keys if key != "w_{7}"]
    assert near(after["w_{7}"], "-1.48972775")
    assert not any(
        near(before[key], digits) for key, digits in zip(keys, PRINTED_W1000, strict=True)
    )


def test_descent() -> None:
    """19 and 43 updates from start 4 with tolerance 1e-10."""
    trace = read_descent("descent", DESCENT).trace(("4",), "1e-10", "change of objective")
    found = {key: quantity.value for key, quantity in trace.quantities.items()}
    assert found["fast.iterations"] == 19
    assert found["slow.iterations"] == 43
    # theta_n - 0.25 = (1 - alpha)^n * (4 - 0.25), and J_n = (theta_n - 0.25)^2 / 2
    fast, slow = MP.mpf("3.75") * MP.mpf("-0.5") ** 19, MP.mpf("3.75") * MP.mpf("0.75") ** 43
    assert abs(found["fast.minimiser"] - MP.mpf("0.25") - fast) < 1e-48
    assert abs(found["slow.minimiser"] - MP.mpf("0.25") - slow) < 1e-48
    assert abs(found["fast.minimum"] - fast**2 / 2) < 1e-55
    assert abs(found["slow.minimum"] - slow**2 / 2) < 1e-55
    assert near(found["fast.minimiser"], "0.2499928")
    assert near(found["slow.minimiser"], "0.25001591")
    assert near(found["fast.minimum"] * MP.mpf("1e11"), "2.56")
    assert near(found["slow.minimum"] * MP.mpf("1e10"), "1.27")
