"""The JSON download of GENESIS: numbers beside their description, totals, quality signs, and what is no table."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from kommunalprofil import sources
from kommunalprofil.errors import NotATableError, SourceError, UnknownTableError
from kommunalprofil.sources import jsonstat

if TYPE_CHECKING:
    import pandas as pd

DAYS = ("1989-12-31", "2021-12-31", "2022-12-31")


def data(values: list[Any] | None = None, status: list[str] | None = None, **more: Any) -> dict[str, Any]:
    """12411-0002: nationalities and days, the codes listed in no order."""
    index: dict[str, dict[str, int]] = {
        "statistic": {"12411": 0}, "DINSG": {"DG": 0}, "content": {"BEVSTD$QMU": 0},
        "NAT": {"NATA": 1, "%TOTAL%": 2, "NATD": 0}, "STAG": {day: n for n, day in reversed(list(enumerate(DAYS)))},
    }  # fmt: skip
    index |= more.pop("index", {})
    numbers = values or [60.0e6, 72.0e6, 71.0e6, 2.0e6, 11.0e6, 12.5e6, 62.0e6, 83.0e6, 83.5e6]
    cube: dict[str, Any] = {
        "code": "DS_001", "id": list(index), "size": [len(codes) for codes in index.values()],
        "dimension": {dim: {"category": {"index": codes}} for dim, codes in index.items()},
        "value": numbers, "status": status or ["e"] * len(numbers),
    }  # fmt: skip
    return {"data": [cube | more]}


def structure(code: str = "12411-0002", variables: tuple[str, ...] = ("NAT", "STAG", "DINSG")) -> dict[str, Any]:
    return {
        "table": {"code": code, "label": {"de": "Bevölkerung: Deutschland,\nStichtag"},
                  "lastChange": "2025-05-26T23:28:00.747Z", "copyright": {"de": "© Statistisches Bundesamt, 2025"},
                  "note": {"de": "Bis 1989: Früheres Bundesgebiet"}},
        "variables": {name: {} for name in variables}, "variableValues": {},
    }  # fmt: skip


def read(tmp_path: Path, found: Any, beside: dict[str, Any] | None = None) -> Any:
    path = tmp_path / "a_data.json"
    path.write_text(found if isinstance(found, str) else json.dumps(found), encoding="utf-8")
    if beside is not None:
        (tmp_path / "a_structure.json").write_text(json.dumps(beside), encoding="utf-8")
    return sources.read(path)


def values(of: pd.DataFrame, nationality: str) -> dict[str, float]:
    rows = of[of["nationality"] == nationality]
    return dict(zip(rows["date"].astype(str), rows["value"], strict=True))


def test_codes_find_their_values_whatever_their_order(tmp_path: Path) -> None:
    of = read(tmp_path, data(), structure()).observations
    assert values(of, "DE") == {"2021-12-31": 72e6, "2022-12-31": 71e6}
    assert values(of, "AUS") == {"2021-12-31": 11e6, "2022-12-31": 12.5e6}
    assert values(of, "_T") == {"2021-12-31": 83e6, "2022-12-31": 83.5e6}


def test_the_structure_tells_the_stand_and_so_the_base(tmp_path: Path) -> None:
    reading = read(tmp_path, data(), structure())
    assert {(o.base, o.stand) for o in reading.origins} == {
        ("zensus_2011", "2025-05-26T23:28:00"), ("zensus_2022", "2025-05-26T23:28:00"),
    }  # fmt: skip
    assert reading.origins[0].title == "Bevölkerung: Deutschland, Stichtag"
    assert reading.origins[0].citation == "© Statistisches Bundesamt (Destatis), 2025, 12411-0002"


def test_without_a_structure_the_signature_names_the_table(tmp_path: Path) -> None:
    reading = read(tmp_path, data())
    assert reading.report.table == "12411-0002"
    assert reading.origins[0].stand == ""


def test_the_former_territory_stays_outside(tmp_path: Path) -> None:
    reading = read(tmp_path, data(), structure())
    assert reading.report.dropped == {jsonstat.BEFORE: 3}
    assert reading.report.dates == ("2021-12-31", "2022-12-31")


def test_gaps_keep_their_sign_and_quality_its_flag(tmp_path: Path) -> None:
    numbers: list[Any] = [1, 2, 3, 4, None, 6, 7, 8, 9]
    of = read(tmp_path, data(numbers, ["e", "p", "e", "e", ".", "r", "e", "e", "e"])).observations
    flags = dict(zip(of["nationality"].astype(str) + of["date"].astype(str), of["flag"], strict=True))
    assert flags["AUS2021-12-31"] == "secret"
    assert flags["DE2021-12-31"] == "provisional"
    assert flags["AUS2022-12-31"] == "revised"


@pytest.mark.parametrize(
    ("found", "reason"),
    [
        (data()["data"], "ihr Inhalt|Kein bekanntes amtliches Format"),
        ("{", "kein gültiges JSON"),
        (json.dumps(data())[:-30], "kein gültiges JSON"),
        (json.dumps(data()).replace("72000000.0", "NaN"), "NaN ist keine Zahl"),
        (json.dumps(data()).replace("72000000.0", "1" * 5000), "kein gültiges JSON"),
        (json.dumps(data()).replace("72000000.0", "1E999999999"), "kein Wert einer amtlichen Tabelle"),
        (json.dumps(data()).replace("72000000.0", '"60"'), "kein Wert einer amtlichen Tabelle"),
        (json.dumps(data()).replace("72000000.0", "true"), "kein Wert einer amtlichen Tabelle"),
        (json.dumps(data()).replace('"NATA"', '"NATD"'), "ein Schlüssel steht doppelt da"),
        (json.dumps(data()).replace('"NATA"', '"NATX"'), "Unbekannte Ausprägung „NATX“ des Merkmals „NAT“"),
        (json.dumps(data()).replace('"DG"', '"XX"'), "kein amtlicher Gebietsschlüssel"),
        (json.dumps(data()).replace("2021-12-31", "2021-13-31"), "kein Stichtag"),
        ('{"a":' * 200_000, "kein gültiges JSON"),
        (data(value=[1.0] * 8), "soll 1 × 1 × 1 × 3 × 3 Werte haben, es sind 8"),
        (data(size=[1, 1, 1, 9, 1]), "Werte haben"),
        (data(status=["e"] * 8), "Qualitätszeichen"),
        (data(status=["e"] * 8 + ["q"]), "Unbekanntes Qualitätszeichen „q“"),
        (data([1, None, *range(7)]), "weder Zahl|widerspricht"),
        (data(index={"NAT": {"NATD": 0, "NATA": 0, "%TOTAL%": 2}}), "nicht durchgezählt"),
        (data(index={"statistic": {"12411": 0, "12412": 1}}), "Werte haben|genau eine Ausprägung"),
        (data(index={"FAMST": {"LED": 0}}), "nicht deklariert"),
        ({"data": data()["data"] * 2}, "soll einen Datensatz enthalten, sie enthält 2"),
    ],
)  # fmt: skip
def test_damage_is_named(found: Any, reason: str, tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=reason):
        read(tmp_path, found)


def test_a_structure_of_another_table_is_found_out(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="gehört zu einer anderen Tabelle"):
        read(tmp_path, data(), structure("12411-0007", ("GES",)))
    with pytest.raises(UnknownTableError, match="Die Tabelle 99999-0001 ist nicht deklariert"):
        read(tmp_path, data(), structure("99999-0001"))


@pytest.mark.parametrize(
    ("found", "reason"),
    [
        (structure("12521-0043"), "die Beschreibung der Tabelle 12521-0043 .structure. ohne Zahlen"),
        ({"method": "POST", "uri": "…"}, "die Notiz zu einer Anfrage"),
        ({"Status": {"Code": 104, "Content": "Es gibt keine Objekte"}}, "ohne Zahlen .Code 104: Es gibt keine Objekte"),
        ({"Status": "Sie wurden erfolgreich angemeldet!", "Username": "x"}, "auf eine Anmeldung"),
        ({"type": "FeatureCollection"}, "keine Tabelle der Ämter"),
    ],
)
def test_other_json_says_what_it_is(found: Any, reason: str, tmp_path: Path) -> None:
    with pytest.raises(NotATableError, match=reason):
        read(tmp_path, found)


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\x00", "ein PDF-Dokument"),
        (b"\n<!DOCTYPE html>\n<html>", "eine Internetseite statt einer Tabelle"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "ein Bild"),
        (b"PAR1\x15\x04\x00", "eine Parquet-Datei"),
        (b"<?xml version='1.0'?><a/>", "eine XML-Datei"),
        (b"\x03y\x01\x1b" + bytes(4) + (32 * 5 + 1).to_bytes(2, "little") + bytes(90), "eine dBase-Tabelle"),
        (b"a" * 64 + b"  ./README.md\n" + b"0" * 64 + b"  ./b.csv\n", "eine Liste von Prüfsummen"),
        (b"* Der Benutzer\nK;DQ;FACH-SCHL\nD;47414BJ002;;N\n", "ein Datenquader"),
        ("Erscheinungsmonat: Oktober\n\nDie Angaben gelten\nfür alle Länder der Republik.\n".encode(), "ein Text"),
    ],
)
def test_what_is_no_table_says_what_it_is(content: bytes, reason: str, tmp_path: Path) -> None:
    path = tmp_path / "unnamed"
    path.write_bytes(content)
    with pytest.raises(NotATableError, match=reason):
        sources.read(path)


@pytest.mark.shared
def test_real_downloads(shared: Path) -> None:
    """12411-0002: Ausländer 31.12.2023 12.108.988; 12411-0007: Frauen, Deutsche, 85+ add up with all others."""
    folder = shared / "data" / "genesis-api" / "genesis-json-2025"
    nations = sources.read(folder / "12411-0002_historisch_data.json").observations
    ages = sources.read(folder / "12411-0007_Alter_de_data.json").observations
    assert nations is not None
    assert ages is not None
    assert values(nations, "AUS")["2023-12-31"] == 12_108_988
    assert values(nations, "_T")["2021-12-31"] == 83_237_124
    assert values(nations, "_T")["1990-12-31"] == 79_753_227
    whole = ages[(ages["age_from"] == 0) & (ages["age_to"] == 200) & (ages["date"].astype(str) == "2023-12-31")]
    assert whole["value"].sum() == 83_456_045
    assert set(ages[ages["date"].astype(str) == "2022-12-31"]["base"]) == {"zensus_2022"}
