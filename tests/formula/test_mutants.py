"""Laws that no other test would have missed: each is here because a mutant of the code survived."""

from __future__ import annotations

import pytest

from bpreport.formula import FLOAT, evaluate, latex, parse
from bpreport.formula.chains import split
from bpreport.formula.tree import Apply, Number, Reduce, Symbol

SUM = Reduce("sum", Symbol("i"), Number("1"), Symbol("m"), Symbol("x", (Symbol("i"),)))


def test_what_ends_in_a_sum_is_divided_in_brackets() -> None:
    r"""(a \sum x_i) / 2 is not a \sum (x_i / 2) to whoever reads it back."""
    tree = Apply("divide", (Apply("multiply", (Symbol("a"), SUM)), Number("2")), sign="/")
    assert parse(latex(tree)) == tree
    # The twin: a sum in front leaves nothing open.
    tree = Apply("divide", (Apply("multiply", (SUM, Symbol("a"))), Number("2")), sign="/")
    assert parse(latex(tree)) == tree


def test_indices_that_would_be_a_word_are_kept_apart() -> None:
    """L and g side by side are the logarithm's name; j and k are j and k."""
    assert latex(Symbol("w", (Symbol("l"), Symbol("g")))) == "w_{l,g}"
    assert latex(Symbol("w", (Symbol("j"), Symbol("k")))) == "w_{jk}"
    assert latex(Symbol("w", (Symbol("y"), Symbol("i"), Symbol("j")))) == "w_{y,i,j}"


@pytest.mark.parametrize(
    ("relation", "below", "at", "above"),
    [(r"\ne", 1, 0, 1), (r"\le", 1, 1, 0), (r"\ge", 0, 1, 1), ("<", 1, 0, 0), (">", 0, 0, 1),
     ("=", 0, 1, 0)],
)  # fmt: skip
def test_relations_on_both_sides(relation: str, below: int, at: int, above: int) -> None:
    """What holds below, at and above 2."""
    tree = parse(rf"\begin{{cases}} 1 & x {relation} 2 \\ 0 & \text{{otherwise}} \end{{cases}}")
    assert [evaluate(tree, {"x": x}, FLOAT) for x in (1, 2, 3)] == [below, at, above]


def test_a_sum_that_begins_with_a_minus_has_no_brackets() -> None:
    """Only a sum that was printed inside a sum keeps them."""
    assert latex(parse("-a + b")) == "-a + b"
    assert latex(parse("(a + c) + b")) == "(a + c) + b"


def test_what_stands_above_a_sum_may_be_typed_first() -> None:
    """Braces and all; behind a function it is a mark of the name, or a power of the value."""
    assert parse(r"\sum^{n}_{i=1} x_i") == parse(r"\sum_{i=1}^{n} x_i")
    assert parse("f^{2}(x + 1)") == parse("(f(x + 1))^2")
    assert parse("f^{(2)}(x + 1)") != parse("f^{(2)} x + f^{(2)}")


def test_two_columns_of_chains_go_on_each_below_itself() -> None:
    """a = 1 + 1 = 2 on the left, b = 2 + 2 = 4 on the right."""
    source = r"\begin{aligned} a &= 1 + 1 & b &= 2 + 2 \\ &= 2 & &= 4 \end{aligned}"
    assert [[side.source.strip() for side in chain.sides] for chain in split(source)] == [
        ["a", "1 + 1", "2"],
        ["b", "2 + 2", "4"],
    ]
