"""How likely a slip would be found by accident: what was tried, over what could be told apart.

Numbers between half the printed one and twice it are near; the printed digits are one of 1.5 times
as many. So by hand: the near numbers among those tried, over 1.5 times the digits as one number.
"""

from __future__ import annotations

import pytest

from tests.audit.case_files import audited


@pytest.mark.parametrize(
    ("printed", "slip", "near"),
    [
        # Its digits with the point elsewhere: 0.0628318 to 628.318, of which one is this one.
        ("62.8318", "point misplaced", 1),
        ("628.318", "point misplaced", 1),
        ("0.62832", "point misplaced", 1),
        ("0.06283", "point misplaced", 1),
        # 6.82318, 6.23818, 6.28138, 6.28381
        ("6.82318", "digits swapped", 4),
        ("6.28381", "digits swapped", 4),
        # 6.83180, 6.23180, 6.28180, 6.28380; 6.28310 has one digit for another, 0.28318 is far off
        ("6.83180", "digit dropped", 4),
        ("6.28310", "digit mistyped", 45 + 6),
        # 6.22831, 6.28831, 6.28331 with the last digit lost, and of 6.2832, which is one place
        # shorter, 6.22832, 6.28832, 6.28332, 6.28322; 6.28311 has one digit for another
        ("6.22831", "digit doubled", 7),
        ("6.28311", "digit mistyped", 45 + 6),
        ("6.28322", "digit doubled", 7),
        # Nine others for each of five digits; in front 3 to 9 but for 6, since 2.28 is far off
        ("6.28378", "digit mistyped", 45 + 6),
    ],
)
def test_one_of_the_ways_in_which_digits_go_wrong(printed, slip, near):
    """Each way of writing a number wrongly is a search of its own; the right number is 6.28318."""
    judgement = audited(f"$$3.14159 * 2 = {printed}$$").judgements[-1]
    digits = int(printed.replace(".", ""))
    assert judgement.slip == slip
    assert judgement.chance == pytest.approx(near / (1.5 * digits))
