"""Whole documents of real places from the embedded data set: complete, valid, in German that can be read aloud."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Callable
from html import unescape
from pathlib import Path

import pytest

import documents
from kommunalprofil import pdf_checks, render
from kommunalprofil.profile import Profile
from kommunalprofil.resources import data_dir

PLACES = ["dithmarschen", "vrees", "dortmund", "riesa", "saarland", "de"]


def built(place: str) -> tuple[Profile, render.Document]:
    return Profile(place, data_dir()), documents.built(place)


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
    compared = ["Im Vergleich"] if made[0].comparison else []
    assert chapters == [
        "Auf einen Blick",
        "In Einfacher Sprache",
        "Lage und Gebiet",
        "Bevölkerungsentwicklung",
        "Altersaufbau",
        "Geburten und Sterbefälle",
        "Wanderungen",
        "Zuwanderung und Nationalität",
        "Haushalte und Lebensformen",
        "Gruppen im Vergleich",
        *compared,
        "Was das für die Zukunftswerkstatt heißt",
        *["Abgleich mit amtlichen Kennzahlen"] * bool(made[0].checked()),
        "Quellen und Methoden",
    ]
    assert page.count('class="lead-label"') == 8 + bool(compared)


@pytest.mark.parametrize(
    ("place", "why"),
    [
        ("dierfeld", "die Gemeinde Dierfeld stehen hier keine Fragen, weil keine Kennzahl, zu der hier gefragt wird,"),
        ("de", "Deutschland stehen hier keine Fragen, weil es dafür keinen Vergleich mit anderen Orten gibt."),
    ],
)
def test_a_place_without_questions_hears_why(place: str, why: str) -> None:
    assert any(why in text for text in paragraphs(built(place)[1]))


def test_a_place_of_16_people_is_told_of_in_counts() -> None:
    said = paragraphs(built("dierfeld")[1])
    page = built("dierfeld")[1].files["kommunalprofil.html"].decode()
    assert "kam ein Mensch mehr her, als wegzogen." in page
    assert not [text for text in said if "0 von 7" in text]
    (gap,) = [text for text in said if text.startswith("Die Kennzahl ")]
    assert gap.startswith("Die Kennzahl „Alleinerziehende“ fehlt hier, weil es dazu keine Zahlen gibt; die Kennzahlen ")
    assert gap.endswith("„Jugendquotient“ und „Altenquotient“ fehlen hier, weil es dafür zu wenige Menschen sind.")
    assert "Innerhalb Deutschlands grenzt die Gemeinde Dierfeld an" in page
    assert "Für 2016 und 2018 bis 2019 liegen hier keine Zahlen vor." in page


def test_what_stands_out_is_said_once() -> None:
    page = built("dithmarschen")[1].files["kommunalprofil.html"].decode()
    told = re.findall(r"in den Jahren[^<]*als in \d+ von \d+ anderen Kreisen\.", page, re.IGNORECASE)
    assert len(told) == len(set(told)) > 0


def test_sentences_can_be_read(made: tuple[Profile, render.Document]) -> None:
    for text in paragraphs(made[1]):
        assert "None" not in text
        assert "nan" not in text.lower().split()
        assert not re.search(r"\bin (der|dem|das) (der|dem|das)\b|\.\.(?!\.)|  | ,| \.(?!\.)", text), text
        rest = re.sub(r"Tabellen?.*|\d+-\d+[-\d]*|\d+-Laender|Zensus\d+|VG\d+|GV\d+", "", text)
        assert not re.search(r"\d{5,}", rest), text


def test_every_source_shown_is_in_the_table_of_sources(made: tuple[Profile, render.Document]) -> None:
    outline = made[1].outline
    listed = {row[0] for row in outline.tables[-1].item.rows}
    shown = {table for numbered in outline.figures for table in (*numbered.item.sources, *numbered.item.table.sources)}
    assert shown <= listed
    origins = {origin["table"] for origin in json.loads(made[1].files["profil.json"])["origins"]}
    assert listed == origins


@pytest.mark.parametrize("place", ["groede", "wettlingen", "jahnatal", "01054050", "16063105"])
def test_small_and_new_places_are_told_in_counts_and_reasons(place: str) -> None:
    _, document = built(place)
    said = " ".join(paragraphs(document))
    assert not re.search(r"\d von \d+ (der|aller) |Das sind 1 |\b1 (Frauen|Männer|Mütter|Väter|Menschen)\b", said), said
    assert not re.search(r"(?<![\d.])0 Mütter|übrigen 0[\u00a0 ]|\b(10[1-9]|1[1-9]\d)\u00a0%", said), said
    for numbered in document.outline.tables[:-1]:
        shares = [row[1] for row in numbered.item.rows if numbered.item.columns[1].unit == "%"]
        assert all(float(text.replace(",", ".")) <= 100 for text in shares if text[0].isdigit() and "von" not in text)
    assert all("weil" in gap.text for gap in document.outline.gaps)


def test_a_new_gemeinde_goes_back_through_those_it_was_made_of() -> None:
    """Jahnatal was made of Ostrau and Zschaitz-Ottewig on 1.1.2023."""
    _, document = built("jahnatal")
    sections = [heading.text for heading in document.outline.headings if heading.level == 2]
    assert sections[sections.index("Lage") :][:8] == [
        "Lage",
        "Gebiet und Nachbarn",
        "Einwohnerzahl seit 2008",
        "Frauen und Männer",
        "Veränderung von Jahr zu Jahr",
        "Aufbau nach Alter und Geschlecht",
        "Altersgruppen im Vergleich",
        "Kennzahlen der Alterung",
    ]
    text = document.files["kommunalprofil.html"].decode()
    assert "sind die Summe von Ostrau und Zschaitz-Ottewig" in text.replace("\xa0", " ")
    assert any(
        gap.text.endswith("weil Zahlen nach Alter nur vom 31.12.2015 vorliegen.") for gap in document.outline.gaps
    )


def test_a_section_of_gaps_has_no_heading_but_says_them() -> None:
    _, document = built("vrees")
    headings = [heading.text for heading in document.outline.headings]
    assert "Wanderungen nach Alter und Geschlecht" in headings
    assert "Wanderungen in Lebensphasen" not in headings
    text = document.files["kommunalprofil.html"].decode().replace("\xa0", " ")
    assert text.count('<p class="gap">Wanderungen in Lebensphasen sind für die Gemeinde Vrees nicht dargestellt') == 1


def test_a_city_state_is_not_compared_with_itself() -> None:
    _, document = built("hamburg")
    assert "Land Hamburg" not in document.files["kommunalprofil.html"].decode()


def test_a_remark_is_made_once_a_chapter() -> None:
    _, document = built("dithmarschen")
    chapters = document.files["kommunalprofil.html"].decode().split("<h2")
    assert [chapter.count("Cell-Key-Methode") for chapter in chapters if "Haushalte nach Typ" in chapter] == [1]
    assert max(chapter.count("Cell-Key-Methode") for chapter in chapters) == 1


def test_text_and_table_give_one_density() -> None:
    _, document = built("jahnatal")
    density = document.outline.tables[0].item.rows[-1][-1]
    assert f"in Deutschland ({density})" in " ".join(paragraphs(document))


def test_a_gap_is_never_an_empty_figure() -> None:
    _, vrees = built("vrees")
    _, dithmarschen = built("dithmarschen")
    assert len(vrees.outline.figures) < len(dithmarschen.outline.figures)
    assert vrees.outline.gaps
    assert all(gap.text.endswith(".") and "weil" in gap.text for gap in vrees.outline.gaps)


@pytest.mark.parametrize("place", ["dithmarschen", "vrees", "deutschland", "14628"])
def test_the_overview_is_one_page(place: str, tmp_path: Path, require_tool: Callable[..., str]) -> None:
    """Key figures and what stands out on page 2, the next chapter on page 3 (LOOK.md: one page)."""
    path = tmp_path / "p.pdf"
    path.write_bytes(built(place)[1].files["kommunalprofil.pdf"])
    command = [require_tool("pdftotext"), "-f", "2", "-l", "2", "-layout", str(path), "-"]
    page = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert "Auf einen Blick" in page
    assert "Alleinerziehende" in page
    assert "Was auffällt" in page or place == "deutschland"
