"""The PDF of the built-in deck, read back: tags, words, links, fonts and pages."""

import re
import subprocess
from itertools import pairwise

import numpy as np
import pikepdf

from bpreport.audit import audit
from bpreport.deck import read_text
from bpreport.publish import build
from bpreport.publish.numbers import shown, signed
from tests.publish.pdfs import Pdf, astray, inked, loose_heads, text_of
from tests.support import require_program


class TestDocument:
    def test_it_says_what_it_is(self, pdf):
        """Tagged for PDF/UA-1, with its language, and the title that readers show."""
        root = pdf.document.Root
        assert str(root.Lang) == "zh-Hans"
        assert bool(root.MarkInfo.Marked)
        assert bool(root.ViewerPreferences.DisplayDocTitle)
        with pdf.document.open_metadata() as metadata:
            assert metadata["pdfuaid:part"] == "1"
            assert metadata["dc:title"] == "深度学习基础：BP 神经网络 · 审核报告"
            assert metadata["dc:creator"] == ["bpreport"]

    def test_every_font_is_in_it(self, pdf):
        """A reader's machine needs no font, and text copied from it is the text."""
        fonts = [
            entry
            for entry in pdf.document.objects
            if isinstance(entry, pikepdf.Dictionary) and entry.get("/Type") == "/Font"
        ]
        shown = [font for font in fonts if not str(font.Subtype).startswith("/CIDFont")]
        assert len(shown) == len(fonts) / 2 > 0  # each has a descendant
        for font in shown:
            (descendant,) = font.DescendantFonts
            assert {"/FontFile2", "/FontFile3"} & set(descendant.FontDescriptor.keys())
            assert "/ToUnicode" in font

    def test_no_glyph_is_missing(self, pdf):
        """Glyph 0 is the empty box that stands for what a font lacks."""
        codes = list(pdf.codes())
        assert len(codes) > 10_000
        assert b"\0\0" not in codes
        assert not any("\ufffd" in text for text in pdf.texts)

    def test_every_number_of_the_audit_is_there(self, pdf, result):
        """What is printed and what is exact, as text or in the words of a formula."""
        text = "\n".join([*pdf.texts, *pdf.alternatives("Formula")])
        for judgement in result.judgements:
            if judgement.printed is not None:
                assert signed(judgement.printed) in text
            if judgement.exact is not None and str(judgement.verdict) != "given":
                assert signed(shown(judgement.exact)) in text


class TestWords:
    def test_every_formula_is_told_in_words(self, pdf):
        """In the report's language, and no LaTeX among them."""
        told = pdf.alternatives("Formula")
        assert len(told) > 600
        assert all(told)
        assert [words for words in told if re.search(r"[\\{}_^=]", words)] == []
        assert any("E 总对 w 7 的偏导数等于" in words for words in told)

    def test_every_figure_is_told_from_its_data(self, pdf):
        """The two runs, in 19 and 43 iterations, and the ends of every series."""
        told = pdf.alternatives("Figure")
        assert len(told) == 2 + 2 + 2 + 6 + 6  # descent, the regressions, the perceptrons
        assert all(told)
        runs = next(words for words in told if "19 次迭代" in words)
        assert "从 7.03 降到 2.6e-11，在 0.25 两侧来回跳动" in runs
        assert "从 7.03 降到 1.3e-10，从一侧逼近 0.25" in runs

    def test_headings_skip_no_level(self, pdf):
        """As PDF/UA-1 wants it, and as the outline of a text is read."""
        levels = [int(str(heading.S)[2]) for heading in pdf.tagged("H1", "H2", "H3", "H4")]
        assert levels[0] == 1
        assert all(after <= before + 1 for before, after in pairwise(levels))

    def test_every_cell_of_a_table_names_its_headings(self, pdf):
        """A listener in the middle of a table is told what the number is."""
        names = {str(head.ID) for head in pdf.tagged("TH") if "/ID" in head}
        cells = [
            cell for cell in pdf.tagged("TD") if cell.get("/K") and "/A" in cell and list(cell.K)
        ]
        assert len(cells) > 500
        for cell in cells:
            heads = {str(name) for name in cell.A.get("/Headers", [])}
            assert heads
            assert heads <= names

    def test_every_heading_says_what_it_heads(self, pdf):
        """A column or a row, as PDF/UA-1 wants it; of the table of weights both kinds are there."""
        scopes = [str(head.A.get("/Scope", "")) for head in pdf.tagged("TH")]
        assert scopes
        assert set(scopes) == {"/Column", "/Row"}


class TestWays:
    def test_the_outline_is_that_of_the_headings(self, pdf, result):
        """Every slide, worked example and stage has its bookmark, in order and on its page."""
        bookmarks = pdf.bookmarks()
        assert [mark.title for mark in bookmarks if mark.level == 2] == [
            "主要发现", "逐页审核", "算例", "附录",
        ]  # fmt: skip
        slides = [slide.title for slide in result.deck.slides]
        assert [mark.title for mark in bookmarks if mark.level == 3 and mark.title in slides] == (
            slides
        )
        assert all(before.page <= after.page for before, after in pairwise(bookmarks))
        for mark in bookmarks:
            squeezed = re.sub(r"\s", "", pdf.texts[mark.page - 1])
            assert re.sub(r"\s", "", mark.title) in squeezed

    def test_tags_contents_and_links_find_each_other(self, pdf):
        """WeasyPrint tags running heads and leaves them out of the tree; nothing else is loose."""
        assert astray(pdf.document) == loose_heads(pdf, 2)

    def test_every_link_leads_somewhere(self, pdf):
        """Numbers to their derivations, findings to their claims; none leaves the document."""
        names = pikepdf.NameTree(pdf.document.Root.Names.Dests)
        links = list(pdf.links())
        assert len(links) > 150
        for link in links:
            assert "/A" not in link or link.A.S != "/URI"
            target = link.Dest if "/Dest" in link else link.A.D
            assert str(target) in names

    def test_the_contents_tell_the_right_pages(self, pdf):
        """What the contents promise is where the bookmark leads."""
        (contents,) = [
            text for text in pdf.texts[:4] if re.search(r"^\s*目录\s*$", text, re.MULTILINE)
        ]
        for mark in pdf.bookmarks():
            if mark.level == 2:
                assert re.search(rf"{mark.title}[ .]*{mark.page}\b", contents)

    def test_every_page_says_where_one_is(self, pdf):
        """Number and running head on all but the first, which is the title page."""
        count = len(pdf.document.pages)
        assert 40 <= count <= 60
        parts = {mark.title for mark in pdf.bookmarks() if mark.level == 2} | {"目录"}
        for page, text in enumerate(pdf.texts[1:], 2):
            head, *_, foot = text.strip("\n").splitlines()
            assert head.startswith("深度学习基础：BP 神经网络")
            assert any(part in head for part in parts)
            assert foot.strip() == str(page)
        (begun,) = [mark for mark in pdf.bookmarks() if mark.title.endswith("多次迭代效果")]
        assert "多次迭代效果" in pdf.texts[begun.page].splitlines()[0]  # the page after


class TestPages:
    def test_no_heading_stands_at_the_foot_of_a_page(self, pdf):
        """What it announces follows on the same page, as text or, being a formula, as ink."""
        titles = {re.sub(r"\s", "", mark.title) for mark in pdf.bookmarks()}
        for page, text in enumerate(pdf.texts, 1):
            lines = [re.sub(r"\s", "", line) for line in text.splitlines()]
            *_, last, _ = ["", *filter(None, lines)]
            if last in titles:
                assert ink_below(pdf, page, last), f"page {page}: {last}"

    def test_pages_are_filled(self, pdf):
        """What does not fit is at most a picture high: no page but the last is half empty."""
        for page, picture in enumerate(pdf.pictures[1:-1], 2):
            assert filled(picture) > 0.6, f"page {page}"

    def test_nothing_reaches_into_the_margins(self, pdf):
        """No formula, table or plot is wider than the page has room for."""
        for page, picture in enumerate(pdf.pictures, 1):
            left, right = inked(picture)
            assert SIDE - HAIR < left < right < 1 - SIDE + HAIR, f"page {page}"


SIDE, HAIR = 21 / 210, 1 / 200
"""The margin beside the text, as a part of the width of a page, and what a pixel blurs."""

TOP, FOOT = 24 / 297, 275 / 297
"""Where the text of a page begins and ends, as parts of its height: A4 less the margins."""


def lowest_ink(picture):
    """How far down a page is written on between head and foot, as a part of its height."""
    height = len(picture)
    rows = (picture < 200).any(axis=1)[: int(FOOT * height)]
    return (np.flatnonzero(rows).max(initial=0) + 1) / height


def filled(picture):
    """The same as a part of the room there is."""
    return (lowest_ink(picture) - TOP) / (FOOT - TOP)


def ink_below(pdf, page, title):
    """Whether there is ink below the last line of text of a page."""
    pdftotext = require_program("pdftotext")
    command = [pdftotext, "-bbox", "-f", str(page), "-l", str(page), str(pdf.path), "-"]
    boxes = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    words = re.findall(r'yMax="([\d.]+)">([^<]*)<', boxes)
    bottom = max(float(y) for y, word in words if word in title)
    return lowest_ink(pdf.pictures[page - 1]) > (bottom + 8) / 842


def test_an_empty_page_would_be_seen(tmp_path):
    """The checks above find what they look for."""
    (path,) = made("# Notes\n\nOne line.", tmp_path, "en")
    (picture,) = Pdf(path).pictures
    assert 0.2 < filled(picture) < 0.6


def made(source, target, lang):
    result = audit(read_text(source))
    return build(result, result.study, target, ["pdf"], lang)


def test_a_formula_in_a_table_stays_in_its_cell(tmp_path):
    """What a claim asserts is not drawn over the number that it printed."""
    wide = "W" * 26  # one more, and it would be left out
    (path,) = made(f"$${wide} = {wide} + 0 = 3$$", tmp_path, "en")
    pdf = Pdf(path)
    boxes = [formula.A.BBox for formula in pdf.tagged("Formula") if "dots" in str(formula.Alt)]
    wider, _ = (float(box[2]) - float(box[0]) for box in boxes)
    assert 200 < wider < 76 / 25.4 * 96  # the cell has 76 mm, in CSS pixels


def test_no_row_of_a_table_stands_alone_on_a_page(tmp_path):
    """Wherever a page ends, at least two rows of a table stand on either side of it, or none."""
    divided = set()
    for fillers in range(40, 44):
        filler = "\n\n".join(["Words."] * fillers)
        source = f"# Notes\n\n{filler}\n\n$$1 + 1 = 2 = 2 = 2 = 2 = 2$$\n"
        (path,) = made(source, tmp_path, "en")
        rows = [text.count("is exact") for text in Pdf(path).texts]
        divided.add(tuple(filter(None, rows)))
    assert divided == {(5,), (3, 2), (2, 3)}  # and never (4, 1) or (1, 4)


def test_a_short_table_of_the_deck_stays_whole(tmp_path):
    """Wherever a page ends, all its rows are on one."""
    places = set()
    rows = "\n".join(f"| {row} | word{row} |" for row in range(1, 6))
    for fillers in range(10, 14):
        filler = "\n\n".join(["Words."] * fillers)
        (path,) = made(f"# Notes\n\n{filler}\n\n| a | b |\n|---|---|\n{rows}", tmp_path, "en")
        places.add(tuple(text.count("word") for text in Pdf(path).texts))
    assert places == {(5,), (0, 5)}


def test_author_and_date_are_told(tmp_path):
    """They come from the front matter, to the title page and to the PDF's properties."""
    (path,) = made("---\nauthor: A. Teacher\ndate: 2026-05-01\n---\n# Notes", tmp_path, "en")
    pdf = Pdf(path)
    assert "A. Teacher · 2026-05-01" in text_of(path)
    assert str(pdf.document.docinfo["/Author"]) == "A. Teacher"
    assert str(pdf.document.Root.Lang) == "en"


def test_nothing_is_written_that_weasyprint_does_not_know(tmp_path, caplog):
    """It tells of styles that it leaves out and pictures without a description."""
    made("---\nauthor: A\n---\n# *Notes*\n\n$$1 + 1 = 2$$", tmp_path, "en")
    assert [record.message for record in caplog.records if record.levelname != "DEBUG"] == []


def test_formulas_are_told_in_english(tmp_path):
    """The language is the report's, not the deck's."""
    (path,) = made("# 网络\n\n$$\\frac{1}{1 + e^{-net}} = 0.5$$", tmp_path, "en")
    assert (
        "the fraction with numerator 1 and denominator 1 plus e to the power negative net,"
        " end of fraction equals 0.5"
    ) in Pdf(path).alternatives("Formula")


def test_a_lead_in_stands_with_its_formula(tmp_path):
    """A paragraph that ends with a colon is not the last of its page."""

    def pages(fillers):
        filler = "\n\n".join(["Words."] * fillers)
        source = f"# Notes\n\n{filler}\n\nThis is the sum:\n\n$$1 + 1 = 2$$\n"
        (path,) = made(source, tmp_path, "en")
        return Pdf(path).texts

    fit = pages(40)[0].count("Words.")
    first, second = pages(fit - 1)  # One more line would fit on the first page.
    assert first.count("Words.") == fit - 1
    assert "This is the sum:" in second


def test_alternative_texts_have_the_spaces_of_their_language(pdf):
    """Chinese sentences follow one another without any; a number has one on either side."""
    for words in pdf.alternatives("Figure"):
        assert not re.search(r"[\u4e00-\u9fff。，；：、] (?=[\u4e00-\u9fff])", words), words
        assert not re.search(r"[。，；：、] ", words), words
        assert not re.search(r"[\u4e00-\u9fff][0-9−]|[0-9][\u4e00-\u9fff]", words), words
    for words in pdf.alternatives("Formula"):
        assert not re.search(r"[\u4e00-\u9fff。，；：、] (?=[\u4e00-\u9fff])", words), words


def test_an_entry_is_told_as_one(tmp_path):
    """Of a vector or a matrix, and not as a product with a number."""
    (path,) = made("$$a = (0.1 * 5, 2 * 3) = (0.5, 6)$$", tmp_path, "en")
    assert {"entry 1", "entry 2"} <= set(re.findall(r"entry \d", text_of(path)))
    assert not any("times 1" in words for words in Pdf(path).alternatives("Formula"))
