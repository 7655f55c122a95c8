"""The report as files: real HTML and PDF of real decks, read back."""

import re
import sys
from base64 import b64encode
from hashlib import sha256
from html import unescape
from html.parser import HTMLParser

import pytest

from bpreport.audit import audit
from bpreport.deck import read_text
from bpreport.publish import build, write
from bpreport.publish.numbers import shown, signed
from bpreport.publish.writing import put
from tests.publish.decks import WORKED
from tests.publish.pdfs import text_of

SMALL = """\
# Notes

Some *prose* with $a = 0.1 * 5 + 0.35 = 0.95$ in it.

## A second slide

$$b = \\frac{1}{1 + e^{-2.35}} = 0.912934$$
"""


@pytest.mark.skipif(sys.platform == "win32", reason="there are no such locks")
def test_what_a_killed_run_has_left_is_cleared(tmp_path):
    """Begun files of the same names that nobody holds; not those of others, nor one in writing."""
    import fcntl

    stays = [".b.txt.abcdefgh", ".a.txt.ABCDEFGH", ".a.txt.abcdefg", "a.txt.abcdefgh"]
    for name in [".a.txt.abcdefgh", ".a.txt.9_cdefgh", ".a.txt.inwritin", *stays]:
        (tmp_path / name).write_bytes(b"half")
    (tmp_path / ".a.txt.isafoldr").mkdir()
    (tmp_path / ".a.txt.isa_link").symlink_to(tmp_path / ".b.txt.abcdefgh")
    with (tmp_path / ".a.txt.inwritin").open("rb") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        put(tmp_path, [{"a.txt": b"whole"}])
    left = {path.name for path in tmp_path.iterdir()}
    assert left == {"a.txt", ".a.txt.inwritin", ".a.txt.isafoldr", ".a.txt.isa_link", *stays}
    assert (tmp_path / "a.txt").read_bytes() == b"whole"


HOSTILE = """\
# <script>alert(1)</script> & "quotes"

<img src=http://example.org/x onerror=alert(1)> and ![picture](http://example.org/y.png)
and [link](javascript:alert(1)) and `<b>`.

$$\\text{<script>alert(2)</script>} = 1$$

$\\nosuchcommand{<i>}$
"""


def made(source, target, formats, lang, progress=None):
    result = audit(read_text(source))
    return build(result, result.study, target, formats, lang, progress)


class Page(HTMLParser):
    """Elements, ids and addresses of a page."""

    def __init__(self, source):
        super().__init__()
        self.tags, self.ids, self.links, self.fetched, self.headings = [], [], [], [], []
        self.feed(source)

    def handle_starttag(self, tag, attributes):
        values = dict(attributes)
        self.tags.append(tag)
        if "id" in values:
            self.ids.append(values["id"])
        if tag == "a" and "href" in values:
            self.links.append(values["href"])
        self.fetched += [values[key] for key in ("src", "srcset", "data") if key in values]
        if tag in ("link", "use", "image"):
            self.fetched += [values[key] for key in ("href", "xlink:href") if key in values]
        if re.fullmatch("h[1-6]", tag):
            self.headings.append(int(tag[1]))


@pytest.fixture(scope="module")
def page(result, html):
    """The built-in deck's HTML, as text and taken apart."""
    source = html.read_text(encoding="utf-8")
    return result, source, Page(source)


class TestHtml:
    def test_it_fetches_nothing(self, page):
        """The file alone is the report."""
        _, source, elements = page
        assert [a for a in elements.fetched if not a.startswith(("data:", "#"))] == []
        styles = re.findall("<style[^>]*>.*?</style>", source, re.DOTALL)
        assert len(styles) == 2
        assert re.findall(r"url\((?!data:|#)[^)]*\)|@import", "".join(styles)) == []

    def test_it_forbids_all_that_it_does_not_bring(self, page):
        """The policy names each style and script by its hash, and stands before the first."""
        _, source, _ = page
        _, after = source.split('<meta http-equiv="Content-Security-Policy" content="')
        policy, rest = after.split('">', 1)
        rules = dict(rule.split(" ", 1) for rule in unescape(policy).split("; "))
        assert rules["default-src"] == "'none'"
        # Scripts of another type are data, which nothing runs.
        source = re.sub(r'<script type="application.*?</script>', "", source, flags=re.DOTALL)
        rest = re.sub(r'<script type="application.*?</script>', "", rest, flags=re.DOTALL)
        for tag, rule in (("style", "style-src-elem"), ("script", "script-src")):
            found = re.findall(rf"<{tag}[^>]*>(.*?)</{tag}>", source, re.DOTALL)
            hashes = [b64encode(sha256(text.encode()).digest()).decode() for text in found]
            assert rules[rule].split() == [f"'sha256-{one}'" for one in hashes]
            assert rest.count(f"<{tag}") == len(found) > 1

    def test_what_no_language_changes_is_there_once(self, page):
        """Worked solutions are most of a page; in the second language their places are empty."""
        _, source, elements = page
        shared = re.findall(r'data-shared="([^"]*)"(?: data-words="[^"]*")?>(</div>)?', source)
        full = [name for name, empty in shared if not empty]
        assert sorted(full) == sorted(name for name, empty in shared if empty)
        assert len(full) > 300
        assert {f"en.{name}" for name in full} <= set(elements.ids)

    def test_it_is_small(self, page):
        """At most 3 MB; most of it is formulas."""
        _, source, _ = page
        assert len(source.encode()) < 3_000_000

    def test_every_link_inside_it_has_its_end(self, page):
        """A number leads to its derivation, a finding to its claims."""
        _, _, elements = page
        inner = [link[1:] for link in elements.links if link.startswith("#")]
        assert len(inner) > 60
        assert set(inner) - set(elements.ids) == set()
        assert len(elements.ids) == len(set(elements.ids))

    def test_every_claim_is_shown(self, page):
        """Each claim has a place of its own, in which its printed number and exact value stand."""
        result, source, elements = page
        for judgement in result.judgements:
            assert f"claim-{judgement.claim.id}" in elements.ids
            if judgement.printed is not None:
                assert signed(judgement.printed) in source
            if judgement.exact is not None and str(judgement.verdict) != "given":
                assert signed(shown(judgement.exact)) in source

    def test_findings_tell_what_to_change(self, page):
        """Errors come first, each with what is printed, what should be, and where."""
        _, source, _ = page
        findings = source[source.index('id="findings"') : source.index('class="contents"')]
        assert re.findall("<h3>(.*?)</h3>", findings) == ["错误", "约定", "记号"]
        assert "<del>0.360968</del>" in findings
        assert "<ins>0.4</ins>" in findings
        assert re.search('href="#claim-[^"]*">376:45</a>', findings)

    def test_the_range_of_what_fits_can_be_read(self, page):
        """The objective at the start, divided by the tolerance, that gives 19 and 43 iterations."""
        _, source, _ = page
        assert "(4.018e+10, 7.143e+10]" in source

    def test_givens_in_a_row_are_one_row(self, page):
        """Twelve initial weights are not twelve rows that say nothing."""
        _, source, _ = page
        assert "0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.55, 0.6, 0.65：" in source

    def test_headings_skip_no_level(self, page):
        """Screen readers and PDF/UA-1 want every step of the outline."""
        _, _, elements = page
        steps = zip(elements.headings, elements.headings[1:], strict=False)
        assert elements.headings[0] == 1
        assert all(after <= before + 1 for before, after in steps)

    def test_every_picture_says_what_it_shows(self, page):
        """Alternative texts come from the data."""
        _, source, _ = page
        pictures = re.findall(r"<svg[^>]*>", source)
        assert all("aria-label=" in one or "aria-hidden=" in one for one in pictures)
        labels = [label for one in pictures for label in re.findall(r"aria-label='([^']*)'", one)]
        assert any("19" in label and "7.03" in label for label in labels)


def test_a_bare_deck_in_both_formats(tmp_path):
    """Without front matter there are slides and verdicts and no worked examples."""
    html, pdf = made(SMALL, tmp_path, ["html", "pdf"], "en")
    page = html.read_text(encoding="utf-8")
    assert "0.85" in page  # 0.1 * 5 + 0.35, where 0.95 is printed
    assert "Worked examples" not in page
    assert "0.85" in text_of(pdf)


def test_worked_examples_are_set_in_both_formats(tmp_path):
    """Solutions, tables, plots and the appendix of a small descent and a small network."""
    html, pdf = made(WORKED, tmp_path, ["html", "pdf"], "en")
    page, text = html.read_text(encoding="utf-8"), text_of(pdf)
    for shown_there in ("Worked examples", "Forward pass", "Appendix", "gradient descent"):
        assert shown_there in page
        assert shown_there in text
    # x = 1, 1/2, 1/4, 1/8, 1/16: the objective 1/256 is the first below 0.01.
    assert "0.0625000000" in text
    assert "With learning rate 0.25, J(x) falls from 1 to 0.0039 in 4 iterations, a" in page
    # In both languages the descent's plots, the network and its plots.
    assert page.count("role='img'") == 2 * (2 + 4)


def test_an_empty_deck_gives_a_valid_report(tmp_path):
    """Nothing claimed, nothing wrong."""
    html, pdf = made("", tmp_path, ["html", "pdf"], "zh")
    assert "讲义没有作出任何断言" in html.read_text(encoding="utf-8")
    assert pdf.read_bytes().startswith(b"%PDF")


def test_what_a_deck_says_stays_text(tmp_path):
    """Markup, pictures and scripts of an author become neither elements nor requests."""
    html, pdf = made(HOSTILE, tmp_path, ["html", "pdf"], "en")
    elements = Page(html.read_text(encoding="utf-8"))
    (harmless,) = made("# Notes\n\n$$a = b$$", tmp_path / "harmless", ["html"], "en")
    ours = Page(harmless.read_text(encoding="utf-8"))
    for tag in ("img", "i", "b", "script"):
        assert elements.tags.count(tag) == ours.tags.count(tag)
    assert not any("javascript" in link for link in elements.links)
    assert not any(address.startswith("http") for address in elements.fetched)
    assert "<script>alert(1)</script>" in text_of(pdf)


def test_the_same_report_twice_is_the_same_bytes(tmp_path):
    """Nothing in a report depends on when or where it is made."""
    first = made(SMALL, tmp_path / "a", ["html", "pdf", "golden"], "en")
    second = made(SMALL, tmp_path / "b", ["html", "pdf", "golden"], "en")
    for one, other in zip(first, second, strict=True):
        assert one.read_bytes() == other.read_bytes()


def test_an_error_leaves_the_earlier_report(tmp_path, monkeypatch):
    """Products are made before anything is written, and put in place whole."""
    (earlier,) = made(SMALL, tmp_path, ["html"], "en")
    before = earlier.read_bytes()

    def fail(*_):
        raise RuntimeError("the PDF fails")

    monkeypatch.setattr("bpreport.publish.printing.pdf", fail)
    with pytest.raises(RuntimeError, match="the PDF fails"):
        made("# Other", tmp_path, ["html", "pdf"], "en")
    assert earlier.read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["report.html"]


def test_a_folder_in_the_place_of_a_product_leaves_the_earlier_report(tmp_path):
    """All places are looked at before the first file is written."""
    (earlier,) = made(SMALL, tmp_path, ["html"], "en")
    before = earlier.read_bytes()
    (tmp_path / "report.pdf").mkdir()
    with pytest.raises(IsADirectoryError, match="is a folder"):
        made("# Other", tmp_path, ["html", "pdf"], "en")
    assert earlier.read_bytes() == before


def test_a_failed_write_leaves_no_debris(tmp_path, monkeypatch):
    """The temporary file goes with the error."""
    target = tmp_path / "report.html"
    write(target, b"old")
    monkeypatch.setattr("pathlib.Path.replace", lambda *_: (_ for _ in ()).throw(OSError("full")))
    with pytest.raises(OSError, match="full"):
        write(target, b"new")
    assert target.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [target]


def test_an_unknown_format_is_refused(tmp_path):
    """Nothing is written for a request that cannot be met."""
    with pytest.raises(ValueError, match="unknown format 'docx'"):
        made(SMALL, tmp_path, ["html", "docx"], "en")
    assert list(tmp_path.iterdir()) == []


def test_stages_are_told(tmp_path):
    """Who waits learns what for."""
    told: list[str] = []
    made(SMALL, tmp_path, ["html"], "en", told.append)
    assert told == ["report", "html"]
