"""Portions and processes: the same table whoever computes it; what a year means."""

from __future__ import annotations

import os
from dataclasses import replace
from itertools import pairwise

import pyarrow as pa
import pytest

from kommunalprofil import asking
from kommunalprofil.errors import KommunalprofilError
from kommunalprofil.indicators import tabulate as module
from kommunalprofil.indicators.rows import COLUMNS
from kommunalprofil.indicators.tabulate import EVERY, LATEST, Dates, Request, date_filter, tabulate
from kommunalprofil.regions import Register
from kommunalprofil.resources import data_dir
from kommunalprofil.store import Store
from kommunalprofil.workers import Workers

ASKED = {
    "indicators": ["mean_age", "population", "net_migration_rate", "age_share"],
    "by": ["sex", "age"],
    "dates": "2010:2016",
}


@pytest.fixture(scope="module")
def store() -> Store:
    return Store(data_dir())


@pytest.fixture(scope="module")
def register() -> Register:
    return Register.load(data_dir())


def request(store: Store, register: Register, regions: list[str], **more: object) -> Request:
    return asking.request(store, register, regions=regions, **(ASKED | more))  # type: ignore[arg-type]


def plain(table: pa.Table) -> pa.Table:
    kinds = [(f.name, f.type.value_type if pa.types.is_dictionary(f.type) else f.type) for f in table.schema]
    return table.cast(pa.schema(kinds)).combine_chunks()


def rows(table: pa.Table) -> list[dict[str, object]]:
    return sorted(plain(table).to_pylist(), key=str)


def test_portions_and_processes_change_nothing(
    store: Store, register: Register, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A Kreis computed away from its Land still has its ages spread as in the Land."""
    asked = request(store, register, ["DE", "01", "01051", "01001", "vrees", "05358", "10041", "03454", "16063"])
    whole = tabulate(store, asked)
    assert len(asked.portions()) == 2
    monkeypatch.setattr(module, "PORTION", {False: 2, True: 1})
    assert len(asked.portions()) == 5
    parts = tabulate(store, asked)
    assert rows(parts) == rows(whole)
    assert plain(tabulate(store, asked, processes=2)).equals(plain(parts))
    monkeypatch.setattr(module, "PORTION", {False: 600, True: 1_500})
    monkeypatch.setattr(module, "HALVES", 2)
    larger = replace(asked, regions={r: n for r, n in asked.regions.items() if len(r) < 8})
    assert [one.indicators for one in larger.halves()] == [
        ["net_migration_rate"],
        ["mean_age", "population", "age_share"],
    ]
    assert plain(tabulate(store, larger, processes=2)).equals(plain(tabulate(store, larger)))
    names = parts.column("indicator").to_pylist()
    assert [a for a, b in pairwise([*names, ""]) if a != b] == ASKED["indicators"]


def test_portions_are_about_equal_and_whole(store: Store, register: Register) -> None:
    asked = request(store, register, ["kreis", "land", "gemeinde"])
    portions = asked.portions()
    assert [r for p in portions for r in p.regions] == [
        *sorted(r for r in asked.regions if len(r) < 8),
        *sorted(r for r in asked.regions if len(r) == 8),
    ]
    for small in (True, False):
        sizes = [len(p.regions) for p in portions if (len(next(iter(p.regions))) == 8) == small]
        assert max(sizes) - min(sizes) <= 1
        assert max(sizes) <= module.PORTION[small]
    assert Request(["population"], {}).portions() == []
    empty = tabulate(store, Request(["population"], {}))
    assert (len(empty), empty.column_names) == (0, list(COLUMNS))


def _end(piece: object) -> object:
    os._exit(9)


def _end_elsewhere(asking: int) -> None:
    if os.getpid() != asking:
        os._exit(9)


def test_a_process_ended_from_outside_is_told() -> None:
    with Workers(2, few=2) as pool, pytest.raises(KommunalprofilError, match="Arbeitsprozess"):
        list(pool.each(_end, [1, 2], lambda x: 1))
    with Workers(2, few=2) as pool, pytest.raises(KommunalprofilError, match="Arbeitsprozess"):
        list(pool.shared(_end_elsewhere, [os.getpid()] * 3))


def _process(piece: int) -> tuple[int, int]:
    return piece, os.getpid()


def test_the_process_that_asks_does_its_share() -> None:
    with Workers(2, few=2) as pool:
        found = list(pool.shared(_process, [5, 6, 7, 8]))
    assert [piece for piece, _ in found] == [5, 6, 7, 8]
    assert [process == os.getpid() for _, process in found] == [True, False, True, False]
    with Workers(1) as alone:
        assert {process for _, process in alone.shared(_process, [5, 6])} == {os.getpid()}


@pytest.mark.parametrize(
    ("text", "dates"),
    [
        ("", EVERY),
        ("latest", LATEST),
        ("2015", Dates("2015-01-01", "2015-12-31", "2015-12-31", newest=True)),
        ("2015-12-31", Dates("2015-12-31", "2015-12-31", "2015-12-31")),
        ("2011:2015", Dates("2011-01-01", "2015-12-31")),
    ],
)
def test_what_a_date_means(text: str, dates: Dates) -> None:
    assert date_filter(text) == dates


def test_a_year_with_a_census_gives_one_value(store: Store, register: Register) -> None:
    """2011 holds the census day and 31.12.: a year means its last day with a value, a period all of them."""

    def dates(text: str, indicator: str) -> list[str]:
        asked = request(store, register, ["01051"], indicators=[indicator], by=[], dates=text)
        return sorted(set(tabulate(store, asked).column("date").to_pylist()))

    assert dates("2011", "population") == ["2011-12-31"]
    assert dates("2011:2011", "population") == ["2011-05-09", "2011-12-31"]
    assert dates("2011", "migration_background_share") == ["2011-05-09"]
    assert dates("2022", "household_share") == ["2022-05-15"]
