"""Which module the tests are about: `pytest --submission solution`."""

from importlib import import_module

import pytest


def pytest_addoption(parser):
    """The module with the functions that a student wrote."""
    parser.addoption("--submission", default="student", help="module to test")


@pytest.fixture
def network(request):
    """That module."""
    return import_module(request.config.getoption("--submission"))
