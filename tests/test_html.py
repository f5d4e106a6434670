"""The HTML page: one file, valid order, accessible names, text that stays text, readable on a small screen."""

from __future__ import annotations

import html
import json
import re
from base64 import b64decode, b64encode
from collections import Counter
from dataclasses import replace
from hashlib import sha256
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest

from browser import browser
from fake_profile import FIGURES, KREIS, FakeFigure, FakeProfile
from kommunalprofil import render
from test_pdf import HOSTILE

VOID = {"meta", "link", "br", "hr", "img", "input", "path", "rect", "circle", "use", "line"}


class Page(HTMLParser):
    """Elements, ids, text and nesting of a page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.stack: list[str] = []
        self.texts: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in VOID:
            self.stack.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            assert self.stack, f"</{tag}> closes nothing"
            assert self.stack.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.stack and self.stack[-1] not in ("style", "script"):
            self.texts.append(data)

    def all(self, tag: str) -> list[dict[str, str]]:
        return [attrs for name, attrs in self.elements if name == tag]


@pytest.fixture(scope="module")
def made() -> render.Document:
    return render.document(FakeProfile(), FIGURES)


@pytest.fixture(scope="module")
def text(made: render.Document) -> str:
    return made.files["kommunalprofil.html"].decode()


@pytest.fixture(scope="module")
def page(text: str) -> Page:
    return Page(text)


def test_every_element_is_closed(page: Page) -> None:
    assert page.stack == []


def test_ids_are_unique_and_references_lead_somewhere(page: Page, text: str) -> None:
    ids = [attrs["id"] for _, attrs in page.elements if "id" in attrs]
    assert [name for name, count in Counter(ids).items() if count > 1] == []
    wanted = [name for _, attrs in page.elements for name in attrs.get("aria-labelledby", "").split()]
    wanted += [link["href"][1:] for link in page.all("a")] + re.findall(r"url\(#([^)]+)\)", text)
    assert set(wanted) <= set(ids)


def test_language_landmarks_and_skip_link(page: Page) -> None:
    assert page.all("html")[0]["lang"] == "de"
    assert [len(page.all(tag)) for tag in ("main", "nav", "h1", "footer", "title")] == [1, 1, 1, 1, len(FIGURES) + 1]
    first_link = page.all("a")[0]
    assert first_link == {"class": "skip", "href": "#inhalt"}


def test_headings_follow_each_other_without_a_jump(page: Page, made: render.Document) -> None:
    levels = [int(tag[1]) for tag, _ in page.elements if re.fullmatch("h[1-6]", tag)]
    assert levels[:2] == [1, 2]
    assert all(after <= before + 1 for before, after in pairwise(levels))
    assert levels[2:] == [heading.level + 1 for heading in made.outline.headings]


def test_contents_link_to_every_chapter(page: Page, made: render.Document) -> None:
    links = [link["href"] for link in page.all("a")[1:]]
    assert links == [f"#{chapter.anchor}" for chapter in made.outline.chapters]


def test_tables_have_captions_and_headers(page: Page, made: render.Document) -> None:
    assert len(page.all("table")) == len(page.all("caption")) == len(made.outline.tables)
    assert all(cell.get("scope") in ("col", "row") for cell in page.all("th"))
    assert sum(cell["scope"] == "row" for cell in page.all("th")) == sum(len(t.item.rows) for t in made.outline.tables)


def test_figures_are_images_with_a_name_and_a_description(page: Page, text: str, made: render.Document) -> None:
    pictures = page.all("svg")
    assert len(pictures) == len(FIGURES)
    assert all(svg["role"] == "img" and len(svg["aria-labelledby"].split()) == 2 for svg in pictures)
    for numbered in made.outline.figures:
        assert f">{html.escape(numbered.alt)}</desc>" in text
    assert len({numbered.alt for numbered in made.outline.figures}) == len(FIGURES)


def test_nothing_is_fetched_from_anywhere(text: str) -> None:
    assert not re.search(r'(src|href)="(?!#)', text)
    assert not re.search(r"url\((?!#|data:)", text)
    assert "@import" not in text
    assert text.count("<script") == text.count("<script>") == 1
    assert not re.search(r"fetch|XMLHttp|sendBeacon|WebSocket|EventSource|https?://(?!www\.w3\.org)", script_of(text))


POLICY = """
addEventListener('securitypolicyviolation', e => refused.push(e.effectiveDirective));
const refused = [], add = (tag, set) => document.body.append(Object.assign(document.createElement(tag), set));
add('script', {textContent: 'window.strange = 1'});
add('img', {src: 'https://example.org/a.png'});
add('img', {src: 'data:image/gif;base64,R0lGODlhAQABAAAAACwAAAAAAQABAAA='});
add('link', {rel: 'stylesheet', href: 'https://example.org/a.css'});
add('iframe', {src: 'data:text/html,a'});
add('style', {textContent: 'h1 { color: rgb(1, 2, 3) }'});
document.querySelector('h1').insertAdjacentHTML('beforeend', '<b onclick="window.strange = 1">a</b>');
document.querySelector('h1 b').click();
setTimeout(() => done([refused.sort(), window.strange === undefined,
  getComputedStyle(document.querySelector('h1')).color, document.querySelectorAll('thead button').length > 0]), 500);
"""


def test_the_browser_runs_and_fetches_nothing_else(chromium: str, tmp_path: Path, text: str) -> None:
    refused, unharmed, colour, script = browse(chromium, tmp_path, text, 1280, POLICY)
    assert refused == ["frame-src", "img-src", "script-src-attr", "script-src-elem", "style-src-elem"]
    assert (unharmed, colour, script) == (True, "rgb(1, 2, 3)", True)


def test_the_script_is_last_and_makes_the_buttons(text: str) -> None:
    """Without JavaScript there is nothing to press that does nothing."""
    assert text.rstrip().endswith("</script>\n</body>\n</html>")
    assert "<button" not in text
    assert "<!--" not in script_of(text)


def script_of(text: str) -> str:
    return text.partition("<script>")[2].partition("</script>")[0]


def test_both_weights_of_the_font_are_inside(text: str) -> None:
    assert text.count("data:font/woff2;base64,d09GMg") == 2


@pytest.mark.parametrize("hostile", HOSTILE)
def test_hostile_names_stay_text(hostile: str) -> None:
    profile = FakeProfile(replace(KREIS, name=hostile))
    figures = FIGURES | {"pyramid": FakeFigure("pyramid", words={"title": f"x {hostile}", "caption": f"y {hostile}"})}
    page = Page(render.html(profile, figures))
    shown = "".join(page.texts)
    assert shown.count(f"x {hostile}") == 2  # caption and title of the drawing
    assert f"y {hostile}" in shown
    assert page.texts.count("alert(1)") == 0
    assert len(page.all("script")) == 1


def browse(chromium: str, folder: Path, content: str, width: int, script: str, dark: bool = False) -> Any:
    """What a script says about the page in a browser window of this width; it has to call done(value)."""
    packed = "btoa(encodeURIComponent(JSON.stringify(v)))"
    done = f"const done = v => {{ document.documentElement.innerHTML = '<pre>' + {packed}; }};"
    file = folder / "seite.html"
    added = f"{done}\n{script}"
    body = content.replace("</body>", f"<script>{added}</script></body>")
    allowed = f"script-src &#39;sha256-{b64encode(sha256(added.encode()).digest()).decode()}&#39;"
    body = body.replace("script-src", allowed)  # the page's own policy holds but for this script
    file.write_text(body, encoding="utf-8")
    found = browser(chromium).told(
        file.as_uri(), width, dark, "document.querySelector('body > pre:only-child')?.textContent"
    )
    return json.loads(unquote(b64decode(found).decode()))


@pytest.mark.parametrize("width", [390, 1280])
def test_the_page_never_scrolls_sideways(chromium: str, tmp_path: Path, text: str, width: int) -> None:
    script = "done([document.documentElement.scrollWidth, window.innerWidth])"
    content, window = browse(chromium, tmp_path, text, width, script)
    assert content <= window


AXE_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def violations(
    chromium: str, folder: Path, text: str, axe: str, width: int, dark: bool = False, before: str = ""
) -> Any:
    """The rules of axe-core that the page breaks, and where; `before` is a script that runs ahead of it."""
    source = axe.replace("</script", "<\\/script")
    options = json.dumps({"runOnly": AXE_RULES})
    report = "r.violations.map(v => [v.id, v.nodes.map(n => n.target.join(' ')).slice(0, 5)])"
    run = f"axe.run(document, {options}).then(r => done({report}), e => done(['error', String(e)]));"
    return browse(chromium, folder, text, width, f"{before}\n{source}\n{run}", dark)


@pytest.mark.parametrize(("width", "dark"), [(390, False), (1280, False), (1280, True)])
def test_axe_finds_nothing(chromium: str, axe: str, tmp_path: Path, text: str, width: int, dark: bool) -> None:
    assert violations(chromium, tmp_path, text, axe, width, dark) == []


def test_axe_would_find_something(chromium: str, axe: str, tmp_path: Path, text: str) -> None:
    """In dark mode only: the tests look at the colours they claim to look at."""
    spoilt = text.replace("--soft: #a9b8c0", "--soft: #222222")
    assert "color-contrast" in dict(violations(chromium, tmp_path, spoilt, axe, 1280, dark=True))
