"""The deck as slides, corrected: every change is marked and footnoted."""

from bpreport.publish.slides.view import Slides, slides

__all__ = ["Slides", "slides"]
