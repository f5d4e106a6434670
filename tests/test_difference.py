"""`data diff`: every way a number can change is told, with table, reason and size; indicators that move are named."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from kommunalprofil import cli, difference, difference_text, german_cli, provenance, store
from kommunalprofil.effects import effects
from kommunalprofil.observations import validate
from kommunalprofil.states import OBSERVATIONS, ORIGINS
from small_states import save
from test_observations import rows

TABLE = "12411-01-01-4"
OLD, NEW = "2024-01-02T10:00:00", "2025-03-04T10:00:00"


def origin(stand: str, dates: tuple[str, ...], base: str = "zensus_2011") -> provenance.Origin:
    return provenance.Origin(
        TABLE, "Bevölkerung", "Amt", "kreis", dates, "", base, stand, "", stand, provenance.DL_DE_BY, "©"
    )


def state(folder: Path, stand: str, *changes: dict[str, Any]) -> store.Store:
    """A data set of one table; each row is told by what differs from the usual one."""
    frame = validate(rows(*({"source": TABLE} | change for change in changes)), "t")
    points = {(str(d), str(b)) for d, b in zip(frame["date"], frame["base"], strict=True)}
    origins = [origin(stand, (day,), base) for day, base in sorted(points)]
    files = {ORIGINS: provenance.dump(origins), f"{OBSERVATIONS}/{TABLE}": store.to_parquet(frame)}
    return store.Store(save(folder, files))


GAP = {"value": float("nan"), "flag": "secret"}


@pytest.mark.parametrize(
    ("before", "after", "kind", "numbers"),
    [
        ({"value": 100.0}, {"value": 90.0}, difference.REVISED, (100, 90)),
        (GAP, {"value": 90.0}, difference.FILLED, (None, 90)),
        ({"value": 100.0}, GAP, difference.WITHDRAWN, (100, None)),
        ({"flag": "provisional"}, {}, difference.FLAGGED, (1, 1)),
        (GAP, GAP | {"flag": "later"}, difference.FLAGGED, (None, None)),
    ],
)
def test_one_number_in_both_states(
    before: dict[str, Any], after: dict[str, Any], kind: str, numbers: tuple[float | None, float | None], tmp_path: Path
) -> None:
    same = {"region": "02"}
    old, new = state(tmp_path / "a", OLD, before, same), state(tmp_path / "b", NEW, after, same)
    (group,) = difference.compare(old, new).groups
    assert (group.kind, group.rows, group.regions, group.before, group.after) == (kind, 1, 1, *numbers)
    assert group.stands == (OLD, NEW)
    assert [(m.region, m.old, m.new) for m in group.largest] == [("01051", *numbers)] * (kind == difference.REVISED)


def test_rows_that_come_and_go(tmp_path: Path) -> None:
    def on(year: int) -> dict[str, Any]:
        return dict.fromkeys(("date", "gebietsstand"), date(year, 12, 31))

    old = state(tmp_path / "a", OLD, {}, {"region": "02"}, on(2010))
    new = state(
        tmp_path / "b",
        NEW,
        {},
        {"region": "03"},
        on(2024),
        {"base": "zensus_2022", "value": 7.0},
    )
    changes = difference.compare(old, new)
    found = {g.kind: g for g in changes.groups}
    assert sorted(found) == sorted(
        [difference.ADDED, difference.GONE, difference.GONE_DATE, difference.NEW_DATE, difference.NEW_BASE]
    )
    assert changes.regions == {"01051", "02", "03"}
    based = found[difference.NEW_BASE]
    assert (based.old_base, based.base, based.before, based.after) == ("zensus_2011", "zensus_2022", 1, 7)
    assert found[difference.GONE_DATE].date == "2010-12-31"


def test_a_table_that_came_or_went(tmp_path: Path) -> None:
    full = state(tmp_path / "a", OLD, {}, {"region": "02"})
    empty = store.Store(save(tmp_path / "b", {ORIGINS: provenance.dump([])}))
    assert [(g.kind, g.rows) for g in difference.compare(empty, full).groups] == [(difference.NEW_DATE, 2)]
    assert [(g.kind, g.rows) for g in difference.compare(full, empty).groups] == [(difference.GONE_DATE, 2)]
    assert difference.compare(full, full).groups == []


def test_sums_are_of_the_lowest_level_and_everybody(tmp_path: Path) -> None:
    def people(n: float) -> list[dict[str, Any]]:
        return [
            {"region": "DE", "value": 3 * n},
            {"region": "01051", "value": n},
            {"region": "01053", "value": 2 * n},
            {"region": "01051", "sex": "M", "value": n / 2},
        ]

    old, new = state(tmp_path / "a", OLD, *people(100)), state(tmp_path / "b", NEW, *people(110))
    (group,) = difference.compare(old, new).groups
    assert (group.rows, group.before, group.after) == (4, 300, 330)
    assert [(m.region, m.old, m.new) for m in group.largest] == [("01053", 200, 220), ("01051", 100, 110)]
    shown = " ".join("\n".join(difference_text.lines(difference.compare(old, new))).split())
    assert "berichtigt – 4 Werte, 3 Gebiete, Stand 04.03.2025 statt 02.01.2024" in shown
    assert "300 → 330 (+30; +10,0 %)" in shown


def test_indicators_that_move_by_more_than_the_threshold(tmp_path: Path) -> None:
    def people(*numbers: float) -> list[dict[str, Any]]:
        return [{"region": f"0105{i}", "value": n} for i, n in enumerate(numbers)]

    old = state(tmp_path / "a", OLD, *people(100_000, 100_000, 50))
    new = state(tmp_path / "b", NEW, *people(100_900, 102_000, 55))
    changes = difference.compare(old, new)
    (effect,) = [e for e in effects(old, new, changes) if e.indicator.id == "population"]
    assert (effect.compared, effect.moved, effect.fresh, effect.gone) == (3, 3, 0, 0)
    assert [(s.region, s.old, s.new) for s in effect.shifts] == [("01051", 100_000, 102_000)]
    (every,) = [e for e in effects(old, new, changes, 0.1) if e.indicator.id == "population"]
    assert len(every.shifts) == 3
    assert list(effects(old, old, difference.compare(old, old))) == []


def test_every_number_that_moved_is_told_to_programs(tmp_path: Path) -> None:
    """A shift between men and women moves no total; the largest moves are those of totals, the rest is told too."""
    moved = {("01051", "_T"): 5, ("01051", "M"): 5, ("01053", "M"): 2, ("01053", "F"): -2}
    parts = [{"region": r, "sex": s, "value": 100.0} for r in ("01051", "01053", "01054") for s in ("_T", "M", "F")]
    old = state(tmp_path / "a", OLD, *parts)
    new = state(tmp_path / "b", NEW, *(p | {"value": 100.0 + moved.get((p["region"], p["sex"]), 0)} for p in parts))
    (group,) = difference.compare(old, new, every=True).groups
    assert {(m.region, m.members or "_T"): m.new - m.old for m in group.moves} == moved  # type: ignore[operator]
    assert [m.region for m in group.largest] == ["01051"]
    assert difference.compare(old, new).groups[0].moves == ()


def test_the_command(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    state(tmp_path / "s", OLD, {"region": "01051", "value": 1000.0})
    new = state(tmp_path / "s", NEW, {"region": "01051", "value": 2000.0})
    frozen = next((tmp_path / "s" / "snapshots").iterdir()).stem
    call = ["data", "diff", f"{tmp_path / 's'}@{frozen}", str(tmp_path / "s")]
    assert german_cli.run(cli.app, call) == 0
    out, err = capfd.readouterr()
    assert err == ""
    assert "1.000 → 2.000 (+1.000; +100,0 %)" in out
    assert "Bevölkerung (population): 1 von 1 Werten" in out
    assert max(map(len, out.splitlines())) <= 80
    assert german_cli.run(cli.app, [*call, "--json", "-o", str(tmp_path / "d.json")]) == 0
    told = json.loads(capfd.readouterr().out)
    assert told == json.loads((tmp_path / "d.json").read_text())
    assert told["tables"][0]["largest"] == [
        {"region": "01051", "name": "", "members": "", "old": 1000.0, "new": 2000.0}
    ]
    assert german_cli.run(cli.app, [*call, "--table", "x"]) == 2
    assert f"Vorhanden: {TABLE}" in capfd.readouterr().err
    assert german_cli.run(cli.app, ["data", "diff", str(new.state.root), str(new.state.root)]) == 0
    assert "in beiden Ständen gleich" in capfd.readouterr().out
    assert difference_text.summary(new, new) == "Die Beobachtungen sind dieselben wie vorher."
