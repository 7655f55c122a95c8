"""Bounds stand in one place, can be set, and are told of; work is counted and ends."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from click.testing import CliRunner

from bpreport.cli import main
from bpreport.formula import EvaluationError, evaluate, parse
from bpreport.formula.effort import ExhaustedError, charge, effort
from bpreport.formula.limits import LIMITS, PREFIX, changed, check, limit
from bpreport.publish.release import parts, release


@pytest.mark.parametrize("name", LIMITS)
def test_each_can_be_set(monkeypatch, name):
    """By a variable of the environment, which is then told as a change."""
    monkeypatch.setenv(f"{PREFIX}{name.upper()}", "7")
    assert limit(name) == 7
    assert changed() == {name: 7}


@pytest.mark.parametrize("typed", ["", "0", "-1", "1.5", "many", "１"])
def test_what_is_no_number_is_refused(monkeypatch, typed):
    monkeypatch.setenv(f"{PREFIX}SUM_TERMS", typed)
    with pytest.raises(ValueError, match=r"SUM_TERMS is .*; expected a whole number above 0"):
        limit("sum_terms")


def test_a_setting_that_there_is_not_is_refused(monkeypatch):
    """A typing error would otherwise leave a bound as it was, without a word."""
    monkeypatch.setenv(f"{PREFIX}SUM_TERM", "7")
    with pytest.raises(ValueError, match="there is no limit BPREPORT_LIMIT_SUM_TERM; known are"):
        check()
    result = CliRunner().invoke(main, ["schema"])
    assert result.exit_code == 2
    assert "there is no limit BPREPORT_LIMIT_SUM_TERM" in result.stderr


def test_a_set_bound_holds():
    """Those that are read once are read when the program starts."""
    code = "from bpreport.formula import evaluate, parse; evaluate(parse(r'\\sum_{i=1}^{9} i'), {})"
    settings = os.environ | {f"{PREFIX}SUM_TERMS": "8"}
    ended = subprocess.run(
        [sys.executable, "-c", code], env=settings, capture_output=True, text=True, check=False
    )
    assert "a sum of more than 8 terms" in ended.stderr


def test_products_under_other_bounds_are_another_release_s(monkeypatch):
    """What was kept of an unfinished batch under other bounds is never taken for this one's."""
    usual = release()
    parts.cache_clear()
    release.cache_clear()
    monkeypatch.setenv(f"{PREFIX}AUDIT_STEPS", "7")
    try:
        assert release() != usual
    finally:
        parts.cache_clear()
        release.cache_clear()


def test_steps_are_counted_and_end():
    """1 + 2 takes three steps, and one for asking; outside nobody counts."""
    with effort(4) as spent:
        assert evaluate(parse("1 + 2"), {}) == 3
        assert (spent.spent, spent.exhausted) == (4, False)
        with pytest.raises(ExhaustedError, match="more than 4 steps"):
            evaluate(parse("1 + 2"), {})
        assert spent.exhausted
    assert evaluate(parse("1 + 2"), {}) == 3
    charge(10**9)


def test_steps_that_were_in_vain_count():
    """A value that does not exist has taken its time."""
    with effort(100) as spent:
        with pytest.raises(EvaluationError, match="b has no value"):
            evaluate(parse("a + b"), {"a": 1})
        assert spent.spent == 4  # asking, the sum, a, b
