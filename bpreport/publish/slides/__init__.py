"""The deck as slides, corrected: every change is marked and footnoted."""

from bpreport.publish.slides.products import products

__all__ = ["products"]
