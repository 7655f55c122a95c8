"""Renew the pictures of README.md and docs/: `make images`, and look at them.

The report of the built-in deck is built in each language. `report.png` and `report.zh.png` are
three pages of its PDF side by side; `page.png` is the English HTML as a reader uses it, on a wide
screen and on a phone. Pillow, which composes them, comes with matplotlib.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pikepdf
from PIL import Image, ImageOps
from playwright.sync_api import Browser, Page, sync_playwright

HERE = Path(__file__).parent
PAGES = {
    "en": ("", "BP example · FP: the output layer and the total error", "example: perceptron"),
    "zh": ("", "BP 算法例子 · FP 过程：输出层与总误差", "感知器（example）"),
}
"""What is shown of the PDF: its first page, and those with these headings."""
AROUND = "#e8ecf5"
EDGE = "#c9d0dc"
GAP = 28
SCALE = 1.3
"""Pixels of a picture for each of the screen."""
HEIGHT = 770


def build(folder: Path, lang: str) -> None:
    """The report in a language."""
    program = "from bpreport.cli import main; main()"
    command = [sys.executable, "-c", program, "build", "--format", "html,pdf", "--lang", lang]
    subprocess.run([*command, "-o", str(folder)], check=True, capture_output=True)


def headings(document: pikepdf.Pdf) -> Iterator[tuple[str, int]]:
    """The bookmarks of a PDF, each with the number of its page."""
    numbers = {page.objgen: number for number, page in enumerate(document.pages, 1)}
    with document.open_outline() as outline:
        entries = list(outline.root)
        while entries:
            entry = entries.pop(0)
            yield str(entry.title), numbers[entry.destination[0].objgen]
            entries = [*entry.children, *entries]


def pages(path: Path, titles: tuple[str, ...]) -> Image.Image:
    """The pages of a PDF with these headings, side by side."""
    with pikepdf.open(path) as document:
        known = {"": 1, **dict(headings(document))}
    pictures = []
    for title in titles:
        number = str(known[title])
        command = ["pdftoppm", "-png", "-r", "75", "-f", number, "-l", number, str(path)]
        told = subprocess.run(command, check=True, capture_output=True).stdout
        page = Image.open(BytesIO(told)).convert("RGB")
        pictures.append(ImageOps.expand(page, 1, EDGE))
    return beside(pictures, GAP, AROUND)


def beside(pictures: list[Image.Image], gap: int, colour: str) -> Image.Image:
    """Pictures of one height in a row, with a gap between and around them."""
    width = sum(picture.width for picture in pictures) + gap * (len(pictures) + 1)
    row = Image.new("RGB", (width, pictures[0].height + 2 * gap), colour)
    left = gap
    for picture in pictures:
        row.paste(picture, (left, gap))
        left += picture.width + gap
    return row


def opened(browser: Browser, path: Path, width: int, *, dark: bool = False) -> Page:
    """The report on a screen."""
    page = browser.new_page(
        viewport={"width": width, "height": HEIGHT},
        device_scale_factor=SCALE,
        color_scheme="dark" if dark else "light",
    )
    page.goto(path.as_uri())
    return page


def taken(page: Page) -> Image.Image:
    """What the screen shows, once all is in its place."""
    page.wait_for_timeout(1000)
    return Image.open(BytesIO(page.screenshot())).convert("RGB")


def screens(browser: Browser, path: Path) -> Image.Image:
    """What the audit says of a wrong number; and on a phone, what is found for a symbol."""
    wide = opened(browser, path, 1240)
    # Of the errors, the sum that lacks a term.
    number = wide.locator("mn.error", has_text="2.1019206").first
    for _ in range(4):  # what comes near is laid out, and moves what is below
        number.evaluate("one => one.scrollIntoView({block: 'center'})")
        wide.wait_for_timeout(200)
    number.hover()
    narrow = opened(browser, path, 350, dark=True)
    narrow.get_by_role("combobox").fill("w_7^+")
    return beside([taken(wide), taken(narrow)], 0, AROUND)


def save(picture: Image.Image, name: str) -> None:
    """As a PNG file of few colours, which is a third as large."""
    few = picture.quantize(256, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)
    few.save(HERE / name, optimize=True)


def main() -> None:
    """Make all pictures."""
    with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"))
        for lang, titles in PAGES.items():
            folder = Path(name) / lang
            build(folder, lang)
            save(
                pages(folder / "report.pdf", titles),
                "report.png" if lang == "en" else f"report.{lang}.png",
            )
        save(screens(browser, Path(name) / "en" / "report.html"), "page.png")
        browser.close()


if __name__ == "__main__":
    main()
