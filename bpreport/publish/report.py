"""From an audit to what the report's templates print."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import groupby
from pathlib import PurePath
from typing import TYPE_CHECKING

from markdown_it.token import Token

from bpreport.audit.model import Audit, Judgement, Message, Verdict
from bpreport.deck.model import Claim, Slide
from bpreport.formula.tree import symbols
from bpreport.publish.columns import aligned_claims
from bpreport.publish.examples import examples
from bpreport.publish.formulas import plain
from bpreport.publish.language import VERDICTS, tag, translator, verdict_word
from bpreport.publish.numbers import beside, exact, signed
from bpreport.publish.pointing import FULL, ITERATION
from bpreport.publish.solution import anchor
from bpreport.publish.view import (
    Badge,
    Block,
    Change,
    ClaimView,
    Count,
    ExampleView,
    FindingGroup,
    FindingView,
    Report,
    SlideView,
)

if TYPE_CHECKING:
    from bpreport.worked import Study

__all__ = ["badge", "change", "change_of", "derivations", "names", "report"]

LONG = 26
"""Characters of a side past which it is not repeated beside its verdict."""


def report(audit: Audit, study: Study, lang: str) -> Report:
    """Everything that the report shows, in the reader's language."""
    deck = audit.deck
    worked = tuple(examples(audit, study, lang))
    derived = derivations(audit, study, worked)
    levels = [judgement.verdict.level for judgement in audit.judgements]
    views = {judgement.claim.id: _claim(judgement, lang, derived) for judgement in audit.judgements}
    return Report(
        title=deck.title or PurePath(deck.path).stem,
        lang=lang,
        foreign="" if deck.lang == lang else tag(deck.lang),
        author=str(deck.settings.get("author", "")),
        date=str(deck.settings.get("date", "")),
        source=PurePath(deck.path).name,
        claims=len(levels),
        right=levels.count("right"),
        notes=levels.count("note"),
        errors=levels.count("error"),
        unchecked=levels.count("unchecked"),
        counts=tuple(_counts(audit, lang)),
        findings=tuple(_findings(audit, lang)),
        slides=tuple(_slide(slide, audit, views) for slide in deck.slides),
        examples=worked,
    )


def _findings(audit: Audit, lang: str) -> Iterator[FindingGroup]:
    """Errors, then what was found out about the deck's conventions, then its notation."""
    gettext = translator(lang).gettext
    by_claim = {judgement.claim.id: judgement for judgement in audit.judgements}
    titles = (gettext("Errors"), gettext("Conventions"), gettext("Notation"))
    groups: dict[str, list[FindingView]] = {title: [] for title in titles}
    for finding in audit.findings:
        judgements = [by_claim[claim] for claim in finding.claims if claim in by_claim]
        error = judgements[0] if finding.level == "error" and judgements else None
        view = FindingView(
            finding.level,
            finding.message,
            tuple((f"claim-{one.claim.id}", str(one.claim.position)) for one in judgements),
            change=None if error is None else change_of(error),
        )
        # What is said of a worked example as a whole is about no claim of its own.
        of_example = not finding.claims and "worked" in finding.message.values
        kind = 0 if finding.level == "error" else 1 if of_example else 2
        groups[titles[kind]].append(view)
    for title, views in groups.items():
        if views:
            yield FindingGroup(title, tuple(views))


def change_of(judgement: Judgement) -> Change | None:
    """What is to be changed: the exact place where it is known, else the printed number."""
    fix = judgement.fix
    if fix is not None:
        # The place of a negative number is that of its digits; its sign belongs to what is read.
        sign = "-" if judgement.printed == f"-{fix.old}" and judgement.correction else ""
        return change(sign + fix.old, sign + fix.new)
    if judgement.correction is not None:
        return change(judgement.printed or "", judgement.correction)
    return None


def change(old: str, new: str) -> Change:
    """A correction as it is shown."""
    return Change(signed(old.strip()), signed(new.strip()))


def names(audit: Audit) -> frozenset[str]:
    """Runs of letters that are one symbol: those of the deck, and the names of runs."""
    runs = (run for trace in audit.traces.values() for run in trace.facts.get("runs", ()))
    return audit.deck.names.union(runs)


def badge(verdict: Verdict, lang: str) -> Badge:
    """A verdict as shown in a language."""
    return Badge(str(verdict), verdict.level, verdict_word(verdict, lang))


def derivations(
    audit: Audit, study: Study, worked: Sequence[ExampleView]
) -> dict[tuple[str, str], str]:
    """Where each quantity of each worked example is worked out, under what was adopted."""
    solved = {
        solution.id: solution.key
        for example in worked
        for stage in example.stages
        for solution in stage.solutions
    }
    found = {
        (example.id.removeprefix("example-"), ITERATION): f"try-{widget.id}"
        for example in worked
        for widget in example.widgets
        if widget.name == "scrubber"
    }
    for name in study.traces:
        adopted = str(audit.traces.get(name, study.traces[name]).conventions.get("update", ""))
        for key in study.traces[name].quantities:
            places = (anchor(name, adopted, key), anchor(name, key))
            found[name, key] = next((p for p in places if p in solved), f"example-{name}")
    return found


def _counts(audit: Audit, lang: str) -> Iterator[Count]:
    summary = audit.summary
    gettext = translator(lang).gettext
    for verdict in Verdict:
        number = summary.get(str(verdict), 0)
        if number:
            share = 100 * number / len(audit.judgements)
            yield Count(
                badge(verdict, lang), gettext(VERDICTS[verdict][1]), number, round(share, 2)
            )


def _claim(
    judgement: Judgement, lang: str, derivations: Mapping[tuple[str, str], str]
) -> ClaimView:
    claim = judgement.claim
    known = (judgement.worked or "", judgement.quantity or "")
    math = _asserted(claim)
    return ClaimView(
        ids=(claim.id,),
        badge=badge(judgement.verdict, lang),
        math=math,
        equals_sign=0 if math or claim.kind != "equation" or _alone(claim) else _number(claim),
        printed=signed(judgement.printed or ""),
        exact=signed(beside(judgement.printed, judgement.exact)),
        change=change_of(judgement),
        slip=translator(lang).gettext(judgement.slip) if judgement.slip else "",
        message=judgement.message,
        place=str(claim.position),
        derivation=derivations.get(known, ""),
        full="" if judgement.exact is None else signed(exact(judgement.exact, FULL)),
        symbols=_symbols(judgement),
        entry=0 if claim.component is None else claim.component + 1,
    )


def _symbols(judgement: Judgement) -> tuple[str, ...]:
    """What a search finds a claim by: the quantity that it is about, or what stands on its left."""
    left = judgement.claim.left
    named = [] if left is None else [symbol.key for symbol in symbols(left)]
    return tuple(dict.fromkeys([judgement.quantity, *named] if judgement.quantity else named))


def _asserted(claim: Claim) -> str:
    r"""The pair that a claim is about, where its formula holds more than one."""
    if claim.kind == "figure" or claim.formula is None:
        return ""
    if claim.kind == "component":
        return claim.left_source
    if claim.kind == "equation" and _alone(claim):
        return ""
    left, right = claim.left_source.strip(), claim.right_source.strip()
    if not left or not right:
        return ""
    # The formula stands above in full; here its sides are only told apart.
    long = [len(plain(part)) > LONG for part in (left, right)]
    if all(long):
        return ""
    left, right = (
        r"\cdots" if cut else part for cut, part in zip(long, (left, right), strict=True)
    )
    return f"{left} {claim.relation} {right}"


def _alone(claim: Claim) -> bool:
    """Whether its formula asserts nothing else."""
    chains = () if claim.formula is None else claim.formula.chains
    return len(chains) == 1 and len(chains[0].sides) == 2 and not chains[0].continues


def _number(claim: Claim) -> int:
    """Which claim of its formula it is: "f12.2" is the second."""
    number = claim.id.rpartition(".")[2]
    return int(number) if number.isdigit() else 0


def _slide(slide: Slide, audit: Audit, views: Mapping[str, ClaimView]) -> SlideView:
    by_formula: dict[int, list[ClaimView]] = defaultdict(list)
    by_figure: dict[int, list[ClaimView]] = defaultdict(list)
    for judgement in audit.judgements:
        claim = judgement.claim
        if claim.slide != slide.number:
            continue
        if claim.figure is not None:
            by_figure[claim.figure.number].append(views[claim.id])
        elif claim.formula is not None:
            by_formula[claim.formula.number].append(views[claim.id])
    blocks = []
    for tokens in _top(slide.tokens):
        if tokens[0].type == "heading_open":
            continue
        claims = [
            view
            for token in _deep(tokens)
            for key, known in (("formula", by_formula), ("figure", by_figure))
            for view in known.pop((token.meta or {}).get(key, 0), [])
        ]
        leads = any(token.content.rstrip().endswith((":", "：")) for token in tokens)
        blocks.append(Block(tuple(tokens), aligned_claims(list(_merged(claims))), leads))
    return SlideView(slide.number, slide.title, slide.line, tuple(blocks))


def _merged(claims: Iterable[ClaimView]) -> Iterator[ClaimView]:
    """Neighbouring rows that say the same of givens, as one row: twelve weights are one line."""
    for same, group in groupby(claims, key=lambda claim: (claim.badge, claim.message.text)):
        rows = list(group)
        if len(rows) > 1 and same[0].verdict == Verdict.GIVEN:
            yield replace(
                rows[0],
                ids=tuple(name for row in rows for name in row.ids),
                message=Message("The deck states these values"),
                math="",
                printed="",
                exact="",
                full="",
                several=tuple(row.printed for row in rows if row.printed),
                symbols=tuple(dict.fromkeys(name for row in rows for name in row.symbols)),
            )
        else:
            yield from rows


def _top(tokens: Sequence[Token]) -> Iterator[list[Token]]:
    """The blocks of a slide: each a token that stands alone, or one with all it holds."""
    block: list[Token] = []
    depth = 0
    for token in tokens:
        block.append(token)
        depth += token.nesting
        if depth == 0:
            yield block
            block = []
    if block:
        yield block


def _deep(tokens: Iterable[Token]) -> Iterator[Token]:
    for token in tokens:
        yield token
        yield from _deep(token.children or ())
