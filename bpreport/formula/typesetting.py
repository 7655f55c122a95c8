r"""Writing a tree as LaTeX: symbolic, or with numbers in the place of symbols.

>>> from bpreport.formula.parser import parse
>>> latex(parse(r"w_7^+ * out_{h1} + b_2"))
'w_{7}^{+} \\cdot \\mathrm{out}_{h1} + b_{2}'

A negative number in the place of a symbol behind an operator gets its brackets:

>>> latex(parse(r"a - b * c"), {"a": "0.5", "b": "-0.4505", "c": "2"})
'0.5 - (-0.4505) \\cdot 2'
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from itertools import pairwise

from bpreport.formula.errors import FormulaError
from bpreport.formula.names import FUNCTION_LETTERS, UPRIGHT_NAME, read_indices
from bpreport.formula.scripts import raised
from bpreport.formula.tokens import CONDITION_WORDS
from bpreport.formula.tree import (
    Apply,
    Call,
    Cases,
    Derivative,
    Gap,
    Matrix,
    Node,
    Number,
    Reduce,
    Symbol,
    Tree,
    Tuple,
)

__all__ = ["describe", "latex"]

_SUM, _OPEN, _PRODUCT, _POWER, _ATOM = range(5)
"""How strongly a piece of LaTeX holds together; brackets go around what holds too weakly.

What is open ends in the body of a sum sign, which would take in any factor behind it.
"""

_FUNCTIONS = {
    "exp": r"\exp", "log": r"\ln", "log10": r"\lg", "sin": r"\sin", "cos": r"\cos", "tan": r"\tan",
    "sinh": r"\sinh", "cosh": r"\cosh", "tanh": r"\tanh", "sigmoid": r"\sigma",
    "relu": r"\mathrm{relu}", "softmax": r"\mathrm{softmax}", "identity": r"\mathrm{id}",
    "maximum": r"\max", "minimum": r"\min", "sign": r"\operatorname{sgn}",
    "determinant": r"\det", "trace": r"\operatorname{tr}",
}  # fmt: skip
_LARGE = {
    "sum": r"\sum", "product": r"\prod", "max": r"\max", "min": r"\min",
    "argmin": r"\arg\min", "argmax": r"\arg\max",
}  # fmt: skip
_BELOW = {"norm_1": "1", "norm_infinity": r"\infty", "norm_F": "F"}
_FENCES = {"(": ("(", ")"), "[": ("[", "]"), "{": (r"\{", r"\}"), "": ("", "")}

Values = Mapping[str, "str | Tree"]


def latex(node: Tree, values: Values | None = None) -> str:
    """The LaTeX of a tree; symbols whose key is in `values` are shown by what stands there.

    A value is printed text, sign included, or a tree. What is written parses back to the same tree
    as long as nothing was put in a symbol's place.
    """
    return _Writer(values or {}).write(node)[0]


class _Writer:
    def __init__(self, values: Values) -> None:
        self.values = values

    def write(self, node: Tree) -> tuple[str, int]:
        """The LaTeX of a node and how strongly it holds together."""
        match node:
            case Number(text=text):
                return text, _ATOM
            case Symbol():
                return self._symbol(node)
            case Apply():
                return self._apply(node)
            case Call(function=function, arguments=arguments, primes=primes):
                inner = ", ".join(self.write(argument)[0] for argument in arguments)
                return f"{_name(function)}{chr(39) * primes}{_bracketed(inner)}", _ATOM
            case Reduce():
                return self._reduce(node)
            case Derivative():
                return self._derivative(node)
            case Tuple(items=items, fence=fence):
                left, right = _FENCES[fence]
                inner = ", ".join(self.write(item)[0] for item in items)
                return f"{left}{inner}{right}", _ATOM if fence else _SUM
            case Matrix(rows=rows, fence=fence):
                lines = (" & ".join(self.write(entry)[0] for entry in row) for row in rows)
                body = r" \\ ".join(lines)
                return rf"\begin{{{fence}}} {body} \end{{{fence}}}", _ATOM
            case Cases(branches=branches):
                return self._cases(branches), _ATOM
            case Gap(typed=typed):
                return typed, _ATOM

    def _symbol(self, symbol: Symbol) -> tuple[str, int]:
        value = self.values.get(symbol.key)
        if value is None:
            return _name(symbol), _ATOM
        if isinstance(value, Node):
            return _Writer({}).write(value)
        return value, _SUM if value.startswith("-") else _ATOM

    def _at(self, node: Tree, strength: int) -> str:
        """The LaTeX of a part, in brackets where it holds together too weakly."""
        text, own = self.write(node)
        return text if own >= strength else _bracketed(text)

    def _apply(self, node: Apply) -> tuple[str, int]:
        operation, operands = node.operation, node.operands
        match operation:
            case "add":
                return self._sum(operands), _SUM
            case "negative":
                return f"-{self._at(operands[0], _OPEN)}", _SUM
            case "multiply":
                ends_open = isinstance(operands[-1], Reduce)
                return self._product(node), _OPEN if ends_open else _PRODUCT
            case "divide" if node.sign in ("/", r"\div"):
                left, right = self._at(operands[0], _PRODUCT), self._at(operands[1], _POWER)
                return f"{left} / {right}", _PRODUCT
            case "divide" if node.sign == r"\%" and isinstance(operands[0], Number):
                return rf"{operands[0].text}\%", _POWER
            case "divide":
                above, below = (self.write(operand)[0] for operand in operands)
                return rf"\frac{{{above}}}{{{below}}}", _ATOM
            case "power" if node.sign == r"\sqrt":
                degree = operands[1].operands[1] if isinstance(operands[1], Apply) else operands[1]
                inner = self.write(operands[0])[0]
                return rf"\sqrt[{self.write(degree)[0]}]{{{inner}}}", _ATOM
            case "power":
                base, exponent = self._base(operands[0]), self.write(operands[1])[0]
                if not isinstance(operands[0], Symbol) or operands[0].key in self.values:
                    return f"{base}^{{{exponent}}}", _POWER
                if not operands[0].marks and isinstance(raised(*operands), Symbol):
                    base = _bracketed(base)  # (z)^{t + 1}; without them it is z of a later step
                return f"{base}^{{{exponent}}}", _POWER
            case "transpose":
                return f"{self._base(operands[0])}^{{T}}", _POWER
            case "exp" if not isinstance(operands[0], Tuple):  # e^{(1)} is the first e
                return f"e^{{{self.write(operands[0])[0]}}}", _POWER
            case "sqrt":
                return rf"\sqrt{{{self.write(operands[0])[0]}}}", _ATOM
            case "abs":
                return rf"\left|{self.write(operands[0])[0]}\right|", _ATOM
            case "determinant" if (
                isinstance(operands[0], Matrix) and operands[0].fence == "vmatrix"
            ):
                return self.write(operands[0])
            case "norm":
                return rf"\left\|{self.write(operands[0])[0]}\right\|", _ATOM
            case "norm_1" | "norm_infinity" | "norm_F":
                return rf"\left\|{self.write(operands[0])[0]}\right\|_{_BELOW[operation]}", _ATOM
            case "floor":
                return rf"\left\lfloor {self.write(operands[0])[0]} \right\rfloor", _ATOM
            case "ceiling":
                return rf"\left\lceil {self.write(operands[0])[0]} \right\rceil", _ATOM
        inner = ", ".join(self.write(operand)[0] for operand in operands)
        return f"{_FUNCTIONS[operation]}{_bracketed(inner)}", _ATOM

    def _base(self, node: Tree) -> str:
        """The base of a power; one that is itself a power, or a name with a mark, gets brackets."""
        marked = isinstance(node, Symbol) and (bool(node.marks) or node.key == "e")
        if isinstance(node, Symbol) and isinstance(self.values.get(node.key), str):
            marked = False  # a number in its place has no mark
        fraction = isinstance(node, Apply) and node.operation == "divide" and node.sign != r"\%"
        text = self._at(node, _ATOM)
        return _bracketed(text) if marked or fraction else text

    def _sum(self, terms: tuple[Tree, ...]) -> str:
        first, *rest = terms
        # A sum inside a sum keeps the brackets it was printed with.
        nested = isinstance(first, Apply) and first.operation == "add"
        pieces = [self._at(first, _OPEN if nested else _SUM)]
        for term in rest:
            if isinstance(term, Apply) and term.operation == "negative":
                pieces.append(f"- {self._at(term.operands[0], _OPEN)}")
            else:
                pieces.append(f"+ {self._at(term, _OPEN)}")
        return " ".join(pieces)

    def _product(self, node: Apply) -> str:
        *front, last = node.operands
        # A sum at the end of a product needs no brackets.
        strength = _OPEN if isinstance(last, Reduce) else _POWER
        pieces = [*(self._at(factor, _POWER) for factor in front), self._at(last, strength)]
        if node.sign == "" and all(map(_may_follow, pieces[:-1], pieces[1:], node.operands)):
            joints = [_thin(one, other) for one, other in pairwise(pieces)]
        else:  # numbers side by side would run together
            joints = [r" \odot " if node.sign == r"\odot" else r" \cdot "] * len(front)
        return pieces[0] + "".join(
            joint + piece for joint, piece in zip(joints, pieces[1:], strict=True)
        )

    def _reduce(self, node: Reduce) -> tuple[str, int]:
        sign = _LARGE[node.operation]
        index = self.write(node.index)[0]
        lower = index if node.lower is None else f"{index}={self.write(node.lower)[0]}"
        below = f"_{{{lower}}}" if lower else ""
        above = "" if node.upper is None else f"^{{{self.write(node.upper)[0]}}}"
        return f"{sign}{below}{above} {self._at(node.body, _OPEN)}", _OPEN

    def _derivative(self, node: Derivative) -> tuple[str, int]:
        if not node.by:
            text, own = self.write(node.body)
            if node.kind == "nabla":
                alone = own >= _POWER and not isinstance(node.body, Number)
                return rf"\nabla {text if alone else _bracketed(text)}", _PRODUCT
            alone = own >= _ATOM and not isinstance(node.body, Number | Apply)
            return f"{text if alone else _bracketed(text)}'", _ATOM
        if node.key in self.values:
            value = self.values[node.key]
            text = value if isinstance(value, str) else _Writer({}).write(value)[0]
            return text, _SUM if text.startswith("-") else _ATOM
        marked = any(isinstance(variable, Symbol) and variable.marks for variable in node.by)
        order = f"^{len(node.by)}" if len(node.by) > 1 else ""
        sign = "d" if node.kind == "total" and not (marked and order) else r"\partial"
        plain = _Writer({})  # what a derivative is taken of and by keeps its name
        below = " ".join(f"{sign} {plain._at(variable, _POWER)}" for variable in node.by)
        if sign == "d" and order:  # a d says one variable
            below = f"d {plain._at(node.by[0], _POWER)}{order}"
        if isinstance(node.body, Symbol | Call):
            return rf"\frac{{{sign}{order} {plain.write(node.body)[0]}}}{{{below}}}", _ATOM
        body = plain._at(node.body, _ATOM)
        body = _bracketed(body) if re.match(r"[\d.]", body) else body
        return rf"\frac{{{sign}{order}}}{{{below}}} {body}", _PRODUCT

    def _cases(self, branches: tuple[tuple[Tree, tuple[str, Tree, Tree] | None], ...]) -> str:
        lines = []
        for value, condition in branches:
            shown = r"\text{otherwise}"
            if condition is not None:
                relation, left, right = condition
                shown = f"{self.write(left)[0]} {relation} {self.write(right)[0]}"
            lines.append(f"{self.write(value)[0]} & {shown}")
        body = r" \\ ".join(lines)
        return rf"\begin{{cases}} {body} \end{{cases}}"


def _bracketed(text: str) -> str:
    tall = re.search(r"\\(?:frac|sum|prod|begin)", text)
    return rf"\left({text}\right)" if tall else f"({text})"


def _may_follow(_before: str, after: str, factor: Tree) -> bool:
    """Whether two factors may stand side by side and be read as a product."""
    if re.match(r"[\d.-]", after):
        return False
    if not after.startswith(("(", r"\left(")):
        return True
    base = factor
    if isinstance(factor, Apply) and factor.operation in ("power", "transpose"):
        base = factor.operands[0]
    if isinstance(base, Derivative) and not base.by:  # f'(x) is a call
        return False
    if not isinstance(base, Symbol):
        return True
    if base is not factor:
        return base.base not in FUNCTION_LETTERS  # and so is f^2(x)
    # A name in front of a bracket could be a function; the difference in y(1 - y) tells that not.
    while after != (flat := re.sub(r"\{[^{}]*\}", "", after)):
        after = flat
    counted = re.match(r"\((?:t|k|n|\\tau) [-+] \d+\)", after)
    return base.base not in FUNCTION_LETTERS and bool(re.search(r" [-+] ", after)) and not counted


def _thin(before: str, after: str) -> str:
    """What stands between juxtaposed factors: a space where LaTeX or the eye needs one."""
    return "" if after.startswith(("(", r"\left(")) and not before.endswith("}") else " "


def _name(symbol: Symbol) -> str:
    r"""A symbol with its scripts; names of several letters upright.

    >>> _name(Symbol("E", ("total",))), _name(Symbol("x", (Symbol("j"),)))
    ('E_{\\mathrm{total}}', 'x_{j}')
    """
    base = symbol.base
    delta = base.startswith(r"\Delta ")
    base = base.removeprefix(r"\Delta ")
    if _is_word(base):
        base = rf"\mathrm{{{base}}}"
    elif len(base) > 1 and not base.isalpha() and UPRIGHT_NAME.fullmatch(base):
        base = rf"\text{{{base}}}"  # 2e is no product there
    base = rf"\Delta {base}" if delta else base
    parts = list(map(_index, symbol.indices))
    below = ",".join(parts)
    if len(parts) > 1 and all(isinstance(index, Symbol) for index in symbol.indices):
        joined = (" " if "\\" in below else "").join(parts)
        if read_indices(joined) == symbol.indices:
            below = joined  # x_{ij}; but y, i, j would be one word
    name = f"{base}_{{{below}}}" if below else base
    marks = symbol.marks
    if len(marks) == 2 and marks[1] == "+" and not isinstance(marks[0], str):
        return f"{name}^{{{_script(marks[0])}+}}"
    for number, mark in enumerate(marks):  # LaTeX takes one superscript only
        name = f"{{{name}}}^{{{_script(mark)}}}" if number else f"{name}^{{{_script(mark)}}}"
    return name


def _is_word(text: str) -> bool:
    # Upright these would be a function and the word in front of a condition.
    if text in ("max", "min") or CONDITION_WORDS.match(text):
        return False
    return len(text) > 1 and text.isalpha()


def _index(part: str | Tree) -> str:
    """A subscript; the factors of a product would be two of them without a sign."""
    if isinstance(part, str) and not re.fullmatch(r"[A-Za-z]+\d*|\d+", part):
        return part if _reads_as(part) else rf"\mathrm{{{part}}}"
    if isinstance(part, Apply) and part.operation == "multiply" and part.sign == "":
        part = replace(part, sign=r"\cdot")
    return _script(part)


def _reads_as(index: str) -> bool:
    """Whether a subscript that is typed as it is would be itself again."""
    try:
        return read_indices(index) == (index,)
    except FormulaError:
        return False


def _script(part: str | Tree) -> str:
    if isinstance(part, str):
        return rf"\mathrm{{{part}}}" if part.isalpha() else part
    return _Writer({}).write(part)[0]


def describe(node: Tree) -> str:
    """A tree in one line of plain text, every operation named: for people who check a reading.

    >>> from bpreport.formula.parser import parse
    >>> describe(parse(r"out_{o1}(1 - out_{o1})"))
    'multiply(out_{o1}, add(1, negative(out_{o1})))'
    """
    match node:
        case Number(text=text):
            return text
        case Symbol():
            return node.key
        case Apply(operation=operation, operands=operands):
            return f"{operation}({', '.join(map(describe, operands))})"
        case Call(function=function, arguments=arguments, primes=primes):
            return f"call {function.key}{chr(39) * primes}({', '.join(map(describe, arguments))})"
        case Reduce():
            bounds = [
                describe(bound) if bound is not None else "?" for bound in (node.lower, node.upper)
            ]
            over = f"{node.index.key}={bounds[0]}..{bounds[1]}"
            if bounds == ["?", "?"]:
                over = node.index.key
            return f"{node.operation}[{over}]({describe(node.body)})"
        case Derivative(body=body, by=by):
            return f"derivative({', '.join(map(describe, (body, *by)))})"
        case Tuple(items=items):
            return f"({', '.join(map(describe, items))})"
        case Matrix(rows=rows):
            return "[" + "; ".join(", ".join(map(describe, row)) for row in rows) + "]"
        case Cases(branches=branches):
            return "cases(" + "; ".join(_describe_branch(*branch) for branch in branches) + ")"
        case Gap():
            return "..."


def _describe_branch(value: Tree, condition: tuple[str, Tree, Tree] | None) -> str:
    if condition is None:
        return f"{describe(value)} otherwise"
    relation, left, right = condition
    return f"{describe(value)} if {describe(left)} {relation} {describe(right)}"
