"""The slides as files."""

from __future__ import annotations

from bpreport.audit.model import Audit
from bpreport.publish import pdf as writer
from bpreport.publish.fixing import correct
from bpreport.publish.slides.setting import HtmlSlides, PdfSlides
from bpreport.publish.slides.view import Slides, slides
from bpreport.publish.templates import environment
from bpreport.publish.view import Report

__all__ = ["html", "pdf", "products"]

SMALLER = 0.93
"""What the type of a slide is scaled by that needs a second page, until it needs none."""
ROUNDS = 12


def products(audit: Audit, report: Report) -> dict[str, bytes]:
    """The files of the corrected deck's slides, by name."""
    made = slides(audit, correct(audit).audit, report)
    return {"slides.html": html(made), "slides.pdf": pdf(made)}


def html(made: Slides) -> bytes:
    """The slides as one HTML file that needs nothing else."""
    setter = HtmlSlides(made.lang, made.formulas, made.figures)
    return _rendered(made, setter, {page.number: page.scale for page in made.pages}).encode()


def pdf(made: Slides) -> bytes:
    """The slides as PDF, one a page.

    How much room a slide takes was estimated. Where fonts are wider than thought, it is found here.
    """
    scales = {page.number: page.scale for page in made.pages}
    for _ in range(ROUNDS):
        setter = PdfSlides(made.lang, made.formulas, made.figures)
        source = _rendered(made, setter, scales)
        layout = writer.laid_out(source, setter.drawings)
        spilt = _spilt(layout)
        if not spilt:
            break
        scales = {
            number: scale * SMALLER if number in spilt else scale
            for number, scale in scales.items()
        }
    return layout.write()


def _spilt(layout: writer.Layout) -> set[int]:
    """Numbers of the slides that take more than one page."""
    found: set[int] = set()
    number = 0
    for anchors in layout.anchors:
        begun = [int(name.removeprefix("slide-")) for name in anchors if name.startswith("slide-")]
        if not begun:
            found.add(number)
        number = max(begun, default=number)
    return found


def _rendered(made: Slides, setter: HtmlSlides | PdfSlides, scales: dict[int, float]) -> str:
    template = environment(made.lang).get_template("slides.html.j2")
    return template.render(page=made, setter=setter, scales=scales)
