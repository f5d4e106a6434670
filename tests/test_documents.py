"""Whole documents of real places from the embedded data set: complete, valid, in German that can be read aloud."""

from __future__ import annotations

import json
import re
from html import unescape

import pytest

from kommunalprofil import pdf_checks, render
from kommunalprofil.profile import Profile
from kommunalprofil.resources import data_dir

PLACES = ["dithmarschen", "vrees", "dortmund", "riesa", "saarland", "de"]


def built(place: str) -> tuple[Profile, render.Document]:
    profile = Profile(place, data_dir())
    return profile, render.document(profile)


@pytest.fixture(scope="module", params=PLACES)
def made(request: pytest.FixtureRequest) -> tuple[Profile, render.Document]:
    return built(request.param)


def paragraphs(document: render.Document) -> list[str]:
    body = document.files["kommunalprofil.html"].decode().partition("<main")[2]
    return [unescape(re.sub(r"<[^>]+>", "", text)) for text in re.findall(r"<p(?: [^>]*)?>(.*?)</p>", body, re.DOTALL)]


def test_tags_and_texts_are_right(made: tuple[Profile, render.Document]) -> None:
    profile, document = made
    pdf = document.files["kommunalprofil.pdf"]
    assert pdf_checks.findings(pdf, document.outline, document.title, profile.region.name) == []


def test_every_chapter_is_there_and_begins_with_what_matters(made: tuple[Profile, render.Document]) -> None:
    page = made[1].files["kommunalprofil.html"].decode()
    chapters = [heading.text for heading in made[1].outline.chapters]
    assert chapters == [
        "Auf einen Blick",
        "Bevölkerungsentwicklung",
        "Altersaufbau",
        "Zuwanderung und Nationalität",
        "Haushalte und Lebensformen",
        "Quellen und Methoden",
    ]
    assert page.count('class="lead-label"') == 5


def test_sentences_can_be_read(made: tuple[Profile, render.Document]) -> None:
    for text in paragraphs(made[1]):
        assert "None" not in text
        assert "nan" not in text.lower().split()
        assert not re.search(r"\bin (der|dem|das) (der|dem|das)\b|\.\.(?!\.)|  | ,| \.(?!\.)", text), text
        assert not re.search(r"\d{5,}", re.sub(r"Tabellen?.*|\d+-\d+[-\d]*|Zensus\d+|VG\d+|GV\d+", "", text)), text


def test_every_source_shown_is_in_the_table_of_sources(made: tuple[Profile, render.Document]) -> None:
    outline = made[1].outline
    listed = {row[0] for row in outline.tables[-1].item.rows}
    shown = {table for numbered in outline.figures for table in (*numbered.item.sources, *numbered.item.table.sources)}
    assert shown <= listed
    origins = {origin["table"] for origin in json.loads(made[1].files["profil.json"])["origins"]}
    assert listed == origins


def test_a_gap_is_never_an_empty_figure() -> None:
    _, vrees = built("vrees")
    _, dithmarschen = built("dithmarschen")
    assert len(vrees.outline.figures) < len(dithmarschen.outline.figures)
    assert vrees.outline.gaps
    assert all(gap.text.endswith(".") and "weil" in gap.text for gap in vrees.outline.gaps)
