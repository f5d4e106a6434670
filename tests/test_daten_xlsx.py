"""daten.xlsx: one sheet a chapter with exactly its values, in German, as numbers; few people only as counts."""

from __future__ import annotations

import datetime
import io
import json
from dataclasses import replace
from functools import cache
from typing import Any

import openpyxl
import pytest

import documents
from fake_profile import FIGURES, GEMEINDE, KREIS, FakeProfile
from kommunalprofil import render, workbook
from kommunalprofil.spreadsheet import Number

CHAPTERS = [
    "Auf einen Blick", "In Einfacher Sprache", "Lage und Gebiet", "Bevölkerungsentwicklung", "Altersaufbau",
    "Geburten und Sterbefälle", "Wanderungen", "Zuwanderung und Nationalität", "Haushalte und Lebensformen",
    "Gruppen im Vergleich", "Im Vergleich", "Was das für die Zukunftswerkst…",
]  # fmt: skip
Row = dict[str, Any]


def book(document: render.Document) -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(document.files["daten.xlsx"]))


def rows(sheet: Any) -> list[Row]:
    head, *body = sheet.iter_rows(values_only=True)
    return [dict(zip(head, row, strict=True)) for row in body]


@cache
def real(place: str) -> dict[str, list[Row]]:
    return {sheet.title: rows(sheet) for sheet in book(documents.built(place)).worksheets if sheet.title != "Inhalt"}


def found(place: str, sheet: str, **cells: Any) -> Row:
    (row,) = [r for r in real(place)[sheet] if all(r[k.replace("_", " ")] == v for k, v in cells.items())]
    return row


def test_a_sheet_for_each_chapter_with_values() -> None:
    names = book(documents.built("dithmarschen")).sheetnames
    assert names == ["Inhalt", *CHAPTERS, "Begriffe", "Quellen"]


def test_official_values_stand_where_the_chapter_tells_them() -> None:
    """12411-01-01-4: 133 460 people on 31.12.2024, 65 838 of them men; Zensus 2022: 66 778 households."""
    shared = {"Kennung": "population", "Schlüssel (AGS)": "01051"}
    day = datetime.datetime(2024, 12, 31)
    for sheet in ("Auf einen Blick", "Bevölkerungsentwicklung"):
        of_day = [
            r for r in real("dithmarschen")[sheet]
            if r["Stichtag oder Jahr"] == day and shared.items() <= r.items()
        ]  # fmt: skip
        assert {r["Geschlecht"]: r["Wert"] for r in of_day} == {
            "insgesamt": 133460, "männlich": 65838, "weiblich": 67622,
        }  # fmt: skip
    row = found("dithmarschen", "Haushalte und Lebensformen", Kennung="households", Haushalt="insgesamt")
    assert (row["Wert"], row["Einheit"], row["Grundlage"]) == (66778, "Haushalte", "Zählung im Zensus 2022")
    assert row["Hinweis"] == "durch Geheimhaltung leicht verändert (Cell-Key-Verfahren); Bruch: Zensus 2022"
    assert row["Quelle"].endswith("Datensatz Zensus2022-Haushalte")


@pytest.mark.parametrize("place", ["dithmarschen", "groede"])
def test_every_row_is_a_value_of_the_profile(place: str) -> None:
    """Numbers, parts and units as in profil.json; what is left out is of fewer than 20."""
    document = documents.built(place)
    known: dict[tuple[Any, ...], list[Row]] = {}
    for value in json.loads(document.files["profil.json"])["values"]:
        known.setdefault((value["indicator"], value["region"], value["unit"]), []).append(value)
    for sheet in real(place).keys() - {"Begriffe", "Quellen"}:
        for row in real(place)[sheet]:
            candidates = known[row["Kennung"], row["Schlüssel (AGS)"], row["Einheit"]]
            if row["Wert"] is not None:
                assert row["Wert"] in [value["value"] for value in candidates], row
                assert row["Nenner"] in [None, *(value["denominator"] for value in candidates)], row
                assert row["Quelle"], row
            else:
                assert row["Hinweis"], row


def test_a_chapter_holds_what_it_asks_for_and_nothing_else() -> None:
    asked = {sheet: {r["Kennung"] for r in real("dithmarschen")[sheet]} for sheet in CHAPTERS}
    assert asked["Bevölkerungsentwicklung"] == {
        "population", "population_change", "women_per_100_men", "natural_balance", "net_migration",
    }  # fmt: skip
    assert "households" not in asked["Altersaufbau"]
    assert {"mean_age", "old_age_ratio", "age_share"} <= asked["Altersaufbau"]
    assert "immigration_history_share" in asked["Zuwanderung und Nationalität"]


def test_few_people_are_counts_only() -> None:
    shares = [r for r in real("groede")["Zuwanderung und Nationalität"] if r["Gebiet"] == "Gemeinde Gröde"]
    told = [r for r in shares if r["Nenner"] is not None]
    assert told
    for row in told:
        assert row["Nenner"] < 20
        assert row["Wert"] is None
        assert row["Hinweis"].startswith("Nenner unter 20: nur Anzahlen")
    ages = [r for r in real("groede")["Altersaufbau"] if r["Kennung"] == "mean_age"]
    assert all(r["Zähler"] is None for r in ages if r["Nenner"] is not None and r["Nenner"] < 20)


def test_the_first_sheet_tells_place_state_licence_and_sheets() -> None:
    document = documents.built("dithmarschen")
    told = dict(book(document)["Inhalt"].iter_rows(values_only=True))
    assert told["Kommunalprofil Kreis Dithmarschen: Daten"] is None
    assert told["Datenstand"] == "10.03.2026"
    assert told["Ort"] == "Kreis Dithmarschen (AGS 01051)"
    assert "www.govdata.de/dl-de/by-2-0" in told["Lizenz"]
    assert "Creative Commons Namensnennung 4.0" in told["Lizenz"]
    assert told["Lizenz"].endswith("Daten bearbeitet.")
    for sheet in CHAPTERS:
        assert told[sheet].startswith(f"{len(real('dithmarschen')[sheet])} Zeilen")
    assert told["cell_key"] == "durch Geheimhaltung leicht verändert (Cell-Key-Verfahren)"
    assert told["x"].startswith("Tabellenfach gesperrt")


def test_every_source_is_listed() -> None:
    document = documents.built("dithmarschen")
    origins = json.loads(document.files["profil.json"])["origins"]
    listed = real("dithmarschen")["Quellen"]
    assert [(r["Tabelle"], r["SHA-256"]) for r in listed] == [(o["table"], o["sha256"]) for o in origins]
    assert all(r["Quellenvermerk"] and r["Lizenz"] for r in listed)


def test_dates_are_days_years_or_spans() -> None:
    assert workbook.when("2015-12-31") == datetime.date(2015, 12, 31)
    assert workbook.when("2015") == Number(2015, grouped=False)
    assert workbook.when("2012/2015") == "2012–2015"
    assert workbook.when("") == ""


@pytest.mark.parametrize(
    ("flag", "words"),
    [
        ("", ""),
        ("provisional", "vorläufig"),
        ("estimated|break:zensus_2011", "geschätzt; Bruch: Zensus 2011"),
        ("break:territory", "Bruch: Gebietsänderung"),
        ("break:pflegegrade", "Bruch: Pflegegrade statt Pflegestufen"),
    ],
)
def test_flags_in_words(flag: str, words: str) -> None:
    value = replace(FakeProfile().get("population"), flag=flag)
    assert workbook.remark(value) == words


def test_a_gap_says_why() -> None:
    document = render.document(FakeProfile(GEMEINDE, gaps=("foreign_share",)), FIGURES)
    gaps = [r for r in rows(book(document)["Zuwanderung und Nationalität"]) if r["Kennung"] == "foreign_share"]
    assert gaps
    assert {(r["Wert"], r["Hinweis"], r["Quelle"]) for r in gaps} == {(None, "nicht veröffentlicht", None)}


def test_a_hostile_name_stays_text() -> None:
    place = replace(KREIS, name='=HYPERLINK("x")')
    sheet = book(render.document(FakeProfile(place), FIGURES))["Auf einen Blick"]
    cells = [cell for column in sheet.iter_cols(3, 3, 2) for cell in column if "HYPERLINK" in str(cell.value)]
    assert cells
    assert {cell.data_type for cell in cells} == {"s"}
