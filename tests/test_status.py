"""`data status`: of every level, date and breakdown the matrix says what an export would give, or why nothing."""

from __future__ import annotations

import csv
import json
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from kommunalprofil import availability, cli, german_cli, provenance, status, store
from kommunalprofil.availability import NO_LEVEL, NO_TABLE, NO_YEAR, WITHOUT
from kommunalprofil.indicators import compute, declared
from kommunalprofil.observations import validate
from kommunalprofil.resources import data_dir
from kommunalprofil.states import OBSERVATIONS, ORIGINS
from kommunalprofil.store import Store
from kommunalprofil.territory import region_level
from small_states import save
from test_observations import rows

SEX, AGE = "12411-01-01-4", "12411-02-03-4"
AGES = ((0, 20), (20, 65), (65, 75), (75, 200))


def on(year: int, **more: Any) -> dict[str, Any]:
    day = date(year, 12, 31)
    return {"date": day, "gebietsstand": day, **more}


def people(year: int, table: str, region: str) -> list[dict[str, Any]]:
    groups = ((0, 200), *AGES) if table == AGE else ((0, 200),)
    where = {"source": table, "region": region}
    return [
        on(year, sex=sex, age_from=lo, age_to=hi, value=100.0, **where) for sex in ("_T", "M", "F") for lo, hi in groups
    ]


@pytest.fixture
def small(tmp_path: Path) -> Path:
    """Totals by sex of two years and two levels, ages of one year; of one Kreis the total is secret."""
    tables = {
        SEX: [*people(2012, SEX, "01"), *people(2012, SEX, "01051"), *people(2015, SEX, "01")],
        AGE: [*people(2012, AGE, "01"), on(2014, source=AGE, value=float("nan"), flag="secret")],
    }
    files = {f"{OBSERVATIONS}/{t}": store.to_parquet(validate(rows(*r), t)) for t, r in tables.items()}
    days = ("2012-12-31", "2015-12-31")
    told = ("", "zensus_2011", "2020-01", "")
    origins = [provenance.Origin(t, t, "Amt", "kreis", days, *told, t, "", "") for t in tables]
    return save(tmp_path, files | {ORIGINS: provenance.dump(origins)}).root


def found(folder: Path, indicator: str, breakdown: str, level: str) -> dict[str, str]:
    cells = availability.matrix(Store(folder), [indicator], [level])
    return {c.date: c.table or c.reason for c in cells if c.breakdown == breakdown and c.member in ("", "M")}


def test_tables_answer_and_gaps_have_reasons(small: Path) -> None:
    years = {f"{y}-12-31": SEX for y in (2012, 2015)}
    assert found(small, "population", "", "land") == years | {"2014-12-31": NO_TABLE, "2013": NO_YEAR}
    assert found(small, "population", "sex", "land") == years | {"2014-12-31": NO_TABLE, "2013": NO_YEAR}
    kreise = found(small, "population", "", "kreis")
    assert kreise["2012-12-31"] == SEX
    assert kreise["2014-12-31"] == "unbekannt oder geheim zu halten"
    assert kreise["2015-12-31"] == NO_TABLE
    assert found(small, "population", "", "gemeinde") == {"": NO_LEVEL}
    old = found(small, "old_age_ratio", "", "land")
    assert old["2012-12-31"] == AGE
    assert old["2015-12-31"] == f"{SEX}: {WITHOUT}"
    assert found(small, "population", "nationality", "land") == {}


def test_a_formula_that_does_not_fit_the_ages_says_so(small: Path) -> None:
    cells = availability.matrix(Store(small), ["age_share"], ["land"])
    told = {c.member: c.reason for c in cells if c.date == "2012-12-31" and not c.breakdown}
    assert told["65+"] == ""
    assert told["80+"] == "80+ nicht bildbar: die Altersgruppen haben keine Grenze bei 80"


def test_the_lines_name_stand_regions_and_years(small: Path) -> None:
    by_sex, by_age = status.table_lines(Store(small))
    assert (by_sex.id, by_sex.rows, by_sex.regions, by_sex.stand) == (SEX, 9, {"land": 1, "kreis": 1}, "2020-01")
    text = status.table_text([by_sex, by_age])
    assert "2012, 2015; 1 Land, 1 Kreis; 9 Zeilen aus 1 Datei; Stand 01/2020" in text
    assert status.years(["1995-12-31", "1996", "1998-12-31", "1999-05-01", "1999-12-31"]) == "1995–1996, 1998–1999"


def test_the_command(small: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert german_cli.run(cli.app, ["data", "status", "--data", str(small)]) == 0
    out, err = capfd.readouterr()
    assert err == ""
    assert "  insgesamt und nach Geschlecht (Länder): 2012, 2015\n    – 2013: keine Tabelle aus diesem Jahr\n" in out
    assert max(map(len, out.splitlines())) <= 80
    call = ["data", "status", "--data", str(small), "--indicator", "population", "--level", "land"]
    assert german_cli.run(cli.app, [*call, "--format", "csv"]) == 0
    lines = list(csv.DictReader(capfd.readouterr().out.splitlines()))
    assert german_cli.run(cli.app, [*call, "--json"]) == 0
    told = json.loads(capfd.readouterr().out)
    assert told["matrix"] == lines
    assert [t["id"] for t in told["tables"]] == [SEX, AGE]
    assert german_cli.run(cli.app, ["data", "status", "--level", "stadt"]) == 2
    assert "Erlaubt sind: bund, land, kreis, gemeinde" in capfd.readouterr().err


NAMES = sorted(declared())[::7]


@pytest.fixture(scope="module")
def exported() -> dict[str, set[tuple[str, str, str]]]:
    """Of those indicators of the embedded data set: codes, levels and dates some region has a value of."""
    found: dict[str, set[tuple[str, str, str]]] = {name: set() for name in NAMES}
    for s in compute(Store(data_dir()), None, NAMES):
        codes = " ".join(c for c in s.selection if c != "T")
        found[s.indicator.id] |= {
            (codes, region_level(s.regions[r]), s.points[t].date)
            for r, t in zip(*np.nonzero(np.isfinite(s.value) & s.there), strict=True)
        }
    return found


@pytest.fixture(scope="module")
def told() -> dict[str, list[availability.Cell]]:
    """The cells of the matrix of those indicators."""
    found: dict[str, list[availability.Cell]] = {name: [] for name in NAMES}
    for cell in availability.matrix(Store(data_dir()), NAMES):
        found[cell.indicator].append(cell)
    return found


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_the_matrix_is_what_the_export_gives(
    name: str, exported: dict[str, set[tuple[str, str, str]]], told: dict[str, list[availability.Cell]]
) -> None:
    """Of the embedded data set: a cell has a table exactly where some region of the level has a value."""
    cells = [c for c in told[name] if not c.breakdown]
    assert {(c.member, c.level, c.date) for c in cells if c.table} == exported[name]
    assert all(bool(c.table) != bool(c.reason) for c in cells)
