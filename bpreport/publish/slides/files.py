"""The slides as files."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from bpreport.audit.model import Audit
from bpreport.publish import pdf as writer
from bpreport.publish.fixing import correct
from bpreport.publish.slides.setting import HtmlSlides, PdfSlides
from bpreport.publish.slides.view import Slides, slides
from bpreport.publish.templates import environment
from bpreport.publish.view import Report

__all__ = ["html", "laid_out", "products"]

SMALLER = 0.95
"""What the type of a slide is scaled by that needs a second page, until it needs none."""
ROUNDS = 12


def products(audit: Audit, report: Report) -> dict[str, bytes]:
    """The files of the corrected deck's slides, by name."""
    made = slides(audit, correct(audit).audit, report)
    layout, scales = laid_out(made)
    return {"slides.html": html(made, scales), "slides.pdf": layout.write()}


def html(made: Slides, scales: Mapping[int, float]) -> bytes:
    """The slides as one HTML file that needs nothing else."""
    setter = HtmlSlides(made.lang, made.formulas, made.figures)
    return _rendered(made, setter, scales).encode()


def laid_out(made: Slides) -> tuple[writer.Layout, Mapping[int, float]]:
    """The slides on the pages of the PDF, one a page, and what the type of each is scaled by.

    How much room a slide takes was estimated; what was thought too little is found here.
    """
    scales = {page.number: page.scale for page in made.pages}
    for _ in range(ROUNDS):
        setter = PdfSlides(made.lang, made.formulas, made.figures, made.functions, made.names)
        layout = writer.laid_out(_rendered(made, setter, scales), setter.drawings, setter.words)
        spilt = _spilt(layout)
        if not spilt:
            break
        scales = {
            number: round(scale * SMALLER, 3) if number in spilt else scale
            for number, scale in scales.items()
        }
    return layout, scales


def _spilt(layout: writer.Layout) -> set[int]:
    """Numbers of the slides that take more than one page."""
    on_pages: Counter[int] = Counter()
    number = 0
    for anchors in layout.anchors:
        here = [int(name.removeprefix("slide-")) for name in anchors if name.startswith("slide-")]
        number = max(here, default=number)
        on_pages[number] += 1
    return {number for number, pages in on_pages.items() if pages > 1}


def _rendered(made: Slides, setter: HtmlSlides | PdfSlides, scales: Mapping[int, float]) -> str:
    template = environment(made.lang).get_template("slides.html.j2")
    return template.render(page=made, setter=setter, scales=scales)
