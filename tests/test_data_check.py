"""`data check`: one damaged number and the right line fails; what offices print comes out as they print it."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from kommunalprofil import accounts, check_text, cli, german_cli, invariants, provenance, store, verdicts
from kommunalprofil.accounts import Account
from kommunalprofil.invariants import BALANCE, CELLS, FILES, OFFICIAL, PLACES, RANGES, SCHEMA, SHRINKING, SOURCES, SUMS
from kommunalprofil.observations import validate
from kommunalprofil.resources import data_dir
from kommunalprofil.states import ACCOUNTS, OBSERVATIONS, ORIGINS
from kommunalprofil.store import Store
from small_states import save
from test_observations import rows

PEOPLE, AGES, BIRTHS, DEATHS, MOVES, RATIOS = (
    "12411-01-01-4", "12411-02-03-4", "12612-01-01-4", "12613-01-01-4", "12711-04-02-4", "AI-N-04",
)  # fmt: skip
DAYS = {year: date(year, 12, 31) for year in (2014, 2015)}
KREISE = {"01051": 400.0, "01053": 600.0}
GROUPS = ((0, 20, 0.2), (20, 65, 0.5), (65, 200, 0.3))


def _regions(number: Callable[[float], float]) -> list[dict[str, Any]]:
    parts = [{"region": k, "value": number(n)} for k, n in KREISE.items()]
    return [*parts, {"region": "01", "value": sum(p["value"] for p in parts)}]


def _by_sex(at: list[dict[str, Any]], **codes: Any) -> list[dict[str, Any]]:
    return [{**row, **codes, "sex": sex, "value": row["value"] * part}
            for row in at for sex, part in (("_T", 1.0), ("M", 0.5), ("F", 0.5))]  # fmt: skip


def tables() -> dict[str, list[dict[str, Any]]]:
    """Two years of two Kreise and their Land: stocks by sex and age, births, deaths, moves; and official ratios."""
    found: dict[str, list[dict[str, Any]]] = {PEOPLE: [], AGES: [], RATIOS: []}
    for year, day in DAYS.items():
        stock = _regions(lambda n, year=year: n * (1000 if year == 2014 else 1010))
        found[PEOPLE] += _by_sex(stock, date=day, gebietsstand=day)
        for lo, hi, part in ((0, 200, 1.0), *GROUPS):
            aged = [row | {"value": row["value"] * part} for row in stock]
            found[AGES] += _by_sex(aged, date=day, gebietsstand=day, age_from=lo, age_to=hi)
        for measure, ratio in (("official_youth_ratio", 40.0), ("official_old_age_ratio", 60.0)):
            found[RATIOS] += [{"region": k, "measure": measure, "value": ratio, "date": day, "gebietsstand": day}
                              for k in KREISE]  # fmt: skip
    for table, measure, size in ((BIRTHS, "births", 10.0), (DEATHS, "deaths", 5.0)):
        at = _regions(lambda n, size=size: n * size)
        found[table] = [row | {"measure": measure, "period": "year", "base": "none"} for row in at]
    found[MOVES] = [
        row | {"measure": measure, "period": "year", "base": "none"}
        for measure, size in (("moves_in", 25.0), ("moves_out", 20.0))
        for row in _regions(lambda n, size=size: n * size)
    ]
    return found


def frames() -> dict[str, pd.DataFrame]:
    usual = {"date": DAYS[2015], "gebietsstand": DAYS[2015]}
    return {t: validate(rows(*({"source": t} | usual | row for row in found)), t) for t, found in tables().items()}


def state(folder: Path, found: dict[str, pd.DataFrame], stand: str = "2017-10-10T10:00:00") -> Store:
    origins = []
    for table, frame in found.items():
        for base, part in frame.groupby("base", observed=True):
            days = tuple(sorted({d.isoformat() for d in part["date"]}))
            told = (table, table, "Amt", "kreis", days, "", str(base), stand, "", f"{table}{stand}", "", "")
            origins.append(provenance.Origin(*told))
    files = {f"{OBSERVATIONS}/{t}": store.to_parquet(frame) for t, frame in found.items()}
    return Store(save(folder, files | {ORIGINS: provenance.dump(origins)}))


def failed(data: Store, old: Store | None = None) -> list[tuple[str, str]]:
    return [(line.group, line.table) for line in invariants.lines(data, old=old) if not line.ok]


def test_a_sound_state_passes_every_check(tmp_path: Path) -> None:
    found = list(invariants.lines(state(tmp_path, frames())))
    assert [line for line in found if not line.ok] == []
    assert {line.group for line in found} == {FILES, SCHEMA, SUMS, RANGES, PLACES, SOURCES, CELLS, BALANCE, OFFICIAL}
    assert "Alle" in check_text.overview(found)
    said = next(line.text for line in found if line.group == OFFICIAL)
    assert said == "4 von 4 auf die gedruckte Stelle gleich"


def damage(table: str, number: float | Callable[[float], float], **where: Any) -> dict[str, pd.DataFrame]:
    """The frames with one value changed: the first of those rows."""
    found = frames()
    frame = found[table]
    mask = pd.Series(True, index=frame.index)
    for column, code in where.items():
        mask &= frame[column] == code
    at = frame.index[mask][0]
    frame.loc[at, "value"] = number(frame.loc[at, "value"]) if callable(number) else number
    return found


@pytest.mark.parametrize(
    ("table", "change", "where", "expected"),
    [
        (PEOPLE, lambda x: x + 1, {"sex": "M", "region": "01051"}, {(SUMS, PEOPLE)}),
        (AGES, lambda x: x + 1, {"age_from": 0, "age_to": 20, "sex": "_T"}, {(SUMS, AGES)}),
        (BIRTHS, -3.0, {"region": "01051"}, {(RANGES, BIRTHS), (SUMS, BIRTHS), (BALANCE, "")}),
        (MOVES, lambda x: x * 4, {"region": "01"}, {(BALANCE, ""), (SUMS, MOVES)}),
        (RATIOS, 41.0, {"measure": "official_youth_ratio"}, {(OFFICIAL, RATIOS)}),
        (RATIOS, 40.1, {"measure": "official_youth_ratio"}, {(OFFICIAL, RATIOS)}),
    ],
)
def test_one_damaged_value(
    table: str,
    change: float | Callable[[float], float],
    where: dict[str, Any],
    expected: set[tuple[str, str]],
    tmp_path: Path,
) -> None:
    assert set(failed(state(tmp_path, damage(table, change, **where)))) == expected


def test_a_kreis_that_had_ended(tmp_path: Path) -> None:
    found = frames()
    found[DEATHS]["region"] = found[DEATHS]["region"].replace("01051", "03152")
    found[DEATHS].loc[found[DEATHS]["region"] == "03152", "gebietsstand"] = date(2017, 1, 1)
    line = next(x for x in invariants.lines(state(tmp_path, found), [DEATHS]) if x.group == PLACES)
    assert (line.ok, line.text) == (False, "1 Gebiete gab es nicht, zuerst 03152 am 01.01.2017")


def test_rows_without_origin_and_files_that_rotted(tmp_path: Path) -> None:
    data = state(tmp_path, frames())
    origins = [o for o in data.origins if o.table != BIRTHS]
    data = Store(save(tmp_path, {ORIGINS: provenance.dump(origins)}))
    assert failed(data) == [(SOURCES, BIRTHS)]
    path = data.state.path(f"{OBSERVATIONS}/{DEATHS}")
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    assert (FILES, "") in failed(data)


def test_a_row_no_sum_misses(tmp_path: Path) -> None:
    """Where a part is missing nothing is added up: what is left of the region tells."""
    found = frames()
    ages = found[AGES]
    gone = ages.index[(ages["age_from"] == 0) & (ages["age_to"] == 20) & (ages["region"] == "01051")][0]
    found[AGES] = ages.drop(index=gone).reset_index(drop=True)
    lines = [x for x in invariants.lines(state(tmp_path, found), [AGES]) if x.group == CELLS]
    assert [(x.ok, x.text) for x in lines] == [(False, "unvollständige Gebiete: 1, zuerst 01051 am 31.12.2014")]


def test_a_table_that_shrinks_without_a_newer_stand(tmp_path: Path) -> None:
    old = state(tmp_path / "a", frames())
    less = {t: f[f["region"] != "01053"] if t == PEOPLE else f for t, f in frames().items()}
    same, newer = state(tmp_path / "b", less), state(tmp_path / "c", less, "2018-01-01T10:00:00")
    gone = state(tmp_path / "d", {t: f for t, f in frames().items() if t != RATIOS})
    assert [x for x in failed(same, old) if x[0] == SHRINKING] == [(SHRINKING, PEOPLE)]
    assert [x for x in failed(newer, old) if x[0] == SHRINKING] == []
    assert [x for x in failed(gone, old) if x[0] == SHRINKING] == [(SHRINKING, RATIOS)]
    text = next(x.text for x in invariants.shrunk(old, same) if x.table == PEOPLE)
    assert text == "verschwunden: 1 Gebiete, 6 Zeilen"


def test_the_command(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    state(tmp_path / "good", frames())
    state(tmp_path / "bad", damage(PEOPLE, lambda x: x + 1, sex="M", region="01051"))
    assert german_cli.run(cli.app, ["data", "check", "--data", str(tmp_path / "good")]) == 0
    out, err = capfd.readouterr()
    assert err == ""
    assert out.rstrip().endswith("Prüfungen bestanden.")
    assert max(map(len, out.splitlines())) <= 80
    assert german_cli.run(cli.app, ["data", "check", "--data", str(tmp_path / "bad")]) == 1
    out = " ".join(capfd.readouterr().out.split())
    assert "12411-01-01-4 ok FEHLER ok ok ok ok –" in out
    assert "FEHLER 12411-01-01-4, Summen: männlich + weiblich = insgesamt: 6 Summen: Abweichungen: 1" in out
    assert german_cli.run(cli.app, ["data", "check", "--data", str(tmp_path / "bad"), "--json", "--table", PEOPLE]) == 1
    told = json.loads(capfd.readouterr().out)
    assert {x["table"] for x in told} == {"", PEOPLE}
    assert [x["name"] for x in told if not x["ok"]] == ["männlich + weiblich = insgesamt", "Kreise = Länder"]
    assert german_cli.run(cli.app, ["data", "check", "--table", "x"]) == 2


def test_every_official_table_is_compared() -> None:
    from kommunalprofil.sources import declared

    oracles = [oracle for _, oracle in verdicts.pairs() if oracle.derived]
    named = {"12411-07-01-4", "12411-07-01-5", "12411-08-01-4", "12621-Laender", "12621-Sterbetafel", "AI-N-03",
             "AI-N-04", "AI-Z1-2011", "AI-Z3-2011", "AI014-2"}  # fmt: skip
    assert named == {oracle.table for oracle in oracles}
    assert all(declared()[oracle.table].oracle or "Sterbetafel" in oracle.table for oracle in oracles)
    assert all((oracle.inexact == 0) == (oracle.bound == 0) == (not oracle.causes) for oracle in oracles)


@pytest.mark.slow
def test_the_embedded_data_set_passes() -> None:
    assert [line for line in invariants.lines(Store(data_dir())) if not line.ok] == []


def test_rows_that_went_after_their_file_was_accounted_for(tmp_path: Path) -> None:
    found = frames()
    sizes = {t: len(f) for t, f in found.items()}
    told = [Account(f"{t}2017-10-10T10:00:00", t, n + 4, 0, n, left={"wegen": 4}) for t, n in sizes.items()]
    less = found | {BIRTHS: found[BIRTHS].iloc[:-1]}
    for folder, tables, kept, expected in (
        ("a", found, told, []),
        ("b", less, told, [(CELLS, BIRTHS)]),
        ("c", found, [replace(told[0], kept=told[0].kept - 1), *told[1:]], [(CELLS, told[0].table)]),
    ):
        state(tmp_path / folder, tables)
        data = Store(save(tmp_path / folder, {ACCOUNTS: accounts.dump(kept)}))
        assert [x for x in failed(data) if x[0] == CELLS] == expected
    text = next(x.text for x in invariants.accounted(data, [BIRTHS]))
    assert text == "7 Zellen aus 1 Datei, weggelassen: 4 wegen"
