"""What others hand us is data: no product runs it, and pages forbid all that they do not bring."""

from __future__ import annotations

import json
import re
import socket
from base64 import b64encode
from hashlib import sha256
from html import unescape
from html.parser import HTMLParser

import pytest

from bpreport.audit import audit
from bpreport.audit.model import Message
from bpreport.deck import DeckError, read_text
from bpreport.formula.tree import Number
from bpreport.publish import build, cutting, printing
from bpreport.publish.marking import commands as marking
from bpreport.publish.pdf import laid_out, pdf
from bpreport.publish.sheets import commands as sheets
from bpreport.publish.sheets.manifest import read_manifest
from bpreport.publish.sheets.packed import unpacked
from tests.publish.pdfs import names_in, text_of

MARK = "no-product-holds-this"
"""Stands in each address and script of the hostile deck."""

HOSTILE = rf"""---
title: <script>{MARK}(1)</script>
author: '"><img src=x onerror={MARK}(2)>'
worked:
  net:
    kind: perceptron
    layers: {{x: 1, y: 1}}
    given: {{x: [2], target: [1], w: [0.5]}}
    weights: {{x-y: by target}}
    learning_rate: 0.1
    iterations: 3
---
# A <b onclick={MARK}(3)>title</b> {{worked=net}}

<style>@import url(http://{MARK}.example/a.css);
body {{ background: url(http://{MARK}.example/b) }}</style>
<svg onload={MARK}(4)><script>{MARK}(5)</script></svg>
<iframe src="http://{MARK}.example"></iframe><link rel=stylesheet href=http://{MARK}.example>
<meta http-equiv=refresh content="0;url=http://{MARK}.example"><base href=http://{MARK}.example>

[a link](javascript:{MARK}(6)) and [data](data:text/html;base64,{MARK}) and
[vb](vbscript:{MARK}) and <javascript:{MARK}> and ![p](../../../../etc/passwd)
![q](file:///etc/passwd) ![r](http://{MARK}.example/pixel.png) ![s](data:image/svg+xml,<svg>)

$$\text{{<script>{MARK}(7)</script>}} = 1$$

$$\href{{javascript:{MARK}}}{{net_{{y1}}}} = 0.5 * 2 = 1$$

| <i onclick={MARK}> | b |
|---|---|
| <script>{MARK}</script> | 2 |

```html
<script>{MARK}(8)</script>
```

$$net_{{y1}} = 0.5 * 2 = 1.5$$
"""

ACTIVE = {"img", "iframe", "object", "embed", "link", "base", "form", "applet"}
"""Elements that none of our pages has."""


class Elements(HTMLParser):
    """The elements of a page with their attributes."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(source)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


@pytest.fixture(scope="module")
def pages(tmp_path_factory) -> dict[str, str]:
    """All HTML that is made of the hostile deck and of a class that answers as badly."""
    folder = tmp_path_factory.mktemp("pages")
    found = audit(read_text(HOSTILE))
    paths = build(found, found.study, folder, ["html"], "en")
    from bpreport.publish import slides
    from bpreport.publish.report import report

    products = slides.products(found, report(found, found.study, "en"))
    pages = {path.name: path.read_text(encoding="utf-8") for path in paths}
    pages["slides.html"] = products["slides.html"].decode()
    deck = folder / "deck.md"
    deck.write_text(HOSTILE, encoding="utf-8")
    request = sheets.Request(deck, 1, None, "k", folder / "sheets", "html", None, (), "en")
    sheets.run(request, print)
    manifest = folder / "sheets" / "manifest.json"
    ids = list(json.loads(manifest.read_text(encoding="utf-8"))["sheets"][0]["answers"])
    answers = folder / "answers.csv"
    cells = [f"<script>{MARK}</script>"] * len(ids)
    lines = [["student", *ids], ["s0001", *cells]]
    answers.write_text("\n".join(map(",".join, lines)), encoding="utf-8")
    marking.run(answers, manifest, deck, folder / "marks", "en", print)
    for path in (*folder.glob("sheets/**/*.html"), *folder.glob("marks/**/*.html")):
        pages[path.relative_to(folder).as_posix()] = path.read_text(encoding="utf-8")
    return pages


def test_there_is_a_page_of_every_kind(pages):
    kinds = {re.sub(r"/.*/|/(?=[^/]*$)", "/", name).split("/")[0] for name in pages}
    assert kinds == {"report.html", "slides.html", "sheets", "marks"}
    assert any("overview" in name for name in pages)
    assert any("feedback" in name for name in pages)
    assert any("keys" in name for name in pages)


def test_markup_becomes_no_element(pages):
    """Elements and attributes that act are ours alone, and no address leads out of the page."""
    for name, source in pages.items():
        for tag, attributes in Elements(source).found:
            assert tag not in ACTIVE, name
            assert [key for key in attributes if key.startswith("on")] == [], name
            for key in ("src", "href", "xlink:href", "data", "action", "srcset"):
                address = attributes.get(key) or "#"
                assert address.startswith("#"), (name, address)
            assert MARK not in (attributes.get("style") or ""), name


def test_scripts_and_styles_are_ours(pages):
    """None holds a word of the deck's."""
    for name, source in pages.items():
        for kind in ("script", "style"):
            for text in re.findall(rf"<{kind}[^>]*>(.*?)</{kind}>", source, re.DOTALL):
                assert f"{MARK}(" not in text or "<" not in text, name
                assert "@import" not in text, name
                assert not re.search(r"url\((?!data:font|#)", text), name


def test_every_page_forbids_what_is_not_in_it(pages):
    """Its policy stands before all styles and scripts and names each by its hash."""
    for name, source in pages.items():
        _, after = source.split('<meta http-equiv="Content-Security-Policy" content="')
        policy, rest = after.split('">', 1)
        rules = dict(rule.split(" ", 1) for rule in unescape(policy).split("; "))
        assert rules["default-src"] == "'none'", name
        assert rules["base-uri"] == rules["form-action"] == "'none'", name
        assert "http" not in policy and "unsafe-eval" not in policy, name
        assert "'unsafe-inline'" not in rules["script-src"], name
        running = re.sub(r'<script type="application.*?</script>', "", rest, flags=re.DOTALL)
        for kind, rule in (("style", "style-src-elem"), ("script", "script-src")):
            texts = re.findall(rf"<{kind}[^>]*>(.*?)</{kind}>", running, re.DOTALL)
            assert len(texts) == source.count(f"<{kind} ") - source.count(
                '<script type="application'
            ) * (kind == "script"), name
            for text in texts:
                made = f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"
                assert made in rules[rule].split(), name


ACTIONS = {
    "/AA", "/EF", "/EmbeddedFile", "/EmbeddedFiles", "/GoToE", "/GoToR", "/ImportData", "/JS",
    "/JavaScript", "/Launch", "/Movie", "/Named", "/OpenAction", "/Rendition", "/RichMedia",
    "/Sound", "/SubmitForm", "/URI",
}  # fmt: skip
"""Names of what acts, carries files, or leads out of a PDF (ISO 32000-1, 12.6.4 and 7.11.4)."""


def acting(path):
    """Which of these a PDF has anywhere."""
    import pikepdf

    with pikepdf.open(path) as document:
        return set().union(*map(names_in, document.objects)) & ACTIONS


@pytest.mark.parametrize("window", [20, cutting.WINDOW], ids=["in parts", "in one piece"])
def test_the_pdf_runs_nothing_and_opens_no_file(tmp_path, monkeypatch, window):
    """No action, no script, no file inside; a picture of another folder is its words."""
    for module in (cutting, printing):
        monkeypatch.setattr(module, "WINDOW", window)
    found = audit(read_text(HOSTILE))
    (path,) = build(found, found.study, tmp_path, ["pdf"], "en")
    assert acting(path) == set()
    text = text_of(path)
    assert MARK in text  # what the deck says can be read in what follows
    assert "root:" not in text


@pytest.mark.parametrize(
    ("markup", "names"),
    [
        ('<a href="#a" id="a">a</a>', set()),  # a link within the page is no action
        ('<a href="http://a.example">a</a>', {"/URI"}),
        ('<a href="javascript:a()">a</a>', {"/URI"}),
        ('<a rel="attachment" href="data:text/plain,a">a</a>', {"/EF", "/EmbeddedFile"}),
    ],
)
def test_what_acts_in_a_pdf_is_noticed(tmp_path, markup, names):
    """The law above can fail: the action of a link stands within the link, not by itself."""
    path = tmp_path / "page.pdf"
    path.write_bytes(pdf(f"<html lang=en><title>a</title><p>{markup}</p>", {}))
    assert acting(path) == names


def test_a_script_in_a_pdf_is_noticed(tmp_path):
    """Also one that a list within a dictionary within the catalogue holds."""
    import pikepdf

    path = tmp_path / "page.pdf"
    script = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="app.alert(1)")
    with pikepdf.new() as document:
        document.Root.Names = pikepdf.Dictionary(Any=pikepdf.Array(["a", script]))
        document.save(path)
    assert acting(path) == {"/JS", "/JavaScript"}


def test_the_pdf_is_made_without_fetching(tmp_path):
    """Were its markup ours to choose: of all addresses only `data:` is looked at."""
    drawing = '<svg xmlns="http://www.w3.org/2000/svg" width="90" height="20">{}</svg>'
    picture, style = tmp_path / "picture.svg", tmp_path / "style.css"
    picture.write_text(drawing.format('<text y="15">from-a-file</text>'), encoding="utf-8")
    style.write_text("p::after { content: 'by-a-style' }", encoding="utf-8")
    given = b64encode(drawing.format('<text y="15">from-the-page</text>').encode()).decode()
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)
        there = f"http://127.0.0.1:{server.getsockname()[1]}/"
        source = f"""<html lang="en"><title>a</title>
<link rel="stylesheet" href="{style.as_uri()}"><link rel="stylesheet" href="{there}a.css">
<style>@import url({style.as_uri()}); p {{ background: url({there}b.png) }}</style>
<p>words <img src="{picture.as_uri()}" alt="a"> <img src="{there}c.png" alt="b">
<img src="data:image/svg+xml;base64,{given}" alt="c"></p>"""
        path = tmp_path / "page.pdf"
        path.write_bytes(laid_out(source, {}).write())
        with pytest.raises(BlockingIOError):  # nobody has called
            server.accept()
    text = text_of(path)
    assert "words" in text and "from-the-page" in text
    assert "from-a-file" not in text and "by-a-style" not in text


def test_the_notebook_holds_the_deck_as_text(tmp_path):
    """Its code is ours; Markdown of the deck has its markup escaped."""
    found = audit(read_text(HOSTILE))
    for path in build(found, found.study, tmp_path, ["notebook"], "en"):
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
            text = "".join(cell["source"])
            if cell["cell_type"] == "code":
                assert MARK not in text
            else:
                outside = re.sub(r"```.*?```", "", text, flags=re.DOTALL)
                assert not re.search(r"<(?:script|img|svg|style|iframe|b |i )", outside)
                assert not re.search(r"(?<!\\)\](\(|\[)", outside)


PLACES = [
    "{x.__class__}", "{x[0]}", "{0}", "{", "{x!r}", "{x:>99999999}", "{x:{x.__class__}}",
]  # fmt: skip


@pytest.mark.parametrize(
    "mistake",
    [
        {"Message": ["a", {"": []}], "Number": ["1"]},  # two things in one
        {"Message": [["a"], {"": []}]},  # no sentence
        {"open": ["x"]},  # nothing of ours
        {},
    ],
)
def test_a_manifest_is_made_of_what_we_wrote(tmp_path, mistake):
    """Whatever else stands in the place of a mistake is refused."""
    path = tmp_path / "manifest.json"
    path.write_text(json.dumps({
        "bpreport sheets": 1, "deck": "d", "digest": "", "lang": "en", "formats": [],
        "course_key": "k", "version": 1, "sheets": [], "mistakes": {"net": {"k": [mistake]}},
        "statistics": {},
    }))  # fmt: skip
    with pytest.raises(DeckError, match="not a manifest of sheets"):
        read_manifest(path)


@pytest.mark.parametrize("text", PLACES)
def test_a_manifest_cannot_look_into_objects(text):
    """The sentence of a mistake is filled with values; a place for one is a name and no path."""
    values = {"": [["x", {"Number": ["1"]}]]}
    assert unpacked({"Message": ["{x} is wrong", values]}) == Message(
        "{x} is wrong", {"x": Number("1")}
    )
    with pytest.raises(ValueError, match=r"damaged|Single"):
        unpacked({"Message": [text, values]})


@pytest.mark.parametrize(
    "student", ["../../x", "a/b", "..", ".", "a\\b", "C:x", "a\0", "x" * 65, " "]
)
def test_a_manifest_cannot_name_files_elsewhere(tmp_path, student):
    """Ids become parts of file names."""
    path = tmp_path / "manifest.json"
    entry = {"student": student, "fingerprint": "", "candidate": 0, "givens": {}, "answers": {},
             "files": {}}  # fmt: skip
    path.write_text(json.dumps({
        "bpreport sheets": 1, "deck": "d", "digest": "", "lang": "en", "formats": [],
        "course_key": "k", "version": 1, "sheets": [entry], "mistakes": {}, "statistics": {},
    }))  # fmt: skip
    with pytest.raises(DeckError):
        read_manifest(path)


@pytest.mark.parametrize(
    "content", ["[" * 100_000, "[]", "null", "{}", '{"a": ' * 50_000, "9" * 5000]
)
def test_a_manifest_that_is_none_is_refused(tmp_path, content):
    path = tmp_path / "manifest.json"
    path.write_text(content)
    with pytest.raises(DeckError, match="not a manifest of sheets"):
        read_manifest(path)


def test_a_manifest_that_is_too_large_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr("bpreport.publish.sheets.manifest.LARGEST", 10)
    path = tmp_path / "manifest.json"
    path.write_text("[" * 11)
    with pytest.raises(DeckError, match="a file of more than 10 bytes"):
        read_manifest(path)


def test_a_deck_s_links_of_the_file_system_are_of_no_use(tmp_path):
    """A picture is its words: what it names is never opened, wherever its path or link leads."""
    (tmp_path / "inside.png").symlink_to("/etc/passwd")
    deck = read_text(
        "![a](inside.png) ![b](../inside.png) ![c](/dev/zero)\n\n$$a = 0.5 * 2 = 1$$\n"
    )
    found = audit(deck)
    (path,) = build(found, found.study, tmp_path / "out", ["html"], "en")
    source = path.read_text(encoding="utf-8")
    assert "<em>a</em>" in source
    assert "inside.png" not in source and "root:" not in source
