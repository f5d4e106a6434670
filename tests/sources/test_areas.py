"""The Gemeindeverzeichnis: every layout and oddity as a small twin, and the true files with their published sums."""

from __future__ import annotations

import contextlib
import io
import re
import zipfile
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kommunalprofil.errors import DataError, KommunalprofilError, SourceError
from kommunalprofil.observations import validate
from kommunalprofil.sources import areas, register
from kommunalprofil.sources.reading import Reading
from once import read_areas

ROWS: list[tuple[Any, ...]] = [
    ("10", None, "01", None, None, None, None, "Schleswig-Holstein"),
    ("40", "41", "01", "0", "01", None, None, "Flensburg, Stadt"),
    ("50", "50", "01", "0", "01", "0000", None, "Flensburg, Stadt"),
    ("60", "61", "01", "0", "01", "0000", "000", "Flensburg, Stadt", 56.73, 92667, 45905, 46762, 1633, "24937", "9,4"),
    ("40", "43", "01", "0", "51", None, None, "Dithmarschen"),
    ("50", "51", "01", "0", "51", "5163", None, "Burg-St. Michaelisdonn"),
    ("60", "64", "01", "0", "51", "5163", "003", "Averlak", "9.06", "587", "301", "286", "65", "25715", "9.18", "53.9"),
    ("60", "63", "01", "0", "51", "0044", "044", "Heide, Stadt", 31.97, 22467, 10915, 11552, 703, "25746", None, None),
    ("60", "66", "01", "0", "51", "9105", "105", "Wald,gemfr.Geb.", 58.49, 0, 0, 0, 0, "", "", ""),
]
NOTES = [("Quelle: Gemeindeverzeichnis-Informationssytem GV-ISys",), ("1) Abweichungen durch Runden sind möglich.",)]
LOWER = (None, None, "Land", "RB", "Kreis", "VB", "Gem", None, None, "insgesamt", "männlich", "weiblich", "je km2")
DAY = (None, None, "Gebietsstand am 31.12.2023 (Jahr)", None, None, None, None, None, "31.12.2023 (Jahr)")


FIRST_ARS = "Amtlicher Regionalschlüssel (ARS)"


def head(people: str = "Bevölkerung2)", area: str = "Fläche km2 1)", ars: str = FIRST_ARS) -> tuple[str | None, ...]:
    left = ("Satz-art", "Text-kenn-zeichen", ars, None, None, None, None, "Gemeindename", area)
    return (*left, people, None, None, None, "Postleit-zahl3)", "Geografische Mittelpunktkoordinaten")


def auszug(
    *rows: tuple[Any, ...],
    top: tuple[Any, ...] | None = None,
    lower: tuple[Any, ...] = (*LOWER, None, "Längengrad", "Breitengrad"),
    day: tuple[Any, ...] = DAY,
    issued: str = "Oktober 2024",
    title: str = "Gemeinden in Deutschland nach Fläche, Bevölkerung und Postleitzahl am 31.12.2023 (Jahr)",
) -> bytes:
    """A GV-Auszug in small: cover sheet, two lines, three rows of headings, rows, notes."""
    book = openpyxl.Workbook()
    cover = book.active
    cover.title = "Inhalt"
    for line in ([], ["Gemeindeverzeichnis"], [f"Erscheinungsmonat: {issued}"]):
        cover.append(line)
    sheet = book.create_sheet("Onlineprodukt_Gemeinden")
    for row in ((title,), (), top or head(), lower, day, (), *(rows or ROWS), (), *NOTES):
        sheet.append(row)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def read(data: bytes, tmp_path: Path, name: str = "egal.bin") -> Reading:
    path = tmp_path / name
    path.write_bytes(data)
    assert areas.recognise(data)
    return areas.read(path)


def value(reading: Reading, region: str, measure: str = "population", sex: str = "_T") -> float:
    frame = reading.observations
    assert frame is not None
    rows = frame[(frame["region"] == region) & (frame["measure"] == measure) & (frame["sex"] == sex)]
    assert len(rows) == 1
    return float(rows["value"].iloc[0])


def test_annual_edition(tmp_path: Path) -> None:
    reading = read(auszug(), tmp_path)
    frame, origin = reading.observations, reading.origins[0]
    assert frame is not None
    validate(frame, "GV")
    assert value(reading, "01051003") == 587
    assert value(reading, "01051003", sex="F") == 286
    assert value(reading, "01001000") == 92667
    assert set(frame["date"]) == {date(2023, 12, 31)}
    assert (origin.base, origin.stand, origin.gebietsstand) == ("zensus_2011", "2024-10", "2023-12-31")
    assert reading.report.dropped["Fußnote oder Quellenangabe"] == len(NOTES)
    assert reading.report.rows_read == len(ROWS) + len(NOTES)


def test_areas_are_exact_sums(tmp_path: Path) -> None:
    reading = read(auszug(), tmp_path)
    assert value(reading, "01051", "area", "_Z") == 99.52  # 9.06 + 31.97 + 58.49, the forest included
    assert value(reading, "DE", "area", "_Z") == 156.25


def test_nobody_is_counted_where_nobody_lives(tmp_path: Path) -> None:
    frame = read(auszug(), tmp_path).observations
    assert frame is not None
    assert "01051105" not in set(frame.loc[frame["measure"] == "population", "region"])


def test_quarterly_edition_holds_an_older_population(tmp_path: Path) -> None:
    top = head("Bevölkerung auf Grundlage des Zensus 20112)")
    day = (None, None, "Gebietsstand am 31.12.2024 (4. Quartal)", None, None, None, None, None, "31.12.2023 (Jahr)",
           "am 31.12.2023 (Jahr)")  # fmt: skip
    reading = read(auszug(top=top, day=day, issued="Januar 2025"), tmp_path)
    assert reading.origins[0].gebietsstand == "2024-12-31"
    assert reading.origins[0].dates == ("2023-12-31",)
    assert reading.observations is None  # beside those of the annual edition some people would count twice
    assert sum(reading.report.dropped.values()) > 0
    assert reading.regions is not None
    assert reading.crosswalk is not None
    assert dict(zip(reading.crosswalk["from_region"], reading.crosswalk["people"], strict=True))["01051003"] == 587


def test_old_layout(tmp_path: Path) -> None:
    """2009: other headings, coordinates named a row lower, decimal points."""
    top = head("Einwohner", "Fläche in km2", "Regionalschlüssel (RS)")
    day = (None, None, "Gebietsstand am 31.12.2009 (Jahr)", *[None] * 5, "am 31.12.2009 (Jahr)", *[None] * 5,
           "Längengrad", "Breitengrad")  # fmt: skip
    reading = read(auszug(top=top, lower=LOWER, day=day, issued="Oktober 2010"), tmp_path)
    assert reading.origins[0].base == "volkszaehlung_1987"
    assert reading.origins[0].dates == ("2009-12-31",)
    assert reading.regions is not None
    assert list(reading.regions.loc[reading.regions["ags"] == "01051003", "lon"]) == [9.18]


def test_area_date_inside_the_heading(tmp_path: Path) -> None:
    """2017: the day of the area stands in its heading, that of the people a row lower."""
    day = (None, None, "Gebietsstand am 31.12.2017 (Jahr)", *[None] * 6, "am 31.12.2017 (Jahr) ")
    reading = read(auszug(top=head(area="Fläche km2 1)\nam 31.12.2017"), day=day, issued="Oktober 2018"), tmp_path)
    assert reading.origins[0].dates == ("2017-12-31",)


def test_first_edition_of_2011_is_on_the_old_base(tmp_path: Path) -> None:
    day = (None, None, "Gebietsstand am 31.12.2011 (Jahr)", None, None, None, None, None, "31.12.2011 (Jahr)")
    assert read(auszug(day=day, issued="Oktober 2012"), tmp_path).origins[0].base == "volkszaehlung_1987"
    assert read(auszug(day=day, issued="Oktober 2014"), tmp_path).origins[0].base == "zensus_2011"


def test_false_dimensions_hide_no_rows(tmp_path: Path) -> None:
    before, after = io.BytesIO(auszug()), io.BytesIO()
    with zipfile.ZipFile(before) as old, zipfile.ZipFile(after, "w") as new:
        for name in old.namelist():
            new.writestr(name, re.sub(rb'<dimension ref="[^"]*"', b'<dimension ref="A1:B3"', old.read(name)))
    assert read(after.getvalue(), tmp_path).report.regions == 4


def test_key_parts_that_became_numbers(tmp_path: Path) -> None:
    rows = [(*r[:2], *(int(c) if c else c for c in r[2:7]), *r[7:]) for r in ROWS]
    assert value(read(auszug(*rows), tmp_path), "01051003") == 587


def test_repeated_uninhabited_area_counts_once(tmp_path: Path) -> None:
    reading = read(auszug(*ROWS, ROWS[-1]), tmp_path)
    assert reading.report.dropped["wiederholtes gemeindefreies Gebiet"] == 1
    assert value(reading, "01051", "area", "_Z") == 99.52


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (ROWS[6], "steht schon in Zeile"),
        ((*ROWS[8][:8], 1.5, *ROWS[8][9:]), "anderen Werten"),
        (("60", "64", "01", "0", "51", "5163", "004", "Neudorf", 1.0, 10, 4, 5), "Männer und Frauen"),
        (("60", "64", "01", "0", "51", "5163", "004", "Neudorf", 1.0, "zehn", 5, 5), "keine Anzahl"),
        (("60", "64", "01", "0", "51", "5163", "004", "Neudorf", 1.0, -10, -5, -5), "keine Anzahl"),
        (("60", "64", "01", "0", "51", "5163", "004", "Neudorf", 1.0, "9" * 5000, 5, 5), "keine Anzahl"),
        (("60", "64", "01", "0", "51", "5163", "004", "Neudorf", "groß", 10, 5, 5), "keine Zahl"),
        (("60", "64", "01", "0", "51", "5163", "004", "Neudorf", "NaN", 10, 5, 5), "Fläche"),
        (("60", "64", "01", "0", "51", "5163", "004", "Neudorf", 1.234, 10, 5, 5), "Nachkommastellen"),
        (("60", "64", "01", "0", "51", "51634", "004", "Neudorf", 1.0, 10, 5, 5), "Regionalschlüssel"),
        (("60", "64", "01", "0", "5X", "5163", "004", "Neudorf", 1.0, 10, 5, 5), "Regionalschlüssel"),
        (("60", "64", "01", "0", "51", "5163", "004", None, 1.0, 10, 5, 5), "keinen Namen"),
        (("70", "64", "01", "0", "51", "5163", "004", "Neudorf", 1.0, 10, 5, 5), "Satzart „70“"),
        (("60", "64", "01", "0", "51", None, None, "Neudorf", 1.0, 10, 5, 5), "12 Stellen"),
    ],
)
def test_broken_row_is_named(row: tuple[Any, ...], reason: str, tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=reason) as caught:
        read(auszug(*ROWS, row), tmp_path, "GV.xlsx")
    assert caught.value.line == 6 + len(ROWS) + 1


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"lower": LOWER}, "längengrad"),
        ({"lower": (*LOWER[:10], "Männer", "weiblich", None, None, "Längengrad", "Breitengrad")}, "männlich"),
        ({"day": (None, None, "Gebietsstand", None, None, None, None, None, "31.12.2023")}, "keinen Gebietsstand"),
        ({"day": (None, None, "Gebietsstand am 31.12.2023")}, "Stichtag"),
        ({"day": (None, None, "Gebietsstand am 31.02.2023", None, None, None, None, None, "x")}, "keinen Gebietsstand"),
    ],
)
def test_broken_head_is_named(change: dict[str, Any], reason: str, tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=reason):
        read(auszug(**change), tmp_path)


def test_cut_workbook(tmp_path: Path) -> None:
    whole = auszug()
    for size in (len(whole) // 2, len(whole) - 30):
        path = tmp_path / "GV.xlsx"
        path.write_bytes(whole[:size])
        with pytest.raises(SourceError, match="beschädigt"):
            areas.read(path)


def test_other_workbooks_are_not_claimed(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active.append(["Gemeindename", "Regionalschlüssel", "Bevölkerung"])
    stream = io.BytesIO()
    book.save(stream)
    assert not areas.recognise(stream.getvalue())
    assert not areas.recognise(b"")
    assert not areas.recognise(b"1;2;3\n")
    assert not areas.recognise(b"PK\x05\x06" + bytes(18))


def gv100(*lines: str, end: str = "\n", coding: str = "utf-8") -> bytes:
    return (end.join(line.ljust(220) for line in lines) + end).encode(coding)


def record(
    kind: str, key: str, name: str, code: str = "", seat: str = "", numbers: str = "", day: str = "20231130"
) -> str:
    return f"{kind}{day}{key:<12}{name:<50}{seat:<50}{code:<6}{numbers}"


GV100 = (
    record("10", "01", "Schleswig-Holstein", seat="Kiel"),
    record("30", "081 1", "Region Stuttgart", seat="Stuttgart"),
    record("40", "01051", "Dithmarschen", "43", "Heide, Stadt"),
    record("50", "01051   5163", "Büsum-Wesselburen", "51", "Büsum"),
    record("60", "010510035163", "Wörden", "64", numbers="000000009060000000058700000000301"),
)


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("coding", ["utf-8", "latin-1", "cp850", "utf-8-sig"])
def test_gv100ad(end: str, coding: str, tmp_path: Path) -> None:
    reading = read(gv100(*GV100, end=end, coding=coding), tmp_path)
    assert reading.report.table == "GV100AD"
    assert reading.report.rows_read == 5
    assert reading.origins[0].gebietsstand == "2023-11-30"
    assert reading.regions is not None
    assert dict(zip(reading.regions["ags"], reading.regions["seat"], strict=True)) == {"01": "Kiel", "01051": "Heide"}


def test_gv100ad_without_known_sum_gives_no_population(tmp_path: Path) -> None:
    """The file does not say of which day its people are; only the sum for Germany tells."""
    reading = read(gv100(*GV100), tmp_path)
    assert reading.observations is not None
    assert reading.observations.empty
    assert "unbekannt" in reading.report.note


@pytest.mark.parametrize(
    ("lines", "line"),
    [
        ((*GV100, "60202311300105100"), 6),
        ((GV100[0], "99" + GV100[1][2:]), 2),
        ((GV100[0], record("60", "010510035163", "Wörden", "64", numbers="0000000906X000000058700000000301")), 2),
        ((GV100[0], record("60", "010510035163", "Wörden", "64", numbers="000000009060000000058700000000900")), 2),
        ((GV100[0], record("40", "01051", "Dithmarschen", "43", day="20231230")), 2),
        ((GV100[0], record("40", "01051", "Dithmarschen", "43", day="20231399")), 2),
        ((GV100[0], record("40", "0105", "Dithmarschen", "43")), 2),
        ((GV100[0], record("40", "01051", "", "43")), 2),
    ],
)
def test_gv100ad_broken_line_is_named(lines: tuple[str, ...], line: int, tmp_path: Path) -> None:
    data = "\n".join(x if len(x) < 60 else x.ljust(220) for x in lines).encode()
    with pytest.raises(SourceError) as caught:
        read(data, tmp_path)
    assert caught.value.line == line


HEIDE = ("010510044044", "01051044", "Heide, Stadt")
AVERLAK = ("010515163003", "01051003", "Averlak")
GONE = ("010510044045", "01051045", "Weg")
CHANGES: list[tuple[Any, ...]] = [
    (
        "1",
        "Gemeindeverband",
        "010595919",
        None,
        "Hürup",
        "4",
        None,
        None,
        "010595919",
        None,
        "Hürup",
        "01.03.2023",
        "x",
    ),
    ("1", "Gemeinde", *GONE, 1, 10, 60, *HEIDE, "01.03.2023", "01.04.2023"),
    ("1", "Gemeinde", *GONE, 1, 10, 300, *AVERLAK, "01.03.2023", "01.04.2023"),
    ("2", "Gemeinde", *AVERLAK, "2", 10, 9, *HEIDE, "01.03.2023", "01.04.2023"),
    ("3", "Gemeinde", "010510009044", "01051044", "Heide", "3, 4", "", "", *HEIDE, "01.06.2023", "01.06.2023"),
]


def changes(*rows: tuple[Any, ...], title: str = "Gebietsänderungen vom 01.01. - 31.12.2023") -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    heads = (
        (title,),
        ("Kennziffer", "Regionaleinheit", "Abgebende / Aufgelöste Gemeinde"),
        (None, None, "Amtlicher Regionalschlüssel (ARS)", "Amtlicher Gemeinde-schlüssel (AGS)", "Name",
         "Änderungs-art 1)", "Fläche qm", "Einwohner", "Amtlicher Regionalschlüssel (ARS)",
         "Amtlicher Gemeinde-schlüssel (AGS)", "Name", "juristisch", "statistisch"),
        (),
    )  # fmt: skip
    for row in (*heads, *(rows or CHANGES), (), ("1) Änderungsart:",), ("    1 = Auflösung",)):
        sheet.append(row)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def test_dissolved_gemeinde(tmp_path: Path) -> None:
    reading = read(changes(), tmp_path)
    assert reading.observations is None
    assert reading.regions is not None
    row = reading.regions.iloc[0]
    assert (row["ags"], row["valid_to"], row["population"]) == ("01051045", "2023-02-28", 360)
    assert row["successors"] == "01051003|01051044"  # where most people went comes first
    assert reading.report.dropped == {"Gemeindeverband": 1, "derselbe Gemeindeschlüssel": 1}


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (changes(title="Gebietsänderungen"), "Zeitraum"),
        (changes((*CHANGES[1][:11], "bald", "x")), "Datum"),
        (changes((*CHANGES[1][:2], "0105", *CHANGES[1][3:])), "Regionalschlüssel"),
    ],
)
def test_broken_changes_are_named(data: bytes, reason: str, tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=reason):
        read(data, tmp_path)


def test_register_from_parts(tmp_path: Path) -> None:
    parts = [read(d, tmp_path).regions for d in (changes(), gv100(*GV100), auszug())]
    frame = register.merge([p for p in parts if p is not None]).set_index("ags")
    assert frame.loc["01051", ["kind", "seat", "population"]].tolist() == ["Kreis", "Heide", 23054]
    assert frame.loc["01001", "population"] == frame.loc["01001000", "population"] == 92667
    assert frame.loc["01001000", "same_as"] == "01001"
    assert frame.loc["01051003", "association"] == "Amt Burg-St. Michaelisdonn"
    assert frame.loc["01051045", "valid_to"] == "2023-02-28"
    assert frame.loc["DE", "area_km2"] == 156.25
    assert frame["slug"].is_unique


def test_register_keeps_what_a_new_part_does_not_say(tmp_path: Path) -> None:
    parts = [read(d, tmp_path).regions for d in (changes(), gv100(*GV100), auszug())]
    first = register.merge([p for p in parts if p is not None])
    again = register.merge([p for p in parts[:1] if p is not None], first)
    assert again.equals(first)


def test_register_keeps_its_slugs_when_populations_change(tmp_path: Path) -> None:
    """The import replaces populations by newer ones; a part that comes later must not move names around."""
    parts = [read(d, tmp_path).regions for d in (gv100(*GV100), auszug())]
    first = register.merge([p for p in parts if p is not None])
    first["population"] = range(len(first), 0, -1)
    first["population_date"] = "2024-12-31"
    older = (None, None, "Gebietsstand am 31.12.2009 (Jahr)", *DAY[3:8], "31.12.2009 (Jahr)")
    later = [read(changes(), tmp_path).regions, read(auszug(day=older), tmp_path).regions]
    again = register.merge([p for p in later if p is not None], first).set_index("ags")
    assert again.loc["01051045", "slug"] == "weg"
    before = first.set_index("ags")
    for column in ("slug", "population"):
        assert again.loc[before.index, column].tolist() == before[column].tolist()


def test_register_takes_the_newest_boundaries(tmp_path: Path) -> None:
    """A quarterly edition holds the people of the year before, but its Gemeinden are those there are now."""
    day = (None, None, "Gebietsstand am 31.12.2024 (4. Quartal)", None, None, None, None, None, "31.12.2023 (Jahr)")
    quarterly = read(auszug(day=day), tmp_path)
    assert quarterly.report.table == "GV-Auszug-Quartal"
    parts = [read(auszug(), tmp_path).regions, quarterly.regions]
    assert set(register.merge([p for p in parts if p is not None])["gebietsstand"]) == {"2024-12-31"}


def test_register_needs_a_directory(tmp_path: Path) -> None:
    part = read(changes(), tmp_path).regions
    assert part is not None
    with pytest.raises(DataError, match="Auszug"):
        register.merge([part])


@pytest.mark.parametrize(
    ("official", "ags", "code", "name", "kind"),
    [
        ("Riesa, Stadt", "14627230", "67", "Riesa", "Stadt"),
        ("Bautzen / Budyšin, Stadt", "14625020", "63", "Bautzen", "Stadt"),
        ("Weißwasser/O.L., Stadt / Běła Woda", "14626600", "63", "Weißwasser/O.L.", "Stadt"),
        ("Lübbenau/Spreewald / Lubnjow/Błota, Stadt", "12066196", "63", "Lübbenau/Spreewald", "Stadt"),
        ("Burg (Spreewald)/Bórkowy (Błota)", "12071032", "64", "Burg (Spreewald)", "Gemeinde"),
        ("Neukirch/Lausitz", "14625350", "64", "Neukirch/Lausitz", "Gemeinde"),
        ("Adorf/Vogtl., Stadt", "14523010", "63", "Adorf/Vogtl.", "Stadt"),
        ("Lauenburg/ Elbe, Stadt", "01053083", "63", "Lauenburg/Elbe", "Stadt"),
        ("Tüßling, M", "09171133", "60", "Tüßling", "Markt"),
        ("Ebstorf,Klosterflecken", "03360006", "64", "Ebstorf", "Klosterflecken"),
        ("Garding, Kirchspiel", "01054035", "64", "Kirchspiel Garding", "Gemeinde"),
        ("Lohheide, gemfr. Bezirk", "03351501", "65", "Lohheide", "Gemeindefreier Bezirk"),
        ("Regionalverband Saarbrücken", "10041", "45", "Saarbrücken", "Regionalverband"),
        ("Landkreis Rostock", "13072", "44", "Rostock", "Landkreis"),
        ("Region Hannover", "03241", "44", "Region Hannover", "Landkreis"),
        ("Karlsruhe, Stadtkreis", "08212", "42", "Karlsruhe", "Stadtkreis"),
    ],
)
def test_official_names(official: str, ags: str, code: str, name: str, kind: str) -> None:
    assert register.split_name(official, ags, code) == (name, kind)


SAMPLES = (auszug(), changes(), gv100(*GV100))


@given(
    number=st.integers(0, len(SAMPLES) - 1),
    where=st.floats(0, 1, exclude_max=True),
    piece=st.binary(max_size=8),
    length=st.integers(0, 200),
)
@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_damage_never_gives_another_error(number: int, where: float, piece: bytes, length: int, tmp_path: Path) -> None:
    """Bytes removed or changed anywhere: a reading or an error meant for people, never anything else."""
    source = SAMPLES[number]
    at = int(where * len(source))
    path = tmp_path / "x"
    path.write_bytes(source[:at] + piece + source[at + length :])
    areas.recognise(path.read_bytes())
    with contextlib.suppress(KommunalprofilError):
        areas.read(path)


# --- the true files -------------------------------------------------------------------------------------------------

TRUE = {
    "31122009_Auszug_GV.xlsx": (81_802_257, "2009-12-31", "volkszaehlung_1987", 12_067),
    "31122017_Auszug_GV.xlsx": (82_792_351, "2017-12-31", "zensus_2011", 11_129),
    "31122021_Auszug_GV.xlsx": (83_237_124, "2021-12-31", "zensus_2011", 10_997),
    "31122023_Auszug_GV.xlsx": (84_669_326, "2023-12-31", "zensus_2011", 10_981),
    "GV100AD_301121.ASC": (83_155_031, "2020-12-31", "zensus_2011", 10_997),
    "GV100AD_301123.txt": (84_358_845, "2022-12-31", "zensus_2011", 10_981),
}


@pytest.mark.shared
@pytest.mark.parametrize("name", TRUE)
def test_true_directories(name: str, shared: Path) -> None:
    total, day, base, gemeinden = TRUE[name]
    path = shared / "data" / "gemeindeverzeichnis" / name
    assert areas.recognise(path.read_bytes())
    reading = read_areas(path)
    frame = reading.observations
    assert frame is not None
    frame = validate(frame, name)
    people = frame[frame["measure"] == "population"]
    assert people.loc[people["sex"] == "_T", "value"].sum() == total
    assert people.loc[people["sex"].isin(["M", "F"]), "value"].sum() == total
    assert {d.isoformat() for d in people["date"]} == {day}
    assert set(people["base"]) == {base}
    assert reading.report.regions == gemeinden
    assert all(ok for _, ok, _ in reading.report.checks)


@pytest.mark.shared
def test_true_quarterly_edition(shared: Path) -> None:
    """Gebietsstand 31.12.2024 with the 84,669,326 people of 31.12.2023 (base Zensus 2011) in its Gemeinden."""
    reading = read_areas(shared / "data" / "gemeindeverzeichnis" / "AuszugGV4QAktuell_2024.xlsx")
    assert reading.observations is None
    assert reading.report.regions == 10_959
    assert reading.crosswalk is not None
    assert reading.crosswalk["people"].sum() == 84_669_326


@pytest.mark.shared
def test_area_and_people_as_published(shared: Path) -> None:
    """GV 31.12.2023: Vrees 1,916 people; Germany 357,684 km²; 31.12.2017 without the repeated areas 357,582 km²."""
    folder = shared / "data" / "gemeindeverzeichnis"
    newest, older = read_areas(folder / "31122023_Auszug_GV.xlsx"), read_areas(folder / "31122017_Auszug_GV.xlsx")
    assert value(newest, "03454055") == 1916
    assert value(newest, "14627230") == 29_127
    assert round(value(newest, "DE", "area", "_Z")) == 357_684
    assert round(value(older, "DE", "area", "_Z")) == 357_582
    assert value(newest, "01051", "area", "_Z") == 1428.18


@pytest.mark.shared
def test_kreise_add_up_to_their_own_publication(shared: Path) -> None:
    """Gemeinden of 31.12.2021 against the publication of the Kreise of that day: people exactly, area to 0.2 km²."""
    folder = shared / "data" / "gemeindeverzeichnis"
    reading = read_areas(folder / "31122021_Auszug_GV.xlsx")
    assert reading.observations is not None
    frame = reading.observations
    people = frame[(frame["measure"] == "population") & (frame["sex"] == "_T")]
    people = people.groupby(people["region"].str[:5])["value"].sum()
    area = frame[frame["measure"] == "area"].set_index("region")["value"]
    book = openpyxl.load_workbook(folder / "04_KreiseVorjahr_2021.xlsx", read_only=True)
    sheet = book.worksheets[1]
    sheet.reset_dimensions()
    rows = [r for r in sheet.iter_rows(values_only=True) if r and re.fullmatch(r"\d{5}", str(r[0]))]
    assert len(rows) == 400
    for key, _, _, _, km2, total, *_ in rows:
        assert people[str(key)] == int(total)
        assert abs(area[str(key)] - float(km2)) < 0.2


@pytest.mark.shared
@pytest.mark.parametrize(("year", "number"), [("2023", 12), ("2024", 23), ("2025-02", 1)])
def test_true_changes(year: str, number: int, shared: Path) -> None:
    reading = read_areas(shared / "data" / "gemeindeverzeichnis" / f"Gebietsaenderungen_{year}.xlsx")
    assert reading.report.regions == number


@pytest.mark.shared
def test_gemeinden_of_the_census_are_all_known(shared: Path) -> None:
    """Every Gemeinde of 15.05.2022 is in the register, the twelve merged in 2023 as dissolved ones."""
    folder = shared / "data" / "gemeindeverzeichnis"
    files = ("31122023_Auszug_GV.xlsx", "GV100AD_301123.txt", "Gebietsaenderungen_2023.xlsx")
    parts = [read_areas(folder / name).regions for name in files]
    frame = register.merge([p for p in parts if p is not None]).set_index("ags")
    text = (shared / "data" / "zensus" / "Regionaltabelle_Demografie.csv").read_text("utf-8-sig")
    keys = [line.split(";")[1] for line in text.splitlines() if ";Gemeinde;" in line]
    assert len(keys) == 10_786
    missing = [k for k in keys if k[:5] + k[9:] not in frame.index]
    assert not missing
    assert (frame["valid_to"] != "").sum() == 12
    assert frame["slug"].is_unique
    assert len(frame) == 1 + 16 + 400 + 10_981 + 12
