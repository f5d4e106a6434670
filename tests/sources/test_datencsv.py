"""The wide Datencsv in all its layouts, as small twins of the official files."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from kommunalprofil.errors import SourceError, UnknownTableError
from kommunalprofil.sources import datencsv
from twins import AGES, by_age, by_sex, cells, read, sheet, wide_ages

HERE = {"DG": [30, 10, 20], "01": [30, 10, 20], "01051": [30, 10, 20]}
TOTAL = ("2015-12-31", "_T", 0, 200)
FLAT = [10, 20, 30, 40, 50, 150]  # the five groups and their total
WIDE = {"DG": [2 * x for x in FLAT] + FLAT * 2, "01051001": [2 * x for x in FLAT] + FLAT * 2}


def test_stichtage_in_the_heading(tmp_path: Path) -> None:
    text = by_sex({k: v + [x + 2 for x in [v[0] + 2, *v[1:]]] for k, v in HERE.items()}, ["31.12.2015", "31.12.2014"])
    reading = read(tmp_path, text)
    assert reading.report.table == "12411-01-01-4"
    assert reading.report.dates == ("2014-12-31", "2015-12-31")
    assert cells(reading, "01051") == {
        ("2015-12-31", "_T", 0, 200): 30,
        ("2015-12-31", "M", 0, 200): 10,
        ("2015-12-31", "F", 0, 200): 20,
        ("2014-12-31", "_T", 0, 200): 34,
        ("2014-12-31", "M", 0, 200): 12,
        ("2014-12-31", "F", 0, 200): 22,
    }
    assert reading.report.rows_read == 3
    assert reading.origins[0].stand == "2024-10-10T11:57:53"


def test_stichtag_and_ages_in_columns(tmp_path: Path) -> None:
    reading = read(tmp_path, by_age({"DG": [[3, 1, 2], [5, 2, 3], [7, 3, 4], [9, 4, 5], [11, 5, 6], [35, 15, 20]]}))
    found = cells(reading, "DE")
    assert found["2015-12-31", "_T", 65, 75] == 9
    assert found["2015-12-31", "F", 75, 200] == 6
    assert found["2015-12-31", "M", 0, 3] == 1
    assert len(found) == 18


@pytest.mark.parametrize("line", ["31.12.2015", "Stichtag: 31.12.2015", ""])
def test_stichtag_in_a_line_of_its_own_or_in_the_heading(tmp_path: Path, line: str) -> None:
    reading = read(tmp_path, wide_ages(WIDE, line))
    assert reading.report.dates == ("2015-12-31",)
    assert cells(reading, "01051001")["2015-12-31", "M", 65, 75] == 40


def test_a_file_without_any_stichtag_is_refused(tmp_path: Path) -> None:
    text = sheet("12411-01-01-4", [["", "", "Insgesamt", "männlich", "weiblich"]], [["DG", "Deutschland", 3, 1, 2]])
    with pytest.raises(SourceError, match="Kein Stichtag gefunden"):
        read(tmp_path, text)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "latin-1", "cp1252"])
def test_encodings_are_the_same_numbers(tmp_path: Path, encoding: str) -> None:
    text = by_sex(HERE)
    reading = read(tmp_path, text, encoding=encoding)
    assert cells(reading, "01051")[TOTAL] == 30
    assert reading.origins[0].title == "Bevölkerungsstand: Bevölkerung regionale Tiefe: Kreise"


@pytest.mark.parametrize("name", ["x.csv", "12711-04-02-4 (2001).csv", "bild.png", "ohne"])
def test_content_counts_and_never_the_name(tmp_path: Path, name: str) -> None:
    assert read(tmp_path, by_sex(HERE), name).report.table == "12411-01-01-4"


def test_gzip_and_windows_line_ends(tmp_path: Path) -> None:
    assert cells(read(tmp_path, gzip.compress(by_sex(HERE).encode())), "01051")[TOTAL] == 30
    assert cells(read(tmp_path, by_sex(HERE).replace("\n", "\r\n")), "01051")[TOTAL] == 30


def test_new_first_line(tmp_path: Path) -> None:
    assert read(tmp_path, by_sex(HERE, first="Tabelle: ")).report.table == "12411-01-01-4"


def test_footnotes_that_look_like_dates_are_no_rows(tmp_path: Path) -> None:
    reading = read(tmp_path, by_sex(HERE))
    assert reading.report.rows_read == 3
    assert reading.report.dates == ("2015-12-31",)
    assert datencsv.stand_of('"Stand: 01.01.2001"\nStand: 03.08.2020 / 12:04:20') == "2020-08-03T12:04:20"
    assert datencsv.stand_of("created: 2025-07-02") == "2025-07-02"
    assert datencsv.stand_of("nothing") == ""


@pytest.mark.parametrize("headings", [("weiblich", "Insgesamt", "männlich"), ("männlich", "weiblich", "Insgesamt")])
def test_columns_are_known_by_their_heading_never_by_their_place(tmp_path: Path, headings: tuple[str, ...]) -> None:
    values = {"Insgesamt": 30, "männlich": 10, "weiblich": 20}
    text = sheet(
        "12411-01-01-4",
        [["", "", *["31.12.2015"] * 3], ["", "", *headings]],
        [["DG", "D", *(values[h] for h in headings)]],
    )
    assert cells(read(tmp_path, text), "DE") == {
        TOTAL: 30,
        ("2015-12-31", "M", 0, 200): 10,
        ("2015-12-31", "F", 0, 200): 20,
    }


def test_the_order_of_rows_changes_nothing(tmp_path: Path) -> None:
    one = read(tmp_path, by_sex(HERE)).observations
    other = read(tmp_path, by_sex(dict(reversed(HERE.items())))).observations
    assert one is not None
    assert other is not None
    key = ["region", "sex"]
    assert one.sort_values(key)["value"].tolist() == other.sort_values(key)["value"].tolist()


BROKEN = {
    "cut inside a row": (lambda t: t[: t.index("01051") + 8], "Fuß der Tabelle", None),
    "cut before the Stand": (lambda t: t[: t.rindex("Stand")], "abgeschnitten", None),
    "one column too few": (lambda t: t.replace("01051;  Ort 01051;30;", "01051;  Ort 01051;"), "hat 4 Spalten", 8),
    "a name with a semicolon": (lambda t: t.replace("Ort 01051", "Ort; 01051"), "hat 6 Spalten", 8),
    "an unknown sign": (lambda t: t.replace("01051;30", "01051;?"), "„\\?“ ist weder Zahl noch bekanntes Zeichen", 8),
    "a thousands point": (lambda t: t.replace("01051;30", "01051;1.030"), "weder Zahl noch bekanntes Zeichen", 8),
    "a doubled region": (lambda t: t.replace("01;  Ort 01;", "01051;  Ort 01;"), "doppelt", 8),
    "a key that is none": (lambda t: t.replace("01051;", "0105;"), "kein amtlicher Gebietsschlüssel", 8),
    "a key of letters": (lambda t: t.replace("01051;  ", "ABC;  "), "ist kein Gebietsschlüssel", 8),
    "an unknown heading": (lambda t: t.replace("männlich", "divers"), "unbekannte Überschriften", 5),
    "a heading twice": (lambda t: t.replace("weiblich", "männlich"), "dieselbe Überschrift", 5),
    "a lone quote": (lambda t: t.replace("  Ort 01051", '"Ort 01051'), "CSV|Fuß|Spalten|Zeile", None),
}


@pytest.mark.parametrize("what", BROKEN)
def test_damage_is_named_with_its_line(tmp_path: Path, what: str) -> None:
    damage, text, line = BROKEN[what]
    bad = damage(by_sex(HERE))
    assert bad != by_sex(HERE)
    with pytest.raises(SourceError, match=text) as failed:
        read(tmp_path, bad)
    assert failed.value.file == "datei.csv"
    if line is not None:
        assert failed.value.line == line
        assert f"datei.csv, Zeile {line}: " in str(failed.value)


def test_an_unknown_table_is_another_error_than_a_damaged_one(tmp_path: Path) -> None:
    with pytest.raises(UnknownTableError, match="99999-01-01-4 ist nicht deklariert"):
        read(tmp_path, by_sex(HERE, table="99999-01-01-4"))
    with pytest.raises(UnknownTableError, match="Kein bekanntes amtliches Format; die Datei beginnt mit „Hallo“"):
        read(tmp_path, "Hallo\nWelt\n")


def test_a_table_with_other_dimensions_than_declared(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="soll die Merkmale age, sex tragen, gefunden: sex"):
        read(tmp_path, by_sex(HERE, table="12411-02-03-4"))


def test_an_age_nobody_knows(tmp_path: Path) -> None:
    text = by_age({"DG": [[3, 1, 2]] * 6}, ages=(*AGES[:-1], "fünfundsiebzig", "Insgesamt"))
    with pytest.raises(SourceError, match="fünfundsiebzig"):
        read(tmp_path, text)


@pytest.mark.parametrize("text", ["31.02.2015", "2015-13-01", "1.1.2015", "31.12.15", "", "20151231", "31/12/2015"])
def test_days_that_are_none(text: str) -> None:
    assert datencsv.iso_day(text) is None


@pytest.mark.parametrize("place", ["above", "below"])
def test_a_row_outside_the_table_is_not_lost_in_silence(tmp_path: Path, place: str) -> None:
    lines = by_sex(HERE).split("\n")
    row = lines.pop(7)
    assert row.startswith("01051;")
    lines.insert(2 if place == "above" else 9, row)
    with pytest.raises(SourceError, match=r"weder Titel noch Kopf noch Daten|Unter der Trennlinie") as failed:
        read(tmp_path, "\n".join(lines))
    assert failed.value.line == (3 if place == "above" else 10)


@pytest.mark.parametrize("foreigners", ["Ausländer", "Ausländer(innen)", "Ausländer/-innen"])
def test_nationality_over_sex_over_ages(tmp_path: Path, foreigners: str) -> None:
    """12411-03-03-4: two headings side by side, ages in rows; both offices' words for foreigners."""
    labels = [n for n in ("Insgesamt", "Deutsche", foreigners) for _ in range(3)]
    headers = [["", "", "", "", *labels], ["", "", "", "", *["Insgesamt", "männlich", "weiblich"] * 3]]
    counts = [9, 3, 6, 6, 2, 4, 3, 1, 2]
    rows = [["31.12.2015", "DG", "Deutschland", age, *counts] for age in AGES]
    rows += [["31.12.2015", "DG", "Deutschland", "Insgesamt", *[5 * n for n in counts]]]
    reading = read(tmp_path, sheet("12411-03-03-4", headers, rows))
    assert cells(reading, "DE", nationality="AUS")["2015-12-31", "F", 65, 75] == 2
    assert cells(reading, "DE", nationality="DE")["2015-12-31", "F", 65, 75] == 4
    assert cells(reading, "DE", nationality="_T")["2015-12-31", "M", 0, 200] == 15
