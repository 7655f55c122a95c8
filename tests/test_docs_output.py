"""The output that the README and docs/json.md show is what the commands print."""

import json
import re

import pytest
from click.testing import CliRunner

from bpreport.cli import main
from tests.support import ROOT

README = (ROOT / "README.md").read_text(encoding="utf-8")
JSON = (ROOT / "docs/json.md").read_text(encoding="utf-8")


def block(page: str, label: str) -> str:
    """The first fenced block with a label."""
    found = re.search(rf"^```{label}\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    assert found is not None, f"no block is labelled {label!r}"
    return found[1]


@pytest.fixture
def run(tmp_path, monkeypatch):
    """Run bpreport on the page's deck as notes.md."""
    monkeypatch.chdir(tmp_path)

    def command(page: str, *arguments: str) -> tuple[str, int]:
        (tmp_path / "notes.md").write_text(block(page, "markdown deck"), encoding="utf-8")
        result = CliRunner().invoke(main, [*arguments], catch_exceptions=False)
        assert result.stderr == ""
        return result.stdout, result.exit_code

    return command


def test_readme_shows_what_check_prints(run):
    assert run(README, "check", "notes.md") == (block(README, "text"), 1)


def test_json_of_check(run):
    shown, status = run(JSON, "check", "notes.md", "--format", "json")
    assert json.loads(shown) == json.loads(block(JSON, "json check"))
    assert status == 1


def test_golden_values(run):
    shown, status = run(JSON, "golden", "notes.md")
    assert json.loads(shown) == json.loads(block(JSON, "json golden"))
    assert status == 0


def keys(value: object) -> set[str]:
    """All keys that stand anywhere in a JSON value, but not names of a deck's own choosing."""
    if isinstance(value, list):
        return set().union(*map(keys, value))
    if not isinstance(value, dict):
        return set()
    own = {key for key in value if re.fullmatch("[a-z]+", key)} - {"bowl"}
    return own.union(*map(keys, value.values()))


@pytest.mark.parametrize("arguments", [["check", "--format", "json"], ["golden"]])
def test_every_key_is_documented(arguments):
    """Every key of the output for the built-in deck stands in a table or sentence of the page."""
    output = json.loads(CliRunner().invoke(main, arguments, catch_exceptions=False).stdout)
    examples = {**output.get("examples", {}), **output.get("conventions", {})}
    for example in examples.values():
        for part in (example, *example.get("alternatives", ())):
            for chosen in ("series", "losses"):
                part.pop(chosen, None)
    # Dimensions of a convention are those of the front matter, but for how a trace counts.
    told = set(re.findall(r"`([\w -]+)`", JSON)) | {"counting", "loss"}
    assert keys(output) - set(examples) - told - set(output.get("summary", {})) == set()
