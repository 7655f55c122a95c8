"""The perceptron by four routes: trees at 50 digits, decimals, float64, difference quotients."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from decimal import Decimal
from typing import Any

import numpy as np
import pytest

from bpreport.deck.errors import DeckError
from bpreport.formula import MP, MPMATH, evaluate
from bpreport.formula.tree import Derivative, children
from bpreport.worked import Perceptron
from bpreport.worked.network import BLOCK, Exact
from bpreport.worked.perceptron_settings import from_settings
from tests.worked.examples import BP, DEEP, INDEXED, NETWORKS, SOFTMAX, recomputed

CONVENTIONS = ("simultaneous", "sequential")


@pytest.fixture(params=NETWORKS, name="network")
def any_network(request: pytest.FixtureRequest) -> Perceptron:
    return from_settings(request.param, NETWORKS[request.param])


def close(left: Any, right: Any, digits: int) -> bool:
    return bool(abs(left - right) <= MP.mpf(10) ** -digits * (1 + abs(right)))


@pytest.mark.parametrize("update", CONVENTIONS)
def test_trees_against_decimals(network: Perceptron, update: str) -> None:
    """One step by the trees and by the decimal loop: the same new weights to 48 digits."""
    trace, after = network.trace(update=update), network.after(1, update=update)
    for key, value in after.weights.items():
        assert close(trace.quantities[f"{key}^{{+}}"].value, value, 48)
    if network.trained_biases:
        for key, value in after.biases.items():
            assert close(trace.quantities[f"{key}^{{+}}"].value, value, 48)
    start = network.after(0, update=update)
    total = next(key for key, role in trace.roles.items() if role.kind == "error" and not role.unit)
    assert close(trace.quantities[total].value, start.error, 48)


@pytest.mark.parametrize("update", CONVENTIONS)
def test_float64_against_decimals(network: Perceptron, update: str) -> None:
    """All iterations by NumPy and by the decimal loop: outputs, error, weights, biases."""
    series = network.iterate(update=update)
    for k in {0, 1, network.iterations // 2, network.iterations}:
        exact = network.after(k, update=update)
        np.testing.assert_allclose(series["out"][k], np.array(exact.out, float), rtol=1e-12)
        np.testing.assert_allclose(series["error"][k], float(exact.error), rtol=1e-11)
        for name, values in (("weights", exact.weights), ("biases", exact.biases)):
            exactly = np.array(list(values.values()), dtype=float)
            np.testing.assert_allclose(series[name][k], exactly, rtol=1e-11, atol=1e-14)


def test_gradients_against_difference_quotients(network: Perceptron) -> None:
    """Each gradient of E is the central difference quotient of E, to 25 digits."""
    trace = network.trace(update="simultaneous")
    total = next(key for key, role in trace.roles.items() if role.kind == "error" and not role.unit)
    keys = [*network.weight_keys, *(network.bias_keys if network.trained_biases else ())]
    step = MP.mpf("1e-14")
    for key in keys:
        value = trace.quantities[key].value
        above, below = (recomputed(trace, {key: value + change})[total] for change in (step, -step))
        gradient = trace.quantities[rf"\partial {total}/\partial {key}"].value
        # The quotient is off by step^2 / 6 times a third derivative that may be some hundred.
        assert close(gradient, (above - below) / (2 * step), 25)


@pytest.mark.parametrize("update", CONVENTIONS)
def test_forms_have_the_value_of_their_formula(network: Perceptron, update: str) -> None:
    """The chain-rule product and every form between have the value of the quantity."""
    trace = network.trace(update=update)
    values = {key: quantity.value for key, quantity in trace.quantities.items()}
    forms = [(q, form) for q in trace.quantities.values() if q.stage != "error" for form in q.forms]
    assert forms
    for quantity, form in forms:
        assert close(evaluate(form, values, MPMATH), quantity.value, 45), quantity.key


def test_every_weight_has_its_chain_rule_product(network: Perceptron) -> None:
    r"""The first form of dE/dw is a product of derivatives that ends in \partial net/\partial w."""
    trace = network.trace()
    for key, role in trace.roles.items():
        if role.kind != "weight":
            continue
        gradient = next(
            quantity
            for quantity in trace.quantities.values()
            if isinstance(quantity.symbol, Derivative)
            and quantity.key.startswith(r"\partial E")
            and quantity.key.endswith(rf"/\partial {key}")
        )
        product = gradient.forms[0]
        *factors, last = children(product)
        assert all(isinstance(factor, Derivative) for factor in factors)
        assert isinstance(last, Derivative)
        assert last.by[0].key == key  # type: ignore[union-attr]


def test_error_forms_agree(network: Perceptron) -> None:
    """E seen from the output, hidden and input layer is one number."""
    trace = network.trace()
    values = {key: quantity.value for key, quantity in trace.quantities.items()}
    forms = trace.facts["error forms"]
    assert list(forms) == (
        [name for name, _ in reversed(network.layers)]
        if network.loss == "half squared error"
        else []
    )
    for form in forms.values():
        assert close(evaluate(form, values, MPMATH), network.after(0).error, 45)


def test_general_error_forms() -> None:
    """The deck's three sums over k, j, i, evaluated with its own f, give E of the example."""
    network = from_settings("layers", INDEXED)
    trace = network.trace()
    values: dict[str, Any] = {key: q.value for key, q in trace.quantities.items()}
    error = trace.quantities["E"]
    assert len(error.forms) == 5
    # x_0 = y_0 = 1 are the outputs of the bias units. Where the deck's sum from j = 0 writes y_0
    # as f(net_0), only a net_0 without bound gives it.
    one, endless = MP.mpf(1), MP.inf
    values |= {"x_{0}": one, "y_{0}": one, "f": lambda net: 1 / (1 + MP.exp(-net))}
    values |= {"v_{0,0}": endless, "v_{1,0}": MP.mpf(0), "v_{2,0}": MP.mpf(0)}
    outer = {f"net_{{{k}}}": values[f"net_{{O{k}}}"] for k in (1, 2)}
    hidden = {f"net_{{{j}}}": values[f"net_{{y{j}}}"] for j in (1, 2, 3)} | {"net_{0}": endless}
    for form, extra in zip(error.forms, ({}, outer, {}, hidden, {}), strict=True):
        assert close(evaluate(form, values | extra, MPMATH), error.value, 45)


def test_wiring() -> None:
    """w_1, w_2 enter h1 by target; w_7, w_8 leave h1 by source."""
    roles = from_settings("example", BP).trace().roles
    joined = {key: (roles[key].source, roles[key].unit) for key in ("w_{1}", "w_{2}", "w_{3}")}
    assert joined == {"w_{1}": ("l1", "h1"), "w_{2}": ("l2", "h1"), "w_{3}": ("l1", "h2")}
    joined = {key: (roles[key].source, roles[key].unit) for key in ("w_{7}", "w_{8}", "w_{9}")}
    assert joined == {"w_{7}": ("h1", "o1"), "w_{8}": ("h1", "o2"), "w_{9}": ("h2", "o1")}
    assert roles["w_{7}^{+}"].kind == "updated weight"
    assert roles["b_{2}"].unit == "o"
    assert roles["out_{h3}"].unit == roles["net_{h3}"].unit == "h3"


def test_wiring_by_target_gives_other_numbers() -> None:
    """The twin: with the second layer numbered by target, net_o1 takes w_7, w_8, w_9."""
    other = from_settings("example", BP | {"weights": {"l-h": "by target", "h-o": "by target"}})
    assert other.trace().quantities["net_{o1}"].sources[::2][:3] == ("w_{7}", "w_{8}", "w_{9}")


def test_sequential_reads_updated_weights() -> None:
    """In the sequential trace w_7^+ stands where the simultaneous one has w_7."""
    network = from_settings("example", BP)
    key = r"\partial E_{o1}/\partial out_{h1}"
    assert network.trace(update="sequential").quantities[key].sources[-1] == "w_{7}^{+}"
    assert network.trace(update="simultaneous").quantities[key].sources[-1] == "w_{7}"


def test_fixed_biases_stay() -> None:
    """Fixed biases keep their value and have no gradient; trained ones move."""
    network = from_settings("example", BP)
    assert r"\partial E_{total}/\partial b_{1}" not in network.trace().quantities
    fixed, trained = network.iterate(5), network.iterate(5, biases="trained")
    assert (fixed["biases"] == [0.35, 0.65]).all()
    assert (np.abs(trained["biases"][-1] - [0.35, 0.65]) > 1e-3).all()
    # One bias for three units: its gradient is the sum of theirs.
    trace = network.trace(biases="trained")
    gradients = [
        trace.quantities[rf"\partial E_{{total}}/\partial net_{{h{unit}}}"].value
        for unit in (1, 2, 3)
    ]
    assert trace.quantities[r"\partial E_{total}/\partial b_{1}"].value == sum(gradients)


@pytest.mark.parametrize("update", CONVENTIONS)
def test_variants_are_single_runs(network: Perceptron, update: str) -> None:
    """Each of many variants computed at once is the run of it alone, to the last digits."""
    generator = np.random.default_rng(6)
    weights = generator.normal(size=(7, len(network.weight_keys)))
    rates = generator.uniform(0.01, 0.1, size=7)
    together = network.iterate(
        6, update=update, variants={"weights": weights, "learning_rate": rates}
    )
    assert together["out"].shape == (7, 7, network.sizes[-1])
    for place in (0, 3, 6):
        alone = network.iterate(
            6,
            update=update,
            variants={"weights": weights[[place]], "learning_rate": rates[[place]]},
        )
        for name, values in alone.items():
            np.testing.assert_allclose(together[name][place], values[0], rtol=1e-13, atol=1e-300)


def test_variants_across_blocks() -> None:
    """More variants than one block holds: the last equals the first when their givens do."""
    network = from_settings("example", BP)
    inputs = np.tile([[5.0, 10.0]], (2 * BLOCK + 1, 1))
    found = network.iterate(3, variants={"inputs": inputs}, keep_weights=False)
    assert found.keys() == {"out", "error"}
    assert (found["out"][0] == found["out"][-1]).all()
    np.testing.assert_array_equal(found["out"][BLOCK + 1], network.iterate(3)["out"])


def test_variants_of_wrong_shape() -> None:
    network = from_settings("example", BP)
    with pytest.raises(ValueError, match=r"weights have shape \(2, 11\), not \(2, 12\)"):
        network.iterate(1, variants={"weights": np.zeros((2, 11))})
    with pytest.raises(ValueError, match="not of bias"):
        network.iterate(1, variants={"bias": np.zeros((2, 2))})


def test_numbered_biases_count_through() -> None:
    """A flat list for biases per unit names them b_1 to b_5."""
    settings = BP | {"biases": {"per": "unit"}}
    settings["given"] = BP["given"] | {"b": ["0.1", "0.2", "0.3", "0.4", "0.5"]}
    network = from_settings("example", settings)
    assert network.bias_keys == ("b_{1}", "b_{2}", "b_{3}", "b_{4}", "b_{5}")
    assert "b_{4}" in network.trace().quantities["net_{o1}"].sources


def test_notation() -> None:
    """Names of another deck: a_1^{(2)}, z_1^{(2)}, y_1, C."""
    notation = {"net": "z", "out": "a", "error": "C", "target": "y", "units": "layer",
                "learning_rate": r"\alpha"}  # fmt: skip
    keys = from_settings("example", BP | {"notation": notation}).trace().quantities.keys()
    assert {"z_{1}^{(2)}", "a_{1}^{(2)}", "a_{2}^{(3)}", "y_{1}", "C_{1}", "C", r"\alpha"} <= keys
    indexed = from_settings("layers", INDEXED).trace().quantities.keys()
    assert {"x_{1}", "y_{3}", "O_{2}", "d_{1}", "v_{1,3}", "w_{0,2}", "net_{y1}", "E"} <= indexed


def test_aliases() -> None:
    """Without a comma w_{12} is w_{1,2}, also in its gradient; numbered weights have none."""
    aliases = from_settings("layers", INDEXED).trace().facts["aliases"]
    assert aliases["w_{12}"] == "w_{1,2}"
    assert aliases["v_{03}^{+}"] == "v_{0,3}^{+}"
    assert aliases[r"\partial E/\partial w_{12}"] == r"\partial E/\partial w_{1,2}"
    assert from_settings("example", BP).trace().facts["aliases"] == {}


def test_samples_take_turns() -> None:
    """Update k uses sample k mod 4: the first four outputs are of four inputs."""
    network = from_settings("xor", NETWORKS["cross-entropy"])
    first = network.iterate(4)["weights"]
    only = from_settings(
        "xor",
        NETWORKS["cross-entropy"]
        | {"given": NETWORKS["cross-entropy"]["given"] | {"x": ["0", "1"], "target": ["1"]}},
    )
    second = only.iterate(1, variants={"weights": first[[1]],
                                       "biases": network.iterate(4)["biases"][[1]]})  # fmt: skip
    np.testing.assert_allclose(second["weights"][0, 1], first[2], rtol=1e-15)


@pytest.mark.parametrize("settings", [BP, DEEP, SOFTMAX], ids=["bp", "deep", "softmax"])
def test_pytorch_agrees(settings: dict[str, Any]) -> None:
    """Automatic differentiation finds the same gradients."""
    torch = pytest.importorskip("torch")
    network = from_settings("example", settings)
    trace = network.trace(update="simultaneous")
    leaves = {
        key: torch.tensor(float(trace.quantities[key].value), dtype=torch.float64,
                          requires_grad=True)
        for key in (*network.weight_keys, *network.bias_keys)
    }  # fmt: skip
    functions = {"sigmoid": torch.sigmoid, "tanh": torch.tanh, "relu": torch.relu,
                 "identity": lambda x: x, "softmax": lambda x: torch.softmax(x, 0)}  # fmt: skip
    out = torch.tensor([float(entry) for entry in network.inputs[0]], dtype=torch.float64)
    for depth, connection in enumerate(network.connections):
        matrix = torch.stack([torch.stack([leaves[key] for key in row]) for row in connection.keys])
        bias = torch.stack([leaves[symbol.key] for symbol, _ in network.biases[depth]])
        out = functions[network.activations[depth]](out @ matrix + bias)
    target = torch.tensor([float(entry) for entry in network.targets[0]], dtype=torch.float64)
    if network.loss == "half squared error":
        error = 0.5 * ((target - out) ** 2).sum()
    else:
        error = -(target * torch.log(out)).sum()
    error.backward()
    for key, leaf in leaves.items():
        gradient = trace.quantities.get(rf"\partial E_{{total}}/\partial {key}")
        if gradient is not None:
            assert float(leaf.grad) == pytest.approx(float(gradient.value), rel=1e-12)


def test_divergence_is_told() -> None:
    """Identity units with a rate that is too large: the error grows without bound."""
    settings = BP | {"activation": "identity", "learning_rate": "5"}
    with pytest.raises(DeckError, match=r"the training diverges: after [0-9]+ updates") as caught:
        from_settings("example", settings).trace()
    assert caught.value.key_path == ("worked", "example", "learning_rate")


def test_exact_run_is_quick() -> None:
    """1001 iterations at 50 digits: 0.15 s on an idle core; the bound allows for a busy one."""
    network = from_settings("quick", BP)
    begin = time.process_time()
    network.after(1001, update="sequential")
    assert time.process_time() - begin < 1.0


def test_fifty_digits() -> None:
    """Carrying 20 more digits changes nothing in the first 50 after 1000 updates."""
    network = from_settings("example", BP)
    connections = [
        [[Decimal(row[j]) for row in c.values] for j in range(len(c.values[0]))]
        for c in network.connections
    ]
    biases = [[Decimal(value) for _, value in row] for row in network.biases]
    more = Exact(
        network.shape("sequential"),
        connections,
        biases,
        [[Decimal(5), Decimal(10)]],
        [[Decimal("0.01"), Decimal("0.99")]],
        Decimal("0.5"),
        digits=70,
    )
    more.reach(1000)
    for value, longer in zip(network.after(1000, "sequential").out, more.outs[1000], strict=True):
        assert close(value, MP.mpf(str(longer)), 49)


def test_an_early_state_does_not_hang_on_the_late_ones() -> None:
    """The weight grows by 1 - 1e20 * 10 * 10 a step; after 50,000 steps its exponent overflows."""
    line = from_settings(
        "line",
        {
            "layers": {"x": "1", "y": "1"},
            "activation": "identity",
            "learning_rate": "100000000000000000000",
            "given": {"x": ["10"], "target": ["0"], "w": ["1"]},
        },
    )
    assert line.after(2).weights["w_{1}"] == (1 - 10**22) ** 2
    assert line.after(0).weights["w_{1}"] == 1
    with pytest.raises(ArithmeticError):
        line.after(50_000)
    assert line.after(1).weights["w_{1}"] == 1 - 10**22


def test_threads_may_ask_for_states_at_once() -> None:
    """Each state is made from the one before it, by one of them."""
    alone, shared = (from_settings("example", BP) for _ in range(2))
    alone = replace(alone, name="alone")  # equal ones have one run
    counts = [20, 60, 40, 60, 10, 50] * 4
    with ThreadPoolExecutor(8) as threads:
        found = list(threads.map(shared.after, counts))
    assert found == [alone.after(count) for count in counts]


@pytest.mark.parametrize(("last", "slope"), [("-0.3", "0"), ("-0.2999", "1")])
def test_at_zero_the_rectifier_has_the_slope_0_on_every_route(last: str, slope: str) -> None:
    """A net of 0.1 + 0.2 - 0.3 is 0, which neither float64 nor 50 binary digits make of it."""
    example = from_settings(
        "kink",
        {
            "layers": {"x": "3", "o": "1"},
            "activation": "relu",
            "given": {"x": ["0.1", "0.2", last], "target": ["1"], "w": ["1", "1", "1"]},
            "learning_rate": "0.5",
            "iterations": "1",
        },
    )
    trace = example.trace()
    assert trace.quantities[r"\partial out_{o1}/\partial net_{o1}"].value == int(slope)
    moved = slope == "1"
    assert (trace.quantities["w_{1}^{+}"].value != 1) == moved
    assert (example.iterate(1)["weights"][1, 0] != 1) == moved
    assert (example.after(1).weights["w_{1}"] != 1) == moved
