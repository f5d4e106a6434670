"""Regionaltabellen of the Zensus 2022: coded headings, cell-key sums, the en dash."""

from __future__ import annotations

from pathlib import Path

import pytest

from kommunalprofil import checks, sources
from kommunalprofil.errors import SourceError, UnknownTableError
from kommunalprofil.resources import data_dir
from kommunalprofil.sources.reading import Reading
from kommunalprofil.store import Store
from twins import cells, census, read

TABLE = "Zensus2022-Haushalte"
# all; six sizes; five types; seven forms of living, of which the first and last repeat types; three senior states
ROW = [100, 40, 30, 10, 10, 5, 5, 40, 25, 20, 10, 5, 40, 38, 1, 6, 8, 2, 5, 30, 10, 60]
LAND = [100, 41, 30, 10, 10, 5, 5, 41, 25, 20, 10, 5, 41, 38, 1, 6, 8, 2, 5, 30, 10, 60]


def of(reading: Reading, region: str) -> dict[str, tuple[float, str]]:
    frame = reading.observations
    assert frame is not None
    frame = frame[frame["region"] == region]
    return {h: (v, f) for h, v, f in zip(frame["household"], frame["value"], frame["flag"], strict=True)}


@pytest.mark.parametrize("level", ["Reg_Ebene", "Regionalebene"])
def test_households(tmp_path: Path, level: str) -> None:
    reading = read(
        tmp_path, census(TABLE, {"00": ROW, "01": LAND, "01051": ROW, "010515163001": ROW}, level), encoding="utf-8-sig"
    )
    found = of(reading, "01051001")
    assert found["_T"] == (100, "cell_key")
    assert found["lone_parent"] == (10, "cell_key")
    assert found["lone_mother"] == (8, "cell_key")
    assert found["size_6plus"] == (5, "cell_key")
    assert set(reading.observations["sex"]) == {"_Z"}  # type: ignore[index]
    assert reading.report.dates == ("2022-05-15",)


def test_repeated_columns_are_dropped_and_counted(tmp_path: Path) -> None:
    reading = read(tmp_path, census(TABLE, {"00": ROW, "01": LAND}))
    assert reading.report.dropped["Spalte wiederholt eine andere"] == 2 * 2
    assert len(of(reading, "DE")) == len(ROW) - 2


@pytest.mark.parametrize("dash", ["–", "-"])
def test_a_dash_is_a_true_zero_where_the_region_exists_and_no_region_where_there_is_nothing_else(
    tmp_path: Path, dash: str
) -> None:
    some = [dash if i == 14 else x for i, x in enumerate(ROW)]
    reading = read(tmp_path, census(TABLE, {"00": some, "01": [dash] * len(ROW)}))
    assert of(reading, "DE")["registered_partnership"] == (0, "normal")
    assert of(reading, "01") == {}
    assert reading.report.dropped["Gebiet gibt es zum Stichtag nicht"] == 1


def test_cell_key_sums_may_miss_their_total_within_the_tolerance_only(tmp_path: Path) -> None:
    table = sources.declared()["Zensus2022-Demografie"]
    columns = list(table.columns)

    def row(women: int) -> list[int]:
        values = dict.fromkeys(columns, 0) | {"0_Insgesamt_": 1000, "GESCHLECHT__1": 500, "GESCHLECHT__2": women}
        values |= {"Staatsange_kurz__1": 900, "Staatsange_kurz__2": 100, "Alter_infr__07": 1000}
        values |= {"Einwanderungserf_ausf__1": 1000, "FAMSTND_KURZ__1": 1000}
        return [values[c] for c in columns]

    reading = read(tmp_path, census(table.id, {"00": row(485)}))
    checks.check(reading, table)
    text = "Abweichungen: 1, die größte bei DE am 15.05.2022: 985 statt 1.000 (erlaubt 30)"
    assert ("männlich + weiblich = insgesamt", False, text) in reading.report.checks
    assert cells(reading, "DE", sex="_T", age_from=25)["2022-05-15", "_T", 25, 40] == 1000
    with pytest.raises(
        SourceError, match=r"männlich \+ weiblich = insgesamt stimmt nicht: .* bei DE am 15\.05\.2022: 900 statt 1\.000"
    ):
        checks.check(read(tmp_path, census(table.id, {"00": row(400)})), table)


def test_damage(tmp_path: Path) -> None:
    good = census(TABLE, {"00": ROW, "01": LAND})
    for bad, text in (
        (good.replace("HHTYP_FAM__4", "HHTYP_FAM__9"), "unbekannte Spalte „HHTYP_FAM__9“"),
        (good[: good.rindex(";")] + "\n", "25 Spalten, der Kopf hat 26"),
        (good[:-1], "nicht abgeschlossen"),
        (good.replace("20220515;01", "20110509;01"), "Berichtszeitpunkt „20110509“"),
        (good.replace("20220515", "2022"), "kein Berichtszeitpunkt"),
        (good.replace("20220515", "20221399"), "kein Berichtszeitpunkt"),
        (good.splitlines()[0] + "\n", "keine Zeilen"),
        (good + good.splitlines()[2] + "\n", "doppelt"),
    ):
        with pytest.raises(SourceError, match=text):
            read(tmp_path, bad)
    with pytest.raises(UnknownTableError, match="Keine deklarierte Regionaltabelle"):
        read(tmp_path, "Berichtszeitpunkt;_RS;Name;Reg_Ebene;WOHN__1\n20220515;00;D;Bund;1\n")


# heading → what it counts, as the Statistische Ämter explain the Regionaltabellen; Germany's printed value beside it
HEADINGS: dict[str, tuple[dict[str, object], int]] = {
    "0_Insgesamt_": ({}, 82_719_540),
    "GESCHLECHT__1": ({"sex": "M"}, 40_674_034),
    "GESCHLECHT__2": ({"sex": "F"}, 42_045_507),
    "Staatsange_kurz__1": ({"nationality": "DE"}, 71_806_193),
    "Staatsange_kurz__2": ({"nationality": "AUS"}, 10_913_347),
    "Alter_infr__01": ({"age_from": 0, "age_to": 3}, 2_295_609),
    "Alter_infr__06": ({"age_from": 19, "age_to": 25}, 5_170_473),
    "Alter_infr__09": ({"age_from": 60, "age_to": 67}, 8_158_389),
    "Alter_infr__11": ({"age_from": 75, "age_to": 200}, 9_163_427),
    "FAMSTND_KURZ__1": ({"household": "status_single"}, 34_765_559),
    "FAMSTND_KURZ__3": ({"household": "status_widowed"}, 5_687_099),
    "Einwanderungserf_ausf__1": ({"migration": "without"}, 63_138_669),
    "Einwanderungserf_ausf__2": ({"migration": "with"}, 18_142_064),
    "Einwanderungserf_ausf__21": ({"migration": "immigrated"}, 15_589_690),
    "Einwanderungserf_ausf__22": ({"migration": "descendant"}, 2_552_372),
    "Einwanderungserf_ausf__3": ({"migration": "one_sided"}, 1_438_808),
    "HH_SIZE_NAT__2": ({"household": "size_2"}, 12_283_335),
    "HH_SIZE_NAT__6": ({"household": "size_6plus"}, 634_454),
    "HHTYP_FAM__1": ({"household": "one_person"}, 17_446_115),
    "HHTYP_FAM__2": ({"household": "couple_without_child"}, 10_137_325),
    "HHTYP_FAM__3": ({"household": "couple_with_child"}, 8_571_507),
    "HHTYP_FAM__4": ({"household": "lone_parent"}, 2_971_283),
    "HHTYP_FAM__5": ({"household": "shared"}, 1_109_780),
    "HHTYP_LEB__2": ({"household": "married"}, 15_787_466),
    "HHTYP_LEB__3": ({"household": "registered_partnership"}, 25_354),
    "HHTYP_LEB__4": ({"household": "unmarried_couple"}, 2_896_001),
    "HHTYP_LEB__5": ({"household": "lone_mother"}, 2_399_435),
    "HHTYP_LEB__6": ({"household": "lone_father"}, 571_850),
    "HHTYP_SENIOR_HH__1": ({"household": "seniors_only"}, 9_884_040),
    "HHTYP_SENIOR_HH__2": ({"household": "seniors_and_younger"}, 3_301_205),
    "HHTYP_SENIOR_HH__3": ({"household": "no_seniors"}, 27_050_764),
}


@pytest.mark.parametrize("table", ["Zensus2022-Demografie", "Zensus2022-Haushalte"])
def test_each_heading_is_what_the_office_counts_under_it(tmp_path: Path, table: str) -> None:
    columns = list(sources.declared()[table].columns)
    reading = read(tmp_path, census(table, {"00": [HEADINGS.get(h, ({}, 1))[1] for h in columns]}))
    assert reading.observations is not None
    na = "_Z" if table.endswith("Haushalte") else "_T"
    whole = {"sex": na, "nationality": na, "migration": na, "household": "_Z", "age_from": 0, "age_to": 200}
    for heading in set(columns) & HEADINGS.keys():
        member, printed = HEADINGS[heading]
        found = reading.observations
        for column, code in (whole | ({"household": "_T"} if na == "_Z" else {}) | member).items():
            found = found[found[column] == code]
        assert found["value"].tolist() == [printed], heading


def test_the_embedded_census_is_the_printed_one() -> None:
    for table in ("Zensus2022-Demografie", "Zensus2022-Haushalte"):
        frame = Store(data_dir()).observations(table, ["DE"]).to_pandas()
        columns = set(sources.declared()[table].columns) & HEADINGS.keys() - {"0_Insgesamt_"}
        assert {HEADINGS[h][1] for h in columns} <= set(frame["value"])
