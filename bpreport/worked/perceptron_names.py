"""What a deck calls each quantity of its network."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bpreport.formula.tree import Symbol

if TYPE_CHECKING:
    from bpreport.worked.perceptron import Perceptron

__all__ = ["Names", "change", "updated"]


class Names:
    """What the deck calls each quantity of its network; depth 0 is the input layer."""

    def __init__(self, perceptron: Perceptron) -> None:
        self.layers = perceptron.layers
        self.notation = perceptron.notation
        self.last = len(perceptron.layers) - 1

    def unit(self, depth: int, unit: int) -> str:
        """Name of a unit: "h1"; units are counted from 0 here and from 1 in names."""
        return f"{self.layers[depth][0]}{unit + 1}"

    def net(self, depth: int, unit: int) -> Symbol:
        """The pre-activation of a unit."""
        return self._of_unit(self.notation.net, depth, unit, numbered=False)

    def out(self, depth: int, unit: int) -> Symbol:
        """The output of a unit; of an input unit, the input."""
        if depth == 0 or self.notation.out == "layer":
            return Symbol(self.layers[depth][0], (str(unit + 1),))
        return self._of_unit(self.notation.out, depth, unit, numbered=False)

    def target(self, unit: int) -> Symbol:
        """What an output unit should give."""
        return self._of_unit(self.notation.target, self.last, unit, numbered=True)

    def error(self, unit: int) -> Symbol:
        """The share of one output unit in the error."""
        return self._of_unit(self.notation.error, self.last, unit, numbered=True)

    @property
    def total(self) -> Symbol:
        """The error of the whole network."""
        name = self.notation.units == "name"
        return Symbol(self.notation.error, ("total",) if name else ())

    @property
    def learning_rate(self) -> Symbol:
        """The factor of every step."""
        return Symbol(self.notation.learning_rate)

    def _of_unit(self, base: str, depth: int, unit: int, numbered: bool) -> Symbol:
        """`numbered`: the layer is understood where units are written by number only."""
        style = self.notation.units
        if style == "name" or (style == "number" and not numbered):
            return Symbol(base, (self.unit(depth, unit),))
        marks = () if numbered or style == "number" else (f"({depth + 1})",)
        return Symbol(base, (str(unit + 1),), marks)


def updated(symbol: Symbol) -> Symbol:
    """The name of a weight or bias after the step: w_7^+."""
    return Symbol(symbol.base, symbol.indices, (*symbol.marks, "+"))


def change(symbol: Symbol) -> Symbol:
    r"""The name of its change in the step: \Delta w_7."""
    return Symbol(rf"\Delta {symbol.base}", symbol.indices, symbol.marks)
