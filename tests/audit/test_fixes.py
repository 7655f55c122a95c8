"""A correction that can be put into the deck exactly is told with its place; others have none."""

from __future__ import annotations

import pytest

from bpreport.audit import audit
from bpreport.deck import read_text
from tests.audit.test_others_names import DESCENT


def proposed(source: str) -> str | None:
    """The last line of a deck with the fix of its last claim; None where there is no fix."""
    result = audit(read_text(source))
    fix = result.judgements[-1].fix
    if fix is None:
        return None
    lines = source.split("\n")
    line = lines[fix.position.line - 1]
    start = fix.position.column - 1
    assert line[start:].startswith(fix.old)
    lines[fix.position.line - 1] = line[:start] + fix.new + line[start + len(fix.old) :]
    return lines[-1]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("$$a = 0.4 * 0.5 - 0.3 = 0.1$$", "$$a = 0.4 * 0.5 - 0.3 = -0.1$$"),  # 0.2 - 0.3
        ("$$a = 2 * 3 = -6$$", "$$a = 2 * 3 = 6$$"),
        ("$$a = 2 * 3 = (-6)$$", "$$a = 2 * 3 = (6)$$"),
        ("$$a = 1 - 3 = - 4$$", "$$a = 1 - 3 = - 2$$"),  # the sign that is there stays as it is
        ("$$a = (2 * 3, 2 * 4) = (6, 9)$$", "$$a = (2 * 3, 2 * 4) = (6, 8)$$"),
        ("$$a = 4 - 10 = +6$$", "$$a = 4 - 10 = -6$$"),
        ("$$a = 4 - 10 = \\mathbf{+ 6}$$", "$$a = 4 - 10 = \\mathbf{-6}$$"),
        ("$$a = 3 + 4 = \\textbf{8.0}$$", "$$a = 3 + 4 = \\textbf{7.0}$$"),
        ("$$a = 0.4 * 0.5 =\n-0.3$$", "0.2$$"),  # on the line where it stands
        ("$$a = 3 * 0.4 = 1.3e0$$", "$$a = 3 * 0.4 = 1.2$$"),
        (
            "| v |\n|---|\n| $\\|3\\| * 0.4 = 1.3$ |",  # behind what a table has to escape
            "| $\\|3\\| * 0.4 = 1.2$ |",
        ),
    ],
)
def test_the_digits_are_replaced_where_they_stand(before, after):
    """With the sign, if that is another one."""
    assert proposed(before) == after


@pytest.mark.parametrize(
    "source",
    [
        "$$a = 1{,}234 * 2 = 2{,}469$$",  # the author's separators would be lost
        "$$a = 0.4 * 0.5 = -\n0.3$$",  # from one line to the next
        "$$a = 10^{20} * 3 = 2 * 10^{20}$$",  # no number by itself
        "$$a = 2 * 3 = -(7)$$",  # the sign is not the number's own
        DESCENT + '[1.35e-1]{claim="x_3"}',  # in running text, with an exponent of its own
    ],
)
def test_what_cannot_be_placed_has_no_fix(source):
    """It is an error all the same."""
    result = audit(read_text(source))
    assert result.judgements[-1].verdict.level == "error"
    assert proposed(source) is None
