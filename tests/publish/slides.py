"""What the fixture `made_slides` gives."""

from dataclasses import dataclass
from pathlib import Path

from bpreport.audit import Audit
from bpreport.publish.slides.view import Slides

__all__ = ["Made"]


@dataclass(frozen=True)
class Made:
    """The slides of a deck in all their forms."""

    before: Audit
    after: Audit
    view: Slides
    html: Path
    pdf: Path
