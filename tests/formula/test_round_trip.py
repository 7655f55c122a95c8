"""What is typeset reads back as the same tree; what is not a formula never breaks the reader."""

from __future__ import annotations

from hypothesis import example, given, settings
from hypothesis import strategies as st

from bpreport.formula import FormulaError, describe, latex, parse
from bpreport.formula.chains import split
from bpreport.formula.tree import Apply, Number, Symbol, Tree, Tuple
from tests.formula.trees import TREES

x = Symbol("x")
PIECES = [
    r"\frac", "{", "}", "(", ")", "[", "]", "^", "_", "+", "-", "*", "/", "=", ",", ";", "&", "|",
    r"\\", r"\sum", r"\partial", r"\nabla", "d", "w_1", "x", "2", "0.5", "1,2", "f", r"\ln", "exp",
    r"\begin{cases}", r"\end{cases}", r"\begin{pmatrix}", r"\end{pmatrix}", r"\left", r"\right",
    r"\text{if }", r"\text{out}", r"\Delta", "'", "²", "₁", "∑", " ", r"\quad", r"\boxed", "%",
    r"\underbrace", r"\begin{align}", r"\end{align}", r"\rm", "\n", "～", "净",
]  # fmt: skip


@settings(max_examples=400)
@given(TREES)
@example(Apply("power", (Symbol("w", (), ("+",)), Number("2"))))
@example(Apply("add", (Apply("add", (x, x)), Apply("negative", (Apply("add", (x, x)),)))))
@example(Apply("multiply", (Apply("exp", (x,)), Number("2")), sign=""))
@example(Apply("negative", (Apply("negative", (x,)),)))
@example(Apply("exp", (Tuple((Number("0"), Number("0"))),)))
def test_latex_of_a_tree_reads_back(tree: Tree) -> None:
    """Brackets are put wherever the tree would be read otherwise, and what is read is written."""
    written = latex(tree)
    assert describe(parse(written)) == describe(tree)


@settings(max_examples=500)
@given(st.lists(st.sampled_from(PIECES), max_size=14).map("".join))
def test_any_pieces_are_read_or_refused(source: str) -> None:
    """A formula of any pieces gives a tree or a FormulaError with a place inside it."""
    for chain in split(source):
        for side in chain.sides:
            if not side.source:  # the formula before goes on
                continue
            assert source[side.offset] == side.source[0]
            assert read_or_refused(side.source)


@given(st.text(max_size=30))
def test_any_text_is_read_or_refused(source: str) -> None:
    assert read_or_refused(source)


def read_or_refused(source: str) -> bool:
    """Whether a source gives a tree, or a refusal with a place inside it and what was expected."""
    try:
        parse(source)
    except FormulaError as error:
        return 0 <= error.offset <= len(source) and error.expected != ""
    return True
