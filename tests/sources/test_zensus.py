"""Regionaltabellen of the Zensus 2022: coded headings, cell-key sums, the en dash."""

from __future__ import annotations

from pathlib import Path

import pytest

from kommunalprofil import checks, sources
from kommunalprofil.errors import SourceError, UnknownTableError
from kommunalprofil.sources.reading import Reading
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
        return [values[c] for c in columns]

    reading = read(tmp_path, census(table.id, {"00": row(485)}))
    checks.check(reading, table)
    assert ("männlich + weiblich = insgesamt", True, "größte Abweichung 15, erlaubt 30") in reading.report.checks
    assert cells(reading, "DE", sex="_T", age_from=25)["2022-05-15", "_T", 25, 40] == 1000
    with pytest.raises(
        SourceError, match="männlich \\+ weiblich ergibt nicht insgesamt bei DE, 2022-05-15: 900 statt 1000"
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
