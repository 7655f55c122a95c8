"""A long report in PDF is made in parts; what the reader gets is one document."""

import os
import re
import shutil
import sqlite3
from collections import Counter
from contextlib import contextmanager

import pikepdf
import pytest

from bpreport.audit import audit
from bpreport.deck import read_text
from bpreport.publish import build, cutting, pdf, printing
from bpreport.publish.beside import copies
from bpreport.publish.commands import build_deck
from bpreport.publish.keeping import keeping
from tests.publish.decks import CHAPTERS, CHAPTERS_WINDOW, ERRORS, PERCEPTRON
from tests.publish.pdfs import Pdf, astray, loose_heads


@pytest.fixture(scope="module", autouse=True)
def window():
    """The chapters are cut as if they were long."""
    with pytest.MonkeyPatch.context() as patch:
        lay_out_at_once(patch, CHAPTERS_WINDOW)
        yield


def lay_out_at_once(patch, tags):
    for module in (cutting, printing):
        patch.setattr(module, "WINDOW", tags)


def made(source, folder, lang="en"):
    """The report as PDF, by one process."""
    result = audit(read_text(source, "notes.md"))
    (path,) = build(result, result.study, folder, ["pdf"], lang)
    return path


@contextmanager
def uncut():
    """All reports in one piece meanwhile."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(printing, "cut", lambda _: None)
        yield


def in_one_piece(source, folder):
    with uncut():
        return made(source, folder)


def made_with(source, cache, folder):
    """The report as PDF, how many parts were made, and how many were there."""
    with keeping(cache) as now:
        path = made(source, folder)
    assert now is not None
    return path.read_bytes(), now.pieces.made["pages"], now.pieces.found["pages"]


@pytest.fixture(scope="module")
def kept(once):
    """The report of the chapters, in parts, beside a cache that has them."""

    def fill(folder):
        made_with(CHAPTERS, folder / "cache", folder)
        return folder

    return once("parts", fill)


@pytest.fixture(scope="module")
def parts(kept):
    """It, read."""
    return Pdf(kept / "report.pdf")


@pytest.fixture(scope="module")
def piece(once):
    """The same, which WeasyPrint has made as a whole."""
    return Pdf(once("piece", lambda folder: in_one_piece(CHAPTERS, folder)))


def lines(pdf):
    """All lines but heads and feet, squeezed; the contents without their page numbers."""
    found = []
    for page, text in enumerate(pdf.texts):
        all_lines = [re.sub(r"\s", "", line) for line in text.splitlines()]
        squeezed = [line for line in all_lines if line]
        found += squeezed[1:-1] if page else squeezed
    return [re.sub(r"\.{2,}\d+", "", line) for line in found]


def led(pdf):
    """Of each link within the document its name, with the page that it leads to and how far up."""
    names = pikepdf.NameTree(pdf.document.Root.Names.Dests)
    places = [(str(link.Dest), names[str(link.Dest)]) for link in pdf.links() if "/Dest" in link]
    return [(name, pdf.numbers[place[0].objgen], float(place[3])) for name, place in places]


class TestOneDocument:
    def test_it_reads_as_in_one_piece(self, parts, piece):
        """Every line is there once, in its place; chapters begin on a page of their own."""
        assert len(parts.document.pages) > 10
        assert lines(parts) == lines(piece)

    def test_the_tags_are_those_of_one_piece(self, parts, piece):
        """The same number of headings, formulas, tables and so on, and the same words for them."""

        def told(pdf):
            kinds = ("H1", "H2", "H3", "H4", "Formula", "Figure", "Link", "TH", "LI")
            return Counter(
                (str(entry.S), str(entry.get("/Alt", ""))) for entry in pdf.tagged(*kinds)
            )

        # Of a table that goes on, each page repeats the headings; it may be another table.
        assert {key: count for key, count in told(parts).items() if key[0] != "/TH"} == {
            key: count for key, count in told(piece).items() if key[0] != "/TH"
        }

    def test_tags_contents_and_links_find_each_other(self, parts, piece):
        """WeasyPrint tags running heads and leaves them out of the tree; nothing else is loose."""
        assert astray(parts.document) == loose_heads(parts, 2)
        assert astray(piece.document) == loose_heads(piece, 3)  # the page's number is one, too

    def test_cells_know_the_headings_of_their_own_table(self, parts):
        """Names of headings are told apart where parts have the same."""
        names = [str(head.ID) for head in parts.tagged("TH") if "/ID" in head]
        assert len(names) > 50
        assert len(set(names)) == len(names)
        told = {str(name) for cell in parts.tagged("TD") for name in cell.A.get("/Headers", [])}
        assert told <= set(names)

    def test_links_lead_where_they_led(self, parts, piece):
        """To what they name, also across parts; a link to nothing is no link, as in one piece."""
        assert Counter(name for name, *_ in led(parts)) == Counter(name for name, *_ in led(piece))
        titles = {mark.title: mark.page for mark in parts.bookmarks()}
        across = [(page, name) for name, page, _ in led(parts) if name.startswith("slide-")]
        assert len(across) > 26  # each slide is in the contents and in the next one
        for page, name in across:
            number = int(name.removeprefix("slide-"))
            assert page == titles["Notes" if number == 1 else f"Slide {number}"]
        (wrong,) = [page for name, page, _ in led(parts) if name.startswith("claim-")]
        assert "explained error" in parts.texts[wrong - 1]
        outside = [str(link.A.URI) for link in parts.links() if "/A" in link]
        assert outside == ["https://example.org/"]

    def test_the_outline_is_that_of_one_piece(self, parts, piece):
        """Titles and levels; and each leads to the page where its heading stands."""
        told = [(mark.title, mark.level) for mark in parts.bookmarks()]
        assert told == [(mark.title, mark.level) for mark in piece.bookmarks()]
        for mark in parts.bookmarks():
            squeezed = re.sub(r"\s", "", parts.texts[mark.page - 1])
            assert re.sub(r"\s", "", mark.title) in squeezed

    def test_no_name_of_ours_is_left(self, parts):
        """What finds the pages of parts is not in the document, nor are our addresses."""
        names = pikepdf.NameTree(parts.document.Root.Names.Dests)
        assert [name for name in names if name.startswith(cutting.UNIT)] == []
        content = parts.path.read_bytes()
        assert cutting.ELSEWHERE.encode() not in content

    def test_what_the_document_says_of_itself_is_as_in_one_piece(self, parts, piece):
        """Language, title, author, PDF/UA and how it is shown; fonts are in it once."""
        for key in ("/Lang", "/MarkInfo", "/ViewerPreferences"):
            assert parts.document.Root[key] == piece.document.Root[key]
        told = [dict(each.document.docinfo.items()) for each in (parts, piece)]
        assert told[0] == told[1]
        metadata = [each.document.Root.Metadata.read_bytes() for each in (parts, piece)]
        assert metadata[0] == metadata[1]
        assert b"pdfuaid:part" in metadata[0]
        fonts = [embedded(each) for each in (parts, piece)]
        assert fonts[0] == fonts[1]


def told_at(marks):
    """What the head of a page says behind these headings."""
    chapter = max(place for place, mark in enumerate(marks) if mark.level == 2)
    under = "".join(f" · {mark.title}" for mark in marks[chapter:][-1:] if mark.level == 3)
    return f"Notes & more {marks[chapter].title}{under}"


def embedded(pdf):
    """How many files of typefaces there are, of each name."""
    found = [entry for entry in pdf.document.objects if isinstance(entry, pikepdf.Dictionary)]
    return Counter(
        str(entry.FontName) for entry in found if "/FontFile2" in entry or "/FontFile3" in entry
    )


class TestNumbers:
    def test_every_page_but_the_first_shows_its_own(self, parts):
        """At its foot."""
        first, *rest = parts.texts
        assert not first.rstrip().splitlines()[-1].strip().isdigit()
        for page, text in enumerate(rest, 2):
            assert text.rstrip().splitlines()[-1].strip() == str(page)

    def test_running_heads_go_on_from_part_to_part(self, parts):
        """Title and chapter, with the slide or worked example that is open as the page begins."""
        marks = [mark for mark in parts.bookmarks() if mark.level < 4]
        slides = next(mark.page for mark in marks if mark.title == "Slide by slide")
        for page, text in enumerate(parts.texts[slides:], slides + 1):
            head = re.sub(" +", " ", text.strip("\n").splitlines()[0])
            before = sum(mark.page < page for mark in marks)
            # One or two headings may stand at the top of the page.
            assert head in [told_at(marks[: before + more]) for more in (0, 1, 2)]

    def test_the_contents_tell_them(self, parts):
        """Of every slide and worked example; the bookmark leads to the same page."""
        told = dict(
            re.findall(r"(Slide \d+|\w+: [\w ]+?) ?\.{2,} *(\d+)", "\n".join(parts.texts[:2]))
        )
        assert len(told) == 15  # slides 2 to 14, and two worked examples
        # The appendix has the names of examples once more, further on.
        leading = {mark.title: str(mark.page) for mark in reversed(parts.bookmarks())}
        assert {title: leading[title] for title in told} == told

    def test_they_are_no_text_for_a_screen_reader(self, parts):
        """Drawn between the marks of an artifact, and with no marks of their own inside."""
        for page in parts.document.pages:
            (name,) = [
                name for name in page.Resources.XObject if name == f"/number{page.index + 1}"
            ]
            begun, *_ = pikepdf.parse_content_stream(page)
            assert str(begun.operands[0]) == "/Artifact"
            assert marks_within(page.Resources.XObject[name]) == []


def marks_within(form):
    """Numbers of marked contents in a form."""
    found = pikepdf.parse_content_stream(form, "BDC")
    return [each for each in found if "/MCID" in each.operands[1]]


def test_tags_that_lead_astray_are_noticed(parts):
    """The law above can fail: two pages with each other's tags, a link with another's."""
    before = len(astray(parts.document))
    with pikepdf.open(parts.path) as document:
        first, second = document.pages[1], document.pages[2]
        first.StructParents, second.StructParents = second.StructParents, first.StructParents
        found = astray(document)
        assert len(found) > before
        assert "page 2: other contents are marked than are told of" in found
    with pikepdf.open(parts.path) as document:
        one, other = document.pages[0].Annots[:2]
        one.StructParent, other.StructParent = other.StructParent, one.StructParent
        assert sum("does not know of ['link'" in fault for fault in astray(document)) == 2


class TestAfterAChange:
    """What the cache has is taken, and what comes of it is what would be made from nothing."""

    @pytest.fixture
    def cache(self, kept, tmp_path):
        """A cache that has the parts of the chapters."""
        return shutil.copytree(kept / "cache", tmp_path / "cache")

    def test_nothing_is_made_where_nothing_has_changed(self, cache, tmp_path, parts):
        """Two parts of slides, one of worked examples, the appendix and the front."""
        content, new, before = made_with(CHAPTERS, cache, tmp_path)
        assert (new, before) == (0, 2 + 1 + 1 + 1)
        assert content == parts.path.read_bytes()

    def test_what_a_change_changes_is_remade_alone(self, cache, tmp_path):
        """A word its part; a line that is added above the front, which tells of places."""
        word = CHAPTERS.replace("As [before](#slide-13), with", "As [before](#slide-13), but with")
        _, new, before = made_with(word, cache, tmp_path)
        assert (new, before) == (1, 4)
        line = word.replace("# Notes", "\n# Notes")
        content, new, before = made_with(line, cache, tmp_path)
        assert (new, before) == (1, 4)
        assert content == made(line, tmp_path).read_bytes()

    def test_a_page_more_moves_the_numbers_of_all_that_follow(self, cache, tmp_path, parts):
        """Examples and appendix are as before, on other pages, and the contents tell these."""
        changed = CHAPTERS.replace("## Slide 3\n", "More words.\\\n" * 60 + "\n## Slide 3\n")
        content, _, before = made_with(changed, cache, tmp_path)
        assert before >= 2
        path = made(changed, tmp_path)
        assert content == path.read_bytes()
        longer = Pdf(path)
        pages, then = (
            {mark.title: mark.page for mark in pdf.bookmarks()} for pdf in (parts, longer)
        )
        assert then["Slide 2"] == pages["Slide 2"]
        assert then["Appendix"] > pages["Appendix"]
        for title in ("Worked examples", "Appendix", "Slide 10"):
            assert re.search(rf"{title} ?\.+ *{then[title]}\b", "\n".join(longer.texts[:2]))
            assert longer.texts[then[title] - 1].rstrip().endswith(f" {then[title]}")

    def test_a_damaged_part_is_made_anew(self, cache, tmp_path, parts):
        """Whatever of it is broken, as long as its length is right."""
        with sqlite3.connect(next(cache.glob("*.sqlite"))) as database:
            query = "SELECT key, value FROM entry ORDER BY length(value) DESC"
            found = database.execute(query).fetchall()
            key, value = next(row for row in found if row[1].startswith(b'{"pages"'))
            broken = value[:-9] + b"#" + value[-8:]
            database.execute("UPDATE entry SET value = ? WHERE key = ?", (broken, key))
        content, new, before = made_with(CHAPTERS, cache, tmp_path)
        assert (new, before) == (1, 4)
        assert content == parts.path.read_bytes()

    def test_the_command_tells_how_many_parts_were_made(self, cache, tmp_path):
        """The pages of numbers are one of them."""
        deck = tmp_path / "notes.md"
        deck.write_text(CHAPTERS.replace("slide-13), with", "slide-13), but with"))
        built = build_deck(deck, tmp_path, ["pdf"], "en", lambda _: None, cache=cache)
        assert [line for line in built.account if re.search(r"pdf|PDF", line)] == [
            "pdf: made for the first time",
            "parts of the PDF: 5 as before, 1 made",
        ]


def test_two_processes_make_the_same_bytes_as_one(tmp_path, monkeypatch, parts):
    """And each of them has made some of it."""
    deck = tmp_path / "notes.md"
    deck.write_text(CHAPTERS)
    makers = tmp_path / "makers"
    laid_out = pdf.laid_out

    def noted(*args):
        with makers.open("a") as file:
            file.write(f"{os.getpid()}\n")
        return laid_out(*args)

    monkeypatch.setattr(printing, "laid_out", noted)
    build_deck(deck, tmp_path, ["pdf"], "en", lambda _: None, jobs=2)
    assert len(set(makers.read_text().split())) == copies(2)
    assert (tmp_path / "report.pdf").read_bytes() == parts.path.read_bytes()


@pytest.mark.parametrize("jobs", [1, 2])
def test_an_error_in_a_part_is_told(tmp_path, monkeypatch, jobs):
    """Whoever makes it: with two processes, the second makes the worked examples."""
    deck = tmp_path / "notes.md"
    deck.write_text(CHAPTERS)
    laid_out = pdf.laid_out

    def failing(source, *args):
        if '<section class="worked">' in source or '<section class="worked" ' in source:
            raise ValueError("no room")
        return laid_out(source, *args)

    monkeypatch.setattr(printing, "laid_out", failing)
    with pytest.raises(ValueError, match=r"^no room$"):
        build_deck(deck, tmp_path, ["pdf"], "en", lambda _: None, jobs=jobs)
    assert not (tmp_path / "report.pdf").exists()


SHORT = "---\nauthor: A sign, {}\n---\n# Notes\n\nA sign, {}: $a = 2 * 3 = 6$.\n"


class TestShortDecks:
    """With a window of a few tags, so that short decks are cut as well."""

    @pytest.fixture(autouse=True)
    def few(self, monkeypatch):
        lay_out_at_once(monkeypatch, 20)

    @pytest.mark.parametrize("deck", [ERRORS, PERCEPTRON, "# Notes\n\nOne line.", "One line."])
    def test_they_read_as_in_one_piece(self, tmp_path, deck):
        """Where no unit begins a page, more are laid out, until they are the last."""
        whole = lines(Pdf(in_one_piece(deck, tmp_path)))
        assert lines(Pdf(made(deck, tmp_path))) == whole

    def test_of_nothing_there_are_no_parts(self, tmp_path):
        assert made("", tmp_path).read_bytes() == in_one_piece("", tmp_path).read_bytes()

    def test_a_deck_that_says_our_addresses_is_in_one_piece(self, tmp_path):
        """`elsewhere:` and hexadecimal digits are how links to other parts are told."""
        deck = f"{ERRORS}\n[A link](elsewhere:zz)\n"
        whole = in_one_piece(deck, tmp_path).read_bytes()
        path = made(deck, tmp_path)
        assert path.read_bytes() == whole
        assert "elsewhere:zz" in [str(link.A.URI) for link in Pdf(path).links() if "/A" in link]

    def test_what_does_not_come_out_even_is_made_in_one_piece(self, tmp_path, monkeypatch):
        """A typeface is not to be had again, or the front has not as many pages as it tells."""
        whole = in_one_piece(SHORT, tmp_path).read_bytes()
        monkeypatch.setattr(printing, "PAGE", 1)  # it is told of far too many
        assert made(SHORT, tmp_path).read_bytes() != whole
        for name, value in (("_numbered", lambda *_: b""), ("TRIES", 1)):
            with monkeypatch.context() as patch:
                patch.setattr(printing, name, value)
                assert made(SHORT, tmp_path).read_bytes() == whole

    def test_signs_that_no_typeface_has_stay_apart(self, tmp_path):
        """Those of two parts would both be the first glyph behind the last of a typeface.

        The front has one, the slide the other; one that both have may be told in parts.
        """
        signs = ("\u0378", "\u0379")
        for both in (signs, signs[:1] * 2):
            deck = SHORT.format(*both)
            whole = in_one_piece(deck, tmp_path).read_bytes()
            assert (made(deck, tmp_path).read_bytes() == whole) == (both == signs)
