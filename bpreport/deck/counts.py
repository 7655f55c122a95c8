"""How running text names a count of iterations: in digits, and in words up to twelve."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

__all__ = ["COUNT", "Count", "counts_in_digits", "counts_in_words", "updates_told"]

COUNT = r"\d{1,9}"

_CARDINAL = "one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve"
_ORDINAL = "first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|eleventh|twelfth"
_CHINESE = "一|二|三|四|五|六|七|八|九|十|十一|十二"
_NUMBERS = {
    word: number
    for words in (_CARDINAL, _ORDINAL, _CHINESE)
    for number, word in enumerate(words.split("|"), 1)
}
_NUMBERS["两"] = 2

_DIGITS = re.compile(
    rf"第\s*({COUNT})\s*(?:次|步|轮)?\s*(?:迭代|更新|训练)"
    rf"|(?:迭代|更新|训练)\s*({COUNT})\s*(?:次|步|轮)"
    rf"|\b(?:after|at|in)\s+(?:the\s+)?({COUNT})"
    rf"(?:(?:st|nd|rd|th)?\s+(?:iterations?|updates?|steps|epochs?)|\s+step)\b"
    rf"|\b(?:({COUNT})(?:st|nd|rd|th)\s+(?:iteration|update|epoch)"
    rf"|(?P<nth_step>{COUNT})(?:st|nd|rd|th)\s+step)\b"
    rf"|\b(?:(?:iteration|epoch)\s+({COUNT})|step\s+(?P<step>{COUNT}))\b(?!\.\d)",
    re.IGNORECASE,
)

_HAN = "十[一二]?|[一二三四五六七八九两]"
_ONES = "(?:iterations?|updates?|steps?|epochs?)"
_AFTER = "(?:之后|以后|后)(?!向)"  # 后向 is backward
_IN_WORDS = re.compile(
    rf"(?P<last>\bat\s+the\s+end\s+of\s+(?:the\s+)?(?:run|training)\b"
    rf"|\bafter\s+the\s+(?:last|final)\s+(?:iteration|update|epoch)\b"
    rf"|训练结束(?:时|{_AFTER})|最后一次(?:迭代|更新|训练){_AFTER})"
    rf"|(?P<more>\b(?:{_CARDINAL}|{COUNT})\s+{_ONES}\s+later\b"
    rf"|\bafter\s+(?:{_CARDINAL}|{COUNT})\s+(?:more|further)\s+{_ONES}\b"
    rf"|[再又](?:经过)?(?:(?:迭代|更新|训练)(?:{_HAN})[次轮]|(?:{_HAN})[次轮](?:迭代|更新|训练)){_AFTER})"
    rf"|\bafter\s+(?:the\s+first\s+)?(?:{_CARDINAL})\s+{_ONES}\b"
    # What the second update itself computes is of the state before it, and a step may be one of
    # a list: the second step, the backward pass.
    rf"|\b(?:after|at\s+the\s+end\s+of)\s+(?:the\s+)?(?:{_ORDINAL})\s+(?:iteration|update|epoch)\b"
    rf"|第(?:{_HAN})[次轮](?:迭代|更新|训练){_AFTER}"
    rf"|(?<![每第])(?:{_HAN})[次轮](?:迭代|更新|训练){_AFTER}"
    rf"|(?<!每)(?<!每次)(?:迭代|更新|训练)了?(?:{_HAN})[次轮]{_AFTER}",
    re.IGNORECASE,
)
_UPDATED = re.compile(
    r"\b(?:after|following)\s+(?:the|this|that)\s+(?:weight\s+|parameter\s+|gradient\s+)?update\b"
    r"(?!\s+(?:of|rule))"
    r"|\bafter\s+updating\b"
    r"|\bwith\s+(?:the|these|our)\s+(?:new|updated)\s+(?:weights?|parameters?|values)\b"
    rf"|更新{_AFTER}(?!的)|(?:用|以|代入|根据)(?:新的?|更新后的)(?:权重|权值|参数)",
    re.IGNORECASE,
)
_OLD = re.compile(
    r"\b(?:before|old|previous(?:ly)?|former(?:ly)?|was|were|from|still)\b|更新前|之前|原[来先本]|旧|[由从]",
    re.IGNORECASE,
)
"""Words of a sentence that tells of the time before the update as well."""
_NUMBER = re.compile(rf"\b(?:{_ORDINAL}|{_CARDINAL}|{COUNT})\b|{_HAN}", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Count:
    """A count of iterations."""

    number: int | None
    """None where it is said to be the last one."""
    in_words: bool = False
    is_step: bool = False
    """It numbers a step, which may be one of a list: step 2, the backward pass."""
    offset: int = field(default=0, compare=False)
    """Where in its text it is told."""
    of_update: bool = False
    """No count is told, but that it is after the update: then there is no number, either."""


def counts_in_digits(prose: str) -> dict[int, tuple[str, Count]]:
    """The digits that count iterations, by where they stand, and what they count.

    >>> for offset, (text, count) in counts_in_digits("In the 2nd step, and after 10").items():
    ...     print(offset, text, count.is_step)
    7 2 True
    >>> list(counts_in_digits("After 10 updates, and in epoch 12, with 3 layers"))
    [6, 31]
    """
    return {
        match.start(match.lastindex): (
            text := match[match.lastindex],
            Count(int(text), is_step=match.lastgroup is not None, offset=match.start()),
        )
        for match in _DIGITS.finditer(prose)
        if match.lastindex is not None
    }


def counts_in_words(prose: str, before: int | None) -> Iterator[Count]:
    """The counts that are told in words; `before` is the one that text named last.

    >>> [count.number for count in counts_in_words("After two updates", None)]
    [2]
    >>> [count.number for count in counts_in_words("两次更新后, and two epochs later", 3)]
    [2, 5]
    >>> list(counts_in_words("Before the second update we first update the bias.", None))
    []
    """
    for match in _IN_WORDS.finditer(prose):
        if match["last"] is not None:
            yield Count(None, in_words=True, offset=match.start())
            continue
        # In "after the first two updates" the last word counts.
        *_, typed = _NUMBER.findall(match[0])
        number = _NUMBERS.get(typed.lower()) or int(typed)
        counted = (before or 0) + number if match["more"] else number
        yield Count(counted, in_words=True, offset=match.start())


def updates_told(sentence: str) -> Iterator[Count]:
    """Where a sentence tells of the time after an update without a count, and not of before.

    >>> [count.offset for count in updates_told("Now, after the update, the error is")]
    [5]
    >>> list(updates_told("After the update the error, which was")), list(updates_told("反向更新"))
    ([], [])
    """
    if not _OLD.search(sentence):
        for match in _UPDATED.finditer(sentence):
            yield Count(None, offset=match.start(), of_update=True)
