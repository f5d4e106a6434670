"""GENESIS tables saved as workbooks: merged headings, keys on the first row of a block, signs, foot; and damage."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from kommunalprofil import nuts, sources
from kommunalprofil.errors import NotATableError, SourceError, UnknownTableError
from kommunalprofil.sources.joint import TOGETHER
from kommunalprofil.sources.reading import Reading
from workbooks import workbook

if TYPE_CHECKING:
    import pandas as pd

FOOT: list[list[Any]] = [
    ["______________"], ["Eisenach ab 01.07.2021 im Wartburgkreis"], ["2011"],
    ["© Statistische Ämter des Bundes und der Länder, Deutschland, 2023."],
    ["- Namensnennung - Version 2.0. | Stand: 10.11.2023 / 14:35:10"],
]  # fmt: skip
AGES = ("unter 18 Jahre", "18 bis unter 65 Jahre", "65 Jahre und mehr", "Insgesamt")


def migration(year: int = 2021) -> list[list[Any]]:
    """12711-04-02-4: moves in and out by sex in columns, ages in rows."""
    rows: list[list[Any]] = [
        ["Zu- und Fortzüge (über Kreisgrenzen) nach Geschlecht und\nAltersgruppen"], ["Wanderungsstatistik"],
        [f"Jahr: {year}"],
        ["Kreise und kreisfreie Städte\nAltersgruppe (unter 18 bis 65 u.m.)", None, None,
         "Zuzüge - Wanderungen über die Kreisgrenzen", None, None,
         "Fortzüge - Wanderungen über die Kreisgrenzen", None, None],
        [None, None, None, "Geschlecht", None, None, "Geschlecht", None, None],
        [None, None, None, *["Insgesamt", "männlich", "weiblich"] * 2],
        [None, None, None, *["Anzahl"] * 6],
    ]  # fmt: skip
    for key, name in {"DG": "Deutschland", "01": "  Schleswig-Holstein", "01051": "      Dithmarschen, Kreis"}.items():
        for number, age in enumerate(AGES, 1):
            size = number if number < 4 else 6
            lead = [key, name] if number == 1 else [None, None]
            rows.append([*lead, age, 3.0 * size, 2.0 * size, 1.0 * size, 6.0 * size, 4.0 * size, 2.0 * size])
    for number, age in enumerate(AGES):
        rows.append([*(["16056", "      Eisenach, kreisfreie Stadt"] if not number else [None, None]), age, *["-"] * 6])
    return [*rows, *FOOT]


MERGED = ["A4:C7", "D4:F4", "G4:I4", "D5:F5", "G5:I5", "A1:I1"]


def population() -> list[list[Any]]:
    """12411-03-03-4: a day above each block of rows."""
    nations = ["Insgesamt", "Deutsche", "Ausländer(innen)"]
    rows: list[list[Any]] = [
        ["Bevölkerung nach Geschlecht, Nationalität und Altersgruppen"], ["Bevölkerungsstand (Anzahl)"],
        ["Stichtag\nKreise und kreisfreie Städte\nAlter", None, None, *[c for n in nations for c in (n, None, None)]],
        [None, None, None, *["Insgesamt", "männlich", "weiblich"] * 3],
    ]  # fmt: skip
    for day in ("31.12.2018", "31.12.2019"):
        rows.append([day])
        for key in ("DG", "01", "01051"):
            rows.append([key, "Ort", "unter 3 Jahre", 20, 12, 8, 15, 9, 6, 5, 3, 2])
            rows.append([None, None, "3 Jahre und mehr", 40, 24, 16, 30, 18, 12, 10, 6, "."])
            rows.append([None, None, "Insgesamt", 60, 36, 24, 45, 27, 18, 15, 9, 6])
    return [*rows, *FOOT]


def foreigners(cells: dict[str, tuple[Any, ...]]) -> list[list[Any]]:
    """12521-0040: one row a Kreis, a day above all."""
    head: list[list[Any]] = [
        ["Ausländer: Kreise, Stichtag, Geschlecht"], ["Ausländer (Anzahl)"],
        ["Stichtag\nKreise", None, "männlich", "weiblich", "Insgesamt"], ["31.12.2022"],
    ]  # fmt: skip
    kreise = {ags for ags in nuts.keys().values() if len(ags) == 5} - {"16056"}
    every = {**dict.fromkeys(sorted(kreise), (6, 4, 10)), **cells}
    return [*head, *[[key, "Kreis", *values] for key, values in every.items() if values], *FOOT]


def read(tmp_path: Path, name: str, rows: list[list[Any]], merged: list[str] | None = None) -> Reading:
    path = tmp_path / "unnamed"
    path.write_bytes(workbook({name: rows}, {name: merged or []}))
    return sources.read(path)


def frame(reading: Reading) -> pd.DataFrame:
    assert reading.observations is not None
    return reading.observations


def pick(of: pd.DataFrame, **where: Any) -> list[float]:
    for column, code in where.items():
        of = of[of[column].astype(str) == str(code)]
    return list(of["value"])


def test_merged_headings_hold_for_all_their_columns(tmp_path: Path) -> None:
    reading = read(tmp_path, "12711-04-02-4", migration(), MERGED)
    of = frame(reading)
    mine: dict[str, Any] = {"region": "01051", "age_from": 18, "age_to": 65}
    assert pick(of, measure="moves_in", sex="F", **mine) == [2]
    assert pick(of, measure="moves_out", sex="_T", **mine) == [12]
    assert reading.report.dates == ("2021-12-31",)
    assert reading.origins[0].stand == "2023-11-10T14:35:10"
    assert "2023" in reading.origins[0].citation


def test_a_key_holds_for_the_rows_below_it_and_signs_for_an_absent_region(tmp_path: Path) -> None:
    reading = read(tmp_path, "12711-04-02-4", migration(), MERGED)
    assert set(frame(reading)["region"]) == {"DE", "01", "01051"}
    assert reading.report.dropped["Gebiet gibt es zum Stichtag nicht"] == 4
    assert len(frame(reading)) == 3 * 4 * 6


def test_a_day_holds_for_the_block_below_it(tmp_path: Path) -> None:
    of = frame(read(tmp_path, "12411-03-03-4", population(), ["D3:F3", "G3:I3", "J3:L3", "A3:C4"]))
    assert set(of["date"].astype(str)) == {"2018-12-31", "2019-12-31"}
    old: dict[str, Any] = {"region": "01051", "date": "2019-12-31", "age_from": 3}
    assert pick(of, nationality="DE", sex="M", **old) == [18]
    secret = of[(of["region"] == "01051") & of["value"].isna()]
    assert list(secret["flag"]) == ["secret"] * 2


def test_thousands_become_persons_and_variants_bases(tmp_path: Path) -> None:
    rows: list[list[Any]] = [
        ["Vorausberechneter Bevölkerungsstand: Deutschland"], ["Vorausberechneter Bevölkerungsstand (1000)"],
        ["Varianten der Bevölkerungsvorausberechnung", None, "Stichtag", None],
        [None, None, "31.12.2019", "31.12.2020"],
        ["BEV-VARIANTE-02", "moderat", 83203.0, 83365.0], ["BEV-MODELL-09", "Status quo", 83207.5, 83372.0], *FOOT,
    ]  # fmt: skip
    of = frame(read(tmp_path, "12421-0001", rows, ["C3:D3", "A3:B4"]))
    assert pick(of, base="kbv_14_v02") == [83_203_000, 83_365_000]
    assert pick(of, base="kbv_14_v30") == [83_207_500, 83_372_000]
    assert set(of["region"]) == {"DE"}
    assert set(of["measure"]) == {"population_projected"}


def test_numbers_of_several_kreise_are_nobodys_own(tmp_path: Path) -> None:
    none = ("-", "-", "-")
    cells = {"01051": (60, 40, 100), "06611": (600, 400, 1000), "06633": none, "10041": none, "10042": none,
             "10043": none, "10044": (66, 44, 110), "10045": none, "10046": none, "12052": (6, 4, 10),
             "12071": (12, 8, 20), "13001": none}  # fmt: skip
    reading = read(tmp_path, "12521-0040", foreigners(cells))
    of = frame(reading)
    total = of[of["sex"] == "_T"].set_index("region")["value"]
    assert [total[key] for key in ("01051", "12052", "12071", "10", "05913")] == [100, 10, 20, 110, 10]
    withheld = of[of["value"].isna()]
    assert set(withheld["flag"]) == {"not_published"}
    assert set(withheld["region"]) == {"06611", "06633", *(f"1004{n}" for n in range(1, 7))}
    assert reading.report.dropped == {
        TOGETHER: 1, "Gebiet gibt es zum Stichtag nicht": 1, "Kopf- und Fußzeilen": 9,
    }  # fmt: skip


def test_a_kreis_too_few_is_found_out_where_no_sum_would_tell(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="Zahlen für 399 Kreise am 2022-12-31, es gab 400"):
        read(tmp_path, "12521-0040", foreigners({"05913": ()}))


def _set(row: int, column: int, text: Any) -> Any:
    return lambda rows: rows[row - 1].__setitem__(column, text)


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (_set(9, 2, "19 bis unter 65 Jahre"), "Zeile 8: Das Gebiet DE|Zeile 9: Das Gebiet DE"),
        (_set(9, 2, "irgendwas"), "Zeile 9: „irgendwas“"),
        (_set(9, 4, None), "Zeile 9: „“ ist weder Zahl"),
        (_set(9, 4, "?"), "Zeile 9: „\\?“ ist weder Zahl"),
        (lambda rows: rows[8].append(7.0), "Zelle J9: Der Kopf der Tabelle hat 9 Spalten"),
        (_set(6, 4, "Insgesamt"), "dieselbe Überschrift|zweierlei"),
        (_set(6, 4, "divers"), "unbekannte Überschriften 'divers'"),
        (_set(4, 3, "Umzüge"), "unbekannte Überschriften"),
        (_set(3, 0, "im Jahr"), "Kein Stichtag"),
        (_set(8, 0, 1.0), "Der Schlüssel 1 steht als Zahl da"),
        (_set(8, 0, "0x"), "„0x“ ist|kein Gebietsschlüssel|weder Gebiet"),
        (_set(12, 0, None), "Zelle A12: Die Zeile hat keinen Schlüssel"),
        (lambda rows: rows.pop(8), "fehlen 6 von 24"),
        (lambda rows: rows.insert(8, rows[8]), "doppelt da"),
        (lambda rows: rows.extend([["01051", "x", "Insgesamt", 1.0]]), "Unter der Trennlinie"),
        (lambda rows: rows.__delitem__(slice(-5, None)), "Fuß der Tabelle"),
        (lambda rows: rows.pop(), "Fuß der Tabelle"),
        (lambda rows: rows.__delitem__(slice(3, 7)), "."),
        (lambda rows: rows.__delitem__(slice(7, -5)), "keine Datenzeilen"),
        (_set(8, 1, "=1+1"), None),
    ],
)  # fmt: skip
def test_damage_is_named(spoil: Any, reason: str | None, tmp_path: Path) -> None:
    rows = migration()
    spoil(rows)
    if reason is None:  # the name of a region means nothing to us
        assert read(tmp_path, "12711-04-02-4", rows, MERGED).report.regions == 3
        return
    with pytest.raises(SourceError, match=reason):
        read(tmp_path, "12711-04-02-4", rows, MERGED)


def test_a_region_that_stands_twice_is_refused(tmp_path: Path) -> None:
    rows = migration()
    rows[19:19] = rows[15:19]
    with pytest.raises(SourceError, match="01051 steht für denselben Stichtag doppelt da"):
        read(tmp_path, "12711-04-02-4", rows, MERGED)


def test_merged_ranges_beyond_all_bounds_cost_nothing(tmp_path: Path) -> None:
    reading = read(tmp_path, "12711-04-02-4", migration(), [*MERGED, "J4:XFD1048576", "A1:XFD1048576", "ZZZ1", "D4:A1"])
    assert reading.report.regions == 3


def test_unknown_workbooks_say_what_they_are(tmp_path: Path) -> None:
    path = tmp_path / "x.xlsx"
    path.write_bytes(workbook({"12345-0001": [["x"]]}))
    with pytest.raises(UnknownTableError, match="Die Tabelle 12345-0001 ist nicht deklariert"):
        sources.read(path)
    path.write_bytes(workbook({"Tabelle1": [["Haushaltskasse"]]}))
    with pytest.raises(UnknownTableError, match="ihre Blätter heißen „Tabelle1“"):
        sources.read(path)
    path.write_bytes(workbook({"Nutzungshinweise": [["INKAR 2025: Übersicht der Indikatoren"]]}))
    with pytest.raises(NotATableError, match="keine Zahlen"):
        sources.read(path)


def test_a_cut_workbook_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.xlsx"
    whole = workbook({"12711-04-02-4": migration()}, {"12711-04-02-4": MERGED})
    for part in (0.3, 0.9, 0.99):
        path.write_bytes(whole[: int(len(whole) * part)])
        with pytest.raises(SourceError, match="beschädigt"):
            sources.read(path)


def _real(shared: Path, name: str) -> pd.DataFrame:
    (path,) = (shared / "data" / "regionalstatistik").glob(f"*/{name}")
    return frame(sources.read(path))


@pytest.mark.shared
def test_real_migration_of_2021_leaves_eisenach_out(shared: Path) -> None:
    """12711-04-02-4, 2021: Deutschland 4.079.497 Zuzüge; Eisenach (16056) nur „-“, im Wartburgkreis enthalten."""
    of = _real(shared, "12711-04-02-4-j21.xlsx")
    assert pick(of, region="DE", measure="moves_in", sex="_T", age_from=0, age_to=200) == [4_079_497]
    assert "16056" not in set(of["region"])
    assert {"16063", "01051", "05913"} <= set(of["region"])


@pytest.mark.shared
def test_real_migration_of_2019_still_has_eisenach(shared: Path) -> None:
    of = _real(shared, "12711-04-02-4-j19.xlsx")
    assert pick(of, region="DE", measure="moves_out", sex="F", age_from=0, age_to=200) == [1_788_019]
    assert "16056" in set(of["region"])


@pytest.mark.shared
def test_real_population_by_nationality(shared: Path) -> None:
    """12411-03-03-4, 31.12.2019: Dithmarschen 133.193, dar. 7.936 Ausländer."""
    of = _real(shared, "regionalstatistik_bev_2019_21AG_mw_Kreise_12411-03-03-4.xlsx")
    mine: dict[str, Any] = {"region": "01051", "sex": "_T", "age_from": 0, "age_to": 200}
    assert pick(of, nationality="_T", **mine) == [133_193]
    assert pick(of, nationality="AUS", **mine) == [7_936]


@pytest.mark.shared
def test_real_register_of_foreigners(shared: Path) -> None:
    """12521-0040, 31.12.2022: Dithmarschen 11.615, Dortmund 137.690; Kassel, Cottbus, Saarland nur zusammen."""
    of = _real(shared, "12521-0040-KREISE_$F.xlsx")
    total = of[of["sex"] == "_T"].set_index("region")
    assert [total["value"][k] for k in ("01051", "05913")] == [11_615, 137_690]
    assert total["value"]["10"] > 100_000
    assert (total["flag"][["06611", "06633", "12052", "12071", "10041", "10044"]] == "not_published").all()
    assert (total.index.str.len() == 5).sum() == 400


@pytest.mark.shared
def test_real_projection(shared: Path) -> None:
    """12421-0001: Variante 02 am 31.12.2025: 83.674 Tausend."""
    of = _real(shared, "12421-0001.xlsx")
    assert pick(of, base="kbv_14_v02", date="2025-12-31") == [83_674_000]
    assert of["base"].nunique() == 30
