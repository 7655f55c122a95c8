"""Tables: which quantity each of their numbers is printed for.

A heading that is nothing but a formula names the numbers below it. Where a column counts, its
counts stand in the place of the index: under k and x_k, the row of 2 has x_2. A table of two
columns may name its numbers at their left instead, and one that counts in its first row is read
sideways. Where nothing counts, each row is a case of its own. Last rows that say so are the sums or
the means of the rows before.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest

__all__ = ["Entry", "counts", "counts_below", "entries", "printed_at", "sole_number"]

COUNTING = re.compile(
    r"\b(?:iterations?|epochs?|steps?|updates?)\b|迭代|轮次|更新次数|步数", re.IGNORECASE
)
"""Headings of columns that count iterations."""

_FORMULA = re.compile(r"\$([^$]+)\$|\\\((.+)\\\)", re.DOTALL)
_SUM_WORDS, _SUM_SIGNS = "sums?|totals?", r"Σ|∑|\\sum|\\Sigma|合计|总计|总和|求和"
_MEAN_WORDS, _MEAN_SIGNS = "means?|averages?|avg", "平均|均值"
_TOTAL = re.compile(
    rf"\b(?:{_SUM_WORDS}|{_MEAN_WORDS})\b|{_SUM_SIGNS}|{_MEAN_SIGNS}", re.IGNORECASE
)
"""Cells that say that the numbers beside are those of the rows before, taken together."""
_LABEL = re.compile(
    rf"(?P<sum>{_SUM_WORDS}|{_SUM_SIGNS}|和)|{_MEAN_WORDS}|avg\.|{_MEAN_SIGNS}|平均值",
    re.IGNORECASE,
)
"""The same, where the cell says nothing else."""
_MOST_COLUMNS = 100
"""Columns up to which what heads them is held against one another; no reader sees more."""
_LETTER = re.compile(r"[ijklmnst]|\\ell")
_BEFORE = re.compile(r"\b(?:before|old)\b|更新之?前|(?<!更)[旧原]", re.IGNORECASE)
_AFTER = re.compile(r"\b(?:after|new|updated)\b|更新之?后|(?<!更)新", re.IGNORECASE)
"""Headings of what parameters are before an update, and after it."""
_AFTER_WORD = r"after|new|updated|final|next|更新之?后|新"
_VALUE_AFTER = re.compile(
    rf"(?:(?:the|update|step|value|weight|bias|parameter|的|值|权重|参数|{_AFTER_WORD})[\s()（）,，]*)+",
    re.IGNORECASE,
)
"""What stands beside a name that heads a column, where the column has what the name becomes."""
_UPRIGHT = re.compile(r"\\(?:text|textrm|mathrm|operatorname)\s*\{([^{}]*)\}")
_SLOPE = re.compile(r"梯度|导数|\b(?:gradients?|derivatives?|slopes?)\b", re.IGNORECASE)
"""A column of them has no values of the names beside it."""
_CALL = re.compile(r"\$[^$]*\([^$]*\$")
_COUNT = re.compile(r"\d{1,9}", re.ASCII)
_NUMBER = re.compile(r"[-+−–]?(?:\d+(?:\.\d+)?(?:[eE][-+]?\d{1,4})?|\.\d+)", re.ASCII)
"""A number that formulas know, with its sign: no digits are missing behind its point."""
_FRACTION = re.compile(
    r"(?P<sign>[-+−–]?)(?:(?P<above>\d+)\s*/\s*(?P<below>0*[1-9]\d*)"
    r"|\\[dt]?frac(?:\{\s*(?P<above_>\d+)\s*\}|\s*(?P<above__>\d))"
    r"(?:\{\s*(?P<below_>0*[1-9]\d*)\s*\}|\s*(?P<below__>[1-9])))",
    re.ASCII,
)
_ROW = re.compile(r"(?:\\left\s*)?\((?P<inner>[^()]*,[^()]*?)(?:\\right\s*)?\)")
"""A row of names, or of numbers."""
_PERCENT = re.compile(r"(?:\s|\\[,;: ]|~)*\\?%\s*\Z")


@dataclass(frozen=True, slots=True)
class Printed:
    """A cell that is nothing but a number."""

    text: str
    """Its digits as typed; a fraction is "1/2", however it is typed."""
    typed: str
    """What stands for it in the cell."""
    percent: bool = False
    """A sign for percent stands behind it, and it has no exponent."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A number of a table."""

    row: int
    column: int
    heading: str
    """The formula that names it, as LaTeX; empty for what counts the rows."""
    letter: str = ""
    """The index that the table counts by; empty where it counts iterations in words."""
    count: int | None = None
    """What it is in the number's row."""
    beside: tuple[str, ...] = ()
    """All that is named in its row, where no word says that this is an iteration."""
    total: bool = False
    """The heading is the sum or the mean of the numbers above it: "2 + 6 + 15"."""
    state: str = ""
    """Of a parameter beside an update of it: "before" or "after"."""
    place: int | None = None
    """Which of several numbers of a cell it is, beneath as many names: (3.2, 0.8) is (x_1, y_1)."""
    percent: bool = False
    """A hundredth of it is meant; a total is one of numbers that are all in percent."""


def entries(rows: Sequence[Sequence[str]]) -> Iterator[Entry]:
    r"""The numbers of a table that are printed for a quantity; the first row has the headings.

    >>> for entry in entries([["$k$", "$x_k$", "remark"], ["0", "3", "start"], ["1", "$2.6$", ""]]):
    ...     print(entry.row, *filter(None, (entry.heading, entry.letter)), entry.count or 0)
    1 0
    1 x_k k 0
    2 0
    2 x_k k 1
    >>> [entry.heading for entry in entries([["weight", "value"], ["$w_1$", "0.15"]])]
    ['w_1']
    >>> [entry.heading for entry in entries([["", "cost"], ["a", "3"], ["b", "4"], ["total", "7"]])]
    ['3 + 4']
    """
    for entry in _entries(rows):
        printed = sole_number(rows[entry.row][entry.column])
        percent = printed is not None and printed.percent and not entry.total
        yield replace(entry, percent=percent)


def _entries(rows: Sequence[Sequence[str]]) -> Iterator[Entry]:
    if not rows:
        return
    last = len(rows)
    while last > 1 and _label(rows[last - 1]):
        last -= 1
    for row in range(last, len(rows)):
        yield from _totals(row, rows[row], rows[1:last])
    rows = rows[:last]
    sideways = [list(column) for column in zip_longest(*rows, fillvalue="")]
    ways = [_counting_column(way) is not None for way in (rows, sideways)]
    if not any(ways):
        ways = [_before_and_after(way) is not None for way in (rows, sideways)]
    if ways == [False, True]:
        for entry in _in_rows(sideways):
            yield replace(entry, row=entry.column, column=entry.row)
    else:
        yield from _in_rows(rows)


def _in_rows(rows: Sequence[Sequence[str]]) -> Iterator[Entry]:
    headings = _headings(rows[0])
    counting = _counting_column(rows)
    if counting is None and (columns := _before_and_after(rows)) is not None:
        for row, cells in enumerate(rows[1:], 1):
            for column in columns:
                if column < len(cells) and sole_number(cells[column]) is not None:
                    state = "before" if column == columns[0] else "after"
                    yield Entry(row, column, _name(cells[0]) or "", state=state)
        return
    if counting is None and len(rows[0]) == 2 and not all(headings):
        if _SLOPE.search(rows[0][1]):
            return
        for row, cells in enumerate(rows):
            name = _name(cells[0]) if len(cells) == 2 else None
            if name is not None and sole_number(cells[1]) is not None:
                yield Entry(row, 1, name)
        return
    if counting is None and len(rows) != 2:
        yield from _of_cases(rows, headings)
        return
    names = tuple(heading for heading in headings if heading is not None)
    for row, cells in enumerate(rows[1:], 1):
        letter, count = "", None
        beside: tuple[str, ...] = ()
        if counting is not None:
            letter = headings[counting] or _letter_beside_words(rows[0][counting])
            count = _count(cells[counting])
            beside = names if _LETTER.fullmatch(headings[counting] or "") else ()
        for column, (heading, cell) in enumerate(zip(headings, cells, strict=False)):
            for place in range(_names_of_a_row(heading, cell)):
                yield Entry(row, column, heading or "", letter, count, place=place)
            if column != counting and heading is not None and sole_number(cell) is not None:
                yield Entry(row, column, heading, letter, count, beside)
            elif column != counting or sole_number(cell) is None:
                continue
            elif sum(map(bool, headings)) > bool(letter):
                yield Entry(row, column, "")


def _headings(cells: Sequence[str]) -> list[str | None]:
    """What heads each column; w^{+} above "new w" beside a column of w."""
    names = [_name(cell) for cell in cells]
    plain = {name for name in names if name is not None}
    return [
        _after_update(cell, plain) if name is None else name
        for cell, name in zip(cells, names, strict=True)
    ]


def _after_update(cell: str, plain: set[str]) -> str | None:
    """The name for what a heading calls the new value of another column; None for others."""
    found: list[tuple[str, str]] = _FORMULA.findall(cell)
    formulas = [source.strip() for pair in found for source in pair if source]
    words = _FORMULA.sub("", cell).strip(" ()（）")
    told = _VALUE_AFTER.fullmatch(words) and re.search(_AFTER_WORD, words, re.IGNORECASE)
    if not told or len(formulas) != 1 or formulas[0] not in plain:
        return None
    if "^" not in formulas[0]:
        return formulas[0] + "^{+}"
    return re.sub(r"\^\s*(?:\{([^{}]*)\}|(\w))", r"^{\1\2+}", formulas[0])


def _names_of_a_row(heading: str | None, cell: str) -> int:
    """How many names a heading has for the row of numbers in a cell: (x_k, y_k); 0 for others."""
    numbers = _numbers_of_a_row(cell)
    if heading is None or _ROW.fullmatch(heading) is None or heading.count(",") != len(numbers) - 1:
        return 0
    return len(numbers)


def _numbers_of_a_row(cell: str) -> list[re.Match[str]]:
    """The numbers of a cell that is a row of them, where they stand in the cell."""
    inner = _ROW.fullmatch(_bare(cell))
    if inner is None:
        return []
    begin = cell.index(inner["inner"])
    found = list(re.compile(r"[^\s,]+").finditer(cell, begin, begin + len(inner["inner"])))
    whole = all(_NUMBER.fullmatch(number[0]) for number in found)
    return found if whole and len(found) == inner["inner"].count(",") + 1 else []


def printed_at(cell: str, entry: Entry) -> tuple[Printed, int]:
    """What a cell prints for an entry, and where in the cell it stands."""
    if entry.place is not None:
        number = _numbers_of_a_row(cell)[entry.place]
        return Printed(number[0], number[0]), number.start()
    printed = sole_number(cell)
    assert printed is not None  # there would be no entry
    return printed, cell.index(printed.typed)


def _before_and_after(rows: Sequence[Sequence[str]]) -> tuple[int, int] | None:
    """The columns of what the names at the left are before an update, and after it."""
    if len(rows) < 2 or not all(cells and _name(cells[0]) for cells in rows[1:]):
        return None
    found: list[list[int]] = [[], []]
    for column, cell in enumerate(rows[0]):
        for words, columns in zip((_BEFORE, _AFTER), found, strict=True):
            if column and words.search(cell) and not re.search(r"\d", cell):
                columns.append(column)
    if [len(columns) for columns in found] != [1, 1] or found[0] == found[1]:
        return None
    return found[0][0], found[1][0]


def _of_cases(rows: Sequence[Sequence[str]], headings: list[str | None]) -> Iterator[Entry]:
    """The numbers of rows that nothing counts; a row with a gap may be about all of them."""
    columns = [column for column, heading in enumerate(headings) if heading is not None]
    if len(columns) > _MOST_COLUMNS:
        return
    names = tuple(heading for heading in headings if heading is not None)
    for row, cells in enumerate(rows[1:], 1):
        whole = len(cells) > max(columns, default=0) and all(sole_number(cells[c]) for c in columns)
        if whole and len(columns) > 1 and not any(map(_TOTAL.search, cells)):
            for column in columns:
                yield Entry(row, column, headings[column] or "", beside=names)


def _label(cells: Sequence[str]) -> str:
    """Whether one cell says just "sum" or "mean" beside numbers; empty where none does."""
    words = [cell for cell in cells if sole_number(cell) is None]
    labels = [_LABEL.fullmatch(_bare(word.strip(" *_:："))) for word in words]
    found = [label for label in labels if label is not None]
    if len(found) != 1 or len(words) == len(cells):
        return ""
    return "sum" if found[0]["sum"] else "mean"


def _totals(row: int, cells: Sequence[str], above: Sequence[Sequence[str]]) -> Iterator[Entry]:
    """The numbers of a row of sums or means, below columns that are all numbers."""
    if len(above) < 2:
        return
    for column, cell in enumerate(cells):
        terms = [sole_number(one[column]) if column < len(one) else None for one in above]
        total = sole_number(cell)
        alike = [
            term.text
            for term in terms
            if term is not None and total is not None and term.percent == total.percent
        ]
        plain = [text for text in alike if "e" not in text.lower() and "/" not in text]
        if len(plain) == len(above):
            line = " + ".join(map(_as_term, plain))
            heading = line if _label(cells) == "sum" else rf"\frac{{{line}}}{{{len(above)}}}"
            yield Entry(row, column, heading, total=True)


def _as_term(number: str) -> str:
    """A number as a term of a sum, a negative one in parentheses."""
    digits = number.lstrip("+-−–")
    return f"(-{digits})" if number[0] in "-−–" else digits


def sole_number(cell: str) -> Printed | None:
    r"""What a cell prints that is nothing but a number.

    >>> sole_number(r"$-2.60$").text, sole_number("step 2"), sole_number(r"10\,\%").percent
    ('-2.60', None, True)
    >>> sole_number("1/3").text, sole_number(r"$\frac{1}{3}$").text
    ('1/3', '1/3')
    """
    inner = _bare(_PERCENT.sub("", cell.strip()))
    text = _PERCENT.sub("", inner).strip()
    percent = _PERCENT.search(cell) is not None or text != inner
    if _NUMBER.fullmatch(text) and not (percent and "e" in text.lower()):
        return Printed(text, text, percent)
    fraction = None if percent else _FRACTION.fullmatch(text)
    if fraction is None:
        return None
    above, below = (digits for digits in fraction.groups()[1:] if digits is not None)
    return Printed(f"{fraction['sign']}{above}/{below}", text)


def _counting_column(rows: Sequence[Sequence[str]]) -> int | None:
    """The first column with a letter or a word for iterations above whole numbers, or beside."""
    if len(rows[0]) > _MOST_COLUMNS:
        return None
    headings = [_name(cell) for cell in rows[0]]
    for column, (cell, heading) in enumerate(zip(rows[0], headings, strict=True)):
        named: object = counts_below(cell)
        if heading is not None:
            script = re.compile(rf"[_^]\s*(?:\{{[^}}]*)?{re.escape(heading)}(?![A-Za-z])")
            used = any(script.search(other) for other in headings if other is not None)
            counting = COUNTING.fullmatch(_UPRIGHT.sub(r"\1", heading))
            named = counting or (_LETTER.fullmatch(heading) and (used or column == 0))
        below = [row[column] if column < len(row) else "" for row in rows[1:]]
        counts = [count for one in below if (count := _count(one)) is not None]
        named = named or (counts and all(COUNTING.search(one) for one in below))
        if named and counts == sorted(set(counts)) and len(counts) == len(below):
            return column
    return None


def _letter_beside_words(heading: str) -> str:
    """The t of "epoch t", where t is a formula; empty without one."""
    formulas = [source.strip() for pair in _FORMULA.findall(heading) for source in pair if source]
    words = COUNTING.search(_FORMULA.sub("", heading))
    return formulas[0] if words and len(formulas) == 1 and _LETTER.fullmatch(formulas[0]) else ""


def counts_below(heading: str) -> bool:
    """Whether a heading says that its column counts iterations; "epoch 2" is one of them itself."""
    words = _CALL.sub("", heading)  # step(x) is a function
    return COUNTING.search(words) is not None and re.search(r"\d", words) is None


def counts(name: str) -> bool:
    """Whether a name in a formula can be what counts the rows of a table.

    >>> counts("t"), counts("epoch"), counts("x")
    (True, True, False)
    """
    return bool(_LETTER.fullmatch(name) or COUNTING.fullmatch(name))


def _count(cell: str) -> int | None:
    """The iteration that a cell counts: 2, or epoch 2."""
    text = COUNTING.sub("", _bare(cell)).strip()
    return int(text) if _COUNT.fullmatch(text) else None


def _name(cell: str) -> str | None:
    """What a heading names: L, and also where it says what that is, L = (w - 1)^2."""
    source = _sole_formula(cell)
    return source if source is None else source.partition("=")[0].strip() or None


def _sole_formula(cell: str) -> str | None:
    match = _FORMULA.fullmatch(cell.strip())
    if match is None:
        return None
    source = (match[1] or match[2]).strip()
    return None if sole_number(cell) else source


def _bare(cell: str) -> str:
    match = _FORMULA.fullmatch(cell.strip())
    return (cell if match is None else match[1] or match[2]).strip()
