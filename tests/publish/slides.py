"""What the fixture `made_slides` gives."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from bpreport.audit import Audit, audit
from bpreport.deck import builtin, read, read_text
from bpreport.publish.fixing import correct
from bpreport.publish.report import report
from bpreport.publish.slides import files
from bpreport.publish.slides.view import Slides, slides
from tests.publish import slide_decks

__all__ = ["Made", "make"]


@cache
def _audits(name: str) -> tuple[Audit, Audit]:
    deck = read(builtin(name)) if name in BUILT_IN else read_text(getattr(slide_decks, name))
    before = audit(deck)
    return before, correct(before).audit


BUILT_IN = ("zh", "en")


@dataclass(frozen=True)
class Made:
    """The slides of a deck in all their forms."""

    name: str
    view: Slides
    html: Path
    pdf: Path

    @property
    def before(self) -> Audit:
        """The audit of the deck as it is."""
        return _audits(self.name)[0]

    @property
    def after(self) -> Audit:
        """The audit of the corrected deck."""
        return _audits(self.name)[1]


def make(name: str, folder: Path) -> Made:
    """The slides of a built-in deck, "zh" or "en", or of one of `slide_decks`."""
    before, after = _audits(name)
    view = slides(before, after, report(before, before.study, before.deck.lang))
    layout, scales = files.laid_out(view)
    made = Made(name, view, folder / "slides.html", folder / "slides.pdf")
    made.html.write_bytes(files.html(view, scales))
    made.pdf.write_bytes(layout.write())
    return made
