"""Keys and types of the BBSR, the publication of the Kreise, names of NUTS 3, and files that are none of them."""

from __future__ import annotations

import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kommunalprofil import sources
from kommunalprofil.errors import KommunalprofilError, NotATableError, SourceError
from kommunalprofil.observations import validate
from kommunalprofil.sources import areas, bbsr, companions, facts
from kommunalprofil.sources.reading import Reading
from once import read_areas


def book(**sheets: Sequence[Sequence[Any]]) -> bytes:
    """A workbook with these sheets."""
    made = openpyxl.Workbook()
    made.remove(made.active)
    for name, rows in sheets.items():
        sheet = made.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
    stream = io.BytesIO()
    made.save(stream)
    return stream.getvalue()


def read(data: bytes, tmp_path: Path) -> Reading:
    path = tmp_path / "irgendwas"
    path.write_bytes(data)
    assert areas.recognise(data)
    assert areas.claims(path)
    return areas.read(path)


def head(old: str = "31.12.2015", new: str = "31.12.2021", unit: str = "Kreise", people: str = "in 1000") -> list[str]:
    """Headings as the BBSR sets them, with line breaks and hyphens."""
    return [
        f"{unit}\n {old}",
        "Kreisname 2015" if unit == "Kreise" else "Gemeindename 2015",
        "flächen-\nproportionaler\nUmsteige-schlüssel",
        "bevölkerungs- \nproportionaler \nUmsteige- \nschlüssel",
        f"Fläche am {old} in km²",
        f"Bevölkerung am {old} {people}".strip(),
        f"{unit}\n {new}",
        "Name 2021",
    ]


KEY = [
    (3152000, "Göttingen", 1, 1, 1117.0, 254.4, 3159000, "Göttingen"),
    (3156000, "Osterode am Harz", 1, 1, 636.0, 73.9, 3159000, "Göttingen"),
    (16063000, "Wartburgkreis", 0.97, 0.973, 1267.0, 120.0, 16063000, "Wartburgkreis"),
    (16063000, "Wartburgkreis", 0.03, 0.027, 40.0, 3.0, 16066000, "Schmalkalden-Meiningen"),
]


def test_key_of_kreise(tmp_path: Path) -> None:
    """Keys lost their leading zero and carry three zeros; people stand in thousands."""
    reading = read(book(**{"2015": [head(), *KEY]}), tmp_path)
    assert (reading.report.table, reading.report.level, reading.report.kept) == ("BBSR-Kreisschlüssel", "kreis", 4)
    assert reading.observations is None
    assert reading.crosswalk is not None
    rows = reading.crosswalk.set_index(["from_region", "to_region"])
    assert rows.loc[("03152", "03159"), ["weight_population", "people"]].tolist() == [1, 254_400]
    assert rows.loc[("16063", "16066"), "weight_population"] == pytest.approx(0.027)
    assert set(rows["from_date"]) == {"2015-12-31"}
    assert set(rows["to_gebietsstand"]) == {"2021-12-31"}


def test_other_headings_of_gemeinden(tmp_path: Path) -> None:
    """2022: the ARS beside each key, people as they are; the key column is told from the one beside it."""
    top = head("31.12.2022", "31.12.2023", "Gemeinden", "")
    top.insert(1, "Gemeinden Regionalschlüssel\n 31.12.2022")
    top.insert(8, "Gemeinden Regionalschlüssel\n 31.12.2023")
    row = (6635005, 66350005005, "Bromskirchen", 1, 1, 35.22, 1917, 6635001, 66350001001, "Allendorf (Eder)")
    reading = read(book(**{"2022": [top, row]}), tmp_path)
    assert reading.crosswalk is not None
    first = reading.crosswalk.iloc[0]
    assert (first["from_region"], first["to_region"], first["people"]) == ("06635005", "06635001", 1917)


def test_a_stale_heading_is_told_by_the_areas(tmp_path: Path) -> None:
    """Sheets 2007 to 2010 name 2020, but lead to the Kreise of 2021."""
    stale = head("31.12.2009", "31.12.2020")
    reading = read(book(**{"2009": [stale, *KEY], "2015": [head(), *KEY]}), tmp_path)
    assert reading.crosswalk is not None
    assert set(reading.crosswalk["to_gebietsstand"]) == {"2021-12-31"}
    assert "Blätter 2009" in reading.report.note


def test_weights_are_rounded_and_nobody_lives_in_a_forest() -> None:
    """Four digits never add up to exactly one; the people of a forest go by its land."""
    rows = [
        (16064073, "Anrode", 0.4419, 0.5414, 23.3, 17.0, 16061118, "Dingelstädt"),
        (16064073, "Anrode", 0.5581, 0.4585, 29.4, 14.4, 16064071, "Unstruttal"),
        (9374451, "Heinersreuther Forst", 0.7, 0.3333, 4.0, 0, 9374129, "Kirchenthumbach"),
        (9374451, "Heinersreuther Forst", 0.3, 0.3333, 1.6, 0, 9472180, "Prebitz"),
    ]
    keys, _ = bbsr.read_keys(book(**{"2022": [head(unit="Gemeinden"), *rows]}), "Schlüssel")
    shares: dict[str, float] = {}
    for piece in keys[0].pieces:
        shares[piece.old] = shares.get(piece.old, 0) + piece.weight_population
    assert shares == pytest.approx({"16064073": 1, "09374451": 1}, abs=1e-12)
    assert keys[0].pieces[2].weight_population == 0.7


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        ([(3152000, "Göttingen", 1, 0.5, 1117.0, 254.4, 3159000, "Göttingen")], "ergeben zusammen nicht 1"),
        ([(3152000, "Göttingen", 1, 1.5, 1117.0, 254.4, 3159000, "Göttingen")], "keine Umsteigeschlüssel"),
        ([(3152000, "Göttingen", "eins", 1, 1117.0, 254.4, 3159000, "Göttingen")], "keine Umsteigeschlüssel"),
        ([(3152000, "Göttingen", 1, 1, "groß", 254.4, 3159000, "Göttingen")], "Fläche und Bevölkerung"),
        ([(3152000, "Göttingen", 1, 1, 1117.0, "9" * 400, 3159000, "Göttingen")], "Fläche und Bevölkerung"),
        ([(3152001, "Göttingen", 1, 1, 1117.0, 254.4, 3159000, "Göttingen")], "kein Gebietsschlüssel"),
        ([(31, "Göttingen", 1, 1, 1117.0, 254.4, 3159000, "Göttingen")], "kein Gebietsschlüssel"),
        ([KEY[0], KEY[0]], "doppelt"),
        ([], "leer"),
    ],
)
def test_a_broken_key_is_named(rows: list[tuple[Any, ...]], reason: str) -> None:
    with pytest.raises(SourceError, match=reason):
        bbsr.read_keys(book(**{"2015": [head(), *rows]}), "Schlüssel.xlsx")


@pytest.mark.parametrize("top", [head(new="31.12.2015"), head()[:6], ["Kreise\n 31.12.2015", "Name"]])
def test_a_broken_heading_of_a_key_is_named(top: list[str]) -> None:
    with pytest.raises(SourceError, match="Blatt 2015"):
        bbsr.read_keys(book(**{"2015": [top, *KEY]}), "Schlüssel.xlsx")


KREISE = [
    ["Kreisfreie Städte und Landkreise nach Fläche, Bevölkerung und Bevölkerungsdichte"],
    ["Gebietsstand: 31.12.2021"],
    [],
    ["Schlüssel-nummer", "Regionale Bezeichnung", "Kreisfreie Stadt", "NUTS3", "Fläche \nin km2", "Bevölkerung2)"],
    ["", "", "Kreis / Landkreis", "", "", "insgesamt", "männlich", "weiblich", "je km2"],
    [1, "2", 3, 4, 5, 6, 7, 8, 9],
    ["01", "Schleswig-Holstein"],
    ["01001", "Kreisfreie Stadt", "Flensburg, Stadt", "DEF01", 56.73, 83_000_000, 41_000_000, 42_000_000, 1],
    ["01051", "Kreis", "Dithmarschen", "DEF05", 1428.17, 137_124, 60_000, 77_124, 1],
    ["", "", "Insgesamt", "", 1484.9, 83_137_124, 41_060_000, 42_077_124, 1],
    ["02", "Hamburg"],
    ["02000", "Kreisfreie Stadt", "Hamburg", "DE600", 755.09, 100_000, 50_000, 50_000, 1],
    ["", "Deutschland", "Insgesamt", "", 2239.99, 83_237_124, 41_110_000, 42_127_124, 1],
    ["Quelle: Gemeindeverzeichnis-Informationssystem GV-ISys"],
]


def test_publication_of_the_kreise(tmp_path: Path) -> None:
    """People and areas of Kreise, Länder and Germany (a city state prints no sum), NUTS 3 for the register."""
    cover = [["Statistisches Bundesamt"], ["Erscheinungsmonat: September 2022"]]
    reading = read(book(Deckblatt=cover, Kreise=KREISE), tmp_path)
    frame = reading.observations
    assert frame is not None
    validate(frame, "Kreise")
    people = frame[(frame["measure"] == "population") & (frame["sex"] == "_T")].set_index("region")["value"]
    assert people.to_dict() == {"01001": 83e6, "01051": 137_124, "01": 83_137_124, "02000": 1e5, "02": 1e5,
                                "DE": 83_237_124}  # fmt: skip
    assert set(frame.loc[frame["measure"] == "population", "base"]) == {"zensus_2011"}
    assert reading.regions is not None
    assert dict(zip(reading.regions["ags"], reading.regions["nuts3"], strict=True))["01051"] == "DEF05"
    assert reading.origins[0].stand == "2022-09"


@pytest.mark.parametrize(
    ("row", "cells", "reason"),
    [
        (7, {5: "viele"}, "keine Anzahl"),
        (7, {6: 1}, "Männer und Frauen"),
        (7, {3: "XYZ"}, "NUTS-3"),
        (7, {4: "groß"}, "keine Zahl"),
        (8, {0: "01001"}, "steht schon in Zeile 8"),
        (8, {5: 137_125, 6: 60_001}, "Bevölkerung von 01"),
        (12, {5: 83_237_125, 6: 41_110_001}, "Bevölkerung von DE"),
    ],
)
def test_a_broken_publication_is_named(row: int, cells: dict[int, Any], reason: str, tmp_path: Path) -> None:
    rows = [list(r) for r in KREISE]
    for at, cell in cells.items():
        rows[row][at] = cell
    with pytest.raises(SourceError, match=reason):
        read(book(Kreise=rows), tmp_path)


REFERENCE = {
    "GVB 2015": [
        ["Gemeindeverbände, Stand 31.12.2015"],
        ["Gemeindeverband", None, None, "Stadt-/Gemeindetyp"],
        ["gvb15", "Name des Gemeindeverbands", "Regionalschlüssel", "sgtyp", None, "i_sgtyp_wo"],
        [13076658, "Grabow", 130765657, 40, "Kleine Kleinstadt", 40],
    ],
    "Gemeinden": [
        ["Gemeinden, Stand 31.12.2015"],
        ["Gemeinden, Stand 31.12.2015"],
        ["gem15", "Regionalschlüssel 2015", "Gemeindename 2015", "Gemeindeverband, Stand 31.12.2015",
         "Regionalschlüssel Gemeindeverband 2015", "Name", "Fläche in km²", "Bevölkerung 31.12.2015"],
        [13076050, 130765657050, "Grabow, Stadt", 13076658, 130765657, "Grabow", 47.68, 5556],
    ],
    "Kreise": [
        ["Kreise/kreisfreie Städte, Stand 31.12.2015"],
        ["Kreiskennziffer", "Kreisname", "siedlungsstruktureller Kreistyp", None, "Städtischer-Ländlicher Raum"],
        ["krs15", "krs15name", "ktyp4", None, "slraum", None],
        [13076000, "Ludwigslust-Parchim", 4, "Dünn besiedelte ländliche Kreise", 2, "Ländlicher Raum"],
    ],
}  # fmt: skip


def test_types_of_areas(tmp_path: Path) -> None:
    """A Gemeinde has the type of its association; the list of Gemeinden is a witness of its day."""
    reading = read(book(**REFERENCE), tmp_path)
    assert reading.regions is not None
    told = reading.regions.set_index("ags")
    assert told.loc["13076", ["kreistyp", "raumtyp"]].tolist() == [
        "Dünn besiedelte ländliche Kreise",
        "Ländlicher Raum",
    ]
    assert told.loc["13076050", "gemeindetyp"] == "Kleine Kleinstadt"
    assert reading.crosswalk is not None
    listed = reading.crosswalk.iloc[0]
    assert (listed["kind"], listed["name"], listed["above"]) == (facts.LISTED, "Grabow, Stadt", "130765657")


def dbf(
    rows: Sequence[tuple[str, str, str]], columns: Sequence[str] = ("NUTS_LEVEL", "NUTS_CODE", "NUTS_NAME")
) -> bytes:
    """A dBase table of texts."""
    sizes = (11, 5, 40)
    fields = b"".join(
        name.encode().ljust(11, b"\0") + b"C\0\0\0\0" + bytes([size]) + bytes(15)
        for name, size in zip(columns, sizes, strict=True)
    )
    body = b"".join(b" " + b"".join(c.encode().ljust(n) for c, n in zip(r, sizes, strict=True)) for r in rows)
    front = bytes([3, 121, 1, 27]) + len(rows).to_bytes(4, "little") + (32 + len(fields) + 1).to_bytes(2, "little")
    return front + (sum(sizes) + 1).to_bytes(2, "little") + bytes(20) + fields + b"\r" + body


def test_names_of_nuts(tmp_path: Path) -> None:
    reading = read(dbf([("3", "DEF05", "Dithmarschen"), ("3", "DEF05", "Dithmarschen"), ("1", "DEF", "SH")]), tmp_path)
    assert reading.regions is not None
    assert reading.regions[["nuts3", "nuts3_name"]].to_numpy().tolist() == [["DEF05", "Dithmarschen"]]
    assert reading.origins[0].stand == "2021-01-27"


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (dbf([("3", "DEF05", "Dithmarschen")])[:-3], "abgeschnitten"),
        (dbf([("3", "XX", "Dithmarschen")]), "kein NUTS-3-Schlüssel"),
        (dbf([("3", "DEF05", "Dithmarschen"), ("3", "DEF05", "Emsland")]), "kein NUTS-3-Schlüssel"),
        (dbf([("1", "DEF", "SH")]), "keine NUTS-3-Gebiete"),
    ],
)
def test_broken_names_of_nuts_are_named(data: bytes, reason: str, tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=reason):
        read(data, tmp_path)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"\x00\x00\x27\x0a" + bytes(96) + (50).to_bytes(4, "big"), "Index von Umrissen"),
        (dbf([("a", "b", "c")], ("ATTRIBUT", "WERT", "BEDEUTUNG")), "erklärt die Spalten"),
        (dbf([("a", "b", "c")], ("OBJID", "ARS", "GEN")), "Merkmale von Umrissen"),
        (b"31.12.2023\r\n", "Stand oder Zeichensatz"),
        (b"UTF-8", "Stand oder Zeichensatz"),
        (b'PROJCS["ETRS_1989_UTM_Zone_32N"]', "Koordinatensystem"),
        (b"idx,id_t_nuts3_lk,id_nuts3,natcode_nuts3,name\n", "DemandRegio, keine amtliche Statistik"),
    ],
)
def test_companions_and_reworked_files_are_passed_over(data: bytes, reason: str, tmp_path: Path) -> None:
    """Told by their content; nobody reads them as something else, and an import goes on."""
    (tmp_path / "x").write_bytes(data)
    with pytest.raises(NotATableError, match=reason):
        sources.read(tmp_path / "x")


@pytest.mark.parametrize("data", [b"", b"1;2;3\n", b"12.2023", b"\x03", bytes(200), "Straße".encode()])
def test_nothing_else_is_passed_over(data: bytes) -> None:
    assert not companions.reason(data)


SAMPLES = (book(**{"2015": [head(), *KEY]}), book(Kreise=KREISE), book(**REFERENCE), dbf([("3", "DEF05", "Heide")]))


@given(
    number=st.integers(0, len(SAMPLES) - 1),
    where=st.floats(0, 1, exclude_max=True),
    piece=st.binary(max_size=6),
    length=st.integers(0, 100),
)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_damage_gives_a_reading_or_an_error_for_people(
    number: int, where: float, piece: bytes, length: int, tmp_path: Path
) -> None:
    source = SAMPLES[number]
    at = int(where * len(source))
    path = tmp_path / "x"
    path.write_bytes(source[:at] + piece + source[at + length :])
    try:
        found = sources.read(path)
    except KommunalprofilError:
        return
    assert found.report.kept >= 0


# --- the true files -------------------------------------------------------------------------------------------------


@pytest.mark.shared
def test_every_sheet_of_the_true_keys_leads_to_the_same_400_kreise(shared: Path) -> None:
    folder = shared / "data" / "gemeindeverzeichnis"
    name = "ref-kreise-umrech-2021-1990-2020.xlsx"
    keys, remarks = bbsr.read_keys((folder / name).read_bytes(), name)
    assert [key.old_day.year for key in keys] == list(range(1990, 2021))
    assert {key.new_day.isoformat() for key in keys} == {"2021-12-31"}
    assert {len({piece.new for piece in key.pieces}) for key in keys} == {400}
    assert "Blätter 2007, 2008, 2009, 2010" in remarks[0]


@pytest.mark.shared
@pytest.mark.parametrize(("year", "kreise"), [(2018, 401), (2021, 400)])
def test_true_kreise(year: int, kreise: int, shared: Path) -> None:
    """83,019,213 people on 31.12.2018, 83,237,124 on 31.12.2021; men and women add up (checked while reading)."""
    reading = areas.read(shared / "data" / "gemeindeverzeichnis" / f"04_KreiseVorjahr_{year}.xlsx")
    frame = reading.observations
    assert frame is not None
    whole = frame[(frame["measure"] == "population") & (frame["sex"] == "_T")].set_index("region")["value"]
    assert whole["DE"] == {2018: 83_019_213, 2021: 83_237_124}[year]
    assert (whole.index.str.len() == 5).sum() == kreise
    assert whole["01051"] == {2018: 133_210, 2021: 133_969}[year]


@pytest.mark.shared
def test_true_types_and_names(shared: Path) -> None:
    folder = shared / "data" / "gemeindeverzeichnis"
    types = read_areas(folder / "BBSR_Referenz_1998_2015.xlsx").regions
    names = areas.read(folder / "BKG_250_NUTS3.dbf").regions
    assert types is not None
    assert names is not None
    assert (types["ags"].str.len() == 5).sum() == 402
    assert (types["ags"].str.len() == 8).sum() == 11_166
    assert types.set_index("ags").loc["05913", "kreistyp"] == "Kreisfreie Großstädte"
    assert len(names) == 401
    assert names.set_index("nuts3").loc["DEF05", "nuts3_name"] == "Dithmarschen"
