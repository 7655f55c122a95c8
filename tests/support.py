"""What tests in several folders share."""

import os
import shutil
from pathlib import Path
from typing import NoReturn

import pytest

ROOT = Path(__file__).resolve().parent.parent
"""The folder of pyproject.toml."""


def do_without(reason: str) -> NoReturn:
    """Skip the test for the reason, or fail it where BPREPORT_REQUIRE_ALL is set and not empty."""
    if os.environ.get("BPREPORT_REQUIRE_ALL"):
        pytest.fail(f"{reason}, and BPREPORT_REQUIRE_ALL is set", pytrace=False)
    pytest.skip(reason)


def require_program(*names: str) -> str:
    """The path of the first program that is on the search path; without any, the test is skipped.

    Where BPREPORT_REQUIRE_ALL is set, it fails instead.
    """
    for name in names:
        if path := shutil.which(name):
            return path
    do_without(f"{' or '.join(names)} is not on the search path")
