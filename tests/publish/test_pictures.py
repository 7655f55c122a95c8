"""Key pages of the PDF beside pictures of how they should look.

`make pictures` renews the pictures, after a change that is meant to be seen: look at them.
"""

import os
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from matplotlib.image import imread, imsave

from tests.publish.pdfs import pictures_of

REFERENCES = Path(__file__).with_name("pictures")
RENEW = bool(os.environ.get("BPREPORT_RENEW_PICTURES"))

PAGES = {
    "front": "深度学习基础：BP 神经网络",
    "errors": "BP 算法例子 · 多次迭代效果",
    "descent": "梯度下降（descent）",
    "network": "感知器（example）",
}
"""By picture: the heading on the page."""

BLOCK = 6
"""Pixels of a square whose mean grey is compared: letters blur, lines of text and plots do not."""


def blurred(picture):
    """Means of squares, as rows of numbers from 0 for black to 1 for white."""
    height, width = (side // BLOCK * BLOCK for side in picture.shape)
    squares = picture[:height, :width].reshape(height // BLOCK, BLOCK, width // BLOCK, BLOCK)
    return squares.mean(axis=(1, 3))


def unlike(one, other):
    """Which part of two pictures is seen to differ."""
    if one.shape != other.shape:
        return 1.0
    return float((np.abs(blurred(one) - blurred(other)) > 0.08).mean())


@pytest.fixture(scope="module")
def page_of(pdf):
    """A page as a small picture, from 0 for black to 1 for white."""

    @cache
    def seen(page):
        (picture,) = pictures_of(pdf.path, 36, page)
        return picture / 255

    return seen


def page_with(pdf, name):
    return next(mark.page for mark in pdf.bookmarks() if mark.title == PAGES[name])


@pytest.mark.parametrize("name", PAGES)
def test_a_page_looks_as_it_should(pdf, page_of, name):
    """No more than a hundredth of it differs: a moved line of text is more."""
    picture = page_of(page_with(pdf, name))
    reference = REFERENCES / f"{name}.png"
    if RENEW:
        imsave(reference, picture, cmap="gray", vmin=0, vmax=1)
        pytest.skip("the picture is renewed")
    assert unlike(picture, imread(reference)[..., 0]) < 0.01


def test_a_moved_line_is_seen(pdf, page_of):
    """The check above would see a planted fault: text 4 mm lower, and a picture that is missing."""
    page = page_of(4)
    moved = np.vstack([page[:40], np.ones((6, page.shape[1])), page[40:-6]])
    assert unlike(page, moved) > 0.02
    whole = page_of(page_with(pdf, "network"))
    emptied = whole.copy()
    emptied[len(whole) // 3 : 2 * len(whole) // 3] = 1
    assert unlike(whole, emptied) > 0.02


def test_what_no_eye_sees_is_let_through(page_of):
    """Letters that are drawn a little bolder or lighter are the same page."""
    page = page_of(4)
    assert unlike(page, np.clip(page * 1.06, 0, 1)) < 0.01
