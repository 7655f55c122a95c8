"""Case files: a title, a formula as it stands in a deck, and how it is read.

title
.
the formula
.
the first side of a chain
  = the next side
.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from bpreport.formula import FormulaError, describe, parse
from bpreport.formula.chains import RawChain, RawSide, split
from tests.support import ROOT

FOLDER = ROOT / "tests/cases"


class Case(NamedTuple):
    title: str
    source: str
    expected: str


def cases(name: str) -> list[Case]:
    """The cases of a file; lines in front of a title that begin with # are remarks."""
    found = []
    text = (FOLDER / name).read_text(encoding="utf-8")
    for block in text.split("\n\n"):
        lines = [line for line in block.strip("\n").split("\n") if not line.startswith("# ")]
        if lines == [""] or not lines:
            continue
        title, *body = lines
        _, source, expected, _ = "\n".join(["", *body, ""]).split("\n.\n")
        found.append(Case(title, source, expected))
    return found


def write(path: Path, found: list[Case], remark: str) -> None:
    blocks = [remark] + [f"{case.title}\n.\n{case.source}\n.\n{case.expected}\n." for case in found]
    path.write_text("\n\n".join(blocks) + "\n", encoding="utf-8")


def reading(source: str) -> str:
    """How a formula is read: each chain with its relations and the trees of its sides."""
    return "\n".join(_chain(chain) for chain in split(source))


def _chain(chain: RawChain) -> str:
    first, *rest = map(_side, chain.sides)
    lines = ["(the formula before)" if chain.continues else first]
    lines += [f"  {sign} {side}" for sign, side in zip(chain.relations, rest, strict=True)]
    return "\n".join(lines)


def _side(side: RawSide) -> str:
    if not side.source:
        return ""
    try:
        return describe(parse(side.source))
    except FormulaError as error:
        return f"refused {error}"
