"""Words before a formula that say that its number is what should come out: the true label y = 1."""

from __future__ import annotations

import re

__all__ = ["is_wanted"]

_WANTED = re.compile(
    r"(?:(?<!predicted )\blabels?"
    r"|\btargets?(?: (?:output|value|label|class)s?)?"
    r"|\b(?:true|desired|wanted) (?:output|value|class|answer|response)s?"
    r"|\b(?:expected|correct) (?:output|answer|response)s?"
    r"|\bground[ -]truth"
    r"|(?<!预测)(?<!预测的)标签"
    r"|真实(?:的)?(?:输出|类别|标记|结果)?|(?:期望|目标|理想)(?:的)?输出|目标|正确答案)"
    r"值?(?:\s(?:is|was)|\s?[为是:：])?\s{0,2}\Z",
    re.IGNORECASE,
)
_LONGEST = 60
"""Characters before a formula that are looked at."""


def is_wanted(before: str) -> bool:
    """Whether the text before a formula ends with words for what should come out.

    >>> [is_wanted(text) for text in ("with true label ", "the desired output is ", "真实输出 ")]
    [True, True, True]
    >>> [is_wanted(text) for text in ("the predicted label ", "The output is ", "预测标签 ")]
    [False, False, False]
    """
    return _WANTED.search(before[-_LONGEST:]) is not None
