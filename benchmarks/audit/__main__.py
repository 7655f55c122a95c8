"""Print the table of the benchmark: `python -m benchmarks.audit --seed 1 --decks 300`."""

from __future__ import annotations

import argparse
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

from benchmarks.audit.judge import Outcome, Sheet, judge_deck
from benchmarks.audit.slips import KINDS

RANDOM = KINDS[-1].name
FRONTS = {"front": "With front matter", "bare": "Bare"}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.audit", description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--decks", type=int, default=300, help="worked examples to write")
    parser.add_argument("--slips", type=int, default=6, help="kinds of slips planted in each")
    parser.add_argument("-j", "--jobs", type=int, default=2, help="processes")
    parser.add_argument("--failures", type=Path, help="folder for decks that were judged wrongly")
    parser.add_argument("--only", choices=["front", "bare"], help="with front matter, or without")
    asked = parser.parse_args()
    fronts = FRONTS if asked.only is None else {asked.only: FRONTS[asked.only]}
    sheets = [Sheet() for _ in fronts]
    judged = partial(
        judge_deck, asked.seed, slips=asked.slips, fronts=[name == "front" for name in fronts]
    )
    with ProcessPoolExecutor(asked.jobs) as pool:
        for found in pool.map(judged, range(asked.decks)):
            for sheet, one in zip(sheets, found, strict=True):
                sheet.add(one)
    print(f"Seed {asked.seed}, {asked.decks} decks, {asked.slips} slips planted in each.\n")
    for title, sheet in zip(fronts.values(), sheets, strict=True):
        print(f"### {title}\n\n{table(sheet)}\n")
        if asked.failures:
            keep(sheet, asked.failures / title.lower().replace(" ", "-"))


def table(sheet: Sheet) -> str:
    """The counts as a Markdown table, and the lines under it."""
    rows = [
        "| slip | planted | visible | caught | named first | among three |",
        "|---|---:|---:|---:|---:|---:|",
    ]
    total = Outcome()
    for kind in KINDS:
        outcome = sheet.slips.get(kind.name, Outcome())
        rows.append(_row(kind.name, outcome, named=kind.name != RANDOM))
        if kind.name != RANDOM:
            total.add(outcome)
    rows.append(_row("**all but the last**", total, named=True))
    wild = sheet.slips.get(RANDOM, Outcome())
    alarms = f"{sheet.false_alarms * 1000 / max(sheet.right, 1):.2f} in a thousand"
    rows += ["", *_by_digits(sheet), ""]
    rows.append(f"- Right claims judged: {sheet.right}; not judged: {sheet.unjudged}.")
    rows.append(f"- False alarms: {sheet.false_alarms}, {alarms}.")
    rows.append(f"- Called truncated or off in the last digit, but right: {sheet.false_notes}.")
    rows.append(
        f"- Random digits falsely explained: {_share(wild.falsely_explained, wild.visible)}."
    )
    if sheet.crashes:
        rows.append(f"- The audit failed on {sheet.crashes} decks.")
    return "\n".join(rows)


def _by_digits(sheet: Sheet) -> list[str]:
    """Naming by the significant digits of the printed number: few digits rule out no chance."""
    counts = sorted(sheet.by_digits.items())
    return [
        f"| significant digits | {' | '.join(str(digits) for digits, _ in counts)} |",
        f"|---|{'---:|' * len(counts)}",
        f"| named first | {' | '.join(_share(o.first, o.visible) for _, o in counts)} |",
    ]


def _row(name: str, outcome: Outcome, *, named: bool) -> str:
    names = (outcome.first, outcome.three) if named else ()
    shares = [_share(count, outcome.visible) for count in (outcome.caught, *names)]
    shares += [""] * (3 - len(shares))
    return f"| {name} | {outcome.planted} | {outcome.visible} | {' | '.join(shares)} |"


def _share(count: int, of: int) -> str:
    return f"{count} ({100 * count / of:.1f} %)" if of else "–"


def keep(sheet: Sheet, folder: Path) -> None:
    """Write the decks that were judged wrongly, and a list of what went wrong in which."""
    folder.mkdir(parents=True, exist_ok=True)
    listed = []
    for number, (what, said, text) in enumerate(sheet.failures, 1):
        (folder / f"{number}.md").write_text(text, encoding="utf-8")
        listed.append(f"{number}.md\t{what}\t{said}")
    counts = Counter(what for what, _, _ in sheet.failures)
    head = [f"{count}\t{what}" for what, count in counts.most_common()]
    (folder / "list.txt").write_text("\n".join([*head, "", *listed]) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
