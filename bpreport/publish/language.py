"""The reader's language: our sentences are English in the code and translated by catalogues.

A catalogue is `locale/LANGUAGE/LC_MESSAGES/bpreport.mo` inside the package. English needs none,
and neither does a language for which no catalogue is there: it reads English. What stands in
`locale/LANGUAGE@NAME/` comes first for whoever asks for "LANGUAGE@NAME", as gettext has it.
"""

from __future__ import annotations

import gettext
import re
import string
from functools import cache
from pathlib import Path
from typing import Any

from bpreport.audit.model import Expectation, Message, Verdict
from bpreport.deck.errors import DeckError, Phrase
from bpreport.formula.errors import EvaluationError, FormulaError
from bpreport.formula.tree import Node

__all__ = [
    "COLON",
    "COMMA",
    "LOCALE",
    "SEMICOLON",
    "VERDICTS",
    "closed_up",
    "languages",
    "mark",
    "parts",
    "pieces",
    "render",
    "said",
    "spoken",
    "tag",
    "translator",
    "unusable",
    "verdict_word",
]

LOCALE = Path(__file__).resolve().parents[1] / "locale"


def mark(text: str) -> str:
    """The text itself; the name tells the extractor of the catalogue that it is translated."""
    return text


COMMA, SEMICOLON, COLON = mark(", "), mark("; "), mark(": ")
"""What stands between the items of a list, between statements, and behind a name."""

VERDICTS: dict[Verdict, tuple[str, str]] = {
    Verdict.GIVEN: (mark("given"), mark("a value that the deck states")),
    Verdict.DEFINITION: (mark("definition"), mark("it says what a symbol means")),
    Verdict.PROVED: (mark("proved"), mark("both sides are the same expression")),
    Verdict.REPRODUCED: (mark("reproduced"), mark("the recomputed value rounds to it")),
    Verdict.CARRIED: (mark("carried"), mark("right from the rounded values printed before")),
    Verdict.TRUNCATED: (mark("truncated"), mark("digits were cut off instead of rounded")),
    Verdict.LAST_DIGIT: (mark("last digit"), mark("off by one in the last printed place")),
    Verdict.EXPLAINED: (mark("explained error"), mark("wrong, and the slip is known")),
    Verdict.WRONG: (mark("wrong"), mark("wrong, and no slip explains it")),
    Verdict.UNCHECKED: (mark("unchecked"), mark("not judged; the sentence says why")),
}
"""Of each verdict: its word, and what it means."""


def languages() -> tuple[str, ...]:
    """The languages that can be asked for: English, and each that has a catalogue.

    >>> languages()
    ('en', 'zh')
    """
    catalogues = LOCALE.glob("*/LC_MESSAGES/bpreport.mo")
    names = {path.parents[1].name for path in catalogues}
    return tuple(sorted({"en", *(name for name in names if "@" not in name)}))


def spoken(lang: str) -> str:
    """The language itself, or English where bpreport does not speak it.

    >>> spoken("zh"), spoken("xx")
    ('zh', 'en')
    """
    return lang if lang in languages() else "en"


@cache
def translator(lang: str) -> gettext.NullTranslations:
    """The catalogue of a language, with `gettext` and `ngettext`.

    >>> translator("zh").gettext("reproduced")
    '可重现'
    >>> translator("xx").gettext("reproduced")
    'reproduced'
    """
    return gettext.translation("bpreport", LOCALE, languages=[lang], fallback=True)


def tag(lang: str) -> str:
    """How HTML names a language.

    >>> tag("zh"), tag("en@sheets1")
    ('zh-Hans', 'en')
    """
    lang = lang.partition("@")[0]
    return "zh-Hans" if lang == "zh" else lang


def verdict_word(verdict: Verdict, lang: str) -> str:
    """What a reader calls a verdict."""
    return translator(lang).gettext(VERDICTS[verdict][0])


def render(message: Message, lang: str) -> str:
    r"""A message as one plain sentence in a language.

    >>> render(Message("the slip is {slip}", {"slip": "sign"}), "en")
    'the slip is sign'
    >>> render(Message("{name} is not known", {"name": r"$\mathrm{out}_{h1}$"}), "en")
    'out_h1 is not known'
    """
    from bpreport.publish.formulas import plain

    return "".join(
        plain(content) if kind == "math" else content for kind, content in parts(message, lang)
    )


def parts(message: Message, lang: str) -> list[tuple[str, str]]:
    r"""A message as stretches of ("text" or "math", content), for a page that typesets formulas.

    Among the values of a message, a tree and LaTeX between dollar signs are formulas, and a
    message is translated.

    >>> parts(Message("{name} is not known", {"name": r"$w_{7}$"}), "en")
    [('math', 'w_{7}'), ('text', ' is not known')]
    """
    found: list[tuple[str, str]] = []
    formatter = string.Formatter()
    for literal, name, spec, _ in formatter.parse(translator(lang).gettext(message.text)):
        if literal:
            found.append(("text", literal))
        if name is None:
            continue
        value: Any = formatter.get_field(name, (), message.values)[0]
        if isinstance(value, Message):
            found += parts(value, lang)
        elif isinstance(value, Expectation):
            found.append(("text", _expectation(value, lang)))
        elif isinstance(value, Node):
            from bpreport.formula import latex

            found.append(("math", latex(value)))  # type: ignore[arg-type]
        else:
            found += pieces(format(value, spec or ""))
    return found


def pieces(text: str) -> list[tuple[str, str]]:
    """A sentence as stretches of ("text" or "math", content): LaTeX stands between dollar signs.

    >>> pieces("The error $E$ falls.")
    [('text', 'The error '), ('math', 'E'), ('text', ' falls.')]
    """
    found = enumerate(_DOLLARS.split(text))
    return [("math" if place % 2 else "text", piece) for place, piece in found if piece]


def _expectation(expected: Expectation, lang: str) -> str:
    """Known as a whole, or word by word."""
    gettext = translator(lang).gettext
    if gettext(expected) != expected:
        return gettext(expected)
    return gettext(" or ").join(map(gettext, expected.split(" or ")))


def unusable(error: DeckError, lang: str | None = None) -> str:
    """Why a deck cannot be used, with its place, in a language; by default in the deck's.

    >>> unusable(DeckError("is a folder; expected a file", path="notes"), "zh")
    'notes: 是文件夹；这里应是文件'
    """
    return f"{error.place}{said(error.message, spoken(lang or error.lang))}"


def said(value: object, lang: str) -> object:
    """A value of a message; phrases, and what was said of a formula, are translated.

    >>> said(Phrase("at the end: expected {expected}", expected=2), "en")
    'at the end: expected 2'
    """
    gettext = translator(lang).gettext
    match value:
        case Phrase() | EvaluationError():
            values = {name: said(one, lang) for name, one in value.values.items()}
            text = gettext(value.text)
            return text.format_map(values) if values else text
        case FormulaError():
            text = gettext("at {token!r}: expected {expected}")
            if not value.token:
                text = gettext("at the end: expected {expected}")
            expected = _expectation(Expectation(value.expected), lang)
            return text.format(token=value.token, expected=expected)
    return value


_DOLLARS = re.compile(r"\$([^$]+)\$")


def closed_up(text: str) -> str:
    """A text without the spaces that Chinese does not have between its characters.

    >>> closed_up("误差 E 总 从 0.4 到 0.1")
    '误差 E 总从 0.4 到 0.1'
    """
    return re.sub(r"(?<=[\u4e00-\u9fff]) (?=[\u4e00-\u9fff])", "", text)
