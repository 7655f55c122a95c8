"""Print the tables of docs/performance.md: `python -m benchmarks.report --runs 5`.

Sizes and times of what `bpreport` makes of the built-in deck: each build is a process of its own,
each opening of a page a browser context of its own.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median

from playwright.sync_api import Browser, sync_playwright

from bpreport.deck import builtin

BPREPORT = [sys.executable, "-c", "from bpreport.cli import main; main()"]

COMMANDS = {
    "bpreport check": ["check"],
    "bpreport build --format html": ["build", "--format", "html"],
    "bpreport build --format pdf": ["build", "--format", "pdf"],
    "bpreport build --format slides": ["build", "--format", "slides"],
    "make report": ["build", "--format", "html,pdf,slides"],
}
"""What is timed as a process, by what a user types; of `make report` it is what it runs."""

FILES = ("report.html", "report.pdf", "slides.html", "slides.pdf")

USABLE = {
    "report.html": ("/", ".edition:not([hidden]) .search input:focus"),
    "slides.html": ("ArrowRight", "#slide-2.current"),
}
"""Of each page a key that is pressed, and what must be there then."""


def run(arguments: list[str], folder: Path) -> None:
    target = ["-o", str(folder)] if arguments[0] == "build" else []
    # Nothing can be kept below a file, so everything is made anew.
    environment = {**os.environ, "BPREPORT_CACHE": os.devnull}
    subprocess.run(
        [*BPREPORT, *arguments, *target], capture_output=True, check=False, env=environment
    )


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
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        page = browser.new_page()
        page.goto(process.stdout.readline().strip())
        seen = "html[data-version='{}']".format
        page.locator(seen(1)).wait_for(state="attached", timeout=60_000)
        for number in range(runs + 1):
            page.wait_for_timeout(1000)
            changed = text.replace("0.912934", f"0.9129{30 + number}", 1)

            def save(changed: str = changed, version: int = number + 2) -> None:
                deck.write_text(changed, encoding="utf-8")
                page.locator(seen(version)).wait_for(state="attached", timeout=60_000)

            taken.append(seconds(save))
        page.close()
        process.terminate()
    return taken[1:]  # the first save finds what is loaded only then


def row(name: str, taken: list[float]) -> str:
    return f"| `{name}` | {median(taken):.2f} s | {min(taken):.2f} to {max(taken):.2f} s |"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.report", description=__doc__)
    parser.add_argument("--runs", type=int, default=5)
    runs = parser.parse_args().runs
    print(f"{runs} runs each; load before: {os.getloadavg()[0]:.2f}\n")
    with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright:
        folder = Path(name)
        rows = []
        for command, arguments in COMMANDS.items():
            run(arguments, folder)  # the first run reads from the disk
            taken = [seconds(lambda asked=arguments: run(asked, folder)) for _ in range(runs)]
            rows.append(row(command, taken))
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"))
        for file in USABLE:
            opening(browser, folder / file)
            rows.append(row(file, [opening(browser, folder / file) for _ in range(runs)]))
        rows.append(row("bpreport watch", saving(browser, folder, runs)))
        browser.close()
        print("| file | size |\n|---|---|")
        for file in FILES:
            print(f"| `{file}` | {(folder / file).stat().st_size / 1e6:.2f} MB |")
        print("\n| | median | all |\n|---|---|---|", *rows, sep="\n")
    print(f"\nLoad afterwards: {os.getloadavg()[0]:.2f}")


if __name__ == "__main__":
    main()
