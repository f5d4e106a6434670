"""The official files themselves: every GENESIS table is read, and says what the office printed.

Values are quoted from the files, as printed; thousands are persons.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from kommunalprofil import sources
from kommunalprofil.errors import NotATableError, SourceError
from kommunalprofil.sources.reading import Reading

RDB = "regionalstatistik/rdb-opendata-2017/"
YEARS = "regionalstatistik/rdb-12711-04-02-4-jahre/12711-04-02-4 "
DESTATIS = "regionalstatistik/destatis-"
API = "genesis-api/aufzeichnungen-"
WHOLE = {
    "sex": "_T", "nationality": "_T", "migration": "_T", "household": "_Z", "age_from": 0, "age_to": 200,
}  # fmt: skip

# (file, region, date, measure, codes, value as printed)
PRINTED: list[tuple[str, str, str, str, dict[str, Any], float]] = [
    (RDB + "12612-01-01-4_00.csv", "01051", "2015-12-31", "births", {}, 960),
    (RDB + "12612-01-01-4_00.csv", "01051", "2015-12-31", "births", {"sex": "F"}, 473),
    (RDB + "12612-01-01-4_00.csv", "05913", "2015-12-31", "births", {}, 5481),
    (RDB + "12612-02-01-4_00.csv", "DE", "2015-12-31", "births", {"age_from": 0, "age_to": 20}, 15_755),
    (RDB + "12612-02-01-4_00.csv", "05913", "2015-12-31", "births", {"sex": "M", "nationality": "DE"}, 2335),
    (RDB + "12612-03-01-4_00.csv", "05913", "2015-02-28", "births_monthly", {}, 404),
    (RDB + "12612-03-01-4_00.csv", "05913", "2015-12-31", "births_monthly", {}, 458),
    (RDB + "12612-04-01-4_00.csv", "DE", "2015-12-31", "births_out_of_marriage", {}, 257_903),
    (RDB + "12613-01-01-4_00.csv", "01051", "2015-12-31", "deaths", {}, 1845),
    (RDB + "12613-01-01-4_00.csv", "05913", "2015-12-31", "deaths", {}, 7204),
    (RDB + "12613-02-02-4_00.csv", "05913", "2015-12-31", "deaths", {"age_from": 85, "sex": "F"}, 1640),
    (RDB + "12613-03-01-4_00.csv", "DE", "2015-01-31", "deaths_monthly", {}, 86_585),
    (RDB + "12711-04-02-4_00.csv", "01051", "2015-12-31", "moves_in", {}, 5723),
    (RDB + "12711-04-02-4_00.csv", "01051", "2015-12-31", "moves_out", {"sex": "F"}, 2282),
    (RDB + "12711-05-02-4_00.csv", "05913", "2015-12-31", "moves_in", {}, 35_514),
    (RDB + "12711-05-02-4_00.csv", "DE", "1995-12-31", "moves_in", {}, 3_818_127),
    (RDB + "12711-01-03-4_00.csv", "01051", "2015-12-31", "moves_in_gemeinde", {}, 11_311),
    (RDB + "12711-01-03-5_00.csv", "01051001", "2015-12-31", "moves_in_gemeinde", {"age_to": 18}, 70),
    (RDB + "12711-01-03-5_00.csv", "01051001", "2015-12-31", "moves_out_gemeinde", {"sex": "F"}, 140),
    (RDB + "12711-02-02-4_00.csv", "DE", "2015-12-31", "moves_in_abroad", {"age_to": 18}, 421_176),
    (RDB + "12711-03-02-4_00.csv", "DE", "2015-12-31", "moves_out_abroad", {"nationality": "AUS"}, 859_279),
    (YEARS + "(2018).csv", "DE", "2018-12-31", "moves_in", {"age_to": 18, "sex": "M"}, 302_655),
    (YEARS + "(2001).csv.gz", "DE", "2000-12-31", "moves_in", {"age_to": 18}, 595_847),
    (RDB + "12111-01-01-4_00.csv", "DE", "2011-05-09", "population", {"nationality": "AUS"}, 6_180_013),
    (RDB + "12111-01-01-5_00.csv", "01051001", "2011-05-09", "population", {"nationality": "DE", "sex": "F"}, 1773),
    (RDB + "12111-02-01-4_00.csv", "01001", "2011-05-09", "population", {"age_to": 3, "sex": "F"}, 762),
    (RDB + "12111-02-01-5_00.csv", "01051001", "2011-05-09", "population", {"age_to": 3, "nationality": "AUS"}, 7),
    (RDB + "12111-03-01-4_00.csv", "DE", "2011-05-09", "population", {"age_to": 3, "nationality": "AUS"}, 69_728),
    (RDB + "12111-04-01-4_00.csv", "05913", "2011-05-09", "population", {"age_from": 100, "sex": "F"}, 77),
    (RDB + "12111-05-01-4_00.csv", "DE", "2011-05-09", "population", {"household": "status_widowed"}, 5_734_711),
    (RDB + "12111-07-01-4_00.csv", "01051", "2011-05-09", "population_private_households",
     {"migration": "with", "nationality": "DE"}, 6130),
    (RDB + "12111-07-01-4_00.csv", "DE", "2011-05-09", "population_private_households",
     {"nationality": "AUS", "age_to": 10}, 299_060),
    (RDB + "12111-08-01-4_00.csv", "16077", "2011-05-09", "population_private_households", {"sex": "M"}, 46_970),
    (RDB + "12111-32-01-4_00.csv", "05913", "2011-05-09", "households", {"household": "lone_parent"}, 20_947),
    (RDB + "12111-32-01-4_00.csv", "DE", "2011-05-09", "households", {"household": "_T"}, 37_571_219),
    (RDB + "12411-05-01-4_00.csv", "01051", "2015-12-31", "average_population", {}, 132_801),
    (RDB + "12411-06-01-4_00.csv", "01051", "2015-06-30", "population_quarterly", {}, 132_668),
    (RDB + "12411-04-01-4_00.csv", "DE", "2010-12-31", "population", {"age_to": 1}, 678_233),
    (RDB + "12411-03-02-4_00.csv", "DE", "2010-12-31", "population", {"nationality": "AUS", "age_to": 3}, 106_608),
    (RDB + "12411-07-01-5_00.csv", "01051", "2015-12-31", "official_mean_age", {}, 45.8),
    (RDB + "AI-N-03_00.csv", "01051", "2015-12-31", "official_net_migration_rate", {}, 81.5),
    (RDB + "AI-N-03_00.csv", "01001", "1995-12-31", "official_net_migration_rate", {}, -64.9),
    (RDB + "AI-N-04_00.csv", "01051", "2015-12-31", "official_total_dependency_ratio", {}, 74.9),
    (RDB + "AI-Z1-2011_00.csv", "05913", "2011-05-09", "official_migration_background_share", {"age_to": 20}, 39.9),
    (RDB + "AI-Z1-2011_00.csv", "05913", "2011-05-09", "official_mean_age", {"sex": "F"}, 44.7),
    (RDB + "AI-Z3-2011_00.csv", "05913", "2011-05-09", "official_one_person_share", {}, 44.4),
    (RDB + "AI014-2_00.csv", "05913", "2015-12-31", "official_care_need_65", {}, 155.5),
    (RDB + "12511-01-01-4.csv", "05913", "2016-12-31", "naturalisations", {}, 1228),
    (RDB + "12611-01-01-4_00.csv", "05913", "2015-12-31", "marriages", {}, 2536),
    (RDB + "22411-02-03-4_00.csv", "05913", "2015-12-31", "care_allowance", {}, 8758),
    (RDB + "11111-01-01-4_00.csv", "05913", "2015-12-31", "area", {}, 280.71),
    (RDB + "11111-02-01-4_00.csv", "01051", "2015-12-31", "municipalities", {}, 116),
    (DESTATIS + "bund-laender/12411-0005.csv", "DE", "2000-12-31", "population", {"age_to": 1}, 766_554),
    (DESTATIS + "bund-laender/12411-0013.csv", "08", "2015-12-31", "population", {"age_to": 1, "sex": "M"}, 51_615),
    (DESTATIS + "bund-laender/12411-0021.csv", "08", "1991-03-31", "population_quarterly", {}, 9_849_557),
    (DESTATIS + "bund-laender/12613-0004.csv", "DE", "2020-12-31", "deaths", {"age_from": 100}, 6962),
    (DESTATIS + "2021/12411-0012.csv", "05", "2021-12-31", "population", {"age_from": 90}, 185_973),
    (DESTATIS + "2018/12411-0015.csv", "01051", "1995-12-31", "population", {}, 133_428),
    (DESTATIS + "ffcsv-2023/12411-0013_de_population_age_sex.csv", "16", "2023-12-31", "population",
     {"age_from": 75, "age_to": 76}, 20_807),
    (DESTATIS + "12421/12421-0002_$F.csv", "DE", "2022-12-31", "population_projected", {}, 84_039_900),
    ("projection/12421-0004_utf8.csv", "08", "2019-12-31", "population_projected",
     {"age_to": 1, "sex": "M", "base": "kbv_14_v01"}, 56_000),
    ("projection/12612-0008_en.csv", "DE", "1972-12-31", "official_fertility_rate",
     {"age_from": 15, "age_to": 16}, 1.3),
    ("projection/12621-0001_de.csv", "DE", "1993-12-31", "death_probability", {"age_to": 1, "sex": "M"}, 0.00698929),
    ("regionalstatistik/sterbetafeln/12621-0001_en.csv", "DE", "2024-12-31", "death_probability",
     {"age_from": 75, "age_to": 76, "sex": "F"}, 0.02163885),
    ("regionalstatistik/rdb-B-2018/Altersstruktur 2018 Kreisebene 12411-02-03-5-B.csv", "01051", "2018-12-31",
     "population", {"age_to": 3}, 3249),
    (API + "2024-2025/tablefile_12411-01-01-4_ffcsv-alt_en.csv", "05315", "2023-12-31", "population", {}, 1_087_353),
    (API + "2024-2025/tablefile_12411-01-01-4_2025-04_de.zip", "05315", "2023-12-31", "population", {}, 1_024_408),
    (API + "2026-03/tablefile_12411-01-01-4_en.zip", "03159", "2024-12-31", "population", {}, 328_028),
    (API + "2026-03/tablefile_AI-N-01-2-5_de.zip", "12065136", "2023-12-31",
     "official_settlement_area_change", {}, -0.3),
]  # fmt: skip


@cache
def _read(path: Path) -> Reading:
    return sources.read(path)


def _one(frame: pd.DataFrame, codes: dict[str, Any]) -> pd.Series:
    for name, code in codes.items():
        frame = frame[frame[name].astype(str) == str(code)]
    assert len(frame) == 1, (codes, len(frame))
    return frame.iloc[0]


@pytest.mark.parametrize(("file", "region", "day", "measure", "codes", "printed"), PRINTED)
def test_as_printed(
    shared: Path, file: str, region: str, day: str, measure: str, codes: dict[str, Any], printed: float
) -> None:
    frame = _read(shared / "data" / file).observations
    assert frame is not None
    frame = frame[(frame["region"] == region) & (frame["measure"] == measure)]
    whole = dict(WHOLE)
    if measure == "households":
        whole |= dict.fromkeys(("sex", "nationality", "migration"), "_Z")
    if {"age_from", "age_to"} & codes.keys():
        del whole["age_from"], whole["age_to"]
        if "age_from" in codes and "age_to" not in codes:
            codes = {**codes, "age_to": 200}
        elif "age_to" in codes and "age_from" not in codes:
            codes = {**codes, "age_from": 0}
    assert float(_one(frame, {**whole, **codes, "date": day})["value"]) == printed


def test_the_year_comes_from_the_heading(shared: Path) -> None:
    report = _read(shared / "data" / (YEARS + "(2001).csv.gz")).report
    assert report.dates == ("2000-12-31",)
    assert report.note == "Dateiname nennt 2001, der Kopf 2000"


@pytest.mark.parametrize("year", [1998, 2006])
def test_recalculated_kreise_stand_beside_those_of_the_time(shared: Path, year: int) -> None:
    """Moves inside a new Kreis are no moves over its border: both are right, each on its own boundaries (Sachsen)."""
    frame = _read(shared / "data" / (YEARS + f"({year}).csv.gz")).observations
    assert frame is not None
    whole = (frame["measure"] == "moves_in") & (frame["sex"] == "_T") & (frame["age_to"] == 200)
    frame = frame[whole & (frame["age_from"] == 0) & frame["region"].str.startswith("14")]
    stands = frame["gebietsstand"].astype(str)
    of_the_time = frame[(stands == f"{year}-12-31") & (frame["region"] != "14")]
    assert of_the_time["value"].sum() == frame.loc[frame["region"] == "14", "value"].iloc[0]
    assert set(stands) == {f"{year}-12-31", "2008-08-01"}


def test_signs_reach_the_observations(shared: Path) -> None:
    flags = [
        (RDB + "AI-Z1-2011_00.csv", "unreliable"),
        (RDB + "12111-07-01-4_00.csv", "unreliable"),
        (YEARS + "(2000).csv.gz", "secret"),
        ("projection/12621-0001_de.csv", "not_published"),
        (API + "2026-03/tablefile_AI-N-01-2-5_de.zip", "blocked"),
    ]
    for file, flag in flags:
        frame = _read(shared / "data" / file).observations
        assert frame is not None
        assert frame.loc[frame["flag"] == flag, "value"].isna().all()
        assert (frame["flag"] == flag).any(), file


@pytest.fixture(scope="module", autouse=True)
def _forget() -> Iterator[None]:
    """Readings are kept for the tests of this module only."""
    yield
    _read.cache_clear()


@pytest.mark.slow
def test_every_csv_is_read_or_refused_with_a_reason(shared: Path) -> None:
    files = [
        p for p in sorted((shared / "data").rglob("*"))
        if p.name.endswith((".csv", ".csv.gz")) or (p.suffix == ".zip" and "genesis-api" in p.parts)
    ]  # fmt: skip
    refused: dict[str, str] = {}
    for path in files:
        try:
            reading = _read(path)
            assert reading.report.kept > 0
            assert reading.report.regions >= 1
        except NotATableError as error:
            refused[path.name] = error.reason
        except SourceError as error:
            pytest.fail(f"{path.name}: {error}")
    assert set(refused) == {
        "cubefile_47414BJ002.csv", "demandregio_t_nuts3_lk.csv", "demandregio_zensus2011_households.csv",
    }  # fmt: skip
