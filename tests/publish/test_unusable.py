"""Why a deck cannot be used is told in the reader's language: asked for, or else the deck's."""

import json

import pytest

from bpreport.deck import DeckError, read, read_text
from bpreport.publish import Workers, check
from bpreport.publish.language import unusable
from bpreport.worked import recompute
from tests.publish.decks import DESCENT, PERCEPTRON

KINDS = {
    "YAML": (
        "---\n- a\n---\n",
        "d.md:2:1: front matter must be keys and values, as in 'title: Notes'",
        "d.md:2:1: 文首设置必须由键和值组成，如 'title: Notes'",
    ),
    "an unknown key": (
        DESCENT.replace("worked", "titel: x\nworked"),
        "d.md:2:1: titel: unknown key; expected one of 'title', 'author', ",
        "d.md:2:1: titel: 未知的键；这里应是下列之一：'title', 'author', ",
    ),
    "a missing key": (
        "---\nworked:\n  d: {kind: gradient descent}\n---\n",
        "d.md:3:3: worked.d: missing key 'objective'",
        "d.md:3:3: worked.d: 缺少键 'objective'",
    ),
    "a value of the wrong kind": (
        DESCENT.replace("0.25", "fast"),
        'worked.descent.learning_rate: expected a number, found "fast"',
        'worked.descent.learning_rate: 这里应是一个数；实际是 "fast"',
    ),
    "a word that is none of those known": (
        DESCENT.replace("gradient descent", "magic"),
        "worked.descent.kind: expected one of 'gradient descent', 'linear regression', ",
        "worked.descent.kind: 这里应是下列之一：'gradient descent', 'linear regression', ",
    ),
    "too many numbers": (
        PERCEPTRON.replace("w: [0.5]", "w: [0.5, 1]"),
        "worked.net.given.w: expected 1 numbers (one for each connection: 1 * 1), found 2",
        "worked.net.given.w: 应有 1 个数（每条连接一个：1 * 1），实际有 2 个",
    ),
    "a formula that is not understood": (
        DESCENT.replace("x^2", "2 +* x"),
        "worked.descent.objective: the objective is not understood: at '*': expected ",
        "worked.descent.objective: 看不懂目标函数：在 '*' 处：这里应是",
    ),
    "a formula that has no value": (
        DESCENT.replace("x^2", "f(x)"),
        "worked.descent.objective: the objective cannot be computed: the function f is not defined",
        "worked.descent.objective: 目标函数无法计算：函数 f 没有定义",
    ),
    "a run that diverges": (
        DESCENT.replace("0.25", "2.5"),
        "worked.descent.learning_rate: the run diverges: after ",
        "worked.descent.learning_rate: 这次运行发散：学习率为 2.5 时，更新 ",
    ),
    "a heading": (
        "# A {worked=b}\n",
        "d.md:1:5: the heading names the worked example 'b'; expected one that the front matter",
        "d.md:1:5: 标题指明的算例是 'b'；可用的：文首设置中描述的算例",
    ),
    "a mark": (
        "[x]{claim=a}\n",
        "d.md:1:2: the claim 'a' expects a number in its brackets, found 'x'",
        "d.md:1:2: 断言 'a' 的方括号里应是一个数，实际是 'x'",
    ),
}


def fault(source):
    with pytest.raises(DeckError) as raised:
        recompute(read_text(source, "d.md"))
    return raised.value


@pytest.mark.parametrize(("source", "english", "chinese"), KINDS.values(), ids=KINDS)
def test_it_is_told_in_either_language(source, english, chinese):
    """Place, sentence, and whatever of its values is a phrase of ours."""
    error = fault(source)
    assert english in str(error)
    assert unusable(error, "en") == str(error)
    assert chinese in unusable(error, "zh")


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ("---\nlang: zh\nlr: 1\n---\n# Notes\n", "未知的键"),  # the deck says so
        ("---\nlr: 1\n---\n# 梯度下降法回顾：学习率怎样影响收敛\n", "未知的键"),  # as it is written
        ("---\nlang: en\nlr: 1\n---\n# 梯度下降法回顾\n", "unknown key"),
        ("---\nlang: fr\nlr: 1\n---\n# Notes\n", "unknown key"),  # no catalogue speaks it
        ("---\r\nlang: zh\r\nlr: 1\r\n---\r\n", "未知的键"),
        (DESCENT.replace("---\n", "---\nlang: zh\n", 1).replace("0.25", "2.5"), "这次运行发散"),
    ],
)
def test_without_being_asked_for_it_is_the_language_of_the_deck(source, told):
    """So far as it could be read."""
    assert told in unusable(fault(source))


def test_of_a_file_that_cannot_be_read_it_is_english(tmp_path):
    """Unless another language is asked for."""
    with pytest.raises(DeckError) as raised:
        read(tmp_path)
    assert unusable(raised.value) == f"{tmp_path}: is a folder; expected a file"
    assert unusable(raised.value, "zh") == f"{tmp_path}: 是文件夹；这里应是文件"


@pytest.mark.parametrize("jobs", [1, 2])
@pytest.mark.parametrize("form", ["text", "github", "sarif"])
def test_all_forms_of_check_tell_it(tmp_path, form, jobs):
    """On standard error, and where a program looks for it; also from other processes."""
    paths = [tmp_path / "a.md", tmp_path / "b.md"]
    for path in paths:
        path.write_text("---\nlang: zh\nlr: 1\n---\n", encoding="utf-8")
    outcome = check(paths, form, None if form == "text" else "zh", workers=Workers(jobs))
    assert [
        f"{path}:3:1: lr: 未知的键" in said
        for path, said in zip(paths, outcome.messages, strict=True)
    ] == [True, True]
    if form == "github":
        assert outcome.text.count("未知的键") == 2
    if form == "sarif":
        (run,) = json.loads(outcome.text)["runs"]
        notes = run["invocations"][0]["toolExecutionNotifications"]
        assert ["未知的键" in note["message"]["text"] for note in notes] == [True, True]
