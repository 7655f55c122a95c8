"""HTML to PDF with WeasyPrint: tagged for PDF/UA-1, without network, the same bytes every time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bpreport.publish.formulas import Drawing

__all__ = ["SCHEME", "pdf"]

SCHEME = "formula:"
"""Pictures whose address begins so are drawings that the caller hands over."""


class _Picture:
    """A drawing in the shape in which WeasyPrint keeps pictures.

    WeasyPrint parses each coordinate of an SVG in Python, which is most of the time that formulas
    take. Writing a drawing's PDF operators directly leaves that out.
    """

    def __init__(self, drawing: Drawing) -> None:
        self.drawing = drawing

    def get_intrinsic_size(self, _resolution: object, _font_size: object) -> tuple[float, ...]:
        """Width, height and their ratio, in CSS pixels."""
        width, height = self.drawing.width, self.drawing.height + self.drawing.depth
        return width * 96 / 72, height * 96 / 72, width / height

    def draw(self, stream: Any, width: float, _height: float, _style: object) -> None:
        """Write the drawing into a PDF stream, scaled to the given size."""
        scale = width / self.drawing.width
        stream.push_state()
        stream.transform(a=scale, d=scale, f=self.drawing.height * scale)
        stream.stream.append(self.drawing.operators())
        stream.pop_state()


def pdf(html: str, drawings: Mapping[str, Drawing]) -> bytes:
    """The document as PDF.

    `drawings` are the formulas that the document shows as pictures, by their address without
    `SCHEME`. Nothing else is fetched but `data:` addresses.
    """
    from weasyprint import HTML
    from weasyprint.urls import URLFetcher

    # The cache of pictures is where WeasyPrint looks before it fetches an address.
    pictures: dict[str, Any] = {
        SCHEME + name: _Picture(drawing) for name, drawing in drawings.items()
    }
    fetcher = URLFetcher(allowed_protocols={"data"}, allow_redirects=False)
    document = HTML(string=html, url_fetcher=fetcher, base_url=None)
    written = document.write_pdf(pdf_variant="pdf/ua-1", cache=pictures, pdf_identifier=b"bpreport")
    return bytes(written or b"")
