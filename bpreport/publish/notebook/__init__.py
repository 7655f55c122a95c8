"""A deck as a Jupyter notebook that recomputes it, and as an exercise for nbgrader."""

from bpreport.publish.notebook.composing import cells, products

__all__ = ["cells", "products"]
