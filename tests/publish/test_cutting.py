"""Where a printed report is cut, and what stands in the documents that come of it."""

import re

import pytest

from bpreport.publish import cutting
from bpreport.publish.cutting import TOP, Cut, cut

PAGE = """<html><head><title>T</title></head><body><header><h1>A &#34;b&#34;</h1></header>
<main><nav><a href="#slide-2">2</a> <a href="#one">1</a> <a href="#none">0</a></nav>
<!--strand--><section class="slides" id="slides"><h2>Slides</h2>
<!--unit--><article class="slide" id="slide-1"><h3>First &amp; last</h3><div data-x="1">a</div>
<!--unit--><div>b</div></article>
<!--unit--><article class="slide" id="slide-2"><h3>Second</h3>
<!--unit--><div><a href="#slide-1">c</a></div></article>
<!--end--></section>
<!--strand--><section class="worked" id="worked"><h2>Examples</h2>
<!--page--><section id="one"><h3>One</h3><p>1</p><p>2</p><p>3</p></section>
<!--page--><section id="two"><h3>Two</h3><p>1</p></section>
<!--end--></section>
</main></body></html>"""


@pytest.fixture
def report(monkeypatch) -> Cut:
    monkeypatch.setattr(cutting, "WINDOW", 24)  # 8 tags are long
    found = cut(PAGE)
    assert found is not None
    return found


def test_a_short_report_is_not_cut(monkeypatch):
    """Up to twice what is laid out at once."""
    monkeypatch.setattr(cutting, "WINDOW", PAGE.count("<") // 2)
    assert cut(PAGE) is None
    monkeypatch.setattr(cutting, "WINDOW", PAGE.count("<") // 2 - 1)
    assert cut(PAGE) is not None


def test_slides_are_one_strand_and_a_long_example_is_one_by_itself(report):
    """One has 10 tags, more than 8; so Two begins a page."""
    names = [strand.names(0, len(strand.units)) for strand in report.strands]
    assert names == [("slide-1", "unit-1", "slide-2", "unit-3"), ("one",), ("two",)]
    assert [strand.section for strand in report.strands] == ["Slides", "Examples", "Examples"]


def test_short_examples_stay_together(monkeypatch):
    """With as much room as there can be, nothing is long."""
    monkeypatch.setattr(cutting, "WINDOW", PAGE.count("<") // 2 - 1)
    found = cut(PAGE)
    assert found is not None
    assert [len(strand.units) for strand in found.strands] == [4, 2]


def test_a_document_goes_on_in_the_slide_and_section_that_are_open(report):
    """Without their names and headings, which stand before; the head tells of them."""
    slides, *_ = report.strands
    found = report.document(slides, 3, 4)
    assert '<main><section class="slides"><article class="slide"><div id="unit-0"><a ' in found
    assert found.count("Second") == 1
    assert re.search(rf'<div id="{TOP}" .*data-section="Slides" data-part=" · Second">', found)
    assert 'data-title="A &#34;b&#34;"' in found


def test_a_document_begins_with_the_heading_where_the_section_begins(report):
    """What scripts read, as `data-x`, is left out; a slide that begins is not opened before."""
    slides, one, two = report.strands
    assert '<section class="slides" id="slides"><h2>Slides</h2>' in report.document(slides, 0, 1)
    assert "data-x" not in report.document(slides, 0, 1)
    assert '<main><section class="slides"><article class="slide" id="slide-2">' in (
        report.document(slides, 2, 4)
    )
    assert "<h2>Examples</h2>" in report.document(one, 0, 1)
    assert "<h2>" not in report.document(two, 0, 1)


def test_links_to_other_parts_name_them_and_those_within_stay(report):
    """So does one that leads nowhere; "slide-1" in hexadecimal digits is 736c6964652d31."""
    slides, *_ = report.strands
    assert '<a href="#slide-1">c</a>' in report.document(slides, 0, 4)
    assert '<a href="elsewhere:736c6964652d31">c</a>' in report.document(slides, 2, 4)
    front = report.opened({"slide-2": 7})
    assert '<a href="elsewhere:736c6964652d32" data-page="7">2</a>' in front
    assert '<a href="#none">0</a>' in front
