"""The corrected slides: nothing of the deck is lost, and every change of it is told."""

import re
import subprocess
from collections import Counter

import pikepdf
import pytest

from bpreport.audit import audit
from bpreport.deck import read_text
from bpreport.publish import build
from bpreport.publish.fixing import correct
from bpreport.publish.numbers import signed
from bpreport.publish.slides.corrections import corrections, differences
from bpreport.publish.slides.formulas import set_formula
from bpreport.publish.slides.measuring import deep
from tests.publish.pdfs import inked, pictures_of, text_of
from tests.publish.slide_decks import HOSTILE, WIDE, WRONG
from tests.support import require_program

DECKS = ["zh", "LONG", "WRONG", "HOSTILE"]


def tokens_of(page):
    return [token for group in page.groups for block in group.blocks for token in deep(block)]


def numbers_of(found, key):
    return [number for token in found if (number := (token.meta or {}).get(key))]


@pytest.mark.parametrize("name", DECKS)
class TestNothingIsLost:
    def test_every_formula_and_figure_stands_on_one_slide(self, made_slides, name):
        """However the deck's slides are divided."""
        made = made_slides(name)
        shown = [token for page in made.view.pages for token in tokens_of(page)]
        deck = [
            token
            for slide in made.after.deck.slides
            for token in deep(_below_the_heading(slide.tokens))
        ]
        assert Counter(numbers_of(shown, "formula")) == Counter(numbers_of(deck, "formula"))
        assert Counter(numbers_of(shown, "figure")) == Counter(numbers_of(deck, "figure"))
        assert max(Counter(numbers_of(shown, "formula")).values()) == 1

    def test_every_word_of_the_deck_is_there_in_order(self, made_slides, name):
        """Also where a paragraph, a list, a table or a listing is cut."""
        made = made_slides(name)
        kinds = ("text", "code_inline", "fence", "code_block")

        def words(tokens):
            text = " ".join(t.content for t in tokens if t.type in kinds)
            return re.findall(r"\w+", text)

        deck = [
            token
            for slide in made.after.deck.slides
            for token in deep(_below_the_heading(slide.tokens))
        ]
        shown = [token for page in made.view.pages for token in tokens_of(page)]
        heads = {"k", "value"}  # those of a table stand above each of its parts
        left = [word for word in words(shown) if word not in heads]
        assert "".join(left) == "".join(word for word in words(deck) if word not in heads)

    def test_the_pdf_has_a_page_for_each_slide_and_cuts_nothing(self, made_slides, name):
        """Each page is 16 by 9, and every word lies within it, above the foot."""
        made = made_slides(name)
        with pikepdf.open(made.pdf) as document:
            assert len(document.pages) == len(made.view.pages)
            boxes = {tuple(map(float, page.mediabox)) for page in document.pages}
        assert boxes == {(0, 0, 960, 540)}
        command = [require_program("pdftotext"), "-bbox", str(made.pdf), "-"]
        told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        for page in told.split("<page ")[1:]:
            words = re.findall(
                r'xMin="(\S+)" yMin="(\S+)" xMax="(\S+)" yMax="(\S+)">(.*?)</word>', page
            )
            lines = [float(box[3]) for *box, _ in words]
            assert all(float(right) <= 960 for _, _, right, _, _ in words)
            assert max(lines) <= 540
            number = max(words, key=lambda word: float(word[2]) + float(word[3]))
            foot = float(number[1])
            assert all(bottom <= foot + 2 or bottom > foot + 8 for bottom in lines)

    def test_nothing_reaches_into_the_margins(self, made_slides, name):
        """No formula is wider than its slide has room for, as a reader draws it."""
        for page, picture in enumerate(pictures_of(made_slides(name).pdf, 36), 1):
            left, right = inked(picture)
            assert 0.055 < left < right < 0.945, f"slide {page}"  # 2.2 em of 37.6


def _below_the_heading(tokens):
    for number, token in enumerate(tokens):
        if token.type == "heading_close":
            return tokens[number + 1 :]
    return tokens


@pytest.mark.parametrize("name", ["zh", "en"])
def test_no_sentence_is_left_alone(made_slides, name):
    """What a slide of the deck leaves for another one is more than three lines, or a formula."""
    made = made_slides(name)
    for page, text in zip(made.view.pages, text_of(made.pdf).split("\f"), strict=False):
        shown = tokens_of(page)
        if page.of == 1 or page.kind != "text" or numbers_of(shown, "formula"):
            continue
        lines = [line for line in text.splitlines() if line.strip()]
        assert len(lines) > 3 + 2, f"slide {page.number}"  # a title and a foot


def test_a_list_that_is_divided_stands_on_two_slides(made_slides):
    """On one slide its parts would be two lists."""
    for name in ("zh", "en", "LONG"):
        for page in made_slides(name).view.pages:
            lists = [
                tuple(group.blocks[0][0].map or ())
                for group in page.groups
                if group.blocks[0][0].type == "bullet_list_open"
            ]
            assert len(set(lists)) == len(lists)


class TestCorrections:
    def test_each_change_stands_in_the_corrected_deck_where_it_is_said_to(self, made_slides):
        """Its place holds the new text, and the original's line the old one."""
        made = made_slides("zh")
        found = corrections(made.before, made.after)
        assert [one.made for one in found].count(True) == 11
        for one in found:
            line = made.after.deck.line_at(one.position)
            start = one.position.column - 1
            assert line[start : start + len(one.text)] == one.text
            assert one.old in made.before.deck.line_at(one.position)

    def test_each_gives_the_reason_that_the_audit_gives(self, made_slides):
        """The dropped bias, for one; and the error that was left says that it is one."""
        found = corrections(made_slides("zh").before, made_slides("zh").after)
        (bias,) = [one for one in found if not one.old]
        assert (bias.new, str(bias.message)) == (
            " + 0.65",
            "The term $b_{2}$ is missing from the substituted line",
        )
        (left,) = [one for one in found if not one.made]
        assert (left.old, left.new) == ("0.360968", "0.4")

    def test_each_is_marked_once_footnoted_and_listed(self, made_slides):
        """In the page that a reader sees: mark, footnote with old and new, list at the end."""
        made = made_slides("zh")
        source = made.html.read_text(encoding="utf-8")
        for one in corrections(made.before, made.after):
            assert source.count(f'<a class="call" href="#note-{one.number}">') == 1
            (note,) = re.findall(rf'<li id="note-{one.number}".*?</li>', source, re.DOTALL)
            if one.made:
                assert not one.old or f"<del>{signed(one.old)}</del>" in note
                assert f"<ins>{signed(one.new.strip())}</ins>" in note
            else:
                assert f"{one.old}，应为 {one.new}。" in note
        assert source.count('<mrow class="corrected">') == 11
        assert source.count('<mrow class="doubtful">') == 1

    def test_a_footnote_says_what_was_printed_and_what_it_should_be(self, made_slides):
        """With its sign; and of what was left, that it was, and what should stand there."""
        text = text_of(made_slides("en").pdf)
        assert "−1.48972 → −1.48973" in text
        assert text.count("Left as printed: 0.360968; it should be 0.4.") == 2  # there, and listed
        (left,) = [one for one in corrections(made_slides("en").before, made_slides("en").after)
                   if not one.made]  # fmt: skip
        source = made_slides("en").html.read_text(encoding="utf-8")
        (note,) = re.findall(rf'<li id="note-{left.number}".*?</li>', source, re.DOTALL)
        assert "<del>" not in note  # which would say that it was struck out

    def test_a_number_and_its_sign_change_together(self):
        """A sign between two terms is none of the number's."""
        one, other = read_text("$$a = (-0.50, 1 - 0.2)$$"), read_text("$$a = (-0.51, 1 - 0.3)$$")
        found = [(change.old, change.new) for change in differences(one, other)]
        assert found == [("-0.50", "-0.51"), ("0.2", "0.3")]

    def test_a_deck_that_is_right_has_none(self):
        """And no list of corrections."""
        right = audit(read_text("$$a = 1 + 1 = 2$$"))
        assert corrections(right, correct(right).audit) == ()

    def test_several_changes_of_a_line_are_told_apart(self):
        """Numbers are compared whole: 0.1 for 0.2 is no change of a digit."""
        one = read_text("$$a = (0.6666, 0.12, 3.5)$$")
        other = read_text("$$a = (0.6667, 0.12, 3.50)$$")
        found = [(change.old, change.new) for change in differences(one, other)]
        assert found == [("0.6666", "0.6667"), ("3.5", "3.50")]

    def test_a_line_that_is_the_same_has_no_change(self):
        """The twin."""
        deck = read_text("$$a = 0.5$$")
        assert list(differences(deck, deck)) == []


class TestFormulas:
    def test_a_wide_formula_is_broken_at_its_relations(self):
        """Each side gets a line of its own, and no line is wider than there is room."""
        formula = read_text(f"$${WIDE}$$").formulas[0]
        shown = set_formula(formula, (), 20.0, 40.0)
        assert shown.source.count(r"\\") == 7  # eight sides
        assert shown.width * shown.scale <= 20.0

    def test_a_narrow_formula_stays_on_one_line(self):
        """The twin."""
        formula = read_text("$$a = 0.5 + 0.25 = 0.75$$").formulas[0]
        assert set_formula(formula, (), 20.0, 40.0).source == formula.source

    def test_what_cannot_be_broken_is_scaled(self):
        """A row of numbers that is too wide becomes smaller."""
        row = " & ".join(f"0.{n}2345" for n in range(10, 40))
        formula = read_text(rf"$$w = \begin{{pmatrix}} {row} \end{{pmatrix}}$$").formulas[0]
        shown = set_formula(formula, (), 60.0, 40.0)
        assert shown.scale < 1
        assert shown.width * shown.scale <= 60.0

    def test_a_formula_that_goes_on_stays_with_the_one_before(self, made_slides):
        """A slide never begins with an equals sign."""
        for page in made_slides("zh").view.pages:
            first = next(iter(numbers_of(tokens_of(page), "formula")), None)
            begins = page.groups and page.groups[0].blocks[0][0].type == "math_block"
            if begins:
                assert not made_slides("zh").view.formulas[first].continues


class TestPictures:
    def test_the_plots_that_the_source_lost_are_back(self, made_slides):
        """Descent curves, fits, the sigmoid, both networks, and what training does."""
        plots = [page.plot for page in made_slides("en").view.pages if page.plot]
        captions = " ".join(plot.caption for plot in plots)
        assert len(plots) == 10
        for words in ("descent runs on the curve", "sigmoid", "network", "on logarithmic scales"):
            assert words in captions

    def test_each_follows_a_slide_of_its_example(self, made_slides):
        """The curve stands behind the two learning rates, before what is concluded from them."""
        titles = [page.title for page in made_slides("en").view.pages if page.plot]
        assert titles[0] == "Gradient descent: two learning rates"
        assert titles[-1] == "BP example · many iterations"

    def test_numbers_that_the_deck_does_not_print_are_not_drawn(self, made_slides):
        """The network of the slides on theory shows the names of weights only."""
        pages = made_slides("en").view.pages
        drawings = [page.plot.picture.svg for page in pages if page.plot]
        networks = [svg for svg in drawings if "<circle" in svg and "matplotlib" not in svg]
        with_values = [bool(re.search(r">0\.\d", svg)) for svg in networks]
        assert with_values == [False, True]


def test_what_a_deck_says_stays_text(made_slides):
    """Markup of an author becomes neither elements nor requests."""
    source = made_slides("HOSTILE").html.read_text(encoding="utf-8")
    assert "<script>alert" not in source
    assert "<img" not in source
    assert 'href="javascript' not in source
    assert source.count("<script") == 1


def test_a_deck_without_a_heading_and_empty_ones(tmp_path):
    """Each gets a first slide, and a heading with nothing below it a slide."""
    for number, text in enumerate(
        ("", "No heading, $a = 1 + 1 = 2$.", "# One\n\n## Two\n\n# Three")
    ):
        result = audit(read_text(text))
        _, pdf = build(result, result.study, tmp_path / str(number), ["slides"], "en")
        with pikepdf.open(pdf) as document:
            assert len(document.pages) == (1, 2, 4)[number]


def test_all_formats_together_twice_are_the_same_bytes(tmp_path):
    """The slides come with everything else, each file once, and depend on nothing else."""
    result = audit(read_text(WRONG))
    formats = ["html", "pdf", "slides", "golden", "slides"]
    first = build(result, result.study, tmp_path / "a", formats, "en")
    second = build(result, result.study, tmp_path / "b", formats, "en")
    assert [path.name for path in first] == [
        "report.html",
        "report.pdf",
        "slides.html",
        "slides.pdf",
        "golden.json",
    ]
    for one, other in zip(first, second, strict=True):
        assert one.read_bytes() == other.read_bytes()


def test_an_error_in_the_slides_leaves_the_earlier_files(tmp_path, monkeypatch):
    """All are made before the first is written."""
    result = audit(read_text(HOSTILE))
    (earlier,) = build(result, result.study, tmp_path, ["html"], "en")
    before = earlier.read_bytes()

    def fail(*_):
        raise RuntimeError("the slides fail")

    monkeypatch.setattr("bpreport.publish.slides.files.laid_out", fail)
    other = audit(read_text("# Other"))
    with pytest.raises(RuntimeError, match="the slides fail"):
        build(other, other.study, tmp_path, ["html", "slides"], "en")
    assert earlier.read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["report.html"]


def test_the_pdf_is_tagged_and_its_pictures_speak(made_slides):
    """Language, structure, and an alternative text for every formula and plot."""
    with pikepdf.open(made_slides("zh").pdf) as document:
        assert str(document.Root.Lang) == "zh-Hans"
        assert document.Root.MarkInfo.Marked
        assert str(document.docinfo["/Author"]) == "bpreport"
        figures = [
            entry
            for entry in document.objects
            if isinstance(entry, pikepdf.Dictionary) and entry.get("/S") in ("/Figure", "/Formula")
        ]
        assert len(figures) > 80
        assert all(str(figure.get("/Alt", "")) for figure in figures)
