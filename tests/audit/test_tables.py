"""The numbers of tables beside those of their own rows."""

from __future__ import annotations

import json

from bpreport.audit import audit
from bpreport.deck import read_text

TABLE = "$L = (w - 1)^2$\n\n| $w$ | $L$ |\n|---|---|\n"
ROWS = "| 3 | 4 |\n| 2 | 1 |\n| 5 | 16 |\n"
OTHER_ROWS = "| 4 | 9 |\n| 6 | 25 |\n| 7 | 38 |\n"


def verdicts(source: str, path: str) -> list[str]:
    judgements = audit(read_text(source, path)).judgements
    return [str(one.verdict) for one in judgements if one.claim.kind == "figure"]


def test_rows_of_two_cells_of_a_notebook_are_not_one() -> None:
    """Each cell counts its lines anew, so that two tables have rows on lines of one number."""
    sources = (TABLE + ROWS, TABLE + OTHER_ROWS)
    cells = [{"cell_type": "markdown", "source": source} for source in sources]
    right = ["given", "carried"]
    assert verdicts(json.dumps({"cells": cells}), "notes.ipynb") == [
        *right * 5, "given", "wrong",  # (7 - 1)^2 = 36
    ]  # fmt: skip
    # The twin: in one text they have lines of their own.
    assert verdicts("\n".join(sources), "notes.md") == [*right * 5, "given", "wrong"]
