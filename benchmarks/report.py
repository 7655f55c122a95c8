"""Sizes and times of what a user makes and opens: `python -m benchmarks.report --runs 3`.

All of the built-in deck: each build is a process of its own, each opening of a page a browser
context of its own.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from statistics import median

from playwright.sync_api import Browser, Error, sync_playwright

from benchmarks.measuring import BPREPORT, ROOT, Command, in_turn, in_unit, machine
from bpreport.deck import builtin

COMMANDS = {
    "`bpreport check`": ["check"],
    "`bpreport build --format html`": ["build", "--format", "html"],
    "`bpreport build --format pdf`": ["build", "--format", "pdf"],
    "`bpreport build --format slides`": ["build", "--format", "slides"],
    "`make report`, once it is set up": ["build", "--format", "html,pdf,slides"],
}
"""What is timed as a process, by what a user types; of `make report` it is what it runs."""

FILES = {"report.html": "3 MB", "report.pdf": "", "slides.html": "", "slides.pdf": ""}
"""What a build makes, and how large it may be."""

WANTED = {"report.html": "1 s", "slides.html": "", "watch": "1 s"}
"""How long it may take to open a page, or to see what was saved."""

USABLE = {
    "report.html": ("/", ".edition:not([hidden]) .search input:focus"),
    "slides.html": ("ArrowRight", "#slide-2.current"),
}
"""Of each page a key that is pressed, and what must be there then."""


def building(folder: Path, runs: int) -> Iterator[str]:
    """The commands, all of which make everything anew: nothing can be kept below a file."""
    nothing = {"BPREPORT_CACHE": os.devnull}
    target = {"build": ["-o", str(folder)], "check": []}
    commands = {
        name: Command(
            [*BPREPORT, *arguments, *target[arguments[0]]], nothing, finds=arguments == ["check"]
        )
        for name, arguments in COMMANDS.items()
    }
    for name, found in in_turn(commands, runs).items():
        yield row(name, [run.wall for run in found])


PAINTED = """() => {
    window.painted = {};
    new MutationObserver(() => {
        const { version } = document.documentElement.dataset;
        const tell = () => { window.painted[version] = Date.now(); };
        requestAnimationFrame(() => requestAnimationFrame(tell));
    }).observe(document.documentElement, { attributes: true });
}"""
"""Tells when each report was on the screen, which whoever asks from outside learns 0.2 s late."""


def seconds(action: Callable[[], object]) -> float:
    begun = time.perf_counter()
    action()
    return time.perf_counter() - begun


def opening(browser: Browser, path: Path) -> float:
    """From asking for the page to its answer to a key."""
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    page = context.new_page()
    key, answer = USABLE[path.name]

    def use() -> None:
        page.goto(path.as_uri())
        page.keyboard.press(key)
        page.locator(answer).wait_for()

    took = seconds(use)
    context.close()
    return took


def saving(browser: Browser, folder: Path, runs: int) -> list[float]:
    """From saving the deck to the new report in the page that `bpreport watch` serves."""
    deck = folder / "deck.md"
    text = builtin("zh").read_text(encoding="utf-8")
    deck.write_text(text, encoding="utf-8")
    taken = []
    command = [*BPREPORT, "watch", str(deck), "--port", "0"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        page = browser.new_page()
        page.goto(process.stdout.readline().strip())
        seen = "html[data-version='{}']".format
        page.locator(seen(1)).wait_for(state="attached", timeout=60_000)
        page.evaluate(PAINTED)
        for number in range(runs + 1):
            begun = time.time()
            changed = text.replace("0.912934", f"0.9129{35 + number}", 1)
            deck.write_text(changed, encoding="utf-8")
            page.wait_for_timeout(1500)  # to ask meanwhile would keep the page from its work
            page.wait_for_function("version => version in painted", arg=str(number + 2))
            taken.append(page.evaluate("Object.values(painted).at(-1)") / 1000 - begun)
        page.close()
        process.terminate()
    return taken[1:]  # the first save finds what is loaded only then


def using(folder: Path, runs: int) -> Iterator[str]:
    """What is opened in a browser, and the preview; nothing where there is no browser."""
    with sync_playwright() as playwright:
        try:
            browser = playwright.chromium.launch(executable_path=shutil.which("chromium"))
        except Error as error:
            print(f"left out: opening pages and the preview: {error}", file=sys.stderr)
            return
        for file in USABLE:
            opening(browser, folder / file)
            found = [opening(browser, folder / file) for _ in range(runs)]
            yield row(f"opening `{file}` until it answers a key", found, WANTED[file])
        found = saving(browser, folder, runs)
        yield row("`bpreport watch`: from saving to seeing", found, WANTED["watch"])
        browser.close()


def row(name: str, seconds: Sequence[float], wanted: str = "") -> str:
    middle, least, most = median(seconds), min(seconds), max(seconds)
    return f"| {name} | {in_unit(middle, middle)} | {in_unit(least, least, most)} | {wanted} |"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.report", description=__doc__)
    parser.add_argument("--runs", type=int, default=3)
    runs = parser.parse_args().runs
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        rows = [*building(folder, runs), *using(folder, runs)]
        print("| file | size | at most |\n|---|---|---|")
        for file, wanted in FILES.items():
            print(f"| `{file}` | {(folder / file).stat().st_size / 1e6:.2f} MB | {wanted} |")
    print("\n| what | median | all | wanted |\n|---|---|---|---|", *rows, sep="\n")
    print(f"\n{machine(runs)}")


if __name__ == "__main__":
    main()
