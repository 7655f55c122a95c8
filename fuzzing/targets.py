"""What is fuzzed: each target takes bytes and raises only where the program has a defect.

A target states a law: what is not understood is refused by the one error that is documented for it,
and what is read keeps what the reader promises of it. Any other exception is a find.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

__all__ = ["TARGETS", "Target"]

LAW = "the law of the target does not hold"
MEMORY = Path("/dev/shm")
"""Where files are written if the system has it: a disk would be most of the time."""


@dataclass(frozen=True, slots=True)
class Target:
    """One reader of untrusted text."""

    run: Callable[[bytes], None]
    instrumented: tuple[str, ...]
    """Packages whose branches guide the search."""
    longest: int
    """Bytes of an input: more would make each execution slow and find little more."""
    words: tuple[str, ...]
    """Pieces that the search puts in."""


def parser(data: bytes) -> None:
    """A side is a tree, or is refused with a place inside it and with what was expected."""
    from bpreport.formula import FormulaError, parse
    from bpreport.formula.tree import Node, walk

    source = data.decode("utf-8", "replace")
    try:
        check(all(isinstance(part, Node) for part in walk(parse(source))))
    except FormulaError as error:
        check(0 <= error.offset <= len(source) and bool(error.expected))


def typesetting(data: bytes) -> None:
    """What is read is written so that it reads back as the same."""
    from bpreport.formula import FormulaError, describe, latex, parse

    try:
        tree = parse(data.decode("utf-8", "replace"))
    except FormulaError:
        return
    try:
        again = parse(latex(tree))
    except FormulaError as error:
        # What is written may be longer than what was typed: the bounds alone may refuse it.
        check("at most" in error.expected)
        return
    check(describe(again) == describe(tree))


def reader(data: bytes) -> None:
    """Any text is a deck, or is refused with its place; the ledger's places are true."""
    from bpreport.deck import DeckError, read_text

    suffix = ("md", "md", "md", "tex")[data[0] % 4] if data else "md"
    source = data[1:].decode("utf-8", "replace")
    try:
        deck = read_text(source, f"notes.{suffix}")
    except DeckError as error:
        check(str(error).startswith("notes."))
        return
    if suffix == "md":
        for numeral in deck.numerals:
            line, column = deck.line_at(numeral.position), numeral.position.column
            check(line[column - 1 :].startswith(numeral.text))


def front_matter(data: bytes) -> None:
    """Settings that keep to the schema, or a refusal; what it describes is computed or refused."""
    from bpreport.deck import DeckError, read_text
    from bpreport.worked import recompute

    source = data.decode("utf-8", "replace")
    try:
        recompute(read_text(f"---\n{source}\n---\n", "notes.md"))
    except DeckError as error:
        check(str(error).startswith("notes.md"))


def answers(data: bytes) -> None:
    """A file of answers: rows and problems, or a refusal of the whole."""
    from bpreport.deck import DeckError
    from bpreport.publish.marking.answers import read_answers

    kinds = {"1a": "number", "1b": "count", "2a": "choice"}
    with tempfile.TemporaryDirectory(dir=MEMORY if MEMORY.is_dir() else None) as folder:
        path = Path(folder) / "answers.csv"
        path.write_bytes(data)
        try:
            found = read_answers(path, kinds, ["ada", "li"])
        except DeckError as error:
            check(str(path) in str(error))
            return
    for row in found.rows:
        check(row.cells is None or set(row.cells) == set(kinds))
    for problem in found.problems:
        check(problem.line >= 1 and bool(str(problem.message)))


def check(holds: bool) -> None:
    """Raise where a law does not hold."""
    if not holds:
        raise AssertionError(LAW)


LATEX = (
    r"\\frac{", r"\\sqrt[", r"\\sum_{i=1}^{", r"\\prod", r"\\partial", r"\\nabla",
    r"\\begin{cases}",
    r"\\end{cases}", r"\\begin{pmatrix}", r"\\end{pmatrix}", r"\\left(", r"\\right)", r"\\text{",
    r"\\hat{", r"\\mathbf{", r"\\cdot", r"\\odot", r"\\bullet", r"\\arg\\min", r"\\log_",
    r"\\theta",
    r"\\\\", "^{", "_{", "'", "^T", "^{(t+1)}", "0.50", "e^{-", "w_7^+", "out_{o1}", "f(",
)  # fmt: skip
MARKDOWN = (
    "$$", "$", r"\\[", r"\\(", "```math\\x0a", "## A {worked=b}", '[19]{claim=\\"a\\"}',
    "[1]{.iteration}",
    "---\\x0a", "|a|b|\\x0a|-|-|\\x0a", "\\\\begin{align}", "\\\\end{align}", "\\\\section{",
    "> ", "- ", "1. ",
    "\\\\begin{frame}", "after 10 iterations", "= 0.5", "<script>", "](", "![", "&amp;",
    "\\x0d\\x0a",
)  # fmt: skip
YAML = (
    "worked:\\x0a", "  d: ", "kind: ", "gradient descent", "perceptron", "linear regression",
    "logistic regression", "objective: ", "learning_rate: ", "start: ", "tolerance: ", "stop: ",
    "iterations: ", "unstated: [", "layers: {i: 2, h: 2, o: 1}", "given: {", "w: [", "target: [",
    "activation: ", "sigmoid", "x^2", "&a", "*a", "!!", "? ", "|\\x0a", ">\\x0a", "1e309", "0x1",
    ".inf",
)  # fmt: skip
CELLS = (
    "student", "id", "1a", "1b", "2a", ",", ";", "\\x09", "sep=;", "\\x0d\\x0a", '\\"', "ada", "li",
    "0,25", "1/4", "2.5e-1", "%", "(b)", "=1+1", "\\xef\\xbb\\xbf", "\\xff\\xfe", "\\xe2\\x88\\x92",
)  # fmt: skip

TARGETS: Mapping[str, Target] = {
    "parser": Target(parser, ("bpreport.formula",), 64, LATEX),
    "typesetting": Target(typesetting, ("bpreport.formula",), 48, LATEX),
    "reader": Target(reader, ("bpreport.deck",), 160, MARKDOWN + LATEX[:6]),
    "front-matter": Target(front_matter, ("bpreport.deck", "bpreport.worked"), 400, YAML),
    "answers": Target(answers, ("bpreport.publish.marking", "bpreport.publish.spreadsheets"), 160,
                      CELLS),
}  # fmt: skip
