"""The seed's findings: each of them found, and nothing that is right called wrong.

`tests/cases/seed-findings.txt` lists them for the built-in deck. The bare text, formulas and
figures without front matter, is built from `tests/cases/seed-formulas.txt`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from functools import cache
from typing import Any

import pytest

from bpreport.audit import Audit, Judgement, audit
from bpreport.deck import builtin, read, read_text
from bpreport.deck.model import Claim
from tests.audit.case_files import Case, Expected, parameters, read_cases
from tests.support import ROOT

LANGUAGES = ("zh", "en")
CASES = read_cases("seed-findings.txt")
CLAIMS = [case for case in CASES if not case.title.startswith("about the deck")]
WHOLE = {case.text: case for case in CASES if case.title.startswith("about the deck")}


@cache
def result_in(lang: str) -> Audit:
    return audit(read(builtin(lang)))


@cache
def bare(counted: bool = True) -> Audit:
    """The audit of the seed's text without front matter.

    The figures stand in paragraphs of their own; `counted` says in words which count the outputs
    of a table belong to, as the slides do.
    """
    text = (ROOT / "tests/cases/seed-formulas.txt").read_text(encoding="utf-8")
    if counted:
        for count in (10, 100, 1000):
            text = text.replace(f"\n{count}\n$O", f"\n第{count}次迭代结果: $O")
    return audit(read_text(text.replace("\n", "\n\n")))


def typed(claim: Claim) -> str:
    """A claim as it stands in the deck: a figure of running text with its span."""
    if claim.figure is not None and claim.figure.claim:
        return f'[{claim.figure.text}]{{claim="{claim.figure.claim}"}}'
    return claim.text


def findings_of(case: Case) -> list[tuple[str, Expected]]:
    """The claims of a block and what must be said of each."""
    claims = case.text.split("\n")
    return list(zip(claims, map(Expected.read, case.expected), strict=True))


def judgements_of(result: Audit, claim: str) -> list[Judgement]:
    return [judgement for judgement in result.judgements if typed(judgement.claim) == claim]


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("case", parameters(CLAIMS))
def test_each_finding_is_found(case, lang):
    """Verdict, slip, exact value, correction and cause, wherever the claim stands."""
    for claim, expected in findings_of(case):
        found = judgements_of(result_in(lang), claim)
        assert found, f"no claim {claim}"
        assert [expected.differences(judgement) for judgement in found] == [[]] * len(found)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_claim_not_named_is_right(lang):
    """Neither an error, nor a note, nor unchecked: given, definition, proved, ... carried."""
    named = {claim for case in CLAIMS for claim, _ in findings_of(case)}
    others = [
        f"{judgement.claim.text}: {judgement.verdict}: {judgement.message}"
        for judgement in result_in(lang).judgements
        if typed(judgement.claim) not in named and judgement.verdict.level != "right"
    ]
    assert others == []


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_claim_has_a_correction_where_it_is_not_right(lang):
    for judgement in result_in(lang).judgements:
        assert (judgement.correction is None) == (judgement.verdict.level == "right")


def test_both_languages_judge_alike():
    """Claim by claim: the words of the deck decide nothing."""
    chinese, english = (
        [(j.claim.id, j.verdict, j.slip, j.correction, j.exact) for j in result_in(lang).judgements]
        for lang in LANGUAGES
    )
    assert chinese == english
    assert len(chinese) >= 132  # the equals signs of the seed


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("note", WHOLE["notes"].expected)
def test_each_note_is_made(note, lang):
    notes = [str(found.message) for found in result_in(lang).findings if found.level == "note"]
    assert [found for found in notes if note in found], notes


def plain(adopted: Mapping[str, Any]) -> dict[str, str]:
    """Adopted conventions as the case file writes them."""
    flat = {key: str(value) for key, value in adopted.items() if key != "losses"}
    losses = adopted.get("losses", {})
    return flat | {f"losses, {choice}": str(lost) for choice, lost in losses.items()}


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("name", ["example", "descent"])
def test_the_conventions_are_found_out(name, lang):
    adopted = plain(result_in(lang).conventions[name])
    wanted = dict(line.rsplit(": ", 1) for line in WHOLE[name].expected)
    assert {key: adopted.get(key) for key in wanted} == wanted


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_error_is_on_the_front_page_in_order(lang):
    """One finding of level "error" for each wrong claim, in order of the deck."""
    result = result_in(lang)
    wrong = [(j.claim.id,) for j in result.judgements if j.verdict.level == "error"]
    assert [found.claims for found in result.findings if found.level == "error"] == wrong


# -- the bare text

BARE = {
    # h2 and h3 have no formula, but that of h1 with the next two weights gives both outputs.
    "out_{h3} = 0.995275": "last-digit = 0.995274 -> 0.995274",
    # The formula of net_o1 stands two formulas earlier and has b_2; the b above it is 0.65.
    "net_{o1} = 0.4 * 0.912934 + 0.5 * 0.979164 + 0.6 * 0.995275": (
        "explained: term dropped -> 0.4 * 0.912934 + 0.5 * 0.979164 + 0.6 * 0.995275 + 0.65"
    ),
    "0.4 * 0.912934 + 0.5 * 0.979164 + 0.6 * 0.995275 = 2.1019206": (
        "explained: term dropped = 1.4519206 -> "
        "0.4 * 0.912934 + 0.5 * 0.979164 + 0.6 * 0.995275 + 0.65"
    ),
    r"\frac{\partial E_{o1}}{\partial out_{h1}} = "
    "-(0.01 - 0.891090) * 0.891090 * (1 - 0.891090) * 0.360968": (
        "explained: new for old -> 0.4 (w_{7}^{+})"
    ),
    # Nothing in the text says which of the three numbers is the right one.
    "0.1 - 0.5 * 0.011204 = 0.094534": "wrong = 0.094398 -> 0.094398",
}
"""What the text alone lets an audit say, by the claim as typed."""


@pytest.mark.parametrize(("claim", "expected"), BARE.items())
def test_bare_text_each_finding_is_found(claim, expected):
    (judgement,) = judgements_of(bare(), claim)
    assert Expected.read(expected).differences(judgement) == []


def test_bare_text_nothing_right_is_called_wrong():
    wrong = [
        f"{judgement.claim.text}: {judgement.message}"
        for judgement in bare().judgements
        if judgement.verdict.level in ("error", "note") and judgement.claim.text not in BARE
    ]
    assert wrong == []


def test_bare_text_without_words_nothing_right_is_called_wrong():
    """Outputs that are printed three times, for counts that no word ties them to."""
    wrong = [
        f"{judgement.claim.text}: {judgement.message}"
        for judgement in bare(counted=False).judgements
        if judgement.verdict.level in ("error", "note") and judgement.claim.text not in BARE
    ]
    assert wrong == []


@pytest.mark.parametrize(
    "note",
    [
        r"defines $J(\theta)$ otherwise than before: a factor $m$ apart",
        "index $j$ up to $m$ begins at 0 in one place and at 1 in another",
        "index $i$ up to $n$ begins at 0 in one place and at 1 in another",
        r"$\kappa$ is written where $k$ is meant",
        "$W_{7}$ is written where $w_{7}$ is meant",
        "w8 is typed without a subscript sign, unlike its like",
    ],
)
def test_bare_text_each_note_is_made(note):
    notes = [str(found.message) for found in bare().findings if found.level == "note"]
    assert [found for found in notes if note in found], notes


def test_bare_text_every_formula_is_understood():
    assert [j.claim.text for j in bare().judgements if j.claim.refusal] == []


IDENTITIES = [
    r"g'(z) = \left(\frac{1}{1 + e^{-z}} \right)'",
    r"\left(\frac{1}{1 + e^{-z}} \right)' = \frac{e^{-z}}{(1 + e^{-z})^2}",
    r"\frac{1}{1 + e^{-z}} \cdot \left(1 - \frac{1}{1 + e^{-z}} \right) = g(z) \cdot (1 - g(z))",
    r"\theta = \theta - \alpha \bullet \frac{\partial J(\theta)}{\partial \theta}",
    r"\frac{1}{2}(d - O)^2 = \frac{1}{2} \sum_{k=1}^{\ell} (d_k - O_k)^2",
    r"\frac{\partial net_{o1}}{\partial w_7} = 1 * out_{h1} * w_7^{(1-1)} + 0 + 0 + 0",
    r"\frac{\partial out_{o1}}{\partial net_{o1}} = out_{o1}(1 - out_{o1})",
]


@pytest.mark.parametrize("claim", IDENTITIES)
def test_identities_are_proved_bare_and_with_front_matter(claim):
    for result in (bare(), result_in("zh")):
        found = judgements_of(result, claim)
        assert Counter(str(judgement.verdict) for judgement in found) == {"proved": len(found)}
        assert found
