"""The rates of `bpreport sheets` on one core: python -m benchmarks.sheets --students 100 --pdf 4.

Seconds are those of the processor: other work on the machine does not count. Each rate is of one
run: a second one would find formulas that the first has set, unless it had other students.
"""

from __future__ import annotations

import argparse
import base64
import gc
import time
from collections.abc import Callable, Iterable
from typing import Any

from markupsafe import Markup

from benchmarks.measuring import machine
from bpreport.deck import builtin, read
from bpreport.publish import breaking
from bpreport.publish.drawing import Drawing, drawing
from bpreport.publish.formulas import mathml
from bpreport.publish.sheets import Press, Sheet, make_all, plan
from bpreport.publish.sheets.press import TEMPLATES, styles_of
from bpreport.publish.sheets.ranges import draw
from bpreport.publish.sheets.setting import PdfSheetSetter
from bpreport.publish.sheets.view import pages
from bpreport.publish.templates import environment
from bpreport.publish.words import spoken


def rate(name: str, things: int, work: Callable[[], object], wanted: str = "") -> float:
    """Do it, and print how many things a second."""
    started = time.process_time()
    work()
    found = things / (time.process_time() - started)
    print(f"| {name} | {told(found)} | {wanted} |", flush=True)
    return found


def told(rate: float) -> str:
    """Three digits.

    >>> told(126_123), told(113.4), told(0.884)
    ('126 000', '113', '0.884')
    """
    size = float(f"{rate:.3g}")
    return f"{size:,.0f}".replace(",", " ") if size >= 100 else f"{size:g}"


def through(things: Iterable[object]) -> int:
    """Run through an iterator."""
    return sum(1 for _ in things)


class PlainSetter(PdfSheetSetter):
    """Formulas as pictures that WeasyPrint reads, as a script would have them."""

    def _address(self, drawn: Drawing) -> str:
        svg = base64.b64encode(drawn.svg().encode()).decode("ascii")
        return f"data:image/svg+xml;base64,{svg}"


KEPT: tuple[Any, ...] = (drawing, breaking._part, spoken, mathml)  # noqa: SLF001
"""What remembers formulas that were set before."""


def plain_pdf(press: Press, sheet: Sheet) -> list[bytes]:
    """A sheet and its key as a script makes them that keeps nothing from one to the next."""
    from weasyprint import HTML
    from weasyprint.text.fonts import FontConfiguration

    found = []
    for place, name in enumerate(TEMPLATES):
        for kept in KEPT:
            kept.cache_clear()
        setter = PlainSetter(press.lang)
        styles = "\n".join(styles_of(press.lang))
        text = environment(press.lang).get_template(name).render(
            page=pages(press.course, sheet, setter)[place], setter=setter,
            head=Markup(f"<style>{styles}</style>"),
        )  # fmt: skip
        document = HTML(string=text)
        found.append(
            document.write_pdf(pdf_variant="pdf/ua-1", font_config=FontConfiguration()) or b""
        )
    return found


STARTED = {
    "html": ("sheets with keys, as HTML", "100"),
    "moodle": ("banks as Moodle XML", "100"),
    "qti21": ("banks as QTI 2.1", ""),
}
"""By format, what is made from the start, and how many a second are wanted."""


def main() -> None:
    """Measure and print."""
    gc.set_threshold(100_000, 20, 20)  # as the command does
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--students", type=int, default=100)
    options.add_argument("--pdf", type=int, default=4)
    chosen = options.parse_args()
    course = plan(read(builtin("en")))
    print("| what | a second | wanted |\n|---|---:|---:|")
    screen = course.screens[0]
    drawn = draw(screen.grid.values(), 10_000, "bench", "anyone")
    screen.judge(drawn[:, :16])  # trees become functions once
    rate("candidates screened", 10_000, lambda: screen.judge(drawn), "500")
    students = [f"s{number:04}" for number in range(1, chosen.students + 1)]
    sheets = list(make_all(course, "bench", students[: max(2, chosen.pdf)]))
    for form, (name, wanted) in STARTED.items():
        press = Press(course, "en", (form,))
        through(press.products(sheets[:1]))
        rate(f"{name}, from the start", len(students),
             lambda press=press: through(press.products(make_all(course, "bench", students))),  # type: ignore[misc]
             wanted)  # fmt: skip
    press = Press(course, "en", ("pdf",))
    press.pdf(sheets[0])
    plain_pdf(press, sheets[0])
    few = sheets[: chosen.pdf]
    ours = rate("sheets with keys, as PDF", len(few), lambda: through(press.products(few)))
    plain = rate("the same by a plain loop", len(few),
                 lambda: through(plain_pdf(press, sheet) for sheet in few))  # fmt: skip
    print(f"| PDF against the plain loop | {ours / plain:.2g} times | 3 times |")
    print(f"\n{len(students)} sheets, {len(few)} of them as PDF; {machine()}")


if __name__ == "__main__":
    main()
