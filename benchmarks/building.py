"""What the products of the built-in deck take: from nothing, after a change, and with none."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from benchmarks.measuring import BPREPORT, Command, Row, Taken, in_turn, taken
from bpreport.deck import builtin

_EDITED = """
import re, sys
from pathlib import Path
from bpreport.cli import main
deck = Path(sys.argv.pop(1))
text = deck.read_text(encoding="utf-8")
deck.write_text(
    re.sub(r"0\\.9129(\\d+)", lambda found: f"0.9129{int(found[1]) + 1}", text, count=1),
    encoding="utf-8",
)
main()
"""
"""A program that counts one number of a deck up, so that no run finds what an earlier one kept."""


def has(python: str, module: str) -> bool:
    """Whether an interpreter has a module."""
    found = f"import importlib.util, sys; sys.exit(importlib.util.find_spec({module!r}) is None)"
    return subprocess.run([python, "-c", found], check=False).returncode == 0


def baselines(folder: Path, python: str) -> Iterator[tuple[str, Command]]:
    """What others make of the same, as far as it is installed; what is not is told by name."""
    plain = [sys.executable, "-W", "ignore", "-m", "benchmarks.baselines.plain"]
    for form in ("html", "html,pdf"):
        yield f"plain {form}", Command([*plain, form, str(builtin("zh")), str(folder)])
    subprocess.run(
        [*BPREPORT, "build", "--format", "notebook", "-o", folder], check=True, capture_output=True
    )
    if has(python, "nbconvert") and has(python, "ipykernel"):
        converting = "from nbconvert.nbconvertapp import main; main()"
        told = ["--execute", "--to", "html", "--output-dir", str(folder), "notebook.ipynb"]
        yield "nbconvert", Command([python, "-c", converting, *told], folder=folder)
    else:
        print("left out: nbconvert", file=sys.stderr)
    text = builtin("en").read_text(encoding="utf-8")
    (folder / "bare.md").write_text(re.sub(r"\A---\n.*?\n---\n", "", text, flags=re.DOTALL))
    if shutil.which("pandoc") and shutil.which("xelatex"):
        told = ["bare.md", "-o", "bare.pdf", "--pdf-engine=xelatex"]
        yield "pandoc", Command(["pandoc", *told], folder=folder)
    else:
        print("left out: pandoc with xelatex", file=sys.stderr)
    if has(python, "typst"):
        source = folder / "bare.typ"
        source.write_text(typst_of(text), encoding="utf-8")
        setting = "import sys, typst; typst.compile(sys.argv[1], output=sys.argv[2])"
        yield "typst", Command([python, "-c", setting, str(source), str(folder / "typst.pdf")])
    else:
        print("left out: Typst", file=sys.stderr)


def typst_of(text: str) -> str:
    """The deck's words in Typst; one formula of Typst's own stands for each displayed one.

    What stands in a line between its words is no formula here, and typeset as words.
    """
    formula = '$ (partial E_"total") / (partial w_7) = ("out"_"o1" - 0.01) dot 0.7514 dot 0.1868 $'
    lines = []
    for line in re.sub(r"\A---\n.*?\n---\n", "", text, flags=re.DOTALL).splitlines():
        words = re.sub(r"\$\$.*", "\0", line)
        told = re.sub(r"[^\w\s.,:;()-]", "", words.lstrip("# "))
        mark = "= " if line.startswith("#") else ""
        lines.append(mark + told + (formula if words != line else ""))
    return "\n".join(lines)


def ours(folder: Path) -> dict[str, Command]:
    """What is measured of bpreport; each with a cache of its own."""
    deck = folder / "deck.md"
    deck.write_text(builtin("zh").read_text(encoding="utf-8"), encoding="utf-8")

    def build(form: str, deck: Path, *more: str) -> list[str]:
        return ["build", str(deck), "--format", form, "-o", str(folder / "out"), *more]

    fresh = {
        f"{form}, from nothing": Command([*BPREPORT, *build(form, deck, "--no-cache")])
        for form in ("html", "pdf", "html,pdf")
    }
    later = {}
    for form in ("html", "pdf"):
        own = folder / f"deck-{form}.md"
        own.write_text(deck.read_text(encoding="utf-8"), encoding="utf-8")
        cache = {"BPREPORT_CACHE": str(folder / f"cache-{form}")}
        program = [sys.executable, "-c", _EDITED, str(own)]
        later[f"{form}, edited"] = Command([*program, *build(form, own)], cache)
    cache = {"BPREPORT_CACHE": str(folder / "cache")}
    unchanged = Command([*BPREPORT, *build("html,pdf", deck)], cache)
    taken(unchanged)
    check = Command([*BPREPORT, "check", str(deck), "--no-cache"], finds=True)
    return {**fresh, **later, "unchanged": unchanged, "check": check}


def rows(runs: int, folder: Path, python: str) -> Iterator[Row]:
    """All builds, each held against what others take."""
    found = in_turn({**ours(folder), **dict(baselines(folder, python))}, runs)

    def row(what: str, name: str, against: str = "", other: str = "", wanted: str = "") -> Row:
        return Row.of(what, found[name], against, found.get(other, ()), wanted)

    html, pdf = "html, from nothing", "pdf, from nothing"
    yield row("HTML, empty cache", html, "nbconvert", "nbconvert", "0.5 times")
    yield row("HTML, empty cache", html, "the plain script", "plain html")
    yield row("PDF, empty cache", pdf)
    both = "html,pdf, from nothing"
    yield row("HTML and PDF, empty cache", both, "the plain script", "plain html,pdf", "1 time")
    yield a_formula(found, folder)
    yield row("HTML, one formula changed", "html, edited", "empty cache", html, "0.6 s")
    yield row("PDF, one formula changed", "pdf, edited", "empty cache", pdf, "0.33 times")
    yield row("HTML and PDF, nothing changed", "unchanged", "empty cache", both, "0.4 s")
    for name in ("plain html", "plain html,pdf", "nbconvert", "pandoc", "typst"):
        if name in found:
            yield row(f"for comparison: {name}", name)


def a_formula(found: Mapping[str, list[Taken]], folder: Path) -> Row:
    """The PDF beyond what an audit takes, for each of its formulas."""
    import pikepdf

    with pikepdf.open(folder / "out/report.pdf") as document:
        count = sum(
            1
            for entry in document.objects
            if isinstance(entry, pikepdf.Dictionary) and entry.get("/S") == "/Formula"
        )
    audit = Row.of("audit", found["check"])
    runs = [
        replace(
            run,
            wall=(run.wall - audit.wall) / count,
            processor=(run.processor - audit.seconds) / count,
        )
        for run in found["pdf, from nothing"]
    ]
    return Row.of(f"PDF without the audit, for each of {count} formulas", runs, wanted="15 ms")
