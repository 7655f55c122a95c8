r"""One step of a perceptron as a trace: every quantity with its formula tree.

Forward pass, error, backward pass and update, in this order. A gradient's forms are its
chain-rule product, \partial E/\partial out * \partial out/\partial net * \partial net/\partial w,
and its formula is the same written in outputs, targets and weights. Where the update is
sequential, the hidden gradients read the updated weight: w_7^+ stands in their formulas for w_7.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from bpreport.deck.errors import DeckError
from bpreport.formula.tree import Apply, Derivative, Number, Symbol, Tree, substitute
from bpreport.worked.activations import ACTIVATION_TREES
from bpreport.worked.error_forms import LETTERS, general_forms, instantiated_forms
from bpreport.worked.network import Shape
from bpreport.worked.perceptron_names import Names, change, updated
from bpreport.worked.steps import HALF, ONE, ZERO, Steps, by, exp, ln, product, read_keys, total
from bpreport.worked.trace import Role, Trace

if TYPE_CHECKING:
    from bpreport.worked.perceptron import Perceptron

__all__ = ["BEYOND", "trace"]

BEYOND = 2
"""Updates computed past the deck's last iteration, for a table that counts from elsewhere."""


@dataclass
class _Work:
    """What the stages of one trace share."""

    perceptron: Perceptron
    shape: Shape
    names: Names
    steps: Steps
    roles: dict[str, Role]

    def weight(self, depth: int, source: int, target: int) -> Symbol:
        """The weight from a unit of layer `depth` to one of the next."""
        return self.perceptron.connections[depth].symbols[source][target]

    def indexed_weights(self) -> Iterator[Symbol]:
        """All weights with two indices, those of a bias unit included."""
        rows = [row for connection in self.perceptron.connections for row in connection.symbols]
        rows += [tuple(symbol for symbol, _ in biases) for biases in self.perceptron.biases]
        return (symbol for row in rows for symbol in row if len(symbol.indices) == 2)

    def bias(self, depth: int, target: int) -> Symbol | None:
        """The bias of a unit of the layer after `depth`."""
        if not self.perceptron.biases:
            return None
        row = self.perceptron.biases[depth]
        return row[target if len(row) > 1 else 0][0]


def trace(perceptron: Perceptron, shape: Shape) -> Trace:
    """All quantities of the first step under the conventions of `shape`, and all iterations.

    Raises `DeckError` when the error of some iteration is not finite.
    """
    work = _Work(perceptron, shape, Names(perceptron), Steps(), {})
    _givens(work)
    _forward(work)
    _errors(work)
    _output_gradients(work)
    for depth in reversed(range(1, work.names.last)):
        if shape.update == "sequential":
            _updates(work, depth)
        _hidden_gradients(work, depth)
    for depth in reversed(range(work.names.last)):
        if depth == 0 or shape.update == "simultaneous":
            _updates(work, depth)
    biases = "trained" if shape.trained_biases else "fixed"
    run = perceptron.iterate(perceptron.iterations + BEYOND, update=shape.update, biases=biases)
    series = {name: values[: perceptron.iterations + 1] for name, values in run.items()}
    broken = np.flatnonzero(~np.isfinite(series["error"]))
    if len(broken):
        raise DeckError(
            "the training diverges: after {count} updates with learning rate {rate} the error is "
            "not finite",
            ("worked", perceptron.name, "learning_rate"),
            count=broken[0],
            rate=perceptron.learning_rate,
        )
    return Trace(
        name=perceptron.name,
        kind="perceptron",
        quantities=work.steps.quantities,
        conventions={"update": shape.update, "biases": biases},
        series=series,
        facts={
            "iterations": perceptron.iterations,
            "run": run,
            "weights": perceptron.weight_keys,
            "biases": perceptron.bias_keys,
            "error forms": instantiated_forms(perceptron, work.names),
            "aliases": _aliases(work),
            "total": work.names.total,
            "unstated": perceptron.unstated,
        },
        roles=work.roles,
    )


def _aliases(work: _Work) -> dict[str, str]:
    """Keys as decks type them without a comma: w_{12} for w_{1,2}, and so in gradients.

    Only where no index has two digits, so that w_{12} cannot be anything else.
    """
    aliases: dict[str, str] = {}
    if max(work.perceptron.sizes) > 9:
        return aliases
    weights = {
        symbol.key: Symbol(symbol.base, ("".join(map(str, symbol.indices)),), symbol.marks).key
        for symbol in work.indexed_weights()
    }
    for key in work.steps.quantities:
        typed = key
        for weight, short in weights.items():
            base, short_base = weight.partition("^")[0], short.partition("^")[0]
            typed = typed.replace(base, short_base)
        if typed != key:
            aliases[typed] = key
    return aliases


def _givens(work: _Work) -> None:
    perceptron, names, steps = work.perceptron, work.names, work.steps
    last = names.last
    for unit, digits in enumerate(perceptron.inputs[0]):
        key = steps.given(names.out(0, unit), digits).key
        work.roles[key] = Role("input", names.unit(0, unit), layer=0)
    for unit, digits in enumerate(perceptron.targets[0]):
        key = steps.given(names.target(unit), digits).key
        work.roles[key] = Role("target", names.unit(last, unit), layer=last)
    by_key = {
        symbol.key: (symbol, value, Role("weight", names.unit(depth + 1, target),
                                         names.unit(depth, source), depth + 1))
        for depth, connection in enumerate(perceptron.connections)
        for source, row in enumerate(zip(connection.symbols, connection.values, strict=True))
        for target, (symbol, value) in enumerate(zip(*row, strict=True))
    }  # fmt: skip
    for key in perceptron.weight_keys:
        symbol, value, role = by_key[key]
        steps.given(symbol, value)
        work.roles[key] = role
    for depth, biases in enumerate(perceptron.biases):
        for unit, (symbol, value) in enumerate(biases):
            steps.given(symbol, value)
            owner = names.unit(depth + 1, unit) if len(biases) > 1 else names.layers[depth + 1][0]
            work.roles[symbol.key] = Role("bias", owner, layer=depth + 1)
    if general_forms(perceptron, names):
        for (_, bound), size in zip(LETTERS, perceptron.sizes, strict=True):
            steps.given(Symbol(bound), str(size))
    key = steps.given(names.learning_rate, perceptron.learning_rate).key
    work.roles[key] = Role("learning rate")


def _forward(work: _Work) -> None:
    names = work.names
    for depth in range(1, names.last + 1):
        activation = work.shape.activations[depth - 1]
        size, before = names.layers[depth][1], names.layers[depth - 1][1]
        for unit in range(size):
            terms: list[Tree] = [
                product(work.weight(depth - 1, source, unit), names.out(depth - 1, source))
                for source in range(before)
            ]
            bias = work.bias(depth - 1, unit)
            if bias is not None:
                terms.append(product(bias, ONE))
            net, out = names.net(depth, unit), names.out(depth, unit)
            work.steps.define(net, total(terms), "forward")
            work.roles[net.key] = Role("net", names.unit(depth, unit), layer=depth)
            work.roles[out.key] = Role("out", names.unit(depth, unit), layer=depth)
            if activation != "softmax":
                work.steps.define(out, ACTIVATION_TREES[activation][0](net), "forward")
        if activation == "softmax":
            powers = [exp(names.net(depth, unit)) for unit in range(size)]
            for unit in range(size):
                work.steps.define(names.out(depth, unit), powers[unit] / total(powers), "forward")


def _errors(work: _Work) -> None:
    names = work.names
    units = range(names.layers[-1][1])
    for unit in units:
        target, out = names.target(unit), names.out(names.last, unit)
        if work.shape.loss == "half squared error":
            share: Tree = product(HALF, (target - out) ** Number("2"))
        elif work.shape.activations[-1] == "softmax":
            share = -product(target, ln(out))
        else:
            share = -product(target, ln(out)) - product(1 - target, ln(1 - out))
        symbol = names.error(unit)
        work.steps.define(symbol, share, "error")
        work.roles[symbol.key] = Role("error", names.unit(names.last, unit), layer=names.last)
    whole = total([names.error(unit) for unit in units])
    work.steps.define(names.total, whole, "error", *general_forms(work.perceptron, names))
    work.roles[names.total.key] = Role("error", layer=names.last)


def _output_gradients(work: _Work) -> None:
    names, last, whole = work.names, work.names.last, work.names.total
    units = range(names.layers[-1][1])
    softmax = work.shape.activations[-1] == "softmax"
    if softmax:
        _softmax_slopes(work)
    for unit in units:
        target, out, net = names.target(unit), names.out(last, unit), names.net(last, unit)
        if softmax:
            targets = total([names.target(other) for other in units])
            ways = [names.out(last, other) for other in units]
            chain = total([product(by(whole, way), by(way, net)) for way in ways])
            _gradient(work, by(whole, net), product(out, targets) - target, chain)
        else:
            slope, first = _error_slope(work.shape.loss, target, out)
            _gradient(work, by(names.error(unit), out), slope, *first)
            zero = total([*(first or (slope,)), ZERO])
            _gradient(work, by(whole, out), slope, zero)
            _activation_slope(work, last, unit)
            factors = (by(whole, out), by(out, net))
            _gradient(work, by(whole, net), _explicit(work, *factors), product(*factors))
        _parameter_gradients(work, last - 1, unit)


def _softmax_slopes(work: _Work) -> None:
    """Each output depends on the pre-activations of its whole layer."""
    names, last = work.names, work.names.last
    units = range(names.layers[-1][1])
    for unit in units:
        out = names.out(last, unit)
        _gradient(work, by(names.total, out), -(names.target(unit) / out))
        for other in units:
            share = names.out(last, other)
            slope = product(out, 1 - out) if other == unit else -product(out, share)
            _gradient(work, by(out, names.net(last, other)), slope)


def _gradient(
    work: _Work, name: Derivative, formula: Tree, *forms: Tree, others: tuple[Tree, ...] = ()
) -> None:
    work.steps.define(name, formula, "backward", *forms, others=others)
    work.roles[name.key] = _role_of_gradient(work, name)


def _role_of_gradient(work: _Work, name: Derivative) -> Role:
    """What part a derivative plays: by what it is taken tells the unit, of what the source."""
    by_ = work.roles[read_keys(name.by[0])[0]]
    of = work.roles.get(read_keys(name.body)[0])
    if of is None or of.kind == "error":
        kind = "gradient" if by_.kind in ("weight", "bias") else f"gradient by {by_.kind}"
        source = by_.source if kind == "gradient" or of is None else of.unit
    else:
        kind, source = f"slope of {of.kind} by {by_.kind}", of.unit
    return Role(kind, by_.unit, source, by_.layer)


def _error_slope(loss: str, target: Tree, out: Tree) -> tuple[Tree, tuple[Tree, ...]]:
    r"""\partial E_o/\partial out, and the step before it by the power rule."""
    if loss == "half squared error":
        two = Number("2")
        power = (target - out) ** (two - 1)
        return -(target - out), (product(two, HALF, power, -ONE),)
    return -(target / out) + (1 - target) / (1 - out), ()


def _activation_slope(work: _Work, depth: int, unit: int) -> None:
    net, out = work.names.net(depth, unit), work.names.out(depth, unit)
    activation = work.shape.activations[depth - 1]
    forms = []
    if activation == "sigmoid":
        power = exp(-net)
        forms = [power / (1 + power) ** Number("2")]
    _gradient(work, by(out, net), ACTIVATION_TREES[activation][1](net, out), *forms)


def _explicit(work: _Work, *factors: Derivative) -> Tree:
    """A chain-rule product with the formulas of its factors put in."""
    merged: list[Tree] = []
    for factor in factors:
        formula = _formula(work, factor)
        if isinstance(formula, Apply) and formula.operation == "multiply":
            merged.extend(formula.operands)
        else:
            merged.append(formula)
    kept = [factor for factor in merged if factor != ONE]
    return product(*kept) if kept else ONE


def _parameter_gradients(work: _Work, depth: int, target: int) -> None:
    r"""\partial E/\partial w of all weights, and of the bias, that enter one unit."""
    names, whole = work.names, work.names.total
    net, out = names.net(depth + 1, target), names.out(depth + 1, target)
    for source in range(names.layers[depth][1]):
        weight = work.weight(depth, source, target)
        before = names.out(depth, source)
        _gradient(work, by(net, weight), before)
        # Where softmax stands between, the way through each single output is not a product.
        direct = work.shape.activations[depth] != "softmax"
        factors = (by(whole, out), by(out, net)) if direct else (by(whole, net),)
        forms: list[Tree] = [product(*factors, by(net, weight))]
        if direct and depth + 1 < names.last:
            inner = _formula(work, by(whole, out))
            forms.append(product(inner, by(out, net), by(net, weight)))
        formula = product(*_operands(_net_gradient(work, depth + 1, target)), before)
        short = product(by(whole, net), before)
        _gradient(work, by(whole, weight), formula, *forms, others=(short,))
    bias = work.bias(depth, target)
    if bias is None or not work.shape.trained_biases:
        return
    _gradient(work, by(net, bias), ONE)
    if len(work.perceptron.biases[depth]) == names.layers[depth + 1][1]:
        _gradient(work, by(whole, bias), _net_gradient(work, depth + 1, target), by(whole, net))
    elif target == names.layers[depth + 1][1] - 1:
        # One bias for the whole layer: its gradient is the sum over the units.
        shares = [by(whole, names.net(depth + 1, unit)) for unit in range(target + 1)]
        _gradient(work, by(whole, bias), total(shares))


def _operands(formula: Tree) -> tuple[Tree, ...]:
    multiplied = isinstance(formula, Apply) and formula.operation == "multiply"
    return formula.operands if multiplied else (formula,)  # type: ignore[union-attr]


def _net_gradient(work: _Work, depth: int, unit: int) -> Tree:
    return _formula(work, by(work.names.total, work.names.net(depth, unit)))


def _formula(work: _Work, name: Derivative) -> Tree:
    """The formula of a gradient that was computed before."""
    formula = work.steps.quantities[name.key].formula
    assert formula is not None
    return formula


def _hidden_gradients(work: _Work, depth: int) -> None:
    names, whole = work.names, work.names.total
    following = range(names.layers[depth + 1][1])
    direct = depth + 1 == names.last and work.shape.activations[-1] != "softmax"
    for unit in range(names.layers[depth][1]):
        out, net = names.out(depth, unit), names.net(depth, unit)
        parts: list[Tree] = []
        for after in following:
            weight = work.weight(depth, unit, after)
            next_net, next_out = names.net(depth + 1, after), names.out(depth + 1, after)
            used = updated(weight) if work.shape.update == "sequential" else weight
            _gradient(work, by(next_net, out), used)
            if not direct:
                parts.append(product(by(whole, next_net), used))
                continue
            share = names.error(after)
            chain = (by(share, next_out), by(next_out, next_net))
            formula = product(*_operands(_explicit(work, *chain)), used)
            short = product(by(whole, next_net), used)
            _gradient(
                work,
                by(share, out),
                formula,
                product(*chain, by(next_net, out)),
                others=(short,),
            )
            parts.append(by(share, out))
        forms = [] if direct else [
            total([product(by(whole, names.net(depth + 1, after)),
                           by(names.net(depth + 1, after), out)) for after in following])
        ]  # fmt: skip
        _gradient(work, by(whole, out), total(parts), *forms)
        _activation_slope(work, depth, unit)
        factors = (by(whole, out), by(out, net))
        inner = _inlined(work, by(whole, out)) if direct else by(whole, out)
        slope = _formula(work, by(out, net))
        rest = () if slope == ONE else _operands(slope)
        _gradient(work, by(whole, net), product(inner, *rest), product(*factors))
        _parameter_gradients(work, depth - 1, unit)


def _inlined(work: _Work, name: Derivative) -> Tree:
    """The formula of a derivative with the formulas of the derivatives in it put in."""
    return substitute(
        _formula(work, name),
        lambda part: _formula(work, part) if isinstance(part, Derivative) else None,
    )


def _updates(work: _Work, depth: int) -> None:
    """The step itself for the weights and biases between layer `depth` and the next."""
    names, steps, rate = work.names, work.steps, work.names.learning_rate
    symbols = [symbol for row in work.perceptron.connections[depth].symbols for symbol in row]
    order = {key: place for place, key in enumerate(work.perceptron.weight_keys)}
    symbols.sort(key=lambda symbol: order[symbol.key])
    if work.perceptron.biases and work.shape.trained_biases:
        symbols += [symbol for symbol, _ in work.perceptron.biases[depth]]
    for symbol in symbols:
        gradient = by(names.total, symbol)
        after, delta = updated(symbol), change(symbol)
        steps.define(delta, -product(rate, gradient), "update")
        steps.define(after, symbol - product(rate, gradient), "update", symbol + delta)
        role = work.roles[symbol.key]
        work.roles[after.key] = Role(f"updated {role.kind}", role.unit, role.source, role.layer)
        work.roles[delta.key] = Role(f"change of {role.kind}", role.unit, role.source, role.layer)
