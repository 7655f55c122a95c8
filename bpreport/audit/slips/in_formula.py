"""Mistakes in a formula: a term, a sign, a factor, a symbol."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress

from bpreport.audit.model import Message
from bpreport.audit.saying import math, shown
from bpreport.audit.slips.candidates import Candidate, Target, swap_name
from bpreport.formula import MPMATH, EvaluationError, evaluate, part_values, rounded
from bpreport.formula.tree import (
    Apply,
    Derivative,
    Number,
    Symbol,
    Tree,
    children,
    rebuild,
    substitute,
    symbols,
    walk,
)

__all__ = [
    "activation",
    "constant_factor",
    "factor_doubled",
    "factor_dropped",
    "far_symbol",
    "other_learning_rate",
    "other_symbol",
    "other_symbol_everywhere",
    "sign_flipped",
    "target_rounded",
    "term_doubled",
    "term_dropped",
    "two_slips",
]

Change = Iterator[tuple[Tree, Message, str | None]]
"""Changed trees, what to say of the change, and a more telling name for it."""

RATES = ("0.001", "0.01", "0.05", "0.1", "0.2", "0.25", "0.3", "0.5", "1.5", "2")
"""Usual learning rates, for which another may have been mistaken."""
RATE_FACTORS = ("0.1", "10")
"""By what the point of a learning rate may have been misplaced."""


def _everywhere(
    change: Callable[[Target, Tree], Change],
) -> Callable[[Target], Iterator[Candidate]]:
    """The change made at one place of the target's formula, for every place."""

    def tries(target: Target) -> Iterator[Candidate]:
        if target.formula is None:
            return
        parts = part_values(target.formula, target.values, MPMATH)
        for tree, message, name in _variants(target.formula, lambda part: change(target, part)):
            try:
                value = evaluate(tree, target.values, MPMATH, parts)
            except EvaluationError:
                continue
            yield Candidate(value, message, name, tree)

    return tries


def _variants(tree: Tree, change: Callable[[Tree], Change]) -> Change:
    yield from change(tree)
    parts = _parts(tree)
    for place, part in enumerate(parts):
        for changed, message, name in _variants(part, change):
            yield rebuild(tree, (*parts[:place], changed, *parts[place + 1 :])), message, name


def _parts(tree: Tree) -> tuple[Tree, ...]:
    """The operands of a tree; a derivative is one value, whose names nobody mistakes."""
    return () if isinstance(tree, Derivative) and tree.by else children(tree)


def _occurrences(tree: Tree) -> Iterator[Tree]:
    """The names that a tree reads, each as often as it stands there."""
    if isinstance(tree, Symbol | Derivative):
        yield tree
    for part in _parts(tree):
        yield from _occurrences(part)


def _operands(tree: Tree, operation: str) -> tuple[Tree, ...]:
    """Terms or factors; none where the tree is no such operation."""
    applies = isinstance(tree, Apply) and tree.operation == operation
    return tree.operands if applies else ()  # type: ignore[union-attr]


def _joined(operation: str, parts: tuple[Tree, ...]) -> Tree:
    return parts[0] if len(parts) == 1 else Apply(operation, parts, sign=r"\cdot")


def _is_a(target: Target, tree: Tree, kind: str) -> bool:
    """Whether a name plays this part in the worked example."""
    role = target.role(tree)
    return role is not None and role.kind == kind


def _holds(target: Target, tree: Tree, kind: str) -> bool:
    return any(_is_a(target, part, kind) for part in walk(tree))


def _is_bias(target: Target, term: Tree) -> bool:
    """Whether a term is a bias, alone or times one."""
    factors = _operands(term, "multiply") or (term,)
    names = [factor for factor in factors if factor != Number("1")]
    return len(names) == 1 and _is_a(target, names[0], "bias")


@_everywhere
def term_dropped(target: Target, tree: Tree) -> Change:
    """A term of a sum left out."""
    terms = _operands(tree, "add")
    if _is_complement(tree) or (len(terms) == 2 and _is_a(target, terms[0], "target")):
        return  # 1 - out and target - out are one thing each
    for place, term in enumerate(terms):
        bias = _is_bias(target, term)
        text = "the bias {term} was forgotten" if bias else "the term {term} was left out"
        yield (
            _joined("add", terms[:place] + terms[place + 1 :]),
            Message(text, {"term": math(term)}),
            "bias forgotten" if bias else None,
        )


@_everywhere
def term_doubled(target: Target, tree: Tree) -> Change:
    """A term of a sum counted twice."""
    terms = _operands(tree, "add")
    for term in terms:
        yield (
            Apply("add", (*terms, term)),
            Message("the term {term} was counted twice", {"term": math(term)}),
            "bias counted twice" if _is_bias(target, term) else None,
        )


@_everywhere
def sign_flipped(_: Target, tree: Tree) -> Change:
    """A minus sign lost, or one too much."""
    if isinstance(tree, Apply) and tree.operation == "negative":
        yield tree.operands[0], Message("a minus sign was lost"), None
    terms = _operands(tree, "add")
    for place, term in enumerate(terms):
        negative = _operands(term, "negative")
        flipped = negative[0] if negative else Apply("negative", (term,))
        yield (
            Apply("add", (*terms[:place], flipped, *terms[place + 1 :])),
            Message("the sign of {term} was flipped", {"term": math(term)}),
            None,
        )


@_everywhere
def factor_dropped(target: Target, tree: Tree) -> Change:
    """A factor of a product left out."""
    factors = _operands(tree, "multiply")
    for dropped, name in _droppable(target, factors):
        rest = tuple(factor for factor in factors if not any(factor is one for one in dropped))
        if rest:
            yield (
                _joined("multiply", rest),
                Message(
                    "the factor {factor} was left out",
                    {"factor": math(_joined("multiply", dropped))},
                ),
                name,
            )


def _droppable(
    target: Target, factors: tuple[Tree, ...]
) -> Iterator[tuple[tuple[Tree, ...], str | None]]:
    """Single factors, and the pair out (1 - out), which is one derivative."""
    left_out = "activation derivative left out"
    for factor in factors:
        rate = _holds(target, factor, "learning rate")
        name = "learning rate forgotten" if rate else None
        yield (factor,), left_out if _is_activation_slope(target, factor) else name
        for partner in _partners(factor, factors):
            yield (partner, factor), left_out


def _is_activation_slope(target: Target, factor: Tree) -> bool:
    """A factor that is the derivative of an output by its pre-activation, or that of tanh."""
    match factor:
        case Derivative(body=body, by=(by,)):
            return _is_a(target, body, "out") and _is_a(target, by, "net")
        case Apply(
            operation="add",
            operands=(
                Number(text="1"),
                Apply(operation="negative", operands=(Apply(operation="power"),)),
            ),
        ):
            return True
    return False


def _partners(factor: Tree, factors: tuple[Tree, ...]) -> tuple[Tree, ...]:
    """The out beside a factor 1 - out."""
    if not _is_complement(factor):
        return ()
    inside = set(walk(_operands(factor, "add")[1]))
    return tuple(part for part in factors if isinstance(part, Symbol | Number) and part in inside)[
        :1
    ]


def _is_complement(tree: Tree) -> bool:
    """A factor 1 - out, as the slope of a sigmoid has it."""
    terms = _operands(tree, "add")
    return len(terms) == 2 and terms[0] == Number("1")


@_everywhere
def factor_doubled(target: Target, tree: Tree) -> Change:
    """A factor of a product applied twice."""
    factors = _operands(tree, "multiply")
    for factor in factors:
        slope = _is_activation_slope(target, factor) or _is_complement(factor)
        once_more = [(factor,), *((partner, factor) for partner in _partners(factor, factors))]
        for extra in once_more:
            yield (
                Apply("multiply", (*factors, *extra)),
                Message(
                    "the factor {factor} was applied twice",
                    {"factor": math(_joined("multiply", extra))},
                ),
                "activation derivative applied twice" if slope else None,
            )


@_everywhere
def other_symbol(target: Target, tree: Tree) -> Change:
    """One symbol in the place of another that plays the same part, at one place."""
    yield from _others(target, tree, near=True)


@_everywhere
def far_symbol(target: Target, tree: Tree) -> Change:
    """One symbol in the place of another that plays the same part in another layer."""
    yield from _others(target, tree, near=False)


def other_symbol_everywhere(target: Target) -> Iterator[Candidate]:
    """One symbol in the place of another at every place at once."""
    if target.formula is None:
        return
    read = list(_occurrences(target.formula))
    for name in dict.fromkeys(part for part in read if read.count(part) > 1):
        for other, message, slip in _others(target, name, near=True):
            yield from _replaced(target, name, other, message, slip)


def _replaced(
    target: Target, name: Tree, other: Tree, message: Message, slip: str | None = None
) -> Iterator[Candidate]:
    """The formula with a tree in the place of a name, wherever it stands."""
    assert target.formula is not None
    tree = substitute(
        target.formula, lambda part: other if part == name else None if _parts(part) else part
    )
    with suppress(EvaluationError):
        yield Candidate(evaluate(tree, target.values, MPMATH), message, slip, tree)


def _others(target: Target, tree: Tree, *, near: bool) -> Change:
    role = target.role(tree)
    if role is None or target.trace is None or not isinstance(tree, Symbol | Derivative):
        return
    for key, other_role in target.trace.roles.items():
        if (role.layer == other_role.layer) != near:
            continue
        name = swap_name(role, other_role)
        if name is None or key == tree.key or key not in target.trace.quantities:
            continue
        other = target.trace.quantities[key].symbol
        text = "{other} was used in the place of {name}"
        yield other, Message(text, {"other": math(other), "name": math(tree)}), name


def constant_factor(target: Target) -> Iterator[Candidate]:
    """A factor 2 or m, or its inverse, that is lost or too much."""
    sizes: dict[str, Tree] = {"2": Number("2")}
    if "m" in target.values:
        sizes["m"] = Symbol("m")
    for name, size in sizes.items():
        value = evaluate(size, target.values, MPMATH)
        text = "there is a factor {factor} too much"
        yield Candidate(
            target.exact * value,
            Message(text, {"factor": f"${name}$"}),
            tree=None if target.formula is None else size * target.formula,
        )
        yield Candidate(
            target.exact / value,
            Message(text, {"factor": rf"$\frac{{1}}{{{name}}}$"}),
            tree=None if target.formula is None else Number("1") / size * target.formula,
        )


def other_learning_rate(target: Target) -> Iterator[Candidate]:
    """Another usual learning rate, or the right one with its point misplaced."""
    for name in _read(target, "learning rate"):
        right = target.values[name.key]
        rates = [right * MPMATH.number(factor) for factor in RATE_FACTORS]
        for rate in [*rates, *map(MPMATH.number, RATES)]:
            if rate != right:
                text = "the learning rate was taken as {rate}"
                message = Message(text, {"rate": shown(rate)})
                yield from _replaced(target, name, Number(shown(rate)), message)


def activation(target: Target) -> Iterator[Candidate]:
    """The activation left out, or applied twice."""
    role = None if target.trace is None else target.trace.roles.get(target.key)
    if role is None or role.kind not in ("out", "model") or target.formula is None:
        return
    for net in _read(target, "net"):
        if (of := target.role(net)) is not None and of.unit == role.unit:
            left_out = Message("the activation was left out")
            yield Candidate(target.values[net.key], left_out, "activation left out", net)
            text = "the activation was applied twice"
            yield from _replaced(
                target, net, target.formula, Message(text), "activation applied twice"
            )


def target_rounded(target: Target) -> Iterator[Candidate]:
    """A target such as 0.01 taken as 0."""
    for name in _read(target, "target"):
        digits = rounded(target.values[name.key], 0)
        kept: Tree = Number(digits.removeprefix("-"))
        if digits.startswith("-"):
            kept = -kept
        text = "{name} was taken as {rounded}"
        message = Message(text, {"name": math(name), "rounded": math(kept)})
        yield from _replaced(target, name, kept, message)


def _read(target: Target, kind: str) -> Iterator[Symbol]:
    """The symbols of a kind that the target's formula reads, each once."""
    for name in dict.fromkeys(symbols(target.formula) if target.formula is not None else ()):
        role = target.role(name)
        if role is not None and role.kind == kind and name.key in target.values:
            yield name


_SCALES = (
    ("-1", Message("the sign is wrong")),
    ("2", Message("there is a factor {factor} too much", {"factor": "$2$"})),
    ("0.5", Message("there is a factor {factor} too much", {"factor": r"$\frac{1}{2}$"})),
)
"""Second mistakes that only scale what the first one gave, and so cost next to nothing to try."""


def two_slips(target: Target) -> Iterator[Candidate]:
    """A mistake in the formula, and the sign or a factor 2 gone wrong as well."""
    for tries in (factor_dropped, term_dropped, term_doubled, other_symbol, target_rounded):
        for first in tries(target):
            if isinstance(first.value, tuple):
                continue
            for factor, second in _SCALES:
                message = Message(
                    "{first}, and {second}", {"first": first.message, "second": second}
                )
                yield Candidate(first.value * MPMATH.number(factor), message)
