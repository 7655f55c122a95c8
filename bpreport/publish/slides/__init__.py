"""The deck as slides, corrected: every change is marked and footnoted."""

from bpreport.publish.slides.files import products

__all__ = ["products"]
