"""What the steps of the stepper say: a sentence or two for each kind of quantity."""

from __future__ import annotations

from collections.abc import Iterator

from bpreport.audit.model import Message
from bpreport.formula.tree import Derivative, Symbol, symbols
from bpreport.publish.language import mark
from bpreport.publish.numbers import shown
from bpreport.publish.stepper_places import Places
from bpreport.worked.perceptron import Perceptron
from bpreport.worked.trace import Quantity, Trace

__all__ = ["CHAPTERS", "Words"]

CHAPTERS = {
    "given": mark("Givens"),
    "forward": mark("Forward pass"),
    "error": mark("Error"),
    "backward": mark("Back to layer {layer}"),
    "update": mark("Update of layer {layer}"),
    "result": mark("Result"),
}

ACTIVATIONS = {
    "sigmoid": mark(
        "The sigmoid squeezes the pre-activation into a number between 0 and 1: the output of unit"
        " {unit}. A pre-activation of 0 gives 1/2, a large one almost 1, a very negative one"
        " almost 0."
    ),
    "tanh": mark(
        "The hyperbolic tangent squeezes the pre-activation into a number between −1 and 1: the"
        " output of unit {unit}."
    ),
    "relu": mark(
        "ReLU hands a positive pre-activation on as it is, and 0 in the place of a negative one:"
        " the output of unit {unit}."
    ),
    "identity": mark("Unit {unit} hands its pre-activation on as it is."),
    "softmax": mark(
        "Softmax turns the pre-activations of the whole layer into shares of 1; this is the share"
        " of unit {unit}."
    ),
}

LOSSES = {
    "half squared error": mark(
        "The output should be {target}, and is {out}. Half the square of the difference is what"
        " unit {unit} contributes to the error; a miss twice as large counts four times."
    ),
    "cross-entropy": mark(
        "The output should be {target}, and is {out}. The cross-entropy of the two is what unit"
        " {unit} contributes to the error: it is small where the output is near its target, and"
        " grows without bound towards the wrong end."
    ),
}

SATURATED = 0.05
"""Slope of a sigmoid or tangent below which little of the error gets through a unit."""


class Words:
    """Sentences about the quantities of one trace."""

    def __init__(self, example: Perceptron, trace: Trace, places: Places) -> None:
        self.example = example
        self.trace = trace
        self.places = places
        self.sequential = trace.conventions["update"] == "sequential"

    def givens(self) -> Message:
        """Before the first step."""
        return Message(
            "Inputs, weights, biases and targets are given, nothing is computed yet. Each step"
            " computes one number from those before it: forward to the error, then back from the"
            " error to every weight."
        )

    def result(self) -> Message:
        """After the last step."""
        errors = self.trace.series["error"]
        if len(errors) < 2:
            return Message("All weights have taken their step.")
        if errors[1] < errors[0]:
            text = mark(
                "All weights have taken their step. The same input now gives the error {after}"
                " instead of {before}. Doing this again and again is all of training."
            )
        else:
            text = mark(
                "All weights have taken their step. The same input now gives the error {after}"
                " instead of {before}: the step was too long, and a smaller learning rate would"
                " help."
            )
        return Message(text, {"before": shown(errors[0], 6), "after": shown(errors[1], 6)})

    def of(self, quantity: Quantity) -> Message:
        """About a quantity of the forward pass or of the error."""
        role = self.trace.roles[quantity.key]
        if role.kind == "net":
            bias = self.places.biases.get(role.unit) or self.places.biases.get(
                self.places.layer(quantity.key)
            )
            if bias is None:
                text = mark(
                    "Unit {unit} adds up what reaches it: each output of the layer before, times"
                    " the weight of its connection. The sum is its pre-activation."
                )
                return Message(text, {"unit": role.unit})
            text = mark(
                "Unit {unit} adds up what reaches it: each output of the layer before, times the"
                " weight of its connection, and the bias {bias}. The sum is its pre-activation."
            )
            return Message(text, {"unit": role.unit, "bias": self._symbol(bias)})
        if role.kind == "out":
            text = ACTIVATIONS[self.example.activations[role.layer - 1]]
            return Message(text, {"unit": role.unit})
        if not role.unit:
            return Message(
                "The contributions add up to the error of the network. Now the question of"
                " back-propagation: if one weight grew a little, how much would this number"
                " change? For every weight the answer is one slope."
            )
        target, out = (self.places.keys[f"{where}"] for where in
                       (f"target.{role.unit}", f"{role.unit}.out"))  # fmt: skip
        values = {
            "unit": role.unit,
            "target": shown(self.trace.quantities[target].value),
            "out": shown(self.trace.quantities[out].value, 6),
        }
        return Message(LOSSES.get(self.example.loss, LOSSES["cross-entropy"]), values)

    def update(self, quantity: Quantity) -> Message:
        """About the step of a weight or bias."""
        assert isinstance(quantity.symbol, Symbol)
        before = self.places.of(quantity.key)
        change = quantity.value - self.trace.quantities[before].value
        if change == 0:
            text = mark("The slope is 0: the error does not depend on {weight} here, and it stays.")
        elif change < 0:
            text = mark(
                "The slope is positive, so {weight} goes the other way, down: by the learning"
                " rate times the slope."
            )
        else:
            text = mark(
                "The slope is negative, so {weight} goes the other way, up: by the learning rate"
                " times the slope."
            )
        return Message(text, {"weight": self._symbol(before)})

    def gradient(self, quantity: Quantity) -> Iterator[Message]:
        """About a slope."""
        assert isinstance(quantity.symbol, Derivative)
        body, variable = quantity.symbol.body, quantity.symbol.by[0]
        assert isinstance(body, Symbol) and isinstance(variable, Symbol)
        of, by = self.trace.roles[body.key], self.trace.roles[variable.key]
        if of.kind == "out":
            yield self._activation_slope(quantity, by.layer)
        elif by.kind == "net":
            yield Message(
                "One step further back, to the pre-activation: the slope up to the output, times"
                " the slope of the activation function. Every weight that leads into unit {unit}"
                " needs this number.",
                {"unit": by.unit},
            )
        elif by.kind == "out" and by.layer == self.places.last:
            yield self._output_slope(quantity, variable)
        elif by.kind == "out":
            yield from self._hidden_slope(quantity, of.unit, by.unit)
        elif by.kind == "bias":
            yield Message(
                "The bias {bias} enters the pre-activation as it is: its slope is the one of the"
                " pre-activation.",
                {"bias": variable},
            )
            yield self._sign(quantity, variable)
        else:
            source = self._symbol(self.places.keys[f"{by.source}.out"])
            yield Message(
                "The chain rule: each piece of the lit path from the error back to {weight} is one"
                " factor, and the factors multiply. The last piece is the connection itself, which"
                " turns a change of {weight} into {source} times that change.",
                {"weight": variable, "source": source},
            )
            yield self._sign(quantity, variable)

    def _activation_slope(self, quantity: Quantity, layer: int) -> Message:
        if self.example.activations[layer - 1] not in ("sigmoid", "tanh"):
            return Message("How much of a change gets through the activation function.")
        if quantity.value < SATURATED:
            return Message(
                "How steeply the activation function rises where the unit stands: hardly at all."
                " The unit is saturated, so little of the error gets through, and the weights"
                " behind it learn slowly."
            )
        return Message(
            "How steeply the activation function rises where the unit stands. It is steepest in"
            " the middle and flat at both ends, where a unit is saturated and learns slowly."
        )

    def _output_slope(self, quantity: Quantity, out: Symbol) -> Message:
        if quantity.value > 0:
            text = mark(
                "The way back begins at the error. The output {out} is above its target, so a"
                " larger output means a larger error: the slope is positive."
            )
        elif quantity.value < 0:
            text = mark(
                "The way back begins at the error. The output {out} is below its target, so a"
                " larger output means a smaller error: the slope is negative."
            )
        else:
            text = mark("The output {out} meets its target: the slope is 0.")
        return Message(text, {"out": out})

    def _hidden_slope(self, quantity: Quantity, share: str, unit: str) -> Iterator[Message]:
        layer = self.trace.roles[self.places.keys[f"{unit}.out"]].layer
        after = self.places.layers[layer + 1]
        if share:
            yield Message(
                "How a change of the output of unit {unit} reaches the error through unit {after}:"
                " two slopes of {after} that are known already, times the weight of the connection"
                " between the two.",
                {"unit": unit, "after": share},
            )
        elif len(after) > 1:
            yield Message(
                "From unit {unit} {count} paths lead to the error. A change of its output runs"
                " along all of them at once, so their slopes add up.",
                {"unit": unit, "count": len(after)},
            )
        else:
            yield Message(
                "From unit {unit} one path leads to the error, so this is the slope along it.",
                {"unit": unit},
            )
        used = [symbol for symbol in symbols(quantity.formula) if symbol.marks[-1:] == ("+",)] if (
            quantity.formula is not None) else []  # fmt: skip
        if self.sequential and used:
            yield Message(
                "The deck takes {updated} here, the weight after its update. The exact gradient"
                " takes {weight}, with which the forward pass was made.",
                {"updated": used[0], "weight": self._symbol(self.places.of(used[0].key))},
            )

    def _sign(self, quantity: Quantity, weight: Symbol) -> Message:
        if quantity.value == 0:
            return Message("It is 0: {weight} makes no difference here.", {"weight": weight})
        if quantity.value > 0:
            return Message(
                "It is positive: a larger {weight} means a larger error.", {"weight": weight}
            )
        return Message(
            "It is negative: a larger {weight} means a smaller error.", {"weight": weight}
        )

    def _symbol(self, key: str) -> Symbol:
        symbol = self.trace.quantities[key].symbol
        assert isinstance(symbol, Symbol)
        return symbol
