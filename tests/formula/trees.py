"""Random trees, as hypothesis strategies."""

from __future__ import annotations

from hypothesis import strategies as st

from bpreport.formula.operations import NORMS
from bpreport.formula.tree import (
    Apply,
    Call,
    Cases,
    Derivative,
    Matrix,
    Number,
    Reduce,
    Symbol,
    Tree,
    Tuple,
)

DIGITS = st.from_regex(r"(0|[1-9][0-9]{0,2})(\.[0-9]{1,4})?", fullmatch=True)
NUMBERS = DIGITS.map(Number)
INDEX = st.sampled_from([Symbol("j"), Symbol("k"), "1", "12", "h1", "total"])
MARKS = st.sampled_from(["+", "*", Tuple((Symbol("i"),), "("), Tuple((Number("2"),), "[")])
NAMES = st.sampled_from(["w", "x", "net", "out", r"\theta", r"\hat{y}", r"\Delta w", "E"])
SYMBOLS = st.builds(
    Symbol,
    NAMES,
    st.lists(INDEX, max_size=2).map(tuple),
    st.lists(MARKS, max_size=1).map(tuple),
)
ONE_OPERAND = [
    "exp", "log", "log10", "sin", "cos", "tan", "sinh", "cosh", "tanh", "sqrt", "abs", "floor",
    "ceiling",
]  # fmt: skip


def _larger(parts: st.SearchStrategy[Tree]) -> st.SearchStrategy[Tree]:
    one = st.tuples(parts)
    two = st.tuples(parts, parts)
    several = st.lists(parts, min_size=2, max_size=3).map(tuple)
    condition = st.tuples(st.sampled_from(["<", ">", "=", r"\le", r"\ge", r"\ne"]), parts, parts)
    return st.one_of(
        st.builds(Apply, st.just("add"), several),
        st.builds(Apply, st.just("multiply"), several, st.sampled_from(["", r"\cdot", r"\odot"])),
        st.builds(Apply, st.just("divide"), two, st.sampled_from(["/", r"\frac"])),
        st.builds(Apply, st.just("power"), two),
        st.builds(Apply, st.just("negative"), one),
        st.builds(
            Apply, st.sampled_from([*ONE_OPERAND, *sorted(set(NORMS.values())), "transpose"]), one
        ),
        st.builds(Apply, st.sampled_from(["maximum", "minimum"]), several),
        st.builds(Call, st.sampled_from([Symbol("f"), Symbol("g")]), one, st.integers(0, 2)),
        st.builds(
            Reduce,
            st.sampled_from(["sum", "product", "max", "min"]),
            st.just(Symbol("i")),
            st.just(Number("1")),
            st.sampled_from([Symbol("m"), Number("3")]),
            parts,
        ),
        st.builds(Derivative, parts, SYMBOLS.map(lambda by: (by,))),
        st.builds(Tuple, several, st.just("(")),
        st.builds(Matrix, st.lists(two, min_size=1, max_size=2).map(tuple)),
        st.builds(
            Cases,
            st.tuples(st.tuples(parts, condition), st.tuples(parts, st.none())),
        ),
    )


TREES = st.recursive(st.one_of(NUMBERS, SYMBOLS), _larger, max_leaves=12)
